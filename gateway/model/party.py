"""Who made the product, where, and who stands for it in the EU."""

from __future__ import annotations

from gateway.model.base import Amount, Flag, Names, Part, Text


class PartyIds(Part):
    """Identifiers of an enterprise outside China."""

    lei: Text = None  # ISO 17442
    bpn: Text = None  # Catena-X BPNL
    duns: Text = None
    eori: Text = None
    eu_operator: Text = None  # responsible economic operator, Reg (EU) 2023/1542


class PostalAddress(Part):
    """Where post arrives; ``street`` is everything below the postal code."""

    country: Text = None  # ISO 3166-1 alpha-2
    postal_code: Text = None
    street: Text = None


class Operator(Part):
    """The economic operator who is responsible in the EU; its identifier is in ``PartyIds``."""

    name: Text = None
    address: PostalAddress = PostalAddress()


class Enterprise(Part):
    """The producer. ``uscc`` is the unified social credit code (GB 32100-2015)."""

    name: Names = None
    uscc: Text = None
    address: Text = None
    postal_code: Text = None
    gb2260: Text = None
    country: Text = None  # ISO 3166-1 alpha-2
    legal_representative: Text = None
    contact_name: Text = None
    contact_phone: Text = None
    contact_email: Text = None
    profile: Text = None
    gb4754: Text = None
    ids: PartyIds = PartyIds()


class SiteElectricity(Part):
    """One kind of electricity used at a site."""

    kind: Text = None
    consumption: Amount = None
    certificates: tuple[str, ...] = ()
    certificate_period: Text = None
    emission_factor: Amount = None


class Site(Part):
    """A production site; ``share`` is its part of the output."""

    id: str
    name: Text = None
    uscc: Text = None
    gb2260: Text = None
    address: Text = None
    latitude: Amount = None
    longitude: Amount = None
    role: Text = None
    share: Amount = None
    electricity: tuple[SiteElectricity, ...] = ()

    @property
    def key(self) -> str:
        """Its id."""
        return self.id


class Grant(Part):
    """Leave to disclose named fields to a named recipient."""

    recipient: Text = None
    country: Text = None
    purpose: Text = None
    fields: tuple[str, ...] = ()
    expiry: Text = None


class Export(Part):
    """What the sender says about taking the data out of China."""

    grants: tuple[Grant, ...] = ()
    important_data: Text = None
    basis: Text = None


class Miit(Part):
    """The traction-battery filing under MIIT notice 551 (2025)."""

    trial_model: Flag = None
    data_quality_plan_id: Text = None
    platform_calculation_id: Text = None
    sale_in_china: Flag = None
