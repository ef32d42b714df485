from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.signing import data_integrity as di
from gateway.signing import jose, keys, sd_jwt, vc_api, vc_jwt, vcdm
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base58btc, base64url
from gateway.signing.rdf.contexts import CREDENTIALS_2
from tests.signing.test_attacks import sealer
from tests.signing.test_proofs import contexts

__all__ = ["contexts"]  # a fixture

CREATED = "2026-01-31T08:00:00Z"
Document = dict[str, Any]


def credential() -> Document:
    return {
        "@context": [vcdm.CONTEXT],
        "id": "urn:uuid:0e5a7d5e-28a7-5b5c-8a0b-0c8c6a1a2b3c",
        "type": ["VerifiableCredential"],
        "issuer": {"id": "did:example:other", "name": "厂"},
        "name": [{"@value": "声明", "@language": "zh"}, {"@value": "statement", "@language": "en"}],
        "validFrom": "2026-01-31T08:00:00Z",
        "validUntil": "2027-01-31T08:00:00+08:00",
        "credentialSubject": {"id": "urn:gtin:06901234567892"},
        "relatedResource": [{"id": "urn:x:1", "digestSRI": "sha256-" + "A" * 43 + "="}],
    }


def body(**members: Any) -> bytes:
    return json.dumps(members).encode()


def issued(key: PrivateKey, document: Document | None = None, **how: Any) -> Document:
    answer = vc_api.issue(body(credential=document or credential(), **how), signer=key, created=CREATED)
    assert answer.status == 201, answer.document
    found = answer.document["verifiableCredential"]
    assert isinstance(found, dict)
    return found


class TestIssueAndVerify:
    """The request document in, the answer document out."""

    def test_issuer_becomes_ours_and_the_answer_verifies(self, key: PrivateKey) -> None:
        made = issued(key)
        assert made["issuer"] == {"id": key.public_key.did, "name": "厂"}
        assert vc_api.verify(body(verifiableCredential=made)) == vc_api.Answer(200, {"verified": True})

    def test_enveloped(self, key: PrivateKey) -> None:
        asked = body(credential=credential())
        answer = vc_api.issue(asked, signer=key, created=CREATED, form="vc+jwt")
        made = answer.document["verifiableCredential"]
        assert vc_api.verify(body(verifiableCredential=made)).status == 200

    @pytest.mark.parametrize("form", ["data-integrity", "vc+jwt"])
    def test_whether_it_was_taken_back_is_not_asked(self, key: PrivateKey, form: vc_api.Form) -> None:
        """Alone, shown by its holder who has issued it, and shown by another."""
        status = {"id": "https://x.example/1#5", "type": "BitstringStatusListEntry"}
        asked = body(credential=credential() | {"credentialStatus": status})
        made = vc_api.issue(asked, signer=key, created=CREATED, form=form).document["verifiableCredential"]
        bare: Document = {
            "@context": [vcdm.CONTEXT],
            "type": ["VerifiablePresentation"],
            "holder": key.public_key.did,
            "verifiableCredential": [made],
        }
        shown = {**bare, "proof": di.create_proof(bare, key, created=CREATED, purpose="authentication")}
        for answer in (
            vc_api.verify(body(verifiableCredential=made)),
            vc_api.verify_presentation(body(verifiablePresentation=shown)),
        ):
            assert answer.document["verified"] is True
            warnings = answer.document["warnings"]
            assert isinstance(warnings, list)
            assert "status-not-asked" in {one["code"] for one in warnings if isinstance(one, dict)}

    def test_changed_credential_is_refused_with_reasons(self, ed25519_key: PrivateKey) -> None:
        made = {**issued(ed25519_key), "validUntil": "2028-01-31T08:00:00Z"}
        answer = vc_api.verify(body(verifiableCredential=made))
        assert (answer.status, answer.document["verified"]) == (400, False)
        assert answer.document["errors"]

    def test_chain_of_proofs(self, ed25519_key: PrivateKey) -> None:
        first = issued(ed25519_key)
        first["proof"] = {**first["proof"], "id": "urn:proof:1"}
        bare = {name: value for name, value in first.items() if name != "proof"}
        # The id is part of what is signed, so that the first proof is made with it.
        config = {n: v for n, v in first["proof"].items() if n != "proofValue"}
        value = keys.sign(ed25519_key, di.hash_data(bare, config, ed25519_key.public_key.key_type))
        first["proof"] = {**config, "proofValue": base58btc(value)}
        second = issued(ed25519_key, first, options={"previousProof": "urn:proof:1"})
        assert len(second["proof"]) == 2
        assert vc_api.verify(body(verifiableCredential=second)).status == 200
        second["proof"][0]["created"] = "2026-02-01T08:00:00Z"
        assert vc_api.verify(body(verifiableCredential=second)).status == 400

    def test_previous_proof_that_is_not_there(self, ed25519_key: PrivateKey) -> None:
        asked = body(credential=credential(), options={"previousProof": "urn:proof:1"})
        assert vc_api.issue(asked, signer=ed25519_key, created=CREATED).status == 400

    @pytest.mark.parametrize(("now", "status"), [(2025, 400), (2026, 200), (2028, 400)])
    def test_time_of_validity(self, ed25519_key: PrivateKey, now: int, status: int) -> None:
        asked = body(verifiableCredential=issued(ed25519_key))
        assert vc_api.verify(asked, now=datetime(now, 6, 1, tzinfo=UTC)).status == status

    def test_issuer_that_is_an_address_is_not_confirmed(self, ed25519_key: PrivateKey) -> None:
        unsigned = {**credential(), "issuer": "https://plant.example"}
        proof = di.create_proof(unsigned, ed25519_key, created=CREATED)
        assert vc_api.verify(body(verifiableCredential={**unsigned, "proof": proof})).status == 400

    def test_undefined_term_is_refused_where_contexts_are_given(
        self, ed25519_key: PrivateKey, contexts: dict[str, bytes]
    ) -> None:
        more = {**credential(), "carbonFootprint": "5"}
        known = {CREDENTIALS_2: contexts[CREDENTIALS_2]}
        answers = [
            vc_api.issue(body(credential=c), signer=ed25519_key, created=CREATED, contexts=known).status
            for c in (credential(), more)
        ]
        assert answers == [201, 400]

    @pytest.mark.parametrize(
        "asked", [b"", b"[]", b"{}", b'{"credential": 1}', b'{"credential": {}, "credential": {}}']
    )
    def test_bad_requests(self, ed25519_key: PrivateKey, asked: bytes) -> None:
        assert vc_api.issue(asked, signer=ed25519_key, created=CREATED).status == 400
        assert vc_api.verify(asked).status == 400
        assert vc_api.verify_presentation(asked).status == 400


class TestPresentation:
    """Its own proof and every credential in it."""

    def presentation(self, key: PrivateKey, **proof: Any) -> Document:
        answer = vc_api.issue(body(credential=credential()), signer=key, created=CREATED, form="vc+jwt")
        bare: Document = {
            "@context": [vcdm.CONTEXT],
            "type": ["VerifiablePresentation"],
            "holder": key.public_key.did,
            "verifiableCredential": [issued(key), answer.document["verifiableCredential"]],
        }
        made = di.create_proof(bare, key, created=CREATED, purpose="authentication")
        return {**bare, "proof": {**made, **proof}}

    def signed_again(self, bare: Document, key: PrivateKey) -> Document:
        return {**bare, "proof": di.create_proof(bare, key, created=CREATED, purpose="authentication")}

    def verdict(self, document: Document, **options: str) -> int:
        return vc_api.verify_presentation(body(verifiablePresentation=document, options=options)).status

    def test_holds(self, key: PrivateKey) -> None:
        assert self.verdict(self.presentation(key)) == 200

    def test_without_its_own_proof(self, ed25519_key: PrivateKey) -> None:
        """Nobody vouches for what it says besides its credentials: its holder, for one."""
        bare = {n: v for n, v in self.presentation(ed25519_key).items() if n != "proof"}
        assert self.verdict(bare) == 400

    def test_asked_for_something_else(self, ed25519_key: PrivateKey) -> None:
        assert self.verdict(self.presentation(ed25519_key), challenge="abc") == 400

    def test_one_changed_credential(self, ed25519_key: PrivateKey) -> None:
        made = self.presentation(ed25519_key)
        bare = {n: v for n, v in made.items() if n != "proof"}
        bare["verifiableCredential"][0]["validUntil"] = "2028-01-31T08:00:00Z"
        assert self.verdict(self.signed_again(bare, ed25519_key)) == 400

    @pytest.mark.parametrize(
        "entry", ["x", {}, None, {"type": "EnvelopedVerifiableCredential", "id": "urn:x"}]
    )
    def test_what_is_no_credential(self, ed25519_key: PrivateKey, entry: Any) -> None:
        bare = {n: v for n, v in self.presentation(ed25519_key).items() if n != "proof"}
        assert self.verdict(self.signed_again({**bare, "verifiableCredential": [entry]}, ed25519_key)) == 400

    def test_enveloped(self, ed25519_key: PrivateKey) -> None:
        bare = {n: v for n, v in self.presentation(ed25519_key).items() if n != "proof"}
        token = vc_jwt.sign(bare, ed25519_key)
        document = {
            "@context": vcdm.CONTEXT,
            "type": "EnvelopedVerifiablePresentation",
            "id": f"data:application/vp+jwt,{token.decode()}",
        }
        assert self.verdict(document) == 200


NOW = datetime(2026, 6, 1, tzinfo=UTC)
PAST, AHEAD = "2026-02-02T00:00:00Z", "2099-02-02T00:00:00Z"


def proven(document: Document, key: PrivateKey, **members: Any) -> Document:
    """A document with a sound proof that says more than ours do."""
    made = di.create_proof(document, key, created=CREATED)
    config = {**{n: v for n, v in made.items() if n != "proofValue"}, **members}
    value = keys.sign(key, di.hash_data(document, config, key.public_key.key_type))
    return {**document, "proof": {**config, "proofValue": base58btc(value)}}


def presentation(key: PrivateKey) -> Document:
    return {
        "@context": [vcdm.CONTEXT],
        "type": ["VerifiablePresentation"],
        "holder": key.public_key.did,
    }


def codes(answer: vc_api.Answer) -> list[str]:
    errors: Any = answer.document.get("errors", [])
    return [one["code"] for one in errors]


class TestTimes:
    """At the time that the server is given, what is over or not yet begun is refused, wherever it says so."""

    def own(self, key: PrivateKey, **changes: Any) -> Document:
        made = {**credential(), "issuer": key.public_key.did, **changes}
        return {name: value for name, value in made.items() if value is not None}

    def verdict(self, document: Document) -> list[str]:
        asked = body(verifiableCredential=document)
        assert vc_api.verify(asked).status == 200, "it holds where nobody asks about time"
        return codes(vc_api.verify(asked, now=NOW))

    @pytest.mark.parametrize(
        ("members", "over"),
        [
            ({}, False),
            ({"expires": AHEAD}, False),
            ({"expires": PAST}, True),
            ({"created": AHEAD}, True),
            # The same moment in another zone.
            ({"created": "2026-06-01T08:00:00+08:00"}, False),
            ({"created": "2026-06-01T00:00:01Z"}, True),
        ],
        ids=str,
    )
    def test_proof(self, key: PrivateKey, members: Document, over: bool) -> None:
        found = self.verdict(proven(self.own(key), key, **members))
        assert found == (["vcdm.not-valid-now"] if over else [])

    @pytest.mark.parametrize("over", [0, 1])
    def test_any_proof_of_several(self, ed25519_key: PrivateKey, over: int) -> None:
        bare = self.own(ed25519_key)
        both = [proven(bare, ed25519_key)["proof"] for _ in range(2)]
        both[over] = proven(bare, ed25519_key, expires=PAST)["proof"]
        both[1 - over] = proven(bare, ed25519_key, expires=AHEAD)["proof"]
        assert self.verdict({**bare, "proof": both}) == ["vcdm.not-valid-now"]

    @pytest.mark.parametrize(
        ("claims", "over"),
        [
            ({"exp": 4000000000, "nbf": 1700000000, "iat": 1700000000}, False),
            ({"exp": 1700000000}, True),
            ({"nbf": 4000000000}, True),
            ({"iat": 4000000000}, True),
            ({"exp": 1700000000000}, False),
            ({"nbf": 1700000000000}, True),
            ({"exp": "soon"}, True),
        ],
        ids=str,
    )
    def test_token(self, ed25519_key: PrivateKey, claims: Document, over: bool) -> None:
        token = vc_jwt.sign(self.own(ed25519_key, **claims), ed25519_key)
        found = self.verdict(vc_jwt.enveloped(token))
        assert found == (["vcdm.not-valid-now"] if over else [])

    @pytest.mark.parametrize(("end", "over"), [(PAST, True), (AHEAD, False)])
    def test_version_1(self, ed25519_key: PrivateKey, end: str, over: bool) -> None:
        old = {"@context": [vcdm.CONTEXT_1], "issuanceDate": CREATED, "expirationDate": end}
        document = self.own(ed25519_key, validFrom=None, validUntil=None, **old)
        found = self.verdict(proven(document, ed25519_key))
        assert found == (["vcdm.not-valid-now"] if over else [])

    @pytest.mark.parametrize(
        ("members", "status"), [({"expires": PAST}, 400), ({"created": AHEAD}, 400), ({}, 200)]
    )
    def test_presentation(self, ed25519_key: PrivateKey, members: Document, status: int) -> None:
        bare = presentation(ed25519_key)
        asked = body(
            verifiablePresentation=proven(bare, ed25519_key, proofPurpose="authentication", **members)
        )
        assert vc_api.verify_presentation(asked).status == 200
        assert vc_api.verify_presentation(asked, now=NOW).status == status

    @pytest.mark.parametrize(("claims", "status"), [({"exp": 1700000000}, 400), ({}, 200)])
    def test_enveloped_presentation(self, ed25519_key: PrivateKey, claims: Document, status: int) -> None:
        bare = presentation(ed25519_key)
        document = {
            "@context": vcdm.CONTEXT,
            "type": "EnvelopedVerifiablePresentation",
            "id": f"data:application/vp+jwt,{vc_jwt.sign({**bare, **claims}, ed25519_key).decode()}",
        }
        asked = body(verifiablePresentation=document)
        assert vc_api.verify_presentation(asked).status == 200
        assert vc_api.verify_presentation(asked, now=NOW).status == status


def test_a_holder_that_a_certificate_does_not_name(p256_key: PrivateKey) -> None:
    """Anybody makes a certificate, and shows what is somebody else's with it."""
    shown = {**presentation(p256_key), "holder": "https://good.example"}
    der = sealer("TEST anybody", p256_key).certificates[0].der
    header: Document = {"alg": "ES256", "typ": "vp+jwt", "x5c": [base64.b64encode(der).decode()]}
    _, data = jose.signing_input(header, jcs(shown))
    token = data + b"." + base64url(keys.sign(p256_key, data)).encode()
    document = {
        "@context": vcdm.CONTEXT,
        "type": "EnvelopedVerifiablePresentation",
        "id": f"data:application/vp+jwt,{token.decode()}",
    }
    answer = vc_api.verify_presentation(body(verifiablePresentation=document))
    assert (answer.status, codes(answer)) == (400, ["signing.not-the-issuers-key"])


class TestInside:
    """A credential that was changed since it was signed is no better for standing in another one."""

    @pytest.mark.parametrize("is_changed", [False, True])
    def test_in_a_credential(self, ed25519_key: PrivateKey, is_changed: bool) -> None:
        inner = issued(ed25519_key)
        inner |= {"validUntil": "2028-01-31T08:00:00Z"} if is_changed else {}
        outer = {**credential(), "credentialSubject": {"id": "urn:x:1", "held": inner}}
        made = proven({**outer, "issuer": ed25519_key.public_key.did}, ed25519_key)
        answer = vc_api.verify(body(verifiableCredential=made))
        assert (answer.status, codes(answer)) == (
            (400, ["signing.signature-wrong"]) if is_changed else (200, [])
        )

    def test_an_object_that_says_more_of_its_token(self, ed25519_key: PrivateKey) -> None:
        token = vc_jwt.sign({**credential(), "issuer": ed25519_key.public_key.did}, ed25519_key)
        carried = vc_jwt.enveloped(token)
        assert vc_api.verify(body(verifiableCredential=carried)).document == {"verified": True}
        carried["@context"] = [vcdm.CONTEXT, "https://example.org/more"]
        warnings = vc_api.verify(body(verifiableCredential=carried)).document["warnings"]
        assert isinstance(warnings, list)
        assert [one["code"] for one in warnings if isinstance(one, dict)] == ["uncovered-contexts"]

    @pytest.mark.parametrize("shown", [False, True])
    def test_by_a_key_that_is_not_at_hand(self, ed25519_key: PrivateKey, shown: bool) -> None:
        """Nobody has looked at it, and that is told."""
        unknown = {**credential(), "issuer": "https://plant.example"}
        token = {"alg": "EdDSA", "typ": "vc+jwt", "kid": "https://plant.example/#1"}
        _, data = jose.signing_input(token, jcs(unknown))
        inner = vc_jwt.enveloped(data + b"." + base64url(keys.sign(ed25519_key, data)).encode())
        did = ed25519_key.public_key.did
        own = {**credential(), "issuer": did, "credentialSubject": {"id": "urn:x:1", "held": inner}}
        if shown:
            bare = {"@context": [vcdm.CONTEXT], "type": ["VerifiablePresentation"], "holder": did}
            held = proven({**bare, "verifiableCredential": [own]}, ed25519_key, proofPurpose="authentication")
            answer = vc_api.verify_presentation(body(verifiablePresentation=held))
        else:
            answer = vc_api.verify(body(verifiableCredential=proven(own, ed25519_key)))
        warnings = answer.document["warnings"]
        assert isinstance(warnings, list)
        assert [one["code"] for one in warnings if isinstance(one, dict)] == ["contained-not-checked"]

    @pytest.mark.parametrize("form", ["vc+sd-jwt", "vc+jwt"])
    def test_as_a_token_that_hides(self, p256_key: PrivateKey, form: str) -> None:
        own = {**credential(), "issuer": p256_key.public_key.did}
        salts = sd_jwt.salts_of(p256_key, b"x")
        token = sd_jwt.issue(own, hide=["/credentialSubject/id"], signer=p256_key, salts=salts)
        held = {
            "@context": vcdm.CONTEXT,
            "type": "EnvelopedVerifiableCredential",
            "id": f"data:application/{form},{token.decode()}",
        }
        answer = vc_api.verify(body(verifiableCredential=held))
        assert answer.document["verified"] is (form == "vc+sd-jwt")

    def test_a_token_that_hides_and_does_not_say_so(self, p256_key: PrivateKey) -> None:
        subject = {"id": "urn:x:1", "_sd": ["x" * 43]}
        own = {**credential(), "issuer": p256_key.public_key.did, "credentialSubject": subject}
        _, data = jose.signing_input({"alg": "ES256", "typ": "vc+jwt", "kid": p256_key.key_id}, jcs(own))
        token = data + b"." + base64url(keys.sign(p256_key, data)).encode()
        answer = vc_api.verify(body(verifiableCredential=vc_jwt.enveloped(token)))
        assert (answer.status, codes(answer)) == (400, ["envelope.wrong-type"])

    @pytest.mark.parametrize("how", [{}, {"form": "vc+jwt"}], ids=str)
    def test_a_changed_one_is_not_signed_over(self, ed25519_key: PrivateKey, how: Any) -> None:
        inner = issued(ed25519_key) | {"validUntil": "2028-01-31T08:00:00Z"}
        outer = {**credential(), "credentialSubject": {"id": "urn:x:1", "held": inner}}
        answer = vc_api.issue(body(credential=outer), signer=ed25519_key, created=CREATED, **how)
        assert (answer.status, codes(answer)) == (400, ["signing.signature-wrong"])

    @pytest.mark.parametrize("kind", ["EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation"])
    def test_what_stands_for_a_token_is_no_credential_of_ours(
        self, ed25519_key: PrivateKey, kind: str
    ) -> None:
        asked = {**credential(), "type": ["VerifiableCredential", kind]}
        answer = vc_api.issue(body(credential=asked), signer=ed25519_key, created=CREATED)
        assert (answer.status, codes(answer)) == (400, ["vcdm.envelope-type"])

    @pytest.mark.parametrize("is_changed", [False, True])
    @pytest.mark.parametrize("beside", [False, True])
    def test_in_a_presentation(self, ed25519_key: PrivateKey, is_changed: bool, beside: bool) -> None:
        """Beside the credentials, and inside one that only the holder's proof covers."""
        inner = issued(ed25519_key)
        inner |= {"validUntil": "2028-01-31T08:00:00Z"} if is_changed else {}
        did = ed25519_key.public_key.did
        held = {**credential(), "issuer": did, "credentialSubject": {"id": "urn:x:1", "held": inner}}
        bare: Document = {"@context": [vcdm.CONTEXT], "type": ["VerifiablePresentation"], "holder": did}
        bare |= {"held": inner} if beside else {"verifiableCredential": [held]}
        made = proven(bare, ed25519_key, proofPurpose="authentication")
        answer = vc_api.verify_presentation(body(verifiablePresentation=made))
        assert answer.status == (400 if is_changed else 200), answer.document


class TestOptions:
    """What is asked for is done, or refused; nothing is passed over."""

    @pytest.mark.parametrize("options", [[], [{"challenge": "new"}], "x", 5, True], ids=str)
    def test_options_that_are_no_object(self, ed25519_key: PrivateKey, options: Any) -> None:
        made = issued(ed25519_key)
        bare = presentation(ed25519_key)
        presented = proven(bare, ed25519_key, proofPurpose="authentication")
        answers = (
            vc_api.issue(body(credential=credential(), options=options), signer=ed25519_key, created=CREATED),
            vc_api.verify(body(verifiableCredential=made, options=options)),
            vc_api.verify_presentation(body(verifiablePresentation=presented, options=options)),
        )
        assert [(one.status, codes(one)) for one in answers] == [(400, ["signing.not-an-object"])] * 3

    @pytest.mark.parametrize(
        ("checks", "status"),
        [
            (None, 200),
            ([], 200),
            (["proof"], 200),
            ("proof", 200),
            (["proof", "status"], 400),
            (["credentialStatus"], 400),
            ("status", 400),
            ([5], 400),
            ({"status": True}, 400),
        ],
        ids=str,
    )
    def test_checks(self, ed25519_key: PrivateKey, checks: Any, status: int) -> None:
        made = issued(ed25519_key)
        answer = vc_api.verify(body(verifiableCredential=made, options={"checks": checks}))
        assert (answer.status, codes(answer)) == (
            status,
            ["signing.check-not-made"] if status == 400 else [],
        )

    def test_checks_of_presentations(self, ed25519_key: PrivateKey) -> None:
        bare = presentation(ed25519_key)
        token = vc_jwt.sign(bare, ed25519_key).decode()
        for document in (
            proven(bare, ed25519_key, proofPurpose="authentication"),
            {
                "@context": vcdm.CONTEXT,
                "type": "EnvelopedVerifiablePresentation",
                "id": f"data:application/vp+jwt,{token}",
            },
        ):
            for checks, found in ((["proof"], []), (["status"], ["signing.check-not-made"])):
                asked = body(verifiablePresentation=document, options={"checks": checks})
                assert codes(vc_api.verify_presentation(asked)) == found

    @pytest.mark.parametrize("form", ["data-integrity", "vc+jwt"])
    @pytest.mark.parametrize(
        "options",
        [
            {"proofPurpose": "authentication"},
            {"proofPurpose": ["assertionMethod"]},
            {"domain": "body.example"},
            {"challenge": "q"},
            {"expires": "2027-01-01T00:00:00Z"},
            {"created": "2020-01-01T00:00:00Z"},
            {"verificationMethod": "did:key:z6MkOther#z6MkOther"},
            {"mandatoryPointers": ["/issuer"]},
            {"credentialStatus": {"type": "BitstringStatusListEntry"}},
            {"somethingElse": True},
        ],
        ids=str,
    )
    def test_issue_refuses_what_it_would_not_make(
        self, ed25519_key: PrivateKey, options: Document, form: vc_api.Form
    ) -> None:
        asked = body(credential=credential(), options=options)
        answer = vc_api.issue(asked, signer=ed25519_key, created=CREATED, form=form)
        assert (answer.status, codes(answer)) == (400, ["signing.option-not-served"])
        errors: Any = answer.document["errors"]
        (name,) = options
        assert errors[0]["path"] == f"/options/{name}"
        assert name in errors[0]["detail"]

    def test_issue_takes_what_it_makes_anyway(self, key: PrivateKey) -> None:
        own: Document = {
            "proofPurpose": "assertionMethod",
            "verificationMethod": key.public_key.key_id,
            "created": CREATED,
            "mandatoryPointers": [],
            "domain": None,
        }
        made = issued(key, options=own)
        for name in ("proofPurpose", "verificationMethod", "created"):
            assert made["proof"][name] == own[name]


class TestProofsThatStandThere:
    """Our signature beside or over a proof that does not hold would lend it ours."""

    @pytest.mark.parametrize("form", ["data-integrity", "vc+jwt"])
    @pytest.mark.parametrize("proof", [5, "x", {}, [5], {"type": "DataIntegrityProof"}, "changed"], ids=str)
    def test_one_that_does_not_hold(self, ed25519_key: PrivateKey, proof: Any, form: vc_api.Form) -> None:
        first = issued(ed25519_key)
        first |= {"validUntil": "2028-01-31T08:00:00Z"} if proof == "changed" else {"proof": proof}
        answer = vc_api.issue(body(credential=first), signer=ed25519_key, created=CREATED, form=form)
        assert answer.status == 400

    def test_one_that_holds(self, key: PrivateKey) -> None:
        asked = body(credential=issued(key))
        answer = vc_api.issue(asked, signer=key, created=CREATED)
        assert answer.status == 201, answer.document
        again = body(verifiableCredential=answer.document["verifiableCredential"])
        assert vc_api.verify(again).status == 200

    @pytest.mark.parametrize("proof", [None, []])
    def test_none(self, ed25519_key: PrivateKey, proof: Any) -> None:
        assert vc_api.verify(
            body(verifiableCredential=issued(ed25519_key, {**credential(), "proof": proof}))
        ) == vc_api.Answer(200, {"verified": True})


BROKEN: dict[str, Document] = {
    "context-text": {"@context": vcdm.CONTEXT},
    "context-none": {"@context": []},
    "context-order": {"@context": ["https://example.org", vcdm.CONTEXT]},
    "context-number": {"@context": [vcdm.CONTEXT, 1]},
    "type": {"type": ["Thing"]},
    "type-number": {"type": ["VerifiableCredential", 1]},
    "issuer-none": {"issuer": None},
    "issuer-word": {"issuer": "plant"},
    "issuer-list": {"issuer": ["did:example:1"]},
    "issuer-without-id": {"issuer": {"name": "x"}},
    "id-word": {"id": "one"},
    "id-list": {"id": ["urn:x:1"]},
    "subject-none": {"credentialSubject": None},
    "subject-empty": {"credentialSubject": {}},
    "subject-list-empty": {"credentialSubject": []},
    "subject-one-empty": {"credentialSubject": [{"id": "urn:x:1"}, {}]},
    "subject-text": {"credentialSubject": "urn:x:1"},
    "subject-id": {"credentialSubject": {"id": "x y"}},
    "from-date": {"validFrom": "2026-01-31"},
    "from-30-february": {"validFrom": "2026-02-30T08:00:00Z"},
    "until-before-from": {"validUntil": "2025-01-31T08:00:00Z"},
    "name-number": {"name": 1},
    "name-list-of-text": {"name": ["x"]},
    "name-url": {"name": {"@value": "x", "url": "x"}},
    "name-language": {"name": {"@value": "x", "@language": "e n"}},
    "name-direction": {"description": {"@value": "x", "@direction": "up"}},
    "status-type": {"credentialStatus": {"id": "urn:x:1"}},
    "status-id": {"credentialStatus": {"id": "x y", "type": "T"}},
    "schema-id": {"credentialSchema": {"type": "JsonSchema"}},
    "terms-type": {"termsOfUse": [{"id": "urn:x:1"}]},
    "evidence-type": {"evidence": {"id": "urn:x:1"}},
    "refresh-type": {"refreshService": {"id": "urn:x:1"}},
    "resource-digest": {"relatedResource": [{"id": "urn:x:1"}]},
    "resource-digest-form": {"relatedResource": [{"id": "urn:x:1", "digestSRI": "md5-AA"}]},
    "resource-id": {"relatedResource": [{"digestSRI": "sha256-AAAA"}]},
    "resource-twice": {"relatedResource": [{"id": "urn:x:1", "digestSRI": "sha256-AAAA"}] * 2},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_rules_of_the_data_model(change: Document) -> None:
    vcdm.require_credential(credential())
    with pytest.raises((vcdm.ModelRefused, ExceptionGroup)):
        vcdm.require_credential({**credential(), **change})


SOUND: dict[str, Document] = {
    "date-without-zone": {"validFrom": "2026-01-31T08:00:00"},
    "several-subjects": {"credentialSubject": [{"id": "urn:x:1"}, {"name": "x"}]},
    "issuer-url": {"issuer": "https://plant.example/"},
    "context-object": {"@context": [vcdm.CONTEXT, {"x": "urn:x"}]},
    "resource-multibase": {"relatedResource": {"id": "urn:x:1", "digestMultibase": "zQm"}},
    "version-1": {"@context": [vcdm.CONTEXT_1], "issuanceDate": CREATED},
}


@pytest.mark.parametrize("change", SOUND.values(), ids=SOUND)
def test_what_the_data_model_allows(change: Document) -> None:
    vcdm.require_credential({**credential(), **change})


def test_version_1_needs_its_date() -> None:
    with pytest.raises(vcdm.ModelRefused):
        vcdm.require_credential({**credential(), "@context": [vcdm.CONTEXT_1]})


class TestTwoParties:
    """A document that is credential and presentation has one key, whichever way it is read."""

    NOW = datetime(2026, 6, 1, tzinfo=UTC)
    BOTH = ("VerifiableCredential", "VerifiablePresentation")

    def token(self, key: PrivateKey, kind: str, document: Document) -> Document:
        """A token of this kind by this key, whoever the document names, as the object that carries it."""
        header = {"alg": "EdDSA", "kid": key.public_key.key_id, "typ": kind}
        _, data = jose.signing_input(header, jcs(document))
        token = data + b"." + base64url(keys.sign(key, data)).encode()
        name = "Presentation" if kind == "vp+jwt" else "Credential"
        return {**vc_jwt.enveloped(token), "type": f"EnvelopedVerifiable{name}"}

    @pytest.mark.parametrize("holder", [True, False])
    def test_a_holder_does_not_speak_for_an_issuer(self, ed25519_key: PrivateKey, holder: bool) -> None:
        own = {"holder": ed25519_key.public_key.did} if holder else {}
        found = self.token(ed25519_key, "vp+jwt", {**credential(), "type": [*self.BOTH], **own})
        asked = {**found, "type": "EnvelopedVerifiableCredential"}
        assert vc_api.verify(body(verifiableCredential=asked)).status == 400

    def test_an_issuer_does_not_speak_for_a_holder(self, ed25519_key: PrivateKey) -> None:
        own = {"issuer": ed25519_key.public_key.did, "holder": "did:example:other"}
        found = self.token(ed25519_key, "vc+jwt", {**credential(), "type": [*self.BOTH], **own})
        asked = {
            **found,
            "type": "EnvelopedVerifiablePresentation",
            "id": found["id"].replace("vc+jwt", "vp+jwt"),
        }
        assert vc_api.verify_presentation(body(verifiablePresentation=asked)).status == 400
        answer = vc_api.issue(
            body(credential={**credential(), "type": [*self.BOTH], "holder": "did:example:other"}),
            signer=ed25519_key,
            created=CREATED,
            form="vc+jwt",
        )
        assert answer.status == 400

    def test_one_and_the_same_may_be_both(self, ed25519_key: PrivateKey) -> None:
        did = ed25519_key.public_key.did
        found = self.token(
            ed25519_key, "vc+jwt", {**credential(), "type": [*self.BOTH], "issuer": did, "holder": did}
        )
        assert vc_api.verify(body(verifiableCredential=found)).status == 200

    def test_an_enveloped_one_is_no_word_of_the_holder(self, ed25519_key: PrivateKey) -> None:
        """Its own times count, though the object around it names the holder as issuer."""
        did = ed25519_key.public_key.did
        over = {**credential(), "issuer": did, "validUntil": "2026-02-01T00:00:00Z"}
        told = self.token(ed25519_key, "vc+jwt", over)["id"]
        kinds = ["VerifiableCredential", "EnvelopedVerifiableCredential"]
        held = {**credential(), "issuer": did, "id": told, "type": kinds}
        shown: Document = {
            "@context": [vcdm.CONTEXT],
            "type": ["VerifiablePresentation"],
            "holder": did,
            "verifiableCredential": [held],
        }
        shown["proof"] = di.create_proof(shown, ed25519_key, created=CREATED)
        assert vc_api.verify_presentation(body(verifiablePresentation=shown), now=self.NOW).status == 400

    @pytest.mark.parametrize(
        "option", [{"cryptosuite": "ecdsa-rdfc-2019"}, {"type": "X"}, {"previousProof": "urn:x:1"}]
    )
    def test_a_token_has_no_suite(self, ed25519_key: PrivateKey, option: Document) -> None:
        answer = vc_api.issue(
            body(credential=credential(), options=option), signer=ed25519_key, created=CREATED, form="vc+jwt"
        )
        assert answer.status == 400

    @pytest.mark.parametrize("claim", [{"iss": "did:example:x"}, {"jti": "urn:x:2"}, {"vc": {}}])
    def test_what_is_issued_holds(self, ed25519_key: PrivateKey, claim: Document) -> None:
        asked = body(credential={**credential(), **claim})
        assert vc_api.issue(asked, signer=ed25519_key, created=CREATED, form="vc+jwt").status == 400


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4) | st.just("urn:x:1"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "proof", "@value", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(credential())), _JSON, max_size=4), st.booleans())
def test_any_document_gets_an_answer(change: Document, presented: bool) -> None:
    document = {**credential(), **change}
    name = "verifiablePresentation" if presented else "verifiableCredential"
    asked = body(**{name: document})
    assert (vc_api.verify_presentation if presented else vc_api.verify)(asked).status == 400
