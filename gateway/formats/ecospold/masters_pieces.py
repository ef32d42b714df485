"""Master data of EcoSpold 2: data sets that no activity tells in full, as lists beside the activities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from lxml import etree

from gateway.codec.accounting import shown
from gateway.codec.base import Context, Member
from gateway.codec.datasets import Bundle, Piece, measured
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold import bind
from gateway.formats.ecospold.accounts import Ledger
from gateway.formats.ecospold.contexts import context as compartment_context
from gateway.formats.ecospold.gases import known_id
from gateway.formats.ecospold.ids import is_id, new_id
from gateway.formats.ecospold.lacking import refuse_factor
from gateway.formats.ecospold.masters import FAMILY, NAMESPACE
from gateway.formats.ecospold.masters_bundle import has_more
from gateway.formats.ecospold.masters_entries import encode, entry_of, list_of
from gateway.formats.ecospold.values import languages
from gateway.model.base import Leaf
from gateway.model.dataset import Dataset, DatasetKind, Key, Reference
from gateway.model.inventory import Flow, FlowKind
from gateway.model.walk import same as is_same
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
# What activities refer to, which is told before them; and what they do not.
NAMED: Final = (DatasetKind.FLOW, DatasetKind.CONTACT)
UNNAMED: Final = (DatasetKind.SOURCE,)
_KINDS: Final = (*NAMED, *UNNAMED)
# The release that a list is of: none of ecoinvent's.
_RELEASE: Final[Mapping[str, str]] = {
    "majorRelease": "0",
    "minorRelease": "0",
    "majorRevision": "0",
    "minorRevision": "0",
}


class Lists:
    """Which data sets of a bundle stand in lists: what activities do not tell in full.

    Of a package of this format, what its lists said; of others the sources, and with ``lists=all`` every flow
    and contact, too.
    """

    def __init__(self, bundle: Bundle, context: Context) -> None:
        self.bundle = bundle
        self.every = context.options.get("lists") == "all"

    @cached_property
    def same(self) -> bool:
        """Whether the package was read from this format: then ids and compartments are its own."""
        for key in self.bundle.everything:
            if key.kind is DatasetKind.PROCESS:
                return bind.has_extras(self.bundle.read(key).dataset, FAMILY)
        others = (key for key in self.bundle.everything if key.kind in _KINDS)
        return any(bind.has_extras(self.bundle.read(key).dataset, FAMILY) for key in others)

    def holds(self, key: Key) -> bool:
        """Whether a data set stands in a list."""
        if key.kind not in _KINDS:
            return False
        if self.every or key.kind is DatasetKind.SOURCE:
            return True
        return self.same and has_more(self.bundle.read(key).dataset)


def write_listed(lists: Lists, ledger: Ledger, kinds: Sequence[DatasetKind]) -> Iterator[Piece]:
    """A list of one entry for each data set of these kinds that stands in one."""
    for key in lists.bundle.keys:
        if key.kind in kinds and lists.holds(key):
            yield _piece(lists.bundle, ledger, key, lists.bundle.read(key).dataset, same=lists.same)


def write_files(bundle: Bundle) -> Iterator[Piece]:
    """The files of the package that are lists of other things."""
    for name in bundle.files:
        if _is_list(bundle, name):
            file = f"{_FOLDER}/{name.rpartition('/')[2]}"
            yield Piece(Member(file, _MEDIA, bundle.file(name)))


def is_list(element: etree._Element) -> bool:
    """Whether a document is a list of master data."""
    name = etree.QName(element)
    return name.namespace == NAMESPACE and name.localname.startswith("valid")


def _is_list(bundle: Bundle, name: str) -> bool:
    return name.lower().endswith(".xml") and _LIST.search(bundle.file(name)[:2048]) is not None


def _piece(bundle: Bundle, ledger: Ledger, key: Key, dataset: Dataset, *, same: bool) -> Piece:
    list_ = list_of(dataset)
    assert list_ is not None
    lacks: list[GatewayError] = []
    if not (languages(dataset.name) or languages(dataset.short_name)):
        lacks.append(InputError("", path="/name", code="ecospold.lacks", format=ledger.format))
    if isinstance(dataset, Flow):
        refuse_factor("/properties", dataset, lacks, ledger.format)
    if lacks:
        ledger.told.add(key)
        return Piece(None, refused={key: tuple(lacks)})
    id_ = _id(dataset, same=same)
    first, refused = ledger.enter({key: Key(key.kind, id_)})
    if refused:
        return Piece(None, refused=refused)
    unit = _unit(bundle, dataset) if isinstance(dataset, Flow) else None
    node = entry_of(dataset, id_, unit, _words(dataset, same=same), same=same)
    name = f"{_FOLDER}/{list_.file.removesuffix('.xml')}/{id_}.xml"
    return Piece(Member(name, _MEDIA, encode(list_, [node], _RELEASE)), first, {}, {}, {}, _explain)


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
        elif before is not None and not is_same(before, value) and _SPELLED.fullmatch(path):
            told = Note("ecospold.spelled", path, Fate.CONVERTED, shown(before), shown(value))
            found.setdefault(path, told)
    return tuple(found.values())
