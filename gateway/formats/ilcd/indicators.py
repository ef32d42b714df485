"""Indicator results of an EPD process: taken out of the tree, and put back exactly where they stood.

LCI indicators are exchanges with indicator flows, LCIA indicators are ``LCIAResults``; in both the values
stand by module and scenario at the extension point, while ``meanAmount`` is 0. An ``LCIAResult`` with
nothing but a ``meanAmount`` is an indicator of which only the total is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.codec.xmltree import Node
from gateway.formats.ilcd.climate import known_classes

# The list, its items, and what in an item names the indicator.
LISTS: Final = (
    ("exchanges", "exchange", "referenceToFlowDataSet"),
    ("LCIAResults", "LCIAResult", "referenceToLCIAMethodDataSet"),
)
AMOUNT: Final = "epd:amount"
OTHER: Final = "common:other"
UNIT_GROUP: Final = "epd:referenceToUnitGroupDataSet"
MODULE: Final = "@epd:module"
SCENARIO: Final = "@epd:scenario"
NAME: Final = "common:shortDescription"
MEAN: Final = "meanAmount"
# Module and scenario of a value.
Where = tuple[str, str | None]


@dataclass(slots=True)
class Entry:
    """One indicator of a process: what our model takes of it, and in ``rest`` what it does not."""

    group: str
    index: int
    id: str
    version: str | None
    names: dict[str, str]
    amounts: list[tuple[Where, str]]
    unit_group: str
    unit_text: str
    rest: Node
    mean: str = ""
    carbon: str = ""
    order: list[list[str | None]] = field(default_factory=list)
    is_named: bool = True
    has_total: bool = False

    def at(self, number: int) -> str:
        """The place of an amount in the document's tree."""
        item = next(item for group, item, _ in LISTS if group == self.group)
        return f"/process/{self.group}/{item}/{self.index}/{OTHER}/{AMOUNT}/{number}/#text"


def split(root: Node) -> tuple[Node, list[Entry]]:
    """A process without its indicators, and these in the order of the document."""
    rest = dict(root)
    entries: list[Entry] = []
    for group, item, reference in LISTS:
        holder = rest.get(group)
        nodes = holder.get(item) if isinstance(holder, dict) else None
        if not isinstance(nodes, list):
            continue
        others: list[Any] = []
        for index, node in enumerate(nodes):
            entry = _entry(node, group, index, reference)
            if entry is None:
                others.append(node)
            else:
                entries.append(entry)
        assert isinstance(holder, dict)
        rest[group] = holder | {item: others} if others else {k: v for k, v in holder.items() if k != item}
    return rest, entries


def join(root: Node, entries: list[tuple[str, int, Node]]) -> None:
    """Put indicators back among the items of their lists, each at its number; -1 goes to the end."""
    for group, item, _ in LISTS:
        own = [(index, node) for name, index, node in entries if name == group]
        if not own:
            continue
        holder = root.setdefault(group, {})
        assert isinstance(holder, dict)
        nodes = holder.get(item, [])
        assert isinstance(nodes, list)
        items: list[Any] = list(nodes)
        for index, node in sorted((pair for pair in own if pair[0] >= 0), key=lambda pair: pair[0]):
            items.insert(index, node)
        items.extend(node for index, node in own if index < 0)
        holder[item] = items


def node_of(
    entry_group: str,
    rest: Node,
    id_: str | None,
    version: str | None,
    names: Mapping[str, str],
    amounts: Iterator[tuple[Where, str]],
) -> Node:
    """The item of an indicator, with what the model has of it put into the rest."""
    _, _, reference_name = next(found for found in LISTS if found[0] == entry_group)
    node = dict(rest)
    reference = dict(_dict(node.get(reference_name)))
    if id_ is not None:
        reference["@refObjectId"] = id_
    if version is not None:
        reference["@version"] = version
    if names:
        reference[NAME] = dict(names)
    node[reference_name] = reference
    found: list[Any] = []
    for (module, scenario), text in amounts:
        value: Node = {MODULE: module}
        if scenario is not None:
            value[SCENARIO] = scenario
        value["#text"] = text
        found.append(value)
    if found or OTHER in node:
        own: Node = {AMOUNT: found} if found else {}
        node[OTHER] = own | _dict(node.get(OTHER))
    return node


def _entry(node: object, group: str, index: int, reference_name: str) -> Entry | None:
    """The indicator of an item; None where it is none, or has what our model cannot hold."""
    if not isinstance(node, dict):
        return None
    reference, other = node.get(reference_name), node.get(OTHER, {})
    if not isinstance(reference, dict) or not isinstance(other, dict):
        return None
    id_, names = reference.get("@refObjectId"), reference.get(NAME, {})
    # An exchange without values by module is no indicator but a flow.
    is_climate = id_ in known_classes() and str(node.get(MEAN, "")).strip("+-.0 \t\n") != ""
    nothing: Any = [] if is_climate and group == "LCIAResults" else None
    raw: Any = other.get(AMOUNT, nothing)
    if not isinstance(raw, list) or not isinstance(names, dict):
        return None
    is_named = isinstance(id_, str)
    amounts: list[tuple[Where, str]] = []
    for value in raw:
        module = value.get(MODULE)
        if module is None or len(value) != 2 + (SCENARIO in value) or "#text" not in value:
            return None
        amounts.append(((module, value.get(SCENARIO)), value["#text"]))
    if not all(isinstance(text, str) for text in names.values()):
        return None
    version = reference.get("@version")
    item = next(item for name, item, _ in LISTS if name == group)
    group_reference = _dict(other.get(UNIT_GROUP))
    rest = dict(node)
    rest[reference_name] = {k: v for k, v in reference.items() if k not in ("@refObjectId", "@version", NAME)}
    if OTHER in node:
        rest[OTHER] = {k: v for k, v in other.items() if k != AMOUNT}
    return Entry(
        group,
        index,
        str(id_) if is_named else f"{item}-{index}",
        version if isinstance(version, str) else None,
        {lang: str(text) for lang, text in names.items()},
        amounts,
        str(group_reference.get("@refObjectId", "")),
        next((str(text) for text in _dict(group_reference.get(NAME)).values()), ""),
        rest,
        str(node.get(MEAN, "")),
        is_named=is_named,
    )


def _dict(value: object) -> Node:
    return value if isinstance(value, dict) else {}
