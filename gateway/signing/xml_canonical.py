"""Canonical XML of a document or of a part of it, as XML signatures cover it.

lxml writes Canonical XML 1.0 and exclusive; 1.1 differs from 1.0 only in ``xml:`` attributes that a part
inherits from outside (Canonical XML 1.1, 2.4), which are set here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from gateway.errors import TrustError
from gateway.frontdoor import xml

C14N_10: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_11: Final = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
METHODS: Final = (C14N_10, C14N_11, EXCLUSIVE)
WITH_COMMENTS: Final = {
    f"{C14N_10}#WithComments": C14N_10,
    f"{C14N_11}#WithComments": C14N_11,
    f"{EXCLUSIVE}WithComments": EXCLUSIVE,
}

# Of a PrefixList: the namespace without a prefix.
_DEFAULT: Final = "#default"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
# A name with a prefix, alone or in an expression, such as //t:pcf/@t:unit or t:*; a URN has a second colon.
_PREFIXED: Final = re.compile(r"(?<![\w.-])(?<![\w.-]:)([^\W\d][\w.-]*):(?=\*|[^\W\d][\w.-]*+(?!:[\w/]))")
# What everybody means by them, declared or not.
_USUAL: Final = {
    ("xs", "http://www.w3.org/2001/XMLSchema"),
    ("xsd", "http://www.w3.org/2001/XMLSchema"),
}


class NotCanonicalisable(TrustError):
    """The part has no canonical form that is the same everywhere."""

    code = "envelope.xml-canonical"


def document(root: etree._Element, method: str, prefixes: tuple[str, ...] = ()) -> bytes:
    """The whole document without its comments; instructions beside the root belong to it."""
    if method == EXCLUSIVE and _DEFAULT in prefixes:
        _refuse_unused_default(root)
    return _write(root.getroottree(), method, prefixes)


def part(element: etree._Element, method: str, prefixes: tuple[str, ...] = ()) -> bytes:
    """The subtree below ``element`` without its comments.

    Raises:
        NotCanonicalisable: an ``xml:base`` from outside, which 1.1 joins and nobody does alike; a default
            namespace asked for where nothing uses it, which lxml leaves out.
    """
    alone = _alone(element)
    if method == EXCLUSIVE and _DEFAULT in prefixes:
        _refuse_unused_default(alone)
    for name, value in ({} if method == EXCLUSIVE else _inherited(element, method)).items():
        alone.set(name, value)
    return _write(alone, method, prefixes)


def unwritten_prefixes(element: etree._Element, written: bytes) -> Iterator[str]:
    """Where a value names something by a prefix whose namespace the exclusive form has not written.

    Such as the type in ``xsi:type="t:Mass"``: with ``t`` bound otherwise it is another, in the same bytes.

    Source: Exclusive XML Canonicalization 1.0, 4 (item 2: namespaces that are not visibly utilized).
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    signed = etree.fromstring(written, parser)
    for here, there in zip(element.iter(etree.Element), signed.iter(etree.Element), strict=True):
        for prefix in sorted(_prefixes_in(here)):
            name = prefix or None
            namespace = here.nsmap.get(name)
            is_usual = (prefix, namespace) in _USUAL
            # A type needs its namespace: where there is none, it may have been taken away.
            is_meant = namespace is not None or prefix == _type_prefix(here)
            if is_meant and not is_usual and not (name in there.nsmap and namespace == there.nsmap[name]):
                yield f"{xml.place(here)} xmlns:{prefix}".removesuffix(":")


def _prefixes_in(element: etree._Element) -> set[str]:
    """The prefixes in the values of an element; empty text for the default namespace of its type."""
    values = [element.text, *element.attrib.values(), *(child.tail for child in element)]
    found = {prefix for value in values if value and ":" in value for prefix in _PREFIXED.findall(str(value))}
    kind = _type_prefix(element)
    return found if kind is None else found | {kind}


def _type_prefix(element: etree._Element) -> str | None:
    """The prefix of its type; None: it states none, or one in the namespace of its own unprefixed name."""
    kind = element.get(_TYPE)
    if kind is None:
        return None
    prefix = kind.strip().rpartition(":")[0]
    return prefix if prefix or element.prefix else None


def _refuse_unused_default(root: etree._Element) -> None:
    """Exclusive XML Canonicalization, 3: ``#default`` writes a default namespace where none of it is used."""
    stack = [(root, "")]
    while stack:
        element, written = stack.pop()
        known = element.nsmap.get(None, "") or ""
        if element.prefix and known != written:
            raise NotCanonicalisable(_DEFAULT, code="envelope.transform")
        stack += [(child, known) for child in element if not callable(child.tag)]


def _write(node: etree._Element | etree._ElementTree, method: str, prefixes: tuple[str, ...]) -> bytes:
    exclusive = method == EXCLUSIVE
    try:
        written = etree.tostring(
            node,
            method="c14n",
            exclusive=exclusive,
            with_comments=False,
            inclusive_ns_prefixes=list(prefixes) if exclusive and prefixes else None,
        )
    except (etree.LxmlError, ValueError) as error:
        # Canonical XML 1.0, 1.3: a relative namespace has no canonical form.
        raise NotCanonicalisable(type(error).__name__) from error
    assert isinstance(written, bytes)
    return written


def _inherited(element: etree._Element, method: str) -> dict[str, str]:
    """The ``xml:`` attributes that the part takes over from the elements around it."""
    found: dict[str, str] = {}
    for ancestor in element.iterancestors():
        for name, value in ancestor.attrib.items():
            text = str(name)
            if text.startswith(_XML) and text not in element.attrib:
                found.setdefault(text, str(value))
    if method == C14N_11:
        found.pop(f"{_XML}id", None)
        if f"{_XML}base" in found:
            raise NotCanonicalisable("xml:base", code="envelope.xml-canonical")
    return found


def _alone(element: etree._Element) -> etree._Element:
    """The part as the root of a document of its own, with all the namespaces that are around it.

    Of a part of a larger document, libxml2 forgets below the part's children that the default namespace is
    there already, and writes that there is none.
    """
    # The front door has let it in, whatever its size.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, huge_tree=True
    )
    try:
        return etree.fromstring(etree.tostring(element, encoding="utf-8", with_tail=False), parser)
    except etree.LxmlError as error:
        raise NotCanonicalisable(type(error).__name__) from error
