"""Keys and signed folders: ``verify``, ``keygen``."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.console import inputs
from gateway.console.commands.options import (
    PASSPHRASE_FD,
    PASSPHRASE_FILE,
    PLUGIN,
    command,
    context_now,
    everywhere,
    option,
)
from gateway.console.terminal import Console
from gateway.errors import UsageError


@command(help="cli.help-verify", example="hutong verify out")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=str))
@option("--content", "contents", metavar="FILE", multiple=True, help="cli.option-content")
@option("--context", "contexts", metavar="ADDRESS=FILE", multiple=True, help="cli.option-context")
@option("--did", "documents", metavar="FILE", multiple=True, help="cli.option-verify-did")
@option("--reader", metavar="NAME", help="cli.option-verify-reader")
@option("--nonce", metavar="TEXT", help="cli.option-verify-nonce")
@option("--certificate", metavar="FILE", help="cli.option-verify-certificate")
@option("--signed", metavar="FILE", help="cli.option-verify-signed")
@option("--covers", metavar="FOLDER", help="cli.option-covers")
@option("--replay", "again", is_flag=True, help="cli.option-replay")
@option("--trust", "trust_", metavar="DIR", help="cli.option-trust")
@option("--refresh", is_flag=True, help="cli.option-refresh")
@option("--report", metavar="FILE", help="cli.option-report")
@option("--html", metavar="FILE", help="cli.option-report-html")
@PLUGIN
@everywhere
@click.pass_obj
def verify(
    console: Console,
    folder: str,
    contents: tuple[str, ...],
    contexts: tuple[str, ...],
    documents: tuple[str, ...],
    reader: str | None,
    nonce: str | None,
    certificate: str | None,
    signed: str | None,
    covers: str | None,
    again: bool,
    trust_: str | None,
    refresh: bool,
    report: str | None,
    html: str | None,
) -> int:
    """See ``hutong verify --help``."""
    if "" in (reader, nonce):
        # A variable that is not set must not turn the question off.
        raise UsageError("--reader --nonce", code="usage.reader-empty")
    reader, nonce = reader or "", nonce or ""
    if trust_ is not None:
        from gateway.console import recognising

        if again:
            raise UsageError("--replay --trust", code="usage.replay-or-trust")
        if refresh:
            recognising.refresh(console, folder, trust_, context_now())
        if documents:
            raise UsageError("--did --trust", code="usage.did-in-snapshot")
        if certificate is not None:
            raise UsageError("--certificate --trust", code="usage.certificate-in-list")
        return recognising.validate(
            console,
            folder,
            trust_,
            context_now(),
            out=report,
            page=html,
            contents=contents,
            contexts=contexts,
            reader=reader,
            nonce=nonce,
            covers=covers,
            signed=signed,
        )
    if refresh:
        raise UsageError("--refresh", code="usage.refresh-needs-trust")
    if report or html:
        raise UsageError("--report --html", code="usage.report-needs-trust")
    if Path(folder).is_file():
        from gateway.console import enveloped

        if again:
            raise UsageError("--replay", code="usage.replay-needs-folder")
        return enveloped.verify_file(
            console,
            folder,
            contents,
            contexts,
            documents=documents,
            now=context_now().now,
            reader=reader,
            nonce=nonce,
            covers=covers,
            certificate=certificate,
            signed=signed,
        )
    given = (contents, contexts, documents, reader, nonce, covers, certificate, signed)
    if Path(folder).is_dir() and any(given):
        names = "--content --context --did --reader --nonce --covers --certificate --signed"
        raise UsageError(names, code="usage.content-needs-file")
    from gateway.console import verifying

    return verifying.verify_folder(console, folder, again=again, context=context_now())


@command(help="cli.help-keygen", example="hutong keygen -o key.pem --passphrase-file passphrase.txt")
@option("-o", "--output", "out", required=True, metavar="FILE", help="cli.option-key-output")
@option(
    "--type",
    "type_",
    type=click.Choice(["ed25519", "p256", "p384"]),
    default="ed25519",
    show_default=True,
    help="cli.option-type",
)
@PASSPHRASE_FILE
@PASSPHRASE_FD
@option("--no-passphrase", "bare", is_flag=True, help="cli.option-no-passphrase")
@option("--certificate", metavar="FILE", help="cli.option-keygen-certificate")
@option("--name", default="", metavar="NAME", help="cli.option-keygen-name")
@option("--country", default="", metavar="CC", help="cli.option-keygen-country")
@everywhere
@click.pass_obj
def keygen(
    console: Console,
    out: str,
    type_: str,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    bare: bool,
    certificate: str | None,
    name: str,
    country: str,
) -> int:
    """See ``hutong keygen --help``."""
    from gateway.console import keying

    secret = inputs.passphrase(passphrase_file, passphrase_fd)
    if (secret is None) is not bare:
        raise UsageError(code="usage.passphrase-or-none")
    owner = keying.Owner(certificate, name, country) if certificate else None
    return keying.generate(console, out, type_, secret, owner=owner, now=context_now().now)
