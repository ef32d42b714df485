"""Signatures over any files: ``sign``, and ``present`` for what is hidden in one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from gateway.console import inputs
from gateway.console.commands.options import (
    FORCE,
    PASSPHRASE_FD,
    PASSPHRASE_FILE,
    command,
    context_now,
    everywhere,
    option,
)
from gateway.console.terminal import Console

_F = TypeVar("_F", bound=Callable[..., Any])

_FORMS = ("asic-e", "xades", "jades", "jades-detached", "jws", "data-integrity", "vc-jwt", "sd-jwt")


def _signer(function: _F) -> _F:
    """Where the private key is."""
    for made in (
        PASSPHRASE_FD,
        PASSPHRASE_FILE,
        option("--label", metavar="NAME", help="cli.option-device-label"),
        option("--token", "token_label", metavar="NAME", help="cli.option-device-token"),
        option("--device", metavar="LIBRARY", help="cli.option-device"),
        option("--public-key", metavar="DID", help="cli.option-public-key"),
        option("--signer", "signer", metavar="COMMAND", help="cli.option-signer"),
        option("--key", metavar="FILE", help="cli.option-sign-key"),
    ):
        function = made(function)
    return function


@command(
    help="cli.help-sign",
    example="hutong sign ilcd pcf.json --as asic-e --key key.pem --certificate seal.crt -o signed.asice",
)
@click.argument("names", metavar="IN...", nargs=-1, required=True, type=click.Path(path_type=str))
@option("--as", "form", required=True, type=click.Choice(_FORMS), help="cli.option-as")
@option("-o", "--output", "out", required=True, metavar="FILE", help="cli.option-sign-output")
@_signer
@option("--certificate", "certificates", multiple=True, metavar="FILE", help="cli.option-sign-certificate")
@option("--method", default="", metavar="DID#KEY", help="cli.option-sign-method")
@option("--hide", "hide", multiple=True, metavar="POINTER", help="cli.option-hide")
@option("--holder", metavar="DID", help="cli.option-holder")
@option("--decoys", type=click.IntRange(0, 100), default=0, metavar="N", help="cli.option-decoys")
@FORCE
@everywhere
@click.pass_obj
def sign(
    console: Console,
    names: tuple[str, ...],
    form: str,
    out: str,
    key: str | None,
    signer: str | None,
    public_key: str | None,
    device: str | None,
    token_label: str | None,
    label: str | None,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    certificates: tuple[str, ...],
    method: str,
    hide: tuple[str, ...],
    holder: str | None,
    decoys: int,
    force: bool,
) -> int:
    """See ``hutong sign --help``."""
    from gateway.console import signers, signing_files
    from gateway.signing.forms import Form

    choice = signers.Choice(key, signer, public_key, device, token_label, label, certificates)
    return signing_files.sign(
        console,
        names,
        Form(form),
        choice,
        signing_files.Output(out, force),
        secret=inputs.passphrase(passphrase_file, passphrase_fd),
        hiding=signing_files.Hiding(hide, holder, decoys),
        method=method,
        now=context_now().now,
    )


@command(
    help="cli.help-present",
    example="hutong present lines.sdjwt --open /lines/0 --reader did:web:body.example --nonce 7f3a"
    " --key holder.pem -o shown.sdjwt",
)
@click.argument("token", metavar="TOKEN", type=click.Path(path_type=str))
@option("-o", "--output", "out", required=True, metavar="FILE", help="cli.option-sign-output")
@option("--open", "opened", multiple=True, metavar="POINTER", help="cli.option-open-place")
@option("--reader", required=True, metavar="NAME", help="cli.option-reader")
@option("--nonce", required=True, metavar="TEXT", help="cli.option-nonce")
@_signer
@FORCE
@everywhere
@click.pass_obj
def present(
    console: Console,
    token: str,
    out: str,
    opened: tuple[str, ...],
    reader: str,
    nonce: str,
    key: str | None,
    signer: str | None,
    public_key: str | None,
    device: str | None,
    token_label: str | None,
    label: str | None,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    force: bool,
) -> int:
    """See ``hutong present --help``."""
    from gateway.console import signers, signing_files

    return signing_files.present(
        console,
        token,
        opened,
        signers.Choice(key, signer, public_key, device, token_label, label),
        signing_files.Output(out, force),
        secret=inputs.passphrase(passphrase_file, passphrase_fd),
        reader=reader,
        nonce=nonce,
        now=context_now().now,
    )
