"""Signatures of PDF files, as certificates are often sent. Needs the extra ``pdf-sig``; read only.

A PDF grows by appending: a signature that holds may say nothing about what stands behind it. So the newest
signature must cover the whole file; older ones cover the revision that they were made over.

Source: ISO 32000-2, 12.8; ETSI EN 319 142-1, 6.
"""

from __future__ import annotations

import io
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from gateway.errors import GatewayError, TrustError, UsageError
from gateway.signing import x509
from gateway.signing.algorithms import UnknownAlgorithm
from gateway.signing.verified import Envelope, KeyOrigin, Part, Verified, VerifiedSignature

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_LARGEST: Final = 32 * 2**20
_MOST_SIGNATURES: Final = 16
_DIGESTS: Final = ("sha256", "sha384", "sha512")
_VALUE: Final = re.compile(rb"<(?:[0-9A-Fa-f]{2})+>")
_MEDIA_TYPE: Final = "application/pdf"


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
    if "" not in parts:
        raise PdfRefused(held[-1].field_name, code="envelope.pdf-appended")
    # What is read is the whole file, which is the newest revision.
    return Verified(Envelope.PADES, tuple(signatures), (parts[""],), uncovered=padded)


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
        timestamps=_timestamps(signature),
    )


def _timestamps(signature: EmbeddedPdfSignature) -> tuple[bytes, ...]:
    attributes = signature.signer_info["unsigned_attrs"]
    found: list[bytes] = []
    for attribute in attributes or ():
        if attribute["type"].native == "signature_time_stamp_token":
            found += [value.dump() for value in attribute["values"]]
    return tuple(found)
