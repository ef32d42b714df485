"""Time stamps of RFC 3161: ask for one, read one whose signature holds, and check whose it is.

Asking is bytes in and out: who carries them to the authority is the caller's affair. Time stamps with SM2 and
SM3 (GB/T 20520) are read as well.

Source: RFC 3161, 2.4; RFC 5816.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import GatewayError, TrustError, UsageError
from gateway.signing import _timestamp_token as structure
from gateway.signing import chain, der, x509
from gateway.signing._distinguished_name import text_of
from gateway.signing.certificates import Certificate
from gateway.signing.sm2 import Engine

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


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose signature holds by the certificate it names. Nobody has asked whose that is.

    Args:
        accuracy: how much later than ``time`` it may have been.
        certificate, above: the signer's, and what else stands in the token.
    """

    time: datetime
    accuracy: timedelta
    serial: int
    policy: str
    authority: str
    digest: bytes
    certificate: Certificate
    above: tuple[Certificate, ...]
    digest_name: str
    nonce: bytes | None

    def is_over(self, message: bytes) -> bool:
        """Whether these bytes were stamped."""
        return structure.digest(self.digest_name, message) == self.digest


def read(data: bytes, *, known: Sequence[Certificate] = (), engine: Engine | None = None) -> Token:
    """A token, or the one in a whole response, whose signature holds.

    Args:
        known: where the signer's certificate may be, if the token does not carry it.

    Raises:
        TimestampRefused: it does not hold.
    """
    if len(data) > _LARGEST:
        raise TimestampRefused(len(data))
    try:
        found = structure.read(token_of(data) if _is_response(data) else data)
        signer = structure.signer_of(found, known)
        authority = text_of(found.info.authority) if found.info.authority is not None else ""
    except TimestampRefused:
        raise
    except GatewayError as error:
        raise TimestampRefused(path=error.path) from error
    if (
        signer is None
        or structure.digest(found.digest_name, found.content) != found.message_digest
        or not signer.has_issued(found.signed, found.signature, found.algorithm, engine=engine)
    ):
        raise TimestampRefused(path="/signerInfo")
    info = found.info
    return Token(
        info.time,
        info.accuracy,
        info.serial,
        info.policy,
        authority,
        info.imprint,
        signer,
        tuple(one for one in found.certificates if one != signer),
        info.digest_name,
        info.nonce,
    )


def verify(
    token: bytes,
    message: bytes,
    *,
    roots: Sequence[bytes],
    intermediates: Sequence[bytes] = (),
    nonce: int | None = None,
    engine: Engine | None = None,
) -> Timestamp:
    """Check a token, or a whole response, over ``message``; the chain is judged at the time it states.

    Args:
        roots, intermediates: certificates in DER that the receiver believes; those in the token lead there,
            and are believed for nothing else.
        nonce: what was asked with.

    Raises:
        UsageError: no root is given.
        TimestampRefused: it does not hold.
    """
    if not roots:
        raise UsageError(code="envelope.no-roots")
    known = [Certificate.from_der(one) for one in intermediates]
    found = read(token, known=known, engine=engine)
    _refuse_strangers(found)
    asked = der.integer(nonce)[2:] if nonce is not None else found.nonce
    if not found.is_over(message) or found.nonce != asked:
        raise TimestampRefused(path="/messageImprint")
    try:
        chain.verify_chain(
            found.certificate,
            (*found.above, *known),
            [Certificate.from_der(one) for one in roots],
            at=found.time,
            purpose=chain.Purpose.TIME_STAMPS,
            engine=engine,
        )
    except chain.ChainRefused as error:
        raise TimestampRefused(error.error_code, path=error.path) from error
    return Timestamp(found.time, found.serial, found.policy, found.authority, found.digest)


def _refuse_strangers(token: Token) -> None:
    """Refuse certificates that do not belong to one chain: nobody has signed for those in a token."""
    held = (token.certificate, *token.above)
    if len(held) > x509.MOST_CERTIFICATES:
        raise TimestampRefused(len(held))
    above = {one.issuer_name for one in held if not one.is_self_issued}
    leaves = [one for one in held if one.subject_name not in above]
    if len(leaves) > 1:
        raise TimestampRefused(len(leaves), code="envelope.certificate-ambiguous")


def _is_response(data: bytes) -> bool:
    """Whether this is a response and no bare token: a response begins with a status, a token with an OID."""
    try:
        return der.parse(data, "timestamp").next_tag() == der.SEQUENCE
    except der.BadDer as error:
        raise TimestampRefused(path=error.path) from error
