"""The disclosures of RFC 9901: values replaced by digests, and put back where a disclosure fits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.errors import GatewayError, TrustError, UsageError
from gateway.frontdoor.json import PlainJson, parse_signed, pointer
from gateway.signing.jcs import jcs
from gateway.signing.multibase import base64url, from_base64url

# RFC 9901, 4.1.1, with the names of the IANA registry that are as strong.
_HASHES: Final = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
_RESERVED: Final = ("_sd", "...")
_LONGEST: Final = 1 << 20
# Of a place as text: thousands of disclosures under one name of a megabyte would cost gigabytes.
_LONGEST_PLACE: Final = 2000
# Of SHA-256 or longer, in base64url.
_DIGEST: Final = re.compile(r"[A-Za-z0-9_-]{43,}")
# Disclosures within disclosures; a JSON text goes no deeper either.
_DEEPEST: Final = 200


class DisclosureRefused(TrustError):
    """A disclosure is malformed, fits nowhere, or fits twice."""

    code = "envelope.disclosure"


@dataclass(frozen=True, slots=True)
class Opened:
    """The claims with everything put back that is disclosed.

    ``by_place`` are the disclosures by JSON pointer in ``claims``; ``closed`` counts digests without one, and
    ``closed_in`` are the objects and lists that they stand in.
    """

    claims: dict[str, PlainJson]
    by_place: dict[str, str]
    closed: int
    closed_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in the claims, joined to a JSON pointer only where it is asked for."""

    names: tuple[str | int, ...] = ()

    def __truediv__(self, name: str | int) -> _Place:
        if len(self.names) == _DEEPEST:
            raise self._refused()
        return _Place((*self.names, name))

    def __str__(self) -> str:
        if sum(len(name) for name in self.names if isinstance(name, str)) > _LONGEST_PLACE:
            raise self._refused()
        return pointer(self.names)

    def _refused(self) -> DisclosureRefused:
        return DisclosureRefused(path=pointer(name[:200] for name in map(str, self.names[:10])))


@dataclass(slots=True)
class _Walk:
    """The state of putting back."""

    by_digest: dict[str, tuple[str, list[PlainJson]]]
    seen: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    by_place: dict[str, str] = field(default_factory=dict)
    closed: int = 0
    closed_in: set[str] = field(default_factory=set)

    def take(self, digest: PlainJson, length: int, at: _Place) -> tuple[str, list[PlainJson]] | None:
        """The disclosure of this digest, if it is here."""
        if not isinstance(digest, str) or digest in self.seen:
            raise DisclosureRefused(digest, code="envelope.disclosure")
        self.seen.add(digest)
        found = self.by_digest.get(digest)
        if found is None:
            self.closed += 1
            self.closed_in.add(str(at))
            return None
        if len(found[1]) != length:
            raise _refused(found[0])
        self.used.add(digest)
        return found


def hash_name(payload: Mapping[str, PlainJson]) -> str:
    """The hash of the digests (4.1.1)."""
    name = _HASHES.get(str(payload.get("_sd_alg", "sha-256")))
    if name is None:
        raise DisclosureRefused(payload["_sd_alg"], path="/_sd_alg", code="envelope.digest-method")
    return name


def open_(payload: Mapping[str, PlainJson], disclosures: Sequence[str]) -> Opened:
    """Put the disclosed values back (7.1, 3).

    Raises:
        DisclosureRefused: one is malformed, fits nowhere or twice, or a name stands there already.
    """
    name = hash_name(payload)
    by_digest: dict[str, tuple[str, list[PlainJson]]] = {}
    for text in disclosures:
        digest = base64url(hashlib.new(name, text.encode()).digest())
        if digest in by_digest:
            raise _refused(text)
        by_digest[digest] = (text, _parsed(text))
    walk = _Walk(by_digest)
    claims = _opened({key: value for key, value in payload.items() if key != "_sd_alg"}, _Place(), walk)
    if walk.used != by_digest.keys():
        raise DisclosureRefused(len(by_digest.keys() - walk.used))
    assert isinstance(claims, dict)
    return Opened(claims, walk.by_place, walk.closed, frozenset(walk.closed_in))


def hides(payload: PlainJson) -> bool:
    """Whether claims have digests in place of values, so that they are not to be read as they stand."""
    stack = [payload]
    while stack:
        held = stack.pop()
        if isinstance(held, dict):
            digests = held.get("_sd")
            if (isinstance(digests, list) and any(map(_is_digest, digests))) or _is_digest(held.get("...")):
                return True
            stack += held.values()
        elif isinstance(held, list):
            stack += held
    return isinstance(payload, dict) and payload.get("_sd_alg") in _HASHES


def close(
    claims: Mapping[str, PlainJson], hide: Collection[str], salts: Callable[[str], bytes], decoys: int
) -> tuple[dict[str, PlainJson], list[str]]:
    """The claims with digests in place of what is hidden, and the disclosures.

    Raises:
        UsageError: a place is not there, or a name is reserved.
    """
    made: list[str] = []
    left = set(hide)
    closed = _closed(dict(claims), "", left, salts, decoys, made)
    if left:
        raise UsageError(min(left), code="envelope.not-hidden")
    assert isinstance(closed, dict)
    return closed, made


def _parsed(text: str) -> list[PlainJson]:
    data = from_base64url(text) if len(text) <= _LONGEST else None
    try:
        value = parse_signed(data) if data else None
    except GatewayError:
        raise _refused(text) from None
    if not isinstance(value, list) or len(value) not in (2, 3) or not isinstance(value[0], str):
        raise _refused(text)
    if len(value) == 3 and (not isinstance(value[1], str) or value[1] in _RESERVED):
        raise DisclosureRefused(value[1])
    return value


def _refused(text: str) -> DisclosureRefused:
    """By its digest: what a disclosure says is for its reader only, and not for a log."""
    return DisclosureRefused(f"SHA-256 {hashlib.sha256(text.encode()).hexdigest()[:16]}")


def _opened(value: PlainJson, at: _Place, walk: _Walk) -> PlainJson:
    if isinstance(value, dict):
        return _opened_object(value, at, walk)
    if not isinstance(value, list):
        return value
    items: list[PlainJson] = []
    for item in value:
        if isinstance(item, dict) and "..." in item:
            if len(item) != 1:
                raise DisclosureRefused(path=str(at))
            found = walk.take(item["..."], 2, at)
            if found is not None:
                place = at / len(items)
                walk.by_place[str(place)] = found[0]
                items.append(_opened(found[1][1], place, walk))
        else:
            items.append(_opened(item, at / len(items), walk))
    return items


def _opened_object(value: Mapping[str, PlainJson], at: _Place, walk: _Walk) -> dict[str, PlainJson]:
    digests = value.get("_sd", [])
    if not isinstance(digests, list) or "..." in value:
        raise DisclosureRefused(path=str(at))
    members = {name: _opened(item, at / name, walk) for name, item in value.items() if name != "_sd"}
    for digest in digests:
        found = walk.take(digest, 3, at)
        if found is None:
            continue
        name = str(found[1][1])
        if name in members:
            raise DisclosureRefused(name, path=str(at))
        place = at / name
        walk.by_place[str(place)] = found[0]
        members[name] = _opened(found[1][2], place, walk)
    return members


def _closed(
    value: PlainJson,
    at: str,
    left: set[str],
    salts: Callable[[str], bytes],
    decoys: int,
    made: list[str],
) -> PlainJson:
    if isinstance(value, list):
        items: list[PlainJson] = []
        for index, item in enumerate(value):
            place = f"{at}/{index}"
            inner = _closed(item, place, left, salts, decoys, made)
            if place in left:
                left.discard(place)
                items.append({"...": _digested([_salt(salts, place), inner], made)})
            else:
                items.append(inner)
        return items
    if not isinstance(value, dict):
        return value
    members: dict[str, PlainJson] = {}
    digests: list[str] = []
    for name, item in value.items():
        if name in _RESERVED:
            raise UsageError(name, path=at, code="envelope.header-member")
        place = at + pointer([name])
        inner = _closed(item, place, left, salts, decoys, made)
        if place in left:
            left.discard(place)
            digests.append(_digested([_salt(salts, place), name, inner], made))
        else:
            members[name] = inner
    if digests:
        digests += [_hash(_salt(salts, f"{at} decoy {number}")) for number in range(decoys)]
        # (4.2.4.1) in an order that does not tell the order of the members
        members["_sd"] = [*sorted(digests)]
    return members


def _is_digest(value: PlainJson) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _salt(salts: Callable[[str], bytes], place: str) -> str:
    return base64url(salts(place))


def _digested(disclosure: list[PlainJson], made: list[str]) -> str:
    text = base64url(jcs(disclosure))
    made.append(text)
    return _hash(text)


def _hash(text: str) -> str:
    return base64url(hashlib.sha256(text.encode()).digest())
