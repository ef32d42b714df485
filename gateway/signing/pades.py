"""Signatures of PDF files, as certificates are often sent. Needs the extra ``pdf-sig``; read only.

A PDF grows by appending: a signature that holds may say nothing about what stands behind it. So the newest
signature must cover the whole file, but for data for checking it later (levels B-LT and B-LTA), which nobody
has signed; older ones cover the revision that they were made over.

Source: ISO 32000-2, 12.8; ETSI EN 319 142-1, 6.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from gateway.errors import GatewayError, TrustError, UsageError
from gateway.signing import der, rfc3161, x509
from gateway.signing.algorithms import UnknownAlgorithm
from gateway.signing.verified import Envelope, KeyOrigin, Part, Verified, VerifiedSignature

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

# What it finds in hostile files it would write to stderr, with a traceback; here it is an error of ours.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())

_LARGEST: Final = 32 * 2**20
_MOST_SIGNATURES: Final = 16
_DIGESTS: Final = ("sha256", "sha384", "sha512")
_VALUE: Final = re.compile(rb"<(?:[0-9A-Fa-f]{2})+>")
_MEDIA_TYPE: Final = "application/pdf"
# Bytes from here to there, behind the newest signature.
_BEHIND: Final = "validation-data:"


class PdfRefused(TrustError):
    """A signature of the file does not hold, covers too little, or the file is damaged."""

    code = "envelope.signature-wrong"


def verify(data: bytes) -> Verified:
    """Check every signature of a PDF file.

    Raises:
        UsageError: the extra is not installed.
        PdfRefused, UnknownAlgorithm, BadCertificate: one does not hold, or the file goes on behind the last.
    """
    if find_spec("pyhanko") is None:
        raise UsageError(code="envelope.extra-pdf-missing")
    if len(data) > _LARGEST:
        raise PdfRefused(len(data), code="envelope.pdf")
    try:
        return _verify(data)
    except GatewayError:
        raise
    except Exception as error:
        # A foreign reader of hostile bytes: whatever it stumbles over, the file is not what it should be.
        raise PdfRefused(type(error).__name__, code="envelope.pdf") from error


def _verify(data: bytes) -> Verified:
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(data), strict=True)
    held = list(reader.embedded_regular_signatures)
    if not 0 < len(held) <= _MOST_SIGNATURES:
        raise PdfRefused(len(held), code="envelope.no-pdf-signature")
    signatures: list[VerifiedSignature] = []
    parts: dict[str, Part] = {}
    padded = tuple(f"{one.field_name} /Contents" for one in held if _is_padded_with_more(one.pkcs7_content))
    for one in held:
        part = _part(data, one)
        parts[part.name] = part
        signatures.append(_signature(one, part.name))
    # What is read is the newest revision that somebody has signed: the whole file, or all that shows of it.
    newest = parts.get("") or max(parts.values(), key=lambda part: len(part.data))
    behind = () if newest.name == "" else (_behind(reader, data, held, newest),)
    return Verified(Envelope.PADES, tuple(signatures), (newest,), uncovered=(*padded, *behind))


def is_validation_data(name: str) -> bool:
    """Whether an uncovered place is data for checking the signatures, of which nothing shows."""
    return name.startswith(_BEHIND)


def _behind(reader: PdfFileReader, data: bytes, held: Sequence[EmbeddedPdfSignature], newest: Part) -> str:
    """The name of what stands behind the newest signature.

    Raises:
        PdfRefused: it is something else than data for checking, or a time stamp in it does not hold.
    """
    from gateway.signing import _pdf_behind

    end = len(newest.data)
    signature = next(one for one in held if _end(one) == end)
    if not _pdf_behind.is_harmless(reader, data, signature, end):
        raise PdfRefused(signature.field_name, code="envelope.pdf-appended")
    for stamp in reader.embedded_timestamp_signatures:
        if stamp.signed_revision > signature.signed_revision:
            _require_stamp(data, stamp)
    return f"{_BEHIND}{end}-{len(data)}"


def _require_stamp(data: bytes, stamp: EmbeddedPdfSignature) -> None:
    _part(data, stamp)
    first, length, second, rest = (int(number) for number in stamp.byte_range)
    message = data[first : first + length] + data[second : second + rest]
    try:
        token = rfc3161.read(der.Reader(stamp.pkcs7_content, "token").encoded(der.SEQUENCE, "token"))
    except GatewayError as error:
        raise PdfRefused(stamp.field_name, code="envelope.pdf-appended") from error
    if not token.is_over(message) or _is_padded_with_more(stamp.pkcs7_content):
        raise PdfRefused(stamp.field_name, code="envelope.pdf-appended")


def _end(signature: EmbeddedPdfSignature) -> int:
    return int(signature.byte_range[2]) + int(signature.byte_range[3])


def _is_padded_with_more(content: bytes) -> bool:
    """Whether something other than zeros stands behind the message in the room kept for it."""
    from asn1crypto import parser  # type: ignore[import-untyped]  # pyHanko's own

    _, _, _, header, value, trailer = parser.parse(content)
    return any(content[len(header) + len(value) + len(trailer) :])


def _part(data: bytes, signature: EmbeddedPdfSignature) -> Part:
    """What one signature covers: the file up to the end of its revision, without its own value."""
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    coverage = signature.evaluate_signature_coverage()
    ranges = [int(number) for number in signature.byte_range]
    end = ranges[2] + ranges[3] if len(ranges) == 4 else 0
    if len(ranges) != 4 or ranges[0] != 0 or min(ranges) < 0 or not ranges[1] < ranges[2] <= end <= len(data):
        raise PdfRefused(signature.field_name, code="envelope.pdf-appended")
    # (ISO 32000-2, 12.8.1) What is left out is the value and nothing else: pyHanko counts its bytes only, and
    # a value written as a literal string is shorter, so that anything fits in beside it.
    hole = data[ranges[1] : ranges[2]]
    if not _VALUE.fullmatch(hole) or bytes.fromhex(hole[1:-1].decode()) != signature.pkcs7_content:
        raise PdfRefused(signature.field_name, code="envelope.pdf-appended")
    if coverage is SignatureCoverageLevel.ENTIRE_FILE and end == len(data):
        return Part("", _MEDIA_TYPE, data)
    if coverage is SignatureCoverageLevel.ENTIRE_REVISION:
        return Part(f"revision:{end}", _MEDIA_TYPE, data[:end])
    raise PdfRefused(signature.field_name, code="envelope.pdf-appended")


def _signature(signature: EmbeddedPdfSignature, covered: str) -> VerifiedSignature:
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    info = signature.signer_info
    digest = info["digest_algorithm"]["algorithm"].native
    mechanism = info["signature_algorithm"].signature_algo
    if digest not in _DIGESTS or mechanism not in ("rsassa_pkcs1v15", "rsassa_pss", "ecdsa", "ed25519"):
        raise UnknownAlgorithm(f"{mechanism} {digest}", path=signature.field_name)
    certificate = x509.Certificate.from_der(signature.signer_cert.dump())
    if not certificate.may_sign:
        raise PdfRefused(certificate.subject, code="envelope.key-usage")
    intact, valid = validate_sig_integrity(info, signature.signer_cert, "data", signature.compute_digest())
    if not intact or not valid:
        raise PdfRefused(signature.field_name)
    time = signature.self_reported_timestamp
    chain = [one.dump() for one in signature.other_embedded_certs][: x509.MOST_CERTIFICATES]
    return VerifiedSignature(
        algorithm=f"{mechanism} {digest}",
        key=certificate.key,
        key_origin=KeyOrigin.CERTIFICATE,
        certificates=(certificate.der, *chain),
        claimed_time=time.isoformat(timespec="seconds").replace("+00:00", "Z") if time else "",
        covered=(covered,),
        value=info["signature"].native,
        timestamps=_beside_value(signature, "signature_time_stamp_token"),
        remarks=("countersigned",) if _beside_value(signature, "counter_signature") else (),
    )


def _beside_value(signature: EmbeddedPdfSignature, name: str) -> tuple[bytes, ...]:
    """The values of one unsigned attribute (RFC 5652, 11)."""
    found: list[bytes] = []
    for attribute in signature.signer_info["unsigned_attrs"] or ():
        if attribute["type"].native == name:
            found += [value.dump() for value in attribute["values"]]
    return tuple(found)
