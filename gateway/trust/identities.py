"""By what a listed service is known: certificates, keys however they are spelled, and other names."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import lru_cache

from gateway.errors import GatewayError
from gateway.signing import x509
from gateway.signing.certificates import Certificate
from gateway.signing.digests import sha256_hex
from gateway.signing.verification_key import VerificationKey
from gateway.trust.lote import Service, State


def identities_of(service: Service) -> Iterator[str]:
    """Everything that the service has ever been known by, once each."""
    return iter(dict.fromkeys(name for state in service.states for name in identities_in(state)))


def identities_in(*states: State) -> Iterator[str]:
    """What the service was known by then: ``cert:`` and ``key:`` with SHA-256, and ``id:``."""
    known: dict[str, None] = {}
    for state in states:
        for encoded in state.identity.certificates:
            der = base64.b64decode(encoded.val)
            known[f"cert:{sha256_hex(der)}"] = None
            known[f"key:{x509.Certificate.from_der(der, above=True).key.sha256}"] = None
        for jwk in state.identity.keys:
            known[f"key:{VerificationKey.from_jwk(jwk).sha256}"] = None
        for other in state.identity.others:
            known |= dict.fromkeys(_named(other))
    return iter(known)


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=4096)
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
