"""What a rule answers: outcome, force, what was seen, and how much of its clause was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway import messages
from gateway.messages import Lang


class Outcome(StrEnum):
    """The answer to one rule. Missing evidence is never a pass."""

    PASS = "pass"  # noqa: S105 - an outcome
    FAIL = "fail"
    NEEDS_EVIDENCE = "needs-evidence"  # the document cannot settle it; a person or a further document can
    NOT_APPLICABLE = "not-applicable"
    MISSING_INPUT = "missing-input"  # a field that the rule reads is empty


class Force(StrEnum):
    """What binds: the rule on the day that was asked for."""

    IN_FORCE = "in-force"
    DRAFT = "draft"  # nothing follows from it until it is adopted
    GUIDANCE = "guidance"
    NOT_YET_LAW = "not-yet-law"  # adopted, and applies from a later or yet unknown day


class ClauseRead(StrEnum):
    """How much of the clause was read. Only ``full`` may say fail."""

    FULL = "full"
    EXCERPT = "excerpt"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in both languages: a code of ``mappings/messages`` and its values."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        """The sentence."""
        return messages.text(self.code, lang, self.params).what if self.code else ""

    def both(self) -> dict[str, str]:
        """The sentence in Chinese and English."""
        return {"zh": self.text("zh"), "en": self.text("en")}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a test says, whatever the state of its clause.

    ``paths`` are the leaves that were looked at or are missing, the most telling first. ``values`` fill
    the placeholders of the rule's own texts (expected, fix). ``force`` is told where the answer itself
    settles it, as a rule about a day of application does.
    """

    outcome: Outcome
    observed: Said
    paths: tuple[str, ...] = ()
    tolerance: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    force: Force | None = None
