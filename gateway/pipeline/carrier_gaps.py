"""What a declaration still lacks for a carrier, and who can supply it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.errors import GatewayError
from gateway.pipeline.convert import Source, convert
from gateway.quantity.exact import own_arithmetic

DECLARATION: Final = "declaration"
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
    ("/verifications", "verifier"),
)


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
    return tuple(
        CarrierGaps(
            made.format.id,
            tuple(sorted((Gap(lack, supplier(lack)) for lack in made.lacks), key=lambda gap: gap.supplier)),
        )
        for made in convert(source, to=to, options=options)
    )


def supplier(lack: GatewayError) -> str:
    """Who can supply what is missing."""
    known = _OF_NAME.get(str(lack.params.get("name", "")))
    if known is not None:
        return known
    return next((who for place, who in _OF_PLACE if lack.path.startswith(place)), DECLARATION)
