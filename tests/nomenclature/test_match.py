"""The order of evidence, on a list of our own where every step has one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from gateway.errors import UsageError
from gateway.nomenclature import energy
from gateway.nomenclature.columns import match_columns
from gateway.nomenclature.flow import Edition, Flow
from gateway.nomenclature.match import Match, Matcher, match, unit_factor
from gateway.nomenclature.packing import pack
from gateway.nomenclature.row import APPLIED, Abstained, End, MapRow, Predicate, Tier
from gateway.nomenclature.store import FlowList

AIR, WATER, GROUND = ("air", "unspecified"), ("water", "unspecified"), ("resource", "in ground")
NAMES: list[tuple[str, tuple[str, ...], str, str, tuple[str, ...]]] = [
    ("Ammonia", AIR, "kg", "7664-41-7", ()),
    ("Toluene", AIR, "kg", "108-88-3", ("methylbenzene",)),
    ("1,2-Dichloropropane", AIR, "kg", "78-87-5", ()),
    ("Xylene", AIR, "kg", "1330-20-7", ()),
    ("Nitrogen, organic bound", WATER, "kg", "7727-37-9", ()),
    ("Zinc(II)", WATER, "kg", "23713-49-7", ()),
    ("Zinc", WATER, "kg", "7440-66-6", ()),
    ("Tin, in ground", GROUND, "kg", "7440-31-5", ()),
    ("Silver", GROUND, "kg", "7440-22-4", ()),
    ("Cerium", GROUND, "kg", "", ()),
    ("Cerium, 24% in bastnasite, in ground", GROUND, "kg", "", ()),
    ("Coal, brown", GROUND, "MJ", "", ()),
    ("Sulfur dioxide", AIR, "kg", "7446-09-5", ()),
    ("Carbon dioxide, fossil", AIR, "kg", "124-38-9", ()),
    ("Carbon dioxide, biogenic", AIR, "kg", "124-38-9", ()),
    ("HFC-32", AIR, "kg", "75-10-5", ()),
    ("HFC-125", AIR, "kg", "354-33-6", ()),
    ("Age", AIR, "kg", "", ()),
    ("Sodium chlorate", AIR, "kg", "7775-09-9", ("fall", "Atlacide")),
]  # fmt: skip


def small() -> FlowList:
    flows = [
        Flow(f"00000000-0000-4000-8000-{i:012x}", name, context, unit, cas, "", synonyms)
        for i, (name, context, unit, cas, synonyms) in enumerate(NAMES)
    ]
    twice = flows[0]._replace(id="ffffffff-0000-4000-8000-000000000000")
    return FlowList(pack([*flows, twice], Edition("Small", "1")))


def find(name: str, context: tuple[str, ...] = AIR, **more: object) -> Match:
    end = replace(End("Other", "1", name=name, context=context, unit="kg"), **more)  # type: ignore[arg-type]
    return match([end], small())[0]


def one(found: Match) -> tuple[str, Tier | None]:
    (row,) = found.rows
    assert row.evidence
    return row.target.name, row.tier


class TestWhatApplies:
    """Tiers of evidence that take effect without a person."""

    def test_identifier(self) -> None:
        assert one(find("whatever", id="00000000-0000-4000-8000-000000000001")) == (
            "Toluene",
            Tier.IDENTIFIER,
        )

    def test_name_and_cas(self) -> None:
        assert one(find("AMMONIA", cas="07664-41-7")) == ("Ammonia", Tier.NAME_AND_CAS)

    def test_name_alone(self) -> None:
        assert one(find("1,2‐Dichloropropane")) == ("1,2-Dichloropropane", Tier.NAME)

    def test_cas_and_index_name(self) -> None:
        found = find("Propane, 1,2-dichloro-", cas="78-87-5")
        assert one(found) == ("1,2-Dichloropropane", Tier.CAS_AND_SYNONYM)
        assert [signal.what for signal in found.evidence] == ["cas", "index name"]

    def test_published_synonym(self) -> None:
        assert one(find("Methylbenzene")) == ("Toluene", Tier.SYNONYM)

    def test_spelling(self) -> None:
        assert one(find("Sulphur dioxide")) == ("Sulfur dioxide", Tier.SYNONYM)

    def test_the_compartment_in_a_name_is_no_part_of_it(self) -> None:
        assert one(find("Tin", GROUND)) == ("Tin, in ground", Tier.NAME)
        assert one(find("Silver, in ground", GROUND)) == ("Silver", Tier.NAME)

    def test_the_grade_of_an_ore_is_lost_and_said_so(self) -> None:
        (row,) = find("Silver, 0.01% in crude ore, in ground", GROUND, cas="7440-22-4").rows
        assert (row.target.name, row.predicate, row.losses) == (
            "Silver",
            Predicate.BROADER,
            ("ore-grade-lost",),
        )

    def test_of_two_equal_flows_the_smaller_identifier(self) -> None:
        assert find("Ammonia").rows[0].target.id == "00000000-0000-4000-8000-000000000000"

    def test_units_convert_exactly(self) -> None:
        assert find("Ammonia", unit="t").rows[0].factor == 1000
        assert unit_factor("kWh", "MJ") == Fraction(18, 5)

    def test_a_blend_goes_to_all_of_its_gases(self) -> None:
        rows = find("R-410A").rows
        assert {(row.target.name, row.share) for row in rows} == {
            ("HFC-32", Decimal("0.5")),
            ("HFC-125", Decimal("0.5")),
        }


class TestEnergyCarriers:
    """A table decides, and mass is no energy without a heating value."""

    def ef(self) -> FlowList:
        carrier = energy.carrier("crude oil")
        assert carrier is not None
        flow = energy.resource(carrier, "EF 3.1")
        assert flow is not None
        return FlowList(pack([Flow(flow.id, flow.name, flow.context, "MJ")], Edition("EF 3.1", "3.1")))

    @pytest.mark.parametrize(("unit", "why"), [("MJ", None), ("kWh", None), ("kg", Abstained.UNIT)])
    def test_crude_oil_in_ground(self, unit: str, why: Abstained | None) -> None:
        source = End("ecoinvent", name="Oil, crude", context=("natural resource", "in ground"), unit=unit)
        (found,) = match([source], self.ef())
        assert found.abstained is why
        assert [row.tier for row in found.rows] == ([] if why else [Tier.CURATED])


class TestWhatDoesNot:
    """Everything weaker abstains, with a reason."""

    @pytest.mark.parametrize(
        ("name", "context", "more", "why"),
        [
            ("Toluene", AIR, {"cas": "7664-41-7"}, Abstained.CAS_CONFLICT),
            ("Toluene", AIR, {"cas": "71-43-2"}, Abstained.CAS_CONFLICT),
            ("Dimethylbenzene", AIR, {"cas": "1330-20-7"}, Abstained.ONLY_SUGGESTIONS),
            ("Nitrogen", WATER, {"cas": "7727-37-9"}, Abstained.ONLY_SUGGESTIONS),
            ("Zinc II", WATER, {}, Abstained.NO_CANDIDATE),
            ("Cerium", GROUND, {}, Abstained.AMBIGUOUS),
            ("Coal, brown", GROUND, {}, Abstained.UNIT),
            ("Zinc", AIR, {}, Abstained.NO_COMPARTMENT),
            ("fall", AIR, {}, Abstained.NO_CANDIDATE),
            ("Carbon dioxide", AIR, {"cas": "124-38-9"}, Abstained.CARBON_CLASS),
            ("Ammonia", AIR, {"unit": "furlong"}, Abstained.UNIT),
        ],
    )
    def test_abstains(
        self, name: str, context: tuple[str, ...], more: Mapping[str, str], why: Abstained
    ) -> None:
        found = find(name, context, **more)
        assert (found.rows, found.abstained) == ((), why)

    def test_cas_never_decides_the_carbon_class(self) -> None:
        assert one(find("Carbon dioxide, non-fossil", cas="124-38-9"))[0] == "Carbon dioxide, biogenic"
        assert find("Carbonic acid gas", cas="124-38-9").rows == ()
        assert find("Carbon dioxide, land use change", cas="124-38-9").abstained is Abstained.NO_CANDIDATE

    def test_a_lost_gas_says_what_is_at_stake(self) -> None:
        # IPCC AR6 WG1, table 7.SM.7: SO2F2, GWP100
        assert find("Sulfuryl fluoride").at_stake == 4630
        assert find("Carbon dioxide").at_stake == 1


class TestDecisionsOfPersons:
    """A recorded decision is kept, and one not to map above all."""

    def decided(self, predicate: Predicate) -> MapRow:
        target = End("Small", "1", "00000000-0000-4000-8000-000000000003", "Xylene")
        source = End("Other", name="Ammonia")
        return MapRow(source, target, predicate, reviewer="A. Person", date=date(2026, 11, 1))

    def test_a_decision_is_applied_before_names(self) -> None:
        source = End("Other", name="ammonia", context=AIR, unit="kg")
        (found,) = match([source], small(), overrides=[self.decided(Predicate.PROXY)])
        assert one(found) == ("Xylene", Tier.OVERRIDE)
        assert found.evidence[0].value == "A. Person"

    def test_a_decision_not_to_map_holds_against_an_identifier(self) -> None:
        source = End("Other", id="00000000-0000-4000-8000-000000000000", name="Ammonia", context=AIR)
        (found,) = match([source], small(), overrides=[self.decided(Predicate.NONE)])
        assert found.abstained is Abstained.DECIDED

    def test_columns_keep_decisions(self) -> None:
        matcher = Matcher(small(), overrides=[self.decided(Predicate.NONE)])
        columns = match_columns(matcher, ["Ammonia", "Toluene"], ["air/unspecified"] * 2)
        assert [target >= 0 for target in columns.target] == [False, True]
        assert columns.why(0).abstained is Abstained.DECIDED


class TestColumns:
    """The fast way says what the slow way says."""

    def test_equal_to_one_by_one(self) -> None:
        flows = small()
        names = [name for name, *_ in NAMES for _ in range(3)] + ["Nothing", "Propane, 1,2-dichloro-"]
        contexts = ["/".join(c) for _ in NAMES for c in (AIR, WATER, GROUND)] + ["air/unspecified"] * 2
        cas = [cas for *_, cas, _ in NAMES for _ in range(3)] + ["", "78-87-5"]
        units = ["kg"] * len(names)
        matcher = Matcher(flows)
        columns = match_columns(matcher, names, contexts, units=units, cas=cas)
        for row in range(len(names)):
            slow = columns.why(row)
            expected = flows.row_of(slow.rows[0].target.id) if slow.rows else -1
            assert columns.target[row] == expected
        assert sum(target >= 0 for target in columns.target) >= len(NAMES) - 3

    def test_columns_of_different_length_are_refused(self) -> None:
        with pytest.raises(UsageError):
            match_columns(Matcher(small()), ["a"], [])


def test_only_tiers_that_apply_are_applied() -> None:
    ends = [End("Other", name=name, cas=cas, context=c, unit=u) for name, c, u, cas, _ in NAMES]
    assert {row.tier for found in match(ends, small()) for row in found.rows} <= APPLIED
