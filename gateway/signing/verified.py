"""What every verification of an envelope answers: what was covered, by which key, how, and when it claims.

An answer exists only where every signature in the envelope holds. It never says who a key belongs to.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gateway.frontdoor.json import PlainJson
from gateway.signing.jcs import jcs
from gateway.signing.verification_key import VerificationKey

_MOST_DIGITS: Final = 18


class Envelope(StrEnum):
    """The kinds of envelope that are told apart by content."""

    DATA_INTEGRITY = "data-integrity"
    VC_JWT = "vc+jwt"
    JWS = "jws"
    JADES = "jades"
    SD_JWT = "sd-jwt"
    XML_SIGNATURE = "xml-signature"
    XADES = "xades"
    ASIC_E = "asic-e"
    ASIC_S = "asic-s"
    GBT_35275 = "gbt-35275"
    PADES = "pades"


class Inside(StrEnum):
    """What is known of a signed document inside what a signature covers."""

    INTACT = "intact"  # every signature of its own holds
    NOT_CHECKED = "not-checked"
    NOT_OPENED = "not-opened"  # a file in which there may be any
    UNSIGNED = "unsigned"  # a credential without a proof of its own


class KeyOrigin(StrEnum):
    """Where the key came from: the only thing that a signature alone can say about its signer."""

    NAMED = "did-key"  # the key is its own name
    CERTIFICATE = "certificate"  # in the message; whether to believe it is the trust policy's question
    GIVEN = "given"  # the caller brought it


@dataclass(frozen=True, slots=True)
class Part:
    """One run of bytes that a signature covers; nothing else of the envelope may be read.

    ``name`` is the file's in a container, ``#id`` for a part of an XML document, empty for the payload.
    ``is_file``: of an XML signature, bytes of their own and no piece of its document.
    """

    name: str
    media_type: str
    data: bytes = field(repr=False)
    is_file: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """One signature that holds.

    Args:
        key_id: what the message calls its key; empty where it says nothing.
        certificates: DER, the signer's first; unchecked but for the signer's key.
        claimed_time: when the signer says it was made; nobody else has vouched for it.
        covered: the names of the parts that this signature covers.
        value: the signature's own octets.
        stamped: that over which its time stamps may be made; which of these is for the stamp to say.
        timestamps: RFC 3161 tokens beside it, DER, unchecked.
        remarks: codes of what a reader must know (``issuer-not-bound``).
    """

    algorithm: str
    key: VerificationKey
    key_origin: KeyOrigin
    key_id: str = ""
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    claimed_time: str = ""
    covered: tuple[str, ...] = ("",)
    value: bytes = field(default=b"", repr=False)
    stamped: tuple[bytes, ...] = field(default=(), repr=False)
    timestamps: tuple[bytes, ...] = field(default=(), repr=False)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contained:
    """A document with signatures of its own inside what is covered; who signed around it vouches for none.

    Args:
        place: the part's name, then the place in it behind ``#``.
        why: why it was not checked, as the code of an error.
        data: it alone, as it was checked.
        found: the answer about it; None unless it is intact.
    """

    place: str
    state: Inside
    envelope: Envelope | None = None
    why: str = ""
    data: bytes = field(default=b"", repr=False)
    found: Verified | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Verified:
    """An envelope of which every signature holds.

    Args:
        parts: what is covered, as bytes.
        document: the covered JSON document of a credential; empty elsewhere.
        uncovered: names of what lies in the envelope and nobody has signed.
        times: the times that the covered content claims, such as ``validFrom``, by their member.
        contained: signed documents inside what is covered, where somebody has looked (``contained``).
    """

    envelope: Envelope
    signatures: tuple[VerifiedSignature, ...]
    parts: tuple[Part, ...]
    document: Mapping[str, PlainJson] = field(default_factory=dict, repr=False)
    issuer: str = ""
    uncovered: tuple[str, ...] = ()
    times: Mapping[str, str] = field(default_factory=dict)
    contained: tuple[Contained, ...] = ()

    @property
    def payload(self) -> bytes:
        """The one covered part; empty where there are several."""
        return self.parts[0].data if len(self.parts) == 1 else b""

    def part(self, name: str) -> Part | None:
        """The covered part of this name."""
        return next((part for part in self.parts if part.name == name), None)


def times_of(document: Mapping[str, PlainJson]) -> dict[str, str]:
    """The times that a credential or a set of JWT claims states, as it spells them.

    A claim that is no time at all is kept, so that nobody takes it for one that was not made.
    """
    names = ("validFrom", "validUntil", "issuanceDate", "expirationDate")
    dates = {name: _spelled(document[name]) for name in names if name in document}
    return dates | {name: seconds(document[name]) for name in ("iat", "nbf", "exp") if name in document}


def _spelled(stated: PlainJson) -> str:
    return stated if isinstance(stated, str) else jcs(stated).decode()


def seconds(stated: PlainJson) -> str:
    """A NumericDate (RFC 7519, 2) as text, without the fraction that it may have; never an empty one."""
    if stated is None:
        return "null"
    return str(math.floor(stated) if isinstance(stated, float) else stated) or '""'


def second(stated: str) -> int | None:
    """The number in such a text; None where it is none. One of too many digits is beyond any calendar."""
    digits = stated.removeprefix("-")
    if not digits.isascii() or not digits.isdigit():
        return None
    number = int(digits.lstrip("0")[:_MOST_DIGITS] or "0")
    return -number if stated.startswith("-") else number
