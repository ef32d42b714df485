"""Write randonneur data packages: entries by verb, splits as one entry, our own fields beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from gateway.codec.jsonwrite import encode
from gateway.frontdoor.json import JsonValue, parse
from gateway.nomenclature.maps import base, native
from gateway.nomenclature.maps.base import Written
from gateway.nomenclature.maps.randonneur import (
    CORE,
    FORM,
    JSON,
    LISTS,
    NAMES,
    ORIGIN,
    OWN,
    PACKAGE,
    SIDES,
    UNSTATED,
    VERB,
    VERBS,
    prefix,
)
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate
from gateway.report import Exact

# The program refuses a package without a time; this one says that nobody stated it.
_NO_TIME: Final = "1970-01-01T00:00:00+00:00"
_OWN_TEXTS: Final = ("cas", "formula", "language", "flow_property")
_ELSEWHERE: Final = ("source", "target", "comment", "extra", "source_map")


def refuses(row: MapRow) -> str:
    """Why the format has no place for a row: its only "not" deletes the flow from the data."""
    return "map.refusal-left-out" if base.is_refusal(row) and _verb(row) != "delete" else ""


def key(row: MapRow) -> object:
    """One entry for a source, compared without case; parts of one split are one entry."""
    verb = _verb(row)
    if verb in ("create", "delete") or row.share is not None:
        return None
    end = row.source
    return (verb, *(text.lower() for text in (end.id, end.name, end.unit, end.location, *end.context)))


def write(mapped: MapSet) -> Written:
    """A data package that the program randonneur reads."""
    header = dict(mapped.header)
    lists = {side: _list_of(mapped.rows, side) or header.get(f"{side}_id", "") for side in SIDES}
    entries: dict[str, list[dict[str, object]]] = {}
    members: dict[str, list[int]] = {}
    for verb, group in _groups(mapped.rows):
        entries.setdefault(verb, []).append(_entry(verb, [mapped.rows[i] for i in group], lists))
        members.setdefault(verb, []).extend(group)
    document: dict[str, object] = {
        **_head(mapped, lists),
        "mapping": _mapping(header, entries),
        **{side: value for side, value in ((f"{s}_id", lists[s]) for s in SIDES) if value},
    }
    for name, text in header.items():
        if name.startswith(PACKAGE):
            document[name.removeprefix(PACKAGE).removesuffix(JSON)] = _value(name, text)
    document |= entries or {"replace": []}
    order = tuple(index for verb in entries for index in members[verb])
    return Written((encode(document) + "\n").encode(), order)


def _list_of(rows: Sequence[MapRow], side: str) -> str:
    ends: Iterator[End] = (getattr(row, side) for row in rows)
    return next((end.list for end in ends if end.list), "")


def _head(mapped: MapSet, lists: Mapping[str, str]) -> dict[str, object]:
    header = dict(mapped.header)
    titles = [{"title": name, "roles": ["author"], "path": ""} for name in mapped.authors or (UNSTATED,)]
    contributors, licences = _kept(header.get("contributors")), _kept(header.get("licenses"))
    if _titles(contributors, "title") != list(mapped.authors):
        contributors = None
    if _titles(licences, "name")[:1] != [mapped.licence]:
        licences = None
    licence = {"name": mapped.licence or UNSTATED, "title": mapped.licence or UNSTATED, "path": ""}
    return {
        "name": mapped.id or "-".join(text for text in lists.values() if text).replace(" ", "-"),
        "description": mapped.description,
        "contributors": contributors or titles,
        "created": mapped.created or _NO_TIME,
        "version": mapped.version,
        "licenses": licences or [licence],
        "graph_context": _kept(header.get("graph_context")) or ["edges"],
    }


def _titles(value: JsonValue, name: str) -> list[object]:
    items = value if isinstance(value, list) else []
    return [item[name] for item in items if isinstance(item, dict) and name in item]


def _kept(text: str | None) -> JsonValue:
    return parse(text.encode()) if text else None


def _mapping(
    header: Mapping[str, str], entries: Mapping[str, Sequence[Mapping[str, object]]]
) -> dict[str, object]:
    """Where each member comes from: as it was read, with a label for every member that is used.

    The program refuses unknown members of the package, but not here: so what the header holds stands here.
    """
    before = _kept(header.get("mapping"))
    found: dict[str, object] = dict(before) if isinstance(before, dict) else {}
    for side in SIDES:
        told = found.get(side)
        one: dict[str, object] = dict(told) if isinstance(told, dict) else {"expression language": "JSONPath"}
        labels = one.get("labels")
        named: dict[str, object] = dict(labels) if isinstance(labels, dict) else {}
        for name in _used(side, entries):
            named.setdefault(name, name)
        found[side] = {**one, "labels": named}
    known = (*FORM, "source_id", "target_id")
    if rest := {n: t for n, t in header.items() if n not in known and not n.startswith(PACKAGE)}:
        found[OWN] = rest
    return found


def _used(side: str, entries: Mapping[str, Sequence[Mapping[str, object]]]) -> Iterator[str]:
    for verb, group in entries.items():
        for entry in group:
            several = entry.get("targets") if side == "target" and verb == "disaggregate" else None
            for end in several if isinstance(several, list) else [entry.get(side)]:
                if isinstance(end, dict):
                    yield from (name for name in end if name != "allocation")


def _groups(rows: Sequence[MapRow]) -> Iterator[tuple[str, list[int]]]:
    """Each verb with the rows of one entry: several for a split, whose shares add up to at most 1."""
    open_: list[int] = []
    for index, row in enumerate(rows):
        if open_ and not _continues(rows, open_, row):
            yield "disaggregate", open_
            open_ = []
        if _verb(row) == "disaggregate":
            open_.append(index)
        else:
            yield _verb(row), [index]
    if open_:
        yield "disaggregate", open_


def _continues(rows: Sequence[MapRow], open_: Sequence[int], row: MapRow) -> bool:
    first = rows[open_[0]]
    shares = sum(Fraction(rows[index].share or 0) for index in open_)
    return (
        _verb(row) == "disaggregate"
        and row.source == first.source
        and _members(row, "") == _members(first, "")
        and _members(row, "source") == _members(first, "source")
        and row.target.version == first.target.version
        and (row.share is None) == (first.share is None)
        and shares + Fraction(row.share or 0) <= 1
    )


def _verb(row: MapRow) -> str:
    told = dict(row.extra).get(VERB, "")
    if told in VERBS:
        return told
    return "disaggregate" if row.share is not None else "replace"


def _entry(verb: str, rows: Sequence[MapRow], lists: Mapping[str, str]) -> dict[str, object]:
    first = rows[0]
    entry: dict[str, object] = {}
    if first.source != End() or verb != "create":
        entry["source"] = _end(first, first.source, "source")
    if verb == "disaggregate":
        entry["targets"] = [_part(row) for row in rows]
    elif verb != "delete" or first.target != End():
        entry["target"] = _end(first, first.target, "target")
    if verb != "disaggregate" and first.factor is not None:
        entry["conversion_factor"] = base.as_decimal(first.factor)
    if comment := prefix(first) + first.comment:
        entry["comment"] = comment
    for side in SIDES:
        end: End = getattr(first, side)
        if end.version:
            entry[f"{side}_version"] = end.version
    entry |= _members(first, "")
    own = [_own(row, lists, first) for row in rows]
    if any(own):
        entry[OWN] = own if verb == "disaggregate" else own[0]
    return entry


def _part(row: MapRow) -> dict[str, object]:
    part = _end(row, row.target, "target")
    if row.share is not None:
        part["allocation"] = base.as_decimal(row.share)
    if row.factor is not None:
        part["conversion_factor"] = base.as_decimal(row.factor)
    return part


def _end(row: MapRow, end: End, side: str) -> dict[str, object]:
    origin = {
        name.removeprefix(f"{side}.{ORIGIN}"): text
        for name, text in row.extra
        if name.startswith(f"{side}.{ORIGIN}")
    }
    told: dict[str, object] = {}
    for field, names in NAMES.items():
        if (value := getattr(end, field)) and (field in CORE or field in origin):
            told[origin.get(field, names[0])] = value
    for field, names in LISTS.items():
        if (items := getattr(end, field)) and (field in CORE or field in origin):
            name, _, as_text = origin.get(field, names[0]).partition(":")
            told[name] = items[0] if as_text and len(items) == 1 else list(items)
    return told | _members(row, side)


def _members(row: MapRow, side: str) -> dict[str, object]:
    """The extras that stood in one end, or (for no side) in the entry itself."""
    found: dict[str, object] = {}
    for name, text in row.extra:
        where, dot, rest = name.partition(".")
        if where not in SIDES or not dot:
            where, rest = "", name
        if where == side and rest != VERB and not rest.startswith(ORIGIN):
            found[rest.removesuffix(JSON)] = _value(name, text)
    return found


def _value(name: str, text: str) -> object:
    return parse(text.encode()) if name.endswith(JSON) else text


def _own(row: MapRow, lists: Mapping[str, str], first: MapRow) -> dict[str, object]:
    """What no member of the format holds, in the words of our own map file."""
    told = {name: value for name, value in native.row_to_json(row).items() if name not in _ELSEWHERE}
    if row.predicate is Predicate.EXACT or (row.predicate is Predicate.NONE and _verb(row) == "delete"):
        del told["predicate"]
    for name in ("factor", "share"):
        value: Exact | None = getattr(row, name)
        if value is not None and Fraction(base.as_decimal(value)) == Fraction(value):
            del told[name]
    for side in SIDES:
        end: End = getattr(row, side)
        met = {name.removeprefix(f"{side}.{ORIGIN}") for name, _ in row.extra if name.startswith(side)}
        rest = End(
            list="" if end.list == lists[side] else end.list,
            version=end.version if side == "target" and end.version != first.target.version else "",
            carbon_class=end.carbon_class,
            synonyms=() if "synonyms" in met else end.synonyms,
            **{name: getattr(end, name) for name in _OWN_TEXTS if name not in met},
        )
        if rest != End():
            told[side] = native.end_to_json(rest)
    if row.comment != first.comment or prefix(row) != prefix(first):
        told["comment"] = row.comment
    return told
