"""What every carrier of a footprint lacks is listed whole, each with somebody who can supply it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.formats.catenax import COMPONENT
from gateway.formats.pact import FORMATS
from gateway.messages import catalogue
from gateway.pipeline.carrier_gaps import carrier_gaps
from gateway.pipeline.convert import Source, convert, read

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TARGETS = [f.id for f in (*FORMATS, COMPONENT) if f.write is not None]


@pytest.fixture(params=["tea.json", "supplier.json", "lfp-pack.json"])
def source(request: pytest.FixtureRequest) -> Source:
    return read((EXAMPLES / request.param).read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_every_lack_is_a_gap_with_a_supplier(source: Source, target: str) -> None:
    (found,) = carrier_gaps(source, [target])
    (made,) = convert(source, to=[target])
    assert {(g.lack.error_code, g.lack.path) for g in found.gaps} == {
        (e.error_code, e.path) for e in made.lacks
    }
    assert bool(found.gaps) != made.written
    assert all(f"coverage.supplier-{gap.supplier}" in catalogue() for gap in found.gaps)


def test_each_member_is_asked_of_whoever_knows_it() -> None:
    source = read((EXAMPLES / "lfp-pack.json").read_bytes())
    told = {gap.lack.path: gap.supplier for one in carrier_gaps(source, TARGETS) for gap in one.gaps}
    assert told["/customerPartId"] == "customer"
    assert told["/siteIdentifier"] == "product-data"
    assert told["/catenax/massBalancingUsed"] == "materials"
    assert told["/catenax/partialFullPcf"] == "declaration"
