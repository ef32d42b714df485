"""Read and write a UNTP Digital Product Passport, unsigned: signing is over bytes, and comes after."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from gateway import resources
from gateway.codec import build, jsonwrite
from gateway.codec.base import Context, Member, Package, Reading, Writing
from gateway.codec.carrier_part import CarrierPart, write_part
from gateway.codec.carrier_read import CarrierReading
from gateway.codec.carrier_write import CarrierWriting
from gateway.codec.jsonread import scalars
from gateway.codec.lacks import Lacks, lack
from gateway.errors import GatewayError, InputError, raise_all
from gateway.formats.untp import footprint
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.model.base import here
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Role
from gateway.model.walk import escape
from gateway.quantity import Quantity
from gateway.report import Fate, Note

MEDIA_TYPE = "application/json"
_NEW = "0.7.0"
_SCORECARD = "/credentialSubject/emissionsScorecard"
_CLAIMS = "/credentialSubject/performanceClaim"


# What rules write beside the field table, and from which field.
_SOURCES = {
    "/credentialSubject/producedAtFacility/id": "/passport_data/identity/facility_id",
    "/credentialSubject/product/producedAtFacility/id": "/passport_data/identity/facility_id",
    "/credentialSubject/idScheme/id": "/passport/product_link",
    "/credentialSubject/idScheme/name": "/passport/product_link",
    "/credentialSubject/productCategory/[]/name": "/product/classification/cpc",
    "/credentialSubject/productCategory/[]/schemeId": "/product/classification/cpc",
    "/credentialSubject/productCategory/[]/schemeName": "/product/classification/cpc",
}


def _part(version: str) -> CarrierPart:
    name = f"digital-product-passport-{version}.json"
    schema = f"untp/dpp-{version}.schema.json"
    return CarrierPart(version, name, "untp", schema, (), is_whole=True, sources=_SOURCES)


def write(declaration: Declaration, context: Context, version: str) -> Writing:
    """The passport with one footprint, per the declared unit or per battery.

    Raises:
        Lacks: every member that it cannot be without, together.
    """
    target, part = f"untp-dpp@{version}", _part(version)
    found = footprint.chosen(declaration)
    lacks: list[GatewayError] = []
    if found is None:
        lacks.append(lack(target, "/results/declared/carbon/total", code="untp.no-unit"))
    issuer = context.options.get("untp-issuer")
    if not issuer and not here(declaration.enterprise.ids.lei):
        lacks.append(lack(target, "/enterprise/ids/lei", code="untp.no-issuer"))
    own = footprint.figures(declaration)

    def rules(writing: CarrierWriting) -> None:
        writing.set("/id", f"urn:uuid:{context.new_id(f'/untp/{version}')}")
        if issuer:
            writing.tree.setdefault("issuer", {})["id"] = issuer
            if version == _NEW:  # nothing else says it there
                writing.claims.discard("/enterprise/ids/lei")
        _without_nameless(writing)
        _facility(writing, declaration, version)
        if found is not None:
            _footprint(writing, declaration, found, own, context, version)
        for one in part.fields.constants:
            writing.constant(one)

    made = write_part(part, declaration, target=target, rules=rules)
    raise_all((*lacks, *_further(made.lacks, lacks)))
    data = (jsonwrite.encode(made.document) + "\n").encode("utf-8")
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    notes = (*made.notes, *own.notes, *_added(target, issuer))
    return Writing(
        Package((Member(part.file, MEDIA_TYPE, data),), name), notes, made.claims | frozenset(own.claims)
    )


def _further(found: Iterable[Lacks], known: Sequence[GatewayError]) -> Iterator[Lacks]:
    """What is missing besides: a field once, and nothing of a footprint that is not there at all."""
    told = {error.path for error in known}
    is_empty = any(error.error_code == "untp.no-unit" for error in known)
    for one in found:
        of_footprint = one.path.startswith((_SCORECARD, _CLAIMS))
        if one.path not in told and not (is_empty and of_footprint):
            told.add(one.path)
            yield one


def _added(target: str, issuer: str | None) -> Iterator[Note]:
    """The issuer that the caller names is no value of the declaration."""
    if issuer:
        path = f"/extras/{escape(f'{target}#/issuer/id')}"
        yield Note("untp.issuer-named", path, Fate.DEFAULTED, "", issuer)


def _footprint(
    writing: CarrierWriting,
    declaration: Declaration,
    found: tuple[Any, str],
    own: footprint.Figures,
    context: Context,
    version: str,
) -> None:
    result, unit = found
    if version == _NEW:
        members = {"id": f"urn:uuid:{context.new_id('/untp/claim')}"}
        told = {**members, **footprint.claim(declaration, result, unit, own)}
        place = "/credentialSubject/performanceClaim/[0]"
    else:
        told, place = footprint.scorecard(declaration, result, unit, own), _SCORECARD
    for name, value in told.items():
        writing.set(f"{place}/{name}", value)


def _without_nameless(writing: CarrierWriting) -> None:
    """0.6.1 names the producer by an identifier or not at all."""
    product = writing.tree.get("credentialSubject", {}).get("product", {})
    if "id" not in product.get("producedByParty", {"id": ""}):
        del product["producedByParty"]
        writing.claims.discard("/enterprise/uscc")


def _facility(writing: CarrierWriting, declaration: Declaration, version: str) -> None:
    """What 0.7.0 asks for beside values of the field table: schemes and names of identifiers."""
    data = declaration.passport_data
    home = "/credentialSubject" if version == _NEW else "/credentialSubject/product"
    if data is not None and isinstance(data.identity.facility_id, str):
        writing.set(f"{home}/producedAtFacility/id", f"urn:hutong:facility:{data.identity.facility_id}")
    if version != _NEW:
        if data is not None and "dueDiligenceDeclaration" in writing.tree.get("credentialSubject", {}):
            writing.set("/credentialSubject/dueDiligenceDeclaration/linkName", "Due diligence report")
        return
    link = declaration.passport.product_link
    if isinstance(link, str):
        scheme = {"id": link.rpartition("/")[0] + "/", "name": "Product link"}
        writing.set(f"{home}/idScheme", {"type": ["IdentifierScheme"], **scheme})
    code = declaration.product.classification.cpc
    name = _cpc().get(code) if isinstance(code, str) else None
    if name is not None:
        writing.set(f"{home}/productCategory/[0]/name", name)


@cache
def _cpc() -> Mapping[str, str]:
    """The names of the product classes, UN CPC 3.0."""
    data = gzip.decompress(resources.mapping("classifications/cpc-3.0.csv.gz").read_bytes())
    return {row["code"]: row["name_en"] for row in csv.DictReader(data.decode("utf-8").splitlines())}


def read(package: Package, version: str) -> Reading:
    """The product facts and the footprint; what has no place is kept as extras.

    Raises:
        InputError: it is no such passport.
    """
    document = package.json
    if not isinstance(document, dict) or not isinstance(document.get("credentialSubject"), dict):
        raise InputError(package.name, path="/credentialSubject", code="untp.no-passport")
    target, part = f"untp-dpp@{version}", _part(version)
    found = CarrierReading(target)
    _read_footprint(found, document, version)
    found.read(document, part.fields)
    declaration = Declaration.model_validate(build.plain(found.tree))
    for at, value in _renditions(declaration, document, version):
        found.forget(at, value)
    declaration = declaration.model_copy(update={"extras": dict(found.extras)})
    origins = dict(build.origins(declaration, found.tree))
    return Reading(declaration, tuple(found.notes), tuple(found.findings), origins)


def _read_footprint(found: CarrierReading, document: Mapping[str, JsonValue], version: str) -> None:
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)
    standards = tuple(footprint.standards(subject))
    if standards:
        found.put("/method/standards", standards, "/credentialSubject")
    if version != _NEW:
        card = subject.get("emissionsScorecard")
        if isinstance(card, dict):
            unit, amount = card.get("declaredUnit"), card.get("carbonFootprint")
            kg = footprint.measured({"value": amount, "unit": "KGM"})
            if kg is not None and _put_set(found, str(unit), f"{_SCORECARD}/declaredUnit"):
                name = footprint.denominator(str(unit))
                assert name is not None
                _put(found, f"/results/[{name[0]}]/carbon/total", kg, f"{_SCORECARD}/carbonFootprint")
        return
    claims = subject.get("performanceClaim")
    for number, one in enumerate(claims if isinstance(claims, list) else ()):
        listed = one.get("claimedPerformance") if isinstance(one, dict) else None
        for index, entry in enumerate(listed if isinstance(listed, list) else ()):
            at = f"/credentialSubject/performanceClaim/{number}/claimedPerformance/{index}"
            if isinstance(entry, dict):
                _read_metric(found, entry, at, index, document)


def _read_metric(
    found: CarrierReading,
    entry: Mapping[str, JsonValue],
    at: str,
    index: int,
    document: Mapping[str, JsonValue],
) -> None:
    """A metric of ours; what a metric of others is per, only its name says."""
    metric, kg = entry.get("metric"), footprint.measured(entry.get("measure"))
    named = metric.get("id") if isinstance(metric, dict) else None
    if not isinstance(named, str) or not named.startswith(footprint.METRIC) or kg is None:
        return
    name, _, stage = named.removeprefix(footprint.METRIC).partition(":")
    text = metric.get("name") if isinstance(metric, dict) else ""
    unit = str(text).rpartition(" per ")[2]
    code = next((c for u, c in footprint.units().items() if u == unit), "H87")
    if not stage and not _put_set(found, code, f"{at}/metric/name"):
        return
    home = f"/results/[{name}]"
    if stage:
        found.put(f"{home}/rows/*/stage", stage, f"{at}/metric/id", str(index))
        _put(found, f"{home}/rows/*/carbon/total", kg, f"{at}/measure/value", str(index))
    else:
        _put(found, f"{home}/carbon/total", kg, f"{at}/measure/value")
    found.taken.update(place for place, _ in scalars(dict(entry), at))


def _put_set(found: CarrierReading, code: str, at: str) -> bool:
    told = footprint.denominator(code)
    if told is None:
        return False
    name, per, unit = told
    found.put(f"/results/[{name}]/role", Role.DECLARED, at)
    found.put(f"/results/[{name}]/basis/denominator/per", per, at)
    if unit is not None:
        found.put("/unit/amount", unit, at)
    found.taken.add(at)
    return True


def _put(found: CarrierReading, model: str, kg: Any, at: str, *stars: str) -> None:  # noqa: ANN401 - a decimal
    if found.put(model, Quantity(kg, KG_CO2E), at, *stars):
        found.taken.add(at)


def _renditions(
    declaration: Declaration, document: Mapping[str, JsonValue], version: str
) -> Iterator[tuple[str, JsonValue]]:
    """What writing makes of other values or of itself: identifiers, schemes, names of classes."""
    writing = CarrierWriting().fill(declaration, _part(version).fields)
    _facility(writing, declaration, version)
    result = footprint.chosen(declaration)
    if result is not None:
        _footprint(writing, declaration, result, footprint.figures(declaration), Context(), version)
    again = json_door.parse(jsonwrite.encode(writing.document()).encode())
    yield from scalars(again, "")
    for at, value in scalars(dict(document), ""):
        made = isinstance(value, str) and value.startswith(("urn:uuid:", "urn:hutong:"))
        if made or at.startswith("/proof/"):
            yield at, value
