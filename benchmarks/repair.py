"""How fast the doctor goes through real broken data sets, beside the floor of the same run.

Usage: python benchmarks/repair.py [FOLDER] [--runs N]

The floor is lxml alone: parse, validate under our schema, serialise. The doctor builds the index of the
package, reads every data set with its defects and places, mends, writes and judges it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from gateway.codec.shelf import FileShelf
from gateway.codec.xmltree import structure_of
from gateway.codec.xmlverdict import valid
from gateway.formats.ilcd.dataset_index import index_of
from gateway.formats.ilcd.repair import repair_file
from gateway.pipeline.repair import Doctor

_ROOT = Path(__file__).resolve().parent.parent
_DATA = Path(os.environ.get("HUTONG_ORACLE_DATA", _ROOT.parent / "shared" / "data"))


def main() -> None:
    """Measure floor, index, repair and diagnosis in turn and print files per second."""
    parser = argparse.ArgumentParser(description="The doctor on a folder of ILCD data sets.")
    parser.add_argument("folder", nargs="?", type=Path, default=_DATA / "tiangong")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    names = sorted(options.folder.rglob("*.xml"))
    files = {path.relative_to(options.folder).as_posix(): path.read_bytes() for path in names}
    shelf = FileShelf(options.folder.name, files)
    index = index_of(shelf)

    def floor() -> None:
        for data in files.values():
            root = etree.fromstring(data)
            structure = structure_of(root)
            assert structure is not None
            valid(root, structure)
            etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def repair() -> None:
        for name, data in files.items():
            repair_file(name, data, index)

    def diagnose() -> None:
        for _ in Doctor(shelf).diagnose():
            pass

    jobs: dict[str, Callable[[], object]] = {
        "floor": floor,
        "index": lambda: index_of(shelf),
        "repair": repair,
        "index and diagnosis": diagnose,
    }
    taken = {name: [_seconds(job) for _ in range(options.runs)] for name, job in jobs.items()}
    size = sum(map(len, files.values()))
    print(f"{len(files)} data sets, {size / 1e6:.1f} MB, median of {options.runs} runs")
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        ratio = median / statistics.median(taken["floor"])
        print(f"{name:<20} {median:6.2f} s  {len(files) / median:6.0f} files/s  {ratio:4.1f} × floor")


def _seconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
