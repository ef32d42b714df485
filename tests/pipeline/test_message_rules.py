"""The pack ``pact``: what validation finds is what its rules say, with force and condition of each."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway import resources
from gateway.codec.base import Package
from gateway.formats.pact import facts, rules
from gateway.pipeline.convert import read
from gateway.pipeline.rules import evaluate
from gateway.recognition.evaluate import Evaluation
from gateway.recognition.outcome import Outcome

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "supplier.json"
TODAY = date(2026, 11, 22)


def asked(change: dict[str, Any], *without: str, on: date = TODAY) -> Evaluation:
    document = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    document["pcf"] |= change
    for name in without:
        del document["pcf"][name]
    (found,) = evaluate(read(Package.of(json.dumps(document).encode())), ["pact"], on=on)
    return found


def test_a_good_footprint_blocks_nothing() -> None:
    found = asked({})
    assert not found.blocking
    assert found.counts()["pass"] >= 30
    assert len({result.rule.id for result in found.results}) == len(found.results) == len(found.pack.rules)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"pcfExcludingBiogenicUptake": "-9999", "pcfIncludingBiogenicUptake": "-9999"}, "PACT-NEGATIVE"),
        ({"pcfIncludingBiogenicUptake": "77"}, "PACT-INCLUDING"),
        ({"exemptedEmissionsPercent": "101"}, "PACT-SHARE"),
        (
            {"dqi": {"technologicalDQR": "99", "geographicalDQR": "1", "temporalDQR": "1"}},
            "PACT-RATING",
        ),
    ],
)
def test_what_validation_finds_blocks(change: dict[str, Any], rule: str) -> None:
    found = asked(change)
    assert rule in {result.rule.id for result in found.blocking}
    result = found[rule]
    assert result.outcome is Outcome.FAIL
    assert result.answer.observed.text("zh") != result.answer.observed.text("en")
    assert "{" not in result.answer.observed.text("en")


def test_what_the_methodology_wants_is_missing_input() -> None:
    assert {r.rule.id for r in asked({}, "primaryDataShare").blocking} == {"PACT-primaryDataShare"}
    captured = asked({"ccsTechnologicalCO2CaptureIncluded": True})
    assert captured["PACT-ccsTechnologicalCO2Capture"].outcome is Outcome.MISSING_INPUT
    assert captured["PACT-ccuCarbonContent"].outcome is Outcome.NOT_APPLICABLE


def test_ratings_bind_from_the_end_of_2027() -> None:
    assert not asked({}, "dqi").blocking
    late = asked({}, "dqi", on=date(2028, 1, 1))
    assert {r.rule.id for r in late.blocking} == {"PACT-dqi"}


def test_another_kind_of_input_is_outside() -> None:
    (found,) = evaluate(read((ROOT / "examples" / "tea.json").read_bytes()), ["pact"], on=TODAY)
    assert {r.outcome for r in found.results} == {Outcome.NOT_APPLICABLE}


def test_every_finding_has_its_rule() -> None:
    code = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in (rules, facts))
    found = set(re.findall(r'"(pact\.[a-z0-9-]+)"', code))
    told = {row["code"] for row in resources.table("recognition/pact-rules.csv")}
    # Said of what is absent: the rules on reporting say it, each of its own property.
    assert found - told == {"pact.not-reported", "pact.primary-share-absent"}
    assert told <= found
