"""Signatures as certificates, revocation lists and time stamps carry them: an algorithm in DER, a key in DER.

Only what is in the table is believed: the algorithm is compared as it is spelled, with its parameters.

Source: RFC 5758, 3.2; RFC 4055, 2 and 3; RFC 8410, 3; GM/T 0006-2012.
"""

from __future__ import annotations

from itertools import product
from typing import Final

from gateway.errors import TrustError
from gateway.signing import der, sm2
from gateway.signing.algorithms import sha2
from gateway.signing.verification_key import VerificationKey

# GM/T 0006-2012: SM2 signature over SM3.
SM2_WITH_SM3: Final = "1.2.156.10197.1.501"
_NULL: Final = der.element(der.NULL)
_HASHES: Final = {
    256: "2.16.840.1.101.3.4.2.1",
    384: "2.16.840.1.101.3.4.2.2",
    512: "2.16.840.1.101.3.4.2.3",
}
_ECDSA: Final = {256: "1.2.840.10045.4.3.2", 384: "1.2.840.10045.4.3.3", 512: "1.2.840.10045.4.3.4"}
_RSA: Final = {256: "1.2.840.113549.1.1.11", 384: "1.2.840.113549.1.1.12", 512: "1.2.840.113549.1.1.13"}
_PSS: Final = "1.2.840.113549.1.1.10"
_MGF1: Final = "1.2.840.113549.1.1.8"
_ED25519: Final = "1.3.101.112"


def _pss(bits: int, *parameters: bytes) -> bytes:
    """RSASSA-PSS with MGF1 over the same hash and a salt as long as the hash."""
    own, inner = (der.sequence(der.oid(_HASHES[bits]), one) for one in parameters)
    return der.sequence(
        der.oid(_PSS),
        der.sequence(
            der.element(der.context(0), own),
            der.element(der.context(1), der.sequence(der.oid(_MGF1), inner)),
            der.element(der.context(2), der.integer(bits // 8)),
        ),
    )


# The kind of signature and the bits of its hash, by the whole AlgorithmIdentifier. RFC 4055, 2.1: a hash
# with and without NULL are the same; an RSA signature without it is one that somebody has left out.
_KNOWN: Final[dict[bytes, tuple[str, int]]] = {
    **{der.algorithm(oid): ("ecdsa", bits) for bits, oid in _ECDSA.items()},
    **{der.algorithm(oid): ("rsa", bits) for bits, oid in _RSA.items()},
    **{der.sequence(der.oid(oid), _NULL): ("rsa", bits) for bits, oid in _RSA.items()},
    **{_pss(bits, *pair): ("pss", bits) for bits in _HASHES for pair in product((b"", _NULL), repeat=2)},
    der.algorithm(_ED25519): ("ed25519", 0),
    der.algorithm(SM2_WITH_SM3): ("sm2", 0),
    der.sequence(der.oid(SM2_WITH_SM3), _NULL): ("sm2", 0),
}
_KINDS: Final = {"rsa": {"RSA"}, "pss": {"RSA"}, "ed25519": {"Ed25519"}, "ecdsa": {"P-256", "P-384", "P-521"}}


def is_known(algorithm: bytes) -> bool:
    """Whether signatures with this AlgorithmIdentifier can be checked, and are believed."""
    return algorithm in _KNOWN


def holds(
    spki: bytes,
    algorithm: bytes,
    data: bytes,
    signature: bytes,
    *,
    user_id: bytes = sm2.DEFAULT_USER_ID,
    engine: sm2.Engine | None = None,
) -> bool:
    """Whether ``signature`` over ``data`` is of the key in ``spki``; anything unknown does not hold.

    Args:
        algorithm: the whole AlgorithmIdentifier, in DER.
    """
    if algorithm not in _KNOWN:
        return False
    scheme, bits = _KNOWN[algorithm]
    if scheme == "sm2":
        return _holds_sm2(spki, data, signature, user_id, engine)
    try:
        key = VerificationKey.from_spki(spki)
    except TrustError:
        return False
    if key.pss_only and scheme != "pss":
        return False
    return key.kind in _KINDS[scheme] and _holds(key, scheme, bits, data, signature)


def _holds_sm2(spki: bytes, data: bytes, signature: bytes, user_id: bytes, engine: sm2.Engine | None) -> bool:
    try:
        key, parsed = sm2.PublicKey.from_spki(spki), sm2.Signature.from_der(signature)
    except (sm2.BadSm2Key, sm2.Sm2Refused, der.BadDer):
        return False
    return sm2.holds(key, data, parsed, user_id=user_id, engine=engine)


def _holds(key: VerificationKey, scheme: str, bits: int, data: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    public = load_der_public_key(key.spki)
    try:
        if isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, data)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, data, ec.ECDSA(sha2(bits)))
        else:
            assert isinstance(public, rsa.RSAPublicKey)
            digest = sha2(bits)
            how: padding.AsymmetricPadding = padding.PKCS1v15()
            if scheme == "pss":
                how = padding.PSS(padding.MGF1(digest), digest.digest_size)
            public.verify(signature, data, how, digest)
    except (InvalidSignature, ValueError):
        return False
    return True
