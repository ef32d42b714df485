"""What all data sets of a life-cycle database have in common: identity, names, classes, words, links.

A data set is named by its kind, its id and its version. What a data set says in prose stands in
``documents`` by topic, and whom and what it names stands in ``links`` by role, so that each format says
in one table which topics and roles it has a place for. What a format has and this model has not stays in
``extras``, by the format's family and the place there, and is written back into the same family.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, TypeAlias

from pydantic import Field

from gateway.model.base import Extras, Missing, Names, Part, Text
from gateway.quantity.number import Number


class DatasetKind(StrEnum):
    """The kinds of data set, as ILCD has them."""

    PROCESS = "process"
    FLOW = "flow"
    FLOW_PROPERTY = "flow-property"
    UNIT_GROUP = "unit-group"
    SOURCE = "source"
    CONTACT = "contact"
    METHOD = "impact-method"
    MODEL = "life-cycle-model"


class Key(NamedTuple):
    """What names a data set among all others. ``version`` is empty where the format has none."""

    kind: DatasetKind
    id: str
    version: str = ""


# None: the source does not have the field. Missing: it has it, and what stands there is no number.
Coefficient: TypeAlias = Number | Missing | None


class Topic(StrEnum):
    """What a passage of a data set is about.

    Source: the fields of free text of ILCD 1.1, EcoSpold 1, EcoSpold 2 and openLCA schema 2, united.
    """

    GENERAL = "general"
    USE_ADVICE = "use-advice"
    INTENDED_APPLICATIONS = "intended-applications"
    PROJECT = "project"
    TIME = "time"
    GEOGRAPHY = "geography"
    TECHNOLOGY = "technology"
    TECHNOLOGICAL_APPLICABILITY = "technological-applicability"
    INCLUDED = "included-activities-start"
    INCLUDED_END = "included-activities-end"
    MODEL_DESCRIPTION = "model-description"
    METHOD_DEVIATIONS = "method-deviations"
    ALLOCATION_DEVIATIONS = "allocation-deviations"
    MODELLING_CONSTANTS = "modelling-constants"
    CONSTANTS_DEVIATIONS = "constants-deviations"
    CUT_OFF = "cut-off"
    CUT_OFF_DEVIATIONS = "cut-off-deviations"
    DATA_SELECTION = "data-selection"
    DATA_SELECTION_DEVIATIONS = "data-selection-deviations"
    DATA_TREATMENT = "data-treatment"
    DATA_TREATMENT_DEVIATIONS = "data-treatment-deviations"
    DATA_COLLECTION = "data-collection"
    DATA_SUPPLY = "data-supply"
    PRODUCTION_VOLUME = "production-volume"
    SAMPLING = "sampling"
    UNCERTAINTY = "uncertainty"
    COMPLETENESS = "completeness"
    ACCESS = "access"
    DATABASE = "database"


class Document(Part):
    """One passage."""

    topic: Topic
    text: Names = None

    @property
    def key(self) -> str:
        """Its topic."""
        return self.topic.value


class Reference(Part):
    """A reference to another data set. ``version`` as printed: 01.00 and 01.00.000 are the same."""

    uuid: Text = None
    version: Text = None
    uri: Text = None
    kind: Text = None
    name: Names = None


class LinkRole(StrEnum):
    """In which role a data set names another one, or somebody."""

    DATA_SOURCE = "data-source"
    EXTERNAL_DOCUMENT = "external-document"
    TECHNOLOGY_PICTURE = "technology-picture"
    TECHNOLOGY_FLOW_CHART = "technology-flow-chart"
    INCLUDED_PROCESS = "included-process"
    COMPLEMENTING_PROCESS = "complementing-process"
    METHOD_DETAILS = "method-details"
    SUPPORTED_METHOD = "supported-method"
    DATA_HANDLING_PRINCIPLE = "data-handling-principle"
    COMMISSIONER = "commissioner"
    GENERATOR = "generator"
    ENTERED_BY = "entered-by"
    DATA_ENTRY_CONFIRMED = "data-entry-confirmed"
    CONVERTED_FROM = "converted-from"
    DATASET_FORMAT = "dataset-format"
    OWNER = "owner"
    PUBLISHER = "publisher"
    REGISTRATION_AUTHORITY = "registration-authority"
    EXCLUSIVE_ACCESS = "exclusive-access"
    REPUBLICATION = "republication"
    PRECEDING_VERSION = "preceding-version"
    LOGO = "logo"
    BELONGS_TO = "belongs-to"
    ORIGINAL_DECLARATION = "original-declaration"
    CATEGORY_RULES = "category-rules"
    PRODUCT_SYSTEM = "product-system"
    DATA_QUALITY_SYSTEM = "data-quality-system"


class Link(Part):
    """A reference in a role. A role may occur several times."""

    role: LinkRole
    target: Reference = Reference()

    @property
    def key(self) -> str:
        """Its role."""
        return self.role.value


class ClassEntry(Part):
    """One step of a classification, from the widest to the narrowest."""

    id: Text = None
    name: Text = None


class Classification(Part):
    """Where a data set stands in a classification. ``system`` names the scheme, with its edition if told."""

    system: Text = None
    classes: tuple[ClassEntry, ...] = ()


class Dataset(Part):
    """A data set of any kind.

    ``id`` is a lower-case uuid where the source has one; otherwise what the source names it by.
    ``created`` and ``changed`` are as printed, ``uri`` is the address that the source calls permanent.
    """

    id: str
    version: Text = None
    name: Names = None
    short_name: Names = None
    synonyms: Names = None
    classifications: tuple[Classification, ...] = ()
    documents: tuple[Document, ...] = ()
    links: tuple[Link, ...] = ()
    created: Text = None
    changed: Text = None
    uri: Text = None
    extras: Extras = Field(default_factory=dict)

    def text(self, topic: Topic) -> Names:
        """What it says about ``topic``; None where it says nothing."""
        return next((d.text for d in self.documents if d.topic is topic), None)

    def linked(self, role: LinkRole) -> tuple[Reference, ...]:
        """Whom or what it names in ``role``, in its own order."""
        return tuple(link.target for link in self.links if link.role is role)
