"""``translate`` for packages of data sets, and the report that stands beside a translated output."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gateway import messages
from gateway.codec.base import Context
from gateway.codec.dataset_run import Known
from gateway.console import findings
from gateway.console.dataset_jobs import PART_SIZE, settle
from gateway.console.dataset_lines import Tally, lines_of
from gateway.console.failures import Exit, worst
from gateway.console.terminal import Console, visible
from gateway.console.translation_rows import entry_json, said
from gateway.errors import InputError
from gateway.formats.datasets import detect_datasets, find_dataset_format, is_dataset_format
from gateway.pipeline.datasets import Datasets, convert_datasets, open_datasets, parts
from gateway.pipeline.translate import Matching
from gateway.pipeline.translate_datasets import Summed, TranslatedDatasets, translate_datasets
from gateway.pipeline.translation import Entry
from gateway.quantity import exact, show
from gateway.recognition.scenario_text import short
from gateway.report import Severity
from gateway.storage.shelves import digest_of, open_shelf
from gateway.storage.staging import Staging

# As many names of one sort as anybody reads at once; the report has them all.
SHOWN = 20
_HEAD = "translation"
# Findings that are told in full; the others say in one line which name stays, and why.
_GASES = ("translate.unmapped-gas", "translate.factor-lost")


@dataclass(frozen=True, slots=True)
class Output:
    """Where the translated document goes, and in which format; without one, in that of the input."""

    path: str
    to: str | None = None
    force: bool = False


def is_package(name: str, format_: str | None) -> bool:
    """Whether the input is a package of data sets and no declaration."""
    if format_ is not None:
        return is_dataset_format(format_)
    try:
        detect_datasets(open_shelf(Path(name)))
    except InputError as error:
        if error.error_code != "input.unknown-format" or Path(name).is_dir():
            raise
        return False
    return True


def translated(
    console: Console,
    name: str,
    target: str,
    match: Matching | None,
    format_: str | None,
    context: Context,
    output: Output | None,
) -> Exit:
    """Translate a package, say what was found and what stays, and write it if an output is asked for."""
    own = replace(context, source=digest_of(Path(name)))
    opened = open_datasets(open_shelf(Path(name)), format=format_, context=own)
    found = translate_datasets(opened, target=target, match=match)
    told: dict[str, object] = {}
    faults = [one for one in opened.bundle.findings if one.severity is Severity.ERROR]
    codes = [Exit.MAPPING if found.lost else Exit.DONE, Exit.INPUT if faults else Exit.DONE]
    stage = None if output is None else _stage(output, own.source, target, found.datasets)
    _tell(console, found)
    for fault in faults[:SHOWN]:
        for line, style in findings.lines(console, fault):
            console.complain(line, style)
    if output is not None and stage is not None:
        lines = [_line(key.kind.value, key.id, entry) for key, entry in found.entries]
        tally, files = write(found.datasets, output, stage, lines, own.source)
        codes.append(tell_written(console, output, tally, files))
        told = {"output": output.path if files else "", "report": str(stage.report) if files else ""}
    console.document({"file": name, **_json(found), **told})
    return worst(codes)


def _stage(output: Output, source: str, target: str, datasets: Datasets) -> Staging:
    to = find_dataset_format(output.to or datasets.format.id).id
    return staging_of(output, json.dumps([source, target, to]))


def staging_of(output: Output, job: str) -> Staging:
    """The place where an output grows."""
    return Staging(Path(output.path), hashlib.sha256(job.encode()).hexdigest(), force=output.force)


def write(
    datasets: Datasets, output: Output, staging: Staging, first: Sequence[str], source: str
) -> tuple[Tally, int]:
    """Write data sets and the report, which begins with the lines ``first``; tally and number of files."""
    to = find_dataset_format(output.to or datasets.format.id).id
    known, names = Known(), [_HEAD]
    try:
        staging.put(_HEAD, (), first)
        for number, keys in enumerate(parts(datasets.bundle, PART_SIZE)):
            files: list[tuple[str, bytes]] = []
            lines: list[str] = []
            for one in convert_datasets(datasets, to=to, keys=keys, known=known):
                if one.member is not None:
                    files.append((one.member.name, one.member.data))
                lines.extend(lines_of(one))
            names.append(f"{number:06d}")
            staging.put(names[-1], files, lines)
        tally = Tally()
        for line in staging.lines(names[1:]):
            tally.add(line)
        settle(tally, staging, names[1:])
        written = staging.finish({"source": source, "target": to}, names) if tally.written else 0
    finally:
        staging.discard()
    return tally, written


def tell_written(console: Console, output: Output, tally: Tally, files: int) -> Exit:
    """What was written, and what was refused."""
    if tally.refused:
        console.complain(f"  {console.say('cli.dataset-refused', n=tally.refused)}", "bad")
        for one in tally.refusals[:3]:
            errors = one["refused"]
            assert isinstance(errors, list)
            console.complain(f"    {visible(errors[0]['message'][console.lang])}")
    if tally.written:
        console.tell(f"  {console.say('cli.dataset-written', n=tally.written, files=files)}", "good")
        console.tell(f"    {console.say('cli.full-report', place=f'{Path(output.path)}.report.ndjson')}")
        console.tell(console.say("cli.output", place=output.path))
    if tally.broken:
        return Exit.BUG
    return Exit.INPUT if tally.refused or not tally.written else Exit.DONE


def report_lines(entries: Iterable[Entry]) -> list[str]:
    """The report of a declaration: a line for each name."""
    return [_line("declaration", "", entry) for entry in entries]


def _line(kind: str, id_: str, entry: Entry) -> str:
    named = {"kind": kind, "id": id_} if id_ else {"kind": kind}
    return json.dumps({"dataset": named, "translated": entry_json(entry)}, ensure_ascii=False)


def _tell(console: Console, found: TranslatedDatasets) -> None:
    applied = sum(entry.applied for _, entry in found.entries)
    counts = {"applied": applied, "all": len(found.entries), "kg": short(found.lost)}
    console.answer(console.say("translate.head", target=found.target.id, **counts))
    there = [one for one in found.summary if one.entry.applied]
    for one in there[:SHOWN]:
        console.answer(f"  {said(console, one.entry)}{_times(one)}")
    _more(console, len(there))
    for finding in found.findings[:SHOWN]:
        shown = findings.lines(console, finding)
        for line, style in shown if finding.code in _GASES else shown[:1]:
            console.complain(line, style)
    _more(console, len(found.findings))
    for error in found.unread.values():
        for line, style in findings.lines(console, error):
            console.complain(line, style)


def _times(one: Summed) -> str:
    return f" ({one.times}×)" if one.times > 1 else ""


def _more(console: Console, count: int) -> None:
    if count > SHOWN:
        console.answer(f"  {console.say('translate.more', n=count - SHOWN)}")


def _json(found: TranslatedDatasets) -> dict[str, object]:
    return {
        "format": "hutong-translation@1",
        "target": found.target.id,
        "lostKg": show(exact(found.lost)),
        "entries": list(_entries(found)),
        "findings": [messages.to_json(finding) for finding in found.findings],
    }


def _entries(found: TranslatedDatasets) -> Iterator[dict[str, object]]:
    for one in found.summary:
        yield entry_json(one.entry) | {"times": one.times}
