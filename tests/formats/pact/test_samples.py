"""All published samples: read, the official schema's verdict, and back again without a difference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.run import run_writer
from gateway.formats import detect, find
from gateway.formats.pact.catalogue import CARRIERS
from gateway.formats.pact.hub import declaration_of, hub_of, leaves_of
from gateway.formats.pact.lines import convert_line
from gateway.model.walk import by_path
from gateway.pipeline.convert import convert, read
from gateway.pipeline.registers import split
from gateway.report import Severity
from tests.formats.pact.footprints import CATENAX, catenax_file, encoded, pact_samples, told_to

# Published footprints that break the rules of their own specification, with what is wrong.
KNOWN_BAD = {
    "b1f8c0d2-7c4e-4e67-9a9c-2e4c12345678": {
        "pact.total-below-parts": "fossil 2.20 and the other parts are more than 1.75",
        "pact.including-differs": "1.75 and an uptake of -1.40 are not 1.90",
        "pact.packaging-not-included": "packaging emissions are 0.0 although packaging is not included",
        "pact.capture-not-included": "capture is told as 0.0 although it is not included",
    },
    "3a5c7e8f-6d9b-4c0d-8a1e-0f123456789a": {
        "pact.total-below-parts": "the parts are more than 2.05",
        "pact.including-differs": "2.05 and the uptake are not 2.20",
        "pact.capture-not-included": "capture is told as 0.0 although it is not included",
        "pact.valid-too-long": "valid five years after its period",
    },
}

# Published footprints with a sign that the specification does not have; the published schema lets it pass.
BREAKS_SCHEMA = {
    "9e7d4f50-2a0b-42c9-b9d3-7d81abc12345": "technologicalCO2Removals is 0.08, no removal is above 0"
}


def numbers(value: Any) -> Any:
    """Decimals by value."""
    from decimal import Decimal, InvalidOperation

    if isinstance(value, dict):
        return {name: numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [numbers(inner) for inner in value]
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value


@pytest.mark.oracle
def test_pact_samples_are_read_and_written_back_unchanged(oracle_data: Path, context: Context) -> None:
    samples = pact_samples(oracle_data)
    assert len(samples) == 43
    for sample in samples:
        package = Package.of(encoded(sample))
        assert detect(package).format.id == "pact@3.0"
        source = read(package, context=context)
        hub, left = CARRIERS["pact@3.0"].read(sample)
        assert not left
        assert by_path(source.declaration) == leaves_of(hub)
        assert hub_of(source.declaration) == hub
        (outcome,) = convert(source, to=["pact@3.0"])
        if sample["id"] in BREAKS_SCHEMA:
            assert [e.error_code for e in outcome.lacks] == ["footprint.unfit"]
            assert any(f.code == "schema.broken" for f in source.report.findings)
            continue
        assert outcome.package is not None, [e.error_code for e in outcome.lacks]
        assert outcome.notes == ()
        assert numbers(json.loads(outcome.package.only.data)) == numbers(sample)


@pytest.mark.oracle
def test_errors_in_pact_samples_are_the_known_ones(oracle_data: Path, context: Context) -> None:
    found: dict[str, set[str]] = {}
    for sample in pact_samples(oracle_data):
        report = read(Package.of(encoded(sample)), format="pact@3.0", context=context).report
        codes = {
            f.code for f in report.findings if f.severity is Severity.ERROR and f.code.startswith("pact.")
        }
        if codes:
            found.setdefault(sample["id"], set()).update(codes)
        others = {f.code for f in report.errors} - codes
        broken = sample["id"] in BREAKS_SCHEMA
        assert others <= {"consistency.total-with-uptake"} | ({"schema.broken"} if broken else set())
    assert found == {name: set(codes) for name, codes in KNOWN_BAD.items()}


@pytest.mark.oracle
def test_published_files_are_read_as_they_are(oracle_data: Path, context: Context) -> None:
    files = [
        *sorted((oracle_data / "pcf/pact/samples").glob("*.json")),
        oracle_data / "tiangong/pact-v3-demo-footprints.json",
    ]
    alone = [read(Package.of(encoded(s)), context=context).declaration for s in pact_samples(oracle_data)]
    parts = [part for file in files for part in split(Package.of(file.read_bytes(), name=file.name))]
    assert [read(part, context=context).declaration for part in parts] == alone
    assert parts[0].name == f"{files[0].name} › 1"


@pytest.mark.oracle
@pytest.mark.parametrize("version", CATENAX)
def test_catenax_samples_are_read_and_written_back(oracle_data: Path, version: str, context: Context) -> None:
    data = catenax_file(oracle_data, version).read_bytes()
    package = Package.of(data)
    assert detect(package).format.id == f"catenax-pcf@{version}"
    source = read(package, context=context)
    carrier = CARRIERS[f"catenax-pcf@{version}"]
    document = package.json
    assert isinstance(document, dict)
    hub, left = carrier.read(document)
    assert [at.rpartition("/")[2] for at, _ in left] == (["precedingPfIds"] if version == "9.0.0" else [])
    assert by_path(declaration_of(hub)) == leaves_of(hub)
    assert not [f for f in source.report.findings if f.code == "schema.broken"]
    if find(carrier.id)[0].write is None:
        return
    written = run_writer(find(carrier.id)[0], source.declaration, context)
    assert written.notes == ()


@pytest.mark.oracle
@pytest.mark.parametrize("target", ["pact@2.3", "pact@3.0", "catenax-pcf@7.0.0", "catenax-pcf@9.0.0"])
def test_both_ways_of_conversion_say_the_same(oracle_data: Path, target: str, context: Context) -> None:
    samples = pact_samples(oracle_data)[::4]
    _same_both_ways(samples, target, context)


@pytest.mark.oracle
def test_both_ways_to_catenax_10_say_the_same(oracle_data: Path, context: Context) -> None:
    _same_both_ways(pact_samples(oracle_data), "catenax-pcf@10.0.0", context)


def _same_both_ways(samples: list[dict[str, Any]], target: str, context: Context) -> None:
    """The fast way over plain members, and the way through the model: the same bytes and the same notes."""
    options = told_to(target)
    written = 0
    for sample in samples:
        data = encoded(sample)
        line = convert_line(data, CARRIERS[target], options)
        source = read(Package.of(data), context=context)
        (outcome,) = convert(source, to=[target], options=options)
        assert (line.document is None) == (outcome.package is None), (line.lacks, outcome.lacks)
        if outcome.package is None:
            assert [e.error_code for e in line.lacks] == [e.error_code for e in outcome.lacks]
            continue
        written += 1
        assert json.loads(outcome.package.only.data) == json.loads(line.data)
        assert list(json.loads(outcome.package.only.data)) == list(json.loads(line.data))
        key = lambda note: note.path  # noqa: E731
        assert sorted(outcome.notes, key=key) == sorted(line.notes, key=key)
    assert written
