"""The workbook that people fill: bilingual, with drop-downs, marks for required cells and a quick sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway import resources
from gateway.codec.base import Context, Package
from gateway.formats.cn_pcf._workbook_render import render
from gateway.formats.cn_pcf.reader import read
from gateway.formats.cn_pcf.workbook_guide import Kind
from gateway.formats.cn_pcf.workbook_values import EMPTY
from gateway.formats.cn_pcf.workbook_writer import lay_out

_EXAMPLES: Final = {"battery": "lfp-pack.json", "product": "tea.json"}


def template(kind: Kind, *, targets: Sequence[str] = (), filled: bool = False) -> bytes:
    """The workbook to fill, or with the shipped example in it; the same bytes every time.

    Raises:
        UsageError: a target is not known.
    """
    content = EMPTY
    if filled:
        data = resources.example(_EXAMPLES[kind]).read_bytes()
        content = lay_out(read(Package.of(data), Context()).declaration)
    return render(content, kind=kind, targets=targets)
