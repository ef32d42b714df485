"""A declared product carbon footprint, as complete as its source."""

from __future__ import annotations

from pydantic import Field

from gateway.model.activity import Line
from gateway.model.base import Extras, Part, Text
from gateway.model.cbam import CbamData
from gateway.model.evidence import Attachment, Label, Signatures, Verification
from gateway.model.party import Enterprise, Export, Miit, Site
from gateway.model.passport_data import PassportData
from gateway.model.product import Battery, Passport, Product
from gateway.model.results import Interpretation, ResultSet
from gateway.model.scope import (
    CutOff,
    Document,
    FunctionalUnit,
    Goal,
    Method,
    Period,
    Quality,
    Scenario,
    SystemBoundary,
)


class Declaration(Part):
    """A footprint declaration. ``extras`` keeps what has no field, by namespace and source pointer."""

    document: Document = Document()
    enterprise: Enterprise = Enterprise()
    product: Product = Product()
    battery: Battery | None = None
    passport: Passport = Passport()
    passport_data: PassportData | None = None  # from an input of its own, with access groups of its own
    goal: Goal = Goal()
    unit: FunctionalUnit = FunctionalUnit()
    boundary: SystemBoundary = SystemBoundary()
    cut_off: CutOff = CutOff()
    period: Period = Period()
    sites: tuple[Site, ...] = ()
    method: Method = Method()
    lines: tuple[Line, ...] = ()
    lines_scope: Text = None
    scenarios: tuple[Scenario, ...] = ()
    results: tuple[ResultSet, ...] = ()
    interpretation: Interpretation = Interpretation()
    quality: Quality = Quality()
    verifications: tuple[Verification, ...] = ()
    label: Label = Label()
    miit: Miit = Miit()
    cbam: CbamData | None = None  # from an input of its own, never from results
    export: Export = Export()
    signatures: Signatures = Signatures()
    attachments: tuple[Attachment, ...] = ()
    extras: Extras = Field(default_factory=dict)

    def result_set(self, set_id: str) -> ResultSet | None:
        """The result set with this id."""
        return next((r for r in self.results if r.id == set_id), None)
