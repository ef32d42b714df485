"""What the entities of openLCA JSON-LD are made of, where they stand in a package, and what they are here."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from gateway import resources
from gateway.model.dataset import DatasetKind, LinkRole, Topic

FAMILY: Final = "openlca"
# What holds texts in further languages and place schemes: a member that openLCA and its libraries pass over.
OWN: Final = "hutong"
UNREAD: Final = "_unread"
SCHEMA_FILE: Final = "olca-schema.json"
CONTEXT_FILE: Final = "context.json"
# Ids that are none of ours are made from kind and id in this namespace (RFC 9562, 5.5), made once.
_NAMESPACE: Final = uuid.UUID("3d3f6a52-8d0c-5d0e-9a41-6e3c1f7b2a90")
UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)

# Where openLCA and its libraries look.
FOLDERS: Final[Mapping[str, str]] = {
    "Actor": "actors",
    "Currency": "currencies",
    "DQSystem": "dq_systems",
    "Epd": "epds",
    "Flow": "flows",
    "FlowProperty": "flow_properties",
    "ImpactCategory": "lcia_categories",
    "ImpactMethod": "lcia_methods",
    "Location": "locations",
    "Parameter": "parameters",
    "Process": "processes",
    "ProductSystem": "product_systems",
    "Project": "projects",
    "Result": "results",
    "SocialIndicator": "social_indicators",
    "Source": "sources",
    "UnitGroup": "unit_groups",
}
# Our impact method is one indicator with its factors, which openLCA calls an impact category.
KINDS: Final[Mapping[str, DatasetKind]] = {
    "Actor": DatasetKind.CONTACT,
    "Epd": DatasetKind.PROCESS,
    "Flow": DatasetKind.FLOW,
    "FlowProperty": DatasetKind.FLOW_PROPERTY,
    "ImpactCategory": DatasetKind.METHOD,
    "Process": DatasetKind.PROCESS,
    "ProductSystem": DatasetKind.MODEL,
    "Source": DatasetKind.SOURCE,
    "UnitGroup": DatasetKind.UNIT_GROUP,
}
ENTITIES: Final[Mapping[DatasetKind, str]] = {
    kind: entity for entity, kind in KINDS.items() if entity != "Epd"
}

# Free text of a process's documentation, by topic.
TOPICS: Final[Mapping[str, Topic]] = {
    "timeDescription": Topic.TIME,
    "geographyDescription": Topic.GEOGRAPHY,
    "technologyDescription": Topic.TECHNOLOGY,
    "intendedApplication": Topic.INTENDED_APPLICATIONS,
    "projectDescription": Topic.PROJECT,
    "useAdvice": Topic.USE_ADVICE,
    "completenessDescription": Topic.COMPLETENESS,
    "dataCollectionDescription": Topic.DATA_COLLECTION,
    "dataSelectionDescription": Topic.CUT_OFF,
    "dataTreatmentDescription": Topic.DATA_TREATMENT,
    "inventoryMethodDescription": Topic.METHOD_DEVIATIONS,
    "modelingConstantsDescription": Topic.MODELLING_CONSTANTS,
    "samplingDescription": Topic.SAMPLING,
    "restrictionsDescription": Topic.ACCESS,
}
LINKS: Final[Mapping[str, tuple[LinkRole, DatasetKind]]] = {
    "dataDocumentor": (LinkRole.ENTERED_BY, DatasetKind.CONTACT),
    "dataGenerator": (LinkRole.GENERATOR, DatasetKind.CONTACT),
    "dataSetOwner": (LinkRole.OWNER, DatasetKind.CONTACT),
    "publication": (LinkRole.REPUBLICATION, DatasetKind.SOURCE),
}
SOURCES: Final = (LinkRole.DATA_SOURCE, DatasetKind.SOURCE)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an entity. ``kind``: ``Ref``, ``object``, ``enum`` or a plain type; ``of``: of what."""

    kind: str
    of: str
    many: bool
    required: bool


@cache
def structure() -> Mapping[str, Mapping[str, Member]]:
    """The members of every entity, in order."""
    found: dict[str, dict[str, Member]] = {}
    for row in resources.table("structures/openlca.csv"):
        kind, _, of = row["type"].partition(":")
        member = Member(kind, of, row["many"] == "yes", row["required"] == "yes")
        found.setdefault(row["entity"], {})[row["member"]] = member
    return found


@cache
def renamed() -> Mapping[str, Mapping[str, str]]:
    """The members that schema 1 calls otherwise, by entity and that name."""
    found: dict[str, dict[str, str]] = {}
    for row in resources.table("structures/openlca.csv"):
        if row["first"]:
            found.setdefault(row["entity"], {})[row["first"]] = row["member"]
    return found


@cache
def enum(name: str) -> tuple[str, ...]:
    """The values of a closed list."""
    return tuple(r["value"] for r in resources.table("structures/openlca_enums.csv") if r["enum"] == name)


def entity_id(kind: str, own: str) -> str:
    """The id of an entity: its own where it is a uuid, else one made from what names it."""
    plain = own.strip().lower()
    return plain if UUID.fullmatch(plain) else str(uuid.uuid5(_NAMESPACE, f"{kind}/{own}"))


@cache
def location_id(code: str) -> str:
    """The id that openLCA itself gives the location of a code: a version 3 uuid without a namespace."""
    digest = hashlib.md5(code.strip().lower().encode(), usedforsecurity=False).digest()
    return str(uuid.UUID(bytes=digest, version=3))


@cache
def known_locations() -> Mapping[str, str]:
    """Codes of known places by the id that openLCA gives them."""
    rows = resources.table("locations/codes.csv")
    return {location_id(row["code"]): row["code"] for row in rows}


@cache
def place_names() -> Mapping[str, str]:
    """English names of places, by code of any scheme that means one place only."""
    names = {row["place"]: row["name_en"] for row in resources.table("locations/places.csv")}
    meant: dict[str, set[str]] = {}
    for row in resources.table("locations/codes.csv"):
        meant.setdefault(row["code"], set()).add(row["place"])
    return {
        code: names[min(places)]
        for code, places in meant.items()
        if len(places) == 1 and min(places) in names
    }


@cache
def unit_ids(scheme: str) -> Mapping[str, str]:
    """The ids of our units in a scheme."""
    return {row["unit"]: row["id"] for row in resources.table("units/ids.csv") if row["scheme"] == scheme}
