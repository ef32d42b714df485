"""Documents in which something is spelled otherwise than by its term, where the signed graph is the same.

An RDFC signature holds for ``validUntil`` and for its whole IRI alike, and for a member that was moved into
another description of the same thing. Whoever reads the document by its terms would not see it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.errors import TrustError
from gateway.frontdoor.json import PlainJson, pointer

# Of a thing, and of a value.
_KEYWORDS: Final = frozenset({"@context", "@id", "@type", "@value", "@language"})
_IDENTIFIERS: Final = frozenset({"id", "@id"})
_OF_VALUES: Final = frozenset({"@id", "@type"})
_TYPES: Final = ("type", "@type")
# Of the ways to hold values, those in which a member stands for what it says, in lists and by language.
_PLAIN_CONTAINERS: Final = frozenset({"@set", "@list", "@language"})
# Of a definition, what makes of a member something else than it looks like.
_SHAPING: Final = frozenset({"@reverse", "@nest", "@index"})
# In graphs of their own by the standard, and looked at by themselves.
_OWN_GRAPHS: Final = frozenset({"verifiableCredential", "proof"})
# JSON-LD 1.1, 4.4: what the address of a prefix ends with.
_DELIMITERS: Final = (":", "/", "?", "#", "[", "]", "@")


class Respelled(TrustError):
    """A member of the document is not written by the one term that the contexts have for it."""

    code = "rdf.respelled"


@dataclass(slots=True)
class _Terms:
    """What the contexts at hand call things: terms by IRI, and what stands before names."""

    by_iri: dict[str, set[str]] = field(default_factory=dict)
    iris: dict[str, set[str]] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    vocabularies: set[str] = field(default_factory=set)
    # Each with what the same context has terms for, which are shorter than its names.
    open_vocabularies: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    by_vocabulary: set[str] = field(default_factory=set)
    shaped: set[str] = field(default_factory=set)
    by_language: set[str] = field(default_factory=set)

    def others(self, name: str) -> set[str]:
        """The terms for what this member means, but for its own name."""
        return self.names_of(self.meant(name)) - {name}

    def meant(self, name: str) -> set[str]:
        """The addresses that a name may stand for, and itself."""
        found = {name, *self.iris.get(name, ())}
        prefix, colon, rest = name.partition(":")
        if colon:
            found.add(self.prefixes.get(prefix, prefix + ":") + rest)
        elif name not in self.iris:
            found |= {vocabulary + name for vocabulary in self.vocabularies}
        return found

    def names_of(self, iris: Iterable[str]) -> set[str]:
        """What the contexts at hand call these addresses."""
        found = set()
        for iri in iris:
            found |= {*self.by_iri.get(iri, ()), *self._in_vocabularies(iri)}
        return found

    def _in_vocabularies(self, iri: str) -> Iterator[str]:
        """What a context calls it that has no term for it, and lets any name stand for an address."""
        for vocabulary, defined in self.open_vocabularies:
            rest = iri.removeprefix(vocabulary)
            if iri.startswith(vocabulary) and iri not in defined and rest and ":" not in rest:
                yield rest

    def is_shortened_otherwise(self, name: str) -> bool:
        """Whether a name that is no term could begin with another prefix than it does, or with one at all."""
        own, colon, rest = name.partition(":")
        if not colon or name in self.iris:
            return False
        is_whole = rest.startswith("//") or own not in self.prefixes
        whole = name if is_whole else self.prefixes[own] + rest
        fitting = {
            prefix
            for prefix, iri in self.prefixes.items()
            if iri.endswith(_DELIMITERS) and whole.startswith(iri) and whole != iri
        }
        return bool(fitting if is_whole else fitting - {own})


def refuse_respelled(
    documents: Sequence[PlainJson], contexts: Mapping[str, PlainJson], *, directions: bool = False
) -> None:
    """Refuse members that are not written by their own term, or that describe the document elsewhere.

    Args:
        contexts: all that are at hand, by address.
        directions: the direction of a text may stand there, which a graph does not cover.

    Raises:
        Respelled: the first such member.
    """
    known = _known(contexts)
    for document in documents:
        root = _identifier(document)
        for path, name, holder in _members(document, ""):
            if directions and name == "@direction":
                continue
            if _is_respelled(name, holder, known) or (
                path and name in ("id", "@id") and _is_root(holder, root)
            ):
                raise Respelled(name, path=path + pointer([name]))
            for kind in _respelled_types(name, holder, known):
                raise Respelled(kind, path=path + pointer([name]))


def has_other_names(
    document: PlainJson, contexts: Mapping[str, PlainJson], others: Mapping[str, PlainJson]
) -> bool:
    """Whether a value that is a name of a vocabulary is called otherwise by a context that is not its own.

    Args:
        contexts: those of the document.
        others: further ones at hand: one name of a context is easily exchanged for another.
    """
    own, further = _known(contexts), _known(others)
    return any(
        further.names_of(own.meant(value)) - {value}
        for _, name, holder in _members(document, "")
        if name in own.by_vocabulary
        for value in _texts(holder[name])
    )


def _texts(value: PlainJson) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield one


def is_plain(document: PlainJson, contexts: Mapping[str, PlainJson]) -> bool:
    """Whether every member is a term, and holds what it seems to hold.

    By whole or shortened addresses, by keys of maps and by members of other things, the same graph has many
    spellings; by terms alone it has the one that its contexts give it.
    """
    return _is_plain(document, _known(contexts))


def _is_plain(value: PlainJson, known: _Terms) -> bool:
    if isinstance(value, list):
        return all(_is_plain(item, known) for item in value)
    if not isinstance(value, dict):
        return True
    return all(
        name == "@context" or (_is_plain_member(name, known) and _is_plain_value(name, item, known))
        for name, item in value.items()
    )


def _is_plain_member(name: str, known: _Terms) -> bool:
    if name in _KEYWORDS or (name in _OWN_GRAPHS and name in known.iris):
        return True
    is_known = name in known.iris or (":" not in name and bool(known.vocabularies))
    return is_known and name not in known.shaped


def _is_plain_value(name: str, value: PlainJson, known: _Terms) -> bool:
    if name in known.by_language and isinstance(value, dict):
        return True
    return _is_plain(value, known)


def iris(contexts: Mapping[str, PlainJson]) -> set[str]:
    """What these contexts have a term for."""
    return set(_known(contexts).by_iri)


def prefixes(contexts: Mapping[str, PlainJson]) -> dict[str, set[str]]:
    """What these contexts mean by each name, as addresses may begin with it."""
    return _known(contexts).iris


def _known(contexts: Mapping[str, PlainJson]) -> _Terms:
    known = _Terms()
    for context in contexts.values():
        own = _Terms()
        for terms in (own, known):
            _collect(context.get("@context") if isinstance(context, dict) else None, terms)
        defined = frozenset(iri for found in own.iris.values() for iri in found)
        known.open_vocabularies += [(one, defined) for one in sorted(own.vocabularies) if one]
    for name, found in known.iris.items():
        for iri in found:
            known.by_iri.setdefault(iri, set()).add(name)
    return known


def _is_respelled(name: str, holder: Mapping[str, PlainJson], known: _Terms) -> bool:
    if name == "@language":
        # A language of nothing is left out of the graph without a word.
        return not isinstance(holder.get("@value"), str)
    if (name == "@value" and isinstance(holder[name], bool)) or _is_truth_in_list(holder[name]):
        # An object or a list is true to many a reader, whatever it holds.
        return True
    if name.startswith("@"):
        return name not in _KEYWORDS or ("@value" not in holder and bool(known.by_iri.get(name)))
    keywords = {iri for iri in known.iris.get(name, ()) if iri.startswith("@")}
    if any(name.startswith(vocabulary) for vocabulary in known.vocabularies if vocabulary):
        # The whole address of what a vocabulary lets stand by its name alone.
        return True
    if not keywords <= _OF_VALUES or name.startswith("_:") or known.is_shortened_otherwise(name):
        return True
    return not keywords and bool(known.others(name))


def _is_truth_in_list(value: PlainJson) -> bool:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
        if isinstance(value, bool):
            return True
    return False


def _respelled_types(name: str, holder: Mapping[str, PlainJson], known: _Terms) -> Iterator[str]:
    """Types of a thing that are not called by their own term."""
    if name not in _TYPES or "@value" in holder:
        return
    stated = holder[name]
    for kind in stated if isinstance(stated, list) else [stated]:
        if isinstance(kind, str) and (kind in known.iris or ":" in kind) and known.others(kind):
            yield kind


def _identifier(value: object) -> PlainJson:
    return value.get("id", value.get("@id")) if isinstance(value, dict) else None


def _is_root(holder: Mapping[str, PlainJson], root: PlainJson) -> bool:
    """Whether the same thing as the document is described once more, in its own words."""
    return root is not None and _identifier(holder) == root and _says(holder)


def _says(holder: Mapping[str, PlainJson]) -> bool:
    return bool(holder.keys() - _IDENTIFIERS - {"type", "@type"})


def _members(value: PlainJson, at: str) -> Iterator[tuple[str, str, Mapping[str, PlainJson]]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _members(item, f"{at}/{index}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield at, name, value
            if name != "@context":
                yield from _members(item, at + pointer([name]))


def _collect(context: PlainJson, known: _Terms) -> None:
    for one in context if isinstance(context, list) else [context]:
        if not isinstance(one, dict):
            continue
        known.prefixes |= {name: item for name, item in one.items() if isinstance(item, str)}
        known.prefixes |= {
            name: str(item["@id"]) for name, item in one.items() if isinstance(item, dict) and "@id" in item
        }
        if isinstance(one.get("@vocab"), str):
            known.vocabularies.add(str(one["@vocab"]))
        for term, definition in one.items():
            if term.startswith("@"):
                continue
            iri = definition.get("@id", term) if isinstance(definition, dict) else definition
            if isinstance(definition, dict) and "@reverse" in definition:
                # Said of the other thing, in another place of the document.
                iri = "@reverse"
            if isinstance(iri, str):
                prefix, colon, rest = iri.partition(":")
                whole = known.prefixes.get(prefix, prefix + ":") + rest if colon else iri
                known.iris.setdefault(term, set()).add(whole)
            if isinstance(definition, dict):
                _shape(term, definition, known)
                _collect(definition.get("@context"), known)


def _shape(term: str, definition: Mapping[str, PlainJson], known: _Terms) -> None:
    stated = definition.get("@container")
    containers = {str(one) for one in (stated if isinstance(stated, list) else [stated]) if one is not None}
    if definition.get("@type") == "@vocab":
        known.by_vocabulary.add(term)
    if _SHAPING & definition.keys() or containers - _PLAIN_CONTAINERS:
        known.shaped.add(term)
    if "@language" in containers:
        known.by_language.add(term)
