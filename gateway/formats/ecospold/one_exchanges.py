"""EcoSpold 1: the exchanges of a data set, their spreads, and their shares of co-products."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final, NamedTuple

from gateway.formats.ecospold import groups
from gateway.formats.ecospold.bind import Tree
from gateway.formats.ecospold.groups import Group, take_id, take_side
from gateway.formats.ecospold.one_flows import KEYS, FlowTable, Told, repeated
from gateway.formats.ecospold.one_tree import FAMILY, Languages, sharers
from gateway.formats.ecospold.values import number, place, root, times
from gateway.model.base import LangText, changed, proven
from gateway.model.dataset import Reference
from gateway.model.inventory import Flow
from gateway.model.process import Allocation, Direction, Distribution, Exchange, Process, Uncertainty
from gateway.quantity import show
from gateway.quantity.number import Number
from gateway.report import Fate, Finding, Note, Severity

_NONE: Final = Reference()
_CERTAIN: Final = Uncertainty()
_SPREAD: Final = ("@uncertaintyType", "@standardDeviation95", "@minValue", "@maxValue", "@mostLikelyValue")
_WARNING: Final = Severity.WARNING
_KEPT: Final = 10_000


class _Side(NamedTuple):
    """On which side an exchange stands, and what that says of it."""

    group: Group | None
    told: Mapping[str, object]

    @property
    def is_delivered(self) -> bool:
        """Whether a process of the package may deliver it."""
        return self.group is not None and self.group.is_input and self.group.code != "4"


def _side(group: Group | None) -> _Side:
    return _Side(
        group,
        {
            "direction": group.direction if group else Direction.OUTPUT,
            "is_reference": group == (False, "0"),
            "is_avoided": group == (False, "1"),
            "is_waste": group == (False, "3"),
            "group": group.name if group else None,
        },
    )


_NOWHERE: Final = _side(None)
_SIDES: Final = (
    ("inputGroup", {code: _side(Group(True, code)) for code in groups.INPUT_GROUPS}),
    ("outputGroup", {code: _side(Group(False, code)) for code in groups.OUTPUT_GROUPS}),
)


class Exchanges:
    """Reads the exchanges of one data set.

    Args:
        id_: of the data set.
        known: the flow of an id as the package has it, which the exchange may say otherwise.
        is_process: whether the package has a process of an id.
        sources: those of the data set, by number.
    """

    def __init__(
        self,
        id_: str,
        table: FlowTable,
        known: Callable[[str, Flow], Flow],
        is_process: Callable[[str], bool],
        languages: Languages,
        sources: Mapping[str, Reference],
    ) -> None:
        self.id = id_
        self.table = table
        self.known = known
        self.is_process = is_process
        self.languages = languages
        self.sources = sources
        self.flows: dict[str, Flow] = {}
        self.found: list[Exchange] = []
        self.first: Exchange | None = None
        self.findings: list[Finding] = []
        self.extras: dict[str, str] = {}

    def read(self, node: Tree, at: str) -> None:
        """Take the exchanges of a data set out of its tree. ``at``: its place, for findings."""
        seen: dict[str, int] = {}
        data = node.get("flowData")
        for block in data if isinstance(data, list) else ():
            for entry in block.get("exchange", ()):
                exchange = self._exchange(entry, take_id(entry, "@number", seen, at, self.findings))
                self.found.append(exchange)
                if exchange.is_reference and self.first is None:
                    self.first = exchange
        if self.found and self.first is None:
            self.findings.append(Finding("ecospold.no-reference", at))
        self._allocations(node, at)

    def _exchange(self, entry: Tree, id_: str) -> Exchange:
        side = take_side(entry, _SIDES, _NOWHERE)
        told = self.table.told(self.languages, side.group, tuple(map(entry.get, KEYS)))
        own = told.flow
        known = self.known(own.id, self.flows.get(own.id, own))
        self.flows.setdefault(own.id, known)
        amount = number(entry.get("@meanValue"))
        if amount is not None:
            del entry["@meanValue"]
        provider = self._provider(told) if side.is_delivered else _NONE
        for key in told.repeats if known is own else repeated(entry, own, known, self.languages):
            del entry[key]
        source = self.sources.get(entry["@referenceToSource"]) if "@referenceToSource" in entry else None
        if source is not None:
            del entry["@referenceToSource"]
        pop = entry.pop
        comment = pop("@generalComment", None)
        return proven(
            Exchange,
            {
                "id": id_,
                "flow": told.reference if known is own else Reference(uuid=known.id, name=known.name),
                "amount": amount,
                "unit": pop("@unit", None),
                "provider": provider,
                "location": place(pop("@location", None)),
                "uncertainty": self._uncertainty(entry) if "@uncertaintyType" in entry else _CERTAIN,
                "sources": (source,) if source is not None else (),
                "comment": LangText({self.languages.base: comment}) if comment is not None else None,
                **side.told,
            },
        )

    def _provider(self, told: Told) -> Reference:
        provider = told.provider
        is_other = provider.uuid != self.id and self.is_process(str(provider.uuid))
        return provider if is_other else _NONE

    def _uncertainty(self, entry: Tree) -> Uncertainty:
        """The spread, taken out; a printed interval stays beside the spread that it means."""
        texts = tuple(map(entry.get, _SPREAD))
        found = self.table.spreads.get(texts)
        if found is None:
            if len(self.table.spreads) > _KEPT:
                self.table.spreads.clear()
            found = self.table.spreads[texts] = _spread(*texts)
        for key in found[1]:
            del entry[key]
        return found[0]

    def _allocations(self, node: Tree, place: str) -> None:
        """Shares of exchanges; what the writer would not say in the same words is kept to the letter."""
        data = node.get("flowData")
        index = {exchange.id: at for at, exchange in enumerate(self.found)}
        shares: dict[int, list[Allocation]] = {}
        for block in data if isinstance(data, list) else ():
            for entry in block.get("allocation", ()):
                method = groups.METHODS.get(str(entry.get("@allocationMethod", "")))
                share = times(number(entry.get("@fraction")), Fraction(1, 100))
                for target in sharers(entry):
                    if (at := index.get(target)) is None:
                        self.findings.append(Finding("ecospold.share-of-nothing", place, target, _WARNING))
                    else:
                        one = Allocation(
                            product=str(entry.get("@referenceToCoProduct")), share=share, method=method
                        )
                        shares.setdefault(at, []).append(one)
            if block.get("allocation"):
                self.extras[f"{FAMILY}#/flowData/~allocation"] = json.dumps(
                    block.pop("allocation"), ensure_ascii=False
                )
        for at, told in shares.items():
            self.found[at] = changed(self.found[at], {"allocations": tuple(told)})


def _spread(
    code: str | None, wide: str | None, least: str | None, most: str | None, likely: str | None
) -> tuple[Uncertainty, tuple[str, ...]]:
    """A spread by its attributes, and those that it says in full."""
    kind = groups.DISTRIBUTIONS.get(str(code))
    if kind is None:
        return _CERTAIN, ()
    found: dict[str, Any] = {"distribution": kind}
    used = ["@uncertaintyType"]
    printed = number(wide)
    if isinstance(printed, Number):
        if kind is Distribution.LOG_NORMAL:
            found["spread"] = root(printed)
        elif kind is Distribution.NORMAL:
            found["spread"] = times(printed, Fraction(1, 2))
    for key, name, text in (("@minValue", "minimum", least), ("@maxValue", "maximum", most)):
        if isinstance(value := number(text), Number):
            found[name] = value
            used.append(key)
    if kind is Distribution.TRIANGULAR and isinstance(value := number(likely), Number):
        found["centre"] = value
        used.append("@mostLikelyValue")
    return proven(Uncertainty, found), tuple(used)


def converted_spreads(process: Process) -> Iterator[Note]:
    """One note for every spread that was worked out of what the source prints."""
    for exchange in process.exchanges:
        spread = exchange.uncertainty.spread
        if isinstance(spread, Number) and not spread.text:
            path = f"/exchanges/{exchange.id}/uncertainty/spread"
            yield Note("ecospold.spread", path, Fate.CONVERTED, "", show(spread.value))
