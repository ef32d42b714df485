"""A folder of ILCD processes to EcoSpold 2: how many per second and core, beside the floor of the same files.

Usage: python benchmarks/datasets.py [PROCESS.xml] [--copies N] [--jobs N]

The process is laid down ``--copies`` times, each with its own id, with plain flows in kg, since
EcoSpold asks for their units. The floor is what lxml alone needs for
the same bytes: parse, validate against our schema, serialise. Times are processor time, but for ``--jobs``,
which is measured by the clock. Peak memory is that of this process.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from lxml import etree

from gateway import resources
from gateway.codec.base import Context
from gateway.codec.datasets import bundle_of, need_pieces
from gateway.codec.xmltree import read_tree
from gateway.codec.xmlverdict import schema_of
from gateway.console.dataset_jobs import Job, run
from gateway.formats.datasets import find_dataset_format
from gateway.model.base import LangText
from gateway.model.dataset import Reference
from gateway.model.inventory import Flow, FlowKind, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.quantity.number import Number
from gateway.storage.staging import Staging

_ROOT = Path(__file__).resolve().parent.parent
_DATA = Path(os.environ.get("HUTONG_ORACLE_DATA", _ROOT.parent / "shared" / "data"))
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def fill(folder: Path, data: bytes, copies: int) -> None:
    """Lay the process down several times, each with its own id."""
    root = etree.fromstring(data)
    own = next(root.iter("{*}UUID"))
    for n in range(copies):
        own.text = str(uuid.uuid5(uuid.NAMESPACE_URL, str(n)))
        (folder / "processes" / f"{own.text}.xml").write_bytes(
            etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        )
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


def converted(folder: Path, out: Path, *, read_back: bool, jobs: int = 1) -> tuple[float, float, int]:
    """Processor time, time by the clock, and how many were refused."""
    job = Job(str(folder), "ecospold2", out.name, _NOW, read_back=read_back)
    staging = Staging(out, out.name, force=False)
    began, clock = time.process_time(), time.perf_counter()
    tally = run(job, staging, jobs, lambda *_: None)
    took = time.process_time() - began, time.perf_counter() - clock, tally.refused
    staging.discard()
    return took


def main() -> None:
    """Print what each way took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="?", type=Path, default=_DATA / "lca" / "ilcd" / "process.xml")
    parser.add_argument("--copies", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    data = options.process.read_bytes()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "package"
        (folder / "processes").mkdir(parents=True)
        fill(folder, data, options.copies)
        least = floor(folder)
        rows = [
            f"{options.copies} processes of {len(data) / 1000:.0f} kB; floor {options.copies / least:.0f} /s"
        ]
        for read_back in (False, True):
            took, clock, refused = converted(folder, Path(place) / f"one{read_back}", read_back=read_back)
            words = "with read-back" if read_back else "without read-back"
            rate = f"{options.copies / took:.0f} /s and core, {took / least:.1f} x the floor"
            rows.append(f"{words}: {rate}, {refused} refused")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        _, several, _ = converted(folder, Path(place) / "several", read_back=True, jobs=options.jobs)
        rows.append(f"--jobs {options.jobs}: {clock / several:.2f} x as fast as one")
        rows.append(f"peak memory {peak} MB")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
