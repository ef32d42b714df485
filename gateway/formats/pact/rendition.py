"""What a PACT reader sees of names, identifiers, standards and places: pure functions of the declaration.

The declaration's own words ride along in the extension. The reader renders them again and refuses a
document whose core says something else, so that core and extension cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from urllib.parse import quote

from gateway import resources
from gateway.formats.pact.period import last_day
from gateway.formats.pact.table import RESULT_SET
from gateway.model.base import LangText, here
from gateway.model.declaration import Declaration
from gateway.model.evidence import Verification
from gateway.model.results import Role
from gateway.model.scope import ProductCategoryRules

_STATUS = {"active": "Active", "superseded": "Deprecated", "withdrawn": "Deprecated", "draft": "Deprecated"}
# PACT Technical Specifications 3.0, crossSectoralStandards: an open list; other codes stay as they are.
_STANDARDS = {"GHGP": "GHGP-Product"}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
# Own convention, as PACT Technical Specifications 3.0 let every domain have one.
_OWN = "urn:pact:hutong:"


def status(declaration: Declaration) -> str | None:
    """The status as the declaration states it, whatever the day."""
    return _STATUS.get(str(declaration.document.status))


def is_expired(declaration: Declaration, now: datetime) -> bool:
    """Whether the validity, or the three years that PACT grants at most, is over."""
    end = last_day(declaration)
    return end is not None and now.astimezone(UTC).date() > end


def top_members(declaration: Declaration, now: datetime) -> dict[str, object]:
    """Members of ``ProductFootprint`` that are renditions; absent ones are left out."""
    product, document = declaration.product, declaration.document
    found: dict[str, object] = {
        "status": "Deprecated" if is_expired(declaration, now) else status(declaration),
        "precedingPfIds": [old for old in dict.fromkeys(document.supersedes) if _UUID.fullmatch(old)],
        "companyName": one_text(declaration.enterprise.name),
        "companyIds": list(company_ids(declaration)),
        "productIds": list(product_ids(declaration)),
        "productClassifications": list(_classifications(declaration)),
        "productNameCompany": one_text(product.name),
    }
    description = product.description if isinstance(product.description, str) else product.function
    kept = {name: value for name, value in found.items() if value}
    return kept | {"productDescription": description if isinstance(description, str) else ""}


def pcf_members(declaration: Declaration) -> dict[str, object]:
    """Members of ``CarbonFootprint`` that are renditions; absent ones are left out."""
    found: dict[str, object] = {
        "crossSectoralStandards": list(
            dict.fromkeys(_STANDARDS.get(code, code) for code in declaration.method.standards)
        ),
        "productOrSectorSpecificRules": list(_rules(declaration)),
        "exemptedEmissionsDescription": _exempted(declaration),
        "verification": _verification(declaration),
    }
    return {name: value for name, value in found.items() if value} | geography(declaration)


def one_text(names: object) -> str | None:
    """English if it is there, else Chinese, else any language."""
    picked = names.pick("en", "zh") if isinstance(names, LangText) else None
    return picked[1] if picked and picked[1] else None


def company_ids(declaration: Declaration) -> Iterator[str]:
    """The company's identifiers as URNs."""
    ids = declaration.enterprise.ids
    yield from _urns(
        {
            f"{_OWN}uscc:": declaration.enterprise.uscc,
            f"{_OWN}lei:": ids.lei,
            f"{_OWN}duns:": ids.duns,
            f"{_OWN}bpn:": ids.bpn,
            f"{_OWN}eori:": ids.eori,
        }
    )


def product_ids(declaration: Declaration) -> Iterator[str]:
    """The product's identifiers as URNs."""
    product = declaration.product
    yield from _urns(
        {
            "urn:gtin:": product.ids.gtin,
            f"{_OWN}gbt34014:": product.ids.gbt34014,
            f"{_OWN}model:": product.model,
            f"{_OWN}part-number:": product.ids.part_number,
        }
    )


def geography(declaration: Declaration) -> dict[str, object]:
    """At most one of subdivision and country; none where no place is told.

    The production sites say it; without sites, the enterprise's country does (its seat is no plant).
    """
    codes = [site.gb2260 for site in declaration.sites if isinstance(site.gb2260, str)]
    if codes and len(codes) == len(declaration.sites):
        provinces = {_provinces().get(code[:2], "") for code in codes}
        if len(provinces) == 1 and "" not in provinces:
            return {"geographyCountrySubdivision": provinces.pop()}
        if "" not in provinces:
            return {"geographyCountry": "CN"}
    country = declaration.enterprise.country
    if isinstance(country, str) and re.fullmatch("[A-Z]{2}", country, re.ASCII):
        return {"geographyCountry": country}
    seat = declaration.enterprise.gb2260
    if isinstance(seat, str) and seat[:2] in _provinces():
        return {"geographyCountry": "CN"}
    return {}


def covering(declaration: Declaration) -> Verification | None:
    """The verification of a set that the source itself has; nobody has verified what was just restated."""
    result = declaration.result_set(RESULT_SET)
    if result is None or result.role is Role.RESTATED:
        return None
    return next((v for v in declaration.verifications if RESULT_SET in v.covers), None)


def _urns(values: Mapping[str, object]) -> Iterator[str]:
    for prefix, value in values.items():
        if isinstance(value, str) and value:
            yield prefix + quote(value, safe="-._~()+,:=@;$!*'")


def _classifications(declaration: Declaration) -> Iterator[str]:
    codes = declaration.product.classification
    own = "urn:pact:productclassification:"
    yield from _urns(
        {
            "urn:cpc:": codes.cpc,
            f"{own}hs:": codes.hs,
            f"{own}cn:": codes.cn8,
            f"{own}gbt7635:": codes.gbt7635,
            f"{own}cnca:": codes.cnca_item,
        }
    )


def _rules(declaration: Declaration) -> Iterator[dict[str, object]]:
    seen = []
    for rule in declaration.method.pcr:
        rendered = _rule(rule)
        if rendered is not None and rendered not in seen:
            seen.append(rendered)
            yield rendered


def _rule(rule: ProductCategoryRules) -> dict[str, object] | None:
    """A rule without a name or an operator has no place in PACT; the extension keeps it."""
    told = isinstance(rule.name, str) and isinstance(rule.operator, str)
    if not told or not rule.name or not rule.operator:
        return None
    name = f"{rule.name} {rule.version}" if isinstance(rule.version, str) else str(rule.name)
    if rule.operator in ("PEF", "EPD International"):
        return {"operator": rule.operator, "ruleNames": [name]}
    return {"operator": "Other", "ruleNames": [name], "otherOperatorName": rule.operator}


def _exempted(declaration: Declaration) -> str:
    """What was left out and why."""
    excluded = declaration.boundary.excluded
    parts = [f"{e.process} ({e.reason})" for e in excluded if here(e.process) and here(e.reason)]
    parts += [str(e.process) for e in excluded if here(e.process) and not here(e.reason)]
    return "; ".join(parts)


def _verification(declaration: Declaration) -> dict[str, object] | None:
    found = covering(declaration)
    if found is None:
        return None
    told: dict[str, object] = {
        "coverage": "product level",
        "providerName": one_text(found.body_name),
        "completedAt": f"{found.date}T00:00:00Z" if here(found.date) else None,
        "standardName": "; ".join(found.standards),
        "comments": found.statement_number if isinstance(found.statement_number, str) else None,
    }
    return {name: value for name, value in told.items() if value}


@cache
def _provinces() -> Mapping[str, str]:
    """ISO 3166-2 by the first two digits of GB/T 2260."""
    return {row["gb2260"][:2]: row["iso3166_2"] for row in resources.table("codes/cn_provinces.csv")}
