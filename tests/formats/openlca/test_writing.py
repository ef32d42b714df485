"""What an openLCA package says of data sets from elsewhere, and what comes back from it."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle, bundle_of
from gateway.errors import GatewayError
from gateway.formats.openlca import OPENLCA
from gateway.formats.openlca.tables import location_id
from gateway.formats.openlca.writer import write
from gateway.model.activity import Place
from gateway.model.base import LangText
from gateway.model.dataset import DatasetKind, Key, Reference
from gateway.model.inventory import FlowKind
from gateway.model.process import Allocation, Direction, Process, Uncertainty
from gateway.quantity.number import Number
from gateway.report import Fate

from .conftest import (
    CO2,
    ENERGY,
    MAKING,
    MASS,
    PAPER,
    PLANT,
    SCRAP,
    WIDGET,
    behind,
    exchange,
    files,
    flow,
    making,
    n,
    named,
    plant,
    reopened,
    to,
    world,
    written,
)


def entity(found: dict[str, bytes], name: str) -> dict[str, Any]:
    document = json.loads(found[name])
    assert isinstance(document, dict)
    return document


def process(found: dict[str, bytes], id_: str = MAKING) -> dict[str, Any]:
    return entity(found, f"processes/{id_}.json")


def read(bundle: Bundle, kind: DatasetKind, id_: str) -> Any:
    key = bundle.find(kind, Reference(uuid=id_))
    assert key is not None
    return bundle.read(key).dataset


def refusals(bundle: Bundle, id_: str = MAKING) -> list[str]:
    found = [
        error
        for one in written(bundle)
        for key, errors in one.refused.items()
        if key.id == id_
        for error in errors
    ]
    return sorted(error.error_code for error in found)


class TestPackage:
    """The files that others look for."""

    def test_says_its_schema_and_has_locations(self) -> None:
        found = files(written(world()))
        assert json.loads(found["olca-schema.json"]) == {"version": 2}
        location = entity(found, f"locations/{location_id('CN')}.json")
        assert (location["code"], location["name"]) == ("CN", "China")

    def test_every_entity_holds_its_schema(self) -> None:
        for sent in written(world()):
            assert sent.member is not None
            assert OPENLCA.validate is not None
            assert OPENLCA.validate(sent.member) == ()

    def test_the_same_bytes_every_time(self) -> None:
        assert files(written(world())) == files(written(world()))

    def test_a_package_without_places_has_a_folder_of_locations_all_the_same(self) -> None:
        found = files(written(bundle_of(behind())))
        assert [name for name in found if name.startswith("locations/")] == [
            f"locations/{location_id('GLO')}.json"
        ]


class TestNothingLost:
    """What went in comes back, leaf by leaf, or is noted."""

    def test_every_leaf_of_a_process_is_carried(self) -> None:
        accounts = {key: account for one in written(world()) for key, account in one.accounts.items()}
        notes = {
            (key.kind.value, note.path, note.code) for key, one in accounts.items() for note in one.notes
        }
        assert {code for _, _, code in notes} == {
            "openlca.physical-quantity",
            "openlca.id-made",
            "openlca.file-moved",
        }

    def test_the_data_sets_come_back_equal(self) -> None:
        bundle = reopened(files(written(world())))
        again = read(bundle, DatasetKind.PROCESS, MAKING)
        source = making()
        assert again.name == source.name
        assert again.documents == source.documents
        assert again.location == source.location
        for one, other in zip(source.exchanges, again.exchanges, strict=True):
            assert (one.id, one.amount, one.direction, one.formula) == (
                other.id,
                other.amount,
                other.direction,
                other.formula,
            )
            assert one.allocations == other.allocations
            assert one.uncertainty == other.uncertainty
            assert one.comment == other.comment
        widget = read(bundle, DatasetKind.FLOW, WIDGET)
        assert (widget.name, widget.treatment, widget.mix) == (
            named("widget", "小部件"),
            named("painted"),
            named("at plant"),
        )

    def test_a_second_time_changes_nothing(self) -> None:
        first = files(written(world()))
        second = files(written(reopened(first)))
        assert {k: json.loads(v) for k, v in second.items()} == {k: json.loads(v) for k, v in first.items()}


class TestExchanges:
    def test_unit_property_and_kind_of_flow_are_always_told(self) -> None:
        for item in process(files(written(world())))["exchanges"]:
            assert item["unit"]["name"]
            assert item["flowProperty"]["@id"] in (MASS, ENERGY)
            assert item["flow"]["flowType"] in ("ELEMENTARY_FLOW", "PRODUCT_FLOW")
            assert item["flow"]["refUnit"] in ("kg", "MJ")

    def test_units_have_the_ids_of_openlca(self) -> None:
        item = process(files(written(world())))["exchanges"][4]
        assert item["unit"] == {"@type": "Unit", "@id": "86ad2244-1f0e-4912-af53-7865283103e4", "name": "kWh"}

    def test_the_geometric_deviation_is_not_squared(self) -> None:
        spread = process(files(written(world())))["exchanges"][1]["uncertainty"]
        assert (spread["distributionType"], spread["geomMean"], spread["geomSd"]) == (
            "LOG_NORMAL_DISTRIBUTION",
            2,
            1.05,
        )

    def test_half_a_distribution_is_not_written(self) -> None:
        source = making()
        bare = source.exchanges[1].model_copy(
            update={"uncertainty": Uncertainty(distribution=source.exchanges[1].uncertainty.distribution)}
        )
        changed = source.model_copy(update={"exchanges": (source.exchanges[0], bare)})
        sent = written(world(changed, plant()))
        assert "uncertainty" not in process(files(sent))["exchanges"][1]
        (account,) = [one.accounts[key] for one in sent for key in one.accounts if key.id == MAKING]
        assert ("/exchanges/2/uncertainty/distribution", Fate.DROPPED) in {
            (x.path, x.fate) for x in account.notes
        }

    def test_an_avoided_product_stands_among_the_inputs(self) -> None:
        avoided = exchange("6", SCRAP, "0.1", Direction.OUTPUT, is_avoided=True, unit="kg")
        source = making()
        changed = source.model_copy(update={"exchanges": (*source.exchanges, avoided)})
        found = files(written(world(changed, plant())))
        item = process(found)["exchanges"][5]
        assert (item["isInput"], item["isAvoidedProduct"], item["amount"]) == (True, True, 0.1)
        again = read(reopened(found), DatasetKind.PROCESS, MAKING).exchanges[5]
        assert (again.direction, again.is_avoided, again.amount) == (Direction.OUTPUT, True, n("0.1"))

    def test_waste_that_is_treated_is_a_reference_input(self) -> None:
        waste = flow(SCRAP, named("scrap"), FlowKind.WASTE)
        treated = Process(
            id=MAKING,
            name=named("scrap treatment"),
            exchanges=(exchange("1", SCRAP, "1", Direction.INPUT, is_reference=True, is_waste=True),),
        )
        sets = [one for one in behind() if one.id != SCRAP]
        found = files(written(bundle_of((*sets, waste, treated))))
        item = process(found)["exchanges"][0]
        assert (item["isInput"], item["isQuantitativeReference"], item["flow"]["flowType"]) == (
            True,
            True,
            "WASTE_FLOW",
        )

    def test_numbers_keep_all_their_digits(self) -> None:
        source = making()
        long = source.exchanges[1].model_copy(update={"amount": n("2.00000000000000000000000000001")})
        found = files(
            written(world(source.model_copy(update={"exchanges": (source.exchanges[0], long)}), plant()))
        )
        assert b"2.00000000000000000000000000001" in found[f"processes/{MAKING}.json"]

    def test_an_endless_number_is_rounded_once_and_noted(self) -> None:
        source = making()
        third = source.exchanges[3].model_copy(update={"amount": Number(Fraction(1, 3))})
        changed = source.model_copy(update={"exchanges": (source.exchanges[0], third)})
        (piece,) = [p for p in write(world(changed, plant()), Context()) if MAKING in str(p.becomes)]
        assert piece.member is not None
        assert b'"amount":0.333333333333333,' in piece.member.data
        (notes,) = piece.notes.values()
        assert ("/exchanges/4/amount", Fate.ROUNDED) in {(note.path, note.fate) for note in notes}

    def test_ids_that_are_no_numbers_come_back(self) -> None:
        source = making()
        renamed = tuple(
            one.model_copy(update={"id": f"x-{one.id}", "allocations": ()}) for one in source.exchanges
        )
        found = files(written(world(source.model_copy(update={"exchanges": renamed}), plant())))
        assert [item["internalId"] for item in process(found)["exchanges"]] == [1, 2, 3, 4, 5]
        again = read(reopened(found), DatasetKind.PROCESS, MAKING)
        assert [one.id for one in again.exchanges] == ["x-1", "x-2", "x-3", "x-4", "x-5"]


class TestAllocation:
    def test_a_product_has_a_factor_an_exchange_a_causal_one(self) -> None:
        factors = process(files(written(world())))["allocationFactors"]
        assert [
            (f["allocationType"], f["value"], f.get("exchange", {}).get("internalId")) for f in factors
        ] == [
            ("PHYSICAL_ALLOCATION", 0.75, None),
            ("CAUSAL_ALLOCATION", 1, 3),
        ]
        assert all(f["product"]["@id"] == WIDGET for f in factors)

    def test_a_share_of_nothing_is_refused(self) -> None:
        source = making()
        lost = source.exchanges[1].model_copy(
            update={"allocations": (Allocation(product="9", share=n("1")),)}
        )
        changed = source.model_copy(update={"exchanges": (source.exchanges[0], lost)})
        assert refusals(world(changed, plant())) == ["openlca.allocation-to-nothing"]


class TestRefused:
    """A data set that openLCA would read otherwise, or not at all, is refused alone."""

    def test_an_exchange_whose_unit_nobody_tells(self) -> None:
        source = making()
        lost = exchange("7", "99999999-0000-4000-8000-000000000009", "1", Direction.INPUT)
        changed = source.model_copy(update={"exchanges": (*source.exchanges, lost)})
        assert refusals(world(changed, plant())) == ["openlca.no-unit"]

    def test_a_unit_that_the_flow_does_not_have(self) -> None:
        source = making()
        wrong = source.exchanges[1].model_copy(update={"unit": "kWh"})
        changed = source.model_copy(update={"exchanges": (source.exchanges[0], wrong)})
        assert refusals(world(changed, plant())) == ["openlca.no-unit"]

    @pytest.mark.parametrize("count", [0, 2])
    def test_no_reference_or_several(self, count: int) -> None:
        source = making()
        ones = [one.model_copy(update={"is_reference": i < count}) for i, one in enumerate(source.exchanges)]
        code = "openlca.several-references" if count else "openlca.no-reference"
        assert refusals(world(source.model_copy(update={"exchanges": tuple(ones)}), plant())) == [code]

    def test_the_others_are_written(self) -> None:
        source = making()
        changed = source.model_copy(update={"exchanges": source.exchanges[1:]})
        found = files(written(world(changed, plant())))
        assert f"processes/{PLANT}.json" in found
        assert f"processes/{MAKING}.json" not in found


class TestLanguages:
    def test_every_language_comes_back(self) -> None:
        found = files(written(world()))
        document = process(found)
        assert document["name"] == "widget making"
        assert document["hutong"]["texts"]["/name"] == {"en": "widget making", "zh": "小部件生产"}

    def test_chinese_alone_stands_where_openlca_shows_it(self) -> None:
        source = plant().model_copy(update={"name": LangText({"zh": "电厂"})})
        found = files(written(world(making(), source)))
        assert process(found, PLANT)["name"] == "电厂"
        assert read(reopened(found), DatasetKind.PROCESS, PLANT).name == LangText({"zh": "电厂"})

    def test_what_was_changed_in_openlca_wins_over_the_other_languages(self) -> None:
        found = files(written(world()))
        document = process(found)
        document["name"] = "widget making, new"
        found[f"processes/{MAKING}.json"] = json.dumps(document).encode()
        assert read(reopened(found), DatasetKind.PROCESS, MAKING).name == named("widget making, new")

    def test_parts_of_a_name_are_shown_as_one(self) -> None:
        assert entity(files(written(world())), f"flows/{WIDGET}.json")["name"] == "widget; painted; at plant"


class TestPlaces:
    """The same letters are two provinces: a code keeps its scheme."""

    def test_the_scheme_comes_back(self) -> None:
        found = files(written(world()))
        again = read(reopened(found), DatasetKind.PROCESS, MAKING)
        assert again.location == Place(code="CN-HB", scheme="ecoinvent")
        assert process(found)["location"]["@id"] == location_id("CN-HB")

    def test_ids_are_those_that_openlca_gives(self) -> None:
        assert location_id("US") == "0b3b97fa-6688-3c56-88ee-4ae80ec0c3c2"


def test_documents_of_sources_stand_where_openlca_looks() -> None:
    bundle = bundle_of((*behind(), making(), plant()), {"external_docs/a.pdf": b"%PDF-1"})
    found = files(written(bundle))
    assert found[f"bin/sources/{PAPER}/a.pdf"] == b"%PDF-1"
    assert entity(found, f"sources/{PAPER}.json")["externalFile"] == "a.pdf"


def test_ids_that_are_no_uuid_become_one_everywhere() -> None:
    sets = [one for one in behind() if one.id != CO2]
    gas = flow("CO2, fossil", named("carbon dioxide"), FlowKind.ELEMENTARY)
    source = plant()
    emission = source.exchanges[1].model_copy(update={"flow": to("CO2, fossil")})
    source = source.model_copy(update={"exchanges": (source.exchanges[0], emission)})
    found = files(written(bundle_of((*sets, gas, source))))
    id_ = process(found, PLANT)["exchanges"][1]["flow"]["@id"]
    assert entity(found, f"flows/{id_}.json")["name"] == "carbon dioxide"


def test_a_data_set_that_is_not_there_is_an_input_error() -> None:
    with pytest.raises(GatewayError) as caught:
        reopened(files(written(world()))).read(Key(DatasetKind.FLOW, "nothing"))
    assert caught.value.error_code == "dataset.not-here"


def test_flows_of_no_kind_become_products_with_a_note() -> None:
    sets = [one for one in behind() if one.id != SCRAP]
    sent = written(bundle_of((*sets, flow(SCRAP, named("scrap"), FlowKind.OTHER))))
    (account,) = [one.accounts[key] for one in sent for key in one.accounts if key.id == SCRAP]
    assert [(x.code, x.path, x.fate) for x in account.notes] == [
        ("openlca.other-flow", "/kind", Fate.CONVERTED)
    ]
