"""Where the data sets of a document stand: found in one pass, read one at a time however many there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from xml.parsers import expat

from lxml import etree

from gateway.errors import InputError
from gateway.frontdoor import xml as xml_door
from gateway.report import Finding, Severity

_PIECE: Final = 1 << 20
Watch = Callable[[str, Mapping[str, str]], None]
Listen = Callable[[str, "str | None"], None]


@dataclass(frozen=True, slots=True)
class Span:
    """One data set in a document: its bytes, and the line on which it begins."""

    start: int
    end: int
    line: int
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document in UTF-8 with the places of its data sets. ``head`` is all before the first of them."""

    text: bytes = field(repr=False)
    head: bytes
    root: str
    spans: tuple[Span, ...]
    is_padded: bool = False  # something stands before its declaration

    def element(self, span: Span) -> etree._Element:
        """A document of this data set alone, its lines numbered as in the whole.

        Raises:
            InputError: ``xml.*``.
        """
        space = b"\n" * max(0, span.line - 1 - self.head.count(b"\n"))
        body = self.text[span.start : span.end]
        return xml_door.parse(self.head + space + body + b"</" + self.root.encode() + b">")


def survey(
    data: bytes,
    names: frozenset[str],
    watch: Watch | None = None,
    *,
    listen: Listen | None = None,
    texts: frozenset[str] = frozenset(),
) -> Document:
    """Find the data sets of a document: the children of its root with one of these local names.

    Args:
        watch: is told every element with its attributes as it begins; "" when a data set ends.
        listen: is told the text of every element of a name in ``texts``; None: it is no plain text.

    Raises:
        InputError: ``xml.*``.
    """
    plain, lead = xml_door.straightened(data)
    scan = _Scan(xml_door.decoded(plain), names, watch, listen, texts)
    return replace(scan.run(), is_padded=True) if lead else scan.run()


def padding(document: Document, name: str) -> tuple[Finding, ...]:
    """That something stands before the declaration of a document, which was left out."""
    told = Finding("xml.before-declaration", f"{name} line 1", severity=Severity.INFO)
    return (told,) if document.is_padded else ()


class _Scan:
    def __init__(
        self,
        text: bytes,
        names: frozenset[str],
        watch: Watch | None,
        listen: Listen | None,
        texts: frozenset[str],
    ) -> None:
        self.text = text
        self.names = names
        self.watch = watch
        self.listen = listen
        self.texts = texts
        self.depth = 0
        self.root = ""
        self.begun: tuple[int, int, str] | None = None
        self.spans: list[Span] = []
        self.pieces: list[str] | None = None
        # libxml2 decodes by what is declared; here the text is UTF-8 already.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def run(self) -> Document:
        try:
            for at in range(0, len(self.text), _PIECE):
                self.parser.Parse(self.text[at : at + _PIECE], False)
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            saw = expat.ErrorString(error.code)
            at_line = f"line {error.lineno}, column {error.offset + 1}"
            raise InputError(saw, code="xml.syntax", path=at_line) from error
        first = self.spans[0].start if self.spans else len(self.text)
        return Document(self.text, self.text[:first], self.root, tuple(self.spans))

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > 2:
            if self.begun is not None and self.watch is not None:
                name = tag.rpartition(":")[2] if ":" in tag else tag
                self.watch(name, attributes)
                if self.pieces is not None:
                    self.tell(name, None)
                elif name in self.texts:
                    self.hear(name, attributes)
        elif self.depth == 1:
            self.root = tag
        elif (name := tag.rpartition(":")[2]) in self.names:
            self.begun = (self.parser.CurrentByteIndex, self.parser.CurrentLineNumber, name)
            if self.watch is not None:
                self.watch(name, attributes)

    def hear(self, name: str, attributes: dict[str, str]) -> None:
        if attributes:
            self.tell(name, None)
        else:
            self.pieces = []
            self.parser.CharacterDataHandler = self.pieces.append

    def tell(self, name: str, text: str | None) -> None:
        self.pieces = self.parser.CharacterDataHandler = None
        if self.listen is not None:
            self.listen(name, text)

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.pieces is not None:
            self.tell(tag.rpartition(":")[2], "".join(self.pieces))
        if self.depth == 1 and self.begun is not None:
            start, line, name = self.begun
            at = self.parser.CurrentByteIndex
            # Where the end tag begins; of an empty element, behind it or, by other releases, where it begins.
            is_behind = at != start and not self.text.startswith(b"</" + tag.encode(), at)
            close = at if is_behind else self.text.index(b">", at) + 1
            self.spans.append(Span(start, close, line, len(self.spans), name))
            self.begun = None
            if self.watch is not None:
                self.watch("", {})
