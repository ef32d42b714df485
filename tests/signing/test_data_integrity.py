from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, InputError, UsageError
from gateway.signing import data_integrity as di
from gateway.signing.did_key import PublicKey
from gateway.signing.jcs import NotCanonical, jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base58btc, from_base58btc

CREATED = "2026-01-31T08:00:00Z"
Document = dict[str, Any]


def document(key: PrivateKey) -> Document:
    """About 2.2 kB, with Chinese text and nested lists."""
    stage = {"name": "原材料获取", "amount": "3512.400000", "unit": "kg", "share": 0.6119}
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": key.public_key.did,
        "validFrom": CREATED,
        "credentialSubject": {
            "id": "urn:gtin:06901234567892",
            "total": "5740.109388",
            "stages": [stage] * 18,
        },
    }


def signed(key: PrivateKey) -> Document:
    return di.add_proof(document(key), key, created=CREATED)


class TestOwnProof:
    """What we sign verifies, explains itself, and is the same every time."""

    def test_verifies_and_says_who_what_when(self, key: PrivateKey) -> None:
        verified = di.verify_proof(jcs(signed(key)), own=True)
        assert verified.issuer == key.public_key.did
        assert verified.verification_method == key.key_id
        assert (verified.created, verified.expires, verified.purpose) == (CREATED, None, "assertionMethod")
        assert verified.document == document(key)
        assert verified.signed_bytes == jcs(document(key))
        assert verified.uncovered_contexts == ()

    def test_same_input_same_bytes(self, key: PrivateKey) -> None:
        assert jcs(signed(key)) == jcs(signed(key))

    def test_input_is_left_alone(self, ed25519_key: PrivateKey) -> None:
        before = document(ed25519_key)
        after = di.add_proof(before, ed25519_key, created=CREATED)
        assert before == document(ed25519_key)
        assert "proof" in after

    def test_issuer_object_is_read(self, ed25519_key: PrivateKey) -> None:
        changed = {**document(ed25519_key), "issuer": {"id": ed25519_key.public_key.did, "name": "厂"}}
        data = jcs(di.add_proof(changed, ed25519_key, created=CREATED))
        assert di.verify_proof(data, own=True).issuer == ed25519_key.public_key.did

    def test_somebody_elses_name_is_not_signed(self, ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
        with pytest.raises(di.ProofRefused, match="not-the-issuers-key"):
            di.add_proof(document(p256_key), ed25519_key, created=CREATED)

    def test_signed_document_is_not_signed_again(self, ed25519_key: PrivateKey) -> None:
        with pytest.raises(UsageError):
            di.add_proof(signed(ed25519_key), ed25519_key, created=CREATED)

    @pytest.mark.parametrize(
        "created", ["", "2026-01-31", "2026-02-30T08:00:00Z", "2026-01-31T08:00:00", "now"]
    )
    def test_created_is_a_point_in_time(self, ed25519_key: PrivateKey, created: str) -> None:
        with pytest.raises(UsageError):
            di.add_proof(document(ed25519_key), ed25519_key, created=created)

    def test_unsafe_numbers_are_not_signed(self, ed25519_key: PrivateKey) -> None:
        with pytest.raises(NotCanonical):
            di.add_proof({**document(ed25519_key), "n": 2**53}, ed25519_key, created=CREATED)


class TestEveryChangeIsNoticed:
    """Whatever byte of a signed credential changes, verification fails."""

    def test_any_byte_replaced(self, ed25519_key: PrivateKey) -> None:
        data = jcs(signed(ed25519_key))
        assert 1800 < len(data) < 3000
        unseen = []
        for index, byte in enumerate(data):
            for other in {byte ^ 1, byte ^ 0x20, ord("0") + (byte + 1) % 10}:
                if other != byte and _holds(data[:index] + bytes([other]) + data[index + 1 :]):
                    unseen.append(index)
        assert unseen == []

    def test_any_byte_left_out_or_added(self, p256_key: PrivateKey) -> None:
        data = jcs(signed(p256_key))
        assert not [i for i in range(len(data)) if _holds(data[:i] + data[i + 1 :])]
        assert not [
            i for i in range(len(data) + 1) for extra in (b" ", b"0") if _holds(data[:i] + extra + data[i:])
        ]

    def test_rewritten_but_equal_json_is_noticed(self, ed25519_key: PrivateKey) -> None:
        value = signed(ed25519_key)
        for data in (json.dumps(value).encode(), jcs(value) + b"\n", json.dumps(value, indent=1).encode()):
            assert di.verify_proof(data).document == document(ed25519_key)
            with pytest.raises(di.ProofRefused, match="bytes-not-canonical"):
                di.verify_proof(data, own=True)


def _holds(data: bytes) -> bool:
    try:
        di.verify_proof(data, own=True)
    except GatewayError:
        return False
    return True


def _set(name: str, value: Any) -> Callable[[Document], None]:
    def change(doc: Document) -> None:
        doc["proof"][name] = value

    return change


def _drop(name: str) -> Callable[[Document], None]:
    def change(doc: Document) -> None:
        del doc["proof"][name]

    return change


def _twice(doc: Document) -> None:
    doc["proof"] = [doc["proof"], doc["proof"]]


def _listed(doc: Document) -> None:
    doc["proof"] = [doc["proof"]]


def _without(doc: Document) -> None:
    del doc["proof"]


def _longer_signature(doc: Document) -> None:
    raw = from_base58btc(doc["proof"]["proofValue"])
    assert raw
    doc["proof"]["proofValue"] = base58btc(raw + b"\0")


OTHER = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
REFUSED: dict[str, tuple[Callable[[Document], None], str, str]] = {
    "no-proof": (_without, "signing.no-proof", "/proof"),
    "proof-set": (_twice, "signing.proof-set", "/proof"),
    "list-of-one": (_listed, "signing.proof-set", "/proof"),
    "proof-chain": (_set("previousProof", "urn:x:1"), "signing.proof-set", "/proof/previousProof"),
    "no-value": (_drop("proofValue"), "signing.proof-member", "/proof/proofValue"),
    "number-as-value": (_set("proofValue", 1), "signing.proof-member", "/proof/proofValue"),
    "method-object": (
        _set("verificationMethod", {"id": "x"}),
        "signing.proof-member",
        "/proof/verificationMethod",
    ),
    "domain": (_set("domain", "example.org"), "signing.proof-member", "/proof/domain"),
    "other-type": (_set("type", "Ed25519Signature2020"), "signing.unknown-cryptosuite", "/proof/type"),
    "rdf-suite": (
        _set("cryptosuite", "eddsa-rdfc-2022"),
        "signing.unknown-cryptosuite",
        "/proof/cryptosuite",
    ),
    "suite-of-other-key": (
        _set("cryptosuite", "ecdsa-jcs-2019"),
        "signing.key-does-not-fit",
        "/proof/cryptosuite",
    ),
    "other-purpose": (_set("proofPurpose", "authentication"), "signing.wrong-purpose", "/proof/proofPurpose"),
    "created-date-only": (_set("created", "2026-01-31"), "signing.bad-timestamp", "/proof/created"),
    "created-null": (_set("created", None), "signing.bad-timestamp", "/proof/created"),
    "expires-nonsense": (_set("expires", "never"), "signing.bad-timestamp", "/proof/expires"),
    "created-changed": (
        _set("created", "2026-01-31T08:00:01Z"),
        "signing.signature-wrong",
        "/proof/proofValue",
    ),
    "created-dropped": (_drop("created"), "signing.signature-wrong", "/proof/proofValue"),
    "context-dropped": (_drop("@context"), "signing.signature-wrong", "/proof/proofValue"),
    "context-other": (_set("@context", ["https://example.org/"]), "signing.context-mismatch", "/@context"),
    "other-key": (
        _set("verificationMethod", f"{OTHER}#{OTHER[8:]}"),
        "signing.signature-wrong",
        "/proof/proofValue",
    ),
    "fragment": (_set("verificationMethod", f"{OTHER}#key-1"), "signing.bad-did-key", ""),
    "web-method": (_set("verificationMethod", "https://example.org/#key"), "signing.bad-did-key", ""),
    "base64-value": (_set("proofValue", "uAAAA"), "signing.bad-proof-value", "/proof/proofValue"),
    "short-value": (_set("proofValue", "z2"), "signing.bad-proof-value", "/proof/proofValue"),
    "longer-signature": (_longer_signature, "signing.bad-proof-value", "/proof/proofValue"),
}


@pytest.mark.parametrize(("change", "code", "path"), REFUSED.values(), ids=REFUSED)
def test_proofs_of_another_kind_are_refused(
    ed25519_key: PrivateKey, change: Callable[[Document], None], code: str, path: str
) -> None:
    doc = copy.deepcopy(signed(ed25519_key))
    change(doc)
    with pytest.raises(GatewayError) as caught:
        di.verify_proof(jcs(doc))
    assert (caught.value.error_code, caught.value.path) == (code, path)


class TestContexts:
    """The proof's contexts begin the document's, and replace them."""

    def test_appended_context_is_set_aside_and_named(self, ed25519_key: PrivateKey) -> None:
        doc = signed(ed25519_key)
        doc["@context"] = [*doc["@context"], "https://example.org/evil"]
        verified = di.verify_proof(jcs(doc))
        assert verified.uncovered_contexts == ("https://example.org/evil",)
        assert verified.document["@context"] == ["https://www.w3.org/ns/credentials/v2"]
        with pytest.raises(di.ProofRefused, match="context-mismatch"):
            di.verify_proof(jcs(doc), own=True)

    def test_context_in_front_is_refused(self, ed25519_key: PrivateKey) -> None:
        doc = signed(ed25519_key)
        doc["@context"] = ["https://example.org/evil", *doc["@context"]]
        with pytest.raises(di.ProofRefused, match="context-mismatch"):
            di.verify_proof(jcs(doc))

    def test_document_without_context(self, ed25519_key: PrivateKey) -> None:
        plain = {"issuer": ed25519_key.public_key.did, "a": "1"}
        data = jcs(di.add_proof(plain, ed25519_key, created=CREATED))
        assert di.verify_proof(data, own=True).document == plain


def test_signature_of_another_issuer_does_not_count(ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
    stolen = {**document(ed25519_key)}
    stolen["proof"] = di.create_proof(stolen, p256_key, created=CREATED)
    assert di.check_proof(stolen).public_key == p256_key.public_key
    with pytest.raises(di.ProofRefused, match="not-the-issuers-key"):
        di.verify_proof(jcs(stolen))


VECTORS = {
    "w3c-eddsa-jcs-2022": ("w3c-vc-di-eddsa", "eddsa-jcs-2022", "JCS", "keyPair"),
    "w3c-ecdsa-jcs-2019-p256": ("w3c-vc-di-ecdsa", "ecdsa-jcs-2019-p256", "JCSECDSAP256", "p256KeyPair"),
    "w3c-ecdsa-jcs-2019-p384": ("w3c-vc-di-ecdsa", "ecdsa-jcs-2019-p384", "JCSECDSAP384", "p384KeyPair"),
}


@pytest.mark.parametrize(
    "vector",
    [pytest.param(values, id=name, marks=pytest.mark.judge(name)) for name, values in VECTORS.items()],
)
class TestPublishedVector:
    """Every intermediate of the W3C's examples, byte for byte, and the signature made again."""

    def test_reproduced(self, oracle_data: Path, vector: tuple[str, str, str, str]) -> None:
        suite, folder, ending, key_pair = vector
        base = oracle_data / "signing" / suite
        expected = _Expected(base / folder, ending)
        signer = _published_key(json.loads((base / f"{key_pair}.json").read_text()))
        unsigned = json.loads((base / "unsigned.json").read_text())
        config = json.loads(expected.text("proofConfig", "json"))
        half = 48 if ending.endswith("384") else 32
        hashed = di.hash_data(unsigned, config, signer.public_key.key_type)
        proof = di.create_proof(unsigned, signer, created="2023-02-24T23:36:38Z")
        value = proof["proofValue"]
        assert isinstance(value, str)

        assert jcs(unsigned).decode() == expected.text("canonDoc")
        assert jcs(config).decode() == expected.text("proofCanon")
        assert hashed[:half].hex() == expected.text("proofHash")
        assert hashed[half:].hex() == expected.text("docHash")
        assert hashed.hex() == expected.text("combinedHash")
        assert (from_base58btc(value) or b"").hex() == expected.text("sigHex")
        assert value == expected.text("sigBTC58")
        assert {**unsigned, "proof": proof} == json.loads(expected.text("signed", "json"))

    def test_verified_but_not_the_issuers(self, oracle_data: Path, vector: tuple[str, str, str, str]) -> None:
        """The issuer is an https address, whose keys nobody knows offline: the examples hold, no more."""
        suite, folder, ending, _ = vector
        data = (oracle_data / "signing" / suite / folder / f"signed{ending}.json").read_bytes()
        assert di.check_proof(json.loads(data)).issuer == "https://vc.example/issuers/5678"
        with pytest.raises(di.ProofRefused, match="not-the-issuers-key"):
            di.verify_proof(data)


class _Expected:
    def __init__(self, folder: Path, ending: str) -> None:
        self.folder, self.ending = folder, ending

    def text(self, name: str, kind: str = "txt") -> str:
        return (self.folder / f"{name}{self.ending}.{kind}").read_text(encoding="utf-8").strip()


def _published_key(pair: dict[str, str]) -> PrivateKey:
    secret = from_base58btc(pair.get("privateKeyMultibase") or pair["secretKeyMultibase"])
    assert secret
    number = int.from_bytes(secret[2:], "big")
    # Multicodec prefixes of secret keys: Ed25519, P-256, P-384.
    made: dict[bytes, Callable[[], Any]] = {
        b"\x80\x26": lambda: ed25519.Ed25519PrivateKey.from_private_bytes(secret[2:]),
        b"\x86\x26": lambda: ec.derive_private_key(number, ec.SECP256R1()),
        b"\x87\x26": lambda: ec.derive_private_key(number, ec.SECP384R1()),
    }
    key = PrivateKey(made[secret[:2]]())
    assert key.public_key == PublicKey.from_multikey(pair["publicKeyMultibase"])
    return key


class TestOtherSoftware:
    """Credentials made by @digitalbazaar/vc and by another Python program."""

    def test_all_verify(self, oracle_data: Path) -> None:
        folder = oracle_data / "signing" / "di-interop"
        files = [*folder.glob("*-jcs-*.json"), folder / "small-number" / "eddsa-jcs-2022.json"]
        assert len(files) == 5
        for file in files:
            verified = di.verify_proof(file.read_bytes())
            assert verified.document["name"] == "电池碳足迹 € 🔋"

    def test_small_number_changed_is_refused(self, oracle_data: Path) -> None:
        folder = oracle_data / "signing" / "di-interop" / "small-number"
        with pytest.raises(di.ProofRefused, match="signature-wrong"):
            di.verify_proof((folder / "tampered-eddsa-jcs-2022.json").read_bytes())

    def test_rdf_suites_are_refused(self, oracle_data: Path) -> None:
        files = list((oracle_data / "signing" / "di-interop").rglob("*-rdfc-*.json"))
        assert len(files) == 6
        for file in files:
            with pytest.raises(di.ProofRefused, match="unknown-cryptosuite"):
                di.verify_proof(file.read_bytes())


JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
MEMBERS = ["@context", "type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"]


class TestOnlyOurErrorsComeOut:
    """Whatever stands where, the answer is a refusal with a code."""

    @given(
        st.sampled_from([*MEMBERS, "expires", "id", "proof", "issuer", "@context", "credentialSubject"]), JSON
    )
    def test_any_value_at_any_member(self, name: str, value: Any) -> None:
        doc = copy.deepcopy(_SIGNED)
        (doc["proof"] if name in MEMBERS else doc)[name] = value
        try:
            verified = di.verify_proof(json.dumps(doc).encode())
        except GatewayError:
            return
        assert jcs(value) == jcs(_SIGNED["proof"].get(name) if name in MEMBERS else _SIGNED.get(name))
        assert verified.issuer == _SIGNED["issuer"]

    @given(st.binary(max_size=60))
    def test_any_bytes(self, data: bytes) -> None:
        with pytest.raises((InputError, di.ProofRefused)):
            di.verify_proof(data)


_KEY = PrivateKey(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
_SIGNED = signed(_KEY)
