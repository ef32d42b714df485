"""The whole JWS set of Wycheproof by the uniform way in, with its own keys: no wrong accept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.signing import algorithms, jws
from gateway.signing.multibase import base64url
from gateway.signing.verification_key import VerificationKey

# Refused though called valid. HMAC is a secret that two share, and so nobody's signature.
HMAC = frozenset({"HS256", "HS384", "HS512"})
# The key names another algorithm than the token's: PS256 beside PS384, figure 20 of RFC 7520, twice. PS512
# beside PS256 and PS384 is called invalid (338, 340).
OTHER_ALGORITHM = frozenset({346, 350})
# What figure 27 of RFC 7520 calls the only algorithm of P-521.
MISSPELT = {"ES512": "ES521"}


def groups(oracle_data: Path) -> list[dict[str, Any]]:
    file = oracle_data / "signing" / "wycheproof" / "json_web_signature_test.json"
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["testGroups"]
    return found


def accepts(token: object, jwk: dict[str, Any]) -> bool:
    data = token.encode() if isinstance(token, str) else json.dumps(token).encode()
    try:
        key = VerificationKey.from_jwk(jwk)
        # As RFC 7517, 4.4 has it: a key that names its algorithm goes with no other.
        # An empty middle may be an empty payload or a detached one: the caller says which.
        found = jws.verify(data, b"" if b".." in data else None, keys={"": key})
        algorithm = found.signatures[0].algorithm
        return jwk.get("alg") in (None, algorithm, MISSPELT.get(algorithm))
    except GatewayError:
        return False


def test_no_wrong_accept_and_every_wrong_refusal_has_its_reason(oracle_data: Path) -> None:
    accepted, refused, count = [], {}, 0
    for group in groups(oracle_data):
        jwk = group.get("public") or group.get("private") or {}
        for test in group["tests"]:
            count += 1
            holds = accepts(test["jws"], jwk)
            if holds and test["result"] != "valid":
                accepted.append((test["tcId"], group["comment"], test["comment"]))
            if not holds and test["result"] == "valid" and jwk.get("alg") not in HMAC:
                refused[test["tcId"]] = (group["comment"], test["comment"], jwk.get("alg"))
    assert accepted == []
    assert count == 401
    assert refused.keys() == OTHER_ALGORITHM


@pytest.mark.parametrize(
    ("name", "algorithm", "count"),
    [("ed25519_test", "EdDSA", 151), ("ecdsa_secp256r1_sha256_p1363_test", "ES256", 262)],
)
def test_raw_signatures_by_any_key(oracle_data: Path, name: str, algorithm: str, count: int) -> None:
    found = json.loads((oracle_data / "signing" / "wycheproof" / f"{name}.json").read_text(encoding="utf-8"))
    wrong, seen = [], 0
    for group in found["testGroups"]:
        public = group["publicKey"]
        if algorithm == "EdDSA":
            jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(bytes.fromhex(public["pk"]))}
        else:
            point = bytes.fromhex(public["uncompressed"])
            jwk = {"kty": "EC", "crv": "P-256", "x": base64url(point[1:33]), "y": base64url(point[33:])}
        key = VerificationKey.from_jwk(jwk)
        for test in group["tests"]:
            seen += 1
            message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
            if key.has_signed(message, signature, algorithms.JOSE[algorithm]) != (test["result"] == "valid"):
                wrong.append((test["tcId"], test["comment"]))
    assert (wrong, seen) == ([], count)
