"""An evaluation for people, in Chinese or English, and as one JSON document with both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.messages import Lang
from gateway.recognition.evaluate import Evaluation, Result
from gateway.recognition.outcome import Force, Outcome, Said
from gateway.recognition.ruleset import Rule

FORMAT = "hutong-rules@1"
# Places that a text names; JSON names all.
_PLACES = 5
_OPEN = (Outcome.FAIL, Outcome.MISSING_INPUT, Outcome.NEEDS_EVIDENCE)


def as_text(evaluation: Evaluation, lang: Lang) -> str:
    """The evaluation as one text."""
    return "\n".join(lines(evaluation, lang))


def lines(evaluation: Evaluation, lang: Lang) -> Iterator[str]:
    """The head, then what binds, then drafts and what does not bind yet, then what was not checked."""
    yield evaluation.pack.title[lang]
    yield evaluation.head.text(lang)
    if evaluation.caution is not None:
        yield evaluation.caution.text(lang)
    yield _counts(evaluation.binding).text(lang)
    for force in Force:
        mine = [r for r in evaluation.results if r.force is force]
        if mine:
            yield ""
            yield f"{Said(f'rules.section-{force.value}').text(lang)}"
            yield from _section(mine, lang)
    if evaluation.pack.not_checked:
        yield ""
        yield Said("rules.section-not-checked").text(lang)
        for rule in evaluation.pack.not_checked:
            yield f"  {rule.id} {rule.title[lang]}: {rule.not_checked[lang]}"


def summary(evaluation: Evaluation, lang: Lang) -> Iterator[str]:
    """The head, the answers in force counted, and each rule that blocks in one line."""
    yield evaluation.head.text(lang)
    if evaluation.caution is not None:
        yield evaluation.caution.text(lang)
    yield _counts(evaluation.binding).text(lang)
    for result in evaluation.blocking:
        yield f"{result.rule.id} [{_outcome(result.outcome, lang)}] {result.rule.title[lang]}"


def to_json(evaluation: Evaluation) -> dict[str, object]:
    """The same, complete: every rule with its answer, place, clause and texts."""
    pack = evaluation.pack
    return {
        "format": FORMAT,
        "title": dict(pack.title),
        "edition": pack.edition,
        "rules": len(pack.rules),
        "clausesRead": pack.read_in_full,
        **to_json_summary(evaluation),
        "results": [_result(result) for result in evaluation.results],
        "notChecked": [_unchecked(rule) for rule in pack.not_checked],
    }


def to_json_summary(evaluation: Evaluation) -> dict[str, object]:
    """The head, the answers counted, and the rules that block."""
    return {
        "pack": evaluation.pack.id,
        "on": evaluation.on.isoformat(),
        "head": evaluation.head.both(),
        "counts": evaluation.counts(),
        "blocking": [result.rule.id for result in evaluation.blocking],
    }


def _section(results: Sequence[Result], lang: Lang) -> Iterator[str]:
    for outcome in _OPEN:
        for result in results:
            if result.outcome is outcome:
                yield from _open(result, lang)
    for outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE):
        ids = [r.rule.id for r in results if r.outcome is outcome]
        if ids:
            colon, comma = ("：", "、") if lang == "zh" else (": ", ", ")
            yield f"  {_outcome(outcome, lang)}{colon}{comma.join(ids)}"


def _open(result: Result, lang: Lang) -> Iterator[str]:
    rule = result.rule
    yield f"  {rule.id} [{_outcome(result.outcome, lang)}] {rule.title[lang]}"
    if result.at:
        yield f"    {_at(result).text(lang)}"
    rows = [
        ("rules.row-observed", f"{result.answer.observed.text(lang)} {result.why.text(lang)}".strip()),
        ("rules.row-expected", result.expected(lang)),
        ("rules.row-tolerance", result.answer.tolerance),
        ("rules.row-clause", rule.clause),
        ("rules.row-fix", result.fix(lang)),
        ("rules.row-limits", rule.limits.get(lang, "")),
    ]
    for code, value in rows:
        if value:
            yield f"    {Said(code, {'value': value}).text(lang)}"


def _at(result: Result) -> Said:
    value, more = ", ".join(result.at[:_PLACES]), len(result.at) - _PLACES
    if more > 0:
        return Said("rules.row-at-more", {"value": value, "more": str(more)})
    return Said("rules.row-at", {"value": value})


def _counts(results: Sequence[Result]) -> Said:
    outcomes = [r.outcome for r in results]
    return Said(
        "rules.counts",
        {
            "fail": str(outcomes.count(Outcome.FAIL)),
            "missing": str(outcomes.count(Outcome.MISSING_INPUT)),
            "evidence": str(outcomes.count(Outcome.NEEDS_EVIDENCE)),
            "passed": str(outcomes.count(Outcome.PASS)),
            "apart": str(outcomes.count(Outcome.NOT_APPLICABLE)),
        },
    )


def _outcome(outcome: Outcome, lang: Lang) -> str:
    return Said(f"rules.outcome-{outcome.value}").text(lang)


def _result(result: Result) -> dict[str, object]:
    rule = result.rule
    found: dict[str, object] = {
        "rule": rule.id,
        "kind": rule.kind,
        "title": dict(rule.title),
        "outcome": result.outcome.value,
        "outcomeIfClauseFullyRead": result.if_read.value,
        "force": result.force.value,
        "blocks": result.blocks,
        "clause": rule.clause,
        "legalStatus": rule.legal_status,
        "clauseRead": rule.clause_read.value,
        "clauseSource": rule.clause_source,
        "at": list(result.at),
        "paths": list(result.answer.paths),
        "observed": result.answer.observed.both(),
        "expected": {"zh": result.expected("zh"), "en": result.expected("en")},
        "fix": {"zh": result.fix("zh"), "en": result.fix("en")},
    }
    if result.answer.tolerance:
        found["tolerance"] = result.answer.tolerance
    if result.why.code:
        found["why"] = result.why.both()
    if rule.limits:
        found["limits"] = dict(rule.limits)
    return found


def _unchecked(rule: Rule) -> dict[str, object]:
    return {"rule": rule.id, "title": dict(rule.title), "reason": dict(rule.not_checked)}
