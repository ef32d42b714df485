"""A footprint whose set goes by another name is what the target calls the declared one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.codec.base import Package
from gateway.model.results import Role
from gateway.pipeline.convert import Outcome, Source, convert, read
from gateway.pipeline.leaving import leaving

SUPPLIER = Path(__file__).resolve().parents[2] / "examples" / "supplier.json"


@pytest.fixture(scope="module")
def source() -> Source:
    document = json.loads(SUPPLIER.read_text(encoding="utf-8"))
    document["pcf"]["outboundLogisticsGhgEmissions"] = "0.25"
    return read(Package.of(json.dumps(document).encode()))


def made(source: Source, target: str) -> Outcome:
    (outcome,) = convert(source, to=[target])
    assert outcome.package is not None, [(e.error_code, e.path) for e in outcome.lacks]
    return outcome


@pytest.mark.parametrize("target", ["ilcd-epd@1.2", "eudpp-lca@1.9"])
def test_the_total_of_a_footprint_is_carried(source: Source, target: str) -> None:
    outcome = made(source, target)
    assert outcome.package is not None
    again = read(outcome.package)
    (own,) = [r for r in source.declaration.results if r.role is Role.DECLARED]
    (found,) = [r for r in again.declaration.results if r.role is Role.DECLARED]
    assert (own.id, found.id) == ("pact", "declared")
    assert found.carbon.total == own.carbon.total
    assert {r.stage for r in found.rows} == {"distribution"}


@pytest.mark.parametrize("target", ["ilcd-epd@1.2", "eudpp-lca@1.9"])
def test_everything_is_told_by_the_names_of_the_source(source: Source, target: str) -> None:
    outcome = made(source, target)
    paths = {note.path for note in outcome.notes} | set(outcome.kept)
    assert not [path for path in paths if path.startswith("/results/declared/")]
    assert "/results/pact/carbon/total" in outcome.kept
    (renamed,) = [note for note in outcome.notes if note.code == "convert.set-renamed"]
    assert (renamed.path, renamed.value, renamed.written) == ("/results/pact/id", "pact", "declared")
    listed = {path for paths in leaving(source, outcome).values() for path in paths}
    assert "/results/pact/carbon/total" in listed


def test_what_stands_beside_a_total_up_to_the_gate_is_no_part_of_it(source: Source) -> None:
    told = {
        "rulebook": "https://example.com/rules",
        "declaration": "https://example.com/declaration",
        "facility": "https://example.com/plant",
        "street": "Road",
        "number": "1",
        "city": "Hefei",
        "country": "CN",
        "postCode": "230000",
    }
    (outcome,) = convert(source, to=["catenax-dpp@7.0.0"], options=told)
    assert outcome.package is not None, [(e.error_code, e.path) for e in outcome.lacks]
    carbon = json.loads(outcome.package.only.data)["sustainability"]["productFootprint"]["carbon"]
    assert {(e["lifecycle"], e["type"], e["value"]) for e in carbon} == {
        ("cradle to gate", "Climate Change Total", 4.85),
        ("cradle to gate", "Climate Change Fossil", 4.85),
    }
    left = {note.path: note.kg for note in outcome.notes}
    assert str(left["/results/pact/rows/distribution/carbon/total"]) == "0.25"
