"""The other submodels of the data model: each a file of its own, written when nothing of it is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.codec import jsonwrite
from gateway.codec.base import Context, Member, Package
from gateway.codec.carrier_part import CarrierPart, write_part
from gateway.errors import GatewayError
from gateway.formats.batterypass.table import TARGET
from gateway.model.declaration import Declaration
from gateway.report import Note

MEDIA_TYPE = "application/json"
# Where the properties of each submodel are defined, BatteryPass Data Model 1.2.0 (performance: 1.2.1).
_VOCABULARY = {
    "GeneralProductInformation": "GeneralProductInformation:1.2.0",
    "CarbonFootprintForBatteries": "CarbonFootprint:1.2.0",
    "Circularity": "Circularity:1.2.0",
    "Labeling": "Labels:1.2.0",
    "MaterialComposition": "MaterialComposition:1.2.0",
    "SupplyChainDueDiligence": "SupplyChainDueDiligence:1.2.0",
    "PerformanceAndDurability": "Performance:1.2.1",
}
LD_OPTION = "json-ld"


def _part(name: str, file: str, *own: str, schema: str = "") -> CarrierPart:
    return CarrierPart(
        name, f"{file}.json", "batterypass", f"batterypass/{schema or file}-1.2.schema.json", own
    )


GENERAL = _part(
    "GeneralProductInformation",
    "general-product-information",
    "productIdentifier",
    "batteryPassportIdentifier",
    "warrentyPeriod",
)
WRITTEN: tuple[CarrierPart, ...] = (
    _part("Circularity", "circularity", "recycledContent", "safetyMeasures"),
    _part("Labeling", "labeling", "declarationOfConformity", "labels"),
    _part("MaterialComposition", "material-composition", "batteryChemistry", "batteryMaterials"),
    _part("SupplyChainDueDiligence", "supply-chain-due-diligence", "supplyChainDueDiligenceReport"),
    _part(
        "PerformanceAndDurability",
        "performance-and-durability",
        "batteryTechicalProperties",
        "batteryCondition",
    ),
)
# The edition before has other shapes in the same members; it is read, not written.
OLDER = CarrierPart(
    "PerformanceAndDurability-1.2.0",
    "performance-and-durability.json",
    "batterypass",
    "batterypass/performance-and-durability-1.2.0.schema.json",
    ("batteryTechicalProperties", "batteryCondition"),
)


@dataclass(slots=True)
class Submodels:
    """What is written beside the footprint, and what is not."""

    files: list[Member] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)
    claims: set[str] = field(default_factory=set)
    left_out: list[GatewayError] = field(default_factory=list)


def submodels(declaration: Declaration, context: Context) -> Submodels:
    """Every submodel that the second input fills."""
    found = Submodels()
    if declaration.passport_data is None:
        return found
    for part in WRITTEN:
        written = write_part(part, declaration, target=TARGET)
        if written.document is None:
            found.left_out.extend(written.lacks)
            continue
        found.files.append(Member(part.file, MEDIA_TYPE, rendered(part.name, written.document, context)))
        found.claims |= written.claims
        found.notes |= {note.path: note for note in written.notes}
    for path in found.claims:
        found.notes.pop(path, None)
    return found


def rendered(name: str, document: object, context: Context) -> bytes:
    """The document as JSON, or as JSON-LD over the data model's own vocabulary."""
    if context.options.get(LD_OPTION) == "yes" and isinstance(document, dict):
        vocabulary = f"urn:samm:io.BatteryPass.{_VOCABULARY[name]}#"
        document = {"@context": {"@vocab": vocabulary}, **document}
    return (jsonwrite.encode(document) + "\n").encode("utf-8")


def part_of(document: object) -> CarrierPart | None:
    """Which submodel a JSON object is; the footprint is none of them."""
    if OLDER.is_it(document) and isinstance(document, dict):
        condition, technical = document["batteryCondition"], document["batteryTechicalProperties"]
        idle = technical.get("temperatureRangeIdleState") if isinstance(technical, dict) else None
        through = condition.get("energyThroughput") if isinstance(condition, dict) else None
        is_new = isinstance(idle, dict) or isinstance(through, dict)
        return WRITTEN[-1] if is_new else OLDER
    return next((part for part in (GENERAL, *WRITTEN) if part.is_it(document)), None)


def beside(package: Package) -> Iterator[tuple[CarrierPart, Package]]:
    """The submodels of a package."""
    for member in package.members:
        one = Package((member,), package.name)
        part = part_of(one.json_object)
        if part is not None:
            yield part, one
