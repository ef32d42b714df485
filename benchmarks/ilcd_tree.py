"""How long an ILCD process takes through our codec, beside the floor in the same run.

Usage: python benchmarks/ilcd_tree.py [PROCESS.xml] [--times N] [--runs N] [--strict]

The floor is what lxml alone needs for the same bytes and the same schema: parse, validate, serialise. Ours
reads the document into a tree with every defect and place, validates it, and writes it again; reading the
output back is reported apart. ``--times`` repeats the exchanges. ``--strict`` exits with 1 above four times
the floor.
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from gateway import resources
from gateway.codec.xmltree import read_tree, write_tree
from gateway.codec.xmlverdict import schema_of, valid

_LIMIT = 4
_ROOT = Path(__file__).resolve().parent.parent
_DATA = Path(os.environ.get("HUTONG_ORACLE_DATA", _ROOT.parent / "shared" / "data"))


def repeated(data: bytes, times: int) -> bytes:
    """The document with its exchanges several times over, each with an id of its own."""
    root = etree.fromstring(data)
    exchanges = next(root.iter("{*}exchanges"))
    first = [node for node in exchanges if etree.QName(node).localname == "exchange"]
    for turn in range(1, times):
        for node in first:
            twin = copy.deepcopy(node)
            twin.set("dataSetInternalID", str(int(node.get("dataSetInternalID", "0")) + turn * 10_000))
            exchanges.append(twin)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def main() -> int:
    """Measure floor and ours in turn and print the ratios."""
    parser = argparse.ArgumentParser(description="An ILCD process through the codec.")
    parser.add_argument("process", nargs="?", type=Path, default=_DATA / "lca" / "ilcd" / "process.xml")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--runs", type=int, default=31)
    parser.add_argument("--strict", action="store_true", help=f"exit with 1 above {_LIMIT} times the floor")
    options = parser.parse_args()
    data = repeated(options.process.read_bytes(), options.times)
    tree = read_tree(data)
    path = str(resources.schema(schema_of(tree.structure)))
    schema = etree.XMLSchema(etree.parse(path))

    def floor() -> None:
        root = etree.fromstring(data)
        schema.validate(root)
        etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def read() -> None:
        read_tree(data)

    def validate() -> None:
        assert tree.element is not None
        valid(tree.element, tree.structure)

    def write() -> None:
        write_tree(tree)

    written = write_tree(tree)

    def read_back() -> None:
        if read_tree(written) != tree:
            raise RuntimeError("what was written does not read back the same")

    jobs: dict[str, Callable[[], None]] = {
        "floor": floor,
        "read": read,
        "validate": validate,
        "write": write,
        "read back": read_back,
    }
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(options.runs):
        for name, job in jobs.items():
            began = time.perf_counter()
            job()
            times[name].append((time.perf_counter() - began) * 1000)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ours = medians["read"] + medians["validate"] + medians["write"]
    ratio = ours / medians["floor"]
    kilobytes = len(data) / 1000
    python = sys.version.split()[0]
    print(f"{options.process.name}, {kilobytes:.0f} kB, median of {options.runs} runs, Python {python}")
    for name, value in medians.items():
        print(f"{name:10} {value:8.2f} ms")
    print(f"read, validate, write  {ours:.2f} ms   {ratio:.2f} × floor (budget {_LIMIT})")
    print(f"with read-back         {ours + medians['read back']:.2f} ms")
    return int(options.strict and ratio > _LIMIT)


if __name__ == "__main__":
    sys.exit(main())
