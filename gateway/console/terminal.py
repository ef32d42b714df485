"""The two streams of the command: answers on stdout, everything else for people on stderr."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, cast

import click

from gateway import messages
from gateway.messages import Lang

Style: TypeAlias = Literal["good", "bad", "careful", "head", ""]
_COLOURS = {"good": "green", "bad": "red", "careful": "yellow", "head": None}
# Blanks that are not printable to Python but harmless, and at home in Chinese text.
_BLANKS = frozenset("\u00a0\u3000")


def _to_stdout(value: Mapping[str, object]) -> None:
    click.echo(json_bytes(value), nl=False)


@dataclass(frozen=True, slots=True)
class Console:
    """How the caller wants to be spoken to. ``sink`` takes the one document of --json."""

    lang: Lang = "en"
    as_json: bool = False
    quiet: bool = False
    sink: Callable[[Mapping[str, object]], None] = _to_stdout

    def say(self, code: str, **params: object) -> str:
        """The text of ``code`` in the chosen language."""
        return messages.text(code, self.lang, {name: str(value) for name, value in params.items()}).what

    def answer(self, text: str = "", style: Style = "") -> None:
        """One line of what was asked for, on stdout."""
        if not self.as_json:
            _echo(text, style, err=False)

    def row(self, cells: Sequence[str]) -> None:
        """The same for cells that other programs cut apart: separated by tabs, none within."""
        if not self.as_json:
            click.echo("\t".join(map(visible, cells)))

    def tell(self, text: str = "", style: Style = "") -> None:
        """One line about the run, on stderr; --quiet and --json leave it out."""
        if not (self.as_json or self.quiet):
            _echo(text, style, err=True)

    def complain(self, text: str = "", style: Style = "") -> None:
        """One line about what went wrong, on stderr; only --json leaves it out."""
        if not self.as_json:
            _echo(text, style, err=True)

    def document(self, value: Mapping[str, object]) -> None:
        """The one JSON document of --json."""
        if self.as_json:
            self.sink(value)


def from_arguments(arguments: Sequence[str], environment: Mapping[str, str]) -> Console:
    """Find language and form before the arguments are parsed: errors of parsing need them, too."""
    lang, as_json, quiet = _language(environment), False, False
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            break
        as_json = as_json or argument == "--json"
        quiet = quiet or argument in {"--quiet", "-q"}
        said = next(rest, "") if argument == "--lang" else argument.removeprefix("--lang=")
        if argument.startswith("--lang") and said in {"zh", "en"}:
            lang = cast("Lang", said)
    return Console(lang, as_json, quiet)


def _language(environment: Mapping[str, str]) -> Lang:
    # POSIX, 8.2: LC_ALL before LC_MESSAGES before LANG; the first that is set counts.
    names = ("HUTONG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((environment[name] for name in names if environment.get(name)), "")
    return "zh" if said.lower().startswith("zh") else "en"


def visible(text: str) -> str:
    r"""``text`` on one line with nothing that steers a terminal or hides: such characters as ``\uXXXX``.

    Covers control characters (and so ANSI sequences), bidirectional marks, zero-width and unassigned
    characters, and the lone surrogates of file names that are no UTF-8.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _BLANKS else _escaped(c) for c in text)


def width(text: str) -> int:
    """How many columns ``text`` takes; Chinese characters take two."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


def padded(text: str, columns: int) -> str:
    """``text`` filled with blanks to ``columns``."""
    return text + " " * (columns - width(text))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns; the last column is not filled."""
    made = [[visible(cell) for cell in row] for row in rows]
    columns = [max(map(width, cells)) for cells in zip(*made, strict=True)]
    return ["  ".join(map(padded, row, columns)).rstrip() for row in made]


def json_bytes(value: object) -> bytes:
    """``value`` as one JSON document; characters that could steer a terminal are escaped as JSON has it."""
    lines = json.dumps(value, ensure_ascii=False, indent=2).split("\n")
    safe = (line if line.isprintable() else "".join(map(_json_safe, line)) for line in lines)
    return ("\n".join(safe) + "\n").encode()


def open_closed_streams() -> None:
    """Let a stream that the caller has closed (``>&-``) hold nothing and take everything."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # For the life of the process; its number is that of the closed one, so that no file gets it.
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def never_fail_on_a_character() -> None:
    """Let no output fail for want of a character in the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def leave_quietly() -> None:
    """Nobody reads any more (``| head``): let the last flush of the process go nowhere, without a word."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def is_terminal() -> bool:
    """Whether somebody is there to answer a question."""
    return sys.stdin is not None and sys.stdin.isatty()


def _echo(text: str, style: Style, *, err: bool) -> None:
    shown = visible(text)
    if style and "NO_COLOR" not in os.environ:
        shown = click.style(shown, fg=_COLOURS[style], bold=True)
    click.echo(shown, err=err)


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}"


def _json_safe(character: str) -> str:
    if character.isprintable() or character in _BLANKS:
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def joined(parts: Iterable[str]) -> str:
    """The parts that say something, on one line."""
    return " · ".join(part for part in parts if part)
