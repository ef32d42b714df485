"""The reviewer's working paper: every finding with formula and evidence, and a person's decision beside it.

It is a workbook, because reviewers work in one. What the gateway has written into it is compared when it
comes back: a paper whose findings were changed decides about something else.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final

from gateway import messages
from gateway.messages import Lang

FORMAT: Final = "hutong-paper@1"
SHEET: Final = "复核 Review"
DECISIONS: Final = ("accepted", "condition", "rejected", "open")
_LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")
TOP: Final = 12
_FIXED_TIME: Final = datetime(1980, 1, 1, tzinfo=UTC)
# Answers that somebody has to settle before a statement can say "recognised".
NEED_A_DECISION: Final = frozenset(
    {"fail", "failed", "indeterminate", "missing-input", "needs-evidence", "error", "warning"}
)
_LONGEST: Final = 32_000


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


OWN: Final = tuple(field.name for field in fields(Entry))
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
THEIRS: Final = ("decision", "name", "day", "reason")
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
    for column, (name, both) in enumerate(zip(_HEADS, headings(), strict=True)):
        sheet.set_column(column, column, _WIDTHS.get(name, 36 if name != "number" else 6))
        sheet.write_string(TOP - 1, column, both, bold)
    last = TOP + max(len(paper.entries), 1) - 1
    for row, entry in enumerate(paper.entries, TOP):
        sheet.write_string(row, 0, str(row - TOP + 1), plain)
        for column, value in enumerate(cells_of(entry), 1):
            sheet.write_string(row, column, value, plain)
        for column in range(len(OWN) + 1, len(_HEADS)):
            sheet.write_blank(row, column, None, open_ if entry.needs_decision else plain)
    choice = len(OWN) + 1
    sheet.data_validation(TOP, choice, last, choice, {"validate": "list", "source": list(DECISIONS)})
    sheet.autofilter(TOP - 1, 0, last, len(_HEADS) - 1)
    sheet.freeze_panes(TOP, 3)
    book.close()
    return out.getvalue()


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


def headings() -> Iterator[str]:
    """What stands above the columns, in both languages."""
    for name in _HEADS:
        yield " ".join(messages.text(f"paper.column-{name}", lang, {}).what for lang in _LANGS)


def cells_of(entry: Entry) -> Iterator[str]:
    """What the gateway writes about a finding, behind its number."""
    return (_plain(getattr(entry, name)) for name in OWN)


def _plain(text: str) -> str:
    """Without characters that XML cannot hold, and no longer than a cell."""
    clean = "".join(c if c >= " " or c in "\t\n" else f"\\u{ord(c):04x}" for c in text)
    return clean if len(clean) <= _LONGEST else clean[:_LONGEST] + "…"
