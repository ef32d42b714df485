"""Reading and writing the domestic form in tests."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import openpyxl
import pytest
from openpyxl.cell import Cell

from gateway import resources
from gateway.formats.cn_pcf.workbook_template import template
from gateway.frontdoor import json as json_door


@pytest.fixture(scope="session")
def example() -> Callable[[str], dict[str, Any]]:
    """A shipped example as JSON, its numbers exact."""

    def load(name: str) -> dict[str, Any]:
        found: Any = json_door.parse(resources.example(f"{name}.json").read_bytes())
        assert isinstance(found, dict)
        return found

    return load


class Book:
    """The filled template in somebody's hands: cells by the keys of their fields."""

    def __init__(self, data: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(data))

    def cell(self, key: str, row: int = 1) -> Cell:
        """The value's cell of a form, or of a table's nth row."""
        for sheet in self.book:
            for cells in sheet.iter_rows():
                for cell in cells:
                    if cell.value == key and "[]" in key:
                        return cast("Cell", sheet.cell(cell.row + row, cell.column))
                    if cell.value == key and cell.column == 1 and not sheet.title.startswith("0 "):
                        return cast("Cell", sheet.cell(cell.row, 5))
        raise KeyError(key)

    def quick(self, key: str) -> Cell:
        """A cell of the quick sheet."""
        sheet = next(s for s in self.book if s.title.startswith("0 "))
        return next(cast("Cell", sheet.cell(c.row, 5)) for c in sheet["A"] if c.value == key)

    @property
    def data(self) -> bytes:
        """The workbook as it would be saved."""
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


@pytest.fixture(scope="session")
def place() -> Callable[[Cell], str]:
    """Where a cell stands, as findings say it."""

    def say(cell: Cell) -> str:
        assert cell.parent is not None
        return f"{cell.parent.title}!{cell.coordinate}"

    return say


@pytest.fixture
def book() -> Book:
    """The filled battery template."""
    return Book(_filled())


@cache
def _filled() -> bytes:
    return template("battery", filled=True)
