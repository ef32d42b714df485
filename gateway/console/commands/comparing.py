"""What a figure stands on, was, would be: ``explain``, ``diff``, ``whatif``, ``factors``, ``translate``."""

from __future__ import annotations

import click

from gateway.console import inputs
from gateway.console.commands.options import (
    FORCE,
    FROM,
    INPUT,
    LAYOUT,
    PLUGIN,
    command,
    context_now,
    everywhere,
    option,
)
from gateway.console.terminal import Console
from gateway.errors import UsageError


@command(
    help="cli.help-explain", example="hutong explain out pact/product-footprint.json#/pcf/fossilGhgEmissions"
)
@click.argument("place", metavar="FILE|DIR", type=INPUT)
@click.argument("pointer", required=False)
@option("--list", "lists", is_flag=True, help="cli.option-explain-list")
@option("--target", metavar="ID", help="cli.option-explain-target")
@option("--html", is_flag=True, help="cli.option-html")
@option("-o", "--output", "out", metavar="FILE", help="cli.option-html-output")
@FROM
@FORCE
@LAYOUT
@PLUGIN
@everywhere
@click.pass_obj
def explain(
    console: Console,
    place: str,
    pointer: str | None,
    lists: bool,
    target: str | None,
    html: bool,
    out: str | None,
    format_: str | None,
    force: bool,
    layout: str | None,
) -> int:
    """See ``hutong explain --help``."""
    from gateway.console import converting, explaining

    if out is not None and not html:
        raise UsageError(out, code="usage.output-without-html")
    if lists or pointer is None:
        if html or (lists and pointer is not None):
            raise UsageError(pointer or "--html", code="usage.list-and-pointer")
        return explaining.list_figures(
            console, place, format_, context_now(), target=target or "", layout=layout
        )
    if target is not None:
        raise UsageError(target, code="usage.list-and-pointer")
    page = converting.Destination(out or inputs.STDIN, force) if html else None
    return explaining.explain(console, place, pointer, format_, context_now(), page=page, layout=layout)


@command(help="cli.help-diff", example="hutong diff declaration-2025.json declaration-2026.json")
@click.argument("old", type=INPUT)
@click.argument("new", type=INPUT)
@PLUGIN
@everywhere
@click.pass_obj
def diff(console: Console, old: str, new: str) -> int:
    """See ``hutong diff --help``."""
    from gateway.console import explaining

    return explaining.diff(console, old, new, context_now())


@command(help="cli.help-whatif", example="hutong whatif declaration.json --electricity 0.5306")
@click.argument("file", type=INPUT)
@option("--electricity", metavar="FACTOR|ID", help="cli.option-electricity")
@option("--line", "lines", multiple=True, metavar="ID", help="cli.option-line")
@option("--gwp", metavar="SET", help="cli.option-gwp")
@option(
    "--per",
    type=click.Choice(["kwh-delivered", "kwh-rated", "kwh-usable", "kg", "pack"]),
    help="cli.option-per",
)
@option("--profile", metavar="PROFILE", help="cli.option-profile")
@option("--energy", metavar="KWH", help="cli.option-energy")
@option("--explain", is_flag=True, help="cli.option-explain")
@FROM
@LAYOUT
@PLUGIN
@everywhere
@click.pass_obj
def whatif(
    console: Console,
    file: str,
    electricity: str | None,
    lines: tuple[str, ...],
    gwp: str | None,
    per: str | None,
    profile: str | None,
    energy: str | None,
    explain: bool,
    format_: str | None,
    layout: str | None,
) -> int:
    """See ``hutong whatif --help``."""
    from gateway.console import recomputing

    asked = recomputing.Asked(electricity, gwp, per, profile, energy, lines)
    return recomputing.whatif(console, file, asked, format_, context_now(), layout=layout, explain=explain)


@command(help="cli.help-factors", example="hutong factors declaration.json --map map.csv --values values.csv")
@click.argument("file", type=INPUT)
@option("--map", "mapping", metavar="CSV", required=True, help="cli.option-map")
@option("--values", metavar="CSV", help="cli.option-values")
@option("-o", "--output", "out", metavar="CSV", help="cli.option-factors-output")
@FROM
@FORCE
@LAYOUT
@PLUGIN
@everywhere
@click.pass_obj
def factors(
    console: Console,
    file: str,
    mapping: str,
    values: str | None,
    out: str | None,
    format_: str | None,
    force: bool,
    layout: str | None,
) -> int:
    """See ``hutong factors --help``."""
    from gateway.console import converting, recomputing

    to = None if out is None else converting.Destination(out, force)
    return recomputing.factors(console, file, mapping, values, format_, context_now(), layout=layout, to=to)


@command(help="cli.help-translate", example="hutong translate declaration.json --target ef-3.1")
@click.argument("file", type=INPUT)
@option("--target", metavar="TARGET", required=True, help="cli.option-target")
@option("--list", "lists", metavar="LIST", multiple=True, help="cli.option-flow-list")
@option("--decisions", metavar="FILE", help="cli.option-make-decisions")
@option("-o", "--output", "out", metavar="OUT", help="cli.option-translate-output")
@option("--to", "to", metavar="FORMAT", help="cli.option-translate-to")
@FROM
@LAYOUT
@PLUGIN
@FORCE
@everywhere
@click.pass_obj
def translate(
    console: Console,
    file: str,
    target: str,
    lists: tuple[str, ...],
    decisions: str | None,
    out: str | None,
    to: str | None,
    format_: str | None,
    layout: str | None,
    force: bool,
) -> int:
    """See ``hutong translate --help``."""
    from gateway.console import translating, translating_datasets

    if to is not None and out is None:
        raise UsageError("--to", code="translate.to-needs-output")
    names = translating.Names(target, lists, decisions)
    output = None if out is None else translating_datasets.Output(out, to, force)
    return translating.translated(console, file, names, format_, context_now(), layout=layout, output=output)
