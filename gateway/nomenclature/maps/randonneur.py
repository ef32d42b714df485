"""randonneur data packages, JSON: five verbs, and the only format that splits one name over several.

Source: the package randonneur 0.7 (Datapackage, validation) and the packages of randonneur_data 0.7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from gateway.frontdoor.json import JsonValue, parse
from gateway.nomenclature.maps import base, native, predicates
from gateway.nomenclature.maps.base import BadMapFile, MapReading, Troubles
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate

VERBS: Final = ("create", "replace", "update", "delete", "disaggregate")
# Where a field of an end stands; the first is what we write, the others are what is met.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("identifier", "uuid", "code"),
    "name": ("name",),
    "unit": ("unit",),
    "cas": ("CAS number", "cas_number"),
    "formula": ("formula",),
    "location": ("location",),
    "language": ("language",),
    "flow_property": ("flow property",),
}
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "context": ("context", "categories"),
    "synonyms": ("synonyms",),
}
# What we write into an end ourselves: a program that applies the package compares every member of a source.
CORE: Final = ("id", "name", "unit", "location", "context")
# Members of an entry with a meaning; all others are kept by name.
MEMBERS: Final = frozenset({"source", "target", "targets", "conversion_factor", "comment"})
# Ours, in an entry: what no member of the format holds.
OWN: Final = "hutong"
VERB: Final = "verb"
# How the name of an extra says where it was, and that it is JSON and not a plain text.
SIDES: Final = ("source", "target")
JSON: Final = ":json"
PACKAGE: Final = "package."
# Members of the package kept as JSON in the header of a map.
FORM: Final = ("contributors", "licenses", "graph_context", "mapping")
ORIGIN: Final = "@"
_HEAD: Final = frozenset(
    {"name", "description", "version", "created", "source_id", "target_id", *FORM, *VERBS}
)
# What a package must say and the map does not.
UNSTATED: Final = "not stated"


@dataclass(frozen=True, slots=True)
class _Place:
    at: str
    lists: tuple[str, str]
    troubles: Troubles


def detect(data: bytes) -> bool:
    """Whether the document has a verb and says how its members are named."""
    if data.lstrip()[:1] != b"{":
        return False
    return any(f'"{verb}"'.encode() in data for verb in VERBS) and (
        b'"mapping"' in data or b'"graph_context"' in data
    )


def read(data: bytes) -> MapReading:
    """The rows of a data package, verb by verb.

    Raises:
        InputError: ``json.*``, ``map.*``; the path is a JSON pointer.
    """
    document = parse(data)
    if not isinstance(document, dict) or not any(verb in document for verb in VERBS):
        raise BadMapFile(path="/", wanted=", ".join(VERBS))
    troubles = Troubles()
    lists = (_plain(document.get("source_id")), _plain(document.get("target_id")))
    rows: list[MapRow] = []
    for verb in (name for name in document if name in VERBS):
        entries = document[verb]
        if not isinstance(entries, list):
            troubles.error("map.wrong-type", f"/{verb}", entries, wanted="array")
            continue
        for index, entry in enumerate(entries):
            place = _Place(f"/{verb}/{index}", lists, troubles)
            if isinstance(entry, dict):
                rows += _rows(verb, entry, place)
            else:
                troubles.error("map.wrong-type", place.at, entry, wanted="object")
    return MapReading(_set(document, tuple(rows)), troubles.settle())


def _set(document: Mapping[str, JsonValue], rows: tuple[MapRow, ...]) -> MapSet:
    contributors, licences = document.get("contributors"), document.get("licenses")
    header = {name: _kept(document[name]) for name in FORM if document.get(name)}
    mapping = document.get("mapping")
    if isinstance(mapping, dict):
        rest = {name: value for name, value in mapping.items() if name != OWN}
        header["mapping"] = base.encode_line(rest)
        own = mapping.get(OWN)
        header |= {name: _plain(value) for name, value in (own if isinstance(own, dict) else {}).items()}
    unknown = {f"{PACKAGE}{name}": value for name, value in document.items() if name not in _HEAD}
    header |= _extra(unknown)
    header |= {f"{side}_id": _plain(document.get(f"{side}_id")) for side in SIDES}
    licence = next(iter(_members(licences, "name")), "")
    return MapSet(
        rows,
        id=_plain(document.get("name")),
        version=_plain(document.get("version")),
        description=_plain(document.get("description")),
        created=_plain(document.get("created")),
        licence="" if licence == UNSTATED else licence,
        authors=tuple(title for title in _members(contributors, "title") if title != UNSTATED),
        header=tuple((name, text) for name, text in header.items() if text),
    )


def _members(value: JsonValue, name: str) -> list[str]:
    items = value if isinstance(value, list) else []
    return [_plain(item.get(name)) for item in items if isinstance(item, dict) and item.get(name)]


def _rows(verb: str, entry: Mapping[str, JsonValue], place: _Place) -> Iterator[MapRow]:
    extra = {name: value for name, value in entry.items() if name not in MEMBERS | {OWN}}
    versions = [_plain(extra.pop(f"{side}_version", None)) for side in SIDES]
    source, more = _end(entry.get("source"), "source", place)
    source = replace(source, list=place.lists[0], version=versions[0])
    kept = {**_extra(extra), **more, **({VERB: verb} if verb not in ("replace", "disaggregate") else {})}
    splits = verb == "disaggregate"
    many = entry.get("targets") if splits else [entry.get("target")]
    if not isinstance(many, list) or not many:
        place.troubles.error("map.wrong-type", f"{place.at}/targets", many, wanted="array")
        return
    own = entry.get(OWN)
    for index, told in enumerate(many):
        ours = own[index] if isinstance(own, list) and index < len(own) else own
        at = f"{place.at}/targets/{index}" if splits else f"{place.at}/target"
        there = _Place(at, place.lists, place.troubles)
        target, members = _end(_without(told) if splits else told, "target", there)
        target = replace(target, list=place.lists[1], version=versions[1])
        row = MapRow(
            source,
            target,
            comment=_plain(entry.get("comment")),
            extra=tuple(sorted({**kept, **members}.items())),
        )
        row = _with_numbers(row, entry, told if splits and isinstance(told, dict) else {}, there)
        if splits and row.share is None:
            row = replace(row, extra=tuple(sorted(((VERB, verb), *row.extra))))
        # Deleting takes the flow out of the data: nothing is mapped.
        row = replace(row, predicate=Predicate.NONE if verb == "delete" else Predicate.EXACT)
        yield _with_own(row, ours, there) if isinstance(ours, dict) else row


def _without(told: JsonValue) -> JsonValue:
    """A target of several without its numbers."""
    if not isinstance(told, dict):
        return told
    return {name: value for name, value in told.items() if name not in ("allocation", "conversion_factor")}


def _with_numbers(
    row: MapRow, entry: Mapping[str, JsonValue], target: Mapping[str, JsonValue], place: _Place
) -> MapRow:
    share = base.read_number(target.get("allocation"), f"{place.at}/allocation", place.troubles)
    at_target = "conversion_factor" in target
    value = target["conversion_factor"] if at_target else entry.get("conversion_factor")
    factor = base.read_number(value, f"{place.at}/conversion_factor", place.troubles)
    return replace(row, factor=factor, share=share)


def _with_own(row: MapRow, own: dict[str, JsonValue], place: _Place) -> MapRow:
    """The row with what our member of the entry adds."""
    told = {"predicate": row.predicate.value, **own}
    found = native.row_from_json(told, f"{place.at}/{OWN}", place.troubles)
    comment = found.comment if "comment" in own else row.comment
    return replace(
        found,
        source=_placed(row.source, found.source),
        target=_placed(row.target, found.target),
        factor=row.factor if found.factor is None else found.factor,
        share=row.share if found.share is None else found.share,
        comment=_without_prefix(comment, found),
        extra=row.extra,
    )


def prefix(row: MapRow) -> str:
    """What stands before the comment of a match that is not exact, for other programs' users."""
    if row.predicate in (Predicate.EXACT, Predicate.NONE):
        return ""
    tier = f"; {row.tier.value}" if row.tier else ""
    return f"[{predicates.WORDS[row.predicate]}{tier}]" + (" " if row.comment else "")


def _without_prefix(comment: str, row: MapRow) -> str:
    return comment.removeprefix(prefix(replace(row, comment=""))).removeprefix(" ")


def _placed(end: End, own: End) -> End:
    """The end with what our member of the entry says of it."""
    return replace(
        end,
        list=own.list or end.list,
        version=own.version or end.version,
        cas=end.cas or own.cas,
        formula=end.formula or own.formula,
        language=end.language or own.language,
        flow_property=end.flow_property or own.flow_property,
        synonyms=end.synonyms or own.synonyms,
        carbon_class=own.carbon_class,
    )


def _end(value: JsonValue, side: str, place: _Place) -> tuple[End, dict[str, str]]:
    if value is None:
        return End(), {}
    if not isinstance(value, dict):
        place.troubles.error("map.wrong-type", place.at, value, wanted="object")
        return End(), {}
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    extra: dict[str, str] = {}
    for name, told in value.items():
        field = next((f for f, names in NAMES.items() if name in names and f not in texts), None)
        many = next((f for f, names in LISTS.items() if name in names and f not in lists), None)
        if field is not None and isinstance(told, str) and told:
            texts[field] = told
            if name != NAMES[field][0] or field not in CORE:
                extra[f"{side}.{ORIGIN}{field}"] = name
        elif many is not None and isinstance(told, str) and told:
            lists[many] = (told,)
            extra[f"{side}.{ORIGIN}{many}"] = f"{name}:text"
        elif many is not None and isinstance(told, list) and told and all(isinstance(t, str) for t in told):
            lists[many] = tuple(map(str, told))
            if name != LISTS[many][0] or many not in CORE:
                extra[f"{side}.{ORIGIN}{many}"] = name
        else:
            extra |= _extra({f"{side}.{name}": told})
    return End(**texts, **lists), extra  # type: ignore[arg-type]  # texts and lists go to their own fields


def _extra(members: Mapping[str, JsonValue]) -> dict[str, str]:
    """Members without a field; whatever is no plain text as JSON."""
    return {
        (name if isinstance(value, str) else f"{name}{JSON}"): _kept(value) for name, value in members.items()
    }


def _kept(value: JsonValue) -> str:
    return value if isinstance(value, str) else base.encode_line(value)


def _plain(value: JsonValue) -> str:
    return value if isinstance(value, str) else "" if value is None else base.encode_line(value)
