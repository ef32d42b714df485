"""Signers that stand behind a certificate, and signers outside this process: files, commands, devices.

Every signature is verified before anybody sees it. Nothing here prints a secret: a key's text form names
its public half, and what an external command wrote is never repeated.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn, Protocol, Self

from gateway.errors import TrustError, UsageError
from gateway.messages import reason
from gateway.signing import algorithms, keys, x509
from gateway.signing.algorithms import Algorithm, Family
from gateway.signing.did_key import KeyType, PublicKey
from gateway.signing.verification_key import VerificationKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_NATURAL = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "RSA": "PS256"}
# XML signatures with RSA-PSS are read by few; PKCS#1 v1.5 by all.
_NATURAL_XML = {**_NATURAL, "RSA": "RS256"}


class ExternalSignerFailed(TrustError):
    """The command or device did not give a signature."""

    code = "envelope.external-signer-failed"


class RawSigner(Protocol):
    """Whatever makes raw signatures: a key file, a command, a hardware module."""

    def sign(self, data: bytes) -> bytes: ...


class Sealer:
    """A signer with its certificate and the chain above it.

    ``natural`` is the JOSE name of the algorithm that goes with the key.
    """

    __slots__ = ("_signer", "certificates", "key")

    def __init__(self, signer: RawSigner, certificates: Sequence[x509.Certificate]) -> None:
        if not certificates:
            raise UsageError(code="signing.needs-certificate")
        first = certificates[0]
        if not first.may_sign:
            raise UsageError(first.subject, code="envelope.key-usage")
        public = getattr(signer, "public_key", None)
        if isinstance(public, PublicKey) and VerificationKey.from_public_key(public) != first.key:
            raise UsageError(first.subject, code="envelope.certificate-not-of-key")
        self._signer, self.certificates, self.key = signer, tuple(certificates), first.key
        if self.key.kind not in _NATURAL:
            raise UsageError(self.key.kind, code="envelope.bad-key")

    @classmethod
    def from_pem(cls, key: bytes, certificates: bytes, passphrase: bytes | None = None) -> Self:
        """A PKCS#8 key file (Ed25519, P-256, P-384 or RSA) with its certificate chain, leaf first.

        Raises:
            BadPrivateKey, WrongPassphrase, UsageError: as ``keys.PrivateKey.from_pem``.
            BadCertificate: no certificates.
        """
        chain = x509.from_pem(certificates)
        made: RawSigner
        if chain[0].key.kind == "RSA":
            made = RsaKey.from_pem(key, passphrase)
        else:
            made = keys.PrivateKey.from_pem(key, passphrase)
        return cls(made, chain)

    @property
    def natural(self) -> Algorithm:
        return algorithms.JOSE[_NATURAL[self.key.kind]]

    @property
    def natural_xml(self) -> Algorithm:
        return self.natural if self.key.pss_only else algorithms.JOSE[_NATURAL_XML[self.key.kind]]

    def sign(self, data: bytes, algorithm: Algorithm) -> bytes:
        """The raw signature, verified.

        Raises:
            SigningFailed: what was made does not verify against the certificate.
        """
        self.key.require(algorithm)
        made = self._signer
        value = made.sign_with(data, algorithm) if isinstance(made, RsaKey) else made.sign(data)
        if not self.key.has_signed(data, value, algorithm):
            raise keys.SigningFailed(self.certificates[0].subject)
        return value

    def __repr__(self) -> str:
        return f"Sealer({self.certificates[0].subject})"


class RsaKey:
    """An RSA private key in memory, for seals only; it has no did:key."""

    __slots__ = ("_key", "public")

    def __init__(self, key: RSAPrivateKey) -> None:
        self._key, self.public = key, VerificationKey.of(key.public_key())

    @classmethod
    def from_pem(cls, pem: bytes, passphrase: bytes | None = None) -> Self:
        """Load a PKCS#8 PEM key."""
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

        key = keys.load_pkcs8(pem, passphrase)
        if not isinstance(key, RSAPrivateKey):
            raise keys.BadPrivateKey(type(key).__name__)
        return cls(key)

    def sign(self, data: bytes) -> bytes:
        """RSA-PSS with SHA-256."""
        return self.sign_with(data, algorithms.JOSE["PS256"])

    def sign_with(self, data: bytes, algorithm: Algorithm) -> bytes:
        """RSA with the given hash; PSS takes fresh randomness each time."""
        from cryptography.hazmat.primitives.asymmetric import padding

        digest = algorithms.sha2(algorithm.hash_bits)
        if algorithm.family is Family.RSA_PSS:
            return self._key.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        return self._key.sign(data, padding.PKCS1v15(), digest)

    def __repr__(self) -> str:
        return f"RsaKey({self.public!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not pickled")


class CommandSigner:
    """A command that reads the data and writes its raw signature, standard streams both, through no shell.

    For Ed25519 that is 64 bytes, for ECDSA R‖S; a DER ECDSA signature is taken, too.
    """

    __slots__ = ("_command", "_timeout_s", "public_key")

    def __init__(self, command: Sequence[str], public_key: PublicKey, *, timeout_s: int = 60) -> None:
        self._command, self.public_key, self._timeout_s = tuple(command), public_key, timeout_s

    def sign(self, data: bytes) -> bytes:
        name = self._command[0] if self._command else ""
        try:
            done = subprocess.run(  # noqa: S603  # the user's own command, never through a shell
                self._command, input=data, capture_output=True, timeout=self._timeout_s, check=False
            )
        except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
            # Neither the arguments nor the cause, which repeats them: both may hold secrets.
            raise ExternalSignerFailed(name, why=reason(error, otherwise=type(error).__name__)) from None
        if done.returncode:
            raise ExternalSignerFailed(name, why=done.returncode)
        return _raw(done.stdout, self.public_key.key_type)

    def __repr__(self) -> str:
        return f"CommandSigner({self._command[0] if self._command else ''}, {self.public_key!r})"


def _raw(made: bytes, kind: KeyType) -> bytes:
    """R‖S of an ECDSA signature that may be DER."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    half = 48 if kind is KeyType.P384 else 32
    if kind is KeyType.ED25519 or len(made) == 2 * half:
        return made
    try:
        return b"".join(number.to_bytes(half, "big") for number in decode_dss_signature(made))
    except (ValueError, OverflowError):
        return made
