"""EcoSpold 1: what is seen of flows, sources and persons in passing is what their data sets say."""

from __future__ import annotations

import pytest

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle
from gateway.codec.shelf import FileShelf
from gateway.formats.ecospold import ECOSPOLD1
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, DatasetKind
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Process

DOCUMENT = """<?xml version="1.0"?>
<ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold01">{datasets}</ecoSpold>"""
DATASET = """
<dataset number="{number}" timestamp="2024-01-01T00:00:00" generator="x"><metaInformation>
<processInformation>
<referenceFunction name="{name}" localName="{name}" unit="kg" amount="1" category="a" subCategory="b"
 datasetRelatesToProduct="true" infrastructureProcess="false"/>
<geography location=" CN "/><technology/>
<timePeriod dataValidForEntirePeriod="true"><startYear>2020</startYear><endYear>2024</endYear></timePeriod>
<dataSetInformation type="1" impactAssessmentResult="false" timestamp="2024-01-01T00:00:00" version="1.0"
 internalVersion="1.0" energyValues="0" languageCode="en" localLanguageCode="zh"/>
</processInformation>
<modellingAndValidation><source number="7" sourceType="0" firstAuthor="Wu &amp; Li" year=" 2020 " title="T"
 placeOfPublications="-"/></modellingAndValidation>
<administrativeInformation><dataEntryBy person="3"/>
<dataGeneratorAndPublication person="3" copyright="false"/>
<person number="3" name="{name} office" address="-" companyCode="-" countryCode=" CN "/>
</administrativeInformation></metaInformation>
<flowData>
<exchange number="1" name="{name}" category="a" subCategory="b" unit="kg" location="CN" meanValue="1"
 infrastructureProcess="false"><outputGroup>0</outputGroup></exchange>
<exchange number="2" name="Water" localName="水" category="water" subCategory="river" unit="kg" meanValue="2"
 infrastructureProcess="0" {more}>{group}</exchange>
</flowData></dataset>"""


def opened(*datasets: tuple[str, str, str]) -> Bundle:
    """Data sets by name, with attributes and group of their second exchange."""
    text = "".join(
        DATASET.format(number=number, name=name, more=more, group=group)
        for number, (name, more, group) in enumerate(datasets, start=1)
    )
    return ECOSPOLD1.open(FileShelf("in", {"in.xml": DOCUMENT.format(datasets=text).encode()}), Context())


def of_kind(bundle: Bundle, kind: DatasetKind) -> list[Dataset]:
    return [bundle.read(key).dataset for key in bundle.keys if key.kind is kind]


def water(bundle: Bundle) -> Flow:
    (found,) = (f for f in of_kind(bundle, DatasetKind.FLOW) if "Water" in str(f.name))
    assert isinstance(found, Flow)
    return found


TO_WATER, FROM_NATURE = "<outputGroup>4</outputGroup>", "<inputGroup>4</inputGroup>"
FIRST = ("ore", 'formula="H2O"', TO_WATER)
SECOND = ("slag", 'formula="HHO"', "<outputGroup>3</outputGroup>")


def test_a_flow_is_what_is_told_first_whatever_is_read_first() -> None:
    alone, after = opened(FIRST, SECOND), opened(FIRST, SECOND)
    processes = of_kind(after, DatasetKind.PROCESS)[::-1]
    assert water(alone) == water(after)
    assert (water(alone).formula, water(alone).kind) == ("H2O", FlowKind.ELEMENTARY)
    assert isinstance(processes[0], Process)
    kept = {v for k, v in processes[0].extras.items() if k.endswith("exchange/1/@formula")}
    assert kept == {"HHO"}  # what it says otherwise stays with the exchange


def test_flows_keep_both_languages_and_what_they_are() -> None:
    found = water(opened(FIRST))
    assert found.name == LangText({"en": "Water", "zh": "水"})
    assert (found.compartment, found.is_infrastructure) == (("water", "river"), False)
    assert found == Flow(**{name: getattr(found, name) for name in Flow.model_fields})


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        (" <outputGroup> 4 </outputGroup> ", FlowKind.ELEMENTARY),
        ("<outputGroup><!-- 3 -->4</outputGroup>", FlowKind.ELEMENTARY),
        ("<outputGroup>&#52;</outputGroup>", FlowKind.ELEMENTARY),
        ("<outputGroup>9</outputGroup>", FlowKind.OTHER),
        ("<outputGroup/>", FlowKind.OTHER),
        ("", FlowKind.OTHER),
        ("<outputGroup>3</outputGroup><inputGroup>4</inputGroup>", FlowKind.ELEMENTARY),
        ("<outputGroup>3</outputGroup><outputGroup>4</outputGroup>", None),
        ("<outputGroup><b>4</b></outputGroup>", None),
        ('<outputGroup is="x">4</outputGroup>', None),
    ],
)
def test_the_group_is_seen_as_it_is_read(group: str, kind: FlowKind | None) -> None:
    """None: what is no plain code; there the data set itself is read."""
    bundle = opened(("ore", "", group))
    (process,) = of_kind(bundle, DatasetKind.PROCESS)
    assert isinstance(process, Process)
    told = process.exchanges[1]
    seen = water(bundle)
    assert told.flow.uuid == seen.id
    if kind is not None:
        assert seen.kind is kind
    read_first = opened(("ore", "", group))
    assert water(read_first) == seen


def test_white_space_means_nothing_where_a_tree_has_none() -> None:
    bundle = opened(("ore", 'CASNumber=" 7732-18-5 "', TO_WATER))
    (process,) = of_kind(bundle, DatasetKind.PROCESS)
    assert isinstance(process, Process)
    assert water(bundle).cas == " 7732-18-5 "
    text = DOCUMENT.format(datasets=DATASET.format(number=1, name="ore", more="", group=TO_WATER))
    spaced = text.replace('infrastructureProcess="0"', 'infrastructureProcess=" 0 "')
    again = ECOSPOLD1.open(FileShelf("in", {"in.xml": spaced.encode()}), Context())
    (told,) = of_kind(again, DatasetKind.PROCESS)
    assert isinstance(told, Process)
    assert told.exchanges[1].flow.uuid == water(again).id == water(bundle).id


def test_every_source_and_person_that_is_named_can_be_read() -> None:
    bundle = opened(FIRST, SECOND)
    (source,) = of_kind(bundle, DatasetKind.SOURCE)
    assert source.name == LangText({"en": "T"})
    assert {str(c.name) for c in of_kind(bundle, DatasetKind.CONTACT)} == {
        "root={'en': 'ore office'}",
        "root={'en': 'slag office'}",
    }
    for process in of_kind(bundle, DatasetKind.PROCESS):
        assert all(bundle.find(DatasetKind.CONTACT, link.target) for link in process.links[1:])
        assert bundle.find(DatasetKind.SOURCE, process.links[0].target)
