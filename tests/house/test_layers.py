"""The import contract holds, and would notice."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The library's public face and the values that go in and out of it; everything else is reached through them.
COMMAND_MAY_IMPORT = {
    "gateway",
    "gateway.codec",
    "gateway.console",
    "gateway.errors",
    "gateway.formats",
    "gateway.messages",
    "gateway.pipeline",
    "gateway.report",
    "gateway.resources",
    "gateway.signing",
}


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """The layout of the wheel, where cli.py is gateway.cli."""
    shutil.copytree(ROOT / "gateway", tmp_path / "gateway", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "cli.py", tmp_path / "gateway")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(layout: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=layout, capture_output=True, text=True, check=False, timeout=60)


def test_imports_go_downwards_only(layout: Path) -> None:
    done = lint(layout)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("gateway/errors.py", "import gateway.report"),
        ("gateway/messages.py", "import gateway.cli"),
        ("gateway/messages.py", "import cli"),
        ("gateway/stray.py", ""),
    ],
)
def test_a_wrong_import_is_noticed(layout: Path, module: str, line: str) -> None:
    with (layout / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = lint(layout)
    assert done.returncode == 1, done.stdout


def _imported(tree: ast.AST) -> set[str]:
    """Dotted names of the gateway modules that ``tree`` imports, to the second level."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            from_root = node.module == "gateway"
            names |= {f"gateway.{alias.name}" if from_root else node.module for alias in node.names}
    return {".".join(name.split(".")[:2]) for name in names if name.split(".")[0] == "gateway"}


def test_the_command_imports_the_public_face_only() -> None:
    imported = _imported(ast.parse((ROOT / "cli.py").read_text(encoding="utf-8")))
    modules = {name for name in imported if _is_module(name)}
    assert modules <= COMMAND_MAY_IMPORT


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()
