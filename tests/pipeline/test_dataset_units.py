"""Whatever a unit of EcoSpold is called, what is counted in it arrives counted in it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle, measured
from gateway.codec.shelf import FileShelf
from gateway.formats.datasets import find_dataset_format
from gateway.model.base import LangText
from gateway.model.dataset import DatasetKind
from gateway.model.process import Exchange, Process
from gateway.pipeline.datasets import convert_datasets, open_datasets
from gateway.quantity.number import Number

# Unit, amount, and how much that is in the reference unit of its quantity.
UNITS = {
    "Bq": ("250", "kBq", "1/4"),
    "m2a": ("3", "m2*a", "3"),
    "m3*year": ("3", "m3*a", "3"),
    "tkm": ("3", "t*km", "3"),
    "t*mi": ("2", "t*km", "3.218688"),
    "pkm": ("3", "p*km", "3"),
    "MWh": ("2", "MJ", "7200"),
    "lb": ("1", "kg", "0.45359237"),
    "cm": ("5", "m", "1/20"),
    "pcs": ("5", "Item(s)", "5"),
    "EUR 2000": ("1.5", "EUR 2000", "1.5"),
    "d": ("7", "d", "7"),
    "桶": ("7", "桶", "7"),
}
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold01"><dataset number="1" generator="x"
 timestamp="2026-01-01T00:00:00">
<metaInformation><processInformation><referenceFunction datasetRelatesToProduct="true" name="mill"
 localName="mill" infrastructureProcess="false" amount="1" unit="kg"/><geography location="CN"/><technology/>
<timePeriod dataValidForEntirePeriod="true"><startYear>2024</startYear><endYear>2024</endYear></timePeriod>
<dataSetInformation type="1" impactAssessmentResult="false" timestamp="2026-01-01T00:00:00" version="1.0"
 internalVersion="1.0" energyValues="0" languageCode="en" localLanguageCode="zh"/></processInformation>
<modellingAndValidation><representativeness samplingProcedure="x"/></modellingAndValidation>
<administrativeInformation><dataEntryBy person="1"/><dataGeneratorAndPublication person="1"
 copyright="false"/>
<person number="1" name="x" address="x" telephone="0" companyCode="x" countryCode="CN"/>
</administrativeInformation>
</metaInformation><flowData><exchange number="1" name="mill" unit="kg" meanValue="1" location="CN"
 infrastructureProcess="false"><outputGroup>0</outputGroup></exchange>{exchanges}</flowData></dataset></ecoSpold>"""
EXCHANGE = """<exchange number="{n}" name="in {unit}" unit="{unit}" meanValue="{amount}" location="CN"
 infrastructureProcess="false"><inputGroup>5</inputGroup></exchange>"""


def source() -> FileShelf:
    exchanges = "".join(
        EXCHANGE.format(n=number, unit=unit, amount=amount)
        for number, (unit, (amount, _, _)) in enumerate(UNITS.items(), 2)
    )
    return FileShelf("mill.xml", {"mill.xml": DOCUMENT.format(exchanges=exchanges).encode()})


@pytest.mark.parametrize("target", ["ilcd", "openlca", "ecospold1", "ecospold2"])
def test_every_unit_arrives(target: str) -> None:
    sent = list(convert_datasets(open_datasets(source(), context=Context()), to=target))
    refused = [error for one in sent for errors in one.refused.values() for error in errors]
    assert [str(error) for error in refused if not error.error_code.endswith("not-held")] == []
    files = {one.member.name: one.member.data for one in sent if one.member is not None}
    there = find_dataset_format(target).open(FileShelf("", files), Context())
    (key,) = (key for key in there.keys if key.kind is DatasetKind.PROCESS)
    process = there.read(key).dataset
    assert isinstance(process, Process)
    arrived = {}
    for one in process.exchanges:
        assert isinstance(one.flow.name, LangText)
        arrived[next(iter(one.flow.name.root.values()))] = _counted(one, there)
    expected = {f"in {unit}": (Fraction(amount), reference) for unit, (_, reference, amount) in UNITS.items()}
    assert {name: arrived[name] for name in expected} == expected


def _counted(one: Exchange, bundle: Bundle) -> tuple[Fraction, str]:
    """The amount in the reference unit of the flow's quantity, and that unit."""
    found = measured(one.flow, bundle)
    assert found is not None
    unit = one.unit if isinstance(one.unit, str) else found.unit
    assert isinstance(one.amount, Number)
    return Fraction(one.amount.value) * Fraction(found.units[unit]), found.unit
