"""The counting and the closed network of tests/conftest.py, tried on small suites of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSES = "def test_passes() -> None:\n    assert True\n"
SKIPS = "import pytest\n\ndef test_skips() -> None:\n    pytest.skip('no reason')\n"
ORACLE = "import pytest\n\n@pytest.mark.oracle\ndef test_oracle() -> None:\n    assert True\n"
JUDGE = "import pytest\n\n@pytest.mark.judge('one')\ndef test_judge() -> None:\n    assert True\n"


def run(suite: Path, *options: str, strict: bool, oracle: bool = True) -> subprocess.CompletedProcess[str]:
    foreign = ("COV", "PYTEST_XDIST")  # of the run that this test is in
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environment["HUTONG_STRICT_SKIPS"] = "1" if strict else ""
    environment["HUTONG_ORACLE_DATA"] = str(suite if oracle else suite / "absent")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, "tests"]
    return subprocess.run(
        command, cwd=suite, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite under our conftest and settings, with one judge and one passing test."""
    (tmp_path / "tests" / "judges").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests" / "judges" / "expected.txt").write_text("# a remark\none\n", encoding="utf-8")
    (tmp_path / "tests" / "test_passes.py").write_text(PASSES + JUDGE, encoding="utf-8")
    return tmp_path


class TestStrictRun:
    """HUTONG_STRICT_SKIPS=1: everything ran and every judge spoke, or the run fails and says why."""

    def test_passes_when_all_ran_and_all_judges_spoke(self, suite: Path) -> None:
        done = run(suite, strict=True)
        assert done.returncode == 0, done.stdout
        assert "1 of 1 judges spoke: one" in done.stdout

    def test_fails_on_a_skip_and_names_it(self, suite: Path) -> None:
        (suite / "tests" / "test_skips.py").write_text(SKIPS, encoding="utf-8")
        assert run(suite, strict=False).returncode == 0
        done = run(suite, strict=True)
        assert done.returncode == 1
        assert "FAILS the strict run: skipped: tests/test_skips.py::test_skips" in done.stdout

    def test_fails_on_a_silent_judge(self, suite: Path) -> None:
        (suite / "tests" / "test_passes.py").write_text(PASSES, encoding="utf-8")
        done = run(suite, strict=True)
        assert done.returncode == 1
        assert "FAILS the strict run: judge did not speak: one" in done.stdout

    def test_fails_without_oracle_data(self, suite: Path) -> None:
        (suite / "tests" / "test_oracle.py").write_text(ORACLE, encoding="utf-8")
        assert run(suite, strict=True, oracle=False).returncode == 1

    def test_counts_what_several_workers_tell(self, suite: Path) -> None:
        assert run(suite, "-n2", strict=True).returncode == 0
        (suite / "tests" / "test_skips.py").write_text(SKIPS, encoding="utf-8")
        (suite / "tests" / "test_oracle.py").write_text(ORACLE, encoding="utf-8")
        done = run(suite, "-n2", strict=True, oracle=False)
        assert done.returncode == 1
        assert "1 of 1 judges spoke: one" in done.stdout
        assert "FAILS the strict run: skipped: tests/test_skips.py::test_skips" in done.stdout
        assert "FAILS the strict run: oracle data absent: 1 tests left out" in done.stdout


def test_without_oracle_data_one_line_says_so(suite: Path) -> None:
    (suite / "tests" / "test_oracle.py").write_text(ORACLE, encoding="utf-8")
    done = run(suite, strict=False, oracle=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("oracle data is not here") == 1
    assert "2 passed, 1 deselected" in done.stdout


def test_a_judge_without_a_known_name_is_refused(suite: Path) -> None:
    (suite / "tests" / "judges" / "expected.txt").write_text("another\n", encoding="utf-8")
    done = run(suite, strict=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR


def test_no_test_reaches_the_network() -> None:
    with pytest.raises(pytest.fail.Exception):
        socket.create_connection(("192.0.2.1", 443), timeout=1)
    with socket.socket() as plain, pytest.raises(pytest.fail.Exception):
        plain.connect(("192.0.2.1", 443))


def test_cases_have_an_order(suite: Path) -> None:
    case = "@pytest.mark.parametrize('one', {1, 2})\ndef test_one(one: int) -> None:\n    assert one\n"
    case = f"import pytest\n\n{case}"
    (suite / "tests" / "test_passes.py").write_text(case, encoding="utf-8")
    done = run(suite, strict=False)
    assert done.returncode != 0
    assert "cases of one have no order" in done.stdout + done.stderr
