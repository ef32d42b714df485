"""Signatures of PDF files, as certificates are often sent. Needs the extra ``pdf-sig``; read only.

A PDF grows by appending: a signature that holds may say nothing about what stands behind it. So the newest
signature must cover the whole file; older ones cover the revision that they were made over. Of a file that
goes on behind, be it with data for checking it later (levels B-LT and B-LTA), ``signed_revision`` is the part
that was signed.

Source: ISO 32000-2, 12.8; ETSI EN 319 142-1, 6.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, TypeVar

from gateway.errors import GatewayError, TrustError, UsageError
from gateway.signing import x509
from gateway.signing.algorithms import UnknownAlgorithm
from gateway.signing.verified import Envelope, KeyOrigin, Part, Verified, VerifiedSignature

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

# What it finds in hostile files it would write to stderr, with a traceback; here it is an error of ours.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())

_LARGEST: Final = 32 * 2**20
_MOST_SIGNATURES: Final = 16
_DIGESTS: Final = ("sha256", "sha384", "sha512")
_VALUE: Final = re.compile(rb"<(?:[0-9A-Fa-f]{2})+>")
_MEDIA_TYPE: Final = "application/pdf"
# Where readers look for a linearization dictionary, with the escapes of names and whole numbers in it.
_HEAD: Final = 4096
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_NUMBER: Final = re.compile(rb"[0-9]{1,12}")
_Answer = TypeVar("_Answer")


class PdfRefused(TrustError):
    """A signature of the file does not hold, covers too little, or the file is damaged."""

    code = "envelope.signature-wrong"


def verify(data: bytes) -> Verified:
    """Check every signature of a PDF file, of which the newest must cover all of it.

    Raises:
        UsageError: the extra is not installed.
        PdfRefused, UnknownAlgorithm, BadCertificate: one does not hold, or the file goes on behind the last.
    """
    return _asked(_verify, data)


def signed_revision(data: bytes) -> bytes:
    """The document as its newest signature covers it: all of the file, or its beginning.

    What stands behind, such as the certificates and time stamps of PAdES B-LT and B-LTA, nobody has signed.
    It is part of the document all the same: what readers show of the signed bytes may be altered by it, and
    each reader has ways of its own. So nothing of that is told from harmless data here; it is left out.

    Raises:
        UsageError, PdfRefused: as ``verify``, which is yet to be asked about the answer.
    """
    return data[: _asked(_newest_end, data)]


def _asked(question: Callable[[bytes], _Answer], data: bytes) -> _Answer:
    if find_spec("pyhanko") is None:
        raise UsageError(code="envelope.extra-pdf-missing")
    if len(data) > _LARGEST:
        raise PdfRefused(len(data), code="envelope.pdf")
    try:
        return question(data)
    except GatewayError:
        raise
    except Exception as error:
        # A foreign reader of hostile bytes: whatever it stumbles over, the file is not what it should be.
        raise PdfRefused(type(error).__name__, code="envelope.pdf") from error


def _newest_end(data: bytes) -> int:
    return max(map(_end, _held(data)))


def _held(data: bytes) -> list[EmbeddedPdfSignature]:
    from pyhanko.pdf_utils.reader import PdfFileReader

    _refuse_two_readings(data)
    held = list(PdfFileReader(io.BytesIO(data), strict=True).embedded_regular_signatures)
    if not 0 < len(held) <= _MOST_SIGNATURES:
        raise PdfRefused(len(held), code="envelope.no-pdf-signature")
    return held


def _refuse_two_readings(data: bytes) -> None:
    """Refuse a linearized file that is as long as it states (ISO 32000-2, annex F.3.3).

    Some readers take it from its beginning, and any other one from its end: two documents are in it, once a
    signature was appended.
    """
    head = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), data[:_HEAD])
    if b"/Linearized" in head and len(data) in map(int, _NUMBER.findall(head)):
        raise PdfRefused("/Linearized", code="envelope.pdf")


def _verify(data: bytes) -> Verified:
    held = _held(data)
    signatures: list[VerifiedSignature] = []
    parts: dict[str, Part] = {}
    padded = tuple(f"{one.field_name} /Contents" for one in held if _is_padded_with_more(one.pkcs7_content))
    for one in held:
        part = _part(data, one)
        parts[part.name] = part
        signatures.append(_signature(one, part.name))
    if "" not in parts:
        end = max(map(_end, held))
        raise PdfRefused(f"{end}-{len(data)}", code="envelope.pdf-behind", length=str(end))
    return Verified(Envelope.PADES, tuple(signatures), (parts[""],), uncovered=padded)


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
