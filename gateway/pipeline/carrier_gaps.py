"""What a declaration still lacks for a carrier, and who can supply it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.codec import lacks
from gateway.errors import GatewayError
from gateway.formats import find
from gateway.model.cbam import CbamData, Good
from gateway.model.declaration import Declaration
from gateway.model.passport_data import PassportData
from gateway.pipeline.convert import Source, convert
from gateway.quantity.exact import own_arithmetic

DECLARATION: Final = "declaration"
# A reason that says itself who acts.
_OF_CODE: Final[Mapping[str, str]] = {
    "batterypass.part-lacks-operator": "eu-operator",
    "carrier.part-withheld": "audience",
    "carrier.withheld": "audience",
    "cbam.no-gate-data": "installation",
    "untp.not-verified": "verifier",
}
# Whoever knows a parameter, by its name; whoever made the footprint knows all others.
_OF_NAME: Final[Mapping[str, str]] = {
    "customerPartId": "customer",
    "manufacturerPartId": "product-data",
    "siteIdentifier": "product-data",
    "legalidentifier": "product-data",
    "productMassPerDeclaredUnit": "product-data",
    "productCategoryCpc": "product-data",
    "fossilCarbonContent": "materials",
    "biogenicCarbonContent": "materials",
    "contentC02Metals": "materials",
    "massBalancingUsed": "materials",
    "freeAttributionInMassBalancing": "materials",
    "massBalancingCertificateScheme": "materials",
    "productQualityParameter": "test-laboratory",
    "attestationType": "verifier",
    "attestationStandard": "verifier",
    "attestationOfConformanceId": "verifier",
}
# The same of a leaf of the model, by where it stands; the longest fits.
_OF_PLACE: Final = (
    ("/product/fossil_carbon", "materials"),
    ("/product/biogenic_carbon", "materials"),
    ("/product/", "product-data"),
    ("/battery/", "product-data"),
    ("/cbam/", "installation"),
    ("/verifications", "verifier"),
)
# Carriers that a second input fills: without it, what they ask for is what is missing of it.
_OF_PASSPORT: Final = frozenset({"batterypass@1.2", "aas-02035@1.0"})
# That it is not there says nothing more, once its fields are listed.
_NO_INPUT: Final = frozenset({"passport-data.needed"})
# Passports that are written in part: what else they want is seen once the footprint is left aside.
_IN_PART: Final = frozenset({"catenax-battery-pass@6.1.0", "catenax-dpp@7.0.0"})
_OF_INSTALLATION: Final = frozenset({"cbam-installation@1"})


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that stays empty, or does not fit. ``supplier`` is a code of ``coverage.supplier-…``."""

    lack: GatewayError
    supplier: str


@dataclass(frozen=True, slots=True)
class CarrierGaps:
    """What keeps one carrier from being written; nothing, where it can be."""

    target: str
    gaps: tuple[Gap, ...]


@own_arithmetic
def carrier_gaps(
    source: Source, to: Sequence[str], *, options: Mapping[str, str] | None = None
) -> tuple[CarrierGaps, ...]:
    """What ``source`` lacks for each carrier of ``to``, the fields of one supplier together.

    Raises:
        UsageError: there is no such format, it is only read, or no target has such an option.
    """
    ids = dict.fromkeys(f.id for name in to for f in find(name, source.context.plugins))
    return tuple(_gaps(source, one, options) for one in ids)


def supplier(lack: GatewayError) -> str:
    """Who can supply what is missing."""
    known = _OF_CODE.get(lack.error_code) or _OF_NAME.get(str(lack.params.get("name", "")))
    if known is not None:
        return known
    path = lack.params.get("leaf", lack.path)  # where it stands may be told as a cell by now
    told = lacks.supplier(path)
    if told != DECLARATION:
        return told
    return next((who for place, who in _OF_PLACE if path.startswith(place)), DECLARATION)


def _gaps(source: Source, target: str, options: Mapping[str, str] | None) -> CarrierGaps:
    made = convert(source, to=[target], options=options)[0]
    found = list(made.lacks)
    asked = _with_empty_input(source.declaration, target)
    if asked is not source.declaration:
        told = {(lack.error_code, lack.path) for lack in found}
        more = convert(replace(source, declaration=asked), to=[target], options=options)[0].lacks
        found = [lack for lack in found if lack.error_code not in _NO_INPUT]
        found += [lack for lack in more if (lack.error_code, lack.path) not in told]
    if target in _IN_PART and not made.written:
        rest = convert(source, to=[target], options={**(options or {}), "entries": "none"})[0]
        found += rest.lacks if rest.written else ()
    gaps = (Gap(lack, supplier(lack)) for lack in found)
    return CarrierGaps(target, tuple(sorted(gaps, key=lambda gap: gap.supplier)))


def _with_empty_input(declaration: Declaration, target: str) -> Declaration:
    """The declaration with the second input there and empty, where the carrier asks for one."""
    is_battery = declaration.battery is not None
    if target in _OF_PASSPORT and is_battery and declaration.passport_data is None:
        return declaration.model_copy(update={"passport_data": PassportData()})
    if target in _OF_INSTALLATION and declaration.cbam is None:
        return declaration.model_copy(update={"cbam": CbamData(goods=(Good(),))})
    return declaration
