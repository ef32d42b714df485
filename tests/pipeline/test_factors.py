"""Two accounts of one footprint: declared factors, and those of a map."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from pathlib import Path

import pytest

import gateway
from gateway import resources
from gateway.messages import Lang
from gateway.model.results import Role
from gateway.nomenclature.factor_files import read_map, read_values
from gateway.nomenclature.factors import Kept
from gateway.pipeline import factor_table
from gateway.pipeline.explain import explain
from gateway.pipeline.factors import FactorAccounts, map_factors
from gateway.quantity import Quantity

MAP = "line,target_database,target_id,relation,ter,ger,reason\n"
VALUES = "database,id,value,unit,kind,year,region,gwp_set\n"
POWER = "L18,db,power,equivalent,,,\n"


def accounts(rows: str, values: str, source: gateway.Source | None = None) -> FactorAccounts:
    told = source or gateway.read(resources.example("lfp-pack.json").read_bytes())
    return map_factors(told, read_map((MAP + rows).encode()), read_values((VALUES + values).encode()))


@pytest.fixture(scope="module")
def mapped() -> FactorAccounts:
    """150 kg at 8.2 → 7.1, 78 kg at 5.2 → 6, 2,520 kWh at 0.5777 → 0.7; the last two kept."""
    rows = (
        "L01,db,lfp,proxy_geography,,1,\n"
        "L02,db,graphite,proxy_both,1,1,\n"
        f"{POWER}"
        "L05,db,copper,equivalent,,,\n"
        "L20,db,gas,equivalent,,,\n"
    )
    values = (
        "db,lfp,7.1,kg CO2e/kg,lca_co2e,,,AR6\n"
        "db,graphite,6000,kg CO2e/t,lca_co2e,,,AR6\n"
        "db,power,0.7,kg CO2e/kWh,lca_co2e,,,AR6\n"
        "db,gas,70,kg CO2e/GJ,lca_co2e,,,AR6\n"
    )
    return accounts(rows, values)


class TestDualAccounting:
    """Neither account overwrites the other; everything adds up exactly."""

    def test_by_hand(self, mapped: FactorAccounts) -> None:
        """150 × -1.1 + 78 × 0.8 + 2,520 × 0.1223 = -165 + 62.4 + 308.196 = 205.596."""
        assert mapped.recomputed - mapped.declared == Fraction("205.596")
        assert mapped.declared == Fraction("6268.7712")

    def test_line_deltas_add_up_to_the_total(self, mapped: FactorAccounts) -> None:
        deltas = [line.change.delta for line in mapped.lines if line.change is not None]
        assert sum(deltas) == mapped.recomputed - mapped.declared
        assert len(mapped.lines) == 28

    def test_what_is_not_substituted(self, mapped: FactorAccounts) -> None:
        """6,268.7712 less 1,230, 405.6 and 1,455.804."""
        assert mapped.not_substituted == Fraction("3177.3672")
        assert mapped.share_not_substituted == Fraction("3177.3672") / Fraction("6268.7712")
        assert mapped.counts["substituted"] == 3
        assert {line.decision.line.id: line.decision.kept for line in mapped.undecided} == {
            "L05": Kept.NO_VALUE,
            "L20": Kept.KIND,
        }

    def test_two_sets_side_by_side(self, mapped: FactorAccounts) -> None:
        declaration = mapped.source.declaration
        assert [r.role for r in declaration.results] == [Role.DECLARED, Role.DECLARED, Role.RECOMPUTED]
        declared = declaration.result_set("pack")
        assert declared is not None
        assert declared.carbon.total == Quantity(mapped.declared, "kg{CO2eq}")
        assert mapped.scenario.recomputed.derived_from == "pack"

    def test_explained(self, mapped: FactorAccounts) -> None:
        found = explain(mapped.source, "/results/recomputed/carbon/total")
        assert found.proven
        assert found.value == Quantity(mapped.recomputed, "kg{CO2eq}")
        assert any("lfp" in operand.at for operand in found.operands)

    def test_nothing_mapped_is_the_declared_account(self) -> None:
        found = accounts("", "")
        assert found.recomputed == found.declared
        assert found.share_not_substituted == 1

    def test_a_set_of_another_gwp_is_mixed_and_said(self) -> None:
        found = accounts(POWER, "db,power,0.7,kg CO2e/kWh,lca_co2e,,,AR5\n")
        assert found.scenario.recomputed.basis.gwp_set == "mixed: AR5, AR6"
        assert "scenario.mixed-gwp-sets" in {finding.code for finding in found.findings}

    @pytest.mark.oracle
    def test_lines_by_their_cpcd_ids(self, oracle_data: Path) -> None:
        """Three lines of the sample cite one aluminium row: 99 kg at 15.8 → 14.8 are -99 kg."""
        sample = (oracle_data / "china/sample_inputs/03_lfp_pack_worked_example.json").read_bytes()
        rows = read_map(
            b"source_database,source_id,target_database,target_id,relation\nCPCD,41431X0062012A,db,al,equivalent\n"
        )
        values = read_values((VALUES + "db,al,14.8,kg CO2e/kg,lca_co2e,,,AR6\n").encode())
        found = map_factors(gateway.read(sample), rows, values)
        assert found.recomputed - found.declared == -99
        assert [line.decision.line.id for line in found.lines if line.substituted] == ["L06", "L09", "L10"]
        assert found.not_substituted == found.declared - Fraction("1564.2")


class TestElectricity:
    """CO2 at generation is no life-cycle factor, whatever its label says."""

    @pytest.mark.parametrize(
        ("value", "kept"),
        [
            ("0.5306,kg CO2e/kWh,lca_co2e,2023,CN,AR6", Kept.NOT_A_FOOTPRINT),
            ("530.6,g CO2e/kWh,lca_co2e,,,AR6", Kept.NOT_A_FOOTPRINT),
            ("0.5306,kg CO2/kWh,lca_co2e,2023,CN,AR6", Kept.NOT_A_FOOTPRINT),
            ("0.5306,kg CO2e/kWh,direct_co2,2023,CN,AR6", Kept.KIND),
            ("0.5306,kg CO2e/kWh,lca_co2e,2023,DE,AR6", None),
            ("0.6205,kg CO2e/kWh,lca_co2e,2023,CN,AR6", None),
        ],
    )
    def test_kinds(self, value: str, kept: Kept | None) -> None:
        found = accounts(POWER, f"db,power,{value}\n")
        (line,) = [line for line in found.lines if line.decision.line.id == "L18"]
        assert line.decision.kept is kept
        assert line.substituted is (kept is None)

    def test_a_like_value_of_another_country_is_only_pointed_out(self) -> None:
        found = accounts(POWER, "db,power,0.5306,kg CO2e/kWh,lca_co2e,2023,DE,AR6\n")
        assert "factors.direct-as-life-cycle" in {finding.code for finding in found.findings}


class TestTable:
    """The lines for a spreadsheet."""

    def test_rows_add_up_as_text(self, mapped: FactorAccounts) -> None:
        text = factor_table.table(mapped).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert sum(Fraction(row["delta_kg"]) for row in rows) == mapped.recomputed - mapped.declared
        assert {row["line"]: row["dqr_after"] for row in rows if row["dqr_after"]}["L02"] == "1.5"

    def test_what_would_be_a_formula_stays_text(self) -> None:
        found = accounts("L18,db,power,equivalent,,,=1+1\n", "db,power,0.7,kg CO2e/kWh,lca_co2e,,,AR6\n")
        assert b",'=1+1," in factor_table.table(found)

    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_every_line_is_said(self, mapped: FactorAccounts, lang: Lang) -> None:
        text = "\n".join(factor_table.lines(mapped, lang))
        assert all(line.decision.line.id in text for line in mapped.lines)
        assert "205.596" in text
