"""The export log: what left the house, to whom, on which basis; no line can be taken out or changed unseen.

Each line is canonical JSON and holds SHA-256 and SM3 of the line before it. The log stays at home.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.errors import GatewayError, InputError, TrustError, UsageError, raise_all
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing.digests import sha256_hex, sm3_hex
from gateway.signing.jcs import jcs
from gateway.signing.manifest import Part
from gateway.signing.timestamp import is_timestamp

FORMAT: Final = "hutong-export@1"
_MARK: Final = f'"format":"{FORMAT}"'.encode()
_MEMBERS: Final = frozenset(
    {"format", "number", "time", "recipient", "country", "basis", "purpose", "until", "manifest", "parts"}
) | {"opened", "previous"}
_SAID: Final = ("recipient", "country", "basis", "purpose")
# Letters by category, and blank: Hangul fillers.
_FILLERS: Final = "\u115f\u1160\u3164\uffa0"


class LogBroken(TrustError):
    """A line of the log is not as it was written."""

    code = "share.log-broken"


class NoLog(InputError):
    """No line of the file is one of an export log."""

    code = "share.no-log"


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
        NoLog, LogBroken: see ``check``.
        UsageError: the export leaves out recipient, country, basis or purpose, or is of earlier than the last
            line.
    """
    raise_all(unsaid({name: getattr(made, name) for name in _SAID}))
    if not is_timestamp(made.time):
        raise UsageError(made.time, code="signing.bad-timestamp")
    lines = check(log)
    before = lines[-1] if lines else b""
    if lines and _time(made.time) < _time(_read(before, len(lines))["time"]):
        raise UsageError(made.time, path=f"line {len(lines)}", code="share.clock-behind")
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


def unsaid(said: Mapping[str, str]) -> list[UsageError]:
    """One error about all that ``said`` leaves out of recipient, country, basis and purpose, or none."""
    missing = [name for name in _SAID if not _can_be_read(said.get(name))]
    return [UsageError(path=", ".join(missing), code="share.not-said")] if missing else []


def check(log: bytes) -> list[bytes]:
    """The lines of a log whose chain holds. What was cut off at its end only a copy elsewhere can show.

    Raises:
        NoLog: it is another file.
        LogBroken: the first line that is not as it was written.
    """
    if not log:
        return []
    if _MARK not in log:
        raise NoLog
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
    # Of the last line no other holds the digest.
    if len(lines) > 1 and _time(_read(before, len(lines))["time"]) < _time(
        _read(lines[-2], len(lines) - 1)["time"]
    ):
        raise LogBroken(len(lines), path=f"line {len(lines)}")
    return lines


def entries(log: bytes) -> list[Mapping[str, PlainJson]]:
    """What the lines say, in order.

    Raises:
        NoLog, LogBroken: see ``check``.
    """
    return [_read(line, number) for number, line in enumerate(check(log), 1)]


def _read(line: bytes, number: int) -> Mapping[str, PlainJson]:
    try:
        entry = parse_signed(line)
    except GatewayError as error:
        raise LogBroken(number, path=f"line {number}") from error
    if not isinstance(entry, dict) or set(entry) != _MEMBERS or jcs(entry) != line or not _is_entry(entry):
        raise LogBroken(number, path=f"line {number}")
    return entry


def _is_entry(entry: Mapping[str, PlainJson]) -> bool:
    """Whether every member is of the kind that is written."""
    parts, opened = entry["parts"], entry["opened"]
    return (
        entry["format"] == FORMAT
        and type(entry["number"]) is int
        and is_timestamp(entry["time"])
        and all(_can_be_read(entry[name]) for name in _SAID)
        and isinstance(entry["until"], str)
        and isinstance(entry["manifest"], str)
        and isinstance(parts, list)
        and all(map(_is_part, parts))
        and isinstance(opened, list)
        and all(isinstance(name, str) for name in opened)
    )


def _is_part(part: PlainJson) -> bool:
    return (
        isinstance(part, dict)
        and part.keys() == {"name", "class", "sha256", "sm3"}
        and all(isinstance(value, str) for value in part.values())
    )


def _can_be_read(text: object) -> bool:
    """Whether a letter or a digit stands there that somebody can see."""
    return isinstance(text, str) and any(c.isalnum() and c not in _FILLERS for c in text)


def _time(text: object) -> datetime:
    return datetime.fromisoformat(str(text))
