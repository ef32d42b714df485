"""Dates, ranges, masses, references between parts, and statements that exclude each other."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final

from gateway.model._check import Check, Printed, agree, exactly, near, number, printed, total
from gateway.model._check_sets import energies
from gateway.model.base import here
from gateway.model.results import Role
from gateway.model.walk import escape, keyed, places
from gateway.quantity import Quantity, parse_unit
from gateway.report import Severity

# Parts of a whole. Shares of a stage and mass balances may be negative, uncertainties above 100.
_PERCENT: Final = frozenset(
    {
        "/product/recycled_content",
        "/cut_off/single_limit",
        "/cut_off/total_limit",
        "/cut_off/actual_total",
        "/sites/*/share",
        "/lines/*/mass_share",
        "/lines/*/recycled_share",
        "/interpretation/hotspots/*/share",
        "/quality/primary_share_emissions",
        "/quality/primary_share_mass",
        "/verifications/*/materiality",
        *(
            f"/passport_data/{name}"
            for name in (
                "technical/original_power/*/state_of_charge",
                "technical/power_fade",
                "technical/capacity_fade",
                "technical/initial_efficiency",
                "technical/half_life_efficiency",
                "technical/efficiency_fade",
                "technical/exhaustion_threshold",
                "condition/state_of_charge/value",
                "condition/remaining_power/*/state_of_charge",
                "condition/remaining_efficiency/value",
                "condition/capacity_fade/value",
                "hazardous/*/concentration",
                "circularity/recycled/*/pre_consumer",
                "circularity/recycled/*/post_consumer",
                "circularity/renewable_content",
            )
        ),
    }
)
_RATING: Final = frozenset(
    {f"/quality/{name}" for name in ("dqr", "ter", "ger", "tir")}
    | {f"/lines/*/quality/{name}" for name in ("ter", "ger", "tir", "p")}
)
_RANGES: Final = {
    **dict.fromkeys(_PERCENT, (0, 100)),
    **dict.fromkeys(_RATING, (1, 5)),
    "/sites/*/latitude": (-90, 90),
    "/sites/*/longitude": (-180, 180),
}
_NEVER_NEGATIVE: Final = frozenset(
    {
        "/product/mass",
        "/product/packaging_mass",
        "/product/biogenic_carbon",
        "/product/fossil_carbon",
        "/unit/amount",
        "/unit/reference_flow",
        "/period/output",
        "/sites/*/electricity/*/consumption",
        "/lines/*/transport/distance",
        "/lines/*/uncertainty",
        "/battery/warranty_years",
        "/battery/warranty_distance",
        *(
            f"/passport_data/{name}"
            for name in (
                "technical/minimum_voltage",
                "technical/maximum_voltage",
                "technical/original_power/*/power",
                "technical/maximum_power",
                "technical/resistance/*/initial",
                "condition/energy_throughput/value",
                "condition/capacity_throughput/value",
                "condition/remaining_energy/value",
                "condition/remaining_capacity/value",
                "condition/remaining_power/*/power",
                "condition/state_of_certified_energy/value",
                "materials/*/mass",
            )
        ),
    }
)
# Pairs of days of which the second is never before the first.
_ORDER: Final = (
    ("/period/start", "/period/end"),
    ("/document/valid_from", "/document/valid_until"),
    ("/document/issued_at", "/document/valid_until"),
    ("/label/valid_from", "/label/valid_until"),
    ("/passport/manufacturing_date", "/passport/put_into_service"),
)
# A year, give or take a week: 52 and 53 week years, and periods given from the first to the first.
_YEAR: Final = (358, 373)
# A product's mass is printed in one place with packaging, in another rounded.
_MASS: Final = Fraction(5, 1000)


def check_facts(check: Check) -> None:
    """Everything that is neither a line nor a result."""
    _ranges(check)
    _dates(check)
    _unit(check)
    _masses(check)
    _sites(check)
    _shares(check)
    _statements(check)
    _label(check)
    _references(check)


def _ranges(check: Check) -> None:
    for path, pattern, value in places(check.declaration):
        if not isinstance(value, Quantity):
            continue
        if pattern in _RANGES:
            low, high = _RANGES[pattern]
            if not low <= value.amount <= high:
                check.add("consistency.out-of-range", path, number(value.amount), low=low, high=high)
        elif pattern in _NEVER_NEGATIVE and value.amount < 0:
            check.add("consistency.negative", path, value)


def _dates(check: Check) -> None:
    days = {p: v for p, _, v in places(check.declaration) if isinstance(v, date)}
    for first, second in _ORDER:
        if first in days and second in days and days[second] < days[first]:
            check.add(
                "consistency.dates-order",
                second,
                days[second],
                expected=f"≥ {days[first]}",
                other=check.at(first),
            )
    start, end = days.get("/period/start"), days.get("/period/end")
    if start is not None and end is not None and start <= end:
        length = (end - start).days + 1
        if not _YEAR[0] <= length <= _YEAR[1]:
            check.add("consistency.period-length", "/period/end", length, Severity.INFO, start=start, end=end)
    for path, day in days.items():
        issued = path == "/document/issued_at" or path.endswith("/date")
        if issued and path.startswith(("/document", "/verifications")) and end is not None and day < end:
            check.add("consistency.before-period-end", path, day, Severity.WARNING, expected=f"≥ {end}")


def _unit(check: Check) -> None:
    unit, boundary = check.declaration.unit, check.declaration.boundary
    if isinstance(unit.amount, Quantity) and unit.amount.amount == 0:
        check.add("consistency.not-positive", "/unit/amount", unit.amount)
    # ISO 14067: a partial footprint refers to a declared unit
    if unit.kind == "functional" and boundary.type in ("c2g", "g2g"):
        check.add(
            "consistency.functional-unit-partial",
            "/unit/kind",
            unit.kind,
            Severity.WARNING,
            boundary=boundary.type,
        )
    for key, one in keyed(unit.conversions):
        factor, low, high = (printed(getattr(one, n)) for n in ("factor", "lower", "upper"))
        path = f"/unit/conversions/{escape(key)}/factor"
        if factor is None or low is None or high is None or low.value <= factor.value <= high.value:
            continue
        check.add("consistency.out-of-range", path, factor, low=number(low.value), high=number(high.value))


def _masses(check: Check) -> None:
    """The reference flow against the unit and the product's mass."""
    unit, mass = check.declaration.unit, printed(check.declaration.product.mass, "kg")
    flow = printed(unit.reference_flow, "kg")
    if flow is None:
        return
    if isinstance(unit.amount, Quantity) and _is_mass(unit.amount.unit):
        own = exactly(unit.amount, "kg")
        if own is not None and not near(flow, own, _MASS):
            check.add("consistency.reference-flow", "/unit/reference_flow", flow, expected=own)
    if mass is not None and flow.value and not _fits(check, flow, mass):
        check.add("consistency.mass-and-flow", "/product/mass", mass, Severity.WARNING, expected=flow)


def _fits(check: Check, flow: Printed, mass: Printed) -> bool:
    """Whether the mass is that of the unit, or of a battery whose energy the unit is a part of."""
    times = [Printed(Fraction(1)), *(energy for _, energy in energies(check.declaration))]
    amount = check.declaration.unit.amount
    if isinstance(amount, Quantity) and amount.amount > 0:
        times.append(Printed(1 / Fraction(amount.amount)))
    return any(near(mass, flow * one, _MASS) for one in times)


def _is_mass(unit: str) -> bool:
    return parse_unit(unit).dimension == parse_unit("kg").dimension


def _sites(check: Check) -> None:
    shares = [printed(site.share) for site in check.declaration.sites]
    told = [share for share in shares if share is not None]
    if told and len(told) == len(shares) and not agree(total(told), Printed(Fraction(100))):
        check.add("consistency.sites-share", "/sites", total(told))
    ids: set[str] = set()
    for key, site in keyed(check.declaration.sites):
        name = getattr(site, "id", "")
        if name in ids:
            check.add("consistency.id-twice", f"/sites/{escape(key)}/id", name, what="sites")
        ids.add(name)
    for key, line in keyed(check.declaration.lines):
        site_id = getattr(line, "site_id", None)
        if isinstance(site_id, str) and check.declaration.sites and site_id not in ids:
            check.add(
                "consistency.unknown-site",
                f"/lines/{escape(key)}/site_id",
                site_id,
                known=", ".join(sorted(ids)),
            )


def _shares(check: Check) -> None:
    """Parts of one whole that together are more than it."""
    wholes = {
        "/lines": [printed(line.mass_share) for line in check.declaration.lines],
        "/interpretation/hotspots": [printed(h.share) for h in check.declaration.interpretation.hotspots],
    }
    for path, parts in wholes.items():
        sum_ = total(p for p in parts if p is not None)
        if sum_.value > 100 + sum_.slack:
            check.add("consistency.shares-above-whole", path, sum_, Severity.WARNING)


def _statements(check: Check) -> None:
    declaration = check.declaration
    # GB/T 24067-2024 and ISO 14067: offsets are outside their scope
    if declaration.method.offsets_included is True:
        check.add("consistency.offsets-included", "/method/offsets_included", "true")
    if isinstance(declaration.method.gwp_horizon, int) and declaration.method.gwp_horizon != 100:
        check.add(
            "consistency.gwp-horizon", "/method/gwp_horizon", declaration.method.gwp_horizon, Severity.WARNING
        )
    single, whole = printed(declaration.cut_off.single_limit), printed(declaration.cut_off.total_limit)
    actual = printed(declaration.cut_off.actual_total)
    if single is not None and whole is not None and single.value > whole.value:
        check.add(
            "consistency.cut-off-limits", "/cut_off/single_limit", single, Severity.WARNING, expected=whole
        )
    if actual is not None and whole is not None and actual.value > whole.value:
        check.add("consistency.cut-off-exceeded", "/cut_off/actual_total", actual, expected=whole)
    kinds = [v.kind for v in declaration.verifications if here(v.kind)]
    if declaration.document.type in ("verified", "certified") and not set(kinds) - {"none", "first"}:
        check.add(
            "consistency.verified-by-nobody", "/document/type", declaration.document.type, Severity.WARNING
        )


def _label(check: Check) -> None:
    """The label against the declared total, at the label's own digits."""
    label = printed(check.declaration.label.value)
    declared = check.declaration.result_set("declared")
    own = printed(declared.carbon.total) if declared is not None else None
    if label is not None and own is not None and not near(label, own, Fraction(0)):
        check.add("consistency.label", "/label/value", label, expected=own)


def _references(check: Check) -> None:
    known = {result.id for result in check.declaration.results}
    if any(result.role is Role.RESTATED for result in check.declaration.results):
        return  # what was restated for a receiver stands without the sets that it was restated from
    for key, verification in keyed(check.declaration.verifications):
        for index, name in enumerate(getattr(verification, "covers", ())):
            if name not in known:
                path = f"/verifications/{escape(key)}/covers/{index}"
                check.add("consistency.unknown-set", path, name, known=", ".join(sorted(known)))
