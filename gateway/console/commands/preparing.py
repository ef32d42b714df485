"""The domestic signature in two steps and what leaves the house: ``prepare``, ``seal``, ``share``."""

from __future__ import annotations

import click

from gateway.console import inputs
from gateway.console.commands.options import (
    DISCLOSURE,
    FORCE,
    FROM,
    INPUT,
    LAYOUT,
    PASSPHRASE_FD,
    PASSPHRASE_FILE,
    PLUGIN,
    PREVIOUS,
    RULES,
    SET,
    command,
    context_now,
    everywhere,
    option,
)
from gateway.console.framework import Group
from gateway.console.terminal import Console
from gateway.errors import UsageError

_EXAMPLE = "hutong prepare declaration.json --to pact --key maker.pem -o case"


@command(help="cli.help-prepare", example=_EXAMPLE)
@click.argument("file", metavar="IN", type=INPUT)
@option("--to", multiple=True, required=True, metavar="ID", help="cli.option-to")
@option("-o", "--output", "out", required=True, metavar="DIR", help="cli.option-output-folder")
@option("--key", required=True, metavar="FILE", help="cli.option-salt-key")
@PASSPHRASE_FILE
@PASSPHRASE_FD
@RULES
@FROM
@PREVIOUS
@LAYOUT
@PLUGIN
@DISCLOSURE
@SET
@FORCE
@everywhere
@click.pass_obj
def prepare(
    console: Console,
    file: str,
    to: tuple[str, ...],
    out: str,
    key: str,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    rules: tuple[str, ...],
    format_: str | None,
    disclosure: str,
    chosen: tuple[str, ...],
    force: bool,
    previous: str | None,
    layout: str | None,
) -> int:
    """See ``hutong prepare --help``."""
    from gateway.console import converting, keying, sealing

    private = keying.load_key(key, inputs.passphrase(passphrase_file, passphrase_fd))
    asked, context = inputs.with_packs(rules, context_now())
    inputs.one_previous(previous, (file,), asked)
    request = inputs.request(
        to,
        disclosure,
        format_,
        preview=False,
        draft=False,
        rules=asked,
        previous=previous,
        chosen=chosen,
    )
    destination = converting.Destination(out, force)
    return sealing.prepare_folder(console, file, request, private, destination, context, layout=layout)


@command(help="cli.help-seal", example="hutong seal case --sm2-key certifier.pem --certificate certifier.crt")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=str))
@option("--key", metavar="FILE", help="cli.option-seal-key")
@option("--sm2-key", metavar="FILE", help="cli.option-sm2-key")
@option("--certificate", metavar="FILE", help="cli.option-sm2-certificate")
@option("--chain", multiple=True, metavar="FILE", help="cli.option-sm2-chain")
@option("--message", metavar="FILE", help="cli.option-sm2-message")
@PASSPHRASE_FILE
@PASSPHRASE_FD
@PLUGIN
@everywhere
@click.pass_obj
def seal(
    console: Console,
    folder: str,
    key: str | None,
    sm2_key: str | None,
    certificate: str | None,
    chain: tuple[str, ...],
    message: str | None,
    passphrase_file: str | None,
    passphrase_fd: int | None,
) -> int:
    """See ``hutong seal --help``."""
    from gateway.console import keying, sealing

    if sum(given is not None for given in (key, sm2_key, message)) != 1:
        raise UsageError("--key --sm2-key --message", code="usage.which-seal")
    if (sm2_key is None) != (certificate is None) or (chain and sm2_key is None):
        raise UsageError(code="usage.seal-certificate")
    secret = inputs.passphrase(passphrase_file, passphrase_fd)
    private = None if key is None else keying.load_key(key, secret)
    choice = sealing.Sm2Choice(sm2_key, certificate, chain, message)
    return sealing.seal_folder(console, folder, private, choice, context_now(), passphrase=secret)


@command(
    help="cli.help-share",
    example='hutong share case -o parcel --recipient "Body, Berlin" --country DE --basis contract'
    " --purpose verification --log export.log",
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=str))
@option("-o", "--output", "out", required=True, metavar="DIR", help="cli.option-output-folder")
@option("--open", "opened", multiple=True, metavar="PART", help="cli.option-open")
# Empty by default, so that all that is missing of these four is told at once.
@option("--recipient", required=True, default="", metavar="NAME", help="cli.option-recipient")
@option("--country", required=True, default="", metavar="CC", help="cli.option-country")
@option("--basis", required=True, default="", metavar="TEXT", help="cli.option-basis")
@option("--purpose", required=True, default="", metavar="TEXT", help="cli.option-purpose")
@option("--until", default="", metavar="DAY", help="cli.option-until")
@option("--log", required=True, metavar="FILE", help="cli.option-log")
@FORCE
@everywhere
@click.pass_obj
def share(
    console: Console,
    folder: str,
    out: str,
    opened: tuple[str, ...],
    recipient: str,
    country: str,
    basis: str,
    purpose: str,
    until: str,
    log: str,
    force: bool,
) -> int:
    """See ``hutong share --help``."""
    from gateway.console import converting, sealing

    to = sealing.Recipient(recipient, country, basis, purpose, until)
    destination = converting.Destination(out, force)
    return sealing.share_folder(console, folder, opened, to, log, destination, context_now())


@click.group("exports", cls=Group, help="cli.help-exports")
@everywhere
def exports() -> None:
    """See ``hutong exports --help``."""


exports.example = "hutong exports show export.log"


@command(help="cli.help-exports-show", example="hutong exports show export.log")
@click.argument("log", metavar="FILE", type=click.Path(path_type=str))
@everywhere
@click.pass_obj
def show(console: Console, log: str) -> int:
    """See ``hutong exports show --help``."""
    from gateway.console import sealing

    return sealing.show_log(console, log)


exports.add_command(show)
