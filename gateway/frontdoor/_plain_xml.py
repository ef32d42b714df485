"""The items of a large, plainly written XML part as text: what programs write, at the speed of ``split``.

A part is plain when it has no comment, CDATA section or processing instruction and the main namespace
without prefix. Then ``<`` stands only where a tag begins, and the text between two closing tags of the
same name is one item. That the part is well-formed is proven first, by a parser, over all of it. Items that
are written otherwise than expected go through lxml one by one; parts that are not plain, all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from lxml import etree

from gateway.errors import InputError
from gateway.frontdoor import xml
from gateway.frontdoor.limits import WorkbookLimits

_STEP: Final = 1 << 20


class PlainPart:
    """A plain part: its items, and the document that is left without them."""

    def __init__(
        self, text: bytes, root: bytes, inner: tuple[int, int], item: bytes, limits: WorkbookLimits
    ) -> None:
        self._text, self._root, self._inner, self._limits = text, root, inner, limits
        self._item = b"</" + item + b">"
        self._name = root[1:].split(maxsplit=1)[0]

    def outside(self) -> etree._Element:
        """The document without its items."""
        start, end = self._inner
        return xml.parse(self._text[:start] + self._text[end:])

    def items(self) -> Iterator[str]:
        """The text of every item, its closing tag left out; with what stands before it, if anything does."""
        at, end = self._inner
        limit = self._limits.max_item_bytes
        while (found := self._text.find(self._item, at, end)) >= 0:
            if found - at > limit:
                raise InputError(found - at, code="xml.too-large", limit=limit, name="max_item_bytes")
            yield self._text[at:found].decode()
            at = found + len(self._item)

    def element(self, item: str) -> etree._Element:
        """One item, with what stands before it, below a root as in its document."""
        text = self._root + item.encode() + self._item + b"</" + self._name + b">"
        return xml.parse(text)


def plain_part(
    data: bytes, root: str, container: str, item: str, namespaces: tuple[str, ...], limits: WorkbookLimits
) -> PlainPart | None:
    """The part, proven to be well-formed; None where it is not plain and needs the slower way.

    Args:
        container: the element around the items; the root itself where it is named the same.

    Raises:
        InputError: ``xml.*``.
    """
    text = xml.decoded(data)
    start = text.find(b"<" + root.encode() + b" ")
    # DOCTYPE and entities were refused by ``xml.decoded``; expat meets neither.
    opened = text.find(b">", start) + 1
    if start < 0 or text[:start].count(b"<") > 1:
        return None
    tag = text[start:opened]
    if not any(f' xmlns="{uri}"'.encode() in tag for uri in namespaces) or tag.endswith(b"/>"):
        return None
    closing = f"</{container}>".encode()
    if container != root:
        opening = f"<{container}>".encode()
        if text.count(opening) != 1:
            return None
        opened = text.find(opening) + len(opening)
    if text.count(closing) != 1 or not _is_bare(text, limits):
        return None
    return PlainPart(text, tag, (opened, text.find(closing)), item.encode(), limits)


def _is_bare(text: bytes, limits: WorkbookLimits) -> bool:
    """Prove that ``text`` is well-formed; whether it is without comment, CDATA and instruction.

    Raises:
        InputError: ``xml.syntax``, ``xml.too-large``.
    """
    tags = text.count(b"<")
    if tags > limits.max_tags:
        raise InputError(tags, code="xml.too-large", limit=limits.max_tags, name="max_tags")
    parser = expat.ParserCreate("utf-8", namespace_separator="}")
    odd: list[object] = []
    parser.CommentHandler = odd.append
    parser.StartCdataSectionHandler = lambda: odd.append(None)
    parser.ProcessingInstructionHandler = lambda *found: odd.append(found)
    try:
        for at in range(0, len(text), _STEP):
            parser.Parse(text[at : at + _STEP], at + _STEP >= len(text))
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset + 1}"
        raise InputError(expat.ErrorString(error.code) or "", code="xml.syntax", path=place) from error
    return not odd
