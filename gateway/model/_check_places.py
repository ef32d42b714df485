"""Place codes: each is one that its scheme has, wherever a place stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from gateway import resources
from gateway.model import identifiers
from gateway.model._check import Check
from gateway.model.activity import Line, Place
from gateway.model.walk import escape, keyed, places
from gateway.report import Severity

# Schemes whose codes the tables list whole. Of ISO 3166-2 they have China; of GB/T 2260 the provinces.
_LISTED: Final = ("iso3166-1", "ecoinvent", "ilcd")
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_PROVINCE: Final = re.compile(r"CN-[A-Z]{2}", re.ASCII)
# ISO 3166-1, 7.5.4: reserved for regions and former names, and used as regions of factors.
_RESERVED: Final = ("EU", "EZ", "UK", "UN")
_DIVISION: Final = re.compile(r"\d{6}", re.ASCII)


def check_places(check: Check) -> None:
    """Origins of lines, regions of factors, countries."""
    for key, line in keyed(check.declaration.lines):
        assert isinstance(line, Line)
        path = f"/lines/{escape(key)}"
        if isinstance(line.origin, Place):
            _place(check, f"{path}/origin/code", line.origin.code, [line.origin.scheme])
        if isinstance(line.factor.region, str):
            schemes = list(_schemes(line.factor.region, line.factor.database))
            _place(check, f"{path}/factor/region", line.factor.region, schemes)
    for path, pattern, value in places(check.declaration):
        # Other shapes have a finding of their own.
        if pattern.endswith("/country") and isinstance(value, str) and _COUNTRY.fullmatch(value):
            _place(check, path, value, ["iso3166-1"])


def _schemes(region: str, database: object) -> Iterator[str]:
    """The schemes that a region without scheme can be of; none where its shape does not tell."""
    if _DIVISION.fullmatch(region):
        yield "gb2260"
    elif _PROVINCE.fullmatch(region):
        yield "ecoinvent"
        if database != "ECOINVENT":
            yield "iso3166-2"
    elif _COUNTRY.fullmatch(region) and region not in _RESERVED:
        yield from _LISTED


def _place(check: Check, path: str, code: str, schemes: list[str]) -> None:
    answers = [_is_of(code, scheme) for scheme in schemes]
    if not answers or not all(answer is False for answer in answers):
        return
    known = ("iso3166-1", "iso3166-2", "ecoinvent", "ilcd", "tidas")
    others = [name for name in known if code in _codes()[name]]
    named = ", ".join(schemes)
    told = "identity.place-of-other-scheme" if others else "identity.place-unknown"
    check.add(told, path, code, Severity.WARNING, scheme=named, others=", ".join(others))


def _is_of(code: str, scheme: str) -> bool | None:
    """Whether the scheme has the code; None where the tables cannot tell."""
    if scheme == "gb2260":
        return identifiers.gb2260(code) is None
    if scheme == "iso3166-2":
        country = code.partition("-")[0]
        known = country in _codes()["iso3166-1"] and "-" in code
        return code in _codes()[scheme] if country == "CN" else None if known else False
    return code in _codes()[scheme] if scheme in _LISTED else None


@cache
def _codes() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {scheme: set() for scheme in (*_LISTED, "iso3166-2", "tidas")}
    for row in resources.table("locations/codes.csv"):
        if row["scheme"] in found:
            found[row["scheme"]].add(row["code"])
    return {scheme: frozenset(codes) for scheme, codes in found.items()}
