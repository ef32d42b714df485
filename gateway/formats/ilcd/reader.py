"""Read an ILCD+EPD package: one EPD process with everything beside it, every amount, module and language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from gateway.codec import build
from gateway.codec.base import Context, Package, Reading
from gateway.codec.jsonread import JsonReading
from gateway.codec.xmltree import Node, XmlTree
from gateway.errors import GatewayError, InputError, shorten
from gateway.formats.ilcd.indicators import Entry, split
from gateway.formats.ilcd.nodes import Tree, at, items, language_orders
from gateway.formats.ilcd.package import (
    TOP,
    ZIP,
    Datasets,
    Fresh,
    member_name,
    open_package,
    to_text,
    uuid_of,
)
from gateway.formats.ilcd.results import Results, read_results
from gateway.formats.ilcd.tables import TARGET, group_units, table
from gateway.formats.ilcd.view import simplify, simplify_part
from gateway.model.base import Amount, Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.origin import Derived, Origin, Origins
from gateway.model.walk import escape
from gateway.quantity import Quantity, parse_decimal, parse_unit
from gateway.report import Fate, Finding, Note, Severity

# The parts of the view: the process, and the data sets that stand behind some of its leaves.
PROCESS: Final = "process"
OWNER: Final = "owner"
FLOW: Final = "flow"
# Extras of ours: file names, the indicators' furniture, whole data sets, other files.
FILES: Final = "#files"
LAYOUT: Final = "#layout"
DATASETS: Final = "#datasets"
DOCUMENTS: Final = "#documents"
ASIDE: Final = "#aside"
SODA: Final = "#soda"
LANGUAGES: Final = "#languages"
# Stands where the source has defects of form: it may come back spelt otherwise.
ODD: Final = "#odd"
_REFERENCE_UNIT: Final = ("unitGroupInformation", "quantitativeReference", "referenceToReferenceUnit")
# ILCD format 1.1, classes of contacts: all but persons and the rest, and what German tools write.
_NO_PERSON: Final = re.compile("organi[sz]ation|compan|government|unternehmen", re.IGNORECASE)
_MODULES: Final = ("processInformation", "dataSetInformation", "common:other", "epd:modules", "epd:module")


def read(package: Package, context: Context) -> Reading:
    """The declaration of the one EPD in a package; all else is kept to be written again.

    Raises:
        InputError: it holds no EPD, or several.
    """
    datasets = open_package(package)
    file, process = _the_epd(datasets, package.name)
    files = {PROCESS: file}
    rest, entries = split(process.root)
    labels = _labels(rest)
    found = read_results(entries, labels)
    view: Node = {PROCESS: simplify(_without_labels(rest), _bodies(datasets))}
    flow = _reference_flow(process, datasets)
    for part, dataset in ((FLOW, flow), (OWNER, _owner(process, datasets))):
        if dataset is not None:
            files[part] = dataset[0]
            view[part] = simplify_part(part, dataset[1].root)
    reading = JsonReading(table(), view, TARGET, whole=True).run()  # type: ignore[arg-type]  # strings, lists and dicts
    unit = _unit(process, flow, datasets)
    if unit is not None:
        build.put(reading.tree, ("unit", "amount"), (), "", build.Found(unit, _exchange_place(process)))
    if found.gwp_set:
        at = f"/{PROCESS}/LCIAResults"
        build.put(reading.tree, ("method", "gwp_set"), (), "", build.Found(found.gwp_set, at))
    values = build.plain(reading.tree)
    if found.result is not None:
        values["results"] = (found.result,)
    notes: list[Note] = []
    if not isinstance(package, Fresh):
        members = _members(package, datasets)
        kept = reading.extras | _kept(datasets, files, members, entries)
        values["extras"] = kept
        notes = [*_notes(datasets, files), *reading.notes]
    declaration = Declaration.model_validate(values)
    findings = (*datasets.findings, *reading.findings, *found.findings, *_doubts(unit, process))
    trees = {part: datasets.trees[name] for part, name in files.items()}
    origins = _Origins(declaration, reading.tree, found, trees, files)
    return Reading(declaration, tuple(notes), _named(findings, files), origins)


def _bodies(datasets: Datasets) -> frozenset[str]:
    """The contacts that are classified as organisations, enterprises or authorities."""
    path = ("contactInformation", "dataSetInformation", "classificationInformation", "common:classification")
    found = set()
    for _, tree in datasets.kind("contact"):
        classes = [text for part in items(tree.root, path) for text in _class_names(part)]
        if classes and _NO_PERSON.search(classes[0]):
            found.add(uuid_of(tree))
    return frozenset(found)


def _class_names(part: Tree) -> Iterator[str]:
    for level in items(part, ("common:class",)):
        if isinstance(level.get("#text"), str):
            yield level["#text"]


def _the_epd(datasets: Datasets, name: str) -> tuple[str, XmlTree]:
    epds = datasets.epds
    if not epds:
        kinds = ", ".join(sorted({tree.structure.name for tree in datasets.trees.values()})) or "-"
        raise InputError(kinds, path=name, code="ilcd.no-epd")
    if len(epds) > 1:
        raise InputError(
            ", ".join(file for file, _ in epds), path=name, code="ilcd.several-epds", count=len(epds)
        )
    return epds[0]


def _labels(root: Node) -> dict[str, str]:
    """The texts of the modules' names."""
    found: dict[str, str] = {}
    for module in at(root, _MODULES) or ():
        if isinstance(module, dict):
            found[str(module.get("@epd:name"))] = str(module.get("#text", ""))
    return found


def _without_labels(root: Node) -> Node:
    """The same process; the texts went into rows, and are spelt again from there."""
    modules = at(root, _MODULES)
    if not isinstance(modules, list):
        return root
    bare: Any = [{k: v for k, v in m.items() if k != "#text"} if isinstance(m, dict) else m for m in modules]
    copy = dict(root)
    node: Any = copy
    for step in _MODULES[:-1]:
        node[step] = dict(node[step])
        node = node[step]
    node[_MODULES[-1]] = bare
    return copy


def _reference(process: XmlTree) -> Node | None:
    """The exchange that is the reference flow."""
    wanted = at(process.root, ("processInformation", "quantitativeReference", "referenceToReferenceFlow"))
    exchanges = at(process.root, ("exchanges", "exchange"))
    for exchange in exchanges if isinstance(exchanges, list) else ():
        if isinstance(wanted, list) and wanted and exchange.get("@dataSetInternalID") == wanted[0]:
            assert isinstance(exchange, dict)
            return exchange
    return None


def _reference_flow(process: XmlTree, datasets: Datasets) -> tuple[str, XmlTree] | None:
    exchange = _reference(process)
    id_ = at(exchange, ("referenceToFlowDataSet", "@refObjectId"))
    return datasets.find("flow", id_) if isinstance(id_, str) else None


def _owner(process: XmlTree, datasets: Datasets) -> tuple[str, XmlTree] | None:
    path = ("administrativeInformation", "publicationAndOwnership", "common:referenceToOwnershipOfDataSet")
    id_ = at(process.root, (*path, "@refObjectId"))
    return datasets.find("contact", id_) if isinstance(id_, str) else None


def _exchange_place(process: XmlTree) -> str:
    exchanges = at(process.root, ("exchanges", "exchange"))
    index = next((n for n, e in enumerate(exchanges or ()) if e is _reference(process)), 0)
    return f"/{PROCESS}/exchanges/exchange/{index}/meanAmount"


def _unit(process: XmlTree, flow: tuple[str, XmlTree] | None, datasets: Datasets) -> Amount:
    """How much of what the results are for: amount → flow → flow property → unit group → its unit."""
    exchange = _reference(process)
    if exchange is None:
        return None
    text = exchange.get("resultingAmount", exchange.get("meanAmount"))
    if not isinstance(text, str):
        return None
    unit = _flow_unit(flow, datasets)
    try:
        number = parse_decimal(text.strip())
    except GatewayError:
        return Missing(missing=Reason.UNREADABLE, unit=unit, text=text)
    if unit is None:
        return Missing(missing=Reason.UNREADABLE, text=text)
    return Quantity(number, unit, text)


def _flow_unit(flow: tuple[str, XmlTree] | None, datasets: Datasets) -> str | None:
    if flow is None:
        return None
    root = flow[1].root
    wanted = at(root, ("flowInformation", "quantitativeReference", "referenceToReferenceFlowProperty"))
    properties = at(root, ("flowProperties", "flowProperty"))
    chosen = [p for p in properties or () if p.get("@dataSetInternalID") == wanted]
    id_ = at(chosen[0], ("referenceToFlowPropertyDataSet", "@refObjectId")) if chosen else None
    if not isinstance(id_, str):
        return None
    if id_ in group_units():
        return group_units()[id_]
    found = datasets.find("flowproperty", id_)
    path = ("flowPropertiesInformation", "quantitativeReference", "referenceToReferenceUnitGroup")
    group_id = at(found[1].root, (*path, "@refObjectId")) if found else None
    if not isinstance(group_id, str):
        return None
    group = datasets.find("unitgroup", group_id)
    if group is None:
        return group_units().get(group_id)
    unit_id = at(group[1].root, ("unitGroupInformation", "quantitativeReference", "referenceToReferenceUnit"))
    for unit in at(group[1].root, ("units", "unit")) or ():
        if unit.get("@dataSetInternalID") == unit_id:
            try:
                return parse_unit(str(unit.get("name"))).code
            except GatewayError:
                return None
    return None


def _kept(
    datasets: Datasets, files: Mapping[str, str], members: Mapping[str, str], entries: list[Entry]
) -> dict[str, str]:
    """What is needed to write the same package again, as extras."""

    def extra(*steps: str) -> str:
        return f"{TARGET}#/" + "/".join(escape(step) for step in steps)

    found = {extra(FILES, part): _text(members[name]) for part, name in files.items()}
    found[extra(LAYOUT)] = _text([_furniture(entry) for entry in entries])
    for name, tree in datasets.trees.items():
        if name not in files.values():
            found[extra(DATASETS, members[name])] = _text(
                {
                    "kind": tree.structure.name,
                    "root": tree.root,
                    "languages": language_orders(tree.root),
                    **_aside(tree),
                }
            )
        elif aside := _aside(tree):
            part = next(part for part, file in files.items() if file == name)
            found[extra(ASIDE, part)] = _text(aside)
    for part, name in files.items():
        if orders := language_orders(datasets.trees[name].root):
            found[extra(LANGUAGES, part)] = _text(orders)
    if datasets.findings:
        found[extra(ODD)] = _text("yes")
    for name, data in datasets.documents.items():
        found[extra(DOCUMENTS, members[name])] = _text(to_text(data))
    for name, left in datasets.leftovers.items():
        if left:
            found[extra(SODA, members[name])] = _text(left)
    return found


def _members(package: Package, datasets: Datasets) -> dict[str, str]:
    """Where every file stands in a package of ours; those of a zip stay where they are in it.

    The name of a lone file is that of somebody's disk, folders and all: it goes nowhere.
    """
    names = [*datasets.trees, *datasets.documents]
    if package.members[0].data.startswith(ZIP):
        process = datasets.epds[0][0]
        return {name: name for name in names} | {
            name: name if "/" in name else member_name(datasets.trees[name]) for name in (process,)
        }
    found: dict[str, str] = {}
    for name, tree in datasets.trees.items():
        wanted = member_name(tree)
        taken = wanted in found.values()
        found[name] = f"{wanted.removesuffix('.xml')}_{len(found)}.xml" if taken else wanted
    for number, name in enumerate(datasets.documents, 1):
        found[name] = f"{TOP}/external_docs/{number}"
    return found


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _furniture(entry: Entry) -> dict[str, object]:
    """What an indicator has beside its model, and where it stood."""
    told: dict[str, object] = {"group": entry.group, "index": entry.index, "rest": entry.rest, "id": entry.id}
    if not entry.is_named:
        told["nameless"] = "yes"
    if entry.carbon:
        told |= {"carbon": entry.carbon, "order": entry.order, "names": entry.names}
        if entry.version is not None:
            told["version"] = entry.version
    return told


def _aside(tree: XmlTree) -> dict[str, object]:
    """What stands beside the tree of a document: declared prefixes, a second text in one language."""
    found: dict[str, object] = {}
    if tree.namespaces:
        found["namespaces"] = dict(tree.namespaces)
    if tree.extras:
        found["extras"] = {path: list(nodes) for path, nodes in tree.extras.items()}
    return found


def _notes(datasets: Datasets, files: Mapping[str, str]) -> Iterator[Note]:
    """One word on each data set and file that is kept as a whole, and on what reading a document dropped."""
    for name, tree in datasets.trees.items():
        if name not in files.values():
            yield Note(
                "ilcd.dataset-kept", name, Fate.UNREAD, uuid_of(tree), params={"kind": tree.structure.name}
            )
        for note in tree.notes:
            yield Note(
                note.code, f"{name} {note.path}", note.fate, note.value, note.written, params=note.params
            )
    for name, data in datasets.documents.items():
        yield Note("ilcd.document-kept", name, Fate.UNREAD, str(len(data)))
    for name, left in datasets.leftovers.items():
        if left:
            yield Note("ilcd.soda-only", name, Fate.UNREAD, shorten(left))


def _doubts(unit: Amount, process: XmlTree) -> Iterator[Finding]:
    """What a reader should know of the reference flow."""
    if isinstance(unit, Missing):
        text = unit.text or ""
        yield Finding("ilcd.unit-of-flow-unknown", _exchange_place(process), text, Severity.WARNING)
    elif unit is None:
        yield Finding("ilcd.no-reference-flow", f"/{PROCESS}/exchanges", "", Severity.WARNING)


def _named(findings: Iterable[Finding], files: Mapping[str, str]) -> tuple[Finding, ...]:
    """The findings with the file's name for the part of the view."""
    return tuple(Finding(f.code, _in_file(f.at, files), f.saw, f.severity, f.per, f.params) for f in findings)


def _in_file(at: str, files: Mapping[str, str]) -> str:
    part, _, below = at.removeprefix("/").partition("/")
    return f"{files[part]} /{below}" if at.startswith("/") and part in files else at


class _Origins(Mapping[str, Origin | Derived]):
    """Where every leaf came from, worked out when somebody asks: places in XML are dear."""

    def __init__(
        self,
        declaration: Declaration,
        tree: build.Tree,
        found: Results,
        trees: Mapping[str, XmlTree],
        files: Mapping[str, str],
    ) -> None:
        self._parts = (declaration, tree, found)
        self._trees = trees
        self._files = files

    @cached_property
    def _all(self) -> Origins:
        declaration, tree, found = self._parts
        own = dict(build.origins(declaration, tree))
        places = {
            f"/{part}{path}": place for part, one in self._trees.items() for path, place in one.places()
        }
        own |= found.origins()
        return {path: self._placed(origin, places) for path, origin in own.items()}

    def _placed(self, origin: Origin, places: Mapping[str, str]) -> Origin:
        part, _, below = origin.at.removeprefix("/").partition("/")
        if part not in self._files:
            return origin
        place = places.get(origin.at) or f"/{below}"
        return Origin(f"{self._files[part]} {place}", origin.text)

    def __getitem__(self, path: str) -> Origin | Derived:
        return self._all[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)
