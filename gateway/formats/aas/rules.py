"""Judge an environment: by our statement of what we write, then by what no schema can say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gateway.codec import passport
from gateway.codec.base import Package
from gateway.codec.schema import judge
from gateway.errors import GatewayError
from gateway.formats.aas.container import environment
from gateway.formats.aas.terms import PASSPORT
from gateway.formats.aas.view import basis, footprint, view
from gateway.frontdoor.json import JsonValue
from gateway.quantity import parse_decimal
from gateway.report import Finding, Severity

_SCHEMAS = {
    PASSPORT: "aas/environment-02035-3.schema.json",
    "": "aas/environment-02023.schema.json",
}


def validate(package: Package, *, target: str) -> tuple[Finding, ...]:
    """Everything wrong (errors) or doubtful (warnings) in one environment.

    Raises:
        InputError: there is no environment in it.
    """
    whole = environment(package)
    broken = judge(dict(whole), _SCHEMAS.get(target, _SCHEMAS[""]))
    if broken or target != PASSPORT:
        return broken
    return tuple(_passport(dict(whole)))


def _passport(whole: dict[str, JsonValue]) -> Iterator[Finding]:
    """Left empty, or a total per kWh that is the sum of its stages."""
    found, own = footprint(whole), basis(whole)
    assert found is not None
    assert own is not None
    at = f"{found.at}/submodelElements"
    plain = view(found.elements, at).value
    entries = plain.get("ProductCarbonFootprints") if isinstance(plain, dict) else None
    told = [entry for entry in entries or () if isinstance(entry, dict)] if isinstance(entries, list) else []
    notice = view(own.elements, own.at).value
    filled = notice.get("Notice") if isinstance(notice, dict) else None
    if isinstance(filled, dict) and filled.get("Filled") is not True:
        for index, entry in enumerate(told):
            where = f"{at}/0/value/{index}"
            saw = str(entry.get("PcfCO2eq"))
            yield Finding("aas.filled-too-early", where, saw, Severity.ERROR, PASSPORT)
        return
    whole_, stages = None, []
    for index, entry in enumerate(told):
        amount = _decimal(entry.get("PcfCO2eq"))
        where = f"{at}/0/value/{index}"
        yield from passport.check_class(entry.get("PerformanceClass"), where, PASSPORT)
        phases = entry.get("LifeCyclePhases")
        if entry.get("ReferenceImpactUnitForCalculation") != "kWh" or amount is None:
            continue
        if isinstance(phases, list) and len(phases) > 1:
            whole_ = amount
        else:
            stages.append(amount)
    if whole_ is not None:
        yield from passport.check_sum(whole_, stages, at, PASSPORT)
        yield from passport.check_band(whole_, at, PASSPORT)


def _decimal(value: JsonValue) -> Decimal | None:
    try:
        return parse_decimal(value) if isinstance(value, str) else None
    except GatewayError:
        return None
