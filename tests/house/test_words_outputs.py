"""The words of ``words.csv`` in whatever leaves the program: every command in both languages, every file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import cli
import gateway
from gateway.__main__ import main
from tests.house.test_words import excused, is_in, rows, said

ROOT = Path(__file__).resolve().parents[2]
PACK, TEA = (str(ROOT / "examples" / name) for name in ("lfp-pack.json", "tea.json"))
LANGS = ("zh", "en")


def leaves(value: Any) -> Iterator[str]:
    """Names and texts of a JSON document."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield name
            yield from leaves(child)
    elif isinstance(value, list):
        for child in value:
            yield from leaves(child)
    elif isinstance(value, str):
        yield value


def texts(data: bytes) -> Iterator[str]:
    """What a person or program can read in a file, whatever it is: packages, markup, JSON, plain text."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for name in package.namelist():
                yield name
                yield from texts(package.read(name))
    elif data.lstrip()[:1] in (b"{", b"["):
        yield from leaves(json.loads(data))
    elif data.lstrip()[:1] == b"<":
        html = b"<html" in data[:500].lower()
        root = etree.fromstring(data, etree.HTMLParser(encoding="utf-8") if html else None)
        for element in root.iter("*") if root is not None else ():
            if element.tag not in ("style", "script"):
                yield from filter(None, (element.text, element.tail, *map(str, element.attrib.values())))
    else:
        yield from data.decode("utf-8", "replace").splitlines()


EXCEPTIONS = rows("words_outputs.csv")


def claims(lines: Iterable[str]) -> list[tuple[str, str]]:
    """What is said in the lines, save in those that may: as lines of our tables, or as outputs have them."""
    return sorted(hit for hit in said(list(lines)) if not excused(*hit) and not _may(*hit))


def _may(word: str, line: str) -> bool:
    return any(row["word"].casefold() == word and is_in(row["line"], line, word) for row in EXCEPTIONS)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The lines of each command, stdout and stderr, in both languages; and the files that were made."""
    found: dict[str, set[str]] = {"files": set()}
    for lang in LANGS:
        place = tmp_path_factory.mktemp(lang)
        for arguments in runs(place):
            out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
            with redirect_stdout(out), redirect_stderr(out):
                main([*arguments, "--lang", lang])
            assert isinstance(out.buffer, io.BytesIO)
            lines = out.buffer.getvalue().decode().replace(str(place), "").splitlines()
            found.setdefault(arguments[0], set()).update(lines)
    # Files hold both languages, whoever asked for them.
    for path in sorted(p for p in place.rglob("*") if p.is_file() and p.suffix != ".pem"):
        found["files"].update(texts(path.read_bytes()))
    return found


def runs(place: Path) -> list[list[str]]:
    """Every command with its help, done well and done badly."""
    broken, key, out = place / "broken.json", str(place / "key.pem"), str(place / "out")
    broken.write_bytes(b'{"document": {}, "product": {"massKg": "heavy"}, "results": {"totalKg": "x"}}')
    targets = [f"--to={f.id}" for f in gateway.list_formats() if f.write is not None]
    packs = ["--rules=eu-battery", "--rules=gbt-24067", "--rules=cn-label"]
    book, filled = str(place / "book.xlsx"), str(place / "filled.xlsx")
    return [
        *([name, "--help"] for name in sorted(cli.hutong.commands)),
        ["formats"],
        ["detect", PACK, str(broken)],
        ["check", PACK, TEA, str(broken), *packs],
        ["targets", PACK, TEA, str(broken)],
        ["template", "battery", "--for", "pact", "--for", "battery-passport", "-o", book],
        ["template", "product", "-o", str(place / "product.xlsx")],
        ["template", "battery", "--filled", "-o", filled],
        ["check", filled, "--annotate", str(place / "marked.xlsx"), *packs],
        ["convert", PACK, "--to", "pact", "-o", str(place / "pact.json")],
        ["convert", TEA, "--to", "battery-passport", "-o", str(place / "refused.json")],
        ["keygen", "-o", key, "--no-passphrase"],
        ["issue", PACK, TEA, str(broken), *targets, "--key", key, "-o", out, "--preview", *packs],
        ["issue", PACK, *targets, "--draft", "-o", str(place / "draft")],
        ["gaps", PACK],
        ["gaps", TEA],
        ["explain", PACK, "/results/pack/carbon/total", "--html", "-o", str(place / "why.html")],
        ["explain", f"{out}/lfp-pack", "pact/product-footprint.json#/pcf/pcfExcludingBiogenicUptake"],
        ["diff", PACK, TEA],
        ["verify", f"{out}/lfp-pack", "--replay"],
        ["verify", str(place)],
        ["demo", "-o", str(place / "demo")],
    ]


@pytest.mark.parametrize("command", sorted(cli.hutong.commands))
def test_no_command_says_it(told: dict[str, set[str]], command: str) -> None:
    assert len(told[command]) > 20
    assert claims(told[command]) == []


def test_no_file_says_it(told: dict[str, set[str]]) -> None:
    assert len(told["files"]) > 5_000
    assert claims(told["files"]) == []


def test_no_group_help_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    for lang in LANGS:
        assert main(["--help", "--lang", lang]) == 0
    assert claims(capsys.readouterr().out.splitlines()) == []


def test_every_exception_holds_its_word_and_has_its_reason() -> None:
    assert [row for row in EXCEPTIONS if not said([row["line"]]) or not row["reason"]] == []


class TestTheReader:
    """That the test would see the words where they are."""

    def test_in_a_package_in_markup_and_in_json(self) -> None:
        page = "<a title='compliant'>合规<b>ok</b>is certified</a>".encode()
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as package:
            package.writestr("a.xml", page)
            package.writestr("b.json", json.dumps({"performance class": [{"x": "碳中和"}]}))
        words = {word for word, _ in claims(list(texts(held.getvalue())))}
        assert words == {"compliant", "合规", "certified", "performance class", "碳中和"}
