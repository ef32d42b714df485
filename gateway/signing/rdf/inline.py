"""Contexts that are written into a document and do nothing but name its types.

An RDFC signature does not cover how a context spells things: whoever changes it could exchange two names
together with their values. A type that is called by the end of its own address can be called in one way only,
and stands in a set, where nothing can be exchanged; every other context in a document is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, KeysView, Mapping, Sequence
from typing import Final

from gateway.frontdoor.json import PlainJson, pointer
from gateway.signing.rdf import spelling, terms

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
_ADDRESS: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::\d+)?/[A-Za-z0-9._~/?=&%-]*(?:#[A-Za-z0-9_-]*)?", re.ASCII
)
_TYPES: Final = frozenset({"type", "@type"})


def beyond_types(documents: Sequence[PlainJson], contexts: Mapping[str, PlainJson]) -> Iterator[str]:
    """The places of contexts, or of what they name, that are more than names of the documents' types.

    Args:
        documents: what is signed together.
        contexts: all that are at hand, by address.
    """
    types = {text for document in documents for text in _types(document)}
    for document in documents:
        yield from _beyond(document, contexts, types)


def _beyond(document: PlainJson, contexts: Mapping[str, PlainJson], types: set[str]) -> Iterator[str]:
    stated = document.get("@context") if isinstance(document, dict) else None
    listed = stated if isinstance(stated, list) else [stated]
    own = [one for one in listed if isinstance(one, dict)]
    sound = all(isinstance(one, str) or (isinstance(one, dict) and one) for one in listed)
    if not sound or (own and not isinstance(listed[0], str)):
        yield "/@context"
    if isinstance(document, dict):
        for name, item in document.items():
            if name != "@context":
                yield from _inside(item, pointer([name]))
    if not own:
        return
    named: dict[str, PlainJson] = {}
    known, meant = terms.names(contexts), spelling.iris(contexts)
    for one in own:
        for name, address in one.items():
            alone = _is_its_end(name, address) and address not in meant and name not in {*named, *known}
            if not alone or name not in types:
                yield "/@context"
            named[name] = address
    yield from _elsewhere(document, named.keys(), "", types=False)


def _inside(value: PlainJson, at: str) -> Iterator[str]:
    """Contexts that are objects or nothing, anywhere below the document's top."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inside(item, f"{at}/{index}")
    elif isinstance(value, dict):
        stated = value.get("@context", [])
        if not all(isinstance(one, str) for one in (stated if isinstance(stated, list) else [stated])):
            yield f"{at}/@context"
        for name, item in value.items():
            if name != "@context":
                yield from _inside(item, at + pointer([name]))


def _is_its_end(name: str, address: PlainJson) -> bool:
    return (
        isinstance(address, str)
        and bool(_NAME.fullmatch(name) and _ADDRESS.fullmatch(address))
        and re.split("[/#]", address)[-1] == name
    )


def _types(value: PlainJson) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _types(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in _TYPES:
                yield from (
                    one for one in (item if isinstance(item, list) else [item]) if isinstance(one, str)
                )
            yield from _types(item)


def _elsewhere(value: PlainJson, named: KeysView[str], at: str, *, types: bool) -> Iterator[str]:
    """Where one of these names stands, or begins a name, and is no type."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "@context":
                continue
            path = at + pointer([name])
            if _begins(name) in named:
                yield path
            yield from _elsewhere(item, named, path, types=name in _TYPES)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _elsewhere(item, named, f"{at}/{index}", types=types)
    elif isinstance(value, str) and _begins(value) in named and not (types and ":" not in value):
        yield at


def _begins(text: str) -> str:
    return text.partition(":")[0]
