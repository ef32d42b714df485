"""The structure of an XML format, compiled from its tables: what may stand where, how often, in which order.

One row of ``mappings/structures/<family>_<name>.csv`` is one element or attribute, in schema order. A path
is relative to the root; ``.`` is the root itself, ``@name`` an attribute, a prefix names another namespace
than the document's own. ``type`` is a simple type of ``<family>_types.csv``, ``enum:<list>`` a closed list
of ``<family>_enums.csv``, ``ml-…`` a text in several languages, ``=name`` content shared by several elements
(rows whose path begins with ``=name``), empty for an element that only holds others. ``choice`` marks
neighbours of which one is taken (``+``, ``*``: any number, in any order). ``open`` says what else is let in:
``@`` foreign attributes, ``*`` foreign elements after its own, ``~`` among its own, ``+`` at least one of
them; ``!`` declared ones only. ``unique`` lists, by ``|``, what may not be twice: elements (by ``,``) and the
attributes that are compared. ``profile`` is empty for all. A column ``child`` makes a twin ``=child-name`` of
all shared content of the table with these minima: data sets that say only what differs from a parent.
``families.csv`` names the families, the first profile of each, and its tables of shared content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from gateway import resources
from gateway.codec.xmltypes import Check, compile_types

XML: Final = "http://www.w3.org/XML/1998/namespace"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
UNBOUNDED: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its key in the tree, its name as lxml has it."""

    key: str
    tag: str
    required: bool
    check: Check
    fits: bool


@dataclass(slots=True)
class Content:
    """What an element holds. Shared by all elements of the same kind, which may nest."""

    text: Check | None = None
    open: str = ""
    elements: dict[str, Element] = field(default_factory=dict)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    keys: dict[str, Element] = field(default_factory=dict)
    attribute_keys: dict[str, Attribute] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    needed_choices: tuple[tuple[str, ...], ...] = ()
    # Foreign attributes and elements are let in (strictly: if they are declared).
    any_attribute: bool = False
    strict_attributes: bool = False
    strict_elements: bool = False
    # Elements of other formats only, in any order: an extension point.
    anything: bool = False
    # An extension point that may not be empty.
    something: bool = False
    # Its own elements may be mixed.
    mixed: bool = False
    # Beside its own elements: those of other formats, at the end or anywhere.
    foreign: bool = False
    foreign_anywhere: bool = False
    # Elements of which only one may stand there.
    exclusive: tuple[tuple[str, ...], ...] = ()
    # Whether there is something to see to once all children are read.
    watched: bool = False


@dataclass(slots=True)
class Element:
    """An element in its place. ``leaf``: a text; ``languages``: a text per language; else ``content``."""

    key: str
    tag: str
    prefix: str
    least: int
    most: int
    rank: int
    choice: str
    fits: bool
    leaf: Check | None = None
    languages: Check | None = None
    content: Content | None = None

    @property
    def many(self) -> bool:
        """Whether the tree holds a list for it."""
        return self.most > 1 and self.languages is None


@dataclass(frozen=True, slots=True)
class Structure:
    """One kind of document of a format, in one profile."""

    family: str
    name: str
    profile: str
    root: str
    namespace: str
    folder: str
    content: Content
    prefixes: Mapping[str, str]
    extensions: Mapping[str, Element]
    extension_keys: Mapping[str, Element]
    extension_attributes: Mapping[str, Attribute]

    @property
    def tag(self) -> str:
        """The root element as lxml names it."""
        return f"{{{self.namespace}}}{self.root}"

    def __hash__(self) -> int:
        return hash((self.family, self.name, self.profile))


Rows = tuple[dict[str, str], ...]


@cache
def structure(name: str, *, profile: str = "", family: str = "ilcd") -> Structure:
    """The compiled structure ``name`` of a family.

    Args:
        profile: which rows apply beside those for all; "" takes the first profile. Elements of other
            profiles are read with their conventions all the same, and reported.
    """
    root = next(row for row in rows(family, "roots") if row["structure"] == name)
    return _Compiler(family, profile or family_of(family).profile).compile(root)


@cache
def by_tag(family: str = "ilcd") -> Mapping[str, Mapping[str, str]]:
    """The rows of the roots of a family by their element, as lxml names it.

    Where the text at ``marker`` is ``marked``, the document is of another ``profile`` than the first.
    """
    return {f"{{{row['namespace']}}}{row['root']}": row for row in rows(family, "roots")}


@dataclass(frozen=True, slots=True)
class Family:
    """A family of formats: its first profile, its tables of shared content and of extensions."""

    name: str
    profile: str
    shared: tuple[str, ...]
    extensions: tuple[str, ...]


@cache
def families() -> Mapping[str, Family]:
    """Every family of formats that has structure tables."""
    return {
        row["family"]: Family(
            row["family"], row["profile"], tuple(row["shared"].split()), tuple(row["extensions"].split())
        )
        for row in resources.table("structures/families.csv")
    }


def family_of(name: str) -> Family:
    """The family of this name."""
    return families()[name]


@cache
def rows(family: str, name: str) -> Rows:
    """The rows of one table of a family; none where it has no such table."""
    path = f"structures/{family}_{name}.csv"
    if not resources.mapping(path).is_file():
        return ()
    return _with_children(resources.table(path))


def _with_children(table: Rows) -> Rows:
    """The table, and a twin of its shared content for children where it says how they differ."""
    if not table or "child" not in table[0]:
        return table
    own = {row["path"].partition("/")[0] for row in table}
    twins = []
    for row in table:
        name = f"=child-{row['path'][1:]}"
        if name.partition("/")[0] in own or row["path"].startswith("=child-"):
            continue
        kind = f"=child-{row['type'][1:]}" if row["type"].startswith("=") else row["type"]
        twins.append(row | {"path": name, "type": kind, "min": row["child"] or row["min"]})
    return (*table, *twins)


class _Compiler:
    def __init__(self, family: str, profile: str) -> None:
        self.family = family
        self.profile = profile
        self.tables = family_of(family)
        self.namespaces = {row["prefix"]: row["namespace"] for row in rows(family, "namespaces")}
        self.namespaces |= {"xml": XML, "xsi": XSI}
        self.types = compile_types(rows(family, "types"), rows(family, "enums"))
        self.shared: dict[str, Content] = {}
        self.fragments: dict[str, list[dict[str, str]]] = {}
        for table in self.tables.shared:
            for row in rows(family, table):
                name = row["path"].partition("/")[0]
                if name.startswith("="):
                    self.fragments.setdefault(name, []).append(row)

    def compile(self, root: Mapping[str, str]) -> Structure:
        self.namespaces[""] = root["namespace"]
        own = [row | {"path": f"./{row['path']}"} for row in rows(self.family, root["structure"])]
        own = [row | {"path": "."} if row["path"] == "./." else row for row in own]
        content = self._content(".", own)
        elements = [
            self._element(row, rank, [])
            for table in self.tables.extensions
            for rank, row in enumerate(rows(self.family, table))
            if row["path"][0] not in "=@"
        ]
        attributes = [
            self._attribute(row)
            for table in self.tables.extensions
            for row in rows(self.family, table)
            if row["path"].startswith("@")
        ]
        return Structure(
            self.family,
            root["structure"],
            self.profile,
            root["root"],
            root["namespace"],
            root["folder"],
            content,
            dict(self.namespaces),
            {element.tag: element for element in elements},
            {element.key: element for element in elements},
            {attribute.tag: attribute for attribute in attributes},
        )

    def _content(self, path: str, own: list[dict[str, str]], into: Content | None = None) -> Content:
        """What stands directly below ``path``; ``own`` are the rows of ``path`` and all below."""
        content = Content() if into is None else into
        heads = [row for row in own if row["path"] == path]
        head = next((row for row in heads if self._fits(row)), heads[0] if heads else None)
        if head is not None:
            content.open = head["open"]
            content.text = self.types.get(head["type"])
        below: dict[str, list[dict[str, str]]] = {}
        for row in own:
            if row["path"] != path:
                step = row["path"][len(path) + 1 :].partition("/")[0]
                below.setdefault(step, []).append(row)
        for rank, (step, group) in enumerate(below.items()):
            place = f"{path}/{step}"
            candidates = [row for row in group if row["path"] == place]
            row = next((row for row in candidates if self._fits(row)), candidates[0])
            if step.startswith("@"):
                attribute = self._attribute(row)
                content.attributes[attribute.tag] = attribute
                content.attribute_keys[attribute.key] = attribute
                continue
            # Where an element stands in another place in another profile, the one that applies decides.
            at = next((i for i, r in enumerate(own) if r is row), rank)
            element = self._element(row, at, group)
            content.elements[element.tag] = element
        self._index(content)
        return content

    def _index(self, content: Content) -> None:
        ranks: dict[str, int] = {}
        inside = sorted(content.elements.values(), key=lambda e: e.rank)
        for rank, element in enumerate(inside):
            free = element.choice[-1:] in ("+", "*") and element.choice
            element.rank = ranks.setdefault(element.choice, rank) if free else rank
        content.elements = {element.tag: element for element in inside}
        content.keys = {element.key: element for element in inside}
        must = [e.key for e in inside if e.least and e.fits and not e.choice]
        must += [a.key for a in content.attributes.values() if a.required and a.fits]
        content.required = tuple(must)
        choices: dict[str, list[str]] = {}
        for element in inside:
            if element.choice and element.least and not element.choice.endswith("*"):
                choices.setdefault(element.choice, []).append(element.key)
        content.needed_choices = tuple(tuple(keys) for keys in choices.values())
        alone: dict[str, list[str]] = {}
        for element in inside:
            if element.choice and element.choice[-1] not in "+*":
                alone.setdefault(element.choice, []).append(element.key)
        content.exclusive = tuple(tuple(keys) for keys in alone.values())
        foreign = next((t for t in content.open.split() if t[0] in "*+~"), "")
        content.any_attribute = "@" in content.open
        content.strict_attributes = "@!" in content.open
        content.strict_elements = foreign.endswith("!")
        content.anything = bool(foreign) and not inside
        content.something = content.anything and foreign[0] == "+"
        content.foreign = bool(foreign) and not content.anything
        content.foreign_anywhere = content.foreign and foreign[0] == "~"
        content.mixed = any(element.choice[-1:] in ("+", "*") and element.choice for element in inside)
        content.watched = bool(content.required or choices or alone or content.anything or content.mixed)

    def _element(self, row: Mapping[str, str], rank: int, group: list[dict[str, str]]) -> Element:
        key = row["path"].rpartition("/")[2]
        prefix, _, local = key.rpartition(":")
        kind = row["type"]
        element = Element(
            key,
            f"{{{self.namespaces[prefix]}}}{local}",
            prefix,
            int(row["min"] or 0),
            UNBOUNDED if row["max"] == "*" else int(row["max"]),
            rank,
            row["choice"],
            self._fits(row),
        )
        if kind.startswith("="):
            element.content = self._shared(kind)
        elif kind.startswith("ml-"):
            element.languages = self.types[kind[3:]]
        elif kind and len({r["path"] for r in group}) <= 1:
            element.leaf = self.types[kind]
        else:
            element.content = self._content(row["path"], group)
        return element

    def _shared(self, name: str) -> Content:
        if name not in self.shared:
            self.shared[name] = Content()  # before its rows, which may name it again
            self._content(name, self.fragments[name], self.shared[name])
        return self.shared[name]

    def _attribute(self, row: Mapping[str, str]) -> Attribute:
        key = row["path"].rpartition("/")[2]
        prefix, _, local = key[1:].rpartition(":")
        tag = f"{{{self.namespaces[prefix]}}}{local}" if prefix else local
        return Attribute(key, tag, row["min"] == "1", self.types[row["type"]], self._fits(row))

    def _fits(self, row: Mapping[str, str]) -> bool:
        return row.get("profile", "") in ("", self.profile)


def declared_prefixes(structure: Structure, used: Iterable[str], more: Mapping[str, str]) -> dict[str, str]:
    """The namespaces of the prefixes ``used``, in the order of their prefixes."""
    known = {**structure.prefixes, **more}
    return {prefix: known[prefix] for prefix in sorted(used) if prefix not in ("", "xml")}
