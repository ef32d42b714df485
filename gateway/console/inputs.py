"""What the command takes in besides its arguments: files, stdin, the time, passphrases."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gateway import messages
from gateway.errors import GatewayError, UsageError, flatten

if TYPE_CHECKING:
    from gateway.codec.base import Context, Package
    from gateway.codec.plugin import Plugin
    from gateway.console.terminal import Console
    from gateway.pipeline.issue import Request
    from gateway.pipeline.lifecycle import Life

STDIN = "-"
# Longer than anybody types, shorter than a file named by mistake.
_LONGEST_PASSPHRASE = 1024


@contextmanager
def of_file(name: str) -> Iterator[None]:
    """Errors about what is in a file name the file: keys and certificates are given several at once."""
    try:
        yield
    except GatewayError as error:
        for one in flatten(error):
            one.path = one.path or name
        raise


def load(name: str) -> Package:
    """The file ``name`` as a package; ``-`` is stdin.

    Raises:
        StorageError: it cannot be read.
    """
    from gateway.codec.base import Package
    from gateway.frontdoor.limits import MIB
    from gateway.storage import files

    if name != STDIN:
        return files.load(Path(name))
    data = sys.stdin.buffer.read(files.MAX_FILE_BYTES + 1)
    if len(data) > files.MAX_FILE_BYTES:
        limit = str(files.MAX_FILE_BYTES // MIB)
        raise files.StorageError(path="stdin", code="storage.too-large", limit=limit)
    return Package.of(data, name="stdin")


def source_of(console: Console, name: str, layout: str | None = None) -> Package:
    """The file ``name``, with the layout along which it is to be read if it is another form's workbook.

    A layout that stands beside it is used where a person has confirmed it and every label fits; it is said.

    Raises:
        StorageError: a file cannot be read.
        InputError: ``layout`` is no layout.
    """
    package = load(name)
    if layout is not None:
        from gateway.pipeline.layout import with_layout
        from gateway.storage.files import read_file

        return with_layout(package, read_file(Path(layout)))
    beside = () if name == STDIN else layout_beside(name)
    return _along(console, name, package, beside) if beside else package


def layout_beside(name: str) -> tuple[str, ...]:
    """The layout files that may be for ``name``: ``X.xlsx.layout.json`` and ``layout.json`` beside it."""
    file = Path(name)
    places = (file.with_name(f"{file.name}.layout.json"), file.with_name("layout.json"))
    return tuple(str(place) for place in places if place.is_file())


def _along(console: Console, name: str, package: Package, beside: Sequence[str]) -> Package:
    from gateway.pipeline import layout as layouts
    from gateway.storage.files import read_file

    if not layouts.wants_layout(package):
        return package
    for place in beside:
        data = read_file(Path(place))
        told, wrong = layouts.fits(package, data)
        if told is None:
            continue  # somebody else's layout.json
        if wrong:
            console.tell(console.say("cli.layout-other-form", layout=place, file=name, at=wrong[0].at))
        elif not told.confirmed:
            console.tell(console.say("cli.layout-unconfirmed", layout=place, file=name), "careful")
        else:
            console.tell(console.say("cli.layout-used", layout=place, file=name))
            return layouts.with_layout(package, data)
    return package


def context(environment: Mapping[str, str], clock: datetime, plugins: Sequence[str] = ()) -> Context:
    """The moment of the run: SOURCE_DATE_EPOCH (reproducible-builds.org), else ``clock``; and the plugins.

    Raises:
        UsageError: SOURCE_DATE_EPOCH is no count of seconds that a calendar has, or there is no such plugin.
        PluginError: a plugin cannot be used.
    """
    from gateway.codec.base import Context

    loaded: tuple[Plugin, ...] = ()
    if plugins:
        from gateway.pipeline.plugins import load_plugin

        loaded = tuple(map(load_plugin, dict.fromkeys(plugins)))
    said = environment.get("SOURCE_DATE_EPOCH", "")
    if not said:
        return Context(now=clock, plugins=loaded)
    try:
        if not (said.isascii() and said.isdigit()):
            raise ValueError(said)
        return Context(now=datetime.fromtimestamp(int(said), UTC), plugins=loaded)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(said, path="SOURCE_DATE_EPOCH", code="usage.bad-epoch") from error


def with_packs(rules: Sequence[str], context: Context) -> tuple[tuple[str, ...], Context]:
    """The ids of the rule packs asked for; those that are named by their file join ``context``.

    Raises:
        StorageError: a file cannot be read.
        MappingError, UsageError, PluginError: it is no pack, or its id is taken.
    """
    if not any(map(_is_file, rules)):
        return tuple(rules), context
    from gateway.pipeline.plugins import load_rules
    from gateway.storage.files import read_file

    named = {name: load_rules(read_file(Path(name)), name=name) for name in rules if _is_file(name)}
    ids = tuple(next(iter(named[name].packs)) if name in named else name for name in rules)
    return ids, replace(context, plugins=(*context.plugins, *named.values()))


def _is_file(pack: str) -> bool:
    """Whether a rule pack is named by its file; ids have no such ending."""
    return pack.casefold().endswith(".json")


def request(
    to: tuple[str, ...],
    disclosure: str,
    format_: str | None,
    *,
    preview: bool,
    draft: bool = False,
    rules: tuple[str, ...] = (),
    previous: str | None = None,
    chosen: Sequence[str] = (),
    beside: Sequence[str] = (),
) -> Request:
    """What was asked for, in the words that writers know.

    Raises:
        UsageError: an option is not written as NAME=VALUE.
    """
    from gateway.model.disclosure import Disclosure
    from gateway.pipeline.issue import Request

    said = {"preview": preview, "draft": draft}
    options = {name: "yes" for name, wanted in said.items() if wanted} | named_values(chosen, said)
    before = None if previous is None else load(previous)
    more = tuple(load(name) for name in beside)
    packs = tuple(dict.fromkeys(rules))
    return Request(to, Disclosure(disclosure), format_, options, packs, before, more)


def life(supersedes: str | None, valid_from: str | None, valid_until: str | None, *, deprecate: bool) -> Life:
    """What becomes of the footprint that is written.

    Raises:
        StorageError: the old footprint cannot be read.
        UsageError: a day is none.
    """
    from gateway.pipeline.lifecycle import Life, day_of

    old = None if supersedes is None else load(supersedes)
    return Life(old, deprecate, day_of(valid_from), day_of(valid_until))


def no_life(life: Life, name: str) -> None:
    """What is written is no single footprint.

    Raises:
        UsageError: a life was told.
    """
    if life:
        raise UsageError(name, code="lifecycle.not-pact", target=name)


def named_values(chosen: Sequence[str], taken: Container[str] = ()) -> dict[str, str]:
    """The values given as NAME=VALUE.

    Raises:
        UsageError: one is not written so, or its name is ``taken``.
    """
    options = {}
    for text in chosen:
        name, equals, value = text.partition("=")
        if not equals or name in taken:
            raise UsageError(text, code="usage.not-an-option")
        options[name] = value
    return options


def one_previous(previous: str | None, names: Sequence[str], rules: Sequence[str]) -> None:
    """An earlier version is of one file, and for rules.

    Raises:
        UsageError: it is given for several, or without rules.
    """
    if previous is not None and (len(names) != 1 or not rules):
        raise UsageError(previous, code="usage.previous")


def one_with(beside: Sequence[str], names: Sequence[str]) -> None:
    """Further data are of one product.

    Raises:
        UsageError: they are given for several files.
    """
    if beside and len(names) != 1:
        raise UsageError(", ".join(beside), code="usage.with-several")


def passphrase(file: str | None, descriptor: int | None) -> bytes | None:
    """The passphrase of a file or an open descriptor, without its line end.

    Raises:
        UsageError: both are given, or it is empty or too long.
        StorageError: it cannot be read.
    """
    from gateway.storage.files import StorageError

    if file is not None and descriptor is not None:
        raise UsageError("--passphrase-file --passphrase-fd", code="usage.two-passphrases")
    if file is None and descriptor is None:
        return None
    place = file if file is not None else f"fd {descriptor}"
    try:
        with open(file if file is not None else descriptor or 0, "rb") as stream:  # noqa: PTH123 - a descriptor has no path
            data = stream.read(_LONGEST_PASSPHRASE + 3)
    except OSError as error:
        raise StorageError(path=place, why=messages.reason(error)) from error
    text = data.removesuffix(b"\n").removesuffix(b"\r")
    if not text or len(text) > _LONGEST_PASSPHRASE:
        raise UsageError(path=place, code="usage.bad-passphrase", limit=str(_LONGEST_PASSPHRASE))
    return text
