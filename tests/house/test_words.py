"""What the product must not say of itself or of a file: no text says it, save where a reason stands.

``words.csv`` is the list; ``words_exceptions.csv`` names each line that may hold a word, by a piece of it:
the line tells of the law, of a form or of somebody else's act, or denies the word.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from gateway.codec.base import Context, Package
from gateway.formats import formats
from gateway.messages import Lang
from gateway.pipeline.convert import read
from gateway.pipeline.explain import explain, figures
from gateway.pipeline.explain_html import to_html
from gateway.pipeline.issue import PRIVATE, Request, draft, issue
from gateway.pipeline.rules import compare, coverage, evaluate
from gateway.recognition.render import as_text
from gateway.recognition.ruleset import PACKS
from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
EXAMPLES = ("lfp-pack.json", "tea.json")
# What people read. Examples are somebody's declaration, not our words.
PAPERS = ("*.md", "docs/**/*.md", "gateway/**/*.md", "tests/**/*.md", "examples/*.md")
TABLES = (
    "mappings/codes/*.csv",
    "mappings/fields/*.csv",
    "mappings/messages/*.csv",
    "mappings/recognition/*",
    "schemas/**/*.json",
)
LANGS: tuple[Lang, Lang] = ("zh", "en")


def rows(name: str) -> list[dict[str, str]]:
    """A table of this folder."""
    return list(csv.DictReader((HERE / name).read_text(encoding="utf-8").splitlines()))


WORDS = rows("words.csv")
EXCEPTIONS = rows("words_exceptions.csv")
ENGLISH = [row["word"] for row in WORDS if row["language"] == "en"]
CHINESE = [row["word"] for row in WORDS if row["language"] == "zh"]
# With the endings of adjectives and plurals.
GERMAN = [f"{re.escape(row['word'])}(?:e[mnrs]?|n)?" for row in WORDS if row["language"] == "de"]
# A format's name (ILCD+EPD) and an element's (epd:amount) are no words of ours.
FORBIDDEN = re.compile(
    rf"(?<![\w+-])(?:{'|'.join([*map(re.escape, ENGLISH), *GERMAN])})(?![\w-]|:\w)|{'|'.join(CHINESE)}",
    re.IGNORECASE,
)


def said(lines: Iterator[str] | list[str]) -> set[tuple[str, str]]:
    """Each forbidden word of the lines, with its line."""
    return {(found.group().casefold(), line) for line in lines for found in FORBIDDEN.finditer(line)}


def excused(word: str, line: str, *, file: str = "") -> list[int]:
    """The exceptions that let this line hold the word. An output repeats lines of tables."""
    return [
        number
        for number, row in enumerate(EXCEPTIONS)
        if row["word"].casefold() == word and file in ("", row["file"]) and is_in(row["line"], line, word)
    ]


def is_in(piece: str, line: str, word: str) -> bool:
    """A piece that is the bare word, as a code is, excuses only the line that is no more than it."""
    return piece == line.strip() if piece.casefold() == word else piece in line


def _papers() -> Iterator[tuple[str, list[str]]]:
    for pattern in (*PAPERS, *TABLES):
        for path in sorted(ROOT.glob(pattern)):
            if not {"node_modules", ".venv"} & set(path.parts):
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8").splitlines()


def _strings_of_code() -> Iterator[tuple[str, list[str]]]:
    """The strings of the code without docstrings: they reach people when no table has the text."""
    for path in [ROOT / "cli.py", *sorted((ROOT / "gateway").rglob("*.py"))]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        strings = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare
        ]
        yield path.relative_to(ROOT).as_posix(), strings


TEXTS = {**dict(_papers()), **dict(_strings_of_code())}


def test_no_text_says_what_it_must_not() -> None:
    found = {(name, *hit) for name, lines in TEXTS.items() for hit in said(lines)}
    assert [hit for hit in sorted(found) if not excused(hit[1], hit[2], file=hit[0])] == []


def test_every_exception_is_needed_and_has_its_reason() -> None:
    found = {(name, *hit) for name, lines in TEXTS.items() for hit in said(lines)}
    used = {number for name, word, line in found for number in excused(word, line, file=name)}
    assert [row for number, row in enumerate(EXCEPTIONS) if number not in used] == []
    assert all(row["reason"] for row in EXCEPTIONS)


def _leaves(value: object) -> Iterator[str]:
    """Names and texts of a JSON document."""
    if isinstance(value, Mapping):
        for name, child in value.items():
            yield str(name)
            yield from _leaves(child)
    elif isinstance(value, list):
        for child in value:
            yield from _leaves(child)
    elif isinstance(value, str):
        yield value


def _texts_of(page: bytes) -> Iterator[str]:
    """The texts of a page that people read."""
    root = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
    assert root is not None
    for element in root.iter("*"):
        if element.tag != "style":
            yield from (text.strip() for text in (element.text, element.tail) if text and text.strip())


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_output_says_it_unless_its_source_does(example: str) -> None:
    data = (ROOT / "examples" / example).read_bytes()
    request = Request(
        to=tuple(f.id for f in formats() if f.write is not None), options={"preview": "yes"}, rules=PACKS
    )
    package, context = Package.of(data, name=example), Context(now=datetime(2026, 11, 21, tzinfo=UTC))
    prepared, folder = issue(package, request, key=PrivateKey.generate(KeyType.ED25519), context=context)
    own = set(_leaves(json.loads(data)))
    told: list[str] = []
    for name, content in {**folder, **draft(prepared)}.items():
        if name.endswith(".json") and not name.startswith(f"{PRIVATE}source"):
            told += [text for text in _leaves(json.loads(content)) if text not in own]
        elif name.endswith(".html"):
            told += [text for text in _texts_of(content) if text not in own]
    assert len(prepared.written) >= 2
    assert len(told) > 1_000
    assert [hit for hit in sorted(said(told)) if not excused(*hit)] == []


def test_no_answer_to_people_says_it() -> None:
    source, other = (read((ROOT / "examples" / name).read_bytes()) for name in EXAMPLES)
    told: list[str] = []
    for lang in LANGS:
        for evaluation in (*evaluate(source, PACKS), *evaluate(other, PACKS)):
            told += as_text(evaluation, lang).splitlines()
        told += coverage(source).text(lang).splitlines()
        told += compare(other, source).text(lang).splitlines()
    told += to_html(explain(source, next(figures(source)))).splitlines()
    assert [hit for hit in sorted(said(told)) if not excused(*hit)] == []


class TestTheList:
    """The list itself, and that it would notice."""

    def test_sorted_without_doubles_each_with_its_reason(self) -> None:
        keys = [(row["language"], row["word"].casefold()) for row in WORDS]
        assert keys == sorted(set(keys))
        assert all(row["why"] for row in WORDS)
        assert {row["language"] for row in WORDS} == {*LANGS, "de"}

    @pytest.mark.parametrize(
        "line",
        [
            "This file is Compliant with the regulation.",
            "a certified result",
            "The EU carbon footprint is 5 kg.",
            "该文件已认证。",
            "本值为欧盟碳足迹",
            "performance class A",
            "Der Wert ist zertifiziert.",
            "ein amtlicher Wert",
        ],
    )
    def test_a_claim_is_noticed(self, line: str) -> None:
        assert said([line])

    @pytest.mark.parametrize(
        "line",
        ["certificate", "non-compliant", "EPDs", "compliance", "认证机构", "trusted-list", "Zertifikat"],
    )
    def test_other_words_are_left_alone(self, line: str) -> None:
        assert not said([line])
