"""The process that does what ``jsonld`` asks: expand, refuse what falls away, canonicalise; then it ends.

It opens nothing and connects to nobody: contexts come with the work. The kernel ends it after its time,
whatever code is running then.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from typing import Any, Final

from gateway.errors import GatewayError, TrustError
from gateway.signing.rdf import canonical, left_open, numbers, spelling
from gateway.signing.rdf.nquads import XSD_STRING, Blank, Literal, Quad

_MEMORY = 1 << 30
# What a relative reference is resolved against, so that it can be told: the library has no "none".
_BASE_SCHEME: Final = "hutong-relative:"
_BASE: Final = f"{_BASE_SCHEME}//x/"
# RFC 3987, 2.2 and RDF 1.1 N-Quads: whatever else has a colon is left out of the graph without a word, or
# would be written into it as it stands. A blank node has any name.
_IRI: Final = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\s]*|_:[^\x00-\x20<>"\s]+""")
# BCP 47 (RFC 5646, 2.1), as RDF 1.1 N-Quads spells a language.
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)
_BOOLEAN: Final = "http://www.w3.org/2001/XMLSchema#boolean"
_DOUBLE: Final = "http://www.w3.org/2001/XMLSchema#double"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# What JSON-LD has words of its own for: types and lists.
_WORDED: Final = frozenset({f"{_RDF}type", f"{_RDF}first", f"{_RDF}rest", f"{_RDF}nil"})
# Where things stand that nothing points at, and what says nothing of the thing that it stands in.
_LOOSE: Final = frozenset({"@graph", "@included"})
_SILENT: Final = frozenset({"@id", "@index", "@included", "@reverse"})


class _Dropped(TrustError):
    code = "rdf.not-covered"


def main() -> None:
    """Read the work from standard input, write the answer to standard output."""
    from pyld import jsonld

    work = json.loads(sys.stdin.buffer.read())
    _limit(work["seconds"])
    try:
        found = [
            canonical.canonicalise(
                _quads(jsonld, document, work["contexts"], directions=work["ours"]),
                hash_name=work["hash"],
            )
            for document in work["documents"]
        ]
        # Looked at again, which takes no longer than before.
        _limit(work["seconds"])
        told = [] if work["ours"] else _left_open(jsonld, work["documents"][-1], work["contexts"])
        answer: dict[str, object] = {"canonical": found, "open": told}
    except GatewayError as error:
        answer = {"code": error.error_code, "saw": error.saw, "path": error.path}
    except (jsonld.JsonLdError, ValueError, RecursionError, MemoryError) as error:
        answer = {
            "code": "rdf.not-covered",
            "saw": str(getattr(error, "code", "")) or type(error).__name__,
            "path": "",
        }
    sys.stdout.write(json.dumps(answer))


def _limit(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        import resource
    except ImportError:  # not on Windows, where the parent alone watches
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _quads(
    jsonld: Any,  # noqa: ANN401  # untyped library
    document: Any,  # noqa: ANN401  # any JSON
    contexts: dict[str, Any],
    *,
    directions: bool,
) -> list[Quad]:
    expanded, options = _expanded(jsonld, document, contexts)
    _refuse_relative(expanded, frozenset({"@index"} if directions else {"@index", "@direction"}))
    _refuse_mute(expanded)
    dataset = jsonld.to_rdf(expanded, options)
    found = []
    for name, statements in dataset.items():
        graph = None if name == "@default" else Blank(name[2:]) if name.startswith("_:") else name
        found += [
            Quad(_node(s["subject"]), str(s["predicate"]["value"]), _term(s["object"]), graph)
            for s in statements
        ]
    return found


def _left_open(
    jsonld: Any,  # noqa: ANN401  # untyped library
    document: Any,  # noqa: ANN401  # any JSON
    contexts: dict[str, Any],
) -> list[str]:
    """Which remarks there are on what the graph does not cover."""
    expanded, options = _expanded(jsonld, document, contexts)
    found = [left_open.PLACES] if left_open.is_movable(expanded) else []
    try:
        is_respelled = (
            left_open.holds_untrue(expanded)
            or left_open.is_wrapped(document, contexts)
            or not spelling.is_plain(document, contexts)
        )
        for piece in left_open.pieces(document):
            own = expanded if piece is document else _expanded(jsonld, piece, contexts)[0]
            for ordered in left_open.orders(own, contexts):
                compacted = jsonld.compact(ordered, piece.get("@context", []), options)
                is_respelled |= left_open.is_respelled(piece, own, compacted, contexts)
    except (GatewayError, jsonld.JsonLdError):
        is_respelled = True
    return [*found, left_open.SPELLING] if is_respelled else found


def _expanded(
    jsonld: Any,  # noqa: ANN401  # untyped library
    document: Any,  # noqa: ANN401  # any JSON
    contexts: dict[str, Any],
) -> tuple[Any, dict[str, Any]]:
    """The document expanded, and the options that it was expanded with."""
    dropped: list[str] = []

    def load(url: str, _options: object) -> dict[str, object]:
        if url not in contexts:
            raise _Dropped(url, path="/@context", code="rdf.context-unknown")
        return {
            "contextUrl": None,
            "documentUrl": url,
            "document": contexts[url],
            "contentType": "application/ld+json",
        }

    options = {"documentLoader": load, "base": _BASE, "processingMode": "json-ld-1.1", "skipExpansion": True}
    expanded = jsonld.expand(document, options, on_property_dropped=lambda name: dropped.append(str(name)))
    if dropped:
        raise _Dropped(dropped[0])
    return expanded, options


def _refuse_relative(value: Any, silent: frozenset[str]) -> None:  # noqa: ANN401  # any JSON
    """What has no absolute IRI makes no statement, so that no signature covers it; nor does ``silent``."""
    if isinstance(value, list):
        for item in value:
            _refuse_relative(item, silent)
    elif isinstance(value, dict):
        if "@value" in value:
            _refuse_literal(value)
        for name, item in value.items():
            if name in ("@id", "@type"):
                _refuse_identifiers(item if isinstance(item, list) else [item])
            elif name in silent or (not name.startswith("@") and not _is_predicate(name)):
                raise _Dropped(name)
            elif name in _WORDED:
                raise _Dropped(name, code="rdf.respelled")
            elif name not in ("@value", "@language"):
                _refuse_relative(item, silent)


def _refuse_mute(value: Any, at: str = "@graph") -> None:  # noqa: ANN401  # any JSON
    """What nothing points at and what says nothing, such as a bare text in a graph, is in no statement."""
    if isinstance(value, list):
        for item in value:
            if at in _LOOSE and not _speaks(item):
                raise _Dropped(str(item))
            _refuse_mute(item, "")
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in ("@value", "@id", "@type"):
                _refuse_mute(item, name)


def _speaks(thing: dict[str, Any]) -> bool:
    """Whether there is a statement about it, and it is more than a value."""
    if "@value" in thing or "@list" in thing:
        return False
    said = [*thing.get("@reverse", {}).values(), *(thing[name] for name in thing.keys() - _SILENT)]
    return any(said)


def _refuse_identifiers(identifiers: list[Any]) -> None:
    for one in identifiers:
        if not _is_absolute(one):
            raise _Dropped(str(one))
        if one in _WORDED:
            raise _Dropped(one, code="rdf.respelled")


def _is_predicate(iri: str) -> bool:
    """A blank node says nothing of anything: its statements are left out."""
    return _is_absolute(iri) and not iri.startswith("_:")


def _is_absolute(iri: object) -> bool:
    return isinstance(iri, str) and bool(_IRI.fullmatch(iri)) and not iri.startswith(_BASE_SCHEME)


def _refuse_literal(value: dict[str, Any]) -> None:
    """Refuse what a graph has like others: rounded numbers, texts like truths, statements in a language."""
    held, kind, language = value["@value"], value.get("@type"), value.get("@language", "en")
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        raise _Dropped(str(language))
    if kind == _DOUBLE:
        numbers.require_text_covered(held)
    if kind == _BOOLEAN and not isinstance(held, bool):
        # The text "false" is true to many a reader.
        raise _Dropped(str(held), code="rdf.respelled")


def _node(term: dict[str, str]) -> str | Blank:
    value = term["value"]
    return Blank(value.removeprefix("_:")) if term["type"] == "blank node" else value


def _term(term: dict[str, str]) -> str | Blank | Literal:
    if term["type"] != "literal":
        return _node(term)
    return Literal(term["value"], term.get("datatype", XSD_STRING), term.get("language", ""))


if __name__ == "__main__":
    main()
