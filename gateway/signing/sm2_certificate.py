"""X.509 certificates of SM2 keys, signed with SM2 and SM3.

Source: GB/T 20518-2018.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from gateway.signing import certificates, der, sm2
from gateway.signing.certificate_signatures import SM2_WITH_SM3
from gateway.signing.certificates import BadCertificate

__all__ = ["SM2_WITH_SM3", "BadCertificate", "Certificate"]

_ALGORITHMS: Final = frozenset(
    {der.algorithm(SM2_WITH_SM3), der.sequence(der.oid(SM2_WITH_SM3), der.element(der.NULL))}
)


@dataclass(frozen=True, slots=True, repr=False, eq=False, kw_only=True)
class Certificate(certificates.Certificate):
    """A certificate of an SM2 key; nobody has checked its signature yet."""

    public_key: sm2.PublicKey = field(init=False)

    def __post_init__(self) -> None:
        if self.algorithm not in _ALGORITHMS:
            saw = der.parse(self.algorithm, "signatureAlgorithm").oid("algorithm")
            raise BadCertificate(saw, path="/certificate", code="sm.certificate-algorithm")
        try:
            key = sm2.PublicKey.from_spki(self.spki)
        except sm2.BadSm2Key as error:
            raise BadCertificate(
                error.saw, path="/certificate", code="sm.certificate-key", why=error.error_code
            ) from error
        object.__setattr__(self, "public_key", key)

    def has_signed(
        self,
        data: bytes,
        signature: bytes,
        *,
        user_id: bytes = sm2.DEFAULT_USER_ID,
        engine: sm2.Engine | None = None,
    ) -> bool:
        """Whether a DER signature over ``data`` is this key's, with SM2 and SM3."""
        return self.has_issued(data, signature, self.algorithm, user_id=user_id, engine=engine)
