"""What the official tool lets pass and ``validate`` does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.codec.base import Package
from gateway.codec.run import Written
from gateway.formats.pact.rules import validate
from gateway.model.declaration import Declaration
from gateway.report import Finding, Severity

Build = Callable[..., Declaration]
Write = Callable[..., Written]
ABSENT = object()
TOP = ("validityPeriodStart", "validityPeriodEnd", "created")


@pytest.fixture
def footprint(battery: Build, written: Write) -> dict[str, Any]:
    loaded = json.loads(written(battery()).package.only.data)
    assert isinstance(loaded, dict)
    return loaded


def judged(footprint: dict[str, Any], **pcf: object) -> dict[str, Finding]:
    """Findings by code after members were set or removed."""
    whole = footprint | {"pcf": dict(footprint["pcf"])}
    for name, value in pcf.items():
        home = (
            whole if name in ("validityPeriodStart", "validityPeriodEnd", "created", "id") else whole["pcf"]
        )
        if value is ABSENT:
            home.pop(name, None)
        else:
            home[name] = value
    found = validate(Package.of(json.dumps(whole).encode()))
    return {f.code: f for f in found if f.code != "pact.not-reported"}


def test_our_own_footprint_has_no_finding(footprint: dict[str, Any]) -> None:
    assert judged(footprint) == {}


ERRORS: list[tuple[str, dict[str, object]]] = [
    ("pact.total-negative", {"pcfExcludingBiogenicUptake": "-9999", "pcfIncludingBiogenicUptake": "-10002"}),
    ("pact.including-differs", {"pcfIncludingBiogenicUptake": "10.7"}),
    (
        "pact.rating-out-of-range",
        {"dqi": {"technologicalDQR": "99", "geographicalDQR": "1", "temporalDQR": "5"}},
    ),
    ("pact.valid-too-long", {"validityPeriodEnd": "2095-01-01T00:00:00Z"}),
    ("pact.valid-too-early", {"validityPeriodStart": "2025-12-31T23:59:59Z"}),
    (
        "pact.validity-empty",
        {"validityPeriodStart": "2026-06-01T00:00:00Z", "validityPeriodEnd": "2026-06-01T00:00:00Z"},
    ),
    ("pact.period-reversed", {"referencePeriodEnd": "2024-01-01T00:00:00Z"}),
    ("pact.no-such-day", {"created": "2025-02-30T00:00:00Z"}),
    ("pact.not-a-share", {"primaryDataShare": "5000"}),
    ("pact.packaging-not-included", {"packagingEmissionsIncluded": False, "packagingGhgEmissions": "0"}),
    (
        "pact.capture-not-included",
        {"ccsTechnologicalCO2CaptureIncluded": False, "ccsTechnologicalCO2Capture": "0"},
    ),
    (
        "pact.other-operator",
        {"productOrSectorSpecificRules": [{"operator": "Other", "ruleNames": ["a"]}]},
    ),
    ("schema.broken", {"geographyCountry": "CN"}),
    ("schema.broken", {"fossilGhgEmissions": "1e3"}),
    ("schema.broken", {"fossilGhgEmissions": "5abc"}),
    ("schema.broken", {"fossilGhgEmissions": "5\n"}),
    ("schema.broken", {"fossilGhgEmissions": "５"}),
    ("schema.broken", {"biogenicCO2Uptake": "10"}),
    ("schema.broken", {"declaredUnitAmount": "0.0"}),
    ("schema.broken", {"fossilGhgEmissions": 10}),
]


@pytest.mark.parametrize(("code", "changes"), ERRORS, ids=lambda x: x if isinstance(x, str) else "")
def test_errors(footprint: dict[str, Any], code: str, changes: dict[str, object]) -> None:
    assert judged(footprint, **changes)[code].severity is Severity.ERROR


WARNINGS: list[tuple[str, dict[str, object]]] = [
    ("pact.total-unexplained", {"fossilGhgEmissions": "9.5"}),
    ("pact.exempted-above-limit", {"exemptedEmissionsPercent": "3.1"}),
    ("pact.primary-share-scale", {"primaryDataShare": "0.52"}),
    ("pact.primary-share-absent", {"primaryDataShare": ABSENT}),
    ("pact.secondary-sources-absent", {"secondaryEmissionFactorSources": ABSENT}),
    ("pact.factors-not-latest", {"ipccCharacterizationFactors": ["AR5"]}),
    ("pact.mass-is-not-the-unit", {"declaredUnitOfMeasurement": "kilogram"}),
]


@pytest.mark.parametrize(("code", "changes"), WARNINGS, ids=lambda x: x if isinstance(x, str) else "")
def test_warnings(footprint: dict[str, Any], code: str, changes: dict[str, object]) -> None:
    found = judged(footprint, **changes)
    assert found[code].severity is Severity.WARNING
    assert not [f for f in found.values() if f.severity is Severity.ERROR]


def test_removals_may_make_a_total_negative(footprint: dict[str, Any]) -> None:
    changes = {
        "technologicalCO2Removals": "-20",
        "ccsTechnologicalCO2CaptureIncluded": True,
        "pcfExcludingBiogenicUptake": "-9.3",
        "pcfIncludingBiogenicUptake": "-12.3",
    }
    assert judged(footprint, **changes) == {}


def test_removals_explain_no_more_than_themselves(footprint: dict[str, Any]) -> None:
    changes = {
        "technologicalCO2Removals": "-20",
        "ccsTechnologicalCO2CaptureIncluded": True,
        "pcfExcludingBiogenicUptake": "-9999",
        "pcfIncludingBiogenicUptake": "-10002",
    }
    assert set(judged(footprint, **changes)) == {"pact.total-negative", "pact.total-below-parts"}


def test_own_extension_is_judged_too(footprint: dict[str, Any]) -> None:
    footprint["extensions"][0]["data"]["basis"]["role"] = "calculated"
    found = judged(footprint)["schema.broken"]
    assert found.at == "/extensions/0/data/basis/role"
