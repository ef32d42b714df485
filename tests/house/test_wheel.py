"""The wheel carries its data and runs from anywhere; an editable install would hide a missing file."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import gateway

ROOT = Path(__file__).resolve().parents[2]
AREAS = ("schemas", "mappings", "examples")


def run(command: list[str], cwd: Path) -> str:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))
    }
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The binaries of a fresh environment; the dependencies are those of this one, so nothing is fetched."""
    home = tmp_path_factory.mktemp("fresh")
    run([sys.executable, "-m", "venv", "--without-pip", str(home / "venv")], home)
    python = home / "venv" / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
    ]
    run([*pip, str(wheel)], home)
    fresh = Path(
        run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], home).strip()
    )
    (fresh / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python.parent


def data_files(area: str) -> set[str]:
    files = (path for path in (ROOT / area).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in files}


@pytest.mark.parametrize("area", AREAS)
def test_wheel_carries_every_data_file(wheel: Path, area: str) -> None:
    carried = set(zipfile.ZipFile(wheel).namelist())
    expected = data_files(area)
    assert expected
    assert {f"gateway/{name}" for name in expected} <= carried


def test_wheel_puts_nothing_beside_the_package(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"gateway", f"hutong-{gateway.__version__}.dist-info"}


def test_wheel_carries_licence_and_notice(wheel: Path) -> None:
    names = {Path(name).name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" in name}
    assert {"LICENSE", "NOTICE"} <= names


def test_installed_wheel_runs_from_another_directory(installed: Path, tmp_path: Path) -> None:
    assert gateway.__version__ in run([str(installed / "hutong"), "--version"], tmp_path)
    assert gateway.__version__ in run([str(installed / "python"), "-m", "gateway", "--version"], tmp_path)


def test_installed_wheel_uses_its_own_files(installed: Path, tmp_path: Path) -> None:
    code = (
        "import gateway, gateway.resources as r\n"
        "print(gateway.__file__)\n"
        "for area in (r.schema, r.mapping, r.example): print(area(''))\n"
    )
    places = run([str(installed / "python"), "-c", code], tmp_path).splitlines()
    assert len(places) == 4
    assert all(Path(place).is_relative_to(installed.parent) for place in places)


@pytest.mark.parametrize("area", AREAS)
def test_data_folders_hold_no_python(area: str) -> None:
    assert not [name for name in data_files(area) if name.endswith(".py")], "it breaks the editable build"


def test_wheel_tells_type_checkers_that_it_has_types(wheel: Path) -> None:
    assert "gateway/py.typed" in zipfile.ZipFile(wheel).namelist()
