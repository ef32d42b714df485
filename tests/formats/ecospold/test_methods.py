"""Impact documents of EcoSpold 1: read as impact methods, written as others read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from gateway.codec.base import Context
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.datasets import Bundle, DatasetFormat, bundle_of
from gateway.codec.shelf import FileShelf
from gateway.formats.ecospold import ECOSPOLD1
from gateway.formats.ilcd import DATASETS as ILCD
from gateway.formats.openlca import OPENLCA
from gateway.frontdoor import xml as xml_door
from gateway.model.dataset import DatasetKind, LinkRole, Reference
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Direction, Distribution
from gateway.model.sources import CharacterisationFactor, ImpactMethod
from gateway.quantity.exact import own_arithmetic
from gateway.quantity.number import Number
from gateway.report import Fate, Note

from .conftest import Schemas
from .test_schema_mutations import documents
from .test_schema_samples import canonical
from .worlds import AIR, CO2, GROUP, MASS, flow, n, names, world

if TYPE_CHECKING:
    from tests.conftest import Judges

FIXTURE = Path(__file__).with_name("fixtures") / "impact.xml"
CLIMATE = "55555555-0000-4000-8000-000000000001"


def opened(data: bytes, format_: DatasetFormat = ECOSPOLD1, name: str = "impact.xml") -> Bundle:
    return format_.open(FileShelf(name, {name: data}), Context())


@own_arithmetic
def sent(format_: DatasetFormat, bundle: Bundle) -> list[Sent]:
    return list(write_bundle(format_, bundle, Context()))


def methods(bundle: Bundle) -> list[ImpactMethod]:
    found = [bundle.read(key).dataset for key in bundle.keys if key.kind is DatasetKind.METHOD]
    assert all(isinstance(one, ImpactMethod) for one in found)
    return found  # type: ignore[return-value]  # just proven


def notes_of(pieces: list[Sent]) -> list[Note]:
    return [note for one in pieces for account in one.accounts.values() for note in account.notes]


def value(factor: CharacterisationFactor) -> Decimal:
    assert isinstance(factor.value, Number)
    return Decimal(str(factor.value))


def test_what_it_says_is_in_the_model() -> None:
    climate, damage = methods(opened(FIXTURE.read_bytes()))
    assert climate.name == names("climate change, 100 years", "气候变化，100年")
    assert (climate.methodologies, climate.impact_categories) == (("own method",), ("climate change",))
    assert (climate.result_unit, climate.reference_year, climate.version) == ("kg CO2-Eq", "2021", "1.02")
    assert [link.role for link in climate.links] == [
        LinkRole.DATA_SOURCE,
        LinkRole.ENTERED_BY,
        LinkRole.GENERATOR,
    ]
    told = [(value(f), f.unit, f.direction) for f in climate.factors]
    assert told == [
        (Decimal("1.0"), "kg", Direction.OUTPUT),
        (Decimal("0.0298"), "g", Direction.OUTPUT),
        (Decimal(-1), "kg", Direction.INPUT),
    ]
    spread = climate.factors[1].uncertainty
    assert spread.distribution is Distribution.LOG_NORMAL
    assert isinstance(spread.spread, Number)
    assert spread.spread.value == Decimal("1.2")
    assert (damage.result_unit, damage.factors[0].direction) == ("points", None)


def test_flows_are_elementary_and_shared_with_processes() -> None:
    bundle = opened(FIXTURE.read_bytes())
    flows = [bundle.read(key).dataset for key in bundle.keys if key.kind is DatasetKind.FLOW]
    assert len(flows) == 3
    assert {one.kind for one in flows if isinstance(one, Flow)} == {FlowKind.ELEMENTARY}
    climate, damage = methods(bundle)
    assert climate.factors[0].flow.uuid == damage.factors[0].flow.uuid


def test_a_document_comes_back_to_the_letter(official: Schemas) -> None:
    source = etree.fromstring(FIXTURE.read_bytes())
    assert official("impact").validate(source)
    pieces = sent(ECOSPOLD1, opened(FIXTURE.read_bytes()))
    assert [one.refused for one in pieces if one.refused] == []
    assert notes_of(pieces) == []
    written = [one.member.data for one in pieces if one.member is not None]
    assert len(written) == 2
    for data, dataset in zip(written, list(source), strict=True):
        alone = etree.fromstring(FIXTURE.read_bytes())
        for other in list(alone):
            if other.get("number") != dataset.get("number"):
                alone.remove(other)
        assert official("impact").validate(etree.fromstring(data))
        assert canonical(xml_door.parse(data)) == canonical(xml_door.parse(etree.tostring(alone)))


@pytest.mark.oracle
def test_every_field_comes_back(samples: Mapping[str, bytes], official: Schemas) -> None:
    """Made of the sample that has every attribute, as an impact document."""
    (root,) = documents("impact", samples)
    data = etree.tostring(root)
    (piece,) = sent(ECOSPOLD1, opened(data))
    assert piece.member is not None, piece.refused
    assert notes_of([piece]) == []
    assert canonical(xml_door.parse(piece.member.data)) == canonical(xml_door.parse(data))


def method(**more: object) -> ImpactMethod:
    factor = CharacterisationFactor(flow=Reference(uuid=CO2), direction=Direction.OUTPUT, value=n("1"))
    told = {
        "id": CLIMATE,
        "version": "01.00.000",
        "name": names("Climate change", "气候变化"),
        "methodologies": ("EF 3.1",),
        "impact_categories": ("Climate change",),
        "result_unit": "kg CO2 eq",
        "factors": (factor,),
    }
    return ImpactMethod.model_validate(told | more)


def package(one: ImpactMethod) -> Bundle:
    co2 = flow(
        CO2, names("carbon dioxide (fossil)", "二氧化碳（化石源）"), FlowKind.ELEMENTARY, compartment=AIR
    )
    whole = world()
    others = [whole.read(key).dataset for key in whole.keys if key.id in (MASS, GROUP)]
    assert len(others) == 2
    return bundle_of([*others, co2, one])


def test_a_method_of_elsewhere_is_written_and_told_apart(official: Schemas) -> None:
    pieces = [one for one in sent(ECOSPOLD1, package(method())) if one.member is not None]
    (piece,) = pieces
    assert piece.member is not None
    assert official("impact").validate(etree.fromstring(piece.member.data))
    root = etree.fromstring(piece.member.data)
    (entry,) = root.iter("{*}exchange")
    assert (entry.get("name"), entry.get("localName"), entry.get("unit")) == (
        "carbon dioxide (fossil)",
        "二氧化碳（化石源）",
        "kg",
    )
    (function,) = root.iter("{*}referenceFunction")
    assert [function.get(name) for name in ("category", "subCategory", "name", "unit")] == [
        "EF 3.1",
        "Climate change",
        "Climate change",
        "kg CO2 eq",
    ]
    (geography,) = root.iter("{*}geography")
    assert geography.get("location") == "-"
    (back,) = methods(opened(piece.member.data))
    assert back.location is None
    said = {note.path: note for note in notes_of(pieces)}
    assert said["/factors/0/unit"].fate is Fate.DEFAULTED
    assert not [path for path in said if re.fullmatch(r"/factors/\d+/(value|direction)", path)]


def test_without_a_unit_of_results_it_is_refused() -> None:
    pieces = sent(ECOSPOLD1, package(method(result_unit=None)))
    lacks = [error.path for one in pieces for key, errors in one.refused.items() for error in errors]
    assert "/result_unit" in lacks
    assert not [path for path in lacks if "exchanges" in path]
    assert not [one for one in pieces if one.member is not None]


@pytest.mark.parametrize("target", [ILCD, OPENLCA], ids=["ilcd", "openlca"])
def test_factors_stay_what_they_are_elsewhere(target: DatasetFormat) -> None:
    """A factor for a gram of methane is a thousandth of that for a kilogram, whatever a format counts in."""
    pieces = sent(target, opened(FIXTURE.read_bytes()))
    files = {one.member.name: one.member.data for one in pieces if one.member is not None}
    back = target.open(FileShelf("there", files), Context())
    climate = next(one for one in methods(back) if len(one.factors) == 3)
    units = {"g": Decimal("0.001"), "kg": Decimal(1), None: Decimal(1)}
    per_kilogram = [value(f) / units[f.unit if isinstance(f.unit, str) else None] for f in climate.factors]
    assert per_kilogram == [Decimal(1), Decimal("29.8"), Decimal(-1)]
    assert climate.name == names("climate change, 100 years", "气候变化，100年")


@pytest.mark.judge("brightway-methods")
def test_brightway_reads_what_we_write(judges: Judges, tmp_path: Path) -> None:
    folder = tmp_path / "methods"
    folder.mkdir()
    for number, one in enumerate(sent(ECOSPOLD1, opened(FIXTURE.read_bytes()))):
        if one.member is not None:
            (folder / f"{number}.xml").write_bytes(one.member.data)
    found = judges.python("ecospold_methods.py", folder)
    climate = next(one for one in found if one["unit"] == "kg CO2-Eq")
    assert climate["name"] == ["own method", "climate change", "climate change, 100 years"]
    assert climate["factors"] == [
        ["Carbon dioxide, fossil", ["air", "unspecified"], "kg", 1.0],
        ["Methane, fossil", ["air", "unspecified"], "g", 0.0298],
        ["Carbon dioxide, in air", ["resource", "in air"], "kg", -1.0],
    ]


def test_what_a_factor_lacks_is_said_of_the_factor() -> None:
    """Its flow is not in the package, so that nobody knows per what it is."""
    pieces = sent(ECOSPOLD1, bundle_of([method()]))
    lacks = {error.path for one in pieces for errors in one.refused.values() for error in errors}
    assert lacks >= {"/factors/0/flow", "/factors/0/flow/name"}
    assert not [path for path in lacks if "exchanges" in path]
