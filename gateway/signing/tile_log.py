"""A log of digests as static files: whoever holds a checkpoint can see that nothing was taken out or put in.

Entries are digests, never documents. Tiles and checkpoints have the form of C2SP, so that other people's
monitors read them; proofs are small texts that stand beside a document and need no log at hand.

Source: C2SP tlog-tiles v1.0, tlog-checkpoint v1.0, signed-note v1.0; RFC 6962.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.errors import TrustError, UsageError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing import keys, merkle
from gateway.signing.did_key import KeyType, PublicKey
from gateway.signing.digests import sha256_hex, sm3_hex
from gateway.signing.jcs import is_canonical, jcs
from gateway.signing.timestamp import is_timestamp

CHECKPOINT: Final = "checkpoint"
# tlog-tiles: 256 hashes or entries in one file.
_WIDTH: Final = 256
_LARGEST_ENTRY: Final = 0xFFFF
_MOST_ENTRIES: Final = 1 << 24
_ORIGIN: Final = re.compile(r"[^\s+]{1,200}")
_NOTE: Final = re.compile(r"(?P<text>(?:.+\n)+)\n(?P<signatures>(?:— .+\n)+)")
# signed-note: the signature type of Ed25519.
_ED25519_TYPE: Final = b"\x01"
_PROOF_FORMAT: Final = "hutong-log-proof@1"
RECEIPT_FORMAT: Final = "hutong-log-receipt@1"
_ENTRY: Final = frozenset({"issuer", "sha256", "sm3", "time", "type"})


class LogRefused(TrustError):
    """A checkpoint, tile or proof does not hold."""

    code = "envelope.log"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the log keeps of a document.

    Args:
        kind: what was issued, a word of the caller's.
        issuer: its identifier.
        time: when, an XSD dateTimeStamp.
    """

    kind: str
    sha256: str
    sm3: str
    issuer: str
    time: str

    @classmethod
    def of(cls, document: bytes, *, kind: str, issuer: str, time: str) -> Entry:
        """The entry of a document."""
        if not is_timestamp(time):
            raise UsageError(time, code="signing.bad-timestamp")
        return cls(kind, sha256_hex(document), sm3_hex(document), issuer, time)

    def to_bytes(self) -> bytes:
        """The canonical bytes, the leaf."""
        data = jcs(
            {
                "issuer": self.issuer,
                "sha256": self.sha256,
                "sm3": self.sm3,
                "time": self.time,
                "type": self.kind,
            }
        )
        if len(data) > _LARGEST_ENTRY:
            raise UsageError(len(data), code="envelope.log")
        return data


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log that its operator has signed."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry and its proof in one file, as it stands beside a document. Nothing is verified."""

    origin: str
    entry: bytes
    proof: bytes

    def to_bytes(self) -> bytes:
        """The canonical bytes."""
        entry, proof = parse_signed(self.entry), parse_signed(self.proof)
        return jcs({"format": RECEIPT_FORMAT, "origin": self.origin, "entry": entry, "proof": proof})


def parse_receipt(data: bytes) -> Receipt:
    """Read a receipt.

    Raises:
        InputError, LogRefused: it is none.
    """
    value = parse_signed(data)
    if not isinstance(value, dict) or set(value) != {"format", "origin", "entry", "proof"}:
        raise LogRefused(path="/")
    origin, entry, proof = value["origin"], value["entry"], value["proof"]
    if value["format"] != RECEIPT_FORMAT or not isinstance(origin, str) or not isinstance(proof, dict):
        raise LogRefused(path="/format")
    if not isinstance(entry, dict) or set(entry) != _ENTRY or not is_timestamp(entry["time"]):
        raise LogRefused(path="/entry")
    return Receipt(origin, jcs(entry), jcs(proof))


def publish(origin: str, entries: Sequence[bytes], operator: keys.Signer) -> dict[str, bytes]:
    """All files of the log by name: tiles of hashes, bundles of entries, and the signed checkpoint.

    The same entries give the same bytes; a file that is full never changes again.

    Args:
        origin: the log's name, an address without scheme.
        operator: an Ed25519 key, for checkpoints only.
    """
    if not _ORIGIN.fullmatch(origin) or operator.public_key.key_type is not KeyType.ED25519:
        raise UsageError(origin, code="envelope.log")
    files: dict[str, bytes] = {}
    for number in range(0, len(entries), _WIDTH):
        bundle = entries[number : number + _WIDTH]
        data = b"".join(len(entry).to_bytes(2, "big") + entry for entry in bundle)
        files[_name("entries", number // _WIDTH, len(bundle))] = data
    level, hashes = 0, [merkle.leaf_hash(entry) for entry in entries]
    leaves = list(hashes)
    while hashes:
        for number in range(0, len(hashes), _WIDTH):
            tile = hashes[number : number + _WIDTH]
            files[_name(str(level), number // _WIDTH, len(tile))] = b"".join(tile)
        full = len(hashes) // _WIDTH
        hashes = [merkle.root(hashes[i * _WIDTH : (i + 1) * _WIDTH]) for i in range(full)]
        level += 1
    files[CHECKPOINT] = _checkpoint(Checkpoint(origin, len(leaves), merkle.root(leaves)), operator)
    return files


def read_checkpoint(data: bytes, operator: PublicKey, *, origin: str) -> Checkpoint:
    """A checkpoint that the operator of this log has signed.

    Raises:
        LogRefused: it is malformed, of another log, or not signed by this key.
    """
    found = _NOTE.fullmatch(data.decode("utf-8", "replace"))
    lines = found["text"].split("\n") if found else []
    if (
        found is None
        or len(lines) < 4
        or lines[0] != origin
        or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1])
    ):
        raise LogRefused(path=CHECKPOINT)
    wanted = f"— {origin} "
    text = found["text"].encode()
    for line in found["signatures"].splitlines():
        raw = _base64(line.removeprefix(wanted)) if line.startswith(wanted) else None
        if raw and raw[:4] == _key_hash(origin, operator) and operator.has_signed(text, raw[4:]):
            root = _base64(lines[2])
            if root is None or len(root) != 32:
                raise LogRefused(path=CHECKPOINT)
            return Checkpoint(origin, int(lines[1]), root)
    raise LogRefused(origin, path=CHECKPOINT)


def read_entries(files: Mapping[str, bytes], checkpoint: Checkpoint) -> list[bytes]:
    """All entries of a log, checked against its checkpoint.

    Raises:
        LogRefused: a file is missing or changed.
    """
    if checkpoint.size > _MOST_ENTRIES:
        raise LogRefused(checkpoint.size, path=CHECKPOINT)
    found: list[bytes] = []
    while len(found) < checkpoint.size:
        count = min(_WIDTH, checkpoint.size - len(found))
        name = _name("entries", len(found) // _WIDTH, count)
        found += _unbundled(files.get(name, b""), count, name)
    if merkle.root([merkle.leaf_hash(entry) for entry in found]) != checkpoint.root:
        raise LogRefused(path=CHECKPOINT)
    return found


def prove(entries: Sequence[bytes], index: int, checkpoint: bytes) -> bytes:
    """A proof, for whoever holds no log, that an entry stands under a checkpoint."""
    if not 0 <= index < len(entries):
        raise UsageError(index, code="envelope.log")
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    path: list[PlainJson] = [base64.b64encode(node).decode() for node in merkle.inclusion(leaves, index)]
    return jcs(
        {
            "format": _PROOF_FORMAT,
            "index": index,
            "path": path,
            "checkpoint": checkpoint.decode("utf-8", "replace"),
        }
    )


def verify_proof(entry: bytes, proof: bytes, operator: PublicKey, *, origin: str) -> Checkpoint:
    """The checkpoint under which the entry stands.

    Raises:
        LogRefused: the proof does not show that.
    """
    value = parse_signed(proof)
    if not isinstance(value, dict) or value.get("format") != _PROOF_FORMAT or not is_canonical(proof):
        raise LogRefused(path="/format")
    index, path, text = value.get("index"), value.get("path"), value.get("checkpoint")
    if type(index) is not int or not isinstance(path, list) or not isinstance(text, str) or len(value) != 4:
        raise LogRefused(path="/path")
    nodes = [_base64(node) if isinstance(node, str) else None for node in path]
    checkpoint = read_checkpoint(text.encode("utf-8", "replace"), operator, origin=origin)
    sound = [node for node in nodes if node is not None and len(node) == 32]
    if len(sound) != len(nodes) or not merkle.includes(
        merkle.leaf_hash(entry), index, checkpoint.size, sound, checkpoint.root
    ):
        raise LogRefused(origin, path="/path")
    return checkpoint


def require_growth(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Refuse a newer state of which the older one is not the beginning.

    Raises:
        LogRefused: something was taken out or changed, or the logs are two.
    """
    if old.origin != new.origin or not merkle.only_grew(old.size, old.root, new.size, new.root, proof):
        raise LogRefused(new.origin, code="envelope.log-rewritten")


def _checkpoint(state: Checkpoint, operator: keys.Signer) -> bytes:
    text = f"{state.origin}\n{state.size}\n{base64.b64encode(state.root).decode()}\n"
    value = _key_hash(state.origin, operator.public_key) + keys.sign(operator, text.encode())
    return f"{text}\n— {state.origin} {base64.b64encode(value).decode()}\n".encode()


def _key_hash(origin: str, key: PublicKey) -> bytes:
    """signed-note: how a line names the key of its signature."""
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519_TYPE + key.raw).digest()[:4]


def _name(level: str, index: int, count: int) -> str:
    """tlog-tiles: ``tile/0/x001/234``, and ``.p/7`` where it is not full."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    partial = f".p/{count}" if count < _WIDTH else ""
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def _unbundled(data: bytes, count: int, name: str) -> list[bytes]:
    found: list[bytes] = []
    at = 0
    while at + 2 <= len(data) and len(found) < count:
        length = int.from_bytes(data[at : at + 2], "big")
        found.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    if len(found) != count or at != len(data):
        raise LogRefused(path=name)
    return found


def _base64(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None
