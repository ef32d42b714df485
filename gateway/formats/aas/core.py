"""The elements of the two submodels, from figures that are ready; the same figures give the same elements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from gateway.codec.passport import PERFORMANCE_CLASS
from gateway.formats.aas import terms
from gateway.formats.aas.elements import Element, collection, items, prop
from gateway.formats.aas.entries import Entry
from gateway.formats.aas.terms import Value, by_ours
from gateway.model.declaration import Declaration
from gateway.model.results import Basis
from gateway.quantity import plain

_DRAFT = {
    "en": "Voluntary preview under a draft act that is not in force.",
    "zh": "自愿预览，依据尚未生效的法案草案。",
}
_TOTAL = {
    "en": "Total of the four life-cycle stages",
    "zh": "四个生命周期阶段合计",
}
_PER_KWH = {"en": "per kWh delivered over the service life", "zh": "全寿命输出的每 kWh"}
_PER_PIECE = {"en": "per battery", "zh": "每个电池"}
_KWH, _PIECE = "kWh", "piece"


def footprint(declaration: Declaration, entries: Iterable[Entry]) -> list[Element]:
    """02023: one phase per entry and no total over several."""
    told = [
        collection(
            "",
            [
                _methods(declaration),
                _co2eq(entry.amount),
                _unit(entry.unit),
                _quantity(entry.quantity),
                _phases([entry.phase], terms.PHASE),
                *_dates(declaration),
            ],
            semantic=terms.ENTRY,
            description=entry.text,
        )
        for entry in entries
    ]
    listed = items("ProductCarbonFootprints", told, semantic=terms.ENTRIES, item_semantic=terms.ENTRY)
    rules = list(_rules(declaration))
    if not rules:
        return [listed]
    name = "ProductOrSectorSpecificCarbonFootprints"
    return [listed, items(name, rules, semantic=terms.RULE_ENTRIES, item_semantic=terms.RULE_ENTRY)]


def _rules(declaration: Declaration) -> Iterable[Element]:
    """The product category rules that say who operates them: the template asks for both."""
    for rules in declaration.method.pcr:
        members = [
            prop(f"PcfRule{name}", value, semantic=f"{terms.RULE}/{name}/1/0")
            for name, value in (
                ("Operator", rules.operator),
                ("Name", rules.name),
                ("Version", rules.version),
            )
            if isinstance(value, str) and value
        ]
        if isinstance(rules.operator, str) and rules.operator and isinstance(rules.name, str) and rules.name:
            yield collection(
                "",
                [
                    _methods(declaration),
                    collection("ProductOrSectorSpecificRule", members, semantic=f"{terms.RULE}/1/0"),
                    collection("PcfInformation", (), semantic=terms.INFORMATION),
                ],
                semantic=terms.RULE_ENTRY,
            )


def passport(
    declaration: Declaration,
    basis: Basis,
    total: Decimal,
    stages: Mapping[str, Decimal],
    absolute: Decimal | None,
) -> list[Element]:
    """02035-3: the total per kWh, the total per battery, and one entry for each stage per kWh.

    ``basis`` is that of the restated values: its method stands at each of them, with its legal status.
    """
    method = f"{basis.method_profile} ({basis.legal_status})"
    phases = [phase for stage in stages if (phase := by_ours("phase", stage)) is not None]
    entries = [_battery(declaration, method, total, _KWH, phases, _said(_TOTAL, _PER_KWH))]
    if absolute is not None:
        entries.append(_battery(declaration, method, absolute, _PIECE, phases, _said(_TOTAL, _PER_PIECE)))
    for phase, amount in zip(phases, stages.values(), strict=True):
        name = {"en": phase.value, "zh": phase.value}
        entries.append(_battery(declaration, method, amount, _KWH, [phase], _said(name, _PER_KWH)))
    return [_list_of_battery(entries)]


def passport_left_empty() -> list[Element]:
    """02035-3 without an entry."""
    return [_list_of_battery([])]


def _list_of_battery(entries: list[Element]) -> Element:
    return items(
        "ProductCarbonFootprints",
        entries,
        semantic=terms.ENTRIES,
        also=[f"{terms.SAMM_BATTERY}#CarbonFootprintBattery"],
        item_semantic=terms.ENTRY,
    )


def _said(what: Mapping[str, str], per: Mapping[str, str]) -> dict[str, str]:
    return {
        "en": f"{what['en']}, {per['en']}. {_DRAFT['en']}",
        "zh": f"{what['zh']}，{per['zh']}。{_DRAFT['zh']}",
    }


def _battery(
    declaration: Declaration,
    method: str,
    amount: Decimal,
    unit: str,
    phases: list[Value],
    text: dict[str, str],
) -> Element:
    link = declaration.passport.study_link
    identifiers = [
        prop("", link, semantic=terms.DOCUMENT_ID, also=[terms.DOCUMENT_ID_ECLASS])
        for link in (link,)
        if isinstance(link, str)
    ]
    members = [
        _method_list(method, "", also=[f"{terms.SAMM}#pcfCalculationMethods"]),
        _co2eq(amount, also=[f"{terms.SAMM}#pcfCo2eq"]),
        _unit(unit, also=[f"{terms.SAMM}#referenceImpactUnitForCalculation"]),
        _quantity(Decimal(1), also=[f"{terms.SAMM}#quantityOfMeasureForCalculation"]),
        _phases(
            phases,
            terms.PASSPORT_PHASE,
            item_also=[terms.PHASE],
            also=[f"{terms.SAMM}#lifeCyclePhases", terms.PHASE],
        ),
        prop("PerformanceClass", PERFORMANCE_CLASS, semantic=f"{terms.SAMM_BATTERY}#performanceClass"),
        items(
            "WebLinkToPublicCarbonFootprintStudy",
            identifiers,
            semantic=f"{terms.SAMM_BATTERY}#webLinkToPublicCarbonFootprintStudy",
            kind="Property",
        ),
        *_dates(declaration),
    ]
    return collection(
        "",
        members,
        semantic=terms.ENTRY,
        also=[f"{terms.SAMM_BATTERY}#ProductCarbonFootprint"],
        description=text,
    )


def _methods(declaration: Declaration) -> Element:
    """One method, as the template wants it; all that were followed ride along."""
    return _method_list(*terms.method_of(declaration.method.standards))


def _method_list(value: str, irdi: str, also: Iterable[str] = ()) -> Element:
    return items(
        "PcfCalculationMethods",
        [prop("", value, semantic=terms.METHOD, value_id=irdi)],
        semantic=terms.METHODS,
        also=also,
        item_semantic=terms.METHOD,
        kind="Property",
    )


def _co2eq(amount: Decimal, also: Iterable[str] = ()) -> Element:
    return prop("PcfCO2eq", plain(amount), "xs:decimal", semantic=terms.CO2EQ, also=also)


def _unit(value: str, also: Iterable[str] = ()) -> Element:
    irdi = next(v.irdi for v in terms.values("unit") if v.value == value)
    name = "ReferenceImpactUnitForCalculation"
    return prop(name, value, semantic=terms.UNIT, also=also, value_id=irdi)


def _quantity(amount: Decimal, also: Iterable[str] = ()) -> Element:
    name = "QuantityOfMeasureForCalculation"
    return prop(name, plain(amount), "xs:double", semantic=terms.QUANTITY, also=also)


def _phases(
    phases: Iterable[Value], semantic: str, *, also: Iterable[str] = (), item_also: Iterable[str] = ()
) -> Element:
    told = [prop("", p.value, semantic=semantic, also=item_also, value_id=p.irdi) for p in phases]
    return items(
        "LifeCyclePhases",
        told,
        semantic=terms.PHASES,
        also=also,
        item_semantic=semantic,
        kind="Property",
    )


def _dates(declaration: Declaration) -> Iterable[Element]:
    """The day of issue and the end of the last day of validity; the days themselves ride along."""
    issued, last = declaration.document.issued_at, declaration.document.valid_until
    if isinstance(issued, date):
        text = f"{issued.isoformat()}T00:00:00Z"
        yield prop("PublicationDate", text, "xs:dateTime", semantic=terms.PUBLICATION)
    if isinstance(last, date):
        text = f"{last.isoformat()}T23:59:59Z"
        yield prop("ExpirationDate", text, "xs:dateTime", semantic=terms.EXPIRATION)
