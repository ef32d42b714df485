"""What a signed graph leaves open of the JSON that it was made of: who describes what, and how it is spelled.

A document is read by the names in it. The same graph can be written with other keys of a map, with shortened
identifiers, or with the members of one thing in another place. What is spelled as JSON-LD itself would spell
the expanded document again can be spelled in no other way.

Source: JSON-LD 1.1 Processing Algorithms and API, 6 (compaction).
"""

from __future__ import annotations

import re
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
_NAMES: Final = ({"@id"}, {"id"})
_TYPES: Final = frozenset({"type", "@type"})
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
# A value of these needs no object around it, for JSON has a form of its own for it.
_NATIVE: Final = frozenset(_XSD + name for name in ("string", "boolean", "integer", "double"))
# Of some type, these are texts that are true to a reader, or values that are not; the graph is the same.
_UNTRUE: Final = frozenset({"false", "true", "0"})
# Maps by what may be several; in canonical JSON.
_KEYED: Final = re.compile(rb'"@container":(?:\[[^\]]*)?"@(?:index|type)"')
# A double of nothing, in any spelling.
_ZERO: Final = re.compile(r"[+-]?0+(?:\.0+)?(?:[eE][+-]?\d+)?", re.ASCII)


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
        held, kind = expanded["@value"], expanded.get("@type")
        if kind == f"{_XSD}double" and isinstance(held, str) and _ZERO.fullmatch(held):
            return True
        return kind is not None and held in _UNTRUE
    return any(map(holds_untrue, expanded.values()))


def is_wrapped(document: PlainJson, contexts: Mapping[str, PlainJson]) -> bool:
    """Whether an object stands for a value that could stand there alone: to a reader, another thing."""
    return _is_wrapped(document, spelling.prefixes(contexts))


def _is_wrapped(value: PlainJson, known: Mapping[str, Iterable[str]]) -> bool:
    if isinstance(value, list):
        return any(_is_wrapped(item, known) for item in value)
    if not isinstance(value, dict):
        return False
    if "@value" in value and "@language" not in value:
        kinds = [value[name] for name in _TYPES if value.get(name) is not None]
        return not kinds or any(whole in _NATIVE for kind in kinds for whole in _meant(str(kind), known))
    return any(_is_wrapped(item, known) for name, item in value.items() if name != "@context")


def _meant(kind: str, known: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """The addresses that a type may be short for."""
    prefix, _, rest = kind.partition(":")
    yield from (kind, *known.get(kind, ()))
    yield from (iri + rest for iri in known.get(prefix, ()))


@dataclass(slots=True)
class _Scope:
    """One graph. ``parts``: in how many places it stands, each of which could hold what the others do."""

    parts: int = 1
    described: set[str] = field(default_factory=set)
    named: Counter[str] = field(default_factory=Counter)

    @property
    def is_movable(self) -> bool:
        twice = any(self.named[one] > 1 for one in self.described)
        return self.parts > 1 or twice or any(one.startswith("_:") for one in self.named)


def _scopes(expanded: PlainJson) -> Iterator[_Scope]:
    """The graphs of a document, wherever they stand: those of one name are one graph."""
    graphs: list[tuple[str, PlainJson]] = [("", expanded)]
    named: dict[str, _Scope] = {}
    while graphs:
        name, graph = graphs.pop()
        scope = _Scope()
        if name in named:
            named[name].parts += 1
        elif name:
            named[name] = scope
        _read(graph, scope, graphs)
        yield named.get(name, scope)


def _read(value: PlainJson, scope: _Scope, graphs: list[tuple[str, PlainJson]]) -> None:
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
                graphs.append((name if isinstance(name, str) else "", item))
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


def orders(expanded: PlainJson, contexts: Mapping[str, PlainJson]) -> list[PlainJson]:
    """The expanded document with each set in one order; where it matters, in the other one, too.

    Of several values, compaction makes the first one the key of a map: which is first, no graph says.
    """
    forward = as_sets(expanded)
    if not _KEYED.search(jcs(dict(contexts))):
        return [forward]
    backward = as_sets(expanded, backward=True)
    return [forward] if jcs(forward) == jcs(backward) else [forward, backward]


def as_sets(expanded: PlainJson, *, backward: bool = False) -> PlainJson:
    """The expanded document with each set in one order, doubles once: as its graph has it."""
    if isinstance(expanded, list):
        held = {jcs(item): item for item in (as_sets(one, backward=backward) for one in expanded)}
        return [held[key] for key in sorted(held, reverse=backward)]
    if not isinstance(expanded, dict):
        return expanded
    return {
        name: [as_sets(one, backward=backward) for one in item]
        if name == "@list" and isinstance(item, list)
        else as_sets(item, backward=backward)
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
    """Without what makes no other reading: contexts, the order of sets, sets of one, objects of one name."""
    if isinstance(value, list):
        held = sorted((_plain(item) for item in value if item is not None), key=jcs)
        return held[0] if len(held) == 1 else held
    if not isinstance(value, dict):
        return value
    if value.keys() in _NAMES:
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
