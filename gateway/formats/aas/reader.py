"""Read a carbon footprint submodel: ours back to the same leaves, anybody's as far as it tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import cast

from pydantic import ValidationError

from gateway.codec import build
from gateway.codec.base import Context, Package, Reading
from gateway.codec.jsonread import JsonReading
from gateway.errors import GatewayError, InputError
from gateway.formats.aas import core, terms
from gateway.formats.aas.container import environment
from gateway.formats.aas.elements import Element
from gateway.formats.aas.entries import Entry, declared, unit_of
from gateway.formats.aas.foreign import read_foreign, read_values
from gateway.formats.aas.terms import BASIS_NAME, FOOTPRINT, PASSPORT_SET
from gateway.formats.aas.values import entries as entries_of
from gateway.formats.aas.values import values_of
from gateway.formats.aas.view import Found, View, basis, footprint, view
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin
from gateway.model.results import KG_CO2E, Basis
from gateway.model.stages import EU_STAGES
from gateway.quantity import Quantity, parse_decimal

_SETS = ("results", "*", "rows", "*", "carbon", "total")


def read(package: Package, context: Context, *, target: str) -> Reading:
    """The declaration as far as the submodels tell it.

    Raises:
        InputError: there is no carbon footprint submodel, or ours was changed.
    """
    whole = environment(package)
    if entries_of(whole) is not None:
        return read_values(values_of(whole))
    found, own = footprint(whole), basis(whole)
    if found is None:
        raise InputError(package.name, path="/submodels", code="aas.no-submodel")
    if own is None:
        return read_foreign(whole, found)
    return _read_own(found, own, target)


def _read_own(found: Found, own: Found, target: str) -> Reading:
    """What we wrote: our submodel by its table, the amounts from the entries; the two must agree."""
    plain = view(own.elements, f"{own.at}/submodelElements")
    entries = view(found.elements, f"{found.at}/submodelElements")
    members = plain.value
    assert isinstance(members, dict)
    told = {name: value for name, value in members.items() if name != "Notice"}
    marks = _taken_marks(told) if target == FOOTPRINT else {}
    count = told.pop("Entries", None)
    name = "aas_02023" if target == FOOTPRINT else "aas_02035-3"
    reading = JsonReading(terms.reading_table(name), {BASIS_NAME: told}, "aas").run()
    if target == FOOTPRINT:
        for place, entry in marks.items():
            _put(reading.tree, _SETS, place, entries, f"/ProductCarbonFootprints/{entry}/PcfCO2eq")
    else:
        _put_passport(reading.tree, entries)
    try:
        declaration = Declaration.model_validate(build.plain(reading.tree))
    except ValidationError as error:
        raise InputError(error.error_count(), path=own.at, code="aas.changed") from error
    again = view(_again(declaration, entries, target), "").value
    whole = target != FOOTPRINT or count == len(_listed(entries))
    if not whole or not _rows_agree(declaration, entries, marks) or not _same(again, entries.value):
        raise InputError("submodelElements", path=found.at, code="aas.changed")
    origins = {
        path: Origin(_place(origin.at, plain), origin.text)
        for path, origin in build.origins(declaration, reading.tree)
    }
    return Reading(declaration, findings=tuple(reading.findings), origins=origins)


def _place(at: str, plain: View) -> str:
    """The pointer into the environment; amounts of entries have it already."""
    below = f"/{BASIS_NAME}"
    return plain.at(at.removeprefix(below)) if at.startswith(f"{below}/") else at


def _taken_marks(members: dict[str, JsonValue]) -> dict[tuple[str, str], int]:
    """Which entry each row is, taken out of our submodel."""
    marks: dict[tuple[str, str], int] = {}
    sets = members.get("ResultSets")
    for position, one in enumerate(sets if isinstance(sets, list) else ()):
        rows = one.get("ByStage") if isinstance(one, dict) else None
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            mark = row.pop("Entry", None) if isinstance(row, dict) else None
            if isinstance(mark, int):
                marks[str(position), str(index)] = mark
    return marks


def _put(
    tree: build.Tree, model: tuple[str, ...], stars: tuple[str, ...], entries: View, place: str
) -> Decimal | None:
    """The amount at ``place`` of the entries as a leaf of the model."""
    amount = _amount(entries.value, place)
    if amount is not None:
        found = build.Found(Quantity(amount, KG_CO2E), entries.at(place), str(amount))
        build.put(tree, model, stars, "", found)
    return amount


def _amount(value: JsonValue, place: str) -> Decimal | None:
    for step in place.split("/")[1:]:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    try:
        return parse_decimal(value) if isinstance(value, str) else None
    except GatewayError:
        return None


def _put_passport(tree: build.Tree, entries: View) -> None:
    """The total per kWh, that of the battery, and the stages, in the order in which they are written."""
    home = ("results", f"[{PASSPORT_SET}]")
    list_ = "/ProductCarbonFootprints"
    if _put(tree, (*home, "carbon", "total"), (), entries, f"{list_}/0/PcfCO2eq") is None:
        return
    absolute = _count(entries) > 1 + len(EU_STAGES)
    if absolute:
        _put(tree, ("results", "*", "carbon", "total"), ("0",), entries, f"{list_}/1/PcfCO2eq")
    for index, stage in enumerate(EU_STAGES, 2 if absolute else 1):
        row = (*home, "rows", "*")
        at = f"{list_}/{index}/LifeCyclePhases/0"
        build.put(tree, (*row, "stage"), (str(index),), "", build.Found(stage, entries.at(at)))
        _put(tree, (*row, "carbon", "total"), (str(index),), entries, f"{list_}/{index}/PcfCO2eq")
    study = f"{list_}/0/WebLinkToPublicCarbonFootprintStudy/0"
    link = _text(entries.value, study)
    if link is not None:
        build.put(tree, ("passport", "study_link"), (), "", build.Found(link, entries.at(study), link))


def _count(entries: View) -> int:
    return len(_listed(entries))


def _text(value: JsonValue, place: str) -> str | None:
    for step in place.split("/")[1:]:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value if isinstance(value, str) else None


def _listed(entries: View) -> list[Mapping[str, JsonValue]]:
    listed = entries.value.get("ProductCarbonFootprints") if isinstance(entries.value, dict) else None
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _entries(entries: View) -> list[Entry]:
    """The entries as they stand, none where one is no such entry."""
    found: list[Entry] = []
    for index, entry in enumerate(_listed(entries)):
        place = f"/ProductCarbonFootprints/{index}"
        phase = terms.told("phase", _text(entries.value, f"{place}/LifeCyclePhases/0") or "")
        unit = entry.get("ReferenceImpactUnitForCalculation")
        amount, quantity = (
            _amount(entries.value, f"{place}/{name}")
            for name in ("PcfCO2eq", "QuantityOfMeasureForCalculation")
        )
        if phase is None or amount is None or quantity is None or terms.of_list("unit", unit) is None:
            return []
        found.append(Entry(phase, amount, str(unit), quantity, {}))
    return found


def _rows_agree(declaration: Declaration, entries: View, marks: Mapping[tuple[str, str], int]) -> bool:
    """Whether every row is of the phase and the unit of the entry that it says it is."""
    listed = _listed(entries)
    for (position, index), mark in marks.items():
        sets = declaration.results[int(position) :]
        if not sets or int(index) >= len(sets[0].rows):
            return False
        result, row = sets[0], sets[0].rows[int(index)]
        phase = terms.phase_of(row.stage, row.module)
        per = unit_of(declaration, result)
        if phase is None or per is None or not 0 <= mark < len(listed):
            return False
        entry = listed[mark]
        if entry.get("LifeCyclePhases") != [phase.value]:
            return False
        if entry.get("ReferenceImpactUnitForCalculation") != per[0]:
            return False
    return True


def _same(one: JsonValue, other: JsonValue) -> bool:
    """Whether values are the same, however other programs spell numbers and times."""
    if isinstance(one, dict) and isinstance(other, dict):
        return set(one) == set(other) and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if one == other or not isinstance(one, str) or not isinstance(other, str):
        return one == other
    try:
        return parse_decimal(one) == parse_decimal(other)
    except GatewayError:
        return _moment(one) is not None and _moment(one) == _moment(other)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _again(declaration: Declaration, entries: View, target: str) -> list[JsonValue]:
    """The elements that this declaration has; anything else in the document was put there by others."""
    if target == FOOTPRINT:
        return _plain(core.footprint(declared(declaration), _entries(entries)))
    if not _count(entries):
        return _plain(core.passport_left_empty())
    absolute = _count(entries) > 1 + len(EU_STAGES)
    first = 2 if absolute else 1
    amounts = [
        _amount(entries.value, f"/ProductCarbonFootprints/{i}/PcfCO2eq") for i in range(_count(entries))
    ]
    told = [amount for amount in amounts if amount is not None]
    if len(told) != first + len(EU_STAGES):
        return []
    stages = dict(zip(EU_STAGES, told[first:], strict=True))
    restated = declaration.result_set(PASSPORT_SET)
    basis = Basis() if restated is None else restated.basis
    return _plain(core.passport(declaration, basis, told[0], stages, told[1] if absolute else None))


def _plain(elements: list[Element]) -> list[JsonValue]:
    """Elements of ours, which are plain JSON."""
    return cast("list[JsonValue]", elements)
