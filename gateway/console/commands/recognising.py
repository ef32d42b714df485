"""The receiving body's commands: ``review``, ``attest``, ``revoke``, and ``trust`` for lists."""

from __future__ import annotations

import click

from gateway.console import inputs
from gateway.console.commands.options import (
    FORCE,
    PASSPHRASE_FD,
    PASSPHRASE_FILE,
    PLUGIN,
    RULES,
    command,
    context_now,
    everywhere,
    option,
)
from gateway.console.framework import Group
from gateway.console.terminal import Console
from gateway.errors import UsageError

_PATH = click.Path(path_type=str)
TRUST = option("--trust", "trust_", required=True, metavar="DIR", help="cli.option-trust")
_KEY = option("--key", required=True, metavar="FILE", help="cli.option-key")
_OUT = option("-o", "--output", "out", required=True, metavar="FILE", help="cli.option-output")


@command(help="cli.help-review", example="hutong review received --trust trust -o review.xlsx")
@click.argument("folder", metavar="DIR", type=_PATH)
@TRUST
@RULES
@_OUT
@PLUGIN
@FORCE
@everywhere
@click.pass_obj
def review(console: Console, folder: str, trust_: str, rules: tuple[str, ...], out: str, force: bool) -> int:
    """See ``hutong review --help``."""
    from gateway.console import recognising

    asked, context = inputs.with_packs(rules, context_now())
    return recognising.review(console, folder, trust_, asked, out, context, force=force)


@command(
    help="cli.help-attest",
    example="hutong attest received --trust trust --decision conditional --paper review.xlsx"
    ' --key body.pem --body "Body, Berlin" --status status -o statement',
)
@click.argument("folder", metavar="[DIR]", required=False, type=_PATH)
@TRUST
@RULES
@option("--decision", type=click.Choice(["recognised", "conditional", "refused"]), help="cli.option-decision")
@option("--paper", metavar="FILE", help="cli.option-paper")
@option("--body", required=True, metavar="NAME", help="cli.option-body")
@option("--status", required=True, metavar="DIR", help="cli.option-status")
@option("--status-base", default="", metavar="URL", help="cli.option-status-base")
@option("--method", default="", metavar="DID#KEY", help="cli.option-method")
@option("--replaces", metavar="FILE", help="cli.option-replaces")
@option("--batch", metavar="CSV", help="cli.option-batch")
@option("-o", "--output", "out", metavar="DIR", help="cli.option-output-folder")
@_KEY
@PASSPHRASE_FILE
@PASSPHRASE_FD
@PLUGIN
@everywhere
@click.pass_obj
def attest(
    console: Console,
    folder: str | None,
    trust_: str,
    rules: tuple[str, ...],
    decision: str | None,
    paper: str | None,
    body: str,
    status: str,
    status_base: str,
    method: str,
    replaces: str | None,
    batch: str | None,
    out: str | None,
    key: str,
    passphrase_file: str | None,
    passphrase_fd: int | None,
) -> int:
    """See ``hutong attest --help``."""
    from gateway.console import attesting, keying

    private = keying.load_key(key, inputs.passphrase(passphrase_file, passphrase_fd))
    asked, context = inputs.with_packs(rules, context_now())
    office = attesting.Office(body, private, status, status_base, method)
    if batch is not None:
        if folder or decision or paper or out or replaces:
            raise UsageError("--batch", code="usage.batch-or-one")
        return attesting.attest(console, attesting.batch(batch), office, trust_, asked, context)
    if folder is None or decision is None or paper is None or out is None:
        raise UsageError("DIR --decision --paper -o", code="usage.batch-or-one")
    case = attesting.Case(folder, paper, decision, out, replaces)
    return attesting.attest(console, [case], office, trust_, asked, context)


@command(
    help="cli.help-revoke", example="hutong revoke statement/statement.json --status status --key body.pem"
)
@click.argument("file", metavar="FILE", type=_PATH, required=False)
@option("--status", required=True, metavar="DIR", help="cli.option-status")
@option("--suspend", is_flag=True, help="cli.option-suspend")
@option("--lift", is_flag=True, help="cli.option-lift")
@option("--renew", is_flag=True, help="cli.option-renew")
@option("--method", default="", metavar="DID#KEY", help="cli.option-renew-method")
@_KEY
@PASSPHRASE_FILE
@PASSPHRASE_FD
@everywhere
@click.pass_obj
def revoke(
    console: Console,
    file: str | None,
    status: str,
    suspend: bool,
    lift: bool,
    renew: bool,
    method: str,
    key: str,
    passphrase_file: str | None,
    passphrase_fd: int | None,
) -> int:
    """See ``hutong revoke --help``."""
    from gateway.console import attesting, keying

    private = keying.load_key(key, inputs.passphrase(passphrase_file, passphrase_fd))
    if (file is None) is not renew or (renew and (suspend or lift)):
        raise UsageError("FILE --renew", code="usage.revoke-or-renew")
    if method and not renew:
        raise UsageError("--method", code="usage.method-needs-renew")
    if file is None:
        return attesting.renew(console, status, private, context_now(), method=method)
    purpose = "suspension" if suspend or lift else "revocation"
    return attesting.revoke(console, file, status, purpose, private, context_now(), lift=lift)


@click.group("trust", cls=Group, help="cli.help-trust")
@everywhere
def trust() -> None:
    """See ``hutong trust --help``."""


trust.example = "hutong trust show list.jws"


@command(help="cli.help-trust-build", example="hutong trust build list.json --previous old.jws -o new.json")
@click.argument("source", metavar="FILE", type=_PATH)
@option("--previous", metavar="LIST", help="cli.option-list-previous")
@option("--days", type=click.IntRange(1, 92), default=92, show_default=True, help="cli.option-days")
@_OUT
@FORCE
@everywhere
@click.pass_obj
def build(console: Console, source: str, previous: str | None, days: int, out: str, force: bool) -> int:
    """See ``hutong trust build --help``."""
    from gateway.console import trust_lists

    return trust_lists.build(console, source, previous, days, out, context_now(), force=force)


@command(
    help="cli.help-trust-sign",
    example="hutong trust sign new.json --key operator.pem --certificate operator.crt -o list.jws",
)
@click.argument("source", metavar="FILE", type=_PATH)
@_KEY
@option("--certificate", required=True, metavar="FILE", help="cli.option-certificate")
@PASSPHRASE_FILE
@PASSPHRASE_FD
@_OUT
@FORCE
@everywhere
@click.pass_obj
def sign(
    console: Console,
    source: str,
    key: str,
    certificate: str,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    out: str,
    force: bool,
) -> int:
    """See ``hutong trust sign --help``."""
    from gateway.console import trust_lists

    secret = inputs.passphrase(passphrase_file, passphrase_fd)
    return trust_lists.sign(
        console, source, key, certificate, out, context_now(), passphrase=secret, force=force
    )


@command(help="cli.help-trust-show", example="hutong trust show list.jws")
@click.argument("source", metavar="LIST", type=_PATH)
@everywhere
@click.pass_obj
def show(console: Console, source: str) -> int:
    """See ``hutong trust show --help``."""
    from gateway.console import trust_lists

    return trust_lists.show(console, source, context_now())


@command(help="cli.help-trust-diff", example="hutong trust diff old.jws new.jws")
@click.argument("old", metavar="OLD", type=_PATH)
@click.argument("new", metavar="NEW", type=_PATH)
@everywhere
@click.pass_obj
def diff(console: Console, old: str, new: str) -> int:
    """See ``hutong trust diff --help``."""
    from gateway.console import trust_lists

    return trust_lists.diff(console, old, new)


@command(help="cli.help-trust-remember", example="hutong trust remember trust")
@click.argument("folder", metavar="DIR", type=_PATH)
@everywhere
@click.pass_obj
def remember(console: Console, folder: str) -> int:
    """See ``hutong trust remember --help``."""
    from gateway.console import recognising

    return recognising.remember(console, folder, context_now())


for _one in (build, sign, show, diff, remember):
    trust.add_command(_one)
