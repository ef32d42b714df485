"""A package of data sets in another list's words: every process, with the flows that it names then.

The package is gone through once, to know which flows the output has; each process is translated again when
it is asked for, so that nothing large is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Final

from gateway.codec.datasets import Bundle, DatasetReading, key_of, measured
from gateway.errors import GatewayError
from gateway.model.dataset import Dataset, DatasetKind, Key, Reference
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Exchange, Process
from gateway.model.walk import escape, leaves
from gateway.nomenclature.match import Match
from gateway.nomenclature.row import Abstained, End
from gateway.pipeline.datasets import Datasets
from gateway.pipeline.translate import Matching, Work, default_matching, findings_of
from gateway.pipeline.translate_flows import datasets_for, flow_of, measure
from gateway.pipeline.translation import Entry, Target, find_target
from gateway.quantity.exact import own_arithmetic, total
from gateway.report import Finding

_REFERRING: Final = (DatasetKind.METHOD, DatasetKind.MODEL)


@dataclass(frozen=True, slots=True)
class Summed:
    """One name of a package, with how often it stands there; ``entry`` is the first, with all kg CO2e."""

    entry: Entry
    times: int


@dataclass(frozen=True)
class TranslatedDatasets:
    """The package in the target's words, and by data set every name with its evidence or its reason.

    ``replaced`` are flows of the source that the output names no more.
    """

    datasets: Datasets
    target: Target
    entries: tuple[tuple[Key, Entry], ...]
    replaced: tuple[Key, ...] = ()
    unread: Mapping[Key, GatewayError] = field(default_factory=dict)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What stays as it is or loses its factor, once for each flow or place of the package."""
        return tuple(findings_of((one.entry for one in self.summary), self.target))

    @cached_property
    def summary(self) -> tuple[Summed, ...]:
        """Every name once, what loses most first."""
        found: dict[object, list[tuple[Key, Entry]]] = {}
        for key, entry in self.entries:
            end, ids = entry.source, tuple(row.target.id for row in entry.rows)
            told = (entry.kind, end.id, end.name, end.context, entry.there, ids, entry.abstained)
            found.setdefault((*told, entry.kg is None), []).append((key, entry))
        sums = [_summed(group) for group in found.values()]
        return tuple(sorted(sums, key=lambda one: -Fraction(one.entry.kg or 0)))

    @property
    def lost(self) -> Fraction:
        """The kg CO2e of gases that the target loses, over all data sets."""
        return sum((Fraction(e.kg) for _, e in self.entries if e.kg is not None), Fraction(0))


@own_arithmetic
def translate_datasets(
    datasets: Datasets, *, target: str, match: Matching | None = None
) -> TranslatedDatasets:
    """``datasets`` in the words of ``target``. Elementary flows change; products and wastes stay.

    Args:
        match: as for ``translate``.

    Raises:
        UsageError: there is no such target, or it needs the list of flows.
    """
    wanted = find_target(target)
    found = _Pass(datasets.bundle, wanted, _writable(_remembered(match or default_matching(wanted))))
    found.run()
    bundle: Bundle = _Translated(datasets.bundle, found)
    made = replace(datasets, bundle=bundle)
    return TranslatedDatasets(made, wanted, tuple(found.entries), tuple(sorted(found.gone)), found.unread)


def _summed(group: list[tuple[Key, Entry]]) -> Summed:
    key, first = group[0]
    kgs = [entry.kg for _, entry in group if entry.kg is not None]
    path = f"/{key.kind.value}/{key.id}{first.path.rstrip('/')}"
    amount = first.amount if len(group) == 1 else None
    return Summed(replace(first, path=path, amount=amount, kg=total(kgs) if kgs else None), len(group))


def _remembered(match: Matching) -> Matching:
    """The same flow stands in many processes."""
    known: dict[End, Match] = {}

    def remembered(end: End) -> Match:
        found = known.get(end)
        if found is None:
            found = known[end] = match(end)
        return found

    return remembered


def _writable(match: Matching) -> Matching:
    """Without flows that no data set could be made of: their unit has no property and group that we know."""

    def checked(end: End) -> Match:
        found = match(end)
        if all(measure(row.target.unit) or row.target.id.lower() == end.id.lower() for row in found.rows):
            return found
        return replace(found, rows=(), abstained=Abstained.UNIT)

    return checked


class _Pass:
    """What one going through a package finds."""

    def __init__(self, bundle: Bundle, target: Target, match: Matching) -> None:
        self.bundle, self.target, self.match = bundle, target, match
        self.entries: list[tuple[Key, Entry]] = []
        self.made: dict[str, Flow] = {}  # flows of the target that the package has not
        self.gone: set[Key] = set()
        self.unread: dict[Key, GatewayError] = {}

    def run(self) -> None:
        """Translate everything once."""
        mapped: set[Key] = set()
        named: set[str] = set()
        seen: set[Key] = set()
        for key in self.bundle.keys:
            if key.kind is DatasetKind.PROCESS and (told := self._read(key)) is not None:
                assert isinstance(told, Process)
                made, work = self.process(told)
                named.update(str(exchange.flow.uuid).lower() for exchange in made.exchanges)
                seen.update(filter(None, (self._flow_key(e.flow) for e in told.exchanges)))
                mapped.update(self._take(key, work))
            elif key.kind in _REFERRING and (told := self._read(key)) is not None:
                named.update(str(leaf.value).lower() for leaf in leaves(told) if isinstance(leaf.value, str))
        for key in self.bundle.keys:
            if key.kind is DatasetKind.FLOW and key not in seen:
                mapped.update(self._alone(key))
        self.gone = {key for key in mapped if key.id.lower() not in named}

    def process(self, told: Process) -> tuple[Process, Work]:
        """One process in the target's words."""
        work = Work(self.target, self.match)
        kept: list[Exchange] = []
        more: list[Exchange] = []
        for exchange in told.exchanges:
            first, *rest = self._exchange(work, exchange)
            kept.append(first)
            more.extend(rest)  # behind all others: what is kept by its place stays where it was
        made = told.model_copy(update={"exchanges": (*kept, *more)})
        return work.located(made), work

    def _exchange(self, work: Work, told: Exchange) -> tuple[Exchange, ...]:
        key = self._flow_key(told.flow)
        flow = self._read(key) if key is not None else None
        if flow is not None:
            assert isinstance(flow, Flow)
        usual = told
        if flow is not None and flow.kind is FlowKind.ELEMENTARY and not isinstance(told.unit, str):
            by = measured(told.flow, self.bundle)
            usual = told.model_copy(update={"unit": by.unit}) if by else told
        made = work.exchange(f"/exchanges/{escape(told.id)}", usual, flow)
        return (told,) if made == (usual,) else made

    def _take(self, key: Key, work: Work) -> Iterator[Key]:
        """Take up what was found in one data set; the flows of the source that changed."""
        self.entries.extend((key, entry) for entry in work.entries)
        for entry in work.entries:
            if entry.kind != "flow" or not entry.rows:
                continue
            for row in entry.rows:
                self._add(row.target)
            if (old := self._flow_key(Reference(uuid=entry.source.id))) is not None:
                yield old

    def _alone(self, key: Key) -> Iterator[Key]:
        """A flow that no process of the package names."""
        flow = self._read(key)
        if not isinstance(flow, Flow) or flow.kind is not FlowKind.ELEMENTARY:
            return
        by = measured(Reference(uuid=flow.id), self.bundle)
        work = Work(self.target, self.match)
        entry = work.flow("/", flow, by.unit if by else "")
        told = {row.target.id.lower() for row in entry.rows}
        yield from (old for old in self._take(key, work) if old.id.lower() not in told)

    def _add(self, end: End) -> None:
        if self._flow_key(Reference(uuid=end.id)) is None and end.id not in self.made:
            self.made[end.id] = flow_of(end)

    def _flow_key(self, reference: Reference) -> Key | None:
        return self.bundle.find(DatasetKind.FLOW, reference)

    def _read(self, key: Key) -> Dataset | None:
        """A data set; one that cannot be read is told of by whoever writes it."""
        try:
            return self.bundle.read(key).dataset
        except GatewayError as error:
            self.unread[key] = error
            return None


class _Translated:
    """The package as it is after a pass."""

    def __init__(self, whole: Bundle, found: _Pass) -> None:
        self._whole, self._found = whole, found
        self._made = {key_of(one): one for one in datasets_for(found.made.values(), whole)}

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Those of the source that are still named, and the target's flows."""
        return (*(key for key in self._whole.keys if key not in self._found.gone), *self._made)

    @property
    def everything(self) -> tuple[Key, ...]:
        """The same: this is a whole package."""
        return self.keys

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those of the source."""
        return self._whole.findings

    @property
    def files(self) -> tuple[str, ...]:
        """Those of the source."""
        return self._whole.files

    def read(self, key: Key) -> DatasetReading:
        """One data set, in the target's words."""
        if key in self._made:
            return DatasetReading(self._made[key])
        reading = self._whole.read(key)
        if isinstance(reading.dataset, Process):
            return replace(reading, dataset=self._found.process(reading.dataset)[0])
        return reading

    def find(self, kind: DatasetKind, reference: Reference) -> Key | None:
        """The data set that a reference means."""
        there = self._whole.find(kind, reference)
        if there is not None and there not in self._found.gone:
            return there
        told = str(reference.uuid).lower()
        return next((key for key in self._by_id.get(told, ()) if key.kind is kind), None)

    @cached_property
    def _by_id(self) -> dict[str, list[Key]]:
        found: dict[str, list[Key]] = {}
        for key in self._made:
            found.setdefault(key.id.lower(), []).append(key)
        return found

    def file(self, name: str) -> bytes:
        """A file of the source."""
        return self._whole.file(name)
