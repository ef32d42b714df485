"""Read a passport document: ours exactly, anybody's as far as header and published sections are known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from pydantic import ValidationError

from gateway.codec import build
from gateway.codec.base import Context, Package, Reading
from gateway.codec.jsonread import JsonReading
from gateway.codec.jsonwrite import encode
from gateway.errors import InputError
from gateway.formats.en18223 import rendition
from gateway.formats.en18223.foreign import read_foreign
from gateway.formats.en18223.table import (
    ANNEX,
    FOOTPRINT,
    PHASES,
    RESULT_SET,
    SECTIONS,
    annex_of,
    own_table,
    real_place,
)
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin
from gateway.model.results import KG_CO2E
from gateway.quantity import Quantity


def read(package: Package, context: Context) -> Reading:
    """The declaration as far as the document tells it.

    Raises:
        InputError: it is no passport document, or a document of ours contradicts itself.
    """
    document = package.json
    if not isinstance(document, dict):
        raise InputError(package.name, path="", code="en18223.not-a-passport")
    own = annex_of(document)
    return read_foreign(document) if own is None else _read_own(document)


def _read_own(document: Mapping[str, JsonValue]) -> Reading:
    annex = document[SECTIONS["hutong"]]
    assert isinstance(annex, dict)
    told = {name: value for name, value in annex.items() if name != "notice"}
    reading = JsonReading(own_table(), {ANNEX[1:]: told}, RESULT_SET).run()
    if FOOTPRINT in document:
        _put_footprint(reading.tree, document[FOOTPRINT])
    try:
        declaration = Declaration.model_validate(build.plain(reading.tree))
    except ValidationError as error:
        raise InputError(error.error_count(), path=real_place(ANNEX), code="en18223.not-ours") from error
    _compare(document, declaration)
    origins = {path: Origin(real_place(o.at), o.text) for path, o in build.origins(declaration, reading.tree)}
    return Reading(declaration, findings=tuple(reading.findings), origins=origins)


def _put_footprint(tree: build.Tree, section: JsonValue) -> None:
    """The figures of our own entries: the total, one per stage, and that of the whole battery."""
    entries = section.get("ProductCarbonFootprints") if isinstance(section, dict) else None
    if not isinstance(entries, list) or len(entries) < 1 + len(PHASES):
        raise InputError("", path=real_place("/footprint"), code="en18223.not-ours")
    home, stages = f"/results/[{RESULT_SET}]", {phase: stage for stage, phase in PHASES.items()}

    def put(path: str, value: object, index: int, *stars: str) -> None:
        at = f"/footprint/ProductCarbonFootprints/{index}"
        build.put(tree, tuple(path.split("/")[1:]), stars, "", build.Found(value, at))

    for index, entry in enumerate(entries):
        value = entry.get("PcfCo2eq") if isinstance(entry, dict) else None
        phases = entry.get("LifeCyclePhases") if isinstance(entry, dict) else None
        if not isinstance(value, (int, Decimal)) or not isinstance(phases, list):
            raise InputError("", path=real_place(f"/footprint/{index}"), code="en18223.not-ours")
        amount = Quantity(Decimal(value), KG_CO2E)
        if index == 0:
            put(f"{home}/carbon/total", amount, index)
            link = entry.get("WebLinkToPublicCarbonFootprintStudy") if isinstance(entry, dict) else None
            if isinstance(link, list) and link:
                put("/passport/study_link", link[0], index)
        elif len(phases) == 1:
            put(f"{home}/rows/*/stage", stages.get(str(phases[0])), index, str(index))
            put(f"{home}/rows/*/carbon/total", amount, index, str(index))
        else:
            put("/results/*/carbon/total", amount, index, "0")


def _compare(document: Mapping[str, JsonValue], declaration: Declaration) -> None:
    """What we would write now of the header and the sections is what stands there."""
    found = rendition.sections(declaration)
    names = [*found, *(["footprint"] if FOOTPRINT in document else []), "hutong"]
    stamp = document.get("lastUpdate")
    try:
        now = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
    except ValueError:
        now = None
    if now is None or now.tzinfo is None:
        raise InputError(str(stamp), path="/lastUpdate", code="en18223.not-ours")
    whole = rendition.header(declaration, names, now)
    whole |= {SECTIONS[name]: members for name, members in found.items()}
    expected = json_door.parse(encode(whole).encode())
    assert isinstance(expected, dict)
    stands = {n: v for n, v in document.items() if n not in (FOOTPRINT, SECTIONS["hutong"])}
    for name in (*expected, *stands):
        if stands.get(name) != expected.get(name):
            at = "/" + name.replace("~", "~0").replace("/", "~1")
            raise InputError("", path=at, code="en18223.contradicts-itself")
