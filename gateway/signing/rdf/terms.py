"""What contexts mean by a term, and documents that use one of which two contexts mean different things.

An RDFC signature covers what a term means, not how it is spelled. Where two contexts exchange the meanings of
two terms, their values can change places in the document while its graph stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gateway.errors import TrustError
from gateway.frontdoor.json import PlainJson
from gateway.signing.jcs import jcs

Meanings = dict[str, set[bytes]]


class TermTwice(TrustError):
    """The document uses a term that two contexts at hand define in different ways."""

    code = "rdf.term-twice"


def refuse_ambiguous(documents: Sequence[PlainJson], contexts: Mapping[str, PlainJson]) -> None:
    """Refuse a term of the documents that is not defined alike in all contexts that define it.

    Args:
        contexts: all that are at hand, whether the documents name them or not: a name is easily exchanged.

    Raises:
        TermTwice: the first such term.
    """
    known = {url: _meanings(context) for url, context in sorted(contexts.items())}
    used = {term for document in documents for term in _used(document)}
    for term in sorted(used):
        found = {url: meanings[term] for url, meanings in known.items() if term in meanings}
        first = next(iter(found.values()), set())
        if any(meaning != first for meaning in found.values()):
            raise TermTwice(term, contexts=", ".join(found))


def names(contexts: Mapping[str, PlainJson]) -> set[str]:
    """Every term that these contexts define, at their tops and inside."""
    return {term for context in contexts.values() for term in _meanings(context)}


def _used(value: PlainJson) -> Iterator[str]:
    """Every member and every text, for a text may be a term, too."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            if name != "@context":
                yield from _used(item)
    elif isinstance(value, list):
        for item in value:
            yield from _used(item)
    elif isinstance(value, str):
        yield value


def _meanings(context: PlainJson) -> Meanings:
    """What a context file means by each term, at its top and in the contexts inside it."""
    found: Meanings = {}
    held = context.get("@context") if isinstance(context, dict) else None
    _collect(held, {}, found)
    return found


def _collect(context: PlainJson, prefixes: Mapping[str, str], found: Meanings) -> None:
    for one in context if isinstance(context, list) else [context]:
        if not isinstance(one, dict):
            continue
        own = {**prefixes, **{name: item for name, item in one.items() if isinstance(item, str)}}
        for term, definition in one.items():
            if term.startswith("@"):
                continue
            found.setdefault(term, set()).add(_meaning(definition, own))
            if isinstance(definition, dict):
                _collect(definition.get("@context"), own, found)


def _meaning(definition: PlainJson, prefixes: Mapping[str, str]) -> bytes:
    """A definition in one spelling: written out, prefixes resolved, without what only protects it."""
    told = {"@id": definition} if isinstance(definition, str) else definition
    if isinstance(told, dict):
        told = {
            name: _resolved(item, prefixes)
            for name, item in told.items()
            if name not in ("@protected", "@context")
        }
    return jcs(told)


def _resolved(value: PlainJson, prefixes: Mapping[str, str]) -> PlainJson:
    if not isinstance(value, str):
        return value
    prefix, colon, rest = value.partition(":")
    if colon and not rest.startswith("//") and prefix in prefixes:
        return prefixes[prefix] + rest
    return value
