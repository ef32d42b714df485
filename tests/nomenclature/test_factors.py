"""Factor maps: who is spoken of, what fits, what is kept, and at what cost in data quality."""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, flatten
from gateway.model.activity import EmissionFactor, Line, LineQuality
from gateway.model.declaration import Declaration
from gateway.nomenclature import cpcd
from gateway.nomenclature.factor_files import read_map, read_values
from gateway.nomenclature.factors import Decision, Kept, Rating, Relation, decide
from gateway.nomenclature.magnitude import unusual
from gateway.quantity import Quantity

CO2E = "kg{CO2eq}"
VALUES = "database,version,id,value,unit,kind,year,region,gwp_set,licence\n"
MAP = "source_database,source_id,target_database,target_version,target_id,relation,ter,ger,tir,p,reason\n"
ROW = "CPCD,46430X0172025C,db,1,lfp,equivalent,,,1,,same\n"
VALUE = "db,1,lfp,9.1,kg CO2e/kg,lca_co2e,2024,CN,AR6,own\n"


def line(unit: str = "kg", **factor: object) -> Line:
    told = {
        "value": Quantity(Decimal("7.9"), f"{CO2E}/({unit})"),
        "kind": "lca_co2e",
        "id": "46430X0172025C",
        "database": "CPCD",
        "region": "CN",
        **factor,
    }
    one = Quantity(Decimal(1), "1")
    return Line(
        id="L01",
        amount_per_unit=Quantity(Decimal(126), unit),
        factor=EmissionFactor.model_validate(told),
        quality=LineQuality(ter=one, ger=one, tir=one, p=one),
    )


def decided(told: Line, rows: str = ROW, values: str = VALUE, head: str = MAP) -> Decision:
    found = decide(
        Declaration(lines=(told,)), read_map((head + rows).encode()), read_values((VALUES + values).encode())
    )
    return found[0]


def codes(decision: Decision) -> list[str]:
    return [finding.code for finding in decision.findings]


class TestDecision:
    """One line: substituted, or kept with its reason."""

    def test_substituted(self) -> None:
        found = decided(line())
        assert found.factor is not None
        assert found.factor.value == Quantity(Decimal("9.1"), f"{CO2E}/kg")
        assert found.licence == "own"
        assert found.row is not None
        assert found.row.relation is Relation.EQUIVALENT

    @pytest.mark.parametrize(
        ("told", "rows", "values", "why"),
        [
            (line(id="46430X0172025c"), ROW, VALUE, Kept.NO_ROW),
            (line(database="cpcd"), ROW, VALUE, Kept.NO_ROW),
            (line(id=None), ROW, VALUE, Kept.NO_IDENTITY),
            (line(), ROW + ROW.replace(",lfp,", ",lfp2,"), VALUE, Kept.CANDIDATES),
            (line(), ROW, "", Kept.NO_VALUE),
            (line(), ROW, VALUE.replace("db,1,", "db,2,"), Kept.NO_VALUE),
            (line(), ROW, VALUE.replace("CO2e/kg", "CO2e/kWh"), Kept.UNIT),
            (line(), ROW, VALUE.replace("lca_co2e", "direct_co2"), Kept.KIND),
            (line(kind="upstream_co2e"), ROW, VALUE, Kept.KIND),
            (line(kind=None), ROW, VALUE, Kept.KIND_NOT_TOLD),
            (line(), ROW, VALUE.replace("kg CO2e", "kg CO2"), Kept.NOT_A_FOOTPRINT),
            (line().model_copy(update={"amount_per_unit": None}), ROW, VALUE, Kept.NO_AMOUNT),
        ],
    )
    def test_kept(self, told: Line, rows: str, values: str, why: Kept) -> None:
        found = decided(told, rows, values)
        assert found.kept is why
        assert found.factor is None
        assert found.after is None

    @pytest.mark.parametrize(
        ("column", "right", "wrong"),
        [
            ("source_region", "CN", "CN-SC"),
            ("source_unit", "kg", "t"),
            ("line", "L01", "L02"),
            ("source_version", "", "2"),
        ],
    )
    def test_what_a_row_names_besides_must_agree(self, column: str, right: str, wrong: str) -> None:
        head = MAP.replace("reason\n", f"reason,{column}\n")
        assert decided(line(), ROW.replace("\n", f",{right}\n"), head=head).kept is None
        assert decided(line(), ROW.replace("\n", f",{wrong}\n"), head=head).kept is Kept.NO_ROW

    def test_the_kind_that_the_mapper_knows(self) -> None:
        head = MAP.replace("reason\n", "reason,source_kind\n")
        assert decided(line(kind=None), ROW.replace("\n", ",lca_co2e\n"), head=head).kept is None
        stated = decided(line(kind="direct_co2"), ROW.replace("\n", ",lca_co2e\n"), head=head)
        assert stated.kept is Kept.KIND

    def test_a_heating_value_between_two_units(self) -> None:
        """2.5 kg CO2e/m3 from 0.07 kg/MJ × 36 MJ/m3, with the source of the 36."""
        head = MAP.replace("reason\n", "reason,source_unit,target_unit,factor,factor_basis\n")
        row = ROW.replace("\n", ",m3,MJ,36,GB/T 2589\n")
        gas = VALUE.replace("9.1,kg CO2e/kg", "0.07,kg CO2e/MJ")
        found = decided(line("m3"), row, gas, head)
        assert found.factor is not None
        assert found.factor.value == Quantity(Decimal("2.52"), f"{CO2E}/m3")

    def test_odd_things_are_said(self) -> None:
        assert codes(decided(line(), values=VALUE.replace("9.1", "9100"))) == [
            "factors.unusual-size",
            "factors.far-from-declared",
        ]
        assert codes(decided(line(), values=VALUE.replace("CN", "RER"))) == ["factors.other-region"]
        assert codes(decided(line(year=2021))) == ["factors.other-year"]
        assert codes(decided(line(id="illustrative"))) == ["factors.no-cpcd-id"]


class TestQuality:
    """Penalties are added to the line's own ratings, within 1 and 5."""

    def test_before_and_after(self) -> None:
        found = decided(line())
        assert found.before is not None
        assert found.after is not None
        assert (found.before.dqr, found.after.dqr) == (Fraction(1), Fraction(5, 4))

    def test_no_rating_is_made_up(self) -> None:
        found = decided(line().model_copy(update={"quality": LineQuality()}))
        assert found.before is None
        assert found.after is None

    @given(st.lists(st.decimals(1, 5, places=1), min_size=4, max_size=4), st.decimals(0, 9, places=1))
    def test_never_beyond_the_scale(self, parts: list[Decimal], more: Decimal) -> None:
        found = Rating(*parts).worsened(Rating(more, more, more, more))
        assert all(1 <= part <= 5 for part in (found.ter, found.ger, found.tir, found.p))
        assert found.dqr >= Rating(*parts).dqr


class TestTables:
    """Defects of a map or of values are refused, all at once, each with its line."""

    @pytest.mark.parametrize(
        ("head", "rows", "code"),
        [
            (MAP, ROW + ROW, "factors.twice"),
            (MAP, ROW.replace("equivalent", "like"), "factors.unknown-relation"),
            (MAP, ROW.replace("equivalent", "proxy_technology"), "factors.proxy-without-penalty"),
            (MAP, ROW.replace("equivalent,,,", "proxy_both,1,,"), "factors.proxy-without-penalty"),
            (MAP, ROW.replace("CPCD", ""), "factors.empty-cell"),
            (MAP.replace("relation", "relatoin"), ROW, "factors.no-column"),
            (MAP.replace("reason", "raison"), ROW, "factors.unknown-column"),
            (MAP.replace("reason", "factor"), ROW.replace("same", "36"), "factors.empty-cell"),
            (MAP.replace("reason", "source_year"), ROW.replace("same", "20x4"), "factors.bad-cell"),
            (MAP.replace("reason", "source_unit"), ROW.replace("same", "wagonload"), "quantity.unknown-unit"),
            (MAP, ROW.replace(",1,,", ",one,,"), "quantity.not-a-number"),
        ],
    )
    def test_map(self, head: str, rows: str, code: str) -> None:
        with pytest.raises(GatewayError) as caught:
            read_map((head + rows).encode())
        assert [error.error_code for error in flatten(caught.value)] == [code]

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            (VALUE + VALUE, "factors.twice"),
            (VALUE.replace("lca_co2e", "spend"), "factors.unknown-kind"),
            (VALUE.replace("lca_co2e", ""), "factors.empty-cell"),
            (VALUE.replace("9.1", "1,2"), "table.ragged"),
        ],
    )
    def test_values(self, rows: str, code: str) -> None:
        with pytest.raises(GatewayError) as caught:
            read_values((VALUES + rows).encode())
        assert caught.value.error_code == code

    def test_all_defects_together(self) -> None:
        bad = ROW.replace("equivalent", "like") + ROW.replace("CPCD", "")
        with pytest.raises(GatewayError) as caught:
            read_map((MAP + bad).encode())
        assert [error.path for error in flatten(caught.value)] == ["map.csv line 2", "map.csv line 3"]

    @given(st.binary(max_size=200))
    def test_any_bytes(self, data: bytes) -> None:
        for read in (read_map, read_values):
            try:
                read(data)
            except GatewayError:
                continue


class TestCpcd:
    """Fourteen characters: class, letter, number, year, grade."""

    def test_by_hand(self) -> None:
        found = cpcd.decode("17100H3502023C")
        assert found == cpcd.CpcdId("17100", "H", "350", 2023, cpcd.Grade.CORE)

    @pytest.mark.parametrize(
        "text", ["", "17100H3502023", "17100H3502023D", "1710XH3502023C", "17100Z3502023C"]
    )
    def test_others_are_none(self, text: str) -> None:
        assert cpcd.decode(text) is None

    @pytest.mark.oracle
    def test_all_published_core_rows(self, oracle_data: Path) -> None:
        rows = _cpcd_rows(oracle_data)
        assert len(rows) == 553
        for row in rows:
            found = cpcd.decode(row["cpcd_id"])
            assert found is not None
            assert (found.cpc, found.letter) == (row["un_cpc_v2_1"], row["class_letter"])
            assert found.grade.value == row["grade_letter"]
        # One published row states another year than its own id.
        assert [r["cpcd_id"] for r in rows if _year(r["cpcd_id"]) != r["data_year"]] == ["01199X0232023C"]


def _year(text: str) -> str:
    found = cpcd.decode(text)
    return str(found.year) if found else ""


def _cpcd_rows(oracle_data: Path) -> list[dict[str, str]]:
    text = (oracle_data / "china/cpcd_core_parsed.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


class TestMagnitude:
    """A slip of a thousand is found; what is usual is left alone."""

    @pytest.mark.parametrize(
        ("value", "unit", "cpc", "usual"),
        [
            ("0.5777", "kW.h", "17100", True),
            ("577.7", "kW.h", "17100", False),
            ("0.0005777", "kW.h", "17100", False),
            ("29004", "kg", "41431", False),  # tonnes for kilograms, as published once
            ("15.8", "kg", "41431", True),
            ("15800", "t", "41431", True),
            ("73.51", "kW.h", "46420", True),
            ("0.00212", "kg", "88539", True),  # no narrower class is known
            ("-2", "kg", "", True),
            ("-46482", "MJ", "33", False),
            ("5", "{piece}", "", True),
        ],
    )
    def test_cases(self, value: str, unit: str, cpc: str, usual: bool) -> None:
        found = unusual(Quantity(Decimal(value), f"{CO2E}/({unit})"), cpc)
        assert (found is None) is usual

    @pytest.mark.oracle
    def test_published_rows(self, oracle_data: Path) -> None:
        """Of 388 rows per mass, energy or transport, the six outside are slips of unit or of the parsing."""
        units = {"kg": "kg", "MJ": "MJ", "kWh": "kW.h", "t*km": "t.km", "m3": "m3", "L": "L"}
        told = [row for row in _cpcd_rows(oracle_data) if row["norm_unit"] in units]
        odd = [
            row["cpcd_id"]
            for row in told
            if unusual(
                Quantity(Decimal(row["kgco2e_per_norm_unit"]), f"{CO2E}/({units[row['norm_unit']]})"),
                row["un_cpc_v2_1"],
            )
        ]
        assert len(told) == 388
        assert {"53222X0032023C", "65125X0032021C", "24490X0362022C"} <= set(odd)
        assert len(odd) <= 10


class TestOtherFormats:
    """A map between datasets in a format of others: what it calls exact, and nothing else."""

    HEAD = (
        "SourceListName,SourceFlowName,SourceFlowUUID,MatchCondition,"
        "TargetListName,TargetFlowName,TargetFlowUUID,TargetListVersion\n"
    )

    def test_a_glad_table(self) -> None:
        rows = read_map((self.HEAD + "CPCD,cathode,46430X0172025C,=,db,lfp,lfp,1\n").encode())
        (row,) = rows
        assert (row.relation, row.penalty.dqr) == (Relation.EQUIVALENT, Fraction(0))
        found = decide(Declaration(lines=(line(),)), rows, read_values((VALUES + VALUE).encode()))
        assert found[0].factor is not None
        assert str(found[0].factor.value) == f"9.1 {CO2E}/kg"

    def test_another_version_of_the_same_dataset(self) -> None:
        (row,) = read_map((self.HEAD + "db,x,lfp,=,db,x,lfp,2\n").encode())
        assert row.relation is Relation.SAME_DATASET_OTHER_VERSION

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ("CPCD,cathode,a,~,db,lfp,lfp,1\n", "factors.inexact-row"),
            ("CPCD,cathode,,=,db,lfp,lfp,1\n", "factors.empty-cell"),
        ],
    )
    def test_what_it_does_not_say_is_asked_for(self, row: str, code: str) -> None:
        with pytest.raises(GatewayError) as caught:
            read_map((self.HEAD + row).encode())
        assert [error.error_code for error in flatten(caught.value)] == [code]

    def test_a_decision_not_to_map_is_no_row(self) -> None:
        head = self.HEAD.replace("TargetListName", "ConversionFactor,TargetListName")
        assert read_map((head + "CPCD,cathode,a,=,N/A,db,,,\n").encode()) == ()
