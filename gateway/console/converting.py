"""``convert``: one file, one target, and what the target could not carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from gateway import messages
from gateway.codec.base import Context
from gateway.console import findings, outcomes
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN, source_of
from gateway.console.terminal import Console
from gateway.errors import UsageError
from gateway.pipeline.convert import Outcome, Source, read
from gateway.pipeline.convert import convert as write_targets
from gateway.pipeline.issue import Request
from gateway.storage import files


@dataclass(frozen=True, slots=True)
class Destination:
    """Where output goes, and whether it may replace what is there."""

    path: str
    force: bool = False

    @property
    def place(self) -> Path:
        return Path(self.path)


def convert(
    console: Console,
    name: str,
    request: Request,
    to: Destination,
    context: Context,
    *,
    strict: bool,
    layout: str | None = None,
) -> Exit:
    """Write one file in one target format. ``-`` as destination is stdout."""
    if to.path == STDIN and console.as_json:
        raise UsageError("-o - --json", code="usage.two-documents")
    if to.path != STDIN:
        files.refuse_existing(to.place, force=to.force)
    source = read(source_of(console, name, layout), format=request.format, context=context)
    made = write_targets(source, to=request.to, disclosure=request.disclosure, options=request.options)
    written = [outcome for outcome in made if outcome.package is not None]
    if written:
        _put(written, to)
    outcomes.tell_source(console, name, source)
    for outcome in made:
        outcomes.tell_outcome(console, source, outcome, console.say("cli.see-json"))
    if written:
        console.tell(console.say("cli.output", place=to.path))
    if console.as_json:
        console.document(_json(name, source, made, to.path if written else ""))
    if len(written) < len(made):
        return Exit.INPUT
    lost = any(
        findings.is_loss(n) for notes in (source.report.notes, *(o.notes for o in made)) for n in notes
    )
    return Exit.LOSS if strict and lost else Exit.DONE


def _put(written: Sequence[Outcome], to: Destination) -> None:
    """One file as a file; several as a folder with one folder for each format."""
    members = [(o.format.folder, m) for o in written if o.package for m in o.package.members]
    if to.path == STDIN and len(members) == 1:
        click.echo(members[0][1].data, nl=False)
    elif to.path == STDIN:
        raise UsageError(len(members), path="-o", code="usage.several-files-to-stdout")
    elif len(members) == 1:
        files.write_file(to.place, members[0][1].data, force=to.force)
    else:
        tree = {f"{folder}/{member.name}": member.data for folder, member in members}
        files.write_folder(to.place, tree, force=to.force)


def _json(name: str, source: Source, made: Sequence[Outcome], output: str) -> dict[str, object]:
    return {
        "file": name,
        "source": {
            "format": source.format.id,
            "sha256": source.digest,
            "findings": findings.count_severities(source.report.findings),
            "notes": [messages.to_json(note) for note in source.report.notes],
        },
        "targets": [
            outcomes.to_json(source, o) | {"notes": [messages.to_json(note) for note in o.notes]}
            for o in made
        ],
        "output": output,
    }
