"""Findings and errors for people: at, saw, expected, per, fix; and what was lost, counted and weighed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias

from gateway import messages
from gateway.console.terminal import Console, Style, joined, padded, width
from gateway.errors import GatewayError
from gateway.report import Exact, Fate, Finding, Note, Severity

Line: TypeAlias = tuple[str, Style]

_STYLES: dict[Severity, Style] = {
    Severity.ERROR: "bad",
    Severity.WARNING: "careful",
    Severity.INFO: "head",
}
# After these a value can no longer be had from the output as it was; the others change only how it is said.
LOSSES = frozenset(
    {
        Fate.DROPPED,
        Fate.AGGREGATED,
        Fate.WITHHELD,
        Fate.ROUNDED,
        Fate.TRUNCATED,
        Fate.CHOSEN,
        Fate.UNREAD,
    }
)
_GONE = frozenset({Fate.DROPPED, Fate.UNREAD})
# What is lighter than a hundredth of the heaviest is in the report.
_WORTH_A_LINE = 100
_IS_PART = re.compile(r"/carbon/(?!total$)[a-z0-9_]+$|^/lines/").search
_ROWS = (
    ("at", "cli.label-at"),
    ("saw", "cli.label-saw"),
    ("expected", "cli.label-expected"),
    ("per", "cli.label-per"),
    ("fix", "cli.label-fix"),
    ("code", "cli.label-code"),
)


def lines(console: Console, subject: Finding | GatewayError, indent: str = "") -> list[Line]:
    """One finding or error: what happened, then where, what was seen, what is expected, and the remedy."""
    said = messages.explain(subject, console.lang)
    saw = subject.saw
    if saw and subject.params.get(messages.KIND) == saw:
        saw = messages.kind(saw, console.lang)
    facts = {"expected": said.expected, "fix": said.fix, "saw": saw}
    if isinstance(subject, Finding):
        severity = subject.severity
        facts |= {"at": subject.at, "per": subject.per, "code": subject.code}
    else:
        severity = Severity.ERROR
        facts |= {"at": subject.path, "code": subject.error_code}
    labels = {name: console.say(code) for name, code in _ROWS}
    column = max(map(width, labels.values())) + 2
    head = indent + console.say(f"cli.severity-{severity.value}", what=said.what)
    told = [(name, facts.get(name, "")) for name, _ in _ROWS]
    rows = [f"{indent}  {padded(labels[name], column)}{text}" for name, text in told if text]
    return [(head, _STYLES[severity]), *((row, "") for row in rows)]


def severities(console: Console, found: Sequence[Finding]) -> str:
    """How many findings of each weight, every weight named."""
    counted = Counter(finding.severity for finding in found)
    return joined(console.say(f"cli.count-{s.value}", n=counted[s]) for s in Severity)


def count_severities(found: Iterable[Finding]) -> dict[str, int]:
    """The same for programs."""
    counted = Counter(finding.severity for finding in found)
    return {severity.value: counted[severity] for severity in Severity}


def fates(console: Console, notes: Sequence[Note]) -> str:
    """How many values met each fate."""
    counted = Counter(note.fate for note in notes)
    return joined(console.say(f"cli.fate-{f.value}", n=counted[f]) for f in Fate if counted[f])


def is_loss(note: Note) -> bool:
    """Whether the value can no longer be had from the output as it was."""
    return note.fate in LOSSES


def heaviest(notes: Iterable[Note], most: int = 3) -> list[Note]:
    """The amounts with the most kg CO2e that stand nowhere in the output.

    Left out is what went into a sum or is withheld on purpose, and what is only a part or a cause of an
    amount that is listed itself: the carbon classes of a total, the lines of a stage.
    """
    gone = [note for note in notes if note.kg and note.fate in _GONE and not _IS_PART(note.path)]
    weighed = [(-abs(Fraction(note.kg or 0)), note.path, note) for note in gone]
    weighed.sort(key=lambda entry: entry[:2])
    return [note for weight, _, note in weighed[:most] if weight * _WORTH_A_LINE <= weighed[0][0]]


def amount_text(amount: Exact) -> str:
    """A decimal text; an endless quotient is rounded to 15 digits."""
    from gateway.quantity import round_significant, show

    text = show(amount)
    return text if "/" not in text else show(round_significant(amount, 15))
