"""``keygen`` and the keys that ``issue`` signs with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from gateway.console.failures import Exit
from gateway.console.inputs import of_file
from gateway.console.terminal import Console
from gateway.signing.did_key import KeyType
from gateway.signing.key_files import read_key_file, write_key_file
from gateway.signing.keys import PrivateKey
from gateway.signing.self_signing import self_signed
from gateway.storage import files

_TYPES = {"ed25519": KeyType.ED25519, "p256": KeyType.P256, "p384": KeyType.P384}


@dataclass(frozen=True, slots=True)
class Owner:
    """For whom a certificate is made beside the key, and where it goes."""

    path: str
    name: str
    country: str


# As long as a list may have to be checked.
_YEARS = timedelta(days=3652)


def generate(
    console: Console,
    path: str,
    key_type: str,
    passphrase: bytes | None,
    *,
    owner: Owner | None = None,
    now: datetime | None = None,
) -> Exit:
    """Make a key, write it for its owner's eyes only, and print its public name."""
    key = PrivateKey.generate(_TYPES[key_type])
    made = b""
    if owner is not None and now is not None:
        serial = secrets.randbits(127) | 1
        made = self_signed(
            key, name=owner.name, country=owner.country, serial=serial, begin=now, end=now + _YEARS
        )
        files.refuse_existing(Path(owner.path), force=False)
    write_key_file(Path(path), key.to_pem(passphrase))
    if owner is not None:
        files.write_file(Path(owner.path), made)
    console.answer(key.public_key.did)
    console.tell(console.say("cli.key-written", place=path))
    if passphrase is None:
        console.tell(console.say("cli.key-open", place=path), "careful")
    console.document(
        {
            "file": path,
            "type": _TYPES[key_type].value,
            "publicKey": key.public_key.did,
            "encrypted": passphrase is not None,
        }
    )
    return Exit.DONE


def load_key(path: str, passphrase: bytes | None) -> PrivateKey:
    """The key in a file.

    Raises:
        GatewayError: others may read the file, it is no key, or the passphrase does not open it.
    """
    with of_file(path):
        return PrivateKey.from_pem(read_key_file(Path(path)), passphrase)
