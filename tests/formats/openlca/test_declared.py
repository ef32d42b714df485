"""Declared results of processes with an inventory, and impact methods that list categories."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from gateway.codec.base import Context
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.datasets import Bundle, bundle_of
from gateway.codec.shelf import FileShelf
from gateway.formats.openlca import OPENLCA
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, DatasetKind, Reference
from gateway.model.inventory import Flow, FlowKind, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.model.process import Direction, Exchange, ImpactResult, Process, ProcessKind
from gateway.model.sources import CharacterisationFactor, ImpactMethod
from gateway.quantity.exact import own_arithmetic
from gateway.quantity.number import Number

GROUP, MASS, CO2, OWN, WARMING, ACID, PRODUCT = (f"2222222{n}-0000-4000-8000-000000000000" for n in range(7))


def n(text: str) -> Number:
    return Number(Decimal(text), text)


def names(text: str) -> LangText:
    return LangText({"en": text, "zh": f"{text}（中文）"})


def flow(id_: str, kind: FlowKind) -> Flow:
    value = FlowPropertyValue(id="0", flow_property=Reference(uuid=MASS), mean=n("1"), is_reference=True)
    return Flow(id=id_, name=names(id_[:8]), kind=kind, properties=(value,))


def method(id_: str, name: str, *methodologies: str) -> ImpactMethod:
    factor = CharacterisationFactor(
        flow=Reference(uuid=CO2), direction=Direction.OUTPUT, value=n("1"), unit="kg"
    )
    return ImpactMethod(
        id=id_, name=names(name), result_unit="kg", methodologies=methodologies, factors=(factor,)
    )


def process() -> Process:
    reference = Exchange(
        id="1",
        flow=Reference(uuid=PRODUCT),
        direction=Direction.OUTPUT,
        amount=n("1"),
        unit="kg",
        is_reference=True,
    )
    results = (
        ImpactResult(
            indicator=Reference(uuid=WARMING), amount=n("2.5"), unit="kg", comment=names("as declared")
        ),
        ImpactResult(indicator=Reference(uuid=ACID, name=names("acid")), amount=n("0.001"), unit="mol"),
    )
    return Process(
        id=OWN, name=names("making"), kind=ProcessKind.LCI_RESULT, exchanges=(reference,), results=results
    )


def package(*more: Dataset) -> Bundle:
    return bundle_of(
        [
            UnitGroup(
                id=GROUP,
                name=names("mass"),
                reference_unit="kg",
                units=(UnitEntry(id="kg", name="kg", factor=n("1")),),
            ),
            FlowProperty(id=MASS, name=names("mass"), unit_group=Reference(uuid=GROUP)),
            flow(CO2, FlowKind.ELEMENTARY),
            flow(PRODUCT, FlowKind.PRODUCT),
            *more,
        ]
    )


@own_arithmetic
def sent(bundle: Bundle) -> list[Sent]:
    found = list(write_bundle(OPENLCA, bundle, Context()))
    assert [one.refused for one in found if one.refused] == []
    return found


def files_of(pieces: list[Sent]) -> dict[str, bytes]:
    return {one.member.name: one.member.data for one in pieces if one.member is not None}


def opened(files: dict[str, bytes]) -> Bundle:
    return OPENLCA.open(FileShelf("p", files), Context())


def one_of(bundle: Bundle, kind: DatasetKind, id_: str) -> Any:
    (key,) = (key for key in bundle.keys if key.kind is kind and key.id == id_)
    return bundle.read(key).dataset


def test_results_of_a_process_are_kept() -> None:
    pieces = sent(package(method(WARMING, "warming"), process()))
    lost = [
        n_
        for one in pieces
        for a in one.accounts.values()
        for n_ in a.notes
        if n_.path.startswith("/results")
    ]
    assert lost == []
    back = one_of(opened(files_of(pieces)), DatasetKind.PROCESS, OWN)
    assert isinstance(back, Process)
    assert back.kind is ProcessKind.LCI_RESULT
    first, second = back.results
    assert (str(first.amount), first.unit, first.comment) == ("2.5", "kg", names("as declared"))
    assert first.indicator.uuid == WARMING
    assert (str(second.amount), second.unit, second.indicator.name) == ("0.001", "mol", names("acid"))


def test_results_stand_where_openlca_shows_them() -> None:
    files = files_of(sent(package(method(WARMING, "warming"), process())))
    (name,) = (name for name in files if name.startswith("results/"))
    told = json.loads(files[name])
    assert told["@type"] == "Result"
    assert [one["amount"] for one in told["impactResults"]] == [2.5, 0.001]
    assert told["impactResults"][0]["indicator"]["@id"] == WARMING
    assert "modules" not in json.loads(files[f"processes/{OWN}.json"])


def test_a_result_that_was_changed_in_openlca_wins() -> None:
    files = files_of(sent(package(method(WARMING, "warming"), process())))
    (name,) = (name for name in files if name.startswith("results/"))
    told = json.loads(files[name])
    told["impactResults"][0]["amount"] = 3
    back = one_of(opened(files | {name: json.dumps(told).encode()}), DatasetKind.PROCESS, OWN)
    assert [str(one.amount) for one in back.results] == ["3", "0.001"]


def test_a_methodology_lists_its_categories() -> None:
    both = package(method(WARMING, "warming", "EF 3.1"), method(ACID, "acid", "EF 3.1", "ReCiPe"))
    pieces = sent(both)
    files = files_of(pieces)
    listed = {
        told["name"]: [one["@id"] for one in told["impactCategories"]]
        for name, data in files.items()
        if name.startswith("lcia_methods/")
        for told in [json.loads(data)]
    }
    assert listed == {"EF 3.1": [WARMING, ACID], "ReCiPe": [ACID]}
    assert not [
        note
        for one in pieces
        for a in one.accounts.values()
        for note in a.notes
        if "methodologies" in note.path
    ]
    back = opened(files)
    assert one_of(back, DatasetKind.METHOD, ACID).methodologies == ("EF 3.1", "ReCiPe")
    again = files_of(sent(back))
    assert {name for name in again if name.startswith("lcia_methods/")} == {
        name for name in files if name.startswith("lcia_methods/")
    }


def test_methods_of_others_name_the_methodology() -> None:
    files = files_of(sent(package(method(WARMING, "warming"))))
    own = "33333333-0000-4000-8000-000000000000"
    one = {"@type": "ImpactMethod", "@id": own, "name": "TRACI", "impactCategories": [{"@id": WARMING}]}
    back = opened(files | {f"lcia_methods/{own}.json": json.dumps(one).encode()})
    assert one_of(back, DatasetKind.METHOD, WARMING).methodologies == ("TRACI",)
