"""Salted digests of every leaf of a JSON part, so that a verifier can name the field that was changed.

An unsalted digest of a number is the number: whoever has the list tries all likely values. So each leaf
has its own salt, derived from a secret of the signing key (the same run gives the same salts, outsiders
cannot compute them) and written into the leaves document (a verifier has no signing key). The document
therefore tells whoever holds it as much as the part does: it is of the part's disclosure class, and
travels only where the part may.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from gateway.errors import InputError
from gateway.frontdoor.json import JsonValue, PlainJson, parse, parse_signed, pointer
from gateway.signing.digests import sha256_hex
from gateway.signing.jcs import jcs

FORMAT = "hutong-leaves@1"

# The HKDF label that sets these secrets apart from all others of the key; a new layout needs a new one.
_LABEL = b"hutong leaf salts 1"
# 128 bits: nobody finds a salt by trial, so nobody tests a guess without the leaves document.
_SALT_BYTES = 16
_LEAF = re.compile(r"[0-9a-f]{32}:[0-9a-f]{64}")
_MEMBERS = {"format", "part", "partSha256", "leaves"}


class BadLeaves(InputError):
    """The bytes are no leaves document."""

    code = "signing.bad-leaves"


class DerivesSecrets(Protocol):
    """A signing key that can derive secrets bound to a label (``keys.PrivateKey``)."""

    def derive_secret(self, label: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class LeafChanges:
    """JSON pointers of what differs from the signed part. All empty: only its spelling or order differs."""

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.removed)


def build(name: str, data: bytes, *, key: DerivesSecrets) -> bytes:
    """The canonical bytes of ``<name>.leaves.json`` for the JSON part ``data``.

    Raises:
        InputError: the part is not JSON.
    """
    digest = sha256_hex(data)
    secret = key.derive_secret(_LABEL)
    leaves: dict[str, PlainJson] = {}
    for at, kind, text in _walk(parse(data), ""):
        salt = hmac.digest(secret, f"{digest}{at}".encode(), "sha256")[:_SALT_BYTES].hex()
        leaves[at] = f"{salt}:{_digest(salt, at, kind, text)}"
    return jcs({"format": FORMAT, "part": name, "partSha256": digest, "leaves": leaves})


def compare(leaves: bytes, part: bytes) -> LeafChanges:
    """Name the leaves of ``part`` that are not as they were when the leaves document was made.

    Numbers are compared by value, exactly: ``1.50`` is ``1.5``, but no digit is lost in a double.

    Raises:
        BadLeaves: the first argument is no leaves document.
        InputError: the part is no longer JSON, or its bytes are as signed while its leaves are not.
    """
    digest, expected = _read(leaves)
    found = {at: (kind, text) for at, kind, text in _walk(parse(part), "")}
    changed = tuple(
        at
        for at, leaf in sorted(expected.items())
        if at in found and leaf[33:] != _digest(leaf[:32], at, *found[at])
    )
    changes = LeafChanges(
        changed, tuple(sorted(found.keys() - expected.keys())), tuple(sorted(expected.keys() - found.keys()))
    )
    if changes and digest == sha256_hex(part):
        raise BadLeaves(code="signing.leaves-not-of-part")
    return changes


def _read(data: bytes) -> tuple[str, dict[str, str]]:
    """The part's digest and its leaves by pointer."""
    document = parse_signed(data)
    if not isinstance(document, dict) or set(document) != _MEMBERS or document["format"] != FORMAT:
        raise BadLeaves
    digest, leaves = document["partSha256"], document["leaves"]
    if not isinstance(document["part"], str) or not isinstance(digest, str) or not isinstance(leaves, dict):
        raise BadLeaves
    checked: dict[str, str] = {}
    for at, leaf in leaves.items():
        if not isinstance(leaf, str) or not _LEAF.fullmatch(leaf):
            raise BadLeaves(leaf, path="/leaves" + pointer([at]))
        checked[at] = leaf
    return digest, checked


def _walk(value: JsonValue, at: str) -> Iterator[tuple[str, str, str]]:
    """Every leaf: pointer, kind, text. An empty object or array is a leaf too, or it could vanish unseen."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _walk(item, at + pointer([name]))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _walk(item, f"{at}/{index}")
    elif isinstance(value, str):
        yield at, "text", value
    elif isinstance(value, Decimal) or type(value) is int:
        yield at, "number", _plain_text(Decimal(value))
    else:
        yield at, "literal", jcs(value).decode()


def _plain_text(number: Decimal) -> str:
    """One text per value, exact whatever the precision of the decimal context."""
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # the front door lets only finite numbers in
    text = "".join(map(str, digits))
    significant = text.rstrip("0")
    if not significant:
        return "0"
    return f"{'-' if sign else ''}{significant.lstrip('0')}E{exponent + len(text) - len(significant)}"


def _digest(salt: str, at: str, kind: str, text: str) -> str:
    """SHA-256 of the four texts; the length of the pointer keeps any two different leaves apart."""
    return hashlib.sha256(f"{salt}{len(at)}:{at}{kind}:{text}".encode()).hexdigest()
