"""Gate-level data of an installation for the EU's carbon border adjustment: monitored, never from a PCF.

Emissions are those that the monitoring attributes to a good over the period; precursors come with their own
specific embedded emissions. Source: Implementing Regulation (EU) 2025/2547, read second-hand.
"""

from __future__ import annotations

from gateway.model.base import Amount, Day, Part, Text


class Installation(Part):
    """Where the goods are produced."""

    id: Text = None
    name: Text = None
    country: Text = None
    city: Text = None
    street: Text = None
    unlocode: Text = None
    latitude: Amount = None
    longitude: Amount = None


class Precursor(Part):
    """A precursor that went into a good: how much of it, and what is embedded in a tonne of it."""

    cn_code: Text = None
    name: Text = None
    origin: Text = None
    amount: Amount = None
    direct: Amount = None
    indirect: Amount = None
    source: Text = None


class CarbonPrice(Part):
    """A carbon price that is due in the country of origin."""

    instrument: Text = None
    country: Text = None
    amount: Amount = None
    currency: Text = None
    rebate: Amount = None


class Good(Part):
    """One good of the installation, per production route."""

    cn_code: Text = None
    name: Text = None
    sector: Text = None
    route: Text = None
    activity_level: Amount = None
    direct: Amount = None
    indirect: Amount = None
    electricity: Amount = None
    electricity_factor: Amount = None
    electricity_source: Text = None
    precursors: tuple[Precursor, ...] = ()
    carbon_prices: tuple[CarbonPrice, ...] = ()


class CbamData(Part):
    """What an operator communicates of one installation and one reporting period."""

    period_start: Day = None
    period_end: Day = None
    gwp_set: Text = None
    monitoring: Text = None
    installation: Installation = Installation()
    goods: tuple[Good, ...] = ()
