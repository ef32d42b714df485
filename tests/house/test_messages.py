"""Every code is said in Chinese and English, and every text belongs to a code."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
FILE_NAME = re.compile(r".*\.(csv|json|jws|jsonld|md|pem|py|toml|txt|xml|xsd|xlsx|zip|html)")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
COLUMNS = ["code", "en", "zh", "expected_en", "expected_zh", "fix_en", "fix_zh"]
PAIRS = [("en", "zh"), ("expected_en", "expected_zh"), ("fix_en", "fix_zh")]
FILES = sorted((ROOT / "mappings" / "messages").glob("*.csv"))
ROWS = [row for file in FILES for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())]
CODES = {row["code"] for row in ROWS}
SOURCES = [ROOT / "cli.py", *sorted((ROOT / "gateway").rglob("*.py"))]


def _constants(node: ast.AST | None) -> set[str]:
    """The strings that an expression can be, as far as they stand in it."""
    inner = ast.walk(node) if isinstance(node, ast.Constant | ast.IfExp | ast.BoolOp) else ()
    return {n.value for n in inner if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def _called(node: ast.Call) -> str:
    name = node.func
    return name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else ""


def _codes_in(node: ast.AST) -> set[str]:
    """Codes by position: Note(...), Finding(...), code=..., and the class attribute ``code``."""
    if isinstance(node, ast.Call):
        found = {c for keyword in node.keywords if keyword.arg == "code" for c in _constants(keyword.value)}
        if _called(node) in {"Note", "Finding"} and node.args:
            found |= _constants(node.args[0])
        return {code for code in found if code}
    if isinstance(node, ast.ClassDef):
        found = set()
        for line in node.body:
            targets = [line.target] if isinstance(line, ast.AnnAssign) else getattr(line, "targets", [])
            if any(isinstance(target, ast.Name) and target.id == "code" for target in targets):
                found |= _constants(getattr(line, "value", None))
        return found
    return set()


def _strings(tree: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES if path.is_file()}
BY_POSITION = {code for tree in TREES.values() for node in ast.walk(tree) for code in _codes_in(node)}
STRINGS = {string for tree in TREES.values() for string in _strings(tree)}
# Not "gateway": its dotted words are modules.
AREAS = {code.split(".")[0] for code in CODES | BY_POSITION} - {"gateway"}


def _looks_like_code(text: str) -> bool:
    """Codes also travel through helper functions; a dotted word of a known area is one."""
    return bool(CODE.fullmatch(text)) and text.split(".", 1)[0] in AREAS and not FILE_NAME.fullmatch(text)


def test_there_are_codes_and_texts() -> None:
    assert len(CODES) > 20
    assert len(BY_POSITION) > 20


def test_codes_are_area_dot_what_happened() -> None:
    assert not [code for code in sorted(CODES | BY_POSITION) if not CODE.fullmatch(code)]


USED = BY_POSITION | {string for string in STRINGS if _looks_like_code(string)}
# ``area.`` and ``area.part-`` begin codes whose end is another string of the code.
BEGINNINGS = {s for s in STRINGS if s[-1:] in {"-", "."} and _looks_like_code(s + "x")}
COMPOSED = {
    code for code in CODES for start in BEGINNINGS if code.startswith(start) and code[len(start) :] in STRINGS
}


def test_every_code_has_a_text() -> None:
    assert not sorted(USED - CODES - BEGINNINGS)
    assert not [start for start in BEGINNINGS if not any(code.startswith(start) for code in COMPOSED)]


def test_every_text_has_a_code() -> None:
    assert not sorted(CODES - USED - COMPOSED - _codes_in_tables())


def _codes_in_tables() -> set[str]:
    """Rules are data; the codes of what they find stand in their tables."""
    others = (p for p in (ROOT / "mappings").rglob("*.*") if "messages" not in p.parts and p.suffix != ".gz")
    return {word for path in others for word in re.findall(r"[a-z0-9.-]+", path.read_text(encoding="utf-8"))}


def test_replay_is_named_as_an_attack_only_where_it_is_one() -> None:
    """What ``--replay`` does is 重新运行; 重放 is to show a signed document once more."""
    assert [row["code"] for row in ROWS if any("重放" in row[column] for column in COLUMNS)] == [
        "list.step-time"
    ]


def test_no_code_stands_twice() -> None:
    assert not [code for code, count in Counter(row["code"] for row in ROWS).items() if count > 1]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
class TestTable:
    """One file of texts."""

    def test_columns(self, file: Path) -> None:
        lines = file.read_text(encoding="utf-8").splitlines()
        assert next(csv.reader(lines)) == COLUMNS
        assert {len(row) for row in csv.reader(lines)} == {len(COLUMNS)}

    def test_both_languages_or_neither(self, file: Path) -> None:
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            assert row["en"], row["code"]
            for en, zh in PAIRS:
                assert bool(row[en].strip()) == bool(row[zh].strip()), (row["code"], en)

    def test_chinese_is_chinese_and_english_is_not(self, file: Path) -> None:
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            for en, zh in PAIRS:
                if en == "expected_en" and row[en] == row[zh] and " " not in row[en]:
                    continue  # a name that is the same in both: UTF-8
                assert not _words(row[zh]) or CHINESE.search(row[zh]), (row["code"], zh)
                assert not _words(row[en]) or row[en] != row[zh], (row["code"], en)

    def test_both_languages_say_the_same_values(self, file: Path) -> None:
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            for en, zh in PAIRS:
                in_en, in_zh = _placeholders(row[en]), _placeholders(row[zh])
                # {label_en} and {label_zh} are one value in two languages.
                assert {n.removesuffix("_en") for n in in_en} == {n.removesuffix("_zh") for n in in_zh}, row[
                    "code"
                ]


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _words(text: str) -> str:
    """The letters that stand beside the placeholders."""
    return "".join(c for literal, _, _, _ in Formatter().parse(text) for c in literal if c.isalpha())


def _literal(node: ast.expr | None) -> dict[str, ast.expr] | None:
    """The keys of a dict as it stands; None where only the running code knows them."""
    if node is None:
        return {}
    if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        return {
            str(key.value): value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
        }
    return None


def _unfilled(node: ast.Call) -> set[str]:
    """The placeholders of a note's or finding's texts that nothing fills."""
    place = {"Note": 6, "Finding": 5}[_called(node)]
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    given = _literal(node.args[place] if len(node.args) > place else named.get("params"))
    if given is None or None in named or any(isinstance(arg, ast.Starred) for arg in node.args):
        return set()
    codes = _constants(node.args[0]) if node.args else set()
    always = {"saw", "value", "at", *(("written",) if _called(node) == "Note" else ())}
    texts = [row[name] for row in ROWS if row["code"] in codes for name in COLUMNS[1:]]
    return {name for text in texts for name in _placeholders(text)} - given.keys() - always


def test_every_placeholder_is_filled() -> None:
    """A reader never sees a placeholder: what stands in a text, the code that uses it gives."""
    calls = [
        (path, node)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) in {"Note", "Finding"}
    ]
    assert len(calls) > 300
    found = {f"{path.name}:{node.lineno}": missing for path, node in calls if (missing := _unfilled(node))}
    assert found == {}
