"""The gap report as a workbook: one row for each data point, in Chinese and English, to sort and hand on."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from gateway.recognition.coverage import named_fields
from gateway.recognition.outcome import Said

if TYPE_CHECKING:
    from gateway.recognition.coverage import Coverage, Point

_HEADS: Final = (
    ("number", 6),
    ("name-zh", 34),
    ("name-en", 44),
    ("state", 22),
    ("requirement", 24),
    ("supplier", 40),
    ("needs", 44),
    ("at", 44),
    ("legal", 22),
    ("access", 16),
)
_FILLS: Final = {"missing": "#FF9999", "part": "#FFD966", "filled": "#C6E0B4"}
# In the order in which somebody works it off.
_ORDER: Final = ("missing", "part", "filled", "not-yet", "not-shown")
_FIXED_TIME: Final = datetime(1980, 1, 1, tzinfo=UTC)


def gaps_workbook(found: Coverage) -> bytes:
    """The report with a filter over its columns; the same report gives the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _FIXED_TIME.replace(tzinfo=None)})
    sheet = book.add_worksheet(f"{found.category} 缺口 Gaps")
    bold, wrap = book.add_format({"bold": True}), {"text_wrap": True, "valign": "top"}
    plain = book.add_format(wrap)
    fills = {state: book.add_format({**wrap, "bg_color": colour}) for state, colour in _FILLS.items()}
    heads = (found.head, Said("coverage.source"))
    for row, line in enumerate(one.text(lang) for one in heads for lang in ("zh", "en")):
        sheet.write_string(row, 0, line, bold if row < 2 else None)
    top = 5
    for column, (code, width) in enumerate(_HEADS):
        sheet.set_column(column, column, width)
        sheet.write_string(top, column, _both(f"coverage.column-{code}"), bold)
    ordered = sorted(found.points, key=lambda p: (_ORDER.index(p.state.value), p.supplier, p.number))
    for row, point in enumerate(ordered, top + 1):
        shade = fills.get(point.state.value, plain)
        sheet.write_number(row, 0, point.number, plain)
        for column, value in enumerate(_cells(point), 1):
            sheet.write_string(row, column, value, shade if column == 3 else plain)
    sheet.autofilter(top, 0, top + len(ordered), len(_HEADS) - 1)
    sheet.freeze_panes(top + 1, 3)
    book.close()
    return out.getvalue()


def _cells(point: Point) -> tuple[str, ...]:
    return (
        point.name["zh"],
        point.name["en"],
        _both(f"coverage.state-{point.state.value}"),
        _both(f"coverage.requirement-{point.requirement}"),
        _both(f"coverage.supplier-{point.supplier}"),
        _needs(point),
        "\n".join(point.at),
        point.legal_ref,
        point.access,
    )


def _needs(point: Point) -> str:
    if not point.needs or point.state.value not in ("missing", "part"):
        return ""
    found = named_fields(point.needs)
    return f"{found['fields_zh']}\n{found['fields_en']}"


def _both(code: str) -> str:
    said = Said(code)
    return f"{said.text('zh')} {said.text('en')}"
