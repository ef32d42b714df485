"""The field table against the list of the 220 fields it was made for."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gateway import resources
from gateway.codec.fields import code_list
from gateway.formats.cn_pcf.reader import table

# Fields of the list that are objects or lists of objects, and the members they have here.
CONTAINERS = {
    "unit.conversions[]": ["from", "to", "factor", "rangeMin", "rangeMax"],
    "boundary.excluded[]": ["process", "reason"],
    "sites[].electricity[]": ["kind", "kWh", "certificates", "certPeriod", "factorKgPerKWh"],
    "method.pcr[]": ["name", "version", "operator", "date"],
    "method.software": ["name", "version"],
    "method.databases[]": ["name", "version", "model"],
    "lines[].flowRef": ["uuid", "database", "version", "name"],
    "lines[].resultByGas[]": ["gas", "kg", "kgCO2e"],
    "results.byStage[]": ["stage", "kg", "sharePct"],
    "results.byGas[]": ["gas", "kg"],
    "results.hotspots[]": ["name", "sharePct"],
    "results.sensitivity[]": ["text", "kg"],
    "export.grants[]": ["recipient", "country", "purpose", "fields", "expiry"],
    "attachments[]": ["name", "type", "sm3", "sha256", "class"],
}
# Here the list says more than a class: personal data, or "per item".
OWN_WORDS = {"-", "per item"}


def pointer(json_path: str) -> str:
    """``lines[].dq.TeR`` as a place of the table; a list of codes is one place."""
    steps = json_path.removesuffix("[]").split(".")
    return "/" + "/".join(step.replace("[]", "/*") for step in steps)


@pytest.fixture(scope="module")
def listed(oracle_data: Path) -> list[dict[str, str]]:
    text = (oracle_data / "china" / "declaration_fields.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_all_220_fields_have_their_place(listed: list[dict[str, str]]) -> None:
    assert len(listed) == 220
    own = {row.pointer for row in table().rows}
    missing = []
    for field in listed:
        path = field["json_path"]
        below = pointer(path) + ("/*" if path.endswith("[]") else "")
        members = [f"{below}/{name}" for name in CONTAINERS.get(path, ())]
        places = members or [pointer(path)]
        missing += [place for place in places if place not in own]
    assert missing == []


def test_every_container_is_in_the_list(listed: list[dict[str, str]]) -> None:
    paths = {field["json_path"] for field in listed}
    assert set(CONTAINERS) <= paths


def test_labels_units_and_need_are_those_of_the_list(listed: list[dict[str, str]]) -> None:
    rows = {row.pointer: row for row in table().rows}
    different = []
    for field in listed:
        row = rows.get(pointer(field["json_path"]))
        if row is None or field["json_path"] in CONTAINERS:
            continue
        if row.required != field["required"] or row.label["zh"] != field["label_zh"]:
            different.append((field["json_path"], row.required, field["required"], row.label["zh"]))
        if row.code_list and field["code_list"] and row.code_list != field["code_list"]:
            different.append((field["json_path"], row.code_list, field["code_list"], ""))
    assert different == []


def test_no_field_is_more_public_than_the_list_says(listed: list[dict[str, str]]) -> None:
    rows = {row["source"]: row for row in resources.table("fields/cn_pcf.csv")}
    looser = []
    for field in listed:
        path = pointer(field["json_path"])
        row = rows.get(path) or rows.get(path.replace("/results/", "/resultSets/*/", 1))
        told = field["default_confidentiality"]
        if row is not None and told not in OWN_WORDS and row["class"] < told[:2]:
            looser.append((path, row["class"], told))
        if row is not None and "personal" in told and row["personal"] != "yes":
            looser.append((path, row["personal"], told))
    assert looser == []


def test_code_lists_hold_all_codes(oracle_data: Path) -> None:
    text = (oracle_data / "china" / "declaration_codelists.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 195
    assert [(r["list"], r["code"]) for r in rows if r["code"] not in code_list(r["list"])] == []


def test_the_template_has_no_key_that_the_table_lacks(oracle_data: Path) -> None:
    """Mandatory fields of the list are all in the shipped battery."""
    text = (oracle_data / "china" / "declaration_fields.csv").read_text(encoding="utf-8-sig")
    needed = [f["json_path"] for f in csv.DictReader(text.splitlines()) if f["required"].startswith("M")]
    from gateway.frontdoor import json as json_door

    document = json_door.parse(resources.example("lfp-pack.json").read_bytes())
    assert [path for path in needed if not _has(document, path.replace("[]", "").split("."))] == []


def _has(value: object, steps: list[str]) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_has(item, steps) for item in value)
    if not steps:
        return value is not None
    return isinstance(value, dict) and steps[0] in value and _has(value[steps[0]], steps[1:])
