"""Footprints of PACT 3.0 as our own schema lets them be, mended only as far as the rules want it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from gateway import resources
from gateway.formats.pact.period import years_after
from gateway.formats.pact.rules import _CCS, _PARTS
from gateway.frontdoor import json as json_door

_SCHEMA: Any = json_door.parse(resources.schema("pact/product-footprint-3.0.schema.json").read_bytes())
# Without what is no character (Unicode 23.7): I-JSON has none, RFC 7493 2.1.
_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]).filter(
        lambda one: not 0xFDD0 <= ord(one) <= 0xFDEF and ord(one) & 0xFFFE != 0xFFFE
    ),
    max_size=12,
)
_names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12)
_plain = st.one_of(
    st.decimals(0, 10**6, places=4), st.decimals(0, 10**15, places=9), st.integers(0, 9).map(Decimal)
).map(lambda d: f"{d:f}")
_MIDDAY: Final = datetime(2024, 6, 1, 12, tzinfo=UTC)


def _signed(amount: str, sign: str) -> str:
    return f"{sign}{amount}" if Decimal(amount) else amount


@st.composite
def _moments(draw: st.DrawFn) -> str:
    """A moment as people write it: with a zone, perhaps with parts of a second or small letters."""
    at = draw(st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001 - the zone comes now
    zone = timezone(timedelta(minutes=draw(st.sampled_from([0, 0, 480, -330, 60]))))
    text = at.replace(microsecond=draw(st.sampled_from([0, 0, 250000])), tzinfo=zone).isoformat()
    return text.replace("+00:00", draw(st.sampled_from(["Z", "+00:00"])))


_NAMED: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "decimal": st.builds(_signed, _plain, st.sampled_from(["", "-"])),
    "positive": _plain.filter(lambda text: bool(Decimal(text))),
    "nonNegative": _plain,
    "nonPositive": _plain.map(lambda text: _signed(text, "-")),
    "dateTime": _moments(),
    "uuid": st.uuids().map(str),
    "urn": st.sampled_from(["product-id", "buyer-id"]).flatmap(
        lambda kind: st.integers(0, 10**6).map(lambda n: f"urn:pact:company.example:{kind}:{n}")
    ),
    "uri": st.integers(0, 99).map(lambda n: f"https://example.com/{n}"),
    "nonEmpty": _names,
}
# Patterns of our schema that stand for a list of their own.
_PATTERNED: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "^[A-Z]{2}$": st.sampled_from(["CN", "DE", "BR", "ZA", "US", "IN", "AU", "TW", "XK"]),
    "^[A-Z]{2}-[A-Z0-9]{1,3}$": st.sampled_from(["CN-AH", "DE-BY", "US-CA", "FR-75"]),
    "^AR[0-9]+$": st.sampled_from(["AR4", "AR5", "AR6", "AR7"]),
    "^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9]{8})?$": st.sampled_from(["3.0.0", "3.0.3", "3.0.2-20250718"]),
}
_OWN: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "crossSectoralStandards": st.lists(
        st.one_of(
            st.sampled_from(
                ["ISO14067", "ISO14083", "ISO14040-44", "GHGP-Product", "PEF", "PACT-3.0", "PAS2050"]
            ),
            _names,
        ),
        min_size=1,
        max_size=3,
        unique=True,
    ),
    "exemptedEmissionsPercent": st.sampled_from(["0", "2.5", "3", "7.25", "10"]),
    "primaryDataShare": st.sampled_from(["0", "0.4", "55.5", "100"]),
    "data": st.dictionaries(_names, st.one_of(_texts, st.booleans(), st.integers(-9, 9)), max_size=3),
}


def _of(schema: Mapping[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    """Everything that a schema lets pass, optional members now there and now not."""
    if name in _OWN:
        return _OWN[name]
    if name.endswith("DQR"):
        return st.sampled_from(["1", "1.5", "2", "3.75", "5"])
    reference = str(schema.get("$ref", "")).rpartition("/")[2]
    if reference in _NAMED:
        return _NAMED[reference]
    if reference:
        return _of(_SCHEMA["definitions"][reference])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds: Mapping[str, Callable[[], st.SearchStrategy[Any]]] = {
        "boolean": st.booleans,
        "string": lambda: _PATTERNED.get(schema.get("pattern", ""), _texts),
        "array": lambda: st.lists(
            _of(schema["items"]), min_size=schema.get("minItems", 0), max_size=3, unique_by=str
        ),
        "object": lambda: _objects(schema),
    }
    return kinds[schema["type"]]()


def _objects(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: _of(below, name) for name, below in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: values for name, values in members.items() if name in required},
        optional={name: values for name, values in members.items() if name not in required},
    )


@st.composite
def footprints(draw: st.DrawFn) -> dict[str, Any]:
    """A footprint that schema and rules let pass."""
    found: dict[str, Any] = draw(_objects(_SCHEMA))
    pcf = found["pcf"]
    _mend_times(found, pcf, draw)
    if pcf.get("packagingEmissionsIncluded") is False:
        pcf.pop("packagingGhgEmissions", None)
    if pcf.get("ccsTechnologicalCO2CaptureIncluded") is False:
        for name in _CCS:
            pcf.pop(name, None)
    places = [n for n in pcf if n.startswith("geography")]
    for name in places[1:]:
        del pcf[name]
    for rule in pcf.get("productOrSectorSpecificRules", ()):
        if rule["operator"] == "Other":
            rule.setdefault("otherOperatorName", "operator")
        else:
            rule.pop("otherOperatorName", None)
    if "productOrSectorSpecificRules" in pcf:
        distinct = {str(sorted(rule.items())): rule for rule in pcf["productOrSectorSpecificRules"]}
        pcf["productOrSectorSpecificRules"] = list(distinct.values())
    parts = sum((Decimal(pcf[name]) for name in _PARTS if name in pcf), Decimal(0))
    rest = Decimal(draw(st.sampled_from(["0", "0", "0.125", "-0.5"])))  # identity or a warning
    # Parts that make more than the total by more than rounding are an error.
    excluding = parts + rest if rest >= 0 or parts + rest > 200 else parts
    pcf["pcfExcludingBiogenicUptake"] = f"{excluding:f}"
    pcf["pcfIncludingBiogenicUptake"] = f"{excluding + Decimal(pcf.get('biogenicCO2Uptake', '0')):f}"
    return found


def _mend_times(found: dict[str, Any], pcf: dict[str, Any], draw: st.DrawFn) -> None:
    """The reference period before the validity, which lasts three years at most."""
    start, end = (datetime.fromisoformat(pcf[f"referencePeriod{n}"].upper()) for n in ("Start", "End"))
    if start >= end:
        end = start + timedelta(days=draw(st.integers(1, 400)))
        pcf["referencePeriodEnd"] = end.isoformat()
    last = years_after(end.date(), 3)
    limit = end.replace(year=last.year, month=last.month, day=last.day)
    begin = end + timedelta(days=draw(st.sampled_from([0, 1, 90])))
    if "validityPeriodStart" in found:
        found["validityPeriodStart"] = begin.isoformat()
    if "validityPeriodEnd" in found:
        found["validityPeriodEnd"] = draw(st.sampled_from([begin + timedelta(days=30), limit])).isoformat()
