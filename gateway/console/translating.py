"""``translate``: names of a declaration in another list's words, and what has no word there."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from gateway import messages
from gateway.codec.base import Context
from gateway.console import findings, translating_datasets
from gateway.console.converting import Destination, put
from gateway.console.failures import Exit, worst
from gateway.console.inputs import STDIN, source_of
from gateway.console.listing import decisions_of
from gateway.console.outcomes import tell_outcome
from gateway.console.terminal import Console
from gateway.console.translating_datasets import Output, is_package
from gateway.console.translation_rows import entry_json, said
from gateway.errors import UsageError
from gateway.formats.datasets import find_dataset_format, is_dataset_format
from gateway.model.declaration import Declaration
from gateway.nomenclature.match import Matcher
from gateway.nomenclature.store import FlowList
from gateway.pipeline.convert import Source, read
from gateway.pipeline.convert import convert as write_targets
from gateway.pipeline.footprint_datasets import datasets_of, with_carbon_flows
from gateway.pipeline.translate import Matching, translate
from gateway.pipeline.translation import Target, Translation, find_target
from gateway.quantity import exact, show
from gateway.recognition.scenario_text import short
from gateway.report import Severity
from gateway.storage.files import refuse_existing, write_file
from gateway.storage.staging import REPORT_MARK, REPORT_SUFFIX


@dataclass(frozen=True, slots=True)
class Names:
    """Where names come from: the target, compact lists of flows, and decisions that persons recorded."""

    target: str
    lists: tuple[str, ...] = ()
    decisions: str | None = None


def translated(
    console: Console,
    name: str,
    names: Names,
    format_: str | None,
    context: Context,
    *,
    layout: str | None = None,
    output: Output | None = None,
) -> Exit:
    """Print every name with what it is called there and what stays unmapped; write the document if asked.

    Raises:
        GatewayError: no such target, or a list cannot be used for it.
    """
    wanted = find_target(names.target)
    if output is not None and STDIN in (name, output.path):
        raise UsageError(STDIN, code="usage.datasets-need-files")
    if layout is None and name != STDIN and is_package(name, format_):
        match = _matching(wanted, names)
        return translating_datasets.translated(console, name, names.target, match, format_, context, output)
    if output is not None:
        refuse_existing(Path(output.path), force=output.force)
        refuse_existing(report_of(output), force=output.force)
    source = read(source_of(console, name, layout), format=format_, context=context)
    found = translate(source.declaration, target=names.target, match=_matching(wanted, names))
    console.answer(
        console.say(
            "translate.head",
            target=names.target,
            applied=sum(entry.applied for entry in found.entries),
            all=len(found.entries),
            kg=short(found.lost),
        )
    )
    told = Counter(said(console, entry) for entry in found.entries if entry.applied)
    for line, times in told.items():
        console.answer(f"  {line}" + (f" ({times}×)" if times > 1 else ""))
    for finding in found.report.findings:
        for shown, style in findings.lines(console, finding):
            if finding.severity is Severity.INFO:
                console.tell(shown, style)
            else:
                console.complain(shown, style)
    code, written = (Exit.DONE, {}) if output is None else _write(console, source, found, output)
    console.document({"file": name, **_json(found), **written})
    return worst([Exit.MAPPING if found.lost else Exit.DONE, code])


def _write(
    console: Console, source: Source, found: Translation[Declaration], output: Output
) -> tuple[Exit, dict[str, object]]:
    """The translated declaration, with the report of every name beside it."""
    own = replace(source, declaration=found.document)
    to = output.to or source.format.id
    lines = translating_datasets.report_lines(found.entries)
    if is_dataset_format(to):
        made, _ = datasets_of(own)
        made = made if find_dataset_format(to).holds_results else with_carbon_flows(made)
        job = json.dumps([source.digest, found.target.id, to])
        stage = translating_datasets.staging_of(output, job)
        tally, files = translating_datasets.write(made, output, stage, lines, source.digest)
        code, report = translating_datasets.tell_written(console, output, tally, files), stage.report
        return code, {"output": output.path, "report": str(report)} if files else {"output": ""}
    (outcome,) = write_targets(own, to=(to,))
    tell_outcome(console, own, outcome, console.say("cli.see-json"))
    if not outcome.written:
        return Exit.INPUT, {"output": ""}
    put([outcome], Destination(output.path, output.force))
    notes = [json.dumps({"note": messages.to_json(note)}, ensure_ascii=False) for note in outcome.notes]
    head = json.dumps({"report": REPORT_MARK, "source": source.digest, "target": outcome.format.id})
    text = "".join(f"{line}\n" for line in (head, *lines, *notes))
    write_file(report_of(output), text.encode(), force=output.force)
    console.tell(console.say("cli.full-report", place=str(report_of(output))))
    console.tell(console.say("cli.output", place=output.path))
    return Exit.DONE, {"output": output.path, "report": str(report_of(output))}


def report_of(output: Output) -> Path:
    """Where the report stands."""
    return Path(output.path + REPORT_SUFFIX)


def _matching(target: Target, names: Names) -> Matching | None:
    """The target's own list first, then those whose published names may connect two names."""
    if not names.lists:
        if names.decisions is not None:
            raise UsageError(target.id, code="translate.needs-list", list=target.flows)
        return None
    first, *others = (FlowList.load(Path(place)) for place in names.lists)
    if first.edition.list != target.flows:
        own = first.edition.list
        raise UsageError(names.lists[0], code="translate.other-list", own=own, list=target.flows)
    return Matcher(first, witnesses=others, overrides=decisions_of(names.decisions)).match


def _json(found: Translation[Declaration]) -> dict[str, object]:
    return {
        "format": "hutong-translation@1",
        "target": found.target.id,
        "lostKg": show(exact(Fraction(found.lost))),
        "entries": [entry_json(entry) for entry in found.entries],
        "findings": [messages.to_json(finding) for finding in found.report.findings],
    }
