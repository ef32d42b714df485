"""The workbook that people fill and get back: a template with drop-downs, and findings in its own cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from gateway import resources
from gateway.codec.annotate import annotate as mark
from gateway.errors import UsageError
from gateway.formats import find
from gateway.formats.cn_pcf import workbook_template
from gateway.formats.passport_data import workbook_render as passport_workbook
from gateway.frontdoor import json as json_door
from gateway.pipeline.convert import Source
from gateway.quantity.exact import own_arithmetic
from gateway.report import Finding

_ZIP = b"PK"


@own_arithmetic
def template(
    kind: Literal["battery", "product"], *, targets: Sequence[str] = (), filled: bool = False
) -> bytes:
    """The bilingual workbook to fill, the cells that ``targets`` need marked; or with the shipped example.

    Several targets may stand in one text, separated by commas.

    Raises:
        UsageError: there is no such target.
    """
    chosen = split_targets(targets)
    for target in chosen:
        find(target)
    return workbook_template.template(kind, targets=chosen, filled=filled)


def passport_template(*, filled: bool = False) -> bytes:
    """The workbook of a battery passport's second input, empty or with the shipped example."""
    data = resources.example("passport-data/lfp-pack.json").read_bytes() if filled else b"{}"
    document = json_door.parse(data)
    return passport_workbook.render(document if isinstance(document, dict) else None)


def split_targets(targets: Sequence[str]) -> tuple[str, ...]:
    """Each target by itself, once: ``battery-passport,pact`` is two."""
    names = (name.strip() for text in targets for name in text.replace("，", ",").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


@own_arithmetic
def annotate(source: Source, more: Sequence[Finding] = ()) -> bytes:
    """The user's own workbook with the cells of its findings marked and explained in both languages.

    ``more`` are findings beside those of the source: the answers of rules.

    Raises:
        UsageError: the source is no workbook.
        InputError: it cannot be written again without damage.
    """
    data = source.package.only.data
    if not data.startswith(_ZIP):
        raise UsageError(source.package.name, path=source.package.name, code="usage.not-a-workbook")
    return mark(data, (*source.report.findings, *more), origins=source.origins)
