"""``convert`` for many footprints: NDJSON in and out, line by line, with what was lost of each beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway import messages
from gateway.console.failures import Exit
from gateway.console.findings import LOSSES
from gateway.console.inputs import STDIN
from gateway.console.terminal import Console
from gateway.errors import InputError, UsageError
from gateway.formats.pact.hub import line as as_line
from gateway.formats.pact.lines import Line, convert_lines
from gateway.frontdoor import limits
from gateway.report import Note
from gateway.storage import files

_REPORT = ".report.ndjson"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants."""

    to: str
    out: str
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    force: bool = False
    strict: bool = False


def convert(console: Console, name: str, wish: Wish) -> Exit:
    """Write every footprint of a file as one line of another, and a report with one line for each."""
    if STDIN in (name, wish.out):
        raise UsageError(STDIN, code="usage.lines-need-files")
    out, report = Path(wish.out), Path(wish.out + _REPORT)
    files.refuse_existing(report, force=wish.force)
    tally: Counter[str] = Counter()
    fates: Counter[str] = Counter()
    with (
        files.writing(report, force=wish.force) as told,
        files.writing(out, force=wish.force) as written,
    ):
        lines = convert_lines(_lines(Path(name)), to=wish.to, options=wish.options, format=wish.format)
        for one in lines:
            tally["written" if one.document is not None else "refused"] += 1
            fates.update(note.fate.value for note in one.notes)
            if one.document is not None:
                written.write(one.data + b"\n")
            told.write(as_line(_record(one)).encode() + b"\n")
        if not tally["written"]:
            raise InputError(name, path=name, code="input.no-line-written", n=tally["refused"])
    counts = " · ".join(console.say(f"cli.fate-{fate}", n=n) for fate, n in sorted(fates.items()))
    console.tell(console.say("cli.lines", n=tally["written"], refused=tally["refused"], counts=counts))
    console.tell(console.say("cli.output", place=wish.out))
    console.document(
        {
            "file": name,
            "output": wish.out,
            "report": str(report),
            "written": tally["written"],
            "refused": tally["refused"],
            "fates": dict(sorted(fates.items())),
        }
    )
    if tally["refused"]:
        return Exit.INPUT
    return Exit.LOSS if wish.strict and any(fates[fate.value] for fate in LOSSES) else Exit.DONE


def _lines(path: Path) -> Iterator[bytes]:
    """One line at a time; the file is never held as a whole."""
    try:
        with path.open("rb") as file:
            while data := file.readline(limits.JSON.max_bytes + 1):
                yield data
    except OSError as error:
        raise files.StorageError(path=str(path), code="storage.absent") from error


def _record(one: Line) -> dict[str, object]:
    """What there is to say of one line, by codes; ``hutong convert`` of the line alone says it in words."""
    found: dict[str, object] = {"line": one.number, "written": one.document is not None}
    if one.findings:
        found["findings"] = [
            {"code": f.code, "severity": f.severity.value, "at": f.at, "saw": f.saw} for f in one.findings
        ]
    if one.lacks:
        found["lacks"] = [messages.to_json(error) for error in one.lacks]
    if one.notes:
        found["notes"] = [_note(note) for note in one.notes]
    return found


def _note(note: Note) -> dict[str, object]:
    told: dict[str, object] = {"code": note.code, "path": note.path, "fate": note.fate.value}
    if note.value:
        told["value"] = note.value
    if note.written:
        told["written"] = note.written
    if note.kg is not None:
        from gateway.quantity import show

        told["kgAtStake"] = show(note.kg)
    return told
