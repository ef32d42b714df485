"""``repair`` and ``check`` on packages of data sets, as people call them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from cli import main
from gateway.console.repairing import is_package

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
KILN = (EXAMPLES / "lime-kiln-ilcd.xml").read_bytes()


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A package with a broken process, a document and a file that is no XML."""
    folder = tmp_path / "plant" / "ILCD"
    for name, data in (
        ("processes/kiln.xml", KILN),
        ("external_docs/report.pdf", b"%PDF-1.7\xff"),
        ("processes/cut.xml", KILN[:500]),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return tmp_path / "plant"


def test_a_folder_is_repaired_with_what_is_beside_the_data_sets(
    plant: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = plant.with_name("mended")
    assert main(["repair", str(plant), "-o", str(out), "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {
        "files": 3,
        "data-sets": 2,
        "changed": 2,
        "mended": 9,
        "set-aside": 3,
        "refused": 1,
    }
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert written == {"ILCD/processes/kiln.xml", "ILCD/external_docs/report.pdf"}
    lines = [json.loads(line) for line in Path(told["report"]).read_text(encoding="utf-8").splitlines()[1:]]
    assert len(lines) == 12
    (cut,) = [line["setAside"] for line in lines if line["file"].endswith("cut.xml")]
    assert set(cut) == {"base64"}


def test_a_zip_gives_the_same_bytes_as_its_folder(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zipped = plant.with_name("plant.zip")
    with zipfile.ZipFile(zipped, "w") as archive:
        for path in sorted(plant.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(plant).as_posix())
    for source in (plant, zipped):
        assert main(["repair", str(source), "-o", f"{source}.out.zip", "--quiet"]) == 4
    assert Path(f"{plant}.out.zip").read_bytes() == Path(f"{zipped}.out.zip").read_bytes()
    capsys.readouterr()


def test_check_counts_the_data_sets_of_a_package(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(plant)]) == 4
    printed = capsys.readouterr().out
    assert f"{plant}: 2 data sets, 2 with errors" in printed
    assert "report.pdf" not in printed


def test_what_a_file_is_called_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A Macintosh adds files of its own; a mail program renames; Windows writes UTF-16."""
    text = KILN.decode().partition("?>")[2]
    mail, own = tmp_path / "mail.zip", "__MACOSX/._kiln.xml"
    with zipfile.ZipFile(mail, "w") as archive:
        archive.writestr(own, b"\x00\x05\x16\x07\x00")
        archive.writestr("kiln.xml.txt", b"\xef\xbb\xbf" + KILN)
        archive.writestr("kiln.dat", text.replace("6C1E2F0A", "6C1E2F0B").encode("utf-16"))
    assert main(["check", str(mail)]) == 4
    assert f"{mail}: 2 data sets, 2 with errors" in capsys.readouterr().out
    out = tmp_path / "mended.zip"
    assert main(["repair", str(mail), "-o", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["counts"]
    assert (told["files"], told["data-sets"], told["changed"], told["refused"]) == (3, 2, 2, 0)
    with zipfile.ZipFile(out) as archive:
        assert archive.read(own) == b"\x00\x05\x16\x07\x00"
    assert main(["repair", str(out), "-o", str(tmp_path / "again"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["changed"] == 0


@pytest.mark.oracle
def test_tidas_is_checked_by_its_own_rules(oracle_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = oracle_data / "lca" / "tidas" / "tidas-example-process.json"
    assert not is_package(str(file))
    assert main(["check", str(file)]) == 4
    printed = capsys.readouterr().out
    assert "tidas.missing" in printed
    assert "processInformation/time/common:referenceYear" in printed


def test_documents_may_be_archives_themselves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Word and Excel write zip archives; what stands beside data sets is never opened."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("processes/kiln.xml", KILN)
    plant, packed = tmp_path / "plant.zip", tmp_path / "packed.zip"
    with zipfile.ZipFile(plant, "w") as archive:
        archive.writestr("ILCD/processes/kiln.xml", KILN)
        archive.writestr("ILCD/external_docs/报告.docx", inner.getvalue())
        archive.writestr("ILCD/external_docs/data.zip", inner.getvalue())
    assert main(["repair", str(plant), "-o", str(tmp_path / "mended"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["data-sets"] == 1
    assert main(["convert", str(tmp_path / "mended"), "--to", "ilcd", "-o", str(tmp_path / "again")]) == 0
    for name in ("报告.docx", "data.zip"):
        assert (tmp_path / "again" / "ILCD" / "external_docs" / name).read_bytes() == inner.getvalue()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    capsys.readouterr()
    out = ["-o", str(tmp_path / "never")]
    for command in (["check"], ["detect"], ["convert", "--to", "openlca", *out], ["repair", *out]):
        assert main([*command, str(packed), "--lang", "zh"]) == 4
        printed = capsys.readouterr()
        assert "inner.zip" in printed.out + printed.err
        assert "archive.nested" in printed.out + printed.err, command
    assert not (tmp_path / "never").exists()


def test_nothing_is_written_where_there_is_nothing_to_repair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["repair", str(tmp_path / "empty"), "-o", str(tmp_path / "out")]) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
    assert "empty" in capsys.readouterr().err


def test_what_is_a_package(plant: Path, tmp_path: Path) -> None:
    lone = tmp_path / "kiln.txt"
    lone.write_bytes(KILN)
    office = tmp_path / "book.zip"
    with zipfile.ZipFile(office, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("processDataSet.xml", KILN)
    assert is_package(str(plant))
    assert is_package(str(lone))
    assert not is_package(str(office))
    assert not is_package(str(EXAMPLES / "tea.json"))
    assert not is_package("-")
    assert not is_package(str(tmp_path / "absent"))


@pytest.mark.oracle
def test_an_epd_is_checked_as_a_declaration(oracle_data: Path) -> None:
    assert not is_package(str(oracle_data / "lca" / "ilcd-epd" / "oekobau_with_dependencies.zip"))
    assert is_package(str(oracle_data / "lca" / "ilcd-tiangong" / "tiangong-lithium-hydroxide.zip"))
