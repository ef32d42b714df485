"""The impact methods of a bundle as impact documents of EcoSpold 1, each with its account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from gateway.codec.accounting import shown
from gateway.codec.base import Context, Member
from gateway.codec.datasets import Bundle, Piece
from gateway.codec.xmlstructure import structure
from gateway.codec.xmltree import XmlTree, write_tree
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold.accounts import Ledger, explain
from gateway.formats.ecospold.method_reader import method_id
from gateway.formats.ecospold.method_writer import MethodWriter
from gateway.formats.ecospold.one_accounts import stands_for
from gateway.formats.ecospold.one_page import Written
from gateway.formats.ecospold.one_tree import FAMILY, flow_id
from gateway.model.base import Leaf
from gateway.model.dataset import DatasetKind, Key
from gateway.model.sources import ImpactMethod
from gateway.model.walk import same
from gateway.report import Fate, Note

_MEDIA: Final = "application/xml"
_FACTOR: Final = re.compile(r"/exchanges/(\d+)(/.*)")
# Fields of a method that the format spells in its own way, and those that it asks for.
_SPELLED: Final = re.compile(
    r"/(?:methodologies/\d+|impact_categories/\d+|reference_year|changed|extras/ecospold1#.*order"
    r"|factors/\d+/(?:location/.*|uncertainty/.*|comment/.*|flow/(?:name|kind|version|uri).*))"
)
_ADDED: Final = re.compile(
    r"/(?:methodologies/\d+|impact_categories/\d+|result_unit|reference_year"
    r"|factors/\d+/(?:unit|location/.*|uncertainty/.*|flow/(?:name/.*|uuid)))"
)


def write_methods(bundle: Bundle, context: Context, ledger: Ledger) -> Iterator[Piece]:
    """One document for each impact method."""
    for key in bundle.keys:
        if key.kind is not DatasetKind.METHOD:
            continue
        ledger.told.add(key)
        done = MethodWriter(bundle, context, key).write()
        if done.lacks:
            yield Piece(None, refused={key: tuple(_lack(error) for error in done.lacks)})
        else:
            yield _piece(bundle, key, done, ledger)


def _piece(bundle: Bundle, key: Key, done: Written, ledger: Ledger) -> Piece:
    source = bundle.read(key).dataset
    assert isinstance(source, ImpactMethod)
    tree = XmlTree(structure("impact", family=FAMILY), {**done.root, "dataset": [done.node]}, done.namespaces)
    information = done.node["metaInformation"]["processInformation"]
    id_ = method_id(information["referenceFunction"], information["geography"]["@location"])
    flows = [flow_id(entry) for entry in done.node["flowData"][0]["exchange"]]
    found = stands_for(done, flows)
    first, refused = ledger.enter(found)
    done.chosen |= ledger.stand_ins(found)
    notes = [_of_factor(note) for note in done.notes]
    for number, (factor, flow) in enumerate(zip(source.factors, flows, strict=True)):
        owner = ledger.owners.get(flow, flow)
        if isinstance(factor.flow.uuid, str) and owner != factor.flow.uuid:
            path = f"/factors/{number}/flow/uuid"
            notes.append(Note("ecospold.same-flow", path, Fate.CONVERTED, factor.flow.uuid, owner))
    member = Member(f"EcoSpold01/impact_{key.id}.xml", _MEDIA, write_tree(tree))
    becomes = {key: Key(DatasetKind.METHOD, id_), **first}
    told_by = partial(_explain, chosen=frozenset(done.chosen))
    return Piece(member, becomes, {key: tuple(notes)} if notes else {}, {}, refused, told_by)


def _lack(error: GatewayError) -> GatewayError:
    """What an exchange of the process lacks that the writer saw, said of the factor."""
    found = _FACTOR.fullmatch(error.path)
    path = "/factors" if error.path == "/exchanges" else error.path
    if found is not None:
        path = f"/factors/{int(found[1]) - 1}{found[2].replace('/amount', '/value', 1)}"
    return InputError(error.saw, path=path, code=error.error_code, **error.params)


def _of_factor(note: Note) -> Note:
    """A word on an exchange of the process that the writer saw, said of the factor."""
    found = _FACTOR.fullmatch(note.path)
    if found is None:
        return note
    tail = found[2].replace("/amount", "/value", 1)
    return Note(note.code, f"/factors/{int(found[1]) - 1}{tail}", note.fate, note.value, note.written)


def _explain(
    old: Mapping[str, Leaf], new: Mapping[str, Leaf], own: Sequence[Note], chosen: frozenset[str]
) -> Sequence[Note]:
    found = {note.path: note for note in explain(old, new, own, chosen)}
    for path, value in new.items():
        before = old.get(path)
        if before is None:
            if _ADDED.fullmatch(path):
                found.setdefault(path, Note("ecospold.defaulted", path, Fate.DEFAULTED, "", shown(value)))
        elif not same(before, value) and _SPELLED.fullmatch(path):
            told = Note("ecospold.spelled", path, Fate.CONVERTED, shown(before), shown(value))
            found.setdefault(path, told)
    return tuple(found.values())
