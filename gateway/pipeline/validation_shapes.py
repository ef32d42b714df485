"""The shape of a validation report, as ``verify --trust --report`` writes it and a statement names it."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import Field

from gateway.pipeline.shapes import Both, Digest, Problem, Shape
from gateway.trust.judgement import STEPS, Indication, Outcome, Sub

# Literals of the words themselves: the enumerations' values are those of message codes.
Word = Literal["TOTAL_PASSED", "TOTAL_FAILED", "INDETERMINATE"]
assert set(get_args(Word)) == set(Indication.__members__)


class UsedPolicy(Shape):
    """The receiver's policy, by name and digest."""

    name: str
    sha256: Digest


class UsedList(Shape):
    """A trust list that was believed, by number and digest."""

    sequence: str
    sha256: Digest


class RefusedList(Shape):
    """A trust list that may not speak, and why."""

    file: str
    code: str
    saw: str


class ValidationStep(Shape):
    """One of the fourteen steps, with its evidence and the digest of that evidence."""

    number: int = Field(ge=1, le=len(STEPS))
    name: str
    outcome: Outcome
    sub_indication: str
    evidence: dict[str, Any]
    evidence_sha256: Digest
    cause: Both | None = None


class Remark(Shape):
    """What was found wrong, or what a reader should know besides."""

    code: str
    at: str
    saw: str
    message: Both


class Condition(Shape):
    """What an agreement asks for besides."""

    code: str
    zh: str
    en: str


class StatedOriginal(Shape):
    """The manifest that a statement is about; a digest is empty where it names none."""

    sha256: str
    sm3: str


class StatementSaid(Shape):
    """What a recognition statement decides, empty where it is no decision known here, and about what."""

    decision: Literal["recognised", "conditional", "refused", ""]
    original: StatedOriginal
    result_sets: list[str]
    conditions: list[dict[str, str]]
    message: Both


class Revision(Shape):
    """The signed document in a PDF: the first ``length`` of its ``size`` bytes, and where it was written."""

    file: str
    length: int
    size: int


class Covers(Shape):
    """Whether a statement is about exactly the folder that was asked about, and what differs."""

    folder: str
    holds: bool
    manifest: Digest
    absent: list[str]
    findings: list[Problem]


class ValidationDocument(Shape):
    """The whole report."""

    format: Literal["hutong-validation@1"]
    indication: Word
    sub_indication: str = Field(description=f"empty, or one of {', '.join(Sub.__members__)}")
    document: Digest
    validated_at: str
    existed_at: str
    policy: UsedPolicy
    trust_lists: dict[str, UsedList]
    refused_lists: list[RefusedList]
    steps: list[ValidationStep] = Field(min_length=len(STEPS), max_length=len(STEPS))
    covered: list[str]
    uncovered: list[str]
    conditions: list[Condition]
    named: dict[str, Any]
    findings: list[Remark]
    notes: list[Remark]
    statement: StatementSaid | None = None
    covers: Covers | None = None
    signed: Revision | None = None
