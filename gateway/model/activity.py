"""Activity lines: one flow each, with its own emission factor and quality."""

from __future__ import annotations

from gateway.model.base import Amount, Count, Missing, Names, Part, Text


class Place(Part):
    """A place code with its scheme: ``gb2260``, ``iso3166-1``, ``iso3166-2``, ``unstated`` and others.

    The same letters mean different provinces in ISO 3166-2 and ecoinvent, so the scheme is never left out.
    """

    code: str
    scheme: str


class FlowRef(Part):
    """The flow in somebody's database."""

    uuid: Text = None
    database: Text = None
    version: Text = None
    name: Text = None


class Transport(Part):
    """How far and by what."""

    mode: Text = None
    distance: Amount = None
    load_factor: Amount = None


class EmissionFactor(Part):
    """An emission factor with everything that says what it means. ``value`` is per unit of the line."""

    value: Amount = None
    kind: Text = None
    id: Text = None
    name: Text = None
    database: Text = None
    version: Text = None
    year: Count = None
    region: Text = None
    boundary: Text = None
    gwp_set: Text = None


class GasAmount(Part):
    """Mass of one gas, or its CO2e where the unit says so."""

    gas: str
    amount: Amount = None

    @property
    def key(self) -> str:
        """The gas."""
        return self.gas


class LineQuality(Part):
    """Representativeness, 1 (best) to 5."""

    ter: Amount = None
    ger: Amount = None
    tir: Amount = None
    p: Amount = None


class Line(Part):
    """One activity line. ``amount`` is for the period, ``amount_per_unit`` for the lines' basis."""

    id: str
    stage: Text = None
    process: Text = None
    site_id: Text = None
    category: Text = None
    component: Text = None
    direction: Text = None
    name: Names = None
    spec: Text = None
    cas: Text = None
    flow: FlowRef = FlowRef()
    supplier_name: Text = None
    supplier_uscc: Text = None
    origin: Place | Missing | None = None
    destination: Text = None
    amount: Amount = None
    amount_per_unit: Amount = None
    mass_share: Amount = None
    recycled_share: Amount = None
    data_type: Text = None
    evidence: Text = None
    evidence_digest: Text = None
    transport: Transport = Transport()
    factor: EmissionFactor = EmissionFactor()
    result: Amount = None
    result_by_gas: tuple[GasAmount, ...] = ()
    quality: LineQuality = LineQuality()
    uncertainty: Amount = None
    confidentiality: Text = None
    proxy: Text = None
    derivation: Text = None

    @property
    def key(self) -> str:
        """Its id."""
        return self.id
