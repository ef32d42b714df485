"""Flow lists as other programs write them."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Mapping

import pytest

from gateway.errors import GatewayError, InputError
from gateway.nomenclature.flow import Flow
from gateway.nomenclature.flow_sources import read_flows
from gateway.nomenclature.packing import build_list
from gateway.nomenclature.store import FlowList
from tests.conftest import Judges

UUID = "00000000-0000-4000-8000-000000000001"
ECOSPOLD = f"""<?xml version="1.0"?>
<validElementaryExchanges xmlns="http://www.EcoInvent.org/EcoSpold02">
<elementaryExchange id="{UUID}" formula="C6H6" casNumber="000071-43-2"><name xml:lang="en">Benzene</name>
<unitName xml:lang="en">kg</unitName><compartment subcompartmentId="x"><compartment>air</compartment>
<subcompartment>indoor</subcompartment></compartment><synonym>Benzol</synonym></elementaryExchange>
</validElementaryExchanges>"""
ILCD = """<flowDataSet xmlns="http://lca.jrc.it/ILCD/Flow" xmlns:common="http://lca.jrc.it/ILCD/Common">
<flowInformation><dataSetInformation><common:UUID>{uuid}</common:UUID><name>
<baseName xml:lang="de">Benzol</baseName><baseName xml:lang="en">benzene</baseName></name>
<common:synonyms xml:lang="en">benzol; cyclohexatriene</common:synonyms>
<classificationInformation><common:elementaryFlowCategorization>
<common:category level="1">Emissions to air</common:category>
<common:category level="0">Emissions</common:category>
</common:elementaryFlowCategorization></classificationInformation>
<CASNumber>71-43-2</CASNumber><sumFormula>C6H6</sumFormula></dataSetInformation><quantitativeReference>
<referenceToReferenceFlowProperty>0</referenceToReferenceFlowProperty></quantitativeReference></flowInformation>
<modellingAndValidation><LCIMethod><typeOfDataSet>{kind}</typeOfDataSet></LCIMethod></modellingAndValidation>
<flowProperties><flowProperty dataSetInternalID="0"><referenceToFlowPropertyDataSet
 refObjectId="93a60a56-a3c8-11da-a746-0800200b9a66"/></flowProperty></flowProperties></flowDataSet>"""
OPENLCA: dict[str, object] = {
    "@id": UUID,
    "name": "Benzene",
    "flowType": "ELEMENTARY_FLOW",
    "cas": "000071-43-2",
    "formula": "C6H6",
    "category": "Elementary flows/Emission to air/urban",
    "synonyms": "Benzol; x",
    "flowProperties": [{"isRefFlowProperty": True, "flowProperty": {"@id": "p", "refUnit": "kg"}}],
}


def packed(files: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def only(data: bytes, name: str = "list") -> Flow:
    (flow,) = read_flows(data, name=name)
    return flow


def test_ecospold_2_master_data() -> None:
    wanted = Flow(UUID, "Benzene", ("air", "indoor"), "kg", "71-43-2", "C6H6", ("Benzol",))
    assert only(ECOSPOLD.encode()) == wanted
    assert only(gzip.compress(ECOSPOLD.encode())) == wanted


def test_an_ilcd_package() -> None:
    product = ILCD.format(uuid="x", kind="Product flow")
    one = ILCD.format(uuid=UUID, kind="Elementary flow")
    data = packed({"ILCD/flows/a.xml": product, "ILCD/flows/b.xml": one, "ILCD/processes/c.xml": "<p/>"})
    assert only(data) == Flow(
        UUID,
        "benzene",
        ("Emissions", "Emissions to air"),
        "kg",
        "71-43-2",
        "C6H6",
        ("benzol", "cyclohexatriene"),
    )


@pytest.mark.parametrize(
    ("category", "path"),
    [
        ("Elementary flows/Emission to air/urban", ("Elementary flows", "Emission to air", "urban")),
        ({"name": "urban", "categoryPath": ["Emission to air"]}, ("Emission to air", "urban")),
        (None, ()),
    ],
)
def test_an_openlca_package(category: object, path: tuple[str, ...]) -> None:
    product = OPENLCA | {"@id": "p", "flowType": "PRODUCT_FLOW"}
    one = OPENLCA | {"category": category}
    data = packed({"flows/p.json": json.dumps(product), "flows/e.json": json.dumps(one)})
    assert only(data) == Flow(UUID, "Benzene", path, "kg", "71-43-2", "C6H6", ("Benzol", "x"))


@pytest.mark.parametrize(
    "text",
    [
        "Flow UUID;Flowable;CAS No;Unit;Context\nu;Benzene;71-43-2;kg;emission/air\n",
        "FlowUUID\tFlowName\tCASNo\tReferenceUnit\tCompartment\tSubcompartment\nu\tBenzene\t71-43-2\tkg\temission\tair\n",
        "标识符,名称,CAS号,单位,环境介质\nu,Benzene,71-43-2,kg,emission/air\n",
    ],
)
def test_headings_of_others(text: str) -> None:
    wanted = Flow("u", "Benzene", ("emission", "air"), "kg", "71-43-2")
    assert only(text.encode()) == wanted
    assert only(text.encode("gb18030")) == wanted


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1f\x8bnot gzip",
        b"PK\x03\x04 not a zip",
        b"<a/>",
        b"<a",
        b"\xff\xfe\x00",
        b"name\nx\n",
        packed({"flows/a.json": "{"}),
        packed({"flows/a.json": '{"flowType": 3}'}),
        packed({"flows/a.xml": "<a/>"}),
        packed({"readme.txt": "x"}),
    ],
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(GatewayError):
        build_list({"x": data}, name="x")


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.nomenclature.flow_sources._MAX_BYTES", 1000)
    with pytest.raises(InputError):
        list(read_flows(gzip.compress(bytes(1001)), name="bomb.gz"))


def test_every_flow_comes_back() -> None:
    flows = FlowList(build_list({"x": ECOSPOLD.encode()}, name="ecoinvent", version="3.9"))
    assert list(flows.flows()) == [only(ECOSPOLD.encode())]


def test_ecoinvent_as_bw2io_ships_it(judges: Judges) -> None:
    """Where the package stands beside the judges; its code is not run."""
    inside = "python/.venv/lib/*/site-packages/bw2io/data/lci/ecoinvent elementary flows 3.9.xml"
    (file,) = judges.place.glob(inside)
    flows = FlowList(build_list({file.name: file.read_bytes()}, name="ecoinvent", version="3.9"))
    assert (len(flows), flows.substances, len(flows.contexts)) == (4709, 1416, 25)
