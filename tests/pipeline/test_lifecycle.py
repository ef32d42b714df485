"""A footprint's life on its way out: another id for whatever differs, the rules obeyed, wrong use refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.errors import GatewayError, UsageError, flatten
from gateway.messages import explain
from gateway.pipeline.convert import Outcome, Source, convert, read
from gateway.pipeline.lifecycle import Life, day_of, lived
from gateway.report import Fate

from .conftest import EXAMPLES, package

NOW = Context(now=datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
def supplier() -> Source:
    return read(package(EXAMPLES / "supplier.json"), context=NOW)


def outcome(source: Source, life: Life, to: str = "pact@3.0") -> Outcome:
    return lived(source, convert(source, to=[to]), life, NOW)[0]


def document(made: Outcome) -> dict[str, Any]:
    assert made.package is not None, [(e.error_code, e.path) for e in made.lacks]
    loaded = json.loads(made.package.only.data)
    assert isinstance(loaded, dict)
    return loaded


def file_of(made: Outcome) -> Package:
    assert made.package is not None
    return Package.of(made.package.only.data, name="old.json")


def test_deprecation_changes_nothing_else(supplier: Source) -> None:
    made = outcome(supplier, Life(deprecate=True))
    assert document(made) == json.loads(supplier.package.only.data) | {"status": "Deprecated"}
    assert [(n.path, n.value) for n in made.notes if n.code == "lifecycle.told"] == [
        ("/document/status", "Active")
    ]


def test_another_validity_is_another_footprint(supplier: Source) -> None:
    old = json.loads(supplier.package.only.data)
    life = Life(supplier.package, valid_until=date(2027, 6, 30))
    new = document(outcome(supplier, life))
    assert new["precedingPfIds"] == [old["id"]]
    assert new["id"] != old["id"]
    assert new["validityPeriodEnd"] == "2027-07-01T00:00:00Z"
    assert new["created"] == "2026-11-22T00:00:00Z"
    differ = {name for name in new if new[name] != old.get(name)}
    assert differ == {"id", "created", "precedingPfIds", "validityPeriodEnd"}
    assert document(outcome(supplier, life)) == new  # the same on every run
    again = read(file_of(outcome(supplier, life)))
    assert again.declaration.document.supersedes == (old["id"],)


def test_a_changed_declaration_takes_the_place_of_the_one_before(tea: Source) -> None:
    first = outcome(tea, Life())
    told = json.loads(tea.package.only.data)
    told["product"]["description"] = "new harvest"
    second = read(json.dumps(told).encode(), context=NOW)
    made = outcome(second, Life(file_of(first)))
    new = document(made)
    assert new["precedingPfIds"] == [document(first)["id"]]
    again = read(file_of(made)).declaration.document
    assert document(first)["id"] in again.supersedes
    assert again.status == "active"
    deprecated = read(file_of(outcome(tea, Life(deprecate=True)))).declaration.document
    assert deprecated.status == "withdrawn"


def test_days_of_a_declaration_that_is_no_footprint_yet(tea: Source) -> None:
    plain = document(outcome(tea, Life()))
    made = outcome(tea, Life(valid_from=date(2026, 3, 1), valid_until=date(2027, 2, 28)))
    told = document(made)
    assert (told["validityPeriodStart"], told["validityPeriodEnd"]) == (
        "2026-03-01T00:00:00Z",
        "2027-03-01T00:00:00Z",
    )
    assert told["id"] != plain["id"]
    assert "precedingPfIds" not in told
    fates = {n.path: n.fate for n in made.notes if n.code == "lifecycle.told"}
    assert set(fates) == {"/document/valid_from", "/document/valid_until"}
    assert set(fates.values()) <= {Fate.CONVERTED, Fate.DEFAULTED}


def refused(source: Source, life: Life) -> set[str]:
    made = outcome(source, life)
    assert made.package is None
    for error in made.lacks:
        both = [explain(error, lang) for lang in ("zh", "en")]
        assert all(one.what and one.fix for one in both), error.error_code
        assert both[0].what != both[1].what
    return {e.error_code for e in made.lacks}


def test_what_the_rules_do_not_let_pass_is_not_written(tea: Source, supplier: Source) -> None:
    assert refused(tea, Life(valid_until=date(2035, 1, 1))) == {"pact.valid-too-long"}
    assert refused(tea, Life(valid_from=date(2001, 1, 1))) == {"pact.valid-too-early"}
    assert refused(tea, Life(valid_until=date(2020, 1, 1))) == {"pact.validity-empty"}
    assert refused(supplier, Life(supplier.package)) == {"lifecycle.nothing-changed"}
    assert refused(tea, Life(supplier.package)) == {"lifecycle.another-product"}
    assert refused(supplier, Life(tea.package)) == {"lifecycle.no-footprint"}
    assert refused(supplier, Life(Package.of(b"no JSON"))) == {"json.syntax"}
    assert refused(supplier, Life(valid_until=date(2027, 6, 30))) == {"lifecycle.immutable"}
    later = Life(supplier.package, valid_until=date(2027, 6, 30))
    deprecated = file_of(outcome(supplier, Life(deprecate=True)))
    assert refused(supplier, replace(later, supersedes=deprecated)) == {"pact.supersede-deprecated"}
    assert refused(read(deprecated, context=NOW), later) == {"lifecycle.not-active"}


def test_wrong_use_is_told(tea: Source) -> None:
    def code(life: Life, to: str = "pact@3.0") -> str:
        with pytest.raises(GatewayError) as caught:
            outcome(tea, life, to)
        (error,) = flatten(caught.value)
        assert isinstance(error, UsageError)
        return error.error_code

    assert code(Life(deprecate=True), "html@1") == "lifecycle.not-pact"
    assert code(Life(deprecate=True, valid_until=date(2027, 1, 1))) == "lifecycle.only-deprecate"
    for text in ("2027-02-29", "20270228", "soon", "2027-W01-1", ""):
        with pytest.raises(UsageError) as caught:
            day_of(text)
        assert caught.value.error_code == "lifecycle.no-day"
    assert day_of(None) is None
    assert day_of("2027-02-28") == date(2027, 2, 28)
