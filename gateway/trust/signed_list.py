"""Signed trust lists: compact JAdES by a pinned operator, never an older one than was seen before.

Source: ETSI TS 119 602 V1.1.1, 6.8; TS 119 182-1 V1.2.1 for compact JAdES baseline B.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import InputError, TrustError
from gateway.frontdoor.json import parse_signed
from gateway.signing import jades, x509
from gateway.signing.digests import sha256_hex
from gateway.signing.multibase import from_base64url
from gateway.signing.sealing import Sealer
from gateway.trust.agreement import Agreement, agreements
from gateway.trust.lote import BadTrustList, TrustList, parse

# TS 119 602 asks for alg, x5c and iat; all others would bring in what the profile does not know.
_HEADER: Final = frozenset({"alg", "x5c", "iat", "typ"})
_ALGORITHMS: Final = frozenset({"ES256", "ES384", "EdDSA", "Ed25519"})
TYPE: Final = "JOSE"
# Around a token, as editors leave it.
_SPACE: Final = b" \t\r\n"


class ListRefused(TrustError):
    """The list is not one that the receiver may believe now."""

    code = "list.refused"


@dataclass(frozen=True, slots=True)
class Seen:
    """The youngest list of a name that was seen."""

    sequence: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HeldList:
    """A list whose signature holds, by which key, and what was signed."""

    content: TrustList
    sha256: str
    operator_key: str
    operator: str
    agreements: tuple[Agreement, ...] = field(default=())
    operator_kind: str = ""

    @property
    def name(self) -> str:
        return self.content.name

    @property
    def seen(self) -> Seen:
        return Seen(self.content.scheme.sequence, self.sha256)


def sign(content: TrustList, sealer: Sealer, *, signing_time: datetime) -> bytes:
    """The list as a compact JAdES, read back before it is returned.

    Raises:
        BadTrustList: the operator's country is not the list's, or the key is not one that signs lists.
    """
    made = jades.sign(content.to_bytes(), sealer, signing_time=signing_time, type_=TYPE, thumbprint=False)
    if read(made).content != content:
        raise AssertionError
    return made


def read(token: bytes) -> HeldList:
    """The list in a token whose signature holds. Whether its operator is to be believed is not asked.

    Raises:
        GatewayError: malformed, changed, or not of the profile.
    """
    header = _header(token)
    verified = jades.verify(token)
    content = parse(verified.payload)
    leaf = x509.Certificate.from_der(verified.signatures[0].certificates[0])
    if content.to_bytes() != verified.payload:
        # Two spellings of one list would have two digests.
        raise BadTrustList(code="signing.bytes-not-canonical")
    if header["alg"] not in _ALGORITHMS:
        raise BadTrustList(header["alg"], path="header/alg", code="list.algorithm")
    if content.scheme.territory not in _countries(leaf.der):
        raise BadTrustList(leaf.subject, path="SchemeTerritory", code="list.other-country")
    digest, key = sha256_hex(verified.payload), leaf.key
    return HeldList(content, digest, key.sha256, leaf.subject, agreements(content), key.kind)


def read_file(data: bytes) -> HeldList:
    """The list in a file or an answer, without the ends of lines that editors leave around a token.

    Raises:
        GatewayError: as ``read``.
    """
    return read(data.strip(_SPACE))


def refuse_untrusted(
    found: HeldList,
    *,
    pinned: Collection[str],
    seen: Mapping[str, Seen],
    now: datetime,
    skew: timedelta,
    accept_test: bool = False,
    over: Collection[str] = (),
) -> None:
    """Refuse a list that is not the pinned operator's, older than one that was seen, or not current.

    Args:
        over: kinds of key that the policy counts no longer.

    Raises:
        ListRefused: with the reason as code.
    """
    scheme = found.content.scheme
    if found.operator_key not in pinned:
        raise ListRefused(found.operator_key, path=found.name, code="list.operator-not-pinned")
    if found.operator_kind in over:
        raise ListRefused(found.operator_kind, path=found.name, code="list.operator-over")
    before = seen.get(found.name)
    if before is not None and scheme.sequence < before.sequence:
        raise ListRefused(
            scheme.sequence, path=found.name, code="list.rollback", expected=str(before.sequence)
        )
    if before is not None and scheme.sequence == before.sequence and found.sha256 != before.sha256:
        raise ListRefused(scheme.sequence, path=found.name, code="list.two-of-one-number")
    if found.content.is_test and not accept_test:
        raise ListRefused(found.name, path=found.name, code="list.test-only")
    if found.content.issued > now + skew:
        raise ListRefused(scheme.issued, path=found.name, code="list.not-yet")
    if found.content.next_update < now - skew:
        raise ListRefused(scheme.next_update, path=found.name, code="list.expired")


def _countries(certificate: bytes) -> set[str]:
    """The country in a certificate's subject."""
    from cryptography.x509 import load_der_x509_certificate
    from cryptography.x509.oid import NameOID

    found = load_der_x509_certificate(certificate).subject
    return {str(one.value) for one in found.get_attributes_for_oid(NameOID.COUNTRY_NAME)}


def _header(token: bytes) -> dict[str, object]:
    first, dot, _ = token.partition(b".")
    data = from_base64url(first.decode("ascii", "replace")) if dot else None
    if data is None:
        raise BadTrustList(code="list.not-signed")
    try:
        header = parse_signed(data)
    except InputError as error:
        raise BadTrustList(error.saw, path="header", code="list.header") from error
    if not isinstance(header, dict) or not {"alg", "x5c", "iat"} <= set(header) <= _HEADER:
        saw = ", ".join(sorted(header)) if isinstance(header, dict) else ""
        raise BadTrustList(saw, path="header", code="list.header")
    return dict(header)
