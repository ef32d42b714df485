"""Names made to mislead: each was judged by a person, and none by what the engine answered elsewhere.

A name on the left, with CAS number, compartment and unit, means the flow on the right, or must be left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache

import pytest

from gateway.nomenclature import gases
from gateway.nomenclature.columns import match_columns
from gateway.nomenclature.match import Match, Matcher
from gateway.nomenclature.row import Abstained, End, Predicate
from gateway.nomenclature.store import FlowList

pytestmark = pytest.mark.oracle

CASES: tuple[tuple[str, str, str, str, str | None], ...] = (
    (
        "Carbon dioxide, from soil or biomass stock",
        "124-38-9",
        "air",
        "kg",
        "Carbon dioxide (land use change)",
    ),
    ("Carbon dioxide, non-fossil", "124-38-9", "air", "kg", "carbon dioxide (biogenic)"),
    ("Carbon dioxide, land transformation", "", "air", "kg", "Carbon dioxide (land use change)"),
    ("Methane, non-fossil", "74-82-8", "air", "kg", "methane (biogenic)"),
    ("Methane, from soil or biomass stock", "", "air", "kg", "methane (land use change)"),
    ("Methane", "74-82-8", "air", "kg", None),
    ("生物源甲烷", "", "air", "kg", "methane (biogenic)"),
    ("甲烷（化石源）", "", "air", "kg", "methane (fossil)"),
    ("二氧化碳（土地利用变化）", "", "air", "kg", "Carbon dioxide (land use change)"),
    ("Carbon monoxide, biogenic", "", "air", "kg", "carbon monoxide (biogenic)"),
    ("Carbon monoxide", "630-08-0", "air", "kg", None),
    ("CO2 fossil biogenic", "", "air", "kg", None),
    ("non-fossil carbon dioxide uptake", "", "air", "kg", None),
    ("Carbon dioxide, in air", "124-38-9", "natural resource/in air", "kg", "carbon dioxide (biogenic)"),
    ("biogenic N2O", "", "air", "kg", "nitrous oxide"),
    ("CO2e", "", "air", "kg", None),
    ("CO2-eq", "", "air", "kg", None),
    ("碳", "", "air", "kg", None),
    ("1,2-Dichloroethane", "75-34-3", "air", "kg", None),
    ("1,1-Dichloroethane", "107-06-2", "air", "kg", None),
    ("m-Xylene", "106-42-3", "air", "kg", None),
    ("xylene", "1330-20-7", "air", "kg", None),
    ("1-butanol", "78-92-2", "air", "kg", None),
    ("HFC-134", "811-97-2", "air", "kg", None),
    ("HFC-143", "420-46-2", "air", "kg", None),
    ("cis-1,3-dichloropropene", "", "air", "kg", None),
    ("HFC-134 a", "", "air", "kg", "HFC-134a"),
    ("HFC 134aa", "", "air", "kg", None),
    ("R-134", "", "air", "kg", "HFC-134"),
    ("R-22b", "", "air", "kg", None),
    ("HCFC-134a", "", "air", "kg", None),
    ("CFC-134a", "", "air", "kg", None),
    ("R-143", "", "air", "kg", "HFC-143"),
    ("HFC-125a", "", "air", "kg", None),
    ("R-1234yz", "", "air", "kg", None),
    ("Halon 1310", "", "air", "kg", None),
    ("SF4", "", "air", "kg", None),
    ("NF3O", "", "air", "kg", None),
    ("R-410B", "", "air", "kg", "HFC-125 + HFC-32"),
    ("R-404", "", "air", "kg", None),
    ("R410", "", "air", "kg", None),
    ("R22a", "", "air", "kg", None),
    ("四氟化碳", "", "air", "kg", "FC-14"),
    ("四氯化碳", "", "air", "kg", "CFC-10"),
    ("三氟甲烷", "", "air", "kg", "HFC-23"),
    ("三氯甲烷", "", "air", "kg", "chloroform"),
    ("二氟甲烷", "", "air", "kg", "HFC-32"),
    ("二氯甲烷", "", "air", "kg", "dichloromethane"),
    ("六氟乙烷", "", "air", "kg", "HFC-116"),
    ("六氯乙烷", "", "air", "kg", None),
    ("一氧化二氮", "", "air", "kg", "nitrous oxide"),
    ("一氧化氮", "", "air", "kg", None),
    ("二氧化氮", "", "air", "kg", None),
    ("笑气", "", "air", "kg", "nitrous oxide"),
    ("沼气", "", "air", "kg", None),
    ("天然气", "", "air", "kg", None),
    ("瓦斯", "", "air", "kg", None),
    ("氟利昂", "", "air", "kg", None),
    ("八氟环丁烷", "", "air", "kg", "PFC-318"),
    ("八氟丙烷", "", "air", "kg", "PFC-218"),
    ("全氟丁烷", "", "air", "kg", "PFC-31-10"),
    ("Chromium VI", "7440-47-3", "water", "kg", None),
    ("Chromium VI", "18540-29-9", "water", "kg", "chromium (vi)"),
    ("Chromium III", "16065-83-1", "water", "kg", "chromium (iii)"),
    ("Chromium", "7440-47-3", "water", "kg", "chromium"),
    ("Lead II", "14280-50-3", "water", "kg", None),
    ("Mercury II", "14302-87-5", "water", "kg", None),
    ("Copper ion", "", "water", "kg", None),
    ("Copper, ion", "15158-11-9", "water", "kg", None),
    ("Iron ion", "", "water", "kg", None),
    ("arsenic, ion", "", "water", "kg", None),
    ("Lead oxide", "1317-36-8", "air", "kg", None),
    ("Zinc oxide", "7440-66-6", "air", "kg", None),
    ("Nitrogen oxides", "11104-93-1", "air", "kg", "Nitrogen oxides"),
    ("nitrogen", "7727-37-9", "air", "kg", "dinitrogen"),
    ("Nitrogen dioxide", "10102-43-9", "air", "kg", None),
    ("Sulfur oxides", "7446-09-5", "air", "kg", None),
    ("Sulfur", "7704-34-9", "air", "kg", "sulfur"),
    ("Phosphorus", "7723-14-0", "water", "kg", "Phosphorus"),
    ("Phosphate", "14265-44-2", "water", "kg", "phosphate"),
    ("Ammonium", "14798-03-9", "water", "kg", "ammonium"),
    ("Ammonia", "7664-41-7", "water", "kg", "ammonia"),
    ("Chlorine", "16887-00-6", "water", "kg", None),
    ("Chloride", "16887-00-6", "water", "kg", "chloride"),
    ("Cyanide", "74-90-8", "air", "kg", None),
    ("Nitrate", "14797-55-8", "water/ground-, long-term", "kg", "nitrate"),
    ("Benzene", "71-43-2", "air/low population density, long-term", "kg", "benzene"),
    ("Benzene", "71-43-2", "air/indoor", "kg", "benzene"),
    ("Benzene", "71-43-2", "air/stratosphere", "kg", "benzene"),
    ("Water", "7732-18-5", "natural resource/in water", "kg", None),
    ("Water, river", "7732-18-5", "natural resource/in water", "m3", "river water"),
    ("Water", "7732-18-5", "water", "m3", "Water"),
    ("Coal, hard", "", "natural resource/in ground", "kg", None),
    ("Coal, brown", "", "natural resource/in ground", "MJ", "brown coal"),
    ("Gas, natural, in ground", "", "natural resource/in ground", "m3", None),
    ("Oil, crude", "", "natural resource/in ground", "kg", None),
    ("Uranium", "7440-61-1", "natural resource/in ground", "kg", None),
    ("Energy, solar, converted", "", "natural resource/in air", "MJ", "Energy, solar, converted"),
    ("Energy, solar, converted", "", "natural resource/in air", "kWh", "Energy, solar, converted"),
    ("Cesium-137", "10045-97-3", "air", "Bq", "cesium-137"),
    ("Cesium-137", "10045-97-3", "air", "kBq", "cesium-137"),
    ("Caesium-134", "10045-97-3", "air", "kBq", None),
    ("Cesium-137", "10045-97-3", "air", "kg", None),
    ("Uranium-238", "7440-61-1", "air", "kBq", "uranium-238"),
    ("Uranium", "7440-61-1", "air", "kBq", None),
    ("Iodine-129", "", "air", "MBq", None),
    ("Radon-222", "14859-67-7", "air", "kBq", "radon-222"),
    ("Hydrogen-3, Tritium", "10028-17-8", "air", "kBq", None),
    ("Plutonium-238", "13981-16-3", "air", "kBq", "plutonium-238"),
    ("Plutonium-alpha", "", "air", "kBq", "Plutonium-alpha"),
    ("Carbon-14", "14762-75-5", "air", "kBq", "carbon-14"),
    ("Technetium-99m", "14133-76-7", "air", "kBq", None),
    ("Benzene", "108-88-3", "air", "kg", None),
    ("Toluene", "71-43-2", "air", "kg", None),
    ("Methane, fossil", "124-38-9", "air", "kg", None),
    ("Sulfur hexafluoride", "2551-62-5", "air", "kg", "sulphur hexafluoride"),
    ("Sulfur hexafluoride", "75-73-0", "air", "kg", None),
    ("impact", "", "soil", "kg", None),
    ("fall", "", "soil", "kg", None),
    ("MON", "", "air", "kg", None),
    ("Nitrogen oxides, CN", "", "air", "kg", "Nitrogen oxides"),
    ("Ammonia, NL", "7664-41-7", "air", "kg", "ammonia"),
    ("Water, CN", "", "natural resource/in water", "m3", None),
    ("Iron, VI", "", "water", "kg", None),
    ("Chromium, VI", "", "water", "kg", None),
    ("Nitrogen, NO", "", "air", "kg", None),
    ("HFC-22", "", "air", "kg", None),
    ("CFC-14", "", "air", "kg", "FC-14"),
    ("Sulfur dioxide, CN-HB", "", "air", "kg", "sulfur dioxide"),
    ("Particulates, PM", "", "air", "kg", None),
    ("Ammonia, as N", "", "air", "kg", None),
)


@cache
def engine(target: FlowList, witness: FlowList) -> Matcher:
    return Matcher(target, witnesses=[witness])


@pytest.fixture
def matcher(flow_lists: Mapping[str, FlowList]) -> Matcher:
    return engine(flow_lists["EF 3.1"], flow_lists["FEDEFL"])


def asked(matcher: Matcher, name: str, cas: str, context: str, unit: str) -> Match:
    parts = tuple(context.split("/"))
    return matcher.match(End("ecoinvent", name=name, cas=cas, context=parts, unit=unit))


@pytest.mark.parametrize(("name", "cas", "context", "unit", "wanted"), CASES)
def test_a_misleading_name(
    matcher: Matcher, name: str, cas: str, context: str, unit: str, wanted: str | None
) -> None:
    found = asked(matcher, name, cas, context, unit)
    assert (" + ".join(row.target.name for row in found.rows) or None) == wanted
    assert (found.abstained is None) == (wanted is not None)


def test_many_at_once_say_the_same(matcher: Matcher) -> None:
    names, cas, contexts, units, _ = zip(*CASES, strict=True)
    columns = match_columns(matcher, names, contexts, units=units, cas=cas, source_list="ecoinvent")
    for number, case in enumerate(CASES):
        one = asked(matcher, *case[:4])
        told = one.rows[0].target.id if len(one.rows) == 1 else None
        row = columns.target[number]
        assert (matcher.target.id(row) if row >= 0 else None) == told
        assert columns.why(number) == one


def test_becquerel_are_thousandths(matcher: Matcher) -> None:
    (row,) = asked(matcher, "Cesium-137", "10045-97-3", "air", "Bq").rows
    assert (row.factor, row.target.unit) == (Fraction(1, 1000), "kBq")


@pytest.mark.parametrize(
    ("name", "cas", "context"),
    [
        ("Nitrate", "14797-55-8", "water/ground-, long-term"),
        ("Benzene", "71-43-2", "air/low population density, long-term"),
    ],
)
def test_long_term_goes_to_long_term(matcher: Matcher, name: str, cas: str, context: str) -> None:
    (row,) = asked(matcher, name, cas, context, "kg").rows
    assert "long-term" in row.target.context[-1]


def test_a_region_that_is_lost_is_said(matcher: Matcher) -> None:
    (row,) = asked(matcher, "Ammonia, NL", "7664-41-7", "air", "kg").rows
    assert row.predicate is Predicate.BROADER
    assert row.losses == ("region-lost",)
    assert row.evidence[-1].value == "NL"


def test_every_class_is_offered_where_none_is_told(matcher: Matcher) -> None:
    found = asked(matcher, "Methane", "74-82-8", "air", "kg")
    assert found.abstained is Abstained.CARBON_CLASS
    assert [end.name for end in found.candidates] == [
        "methane (biogenic)",
        "methane (fossil)",
        "methane (land use change)",
    ]
    assert found.at_stake == gases.at_most(End(name="methane"), "AR6")
