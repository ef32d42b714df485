"""Whoever gets an output of ours and checks it finds no error in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.codec.base import Package
from gateway.formats import detect
from gateway.pipeline.convert import convert, read

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "lfp-pack.json"
TARGETS = (
    "pact@3.0",
    "batterypass@1.2",
    "aas-02023@1.0",
    "aas-02035-3@1.0",
    "en18223@2026",
    "html@1",
    "ilcd-epd@1.2",
    "eudpp-lca@1.9",
    "openepd@0.1",
)


@pytest.mark.parametrize("target", TARGETS)
def test_an_output_has_no_error(target: str) -> None:
    (made,) = convert(read(EXAMPLE.read_bytes()), to=[target], options={"preview": "yes"})
    assert made.package is not None
    assert [(f.code, f.at) for f in read(made.package).report.errors] == []


@pytest.mark.parametrize("target", [*TARGETS, "cn-pcf@1", "passport-data@1", "untp-dpp@0.7.0"])
def test_a_byte_order_mark_hides_no_json_format(target: str) -> None:
    beside = Package.of((EXAMPLE.parent / "passport-data" / EXAMPLE.name).read_bytes(), name="more.json")
    source = read(EXAMPLE.read_bytes(), beside=[beside])
    (made,) = convert(source, to=[target], options={"preview": "yes"})
    assert made.package is not None
    if len(made.package.members) == 1 and made.package.only.start == b"{":
        marked = Package.of(b"\xef\xbb\xbf" + made.package.only.data)
        assert detect(marked).format.id == detect(made.package).format.id == target
