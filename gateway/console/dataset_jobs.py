"""Convert a package of data sets part by part, on one processor or several, and go on where a run stopped."""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import TypeAlias

from gateway import messages
from gateway.codec.base import Context, Package
from gateway.codec.dataset_run import Known
from gateway.console.dataset_lines import NO_PLACE, SHOWN, Tally, lines_of, name_of, note_json
from gateway.model.dataset import Key
from gateway.pipeline.datasets import Datasets, convert_datasets, is_apart, open_datasets, parts
from gateway.report import Fate, Note, Severity
from gateway.storage.shelves import open_shelf
from gateway.storage.staging import Stage, Staging

# Large enough that the work outweighs handing it over, small enough that little is done twice after a stop.
PART_SIZE = 50
_KNOWN = "known.json"
_TALLY = "tally"
# The folders in which ILCD and openLCA keep documents.
_DOCUMENTS = frozenset({"external_docs", "bin"})
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
    tallies: dict[str, Tally] = {}
    for number in first:
        tallies[names[number]] = _do(job, whole[number], known, staging.shelf, names[number])
        staging.note(names[number])
        done += 1
        progress(done, len(whole))
    if first:
        staging.keep(_KNOWN, json.dumps(asdict(known)).encode())
    for name, made in _made(job, [(names[n], whole[n]) for n in rest], known, staging.shelf, jobs):
        tallies[name] = made
        staging.note(name)
        done += 1
        progress(done, len(whole))
    found = [messages.to_json(finding) for finding in _opened(job).bundle.findings]
    gone = list(_documents(job, staging))
    lines = [json.dumps({"package": one}, ensure_ascii=False) for one in found]
    lines += [f'{{"package": {{}}, "note": {note_json(note)}}}' for note in gone]
    staging.put(PACKAGE, (), lines)
    faults = sum(one["severity"] == Severity.ERROR.value for one in found)
    tally = Tally(findings=found[:SHOWN], faults=faults)
    for line in lines[len(found) :]:
        tally.add(line)
    for name in names:
        if name not in tallies:
            tallies[name] = _kept_tally(staging, name)
        tally.merge(tallies[name])
    settle(tally, staging, [name for name in names if tallies[name].missing])
    return tally


def settle(tally: Tally, staging: Staging, parts: Iterable[str]) -> None:
    """Tell no more that something is left out that another part holds."""
    if twice := tally.settle():
        for name in parts:
            staging.amend(name, [line for line in staging.lines([name]) if not _is_left_out(line, twice)])


def _is_left_out(line: str, names: frozenset[str]) -> bool:
    return NO_PLACE in line and '"refused": [' in line and name_of(line) in names


def _documents(job: Job, staging: Staging) -> Iterator[Note]:
    """Documents of the package that are not in the output."""
    documents = [n for n in _opened(job).bundle.files if not _DOCUMENTS.isdisjoint(n.split("/")[:-1])]
    there = {name.rpartition("/")[2] for name in staging.names()} if documents else set()
    for name in documents:
        if name.rpartition("/")[2] not in there:
            yield Note("dataset.document-left-out", name, Fate.DROPPED)


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


def _kept_tally(staging: Staging, part: str) -> Tally:
    """What an earlier run counted in a part."""
    kept = staging.kept(f"{_TALLY}.{part}")
    if kept is not None:
        return Tally.of(json.loads(kept))
    tally = Tally()
    for line in staging.lines([part]):
        tally.add(line)
    return tally


_Waiting: TypeAlias = Sequence[tuple[str, Sequence[Key]]]


def _made(job: Job, waiting: _Waiting, known: Known, stage: Stage, jobs: int) -> Iterator[tuple[str, Tally]]:
    """Write parts, and give what was counted in each, in order."""
    if jobs < 2 or len(waiting) < 2:
        for part, keys in waiting:
            yield part, _do(job, keys, known, stage, part)
        return
    with (
        _frozen(),
        ProcessPoolExecutor(
            min(jobs, len(waiting)),
            mp_context=_start_method(),
            initializer=_start,
            initargs=(job, known, stage),
        ) as pool,
    ):
        running: deque[tuple[str, Future[Tally]]] = deque()
        for part, keys in waiting:
            running.append((part, pool.submit(_in_worker, part, keys)))
            if len(running) > 2 * jobs:
                there, future = running.popleft()
                yield there, future.result()
        for there, future in running:
            yield there, future.result()


def _start_method() -> BaseContext:
    """Workers that begin with all that is loaded and opened here, where the system can do that safely."""
    is_safe = sys.platform == "linux" and threading.active_count() == 1
    return get_context("fork" if is_safe else "spawn")


@contextmanager
def _frozen() -> Iterator[None]:
    """What is there already is not looked through by workers: to look is to copy the memory it shares."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


_JOB: list[tuple[Job, Known, Stage]] = []


def _start(job: Job, known: Known, stage: Stage) -> None:
    _JOB[:] = [(job, known, stage)]
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """Nobody waits for a worker whose parent was killed."""
    wait([sentinel])
    os._exit(1)


def _in_worker(part: str, keys: Sequence[Key]) -> Tally:
    job, known, stage = _JOB[0]
    return _do(job, keys, known, stage, part)


def _do(job: Job, keys: Sequence[Key], known: Known, stage: Stage, part: str) -> Tally:
    """Write one part, and what is counted in it."""
    tally = Tally()
    with _seldom_collected():
        stage.write(part, _entries(job, keys, known, tally))
    stage.keep(f"{_TALLY}.{part}", json.dumps(vars(tally), ensure_ascii=False).encode())
    return tally


def _entries(job: Job, keys: Sequence[Key], known: Known, tally: Tally) -> Iterator[tuple[str, bytes] | str]:
    """The files of a part and the lines on them, as they come, counted."""
    for one in convert_datasets(
        _opened(job), to=job.to, options=dict(job.options), keys=keys, known=known, read_back=job.read_back
    ):
        if one.member is not None:
            yield one.member.name, one.member.data
        for line in lines_of(one):
            tally.add(line)
            yield line


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Data sets hold no cycles: looking for them after every few objects finds nothing."""
    usual = gc.get_threshold()
    gc.set_threshold(20_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
