"""What commands share: how one is declared, the options that several have, and the moment of the run."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gateway.console import inputs
from gateway.console.framework import Command, Option
from gateway.messages import Lang

if TYPE_CHECKING:
    from gateway.codec.base import Context

_F = TypeVar("_F", bound=Callable[..., Any])

# Where the named plugins wait for ``context_now``: within the run of one command.
_PLUGINS = "gateway.plugins"

LANGS: tuple[Lang, Lang] = ("zh", "en")

command = partial(click.command, cls=Command)
option = partial(click.option, cls=Option)

INPUT = click.Path(path_type=str, allow_dash=True)
FROM = option("--from", "format_", metavar="ID", help="cli.option-from")
FORCE = option("--force", is_flag=True, help="cli.option-force")
PREVIEW = option("--preview", is_flag=True, help="cli.option-preview")
DISCLOSURE = option(
    "--disclosure",
    type=click.Choice(["C0", "C1"]),
    default="C1",
    show_default=True,
    help="cli.option-disclosure",
)
LAYOUT = option("--layout", metavar="LAYOUT", help="cli.option-layout")
PREVIOUS = option("--previous", metavar="OLD", help="cli.option-previous")
BESIDE = option("--with", "beside", multiple=True, metavar="FILE", help="cli.option-with")
RULES = option("--rules", multiple=True, metavar="PACK", help="cli.option-rules")
PLUGIN = option(
    "--plugin",
    multiple=True,
    metavar="NAME",
    expose_value=False,
    callback=lambda ctx, _, names: ctx.meta.__setitem__(_PLUGINS, names),
    help="cli.option-plugin",
)
SET = option("--set", "chosen", multiple=True, metavar="NAME=VALUE", help="cli.option-set")
PASSPHRASE_FILE = option("--passphrase-file", metavar="FILE", help="cli.option-passphrase-file")
PASSPHRASE_FD = option("--passphrase-fd", type=int, metavar="N", help="cli.option-passphrase-fd")


def everywhere(function: _F) -> _F:
    """Options that every command has. ``terminal.from_arguments`` has acted on them already."""
    for made in (
        option("--quiet", "-q", is_flag=True, expose_value=False, help="cli.option-quiet"),
        option("--lang", type=click.Choice(LANGS), expose_value=False, help="cli.option-lang"),
        option("--json", is_flag=True, expose_value=False, help="cli.option-json"),
    ):
        function = made(function)
    return function


def context_now() -> Context:
    """The moment of the run, what the environment says or else the clock, and the plugins that are named."""
    names: tuple[str, ...] = click.get_current_context().meta.get(_PLUGINS, ())
    return inputs.context(os.environ, datetime.now(UTC), names)
