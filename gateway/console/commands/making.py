"""What makes files: ``template``, ``convert``, ``issue``, ``demo``."""

from __future__ import annotations

from typing import Literal

import click

from gateway.console import inputs
from gateway.console.commands.options import (
    BESIDE,
    DISCLOSURE,
    FORCE,
    FROM,
    INPUT,
    LAYOUT,
    PASSPHRASE_FD,
    PASSPHRASE_FILE,
    PLUGIN,
    PREVIEW,
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


@command(
    help="cli.help-template", example="hutong template battery --for pact --for battery-passport -o 电池.xlsx"
)
@click.argument("kind", type=click.Choice(["battery", "product", "passport"]))
@option("--for", "targets", multiple=True, metavar="ID", help="cli.option-for")
@option("--filled", is_flag=True, help="cli.option-filled")
@option("-o", "--output", "out", required=True, metavar="XLSX", help="cli.option-workbook")
@FORCE
@everywhere
@click.pass_obj
def template(
    console: Console, kind: str, targets: tuple[str, ...], filled: bool, out: str, force: bool
) -> int:
    """See ``hutong template --help``."""
    from gateway.console import workbooks

    kinds: dict[str, Literal["battery", "product", "passport"]] = {
        "battery": "battery",
        "product": "product",
        "passport": "passport",
    }
    return workbooks.template(console, kinds[kind], targets, out, filled=filled, force=force)


@command(help="cli.help-convert", example="hutong convert declaration.json --to pact -o footprint.json")
@click.argument("file", type=INPUT)
@option("--to", required=True, metavar="ID", help="cli.option-to-one")
@option("-o", "--output", "out", required=True, metavar="OUT", help="cli.option-output")
@BESIDE
@FROM
@LAYOUT
@PLUGIN
@DISCLOSURE
@PREVIEW
@SET
@option("--supersedes", metavar="OLD", help="cli.option-supersedes")
@option("--deprecate", is_flag=True, help="cli.option-deprecate")
@option("--valid-from", metavar="DAY", help="cli.option-valid-from")
@option("--valid-until", metavar="DAY", help="cli.option-valid-until")
@option("--strict", is_flag=True, help="cli.option-strict")
@option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="cli.option-jobs")
@FORCE
@everywhere
@click.pass_obj
def convert(
    console: Console,
    file: str,
    to: str,
    out: str,
    format_: str | None,
    disclosure: str,
    preview: bool,
    chosen: tuple[str, ...],
    strict: bool,
    jobs: int,
    force: bool,
    layout: str | None,
    beside: tuple[str, ...],
    supersedes: str | None,
    deprecate: bool,
    valid_from: str | None,
    valid_until: str | None,
) -> int:
    """See ``hutong convert --help``."""
    from gateway.console import converting
    from gateway.formats.datasets import is_dataset_format

    life = inputs.life(supersedes, valid_from, valid_until, deprecate=deprecate)
    if is_dataset_format(to):
        inputs.no_life(life, to)
        from gateway.console import dataset_converting

        options = tuple(sorted(inputs.named_values(chosen).items()))
        wish = dataset_converting.Wish(to, out, format_, options, jobs, force, strict)
        return dataset_converting.convert(console, file, wish, context_now().now)
    if file.casefold().endswith((".ndjson", ".jsonl")):
        from gateway.console import lines_converting
        from gateway.model.disclosure import Disclosure

        inputs.no_life(life, file)
        lines_converting.refuse(layout=layout, preview=preview, **{"with": beside})
        told = inputs.named_values(chosen)
        many = lines_converting.Wish(to, out, format_, told, Disclosure(disclosure), force, strict)
        return lines_converting.convert(console, file, many, context_now())
    request = inputs.request((to,), disclosure, format_, preview=preview, chosen=chosen, beside=beside)
    destination = converting.Destination(out, force)
    return converting.convert(
        console, file, request, destination, context_now(), strict=strict, layout=layout, life=life
    )


@command(
    help="cli.help-attach", example="hutong attach declaration.json supplier.json --line L03 -o new.json"
)
@click.argument("file", metavar="DECL", type=INPUT)
@click.argument("supplier", type=INPUT)
@option("--line", required=True, metavar="ID", help="cli.option-attach-line")
@option("-o", "--output", "out", required=True, metavar="OUT", help="cli.option-attach-output")
@option("--verified", is_flag=True, help="cli.option-verified")
@FORCE
@PLUGIN
@everywhere
@click.pass_obj
def attach(
    console: Console, file: str, supplier: str, line: str, out: str, verified: bool, force: bool
) -> int:
    """See ``hutong attach --help``."""
    from gateway.console import attaching, converting

    to = converting.Destination(out, force)
    return attaching.attach(console, file, supplier, line, to, context_now(), verified=verified)


@command(help="cli.help-issue", example="hutong issue declaration.json --to pact --key key.pem -o out")
@click.argument("files", metavar="IN...", nargs=-1, required=True, type=INPUT)
@option("--to", multiple=True, required=True, metavar="ID", help="cli.option-to")
@option("-o", "--output", "out", required=True, metavar="DIR", help="cli.option-output-folder")
@option("--key", metavar="FILE", help="cli.option-key")
@PASSPHRASE_FILE
@PASSPHRASE_FD
@option("--draft", is_flag=True, help="cli.option-draft")
@RULES
@option("--require", multiple=True, metavar="PACK", help="cli.option-require")
@BESIDE
@FROM
@PREVIOUS
@LAYOUT
@PLUGIN
@DISCLOSURE
@PREVIEW
@SET
@option("--yes", is_flag=True, help="cli.option-yes")
@FORCE
@everywhere
@click.pass_obj
def issue(
    console: Console,
    files: tuple[str, ...],
    to: tuple[str, ...],
    out: str,
    key: str | None,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    draft: bool,
    rules: tuple[str, ...],
    require: tuple[str, ...],
    format_: str | None,
    disclosure: str,
    preview: bool,
    chosen: tuple[str, ...],
    yes: bool,
    force: bool,
    previous: str | None,
    layout: str | None,
    beside: tuple[str, ...],
) -> int:
    """See ``hutong issue --help``."""
    from gateway.console import converting, issuing, keying

    if (key is None) is not draft:
        raise UsageError("--key --draft" if draft else "", code="usage.key-or-draft")
    secret = inputs.passphrase(passphrase_file, passphrase_fd)
    private = None if key is None else keying.load_key(key, secret)
    asked, context = inputs.with_packs((*rules, *require), context_now())
    inputs.one_previous(previous, files, asked)
    request = inputs.request(
        to,
        disclosure,
        format_,
        preview=preview,
        draft=draft,
        rules=asked,
        previous=previous,
        chosen=chosen,
        beside=beside,
    )
    inputs.one_with(beside, files)
    destination = converting.Destination(out, force)
    return issuing.issue(
        console,
        files,
        request,
        private,
        destination,
        context,
        yes=yes,
        required=asked[len(rules) :],
        layout=layout,
    )


@command(help="cli.help-demo", example="hutong demo -o demo-out")
@option(
    "-o",
    "--output",
    "out",
    default="demo-out",
    show_default=True,
    metavar="DIR",
    help="cli.option-output-folder",
)
@FORCE
@everywhere
@click.pass_obj
def demo(console: Console, out: str, force: bool) -> int:
    """See ``hutong demo --help``."""
    from gateway.console import demo as show

    return show.demo(console, out, context_now(), force=force)
