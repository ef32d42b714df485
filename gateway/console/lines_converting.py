"""``convert`` for many footprints: NDJSON in and out, line by line, with what was lost of each beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gateway import messages
from gateway.console import findings
from gateway.console.failures import Exit
from gateway.console.findings import LOSSES
from gateway.console.inputs import STDIN
from gateway.console.terminal import Console
from gateway.errors import GatewayError, InputError, UsageError, flatten
from gateway.formats.pact.catalogue import CARRIERS
from gateway.formats.pact.hub import line as as_line
from gateway.formats.pact.lines import Line, carrier_named, convert_lines
from gateway.frontdoor import json as json_door
from gateway.frontdoor import limits
from gateway.model.disclosure import Disclosure
from gateway.report import Note
from gateway.storage import files

if TYPE_CHECKING:
    from gateway.codec.base import Context

_REPORT = ".report.ndjson"
_CAUSES = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants."""

    to: str
    out: str
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    disclosure: Disclosure = Disclosure.C1
    force: bool = False
    strict: bool = False


def refuse(**given: object) -> None:
    """Lines stand alone: an option that would be passed over is refused.

    Raises:
        UsageError: one of ``given`` was given.
    """
    for name, value in given.items():
        if value:
            raise UsageError(f"--{name}", code="usage.not-for-lines")


def convert(console: Console, name: str, wish: Wish, context: Context) -> Exit:
    """Write every footprint of a file as one line of another, and a report with one line for each."""
    if STDIN in (name, wish.out):
        raise UsageError(STDIN, code="usage.lines-need-files")
    refuse(plugin=context.plugins)
    out, report = Path(wish.out), Path(wish.out + _REPORT)
    files.refuse_existing(report, force=wish.force)
    tally: Counter[str] = Counter()
    fates: Counter[str] = Counter()
    causes: dict[tuple[str, str], tuple[int, GatewayError]] = {}
    with (
        files.writing(report, force=wish.force) as told,
        files.writing(out, force=wish.force) as written,
    ):
        lines = _converted(_lines(Path(name)), wish, context)
        for one in lines:
            tally["written" if one.document is not None else "refused"] += 1
            fates.update(note.fate.value for note in one.notes)
            for lack in one.lacks:
                causes.setdefault((lack.error_code, lack.path), (one.number, lack))
            if one.document is not None:
                written.write(one.data + b"\n")
            told.write(as_line(_record(one)).encode() + b"\n")
        _tell_causes(console, name, tuple(causes.values()))
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


def _tell_causes(console: Console, name: str, causes: Sequence[tuple[int, GatewayError]]) -> None:
    """The first few different reasons for which lines were refused; the report has them all."""
    for number, cause in causes[:_CAUSES]:
        console.complain(f"{name} › {number}")
        for line, style in findings.lines(console, cause, "  "):
            console.complain(line, style)


def _converted(lines: Iterator[bytes], wish: Wish, context: Context) -> Iterator[Line]:
    """Straight from version to version; through the model where something of a message must be withheld.

    No part of a footprint message is above C1, and no version of one is written for more: a test says so.
    """
    if wish.disclosure >= Disclosure.C1:
        return convert_lines(lines, to=wish.to, options=wish.options, format=wish.format)
    for name in (wish.to, wish.format):
        if name is not None:
            carrier_named(name)
    return (_redacted(data.strip(), n, wish, context) for n, data in enumerate(lines, 1) if data.strip())


def _redacted(data: bytes, number: int, wish: Wish, context: Context) -> Line:
    from gateway.pipeline.convert import convert as write_target
    from gateway.pipeline.convert import read

    try:
        source = read(data, format=wish.format, context=context)
        if source.format.id not in CARRIERS:
            raise InputError(source.format.id, path="", code="input.unknown-format")
        (made,) = write_target(source, to=(wish.to,), disclosure=wish.disclosure, options=wish.options)
    except UsageError as error:
        if error.error_code != "usage.ambiguous-format":
            raise
        return Line(number, None, lacks=(error,))
    except GatewayError as error:
        return Line(number, None, lacks=tuple(flatten(error)))
    found = source.report.findings
    if made.package is None:
        return Line(number, None, findings=found, lacks=made.lacks)
    document = json_door.parse(made.package.only.data)
    assert isinstance(document, dict)
    return Line(number, document, as_line(document).encode(), made.notes, found)


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
