"""What a document may not hold beside its signed graph: anything that a reader would take for signed."""

from __future__ import annotations

import json
from typing import Any, Final, cast

import pytest

from gateway.errors import GatewayError
from gateway.signing import vc_api
from gateway.signing.did_key import KeyType
from gateway.signing.envelopes import verify_any
from gateway.signing.rdf import numbers
from gateway.signing.vcdm import CONTEXT
from tests.signing.conftest import throw_away
from tests.signing.test_presentations import by_proof, presentation
from tests.signing.test_proofs import contexts
from tests.signing.test_w3c_rdfc import Rdfc
from tests.signing.test_w3c_statements import body

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
    "count": {"@id": "ex:count", "@type": "xsd:decimal"},
    "flag": {"@id": "ex:flag", "@type": "xsd:string"},
    "kind": {"@id": "ex:kind", "@type": "@vocab"},
    "Fossil": "ex:Fossil",
    "Hearth": "ex:Hearth",
    "Furnace": "ex:Hearth",
    "part": "ex:part",
    "label": {"@id": "ex:label", "@container": "@language"},
    "by_id": {"@id": "ex:by_id", "@container": "@id"},
    "by_type": {"@id": "ex:by_type", "@container": "@type"},
    "by_name": {"@id": "ex:by_name", "@container": "@index", "@index": "ex:called"},
    "called": "ex:called",
    "apart": {"@id": "ex:apart", "@container": "@graph"},
    "apart_at": {"@id": "ex:apart_at", "@container": "@graph", "@type": "@id"},
    "by_graph": {"@id": "ex:by_graph", "@container": ["@graph", "@id"]},
    "not_in_graph": {"@id": "ex:not_in_graph", "@container": ["@graph", "@id"]},
    "rows": {"@id": "ex:rows", "@container": "@list"},
    "mute": "_:mute",
}
SUBJECT: Final = {"id": "urn:kiln:1", "share": "0.5"}


SPELLING: Final = ("spelling-not-covered",)
PLACES: Final = ("places-not-covered",)
ONE: Final = {"share": "1"}
TWO: Final = {"share": "2"}


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


@pytest.mark.parametrize(
    "member",
    [
        {"apart": "9.9"},
        {"apart": 5},
        {"apart": {"id": "urn:maker:1"}},
        {"apart": {}},
        {"apart": {"id": "urn:maker:1", "limit": []}},
        {"apart_at": "urn:maker:1"},
        {"by_graph": {"urn:list:1": {"id": "urn:maker:1"}}},
        {"by_graph": {"urn:list:1": "9.9"}},
    ],
)
def test_what_says_nothing_in_a_graph_of_its_own(kilns: Rdfc, member: dict[str, Any]) -> None:
    """A text there, or a name alone, is in no statement: anybody could write another one."""
    spoken = {**SUBJECT, "apart": {"limit": "9.9"}, "by_graph": {"urn:list:1": {"id": "urn:x:1", **ONE}}}
    assert changed(kilns, spoken, {**SUBJECT, "apart": {"limit": "0.1"}}) == "signing.signature-wrong"
    assert changed(kilns, SUBJECT, {**SUBJECT, **member}) == "rdf.not-covered"


RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@pytest.mark.parametrize(
    ("signed", "other"),
    [
        ({"type": "Kiln"}, {f"{RDF}type": {"id": "https://example.org/ns#Kiln"}}),
        (
            {"part": {"type": "Kiln", **ONE}},
            {"part": {f"{RDF}type": {"id": "https://example.org/ns#Kiln"}, **ONE}},
        ),
        ({"rows": [["x"]]}, {"rows": [{f"{RDF}first": "x", f"{RDF}rest": {"id": f"{RDF}nil"}}]}),
        ({"rows": [[]]}, {"rows": [{"id": f"{RDF}nil"}]}),
    ],
)
def test_types_and_lists_by_the_words_of_rdf(
    kilns: Rdfc, signed: dict[str, Any], other: dict[str, Any]
) -> None:
    """The same statements; but the reader of the document finds no type there, and no list."""
    assert changed(kilns, {**SUBJECT, **signed}, {**SUBJECT, **other}) == "rdf.respelled"


def test_what_is_said_by_a_nameless_property(kilns: Rdfc) -> None:
    """Of a context whose term has no address, nothing comes into the graph."""
    assert changed(kilns, SUBJECT, {**SUBJECT, "mute": "recognised"}) == "rdf.not-covered"


def test_one_graph_in_two_places(kilns: Rdfc) -> None:
    """Of two members that name the same graph, each could hold what the other one does."""
    held, other = {"urn:list:1": {"id": "urn:x:1", **ONE}}, {"urn:list:1": {"id": "urn:x:2", **TWO}}
    signed = {**SUBJECT, "by_graph": held, "not_in_graph": other}
    assert both(kilns, signed, {**SUBJECT, "by_graph": other, "not_in_graph": held}) == (
        (*PLACES, *SPELLING),
        (*PLACES, *SPELLING),
    )
    alone = {**SUBJECT, "by_graph": held, "not_in_graph": {"urn:list:2": {"id": "urn:x:2", **TWO}}}
    assert both(kilns, alone, alone) == (SPELLING, SPELLING)


@pytest.mark.parametrize(
    ("signed", "other"),
    [
        (
            {"by_id": {"urn:a": ONE, "urn:b": TWO}},
            {"by_id": {"urn:b": {"id": "urn:a", **ONE}, "urn:a": {"id": "urn:b", **TWO}}},
        ),
        ({"by_name": {"a": ONE}}, {"by_name": {"a": {"called": "a", **ONE}}}),
    ],
)
def test_maps_are_told_however_they_are_spelled(
    kilns: Rdfc, signed: dict[str, Any], other: dict[str, Any]
) -> None:
    """Their keys say what members could say, and whoever reads keys reads another thing."""
    assert both(kilns, {**SUBJECT, **signed}, {**SUBJECT, **other}) == (SPELLING, SPELLING)


@pytest.mark.parametrize(
    ("signed", "other"),
    [
        ({"by_type": {"Fossil": {"type": "Kiln", **ONE}}}, {"by_type": {"Kiln": {"type": "Fossil", **ONE}}}),
        ({"by_type": {"Kiln": {"type": "ex:Oven"}}}, {"by_type": {"ex:Oven": {"type": "Kiln"}}}),
        ({"by_name": {"a": {"called": "b"}}}, {"by_name": {"b": {"called": "a"}}}),
        ({"by_name": {"a": {"called": "b"}}}, {"by_name": {"b": {"@context": KILNS, "called": "a"}}}),
    ],
)
def test_which_of_several_is_the_key_of_a_map(
    kilns: Rdfc, signed: dict[str, Any], other: dict[str, Any]
) -> None:
    """Whoever signs either of them, the other one may be shown."""
    assert both(kilns, {**SUBJECT, **signed}, {**SUBJECT, **other}) == (SPELLING, SPELLING)


XSD: Final = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("5", {"@value": "5"}),
        (5, {"@value": 5}),
        ("5", {"@value": "5", "type": "xsd:string"}),
        ("5", {"@value": "5", "@type": f"{XSD}string"}),
        (5, {"@value": "5", "type": "xsd:integer"}),
        (5.5, {"@value": "5.5", "type": f"{XSD}double"}),
    ],
)
def test_objects_around_values(kilns: Rdfc, value: Any, other: dict[str, Any]) -> None:
    """To a reader, an object is no number and no text."""
    told = both(kilns, {**SUBJECT, "share": value}, {**SUBJECT, "share": other})
    assert told == ((), SPELLING)


def test_objects_around_values_of_other_kinds(kilns: Rdfc) -> None:
    needed = {**SUBJECT, "share": {"@value": "5", "type": "xsd:decimal"}}
    assert both(kilns, needed, needed) == ((), ())


@pytest.mark.parametrize("text", ["0", "0.0", "-0", "0.00E0", "00e5"])
def test_texts_of_nothing(kilns: Rdfc, text: str) -> None:
    """The text is true to a reader, the number is not."""
    if text != "-0":
        assert both(kilns, {**SUBJECT, "mass": 0}, {**SUBJECT, "mass": text}) == ((), SPELLING)
    assert both(kilns, {**SUBJECT, "mass": text}, {**SUBJECT, "mass": text}) == (SPELLING, SPELLING)


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


def remarks(rdfc: Rdfc, document: dict[str, Any]) -> tuple[str, ...]:
    found = verify_any(json.dumps(document).encode(), contexts=rdfc.known)
    return found.signatures[0].remarks


def both(rdfc: Rdfc, subject: dict[str, Any], other: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    """What is told of a credential, and of the same one about another subject."""
    made = rdfc.signed(credential(rdfc, credentialSubject=subject))
    return remarks(rdfc, made), remarks(rdfc, {**made, "credentialSubject": other})


@pytest.mark.parametrize(
    ("subject", "other"),
    [
        ({"label": {"de": "a", "en": "b"}}, {"label": {"de": "a", "EN": "b"}}),
        # Another name of the same.
        ({"maker": "https://example.org/ns#a"}, {"maker": "ex:a"}),
        ({"kind": "Fossil"}, {"kind": "https://example.org/ns#Fossil"}),
        ({"kind": "Fossil"}, {"kind": {"id": "ex:Fossil"}}),
        ({"type": "ex:Oven"}, {"type": "https://example.org/ns#Oven"}),
        # Texts that are true.
        ({"flag": False}, {"flag": "false"}),
        ({"count": 0}, {"count": "0"}),
    ],
)
def test_another_spelling_of_the_same_graph_is_told(
    kilns: Rdfc, subject: dict[str, Any], other: dict[str, Any]
) -> None:
    made = kilns.signed(credential(kilns, credentialSubject={**SUBJECT, **subject}))
    assert remarks(kilns, made) == ()
    assert remarks(kilns, {**made, "credentialSubject": {**SUBJECT, **other}}) == SPELLING


@pytest.mark.parametrize("kind", ["Furnace", "Hearth"])
def test_a_type_of_two_names_is_refused(kilns: Rdfc, kind: str) -> None:
    made = kilns.signed(credential(kilns, type=["VerifiableCredential", kind]))
    assert said(kilns, made) == "rdf.respelled"


def test_a_member_that_moves_to_a_shortened_name_is_told(kilns: Rdfc) -> None:
    made = kilns.signed(
        credential(
            kilns, credentialSubject={"id": "ex:a", "share": "1"}, evidence={"type": "Kiln", "maker": "ex:a"}
        )
    )
    whole = {"type": "Kiln", "maker": {"id": "https://example.org/ns#a", "share": "1"}}
    moved = {**made, "credentialSubject": {"id": "ex:a"}, "evidence": whole}
    assert remarks(kilns, moved) == (*PLACES, *SPELLING)


def test_a_name_of_a_blank_node_is_told(kilns: Rdfc) -> None:
    made = kilns.signed(credential(kilns, credentialSubject={"share": "1"}))
    assert remarks(kilns, made) == ()
    assert remarks(kilns, {**made, "credentialSubject": {"id": "_:kiln-7", "share": "1"}}) == PLACES


def test_what_is_spelled_as_usual_is_not_told(kilns: Rdfc) -> None:
    subject = {
        "id": "https://example.org/ns#whole",
        "type": ["Kiln"],
        "share": ["0.5"],
        "limit": {"@value": "x", "@language": "en"},
        "label": {"zh-CN": "窑", "zh-Hant": "窯", "en": "kiln"},
        "maker": {"id": "urn:m"},
        "kind": "Fossil",
        "clean": False,
        "count": "5.50",
        "part": {"share": "3"},
    }
    assert remarks(kilns, kilns.signed(credential(kilns, credentialSubject=subject))) == ()
    inner = kilns.signed(credential(kilns, credentialSubject=subject))
    shown = kilns.presentation(verifiableCredential=[inner])
    assert remarks(kilns, kilns.signed(shown, proofPurpose="authentication")) == ()


def test_the_answer_of_a_server_tells_what_is_open(kilns: Rdfc) -> None:
    subject = {**SUBJECT, "maker": "ex:a"}
    made = kilns.signed(credential(kilns, credentialSubject=subject))
    shown = kilns.signed(kilns.presentation(verifiableCredential=[made]), proofPurpose="authentication")
    for answer in (
        vc_api.verify(body(verifiableCredential=made), contexts=kilns.known),
        vc_api.verify_presentation(body(verifiablePresentation=shown), contexts=kilns.known),
    ):
        assert (answer.status, answer.document["verified"]) == (200, True)
        (warning,) = cast("list[dict[str, str]]", answer.document["warnings"])
        assert warning["code"] == "spelling-not-covered"
        assert "spelled" in warning["detail"]


def test_a_holder_who_spells_a_credential_otherwise_does_not_hide_it(kilns: Rdfc) -> None:
    held = throw_away(KeyType.P256)
    made = kilns.signed(credential(kilns, credentialSubject={**SUBJECT, "kind": "Fossil"}))
    other = {**made, "credentialSubject": {**SUBJECT, "kind": "ex:Fossil"}}
    for one, told in ((made, ()), (other, SPELLING)):
        assert remarks(kilns, json.loads(by_proof(presentation(held, one), held))) == told


def test_a_stranger_in_a_presentation_is_told(kilns: Rdfc) -> None:
    held = throw_away(KeyType.P256)
    made = kilns.signed(credential(kilns, issuer="https://issuer.example"))
    assert remarks(kilns, json.loads(by_proof(presentation(held, made), held))) == ("contained-not-bound",)


OTHER: Final = "https://example.org/kilns/other"
BY_NAME: Final = {"@vocab": "https://example.org/ns#"}


@pytest.mark.parametrize(
    ("terms", "others", "subject", "changed"),
    [
        (
            BY_NAME,
            {"share": "https://example.org/ns#limit", "rest": "https://example.org/ns#share"},
            {"share": "5", "limit": "1"},
            {"share": "1", "rest": "5"},
        ),
        (BY_NAME, {"rest": "https://example.org/ns#share"}, {"share": "5"}, {"rest": "5"}),
        (BY_NAME, {"Kiln": "https://example.org/ns#Hearth"}, {"type": "Hearth"}, {"type": "Kiln"}),
    ],
    ids=["exchanged", "renamed", "type"],
)
def test_names_that_another_context_lets_stand_for_addresses(
    kilns: Rdfc, terms: Any, others: Any, subject: Any, changed: Any
) -> None:
    """A vocabulary has a name for each address; another context may call the next one so."""
    own = Rdfc(kilns.key, {CONTEXT: kilns.known[CONTEXT], KILNS: json.dumps({"@context": terms}).encode()})
    made = own.signed(credential(own, credentialSubject={"name": "1", **subject}))
    assert said(own, made) == ""
    both = Rdfc(kilns.key, {**own.known, OTHER: json.dumps({"@context": others}).encode()})
    other = {"@context": [CONTEXT, OTHER], "credentialSubject": {"name": "1", **changed}}
    assert said(both, {**made, **other}) == "rdf.respelled"


def test_a_vocabulary_with_terms_of_its_own(kilns: Rdfc) -> None:
    """In one context, its term is the one name."""
    terms = {**BY_NAME, "rest": "https://example.org/ns#share"}
    own = Rdfc(kilns.key, {CONTEXT: kilns.known[CONTEXT], KILNS: json.dumps({"@context": terms}).encode()})
    made = own.signed(credential(own, credentialSubject={"id": "urn:kiln:1", "rest": "5", "limit": "1"}))
    assert remarks(own, made) == ()


@pytest.mark.parametrize(
    ("others", "kind"),
    [({"Biogenic": "https://example.org/ns#Fossil"}, "Biogenic"), ({}, "https://example.org/ns#Fossil")],
    ids=["renamed", "whole"],
)
def test_values_that_another_context_calls_otherwise(kilns: Rdfc, others: Any, kind: str) -> None:
    terms = {"kind": {"@id": "https://example.org/ns#kind", "@type": "@vocab"}}
    named = {**terms, "Fossil": "https://example.org/ns#Fossil"}
    own = Rdfc(kilns.key, {CONTEXT: kilns.known[CONTEXT], KILNS: json.dumps({"@context": named}).encode()})
    made = own.signed(credential(own, credentialSubject={"id": "urn:kiln:1", "kind": "Fossil"}))
    assert remarks(own, made) == ()
    data = json.dumps({"@context": {**terms, **others}}).encode()
    other = {"@context": [CONTEXT, OTHER], "credentialSubject": {"id": "urn:kiln:1", "kind": kind}}
    assert remarks(Rdfc(kilns.key, {**own.known, OTHER: data}), {**made, **other}) == SPELLING
