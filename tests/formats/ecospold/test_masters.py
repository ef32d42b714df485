"""Master data of EcoSpold 2: read as the data sets that they are, and written where activities say less."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from gateway.codec.base import Context, Package
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.datasets import Bundle, bundle_of
from gateway.codec.shelf import FileShelf, shelf_of
from gateway.formats.datasets import detect_datasets
from gateway.formats.ecospold import ECOSPOLD2
from gateway.formats.ilcd import DATASETS as ILCD
from gateway.model.base import LangText
from gateway.model.dataset import DatasetKind, Document, Reference, Topic
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Process
from gateway.model.sources import Contact, Source
from gateway.quantity.exact import own_arithmetic
from gateway.report import Note

from .worlds import PAPER, PERSON, WIDGET, names, world

if TYPE_CHECKING:
    from tests.conftest import Judges

NS = "http://www.EcoInvent.org/EcoSpold02"
LANG = 'xml:lang="en"'
ID = "0f2f3d5a-7c63-4c0e-8e5a-0d7f6f0f9a1{}"
KG = "487df68b-4994-4027-8fdc-a4dc298257b7"


def listed(root: str, *entries: str) -> bytes:
    head = f'<{root} xmlns="{NS}" majorRelease="3" minorRelease="0" majorRevision="0" minorRevision="1">'
    return "".join((head, *entries, f"</{root}>")).encode()


ELEMENTARY = listed(
    "validElementaryExchanges",
    f'<elementaryExchange id="{ID.format(1)}" unitId="{KG}" formula="CH4" casNumber="000074-82-8">',
    f'<name {LANG}>Methane, own</name><name xml:lang="zh">甲烷</name><unitName {LANG}>kg</unitName>',
    '<compartment subcompartmentId="7011f0aa-f5f9-4901-8c10-884ad8296812">',
    f"<compartment {LANG}>air</compartment><subcompartment {LANG}>unspecified</subcompartment></compartment>",
    f"<comment {LANG}>A gas.</comment><synonym {LANG}>Marsh gas</synonym><synonym {LANG}>R50</synonym>",
    '<property propertyId="3a0af1d6-04c3-41c6-a3da-92c4f61e0eaa" amount="1"/>',
    f'<productInformation><text {LANG} index="0">Burns.</text></productInformation></elementaryExchange>',
)
PERSONS = listed(
    "validPersons",
    f'<person id="{ID.format(2)}" name="A. Reader" address="1 Road" email="a@example.org"',
    f' companyId="{ID.format(3)}"/>',
)
COMPANIES = listed(
    "validCompanies",
    f'<company id="{ID.format(3)}" code="OWN" website="https://example.org">',
    f"<name {LANG}>Own Ltd</name></company>",
)
SOURCES = listed(
    "validSources",
    f'<source id="{ID.format(4)}" sourceType="1" year="2021" firstAuthor="Somebody" title="A report"',
    f' volumeNo="2"><comment {LANG}>Read it.</comment></source>',
)
UNITS = listed("validUnits", f'<unit id="{KG}"><name xml:lang="en">kg</name></unit>')
LISTS = {
    "MasterData/Companies.xml": COMPANIES,
    "MasterData/ElementaryExchanges.xml": ELEMENTARY,
    "MasterData/Persons.xml": PERSONS,
    "MasterData/Sources.xml": SOURCES,
    "MasterData/Units.xml": UNITS,
}


def opened(files: Mapping[str, bytes]) -> Bundle:
    return ECOSPOLD2.open(FileShelf("package", files), Context())


@own_arithmetic
def sent(bundle: Bundle, **options: str) -> list[Sent]:
    return list(write_bundle(ECOSPOLD2, bundle, Context(options=options)))


def notes_of(pieces: list[Sent]) -> list[Note]:
    return [note for one in pieces for account in one.accounts.values() for note in account.notes]


def content(data: bytes) -> object:
    """A document without its release and its white space."""

    def told(element: etree._Element) -> object:
        attributes = sorted((str(k), str(v)) for k, v in element.attrib.items() if "Re" not in str(k))
        return (
            str(element.tag),
            attributes,
            (element.text or "").strip(),
            [told(child) for child in element],
        )

    return told(etree.fromstring(data))


def test_lists_are_data_sets() -> None:
    bundle = opened(LISTS)
    by_kind = {
        key.kind: key for key in bundle.keys if key.id == ID.format(1) or key.kind is DatasetKind.SOURCE
    }
    flow = bundle.read(by_kind[DatasetKind.FLOW]).dataset
    assert isinstance(flow, Flow)
    assert (flow.kind, flow.cas, flow.formula) == (FlowKind.ELEMENTARY, "000074-82-8", "CH4")
    assert flow.name == names("Methane, own", "甲烷")
    assert flow.compartment == ("air", "unspecified")
    assert flow.synonyms == LangText({"en": "Marsh gas; R50"})
    assert flow.text(Topic.GENERAL) == LangText({"en": "A gas."})
    assert flow.reference_property is not None
    source = bundle.read(by_kind[DatasetKind.SOURCE]).dataset
    assert isinstance(source, Source)
    assert (source.title, source.authors, source.year) == ("A report", "Somebody", "2021")
    contacts = [bundle.read(key).dataset for key in bundle.keys if key.kind is DatasetKind.CONTACT]
    assert [(c.id, c.is_person) for c in contacts if isinstance(c, Contact)] == [
        (ID.format(3), False),
        (ID.format(2), True),
    ]
    assert bundle.files == ("MasterData/Units.xml",)


def test_lists_come_back_to_the_letter() -> None:
    """Each entry in a list of its own, so that a package can be written part by part."""
    pieces = sent(opened(LISTS))
    assert notes_of(pieces) == []
    assert [one.refused for one in pieces if one.refused] == []
    back = {one.member.name: one.member.data for one in pieces if one.member is not None}
    assert set(back) == {
        f"MasterData/Companies/{ID.format(3)}.xml",
        f"MasterData/ElementaryExchanges/{ID.format(1)}.xml",
        f"MasterData/Persons/{ID.format(2)}.xml",
        f"MasterData/Sources/{ID.format(4)}.xml",
        "MasterData/Units.xml",
    }
    for name, data in LISTS.items():
        (written,) = (one for file, one in back.items() if file.startswith(name.removesuffix(".xml")))
        assert content(written) == content(data), name


def test_a_package_of_lists_is_told_by_its_content() -> None:
    shelf = shelf_of(Package.of(ELEMENTARY, name="x.xml"))
    assert detect_datasets(shelf).format is ECOSPOLD2


def test_an_id_that_is_listed_twice_is_told() -> None:
    entry = f'<elementaryExchange id="{ID.format(1)}"><name {LANG}>x</name></elementaryExchange>'
    bundle = opened({"a.xml": listed("validElementaryExchanges", entry, entry.replace(">x<", ">y<"))})
    assert [finding.code for finding in bundle.findings] == ["ecospold.listed-twice"]
    assert len([key for key in bundle.keys if key.kind is DatasetKind.FLOW]) == 1


@pytest.mark.parametrize(
    "data", [ELEMENTARY[:200], b"<validUnits xmlns='http://www.EcoInvent.org/EcoSpold02'/>"]
)
def test_a_broken_list_stops_nothing(data: bytes) -> None:
    bundle = opened({"a.xml": data, "MasterData/Sources.xml": SOURCES})
    assert [key.kind for key in bundle.keys] == [DatasetKind.SOURCE]


@pytest.mark.oracle
def test_what_activities_tell_is_completed_by_the_list(samples: Mapping[str, bytes]) -> None:
    activity = samples["ecospold2/sample_ecospold2.xml"]
    alone = opened({"a.spold": activity})
    told = next(
        one
        for key in alone.keys
        if key.kind is DatasetKind.FLOW
        and isinstance(one := alone.read(key).dataset, Flow)
        and one.synonyms is None
    )
    root = "IntermediateExchange" if told.kind is not FlowKind.ELEMENTARY else "ElementaryExchange"
    tag = root[0].lower() + root[1:]
    entry = (
        f'<{tag} id="{told.id}" unitId="{KG}"><name {LANG}>x</name><unitName {LANG}>kg</unitName>'
        f"<comment {LANG}>More of it.</comment><synonym {LANG}>another name</synonym></{tag}>"
    )
    both = opened({"a.spold": activity, "MasterData/L.xml": listed(f"valid{root}s", entry)})
    (key,) = (key for key in both.keys if key.id == told.id)
    found = both.read(key).dataset
    assert isinstance(found, Flow)
    assert found.name == told.name
    assert found.synonyms == LangText({"en": "another name"})
    assert found.text(Topic.GENERAL) == LangText({"en": "More of it."})
    pieces = sent(both)
    assert [one.refused for one in pieces if one.refused] == []
    assert {one.member.name for one in pieces if one.member is not None} >= {
        f"MasterData/{root}s/{told.id}.xml"
    }


def test_what_activities_do_not_tell_is_listed_when_asked() -> None:
    """A flow that nobody exchanges, and what a flow is described by, have no place in an activity."""
    whole = world()
    kept = [whole.read(key).dataset for key in whole.keys]
    widget = next(one for one in kept if one.id == WIDGET)
    described = widget.model_copy(update={"documents": (Document(topic=Topic.GENERAL, text=names("Fine.")),)})
    idle = widget.model_copy(update={"id": ID.format(7), "name": names("Idle")})
    pieces = sent(bundle_of([*(one for one in kept if one.id != WIDGET), described, idle]), lists="all")
    lists = {
        one.member.name: one.member.data
        for one in pieces
        if one.member is not None and one.member.name.startswith("MasterData/")
    }
    assert b"Fine." in lists[f"MasterData/IntermediateExchanges/{WIDGET}.xml"]
    assert b"Idle" in lists[f"MasterData/IntermediateExchanges/{ID.format(7)}.xml"]
    kinds = {key.kind for one in pieces for key in one.refused}
    assert not kinds & {DatasetKind.FLOW, DatasetKind.SOURCE, DatasetKind.CONTACT}
    back = ECOSPOLD2.open(FileShelf("b", lists), Context())
    assert back.find(DatasetKind.FLOW, Reference(uuid=ID.format(7))) is not None


def test_sources_are_always_listed() -> None:
    pieces = sent(world())
    assert [
        one.member.name for one in pieces if one.member is not None and "MasterData" in one.member.name
    ] == [f"MasterData/Sources/{PAPER}.xml"]


def test_what_is_personal_stays_behind() -> None:
    whole = world()
    kept = [whole.read(key).dataset for key in whole.keys if key.kind is not DatasetKind.PROCESS]
    person = Contact(
        id=PERSON,
        is_person=True,
        name=names("A. Person"),
        email="someone@example.org",
        telephone="123456",
        address=names("1 Road"),
    )
    pieces = sent(bundle_of([*(one for one in kept if one.id != PERSON), person]), lists="all")
    text = b"".join(one.member.data for one in pieces if one.member is not None)
    assert b"A. Person" in text
    assert not [word for word in (b"someone@example.org", b"123456", b"1 Road") if word in text]


@pytest.mark.oracle
@own_arithmetic
def test_flows_of_ilcd_have_one_id_in_lists_and_activities(oracle_data: Path) -> None:
    file = oracle_data / "lca" / "ilcd-tiangong" / "tiangong-lithium-hydroxide.zip"
    source = ILCD.open(shelf_of(Package.of(file.read_bytes(), name=file.name)), Context())
    pieces = list(write_bundle(ECOSPOLD2, source, Context(options={"lists": "all"})))
    files = {one.member.name: one.member.data for one in pieces if one.member is not None}
    back = ECOSPOLD2.open(FileShelf("b", files), Context())
    used = {
        exchange.flow.uuid
        for key in back.keys
        if isinstance(process := back.read(key).dataset, Process)
        for exchange in process.exchanges
    }
    lists = {name: data for name, data in files.items() if name.startswith("MasterData/")}
    listed_ = ECOSPOLD2.open(FileShelf("l", lists), Context())
    flows = {key.id for key in listed_.keys if key.kind is DatasetKind.FLOW}
    assert len(flows) == 9
    assert used <= flows
    refused = {key.kind for one in pieces for key in one.refused}
    assert not refused & {DatasetKind.FLOW, DatasetKind.SOURCE, DatasetKind.CONTACT}


@pytest.mark.judge("brightway-flows")
def test_brightway_reads_the_list_of_elementary_flows(judges: Judges, tmp_path: Path) -> None:
    (piece,) = (one for one in sent(opened({"a.xml": ELEMENTARY})) if one.member is not None)
    assert piece.member is not None
    file = tmp_path / "flows.xml"
    file.write_bytes(piece.member.data)
    found = judges.python("ecospold_flows.py", file)
    assert json.loads(json.dumps(found)) == [
        {
            "code": ID.format(1),
            "name": "Methane, own",
            "unit": "kg",
            "categories": ["air", "unspecified"],
            "cas": "000074-82-8",
            "synonyms": ["Marsh gas", "R50"],
        }
    ]
