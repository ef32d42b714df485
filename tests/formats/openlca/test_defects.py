"""Packages with defects: each is told, and nothing stops at the first."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle, DatasetReading
from gateway.codec.shelf import FileShelf
from gateway.errors import GatewayError
from gateway.formats.openlca import OPENLCA
from gateway.formats.openlca.schema import path, schema
from gateway.formats.openlca.tables import FOLDERS
from gateway.model.base import Missing
from gateway.model.dataset import DatasetKind, Key
from gateway.model.process import Direction, Process
from gateway.report import Severity

from .conftest import CO2, MAKING, SCRAP, files, n, reopened, world, written

NAME = f"processes/{MAKING}.json"
SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"


@pytest.fixture
def package() -> dict[str, bytes]:
    return files(written(world()))


def changed(
    package: dict[str, bytes], *steps: str | int, value: Any = None, gone: bool = False
) -> dict[str, bytes]:
    """The package with one member of the process set or taken away, as others write it."""
    document = json.loads(package[NAME])
    document.pop("hutong")
    node = document
    for step in steps[:-1]:
        node = node[step]
    if gone:
        del node[steps[-1]]
    else:
        node[steps[-1]] = value
    return {**package, NAME: json.dumps(document).encode()}


def reading(package: dict[str, bytes]) -> DatasetReading:
    return reopened(package).read(Key(DatasetKind.PROCESS, MAKING, "01.02.003"))


def process(found: DatasetReading) -> Process:
    assert isinstance(found.dataset, Process)
    return found.dataset


def codes(bundle: Bundle) -> list[str]:
    return [finding.code for finding in bundle.findings]


class TestFiles:
    def test_members_packed_with_gzip(self, package: dict[str, bytes]) -> None:
        packed = {**package, NAME: gzip.compress(package[NAME])}
        bundle = reopened(packed)
        assert codes(bundle) == ["openlca.gzip-member"]
        assert process(reading(packed)).exchanges

    def test_a_gzip_file_in_bin_is_only_a_file(self, package: dict[str, bytes]) -> None:
        bundle = reopened({**package, "bin/sources/x/data.gz": gzip.compress(b"anything")})
        assert codes(bundle) == []
        assert "bin/sources/x/data.gz" in bundle.files

    def test_a_broken_gzip_file(self, package: dict[str, bytes]) -> None:
        assert codes(reopened({**package, "flows/x.json": gzip.compress(b"{}")[:-9]})) == [
            "openlca.broken-gzip"
        ]

    def test_a_byte_order_mark(self, package: dict[str, bytes]) -> None:
        marked = {**package, NAME: b"\xef\xbb\xbf" + package[NAME]}
        assert codes(reopened(marked)) == ["openlca.byte-order-mark"]
        assert process(reading(marked)).exchanges

    def test_one_member_twice_in_an_object(self, package: dict[str, bytes]) -> None:
        """Which of the two is meant cannot be proven: the file stands aside, the others are read."""
        doubled = package[NAME].replace(b'"version":"01.02.003"', b'"version": "1", "version": "2"')
        bundle = reopened({**package, NAME: doubled})
        assert codes(bundle) == ["json.duplicate-key"]
        assert NAME in bundle.files
        assert len(bundle.keys) == len(reopened(package).keys) - 1

    def test_no_json(self, package: dict[str, bytes]) -> None:
        assert codes(reopened({**package, "flows/a.json": b"<flow/>"})) == ["openlca.no-json"]

    def test_an_entity_of_another_kind_and_one_without_an_id(self, package: dict[str, bytes]) -> None:
        more = {"flows/a.json": b'{"@type": "Stream", "@id": "x"}', "flows/b.json": b'{"@type": "Flow"}'}
        assert codes(reopened({**package, **more})) == ["openlca.unknown-entity", "openlca.no-id"]

    def test_one_data_set_twice(self, package: dict[str, bytes]) -> None:
        assert codes(reopened({**package, "Process/again.json": package[NAME]})) == ["openlca.two-of-one-key"]

    def test_a_list_of_entities_in_one_file(self, package: dict[str, bytes]) -> None:
        flows = [json.loads(d) for name, d in package.items() if name.startswith("flows/")]
        rest = {name: data for name, data in package.items() if not name.startswith("flows/")}
        bundle = reopened({**rest, "flows.json": json.dumps(flows).encode()})
        assert len(bundle.keys) == len(reopened(package).keys)
        assert bundle.read(Key(DatasetKind.FLOW, CO2, "01.00.000")).place.startswith("flows.json#/")

    def test_a_single_broken_file_is_refused(self) -> None:
        with pytest.raises(GatewayError):
            OPENLCA.open(FileShelf("x.json", {"x.json": b'{"@type": "Process",'}), Context())


class TestExchanges:
    def test_a_flow_that_is_not_in_the_package(self, package: dict[str, bytes]) -> None:
        lost = "99999999-0000-4000-8000-000000000009"
        found = reading(changed(package, "exchanges", 1, "flow", "@id", value=lost))
        assert [(f.code, f.saw) for f in found.findings] == [("openlca.dangling", lost)]
        assert len(process(found).exchanges) == 5

    def test_no_unit(self, package: dict[str, bytes]) -> None:
        found = reading(changed(package, "exchanges", 1, "unit", gone=True))
        assert [f.code for f in found.findings] == ["openlca.no-unit"]
        assert process(found).exchanges[1].unit is None

    def test_no_amount_is_not_zero(self, package: dict[str, bytes]) -> None:
        found = reading(changed(package, "exchanges", 1, "amount", gone=True))
        assert [f.code for f in found.findings] == ["openlca.no-amount"]
        assert process(found).exchanges[1].amount is None

    def test_a_number_as_text_is_mended(self, package: dict[str, bytes]) -> None:
        found = reading(changed(package, "exchanges", 1, "amount", value="2.50"))
        assert process(found).exchanges[1].amount == n("2.5")
        assert [note.code for note in found.notes if "amount" in note.path] == ["openlca.number-as-text"]

    def test_what_is_no_number_is_told_and_kept(self, package: dict[str, bytes]) -> None:
        found = reading(changed(package, "exchanges", 1, "amount", value="two"))
        assert [f.code for f in found.findings] == ["openlca.wrong-type"]
        assert '"two"' in found.dataset.extras.values()

    def test_a_number_beyond_any_amount_is_told_and_kept(self, package: dict[str, bytes]) -> None:
        """JSON has no end of numbers; one of them never costs the whole package."""
        found = reading(changed(package, "exchanges", 1, "amount", value=1e300))
        assert [f.code for f in found.findings] == ["openlca.wrong-type"]
        assert isinstance(process(found).exchanges[1].amount, Missing)
        assert len(process(found).exchanges) == 5

    def test_an_object_with_numbers_where_a_text_must_be(self, package: dict[str, bytes]) -> None:
        found = reading(changed(package, "name", value=[{"factor": 1.50}]))
        assert ("openlca.wrong-type", '[{"factor":1.5}]') in [(f.code, f.saw) for f in found.findings]

    def test_a_name_of_schema_1_in_a_package_of_schema_2(self, package: dict[str, bytes]) -> None:
        document = json.loads(package[NAME])
        exchange = document["exchanges"][4]
        exchange["input"] = exchange.pop("isInput")
        found = reading({**package, NAME: json.dumps(document).encode()})
        assert [(f.code, f.severity) for f in found.findings] == [
            ("openlca.name-of-schema-1", Severity.WARNING)
        ]
        assert process(found).exchanges[4].direction is Direction.INPUT

    def test_an_avoided_product_on_the_side_of_outputs(self, package: dict[str, bytes]) -> None:
        found = reading(changed(package, "exchanges", 3, "isAvoidedProduct", value=True))
        assert [f.code for f in found.findings] == ["openlca.avoided-on-the-other-side"]
        assert process(found).exchanges[3].direction is Direction.OUTPUT

    def test_a_distribution_nobody_knows(self, package: dict[str, bytes]) -> None:
        found = reading(changed(package, "exchanges", 1, "uncertainty", "distributionType", value="BETA"))
        assert [f.code for f in found.findings] == ["openlca.unknown-code"]

    def test_no_number_of_an_exchange(self, package: dict[str, bytes]) -> None:
        found = reading(changed(package, "exchanges", 1, "internalId", value="a"))
        assert [f.code for f in found.findings] == ["openlca.internal-id"]
        assert [one.id for one in process(found).exchanges] == ["1", "6", "3", "4", "5"]

    def test_defects_are_told_together(self, package: dict[str, bytes]) -> None:
        broken = changed(package, "exchanges", 1, "unit", gone=True)
        document = json.loads(broken[NAME])
        document["exchanges"][2]["amount"] = None
        document["exchanges"].append("text")
        document["location"] = {"@type": "Location", "@id": "nowhere", "name": "Nowhere"}
        found = reading({**broken, NAME: json.dumps(document).encode()})
        assert {f.code for f in found.findings} == {
            "openlca.no-unit",
            "openlca.no-amount",
            "openlca.wrong-type",
            "openlca.location-without-code",
        }


class TestKept:
    """What has no field comes back where it stood."""

    def test_costs_tags_and_members_of_others(self, package: dict[str, bytes]) -> None:
        document = json.loads(package[NAME])
        document["tags"] = ["b", "a"]
        document["x-own"] = {"deep": [1, {"a": 2.50}]}
        document["exchanges"][4] |= {"costValue": 1.250, "currency": {"@type": "Currency", "@id": SCRAP}}
        source = {**package, NAME: json.dumps(document).encode()}
        again = json.loads(files(written(reopened(source)))[NAME])
        assert (again["tags"], again["x-own"]) == (["b", "a"], {"deep": [1, {"a": 2.5}]})
        assert again["exchanges"][4]["costValue"] == 1.25

    def test_leftovers_go_with_their_exchange(self, package: dict[str, bytes]) -> None:
        document = json.loads(package[NAME])
        document["exchanges"][4]["costValue"] = 7
        source = reading({**package, NAME: json.dumps(document).encode()})
        own = process(source)
        fewer = own.model_copy(update={"exchanges": (own.exchanges[0], own.exchanges[4])})
        again = json.loads(files(written(world(fewer)))[NAME])
        assert [exchange.get("costValue") for exchange in again["exchanges"]] == [None, 7]

    def test_other_entities_pass_through(self, package: dict[str, bytes]) -> None:
        system = {"@type": "DQSystem", "@id": SCRAP, "name": "Pedigree", "indicators": []}
        source = {**package, f"DQSystem/{SCRAP}.json": json.dumps(system).encode()}
        assert json.loads(files(written(reopened(source)))[f"dq_systems/{SCRAP}.json"]) == system


@pytest.mark.parametrize("entity", FOLDERS)
def test_the_schemas_are_those_of_the_table(entity: str) -> None:
    assert json.loads((SCHEMAS / path(entity)).read_text(encoding="utf-8")) == schema(entity)


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        (("exchanges", 1, "amount"), "2"),
        (("exchanges", 1, "unit"), None),
        (("exchanges", 1, "isInput"), 1),
        (("exchanges", 1, "internalId"), 1.5),
        (("exchanges", 1, "flow", "@id"), "x"),
        (("exchanges",), []),
        (("processType",), "SYSTEM"),
        (("name",), None),
        (("@type",), "Flow"),
    ],
)
def test_the_schema_refuses(package: dict[str, bytes], steps: tuple[str | int, ...], value: Any) -> None:
    from gateway.codec.base import Member

    broken = changed(package, *steps, value=value)
    assert OPENLCA.validate is not None
    assert OPENLCA.validate(Member(NAME, "application/json", broken[NAME]))
