"""``formats``, ``detect`` and ``check``: what there is, what a file is, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from gateway import messages
from gateway.codec.base import Context
from gateway.console import failures, findings
from gateway.console.failures import Exit
from gateway.console.inputs import load
from gateway.console.terminal import Console, joined, table
from gateway.errors import GatewayError, flatten
from gateway.formats import GROUPS, Detected, detect, formats
from gateway.report import Report, Severity

_STRENGTHS = {3: "cli.evidence-name", 2: "cli.evidence-keys", 1: "cli.evidence-shape"}


def list_formats(console: Console) -> Exit:
    """Print every format with what can be done with it and its legal status."""
    rows = []
    for format_ in formats():
        way = ("cli.reads-own" if format_.private_reader else "cli.reads", "cli.writes")
        rows.append(
            (
                format_.id,
                console.say(way[0]),
                console.say(way[1]) if format_.write else "-",
                format_.title[console.lang],
                format_.legal_status or "-",
                format_.schema_edition or "-",
            )
        )
    for line in table(rows):
        console.answer(line)
    for group, members in GROUPS.items():
        console.answer(f"{group} = {' + '.join(members)}")
    console.document(
        {
            "formats": [
                {
                    "id": f.id,
                    "title": dict(f.title),
                    "reads": "own" if f.private_reader else "yes",
                    "writes": f.write is not None,
                    "mediaType": f.media_type,
                    "legalStatus": f.legal_status,
                    "schemaEdition": f.schema_edition,
                }
                for f in formats()
            ],
            "groups": {group: list(members) for group, members in GROUPS.items()},
        }
    )
    return Exit.DONE


def detect_files(console: Console, names: Sequence[str]) -> Exit:
    """Print the format of each file, and why it is that one."""
    codes: list[Exit] = []
    documents: list[dict[str, object]] = []
    for name in names:
        try:
            found = detect(load(name))
        except GatewayError as error:
            codes.append(_failed(console, name, error, documents))
            continue
        _tell_detected(console, name, found)
        documents.append(
            {
                "file": name,
                "format": found.format.id,
                "strength": found.evidence.strength,
                "evidence": list(found.evidence.reasons),
            }
        )
    console.document({"files": documents})
    return failures.worst(codes)


def check_files(console: Console, names: Sequence[str], format_: str | None, context: Context) -> Exit:
    """Print everything that is wrong or doubtful in each file. An error makes the exit code 4."""
    from gateway.pipeline.convert import read

    codes: list[Exit] = []
    documents: list[dict[str, object]] = []
    for name in names:
        try:
            source = read(load(name), format=format_, context=context)
        except GatewayError as error:
            codes.append(_failed(console, name, error, documents))
            continue
        report = source.report
        codes.append(Exit.INPUT if report.errors else Exit.DONE)
        _tell_check(console, name, source.format.id, report)
        documents.append(
            {
                "file": name,
                "format": source.format.id,
                "counts": findings.count_severities(report.findings),
                "findings": [messages.to_json(finding) for finding in report.findings],
                "notes": [messages.to_json(note) for note in report.notes],
                "notChecked": ["recognition-rules", "truth-of-values"],
            }
        )
    console.document({"files": documents})
    return failures.worst(codes)


def _tell_detected(console: Console, name: str, found: Detected) -> None:
    strength = console.say(_STRENGTHS[found.evidence.strength])
    console.answer(joined((f"{name}: {found.format.id}", strength, *found.evidence.reasons)))


def _tell_check(console: Console, name: str, format_: str, report: Report) -> None:
    counted = findings.severities(console, report.findings)
    console.answer(joined((f"{name}: {format_}", counted)), "bad" if report.errors else "head")
    for severity in Severity:
        for finding in report.findings:
            if finding.severity is severity:
                for line, style in findings.lines(console, finding, "  "):
                    console.answer(line, style)
    if report.notes:
        console.answer(console.say("cli.read-notes", fates=findings.fates(console, report.notes)))
    console.answer(console.say("cli.check-not-checked"))


def _failed(console: Console, name: str, error: GatewayError, documents: list[dict[str, object]]) -> Exit:
    """One file of several that could not be read; the others go on."""
    errors = flatten(error)
    console.complain(console.say("cli.not-read", file=name), "bad")
    for one in errors:
        failures.tell(console, one, "  ")
    documents.append({"file": name, "errors": [messages.to_json(one) for one in errors]})
    return failures.worst(failures.exit_of(one) for one in errors)
