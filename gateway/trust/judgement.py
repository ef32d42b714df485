"""The words of a validation: indications and sub-indications, and what each step found.

Source of the words: ETSI EN 319 102-1 V1.4.1, 5.1; our own sub-indications for what it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.frontdoor.json import PlainJson
from gateway.report import Finding
from gateway.signing.digests import sha256_hex
from gateway.signing.jcs import jcs


class Indication(StrEnum):
    """The one answer. Unknown never becomes passed."""

    TOTAL_PASSED = "TOTAL_PASSED"
    TOTAL_FAILED = "TOTAL_FAILED"
    INDETERMINATE = "INDETERMINATE"


class Outcome(StrEnum):
    """The answer of one step."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"
    NOT_ASKED = "not-asked"  # the policy does not ask for it, or there is nothing to ask about


class Sub(StrEnum):
    """Why it did not pass."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    NO_SIGNATURE = "NO_SIGNATURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    NOT_COVERED = "NOT_COVERED"
    NUMBER_NOT_COVERED = "NUMBER_NOT_COVERED"
    NO_SIGNING_KEY_FOUND = "NO_SIGNING_KEY_FOUND"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    REVOKED = "REVOKED"
    REVOKED_KEY_COMPROMISE = "REVOKED_KEY_COMPROMISE"
    REVOCATION_UNAVAILABLE = "REVOCATION_UNAVAILABLE"
    POE_UNTRUSTED = "POE_UNTRUSTED"
    NO_TRUST_ENTRY = "NO_TRUST_ENTRY"
    TRUST_ENTRY_AMBIGUOUS = "TRUST_ENTRY_AMBIGUOUS"
    TRUST_LIST_REFUSED = "TRUST_LIST_REFUSED"
    TRUST_LIST_EXPIRED = "TRUST_LIST_EXPIRED"
    TRUST_LIST_ROLLBACK = "TRUST_LIST_ROLLBACK"
    STATUS_AT_POE_SUSPENDED = "STATUS_AT_POE_SUSPENDED"
    STATUS_AT_POE_WITHDRAWN = "STATUS_AT_POE_WITHDRAWN"
    STATUS_AT_POE_EXPIRED = "STATUS_AT_POE_EXPIRED"
    NOT_LISTED_AT_POE = "NOT_LISTED_AT_POE"
    SERVICE_NOT_ACCEPTED = "SERVICE_NOT_ACCEPTED"
    NOT_ACCREDITED = "NOT_ACCREDITED"
    ACCREDITATION_UNKNOWN = "ACCREDITATION_UNKNOWN"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    SCOPE_UNKNOWN = "SCOPE_UNKNOWN"
    AGREEMENT_NOT_IN_FORCE = "AGREEMENT_NOT_IN_FORCE"
    NO_AGREEMENT = "NO_AGREEMENT"
    STATUS_REVOKED = "STATUS_REVOKED"
    STATUS_SUSPENDED = "STATUS_SUSPENDED"
    STATUS_UNAVAILABLE = "STATUS_UNAVAILABLE"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    TIME_UNKNOWN = "TIME_UNKNOWN"
    REPLAYED = "REPLAYED"
    RULES_BLOCKING = "RULES_BLOCKING"
    RULES_NOT_RUN = "RULES_NOT_RUN"


STEPS = (
    "front-door",
    "signature",
    "coverage",
    "signer",
    "existence",
    "entry",
    "status",
    "accreditation",
    "scope",
    "agreement",
    "credential-status",
    "time",
    "rules",
    "verdict",
)


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step found, and on what evidence.

    ``params`` fill the texts of the step's cause (``list.sub-…`` in ``mappings/messages``).
    """

    name: str
    outcome: Outcome
    sub: Sub | None = None
    evidence: Mapping[str, PlainJson] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return STEPS.index(self.name) + 1

    @property
    def evidence_digest(self) -> str:
        """SHA-256 of the canonical evidence, so that a report can be held against what was looked at."""
        return sha256_hex(jcs(dict(self.evidence)))


@dataclass(frozen=True, slots=True)
class Validation:
    """All fourteen steps and their one verdict. It is the same for the same bytes, policy and time."""

    indication: Indication
    sub: Sub | None
    steps: tuple[StepResult, ...]
    document: str
    at: datetime
    existed: datetime
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    covered: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    conditions: tuple[Mapping[str, str], ...] = ()
    named: Mapping[str, PlainJson] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return self.indication is Indication.TOTAL_PASSED

    def step(self, name: str) -> StepResult:
        """The result of one step."""
        return next(step for step in self.steps if step.name == name)


def verdict(steps: tuple[StepResult, ...]) -> tuple[Indication, Sub | None]:
    """Failed if anything failed, else indeterminate if anything was not known, else passed."""
    for outcome, indication in (
        (Outcome.FAILED, Indication.TOTAL_FAILED),
        (Outcome.INDETERMINATE, Indication.INDETERMINATE),
    ):
        first = next((step for step in steps if step.outcome is outcome), None)
        if first is not None:
            return indication, first.sub
    return Indication.TOTAL_PASSED, None
