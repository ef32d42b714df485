"""Rules are data, missing evidence is never a pass, and an unread clause fails nobody."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gateway import messages
from gateway.codec.base import Package
from gateway.errors import MappingError, UsageError
from gateway.model.declaration import Declaration
from gateway.model.walk import replace
from gateway.pipeline.convert import Source, read
from gateway.recognition.checks import TESTS
from gateway.recognition.evaluate import Evaluation, evaluate
from gateway.recognition.outcome import ClauseRead, Force, Outcome
from gateway.recognition.render import as_text, to_json
from gateway.recognition.ruleset import PACKS, Applies, acts, pack, read_pack
from gateway.report import Severity

ROOT = Path(__file__).resolve().parents[2]
ON = date(2026, 11, 21)


@pytest.fixture(scope="module")
def example() -> Source:
    return _source(ROOT / "examples" / "lfp-pack.json")


@pytest.fixture(scope="module")
def sample_03(oracle_data: Path) -> Source:
    return _source(oracle_data / "china" / "sample_inputs" / "03_lfp_pack_worked_example.json")


def _source(path: Path) -> Source:
    return read(Package.of(path.read_bytes(), name=path.name))


def _ask(source: Source, name: str, on: date = ON) -> Evaluation:
    return evaluate(source.declaration, pack(name), origins=source.origins, on=on)


@pytest.mark.oracle
class TestWorkedExample:
    """Sample 03 says which outcome each rule has if its clause counts as read in full."""

    def test_outcomes_and_force_are_the_expected_ones(self, oracle_data: Path, sample_03: Source) -> None:
        path = oracle_data / "china" / "sample_inputs" / "03_lfp_pack_worked_example.json"
        expected = json.loads(path.read_text(encoding="utf-8"))["_expected"]["rules"]
        found = {r.rule.id: r for name in PACKS for r in _ask(sample_03, name).results}
        assert len(expected) == 18
        assert {
            rule: {
                "outcome_if_clause_fully_read": found[rule].if_read.value,
                "force": found[rule].force.value,
            }
            for rule in expected
        } == expected

    def test_unread_clauses_say_needs_evidence_instead_of_fail(self, sample_03: Source) -> None:
        found = _ask(sample_03, "eu-battery")
        unread = [r for r in found.results if r.if_read is Outcome.FAIL and r.outcome is not Outcome.FAIL]
        assert [r.rule.id for r in unread] == ["EUB-05", "EUB-06", "EUB-16", "EUB-18"]
        assert {r.outcome for r in unread} == {Outcome.NEEDS_EVIDENCE}
        assert all(r.why.text("zh") and r.why.text("en") for r in unread)
        assert [r.rule.id for r in found.results if r.outcome is Outcome.FAIL] == ["EUB-15", "EUB-22"]

    def test_only_rules_in_force_block(self, sample_03: Source) -> None:
        assert [r.rule.id for r in _ask(sample_03, "eu-battery").blocking] == ["EUB-03", "EUB-22", "EUB-23"]

    def test_a_finding_stands_at_the_users_own_place(self, sample_03: Source) -> None:
        found = _ask(sample_03, "eu-battery")
        assert found["EUB-06"].at == ("/battery/lifetimeEnergyBasis",)
        assert found["EUB-13"].at == ("/lines/13/factor/value",)
        # nothing stands there: the place on the form where it belongs
        assert found["EUB-22"].at == ("/verification/notifiedBodyNo",)


class TestBlocking:
    """A rule in force blocks where it is not met or lacks data; for lacking data no clause need be read."""

    @pytest.mark.parametrize(
        ("name", "path", "rule"),
        [
            ("gbt-24067", "/period/start", "ISO-11"),
            ("gbt-24067", "/goal/purpose", "ISO-14"),
            ("cn-label", "/label/valid_until", "CN-08"),
        ],
    )
    def test_a_missing_field_blocks_though_no_clause_was_read(
        self, example: Source, name: str, path: str, rule: str
    ) -> None:
        gone = replace(example.declaration, path, None)
        before = evaluate(example.declaration, pack(name), origins={}, on=ON)
        after = evaluate(gone, pack(name), origins={}, on=ON)
        assert before.blocking == ()
        assert after[rule].outcome is Outcome.MISSING_INPUT
        assert after[rule].rule.clause_read is not ClauseRead.FULL
        assert rule in [r.rule.id for r in after.blocking]
        finding = after[rule].finding()
        assert finding is not None
        assert finding.severity is Severity.ERROR

    @pytest.mark.parametrize("name", PACKS)
    @pytest.mark.parametrize("file", ["lfp-pack.json", "tea.json"])
    def test_the_complete_examples_are_not_blocked(self, file: str, name: str) -> None:
        source = _source(ROOT / "examples" / file)
        assert [r.rule.id for r in _ask(source, name).blocking] == []

    def test_a_pack_that_can_say_not_met_of_nothing_says_so(self, example: Source) -> None:
        (caution,) = [c for name in PACKS if (c := _ask(example, name).caution)]
        assert caution.text("en").startswith("No rule of gbt-24067 can say “not met”: 0 of 15 clauses")
        assert caution.text("en") in as_text(_ask(example, "gbt-24067"), "en")


class TestHead:
    """The head says how much stands behind the answers."""

    @pytest.mark.parametrize(
        ("name", "head"),
        [
            ("eu-battery", "eu-battery on 2026-11-21: 16 of 30 clauses read, 2 rules not checked."),
            ("gbt-24067", "gbt-24067 on 2026-11-21: 0 of 15 clauses read, 1 rules not checked."),
            ("cn-label", "cn-label on 2026-11-21: 2 of 13 clauses read, 1 rules not checked."),
        ],
    )
    def test_counts_clauses_and_rules(self, example: Source, name: str, head: str) -> None:
        assert _ask(example, name).head.text("en") == head

    def test_what_is_not_checked_is_listed_with_its_reason(self, example: Source) -> None:
        text = as_text(_ask(example, "eu-battery"), "en")
        assert "Not checked\n  EUB-24 The public study leaks no field of class C2 or C3: done when" in text

    def test_drafts_stand_apart(self, example: Source) -> None:
        text = as_text(_ask(example, "eu-battery"), "zh")
        binding, _, rest = text.partition("若按草案通过")
        assert "EUB-06" not in binding
        assert "EUB-06 [需要证据]" in rest


class TestPacks:
    """A pack is data."""

    @pytest.mark.parametrize("name", PACKS)
    def test_every_test_exists_and_texts_are_complete(self, name: str) -> None:
        for rule in pack(name).rules:
            assert rule.test in TESTS or (rule.not_checked["zh"] and rule.not_checked["en"]), rule.id
            for both in (rule.title, rule.expected, rule.fix):
                assert set(both) == {"zh", "en"}, rule.id
                assert all(both.values()), rule.id

    def test_an_empty_pack_fails(self) -> None:
        with pytest.raises(UsageError) as caught:
            read_pack(_pack_bytes([]))
        assert caught.value.error_code == "rules.empty-pack"

    def test_a_pack_of_unchecked_rules_fails_as_well(self) -> None:
        unchecked = [_rule() | {"test": ""}]
        with pytest.raises(UsageError):
            read_pack(_pack_bytes(unchecked))

    def test_an_id_that_stands_twice_is_refused(self) -> None:
        with pytest.raises(MappingError):
            read_pack(_pack_bytes([_rule(), _rule()]))

    @pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"rules": [{}]}', b"\xff"])
    def test_other_bytes_are_no_pack(self, data: bytes) -> None:
        with pytest.raises(MappingError):
            read_pack(data)

    def test_an_unknown_pack_or_test_is_a_wrong_call(self, example: Source) -> None:
        with pytest.raises(UsageError):
            pack("eu-tyres")
        strange = read_pack(_pack_bytes([_rule() | {"test": "nobody-wrote-it"}]))
        with pytest.raises(UsageError) as caught:
            evaluate(example.declaration, strange, origins={}, on=ON)
        assert caught.value.error_code == "rules.unknown-test"

    def test_a_third_partys_pack_is_asked_like_ours(self, example: Source) -> None:
        own = read_pack(_pack_bytes([_rule()]))
        assert evaluate(example.declaration, own, origins={}, on=ON)["X-1"].outcome is Outcome.PASS


class TestDates:
    """The day is an input; days that hang on acts are computed from the acts' dates."""

    def test_the_later_of_floor_and_months_after_the_last_act(self) -> None:
        applies = Applies(date(2025, 2, 18), 12, ("a", "b"))
        assert applies.since({"a": date(2026, 1, 1)}) is None
        assert applies.since({"a": date(2020, 1, 1), "b": date(2021, 1, 1)}) == date(2025, 2, 18)
        assert applies.since({"a": date(2027, 3, 5), "b": date(2026, 1, 1)}) == date(2028, 3, 5)

    def test_a_month_without_the_day_ends_on_its_last(self) -> None:
        assert Applies(date(2025, 1, 1), 18, ("a",)).since({"a": date(2026, 8, 31)}) == date(2028, 2, 29)

    def test_without_acts_the_duty_is_not_yet_law(self, example: Source) -> None:
        found = _ask(example, "eu-battery")["EUB-02"]
        assert (found.outcome, found.force) == (Outcome.NOT_APPLICABLE, Force.NOT_YET_LAW)
        assert "2025-02-18" in found.answer.observed.text("en")

    @pytest.mark.parametrize(
        ("on", "outcome", "force"),
        [
            (date(2028, 1, 31), Outcome.NOT_APPLICABLE, Force.NOT_YET_LAW),
            (date(2028, 2, 1), Outcome.PASS, Force.IN_FORCE),
        ],
    )
    def test_with_acts_the_day_decides(
        self, example: Source, on: date, outcome: Outcome, force: Force
    ) -> None:
        known = {"eu-ev-method": date(2027, 2, 1), "eu-declaration-format": date(2026, 12, 1)}
        found = evaluate(example.declaration, pack("eu-battery"), origins={}, on=on, acts=known)["EUB-02"]
        assert (found.outcome, found.force) == (outcome, force)

    def test_no_act_has_a_date_yet(self) -> None:
        assert set(acts().values()) == {None}

    def test_before_its_day_a_rule_is_not_yet_law(self, example: Source) -> None:
        assert _ask(example, "cn-label", date(2025, 12, 29))["CN-04"].force is Force.NOT_YET_LAW
        assert _ask(example, "cn-label", date(2025, 12, 30))["CN-04"].force is Force.IN_FORCE

    def test_the_filings_phase_follows_the_day(self, example: Source) -> None:
        trial = _ask(example, "cn-label", date(2026, 12, 31))["CN-03"].answer.observed.text("en")
        regular = _ask(example, "cn-label", date(2027, 1, 1))["CN-03"].answer.observed.text("en")
        assert "trial phase" in trial
        assert "every product files" in regular


class TestScope:
    """A pack that does not concern the product says so once, and judges nothing."""

    def test_tea_is_no_battery(self) -> None:
        tea = _source(ROOT / "examples" / "tea.json")
        found = _ask(tea, "eu-battery")
        assert {r.outcome for r in found.results} == {Outcome.NOT_APPLICABLE}
        assert not found.blocking
        assert not found.findings

    def test_a_small_industrial_battery_is_outside(self, example: Source) -> None:
        small = replace(example.declaration, "/battery/category", "PORT")
        found = evaluate(small, pack("eu-battery"), origins={}, on=ON)
        assert {r.outcome for r in found.results} == {Outcome.NOT_APPLICABLE}


class TestFindings:
    """A finding says observed, expected, clause and fix in both languages."""

    def test_texts_of_an_open_rule(self, example: Source) -> None:
        wrong = replace(example.declaration, "/results/declared/carbon/total", None)
        assert isinstance(wrong, Declaration)
        found = evaluate(wrong, pack("eu-battery"), origins=example.origins, on=ON)["EUB-04"]
        finding = found.finding()
        assert finding is not None
        assert finding.severity is Severity.ERROR
        assert finding.per == "Reg (EU) 2023/1542 Art 7(1)(d), Annex II point 3"
        zh, en = messages.explain(finding, "zh"), messages.explain(finding, "en")
        assert en.what.startswith("EUB-04 (in-force): The result is per kWh")
        assert "6268.77 kg ÷ 153000 kWh = 0.0409724 kg CO2e/kWh" in en.expected
        assert "每包总量" in zh.fix

    @pytest.mark.parametrize("name", PACKS)
    def test_no_placeholder_is_left_open(self, example: Source, name: str) -> None:
        document = json.dumps(to_json(_ask(example, name)), ensure_ascii=False)
        open_braces = [word for word in document.split("{") if "}" in word and word[:1].islower()]
        assert not [w for w in open_braces if not w.startswith("CO2eq")]

    def test_json_has_every_rule_once(self, example: Source) -> None:
        document = to_json(_ask(example, "eu-battery"))
        results, rest = document["results"], document["notChecked"]
        assert isinstance(results, list)
        assert isinstance(rest, list)
        assert len({r["rule"] for r in [*results, *rest]}) == document["rules"] == 30


@pytest.mark.oracle
def test_every_known_input_is_evaluated(oracle_data: Path) -> None:
    files = [
        *(oracle_data / "china" / "sample_inputs").glob("*.json"),
        *(oracle_data / "real_inputs").glob("*.json"),
    ]
    assert len(files) == 28
    for path in files:
        source = _source(path)
        for name in PACKS:
            found = _ask(source, name)
            assert sum(found.counts().values()) == len(pack(name).rules) - len(pack(name).not_checked)
            for result in found.results:
                full = result.rule.clause_read is ClauseRead.FULL
                assert result.outcome is not Outcome.FAIL or full
            assert as_text(found, "zh")
            assert as_text(found, "en")


def _rule() -> dict[str, object]:
    both = {"zh": "不计抵消", "en": "no offsets"}
    return {
        "id": "X-1",
        "kind": "hard",
        "title": both,
        "test": "no-offsets",
        "clause": "house rule 1",
        "legal_status": "in force",
        "force": "in-force",
        "clause_read": "full",
        "clause_source": "our own house",
        "expected": both,
        "fix": both,
    }


def _pack_bytes(rules: list[dict[str, object]]) -> bytes:
    head = {"id": "x", "title": {"zh": "甲", "en": "x"}, "edition": "1", "date": "2026-01-01", "source": "x"}
    return json.dumps({**head, "rules": rules}).encode()


class TestNoLinesShown:
    """A declaration with totals only cannot show its electricity factors: that is no defect of it."""

    def test_factors_that_nobody_can_see_need_evidence(self, example: Source) -> None:
        found = evaluate(
            example.declaration.model_copy(update={"lines": (), "sites": ()}),
            pack("cn-label"),
            origins=example.origins,
            on=ON,
        )
        assert found["CN-09"].outcome is Outcome.NEEDS_EVIDENCE
        assert found["CN-09"].at == ("/lines",)
        assert "CN-09" not in {result.rule.id for result in found.blocking}

    def test_lines_without_electricity_are_not_concerned(self, example: Source) -> None:
        lines = tuple(line for line in example.declaration.lines if line.category == "transport")
        assert lines
        without = example.declaration.model_copy(update={"lines": lines, "sites": ()})
        found = evaluate(without, pack("cn-label"), origins={}, on=ON)
        assert found["CN-09"].outcome is Outcome.NOT_APPLICABLE
