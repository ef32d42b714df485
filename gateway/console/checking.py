"""``check``: what is wrong or doubtful in a file, and what the rules of either side say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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


def check_files(
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
    checking = _Checking(console, tuple(names), tuple(rules), context, layout)
    old = None if previous is None else checking.first(previous)
    for name in names if previous is None or old else ():
        for part, source in checking.sources(name, format_):
            answers = evaluate(source, rules, previous=old)
            checking.codes.append(_code(source.report, answers))
            _tell(console, part, source, answers)
            if console.as_json:
                checking.documents.append(_json(part, source, answers))
            if mark is not None:
                _mark(console, source, answers, mark)
    console.document({"files": checking.documents})
    return failures.worst(checking.codes)


@dataclass(frozen=True, slots=True)
class _Checking:
    """One run over several files: what was asked, and what became of those that hold no declaration."""

    console: Console
    names: tuple[str, ...]
    rules: tuple[str, ...]
    context: Context
    layout: str | None
    codes: list[Exit] = field(default_factory=list)
    documents: list[dict[str, object]] = field(default_factory=list)

    def sources(self, name: str, format_: str | None) -> Iterator[tuple[str, Source]]:
        """The declarations of a file with their names; what is none is told at once."""
        parts = self._packages(name)
        for package in parts:
            part = package.name if len(parts) > 1 else name
            source = self._source(package, part, format_)
            if source is not None:
                yield part, source

    def first(self, name: str) -> Source | None:
        """The first declaration of a file; none, and that is told, if it cannot be read."""
        parts = self._packages(name)
        return self._source(parts[0], name, None) if parts else None

    def _source(self, package: Package, name: str, format_: str | None) -> Source | None:
        try:
            return read(package, format=format_, context=self.context)
        except GatewayError as error:
            self.codes.append(self._refused(name, error))
            return None

    def _packages(self, name: str) -> tuple[Package, ...]:
        try:
            if not self.rules and repairing.is_package(name):
                self.codes.append(repairing.check_package(self.console, name, self.documents))
                return ()
            return split(opened(self.console, name, self.layout))
        except GatewayError as error:
            self.codes.append(self._refused(name, error))
            return ()

    def _refused(self, name: str, error: GatewayError) -> Exit:
        from gateway.console import dataset_checking  # most files are declarations

        found = None
        if name in self.names and not self.rules:  # a part of a file has a name, and no place of its own
            try:
                found = dataset_checking.instead(self.console, name, error, self.context, self.documents)
            except GatewayError as other:
                error = other
        return failures.not_read(self.console, name, error, self.documents) if found is None else found


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
