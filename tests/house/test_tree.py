"""What holds for the whole tree: no float on the way, no machine's paths, tables that say their source."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Modules that may use float, each with its reason. An entry that is no longer needed fails, too.
FLOAT_ALLOWED = {
    "gateway/frontdoor/double.py": "finds the shortest decimal of a double that a workbook stores",
    "gateway/quantity/_table.py": "how alike two names are, for suggestions; never an amount",
}
# Spelt so that this file does not contain what it forbids.
MACHINE = re.compile(r"(?<![\w.])/(wor[k]|tm[p]|hom[e]|roo[t]|User[s])/[\w.]|[A-Z]:\\User[s]\\")
HOSTS = [
    ".".join(parts)
    for parts in [("pypi", "org"), ("npmjs", "org"), ("pythonhosted", "org"), ("npmmirror", "com")]
]
# The project's own text, which needs no description of where it comes from.
WITHOUT_METADATA = {"messages", "fields"}


def tracked() -> list[Path]:
    """The files that are committed or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    if done.returncode != 0:  # an unpacked archive
        return [
            path for path in ROOT.rglob("*") if path.is_file() and not path.is_relative_to(ROOT / ".venv")
        ]
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    """Name and content of every tracked text file."""
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            found.append((path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")))
    return found


def _uses_float(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            return True
    return False


def test_no_float_between_reader_and_writer() -> None:
    sources = sorted((ROOT / "gateway").rglob("*.py"))
    assert {str(path.relative_to(ROOT)) for path in sources if _uses_float(path)} == set(FLOAT_ALLOWED)


def test_no_path_of_a_machine() -> None:
    assert not [(name, hit.group()) for name, text in texts() for hit in MACHINE.finditer(text)]


def test_no_registry_host() -> None:
    assert not [(name, host) for name, text in texts() for host in HOSTS if host in text]


def test_lock_files_name_no_download_address() -> None:
    locks = [text for name, text in texts() if name.endswith("package-lock.json")]
    assert not [text for text in locks if '"resolved"' in text]


def _tables() -> list[Path]:
    found = (path for path in sorted((ROOT / "mappings").rglob("*.csv")))
    return [path for path in found if path.relative_to(ROOT / "mappings").parts[0] not in WITHOUT_METADATA]


@pytest.mark.parametrize("table", _tables(), ids=lambda path: path.stem)
def test_table_has_metadata(table: Path) -> None:
    metadata = json.loads(table.with_suffix(".meta.json").read_text(encoding="utf-8"))
    assert {"title", "edition", "date", "source", "licence", "sha256"} <= set(metadata)
    # A changed row is a change of results: the digest reminds whoever forgot edition and changelog.
    assert metadata["sha256"] == hashlib.sha256(table.read_bytes()).hexdigest()


def test_commands_in_the_papers_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    papers = [(name, text) for name, text in texts() if name.endswith(".md") or name == ".ci/run"]
    command = re.compile(r"(?m)(?:^|`)make ([a-z][a-z-]*)")
    said = {(name, word) for name, text in papers for word in command.findall(text)}
    assert {"demo", "test"} <= {word for name, word in said if name == "README.md"}
    assert not sorted((name, word) for name, word in said if word not in targets)


def test_readme_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^):]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert links
    assert not [link for link in links if not (ROOT / link.split("#")[0]).exists()]


def test_notice_carries_what_the_pact_licence_asks_for() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for needed in ("PACT Technical Specifications", "(WBCSD)", "\n5.1 ", "\n5.2 ", "\n5.3 "):
        assert needed in notice
