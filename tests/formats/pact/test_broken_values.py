"""What a partner says wrongly is told, and refused where it would stand in ours: never our bug."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.pipeline.convert import convert, read

EXAMPLES = Path(__file__).parents[3] / "examples"


def footprint(**pcf: object) -> bytes:
    """The example's footprint as a partner would send it, with other values in it."""
    (made,) = convert(read((EXAMPLES / "tea.json").read_bytes()), to=["pact@3.0"])
    assert made.package is not None
    document: dict[str, Any] = json.loads(made.package.only.data)
    document.pop("extensions")
    document["pcf"] |= pcf
    return json.dumps(document, ensure_ascii=False).encode()


@pytest.mark.parametrize("value", ["xxx", "中文", "12,5", "x" * 500])
def test_a_text_where_a_number_belongs(value: str) -> None:
    source = read(footprint(packagingGhgEmissions=value))
    assert "schema.broken" in {f.code for f in source.report.findings}
    (made,) = convert(source, to=["pact@3.0"])
    assert not made.written
    assert [(e.error_code, e.path) for e in made.lacks] == [("footprint.unfit", "/pcf/packagingGhgEmissions")]


def test_an_unknown_member_goes_back_where_it_stood() -> None:
    source = read(footprint(unbekannt="未知", more={"a": [1, "二"]}))
    (made,) = convert(source, to=["pact@3.0"])
    assert made.package is not None
    pcf = json.loads(made.package.only.data)["pcf"]
    assert (pcf["unbekannt"], pcf["more"]) == ("未知", {"a": [1, "二"]})
