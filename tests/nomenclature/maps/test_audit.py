"""The audit finds what is known to be wrong in published maps, and leaves the other rows alone."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import InputError
from gateway.nomenclature.audit import Audit, audit
from gateway.nomenclature.audit_tables import Factors, read_factors, read_flows
from gateway.nomenclature.maps import read_map
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate
from gateway.report import Severity

# The five plain errors of the published map, by the names of both ends.
PLAIN_ERRORS = {
    ("1,4-Butanediol", "1,4-butanediol, reaction product with 1-chloro-2,3-epoxypropane"),
    ("Haloxyfop-ethoxyethyl", "n-ethylcyclohexanamine"),
    ("Ethane, 1,1,1-trichloro-, HCFC-140", "1,1,1-trichloroethane"),
    ("2,4-D", "sodium 2,4-dichlorophenoxyacetate"),
    ("Dibutyltin", "dibutyltin oxide"),
}


def pairs(found: Audit, *codes: str) -> Counter[tuple[str, str]]:
    """The ends of the findings of these codes, with how many rows each has."""
    return Counter((f.params["source"], f.params["target"]) for f in found.findings if f.code in codes)


@pytest.fixture(scope="module")
def published_audit(published: Callable[[str, str, str], MapSet], oracle_data: Path) -> Audit:
    path = oracle_data / "nomenclature" / "lists" / "ef31_flows.csv.gz"
    flows = read_flows(path.read_bytes(), name=path.name)
    return audit(published("ei3.9.1-ef31", "ecoinvent 3.9.1", "EF 3.1"), target_flows=flows)


class TestPublishedMap:
    """ecoinvent 3.9.1 to EF 3.1, 4,626 rows, with the CAS numbers of the target's list."""

    def test_cas_conflicts(self, published_audit: Audit) -> None:
        """With the CAS numbers of the EF list, which has some that the package itself does not state."""
        conflicts = ("audit.cas-conflict", "audit.cas-conflict-same-name", "audit.cas-conflict-state")
        assert published_audit.compared["cas"] == 3963
        found = pairs(published_audit, *conflicts)
        assert (found.total(), len(found)) == (330, 63)
        states = pairs(published_audit, "audit.cas-conflict-state")
        assert states["Lead II", "lead"] == 14
        assert len(states) >= 20

    def test_plain_errors_are_errors(self, published_audit: Audit) -> None:
        assert set(pairs(published_audit, "audit.cas-conflict")) >= PLAIN_ERRORS

    def test_gwp_is_lost_nine_times_and_once_more(self, published_audit: Audit) -> None:
        """Perfluoropentane: EF 3.1 has 9,220 for PFC-41-12, and the map leads to a name of it without."""
        lost = pairs(published_audit, "audit.gwp-lost")
        assert lost == {
            ("Ethane, 1,1,1-trichloro-, HCFC-140", "1,1,1-trichloroethane"): 5,
            ("Carbon dioxide, to soil or biomass stock", "carbon dioxide"): 4,
            ("Perfluoropentane", "dodecafluoropentane"): 1,
        }

    def test_check_digits(self, published_audit: Audit) -> None:
        found = [f.saw for f in published_audit.findings if f.code == "audit.cas-check-digit"]
        assert sorted(found) == ["439-94-3", "7727-34-7"]

    def test_areas_are_no_areas_times_time(self, published_audit: Audit) -> None:
        assert all(
            source.startswith("Occupation, arable, con") or "reduced" in source
            for source, _ in pairs(published_audit, "audit.unit-dimension")
        )
        assert pairs(published_audit, "audit.unit-dimension").total() == 3

    def test_the_other_rows_are_left_alone(self, published_audit: Audit) -> None:
        """At most 58 of 4,626 rows have an error, and no row of a gas that keeps its GWP."""
        rows = {f.at for f in published_audit.errors}
        assert len(rows) == 53
        assert published_audit.compared["gwp"] - pairs(published_audit, "audit.gwp-lost").total() == 273
        assert not pairs(published_audit, "audit.gwp-differs", "audit.gwp-gained", "audit.gas-changed")
        assert not pairs(published_audit, "audit.carbon-class-changed", "audit.unit-factor")


@pytest.mark.judge("randonneur")
def test_with_the_numbers_of_the_package_itself(
    published: Callable[[str, str, str], MapSet], judges: Any
) -> None:
    """As it is published, the target's CAS numbers stand in the package: 3,954 rows, 329 differ, 62 pairs."""
    folder = Path(judges.python("maps.py", "--packages")["folder"])
    data = (folder / "ecoinvent-3.9.1-biosphere-EF-3.1-biosphere.gz").read_bytes()
    package = read_map(gzip.decompress(data)).map
    numbers = {row.source.id: row.source.cas for row in published("ei3.9.1-ef31", "ei", "EF 3.1").rows}
    rows = tuple(replace(r, source=replace(r.source, cas=numbers[r.source.id])) for r in package.rows)
    found = audit(replace(package, rows=rows))
    conflicts = pairs(found, *(code for code in found.counts() if code.startswith("audit.cas-conflict")))
    assert found.compared["cas"] == 3954
    assert (conflicts.total(), len(conflicts)) == (329, 62)


def test_a_shifted_column_in_another_published_map(published: Callable[[str, str, str], MapSet]) -> None:
    """IPCC to FEDEFL: some names stand beside the target of the next row, in all of its 17 compartments."""
    found = audit(published("fedefl-IPCC", "IPCC", "FEDEFL 1.3.1"))
    changed = pairs(found, "audit.gas-changed")
    assert changed["(e)-hex-2-en-1-ol", "3-Butenenitrile"] == 17
    assert changed["HG’-01", "Trifluoro(fluoromethoxy)methane"] == 17


def row(source: End, target: End, **more: Any) -> MapRow:
    return MapRow(source, target, **more)


A, B = End("A", id="a", name="a", unit="kg"), End("B", id="b", name="b", unit="kg")


class TestRules:
    """Each check by itself."""

    def codes(self, *rows: MapRow, factors: Factors | None = None) -> dict[str, int]:
        return audit(MapSet(rows), factors=factors or Factors()).counts()

    def test_a_good_row_has_no_finding(self) -> None:
        good = row(replace(A, cas="000124-38-9", name="x"), replace(B, cas="124-38-9", name="x"))
        assert self.codes(good) == {}

    def test_doubles_and_contradictions(self) -> None:
        assert self.codes(row(A, B), row(A, B)) == {"audit.duplicate": 1}
        two = row(A, B, factor=Decimal(2), factor_basis="x")
        assert "audit.contradiction" in self.codes(row(A, B), two)
        assert self.codes(row(A, B), row(A, End(), predicate=Predicate.NONE)) == {"audit.contradiction": 1}

    def test_one_to_many_and_shares(self) -> None:
        other = replace(B, id="c", name="c")
        assert self.codes(row(A, B), row(A, other)) == {"audit.one-to-many": 1}
        half = Decimal("0.5")
        assert self.codes(row(A, B, share=half), row(A, other, share=half)) == {}
        assert self.codes(row(A, B, share=half), row(A, other, share=Decimal("0.4"))) == {"audit.shares": 1}

    @pytest.mark.parametrize(
        ("source", "target", "factor", "code"),
        [
            ("g", "kg", "0.001", None),
            ("g", "kg", None, "audit.unit-factor"),
            ("kg", "MJ", "43.4", "audit.unit-property"),
            ("kg", "MJ", "1", "audit.unit-dimension"),
            ("Nm3", "m3", None, "audit.unit-dimension"),
            ("kg", "kg", "0", "audit.factor-not-positive"),
            ("m2*a", "m2*year", None, None),
        ],
    )
    def test_units(self, source: str, target: str, factor: str | None, code: str | None) -> None:
        number = None if factor is None else Decimal(factor)
        found = self.codes(row(replace(A, unit=source), replace(B, unit=target), factor=number))
        assert found == ({code: 1} if code else {})

    def test_carbon_classes(self) -> None:
        fossil, biogenic = (End(name=f"carbon dioxide ({kind})") for kind in ("fossil", "biogenic"))
        assert "audit.carbon-class-changed" in self.codes(row(fossil, biogenic))
        assert self.codes(row(fossil, replace(fossil, name="Carbon dioxide, fossil"))) == {}

    def test_factors_of_both_lists(self) -> None:
        table = {
            "a": {"x": Decimal(2)},
            "b": {"x": Decimal(1)},
            "c": {"y": Decimal(1)},
            "d": {"x": Decimal(0)},
        }
        factors = Factors(table)
        assert self.codes(row(A, B), factors=factors) == {"audit.factor-differ": 1}
        grams = row(A, replace(B, unit="g"), factor=Decimal(2), factor_basis="two of them")
        assert "audit.factor-differ" not in self.codes(grams, factors=factors)
        lost = audit(MapSet((row(A, B), row(A, replace(B, id="d")))), factors=factors)
        assert lost.factors == {"x": {"differ": 1, "lost": 1}}

    def test_refusals_are_not_judged(self) -> None:
        refused = row(replace(A, cas="124-38-9"), replace(B, cas="74-82-8"), predicate=Predicate.NONE)
        assert self.codes(refused) == {}


class TestTables:
    """Factors come long or wide."""

    def test_wide_and_long(self) -> None:
        wide = b"name,uuid,climate,acid\nCO2,U1,1,\nCH4,u2,29.8,0.5\n"
        long = b"uuid,category,factor\nu3,climate,273\n"
        factors = read_factors([("w", wide), ("l", gzip.compress(long))])
        assert factors.of("u1") == {"climate": Decimal(1)}
        assert factors.of("U2") == {"climate": Decimal("29.8"), "acid": Decimal("0.5")}
        assert factors.of("u3") == {"climate": Decimal(273)}

    @pytest.mark.parametrize(
        "data", [b"a,b\n1,2\n", b"uuid,category,factor\nu,x,many\n", b"\x1f\x8b nonsense"]
    )
    def test_bad_tables_say_where(self, data: bytes) -> None:
        with pytest.raises(InputError) as caught:
            read_factors([("factors.csv", data)])
        assert "factors.csv" in caught.value.path

    def test_findings_have_both_languages(self, published_audit: Audit) -> None:
        from gateway import messages

        for one in published_audit.findings:
            said = messages.explain(one, "zh"), messages.explain(one, "en")
            assert all(text.what and "{" not in text.what for text in said)
        assert {one.severity for one in published_audit.findings} == set(Severity)
