"""A declaration of another kind as an EPD-style package: its figures, what it claims and what it does not."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gateway import resources
from gateway.codec.base import Context, Package
from gateway.codec.run import Written, run_writer
from gateway.errors import GatewayError, flatten
from gateway.formats.cn_pcf import FORMAT as CN_PCF
from gateway.formats.ilcd import EPD
from gateway.formats.ilcd.climate import climate_id, own_classes
from gateway.formats.ilcd.package import open_package
from gateway.formats.ilcd.tables import climate_ids
from gateway.frontdoor import archive
from gateway.model.base import LangText, Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.party import Enterprise
from gateway.model.product import Product
from gateway.model.results import Carbon, ResultRow, ResultSet
from gateway.model.scope import Document, FunctionalUnit, Method, Period
from gateway.model.walk import by_path
from gateway.pipeline.convert import convert, read
from gateway.quantity import Quantity
from gateway.report import Fate

CONTEXT = Context(source="0" * 64)
GWP = "{http://lca.jrc.it/ILCD/Process}"


def kg(number: str) -> Quantity:
    return Quantity(Decimal(number), "kg{CO2eq}")


def declaration(
    *rows: ResultRow, gwp_set: str | None = "AR6", biogenic: str | None = "m1p1", **parts: Any
) -> Declaration:
    whole = Declaration(
        document=Document(id="D-1", version="1.0"),
        enterprise=Enterprise(name=LangText({"zh": "示例有限公司", "en": "Example Co., Ltd."})),
        product=Product(name=LangText({"zh": "铝锭", "en": "aluminium ingot"}), model="A-1"),
        unit=FunctionalUnit(kind="declared", amount=Quantity(Decimal(1), "t")),
        method=Method(gwp_set=gwp_set, biogenic=biogenic),
        results=(ResultSet(id="declared", rows=rows),),
    )
    return whole.model_copy(update=parts)


# Fossil 10, land use 0.2, biogenic methane 0.5, uptake -3; at the end of life the 3 come back.
FIRST_LIGHT = (
    ResultRow(
        stage="production",
        module="A1-A3",
        carbon=Carbon(
            total=kg("10.7"),
            fossil=kg("10"),
            luluc=kg("0.2"),
            biogenic_non_co2=kg("0.5"),
            biogenic_co2=kg("0"),
            biogenic_uptake=kg("-3"),
        ),
    ),
    ResultRow(
        stage="eol",
        module="C3",
        carbon=Carbon(
            total=kg("3"),
            fossil=kg("0"),
            luluc=kg("0"),
            biogenic_non_co2=kg("0"),
            biogenic_co2=kg("3"),
            biogenic_uptake=kg("0"),
        ),
    ),
)


def written(found: Declaration) -> Written:
    return run_writer(EPD, found, CONTEXT)


def process(package: Package) -> dict[str, Any]:
    ((_, tree),) = open_package(package).epds
    return tree.root


def values(package: Package) -> dict[str, dict[str, str]]:
    """The amounts of every LCIA result by the id of its method and module."""
    return {
        result["referenceToLCIAMethodDataSet"]["@refObjectId"]: {
            amount["@epd:module"]: amount["#text"] for amount in result["common:other"]["epd:amount"]
        }
        for result in process(package)["LCIAResults"]["LCIAResult"]
    }


class TestClimateIndicators:
    """An official id stands only where GWP set and biogenic convention are really its."""

    def test_en_15804_total_counts_uptake_where_it_happens(self) -> None:
        """By hand: A1–A3 10 + 0.2 + 0.5 − 3 = 7.7; C3 +3."""
        found = values(written(declaration(*FIRST_LIGHT)).package)
        ids = climate_ids("EF3.1")
        assert found[ids["total_including_uptake"]] == {"A1-A3": "7.7", "C3": "3"}
        assert found[ids["biogenic"]] == {"A1-A3": "-2.5", "C3": "3"}
        assert found[ids["fossil"]] == {"A1-A3": "10", "C3": "0"}
        assert found[climate_id("total", "AR6")] == {"A1-A3": "10.7", "C3": "3"}

    def test_sums_are_told_as_inferred_and_parts_stay(self) -> None:
        after = written(declaration(*FIRST_LIGHT))
        inferred = {n.path: n.written for n in after.notes if n.fate is Fate.INFERRED}
        home = "/results/declared/rows/production.A1-A3/carbon"
        assert inferred[f"{home}/total_including_uptake"] == "7.7 kg{CO2eq}"
        assert inferred[f"{home}/biogenic"] == "-2.5 kg{CO2eq}"
        kept = by_path(after.reread)
        assert kept[f"{home}/biogenic_uptake"] == kg("-3")
        assert kept[f"{home}/biogenic_non_co2"] == kg("0.5")

    @pytest.mark.parametrize("gwp_set", ["AR4", "AR5", "unknown", None])
    def test_another_gwp_set_has_ids_of_our_own(self, gwp_set: str | None) -> None:
        after = written(declaration(*FIRST_LIGHT, gwp_set=gwp_set))
        official = {
            *climate_ids("EF3.1").values(),
            *climate_ids("EF3.0").values(),
            *climate_ids("A1").values(),
        }
        found = values(after.package)
        assert not official & set(found)
        assert set(found) <= set(own_classes())
        assert after.reread.method.gwp_set == gwp_set

    @pytest.mark.parametrize("convention", ["00", "na", None])
    def test_another_biogenic_convention_has_own_ids_for_total_and_biogenic(
        self, convention: str | None
    ) -> None:
        after = written(declaration(*FIRST_LIGHT, biogenic=convention))
        ids = climate_ids("EF3.1")
        found = values(after.package)
        assert {ids["fossil"], ids["luluc"]} <= set(found)
        assert not {ids["total_including_uptake"], ids["biogenic"]} & set(found)
        assert [n.path for n in after.notes if n.code == "ilcd.sum-of-classes"] == []
        row = ResultRow(module="A1", carbon=Carbon(total_including_uptake=kg("1"), biogenic=kg("2")))
        told = values(written(declaration(row, biogenic=convention)).package)
        assert set(told) == {climate_id(c, "AR6", convention) for c in ("total_including_uptake", "biogenic")}
        assert set(told) <= set(own_classes())

    def test_own_methods_are_named_with_their_set(self) -> None:
        results = process(written(declaration(*FIRST_LIGHT, gwp_set="AR5")).package)["LCIAResults"][
            "LCIAResult"
        ]
        for result in results:
            names = result["referenceToLCIAMethodDataSet"]["common:shortDescription"]
            assert "AR5" in names["en"]
            assert "AR5" in names["zh"]

    def test_a_bare_total_is_no_en_15804_total(self) -> None:
        row = ResultRow(stage="production", carbon=Carbon(total=kg("5")))
        assert set(values(written(declaration(row)).package)) == {climate_id("total", "AR6")}


class TestStages:
    def test_domestic_stages_are_not_claimed_as_modules(self) -> None:
        rows = [
            ResultRow(stage=stage, name=LangText({"zh": "阶段", "en": "stage"}), carbon=Carbon(total=kg("1")))
            for stage in ("raw", "production", "distribution", "use", "eol")
        ]
        after = written(declaration(*rows))
        (found,) = values(after.package).values()
        assert list(found) == ["raw", "production", "distribution", "use", "eol"]
        assert not [module for module in found if re.fullmatch(r"[A-D]\d?(-[A-D]\d)?", module)]
        assert [(r.stage, r.module) for r in after.reread.results[0].rows] == [(r.stage, None) for r in rows]
        assert after.reread.results[0].rows[0].name == rows[0].name

    def test_rows_that_have_only_a_name_keep_it(self) -> None:
        rows = [
            ResultRow(name=LangText({"en": name}), carbon=Carbon(total=kg("1")))
            for name in ("Upstream Module", "Core Module")
        ]
        again = written(declaration(*rows)).reread.results[0].rows
        assert [(r.stage, r.module, r.name) for r in again] == [(None, None, r.name) for r in rows]

    def test_a_stage_that_is_not_its_modules_own_is_kept(self) -> None:
        row = ResultRow(stage="raw", module="A1-A3", carbon=Carbon(total=kg("1")))
        assert written(declaration(row)).reread.results[0].rows[0].stage == "raw"

    def test_scenarios_are_never_mixed(self) -> None:
        rows = [
            ResultRow(stage="eol", module="C3", scenario=name, carbon=Carbon(total=kg(value)))
            for name, value in (("S1", "11.88"), ("S2", "11.76"))
        ]
        again = written(declaration(*rows)).reread.results[0].rows
        assert [(r.scenario, str(r.carbon.total)) for r in again] == [
            ("S1", "11.88 kg{CO2eq}"),
            ("S2", "11.76 kg{CO2eq}"),
        ]

    def test_a_printed_total_is_kept_and_none_is_made(self) -> None:
        row = ResultRow(stage="production", carbon=Carbon(total=kg("1")))
        with_total = ResultSet(id="declared", carbon=Carbon(total=kg("1.5")), rows=(row,))
        for result, expected in ((with_total, kg("1.5")), (ResultSet(id="declared", rows=(row,)), None)):
            after = written(declaration(results=(result,)))
            assert after.reread.results[0].carbon.total == expected


class TestTotals:
    """What is told as a total stands where EPD readers look for values, and is no module."""

    @pytest.mark.parametrize("name", [n for n in Carbon.model_fields if n != "total"])
    def test_a_single_class_without_rows(self, name: str) -> None:
        after = written(
            declaration(results=(ResultSet(id="declared", carbon=Carbon(**{name: kg("60800")})),))
        )
        (told,) = values(after.package).values()
        assert told == {"total": "60800"}
        assert after.reread.results[0].carbon == Carbon(**{name: kg("60800")})
        assert [n for n in after.notes if n.path.startswith("/results")] == []

    def test_totals_beside_rows_and_no_figure_at_mean_amount(self) -> None:
        rows = (ResultRow(stage="production", carbon=Carbon(fossil=kg("4"))),)
        result = ResultSet(id="declared", carbon=Carbon(total=kg("5"), fossil=kg("4.5")), rows=rows)
        after = written(declaration(results=(result,)))
        found = values(after.package)
        assert found[climate_id("total", "AR6")] == {"total": "5"}
        assert found[climate_id("fossil", "AR6")] == {"production": "4", "total": "4.5"}
        listed = process(after.package)["LCIAResults"]["LCIAResult"]
        assert {item["meanAmount"] for item in listed} == {"0"}
        modules = process(after.package)["processInformation"]["dataSetInformation"]["common:other"]
        texts = {m["@epd:name"]: m["#text"] for m in modules["epd:modules"]["epd:module"]}
        assert texts["total"] == "声明的总量，不是 EN 15804 的模块 · Declared total, not a module of EN 15804"

    def test_they_are_kept_when_the_package_is_written_again(self) -> None:
        rows = (ResultRow(stage="production", carbon=Carbon(total=kg("4"))),)
        own = declaration(results=(ResultSet(id="declared", carbon=Carbon(total=kg("5")), rows=rows),))
        first = written(own).package
        found = EPD.read(Package.of(first.only.data), CONTEXT)
        assert "LCIAResult" in found.origins["/results/declared/carbon/total"].at  # type: ignore[union-attr]
        after = run_writer(EPD, found.declaration, CONTEXT)
        assert after.notes == ()
        assert values(after.package) == values(first)

    def test_an_unreadable_total_never_becomes_a_number(self) -> None:
        carbon = Carbon(
            total=Missing(missing=Reason.UNREADABLE, unit="kg{CO2eq}", text="1e308"), fossil=kg("1")
        )
        after = written(declaration(results=(ResultSet(id="declared", carbon=carbon),)))
        assert set(values(after.package)) == {climate_id("fossil", "AR6")}
        assert after.reread.results[0].carbon.total is None

    def test_a_row_that_is_called_total_is_not_the_total(self) -> None:
        rows = (ResultRow(stage="total", carbon=Carbon(total=kg("4"))),)
        result = ResultSet(id="declared", carbon=Carbon(total=kg("5")), rows=rows)
        after = written(declaration(results=(result,)))
        assert after.reread.results[0].carbon.total == kg("5")
        assert after.reread.results[0].rows == rows

    @pytest.mark.oracle
    def test_a_declaration_with_only_a_total(self, oracle_data: Path) -> None:
        data = (oracle_data / "china/sample_inputs/05_rebar_cpcd_total_only.json").read_bytes()
        (outcome,) = convert(read(Package.of(data)), to=["ilcd-epd"])
        assert outcome.package is not None
        assert list(values(outcome.package).values()) == [{"total": "2340"}]
        assert EPD.read(outcome.package, CONTEXT).declaration.results[0].carbon.total == kg("2340")
        assert [n for n in outcome.notes if n.path == "/results/declared/carbon/total"] == []

    @pytest.mark.oracle
    def test_a_foreign_indicator_with_nothing_but_a_mean_amount(self, oracle_data: Path) -> None:
        data = (oracle_data / "lca/ilcd-epd/sample_EPD.xml").read_bytes()
        root = etree.fromstring(data)
        climate = next(root.iter(f"{GWP}LCIAResult"))
        (reference,) = climate.findall(f"{GWP}referenceToLCIAMethodDataSet")
        reference.set("refObjectId", climate_ids("A1")["total_including_uptake"])
        for other in climate.findall("{http://lca.jrc.it/ILCD/Common}other"):
            climate.remove(other)
        mean = etree.SubElement(climate, f"{GWP}meanAmount")
        mean.text = "12.5"
        found = EPD.read(Package.of(etree.tostring(root)), CONTEXT).declaration
        assert found.results[0].carbon.total_including_uptake == kg("12.5")
        assert found.results[0].rows == ()
        after = run_writer(EPD, found, CONTEXT)
        assert after.notes == ()
        assert b"12.5" in next(iter(archive.open_zip(after.package.only.data).read_all()))[1]


NAMES = (
    None,
    {"en": "Upstream"},
    {"zh": "上游"},
    {"zh": "上游", "en": "raw"},
    {"en": "A1"},
    {"zh": "a（b）"},
)
STAGES = (None, "raw", "production", "credit", "Odd · stage", "raw material acquisition")
MODULES = (None, "A1", "A1-A3", "B", "raw", "Core (2)", "D, A1")


class TestModuleNames:
    """Every name, stage and module comes back, and what people see is for people."""

    @pytest.mark.parametrize("stage", STAGES)
    @pytest.mark.parametrize("module", MODULES)
    @pytest.mark.parametrize("name", NAMES)
    def test_every_combination_comes_back(
        self, stage: str | None, module: str | None, name: dict[str, str] | None
    ) -> None:
        own = ResultRow(
            stage=stage, module=module, name=LangText(name) if name else None, carbon=Carbon(total=kg("1"))
        )
        if stage == module == "raw":
            with pytest.raises(GatewayError) as caught:
                written(declaration(own))
            assert [e.error_code for e in flatten(caught.value)] == ["ilcd.module-not-told"]
            return
        after = written(declaration(own))
        assert after.reread.results[0].rows == (own,)
        after = written(declaration(own, own.model_copy(update={"carbon": Carbon(total=kg("2"))})))
        assert [r.carbon.total for r in after.reread.results[0].rows] == [kg("1"), kg("2")]

    @pytest.mark.parametrize(
        "name", [{"zh": "PACK"}, {"en": "电芯"}, {"de": "x"}, {"en": "a · b"}, {"zh": " "}]
    )
    def test_a_name_that_cannot_come_back_costs_no_value(self, name: dict[str, str]) -> None:
        after = written(declaration(ResultRow(name=LangText(name), carbon=Carbon(total=kg("1")))))
        assert after.reread.results[0].rows[0].carbon.total == kg("1")
        noted = {n.path for n in after.notes if "/name/" in n.path}
        is_lost = {f"/results/declared/rows/row/name/{lang}" for lang in name} <= noted
        assert is_lost or after.reread.results[0].rows[0].name == LangText(name)

    def test_no_machine_syntax_in_texts(self) -> None:
        rows = (
            ResultRow(name=LangText({"en": "Upstream Module"}), carbon=Carbon(total=kg("1"))),
            ResultRow(stage="raw", carbon=Carbon(total=kg("1"))),
            ResultRow(stage="raw", name=LangText({"zh": "正极"}), carbon=Carbon(total=kg("1"))),
            ResultRow(stage="raw", module="A3", carbon=Carbon(total=kg("1"))),
        )
        info = process(written(declaration(*rows)).package)["processInformation"]["dataSetInformation"]
        told = {m["@epd:name"]: m["#text"] for m in info["common:other"]["epd:modules"]["epd:module"]}
        stage = "生命周期阶段：原材料获取 · Life cycle stage: raw material acquisition and pre-processing"
        assert told == {
            "Upstream Module": "Upstream Module",
            "raw": stage,
            "raw (2)": "正极",
            "A3": stage,
        }


class TestReferenceFlow:
    """An exchange has no unit: amount, flow, flow property and unit group say it together."""

    @pytest.mark.parametrize(
        ("amount", "unit", "text", "back"),
        [
            ("1", "kW.h", "3.6", "MJ"),
            ("1", "t", "1000", "kg"),
            ("2.5", "m2", "2.5", "m2"),
            ("1", "{piece}", "1", "{piece}"),
            ("100", "km", "100000", "m"),
            ("1", "t.km", "1", "t.km"),
        ],
    )
    def test_the_amount_is_in_the_reference_unit(self, amount: str, unit: str, text: str, back: str) -> None:
        row = ResultRow(stage="production", carbon=Carbon(total=kg("1")))
        own = FunctionalUnit(kind="declared", amount=Quantity(Decimal(amount), unit))
        after = written(declaration(row, unit=own))
        (exchange,) = process(after.package)["exchanges"]["exchange"]
        assert exchange["resultingAmount"] == text
        assert after.reread.unit.amount == Quantity(Decimal(text), back)
        converted = [n for n in after.notes if n.path == "/unit/amount"]
        assert [n.fate for n in converted] == ([] if unit == back else [Fate.CONVERTED])

    @pytest.mark.parametrize("amount", ["0", "-1"])
    def test_an_amount_that_is_none_is_refused(self, amount: str) -> None:
        unit = FunctionalUnit(kind="declared", amount=Quantity(Decimal(amount), "t"))
        with pytest.raises(GatewayError) as caught:
            written(declaration(*FIRST_LIGHT, unit=unit))
        assert [(e.error_code, e.path) for e in flatten(caught.value)] == [
            ("ilcd.amount-not-positive", "/unit/amount")
        ]

    def test_every_reference_of_the_package_leads_somewhere_or_is_well_known(self) -> None:
        after = written(declaration(*FIRST_LIGHT))
        names = set(archive.open_zip(after.package.only.data).names)
        text = b"".join(data for _, data in archive.open_zip(after.package.only.data).read_all()).decode()
        uris = set(re.findall(r'uri="\.\./([^"]+)"', text))
        assert len(uris) >= 4
        assert {f"ILCD/{uri}" for uri in uris} <= names


class TestPackage:
    def test_it_says_in_both_languages_that_it_is_no_registered_epd(self) -> None:
        info = process(written(declaration(*FIRST_LIGHT)).package)["processInformation"]["dataSetInformation"]
        comment = info["common:generalComment"]
        assert "not a registered" in comment["en"]
        assert "并非已注册" in comment["zh"]

    def test_it_has_no_registration_publisher_or_compliance(self) -> None:
        text = archive.open_zip(written(declaration(*FIRST_LIGHT)).package.only.data)
        whole = b"".join(data for _, data in text.read_all()).decode()
        for name in ("registrationNumber", "referenceToRegistrationAuthority", "referenceToPublisher"):
            assert name not in whole
        assert "compliance" not in whole.casefold().replace("iso 14025", "")

    def test_same_input_same_bytes_sorted_with_a_fixed_time(self) -> None:
        one, two = (written(declaration(*FIRST_LIGHT)).package.only.data for _ in range(2))
        assert one == two
        names = archive.open_zip(one).names
        assert list(names) == sorted(names)
        assert all(name.startswith("ILCD/") for name in names)

    def test_another_source_has_other_ids(self) -> None:
        ids = {
            process(run_writer(EPD, declaration(*FIRST_LIGHT), Context(source=s * 64)).package)[
                "processInformation"
            ]["dataSetInformation"]["common:UUID"]
            for s in "01"
        }
        assert len(ids) == 2

    def test_days_stand_in_a_sentence_of_both_languages(self) -> None:
        from datetime import date

        days = Period(start=date(2024, 1, 1), end=date(2024, 12, 31))
        document = Document(
            id="D-1", version="1.0", valid_from=date(2025, 6, 1), valid_until=date(2027, 5, 31)
        )
        after = written(declaration(*FIRST_LIGHT, period=days, document=document))
        time = process(after.package)["processInformation"]["time"]
        assert time["common:referenceYear"] == "2024"
        assert time["common:dataSetValidUntil"] == "2027"
        assert after.reread.period == days
        assert after.reread.document.valid_until == date(2027, 5, 31)
        assert after.reread.document.valid_from == date(2025, 6, 1)

    def test_what_is_required_is_lacked_together(self) -> None:
        with pytest.raises(GatewayError) as caught:
            written(declaration(product=Product(), unit=FunctionalUnit()))
        assert {e.path for e in flatten(caught.value)} == {
            "/product/name",
            "/unit/amount",
            "/results/declared/carbon/total",
        }

    def test_figures_of_another_denominator_are_not_divided(self) -> None:
        from gateway.model.results import Basis, Denominator, Per

        row = ResultRow(stage="production", carbon=Carbon(total=kg("1")))
        packs = ResultSet(id="declared", basis=Basis(denominator=Denominator(per=Per.PACK)), rows=(row,))
        with pytest.raises(GatewayError) as caught:
            written(declaration(results=(packs,)))
        assert [e.error_code for e in flatten(caught.value)] == ["ilcd.no-set-per-unit"]


class TestPipeline:
    def test_private_parts_do_not_leave(self) -> None:
        source = read(Package.of(resources.example("lfp-pack.json").read_bytes()))
        (outcome,) = convert(source, to=["ilcd-epd"])
        assert outcome.package is not None
        whole = b"".join(d for _, d in archive.open_zip(outcome.package.only.data).read_all()).decode()
        enterprise = source.declaration.enterprise
        for secret in (enterprise.contact_name, enterprise.contact_email, enterprise.legal_representative):
            assert isinstance(secret, str)
            assert secret not in whole

    @pytest.mark.oracle
    @pytest.mark.parametrize("name", ["01_jinko_pv_epditaly0252.json", "02_trina_pv_ul2020.json"])
    def test_photovoltaic_modules_are_written_with_their_figures(self, oracle_data: Path, name: str) -> None:
        data = (oracle_data / "china/sample_inputs" / name).read_bytes()
        before = CN_PCF.read(Package.of(data), Context()).declaration
        (outcome,) = convert(read(Package.of(data)), to=["ilcd-epd"])
        assert outcome.package is not None
        again = EPD.read(outcome.package, Context()).declaration
        own, found = before.results[0], again.results[0]
        assert found.carbon.total == own.carbon.total
        assert [r.carbon.total for r in found.rows] == [r.carbon.total for r in own.rows]
        assert [r.name for r in found.rows] == [r.name for r in own.rows]
        assert again.unit.amount == Quantity(Decimal("3.6"), "MJ")
        assert again.unit.text == before.unit.text

    @pytest.mark.oracle
    def test_written_and_left_out_is_all_that_was_read(self, oracle_data: Path) -> None:
        """Σ kg of the rows read = Σ kg of the rows in the package + Σ kg of the dropped ones."""
        data = (oracle_data / "real_inputs/32_parquet_hamberger_ibu_scenarios.json").read_bytes()
        source = read(Package.of(data))
        (outcome,) = convert(source, to=["ilcd-epd"])
        assert outcome.package is not None
        again = EPD.read(outcome.package, Context()).declaration

        def total(found: Declaration) -> Fraction:
            kept = [r.carbon.total for r in found.results[0].rows]
            return sum((Fraction(k.amount) for k in kept if isinstance(k, Quantity)), Fraction(0))

        dropped = [n for n in outcome.notes if "/rows/" in n.path and n.path.endswith("/carbon/total")]
        left = sum((Fraction(n.kg or 0) for n in dropped), Fraction(0))
        assert total(source.declaration) == total(again) + left
        assert dropped == []
        assert len(again.results[0].rows) == 11

    @pytest.mark.oracle
    def test_an_epd_becomes_a_domestic_declaration(self, oracle_data: Path) -> None:
        data = (oracle_data / "lca/ilcd-epd/oekobau_with_dependencies.zip").read_bytes()
        source = read(Package.of(data, name="oekobau.zip"))
        (outcome,) = convert(source, to=["cn-pcf"])
        assert outcome.package is not None
        again = CN_PCF.read(outcome.package, Context()).declaration
        assert again.results[0].rows == source.declaration.results[0].rows
        assert len(again.results[0].indicators) == 24

    @pytest.mark.oracle
    def test_an_epd_keeps_everything_on_its_way_to_an_epd(self, oracle_data: Path) -> None:
        data = (oracle_data / "lca/ilcd-epd/epditaly_with_dependencies.zip").read_bytes()
        (outcome,) = convert(read(Package.of(data, name="epd.zip")), to=["ilcd-epd"])
        assert outcome.notes == ()

    @pytest.mark.oracle
    def test_pact_refuses_an_epd_with_reasons(self, oracle_data: Path) -> None:
        data = (oracle_data / "lca/ilcd-epd/epditaly_with_dependencies.zip").read_bytes()
        (outcome,) = convert(read(Package.of(data, name="epd.zip")), to=["pact"])
        assert not outcome.written
        assert outcome.lacks
