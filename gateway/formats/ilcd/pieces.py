"""A bundle as files of ILCD data sets: valid ones, or the data set is refused with what it breaks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count, islice
from typing import Any, Final

from gateway.codec import xmlverdict
from gateway.codec.base import Context, Member
from gateway.codec.dataset_books import is_same_everywhere
from gateway.codec.datasets import ORDER, Bundle, Piece
from gateway.codec.xmlstructure import Content, Element, Structure, structure
from gateway.codec.xmltree import Node, Value, XmlTree, write_tree
from gateway.codec.xmltypes import Check
from gateway.errors import InputError
from gateway.formats.ilcd.binding import FAMILY, in_digits, lay, rest_of
from gateway.formats.ilcd.bound_others import FACTOR_PATH, INSTANCE_PATH, PROPERTY_PATH, UNIT_PATH
from gateway.formats.ilcd.bound_others import dataset as bound
from gateway.formats.ilcd.graph import KINDS, NAMESPACES, TEXTS
from gateway.formats.ilcd.lengths import PARAMETER, shorten_texts
from gateway.formats.ilcd.process_terms import RESULT_PATH, SCENARIO_PATH
from gateway.formats.ilcd.reference_kinds import ALL_TYPES, TYPES, typed
from gateway.formats.ilcd.reference_units import exchange_in_reference_unit, method_in_reference_units
from gateway.formats.ilcd.unbound_others import dataset_node
from gateway.formats.ilcd.unbound_process import Kept
from gateway.model.activity import Place
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, DatasetKind, Key, Reference
from gateway.model.inventory import Flow, UnitGroup
from gateway.model.process import Allocation, Direction, Exchange, Period, Process, ProcessKind
from gateway.model.sources import ImpactMethod
from gateway.model.walk import by_path, escape, same
from gateway.quantity import times
from gateway.quantity.number import Number
from gateway.report import Fate, Finding, Note

FOLDERS: Final[Mapping[DatasetKind, str]] = {
    DatasetKind.PROCESS: "processes",
    DatasetKind.FLOW: "flows",
    DatasetKind.FLOW_PROPERTY: "flowproperties",
    DatasetKind.UNIT_GROUP: "unitgroups",
    DatasetKind.SOURCE: "sources",
    DatasetKind.CONTACT: "contacts",
    DatasetKind.METHOD: "lciamethods",
    DatasetKind.MODEL: "lifecyclemodels",
}
# Elements that the schema asks for even where nothing stands in them.
_ASKED: Final[Mapping[DatasetKind, tuple[tuple[str, ...], ...]]] = {
    DatasetKind.METHOD: (("LCIAMethodInformation", "geography"), ("modellingAndValidation",)),
    DatasetKind.MODEL: (("modellingAndValidation",), ("administrativeInformation",)),
}
# What a data set cannot lose without being another one.
_CONTENTS: Final = (
    ("exchanges", "exchange"),
    FACTOR_PATH,
    UNIT_PATH,
    PROPERTY_PATH,
    INSTANCE_PATH,
    RESULT_PATH,
    SCENARIO_PATH,
)
_STRUCTURES: Final = {kind: name for name, kind in KINDS.items()}
# In the keys of extras: what says which part is the reference, where no part is.
_POINTER: Final = "/referenceToReference"
_NO_VERSION: Final = "00.00.000"
_VERSION: Final = re.compile(r"[0-9]{2}\.[0-9]{2}(?:\.[0-9]{3})?")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,5}")
_YEAR: Final = re.compile(r"[1-9]\d{3}(?=-|$)")
_HEX: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Carrier:
    """How trees of data sets become files: as XML, or in another notation of the same model."""

    encode: Callable[[Structure, Node, Kept], bytes]
    judge: Callable[[bytes, Structure], Sequence[Finding]]
    suffix: str
    media_type: str
    folder: str = ""
    epd: bool = False  # whether it has the extensions for EPDs
    full_references: bool = False  # whether every reference has version, address and name
    mend: Callable[[Dataset], tuple[Dataset, Sequence[Note]]] = lambda made: (made, ())
    # What its own rules refuse in a file, put right, with notes on the leaves that come back otherwise.
    settle: Callable[[bytes, Structure, Dataset], tuple[bytes, Sequence[Note]]] = lambda data, *_: (data, ())


def write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    """Every data set as an XML file of its own, then the files beside them."""
    carrier = Carrier(_bytes, xmlverdict.judge, ".xml", "application/xml", "ILCD/", epd=True)
    return write_as(carrier, bundle, context)


def write_as(carrier: Carrier, bundle: Bundle, context: Context) -> Iterator[Piece]:
    """Every data set as a file of its own, then the files beside them."""
    ids = Ids(bundle, context, full=carrier.full_references)
    for kind in ORDER:
        for key in bundle.keys:
            if key.kind is kind:
                yield _piece(carrier, bundle, key, ids)
    for name in bundle.files:
        documents = f"{carrier.folder}external_docs/{name.rpartition('/')[2]}"
        place = name if carrier.folder and name.startswith(carrier.folder) else documents
        try:
            data = bundle.file(name)
        except InputError:
            continue  # whoever compares the files of both packages misses it
        yield Piece(Member(place, "application/octet-stream", data))


@dataclass
class Ids:
    """Uuids for data sets that have another kind of id; every reference follows them."""

    bundle: Bundle
    context: Context
    full: bool = False
    made: dict[tuple[DatasetKind, str], str] = field(default_factory=dict)
    untyped: bool = False  # whether a reference was met of which nobody says what it is
    kinds: dict[str, list[Key]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key in self.bundle.everything:
            self.kinds.setdefault(key.id.lower(), []).append(key)

    def of(self, kind: DatasetKind, id_: str) -> str:
        """The uuid of a data set: its own, or one made of its id."""
        if is_uuid(id_):
            return id_
        if is_uuid(id_.lower()):
            return id_.lower()
        if (kind, id_) not in self.made:
            self.made[kind, id_] = str(self.context.new_id(f"ilcd/{kind.value}/{id_}"))
        return self.made[kind, id_]

    def complete(self, reference: Reference) -> Reference:
        """A reference with everything that the format asks of one."""
        if not isinstance(reference.uuid, str):
            return reference
        keys = self.kinds.get(reference.uuid.lower(), [])
        if not keys:
            self.untyped = self.untyped or reference.kind not in ALL_TYPES
            return reference if is_uuid(reference.uuid) else reference.model_copy(update={"uuid": None})
        key = keys[0]
        uuid = self.of(key.kind, reference.uuid)
        changes: dict[str, object] = {"uuid": uuid}
        if not isinstance(reference.kind, str) or reference.kind not in TYPES.values():
            changes["kind"] = TYPES.get(key.kind, "other external file")
        if not isinstance(reference.uri, str):
            changes["uri"] = f"../{FOLDERS[key.kind]}/{uuid}.xml"
        if self.full and not isinstance(reference.version, str):
            changes["version"] = key.version or _NO_VERSION
        if self.full and not isinstance(reference.name, LangText):
            target = self.bundle.read(key).dataset
            changes["name"] = target.name or target.short_name
        return reference.model_copy(update=changes)


def is_uuid(text: str) -> bool:
    """Whether a text is what the format calls a uuid: lower-case hexadecimal."""
    parts = text.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and set("".join(parts)) <= _HEX


def _piece(carrier: Carrier, bundle: Bundle, key: Key, ids: Ids) -> Piece:
    notes: dict[str, Note] = {}
    try:
        source = bundle.read(key).dataset
        made = _prepared(source, key.kind, bundle, ids, notes)
    except InputError as error:
        return Piece(None, refused={key: (error,)})
    made, mended = carrier.mend(made)
    notes |= {note.path: note for note in mended}
    made, renamed = numbered(made)
    kept = rest_of(made.extras)
    root = dataset_node(key.kind, made, kept)
    found = _structure(key.kind, made, carrier)
    root.setdefault("@version", "1.1")
    for path in _ASKED.get(key.kind, ()):
        _ensure(root, path)
    if key.kind is DatasetKind.MODEL:
        root.setdefault("@locations", "../ILCDLocations.xml")
    shorten_texts(root, found.content, found.extension_keys)
    _declare(root, {*found.prefixes, "xml", "xsi", *(path[1:] for path in kept.get(NAMESPACES, {}))})
    data, settled = carrier.settle(carrier.encode(found, root, kept), found, made)
    if broken := carrier.judge(data, found):
        contents = _contents(root)
        fit(root, found.content, found.extension_keys)
        # An exchange that the format cannot hold is a lack, and never left out; so are factors and the like.
        if _contents(root) == contents:
            data, settled = carrier.settle(carrier.encode(found, root, kept), found, made)
            broken = carrier.judge(data, found)
    if broken:
        return Piece(None, refused={key: tuple(_lack(key, one) for one in broken)})
    own = {new: old for old, new in renamed.items()}
    for note in settled:
        at = _of_source(note.path, own)
        notes.setdefault(at, replace(note, path=at))
    back = bound(key.kind, root)
    if renamed:
        for note in _differences(made, made, back, {}).values():
            at = _of_source(note.path, own)
            notes.setdefault(at, replace(note, path=at))
    else:
        notes |= _differences(source, made, back, notes)
    if isinstance(source, Flow) and isinstance(back, Flow) and back.carbon_class and not source.carbon_class:
        at = "/carbon_class"
        notes[at] = Note("ilcd.carbon-by-name", at, Fate.INFERRED, written=back.carbon_class.value)
    version = back.version if isinstance(back.version, str) else ""
    name = f"{carrier.folder}{FOLDERS[key.kind]}/{back.id}{f'_{version}' if version else ''}{carrier.suffix}"
    becomes = {key: Key(key.kind, back.id, version)}
    member = Member(name, carrier.media_type, data)
    return Piece(member, becomes, {key: tuple(notes.values())}, {key: renamed} if renamed else {})


def _of_source(path: str, names: Mapping[str, str]) -> str:
    """A path of the data set that was numbered anew, in the ids of its source."""
    steps = path.split("/")
    if names and len(steps) > 2 and steps[1] in ("exchanges", "units", "properties"):
        steps[2] = escape(names.get(steps[2], steps[2]))
    return "/".join(steps)


def _contents(root: Node) -> tuple[int, ...]:
    """How many exchanges, factors, units, properties and instances there are."""
    return tuple(len(_at(root, path)) for path in _CONTENTS)


def _at(root: Node, path: tuple[str, ...]) -> Sequence[Value]:
    here: Value | None = root
    for step in path:
        here = here.get(step) if isinstance(here, dict) else None
    return here if isinstance(here, list) else ()


def _ensure(root: Node, path: tuple[str, ...]) -> None:
    """Have an element there that the schema asks for, be it empty."""
    here = root
    for step in path:
        inner = here.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        here = inner


def _declare(value: Value, known: set[str]) -> None:
    """Take out what has a prefix that nobody has declared: XML cannot hold it."""
    if isinstance(value, dict):
        for key in list(value):
            prefix, colon, _ = key.removeprefix("@").partition(":")
            if colon and prefix not in known:
                del value[key]
            else:
                _declare(value[key], known)
    elif isinstance(value, list):
        for inner in value:
            _declare(inner, known)


def _lack(key: Key, finding: Finding) -> InputError:
    if finding.code != "xml.invalid":
        return InputError(finding.saw, path=finding.at, code=finding.code, **finding.params)
    return InputError(finding.saw, path=finding.at, code="ilcd.not-valid", kind=key.kind.value)


def _bytes(found: Structure, root: Node, kept: Kept) -> bytes:
    texts: Node = {}
    lay(texts, kept.get(TEXTS, {}))
    spaces = {path.removeprefix("/"): str(value) for path, value in kept.get(NAMESPACES, {}).items()}
    more = {path: tuple(nodes) for path, nodes in texts.items() if isinstance(nodes, list)}
    return write_tree(XmlTree(found, root, spaces, more))  # type: ignore[arg-type]


def _structure(kind: DatasetKind, made: Dataset, carrier: Carrier) -> Structure:
    is_epd = carrier.epd and isinstance(made, Process) and made.kind is ProcessKind.EPD
    return structure(_STRUCTURES[kind], profile="epd") if is_epd else structure(_STRUCTURES[kind])


def _prepared(
    source: Dataset, kind: DatasetKind, bundle: Bundle, ids: Ids, notes: dict[str, Note]
) -> Dataset:
    """The data set with uuids, complete references, and amounts in the units behind its flows."""
    made = source
    if isinstance(made, Process):
        shared = (_shared(one, made.default_allocation, notes) for one in made.exchanges)
        exchanges = tuple(_flagged(exchange_in_reference_unit(one, bundle, notes), notes) for one in shared)
        changes: dict[str, object] = {"exchanges": exchanges}
        needs_kind = made.references or isinstance(made.functional_unit, LangText)
        if needs_kind and not isinstance(made.reference_kind, str):
            changes["reference_kind"] = "Reference flow(s)"
            notes["/reference_kind"] = _note("/reference_kind", Fate.DEFAULTED, "Reference flow(s)")
        changes["period"] = _years(made.period, notes)
        for parameter in made.parameters:
            if len(parameter.name) > PARAMETER:
                path = f"/parameters/{escape(parameter.name)}/name"
                notes[path] = Note("ilcd.parameter-name-too-long", path, Fate.DROPPED, parameter.name)
        made = made.model_copy(update=changes)
        for one in made.exchanges:
            _places(one, f"/exchanges/{escape(one.id)}", notes)
    if isinstance(made, ImpactMethod):
        made = method_in_reference_units(made, bundle, notes)
    if isinstance(made, (Process, Flow, ImpactMethod)):
        _places(made, "", notes)
    version = _version(source)
    if version != source.version and version is not None:
        fate = Fate.CONVERTED if isinstance(source.version, str) else Fate.DEFAULTED
        told = source.version if isinstance(source.version, str) else ""
        notes["/version"] = replace(_note("/version", fate, version), value=told)
        made = made.model_copy(update={"version": version})
    id_ = ids.of(kind, source.id)
    if id_ != source.id:
        notes["/id"] = _note("/id", Fate.CONVERTED, id_)
    ids.untyped = False
    found: Dataset = _with_references(made.model_copy(update={"id": id_}), ids)
    return typed(source, found, notes) if ids.untyped else found


def _years(period: Period, notes: dict[str, Note]) -> Period:
    """A format of years gets those of the first and the last day, where no others are told."""
    found: dict[str, int] = {}
    for name, day in (("reference_year", period.start), ("valid_until", period.end)):
        if getattr(period, name) is None and isinstance(day, str) and (year := _YEAR.match(day)):
            found[name], path = int(year[0]), f"/period/{name}"
            notes[path] = Note("ilcd.year-of-day", path, Fate.INFERRED, day, year[0])
    return period.model_copy(update=found)


def numbered(made: Dataset) -> tuple[Dataset, dict[str, str]]:
    """With numbers as ids of exchanges, units and properties, and which they are for those that had none."""
    field_ = {Process: "exchanges", UnitGroup: "units", Flow: "properties"}.get(type(made))
    parts = getattr(made, field_) if field_ else ()
    ids = [part.id for part in parts]
    if all(_NUMBER.fullmatch(id_) for id_ in ids) and len(set(ids)) == len(ids):
        return made, {}
    # Not a number that something means which is not there: it would mean another part by then.
    lost = _pointers(made).difference(ids)
    free = list(islice((n for n in map(str, count()) if n not in lost), len(ids)))
    names = dict(zip(ids, free, strict=True))
    changes: dict[str, object] = {
        str(field_): tuple(part.model_copy(update={"id": n}) for n, part in zip(free, parts, strict=True))
    }
    if isinstance(made, UnitGroup) and isinstance(made.reference_unit, str):
        changes["reference_unit"] = names.get(made.reference_unit, made.reference_unit)
    if isinstance(made, Process):
        changes["exchanges"] = tuple(
            _renumbered(one, n, names) for n, one in zip(free, made.exchanges, strict=True)
        )
    return made.model_copy(update=changes), {old: new for old, new in names.items() if old != new}


def _pointers(made: Dataset) -> set[str]:
    """The numbers by which something in a data set is meant."""
    found = {str(json.loads(told)) for at, told in made.extras.items() if _POINTER in at}
    if isinstance(made, UnitGroup):
        found.add(str(made.reference_unit))
    if isinstance(made, Process):
        found.update(share.product for one in made.exchanges for share in one.allocations)
    return found


def _renumbered(one: Exchange, id_: str, names: Mapping[str, str]) -> Exchange:
    shares = tuple(
        share.model_copy(update={"product": names.get(share.product, share.product)})
        for share in one.allocations
    )
    return one.model_copy(update={"id": id_, "allocations": shares})


def _version(source: Dataset) -> str | None:
    """The version in the format's digits; one is made up only where the format cannot do without."""
    told = source.version
    if not isinstance(told, str):
        is_own = any(key.startswith(f"{FAMILY}:") for key in source.extras)
        return None if is_own else _NO_VERSION
    if _VERSION.fullmatch(told):
        return told
    parts = told.strip().split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        return _NO_VERSION
    numbers = [*map(int, parts), 0, 0]
    first, second, third = numbers[:3]
    if any(numbers[3:]):
        return _NO_VERSION
    return (
        f"{first:02d}.{second:02d}.{third:03d}"
        if first < 100 and second < 100 and third < 1000
        else _NO_VERSION
    )


def _note(path: str, fate: Fate, written: str) -> Note:
    code = {Fate.DEFAULTED: "ilcd.filled-in", Fate.CONVERTED: "ilcd.converted"}[fate]
    return Note(code, path, fate, written=written)


def _flagged(one: Exchange, notes: dict[str, Note]) -> Exchange:
    """An avoided product as a negative input, waste by its flow's type: the format has no marks for them."""
    at = f"/exchanges/{escape(one.id)}"
    changes: dict[str, object] = {}
    if one.is_waste:
        changes["is_waste"] = False
        notes[f"{at}/is_waste"] = Note("ilcd.waste-by-flow", f"{at}/is_waste", Fate.CONVERTED)
    if one.is_avoided and one.direction is Direction.OUTPUT and not one.is_reference:
        changes |= {"is_avoided": False, "direction": Direction.INPUT}
        for name in ("amount", "mean_amount"):
            value = getattr(one, name)
            if isinstance(value, Number):
                changes[name] = Number(times(value.value, Decimal(-1)))
        for name in changes:
            if name != "is_waste":
                notes[f"{at}/{name}"] = Note("ilcd.avoided-as-negative", f"{at}/{name}", Fate.CONVERTED)
    elif one.is_avoided:
        changes["is_avoided"] = False
        notes[f"{at}/is_avoided"] = Note("ilcd.avoided-as-negative", f"{at}/is_avoided", Fate.CONVERTED)
    return one.model_copy(update=changes) if changes else one


def _shared(one: Exchange, method: object, notes: dict[str, Note]) -> Exchange:
    """One share for each co-product: that of the process's own method of allocation, else the first."""
    chosen: dict[str, Allocation] = {}
    for share in one.allocations:
        if share.product not in chosen or (share.method == method and chosen[share.product].method != method):
            chosen[share.product] = share
    first = {share.product: share for share in reversed(one.allocations)}
    for product, share in chosen.items():
        if share.share != first[product].share:
            path = f"/exchanges/{escape(one.id)}/allocations/{escape(product)}/share"
            notes[path] = Note("ilcd.one-allocation", path, Fate.CHOSEN, written=str(share.share))
    return one.model_copy(update={"allocations": tuple(chosen.values())})


def _places(made: Any, at: str, notes: dict[str, Note]) -> None:  # noqa: ANN401 - a process or flow
    """Say of codes from another list of places that they stand there as they were printed."""
    for path, place in [(f"{at}/location", made.location)]:
        if isinstance(place, Place) and place.scheme != FAMILY and not is_same_everywhere(place.code):
            found = f"{path}/scheme"
            params = {"scheme": place.scheme}
            notes[found] = Note(
                "ilcd.place-as-printed", found, Fate.CONVERTED, place.scheme, FAMILY, params=params
            )


def _with_references(made: Any, ids: Ids) -> Any:  # noqa: ANN401 - a part, whatever its kind
    """Complete every reference of a part, however deep."""
    if isinstance(made, Reference):
        return ids.complete(made)
    if isinstance(made, tuple):
        return tuple(_with_references(one, ids) for one in made)
    fields = getattr(type(made), "model_fields", None)
    if fields is None or isinstance(made, LangText):
        return made
    changes = {}
    for name in fields:
        value = getattr(made, name)
        if isinstance(value, tuple) or hasattr(type(value), "model_fields"):
            new = _with_references(value, ids)
            if new is not value:
                changes[name] = new
    return made.model_copy(update=changes) if changes else made


def _differences(source: Dataset, made: Dataset, back: Dataset, told: Mapping[str, Note]) -> dict[str, Note]:
    """Notes on texts that had to be cut and figures that had to be rounded."""
    before, after = by_path(source), by_path(back)
    wanted = by_path(made)
    found = {}
    for path, value in after.items():
        old = before.get(path)
        if old is None or path in told or same(old, value) or not same(old, wanted.get(path)):
            continue
        if isinstance(old, str) and isinstance(value, str) and old.startswith(value):
            found[path] = Note("ilcd.text-too-long", path, Fate.TRUNCATED, written=value)
        elif isinstance(old, Number) and isinstance(value, Number):
            found[path] = Note("ilcd.rounded", path, Fate.ROUNDED, written=in_digits(value))
    return found


def fit(node: Node, content: Content, extensions: Mapping[str, Element]) -> None:
    """Take out what the format refuses: a code of no list, a number that is none, an element out of place."""
    for key in list(node):
        value = node[key]
        attribute = content.attribute_keys.get(key)
        element = content.keys.get(key) or extensions.get(key)
        if key == "#text":
            left: Value | None = value if content.text is not None or content.mixed else None
        elif attribute is not None:
            left = value if isinstance(value, str) and _holds(attribute.check, value) else None
        elif element is not None:
            left = _fitting(value, element, extensions)
        else:
            is_open = content.any_attribute if key.startswith("@") else content.anything or content.foreign
            left = value if is_open else None
        if left is None:
            del node[key]
        else:
            node[key] = left


def _fitting(value: Value, element: Element, extensions: Mapping[str, Element]) -> Value | None:
    if isinstance(value, list):
        kept = [_fitting(one, element, extensions) for one in value]
        return [one for one in kept if one is not None][: element.most] or None
    if isinstance(value, dict) and element.content is not None:
        was_empty = not value
        fit(value, element.content, extensions)
        lacks = any(key not in value for key in element.content.required)
        return None if lacks or (not value and not was_empty) else value
    if isinstance(value, str) and element.leaf is not None:
        return value if _holds(element.leaf, value) else None
    return value


def _holds(check: Check, text: str) -> bool:
    if check.quick(text):
        return True
    return check.test is None or check.test(text.strip() if check.collapses else text)
