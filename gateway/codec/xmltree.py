"""An XML document as a plain tree, and back: the ground on which ILCD-like formats stand.

An element child is a key: its local name, with a fixed prefix where it is of another namespace than the
document (``common:UUID``). ``@name`` is an attribute, ``#text`` the text of an element that can have
attributes or children; an element that can have neither is its text. What may repeat is always a list. A
text in several languages is an object ``{"en": …, "zh": …}``; without ``xml:lang`` it is English. Texts are
kept to the letter. ``#order`` names the children of an element that has no order of its own, where they are
mixed. Reading never stops at a defect: each becomes a finding, and what it stands on is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from lxml import etree

from gateway.codec import xmlplaces, xmlread, xmlwrite
from gateway.codec.xmlstructure import Structure, by_tag, families, structure
from gateway.errors import InputError
from gateway.frontdoor import xml as xml_door
from gateway.report import Fate, Finding, Note, Report

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Node: TypeAlias = dict[str, Value]

ORDER: Final = xmlread.ORDER
TEXT: Final = xmlread.TEXT
PADDED: Final = "xml.before-declaration"


@dataclass(frozen=True, slots=True)
class XmlTree:
    """A document that was read, or that is to be written.

    ``extras`` holds, by the path of a text in several languages, elements that its object cannot: a second
    one in the same language, or with more than a language. They are written back.
    """

    structure: Structure
    root: Node
    namespaces: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    notes: tuple[Note, ...] = field(default=(), compare=False)
    element: etree._Element | None = field(default=None, compare=False, repr=False)

    @property
    def report(self) -> Report:
        """What the reader met."""
        return Report(self.notes, self.findings)

    def place(self, path: str) -> str:
        """Where the value at ``path`` (JSON pointer into ``root``) stands in the document, with its line.

        Empty where the document has nothing there.
        """
        found = xmlplaces.locate(self.element, path, self.structure, self.namespaces)
        return "" if found is None else xmlplaces.place_of(*found)

    def places(self) -> Iterator[tuple[str, str]]:
        """Path and place of every leaf of ``root``, in document order, in one walk."""
        if self.element is not None:
            yield from xmlplaces.places(self.element, self.root, self.structure, self.namespaces)


def read_tree(data: bytes, structure: Structure | None = None) -> XmlTree:
    """Read a document.

    Args:
        structure: what it is to be; by default its root element decides, and a marker in it the profile.

    Raises:
        InputError: ``xml.*``: no XML, or another root element.
    """
    plain, lead = xml_door.straightened(data)
    tree = read_element(xml_door.parse(plain), structure, asides=xml_door.asides(plain))
    if not lead:
        return tree
    return replace(tree, notes=(Note(PADDED, "/", Fate.MENDED), *tree.notes))


def read_element(
    element: etree._Element,
    structure: Structure | None = None,
    *,
    asides: Iterable[tuple[int, str]] = (),
) -> XmlTree:
    """Read a document that was parsed. ``asides``: its comments and processing instructions, with lines.

    Raises:
        InputError: ``xml.other-root``.
    """
    found = structure or structure_of(element)
    if found is None or element.tag != found.tag:
        raise InputError(
            str(element.tag),
            code="xml.other-root",
            path=xml_door.place(element),
            expected=found.tag
            if found
            else ", ".join(tag for family in families() for tag in by_tag(family)),
        )
    reading = xmlread.Reading(found)
    root = reading.run(element)
    reading.note_asides(asides)
    return XmlTree(
        found,
        root,
        reading.namespaces,
        {path: tuple(nodes) for path, nodes in reading.extras.items()},
        tuple(reading.findings),
        tuple(reading.notes),
        element,
    )


def structure_of(element: etree._Element) -> Structure | None:
    """Which structure and profile a root element has; none where it is of no known kind."""
    for family in families():
        row = by_tag(family).get(str(element.tag))
        if row is None:
            continue
        if row["marker"]:
            steps = (f"{{{row['namespace']}}}{name}" for name in row["marker"].split("/"))
            if (element.findtext("/".join(steps)) or "").strip() == row["marked"]:
                return structure(row["structure"], profile=row["profile"], family=family)
        return structure(row["structure"], family=family)
    return None


def by_tag_names() -> tuple[bytes, ...]:
    """The names of the root elements of ILCD data sets, to look for in the beginning of a file."""
    return tuple(row["root"].encode() for row in by_tag().values())


def write_tree(tree: XmlTree | Node, structure: Structure | None = None) -> bytes:
    """The document of a tree: schema order, two spaces a level, only the namespaces that are used.

    Args:
        structure: needed where ``tree`` is a plain node, the content of the root element.

    Raises:
        InputError: ``xml.unwritable``: a character that no XML document can hold.
    """
    if isinstance(tree, XmlTree):
        return xmlwrite.write(tree.root, structure or tree.structure, tree.namespaces, tree.extras)
    assert structure is not None
    return xmlwrite.write(tree, structure, {}, {})
