"""Read and write of the battery passport formats beside their floor, in the same run.

Usage: python benchmarks/passports.py [--runs N]

The floor of reading is to parse the same bytes with exact numbers and judge them by the same compiled
schemas; the floor of writing is to encode the same document and judge it. Ours also accounts for every
leaf: the read-back that this takes is told apart.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gateway.codec.base import Context, Format, Package
from gateway.codec.jsonwrite import encode
from gateway.codec.run import run_writer
from gateway.formats import find
from gateway.frontdoor import json as json_door
from gateway.model.declaration import Declaration
from gateway.model.disclosure import redact
from gateway.pipeline.convert import read
from gateway.recognition.restate import restate

_EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "lfp-pack.json"
_TARGETS = ("batterypass", "en18223")


def median_ms(job: Callable[[], object], runs: int) -> float:
    """The median time of a job, after one run that compiles what is compiled once."""
    job()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        job()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def source_of(format_: Format, context: Context) -> Declaration:
    """The example as the pipeline hands it to the writer."""
    found = read(Package.of(_EXAMPLE.read_bytes()), context=context).declaration
    assert format_.basis is not None
    return restate(redact(found, format_.audience), format_.basis, target=format_.id).declaration


def measure(format_: Format, runs: int) -> list[tuple[str, float, float]]:
    """What was measured, our time and the floor's."""
    context = Context(options={"preview": "yes"})
    declaration = source_of(format_, context)
    assert format_.write is not None
    assert format_.validate is not None
    write, validate = format_.write, format_.validate
    # The first member holds the footprint; further ones are judged by the same call.
    package = write(declaration, context).package
    members = [member.data for member in package.members]
    documents = [json_door.parse(data) for data in members]

    def again() -> Package:
        return Package(package.members, package.name)  # a package parses its bytes once

    def encoded() -> list[bytes]:
        return [encode(document).encode() for document in documents]

    floor_read = median_ms(lambda: validate(again()), runs)
    floor_write = median_ms(lambda: (encoded(), validate(again())), runs)

    def read_and_validate() -> None:
        own = again()
        validate(own)
        format_.read(own, context)

    def write_and_validate() -> None:
        validate(write(declaration, context).package)

    return [
        ("read, validate", median_ms(read_and_validate, runs), floor_read),
        ("write, validate", median_ms(write_and_validate, runs), floor_write),
        (
            "write, validate, account",
            median_ms(lambda: run_writer(format_, declaration, context), runs),
            floor_write,
        ),
    ]


def main() -> int:
    """Measure every passport format and print it beside its floor."""
    parser = argparse.ArgumentParser(description="Battery passports beside their floor.")
    parser.add_argument("--runs", type=int, default=51)
    runs = parser.parse_args().runs
    print(f"median of {runs} runs, Python {sys.version.split()[0]}")
    for name in _TARGETS:
        (format_,) = find(name)
        for what, own, floor in measure(format_, runs):
            print(f"{format_.id:16} {what:24} {own:7.2f} ms   floor {floor:6.2f} ms   {own / floor:5.2f} ×")
    return 0


if __name__ == "__main__":
    sys.exit(main())
