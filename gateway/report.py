"""What happened on the way: notes (losses and changes) and findings (things somebody should mend)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

Exact: TypeAlias = Decimal | Fraction


class Fate(StrEnum):
    """What became of one leaf that did not arrive unchanged."""

    DROPPED = "dropped"  # the target has no place for it
    AGGREGATED = "aggregated"  # it went into a sum and can no longer be told apart
    WITHHELD = "withheld"  # the disclosure class forbids it
    CONVERTED = "converted"  # another unit, code or spelling
    ROUNDED = "rounded"
    TRUNCATED = "truncated"
    CHOSEN = "chosen"  # one of several languages, scenarios, variants
    DEFAULTED = "defaulted"
    INFERRED = "inferred"
    UNREAD = "unread"  # the reader has no place for it; kept in extras
    MENDED = "mended"  # a defect with one certain reading


class Severity(StrEnum):
    """How much a finding weighs. Only an error makes an input invalid."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Note:
    """One leaf that did not arrive unchanged.

    ``path`` names exactly one leaf (JSON pointer into the model when writing, into the source when
    reading), never a pattern. ``kg`` is the kg CO2e at stake where the leaf is an amount.
    """

    code: str
    path: str
    fate: Fate
    value: str = ""
    written: str = ""
    kg: Exact | None = None
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at: place, value, expectation, clause; the texts say the fix.

    ``at`` is the place in the user's own file. ``params`` fill the placeholders of the texts of
    ``code`` in ``mappings/messages``; ``saw`` and ``at`` are always available there.
    """

    code: str
    at: str
    saw: str = ""
    severity: Severity = Severity.ERROR
    per: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """Notes and findings of one step or of a whole run. An empty report says: nothing was lost."""

    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __add__(self, other: Report) -> Report:
        return Report(self.notes + other.notes, self.findings + other.findings)

    @classmethod
    def of(cls, *, notes: Iterable[Note] = (), findings: Iterable[Finding] = ()) -> Report:
        """A report of these notes and findings, in this order."""
        return cls(tuple(notes), tuple(findings))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the input invalid."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    def counts(self) -> dict[str, int]:
        """How many notes of each fate, for a one-line summary."""
        return dict(sorted(Counter(note.fate.value for note in self.notes).items()))
