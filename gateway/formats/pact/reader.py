"""Read back a PACT footprint that we wrote ourselves, to check it. Other footprints are refused."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pydantic import ValidationError

from gateway.codec import build
from gateway.codec.base import Context, Package, Reading
from gateway.codec.jsonread import JsonReading
from gateway.errors import GatewayError, InputError
from gateway.formats.pact import rendition
from gateway.formats.pact.period import read_day, read_moment
from gateway.formats.pact.table import RESULT_SET, UNITS, WITHOUT_MASS, extension_of, reading
from gateway.formats.pact.writer import database_code
from gateway.frontdoor.json import JsonValue
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.results import Per
from gateway.quantity import Quantity, parse_decimal


def read(package: Package, context: Context) -> Reading:
    """The declaration as far as the footprint tells it.

    Raises:
        InputError: it is not ours, or its core and our extension contradict each other.
    """
    document = package.json
    if not isinstance(document, dict) or extension_of(document) is None:
        raise InputError(package.name, path="", code="pact.not-ours")
    extensions, pcf = document["extensions"], document.get("pcf")
    assert isinstance(extensions, list)
    if not isinstance(pcf, dict):
        raise InputError("pcf", path="/pcf", code="pact.not-ours")
    view: dict[str, JsonValue] = {**document, "extensions": {"0": extensions[0]}}
    found = JsonReading(reading(), view, RESULT_SET).run()
    _put_own(found.tree, document, pcf)
    declaration = _later(_built(found.tree, pcf), document)
    created = read_moment(document.get("created"))
    if created is None:
        raise InputError(str(document.get("created")), path="/created", code="pact.not-ours")
    _compare(document, rendition.top_members(declaration, created), "")
    _compare(pcf, rendition.pcf_members(declaration), "/pcf")
    origins = dict(build.origins(declaration, found.tree))
    return Reading(declaration, findings=tuple(found.findings), origins=origins)


def _built(tree: build.Tree, pcf: Mapping[str, JsonValue]) -> Declaration:
    try:
        found = Declaration.model_validate(build.plain(tree))
    except ValidationError as error:
        raise InputError(error.error_count(), path="/extensions/0/data", code="pact.not-ours") from error
    result = found.result_set(RESULT_SET)
    update: dict[str, object] = {}
    if result is not None and result.basis.denominator.per is Per.DECLARED_UNIT:
        update["unit"] = found.unit.model_copy(update={"amount": _unit_amount(pcf)})
    if pcf.get("declaredUnitOfMeasurement") in WITHOUT_MASS:
        update["product"] = found.product.model_copy(update={"mass": None})
    share = _decimal(pcf.get("exemptedEmissionsPercent"))
    amount = None if share is None else Quantity(share, "%")
    update["cut_off"] = found.cut_off.model_copy(update={"actual_total": amount})
    return found.model_copy(update=update)


def _later(declaration: Declaration, document: Mapping[str, JsonValue]) -> Declaration:
    """With what may become of a footprint after it was made: deprecated, or put in the place of others."""
    own = declaration.document
    update: dict[str, object] = {}
    if document.get("status") == "Deprecated" and rendition.status(declaration) == "Active":
        update["status"] = "withdrawn"
    before = document.get("precedingPfIds")
    told = tuple(one for one in before if isinstance(one, str)) if isinstance(before, list) else ()
    more = tuple(one for one in dict.fromkeys(told) if one not in own.supersedes)
    if more:
        update["supersedes"] = (*own.supersedes, *more)
    return declaration.model_copy(update={"document": own.model_copy(update=update)})


def _put_own(tree: build.Tree, document: Mapping[str, JsonValue], pcf: Mapping[str, JsonValue]) -> None:
    """The leaves of type ``own`` in the table, but for those that hang on the basis."""

    def put(path: str, value: object, at: str, stars: tuple[str, ...] = ()) -> None:
        if value is not None:
            build.put(tree, tuple(path.split("/")[1:]), stars, "", build.Found(value, at))

    put("/period/start", read_day(pcf.get("referencePeriodStart")), "/pcf/referencePeriodStart")
    put("/period/end", read_day(pcf.get("referencePeriodEnd"), is_end=True), "/pcf/referencePeriodEnd")
    put("/document/valid_from", read_day(document.get("validityPeriodStart")), "/validityPeriodStart")
    end = read_day(document.get("validityPeriodEnd"), is_end=True)
    put("/document/valid_until", end, "/validityPeriodEnd")
    factors = pcf.get("ipccCharacterizationFactors")
    if isinstance(factors, list) and factors:
        put("/method/gwp_set", factors[0], "/pcf/ipccCharacterizationFactors/0")
    sources = pcf.get("secondaryEmissionFactorSources")
    for index, source in enumerate(sources if isinstance(sources, list) else ()):
        if isinstance(source, dict):
            at, star = f"/pcf/secondaryEmissionFactorSources/{index}", (str(index),)
            version = source.get("version")
            told = Missing(missing=Reason.NOT_DECLARED) if version == "not stated" else version
            put("/method/databases/*/name", database_code(str(source.get("name"))), at, star)
            put("/method/databases/*/version", told, at, star)


def _unit_amount(pcf: Mapping[str, JsonValue]) -> Quantity | None:
    code = next((c for c, name in UNITS.items() if name == pcf.get("declaredUnitOfMeasurement")), None)
    amount = _decimal(pcf.get("declaredUnitAmount"))
    return None if code is None or amount is None else Quantity(amount, code)


def _decimal(value: JsonValue) -> Decimal | None:
    try:
        return parse_decimal(value) if isinstance(value, str) else None
    except GatewayError:
        return None


def _compare(members: Mapping[str, JsonValue], rendered: Mapping[str, object], at: str) -> None:
    """What we would write now is what stands there."""
    for name, value in rendered.items():
        if members.get(name) != value:
            raise InputError(str(members.get(name)), path=f"{at}/{name}", code="pact.contradicts-itself")
