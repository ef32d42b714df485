"""Twelve conversions PACT 3.0 → Catena-X made by hand: the same documents, and each expected note said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Package
from gateway.formats.pact.lines import convert_lines
from gateway.frontdoor import json as json_door
from tests.formats.pact.footprints import encoded, golden

# Each note of the golden files by how it begins, and the code that says it here: of a note, or of a finding.
SAID = {
    "validityPeriodEnd derived": "footprint.validity-three-years",
    "geographyRegionOrSubregion derived": "footprint.region-of-country",
    "crossSectoralStandards: several": "footprint.one-standard",
    "primaryDataShare <= 1": "pact.primary-share-scale",
    "verification dropped": "footprint.verification-has-no-place",
}


def plain(value: object) -> Any:
    """Numbers by value: 1.0 and 1 are one number."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


@pytest.mark.oracle
def test_golden_pairs_are_reproduced(oracle_data: Path) -> None:
    pairs = list(golden(oracle_data))
    assert len(pairs) == 12
    for version, pair in pairs:
        options = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in pair["params"].items()
        }
        data = encoded_exactly(pair["input_pact_3_0"])
        (line,) = convert_lines([data], to=f"catenax-pcf@{version}", options=options)
        assert not line.lacks
        assert plain(json_door.parse(line.data)) == plain(pair["expected_catenax"]), version
        codes = {note.code for note in line.notes} | {finding.code for finding in line.findings}
        wanted = {next(c for b, c in SAID.items() if n.startswith(b)) for n in pair["expected_notes"]}
        assert wanted <= codes


def encoded_exactly(document: Any) -> bytes:
    """The inputs have decimals as texts: nothing in them is a JSON number."""
    return encoded(document)


@pytest.mark.oracle
def test_what_a_caller_must_tell_is_asked_for_by_name(oracle_data: Path) -> None:
    version, pair = next(golden(oracle_data))
    (line,) = convert_lines([encoded(pair["input_pact_3_0"])], to=f"catenax-pcf@{version}")
    assert line.document is None
    asked = {error.params["name"] for error in line.lacks}
    assert asked == set(pair["params"])
    assert {error.error_code for error in line.lacks} == {"footprint.needs-parameter"}


@pytest.mark.oracle
def test_a_value_that_a_parameter_does_not_take_is_refused(oracle_data: Path) -> None:
    version, pair = next(golden(oracle_data))
    options = dict.fromkeys(pair["params"], "perhaps")
    (line,) = convert_lines([encoded(pair["input_pact_3_0"])], to=f"catenax-pcf@{version}", options=options)
    assert "footprint.parameter-unfit" in {error.error_code for error in line.lacks}
    assert Package.of(line.data).only.data == b""
