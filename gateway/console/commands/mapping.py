"""Lists of flows and maps between them: ``nomenclature build``, ``map make | audit | convert | review``."""

from __future__ import annotations

import click

from gateway.console import inputs
from gateway.console.commands.options import (
    FORCE,
    INPUT,
    PASSPHRASE_FD,
    PASSPHRASE_FILE,
    command,
    context_now,
    everywhere,
    option,
)
from gateway.console.framework import Group
from gateway.console.terminal import Console
from gateway.nomenclature.formats import MAP_FORMATS

_FROM = option("--from", "format_", type=click.Choice(MAP_FORMATS), help="cli.option-map-from")


@click.group("map", cls=Group, help="cli.help-map")
@everywhere
def mapping() -> None:
    """See ``hutong map --help``."""


mapping.example = "hutong map audit flows.csv"


@click.group("nomenclature", cls=Group, help="cli.help-nomenclature")
@everywhere
def nomenclature() -> None:
    """See ``hutong nomenclature --help``."""


nomenclature.example = 'hutong nomenclature build flows.csv --name "EF 3.1" -o ef31.flows'


@command(help="cli.help-nomenclature-build", example=nomenclature.example)
@click.argument("names", nargs=-1, type=INPUT, metavar="[FILE]...")
@option("--name", "list_", required=True, metavar="LIST", help="cli.option-list-name")
@option("--version", "version", default="", metavar="VERSION", help="cli.option-list-version")
@option("--licence", default="", metavar="TEXT", help="cli.option-list-licence")
@option("--source", default="", metavar="TEXT", help="cli.option-list-source")
@option("--package", metavar="PACKAGE", help="cli.option-list-package")
@option("-o", "--output", "out", required=True, metavar="FILE", help="cli.option-output")
@FORCE
@everywhere
@click.pass_obj
def build(
    console: Console,
    names: tuple[str, ...],
    list_: str,
    version: str,
    licence: str,
    source: str,
    package: str | None,
    out: str,
    force: bool,
) -> int:
    """See ``hutong nomenclature build --help``."""
    from gateway.console import converting, listing
    from gateway.nomenclature.flow import Edition

    edition = Edition(list_, version, licence, source)
    return listing.build(console, names, package, edition, converting.Destination(out, force))


@command(help="cli.help-map-make", example="hutong map make flows.csv --list ef31.flows -o map.json")
@click.argument("file", type=INPUT)
@option("--list", "lists", metavar="LIST", multiple=True, required=True, help="cli.option-make-list")
@option("--source-list", default="", metavar="NAME", help="cli.option-make-source")
@option("--decisions", metavar="FILE", help="cli.option-make-decisions")
@option("--suggestions", type=click.IntRange(0, 20), default=5, help="cli.option-make-suggestions")
@option(
    "--to",
    "to",
    default="hutong-map",
    show_default=True,
    type=click.Choice(MAP_FORMATS),
    help="cli.option-make-to",
)
@option("-o", "--output", "out", required=True, metavar="FILE", help="cli.option-output")
@FORCE
@everywhere
@click.pass_obj
def make(
    console: Console,
    file: str,
    lists: tuple[str, ...],
    source_list: str,
    decisions: str | None,
    suggestions: int,
    to: str,
    out: str,
    force: bool,
) -> int:
    """See ``hutong map make --help``."""
    from gateway.console import converting, listing

    destination = converting.Destination(out, force)
    return listing.make(console, file, lists, source_list, decisions, suggestions, to, destination)


@command(help="cli.help-map-audit", example="hutong map audit flows.csv --target-list ef31.csv")
@click.argument("file", type=INPUT)
@option("--source-list", metavar="LIST", help="cli.option-source-list")
@option("--target-list", metavar="LIST", help="cli.option-target-list")
@option("--factors", multiple=True, metavar="CSV", help="cli.option-factors")
@_FROM
@everywhere
@click.pass_obj
def audit(
    console: Console,
    file: str,
    source_list: str | None,
    target_list: str | None,
    factors: tuple[str, ...],
    format_: str | None,
) -> int:
    """See ``hutong map audit --help``."""
    from gateway.console import mapping as maps

    return maps.audit(
        console, file, format_, source_list=source_list, target_list=target_list, factors=factors
    )


@command(help="cli.help-map-convert", example="hutong map convert flows.csv --to sssom -o flows.sssom.tsv")
@click.argument("file", type=INPUT)
@option("--to", "to", required=True, type=click.Choice(MAP_FORMATS), help="cli.option-map-to")
@option("-o", "--output", "out", required=True, metavar="FILE", help="cli.option-output")
@option("--include-proxies", is_flag=True, help="cli.option-include-proxies")
@option("--strict", is_flag=True, help="cli.option-strict")
@_FROM
@FORCE
@everywhere
@click.pass_obj
def convert(
    console: Console,
    file: str,
    to: str,
    out: str,
    include_proxies: bool,
    strict: bool,
    format_: str | None,
    force: bool,
) -> int:
    """See ``hutong map convert --help``."""
    from gateway.console import converting
    from gateway.console import mapping as maps

    destination = converting.Destination(out, force)
    return maps.convert(
        console, file, format_, to, destination, include_proxies=include_proxies, strict=strict
    )


@command(help="cli.help-map-review", example="hutong map review suggestions.json --workbook review.xlsx")
@click.argument("file", type=INPUT)
@option("--decisions", metavar="FILE", help="cli.option-decisions")
@option("--workbook", metavar="XLSX", help="cli.option-review-workbook")
@option("--html", "page", metavar="HTML", help="cli.option-review-html")
@option("--decided", metavar="XLSX", help="cli.option-decided")
@option("--person", default="", metavar="NAME", help="cli.option-person")
@option("--key", metavar="PEM", help="cli.option-review-key")
@PASSPHRASE_FILE
@PASSPHRASE_FD
@_FROM
@FORCE
@everywhere
@click.pass_obj
def review(
    console: Console,
    file: str,
    decisions: str | None,
    workbook: str | None,
    page: str | None,
    decided: str | None,
    person: str,
    key: str | None,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    format_: str | None,
    force: bool,
) -> int:
    """See ``hutong map review --help``."""
    from gateway.console import keying, reviewing

    secret = inputs.passphrase(passphrase_file, passphrase_fd)
    private = None if key is None else keying.load_key(key, secret)
    asked = reviewing.Asked(decisions or f"{file}.decisions.json", workbook, page, decided, person, force)
    return reviewing.review(console, file, format_, asked, private, context_now())


nomenclature.add_command(build)
mapping.add_command(make)
mapping.add_command(audit)
mapping.add_command(convert)
mapping.add_command(review)
