"""How many valid published files and vectors are refused: at most one in two hundred, with its reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.frontdoor.json import parse_signed
from gateway.signing import algorithms, rfc3161, sm2
from gateway.signing.envelopes import detect
from gateway.signing.jcs import jcs
from gateway.signing.multibase import base64url
from gateway.signing.rdf import canonical, nquads
from gateway.signing.verification_key import VerificationKey
from tests.signing.test_jose_wycheproof import HMAC, OTHER_ALGORITHM, accepts, groups
from tests.signing.test_proofs import contexts
from tests.signing.test_published_envelopes import (
    BROKEN,
    ELSEWHERE,
    NOT_TAKEN,
    OLD,
    OTHER_SUITES,
    taken,
)

__all__ = ["contexts"]  # a fixture

# Of NOT_TAKEN: what no receiver can check with what is published, and what has to be refused.
NOT_CHECKABLE = frozenset({"rdf.context-unknown", "envelope.content-needed"})
# A signature that covers nothing but itself says nothing about anything.
MUST_BE_REFUSED = frozenset({"rdf.number-not-covered", "envelope.covers-itself"})

COUNTS = {
    "ecdsa_secp256r1_sha256_p1363_test": 173,
    "ed25519_test": 88,
    "envelopes": 35,
    "etsi-lote": 1,
    "rdfc-1.0": 43,
    "rfc3161": 2,
    "rfc8785": 6,
    "sm2": 65,
    "wycheproof jws": 36,
}

Verdict = tuple[str, str, bool]  # source, name, whether it was taken


def envelopes(place: Path, contexts: dict[str, bytes]) -> Iterator[Verdict]:
    sample = {"sample.json": (place / "jades" / "sample.json").read_bytes()}
    for file in sorted(place.rglob("*")):
        name = file.relative_to(place).as_posix()
        skipped = (*ELSEWHERE, *OTHER_SUITES, *BROKEN, ".txt")
        if not file.is_file() or any(word in name for word in skipped) or name.startswith(OLD):
            continue
        try:
            detect(file.read_bytes())
        except GatewayError:
            continue
        if NOT_TAKEN.get(name, "") in NOT_CHECKABLE | MUST_BE_REFUSED:
            continue
        objects = sample if name.startswith("jades/") else {}
        yield "envelopes", name, "." not in taken(file.read_bytes(), objects, contexts)


def tokens(oracle_data: Path) -> Iterator[Verdict]:
    for group in groups(oracle_data):
        jwk = group.get("public") or group.get("private") or {}
        for test in group["tests"]:
            if test["result"] == "valid" and jwk.get("alg") not in HMAC:
                yield "wycheproof jws", str(test["tcId"]), accepts(test["jws"], jwk)


def raw(place: Path) -> Iterator[Verdict]:
    for name, algorithm in (("ed25519_test", "EdDSA"), ("ecdsa_secp256r1_sha256_p1363_test", "ES256")):
        found = json.loads((place / "wycheproof" / f"{name}.json").read_text(encoding="utf-8"))
        for group in found["testGroups"]:
            public = group["publicKey"]
            if algorithm == "EdDSA":
                jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(bytes.fromhex(public["pk"]))}
            else:
                point = bytes.fromhex(public["uncompressed"])
                jwk = {"kty": "EC", "crv": "P-256", "x": base64url(point[1:33]), "y": base64url(point[33:])}
            key = VerificationKey.from_jwk(jwk)
            for test in group["tests"]:
                if test["result"] != "invalid":
                    data, value = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
                    holds = key.has_signed(data, value, algorithms.JOSE[algorithm])
                    yield name, str(test["tcId"]), holds


def sm2_vectors(place: Path) -> Iterator[Verdict]:
    suite = json.loads((place / "sm2" / "sm2_sm3_verify.json").read_text(encoding="utf-8"))
    for test in suite["tests"]:
        if test["result"] == "valid":
            key, message, value = (bytes.fromhex(test[n]) for n in ("publicKey", "message", "signatureDer"))
            try:
                sm2.verify(key, message, value, user_id=test["userId"].encode())
            except GatewayError:
                yield "sm2", str(test["tcId"]), False
            else:
                yield "sm2", str(test["tcId"]), True


def graphs(place: Path) -> Iterator[Verdict]:
    for entry in json.loads((place / "w3c-rdfc10" / "manifest.json").read_text(encoding="utf-8")):
        try:
            quads = nquads.parse((place / "w3c-rdfc10" / entry["action"]).read_bytes())
            canonical.canonicalise(quads, hash_name=entry.get("hashAlgorithm", "SHA256").lower())
        except GatewayError:
            yield "rdfc-1.0", entry["id"], False
        else:
            yield "rdfc-1.0", entry["id"], True


def canonical_json(place: Path) -> Iterator[Verdict]:
    for file in sorted((place / "jcs-rfc8785" / "input").iterdir()):
        made = jcs(parse_signed(file.read_bytes()))
        expected = (place / "jcs-rfc8785" / "output" / file.name).read_bytes()
        yield "rfc8785", file.name, made == expected.rstrip(b"\n")


def trust_lists(place: Path) -> Iterator[Verdict]:
    file = place / "etsi-lote" / "own" / "accreditation-lote-prototype.json"
    _, token, _ = json.loads(file.read_text(encoding="utf-8"))
    yield "etsi-lote", file.name, "." not in taken(token.encode(), {}, {})


def time_stamps(place: Path) -> Iterator[Verdict]:
    for name in ("response", "other_response"):
        data = (place / "rfc3161" / "test_tsa" / f"{name}.tsr").read_bytes()
        try:
            yield "rfc3161", name, bool(rfc3161.read(data).serial)
        except GatewayError:
            yield "rfc3161", name, False


@pytest.mark.oracle
def test_valid_published_files_that_are_refused(oracle_data: Path, contexts: dict[str, bytes]) -> None:
    place = oracle_data / "signing"
    sources = (
        envelopes(place, contexts),
        tokens(oracle_data),
        raw(place),
        sm2_vectors(place),
        time_stamps(place),
        graphs(place),
        canonical_json(place),
        trust_lists(place),
    )
    verdicts = [verdict for source in sources for verdict in source]
    refused = {(source, name) for source, name, is_taken in verdicts if not is_taken}
    counts = Counter(source for source, _, _ in verdicts)
    assert counts == COUNTS
    assert refused == {("wycheproof jws", str(number)) for number in OTHER_ALGORITHM}
    assert len(refused) / len(verdicts) <= 0.005
