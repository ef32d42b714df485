"""Read and write of the two AAS submodels beside their floor, in the same run.

Usage: python benchmarks/aas.py [--runs N]

The floor of reading is to parse the same bytes with the standard library, numbers exact, and to judge them
by the same compiled schema; the floor of writing is to judge the same document and dump it. Ours also
accounts for every leaf; the read-back that this takes is told apart.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from gateway.codec.base import Context, Format, Package
from gateway.codec.run import run_writer
from gateway.codec.schema import judge
from gateway.formats import find
from gateway.formats.aas.container import from_aasx
from gateway.model.declaration import Declaration
from gateway.model.disclosure import redact
from gateway.pipeline.convert import read
from gateway.recognition.restate import restate

_EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
_CASES = (("aas-02023", "tea"), ("aas-02023", "lfp-pack"), ("aas-02035-3", "lfp-pack"))


def once_ms(job: Callable[[], object]) -> float:
    """The time of one run."""
    began = time.perf_counter()
    job()
    return (time.perf_counter() - began) * 1000


def source_of(format_: Format, name: str, context: Context) -> Declaration:
    """An example as the pipeline hands it to the writer."""
    data = (_EXAMPLES / f"{name}.json").read_bytes()
    found = redact(read(Package.of(data), context=context).declaration, format_.audience)
    return restate(found, format_.basis, target=format_.id).declaration if format_.basis else found


def measure(format_: Format, name: str, container: str, runs: int) -> int:
    """Print our times beside the floor's; the size of the document."""
    context = Context(options={"preview": "yes", "aas-container": container})
    declaration = source_of(format_, name, context)
    assert format_.write is not None
    assert format_.validate is not None
    write, validate = format_.write, format_.validate
    package = write(declaration, context).package
    plain = write(declaration, Context(options={"preview": "yes", "aas-container": "json"})).package.only.data
    document = json.loads(plain, parse_float=Decimal)
    schema = f"aas/environment-{format_.folder.removeprefix('aas-')}.schema.json"

    def reading() -> None:
        from_aasx.cache_clear()
        own = Package.of(package.only.data + b"")
        validate(own)
        format_.read(own, context)

    def writing() -> None:
        from_aasx.cache_clear()
        validate(write(declaration, context).package)

    def accounting() -> None:
        from_aasx.cache_clear()
        run_writer(format_, declaration, context)

    jobs: dict[str, Callable[[], object]] = {
        "floor: parse, schema": lambda: judge(json.loads(plain, parse_float=Decimal), schema),
        "floor: schema, dump": lambda: (
            judge(document, schema),
            json.dumps(document, indent=2, ensure_ascii=False).encode(),
        ),
        "read, schema": reading,
        "write, schema": writing,
        "write, schema, read back": accounting,
    }
    for job in jobs.values():
        job()  # what is compiled once is compiled here
    # In turn, so that a busy machine slows all of them.
    rounds = [{what: once_ms(job) for what, job in jobs.items()} for _ in range(runs)]
    median = {what: statistics.median(times[what] for times in rounds) for what in jobs}
    for what in ("read, schema", "write, schema", "write, schema, read back"):
        floor = median["floor: parse, schema" if what.startswith("read") else "floor: schema, dump"]
        print(
            f"{format_.id:15} {container:4} {name:9} {what:25}"
            f"{median[what]:7.2f} ms   floor {floor:5.2f} ms   {median[what] / floor:5.2f} ×"
        )
    return len(plain)


def main() -> int:
    """Measure every case in both containers."""
    parser = argparse.ArgumentParser(description="AAS submodels beside their floor.")
    parser.add_argument("--runs", type=int, default=31)
    runs = parser.parse_args().runs
    print(f"median of {runs} runs, Python {sys.version.split()[0]}")
    for family, name in _CASES:
        (format_,) = find(family)
        for container in ("json", "aasx"):
            size = measure(format_, name, container, runs)
        print(f"  ({size // 1024} KiB of JSON)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
