"""EcoSpold 1, read and written: one document for each process, or one for all; impact categories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from gateway.codec.base import Context, Member
from gateway.codec.datasets import Bundle, DatasetFormat, Piece
from gateway.codec.xmlstructure import by_tag, structure
from gateway.codec.xmltree import XmlTree, structure_of, write_tree
from gateway.codec.xmlverdict import judge
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold.accounts import Ledger, explain, property_ids
from gateway.formats.ecospold.bind import Tree
from gateway.formats.ecospold.ids import new_id
from gateway.formats.ecospold.measures import flow_property, unit_group
from gateway.formats.ecospold.method_bundle import detect, open_package
from gateway.formats.ecospold.method_pieces import write_methods
from gateway.formats.ecospold.one_accounts import stands_for
from gateway.formats.ecospold.one_page import Desk, Written
from gateway.formats.ecospold.one_tree import FAMILY, flow_id, process_id
from gateway.formats.ecospold.one_writer import Writer
from gateway.frontdoor import xml as xml_door
from gateway.model.dataset import DatasetKind, Key
from gateway.model.process import Process
from gateway.report import Finding, Note


def write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    """One document for each process, or one for all (``documents=one``); then the impact categories."""
    keys = [key for key in bundle.keys if key.kind is DatasetKind.PROCESS]
    ledger = Ledger(DATASETS.id, frozenset(key.id.lower() for key in bundle.keys))
    waiting: list[tuple[Key, Written]] = []
    desk = Desk(bundle)
    for key in keys:
        done = Writer(bundle, context, key, desk).write()
        if done.lacks:
            yield Piece(None, refused={key: tuple(done.lacks)})
        elif context.options.get("documents") == "one":
            waiting.append((key, done))
        else:
            yield _piece(bundle, [(key, done)], ledger, f"EcoSpold01/process_{key.id}.xml")
    if waiting:
        yield _piece(bundle, waiting, ledger, "EcoSpold01/processes.xml")
    yield from write_methods(bundle, context, ledger)
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
    twins: dict[str, int] = {}
    for key, written in done:
        id_ = _own_id(written.node)
        count = twins[id_] = twins.get(id_, 0) + 1
        if count > 1:
            id_ = new_id("process", id_, name, str(written.node["@number"]), str(len(becomes)))
        becomes[key] = Key(DatasetKind.PROCESS, id_)
        if written.renamed:
            renamed[key] = written.renamed
        source = bundle.read(key).dataset
        assert isinstance(source, Process)
        flows = _flow_ids(written, source)
        found = stands_for(written, flows)
        first, merged = ledger.enter(found)
        written.chosen |= ledger.stand_ins(found)
        told = [ledger.same_flow(id_, was) for id_, was in zip(flows, source.exchanges, strict=True)]
        if own := (*written.notes, *(note for note in told if note is not None)):
            notes[key] = own
        renamed |= property_ids(bundle, first)
        becomes |= first
        refused |= merged
    chosen = frozenset(text for _, written in done for text in written.chosen)
    told_by = partial(explain, chosen=chosen)
    return Piece(Member(name, DATASETS.media_type, data), becomes, notes, renamed, refused, told_by)


def _own_id(node: Tree) -> str:
    information = node["metaInformation"]["processInformation"]
    return process_id(information["referenceFunction"], information["geography"]["@location"])


def _flow_ids(written: Written, source: Process) -> list[str]:
    """The id that the flow of each exchange of the source has in the file."""
    entries = written.node["flowData"][0]["exchange"]
    return [flow_id(entry) for entry, _ in zip(entries, source.exchanges, strict=True)]


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
        expected = {"expected": ", ".join(by_tag(FAMILY))}
        return (Finding("xml.other-root", member.name, str(element.tag), params=expected),)
    return judge(element, found)


DATASETS: Final = DatasetFormat(
    id="ecospold1@1.0",
    title={"en": "EcoSpold 1", "zh": "EcoSpold 1"},
    media_type="application/xml",
    detect=detect,
    open=lambda shelf, _: open_package(shelf),
    write=write,
    validate=validate,
    family=FAMILY,
    schema_edition="1.2",
    parameters={"documents": ("each", "one"), "email": ()},
    holds_results=False,
)
