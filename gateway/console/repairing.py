"""``repair``, and ``check`` of packages of life-cycle data sets."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gateway import messages
from gateway.codec.shelf import Shelf
from gateway.console import findings
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN
from gateway.console.terminal import Console, joined
from gateway.errors import GatewayError, UsageError
from gateway.formats.ilcd.repair import RepairedFile
from gateway.pipeline.repair import Doctor, told
from gateway.report import Finding, Note, Severity
from gateway.storage.shelves import digest_of, open_shelf
from gateway.storage.staging import REPORT_SUFFIX, Staging

_PART = 200
# Of so many files one must be a data set for the others to be looked at.
_LOOKED_AT = 200
# What every workbook and every shell of the same packaging has (ECMA-376, part 2).
_OFFICE = "[Content_Types].xml"


def repair(console: Console, name: str, out: str, *, force: bool, strict: bool) -> Exit:
    """Write a package whose defects are mended or set aside, with a report of every change beside it."""
    if STDIN in (name, out):
        raise UsageError(STDIN, code="usage.datasets-need-files")
    source = digest_of(Path(name))
    doctor = Doctor(open_shelf(Path(name)))
    job = hashlib.sha256(json.dumps(["repair", source]).encode()).hexdigest()
    doctor.index  # noqa: B018 - a package without data sets is refused before anything is written
    staging = Staging(Path(out), job, force=force)
    report = f"{out.rstrip('/')}{REPORT_SUFFIX}"
    counts: Counter[str] = Counter()
    changes: dict[str, _Change] = {}
    parts: list[str] = []
    files = doctor.repair()
    while part := list(islice(files, _PART)):
        parts.append(f"part-{len(parts)}")
        _count(part, counts)
        _collect(part, changes)
        staging.put(parts[-1], _written(part, single=len(doctor.shelf.names) == 1, out=out), _lines(part))
    staging.finish({"source": source, "target": "repair"}, parts)
    _tell(console, name, out, counts, changes)
    console.tell(console.say("cli.repair-report", report=report))
    document = {"file": name, "output": out, "report": report, "counts": _sorted(counts)}
    console.document(document)
    if counts["refused"]:
        return Exit.INPUT
    return Exit.LOSS if strict and counts["set-aside"] else Exit.DONE


def check_package(console: Console, name: str, documents: list[dict[str, object]]) -> Exit:
    """Print what is wrong or doubtful in each data set of a package."""
    doctor = Doctor(open_shelf(Path(name)))
    alone = len(doctor.shelf.names) == 1
    files = errors = 0
    for file, found in doctor.diagnose():
        files += 1
        errors += any(finding.severity is Severity.ERROR for finding in found)
        if found or alone:
            tell_findings(console, name if alone else f"{name} › {file}", found)
        if console.as_json:
            documents.append(_json(file, name, found))
    if not alone:
        console.answer(console.say("cli.check-package", file=name, n=files, bad=errors), "head")
    console.answer(console.say("cli.check-repair", file=name))
    return Exit.INPUT if errors else Exit.DONE


def tell_findings(console: Console, title: str, found: Sequence[Finding]) -> None:
    """The findings on one file, the gravest first."""
    bad = any(finding.severity is Severity.ERROR for finding in found)
    console.answer(joined((title, findings.severities(console, found))), "bad" if bad else "head")
    for severity in Severity:
        for finding in found:
            if finding.severity is severity:
                for line, style in findings.lines(console, finding, "  "):
                    console.answer(line, style)


def _json(file: str, package: str, found: Sequence[Finding]) -> dict[str, object]:
    return {
        "file": file,
        "package": package,
        "format": "ilcd@1.1",
        "counts": findings.count_severities(found),
        "findings": [messages.to_json(finding) for finding in found],
    }


def is_package(name: str) -> bool:
    """Whether ``name`` is a folder, a zip or a file of ILCD data sets that are no declaration.

    Raises:
        InputError: it is a zip archive that cannot be trusted.
        StorageError: it cannot be read.
    """
    from gateway.codec.xmltree import by_tag_names
    from gateway.formats.ilcd.dataset_index import may_be_dataset

    path = Path(name)
    if name == STDIN or not path.exists():
        return False
    shelf = open_shelf(path)
    if _OFFICE in shelf.names:
        return False
    named = [file for file in shelf.names if file.lower().endswith(".xml")]
    heads = ((file, _head(shelf, file)) for file in (named or shelf.names)[:_LOOKED_AT])
    # The same names stand in the JSON of TIDAS, which is no XML to repair.
    plain = (head.replace(b"\x00", b"") for file, head in heads if may_be_dataset(file, head))
    if not any(any(tag in head for tag in by_tag_names()) for head in plain):
        return False
    try:
        return path.is_dir() or not _declares(path)
    except GatewayError:
        return True


def _head(shelf: Shelf, name: str) -> bytes:
    try:
        return shelf.head(name)
    except GatewayError:
        return b""


def _declares(path: Path) -> bool:
    """Whether it is read as a declaration: an EPD has its own check."""
    from gateway.console.inputs import load
    from gateway.formats import evidence

    return bool(evidence(load(str(path))))


def _written(part: Iterable[RepairedFile], *, single: bool, out: str) -> Iterator[tuple[str, bytes]]:
    for file in part:
        if file.data is not None:
            yield (Path(out).name if single and Path(out).suffix.lower() != ".zip" else file.name), file.data


def _lines(part: Iterable[RepairedFile]) -> Iterator[str]:
    for file in part:
        for change in told(file):
            yield json.dumps(change, ensure_ascii=False)


def _count(part: Iterable[RepairedFile], counts: Counter[str]) -> None:
    for file in part:
        counts["files"] += 1
        counts["data-sets"] += file.is_dataset
        counts["changed"] += file.changed
        counts["mended"] += len(file.mends)
        counts["set-aside"] += len(file.aside)
        counts["refused"] += file.data is None


@dataclass(slots=True)
class _Change:
    """How often something was done, and what was said of it the first time."""

    first: Note | Finding
    times: int = 0


def _collect(part: Iterable[RepairedFile], changes: dict[str, _Change]) -> None:
    for file in part:
        subjects: list[Note | Finding] = [*file.mends, *(one.finding for one in file.aside)]
        for subject in subjects:
            key = f"{isinstance(subject, Finding)} {subject.code}"
            changes.setdefault(key, _Change(subject)).times += 1


def _tell(
    console: Console, name: str, out: str, counts: Counter[str], changes: Mapping[str, _Change]
) -> None:
    facts = {key.replace("-", "_"): value for key, value in _sorted(counts).items()}
    console.tell(console.say("cli.repaired", file=name, out=out, **facts))
    if counts["refused"]:
        console.tell(console.say("cli.repair-refused", n=counts["refused"]), "careful")
    for key in sorted(changes, key=lambda key: (key, -changes[key].times)):
        change = changes[key]
        what = messages.explain(change.first, console.lang).what
        aside = isinstance(change.first, Finding)
        said = console.say("cli.repair-aside" if aside else "cli.repair-mend", n=change.times, what=what)
        console.answer(said, "careful" if aside else "")


def _sorted(counts: Counter[str]) -> dict[str, int]:
    names = ("files", "data-sets", "changed", "mended", "set-aside", "refused")
    return {name: counts[name] for name in names}
