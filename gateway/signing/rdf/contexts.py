"""JSON-LD contexts: handed in or found in an installed package, checked by digest, never fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.errors import TrustError
from gateway.frontdoor.json import PlainJson, parse_signed, pointer
from gateway.signing.jcs import jcs
from gateway.signing.rdf import inline, spelling, terms

Contexts = Mapping[str, bytes]
NO_CONTEXTS: Final[Contexts] = {}

CREDENTIALS_2: Final = "https://www.w3.org/ns/credentials/v2"
CREDENTIALS_1: Final = "https://www.w3.org/2018/credentials/v1"
# SHA-256 of the canonical JSON, so that every copy of one context has one digest, however it is spaced.
PINNED: Final = {
    CREDENTIALS_2: "b463c8d6a066214123ddd9827b135e1b50e1fc73322cc52a9b12a4f1fc7d86cf",
    CREDENTIALS_1: "b01e671e873981f19a9102a9a57f666dbcaeb31b99e3e124378d143e71549247",
}
# Where an installed package carries the file: distribution, path inside it.
_INSTALLED: Final = {CREDENTIALS_2: ("openvc-core", "openvc/proof/contexts/credentials-v2.json")}
_LARGEST: Final = 512 * 1024


class ContextRefused(TrustError):
    """A context is not at hand, has been exchanged, or is written into the document."""

    code = "rdf.context-unknown"


def collect(documents: list[PlainJson], given: Contexts, *, ours: bool = False) -> dict[str, PlainJson]:
    """The contexts that these documents name, at their tops and in what they hold, by address.

    Args:
        ours: see ``jsonld.canonical``.

    Raises:
        ContextRefused: one does more in the document than name types, is not at hand, or has been exchanged.
    """
    found: dict[str, PlainJson] = {}
    if not ours:
        # What needs no context to be seen is said before one is found missing.
        _refuse_inline(documents, {})
    for document in documents:
        for url, path in _named(document, ""):
            if url not in found:
                found[url] = load(url, given, path=path)
    known = {**found, **further(found, given)}
    if not ours:
        _refuse_inline(documents, known)
    terms.refuse_ambiguous(documents, known)
    spelling.refuse_respelled(documents, known, directions=ours)
    return found


def further(named: Mapping[str, PlainJson], given: Contexts) -> dict[str, PlainJson]:
    """The contexts at hand that a document does not name, but for those that everybody knows."""
    return {url: load(url, given) for url in given if url not in named and url not in PINNED}


def _named(value: PlainJson, at: str) -> Iterator[tuple[str, str]]:
    """Addresses of contexts with their places; a credential in a presentation has some of its own."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _named(item, f"{at}/{index}")
    elif isinstance(value, dict):
        stated = value.get("@context")
        for index, url in enumerate(stated if isinstance(stated, list) else [stated]):
            if isinstance(url, str):
                yield url, f"{at}/@context/{index}"
        for name, item in value.items():
            if name != "@context":
                yield from _named(item, at + pointer([name]))


def _refuse_inline(documents: list[PlainJson], known: Mapping[str, PlainJson]) -> None:
    for place in inline.beyond_types(documents, known):
        raise ContextRefused(path=place, code="rdf.context-inline")


def load(url: str, given: Contexts, *, path: str = "") -> PlainJson:
    """One context.

    Raises:
        ContextRefused: it is not at hand, or not the published one.
    """
    data = given.get(url) or _installed(url)
    if data is None or len(data) > _LARGEST:
        raise ContextRefused(url, path=path)
    value = parse_signed(data)
    expected = PINNED.get(url)
    if expected is not None and hashlib.sha256(jcs(value)).hexdigest() != expected:
        raise ContextRefused(url, path=path, code="rdf.context-exchanged")
    return value


def _installed(url: str) -> bytes | None:
    """The file out of an installed package, which is read and not imported."""
    from importlib.metadata import PackageNotFoundError, distribution

    place = _INSTALLED.get(url)
    if place is None:
        return None
    try:
        file = distribution(place[0]).locate_file(place[1])
        with open(str(file), "rb") as held:  # noqa: PTH123  # a path of importlib's own kind
            return held.read(_LARGEST + 1)
    except (PackageNotFoundError, OSError):
        return None
