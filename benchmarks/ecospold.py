"""EcoSpold 1 and 2 read, normalised, validated and written, beside their floor and beside others, in one run.

Usage: python benchmarks/ecospold.py [--data FOLDER] [--runs N]

The floor is what lxml alone needs for the same bytes: parse, validate under the same compiled schema,
serialise. Ours puts every value into the model or beside it and writes the document again; the accounts of
every leaf are told apart. Beside: pyecospold, which parses and validates and writes, and bw2io, which
extracts, both in the environment of the judges.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from gateway.codec import xmlverdict
from gateway.codec.base import Context
from gateway.codec.dataset_run import write_bundle
from gateway.codec.datasets import DatasetFormat
from gateway.codec.shelf import FileShelf
from gateway.codec.xmlstructure import structure
from gateway.codec.xmltree import XmlTree, read_tree, write_tree
from gateway.formats.ecospold import ECOSPOLD1, ECOSPOLD2, one_writer, two_writer
from gateway.frontdoor import xml as xml_door
from gateway.model.dataset import DatasetKind
from gateway.quantity.exact import own_arithmetic

_ROOT = Path(__file__).resolve().parents[1]
_DATA = Path(os.environ.get("HUTONG_ORACLE_DATA", _ROOT.parent / "shared" / "data"))
_PYTHON = _ROOT / "tests/judges/python/.venv/bin/python"
_GOAL = 4.0
_OTHERS = """
import json, sys, time, pyecospold
from pathlib import Path
def least(job, runs):
    job(); best = 1e9
    for _ in range(runs):
        began = time.perf_counter(); job(); best = min(best, time.perf_counter() - began)
    return best * 1000
file, edition, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
read = pyecospold.parse_file_v1 if edition == "1" else pyecospold.parse_file_v2
def peco():
    tree = read(file); __import__('lxml.etree').etree.tostring(tree)
found = {}
for name, job in (("pyecospold parse, validate, write", peco), ("bw2io extract", None)):
    try:
        if job is None:
            if edition == "1":
                from bw2io.extractors import Ecospold1DataExtractor as extractor
                job = lambda: extractor.extract(file, "db", use_mp=False)
            else:
                from bw2io.extractors import Ecospold2DataExtractor as extractor
                folder = str(Path(file).parent)
                job = lambda: extractor.extract_activity(folder, Path(file).name, "db")
        found[name] = least(job, runs)
    except Exception as error:
        found[name] = str(error)[:90]
print(json.dumps(found))
"""


def cases(data: Path) -> dict[str, tuple[DatasetFormat, bytes]]:
    """Real documents, and larger ones made of them by repeating exchanges."""
    small = (data / "lca/ecospold1/v1_1.xml").read_bytes()
    large = (data / "lca/ecospold1/aluminum-extrusion.xml").read_bytes()
    # It lacks a place, without which nothing strict can be written.
    large = large.replace(b"<technology ", b'<geography location="RNA"/><technology ', 1)
    two = (data / "lca/ecospold2/v2_1.xml").read_bytes()
    return {
        "EcoSpold 1": (ECOSPOLD1, small),
        "EcoSpold 1, 600 exchanges": (ECOSPOLD1, large),
        "EcoSpold 2": (ECOSPOLD2, two),
        "EcoSpold 2, exchanges repeated": (ECOSPOLD2, repeated(two, 5)),
    }


def repeated(data: bytes, times: int) -> bytes:
    """The document with all but its reference product several times, each with an id of its own."""
    root = etree.fromstring(data)
    for name in ("intermediateExchange", "elementaryExchange"):
        found = [
            node
            for node in root.iter(f"{{*}}{name}")
            if node.find("{*}outputGroup") is None or name[0] == "e"
        ]
        if not found:
            continue
        last = found[-1]
        for number in range(1, times):
            for node in reversed(found):
                twin = etree.fromstring(etree.tostring(node))
                twin.set("id", f"{number:08x}{str(node.get('id'))[8:]}")
                last.addnext(twin)
    return etree.tostring(root)


def fastest(jobs: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """The least milliseconds of every job: what it takes when nobody else is at the machine."""
    for job in jobs.values():
        job()
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, job in jobs.items():
            began = time.perf_counter()
            job()
            taken[name].append((time.perf_counter() - began) * 1000)
    return {name: min(times) for name, times in taken.items()}


def measured(format_: DatasetFormat, data: bytes, runs: int) -> dict[str, float]:
    """Floor and ours of one document."""
    one = format_ is ECOSPOLD1
    kind = structure("process" if one else "dataset", family=format_.family)
    context = Context()
    namespaces = read_tree(data).namespaces

    def floor() -> None:
        element = etree.fromstring(data)
        assert xmlverdict.valid(element, kind)
        etree.tostring(element, encoding="utf-8", xml_declaration=True)

    def reading() -> None:
        bundle = format_.open(FileShelf("in", {"in.xml": data}), context)
        for key in bundle.keys:
            if key.kind is DatasetKind.PROCESS:
                bundle.read(key)

    def whole() -> None:
        bundle = format_.open(FileShelf("in", {"in.xml": data}), context)
        for key in bundle.keys:
            if key.kind is not DatasetKind.PROCESS:
                continue
            writer = one_writer.Writer if one else two_writer.Writer
            done = writer(bundle, context, key).write()
            assert not done.lacks, done.lacks
            name = "dataset" if one else "activityDataset"
            document = write_tree(XmlTree(kind, {name: [done.node]}, namespaces), kind)
            assert xmlverdict.valid(xml_door.parse(document), kind)

    def accounted() -> None:
        list(write_bundle(format_, format_.open(FileShelf("in", {"in.xml": data}), context), context))

    jobs: dict[str, Callable[[], object]] = {
        "floor": floor,
        "read": reading,
        "read, normalise, write, validate": whole,
        "accounted for": accounted,
    }
    return fastest(jobs, runs)


@own_arithmetic
def main() -> int:
    """Print the times; 1 where the goal is missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=_DATA)
    arguments.add_argument("--runs", type=int, default=21)
    chosen = arguments.parse_args()
    missed = False
    for title, (format_, data) in cases(chosen.data).items():
        times = measured(format_, data, chosen.runs)
        floor = times["floor"]
        print(f"{title}, {len(data):,} bytes")
        for name, taken in times.items():
            print(f"  {name:36} {taken:8.2f} ms  {taken / floor:5.1f} x")
        missed |= times["read, normalise, write, validate"] > _GOAL * floor
        others(format_, data, floor)
    return int(missed)


def others(format_: DatasetFormat, data: bytes, floor: float) -> None:
    """The same bytes by others, if they are installed."""
    if not _PYTHON.is_file():
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "in.spold"
        file.write_bytes(data)
        edition = "1" if format_ is ECOSPOLD1 else "2"
        command = [str(_PYTHON), "-W", "ignore", "-c", _OTHERS, str(file), edition, "5"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  others: {done.stderr.strip().splitlines()[-1]}")
        return
    for name, taken in json.loads(done.stdout.splitlines()[-1]).items():
        shown = (
            f"{taken:8.2f} ms  {taken / floor:5.1f} x" if isinstance(taken, float) else f"refused: {taken}"
        )
        print(f"  {name:36} {shown}")


if __name__ == "__main__":
    sys.exit(main())
