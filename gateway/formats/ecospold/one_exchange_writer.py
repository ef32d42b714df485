"""EcoSpold 1: write the exchanges of a data set, with what the format repeats of their flows in each."""

from __future__ import annotations

import json
import re
from collections import Counter
from fractions import Fraction
from functools import partial
from typing import Final

from gateway.codec.datasets import measured
from gateway.errors import InputError
from gateway.formats.ecospold import groups
from gateway.formats.ecospold.bind import Tree
from gateway.formats.ecospold.contexts import context
from gateway.formats.ecospold.excuses import NOT_STATED, sorted_otherwise
from gateway.formats.ecospold.lacking import lack_of, refuse_factor
from gateway.formats.ecospold.one_page import (
    Delivered,
    Known,
    Page,
    code_of,
    delivery,
    told_classes,
)
from gateway.formats.ecospold.one_people_writer import who
from gateway.formats.ecospold.one_tree import sharers
from gateway.formats.ecospold.values import languages, number, root, say, settled, spell, square, times
from gateway.model.base import LangText
from gateway.model.dataset import Coefficient
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Direction, Distribution, Exchange, Uncertainty
from gateway.quantity.number import Number
from gateway.report import Fate

_PLAIN_NUMBER: Final = re.compile(r"[1-9]\d{0,8}").fullmatch
_COMPARTMENTS: Final = frozenset({"air", "water", "soil", "resource"})
_NATURE: Final = frozenset({"from-nature", "to-nature"})


class ExchangeWriter:
    """Writes the exchanges of one process. ``sources``: the numbers of its sources by id."""

    def __init__(self, page: Page, sources: dict[str, str]) -> None:
        self.page = page
        self.sources = sources
        self.free = 0
        # What an interval as it is printed means; few stand in a data set, many times each.
        self.printed: dict[tuple[Distribution, str], tuple[Coefficient, Coefficient]] = {}

    def write(self) -> list[Tree]:
        """The elements of all exchanges."""
        exchanges = self.page.process.exchanges
        plain = [int(one.id) for one in exchanges if _PLAIN_NUMBER(one.id)]
        self.free = max(plain, default=0)
        if not exchanges:
            self.page.lack("/exchanges")
        for id_ in (id_ for id_, count in Counter(one.id for one in exchanges).items() if count > 1):
            path, code = f"/exchanges/{id_}", "dataset.exchange-unwritable"
            self.page.done.lacks.append(InputError(id_, code=code, path=path, format="ecospold1@1.0"))
        return [self._exchange(index, exchange) for index, exchange in enumerate(exchanges)]

    def _exchange(self, index: int, exchange: Exchange) -> Tree:
        page = self.page
        known = page.desk.flow(exchange.flow)
        page.done.flows.append(known.key)
        entry: Tree = {"@number": self._number(exchange)}
        elementary = self._is_elementary(exchange, known.flow)
        if elementary and exchange.is_reference:
            page.lack(f"/exchanges/{exchange.id}/is_reference")
        amount, is_input = self._side(exchange, elementary)
        self._names(entry, exchange, known)
        # In a data set of this format, it tells class and place itself.
        deliverer = None if elementary or page.same else self._deliverer(exchange)
        if known.flow is not None:
            refuse_factor(f"/exchanges/{exchange.id}/flow", known.flow, page.done.lacks, "ecospold1@1.0")
            self._about_flow(entry, known.flow, elementary, deliverer)
        place = code_of(exchange.location)
        if not elementary and (other := self._place(place, known.flow, deliverer)) != place:
            place = other
            page.done.chosen.add(str(other))
        if place:
            entry["@location"] = place
        entry["@unit"] = self._unit(exchange)
        entry["@meanValue"] = self._amount(exchange, amount)
        if exchange.uncertainty.distribution is not None:
            self._uncertainty(entry, exchange.uncertainty, index)
        comment = exchange.comment
        if isinstance(comment, LangText) and (text := comment.get(page.base)) is not None:
            entry["@generalComment"] = text
        for source in exchange.sources[:1]:
            if number_ := self.sources.get(who(source), ""):
                entry["@referenceToSource"] = number_
        entry["inputGroup" if is_input else "outputGroup"] = _group(exchange, is_input, elementary)
        if isinstance(exchange.provider.uuid, str):
            # Read alone, a data set cannot say whom it means; in the package it can.
            at = f"/exchanges/{exchange.id}/provider/uuid"
            page.note("ecospold.link-by-name", at, Fate.CONVERTED, exchange.provider.uuid, entry["@name"])
        return entry

    def _number(self, exchange: Exchange) -> str:
        if _PLAIN_NUMBER(exchange.id):
            return exchange.id
        self.free += 1
        self.page.done.renamed[exchange.id] = str(self.free)
        return str(self.free)

    def _is_elementary(self, exchange: Exchange, flow: Flow | None) -> bool:
        group = exchange.group
        if isinstance(group, str) and groups.is_group(group):
            return group in _NATURE
        if flow is not None and flow.kind is not FlowKind.OTHER:
            return flow.kind is FlowKind.ELEMENTARY
        if not isinstance(group, str):
            lack_of("flow", exchange, self.page.bundle, self.page.done.lacks, "ecospold1@1.0")
        return False

    def _side(self, exchange: Exchange, elementary: bool) -> tuple[Coefficient, bool]:
        """Amount and side: a treated waste that comes in is a service that goes out, below zero."""
        is_input = exchange.direction is Direction.INPUT
        if not (exchange.is_reference and is_input) or elementary:
            return exchange.amount, is_input
        amount = times(exchange.amount, -1)
        was, text = spell(exchange.amount)[0], spell(amount)[0]
        note, path = self.page.note, f"/exchanges/{exchange.id}"
        note("ecospold.treated-waste", f"{path}/amount", Fate.CONVERTED, was, text)
        note("ecospold.treated-waste", f"{path}/direction", Fate.CONVERTED, "input", "output")
        return amount, False

    def _amount(self, exchange: Exchange, amount: Coefficient) -> str:
        text, rounded = spell(amount)
        if not text:
            self.page.lack(f"/exchanges/{exchange.id}/amount")
        if rounded and amount == exchange.amount:
            path = f"/exchanges/{exchange.id}/amount"
            self.page.note("ecospold.rounded", path, Fate.ROUNDED, str(amount), text)
        return text

    # The flow, in every exchange of it

    def _names(self, entry: Tree, exchange: Exchange, known: Known) -> None:
        page = self.page
        texts = known.texts or languages(exchange.flow.name)
        entry["@name"] = name = page.text(texts)
        if not name:
            page.lack(f"/exchanges/{exchange.id}/flow/name")
        if page.local in texts and page.local != page.base:
            entry["@localName"] = texts[page.local]

    def _about_flow(self, entry: Tree, flow: Flow, elementary: bool, deliverer: Delivered | None) -> None:
        if elementary is not (flow.kind is FlowKind.ELEMENTARY):
            self.page.done.chosen.add(sorted_otherwise(flow.id))
        classes = self._classes(flow, elementary, deliverer)
        for key, text in zip(("@category", "@subCategory"), classes, strict=False):
            entry[key] = text
        if isinstance(flow.cas, str):
            entry["@CASNumber"] = flow.cas
        if isinstance(flow.formula, str):
            entry["@formula"] = flow.formula
        if isinstance(flow.is_infrastructure, bool):
            entry["@infrastructureProcess"] = say(flow.is_infrastructure)

    def _classes(self, flow: Flow, elementary: bool, deliverer: Delivered | None) -> tuple[str, ...]:
        if elementary:
            own = self.page.same or _is_own(flow.compartment)
            classes = tuple((None if own else context(flow, "EcoSpold 1")) or flow.compartment)
        elif deliverer is None:
            classes = told_classes(flow)
        else:
            classes = deliverer.classes or (NOT_STATED, NOT_STATED)
            self.page.done.chosen.update(classes)
        return classes if len(classes) <= 2 else (classes[0], classes[-1])

    def _deliverer(self, exchange: Exchange) -> Delivered | None:
        """The process that delivers what is exchanged, this one or its provider in the package."""
        if exchange.is_reference:
            return delivery(self.page.process)
        return self.page.desk.delivered(exchange.provider)

    def _place(self, own: str | None, flow: Flow | None, deliverer: Delivered | None) -> str | None:
        """Where it comes from; others find the process that delivers it by that."""
        if deliverer is not None and deliverer.place:
            return deliverer.place
        if own:
            return own
        return code_of(flow.location) if flow is not None and not self.page.same else None

    def _unit(self, exchange: Exchange) -> str:
        if isinstance(exchange.unit, str):
            return exchange.unit
        if (found := measured(exchange.flow, self.page.bundle)) is not None:
            return found.unit
        lack_of("unit", exchange, self.page.bundle, self.page.done.lacks, "ecospold1@1.0")
        return ""

    # Spread and shares

    def _uncertainty(self, entry: Tree, found: Uncertainty, index: int) -> None:
        kind = found.distribution
        if kind is None or kind is Distribution.OTHER:
            return
        entry["@uncertaintyType"] = groups.DISTRIBUTION_CODES[kind]
        if kind in (Distribution.LOG_NORMAL, Distribution.NORMAL) and isinstance(found.spread, Number):
            kept = self.page.kept(f"/flowData/0/exchange/{index}/@standardDeviation95")
            entry["@standardDeviation95"] = self._interval(kind, found.spread, kept)
        for key, value in (("@minValue", found.minimum), ("@maxValue", found.maximum)):
            if isinstance(value, Number):
                entry[key] = spell(value)[0]
        if kind is Distribution.TRIANGULAR and isinstance(found.centre, Number):
            entry["@mostLikelyValue"] = spell(found.centre)[0]

    def _interval(self, kind: Distribution, spread: Number, kept: str | None) -> str:
        """The width that is printed for a spread: as it was printed, where that means the same."""
        if kept is None:
            return spell(_wide(kind, spread))[0]
        asked = (kind, kept)
        if asked not in self.printed:
            printed = number(kept)
            is_log = kind is Distribution.LOG_NORMAL
            meant = root(printed) if is_log else times(printed, Fraction(1, 2))
            self.printed[asked] = (printed, meant)
        printed, meant = self.printed[asked]
        if meant is spread or meant == spread:
            return spell(printed)[0]
        wide = _wide(kind, spread)
        return spell(printed if printed == wide else wide)[0]


def _is_own(compartment: tuple[str, ...]) -> bool:
    return len(compartment) in (1, 2) and compartment[0] in _COMPARTMENTS


def _group(exchange: Exchange, is_input: bool, elementary: bool) -> str:
    if elementary:
        return "4"
    if not is_input:
        for is_so, code in (
            (exchange.is_reference, "0"),
            (exchange.is_avoided, "1"),
            (exchange.is_waste, "3"),
        ):
            if is_so:
                return code
    told = groups.code_of(exchange.group, is_input=is_input)
    if told is not None and told not in ("0", "4"):
        return told
    return "5" if is_input else "2"


def _wide(kind: Distribution, spread: Number) -> Coefficient:
    """The width of the interval that is printed for a spread."""
    if kind is Distribution.LOG_NORMAL:
        return settled(square(spread))
    return times(spread, Fraction(2))


def write_allocations(page: Page) -> None:
    """Shares by co-product and method, each with the exchanges that it is a share of."""
    kept = page.kept("/flowData/~allocation")
    found: dict[tuple[str, str, str], list[str]] = {}
    renamed = page.done.renamed
    for exchange in page.process.exchanges:
        for share in exchange.allocations:
            text, _ = spell(times(share.share, 100))
            method = groups.METHOD_CODES.get(str(share.method), "-1")
            product = renamed.get(share.product, share.product)
            target = renamed.get(exchange.id, exchange.id)
            found.setdefault((product, method, text), []).append(target)
    made = [
        {
            "@referenceToCoProduct": product,
            "@allocationMethod": method,
            "@fraction": text,
            "referenceToInputOutput": targets,
        }
        for (product, method, text), targets in found.items()
    ]
    known = {renamed.get(exchange.id, exchange.id) for exchange in page.process.exchanges}
    entries = [one for one in map(partial(_of_known, known), json.loads(kept or "[]")) if one is not None]
    if kept is None or _shares(entries) != _shares(made):
        entries = made
    if entries:
        page.node["flowData"][0]["allocation"] = entries


def _of_known(known: set[str], entry: Tree) -> Tree | None:
    """A kept allocation without shares of exchanges that there are not; None where no other is left."""
    numbers = list(sharers(entry))
    if known.issuperset(numbers):
        return entry
    left = [number for number in numbers if number in known]
    return {**entry, "referenceToInputOutput": left} if left else None


def _shares(entries: list[Tree]) -> set[tuple[str, object, object, str]]:
    """Who shares how much of what, however it is grouped."""
    return {
        (
            str(e.get("@referenceToCoProduct")),
            e.get("@allocationMethod", "-1"),
            number(e.get("@fraction")),
            target,
        )
        for e in entries
        for target in sharers(e)
    }
