"""The life of a PACT 3.0 footprint: immutable once made, replaced by another, deprecated, valid for a time.

PACT Technical Specifications 3.0: only the status may change, and only to Deprecated; any other change is a
new footprint with the old id in ``precedingPfIds``. Methodology 3, 3.2.3: validity begins no earlier than the
reference period ends and lasts at most three years from there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.errors import InputError
from gateway.formats.pact.period import VALIDITY_YEARS, years_after
from gateway.frontdoor.json import JsonValue

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a footprint is valid; ``stated``: it says so itself, in part or in full."""

    start: datetime
    end: datetime
    stated: bool

    def holds(self, at: datetime) -> bool:
        """Whether the footprint is valid at a moment; both ends count."""
        return self.start <= at <= self.end


def validity(footprint: Mapping[str, JsonValue]) -> Validity:
    """The validity of a footprint: as stated, else from the end of the reference period, for three years.

    Raises:
        InputError: a moment that it needs is none, or it would end before it begins.
    """
    pcf = footprint.get("pcf")
    reference = _moment(
        pcf.get("referencePeriodEnd") if isinstance(pcf, dict) else None, "/pcf/referencePeriodEnd"
    )
    last = years_after(reference.date(), VALIDITY_YEARS)
    limit = reference.replace(year=last.year, month=last.month, day=last.day)
    told = {name: footprint.get(name) for name in ("validityPeriodStart", "validityPeriodEnd")}
    start, end = (
        default if told[name] is None else _moment(told[name], f"/{name}")
        for name, default in (("validityPeriodStart", reference), ("validityPeriodEnd", limit))
    )
    if end < start:
        raise InputError(
            str(end), path="/validityPeriodEnd", code="pact.validity-ends-first", start=str(start)
        )
    return Validity(start, end, any(value is not None for value in told.values()))


def deprecate(footprint: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The same footprint, no longer to be used. It is the only change that a footprint may have."""
    return {**footprint, "status": "Deprecated"}


def supersede(
    footprint: Mapping[str, JsonValue],
    changes: Mapping[str, JsonValue],
    *,
    id: str,
    created: datetime,
) -> tuple[dict[str, JsonValue], dict[str, JsonValue]]:
    """The footprint with ``changes`` under a new id, and the old one, deprecated.

    Args:
        footprint: the one that is replaced; it must be active.
        changes: members of the new one; those of ``pcf`` stand in its place one by one.
        id: a uuid that no other footprint has.
        created: when the new one is made; not before the old one.

    Raises:
        InputError: the old one is deprecated or newer, the id is none or the old one's, nothing is changed.
    """
    old = footprint.get("id")
    if footprint.get("status") != "Active":
        raise InputError(str(footprint.get("status")), path="/status", code="pact.supersede-deprecated")
    if not _UUID.fullmatch(id) or str(old).casefold() == id.casefold():
        raise InputError(id, path="/id", code="pact.supersede-id")
    if created.tzinfo is None or created < _moment(footprint.get("created"), "/created"):
        raise InputError(
            str(created), path="/created", code="pact.supersede-older", old=str(footprint["created"])
        )
    fixed = {"id", "status", "created", "precedingPfIds", "specVersion"} & set(changes)
    if fixed or not changes:
        raise InputError(", ".join(sorted(fixed)), path="", code="pact.supersede-changes")
    new = {**footprint, **changes}
    inner, told = footprint.get("pcf"), changes.get("pcf")
    if isinstance(inner, dict) and isinstance(told, dict):
        new["pcf"] = {**inner, **told}
    new["id"], new["precedingPfIds"] = id, [str(old)]
    new["created"] = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return new, deprecate(footprint)


def _moment(value: JsonValue, at: str) -> datetime:
    try:
        found = datetime.fromisoformat(value.upper()) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InputError(str(value), path=at, code="pact.no-such-day")
    return found
