"""What the published header and sections say of a declaration: pure functions of it.

Its own words ride along in our section. The reader renders them again and refuses a document whose
other sections say something else, so that they cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias

from gateway.codec import jsonwrite, passport
from gateway.codec.passport import Footprint
from gateway.formats.en18223.table import (
    CATEGORY,
    GRANULARITY,
    PER_KWH,
    PER_PIECE,
    PHASES,
    SCHEMA_VERSION,
    SECTIONS,
    STATUS,
    required,
)
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.results import Basis
from gateway.quantity import Quantity, convert, round_significant

Members: TypeAlias = dict[str, object]
# EN 18219: ISO/IEC 6523 identifier scheme, colon, identifier.
_OPERATOR = re.compile(r"\d{4}:[!-~]+", re.ASCII)
_LEI_SCHEME = "0199"
_ONE = Decimal(1)


def header(declaration: Declaration, sections: list[str], now: datetime) -> Members:
    """Data about the passport itself (IDTA 02099-1); absent ones are left out."""
    own = declaration.passport
    found: Members = {
        "digitalProductPassportId": own.id,
        "uniqueProductIdentifier": own.product_link,
        "granularity": GRANULARITY.get(str(own.granularity)),
        "dppSchemaVersion": SCHEMA_VERSION,
        "dppStatus": STATUS.get(str(declaration.document.status)),
        "lastUpdate": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "economicOperatorId": operator_id(declaration),
        "contentSpecificationIds": [SECTIONS[name] for name in sections],
    }
    return _told(found)


def operator_id(declaration: Declaration) -> str | None:
    """The operator's identifier if it names its scheme, else the manufacturer's LEI."""
    return _named_operator(declaration) or _with_scheme(declaration.enterprise.ids.lei)


def _named_operator(declaration: Declaration) -> str | None:
    operator = declaration.enterprise.ids.eu_operator
    return operator if isinstance(operator, str) and _OPERATOR.fullmatch(operator) else None


def _with_scheme(lei: object) -> str | None:
    return f"{_LEI_SCHEME}:{lei}" if isinstance(lei, str) and lei else None


def sections(declaration: Declaration) -> dict[str, Members]:
    """The sections beside the footprint, by name; one of which nothing is known is left out."""
    found = {
        "nameplate": _nameplate(declaration),
        "technical": _technical(declaration),
        "material": _material(declaration),
    }
    return {name: members for name, members in found.items() if members}


def incomplete(name: str, members: Mapping[str, object]) -> Iterator[str]:
    """The members that the published model of a section asks for and that are not there."""
    for place in required(name):
        node: object = members
        for step in place.split("/")[1:]:
            node = node.get(step) if isinstance(node, dict) else None
        if node is None:
            yield place


def footprint(figures: Footprint, basis: Basis, link: str) -> Members:
    """One entry for the total, one for each stage, all per kWh delivered, and one for the whole battery."""
    fixed = {
        "QuantityOfMeasureForCalculation": jsonwrite.number(_ONE),
        "PerformanceClass": passport.PERFORMANCE_CLASS,
        "WebLinkToPublicCarbonFootprintStudy": [link],
    }
    method = [f"{basis.method_profile} ({basis.legal_status})"]

    def entry(value: object, unit: str, phases: list[str]) -> Members:
        head = {"PcfCalculationMethods": method, "PcfCo2eq": value, "ReferenceImpactUnitForCalculation": unit}
        return {**head, "LifeCyclePhases": phases, **fixed}

    every = [PHASES[stage] for stage in figures.stages]
    entries = [entry(jsonwrite.number(figures.total), PER_KWH, every)]
    for stage, value in figures.stages.items():
        entries.append(entry(jsonwrite.number(value), PER_KWH, [PHASES[stage]]))
    if figures.absolute is not None:
        entries.append(entry(jsonwrite.number(figures.absolute), PER_PIECE, every))
    return {"ProductCarbonFootprints": entries}


def _nameplate(declaration: Declaration) -> Members:
    enterprise, own = declaration.enterprise, declaration.passport
    address = _told({"NationalCode": _texts(enterprise.country, "en"), "Street": _street(enterprise.address)})
    doc = own.doc_number
    return _told(
        {
            "URIOfTheProduct": own.product_link,
            "ManufacturerName": _names(enterprise.name),
            "AddressInformation": address or None,
            "DateOfManufacture": own.manufacturing_date,
            "OperatorIdentifier": _named_operator(declaration),
            "ManufacturerIdentifier": _manufacturer_id(declaration),
            "EUDeclarationOfConformity": [doc] if isinstance(doc, str) and doc else None,
        }
    )


def _technical(declaration: Declaration) -> Members:
    battery, own = declaration.battery, declaration.passport
    if battery is None:
        return {}
    names, months = declaration.enterprise.name, own.warranty_months
    picked = names.pick("en", "zh") if isinstance(names, LangText) else None
    warranty = f"P{months}M" if isinstance(months, int) and months > 0 else None
    standard = battery.cycle_life_standard
    general = _told(
        {
            "ManufacturerName": picked[1] if picked else None,
            "ManufacturerIdentifier": _manufacturer_id(declaration),
            "WarrantyInformation": {"WarrantyPeriod": warranty} if warranty else None,
            "BatteryCategory": CATEGORY.get(str(battery.category)),
            "BatteryMass": _number(declaration.product.mass, "kg"),
        }
    )
    energy = _told(
        {
            "NominalVoltage": _number(battery.nominal_voltage, "V"),
            "RatedCapacity": _number(battery.rated_capacity, "A.h"),
        }
    )
    life = _told(
        {
            "ExpectedNumberOfCycles": battery.cycle_life,
            "CycleLifeReferenceTest": [standard] if isinstance(standard, str) and standard else None,
        }
    )
    areas = _told({"CapacityEnergyVoltage": energy or None, "Lifetime": life or None})
    return _told({"GeneralInformation": general or None, "TechnicalPropertyAreas": areas or None})


def _material(declaration: Declaration) -> Members:
    battery = declaration.battery
    if battery is None:
        return {}
    found = _told({"ShortName": battery.chemistry, "ClearName": battery.chemistry_detail})
    return {"BatteryChemistry": found} if found else {}


def _manufacturer_id(declaration: Declaration) -> str | None:
    """The LEI with its scheme; else the credit code bare: its scheme of ISO/IEC 6523 is not known."""
    enterprise = declaration.enterprise
    credit_code = enterprise.uscc if isinstance(enterprise.uscc, str) else None
    return _with_scheme(enterprise.ids.lei) or credit_code


def _names(names: object) -> list[Members] | None:
    return [{lang: text} for lang, text in names.items()] if isinstance(names, LangText) else None


def _texts(text: object, lang: str) -> list[Members] | None:
    return [{lang: text}] if isinstance(text, str) and text else None


def _street(text: object) -> list[Members] | None:
    return _texts(text, "zh" if re.search(r"[\u4e00-\u9fff]", str(text)) else "en")


def _number(value: object, unit: str) -> str | None:
    if not isinstance(value, Quantity):
        return None
    return jsonwrite.number(round_significant(convert(value, unit).amount, passport.DIGITS))


def _told(members: Mapping[str, object]) -> Members:
    """The members that are there, days as texts; an absence with its reason rides along elsewhere."""
    days = {n: v.isoformat() if isinstance(v, date) else v for n, v in members.items()}
    return {n: v for n, v in days.items() if isinstance(v, (str, int, dict, list)) and v != ""}
