"""A folder of ILCD processes to EcoSpold 2: how many per second and core, beside the floor of the same files.

Usage: python benchmarks/datasets.py [PROCESS.xml] [--copies N] [--jobs N] [--kilobytes N]

The process is laid down ``--copies`` times, each with its own id and amounts, with plain flows in kg, since
EcoSpold asks for their units; with ``--kilobytes`` it is cut to as many exchanges as that holds. The floor is
what lxml alone needs for the same bytes: parse, validate against our schema, serialise. Every way has a
process of its own, whose peak memory is told; times are processor time. What several workers gain is told by
the clock, which other work on the machine slows, and by processor time: what the first process uses, and
that of the workers shared out among them.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
import uuid
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

from lxml import etree

from gateway import resources
from gateway.codec.base import Context
from gateway.codec.datasets import Bundle, DatasetFormat, DatasetReading, bundle_of, need_pieces
from gateway.codec.shelf import Shelf
from gateway.codec.xmltree import read_tree
from gateway.codec.xmlverdict import schema_of
from gateway.console.dataset_jobs import Job, run
from gateway.formats.datasets import find_dataset_format
from gateway.model.base import LangText
from gateway.model.dataset import Key, Reference
from gateway.model.inventory import Flow, FlowKind, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.pipeline import datasets
from gateway.quantity.number import Number
from gateway.storage.staging import Staging

_ROOT = Path(__file__).resolve().parent.parent
_DATA = Path(os.environ.get("HUTONG_ORACLE_DATA", _ROOT.parent / "shared" / "data"))
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def fill(folder: Path, data: bytes, copies: int, kilobytes: int = 0) -> int:
    """Lay the process down several times, each with its own id and amounts; the size of one in bytes."""
    root = etree.fromstring(data)
    own = next(root.iter("{*}UUID"))
    if kilobytes:
        _cut(root, 1000 * kilobytes)
    told = [(node, Decimal(node.text or "0")) for node in root.iter("{*}meanAmount", "{*}resultingAmount")]
    size = 0
    for n in range(copies):
        own.text = str(uuid.uuid5(uuid.NAMESPACE_URL, str(n)))
        for node, amount in told:
            node.text = str(amount * (10_000 + n))
        made = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        (folder / "processes" / f"{own.text}.xml").write_bytes(made)
        size = len(made)
    ids = sorted({n.get("refObjectId", "") for n in root.iter("{*}referenceToFlowDataSet")})
    one, mass, group = Number(Decimal(1)), "93a60a56-a3c8-11da-a746-0800200b9a66", str(uuid.UUID(int=7))
    value = FlowPropertyValue(flow_property=Reference(uuid=mass), mean=one, is_reference=True)
    name = LangText({"en": "flow"})
    shared = [
        UnitGroup(id=group, name=name, reference_unit="0", units=(UnitEntry(id="0", name="kg", factor=one),)),
        FlowProperty(id=mass, name=name, unit_group=Reference(uuid=group)),
        *(Flow(id=id_, name=name, kind=FlowKind.PRODUCT, properties=(value,)) for id_ in ids),
    ]
    for piece in need_pieces(find_dataset_format("ilcd"))(bundle_of(shared), Context()):
        if piece.member is not None:
            path = folder / piece.member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(piece.member.data)
    return size


def _cut(root: etree._Element, size: int) -> None:
    """Take out the last exchanges, but for the reference, until the rest is small enough."""
    reference = next(root.iter("{*}referenceToReferenceFlow")).text
    for exchange in reversed(list(root.iter("{*}exchange"))):
        parent = exchange.getparent()
        if len(etree.tostring(root)) <= size or parent is None:
            return
        if exchange.get("dataSetInternalID") != reference:
            parent.remove(exchange)


def floor(folder: Path) -> float:
    """Processor time of lxml alone."""
    files = sorted((folder / "processes").iterdir())
    kind = schema_of(read_tree(files[0].read_bytes()).structure)
    schema = etree.XMLSchema(etree.parse(str(resources.schema(kind))))
    began = time.process_time()
    for file in files:
        root = etree.fromstring(file.read_bytes())
        schema.validate(root)
        etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return time.process_time() - began


@dataclass(frozen=True, slots=True)
class Took:
    """Processor time of the process and of its workers, time by the clock, that of reading back; memory."""

    own: float
    workers: float
    clock: float
    back: float
    refused: int
    peak: int


class _Timed:
    """A bundle that tells how long its data sets took to be read."""

    def __init__(self, bundle: Bundle, told: list[float]) -> None:
        self.bundle, self.told = bundle, told

    def read(self, key: Key) -> DatasetReading:
        began = time.process_time()
        try:
            return self.bundle.read(key)
        finally:
            self.told[0] += time.process_time() - began

    def __getattr__(self, name: str) -> object:
        return getattr(self.bundle, name)


def _timed(format_: DatasetFormat, told: list[float]) -> DatasetFormat:
    def open_(shelf: Shelf, context: Context) -> Bundle:
        began = time.process_time()
        bundle = format_.open(shelf, context)
        told[0] += time.process_time() - began
        return _Timed(bundle, told)  # type: ignore[return-value]

    return replace(format_, open=open_)


def convert(folder: str, out: str, read_back: bool, jobs: int) -> Took:
    """One way, in a process of its own."""
    back = [0.0]
    datasets.find_dataset_format = lambda name: _timed(find_dataset_format(name), back)  # type: ignore[attr-defined]
    job = Job(folder, "ecospold2", Path(out).name, _NOW, read_back=read_back)
    staging = Staging(Path(out), Path(out).name, force=False)
    began, clock = time.process_time(), time.perf_counter()
    tally = run(job, staging, jobs, lambda *_: None)
    own, passed = time.process_time() - began, time.perf_counter() - clock
    staging.discard()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    workers = used[1].ru_utime + used[1].ru_stime
    return Took(own, workers, passed, back[0], tally.refused, max(one.ru_maxrss for one in used) // 1024)


def converted(*args: object) -> Took:
    """The same, seen from here."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(convert, *args).result()  # type: ignore[arg-type]


def main() -> None:
    """Print what each way took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="?", type=Path, default=_DATA / "lca" / "ilcd" / "process.xml")
    parser.add_argument("--copies", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kilobytes", type=int, default=0)
    options = parser.parse_args()
    copies = options.copies
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "package"
        (folder / "processes").mkdir(parents=True)
        size = fill(folder, options.process.read_bytes(), copies, options.kilobytes)
        least = floor(folder)
        bare, whole, several = (
            converted(str(folder), f"{place}/{name}", read_back, jobs)
            for name, read_back, jobs in (("a", False, 1), ("b", True, 1), ("c", True, options.jobs))
        )
    rows = [f"{copies} processes of {size / 1000:.0f} kB; floor {copies / least:.0f} /s"]
    for words, took in (
        ("read, normalised, written and validated", bare.own),
        ("every leaf accounted for, reading back apart", whole.own - whole.back),
        ("every leaf accounted for by reading back", whole.own),
    ):
        rows.append(f"{words}: {copies / took:.0f} /s and core, {took / least:.1f} x the floor")
    shared = several.own + several.workers / options.jobs
    gain = f"{whole.clock / several.clock:.2f} x as fast by the clock, {whole.own / shared:.2f} x"
    rows.append(f"--jobs {options.jobs}: {gain} by processor time")
    rows.append(f"peak memory {whole.peak} MB, with workers {several.peak} MB each at most")
    rows.append(f"{whole.refused} refused")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
