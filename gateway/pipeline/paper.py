"""The reviewer's working paper: every finding with formula and evidence, and a person's decision beside it.

It is a workbook, because reviewers work in one. What the gateway has written into it is compared when it
comes back: a paper whose findings were changed decides about something else.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from gateway import messages
from gateway.errors import GatewayError, InputError, raise_all
from gateway.frontdoor.double import day_of
from gateway.frontdoor.workbook import Cell, Row, open_workbook
from gateway.messages import Lang

FORMAT: Final = "hutong-paper@1"
SHEET: Final = "复核 Review"
DECISIONS: Final = ("accepted", "condition", "rejected", "open")
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
_LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")
_TOP: Final = 12
_FIXED_TIME: Final = datetime(1980, 1, 1, tzinfo=UTC)
# Answers that somebody has to settle before a statement can say "recognised".
NEED_A_DECISION: Final = frozenset(
    {"fail", "failed", "indeterminate", "missing-input", "needs-evidence", "error", "warning"}
)
_LONGEST: Final = 32_000
# Before it nobody has reviewed a carbon footprint.
_FIRST_DAY: Final = date(2000, 1, 1)
# Letters by category, and blank: Hangul fillers, the Braille blank.
_FILLERS: Final = "\u115f\u1160\u3164\uffa0\u2800"
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class BadPaper(InputError):
    """The workbook is no working paper, or not the one for this document."""

    code = "paper.not-a-paper"


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding as the gateway states it."""

    kind: str
    code: str
    at: str
    outcome: str
    finding_zh: str
    finding_en: str
    expected_zh: str = ""
    expected_en: str = ""
    formula: str = ""
    evidence: str = ""
    clause: str = ""

    @property
    def needs_decision(self) -> bool:
        return self.outcome in NEED_A_DECISION


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person has decided about one finding."""

    decision: str = ""
    name: str = ""
    day: str = ""
    reason: str = ""

    @property
    def is_settled(self) -> bool:
        return self.decision in {"accepted", "condition", "rejected"}


@dataclass(frozen=True, slots=True)
class Paper:
    """All findings about one document, in order, and what they are about.

    Args:
        signed: the credential and the signatures by name and SHA-256: others may stand over one manifest.
    """

    manifest: str
    indication: str
    result_sets: tuple[str, ...]
    entries: tuple[Entry, ...]
    ruleset: tuple[tuple[str, str], ...] = ()
    signed: tuple[tuple[str, str], ...] = ()

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What stands above the table."""
        return (
            ("format", FORMAT),
            ("manifest", self.manifest),
            ("indication", self.indication),
            ("result-sets", ", ".join(self.result_sets)),
            ("rulesets", ", ".join(f"{name} {digest}" for name, digest in self.ruleset)),
            ("signed", ", ".join(f"{name} {digest}" for name, digest in self.signed)),
        )


_OWN: Final = tuple(field.name for field in fields(Entry))
_HEADS: Final = (
    "number",
    "kind",
    "code",
    "at",
    "outcome",
    "finding-zh",
    "finding-en",
    "expected-zh",
    "expected-en",
    "formula",
    "evidence",
    "clause",
    "decision",
    "name",
    "day",
    "reason",
)
_THEIRS: Final = ("decision", "name", "day", "reason")
_WIDTHS: Final = {
    "kind": 12,
    "code": 26,
    "at": 34,
    "outcome": 16,
    "formula": 28,
    "evidence": 34,
    "clause": 24,
    "decision": 14,
    "name": 18,
    "day": 12,
    "reason": 44,
}


def write(paper: Paper) -> bytes:
    """The workbook, with empty cells for decisions. The same findings give the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": _FIXED_TIME.replace(tzinfo=None)})
    sheet = book.add_worksheet(SHEET)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    open_ = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#FFF2CC"})
    for row, lang in enumerate(_LANGS):
        sheet.write_string(row, 0, messages.text("paper.title", lang, {}).what, bold)
        sheet.write_string(row + 2, 0, messages.text("paper.how", lang, {}).what)
    for row, (name, value) in enumerate(paper.facts, 4):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value)
    for column, (name, both) in enumerate(zip(_HEADS, _heads(), strict=True)):
        sheet.set_column(column, column, _WIDTHS.get(name, 36 if name != "number" else 6))
        sheet.write_string(_TOP - 1, column, both, bold)
    last = _TOP + max(len(paper.entries), 1) - 1
    for row, entry in enumerate(paper.entries, _TOP):
        sheet.write_string(row, 0, str(row - _TOP + 1), plain)
        for column, value in enumerate(_cells(entry), 1):
            sheet.write_string(row, column, value, plain)
        for column in range(len(_OWN) + 1, len(_HEADS)):
            sheet.write_blank(row, column, None, open_ if entry.needs_decision else plain)
    choice = len(_OWN) + 1
    sheet.data_validation(_TOP, choice, last, choice, {"validate": "list", "source": list(DECISIONS)})
    sheet.autofilter(_TOP - 1, 0, last, len(_HEADS) - 1)
    sheet.freeze_panes(_TOP, 3)
    book.close()
    return out.getvalue()


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
    problems: list[GatewayError] = []
    found = []
    for row, entry in zip(_sorted(rows, len(expected.entries)), expected.entries, strict=True):
        cells = rows.pop(row, {})
        problems += _changed(entry, cells, row)
        told_ = (_visible(cells.get(len(_OWN) + 1 + n, "")) for n in range(len(_THEIRS)))
        decided = Decided(*told_)
        decided = replace(decided, decision=_WORDS.get(decided.decision.casefold(), decided.decision))
        problems += _unclear(decided, row, today, formulas.get(row, {}))
        found.append(decided)
    problems += [BadPaper(path=f"{SHEET}!A{row + 1}", code="paper.extra-row") for row in rows if row >= _TOP]
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
    heads = rows.get(_TOP - 1, {})
    for column, head in enumerate(_heads()):
        if _same_lines(heads.get(column, "")) != head:
            place = f"{SHEET}!{chr(ord('A') + column)}{_TOP}"
            raise BadPaper(heads.get(column, ""), path=place, code="paper.columns-moved", expected=head)


def open_entries(paper: Paper, decided: Sequence[Decided]) -> Iterator[Entry]:
    """The findings that nobody has settled."""
    for entry, decision in zip(paper.entries, decided, strict=True):
        if entry.needs_decision and not decision.is_settled:
            yield entry


def conditions(paper: Paper, decided: Sequence[Decided]) -> Iterator[dict[str, str]]:
    """The conditions that the reviewer sets: the reason is their text."""
    for entry, decision in zip(paper.entries, decided, strict=True):
        if decision.decision == "condition":
            yield {"code": entry.code, "at": entry.at, "text": decision.reason}


def _heads() -> Iterator[str]:
    for name in _HEADS:
        yield " ".join(messages.text(f"paper.column-{name}", lang, {}).what for lang in _LANGS)


def _sorted(rows: Mapping[int, Mapping[int, str]], count: int) -> Sequence[int]:
    """The rows by the numbers that the gateway gave them: a reviewer may sort them, whole.

    What stands in each is compared with the finding of its number. Where numbers are missing or twice, the
    rows are taken as they stand.
    """
    numbers = [str(number) for number in range(1, count + 1)]
    placed = [(cells.get(0, "").strip(), row) for row, cells in rows.items() if row >= _TOP]
    known = [(number, row) for number, row in placed if number in set(numbers)]
    if sorted(number for number, _ in known) != sorted(numbers):
        return range(_TOP, _TOP + count)
    return [dict(known)[number] for number in numbers]


def _cells(entry: Entry) -> Iterator[str]:
    return (_plain(getattr(entry, name)) for name in _OWN)


def _plain(text: str) -> str:
    """Without characters that XML cannot hold, and no longer than a cell."""
    clean = "".join(c if c >= " " or c in "\t\n" else f"\\u{ord(c):04x}" for c in text)
    return clean if len(clean) <= _LONGEST else clean[:_LONGEST] + "…"


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


def _is_calculated(cell: Cell) -> bool:
    return cell.formula is not None or cell.kind == "error"


def _formulas(row: Row) -> dict[int, str]:
    """What stands in the cells that are no values."""
    found = (cell for cell in row.cells if _is_calculated(cell))
    return {cell.column - 1: f"={cell.formula}" if cell.formula else cell.text or "" for cell in found}


def _changed(entry: Entry, cells: Mapping[int, str], row: int) -> Iterator[GatewayError]:
    for column, value in enumerate(_cells(entry), 1):
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
    columns = {name: len(_OWN) + 1 + n for n, name in enumerate(_THEIRS)}
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
