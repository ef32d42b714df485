"""What a PACT footprint says of a declaration, and what the report says of the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.run import Written, run_writer
from gateway.errors import GatewayError, InputError, flatten
from gateway.formats.pact import FORMAT
from gateway.messages import explain
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.evidence import Verification
from gateway.model.party import Enterprise, Site
from gateway.model.results import Basis, Carbon, Denominator, Per, ResultSet, Role
from gateway.model.scope import (
    CutOff,
    Database,
    Document,
    Exclusion,
    FunctionalUnit,
    ProductCategoryRules,
    Quality,
    SystemBoundary,
)
from gateway.pipeline.convert import check
from gateway.quantity import Exact, Quantity
from gateway.recognition.restate import restate
from gateway.report import Fate, Note

from .conftest import carbon

Build = Callable[..., Declaration]
Write = Callable[..., Written]


def document(found: Written) -> dict[str, Any]:
    loaded = json.loads(found.package.only.data)
    assert isinstance(loaded, dict)
    return loaded


def note(found: Written, path: str) -> Note:
    (only,) = [n for n in found.notes if n.path == path]
    return only


def refusals(write: Callable[[], object]) -> dict[str, GatewayError]:
    with pytest.raises(GatewayError) as caught:
        write()
    return {e.path: e for e in flatten(caught.value)}


def restated(source: Declaration, **classes: Exact) -> Declaration:
    """``source`` with a set as the restatement makes it, its classes given."""
    amounts = {name: Quantity(value, "kg{CO2eq}") for name, value in classes.items()}
    basis = Basis(denominator=Denominator(per=Per.PACK), boundary="c2g")
    found = ResultSet(
        id="pact", role=Role.RESTATED, basis=basis, derived_from="declared", carbon=Carbon(**amounts)
    )
    return source.model_copy(update={"results": (*source.results, found)})


def write_as_is(declaration: Declaration) -> Written:
    return run_writer(FORMAT, declaration, Context(source="0" * 64))


class TestTotals:
    """Excluding = fossil + land use change + biogenic non-CO2; including = that + uptake."""

    def test_carbon_classes_of_the_trap(self, battery: Build, written: Write) -> None:
        pcf = document(written(battery()))["pcf"]
        assert (pcf["pcfExcludingBiogenicUptake"], pcf["pcfIncludingBiogenicUptake"]) == ("10.7", "7.7")
        assert (pcf["fossilGhgEmissions"], pcf["landUseChangeGhgEmissions"]) == ("10", "0.2")
        assert (pcf["biogenicNonCO2Emissions"], pcf["biogenicCO2Uptake"]) == ("0.5", "-3")

    def test_written_and_left_out_are_the_total_read(self, battery: Build, written: Write) -> None:
        found = written(battery())
        left = [
            n for n in found.notes if n.path in {f"/results/declared/rows/{s}/carbon/total" for s in ("eol",)}
        ]
        outbound = Decimal(document(found)["pcf"]["outboundLogisticsGhgEmissions"])
        kept = Decimal(document(found)["pcf"]["pcfExcludingBiogenicUptake"])
        assert [n.fate for n in left] == [Fate.DROPPED]
        assert kept + outbound + sum(Decimal(str(n.kg)) for n in left) == Decimal("15.2")

    def test_every_stage_of_a_sum_is_noted(self, battery: Build, written: Write) -> None:
        found = written(battery())
        for stage, amount in (("raw", "6.2"), ("production", "4.5")):
            told = note(found, f"/results/declared/rows/{stage}/carbon/total")
            assert (told.fate, told.kg, told.written) == (Fate.AGGREGATED, Decimal(amount), "10.7")
        assert note(found, "/results/declared/carbon/total").kg == Decimal("4.5")

    def test_total_that_differs_from_its_classes_is_refused(self, battery: Build) -> None:
        source = restated(
            battery(),
            total=Decimal("10.71"),
            fossil=Decimal(10),
            luluc=Decimal("0.2"),
            biogenic_non_co2=Decimal("0.5"),
            biogenic_uptake=Decimal(-3),
        )
        found = refusals(lambda: write_as_is(source))
        assert found["/results/pact/carbon/total"].error_code == "pact.classes-do-not-add-up"
        assert found["/results/pact/carbon/total"].params["sum"] == "10.7"

    def test_quotients_are_rounded_once_and_still_add_up(self, battery: Build) -> None:
        third = Fraction(1, 3)
        source = restated(
            battery(),
            total=third * 3,
            total_including_uptake=third * 2,
            fossil=third,
            luluc=third,
            biogenic_non_co2=third,
            biogenic_uptake=-third,
        )
        found = write_as_is(source)
        pcf = document(found)["pcf"]
        assert pcf["fossilGhgEmissions"] == "0.333333333333333"
        assert pcf["pcfExcludingBiogenicUptake"] == "0.999999999999999"
        assert note(found, "/results/pact/carbon/fossil").fate is Fate.ROUNDED
        assert note(found, "/results/pact/carbon/total").fate is Fate.ROUNDED
        assert note(found, "/results/pact/carbon/fossil").kg == Decimal("3.33333333333333E-16")
        assert note(found, "/results/pact/carbon/total").kg == Decimal("1E-15")
        assert not [f for f in FORMAT.validate(found.package) if f.severity == "error"]  # type: ignore[misc]

    @pytest.mark.parametrize(
        "number", ["1E-30", "0.1234567890123456789012345678901234567890123", "12345678901234567890.5"]
    )
    def test_every_digit_of_a_decimal_is_written(self, battery: Build, written: Write, number: str) -> None:
        (declared,) = battery().results
        raw, *others = declared.rows
        exact_one = raw.carbon.model_copy(
            update={"fossil": Quantity(Decimal(number), "kg{CO2eq}"), "total": None}
        )
        rows = (raw.model_copy(update={"carbon": exact_one}), *others)
        found = written(battery(results=(declared.model_copy(update={"rows": rows}),)))
        pcf = document(found)["pcf"]
        fossil, total = (Fraction(pcf[n]) for n in ("fossilGhgEmissions", "pcfExcludingBiogenicUptake"))
        assert fossil == Fraction(number) + 4
        assert total == fossil + Fraction("0.7")
        assert Fraction(pcf["pcfIncludingBiogenicUptake"]) == total - 3
        assert FORMAT.validate is not None
        assert {f.code for f in FORMAT.validate(found.package)} == {"pact.not-reported"}

    @pytest.mark.parametrize(("name", "value"), [("fossil", "-1"), ("luluc", "-1"), ("biogenic_uptake", "1")])
    def test_wrong_sign_is_refused(self, battery: Build, name: str, value: str) -> None:
        classes: dict[str, Exact] = dict.fromkeys(
            ("fossil", "luluc", "biogenic_non_co2", "biogenic_uptake"), Decimal(0)
        )
        found = refusals(lambda: write_as_is(restated(battery(), **(classes | {name: Decimal(value)}))))
        assert found[f"/results/pact/carbon/{name}"].error_code == "pact.wrong-sign"


class TestLacks:
    """Everything that is missing is said at once, by field, in both languages."""

    def test_all_at_once(self, battery: Build) -> None:
        empty = Declaration(battery=battery().battery)
        found = refusals(lambda: write_as_is(restated(empty, fossil=Decimal(1))))
        assert {
            "/results/pact/carbon/luluc",
            "/results/pact/carbon/biogenic_non_co2",
            "/results/pact/carbon/biogenic_uptake",
            "/product/mass",
            "/product/fossil_carbon",
            "/method/gwp_set",
            "/method/offsets_included",
            "/method/standards",
            "/period/start",
            "/period/end",
            "/enterprise/name",
            "/enterprise/uscc",
            "/product/name",
            "/product/model",
            "/document/status",
            "/sites/*/gb2260",
            "/cut_off/actual_total",
        } == set(found)
        assert found["/enterprise/uscc"].error_code == "pact.no-company-id"
        assert found["/product/model"].error_code == "pact.no-product-id"
        assert found["/method/offsets_included"].error_code == "pact.offsets-not-told"
        assert "LEI" in explain(found["/enterprise/uscc"], "en").expected
        assert "GTIN" in explain(found["/product/model"], "zh").expected
        for error in found.values():
            zh, en = explain(error, "zh"), explain(error, "en")
            assert zh.what
            assert zh.what != en.what
            assert "{" not in zh.what + en.what + zh.fix + en.fix

    def test_split_is_asked_for_where_the_form_has_it(self, battery: Build) -> None:
        found = refusals(lambda: write_as_is(restated(battery(), fossil=Decimal(1))))
        fields = {e.params["field"] for e in found.values()}
        assert fields == {"/results/dlucKg", "/results/biogenicNonCO2Kg", "/results/biogenicUptakeKg"}

    def test_stages_without_a_split_are_named(self, battery: Build, written: Write) -> None:
        (declared,) = battery().results
        rows = tuple(r.model_copy(update={"carbon": Carbon(total=r.carbon.total)}) for r in declared.rows)
        bare = declared.model_copy(update={"rows": rows, "carbon": Carbon(total=declared.carbon.total)})
        found = refusals(lambda: written(battery(results=(bare,))))
        assert "" in found  # the set is not there; the restatement lists the cells

    def test_draft_is_no_active_footprint(self, battery: Build, written: Write) -> None:
        draft = battery(document=Document(status="draft"))
        assert refusals(lambda: written(draft))["/document/status"].error_code == "pact.draft-is-not-active"
        preview = document(written(draft, draft="yes"))
        assert preview["status"] == "Deprecated"
        assert "not to be used" in preview["comment"]

    def test_offsets_are_refused(self, battery: Build, written: Write) -> None:
        method = battery().method.model_copy(update={"offsets_included": True})
        found = refusals(lambda: written(battery(method=method)))
        assert found["/method/offsets_included"].error_code == "pact.offsets-included"

    def test_other_horizon_is_refused(self, battery: Build, written: Write) -> None:
        method = battery().method.model_copy(update={"gwp_horizon": 20})
        found = refusals(lambda: written(battery(method=method)))
        assert found["/method/gwp_horizon"].error_code == "pact.horizon-not-100"
        assert "20" in explain(found["/method/gwp_horizon"], "zh").what
        hundred = method.model_copy(update={"gwp_horizon": 100})
        assert document(written(battery(method=hundred)))["status"] == "Active"

    def test_shares_beyond_the_whole_are_refused(self, battery: Build, written: Write) -> None:
        quality = Quality(primary_share_emissions=Quantity(Decimal(5000), "%"))
        found = refusals(lambda: written(battery(quality=quality)))
        assert found["/quality/primary_share_emissions"].error_code == "pact.share-impossible"


class TestPeriods:
    """Our last day is in the period; PACT's end is not. Validity: within three years after it."""

    def test_end_is_the_day_after(self, battery: Build, written: Write) -> None:
        found = written(battery())
        pcf = document(found)["pcf"]
        assert pcf["referencePeriodStart"] == "2025-01-01T00:00:00Z"
        assert pcf["referencePeriodEnd"] == "2026-01-01T00:00:00Z"
        assert {"/period/start", "/period/end"} <= found.carried

    def test_validity_within_limits_is_carried(self, battery: Build, written: Write) -> None:
        whole = Document(status="active", valid_from=date(2026, 1, 1), valid_until=date(2028, 12, 31))
        found = written(battery(document=whole))
        assert document(found)["validityPeriodEnd"] == "2029-01-01T00:00:00Z"
        assert {"/document/valid_from", "/document/valid_until"} <= found.carried

    def test_validity_beyond_limits_is_cut_and_said(self, battery: Build, written: Write) -> None:
        whole = Document(status="active", valid_from=date(2025, 6, 1), valid_until=date(2095, 12, 31))
        found = written(battery(document=whole))
        assert document(found)["validityPeriodStart"] == "2026-01-01T00:00:00Z"
        assert document(found)["validityPeriodEnd"] == "2029-01-01T00:00:00Z"
        assert note(found, "/document/valid_from").fate is Fate.TRUNCATED
        assert note(found, "/document/valid_until").written == "2028-12-31"

    def test_validity_that_is_over_before_it_starts_is_refused(self, battery: Build, written: Write) -> None:
        whole = Document(status="active", valid_from=date(2026, 1, 1), valid_until=date(2025, 6, 30))
        found = refusals(lambda: written(battery(document=whole)))
        assert found["/document/valid_until"].error_code == "pact.validity-empty-here"

    def test_leap_day(self, battery: Build, written: Write) -> None:
        period = battery().period.model_copy(update={"end": date(2024, 2, 28), "start": date(2023, 3, 1)})
        whole = Document(status="active", valid_until=date(2099, 1, 1))
        found = written(battery(document=whole, period=period))
        assert document(found)["validityPeriodEnd"] == "2027-02-28T00:00:00Z"


class TestExpired:
    """What is over is offered to nobody as active."""

    @pytest.mark.parametrize(
        ("day", "status"),
        [((2027, 6, 30), "Active"), ((2027, 7, 1), "Deprecated"), ((2031, 1, 1), "Deprecated")],
    )
    def test_declared_validity(self, battery: Build, day: tuple[int, int, int], status: str) -> None:
        whole = battery(document=Document(status="active", valid_until=date(2027, 6, 30)))
        found = self.written_on(whole, day)
        core = document(found)
        assert core["status"] == status
        over = status == "Deprecated"
        assert ("the validity ended on 2027-06-30" in core["comment"]) is over
        assert ("status" not in core["extensions"][0]["data"].get("document", {})) is over
        codes = [n.code for n in found.notes if n.path == "/document/status"]
        assert codes == (["pact.no-longer-valid"] if over else [])

    def test_three_years_are_over_without_a_declared_end(self, battery: Build) -> None:
        assert document(self.written_on(battery(), (2028, 12, 31)))["status"] == "Active"
        assert document(self.written_on(battery(), (2029, 1, 1)))["status"] == "Deprecated"

    def test_active_again_in_the_core_is_refused(self, battery: Build) -> None:
        core = document(self.written_on(battery(), (2029, 1, 1)))
        core["status"] = "Active"
        with pytest.raises(InputError) as caught:
            FORMAT.read(Package.of(json.dumps(core).encode()), Context())
        assert caught.value.error_code == "pact.contradicts-itself"

    def written_on(self, declaration: Declaration, day: tuple[int, int, int]) -> Written:
        assert FORMAT.basis is not None
        whole = restate(declaration, FORMAT.basis, target=FORMAT.id).declaration
        return run_writer(FORMAT, whole, Context(now=datetime(*day, 12, tzinfo=UTC), source="0" * 64))


class TestUnit:
    """A battery is one piece; others keep their unit, converted if PACT has it in another size."""

    def test_battery_is_a_piece_with_its_mass(self, battery: Build, written: Write) -> None:
        pcf = document(written(battery()))["pcf"]
        told = [
            pcf[n] for n in ("declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit")
        ]
        assert told == ["piece", "1", "480"]

    def test_tonne_becomes_kilograms_and_the_figures_stay(self, goods: Build, written: Write) -> None:
        found = written(goods())
        pcf = document(found)["pcf"]
        told = [
            pcf[n] for n in ("declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit")
        ]
        assert told == ["kilogram", "1000", "1000"]
        assert pcf["pcfExcludingBiogenicUptake"] == "10.7"
        assert note(found, "/unit/amount").fate is Fate.CONVERTED
        assert note(found, "/product/mass").code == "pact.mass-is-the-unit"

    @pytest.mark.parametrize(
        ("unit", "name", "amount"),
        [
            ("kg", "kilogram", "2"),
            ("L", "liter", "2"),
            ("mL", "liter", "0.002"),
            ("m3", "cubic meter", "2"),
            ("kW.h", "kilowatt hour", "2"),
            ("MW.h", "kilowatt hour", "2000"),
            ("GJ", "megajoule", "2000"),
            ("t.km", "ton kilometer", "2"),
            ("m2", "square meter", "2"),
            ("{piece}", "piece", "2"),
            ("d", "hour", "48"),
        ],
    )
    def test_units(self, goods: Build, written: Write, unit: str, name: str, amount: str) -> None:
        own = FunctionalUnit(amount=Quantity(Decimal(2), unit), reference_flow=Quantity(Decimal(2), "kg"))
        pcf = document(written(goods(unit=own)))["pcf"]
        assert (pcf["declaredUnitOfMeasurement"], Decimal(pcf["declaredUnitAmount"])) == (
            name,
            Decimal(amount),
        )

    def test_energy_has_no_mass(self, goods: Build, written: Write) -> None:
        flow = Quantity(Decimal(48), "kg")
        found = written(goods(unit=FunctionalUnit(amount=Quantity(Decimal(1), "kW.h"), reference_flow=flow)))
        assert document(found)["pcf"]["fossilCarbonContent"] == "9.64"
        assert document(found)["pcf"]["productMassPerDeclaredUnit"] == "0"
        assert note(found, "/product/mass").fate is Fate.DROPPED

    @pytest.mark.parametrize(
        ("amount", "unit", "flow", "mass", "expected"),
        [
            ("100", "{piece}", "50", "0.5", ("50", "20")),
            ("1", "{piece}", None, "0.5", ("0.5", "0.2")),
            ("1", "t", None, "1", ("1000", "200")),
            ("1", "t", "1000", "1", ("1000", "200")),
            ("1", "kg", None, "1", ("1", "0.2")),
            ("1", "m3", "2400", "800", ("2400", "0.6")),
            ("1", "m3", None, "2400", ("2400", "0.2")),
            ("3", "m2", "7", "3", ("7", "0.466666666666667")),
        ],
    )
    def test_mass_and_contents_are_of_the_declared_unit(
        self,
        goods: Build,
        written: Write,
        amount: str,
        unit: str,
        flow: str | None,
        mass: str,
        expected: tuple[str, str],
    ) -> None:
        own = FunctionalUnit(
            amount=Quantity(Decimal(amount), unit),
            reference_flow=Quantity(Decimal(flow), "kg") if flow else None,
        )
        product = goods().product.model_copy(
            update={
                "mass": Quantity(Decimal(mass), "kg"),
                "fossil_carbon": Quantity(Decimal("0.2"), "kg{C}"),
                "biogenic_carbon": Quantity(Decimal(0), "kg{C}"),
            }
        )
        found = written(goods(unit=own, product=product))
        pcf = document(found)["pcf"]
        told = tuple(Decimal(pcf[n]) for n in ("productMassPerDeclaredUnit", "fossilCarbonContent"))
        assert told == tuple(Decimal(n) for n in expected)
        assert Decimal(pcf["biogenicCarbonContent"]) == 0
        changed = {
            n.path: n.fate for n in found.notes if n.path in ("/product/mass", "/product/fossil_carbon")
        }
        mass_changes, content_changes = told[0] != Decimal(mass), told[1] != Decimal("0.2")
        assert ("/product/mass" in changed, "/product/fossil_carbon" in changed) == (
            mass_changes,
            content_changes,
        )
        assert set(changed.values()) <= {Fate.CONVERTED}

    def test_reference_flow_is_a_mass_without_a_product_mass(self, goods: Build, written: Write) -> None:
        own = FunctionalUnit(
            amount=Quantity(Decimal(1), "{piece}"), reference_flow=Quantity(Decimal(5), "kg")
        )
        product = goods().product.model_copy(update={"mass": None})
        found = written(goods(unit=own, product=product))
        assert document(found)["pcf"]["productMassPerDeclaredUnit"] == "5"
        assert document(found)["pcf"]["fossilCarbonContent"] == "96.4"
        assert note(found, "/product/mass").fate is Fate.INFERRED

    @pytest.mark.parametrize(
        ("amount", "unit", "flow", "mass", "path", "code"),
        [
            ("100", "{piece}", None, "0.5", "/unit/reference_flow", "pact.mass-of-unit-unknown"),
            ("1", "t", "2", "1", "/unit/reference_flow", "pact.mass-contradicts-unit"),
            ("1", "kg", None, None, "/product/fossil_carbon", "pact.content-not-per-unit"),
            ("1", "kW.h", None, "1", "/product/fossil_carbon", "pact.content-not-per-unit"),
            ("2", "{piece}", "9", None, "/product/fossil_carbon", "pact.content-not-per-unit"),
            ("1", "{piece}", None, None, "/product/mass", "target.lacks-field"),
            ("1", "{piece}", "-1", "1", "/unit/reference_flow", "pact.wrong-sign"),
        ],
    )
    def test_mass_that_nothing_says_is_refused(
        self,
        goods: Build,
        written: Write,
        amount: str,
        unit: str,
        flow: str | None,
        mass: str | None,
        path: str,
        code: str,
    ) -> None:
        own = FunctionalUnit(
            amount=Quantity(Decimal(amount), unit),
            reference_flow=Quantity(Decimal(flow), "kg") if flow else None,
        )
        product = goods().product.model_copy(update={"mass": Quantity(Decimal(mass), "kg") if mass else None})
        found = refusals(lambda: written(goods(unit=own, product=product)))
        assert {p: e.error_code for p, e in found.items()} == {path: code}
        for lang in ("en", "zh"):
            told = explain(found[path], lang)
            assert "{" not in told.what + told.fix + told.expected

    @pytest.mark.parametrize("unit", ["a", "km", "W{peak}"])
    def test_unit_without_counterpart_is_refused(self, goods: Build, written: Write, unit: str) -> None:
        own = FunctionalUnit(amount=Quantity(Decimal(1), unit))
        found = refusals(lambda: written(goods(unit=own)))
        assert found["/unit/amount"].error_code == "pact.unit-without-counterpart"


class TestTexts:
    """One language in the core; every one in the extension."""

    def test_chinese_names_survive(self, battery: Build, written: Write) -> None:
        found = written(battery())
        core = document(found)
        assert (core["companyName"], core["productNameCompany"]) == (
            "Example Battery Co., Ltd.",
            "LFP battery pack",
        )
        data = core["extensions"][0]["data"]
        assert (data["enterprise"]["nameZh"], data["product"]["nameZh"]) == (
            "示例电池有限公司",
            "磷酸铁锂电池包",
        )
        assert data["sources"][0]["byStage"][0]["nameZh"] == "原材料获取"
        names = {f"/enterprise/name/{lang}" for lang in ("zh", "en")} | {"/product/name/zh"}
        assert names | {"/results/declared/rows/raw/name/zh"} <= found.carried

    def test_only_chinese(self, battery: Build, written: Write) -> None:
        product = battery().product.model_copy(update={"name": LangText({"zh": "LFP-60"})})
        found = written(battery(product=product))
        assert document(found)["productNameCompany"] == "LFP-60"
        assert found.reread.product.name == LangText({"zh": "LFP-60"})

    def test_identifiers(self, battery: Build, written: Write) -> None:
        core = document(written(battery()))
        assert core["companyIds"] == ["urn:pact:hutong:uscc:913401000EXAMPLE76"]
        assert core["productIds"] == ["urn:pact:hutong:model:%E5%8C%85%20P%2F1"]

    def test_only_uuids_precede(self, battery: Build, written: Write) -> None:
        old = "f4b1225a-bd44-4c8e-861d-079e4e1dfd69"
        found = written(battery(document=Document(status="superseded", supersedes=("old-1", old))))
        core = document(found)
        assert (core["status"], core["precedingPfIds"]) == ("Deprecated", [old])
        assert found.reread.document.supersedes == ("old-1", old)

    def test_rules_and_exclusions(self, battery: Build, written: Write) -> None:
        rules = (
            ProductCategoryRules(name="PCR 1", version="2", operator="EPD International"),
            ProductCategoryRules(name="动力电池规则", operator="示例组织"),
            ProductCategoryRules(name="nobody's"),
        )
        method = battery().method.model_copy(update={"pcr": rules})
        excluded = SystemBoundary(type="c2gr", excluded=(Exclusion(process="commuting", reason="rule"),))
        found = written(battery(method=method, boundary=excluded))
        pcf = document(found)["pcf"]
        assert pcf["productOrSectorSpecificRules"] == [
            {"operator": "EPD International", "ruleNames": ["PCR 1 2"]},
            {"operator": "Other", "ruleNames": ["动力电池规则"], "otherOperatorName": "示例组织"},
        ]
        assert pcf["exemptedEmissionsDescription"] == "commuting (rule)"
        assert found.reread.method.pcr == rules


class TestPlace:
    """At most one place, and never none by accident."""

    @pytest.mark.parametrize(
        ("sites", "expected"),
        [
            (("340100",), {"geographyCountrySubdivision": "CN-AH"}),
            (("410000", "410100"), {"geographyCountrySubdivision": "CN-HA"}),
            (("130000", "420000"), {"geographyCountry": "CN"}),
            ((), {"geographyCountry": "CN"}),
        ],
    )
    def test_places(
        self, battery: Build, written: Write, sites: tuple[str, ...], expected: dict[str, str]
    ) -> None:
        own = tuple(Site(id=f"S{i}", gb2260=code) for i, code in enumerate(sites))
        pcf = document(written(battery(sites=own)))["pcf"]
        assert {k: v for k, v in pcf.items() if k.startswith("geography")} == expected

    def test_no_place_is_refused(self, battery: Build, written: Write) -> None:
        nowhere = Enterprise(name=LangText({"en": "E"}), uscc="913401000EXAMPLE76")
        assert "/sites/*/gb2260" in refusals(lambda: written(battery(sites=(), enterprise=nowhere)))


class TestMethod:
    """What the figures were made with, without promoting it."""

    def test_ef31_stands_as_ar6_and_says_so(self, battery: Build, written: Write) -> None:
        method = battery().method.model_copy(update={"gwp_set": "EF3.1"})
        found = written(battery(method=method))
        assert document(found)["pcf"]["ipccCharacterizationFactors"] == ["AR6"]
        assert "EF 3.1" in document(found)["comment"]
        assert note(found, "/method/gwp_set").code == "pact.ef31-as-ar6"

    def test_ar5_stays_ar5(self, battery: Build, written: Write) -> None:
        method = battery().method.model_copy(update={"gwp_set": "AR5"})
        found = written(battery(method=method))
        assert document(found)["pcf"]["ipccCharacterizationFactors"] == ["AR5"]
        assert "/method/gwp_set" in found.carried

    @pytest.mark.parametrize(
        ("of_method", "code"), [("AR6", "pact.gwp-of-set"), (None, "pact.gwp-told-by-set"), ("AR5", None)]
    )
    def test_set_stated_otherwise_than_its_method_keeps_its_own(
        self, battery: Build, of_method: str | None, code: str | None
    ) -> None:
        method = battery().method.model_copy(update={"gwp_set": of_method})
        classes = {"fossil": Decimal(1), "luluc": Decimal(0), "biogenic_non_co2": Decimal(0)}
        source = restated(battery(method=method), biogenic_uptake=Decimal(0), **classes)
        own = source.results[-1]
        basis = own.basis.model_copy(update={"gwp_set": "AR5"})
        source = source.model_copy(
            update={"results": (source.results[0], own.model_copy(update={"basis": basis}))}
        )
        found = write_as_is(source)
        assert document(found)["pcf"]["ipccCharacterizationFactors"] == ["AR5"]
        assert document(found)["extensions"][0]["data"]["basis"]["gwpSet"] == "AR5"
        assert [n.code for n in found.notes if n.path == "/method/gwp_set"] == ([code] if code else [])

    def test_gwp_set_of_the_source_set_survives_the_restatement(self, battery: Build, written: Write) -> None:
        (declared,) = battery().results
        basis = declared.basis.model_copy(update={"gwp_set": "AR5"})
        found = written(battery(results=(declared.model_copy(update={"basis": basis}),)))
        assert document(found)["pcf"]["ipccCharacterizationFactors"] == ["AR5"]
        told = note(found, "/method/gwp_set")
        assert (told.code, told.value, told.written) == ("pact.gwp-of-set", "AR6", "AR5")

    def test_sum_module_beside_its_parts_is_in_no_sum(self, battery: Build, written: Write) -> None:
        (declared,) = battery().results
        raw, made, *others = declared.rows
        rows = (
            raw.model_copy(update={"module": "A1"}),
            made.model_copy(update={"module": "A3"}),
            made.model_copy(update={"module": "A1, A3", "carbon": carbon("10", "0.2", "0.5", "-3")}),
            *others,
        )
        found = written(battery(results=(declared.model_copy(update={"rows": rows}),)))
        assert document(found)["pcf"]["pcfExcludingBiogenicUptake"] == "10.7"
        fates = {
            module: note(found, f"/results/declared/rows/{stage}.{module}/carbon/total").fate
            for stage, module in (("raw", "A1"), ("production", "A3"), ("production", "A1, A3"))
        }
        assert fates == {"A1": Fate.AGGREGATED, "A3": Fate.AGGREGATED, "A1, A3": Fate.DROPPED}

    def test_unknown_gwp_set_is_refused(self, battery: Build, written: Write) -> None:
        method = battery().method.model_copy(update={"gwp_set": "unknown"})
        assert "/method/gwp_set" in refusals(lambda: written(battery(method=method)))

    def test_database_without_version_says_so(self, battery: Build, written: Write) -> None:
        databases = (Database(name="CPCD"), Database(name="ECOINVENT", version="3.10"))
        method = battery().method.model_copy(update={"databases": databases})
        found = written(battery(method=method))
        told = document(found)["pcf"]["secondaryEmissionFactorSources"]
        assert told[0]["version"] == "not stated"
        assert told[1] == {"name": "ecoinvent", "version": "3.10"}
        assert note(found, "/method/databases/0/version").fate is Fate.INFERRED
        assert "/method/databases/1/version" in found.carried

    @pytest.mark.parametrize(
        "told", [{"rule": "mass_1_5"}, {"basis": "energy"}, {"rule": "emission_1_5", "basis": "mass"}, {}]
    )
    def test_no_other_share_stands_as_one_of_emissions(
        self, battery: Build, written: Write, told: dict[str, str]
    ) -> None:
        cut_off = CutOff(actual_total=Quantity(Decimal("0.8"), "%")).model_copy(update=told)
        found = refusals(lambda: written(battery(cut_off=cut_off)))
        assert found["/cut_off/actual_total"].error_code == "pact.cut-off-not-by-emission"
        nothing = cut_off.model_copy(update={"actual_total": Quantity(Decimal(0), "%")})
        assert document(written(battery(cut_off=nothing)))["pcf"]["exemptedEmissionsPercent"] == "0"

    def test_rule_by_emission_is_enough(self, battery: Build, written: Write) -> None:
        cut_off = CutOff(rule="emission_1_5", actual_total=Quantity(Decimal("0.8"), "%"))
        found = written(battery(cut_off=cut_off))
        assert document(found)["pcf"]["exemptedEmissionsPercent"] == "0.8"
        assert "/cut_off/actual_total" in found.carried

    def test_no_cut_off_is_zero(self, battery: Build, written: Write) -> None:
        found = written(battery(cut_off=CutOff(rule="none")))
        assert document(found)["pcf"]["exemptedEmissionsPercent"] == "0"
        assert note(found, "/cut_off/actual_total").fate is Fate.INFERRED

    def test_ratings_only_on_the_pef_scale(self, battery: Build, written: Write) -> None:
        two = Quantity(Decimal(2), "1")
        pef = Quality(ter=two, ger=two, tir=two, dqr_scale="PEF")
        assert document(written(battery(quality=pef)))["pcf"]["dqi"]["temporalDQR"] == "2"
        found = written(battery(quality=pef.model_copy(update={"dqr_scale": "GB_SERIES"})))
        assert "dqi" not in document(found)["pcf"]
        assert note(found, "/quality/ter").code == "pact.ratings-not-comparable"

    def test_verification_of_the_declared_set_does_not_cover_this_one(
        self, battery: Build, written: Write
    ) -> None:
        body = LangText({"zh": "示例核查", "en": "Example Verifier"})
        verification = Verification(kind="third", body_name=body, date=date(2026, 5, 1), covers=("declared",))
        found = document(written(battery(verifications=(verification,))))
        assert "verification" not in found["pcf"]
        assert "No verification covers" in found["comment"]
        assert found["extensions"][0]["data"]["verifications"][0]["covers"] == ["declared"]
        claimed = verification.model_copy(update={"covers": ("declared", "pact")})
        found = document(written(battery(verifications=(claimed,))))
        assert "verification" not in found["pcf"]
        assert "No verification covers" in found["comment"]

    def test_set_of_the_source_keeps_its_verification(self, battery: Build) -> None:
        classes = {"fossil": Decimal(1), "luluc": Decimal(0), "biogenic_non_co2": Decimal(0)}
        source = restated(battery(), biogenic_uptake=Decimal(0), **classes)
        own = source.results[-1].model_copy(update={"role": Role.DECLARED, "derived_from": None})
        body = LangText({"zh": "示例核查", "en": "Example Verifier"})
        verification = Verification(kind="third", body_name=body, date=date(2026, 5, 1), covers=("pact",))
        found = document(
            write_as_is(source.model_copy(update={"results": (own,), "verifications": (verification,)}))
        )
        assert found["pcf"]["verification"]["providerName"] == "Example Verifier"
        assert found["pcf"]["verification"]["completedAt"] == "2026-05-01T00:00:00Z"

    def test_packaging(self, battery: Build, written: Write) -> None:
        (declared,) = battery().results
        rows = tuple(
            r.model_copy(
                update={
                    "carbon": r.carbon.model_copy(update={"packaging": Quantity(Decimal(1), "kg{CO2eq}")})
                }
            )
            for r in declared.rows
        )
        packed = (declared.model_copy(update={"rows": rows}),)
        found = written(battery(results=packed))
        assert document(found)["pcf"]["packagingEmissionsIncluded"] is True
        assert document(found)["pcf"]["packagingGhgEmissions"] == "2"
        assert note(found, "/method/packaging_included").fate is Fate.INFERRED
        method = battery().method.model_copy(update={"packaging_included": False})
        refused = refusals(lambda: written(battery(results=packed, method=method)))
        assert refused["/results/pact/carbon/packaging"].error_code == "pact.packaging-contradiction"


class TestPrivateReader:
    """It reads what we wrote, and believes no core that says something else than our extension."""

    def test_changed_core_is_refused(self, battery: Build, written: Write) -> None:
        core = document(written(battery()))
        core["companyName"] = "Somebody Else Ltd."
        with pytest.raises(InputError) as caught:
            FORMAT.read(Package.of(json.dumps(core).encode()), Context())
        assert caught.value.error_code == "pact.contradicts-itself"

    def test_footprint_without_our_extension_is_read_as_a_message(
        self, battery: Build, written: Write
    ) -> None:
        core = document(written(battery()))
        del core["extensions"]
        package = Package.of(json.dumps(core).encode())
        reading = FORMAT.read(package, Context())
        result = reading.declaration.result_set("pact")
        assert result is not None
        assert result.role is Role.DECLARED
        evidence = FORMAT.detect(package)
        assert evidence is not None
        assert evidence.strength == 2

    def test_own_footprint_is_recognised(self, battery: Build, written: Write) -> None:
        evidence = FORMAT.detect(written(battery()).package)
        assert evidence is not None
        assert evidence.strength == 3

    def test_same_bytes_twice(self, battery: Build, written: Write) -> None:
        assert written(battery()).package == written(battery()).package


def test_what_we_wrote_has_no_error_and_what_was_changed_in_it_has(battery: Build, written: Write) -> None:
    own = json.loads(written(battery()).package.only.data)
    assert [f.code for f in check(Package.of(json.dumps(own).encode())).errors] == []
    own["pcf"] |= {"pcfExcludingBiogenicUptake": "-9999", "pcfIncludingBiogenicUptake": "-9999"}
    changed = check(Package.of(json.dumps(own).encode()))
    assert {"pact.total-negative", "pact.total-below-parts"} <= {f.code for f in changed.errors}
