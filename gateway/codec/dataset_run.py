"""Write a bundle of data sets so that no loss is silent: every file is judged, read back and accounted for.

What is compared is what a data set says, not how its format says it. A reference to a data set of the same
package is that data set's identity; its label, address and kind only repeat it. An exchange whose format
tells the unit by way of the flow has that unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from gateway.codec.accounting import Account, account
from gateway.codec.base import Context, Member
from gateway.codec.datasets import Bundle, DatasetFormat, Piece, measured, need_pieces, version_number
from gateway.codec.shelf import FileShelf
from gateway.errors import GatewayError, InputError, InternalError, Problems, flatten, raise_all
from gateway.model.base import Leaf
from gateway.model.dataset import Dataset, Key, Reference
from gateway.model.inventory import Flow, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.model.process import Direction, Exchange, Process
from gateway.model.walk import escape, keyed, leaves
from gateway.quantity import Quantity, same_quantity
from gateway.quantity.number import Number
from gateway.report import Exact, Fate, Note, Severity

_LABELS = ("/uri", "/kind")
# In the keys of extras: how a file is made (schema, edition, lists it goes by), not what it says.
FILE_PART = ":@file"


@dataclass(frozen=True, slots=True)
class Sent:
    """One file of the output, and for every data set of the source in it what became of its leaves.

    ``becomes`` says which data set of the output each is.
    """

    member: Member | None
    accounts: Mapping[Key, Account] = field(default_factory=dict)
    refused: Mapping[Key, tuple[GatewayError, ...]] = field(default_factory=dict)
    becomes: Mapping[Key, Key] = field(default_factory=dict)


def write_bundle(
    format_: DatasetFormat,
    bundle: Bundle,
    context: Context,
    *,
    known: Known | None = None,
    read_back: bool = True,
) -> Iterator[Sent]:
    """Write ``bundle`` file by file.

    Args:
        known: what was learned of the output when an earlier part of the same bundle was written; it is
            added to.
        read_back: reads every file back and accounts for each leaf; without it nothing is accounted for.

    A file that breaks the format's schema or a promise is our bug: it is not given out, and its data sets
    are among the refused, each with an ``InternalError``.

    Raises:
        UsageError: the format is only read.
    """
    books = _Books(bundle, known or Known())
    for piece in need_pieces(format_)(bundle, context):
        try:
            accounts = _account(format_, piece, books, context, read_back=read_back)
        except (InputError, InternalError, Problems) as error:
            broken = {key: tuple(flatten(error)) for key in piece.becomes}
            yield Sent(None, {}, {**piece.refused, **broken})
        else:
            yield Sent(piece.member, accounts, piece.refused, piece.becomes)


def _account(
    format_: DatasetFormat, piece: Piece, books: _Books, context: Context, *, read_back: bool
) -> dict[Key, Account]:
    if piece.member is None:
        return {}
    _judge(format_, piece.member)
    if not read_back:
        return {}
    back = format_.open(FileShelf(piece.member.name, {piece.member.name: piece.member.data}), context)
    books.learn(piece, back)
    accounts = {}
    for source, target in piece.becomes.items():
        if source not in books.done:
            accounts[source] = books.compare(format_.id, piece, source, back.read(target).dataset)
            books.done.add(source)
    return accounts


def _judge(format_: DatasetFormat, member: Member) -> None:
    findings = format_.validate(member) if format_.validate else ()
    raise_all(
        InternalError(f.saw, path=f.at, code="internal.output-breaks-schema", format=format_.id, rule=f.code)
        for f in findings
        if f.severity is Severity.ERROR
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What the parts of an output know of one another: ids of the source, and the units behind flows."""

    source_ids: dict[str, str] = field(default_factory=dict)  # by the id in the output
    groups: dict[str, str] = field(default_factory=dict)  # reference unit by unit group
    properties: dict[str, str] = field(default_factory=dict)  # unit group by property
    flows: dict[str, str] = field(default_factory=dict)  # reference property by flow


class _Books:
    """Both sides while a bundle is being written."""

    def __init__(self, bundle: Bundle, known: Known) -> None:
        self.bundle = bundle
        self.known = known
        self.done: set[Key] = set()
        self.here: dict[str, list[Key]] = {}
        for key in bundle.everything:
            self.here.setdefault(key.id, []).append(key)

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
        one = self._settled(before, ours=False)
        other = self._settled(after, ours=True)
        if isinstance(before, Process) and isinstance(after, Process):
            self._guard(format_, before, one, other)
        # What only repeats another data set is not compared, and no word is needed on it.
        notes = [note for note in piece.notes.get(key, ()) if note.path in one or note.path in other]
        found = account(format_, one, other, notes)
        if not names:
            return found
        count = str(len(names))
        note = Note("dataset.renumbered", "/", Fate.CONVERTED, count, count)
        return Account(found.carried, (*found.notes, note))

    def _settled(self, dataset: Dataset, *, ours: bool) -> dict[str, Leaf]:
        """The leaves of a data set in the source's ids, without what only repeats another data set."""
        found = {place.path: place.value for place in leaves(dataset) if FILE_PART not in place.path}
        repeated = []
        for path in [path for path in found if path.endswith("/uuid")]:
            at, id_ = path[: -len("/uuid")], str(found[path])
            if ours:
                id_ = self.old(id_)
                found[path] = id_
            if id_ in self.here or id_.lower() in self.here:
                repeated.append(at)
                self._settle_version(found, at, id_)
        for at in repeated:
            for label in _LABELS:
                found.pop(at + label, None)
        prefixes = {f"{at}/name/" for at in repeated}
        found = {p: v for p, v in found.items() if f"{p.rpartition('/')[0]}/" not in prefixes}
        for path in [path for path in found if path.endswith("/scheme")]:
            if is_same_everywhere(found.get(path.removesuffix("scheme") + "code")):
                del found[path]
        if isinstance(dataset, Process):
            self._settle_units(dataset, found, ours=ours)
        return found

    def _settle_version(self, found: dict[str, Leaf], at: str, id_: str) -> None:
        version = found.get(f"{at}/version")
        there = {version_number(key.version) for key in self.here.get(id_) or self.here[id_.lower()]}
        if isinstance(version, str) and version_number(version) in there:
            del found[f"{at}/version"]

    def _settle_units(self, process: Process, found: dict[str, Leaf], *, ours: bool) -> None:
        as_usual = set()
        for key, exchange in keyed(process.exchanges):
            assert isinstance(exchange, Exchange)
            at = f"/exchanges/{escape(key)}"
            if not isinstance(exchange.flow.uuid, str):
                continue
            unit, quantity = self._measured(exchange.flow, ours=ours)
            if unit and f"{at}/unit" not in found:
                found[f"{at}/unit"] = unit
            if quantity and found.get(f"{at}/flow_property/uuid") == quantity:
                as_usual.add(escape(key))
        for path in [p for p in found if "/flow_property/" in p and p.split("/")[2] in as_usual]:
            del found[path]

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
            old, new = _told(before, at), _told(after, at)
            if old == new:
                continue
            told = measured(exchange.flow, self.bundle)
            if not _same(old, new, told.units if told else {}):
                saw = f"{old} → {new}"
                raise InternalError(saw, path=at, code="internal.quantity-changed", format=format_)

    def _measured(self, flow: Reference, *, ours: bool) -> tuple[str, str]:
        """Unit and property that a flow's exchanges are counted in where they do not say it themselves."""
        if not ours:
            told = measured(flow, self.bundle)
            return (told.unit, str(told.flow_property.uuid)) if told else ("", "")
        quantity = self.known.flows.get(self.old(str(flow.uuid)), "")
        return self.known.groups.get(self.known.properties.get(quantity, ""), ""), quantity


def is_same_everywhere(code: Leaf | None) -> bool:
    """Whether a place's code means the same in every list: a country's two letters, the globe, Europe."""
    return isinstance(code, str) and (code in ("GLO", "RER") or (len(code) == 2 and code.isalpha()))


def _renamed(dataset: Dataset, names: Mapping[str, str]) -> Dataset:
    """A data set with the source's ids of its exchanges, units or properties."""
    if isinstance(dataset, Process):
        exchanges = tuple(_renamed_exchange(one, names) for one in dataset.exchanges)
        return dataset.model_copy(update={"exchanges": exchanges})
    if isinstance(dataset, UnitGroup):
        reference = dataset.reference_unit
        told = names.get(reference, reference) if isinstance(reference, str) else reference
        units = _with_old_ids(dataset.units, names)
        return dataset.model_copy(update={"units": units, "reference_unit": told})
    if isinstance(dataset, Flow):
        return dataset.model_copy(update={"properties": _with_old_ids(dataset.properties, names)})
    return dataset


def _renamed_exchange(one: Exchange, names: Mapping[str, str]) -> Exchange:
    shares = tuple(
        share.model_copy(update={"product": names.get(share.product, share.product)})
        for share in one.allocations
    )
    return one.model_copy(update={"id": names.get(one.id, one.id), "allocations": shares})


def _with_old_ids(
    parts: tuple[UnitEntry, ...] | tuple[FlowPropertyValue, ...], names: Mapping[str, str]
) -> tuple[object, ...]:
    return tuple(part.model_copy(update={"id": names.get(part.id, part.id)}) for part in parts)


@dataclass(frozen=True, slots=True)
class _Told:
    amount: Fraction | None
    unit: str
    is_reference: bool


def _told(found: Mapping[str, Leaf], at: str) -> _Told:
    amount = found.get(f"{at}/amount")
    sign = -1 if found.get(f"{at}/direction") == Direction.INPUT else 1
    value = Fraction(amount.value) * sign if isinstance(amount, Number) else None
    return _Told(value, str(found.get(f"{at}/unit", "")), found.get(f"{at}/is_reference") is True)


def _same(old: _Told, new: _Told, units: Mapping[str, Exact]) -> bool:
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
