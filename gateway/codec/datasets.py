"""Formats of life-cycle data sets: a graph of data sets, read one at a time and written one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Generic, Protocol, TypeAlias, TypeVar

from gateway.codec.base import Context, Evidence, Member
from gateway.codec.shelf import Shelf
from gateway.errors import GatewayError, InputError, UsageError
from gateway.model.base import LangText, Leaf, Missing, changed
from gateway.model.dataset import Dataset, DatasetKind, Key, Reference
from gateway.model.inventory import Flow, FlowProperty, UnitGroup
from gateway.quantity.number import Number
from gateway.report import Exact, Finding, Note

T = TypeVar("T")

# The order in which writers give data sets out: what others refer to comes first.
ORDER = (
    DatasetKind.UNIT_GROUP,
    DatasetKind.FLOW_PROPERTY,
    DatasetKind.CONTACT,
    DatasetKind.SOURCE,
    DatasetKind.FLOW,
    DatasetKind.METHOD,
    DatasetKind.PROCESS,
    DatasetKind.MODEL,
)

# Of so many flows at most it is remembered how they are measured.
_MEASURES = 65_536
_LARGE = frozenset({DatasetKind.PROCESS, DatasetKind.METHOD, DatasetKind.MODEL})


@dataclass(frozen=True, slots=True)
class DatasetReading:
    """One data set that was read. ``place`` is its file, with the place in it if it holds several.

    ``untold`` are leaves that the model must have and the source does not tell: by what is usual, and not
    to be handed on as told.
    """

    dataset: Dataset
    place: str = ""
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()
    untold: frozenset[str] = frozenset()


class Bundle(Protocol):
    """A graph of data sets. Nothing is parsed before it is asked for; order is the source's."""

    @property
    def keys(self) -> tuple[Key, ...]:
        """What data sets there are."""
        ...

    @property
    def everything(self) -> tuple[Key, ...]:
        """What data sets references may lead to: ``keys``, or more where this is a part of a package."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the package as a whole: unreadable files, two data sets of one key."""
        ...

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that are no data sets: documents, pictures, files of the format."""
        ...

    def read(self, key: Key) -> DatasetReading:
        """One data set.

        Raises:
            InputError: ``dataset.not-here``, or its file cannot be read at all.
        """
        ...

    def find(self, kind: DatasetKind, reference: Reference) -> Key | None:
        """The data set that a reference means; None where the package has it not."""
        ...

    def file(self, name: str) -> bytes:
        """The bytes of a file that is no data set."""
        ...


class IndexedBundle(Generic[T]):
    """A bundle over an index: where each data set stands, and how one is read from there.

    The last data sets that were read are kept, since many exchanges name the same flow.

    Args:
        index: the place of every data set, in order.
        load: reads what stands in a place.
        shelf: holds the files that are no data sets.
        files: their names.
    """

    def __init__(
        self,
        index: Mapping[Key, T],
        load: Callable[[Key, T], DatasetReading],
        *,
        shelf: Shelf | None = None,
        files: Iterable[str] = (),
        findings: Iterable[Finding] = (),
        kept: int = 512,
    ) -> None:
        self._index = index
        self._load = load
        self._shelf = shelf
        self.files = tuple(files)
        self.findings = tuple(findings)
        # By kind: the flows of one large process would push it out; and of processes, which are large, few.
        self._kept = {kind: kept // 16 + 1 if kind in _LARGE else kept for kind in DatasetKind}
        # What ``measured`` has worked out of the data sets here.
        self.measures: dict[object, Measured | None] = {}
        self._recent: dict[DatasetKind, dict[Key, DatasetReading]] = {kind: {} for kind in DatasetKind}

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """What data sets there are."""
        return tuple(self._index)

    @property
    def everything(self) -> tuple[Key, ...]:
        """The same: this is a whole package."""
        return self.keys

    @cached_property
    def _versions(self) -> dict[tuple[DatasetKind, str], list[Key]]:
        found: dict[tuple[DatasetKind, str], list[Key]] = {}
        for key in self._index:
            found.setdefault((key.kind, key.id), []).append(key)
        return found

    def read(self, key: Key) -> DatasetReading:
        """One data set."""
        recent = self._recent[key.kind]
        if (there := recent.get(key)) is not None:
            return there
        if key not in self._index:
            raise InputError(key.id, code="dataset.not-here", kind=key.kind.value)
        reading = self._load(key, self._index[key])
        if len(recent) >= self._kept[key.kind]:
            del recent[next(iter(recent))]
        recent[key] = reading
        return reading

    def find(self, kind: DatasetKind, reference: Reference) -> Key | None:
        """The data set that a reference means: of its version, else the newest of its id."""
        if not isinstance(reference.uuid, str):
            return None
        keys = self._versions.get((kind, reference.uuid.strip().lower()))
        if keys is None:
            keys = self._versions.get((kind, reference.uuid.strip()), [])
        return _of_version(keys, reference.version)

    def file(self, name: str) -> bytes:
        """The bytes of a file that is no data set."""
        if self._shelf is None or name not in self.files:
            raise InputError(name, code="archive.no-such-entry")
        return self._shelf.read(name)


def bundle_of(
    datasets: Iterable[Dataset], files: Mapping[str, bytes] | None = None
) -> IndexedBundle[Dataset]:
    """A bundle of data sets that are in memory."""
    from gateway.codec.shelf import FileShelf

    index = {key_of(dataset): dataset for dataset in datasets}
    shelf = FileShelf("", files or {})
    return IndexedBundle(index, lambda _, one: DatasetReading(one), shelf=shelf, files=shelf.names)


def key_of(dataset: Dataset) -> Key:
    """The key of a data set."""
    version = dataset.version if isinstance(dataset.version, str) else ""
    return Key(kind_of(dataset), dataset.id, version)


def kind_of(dataset: Dataset) -> DatasetKind:
    """The kind of a data set."""
    from gateway.model.process import Process
    from gateway.model.sources import Contact, ImpactMethod, LifeCycleModel, Source

    kinds: Mapping[type[Dataset], DatasetKind] = {
        Process: DatasetKind.PROCESS,
        Flow: DatasetKind.FLOW,
        FlowProperty: DatasetKind.FLOW_PROPERTY,
        UnitGroup: DatasetKind.UNIT_GROUP,
        Source: DatasetKind.SOURCE,
        Contact: DatasetKind.CONTACT,
        ImpactMethod: DatasetKind.METHOD,
        LifeCycleModel: DatasetKind.MODEL,
    }
    return kinds[type(dataset)]


def version_number(version: object) -> tuple[int, ...]:
    """A version to compare by: ``01.00`` and ``01.00.000`` are the same."""
    if not isinstance(version, str):
        return ()
    parts = [int(part) if part.isascii() and part.isdigit() else 0 for part in version.strip().split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _of_version(keys: list[Key], version: object) -> Key | None:
    if len(keys) < 2:
        return keys[0] if keys else None
    wanted = version_number(version) if isinstance(version, str) and version else None
    exact = [key for key in keys if wanted is not None and version_number(key.version) == wanted]
    return exact[0] if exact else max(keys, key=lambda key: version_number(key.version))


@dataclass(frozen=True, slots=True)
class Measured:
    """In which unit and property the exchanges of a flow are counted where its format does not say.

    ``units`` are all of its unit group by name, each with its factor to ``unit``.
    """

    unit: str
    flow_property: Reference
    units: Mapping[str, Exact] = field(default_factory=dict)


def unreadable(error: GatewayError, place: str) -> Finding:
    """What is wrong with a file that cannot be read: with it its data sets are missing."""
    at = place if error.path in ("", place) else f"{place} {error.path}"
    return Finding(error.error_code, at, error.saw, params=error.params)


def all_files(bundle: Bundle) -> tuple[str, ...]:
    """The files of the whole package; ``files`` of a part of it are those that go with the part."""
    found: tuple[str, ...] = getattr(bundle, "all_files", bundle.files)
    return found


def measured(flow: Reference, bundle: Bundle) -> Measured | None:
    """The reference unit of a flow, along flow, reference property, unit group, reference unit.

    None where a link of this chain is not in the package, or names nothing.
    """
    memo: dict[object, Measured | None] = getattr(bundle, "measures", {})
    asked = (flow.uuid, flow.version)
    if not isinstance(flow.uuid, str) or isinstance(flow.version, Missing):
        return _measured(flow, bundle)
    if asked not in memo:
        if len(memo) >= _MEASURES:
            memo.clear()
        memo[asked] = _measured(flow, bundle)
    return memo[asked]


def _measured(flow: Reference, bundle: Bundle) -> Measured | None:
    key = bundle.find(DatasetKind.FLOW, flow)
    found = _read(bundle, key)
    value = found.reference_property if isinstance(found, Flow) else None
    if value is None:
        return None
    reference = value.flow_property
    prop = _read(bundle, bundle.find(DatasetKind.FLOW_PROPERTY, reference))
    if not isinstance(prop, FlowProperty):
        return None
    group = _read(bundle, bundle.find(DatasetKind.UNIT_GROUP, prop.unit_group))
    unit = group.reference if isinstance(group, UnitGroup) else None
    if unit is None or not isinstance(unit.name, str):
        return None
    assert isinstance(group, UnitGroup)
    name = reference.name if isinstance(reference.name, LangText) else prop.name
    units = {str(u.name): u.factor.value for u in group.units if isinstance(u.factor, Number)}
    return Measured(unit.name, changed(reference, {"name": name}), units | {unit.name: Decimal(1)})


def _read(bundle: Bundle, key: Key | None) -> Dataset | None:
    if key is None:
        return None
    try:
        return bundle.read(key).dataset
    except InputError:
        return None


Explain: TypeAlias = Callable[[Mapping[str, Leaf], Mapping[str, Leaf], Sequence[Note]], Sequence[Note]]


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of what a writer gives out, or a data set that cannot be written.

    ``becomes`` says for each data set of the source that this file tells which data set of the file it is;
    ``notes`` are the writer's own words on the leaves of the source's data sets (contract:
    ``codec.base.Writing``), by data set. ``renamed`` gives, by data set of the source, the ids that its
    exchanges, units or properties have in the file where the format cannot hold their own. ``refused`` are
    the lacks of data sets that the format cannot hold.
    """

    member: Member | None
    becomes: Mapping[Key, Key] = field(default_factory=dict)
    notes: Mapping[Key, tuple[Note, ...]] = field(default_factory=dict)
    renamed: Mapping[Key, Mapping[str, str]] = field(default_factory=dict)
    refused: Mapping[Key, tuple[GatewayError, ...]] = field(default_factory=dict)
    explain: Explain | None = None


OpenBundle: TypeAlias = Callable[[Shelf, Context], Bundle]
WritePieces: TypeAlias = Callable[[Bundle, Context], Iterator[Piece]]


@dataclass(frozen=True, slots=True)
class DatasetFormat:
    """One version of one format of data sets.

    ``write`` gives pieces in ``ORDER``; the last pieces may be files of the package as a whole. ``wrap``
    makes the one file of a package out of its members where people pass it on as one (a zip).
    ``family``: data sets of formats of one family share their extras. ``holds_results``: it has a place for
    declared results; what has none gets a declared footprint as emissions.
    """

    id: str
    title: Mapping[str, str]
    media_type: str
    detect: Callable[[Shelf], Evidence | None]
    open: OpenBundle
    write: WritePieces | None = None
    validate: Callable[[Member], tuple[Finding, ...]] | None = None
    family: str = ""
    suffix: str = ".zip"
    schema_edition: str = ""
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    holds_results: bool = True

    @property
    def folder(self) -> str:
        """The name of the output folder: the id without its version."""
        return self.id.partition("@")[0]


def need_pieces(format_: DatasetFormat) -> WritePieces:
    """The format's writer.

    Raises:
        UsageError: the format is only read.
    """
    if format_.write is None:
        raise UsageError(format_.id, code="usage.format-not-written")
    return format_.write
