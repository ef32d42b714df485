"""The command-line framework in two languages: its own messages, and help texts by code."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from gateway import messages
from gateway.console.terminal import Console
from gateway.messages import Lang

# Rows whose English text is the framework's own, to the letter; the Chinese beside it replaces it.
_FRAMEWORK = (
    "click.usage",
    "click.options",
    "click.commands",
    "click.arguments",
    "click.show-help",
    "click.required",
    "click.default",
    "click.error",
    "click.try-help",
    "click.missing-argument",
    "click.missing-option",
    "click.missing-command",
    "click.no-such-command",
    "click.no-such-option",
    "click.did-you-mean",
    "click.did-you-mean-one-of",
    "click.invalid-value-for",
    "click.invalid-value",
    "click.option-takes-no-value",
    "click.option-needs-a-value",
    "click.extra-argument",
    "click.extra-arguments",
    "click.not-the-choice",
    "click.not-one-of",
    "click.not-a-number",
)


class FrameworkTexts(gettext.NullTranslations):
    """The framework's messages in one language; what has no row stays English."""

    def __init__(self, lang: Lang) -> None:
        super().__init__()
        rows = (messages.catalogue()[code] for code in _FRAMEWORK) if lang != "en" else ()
        self._texts = {row["en"]: row[lang] for row in rows}

    def gettext(self, message: str) -> str:
        return self._texts.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@contextmanager
def speaking(lang: Lang) -> Iterator[None]:
    """Have the framework speak ``lang`` meanwhile.

    It asks the gettext module, whose functions end in ``dgettext`` and ``dngettext``; they would look
    for a compiled catalogue on disk by the locale of the process, and ``--lang`` is neither.
    """
    texts = FrameworkTexts(lang)
    kept = gettext.dgettext, gettext.dngettext

    def one(domain: str, message: str) -> str:
        return texts.gettext(message)

    def several(domain: str, msgid1: str, msgid2: str, n: int) -> str:
        return texts.ngettext(msgid1, msgid2, n)

    gettext.dgettext, gettext.dngettext = one, several
    try:
        yield
    finally:
        gettext.dgettext, gettext.dngettext = kept


class Option(click.Option):
    """An option whose help is a code."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        code, self.help = self.help, _text(ctx, self.help)
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = code


class _Speaking(click.Command):
    """What is said of ``--help`` is said in the language of the run, though the option is made once."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = gettext.gettext("Show this message and exit.")
        return option


class Command(_Speaking):
    """A command whose help begins with an example and is found by code."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:  # noqa: ANN401 - as the framework has it
        super().__init__(*args, **kwargs)
        self.example = example

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _begin(ctx, formatter, self.example)
        super().format_help(ctx, formatter)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _help_text(ctx, formatter, self.help)


class Group(_Speaking, click.Group):
    """The command with its commands in the order in which they are written."""

    command_class = Command
    example = ""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _begin(ctx, formatter, self.example)
        super().format_help(ctx, formatter)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _help_text(ctx, formatter, self.help)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, _first_sentence(_text(ctx, command.help))) for name, command in self.commands.items()]
        with formatter.section(gettext.gettext("Commands")):
            formatter.write_dl(rows)


def _text(ctx: click.Context, code: str | None, **params: str) -> str:
    console = ctx.find_root().obj
    lang = console.lang if isinstance(console, Console) else "en"
    return messages.text(code, lang, params).what if code else ""


def _begin(ctx: click.Context, formatter: click.HelpFormatter, example: str) -> None:
    if example:
        formatter.write(f"{_text(ctx, 'cli.example', command=example)}\n\n")


def _help_text(ctx: click.Context, formatter: click.HelpFormatter, code: str | None) -> None:
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(_text(ctx, code))


def _first_sentence(text: str) -> str:
    for end in ("。", ". "):
        if end in text:
            return text[: text.index(end)]
    return text.rstrip(".")
