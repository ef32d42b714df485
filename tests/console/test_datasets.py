"""``convert`` on packages of data sets: whole, on two processors, stopped and gone on with."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import main
from gateway.codec.base import Member
from gateway.codec.datasets import DatasetFormat
from gateway.console.dataset_jobs import Job
from gateway.console.dataset_jobs import run as jobs_run
from gateway.storage.staging import Staging

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<processDataSet xmlns="http://lca.jrc.it/ILCD/Process" xmlns:common="http://lca.jrc.it/ILCD/Common"
 version="1.1">
<processInformation><dataSetInformation><common:UUID>{id}</common:UUID>
<name><baseName xml:lang="en">mill {n}</baseName><baseName xml:lang="zh">工厂{n}</baseName></name>
<classificationInformation><common:classification><common:class level="0">Metals</common:class>
</common:classification></classificationInformation></dataSetInformation>
<quantitativeReference type="Reference flow(s)"><referenceToReferenceFlow>0</referenceToReferenceFlow>
</quantitativeReference><time><common:referenceYear>2024</common:referenceYear></time>
<geography><locationOfOperationSupplyOrProduction location="CN"/></geography></processInformation>
<modellingAndValidation><LCIMethodAndAllocation><typeOfDataSet>Unit process, single operation</typeOfDataSet>
</LCIMethodAndAllocation></modellingAndValidation>
<administrativeInformation><publicationAndOwnership><common:dataSetVersion>01.00.000</common:dataSetVersion>
</publicationAndOwnership></administrativeInformation>
<exchanges><exchange dataSetInternalID="0"><referenceToFlowDataSet type="flow data set"
 refObjectId="08a91e70-3ddc-11dd-923d-0050c2490048" uri="../flows/x.xml"><common:shortDescription
 xml:lang="en">steel</common:shortDescription></referenceToFlowDataSet><exchangeDirection>Output</exchangeDirection>
<meanAmount>{n}.5</meanAmount><resultingAmount>{n}.5</resultingAmount></exchange></exchanges></processDataSet>"""
Files = dict[str, bytes]


def fill(folder: Path, n: int) -> Path:
    (folder / "processes").mkdir(parents=True)
    for number in range(n):
        id_ = uuid.uuid5(uuid.NAMESPACE_URL, f"mill {number}")
        (folder / "processes" / f"{id_}.xml").write_text(DOCUMENT.format(id=id_, n=number), encoding="utf-8")
    return folder


@pytest.fixture
def mills(tmp_path: Path) -> Path:
    """Three processes."""
    return fill(tmp_path / "mills", 3)


def files(folder: Path) -> Files:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def run(*args: str | Path) -> int:
    return main(["convert", *map(str, args)])


class TestShapes:
    """A file, a zip, a folder."""

    def test_a_folder_gives_a_folder(self, mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = mills.with_name("out")
        assert run(mills, "--to", "ilcd", "-o", out, "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["written"], told["refused"], told["files"]) == (3, 0, 3)
        assert len(files(out)) == 3
        lines = Path(told["report"]).read_text(encoding="utf-8").splitlines()
        assert json.loads(lines[0])["target"].startswith("ilcd")
        assert sum("carried" in json.loads(line) for line in lines[1:]) == 3

    def test_the_report_is_where_it_is_said_to_be(
        self, mills: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = mills.parent / "out"
        assert run(mills, "--to", "ilcd", "-o", f"{out}/") == 0
        assert f" {out}.report.ndjson\n" in capsys.readouterr().err
        assert (mills.parent / "out.report.ndjson").is_file()

    def test_a_zip_holds_what_the_folder_does(self, mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
        source = mills.with_name("mills.zip")
        with zipfile.ZipFile(source, "w") as archive:
            for name, data in sorted(files(mills).items()):
                archive.writestr(name, data)
        assert run(source, "--to", "ilcd", "-o", mills.with_name("out.zip"), "--quiet") == 0
        assert run(mills, "--to", "ilcd", "-o", mills.with_name("out"), "--quiet") == 0
        with zipfile.ZipFile(mills.with_name("out.zip")) as archive:
            packed = {name: archive.read(name) for name in archive.namelist()}
        assert packed == files(mills.with_name("out"))
        capsys.readouterr()

    def test_a_file_gives_a_file(self, mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
        source = min((mills / "processes").iterdir())
        out = mills.with_name("one.xml")
        assert run(source, "--to", "ilcd", "-o", out, "--quiet") == 0
        assert b"processDataSet" in out.read_bytes()
        capsys.readouterr()


class TestExits:
    """What the exit code says."""

    def test_a_loss_is_one_only_if_asked(self, mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(mills, "--to", "openlca", "-o", mills.with_name("a"), "--quiet") in {0, 4}
        assert run(mills, "--to", "ilcd", "-o", mills.with_name("b"), "--strict", "--quiet") == 0
        capsys.readouterr()

    def test_standard_input_is_no_package(self, mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(mills, "--to", "ilcd", "-o", "-") == 2
        assert run(mills, "--to", "ilcd", "-o", mills.with_name("x"), "--set", "colour=red") == 2
        assert not mills.with_name("x").exists()
        assert "colour" in capsys.readouterr().err

    def test_what_is_broken_is_refused_alone(self, mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
        broken = min((mills / "processes").iterdir())
        text = broken.read_text(encoding="utf-8")
        flow = re.compile("<referenceToFlowDataSet.*?</referenceToFlowDataSet>", re.DOTALL)
        broken.write_text(flow.sub("", text), encoding="utf-8")
        assert run(mills, "--to", "ilcd", "-o", mills.with_name("out"), "--json") == 4
        told = json.loads(capsys.readouterr().out)
        assert (told["written"], told["refused"]) == (2, 1)
        assert {e["code"] for one in told["refusals"] for e in one["refused"]} == {"ilcd.not-valid"}

    def test_the_same_in_chinese(self, mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(mills, "--to", "ilcd", "-o", mills.with_name("out"), "--lang", "zh") == 0
        assert "已写出 3 个数据集，共 3 个文件" in "".join(capsys.readouterr())


class TestForce:
    """What stands there is replaced only if it is ours and somebody says so."""

    def test_an_output_of_ours(self, mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = mills.with_name("out")
        assert run(mills, "--to", "ilcd", "-o", out, "--quiet") == 0
        first = files(out)
        assert run(mills, "--to", "ilcd", "-o", out, "--quiet") != 0
        assert run(mills, "--to", "ilcd", "-o", out, "--quiet", "--force") == 0
        assert files(out) == first
        capsys.readouterr()

    def test_a_folder_of_others_stays(self, mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = mills.with_name("letters")
        out.mkdir()
        (out / "letter.txt").write_text("mine")
        assert run(mills, "--to", "ilcd", "-o", out, "--force", "--quiet") != 0
        assert files(out) == {"letter.txt": b"mine"}
        capsys.readouterr()


def command(source: Path, out: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "cli",
        "convert",
        str(source),
        "--to",
        "ilcd",
        "-o",
        str(out),
        "--quiet",
        *more,
    ]


# Our command, stopped by its own hand in the middle of the fourth part.
KILLED = """
import os, signal, sys
from gateway.storage.staging import Stage
write = Stage.write
def some(entries):
    yield next(entries)
    yield next(entries)
    os.kill(os.getpid(), signal.SIGKILL)
def stopping(self, part, entries):
    write(self, part, some(entries) if part == "000003" else entries)
Stage.write = stopping
from cli import main
sys.exit(main(sys.argv[1:]))
"""
# With a second thread, workers begin with nothing of ours.
THREADED = """
import sys, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
from cli import main
sys.exit(main(sys.argv[1:]))
"""
ORPHANED = """
import multiprocessing, os, signal, sys
from gateway.storage.staging import Staging
note = Staging.note
def stopping(self, part):
    note(self, part)
    if workers := multiprocessing.active_children():
        print(*(one.pid for one in workers), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
Staging.note = stopping
from cli import main
sys.exit(main(sys.argv[1:]))
"""


def told_in(stage: Path) -> set[str]:
    """The files that the reports of the finished parts tell."""
    parts = (stage / "journal").read_text(encoding="utf-8").split()
    reports = [(stage / f"report.ndjson.{part[:-1]}").read_text(encoding="utf-8") for part in parts]
    return {
        told["file"] for one in reports for line in one.splitlines() if "file" in (told := json.loads(line))
    }


def _is_running(stat: Path) -> bool:
    try:
        return stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class TestParts:
    """Parts on two processors, and parts of a run that was killed."""

    def test_two_processors_give_the_same(self, tmp_path: Path) -> None:
        source = fill(tmp_path / "mills", 120)
        threaded = [sys.executable, "-c", THREADED]
        for name, jobs, how in (("one", "1", None), ("two", "2", None), ("apart", "2", threaded)):
            told = command(source, tmp_path / name, "--jobs", jobs)
            asked = told if how is None else [*how, *told[3:]]
            assert subprocess.run(asked, cwd=ROOT, check=False).returncode == 0
        for name in ("two", "apart"):
            assert files(tmp_path / "one") == files(tmp_path / name)
            reports = [(tmp_path / f"{one}.report.ndjson").read_bytes() for one in ("one", name)]
            assert reports[0] == reports[1]

    @pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks the system for its processes")
    def test_workers_end_with_a_killed_run(self, tmp_path: Path) -> None:
        source = fill(tmp_path / "mills", 300)
        told = command(source, tmp_path / "out", "--jobs", "2")
        asked = [sys.executable, "-c", ORPHANED, *told[3:]]
        run = subprocess.run(asked, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
        assert run.returncode == -signal.SIGKILL
        workers = [Path("/proc") / pid / "stat" for pid in run.stdout.split()]
        assert len(workers) == 2
        for _ in range(600):
            if not any(map(_is_running, workers)):
                break
            time.sleep(0.1)
        assert not any(map(_is_running, workers))

    def test_a_killed_run_is_gone_on_with(self, tmp_path: Path) -> None:
        """Killed when three parts are in the journal and the fourth is being written."""
        source = fill(tmp_path / "mills", 260)
        whole, out = tmp_path / "whole", tmp_path / "out"
        assert subprocess.run(command(source, whole), cwd=ROOT, check=False).returncode == 0
        first = [sys.executable, "-c", KILLED, *command(source, out)[3:]]
        assert subprocess.run(first, cwd=ROOT, check=False).returncode == -signal.SIGKILL
        assert not out.exists()
        (stage,) = tmp_path.glob(".out.*.part")
        assert (stage / "journal").read_text(encoding="utf-8").splitlines() == [
            "000000.",
            "000001.",
            "000002.",
        ]
        kept = {name: (stage / "files" / name).stat().st_mtime_ns for name in files(stage / "files")}
        assert len(kept) == 151
        (begun,) = {name for name in kept if name not in told_in(stage)}
        del kept[begun]  # it is written again
        assert subprocess.run(command(source, out), cwd=ROOT, check=False).returncode == 0
        assert files(out) == files(whole)
        reports = [(tmp_path / f"{name}.report.ndjson").read_bytes() for name in ("out", "whole")]
        assert reports[0] == reports[1]
        assert {name: (out / name).stat().st_mtime_ns for name in kept} == kept
        assert list(tmp_path.glob(".out.*")) == []


class TestWhatIsLeftOut:
    """What a part leaves out and a later one holds is no loss; documents that stay behind are one."""

    def test_flows_in_a_process_are_not_left_out(
        self, oracle_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        source = oracle_data / "lca" / "olca-jsonld" / "us-fpl-jsonld.zip"
        assert run(source, "--to", "ecospold2", "-o", tmp_path / "out", "--json") == 0
        told = json.loads(capsys.readouterr().out)
        lines = [json.loads(line) for line in Path(told["report"]).read_text(encoding="utf-8").splitlines()]
        held = {json.dumps(line["dataset"]) for line in lines if "carried" in line}
        left = {json.dumps(line["dataset"]) for line in lines if "refused" in line}
        assert (len(held), len(left)) == (told["written"], told["leftOut"])
        assert held.isdisjoint(left)
        assert {json.loads(one)["kind"] for one in left}.isdisjoint({"flow", "process"})

    def test_documents_go_along_or_are_told(
        self, oracle_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        source = oracle_data / "lca" / "ilcd-epd" / "oekobau_with_dependencies.zip"
        with zipfile.ZipFile(source) as archive:
            documents = {n.rpartition("/")[2] for n in archive.namelist() if n.endswith(".pdf")}
        for target, lost in (("ilcd", 0), ("openlca", 1), ("ecospold2", 4)):
            assert run(source, "--to", target, "-o", tmp_path / target, "--json") == 0
            told = json.loads(capsys.readouterr().out)
            there = {name.rpartition("/")[2] for name in files(tmp_path / target)}
            report = Path(told["report"]).read_text(encoding="utf-8").splitlines()
            notes = [one["note"] for one in map(json.loads, report) if "package" in one and "note" in one]
            assert len(notes) == told["codes"].get("dataset.document-left-out", 0) == lost
            assert documents - there == {note["path"].rpartition("/")[2] for note in notes}


# The same with two workers: they go on for a while after the command that counts them was killed.
KILLED_WORKERS = """
import os, signal, sys
from gateway.storage.staging import Staging
note = Staging.note
def stopping(self, part):
    note(self, part)
    if part == "000001":
        os.kill(os.getpid(), signal.SIGKILL)
Staging.note = stopping
from cli import main
sys.exit(main(sys.argv[1:]))
"""


class TestWorkers:
    """Two processors and a kill: nothing is done wrong, whatever a worker had begun."""

    def test_a_killed_run_with_workers_is_gone_on_with(self, tmp_path: Path) -> None:
        source = fill(tmp_path / "mills", 160)
        whole, out = tmp_path / "whole", tmp_path / "out"
        assert subprocess.run(command(source, whole), cwd=ROOT, check=False).returncode == 0
        first = [sys.executable, "-c", KILLED_WORKERS, *command(source, out, "--jobs", "2")[3:]]
        assert subprocess.run(first, cwd=ROOT, check=False).returncode == -signal.SIGKILL
        assert not out.exists()
        (stage,) = tmp_path.glob(".out.*.part")
        assert (stage / "journal").read_text(encoding="utf-8").splitlines() == ["000000.", "000001."]
        second = command(source, out, "--jobs", "2")
        assert subprocess.run(second, cwd=ROOT, check=False).returncode == 0
        assert files(out) == files(whole)
        reports = [(tmp_path / f"{name}.report.ndjson").read_bytes() for name in ("out", "whole")]
        assert reports[0] == reports[1]
        assert list(tmp_path.glob(".out.*")) == []


class TestMoreExits:
    """A loss under --strict, and a bug of ours."""

    def test_a_loss_is_three_under_strict(self, mills: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """ILCD has room for 500 characters in a name."""
        one = min((mills / "processes").iterdir())
        text = one.read_text(encoding="utf-8")
        long = text.replace("mill 0", "m" * 900).replace("mill 1", "m" * 900).replace("mill 2", "m" * 900)
        one.write_text(long, encoding="utf-8")
        for strict, code in ((), 0), (("--strict",), 3):
            out = mills.with_name(f"out{code}")
            assert run(one, "--to", "ilcd", "-o", out, "--json", *strict) == code
            assert json.loads(capsys.readouterr().out)["notes"] == {"truncated": 1}

    def test_a_bug_is_one_and_leaves_the_others(
        self, mills: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An output that breaks its own schema is not given out."""
        from gateway.codec import dataset_run
        from gateway.errors import InternalError

        judge, seen = dataset_run._judge, []

        def broken(format_: DatasetFormat, member: Member) -> None:
            seen.append(member.name)
            if len(seen) == 2:
                raise InternalError("x", path="/", code="internal.output-breaks-schema", format="x", rule="x")
            judge(format_, member)

        monkeypatch.setattr(dataset_run, "_judge", broken)
        out = mills.with_name("out")
        assert run(mills, "--to", "ilcd", "-o", out, "--json") == 1
        told = json.loads(capsys.readouterr().out)
        assert (told["written"], told["refused"], len(files(out))) == (2, 1, 2)

    def test_without_read_back_data_sets_are_counted(self, mills: Path, tmp_path: Path) -> None:
        job = Job(str(mills), "ilcd@1.1", "0", datetime(2026, 1, 1, tzinfo=UTC), read_back=False)
        staging = Staging(tmp_path / "out", "0", force=False)
        tally = jobs_run(job, staging, 1, lambda *_: None)
        assert (tally.written, tally.carried, tally.refused) == (3, 0, 0)

    def test_progress_is_lines_and_few(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway.console.dataset_jobs.PART_SIZE", 1)
        assert run(fill(tmp_path / "mills", 40), "--to", "ilcd", "-o", tmp_path / "out") == 0
        said = capsys.readouterr().err
        assert [line for line in said.splitlines() if line.endswith(" %")] == [
            f"{n} %" for n in range(0, 101, 10)
        ]
        assert not {"\r", "\x1b"} & set(said)
