"""Data Integrity proofs ``eddsa-jcs-2022`` and ``ecdsa-jcs-2019``, by did:key.

Only these two: the RDF suites lose small numbers on the way to their canonical form, so a changed
``1e-7`` would still verify.

Source: W3C Verifiable Credential Data Integrity 1.0, 4; EdDSA Cryptosuites 1.0, 3.3; ECDSA Cryptosuites
1.0, 3.3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.errors import TrustError, UsageError
from gateway.frontdoor.json import PlainJson, parse_signed, pointer
from gateway.signing import keys
from gateway.signing.did_key import KeyType, PublicKey, signature_length
from gateway.signing.jcs import jcs
from gateway.signing.multibase import base58btc, from_base58btc
from gateway.signing.timestamp import is_timestamp

ASSERTION = "assertionMethod"

_SUITES = {
    "eddsa-jcs-2022": (KeyType.ED25519,),
    "ecdsa-jcs-2019": (KeyType.P256, KeyType.P384),
}
_NEEDED = ("type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue")
# domain and challenge belong to presentations and bind a proof to a conversation that is not ours.
_OPTIONAL = ("@context", "created", "expires", "id", "nonce")


class ProofRefused(TrustError):
    """The proof is missing, not of a kind that is checked here, or does not hold."""

    code = "signing.signature-wrong"


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """A proof that holds: who signed what, when, and how. It does not say who that is, or why to trust them.

    ``document`` is what was signed, without the proof; nothing else of the input is covered. ``expires``
    is for the receiver's policy to compare with its clock. ``uncovered_contexts`` are contexts that
    somebody appended behind the signed ones; the standard ignores them, and so must a reader.
    """

    issuer: str
    verification_method: str
    public_key: PublicKey
    cryptosuite: str
    purpose: str
    created: str | None
    expires: str | None
    document: dict[str, PlainJson] = field(repr=False)
    uncovered_contexts: tuple[PlainJson, ...] = ()

    @property
    def signed_bytes(self) -> bytes:
        """The canonical bytes of ``document``."""
        return jcs(self.document)


def add_proof(
    document: Mapping[str, PlainJson],
    signer: keys.Signer,
    *,
    created: str,
    purpose: str = ASSERTION,
    method: str = "",
) -> dict[str, PlainJson]:
    """Return ``document`` with the proof of its issuer.

    Args:
        created: an XSD dateTimeStamp, ``2026-01-31T08:00:00Z``.
        method: the URL of the key in its controller's document (did:web), where it is not its did:key.

    Raises:
        UsageError: there is a proof already, or ``created`` is no time stamp.
        ProofRefused: the signer is not the issuer.
        NotCanonical: the document has no canonical form.
    """
    if "proof" in document:
        raise UsageError(path="/proof", code="signing.proof-exists")
    _refuse_other_issuer(document, method.partition("#")[0] or signer.public_key.did)
    proof = create_proof(document, signer, created=created, purpose=purpose, method=method)
    return {**document, "proof": proof}


def create_proof(
    document: Mapping[str, PlainJson],
    signer: keys.Signer,
    *,
    created: str,
    purpose: str = ASSERTION,
    over: Sequence[PlainJson] = (),
    previous: PlainJson = None,
    method: str = "",
) -> dict[str, PlainJson]:
    """The proof object over ``document``, whoever its issuer is.

    Args:
        over: the proofs that the document has.
        previous: the ids of those of them that this one is made over, in a chain; none of them otherwise.
        method: see ``add_proof``.
    """
    if not is_timestamp(created):
        raise UsageError(created, path="/proof/created", code="signing.bad-timestamp")
    key = signer.public_key
    config: dict[str, PlainJson] = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite_of(key.key_type),
        "created": created,
        "verificationMethod": method or key.key_id,
        "proofPurpose": purpose,
    }
    if "@context" in document:
        config["@context"] = document["@context"]
    if previous is not None:
        config["previousProof"] = previous
        document = {**document, "proof": _matching(over, previous)}
    return {**config, "proofValue": base58btc(keys.sign(signer, hash_data(document, config, key.key_type)))}


def suite_of(key_type: KeyType) -> str:
    """The suite by which a key of this kind makes proofs here."""
    return next(name for name, kinds in _SUITES.items() if key_type in kinds)


def _matching(over: Sequence[PlainJson], previous: PlainJson) -> list[PlainJson]:
    """The proofs that a chain names, each there once (Data Integrity 1.0, 4.3)."""
    found: list[PlainJson] = []
    for name in previous if isinstance(previous, list) else [previous]:
        named = [proof for proof in over if isinstance(proof, dict) and proof.get("id") == name]
        if not isinstance(name, str) or len(named) != 1:
            raise ProofRefused(name, path="/proof", code="signing.proof-set")
        found.append(named[0])
    return found


def verify_proof(
    data: bytes,
    *,
    purpose: str = ASSERTION,
    own: bool = False,
    known: Mapping[str, PublicKey] | None = None,
) -> VerifiedProof:
    """Check the one proof of a secured document against the key that its issuer's did:key is.

    Args:
        known: keys of verification methods that are no did:key, out of their controllers' documents; the
            controller stands before the ``#`` and must be the issuer.
        own: the bytes claim to be ours: they must also be canonical, dated, and without uncovered contexts,
            so that no byte can change unseen.

    Raises:
        ProofRefused, BadPublicKey: and the path says where.
        InputError: not strict JSON.
    """
    value = parse_signed(data)
    if not isinstance(value, dict):
        raise ProofRefused(code="signing.not-an-object")
    verified = check_proof(value, purpose=purpose, known=known)
    _refuse_other_issuer(value, verified.verification_method.partition("#")[0])
    if own:
        _refuse_foreign_form(data, value, verified)
    return verified


def check_proof(
    secured: Mapping[str, PlainJson],
    *,
    purpose: str = ASSERTION,
    known: Mapping[str, PublicKey] | None = None,
) -> VerifiedProof:
    """Check the proof of ``secured`` by the key it names. Whether that key is the issuer's is not asked."""
    proof = _proof(secured)
    key, signature = _key(proof, known or {}), _signature(proof)
    if proof["proofPurpose"] != purpose:
        raise _refused("signing.wrong-purpose", "proofPurpose", proof, expected=purpose)
    document = {name: value for name, value in secured.items() if name != "proof"}
    uncovered: tuple[PlainJson, ...] = ()
    if "@context" in proof:
        uncovered = _uncovered(document.get("@context"), proof["@context"])
        document["@context"] = proof["@context"]
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    if len(signature) != signature_length(key.key_type):
        raise _refused("signing.bad-proof-value", "proofValue", proof)
    if not key.has_signed(hash_data(document, config, key.key_type), signature):
        raise ProofRefused(key.did, path="/proof/proofValue")
    return VerifiedProof(
        issuer=issuer_of(secured),
        verification_method=str(proof["verificationMethod"]),
        public_key=key,
        cryptosuite=str(proof["cryptosuite"]),
        purpose=purpose,
        created=_text_or_none(proof.get("created")),
        expires=_text_or_none(proof.get("expires")),
        document=document,
        uncovered_contexts=uncovered,
    )


def hash_data(document: Mapping[str, PlainJson], config: Mapping[str, PlainJson], key_type: KeyType) -> bytes:
    """What is signed: the hash of the proof configuration, then the hash of the document."""
    digest = hashlib.sha384 if key_type is KeyType.P384 else hashlib.sha256
    return digest(jcs(dict(config))).digest() + digest(jcs(dict(document))).digest()


def issuer_of(document: Mapping[str, PlainJson]) -> str:
    """The issuer's identifier, or nothing where the document names none."""
    issuer = document.get("issuer")
    if isinstance(issuer, dict):
        issuer = issuer.get("id")
    return issuer if isinstance(issuer, str) else ""


def _proof(secured: Mapping[str, PlainJson]) -> dict[str, PlainJson]:
    proof = secured.get("proof")
    if isinstance(proof, list):
        # One proof of several would say nothing about the others, and "some hold" is no verdict.
        raise ProofRefused(len(proof), path="/proof", code="signing.proof-set")
    if not isinstance(proof, dict):
        raise ProofRefused(path="/proof", code="signing.no-proof")
    if "previousProof" in proof:
        raise _refused("signing.proof-set", "previousProof", proof)
    if isinstance(proof.get("type"), str) and proof["type"] != "DataIntegrityProof":
        raise _refused("signing.unknown-cryptosuite", "type", proof)
    for name in _NEEDED:
        if not isinstance(proof.get(name), str):
            raise _refused("signing.proof-member", name, proof)
    for name in proof:
        if name not in _NEEDED and name not in _OPTIONAL:
            raise _refused("signing.proof-member", name, proof)
    if proof["cryptosuite"] not in _SUITES:
        raise _refused("signing.unknown-cryptosuite", "cryptosuite", proof)
    for name in ("created", "expires"):
        if name in proof and not is_timestamp(proof[name]):
            raise _refused("signing.bad-timestamp", name, proof)
    return proof


def _key(proof: Mapping[str, PlainJson], known: Mapping[str, PublicKey]) -> PublicKey:
    method = str(proof["verificationMethod"])
    # A did:key is its own key, whatever a document says of it.
    own = method.startswith("did:key:") or method not in known
    key = PublicKey.from_key_id(method) if own else known[method]
    if key.key_type not in _SUITES[str(proof["cryptosuite"])]:
        raise _refused("signing.key-does-not-fit", "cryptosuite", proof, type=key.key_type)
    return key


def _signature(proof: Mapping[str, PlainJson]) -> bytes:
    signature = from_base58btc(str(proof["proofValue"]))
    if signature is None:
        raise _refused("signing.bad-proof-value", "proofValue", proof)
    return signature


def _uncovered(context: PlainJson, covered: PlainJson) -> tuple[PlainJson, ...]:
    """The document's contexts behind those of its proof, which must begin the document's."""
    all_of_them = context if isinstance(context, list) else [context]
    signed = covered if isinstance(covered, list) else [covered]
    # Compared as canonical bytes: in Python, 1 equals True.
    if [jcs(item) for item in all_of_them[: len(signed)]] != [jcs(item) for item in signed]:
        raise ProofRefused(path="/@context", code="signing.context-mismatch")
    return tuple(all_of_them[len(signed) :])


def _refuse_other_issuer(document: Mapping[str, PlainJson], controller: str) -> None:
    issuer = issuer_of(document)
    if issuer != controller:
        raise ProofRefused(issuer, path="/issuer", code="signing.not-the-issuers-key", key=controller)


def _refuse_foreign_form(data: bytes, value: dict[str, PlainJson], verified: VerifiedProof) -> None:
    if jcs(value) != data:
        raise ProofRefused(code="signing.bytes-not-canonical")
    if verified.document.get("@context") != value.get("@context"):
        raise ProofRefused(path="/@context", code="signing.context-mismatch")
    if verified.created is None:
        raise ProofRefused(path="/proof/created", code="signing.bad-timestamp")


def _refused(code: str, name: str, proof: Mapping[str, PlainJson], **params: str) -> ProofRefused:
    params["member"] = name
    return ProofRefused(proof.get(name, ""), path="/proof" + pointer([name]), code=code, hint="", **params)


def _text_or_none(value: PlainJson) -> str | None:
    return value if isinstance(value, str) else None
