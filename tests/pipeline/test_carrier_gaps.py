"""What every carrier of a footprint lacks is listed whole, each with somebody who can supply it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import messages
from gateway.codec.base import Package
from gateway.formats import formats
from gateway.messages import catalogue
from gateway.pipeline.carrier_gaps import carrier_gaps
from gateway.pipeline.convert import Source, convert, read
from gateway.pipeline.workbook import template

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TARGETS = [f.id for f in formats() if f.write is not None]
IN_PART = {"catenax-battery-pass@6.1.0", "catenax-dpp@7.0.0"}
BY_INPUT = {"batterypass@1.2", "aas-02035@1.0", "cbam-installation@1"} | IN_PART


@pytest.fixture(params=["tea.json", "supplier.json", "lfp-pack.json"])
def source(request: pytest.FixtureRequest) -> Source:
    return read((EXAMPLES / request.param).read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_every_lack_is_a_gap_with_a_supplier(source: Source, target: str) -> None:
    (found,) = carrier_gaps(source, [target])
    (made,) = convert(source, to=[target])
    told = {(g.lack.error_code, g.lack.path) for g in found.gaps}
    lacks = {(e.error_code, e.path) for e in made.lacks}
    if target in BY_INPUT:  # what the second input would be asked for stands there, too
        assert told >= lacks - {("passport-data.needed", "/passport_data")}
    else:
        assert told == lacks
        # An optional part may be left out; without gaps everything is written.
        assert made.written or found.gaps
    for gap in found.gaps:
        assert f"coverage.supplier-{gap.supplier}" in catalogue()
        for lang in ("zh", "en"):
            text = messages.explain(gap.lack, lang)
            assert text.what
            assert "{" not in text.what + text.expected + text.fix


def test_each_member_is_asked_of_whoever_knows_it() -> None:
    source = read((EXAMPLES / "lfp-pack.json").read_bytes())
    told = {gap.lack.path: gap.supplier for one in carrier_gaps(source, TARGETS) for gap in one.gaps}
    assert told["/customerPartId"] == "customer"
    assert told["/siteIdentifier"] == "product-data"
    assert told["/catenax/massBalancingUsed"] == "materials"
    assert told["/catenax/partialFullPcf"] == "declaration"
    assert told["/passport/operator/name"] == "eu-operator"
    assert told["/passport_data/technical/minimum_voltage"] == "product-data"
    assert told["/passport_data/condition/state_of_charge/value"] == "battery-management-system"
    assert told["/passport_data/materials/*/cas"] == "materials"
    assert told["/passport_data/identity/facility_id"] == "product-data"
    assert told["/cbam/goods/0/direct"] == "installation"


class TestSecondInput:
    """What a carrier asks of passport data is listed before there is any, and gone when it is given."""

    @pytest.mark.parametrize("target", ["aas-02035", "batterypass"])
    def test_the_gaps_without_it_are_what_it_fills(self, target: str) -> None:
        data = (EXAMPLES / "lfp-pack.json").read_bytes()
        beside = Package.of((EXAMPLES / "passport-data" / "lfp-pack.json").read_bytes())
        (before,) = carrier_gaps(read(data), [target], options={"audience": "legitimate-interest"})
        joined = read(data, beside=(beside,))
        (after,) = carrier_gaps(joined, [target], options={"audience": "legitimate-interest"})
        assert len(before.gaps) > 50
        # The data model of BatteryPass has no place for a link as identifier nor for 96 months; test
        # reports are for authorities.
        left = {"/passport/id", "/passport/warranty_months", "/passport_data/documents/*/link"}
        assert {gap.lack.path for gap in after.gaps} <= (left if target == "batterypass" else set())

    def test_what_is_not_for_the_audience_is_asked_of_whoever_names_it(self) -> None:
        beside = Package.of((EXAMPLES / "passport-data" / "lfp-pack.json").read_bytes())
        source = read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=(beside,))
        (found,) = carrier_gaps(source, ["batterypass"])
        told = {gap.lack.path: gap.supplier for gap in found.gaps}
        assert told["/passport_data/materials/*/mass"] == "audience"

    @pytest.mark.parametrize("target", ["aas-02035", "batterypass"])
    def test_what_is_no_battery_is_not_asked_for_battery_data(self, target: str) -> None:
        (found,) = carrier_gaps(read((EXAMPLES / "tea.json").read_bytes()), [target])
        assert [gap.lack.error_code for gap in found.gaps] == ["restate.not-a-battery"]


def test_gaps_of_a_workbook_are_asked_of_the_same_people() -> None:
    """There a gap is told with its cell; who can supply it does not change by that."""
    book = read(template("battery", filled=True))
    (found,) = carrier_gaps(book, ["batterypass"])
    (same,) = carrier_gaps(read((EXAMPLES / "lfp-pack.json").read_bytes()), ["batterypass"])
    assert "!" in found.gaps[0].lack.path + "".join(gap.lack.path for gap in found.gaps)
    by = {gap.lack.params["leaf"]: gap.supplier for gap in found.gaps}
    assert by == {gap.lack.params["leaf"]: gap.supplier for gap in same.gaps}
