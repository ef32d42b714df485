"""Time stamps of RFC 3161: ask for one, and check one against certificates that the receiver trusts.

Needs the extra ``tsa``. Asking is bytes in and out: who carries them to the authority is the caller's affair.

Source: RFC 3161, 2.4; RFC 5816.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from gateway.errors import TrustError, UsageError
from gateway.signing import der, x509

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_LARGEST: Final = 1 << 20


class TimestampRefused(TrustError):
    """The time stamp is damaged, over something else, or of nobody who is trusted."""

    code = "envelope.timestamp"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A time stamp that holds: these bytes existed at ``time``, says the authority.

    ``serial`` and ``policy`` are the authority's own; ``digest`` is that of the stamped bytes.
    """

    time: datetime
    serial: int
    policy: str
    authority: str
    digest: bytes


def request(message: bytes, *, nonce: int | None = None) -> bytes:
    """The DER request for a time stamp over ``message``; only its SHA-256 leaves the house.

    Args:
        nonce: a number that nobody foresees, so that an old answer is told from a new one.
    """
    imprint = der.sequence(
        der.sequence(der.oid(_SHA256), der.element(der.NULL)),
        der.element(der.OCTET_STRING, hashlib.sha256(message).digest()),
    )
    numbers = [der.integer(nonce)] if nonce is not None else []
    return der.sequence(der.integer(1), imprint, *numbers, der.element(der.BOOLEAN, b"\xff"))


def token_of(response: bytes) -> bytes:
    """The token inside a response, as signatures carry it.

    Raises:
        TimestampRefused: the authority refused, or this is no response.
    """
    try:
        reader = der.parse(response, "response")
        status = reader.sequence("status")
        if status.integer("status") > 1:  # (2.4.2) granted, or granted with changes
            raise TimestampRefused(path="/response/status")
        return reader.encoded(der.SEQUENCE, "token")
    except der.BadDer as error:
        raise TimestampRefused(path=error.path) from error


def verify(
    token: bytes,
    message: bytes,
    *,
    roots: Sequence[bytes],
    intermediates: Sequence[bytes] = (),
    nonce: int | None = None,
) -> Timestamp:
    """Check a token, or a whole response, over ``message``; the chain is judged at the time it states.

    Args:
        roots, intermediates: certificates in DER that the receiver believes; those in the token lead there,
            and are believed for nothing else.
        nonce: what was asked with.

    Raises:
        UsageError: the extra is not installed, or no root is given.
        TimestampRefused: it does not hold.
    """
    if find_spec("rfc3161_client") is None:
        raise UsageError(code="envelope.extra-tsa-missing")
    if not roots:
        raise UsageError(code="envelope.no-roots")
    if len(token) > _LARGEST or len(message) > 64 * _LARGEST:
        raise TimestampRefused(len(token))
    response = _read(token)
    _refuse_strangers(response)
    _verify(response, message, roots, intermediates, nonce)
    info = response.tst_info
    return Timestamp(
        info.gen_time.astimezone(UTC),
        info.serial_number,
        info.policy.dotted_string,
        _authority(response),
        bytes(info.message_imprint.message),
    )


def _read(token: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response

    try:
        return decode_timestamp_response(token if _is_response(token) else _as_response(token))
    except (ValueError, TypeError) as error:
        raise TimestampRefused from error


def _refuse_strangers(response: TimeStampResponse) -> None:
    """Refuse certificates that do not belong to one chain: nobody has signed for those in a token."""
    held = list(response.signed_data.certificates)
    if len(held) > x509.MOST_CERTIFICATES:
        raise TimestampRefused(len(held))
    try:
        if held:
            x509.leaf_first([x509.Certificate.from_der(one, above=True) for one in held])
    except x509.BadCertificate as error:
        raise TimestampRefused(error.saw, code=error.error_code) from error


def _verify(
    response: TimeStampResponse,
    message: bytes,
    roots: Sequence[bytes],
    intermediates: Sequence[bytes],
    nonce: int | None,
) -> None:
    from cryptography import x509 as library
    from cryptography.exceptions import InvalidSignature
    from rfc3161_client import VerificationError, VerifierBuilder

    builder = VerifierBuilder(nonce=nonce)
    try:
        for one in roots:
            builder = builder.add_root_certificate(library.load_der_x509_certificate(one))
        known = [library.load_der_x509_certificate(one) for one in intermediates]
        for certificate in known:
            builder = builder.add_intermediate_certificate(certificate)
        holds = builder.build().verify_message(response, message)
    except (VerificationError, ValueError, TypeError, InvalidSignature) as error:
        raise TimestampRefused(str(error)) from error
    if not holds:
        raise TimestampRefused


def _is_response(data: bytes) -> bool:
    """Whether this is a response and no bare token: a response begins with a status, a token with an OID."""
    try:
        return der.parse(data, "timestamp").next_tag() == der.SEQUENCE
    except der.BadDer as error:
        raise TimestampRefused(path=error.path) from error


def _as_response(token: bytes) -> bytes:
    return der.sequence(der.sequence(der.integer(0)), token)


def _authority(response: TimeStampResponse) -> str:
    """The name in the token; empty where it says none. The chain has been checked, not this name."""
    from cryptography import x509 as library

    named = response.tst_info.name
    if named is None:
        return ""
    return named.value.rfc4514_string() if isinstance(named, library.DirectoryName) else str(named)
