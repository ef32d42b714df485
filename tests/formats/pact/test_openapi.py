"""Our OpenAPI document: as generated, every reference is there, and it judges as our schema does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from gateway import resources
from gateway.formats.pact.openapi import FILE, document, rendered

ROOT = Path(__file__).resolve().parents[3]


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_the_stored_document_is_the_generated_one() -> None:
    assert resources.schema(FILE).read_text(encoding="utf-8") == rendered()


def test_every_reference_leads_somewhere() -> None:
    whole = document()
    for reference in references(whole):
        node: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def test_the_footprint_in_it_is_ours() -> None:
    whole = {"$ref": "#/components/schemas/ProductFootprint", "components": document()["components"]}
    judge = jsonschema.Draft202012Validator(whole)
    good = json.loads((ROOT / "examples" / "supplier.json").read_text(encoding="utf-8"))
    assert judge.is_valid(good)
    for amount in ("5abc", "1e3", "0", "-1", ".5"):
        good["pcf"]["declaredUnitAmount"] = amount
        assert not judge.is_valid(good), amount
