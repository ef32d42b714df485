"""The folder in which a body keeps the status of its statements: two published lists and its own register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from gateway.errors import GatewayError, InputError, UsageError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.frontdoor.urls import require_https
from gateway.pipeline.issue import timestamp
from gateway.signing.did_key import PublicKey
from gateway.signing.jcs import jcs
from gateway.signing.keys import Signer
from gateway.trust import status_list
from gateway.trust.statement import StatusPlace
from gateway.trust.status_list import ENTRIES, StatusList

REGISTER: Final = "register.json"
FORMAT: Final = "hutong-status-register@1"
# A list is believed for a day after its date; signed anew, it is a new day.
_VALID: Final = timedelta(days=92)
# What stays as it is below a host; a query or fragment stays one, and is refused.
_PATH: Final = "/%:@!$&'()*+,;=~?#"


class BadRegister(InputError):
    """The folder is no register of statuses."""

    code = "attest.bad-register"


@dataclass(frozen=True, slots=True)
class Register:
    """Which number belongs to which statement, and where the lists are published.

    Args:
        method: the URL of the key that signs now; empty where the body is its did:key.
        keys: every key that has signed for a did:web body, by its method, as a did:key: what a former one has
            signed is still the body's own.
    """

    base: str
    issuer: str
    entries: Mapping[str, str]
    method: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)

    def place(self, purpose: str) -> str:
        """Where the list of a purpose is published."""
        return f"{self.base}/{purpose}.json"

    def to_bytes(self) -> bytes:
        """The canonical bytes."""
        entries: dict[str, PlainJson] = dict(self.entries)
        told: dict[str, PlainJson] = {"format": FORMAT, "base": self.base, "issuer": self.issuer}
        if self.method:
            told["method"] = self.method
        if self.keys:
            told["keys"] = dict[str, PlainJson](self.keys)
        return jcs({**told, "entries": entries})

    def with_entry(self, index: int, identity: str) -> Register:
        """The register with one more statement."""
        return replace(self, entries={**self.entries, str(index): identity})

    def is_kept_by(self, signer: Signer) -> bool:
        """Whether this key signs for the register; one of a did:web may be known to its document only."""
        if not self.method:
            return self.issuer == signer.public_key.did
        return self.keys.get(self.method, signer.public_key.did) == signer.public_key.did

    def known(self, signer: Signer) -> dict[str, PublicKey]:
        """The keys of a did:web body by their methods, ``signer``'s for the present one."""
        if not self.method:
            return {}
        former = {method: PublicKey.from_did(did) for method, did in self.keys.items()}
        return {self.method: signer.public_key, **former}

    def index_of(self, identity: str) -> int:
        """The number of a statement.

        Raises:
            UsageError: it is not in the register.
        """
        found = next((int(index) for index, name in self.entries.items() if name == identity), None)
        if found is None:
            raise UsageError(identity, path=REGISTER, code="attest.not-in-register")
        return found


def create(base: str, signer: Signer, now: datetime, *, method: str = "") -> dict[str, bytes]:
    """A new folder: two lists in which nothing is set, to be published below ``base``.

    Args:
        method: the URL of the key in the body's did:web document; empty: the body is its did:key.

    Raises:
        UsageError: ``base`` is no address from which anybody could fetch a list.
    """
    _require_base(base)
    issuer = method.partition("#")[0] or signer.public_key.did
    keys = {method: signer.public_key.did} if method else {}
    register = Register(base.rstrip("/"), issuer, {}, method, keys)
    files = {REGISTER: register.to_bytes()}
    for purpose in status_list.PURPOSES:
        made = status_list.empty(register.place(purpose), register.issuer, purpose, valid_from=timestamp(now))
        files[f"{purpose}.json"] = _signed(made, signer, now, method)
    return files


def _require_base(base: str) -> None:
    if not base:
        raise UsageError(code="attest.no-status-base")
    if _is_base(base):
        return
    if base.isascii():
        raise UsageError(base, code="attest.status-base")
    ascii_ = _in_ascii(base)
    if not ascii_:
        raise UsageError(base, code="attest.status-base-not-ascii")
    if not _is_base(ascii_):
        raise UsageError(base, code="attest.status-base")
    raise UsageError(base, code="attest.status-base-in-ascii", expected=ascii_)


def _is_base(base: str) -> bool:
    """Whether a list that lies below it could be fetched."""
    host = base.removeprefix("https://").partition("/")[0].removesuffix(":443")
    try:
        require_https(base, allowed_hosts=(host,))
    except InputError:
        return False
    return "?" not in base


def _in_ascii(base: str) -> str:
    """``base`` as it goes over the wire; empty where that is not certain.

    The codec knows IDNA 2003 (RFC 3490), which takes some names for others (ß for ss): a host counts only if
    its ASCII form leads back to it.
    """
    scheme, colon, rest = base.partition("://")
    name, slash, path = rest.partition("/")
    host = name.lower()
    try:
        ascii_ = host.encode("idna").decode("ascii")
        is_same = ascii_.encode("ascii").decode("idna") == host
    except UnicodeError:
        return ""
    return f"{scheme}{colon}{ascii_}{slash}{quote(path, safe=_PATH)}" if is_same else ""


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
    if not all(isinstance(name, str) and _is_number(index) for index, name in entries.items()):
        raise BadRegister(path=f"{REGISTER}#/entries")
    method = value.get("method", "")
    if not isinstance(method, str) or (method and method.partition("#")[0] != issuer):
        raise BadRegister(path=f"{REGISTER}#/method")
    numbers = {index: str(name) for index, name in entries.items()}
    return Register(base, issuer, numbers, method, _keys(value.get("keys", {}), issuer))


def _keys(value: PlainJson, issuer: str) -> dict[str, str]:
    found = {name: str(did) for name, did in value.items()} if isinstance(value, dict) else None
    if found is None or any(name.partition("#")[0] != issuer for name in found):
        raise BadRegister(path=f"{REGISTER}#/keys")
    try:
        for did in found.values():
            PublicKey.from_did(did)
    except GatewayError as error:
        raise BadRegister(error.saw, path=f"{REGISTER}#/keys") from error
    return found


def _is_number(index: str) -> bool:
    """Whether it is a number as it is written here: one spelled otherwise would be given twice."""
    return index.isascii() and index.isdigit() and str(int(index[:9])) == index


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
        UsageError: there is no such list, a list is of a later time, or nothing is there to be lifted: the
            statement is revoked, or not suspended.
    """
    out = {}
    register, lists = read(files), lists_of(files, signer)
    for name, found in lists.items():
        file = f"{name}.json"
        if now < datetime.fromisoformat(found.valid_from):
            # Whoever has the list of before would take this one for an older one.
            raise UsageError(timestamp(now), path=file, code="attest.clock-behind", expected=found.valid_from)
        if lift and found.is_set(index) is (name == "revocation"):
            # To say that it is lifted would be read as: it counts again.
            final = name == "revocation"
            code = "list.revocation-is-final" if final else "attest.not-suspended"
            raise UsageError(register.entries.get(str(index), str(index)), path=file, code=code)
        if name == purpose:
            turn = found.without_bit if lift else found.with_bit
            changed = turn(index, valid_from=timestamp(now))
        else:
            changed = found
        out[file] = _signed(_at(changed, now), signer, now, register.method)
    return out


def lists_of(files: Mapping[str, bytes], signer: Signer) -> dict[str, StatusList]:
    """Both lists by purpose; without them, what is registered could never be taken back.

    Raises:
        UsageError: there is no such list, or it is another one's, or stands in another place.
    """
    register = read(files)
    known = register.known(signer)
    lists = {}
    for name in status_list.PURPOSES:
        file = f"{name}.json"
        if file not in files:
            raise UsageError(name, path=file, code="attest.no-such-list")
        found = status_list.read(files[file], known)
        if found.issuer != register.issuer or not register.is_kept_by(signer):
            raise UsageError(found.issuer, path=file, code="attest.not-this-key")
        if (found.id, found.purpose) != (register.place(name), name):
            raise UsageError(found.id, path=file, code="attest.no-such-list")
        lists[name] = found
    return lists


def renew(files: Mapping[str, bytes], signer: Signer, now: datetime) -> dict[str, bytes]:
    """Both lists as they are, signed anew for another day."""
    return change(files, 0, "", signer, now)


def succeed(files: Mapping[str, bytes], signer: Signer, now: datetime, *, method: str) -> dict[str, bytes]:
    """The register and both lists handed on to another key of the same did:web body.

    The former one need not be at hand: it may be lost.

    Raises:
        UsageError: the body is a did:key, which has no other keys; the method is another body's, or that of
            another key.
    """
    register = read(files)
    is_own = bool(register.method) and method.partition("#")[0] == register.issuer and "#" in method
    if not is_own or register.keys.get(method, signer.public_key.did) != signer.public_key.did:
        raise UsageError(method, path=REGISTER, code="attest.other-method", issuer=register.issuer)
    if register.method not in register.keys and method != register.method:
        # Of a register of before: which key has signed until now, only its holder can show.
        raise UsageError(register.method, path=REGISTER, code="attest.former-key")
    made = replace(register, method=method, keys={**register.keys, method: signer.public_key.did})
    handed_on = {**files, REGISTER: made.to_bytes()}
    return {**renew(handed_on, signer, now), REGISTER: made.to_bytes()}


def _at(found: StatusList, now: datetime) -> StatusList:
    return StatusList(found.id, found.issuer, found.purpose, found.bits, timestamp(now), found.ttl)


def _signed(made: StatusList, signer: Signer, now: datetime, method: str) -> bytes:
    return status_list.publish(made, signer, valid_until=timestamp(now + _VALID), method=method)
