"""``explain`` and ``diff``: where a figure comes from, and what changed."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.codec.base import Context
from gateway.console import failures
from gateway.console.converting import Destination
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN, load, source_of
from gateway.console.terminal import Console
from gateway.errors import GatewayError, UsageError
from gateway.messages import Lang
from gateway.pipeline import explain as explaining
from gateway.pipeline import rules
from gateway.pipeline.convert import Source, read
from gateway.storage import files


def explain(
    console: Console,
    name: str,
    pointer: str,
    format_: str | None,
    context: Context,
    *,
    page: Destination | None = None,
    layout: str | None = None,
) -> Exit:
    """Print what a value stands on, of a declaration or of a file in an issued folder.

    Args:
        page: where an HTML page goes instead of text; ``-`` is stdout.

    Raises:
        UsageError: there is no value at ``pointer``.
    """
    if page is not None and page.path == STDIN and console.as_json:
        raise UsageError("--html --json", code="usage.two-documents")
    if page is not None and page.path != STDIN:
        files.refuse_existing(page.place, force=page.force)
    if Path(name).is_dir():
        found = explaining.explain_issued(files.load_folder(Path(name)), pointer, plugins=context.plugins)
    else:
        found = explaining.explain(
            read(source_of(console, name, layout), format=format_, context=context), pointer
        )
    if page is None:
        for line in explaining.as_text(found, console.lang):
            console.answer(line)
    else:
        _put(console, found, page)
    console.document({"of": name, "pointer": pointer, **explaining.to_json(found)})
    return Exit.TRUST if found.differs else Exit.DONE


def list_figures(
    console: Console,
    name: str,
    format_: str | None,
    context: Context,
    *,
    target: str = "",
    layout: str | None = None,
) -> Exit:
    """Print every figure of a declaration or of an issued folder, with the pointer to ask for it.

    Raises:
        UsageError: the folder has no such ``target``, or ``target`` is for a declaration.
    """
    if Path(name).is_dir():
        folder = files.load_folder(Path(name))
        found = explaining.explanations_issued(folder, target=target, plugins=context.plugins)
    else:
        if target:
            raise UsageError(target, code="usage.list-and-pointer")
        source = read(source_of(console, name, layout), format=format_, context=context)
        found = explaining.explanations(source)
    for pointer, told in found.items():
        console.row((pointer, told.written or explaining.value_text(told.value), _name(told, console.lang)))
    figures = [{"pointer": pointer, **explaining.to_json(told)} for pointer, told in found.items()]
    console.document({"of": name, "figures": figures})
    return Exit.TRUST if any(told.differs for told in found.values()) else Exit.DONE


def _name(told: explaining.Explanation, lang: Lang) -> str:
    return told.label.get(lang, told.path)


def _put(console: Console, found: explaining.Explanation, page: Destination) -> None:
    from gateway.pipeline.explain_html import to_html

    html = to_html(found)
    if page.path == STDIN:
        click.echo(html, nl=False)
        return
    files.write_file(page.place, html.encode(), force=page.force)
    console.tell(console.say("cli.output", place=page.path))


def diff(console: Console, old: str, new: str, context: Context) -> Exit:
    """Print what changed, and whether a new calculation is due: information, whatever the answer."""
    sources: list[Source] = []
    codes: list[Exit] = []
    documents: list[dict[str, object]] = []
    for name in (old, new):
        try:
            sources.append(read(load(name), context=context))
        except GatewayError as error:
            codes.append(failures.not_read(console, name, error, documents))
    if codes:
        console.document({"files": documents})
        return failures.worst(codes)
    changes = rules.compare(*sources)
    head, *reasons = changes.lines(console.lang)
    console.answer(head, "careful" if changes.due else "head")
    for line in reasons:
        console.answer(line)
    if changes.leaves:
        console.answer()
        console.answer(console.say("cli.diff-values"))
    for line in changes.leaf_lines(console.lang):
        console.answer(f"  {line}")
    console.document({"old": old, "new": new, **changes.to_json()})
    return Exit.DONE
