"""Closed codes of EcoSpold 1 and 2 and what they mean in the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias, TypeVar

from gateway.formats.ecospold.bind import Tree
from gateway.model.inventory import FlowKind
from gateway.model.process import Direction, Distribution, ProcessKind
from gateway.report import Finding

S = TypeVar("S")
# By element and code, what stands on a side.
Sides: TypeAlias = tuple[tuple[str, Mapping[str, S]], ...]
INPUT_GROUPS: Final = {
    "1": "materials",
    "2": "energy",
    "3": "services",
    "4": "from-nature",
    "5": "from-technosphere",
}
OUTPUT_GROUPS: Final = {
    "0": "reference",
    "1": "avoided",
    "2": "by-product",
    "3": "waste",
    "4": "to-nature",
    "5": "stock",
}
_INPUT_CODES: Final = {name: code for code, name in INPUT_GROUPS.items()}
_OUTPUT_CODES: Final = {name: code for code, name in OUTPUT_GROUPS.items()}

DISTRIBUTIONS: Final = {
    "0": Distribution.UNDEFINED,
    "1": Distribution.LOG_NORMAL,
    "2": Distribution.NORMAL,
    "3": Distribution.TRIANGULAR,
    "4": Distribution.UNIFORM,
}
DISTRIBUTION_CODES: Final = {kind: code for code, kind in DISTRIBUTIONS.items()}

# EcoSpold 1, dataSetInformation/@type.
KINDS: Final = {
    "0": ProcessKind.PARTLY_TERMINATED,
    "1": ProcessKind.UNIT_PROCESS,
    "2": ProcessKind.LCI_RESULT,
    "5": ProcessKind.UNIT_PROCESS,
}
METHODS: Final = {"0": "physical", "1": "economic", "2": "other"}
METHOD_CODES: Final = {name: code for code, name in METHODS.items()}


class Group(NamedTuple):
    """On which side an exchange stands, and as what."""

    is_input: bool
    code: str

    @property
    def name(self) -> str | None:
        """What the source sorts it under."""
        return (INPUT_GROUPS if self.is_input else OUTPUT_GROUPS).get(self.code)

    @property
    def direction(self) -> Direction:
        """Seen from the process."""
        return Direction.INPUT if self.is_input else Direction.OUTPUT

    @property
    def flow_kind(self) -> FlowKind:
        """What kind of flow stands there."""
        if self.code == "4":
            return FlowKind.ELEMENTARY
        return FlowKind.WASTE if self == (False, "3") else FlowKind.PRODUCT


def is_group(name: str) -> bool:
    """Whether a name is one of ours."""
    return name in _INPUT_CODES or name in _OUTPUT_CODES


def code_of(name: object, *, is_input: bool) -> str | None:
    """The code of a group's name on one side."""
    return (_INPUT_CODES if is_input else _OUTPUT_CODES).get(name) if isinstance(name, str) else None


def take_side(entry: Tree, sides: Sides[S], nowhere: S) -> S:
    """On which side an exchange stands, and as what, taken out of it.

    Of two, which the formats forbid, the first is read and the second kept.
    """
    for key, codes in sides:
        code = entry.get(key)
        if isinstance(code, str) and (found := codes.get(code)) is not None:
            del entry[key]
            return found
    return nowhere


def take_id(entry: Tree, key: str, seen: dict[str, int], at: str, findings: list[Finding]) -> str:
    """The id of an exchange, taken out; of a second one it stays, and the writer gives another one."""
    id_ = str(entry.get(key) or "")
    count = seen[id_] = seen.get(id_, 0) + 1
    if count > 1:
        findings.append(Finding("ecospold.number-twice", at, id_))
        return f"{id_}#{count}"
    if id_:
        del entry[key]
    return id_
