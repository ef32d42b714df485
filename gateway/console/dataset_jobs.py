"""Convert a package of data sets part by part, on one processor or several, and go on where a run stopped."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from gateway import messages
from gateway.codec.base import Context, Package
from gateway.codec.dataset_run import Known
from gateway.console.dataset_lines import SHOWN, Tally, lines_of
from gateway.model.dataset import DatasetKind, Key
from gateway.pipeline.datasets import Datasets, convert_datasets, is_apart, open_datasets, parts
from gateway.storage.shelves import open_shelf
from gateway.storage.staging import Staging

# Large enough that the work outweighs handing it over, small enough that little is done twice after a stop.
PART_SIZE = 50
_KNOWN = "known.json"
# The name of the one part that a declaration makes.
DECLARATION = "declaration"
# The name of the part that holds what is said of the package as a whole.
PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Job:
    """What is converted to what."""

    path: str
    to: str
    source: str
    now: datetime
    format: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    read_back: bool = True

    @property
    def context(self) -> Context:
        """What the formats get from outside."""
        return Context(now=self.now, source=self.source, options=dict(self.options))


@dataclass(frozen=True, slots=True)
class Made:
    """What came out of one part."""

    files: tuple[tuple[str, bytes], ...]
    lines: tuple[str, ...]


def run(job: Job, staging: Staging, jobs: int, progress: Callable[[int, int], None]) -> Tally:
    """Do all parts that are not done yet, in order, each staged when it is finished."""
    whole = tuple(parts(_opened(job).bundle, PART_SIZE))
    names = part_names(job)[1:]  # the first is about the package as a whole
    known = _known(staging)
    # What others refer to teaches the units that they are counted in: one part after the other, and first.
    shared = [number for number, keys in enumerate(whole) if not is_apart(keys)]
    first = shared if known is None else []
    rest = [n for n, name in enumerate(names) if is_apart(whole[n]) and not staging.has(name)]
    done = len(whole) - len(first) - len(rest)
    known = known or Known()
    for number in first:
        made = _convert(job, whole[number], known)
        staging.put(names[number], made.files, made.lines)
        done += 1
        progress(done, len(whole))
    if first:
        staging.keep(_KNOWN, json.dumps(asdict(known)).encode())
    for number, made in _made(job, [(n, whole[n]) for n in rest], known, jobs):
        staging.put(names[number], made.files, made.lines)
        done += 1
        progress(done, len(whole))
    found = [messages.to_json(finding) for finding in _opened(job).bundle.findings]
    staging.put(PACKAGE, (), [json.dumps({"package": one}, ensure_ascii=False) for one in found])
    tally = Tally(findings=found[:SHOWN])
    for line in staging.lines(names):
        tally.add(line)
    return tally


def run_declaration(package: Package, job: Job, staging: Staging) -> Tally:
    """The same for a declaration, whose data sets are made of its EPD process: one part."""
    from gateway.formats.datasets import find_dataset_format
    from gateway.pipeline.convert import read
    from gateway.pipeline.footprint_datasets import datasets_of, with_carbon_flows

    made, outcome = datasets_of(read(package, format=job.format, context=job.context))
    if not find_dataset_format(job.to).holds_results:
        made = with_carbon_flows(made)
    lines = [
        json.dumps({"declaration": {}, "note": messages.to_json(note)}, ensure_ascii=False)
        for note in outcome.notes
    ]
    files: list[tuple[str, bytes]] = []
    for one in convert_datasets(made, to=job.to, options=dict(job.options), read_back=job.read_back):
        if one.member is not None:
            files.append((one.member.name, one.member.data))
        lines.extend(lines_of(one))
    staging.put(DECLARATION, files, lines)
    tally = Tally()
    for line in staging.lines([DECLARATION]):
        tally.add(line)
    return tally


def part_names(job: Job) -> list[str]:
    """The names of the parts, in order."""
    numbers = enumerate(parts(_opened(job).bundle, PART_SIZE))
    return [PACKAGE, *(f"{number:06d}" for number, _ in numbers)]


@cache
def _opened(job: Job) -> Datasets:
    return open_datasets(open_shelf(Path(job.path)), format=job.format, context=job.context)


def _known(staging: Staging) -> Known | None:
    kept = staging.kept(_KNOWN)
    return None if kept is None else Known(**json.loads(kept))


def _made(
    job: Job, waiting: Sequence[tuple[int, Sequence[Key]]], known: Known, jobs: int
) -> Iterator[tuple[int, Made]]:
    if jobs < 2 or len(waiting) < 2:
        for number, keys in waiting:
            yield number, _convert(job, keys, known)
        return
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_start, initargs=(job, known)
    ) as pool:
        running: deque[tuple[int, Future[Made]]] = deque()
        for number, keys in waiting:
            running.append((number, pool.submit(_in_worker, [(k.kind.value, k.id, k.version) for k in keys])))
            if len(running) > 2 * jobs:
                there, future = running.popleft()
                yield there, future.result()
        for there, future in running:
            yield there, future.result()


_JOB: list[tuple[Job, Known]] = []


def _start(job: Job, known: Known) -> None:
    _JOB[:] = [(job, known)]


def _in_worker(keys: Sequence[tuple[str, str, str]]) -> Made:
    job, known = _JOB[0]
    return _convert(job, [Key(DatasetKind(kind), id_, version) for kind, id_, version in keys], known)


def _convert(job: Job, keys: Sequence[Key], known: Known) -> Made:
    sent = convert_datasets(
        _opened(job), to=job.to, options=dict(job.options), keys=keys, known=known, read_back=job.read_back
    )
    files: list[tuple[str, bytes]] = []
    lines: list[str] = []
    for one in sent:
        if one.member is not None:
            files.append((one.member.name, one.member.data))
        lines.extend(lines_of(one))
    return Made(tuple(files), tuple(lines))
