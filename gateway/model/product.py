"""What is declared: the product, its identifiers, the battery, the passport facts."""

from __future__ import annotations

from gateway.model.base import Amount, Count, Day, Names, Part, Text
from gateway.model.party import Operator, PostalAddress


class ProductIds(Part):
    """Identifiers of the product."""

    gtin: Text = None
    gbt34014: Text = None  # 24 characters, GB/T 34014-2017
    part_number: Text = None


class Classification(Part):
    """Codes of the product in classifications; the edition stands in the field table."""

    gbt7635: Text = None
    cpc: Text = None
    hs: Text = None
    cn8: Text = None
    cnca_item: Text = None


class Product(Part):
    """The product. Masses are per declared unit."""

    name: Names = None
    model: Text = None
    brand: Text = None
    function: Text = None
    description: Text = None
    picture: Text = None
    ids: ProductIds = ProductIds()
    classification: Classification = Classification()
    mass: Amount = None
    mass_basis: Text = None
    packaging_mass: Amount = None
    biogenic_carbon: Amount = None  # kg C
    fossil_carbon: Amount = None  # kg C
    recycled_content: Amount = None


class Battery(Part):
    """The battery's denominators and its kind.

    ``usable_energy`` is at the beginning of life; ``lifetime_energy`` is the total energy provided
    over the service life, on the basis that ``lifetime_energy_basis`` names.
    """

    category: Text = None
    level: Text = None
    chemistry: Text = None
    chemistry_detail: Text = None
    rated_energy: Amount = None
    usable_energy: Amount = None
    nominal_voltage: Amount = None
    rated_capacity: Amount = None
    cycle_life: Count = None
    cycle_life_standard: Text = None
    lifetime_energy: Amount = None
    lifetime_energy_basis: Text = None
    vehicle_category: Text = None
    warranty_years: Amount = None
    warranty_distance: Amount = None
    yearly_distance: Amount = None
    cell_mass: Amount = None
    cell_energy_density: Amount = None
    pack_energy_density: Amount = None


class Passport(Part):
    """What a battery or product passport asks for beyond the footprint."""

    id: Text = None
    granularity: Text = None  # model, batch, item
    product_link: Text = None
    manufacturing_date: Day = None
    put_into_service: Day = None
    status: Text = None
    doc_number: Text = None  # EU declaration of conformity
    study_link: Text = None  # public version of the study, Art 7(1)(g)
    warranty_months: Count = None
    place: PostalAddress = PostalAddress()  # of manufacture, as it is published
    operator: Operator = Operator()
