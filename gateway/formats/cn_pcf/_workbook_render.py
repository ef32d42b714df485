"""Write a workbook's sheets: labels, marks, drop-downs and values."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from gateway import resources
from gateway.codec import choices
from gateway.formats.cn_pcf._workbook_styles import Styles, display_unit
from gateway.formats.cn_pcf.workbook_guide import (
    Kind,
    class_of,
    hint,
    home_need,
    known_targets,
    names_of,
    needs,
    quick_rows,
)
from gateway.formats.cn_pcf.workbook_layout import (
    LISTS,
    PARENT_LABELS,
    QUICK,
    README,
    REST,
    SECTION,
    Block,
    Field,
    field_of,
    key_of,
    layout,
)
from gateway.formats.cn_pcf.workbook_values import DAY_FORMAT, MAX_TEXT, Content, Lang, Value
from gateway.frontdoor.workbook import column_letters

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

# Excel shows this much of a prompt (ECMA-376-1, 18.3.1.32).
_PROMPT_TITLE, _PROMPT = 32, 255
_HINT_LINE, _LABEL_LINE = 50, 34
_SPARE: Final = {"lines": 300}
_SPARE_ROWS: Final = 12
# The rows of title, labels in two languages and keys.
_FIRST_HEADING: Final = 4
FORM_HEAD: Final = (
    ("键", "key"),
    ("字段", "Field (Chinese)"),
    ("英文名称", "Field"),
    ("必填", "Required"),
    ("填写值", "Value"),
    ("单位", "Unit"),
    ("保密等级", "Class"),
    ("用途", "What it unlocks"),
)


def render(
    content: Content, *, kind: Kind, lang: tuple[Lang, Lang] = ("zh", "en"), targets: Sequence[str] = ()
) -> bytes:
    """A workbook around ``content``."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": "cn-pcf@1", "created": datetime(2026, 1, 1, tzinfo=UTC)})
    _Rendering(book, content, kind, lang, known_targets(targets)).run()
    book.close()
    return out.getvalue()


class _Rendering:
    """One workbook while it is written."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        content: Content,
        kind: Kind,
        lang: tuple[Lang, Lang],
        targets: tuple[str, ...],
    ) -> None:
        self._book, self._content, self._kind = book, content, kind
        self._lang, self._targets = lang, targets
        self._styles = Styles(book)
        self._lists: dict[str, str] = {}

    def run(self) -> None:
        self._readme()
        self._quick()
        for sheet in layout().sheets:
            blocks = [b for b in sheet.blocks if b.kind in {"", self._kind} or self._filled(b)]
            if blocks:
                self._sheet(f"{sheet.id} {sheet.name['zh']} {sheet.name['en']}", blocks)
        self._rest()
        self._write_lists()

    def _filled(self, block: Block) -> bool:
        keys = {own.key for own in block.fields}
        return bool(self._content.tables.get(block.prefix)) or not keys.isdisjoint(self._content.forms)

    def _readme(self) -> None:
        sheet = self._new_sheet(README)
        sheet.set_column(0, 1, 80)
        for row, texts in enumerate(resources.table("fields/cn_pcf_readme.csv")):
            look = texts["look"]
            sheet.set_row(row, 45 if look == "text" else 20)
            for column, lang in enumerate(self._lang):
                sheet.write_string(row, column, texts[lang], self._styles.look(look))

    def _quick(self) -> None:
        sheet = self._new_sheet(QUICK)
        sheet.freeze_panes(1, 0)
        sheet.activate()
        self._form_head(sheet, 0)
        for row, texts in enumerate(quick_rows(self._kind, self._targets), 1):
            own = field_of(texts["key"])
            assert own is not None
            label = {x: texts[f"label_{x}"] or own.row.label[x] for x in ("zh", "en")}
            self._form_row(sheet, row, own, texts["key"], label, None)

    def _sheet(self, name: str, blocks: Sequence[Block]) -> None:
        sheet = self._new_sheet(name)
        forms = [block for block in blocks if not block.is_table]
        tables = [block for block in blocks if block.is_table]
        sheet.freeze_panes(1 if forms else 4, 0)
        row = 0
        if forms:
            self._form_head(sheet, row)
            row += 1
        for block in forms:
            row = self._form(sheet, row, block)
        for block in tables:
            # Where the first column holds keys it may be deleted whole, so no table begins in it.
            left = int(bool(forms))
            row = self._table(sheet, row + bool(row), block, left=left, last=block is tables[-1])

    def _new_sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(name[:31])
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def _form_head(self, sheet: Worksheet, row: int) -> None:
        widths = (26, 30, 34, 16, 40, 14, 12, 60)
        first, second = self._order
        heads = [FORM_HEAD[0], FORM_HEAD[first], FORM_HEAD[second], *FORM_HEAD[3:]]
        for column, (texts, width) in enumerate(zip(heads, widths, strict=True)):
            style = self._styles.key if column == 0 else None
            sheet.set_column(column, column, width, style)
            sheet.write_string(row, column, f"{texts[0]} {texts[1]}", self._styles.head())

    @property
    def _order(self) -> tuple[int, int]:
        return (1, 2) if self._lang[0] == "zh" else (2, 1)

    def _form(self, sheet: Worksheet, row: int, block: Block) -> int:
        first, second = self._lang
        sheet.set_row(row, 20)
        sheet.write_string(
            row, 0, f"{SECTION}{block.title[first]} {block.title[second]}", self._styles.section()
        )
        for row_of_field, own in enumerate(block.fields, row + 1):
            value = self._content.forms.get(own.key)
            self._form_row(sheet, row_of_field, own, own.key, own.row.label, value)
        return row + 1 + len(block.fields)

    def _form_row(
        self,
        sheet: Worksheet,
        row: int,
        own: Field,
        key: str,
        label: Mapping[str, str],
        value: Value | None,
    ) -> None:
        first, second = self._lang
        zh, en = hint(own)
        told = f"{zh} / {en}" if self._lang[0] == "zh" else f"{en} / {zh}"
        # Nobody counts lines for us: two where a text is longer than its column.
        sheet.set_row(row, 30 if len(told) > _HINT_LINE or len(label["en"]) > _LABEL_LINE else 16)
        sheet.write_string(row, 0, key, self._styles.key)
        sheet.write_string(row, 1, label[first], self._styles.text())
        sheet.write_string(row, 2, label[second], self._styles.text())
        sheet.write_string(row, 3, self._required(own), self._styles.text())
        self._cell(sheet, row, 4, own, value)
        sheet.write_string(row, 5, display_unit(own.row.unit), self._styles.text())
        sheet.write_string(row, 6, class_of(own), self._styles.text())
        sheet.write_string(row, 7, told, self._styles.hint())
        self._guide(sheet, (row, row), 4, own, label, told)

    def _table(self, sheet: Worksheet, row: int, block: Block, *, left: int, last: bool) -> int:
        first, second = self._lang
        title = f"{SECTION}{block.title[first]} {block.title[second]}"
        sheet.write_string(row, left, title, self._styles.section())
        for column, parent in enumerate(block.parents, left):
            key = key_of(parent)
            for down, lang in enumerate(self._lang, 1):
                sheet.write_string(row + down, column, PARENT_LABELS[key][lang], self._styles.head())
            sheet.write_string(row + 3, column, key, self._styles.key)
        start = left + len(block.parents)
        rows = self._content.tables.get(block.prefix, ())
        spare = _SPARE.get(block.prefix[0], _SPARE_ROWS) if last else _SPARE_ROWS
        span = (row + 4, row + 3 + len(rows) + spare)
        for column, own in enumerate(block.fields, start):
            self._column(sheet, row, column, own)
            zh, en = hint(own)
            self._guide(sheet, span, column, own, own.row.label, f"{zh} / {en}")
        for at, found in enumerate(rows, row + 4):
            for column, name in enumerate(found.parents, left):
                sheet.write_string(at, column, name, self._styles.value("@", "required"))
            for column, own in enumerate(block.fields, start):
                value = found.values.get(own.key)
                if value is not None:
                    self._cell(sheet, at, column, own, value)
        if row >= _FIRST_HEADING:  # a column has one format for all its tables; empty rows need their own
            for at in range(row + 4 + len(rows), span[1] + 1):
                for column, own in enumerate(block.fields, start):
                    self._cell(sheet, at, column, own, None)
        return span[1] + 1

    def _column(self, sheet: Worksheet, row: int, column: int, own: Field) -> None:
        unit = display_unit(own.row.unit)
        head = self._styles.head(self._need(own))
        for down, lang in enumerate(self._lang, 1):
            label = f"{own.row.label[lang]} ({unit})" if unit else own.row.label[lang]
            sheet.write_string(row + down, column, label, head)
        sheet.write_string(row + 3, column, own.key, self._styles.key)
        form = _number_format(own)
        if row < _FIRST_HEADING:
            sheet.set_column(column, column, 18, self._styles.plain(form))

    def _cell(self, sheet: Worksheet, row: int, column: int, own: Field, value: Value | None) -> None:
        form = value.format if value is not None and value.is_number else _number_format(own)
        style = self._styles.value(form, self._need(own))
        if value is None:
            sheet.write_blank(row, column, None, style)
        elif value.is_number:
            self._number(sheet, row, column, value, style)
        else:
            sheet.write_string(row, column, value.text, style)

    @staticmethod
    def _number(sheet: Worksheet, row: int, column: int, value: Value, style: object) -> None:
        # Up to 15 digits (the layout saw to that), so that %.16G writes exactly them.
        sheet.write_number(row, column, Decimal(value.text), style)

    def _guide(
        self,
        sheet: Worksheet,
        rows: tuple[int, int],
        column: int,
        own: Field,
        label: Mapping[str, str],
        hint: str,
    ) -> None:
        """The drop-down or check of a cell, and what is said when it is chosen."""
        first, second = self._lang
        rule: dict[str, object] = {
            "input_title": label[first][:_PROMPT_TITLE],
            "input_message": f"{label[second]}\n{hint}"[:_PROMPT],
            "error_type": "warning",
        }
        name = choices.list_of(own.row)
        if name:
            # Several codes may stand in one cell, and a list may have grown: it advises, it does not forbid.
            rule |= {
                "validate": "list",
                "source": f"={self._list(name)}",
                "show_error": own.row.type != "texts",
            }
        elif own.row.type == "amount":
            rule |= {"validate": "decimal", "criteria": "between", "minimum": "-1E+300", "maximum": "1E+300"}
        elif own.row.type == "day":
            rule |= {"validate": "date", "criteria": ">=", "value": datetime(1990, 1, 1)}  # noqa: DTZ001 - a day
        else:
            rule |= {"validate": "any"}
        sheet.data_validation(rows[0], column, rows[1], column, rule)

    def _list(self, name: str) -> str:
        if name not in self._lists:
            self._lists[name] = "list_" + "".join(c if c.isalnum() else "_" for c in name.strip("/"))
        return self._lists[name]

    def _write_lists(self) -> None:
        sheet = self._book.add_worksheet(LISTS)
        for column, (name, defined) in enumerate(self._lists.items()):
            shown = list(choices.entries(name))
            sheet.write_string(0, column, name)
            for row, entry in enumerate(shown, 1):
                sheet.write_string(row, column, entry)
            letters = column_letters(column + 1)
            self._book.define_name(defined, f"='{LISTS}'!${letters}$2:${letters}${len(shown) + 1}")
        column = len(self._lists)
        sheet.write_string(0, column, choices.MISSING)
        for row, entry in enumerate(choices.entries(choices.MISSING), 1):
            sheet.write_string(row, column, entry)
        sheet.hide()

    def _rest(self) -> None:
        """What has no cell of its own: place, and JSON text over as many cells as it needs."""
        sheet = self._new_sheet(REST)
        sheet.set_column(0, 1, 60)
        sheet.write_string(0, 0, "位置 place", self._styles.head())
        sheet.write_string(0, 1, "内容 JSON", self._styles.head())
        for row, (place, text) in enumerate(self._content.rest, 1):
            sheet.write_string(row, 0, place, self._styles.key)
            for part, start in enumerate(range(0, len(text), MAX_TEXT - 1), 1):
                sheet.write_string(row, part, text[start : start + MAX_TEXT - 1], self._styles.value("@", ""))

    def _need(self, own: Field) -> str:
        """How much a cell is needed: for a chosen target, at home, under a condition, or not."""
        told = needs(own.key)
        if any(told.get(target) == "required" for target in self._targets):
            return "target"
        if own.row.required == "M":
            return "required"
        return "conditional" if own.row.required[:1] in {"C", "M"} or told else ""

    def _required(self, own: Field) -> str:
        told = needs(own.key)
        needed = [target for target in self._targets if told.get(target) == "required"]
        names = [names[self._lang[0]] for names in names_of(needed)]
        home = home_need(own)
        return " · ".join([home, *names] if home else names)


def _number_format(own: Field) -> str:
    """Texts stay texts, so that 0123 keeps its zero; days look like days."""
    if own.row.type in {"amount", "count"}:
        return ""
    return DAY_FORMAT if own.row.type == "day" else "@"
