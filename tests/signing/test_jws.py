from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.signing import jws, keys
from gateway.signing.did_key import KeyType, PublicKey
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url, from_base64url

PAYLOAD = '{"a":"1","名":"电池"}'.encode()


def made(key: PrivateKey, header: bytes | dict[str, Any], payload: bytes = PAYLOAD) -> bytes:
    """A detached JWS with any header, correctly signed."""
    head = base64url(header if isinstance(header, bytes) else json.dumps(header).encode())
    return f"{head}..{base64url(keys.sign(key, f'{head}.{base64url(payload)}'.encode()))}".encode()


class TestDetached:
    """What we sign verifies over exactly these bytes, by the key in its header."""

    def test_there_and_back(self, key: PrivateKey) -> None:
        verified = jws.verify_detached(jws.sign_detached(PAYLOAD, key), PAYLOAD)
        assert (verified.signer, verified.key_id) == (key.public_key.did, key.key_id)
        assert verified.payload == PAYLOAD
        assert jws.sign_detached(PAYLOAD, key) == jws.sign_detached(PAYLOAD, key)

    @pytest.mark.parametrize("key_type", list(KeyType))
    def test_algorithm_follows_from_the_key(self, key_type: KeyType) -> None:
        key = PrivateKey.generate(key_type)
        names = {KeyType.ED25519: "EdDSA", KeyType.P256: "ES256", KeyType.P384: "ES384"}
        assert jws.verify_detached(jws.sign_detached(PAYLOAD, key), PAYLOAD).algorithm == names[key_type]

    def test_any_other_payload_is_refused(self, ed25519_key: PrivateKey) -> None:
        token = jws.sign_detached(PAYLOAD, ed25519_key)
        for other in (PAYLOAD + b"\n", PAYLOAD[:-1], b"", PAYLOAD.replace(b"1", b"2")):
            with pytest.raises(jws.JwsRefused, match="signature-wrong"):
                jws.verify_detached(token, other)

    def test_any_changed_byte_is_noticed(self, key: PrivateKey) -> None:
        token = jws.sign_detached(PAYLOAD, key)
        unseen = []
        for index, byte in enumerate(token):
            for other in b"ABgw049-_=. \n\x80":
                if other != byte and _holds(token[:index] + bytes([other]) + token[index + 1 :]):
                    unseen.append(index)
            if _holds(token[:index] + token[index + 1 :]) or _holds(token[:index] + b"A" + token[index:]):
                unseen.append(index)
        assert unseen == []

    def test_attached_payload_is_refused(self, ed25519_key: PrivateKey) -> None:
        head, _, signature = jws.sign_detached(PAYLOAD, ed25519_key).split(b".")
        with pytest.raises(jws.JwsRefused, match="not-detached"):
            jws.verify_detached(b".".join([head, base64url(PAYLOAD).encode(), signature]), PAYLOAD)


def _holds(token: bytes) -> bool:
    try:
        jws.verify_detached(token, PAYLOAD)
    except GatewayError:
        return False
    return True


HEADERS: dict[str, dict[str, Any]] = {
    "none": {"alg": "none"},
    "case": {"alg": "eddsa"},
    "algorithm-of-other-key": {"alg": "ES256"},
    "hmac": {"alg": "HS256"},
    "no-algorithm": {"alg": None},
    "critical": {"crit": ["b64"], "b64": False},
    "critical-empty": {"crit": []},
    "unencoded": {"b64": False},
    "compressed": {"zip": "DEF"},
    "key-link": {"jku": "https://example.org/keys"},
    "certificate-link": {"x5u": "https://example.org/cert"},
    "key-inside": {"jwk": {"kty": "OKP"}},
    "unknown": {"http://example.org/x": "y"},
    "kid-path": {"kid": "../../../../etc/passwd"},
    "kid-web": {"kid": "did:web:example.org#1"},
    "kid-number": {"kid": 1},
    "kid-fragment": {"kid": "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd#1"},
}


@pytest.mark.parametrize("change", HEADERS.values(), ids=HEADERS)
def test_headers_outside_the_profile_are_refused_though_signed(
    ed25519_key: PrivateKey, change: dict[str, Any]
) -> None:
    sound = {"alg": "EdDSA", "kid": ed25519_key.key_id}
    assert _holds(made(ed25519_key, sound))
    with pytest.raises(GatewayError) as caught:
        jws.verify_detached(made(ed25519_key, {**sound, **change}), PAYLOAD)
    assert caught.value.error_code != "signing.signature-wrong"


@pytest.mark.parametrize("kind", ["twice", "list", "text", "empty", "bom", "utf16"])
def test_headers_that_are_no_strict_json_are_refused(ed25519_key: PrivateKey, kind: str) -> None:
    sound = jcs({"alg": "EdDSA", "kid": ed25519_key.key_id})
    headers = {
        "twice": sound.replace(b"{", b'{"alg":"none",'),
        "list": b"[" + sound + b"]",
        "text": b"alg",
        "empty": b"",
        "bom": b"\xef\xbb\xbf" + sound,
        "utf16": sound.decode().encode("utf-16"),
    }
    with pytest.raises(jws.JwsRefused, match="jws-malformed"):
        jws.verify_detached(made(ed25519_key, headers[kind]), PAYLOAD)


def test_missing_kid_is_refused(ed25519_key: PrivateKey) -> None:
    with pytest.raises(jws.JwsRefused, match="jws-header"):
        jws.verify_detached(made(ed25519_key, {"alg": "EdDSA"}), PAYLOAD)


def test_hostile_files_are_refused_before_any_key_is_used(oracle_data: Path, p256_key: PrivateKey) -> None:
    files = sorted((oracle_data / "signing" / "attacks" / "jose").iterdir())
    assert len(files) == 10
    codes = {}
    for file in files:
        with pytest.raises(GatewayError) as caught:
            jws.verify_compact(file.read_bytes(), p256_key.public_key)
        codes[file.name] = caught.value.error_code
        with pytest.raises(GatewayError):
            jws.verify_detached(file.read_bytes(), b'{"pcf": 61.25}')
    # Both are sound in form: a kid is only a name where the caller brings the key, and r = s = 0 is a number.
    late = {"zero-signature.jwt", "kid-traversal.jwt"}
    assert {name for name, code in codes.items() if code == "signing.signature-wrong"} == late


def test_example_of_rfc_8037(p256_key: PrivateKey) -> None:
    """RFC 8037, A.4 and A.5: the Ed25519 signature of "Example of Ed25519 signing"."""
    public = PublicKey(KeyType.ED25519, from_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") or b"")
    token = (
        b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
        b"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )
    assert jws.verify_compact(token, public) == b"Example of Ed25519 signing"
    with pytest.raises(jws.JwsRefused, match="jws-algorithm"):
        jws.verify_compact(token, p256_key.public_key)


@given(st.one_of(st.binary(max_size=80), st.text(alphabet="eyJhbGci.-_=", max_size=60).map(str.encode)))
def test_only_our_errors_come_out(token: bytes) -> None:
    with pytest.raises(GatewayError):
        jws.verify_detached(token, PAYLOAD)


class TestWycheproof:
    """No wrong accept in the whole JWS set; every wrong refusal has its reason here."""

    # Refused although valid: algorithms that sign nothing here (HMAC is no signature, RSA no key of ours).
    OUT_OF_SCOPE = frozenset(
        {"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES521"}
    )
    # To be refused for `use` or `key_ops` of a JWK alone. Keys are did:key here, which have neither.
    JWK_USAGE_ONLY = frozenset({"ec_key_for_encryption"})

    def test_elliptic_curves(self, oracle_data: Path) -> None:
        wrong, count = [], 0
        for group in _groups(oracle_data, "json_web_signature_test"):
            public = group.get("public", {})
            if public.get("crv") != "P-256" or group["comment"] in self.JWK_USAGE_ONLY:
                continue
            point = b"".join(from_base64url(public[name]) or b"" for name in "xy")
            key = PublicKey(KeyType.P256, bytes([2 + point[-1] % 2]) + point[:32])
            for test in group["tests"]:
                count += 1
                if _accepts(test["jws"], key) != (test["result"] == "valid"):
                    wrong.append(test["comment"])
        assert wrong == []
        assert count == 39

    def test_all_other_algorithms_are_refused(self, oracle_data: Path, key: PrivateKey) -> None:
        accepted, refused_though_valid = [], set()
        for group in _groups(oracle_data, "json_web_signature_test"):
            for test in group["tests"]:
                if _accepts(test["jws"], key.public_key):
                    accepted.append(test["tcId"])
                elif test["result"] == "valid" and group.get("public", {}).get("crv") != "P-256":
                    refused_though_valid.add((group.get("public") or group["private"])["alg"])
        assert accepted == []
        assert refused_though_valid <= self.OUT_OF_SCOPE

    def test_base64(self, oracle_data: Path) -> None:
        """These tests sign with HMAC, so their parts alone are judged: an invalid token has a bad part."""
        (group,) = [g for g in _groups(oracle_data, "json_web_signature_test") if g["comment"] == "base64"]
        tests = {test["tcId"]: test for test in group["tests"]}
        sound = {
            number
            for number, test in tests.items()
            if None not in [from_base64url(part) for part in test["jws"].split(".")]
        }
        valid = {number for number, test in tests.items() if test["result"] == "valid"}
        # 367 and 370 are called invalid, but are the same token as 357, which is called valid.
        assert tests[367]["jws"] == tests[370]["jws"] == tests[357]["jws"]
        assert sound - valid == {367, 370}
        # 372 and 373 are called valid with a question mark inside, which base64url (RFC 7515, 2) has not.
        assert valid - sound == {372, 373}
        assert all("?" in tests[number]["jws"] for number in (372, 373))

    @pytest.mark.parametrize(
        ("name", "key_type", "count"),
        [("ed25519_test", KeyType.ED25519, 151), ("ecdsa_secp256r1_sha256_p1363_test", KeyType.P256, 262)],
    )
    def test_raw_signatures(self, oracle_data: Path, name: str, key_type: KeyType, count: int) -> None:
        wrong, seen = [], 0
        for group in _groups(oracle_data, name):
            public = group["publicKey"]
            if key_type is KeyType.ED25519:
                raw = bytes.fromhex(public["pk"])
            else:
                point = bytes.fromhex(public["uncompressed"])
                raw = bytes([2 + point[-1] % 2]) + point[1:33]
            key = PublicKey(key_type, raw)
            for test in group["tests"]:
                seen += 1
                holds = key.has_signed(bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
                if holds != (test["result"] == "valid"):
                    wrong.append((test["tcId"], test["comment"]))
        assert (wrong, seen) == ([], count)


def _groups(oracle_data: Path, name: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = json.loads(
        (oracle_data / "signing" / "wycheproof" / f"{name}.json").read_text()
    )["testGroups"]
    return groups


def _accepts(token: object, key: PublicKey) -> bool:
    # A few tests are the JSON serialisation, which is no compact token at all.
    data = token.encode() if isinstance(token, str) else json.dumps(token).encode()
    try:
        jws.verify_compact(data, key)
    except GatewayError:
        return False
    return True
