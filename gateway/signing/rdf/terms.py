"""What contexts mean by a term, and documents that use one of which two contexts mean different things.

An RDFC signature covers what a term means, not how it is spelled. Where two contexts exchange the meanings of
two terms, their values can change places in the document while its graph stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway.errors import TrustError
from gateway.frontdoor.json import PlainJson
from gateway.signing.jcs import jcs

Meanings = dict[str, set[bytes]]
_CREDENTIALS_1: Final = "https://www.w3.org/2018/credentials/v1"
# Kinds of proof that version 1 of the credentials' context has contexts of their own for. What they mean by
# created or domain concerns nobody whose document has no such proof, and it is spelled by the same names.
_OLD_PROOFS: Final = frozenset(
    {
        "EcdsaSecp256k1Signature2019",
        "EcdsaSecp256r1Signature2019",
        "Ed25519Signature2018",
        "RsaSignature2018",
    }
)


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
    used = {term for document in documents for term in _used(document)}
    known = {
        url: _meanings(context, _OLD_PROOFS - used if url == _CREDENTIALS_1 else frozenset())
        for url, context in sorted(contexts.items())
    }
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


def _meanings(context: PlainJson, closed: frozenset[str] = frozenset()) -> Meanings:
    """What a context file means by each term, at its top and in the contexts inside, but for ``closed``."""
    found: Meanings = {}
    held = context.get("@context") if isinstance(context, dict) else None
    _collect(held, {}, found, closed)
    return found


def _collect(
    context: PlainJson, prefixes: Mapping[str, str], found: Meanings, closed: frozenset[str]
) -> None:
    for one in context if isinstance(context, list) else [context]:
        if not isinstance(one, dict):
            continue
        own = {**prefixes, **{name: item for name, item in one.items() if isinstance(item, str)}}
        for term, definition in one.items():
            if term.startswith("@"):
                continue
            found.setdefault(term, set()).add(_meaning(definition, own))
            if isinstance(definition, dict) and term not in closed:
                _collect(definition.get("@context"), own, found, closed)


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
