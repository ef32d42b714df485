"""Two Catena-X passports: where their parts stand, and what a caller tells for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.codec.carrier_part import CarrierPart

# What the caller has told, kept when an output is read again: no fact of the product.
TOLD: Final = "catenax-passport"
_BPNA: Final = "BPNA[a-zA-Z0-9]{12}"
LINK: Final = r"https?://[!-~]+"
# How each may be spelled; the postal code as the data model has it.
SPELLED: Final[Mapping[str, re.Pattern[str]]] = {
    "rulebook": re.compile(LINK, re.ASCII),
    "declaration": re.compile(LINK, re.ASCII),
    "postCode": re.compile(r"[a-z0-9][a-z0-9\- ]{0,10}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Passport:
    """One model: its target, its tables, and the places that no row of the field table says."""

    target: str
    part: CarrierPart
    entries: tuple[str, ...]  # where the list of footprint entries stands
    plant: tuple[str, ...]  # where the list of plants stands
    facility: str  # the member that has the number of a plant
    codes: tuple[str, ...]
    classes: tuple[str, ...]
    class_names: tuple[str, str]  # of a classification: its standard, its code
    result_set: str = ""  # the restated set; empty: the declared one as it is

    @property
    def asked(self) -> tuple[str, ...]:
        """What a caller tells, beside the links: the plant, and where the model wants it its address."""
        return (
            ("facility",)
            if self.result_set
            else ("facility", "street", "number", "city", "country", "postCode")
        )

    @property
    def fragment(self) -> str:
        """The schema of what somebody else completes."""
        return self.part.schema.replace(".schema.json", "-fragment.schema.json")

    def fits(self, name: str, value: str) -> bool:
        """Whether the model takes what a caller tells."""
        if name == "facility" and self.result_set:
            return re.fullmatch(_BPNA, value, re.ASCII) is not None
        pattern = SPELLED.get(name)
        return bool(value) and (pattern is None or pattern.fullmatch(value) is not None)


BATTERY: Final = Passport(
    "catenax-battery-pass@6.1.0",
    CarrierPart(
        "BatteryPass-6.1.0", "battery-pass.json", "catenax", "catenax/battery-pass-6.1.0.schema.json", ()
    ),
    ("sustainability", "carbonFootprint"),
    ("operation", "manufacturer", "facility"),
    "facility",
    ("identification", "identification", "codes"),
    ("identification", "identification", "classification"),
    ("classificationStandard", "classificationID"),
    "catenax-battery-pass",
)
PRODUCT: Final = Passport(
    "catenax-dpp@7.0.0",
    CarrierPart(
        "DigitalProductPassport-7.0.0",
        "digital-product-passport.json",
        "catenax",
        "catenax/digital-product-passport-7.0.0.schema.json",
        (),
    ),
    ("sustainability", "productFootprint", "carbon"),
    ("operation", "manufacturing", "facilities"),
    "facilityIdentification",
    ("identification", "codes"),
    ("identification", "partClassification"),
    ("standard", "id"),
)
PASSPORTS: Final[Mapping[str, Passport]] = {one.target: one for one in (BATTERY, PRODUCT)}
# Identifiers and classes of the product by the names that they go by.
CODES: Final[Mapping[str, str]] = {"GTIN": "/product/ids/gtin", "GB/T 34014": "/product/ids/gbt34014"}
CLASSES: Final[Mapping[str, str]] = {
    "UN CPC": "/product/classification/cpc",
    "GB/T 7635": "/product/classification/gbt7635",
    "HS": "/product/classification/hs",
    "CN": "/product/classification/cn8",
}
