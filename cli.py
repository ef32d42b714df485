"""The command ``hutong``: runs one of ``gateway.console.commands`` and says how it ended."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from gettext import gettext as _

import click

import gateway
from gateway.console import terminal
from gateway.console.commands import (
    comparing,
    judging,
    laying,
    making,
    mapping,
    preparing,
    recognising,
    signing,
    trusting,
)
from gateway.console.commands.options import LANGS, everywhere
from gateway.console.framework import Group, Option, speaking
from gateway.console.terminal import Console
from gateway.errors import GatewayError, InternalError, flatten
from gateway.messages import Lang, text

# 128 + SIGINT, as shells report it.
_INTERRUPTED = 130
# 128 + SIGPIPE: the answer was not taken, so that none was given.
_NOBODY_READS = 141

_PROGRAM = "hutong"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # A document is millions of small objects that live as long as the run; looking through them takes time.
    gc.set_threshold(200_000, 20, 100)
    console = terminal.from_arguments(arguments, os.environ)
    terminal.open_closed_streams()
    terminal.never_fail_on_a_character()
    code = _NOBODY_READS
    with speaking(console.lang):
        try:
            code = _run(arguments, console)
            sys.stdout.flush()
        except BrokenPipeError:
            terminal.leave_quietly()
            return code
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
        said = {lang: _complaint(arguments, console, lang) for lang in LANGS}
        texts = {lang: text("usage.command-line", lang, {"saw": said[lang]}) for lang in LANGS}
        told = {
            "code": "usage.command-line",
            "severity": "error",
            "message": {lang: texts[lang].what for lang in LANGS},
            "fix": {lang: texts[lang].fix for lang in LANGS},
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


@click.group(cls=Group, help="cli.help", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    gateway.__version__,
    prog_name=_PROGRAM,
    message="%(prog)s %(version)s",
    cls=Option,
    help="cli.option-version",
)
@everywhere
def hutong() -> None:
    """Do nothing by itself; the help texts are found by their codes."""


hutong.example = "hutong issue declaration.json --to pact --to battery-passport --key key.pem -o out"


for _command in (
    judging.formats,
    judging.detect,
    judging.targets,
    judging.check,
    making.template,
    laying.layout,
    making.convert,
    making.attach,
    making.issue,
    judging.repair,
    judging.gaps,
    comparing.explain,
    comparing.diff,
    comparing.whatif,
    comparing.factors,
    comparing.translate,
    mapping.nomenclature,
    mapping.mapping,
    preparing.prepare,
    preparing.seal,
    preparing.share,
    preparing.exports,
    signing.sign,
    signing.present,
    trusting.verify,
    recognising.review,
    recognising.attest,
    recognising.revoke,
    recognising.trust,
    trusting.keygen,
    making.demo,
):
    hutong.add_command(_command)


if __name__ == "__main__":
    sys.exit(main())
