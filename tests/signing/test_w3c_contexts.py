"""What the W3C data model requires of an issuer that has the contexts at hand: every term is defined, once.

Source: Verifiable Credentials Data Model 2.0 (15 May 2025).
"""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from gateway.signing import vc_api
from gateway.signing.did_key import KeyType
from gateway.signing.multibase import base58btc, base64url
from gateway.signing.rdf import jsonld
from gateway.signing.vcdm import CONTEXT
from tests.signing.conftest import throw_away
from tests.signing.test_proofs import contexts
from tests.signing.test_w3c_statements import EXAMPLES, Bench, Document, credential

__all__ = ["contexts"]  # a fixture

KILN: Final = {"Kiln": "https://example.org/ns#Kiln"}
KIND: Final = ["VerifiableCredential", "Kiln"]


@pytest.fixture
def strict(contexts: dict[str, bytes]) -> Bench:
    known = {
        "https://example.org/mapped": b'{"@context": {"Kiln": "https://example.org/Kiln"}}',
        "https://example.org/loose": b'{"@context": {"Loose": "no-address"}}',
    }
    return Bench(
        throw_away(KeyType.ED25519), {**known, **{url: contexts[url] for url in (CONTEXT, EXAMPLES)}}
    )


def by(*further: object) -> Document:
    return {"@context": [CONTEXT, *further]}


class TestTypes:
    """(4.5) terms that the contexts map to addresses, or addresses."""

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [("Kiln", True), ("https://example.org/T", True), ("Loose", False), ("Unknown", False)],
    )
    def test_by_contexts_with_an_address(self, strict: Bench, kind: str, expected: bool) -> None:
        asked = {**by("https://example.org/mapped"), "type": ["VerifiableCredential", kind]}
        assert strict.issues(**asked) is expected

    @pytest.mark.parametrize(
        "inline",
        [KILN, {"Kiln": {"@id": "https://example.org/ns#Kiln"}}, {"@vocab": "https://example.org/ns#"}],
        ids=["text", "object", "vocabulary"],
    )
    def test_by_contexts_in_the_document(self, strict: Bench, inline: object) -> None:
        assert strict.issues(**by(inline), type=KIND)

    @pytest.mark.parametrize(
        "inline",
        [{"Kiln": "https ://no-address#Kiln"}, {"Kiln": "no-address"}, {"Kiln": None}, {"@vocab": None}, {}],
        ids=["spaced", "relative", "none", "no-vocabulary", "empty"],
    )
    def test_of_no_address(self, strict: Bench, inline: object) -> None:
        assert not strict.issues(**by(inline), type=KIND)

    def test_of_objects(self, strict: Bench) -> None:
        """(4.10, 4.11, 5.4 to 5.6) the same inside."""
        names = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence")
        one = {"id": "urn:x:1", "type": "Kiln"}
        assert strict.issues(**by(KILN), **dict.fromkeys(names, one))
        assert strict.issues(**by(KILN), **{name: [one, {**one, "id": "urn:x:2"}] for name in names})
        assert strict.issues(**by(), **{name: {**one, "type": "https://example.org/T"} for name in names})
        for name in names:
            assert not strict.issues(**by(), **{name: one}), name


class TestTerms:
    """(5.2.1) defined, and not anew."""

    def test_defined(self, strict: Bench) -> None:
        assert strict.issues(**by())
        assert strict.issues(**by({"share": "https://example.org/ns#share"}), share="5")
        assert not strict.issues(**by(), share="5")
        assert not strict.issues(**by(), credentialSubject={"id": "urn:x:1", "share": "5"})
        assert not strict.issues(**by("https://example.org/not-at-hand"))

    def test_anew(self, strict: Bench) -> None:
        other = {"VerifiableCredential": "https://example.org/other"}
        again = json.dumps({"@context": other}).encode()
        both = Bench(strict.key, {**(strict.known or {}), "https://example.org/again": again})
        assert not both.issues(**by("https://example.org/again"))
        assert not strict.issues(**by(other))
        protected = {"@protected": True, **KILN}
        assert strict.issues(**by(protected, KILN), type=KIND)
        assert not strict.issues(**by(protected, {"Kiln": "https://example.org/other"}), type=KIND)

    def test_names_with_language_and_direction(self, strict: Bench) -> None:
        """(11.1) no graph covers the direction; what is signed here is the text of the document."""
        value = {"@value": "窑", "@language": "zh", "@direction": "ltr"}
        assert strict.issues(**by(), name=value, description=[value, {"@value": "x", "@language": "en"}])
        assert strict.issues(**by(), issuer={"id": "did:example:1", "name": value})
        assert not strict.issues(**by(), credentialSubject={"id": "urn:x:1", "name": {**value, "url": "x"}})

    def test_of_our_proof(self, strict: Bench) -> None:
        """(Data Integrity 1.0, 2.1) kind, suite, purpose and method are addresses by the same contexts."""
        made = strict.issued(credential(**by()))
        (quads,) = jsonld.canonical([made], given=strict.known or {}, ours=True)
        security = "https://w3id.org/security#"
        assert f"<{security}DataIntegrityProof>" in quads
        assert f'<{security}cryptosuite> "eddsa-jcs-2022"^^<{security}cryptosuiteString>' in quads
        assert f"<{security}proofPurpose> <{security}assertionMethod>" in quads
        assert f"<{security}verificationMethod> <{strict.key.public_key.key_id}>" in quads
        assert f"^^<{security}multibase>" in quads

    def test_without_contexts_at_hand_terms_are_not_looked_at(self, strict: Bench) -> None:
        assert Bench(strict.key).issues(**by({"@vocab": None}), type=KIND)

    def test_a_defined_credential_is_verified_by_others(self, strict: Bench) -> None:
        """What was issued with a context inside is covered by a proof of the JCS suites, context and all."""
        made = strict.issued(credential(**by(KILN), type=KIND))
        assert strict.verifies(made)
        assert not strict.verifies({**made, "@context": [CONTEXT, {"Kiln": "https://example.org/other"}]})


class TestDigests:
    """(5.3) an issuer states digests that its related resources can have."""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"digestSRI": "sha256-" + "ca" * 32},
            {"digestSRI": "sha384-" + "A" * 43 + "="},
            {"digestSRI": ""},
            {"digestSRI": "sha256-" + "A" * 43 + "= sha256-AAAA"},
            {"digestMultibase": "z"},
            {"digestMultibase": ""},
            {"digestMultibase": "mAAAA"},
            {"digestMultibase": 7},
            {"digestMultibase": ["x"]},
            {"digestMultibase": "u" + base64url(b"no digest but a line of text")},
            {"digestMultibase": base58btc(b"\x12\x20" + bytes(31))},
            {"digestMultibase": base58btc(b"\x12\x00")},
        ],
        ids=str,
    )
    def test_of_no_length(self, strict: Bench, wrong: Document) -> None:
        sound = {"id": "https://example.org/a", "digestSRI": "sha256-" + "A" * 43 + "="}
        bench = Bench(strict.key)
        assert bench.issues(relatedResource=[sound])
        assert not bench.issues(relatedResource=[{**sound, **wrong}])
        assert not bench.issues(relatedResource={**sound, **wrong})

    @pytest.mark.parametrize("size", [32, 48, 64])
    def test_alone_or_with_their_algorithm(self, strict: Bench, size: int) -> None:
        bench = Bench(strict.key)
        code = {32: 0x12, 48: 0x20, 64: 0x13}[size]
        for data in (bytes(range(size)), bytes([code, size, *range(size)])):
            for text in (base58btc(data), "u" + base64url(data)):
                assert bench.issues(relatedResource={"id": "https://example.org/a", "digestMultibase": text})

    def test_of_the_base_context_is_the_published_one(self, strict: Bench) -> None:
        """(B.1) the one resource whose digest the Recommendation itself states."""
        published = bytes.fromhex("59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734")
        bench = Bench(strict.key)
        for data, expected in ((published, True), (published[::-1], False)):
            for text in (base58btc(data), base58btc(b"\x12\x20" + data)):
                asked = {"id": CONTEXT, "digestMultibase": text}
                assert bench.issues(relatedResource=asked) is expected
        # SHA3-256: nothing is known of it.
        assert bench.issues(
            relatedResource={"id": CONTEXT, "digestMultibase": base58btc(b"\x16\x20" + bytes(32))}
        )
        assert not bench.issues(relatedResource={"id": CONTEXT, "digestSRI": "sha384-" + "A" * 64})

    def test_a_reader_who_opens_nothing_does_not_mind(self, strict: Bench) -> None:
        odd = {"id": "https://example.org/a", "digestSRI": "sha256-AAAA"}
        made = strict.sign(credential(issuer=strict.key.public_key.did, relatedResource=odd))
        assert strict.verifies(made)


def test_every_reason_is_told(strict: Bench) -> None:
    asked: Any = credential(issuer="no address", id="no address", type=[])
    answer = vc_api.issue(
        json.dumps({"credential": asked}).encode(), signer=strict.key, created="2026-01-31T08:00:00Z"
    )
    errors: Any = answer.document["errors"]
    assert {one["path"] for one in errors} == {"/issuer", "/id", "/type"}
