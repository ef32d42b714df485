"""Write SSSOM/TSV: every own column declared, every prefix bound, rows in the map's order."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from gateway.frontdoor.json import parse
from gateway.nomenclature.maps import base, native, predicates, sssom
from gateway.nomenclature.maps.base import Written
from gateway.nomenclature.maps.sssom import (
    END_COLUMNS,
    EXTRA,
    LISTS,
    LITERAL,
    MAPS,
    NO_LICENCE,
    NO_REASON,
    NO_TERM,
    OWN,
    OWN_END,
    OWN_PREFIX,
    OWN_ROW,
    ROW_COLUMNS,
    SET_TEXTS,
    SIDES,
    SPDX,
    joined,
)
from gateway.nomenclature.maps.sssom_header import ROW_SLOTS, SET_SLOTS, prefix_map
from gateway.nomenclature.row import End, MapRow, MapSet, Tier
from gateway.quantity.exact import show

# semapv, the vocabulary of SSSOM's justifications
_REASONS: Final[Mapping[Tier, str]] = {
    Tier.OVERRIDE: "semapv:ManualMappingCuration",
    Tier.PERSON: "semapv:ManualMappingCuration",
    Tier.CURATED: "semapv:ManualMappingCuration",
}
# Bound by SSSOM itself.
_BUILT_IN: Final = frozenset({"sssom", "owl", "rdfs", "rdf", "skos", "semapv", "linkml", "xsd"})
_NUMBERS: Final = frozenset({"conversion_factor", "share"})
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class _Names:
    """How ids become CURIEs, and foreign columns slots."""

    kept: Mapping[str, str]
    lists: Mapping[str, str]
    slots: Mapping[str, str]


def write(mapped: MapSet) -> Written:
    """An SSSOM table that SSSOM's own program takes."""
    header = dict(mapped.header)
    kept = _object(header.get("curie_map"))
    names = _Names(kept, _prefixes(mapped.rows, kept), _slots(mapped.rows, header))
    table = [_cells(row, names) for row in mapped.rows]
    used = {name for cells in table for name in cells}
    columns = [name for name in _ORDER if name in used or name in _REQUIRED]
    columns += [name for name in names.slots.values() if name in used and name not in columns]
    out = io.StringIO()
    for line in _header(mapped, names, set(columns)).splitlines():
        out.write(f"#{line}\n")
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    for cells in table:
        writer.writerow([cells.get(name, "") for name in columns])
    return Written(out.getvalue().encode(), tuple(range(len(mapped.rows))))


_REQUIRED: Final = ("subject_id", "subject_label", "predicate_id", "object_id", "object_label")
_ORDER: Final = (
    "record_id",
    *(f"subject_{name}" for name in ("id", "label", "category", "type", "source", "source_version")),
    "predicate_id",
    "predicate_modifier",
    *(f"object_{name}" for name in ("id", "label", "category", "type", "source", "source_version")),
    "mapping_justification",
    "confidence",
    "conversion_factor",
    *(f"{side}_{name}" for side in SIDES for name in OWN_END),
    *(name for name in OWN_ROW if name != "conversion_factor"),
    "author_label",
    "reviewer_label",
    "mapping_date",
    "mapping_tool",
    "license",
    *(name for name in ROW_SLOTS if name not in ("record_id", "subject_type", "object_type")),
    "comment",
)


def _prefixes(rows: Iterable[MapRow], kept: Mapping[str, str]) -> dict[str, str]:
    """A prefix for each list of flows."""
    found: dict[str, str] = {}
    lists = dict.fromkeys(end.list for row in rows for end in (row.source, row.target) if end.id)
    by_url = {url: prefix for prefix, url in kept.items()}
    taken = {*(name.lower() for name in kept), *_BUILT_IN, OWN_PREFIX, "flowlist"}
    for list_ in lists:
        if prefix := by_url.get(f"{LISTS}{_quoted(list_)}:"):
            found[list_] = prefix
            continue
        word = re.sub(r"[^A-Za-z0-9]+", "_", list_).strip("_") or "flow"
        word = word if word[0].isalpha() and word.lower() not in taken else f"list_{word}"
        prefix, number = word, 2
        while prefix.lower() in taken:
            prefix, number = f"{word}_{number}", number + 1
        taken.add(prefix.lower())
        found[list_] = prefix
    return found


def _slots(rows: Iterable[MapRow], header: Mapping[str, str]) -> dict[str, str]:
    """The slot of each extra column: SSSOM's own, one that the file declared, or a new one."""
    declared = {str(one.get("slot_name")) for one in _definitions(header)}
    ours = {*OWN_ROW, *(f"{side}_{name}" for side in SIDES for name in OWN_END)}
    found: dict[str, str] = {}
    for name in dict.fromkeys(name for row in rows for name, _ in row.extra):
        if name in ROW_SLOTS or (name in declared and name not in ours):
            found[name] = name
            continue
        slot = "x_" + re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
        while slot in found.values():
            slot += "_"
        found[name] = slot
    return found


def _definitions(header: Mapping[str, str]) -> list[dict[str, Any]]:
    text = header.get("extension_definitions")
    value = parse(text.encode()) if text else None
    return [dict(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _object(text: str | None) -> dict[str, str]:
    value = parse(text.encode()) if text else None
    return prefix_map(value)


def _quoted(text: str) -> str:
    return quote(text, safe="-._~")


def _cells(row: MapRow, names: _Names) -> dict[str, str]:
    cells = {names.slots[name]: text for name, text in row.extra if name in names.slots}
    for side, field in SIDES.items():
        cells |= _end_cells(side, getattr(row, field), names)
    if base.is_refusal(row):
        if row.target == End():
            cells = {n: t for n, t in cells.items() if not n.startswith("object_")} | {"object_id": NO_TERM}
        else:
            cells["predicate_modifier"] = "Not"
    written = predicates.sssom_predicate(row)
    reason = _REASONS.get(row.tier, NO_REASON) if row.tier else NO_REASON
    cells |= {column: getattr(row, field) for column, field in ROW_COLUMNS.items()}
    cells |= {
        "predicate_id": written,
        "raw_predicate": "" if row.raw_predicate == written else row.raw_predicate,
        "mapping_justification": row.justification or reason,
        "mapping_date": row.date.isoformat() if row.date else "",
        "confidence": "" if row.confidence is None else show(row.confidence),
        "conversion_factor": "" if row.factor is None else show(row.factor),
        "share": "" if row.share is None else show(row.share),
        "tier": row.tier.value if row.tier else "",
        "license": _licence(row.licence) if row.licence else "",
        "losses": joined(row.losses),
    }
    for name, signals in (("evidence", row.evidence), ("conflicts", row.conflicts)):
        if signals:
            cells[name] = base.encode_line([native.signal_to_json(signal) for signal in signals])
    return {name: text for name, text in cells.items() if text}


def _end_cells(side: str, end: End, names: _Names) -> dict[str, str]:
    cells: dict[str, str] = {f"{side}_{name}": getattr(end, field) for name, field in END_COLUMNS.items()}
    cells |= {
        f"{side}_category": base.context_text(end.context),
        f"{side}_synonyms": joined(end.synonyms),
        f"{side}_carbon_class": end.carbon_class.value if end.carbon_class else "",
    }
    prefix = end.id.partition(":")[0]
    if not end.id:
        cells[f"{side}_type"] = LITERAL
    elif prefix in names.kept and not names.kept[prefix].startswith(LISTS):
        cells[f"{side}_id"] = end.id
    else:
        cells[f"{side}_id"] = f"{names.lists[end.list]}:{_quoted(end.id)}"
    if end.list:
        source = end.list.partition(":")[0]
        cells[f"{side}_source"] = end.list if source in names.kept else f"flowlist:{_quoted(end.list)}"
    return {name: text for name, text in cells.items() if text}


def _licence(text: str) -> str:
    if not text:
        return NO_LICENCE
    return text if "://" in text else f"{SPDX}{_quoted(text)}"


def _header(mapped: MapSet, names: _Names, columns: set[str]) -> str:
    import yaml

    header = dict(mapped.header)
    id_ = mapped.id if "://" in mapped.id or mapped.id.startswith("urn:") else f"{MAPS}{_quoted(mapped.id)}"
    told: dict[str, object] = {
        "curie_map": _curie_map(names),
        "mapping_set_id": id_,
        **{name: getattr(mapped, field) for name, field in SET_TEXTS.items()},
        "license": _licence(mapped.licence),
        "creator_label": list(mapped.authors),
    }
    told["publication_date"] = mapped.created[:10] if base.read_day(mapped.created) else ""
    rest = {}
    for name, text in header.items():
        if name in SET_SLOTS:
            told[name] = _value(text)
        elif name not in sssom.FORM:
            rest[name] = text
    if mapped.created != told["publication_date"]:
        rest["created"] = mapped.created
    if rest:
        told[sssom.MAP_HEADER] = base.encode_line(rest)
    told["extension_definitions"] = _declared(header, names, columns, with_header=bool(rest))
    full = {name: value for name, value in told.items() if value}
    dumped: str = yaml.safe_dump(full, allow_unicode=True, sort_keys=False, width=1_000_000)
    return dumped


def _value(text: str) -> object:
    return parse(text.encode()) if text[:1] in "[{" else text


def _curie_map(names: _Names) -> dict[str, str]:
    found = {
        **names.kept,
        **{prefix: f"{LISTS}{_quoted(list_)}:" for list_, prefix in names.lists.items()},
        "flowlist": LISTS,
        OWN_PREFIX: OWN,
        "semapv": "https://w3id.org/semapv/vocab/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "sssom": "https://w3id.org/sssom/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
    return dict(sorted(found.items()))


def _declared(
    header: Mapping[str, str], names: _Names, columns: set[str], *, with_header: bool
) -> list[dict[str, Any]]:
    """The definition of every column that SSSOM does not have."""
    ours = [n for n in _ORDER if n in columns and (n in OWN_ROW or n.partition("_")[2] in OWN_END)]
    found = {
        name: {
            "slot_name": name,
            "property": f"{OWN_PREFIX}:{name}",
            "type_hint": "xsd:decimal" if name in _NUMBERS else "xsd:string",
        }
        for name in [*ours, *([sssom.MAP_HEADER] if with_header else [])]
    }
    for one in _definitions(header):
        found.setdefault(str(one.get("slot_name")), one)
    for name, slot in names.slots.items():
        if name not in ROW_SLOTS:
            new = {"slot_name": slot, "property": f"{EXTRA}{_quoted(name)}", "type_hint": "xsd:string"}
            found.setdefault(slot, new)
    return list(found.values())
