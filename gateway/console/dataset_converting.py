"""``convert`` for packages of life-cycle data sets: a file, a zip or a folder in, another format out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway import messages
from gateway.codec.base import Package
from gateway.console.dataset_jobs import DECLARATION, Job, part_names, run, run_declaration
from gateway.console.dataset_lines import Tally
from gateway.console.failures import Exit
from gateway.console.findings import LOSSES
from gateway.console.inputs import STDIN, load
from gateway.console.terminal import Console, joined, visible
from gateway.errors import GatewayError, InputError, UsageError
from gateway.formats import evidence
from gateway.formats.datasets import detect_datasets, find_dataset_format, is_dataset_format
from gateway.report import Fate
from gateway.storage.shelves import digest_of, open_shelf
from gateway.storage.staging import Staging

_MOMENT = "moment"
# As many remedies as anybody reads at once.
_FIXES = 5
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants."""

    to: str
    out: str
    format: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    jobs: int = 1
    force: bool = False
    strict: bool = False


def convert(console: Console, name: str, wish: Wish, now: datetime) -> Exit:
    """Write a package in another format, with a report of every value beside it."""
    if STDIN in (name, wish.out):
        raise UsageError(STDIN, code="usage.datasets-need-files")
    source, target = digest_of(Path(name)), find_dataset_format(wish.to)
    package = _declaration(name, wish)
    told = json.dumps([source, target.id, wish.format, sorted(wish.options)])
    staging = Staging(Path(wish.out), hashlib.sha256(told.encode()).hexdigest(), force=wish.force)
    job = Job(name, target.id, source, _moment(staging, now), wish.format, wish.options)
    if staging.finished:
        console.tell(console.say("cli.dataset-goes-on", n=len(staging.finished)))
    try:
        tally, parts = _done(console, job, package, staging, wish.jobs)
        files = staging.finish({"source": source, "target": target.id}, parts) if tally.is_of_use else 0
    except GatewayError as error:
        # What was finished is of use to a later run of the same job, unless the job itself is wrong.
        if not staging.finished or isinstance(error, UsageError):
            staging.discard()
        raise
    if not tally.is_of_use:
        staging.discard()
    _tell(console, name, wish, tally, files)
    console.document(_json(name, wish, target.id, source, tally, files, str(staging.report)))
    if tally.broken:
        return Exit.BUG
    if not tally.is_of_use or tally.refused or tally.faults:
        return Exit.INPUT
    lost = tally.left_out or any(tally.fates[fate.value] for fate in LOSSES)
    return Exit.LOSS if wish.strict and lost else Exit.DONE


def _done(
    console: Console, job: Job, package: Package | None, staging: Staging, jobs: int
) -> tuple[Tally, list[str]]:
    """What the run did, and the names of its parts."""
    if package is None:
        return run(job, staging, jobs, _progress(console)), part_names(job)
    return run_declaration(package, job, staging), [DECLARATION]


def _declaration(name: str, wish: Wish) -> Package | None:
    """The input if it is a declaration and no package of data sets."""
    if wish.format is not None:
        return None if is_dataset_format(wish.format) else load(name)
    try:
        detect_datasets(open_shelf(Path(name)))
    except InputError as error:
        if error.error_code != "input.unknown-format" or Path(name).is_dir():
            raise
        package = load(name)
        return package if evidence(package) else None
    return None


def _moment(staging: Staging, now: datetime) -> datetime:
    """The moment of the run that began this output."""
    kept = staging.kept(_MOMENT)
    if kept is not None:
        return datetime.fromisoformat(kept.decode())
    staging.keep(_MOMENT, now.isoformat().encode())
    return now


def _progress(console: Console) -> Callable[[int, int], None]:
    """Says now and then how far it is, where a person waits."""
    last = [-1]

    def told(done: int, whole: int) -> None:
        tenth = 10 * done // max(whole, 1)
        if whole > 10 and tenth != last[0]:
            last[0] = tenth
            console.tell(console.say("cli.dataset-progress", percent=10 * tenth))

    return told


def _tell(console: Console, name: str, wish: Wish, tally: Tally, files: int) -> None:
    console.tell(f"{name} → {wish.to}", "head")
    for one in tally.findings:
        message: Any = one["message"]
        console.complain(f"  {visible(str(one['at']))}: {visible(message[console.lang])}", "careful")
    if not tally.is_of_use:
        _tell_nothing(console, tally)
        return
    if tally.refused:
        console.complain(f"  {console.say('cli.dataset-refused', n=tally.refused)}", "bad")
        _tell_refusals(console, tally.refusals[:_SHOWN])
    if tally.left_out:
        console.tell(f"  {console.say('cli.dataset-left-out', n=tally.left_out)}", "careful")
    console.tell(f"  {console.say('cli.dataset-written', n=tally.written, files=files)}", "good")
    if tally.fates:
        fates = [
            console.say(f"cli.fate-{f.value}", n=tally.fates[f.value]) for f in Fate if tally.fates[f.value]
        ]
        console.tell(f"    {console.say('cli.carried', n=tally.carried, fates=joined(fates))}")
    else:
        console.tell(f"    {console.say('cli.nothing-lost', n=tally.carried)}")
    console.tell(f"    {console.say('cli.full-report', place=f'{Path(wish.out)}.report.ndjson')}")
    console.tell(console.say("cli.output", place=wish.out))


def _tell_nothing(console: Console, tally: Tally) -> None:
    """Why nothing was written, at once: there is no report."""
    n = tally.refused + tally.left_out + tally.written
    console.complain(f"  {console.say('cli.dataset-nothing-written', n=n)}", "bad")
    _tell_refusals(console, tally.refusals)
    if tally.left_out:
        console.complain(f"    {console.say('cli.dataset-no-place', n=tally.left_out)}", "careful")


def _tell_refusals(console: Console, refusals: Sequence[Mapping[str, Any]]) -> None:
    """Some of them, then what mends them, each once."""
    for one in refusals:
        console.complain(f"    {_refusal(console, one)}")
    errors = (error for one in refusals for error in one["refused"])
    fixes = dict.fromkeys(error["fix"][console.lang] for error in errors if "fix" in error)
    for fix in list(fixes)[:_FIXES]:
        console.complain(f"    {console.say('cli.label-fix')}: {visible(fix)}")


def _refusal(console: Console, told: Mapping[str, Any]) -> str:
    """Which data set, and the first of what it lacks."""
    first = told["refused"][0]
    at = f" ({visible(first['at'])})" if first.get("at") else ""
    kind = messages.kind(told["dataset"]["kind"], console.lang)
    return f"{kind} {told['dataset']['id']}: {visible(first['message'][console.lang])}{at}"


def _json(
    name: str, wish: Wish, target: str, source: str, tally: Tally, files: int, report: str
) -> Mapping[str, object]:
    return {
        "file": name,
        "source": {"sha256": source},
        "target": target,
        "findings": tally.findings,
        "written": tally.written if tally.is_of_use else 0,
        "leftOut": tally.left_out,
        "refused": tally.refused,
        "refusals": tally.refusals,
        "files": files,
        "carried": tally.carried,
        "notes": dict(sorted(tally.fates.items())),
        "codes": dict(sorted(tally.codes.items())),
        "output": wish.out if tally.is_of_use else "",
        "report": report if tally.is_of_use else "",
    }
