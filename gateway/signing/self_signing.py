"""Self-signed certificates for keys that others pin: of list operators, and for trying things out."""

from __future__ import annotations

from datetime import datetime

from gateway.errors import UsageError
from gateway.signing.keys import PrivateKey


def self_signed(
    key: PrivateKey, *, name: str, country: str, serial: int, begin: datetime, end: datetime
) -> bytes:
    """The PEM certificate of ``key`` for ``name``, which may sign and nothing else.

    Args:
        country: two letters; that of a trust list's territory.
        serial: random, from outside.

    Raises:
        UsageError: no name, or no country of two letters.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
    from cryptography.x509.oid import NameOID

    from gateway.signing.did_key import KeyType

    if not name.strip() or len(country) != 2 or not country.isascii() or not country.isupper():
        raise UsageError(country, path=name, code="signing.certificate-name")
    secret = load_pem_private_key(key.to_pem(None), None)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    algorithm = {
        KeyType.ED25519: None,
        KeyType.P256: hashes.SHA256(),
        KeyType.P384: hashes.SHA384(),
    }[key.public_key.key_type]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(secret.public_key())  # type: ignore[arg-type]  # of the three kinds above
        .serial_number(serial)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(usage, critical=True)
        .sign(secret, algorithm)  # type: ignore[arg-type]
    )
    return made.public_bytes(Encoding.PEM)
