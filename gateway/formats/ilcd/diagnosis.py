"""What is wrong or doubtful in ILCD data sets beyond their schema: references, numbers, languages, places.

The schema demands little of a data set; what a receiver needs stands in the nomenclature rules and in the
field descriptions of the format. One file is judged by itself, a package also by what it holds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, Final

from gateway import resources
from gateway.codec.shelf import Shelf
from gateway.codec.xmlread import SPREADSHEET_ERRORS
from gateway.codec.xmltree import PADDED, XmlTree, read_tree
from gateway.errors import GatewayError, shorten
from gateway.formats.ilcd.dataset_index import (
    FAMILY,
    DatasetIndex,
    Entry,
    index_of,
    may_be_dataset,
    number_of,
)
from gateway.formats.ilcd.mend_references import kind_of
from gateway.formats.ilcd.mend_values import cas_holds
from gateway.formats.ilcd.mend_words import chinese, location
from gateway.formats.ilcd.process_terms import DIRECTIONS
from gateway.frontdoor.number import double
from gateway.report import Finding, Severity

_LOCATIONS: Final = frozenset({"@location", "@subLocation", "location", "locationOfSupply"})
_CAS: Final = re.compile(r"\d{2,7}-\d{2}-\d")
_SPREADSHEET: Final = re.compile("|".join(map(re.escape, sorted(SPREADSHEET_ERRORS))))
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_CLAUSE: Final[Mapping[str, str]] = {
    "ilcd.zh-without-chinese": "TIDAS",
    "ilcd.en-with-chinese": "TIDAS",
    "ilcd.location-backwards": "ILCD 1.1 Locations; ISO 3166-2",
    "ilcd.location-unknown": "ILCD 1.1 Locations",
    "ilcd.cas-check-digit": "CAS Registry",
}
_FORMAT: Final = "ILCD 1.1"
# What the schema takes for a number (XSD 1.0, double), be it none or beyond any amount.
_DOUBLE: Final = re.compile(r"NaN|[+-]?(?:INF|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
# No rule has more to say than this of one data set.
_MOST: Final = 200
Tree = dict[str, Any]
Found = Iterator[tuple[str, str, str, Severity, Mapping[str, str]]]


def diagnose(shelf: Shelf, index: DatasetIndex | None = None) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Every ILCD data set of a package with what is wrong or doubtful in it."""
    known = index_of(shelf) if index is None else index
    for name in shelf.names:
        try:
            data = shelf.read(name)
        except GatewayError as error:
            yield name, (Finding(error.error_code, error.path or name, error.saw, params=error.params),)
            continue
        if not may_be_dataset(name, data):
            continue
        found = diagnose_file(data, known, name)
        if found is not None:
            yield name, found


def diagnose_file(data: bytes, index: DatasetIndex, name: str = "") -> tuple[Finding, ...] | None:
    """What is wrong or doubtful in one data set; None: it is none."""
    try:
        tree = read_tree(data)
    except GatewayError as error:
        if error.error_code == "xml.other-root":
            return None
        return (Finding(error.error_code, error.path or name, error.saw, per="XML 1.0", params=error.params),)
    if tree.structure.family != FAMILY:
        return None
    form = tuple(replace(finding, per=finding.per or _FORMAT) for finding in tree.findings)
    if any(note.code == PADDED for note in tree.notes):
        form = (Finding(PADDED, "line 1", severity=Severity.WARNING, per="XML 1.0"), *form)
    return form + tuple(_placed(tree, *one) for one in _rules(tree, index))


def _placed(
    tree: XmlTree, code: str, path: str, saw: str, severity: Severity, params: Mapping[str, str]
) -> Finding:
    at = tree.place(path) or path
    return Finding(code, at, shorten(saw), severity, _CLAUSE.get(code, _FORMAT), params)


def _rules(tree: XmlTree, index: DatasetIndex) -> Found:
    counts: Counter[str] = Counter()
    for one in _all(tree, index):
        counts[one[0]] += 1
        if counts[one[0]] <= _MOST:
            yield one


def _all(tree: XmlTree, index: DatasetIndex) -> Found:
    root, kind = tree.root, tree.structure.name
    yield from _twice(root, kind, index)
    for path, key, value in _walk(root, ""):
        if isinstance(value, str):
            yield from _leaf(path, key, value)
        elif "@refObjectId" in value or "@type" in value:
            yield from _reference(path, value, index)
        if isinstance(value, dict) and key[:1] not in ("@", "#") and _is_text(value):
            yield from _languages(path, value)
    if kind == "process":
        yield from _process(root, index)
    elif kind == "flow":
        yield from _flow(root, index)


def _walk(node: Tree, path: str) -> Iterator[tuple[str, str, Any]]:
    for key, value in node.items():
        if key == "#order":
            continue
        here = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
        for number, item in enumerate(value) if isinstance(value, list) else ((None, value),):
            at = here if number is None else f"{here}/{number}"
            yield at, key, item
            if isinstance(item, dict):
                yield from _walk(item, at)


def _is_text(node: Tree) -> bool:
    return bool(node) and all(isinstance(v, str) and _LANGUAGE.fullmatch(k) for k, v in node.items())


# Single values


def _leaf(path: str, key: str, text: str) -> Found:
    if key in _LOCATIONS and text.strip():
        code = text.strip()
        right = location(code)
        if right is not None:
            yield "ilcd.location-backwards", path, code, Severity.WARNING, {"right": right}
        elif code not in _places():
            yield "ilcd.location-unknown", path, code, Severity.WARNING, {}
    elif key == "CASNumber" and _CAS.fullmatch(text.strip()) and not cas_holds(text.strip()):
        yield "ilcd.cas-check-digit", path, text, Severity.WARNING, {}
    elif "#" in text and _SPREADSHEET.search(text) and text.strip() not in SPREADSHEET_ERRORS:
        yield "ilcd.spreadsheet-rest", path, text, Severity.WARNING, {}


def _languages(path: str, texts: Tree) -> Found:
    for lang, text in texts.items():
        base = lang.partition("-")[0].lower()
        if base == "zh" and text.strip() and not chinese(text):
            yield "ilcd.zh-without-chinese", f"{path}/{lang}", text, Severity.WARNING, {}
        elif base == "en" and chinese(text):
            yield "ilcd.en-with-chinese", f"{path}/{lang}", text, Severity.WARNING, {}


@cache
def _places() -> frozenset[str]:
    rows = resources.table("locations/codes.csv")
    return frozenset(row["code"] for row in rows if row["scheme"] in ("tidas", "iso3166-1"))


# References


def _reference(path: str, node: Tree, index: DatasetIndex) -> Found:
    kind, uuid = kind_of(node), str(node.get("@refObjectId", "")).strip()
    if kind and not uuid:
        yield "ilcd.reference-without-id", path, "", Severity.WARNING, {"kind": kind}
    if kind not in index.kinds or len(uuid) != 36:
        return
    entries = index.find(kind, uuid)
    name = next(iter(node.get("common:shortDescription", {}).values()), "") or uuid
    if not entries:
        params = {"kind": kind, "name": name}
        yield "ilcd.dangling-reference", f"{path}/@refObjectId", uuid, Severity.WARNING, params
        return
    version = str(node.get("@version", "")).strip()
    there = {number_of(entry.version) for entry in entries}
    if version and number_of(version) not in there:
        params = {"there": ", ".join(sorted(entry.version for entry in entries))}
        yield "ilcd.version-not-there", f"{path}/@version", version, Severity.INFO, params


def _twice(root: Tree, kind: str, index: DatasetIndex) -> Found:
    for info in root.values():
        own = info.get("dataSetInformation") if isinstance(info, dict) else None
        uuid = own.get("common:UUID") if isinstance(own, dict) else None
        if not isinstance(uuid, str):
            continue
        for entries in index.twice_of(kind, uuid):
            files = ", ".join(entry.file for entry in entries)
            yield "ilcd.dataset-twice", "", uuid, Severity.ERROR, {"files": files}


# Processes


def _process(root: Tree, index: DatasetIndex) -> Found:
    exchanges = _items(root, "exchanges", "exchange")
    yield from _reference_flow(root, exchanges)
    yield from _metadata(root)
    variables = _variables(root)
    for number, exchange in enumerate(exchanges):
        path = f"/exchanges/exchange/{number}"
        yield from _direction(path, exchange, root)
        yield from _amounts(path, exchange, variables)
        yield from _spread(path, exchange)
        yield from _unit(path, exchange, index)
    for number, exchange in enumerate(exchanges):
        parts = [_number(s.get("@allocatedFraction")) for s in _items(exchange, "allocations", "allocation")]
        told = [part for part in parts if part is not None]
        if len(told) > 1 and sum(told) != 100:
            path = f"/exchanges/exchange/{number}/allocations"
            yield "ilcd.allocation-sum", path, str(sum(told)), Severity.WARNING, {}


def _direction(path: str, exchange: Tree, root: Tree) -> Found:
    told = str(exchange.get("exchangeDirection", "")).strip()
    references = _at(root, "processInformation", "quantitativeReference", "referenceToReferenceFlow")
    id_ = str(exchange.get("@dataSetInternalID", ""))
    is_reference = isinstance(references, list) and id_ in references
    if told not in DIRECTIONS and not is_reference and "common:other" not in exchange:
        yield "ilcd.direction-missing", path, told or id_, Severity.ERROR, {}


def _reference_flow(root: Tree, exchanges: list[Tree]) -> Found:
    path = "/processInformation/quantitativeReference"
    reference = _at(root, "processInformation", "quantitativeReference")
    named = reference.get("referenceToReferenceFlow", []) if isinstance(reference, dict) else []
    named = named if isinstance(named, list) else [named]
    ids = Counter(str(exchange.get("@dataSetInternalID", "")).strip() for exchange in exchanges)
    if not named:
        yield "ilcd.reference-flow-missing", path, "", Severity.ERROR, {}
    elif len(named) > 1:
        yield "ilcd.reference-flow-several", path, ", ".join(map(str, named)), Severity.WARNING, {}
    for number, one in enumerate(named):
        if str(one).strip() not in ids:
            at = f"{path}/referenceToReferenceFlow/{number}"
            yield "ilcd.reference-flow-not-there", at, str(one), Severity.ERROR, {}
    for number, exchange in enumerate(exchanges):
        own = str(exchange.get("@dataSetInternalID", "")).strip()
        if ids[own] > 1:
            at = f"/exchanges/exchange/{number}/@dataSetInternalID"
            yield "ilcd.exchange-id-twice", at, own, Severity.ERROR, {}


def _metadata(root: Tree) -> Found:
    wanted = (
        (
            "@location",
            ("processInformation", "geography", "locationOfOperationSupplyOrProduction", "@location"),
        ),
        ("common:referenceYear", ("processInformation", "time", "common:referenceYear")),
        ("typeOfDataSet", ("modellingAndValidation", "LCIMethodAndAllocation", "typeOfDataSet")),
        ("baseName", ("processInformation", "dataSetInformation", "name", "baseName")),
    )
    for name, steps in wanted:
        if not _at(root, *steps):
            yield "ilcd.not-told", f"/{steps[0]}", "", Severity.WARNING, {"name": name}


def _variables(root: Tree) -> Mapping[str, Decimal]:
    found = {}
    for one in _items(root, "processInformation", "mathematicalRelations", "variableParameter"):
        value = _number(one.get("meanValue"))
        if value is not None:
            found[str(one.get("@name", "")).strip()] = value
    return found


def _amounts(path: str, exchange: Tree, variables: Mapping[str, Decimal]) -> Found:
    mean, result = exchange.get("meanAmount"), exchange.get("resultingAmount")
    name = exchange.get("referenceToVariable")
    left, right = _number(mean), _number(result)
    for step, told in (("meanAmount", mean), ("resultingAmount", result)):
        if isinstance(told, str) and _number(told) is None and _DOUBLE.fullmatch(told.strip()):
            yield "ilcd.amount-no-number", f"{path}/{step}", told, Severity.ERROR, {}
    told = {one for one in (mean, result) if isinstance(one, str) and one.strip()}
    if left is None and right is None and not told and "common:other" not in exchange:
        yield "ilcd.amount-missing", path, "", Severity.ERROR, {}
    if left is None or right is None:
        return
    factor = variables.get(name.strip()) if isinstance(name, str) and name.strip() else Decimal(1)
    if factor is not None and abs(left * factor - right) > abs(right) * Decimal("1e-9"):
        params = {"mean": str(mean), "factor": str(factor)}
        yield "ilcd.resulting-amount", f"{path}/resultingAmount", str(result), Severity.WARNING, params


def _spread(path: str, exchange: Tree) -> Found:
    kind = str(exchange.get("uncertaintyDistributionType", ""))
    if kind in ("log-normal", "normal") and not exchange.get("relativeStandardDeviation95In"):
        yield "ilcd.spread-missing", f"{path}/uncertaintyDistributionType", kind, Severity.WARNING, {}
    least, most = _number(exchange.get("minimumAmount")), _number(exchange.get("maximumAmount"))
    if least is not None and most is not None and least > most:
        yield "ilcd.range-reversed", f"{path}/minimumAmount", f"{least} > {most}", Severity.WARNING, {}


def _unit(path: str, exchange: Tree, index: DatasetIndex) -> Found:
    target = exchange.get("referenceToFlowDataSet")
    if not isinstance(target, dict) or not {"flow", "flowproperty", "unitgroup"} <= index.kinds:
        return
    flows: list[Entry] = index.find("flow", str(target.get("@refObjectId", "")).strip())
    if flows and not any(index.unit_of(flow) for flow in flows):
        at = f"{path}/referenceToFlowDataSet"
        yield "ilcd.unit-not-found", at, str(target.get("@refObjectId")), Severity.WARNING, {}


# Flows


def _flow(root: Tree, index: DatasetIndex) -> Found:
    wanted = _at(root, "flowInformation", "quantitativeReference", "referenceToReferenceFlowProperty")
    ids = {str(one.get("@dataSetInternalID", "")) for one in _items(root, "flowProperties", "flowProperty")}
    if not wanted or wanted not in ids:
        yield "ilcd.reference-property-missing", "/flowInformation", str(wanted or ""), Severity.ERROR, {}


def _number(text: object) -> Decimal | None:
    if not isinstance(text, str):
        return None
    try:
        return double(text)
    except GatewayError:
        return None


def _at(node: object, *steps: str) -> Any:  # noqa: ANN401
    for step in steps:
        node = node.get(step) if isinstance(node, dict) else None
    return node


def _items(node: object, *steps: str) -> list[Tree]:
    found = _at(node, *steps)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
