"""RDF data sets as N-Quads, read strictly and written canonically.

Source: W3C RDF 1.1 N-Quads; RDF Dataset Canonicalization 1.0, appendix A (the canonical form).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.errors import InputError

XSD_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
_LANG_STRING: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_LARGEST: Final = 8 * 2**20


class BadQuads(InputError):
    """The bytes are no N-Quads."""

    code = "rdf.bad-quads"


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank node, by its label without ``_:``."""

    label: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal; ``language`` only with rdf:langString."""

    value: str
    datatype: str = XSD_STRING
    language: str = ""


Term: TypeAlias = "str | Blank | Literal"
"""An IRI is plain text."""


@dataclass(frozen=True, slots=True)
class Quad:
    """One statement; ``graph`` is None in the default graph."""

    subject: str | Blank
    predicate: str
    object: Term
    graph: str | Blank | None = None

    @property
    def terms(self) -> tuple[tuple[str, Term | None], ...]:
        """Where a blank node can stand (RDFC-1.0, 4.8: s, o, g)."""
        return ("s", self.subject), ("o", self.object), ("g", self.graph)


_HEX = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_IRI = rf'<((?:[^\x00-\x20<>"{{}}|^`\\]|{_HEX})*+)>'
_LABEL = r"_:([\w\u00B7:](?:[\w\u00B7\u203F\u2040:.-]*[\w\u00B7\u203F\u2040:-])?)"
_TEXT = rf'"((?:[^"\\\n\r]|\\[tbnrf"\'\\]|{_HEX})*+)"'
_TAG = r"@([a-zA-Z]+(?:-[a-zA-Z0-9]+)*)"
_LINE: Final = re.compile(
    rf"[ \t]*(?:{_IRI}|{_LABEL})[ \t]*{_IRI}[ \t]*(?:{_IRI}|{_LABEL}|{_TEXT}(?:\^\^{_IRI}|{_TAG})?)"
    rf"[ \t]*(?:{_IRI}|{_LABEL})?[ \t]*\.[ \t]*(?:#.*)?"
)
_BLANK_LINE: Final = re.compile(r"[ \t]*(?:#.*)?")
_ESCAPE: Final = re.compile(rf"\\[tbnrf\"'\\]|{_HEX}")
_SHORT: Final = {
    "\\t": "\t",
    "\\b": "\b",
    "\\n": "\n",
    "\\r": "\r",
    "\\f": "\f",
    '\\"': '"',
    "\\'": "'",
    "\\\\": "\\",
}
_WRITTEN: Final = {
    **{chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}
_TABLE: Final = str.maketrans(_WRITTEN)


def parse(data: bytes) -> list[Quad]:
    """The statements of an N-Quads document, each once, in its order.

    Raises:
        BadQuads: with the line.
    """
    if len(data) > _LARGEST:
        raise BadQuads(len(data), code="rdf.too-large")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise BadQuads from error
    found: dict[Quad, None] = {}
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if _BLANK_LINE.fullmatch(line):
            continue
        match = _LINE.fullmatch(line)
        if not match:
            raise BadQuads(line, path=f"line {number}")
        found[_quad(match, number)] = None
    return list(found)


def write(quads: Iterable[Quad]) -> str:
    """The canonical N-Quads of statements whose blank nodes have their labels already."""
    return "".join(sorted({line(quad) for quad in quads}))


def line(quad: Quad) -> str:
    """One statement in its canonical spelling, with the line's end."""
    graph = f" {spelled(quad.graph)}" if quad.graph is not None else ""
    return f"{spelled(quad.subject)} <{quad.predicate}> {spelled(quad.object)}{graph} .\n"


def spelled(term: Term) -> str:
    """One term in its canonical spelling."""
    if isinstance(term, Blank):
        return f"_:{term.label}"
    if isinstance(term, str):
        return f"<{term}>"
    text = f'"{term.value.translate(_TABLE)}"'
    if term.language:
        return f"{text}@{term.language}"
    return text if term.datatype == XSD_STRING else f"{text}^^<{term.datatype}>"


def _quad(match: re.Match[str], number: int) -> Quad:
    s_iri, s_blank, predicate, o_iri, o_blank, text, datatype, tag, g_iri, g_blank = (
        match[index] for index in range(1, 11)
    )
    unescape = _unescaper(number)
    subject: str | Blank = unescape(s_iri) if s_iri is not None else Blank(s_blank)
    object_: Term
    if text is not None:
        kind = unescape(datatype) if datatype is not None else _LANG_STRING if tag else XSD_STRING
        object_ = Literal(unescape(text), kind, tag or "")
    else:
        object_ = unescape(o_iri) if o_iri is not None else Blank(o_blank)
    graph: str | Blank | None = None
    if g_iri is not None or g_blank is not None:
        graph = unescape(g_iri) if g_iri is not None else Blank(g_blank)
    return Quad(subject, unescape(predicate), object_, graph)


class _unescaper:  # noqa: N801  # used like a function
    """Resolves escapes; says the line where one names no character."""

    __slots__ = ("_number",)

    def __init__(self, number: int) -> None:
        self._number = number

    def __call__(self, text: str) -> str:
        return _ESCAPE.sub(self._one, text) if "\\" in text else text

    def _one(self, match: re.Match[str]) -> str:
        found = match[0]
        if found in _SHORT:
            return _SHORT[found]
        code = int(found[2:], 16)  # noqa: FURB166  # "\\u" is no prefix that int knows
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise BadQuads(found, path=f"line {self._number}")
        return chr(code)
