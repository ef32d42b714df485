"""What the RDFC suites require of a verifier, statement by statement, of our VC-API answers; we issue none.

Every proof is soundly made over what it says, so that only the rule at hand can refuse it.

Source: Data Integrity 1.0, 2.1, 2.4.3, 4.4, 4.5; EdDSA Cryptosuites 1.0, 3.2; ECDSA Cryptosuites 1.0, 3.2.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

import pyld
import pytest

from gateway.errors import GatewayError
from gateway.signing import vc_api
from gateway.signing.did_key import KeyType
from gateway.signing.envelopes import verify_any
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base58btc, from_base58btc
from gateway.signing.rdf import _process, canonical
from gateway.signing.vcdm import CONTEXT, CONTEXT_1
from tests.conftest import Judges
from tests.signing.conftest import throw_away
from tests.signing.test_proofs import contexts
from tests.signing.test_w3c_statements import ABSENT, CREATED, EXAMPLES, STRANGER, Document, body

__all__ = ["contexts"]  # a fixture

UNDEFINED: Final = "https://www.w3.org/ns/credentials/undefined-terms/v2"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
END: Final = "2026-02-01T00:00:00Z"
KILN: Final = {"Kiln": "https://example.org/ns#Kiln"}


def graphs(known: dict[str, bytes], *documents: Document, hash_name: str = "sha256") -> list[str]:
    """As another software has them: in this process, where nothing is hostile."""
    contexts = {url: json.loads(data) for url, data in known.items()}
    return [
        canonical.canonicalise(
            _process._quads(pyld.jsonld, one, contexts, directions=False), hash_name=hash_name
        )
        for one in documents
    ]


@dataclass(frozen=True, slots=True)
class Rdfc:
    """Another issuer's software, and our verifier with the contexts at hand."""

    key: PrivateKey
    known: dict[str, bytes]

    def credential(self, **changes: Any) -> Document:
        made = {
            "@context": [CONTEXT, EXAMPLES],
            "id": "urn:uuid:0e5a7d5e-28a7-5b5c-8a0b-0c8c6a1a2b3c",
            "type": ["VerifiableCredential"],
            "issuer": self.key.public_key.did,
            "credentialSubject": {"id": "did:example:subject", "name": "窑"},
        }
        return {**made, **changes}

    def presentation(self, **changes: Any) -> Document:
        made = {
            "@context": [CONTEXT],
            "type": ["VerifiablePresentation"],
            "holder": self.key.public_key.did,
        }
        return {**made, **changes}

    def config(self, **changes: Any) -> Document:
        ed25519 = self.key.public_key.key_type is KeyType.ED25519
        made = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022" if ed25519 else "ecdsa-rdfc-2019",
            "created": CREATED,
            "verificationMethod": self.key.public_key.key_id,
            "proofPurpose": "assertionMethod",
            **changes,
        }
        return {name: value for name, value in made.items() if value is not ABSENT}

    def proof(self, document: Document, hash_name: str = "", **changes: Any) -> Document:
        """A proof object over the document as it is, proofs and all."""
        own = "sha384" if self.key.public_key.key_type is KeyType.P384 else "sha256"
        config = self.config(**changes)
        quads = graphs(self.known, {**config, "@context": document["@context"]}, document, hash_name=own)
        hashed = b"".join(hashlib.new(hash_name or own, one.encode()).digest() for one in quads)
        return {**config, "proofValue": base58btc(self.key.sign(hashed))}

    def signed(self, document: Document, **changes: Any) -> Document:
        return {**document, "proof": self.proof(document, **changes)}

    def verifies(self, document: object, **options: Any) -> bool:
        asked = body(verifiableCredential=document, options={"checks": ["proof"], **options})
        return vc_api.verify(asked, contexts=self.known).status == 200

    def presents(self, document: object, **options: Any) -> bool:
        asked = body(verifiablePresentation=document, options=options)
        return vc_api.verify_presentation(asked, contexts=self.known).status == 200


@pytest.fixture(params=list(KeyType))
def rdfc(request: pytest.FixtureRequest, contexts: dict[str, bytes]) -> Rdfc:
    return Rdfc(throw_away(request.param), {url: contexts[url] for url in (CONTEXT, EXAMPLES)})


@pytest.fixture
def ed25519(contexts: dict[str, bytes]) -> Rdfc:
    return Rdfc(throw_away(KeyType.ED25519), {url: contexts[url] for url in (CONTEXT, EXAMPLES)})


class TestSuites:
    """(3.2) the right form, the right digest, the right length."""

    def test_sound(self, rdfc: Rdfc) -> None:
        made = rdfc.signed(rdfc.credential())
        assert rdfc.verifies(made)
        assert rdfc.verifies(made, expectedProofPurpose="assertionMethod")
        assert not rdfc.verifies(made, expectedProofPurpose="authentication")
        turned = {name: made[name] for name in reversed(made)}
        assert rdfc.verifies(turned)

    def test_another_canonical_form(self, rdfc: Rdfc) -> None:
        bare, config = rdfc.credential(), rdfc.config()
        digest = "sha384" if rdfc.key.public_key.key_type is KeyType.P384 else "sha256"
        for one, other in (
            (jcs(config), jcs(bare)),
            (json.dumps(config).encode(), json.dumps(bare).encode()),
        ):
            hashed = hashlib.new(digest, one).digest() + hashlib.new(digest, other).digest()
            value = base58btc(rdfc.key.sign(hashed))
            assert not rdfc.verifies({**bare, "proof": {**config, "proofValue": value}})

    def test_another_digest(self, rdfc: Rdfc) -> None:
        other = "sha256" if rdfc.key.public_key.key_type is KeyType.P384 else "sha384"
        for name in (other, "sha512", "sha3_256"):
            assert not rdfc.verifies(rdfc.signed(rdfc.credential(), hash_name=name)), name

    def test_value(self, ed25519: Rdfc) -> None:
        made = ed25519.signed(ed25519.credential())
        text = made["proof"]["proofValue"]
        raw = from_base58btc(text)
        assert raw is not None
        for wrong in (None, text[1:], "u" + text[1:], base58btc(raw + bytes(32)), base58btc(raw[:-1])):
            assert not ed25519.verifies({**made, "proof": {**made["proof"], "proofValue": wrong}}), wrong
        absent = {name: value for name, value in made["proof"].items() if name != "proofValue"}
        assert not ed25519.verifies({**made, "proof": absent})

    def test_what_is_changed_or_falls_away(self, ed25519: Rdfc) -> None:
        """(2.4.3) the graph of a document with an undefined term is that of the document without it."""
        plain = ed25519.credential(**{"@context": [CONTEXT]})
        made = ed25519.signed(plain)
        assert ed25519.verifies(made)
        subject = made["credentialSubject"]
        for change in (
            {"credentialSubject": {**subject, "undefinedTerm": "x"}},
            {"undefinedTerm": "x"},
            {"type": ["VerifiableCredential", "UndefinedType"]},
            {"credentialSubject": {**subject, "name": "x"}},
            {"issuer": STRANGER},
            {"proof": None},
            {"proof": {**made["proof"], "created": "2026-01-31T08:00:01Z"}},
        ):
            assert not ed25519.verifies({**made, **change}), change


@pytest.mark.parametrize(
    "change",
    [
        {"type": "UnknownProofType"}, {"type": ABSENT}, {"type": ""},
        {"cryptosuite": "UnknownCryptosuite"}, {"cryptosuite": ABSENT}, {"cryptosuite": ""},
        {"cryptosuite": "eddsa-jcs-2022"}, {"cryptosuite": "ecdsa-rdfc-2019"},
        {"verificationMethod": ABSENT}, {"verificationMethod": "did:key:invalidVm"},
        {"proofPurpose": ABSENT}, {"proofPurpose": "invalidPurpose"}, {"proofPurpose": "authentication"},
        {"created": "invalidDate"}, {"created": "2026-01-31T08:00:00"},
        {"expires": "invalidDate"}, {"expires": "2026-01-31T08:00:00"},
    ],
    ids=lambda change: json.dumps(change, default=lambda _: "absent"),
)  # fmt: skip
def test_refused_even_where_the_signature_covers_it(ed25519: Rdfc, change: Document) -> None:
    """(2.1, 4.4) what a proof has to say, and how."""
    bare = ed25519.credential()
    config = ed25519.config(**change)
    # What no context defines falls away; the rest is signed as it stands.
    covered = {name: value for name, value in config.items() if value not in ("UnknownProofType", "")}
    try:
        quads = graphs(ed25519.known, {**covered, "@context": [CONTEXT, EXAMPLES]}, bare)
    except (GatewayError, pyld.jsonld.JsonLdError):
        quads = graphs(ed25519.known, bare, bare)
    value = base58btc(ed25519.key.sign(b"".join(hashlib.sha256(one.encode()).digest() for one in quads)))
    assert not ed25519.verifies({**bare, "proof": {**config, "proofValue": value}})


def test_without_a_time_it_holds(ed25519: Rdfc) -> None:
    """(2.1) created is optional."""
    assert ed25519.verifies(ed25519.signed(ed25519.credential(), created=ABSENT))


class TestQuestion:
    """(4.4) domain and challenge that were asked for."""

    def test_answered(self, ed25519: Rdfc) -> None:
        asked = {"domain": "domain.example", "challenge": "1235abcd6789"}
        made = ed25519.signed(ed25519.presentation(), proofPurpose="authentication", **asked)
        assert ed25519.presents(made)
        assert ed25519.presents(made, **asked)
        for other in ({"domain": "other.example"}, {"challenge": "other"}):
            assert not ed25519.presents(made, **{**asked, **other})
        assert not ed25519.presents(ed25519.signed(ed25519.presentation()), **asked)


class TestSeveral:
    """(2.1.1, 2.1.2, 4.5) sets and chains."""

    FIRST, OTHER = (
        "urn:uuid:7d3f6f8e-52a2-4c1f-9b0e-8f4c2f1f5a01",
        "urn:uuid:7d3f6f8e-52a2-4c1f-9b0e-8f4c2f1f5a02",
    )

    def chain(self, rdfc: Rdfc, previous: object) -> Document:
        bare = rdfc.credential()
        first = rdfc.proof(bare, id=self.FIRST)
        second = rdfc.proof({**bare, "proof": [first]}, id=self.OTHER, previousProof=previous)
        return {**bare, "proof": [first, second]}

    def test_set(self, ed25519: Rdfc) -> None:
        bare = ed25519.credential()
        both = {**bare, "proof": [ed25519.proof(bare, id=self.FIRST), ed25519.proof(bare)]}
        assert ed25519.verifies(both)
        both["proof"][0]["created"] = "2026-02-01T08:00:00Z"
        assert not ed25519.verifies(both)

    def test_chain(self, rdfc: Rdfc) -> None:
        made = self.chain(rdfc, self.FIRST)
        assert rdfc.verifies(made)

    def test_changed_chain(self, ed25519: Rdfc) -> None:
        made = self.chain(ed25519, [self.FIRST])
        assert ed25519.verifies(made)
        first, second = made["proof"]
        for changed in (
            [{**first, "id": "urn:uuid:7d3f6f8e-52a2-4c1f-9b0e-8f4c2f1f5a03"}, second],
            [first, {**second, "id": "urn:uuid:7d3f6f8e-52a2-4c1f-9b0e-8f4c2f1f5a03"}],
            [second],
            [{**first, "proofValue": second["proofValue"]}, second],
        ):
            assert not ed25519.verifies({**made, "proof": changed})

    @pytest.mark.parametrize("missing", ["urn:x:9", ["urn:x:9"], [FIRST, "urn:x:9"]], ids=str)
    def test_previous_that_is_not_there(self, ed25519: Rdfc, missing: object) -> None:
        assert not ed25519.verifies(self.chain(ed25519, missing))

    def test_previous_that_is_no_text(self, ed25519: Rdfc) -> None:
        made = self.chain(ed25519, self.FIRST)
        made["proof"][1]["previousProof"] = 456321
        assert not ed25519.verifies(made)


class TestPresentations:
    """(VCDM 2.0, 4.3, 4.5, 4.13) whatever its contexts name, and only that."""

    def made(self, rdfc: Rdfc, **changes: Any) -> Document:
        return rdfc.signed(rdfc.presentation(**changes), proofPurpose="authentication")

    def test_sound(self, ed25519: Rdfc) -> None:
        held = ed25519.signed(ed25519.credential(**{"@context": [CONTEXT]}))
        assert ed25519.presents(self.made(ed25519))
        assert ed25519.presents(self.made(ed25519, verifiableCredential=[]))
        assert ed25519.presents(
            self.made(ed25519, verifiableCredential=[held], holder={"id": ed25519.key.public_key.did})
        )
        assert not ed25519.presents(self.made(ed25519, holder={"name": "x"}))

    def test_a_credential_keeps_contexts_of_its_own(self, ed25519: Rdfc) -> None:
        said = {"id": "did:example:subject", "share": "0.5"}
        held = ed25519.signed(ed25519.credential(credentialSubject=said))
        made = self.made(ed25519, verifiableCredential=[held])
        assert EXAMPLES in held["@context"]
        assert EXAMPLES not in made["@context"]
        assert ed25519.presents(made)
        bare = {**held, "@context": [CONTEXT]}
        other = {**held, "@context": [CONTEXT, "https://example.org/not-at-hand"]}
        for one in (bare, other):
            assert not ed25519.presents({**made, "verifiableCredential": [one]})

    def test_further_contexts(self, ed25519: Rdfc) -> None:
        assert ed25519.presents(self.made(ed25519, **{"@context": [CONTEXT, EXAMPLES]}))
        made = self.made(ed25519)
        for other in ("https://example.org/not-at-hand", "https ://no-address", 123192875, None):
            assert not ed25519.presents({**made, "@context": [CONTEXT, other]}), other
        assert not ed25519.presents({**made, "@context": [EXAMPLES, CONTEXT]})

    def test_a_context_that_names_a_type(self, ed25519: Rdfc) -> None:
        kinds = ["VerifiablePresentation", "Kiln"]
        made = self.made(ed25519, **{"@context": [CONTEXT, KILN]}, type=kinds)
        assert ed25519.presents(made)
        assert not ed25519.presents(
            {**made, "@context": [CONTEXT, {"Kiln": "https://example.org/other#Kiln"}]}
        )

    @pytest.mark.parametrize(
        ("inline", "members"),
        [
            ({"Trusted": KILN["Kiln"]}, {"type": ["VerifiablePresentation", "Trusted"]}),
            ({"Kiln": {"@id": KILN["Kiln"]}}, {}),
            ({**KILN, "@vocab": "https://example.org/ns#"}, {}),
            ({"@base": "https://example.org/"}, {"type": ["VerifiablePresentation", KILN["Kiln"]]}),
            ({"VerifiablePresentation": "https://example.org/ns#VerifiablePresentation"}, {}),
            ({"holder": "https://example.org/ns#holder"}, {}),
            ({**KILN, "Oven": "https://example.org/ns#Oven"}, {"Oven": "x"}),
            ({**KILN, "Oven": "https://example.org/ns#Oven"}, {"id": "Oven:x"}),
            (KILN, {"Kiln": "x"}),
            (KILN, {"termsOfUse": {"type": "https://example.org/T", "id": "Kiln:x"}}),
        ],
        ids=json.dumps,
    )
    def test_a_context_that_does_more(self, ed25519: Rdfc, inline: Document, members: Document) -> None:
        """The same graph could be spelled by other names, which whoever reads the document would believe."""
        bare = ed25519.presentation(
            **{"@context": [CONTEXT, inline]}, type=["VerifiablePresentation", "Kiln"]
        )
        bare |= members
        try:
            made = ed25519.signed(bare, proofPurpose="authentication")
        except (GatewayError, pyld.jsonld.JsonLdError):  # no other software would sign it either
            made = {**bare, "proof": self.made(ed25519)["proof"]}
        answer = vc_api.verify_presentation(body(verifiablePresentation=made), contexts=ed25519.known)
        assert answer.status == 400
        errors: Any = answer.document["errors"]
        assert [one["code"] for one in errors] == ["rdf.context-inline"]

    def test_a_context_that_is_added(self, ed25519: Rdfc) -> None:
        made = self.made(ed25519)
        for inline in (KILN, {}, {"@protected": True}, {"@version": 1.1}):
            assert not ed25519.presents({**made, "@context": [CONTEXT, inline]}), inline
        named = self.made(ed25519, **{"@context": [CONTEXT, KILN]}, type=["VerifiablePresentation", "Kiln"])
        twice = [CONTEXT, KILN, {"Oven": "https://example.org/ns#Oven"}]
        for context in (twice, [CONTEXT, KILN, KILN], [KILN, CONTEXT]):
            assert not ed25519.presents({**named, "@context": context}), context

    def test_a_name_cannot_be_given_to_another_type(self, ed25519: Rdfc) -> None:
        """A signed type in full cannot be respelled by a term of somebody's choice."""
        whole = self.made(ed25519, type=["VerifiablePresentation", "https://example.org/ns#Kiln"])
        assert ed25519.presents(whole)
        renamed = {**whole, "@context": [CONTEXT, {"Trusted": KILN["Kiln"]}]}
        assert not ed25519.presents({**renamed, "type": ["VerifiablePresentation", "Trusted"]})


def proof_terms(context: bytes) -> bytes:
    """What a version 1 credential needs beside its own context, out of that of version 2."""
    proof = {"@id": "https://w3id.org/security#proof", "@type": "@id", "@container": "@graph"}
    terms = {
        "@version": 1.1,
        "@protected": True,
        "id": "@id",
        "type": "@type",
        "DataIntegrityProof": json.loads(context)["@context"]["DataIntegrityProof"],
        "proof": proof,
    }
    return json.dumps({"@context": terms}).encode()


class TestRespelled:
    """The same graph by other words, of which whoever reads by names would not see one."""

    @pytest.fixture
    def vocabulary(self, rdfc: Rdfc, contexts: dict[str, bytes]) -> Rdfc:
        return Rdfc(rdfc.key, {**rdfc.known, UNDEFINED: contexts[UNDEFINED]})

    @pytest.mark.parametrize(
        ("url", "full"), [(EXAMPLES, "credentials/examples#"), (UNDEFINED, "credentials/undefined-term#")]
    )
    def test_members_that_a_vocabulary_names(self, vocabulary: Rdfc, url: str, full: str) -> None:
        said = {"id": "urn:x:1", "pcf": "5", "unit": "kg"}
        made = vocabulary.signed(
            vocabulary.credential(
                **{"@context": [CONTEXT, url]}, withdrawnOn="2026-01-01", credentialSubject=said
            )
        )
        assert vocabulary.verifies(made)
        outer = f"https://www.w3.org/ns/{full}withdrawnOn"
        inner = {**said, f"https://www.w3.org/ns/{full}pcf": "5"}
        del inner["pcf"]
        subject = {**made, "credentialSubject": inner}
        root = {**{n: v for n, v in made.items() if n != "withdrawnOn"}, outer: made["withdrawnOn"]}
        for other in (root, subject):
            (own,), (same,) = (
                graphs(vocabulary.known, {n: v for n, v in one.items() if n != "proof"})
                for one in (made, other)
            )
            assert own == same
            answer = vc_api.verify(body(verifiableCredential=other), contexts=vocabulary.known)
            errors: Any = answer.document["errors"]
            assert (answer.status, [one["code"] for one in errors]) == (400, ["rdf.respelled"])

    @pytest.mark.parametrize(
        ("context", "name"),
        [(CONTEXT, "validUntil"), (CONTEXT_1, "expirationDate")],
    )
    def test_an_end_that_is_no_text_is_shown(
        self, rdfc: Rdfc, judges: Judges, context: str, name: str
    ) -> None:
        """A list of one, or a value with its type, are the same graph as the text."""
        old = judges.place / "vc/node_modules/@digitalbazaar/credentials-context/contexts/v1.jsonld"
        known = {
            CONTEXT: rdfc.known[CONTEXT],
            CONTEXT_1: old.read_bytes(),
            DATA_INTEGRITY: proof_terms(rdfc.known[CONTEXT]),
        }
        begin = {"issuanceDate": CREATED} if context == CONTEXT_1 else {}
        own = Rdfc(rdfc.key, known)
        more = [DATA_INTEGRITY] if context == CONTEXT_1 else []
        bare = own.credential(**{"@context": [context, *more], name: END, **begin})
        bare["credentialSubject"] = {"id": "urn:x:1"}
        made = own.signed(bare)
        typed = {"@value": END, "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
        for stated, shown in ((END, END), ([END], f'["{END}"]'), (typed, jcs(typed).decode())):
            data = json.dumps({**made, name: stated}).encode()
            assert verify_any(data, contexts=known).times[name] == shown

    def test_the_other_version_of_the_model(self, rdfc: Rdfc, judges: Judges) -> None:
        """By its context, an end in ``validUntil`` is none; the graph is the same."""
        old = judges.place / "vc/node_modules/@digitalbazaar/credentials-context/contexts/v1.jsonld"
        known = {
            CONTEXT: rdfc.known[CONTEXT],
            CONTEXT_1: old.read_bytes(),
            DATA_INTEGRITY: proof_terms(rdfc.known[CONTEXT]),
        }
        own = Rdfc(rdfc.key, known)
        bare = own.credential(**{"@context": [CONTEXT, DATA_INTEGRITY], "validUntil": END})
        made = own.signed({**bare, "credentialSubject": {"id": "urn:x:1"}})
        assert verify_any(json.dumps(made).encode(), contexts=known).times["validUntil"] == END
        with pytest.raises(GatewayError) as caught:
            verify_any(json.dumps({**made, "@context": [CONTEXT_1, DATA_INTEGRITY]}).encode(), contexts=known)
        assert (caught.value.error_code, caught.value.path) == ("vcdm.member", "/issuanceDate")


class TestMovable:
    """Members of a thing that stands in two places stand in either, to the graph; that is told."""

    def remarks(self, rdfc: Rdfc, document: Document) -> tuple[str, ...]:
        found = verify_any(json.dumps(document).encode(), contexts=rdfc.known)
        return found.signatures[0].remarks

    @pytest.mark.parametrize("is_named_only", [False, True])
    def test_from_the_subject_to_the_issuer(self, ed25519: Rdfc, is_named_only: bool) -> None:
        did = ed25519.key.public_key.did
        issuer = did if is_named_only else {"id": did, "name": "厂"}
        said = {"id": did, "limit": "withdrawn"}
        made = ed25519.signed(ed25519.credential(issuer=issuer, credentialSubject=said))
        full = {"id": did, "limit": "withdrawn", **(issuer if isinstance(issuer, dict) else {})}
        moved = {**made, "issuer": full, "credentialSubject": {"id": did}}
        for one in (made, moved):
            assert self.remarks(ed25519, one) == ("places-not-covered",)

    def test_a_holder_may_present_what_is_said_of_it(self, ed25519: Rdfc) -> None:
        did = ed25519.key.public_key.did
        held = Rdfc(throw_away(KeyType.P256), ed25519.known)
        inner = held.signed(held.credential(credentialSubject={"id": did, "name": "窑"}))
        made = ed25519.signed(
            ed25519.presentation(verifiableCredential=[inner]), proofPurpose="authentication"
        )
        assert self.remarks(ed25519, made) == ()
        assert self.remarks(held, inner) == ()
