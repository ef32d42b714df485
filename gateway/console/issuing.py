"""``issue``: many inputs, each shown with its totals before it is signed, all on disk or none."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from gateway import messages
from gateway.codec.base import Context, need_writer
from gateway.console import failures, findings, outcomes
from gateway.console.converting import Destination
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN, source_of
from gateway.console.terminal import Console, is_terminal
from gateway.errors import GatewayError, UsageError, flatten
from gateway.formats import find
from gateway.pipeline.issue import (
    FINDINGS,
    FULL_REPORT,
    Prepared,
    Request,
    draft,
    prepare,
    refuse_expired,
    sign,
)
from gateway.pipeline.rules import packs
from gateway.recognition.render import summary, to_json_summary
from gateway.signing.keys import PrivateKey
from gateway.storage import files

# So few are done before a progress bar could be read.
_SOON_DONE = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One input: where its folder goes, and what was prepared, or why nothing was."""

    name: str
    folder: Path
    prepared: Prepared | None = None
    errors: tuple[GatewayError, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether at least one target could be written."""
        return self.prepared is not None and bool(self.prepared.written)

    def code(self, required: Sequence[str]) -> Exit:
        """What this input alone would end with."""
        if self.prepared is None:
            return failures.worst(failures.exit_of(error) for error in self.errors)
        if not all(o.written for o in self.prepared.outcomes):
            return Exit.INPUT
        stopped = any(e.blocking for e in self.prepared.evaluations if e.pack.id in required)
        return Exit.RULES if stopped else Exit.DONE


def issue(
    console: Console,
    names: Sequence[str],
    request: Request,
    key: PrivateKey | None,
    to: Destination,
    context: Context,
    *,
    yes: bool,
    required: Sequence[str] = (),
    layout: str | None = None,
) -> Exit:
    """Prepare every input, show its totals, sign with ``key`` (None: an unsigned draft), write, list.

    Args:
        required: the packs of ``request.rules`` that may make the exit code 5; everything is written.

    Raises:
        UsageError: an unknown format or rule pack, or the folder is there already.
        StorageError: the folder cannot be written.
    """
    for target in request.to:
        for format_ in find(target, context.plugins):
            need_writer(format_)
    packs(request.rules, context.plugins)
    files.refuse_existing(to.place, force=to.force)
    named = zip(_tracked(console, names), _folders(names, to.place), strict=True)
    rows = [
        _prepare(console, name, folder, request, context, layout=layout, signing=key is not None)
        for name, folder in named
    ]
    for row in rows:
        _tell(console, row, required)
    ready = [row for row in rows if row.ready]
    if ready and key is not None:
        _confirm(console, key, len(ready), yes=yes)
    if ready:
        files.write_folder(to.place, _tree(ready, key, to.place), force=to.force)
        done = "cli.draft-unsigned" if key is None else "cli.private-stays"
        console.tell(console.say(done, place=to.path))
    for row in rows:
        console.row(_cells(row, key))
    console.document(
        {
            "inputs": [_json(row, key) for row in rows],
            "signer": key.public_key.did if key and ready else "",
            "output": to.path if ready else "",
        }
    )
    return failures.worst(row.code(required) for row in rows)


def _tracked(console: Console, names: Sequence[str]) -> Iterator[str]:
    """The names, with a progress bar where somebody watches and it takes long enough."""
    if console.as_json or console.quiet or len(names) <= _SOON_DONE or not sys.stderr.isatty():
        yield from names
        return
    from rich.console import Console as Terminal
    from rich.progress import track

    yield from track(
        names, console.say("cli.progress"), console=Terminal(stderr=True, markup=False), transient=True
    )


def _folders(names: Sequence[str], place: Path) -> list[Path]:
    """One input goes into the folder itself; several get one each, by stem, numbered where alike."""
    if len(names) == 1:
        return [place]
    taken: set[str] = set()
    folders = []
    for name in names:
        stem = "stdin" if name == STDIN else Path(name).stem
        free, n = stem, 1
        while free.casefold() in taken:
            n += 1
            free = f"{stem}-{n}"
        taken.add(free.casefold())
        folders.append(place / free)
    return folders


def _prepare(
    console: Console,
    name: str,
    folder: Path,
    request: Request,
    context: Context,
    *,
    layout: str | None,
    signing: bool,
) -> Row:
    """One input; what cannot be read, or may not be signed, does not stop the others."""
    try:
        prepared = prepare(source_of(console, name, layout), request, context=context)
        if signing:
            refuse_expired(prepared.source)
        return Row(name, folder, prepared)
    except GatewayError as error:
        return Row(name, folder, errors=tuple(flatten(error)))


def _tell(console: Console, row: Row, required: Sequence[str]) -> None:
    if row.prepared is None:
        console.complain(console.say("cli.not-read", file=row.name), "bad")
        for error in row.errors:
            failures.tell(console, error, "  ")
        return
    outcomes.tell_source(console, row.name, row.prepared.source)
    for outcome in row.prepared.outcomes:
        report = row.folder / FULL_REPORT
        outcomes.tell_outcome(console, row.prepared.source, outcome, report.as_posix())
    for answer in row.prepared.evaluations:
        stops = bool(answer.blocking) and answer.pack.id in required
        say = console.complain if stops else console.tell
        head, *rest = summary(answer, console.lang)
        if answer.caution is not None and answer.pack.id in required:
            say = console.complain  # whoever relies on the pack is to know, --quiet or not
        say(f"  {head}", "bad" if stops else "careful" if answer.blocking else "head")
        for line in rest:
            say(f"    {line}")
    if row.prepared.evaluations and row.ready:
        place = (row.folder / FINDINGS).as_posix()
        console.tell(f"    {console.say('cli.full-answers', place=place)}")


def _confirm(console: Console, key: PrivateKey, n: int, *, yes: bool) -> None:
    """Ask before signing where somebody can answer; scripts have answered by running."""
    console.tell(console.say("cli.signing", n=n, signer=key.public_key.did))
    if not yes and not console.as_json and is_terminal():
        click.confirm(console.say("cli.confirm"), abort=True, err=True)


def _tree(rows: Sequence[Row], key: PrivateKey | None, place: Path) -> dict[str, bytes]:
    tree: dict[str, bytes] = {}
    for row in rows:
        assert row.prepared is not None
        made = draft(row.prepared) if key is None else sign(row.prepared, key)
        for name, data in made.items():
            tree[(row.folder.relative_to(place) / name).as_posix()] = data
    return tree


def _state(row: Row, key: PrivateKey | None) -> str:
    if row.prepared is None:
        return "refused" if any(isinstance(error, UsageError) for error in row.errors) else "unreadable"
    if not row.ready:
        return "refused"
    return "draft" if key is None else "signed"


def _cells(row: Row, key: PrivateKey | None) -> list[str]:
    """Input, state, folder, targets written, targets refused: separated by tabs, for other programs."""
    made = row.prepared.outcomes if row.prepared else ()
    written = ",".join(o.format.id for o in made if o.written)
    refused = ",".join(o.format.id for o in made if not o.written)
    folder = row.folder.as_posix() if row.ready else "-"
    return [row.name, _state(row, key), folder, written or "-", refused or "-"]


def _json(row: Row, key: PrivateKey | None) -> dict[str, object]:
    told: dict[str, object] = {"file": row.name, "state": _state(row, key)}
    if row.prepared is None:
        return told | {"errors": [messages.to_json(error) for error in row.errors]}
    source = row.prepared.source
    return told | {
        "folder": row.folder.as_posix() if row.ready else "",
        "format": source.format.id,
        "sha256": source.digest,
        "findings": findings.count_severities(source.report.findings),
        "declared": [
            outcomes.total_json(source.declaration, r) for r in outcomes.declared(source.declaration)
        ],
        "targets": [outcomes.to_json(source, outcome) for outcome in row.prepared.outcomes],
        "evaluations": [to_json_summary(answer) for answer in row.prepared.evaluations],
    }
