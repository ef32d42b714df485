"""Guards: factor kind by value and year, province codes, double counting, the period."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from gateway.messages import explain
from gateway.model.activity import EmissionFactor, Line
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.party import Enterprise, Site
from gateway.model.scope import FunctionalUnit, Period
from gateway.pipeline.convert import read
from gateway.quantity import Quantity, parse_unit
from gateway.recognition import electricity, guards
from gateway.recognition.electricity import announced, look_up
from gateway.recognition.places import province
from gateway.report import Finding
from tests.recognition.ideal import change, example


def q(amount: str, unit: str) -> Quantity:
    return Quantity(Decimal(amount), unit)


def power(value: str = "0.5777", **factor: object) -> Line:
    told = {"kind": "lca_co2e", "value": q(value, "kg{CO2eq}/(kW.h)"), **factor}
    return Line(
        id="E1",
        stage="production",
        category="energy",
        name=LangText({"zh": "外购电力"}),
        amount_per_unit=q("2100", "kW.h"),
        factor=EmissionFactor.model_validate(told),
    )


def found(*lines: Line, **rest: object) -> tuple[Finding, ...]:
    return guards.check(Declaration.model_validate({"lines": lines, **rest}), {})


class TestFactorKind:
    """CO2 at generation is not a life-cycle footprint, whatever its label says."""

    def test_0_5306_as_life_cycle_is_caught_by_value_and_year(self) -> None:
        (finding,) = found(power("0.5306", year=2023))
        assert finding.code == "guards.direct-as-life-cycle"
        assert finding.at == "/lines/E1/factor/value"
        # the footprint of 2023 is 0.6205: 2100 × (0.6205 − 0.5306) = 188.79
        assert finding.params["footprint"] == "0.6205 (2023)"
        assert finding.params["kg"] == "188.79"

    def test_without_the_year_it_only_looks_like_it(self) -> None:
        (finding,) = found(power("0.5306"))
        assert finding.code == "guards.looks-direct"

    def test_in_another_unit_it_is_the_same_factor(self) -> None:
        line = power("0.5306", year=2023)
        per_mwh = line.model_copy(
            update={"factor": line.factor.model_copy(update={"value": q("0.5306", "t{CO2eq}/(MW.h)")})}
        )
        assert [f.code for f in found(per_mwh)] == ["guards.direct-as-life-cycle"]

    def test_said_as_direct_it_is_no_slip(self) -> None:
        assert not found(power("0.5306", year=2023, kind="direct_co2"))

    @pytest.mark.parametrize("value", ["0.5777", "0.6205", "0.9240"])
    def test_a_life_cycle_factor_is_not_caught(self, value: str) -> None:
        assert not found(power(value, year=2024))

    @pytest.mark.parametrize(
        ("zh", "unit", "value", "per"),
        [
            ("天然气燃烧", "m3", "2.1622", "kg{CO2eq}/m3"),
            ("天然气燃烧", "GJ", "55.539", "kg{CO2eq}/GJ"),
            ("柴油燃烧", "kW.h", "0.5306", "kg{CO2eq}/(kW.h)"),
            ("燃料", "kW.h", "0.2020", "kg{CO2eq}/(kW.h)"),
        ],
    )
    def test_a_combustion_factor_is_not_electricity(self, zh: str, unit: str, value: str, per: str) -> None:
        burnt = power(kind="direct_co2", year=2023).model_copy(
            update={
                "name": LangText({"zh": zh}),
                "amount_per_unit": q("60", unit),
                "factor": EmissionFactor(value=q(value, per), kind="direct_co2", year=2023),
            }
        )
        assert not electricity.is_electricity(burnt)
        assert not found(burnt)

    def test_the_example_uses_announced_life_cycle_factors(self) -> None:
        uses = list(electricity.uses(example()))
        assert [(u.label, u.is_life_cycle) for u in uses] == [("L18", True), ("L19", True)]
        assert not guards.check(example(), {})


class TestAnnounced:
    """The table of announced factors."""

    def test_141_rows_of_two_kinds(self) -> None:
        kinds = [row.kind for row in announced()]
        assert (len(kinds), kinds.count("lca_co2e")) == (141, 21)

    @pytest.mark.parametrize(
        ("value", "year", "kind", "place"),
        [
            ("0.5306", 2023, "direct_co2", "CN"),
            ("0.5777", 2024, "lca_co2e", "CN"),
            ("0.6096", 2023, "direct_co2", "CN"),
            ("0.4044", 2023, "direct_co2", "CN-HB"),
            ("0.4044", 2022, "direct_co2", "CN-GX"),
        ],
    )
    def test_value_and_year_find_one_row(self, value: str, year: int, kind: str, place: str) -> None:
        match = look_up(q(value, "kg{CO2}/(kW.h)"), year)
        assert match is not None
        assert [(r.kind, r.place) for r in match.rows] == [(kind, place)]
        assert match.by_year

    def test_no_value_is_announced_as_both_kinds(self) -> None:
        direct = {row.kg_per_kwh for row in announced() if row.kind == "direct_co2"}
        whole = {row.kg_per_kwh for row in announced() if row.kind == "lca_co2e"}
        assert not direct & whole


class TestPlaces:
    """GB/T 2260, ISO 3166-2 and ecoinvent name provinces by letters that deceive."""

    @pytest.mark.parametrize(
        ("gb2260", "iso", "ecoinvent"),
        [
            ("420000", "CN-HB", "CN-HU"),
            ("130000", "CN-HE", "CN-HB"),
            ("410000", "CN-HA", "CN-HE"),
            ("460000", "CN-HI", "CN-HA"),
            ("610000", "CN-SN", "CN-SA"),
            ("420106", "CN-HB", "CN-HU"),
            ("350900", "CN-FJ", "CN-FJ"),
        ],
    )
    def test_codes(self, gb2260: str, iso: str, ecoinvent: str) -> None:
        place = province(gb2260, "gb2260")
        assert place is not None
        assert (place.iso3166_2, place.ecoinvent) == (iso, ecoinvent)
        assert province(iso, "iso3166-2") == province(ecoinvent, "ecoinvent") == place

    def test_codes_that_are_none(self) -> None:
        assert province("990000", "gb2260") is None
        assert province("CN-HU", "iso3166-2") is None

    @pytest.mark.parametrize(
        ("site", "region", "database", "code"),
        [
            ("420100", "CN-HU", "NFDB", "CN-HB"),
            ("420100", "CN-HB", "ECOINVENT", "CN-HU"),
            ("130100", "CN-HE", "ECOINVENT", "CN-HB"),
            ("130100", "CN-HB", "CLCD", "CN-HE"),
        ],
    )
    def test_a_code_of_the_other_scheme_is_caught(
        self, site: str, region: str, database: str, code: str
    ) -> None:
        line = power("0.7001", region=region, database=database).model_copy(update={"site_id": "S"})
        (finding,) = found(line, sites=(Site(id="S", gb2260=site),))
        assert finding.code == "guards.place-in-other-scheme"
        assert finding.at == "/lines/E1/factor/region"
        assert finding.params["right"] == code

    @pytest.mark.parametrize(
        ("site", "region", "database"),
        [
            ("420100", "CN-HB", "NFDB"),
            ("420100", "CN-HU", "ECOINVENT"),
            ("350100", "CN-HB", "NFDB"),
            ("130100", "CN", "NFDB"),
        ],
    )
    def test_a_right_or_wholly_other_code_is_not(self, site: str, region: str, database: str) -> None:
        line = power("0.7001", region=region, database=database)
        assert not found(line, enterprise=Enterprise(gb2260=site))

    def test_the_announced_value_tells_the_province_where_no_site_does(self) -> None:
        # 0.4044 kg CO2/kWh of 2023 is Hubei
        (finding,) = found(power("0.4044", year=2023, kind="direct_co2", region="CN-HU"))
        assert (finding.code, finding.params["right"]) == ("guards.place-in-other-scheme", "CN-HB")


class TestCounting:
    """Upstream emissions stand once."""

    def test_a_life_cycle_factor_beside_its_upstream_line(self) -> None:
        (finding,) = guards.check(change(example(), {"/lines/L20/factor/kind": "lca_co2e"}), {})
        assert finding.code == "guards.counted-twice"
        assert (finding.at, finding.saw) == ("/lines/L21/result", "44.8")
        assert "44.8 kg" in explain(finding, "en").what

    def test_direct_and_upstream_belong_together(self) -> None:
        assert not guards.check(example(), {})

    @pytest.mark.parametrize("amount", ["3.1", "2.8001", "2.0"])
    def test_another_amount_of_the_same_carrier_is_caught(self, amount: str) -> None:
        changes = {"/lines/L20/factor/kind": "lca_co2e", "/lines/L21/amount_per_unit": q(amount, "GJ")}
        codes = {f.code for f in guards.check(change(example(), changes), {})}
        assert "guards.counted-twice" in codes

    def test_another_carrier_is_not(self) -> None:
        diesel = {f"/lines/L21/name/{lang}": name for lang, name in (("zh", "柴油供应"), ("en", "diesel"))}
        changes = {"/lines/L20/factor/kind": "lca_co2e", "/lines/L21/amount_per_unit": q("3.1", "GJ")}
        codes = {f.code for f in guards.check(change(example(), {**changes, **diesel}), {})}
        assert "guards.counted-twice" not in codes

    @pytest.mark.parametrize(("amount", "kg"), [("2100", "105"), ("2100.5", "105.025"), ("2000", "100")])
    def test_without_a_result_the_kg_are_amount_times_factor(self, amount: str, kg: str) -> None:
        upstream = power("0.05", kind="upstream_co2e").model_copy(
            update={
                "id": "E2",
                "name": LangText({"zh": "外购电力上游"}),
                "amount_per_unit": q(amount, "kW.h"),
            }
        )
        (finding,) = found(power(), upstream)
        assert (finding.code, finding.saw) == ("guards.counted-twice", kg)
        assert (finding.params["line"], finding.params["whole"]) == ("E2", "E1")

    def test_a_carrier_that_nobody_names_is_told_by_its_amount(self) -> None:
        def nameless(number: str, kind: str, amount: str) -> Line:
            told = {"id": number, "name": LangText({"zh": "能源"}), "amount_per_unit": q(amount, "GJ")}
            factor = {"kind": kind, "value": q("16", "kg{CO2eq}/GJ")}
            return power().model_copy(update={**told, "factor": EmissionFactor.model_validate(factor)})

        whole = nameless("A", "lca_co2e", "3")
        assert [f.saw for f in found(whole, nameless("B", "upstream_co2e", "3"))] == ["48"]
        assert not found(whole, nameless("B", "upstream_co2e", "3.5"))


class TestPeriod:
    """1,995,000 kWh, 1,000 made, 950 good: 2,100 kWh per pack."""

    UNIT = FunctionalUnit(kind="declared", amount=q("1", "{piece}"), lines_basis="unit")
    GOOD = Period(output=q("950", "{piece}"))

    def _line(self, per_unit: str, number: str = "E1") -> Line:
        return power().model_copy(
            update={"id": number, "amount": q("1995000", "kW.h"), "amount_per_unit": q(per_unit, "kW.h")}
        )

    def test_over_the_good_output(self) -> None:
        assert not found(self._line("2100"), unit=self.UNIT, period=self.GOOD)

    def test_over_all_that_was_made(self) -> None:
        (finding,) = found(self._line("1995"), unit=self.UNIT, period=self.GOOD)
        assert (finding.code, finding.at) == ("guards.per-unit-other", "/lines/E1/amount_per_unit")
        assert (finding.params["expected"], finding.params["implied"]) == ("2100", "1000")

    def test_packs_from_an_output_in_kwh_delivered(self) -> None:
        (finding,) = guards.check(change(example(), {"/lines/L18/amount_per_unit": q("2394", "kW.h")}), {})
        assert (finding.code, finding.params["expected"]) == ("guards.per-unit-other", "2520")

    def test_an_output_that_no_line_fits_is_said_once(self) -> None:
        (finding,) = guards.check(change(example(), {"/period/output": q("2907000000", "kW.h")}), {})
        assert (finding.code, finding.at) == ("guards.output-other", "/period/output")
        assert (finding.params["implied"], finding.params["output"]) == ("20000", "19000")

    def test_other_units_are_converted(self) -> None:
        line = self._line("1995").model_copy(update={"amount": q("1895250", "kW.h")})
        assert not found(line, unit=self.UNIT, period=self.GOOD)
        assert parse_unit("kWh").code == "kW.h"

    def test_without_output_nothing_is_said(self) -> None:
        assert not found(self._line("1995"), unit=self.UNIT)


@pytest.mark.oracle
def test_known_inputs_meet_no_guard(oracle_data: Path) -> None:
    folders = (oracle_data / "china" / "sample_inputs", oracle_data / "real_inputs")
    files = [path for folder in folders for path in sorted(folder.glob("[0-9]*.json"))]
    assert len(files) == 28
    said = {}
    for path in files:
        source = read(path.read_bytes())
        codes = [f.code for f in guards.check(source.declaration, source.origins)]
        if codes:
            said[path.name] = codes
    assert said == {}
