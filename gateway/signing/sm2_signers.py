"""Sign with SM2: through libcrypto, or through a command of the user's that drives a key device."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import Protocol

from gateway.errors import TrustError
from gateway.messages import reason
from gateway.signing import sm2
from gateway.signing.keys import SigningFailed
from gateway.signing.libcrypto import Libcrypto, PrivateKey


class ExternalSignerFailed(TrustError):
    """The command did not give a signature."""

    code = "sm.external-signer-failed"


class Sm2Signer(Protocol):
    """Whatever can sign with SM2."""

    @property
    def public_key(self) -> sm2.PublicKey: ...

    def sign(self, message: bytes, user_id: bytes) -> bytes:
        """The signature of ``message``, r‖s or DER."""
        ...


class ExternalSigner:
    """A command that reads the message and writes its SM2 signature, r‖s or DER, standard streams both.

    The command knows the user id itself; a signature made with another one does not get past ``sign``.
    """

    __slots__ = ("_command", "_timeout_s", "public_key")

    def __init__(self, command: Sequence[str], public_key: sm2.PublicKey, *, timeout_s: int = 60) -> None:
        self._command, self.public_key, self._timeout_s = tuple(command), public_key, timeout_s

    def sign(self, message: bytes, user_id: bytes) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603  # the user's own command, never through a shell
                self._command, input=message, capture_output=True, timeout=self._timeout_s, check=False
            )
        except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
            # Neither the arguments nor the cause, which repeats them: both may hold secrets.
            raise ExternalSignerFailed(
                self._name, why=reason(error, otherwise=type(error).__name__)
            ) from None
        if done.returncode:
            # Not what it wrote: that may hold secrets.
            raise ExternalSignerFailed(self._name, why=done.returncode)
        return done.stdout

    def __repr__(self) -> str:
        return f"ExternalSigner({self._name}, {self.public_key!r})"

    @property
    def _name(self) -> str:
        # Without arguments, which may hold secrets.
        return self._command[0] if self._command else ""


def load_signer(pem: bytes, passphrase: bytes | None = None) -> PrivateKey:
    """The SM2 private key of a PEM file, to sign with.

    Raises:
        NoLibcrypto: this system cannot sign with SM2; an external signer can.
        BadSm2PrivateKey: no SM2 key, or it does not open with this passphrase.
    """
    return Libcrypto.find().load_key(pem, passphrase)


def sign(signer: Sm2Signer, message: bytes, *, user_id: bytes = sm2.DEFAULT_USER_ID) -> sm2.Signature:
    """The signature of ``message``, verified by our own arithmetic before anybody sees it.

    SM2 takes a fresh random number each time: the same message never gets the same signature twice.

    Raises:
        SigningFailed: what was made does not verify.
    """
    try:
        made = signer.sign(message, user_id)
        return sm2.verify(signer.public_key, message, made, user_id=user_id).signature
    except sm2.Sm2Refused as error:
        raise SigningFailed(signer.public_key.raw.hex()) from error
