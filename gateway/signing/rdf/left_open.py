"""What a signed graph leaves open of the JSON that it was made of: who describes what, and how it is spelled.

A document is read by the names in it. The same graph can be written with other keys of a map, with shortened
identifiers, or with the members of one thing in another place. What is spelled as JSON-LD itself would spell
the expanded document again can be spelled in no other way.

Source: JSON-LD 1.1 Processing Algorithms and API, 6 (compaction).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.frontdoor.json import PlainJson
from gateway.signing.jcs import jcs
from gateway.signing.rdf import spelling

PLACES: Final = "places-not-covered"
SPELLING: Final = "spelling-not-covered"
_CREDENTIALS: Final = "verifiableCredential"
_INSTEAD: Final = "urn:uuid:00000000-0000-0000-0000-"
_VALUES: Final = ({"@value"}, {"@id"}, {"id"})
_TYPES: Final = frozenset({"type", "@type"})
# Of some type, these are texts that are true to a reader, or values that are not; the graph is the same.
_UNTRUE: Final = frozenset({"false", "true", "0", "0.0E0"})


def is_movable(expanded: PlainJson) -> bool:
    """Whether something that is described also stands elsewhere in its graph: its members could be there.

    What has a blank node's name is described under whatever name.
    """
    return any(scope.is_movable for scope in _scopes(expanded))


def holds_untrue(expanded: PlainJson) -> bool:
    """Whether a text of some type could have been a truth or a number, or the other way round."""
    if isinstance(expanded, list):
        return any(map(holds_untrue, expanded))
    if not isinstance(expanded, dict):
        return False
    if "@value" in expanded:
        return "@type" in expanded and expanded["@value"] in _UNTRUE
    return any(map(holds_untrue, expanded.values()))


@dataclass(slots=True)
class _Scope:
    """One graph."""

    described: set[str] = field(default_factory=set)
    named: Counter[str] = field(default_factory=Counter)

    @property
    def is_movable(self) -> bool:
        twice = any(self.named[one] > 1 for one in self.described)
        return twice or any(one.startswith("_:") for one in self.named)


def _scopes(expanded: PlainJson) -> Iterator[_Scope]:
    own, graphs = _Scope(), list[PlainJson]()
    _read(expanded, own, graphs)
    yield own
    for graph in graphs:
        yield from _scopes(graph)


def _read(value: PlainJson, scope: _Scope, graphs: list[PlainJson]) -> None:
    if isinstance(value, list):
        for item in value:
            _read(item, scope, graphs)
    elif isinstance(value, dict) and "@value" not in value:
        name = value.get("@id")
        types = value.get("@type", [])
        scope.named.update(str(one) for one in (types if isinstance(types, list) else [types]))
        if isinstance(name, str):
            scope.named[name] += 1
            if value.keys() - {"@id", "@type", "@graph"}:
                scope.described.add(name)
        for key, item in value.items():
            if key == "@graph":
                graphs.append(item)
            elif key not in ("@id", "@type"):
                _read(item, scope, graphs)


def pieces(document: dict[str, PlainJson]) -> list[dict[str, PlainJson]]:
    """The document, and the credentials in it with contexts of their own, as identifiers there."""
    held = document.get(_CREDENTIALS, [])
    found: list[dict[str, PlainJson]] = []
    rest: list[PlainJson] = []
    for one in held if isinstance(held, list) else [held]:
        if isinstance(one, dict) and "@context" in one:
            found.append(one)
            rest.append({"@id": f"{_INSTEAD}{len(found):012d}"})
        else:
            rest.append(one)
    if not found:
        return [document]
    return [{**document, _CREDENTIALS: rest}, *(piece for one in found for piece in pieces(one))]


def as_sets(expanded: PlainJson) -> PlainJson:
    """The expanded document with each set in one order, doubles once: as its graph has it.

    Of several values, compaction makes the first one the key of a map.
    """
    if isinstance(expanded, list):
        held = {jcs(item): item for item in map(as_sets, expanded)}
        return [held[key] for key in sorted(held)]
    if not isinstance(expanded, dict):
        return expanded
    return {
        name: [as_sets(one) for one in item] if name == "@list" and isinstance(item, list) else as_sets(item)
        for name, item in expanded.items()
    }


def is_respelled(
    document: PlainJson, expanded: PlainJson, compacted: PlainJson, contexts: Mapping[str, PlainJson]
) -> bool:
    """Whether a document is spelled otherwise than JSON-LD spells it, but for sets and whole identifiers."""
    whole = _Whole(frozenset(_identifiers(expanded)), spelling.prefixes(contexts))
    return jcs(_plain(document)) != jcs(_plain(whole.written(compacted)))


@dataclass(frozen=True, slots=True)
class _Whole:
    """Identifiers without prefixes: who writes them whole writes what is meant."""

    identifiers: frozenset[str]
    prefixes: Mapping[str, Iterable[str]]

    def written(self, value: PlainJson) -> PlainJson:
        if isinstance(value, list):
            return [self.written(item) for item in value]
        if isinstance(value, dict):
            return {name: item if name in _TYPES else self.written(item) for name, item in value.items()}
        if not isinstance(value, str) or value in self.identifiers:
            return value
        prefix, colon, rest = value.partition(":")
        if not colon:
            return value
        meant = [iri + rest for iri in self.prefixes.get(prefix, ()) if iri + rest in self.identifiers]
        return meant[0] if meant else value


def _identifiers(expanded: PlainJson) -> Iterator[str]:
    if isinstance(expanded, list):
        for item in expanded:
            yield from _identifiers(item)
    elif isinstance(expanded, dict):
        for name, item in expanded.items():
            if name == "@id":
                yield str(item)
            else:
                yield from _identifiers(item)


def _plain(value: PlainJson) -> PlainJson:
    """Without what makes no other reading: contexts, the order of sets, sets of one, objects of one value."""
    if isinstance(value, list):
        held = sorted((_plain(item) for item in value if item is not None), key=jcs)
        return held[0] if len(held) == 1 else held
    if not isinstance(value, dict):
        return value
    if value.keys() in _VALUES:
        return _plain(next(iter(value.values())))
    return {
        _tag(name): _tag(item) if name == "@language" and isinstance(item, str) else _plain(item)
        for name, item in value.items()
        if name != "@context" and item is not None
    }


def _tag(text: str) -> str:
    """A language in small letters, if it has capitals where they belong (RFC 5646, 2.1.1), like zh-CN."""
    first, *others = text.split("-")
    usual = [
        one.upper() if len(one) == 2 else one.capitalize() if len(one) == 4 else one.lower() for one in others
    ]
    return text.lower() if others and text == "-".join([first.lower(), *usual]) else text
