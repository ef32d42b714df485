"""EPDs: results by module and scenario, there and back; from other software, and from other formats."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.shelf import shelf_of
from gateway.codec.zipping import zipped
from gateway.formats.datasets import detect_datasets
from gateway.model.base import Missing, Reason
from gateway.model.dataset import DatasetKind, Reference
from gateway.model.process import Direction, ImpactResult, Process, ProcessKind, Scenario
from gateway.model.walk import leaves
from gateway.pipeline.footprint import only_footprint
from gateway.quantity.number import Number

from .conftest import WIDGET, exchange, files, making, n, named, reopened, world, written

if TYPE_CHECKING:
    from tests.conftest import Judges

GWP = "a7ea142a-9749-11ed-a8fc-0242ac120002"
EPD = "22222222-0000-4000-8000-000000000001"


def result(module: str | None, amount: str, scenario: str | None = None) -> ImpactResult:
    indicator = Reference(uuid=GWP, name=named("GWP-total", "全球变暖潜势"))
    return ImpactResult(
        indicator=indicator, module=module, scenario=scenario, amount=n(amount), unit="kg CO2e"
    )


def epd() -> Process:
    reference = exchange("1", WIDGET, "1", Direction.OUTPUT, unit="kg", is_reference=True)
    absent = result("B1", "0").model_copy(update={"amount": Missing(missing=Reason.NOT_DECLARED)})
    empty = result("B2", "0").model_copy(update={"amount": Missing(missing=Reason.NULL, text="")})
    return making(
        kind=ProcessKind.EPD,
        exchanges=(reference,),
        scenarios=(Scenario(name="landfill", is_default=True, description=named("all", "全部填埋")),),
        results=(result("D", "-30"), result("A1-A3", "100.0"), absent, empty, result("C4", "5", "landfill")),
    )


def process_of(found: dict[str, bytes]) -> Process:
    bundle = reopened(found)
    (key,) = (key for key in bundle.keys if key.kind is DatasetKind.PROCESS)
    process = bundle.read(key).dataset
    assert isinstance(process, Process)
    return process


def test_every_result_comes_back() -> None:
    found = files(written(world(epd())))
    back = process_of(found)
    assert back.results == epd().results
    assert back.scenarios == epd().scenarios
    assert back.kind is ProcessKind.EPD
    assert not [name for name in found if name.startswith("processes/")]
    modules = {one["name"] for one in json.loads(found[f"epds/{EPD}.json"])["modules"]}
    assert modules == {"A1-A3", "C4 (landfill)", "D"}
    assert files(written(reopened(found))) == found


def test_what_was_changed_in_openlca_wins() -> None:
    found = files(written(world(epd())))
    name = next(n_ for n_, data in found.items() if n_.startswith("results/") and b"100.0" in data)
    found[name] = found[name].replace(b"100.0", b"101")
    amounts = [one.amount.value for one in process_of(found).results if isinstance(one.amount, Number)]
    assert amounts == [Decimal(-30), Decimal(101), Decimal(5)]


def foreign() -> dict[str, bytes]:
    """An EPD as openLCA itself writes it: no member of ours, a result with a multiplier and flows."""
    found = files(written(world(epd())))
    plain: dict[str, bytes] = {}
    for name, data in found.items():
        tree: dict[str, Any] = json.loads(data)
        tree.pop("hutong", None)
        if name.startswith("results/") and "A1-A3" in tree["name"]:
            tree["@id"] = "99999999-0000-4000-8000-000000000001"
            tree["flowResults"] = [{"@type": "FlowResult", "amount": 1}]
        if name.startswith("epds/"):
            (one,) = (module for module in tree["modules"] if module["name"] == "A1-A3")
            one["result"]["@id"], one["multiplier"] = "99999999-0000-4000-8000-000000000001", 2
        place = f"results/{tree['@id']}.json" if name.startswith("results/") else name
        plain[place] = json.dumps(tree).encode()
    return plain


def test_an_epd_of_other_software() -> None:
    found = foreign()
    back = process_of(found)
    assert {str(one.module): str(one.amount) for one in back.results} == {
        "A1-A3": "200",
        "C4 (landfill)": "5",
        "D": "-30",
    }
    (reference,) = back.references
    assert (reference.flow.uuid, reference.unit) == (WIDGET, "kg")
    again = files(written(reopened(found)))
    kept = json.loads(again["results/99999999-0000-4000-8000-000000000001.json"])
    assert kept["flowResults"]
    assert process_of(again).results == back.results


def test_module_d_is_in_no_total() -> None:
    declaration = only_footprint(reopened(files(written(world(epd()))))).declaration
    (told,) = declaration.results
    assert not list(leaves(told.carbon))
    assert [(row.module, row.scenario) for row in told.rows] == [
        ("D", None),
        ("A1-A3", None),
        ("B1", None),
        ("B2", None),
        ("C4", "landfill"),
    ]


@pytest.mark.oracle
@pytest.mark.judge("olca-schema")
@pytest.mark.parametrize("name", ["oekobau_with_dependencies.zip", "epditaly_with_dependencies.zip"])
def test_published_epds(judges: Judges, tmp_path: Path, oracle_data: Path, name: str) -> None:
    """Nothing is refused, every result arrives, and olca-schema reads every entity."""
    data = (oracle_data / "lca" / "ilcd-epd" / name).read_bytes()
    shelf = shelf_of(Package.of(data, name=name))
    source = detect_datasets(shelf).format.open(shelf, Context())
    sent = written(source)
    assert not [error for one in sent for error in one.refused.values()]
    found = files(sent)
    (key,) = (key for key in source.keys if key.kind is DatasetKind.PROCESS)
    before = source.read(key).dataset
    assert isinstance(before, Process)
    after = process_of(found)

    def row(one: ImpactResult) -> tuple[object, ...]:
        amount = one.amount.value if isinstance(one.amount, Number) else one.amount
        return one.indicator.uuid, one.module, one.scenario, one.direction, amount

    assert [row(one) for one in after.results] == [row(one) for one in before.results]
    assert files(written(reopened(found))) == found
    (tmp_path / name).write_bytes(zipped(sorted(found.items())))
    again = judges.python("olca.py", tmp_path / name)[name]["again"]
    assert set(again) == {one for one in found if one.endswith(".json") and "/" in one}
    for member in (one for one in found if one.startswith("results/")):
        ours = json.loads(found[member])["impactResults"]
        theirs = again[member]["impactResults"]
        assert [one["amount"] for one in theirs] == [one["amount"] for one in ours]
