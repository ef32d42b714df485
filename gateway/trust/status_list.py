"""Bitstring Status Lists: one bit per statement, published as a file, read within bounds.

Source: W3C Bitstring Status List 1.0, 2 and 3.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import InputError, UsageError
from gateway.frontdoor.json import PlainJson
from gateway.signing import data_integrity
from gateway.signing.credential import CONTEXT
from gateway.signing.did_key import PublicKey
from gateway.signing.jcs import jcs
from gateway.signing.keys import Signer
from gateway.signing.multibase import base64url, from_base64url
from gateway.signing.timestamp import is_timestamp

# (3.1) So many that an index says nothing about its holder.
ENTRIES: Final = 131_072
# A list of 128 million entries; whatever inflates beyond it is an attack.
LARGEST_BYTES: Final = 16 * 2**20
LONGEST_TTL: Final = timedelta(hours=24)
PURPOSES: Final = ("revocation", "suspension")
TYPE: Final = "BitstringStatusListCredential"


class BadStatusList(InputError):
    """The bytes are no status list, or one that cannot be asked."""

    code = "list.bad-status-list"


@dataclass(frozen=True, slots=True)
class StatusList:
    """The bits, their purpose, the issuer who keeps them, and until when they may be believed.

    ``also`` are further purposes of a list by others; ours have one each.
    """

    id: str
    issuer: str
    purpose: str
    bits: bytes
    valid_from: str
    ttl: timedelta
    # When the credential or its proof ends; empty: never.
    until: str = ""
    also: tuple[str, ...] = ()

    def serves(self, purpose: object) -> bool:
        """Whether an entry of this purpose may be asked here."""
        return purpose in (self.purpose, *self.also)

    def is_set(self, index: int) -> bool:
        """The bit at ``index``, counted from the left of the first byte.

        Raises:
            BadStatusList: the list is shorter.
        """
        if not 0 <= index < 8 * len(self.bits):
            raise BadStatusList(index, code="list.status-index")
        return bool(self.bits[index // 8] >> (7 - index % 8) & 1)

    def is_fresh(self, now: datetime, *, longest: timedelta, skew: timedelta) -> bool:
        """Whether it is young enough to be believed at ``now``."""
        age = now - datetime.fromisoformat(self.valid_from)
        if self.until and datetime.fromisoformat(self.until) < now - skew:
            return False
        return -skew <= age <= min(self.ttl, longest) + skew

    def with_bit(self, index: int, *, valid_from: str) -> StatusList:
        """The list with this statement's bit set; a bit is never taken back by this function."""
        self.is_set(index)
        bits = bytearray(self.bits)
        bits[index // 8] |= 1 << (7 - index % 8)
        return StatusList(self.id, self.issuer, self.purpose, bytes(bits), valid_from, self.ttl)

    def without_bit(self, index: int, *, valid_from: str) -> StatusList:
        """The list with this statement's bit cleared: only a suspension is ever lifted.

        Raises:
            UsageError: the list is one of revocations.
        """
        if self.purpose != "suspension":
            raise UsageError(self.purpose, code="list.revocation-is-final")
        self.is_set(index)
        bits = bytearray(self.bits)
        bits[index // 8] &= ~(1 << (7 - index % 8))
        return StatusList(self.id, self.issuer, self.purpose, bytes(bits), valid_from, self.ttl)


def empty(identifier: str, issuer: str, purpose: str, *, valid_from: str) -> StatusList:
    """A list in which nothing is set."""
    if purpose not in PURPOSES:
        raise UsageError(purpose, code="list.status-purpose")
    return StatusList(identifier, issuer, purpose, bytes(ENTRIES // 8), valid_from, LONGEST_TTL)


def publish(found: StatusList, signer: Signer, *, valid_until: str, method: str = "") -> bytes:
    """The signed credential of a list: the file to put where its ``id`` says. Same input, same bytes."""
    document: dict[str, PlainJson] = {
        "@context": [CONTEXT],
        "id": found.id,
        "type": ["VerifiableCredential", TYPE],
        "issuer": found.issuer,
        "validFrom": found.valid_from,
        "validUntil": valid_until,
        "credentialSubject": {
            "id": f"{found.id}#list",
            "type": "BitstringStatusList",
            "statusPurpose": found.purpose,
            # (3.2) Multibase base64url of the GZIP-compressed bits.
            "encodedList": "u" + base64url(gzip.compress(found.bits, mtime=0)),
            # In milliseconds.
            "ttl": int(found.ttl.total_seconds() * 1000),
        },
    }
    return jcs(data_integrity.add_proof(document, signer, created=found.valid_from, method=method))


def read(data: bytes, known: Mapping[str, PublicKey] | None = None) -> StatusList:
    """The list in a credential whose proof holds by its issuer's key. Who that is is the caller's question.

    Raises:
        GatewayError: the proof does not hold, or this is no list within bounds.
    """
    proof = data_integrity.verify_proof(data, known=known)
    return of(proof.document, proof.expires)


def of(document: Mapping[str, PlainJson], expires: str | None = None) -> StatusList:
    """The list in the document of a credential, its proof aside.

    Args:
        expires: when the proof ends.

    Raises:
        BadStatusList: it is none, or not within bounds.
    """
    kinds, subject = document.get("type"), document.get("credentialSubject")
    if not isinstance(kinds, list) or TYPE not in kinds or not isinstance(subject, dict):
        raise BadStatusList(path="/type")
    stated = subject.get("statusPurpose")
    # (2.2) One purpose or several; of others than these two nobody here asks.
    purposes = [one for one in (stated if isinstance(stated, list) else [stated]) if one in PURPOSES]
    if subject.get("type") != "BitstringStatusList" or not purposes:
        raise BadStatusList(stated, path="/credentialSubject/statusPurpose")
    ttl = subject.get("ttl", int(LONGEST_TTL.total_seconds() * 1000))
    if type(ttl) is not int or ttl <= 0:
        raise BadStatusList(ttl, path="/credentialSubject/ttl")
    made = document.get("validFrom")
    if not is_timestamp(made):
        raise BadStatusList(made, path="/validFrom")
    end = document.get("validUntil")
    if end is not None and not is_timestamp(end):
        raise BadStatusList(end, path="/validUntil")
    return StatusList(
        id=str(document.get("id", "")),
        issuer=data_integrity.issuer_of(document),
        purpose=str(purposes[0]),
        bits=expand(subject.get("encodedList")),
        valid_from=str(made),
        ttl=min(timedelta(milliseconds=min(ttl, 10**12)), timedelta(days=366)),
        until=min((str(one) for one in (end, expires) if one), key=datetime.fromisoformat, default=""),
        also=tuple(map(str, purposes[1:])),
    )


def expand(encoded: object) -> bytes:
    """The bits of an ``encodedList``: at least 16 KiB of them, at most ``LARGEST_BYTES``.

    Raises:
        BadStatusList: not multibase base64url of one whole GZIP stream of that size.
    """
    at = "/credentialSubject/encodedList"
    data = from_base64url(encoded[1:]) if isinstance(encoded, str) and encoded.startswith("u") else None
    # 31: 15 bits of window in a GZIP wrapper, and no other.
    unpack = zlib.decompressobj(wbits=31)
    if data is None:
        raise BadStatusList(path=at)
    try:
        bits = unpack.decompress(data, LARGEST_BYTES + 1)
    except zlib.error as error:
        raise BadStatusList(path=at) from error
    if len(bits) > LARGEST_BYTES:
        raise BadStatusList(f"> {LARGEST_BYTES}", path=at, code="list.status-bounds")
    if not unpack.eof or unpack.unused_data:
        raise BadStatusList(path=at)
    if len(bits) < ENTRIES // 8:
        raise BadStatusList(len(bits), path=at, code="list.status-bounds")
    return bits
