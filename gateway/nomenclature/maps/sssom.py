"""SSSOM/TSV: a YAML header in comment lines, then a table; our own columns are declared as extensions.

Source: SSSOM 1.1 (mapping-commons/sssom), "SSSOM/TSV" and the schema sssom_schema 1.1.0a5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from gateway.errors import InputError
from gateway.frontdoor.json import JsonValue, parse
from gateway.frontdoor.table import Row, read_csv
from gateway.model.inventory import CarbonClass
from gateway.nomenclature.maps import base, native, predicates
from gateway.nomenclature.maps.base import BadMapFile, MapReading, Troubles, cell
from gateway.nomenclature.maps.sssom_header import prefix_map, read_header
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate, Signal, Tier
from gateway.quantity.exact import read_exact
from gateway.report import Exact

# Our names for what other formats call a list of flows, a map and a column of theirs.
LISTS: Final = "urn:hutong:flowlist:"
MAPS: Final = "urn:hutong:map:"
OWN: Final = "urn:hutong:mapping:"
OWN_PREFIX: Final = "hutong"
EXTRA: Final = f"{OWN_PREFIX}:extra/"
# What stands for nothing: SSSOM asks for both.
NO_LICENCE: Final = "https://w3id.org/sssom/license/unspecified"
NO_REASON: Final = "semapv:UnspecifiedMatching"
NO_TERM: Final = "sssom:NoTermFound"
LITERAL: Final = "rdfs literal"
SPDX: Final = "https://spdx.org/licenses/"
SIDES: Final[Mapping[str, str]] = {"subject": "source", "object": "target"}
# The fields of an end and their columns, behind subject_ or object_; from unit on the columns are ours.
END_COLUMNS: Final[Mapping[str, str]] = {
    "label": "name",
    "source_version": "version",
    "unit": "unit",
    "cas": "cas",
    "formula": "formula",
    "flow_property": "flow_property",
    "location": "location",
    "language": "language",
}
OWN_END: Final = (
    "unit",
    "cas",
    "formula",
    "flow_property",
    "location",
    "language",
    "carbon_class",
    "synonyms",
)
ROW_COLUMNS: Final[Mapping[str, str]] = {
    "comment": "comment",
    "author_label": "author",
    "reviewer_label": "reviewer",
    "mapping_tool": "tool",
    "factor_basis": "factor_basis",
    "raw_predicate": "raw_predicate",
}
OWN_ROW: Final = (
    "conversion_factor",
    "factor_basis",
    "share",
    "tier",
    "evidence",
    "conflicts",
    "losses",
    "raw_predicate",
)
# Set-level slots that count for every row that does not say otherwise.
PROPAGATED: Final = (
    "subject_source",
    "subject_source_version",
    "subject_type",
    "object_source",
    "object_source_version",
    "object_type",
    "mapping_tool",
    "mapping_date",
)
SET_TEXTS: Final[Mapping[str, str]] = {
    "mapping_set_title": "title",
    "mapping_set_version": "version",
    "mapping_set_description": "description",
    "publication_date": "created",
}
FORM: Final = ("curie_map", "extension_definitions")
MAP_HEADER: Final = "map_header"
_SET: Final = frozenset(
    {*SET_TEXTS, *FORM, *PROPAGATED, MAP_HEADER, "mapping_set_id", "license", "creator_label"}
)
_READ: Final = frozenset(
    {
        *(
            f"{side}_{name}"
            for side in SIDES
            for name in (*END_COLUMNS, *OWN_END, "id", "source", "category")
        ),
        *ROW_COLUMNS,
        *OWN_ROW,
        "predicate_id",
        "predicate_modifier",
        "mapping_justification",
        "mapping_date",
        "confidence",
        "license",
    }
)
_SIGNS: Final = (b"subject_", b"predicate_id", b"object_")


@dataclass(frozen=True, slots=True)
class _File:
    prefixes: Mapping[str, str]
    extras: Mapping[str, str]
    troubles: Troubles


def detect(data: bytes) -> bool:
    """Whether the first line of the table has a subject, a predicate and an object."""
    lines = (line for line in data.removeprefix(b"\xef\xbb\xbf").splitlines() if not line.startswith(b"#"))
    first = next(lines, b"")
    return all(sign in first for sign in _SIGNS)


def read(data: bytes) -> MapReading:
    """The mappings of an SSSOM table.

    Raises:
        InputError: ``table.*``, ``map.*``; the path is the line and the column.
    """
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    head = next((index for index, line in enumerate(lines) if not line.startswith(b"#")), len(lines))
    header = read_header(b"\n".join(line[1:] for line in lines[:head]))
    body = b"\n".join(lines[head:])
    table = read_csv(body, delimiter="\t" if b"\t" in body.split(b"\n", 1)[0] else ",")
    if not table:
        raise BadMapFile(path=f"line {head + 1}", wanted="subject_id, predicate_id, object_id")
    columns = base.columns_of(table[0])
    if "predicate_id" not in columns:
        raise BadMapFile(", ".join(columns), path=f"line {head + 1}", wanted="predicate_id")
    troubles = Troubles()
    file = _File(prefix_map(header.get("curie_map")), _extras(header), troubles)
    shared = {name: str(header[name]) for name in PROPAGATED if isinstance(header.get(name), str)}
    rows = tuple(
        _row(
            replace(line, line=line.line + head),
            {**shared, **{n: t for n, t in zip(columns, line.cells, strict=True) if t}},
            file,
        )
        for line in table[1:]
    )
    return MapReading(_set(header, rows), troubles.settle())


def _extras(header: Mapping[str, Any]) -> dict[str, str]:
    """Declared columns that are another format's, with the name that they have there."""
    found = {}
    for one in header.get("extension_definitions") or ():
        if isinstance(one, dict) and str(one.get("property", "")).startswith(EXTRA):
            found[str(one.get("slot_name"))] = unquote(str(one["property"]).removeprefix(EXTRA))
    return found


def _set(header: Mapping[str, Any], rows: tuple[MapRow, ...]) -> MapSet:
    kept = {name: _as_text(header[name]) for name in FORM if name in header}
    kept |= {n: _as_text(v) for n, v in header.items() if n not in _SET}
    created = ""
    if isinstance(told := header.get(MAP_HEADER), str):
        document = parse(told.encode())
        own = document if isinstance(document, dict) else {}
        kept |= {name: text for name, text in own.items() if isinstance(text, str)}
    created = kept.pop("created", "")
    texts = {field: _as_text(header[name]) for name, field in SET_TEXTS.items() if name in header}
    if created:
        texts["created"] = created
    creators = header.get("creator_label", [])
    id_ = _as_text(header.get("mapping_set_id", ""))
    return MapSet(
        rows,
        id=unquote(id_.removeprefix(MAPS)) if id_.startswith(MAPS) else id_,
        licence=_licence(_as_text(header.get("license", ""))),
        authors=tuple(map(_as_text, creators)) if isinstance(creators, list) else (_as_text(creators),),
        header=tuple(kept.items()),
        **texts,
    )


def _licence(text: str) -> str:
    return "" if text == NO_LICENCE else text.removeprefix(SPDX)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else base.encode_line(value)


def _row(line: Row, cells: Mapping[str, str], file: _File) -> MapRow:
    at = partial(cell, line.line)
    refused = cells.get("predicate_modifier") == "Not" or cells.get("object_id") == NO_TERM
    number = partial(_number, cells, at=at, troubles=file.troubles)
    confidence = number("confidence")
    tier = cells.get("tier", "")
    if tier and tier not in set(Tier):
        file.troubles.error("map.unknown-word", at("tier"), tier, wanted=", ".join(Tier))
        tier = ""
    day = cells.get("mapping_date", "")
    if day and (base.read_day(day) is None or len(day) != 10):
        file.troubles.error("map.bad-day", at("mapping_date"), day)
    reason = cells.get("mapping_justification", "")
    texts: dict[str, Any] = {field: cells.get(name, "") for name, field in ROW_COLUMNS.items()}
    texts["raw_predicate"] = texts["raw_predicate"] or cells.get("predicate_id", "")
    extra = {
        file.extras.get(name, name): text
        for name, text in cells.items()
        if name not in _READ and name not in PROPAGATED
    }
    return MapRow(
        source=_end("subject", cells, file, at),
        target=End() if cells.get("object_id") == NO_TERM else _end("object", cells, file, at),
        predicate=Predicate.NONE if refused else _predicate(cells, file.troubles, at),
        factor=_exact(cells, "conversion_factor", at, file.troubles),
        share=_exact(cells, "share", at, file.troubles),
        tier=Tier(tier) if tier else None,
        confidence=confidence,
        evidence=_signals(cells, "evidence", file.troubles, at),
        conflicts=_signals(cells, "conflicts", file.troubles, at),
        losses=split(cells.get("losses", "")),
        justification="" if reason == NO_REASON else reason,
        date=base.read_day(day),
        licence=_licence(cells.get("license", "")),
        extra=tuple(extra.items()),
        **texts,
    )


def _predicate(cells: Mapping[str, str], troubles: Troubles, at: Callable[[str], str]) -> Predicate:
    told = cells.get("predicate_id", "")
    if told in predicates.SSSOM:
        return predicates.SSSOM[told]
    troubles.warn("map.unknown-relation", at("predicate_id"), told)
    return Predicate.CLOSE


def _number(
    cells: Mapping[str, str], name: str, *, at: Callable[[str], str], troubles: Troubles
) -> Decimal | None:
    return base.read_factor(cells.get(name, ""), at(name), troubles)


def _exact(cells: Mapping[str, str], name: str, at: Callable[[str], str], troubles: Troubles) -> Exact | None:
    text = cells.get(name, "").strip()
    if "/" not in text:
        return base.read_factor(text, at(name), troubles)
    try:
        return read_exact(text)
    except InputError:
        troubles.error("map.bad-number", at(name), text)
        return None


def _signals(
    cells: Mapping[str, str], name: str, troubles: Troubles, at: Callable[[str], str]
) -> tuple[Signal, ...]:
    text = cells.get(name, "")
    if not text:
        return ()
    try:
        value: JsonValue = parse(text.encode())
    except InputError:
        troubles.error("map.bad-evidence", at(name), text)
        return ()
    return native.signals_from_json(value, at(name), troubles=troubles)


def split(text: str) -> tuple[str, ...]:
    r"""The values of a cell with several, cut at ``|``; ``\|`` is a bar."""
    parts = re.split(r"(?<!\\)\|", text) if text else []
    return tuple(part.replace("\\|", "|") for part in parts)


def joined(values: tuple[str, ...]) -> str:
    """The cell that ``split`` cuts."""
    return "|".join(value.replace("|", "\\|") for value in values)


def _end(side: str, cells: Mapping[str, str], file: _File, at: Callable[[str], str]) -> End:
    curie = cells.get(f"{side}_id", "")
    list_, id_ = _identified(curie, file.prefixes)
    source = cells.get(f"{side}_source", "")
    if source:
        prefix, _, local = source.partition(":")
        list_ = unquote(local) if file.prefixes.get(prefix) == LISTS else source
    texts: dict[str, Any] = {field: cells.get(f"{side}_{name}", "") for name, field in END_COLUMNS.items()}
    carbon = cells.get(f"{side}_carbon_class")
    if carbon and carbon not in set(CarbonClass):
        file.troubles.error(
            "map.unknown-word", at(f"{side}_carbon_class"), carbon, wanted=", ".join(CarbonClass)
        )
        carbon = None
    return End(
        list=list_,
        id=id_,
        context=base.read_context(cells.get(f"{side}_category", "")),
        synonyms=split(cells.get(f"{side}_synonyms", "")),
        carbon_class=CarbonClass(carbon) if carbon else None,
        **texts,
    )


def _identified(curie: str, prefixes: Mapping[str, str]) -> tuple[str, str]:
    """List and id behind one of our names; any other stays the id as it is."""
    prefix, colon, local = curie.partition(":")
    url = prefixes.get(prefix, "")
    if colon and url.startswith(LISTS) and url.endswith(":") and url != LISTS:
        return unquote(url.removeprefix(LISTS).removesuffix(":")), unquote(local)
    return "", curie
