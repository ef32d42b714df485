"""EcoSpold 2, read and written: one file for each activity."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from gateway.codec.base import Context, Member
from gateway.codec.datasets import Bundle, DatasetFormat, Piece
from gateway.codec.xmlstructure import by_tag, structure
from gateway.codec.xmltree import XmlTree, structure_of, write_tree
from gateway.codec.xmlverdict import judge
from gateway.errors import InputError
from gateway.formats.ecospold.accounts import Ledger, explain, property_ids
from gateway.formats.ecospold.bind import Tree, below, restore
from gateway.formats.ecospold.excuses import sorted_otherwise
from gateway.formats.ecospold.masters_bundle import detect, open_package
from gateway.formats.ecospold.masters_pieces import (
    NAMED,
    UNNAMED,
    Lists,
    is_list,
    write_files,
    write_listed,
)
from gateway.formats.ecospold.measures import flow_property, unit_group
from gateway.formats.ecospold.two_bundle import CHILD
from gateway.formats.ecospold.two_reader import ADMINISTRATION, FAMILY, LISTS, MODELLING, PEOPLE
from gateway.formats.ecospold.two_writer import Writer, Written
from gateway.frontdoor import xml as xml_door
from gateway.model.dataset import DatasetKind, Key
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Process
from gateway.report import Finding


def write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    """One file for each activity; beside them the lists of what activities do not tell in full."""
    ledger = Ledger(DATASETS.id, frozenset(key.id.lower() for key in bundle.keys))
    lists = Lists(bundle, context)
    yield from write_listed(lists, ledger, NAMED)
    chosen = frozenset({context.options["email"]}) if "email" in context.options else frozenset()
    for key in bundle.keys:
        if key.kind is not DatasetKind.PROCESS:
            continue
        done = Writer(bundle, context, key).write()
        if done.lacks:
            yield Piece(None, refused={key: tuple(done.lacks)})
        else:
            yield _piece(bundle, key, done, ledger, lists, chosen)
    yield from write_listed(lists, ledger, UNNAMED)
    yield from write_files(bundle)
    refused = {
        key: (InputError(key.id, code="ecospold.not-held", kind=key.kind.value, format=DATASETS.id),)
        for key in bundle.keys
        if key not in ledger.told and key.kind is not DatasetKind.PROCESS and not _is_implied(bundle, key)
    }
    if refused:
        yield Piece(None, refused=refused)


def _piece(
    bundle: Bundle, key: Key, done: Written, ledger: Ledger, lists: Lists, chosen: frozenset[str]
) -> Piece:
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
    targets = _flow_ids(done)
    found = _becomes(source, targets, done)
    for one in [one for one in found if lists.holds(one)]:
        ledger.owners.setdefault(found.pop(one).id, one.id)
    first, merged = ledger.enter(found)
    own = [ledger.same_flow(targets[was.id], was) for was in source.exchanges]
    notes = (*done.notes, *(note for note in own if note is not None))
    return Piece(
        Member(file, DATASETS.media_type, write_tree(tree)),
        {key: Key(DatasetKind.PROCESS, done.id), **first},
        {key: notes} if notes else {},
        property_ids(bundle, first) | ({key: done.renamed} if done.renamed else {}),
        merged,
        partial(explain, chosen=chosen | _sorted_otherwise(bundle, source, done)),
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


def _flow_ids(done: Written) -> dict[str, str]:
    """The id that the flow of each exchange of the source has in the file."""
    data = done.node.get("flowData") or {}
    ids = [str(entry.get(key) or "") for name, key in LISTS for entry in data.get(name) or ()]
    return dict(zip(done.order, ids, strict=True))


def _sorted_otherwise(bundle: Bundle, source: Process, done: Written) -> set[str]:
    """Flows that stand among the elementary ones and are none, or the other way round."""
    elementary = set(done.order[len(_exchanges(done)) :])
    found = set()
    for was in source.exchanges:
        flow = bundle.read(key).dataset if (key := done.flows.get(was.id)) is not None else None
        if isinstance(flow, Flow) and (flow.kind is FlowKind.ELEMENTARY) is not (was.id in elementary):
            found.add(sorted_otherwise(flow.id))
    return found


def _becomes(source: Process, targets: Mapping[str, str], done: Written) -> dict[Key, Key]:
    """Flows and contacts of the source, and what they are in the file."""
    found: dict[Key, Key] = {}
    for was in source.exchanges:
        if (flow := done.flows.get(was.id)) is not None:
            found.setdefault(flow, Key(DatasetKind.FLOW, targets[was.id]))
    there = _persons(done)
    found |= {k: Key(DatasetKind.CONTACT, target) for target, k in done.contacts.items() if target in there}
    return found


def _persons(done: Written) -> set[str]:
    """The ids of the persons that the file names."""
    places = [below(done.node, *ADMINISTRATION, step) or {} for step, _ in PEOPLE]
    modelling = below(done.node, *MODELLING) or {}
    found = {place.get("@personId") for place in places}
    found |= {entry.get("@reviewerId") for entry in modelling.get("review") or ()}
    return {id_ for id_ in found if isinstance(id_, str)}


def _is_implied(bundle: Bundle, key: Key) -> bool:
    """Whether a data set only says what every unit of the format says."""
    if key.kind is DatasetKind.UNIT_GROUP:
        return bundle.read(key).dataset == unit_group(key.id)
    return key.kind is DatasetKind.FLOW_PROPERTY and bundle.read(key).dataset == flow_property(key.id)


def validate(member: Member) -> tuple[Finding, ...]:
    """What a document breaks of our schema."""
    element = xml_door.parse(member.data)
    found = structure_of(element)
    if found is None and is_list(element):
        return ()
    if found is None or found.family != FAMILY:
        expected = {"expected": ", ".join(by_tag(FAMILY))}
        return (Finding("xml.other-root", member.name, str(element.tag), params=expected),)
    return judge(element, found)


DATASETS: Final = DatasetFormat(
    id="ecospold2@2.0",
    title={"en": "EcoSpold 2", "zh": "EcoSpold 2"},
    media_type="application/xml",
    detect=detect,
    open=lambda shelf, _: open_package(shelf),
    write=write,
    validate=validate,
    family=FAMILY,
    schema_edition="2.0.14",
    parameters={"email": (), "lists": ("all",)},
    holds_results=False,
)
