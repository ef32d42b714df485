"""Every number can be explained: back to its cells, and calculated again to the same digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace as with_changes
from decimal import Decimal

import pytest

from gateway.codec.base import Context
from gateway.errors import InputError, UsageError
from gateway.messages import Lang
from gateway.model.base import Leaf
from gateway.model.origin import Origin
from gateway.model.walk import by_path, replace
from gateway.pipeline.convert import Outcome, Source, convert, read
from gateway.pipeline.explain import (
    Explanation,
    Kind,
    as_text,
    explain,
    explain_issued,
    explanations,
    explanations_issued,
    figures,
    to_json,
)
from gateway.pipeline.explain_html import to_html
from gateway.pipeline.issue import Request, issue
from gateway.quantity import Quantity, round_significant, same_number
from gateway.signing.keys import PrivateKey

from .conftest import EXAMPLES, package

TARGETS = ["cn-pcf", "pact", "batterypass", "aas-02023", "aas-02035-3", "en18223", "ilcd-epd", "html"]
# The tea is no battery.
OF_TEA = ["cn-pcf", "pact", "aas-02023", "ilcd-epd", "html"]


@pytest.fixture(scope="module")
def outcomes(battery: Source, tea: Source) -> list[tuple[Source, Outcome]]:
    made = [(battery, o) for o in convert(battery, to=TARGETS, options={"preview": "yes"})]
    made += [(tea, o) for o in convert(tea, to=OF_TEA)]
    assert all(outcome.written for _, outcome in made)
    return made


def leaves_below(explanation: Explanation) -> list[Explanation]:
    if not explanation.operands:
        return [explanation]
    return [leaf for operand in explanation.operands for leaf in leaves_below(operand)]


def test_every_figure_of_every_output_is_calculated_again(outcomes: list[tuple[Source, Outcome]]) -> None:
    """More than 1,000: what is calculated from the leaves is what stands in the file, unit and all."""
    told = [(f"{o.format.id} {p}", e, w) for s, o in outcomes for p, e, w in _figures_of(s, o)]
    told += [
        (p, e, e.value) for s in {id(s): s for s, _ in outcomes}.values() for p, e in explanations(s).items()
    ]
    for place, found, written in told:
        assert found.proven, place
        assert isinstance(found.value, Quantity)
        assert isinstance(written, Quantity)
        assert found.value.unit == written.unit, place
        rounded = round_significant(found.value.amount, 15) == written.amount
        assert same_number(found.value.amount, written.amount) or rounded, (place, found.value, written)
        for leaf in leaves_below(found):
            assert leaf.at, (place, leaf.path)
    assert len(told) > 1_000
    assert sum(found.kind is Kind.CALCULATED for _, found, _ in told) >= 25


def _figures_of(source: Source, outcome: Outcome) -> Iterator[tuple[str, Explanation, Leaf | None]]:
    """Each explained figure of a file, beside what a reader of the file finds there."""
    assert outcome.package is not None
    reading = outcome.format.read(outcome.package, source.context)
    leaves = by_path(reading.declaration)
    paths = {o.at: path for path, o in reading.origins.items() if isinstance(o, Origin)}
    found = explanations(source, outcome)
    assert list(found) == list(figures(source, outcome))
    for pointer, explanation in found.items():
        yield pointer, explanation, leaves[paths[pointer]]


@pytest.mark.parametrize(
    ("unit", "text", "written", "factor"),
    [("kW.h", "1 kW.h", "3.6 MJ", "3.6 MJ/(kW.h)"), ("t", "1 t", "1000 kg", "1000 kg/t")],
)
def test_a_value_in_another_unit_names_the_factor(
    battery: Source, unit: str, text: str, written: str, factor: str
) -> None:
    """ILCD's reference exchange is in the unit of its flow property: MJ for energy, kg for mass."""
    other = replace(battery.declaration, "/unit/amount", Quantity(Decimal(1), unit))
    source = with_changes(battery, declaration=other)
    (outcome,) = convert(source, to=["ilcd-epd"])
    told = explanations(source, outcome)
    (found,) = [e for e in told.values() if e.path == "/unit/amount"]
    assert (str(found.value), found.kind, found.written) == (written, Kind.CALCULATED, "")
    assert found.formula == f"{text} × {factor}"
    assert [leaf.at for leaf in found.operands][1].startswith("UCUM: 1 ")
    assert found.proven


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
    found = explain(battery, "/id", outcome)
    assert (found.kind, len(found.written)) == (Kind.WRITTEN, 36)
    assert "made by the writer: an id, a date or a code of the format" in as_text(found, "en")[-1]


@pytest.mark.parametrize("pointer", ["/pcf/nothing", "/pcf", "/pcf/id/x", "", "/pcf/9"])
def test_where_nothing_stands_nothing_is_explained(battery: Source, pointer: str) -> None:
    outcome = convert(battery, to=["pact"])[0]
    with pytest.raises(UsageError):
        explain(battery, pointer, outcome)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_told_in_both_languages(battery: Source, lang: Lang) -> None:
    outcome = convert(battery, to=["pact"])[0]
    found = explain(battery, "/pcf/fossilGhgEmissions", outcome)
    text = "\n".join(as_text(found, lang))
    assert "5706.2432" in text
    assert ("读自" if lang == "zh" else "read at") in text
    told = to_json(found)
    assert told["exact"] == "5706.2432"
    assert told["proven"] is True


@pytest.fixture(scope="module")
def folder(battery: Source, key: PrivateKey, context: Context) -> dict[str, bytes]:
    return issue(battery.package, Request(to=("pact",)), key=key, context=context)[1]


class TestIssuedFolder:
    """Of an issued folder the run is repeated; what does not come out again is unproven."""

    FILE = "pact/product-footprint.json"

    def test_a_figure_leads_back_to_the_private_source(self, folder: dict[str, bytes]) -> None:
        found = explain_issued(folder, f"{self.FILE}#/pcf/fossilGhgEmissions")
        assert found.proven
        assert {leaf.at for leaf in leaves_below(found)} == {
            "/resultSets/0/byStage/0/fossilKg",
            "/resultSets/0/byStage/1/fossilKg",
        }

    def test_a_value_of_the_source_itself(self, folder: dict[str, bytes]) -> None:
        assert explain_issued(folder, "private/source.json#/battery/usableEnergyKWh").text == "68"

    def test_a_changed_file_is_unproven_and_told_as_it_stands(self, folder: dict[str, bytes]) -> None:
        forged = folder[self.FILE].replace(b"5706.2432", b"5700.2432")
        found = explain_issued({**folder, self.FILE: forged}, f"{self.FILE}#/pcf/fossilGhgEmissions")
        assert (found.kind, found.differs, found.proven) == (Kind.UNPROVEN, True, False)
        assert found.written.startswith("5700.2432")
        assert "is not what comes out of its source" in "\n".join(as_text(found, "en"))
        assert to_json(found)["differs"] is True

    @pytest.mark.parametrize("data", [b"", b"{}", b"nonsense"])
    def test_a_file_that_cannot_be_read_is_unproven(self, folder: dict[str, bytes], data: bytes) -> None:
        found = explain_issued({**folder, self.FILE: data}, f"{self.FILE}#/pcf/fossilGhgEmissions")
        assert found.differs
        assert not found.proven

    def test_a_changed_source_proves_nothing(self, folder: dict[str, bytes]) -> None:
        name = "private/source.json"
        forged = {**folder, name: folder[name].replace(b'"usableEnergyKWh": 68', b'"usableEnergyKWh": 69')}
        assert forged[name] != folder[name]
        assert not explain_issued(forged, f"{name}#/battery/usableEnergyKWh").proven
        assert not explain_issued(forged, f"{self.FILE}#/pcf/fossilGhgEmissions").proven

    @pytest.mark.parametrize("pointer", ["report.json#/x", "pact/other.json#/id", "#/id", ""])
    def test_other_files_are_wrong_usage(self, folder: dict[str, bytes], pointer: str) -> None:
        with pytest.raises(UsageError) as caught:
            explain_issued(folder, pointer)
        assert caught.value.params["known"] == self.FILE

    def test_every_figure_that_is_listed_can_be_asked_for(self, folder: dict[str, bytes]) -> None:
        listed = explanations_issued(folder)
        assert f"{self.FILE}#/pcf/fossilGhgEmissions" in listed
        assert listed == {place: explain_issued(folder, place) for place in listed}
        assert explanations_issued(folder, target="pact") == listed
        with pytest.raises(UsageError) as caught:
            explanations_issued(folder, target="ilcd-epd")
        assert caught.value.params["known"] == "pact@3.0"

    def test_figures_within_archives_are_listed_and_found(
        self, battery: Source, key: PrivateKey, context: Context
    ) -> None:
        request = Request(to=("ilcd-epd", "aas-02023"), options={"preview": "yes"})
        made = issue(battery.package, request, key=key, context=context)[1]
        listed = explanations_issued(made)
        assert {place.partition("/")[0] for place in listed} == {"ilcd-epd", "aas-02023"}
        for place in [*list(listed)[:3], *list(listed)[-3:]]:
            assert explain_issued(made, place) == listed[place]

    def test_a_changed_file_proves_none_of_its_figures(self, folder: dict[str, bytes]) -> None:
        forged = folder[self.FILE].replace(b"5706.2432", b"5700.2432")
        assert not any(e.proven for e in explanations_issued({**folder, self.FILE: forged}).values())

    def test_a_folder_without_record_is_bad_input(self, folder: dict[str, bytes]) -> None:
        unsigned = {name: data for name, data in folder.items() if name != "manifest.json"}
        with pytest.raises(InputError) as caught:
            explain_issued(unsigned, f"{self.FILE}#/id")
        assert caught.value.error_code == "explain.not-issued"


class TestPage:
    """An explanation as a page in both languages."""

    def test_it_holds_both_languages_and_loads_nothing(self, battery: Source) -> None:
        outcome = convert(battery, to=["pact"])[0]
        page = to_html(explain(battery, "/pcf/pcfExcludingBiogenicUptake", outcome))
        assert "read at /resultSets/0/byStage/0/fossilKg" in page
        assert "读自 /resultSets/0/byStage/0/fossilKg" in page
        assert not re.search(r"<script|<link|<img|https?://|@import|url\(", page)

    def test_it_is_well_formed(self, battery: Source) -> None:
        outcome = convert(battery, to=["batterypass"], options={"preview": "yes"})[0]
        page = to_html(explain(battery, "/batteryCarbonFootprint", outcome))
        open_tags = [tag for tag in re.findall(r"<(/?[a-z0-9]+)", page) if tag != "meta"]
        stack: list[str] = []
        for tag in open_tags:
            if tag.startswith("/"):
                assert stack.pop() == tag[1:]
            else:
                stack.append(tag)
        assert stack == []
        assert len(page) < 20_000

    def test_what_a_file_says_is_text_and_nothing_else(self) -> None:
        bad = '<script>alert(1)</script>\u202e&\x00"'
        operand = Explanation(bad, Kind.READ, at=bad, text=bad, label={"zh": bad, "en": bad})
        page = to_html(Explanation(bad, Kind.CALCULATED, bad, bad, bad, operands=(operand,)))
        assert "<script>" not in page
        assert not [c for c in page if not c.isprintable() and c != "\n"]
        assert "&lt;script&gt;" in page
