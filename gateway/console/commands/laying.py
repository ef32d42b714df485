"""Other people's workbooks: ``layout suggest`` and ``layout confirm``."""

from __future__ import annotations

import click

from gateway.console.commands.options import FORCE, INPUT, command, context_now, everywhere, option
from gateway.console.framework import Group
from gateway.console.terminal import Console


@click.group(cls=Group, help="cli.help-layout")
@everywhere
def layout() -> None:
    """See ``hutong layout --help``."""


layout.example = "hutong layout suggest survey.xlsx"


@command(help="cli.help-layout-suggest", example="hutong layout suggest survey.xlsx")
@click.argument("workbook", type=INPUT)
@option("-o", "--output", "out", metavar="LAYOUT", help="cli.option-layout-output")
@FORCE
@everywhere
@click.pass_obj
def suggest(console: Console, workbook: str, out: str | None, force: bool) -> int:
    """See ``hutong layout suggest --help``."""
    from gateway.console import converting, layouts

    return layouts.suggest(console, workbook, converting.Destination(out or f"{workbook}.layout.json", force))


@command(help="cli.help-layout-confirm", example="hutong layout confirm survey.xlsx")
@click.argument("workbook", type=INPUT)
@option("--layout", "file", metavar="LAYOUT", help="cli.option-layout-file")
@option("--yes", is_flag=True, help="cli.option-yes")
@everywhere
@click.pass_obj
def confirm(console: Console, workbook: str, file: str | None, yes: bool) -> int:
    """See ``hutong layout confirm --help``."""
    from gateway.console import layouts

    return layouts.confirm(console, workbook, file, context_now(), yes=yes)


layout.add_command(suggest)
layout.add_command(confirm)
