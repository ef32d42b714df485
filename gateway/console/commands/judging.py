"""What a file is, can become, and lacks: ``formats``, ``detect``, ``targets``, ``check``, ``repair``."""

from __future__ import annotations

import click

from gateway.console import inputs
from gateway.console.commands.options import (
    BESIDE,
    FORCE,
    FROM,
    INPUT,
    LAYOUT,
    PLUGIN,
    PREVIOUS,
    RULES,
    SET,
    command,
    context_now,
    everywhere,
    option,
)
from gateway.console.terminal import Console
from gateway.errors import UsageError


@command(help="cli.help-formats", example="hutong formats")
@PLUGIN
@everywhere
@click.pass_obj
def formats(console: Console) -> int:
    """See ``hutong formats --help``."""
    from gateway.console import inspecting

    return inspecting.list_formats(console, context_now().plugins)


@command(help="cli.help-detect", example="hutong detect declaration.json")
@click.argument("files", nargs=-1, required=True, type=INPUT)
@PLUGIN
@everywhere
@click.pass_obj
def detect(console: Console, files: tuple[str, ...]) -> int:
    """See ``hutong detect --help``."""
    from gateway.console import inspecting

    return inspecting.detect_files(console, files, context_now().plugins)


@command(help="cli.help-targets", example="hutong targets 电池.xlsx")
@click.argument("files", nargs=-1, required=True, type=INPUT)
@option("--to", "to", multiple=True, metavar="ID", help="cli.option-to")
@option("--markdown", is_flag=True, help="cli.option-markdown")
@PLUGIN
@everywhere
@click.pass_obj
def targets(console: Console, files: tuple[str, ...], to: tuple[str, ...], markdown: bool) -> int:
    """See ``hutong targets --help``."""
    from gateway.console.targets import list_targets

    return list_targets(console, files, to, context_now(), markdown=markdown)


@command(help="cli.help-check", example="hutong check declaration.json --rules eu-battery")
@click.argument("files", nargs=-1, required=True, type=INPUT)
@RULES
@PREVIOUS
@option("--annotate", metavar="XLSX", help="cli.option-annotate")
@FROM
@FORCE
@LAYOUT
@PLUGIN
@everywhere
@click.pass_obj
def check(
    console: Console,
    files: tuple[str, ...],
    rules: tuple[str, ...],
    previous: str | None,
    annotate: str | None,
    format_: str | None,
    force: bool,
    layout: str | None,
) -> int:
    """See ``hutong check --help``."""
    from gateway.console import checking, converting

    packs, context = inputs.with_packs(rules, context_now())
    mark = None if annotate is None else converting.Destination(annotate, force)
    return checking.check_files(
        console, files, format_, context, rules=packs, previous=previous, mark=mark, layout=layout
    )


@command(help="cli.help-repair", example="hutong repair processes/ -o repaired/")
@click.argument("file", type=INPUT)
@option("-o", "--output", "out", required=True, metavar="OUT", help="cli.option-repair-output")
@option("--strict", is_flag=True, help="cli.option-strict")
@FORCE
@everywhere
@click.pass_obj
def repair(console: Console, file: str, out: str, strict: bool, force: bool) -> int:
    """See ``hutong repair --help``."""
    from gateway.console import repairing

    return repairing.repair(console, file, out, force=force, strict=strict)


@command(help="cli.help-gaps", example="hutong gaps declaration.json")
@click.argument("file", type=INPUT)
@option("--category", type=click.Choice(["EV", "LMT", "IND"]), help="cli.option-category")
@option("-o", "--output", "out", metavar="XLSX", help="cli.option-gaps-output")
@option("--for", "targets", multiple=True, metavar="ID", help="cli.option-gaps-for")
@BESIDE
@SET
@FROM
@FORCE
@LAYOUT
@PLUGIN
@everywhere
@click.pass_obj
def gaps(
    console: Console,
    file: str,
    category: str | None,
    targets: tuple[str, ...],
    beside: tuple[str, ...],
    chosen: tuple[str, ...],
    format_: str | None,
    layout: str | None,
    out: str | None,
    force: bool,
) -> int:
    """See ``hutong gaps --help``."""
    from gateway.console import converting, lacking

    asked = lacking.Asked(file, format_, layout, beside)
    if targets:
        if out is not None or category is not None:
            raise UsageError("--for", code="usage.gaps-for-alone")
        told = inputs.named_values(chosen)
        return lacking.gaps_for(console, asked, targets, told, context_now())
    if chosen:
        raise UsageError("--set", code="usage.gaps-for-alone")
    to = None if out is None else converting.Destination(out, force)
    return lacking.gaps(console, asked, category or "", context_now(), to=to)
