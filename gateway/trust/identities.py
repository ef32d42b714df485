"""By what a listed service is known: certificates, keys however they are spelled, and other names."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from gateway.errors import GatewayError
from gateway.signing import x509
from gateway.signing.certificates import Certificate
from gateway.signing.digests import sha256_hex
from gateway.signing.verification_key import VerificationKey
from gateway.trust.lote import EncodedCertificate, Service, State

# As many certificates and names as are read once only.
_MOST_KEPT: Final = 2**15


def identities_of(service: Service) -> Iterator[str]:
    """Everything that the service has ever been known by, once each."""
    return iter(dict.fromkeys(name for state in service.states for name in identities_in(state)))


def identities_in(*states: State) -> Iterator[str]:
    """What the service was known by then: ``cert:`` and ``key:`` with SHA-256, and ``id:``.

    What cannot be read is passed over: a list with such a thing may not speak, but its losses are heard.
    """
    known: dict[str, None] = {}
    for state in states:
        for one in _identifiers(state):
            try:
                known |= dict.fromkeys(_known_by(one))
            except (GatewayError, ValueError):
                continue
    return iter(known)


def refuse_unreadable(service: Service) -> None:
    """Refuse what nobody can be found by.

    Raises:
        GatewayError, ValueError: a certificate, key or name is none.
    """
    for state in service.states:
        for one in _identifiers(state):
            _known_by(one)


def _identifiers(state: State) -> Iterator[EncodedCertificate | dict[str, Any] | str]:
    yield from state.identity.certificates
    yield from state.identity.keys
    yield from state.identity.others


def _known_by(one: EncodedCertificate | dict[str, Any] | str) -> tuple[str, ...]:
    if isinstance(one, EncodedCertificate):
        return _certified(one.val)
    return _named(one) if isinstance(one, str) else (f"key:{VerificationKey.from_jwk(one).sha256}",)


@lru_cache(maxsize=_MOST_KEPT)
def _certified(encoded: str) -> tuple[str, ...]:
    data = base64.b64decode(encoded)
    return f"cert:{sha256_hex(data)}", f"key:{x509.Certificate.from_der(data, above=True).key.sha256}"


@lru_cache(maxsize=_MOST_KEPT)
def _named(other: str) -> tuple[str, ...]:
    """An identifier, and the key that it is: a did:key or did:jwk says no less than the key itself."""
    name = f"id:{other}"
    if not other.startswith(("did:key:", "did:jwk:")):
        return (name,)
    try:
        key = VerificationKey.from_did(other.partition("#")[0])
    except GatewayError:
        return (name,)
    return (name, f"key:{key.sha256}")


def key_identity(certificate: Certificate) -> str:
    """By what the key of a certificate is known without it, however the certificate spells it."""
    return _key_in(certificate.encoded) or f"key:{sha256_hex(certificate.spki)}"


@lru_cache(maxsize=_MOST_KEPT)
def _key_in(encoded: bytes) -> str:
    """Empty for a certificate that is of use to nobody but a chain."""
    try:
        return f"key:{x509.Certificate.from_der(encoded, above=True).key.sha256}"
    except GatewayError:
        return ""


def kind_of(certificate: Certificate) -> str:
    """The kind of a certificate's key, as a policy names it."""
    return x509.Certificate.from_der(certificate.encoded, above=True).key.kind


def bare_identities(service: Service) -> Iterator[str]:
    """The keys and names under which the service was ever listed without a certificate."""
    for state in service.states:
        yield from bare_in(state)


def bare_in(state: State) -> Iterator[str]:
    """The keys and names under which the service was listed then without a certificate."""
    for jwk in state.identity.keys:
        yield f"key:{VerificationKey.from_jwk(jwk).sha256}"
    for other in state.identity.others:
        yield from _named(other)
