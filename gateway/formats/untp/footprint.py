"""The footprint in a UNTP passport: a scorecard in 0.6.1, a claim with a metric for each stage in 0.7.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.codec.carrier_values import DIGITS
from gateway.codec.fields import code_list
from gateway.codec.run import shown
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Per, ResultRow, ResultSet
from gateway.model.walk import by_path, escape, keyed, same
from gateway.quantity import Exact, Quantity, round_significant
from gateway.report import Fate, Note

METRIC = "urn:hutong:metric:"
_STANDARD = "urn:hutong:standard:"
TOPIC = {
    "type": ["ConformityTopic"],
    "id": "https://vocabulary.uncefact.org/untp/topics/environment.emissions",
    "name": "Emissions",
}
# UN/ECE Recommendation 20: a piece, and the units that a declared unit of one may have.
_PIECE = "H87"
_UNITS: Mapping[str, str] = {
    "kg": "KGM",
    "t": "TNE",
    "kW.h": "KWH",
    "m2": "MTK",
    "{piece}": _PIECE,
    "1": "C62",
}
# The sets that both sides know by name.
_NAMED: Mapping[str, Per] = {"pack": Per.PACK, "declared": Per.DECLARED_UNIT}


@dataclass(slots=True)
class Figures:
    """Amounts as they are written: what is claimed, and a note for each one that is rounded."""

    before: Mapping[str, object]
    claims: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    def amount(self, path: str, value: Exact) -> Decimal:
        written = round_significant(value, DIGITS)
        after = Quantity(written, KG_CO2E)
        before = self.before.get(path)
        if isinstance(before, Quantity) and same(before, after):
            self.claims.add(path)
        elif isinstance(before, Quantity):
            note = Note("carrier.rounded", path, Fate.ROUNDED, shown(before), shown(after))
            self.notes.append(note)
        return written


def figures(declaration: Declaration) -> Figures:
    """A sheet for the amounts of ``declaration``."""
    return Figures(by_path(declaration))


def chosen(declaration: Declaration) -> tuple[ResultSet, str] | None:
    """The declared set whose denominator has a unit of the recommendation; the whole battery comes first.

    A kWh of a battery is none: of which energy it is, the unit does not say.
    """
    for name, per in _NAMED.items():
        result = declaration.result_set(name)
        if result is None or result.basis.denominator.per is not per:
            continue
        if not isinstance(result.carbon.total, Quantity):
            continue
        if per is Per.PACK:
            return result, _PIECE
        amount = declaration.unit.amount
        if not isinstance(amount, Quantity) or amount.amount != 1:
            continue
        if amount.unit in _UNITS and not (amount.unit == "kW.h" and declaration.battery is not None):
            return result, _UNITS[amount.unit]
    return None


def denominator(code: str) -> tuple[str, Per, Quantity | None] | None:
    """The set, its kind and its declared unit behind a code of the recommendation."""
    if code in (_PIECE, "EA"):
        return "pack", Per.PACK, None
    unit = next((unit for unit, own in _UNITS.items() if own == code), None)
    return None if unit is None else ("declared", Per.DECLARED_UNIT, Quantity(Decimal(1), unit))


def scorecard(declaration: Declaration, result: ResultSet, unit: str, own: Figures) -> dict[str, object]:
    """0.6.1: the total per unit. Its other members are rows of the field table."""
    assert isinstance(result.carbon.total, Quantity)
    _claim_basis(own, result)
    told: dict[str, object] = {
        "carbonFootprint": own.amount(f"/results/{result.id}/carbon/total", result.carbon.total.amount),
        "declaredUnit": unit,
    }
    if declaration.method.standards:
        own.claims.add("/method/standards/0")
        code = declaration.method.standards[0]
        party = {"id": f"{_STANDARD}{code}", "name": _standard(code)}
        told["reportingStandard"] = {"type": ["Standard"], **party, "issuingParty": party}
    return told


def claim(declaration: Declaration, result: ResultSet, unit: str, own: Figures) -> dict[str, object]:
    """0.7.0: what is claimed, by which standards, with a metric for the total and for every stage."""
    _claim_basis(own, result)
    own.claims.update(f"/method/standards/{i}" for i in range(len(declaration.method.standards)))
    per = {_PIECE: "piece"}.get(unit, next((u for u, code in _UNITS.items() if code == unit), unit))
    return {
        "name": "Product carbon footprint",
        "referenceCriteria": [
            {"type": ["Criterion"], "id": f"{_STANDARD}{code}", "name": _standard(code)}
            for code in declaration.method.standards
        ],
        "claimedPerformance": list(_performance(result, per, own)),
        "conformityTopic": [TOPIC],
    }


def _claim_basis(own: Figures, result: ResultSet) -> None:
    own.claims.add(f"/results/{result.id}/id")


def _performance(result: ResultSet, per: str, own: Figures) -> Iterator[dict[str, object]]:
    home = f"/results/{result.id}"
    assert isinstance(result.carbon.total, Quantity)
    amount = own.amount(f"{home}/carbon/total", result.carbon.total.amount)
    yield _metric(f"{METRIC}{result.id}", f"Greenhouse gas emissions, total, kg CO2e per {per}", amount)
    for key, row in keyed(result.rows):
        assert isinstance(row, ResultRow)
        if row.module is not None or row.scenario is not None or not isinstance(row.stage, str):
            continue
        if isinstance(row.carbon.total, Quantity):
            path = f"{home}/rows/{escape(key)}"
            own.claims.add(f"{path}/stage")
            amount = own.amount(f"{path}/carbon/total", row.carbon.total.amount)
            label = code_list("STAGE").get(row.stage, {}).get("label_en", row.stage)
            name = f"Greenhouse gas emissions, {label}, kg CO2e per {per}"
            yield _metric(f"{METRIC}{result.id}:{row.stage}", name, amount)


def _metric(identifier: str, name: str, amount: Decimal) -> dict[str, object]:
    return {
        "metric": {"type": ["PerformanceMetric"], "id": identifier, "name": name},
        "measure": {"value": amount, "unit": "KGM"},
    }


def _standard(code: str) -> str:
    return code_list("STANDARD").get(code, {}).get("label_en", code)


def measured(value: JsonValue) -> Decimal | None:
    """The amount of a metric in kg."""
    if not isinstance(value, dict) or value.get("unit") != "KGM":
        return None
    amount = value.get("value")
    return Decimal(amount) if isinstance(amount, (int, Decimal)) and not isinstance(amount, bool) else None


def units() -> Mapping[str, str]:
    """The codes of the recommendation by unit."""
    return _UNITS


def standards(subject: Mapping[str, JsonValue]) -> Iterator[str]:
    """The standards that a scorecard or a claim of ours names."""
    card = subject.get("emissionsScorecard")
    listed: list[JsonValue] = [card.get("reportingStandard")] if isinstance(card, dict) else []
    claims = subject.get("performanceClaim")
    for one in claims if isinstance(claims, list) else ():
        criteria = one.get("referenceCriteria") if isinstance(one, dict) else None
        listed.extend(criteria if isinstance(criteria, list) else ())
    for entry in listed:
        named = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(named, str) and named.startswith(_STANDARD):
            yield named.removeprefix(_STANDARD)
