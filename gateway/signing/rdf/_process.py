"""The process that does what ``jsonld`` asks: expand, refuse what falls away, canonicalise; then it ends.

It opens nothing and connects to nobody: contexts come with the work. The kernel ends it after its time,
whatever code is running then.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import Any

from gateway.errors import GatewayError, TrustError
from gateway.signing.rdf import canonical
from gateway.signing.rdf.nquads import XSD_STRING, Blank, Literal, Quad

_MEMORY = 1 << 30
# What a relative reference is resolved against, so that it can be told: the library has no "none".
_BASE = "hutong-relative://x/"


class _Dropped(TrustError):
    code = "rdf.not-covered"


def main() -> None:
    """Read the work from standard input, write the answer to standard output."""
    from pyld import jsonld

    work = json.loads(sys.stdin.buffer.read())
    _limit(work["seconds"])
    try:
        answer: dict[str, object] = {
            "canonical": [
                canonical.canonicalise(
                    _quads(jsonld, document, work["contexts"], directions=work["ours"]),
                    hash_name=work["hash"],
                )
                for document in work["documents"]
            ]
        }
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

    options = {"documentLoader": load, "base": _BASE, "processingMode": "json-ld-1.1"}
    expanded = jsonld.expand(document, options, on_property_dropped=lambda name: dropped.append(str(name)))
    if dropped:
        raise _Dropped(dropped[0])
    _refuse_relative(expanded, frozenset({"@index"} if directions else {"@index", "@direction"}))
    dataset = jsonld.to_rdf(expanded, options)
    found = []
    for name, statements in dataset.items():
        graph = None if name == "@default" else Blank(name[2:]) if name.startswith("_:") else name
        found += [
            Quad(_node(s["subject"]), str(s["predicate"]["value"]), _term(s["object"]), graph)
            for s in statements
        ]
    return found


def _refuse_relative(value: Any, silent: frozenset[str]) -> None:  # noqa: ANN401  # any JSON
    """What has no absolute IRI makes no statement, so that no signature covers it; nor does ``silent``."""
    if isinstance(value, list):
        for item in value:
            _refuse_relative(item, silent)
    elif isinstance(value, dict):
        for name, item in value.items():
            identifiers = item if isinstance(item, list) else [item]
            if name in ("@id", "@type"):
                for one in identifiers:
                    if not isinstance(one, str) or ":" not in one or one.startswith(_BASE):
                        raise _Dropped(str(one))
            elif name in silent or (not name.startswith("@") and (":" not in name or name.startswith(_BASE))):
                raise _Dropped(name)
            elif name not in ("@value", "@language"):
                _refuse_relative(item, silent)


def _node(term: dict[str, str]) -> str | Blank:
    value = term["value"]
    return Blank(value.removeprefix("_:")) if term["type"] == "blank node" else value


def _term(term: dict[str, str]) -> str | Blank | Literal:
    if term["type"] != "literal":
        return _node(term)
    return Literal(term["value"], term.get("datatype", XSD_STRING), term.get("language", ""))


if __name__ == "__main__":
    main()
