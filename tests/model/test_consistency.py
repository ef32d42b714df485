"""Every check: one thing wrong in a complete declaration gives just the findings that name it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from gateway.codec.base import Reading
from gateway.messages import explain
from gateway.model.base import Leaf
from gateway.model.consistency import check
from gateway.model.declaration import Declaration
from gateway.model.results import Basis, Denominator, Per, Variant
from gateway.model.walk import replace
from gateway.quantity import Quantity
from gateway.report import Finding, Severity


def kg(text: str) -> Quantity:
    return Quantity(Decimal(text), "kg{CO2eq}")


def q(text: str, unit: str) -> Quantity:
    return Quantity(Decimal(text), unit)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return sorted({f.code.removeprefix("consistency.") for f in findings})


def changed(reading: Reading, *changes: tuple[str, Leaf | None]) -> tuple[Finding, ...]:
    declaration = reading.declaration
    for path, value in changes:
        declaration = replace(declaration, path, value)
    return check(declaration, reading.origins)


PACK = "/results/pack"
UNIT = "/results/declared"
LINE = "/lines/L01"

# What is wrong, and the codes that say so. A change with several consequences names them all.
WRONG: list[tuple[str, Leaf | None, list[str]]] = [
    # lines
    (f"{LINE}/result", kg("1230.01"), ["line-product", "lines-total"]),
    (f"{LINE}/result", kg("1240"), ["line-product", "lines-stage", "lines-total"]),
    (f"{LINE}/result", kg("1230.2"), ["line-product", "lines-stage", "lines-total"]),
    (f"{LINE}/factor/value", q("8.2", "kg{CO2eq}/(kW.h)"), ["factor-unit"]),
    (f"{LINE}/factor/value", q("8200", "g{CO2eq}/kg"), []),
    (f"{LINE}/amount_per_unit", q("0.15", "t"), []),
    (f"{LINE}/factor/value", q("8.20", "kg{CO2}/kg"), []),
    (f"{LINE}/factor/gwp_set", "AR5", ["factor-gwp"]),
    (f"{LINE}/factor/gwp_set", "unknown", []),
    ("/lines/L02/id", "L01", ["id-twice"]),
    (f"{LINE}/site_id", "S9", ["unknown-site"]),
    (f"{LINE}/mass_share", q("101", "%"), ["out-of-range", "shares-above-whole"]),
    (f"{LINE}/cas", "15365-14-8", ["identity.cas"]),
    (f"{LINE}/supplier_uscc", "914201000EXCATHD0K", ["identity.uscc-check"]),
    (f"{LINE}/quality/ter", q("6", "1"), ["out-of-range"]),
    (f"{LINE}/quality/ter", q("0", "1"), ["out-of-range"]),
    (f"{LINE}/uncertainty", q("-1", "%"), ["negative"]),
    (f"{LINE}/uncertainty", q("140", "%"), []),
    ("/unit/lines_basis", "unit", ["lines-other-basis"]),
    ("/unit/lines_basis", None, ["lines-basis-unstated"]),
    # results
    (
        f"{PACK}/carbon/total",
        kg("6270"),
        ["classes", "lines-total", "pack-and-unit", "stages-total", "total-with-uptake"],
    ),
    (
        f"{PACK}/rows/eol/carbon/total",
        kg("526.432"),
        ["classes", "lines-stage", "pack-and-unit-part", "stages-total"],
    ),
    (f"{PACK}/carbon/fossil", kg("6364.5612"), ["classes", "pack-and-unit-part"]),
    (f"{PACK}/carbon/total_including_uptake", kg("6200"), ["pack-and-unit-part", "total-with-uptake"]),
    (f"{UNIT}/rows/eol/share", q("7.80", "%"), ["share", "shares-sum"]),
    (f"{UNIT}/rows/eol/share", q("6.8", "%"), []),
    (f"{PACK}/rows/use/carbon/total", None, []),
    (f"{PACK}/derived_from", "other", ["unknown-set"]),
    (f"{UNIT}/credits", kg("-0.001"), []),
    # battery
    ("/battery/usable_energy", q("73", "kW.h"), ["usable-above-rated"]),
    ("/battery/nominal_voltage", q("350", "V"), ["rated-energy"]),
    ("/battery/nominal_voltage", q("401", "V"), []),
    ("/battery/cycle_life", 900, ["lifetime-energy"]),
    ("/battery/cycle_life", 6000, ["lifetime-energy"]),
    ("/battery/lifetime_energy", q("15300", "kW.h"), ["lifetime-energy", "mass-and-flow", "pack-and-unit"]),
    ("/battery/lifetime_energy", q("153000000", "W.h"), []),
    (
        "/battery/rated_energy",
        q("0", "kW.h"),
        ["energy-density", "not-positive", "rated-energy", "usable-above-rated"],
    ),
    ("/battery/pack_energy_density", q("180", "W.h/kg"), ["energy-density"]),
    ("/passport/warranty_months", 60, ["warranty"]),
    # facts
    ("/method/offsets_included", True, ["offsets-included"]),
    ("/method/gwp_horizon", 20, ["gwp-horizon"]),
    ("/cut_off/actual_total", q("6", "%"), ["cut-off-exceeded"]),
    ("/cut_off/single_limit", q("6", "%"), ["cut-off-limits"]),
    ("/period/end", date(2024, 12, 31), ["dates-order"]),
    ("/period/end", date(2025, 6, 30), ["period-length"]),
    ("/document/valid_until", date(2026, 5, 1), ["dates-order"]),
    ("/document/issued_at", date(2025, 11, 1), ["before-period-end"]),
    ("/verifications/verification/date", date(2025, 11, 1), ["before-period-end"]),
    ("/label/valid_until", date(2026, 6, 14), ["dates-order"]),
    ("/passport/put_into_service", date(2026, 2, 1), ["dates-order"]),
    ("/boundary/type", "c2g", ["functional-unit-partial"]),
    ("/sites/S1/share", q("99", "%"), ["sites-share"]),
    ("/sites/S1/latitude", q("91", "deg"), ["out-of-range"]),
    ("/quality/primary_share_emissions", q("100.5", "%"), ["out-of-range"]),
    ("/quality/mass_balance", q("-3", "%"), []),
    ("/product/mass", q("48", "kg"), ["energy-density", "mass-and-flow"]),
    ("/product/packaging_mass", q("-1", "kg"), ["negative"]),
    ("/unit/amount", q("0", "kW.h"), ["not-positive"]),
    ("/verifications/verification/covers/0", "pakc", ["unknown-set"]),
    ("/verifications/verification/kind", "none", ["verified-by-nobody"]),
    # identity
    ("/enterprise/uscc", "913401000EXAMPLE77", ["identity.uscc-check"]),
    ("/enterprise/gb2260", "990100", ["identity.gb2260-province"]),
    ("/enterprise/country", "CHN", ["identity.country"]),
    ("/enterprise/ids/lei", "5299000EXAMPLE000097", ["identity.lei"]),
    ("/product/ids/gtin", "9521234540015", ["identity.gtin"]),
    ("/product/ids/gbt34014", "EXAPB0100000", ["identity.gbt34014"]),
    ("/product/classification/hs", "8507.6O", ["identity.hs"]),
    ("/verifications/verification/notified_body_number", "12", ["identity.notified-body"]),
    ("/attachments/0/sha256", "00", ["identity.digest"]),
    ("/passport/study_link", "see annex", ["identity.not-a-link"]),
    ("/passport/study_link", "https://exаmple.com/s", ["identity.mixed-scripts", "identity.not-ascii"]),
    ("/product/brand", "Exam\u202eple", ["identity.bidi-control"]),
    ("/product/brand", "Exam\u200bple", ["identity.invisible-character"]),
]


@pytest.mark.parametrize(("path", "value", "expected"), WRONG)
def test_one_change_gives_just_these_codes(
    battery: Reading, path: str, value: Leaf | None, expected: list[str]
) -> None:
    assert codes(changed(battery, (path, value))) == expected


def test_a_finding_stands_at_the_place_in_the_users_file(battery: Reading) -> None:
    (finding,) = changed(battery, ("/method/offsets_included", True))
    assert finding.at == "/method/offsetsIncluded"
    assert finding.severity is Severity.ERROR
    (without,) = check(replace(battery.declaration, "/method/offsets_included", True))
    assert without.at == "/method/offsets_included"


def test_every_finding_says_what_was_seen_and_expected(battery: Reading) -> None:
    for path, value, _ in WRONG:
        for finding in changed(battery, (path, value)):
            for lang in ("zh", "en"):
                text = explain(finding, lang)
                assert text.what
                assert "{" not in f"{text.what}{text.expected}{text.fix}", (finding.code, text)


class TestLines:
    """A line's result is its amount times its factor, to the last printed digit of the result."""

    @pytest.mark.parametrize(
        ("amount", "factor", "result", "right"),
        [
            ("160", "0.0978", "15.648", True),
            ("160", "0.0978", "15.65", True),
            ("160", "0.0978", "15.64", False),
            ("160", "0.0978", "16", True),
            ("3", "0.1", "0.30000000000000004", True),  # as a double prints it
            ("3", "0.1", "0.3000001", False),
            ("0", "5", "0", True),
        ],
    )
    def test_the_digits_of_the_result_decide(
        self, battery: Reading, amount: str, factor: str, result: str, *, right: bool
    ) -> None:
        line = battery.declaration.lines[16].model_copy(
            update={
                "amount_per_unit": q(amount, "t.km"),
                "factor": battery.declaration.lines[16].factor.model_copy(
                    update={"value": q(factor, "kg{CO2eq}/(t.km)")}
                ),
                "result": kg(result),
            }
        )
        alone = battery.declaration.model_copy(update={"lines": (line,), "results": ()})
        assert ("line-product" not in codes(check(alone))) == right

    def test_the_right_result_is_told(self, battery: Reading) -> None:
        found = changed(battery, (f"{LINE}/result", kg("1240")))
        (finding,) = (f for f in found if f.code == "consistency.line-product")
        assert (finding.at, finding.saw, finding.params["expected"]) == ("/lines/0/resultKg", "1240", "1230")
        assert finding.params["factor"] == "8.2 kg CO2e/kg"

    def test_a_line_that_was_copied_is_asked_about(self, battery: Reading) -> None:
        lines = battery.declaration.lines
        twice = (*lines, lines[0].model_copy(update={"id": "L29"}))
        found = check(battery.declaration.model_copy(update={"lines": twice}))
        (finding,) = (f for f in found if f.code == "consistency.line-twice")
        assert (finding.saw, finding.params["first"]) == ("L29", "L01")

    def test_lines_of_one_step_are_not_held_against_the_total(self, battery: Reading) -> None:
        declaration = battery.declaration
        few = declaration.model_copy(update={"lines": declaration.lines[:3]})
        assert "lines-total" in codes(check(few))
        assert check(few.model_copy(update={"lines_scope": "cell materials only"})) == ()

    def test_lines_without_results_are_not_added_up(self, battery: Reading) -> None:
        lines = tuple(line.model_copy(update={"result": None}) for line in battery.declaration.lines[:5])
        assert check(battery.declaration.model_copy(update={"lines": lines})) == ()


class TestLinesBasis:
    """Lines per pack pass; the same lines declared per kWh are caught, with the ratio that betrays them."""

    def test_per_pack_passes(self, published: Callable[[str], Reading]) -> None:
        stated = replace(published("03").declaration, "/unit/lines_basis", "pack")
        assert codes(check(stated)) == ["verified-by-nobody"]

    def test_per_kwh_is_caught(self, published: Callable[[str], Reading]) -> None:
        stated = replace(published("03").declaration, "/unit/lines_basis", "unit")
        (finding,) = (f for f in check(stated) if f.code == "consistency.lines-other-basis")
        assert finding.severity is Severity.ERROR
        assert finding.params["ratio"] == "153900"
        assert finding.params["energy"] == "lifetime_energy"
        assert (finding.saw, finding.params["expected"]) == ("5740.109388", "0.037297657")

    def test_without_a_pack_total_and_a_basis_it_is_a_warning(
        self, published: Callable[[str], Reading]
    ) -> None:
        declaration = published("03").declaration
        only = tuple(r for r in declaration.results if r.id == "declared")
        found = check(declaration.model_copy(update={"results": only}))
        (finding,) = (f for f in found if f.code == "consistency.lines-other-basis")
        assert finding.severity is Severity.WARNING


class TestLabel:
    """The label is compared at its own digits; the total is never rebuilt from it."""

    @pytest.mark.parametrize(
        ("label", "right"), [("0.0373", True), ("0.0374", False), ("0.04", True), ("0.037297657", True)]
    )
    def test_at_the_labels_digits(
        self, published: Callable[[str], Reading], label: str, *, right: bool
    ) -> None:
        declaration = published("03").declaration
        labelled = declaration.model_copy(
            update={"label": declaration.label.model_copy(update={"value": kg(label)})}
        )
        assert ("label" not in codes(check(labelled))) == right


class TestMagnitude:
    """A value per kWh of capacity that is offered per kWh delivered is caught."""

    def test_49_per_kwh_delivered(self, published: Callable[[str], Reading]) -> None:
        declaration = published("03").declaration
        only = tuple(r for r in declaration.results if r.id == "declared")
        alone = declaration.model_copy(update={"results": only, "lines": ()})
        found = check(replace(alone, f"{UNIT}/carbon/total", kg("49")))
        (finding,) = (f for f in found if f.code == "consistency.magnitude-delivered")
        assert (finding.saw, finding.params["low"], finding.params["high"]) == ("49", "0.005", "1")

    @pytest.mark.parametrize(
        ("per", "total", "right"),
        [
            (Per.KWH_DELIVERED, "0.005", True),
            (Per.KWH_DELIVERED, "1", True),
            (Per.KWH_DELIVERED, "0.0049", False),
            (Per.KWH_DELIVERED, "1.01", False),
            (Per.KWH_RATED, "95.7", True),
            (Per.KWH_USABLE, "29", False),
            (Per.KWH_UNSTATED, "251", False),
            (Per.PACK, "5740", True),
            (Per.PACK, "57401", False),
        ],
    )
    def test_the_bands(
        self, published: Callable[[str], Reading], per: Per, total: str, *, right: bool
    ) -> None:
        declaration = published("03").declaration
        result = declaration.results[0].model_copy(
            update={"id": "one", "basis": Basis(denominator=Denominator(per=per)), "rows": ()}
        )
        result = replace(result, "/carbon/total", kg(total))
        alone = declaration.model_copy(update={"results": (result,), "lines": ()})
        found = [c for c in codes(check(alone)) if c.startswith("magnitude")]
        assert (found == []) == right


class TestDenominators:
    """Per-kWh values are the pack's over an energy that is told."""

    @pytest.mark.parametrize(
        ("per", "total", "right"),
        [
            (Per.KWH_RATED, "95.668", True),
            (Per.KWH_RATED, "100.70", False),
            (Per.KWH_USABLE, "100.70", True),
            (Per.KWH_DELIVERED, "0.0373", True),
            (Per.KWH_DELIVERED, "0.20979932", False),
            (Per.KWH_UNSTATED, "95.668", True),
            (Per.KWH_UNSTATED, "100.70", True),
            (Per.KWH_UNSTATED, "98", False),
        ],
    )
    def test_against_the_pack(
        self, published: Callable[[str], Reading], per: Per, total: str, *, right: bool
    ) -> None:
        declaration = published("03").declaration
        extra = declaration.results[0].model_copy(
            update={"id": "extra", "basis": Basis(denominator=Denominator(per=per)), "rows": ()}
        )
        extra = replace(extra, "/carbon/total", kg(total))
        found = check(declaration.model_copy(update={"results": (*declaration.results, extra)}))
        assert ("pack-and-unit" not in codes(found)) == right

    def test_an_energy_in_the_set_is_taken_before_the_batterys(
        self, published: Callable[[str], Reading]
    ) -> None:
        declaration = published("03").declaration
        basis = Basis(denominator=Denominator(per=Per.KWH_DELIVERED, energy=q("27360", "kW.h")))
        extra = declaration.results[0].model_copy(update={"id": "eu", "basis": basis, "rows": ()})
        extra = replace(extra, "/carbon/total", kg("0.20979932"))
        found = check(declaration.model_copy(update={"results": (*declaration.results, extra)}))
        assert "pack-and-unit" not in codes(found)


class TestModules:
    """EN 15804: modules cover each other, D is beside the total, not declared is not zero."""

    def test_d_in_the_total_is_caught(self, published: Callable[[str], Reading]) -> None:
        steel = replace(published("31").declaration, f"{UNIT}/carbon/total", kg("-4.2"))
        (finding,) = (f for f in check(steel) if f.code == "consistency.credit-netted")
        assert (finding.params["expected"], finding.params["credit"]) == ("712.3", "-716.5")

    def test_the_gate_is_the_sum_of_its_modules(self, published: Callable[[str], Reading]) -> None:
        steel = replace(published("31").declaration, f"{UNIT}/gate_total", kg("690.6"))
        assert codes(check(steel)) == ["gate-total"]

    def test_an_aggregate_beside_its_modules_is_not_counted_twice(
        self, published: Callable[[str], Reading]
    ) -> None:
        steel = published("31").declaration
        result = steel.results[0]
        gate = result.rows[0].model_copy(update={"module": "A1-A3", "stage": "production"})
        gate = replace(replace(gate, "/carbon/total", kg("686.6")), "/carbon/fossil", None)
        both = steel.model_copy(
            update={"results": (result.model_copy(update={"rows": (gate, *result.rows)}),)}
        )
        assert check(both) == ()

    def test_a_module_that_is_not_declared_has_no_value(self, published: Callable[[str], Reading]) -> None:
        steel = published("31").declaration
        zero = steel.results[0].rows[0].model_copy(update={"module": "B1", "stage": "use"})
        for name in ("total", "fossil", "biogenic", "luluc"):
            zero = replace(zero, f"/carbon/{name}", kg("0"))
        rows = (*steel.results[0].rows, zero)
        found = check(
            steel.model_copy(update={"results": (steel.results[0].model_copy(update={"rows": rows}),)})
        )
        assert codes(found) == ["module-not-declared"]

    def test_scenarios_are_never_added_up(self, published: Callable[[str], Reading]) -> None:
        parquet = published("32").declaration
        second = replace(parquet, f"{UNIT}/variants/S2/amount", kg("38.88711"))  # S1 and S2 together
        assert codes(check(second)) == ["scenarios-apart", "stages-total"]
        wrong = replace(parquet, f"{UNIT}/variants/S1/amount", kg("27.4"))
        assert codes(check(wrong)) == ["scenario-total", "scenarios-apart", "stages-total"]

    def test_a_total_of_no_scenario_beside_several_is_a_warning(
        self, published: Callable[[str], Reading]
    ) -> None:
        parquet = published("32").declaration
        for scenario, severity in (("S1", "info"), (None, "warning")):
            sets = tuple(s.model_copy(update={"scenario": scenario}) for s in parquet.results)
            (apart, *_) = (
                f
                for f in check(parquet.model_copy(update={"results": sets}))
                if f.code == "consistency.scenarios-apart"
            )
            assert apart.severity.value == severity


class TestStages:
    """Stages are the total, unless the source says what it leaves open."""

    @pytest.mark.parametrize(
        ("total", "expected", "severity"),
        [("118", [], None), ("118.3", ["stages-total"], "info"), ("119", ["stages-total"], "error")],
    )
    def test_rounding_is_told_from_a_wrong_sum(
        self,
        published: Callable[[str], Reading],
        total: str,
        expected: list[str],
        severity: str | None,
    ) -> None:
        tyre = replace(published("23").declaration, f"{UNIT}/carbon/total", kg(total))
        found = check(tyre)
        assert codes(found) == expected
        assert [f.severity.value for f in found] == [severity] * len(expected)

    def test_a_partial_list_without_a_word_on_the_rest(self, published: Callable[[str], Reading]) -> None:
        tea = published("28").declaration
        result = tea.results[0].model_copy(update={"unassigned": type(tea.results[0].unassigned)()})
        (finding,) = check(tea.model_copy(update={"results": (result,)}))
        assert finding.code == "consistency.stages-partial"
        assert (finding.params["stages"], finding.params["rest"]) == ("raw, distribution, eol", "1.8708")

    def test_a_stage_outside_the_boundary(self, battery: Reading) -> None:
        boundary = battery.declaration.boundary.model_copy(update={"stages": ("raw", "production")})
        found = check(battery.declaration.model_copy(update={"boundary": boundary}))
        assert codes(found) == ["stage-outside"]

    def test_sources_are_the_stage(self, published: Callable[[str], Reading]) -> None:
        graphite = published("36").declaration
        path = "/results/declared/rows/production/by_source/Other/amount"
        assert codes(check(replace(graphite, path, kg("1.356872261")))) == ["by-source"]

    def test_years_may_move_by_half(self, battery: Reading) -> None:
        result = battery.declaration.results[0]
        for after, expected in (
            (kg("1.5"), []),
            (kg("1.51"), ["history-jump"]),
            (kg("0.6"), ["history-jump"]),
        ):
            years = (Variant(year=2024, amount=after), Variant(year=2023, amount=kg("1")))
            both = (result.model_copy(update={"variants": years}), *battery.declaration.results[1:])
            assert codes(check(battery.declaration.model_copy(update={"results": both}))) == expected

    def test_the_history_says_the_declared_total_in_its_own_year(self, battery: Reading) -> None:
        declaration = battery.declaration
        first = declaration.results[0]
        assert declaration.period.end is not None
        year = int(str(declaration.period.end)[:4])
        for amount, expected in ((first.carbon.total, []), (kg("1"), ["history-total"])):
            known = first.model_copy(update={"variants": (Variant(year=year, amount=amount),)})
            results = (known, *declaration.results[1:])
            assert codes(check(declaration.model_copy(update={"results": results}))) == expected


class TestCarbonClasses:
    """Uptake is zero or below, and the total with uptake is the total and the uptake."""

    def test_the_tea_counts_its_carbon(self, tea: Reading) -> None:
        carbon = tea.declaration.results[0].carbon
        assert carbon.total == kg("12.420685")
        assert carbon.total_including_uptake == kg("9.340685")

    def test_uptake_above_zero(self, tea: Reading) -> None:
        found = changed(tea, (f"{UNIT}/carbon/biogenic_uptake", kg("3.08")))
        assert codes(found) == ["uptake-positive"]
        assert found[0].params["expected"] == "-3.08"

    def test_the_total_with_uptake(self, tea: Reading) -> None:
        assert codes(changed(tea, (f"{UNIT}/carbon/total_including_uptake", kg("9.5")))) == [
            "total-with-uptake"
        ]

    def test_a_class_that_does_not_add_up(self, tea: Reading) -> None:
        found = changed(tea, (f"{UNIT}/carbon/luluc", kg("0.48")))
        (finding,) = (f for f in found if f.code == "consistency.classes")
        assert (finding.saw, finding.params["expected"]) == ("12.420685", "12.620685")

    def test_a_stage_of_wood_may_be_below_zero(self, published: Callable[[str], Reading]) -> None:
        parquet = published("32").declaration
        made = parquet.results[0].rows[0]
        negative = replace(replace(made, "/carbon/total", kg("-5.571")), "/carbon/fossil", kg("6.51"))
        rows = (negative, *parquet.results[0].rows[1:])
        result = parquet.results[0].model_copy(update={"rows": rows})
        assert "stage-negative" not in codes(check(parquet.model_copy(update={"results": (result,)})))


def test_an_empty_declaration_has_nothing_to_say() -> None:
    assert check(Declaration()) == ()


def test_quotients_stay_exact(battery: Reading) -> None:
    """A third of a pack is a third, not 0.333."""
    third = Quantity(Fraction(62687712, 10000 * 153000), "kg{CO2eq}")
    assert "pack-and-unit" not in codes(changed(battery, (f"{UNIT}/carbon/total", third)))
