"""openLCA flow maps as JSON-LD: one FlowMap, bare or in a package (zip).

Source: GreenDelta olca-schema 2.4 (FlowMap, FlowMapEntry, FlowMapRef, Ref); also the older ``categoryPath``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from gateway.codec.jsonwrite import encode
from gateway.codec.zipping import zipped
from gateway.frontdoor.archive import open_zip
from gateway.frontdoor.json import JsonValue, parse
from gateway.nomenclature.maps import base, flowmap
from gateway.nomenclature.maps.base import BadMapFile, MapReading, Troubles, Written
from gateway.nomenclature.row import End, MapRow, MapSet

# olca-schema's zip packages: the folder of flow maps, and the file that names the schema's version.
_FOLDER: Final = "flow_mappings/"
_ABOUT: Final = ("olca-schema.json", b'{"version": 2}')
_ZIP: Final = b"PK\x03\x04"
# openLCA needs an id; the same map gets the same one.
_SPACE: Final = uuid.UUID("8a6cd4a5-5a0c-5c1e-9f0e-3e9f5f0f8c1d")
_HEAD: Final = frozenset({"@type", "@id", "name", "description", "version", "lastChange", "mappings"})
_REF_NAMES: Final = frozenset(
    {"@type", "@id", "name", "category", "categoryPath", "location", "flowType", "refUnit"}
)


def detect(data: bytes) -> bool:
    """Whether it is a FlowMap, or a package that holds one."""
    if data.startswith(_ZIP):
        return _FOLDER.encode() in data
    head = data.lstrip()[:1] == b"{"
    return head and (b'"FlowMap"' in data or (b'"mappings"' in data and b'"conversionFactor"' in data))


def read(data: bytes) -> MapReading:
    """The rows of a flow map; of a package with several, none is chosen.

    Raises:
        InputError: ``archive.*``, ``json.*``, ``map.*``; the path is a JSON pointer.
    """
    document = parse(_member(data) if data.startswith(_ZIP) else data)
    if not isinstance(document, dict) or not isinstance(document.get("mappings"), list):
        raise BadMapFile(path="/mappings", wanted="FlowMap")
    troubles = Troubles()
    lists = [_object(document.get(side)) for side in ("source", "target")]
    entries = document["mappings"]
    rows = tuple(
        _row(entry, f"/mappings/{index}", lists, troubles)
        for index, entry in enumerate(entries if isinstance(entries, list) else [])
    )
    header = {n: _text(v) for n, v in document.items() if n not in _HEAD and n not in ("source", "target")}
    for side, told in zip(("source", "target"), lists, strict=True):
        header[f"{side}_list_id"] = _text(told.get("@id"))
    mapped = MapSet(
        rows,
        id=_text(document.get("@id")),
        title=_text(document.get("name")),
        description=_text(document.get("description")),
        version=_text(document.get("version")),
        created=_text(document.get("lastChange")),
        header=tuple((name, text) for name, text in header.items() if text),
    )
    return MapReading(mapped, troubles.settle())


def write_bare(mapped: MapSet) -> Written:
    """The FlowMap alone."""
    document = _document(mapped)
    return Written((encode(document) + "\n").encode(), tuple(range(len(mapped.rows))))


def write(mapped: MapSet) -> Written:
    """A package that openLCA imports."""
    document = _document(mapped)
    member = f"{_FOLDER}{document['@id']}.json"
    files = [(member, (encode(document) + "\n").encode()), _ABOUT]
    return Written(zipped(files), tuple(range(len(mapped.rows))))


def _member(data: bytes) -> bytes:
    archive = open_zip(data)
    names = [name for name in archive.names if name.startswith(_FOLDER) and name.endswith(".json")]
    if len(names) != 1:
        raise BadMapFile(", ".join(names), path=_FOLDER, code="map.not-one-map")
    return archive.read(names[0])


def _document(mapped: MapSet) -> dict[str, object]:
    header = dict(mapped.header)
    lists = {
        side: next((e.list for row in mapped.rows for e in [getattr(row, side)] if e.list), "")
        for side in ("source", "target")
    }
    title = mapped.title or mapped.id or " → ".join(filter(None, lists.values()))
    document: dict[str, object] = {
        "@type": "FlowMap",
        "@id": _uuid(mapped.id, title),
        "name": title,
        "description": mapped.description,
        "version": mapped.version,
        "lastChange": mapped.created,
    }
    for side, name in lists.items():
        if name or header.get(f"{side}_list_id"):
            id_ = header.get(f"{side}_list_id") or str(uuid.uuid5(_SPACE, f"list {name}"))
            document[side] = {"@id": id_, "name": name}
    document["mappings"] = [_entry(row) for row in mapped.rows]
    return {name: value for name, value in document.items() if value != ""}


def _uuid(id_: str, title: str) -> str:
    try:
        return str(uuid.UUID(id_)) if id_ else str(uuid.uuid5(_SPACE, title))
    except ValueError:
        return str(uuid.uuid5(_SPACE, id_))


def _entry(row: MapRow) -> dict[str, object]:
    cells = flowmap.cells_of(row)
    extra = dict(row.extra)
    source, target = (_ref(side, cells, extra) for side in ("source", "target"))
    if provider := _named("Process", cells, "provider_id", "provider_name"):
        target["provider"] = {
            **provider,
            **_some({"category": cells.get("provider_category"), "location": cells.get("provider_location")}),
        }
    # openLCA takes 1 where there is none.
    factor = {} if row.factor is None else {"conversionFactor": base.as_decimal(row.factor)}
    return {**factor, "from": source, "to": target}


def _ref(side: str, cells: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, object]:
    flow = {
        "@type": "Flow",
        **_some(
            {
                "@id": cells.get(f"{side}/id"),
                "name": cells.get(f"{side}/name"),
                "category": cells.get(f"{side}/context"),
                "location": cells.get(f"{side}/location"),
                "flowType": extra.get(f"{side}_flow_type"),
                "refUnit": extra.get(f"{side}_ref_unit"),
            }
        ),
    }
    told: dict[str, object] = {"flow": flow}
    named = partial(_named, cells=cells)
    for member, kind, id_, name in (
        ("flowProperty", "FlowProperty", f"{side}_flow_property_id", f"{side}/flow_property"),
        ("unit", "Unit", f"{side}_unit_id", f"{side}/unit"),
    ):
        if ref := named(kind, id_=id_, name=name):
            told[member] = ref
    return told


def _named(kind: str, cells: Mapping[str, str], id_: str, name: str) -> dict[str, object]:
    found = _some({"@id": cells.get(id_), "name": cells.get(name)})
    return {"@type": kind, **found} if found else {}


def _some(told: Mapping[str, str | None]) -> dict[str, object]:
    return {name: text for name, text in told.items() if text}


def _row(entry: JsonValue, at: str, lists: list[Mapping[str, JsonValue]], troubles: Troubles) -> MapRow:
    if not isinstance(entry, dict):
        troubles.error("map.wrong-type", at, entry, wanted="object")
        return MapRow(End(), End())
    ends: list[End] = []
    extra: dict[str, str] = {}
    for side, member, told in zip(("source", "target"), ("from", "to"), lists, strict=True):
        ref = _object(entry.get(member))
        if not _object(ref.get("flow")):
            troubles.error("map.no-id", f"{at}/{member}/flow", "")
        cells = _cells(side, ref)
        end = flowmap.end_of(side, cells)
        ends.append(replace(end, list=_text(told.get("name"))))
        extra |= {name: text for name, text in cells.items() if "/" not in name}
    extra |= _unknown(entry)
    factor = base.read_number(entry.get("conversionFactor"), f"{at}/conversionFactor", troubles)
    return MapRow(ends[0], ends[1], factor=factor, extra=tuple(extra.items()))


def _unknown(entry: Mapping[str, JsonValue]) -> dict[str, str]:
    known = ("from", "to", "conversionFactor", "@type")
    return {name: _text(value) for name, value in entry.items() if name not in known}


def _cells(side: str, ref: Mapping[str, JsonValue]) -> dict[str, str]:
    flow, unit, prop, provider = (
        _object(ref.get(name)) for name in ("flow", "unit", "flowProperty", "provider")
    )
    path = flow.get("categoryPath")
    category = "/".join(map(_text, path)) if isinstance(path, list) else _text(flow.get("category"))
    cells = {
        f"{side}/id": _text(flow.get("@id")),
        f"{side}/name": _text(flow.get("name")),
        f"{side}/context": category,
        f"{side}/location": _text(flow.get("location")),
        f"{side}/unit": _text(unit.get("name")),
        f"{side}/flow_property": _text(prop.get("name")),
        f"{side}_unit_id": _text(unit.get("@id")),
        f"{side}_flow_property_id": _text(prop.get("@id")),
        f"{side}_flow_type": _text(flow.get("flowType")),
        f"{side}_ref_unit": _text(flow.get("refUnit")),
    }
    if side == "target":
        cells |= {
            "provider_id": _text(provider.get("@id")),
            "provider_name": _text(provider.get("name")),
            "provider_category": _text(provider.get("category")),
            "provider_location": _text(provider.get("location")),
        }
    rest = {f"{side}_flow_{n}": _text(v) for n, v in flow.items() if n not in _REF_NAMES}
    return {name: text for name, text in {**cells, **rest}.items() if text}


def _object(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else "" if value is None else base.encode_line(value)
