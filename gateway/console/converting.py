"""``convert``: one file, one target, and what the target could not carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from gateway import messages
from gateway.codec.base import Context, Package
from gateway.console import failures, findings, outcomes
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN, source_of
from gateway.console.terminal import Console
from gateway.errors import UsageError
from gateway.pipeline.convert import Outcome, Source, read
from gateway.pipeline.convert import convert as write_targets
from gateway.pipeline.issue import Request
from gateway.pipeline.leaving import leaving
from gateway.pipeline.lifecycle import Life, lived
from gateway.pipeline.registers import split
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
    life: Life | None = None,
) -> Exit:
    """Write one file in one target format, with the ``life`` that is told. ``-`` as destination is stdout."""
    if to.path == STDIN and console.as_json:
        raise UsageError("-o - --json", code="usage.two-documents")
    if to.path != STDIN:
        files.refuse_existing(to.place, force=to.force)
    packages = split(source_of(console, name, layout))
    if len(packages) > 1 and request.beside:
        raise UsageError(name, code="usage.with-several")
    if len(packages) > 1 and life:
        raise UsageError(name, code="lifecycle.not-pact", target=name)
    if len(packages) > 1:
        return _convert_rows(console, name, packages, request, to, context, strict=strict)
    source = read(packages[0], format=request.format, context=context, beside=request.beside)
    made = write_targets(source, to=request.to, disclosure=request.disclosure, options=request.options)
    made = lived(source, made, life, context) if life else made
    written = [outcome for outcome in made if outcome.package is not None]
    if written:
        put(written, to)
    outcomes.tell_source(console, name, source)
    for outcome in made:
        outcomes.tell_outcome(console, source, outcome, console.say("cli.see-json"))
    if written:
        console.tell(console.say("cli.output", place=to.path))
    if console.as_json:
        console.document(_json(name, source, made, to.path if written else ""))
    return _code(source, made, strict=strict)


def _code(source: Source, made: Sequence[Outcome], *, strict: bool) -> Exit:
    if not all(outcome.written for outcome in made):
        return Exit.INPUT
    lost = any(
        findings.is_loss(n) for notes in (source.report.notes, *(o.notes for o in made)) for n in notes
    )
    return Exit.LOSS if strict and lost else Exit.DONE


def _convert_rows(
    console: Console,
    name: str,
    packages: Sequence[Package],
    request: Request,
    to: Destination,
    context: Context,
    *,
    strict: bool,
) -> Exit:
    """Every row of a register as a declaration of its own: one folder, named by line and file."""
    if to.path == STDIN:
        raise UsageError(len(packages), path="-o", code="usage.several-files-to-stdout")
    tree: dict[str, bytes] = {}
    rows, codes = [], []
    for package in packages:
        source = read(package, format=request.format, context=context)
        made = write_targets(source, to=request.to, disclosure=request.disclosure, options=request.options)
        line = package.name.rpartition(" ")[2]
        for outcome in made:
            for member in outcome.package.members if outcome.package else ():
                tree[f"{line}/{outcome.format.folder}/{member.name}"] = member.data
        outcomes.tell_source(console, package.name, source)
        for outcome in made:
            outcomes.tell_outcome(console, source, outcome, console.say("cli.see-json"))
        codes.append(_code(source, made, strict=strict))
        rows.append((package.name, source, made))
    if tree:
        files.write_folder(to.place, tree, force=to.force)
        console.tell(console.say("cli.output", place=to.path))
    if console.as_json:
        told = [_json(row, source, made, to.path if tree else "") for row, source, made in rows]
        console.document({"file": name, "output": to.path if tree else "", "rows": told})
    return failures.worst(codes)


def put(written: Sequence[Outcome], to: Destination) -> None:
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
            outcomes.to_json(source, o)
            | {"notes": [messages.to_json(note) for note in o.notes]}
            | {"leaves": {one: list(paths) for one, paths in leaving(source, o).items()}}
            for o in made
        ],
        "output": output,
    }
