"""Small values of an ILCD tree, taken out of it; what is none stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.codec.xmltree import Node
from gateway.formats.ilcd.binding import FAMILY, number, put, take
from gateway.formats.ilcd.process_terms import DISTRIBUTIONS, SPREAD, WITHOUT
from gateway.formats.ilcd.spreads import printed, spread
from gateway.model.activity import Place
from gateway.model.process import Exchange, Uncertainty

# The default itself: walks over a model know it by identity.
_CERTAIN: Final[Uncertainty] = Exchange.model_fields["uncertainty"].default


def nodes_of(root: Node, path: tuple[str, ...]) -> list[Node]:
    """Take the nodes of a list; where it is none, it stays."""
    found = take(root, path)
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return found  # type: ignore[return-value]
    put(root, path, found)
    return []


def text_of(node: Node, key: str) -> str | None:
    """Take a text; where it is none, it stays."""
    value = node.get(key)
    if not isinstance(value, str):
        return None
    del node[key]
    return value


def taken(root: Node, path: tuple[str, ...], convert: Any) -> Any:  # noqa: ANN401 - what the converter gives
    """Take a node and convert it; where the converter cannot, the node stays."""
    found = take(root, path)
    value = convert(found) if found is not None else None
    if value is None:
        put(root, path, found)
    return value


def coded(root: Node, path: tuple[str, ...], codes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - of the list
    """Take a word of a list; another one stays."""
    found = take(root, path)
    if isinstance(found, str) and found in codes:
        return codes[found]
    put(root, path, found)
    return None


def without(node: Node, key: str) -> None:
    """Remember that a node has no ``key``, which our writer would give it."""
    node[f"{WITHOUT}{key}"] = ""


def place_of(node: Node) -> Any:  # noqa: ANN401 - a place, or none
    """The place of an exchange or factor."""
    code = text_of(node, "location") if node.get("location") else None
    return Place(code=code, scheme=FAMILY) if code else None


def uncertainty(node: Node, least: str, most: str) -> Uncertainty:
    """The spread of an amount; ``spread`` is unsquared, and the printed figure stays with the rest."""
    kind = DISTRIBUTIONS.get(str(node.get("uncertaintyDistributionType")))
    if kind is None and least not in node and most not in node:
        return _CERTAIN
    if kind is not None:
        del node["uncertaintyDistributionType"]
    found = spread(kind, node.get(SPREAD))
    if found is not None and printed(kind, found) == node.get(SPREAD):
        del node[SPREAD]
    return Uncertainty(
        distribution=kind,
        spread=found,
        minimum=number(node.pop(least, None)),
        maximum=number(node.pop(most, None)),
    )
