"""XML at the door: no DOCTYPE, no entities, no inclusion, nothing fetched, bounded size and shape."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, cast

from lxml import etree

from gateway.errors import InputError
from gateway.frontdoor import limits as lim
from gateway.frontdoor.limits import XmlLimits
from gateway.frontdoor.number import decimal, double

__all__ = ["asides", "decimal", "double", "parse", "parse_signed", "place", "straightened", "text_of"]

_UTF8_BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UTF32: Final = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_DECLARATION: Final = re.compile(rb"<\?xml[ \t\r\n][^>]*?\?>")
# White space and byte order marks before a declaration, where none may stand.
_LEAD: Final = re.compile(rb"(?:[ \t\r\n]|\xef\xbb\xbf)++(?=<\?xml[ \t\r\n])")
_ENCODING: Final = re.compile(rb"""[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")
# What may be declared, and how it is decoded. GB 18030 contains GBK and GB 2312.
_DECLARED: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
}
# XML 1.0, [22]: what may stand before a document type declaration or the root.
_PROLOG: Final = re.compile(rb"(?:[ \t\r\n]++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
# CDATA is taken along so that nothing inside it counts.
_ASIDE: Final = re.compile(
    rb"<!--(?P<comment>.*?)-->|<\?(?P<instruction>.*?)\?>|<!\[CDATA\[.*?\]\]>", re.DOTALL
)
_STRING_VALUE: Final = etree.XPath("string()")

# libxml2 error numbers (xmlerror.h)
_INVALID_ENCODING: Final = 81
_UNDECLARED_ENTITY: Final = (26, 27)
_RESOURCE_LIMIT: Final = (110, 114)
# Some limits are reported under the number of the construct that is too long.
_TOO_BIG: Final = re.compile("too big|too long|too large|XML_PARSE_HUGE")


def parse(data: bytes, *, limits: XmlLimits = lim.XML) -> etree._Element:
    """The root of an XML document, without its comments and processing instructions.

    Text around a comment, a processing instruction or CDATA is one text: ``.text`` is the full value.
    Read are UTF-8, UTF-16 with its byte order mark, and by declaration US-ASCII, ISO-8859-1,
    windows-1252, GB 2312, GBK and GB 18030; all are decoded first, so that every check sees the same text.

    Raises:
        InputError: ``xml.*``, with line and column.
    """
    return _parsed(data, limits, keep_asides=False)


def parse_signed(data: bytes, *, limits: XmlLimits = lim.XML) -> etree._Element:
    """As ``parse``, but with comments and processing instructions, of which a signature covers the latter.

    Only for signatures: ``.text`` ends at the first comment here. What is read afterwards is the canonical
    form of what was signed, through ``parse``.
    """
    return _parsed(data, limits, keep_asides=True)


def _parsed(data: bytes, limits: XmlLimits, *, keep_asides: bool) -> etree._Element:
    if len(data) > limits.max_bytes:
        raise _too_large(len(data), limits.max_bytes, "max_bytes")
    text = decoded(data)
    nodes = text.count(b"<") + text.count(b"=")
    if nodes > limits.max_nodes:
        raise _too_large(nodes, limits.max_nodes, "max_nodes")
    try:
        root = etree.fromstring(text, _parser(keep_asides=keep_asides))
    except etree.XMLSyntaxError as error:
        raise syntax_error(error) from error
    _refuse_what_the_parser_let_through(root, limits)
    return root


def decoded(data: bytes) -> bytes:
    """The document in UTF-8 without a byte order mark, proven to have no DOCTYPE.

    Raises:
        InputError: ``xml.encoding``, ``xml.empty``, ``xml.doctype``.
    """
    text = _as_utf8(data)
    if not text.strip():
        raise InputError(code="xml.empty")
    _refuse_doctype(text)
    return text


def straightened(data: bytes) -> tuple[bytes, bytes]:
    """A document that may have something before its declaration, and what that is; empty: nothing is.

    What stands there cannot mean anything, and there can be nothing else than white space and byte order
    marks; the lines keep their numbers. Not for what is signed: others refuse such a document.

    Raises:
        InputError: ``xml.encoding``.
    """
    found = _LEAD.match(data)
    if found is None or found[0] == _UTF8_BOM:
        return data, b""
    lead = found[0]
    text = _as_utf8(data[len(lead) :])
    declaration = _DECLARATION.match(text)
    gone = declaration[0] if declaration else b""
    lines = lead.count(b"\n") + gone.count(b"\n")
    return b"\n" * lines + text[len(gone) :], lead


def asides(data: bytes) -> tuple[tuple[int, str], ...]:
    """Line and text of every comment and processing instruction, which ``parse`` leaves out.

    Call it on a document that ``parse`` took: only there can ``<!`` and ``<?`` be nothing else.
    """
    text = decoded(data)
    found: list[tuple[int, str]] = []
    line, before = 1, 0
    for aside in _ASIDE.finditer(text):
        if aside.lastgroup is None or aside[0].startswith((b"<?xml ", b"<?xml\t", b"<?xml\n", b"<?xml\r")):
            continue
        line += text.count(b"\n", before, aside.start())
        before = aside.start()
        found.append((line, aside[aside.lastgroup].decode()))
    return tuple(found)


def text_of(element: etree._Element) -> str:
    """All text inside ``element``, whatever stands between its pieces (XPath ``string()``)."""
    return str(_STRING_VALUE(element))


def place(element: etree._Element) -> str:
    """Where an element or instruction stands, for people: local names with positions, and the line."""
    steps: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        parent = node.getparent()
        # Comments and instructions have no tag, but a function that makes them.
        is_element = not callable(node.tag)
        name = etree.QName(node).localname if is_element else f"<?{getattr(node, 'target', '')}?>"
        if is_element and parent is not None and (number := _number_among_twins(node)):
            name = f"{name}[{number}]"
        steps.append(name)
        node = parent
    return f"/{'/'.join(reversed(steps))} (line {element.sourceline})"


def _number_among_twins(element: etree._Element) -> int:
    """Which of the siblings of its name an element is, from 1; 0: it is the only one."""
    tag = str(element.tag)
    if next(element.itersiblings(tag, preceding=True), None) is None:
        return 0 if next(element.itersiblings(tag), None) is None else 1
    # By libxml2 itself: each of thousands of siblings, made an object of Python, would take its time.
    return int(cast("float", _before(tag)(element))) + 1


@lru_cache(maxsize=1024)
def _before(tag: str) -> etree.XPath:
    name = etree.QName(tag)
    if name.namespace is None:
        return etree.XPath(f"count(preceding-sibling::{name.localname})")
    return etree.XPath(f"count(preceding-sibling::n:{name.localname})", namespaces={"n": name.namespace})


def _parser(*, keep_asides: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=not keep_asides,
        remove_pis=not keep_asides,
        strip_cdata=True,
    )


def _as_utf8(data: bytes) -> bytes:
    """The document in UTF-8 without a byte order mark, whatever its declaration still says."""
    if data.startswith(_UTF32):
        raise InputError("UTF-32", code="xml.encoding", path="line 1, column 1")
    if codec := _UTF16.get(data[:2]):
        text = _transcoded(data[2:], codec)
        declared = _declared(text)
        if declared not in ("", "utf-16", codec):
            raise InputError(declared, code="xml.encoding", path="line 1, column 1")
        return text
    if b"\x00" in data[:2]:
        raise InputError(data[:4].hex(" "), code="xml.encoding", path="line 1, column 1")
    marked = data.startswith(_UTF8_BOM)
    data = data.removeprefix(_UTF8_BOM)
    declared = _declared(data)
    known = _DECLARED.get(declared or "utf-8")
    if known is None or (marked and known != "utf-8"):
        raise InputError(declared, code="xml.encoding", path="line 1, column 1")
    return data if known == "utf-8" else _transcoded(data, known)


def _declared(text: bytes) -> str:
    """The declared encoding in lower case; empty where there is none."""
    declaration = _DECLARATION.match(text)
    named = _ENCODING.search(declaration[0]) if declaration else None
    return named[1].decode("latin-1").lower() if named else ""


def _transcoded(data: bytes, codec: str) -> bytes:
    try:
        return data.decode(codec).encode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        saw = f"{codec}: {data[error.start : error.start + 4].hex(' ')}"
        raise InputError(saw, code="xml.encoding", path=f"line {line}") from error


def _refuse_doctype(text: bytes) -> None:
    prolog = _PROLOG.match(text)
    end = prolog.end() if prolog else 0
    if text[end : end + 9].upper() == b"<!DOCTYPE":
        start = text.rfind(b"\n", 0, end) + 1
        line = text.count(b"\n", 0, end) + 1
        saw = text[end : end + 60].decode("utf-8", "replace")
        raise InputError(saw, code="xml.doctype", path=f"line {line}, column {end - start + 1}")


def _refuse_what_the_parser_let_through(root: etree._Element, limits: XmlLimits) -> None:
    # Should the scan of the prolog and the parser ever disagree, the parser's view decides.
    info = root.getroottree().docinfo
    if info.internalDTD is not None:
        raise InputError("<!DOCTYPE", code="xml.doctype", path="line 1")
    # Whether there is one at all is seen in a sixth of the time that it takes to find it.
    if not _is_crowded(limits.max_attributes)(root):
        return
    crowded = root.xpath(f"(//*[@*[{limits.max_attributes + 1}]])[1]")
    if isinstance(crowded, list) and crowded and isinstance(crowded[0], etree._Element):
        number = len(crowded[0].attrib)
        at = place(crowded[0])
        raise InputError(number, code="xml.too-many-attributes", path=at, limit=limits.max_attributes)


@lru_cache(maxsize=16)
def _is_crowded(limit: int) -> etree.XPath:
    """Whether any element has more attributes than that."""
    return etree.XPath(f"boolean(//@*[{limit + 1}])")


def _too_large(saw: int, limit: int, name: str) -> InputError:
    return InputError(saw, code="xml.too-large", limit=limit, name=name)


def syntax_error(error: etree.XMLSyntaxError) -> InputError:
    """What the parser says, as an error of this door."""
    at = f"line {error.lineno or 1}, column {(error.offset or 0) + 1}"
    problem = str(error.msg).partition(", line ")[0].strip()
    reason = int(getattr(error, "code", 0))
    if reason == _INVALID_ENCODING:
        return InputError(problem, code="xml.encoding", path=at)
    if reason in _UNDECLARED_ENTITY:
        return InputError(problem, code="xml.entity", path=at)
    if reason in _RESOURCE_LIMIT or _TOO_BIG.search(problem):
        if "depth" in problem:
            return InputError(problem, code="xml.too-deep", path=at, limit=lim.XML_DEPTH)
        return InputError(problem, code="xml.too-large", path=at, limit=lim.XML_TEXT_CHARACTERS, name="text")
    return InputError(problem, code="xml.syntax", path=at)
