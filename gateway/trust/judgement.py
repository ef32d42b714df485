"""The words of a validation: indications and sub-indications, and what each step found.

Source of the words: ETSI EN 319 102-1 V1.4.1, 5.1; our own sub-indications for what it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.frontdoor.json import PlainJson
from gateway.report import Finding
from gateway.signing.digests import sha256_hex
from gateway.signing.jcs import jcs

if TYPE_CHECKING:
    from gateway.trust.statement import Said


class Indication(StrEnum):
    """The one answer, named in the words of the standard. Unknown never becomes passed."""

    TOTAL_PASSED = "total-passed"
    TOTAL_FAILED = "total-failed"
    INDETERMINATE = "indeterminate"


class Outcome(StrEnum):
    """The answer of one step."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"
    NOT_ASKED = "not-asked"  # the policy does not ask for it, or there is nothing to ask about


class Sub(StrEnum):
    """Why it did not pass. The name of a member is the word; its value ends the code of its text."""

    FORMAT_FAILURE = "format-failure"
    SIG_CRYPTO_FAILURE = "sig-crypto-failure"
    HASH_FAILURE = "hash-failure"
    NO_SIGNATURE = "no-signature"
    CRYPTO_CONSTRAINTS_FAILURE = "crypto-constraints-failure"
    NOT_COVERED = "not-covered"
    CONTAINED_FAILED = "contained-failed"
    NUMBER_NOT_COVERED = "number-not-covered"
    NO_SIGNING_KEY_FOUND = "no-signing-key-found"
    SIGNED_DATA_NOT_FOUND = "signed-data-not-found"
    SIG_CONSTRAINTS_FAILURE = "sig-constraints-failure"
    CHAIN_CONSTRAINTS_FAILURE = "chain-constraints-failure"
    REVOKED = "revoked"
    REVOKED_KEY_COMPROMISE = "revoked-key-compromise"
    REVOCATION_UNAVAILABLE = "revocation-unavailable"
    TRY_LATER = "try-later"
    OUT_OF_BOUNDS_NO_POE = "out-of-bounds-no-poe"
    NO_TRUST_ENTRY = "no-trust-entry"
    TRUST_ENTRY_AMBIGUOUS = "trust-entry-ambiguous"
    TRUST_LIST_REFUSED = "trust-list-refused"
    TRUST_LIST_EXPIRED = "trust-list-expired"
    TRUST_LIST_ROLLBACK = "trust-list-rollback"
    STATUS_AT_POE_SUSPENDED = "status-at-poe-suspended"
    STATUS_AT_POE_WITHDRAWN = "status-at-poe-withdrawn"
    STATUS_AT_POE_EXPIRED = "status-at-poe-expired"
    NOT_LISTED_AT_POE = "not-listed-at-poe"
    SERVICE_NOT_ACCEPTED = "service-not-accepted"
    NOT_ACCREDITED = "not-accredited"
    ACCREDITATION_UNKNOWN = "accreditation-unknown"
    OUT_OF_SCOPE = "out-of-scope"
    SCOPE_UNKNOWN = "scope-unknown"
    AGREEMENT_NOT_IN_FORCE = "agreement-not-in-force"
    NO_AGREEMENT = "no-agreement"
    STATUS_REVOKED = "status-revoked"
    STATUS_SUSPENDED = "status-suspended"
    STATUS_UNAVAILABLE = "status-unavailable"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    TIME_UNKNOWN = "time-unknown"
    NOT_IN_FORCE = "not-in-force"
    REPLAYED = "replayed"
    RULES_BLOCKING = "rules-blocking"
    RULES_NOT_RUN = "rules-not-run"


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
    said: Said | None = None  # where the document is a recognition statement, whatever became of it

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
