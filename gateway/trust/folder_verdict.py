"""What the check of an issued folder answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from gateway.frontdoor.json import PlainJson
from gateway.report import Finding
from gateway.signing import gbt35275
from gateway.signing.certificates import Certificate
from gateway.signing.timestamp import is_timestamp
from gateway.signing.verified import Contained


class State(StrEnum):
    """The one answer. ``INTACT`` says nothing about who signed."""

    INTACT = "intact"
    CHANGED = "changed"
    NOT_SIGNED = "not-signed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the check, in the order in which it was taken."""

    name: str
    holds: bool
    about: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """A signature over the manifest that holds. Why to trust its certificate is not asked here."""

    name: str
    data: bytes = field(repr=False)
    signers: tuple[gbt35275.VerifiedSigner, ...]
    certificates: tuple[Certificate, ...]


class Term(StrEnum):
    """Where a moment lies in the time for which a credential is valid."""

    VALID = "valid"
    NOT_YET = "not-yet"
    EXPIRED = "expired"
    UNREADABLE = "unreadable"  # the credential's times are none


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was checked, what holds, and what does not.

    ``identified`` is whether a trust policy names the signer; without one it is always False.
    ``absent`` are parts that the manifest allows to be absent; ``not_checked`` counts what could not be.
    """

    state: State
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    signer: str = ""
    identified: bool = False
    absent: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    credential: Mapping[str, PlainJson] = field(default_factory=dict)
    seals: tuple[Seal, ...] = ()
    expires: str = ""  # when the proof of the credential ends; empty: never
    contained: tuple[Contained, ...] = ()  # signed documents among the parts, each somebody's own word
    is_recorded: bool = (
        False  # the credential says of the product what the conversion record does, and no more
    )

    @property
    def holds(self) -> bool:
        """Whether everything that was checked is as it was signed."""
        return self.state is State.INTACT

    @property
    def valid_from(self) -> str:
        """When the credential begins to be valid, as it says itself."""
        return str(self.credential.get("validFrom", ""))

    @property
    def valid_until(self) -> str:
        """When it ends; empty: it never does."""
        return str(self.credential.get("validUntil", ""))

    def term(self, now: datetime) -> Term:
        """Whether the credential is valid at ``now``. That is no part of being intact."""
        begin, end = self.credential.get("validFrom"), self.credential.get("validUntil")
        if not is_timestamp(begin) or not (end is None or is_timestamp(end)):
            return Term.UNREADABLE
        at = _second(now.astimezone(UTC).isoformat())
        if at < _second(str(begin)):
            return Term.NOT_YET
        ends = [_second(str(one)) for one in (end, self.expires) if one]
        return Term.EXPIRED if any(at > one for one in ends) else Term.VALID


def _second(stamp: str) -> int:
    """A time stamp as seconds, also at the ends of the calendar, where a zone leads out of it."""
    found = datetime.fromisoformat(stamp)
    offset = found.utcoffset() or timedelta()
    return (
        found.toordinal() * 86400
        + found.hour * 3600
        + found.minute * 60
        + found.second
        - int(offset.total_seconds())
    )
