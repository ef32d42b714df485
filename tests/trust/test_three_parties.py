"""Maker, certifier, receiving body and a fourth party, each in a folder of its own, through the command.

Nothing is shared but what is copied from one folder to another, as it would be by post.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from gateway.__main__ import main
from gateway.console.shapes import schemas
from gateway.signing.did_key import KeyType
from gateway.signing.digests import sha256_hex
from gateway.signing.jcs import jcs
from gateway.signing.key_files import write_key_file
from gateway.signing.keys import PrivateKey
from gateway.signing.libcrypto import Libcrypto, NoLibcrypto
from gateway.trust.statement import TERM
from tests.signing.sm import made as sm
from tests.trust import made
from tests.trust.conftest import TEA, World

BASE = "https://body.example/status"
ANSWERS = jsonschema.Draft202012Validator(json.loads(schemas()["answers-1.schema.json"]))
REPORT = jsonschema.Draft202012Validator(json.loads(schemas()["validation-1.schema.json"]))
DAY = timedelta(days=1)


def pem(label: str, data: bytes) -> bytes:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(data).decode()}-----END {label}-----\n".encode()


class Parties:
    """Four folders and a clock."""

    def __init__(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.root, self._patch, self._capsys = root, monkeypatch, capsys
        self.now = made.NOW
        for name in ("maker", "certifier", "body", "fourth"):
            (root / name).mkdir()
        monkeypatch.setenv("LANG", "C.UTF-8")

    def run(self, party: str, *arguments: str) -> tuple[int, dict[str, object]]:
        """Run the command in a party's folder; its exit code and JSON."""
        self._patch.chdir(self.root / party)
        self._patch.setenv("SOURCE_DATE_EPOCH", str(int(self.now.timestamp())))
        self._capsys.readouterr()
        code = main([*arguments, "--json"])
        out = self._capsys.readouterr().out
        told = json.loads(out) if out else {}
        wrong = jsonschema.exceptions.best_match(ANSWERS.iter_errors(told))
        assert wrong is None, (arguments, wrong)
        return code, told

    def done(self, party: str, *arguments: str) -> dict[str, object]:
        code, told = self.run(party, *arguments)
        assert code == 0, told
        return told

    def send(self, sender: str, what: str, receiver: str, name: str = "") -> None:
        source, target = self.root / sender / what, self.root / receiver / (name or what)
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)

    def path(self, party: str, name: str) -> Path:
        return self.root / party / name

    def verdict(self, party: str, what: str, trust: str = "trust") -> tuple[str, str]:
        _, told = self.run(party, "verify", what, "--trust", trust)
        return str(told["indication"]), str(told["subIndication"])


@pytest.fixture
def parties(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Parties:
    try:
        Libcrypto.find()
    except NoLibcrypto as error:
        pytest.skip(f"no libcrypto with SM2 on this system: {error}")
    made_ = Parties(tmp_path, monkeypatch, capsys)
    shutil.copy(TEA, made_.path("maker", "tea.json"))
    write_key_file(made_.path("maker", "maker.pem"), PrivateKey.generate(KeyType.ED25519).to_pem(None))
    write_key_file(made_.path("body", "body.pem"), PrivateKey.generate(KeyType.P256).to_pem(None))
    write_key_file(made_.path("certifier", "certifier.pem"), pem("PRIVATE KEY", sm.LEAF.pkcs8))
    made_.path("certifier", "certifier.crt").write_bytes(pem("CERTIFICATE", sm.LEAF_CERTIFICATE.encoded))
    made_.path("certifier", "middle.crt").write_bytes(pem("CERTIFICATE", sm.MIDDLE_CERTIFICATE.encoded))
    return made_


def put(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def fill(paper: Path, decide: Callable[[str, str], tuple[str, str]], day: datetime) -> None:
    """A reviewer at work: decision and reason for each finding."""
    book = openpyxl.load_workbook(paper)
    sheet = book.worksheets[0]
    for row in range(13, sheet.max_row + 1):
        decision, reason = decide(str(sheet.cell(row, 2).value), str(sheet.cell(row, 3).value))
        for column, value in enumerate((decision, "Example Reviewer", str(day.date()), reason), 13):
            sheet.cell(row, column, value)
    book.save(paper)


def one_condition(kind: str, code: str) -> tuple[str, str]:
    if kind == "agreement":
        return "condition", "the GWP set is named on the label"
    return "accepted", "seen in the source"


@pytest.fixture
def sent(parties: Parties) -> Parties:
    """The maker has prepared, the certifier and the maker have signed, the parcel is with the body."""
    parties.done(
        "maker",
        "prepare",
        "tea.json",
        "--to",
        "pact",
        "--rules",
        "gbt-24067",
        "--key",
        "maker.pem",
        "-o",
        "case",
    )
    parties.send("maker", "case", "certifier")
    seal = ("--sm2-key", "certifier.pem", "--certificate", "certifier.crt", "--chain", "middle.crt")
    parties.done("certifier", "seal", "case", *seal)
    parties.send("certifier", "case/signatures", "maker", "case/signatures")
    parties.done("maker", "seal", "case", "--key", "maker.pem")
    share(parties, "parcel", "verification of the statement")
    parties.send("maker", "parcel", "body")
    put(parties.path("body", "trust"), World().files())
    return parties


def share(parties: Parties, out: str, purpose: str, *opened: str) -> None:
    named = [word for name in opened for word in ("--open", name)]
    told = ("--recipient", "Example Body, Berlin", "--country", "DE", "--basis", "contract 7/2026")
    parties.done(
        "maker", "share", "case", "-o", out, *told, "--purpose", purpose, "--log", "export.log", *named
    )


def attest(parties: Parties, decision: str, out: str, *more: str) -> tuple[int, dict[str, object]]:
    told = ("--decision", decision, "--paper", "review.xlsx", "--key", "body.pem", "--body", "Example Body")
    status = ("--status", "status", "--status-base", BASE)
    return parties.run("body", "attest", "parcel", "--trust", "trust", *told, *status, "-o", out, *more)


def fourth_party(parties: Parties) -> None:
    """Who knows the body by its own list, and fetches its published lists by hand."""
    key = PrivateKey.from_pem(parties.path("body", "body.pem").read_bytes()).public_key
    world = World(own_entities=[made.entity("Example Body", [made.state("recogniser", others=[key.did])])])
    published = {
        f"status/{name}.json": parties.path("body", f"status/{name}.json").read_bytes()
        for name in ("revocation", "suspension")
    }
    put(parties.path("fourth", "trust"), world.files() | published)


def test_from_the_makers_desk_to_a_revoked_statement(sent: Parties) -> None:
    parties = sent
    # The parcel holds nothing private, and everything in it is believed under the body's own policy.
    assert not parties.path("body", "parcel/private").exists()
    assert parties.verdict("body", "parcel") == ("TOTAL_PASSED", "")
    # Without the source no rule can be asked.
    code, _ = parties.run("body", "verify", "parcel", "--replay")
    assert code == 6
    # The source comes privately, with its salt alone; the run comes out alike.
    share(parties, "opened", "replay", "private/source.json")
    parties.send("maker", "opened", "body", "parcel")
    told = parties.done("body", "verify", "parcel", "--replay")
    assert told["replay"]["holds"]  # type: ignore[index]
    # The reviewer's paper: everything is open, so nothing is stated.
    parties.done("body", "review", "parcel", "--trust", "trust", "--rules", "gbt-24067", "-o", "review.xlsx")
    for decision in ("recognised", "conditional", "refused"):
        code, told = attest(parties, decision, "statement", "--rules", "gbt-24067")
        assert code == 6, decision
        assert not parties.path("body", "statement").exists()
    fill(parties.path("body", "review.xlsx"), one_condition, parties.now)
    # It has a condition now, so that the plain word is not to be had.
    code, told = attest(parties, "recognised", "statement", "--rules", "gbt-24067")
    assert (code, told["errors"][0]["code"]) == (6, "attest.has-conditions")  # type: ignore[index]
    code, told = attest(parties, "conditional", "statement", "--rules", "gbt-24067")
    assert code == 0, told
    statement = json.loads(parties.path("body", "statement/statement.json").read_bytes())
    subject = statement["credentialSubject"]
    manifest = parties.path("maker", "case/manifest.json").read_bytes()
    assert subject[f"{TERM}original"][f"{TERM}sha256"] == sha256_hex(manifest)
    assert subject[f"{TERM}decision"] == "conditional"
    paper = parties.path("body", "review.xlsx").read_bytes()
    assert subject[f"{TERM}paper"][f"{TERM}sha256"] == sha256_hex(paper)
    assert subject[f"{TERM}resultSets"][0] == "declared"
    assert statement["validUntil"] == "2028-03-31T23:59:59Z"
    assert statement["issuer"]["name"] == "Example Body"
    # The original was not touched.
    assert parties.path("body", "parcel/manifest.json").read_bytes() == manifest

    # The maker's log tells both parcels.
    log = parties.done("maker", "exports", "show", "export.log")["entries"]
    assert [(e["purpose"], e["opened"]) for e in log] == [  # type: ignore[attr-defined]
        ("verification of the statement", []),
        ("replay", ["private/source.json"]),
    ]
    _each_state(parties)


def _each_state(parties: Parties) -> None:
    """A fourth party sees each state."""
    parties.send("body", "statement/statement.json", "fourth", "statement.json")
    fourth_party(parties)
    assert parties.verdict("fourth", "statement.json") == ("TOTAL_PASSED", "")
    parties.now += DAY / 2
    parties.done(
        "body", "revoke", "statement/statement.json", "--status", "status", "--key", "body.pem", "--suspend"
    )
    fourth_party(parties)
    assert parties.verdict("fourth", "statement.json") == ("INDETERMINATE", "STATUS_SUSPENDED")
    parties.done(
        "body", "revoke", "statement/statement.json", "--status", "status", "--key", "body.pem", "--lift"
    )
    fourth_party(parties)
    assert parties.verdict("fourth", "statement.json") == ("TOTAL_PASSED", "")
    # Who changes the old statement does not get the body's word for it in the new one.
    old = json.loads(parties.path("body", "statement/statement.json").read_bytes())
    old["credentialSubject"][f"{TERM}decision"] = "recognised"
    parties.path("body", "changed.json").write_bytes(jcs(old))
    code, told = attest(
        parties, "conditional", "second", "--rules", "gbt-24067", "--replaces", "changed.json"
    )
    assert (code, told["errors"][0]["code"]) == (6, "signing.signature-wrong")  # type: ignore[index]
    assert not parties.path("body", "second").exists()
    assert parties.verdict("fourth", "statement.json") == ("TOTAL_PASSED", "")
    # Re-issued: the new one replaces the old one, which is revoked.
    code, told = attest(
        parties, "conditional", "second", "--rules", "gbt-24067", "--replaces", "statement/statement.json"
    )
    assert code == 0, told
    parties.send("body", "second/statement.json", "fourth", "second.json")
    fourth_party(parties)
    assert parties.verdict("fourth", "statement.json") == ("TOTAL_FAILED", "STATUS_REVOKED")
    assert parties.verdict("fourth", "second.json") == ("TOTAL_PASSED", "")
    # What was replaced is replaced again: the one in its place goes on, and that is said.
    code, told = attest(
        parties, "conditional", "third", "--rules", "gbt-24067", "--replaces", "statement/statement.json"
    )
    assert (code, bool(told["replacedBefore"])) == (0, True), told
    fourth_party(parties)
    assert parties.verdict("fourth", "second.json") == ("TOTAL_PASSED", "")
    parties.done("body", "revoke", "second/statement.json", "--status", "status", "--key", "body.pem")
    fourth_party(parties)
    assert parties.verdict("fourth", "second.json") == ("TOTAL_FAILED", "STATUS_REVOKED")
    # An old copy of the list is no answer; nor is none.
    parties.now += 2 * DAY
    assert parties.verdict("fourth", "second.json") == ("TOTAL_FAILED", "STATUS_REVOKED")
    shutil.rmtree(parties.path("fourth", "trust/status"))
    assert parties.verdict("fourth", "second.json") == ("INDETERMINATE", "STATUS_UNAVAILABLE")


def test_what_does_not_leave_is_not_logged(sent: Parties) -> None:
    """Another certifier's signature lies where the parcel would go."""
    seal = next(sent.path("maker", "parcel/signatures").iterdir())
    seal.write_bytes(b"another")
    told = ("--recipient", "B", "--country", "DE", "--basis", "contract", "--purpose", "verification")
    before = sent.path("maker", "export.log").read_bytes()
    code, _ = sent.run("maker", "share", "case", "-o", "parcel", *told, "--log", "export.log", "--force")
    assert code != 0
    assert sent.path("maker", "export.log").read_bytes() == before


def test_what_an_export_lacks_is_told_at_once(sent: Parties) -> None:
    told = ("--country", "DE", "--purpose", " ", "--log", "export.log")
    code, answer = sent.run("maker", "share", "case", "-o", "another", *told)
    error = answer["errors"][0]  # type: ignore[index]
    assert (code, error["code"], error["at"]) == (2, "share.not-said", "recipient, basis, purpose")


def test_another_file_is_no_export_log(sent: Parties) -> None:
    before = sent.path("maker", "tea.json").read_bytes()
    code, answer = sent.run("maker", "exports", "show", "tea.json")
    assert (code, answer["errors"][0]["code"]) == (4, "share.no-log")  # type: ignore[index]
    told = ("--recipient", "B", "--country", "DE", "--basis", "contract", "--purpose", "verification")
    code, answer = sent.run("maker", "share", "case", "-o", "another", *told, "--log", "tea.json")
    assert (code, answer["errors"][0]["code"]) == (4, "share.no-log")  # type: ignore[index]
    assert sent.path("maker", "tea.json").read_bytes() == before
    assert not sent.path("maker", "another").exists()


def test_each_step_names_the_next(parties: Parties, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr; without private/ the certifier can sign, as is said."""
    monkey = parties.root / "maker"
    asked = ("--to", "pact", "--key", "maker.pem")
    for lang, word in (("en", "Next:"), ("zh", "下一步：")):
        case = f"case-{lang}"
        parties.run("maker", "seal", "absent", "--key", "maker.pem")
        assert main(["prepare", "tea.json", *asked, "-o", case, "--lang", lang]) == 0
        told = capsys.readouterr().err.splitlines()[-1]
        assert (told.startswith(word), f"hutong seal {case} --key" in told) == (True, True)
        shutil.copytree(monkey / case, monkey / "sent", ignore=shutil.ignore_patterns("private"))
        shutil.copy(parties.path("certifier", "certifier.pem"), monkey)
        seal = (
            "--sm2-key",
            "certifier.pem",
            "--certificate",
            str(parties.path("certifier", "certifier.crt")),
        )
        assert main(["seal", "sent", *seal, "--lang", lang]) == 0
        told = capsys.readouterr().err.splitlines()[-1]
        assert (told.startswith(word), "sent/signatures" in told, "hutong verify sent" in told) == (True,) * 3
        shutil.copytree(monkey / "sent" / "signatures", monkey / case / "signatures")
        assert main(["seal", case, "--key", "maker.pem", "--lang", lang]) == 0
        told = capsys.readouterr().err.splitlines()[-1]
        assert (told.startswith(word), f"hutong verify {case}" in told) == (True, True)
        shutil.rmtree(monkey / "sent")


def test_a_host_beyond_ascii_is_told_in_ascii(sent: Parties) -> None:
    sent.done("body", "review", "parcel", "--trust", "trust", "-o", "review.xlsx")
    fill(sent.path("body", "review.xlsx"), one_condition, sent.now)
    code, told = attest(sent, "conditional", "out", "--status-base", "https://机构.example/status")
    error = told["errors"][0]  # type: ignore[index]
    assert (code, error["code"]) == (2, "attest.status-base-in-ascii")
    assert error["expected"]["zh"] == "https://xn--nqv7f.example/status"


def test_who_has_signed_has_signed(sent: Parties) -> None:
    """The same message again, the same certificate again, the same key again."""
    sent.send("maker", "case", "certifier")
    message = next(sent.path("certifier", "case/signatures").iterdir()).name
    for party, seal in (
        ("certifier", ("--sm2-key", "certifier.pem", "--certificate", "certifier.crt")),
        ("certifier", ("--message", f"case/signatures/{message}")),
        ("maker", ("--key", "maker.pem")),
    ):
        code, answer = sent.run(party, "seal", "case", *seal)
        assert (code, answer["errors"][0]["code"]) == (2, "trust.sealed-already")  # type: ignore[index]


class TestWhatChangesTheVerdict:
    """Any changed byte, dropped part, swapped agreement or older list, each with its cause."""

    def test_every_file_changed_or_dropped(self, sent: Parties) -> None:
        parcel = sent.path("body", "parcel")
        for file in sorted(p for p in parcel.rglob("*") if p.is_file()):
            name, data = file.relative_to(parcel).as_posix(), file.read_bytes()
            file.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
            _, told = sent.run("body", "verify", "parcel", "--trust", "trust")
            assert told["indication"] == "TOTAL_FAILED", name
            assert any(name in f["at"] for f in told["findings"]), (name, told["findings"])  # type: ignore[attr-defined]
            file.unlink()
            _, told = sent.run("body", "verify", "parcel", "--trust", "trust")
            assert told["indication"] == "TOTAL_FAILED", name
            assert any(name in f["at"] for f in told["findings"]), (name, told["findings"])  # type: ignore[attr-defined]
            file.write_bytes(data)
        assert sent.verdict("body", "parcel") == ("TOTAL_PASSED", "")

    def test_a_swapped_agreement(self, sent: Parties) -> None:
        world = World(agreements=[made.agreement(recognisedParty="TEST list of others")])
        put(sent.path("body", "trust"), world.files())
        assert sent.verdict("body", "parcel") == ("INDETERMINATE", "NO_AGREEMENT")

    def test_an_older_list(self, sent: Parties) -> None:
        put(sent.path("body", "trust"), World(foreign={"sequence": 4}).files())
        sent.done("body", "trust", "remember", "trust")
        seen = sent.path("body", "trust/seen.json").read_bytes()
        assert sent.verdict("body", "parcel") == ("TOTAL_PASSED", "")
        put(sent.path("body", "trust"), World(foreign={"sequence": 3}).files() | {"seen.json": seen})
        assert sent.verdict("body", "parcel") == ("INDETERMINATE", "TRUST_LIST_ROLLBACK")
        code, _ = sent.run("body", "trust", "remember", "trust")
        assert code == 6
        assert (
            json.loads(sent.path("body", "trust/seen.json").read_bytes())["lists"][made.FOREIGN]["sequence"]
            == 4
        )

    def test_the_same_inputs_give_the_same_report(self, sent: Parties) -> None:
        for name in ("one", "two"):
            sent.run(
                "body", "verify", "parcel", "--trust", "trust", "--report", name, "--html", f"{name}.html"
            )
        for ending in ("", ".html"):
            one, two = (sent.path("body", name + ending).read_bytes() for name in ("one", "two"))
            assert one == two
        report = json.loads(sent.path("body", "one").read_bytes())
        assert jsonschema.exceptions.best_match(REPORT.iter_errors(report)) is None
        assert len({step["evidenceSha256"] for step in report["steps"]}) > 8
        assert "<script" not in one.decode()

    @pytest.mark.parametrize("option", ["--report", "--html"])
    def test_a_report_is_not_laid_into_what_it_is_about(self, sent: Parties, option: str) -> None:
        code, _ = sent.run("body", "verify", "parcel", "--trust", "trust", option, "parcel/report")
        assert (code, sent.path("body", "parcel/report").exists()) == (2, False)
        assert sent.verdict("body", "parcel") == ("TOTAL_PASSED", "")

    def test_a_batch_states_what_it_can(self, sent: Parties) -> None:
        told = ("--rules", "gbt-24067", "--trust", "trust")
        for name in ("parcel", "copy"):
            if name == "copy":
                shutil.copytree(sent.path("body", "parcel"), sent.path("body", "copy"))
            sent.done("body", "review", name, *told, "-o", f"{name}.xlsx")
        fill(sent.path("body", "parcel.xlsx"), one_condition, sent.now)
        rows = "folder,paper,decision,output\nparcel,parcel.xlsx,conditional,one\n"
        # A row that somebody has emptied is none.
        rows += "copy,copy.xlsx,conditional,two\n,, ,\n"
        sent.path("body", "batch.csv").write_text(rows)
        office = ("--key", "body.pem", "--body", "Example Body", "--status", "status", "--status-base", BASE)
        code, answer = sent.run("body", "attest", "--batch", "batch.csv", *told, *office)
        assert code == 6
        statements: Any = answer["statements"]
        one, two = statements
        assert (one["output"], two["file"]) == ("one", "copy")
        assert sent.path("body", "one/statement.json").exists()
        assert not sent.path("body", "two").exists()
        register = json.loads(sent.path("body", "status/register.json").read_bytes())
        assert list(register["entries"].values()) == [one["statement"]]

    def test_a_refusal_of_what_is_over_stands(self, sent: Parties) -> None:
        """(VCDM 2.0, 4.9) No statement ends before it begins; and an empty folder is no register yet."""
        sent.now = datetime(2028, 4, 4, tzinfo=UTC)
        sent.done("body", "review", "parcel", "--trust", "trust", "-o", "review.xlsx")
        fill(sent.path("body", "review.xlsx"), lambda kind, code: ("rejected", "over"), sent.now)  # noqa: ARG005
        sent.path("body", "status").mkdir()
        code, told = attest(sent, "refused", "statement")
        assert code == 0, told
        statement = json.loads(sent.path("body", "statement/statement.json").read_bytes())
        assert "validUntil" not in statement

    def test_the_plain_word_needs_a_clean_paper(self, sent: Parties) -> None:
        pairs = [{"theirs": {"standard": "GBT24067"}, "ours": {"standard": "ISO14067"}}]
        put(sent.path("body", "trust"), World(agreements=[made.agreement(subjectEquivalence=pairs)]).files())
        sent.done("body", "review", "parcel", "--trust", "trust", "-o", "review.xlsx")
        fill(sent.path("body", "review.xlsx"), lambda kind, code: ("accepted", "seen"), sent.now)  # noqa: ARG005
        code, told = attest(sent, "recognised", "statement")
        assert code == 0, told
        # The paper of another document is not taken for this one.
        share(sent, "again", "again", "private/source.json")
        sent.path("body", "parcel/manifest.json").write_bytes(b"{}")
        code, told = attest(sent, "recognised", "other")
        assert (code, told["errors"][0]["code"]) == (4, "paper.of-another-document")  # type: ignore[index]


def told_in_words(
    parties: Parties, capsys: pytest.CaptureFixture[str], lang: str, *arguments: str
) -> tuple[int, str]:
    parties.run("fourth", "verify", "statement.json")
    capsys.readouterr()
    code = main(["verify", "statement.json", *arguments, "--lang", lang])
    return code, capsys.readouterr().out


class TestWhatAStatementIsAbout:
    """Its decision and its folder, as a fourth party reads them."""

    def _stated(self, sent: Parties, decision: str, word: str) -> None:
        sent.done("body", "review", "parcel", "--trust", "trust", "-o", "review.xlsx")
        fill(sent.path("body", "review.xlsx"), lambda kind, code: (word, "seen"), sent.now)  # noqa: ARG005
        code, told = attest(sent, decision, "statement")
        assert code == 0, told
        sent.send("body", "statement/statement.json", "fourth", "statement.json")
        sent.send("body", "parcel", "fourth", "parcel")
        fourth_party(sent)

    def test_a_refusal_is_never_a_bare_pass(self, sent: Parties, capsys: pytest.CaptureFixture[str]) -> None:
        self._stated(sent, "refused", "rejected")
        manifest = sha256_hex(sent.path("body", "parcel/manifest.json").read_bytes())
        code, told = sent.run("fourth", "verify", "statement.json", "--trust", "trust", "--report", "report")
        assert (code, told["indication"]) == (0, "TOTAL_PASSED")
        report = json.loads(sent.path("fourth", "report").read_bytes())
        assert jsonschema.exceptions.best_match(REPORT.iter_errors(report)) is None
        code, plain = sent.run("fourth", "verify", "statement.json")
        for said in (told["statement"], report["statement"], plain["statement"]):
            assert isinstance(said, dict)
            assert (said["decision"], said["original"]["sha256"]) == ("refused", manifest)
            assert "REFUSED" in said["message"]["en"]
            assert "拒绝认可" in said["message"]["zh"]
        for more in ((), ("--trust", "trust")):
            for lang, word in (("en", "REFUSED"), ("zh", "拒绝认可")):
                assert word in told_in_words(sent, capsys, lang, *more)[1]
        sent.done("fourth", "verify", "statement.json", "--trust", "trust", "--html", "page.html")
        page = sent.path("fourth", "page.html").read_text(encoding="utf-8")
        assert "REFUSED" in page
        assert "拒绝认可" in page
        assert manifest in page

    def test_the_folder_it_covers(self, sent: Parties, capsys: pytest.CaptureFixture[str]) -> None:
        self._stated(sent, "conditional", "condition")
        for more in ((), ("--trust", "trust")):
            code, told = sent.run("fourth", "verify", "statement.json", "--covers", "parcel", *more)
            covers: Any = told["covers"]
            assert (code, covers["holds"], covers["findings"]) == (0, True, [])
            assert covers["absent"]
            assert told["statement"]["resultSets"] == ["declared"]  # type: ignore[index]
        assert "exactly" in told_in_words(sent, capsys, "en", "--covers", "parcel")[1]
        # Any part of it that is another one is named.
        part = sent.path("fourth", "parcel/pact/product-footprint.json")
        part.write_bytes(part.read_bytes().replace(b'"', b' "', 1))
        for more in ((), ("--trust", "trust")):
            code, told = sent.run("fourth", "verify", "statement.json", "--covers", "parcel", *more)
            covers = told["covers"]
            assert (code, covers["holds"]) == (6, False)
            assert "pact/product-footprint.json" in {finding["at"] for finding in covers["findings"]}

    def test_another_folder(self, sent: Parties) -> None:
        self._stated(sent, "conditional", "condition")
        for name, more in (("pact", ()), ("two", ("--to", "cn-pcf"))):
            told = ("--to", "pact", *more, "--key", "maker.pem", "-o", name)
            sent.done("maker", "issue", "tea.json", *told)
            sent.send("maker", name, "fourth", name)
            code, answer = sent.run("fourth", "verify", "statement.json", "--covers", name)
            covers: Any = answer["covers"]
            assert (code, covers["holds"]) == (6, False)
            assert covers["findings"][0]["code"] == "attest.other-manifest"
        # What is no statement covers nothing; and a folder covers none.
        code, answer = sent.run("fourth", "verify", "two/credential.json", "--covers", "two")
        assert (code, answer["errors"][0]["code"]) == (2, "attest.not-a-statement")  # type: ignore[index]
        code, answer = sent.run("fourth", "verify", "two", "--covers", "two")
        assert answer["errors"][0]["code"] == "usage.content-needs-file"  # type: ignore[index]

    def test_a_changed_statement_covers_nothing(self, sent: Parties) -> None:
        self._stated(sent, "refused", "rejected")
        place = sent.path("fourth", "statement.json")
        place.write_bytes(place.read_bytes().replace(b'"refused"', b'"recognised"'))
        code, told = sent.run("fourth", "verify", "statement.json", "--covers", "parcel", "--trust", "trust")
        assert (code, told["subIndication"]) == (6, "SIG_CRYPTO_FAILURE")
        assert "covers" not in told
        assert "statement" not in told
