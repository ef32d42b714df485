"""What kind of data set a reference means: the format asks every reference for it, others do not tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.model.dataset import Dataset, DatasetKind, LinkRole, Reference
from gateway.model.walk import Told, replace, told
from gateway.report import Fate, Note

TYPES: Final[Mapping[DatasetKind, str]] = {
    DatasetKind.PROCESS: "process data set",
    DatasetKind.FLOW: "flow data set",
    DatasetKind.FLOW_PROPERTY: "flow property data set",
    DatasetKind.UNIT_GROUP: "unit group data set",
    DatasetKind.SOURCE: "source data set",
    DatasetKind.CONTACT: "contact data set",
    DatasetKind.METHOD: "LCIA method data set",
}
ALL_TYPES: Final = frozenset({*TYPES.values(), "other external file"})
_ROLES: Final[Mapping[str, DatasetKind]] = {
    LinkRole.INCLUDED_PROCESS: DatasetKind.PROCESS,
    LinkRole.COMPLEMENTING_PROCESS: DatasetKind.PROCESS,
    LinkRole.SUPPORTED_METHOD: DatasetKind.METHOD,
    LinkRole.COMMISSIONER: DatasetKind.CONTACT,
    LinkRole.GENERATOR: DatasetKind.CONTACT,
    LinkRole.ENTERED_BY: DatasetKind.CONTACT,
    LinkRole.DATA_ENTRY_CONFIRMED: DatasetKind.CONTACT,
    LinkRole.OWNER: DatasetKind.CONTACT,
    LinkRole.PUBLISHER: DatasetKind.CONTACT,
    LinkRole.REGISTRATION_AUTHORITY: DatasetKind.CONTACT,
    LinkRole.EXCLUSIVE_ACCESS: DatasetKind.CONTACT,
    LinkRole.BELONGS_TO: DatasetKind.CONTACT,
    **dict.fromkeys(
        (
            LinkRole.DATA_SOURCE,
            LinkRole.EXTERNAL_DOCUMENT,
            LinkRole.TECHNOLOGY_PICTURE,
            LinkRole.TECHNOLOGY_FLOW_CHART,
            LinkRole.METHOD_DETAILS,
            LinkRole.DATA_HANDLING_PRINCIPLE,
            LinkRole.CONVERTED_FROM,
            LinkRole.DATASET_FORMAT,
            LinkRole.REPUBLICATION,
            LinkRole.LOGO,
            LinkRole.ORIGINAL_DECLARATION,
            LinkRole.CATEGORY_RULES,
        ),
        DatasetKind.SOURCE,
    ),
}
# By the field that holds the reference, or the list that it is an item of.
_FIELDS: Final[Mapping[str, DatasetKind]] = {
    "flow": DatasetKind.FLOW,
    "flow_property": DatasetKind.FLOW_PROPERTY,
    "quantity": DatasetKind.FLOW_PROPERTY,
    "unit_group": DatasetKind.UNIT_GROUP,
    "provider": DatasetKind.PROCESS,
    "process": DatasetKind.PROCESS,
    "resulting_process": DatasetKind.PROCESS,
    "sources": DatasetKind.SOURCE,
    "system": DatasetKind.SOURCE,
    "report": DatasetKind.SOURCE,
    "reviewers": DatasetKind.CONTACT,
}


def typed(source: Dataset, made: Dataset, notes: dict[str, Note]) -> Dataset:
    """``made`` with the kind of every reference that tells none, where its place leaves no doubt."""
    places: list[tuple[str, Reference]] = []

    def meet(reference: Reference, at: str, _: Told) -> None:
        places.append((at, reference))

    told(made, {Reference: meet})
    before = told(source, {})
    for at, reference in places:
        kind = _kind_at(at)
        if reference.kind in ALL_TYPES or kind is None:
            continue
        path = f"{at}/kind"
        made = replace(made, path, TYPES[kind])
        fate = Fate.CONVERTED if path in before else Fate.INFERRED
        notes[path] = Note("ilcd.kind-by-place", path, fate, written=TYPES[kind])
    return made


def _kind_at(at: str) -> DatasetKind | None:
    steps = at.split("/")
    if steps[1] == "links":
        return _ROLES.get(steps[2].partition("#")[0])
    return _FIELDS.get(steps[-1]) or _FIELDS.get(steps[-2])
