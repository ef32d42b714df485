"""What the W3C data model and Data Integrity require, statement by statement, of our VC-API answers.

The published conformance suites ask the same of a server; here in our own words, with the section of each.

Source: Verifiable Credentials Data Model 2.0; Data Integrity 1.0; EdDSA and ECDSA Cryptosuites 1.0 (all of
15 May 2025).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from gateway.signing import data_integrity as di
from gateway.signing import vc_api, vc_jwt
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base58btc, base64url, from_base58btc
from gateway.signing.vcdm import CONTEXT
from tests.signing import seals
from tests.signing.conftest import throw_away

CREATED = "2026-01-31T08:00:00Z"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
STRANGER = PrivateKey(seals.key("Ed25519", 42)).public_key.did
Document = dict[str, Any]
ABSENT = object()


def credential(**changes: Any) -> Document:
    made: Document = {
        "@context": [CONTEXT, EXAMPLES],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:replaced",
        "credentialSubject": {"id": "did:example:subject"},
        **changes,
    }
    return {name: value for name, value in made.items() if value is not ABSENT}


def body(**members: Any) -> bytes:
    return json.dumps(members).encode()


@dataclass(frozen=True, slots=True)
class Bench:
    """An issuer and a verifier, with or without the contexts at hand."""

    key: PrivateKey
    known: dict[str, bytes] | None = None

    def answer(self, document: Document, **how: Any) -> vc_api.Answer:
        asked = body(credential=document, options={})
        return vc_api.issue(asked, signer=self.key, created=CREATED, contexts=self.known, **how)

    def issued(self, document: Document, **how: Any) -> Document:
        answer = self.answer(document, **how)
        assert answer.status == 201, answer.document
        made = answer.document["verifiableCredential"]
        assert isinstance(made, dict)
        return made

    def issues(self, **changes: Any) -> bool:
        """Whether it is issued, and what was issued holds."""
        answer = self.answer(credential(**changes))
        assert answer.status in (201, 400)
        if answer.status == 400:
            assert answer.document["errors"]
            return False
        return self.verifies(answer.document["verifiableCredential"])

    def verifies(self, document: object, **options: Any) -> bool:
        answer = vc_api.verify(body(verifiableCredential=document, options=options))
        assert (answer.status == 200) is (answer.document["verified"] is True)
        return answer.status == 200

    def presents(self, document: object, **options: Any) -> bool:
        answer = vc_api.verify_presentation(body(verifiablePresentation=document, options=options))
        assert (answer.status == 200) is (answer.document["verified"] is True)
        return answer.status == 200

    def presentation(self, *, signed: bool = True, **changes: Any) -> Document:
        made: Document = {
            "@context": [CONTEXT],
            "type": ["VerifiablePresentation"],
            "holder": self.key.public_key.did,
            "verifiableCredential": [self.issued(credential())],
            **changes,
        }
        made = {name: value for name, value in made.items() if value is not ABSENT}
        return self.sign(made) if signed else made

    def sign(self, bare: Document, **proof: Any) -> Document:
        """With a proof over it, whatever stands in proof and document."""
        kinds = bare.get("type") or []
        config: Document = {
            "type": "DataIntegrityProof",
            "cryptosuite": self.suite,
            "created": CREATED,
            "verificationMethod": self.key.public_key.key_id,
            "proofPurpose": "authentication" if "VerifiablePresentation" in kinds else "assertionMethod",
            "@context": bare.get("@context"),
            **proof,
        }  # fmt: skip
        config = {name: value for name, value in config.items() if value is not ABSENT}
        config = {name: value for name, value in config.items() if value is not None or name in proof}
        value = self.key.sign(di.hash_data(bare, config, self.key.public_key.key_type))
        return {**bare, "proof": {**config, "proofValue": base58btc(value)}}

    @property
    def suite(self) -> str:
        ed25519 = self.key.public_key.key_type is KeyType.ED25519
        return "eddsa-jcs-2022" if ed25519 else "ecdsa-jcs-2019"


@pytest.fixture(params=list(KeyType))
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(throw_away(request.param))


@dataclass(frozen=True, slots=True)
class Rule:
    """A section, and documents that keep or break what it requires."""

    section: str
    good: list[Document] = field(default_factory=list)
    bad: list[Document] = field(default_factory=list)


def language(member: str) -> Rule:
    """(11.1) text, or values that say their language and direction and nothing else."""
    value = {"@value": "Name", "@language": "en"}
    good: list[Any] = [
        "Name",
        value,
        {**value, "@direction": "ltr"},
        [value, {"@value": "名", "@language": "zh"}],
    ]
    bad: list[Any] = [
        {**value, "url": "https://example.org"},
        7,
        {"@language": "en"},
        {**value, "@direction": "up"},
    ]
    return Rule("4.6, 11.1", [{member: one} for one in good], [{member: one} for one in bad])


def within(rule: Rule, member: str) -> Rule:
    """The same inside the issuer."""
    own = {"id": "did:example:replaced"}
    good, bad = ([{member: {**own, **one}} for one in documents] for documents in (rule.good, rule.bad))
    return Rule(rule.section, good, bad)


def typed(member: str, **more: Any) -> Rule:
    """An object or several, each with its type."""
    one = {"type": "ExampleType", **more}
    good = [one, {**one, "id": "https://example.org/1"}, [one, {**one, "type": ["ExampleType", "Other"]}]]
    bad: list[Any] = [
        {name: v for name, v in one.items() if name != "type"},
        [one, {"id": "urn:x:1"}],
        {**one, "type": 2},
        {**one, "type": ["ExampleType", 2]},
        {**one, "id": ["urn:x:1", "urn:x:2"]},
        {},
        "text",
        [],
    ]
    return Rule("4.10, 4.11, 5.4 to 5.6", [{member: g} for g in good], [{member: b} for b in bad])


STAMPS = [
    "2026-01-31T08:00:00Z",
    "2026-01-31T08:00:00.123Z",
    "2026-01-31T08:00:00-05:00",
    "9026-01-31T08:00:00Z",
]
NO_STAMPS: list[Any] = ["2026-01-31", "31.01.2026", "2026-02-30T08:00:00Z", "soon", 20260131, None]
FROM, UNTIL = {"validFrom": "2026-01-31T08:00:00Z"}, {"validUntil": "2026-01-31T09:00:00+01:00"}
DIGEST = "sha256-" + "A" * 43 + "="
RESOURCE = {"id": "https://example.org/a", "digestSRI": DIGEST}

RULES: dict[str, Rule] = {
    "contexts are there": Rule("4.3", [{}], [{"@context": ABSENT}, {"@context": None}]),
    "contexts are a list that begins with the base context": Rule(
        "4.3",
        [{"@context": [CONTEXT]}],
        [{"@context": CONTEXT}, {"@context": [EXAMPLES, CONTEXT]}, {"@context": []}],
    ),
    "further contexts are addresses or objects": Rule(
        "4.3",
        [
            {"@context": [CONTEXT, EXAMPLES, "https://example.org/x"]},
            {"@context": [CONTEXT, {"x": "https://example.org/x"}]},
        ],
        [
            {"@context": [CONTEXT, "https ://no-address"]},
            {"@context": [CONTEXT, 123192875]},
            {"@context": [CONTEXT, None]},
        ],
    ),
    "an id is one address": Rule(
        "4.4",
        [{"id": "did:example:1"}, {"id": "urn:uuid:0e5a7d5e-28a7-5b5c-8a0b-0c8c6a1a2b3c"}, {"id": ABSENT}],
        [{"id": ["did:example:1", "did:example:2"]}, {"id": "no address"}, {"id": 12}, {"id": None}],
    ),
    "a subject's id is one address": Rule(
        "4.4, 4.8",
        [{"credentialSubject": {"id": "did:example:1"}}],
        [{"credentialSubject": {"id": ["did:example:1"]}}, {"credentialSubject": {"id": "x y"}}],
    ),
    "a type is there": Rule("4.5", [], [{"type": ABSENT}, {"type": None}, {"type": []}]),
    "one type is VerifiableCredential, in any order": Rule(
        "4.5",
        [
            {"type": ["VerifiableCredential", "ExampleType"]},
            {"type": ["ExampleType", "VerifiableCredential"]},
            {"type": ["VerifiableCredential", "https://example.org/T"]},
        ],
        [{"type": ["ExampleType"]}, {"type": ["VerifiableCredential", 7]}, {"type": "ExampleType"}],
    ),
    "name": language("name"),
    "description": language("description"),
    "an issuer's name": within(language("name"), "issuer"),
    "an issuer's description": within(language("description"), "issuer"),
    "a subject is there and says something": Rule(
        "4.8",
        [
            {"credentialSubject": {"name": "x"}},
            {"credentialSubject": [{"id": "did:example:1"}, {"name": "x"}]},
        ],
        [
            {"credentialSubject": ABSENT},
            {"credentialSubject": {}},
            {"credentialSubject": []},
            {"credentialSubject": [{"name": "x"}, {}]},
            {"credentialSubject": "did:example:1"},
        ],
    ),
    "validFrom is a time": Rule(
        "4.9", [{"validFrom": s} for s in STAMPS], [{"validFrom": s} for s in NO_STAMPS]
    ),
    "validUntil is a time": Rule(
        "4.9", [{"validUntil": s} for s in STAMPS], [{"validUntil": s} for s in NO_STAMPS]
    ),
    "validFrom is not after validUntil": Rule(
        "4.9",
        [{**FROM, **UNTIL}, {**FROM, "validUntil": "2027-01-31T08:00:00Z"}],
        [{**FROM, "validUntil": "2026-01-31T07:59:59Z"}, {**FROM, "validUntil": "2026-01-31T08:30:00+01:00"}],
    ),
    "credentialStatus": typed("credentialStatus"),
    "credentialStatus's id is an address": Rule(
        "4.10", [], [{"credentialStatus": {"id": "not an address", "type": "T"}}]
    ),
    "credentialSchema": typed("credentialSchema", id="https://example.org/s"),
    "credentialSchema has an id that is an address": Rule(
        "4.11",
        [],
        [{"credentialSchema": {"type": "T"}}, {"credentialSchema": {"id": "no address", "type": "T"}}],
    ),
    "refreshService": typed("refreshService"),
    "termsOfUse": typed("termsOfUse"),
    "evidence": typed("evidence"),
    "relatedResource has an id, each once": Rule(
        "5.3",
        [
            {"relatedResource": RESOURCE},
            {"relatedResource": [RESOURCE, {**RESOURCE, "id": "https://example.org/b"}]},
        ],
        [
            {"relatedResource": {"digestSRI": DIGEST}},
            {"relatedResource": ["https://example.org/a", "https://example.org/b"]},
            {"relatedResource": [RESOURCE, RESOURCE]},
            {"relatedResource": []},
        ],
    ),
    "relatedResource has a digest": Rule(
        "5.3",
        [
            {"relatedResource": {**RESOURCE, "mediaType": "application/json"}},
            {
                "relatedResource": {
                    "id": "https://example.org/a",
                    "digestMultibase": base58btc(b"\x12\x20" + bytes(32)),
                }
            },
        ],
        [
            {"relatedResource": {"id": "https://example.org/a"}},
            {"relatedResource": {**RESOURCE, "digestSRI": "md5-AA"}},
        ],
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_issuer_and_verifier_keep_the_data_model(name: str, bench: Bench) -> None:
    rule = RULES[name]
    for change in rule.good:
        assert bench.issues(**change), change
    for change in rule.bad:
        assert not bench.issues(**change), change
        # A verifier refuses the same, even where it is soundly signed.
        stated = {"issuer": bench.key.public_key.did, **change}
        if isinstance(change.get("issuer"), dict):
            stated["issuer"] = {**change["issuer"], "id": bench.key.public_key.did}
        assert not bench.verifies(bench.sign(credential(**stated))), change


def test_issuer_is_an_address_or_has_one(bench: Bench) -> None:
    """(4.7) ours takes the place of what was stated, but not of what is no address."""
    for wrong in (ABSENT, None, "not an address", 7, [], {"name": "x"}, {"id": 7}):
        assert not bench.verifies(bench.sign(credential(issuer=wrong)))
    own = bench.key.public_key.did
    for right in ("https://plant.example/", {"id": "did:example:1", "name": "厂"}, {"name": "厂"}, ABSENT):
        stated = bench.issued(credential(issuer=right))["issuer"]
        assert stated in (own, {"id": own, "name": "厂"})
    for wrong in (None, "not-an-address", "", 7, [], {"id": None}, {"id": "not-an-address"}, {"id": [own]}):
        assert not bench.issues(issuer=wrong), wrong


class TestPresentations:
    """(4.13) and what they hold."""

    def test_sound(self, bench: Bench) -> None:
        assert bench.presents(bench.presentation())
        assert bench.presents(bench.presentation(verifiableCredential=ABSENT))
        assert bench.presents(bench.presentation(verifiableCredential=[]))
        several = [bench.issued(credential()), bench.issued(credential(id="urn:x:2"))]
        assert bench.presents(bench.presentation(verifiableCredential=several))
        assert bench.presents(bench.presentation(id="urn:uuid:0e5a7d5e-28a7-5b5c-8a0b-0c8c6a1a2b3c"))
        assert bench.presents(bench.presentation(type=["VerifiablePresentation", "ExampleType"]))
        assert bench.presents(bench.presentation(holder={"id": bench.key.public_key.did}))
        assert bench.presents(bench.presentation(holder=ABSENT))

    @pytest.mark.parametrize(
        "change",
        [
            {"@context": ABSENT}, {"@context": [EXAMPLES, CONTEXT]}, {"@context": [EXAMPLES]},
            {"@context": CONTEXT},
            {"@context": [CONTEXT, 123192875]}, {"@context": [CONTEXT, "https ://not-a-url"]},
            {"type": ABSENT}, {"type": ["ExampleType"]}, {"id": "not an address"}, {"id": ["urn:x:1"]},
            {"holder": {"name": "x"}}, {"holder": "not an address"}, {"holder": STRANGER},
            {"verifiableCredential": ["https://example.org/1"]}, {"verifiableCredential": 7},
            {"verifiableCredential": [{}]}, {"verifiableCredential": [None]}, {"verifiableCredential": [[]]},
        ],
        ids=lambda change: json.dumps(change, default=lambda _: "absent"),
    )  # fmt: skip
    def test_broken(self, bench: Bench, change: Document) -> None:
        assert not bench.presents(bench.presentation(**change))

    def test_without_proof_nobody_vouches_for_its_holder(self, bench: Bench) -> None:
        for document in (
            bench.presentation(signed=False),
            bench.presentation(signed=False, verifiableCredential=ABSENT),
            bench.presentation(signed=False, holder=STRANGER),
        ):
            assert not bench.presents(document)
            assert not bench.presents(document, challenge="1")

    def test_holder_is_not_taken_from_elsewhere(self, bench: Bench) -> None:
        """An issuer beside the holder whose key it is instead."""
        own = bench.key.public_key.did
        assert not bench.presents(bench.presentation(holder=STRANGER, issuer=own))
        assert not bench.presents(bench.presentation(holder="https://bank.example", issuer=own))
        assert not bench.presents(bench.presentation(holder="https://bank.example"))

    def test_self_asserted_claims_are_the_holders(self, bench: Bench) -> None:
        """(4.13.3) a credential that only the presentation's proof secures."""
        own = bench.key.public_key.did
        bare = credential(issuer=own)
        assert bench.presents(bench.presentation(verifiableCredential=[bare]))
        assert not bench.presents(bench.presentation(verifiableCredential=[bare], holder=ABSENT))
        assert not bench.presents(bench.presentation(verifiableCredential=[bare], holder=STRANGER))
        assert not bench.presents(bench.presentation(verifiableCredential=[credential(issuer=STRANGER)]))
        assert not bench.presents(bench.presentation(verifiableCredential=[credential(issuer=own, type=[])]))
        made = bench.presentation(verifiableCredential=[bare])
        made["verifiableCredential"][0]["credentialSubject"]["name"] = "changed"
        assert not bench.presents(made)

    def test_changed(self, bench: Bench) -> None:
        made = bench.presentation()
        assert not bench.presents({**made, "type": ["VerifiablePresentation", "ExampleType"]})
        made["verifiableCredential"][0]["validUntil"] = "2027-01-31T08:00:00Z"
        assert not bench.presents(made)

    def test_answers_the_question(self, bench: Bench) -> None:
        bare = bench.presentation(signed=False)
        made = bench.sign(bare, domain="body.example", challenge="7f3a")
        assert bench.presents(made)
        assert bench.presents(made, challenge="7f3a", domain="body.example")
        assert bench.presents(bench.sign(bare, domain=["a.example", "body.example"]), domain="body.example")
        for other in ({"challenge": "other"}, {"domain": "other.example"}, {"challenge": 7}, {"domain": ""}):
            assert not bench.presents(made, **other)
        assert not bench.presents(bench.sign(bare), challenge="7f3a")
        assert not bench.presents(bench.sign(bare, challenge=7))


def test_what_conforms_to_nothing(bench: Bench) -> None:
    """(1.3) errors, whoever is asked."""
    wrong: list[Any] = [{"type": ["NonconformingDocument"]}, {}, [], None, "text"]
    for document in (*wrong, bench.issued(credential())["proof"]):
        assert not bench.verifies(document)
        assert not bench.presents(document)
    assert not bench.presents(bench.issued(credential()))
    assert not bench.verifies(bench.presentation())


class TestEnveloped:
    """(4.13.1, 4.13.2) objects that carry a token in a data URL."""

    def credential(self, bench: Bench) -> Document:
        return bench.issued(credential(), form="vc+jwt")

    def presentation(self, bench: Bench, **claims: Any) -> Document:
        bare = {**bench.presentation(signed=False), **claims}
        token = vc_jwt.sign(bare, bench.key).decode()
        kind = "EnvelopedVerifiablePresentation"
        return {"@context": [CONTEXT], "type": kind, "id": f"data:application/vp+jwt,{token}"}

    CHANGES: ClassVar[list[Document]] = [
        {"@context": []}, {"@context": EXAMPLES}, {"@context": [EXAMPLES]}, {"@context": ABSENT},
        {"type": ABSENT}, {"type": "VerifiableCredential"}, {"type": ["VerifiablePresentation"]},
        {"id": "urn:x:1"}, {"id": ABSENT},
        {"credentialSubject": {"id": "urn:x:1"}}, {"name": "x"},
    ]  # fmt: skip

    @pytest.mark.parametrize(
        "change", CHANGES, ids=lambda change: json.dumps(change, default=lambda _: "absent")
    )
    def test_form(self, bench: Bench, change: Document) -> None:
        for made, judged in (
            (self.credential(bench), bench.verifies),
            (self.presentation(bench), bench.presents),
        ):
            assert judged(made)
            assert not judged({n: v for n, v in {**made, **change}.items() if v is not ABSENT})
            assert not judged({**made, "id": made["id"].split(",")[1]})

    def test_question(self, bench: Bench) -> None:
        made = self.presentation(bench, aud="body.example", nonce="7f3a")
        assert bench.presents(made, domain="body.example", challenge="7f3a")
        assert not bench.presents(made, challenge="other")
        assert not bench.presents(self.presentation(bench), challenge="7f3a")
        assert not bench.verifies(self.credential(bench), challenge="7f3a")
        assert not bench.verifies(self.credential(bench), expectedProofPurpose="authentication")


class TestProofs:
    """Data Integrity 1.0 and the two cryptosuites: what is made, and what is refused."""

    def test_made(self, bench: Bench) -> None:
        made = bench.issued(credential())
        proof = made["proof"]
        assert proof["type"] == "DataIntegrityProof"
        assert proof["cryptosuite"] == bench.suite
        assert proof["proofPurpose"] == "assertionMethod"
        assert proof["created"] == CREATED
        assert proof["verificationMethod"].startswith("did:key:z")
        value = from_base58btc(proof["proofValue"])
        assert value is not None
        assert len(value) == (96 if bench.key.public_key.key_type is KeyType.P384 else 64)
        assert bench.verifies(made)
        assert bench.verifies(made, expectedProofPurpose="assertionMethod", checks=["proof"])
        assert proof["@context"] == made["@context"]
        did, _, fragment = proof["verificationMethod"].partition("#")
        assert did == f"did:key:{fragment}" == made["issuer"]
        multikey = from_base58btc(fragment)
        assert multikey is not None
        sizes = {
            KeyType.ED25519: (b"\xed\x01", 34),
            KeyType.P256: (b"\x80\x24", 35),
            KeyType.P384: (b"\x81\x24", 51),
        }
        assert (multikey[:2], len(multikey)) == sizes[bench.key.public_key.key_type]

    def test_made_as_asked_for_or_not_at_all(self, bench: Bench) -> None:
        """(EdDSA 3.3.2, ECDSA 3.3.2) another kind or suite than ours is an error."""
        ours = {"type": "DataIntegrityProof", "cryptosuite": bench.suite}
        others: list[Document] = [{"type": "Ed25519Signature2020"}, {"cryptosuite": "eddsa-rdfc-2022"}]
        others += [
            {"cryptosuite": "ecdsa-rdfc-2019"},
            {"cryptosuite": None},
            {"type": 7},
            {"cryptosuite": ["x"]},
        ]
        for options, status in ((ours, 201), *(({**ours, **other}, 400) for other in others)):
            asked = body(credential=credential(), options=options)
            assert vc_api.issue(asked, signer=bench.key, created=CREATED).status == status, options
        enveloped = body(credential=credential(), options={"type": "other"})
        assert vc_api.issue(enveloped, signer=bench.key, created=CREATED, form="vc+jwt").status == 400

    def test_a_key_is_spelled_in_one_way(self, bench: Bench) -> None:
        """(Controlled Identifiers 1.0, 2.2.2) base58btc and nothing else."""
        bare = credential(issuer=bench.key.public_key.did)
        spelled = bench.key.public_key.did.removeprefix("did:key:")
        raw = from_base58btc(spelled)
        assert raw is not None
        for other in ("u" + base64url(raw), "f" + raw.hex(), spelled[1:], "z" + spelled):
            assert not bench.verifies(bench.sign(bare, verificationMethod=f"did:key:{other}#{other}"))

    @pytest.mark.parametrize(
        "change",
        [
            {"type": ABSENT}, {"type": "UnknownProofType"}, {"type": None}, {"type": ["DataIntegrityProof"]},
            {"cryptosuite": ABSENT}, {"cryptosuite": "UnknownCryptosuite"}, {"cryptosuite": 7},
            {"verificationMethod": ABSENT}, {"verificationMethod": "did:key:invalidVm"},
            {"verificationMethod": 7}, {"verificationMethod": STRANGER}, {"verificationMethod": "#key"},
            {"proofPurpose": ABSENT}, {"proofPurpose": "invalidPurpose"}, {"proofPurpose": "authentication"},
            {"proofPurpose": None},
            {"created": "invalidDate"}, {"created": "2026-01-31T08:00:00"}, {"created": 7},
            {"expires": "2026-01-31T08:00:00"}, {"expires": "invalidDate"},
            {"nonce": 7}, {"id": 7}, {"domain": 7}, {"challenge": ["x"]},
            {"previousProof": "urn:x:1"}, {"previousProof": ["urn:x:1"]}, {"previousProof": 7},
            {"unknown": "x"}, {"@context": [EXAMPLES]},
        ],
        ids=lambda change: json.dumps(change, default=lambda _: "absent"),
    )  # fmt: skip
    def test_refused_even_where_the_signature_covers_it(self, bench: Bench, change: Document) -> None:
        bare = credential(issuer=bench.key.public_key.did)
        assert bench.verifies(bench.sign(bare))
        assert not bench.verifies(bench.sign(bare, **change))

    @pytest.mark.parametrize(
        "proof", [ABSENT, None, 7, "text", [], {}, [None]], ids=lambda value: str(value)[:8]
    )
    def test_no_proof(self, bench: Bench, proof: Any) -> None:
        made = {**bench.issued(credential()), "proof": proof}
        assert not bench.verifies({n: v for n, v in made.items() if v is not ABSENT})

    def test_value(self, bench: Bench) -> None:
        made = bench.issued(credential())
        text = made["proof"]["proofValue"]
        raw = from_base58btc(text)
        assert raw is not None
        wrong: list[Any] = [
            None, 7, "", "z", text[1:], "u" + text[1:], "m" + text[1:], text + "1", " " + text, text + "\n",
            base58btc(raw + bytes(32)), base58btc(raw[:-1]), base58btc(bytes(len(raw))), base58btc(raw[::-1]),
        ]  # fmt: skip
        for value in wrong:
            assert not bench.verifies({**made, "proof": {**made["proof"], "proofValue": value}}), value
        absent = {name: value for name, value in made["proof"].items() if name != "proofValue"}
        assert not bench.verifies({**made, "proof": absent})

    def test_another_suite_of_the_same_key(self, bench: Bench) -> None:
        bare = credential(issuer=bench.key.public_key.did)
        others = {"eddsa-jcs-2022", "ecdsa-jcs-2019", "eddsa-rdfc-2022", "ecdsa-rdfc-2019"} - {bench.suite}
        for suite in others:
            assert not bench.verifies(bench.sign(bare, cryptosuite=suite))

    def test_any_member_changed_added_or_gone(self, bench: Bench) -> None:
        made = bench.issued(credential(id="urn:x:1", name="x", validFrom=CREATED))
        for name in [name for name in made if name != "proof"]:
            assert not bench.verifies({k: v for k, v in made.items() if k != name}), name
        assert not bench.verifies({**made, "unknownTerm": "x"})
        assert not bench.verifies({**made, "name": "y"})
        assert not bench.verifies({**made, "proof": {**made["proof"], "nonce": "x"}})

    def test_purpose_and_question(self, bench: Bench) -> None:
        made = bench.issued(credential())
        assert not bench.verifies(made, expectedProofPurpose="authentication")
        assert not bench.verifies(made, domain="domain.example")
        assert not bench.verifies(made, challenge="1235abcd6789")
        bare = credential(issuer=bench.key.public_key.did)
        asked = bench.sign(bare, domain="domain.example", challenge="1235abcd6789")
        assert bench.verifies(asked, domain="domain.example", challenge="1235abcd6789")
        assert not bench.verifies(asked, domain="other.example")

    def test_issuer_that_is_somebody_else(self, bench: Bench) -> None:
        assert not bench.verifies(bench.sign(credential(issuer=STRANGER)))
        assert not bench.verifies(bench.sign(credential(issuer="https://bank.example")))

    def test_chain_and_set(self, bench: Bench) -> None:
        bare = credential(issuer=bench.key.public_key.did)
        first = bench.sign(bare, id="urn:proof:1")
        asked = body(credential=first, options={"previousProof": "urn:proof:1"})
        answer = vc_api.issue(asked, signer=bench.key, created=CREATED)
        chain: Any = answer.document["verifiableCredential"]
        assert bench.verifies(chain)
        assert not bench.verifies({**chain, "proof": chain["proof"][1:]})
        assert not bench.verifies(
            {**chain, "proof": [{**chain["proof"][0], "id": "urn:proof:2"}, chain["proof"][1]]}
        )
        both = vc_api.issue(body(credential=first, options={}), signer=bench.key, created=CREATED)
        assert bench.verifies(both.document["verifiableCredential"])
        for missing in ("urn:proof:9", ["urn:proof:1", "urn:proof:9"], 7):
            asked = body(credential=first, options={"previousProof": missing})
            assert vc_api.issue(asked, signer=bench.key, created=CREATED).status == 400

    def test_canonical_form_is_what_is_signed(self, bench: Bench) -> None:
        """Another order, spelling or spacing of the same JSON holds; the same bytes are made each time."""
        made = bench.issued(credential(name="电池", credentialSubject={"share": 1e-7, "n": 1}))
        assert bench.issued(credential(name="电池", credentialSubject={"n": 1.0, "share": 0.0000001})) == made
        text = jcs(made).decode()
        turned = json.dumps({name: made[name] for name in reversed(made)}, indent=3)
        for document in (text, turned):
            asked = f'{{"verifiableCredential": {document}}}'.encode()
            assert vc_api.verify(asked).status == 200
        twice = text.replace('"name":', '"name":"x","name":', 1)
        assert vc_api.verify(f'{{"verifiableCredential": {twice}}}'.encode()).status == 400
