"""Tests about method and document: end of life, allocation, cut-off, unit, period, content."""

from __future__ import annotations

import re
from datetime import date, timedelta

from gateway.model.base import LangText
from gateway.quantity import Quantity
from gateway.recognition._ask import (
    Case,
    absent,
    failed,
    in_unit,
    main_set,
    missing,
    named,
    not_applicable,
    passed,
    saw,
    set_path,
    text,
    unproven,
)
from gateway.recognition._checks_results import stages_present
from gateway.recognition.outcome import Answer, Outcome, Said
from gateway.recognition.ruleset import Applies


def by_code(case: Case) -> Answer:
    """A code of the declaration, judged by the rule's table of codes."""
    path = str(case.parameters["path"])
    value = _leaf(case, path)
    if not text(value):
        return missing(path)
    outcome = Outcome(str(case.table("codes").get(text(value), Outcome.NEEDS_EVIDENCE)))
    if outcome is Outcome.PASS:
        gone = absent(case, *case.texts("with") if "with" in case.parameters else ())
        if gone:
            return missing(*gone)
    return Answer(outcome, saw(path, value), (path,))


def flag(case: Case) -> Answer:
    """A yes-or-no field, judged by the rule's table."""
    path = str(case.parameters["path"])
    value = _leaf(case, path)
    if not isinstance(value, bool):
        return missing(path)
    return Answer(Outcome(str(case.parameters["true" if value else "false"])), saw(path, value), (path,))


def cut_off(case: Case) -> Answer:
    """The cut-off rule and its limits stay within what the rule allows."""
    answer = by_code(case)
    limit, path = in_unit(case.declaration.cut_off.total_limit, "%"), "/cut_off/total_limit"
    if (
        answer.outcome is Outcome.NEEDS_EVIDENCE
        and limit is not None
        and limit > case.number("limit_percent")
    ):
        return failed(saw(path, case.declaration.cut_off.total_limit), path, *answer.paths)
    return answer


def told(case: Case) -> Answer:
    """Every field of the rule's list holds something."""
    paths = case.texts("fields")
    result = main_set(case.declaration)
    if result is not None:
        paths = tuple(p.replace("/results/declared", set_path(result), 1) for p in paths)
    gone = absent(case, *paths)
    return missing(*gone) if gone else passed(Said("rules.all-told", named(paths)), *paths)


def cut_off_documented(case: Case) -> Answer:
    """Cut-off rule, limits and what was really left out are told."""
    if case.declaration.cut_off.rule == "none":
        return passed(saw("/cut_off/rule", "none"), "/cut_off/rule")
    return told(case)


def content(case: Case) -> Answer:
    """The content that the clause lists, stages among it."""
    answer = told(case)
    stages = stages_present(case)
    if answer.outcome is not Outcome.PASS or stages.outcome is Outcome.PASS:
        return answer
    return Answer(Outcome.MISSING_INPUT, stages.observed, stages.paths)


def if_claimed(case: Case) -> Answer:
    """Who names the standard fills its report."""
    if str(case.parameters["standard"]) not in case.declaration.method.standards:
        return not_applicable(Said("rules.standard-not-claimed"), "/method/standards")
    return told(case)


def allocation(case: Case) -> Answer:
    """Every allocation that was used, judged by the rule's table; the gravest counts."""
    used = case.declaration.method.allocation
    if not used:
        return missing("/method/allocation")
    table = case.table("codes")
    order = (Outcome.FAIL, Outcome.NEEDS_EVIDENCE, Outcome.PASS)
    said = {code: Outcome(str(table.get(code, Outcome.NEEDS_EVIDENCE))) for code in used}
    code = min(said, key=lambda c: order.index(said[c]))
    return Answer(said[code], saw("/method/allocation", code), ("/method/allocation",))


def allocation_told(case: Case) -> Answer:
    """The allocation procedure is described where there are co-products."""
    method = case.declaration.method
    with_words = [code for code in method.allocation if code not in ("none", "subdivision")]
    if method.allocation:
        if with_words and not text(method.allocation_text):
            return missing("/method/allocation_text")
        return passed(saw("/method/allocation", method.allocation[0]), "/method/allocation")
    if not case.declaration.lines:
        return missing("/method/allocation", "/lines")
    if any(line.category == "coproduct" for line in case.declaration.lines):
        return missing("/method/allocation")
    return not_applicable(Said("rules.no-co-products"), "/lines")


def unit_told(case: Case) -> Answer:
    """Functional or declared unit with a positive amount and its reference flow."""
    unit = case.declaration.unit
    gone = absent(case, "/unit/kind", "/unit/amount", "/unit/reference_flow")
    if gone:
        return missing(*gone)
    wrong = [
        (path, value)
        for path, value in (("/unit/amount", unit.amount), ("/unit/reference_flow", unit.reference_flow))
        if not isinstance(value, Quantity) or value.amount <= 0
    ]
    if wrong:
        return failed(saw(*wrong[0]), wrong[0][0])
    return passed(saw("/unit/amount", unit.amount), "/unit/amount", "/unit/reference_flow")


def partial_is_named(case: Case) -> Answer:
    """What is not cradle to grave calls itself a partial footprint."""
    kind = text(case.declaration.boundary.type)
    if not kind:
        return missing("/boundary/type")
    if kind in ("c2gr", "c2c"):
        return not_applicable(saw("/boundary/type", kind), "/boundary/type")
    words = re.compile(
        r"部分(产品)?碳足迹|产品部分碳足迹|\bpartial (product )?(carbon footprint|cfp|pcf)\b", re.IGNORECASE
    )
    for path, value in _titles(case):
        if words.search(value):
            return passed(saw(path, value), path)
    return unproven(saw("/boundary/type", kind), "/boundary/type", "/product/name", "/unit/text")


def _titles(case: Case) -> list[tuple[str, str]]:
    declaration = case.declaration
    found = []
    for path, value in (("/product/name", declaration.product.name), ("/unit/text", declaration.unit.text)):
        if isinstance(value, LangText):
            found += [(f"{path}/{lang}", said) for lang, said in value.items()]
    purpose = text(declaration.goal.purpose)
    return [*found, ("/goal/purpose", purpose)] if purpose else found


def period_told(case: Case) -> Answer:
    """The time boundary has a start before its end."""
    start, end = case.declaration.period.start, case.declaration.period.end
    if not isinstance(start, date) or not isinstance(end, date):
        return missing(*absent(case, "/period/start", "/period/end"))
    return (passed if start < end else failed)(_from_to(start, end), "/period/start", "/period/end")


def about_a_year(case: Case) -> Answer:
    """The reference period is about twelve months."""
    start, end = case.declaration.period.start, case.declaration.period.end
    if not isinstance(start, date) or not isinstance(end, date):
        return missing(*absent(case, "/period/start", "/period/end"))
    after = end + timedelta(days=1)  # the end is the last day in the period
    bounds = [_later(start, int(case.number(name))) for name in ("min_months", "max_months")]
    return (passed if bounds[0] <= after <= bounds[1] else failed)(
        _from_to(start, end), "/period/start", "/period/end"
    )


def _later(start: date, months: int) -> date:
    found = Applies(start, months, ("start",)).since({"start": start})
    assert found is not None
    return found


def _from_to(start: date, end: date) -> Said:
    return Said("rules.from-to", {"start": start.isoformat(), "end": end.isoformat()})


def _leaf(case: Case, path: str) -> object:
    value: object = case.declaration
    for step in path.split("/")[1:]:
        value = getattr(value, step, None)
    return value
