"""The command ``hutong``: its arguments, and which function of ``gateway.console`` answers them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from gettext import gettext as _
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

import gateway
from gateway.console import inputs, terminal
from gateway.console.framework import Group, Option, speaking
from gateway.console.terminal import Console
from gateway.errors import GatewayError, InternalError, UsageError, flatten
from gateway.messages import Lang, text

if TYPE_CHECKING:
    from gateway.codec.base import Context

# 128 + SIGINT, as shells report it.
_INTERRUPTED = 130
_F = TypeVar("_F", bound=Callable[..., Any])

_PROGRAM = "hutong"
_LANGS: tuple[Lang, Lang] = ("zh", "en")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    console = terminal.from_arguments(arguments, os.environ)
    terminal.never_fail_on_a_character()
    with speaking(console.lang):
        try:
            code = _run(arguments, console)
            sys.stdout.flush()
        except BrokenPipeError:
            terminal.leave_quietly()
            return 0
        except OSError as error:
            terminal.leave_quietly()
            return _not_written(console, error)
    return code


def _not_written(console: Console, error: OSError) -> int:
    """Stdout cannot be written, so that stderr gets the error whatever form was asked for."""
    from gateway.console.failures import Exit, stdout_failed

    with suppress(OSError):
        _show(replace(console, as_json=False), [stdout_failed(error)])
    return Exit.STORAGE


def _run(arguments: list[str], console: Console) -> int:
    try:
        with hutong.make_context(_PROGRAM, list(arguments), obj=console) as context:
            code: int = hutong.invoke(context)
            return int(code)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        return _wrong_usage(arguments, console, error)
    except (click.Abort, KeyboardInterrupt, EOFError):
        console.complain(console.say("cli.interrupted"))
        return _INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is not None:
            return _unexpected(console, error)
        raise  # a stream of ours, not a file
    except GatewayError as error:
        if isinstance(error, InternalError):
            _debug()
        return _show(console, flatten(error))
    except Exception as error:  # noqa: BLE001 - the last place before the user; nothing is swallowed
        return _unexpected(console, error)


def _unexpected(console: Console, error: Exception) -> int:
    _debug()
    return _show(console, [InternalError(f"{type(error).__name__}: {error}", code="internal.unexpected")])


def _show(console: Console, errors: Sequence[GatewayError]) -> int:
    from gateway.console import failures

    return failures.show(console, errors)


def _debug() -> None:
    if os.environ.get("HUTONG_DEBUG"):
        traceback.print_exc()


def _wrong_usage(arguments: list[str], console: Console, error: click.UsageError) -> int:
    """The framework's complaint; for programs in both languages, which takes parsing twice."""
    if error.ctx is not None:
        console.complain(error.ctx.get_usage())
        hint = _("Try '{command} {option}' for help.")
        console.complain(hint.format(command=error.ctx.command_path, option="--help"))
    console.complain(_("Error: {message}").format(message=error.format_message()), "bad")
    if console.as_json:
        said = {lang: _complaint(arguments, console, lang) for lang in _LANGS}
        texts = {lang: text("usage.command-line", lang, {"saw": said[lang]}) for lang in _LANGS}
        told = {
            "code": "usage.command-line",
            "severity": "error",
            "message": {lang: texts[lang].what for lang in _LANGS},
            "fix": {lang: texts[lang].fix for lang in _LANGS},
        }
        console.document({"errors": [told]})
    return error.exit_code


def _complaint(arguments: list[str], console: Console, lang: Lang) -> str:
    """What the framework says of the same arguments in ``lang``; it parses before it runs anything."""
    with speaking(lang):
        try:
            hutong.invoke(hutong.make_context(_PROGRAM, list(arguments), obj=console))
        except click.UsageError as error:
            return error.format_message()
    raise AssertionError


def _context() -> Context:
    return inputs.context(os.environ, datetime.now(UTC))


def _everywhere(function: _F) -> _F:
    """Options that every command has. ``terminal.from_arguments`` has acted on them already."""
    for made in (
        click.option("--quiet", "-q", is_flag=True, expose_value=False, cls=Option, help="cli.option-quiet"),
        click.option(
            "--lang", type=click.Choice(_LANGS), expose_value=False, cls=Option, help="cli.option-lang"
        ),
        click.option("--json", is_flag=True, expose_value=False, cls=Option, help="cli.option-json"),
    ):
        function = made(function)
    return function


_INPUT = click.Path(path_type=str, allow_dash=True)
_option = partial(click.option, cls=Option)
_FROM = _option("--from", "format_", metavar="ID", help="cli.option-from")
_FORCE = _option("--force", is_flag=True, help="cli.option-force")
_PREVIEW = _option("--preview", is_flag=True, help="cli.option-preview")
_DISCLOSURE = _option(
    "--disclosure",
    type=click.Choice(["C0", "C1"]),
    default="C1",
    show_default=True,
    help="cli.option-disclosure",
)
_RULES = _option("--rules", multiple=True, metavar="PACK", help="cli.option-rules")
_PASSPHRASE_FILE = _option("--passphrase-file", metavar="FILE", help="cli.option-passphrase-file")
_PASSPHRASE_FD = _option("--passphrase-fd", type=int, metavar="N", help="cli.option-passphrase-fd")


@click.group(cls=Group, help="cli.help", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    gateway.__version__,
    prog_name=_PROGRAM,
    message="%(prog)s %(version)s",
    cls=Option,
    help="cli.option-version",
)
@_everywhere
def hutong() -> None:
    """Do nothing by itself; the help texts are found by their codes."""


hutong.example = "hutong issue declaration.json --to pact --to battery-passport --key key.pem -o out"


@hutong.command(help="cli.help-formats", example="hutong formats")
@_everywhere
@click.pass_obj
def formats(console: Console) -> int:
    """See ``hutong formats --help``."""
    from gateway.console import inspecting

    return inspecting.list_formats(console)


@hutong.command(help="cli.help-detect", example="hutong detect declaration.json")
@click.argument("files", nargs=-1, required=True, type=_INPUT)
@_everywhere
@click.pass_obj
def detect(console: Console, files: tuple[str, ...]) -> int:
    """See ``hutong detect --help``."""
    from gateway.console import inspecting

    return inspecting.detect_files(console, files)


@hutong.command(help="cli.help-check", example="hutong check declaration.json --rules eu-battery")
@click.argument("files", nargs=-1, required=True, type=_INPUT)
@_RULES
@_option("--previous", metavar="OLD", help="cli.option-previous")
@_option("--annotate", metavar="XLSX", help="cli.option-annotate")
@_FROM
@_FORCE
@_everywhere
@click.pass_obj
def check(
    console: Console,
    files: tuple[str, ...],
    rules: tuple[str, ...],
    previous: str | None,
    annotate: str | None,
    format_: str | None,
    force: bool,
) -> int:
    """See ``hutong check --help``."""
    from gateway.console import checking

    code = checking.check_files(console, files, format_, _context(), rules=rules, previous=previous)
    if annotate is not None:
        from gateway.console import workbooks

        workbooks.annotate(console, files, annotate, _context(), force=force)
    return code


@hutong.command(
    help="cli.help-template", example="hutong template battery --for pact --for battery-passport -o 电池.xlsx"
)
@click.argument("kind", type=click.Choice(["battery", "product"]))
@_option("--for", "targets", multiple=True, metavar="ID", help="cli.option-for")
@_option("--filled", is_flag=True, help="cli.option-filled")
@_option("-o", "--output", "out", required=True, metavar="XLSX", help="cli.option-workbook")
@_FORCE
@_everywhere
@click.pass_obj
def template(
    console: Console, kind: str, targets: tuple[str, ...], filled: bool, out: str, force: bool
) -> int:
    """See ``hutong template --help``."""
    from gateway.console import workbooks

    chosen: Literal["battery", "product"] = "battery" if kind == "battery" else "product"
    return workbooks.template(console, chosen, targets, out, filled=filled, force=force)


@hutong.command(
    help="cli.help-convert", example="hutong convert declaration.json --to pact -o footprint.json"
)
@click.argument("file", type=_INPUT)
@_option("--to", required=True, metavar="ID", help="cli.option-to-one")
@_option("-o", "--output", "out", required=True, metavar="OUT", help="cli.option-output")
@_FROM
@_DISCLOSURE
@_PREVIEW
@_option("--strict", is_flag=True, help="cli.option-strict")
@_FORCE
@_everywhere
@click.pass_obj
def convert(
    console: Console,
    file: str,
    to: str,
    out: str,
    format_: str | None,
    disclosure: str,
    preview: bool,
    strict: bool,
    force: bool,
) -> int:
    """See ``hutong convert --help``."""
    from gateway.console import converting

    request = inputs.request((to,), disclosure, format_, preview=preview)
    destination = converting.Destination(out, force)
    return converting.convert(console, file, request, destination, _context(), strict=strict)


@hutong.command(help="cli.help-issue", example="hutong issue declaration.json --to pact --key key.pem -o out")
@click.argument("files", metavar="IN...", nargs=-1, required=True, type=_INPUT)
@_option("--to", multiple=True, required=True, metavar="ID", help="cli.option-to")
@_option("-o", "--output", "out", required=True, metavar="DIR", help="cli.option-output-folder")
@_option("--key", metavar="FILE", help="cli.option-key")
@_PASSPHRASE_FILE
@_PASSPHRASE_FD
@_option("--draft", is_flag=True, help="cli.option-draft")
@_RULES
@_option("--require", multiple=True, metavar="PACK", help="cli.option-require")
@_FROM
@_DISCLOSURE
@_PREVIEW
@_option("--yes", is_flag=True, help="cli.option-yes")
@_FORCE
@_everywhere
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
    yes: bool,
    force: bool,
) -> int:
    """See ``hutong issue --help``."""
    from gateway.console import converting, issuing, keying

    if (key is None) is not draft:
        raise UsageError("--key --draft" if draft else "", code="usage.key-or-draft")
    secret = inputs.passphrase(passphrase_file, passphrase_fd)
    private = None if key is None else keying.load_key(key, secret)
    asked = (*rules, *require)
    request = inputs.request(to, disclosure, format_, preview=preview, draft=draft, rules=asked)
    destination = converting.Destination(out, force)
    context = _context()
    return issuing.issue(console, files, request, private, destination, context, yes=yes, required=require)


@hutong.command(help="cli.help-gaps", example="hutong gaps declaration.json")
@click.argument("file", type=_INPUT)
@_option("--category", type=click.Choice(["EV", "LMT", "IND"]), help="cli.option-category")
@_FROM
@_everywhere
@click.pass_obj
def gaps(console: Console, file: str, category: str | None, format_: str | None) -> int:
    """See ``hutong gaps --help``."""
    from gateway.console import explaining

    return explaining.gaps(console, file, category or "", format_, _context())


@hutong.command(
    help="cli.help-explain", example="hutong explain out pact/product-footprint.json#/pcf/fossilGhgEmissions"
)
@click.argument("place", metavar="FILE|DIR", type=_INPUT)
@click.argument("pointer")
@_option("--html", is_flag=True, help="cli.option-html")
@_option("-o", "--output", "out", metavar="FILE", help="cli.option-html-output")
@_FROM
@_FORCE
@_everywhere
@click.pass_obj
def explain(
    console: Console, place: str, pointer: str, html: bool, out: str | None, format_: str | None, force: bool
) -> int:
    """See ``hutong explain --help``."""
    from gateway.console import converting, explaining

    if out is not None and not html:
        raise UsageError(out, code="usage.output-without-html")
    page = converting.Destination(out or inputs.STDIN, force) if html else None
    return explaining.explain(console, place, pointer, format_, _context(), page=page)


@hutong.command(help="cli.help-diff", example="hutong diff declaration-2025.json declaration-2026.json")
@click.argument("old", type=_INPUT)
@click.argument("new", type=_INPUT)
@_everywhere
@click.pass_obj
def diff(console: Console, old: str, new: str) -> int:
    """See ``hutong diff --help``."""
    from gateway.console import explaining

    return explaining.diff(console, old, new, _context())


@hutong.command(help="cli.help-verify", example="hutong verify out")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=str))
@_option("--replay", "again", is_flag=True, help="cli.option-replay")
@_everywhere
@click.pass_obj
def verify(console: Console, folder: str, again: bool) -> int:
    """See ``hutong verify --help``."""
    from gateway.console import verifying

    return verifying.verify_folder(console, folder, again=again, now=_context().now)


@hutong.command(help="cli.help-keygen", example="hutong keygen -o key.pem --passphrase-file passphrase.txt")
@_option("-o", "--output", "out", required=True, metavar="FILE", help="cli.option-key-output")
@_option(
    "--type",
    "type_",
    type=click.Choice(["ed25519", "p256"]),
    default="ed25519",
    show_default=True,
    help="cli.option-type",
)
@_PASSPHRASE_FILE
@_PASSPHRASE_FD
@_option("--no-passphrase", "bare", is_flag=True, help="cli.option-no-passphrase")
@_everywhere
@click.pass_obj
def keygen(
    console: Console,
    out: str,
    type_: str,
    passphrase_file: str | None,
    passphrase_fd: int | None,
    bare: bool,
) -> int:
    """See ``hutong keygen --help``."""
    from gateway.console import keying

    secret = inputs.passphrase(passphrase_file, passphrase_fd)
    if (secret is None) is not bare:
        raise UsageError(code="usage.passphrase-or-none")
    return keying.generate(console, out, type_, secret)


@hutong.command(help="cli.help-demo", example="hutong demo -o demo-out")
@_option(
    "-o",
    "--output",
    "out",
    default="demo-out",
    show_default=True,
    metavar="DIR",
    help="cli.option-output-folder",
)
@_FORCE
@_everywhere
@click.pass_obj
def demo(console: Console, out: str, force: bool) -> int:
    """See ``hutong demo --help``."""
    from gateway.console import demo as show

    return show.demo(console, out, _context(), force=force)


if __name__ == "__main__":
    sys.exit(main())
