"""What a document may not hold beside its signed graph: anything that a reader would take for signed."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from gateway.errors import GatewayError
from gateway.signing.did_key import KeyType
from gateway.signing.envelopes import verify_any
from gateway.signing.rdf import numbers
from gateway.signing.vcdm import CONTEXT
from tests.signing.conftest import throw_away
from tests.signing.test_proofs import contexts
from tests.signing.test_w3c_rdfc import Rdfc

__all__ = ["contexts"]  # a fixture

KILNS: Final = "https://example.org/kilns"
TERMS: Final = {
    "ex": "https://example.org/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "Kiln": "ex:Kiln",
    "limit": "ex:limit",
    "maker": {"@id": "ex:maker", "@type": "@id"},
    "share": "ex:share",
    "clean": {"@id": "ex:clean", "@type": "xsd:boolean"},
    "mass": {"@id": "ex:mass", "@type": "xsd:double"},
}
SUBJECT: Final = {"id": "urn:kiln:1", "share": "0.5"}


@pytest.fixture
def kilns(contexts: dict[str, bytes]) -> Rdfc:
    known = {CONTEXT: contexts[CONTEXT], KILNS: json.dumps({"@context": {"@version": 1.1, **TERMS}}).encode()}
    return Rdfc(throw_away(KeyType.ED25519), known)


def code(rdfc: Rdfc, signed: dict[str, Any], **changes: Any) -> str:
    """What is said of a credential that was changed after it was signed; empty where it holds."""
    return said(rdfc, rdfc.signed(credential(rdfc, **signed)) | credential(rdfc, **signed, **changes))


def credential(rdfc: Rdfc, **members: Any) -> dict[str, Any]:
    return rdfc.credential(**{"@context": [CONTEXT, KILNS], "credentialSubject": SUBJECT, **members})


def said(rdfc: Rdfc, document: dict[str, Any]) -> str:
    try:
        verify_any(json.dumps(document).encode(), contexts=rdfc.known)
    except GatewayError as error:
        return error.error_code
    return ""


def changed(rdfc: Rdfc, subject: dict[str, Any], other: dict[str, Any]) -> str:
    """The same, for another subject."""
    made = rdfc.signed(credential(rdfc, credentialSubject=subject))
    assert said(rdfc, made) == ""
    return said(rdfc, {**made, "credentialSubject": other})


@pytest.mark.parametrize("name", ["a: b", "urn:x y", "批次:7", "1:7", ":x", "urn:x>", "urn:x\n"])
def test_what_has_no_address_cannot_be_added(kilns: Rdfc, name: str) -> None:
    """The library leaves such things out of the graph without a word."""
    added = {"id": name, "type": "Kiln", "name": "recognised", "share": "0.1"}
    assert code(kilns, {}) == ""
    assert code(kilns, {}, evidence=added) == "rdf.not-covered"
    assert code(kilns, {}, type=["VerifiableCredential", f"ex:{name} "]) == "rdf.not-covered"
    assert changed(kilns, SUBJECT, {**SUBJECT, "maker": name}) == "rdf.not-covered"


def test_a_language_of_nothing_cannot_be_added(kilns: Rdfc) -> None:
    for name in ("name", "validUntil", "evidence"):
        assert code(kilns, {}, **{name: {"@language": "recognised"}}) == "rdf.respelled"
    for nothing in ({"@language": "en"}, [{"@language": "en"}]):
        assert changed(kilns, SUBJECT, {**SUBJECT, "limit": nothing}) == "rdf.respelled"


def test_a_member_cannot_be_taken_into_a_language(kilns: Rdfc) -> None:
    subject = {**SUBJECT, "limit": {"@value": "none", "@language": "en"}}
    inside = 'en .\n<urn:kiln:1> <https://example.org/ns#share> "0.5"'
    other = {"id": "urn:kiln:1", "limit": {"@value": "none", "@language": inside}}
    assert changed(kilns, subject, other) == "rdf.not-covered"


@pytest.mark.parametrize(
    "clean", ["false", {"@value": False}, {"@value": "false", "@type": "xsd:boolean"}, [False], [[False]]]
)
def test_a_false_cannot_become_something_that_is_true(kilns: Rdfc, clean: Any) -> None:
    assert changed(kilns, {**SUBJECT, "clean": False}, {**SUBJECT, "clean": clean}) == "rdf.respelled"


@pytest.mark.parametrize("mass", ["5_0", "50.00000000000000000001", "５０", " 50", "5e1 "])
def test_the_text_of_a_number_is_covered(kilns: Rdfc, mass: str) -> None:
    assert changed(kilns, {**SUBJECT, "mass": 50}, {**SUBJECT, "mass": mass}) == "rdf.number-not-covered"


@pytest.mark.parametrize(
    ("text", "covered"), [("1.1", True), ("-5E-7", True), ("1e-400", False), ("1e400", False)]
)
def test_texts_that_every_engine_reads_alike(text: str, covered: bool) -> None:
    try:
        numbers.require_text_covered(text)
    except numbers.NumberNotCovered:
        assert not covered
    else:
        assert covered


@pytest.mark.parametrize(
    ("subject", "other"),
    [
        ({"ex:other": "1"}, {"https://example.org/ns#other": "1"}),
        ({"type": "Kiln"}, {"type": "ex:Kiln"}),
        ({"type": "Kiln"}, {"type": "https://example.org/ns#Kiln"}),
        ({"type": "Kiln"}, {"@type": "Kiln"}),
    ],
)
def test_names_have_one_spelling(kilns: Rdfc, subject: dict[str, str], other: dict[str, str]) -> None:
    assert changed(kilns, {**SUBJECT, **subject}, {**SUBJECT, **other}) == "rdf.respelled"


def test_an_issuer_keeps_its_id(kilns: Rdfc) -> None:
    assert code(kilns, {}, issuer={"@id": kilns.key.public_key.did}) == "rdf.respelled"
