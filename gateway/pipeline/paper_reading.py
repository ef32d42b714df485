"""A reviewer's working paper as it comes back: the same findings, with a person's decisions.

What stands in it must be what the person has seen; all that is wrong is named at once, each with its cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from gateway.errors import GatewayError, InputError, raise_all
from gateway.frontdoor.double import day_of
from gateway.frontdoor.workbook import Cell, Row, open_workbook
from gateway.pipeline.paper import (
    DECISIONS,
    OWN,
    SHEET,
    THEIRS,
    TOP,
    Decided,
    Entry,
    Paper,
    cells_of,
    headings,
)

# As the paper itself says them to its readers (paper.how).
_WORDS: Final = {
    **{word: word for word in DECISIONS},
    "接受": "accepted",
    "附条件": "condition",
    "否决": "rejected",
    "未决": "open",
}
# What it means that a fact above the table is another one.
_OTHERWISE: Final = {
    "format": "paper.of-another-document",
    "manifest": "paper.of-another-document",
    "rulesets": "paper.of-other-rules",
    "signed": "paper.of-another-document",
    "indication": "paper.judged-otherwise",
    "result-sets": "paper.of-another-run",
}
# Before it nobody has reviewed a carbon footprint.
_FIRST_DAY: Final = date(2000, 1, 1)
# Letters by category, and blank: Hangul fillers, the Braille blank.
_FILLERS: Final = "\u115f\u1160\u3164\uffa0\u2800"
# Of a number format: what pads, fills or colours.
_ASIDE: Final = re.compile(r"_.|\*.|\[[^\]]*\]")
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class BadPaper(InputError):
    """The workbook is no working paper, or not the one for this document."""

    code = "paper.not-a-paper"


def read(data: bytes, expected: Paper, *, today: date) -> tuple[Decided, ...]:
    """The decisions of a paper, in the order of ``expected``'s entries.

    Args:
        today: by the clock of the office; nobody has decided later, but for a day between time zones.

    Raises:
        InputError: it is no paper, it is about another document, or findings, decisions or days are not
            what they should be: all problems at once, each with its cell.
    """
    book = open_workbook(data)
    # What stands in a hidden sheet is not what its reviewer sees.
    sheet = next((one for one in book.sheets if one.name == SHEET and one.state == "visible"), None)
    if sheet is None:
        raise BadPaper(path=SHEET)
    # Programs leave rows behind in which there is nothing, or a blank.
    written = [row for row in book.rows(sheet) if any(c.formula or (c.text or "").strip() for c in row.cells)]
    rows = {row.number - 1: _texts(row, since_1904=book.since_1904) for row in written}
    formulas = {row.number - 1: _formulas(row) for row in written}
    _refuse_other(rows, expected)
    problems: list[GatewayError] = [
        BadPaper(cell.text, path=f"{SHEET}!{cell.ref}", code="paper.shown-otherwise", shown=cell.format.code)
        for row in written
        for cell in row.cells
        if not _is_shown(cell)
    ]
    found = []
    for row, entry in zip(_sorted(rows, len(expected.entries)), expected.entries, strict=True):
        cells = rows.pop(row, {})
        problems += _changed(entry, cells, row)
        told_ = (_visible(cells.get(len(OWN) + 1 + n, "")) for n in range(len(THEIRS)))
        decided = Decided(*told_)
        decided = replace(decided, decision=_WORDS.get(decided.decision.casefold(), decided.decision))
        problems += _unclear(decided, row, today, formulas.get(row, {}))
        found.append(decided)
    problems += [BadPaper(path=f"{SHEET}!A{row + 1}", code="paper.extra-row") for row in rows if row >= TOP]
    raise_all(problems)
    return tuple(found)


def _refuse_other(rows: Mapping[int, Mapping[int, str]], expected: Paper) -> None:
    """What stands above the table must be what is known of the document, and the columns where they were."""
    wanted = dict(expected.facts)
    told = {row.get(0, ""): row.get(1, "") for n, row in rows.items() if 4 <= n < 4 + len(wanted)}
    # Of several that differ, the one that has changed the others.
    for name in sorted(wanted, key=lambda name: list(_OTHERWISE).index(name)):
        if told.get(name, "") != wanted[name]:
            code = _OTHERWISE[name]
            raise BadPaper(told.get(name, ""), path=name, code=code, expected=wanted[name])
    heads = rows.get(TOP - 1, {})
    for column, head in enumerate(headings()):
        if _same_lines(heads.get(column, "")) != head:
            place = f"{SHEET}!{chr(ord('A') + column)}{TOP}"
            raise BadPaper(heads.get(column, ""), path=place, code="paper.columns-moved", expected=head)


def _sorted(rows: Mapping[int, Mapping[int, str]], count: int) -> Sequence[int]:
    """The rows by the numbers that the gateway gave them: a reviewer may sort them, whole.

    What stands in each is compared with the finding of its number. Where numbers are missing or twice, the
    rows are taken as they stand.
    """
    numbers = [str(number) for number in range(1, count + 1)]
    placed = [(cells.get(0, "").strip(), row) for row, cells in rows.items() if row >= TOP]
    known = [(number, row) for number, row in placed if number in set(numbers)]
    if sorted(number for number, _ in known) != sorted(numbers):
        return range(TOP, TOP + count)
    return [dict(known)[number] for number in numbers]


def _texts(row: Row, *, since_1904: bool) -> dict[int, str]:
    # Columns are counted from 1 in a workbook.
    return {cell.column - 1: _text(cell, since_1904=since_1904) for cell in row.cells}


def _text(cell: Cell, *, since_1904: bool) -> str:
    """The text of a cell; a day that the program has made a number becomes one again."""
    if _is_calculated(cell):
        # What another program calculates may be another decision.
        return ""
    text = cell.text or ""
    if cell.kind == "number" and cell.format.kind == "day":
        try:
            return str(day_of(Decimal(text), since_1904=since_1904))
        except (InvalidOperation, GatewayError, ValueError):
            return text
    return text


def _is_shown(cell: Cell) -> bool:
    """(ECMA-376-1, 18.8.31) Whether a text is shown as it stands: by @ in its section, or by none."""
    if cell.kind == "number" or not (cell.text or "").strip():
        return True
    sections = cell.format.code.split(";")
    own = sections[3] if len(sections) > 3 else sections[-1]
    return (len(sections) < 4 and "@" not in own) or _ASIDE.sub("", own).strip() == "@"


def _is_calculated(cell: Cell) -> bool:
    return cell.formula is not None or cell.kind == "error"


def _formulas(row: Row) -> dict[int, str]:
    """What stands in the cells that are no values."""
    found = (cell for cell in row.cells if _is_calculated(cell))
    return {cell.column - 1: f"={cell.formula}" if cell.formula else cell.text or "" for cell in found}


def _changed(entry: Entry, cells: Mapping[int, str], row: int) -> Iterator[GatewayError]:
    for column, value in enumerate(cells_of(entry), 1):
        if _same_lines(cells.get(column, "")) != _same_lines(value):
            place = f"{SHEET}!{chr(ord('A') + column)}{row + 1}"
            yield BadPaper(cells.get(column, ""), path=place, code="paper.changed", expected=value)


def _visible(text: str) -> str:
    """A person's text; characters that nobody sees are none (format characters, fillers)."""
    seen = "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Cc"} and c not in _FILLERS)
    return text.strip() if any(c.isalnum() for c in seen) else ""


def _same_lines(text: str) -> str:
    """Line ends are spelling: programs write them anew."""
    return text.replace("\r\n", "\n").replace("_x000D_\n", "\n").strip()


def _unclear(
    decided: Decided, row: int, today: date, calculated: Mapping[int, str]
) -> Iterator[GatewayError]:
    """What is wrong with a decision.

    Args:
        calculated: the formulas and errors in the row, by column: they were read as nothing.
    """
    columns = {name: len(OWN) + 1 + n for n, name in enumerate(THEIRS)}
    places = {name: f"{SHEET}!{chr(ord('A') + column)}{row + 1}" for name, column in columns.items()}
    formulas = {name: calculated[column] for name, column in columns.items() if column in calculated}
    if not decided.is_settled:
        if "decision" in formulas:
            yield BadPaper(formulas["decision"], path=places["decision"], code="paper.formula")
        elif decided.decision and decided.decision not in DECISIONS:
            allowed = ", ".join(_WORDS)
            code = "paper.unknown-decision"
            yield BadPaper(decided.decision, path=places["decision"], code=code, expected=allowed)
        return
    for name, formula in formulas.items():
        yield BadPaper(formula, path=places[name], code="paper.formula")
    if not decided.name and "name" not in formulas:
        yield BadPaper(path=places["name"], code="paper.no-name")
    if "day" not in formulas:
        yield from _odd_day(decided.day, places["day"], today)
    if not decided.reason and "reason" not in formulas:
        yield BadPaper(path=places["reason"], code="paper.no-reason")


def _odd_day(text: str, place: str, today: date) -> Iterator[GatewayError]:
    day = _day(text)
    if day is None:
        yield BadPaper(text, path=place, code="paper.no-day")
    elif not _FIRST_DAY <= day <= today + timedelta(days=1):
        limits = {"first": str(_FIRST_DAY), "last": str(today)}
        yield BadPaper(text, path=place, code="paper.odd-day", **limits)


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
