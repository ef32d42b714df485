"""Bring an entity of openLCA's schema 1 to the names of schema 2; everything else stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.errors import shorten
from gateway.formats.openlca.tables import renamed, structure
from gateway.frontdoor.json import JsonValue
from gateway.model.walk import escape
from gateway.report import Fate, Finding, Note, Severity

# Boilerplate of the carrier: it says nothing about the entity.
_CARRIER: Final = "@context"
# How deep entities stand in one another at most.
_DEEPEST: Final = 32

Tree = dict[str, Any]


@dataclass(slots=True)
class Upgrade:
    """One entity while it is brought up.

    Args:
        is_second: the package says that it is schema 2, so that a name of schema 1 in it is a defect.
        path_of: the path of a category from its id and name; None where the package has it not.
    """

    is_second: bool
    path_of: Callable[[Mapping[str, JsonValue]], str | None]
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def run(self, entity: str, document: Mapping[str, JsonValue]) -> Tree:
        """The entity with the names of schema 2."""
        tree = self._object(entity, document, "", _DEEPEST)
        if entity == "Process":
            self._process(tree)
        return tree

    def _object(self, entity: str, value: Mapping[str, JsonValue], at: str, deep: int) -> Tree:
        members, first = structure().get(entity, {}), renamed().get(entity, {})
        found: Tree = {}
        for name, inner in value.items():
            if name == _CARRIER:
                continue
            own = name
            if name in first and first[name] not in value:
                own = first[name]
                if self.is_second:
                    self._told(f"{at}/{escape(name)}", name, own)
            where = f"{at}/{escape(own)}"
            if own == "category" and isinstance(inner, dict):
                found[own] = self._category(inner, where)
                continue
            member = members.get(own)
            target = "" if member is None else "Ref" if member.kind == "Ref" else member.of
            if member is not None and member.kind in ("Ref", "object") and deep:
                found[own] = self._below(target, inner, where, deep - 1)
            else:
                found[own] = inner
        above = found.get("categoryPath")
        if entity == "Ref" and isinstance(above, list) and all(isinstance(step, str) for step in above):
            del found["categoryPath"]
            if above:
                found.setdefault("category", "/".join(above))
        return found

    def _below(self, entity: str, value: JsonValue, at: str, deep: int) -> object:
        if isinstance(value, dict):
            return self._object(entity, value, at, deep)
        if isinstance(value, list):
            return [self._below(entity, item, f"{at}/{index}", deep) for index, item in enumerate(value)]
        return value

    def _category(self, value: Mapping[str, JsonValue], at: str) -> object:
        """The path of a category that schema 1 names by a reference."""
        above = value.get("categoryPath")
        name = value.get("name")
        path = self.path_of(value)
        if path is None and isinstance(name, str):
            steps = [step for step in above if isinstance(step, str)] if isinstance(above, list) else []
            path = "/".join([*steps, name])
        if path is None:
            return dict(value)
        if self.is_second:
            self._told(at, "Category", path)
        return path

    def _told(self, at: str, saw: str, written: str) -> None:
        self.findings.append(Finding("openlca.name-of-schema-1", at, saw, Severity.WARNING))
        self.notes.append(Note("openlca.name-of-schema-1", at, Fate.MENDED, saw, shorten(written)))

    def _process(self, tree: Tree) -> None:
        """The reviewer of schema 1 becomes a review; allocation points to exchanges by number."""
        told = tree.get("processDocumentation")
        if (
            isinstance(told, dict)
            and "reviews" not in told
            and ("reviewer" in told or "reviewDetails" in told)
        ):
            review: Tree = {"@type": "Review"}
            reviewer, details = told.pop("reviewer", None), told.pop("reviewDetails", None)
            if isinstance(details, str) and details:
                review["details"] = details
            if isinstance(reviewer, dict):
                review["reviewers"] = [reviewer]
            if len(review) > 1:
                told["reviews"] = [review]
        exchanges = tree.get("exchanges")
        self._number(exchanges if isinstance(exchanges, list) else [], tree.get("allocationFactors"))

    def _number(self, exchanges: list[Any], factors: object) -> None:
        """Exchanges without a number get the next free one; what pointed to their id points to it."""
        numbers = number_exchanges(exchanges)
        for exchange in exchanges:
            if isinstance(exchange, dict):
                exchange.pop("@id", None)
        for factor in factors if isinstance(factors, list) else ():
            pointed = factor.get("exchange") if isinstance(factor, dict) else None
            if isinstance(pointed, dict):
                number = pointed.get("internalId", numbers.get(str(pointed.get("@id"))))
                if _is_number(number):
                    factor["exchange"] = {"internalId": number}


def number_exchanges(exchanges: list[Any]) -> dict[str, int]:
    """Give every exchange a number; the numbers by the ids that schema 1 gives exchanges."""
    told = [exchange for exchange in exchanges if isinstance(exchange, dict)]
    taken = {exchange["internalId"] for exchange in told if _is_number(exchange.get("internalId"))}
    numbers: dict[str, int] = {}
    following = max(taken, default=0)
    for exchange in told:
        if "internalId" not in exchange:
            following += 1
            exchange["internalId"] = following
        own = exchange.get("@id")
        if isinstance(own, str) and _is_number(exchange["internalId"]):
            numbers[own] = exchange["internalId"]
    return numbers


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
