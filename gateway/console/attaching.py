"""``attach``: a supplier's footprint as the factor of a line."""

from __future__ import annotations

from pathlib import Path

from gateway import messages
from gateway.codec.accounting import shown
from gateway.codec.base import Context
from gateway.codec.run import run_writer
from gateway.console import findings
from gateway.console.converting import Destination
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN, load
from gateway.console.terminal import Console
from gateway.errors import UsageError
from gateway.formats import find
from gateway.pipeline.attach import attach as attach_to
from gateway.pipeline.convert import read
from gateway.storage import files

_OWN = "cn-pcf@1"


def attach(
    console: Console,
    name: str,
    supplier: str,
    line: str,
    to: Destination,
    context: Context,
    *,
    verified: bool,
) -> Exit:
    """Write the declaration with the supplier's footprint in one line."""
    if to.path == STDIN or STDIN in (name, supplier):
        raise UsageError(STDIN, code="usage.lines-need-files")
    files.refuse_existing(to.place, force=to.force)
    source = read(load(name), context=context)
    theirs = read(load(supplier), context=context)
    found = attach_to(source, theirs, line=line, verified=verified)
    written = run_writer(find(_OWN)[0], found.declaration, source.context)
    files.write_file(to.place, written.package.only.data, force=to.force)
    factor, result = shown(found.after.factor.value), shown(found.after.result)
    console.tell(console.say("cli.attached", line=line, factor=factor, result=result))
    console.tell(console.say("cli.attached-evidence", digest=theirs.digest, file=Path(supplier).name))
    for finding in found.findings:
        for text, style in findings.lines(console, finding, "  "):
            console.tell(text, style)
    console.tell(console.say("cli.output", place=to.path))
    console.document(
        {
            "file": name,
            "supplier": supplier,
            "line": line,
            "factor": factor,
            "result": result,
            "sha256": theirs.digest,
            "findings": [messages.to_json(finding) for finding in found.findings],
            "output": to.path,
        }
    )
    return Exit.DONE
