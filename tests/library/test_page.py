"""docs/library.md: every block runs, prints what stands below it, and is sound to both type checkers."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import gateway
from tests.commands.manual import agrees
from tests.conftest import Judges

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "library.md"
# A block of code and what it prints.
BLOCKS = re.findall(
    r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", PAGE.read_text(encoding="utf-8"), re.DOTALL
)
PROGRAM = "\n".join(code for code, _ in BLOCKS)
CONSUMER = Path(__file__).resolve().parent / "consumer.py"


def test_every_block_prints_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for example in (ROOT / "examples").glob("*.[jx]*"):
        (tmp_path / example.name).write_bytes(example.read_bytes())
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    monkeypatch.setitem(sys.modules, "page", type(sys)("page"))
    for code, expected in BLOCKS:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - our own page
        assert agrees(tuple(expected.splitlines()), printed.getvalue().splitlines()), printed.getvalue()


def test_the_consumer_uses_every_public_name() -> None:
    text = CONSUMER.read_text(encoding="utf-8")
    assert [name for name in gateway.__all__ if not re.search(rf"\b{name}\b", text)] == []


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The page as one program and a platform's code, in a folder of their own."""
    (tmp_path / "page.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "consumer.py").write_bytes(CONSUMER.read_bytes())
    return tmp_path


def test_mypy_strict(program: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file=", "page.py"]
    done = subprocess.run([*command, "consumer.py"], cwd=program, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Success"), done.stdout


def pyright(judges: Judges, folder: Path) -> list[dict[str, Any]]:
    """What pyright says of the programs of a folder under its strictest settings."""
    settings = {"typeCheckingMode": "strict", "include": ["."]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    index = judges.place / "pyright" / "node_modules" / "pyright" / "index.js"
    command = ["node", str(index), "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    told = json.loads(done.stdout)
    assert told["summary"]["filesAnalyzed"] == len(list(folder.glob("*.py")))
    found: list[dict[str, Any]] = told["generalDiagnostics"]
    return found


@pytest.mark.judge("pyright")
def test_pyright_strict(judges: Judges, program: Path) -> None:
    found = pyright(judges, program)
    assert [f"{d['file']}:{d['range']['start']['line'] + 1} {d['message']}" for d in found] == []


@pytest.mark.judge("pyright")
def test_no_public_name_is_hidden_from_pyright(judges: Judges, tmp_path: Path) -> None:
    """The counter-test: a wrong name, a wrong type and a wrong argument are told."""
    wrong = (
        "import gateway",
        "gateway.recieve",
        "n: int = gateway.read(b'').declaration",
        "gateway.convert(1)",
    )
    (tmp_path / "wrong.py").write_text("\n".join(wrong) + "\n", encoding="utf-8")
    assert {d["range"]["start"]["line"] for d in pyright(judges, tmp_path)} == {1, 2, 3}
