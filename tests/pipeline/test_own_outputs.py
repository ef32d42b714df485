"""Whoever gets an output of ours and checks it finds no error in it."""

from __future__ import annotations

from pathlib import Path

import pytest

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
