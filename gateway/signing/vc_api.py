"""What a VC-API server answers: its request documents in, its status and answer out; no network here.

Source: W3C VC API (draft), issuing and verifying; the shapes that the W3C conformance suites send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

from gateway import messages
from gateway.errors import GatewayError, UsageError, flatten
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing import (
    contained,
    data_integrity,
    keys,
    presentations,
    proofs,
    related_resources,
    vc_jwt,
    vcdm,
)
from gateway.signing.data_integrity import ASSERTION
from gateway.signing.jose import NO_KEYS, Keys
from gateway.signing.proofs import Expected
from gateway.signing.rdf import jsonld
from gateway.signing.rdf.contexts import NO_CONTEXTS, Contexts
from gateway.signing.verified import Inside, Verified

Form = Literal["data-integrity", "vc+jwt"]
_MOST_CREDENTIALS: Final = 64
_AUTHENTICATION: Final = "authentication"
# Where a credential, or a token of another model, says how it could be taken back.
_STATUSES: Final = ("credentialStatus", "status")
_LAST_SECOND: Final = 253402300799  # of the year 9999


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

    What an option asks for is made so or refused; proofs that stand there already must hold by did:key.

    Args:
        created: an XSD dateTimeStamp.
        contexts: where given, a term that neither they nor the document's own contexts define is refused, and
            one that is defined anew; needs the extra ``jsonld``.
    """
    try:
        asked = _object(parse_signed(request), "")
        document = dict(_object(asked.get("credential"), "/credential"))
        options = _options(asked)
        _refuse_other_options(options, signer, created)
        did = signer.public_key.did
        document["issuer"] = _filled(document.get("issuer", did), did)
        vcdm.require_credential(document)
        _refuse_lending(document, contexts or NO_CONTEXTS)
        related_resources.require_digests(document)
        document["issuer"] = _own(document["issuer"], did)
        if contexts is not None:
            jsonld.canonical([_bare(document)], given=contexts, ours=True)
        if form == "vc+jwt":
            _refuse_proof_options(options)
            token = vc_jwt.sign(document, signer)
            vc_jwt.verify(token)
            return _issued(vc_jwt.enveloped(token))
        _refuse_other_suite(options, signer)
        made = _with_proof(document, signer, created, options.get("previousProof"))
        # Our signature beside or over a proof that does not hold would lend it ours.
        unasked = Expected(unasked=True)
        proofs.verify_document(made, contexts=contexts or NO_CONTEXTS, expected=unasked)
        return _issued(made)
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

    What a proof that holds leaves open is told under ``warnings``.

    Args:
        now: where given, a credential outside its time of validity is refused.
    """
    try:
        asked = _object(parse_signed(request), "")
        expected = _expected(_options(asked), ASSERTION)
        credential = _object(asked.get("verifiableCredential"), "/verifiableCredential")
        found = _verify_credential(credential, keys, contexts, now, expected)
    except GatewayError as error:
        return _refused(error)
    return _verified([found])


def verify_presentation(
    request: bytes,
    *,
    keys: Keys = NO_KEYS,
    contexts: Contexts = NO_CONTEXTS,
    now: datetime | None = None,
) -> Answer:
    """Answer ``POST /presentations/verify``: its own proof and every credential.

    A credential without proof counts where the presentation's holder is its issuer, whose proof covers it.
    """
    try:
        asked = _object(parse_signed(request), "")
        document = _object(asked.get("verifiablePresentation"), "/verifiablePresentation")
        shown = _presentation(document, _options(asked), keys, contexts, now)
        covered, holder, answers = shown.document, shown.issuer, [shown]
        held = covered.get("verifiableCredential", [])
        credentials = held if isinstance(held, list) else [held]
        if len(credentials) > _MOST_CREDENTIALS:
            raise proofs.ProofRefused(len(credentials), path="/verifiableCredential", code="vcdm.member")
        for index, one in enumerate(credentials):
            credential = _object(one, f"/verifiableCredential/{index}")
            is_bare = "proof" not in credential and not _is_a(credential, "EnvelopedVerifiableCredential")
            if holder and is_bare and data_integrity.issuer_of(credential) == holder:
                vcdm.require_credential(credential)
                _refuse_untimely(credential, now)
                inner = contained.inside(credential, keys=keys, contexts=contexts)
                answers.append(replace(shown, document=credential, contained=inner))
            else:
                unasked = Expected(unasked=True)
                answers.append(_verify_credential(credential, keys, contexts, now, unasked))
        beside = {name: item for name, item in covered.items() if name != "verifiableCredential"}
        answers.append(replace(shown, contained=contained.inside(beside, keys=keys, contexts=contexts)))
    except GatewayError as error:
        return _refused(error)
    return _verified(answers)


def _verify_credential(
    document: Mapping[str, PlainJson],
    keys: Keys,
    contexts: Contexts,
    now: datetime | None,
    expected: Expected,
) -> Verified:
    if _is_a(document, "EnvelopedVerifiableCredential"):
        found = _enveloped(document, keys)
        if expected.purpose != ASSERTION:
            raise proofs.ProofRefused(
                expected.purpose, path="/id", code="signing.wrong-purpose", expected=ASSERTION
            )
        found = _answered(found, expected)
    else:
        vcdm.require_credential(document)
        found = proofs.verify_document(document, keys=keys, contexts=contexts, expected=expected)
    vcdm.require_credential(found.document)
    _refuse_unbound(found, "/issuer")
    _refuse_untimely(found.document, now)
    _refuse_over(found, now)
    # One inside that was changed since it was signed is refused, as `hutong verify` does.
    return replace(found, contained=contained.inside(found.document, keys=keys, contexts=contexts))


def _presentation(
    document: Mapping[str, PlainJson],
    options: Mapping[str, PlainJson],
    keys: Keys,
    contexts: Contexts,
    now: datetime | None,
) -> Verified:
    """The covered presentation; its issuer is whose key covers it, empty where it names no holder."""
    if _is_a(document, "EnvelopedVerifiablePresentation"):
        found = _enveloped(document, keys)
        vcdm.require_presentation(found.document)
        if "holder" in found.document:
            _refuse_unbound(found, "/holder")
        found = _answered(found, _expected(options, _AUTHENTICATION))
        _refuse_over(found, now)
        return found
    vcdm.require_presentation(document)
    held = document.get("proof")
    purpose = held.get("proofPurpose") if isinstance(held, dict) else None
    # A presentation is made to authenticate; one that asserts is held to the same key.
    usual = ASSERTION if purpose == ASSERTION else _AUTHENTICATION
    found = proofs.verify_document(document, keys=keys, contexts=contexts, expected=_expected(options, usual))
    if "holder" in document:
        _refuse_unbound(found, "/holder")
    _refuse_over(found, now)
    return found


def _enveloped(document: Mapping[str, PlainJson], keys: Keys) -> Verified:
    stated = document.get("@context")
    if vcdm.CONTEXT not in (stated if isinstance(stated, list) else [stated]):
        raise vcdm.ModelRefused("", path="/@context", code="vcdm.context")
    found = vc_jwt.verify_carried(document, keys=keys)
    # Nobody has signed what a further context says of it.
    return found if stated in (vcdm.CONTEXT, [vcdm.CONTEXT]) else replace(found, uncovered=("@context",))


def _expected(options: Mapping[str, PlainJson], usual: str) -> Expected:
    """What the caller asks a proof to be for; unasked is what it does not ask.

    Raises:
        UsageError: an option is no text, or a check is asked for that is not made.
    """
    wanted = options.get("checks")
    for one in wanted if isinstance(wanted, list) else [wanted]:
        if one not in (None, "proof"):
            raise UsageError(one, path="/options/checks", code="signing.check-not-made")
    asked = {name: options.get(name) for name in ("expectedProofPurpose", "domain", "challenge")}
    for name, value in asked.items():
        if value is not None and not (isinstance(value, str) and value):
            raise UsageError(value, path=f"/options/{name}", code="usage.option-not-text")
    purpose, domain, challenge = (str(value or "") for value in asked.values())
    return Expected(purpose or usual, domain, challenge, unasked=True)


def _answered(found: Verified, expected: Expected) -> Verified:
    """A token says in ``aud`` and ``nonce`` (RFC 7519) what a proof does in ``domain`` and ``challenge``.

    Raises:
        ProofRefused: it answers another question than the caller's.
    """
    document = found.document
    for claim, wanted in (("aud", expected.domain), ("nonce", expected.challenge)):
        stated = document.get(claim)
        if wanted and wanted not in (stated if isinstance(stated, list) else [stated]):
            raise proofs.ProofRefused(stated, path=f"/{claim}", code="signing.proof-member", member=claim)
    if not (expected.domain or expected.challenge):
        return found
    asked = (
        replace(one, remarks=tuple(name for name in one.remarks if name != "question-not-asked"))
        for one in found.signatures
    )
    return replace(found, signatures=tuple(asked))


def _refuse_unbound(found: Verified, path: str) -> None:
    if any("issuer-not-bound" in one.remarks for one in found.signatures):
        raise proofs.ProofRefused(
            path=path, code="signing.not-the-issuers-key", key=found.signatures[0].key_id
        )


def _refuse_untimely(document: Mapping[str, PlainJson], now: datetime | None) -> None:
    problem = vcdm.term_problem(document, now) if now is not None else None
    if problem is not None:
        raise problem


def _refuse_over(found: Verified, now: datetime | None) -> None:
    """What the proof or the token says of its own time: Data Integrity 1.0, 2.1; RFC 7519, 4.1."""
    if now is None:
        return
    at = now.astimezone(UTC).replace(tzinfo=None)
    ends = [(name, found.times[name]) for name in ("expires", "exp") if name in found.times]
    begins = [(name, found.times[name]) for name in ("nbf", "iat") if name in found.times]
    begins += [("created", one.claimed_time) for one in found.signatures if one.claimed_time]
    for is_end, stated in ((True, ends), (False, begins)):
        for name, text in stated:
            moment = _moment(text)
            if moment is None or (moment < at if is_end else moment > at):
                raise vcdm.ModelRefused(text, path=f"/proof/{name}", code="vcdm.not-valid-now")


def _moment(text: str) -> datetime | None:
    if text.isascii() and text.isdigit():
        second = int(text) if len(text) <= len(str(_LAST_SECOND)) else _LAST_SECOND
        return datetime.fromtimestamp(min(second, _LAST_SECOND), UTC).replace(tzinfo=None)
    return vcdm.moment(text)


def _is_a(document: Mapping[str, PlainJson], kind: str) -> bool:
    kinds = document.get("type")
    return kind in (kinds if isinstance(kinds, list) else [kinds])


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


def _filled(issuer: PlainJson, did: str) -> PlainJson:
    """The issuer as stated; ours where the request leaves its identifier to us."""
    return {"id": did, **issuer} if isinstance(issuer, dict) else issuer


def _options(asked: Mapping[str, PlainJson]) -> dict[str, PlainJson]:
    stated = asked.get("options")
    return {} if stated is None else _object(stated, "/options")


def _refuse_other_options(options: Mapping[str, PlainJson], signer: keys.Signer, created: str) -> None:
    """Whoever is answered 201 takes it that all was done that he asked for."""
    fixed = {
        "proofPurpose": ASSERTION,
        "verificationMethod": signer.public_key.key_id,
        "created": created,
    }
    for name, value in options.items():
        if name in ("type", "cryptosuite", "previousProof") or value is None or value == []:
            continue
        if name not in fixed or value != fixed[name]:
            raise UsageError(
                value,
                path=f"/options/{name}",
                code="signing.option-not-served",
                member=name,
                expected=fixed.get(name, "-"),
            )


def _refuse_proof_options(stated: Mapping[str, PlainJson]) -> None:
    """A token is no proof of a suite, and stands beside none."""
    for name in ("type", "cryptosuite", "previousProof"):
        if stated.get(name) not in (None, []):
            raise UsageError(
                stated[name],
                path=f"/options/{name}",
                code="signing.option-not-served",
                member=name,
                expected="-",
            )


def _refuse_other_suite(stated: Mapping[str, PlainJson], signer: keys.Signer) -> None:
    """A proof of another kind than the one asked for would be no answer."""
    suite = data_integrity.suite_of(signer.public_key.key_type)
    for name, value in (("type", "DataIntegrityProof"), ("cryptosuite", suite)):
        if stated.get(name, value) != value:
            raise UsageError(
                stated[name], path=f"/options/{name}", code="signing.suite-not-made", suite=suite
            )


def _refuse_lending(document: Mapping[str, PlainJson], contexts: Contexts) -> None:
    """Our signature would vouch for a changed document inside, or for a token that readers take instead."""
    for kind in ("EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation"):
        if _is_a(document, kind):
            raise vcdm.ModelRefused(kind, path="/type", code="vcdm.envelope-type")
    contained.inside(_bare(document), contexts=contexts)


def _own(issuer: PlainJson, did: str) -> PlainJson:
    """The issuer as stated, under our identifier."""
    return {**issuer, "id": did} if isinstance(issuer, dict) else did


def _object(value: PlainJson, path: str) -> dict[str, PlainJson]:
    if not isinstance(value, dict):
        raise UsageError(path=path, code="signing.not-an-object")
    return value


def _issued(document: dict[str, PlainJson]) -> Answer:
    return Answer(201, {"verifiableCredential": document})


def _verified(answers: Sequence[Verified]) -> Answer:
    """VCDM 2.0, 7.1: what holds, with warnings of what a proof leaves open and of what nobody has asked."""
    remarks = {remark for found in answers for one in found.signatures for remark in one.remarks}
    if any(name in found.document for found in answers for name in _STATUSES):
        remarks.add("status-not-asked")
    if any("@context" in found.uncovered for found in answers):
        remarks.add("uncovered-contexts")
    if any(one.state is Inside.NOT_CHECKED for found in answers for one in found.contained):
        remarks.add(presentations.NOT_CHECKED)
    warnings: list[PlainJson] = [
        {"code": one, "title": one, "detail": messages.text(f"cli.remark-{one}", "en", {}).what}
        for one in sorted(remarks)
    ]
    return Answer(200, {"verified": True, "warnings": warnings} if warnings else {"verified": True})


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
