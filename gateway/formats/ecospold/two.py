"""EcoSpold 2, read and written: one file for each activity."""

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
from gateway.errors import InputError
from gateway.formats.ecospold.accounts import Ledger, explained
from gateway.formats.ecospold.bind import Tree, restore
from gateway.formats.ecospold.detect import evidence
from gateway.formats.ecospold.measures import flow_property, unit_group
from gateway.formats.ecospold.two_bundle import CHILD, NAMESPACE, Source, read
from gateway.formats.ecospold.two_reader import FAMILY, Two
from gateway.formats.ecospold.two_writer import Writer, Written
from gateway.frontdoor import xml as xml_door
from gateway.model.base import Missing
from gateway.model.dataset import Dataset, DatasetKind, Key, Reference
from gateway.model.process import Process
from gateway.report import Finding, Note, Severity


def write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    """One file for each activity."""
    ledger = Ledger(DATASETS.id, frozenset(key.id.lower() for key in bundle.keys))
    for key in bundle.keys:
        if key.kind is not DatasetKind.PROCESS:
            continue
        done = Writer(bundle, context, key).write()
        if done.lacks:
            ledger.told |= {*done.flows.values(), *done.contacts.values()}
            yield Piece(None, refused={key: tuple(done.lacks)})
        else:
            yield _piece(bundle, key, done, ledger)
    refused = {
        key: (InputError(key.id, code="ecospold.not-held", kind=key.kind.value, format=DATASETS.id),)
        for key in bundle.keys
        if key not in ledger.told and key.kind is not DatasetKind.PROCESS and not _is_implied(bundle, key)
    }
    if refused:
        yield Piece(None, refused=refused)


def _piece(bundle: Bundle, key: Key, done: Written, ledger: Ledger) -> Piece:
    source = bundle.read(key).dataset
    assert isinstance(source, Process)
    kind = structure("dataset", family=FAMILY)
    root, namespaces = _document(source.extras)
    name = CHILD if done.is_child else "activityDataset"
    tree = XmlTree(kind, {name: [done.node], **root}, namespaces)
    product = next(
        (e.get("@intermediateExchangeId") for e in _exchanges(done) if e.get("outputGroup") == "0"), None
    )
    file = f"{done.id}_{product}.spold" if product else f"{done.id}.spold"
    copied: Tree = json.loads(json.dumps(dict(tree.root)))
    back = read(XmlTree(kind, copied, namespaces), done.id, lambda _, own: own, lambda _, own: own, "")
    first, merged = ledger.enter(_becomes(source, back, done))
    after, own = _in_ids_of(source, back, done, ledger)
    here = ledger.here
    notes = {key: explained(source, after, here, (*done.notes, *own), done.units)}
    known: Mapping[str, Dataset] = {**back.flows, **back.contacts}
    for was, target in first.items():
        if target.id in known:
            notes[was] = explained(bundle.read(was).dataset, known[target.id], here)
    return Piece(
        Member(file, DATASETS.media_type, write_tree(tree)),
        {key: Key(DatasetKind.PROCESS, done.id), **first},
        {k: n for k, n in notes.items() if n},
        {key: done.renamed} if done.renamed else {},
        merged,
    )


def _document(extras: Mapping[str, str]) -> tuple[Tree, dict[str, str]]:
    """What stands in the document beside the data set, and the namespaces of it."""
    head = f"{FAMILY}#/~root/"
    root: Tree = {}
    restore(root, {k.replace("~root/", "", 1): v for k, v in extras.items() if k.startswith(head)}, FAMILY)
    return root, json.loads(extras.get(f"{FAMILY}#/~namespaces", "{}"))


def _exchanges(done: Written) -> list[Tree]:
    data = done.node.get("flowData") or {}
    return list(data.get("intermediateExchange") or ())


def _becomes(source: Process, back: Two, done: Written) -> dict[Key, Key]:
    """Flows and contacts of the source, and what they are in the file."""
    by_id = dict(zip(done.order, back.process.exchanges, strict=True))
    found: dict[Key, Key] = {}
    for was in source.exchanges:
        if (flow := done.flows.get(was.id)) is not None:
            found.setdefault(flow, Key(DatasetKind.FLOW, str(by_id[was.id].flow.uuid)))
    there = back.contacts
    found |= {k: Key(DatasetKind.CONTACT, target) for target, k in done.contacts.items() if target in there}
    return found


def _in_ids_of(source: Process, back: Two, done: Written, ledger: Ledger) -> tuple[Process, tuple[Note, ...]]:
    """What comes back, in the ids of the source, and notes on flows that are other ones there."""
    by_id = dict(zip(done.order, back.process.exchanges, strict=True))
    exchanges = []
    notes: list[Note] = []
    for was in source.exchanges:
        one = by_id[was.id]
        flow, told = ledger.flow(one, was)
        notes += told
        provider = one.provider if isinstance(was.provider.uuid, Missing | None) else was.provider
        exchanges.append(one.model_copy(update={"id": was.id, "flow": flow, "provider": provider}))
    old = ledger.owners

    def of(target: Reference) -> Reference:
        return target.model_copy(update={"uuid": old.get(str(target.uuid), target.uuid)})

    after = back.process
    links = tuple(link.model_copy(update={"target": of(link.target)}) for link in after.links)
    reviews = tuple(r.model_copy(update={"reviewers": tuple(map(of, r.reviewers))}) for r in after.reviews)
    changed = {"exchanges": tuple(exchanges), "links": links, "reviews": reviews}
    return after.model_copy(update=changed), tuple(notes)


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
    """EcoSpold 2 by its namespace, whatever a file is called."""
    return evidence(shelf, NAMESPACE)


DATASETS: Final = DatasetFormat(
    id="ecospold2@2.0",
    title={"en": "EcoSpold 2", "zh": "EcoSpold 2"},
    media_type="application/xml",
    detect=detect,
    open=lambda shelf, _: Source(shelf).bundle(),
    write=write,
    validate=validate,
    family=FAMILY,
    schema_edition="2.0.14",
    parameters={"email": ()},
    holds_results=False,
)
