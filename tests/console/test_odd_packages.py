"""Files that nobody prepared: told with place and remedy in both languages, and nothing stays half done."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import main
from tests.console.test_datasets import DOCUMENT

ID = "425bf4e4-4053-55ea-a783-effd70b4bd50"
SOUND = DOCUMENT.format(id=ID, n=1)
OTHER = DOCUMENT.format(id="17f775e5-e8fe-584c-9386-402a3e4fb258", n=2)


def packed(*entries: tuple[str, str | bytes]) -> Callable[[Path], Path]:
    """A zip of these."""

    def make(folder: Path) -> Path:
        path = folder / "package.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in entries:
                archive.writestr(name, data)
        return path

    return make


def file(data: str | bytes) -> Callable[[Path], Path]:
    """One XML file."""

    def make(folder: Path) -> Path:
        path = folder / "process.xml"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return make


TWO = packed(("ILCD/processes/a.xml", SOUND), ("ILCD/processes/b.xml", OTHER))


def cut(folder: Path) -> Path:
    path = TWO(folder)
    path.write_bytes(path.read_bytes()[:900])
    return path


def damaged(folder: Path) -> Path:
    path = TWO(folder)
    path.write_bytes(path.read_bytes().replace(b"mill 2", b"mill 3", 1))
    return path


def chinese_names(folder: Path) -> Path:
    """Names in GB 18030 that do not say so, as old programs pack them."""
    path = packed(("ILCD/processes/XXXX.xml", SOUND))(folder)
    path.write_bytes(path.read_bytes().replace(b"XXXX", "过程".encode("gb18030")))
    return path


def empty(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    return folder / "nothing"


def bomb() -> str:
    lines = ['<!ENTITY a "aaaaaaaaaa">']
    lines += [f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)]
    start, end = SOUND.split("?>", 1)
    return f"{start}?><!DOCTYPE l [{''.join(lines)}]>{end.replace('mill 1', '&j;')}"


# What is made, then the code that check and convert to ILCD tell of it.
CASES: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "cut zip": (cut, "archive.not-a-zip", "archive.not-a-zip"),
    "damaged entry": (damaged, "archive.corrupt", "archive.corrupt"),
    "archive in an archive": (packed(("inner.zip", b"PK\x03\x04")), "archive.nested", "archive.nested"),
    "names in GB 18030": (chinese_names, "archive.name-not-utf8", "archive.name-not-utf8"),
    "empty folder": (empty, "input.no-package", "input.unknown-format"),
    "half a file": (file(SOUND[:900]), "xml.syntax", "xml.syntax"),
    "half a file among others": (
        packed(("ILCD/processes/a.xml", SOUND), ("ILCD/processes/b.xml", OTHER[:900])),
        "xml.syntax",
        "xml.syntax",
    ),
    "entity bomb": (file(bomb()), "xml.doctype", "xml.doctype"),
    "control character": (file(SOUND.replace("mill", "mill\x01")), "xml.syntax", "xml.syntax"),
    "wrong encoding": (
        file(SOUND.replace("工厂1", "Mühle").encode("latin-1")),
        "xml.encoding",
        "xml.encoding",
    ),
    "huge comment": (
        file(SOUND.replace("<processInformation>", f"<!--{'x' * 11_000_000}--><processInformation>", 1)),
        "xml.too-large",
        "xml.too-large",
    ),
    "two of one key": (
        packed(("ILCD/processes/a.xml", SOUND), ("ILCD/processes/b.xml", SOUND.replace("mill", "mills"))),
        "ilcd.dataset-twice",
        "ilcd.dataset-twice",
    ),
    "decimal comma": (file(SOUND.replace("1.5", "1,5")), "xml.bad-value", "ilcd.not-valid"),
}


def codes(told: object) -> set[str]:
    """All codes in an answer."""
    if isinstance(told, dict):
        own = {str(told["code"])} if isinstance(told.get("code"), str) else set()
        return own.union(*map(codes, told.values()))
    return set().union(*map(codes, told)) if isinstance(told, list) else set()


def texts(told: object) -> list[dict[str, str]]:
    """All texts in both languages."""
    if isinstance(told, dict):
        if set(told) == {"zh", "en"}:
            return [told]
        return [text for value in told.values() for text in texts(value)]
    return [text for value in told for text in texts(value)] if isinstance(told, list) else []


@pytest.mark.parametrize("name", CASES)
def test_check_tells_what_is_wrong(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, code, _ = CASES[name]
    assert main(["check", str(make(tmp_path)), "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert code in codes(told)
    assert all(text["zh"] and text["en"] and "{" not in text["zh"] + text["en"] for text in texts(told))


@pytest.mark.parametrize("name", CASES)
def test_convert_leaves_nothing_half_done(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, _, code = CASES[name]
    source, out = make(tmp_path), tmp_path / "out"
    assert main(["convert", str(source), "--to", "ilcd", "-o", str(out), "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert code in codes(told)
    assert texts(told)
    assert all("{" not in text["zh"] + text["en"] for text in texts(told))
    there = {path.name for path in tmp_path.iterdir()} - {source.name}
    assert there == ({"out", "out.report.ndjson"} if told.get("written") else set())


@pytest.mark.parametrize("name", CASES)
def test_repair_keeps_or_refuses(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, code, _ = CASES[name]
    source = make(tmp_path)
    done = main(["repair", str(source), "-o", str(tmp_path / "out"), "--json"])
    told = json.loads(capsys.readouterr().out)
    report = tmp_path / "out.report.ndjson"
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    found = codes(told) | set().union(*(codes(json.loads(line)) for line in lines))
    if name == "two of one key":  # both are sound files
        assert done == 0
        return
    code = {"empty folder": "input.no-datasets", "decimal comma": "ilcd.value-mended"}.get(name, code)
    assert done in (0, 4)
    assert code in found
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_terminal_in_c_says_it_too(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("LC_ALL", "C")
    for make, _, _ in CASES.values():
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        source = make(folder)
        assert main(["--lang", lang, "convert", str(source), "--to", "ilcd", "-o", str(folder / "out")]) == 4
        said = "".join(capsys.readouterr())
        assert "Traceback" not in said
        assert "{" not in said
        assert ("修正" in said or "拒绝" in said or "已写出" in said) is (lang == "zh")


def test_encodings_and_marks_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """UTF-8 with a mark, UTF-16 and GB 18030 in one package."""
    third = DOCUMENT.format(id="8422cd81-a778-5f76-9687-890300c87872", n=3)
    source = packed(
        ("ILCD/processes/a.xml", b"\xef\xbb\xbf" + SOUND.encode()),
        ("ILCD/processes/b.xml", OTHER.replace("UTF-8", "UTF-16").encode("utf-16")),
        ("ILCD/processes/c.xml", third.replace("UTF-8", "GB18030").encode("gb18030")),
    )(tmp_path)
    out = tmp_path / "out"
    assert main(["convert", str(source), "--to", "ilcd", "-o", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["written"], told["notes"]) == (3, {})
    assert sum("工厂" in path.read_text(encoding="utf-8") for path in out.rglob("*.xml")) == 3


@pytest.mark.parametrize("text", ["NaN", "INF", "-INF", "1E+400000"])
def test_an_amount_that_is_none_is_called_so(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = file(SOUND.replace("1.5", text))(tmp_path)
    assert main(["check", str(source), "--json"]) == 4
    (told,) = json.loads(capsys.readouterr().out)["files"]
    assert {one["code"] for one in told["findings"]} == {"ilcd.amount-no-number"}
    assert {one["saw"] for one in told["findings"]} == {text}


def test_several_files_to_one_leave_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = TWO(tmp_path)
    assert main(["convert", str(source), "--to", "ilcd", "-o", str(tmp_path / "one.xml")]) == 2
    assert {path.name for path in tmp_path.iterdir()} == {source.name}
    capsys.readouterr()


def test_nothing_written_points_to_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The flow of the exchange is not in the package: openLCA would not know its unit."""
    source = TWO(tmp_path)
    assert (
        main(["--lang", "en", "convert", str(source), "--to", "openlca", "-o", str(tmp_path / "o.zip")]) == 4
    )
    said = "".join(capsys.readouterr())
    assert "Nothing was written" in said
    assert "report" not in said
    assert "fix: " in said
    assert {path.name for path in tmp_path.iterdir()} == {source.name}


@pytest.mark.oracle
@pytest.mark.parametrize("target", ["ecospold1", "ecospold2"])
def test_sources_without_the_process_are_no_package(
    target: str, oracle_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The process names no place. Its two sources alone are of no use, and make openLCA fall over."""
    source = oracle_data / "lca/ecospold1/aluminum-extrusion.xml"
    out = tmp_path / "out.zip"
    assert main(["--lang", "en", "convert", str(source), "--to", target, "-o", str(out), "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert (told["written"], told["output"], told["refused"]) == (0, "", 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["damaged entry", "two of one key"])
def test_translate_does_not_hide_what_is_missing(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, code, _ = CASES[name]
    source, out = make(tmp_path), tmp_path / "out.zip"
    assert main(["translate", str(source), "--target", "ef-3.1", "-o", str(out)]) == 4
    assert code in "".join(capsys.readouterr())


@pytest.mark.parametrize("name", ["cut zip", "archive in an archive", "names in GB 18030"])
def test_detect_tells_why_an_archive_is_none(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, code, _ = CASES[name]
    assert main(["detect", str(make(tmp_path)), "--json"]) == 4
    assert codes(json.loads(capsys.readouterr().out)) == {code}
