"""Every number can be explained: back to its cells, and calculated again to the same digits."""

from __future__ import annotations

import random
from dataclasses import replace as with_changes

import pytest

from gateway.codec.base import Context
from gateway.errors import UsageError
from gateway.model.walk import by_path, replace
from gateway.pipeline.convert import Outcome, Source, convert, read
from gateway.pipeline.explain import Explanation, Kind, as_text, explain, figures, to_json
from gateway.quantity import Quantity, round_significant, same_number

from .conftest import EXAMPLES, package

DRAWS = 1_000


@pytest.fixture(scope="module")
def outcomes(battery: Source, tea: Source) -> list[tuple[Source, Outcome]]:
    made = [
        (battery, o)
        for o in convert(battery, to=["cn-pcf", "pact", "batterypass"], options={"preview": "yes"})
    ]
    return made + [(tea, o) for o in convert(tea, to=["cn-pcf", "pact"])]


def leaves_below(explanation: Explanation) -> list[Explanation]:
    if not explanation.operands:
        return [explanation]
    return [leaf for operand in explanation.operands for leaf in leaves_below(operand)]


def test_a_thousand_figures_are_calculated_again(outcomes: list[tuple[Source, Outcome]]) -> None:
    rng = random.Random(7)
    drawn = [(s, o, p) for s, o in outcomes for p in figures(s, o)]
    calculated = 0
    for source, outcome, pointer in rng.choices(drawn, k=DRAWS):
        found = explain(source, pointer, outcome)
        assert found.proven, pointer
        assert outcome.package is not None
        reading = outcome.format.read(outcome.package, source.context)
        path = next(p for p, o in reading.origins.items() if getattr(o, "at", "") == pointer)
        written = by_path(reading.declaration)[path]
        assert isinstance(found.value, Quantity)
        assert isinstance(written, Quantity)
        exact = same_number(found.value.amount, written.amount) and found.value.unit == written.unit
        rounded = round_significant(found.value.amount, 15) == written.amount
        assert exact or rounded or found.written, (pointer, found.value, written)
        calculated += found.kind is Kind.CALCULATED
        for leaf in leaves_below(found):
            assert leaf.at, (pointer, leaf.path)
    assert calculated > DRAWS // 20


def test_a_sum_leads_back_to_the_cells(battery: Source) -> None:
    outcome = convert(battery, to=["pact"])[0]
    found = explain(battery, "/pcf/pcfExcludingBiogenicUptake", outcome)
    assert (
        found.value == Quantity(found.value.amount, "kg{CO2eq}")
        if isinstance(found.value, Quantity)
        else False
    )
    cells = {leaf.at for leaf in leaves_below(found)}
    assert "/resultSets/0/byStage/0/fossilKg" in cells
    assert "/resultSets/0/byStage/3/fossilKg" not in cells  # end of life is not in it


def test_without_a_leaf_its_parents_are_unproven(battery: Source) -> None:
    outcome = convert(battery, to=["batterypass"], options={"preview": "yes"})[0]
    gone = replace(battery.declaration, "/battery/usable_energy", None)
    poorer = with_changes(battery, declaration=gone)
    found = explain(poorer, "/batteryCarbonFootprint", outcome)
    assert not found.proven
    assert found.kind is Kind.UNPROVEN
    unproven = [leaf.path for leaf in leaves_below(found) if leaf.kind is Kind.UNPROVEN]
    assert unproven == ["/battery/usable_energy"]
    assert explain(poorer, "/absoluteCarbonFootprint", outcome).proven


def test_an_output_that_was_changed_does_not_change_the_explanation(battery: Source) -> None:
    outcome = convert(battery, to=["batterypass"], options={"preview": "yes"})[0]
    assert outcome.package is not None
    member = outcome.package.members[0]
    forged = with_changes(member, data=member.data.replace(b"0.192057941176471", b"0.092057941176471"))
    changed = with_changes(outcome, package=type(outcome.package)((forged,)))
    found = explain(battery, "/batteryCarbonFootprint", changed)
    assert found.written.startswith("0.092")
    assert isinstance(found.value, Quantity)
    assert str(round_significant(found.value.amount, 15)) == "0.192057941176471"


def test_a_value_of_the_source_names_its_place_and_text(context: Context) -> None:
    source = read(package(EXAMPLES / "lfp-pack.json"), context=context)
    found = explain(source, "/battery/usableEnergyKWh")
    assert (found.kind, found.at, found.text) == (Kind.READ, "/battery/usableEnergyKWh", "68")


def test_what_the_writer_made_itself_says_so(battery: Source) -> None:
    outcome = convert(battery, to=["pact"])[0]
    with pytest.raises(UsageError):
        explain(battery, "/pcf/nothing", outcome)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_told_in_both_languages(battery: Source, lang: str) -> None:
    outcome = convert(battery, to=["pact"])[0]
    found = explain(battery, "/pcf/fossilGhgEmissions", outcome)
    text = "\n".join(as_text(found, lang))
    assert "5706.2432" in text
    assert ("读自" if lang == "zh" else "read at") in text
    told = to_json(found)
    assert told["exact"] == "5706.2432"
    assert told["proven"] is True
