"""Read and write the part of two Catena-X passports that a declaration and passport data fill.

``io.catenax.battery.battery_pass`` 6.1.0 and ``io.catenax.generic.digital_product_passport`` 7.0.0 have many
points that neither knows: what is written is for somebody else to complete, and what it lacks is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from gateway.codec import build, jsonwrite, passport
from gateway.codec.base import Context, Member, Package, Reading, Writing
from gateway.codec.carrier_part import part_lacks
from gateway.codec.carrier_read import CarrierReading
from gateway.codec.carrier_schema import Shape, documents
from gateway.codec.carrier_write import CarrierWriting
from gateway.codec.lacks import Lacks
from gateway.codec.schema import judge
from gateway.errors import GatewayError, InputError, raise_all
from gateway.formats.catenax.entries import (
    BOUNDARIES,
    ROUNDING,
    TOTAL,
    TYPES,
    WITHOUT_USE,
    Entries,
    entries,
    four_stages,
    left_empty,
    per_of,
    stage_of,
)
from gateway.formats.catenax.model import CLASSES, CODES, PASSPORTS, TOLD, Passport
from gateway.formats.catenax.telling import explained
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Per, Role
from gateway.model.walk import by_path
from gateway.quantity import Quantity, total
from gateway.quantity.exact import checked
from gateway.report import Finding, Severity

MEDIA_TYPE: Final = "application/json"
_UUID: Final = re.compile(r"(?:urn:uuid:)?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_LINKS: Final = ("rulebook", "declaration")
# A battery's method is a draft act, and its entries are a preview.
_DRAFT: Final[Mapping[str, str]] = {
    "rulebook": "Rule book (draft act, not in force; voluntary preview)",
    "declaration": "Declaration (its verification does not cover these restated values)",
}
_HEADERS: Final[Mapping[str, str]] = {"rulebook": "Rule book", "declaration": "Declaration"}
_LEVELS: Final = (("at80SoC", Decimal(80)), ("at20SoC", Decimal(20)))
_POWER: Final = ("performance", "rated", "power")


def write(declaration: Declaration, context: Context, target: str) -> Writing:
    """One JSON file: the footprint's entries and every other member that is known.

    Without a preview a battery's entries are left out: their method is a draft. A caller may say so, too.

    Raises:
        Lacks: everything that is missing for the entries, together.
    """
    model = PASSPORTS[target]
    wanted = context.options.get("entries", "stages")
    filled = wanted != "none" and (not model.result_set or context.options.get("preview") == "yes")
    told = _told(declaration, context, model)
    own = Entries()
    if filled:
        own = entries(declaration, model, total_only=wanted == "total")
        raise_all((*own.lacks, *_unfit(model, told, (*_LINKS, *model.asked))))
    else:
        raise_all(_unfit(model, {name: told[name] for name in model.asked if told.get(name)}, ()))
        own.notes.extend(left_empty(declaration, model))
    document = _document(declaration, model, told, own)
    data = (jsonwrite.encode(document) + "\n").encode()
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    package = Package((Member(model.part.file, MEDIA_TYPE, data),), name)
    after = by_path(read(package, context, target).declaration)
    notes = tuple(explained(by_path(declaration), after, own.notes))
    missing = part_lacks(model.part, declaration, json_door.parse(data), target=target)
    return Writing(package, notes, left_out=tuple(_open(error, model) for error in missing))


def _open(error: Lacks, model: Passport) -> Lacks:
    """What somebody else must add: the part is written without it."""
    kind = error.error_code.rpartition("part-")[2]
    name = model.part.name
    rest = {"part_zh": f"{name} 的其余部分", "part_en": f"the rest of {name}"}
    return Lacks(error.saw, path=error.path, code=f"passport-entry.open-{kind}", **{**error.params, **rest})


def _told(declaration: Declaration, context: Context, model: Passport) -> dict[str, str]:
    """What the caller says now, else what was told when the source was made, else what is declared."""
    place = declaration.passport.place
    known = {"country": place.country, "postCode": place.postal_code}
    found: dict[str, str] = {}
    for name in (*_LINKS, *model.asked):
        kept = declaration.extras.get(f"{TOLD}#/{name}")
        own = known.get(name)
        value = context.options.get(name) or (json.loads(kept) if kept else own)
        if isinstance(value, str) and value:
            found[name] = value
    return found


def _unfit(model: Passport, told: Mapping[str, str], needed: Iterable[str]) -> Iterator[GatewayError]:
    for name in dict.fromkeys((*needed, *told)):
        value = told.get(name, "")
        if not model.fits(name, value):
            code = "footprint.parameter-unfit" if value else "footprint.needs-parameter"
            facts = {
                "target": model.target,
                "member": f"/{name}",
                "name": name,
                "value": value,
                "choices": "",
            }
            yield Lacks(value, path=f"/{name}", code=code, **facts)


def _document(
    declaration: Declaration, model: Passport, told: Mapping[str, str], own: Entries
) -> dict[str, Any]:
    writing = CarrierWriting().fill(declaration, model.part.fields)
    _names(writing, declaration, model)
    _power(writing, declaration, model)
    for one in model.part.fields.constants:
        writing.constant(one)
    document = writing.document()
    plant = _plant(model, told)
    if plant is not None:
        _within(document, model.plant[:-1])[model.plant[-1]] = [plant]
    if own.items:
        headers = _DRAFT if model.result_set else _HEADERS
        links = {n: [{"contentType": "URL", "header": headers[n], "content": told[n]}] for n in _LINKS}
        more = {**links, "manufacturingPlant": [plant]}
        _within(document, model.entries[:-1])[model.entries[-1]] = [entry | more for entry in own.items]
    _fit(document, documents(model.part.structure)[model.part.name])
    return document


def _within(document: dict[str, Any], steps: tuple[str, ...]) -> dict[str, Any]:
    node = document
    for step in steps:
        node = node.setdefault(step, {})
    return node


def _plant(model: Passport, told: Mapping[str, str]) -> dict[str, Any] | None:
    """The plant, where all is told that the model wants of it."""
    if not all(told.get(name) for name in model.asked):
        return None
    plant: dict[str, Any] = {model.facility: told["facility"]}
    if len(model.asked) > 1:
        plant["facilityAddress"] = {
            "thoroughfare": {"technicalKey": "STREET", "value": told["street"], "number": told["number"]},
            "locality": {"technicalKey": "CITY", "value": told["city"]},
            "country": {"shortName": told["country"]},
            "postCode": {"technicalKey": "REGULAR", "value": told["postCode"]},
        }
    return plant


def _names(writing: CarrierWriting, declaration: Declaration, model: Passport) -> None:
    """Lists whose items say what they are: identifiers, classes, and names in every language."""
    own = by_path(declaration)
    pairs = ((model.codes, CODES, ("key", "value")), (model.classes, CLASSES, model.class_names))
    for place, names, (key, value) in pairs:
        told = [(name, own[path]) for name, path in names.items() if isinstance(own.get(path), str)]
        for index, (name, code) in enumerate(told):
            at = "/".join(("", *place, f"[{index}]"))
            writing.set(f"{at}/{key}", name)
            writing.set(f"{at}/{value}", code)
    maker = declaration.enterprise.name
    if not model.result_set and isinstance(maker, LangText):
        for index, (_, text) in enumerate(maker.items()):
            writing.set(f"/operation/manufacturing/manufacturer/manufacturerNames/[{index}]", text)


def _power(writing: CarrierWriting, declaration: Declaration, model: Passport) -> None:
    """Power at 80 and at 20 per cent, the two states of charge that the model asks about."""
    data = declaration.passport_data
    for one in data.technical.original_power if data is not None and model.result_set else ():
        level, power = one.state_of_charge, one.power
        for name, percent in _LEVELS:
            at = isinstance(level, Quantity) and level.unit == "%" and level.amount == percent
            if at and isinstance(power, Quantity) and power.unit == "W" and isinstance(power.amount, Decimal):
                writing.set("/".join(("", *_POWER, name)), power.amount)


def _fit(node: Any, shape: Shape) -> bool:  # noqa: ANN401 - JSON
    """Take out what the model does not let stand, and list items that are not whole; whether some is left.

    What is left stands in the order of the model.
    """
    if isinstance(node, dict):
        kept = {name: node.pop(name) for name in shape.members if name in node}
        assert not node
        node |= {name: below for name, below in kept.items() if _fit(below, shape.members[name])}
        return bool(node)
    if isinstance(node, list):
        inner = shape.members["[]"]
        node[:] = [item for item in node if _fit(item, inner) and _is_whole(item, inner)]
        return bool(node)
    pattern = _SPELLED.get(shape.kind)
    return pattern is None or (isinstance(node, str) and pattern.fullmatch(node) is not None)


_SPELLED: Final[Mapping[str, re.Pattern[str]]] = {
    "uuid-urn": _UUID,
    "bpnl": re.compile("BPNL[a-zA-Z0-9]{12}", re.ASCII),
    "postcode": re.compile(r"[a-z0-9][a-z0-9\- ]{0,10}", re.ASCII),
    "mailbox-html": re.compile(
        r"[a-zA-Z0-9.!#$%&?*+/=^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*", re.ASCII
    ),
    "moment": re.compile(
        r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"
        r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?",
        re.ASCII,
    ),
}


def _is_whole(item: Any, shape: Shape) -> bool:  # noqa: ANN401 - JSON
    if not isinstance(item, dict):
        return True
    return all(
        _is_whole(item[name], below) if name in item else not below.required
        for name, below in shape.members.items()
    )


@dataclass(slots=True)
class _Reading(CarrierReading):
    """A reading in which the same fact may stand in several places."""

    facts: dict[str, object] = field(default_factory=dict)

    def fact(self, path: str, value: object, at: str) -> bool:
        """Whether this is what the leaf says, here for the first time or again."""
        if path not in self.facts:
            self.facts[path] = value
            return "[]" in path or self.put(path, value, at)
        return self.facts[path] == value

    def told(self, name: str, value: str) -> bool:
        """The same of what a caller has told."""
        text = jsonwrite.encode(value)
        return self.extras.setdefault(f"{TOLD}#/{name}", text) == text


def read(package: Package, context: Context, target: str) -> Reading:
    """What a passport, or a part of one, says that the model of a declaration has a place for.

    Raises:
        InputError: it is no JSON object.
    """
    model, document = PASSPORTS[target], package.json
    if not isinstance(document, dict):
        raise InputError(package.name, path="", code="passport-entry.broken", target=target)
    found = _Reading(target)
    _read_lists(found, document, model)
    _read_entries(found, document, model)
    _read_plant(found, document, model)
    _read_power(found, document, model)
    found.read(document, model.part.fields)
    declaration = Declaration.model_validate({**build.plain(found.tree), "extras": found.extras})
    origins = dict(build.origins(declaration, found.tree))
    findings = (*validate(package, target), *found.findings)
    return Reading(declaration, tuple(found.notes), findings, origins)


def _at(document: JsonValue, steps: tuple[str, ...]) -> JsonValue:
    for step in steps:
        document = document.get(step) if isinstance(document, dict) else None
    return document


def _listed(document: JsonValue, steps: tuple[str, ...]) -> list[tuple[str, Mapping[str, JsonValue]]]:
    """The objects of a list with their pointers."""
    told = _at(document, steps)
    items = enumerate(told) if isinstance(told, list) else ()
    return [("/".join(("", *steps, str(i))), item) for i, item in items if isinstance(item, dict)]


def _read_lists(found: _Reading, document: JsonValue, model: Passport) -> None:
    pairs = ((model.codes, CODES, ("key", "value")), (model.classes, CLASSES, model.class_names))
    for place, names, (key, value) in pairs:
        for at, item in _listed(document, place):
            path, code = names.get(str(item.get(key))), item.get(value)
            if path is not None and isinstance(code, str) and found.put(path, code, f"{at}/{value}"):
                found.taken.update((f"{at}/{key}", f"{at}/{value}"))
    steps = ("operation", "manufacturing", "manufacturer", "manufacturerNames")
    told = _at(document, steps)
    for index, text in enumerate(told if isinstance(told, list) and not model.result_set else ()):
        at = "/".join(("", *steps, str(index)))
        if isinstance(text, str) and text:
            way = ("enterprise", "name")
            where = build.Found(text, at, text)
            if build.put(found.tree, way, (), jsonwrite.language(text), where):
                found.taken.add(at)


def _read_entries(found: _Reading, document: JsonValue, model: Passport) -> None:
    """Totals and stages; entries of other indicators, and those per something else, are kept as they are."""
    listed = _listed(document, model.entries)
    seen: dict[str, str] = {}
    for at, entry in listed:
        per = per_of(entry.get("unit"), model)
        kind = next((kind for kind, name in TYPES.items() if name == entry.get("type")), None)
        value, lifecycle = _amount(entry.get("value")), entry.get("lifecycle")
        if per is None or kind is None or value is None:
            continue
        name = _put_set(found, model, per, at)
        if name is None:
            continue
        if model.result_set:
            found.told("unit", str(entry.get("unit")))
        stage, home = stage_of(lifecycle), f"/results/[{name}]"
        if stage is None and not _put_boundary(found, model, lifecycle, at):
            continue
        way, stars = f"{home}/carbon/{kind}", tuple[str, ...]()
        if stage is not None:
            if kind == "total" or stage not in seen:
                seen[stage] = at
                found.put(f"{home}/rows/*/stage", stage, f"{at}/lifecycle", seen[stage])
            way, stars = f"{home}/rows/*/carbon/{kind}", (seen[stage],)
        if found.put(way, Quantity(value, KG_CO2E), f"{at}/value", *stars):
            found.taken.update(f"{at}/{n}" for n in ("unit", "type", "value", "lifecycle"))
    _read_links(found, listed)


def _amount(value: JsonValue) -> Decimal | None:
    """A number that an amount may be; generators of examples write others."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    try:
        return checked(Decimal(value))
    except GatewayError:
        return None


def _put_set(found: _Reading, model: Passport, per: tuple[Per, str], at: str) -> str | None:
    """The set that an entry belongs to; None: the passport states another one already."""
    kind, unit = per
    name = model.result_set or ("pack" if kind is Per.PACK else "declared")
    where = f"{at}/unit"
    if not found.fact("/results/[]/basis/denominator/per", kind, where):
        return None
    if unit and not found.fact("/unit/amount", Quantity(Decimal(1), unit), where):
        return None
    found.put(f"/results/[{name}]/role", Role.DECLARED, where)
    found.put(f"/results/[{name}]/basis/denominator/per", kind, where)
    return name


def _put_boundary(found: _Reading, model: Passport, lifecycle: object, at: str) -> bool:
    """A total's word is the boundary; of a battery it says no more than its model."""
    if model.result_set:
        return lifecycle == WITHOUT_USE
    code = next((code for code, word in BOUNDARIES.items() if word == lifecycle), None)
    if code is None:
        return False
    return found.fact("/boundary/type", code, f"{at}/lifecycle")


def _read_links(found: _Reading, listed: list[tuple[str, Mapping[str, JsonValue]]]) -> None:
    """Links to rule book and declaration: those of the first entry are kept, equal ones say no more."""
    for name in _LINKS:
        for at, entry in listed:
            for place, item in _listed({"it": entry.get(name)}, ("it",)):
                content = item.get("content")
                where = f"{at}/{name}/{place.rpartition('/')[2]}"
                is_link = isinstance(content, str) and item.get("contentType") == "URL"
                if not is_link or not content or not found.told(name, str(content)):
                    continue
                found.taken.update((f"{where}/content", f"{where}/contentType"))
                if item.get("header") in (_HEADERS[name], _DRAFT[name]):
                    found.taken.add(f"{where}/header")


def _read_plant(found: _Reading, document: JsonValue, model: Passport) -> None:
    """The plant as it stands in the passport or in its entries; equal ones say no more."""
    places = _listed(document, model.plant)
    for at, entry in _listed(document, model.entries):
        inner = _listed({"it": entry.get("manufacturingPlant")}, ("it",))
        places += [(f"{at}/manufacturingPlant/{place.rpartition('/')[2]}", item) for place, item in inner]
    for at, plant in places:
        for name, (steps, model_path) in _address(model).items():
            value, where = _at(dict(plant), steps), "/".join((at, *steps))
            if not isinstance(value, str) or not value:
                continue
            if found.fact(model_path, value, where) if model_path else found.told(name, value):
                found.taken.add(where)
        for steps, constant in _KEYS.items():
            if _at(dict(plant), steps) == constant:
                found.taken.add("/".join((at, *steps)))


_KEYS: Final[Mapping[tuple[str, ...], str]] = {
    ("facilityAddress", "thoroughfare", "technicalKey"): "STREET",
    ("facilityAddress", "locality", "technicalKey"): "CITY",
    ("facilityAddress", "postCode", "technicalKey"): "REGULAR",
}


def _address(model: Passport) -> Mapping[str, tuple[tuple[str, ...], str]]:
    """Where each fact of a plant stands, and the leaf that it is, if it is one."""
    told: dict[str, tuple[tuple[str, ...], str]] = {"facility": ((model.facility,), "")}
    if len(model.asked) > 1:
        told |= {
            "street": (("facilityAddress", "thoroughfare", "value"), ""),
            "number": (("facilityAddress", "thoroughfare", "number"), ""),
            "city": (("facilityAddress", "locality", "value"), ""),
            "country": (("facilityAddress", "country", "shortName"), "/passport/place/country"),
            "postCode": (("facilityAddress", "postCode", "value"), "/passport/place/postal_code"),
        }
    return told


def _read_power(found: _Reading, document: JsonValue, model: Passport) -> None:
    told = _at(document, _POWER) if model.result_set else None
    for index, (name, percent) in enumerate(_LEVELS):
        value = _amount(told.get(name)) if isinstance(told, dict) else None
        if value is not None:
            at, home = "/".join(("", *_POWER, name)), "/passport_data/technical/original_power/*"
            found.put(f"{home}/state_of_charge", Quantity(percent, "%"), at, str(index))
            found.put(f"{home}/power", Quantity(value, "W"), at, str(index))
            found.taken.add(at)


def validate(package: Package, target: str) -> tuple[Finding, ...]:
    """What the schema of a part refuses, and figures that contradict each other.

    Raises:
        InputError: the bytes are no JSON.
    """
    model, document = PASSPORTS[target], package.json
    broken = judge(document, model.fragment)
    return broken or tuple(_doubts(document, model))


def _doubts(document: JsonValue, model: Passport) -> Iterator[Finding]:
    figures: dict[str, tuple[str, Decimal]] = {}
    for at, entry in _listed(document, model.entries):
        value, per = _amount(entry.get("value")), per_of(entry.get("unit"), model)
        if entry.get("type") != TOTAL or value is None:
            continue
        if per is None:
            saw = str(entry.get("unit"))
            yield Finding("passport-entry.unit", f"{at}/unit", saw, Severity.WARNING, model.target)
            continue
        figures.setdefault(str(entry.get("lifecycle")), (f"{at}/value", value))
    whole = figures.get(WITHOUT_USE) if model.result_set else None
    parts = [figures[word][1] for word in four_stages() if word in figures]
    if whole is not None and len(parts) == len(four_stages()):
        added, stated = Fraction(total(parts)), Fraction(whole[1])
        if abs(added - stated) > ROUNDING * max(abs(added), abs(stated)):
            params = {"sum": str(total(parts))}
            yield Finding(
                "passport-entry.sum-differs", whole[0], str(whole[1]), Severity.WARNING, model.target, params
            )
    if whole is not None:
        yield from passport.check_band(whole[1], whole[0], model.target)
