"""``verify`` of a single file: what a signed envelope covers, by which key, and when it claims to be of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gateway.console import covering, signed_revision
from gateway.console.failures import Exit
from gateway.console.inputs import of_file
from gateway.console.signing_files import named_contexts, named_files
from gateway.console.terminal import Console, padded, visible, width
from gateway.errors import GatewayError, TrustError, UsageError
from gateway.frontdoor.json import parse_signed
from gateway.signing import asic, contained, sd_jwt, vcdm, x509
from gateway.signing.envelopes import beside, detect, unwrapped, verify_any
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import (
    Contained,
    Envelope,
    Inside,
    KeyOrigin,
    Verified,
    VerifiedSignature,
    second,
    times_of,
)
from gateway.signing.x509 import Certificate
from gateway.storage.files import read_file
from gateway.trust import report, statement
from gateway.trust.did_web import assertion_keys
from gateway.trust.statement import Said

_ORIGINS = {
    KeyOrigin.NAMED: "cli.key-named",
    KeyOrigin.CERTIFICATE: "cli.key-certified",
    KeyOrigin.GIVEN: "cli.key-given",
}
# Of the years 1 and 9999.
_FIRST_SECOND = -62135596800
_LAST_SECOND = 253402300799
_REMARKS = {
    "issuer-not-bound": "cli.remark-issuer-not-bound",
    "uncovered-contexts": "cli.remark-uncovered-contexts",
    "order-not-covered": "cli.remark-order-not-covered",
    "places-not-covered": "cli.remark-places-not-covered",
    "spelling-not-covered": "cli.remark-spelling-not-covered",
    "certificate-by-sha1": "cli.remark-certificate-by-sha1",
    "contained-not-bound": "cli.remark-contained-not-bound",
    "contained-not-checked": "cli.remark-contained-not-checked",
    "contained-unsigned": "cli.remark-contained-unsigned",
    "question-not-asked": "cli.remark-question-not-asked",
    "claims-hidden": "cli.remark-claims-hidden",
    "parts-hidden": "cli.remark-parts-hidden",
    "countersigned": "cli.remark-countersigned",
}


def verify_file(
    console: Console,
    file: str,
    contents: Sequence[str],
    contexts: Sequence[str],
    *,
    now: datetime,
    documents: Sequence[str] = (),
    reader: str = "",
    nonce: str = "",
    covers: str | None = None,
    certificate: str | None = None,
    signed: str | None = None,
) -> Exit:
    """Check every signature of an envelope; ``contents`` are detached files, ``contexts`` ADDRESS=FILE.

    Args:
        documents: files of did:web documents that the caller believes.
        reader, nonce: to whom, and to which question, an SD-JWT must be bound.
        covers: the folder that a recognition statement must be about.
        certificate: a file with that by which everything must be signed, whoever has signed besides.
        signed: where to write the document of a PDF without what stands behind its newest signature.

    Raises:
        GatewayError: a signature does not hold, or this is no envelope.
    """
    data = read_file(Path(file))
    revision = signed_revision.cut(data, signed) if signed is not None else None
    asked = _Asked(
        revision.data if revision is not None else data,
        named_files(contents),
        named_contexts(contexts),
        {url: key for document in documents for url, key in _keys_of(document, now).items()},
    )
    pinned = _certificate(certificate) if certificate is not None else None
    if detect(asked.data) is Envelope.SD_JWT and covers is None and pinned is None:
        return _verify_showing(console, asked, now, reader, nonce)
    if reader or nonce:
        raise UsageError("--reader --nonce", code="usage.reader-needs-sd-jwt")
    found = _with_times(
        verify_any(
            asked.data,
            objects=asked.objects,
            keys=asked.keys,
            contexts=asked.contexts,
            certificates=(pinned,) if pinned is not None else (),
        )
    )
    if pinned is not None:
        _require_by(found, pinned)
    said = _said(found)
    about = covering.held_against(said, covers) if covers is not None else None
    _tell(console, found, now)
    if pinned is not None:
        console.answer(console.say("cli.by-your-certificate", subject=pinned.subject), "good")
    document = _json(found)
    if revision is not None:
        document["signed"] = revision.write(console)
    if about is not None and said is not None and covers is not None:
        covering.tell(console, about, said, covers)
        document["covers"] = covering.to_json(about, covers)
    console.document(document)
    return Exit.DONE if about is None or about.holds else Exit.TRUST


@dataclass(frozen=True)
class _Asked:
    """A file and what was handed in with it."""

    data: bytes
    objects: Mapping[str, bytes]
    contexts: Mapping[str, bytes]
    keys: Mapping[str, VerificationKey]


def _verify_showing(console: Console, asked: _Asked, now: datetime, reader: str, nonce: str) -> Exit:
    token, more = unwrapped(asked.data)
    shown = sd_jwt.verify(token, keys=asked.keys, reader=reader, nonce=nonce)
    whole = beside(replace(shown.envelope, uncovered=more), asked.objects)
    if reader and not nonce:
        sd_jwt.require_fresh(shown, now)
    found = contained.looked_into(whole, keys=asked.keys, contexts=asked.contexts)
    _tell(console, found, now, shown, asked=bool(reader))
    console.document(_json(found) | {"showing": _showing(shown)})
    return Exit.DONE


def _certificate(path: str) -> Certificate:
    with of_file(path):
        return x509.from_pem(read_file(Path(path)))[0]


def _is_expected(found: Verified, name: str) -> bool:
    """Whether an unsigned place is one that nobody reads."""
    return found.envelope in (Envelope.ASIC_E, Envelope.ASIC_S) and asic.is_expected(name)


def _require_by(found: Verified, pinned: Certificate) -> None:
    """One signature by this very certificate covers everything, and nothing lies beside that nobody signed.

    Raises:
        TrustError: there is none, or something does.
    """
    parts = {part.name for part in found.parts}
    unsigned = [name for name in found.uncovered if not _is_expected(found, name)]
    if unsigned:
        raise TrustError(", ".join(unsigned), code="envelope.nobody-signed", subject=pinned.subject)
    for one in found.signatures:
        if one.certificates and one.certificates[0] == pinned.der and parts <= set(one.covered):
            return
    seen = [_subject(one) if one.certificates else one.key.did or one.key.sha256 for one in found.signatures]
    raise TrustError(", ".join(seen), code="envelope.other-certificate", subject=pinned.subject)


def _said(found: Verified) -> Said | None:
    """What a statement says, also where it is signed as a file."""
    if found.document or len(found.parts) != 1:
        return statement.said(found.document)
    try:
        value = parse_signed(found.payload)
    except GatewayError:
        return None
    return statement.said(value) if isinstance(value, dict) else None


def _with_times(found: Verified) -> Verified:
    """What a token of any other type says of its own term is told, too."""
    if found.times or found.envelope not in (Envelope.JWS, Envelope.JADES):
        return found
    try:
        value = parse_signed(found.payload)
    except GatewayError:
        return found
    return replace(found, times=times_of(value)) if isinstance(value, dict) else found


def _keys_of(path: str, now: datetime) -> dict[str, VerificationKey]:
    """The keys by which the subject of a document may make statements."""
    document = parse_signed(read_file(Path(path)))
    found = assertion_keys(document, at=now) if isinstance(document, dict) else {}
    if not found:
        raise UsageError(path, code="usage.no-did-document")
    return {url: VerificationKey.from_public_key(key) for url, key in found.items()}


def _tell(
    console: Console,
    found: Verified,
    now: datetime,
    shown: sd_jwt.Shown | None = None,
    *,
    asked: bool = False,
) -> None:
    console.answer(console.say("cli.intact"), "good")
    lines: list[tuple[str, str]] = [("cli.envelope", found.envelope.value)]
    for part in found.parts:
        lines.append(("cli.covered", f"{part.name or '-'}  {part.media_type or '-'}  SHA-256 {part.sha256}"))
    lines += [("cli.uncovered", name) for name in found.uncovered]
    lines += _all_inside(console, found.contained)
    for signature in found.signatures:
        key = signature.key
        lines.append(("cli.algorithm", signature.algorithm))
        lines.append(
            ("cli.key", f"{key.did or f'{key.kind} SHA-256 {key.sha256}'} ({_origin(console, signature)})")
        )
        if {part.name for part in found.parts} - set(signature.covered):
            # Who has signed one file has said nothing about the next, nor of a PDF about what came later.
            lines.append(("cli.covered", ", ".join(name or "-" for name in signature.covered)))
        if signature.certificates:
            lines.append(("cli.certificate", _subject(signature)))
        if signature.claimed_time:
            lines.append(("cli.claimed-time", signature.claimed_time))
        if signature.timestamps:
            lines.append(("cli.timestamps", str(len(signature.timestamps))))
        lines += [("cli.remark", console.say(_REMARKS.get(code, "cli.remark"))) for code in signature.remarks]
    said = _said(found)
    if said is not None:
        first, *conditions = said.texts(console.lang)
        lines.append(("cli.statement", first))
        lines += [("cli.condition", text) for text in conditions]
    lines += _shown_lines(console, shown, asked=asked) if shown else []
    if found.issuer:
        lines.append(("cli.issuer", found.issuer))
    lines += [("cli.stated-time", f"{name} {value}") for name, value in found.times.items()]
    lines += [("cli.remark", console.say(code)) for code in _out_of_term(found.times, now)]
    names = {code: console.say(code) for code, _ in lines}
    column = max(map(width, names.values())) + 2
    for code, text in lines:
        careful = code in {"cli.uncovered", "cli.remark", "cli.contained", "cli.statement", "cli.condition"}
        console.answer(f"  {padded(names[code], column)}{visible(text)}", "careful" if careful else "")
    console.answer(console.say("cli.envelope-not-checked"))


def _all_inside(console: Console, held: Sequence[Contained], above: str = "") -> list[tuple[str, str]]:
    """Signed documents at all depths, and what nobody has signed in them."""
    lines: list[tuple[str, str]] = []
    for one in held:
        lines.append(("cli.contained", above + _inside(console, one)))
        if one.found is not None:
            below = f"{above}{one.place} > "
            lines += [("cli.uncovered", below + name) for name in one.found.uncovered]
            lines += _all_inside(console, one.found.contained, below)
    return lines


def _inside(console: Console, one: Contained) -> str:
    """A signed document inside: its place, and what is known of it."""
    found = one.found
    if found is not None:
        keys = ", ".join(signature.key.did or signature.key.sha256 for signature in found.signatures)
        said = console.say("cli.contained-intact", envelope=found.envelope.value, key=keys)
        remarks = dict.fromkeys(code for signature in found.signatures for code in signature.remarks)
        said = "; ".join((said, *(console.say(_REMARKS.get(code, "cli.remark")) for code in remarks)))
    elif one.state is Inside.UNSIGNED:
        said = console.say("cli.contained-unsigned")
    elif one.state is Inside.NOT_OPENED:
        said = console.say("cli.contained-not-opened")
    else:
        said = console.say("cli.contained-not-checked", why=one.why)
    return f"{one.place}  {said}"


def _shown_lines(console: Console, shown: sd_jwt.Shown, *, asked: bool) -> list[tuple[str, str]]:
    """What a token shows of what it hides, and to whom."""
    lines = [("cli.disclosed", place) for place in shown.disclosed]
    lines.append(("cli.closed", str(shown.hidden)))
    if shown.reader:
        lines += [("cli.reader", shown.reader), ("cli.nonce", shown.nonce)]
        lines += [] if asked else [("cli.remark", console.say("cli.remark-other-reader"))]
    else:
        lines.append(("cli.remark", console.say("cli.remark-not-bound")))
    return lines


def _showing(shown: sd_jwt.Shown) -> dict[str, object]:
    return {
        "disclosed": list(shown.disclosed),
        "closed": shown.hidden,
        "reader": shown.reader,
        "nonce": shown.nonce,
    }


def _out_of_term(times: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    """Whether the content says of itself that it is not valid now, or any more; it changes no answer."""
    at = now.astimezone(UTC)
    begins = [moment for name in ("validFrom", "issuanceDate", "nbf") if (moment := _moment(times.get(name)))]
    ends = [
        moment
        for name in ("validUntil", "expirationDate", "exp", "expires")
        if (moment := _moment(times.get(name)))
    ]
    early = ("cli.remark-not-yet-valid",) if any(begin > at for begin in begins) else ()
    return (*early, "cli.remark-expired") if any(end < at for end in ends) else early


def _moment(stated: str | None) -> datetime | None:
    """A dateTime, or seconds since 1970 (RFC 7519, 2)."""
    if stated is None:
        return None
    number = second(stated)
    if number is not None:
        # Beyond the years of a calendar, in milliseconds perhaps: its first or last moment.
        return datetime.fromtimestamp(min(max(number, _FIRST_SECOND), _LAST_SECOND), UTC)
    found = vcdm.moment(stated)
    return None if found is None else found.replace(tzinfo=UTC)


def _origin(console: Console, signature: VerifiedSignature) -> str:
    return console.say(_ORIGINS[signature.key_origin])


def _subject(signature: VerifiedSignature) -> str:
    return Certificate.from_der(signature.certificates[0]).subject


def _json(found: Verified) -> dict[str, object]:
    said = _said(found)
    return {
        **({"statement": report.statement_json(said)} if said is not None else {}),
        "envelope": found.envelope.value,
        "issuer": found.issuer,
        "parts": [
            {"name": part.name, "mediaType": part.media_type, "size": len(part.data), "sha256": part.sha256}
            for part in found.parts
        ],
        "uncovered": list(found.uncovered),
        "signatures": [_signature(one) for one in found.signatures],
        "times": dict(found.times),
        "contained": [_contained(one) for one in found.contained],
    }


def _contained(one: Contained) -> dict[str, object]:
    found = one.found
    told: dict[str, object] = {"place": one.place, "state": one.state.value, "why": one.why}
    return told | ({"document": _json(found)} if found is not None else {})


def _signature(one: VerifiedSignature) -> dict[str, object]:
    return {
        "algorithm": one.algorithm,
        "key": one.key.did,
        "keyType": one.key.kind,
        "keySha256": one.key.sha256,
        "keyOrigin": one.key_origin.value,
        "keyId": one.key_id,
        "certificate": _subject(one) if one.certificates else "",
        "claimedTime": one.claimed_time,
        "covered": list(one.covered),
        "timestamps": len(one.timestamps),
        "remarks": list(one.remarks),
    }
