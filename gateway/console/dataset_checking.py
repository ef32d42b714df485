"""``check`` of packages of life-cycle data sets in any format: what their reader finds wrong or doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway import messages
from gateway.codec.base import Context
from gateway.codec.datasets import unreadable
from gateway.console import findings
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN
from gateway.console.repairing import tell_findings
from gateway.console.terminal import Console
from gateway.errors import GatewayError, InputError, flatten
from gateway.formats.datasets import detect_datasets
from gateway.pipeline.datasets import Datasets, open_datasets
from gateway.report import Finding, Severity
from gateway.storage.shelves import open_shelf

_UNKNOWN = "input.unknown-format"
_PACKED = "archive.nested"


def instead(
    console: Console, name: str, error: GatewayError, context: Context, documents: list[dict[str, object]]
) -> Exit | None:
    """The check of a package, where ``name`` was refused as a declaration and is one; None: it is none.

    Raises:
        InputError: it is a folder without data sets.
    """
    codes = {one.error_code for one in flatten(error)}
    is_folder = "storage.is-folder" in codes
    if not is_folder and not any(c == _UNKNOWN or c.partition(".")[0] == "dataset" for c in codes):
        return None
    if name == STDIN:
        return None
    try:
        detect_datasets(open_shelf(Path(name)))
    except InputError as found:
        if is_folder and found.error_code == _UNKNOWN:
            raise InputError(name, path=name, code="input.no-package") from found
        if found.error_code == _PACKED:
            raise
        return None
    return check_package(console, name, context, documents)


def check_package(console: Console, name: str, context: Context, documents: list[dict[str, object]]) -> Exit:
    """Print what is wrong or doubtful in each data set, and in the package as a whole."""
    opened = open_datasets(open_shelf(Path(name)), context=context)
    console.tell(f"{name}: {opened.format.id}", "head")
    datasets = len(opened.bundle.keys)
    bad = 0
    for place, found in _diagnosed(console, name, opened):
        bad += any(finding.severity is Severity.ERROR for finding in found)
        tell_findings(console, place, found)
        if console.as_json:
            documents.append(_json(place, name, opened.format.id, found))
    if console.as_json and not documents:
        documents.append(_json(name, name, opened.format.id, ()))
    console.answer(console.say("cli.check-package", file=name, n=datasets, bad=bad), "bad" if bad else "head")
    console.answer(console.say("cli.check-not-checked"))
    return Exit.INPUT if bad or not datasets else Exit.DONE


def _diagnosed(console: Console, name: str, opened: Datasets) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """By place, findings of the package first."""
    if opened.bundle.findings:
        yield name, opened.bundle.findings
    for key in opened.bundle.keys:
        kind = key.kind.value if console.as_json else messages.kind(key.kind.value, console.lang)
        place = f"{kind} {key.id}"
        try:
            reading = opened.bundle.read(key)
        except GatewayError as error:
            yield place, (unreadable(error, name),)
        else:
            if reading.findings:
                yield reading.place or place, reading.findings


def _json(place: str, package: str, format_: str, found: Sequence[Finding]) -> dict[str, object]:
    return {
        "file": place,
        "package": package,
        "format": format_,
        "counts": findings.count_severities(found),
        "findings": [messages.to_json(finding) for finding in found],
    }
