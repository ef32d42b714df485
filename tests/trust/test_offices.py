"""A body's office at work: two hands at once, tables with odd columns, papers that nobody has filled in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gateway.signing import data_integrity, jws
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.storage import files
from gateway.trust import export_log, status_list
from tests.trust import made
from tests.trust.conftest import World
from tests.trust.test_three_parties import (
    BASE,
    Parties,
    attest,
    fill,
    one_condition,
    parties,
    put,
    sent,
    share,
)

__all__ = ["parties", "sent"]  # fixtures

OFFICE = ("--key", "body.pem", "--body", "Example Body", "--status", "status", "--status-base", BASE)
JUDGED = ("--rules", "gbt-24067", "--trust", "trust")


@pytest.fixture
def reviewed(sent: Parties) -> Parties:
    """The body has filled in its paper."""
    sent.done("body", "review", "parcel", *JUDGED, "-o", "review.xlsx")
    fill(sent.path("body", "review.xlsx"), one_condition, sent.now)
    return sent


def at_once(parties: Parties, party: str, *commands: tuple[str, ...]) -> list[int]:
    """Run commands in processes of their own, at the same time."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(int(parties.now.timestamp()))}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "gateway", *command, "--json"],
            cwd=parties.root / party,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        for command in commands
    ]
    return [one.wait(timeout=120) for one in running]


class TestTwoHands:
    """What is read, changed and written is not changed by another in between."""

    def test_one_waits_for_the_other(self, tmp_path: Path) -> None:
        place = tmp_path / "number"
        place.write_text("0")

        def add() -> None:
            for _ in range(25):
                with files.alone(tmp_path):
                    files.write_file(place, str(int(place.read_text()) + 1).encode(), force=True)

        hands = [threading.Thread(target=add) for _ in range(4)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        assert place.read_text() == "100"

    def test_what_is_kept_is_written_by_whoever_holds_the_folder(
        self, reviewed: Parties, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        alone, write_file = files.alone, files.write_file
        holding: list[Path] = []
        written: set[str] = set()

        @contextmanager
        def held(folder: Path, *, make: bool = False) -> Iterator[None]:
            with alone(folder, make=make):
                holding.append(folder.resolve())
                yield
                holding.pop()

        def write(path: Path, data: bytes, *, force: bool = False) -> None:
            if path.name in ("register.json", "revocation.json", "export.log"):
                assert path.resolve().parent in holding
                written.add(path.name)
            write_file(path, data, force=force)

        monkeypatch.setattr(files, "alone", held)
        monkeypatch.setattr(files, "write_file", write)
        assert attest(reviewed, "conditional", "one", "--rules", "gbt-24067")[0] == 0
        reviewed.done("body", "revoke", "one/statement.json", "--status", "status", "--key", "body.pem")
        share(reviewed, "again", "a second parcel")
        assert written == {"register.json", "revocation.json", "export.log"}

    def test_two_statements_are_revoked(self, reviewed: Parties) -> None:
        names = ("one", "two", "three")
        indexes = []
        for name in names:
            code, told = attest(reviewed, "conditional", name, "--rules", "gbt-24067")
            assert code == 0, told
            indexes.append(int(str(told["index"])))
        revoke = [
            ("revoke", f"{name}/statement.json", "--status", "status", "--key", "body.pem") for name in names
        ]
        assert at_once(reviewed, "body", *revoke) == [0, 0, 0]
        found = status_list.read(reviewed.path("body", "status/revocation.json").read_bytes(), {})
        assert [found.is_set(index) for index in indexes] == [True, True, True]

    def test_two_statements_are_registered(self, reviewed: Parties) -> None:
        assert attest(reviewed, "conditional", "first", "--rules", "gbt-24067")[0] == 0
        told = ("--decision", "conditional", "--paper", "review.xlsx", *OFFICE, *JUDGED)
        commands = [("attest", "parcel", *told, "-o", name) for name in ("one", "two")]
        assert at_once(reviewed, "body", *commands) == [0, 0]
        register = json.loads(reviewed.path("body", "status/register.json").read_bytes())
        assert len(register["entries"]) == 3

    def test_two_parcels_are_logged(self, sent: Parties) -> None:
        told = ("--recipient", "R", "--country", "DE", "--basis", "b", "--purpose", "p", "--log", "race.log")
        commands = [("share", "case", "-o", name, *told) for name in ("one", "two")]
        assert at_once(sent, "maker", *commands) == [0, 0]
        entries = export_log.entries(sent.path("maker", "race.log").read_bytes())
        assert len(entries) == 2


class TestNames:
    """A body goes by the name that the list gives it."""

    def test_another_one(self, reviewed: Parties) -> None:
        key = PrivateKey.from_pem(reviewed.path("body", "body.pem").read_bytes()).public_key
        listed = made.entity("Example Body", [made.state("recogniser", others=[key.did])])
        put(reviewed.path("body", "trust"), World(own_entities=[listed]).files())
        reviewed.done("body", "review", "parcel", *JUDGED, "-o", "again.xlsx")
        fill(reviewed.path("body", "again.xlsx"), one_condition, reviewed.now)
        told = ("attest", "parcel", *JUDGED, "--decision", "conditional", "--paper", "again.xlsx")
        office = ("--key", "body.pem", "--status", "status", "--status-base", BASE)
        code, answer = reviewed.run("body", *told, *office, "--body", "Somebody else", "-o", "one")
        assert code != 0
        assert "attest.other-name" in json.dumps(answer)
        code, answer = reviewed.run("body", *told, *office, "--body", "Example Body", "-o", "one")
        assert code == 0, answer


class TestHalfDone:
    """What cannot be finished leaves everything as it was."""

    def test_a_first_statement_that_cannot_be_made(self, reviewed: Parties) -> None:
        """A status folder's address stands in statements for good: there is none before there is one."""
        told = ("attest", "parcel", *JUDGED, "--paper", "review.xlsx")
        office = ("--key", "body.pem", "--body", "Example Body", "--status", "status")
        wrong = ("--status-base", "https://wrong.example/x")
        assert reviewed.run("body", *told, *office, *wrong, "--decision", "recognised", "-o", "one")[0] != 0
        assert not reviewed.path("body", "status").exists()
        assert attest(reviewed, "conditional", "one", "--rules", "gbt-24067")[0] == 0
        before = files.load_folder(reviewed.path("body", "status"))
        code, answer = reviewed.run("body", *told, *office, *wrong, "--decision", "conditional", "-o", "two")
        assert code == 2
        assert "attest.other-base" in json.dumps(answer)
        assert files.load_folder(reviewed.path("body", "status")) == before
        assert not reviewed.path("body", "two").exists()
        assert BASE in reviewed.path("body", "one/statement.json").read_text()

    def test_what_is_replaced_stays_until_there_is_something_in_its_place(self, reviewed: Parties) -> None:
        code, told = attest(reviewed, "conditional", "old", "--rules", "gbt-24067")
        assert code == 0
        place = "old/statement.json/new"  # below a file: it cannot be written
        code, _ = attest(
            reviewed, "conditional", place, "--rules", "gbt-24067", "--replaces", "old/statement.json"
        )
        assert code != 0
        found = status_list.read(reviewed.path("body", "status/revocation.json").read_bytes(), {})
        assert not found.is_set(int(str(told["index"])))

    @pytest.mark.parametrize("more", [("--suspend",), ()])
    def test_a_clock_that_runs_behind_the_lists(self, reviewed: Parties, more: tuple[str, ...]) -> None:
        """Whoever has the younger list would not hear of what stands in the older one."""
        assert attest(reviewed, "conditional", "one", "--rules", "gbt-24067")[0] == 0
        before = files.load_folder(reviewed.path("body", "status"))
        told = ("revoke", "one/statement.json", "--status", "status", "--key", "body.pem", *more)
        reviewed.now -= timedelta(hours=1)
        assert reviewed.run("body", *told)[0] == 2
        assert files.load_folder(reviewed.path("body", "status")) == before
        reviewed.now += timedelta(hours=1)
        assert reviewed.run("body", *told)[0] == 0

    def test_nothing_leaves_of_which_there_is_no_line(self, sent: Parties) -> None:
        sent.path("maker", "file").write_text("no folder")
        told = ("--recipient", "R", "--country", "DE", "--basis", "b", "--purpose", "p")
        code, _ = sent.run("maker", "share", "case", "-o", "left", *told, "--log", "file/export.log")
        assert code != 0
        assert not sent.path("maker", "left").exists()

    @pytest.mark.parametrize(
        ("output", "log"),
        [
            ("left", "left/export.log"),  # it would go with what is replaced
            ("left", "left"),
            ("case", "export.log"),  # what may not leave would be gone
            ("case/left", "export.log"),
            (".", "export.log"),
            ("left", "case/export.log"),
        ],
    )
    def test_what_is_shared_leaves_all_else_alone(self, sent: Parties, output: str, log: str) -> None:
        told = ("--recipient", "R", "--country", "DE", "--basis", "b", "--purpose", "p")
        sent.done("maker", "share", "case", "-o", "left", *told, "--log", "first.log")
        before = files.load_folder(sent.path("maker", "."))
        code, _ = sent.run("maker", "share", "case", "-o", output, "--force", *told, "--log", log)
        assert code == 2
        assert files.load_folder(sent.path("maker", ".")) == before

    def test_paper_and_statement_are_no_part_of_the_folder(self, reviewed: Parties) -> None:
        before = files.load_folder(reviewed.path("body", "parcel"))
        code, _ = reviewed.run("body", "review", "parcel", "--trust", "trust", "-o", "parcel/review.xlsx")
        assert code == 2
        code, _ = attest(reviewed, "conditional", "parcel/statement", "--rules", "gbt-24067")
        assert code == 2
        assert files.load_folder(reviewed.path("body", "parcel")) == before

    @pytest.mark.parametrize("away", ["revocation.json", "suspension.json", "swapped"])
    def test_nothing_is_stated_that_nobody_could_take_back(self, reviewed: Parties, away: str) -> None:
        assert attest(reviewed, "conditional", "one", "--rules", "gbt-24067")[0] == 0
        place = reviewed.path("body", "status")
        first, second = place / "revocation.json", place / "suspension.json"
        held = first.read_bytes(), second.read_bytes()
        if away == "swapped":
            first.write_bytes(held[1])
            second.write_bytes(held[0])
        else:
            (place / away).unlink()
        code, told = attest(reviewed, "conditional", "two", "--rules", "gbt-24067")
        assert code == 2
        assert "attest.no-such-list" in str(told["errors"])
        assert not reviewed.path("body", "two").exists()

    def test_a_paper_is_about_the_signatures_that_were_reviewed(self, reviewed: Parties) -> None:
        """Anybody may sign the same manifest again."""
        parcel = reviewed.path("body", "parcel")
        stranger = PrivateKey.generate(KeyType.ED25519)
        document = json.loads((parcel / "credential.json").read_bytes())
        del document["proof"]
        document["issuer"] = stranger.public_key.did
        signed = data_integrity.add_proof(document, stranger, created=document["validFrom"])
        (parcel / "credential.json").write_bytes(jcs(signed))
        (parcel / "manifest.jws").write_bytes(
            jws.sign_detached((parcel / "manifest.json").read_bytes(), stranger)
        )
        code, told = attest(reviewed, "conditional", "one", "--rules", "gbt-24067")
        assert code == 4
        assert "paper.of-another-document" in str(told["errors"])


class TestBatch:
    """A column that is there twice, or that nobody reads, is an error and not a guess."""

    @pytest.mark.parametrize(
        "table",
        [
            "folder,paper,decision,output,decision\nparcel,review.xlsx,refused,one,conditional\n",
            "folder,paper,decision,output,Replaces\nparcel,review.xlsx,conditional,one,old/statement.json\n",
            "folder,paper,decision,output,replace\nparcel,review.xlsx,conditional,one,old/statement.json\n",
        ],
    )
    def test_odd_columns(self, reviewed: Parties, table: str) -> None:
        reviewed.path("body", "batch.csv").write_text(table)
        code, told = reviewed.run("body", "attest", "--batch", "batch.csv", *JUDGED, *OFFICE)
        assert code == 4
        assert "attest.batch-columns" in json.dumps(told)
        assert not reviewed.path("body", "one").exists()


class TestPaper:
    """A decision, a name, a day and a reason are a person's, and can be seen."""

    @pytest.mark.parametrize(
        "changed",
        [
            {14: "\u200b"},
            {14: "\u3164"},
            {16: "\u2060"},
            {16: "\u00ad\u2800"},
            {13: '="condition"'},
            {14: "=A1"},
            {16: "#N/A"},
            {15: "9999-12-31"},
            {15: "2026-11-23"},
            {15: "0001-01-01"},
        ],
    )
    def test_a_cell_that_says_nothing(self, reviewed: Parties, changed: dict[int, Any]) -> None:
        paper = reviewed.path("body", "review.xlsx")
        book = openpyxl.load_workbook(paper)
        for column, value in changed.items():
            book.worksheets[0].cell(13, column, value)
        book.save(paper)
        code, told = attest(reviewed, "conditional", "one", "--rules", "gbt-24067")
        assert code != 0
        answer = json.dumps(told)
        assert "paper." in answer or "attest.open-findings" in answer
        assert not reviewed.path("body", "one").exists()
