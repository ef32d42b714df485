"""What is wrong or doubtful in data sets: each rule on a small package, and all of them on real ones."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from gateway import messages
from gateway.codec.shelf import FileShelf
from gateway.pipeline.repair import Doctor
from gateway.report import Finding, Severity

UUIDS = {name: f"00000000-0000-4000-8000-00000000000{n}" for n, name in enumerate("pfqu", 1)}
COMMON = 'xmlns:common="http://lca.jrc.it/ILCD/Common" version="1.1"'
PROCESS = f"""<processDataSet xmlns="http://lca.jrc.it/ILCD/Process" {COMMON}>
<processInformation>
<dataSetInformation><common:UUID>{UUIDS["p"]}</common:UUID>
<name><baseName xml:lang="en">Lime kiln</baseName><baseName xml:lang="zh">石灰窑</baseName></name>
</dataSetInformation>
<quantitativeReference type="Reference flow(s)"><referenceToReferenceFlow>0</referenceToReferenceFlow>
</quantitativeReference>
<time><common:referenceYear>2024</common:referenceYear></time>
<geography><locationOfOperationSupplyOrProduction location="CN-AH"/></geography>
<mathematicalRelations><variableParameter name="load"><meanValue>2</meanValue></variableParameter>
</mathematicalRelations>
</processInformation>
<modellingAndValidation><LCIMethodAndAllocation><typeOfDataSet>LCI result</typeOfDataSet>
</LCIMethodAndAllocation></modellingAndValidation>
<exchanges>
<exchange dataSetInternalID="0">
<referenceToFlowDataSet type="flow data set" refObjectId="{UUIDS["f"]}" version="01.00"/>
<exchangeDirection>Output</exchangeDirection><meanAmount>1.0</meanAmount><resultingAmount>1</resultingAmount>
</exchange>
<exchange dataSetInternalID="1">
<referenceToFlowDataSet type="flow data set" refObjectId="{UUIDS["f"]}"/>
<exchangeDirection>Input</exchangeDirection>
<referenceToVariable>load</referenceToVariable><meanAmount>1.5</meanAmount><resultingAmount>3</resultingAmount>
<minimumAmount>2</minimumAmount><maximumAmount>4</maximumAmount>
<uncertaintyDistributionType>log-normal</uncertaintyDistributionType>
<relativeStandardDeviation95In>1.2</relativeStandardDeviation95In>
<allocations><allocation internalReferenceToCoProduct="0" allocatedFraction="60"/>
<allocation internalReferenceToCoProduct="1" allocatedFraction="40"/></allocations>
</exchange>
</exchanges>
</processDataSet>"""
FLOW = f"""<flowDataSet xmlns="http://lca.jrc.it/ILCD/Flow" {COMMON}>
<flowInformation><dataSetInformation><common:UUID>{UUIDS["f"]}</common:UUID>
<name><baseName xml:lang="en">Quicklime</baseName></name><CASNumber>1305-78-8</CASNumber></dataSetInformation>
<quantitativeReference><referenceToReferenceFlowProperty>0</referenceToReferenceFlowProperty>
</quantitativeReference></flowInformation>
<modellingAndValidation><LCIMethod><typeOfDataSet>Product flow</typeOfDataSet></LCIMethod>
</modellingAndValidation>
<administrativeInformation><publicationAndOwnership><common:dataSetVersion>01.00.000</common:dataSetVersion>
</publicationAndOwnership></administrativeInformation>
<flowProperties><flowProperty dataSetInternalID="0">
<referenceToFlowPropertyDataSet type="flow property data set" refObjectId="{UUIDS["q"]}"/>
<meanValue>1</meanValue>
</flowProperty></flowProperties></flowDataSet>"""
PROPERTY = f"""<flowPropertyDataSet xmlns="http://lca.jrc.it/ILCD/FlowProperty" {COMMON}>
<flowPropertiesInformation><dataSetInformation><common:UUID>{UUIDS["q"]}</common:UUID>
<common:name xml:lang="en">Mass</common:name></dataSetInformation>
<quantitativeReference><referenceToReferenceUnitGroup type="unit group data set" refObjectId="{UUIDS["u"]}"/>
</quantitativeReference></flowPropertiesInformation></flowPropertyDataSet>"""
UNITS = f"""<unitGroupDataSet xmlns="http://lca.jrc.it/ILCD/UnitGroup" {COMMON}>
<unitGroupInformation><dataSetInformation><common:UUID>{UUIDS["u"]}</common:UUID>
<common:name xml:lang="en">Units of mass</common:name></dataSetInformation>
<quantitativeReference><referenceToReferenceUnit>0</referenceToReferenceUnit></quantitativeReference>
</unitGroupInformation>
<units><unit dataSetInternalID="0"><name>kg</name><meanValue>1</meanValue></unit></units>
</unitGroupDataSet>"""
SOUND = {"p.xml": PROCESS, "f.xml": FLOW, "q.xml": PROPERTY, "u.xml": UNITS}


def findings(files: dict[str, str]) -> list[Finding]:
    shelf = FileShelf("package", {name: text.encode() for name, text in files.items()})
    return [finding for _, found in Doctor(shelf).diagnose() for finding in found]


def changed(file: str, old: str, new: str) -> dict[str, str]:
    assert old in SOUND[file]
    return SOUND | {file: SOUND[file].replace(old, new, 1)}


def test_a_sound_package_has_nothing() -> None:
    assert findings(SOUND) == []


SECOND = f'refObjectId="{UUIDS["f"]}"/>'
RULES = [
    ("ilcd.reference-flow-missing", "p.xml", "<referenceToReferenceFlow>0</referenceToReferenceFlow>", ""),
    (
        "ilcd.reference-flow-several",
        "p.xml",
        "<referenceToReferenceFlow>0</referenceToReferenceFlow>",
        "<referenceToReferenceFlow>0</referenceToReferenceFlow><referenceToReferenceFlow>1</referenceToReferenceFlow>",
    ),
    ("ilcd.reference-flow-not-there", "p.xml", "Flow>0</", "Flow>7</"),
    (
        "ilcd.exchange-id-twice",
        "p.xml",
        '<exchange dataSetInternalID="1">',
        '<exchange dataSetInternalID="0">',
    ),
    ("ilcd.dangling-reference", "p.xml", SECOND, SECOND.replace("0001", "0009").replace("0002", "0009")),
    ("ilcd.reference-without-id", "p.xml", f" {SECOND}", "/>"),
    ("ilcd.version-not-there", "p.xml", 'version="01.00"/>', 'version="02.00"/>'),
    ("xml.not-uuid", "p.xml", SECOND, 'refObjectId="Quicklime"/>'),
    ("xml.spreadsheet-error", "p.xml", SECOND, 'refObjectId="#REF!"/>'),
    ("ilcd.spreadsheet-rest", "p.xml", ">Lime kiln<", ">Lime #REF! kiln<"),
    ("ilcd.resulting-amount", "p.xml", "<resultingAmount>3<", "<resultingAmount>3.1<"),
    ("ilcd.resulting-amount", "p.xml", "<resultingAmount>1<", "<resultingAmount>2<"),
    (
        "ilcd.amount-missing",
        "p.xml",
        "<meanAmount>1.0</meanAmount><resultingAmount>1</resultingAmount>",
        "",
    ),
    (
        "ilcd.spread-missing",
        "p.xml",
        "<relativeStandardDeviation95In>1.2</relativeStandardDeviation95In>",
        "",
    ),
    ("ilcd.range-reversed", "p.xml", "<minimumAmount>2<", "<minimumAmount>5<"),
    ("ilcd.allocation-sum", "p.xml", 'allocatedFraction="40"', 'allocatedFraction="50"'),
    ("ilcd.zh-without-chinese", "p.xml", ">石灰窑<", ">Lime kiln<"),
    ("ilcd.en-with-chinese", "p.xml", ">Lime kiln<", ">Lime kiln 石灰窑<"),
    ("ilcd.location-backwards", "p.xml", '"CN-AH"', '"AH-CN"'),
    ("ilcd.location-unknown", "p.xml", '"CN-AH"', '"ZB-SD-CN"'),
    ("ilcd.not-told", "p.xml", "<common:referenceYear>2024</common:referenceYear>", ""),
    ("ilcd.not-told", "p.xml", ' location="CN-AH"', ""),
    ("ilcd.cas-check-digit", "f.xml", "1305-78-8", "1305-78-7"),
    ("ilcd.reference-property-missing", "f.xml", "FlowProperty>0</", "FlowProperty>3</"),
    ("ilcd.unit-not-found", "u.xml", "Unit>0</", "Unit>4</"),
    ("xml.language-twice", "p.xml", "<baseName ", "<baseName>Kiln</baseName><baseName "),
]


@pytest.mark.parametrize(("code", "file", "old", "new"), RULES)
def test_a_rule_finds_its_defect(code: str, file: str, old: str, new: str) -> None:
    found = findings(changed(file, old, new))
    assert code in {finding.code for finding in found}, found
    for finding in found:
        assert finding.per
        assert "/" in finding.at
        for lang in ("zh", "en"):
            said = messages.explain(finding, lang)
            assert said.what
            assert said.fix
            assert "{" not in said.what + said.expected + said.fix, said


def test_two_files_of_one_data_set() -> None:
    found = findings(SOUND | {"again.xml": FLOW.replace("01.00.000", "01.00")})
    assert {(f.code, f.params["files"]) for f in found if f.severity is Severity.ERROR} == {
        ("ilcd.dataset-twice", "f.xml, again.xml")
    }


def test_a_file_alone_cannot_tell_what_is_missing() -> None:
    assert findings({"p.xml": PROCESS.replace(UUIDS["f"], "00000000-0000-4000-8000-000000000009")}) == []


# What the two count differently: an amount that is missing, several reference flows (ILCD allows them), and
# a reference without any id, which is no id of the wrong form.
OTHERWISE = {"135a7e4e-b3a3-4633-a491-7129237e0cfb.xml", "859b6110-b1a1-4027-8d80-ed6ad32740ee.xml"}


@pytest.mark.oracle
def test_the_defects_of_real_processes_are_those_that_were_counted(oracle_data: Path) -> None:
    files = {
        f"{path.parent.name}/{path.name}": path.read_bytes()
        for kind in ("processes", "flows", "flowproperties", "unitgroups")
        for path in sorted((oracle_data / "tiangong" / kind).glob("*.xml"))
    }
    counted = {}
    with (oracle_data / "tiangong" / "tiangong-2024-04-process-defects.csv").open(encoding="utf-8") as file:
        counted = {row["file"]: row for row in csv.DictReader(file)}
    seen: Counter[str] = Counter()
    for name, found in Doctor(FileShelf("tiangong", files)).diagnose():
        if not name.startswith("processes/") or name.removeprefix("processes/") in OTHERWISE:
            continue
        row = counted[name.removeprefix("processes/")]
        of_flows = [f for f in found if "referenceToFlowDataSet" in f.at]
        told = {
            "non_uuid_refs": sum(f.code in ("xml.not-uuid", "xml.spreadsheet-error") for f in of_flows),
            "missing_flow_refs": sum(f.code == "ilcd.dangling-reference" for f in of_flows),
            "bad_reference_flow": len(
                {f.code for f in found} & {"ilcd.reference-flow-missing", "ilcd.reference-flow-not-there"}
            ),
            "excel_error_strings": sum("spreadsheet" in f.code for f in found),
            "duplicate_internal_ids": sum(f.code == "ilcd.exchange-id-twice" for f in found),
        }
        assert told == {key: int(row[key]) for key in told}, name
        seen.update(told)
    assert dict(seen) == {
        "non_uuid_refs": 19,
        "missing_flow_refs": 46,
        "bad_reference_flow": 10,
        "excel_error_strings": 13,
        "duplicate_internal_ids": 0,
    }
