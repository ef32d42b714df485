"""GeneralProductInformation: beside the footprint, and written when all that it asks for is there.

All of its members are renditions of what rides along with the footprint; the reader renders them again.
The spellings are the data model's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeAlias

from gateway.codec import jsonwrite, passport
from gateway.codec.lacks import Lacks, lack
from gateway.formats.batterypass.table import TARGET
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.party import PostalAddress
from gateway.quantity import Quantity, convert, round_significant

PART = "GeneralProductInformation"
FILE_NAME = "general-product-information.json"
# Members that no other document has together.
OWN = ("productIdentifier", "batteryPassportIdentifier", "warrentyPeriod")

Members: TypeAlias = dict[str, object]
_CATEGORY: Mapping[str, str] = {"EV": "ev", "LMT": "lmt", "IND": "industrial"}
_STATUS = frozenset({"original", "repurposed", "reused", "remanufactured", "waste"})
# BatteryPass Data Model 1.2.0, ProductPassportIdentifierTrait: no link fits.
_URN = re.compile(r"urn:[a-z0-9]+:[a-z0-9]+", re.ASCII)
# The type of the warranty period is gMonth, which has no thirteenth.
_MONTHS = 12

_ADDRESS = ("addressCountry", "postalCode", "streetAddress")
# What the submodel asks for: where it stands there, the field that it comes from, and who knows it.
_MEMBERS: tuple[tuple[str, str, str], ...] = (
    ("productIdentifier", "/passport/product_link", "owner"),
    ("batteryPassportIdentifier", "/passport/id", "owner"),
    ("batteryCategory", "/battery/category", "owner"),
    ("manufacturerInformation/contactName", "/enterprise/name", "owner"),
    ("manufacturerInformation/postalAddress/addressCountry", "/enterprise/country", "owner"),
    ("manufacturerInformation/postalAddress/postalCode", "/enterprise/postal_code", "owner"),
    ("manufacturerInformation/postalAddress/streetAddress", "/enterprise/address", "owner"),
    ("manufacturerInformation/identifier", "/enterprise/uscc", "owner"),
    ("manufacturingDate", "/passport/manufacturing_date", "owner"),
    ("batteryStatus", "/passport/status", "owner"),
    ("batteryMass", "/product/mass", "owner"),
    ("manufacturingPlace/addressCountry", "/passport/place/country", "owner"),
    ("manufacturingPlace/postalCode", "/passport/place/postal_code", "owner"),
    ("manufacturingPlace/streetAddress", "/passport/place/street", "owner"),
    ("operatorInformation/contactName", "/passport/operator/name", "operator"),
    ("operatorInformation/postalAddress/addressCountry", "/passport/operator/address/country", "operator"),
    ("operatorInformation/postalAddress/postalCode", "/passport/operator/address/postal_code", "operator"),
    ("operatorInformation/postalAddress/streetAddress", "/passport/operator/address/street", "operator"),
    ("operatorInformation/identifier", "/enterprise/ids/eu_operator", "operator"),
    ("puttingIntoService", "/passport/put_into_service", "operator"),
    ("warrentyPeriod", "/passport/warranty_months", "owner"),
)


def members(declaration: Declaration) -> Members:
    """The submodel as far as the declaration tells it."""
    own, enterprise, battery = declaration.passport, declaration.enterprise, declaration.battery
    months, mass = own.warranty_months, declaration.product.mass
    names = enterprise.name.pick("en", "zh") if isinstance(enterprise.name, LangText) else None
    at_home = PostalAddress(
        country=enterprise.country, postal_code=enterprise.postal_code, street=enterprise.address
    )
    found: Members = {
        "productIdentifier": own.product_link,
        "batteryPassportIdentifier": own.id if _is_urn(own.id) else None,
        "batteryCategory": _CATEGORY.get(str(battery.category)) if battery else None,
        "manufacturerInformation": _contact(names[1] if names else None, at_home, _identifier(declaration)),
        "manufacturingDate": _midnight(own.manufacturing_date),
        "batteryStatus": str(own.status).capitalize() if own.status in _STATUS else None,
        "batteryMass": _kg(mass),
        "manufacturingPlace": _address(own.place),
        "operatorInformation": _contact(own.operator.name, own.operator.address, enterprise.ids.eu_operator),
        "puttingIntoService": _midnight(own.put_into_service),
        "warrentyPeriod": f"--{months:02}" if isinstance(months, int) and 1 <= months <= _MONTHS else None,
    }
    return _told(found)


def missing(declaration: Declaration) -> Iterator[Lacks]:
    """What keeps the submodel from being written, with who can supply it."""
    found = members(declaration)
    for member, path, source in _MEMBERS:
        node: object = found
        for step in member.split("/"):
            node = node.get(step) if isinstance(node, dict) else None
        if node is not None:
            continue
        told: dict[str, str] = {"part": PART, "member": member}
        value, months = declaration.passport.id, declaration.passport.warranty_months
        if path == "/passport/id" and isinstance(value, str):
            yield lack(TARGET, path, code="batterypass.passport-id-not-urn", id=value, **told)
        elif path == "/passport/warranty_months" and isinstance(months, int):
            yield lack(TARGET, path, code="batterypass.warranty-not-a-month", months=str(months), **told)
        elif source == "operator":
            yield lack(TARGET, path, code="batterypass.part-lacks-operator", **told)
        else:
            yield lack(TARGET, path, code="batterypass.part-lacks", **told)


def _is_urn(text: object) -> bool:
    return isinstance(text, str) and _URN.fullmatch(text) is not None


def _identifier(declaration: Declaration) -> object:
    """The LEI with its scheme of ISO/IEC 6523, else the credit code."""
    lei = declaration.enterprise.ids.lei
    return f"0199:{lei}" if isinstance(lei, str) and lei else declaration.enterprise.uscc


def _contact(name: object, address: PostalAddress, identifier: object) -> Members:
    return _told({"contactName": name, "postalAddress": _address(address), "identifier": identifier})


def _address(address: PostalAddress) -> Members:
    values = (address.country, address.postal_code, address.street)
    return _told(dict(zip(_ADDRESS, values, strict=True)))


def _midnight(day: object) -> str | None:
    """The data model has a moment where the declaration has a day."""
    return f"{day.isoformat()}T00:00:00Z" if isinstance(day, date) else None


def _kg(mass: object) -> str | None:
    if not isinstance(mass, Quantity):
        return None
    return jsonwrite.number(round_significant(convert(mass, "kg").amount, passport.DIGITS))


def _told(found: Members) -> Members:
    return {name: value for name, value in found.items() if isinstance(value, (str, dict)) and value}
