"""The strict half of JOSE that all its envelopes share: split, header, key, signature.

A header is strict JSON, names an algorithm from the table, brings no key of its own but a certificate, and
asks in ``crit`` for nothing that its envelope does not understand. Unknown members that are not critical
are signed data and change nothing (RFC 7515, 4).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.errors import GatewayError, TrustError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing import algorithms, x509
from gateway.signing.algorithms import Algorithm
from gateway.signing.did_key import PublicKey
from gateway.signing.multibase import base64url, from_base64url
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import KeyOrigin

Keys = Mapping[str, VerificationKey]
NO_KEYS: Final[Keys] = {}

# Room for a chain of certificates.
_LONGEST_HEADER: Final = 256 * 1024
# Each fetches a key, or carries one that vouches for itself; or changes what the payload is.
_OLD_KINDS: Final = {
    "vc+ld+json+jwt": "vc+jwt",
    "vp+ld+json+jwt": "vp+jwt",
    "vc+ld+jwt": "vc+jwt",
    "vp+ld+jwt": "vp+jwt",
}
_REFUSED: Final = ("jku", "jwk", "x5u", "zip", "enc", "epk", "apu", "apv", "p2s", "p2c")
# RFC 7515, 4.1.11: crit may not name what the standard itself defines.
_STANDARD: Final = frozenset(
    {"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "enc", "zip"}
)


class JoseRefused(TrustError):
    """The token is malformed, asks for what is not done here, or does not hold."""

    code = "envelope.signature-wrong"


@dataclass(frozen=True, slots=True)
class Header:
    """A protected header that passed."""

    encoded: str
    members: Mapping[str, PlainJson]
    algorithm: Algorithm
    certificates: tuple[x509.Certificate, ...] = ()
    raw_payload: bool = False  # RFC 7797: the payload is signed as it is

    def text(self, name: str) -> str:
        """The member ``name`` where it is text; empty otherwise."""
        value = self.members.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class SignerKey:
    """The key that a token is checked with, and why that one."""

    key: VerificationKey
    origin: KeyOrigin
    name: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A compact token, split."""

    header: Header
    encoded_payload: str
    signature: bytes
    payload: bytes = field(repr=False)


def split(token: bytes, *, understood: Collection[str] = ()) -> Token:
    """The parts of a compact token; its payload may be absent.

    Raises:
        JoseRefused, UnknownAlgorithm, BadCertificate: anything is not as it must be.
    """
    # Foreign bytes become a character that base64url does not have.
    parts = token.decode("ascii", "replace").split(".", 3)
    if len(parts) != 3:
        raise JoseRefused(code="envelope.jose-malformed", path="")
    header = read_header(parts[0], understood=understood)
    return Token(header, parts[1], octets(parts[2], "signature"), octets(parts[1], "payload"))


def octets(text: str, path: str) -> bytes:
    """The bytes behind unpadded base64url, in its one spelling."""
    data = from_base64url(text)
    if data is None:
        raise JoseRefused(path=path, code="envelope.jose-malformed")
    return data


def read_header(encoded: str, *, understood: Collection[str] = ()) -> Header:
    """The protected header.

    Args:
        understood: members that may stand in ``crit``.
    """
    if len(encoded) > _LONGEST_HEADER:
        raise JoseRefused(len(encoded), path="header", code="envelope.jose-malformed")
    try:
        members = parse_signed(octets(encoded, "header"))
    except GatewayError as error:
        raise JoseRefused(error.saw, path="header", code="envelope.jose-malformed") from error
    if not isinstance(members, dict):
        raise JoseRefused(path="header", code="envelope.jose-malformed")
    for name in _REFUSED:
        if name in members:
            raise JoseRefused(name, path=f"header/{name}", code="envelope.header-refused")
    algorithm = algorithms.jose(members.get("alg"), path="header/alg")
    _check_critical(members, understood)
    for name in ("kid", "typ", "cty", "x5t#S256"):
        if name in members and not isinstance(members[name], str):
            raise JoseRefused(members[name], path=f"header/{name}", code="envelope.header-member")
    return Header(encoded, members, algorithm, _certificates(members), _is_raw(members))


def token_kind(stated: object) -> str:
    """The kind of a token by its ``typ``, without what the name of a media type may have or lack.

    Source: RFC 7515, 4.1.9; RFC 6838, 4.2; for the names of old, VC-JOSE-COSE before July 2024.
    """
    plain = stated.partition(";")[0].strip().lower() if isinstance(stated, str) else ""
    kind = plain.removeprefix("application/")
    return _OLD_KINDS.get(kind, kind)


def find_key(header: Header, keys: Keys = NO_KEYS) -> SignerKey:
    """The key that the header means, from what the caller knows, from a did:key, or from its certificate.

    Raises:
        JoseRefused: it means none that is known here, or two different ones.
    """
    kid = header.text("kid")
    # Whatever a document says of it.
    is_own_key = kid.startswith("did:key:")
    given = keys.get("") if is_own_key else keys.get(kid) or keys.get("")
    certified = header.certificates[0].key if header.certificates else None
    if is_own_key:
        found = SignerKey(VerificationKey.from_public_key(PublicKey.from_key_id(kid)), KeyOrigin.NAMED, kid)
        if given not in (None, found.key):
            raise JoseRefused(kid, path="header/kid", code="envelope.two-keys")
    elif given is not None:
        found = SignerKey(given, KeyOrigin.GIVEN, kid)
    elif certified is not None:
        found = SignerKey(certified, KeyOrigin.CERTIFICATE, kid)
    elif "x5t#S256" in header.members:
        raise JoseRefused(kid, path="header/x5t#S256", code="envelope.certificate-absent")
    else:
        raise JoseRefused(kid, path="header/kid", code="envelope.key-unknown")
    if certified not in (None, found.key):
        raise JoseRefused(kid, path="header/x5c", code="envelope.two-keys")
    found.key.require(header.algorithm, path="header/alg")
    return found


def check(header: Header, encoded_payload: str, signature: bytes, key: VerificationKey) -> None:
    """Refuse a signature that does not hold over header and payload."""
    check_octets(header, encoded_payload.encode(), signature, key)


def check_octets(header: Header, payload: bytes, signature: bytes, key: VerificationKey) -> None:
    """As ``check``, over the octets that stand behind the dot: encoded, or raw (RFC 7797)."""
    if not key.has_signed(header.encoded.encode() + b"." + payload, signature, header.algorithm):
        raise JoseRefused(key.did or key.sha256, path="signature")


def signing_input(members: Mapping[str, PlainJson], payload: bytes) -> tuple[str, bytes]:
    """The encoded header, and what is signed."""
    from gateway.signing.jcs import jcs

    header = base64url(jcs(dict(members)))
    return header, f"{header}.{base64url(payload)}".encode()


def _check_critical(members: Mapping[str, PlainJson], understood: Collection[str]) -> None:
    if "crit" not in members:
        if members.get("b64") is False:
            raise JoseRefused("b64", path="header/b64", code="envelope.crit")
        return
    critical = members["crit"]
    if (
        not isinstance(critical, list)
        or not critical
        or len({str(name) for name in critical}) != len(critical)
    ):
        raise JoseRefused(critical, path="header/crit", code="envelope.crit")
    for name in critical:
        if not isinstance(name, str) or name in _STANDARD or name not in members or name not in understood:
            raise JoseRefused(name, path="header/crit", code="envelope.crit")
    if members.get("b64") is False and "b64" not in critical:
        raise JoseRefused("b64", path="header/crit", code="envelope.crit")


def _is_raw(members: Mapping[str, PlainJson]) -> bool:
    b64 = members.get("b64", True)
    if not isinstance(b64, bool):
        raise JoseRefused(b64, path="header/b64", code="envelope.header-member")
    return not b64


def _certificates(members: Mapping[str, PlainJson]) -> tuple[x509.Certificate, ...]:
    if "x5c" not in members:
        return ()
    chain = members["x5c"]
    if not isinstance(chain, list) or not 0 < len(chain) <= x509.MOST_CERTIFICATES:
        raise JoseRefused(path="header/x5c", code="envelope.header-member")
    found = []
    for index, text in enumerate(chain):
        if not isinstance(text, str):
            raise JoseRefused(text, path=f"header/x5c/{index}", code="envelope.header-member")
        der = x509.from_base64(text)
        # Only the signer's key is used here; an issuer's may be of any kind.
        found.append(x509.Certificate.from_der(der, above=index > 0))
    if not found[0].may_sign:
        raise JoseRefused(found[0].subject, path="header/x5c/0", code="envelope.key-usage")
    return tuple(found)
