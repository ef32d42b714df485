"""How long the command takes to start and to do its small jobs, beside what Python itself takes.

Usage: python benchmarks/startup.py [--runs N] [--strict]

Every command is a cold process; what counts is the median. ``python -c pass`` is the floor, measured in
the same run, alternating with the rest. ``--strict`` exits with 1 where a budget is exceeded.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HUTONG = str(Path(sys.executable).with_name("hutong"))
EXAMPLE = ROOT / "examples" / "lfp-pack.json"
# As installed: pip compiles what it installs, so a run must not be made to compile everything again.
_INSTALLED = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
# `check` has done its work when it says that a rule in force failed.
_RULE_FAILED = 5


@dataclass(slots=True)
class Job:
    """One command with its budget; ``{out}`` in an argument is a fresh path."""

    name: str
    command: list[str]
    budget_ms: int | None = None
    times_ms: list[float] = field(default_factory=list)

    def measure(self, scratch: Path) -> None:
        """Run once and keep the time."""
        out = str(scratch / f"out-{time.monotonic_ns()}")
        command = [part.format(out=out) for part in self.command]
        began = time.perf_counter()
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=60, env=_INSTALLED
        )
        self.times_ms.append((time.perf_counter() - began) * 1000)
        if done.returncode not in (0, _RULE_FAILED):
            raise RuntimeError(f"{self.name} ended with {done.returncode}: {done.stderr}")

    @property
    def median_ms(self) -> float:
        """The middle of all runs."""
        return statistics.median(self.times_ms)

    @property
    def late(self) -> bool:
        """Whether the budget is exceeded."""
        return self.budget_ms is not None and self.median_ms > self.budget_ms


def jobs(scratch: Path) -> list[Job]:
    """What is measured; the budgets are the project's own promises."""
    key = str(scratch / "key.pem")
    issue = [
        HUTONG,
        "issue",
        str(EXAMPLE),
        "--to",
        "pact",
        "--to",
        "batterypass",
        "--key",
        key,
        "-o",
        "{out}",
    ]
    subprocess.run([HUTONG, "keygen", "-o", key, "--no-passphrase"], check=True, capture_output=True)
    return [
        Job("python -c pass (floor)", [sys.executable, "-c", "pass"]),
        Job("hutong --version", [HUTONG, "--version"], 150),
        Job("import gateway", [sys.executable, "-c", "import gateway"], 150),
        Job("hutong check (example)", [HUTONG, "check", str(EXAMPLE)], 400),
        Job("hutong issue (example, two targets)", issue, 1000),
    ]


def main() -> int:
    """Measure, print, and with --strict judge."""
    parser = argparse.ArgumentParser(description="Start-up times, cold.")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a budget is exceeded")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measured = jobs(Path(scratch))
        for _ in range(options.runs + 1):
            for job in measured:
                job.measure(Path(scratch))
    for job in measured:
        del job.times_ms[0]  # the first run fills the file cache
    floor = measured[0].median_ms
    print(f"median of {options.runs} cold runs, ms; {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print(f"{'':38}{'median':>8}{'above floor':>13}{'budget':>8}")
    for job in measured:
        budget = "" if job.budget_ms is None else str(job.budget_ms)
        verdict = "  exceeded" if job.late else ""
        print(f"{job.name:38}{job.median_ms:8.0f}{job.median_ms - floor:13.0f}{budget:>8}{verdict}")
    return int(options.strict and any(job.late for job in measured))


if __name__ == "__main__":
    sys.exit(main())
