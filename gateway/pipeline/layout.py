"""Layouts of other people's workbooks: suggested, looked at, confirmed by a person, used from then on."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.codec.base import Context, Member, Package
from gateway.codec.run import shown
from gateway.errors import InputError
from gateway.formats import evidence
from gateway.formats.cn_pcf.foreign_layout import Layout
from gateway.formats.cn_pcf.foreign_reader import MISFITS, misfits
from gateway.formats.cn_pcf.foreign_suggest import suggest_layout
from gateway.frontdoor.workbook import is_any_workbook
from gateway.model.origin import Origin
from gateway.model.walk import by_path
from gateway.pipeline.convert import Source, read
from gateway.report import Finding

MEDIA_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A layout that somebody may confirm, and what is read along it: places, fields and values."""

    layout: Layout
    source: Source

    @property
    def stops(self) -> tuple[Finding, ...]:
        """Why it cannot be confirmed: the workbook has another form."""
        return tuple(f for f in self.source.report.findings if f.code in MISFITS)

    def values(self) -> list[tuple[str, str, str]]:
        """Cell, path and value of everything that was read."""
        origins = self.source.origins
        rows = ((origins.get(path), path, leaf) for path, leaf in by_path(self.source.declaration).items())
        return [(o.at, path, shown(leaf)) for o, path, leaf in rows if isinstance(o, Origin)]


def suggest(workbook: Package) -> Layout:
    """What the cells of a workbook seem to be, each with its reason; nothing is decided by it.

    Raises:
        InputError: it is no workbook.
    """
    return suggest_layout(workbook.only.data)


def with_layout(workbook: Package, layout: bytes, *, name: str = "layout.json") -> Package:
    """The workbook and its layout as one input: both are the source, and both are kept.

    Raises:
        InputError: ``layout`` is no layout; every wrong place is named.
    """
    Layout.from_json(layout)
    return Package((workbook.only, Member(name, MEDIA_TYPE, layout)), workbook.name)


def confirm(workbook: Package, layout: bytes, *, context: Context | None = None) -> Confirmed:
    """The layout as confirmed, and what it reads, for a person to look at before it is kept.

    Raises:
        InputError: no layout, or no workbook.
    """
    told = Layout.from_json(layout).model_copy(update={"confirmed": True})
    return Confirmed(told, read(with_layout(workbook, told.to_json()), context=context))


def wants_layout(workbook: Package) -> bool:
    """Whether it is a workbook that does not name our fields by their keys."""
    if len(workbook.members) != 1 or not is_any_workbook(workbook.only.data):
        return False
    found = evidence(workbook)
    return not found or found[0].evidence.strength == 1


def fits(workbook: Package, layout: bytes) -> tuple[Layout | None, tuple[Finding, ...]]:
    """The layout in ``layout``, and where the workbook has other labels; None: it is no layout.

    Raises:
        InputError: the workbook cannot be opened.
    """
    try:
        told = Layout.from_json(layout)
    except InputError:
        return None, ()
    return told, misfits(workbook.only.data, told)
