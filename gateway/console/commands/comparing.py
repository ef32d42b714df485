"""Where a figure comes from, and what changed: ``explain``, ``diff``."""

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
@click.argument("pointer")
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
    pointer: str,
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
