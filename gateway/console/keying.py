"""``keygen`` and the keys that ``issue`` signs with."""

from __future__ import annotations

from pathlib import Path

from gateway.console.failures import Exit
from gateway.console.terminal import Console
from gateway.signing.did_key import KeyType
from gateway.signing.key_files import read_key_file, write_key_file
from gateway.signing.keys import PrivateKey

_TYPES = {"ed25519": KeyType.ED25519, "p256": KeyType.P256}


def generate(console: Console, path: str, key_type: str, passphrase: bytes | None) -> Exit:
    """Make a key, write it for its owner's eyes only, and print its public name."""
    key = PrivateKey.generate(_TYPES[key_type])
    write_key_file(Path(path), key.to_pem(passphrase))
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
    return PrivateKey.from_pem(read_key_file(Path(path)), passphrase)
