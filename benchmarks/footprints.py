"""Footprint messages: one PACT 3.0 footprint parsed and judged, and many to Catena-X 10.0.0, line by line.

Usage: python benchmarks/footprints.py [--lines N] [--strict]

Every line is parsed, judged by schema and rules, converted, encoded, parsed again, judged by the schema and
the rules of the target, read back and accounted for leaf by leaf. CPU time of one core; the peak memory is
that of the whole process, with the lines made on the fly.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from gateway.codec.base import Package
from gateway.formats.pact.lines import convert_lines
from gateway.formats.pact.rules import validate

_EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "supplier.json"
_TOLD = {
    "partialFullPcf": "Cradle-to-gate",
    "retroOrProspectivePcfType": "Retrospective PCF",
    "allocationWasteIncineration": "cut-off",
    "massBalancingUsed": "false",
}
_JUDGED_US, _PER_SECOND = 200, 1_000


def lines(count: int) -> Iterator[bytes]:
    """Footprints that differ in name and figures."""
    base = json.loads(_EXAMPLE.read_text(encoding="utf-8"))
    for number in range(count):
        fossil = f"{4 + number % 97}.{number % 89:02}"
        figures = ("fossilGhgEmissions", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake")
        pcf = base["pcf"] | dict.fromkeys(figures, fossil)
        changed = base | {"productNameCompany": f"Electrolyte E-{number}", "pcf": pcf}
        yield json.dumps(changed, ensure_ascii=False).encode()


def judged_us(runs: int = 2_000) -> float:
    """The median CPU time to parse and judge one footprint."""
    (data,) = lines(1)
    taken = []
    for _ in range(runs):
        began = time.process_time_ns()
        validate(Package.of(data))
        taken.append((time.process_time_ns() - began) / 1_000)
    return statistics.median(taken)


def main() -> int:
    """Print the numbers; with ``--strict`` exit with 1 where a budget is missed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--lines", type=int, default=10_000)
    arguments.add_argument("--strict", action="store_true")
    chosen = arguments.parse_args()
    one = judged_us()
    made = list(lines(1))
    for _ in convert_lines(made, to="catenax-pcf@10.0.0", options=_TOLD):
        pass  # compiles what is compiled once
    began = time.process_time()
    written = notes = 0
    for line in convert_lines(lines(chosen.lines), to="catenax-pcf@10.0.0", options=_TOLD):
        assert line.document is not None, [error.error_code for error in line.lacks]
        written += 1
        notes += len(line.notes)
    spent = time.process_time() - began
    rate = written / spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"parsed and judged: {one:.0f} us (budget {_JUDGED_US})")
    print(f"{written} lines to Catena-X 10.0.0: {rate:.0f} per second and core (budget {_PER_SECOND})")
    print(f"notes: {notes}; peak memory {peak:.0f} MB")
    return int(chosen.strict and (one > _JUDGED_US or rate < _PER_SECOND))


if __name__ == "__main__":
    sys.exit(main())
