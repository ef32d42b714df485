"""What all tests share: third-party data read in place, no network, and an honest count at the end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
ORACLE_DATA = Path(os.environ.get("HUTONG_ORACLE_DATA", ROOT.parent / "shared" / "data"))
# Set by .ci/run where the oracle data is: then a skipped test or a silent judge fails the run.
STRICT = os.environ.get("HUTONG_STRICT_SKIPS") == "1"


@dataclass(slots=True)
class Count:
    """What one run skipped, left out and heard."""

    skipped: list[str] = field(default_factory=list)
    judges: set[str] = field(default_factory=set)
    left_out: int = 0

    def complaints(self) -> list[str]:
        """Why this run is not a full one."""
        found = [f"skipped: {nodeid}" for nodeid in self.skipped]
        found += [f"judge did not speak: {name}" for name in sorted(set(expected_judges()) - self.judges)]
        if self.left_out:
            found.append(f"oracle data absent: {self.left_out} tests left out")
        return found


_COUNT = pytest.StashKey[Count]()
_JUDGE, _LEFT_OUT = "judge", "left_out"

# The same examples on every CI run; new ones on every other. Slow machines are no failure.
settings.register_profile("hutong", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("hutong")


@pytest.fixture(scope="session")
def oracle_data() -> Path:
    """The folder of third-party samples, schemas and vectors."""
    assert ORACLE_DATA.is_dir()  # pytest_collection_modifyitems left these tests out otherwise
    return ORACLE_DATA


@dataclass(frozen=True, slots=True)
class Judges:
    """Other people's programs, run as subprocesses beside us; see tests/judges/README.md."""

    place: Path

    def python(self, script: str, *args: str | Path, timeout: float = 300) -> Any:
        """What our script ``tests/judges/python/<script>`` prints, as JSON."""
        own = self.place / "python"
        return self._json([own / ".venv" / "bin" / "python", own / script, *args], timeout)

    def node(self, script: str, *args: str | Path, timeout: float = 300) -> Any:
        """What our script ``tests/judges/<folder>/<name>.mjs`` prints as JSON."""
        assert (self.place / script).parent.joinpath("node_modules").is_dir(), "bash tests/judges/install.sh"
        return self._json(["node", self.place / script, *args], timeout)

    def _json(self, command: Sequence[str | Path], timeout: float) -> Any:
        done = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, check=False, timeout=timeout
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def judges() -> Judges:
    """The judges, where ``bash tests/judges/install.sh`` has put them."""
    place = ROOT / "tests" / "judges"
    if not (place / "python" / ".venv" / ".requirements").is_file() and not STRICT:
        pytest.skip("the judges are not installed: bash tests/judges/install.sh")
    return Judges(place)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Tests connect to nobody; the failure cannot be swallowed by ``except Exception``."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family == socket.AF_UNIX:
            connect(self, address)  # type: ignore[arg-type]  # whatever the caller gave goes through
        else:
            pytest.fail(f"a test tried to connect to {address!r}")

    def refused(*args: object, **_: object) -> None:
        pytest.fail(f"a test tried to look up or connect to {args[:2]!r}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket.socket, "connect_ex", refused)
        patch.setattr(socket, "getaddrinfo", refused)
        yield


def expected_judges() -> list[str]:
    """Every judge that must speak in a full run, by name."""
    lines = (ROOT / "tests" / "judges" / "expected.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def pytest_configure(config: pytest.Config) -> None:
    """Start counting: by the reports, which arrive here from wherever a test has run."""
    config.stash[_COUNT] = count = Count()
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Listener(count))


@dataclass(frozen=True, slots=True, eq=False)
class _Listener:
    """Counts what was skipped and which judges spoke."""

    count: Count

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.count.skipped.append(report.nodeid)
        if report.when == "call" and report.passed:
            self.count.judges.update(str(name) for key, name in report.user_properties if key == _JUDGE)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.count.left_out = max(self.count.left_out, getattr(node, "workeroutput", {}).get(_LEFT_OUT, 0))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Refuse cases out of a set: its order differs from process to process, and several would not agree."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        if len(mark.args) > 1 and isinstance(mark.args[1], (set, frozenset)):
            raise pytest.UsageError(f"{metafunc.definition.nodeid}: cases of {mark.args[0]} have no order")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs absent oracle data, and insist that judges are known by name."""
    known = set(expected_judges())
    for item in items:
        if "oracle_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.oracle)
        for mark in item.iter_markers("judge"):
            if not mark.args or not set(mark.args) <= known:
                raise pytest.UsageError(f"{item.nodeid}: name the judge as in tests/judges/expected.txt")
            item.user_properties.extend((_JUDGE, name) for name in mark.args)
    if ORACLE_DATA.is_dir():
        return
    left_out = [item for item in items if item.get_closest_marker("oracle")]
    config.stash[_COUNT].left_out = len(left_out)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Under strict counting a skip, a silent judge or absent data is a failure."""
    count = session.config.stash[_COUNT]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_LEFT_OUT] = count.left_out
    elif STRICT and exitstatus == pytest.ExitCode.OK and count.complaints():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which judges spoke and what was left out."""
    count, say = config.stash[_COUNT], terminalreporter.write_line
    if count.judges:
        say(
            f"{len(count.judges)} of {len(expected_judges())} judges spoke: {', '.join(sorted(count.judges))}"
        )
    if count.left_out:
        say(f"the oracle data is not here (HUTONG_ORACLE_DATA): {count.left_out} tests left out")
    for complaint in count.complaints() if STRICT else ():
        say(f"FAILS the strict run: {complaint}", red=True)
