"""How the workbook looks: colours for what is required, one style object for each combination."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

FILLS: Final[Mapping[str, str]] = {
    "required": "#FFF2CC",
    "target": "#F8CBAD",
    "conditional": "#E2EFDA",
    "": "#FFFFFF",
}
_UNITS: Final[Mapping[str, str]] = {
    "kg{CO2eq}": "kg CO2e",
    "kg{CO2eq}/kW.h": "kg CO2e/kWh",
    "kW.h": "kWh",
    "A.h": "Ah",
    "W.h/kg": "Wh/kg",
    "kg{C}": "kg C",
    "1": "",
}


def display_unit(unit: str) -> str:
    """A unit as people write it; empty where another cell names it."""
    return "" if unit.startswith("@") or unit == "originScheme" else _UNITS.get(unit, unit)


class Styles:
    """The styles of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    @property
    def key(self) -> Format:
        """Keys: for the program, small and grey."""
        return self._of(font_color="#808080", font_size=8)

    def head(self, need: str = "") -> Format:
        """Headings; a column is coloured as its cells would be."""
        fill = FILLS[need] if need else "#D9E2F3"
        return self._of(bold=True, bg_color=fill, border=1, text_wrap=True, valign="top")

    def section(self) -> Format:
        """Titles of blocks."""
        return self._of(bold=True, font_size=12, font_color="#1F3864")

    def text(self) -> Format:
        """Labels."""
        return self._of(text_wrap=True, valign="top")

    def hint(self) -> Format:
        """What a cell unlocks."""
        return self._of(text_wrap=True, valign="top", font_color="#595959", font_size=9)

    def look(self, name: str) -> Format:
        """A line of the first sheet: ``title``, ``text`` or a fill of the legend."""
        if name == "title":
            return self._of(bold=True, font_size=14)
        if name in FILLS and name:
            return self._of(bg_color=FILLS[name], border=1, text_wrap=True)
        return self.text()

    def plain(self, number_format: str) -> Format:
        """An empty column's format."""
        return self._of(num_format=number_format) if number_format else self._of()

    def value(self, number_format: str, need: str) -> Format:
        """A cell to fill."""
        looks: dict[str, object] = {"bg_color": FILLS[need], "border": 1, "valign": "top"}
        if number_format in {"", "@"}:
            looks["text_wrap"] = True
        if number_format:
            looks["num_format"] = number_format
        return self._of(**looks)

    def _of(self, **looks: object) -> Format:
        key = tuple(sorted(looks.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(looks)
        return self._made[key]
