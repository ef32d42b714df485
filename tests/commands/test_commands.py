"""The manual is what the command does: every example on its pages is run and compared."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from cli import hutong

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGES = sorted(HERE.glob("*.md"))
COMMANDS = tuple(hutong.commands)


def _manual() -> ModuleType:
    spec = importlib.util.spec_from_file_location("manual", HERE / "manual.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


manual = _manual()


@pytest.fixture
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the shipped examples, a fixed time, and nobody's language or colours."""
    for example in (ROOT / "examples").iterdir():
        if example.suffix in (".json", ".xml"):
            shutil.copy(example, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("HUTONG_LANG", "HUTONG_DEBUG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_example_prints_what_the_page_says(page: Path) -> None:
    found = list(manual.examples(page))
    assert found
    for example in found:
        printed, code = manual.run(example.command)
        shown = "\n".join([f"{page.name}:{example.line}: $ {example.command}", *printed, f"[exit {code}]"])
        assert code == example.code, shown
        assert manual.agrees(example.output, printed), f"{shown}\n--- the page says\n" + "\n".join(
            example.output
        )


def test_every_command_has_an_example() -> None:
    used = {example.command for page in PAGES for example in manual.examples(page)}
    assert [name for name in COMMANDS if not any(f"hutong {name}" in command for command in used)] == []


def test_the_runner_notices_a_difference() -> None:
    assert manual.agrees(("a … c", "…", "z"), ["a b c", "x", "y", "z"])
    assert not manual.agrees(("a … c",), ["a b d"])
    assert not manual.agrees(("a",), ["a", "b"])
    assert not manual.agrees(("a", "b"), ["a"])
