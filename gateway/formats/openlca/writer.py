"""Write a bundle of data sets as an openLCA package of schema 2, one file at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway.codec import jsonwrite
from gateway.codec.base import Context, Member
from gateway.codec.datasets import ORDER, Bundle, Piece, key_of
from gateway.codec.schema import judge
from gateway.errors import GatewayError
from gateway.formats.openlca import tables
from gateway.formats.openlca.auxiliary import other_files
from gateway.formats.openlca.book import Book, Pen
from gateway.formats.openlca.entities import WRITERS, Sheet, head
from gateway.formats.openlca.epd_writer import as_epd, with_results
from gateway.formats.openlca.graft import graft
from gateway.formats.openlca.schema import path
from gateway.formats.openlca.taking import SCHEME
from gateway.frontdoor import json as json_door
from gateway.model.dataset import Dataset, DatasetKind, Key
from gateway.model.inventory import Flow
from gateway.model.process import Process, ProcessKind
from gateway.model.sources import ImpactMethod
from gateway.report import Fate

MEDIA_TYPE: Final = "application/json"


def write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    """The files of the package, what others refer to first."""
    yield Piece(Member(tables.SCHEMA_FILE, MEDIA_TYPE, b'{"version": 2}\n'))
    book = Book(bundle, context)
    last: list[Key] = []
    for kind in ORDER:
        for key in bundle.keys:
            if key.kind is kind and kind is DatasetKind.FLOW and _waits(book, key):
                last.append(key)
            elif key.kind is kind:
                yield from _pieces(book, key)
    # Flows without a property of their own are counted as their exchanges say.
    for key in last:
        yield from _pieces(book, key)
    yield from (Piece(member) for member in other_files(book))


def _waits(book: Book, key: Key) -> bool:
    """Whether only the exchanges of a flow can tell in what it is counted."""
    try:
        flow = book.bundle.read(key).dataset
    except GatewayError:
        return False
    return isinstance(flow, Flow) and not flow.properties


def _pieces(book: Book, key: Key) -> Iterator[Piece]:
    """The file of a data set, and those that go with it."""
    try:
        dataset = book.bundle.read(key).dataset
        sheet, data = _fitting(book, dataset)
    except GatewayError as error:
        book.refused.add(key)
        yield Piece(None, refused={key: (error,)})
        return
    if sheet.lacks:
        book.refused.add(key)
        yield Piece(None, refused={key: tuple(sheet.lacks)})
        return
    if isinstance(dataset, Flow):
        book.learn(dataset)
    id_ = sheet.document["@id"]
    name = f"{tables.FOLDERS[sheet.entity]}/{id_}.json"
    version = sheet.document.get("version")
    kind = tables.KINDS[sheet.entity]
    target = Key(kind, id_, version if isinstance(version, str) else "")
    yield Piece(
        Member(name, MEDIA_TYPE, data),
        becomes={key: target},
        notes={key: tuple(sheet.notes.values())},
    )
    for member in sheet.files:
        book.written.add(member.name)
        yield Piece(member)


def _fitting(book: Book, dataset: Dataset) -> tuple[Sheet, bytes]:
    """The entity and its bytes. Leftovers that break the schema are left out, by member, and so noted."""
    dropped: frozenset[str] = frozenset()
    while True:
        sheet = make(book, dataset, dropped)
        data = (jsonwrite.compact(sheet.document) + "\n").encode("utf-8")
        if sheet.lacks or not any(name.startswith(f"{tables.FAMILY}#") for name in dataset.extras):
            return sheet, data
        broken = {
            step for f in judge(json_door.parse(data), path(sheet.entity)) if (step := f.at.split("/")[1])
        }
        if broken <= dropped:
            return sheet, data
        dropped |= broken


def make(book: Book, dataset: Dataset, dropped: frozenset[str] = frozenset()) -> Sheet:
    """One data set as an entity, without the leftovers in the members ``dropped``."""
    kind = key_of(dataset).kind
    sheet = Sheet(book, tables.ENTITIES[kind], Pen(), dataset.extras)
    document = sheet.document
    document["@type"] = sheet.entity
    document["@id"] = book.id(kind, dataset.id)
    if document["@id"] != dataset.id:
        sheet.note("openlca.id-made", "/id", Fate.CONVERTED, dataset.id, document["@id"])
    sheet.is_epd = isinstance(dataset, Process) and dataset.kind is ProcessKind.EPD
    unit = book.indicator_unit(dataset) if isinstance(dataset, Flow) else None
    if isinstance(dataset, Flow) and unit is not None:
        _indicator(sheet, dataset, unit)
    else:
        WRITERS[kind](sheet, dataset)
    graft(sheet.entity, document, sheet.places, dataset.extras, dropped)
    sheet.settle()
    own: dict[str, Any] = {"version": 1}
    if isinstance(dataset, Process) and sheet.is_epd:
        own |= as_epd(sheet, dataset, dropped)
        document = sheet.document
    elif isinstance(dataset, Process) and (dataset.results or dataset.scenarios):
        own |= with_results(sheet, dataset)
    elif isinstance(dataset, ImpactMethod) and dataset.methodologies:
        own["methodologies"] = list(dataset.methodologies)
    if sheet.pen.texts:
        own["texts"] = sheet.pen.texts
    if sheet.ids:
        own["ids"] = sheet.ids
    if sheet.scheme not in (None, SCHEME):
        own["placeScheme"] = sheet.scheme
    if sheet.dangling:
        own["dangling"] = sheet.dangling
    document[tables.OWN] = own
    return sheet


def _indicator(sheet: Sheet, flow: Flow, unit: str) -> None:
    """A flow that only names an indicator of EPDs: an impact category, since nothing is exchanged of it."""
    sheet.entity = sheet.document["@type"] = "ImpactCategory"
    head(sheet, flow)
    if unit:
        sheet.document["refUnit"] = unit
        sheet.note("openlca.indicator-flow", "/result_unit", Fate.INFERRED, None, unit)
