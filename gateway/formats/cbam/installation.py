"""The operator's package: what is embedded in a tonne of each good, from gate-level data and nothing else.

Specific embedded emissions of a good are the emissions attributed to it and those of its precursors over its
activity level. A product carbon footprint goes from the mine to the gate, counts transport and packaging, and
rests on other GWPs: nothing is ever taken from one.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.codec import jsonwrite
from gateway.codec.base import Package, Writing
from gateway.codec.lacks import Lacks, lack
from gateway.codec.run import shown
from gateway.errors import raise_all
from gateway.formats.cbam import INSTALLATION
from gateway.formats.cbam.forms import members_of, packed, read
from gateway.frontdoor import json as json_door
from gateway.model.base import Amount, here
from gateway.model.cbam import CbamData, Good
from gateway.model.declaration import Declaration
from gateway.quantity import Exact, Quantity, convert, plus, quotient, round_significant, times
from gateway.report import Finding, Severity

TARGET = "cbam-installation@1"
FILE_NAME = "cbam-installation.json"
_DIGITS = 15
# Regulation (EU) 2023/956, Annex II: direct emissions only. Cement and fertilisers count both.
_DIRECT_ONLY = frozenset({"iron-steel", "aluminium", "hydrogen"})
_SECTORS = _DIRECT_ONLY | {"cement", "fertilisers"}
# Member States, and Annex III point 1: what comes from there counts zero as a precursor.
_MEMBERS = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK",
    "IS LI NO CH",
)
_NO_CHARGE = frozenset(" ".join(_MEMBERS).split())
_GWP = "AR5"
_LEGAL = {
    "act": "Regulation (EU) 2023/956; Implementing Regulation (EU) 2025/2547",
    "read": "second-hand: the implementing act was read in public implementations, not in full",
    "text": {
        "en": "Communication of an operator. No registry entry, no verified report. No value comes from a "
        "product carbon footprint.",
        "zh": "运营者提供的信息。非登记条目，亦非经核查报告。所有数值均不来自产品碳足迹。",
    },
}


def write(declaration: Declaration) -> Writing:
    """The package of one installation.

    Raises:
        Lacks: there is no gate-level data, or something of it is missing; all together.
    """
    data = declaration.cbam
    if data is None:
        raise lack(TARGET, "/cbam", code="cbam.no-gate-data")
    raise_all(_lacks(declaration, data))
    members, account = members_of(declaration)
    document = {"format": INSTALLATION, "legal": _LEGAL, **members, "embedded": _embedded(data)}
    return packed(document, FILE_NAME, account)


def _lacks(declaration: Declaration, data: CbamData) -> Iterator[Lacks]:
    if not here(data.gwp_set):
        yield lack(TARGET, "/cbam/gwp_set")
    elif data.gwp_set != _GWP:
        yield lack(TARGET, "/cbam/gwp_set", code="cbam.other-gwp", gwp=str(data.gwp_set))
    for path, value in (
        ("/enterprise/name", declaration.enterprise.name),
        ("/cbam/period_start", data.period_start),
        ("/cbam/period_end", data.period_end),
        ("/cbam/monitoring", data.monitoring),
        ("/cbam/installation/name", data.installation.name),
        ("/cbam/installation/country", data.installation.country),
        ("/cbam/goods", data.goods or None),
    ):
        if not here(value):
            yield lack(TARGET, path)
    for index, good in enumerate(data.goods):
        yield from _lacks_of_good(good, f"/cbam/goods/{index}")


def _lacks_of_good(good: Good, home: str) -> Iterator[Lacks]:
    for name in ("cn_code", "sector", "route", "activity_level", "direct"):
        if not here(getattr(good, name)):
            yield lack(TARGET, f"{home}/{name}")
    if here(good.sector) and good.sector not in _SECTORS:
        yield lack(TARGET, f"{home}/sector", code="cbam.sector", sector=str(good.sector))
    if good.sector not in _DIRECT_ONLY and not here(good.indirect):
        yield lack(TARGET, f"{home}/indirect")
    level = good.activity_level
    if isinstance(level, Quantity) and not level.amount > 0:
        yield lack(TARGET, f"{home}/activity_level", code="cbam.no-activity", level=shown(level))
    for number, one in enumerate(good.precursors):
        for name in ("cn_code", "origin", "amount", "direct", "source"):
            if not here(getattr(one, name)):
                yield lack(TARGET, f"{home}/precursors/{number}/{name}")
        if good.sector not in _DIRECT_ONLY and not here(one.indirect):
            yield lack(TARGET, f"{home}/precursors/{number}/indirect")


def _embedded(data: CbamData) -> list[dict[str, object]]:
    """In tonnes of CO2e per tonne of each good; what counts for the sector is named."""
    return [
        {
            "cnCode": good.cn_code,
            "route": good.route,
            "directTPerT": _specific(good, "direct"),
            "indirectTPerT": _specific(good, "indirect"),
            "counts": "direct" if good.sector in _DIRECT_ONLY else "direct and indirect",
            "formula": "(attributed + Σ precursor amount × its embedded emissions) ÷ activity level",
        }
        for good in data.goods
    ]


def _specific(good: Good, kind: str) -> str | None:
    attributed = _tonnes(getattr(good, kind), "t{CO2eq}")
    level = _tonnes(good.activity_level, "t")
    if attributed is None or level is None:
        return None
    whole = attributed
    for one in good.precursors:
        amount, embedded = _tonnes(one.amount, "t"), _tonnes(getattr(one, kind), "t{CO2eq}/t")
        if one.origin in _NO_CHARGE:
            continue
        if amount is None or embedded is None:
            return None
        whole = plus(whole, times(amount, embedded))
    return str(round_significant(quotient(whole, level), _DIGITS))


def _tonnes(value: Amount, unit: str) -> Exact | None:
    return convert(value, unit).amount if isinstance(value, Quantity) else None


def check(package: Package) -> Iterator[Finding]:
    """Whether what the package says is embedded follows from its own data."""
    document = package.json
    declaration = read(package, INSTALLATION).declaration
    told = document.get("embedded") if isinstance(document, dict) else None
    made = [] if declaration.cbam is None else _embedded(declaration.cbam)
    if told != json_door.parse(jsonwrite.encode(made).encode()):
        yield Finding("cbam.does-not-follow", "/embedded", "embedded", Severity.ERROR, TARGET)
