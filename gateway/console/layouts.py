"""``layout``: what another workbook's cells are, suggested for a person, and confirmed by one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gateway.codec.base import Context
from gateway.console.converting import Destination
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN, layout_beside, load
from gateway.console.terminal import Console, is_terminal, table
from gateway.errors import InputError, UsageError, raise_all
from gateway.formats.cn_pcf.foreign_layout import Layout
from gateway.pipeline import layout as layouts
from gateway.storage import files
from gateway.storage.files import read_file, write_file


def suggest(console: Console, name: str, to: Destination) -> Exit:
    """Write a layout for a person to correct and confirm, and print what it says and why.

    Raises:
        UsageError: the output exists, or stdout would hold two documents.
    """
    if to.path == STDIN and console.as_json:
        raise UsageError("-o - --json", code="usage.two-documents")
    if to.path != STDIN:
        files.refuse_existing(to.place, force=to.force)
    found = layouts.suggest(load(name))
    if to.path == STDIN:
        click.echo(found.to_json(), nl=False)
        return Exit.DONE
    write_file(to.place, found.to_json(), force=to.force)
    _tell(console, found)
    console.tell(console.say("cli.layout-written", layout=to.path, file=name))
    content = json.loads(found.to_json())
    console.document({"file": name, "layout": to.path, "confirmed": False, "suggested": content})
    return Exit.DONE


def _tell(console: Console, found: Layout) -> None:
    rows = [(f"{c.sheet}!{c.cell}", c.key, c.unit, getattr(c.why, console.lang)) for c in found.cells]
    for one in found.tables:
        rows += [
            (f"{one.sheet}!{c.column}{one.first}", c.key, c.unit, getattr(c.why, console.lang))
            for c in one.columns
        ]
        rows += [(one.sheet, c.key, c.value, getattr(c.why, console.lang)) for c in one.constants]
    rows += [("-", c.key, c.value, getattr(c.why, console.lang)) for c in found.constants]
    for line in table(rows) if rows else ():
        console.answer(line)
    _tell_open(console, found)


def _tell_open(console: Console, found: Layout) -> None:
    if found.open:
        console.answer(console.say("cli.layout-open", n=len(found.open)), "careful")
    for item in found.open:
        console.answer(f"  {item.sheet}!{item.cell}  {item.label}  {' | '.join(item.keys)}".rstrip())
        if why := getattr(item.why, console.lang):
            console.answer(f"    {why}")


def confirm(console: Console, name: str, layout: str | None, context: Context, *, yes: bool) -> Exit:
    """Show what is read along a layout, ask, and keep the answer in the layout file.

    Raises:
        UsageError: there is no layout file, the workbook has another form, or nobody is there to answer.
    """
    place = layout or next(iter(layout_beside(name)), None)
    if place is None:
        raise UsageError(name, path=name, code="usage.no-layout")
    found = layouts.confirm(load(name), read_file(Path(place)), context=context)
    raise_all(InputError(f.saw, path=f.at, code=f.code, **f.params) for f in found.stops)
    values = found.values()
    for line in table(values) if values else ():
        console.answer(line)
    _tell_open(console, found.layout)
    if not yes:
        if console.as_json or not is_terminal():
            raise UsageError(place, path=place, code="usage.layout-needs-yes")
        click.confirm(console.say("cli.layout-confirm", n=len(values)), abort=True, err=True)
    write_file(Path(place), found.layout.to_json(), force=True)
    console.tell(console.say("cli.layout-confirmed", layout=place, file=name))
    told = [{"at": at, "path": path, "value": value} for at, path, value in values]
    console.document({"file": name, "layout": place, "confirmed": True, "values": told})
    return Exit.DONE
