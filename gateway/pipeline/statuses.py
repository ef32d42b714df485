"""The folder in which a body keeps the status of its statements: two published lists and its own register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import InputError, UsageError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.pipeline.issue import timestamp
from gateway.signing.jcs import jcs
from gateway.signing.keys import Signer
from gateway.trust import status_list
from gateway.trust.statement import StatusPlace
from gateway.trust.status_list import ENTRIES, StatusList

REGISTER: Final = "register.json"
FORMAT: Final = "hutong-status-register@1"
# A list is believed for a day after its date; signed anew, it is a new day.
_VALID: Final = timedelta(days=92)


class BadRegister(InputError):
    """The folder is no register of statuses."""

    code = "attest.bad-register"


@dataclass(frozen=True, slots=True)
class Register:
    """Which number belongs to which statement, and where the lists are published."""

    base: str
    issuer: str
    entries: Mapping[str, str]

    def place(self, purpose: str) -> str:
        """Where the list of a purpose is published."""
        return f"{self.base}/{purpose}.json"

    def to_bytes(self) -> bytes:
        """The canonical bytes."""
        entries: dict[str, PlainJson] = dict(self.entries)
        return jcs({"format": FORMAT, "base": self.base, "issuer": self.issuer, "entries": entries})

    def with_entry(self, index: int, identity: str) -> Register:
        """The register with one more statement."""
        return Register(self.base, self.issuer, {**self.entries, str(index): identity})

    def index_of(self, identity: str) -> int:
        """The number of a statement.

        Raises:
            UsageError: it is not in the register.
        """
        found = next((int(index) for index, name in self.entries.items() if name == identity), None)
        if found is None:
            raise UsageError(identity, path=REGISTER, code="attest.not-in-register")
        return found


def create(base: str, signer: Signer, now: datetime) -> dict[str, bytes]:
    """A new folder: two lists in which nothing is set, to be published below ``base``.

    Raises:
        UsageError: ``base`` is no https address.
    """
    if not base.startswith("https://") or any(c.isspace() for c in base):
        raise UsageError(base, code="attest.status-base")
    register = Register(base.rstrip("/"), signer.public_key.did, {})
    files = {REGISTER: register.to_bytes()}
    for purpose in status_list.PURPOSES:
        made = status_list.empty(register.place(purpose), register.issuer, purpose, valid_from=timestamp(now))
        files[f"{purpose}.json"] = _signed(made, signer, now)
    return files


def read(files: Mapping[str, bytes]) -> Register:
    """The register of a folder.

    Raises:
        InputError: it is none.
    """
    value = parse_signed(files.get(REGISTER, b"{}"))
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise BadRegister(path=REGISTER)
    base, issuer, entries = value.get("base"), value.get("issuer"), value.get("entries")
    if not isinstance(base, str) or not isinstance(issuer, str) or not isinstance(entries, dict):
        raise BadRegister(path=REGISTER)
    if not all(isinstance(name, str) and index.isdigit() for index, name in entries.items()):
        raise BadRegister(path=f"{REGISTER}#/entries")
    return Register(base, issuer, {index: str(name) for index, name in entries.items()})


def place_for(register: Register, drawn: int) -> StatusPlace:
    """Numbers for a new statement: ``drawn`` at random by the caller, or the next one that is free."""
    for step in range(ENTRIES):
        index = (drawn + step) % ENTRIES
        if str(index) not in register.entries:
            return StatusPlace(register.place("revocation"), register.place("suspension"), index)
    raise UsageError(path=REGISTER, code="list.status-bounds")


def change(
    files: Mapping[str, bytes], index: int, purpose: str, signer: Signer, now: datetime, *, lift: bool = False
) -> dict[str, bytes]:
    """Both lists signed anew, with one bit set or, for a suspension, lifted.

    Raises:
        UsageError: there is no such list, or a revocation is to be lifted.
    """
    out = {}
    for name in status_list.PURPOSES:
        file = f"{name}.json"
        if file not in files:
            raise UsageError(name, path=file, code="attest.no-such-list")
        found = status_list.read(files[file])
        if found.issuer != signer.public_key.did:
            raise UsageError(found.issuer, path=file, code="attest.not-this-key")
        if name == purpose:
            turn = found.without_bit if lift else found.with_bit
            found = turn(index, valid_from=timestamp(now))
        out[file] = _signed(_at(found, now), signer, now)
    return out


def renew(files: Mapping[str, bytes], signer: Signer, now: datetime) -> dict[str, bytes]:
    """Both lists as they are, signed anew for another day."""
    return change(files, 0, "", signer, now)


def _at(found: StatusList, now: datetime) -> StatusList:
    return StatusList(found.id, found.issuer, found.purpose, found.bits, timestamp(now), found.ttl)


def _signed(made: StatusList, signer: Signer, now: datetime) -> bytes:
    return status_list.publish(made, signer, valid_until=timestamp(now + _VALID))
