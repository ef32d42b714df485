"""Read submodels of others: footprint, general information and the rest, alone or together."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from gateway.codec import build
from gateway.codec.base import Package, Reading
from gateway.codec.carrier import carrier_table
from gateway.codec.carrier_read import CarrierReading
from gateway.errors import GatewayError, InputError
from gateway.formats.batterypass.submodels import beside
from gateway.formats.batterypass.table import STAGES, TARGET
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Per, Role
from gateway.quantity import Quantity, quotient, times
from gateway.quantity.exact import checked
from gateway.report import Finding, Severity

_DECLARED = "/results/[declared]"
_FOOTPRINT = ("batteryCarbonFootprint", "carbonFootprintPerLifecycleStage")
_LD = "@context"
# Shares of a whole add up to 100, or to 1; kg per kWh to the total.
_WHOLE = (Decimal(1), Decimal(100))


def is_footprint(document: object) -> bool:
    """Whether a JSON object is the footprint submodel."""
    return isinstance(document, dict) and any(name in document for name in _FOOTPRINT)


def read_foreign(package: Package) -> Reading:
    """What every submodel of the package says; what has no place is kept as extras.

    Raises:
        InputError: no member is a submodel.
    """
    found = CarrierReading(TARGET)
    known = 0
    for member in package.members:
        document = Package((member,), package.name).json
        if isinstance(document, dict) and is_footprint(document):
            _footprint(found, document)
            known += 1
    for part, one in beside(package):
        document = one.json
        assert isinstance(document, dict)
        plain: JsonValue = {name: value for name, value in document.items() if name != _LD}
        found.read(plain, part.fields)
        known += 1
    if not known:
        raise InputError(package.name, path="", code="batterypass.not-ours")
    declaration = Declaration.model_validate({**build.plain(found.tree), "extras": found.extras})
    origins = dict(build.origins(declaration, found.tree))
    return Reading(declaration, tuple(found.notes), tuple(found.findings), origins)


def _footprint(found: CarrierReading, document: Mapping[str, JsonValue]) -> None:
    """The total per kWh delivered, and stages where they are kg: shares are no results."""
    total = _kg(document.get("batteryCarbonFootprint"))
    if total is not None:
        at = "/batteryCarbonFootprint"
        found.put(f"{_DECLARED}/role", Role.DECLARED, at)
        found.put(f"{_DECLARED}/basis/denominator/per", Per.KWH_DELIVERED, at)
        if found.put(f"{_DECLARED}/carbon/total", total, at):
            found.taken.add(at)
    _stages(found, document.get("carbonFootprintPerLifecycleStage"), total)
    absolute = _kg(document.get("absoluteCarbonFootprint"))
    if absolute is not None:
        # Clause 6.3.10 d of DIN DKE SPEC 99100 says kg, its table t: which one it is, nobody can tell.
        at = "/absoluteCarbonFootprint"
        found.findings.append(
            Finding("batterypass.absolute-unit", at, str(absolute.amount), Severity.WARNING)
        )
    rest: JsonValue = {name: value for name, value in document.items() if name not in (_LD, "hutong")}
    found.read(rest, carrier_table("carriers/batterypass.csv", "CarbonFootprintForBatteries"))


def _stages(found: CarrierReading, listed: JsonValue, total: Quantity | None) -> None:
    told = [e for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
    values = [_kg(entry.get("carbonFootprint")) for entry in told]
    parts = [v.amount for v in values if v is not None]
    at = "/carbonFootprintPerLifecycleStage"
    if not parts or total is None:
        return
    added = sum((Decimal(str(part)) for part in parts), Decimal(0))
    if added != total.amount:
        code = "batterypass.stages-are-shares" if added in _WHOLE else "batterypass.stages-differ"
        params = {"total": str(total.amount), "sum": str(added)}
        found.findings.append(Finding(code, at, str(added), Severity.WARNING, params=params))
    names = {written: stage for stage, written in STAGES.items()}
    field = "carbon/total" if added == total.amount else "share" if added in _WHOLE else None
    for index, (entry, value) in enumerate(zip(told, values, strict=True)):
        where, stage = f"{at}/{index}", names.get(str(entry.get("lifecycleStage")))
        if stage is None or value is None:
            continue
        if field is None:
            continue
        row = f"{_DECLARED}/rows/*"
        found.put(f"{row}/stage", stage, f"{where}/lifecycleStage", str(index))
        told_value = value if field == "carbon/total" else _percent(value, added)
        found.put(f"{row}/{field}", told_value, f"{where}/carbonFootprint", str(index))
        found.taken.update((f"{where}/lifecycleStage", f"{where}/carbonFootprint"))


def _percent(value: Quantity, whole: Decimal) -> Quantity:
    return Quantity(quotient(times(value.amount, Decimal(100)), whole), "%")


def _kg(value: JsonValue) -> Quantity | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    try:
        return Quantity(checked(Decimal(value)), KG_CO2E)
    except GatewayError:  # a number beyond every amount, as generators of examples write them
        return None
