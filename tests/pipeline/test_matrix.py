"""Every real input × every target: written, or refused with the named lacks; never a crash, never silence.

``matrix.csv`` is the expected table: one row for each input and target, with ``written`` or the sorted
codes and fields that it lacks. It was read by a person against the inputs' own lists of what is missing.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from gateway.codec.base import Context
from gateway.formats import formats
from gateway.messages import explain
from gateway.model.results import KG_CO2E
from gateway.pipeline.convert import Outcome, convert, read
from gateway.quantity import Quantity, add_all, multiply
from gateway.report import Severity

from .conftest import EXAMPLES, package

MATRIX = Path(__file__).with_name("matrix.csv")
TARGETS = [f.id for f in formats() if f.write is not None]


def inputs(oracle_data: Path) -> list[Path]:
    """The shipped examples, the domestic samples and the real declarations, by name."""
    folders = (EXAMPLES, oracle_data / "china" / "sample_inputs", oracle_data / "real_inputs")
    found = [path for folder in folders for path in sorted(folder.glob("*.json"))]
    return [path for path in found if not path.name.startswith("test-")]  # lists of trust are no footprints


def verdict(outcome: Outcome) -> str:
    """``written``, or what is lacking."""
    if outcome.written:
        return "written"
    return " ".join(sorted({f"{e.error_code}:{e.params.get('field', e.path)}" for e in outcome.lacks}))


@pytest.mark.oracle
def test_every_input_and_target(oracle_data: Path, context: Context) -> None:
    found = []
    for path in inputs(oracle_data):
        source = read(package(path), context=context)
        for target in TARGETS:
            outcome = convert(source, to=[target], options={"preview": "yes"})[0]
            found.append([path.name, target, verdict(outcome)])
    with MATRIX.open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))[1:]
    assert found == expected


@pytest.mark.oracle
def test_every_lack_names_a_field_in_both_languages(oracle_data: Path, context: Context) -> None:
    for path in inputs(oracle_data):
        source = read(package(path), context=context)
        for outcome in convert(source, to=TARGETS, options={"preview": "yes"}):
            for error in outcome.lacks:
                zh, en = explain(error, "zh"), explain(error, "en")
                assert all((zh.what, en.what, zh.fix, en.fix)), error
                # kg{CO2eq} is a unit, {name} a place that nobody has filled
                assert not re.search(r"\{[a-z_]+\}", zh.what + en.what + zh.fix + en.fix), (zh, en)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["10_lfp_greet2024_per_kwh.json", "11_nmc811_greet2024_per_kwh.json"])
def test_lines_with_factors_add_up_exactly(oracle_data: Path, context: Context, name: str) -> None:
    source = read(package(oracle_data / "real_inputs" / name), context=context)
    products = []
    for line in source.declaration.lines:
        assert isinstance(line.amount_per_unit, Quantity)
        assert isinstance(line.factor.value, Quantity)
        products.append(multiply(line.amount_per_unit, line.factor.value))
    declared = source.declaration.result_set("declared")
    assert declared is not None
    total = add_all(products, KG_CO2E)
    stages = [row.carbon.total for row in declared.rows if isinstance(row.carbon.total, Quantity)]
    assert total == add_all(stages, KG_CO2E)
    assert not [f for f in source.report.findings if f.severity is Severity.ERROR]
