"""Credentials and signed files of all envelopes, reduced to what their signatures cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from gateway.errors import GatewayError, UsageError, flatten
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.report import Finding, Severity
from gateway.signing import _signed_objects as signed_objects
from gateway.signing import asic, contained, data_integrity, envelopes, proofs, sd_jwt, vcdm, x509
from gateway.signing.certificates import BadCertificate, Certificate
from gateway.signing.data_integrity import issuer_of
from gateway.signing.did_key import PublicKey
from gateway.signing.digests import sha256_hex
from gateway.signing.jose import JoseRefused, Keys
from gateway.signing.rdf.contexts import NO_CONTEXTS, Contexts
from gateway.signing.timestamp import is_timestamp
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import (
    Contained,
    Envelope,
    Inside,
    KeyOrigin,
    Verified,
    VerifiedSignature,
    second,
    seconds,
    times_of,
)
from gateway.trust.judgement import Sub
from gateway.trust.subject import Signer, Subject, is_statement, named, statement_in
from gateway.trust.unsound import unsound

_CREDENTIALS: Final = frozenset({Envelope.DATA_INTEGRITY, Envelope.VC_JWT})
_TOKENS: Final = frozenset({Envelope.JWS, Envelope.JADES})
# What a reader takes from the document though no signature covers it.
_LEFT_OPEN: Final = frozenset(
    {
        "uncovered-contexts",
        "order-not-covered",
        "places-not-covered",
        "spelling-not-covered",
        "contained-not-bound",
        "contained-not-checked",
        "contained-unsigned",
    }
)
# What an SD-JWT's holder keeps back.
_HIDDEN: Final = frozenset({"claims-hidden", "parts-hidden"})
_IS_CLAIMED: Final = ("issuer", "iss")
_CONTAINERS: Final = frozenset({Envelope.ASIC_E, Envelope.ASIC_S})
_BEGINS: Final = frozenset({"iat", "nbf", "validFrom"})
_LAST_SECOND: Final = 253402300800  # of the year 9999

# (Data Integrity 1.0, 4.4) Compared by who has asked; told by who has not.
_QUESTIONS: Final = frozenset({"/proof/domain", "/proof/challenge"})
_OF_PRESENTATIONS: Final = frozenset(
    {"signing.not-the-issuers-key", "signing.proof-member", "signing.wrong-purpose"}
)


def of_credential(
    data: bytes, known: Mapping[str, PublicKey], *, contexts: Contexts = NO_CONTEXTS
) -> Subject:
    """One credential by its issuer, under whatever proof; nothing else counts as one."""
    found = of_file(data, known, contexts=contexts)
    if found.kind == "credential" or found.sub is not None:
        return found
    finding = Finding("envelope.not-a-credential", "")
    return Subject("credential", found.sha256, findings=(finding,), sub=Sub.FORMAT_FAILURE)


def of_file(
    data: bytes,
    known: Mapping[str, PublicKey],
    *,
    objects: Mapping[str, bytes] | None = None,
    contexts: Contexts = NO_CONTEXTS,
    reader: str = "",
    nonce: str = "",
    certificates: Iterable[Certificate] = (),
) -> Subject:
    """A signed file, told apart by its content.

    Args:
        known: keys by the method that names them, out of their controllers' documents.
        objects: detached files by name.
        reader, nonce: to whom, and to which question, an SD-JWT must be bound.
        certificates: that a token may mean by digest without carrying them.

    Raises:
        UsageError: a part of the software that this envelope needs is not installed, or what is no SD-JWT is
            to be bound to a reader.
    """
    try:
        if _kind(data) is Envelope.SD_JWT:
            return _of_sd_jwt(data, _keys(known), objects or {}, contexts, reader, nonce)
        if reader or nonce:
            raise UsageError(reader or nonce, code="usage.reader-needs-sd-jwt")
        if _kind(data) is Envelope.DATA_INTEGRITY and not objects:
            return _data_integrity(data, known, contexts)
        keys = _keys(known)
        try:
            found = envelopes.verify_any(data, objects=objects, keys=keys, contexts=contexts)
        except JoseRefused as error:
            if error.error_code != "envelope.certificate-absent":
                raise
            meant = tuple(_readable(certificates))
            found = envelopes.verify_any(
                data, objects=objects, keys=keys, contexts=contexts, certificates=meant
            )
        return _of(data, found)
    except UsageError:
        raise
    except GatewayError as error:
        return unsound(data, error)


def _of_sd_jwt(
    data: bytes, keys: Keys, objects: Mapping[str, bytes], contexts: Contexts, reader: str, nonce: str
) -> Subject:
    """A token with what its holder shows, to whom and since when."""
    token, more = envelopes.unwrapped(data)
    shown = sd_jwt.verify(token, keys=keys, reader=reader, nonce=nonce)
    whole = envelopes.beside(replace(shown.envelope, uncovered=more), objects)
    subject = _with_closed(_of(data, contained.looked_into(whole, keys=keys, contexts=contexts)), shown)
    if reader and not nonce:
        subject = replace(subject, shown_at=_time(str(shown.bound_at)))
    if shown.reader and not reader:
        bound = Finding("list.bound-to-reader", shown.reader, severity=Severity.INFO)
        subject = replace(subject, findings=(*subject.findings, bound))
    return subject


def _with_closed(subject: Subject, shown: sd_jwt.Shown) -> Subject:
    """What its issuer has signed, what its holder keeps back of it, and since when it is shown."""
    told = replace(subject, issued=sha256_hex(shown.issued), closed=shown.closed_in)
    return _shown_since(told, shown.bound_at)


def _shown_since(subject: Subject, bound_at: int | None) -> Subject:
    """(RFC 9901, 7.3) What its holder says to have shown tomorrow is not shown yet."""
    if bound_at is None or not _BEGINS & subject.credential.keys():
        return subject
    stated = [one for one in (subject.begins, _time(str(bound_at))) if one]
    return replace(subject, begins=max(stated, key=datetime.fromisoformat))


def _readable(certificates: Iterable[Certificate]) -> Iterator[x509.Certificate]:
    for one in certificates:
        try:
            yield x509.Certificate.from_der(one.encoded)
        except GatewayError:
            continue


def _kind(data: bytes) -> Envelope:
    try:
        return envelopes.detect(data)
    except envelopes.UnknownEnvelope:
        # An object without a proof is told from what is no object by whoever reads proofs.
        if data.lstrip(b" \t\r\n").startswith(b"{"):
            return Envelope.DATA_INTEGRITY
        raise


def _data_integrity(data: bytes, known: Mapping[str, PublicKey], contexts: Contexts) -> Subject:
    """The one proof of a JCS suite, as nearly all are; anything else by the longer way."""
    try:
        proof = data_integrity.verify_proof(data, known=known)
    except GatewayError as error:
        answers = error.error_code == "signing.proof-member" and error.path in _QUESTIONS
        if not answers and not {one.error_code for one in flatten(error)} <= {
            "signing.unknown-cryptosuite",
            "signing.proof-set",
        }:
            if error.error_code in _OF_PRESENTATIONS:
                # A sound presentation is no credential, and that is what is to be said.
                vcdm.require_kind(_object(data))
            raise
        found = proofs.verify(data, keys=_keys(known), contexts=contexts)
        return _of(data, contained.looked_into(found, keys=_keys(known), contexts=contexts))
    vcdm.require_kind(proof.document)
    key = VerificationKey.from_public_key(proof.public_key)
    signer = Signer(proof.issuer, "data-integrity", key.kind, named(proof.issuer, key), evidence=(data,))
    inner = contained.inside(proof.document, keys=_keys(known), contexts=contexts)
    contexts_open = tuple(f"@context {context}" for context in proof.uncovered_contexts)
    return Subject(
        "credential",
        sha256_hex(data),
        (signer,),
        findings=tuple(_unopened(inner)),
        covered=("",),
        uncovered=contexts_open,
        credential=proof.document,
        issuer=proof.issuer,
        begins=proof.created or "",
        expires=proof.expires or "",
        left_open=(*contexts_open, *_not_checked(inner)),
        contained=tuple(_subjects(inner)),
    )


def _object(data: bytes) -> Mapping[str, PlainJson]:
    value = parse_signed(data)
    return value if isinstance(value, dict) else {}


def _keys(known: Mapping[str, PublicKey]) -> dict[str, VerificationKey]:
    return {method: VerificationKey.from_public_key(key) for method, key in known.items()}


def _of(data: bytes, found: Verified) -> Subject:
    is_credential = found.envelope in _CREDENTIALS
    if is_credential:
        vcdm.require_kind(found.document)
    else:
        found = _with_payload(found)
    signers = tuple(_signer(data, found, one) for one in found.signatures)
    # Of a statement, a holder would choose what was decided, and under which conditions.
    is_open = _LEFT_OPEN | _HIDDEN if is_statement(found.document) else _LEFT_OPEN
    remarks = sorted({remark for one in found.signatures for remark in one.remarks} & is_open)
    return Subject(
        "credential" if is_credential else "file",
        sha256_hex(data),
        signers,
        findings=tuple(_told(found)),
        covered=tuple(part.name for part in found.parts),
        uncovered=(*found.uncovered, *remarks),
        credential=found.document,
        issuer=_issuer(found.document),
        begins=_latest(found),
        expires=_earliest(found),
        # A file that somebody has put beside the signed ones looks just like them to whoever opens it.
        left_open=(
            *remarks,
            *(one for one in found.uncovered if not _is_unread(found, one)),
            *_not_checked(found.contained),
        ),
        contained=tuple(_subjects(found.contained)),
        parts=found.parts,
        statement=statement_in({part.name: part.data for part in found.parts}),
    )


def _not_checked(held: Iterable[Contained]) -> Iterator[str]:
    """Documents that nobody asks whose they are, until when they count, whether they were revoked."""
    return (one.place for one in held if one.found is None and one.state is not Inside.NOT_OPENED)


def _unopened(held: Iterable[Contained]) -> Iterator[Finding]:
    """Files in which nobody has looked whether there are any: told, and no hindrance."""
    for one in held:
        if one.state is Inside.NOT_OPENED:
            yield Finding("list.not-opened", one.place, severity=Severity.INFO)


def _subjects(held: Iterable[Contained]) -> Iterator[tuple[str, Subject]]:
    """Documents inside whose own signatures hold, each to be believed or not by itself."""
    for one in held:
        if one.found is None:
            continue
        try:
            yield one.place, _of(one.data, one.found)
        except GatewayError as error:
            yield one.place, unsound(one.data, error)


def _told(found: Verified) -> Iterator[Finding]:
    """What a reader must know, and what leaves nothing open."""
    yield from _unopened(found.contained)
    for name in found.uncovered:
        if _is_unread(found, name):
            yield Finding("list.nobody-signed", name, severity=Severity.INFO)
    if any("question-not-asked" in one.remarks for one in found.signatures):
        yield Finding("list.question-not-asked", "/proof", severity=Severity.INFO)
    if any("claims-hidden" in one.remarks for one in found.signatures):
        yield Finding("list.claims-hidden", "/_sd", severity=Severity.INFO)
    if any("parts-hidden" in one.remarks for one in found.signatures):
        yield Finding("list.parts-hidden", "_sd", severity=Severity.INFO)
    if any("countersigned" in one.remarks for one in found.signatures):
        yield Finding("list.countersigned", "", severity=Severity.INFO)


def _is_unread(found: Verified, name: str) -> bool:
    return found.envelope in _CONTAINERS and asic.is_expected(name)


def _with_payload(found: Verified) -> Verified:
    """A credential signed as a file keeps what it says of its issuer, its times and its revocation.

    So does any token of its own term (RFC 7519, 4.1).
    """
    if found.document or len(found.parts) != 1:
        return found
    root = found.parts[0].name or contained.PAYLOAD
    if any(one.place == root and one.state is not Inside.UNSIGNED for one in found.contained):
        # It has signatures of its own, and is asked by itself.
        return found
    try:
        value = parse_signed(found.payload)
    except GatewayError:
        return found
    if not isinstance(value, dict):
        return found
    kinds, state = value.get("type"), value.get("status")
    is_token = found.envelope in _TOKENS
    if "VerifiableCredential" in (kinds if isinstance(kinds, list) else [kinds]) or (
        is_token and isinstance(state, dict) and "status_list" in state
    ):
        return replace(found, document=value, times=times_of(value))
    # In other documents, these may be the names of anything.
    numbers = {name: value[name] for name in ("exp", "nbf", "iat") if type(value.get(name)) in (int, float)}
    term = {name: seconds(stated) for name, stated in numbers.items()} if is_token else {}
    return replace(found, times={**found.times, **term})


def _signer(data: bytes, found: Verified, one: VerifiedSignature) -> Signer:
    chain = tuple(_chain(one))
    names = [f"cert:{chain[0].fingerprint}"] if chain else []
    names.append(f"key:{one.key.sha256}")
    controller = one.key_id.partition("#")[0]
    if one.key_origin is not KeyOrigin.CERTIFICATE and controller.startswith("did:"):
        names.append(f"id:{controller}")
    # A DID is bound by its own document or key; any other name only by a list or a certificate.
    claims = tuple(
        party
        for party in _parties(found)
        if not party or (f"id:{party}" not in names and party != one.key.did)
    )
    return Signer(
        chain[0].subject if chain else controller or one.key.sha256,
        found.envelope.value,
        one.key.kind,
        tuple(names),
        chain,
        tuple(each for each in (data, one.value) if each),
        one.timestamps,
        one.stamped,
        claims,
        frozenset(one.covered),
    )


def _chain(one: VerifiedSignature) -> Iterator[Certificate]:
    """The certificates, the signer's first; of those above, what cannot be read leads nowhere.

    Raises:
        BadCertificate: the signer's cannot be read.
    """
    for index, each in enumerate(one.certificates):
        try:
            found = Certificate.from_der(each)
        except GatewayError:
            if not index:
                raise
            continue
        if not index and one.key.kind != "SM2" and VerificationKey.from_spki(found.spki) != one.key:
            # Two readers of one certificate that do not see the same key in it.
            raise BadCertificate(found.subject)
        yield found


def _parties(found: Verified) -> tuple[str, ...]:
    """Whom the covered document names as its issuer; an empty name is one that cannot be read."""
    document = found.document
    if document:
        stated = any(document.get(name) is not None for name in _IS_CLAIMED)
        own = [_issuer(document)] if stated else []
        return tuple(dict.fromkeys([*own, *signed_objects.parties(document)]))
    if not any("issuer-not-bound" in one.remarks for one in found.signatures):
        return ()
    return tuple(dict.fromkeys(signed_objects.parties(_object(found.payload))))


def _issuer(document: Mapping[str, PlainJson]) -> str:
    stated = document.get("iss")
    if document.get("issuer") is not None:
        # One that cannot be read is somebody's name all the same.
        return issuer_of(document)
    return stated if isinstance(stated, str) else ""


def _latest(found: Verified) -> str:
    """What was made tomorrow, or counts from then on, says nothing yet; a time in the past proves nothing."""
    if found.envelope is Envelope.SD_JWT and not _BEGINS & found.document.keys():
        # Since when it counts is the issuer's to say: a holder can only narrow it.
        return ""
    stated = [_time(found.times.get(name, "")) for name in ("nbf", "iat")]
    stated.append(_stated(found, "issuanceDate"))
    if found.envelope is not Envelope.SD_JWT:
        stated += [one.claimed_time for one in found.signatures if is_timestamp(one.claimed_time)]
    return max((one for one in stated if one), key=datetime.fromisoformat, default="")


def _earliest(found: Verified) -> str:
    ends = [
        found.times.get("expires", ""),
        _time(found.times.get("exp", "")),
        _stated(found, "expirationDate"),
    ]
    return min((one for one in ends if one), key=datetime.fromisoformat, default="")


def _stated(found: Verified, name: str) -> str:
    """A day of the first data model, which nobody refuses in a token or a file (VCDM 1.1, 4.6).

    Raises:
        ModelRefused: it is no time.
    """
    stated = found.times.get(name, "") if signed_objects.is_model(found.document) else ""
    if stated and not is_timestamp(stated):
        raise vcdm.ModelRefused(stated, path=f"/{name}", code="vcdm.date")
    return stated


def _time(seconds: str) -> str:
    """RFC 7519, 2: seconds since 1970.

    Raises:
        ModelRefused: it is no such number.
    """
    if not seconds:
        return ""
    number = second(seconds)
    if number is None or not 0 <= number < _LAST_SECOND:
        raise vcdm.ModelRefused(seconds, path="/exp", code="vcdm.date")
    return datetime.fromtimestamp(number, UTC).isoformat()
