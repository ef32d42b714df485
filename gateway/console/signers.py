"""Whose signature ``sign`` makes: a key file, a command of the user's, or a key in a device."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.console.inputs import of_file
from gateway.errors import UsageError
from gateway.signing import keys, x509
from gateway.signing.did_key import PublicKey
from gateway.signing.key_files import read_key_file
from gateway.signing.sealing import CommandSigner, RawSigner, RsaKey, Sealer
from gateway.storage.files import read_file


@dataclass(frozen=True, slots=True)
class Choice:
    """What the command line says of the signer."""

    key: str | None = None
    # Its arguments may hold a PIN.
    command: str | None = field(default=None, repr=False)
    public_key: str | None = None
    module: str | None = None
    token: str | None = None
    label: str | None = None
    certificates: tuple[str, ...] = ()

    def require_one(self) -> None:
        """One place where the key is, with what goes with it.

        Raises:
            UsageError: none, or several.
        """
        given = [one is not None for one in (self.key, self.command, self.module)]
        if not any(given):
            raise UsageError("--key --signer --device", code="usage.no-signer")
        if sum(given) > 1:
            raise UsageError("--key --signer --device", code="usage.which-signer")
        if (self.module is None) is not (self.token is None and self.label is None) or (
            self.module is not None and (self.token is None or self.label is None)
        ):
            raise UsageError("--device --token --label", code="usage.device")
        if self.public_key is not None and (self.command is None or self.certificates):
            raise UsageError("--public-key", code="usage.public-key")


@contextmanager
def opened(choice: Choice, secret: bytes | None, *, certified: bool) -> Iterator[Sealer | keys.Signer]:
    """The signer, as a seal where its form wants a certificate; a device is let go at the end.

    Raises:
        GatewayError: a file cannot be used, key and certificate are of two, or the device does not open.
    """
    choice.require_one()
    if certified and not choice.certificates:
        raise UsageError("--certificate", code="signing.needs-certificate")
    if not certified and choice.certificates:
        raise UsageError("--certificate", code="signing.certificate-unused")
    chain = _chain(choice.certificates) if certified else ()
    if choice.module is not None:
        from gateway.signing.pkcs11 import DeviceKey

        if secret is None:
            raise UsageError("--passphrase-file", code="signing.passphrase-needed")
        pin, module = secret.decode("utf-8", "replace"), Path(choice.module)
        with DeviceKey.open(module, token=choice.token or "", label=choice.label or "", pin=pin) as device:
            yield Sealer(device, chain) if certified else device
        return
    if choice.key is not None:
        yield _from_file(choice.key, secret, chain)
        return
    if secret is not None:
        raise UsageError("--passphrase-file --passphrase-fd", code="signing.passphrase-not-needed")
    made = CommandSigner(_words(choice.command or ""), _public_key(choice, chain))
    yield Sealer(made, chain) if certified else made


def _from_file(path: str, secret: bytes | None, chain: tuple[x509.Certificate, ...]) -> Sealer | keys.Signer:
    with of_file(path):
        pem = read_key_file(Path(path))
        if not chain:
            return keys.PrivateKey.from_pem(pem, secret)
        rsa = chain[0].key.kind == "RSA"
        made: RawSigner = RsaKey.from_pem(pem, secret) if rsa else keys.PrivateKey.from_pem(pem, secret)
    return Sealer(made, chain)


def _chain(names: tuple[str, ...]) -> tuple[x509.Certificate, ...]:
    """The signer's certificate first, whatever the order of the files and in them."""
    read: list[x509.Certificate] = []
    for name in names:
        with of_file(name):
            read += x509.from_pem(read_file(Path(name)))
    return x509.leaf_first(tuple(dict.fromkeys(read))) if len(read) > 1 else tuple(read)


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        # Not what was given: it may hold a secret.
        raise UsageError("--signer", code="usage.signer-command")
    return words


def _public_key(choice: Choice, chain: tuple[x509.Certificate, ...]) -> PublicKey:
    if choice.public_key is not None:
        return PublicKey.from_did(choice.public_key)
    if not chain:
        raise UsageError("--public-key", code="usage.public-key")
    found = chain[0].key.public_key
    if found is None:
        raise UsageError(chain[0].key.kind, code="envelope.bad-key")
    return found
