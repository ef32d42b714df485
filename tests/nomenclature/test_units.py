"""Units in other systems, and what other programs say of their size."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest

from gateway import resources
from gateway.nomenclature.places import region
from gateway.nomenclature.units import by_identifier, identifier, same, unit_group
from gateway.quantity import UnknownUnit, parse_unit
from tests.conftest import Judges

# Our code and pint's word. kt, u, ch, hh and oz t mean other things to pint and are not asked by symbol.
PINT = {
    "A.h": "ampere_hour",
    "GJ": "gigajoule",
    "GW": "gigawatt",
    "L": "liter",
    "MJ": "megajoule",
    "MPa": "megapascal",
    "[Btu_IT]": "international_british_thermal_unit",
    "[bbl_us]": "oil_barrel",
    "[ft_i]": "foot",
    "[gal_us]": "gallon",
    "[in_i]": "inch",
    "[lb_av]": "pound",
    "[lton_av]": "long_ton",
    "[mi_i]": "mile",
    "[nmi_i]": "nautical_mile",
    "[oz_av]": "ounce",
    "[ston_av]": "short_ton",
    "bar": "bar",
    "cal_IT": "international_calorie",
    "cal_th": "calorie",
    "d": "day",
    "g": "gram",
    "har": "hectare",
    "kV": "kilovolt",
    "kW.h": "kilowatt_hour",
    "km": "kilometer",
    "mJ": "millijoule",
    "mL": "milliliter",
    "min": "minute",
    "t": "metric_ton",
    "wk": "week",
}


class TestIdentifiers:
    """A unit has an identifier elsewhere only where it means the same."""

    @pytest.mark.parametrize(
        ("unit", "scheme", "expected"),
        [
            ("千瓦时", "unece-rec20", "KWH"),
            ("度", "pact-3.0", "kilowatt hour"),
            ("吨公里", "pact-3.0", "ton kilometer"),
            ("公斤", "openlca-unit", "20aadc24-a391-41cf-b340-3e4529f44bde"),
            ("Nm3", "unece-rec20", "NM3"),
            ("Nm3", "pact-3.0", None),
            ("标准立方米", "unece-rec20", None),
            ("kWh", "ucum", "kW.h"),
            ("吨标准煤", "ucum", None),
            ("标准立方米", "ucum", None),
            ("kWp", "ucum", None),
            ("亩", "ucum", None),
        ],
    )
    def test_of_a_unit(self, unit: str, scheme: str, expected: str | None) -> None:
        assert identifier(unit, scheme) == expected

    def test_there_and_back(self) -> None:
        for scheme in ("unece-rec20", "pact-3.0", "openlca-unit"):
            ids = [r["id"] for r in resources.table("units/ids.csv") if r["scheme"] == scheme]
            for there in ids:
                unit = by_identifier(there, scheme)
                assert unit is not None
                assert identifier(unit, scheme) == there

    def test_one_letter_apart(self) -> None:
        mass = by_identifier("93a60a56-a3c8-11da-a746-0800200b9a66", "ilcd-flow-property")
        heating_value = by_identifier("93a60a56-a3c8-11da-a746-0800200c9a66", "ilcd-flow-property")
        assert (mass, heating_value) == ("kg", "MJ")

    @pytest.mark.parametrize(
        ("unit", "reference"), [("吨", "kg"), ("kWh", "MJ"), ("L", "m3"), ("kg*km", "t.km"), ("tce", "MJ")]
    )
    def test_unit_groups_go_by_dimension(self, unit: str, reference: str) -> None:
        found = unit_group(unit)
        assert found is not None
        assert found[1] == reference

    @pytest.mark.parametrize("unit", ["Nm3", "标准立方米", "kgCO2e", "kWp"])
    def test_what_only_looks_alike_has_no_group(self, unit: str) -> None:
        assert unit_group(unit) is None

    def test_gas_volumes_stay_apart(self) -> None:
        assert not any(same(a, b) for a, b in [("Nm3", "Sm3"), ("Nm3", "标准立方米"), ("m3", "Nm3")])
        assert not same("MJ", "mJ")
        assert same("百万千焦", "GJ")

    def test_an_unknown_unit_suggests(self) -> None:
        with pytest.raises(UnknownUnit) as caught:
            identifier("kwh", "ucum")
        assert "kWh" in str(caught.value.params["suggestions"])


class TestTable:
    """The table agrees with its metadata and with the units."""

    def test_metadata_belong_to_the_file(self) -> None:
        meta = json.loads(resources.mapping("units/ids.meta.json").read_text(encoding="utf-8"))
        data = resources.mapping("units/ids.csv").read_bytes()
        rows = list(csv.reader(data.decode("utf-8").splitlines()))[1:]
        assert meta["sha256"] == hashlib.sha256(data).hexdigest()
        assert meta["rows"] == len(rows)
        assert rows == sorted(rows)
        assert all(parse_unit(row[0]).code == row[0] for row in rows)

    @pytest.mark.parametrize("file", ["ids", "names"])
    def test_an_identifier_stands_once(self, file: str) -> None:
        rows = resources.table(f"units/{file}.csv")
        kind, name = ("scheme", "id") if file == "ids" else ("kind", "name")
        assert max(Counter((r[kind], r[name]) for r in rows).values()) == 1


@pytest.mark.judge("pint")
def test_pint_counts_the_same(judges: Judges) -> None:
    theirs = judges.python("world.py", "units", *PINT.values())
    for code, name in PINT.items():
        assert theirs[name], name
        size, _, base = theirs[name].partition(" ")
        ours = parse_unit(code)
        # pint's base of mass is the kilogram in some releases and the gram in others.
        factor = ours.factor / 1000 if base == "g" else ours.factor
        assert abs(Fraction(Decimal(size)) - factor) <= factor / 10**20, (code, size)


@pytest.mark.judge("pycountry")
def test_pycountry_has_the_same_codes(judges: Judges) -> None:
    theirs = judges.python("world.py", "places")
    countries = {r["code"] for r in resources.table("locations/codes.csv") if r["scheme"] == "iso3166-1"}
    assert countries == set(theirs["countries"])
    provinces = {r["code"] for r in resources.table("locations/codes.csv") if r["scheme"] == "iso3166-2"}
    assert provinces == set(theirs["provinces"])
    for code, name in theirs["provinces"].items():
        found = region(code, "iso3166-2")
        assert found is not None
        first = name.split(" ")[0]
        assert first in found.names["en"] or code in ("CN-NM", "CN-HK")
