"""The second input as a workbook to fill, or with values in it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from gateway import resources
from gateway.codec.fields import choices
from gateway.formats.passport_data import NAME
from gateway.frontdoor.json import JsonValue

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

VALUES: Final = "values 单值"
PARENT: Final = "#"
SEPARATOR: Final = ";"
_HEAD: Final = (
    "字段",
    "Field",
    "值 Value",
    "单位 Unit",
    "可见范围 Access",
    "提供方 Supplier",
    "可选 Choices",
)


@cache
def fields() -> tuple[Mapping[str, str], ...]:
    """The rows of the form."""
    return resources.table("fields/passport_data.csv")


def lists() -> dict[str, list[Mapping[str, str]]]:
    """The fields of every list, by the list's own place."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in fields():
        head, star, _ = row["source"].rpartition("/*/")
        if star:
            found.setdefault(f"{head}/*", []).append(row)
    return found


def render(document: Mapping[str, JsonValue] | None = None) -> bytes:
    """The workbook to fill, or with the values of a document in it; the same bytes every time."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"title": NAME, "created": datetime(2026, 1, 1, tzinfo=UTC)})
    styles = {
        "head": book.add_format({"bold": True, "bg_color": "#DDE6F0", "text_wrap": True}),
        "text": book.add_format({"num_format": "@", "bg_color": "#FFFBE6"}),
        "plain": book.add_format({"num_format": "@"}),
    }
    told = dict(document or {})
    _render_values(book, styles, told)
    for place, fields in lists().items():
        _render_list(book, styles, place, fields, told)
    book.close()
    return out.getvalue()


def _render_values(
    book: xlsxwriter.Workbook, styles: Mapping[str, Format], told: Mapping[str, JsonValue]
) -> None:
    sheet = book.add_worksheet(VALUES)
    sheet.write_row(0, 0, [NAME, *_HEAD], styles["head"])
    sheet.set_column(0, 2, 34)
    sheet.set_column(3, 3, 40, styles["text"])
    number = 0
    for row in fields():
        if "/*/" in row["source"]:
            continue
        number += 1
        listed = choices(row["code_list"]) if row["code_list"] else ""
        beside = (row["unit"], row["access"], row["supplier"], listed)
        sheet.write_row(number, 0, [row["source"], row["label_zh"], row["label_en"]], styles["plain"])
        sheet.write_string(number, 3, _shown(_at(dict(told), row["source"])), styles["text"])
        sheet.write_row(number, 4, beside, styles["plain"])
    sheet.freeze_panes(1, 3)


def _render_list(
    book: xlsxwriter.Workbook,
    styles: Mapping[str, Format],
    place: str,
    fields: Sequence[Mapping[str, str]],
    told: Mapping[str, JsonValue],
) -> None:
    sheet = book.add_worksheet(sheet_name(place))
    nested = place.count("*") > 1
    names = [*([PARENT] if nested else []), *(row["source"] for row in fields)]
    labels = [*(["所属条目 Item above"] if nested else []), *(_label(row) for row in fields)]
    sheet.write_row(0, 0, names, styles["plain"])
    sheet.write_row(1, 0, labels, styles["head"])
    sheet.set_column(0, len(names), 26, styles["text"])
    for number, (parent, item) in enumerate(_items(told, place), 2):
        cells = [*([str(parent)] if nested else [])]
        cells += [_shown(item.get(row["source"].rpartition("/")[2])) for row in fields]
        for column, text in enumerate(cells):
            sheet.write_string(number, column, text, styles["text"])
    sheet.freeze_panes(2, 0)


def _label(row: Mapping[str, str]) -> str:
    unit = f" [{row['unit']}]" if row["unit"] else ""
    return f"{row['label_zh']} {row['label_en']}{unit}"


def sheet_name(place: str) -> str:
    """The sheet of a list."""
    return ".".join(place.replace("/*", "").split("/")[-2:]).removeprefix(".")


def _at(told: JsonValue, place: str) -> JsonValue:
    for step in place.split("/")[1:]:
        told = told.get(step) if isinstance(told, dict) else None
    return told


def _items(told: Mapping[str, JsonValue], place: str) -> Iterator[tuple[int, Mapping[str, JsonValue]]]:
    """The items of a list; of a list within one, with the number of the item above, from 1."""
    head, _, inner = place.removesuffix("/*").partition("/*")
    listed = _at(dict(told), head)
    for number, one in enumerate(listed if isinstance(listed, list) else (), 1):
        if not inner and isinstance(one, dict):
            yield 0, one
        below = _at(one, inner) if inner else None
        for item in below if isinstance(below, list) else ():
            if isinstance(item, dict):
                yield number, item


def _shown(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"{SEPARATOR} ".join(str(item) for item in value)
    return "" if value is None or isinstance(value, dict) else str(value)
