"""Master data of EcoSpold 2: data sets that no activity tells in full, as lists beside the activities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from gateway.codec.accounting import shown
from gateway.codec.base import Context, Member
from gateway.codec.datasets import Bundle, Piece, measured
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold import bind
from gateway.formats.ecospold.accounts import Ledger
from gateway.formats.ecospold.bind import Tree
from gateway.formats.ecospold.contexts import context as compartment_context
from gateway.formats.ecospold.gases import known_id
from gateway.formats.ecospold.ids import is_id, new_id
from gateway.formats.ecospold.masters import FAMILY, LISTS, NAMESPACE, List, encode, entry_of, list_of
from gateway.formats.ecospold.masters_bundle import has_more
from gateway.formats.ecospold.values import languages
from gateway.model.base import Leaf
from gateway.model.dataset import Dataset, DatasetKind, Key, Reference
from gateway.model.inventory import Flow, FlowKind
from gateway.model.walk import same
from gateway.report import Fate, Note

_MEDIA: Final = "application/xml"
_FOLDER: Final = "MasterData"
# Fields that a list spells in its own way or fills; the amounts of activities do not stand there.
_SPELLED: Final = re.compile(
    r"/(?:id|version|kind|name/.*|title|short_name/.*|is_person|classifications/.*|compartment/\d+|synonyms/.*"
    r"|properties/[^/]+/(?:flow_property/.*|is_reference|id)|extras/ecospold2#.*)"
)
_ADDED: Final = re.compile(rf"{_SPELLED.pattern}|/properties/[^/]+/mean")
_LIST: Final = re.compile(rb"<(?:[\w.-]+:)?valid\w+\s[^>]*http://www.EcoInvent.org/EcoSpold02")
_KINDS: Final = (DatasetKind.FLOW, DatasetKind.CONTACT, DatasetKind.SOURCE)
# The release that a list is of: none of ecoinvent's.
_RELEASE: Final[Mapping[str, str]] = {
    "majorRelease": "0",
    "minorRelease": "0",
    "majorRevision": "0",
    "minorRevision": "0",
}


def write_listed(bundle: Bundle, context: Context, ledger: Ledger) -> Iterator[Piece]:
    """The lists of what activities cannot tell in full: first, so that nothing is told twice."""
    more = [key for key in _keys(bundle) if has_more(bundle.read(key).dataset)]
    yield from _lists(bundle, ledger, more, "")


def write_rest(bundle: Bundle, context: Context, ledger: Ledger) -> Iterator[Piece]:
    """The lists of what no activity names; and the files of the package that are lists of other things."""
    rest = [key for key in _keys(bundle) if key not in ledger.told]
    yield from _lists(bundle, ledger, rest, "Further")
    for name in bundle.files:
        if _is_list(bundle, name):
            file = f"{_FOLDER}/{name.rpartition('/')[2]}"
            yield Piece(Member(file, _MEDIA, bundle.file(name)))


def _keys(bundle: Bundle) -> list[Key]:
    return [key for key in bundle.keys if key.kind in _KINDS]


def is_list(element: etree._Element) -> bool:
    """Whether a document is a list of master data."""
    name = etree.QName(element)
    return name.namespace == NAMESPACE and name.localname.startswith("valid")


def _is_list(bundle: Bundle, name: str) -> bool:
    return name.lower().endswith(".xml") and _LIST.search(bundle.file(name)[:2048]) is not None


def _lists(bundle: Bundle, ledger: Ledger, keys: Sequence[Key], prefix: str) -> Iterator[Piece]:
    is_same = _is_same(bundle)
    found: dict[str, list[Key]] = {}
    for key in keys:
        list_ = list_of(bundle.read(key).dataset)
        if list_ is not None:
            found.setdefault(list_.root, []).append(key)
    for root, list_ in LISTS.items():
        if root in found:
            yield _piece(bundle, ledger, list_, found[root], prefix, same=is_same)


def _piece(
    bundle: Bundle, ledger: Ledger, list_: List, keys: Sequence[Key], prefix: str, *, same: bool
) -> Piece:
    nodes: list[Tree] = []
    targets: dict[Key, Key] = {}
    lacks: dict[Key, tuple[GatewayError, ...]] = {}
    for key in keys:
        dataset = bundle.read(key).dataset
        if not (languages(dataset.name) or languages(dataset.short_name)):
            ledger.told.add(key)
            lacks[key] = (InputError("", path="/name", code="ecospold.lacks", format=ledger.format),)
            continue
        id_ = _id(dataset, same=same)
        unit = _unit(bundle, dataset) if isinstance(dataset, Flow) else None
        targets[key] = Key(key.kind, id_)
        if ledger.owners.get(id_, key.id) == key.id:
            nodes.append(entry_of(dataset, id_, unit, _words(dataset, same=same), same=same))
    if not nodes:
        return Piece(None, refused=lacks)
    first, refused = ledger.enter(targets)
    name = (
        f"{_FOLDER}/{prefix}{list_.file}"
        if _is_first(bundle, keys)
        else _numbered(bundle, list_, keys, prefix)
    )
    member = Member(name, _MEDIA, encode(list_, nodes, _RELEASE))
    return Piece(member, first, {}, {}, {**refused, **lacks}, _explain)


def _is_first(bundle: Bundle, keys: Sequence[Key]) -> bool:
    """Whether the list begins with the first of its kind, as it does where all are written at once."""
    return len(bundle.keys) == len(bundle.everything) or keys[0] == _of_kind(bundle, keys[0].kind)[0]


def _numbered(bundle: Bundle, list_: List, keys: Sequence[Key], prefix: str) -> str:
    """The file of a part of the data sets of a kind, by where the part begins."""
    start = _of_kind(bundle, keys[0].kind).index(keys[0]) + 1
    stem, _, suffix = list_.file.rpartition(".")
    return f"{_FOLDER}/{prefix}{stem}_{start}.{suffix}"


def _of_kind(bundle: Bundle, kind: DatasetKind) -> list[Key]:
    return [key for key in bundle.everything if key.kind is kind]


def _is_same(bundle: Bundle) -> bool:
    """Whether the package was read from this format: then ids and compartments are its own."""
    for key in bundle.everything:
        if key.kind is DatasetKind.PROCESS:
            return bind.has_extras(bundle.read(key).dataset, FAMILY)
    return any(bind.has_extras(bundle.read(key).dataset, FAMILY) for key in _keys(bundle))


def _id(dataset: Dataset, *, same: bool) -> str:
    """The id that activities give the same data set."""
    if isinstance(dataset, Flow):
        found = known_id(dataset) if dataset.kind is FlowKind.ELEMENTARY and not same else None
        if found is not None:
            return found
        return dataset.id if len(dataset.id) == 36 or not dataset.id else new_id("flow", dataset.id)
    if is_id(dataset.id):
        return dataset.id
    return new_id("person" if list_of(dataset) else "source", dataset.id)


def _unit(bundle: Bundle, flow: Flow) -> str | None:
    found = measured(Reference(uuid=flow.id, version=flow.version), bundle)
    return found.unit if found is not None else None


def _words(dataset: Dataset, *, same: bool) -> tuple[str, ...]:
    if not isinstance(dataset, Flow):
        return ()
    return (None if same else compartment_context(dataset, "ecoinvent")) or dataset.compartment


def _explain(old: Mapping[str, Leaf], new: Mapping[str, Leaf], own: Sequence[Note]) -> Sequence[Note]:
    """The word on every leaf of an entry that comes back otherwise."""
    found = {note.path: note for note in own}
    for path, value in new.items():
        before = old.get(path)
        if before is None and _ADDED.fullmatch(path):
            found.setdefault(path, Note("ecospold.defaulted", path, Fate.DEFAULTED, "", shown(value)))
        elif before is not None and not same(before, value) and _SPELLED.fullmatch(path):
            told = Note("ecospold.spelled", path, Fate.CONVERTED, shown(before), shown(value))
            found.setdefault(path, told)
    return tuple(found.values())
