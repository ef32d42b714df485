"""The export log: what left the house, to whom, on which basis; no line can be taken out or changed unseen.

Each line is canonical JSON and holds SHA-256 and SM3 of the line before it. The log stays at home.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.errors import GatewayError, TrustError, UsageError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing.digests import sha256_hex, sm3_hex
from gateway.signing.jcs import jcs
from gateway.signing.manifest import Part
from gateway.signing.timestamp import is_timestamp

FORMAT: Final = "hutong-export@1"
_MEMBERS: Final = frozenset(
    {"format", "number", "time", "recipient", "country", "basis", "purpose", "until", "manifest", "parts"}
) | {"opened", "previous"}


class LogBroken(TrustError):
    """A line of the log is not as it was written."""

    code = "share.log-broken"


@dataclass(frozen=True, slots=True)
class Export:
    """One handing over. ``opened`` are withheld parts that were given along, with their salts."""

    time: str
    recipient: str
    country: str
    basis: str
    purpose: str
    manifest: str
    parts: Sequence[Part]
    opened: Sequence[str] = ()
    until: str = ""


def append(log: bytes, made: Export) -> bytes:
    """The log with one more line.

    Raises:
        LogBroken: the log was changed.
        UsageError: the export says no recipient, country or basis.
    """
    for name in ("recipient", "country", "basis", "purpose"):
        if not getattr(made, name).strip():
            raise UsageError(path=name, code="share.not-said")
    if not is_timestamp(made.time):
        raise UsageError(made.time, code="signing.bad-timestamp")
    lines = check(log)
    before = lines[-1] if lines else b""
    parts: list[PlainJson] = [
        {"name": p.name, "class": p.disclosure, "sha256": p.sha256, "sm3": p.sm3} for p in made.parts
    ]
    entry: dict[str, PlainJson] = {
        "format": FORMAT,
        "number": len(lines) + 1,
        "time": made.time,
        "recipient": made.recipient,
        "country": made.country,
        "basis": made.basis,
        "purpose": made.purpose,
        "until": made.until,
        "manifest": made.manifest,
        "parts": parts,
        "opened": list(made.opened),
        "previous": {"sha256": sha256_hex(before), "sm3": sm3_hex(before)},
    }
    return log + jcs(entry) + b"\n"


def check(log: bytes) -> list[bytes]:
    """The lines of a log whose chain holds. What was cut off at its end only a copy elsewhere can show.

    Raises:
        LogBroken: the first line that is not as it was written.
    """
    if not log:
        return []
    lines = log.split(b"\n")
    if lines.pop():
        raise LogBroken(len(lines) + 1)
    before = b""
    for number, line in enumerate(lines, 1):
        entry = _read(line, number)
        chained = {"sha256": sha256_hex(before), "sm3": sm3_hex(before)}
        if entry["number"] != number or entry["previous"] != chained:
            raise LogBroken(number, path=f"line {number}")
        before = line
    return lines


def entries(log: bytes) -> list[Mapping[str, PlainJson]]:
    """What the lines say, in order.

    Raises:
        LogBroken: see ``check``.
    """
    return [_read(line, number) for number, line in enumerate(check(log), 1)]


def _read(line: bytes, number: int) -> Mapping[str, PlainJson]:
    try:
        entry = parse_signed(line)
    except GatewayError as error:
        raise LogBroken(number, path=f"line {number}") from error
    if not isinstance(entry, dict) or set(entry) != _MEMBERS or jcs(entry) != line:
        raise LogBroken(number, path=f"line {number}")
    return entry
