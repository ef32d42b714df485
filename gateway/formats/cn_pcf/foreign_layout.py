"""A layout says which cell or column of a foreign workbook is which field; a person confirms it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.errors import InputError, raise_all
from gateway.formats.cn_pcf.workbook_layout import field_of, layout
from gateway.frontdoor import json as json_door
from gateway.frontdoor.workbook import column_number
from gateway.messages import text


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Why(_Part):
    """Why something was suggested, in both languages."""

    zh: str = ""
    en: str = ""

    @classmethod
    def of(cls, code: str, **params: str) -> Why:
        """The texts of a code."""
        return cls(zh=text(code, "zh", params).what, en=text(code, "en", params).what)


class CellLayout(_Part):
    """One cell that holds one field; ``unit`` where the workbook names it.

    ``label`` is what must stand at ``label_cell``: in a workbook of another form the cell is not read.
    """

    sheet: str
    cell: str
    key: str
    unit: str = ""
    label_cell: str = ""
    label: str = ""
    why: Why = Why()


class ColumnLayout(_Part):
    """One column of a table; ``label`` is what must stand in the table's row of headings.

    ``label_row`` is another row, where a heading stands higher than the others (merged cells). ``values``
    are codes for the words that the form uses for them.
    """

    column: str
    key: str
    unit: str = ""
    label: str = ""
    label_row: int = 0
    values: dict[str, str] = {}
    why: Why = Why()


class Constant(_Part):
    """A value that stands nowhere in the workbook: the stage of a whole table, the declared unit."""

    key: str
    value: str
    why: Why = Why()


class TableLayout(_Part):
    """A table: its rows from ``first`` to ``last``; ``id_prefix`` keeps numbers of several tables apart.

    Without ``last`` it ends at an empty row, a total or a remark. ``heading`` is the row of its labels.
    """

    sheet: str
    first: int
    last: int | None = None
    heading: int = 0
    columns: tuple[ColumnLayout, ...]
    constants: tuple[Constant, ...] = ()
    id_prefix: str = ""


class Open(_Part):
    """A label or an area of numbers that is not settled: for the person to decide.

    ``keys`` are the fields that it may be; ``cell`` is where the value or, in a table, the heading stands.
    """

    sheet: str
    cell: str
    label: str
    keys: tuple[str, ...] = ()
    why: Why = Why()


class Layout(_Part):
    """A layout file. Nothing is read with it before ``confirmed`` is true."""

    format: Literal["hutong-layout@1"] = "hutong-layout@1"
    confirmed: bool = False
    cells: tuple[CellLayout, ...] = ()
    tables: tuple[TableLayout, ...] = ()
    constants: tuple[Constant, ...] = ()
    open: tuple[Open, ...] = ()

    def to_json(self) -> bytes:
        """The layout as a file that people edit."""
        document = self.model_dump(mode="json", exclude_defaults=True)
        document = {"format": self.format, "confirmed": self.confirmed, **document}
        document.setdefault("open", [])
        return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")

    @classmethod
    def from_json(cls, data: bytes) -> Layout:
        """The layout of a file, its keys and columns checked.

        Raises:
            InputError: it is no layout; every wrong place is named.
        """
        document: Any = json_door.parse(data)
        try:
            found = cls.model_validate(document)
        except ValidationError as error:
            raise_all(_invalid(item) for item in error.errors())
            raise AssertionError from error
        raise_all(found._wrong())  # noqa: SLF001 - its own
        return found

    def _wrong(self) -> list[InputError]:
        keys = {f"/cells/{i}/key": c.key for i, c in enumerate(self.cells)}
        keys |= {f"/constants/{i}/key": c.key for i, c in enumerate(self.constants)}
        wrong = [
            InputError(key, path=at, code="workbook.layout-unknown-key")
            for at, key in keys.items()
            if field_of(key) is None or "[]" in key
        ]
        for i, table in enumerate(self.tables):
            for j, column in enumerate(table.columns):
                at = f"/tables/{i}/columns/{j}"
                if column.key not in layout().by_key or "[]" not in column.key:
                    wrong.append(InputError(column.key, path=f"{at}/key", code="workbook.layout-unknown-key"))
                if not column_number(column.column):
                    wrong.append(
                        InputError(column.column, path=f"{at}/column", code="workbook.layout-invalid")
                    )
        return wrong


def _invalid(item: Mapping[str, Any]) -> InputError:
    at = "".join(f"/{step}" for step in item["loc"])
    return InputError(item["msg"], path=at, code="workbook.layout-invalid")
