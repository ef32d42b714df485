"""XML Schemas from structure tables: compact, offline, the same bytes each time.

One folder per profile. Each kind of document and each extension has a file of its own. Where a family has a
common namespace, ``common.xsd`` has the simple types, the shared content and the elements of it; otherwise
each document's schema is complete. ``schemas/`` holds what this makes: ``python -m gateway.codec.xsdgen
schemas``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import quoteattr

from gateway.codec.xmlstructure import Rows, families, family_of, rows

_COMMON = "common"
# Types that are an XML Schema type as it is.
_PLAIN = {"text": "string", "ft": "string"}
_SIMPLE = ("pattern", "max_length", "digits", "fraction_digits", "minimum", "maximum", "min_length")


def generate(family: str = "ilcd") -> Mapping[str, str]:
    """The schemas of a family: file name below ``schemas/<family>/`` to text."""
    first = family_of(family).profile
    profiles = dict.fromkeys([first, *(r["profile"] for r in rows(family, "roots") if r["profile"])])
    files: dict[str, str] = {}
    for profile in profiles:
        folder = "" if profile == first else f"{profile}/"
        for name, text in _Family(family, profile).files():
            files[folder + name] = text
    return files


def write(folder: Path, family: str = "ilcd") -> None:
    """Bring the schemas of a family up to date."""
    for name, text in generate(family).items():
        file = folder / family / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@dataclass(slots=True)
class _Node:
    """A row and the rows directly below it."""

    row: Mapping[str, str]
    below: list[_Node] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.row["path"].rpartition("/")[2]

    @property
    def prefix(self) -> str:
        return self.key.lstrip("@").rpartition(":")[0]

    @property
    def local(self) -> str:
        return self.key.lstrip("@").rpartition(":")[2]


class _Family:
    def __init__(self, family: str, profile: str) -> None:
        self.family, self.profile = family, profile
        self.namespaces = {row["prefix"]: row["namespace"] for row in rows(family, "namespaces")}
        self.types = {row["type"]: row for row in rows(family, "types")}
        self.lists: dict[str, list[str]] = {}
        for row in rows(family, "enums"):
            self.lists.setdefault(row["list"], []).append(row["value"])
        self.extensions = [prefix for prefix in self.namespaces if prefix != _COMMON]
        self.tables = family_of(family)
        # Without a common namespace every document's schema holds all it needs.
        self.complete = _COMMON not in self.namespaces
        self.home = "d" if self.complete else "c"
        # The elements of the common namespace that other schemas use: name to the one declaration.
        self.shared: dict[str, str] = {}

    def files(self) -> Iterator[tuple[str, str]]:
        documents = [(f"{row['structure']}.xsd", self._document(row)) for row in rows(self.family, "roots")]
        extensions = [(f"{prefix}.xsd", self._extension(prefix)) for prefix in self.extensions]
        yield "xml.xsd", _XML
        if not self.complete:
            yield "common.xsd", self._common()
        yield from extensions
        yield from documents

    def _document(self, root: Mapping[str, str]) -> str:
        table = [
            r | {"path": "./" + r["path"] if r["path"] != "." else "."} for r in self._rows(root["structure"])
        ]
        top = _tree(table, ".")
        schema = _Schema(self, "", root["namespace"])
        keys = [k for k in rows(self.family, "keys") if k["structure"] == root["structure"] and self._fits(k)]
        for key in keys:
            schema.keyed.setdefault(key.get("at", ""), []).append(key)
        identity = schema.uniques(top.row["unique"]) if self.complete else ""
        identity += schema.keys(keys if "at" not in keys[0] else ()) if keys else ""
        body = f'<xs:element name="{root["root"]}">{schema.content(top)}{identity}</xs:element>'
        if self.complete:
            return schema.text([*self._types(schema), *self._shared(schema), body], [])
        return schema.text([body], [_COMMON, *self.extensions])

    def _extension(self, prefix: str) -> str:
        schema = _Schema(self, prefix, self.namespaces[prefix])
        body = []
        table = [row for name in self.tables.extensions for row in rows(self.family, name)]
        for row in table:
            node = _Node(row)
            if row["path"][0] != "=" and node.prefix == prefix:
                body.append(schema.attribute(node) if row["path"][0] == "@" else schema.element(node, {}))
        fragments = [name for name in _fragments(table) if name.startswith(f"={prefix}-")]
        body += [schema.shared(_tree(table, name)) for name in fragments]
        return schema.text(body, [_COMMON])

    def _common(self) -> str:
        schema = _Schema(self, _COMMON, self.namespaces[_COMMON])
        body = [*self._types(schema), *self._shared(schema)]
        body += [self.shared[name] for name in sorted(self.shared)]
        return schema.text(body, [])

    def _types(self, schema: _Schema) -> Iterator[str]:
        for name in sorted(self.types):
            if name not in _PLAIN and self._faceted(name):
                yield schema.simple(name)
        yield from (schema.closed(name) for name in sorted(self.lists))
        used = {row["type"] for name in self._tables() for row in rows(self.family, name)}
        yield from (schema.languages(name) for name in self.types if f"ml-{name}" in used)

    def _tables(self) -> Iterator[str]:
        yield from self.tables.shared
        yield from (row["structure"] for row in rows(self.family, "roots"))

    def _shared(self, schema: _Schema) -> Iterator[str]:
        table = self._rows(_COMMON)
        yield from (schema.shared(_tree(table, name)) for name in _fragments(table))

    def _rows(self, name: str) -> Rows:
        return tuple(row for row in rows(self.family, name) if self._fits(row))

    def _fits(self, row: Mapping[str, str]) -> bool:
        return row.get("profile", "") in ("", self.profile)

    def _faceted(self, name: str) -> bool:
        row = self.types[name]
        return any(row.get(column) for column in _SIMPLE)

    def type_name(self, kind: str) -> str:
        """A simple type, as an attribute refers to it."""
        if kind.startswith("enum:"):
            return f"{self.home}:list.{kind[5:]}"
        if kind.startswith("="):
            name = kind[1:]
            home = next((p for p in self.extensions if name.startswith(f"{p}-")), "")
            return f"d:{name}" if home else f"{self.home}:{name}"
        if kind.startswith("ml-"):
            return f"{self.home}:{kind}"
        if kind in _PLAIN:
            return f"xs:{_PLAIN[kind]}"
        return f"{self.home}:{kind}" if self._faceted(kind) else f"xs:{self.types[kind]['base']}"


class _Schema:
    """One file: elements of its own namespace are declared where they stand, others referred to."""

    def __init__(self, family: _Family, prefix: str, namespace: str) -> None:
        self.family, self.prefix, self.namespace = family, prefix, namespace
        self.count = 0
        # Identity of elements by their path in the table.
        self.keyed: dict[str, list[Mapping[str, str]]] = {}

    def text(self, body: Iterable[str], imports: Sequence[str]) -> str:
        namespaces = self.family.namespaces
        common = "" if self.family.complete else f" xmlns:c={quoteattr(namespaces[_COMMON])}"
        head = [
            f"<xs:schema xmlns:xs={_XS} targetNamespace={quoteattr(self.namespace)}",
            f" xmlns:d={quoteattr(self.namespace)}{common}",
            *(f" xmlns:{prefix}={quoteattr(namespaces[prefix])}" for prefix in imports if prefix != _COMMON),
            ' elementFormDefault="qualified">',
        ]
        imported = ['<xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="xml.xsd"/>']
        imported += [
            f'<xs:import namespace={quoteattr(namespaces[prefix])} schemaLocation="{prefix}.xsd"/>'
            for prefix in imports
        ]
        return _pretty("".join([*head, *imported, *body, "</xs:schema>"]))

    # Elements and attributes

    def element(self, node: _Node, occurs: Mapping[str, str]) -> str:
        """A declaration, or a reference to one in another schema."""
        counts = "".join(f' {name}="{value}"' for name, value in occurs.items())
        if node.prefix != self.prefix:
            self._need(node)
            home = "c" if node.prefix == _COMMON else node.prefix
            return f'<xs:element ref="{home}:{node.local}"{counts}/>'
        return self._declared(node, counts)

    def _declared(self, node: _Node, counts: str) -> str:
        row = node.row
        unique = self.uniques(row["unique"]) + self.keys(self.keyed.get(row["path"].removeprefix("./"), ()))
        if row["type"] and not node.below:
            head = f'<xs:element name="{node.local}" type="{self.family.type_name(row["type"])}"{counts}'
            return f"{head}>{unique}</xs:element>" if unique else f"{head}/>"
        return f'<xs:element name="{node.local}"{counts}>{self.content(node)}{unique}</xs:element>'

    def _need(self, node: _Node) -> None:
        """Remember that the common schema must declare this element; all uses must agree."""
        if node.prefix != _COMMON:
            return
        home = _Schema(self.family, _COMMON, "")
        home.count = 1000 + 10 * len(self.family.shared)
        declared = home._declared(node, "")
        if (before := self.family.shared.setdefault(node.local, declared)) != declared:
            same = [_without_names(text) for text in (before, declared)]
            assert same[0] == same[1], f"{node.key} is declared in two ways"

    def attribute(self, node: _Node) -> str:
        """An attribute; with a prefix it is of this schema's namespace."""
        if node.prefix == "xml":
            return f'<xs:attribute ref="xml:{node.local}"/>'
        use = ' use="required"' if node.row["min"] == "1" and "/" in node.row["path"] else ""
        form = ' form="qualified"' if node.prefix and "/" in node.row["path"] else ""
        return (
            f'<xs:attribute name="{node.local}" type="{self.family.type_name(node.row["type"])}"{use}{form}/>'
        )

    def content(self, node: _Node, name: str = "") -> str:
        """The complex type of an element."""
        named = f' name="{name}"' if name else ""
        attributes = "".join(self.attribute(child) for child in node.below if child.key.startswith("@"))
        foreign = node.row["open"].split()
        if "@" in foreign:
            attributes += '<xs:anyAttribute namespace="##other" processContents="lax"/>'
        if "@!" in foreign:
            attributes += "<xs:anyAttribute/>"
        if node.row["type"]:
            base = self.family.type_name(node.row["type"])
            inside = f'<xs:extension base="{base}">{attributes}</xs:extension>'
            return f"<xs:complexType{named}><xs:simpleContent>{inside}</xs:simpleContent></xs:complexType>"
        wildcard = next((token for token in foreign if token[0] in "*+~"), "")
        stranger = _any(wildcard) if wildcard else ""
        among = stranger if wildcard.startswith("~") else ""
        particles = self._particles([child for child in node.below if not child.key.startswith("@")], among)
        particles += "" if among else stranger
        sequence = f"<xs:sequence>{particles}</xs:sequence>" if particles else ""
        return f"<xs:complexType{named}>{sequence}{attributes}</xs:complexType>"

    def _particles(self, nodes: list[_Node], among: str = "") -> str:
        """The elements in order; ``among``: what else may stand among those that are mixed."""
        out = []
        for choice, group in groupby(nodes, key=lambda node: node.row["choice"]):
            inside = "".join(self.element(node, _occurs(node.row)) for node in group)
            if choice:
                least = ' minOccurs="0"' if choice.endswith("*") else ""
                most = ' maxOccurs="unbounded"' if choice[-1] in "+*" else ""
                inside = f"<xs:choice{least}{most}>{inside}{among}</xs:choice>"
            out.append(inside)
        return "".join(out)

    # Shared content and simple types

    def shared(self, top: _Node) -> str:
        return self.content(top, top.row["path"][1:])

    def simple(self, name: str) -> str:
        row = self.family.types[name]
        facets = {
            "pattern": row["pattern"],
            "maxLength": row["max_length"],
            "totalDigits": row["digits"],
            "fractionDigits": row["fraction_digits"],
            "minInclusive": row["minimum"],
            "maxInclusive": row.get("maximum", ""),
            "minLength": row.get("min_length", ""),
        }
        inside = "".join(
            f"<xs:{facet} value={quoteattr(value)}/>" for facet, value in facets.items() if value
        )
        restriction = f'<xs:restriction base="xs:{row["base"]}">{inside}</xs:restriction>'
        return f'<xs:simpleType name="{name}">{restriction}</xs:simpleType>'

    def closed(self, name: str) -> str:
        values = "".join(f"<xs:enumeration value={quoteattr(v)}/>" for v in self.family.lists[name])
        restriction = f'<xs:restriction base="xs:string">{values}</xs:restriction>'
        return f'<xs:simpleType name="list.{name}">{restriction}</xs:simpleType>'

    def languages(self, name: str) -> str:
        base = self.family.type_name(name)
        inside = f'<xs:extension base="{base}"><xs:attribute ref="xml:lang"/></xs:extension>'
        return (
            f'<xs:complexType name="ml-{name}"><xs:simpleContent>{inside}</xs:simpleContent></xs:complexType>'
        )

    # Identity

    def uniques(self, rules: str) -> str:
        out = []
        for rule in filter(None, rules.split("|")):
            selector, *attributes = rule.split("@")
            steps = "|".join(
                "/".join(self._step(step) for step in path.split("/")) for path in selector.split(",")
            )
            fields = [self._field(f"@{attribute}") for attribute in attributes]
            out.append(self._constraint("unique", self._name(), steps, fields))
        return "".join(out)

    def keys(self, keys: Iterable[Mapping[str, str]]) -> str:
        out = []
        for key in keys:
            steps = "/".join(self._step(step) for step in key["selector"].split("/"))
            refer = f' refer="d:{key["refer"]}"' if key["refer"] else ""
            out.append(self._constraint(key["kind"], key["name"], steps, [key["field"]], refer))
        return "".join(out)

    def _constraint(self, kind: str, name: str, selector: str, fields: list[str], refer: str = "") -> str:
        inside = f'<xs:selector xpath="{selector}"/>' + "".join(f'<xs:field xpath="{at}"/>' for at in fields)
        return f'<xs:{kind} name="{name}"{refer}>{inside}</xs:{kind}>'

    def _step(self, key: str) -> str:
        prefix, _, local = key.rpartition(":")
        return f"c:{local}" if prefix == _COMMON else f"d:{local}"

    def _field(self, attribute: str) -> str:
        prefix, _, local = attribute[1:].rpartition(":")
        return f"@{prefix if prefix == 'xml' else 'd'}:{local}" if prefix else attribute

    def _name(self) -> str:
        self.count += 1
        return f"one.{self.count}"


_XS = '"http://www.w3.org/2001/XMLSchema"'
_XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs={_XS} targetNamespace="http://www.w3.org/XML/1998/namespace">
 <xs:attribute name="lang">
  <xs:simpleType>
   <xs:union memberTypes="xs:language">
    <xs:simpleType>
     <xs:restriction base="xs:string"><xs:enumeration value=""/></xs:restriction>
    </xs:simpleType>
   </xs:union>
  </xs:simpleType>
 </xs:attribute>
</xs:schema>
"""


def _any(wildcard: str) -> str:
    """Elements of other namespaces."""
    least = "" if wildcard.startswith("+") else ' minOccurs="0"'
    lax = "" if wildcard.endswith("!") else ' processContents="lax"'
    return f'<xs:any namespace="##other"{lax}{least} maxOccurs="unbounded"/>'


def _occurs(row: Mapping[str, str]) -> dict[str, str]:
    found = {}
    if row["min"] != "1":
        found["minOccurs"] = row["min"]
    if row["max"] != "1":
        found["maxOccurs"] = "unbounded" if row["max"] == "*" else row["max"]
    return found


def _tree(table: Iterable[Mapping[str, str]], top: str) -> _Node:
    """The rows at and below ``top``, as a tree."""
    nodes: dict[str, _Node] = {}
    for row in table:
        path = row["path"]
        if path == top:
            nodes[path] = _Node(row)
        elif path.startswith(f"{top}/"):
            node = nodes[path] = _Node(row)
            nodes[path.rpartition("/")[0]].below.append(node)
    return nodes[top]


def _fragments(table: Iterable[Mapping[str, str]]) -> list[str]:
    return [row["path"] for row in table if row["path"].startswith("=") and "/" not in row["path"]]


def _without_names(text: str) -> str:
    return "".join(part for i, part in enumerate(text.split('"')) if i == 0 or not part.startswith("one."))


def _pretty(text: str) -> str:
    from lxml import etree

    root = etree.fromstring(text.encode(), etree.XMLParser(remove_blank_text=True))
    etree.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(root, encoding="unicode")}\n'


if __name__ == "__main__":
    for name in families():
        write(Path(sys.argv[1]), name)
