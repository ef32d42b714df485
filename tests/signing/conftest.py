"""Throw-away keys, the same in every run."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey


def throw_away(key_type: KeyType) -> PrivateKey:
    """A key that everybody knows."""
    if key_type is KeyType.ED25519:
        return PrivateKey(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    curve = ec.SECP384R1() if key_type is KeyType.P384 else ec.SECP256R1()
    return PrivateKey(ec.derive_private_key(20260131, curve))


@pytest.fixture(scope="session", params=list(KeyType))
def key(request: pytest.FixtureRequest) -> PrivateKey:
    """One key of each kind."""
    return throw_away(request.param)


@pytest.fixture(scope="session")
def ed25519_key() -> PrivateKey:
    return throw_away(KeyType.ED25519)


@pytest.fixture(scope="session")
def p256_key() -> PrivateKey:
    return throw_away(KeyType.P256)
