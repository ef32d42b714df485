"""``targets``: what each file can become, and what is in the way of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway.console import failures
from gateway.console.failures import Exit
from gateway.console.inputs import load
from gateway.console.terminal import Console, table, visible
from gateway.errors import GatewayError
from gateway.formats import find, formats

if TYPE_CHECKING:
    from gateway.codec.base import Context
    from gateway.pipeline.convert import Outcome


def list_targets(
    console: Console, names: Sequence[str], targets: Sequence[str], context: Context, *, markdown: bool
) -> Exit:
    """Print a table of files and targets: values carried and noted, or how much is missing."""
    from gateway.pipeline.convert import convert, read
    from gateway.pipeline.registers import split

    wanted = _ids(targets, context)
    rows: list[tuple[str, ...]] = [("", *wanted)]
    codes: list[Exit] = []
    documents: list[dict[str, object]] = []
    for name in names:
        try:
            parts = split(load(name))
        except GatewayError as error:
            codes.append(failures.not_read(console, name, error, documents))
            continue
        for part in parts:
            own = part.name if len(parts) > 1 else name
            try:
                source = read(part, context=context)
                outcomes = convert(source, to=wanted, options={"preview": "yes"})
            except GatewayError as error:
                codes.append(failures.not_read(console, own, error, documents))
                continue
            rows.append((own, *(_cell(console, outcome) for outcome in outcomes)))
            documents.append({"file": own, "format": source.format.id, "targets": list(map(_told, outcomes))})
            codes.append(Exit.DONE)
    if len(rows) <= len(wanted):  # what there is more of goes down the page
        rows = list(zip(*rows, strict=True))
    for line in _markdown(rows) if markdown else table(rows):
        console.answer(line)
    console.tell(console.say("cli.targets-legend"))
    console.document({"files": documents})
    return failures.worst(codes)


def _ids(targets: Sequence[str], context: Context) -> tuple[str, ...]:
    """The formats that are asked for; all that are written where none is."""
    if not targets:
        return tuple(f.id for f in formats(context.plugins) if f.write is not None)
    return tuple(dict.fromkeys(f.id for name in targets for f in find(name, context.plugins)))


def _cell(console: Console, outcome: Outcome) -> str:
    if outcome.written:
        return console.say("cli.targets-written", carried=outcome.carried, noted=len(outcome.notes))
    return console.say("cli.targets-refused", lacks=len(outcome.lacks))


def _told(outcome: Outcome) -> dict[str, object]:
    return {
        "target": outcome.format.id,
        "written": outcome.written,
        "carried": outcome.carried,
        "noted": len(outcome.notes),
        "lacks": [{"code": error.error_code, "at": error.path} for error in outcome.lacks],
    }


def _markdown(rows: Sequence[Sequence[str]]) -> list[str]:
    made = ["| " + " | ".join(visible(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return [made[0], "|" + " --- |" * len(rows[0]), *made[1:]]
