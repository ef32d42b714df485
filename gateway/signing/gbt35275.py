"""Signed messages of GB/T 35275-2017 (the shape of PKCS #7 with SM2, SM3 and Chinese object identifiers).

Every signer must hold; nothing is said about whom the certificates belong to (``chain``).

Source: GB/T 35275-2017, 5 to 8; for attributes, PKCS #7 1.5 (RFC 2315), 9, and RFC 5652, 11.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gateway.errors import GatewayError, TrustError, UsageError, raise_all
from gateway.signing import _signed_data as structure
from gateway.signing import certificates as any_kind
from gateway.signing import der, sm2, sm2_signers
from gateway.signing._signed_data import DATA, BadSignedData, SignerInfo
from gateway.signing.sm2_certificate import Certificate
from gateway.signing.sm3 import sm3

_ARMOUR = re.compile(rb"\s*-----BEGIN (PKCS7|CMS)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*")


class SignedDataRefused(TrustError):
    """A signature of the message does not hold."""

    code = "sm.signature-wrong"


@dataclass(frozen=True, slots=True)
class VerifiedSigner:
    """One signature that holds.

    ``signing_time`` is what the signer claims. Unsigned attributes, such as time stamps, are named by
    object identifier; nobody has vouched for them here.
    """

    certificate: Certificate
    signature: sm2.Signature
    signing_time: datetime | None
    unsigned_attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifiedSignedData:
    """A message of which every signature holds over ``content``. It does not say why to trust the signers.

    ``version``, ``certificates`` and ``revocation_lists`` (DER) are covered by nobody's signature here.
    """

    version: int
    content: bytes = field(repr=False)
    detached: bool
    signers: tuple[VerifiedSigner, ...]
    certificates: tuple[any_kind.Certificate, ...]
    revocation_lists: tuple[bytes, ...] = field(repr=False)


def verify(
    message: bytes,
    content: bytes | None = None,
    *,
    certificates: Iterable[Certificate] = (),
    user_id: bytes = sm2.DEFAULT_USER_ID,
    engine: sm2.Engine | None = None,
) -> VerifiedSignedData:
    """Check every signature of a DER message.

    Args:
        content: what was signed. A detached message needs it; one that carries its content must carry
            the same.
        certificates: of signers whom the message does not bring along.

    Raises:
        SignedDataRefused: all defects of all signers, each with its place.
        BadSignedData, BadCertificate: the bytes are not what they should be.
    """
    certificates = tuple(certificates)
    found = structure.read(message)
    if content is None and found.content is None:
        raise SignedDataRefused(code="sm.content-needed")
    if None not in (content, found.content) and content != found.content:
        raise SignedDataRefused(code="sm.content-differs")
    covered = content if content is not None else found.content or b""
    signers, problems = [], []
    for info in found.signers:
        try:
            certificate = _certificate(info, found.certificates, certificates)
            signers.append(_check(info, covered, certificate, user_id, engine))
        except GatewayError as error:
            problems.append(error)
    raise_all(problems)
    return VerifiedSignedData(
        version=found.version,
        content=covered,
        detached=found.content is None,
        signers=tuple(signers),
        certificates=found.certificates,
        revocation_lists=found.revocation_lists,
    )


def decoded(data: bytes) -> bytes:
    """The DER message in ``data``: as it is, or out of base64, with PEM armour or without.

    Raises:
        BadSignedData: none of these.
    """
    if data[:1] == bytes([der.SEQUENCE]):
        return data
    if len(data) > 2 * structure.LARGEST:
        raise BadSignedData(len(data))
    armour = _ARMOUR.fullmatch(data)
    text = b"".join((armour[2] if armour else data).split())
    try:
        message = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadSignedData from error
    # Exactly the spelling of these bytes; bits that decoding drops are not passed over.
    if not message or base64.b64encode(message) != text:
        raise BadSignedData
    return message


def sign(
    content: bytes,
    signer: sm2_signers.Sm2Signer,
    certificate: Certificate,
    *,
    chain: Iterable[Certificate] = (),
    detached: bool = True,
    signing_time: datetime | None = None,
) -> bytes:
    """A message over ``content``, verified before it is returned; never twice the same bytes.

    Args:
        chain: certificates above the signer's, to go along.
        signing_time: a claim to sign as well, with time zone; the content is then signed by its digest.

    Raises:
        UsageError: the certificate is not of the signer's key, or the time has no zone.
        SigningFailed: what was made does not verify.
    """
    if certificate.public_key != signer.public_key:
        raise UsageError(certificate.subject, code="sm.certificate-not-of-key")
    attributes = b""
    if signing_time is not None:
        if signing_time.tzinfo is None:
            raise UsageError(signing_time.isoformat(), code="signing.bad-timestamp")
        attributes = structure.write_signed_attributes(sm3(content), signing_time.astimezone(UTC))
    signature = sm2_signers.sign(signer, attributes or content).as_der
    info = structure.write_signer_info(certificate, attributes, signature)
    message = structure.write(None if detached else content, {certificate, *chain}, [info])
    verify(message, content)
    return message


def _check(
    info: SignerInfo,
    content: bytes,
    certificate: Certificate,
    user_id: bytes,
    engine: sm2.Engine | None,
) -> VerifiedSigner:
    usage = certificate.key_usage
    if usage is not None and not usage & {"digitalSignature", "nonRepudiation"}:
        # Of the two that a holder has in China, the one to encrypt with: its key is held by others, too.
        raise SignedDataRefused(certificate.subject, path=info.path, code="envelope.key-usage")
    signed, signing_time = content, None
    if info.attributes is None:
        if _is_attributes(content):
            raise SignedDataRefused(path=info.path, code="sm.content-is-attributes")
    else:
        signed, signing_time = info.attributes.signed, info.attributes.signing_time
        if info.attributes.content_type != DATA:
            raise SignedDataRefused(
                info.attributes.content_type, path=info.path, code="sm.content-type", expected=DATA
            )
        digest = sm3(content)
        if info.attributes.digest != digest:
            raise SignedDataRefused(
                info.attributes.digest.hex(), path=info.path, code="sm.digest-wrong", expected=digest.hex()
            )
    signature = sm2.Signature.from_der(info.signature)
    if not sm2.holds(certificate.public_key, signed, signature, user_id=user_id, engine=engine):
        without_identity = sm2.holds_digest(certificate.public_key, sm3(signed), signature)
        code = "sm.signed-without-identity" if without_identity else "sm.signature-wrong"
        raise SignedDataRefused(certificate.subject, path=info.path, code=code)
    return VerifiedSigner(certificate, signature, signing_time, info.unsigned_attributes)


def _certificate(
    info: SignerInfo, held: Sequence[any_kind.Certificate], given: Sequence[Certificate]
) -> Certificate:
    """The one certificate that the signer names, of the message or else of those given."""
    named: set[any_kind.Certificate] = set()
    for known in (held, given):
        named = named or {c for c in known if c.issuer_name == info.issuer and c.serial == info.serial}
    if len(named) != 1:
        code = "sm.signer-certificate-missing" if not named else "sm.signer-certificate-ambiguous"
        raise SignedDataRefused(f"{info.serial:x}", path=info.path, code=code)
    # One of another kind of key is refused here.
    return Certificate.from_der(named.pop().encoded)


def _is_attributes(content: bytes) -> bool:
    """Whether a signature over ``content`` may have been made over somebody's signed attributes.

    Without this, leaving the attributes out would turn them into the content, with a valid signature. No
    document looks like them: one SET whose first member is an object identifier with a SET of values.
    """
    reader = der.Reader(content, "")
    try:
        members = reader.inner(der.SET, "attributes")
        reader.end()
        first = members.sequence("attribute")
        first.oid("type")
        first.content(der.SET, "values")
        first.end()
    except der.BadDer:
        return False
    return True
