"""The second input as a workbook to fill, or with values in it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from gateway import messages, resources
from gateway.codec import choices
from gateway.formats.passport_data import NAME
from gateway.formats.passport_data.table import table
from gateway.frontdoor.json import JsonValue

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

VALUES: Final = "values 单值"
CHOICES: Final = "choices 选项"
PARENT: Final = "#"
SEPARATOR: Final = ";"
_WORDS: Final = {"access": "passport-data.access-", "supplier": "coverage.supplier-"}
_ABOVE: Final = "所属条目（序号或名称） Item above (number or name)"
_LAST_ROW: Final = 500  # rows of a list that offer their choices
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
    options = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(out, {**options, "strings_to_urls": False})
    book.set_properties({"title": NAME, "created": datetime(2026, 1, 1, tzinfo=UTC)})
    form = _Form(book, dict(document or {}))
    form.values()
    for place, fields in lists().items():
        form.items(place, fields)
    form.choices()
    book.close()
    return out.getvalue()


class _Form:
    """The sheets while they are written, with the lists that their drop-downs offer."""

    def __init__(self, book: xlsxwriter.Workbook, told: Mapping[str, JsonValue]) -> None:
        self.book, self.told = book, told
        self.head = book.add_format({"bold": True, "bg_color": "#DDE6F0", "text_wrap": True})
        self.text = book.add_format({"num_format": "@", "bg_color": "#FFFBE6"})
        self.plain = book.add_format({"num_format": "@"})
        self.offered: dict[str, int] = {}

    def values(self) -> None:
        """One row for each single value."""
        sheet = self.book.add_worksheet(VALUES)
        sheet.write_row(0, 0, [NAME, *_HEAD], self.head)
        sheet.set_column(0, 2, 34)
        sheet.set_column(3, 3, 40, self.text)
        sheet.set_column(5, 7, 30)
        number = 0
        for row in fields():
            if "/*/" in row["source"]:
                continue
            number += 1
            name = _offer(row)
            listed = "; ".join(choices.entries(name)) if name else ""
            beside = (row["unit"], _both("access", row["access"]), _both("supplier", row["supplier"]), listed)
            sheet.write_row(number, 0, [row["source"], row["label_zh"], row["label_en"]], self.plain)
            sheet.write_string(number, 3, _shown(_at(dict(self.told), row["source"]), name), self.text)
            sheet.write_row(number, 4, beside, self.plain)
            self._drop_down(sheet, name, (number, number), 3)
        sheet.freeze_panes(1, 3)

    def items(self, place: str, fields: Sequence[Mapping[str, str]]) -> None:
        """The sheet of a list: its fields as columns."""
        sheet = self.book.add_worksheet(sheet_name(place))
        nested = place.count("*") > 1
        names = [*([PARENT] if nested else []), *(row["source"] for row in fields)]
        labels = [
            *(["所属条目（序号或名称） Item above (number or name)"] if nested else []),
            *map(_label, fields),
        ]
        sheet.write_row(0, 0, names, self.plain)
        sheet.write_row(1, 0, labels, self.head)
        sheet.set_column(0, len(names), 26, self.text)
        offered = [*([""] if nested else []), *map(_offer, fields)]
        for number, (parent, item) in enumerate(_items(self.told, place), 2):
            told = (_shown(item.get(r["source"].rpartition("/")[2]), _offer(r)) for r in fields)
            for column, text in enumerate([*([str(parent)] if nested else []), *told]):
                sheet.write_string(number, column, text, self.text)
        for column, name in enumerate(offered):
            self._drop_down(sheet, name, (2, _LAST_ROW), column)
        sheet.freeze_panes(2, 0)

    def choices(self) -> None:
        """What the drop-downs offer, on a sheet that is not shown."""
        sheet = self.book.add_worksheet(CHOICES)
        sheet.hide()
        for name, column in self.offered.items():
            sheet.write_column(0, column, [name, *choices.entries(name)], self.plain)

    def _drop_down(self, sheet: Worksheet, name: str, rows: tuple[int, int], column: int) -> None:
        """A list to choose from; what people write themselves is read, too."""
        if not name:
            return
        from xlsxwriter.utility import xl_col_to_name

        own = xl_col_to_name(self.offered.setdefault(name, len(self.offered)), col_abs=True)
        source = f"='{CHOICES}'!{own}$2:{own}${len(choices.entries(name)) + 1}"
        rule = {"validate": "list", "source": source, "error_type": "warning"}
        sheet.data_validation(rows[0], column, rows[1], column, rule)


def _offer(row: Mapping[str, str]) -> str:
    """The list that a field's drop-down offers; empty: none."""
    own = next(one for one in table().rows if one.pointer == row["source"])
    return "" if own.type == "texts" else choices.list_of(own)


def _both(kind: str, code: str) -> str:
    """A code of the form for people, in both languages."""
    name = f"{_WORDS[kind]}{code}"
    return f"{messages.text(name, 'zh', {}).what} {messages.text(name, 'en', {}).what}"


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


def _shown(value: JsonValue, name: str = "") -> str:
    """A value as its cell has it; a code as the drop-down offers it."""
    code = ("true" if value else "false") if isinstance(value, bool) else value
    listed = choices.entry(name, code) if name and isinstance(code, str) else None
    if listed is not None:
        return listed
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"{SEPARATOR} ".join(str(item) for item in value)
    return "" if value is None or isinstance(value, dict) else str(value)
