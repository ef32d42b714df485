"""Elementary flows in packages of other programs: ILCD data sets and openLCA JSON-LD, as zip files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from gateway.errors import InputError
from gateway.frontdoor import json, xml
from gateway.frontdoor.archive import Archive, open_zip
from gateway.frontdoor.limits import DATABASE_ARCHIVE
from gateway.nomenclature.flow import Flow
from gateway.nomenclature.flow_sources import made_flow

_FLOW: Final = "{http://lca.jrc.it/ILCD/Flow}"
_COMMON: Final = "{http://lca.jrc.it/ILCD/Common}"
# EF and ILCD reference packages: flow properties by UUID, with the reference unit of their group.
_PROPERTIES: Final = {
    "93a60a56-a3c8-11da-a746-0800200b9a66": "kg",
    "93a60a56-a3c8-11da-a746-0800200c9a66": "MJ",
    "f6811440-ee37-11de-8a39-0800200c9a66": "MJ",
    "93a60a56-a3c8-22da-a746-0800200c9a66": "m3",
    "93a60a56-a3c8-19da-a746-0800200c9a66": "m2",
    "93a60a56-a3c8-21da-a746-0800200c9a66": "m2*a",
    "93a60a56-a3c8-17da-a746-0800200c9a66": "kBq",
    "01846770-4cfe-4a25-8ad9-919d8d378345": "Item(s)",
}
# openLCA 2, and 1.
_IS_REFERENCE: Final = ("isRefFlowProperty", "referenceFlowProperty")


def read_package(data: bytes, *, name: str) -> Iterator[Flow]:
    """The elementary flows of a package; products and wastes are left out.

    Raises:
        InputError: ``archive.*``, ``xml.*``, ``json.*``, or it holds no elementary flow.
    """
    archive = open_zip(data, limits=DATABASE_ARCHIVE)
    empty = True
    for entry in sorted(archive.names):
        folder = entry.rpartition("/")[0].rpartition("/")[2].lower()
        if folder != "flows" or not entry.endswith((".xml", ".json")):
            continue
        found = _ilcd(archive, entry) if entry.endswith(".xml") else _openlca(archive, entry)
        if found is not None:
            empty = False
            yield found
    if empty:
        raise InputError(name, path=name, code="nomenclature.not-a-flow-table")


def _ilcd(archive: Archive, entry: str) -> Flow | None:
    root = xml.parse(archive.read(entry))
    if "".join(_texts(root, f".//{_FLOW}typeOfDataSet")).strip() != "Elementary flow":
        return None
    about = f".//{_FLOW}dataSetInformation"
    places = sorted(root.iter(f"{_COMMON}category"), key=lambda one: int(one.get("level") or 0))
    return made_flow(
        root.findtext(f".//{_COMMON}UUID") or "",
        _english(root, f"{about}/{_FLOW}name/{_FLOW}baseName"),
        [one.text or "" for one in places],
        unit=_unit(root),
        cas=root.findtext(f"{about}/{_FLOW}CASNumber") or "",
        formula=root.findtext(f"{about}/{_FLOW}sumFormula") or "",
        synonyms=_english(root, f"{about}/{_COMMON}synonyms").split(";"),
    )


def _texts(root: etree._Element, path: str) -> list[str]:
    return [one.text or "" for one in root.iterfind(path)]


def _english(root: etree._Element, path: str) -> str:
    """The English text, else the first."""
    found = list(root.iterfind(path))
    found.sort(key=lambda one: one.get("{http://www.w3.org/XML/1998/namespace}lang", "en") != "en")
    return (found[0].text or "") if found else ""


def _unit(root: etree._Element) -> str:
    """The unit in which exchanges of the flow are counted, where its flow property is a known one."""
    wanted = root.findtext(f".//{_FLOW}referenceToReferenceFlowProperty") or "0"
    for one in root.iter(f"{_FLOW}flowProperty"):
        reference = one.find(f"{_FLOW}referenceToFlowPropertyDataSet")
        if one.get("dataSetInternalID") == wanted and reference is not None:
            return _PROPERTIES.get((reference.get("refObjectId") or "").lower(), "")
    return ""


def _openlca(archive: Archive, entry: str) -> Flow | None:
    told: Any = json.parse(archive.read(entry))
    if not isinstance(told, dict) or told.get("flowType") != "ELEMENTARY_FLOW":
        return None
    return made_flow(
        _word(told.get("@id")),
        _word(told.get("name")),
        _category(told.get("category")),
        unit=_reference_unit(told),
        cas=_word(told.get("cas")),
        formula=_word(told.get("formula")),
        synonyms=_word(told.get("synonyms")).split(";"),
    )


def _word(told: object) -> str:
    return told if isinstance(told, str) else ""


def _category(told: object) -> list[str]:
    """The path of a category: a text with slashes, in older packages an object with the path above it."""
    if isinstance(told, dict):
        above = told.get("categoryPath")
        path = [_word(part) for part in above] if isinstance(above, list) else []
        return [*path, _word(told.get("name"))]
    return _word(told).split("/")


def _reference_unit(told: Mapping[str, Any]) -> str:
    factors = told.get("flowProperties")
    for one in factors if isinstance(factors, list) else ():
        if not isinstance(one, dict) or not (
            one.get("isRefFlowProperty") or one.get("referenceFlowProperty")
        ):
            continue
        flow_property = one.get("flowProperty")
        if isinstance(flow_property, dict):
            group = _PROPERTIES.get(_word(flow_property.get("@id")).lower(), "")
            return _word(flow_property.get("refUnit")) or group
    return ""
