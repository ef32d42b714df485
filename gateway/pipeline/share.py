"""What leaves the house: a folder without its withheld parts, or with those that are opened to one reader."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from gateway.errors import UsageError, raise_all
from gateway.pipeline.domestic import SALTS
from gateway.pipeline.issue import CREDENTIAL, JWS, LEAVES, MANIFEST
from gateway.signing import manifest, salts
from gateway.signing.digests import sha256_hex
from gateway.trust import export_log
from gateway.trust.export_log import Export
from gateway.trust.verify import is_seal, verify

_COUNTRY: Final = re.compile("[A-Z]{2}")


def share(files: Mapping[str, bytes], opened: Sequence[str] = ()) -> dict[str, bytes]:
    """The files for a receiver: all that need not be absent, and the parts in ``opened`` with their salts.

    Raises:
        UsageError: nobody has signed, something does not hold, or there is no such part.
    """
    verdict = verify(files)
    if not verdict.holds:
        first = verdict.findings[0]
        raise UsageError(first.saw, path=first.at, code="share.not-sound", why=first.code)
    parts = {part.name: part for part in manifest.parse(files[MANIFEST]).parts}
    unknown = [name for name in opened if name not in parts or name not in files]
    if unknown:
        raise UsageError(", ".join(unknown), code="share.no-such-part")
    leaves = [name + LEAVES for name in opened if name + LEAVES in parts]
    wanted = {*opened, *leaves}
    out = {name: files[name] for name, part in parts.items() if not part.may_be_absent or name in wanted}
    out |= {
        name: data for name, data in files.items() if name in {MANIFEST, JWS, CREDENTIAL} or is_seal(name)
    }
    known = salts.parse(files[SALTS]) if SALTS in files and SALTS not in parts else {}
    kept = {name: known[name] for name in sorted(wanted) if name in known}
    if kept:
        out[SALTS] = salts.to_bytes(kept)
    return dict(sorted(out.items()))


def log_export(
    log: bytes,
    shared: Mapping[str, bytes],
    opened: Sequence[str],
    *,
    time: str,
    recipient: str,
    country: str,
    basis: str,
    purpose: str,
    until: str = "",
) -> bytes:
    """The export log with a line about what ``share`` gave out.

    Raises:
        NoLog, LogBroken: it is no log, or was changed.
        UsageError: of recipient, country, basis and purpose some are not said, the country is no code, or the
            last day is none or over: all of it at once.
    """
    said = {"recipient": recipient, "country": country, "basis": basis, "purpose": purpose}
    problems = export_log.unsaid(said)
    if country.strip() and not _COUNTRY.fullmatch(country):
        problems.append(UsageError(country, path="country", code="share.not-a-country"))
    if until and not _is_day_from(until, time[:10]):
        problems.append(UsageError(until, path="until", code="share.not-a-day", first=time[:10]))
    raise_all(problems)
    parts = [part for part in manifest.parse(shared[MANIFEST]).parts if part.name in shared]
    made = Export(
        time, recipient, country, basis, purpose, sha256_hex(shared[MANIFEST]), parts, tuple(opened), until
    )
    return export_log.append(log, made)


def _is_day_from(text: str, first: str) -> bool:
    try:
        return str(date.fromisoformat(text)) == text >= first
    except ValueError:
        return False
