"""A footprint's life: replaced, deprecated, valid."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Package
from gateway.errors import InputError
from gateway.formats.pact.lifecycle import deprecate, supersede, validity
from gateway.formats.pact.rules import validate
from gateway.report import Severity

NEW = "11111111-2222-4333-8444-555555555555"
LATER = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def footprint() -> dict[str, Any]:
    file = Path(__file__).resolve().parents[3] / "examples" / "supplier.json"
    loaded = json.loads(file.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def errors(footprint: Any) -> set[str]:
    found = validate(Package.of(json.dumps(footprint).encode()))
    return {f.code for f in found if f.severity is Severity.ERROR}


def test_a_new_footprint_names_the_old_one(footprint: dict[str, Any]) -> None:
    change: dict[str, Any] = {"pcf": {"primaryDataShare": "70"}}
    new, old = supersede(footprint, change, id=NEW, created=LATER)
    assert (new["id"], new["precedingPfIds"], new["status"]) == (NEW, [footprint["id"]], "Active")
    assert new["pcf"] == footprint["pcf"] | {"primaryDataShare": "70"}
    assert old == footprint | {"status": "Deprecated"}
    assert deprecate(old) == old
    assert errors(new) == errors(old) == set()


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("pact.supersede-id", {"id": "6b0f3c1e-5c1e-4f6a-9f53-2d6a1c0e9a77"}),
        ("pact.supersede-id", {"id": "new"}),
        ("pact.supersede-older", {"created": datetime(2020, 1, 1, tzinfo=UTC)}),
        ("pact.supersede-changes", {"changes": {}}),
        ("pact.supersede-changes", {"changes": {"status": "Deprecated"}}),
    ],
)
def test_what_cannot_be_a_new_footprint(footprint: dict[str, Any], code: str, given: dict[str, Any]) -> None:
    told: dict[str, Any] = {"changes": {"comment": "x"}, "id": NEW, "created": LATER} | given
    with pytest.raises(InputError) as caught:
        supersede(footprint, told.pop("changes"), **told)
    assert caught.value.error_code == code


def test_a_deprecated_one_is_not_replaced(footprint: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        supersede(deprecate(footprint), {"comment": "x"}, id=NEW, created=LATER)
    assert caught.value.error_code == "pact.supersede-deprecated"


def test_without_a_statement_it_lasts_three_years(footprint: dict[str, Any]) -> None:
    del footprint["validityPeriodStart"], footprint["validityPeriodEnd"]
    footprint["pcf"]["referencePeriodEnd"] = "2024-02-29T12:00:00+01:00"
    found = validity(footprint)
    assert not found.stated
    assert found.end.isoformat() == "2027-02-28T12:00:00+01:00"
    assert found.holds(found.end)
    assert not found.holds(datetime(2027, 3, 1, tzinfo=UTC))


def test_what_is_stated_counts(footprint: dict[str, Any]) -> None:
    found = validity(footprint)
    assert found.stated
    assert found.holds(datetime(2027, 6, 1, tzinfo=UTC))
    with pytest.raises(InputError):
        validity(footprint | {"validityPeriodEnd": "2020-01-01T00:00:00Z"})
    with pytest.raises(InputError):
        validity(footprint | {"validityPeriodEnd": "soon"})


def test_the_footprint_that_others_let_pass_is_an_error(footprint: dict[str, Any]) -> None:
    footprint["pcf"] |= {
        "pcfExcludingBiogenicUptake": "-9999",
        "pcfIncludingBiogenicUptake": "-9999",
        "primaryDataShare": "5000",
        "dqi": dict.fromkeys(("technologicalDQR", "geographicalDQR", "temporalDQR"), "99"),
    }
    footprint["validityPeriodEnd"] = "2095-01-01T00:00:00Z"
    wanted = {"pact.total-negative", "pact.not-a-share", "pact.rating-out-of-range", "pact.valid-too-long"}
    wanted |= {"pact.total-below-parts"}
    assert errors(footprint) == wanted
