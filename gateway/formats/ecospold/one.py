"""EcoSpold 1, read and written: one document for each process, or one for all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.codec.base import Context, Evidence, Member
from gateway.codec.datasets import Bundle, DatasetFormat, Piece
from gateway.codec.shelf import Shelf
from gateway.codec.xmlstructure import structure
from gateway.codec.xmltree import XmlTree, structure_of, write_tree
from gateway.codec.xmlverdict import judge
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold.accounts import Ledger, explained
from gateway.formats.ecospold.bind import Tree
from gateway.formats.ecospold.detect import evidence
from gateway.formats.ecospold.ids import new_id
from gateway.formats.ecospold.measures import flow_property, unit_group
from gateway.formats.ecospold.one_bundle import NAMESPACE, Source
from gateway.formats.ecospold.one_reader import FAMILY, Reader, process_id
from gateway.formats.ecospold.one_writer import Writer, Written
from gateway.frontdoor import xml as xml_door
from gateway.model.dataset import Dataset, DatasetKind, Key, Reference
from gateway.model.process import Process
from gateway.report import Finding, Note, Severity


def write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    """One document for each process, or one for all (``documents=one``)."""
    keys = [key for key in bundle.keys if key.kind is DatasetKind.PROCESS]
    ledger = Ledger(DATASETS.id, frozenset(key.id.lower() for key in bundle.keys))
    waiting: list[tuple[Key, Written]] = []
    for key in keys:
        done = Writer(bundle, context, key).write()
        if done.lacks:
            ledger.told |= {*done.flows.values(), *done.sources, *done.contacts}
            yield Piece(None, refused={key: tuple(done.lacks)})
        elif context.options.get("documents") == "one":
            waiting.append((key, done))
        else:
            yield _piece(bundle, [(key, done)], ledger, f"EcoSpold01/process_{key.id}.xml")
    if waiting:
        yield _piece(bundle, waiting, ledger, "EcoSpold01/processes.xml")
    yield from _left_over(bundle, ledger.told)


def _piece(bundle: Bundle, done: list[tuple[Key, Written]], ledger: Ledger, name: str) -> Piece:
    kind = structure("process", family=FAMILY)
    nodes = [written.node for _, written in done]
    if len(done) > 1:
        for number, node in enumerate(nodes, start=1):
            node["@number"] = str(number)
    namespaces = {p: uri for _, written in done for p, uri in written.namespaces.items()}
    data = write_tree(XmlTree(kind, {**done[0][1].root, "dataset": list(nodes)}, namespaces))
    becomes: dict[Key, Key] = {}
    notes: dict[Key, tuple[Note, ...]] = {}
    renamed: dict[Key, Mapping[str, str]] = {}
    refused: dict[Key, tuple[GatewayError, ...]] = {}
    copies: list[Tree] = json.loads(json.dumps(nodes))
    twins: dict[str, int] = {}
    for (key, written), node in zip(done, copies, strict=True):
        id_ = _own_id(node)
        count = twins[id_] = twins.get(id_, 0) + 1
        if count > 1:
            id_ = new_id("process", id_, name, str(node["@number"]), str(len(becomes)))
        back = _Back(bundle, key, written, node, id_, done[0][1].root)
        becomes[key] = Key(DatasetKind.PROCESS, id_)
        if written.renamed:
            renamed[key] = written.renamed
        first, merged = ledger.enter(back.becomes())
        notes |= back.notes(ledger, first)
        becomes |= first
        refused |= merged
    return Piece(Member(name, DATASETS.media_type, data), becomes, notes, renamed, refused)


def _own_id(node: Tree) -> str:
    information = node["metaInformation"]["processInformation"]
    return process_id(information["referenceFunction"], information["geography"]["@location"])


class _Back:
    """What a reader makes of a data set that was written, beside its source."""

    def __init__(self, bundle: Bundle, key: Key, written: Written, node: Tree, id_: str, root: Tree) -> None:
        self.bundle, self.key, self.written = bundle, key, written
        reader = Reader(id_, lambda _, own: own, lambda _: False)
        reader.extras = {f"{FAMILY}#/~root/{name}": value for name, value in root.items()}
        if written.namespaces:
            reader.extras[f"{FAMILY}#/~namespaces"] = json.dumps(written.namespaces, sort_keys=True)
        self.one = reader.read(node, "")
        self.id = id_

    def becomes(self) -> dict[Key, Key]:
        """Flows, sources and contacts of the source, and what they are in the file."""
        found: dict[Key, Key] = {}
        for exchange, target in zip(self._source().exchanges, self.one.process.exchanges, strict=True):
            if key := self.written.flows.get(exchange.id):
                found.setdefault(key, Key(DatasetKind.FLOW, str(target.flow.uuid)))
        found |= zip(
            self.written.sources, (Key(DatasetKind.SOURCE, i) for i in self.one.sources), strict=False
        )
        found |= zip(
            self.written.contacts, (Key(DatasetKind.CONTACT, i) for i in self.one.contacts), strict=False
        )
        return found

    def _source(self) -> Process:
        found = self.bundle.read(self.key).dataset
        assert isinstance(found, Process)
        return found

    def notes(self, ledger: Ledger, first: Mapping[Key, Key]) -> dict[Key, tuple[Note, ...]]:
        """The words on every leaf that comes back otherwise; ``first``: what is told here first."""
        source = self._source()
        ids = ledger.owners
        old = {new: was for was, new in self.written.renamed.items()}
        own = list(self.written.notes.get(self.key, ()))
        exchanges = []
        for one, was in zip(self.one.process.exchanges, source.exchanges, strict=True):
            flow, told = ledger.flow(one, was)
            own += told
            shares = tuple(
                a.model_copy(update={"product": old.get(a.product, a.product)}) for a in one.allocations
            )
            sources = tuple(_of(ids, s) for s in one.sources)
            changes = {"id": old.get(one.id, one.id), "flow": flow, "sources": sources, "allocations": shares}
            exchanges.append(one.model_copy(update=changes))
        links = tuple(
            link.model_copy(update={"target": _of(ids, link.target)}) for link in self.one.process.links
        )
        reviews = tuple(
            r.model_copy(update={"reviewers": tuple(_of(ids, t) for t in r.reviewers)})
            for r in self.one.process.reviews
        )
        after = self.one.process.model_copy(
            update={"exchanges": tuple(exchanges), "links": links, "reviews": reviews}
        )
        here = ledger.here
        found = {self.key: explained(source, after, here, own, self.written.units)}
        back: Mapping[str, Dataset] = {**self.one.flows, **self.one.sources, **self.one.contacts}
        for key, target in first.items():
            if target.id in back:
                found[key] = explained(self.bundle.read(key).dataset, back[target.id], here)
        return {key: notes for key, notes in found.items() if notes}


def _of(ids: Mapping[str, str], target: Reference) -> Reference:
    return target.model_copy(update={"uuid": ids.get(str(target.uuid), target.uuid)})


def _left_over(bundle: Bundle, told: set[Key]) -> Iterator[Piece]:
    """What no process of the package needs, and what the format has no place for."""
    refused = {
        key: (InputError(key.id, code="ecospold.not-held", kind=key.kind.value, format="ecospold1@1.0"),)
        for key in bundle.keys
        if key not in told and key.kind is not DatasetKind.PROCESS
        if not _is_implied(bundle, key)
    }
    if refused:
        yield Piece(None, refused=refused)


def _is_implied(bundle: Bundle, key: Key) -> bool:
    """Whether a data set only says what every unit of the format says."""
    if key.kind is DatasetKind.UNIT_GROUP:
        return bundle.read(key).dataset == unit_group(key.id)
    return key.kind is DatasetKind.FLOW_PROPERTY and bundle.read(key).dataset == flow_property(key.id)


def validate(member: Member) -> tuple[Finding, ...]:
    """What a document breaks of our schema."""
    element = xml_door.parse(member.data)
    found = structure_of(element)
    if found is None or found.family != FAMILY:
        return (Finding("xml.other-root", member.name, str(element.tag), Severity.ERROR),)
    return judge(element, found)


def detect(shelf: Shelf) -> Evidence | None:
    """EcoSpold 1 by its namespace, whatever a file is called."""
    return evidence(shelf, NAMESPACE)


DATASETS: Final = DatasetFormat(
    id="ecospold1@1.0",
    title={"en": "EcoSpold 1", "zh": "EcoSpold 1"},
    media_type="application/xml",
    detect=detect,
    open=lambda shelf, _: Source(shelf).bundle(),
    write=write,
    validate=validate,
    family=FAMILY,
    schema_edition="1.2",
    parameters={"documents": ("each", "one"), "email": ()},
    holds_results=False,
)
