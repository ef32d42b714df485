"""A place code that its scheme does not have is found wherever a place stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.pipeline.convert import check

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "lfp-pack.json"


def codes(changes: Mapping[str, object], *, factor: bool = False) -> list[tuple[str, str]]:
    """What is said of the example with other values in its first line."""
    document = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    line = document["lines"][0]
    line.pop("originGb2260")
    (line["factor"] if factor else line).update(changes)
    findings = check(json.dumps(document, ensure_ascii=False).encode()).findings
    return [(f.code.removeprefix("identity.place-"), f.saw) for f in findings]


@pytest.mark.parametrize(
    ("scheme", "code", "said"),
    [
        ("iso3166-2", "CN-ZZ", "unknown"),
        ("iso3166-2", "CN-HU", "of-other-scheme"),  # Hubei is CN-HB; ecoinvent has CN-HU
        ("iso3166-2", "QQ-BY", "unknown"),
        ("ecoinvent", "CN-SN", "of-other-scheme"),  # Shaanxi is CN-SA there
        ("iso3166-1", "ZZ", "unknown"),
        ("iso3166-2", "CN-HB", ""),
        ("iso3166-2", "DE-BY", ""),  # of other countries no table is kept
        ("ecoinvent", "CN-HU", ""),
        ("ecoinvent", "RER", ""),
        ("iso3166-1", "CN", ""),
    ],
)
def test_origins_of_lines(scheme: str, code: str, said: str) -> None:
    assert codes({"originCode": code, "originScheme": scheme}) == ([(said, code)] if said else [])


@pytest.mark.parametrize(("code", "known"), [("990000", False), ("420000", True), ("429999", True)])
def test_divisions(code: str, known: bool) -> None:
    """Of a division only the province is known."""
    assert codes({"originGb2260": code}) == ([] if known else [("unknown", code)])


@pytest.mark.parametrize(
    ("region", "database", "said"),
    [
        ("CN-ZZ", "NFDB", "unknown"),
        ("ZZ", "OTHER", "unknown"),
        ("990000", "NFDB", "unknown"),
        ("CN-SN", "ECOINVENT", "of-other-scheme"),
        ("CN-HU", "NFDB", ""),  # either scheme; the guard of electricity looks further
        ("EU", "OTHER", ""),
        ("US", "OTHER", ""),
        ("RER", "ECOINVENT", ""),
        ("central China", "OTHER", ""),
    ],
)
def test_regions_of_factors(region: str, database: str, said: str) -> None:
    found = codes({"region": region, "database": database}, factor=True)
    assert found == ([(said, region)] if said else [])


def test_countries() -> None:
    document = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    document["enterprise"]["country"] = "ZZ"
    (finding,) = check(json.dumps(document, ensure_ascii=False).encode()).findings
    assert (finding.code, finding.at) == ("identity.place-unknown", "/enterprise/country")
