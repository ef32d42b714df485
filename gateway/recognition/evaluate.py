"""Ask every rule of a pack about a declaration, and say what may be said of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from gateway.errors import MappingError, UsageError
from gateway.messages import Lang
from gateway.model.declaration import Declaration
from gateway.model.origin import Derived, Origin, Origins
from gateway.recognition._ask import Case, filled, labels, not_applicable, saw
from gateway.recognition.checks import TESTS
from gateway.recognition.outcome import Answer, ClauseRead, Force, Outcome, Said
from gateway.recognition.ruleset import Acts, Pack, Rule
from gateway.recognition.ruleset import acts as shipped_acts
from gateway.report import Finding, Severity

_LISTS: Final = ("lines", "sites", "results", "verifications")


@dataclass(frozen=True, slots=True)
class Result:
    """One rule's answer. ``if_read`` is what the test says, as if its clause had been read in full."""

    rule: Rule
    outcome: Outcome
    if_read: Outcome
    force: Force
    answer: Answer
    at: tuple[str, ...]

    @property
    def blocks(self) -> bool:
        """Whether a rule in force fails or lacks input. Soft rules never block.

        A missing field is missing however much of the clause was read; only failing needs a full read.
        """
        return (
            self.rule.kind == "hard"
            and self.force is Force.IN_FORCE
            and self.outcome in (Outcome.FAIL, Outcome.MISSING_INPUT)
        )

    @property
    def why(self) -> Said:
        """Why it does not say fail although the test does."""
        if self.outcome is self.if_read:
            return Said("")
        return Said(f"rules.clause-{self.rule.clause_read.value}", {"rule": self.rule.id})

    def expected(self, lang: Lang) -> str:
        """What the rule asks, with the numbers of this declaration."""
        return _filled(self.rule.expected[lang], self.answer.values)

    def fix(self, lang: Lang) -> str:
        """How to mend it."""
        return _filled(self.rule.fix[lang], self.answer.values)

    def finding(self) -> Finding | None:
        """The answer in the shape of all findings; none for pass and not-applicable."""
        if self.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE):
            return None
        severity = Severity.ERROR if self.blocks else Severity.WARNING
        if self.rule.kind == "info" or self.force is not Force.IN_FORCE:
            severity = Severity.INFO
        params = {
            "rule": self.rule.id,
            "force": self.force.value,
            "title_zh": self.rule.title["zh"],
            "title_en": self.rule.title["en"],
            "observed_zh": _sentence(self.answer.observed.text("zh"), self.why.text("zh")),
            "observed_en": _sentence(self.answer.observed.text("en"), self.why.text("en")),
            "expected_zh": self.expected("zh"),
            "expected_en": self.expected("en"),
            "fix_zh": self.fix("zh"),
            "fix_en": self.fix("en"),
        }
        at = self.at[0] if self.at else ""
        return Finding(f"rules.{self.outcome.value}", at, "", severity, self.rule.clause, params)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All answers of one pack on one day, in the pack's order."""

    pack: Pack
    on: date
    results: tuple[Result, ...]

    def __getitem__(self, rule_id: str) -> Result:
        """The answer to one rule.

        Raises:
            UsageError: the pack has no such rule, or none that is checked.
        """
        for result in self.results:
            if result.rule.id == rule_id:
                return result
        raise UsageError(rule_id, code="rules.unknown-rule", pack=self.pack.id)

    @property
    def head(self) -> Said:
        """How much stands behind the answers."""
        return Said(
            "rules.head",
            {
                "pack": self.pack.id,
                "on": self.on.isoformat(),
                "read": str(self.pack.read_in_full),
                "rules": str(len(self.pack.rules)),
                "not_checked": str(len(self.pack.not_checked)),
            },
        )

    @property
    def caution(self) -> Said | None:
        """What to know before relying on the pack: none of its rules in force could say *not met*."""
        able = any(r.rule.clause_read is ClauseRead.FULL and r.rule.kind == "hard" for r in self.binding)
        if able:
            return None
        read, rules = str(self.pack.read_in_full), str(len(self.pack.rules))
        return Said("rules.none-could-fail", {"pack": self.pack.id, "read": read, "rules": rules})

    @property
    def binding(self) -> tuple[Result, ...]:
        """The answers to rules that bind on that day."""
        return tuple(r for r in self.results if r.force is Force.IN_FORCE)

    @property
    def if_adopted(self) -> tuple[Result, ...]:
        """The answers to drafts, guidance and rules that do not apply yet."""
        return tuple(r for r in self.results if r.force is not Force.IN_FORCE)

    @property
    def blocking(self) -> tuple[Result, ...]:
        """Rules in force that fail or lack input: exit code 5 of ``check`` and ``--require``."""
        return tuple(r for r in self.results if r.blocks)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that somebody should look at."""
        return tuple(f for f in (r.finding() for r in self.results) if f is not None)

    def counts(self) -> dict[str, int]:
        """How many answers of each outcome, all outcomes named."""
        outcomes = [r.outcome for r in self.results]
        return {outcome.value: outcomes.count(outcome) for outcome in Outcome}


def evaluate(
    declaration: Declaration,
    pack: Pack,
    *,
    origins: Origins,
    on: date,
    acts: Acts | None = None,
    previous: Declaration | None = None,
    places: Mapping[str, str] | None = None,
) -> Evaluation:
    """Ask every rule that has a test.

    Args:
        origins: where each leaf came from; findings name the user's own cell.
        on: the day that decides what is in force.
        acts: entry into force of acts by id, over those of the shipped table.
        previous: the version that this one follows, for rules about changes.
        places: where fields of the domestic form would stand in the user's own file, filled or not.

    Raises:
        UsageError: a rule names a test that does not exist.
    """
    known = {**shipped_acts(), **(acts or {})}
    case = Case(declaration, on, {}, known, previous, filled(declaration))
    results: list[Result] = []
    outside = _outside(pack, case)
    for rule in pack.rules:
        if not rule.test:
            continue
        answer = outside if outside is not None and rule.id != pack.scope else _ask(rule, case)
        results.append(_result(rule, answer, origins, rule.force(on, known), places or {}))
    return Evaluation(pack, on, tuple(results))


def _outside(pack: Pack, case: Case) -> Answer | None:
    """The common answer where the pack's scope rule says that the pack does not concern this product."""
    scope = next((rule for rule in pack.rules if rule.id == pack.scope), None)
    if scope is None:
        return None
    answer = _ask(scope, case)
    if answer.outcome is not Outcome.NOT_APPLICABLE:
        return None
    return not_applicable(Said("rules.out-of-scope", {"rule": scope.id}), *answer.paths)


def _ask(rule: Rule, case: Case) -> Answer:
    test = TESTS.get(rule.test)
    if test is None:
        raise UsageError(rule.test, code="rules.unknown-test", rule=rule.id)
    category = case.declaration.battery.category if case.declaration.battery else None
    told = "categories" in rule.parameters and isinstance(category, str)
    if told and category not in _texts(rule.parameters["categories"]):
        return not_applicable(saw("/battery/category", category), "/battery/category")
    try:
        return test(replace(case, parameters=rule.parameters))
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError) as error:
        raise MappingError(error, path=rule.id, code="rules.bad-parameters", test=rule.test) from error


def _texts(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list) else ()


def _result(rule: Rule, answer: Answer, origins: Origins, force: Force, places: Mapping[str, str]) -> Result:
    outcome = answer.outcome
    # Only a clause that was read in full fails anybody.
    if outcome is Outcome.FAIL and rule.clause_read is not ClauseRead.FULL:
        outcome = Outcome.NEEDS_EVIDENCE
    paths = answer.paths if answer.paths or outcome is Outcome.PASS else rule.paths[:1]
    at = tuple(dict.fromkeys(_place(path, origins, places) for path in paths))
    return Result(rule, outcome, answer.outcome, answer.force or force, replace(answer, paths=paths), at)


def _place(path: str, origins: Origins, places: Mapping[str, str]) -> str:
    """The user's own cell; for an empty field its place on the domestic form."""
    origin = origins.get(path)
    if isinstance(origin, Origin):
        return origin.at
    if isinstance(origin, Derived):
        parents = (origins.get(parent) for parent in origin.parents)
        return next((p.at for p in parents if isinstance(p, Origin)), path)
    if (own := places.get(labels(path)["field"])) is not None:
        return own
    # Nothing stands there: something of the same line, site or set, else the place on the form.
    steps = path.split("/")
    for depth in range(len(steps), 2, -1):
        start = "/".join(steps[:depth]) + "/"
        found = next((o.at for p, o in origins.items() if p.startswith(start) and isinstance(o, Origin)), "")
        if found and steps[1] in _LISTS:
            return found
    return labels(path)["field"]


def _filled(text: str, values: Mapping[str, str]) -> str:
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text


def _sentence(observed: str, why: str) -> str:
    return f"{observed} {why}".strip()
