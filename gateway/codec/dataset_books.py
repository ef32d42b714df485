"""Both sides of an output while it is written: what each data set says, in the ids of the source.

A walk over a data set leaves out at once what only repeats another data set of the package: the address
and kind of a reference to it, its version, and its label where that data set says the same of itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from gateway.codec.accounting import Account, account
from gateway.codec.dataset_labels import Labels
from gateway.codec.datasets import Bundle, Piece, measured, version_number
from gateway.errors import GatewayError, InputError, InternalError
from gateway.model.activity import Place
from gateway.model.base import LangText, Leaf, changed
from gateway.model.dataset import Dataset, Key, Reference
from gateway.model.inventory import Flow, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.model.process import Direction, Exchange, Process
from gateway.model.walk import Own, Told, collect_fields, escape, keyed, told
from gateway.quantity import Quantity, same_quantity
from gateway.quantity.number import Number
from gateway.report import Exact, Fate, Note

# In the keys of extras: how a file is made (schema, edition, lists it goes by), not what it says.
FILE_PART = ":@file"


@dataclass(frozen=True, slots=True)
class Known:
    """What the parts of an output know of one another: ids of the source, and the units behind flows."""

    source_ids: dict[str, str] = field(default_factory=dict)  # by the id in the output
    groups: dict[str, str] = field(default_factory=dict)  # reference unit by unit group
    properties: dict[str, str] = field(default_factory=dict)  # unit group by property
    flows: dict[str, str] = field(default_factory=dict)  # reference property by flow


class Books:
    """Both sides while a bundle is being written."""

    def __init__(self, bundle: Bundle, known: Known) -> None:
        self.bundle = bundle
        self.known = known
        self.done: set[Key] = set()
        self.here: dict[str, list[Key]] = {}
        for key in bundle.everything:
            self.here.setdefault(key.id, []).append(key)
        self._versions: dict[tuple[str, str], bool] = {}
        self._labels = Labels(bundle)
        self._own_labels: dict[str, str] = {}  # of the data set that is being compared, by path
        self._before: Own = {Reference: self._reference, Place: _place}
        self._after: Own = {Reference: self._own_reference, Place: _place, UnitEntry: self._own_unit}

    def learn(self, piece: Piece, back: Bundle) -> None:
        """Take up the ids and units of a file before its data sets are compared."""
        for source, target in piece.becomes.items():
            if source.id != target.id:
                self.known.source_ids[target.id] = source.id
        for source, target in piece.becomes.items():
            if source in self.done or source.kind.value not in ("flow", "flow-property", "unit-group"):
                continue
            self._learn(source.id, back.read(target).dataset)

    def _learn(self, id_: str, dataset: Dataset) -> None:
        if isinstance(dataset, UnitGroup):
            if dataset.reference is not None and isinstance(dataset.reference.name, str):
                self.known.groups[id_] = dataset.reference.name
        elif isinstance(dataset, FlowProperty):
            if isinstance(dataset.unit_group.uuid, str):
                self.known.properties[id_] = self.old(dataset.unit_group.uuid)
        elif isinstance(dataset, Flow):
            value = dataset.reference_property
            if value is not None and isinstance(value.flow_property.uuid, str):
                self.known.flows[id_] = self.old(value.flow_property.uuid)

    def old(self, id_: str) -> str:
        """The id in the source of what has ``id_`` in the output."""
        return self.known.source_ids.get(id_, id_)

    def compare(self, format_: str, piece: Piece, key: Key, after: Dataset) -> Account:
        """Account for the leaves of one data set of the source."""
        before = self.bundle.read(key).dataset
        names = piece.renamed.get(key, {})
        if names:
            after = _renamed(after, {new: old for old, new in names.items()})
        self._own_labels.clear()
        one, other = self.settled(before, ours=False), self.settled(after, ours=True)
        for path, text in self._own_labels.items():
            # A label that the output makes of the data set's name is no word of the source.
            if path in other and other[path] != text:
                del other[path]
        if isinstance(before, Process) and isinstance(after, Process):
            self._guard(format_, before, one, other)
        # What only repeats another data set is not compared, and no word is needed on it.
        own = piece.notes.get(key, ())
        notes: Sequence[Note] = [
            note
            for note in own
            if note.path in other or (note.path in one and note.path not in self._own_labels)
        ]
        if piece.explain is not None:
            notes = piece.explain(one, other, notes)
        found = account(format_, one, other, notes)
        if not names:
            return found
        count = str(len(names))
        note = Note("dataset.renumbered", "/", Fate.CONVERTED, count, count)
        return Account(found.carried, (*found.notes, note))

    def settled(self, dataset: Dataset, *, ours: bool) -> Told:
        """The leaves of a data set in the source's ids, without what only repeats another data set."""
        found = told(dataset, self._after if ours else self._before)
        for key in dataset.extras:
            if FILE_PART in key:
                del found[f"/extras/{escape(key)}"]
        if isinstance(dataset, Process):
            self._settle_units(dataset, found, ours=ours)
        return found

    def _reference(self, reference: Reference, at: str, found: Told) -> None:
        id_ = reference.uuid
        if isinstance(id_, str) and (id_ in self.here or id_.lower() in self.here):
            found[f"{at}/uuid"] = id_
            self._identity(reference, at, id_, found)
            if isinstance(reference.name, LangText):
                keys = self.here.get(id_) or self.here[id_.lower()]
                for lang, text in self._labels.own(reference.name, id_, keys).items():
                    path = f"{at}/name/{escape(lang)}"
                    self._own_labels[path] = found[path] = text
        else:
            collect_fields(reference, at, found, self._before)

    def _own_reference(self, reference: Reference, at: str, found: Told) -> None:
        if reference.uuid is None:
            collect_fields(reference, at, found, self._after)
            return
        id_ = self.old(str(reference.uuid))
        if id_ in self.here or id_.lower() in self.here:
            found[f"{at}/uuid"] = id_
            self._identity(reference, at, id_, found)
            for lang, text in reference.name.root.items() if isinstance(reference.name, LangText) else ():
                if (path := f"{at}/name/{escape(lang)}") in self._own_labels:
                    found[path] = text
        else:
            collect_fields(reference, at, found, self._after)
            found[f"{at}/uuid"] = id_

    def _identity(self, reference: Reference, at: str, id_: str, found: Told) -> None:
        """What a reference to a data set of the package says beside that data set's id."""
        version, name = reference.version, reference.name
        if version is not None and not (isinstance(version, str) and self._is_there(id_, version)):
            found[f"{at}/version"] = version
        if name is not None and not isinstance(name, LangText):
            found[f"{at}/name"] = name

    def _is_there(self, id_: str, version: str) -> bool:
        asked = (id_, version)
        found = self._versions.get(asked)
        if found is None:
            keys = self.here.get(id_) or self.here[id_.lower()]
            found = version_number(version) in {version_number(key.version) for key in keys}
            self._versions[asked] = found
        return found

    def _own_unit(self, unit: UnitEntry, at: str, found: Told) -> None:
        collect_fields(unit, at, found, self._after)
        if unit.uuid is not None:
            found[f"{at}/uuid"] = self.old(str(unit.uuid))

    def _settle_units(self, process: Process, found: Told, *, ours: bool) -> None:
        for key, one in keyed(process.exchanges):
            exchange: Any = one
            flow, at = exchange.flow, f"/exchanges/{escape(key)}"
            if not isinstance(flow.uuid, str):
                continue
            unit, quantity = self._measured(flow, ours=ours)
            if unit and exchange.unit is None:
                found[f"{at}/unit"] = unit
            if quantity and found.get(f"{at}/flow_property/uuid") == quantity:
                for path in told(exchange.flow_property, {}):
                    found.pop(f"{at}/flow_property{path}", None)

    def _guard(
        self, format_: str, process: Process, before: Mapping[str, Leaf], after: Mapping[str, Leaf]
    ) -> None:
        """Refuse an output that says another quantity, direction or reference than its source.

        A negative output is a positive input: formats write a treated waste one way or the other.
        """
        for key, exchange in keyed(process.exchanges):
            assert isinstance(exchange, Exchange)
            at = f"/exchanges/{escape(key)}"
            if f"{at}/direction" not in after:
                raise InputError(at, path=at, code="dataset.exchange-unwritable", format=format_)
            if all(before.get(at + leaf) == after.get(at + leaf) for leaf in _GUARDED):
                continue
            old, new = _said(before, at), _said(after, at)
            if old == new:
                continue
            found = measured(exchange.flow, self.bundle)
            if not _same(old, new, found.units if found else {}):
                if old.unit and not new.unit:
                    # The unit group was not written, nor is what is counted in it: no reader would know.
                    raise InputError(at, path=at, code="dataset.exchange-unwritable", format=format_)
                saw = f"{old} → {new}"
                raise InternalError(saw, path=at, code="internal.quantity-changed", format=format_)

    def _measured(self, flow: Reference, *, ours: bool) -> tuple[str, str]:
        """Unit and property that a flow's exchanges are counted in where they do not say it themselves."""
        if not ours:
            found = measured(flow, self.bundle)
            return (found.unit, str(found.flow_property.uuid)) if found else ("", "")
        id_ = self.old(str(flow.uuid))
        quantity = self.known.flows.get(id_)
        if quantity is None:
            if id_ not in self.here and id_.lower() not in self.here:
                return "", ""
            # Only a part is written, and the flow is not in it: its property repeats what the source has.
            there = measured(Reference(uuid=id_), self.bundle)
            return "", str(there.flow_property.uuid) if there else ""
        return self.known.groups.get(self.known.properties.get(quantity, ""), ""), quantity


def _place(place: Place, at: str, found: Told) -> None:
    found[f"{at}/code"] = place.code
    if not is_same_everywhere(place.code):
        found[f"{at}/scheme"] = place.scheme


def is_same_everywhere(code: Leaf | None) -> bool:
    """Whether a place's code means the same in every list: a country's two letters, the globe, Europe."""
    return isinstance(code, str) and (code in ("GLO", "RER") or (len(code) == 2 and code.isalpha()))


def _renamed(dataset: Dataset, names: Mapping[str, str]) -> Dataset:
    """A data set with the source's ids of its exchanges, units or properties."""
    if isinstance(dataset, Process):
        return changed(dataset, {"exchanges": tuple(_renamed_exchange(o, names) for o in dataset.exchanges)})
    if isinstance(dataset, UnitGroup):
        reference = dataset.reference_unit
        unit = names.get(reference, reference) if isinstance(reference, str) else reference
        return changed(dataset, {"units": _with_old_ids(dataset.units, names), "reference_unit": unit})
    if isinstance(dataset, Flow):
        return changed(dataset, {"properties": _with_old_ids(dataset.properties, names)})
    return dataset


def _renamed_exchange(one: Exchange, names: Mapping[str, str]) -> Exchange:
    shares = tuple(
        changed(share, {"product": names.get(share.product, share.product)}) for share in one.allocations
    )
    return changed(one, {"id": names.get(one.id, one.id), "allocations": shares})


def _with_old_ids(
    parts: Iterable[UnitEntry] | Iterable[FlowPropertyValue], names: Mapping[str, str]
) -> tuple[object, ...]:
    return tuple(changed(part, {"id": names.get(part.id, part.id)}) for part in parts)


# What is the same on both sides says the same quantity.
_GUARDED = ("/amount", "/direction", "/unit", "/is_reference")


@dataclass(frozen=True, slots=True)
class _Said:
    amount: Fraction | None
    unit: str
    is_reference: bool


def _said(found: Mapping[str, Leaf], at: str) -> _Said:
    amount = found.get(f"{at}/amount")
    sign = -1 if found.get(f"{at}/direction") == Direction.INPUT else 1
    value = Fraction(amount.value) * sign if isinstance(amount, Number) else None
    return _Said(value, str(found.get(f"{at}/unit", "")), found.get(f"{at}/is_reference") is True)


def _same(old: _Said, new: _Said, units: Mapping[str, Exact]) -> bool:
    if old.is_reference is not new.is_reference or old.amount is None or new.amount is None:
        return False
    if old.unit == new.unit or not new.unit:
        return old.amount == new.amount
    if old.unit in units and new.unit in units:
        return old.amount * Fraction(units[old.unit]) == new.amount * Fraction(units[new.unit])
    try:
        return same_quantity(Quantity(old.amount, old.unit), Quantity(new.amount, new.unit))
    except GatewayError:
        return False
