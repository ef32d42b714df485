"""``template`` and ``check --annotate``: workbooks out, and findings back in their own cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from gateway.codec.base import Context
from gateway.console.failures import Exit
from gateway.console.inputs import load
from gateway.console.terminal import Console
from gateway.errors import UsageError
from gateway.pipeline import workbook
from gateway.pipeline.convert import read
from gateway.storage.files import write_file


def template(
    console: Console,
    kind: Literal["battery", "product"],
    targets: Sequence[str],
    output: str,
    *,
    filled: bool,
    force: bool,
) -> Exit:
    """Write the workbook to fill.

    Raises:
        UsageError: there is no such target, or the file exists.
        StorageError: it cannot be written.
    """
    write_file(Path(output), workbook.template(kind, targets=targets, filled=filled), force=force)
    console.tell(console.say("cli.template-written", file=output))
    console.document({"file": output, "kind": kind, "targets": list(targets), "filled": filled})
    return Exit.DONE


def annotate(console: Console, names: Sequence[str], output: str, context: Context, *, force: bool) -> None:
    """Write the one workbook of ``names`` with its findings in it.

    Raises:
        UsageError: there are several files, or it is no workbook, or the output exists.
    """
    if len(names) != 1:
        raise UsageError(len(names), code="usage.annotate-one")
    source = read(load(names[0]), context=context)
    write_file(Path(output), workbook.annotate(source), force=force)
    console.tell(console.say("cli.annotated", n=len(source.report.findings), file=output))
