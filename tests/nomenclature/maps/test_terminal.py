"""The review one by one, as somebody at a terminal has it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.nomenclature.review import read_decisions
from gateway.nomenclature.row import Predicate

MAP = (
    "SourceFlowName,SourceUnit,MatchCondition,TargetFlowName,TargetFlowUUID,TargetUnit\n"
    "Lead II,kg,~,lead,pb,kg\nGold III,kg,~,gold,au,kg\nFog,kg,~,mist,m,kg\nsure,kg,=,sure,s,kg\n"
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    monkeypatch.setenv("HUTONG_LANG", "en")
    monkeypatch.setattr("gateway.console.reviewing.is_terminal", lambda: True)
    Path("map.csv").write_text(MAP, encoding="utf-8")
    return tmp_path


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(answers) + "\n"))


@pytest.mark.usefixtures("desk")
class TestTerminal:
    """Person once; number, relation and reason for each name; or not to map, later, stop."""

    def test_each_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answering(monkeypatch, "李四", "1", "broader", "the list has no ion", "n", "x", "no such flow", "s")
        assert main(["map", "review", "map.csv"]) == 0
        rows = read_decisions(Path("map.csv.decisions.json").read_bytes()).rows
        assert [(row.source.name, row.predicate, row.comment) for row in rows] == [
            ("Gold III", Predicate.NONE, "no such flow"),
            ("Lead II", Predicate.BROADER, "the list has no ion"),
        ]
        assert {row.reviewer for row in rows} == {"李四"}
        assert {str(row.date) for row in rows} == {"2026-09-21"}

    def test_what_was_decided_before_ctrl_c_is_kept(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The end of the input ends a question as Ctrl-C does."""
        monkeypatch.setattr(sys, "stdin", io.StringIO("Ann\n1\nclose\nno ion\n2"))
        assert main(["map", "review", "map.csv"]) == 130
        assert "1 decisions made so far are kept" in capsys.readouterr().err
        (row,) = read_decisions(Path("map.csv.decisions.json").read_bytes()).rows
        assert (row.source.name, row.comment) == ("Lead II", "no ion")

    def test_a_missing_key_is_told_before_the_first_question(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["keygen", "-o", "key.pem", "--no-passphrase"]) == 0
        answering(monkeypatch, "1", "close", "no ion", "q")
        assert main(["map", "review", "map.csv", "--person", "Ann", "--key", "key.pem"]) == 0
        signed = Path("map.csv.decisions.json").read_bytes()
        assert main(["map", "review", "map.csv", "--person", "Ann"]) == 2
        assert "review.needs-key" in capsys.readouterr().err
        assert Path("map.csv.decisions.json").read_bytes() == signed

    def test_what_was_decided_before_a_stop_is_kept(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        answering(monkeypatch, "7", "1", "", "it is the same", "q")
        assert main(["map", "review", "map.csv", "--person", "Ann"]) == 0
        assert "3 names to decide, 0 decided before" in capsys.readouterr().out
        answering(monkeypatch, "q")
        assert main(["map", "review", "map.csv", "--person", "Ann"]) == 0
        assert "2 names to decide, 1 decided before" in capsys.readouterr().out

    def test_programs_are_not_asked(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["map", "review", "map.csv", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["open"], [item["name"] for item in told["items"]]) == (3, ["Lead II", "Gold III", "Fog"])

    def test_signed_decisions_are_not_changed_without_a_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert main(["keygen", "-o", "key.pem", "--no-passphrase"]) == 0
        answering(monkeypatch, "1", "", "it is the same", "q")
        assert main(["map", "review", "map.csv", "--person", "Ann", "--key", "key.pem"]) == 0
        before = Path("map.csv.decisions.json").read_bytes()
        answering(monkeypatch, "n", "no such flow", "q")
        assert main(["map", "review", "map.csv", "--person", "Ann"]) == 2
        assert Path("map.csv.decisions.json").read_bytes() == before
