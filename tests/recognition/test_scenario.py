"""What-if: electricity, GWP set and denominator of a declared footprint, recomputed beside it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import gateway
from gateway import resources
from gateway.errors import GatewayError, InputError, UsageError
from gateway.model.activity import EmissionFactor, GasAmount, Line
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.results import Carbon, Per, ResultSet, Role
from gateway.model.scope import FunctionalUnit, Method
from gateway.pipeline.explain import explain
from gateway.pipeline.whatif import what_if as of_source
from gateway.quantity import Quantity
from gateway.recognition import power
from gateway.recognition.account import NoAccount
from gateway.recognition.scenario import Lever, Levers, Scenario, what_if

CO2E = "kg{CO2eq}"
EU = "eu-battery-ev-draft-2024"


def kg(number: str) -> Quantity:
    return Quantity(Decimal(number), CO2E)


def line(name: str, amount: str, unit: str, factor: str, **fields: Any) -> Line:
    told = EmissionFactor(value=Quantity(Decimal(factor), f"{CO2E}/({unit})"), kind="lca_co2e")
    made = {
        "id": name,
        "name": LangText({"zh": name, "en": name}),
        "amount_per_unit": Quantity(Decimal(amount), unit),
        "factor": told,
        **fields,
    }
    return Line(**made)


def declaration(*lines: Line, total: str, gwp_set: str = "AR5", **fields: Any) -> Declaration:
    result = ResultSet(id="declared", carbon=Carbon(total=kg(total)))
    return Declaration(
        lines=lines,
        results=(result,),
        method=Method(gwp_set=gwp_set),
        unit=FunctionalUnit(amount=Quantity(Decimal(1), "{piece}"), lines_basis="unit"),
        **fields,
    )


def electric(name: str = "P", **fields: Any) -> Line:
    return line(name, "100", "kW.h", "0.5777", category="energy", **fields)


def pack() -> Declaration:
    return gateway.read(resources.example("lfp-pack.json").read_bytes()).declaration


def codes(scenario: Scenario) -> set[str]:
    return {finding.code for finding in scenario.findings}


@pytest.mark.oracle
class TestSample:
    """The worked example of a pack: 2,100 kWh of the grid in 5,740.109388 kg per pack."""

    @pytest.fixture
    def sample(self, oracle_data: Path) -> gateway.Source:
        return gateway.read(
            (oracle_data / "china/sample_inputs/03_lfp_pack_worked_example.json").read_bytes()
        )

    def test_another_electricity_factor_at_an_unchanged_denominator(self, sample: gateway.Source) -> None:
        """2,100 kWh × (0.5306 - 0.5777) kg/kWh = -98.91 kg."""
        found = what_if(sample.declaration, Levers(electricity=power.factor("0.5306")))
        assert found.unchanged.delta == Fraction("-98.91")
        assert found.unchanged.by == {Lever.ELECTRICITY: Fraction("-98.91")}
        assert found.recomputed.carbon.total == kg("5641.199388")
        assert [changed.counted.line.id for changed in found.changed] == ["L14"]

    def test_the_declared_set_is_still_there(self, sample: gateway.Source) -> None:
        found = what_if(sample.declaration, Levers(electricity=power.factor("0.5306")))
        assert found.declaration.results[:-1] == sample.declaration.results
        assert found.recomputed.role is Role.RECOMPUTED
        assert found.recomputed.derived_from == "pack"
        assert found.recomputed.basis.gwp_set == "AR6"
        assert found.recomputed.basis.boundary == "c2gr"

    def test_co2_at_generation_is_no_footprint(self, sample: gateway.Source) -> None:
        found = what_if(sample.declaration, Levers(electricity=power.factor("0.5306")))
        assert "scenario.direct-factor" in codes(found)
        assert "direct_co2" in str(found.recomputed.basis.electricity_approach)

    def test_both_energies(self, sample: gateway.Source) -> None:
        """The same lines over 153,900 kWh and over 57 × 60 × 8 = 27,360 kWh: 5.625 times."""
        asked = Levers(per=Per.KWH_DELIVERED, energy=Quantity(Decimal(27360), "kW.h"))
        found = what_if(sample.declaration, asked)
        assert found.over is not None
        assert found.over.after / found.over.before == Fraction("5.625")
        assert found.recomputed.carbon.total == Quantity(Fraction("5740.109388") / 27360, CO2E)

    def test_explained_down_to_the_cells(self, sample: gateway.Source) -> None:
        found = of_source(sample, Levers(electricity=power.factor("0.5306")))
        told = explain(found.source, "/results/recomputed/carbon/total")
        assert told.proven
        assert told.value == kg("5641.199388")
        assert [o.at for o in told.operands if o.at.startswith("/")] == [
            "/results/perPackKg",
            "/lines/13/amountPerUnit",
            "/lines/13/factor/value",
        ]


class TestElectricity:
    """Which lines it moves, and what is said of the factor."""

    def test_what_a_site_generates_itself_keeps_its_factor(self) -> None:
        found = what_if(pack(), Levers(electricity=power.factor("0.6205")))
        assert [changed.counted.line.id for changed in found.changed] == ["L18"]
        assert "scenario.own-electricity-kept" in codes(found)

    def test_a_named_line_is_changed(self) -> None:
        found = what_if(pack(), Levers(electricity=power.factor("0.6205"), lines=("L19",)))
        assert found.unchanged.delta == 280 * (Fraction("0.6205") - Fraction("0.052"))

    def test_a_line_that_is_no_electricity(self) -> None:
        with pytest.raises(UsageError) as caught:
            what_if(pack(), Levers(electricity=power.factor("0.6"), lines=("L01",)))
        assert caught.value.error_code == "scenario.no-electricity-line"

    def test_stages_move_with_their_lines(self) -> None:
        found = what_if(pack(), Levers(electricity=power.factor("0.6205")))
        rows = {row.stage: row.carbon.total for row in found.recomputed.rows}
        assert rows["production"] == kg("1786.1792")
        assert rows["raw"] == kg("4031.920")
        parts = [t for t in rows.values() if isinstance(t, Quantity)]
        assert isinstance(found.recomputed.carbon.total, Quantity)
        assert sum(Fraction(t.amount) for t in parts) == Fraction(found.recomputed.carbon.total.amount)

    @pytest.mark.parametrize(
        "text", ["0.6205", "620.5 g CO2e/kWh", "0.6205 kg CO2e/kWh", "２０２３/x", "abc"]
    )
    def test_what_people_type(self, text: str) -> None:
        if text[0] in "06":
            assert power.factor(text).value == Quantity(Decimal("0.6205"), f"{CO2E}/(kW.h)")
        else:
            with pytest.raises(UsageError):
                power.factor(text)

    def test_announced_by_id_and_by_value(self) -> None:
        told = power.factor("2024/lca_co2e/average/CN")
        assert told.value == Quantity(Decimal("0.5777"), f"{CO2E}/(kW.h)")
        assert told.kind == "lca_co2e"
        assert "2024/lca_co2e/average/CN" in power.named(power.factor("0.5777"))

    def test_grams_for_kilograms(self) -> None:
        found = what_if(pack(), Levers(electricity=power.factor("577.7")))
        assert "scenario.electricity-magnitude" in codes(found)


class TestGwpSet:
    """Only masses by gas are moved to another set."""

    def gases(self) -> Line:
        """10 kg CO2 and 1 kg of fossil methane: 40 kg in AR5, 39.8 in AR6."""
        masses = (
            GasAmount(gas="CO2-fossil", amount=Quantity(Decimal(10), "kg")),
            GasAmount(gas="CH4-fossil", amount=Quantity(Decimal(1), "kg")),
        )
        return Line(id="G", result=kg("40"), result_by_gas=masses)

    def test_masses(self) -> None:
        found = what_if(declaration(self.gases(), total="40"), Levers(gwp_set="AR6"))
        assert found.recomputed.carbon.total == kg("39.8")
        assert found.recomputed.basis.gwp_set == "AR6"
        assert found.unchanged.by == {Lever.GWP: Fraction("-0.2")}

    def test_co2e_by_gas(self) -> None:
        """30 kg CO2e of fossil methane in AR5 are 1 kg of it."""
        parts = (GasAmount(gas="CO2-fossil", amount=kg("10")), GasAmount(gas="CH4-fossil", amount=kg("30")))
        told = Line(id="G", result=kg("40"), result_by_gas=parts)
        found = what_if(declaration(told, total="40"), Levers(gwp_set="AR6"))
        assert found.recomputed.carbon.total == kg("39.8")

    def test_a_bare_total_is_refused_with_its_bounds(self) -> None:
        """100 kg from AR5 to AR6: CO2 alone stays, N2O grows by 273/265, biogenic methane falls to 27/28."""
        found = what_if(declaration(line("X", "50", "kg", "2"), total="100"), Levers(gwp_set="AR6"))
        assert [error.error_code for error in found.refused] == ["scenario.bare-total"]
        assert found.bounds is not None
        assert found.bounds.common == (
            Quantity(Fraction(2700, 28), CO2E),
            Quantity(Fraction(27300, 265), CO2E),
        )
        assert found.recomputed.basis.gwp_set == "AR5"
        assert found.recomputed.carbon.total == kg("100")

    def test_the_known_part_is_moved_within_the_bounds(self) -> None:
        told = declaration(self.gases(), line("X", "50", "kg", "2"), total="140")
        found = what_if(told, Levers(gwp_set="AR6"))
        assert found.bounds is not None
        assert found.bounds.common[0] == Quantity(Fraction("39.8") + Fraction(2700, 28), CO2E)
        assert found.bounds.bare == kg("100")

    def test_co2_counts_one_in_every_set(self) -> None:
        burnt = line("B", "50", "kg", "2")
        burnt = burnt.model_copy(update={"factor": burnt.factor.model_copy(update={"kind": "direct_co2"})})
        found = what_if(declaration(self.gases(), burnt, total="140"), Levers(gwp_set="AR6"))
        assert found.recomputed.carbon.total == kg("139.8")

    def test_gases_that_are_not_the_line(self) -> None:
        wrong = self.gases().model_copy(update={"result": kg("50")})
        found = what_if(declaration(wrong, total="50"), Levers(gwp_set="AR6"))
        assert found.refused
        assert "scenario.gases-do-not-add-up" in codes(found)

    def test_a_gas_without_a_carbon_class(self) -> None:
        methane = Line(
            id="G", result=kg("30"), result_by_gas=(GasAmount(gas="CH4", amount=Quantity(Decimal(1), "kg")),)
        )
        found = what_if(declaration(methane, total="30"), Levers(gwp_set="AR6"))
        assert [e.error_code for e in found.refused] == ["scenario.bare-total", "gwp.no-factor"]

    def test_the_same_set_changes_nothing(self) -> None:
        found = what_if(declaration(line("X", "50", "kg", "2"), total="100"), Levers(gwp_set="AR5"))
        assert found.unchanged.delta == 0
        assert not found.refused

    @pytest.mark.parametrize(("declared", "wanted"), [("unknown", "AR6"), ("AR5", "SAR")])
    def test_a_set_that_is_not_known(self, declared: str, wanted: str) -> None:
        told = declaration(line("X", "50", "kg", "2"), total="100", gwp_set=declared)
        with pytest.raises(InputError) as caught:
            what_if(told, Levers(gwp_set=wanted))
        assert caught.value.error_code in ("scenario.gwp-set-not-told", "scenario.unknown-gwp-set")


class TestAllLevers:
    """Together: shares that add up in every order."""

    def mixed(self) -> Declaration:
        """Electricity with its gases, so that two levers meet on one line."""
        gases = (
            GasAmount(gas="CO2-fossil", amount=Quantity(Decimal(50), "kg")),
            GasAmount(gas="N2O", amount=Quantity(Decimal("0.03"), "kg")),
        )
        metered = electric(result_by_gas=gases)
        unit = FunctionalUnit(amount=Quantity(Decimal(1), "{piece}"), lines_basis="unit")
        return declaration(metered, total="57.77").model_copy(update={"unit": unit})

    def test_levers_that_meet_on_one_line(self) -> None:
        """Another factor brings its own set along: the GWP lever counts only in half of the orders."""
        found = what_if(self.mixed(), Levers(electricity=power.factor("0.6205"), gwp_set="AR6"))
        assert not found.refused
        assert sum(found.unchanged.by.values()) == found.unchanged.delta == Fraction("4.28")
        alone = what_if(self.mixed(), Levers(gwp_set="AR6")).unchanged.delta
        assert found.unchanged.by[Lever.GWP] == alone / 2

    def test_lines_add_up_to_the_total(self) -> None:
        found = what_if(pack(), Levers(electricity=power.factor("0.6205")))
        assert sum(changed.delta for changed in found.lines) == found.unchanged.delta
        assert all(sum(changed.by.values()) == changed.delta for changed in found.lines)

    def test_electricity_and_denominator_by_hand(self) -> None:
        """E = +107.856 kg over the mean of both denominators; the rest is the denominator's."""
        found = what_if(pack(), Levers(electricity=power.factor("0.6205"), per=Per.KWH_DELIVERED, profile=EU))
        assert found.over is not None
        wide, narrow = Fraction(153000), Fraction(32640)
        electricity = Fraction("107.856") * (1 / wide + 1 / narrow) / 2
        assert found.over.by[Lever.ELECTRICITY] == electricity
        assert found.over.by[Lever.DENOMINATOR] == found.over.delta - electricity
        assert found.recomputed.basis.legal_status == "draft"

    @pytest.mark.parametrize("order", list(permutations(("electricity", "gwp_set", "per"))))
    def test_naming_them_in_any_order(self, order: tuple[str, ...]) -> None:
        asked: dict[str, Any] = {
            "electricity": power.factor("0.6205"),
            "gwp_set": "AR6",
            "per": Per.KWH_DELIVERED,
        }
        found = what_if(pack(), Levers(profile=EU, **{name: asked[name] for name in order}))
        assert found.over is not None
        assert sum(found.over.by.values()) == found.over.delta

    def test_other_units_have_no_difference_of_their_own(self) -> None:
        found = what_if(pack(), Levers(electricity=power.factor("0.6205"), per=Per.KWH_RATED))
        assert found.over is not None
        assert found.over.by == {Lever.ELECTRICITY: Fraction("107.856") / 72}
        assert "scenario.no-difference" in codes(found)

    def test_per_kg_of_a_declared_tonne(self) -> None:
        told = declaration(line("X", "50", "kg", "2"), total="100")
        unit = FunctionalUnit(amount=Quantity(Decimal(1), "t"), lines_basis="unit")
        found = what_if(told.model_copy(update={"unit": unit}), Levers(per=Per.KG))
        assert found.recomputed.carbon.total == kg("0.1")


class TestAccount:
    """What the lines count in the total."""

    def test_a_rounded_result_is_its_product(self) -> None:
        """57.77 printed as 57.8: the change is 100 × (0.6205 - 0.5777), not off by the rounding."""
        told = declaration(electric(result=kg("57.8")), total="57.8")
        found = what_if(told, Levers(electricity=power.factor("0.6205")))
        assert found.unchanged.delta == Fraction("4.28")

    def test_a_result_that_is_no_product_counts_as_it_stands(self) -> None:
        told = declaration(electric(result=kg("60")), total="60")
        found = what_if(told, Levers(electricity=power.factor("0.6205")))
        assert found.recomputed.carbon.total == kg("62.05")
        assert "scenario.result-is-no-product" in codes(found)

    def test_what_no_line_tells_is_kept_and_said(self) -> None:
        found = what_if(declaration(electric(), total="100"), Levers(electricity=power.factor("0.6205")))
        assert found.recomputed.carbon.total == kg("104.28")
        assert found.account.remainder == Fraction("42.23")
        assert "scenario.remainder" in codes(found)

    def test_a_direct_factor_counts_one_to_one(self) -> None:
        burnt = EmissionFactor(value=Quantity(Decimal("0.5306"), "kg{CO2}/(kW.h)"), kind="direct_co2")
        told = declaration(electric().model_copy(update={"factor": burnt}), total="53.06")
        found = what_if(told, Levers(electricity=power.factor("0.5777")))
        assert found.unchanged.delta == Fraction("4.71")
        assert all(explained.parents for explained in found.origins.values())

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"lines": ()}, "scenario.no-lines"),
            ({"results": ()}, "scenario.no-total"),
            ({"unit": FunctionalUnit(lines_basis="pack")}, "scenario.no-set-of-basis"),
            ({"unit": FunctionalUnit()}, "scenario.basis-unknown"),
        ],
    )
    def test_lines_without_their_total(self, change: dict[str, Any], code: str) -> None:
        told = declaration(electric(), total="99").model_copy(update=change)
        with pytest.raises(NoAccount) as caught:
            what_if(told, Levers(electricity=power.factor("0.6205")))
        assert caught.value.error_code == code
        assert gateway.describe(caught.value, "zh").fix

    def test_credits_are_outside(self) -> None:
        told = declaration(electric(), electric("C", stage="credit"), total="57.77")
        found = what_if(told, Levers(electricity=power.factor("0.6205")))
        assert found.unchanged.delta == Fraction("4.28")

    @pytest.mark.parametrize(
        "asked",
        [
            Levers(),
            Levers(per=Per.KWH_DELIVERED),
            Levers(per=Per.DECLARED_UNIT, energy=Quantity(Decimal(1), "kW.h")),
            Levers(per=Per.KWH_DELIVERED, energy=Quantity(Decimal(0), "kW.h")),
            Levers(per=Per.KG),
            Levers(gwp_set="AR6", lines=("L18",)),
        ],
    )
    def test_what_cannot_be_asked(self, asked: Levers) -> None:
        with pytest.raises(GatewayError) as caught:
            what_if(pack(), asked)
        assert gateway.describe(caught.value, "en").what != caught.value.error_code
