"""Read a passport's submodels: our own footprint with what rides along, and those of others."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pydantic import ValidationError

from gateway.codec import build, jsonwrite
from gateway.codec.base import Context, Package, Reading
from gateway.codec.carrier_read import CarrierReading
from gateway.codec.jsonread import JsonReading
from gateway.errors import InputError
from gateway.formats.batterypass import general
from gateway.formats.batterypass.foreign import read_foreign
from gateway.formats.batterypass.submodels import GENERAL, beside
from gateway.formats.batterypass.table import RESULT_SET, STAGES, annex_of, parts, reading
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E
from gateway.quantity import Quantity


def read(package: Package, context: Context) -> Reading:
    """The declaration as far as the submodel tells it.

    Raises:
        InputError: it is not ours.
    """
    own, general_ = parts(package)
    document = own.json
    if not isinstance(document, dict) or annex_of(document) is None:
        return read_foreign(package)
    found = JsonReading(reading(), document, RESULT_SET).run()
    _put_values(found.tree, document)
    _read_submodels(found, package)
    try:
        declaration = Declaration.model_validate(build.plain(found.tree))
    except ValidationError as error:
        raise InputError(error.error_count(), path="/hutong", code="batterypass.not-ours") from error
    if general_ is not None:
        rendered = json_door.parse(jsonwrite.encode(general.members(declaration)).encode())
        told = general_.json
        own_members = {n: v for n, v in told.items() if n != "@context"} if isinstance(told, dict) else told
        if own_members != rendered:
            raise InputError(general.FILE_NAME, path="", code="batterypass.not-ours")
    origins = dict(build.origins(declaration, found.tree))
    return Reading(declaration, findings=tuple(found.findings), origins=origins)


def _read_submodels(found: JsonReading, package: Package) -> None:
    """What stands beside our footprint; the general information is a rendition of what rides along."""
    rest = CarrierReading(RESULT_SET, found.tree)
    for part, one in beside(package):
        document = one.json
        if part is not GENERAL and isinstance(document, dict):
            rest.read({name: value for name, value in document.items() if name != "@context"}, part.fields)
    found.findings.extend(rest.findings)


def _put_values(tree: build.Tree, document: Mapping[str, JsonValue]) -> None:
    def put(path: str, value: object, at: str, *stars: str) -> None:
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            value = Quantity(Decimal(value), KG_CO2E)
        if isinstance(value, (Quantity, str)):
            build.put(tree, tuple(path.split("/")[1:]), stars, "", build.Found(value, at))

    home = f"/results/[{RESULT_SET}]"
    put(f"{home}/carbon/total", document.get("batteryCarbonFootprint"), "/batteryCarbonFootprint")
    put("/results/*/carbon/total", document.get("absoluteCarbonFootprint"), "/absoluteCarbonFootprint", "0")
    stages = document.get("carbonFootprintPerLifecycleStage")
    names = {written: stage for stage, written in STAGES.items()}
    for index, entry in enumerate(stages if isinstance(stages, list) else ()):
        if isinstance(entry, dict):
            at = f"/carbonFootprintPerLifecycleStage/{index}"
            stage = names.get(str(entry.get("lifecycleStage")))
            put(f"{home}/rows/*/stage", stage, f"{at}/lifecycleStage", str(index))
            put(
                f"{home}/rows/*/carbon/total",
                entry.get("carbonFootprint"),
                f"{at}/carbonFootprint",
                str(index),
            )
