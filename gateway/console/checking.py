"""``check``: what is wrong or doubtful in a file, and what the rules of either side say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway import messages
from gateway.codec.base import Context, Package
from gateway.console import failures, findings, repairing
from gateway.console.converting import Destination
from gateway.console.failures import Exit
from gateway.console.inputs import one_previous
from gateway.console.inputs import source_of as opened
from gateway.console.terminal import Console, joined
from gateway.errors import GatewayError, UsageError
from gateway.pipeline.convert import Source, read
from gateway.pipeline.registers import split
from gateway.pipeline.rules import evaluate, packs
from gateway.report import Report, Severity
from gateway.storage.files import refuse_existing, write_file

if TYPE_CHECKING:
    from gateway.recognition.evaluate import Evaluation


def check_files(  # noqa: C901  # inner readers that share the list of codes
    console: Console,
    names: Sequence[str],
    format_: str | None,
    context: Context,
    *,
    rules: Sequence[str] = (),
    previous: str | None = None,
    mark: Destination | None = None,
    layout: str | None = None,
) -> Exit:
    """Print everything that is wrong or doubtful in each file, and the answers of ``rules``.

    An error makes the exit code 4; a rule in force that fails or lacks input makes it 5.

    Args:
        previous: a file with the version that the one file follows, for rules about changes.
        layout: a file that says what the cells of another form's workbook are.
        mark: where the one workbook goes with its findings in it.

    Raises:
        UsageError: no such rule pack; ``previous`` or ``mark`` for several files; ``previous`` without rules;
            ``mark`` exists, or is for a file that is no workbook.
    """
    packs(rules, context.plugins)
    one_previous(previous, names, rules)
    if mark is not None:
        if len(names) != 1:
            raise UsageError(len(names), code="usage.annotate-one")
        refuse_existing(mark.place, force=mark.force)
    codes: list[Exit] = []
    documents: list[dict[str, object]] = []

    def refused(name: str, error: GatewayError) -> Exit:
        from gateway.console import dataset_checking  # most files are declarations

        try:
            is_file = name in names and not rules  # a part of a file has a name, and no place of its own
            found = dataset_checking.instead(console, name, error, context, documents) if is_file else None
        except GatewayError as other:
            error, found = other, None
        return failures.not_read(console, name, error, documents) if found is None else found

    def packages(name: str) -> tuple[Package, ...]:
        try:
            if not rules and repairing.is_package(name):
                codes.append(repairing.check_package(console, name, documents))
                return ()
            return split(opened(console, name, layout))
        except GatewayError as error:
            codes.append(refused(name, error))
            return ()

    def source_of(package: Package, name: str, format_: str | None) -> Source | None:
        try:
            return read(package, format=format_, context=context)
        except GatewayError as error:
            codes.append(refused(name, error))
            return None

    old = None
    if previous is not None:
        old = next((source_of(package, previous, None) for package in packages(previous)), None)
    inputs = (
        (package.name if len(parts) > 1 else name, package)
        for name in (names if previous is None or old else ())
        for parts in [packages(name)]
        for package in parts
    )
    for name, package in inputs:
        source = source_of(package, name, format_)
        if source is not None:
            answers = evaluate(source, rules, previous=old)
            codes.append(_code(source.report, answers))
            _tell(console, name, source, answers)
            if console.as_json:
                documents.append(_json(name, source, answers))
            if mark is not None:
                _mark(console, source, answers, mark)
    console.document({"files": documents})
    return failures.worst(codes)


def _mark(console: Console, source: Source, answers: Sequence[Evaluation], to: Destination) -> None:
    from gateway.pipeline import workbook

    found = tuple(finding for answer in answers for finding in answer.findings)
    write_file(to.place, workbook.annotate(source, found), force=to.force)
    console.tell(console.say("cli.annotated", n=len(source.report.findings) + len(found), file=to.path))


def _code(report: Report, answers: Sequence[Evaluation]) -> Exit:
    if report.errors:
        return Exit.INPUT
    return Exit.RULES if any(answer.blocking for answer in answers) else Exit.DONE


def _tell(console: Console, name: str, source: Source, answers: Sequence[Evaluation]) -> None:
    report = source.report
    counted = findings.severities(console, report.findings)
    console.answer(joined((f"{name}: {source.format.id}", counted)), "bad" if report.errors else "head")
    for severity in Severity:
        for finding in report.findings:
            if finding.severity is severity:
                for line, style in findings.lines(console, finding, "  "):
                    console.answer(line, style)
    if report.notes:
        console.answer(console.say("cli.read-notes", fates=findings.fates(console, report.notes)))
    if answers:
        from gateway.recognition.render import lines
    for answer in answers:
        title, *rest = lines(answer, console.lang)
        console.answer()
        console.answer(title, "bad" if answer.blocking else "head")
        for line in rest:
            console.answer(line)
    if answers:
        console.answer()
    console.answer(console.say("cli.check-other-rules" if answers else "cli.check-not-checked"))
    if source.evidence.strength == 1 and source.evidence.reasons[:1] == ("workbook",):
        console.tell(console.say("cli.by-labels-only", file=name), "careful")


def _json(name: str, source: Source, answers: Sequence[Evaluation]) -> dict[str, object]:
    report = source.report
    told: dict[str, object] = {
        "file": name,
        "format": source.format.id,
        "counts": findings.count_severities(report.findings),
        "findings": [messages.to_json(finding) for finding in report.findings],
        "notes": [messages.to_json(note) for note in report.notes],
    }
    if answers:
        from gateway.recognition.render import to_json

        told["evaluations"] = [to_json(answer) for answer in answers]
    rules = "other-recognition-rules" if answers else "recognition-rules"
    return told | {"notChecked": [rules, "truth-of-values"]}
