"""Proofs of others: sets, chains, RDFC suites, keys that the caller knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.signing import data_integrity as di
from gateway.signing import proofs
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.proofs import Expected
from gateway.signing.rdf.numbers import NumberNotCovered
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import KeyOrigin
from tests.conftest import Judges

CREATED = "2026-01-31T08:00:00Z"
Document = dict[str, Any]


def document(issuer: str) -> Document:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": {"id": "urn:gtin:06901234567892", "share": 1e-7},
    }


@pytest.fixture(scope="session")
def contexts(judges: Judges) -> dict[str, bytes]:
    """The published contexts, as the judges' package brings them, and the two that only name a vocabulary."""
    place = judges.place / "vc/node_modules/@digitalbazaar/credentials-context/contexts"
    examples = b'{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}'
    return {
        "https://www.w3.org/ns/credentials/v2": (place / "v2.jsonld").read_bytes(),
        "https://www.w3.org/ns/credentials/undefined-terms/v2": (
            place / "undefined-terms-v2.jsonld"
        ).read_bytes(),
        "https://www.w3.org/ns/credentials/examples/v2": examples,
    }


class TestJcs:
    """What ``data_integrity`` makes, read by the uniform way."""

    def test_there_and_back(self, key: PrivateKey) -> None:
        secured = di.add_proof(document(key.public_key.did), key, created=CREATED)
        found = proofs.verify(jcs(secured))
        assert found.issuer == key.public_key.did
        assert found.document == document(key.public_key.did)
        assert found.payload == jcs(found.document)
        (signature,) = found.signatures
        assert (signature.key_origin, signature.claimed_time) == (KeyOrigin.NAMED, CREATED)

    def test_changed_small_number_is_refused(self, key: PrivateKey) -> None:
        data = jcs(di.add_proof(document(key.public_key.did), key, created=CREATED))
        with pytest.raises(GatewayError, match="signature-wrong"):
            proofs.verify(data.replace(b"1e-7", b"9e-9"))

    def test_two_proofs_side_by_side(self, ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
        unsigned = document(ed25519_key.public_key.did)
        both: list[Any] = [di.create_proof(unsigned, key, created=CREATED) for key in (ed25519_key, p256_key)]
        found = proofs.verify_document({**unsigned, "proof": both})
        assert [one.algorithm for one in found.signatures] == ["eddsa-jcs-2022", "ecdsa-jcs-2019"]
        broken = [both[0], {**both[1], "created": "2026-02-01T08:00:00Z"}]
        with pytest.raises(proofs.ProofRefused):
            proofs.verify_document({**unsigned, "proof": broken})

    def test_proofs_without_the_issuers_are_refused(
        self, ed25519_key: PrivateKey, p256_key: PrivateKey
    ) -> None:
        unsigned = document(ed25519_key.public_key.did)
        proof = di.create_proof(unsigned, p256_key, created=CREATED)
        with pytest.raises(proofs.ProofRefused, match="not-the-issuers-key"):
            proofs.verify_document({**unsigned, "proof": proof})

    def test_issuer_that_is_no_did_is_not_confirmed(self, ed25519_key: PrivateKey) -> None:
        unsigned = document("https://plant.example")
        found = proofs.verify_document(
            {**unsigned, "proof": di.create_proof(unsigned, ed25519_key, created=CREATED)}
        )
        assert (found.issuer, found.signatures[0].remarks) == ("", ("issuer-not-bound",))

    @pytest.mark.parametrize("issuer", [["did:web:body.example"], {"@id": "did:web:body.example"}, "", 7])
    def test_holder_is_not_the_issuer(self, ed25519_key: PrivateKey, issuer: Any) -> None:
        """Named in another way than VCDM 2.0 has it, the issuer is still somebody else."""
        unsigned = {**document(""), "issuer": issuer, "holder": ed25519_key.public_key.did}
        proof = di.create_proof(unsigned, ed25519_key, created=CREATED)
        found = proofs.verify_document({**unsigned, "proof": proof})
        assert (found.issuer, found.signatures[0].remarks) == ("", ("issuer-not-bound",))
        shown = {**unsigned, "type": "VerifiablePresentation"}
        proof = di.create_proof(shown, ed25519_key, created=CREATED)
        with pytest.raises(proofs.ProofRefused, match="claims-differ"):
            proofs.verify_document({**shown, "proof": proof})

    def test_did_web_by_a_key_that_the_caller_knows(self, ed25519_key: PrivateKey) -> None:
        from gateway.signing import algorithms, keys
        from gateway.signing.multibase import base58btc

        did = "did:web:example.org"
        unsigned = document(did)
        config: Document = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": CREATED,
            "verificationMethod": f"{did}#1",
            "proofPurpose": "assertionMethod",
        }
        hashed = di.hash_data(unsigned, config, ed25519_key.public_key.key_type)
        proof = {**config, "proofValue": base58btc(keys.sign(ed25519_key, hashed))}
        known = {f"{did}#1": VerificationKey.from_public_key(ed25519_key.public_key)}
        assert algorithms.JOSE["EdDSA"].curve == "Ed25519"
        assert proofs.verify_document({**unsigned, "proof": proof}, keys=known).issuer == did
        with pytest.raises(proofs.ProofRefused, match="key-unknown"):
            proofs.verify_document({**unsigned, "proof": proof})

    def test_appended_context_is_told(self, ed25519_key: PrivateKey) -> None:
        secured = di.add_proof(document(ed25519_key.public_key.did), ed25519_key, created=CREATED)
        more = {**secured, "@context": [*document("")["@context"], "https://example.org/more"]}
        assert proofs.verify_document(more).signatures[0].remarks == ("uncovered-contexts",)

    @pytest.mark.parametrize(
        "change",
        [
            {"cryptosuite": "eddsa-rdfc-2022"},
            {"cryptosuite": "ecdsa-jcs-2019"},
            {"cryptosuite": "ecdsa-sd-2023"},
            {"type": "Ed25519Signature2020"},
            {"proofPurpose": "authentication"},
            {"domain": "example.org"},
            {"unknown": "x"},
            {"previousProof": "urn:x"},
            {"proofValue": "z1"},
            {"verificationMethod": "did:web:example.org#1"},
            {"created": "today"},
        ],
    )
    def test_other_proofs_are_refused(self, ed25519_key: PrivateKey, change: Document) -> None:
        unsigned = document(ed25519_key.public_key.did)
        proof = di.create_proof(unsigned, ed25519_key, created=CREATED)
        with pytest.raises(GatewayError):
            proofs.verify_document({**unsigned, "proof": {**proof, **change}})

    @pytest.mark.parametrize("proof", [None, [], [{}] * 9, "x", [None]])
    def test_no_proof_is_refused(self, ed25519_key: PrivateKey, proof: Any) -> None:
        with pytest.raises(proofs.ProofRefused):
            proofs.verify_document({**document(ed25519_key.public_key.did), "proof": proof})

    def test_presentation_is_bound_to_who_asked(self, ed25519_key: PrivateKey) -> None:
        unsigned: Document = {"@context": [], "type": ["VerifiablePresentation"]}
        proof = di.create_proof(unsigned, ed25519_key, created=CREATED, purpose="authentication")
        secured = {**unsigned, "proof": proof}
        assert proofs.verify_document(secured, expected=Expected("authentication")).issuer == ""
        with pytest.raises(proofs.ProofRefused, match="proof-member"):
            proofs.verify_document(secured, expected=Expected("authentication", challenge="abc"))


class TestRdfc:
    """Read, behind the number guard, with contexts that are at hand."""

    @pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "ecdsa-rdfc-2019"])
    @pytest.mark.parametrize("signer", ["", "py-"])
    def test_both_stacks(
        self, oracle_data: Path, contexts: dict[str, bytes], suite: str, signer: str
    ) -> None:
        data = (oracle_data / "signing" / "di-interop" / f"{signer}{suite}.json").read_bytes()
        found = proofs.verify(data, contexts=contexts)
        assert found.signatures[0].algorithm == suite
        with pytest.raises(GatewayError, match="signature-wrong"):
            proofs.verify(data.replace(b"61.25", b"61.26"), contexts=contexts)

    @pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "tampered-eddsa-rdfc-2022"])
    def test_small_number_is_never_verified(
        self, oracle_data: Path, contexts: dict[str, bytes], name: str
    ) -> None:
        """The tampered twin verifies in the JavaScript stack, though 1e-7 has become 9e-9."""
        data = (oracle_data / "signing/di-interop/small-number" / f"{name}.json").read_bytes()
        with pytest.raises(NumberNotCovered):
            proofs.verify(data, contexts=contexts)

    def test_without_the_context_nothing_is_said(self, oracle_data: Path) -> None:
        data = (oracle_data / "signing/di-interop/eddsa-rdfc-2022.json").read_bytes()
        with pytest.raises(GatewayError, match="context-unknown"):
            proofs.verify(data, contexts={"https://www.w3.org/ns/credentials/v2": b""})

    def test_published_vectors(self, oracle_data: Path, contexts: dict[str, bytes]) -> None:
        """The W3C's own: single proofs of three curves, sets and chains."""
        place = oracle_data / "signing"
        files = [
            "w3c-vc-di-eddsa/eddsa-rdfc-2022/signedDataInt.json",
            "w3c-vc-di-ecdsa/ecdsa-rdfc-2019-p256/signedECDSAP256.json",
            "w3c-vc-di-ecdsa/ecdsa-rdfc-2019-p384/signedECDSAP384.json",
            "w3c-vc-di-eddsa/proof-set-chain/signedProofSet1.json",
            "w3c-vc-di-eddsa/proof-set-chain/signedProofSet2.json",
            "w3c-vc-di-eddsa/proof-set-chain/signedProofChain1.json",
            "w3c-vc-di-eddsa/proof-set-chain/signedProofChain2.json",
        ]
        counts = [len(proofs.verify((place / f).read_bytes(), contexts=contexts).signatures) for f in files]
        assert counts == [1, 1, 1, 1, 2, 3, 4]

    def test_lists_are_sets_there_and_that_is_told(
        self, oracle_data: Path, contexts: dict[str, bytes]
    ) -> None:
        """Two stages exchanged: the proof holds, as RDF has no order, and the answer says so."""
        data = json.loads((oracle_data / "signing/di-interop/eddsa-rdfc-2022.json").read_bytes())
        data["credentialSubject"]["pcf"]["stages"].reverse()
        found = proofs.verify_document(data, contexts=contexts)
        assert found.signatures[0].remarks == ("order-not-covered",)

    def test_chain_without_its_first_link_is_refused(
        self, oracle_data: Path, contexts: dict[str, bytes]
    ) -> None:
        file = oracle_data / "signing/w3c-vc-di-eddsa/proof-set-chain/signedProofChain1.json"
        chain = json.loads(file.read_bytes())
        for index in range(len(chain["proof"]) - 1):
            fewer = [proof for number, proof in enumerate(chain["proof"]) if number != index]
            previous = chain["proof"][-1]["previousProof"]
            if chain["proof"][index]["id"] in previous:
                with pytest.raises(proofs.ProofRefused, match="proof-set"):
                    proofs.verify_document({**chain, "proof": fewer}, contexts=contexts)
