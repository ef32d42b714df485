"""Tree and model, both ways, by the table of data sets; what the model has no field for is the rest.

The rest is kept leaf by leaf in the extras of the data set: ``ilcd:<part>#<pointer>``, where the part is
the thing in the model that it belongs to and the pointer leads to it below that thing's node. It is laid
into the tree again when the same family is written, so that nothing of a document is lost on its way back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeAlias

from gateway.codec.xmltree import Node, Value
from gateway.errors import GatewayError, InputError
from gateway.model.activity import Place
from gateway.model.base import Extras, LangText, Missing, Names, Reason, proven
from gateway.model.dataset import (
    ClassEntry,
    Classification,
    Coefficient,
    Dataset,
    DatasetKind,
    Document,
    Link,
    LinkRole,
    Reference,
    Topic,
)
from gateway.model.walk import escape, unescape
from gateway.quantity.number import Number
from gateway.resources import table

Row: TypeAlias = tuple[tuple[str, ...], str, str]
FAMILY: Final = "ilcd"
_PREFIX: Final = f"{FAMILY}:"
# The part of the rest that says how the file is made.
FILE: Final = "@file"
CLASS_FILES: Final = f"{FILE}/classes"
_FURNITURE: Final = (
    ("@version",),
    ("@xsi:schemaLocation",),
    ("@locations",),
    ("@LCIAMethodologies",),
    ("administrativeInformation", "dataEntryBy", "common:referenceToDataSetFormat"),
)
# Names the nodes that were empty in the document.
_EMPTY: Final = "#empty"
_LABELS: Final = "common:shortDescription"


@cache
def rows(kind: DatasetKind) -> tuple[Row, ...]:
    """Path, converter and target of every field that the table binds."""
    return tuple(
        (tuple(row["path"].split("/")), row["kind"], row["target"])
        for row in table("fields/ilcd_datasets.csv")
        if row["dataset"] == kind.value
    )


@dataclass(slots=True)
class Rest:
    """What is left of a document's nodes when the model has taken its own, by the part it belongs to."""

    parts: dict[str, Value] = field(default_factory=dict)

    def keep(self, part: str, node: Value) -> None:
        """Keep what is left of ``part``'s node."""
        if node and (left := prune(node)) not in ({}, []):
            self.parts[part] = left

    def extras(self) -> dict[str, str]:
        """As leaves of the model."""
        return {
            f"{_PREFIX}{part}#{pointer}": json.dumps(value, ensure_ascii=False)
            for part, node in self.parts.items()
            for pointer, value in _flat(node, "")
        }


def rest_of(extras: Extras) -> dict[str, dict[str, Value]]:
    """By part and pointer, what a data set of this family has kept."""
    found: dict[str, dict[str, Value]] = {}
    for key, text in extras.items():
        if key.startswith(_PREFIX):
            part, _, pointer = key[len(_PREFIX) :].partition("#")
            found.setdefault(part, {})[pointer] = json.loads(text)
    return found


def lay(node: Node, kept: Mapping[str, Value]) -> None:
    """Put what was kept for a part into its node again. What the model has written stays."""
    for pointer, value in kept.items():
        _lay(node, [unescape(step) for step in pointer.split("/")[1:]], value)


def _is_hollow(node: Node) -> bool:
    """Whether a node below is empty; most documents have none, and need no pointers."""
    for value in node.values():
        if type(value) is str:
            continue
        for inner in value if type(value) is list else (value,):
            if type(inner) is dict:
                if not inner or _is_hollow(inner):
                    return True
            elif type(inner) is not str:
                return True  # nothing that documents have; the closer look knows
    return False


def _empties(node: Value, pointer: str) -> Iterator[str]:
    """Where nodes are empty before anything is taken and more become so."""
    if node == {} and pointer:
        yield pointer
    elif isinstance(node, dict):
        for key, inner in node.items():
            yield from _empties(inner, f"{pointer}/{escape(key)}")
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _empties(inner, f"{pointer}/{index}")


def lay_file(root: Node, kept: Mapping[str, Mapping[str, Value]]) -> None:
    """Make a tree the file that it was: its furniture, and its empty nodes."""
    told = kept.get(FILE, {})
    lay(root, {pointer: value for pointer, value in told.items() if not pointer.startswith(f"/{_EMPTY}")})
    for pointer, value in told.items():
        if pointer.startswith(f"/{_EMPTY}"):
            _lay(root, [unescape(step) for step in str(value).split("/")[1:]] + [_EMPTY], "")


def _lay(here: Value, steps: Sequence[str], value: Value) -> None:
    step, deeper = steps[0], steps[1:]
    if step == _EMPTY:
        return  # the way here has made the node
    inner: Value = value if not deeper else [] if deeper[0].isdigit() else {}
    if isinstance(here, list) and step.isdecimal():
        here.extend([] if int(step) < len(here) else [inner])
        there = here[min(int(step), len(here) - 1)]
    elif isinstance(here, dict):
        there = here.setdefault(step, inner)
    else:
        return
    if deeper:
        _lay(there, deeper, value)


def _flat(value: Value, pointer: str) -> Iterator[tuple[str, Value]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{pointer}/{escape(key)}")
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _flat(inner, f"{pointer}/{index}")
    else:
        yield pointer, value


def take(node: Value, path: Sequence[str]) -> Value | None:
    """Take the value at ``path`` out of the tree; None where there is none."""
    for step in path[:-1]:
        node = node.get(step, "") if isinstance(node, dict) else ""
    return node.pop(path[-1], None) if isinstance(node, dict) else None


def put(node: Node, path: Sequence[str], value: Value | None) -> None:
    """Put a value into the tree, with the nodes that lead to it."""
    if value in (None, {}, []):
        return
    here = node
    for step in path[:-1]:
        inner = here.setdefault(step, {})
        assert isinstance(inner, dict)
        here = inner
    assert value is not None
    here[path[-1]] = value


def prune(node: Value) -> Value:
    """Without the nodes that became empty when their content was taken."""
    if not isinstance(node, dict):
        return node
    left = {key: prune(value) for key, value in node.items()}
    return {key: value for key, value in left.items() if value != {}}


class Binder:
    """One document on its way into the model."""

    def __init__(self, kind: DatasetKind, root: Node) -> None:
        self.kind = kind
        self.root = root
        self.rest = Rest()
        self.values: dict[str, object] = {}
        self.documents: list[Document] = []
        self.links: list[Link] = []

    def bind(self) -> None:
        """Take everything that the table names, and what says how the file is made."""
        empty: list[Value] = list(_empties(self.root, "")) if _is_hollow(self.root) else []
        made: Node = {_EMPTY: empty} if empty else {}
        for place in _FURNITURE:
            put(made, place, take(self.root, place))
        self.rest.keep(FILE, made)
        for path, converter, target in rows(self.kind):
            found = take(self.root, path)
            if found is None:
                continue
            value = self._convert(converter, target, found)
            if value is None:
                put(self.root, path, found)
            elif value is not _TAKEN:
                self._set(target, value)

    def classes(self, path: Sequence[str]) -> tuple[Classification, ...]:
        """The classifications at ``path``; none, and they stay, where they hold more than the model does."""
        node = take(self.root, path)
        found = classifications(node)
        if found is None:
            put(self.root, path, node)
            return ()
        self.rest.keep(CLASS_FILES, class_files(node))
        return found

    def common(self) -> dict[str, object]:
        """The fields that every data set has.

        Raises:
            InputError: ``ilcd.no-uuid``: something else stands where the uuid should be.
        """
        if "id" not in self.values:
            raise InputError(self.kind.value, code="ilcd.no-uuid", path=self.kind.value)
        return {
            **{name: value for name, value in self.values.items() if "." not in name},
            "documents": tuple(self.documents),
            "links": tuple(self.links),
            "extras": self.rest.extras(),
        }

    def group(self, name: str) -> dict[str, object]:
        """The fields below one part: those of ``period``, ``publication``."""
        start = f"{name}."
        return {key[len(start) :]: value for key, value in self.values.items() if key.startswith(start)}

    def _set(self, target: str, value: object) -> None:
        self.values[target] = value

    def _convert(self, converter: str, target: str, found: Value) -> object:
        if converter == "langs":
            return names(found)
        if converter == "doc":
            text = names(found)
            if text is not None:
                self.documents.append(Document(topic=Topic(target), text=text))
            return None if text is None else _TAKEN
        if converter in ("link", "links"):
            return self._links(LinkRole(target), found)
        if converter == "ref":
            return self.reference(target, found) if isinstance(found, dict) else None
        if converter == "texts":
            is_plain = isinstance(found, list) and all(isinstance(item, str) for item in found)
            return tuple(found) if is_plain else None
        return _scalar(converter, found)

    def _links(self, role: LinkRole, found: Value) -> object:
        nodes = found if isinstance(found, list) else [found]
        if not all(isinstance(node, dict) for node in nodes):
            return None
        for node in nodes:
            target = self.reference(f"links/{len(self.links)}", node)
            self.links.append(Link(role=role, target=target))
        return _TAKEN

    def reference(self, part: str, node: Value) -> Reference:
        """A reference; what the model has no field for is kept for ``part``."""
        assert isinstance(node, dict)
        fields: dict[str, object] = {}
        left: Node = {}
        for key, value in node.items():
            name = _REFERENCE_FIELDS.get(key)
            if name is not None and isinstance(value, str):
                fields[name] = value
            elif key == _LABELS and (label := names(value)) is not None:
                fields["name"] = label
            else:
                left[key] = value
        if left:
            self.rest.keep(part, left)
        return proven(Reference, fields)


_TAKEN: Final = object()
_REFERENCE: Final = (
    ("@type", "kind"),
    ("@refObjectId", "uuid"),
    ("@version", "version"),
    ("@uri", "uri"),
)
_REFERENCE_FIELDS: Final = dict(_REFERENCE)


def reference_node(reference: Reference) -> Node:
    """The node of a reference."""
    node: Node = {}
    for key, name in _REFERENCE:
        value = getattr(reference, name)
        if isinstance(value, str):
            node[key] = value
    if isinstance(reference.name, LangText):
        node[_LABELS] = dict(reference.name.root)
    return node


def names(found: Value | None) -> LangText | None:
    """A text in languages; None where it is none."""
    if not isinstance(found, dict) or not found:
        return None
    for text in found.values():
        if not isinstance(text, str):
            return None
    return proven(LangText, {"root": dict(found)})


def langs(text: Names) -> Node | None:
    """The node of a text in languages."""
    return dict(text.root) if isinstance(text, LangText) else None


def number(found: Value | None) -> Coefficient:
    """A number, or the text that stands in its place."""
    if not isinstance(found, str):
        return None
    try:
        return Number.read(found)
    except GatewayError:
        return Missing(missing=Reason.UNREADABLE if found.strip() else Reason.NULL, text=found)


def numeral(value: Coefficient) -> str | None:
    """The text of a number: as it was read, else exact; None for what is no number."""
    if isinstance(value, Missing):
        return value.text
    if value is None:
        return None
    return value.text or in_digits(value)


def in_digits(value: Number) -> str:
    """A number as xs:double has it; a fraction without end is cut at 34 digits."""
    from decimal import Decimal

    from gateway.quantity import round_significant

    exact = value.value
    return str(exact if isinstance(exact, Decimal) else round_significant(exact, 34))


def _scalar(converter: str, found: Value) -> object:
    if not isinstance(found, str):
        return None
    if converter == "count":
        plain = found.isascii() and found.isdigit() and str(int(found)) == found and len(found) < 10
        return int(found) if plain else None
    if converter == "flag":
        return {"true": True, "false": False}.get(found)
    if converter == "place":
        return Place(code=found, scheme=FAMILY) if found else None
    return found


def classifications(node: Value | None) -> tuple[Classification, ...] | None:
    """The classifications of a data set; None where one of them holds more than this model does."""
    if not isinstance(node, list):
        return None
    found = []
    for one in node:
        if not isinstance(one, dict) or not set(one) <= {"@name", "@classes", "common:class"}:
            return None
        entries = one.get("common:class", [])
        if not isinstance(entries, list):
            return None
        steps = [class_entry(entry, index, "@classId") for index, entry in enumerate(entries)]
        if not all(steps):
            return None
        system = one.get("@name")
        found.append(
            Classification(
                system=system if isinstance(system, str) else None,
                classes=tuple(step for step in steps if step is not None),
            )
        )
    return tuple(found)


def class_files(node: Value | None) -> Node:
    """Where each classification says its classes are listed, by its position: furniture of the file."""
    nodes = node if isinstance(node, list) else []
    told = {
        str(n): one["@classes"] for n, one in enumerate(nodes) if isinstance(one, dict) and "@classes" in one
    }
    return {position: value for position, value in told.items() if isinstance(value, str)}


def class_entry(entry: Value, index: int, id_: str) -> ClassEntry | None:
    """One step of a classification; None where it holds more than this model does."""
    if not isinstance(entry, dict) or not set(entry) <= {"@level", id_, "#text"}:
        return None
    if entry.get("@level") != str(index):
        return None
    told, name = entry.get(id_), entry.get("#text")
    return ClassEntry(
        id=told if isinstance(told, str) else None, name=name if isinstance(name, str) else None
    )


def classification_nodes(
    found: Sequence[Classification], kept: Mapping[str, Mapping[str, Value]]
) -> list[Value]:
    """The nodes of classifications."""
    files = kept.get(CLASS_FILES, {})
    nodes: list[Value] = []
    for n, one in enumerate(found):
        node: Node = {"@name": one.system} if isinstance(one.system, str) else {}
        if f"/{n}" in files:
            node["@classes"] = files[f"/{n}"]
        steps: list[Value] = [class_node(level, step) for level, step in enumerate(one.classes)]
        nodes.append(node | {"common:class": steps})
    return nodes


def class_node(level: int, step: ClassEntry, id_: str = "@classId") -> Value:
    """The node of one step."""
    node: Node = {"@level": str(level)}
    if isinstance(step.id, str):
        node[id_] = step.id
    if isinstance(step.name, str):
        node["#text"] = step.name
    return node


def unbind(kind: DatasetKind, dataset: Dataset, root: Node, kept: Mapping[str, Mapping[str, Value]]) -> None:
    """Put everything that the table names into the tree."""
    places = {id(link): f"links/{index}" for index, link in enumerate(dataset.links)}
    for path, converter, target in rows(kind):
        if converter == "doc":
            put(root, path, langs(dataset.text(Topic(target))))
        elif converter in ("link", "links"):
            put(root, path, _link_nodes(dataset, LinkRole(target), converter, places, kept))
        elif converter == "ref":
            reference = getattr(dataset, target)
            put(root, path, with_rest(reference_node(reference), target, kept))
        else:
            put(root, path, _value(converter, dataset, target))


def with_rest(node: Node, part: str, kept: Mapping[str, Mapping[str, Value]]) -> Node:
    """A node with what was kept for its part."""
    lay(node, kept.get(part, {}))
    return node


def _link_nodes(
    dataset: Dataset,
    role: LinkRole,
    converter: str,
    places: Mapping[int, str],
    kept: Mapping[str, Mapping[str, Value]],
) -> Value | None:
    links = [link for link in dataset.links if link.role is role]
    nodes: list[Value] = [with_rest(reference_node(link.target), places[id(link)], kept) for link in links]
    if converter == "links":
        return nodes
    return nodes[0] if nodes else None


def _value(converter: str, dataset: Dataset, target: str) -> Value | None:
    value: object = dataset
    for name in target.split("."):
        value = getattr(value, name)
    if converter == "langs":
        return langs(value) if isinstance(value, LangText) else None
    if converter == "texts":
        return list(value) if isinstance(value, tuple) else None
    if converter == "flag":
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else None
    if isinstance(value, Place):
        return value.code
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None
