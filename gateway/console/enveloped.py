"""``verify`` of a single file: what a signed envelope covers, by which key, and when it claims to be of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gateway.console.failures import Exit
from gateway.console.terminal import Console, padded, width
from gateway.errors import UsageError
from gateway.signing.envelopes import verify_any
from gateway.signing.verified import KeyOrigin, Verified, VerifiedSignature
from gateway.signing.x509 import Certificate
from gateway.storage.files import read_file

_ORIGINS = {
    KeyOrigin.NAMED: "cli.key-named",
    KeyOrigin.CERTIFICATE: "cli.key-certified",
    KeyOrigin.GIVEN: "cli.key-given",
}
_REMARKS = {
    "issuer-not-bound": "cli.remark-issuer-not-bound",
    "uncovered-contexts": "cli.remark-uncovered-contexts",
    "order-not-covered": "cli.remark-order-not-covered",
    "certificate-by-sha1": "cli.remark-certificate-by-sha1",
}


def verify_file(console: Console, file: str, contents: Sequence[str], contexts: Sequence[str]) -> Exit:
    """Check every signature of an envelope; ``contents`` are detached files, ``contexts`` ADDRESS=FILE.

    Raises:
        GatewayError: a signature does not hold, or this is no envelope.
    """
    given = {}
    for text in contexts:
        address, equals, place = text.rpartition("=")
        if not equals:
            raise UsageError(text, code="usage.context-pair")
        given[address] = read_file(Path(place))
    found = verify_any(
        read_file(Path(file)),
        objects={_name(content): read_file(Path(content)) for content in contents},
        contexts=given,
    )
    _tell(console, found)
    console.document(_json(found))
    return Exit.DONE


def _name(path: str) -> str:
    """How a signature names a file beside it: a relative path, with ``/``."""
    place = Path(path)
    return place.name if place.is_absolute() else place.as_posix()


def _tell(console: Console, found: Verified) -> None:
    console.answer(console.say("cli.intact"), "good")
    lines: list[tuple[str, str]] = [("cli.envelope", found.envelope.value)]
    for part in found.parts:
        lines.append(("cli.covered", f"{part.name or '-'}  {part.media_type or '-'}  SHA-256 {part.sha256}"))
    lines += [("cli.uncovered", name) for name in found.uncovered]
    for signature in found.signatures:
        key = signature.key
        lines.append(("cli.algorithm", signature.algorithm))
        lines.append(
            ("cli.key", f"{key.did or f'{key.kind} SHA-256 {key.sha256}'} ({_origin(console, signature)})")
        )
        if len(set(signature.covered)) < len(found.parts):
            # Who has signed one file has said nothing about the next.
            lines.append(("cli.covered", ", ".join(name or "-" for name in signature.covered)))
        if signature.certificates:
            lines.append(("cli.certificate", _subject(signature)))
        if signature.claimed_time:
            lines.append(("cli.claimed-time", signature.claimed_time))
        if signature.timestamps:
            lines.append(("cli.timestamps", str(len(signature.timestamps))))
        lines += [("cli.remark", console.say(_REMARKS.get(code, "cli.remark"))) for code in signature.remarks]
    if found.issuer:
        lines.append(("cli.issuer", found.issuer))
    lines += [("cli.stated-time", f"{name} {value}") for name, value in found.times.items()]
    names = {code: console.say(code) for code, _ in lines}
    column = max(map(width, names.values())) + 2
    for code, text in lines:
        careful = code in {"cli.uncovered", "cli.remark"}
        console.answer(f"  {padded(names[code], column)}{_visible(text)}", "careful" if careful else "")
    console.answer(console.say("cli.envelope-not-checked"))


def _visible(text: str) -> str:
    """Names come out of foreign files: what a terminal would act on is shown as its number."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _origin(console: Console, signature: VerifiedSignature) -> str:
    return console.say(_ORIGINS[signature.key_origin])


def _subject(signature: VerifiedSignature) -> str:
    return Certificate.from_der(signature.certificates[0]).subject


def _json(found: Verified) -> dict[str, object]:
    return {
        "envelope": found.envelope.value,
        "issuer": found.issuer,
        "parts": [
            {"name": part.name, "mediaType": part.media_type, "size": len(part.data), "sha256": part.sha256}
            for part in found.parts
        ],
        "uncovered": list(found.uncovered),
        "signatures": [_signature(one) for one in found.signatures],
        "times": dict(found.times),
    }


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
