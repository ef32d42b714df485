"""Rules beside a run: asked, recorded, asked again by a replay, and never in the way of writing."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta, timezone

import openpyxl
import pytest

from gateway.codec.base import Context, Package
from gateway.errors import GatewayError, InputError, UsageError, flatten
from gateway.pipeline.convert import Source, read
from gateway.pipeline.issue import FINDINGS, MANIFEST, PRIVATE, Request, issue, prepare
from gateway.pipeline.rebuild import rebuild
from gateway.pipeline.receive import replay, verify
from gateway.pipeline.rules import compare, coverage, day, evaluate
from gateway.pipeline.workbook import template
from gateway.recognition.outcome import Force, Outcome
from gateway.signing.keys import PrivateKey

PACKS = ("eu-battery", "gbt-24067", "cn-label")
REQUEST = Request(to=("pact",), rules=PACKS)


def changed(source: Source, old: str, new: str) -> Source:
    """The same input with one text replaced, read again."""
    data = source.package.only.data
    assert old.encode() in data
    return read(Package.of(data.replace(old.encode(), new.encode())), context=source.context)


@pytest.fixture(scope="module")
def folder(battery: Source, key: PrivateKey, context: Context) -> dict[str, bytes]:
    return issue(battery.package, REQUEST, key=key, context=context)[1]


class TestEvaluate:
    """Every pack that was named, on the day of the run."""

    def test_each_pack_once_in_the_order_asked_for(self, battery: Source) -> None:
        found = evaluate(battery, ["cn-label", "eu-battery", "cn-label"])
        assert [e.pack.id for e in found] == ["cn-label", "eu-battery"]

    def test_the_day_is_that_of_the_run(self, battery: Source) -> None:
        assert evaluate(battery, ["eu-battery"])[0].on == date(2026, 11, 21)
        before = evaluate(battery, ["eu-battery"], on=date(2020, 1, 1))[0]["EUB-11"]
        assert (before.force, before.rule.binding) == (Force.NOT_YET_LAW, Force.IN_FORCE)

    def test_the_day_is_told_in_utc_as_the_manifest_records_it(self) -> None:
        late = datetime(2026, 1, 1, 6, tzinfo=timezone(timedelta(hours=8)))
        assert day(Context(now=late)) == date(2025, 12, 31)

    def test_an_earlier_version_settles_the_rule_about_changes(self, battery: Source) -> None:
        earlier = changed(battery, '"amountPerUnit": 150,', '"amountPerUnit": 140,')
        alone = evaluate(battery, ["eu-battery"])[0]["EUB-21"]
        after = evaluate(battery, ["eu-battery"], previous=earlier)[0]["EUB-21"]
        assert (alone.outcome, after.outcome) == (Outcome.NEEDS_EVIDENCE, Outcome.FAIL)
        assert compare(earlier, battery).due

    def test_an_unknown_pack_is_wrong_usage(self, battery: Source) -> None:
        with pytest.raises(UsageError):
            evaluate(battery, ["eu"])


def test_guards_join_the_findings_of_every_reading(battery: Source) -> None:
    direct = changed(battery, "0.5777", "0.5306")
    assert "guards.looks-direct" in {finding.code for finding in direct.report.findings}


def test_the_gap_report_names_cells(battery: Source) -> None:
    found = coverage(battery)
    assert (found.category, len(found.points)) == ("EV", 71)
    assert any(point.at and point.at[0].startswith("/") for point in found.points)


class TestIssue:
    """Rules in the record of a run."""

    def test_every_answer_is_kept(self, folder: dict[str, bytes]) -> None:
        kept = json.loads(folder[FINDINGS])["evaluations"]
        assert [e["pack"] for e in kept] == list(PACKS)
        assert all(e["on"] == "2026-11-21" and e["results"] for e in kept)

    def test_no_answer_leaves_the_house(self, folder: dict[str, bytes]) -> None:
        told = [n for n, data in folder.items() if not n.startswith(PRIVATE) and b"EUB-" in data]
        assert told == []

    def test_the_same_run_gives_the_same_bytes(
        self, folder: dict[str, bytes], battery: Source, key: PrivateKey, context: Context
    ) -> None:
        assert issue(battery.package, REQUEST, key=key, context=context)[1] == folder

    def test_a_replay_asks_the_recorded_rules_again(self, folder: dict[str, bytes]) -> None:
        assert json.loads(folder[MANIFEST])["facts"]["run"]["rules"] == list(PACKS)
        assert replay(folder, verify(folder)).holds

    def test_a_replay_notices_other_rules(self, folder: dict[str, bytes]) -> None:
        facts = verify(folder).facts
        run = {**facts["run"], "rules": ["cn-label"]}  # type: ignore[dict-item]  # JSON of our own manifest
        again = rebuild(folder, {**facts, "run": run})
        assert again.files[FINDINGS].data != folder[FINDINGS]

    def test_a_rule_in_force_that_fails_keeps_nothing_unwritten(
        self, battery: Source, context: Context
    ) -> None:
        unchecked = changed(battery, '"notifiedBodyNo": "0000",', "")
        prepared = prepare(unchecked.package, REQUEST, context=context)
        assert [r.rule.id for r in prepared.evaluations[0].blocking] == ["EUB-22"]
        assert len(prepared.written) == 1

    def test_an_unknown_pack_is_wrong_usage(self, battery: Source) -> None:
        with pytest.raises(UsageError):
            prepare(battery.package, Request(to=("pact",), rules=("eu",)))


class TestRebuild:
    """Only what a manifest records can be run again."""

    @pytest.mark.parametrize(
        "facts",
        [
            {},
            {"run": "pact"},
            {"run": {}},
            {"run": {"to": 1, "disclosure": "C1", "from": "", "options": {}, "rules": [], "time": ""}},
            {"run": {"to": [], "disclosure": "C9", "from": "", "options": {}, "rules": [], "time": ""}},
            {"run": {"to": [], "disclosure": "C1", "from": "", "options": {}, "rules": [], "time": "noon"}},
        ],
    )
    def test_facts_that_record_no_run_are_bad_input(
        self, folder: dict[str, bytes], facts: dict[str, object]
    ) -> None:
        with pytest.raises(GatewayError) as caught:
            rebuild(folder, facts)
        assert {error.error_code for error in flatten(caught.value)} == {"replay.not-recorded"}

    def test_without_the_private_part_nothing_is_run(self, folder: dict[str, bytes]) -> None:
        sent = {name: data for name, data in folder.items() if not name.startswith(PRIVATE)}
        with pytest.raises(InputError) as caught:
            rebuild(sent, verify(folder).facts)
        assert caught.value.error_code == "replay.no-source"

    def test_the_recorded_run_comes_out_alike(self, folder: dict[str, bytes]) -> None:
        again = rebuild(folder, verify(folder).facts)
        assert again.source.context.now == datetime(2026, 11, 21, 12, tzinfo=UTC)
        assert {n: f.data for n, f in again.files.items()}.items() <= folder.items()


def test_an_empty_field_of_a_workbook_is_named_by_its_cell() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template("battery", filled=True)))
    cells = []
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value in ("product.model", "passport.docNumber"):
                    value = row[4]
                    cells.append(f"{sheet.title}!{value.coordinate}")
                    value.value = None
    out = io.BytesIO()
    book.save(out)
    found = evaluate(read(out.getvalue()), ["eu-battery"])[0]
    assert found["EUB-23"].outcome is Outcome.MISSING_INPUT
    assert found["EUB-23"].at
    assert set(found["EUB-23"].at) <= set(cells)
