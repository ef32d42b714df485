"""What a VC-API server answers: its request documents in, its status and answer out; no network here.

Source: W3C VC API (draft), issuing and verifying; the shapes that the W3C conformance suites send.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from gateway import messages
from gateway.errors import GatewayError, UsageError, flatten
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing import data_integrity, keys, proofs, vc_jwt, vcdm
from gateway.signing.jose import NO_KEYS, Keys
from gateway.signing.proofs import Expected
from gateway.signing.rdf import jsonld
from gateway.signing.rdf.contexts import NO_CONTEXTS, Contexts

Form = Literal["data-integrity", "vc+jwt"]
_MOST_CREDENTIALS: Final = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP status and the document of an answer."""

    status: int
    document: dict[str, PlainJson]


def issue(
    request: bytes,
    *,
    signer: keys.Signer,
    created: str,
    form: Form = "data-integrity",
    contexts: Contexts | None = None,
) -> Answer:
    """Answer ``POST /credentials/issue``: the credential as ours, checked and signed; 400 with reasons.

    Args:
        created: an XSD dateTimeStamp.
        contexts: where given, a term that they do not define is refused; needs the extra ``jsonld``.
    """
    try:
        asked = _object(parse_signed(request), "")
        document = dict(_object(asked.get("credential"), "/credential"))
        options = asked.get("options", {})
        document["issuer"] = _own(document.get("issuer"), signer.public_key.did)
        vcdm.require_credential(document)
        if contexts is not None:
            jsonld.canonical([_bare(document)], given=contexts)
        if form == "vc+jwt":
            return _issued(vc_jwt.enveloped(vc_jwt.sign(document, signer)))
        previous = options.get("previousProof") if isinstance(options, dict) else None
        return _issued(_with_proof(document, signer, created, previous))
    except GatewayError as error:
        return _refused(error)


def verify(
    request: bytes,
    *,
    keys: Keys = NO_KEYS,
    contexts: Contexts = NO_CONTEXTS,
    now: datetime | None = None,
) -> Answer:
    """Answer ``POST /credentials/verify``: 200 ``verified: true``, or 400 with every reason.

    Args:
        now: where given, a credential outside its time of validity is refused.
    """
    try:
        asked = _object(parse_signed(request), "")
        _verify_credential(
            _object(asked.get("verifiableCredential"), "/verifiableCredential"), keys, contexts, now
        )
    except GatewayError as error:
        return _refused(error)
    return Answer(200, {"verified": True})


def verify_presentation(
    request: bytes,
    *,
    keys: Keys = NO_KEYS,
    contexts: Contexts = NO_CONTEXTS,
    now: datetime | None = None,
) -> Answer:
    """Answer ``POST /presentations/verify``: its own proof, if it has one, and every credential."""
    try:
        asked = _object(parse_signed(request), "")
        document = _object(asked.get("verifiablePresentation"), "/verifiablePresentation")
        options = asked.get("options")
        covered = _presentation(document, options if isinstance(options, dict) else {}, keys, contexts)
        held = covered.get("verifiableCredential", [])
        credentials = held if isinstance(held, list) else [held]
        if len(credentials) > _MOST_CREDENTIALS:
            raise proofs.ProofRefused(len(credentials), path="/verifiableCredential", code="vcdm.member")
        for index, credential in enumerate(credentials):
            _verify_credential(_object(credential, f"/verifiableCredential/{index}"), keys, contexts, now)
    except GatewayError as error:
        return _refused(error)
    return Answer(200, {"verified": True})


def _verify_credential(
    document: Mapping[str, PlainJson], keys: Keys, contexts: Contexts, now: datetime | None
) -> None:
    kinds = document.get("type")
    if "EnvelopedVerifiableCredential" in (kinds if isinstance(kinds, list) else [kinds]):
        vcdm_context = document.get("@context")
        if vcdm_context not in (vcdm.CONTEXT, [vcdm.CONTEXT]):
            raise vcdm.ModelRefused("", path="/@context", code="vcdm.context")
        found = vc_jwt.verify(vc_jwt.unwrap(document), keys=keys)
    else:
        vcdm.require_credential(document)
        found = proofs.verify_document(document, keys=keys, contexts=contexts)
    vcdm.require_credential(found.document)
    if any("issuer-not-bound" in one.remarks for one in found.signatures):
        raise proofs.ProofRefused(
            path="/issuer", code="signing.not-the-issuers-key", key=found.signatures[0].key_id
        )
    problem = vcdm.term_problem(found.document, now) if now is not None else None
    if problem is not None:
        raise problem


def _presentation(
    document: Mapping[str, PlainJson], options: Mapping[str, PlainJson], keys: Keys, contexts: Contexts
) -> Mapping[str, PlainJson]:
    """The covered presentation; one without proof is as good as the credentials in it."""
    kinds = document.get("type")
    if "EnvelopedVerifiablePresentation" in (kinds if isinstance(kinds, list) else [kinds]):
        document = vc_jwt.verify(vc_jwt.unwrap(document), keys=keys).document
        vcdm.require_presentation(document)
        return document
    vcdm.require_presentation(document)
    if "proof" not in document:
        return document
    asked = [str(options[name]) if name in options else "" for name in ("domain", "challenge")]
    held = document["proof"]
    purpose = held.get("proofPurpose") if isinstance(held, dict) else None
    # A presentation is made to authenticate; one that asserts is held to the same key.
    expected = Expected("assertionMethod" if purpose == "assertionMethod" else "authentication", *asked)
    return proofs.verify_document(document, keys=keys, contexts=contexts, expected=expected).document


def _with_proof(
    document: dict[str, PlainJson], signer: keys.Signer, created: str, previous: PlainJson
) -> dict[str, PlainJson]:
    """The document with our proof beside those that it has, or over the one that ``previous`` names."""
    bare = _bare(document)
    held = document.get("proof")
    before = held if isinstance(held, list) else [] if held is None else [held]
    if not before and previous is None:
        return data_integrity.add_proof(bare, signer, created=created)
    proof = data_integrity.create_proof(bare, signer, created=created, over=before, previous=previous)
    return {**bare, "proof": [*before, proof]}


def _bare(document: Mapping[str, PlainJson]) -> dict[str, PlainJson]:
    return {name: value for name, value in document.items() if name != "proof"}


def _own(issuer: PlainJson, did: str) -> PlainJson:
    """The issuer as stated, under our identifier."""
    return {**issuer, "id": did} if isinstance(issuer, dict) else did


def _object(value: PlainJson, path: str) -> dict[str, PlainJson]:
    if not isinstance(value, dict):
        raise UsageError(path=path, code="signing.not-an-object")
    return value


def _issued(document: dict[str, PlainJson]) -> Answer:
    return Answer(201, {"verifiableCredential": document})


def _refused(error: GatewayError) -> Answer:
    reasons: list[PlainJson] = []
    for one in flatten(error):
        reasons.append(
            {
                "code": one.error_code,
                "path": one.path,
                "title": one.error_code,
                "detail": messages.explain(one, "en").what,
            }
        )
    return Answer(400, {"verified": False, "errors": reasons})
