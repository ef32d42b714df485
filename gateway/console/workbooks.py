"""``template``: a workbook to fill."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from gateway.console.failures import Exit
from gateway.console.terminal import Console
from gateway.pipeline import workbook
from gateway.storage.files import write_file


def template(
    console: Console,
    kind: Literal["battery", "product", "passport"],
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
    chosen = workbook.split_targets(targets)
    data = (
        workbook.passport_template(filled=filled)
        if kind == "passport"
        else workbook.template(kind, targets=chosen, filled=filled)
    )
    write_file(Path(output), data, force=force)
    console.tell(console.say("cli.template-written", file=output))
    console.document({"file": output, "kind": kind, "targets": list(chosen), "filled": filled})
    return Exit.DONE
