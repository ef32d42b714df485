"""What the tests of rules share: the case under test, the answers, and words for fields and values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final

from gateway import resources
from gateway.codec.fields import code_list
from gateway.codec.lacks import lack
from gateway.errors import GatewayError
from gateway.messages import Lang
from gateway.model.activity import Line
from gateway.model.base import Missing, Reason, here
from gateway.model.declaration import Declaration
from gateway.model.results import Per, ResultRow, ResultSet, Role
from gateway.model.walk import by_path, escape, keyed
from gateway.quantity import Exact, Quantity, convert, plain, round_significant
from gateway.recognition.outcome import Answer, Outcome, Said
from gateway.recognition.ruleset import Acts

PERCENT: Final = Fraction(1, 100)
_BY_WEIGHT: Final = (
    Outcome.FAIL,
    Outcome.MISSING_INPUT,
    Outcome.NEEDS_EVIDENCE,
    Outcome.NOT_APPLICABLE,
    Outcome.PASS,
)
# Parts that are told as a whole; their names are messages.
_WHOLE: Final = {
    "lines": "rules.part-lines",
    "sites": "rules.part-sites",
    "results": "rules.part-results",
    "verifications": "rules.part-verifications",
    "grants": "rules.part-grants",
    "rows": "rules.part-rows",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One declaration under one rule: the rule's parameters, the day, and what is known besides."""

    declaration: Declaration
    on: date
    parameters: Mapping[str, object] = field(default_factory=dict)
    acts: Acts = field(default_factory=dict)
    previous: Declaration | None = None
    filled: frozenset[str] = frozenset()  # the leaves in which something stands

    def number(self, name: str) -> Fraction:
        """A parameter that is a number; tables keep numbers as text."""
        return Fraction(str(self.parameters[name]))

    def texts(self, name: str) -> tuple[str, ...]:
        """A parameter that is a list of codes."""
        value = self.parameters[name]
        assert isinstance(value, list)
        return tuple(str(item) for item in value)

    def table(self, name: str) -> Mapping[str, object]:
        """A parameter that is a table."""
        value = self.parameters[name]
        assert isinstance(value, dict)
        return value


def passed(observed: Said, *paths: str, tolerance: str = "", **values: str) -> Answer:
    """The rule is met."""
    return Answer(Outcome.PASS, observed, paths, tolerance, values)


def failed(observed: Said, *paths: str, tolerance: str = "", **values: str) -> Answer:
    """The rule is not met."""
    return Answer(Outcome.FAIL, observed, paths, tolerance, values)


def unproven(observed: Said, *paths: str, **values: str) -> Answer:
    """The document alone cannot settle it."""
    return Answer(Outcome.NEEDS_EVIDENCE, observed, paths, values=values)


def not_applicable(observed: Said, *paths: str) -> Answer:
    """The rule does not concern this declaration."""
    return Answer(Outcome.NOT_APPLICABLE, observed, paths)


def missing(*paths: str) -> Answer:
    """Fields that the rule reads and that are empty."""
    return Answer(Outcome.MISSING_INPUT, Said("rules.empty", named(paths)), paths)


def saw(path: str, value: object) -> Said:
    """A field and what stands in it."""
    label = labels(path)
    zh, en = told(path, value, "zh"), told(path, value, "en")
    return Said(
        "rules.is", {"label_zh": label["zh"], "label_en": label["en"], "value_zh": zh, "value_en": en}
    )


def told(path: str, value: object, lang: Lang) -> str:
    """A value for people; a code with its label."""
    if isinstance(value, str):
        row = code_list(_code_list(path)).get(value)
        return f"{value}（{row['label_zh']}）" if row and lang == "zh" else _in_english(value, row)
    if isinstance(value, bool):
        return {"zh": "是", "en": "yes"}[lang] if value else {"zh": "否", "en": "no"}[lang]
    return shown(value)


def shown(value: object) -> str:
    """A value that is the same in both languages."""
    if isinstance(value, Quantity):
        return f"{number(value.amount)} {value.unit}"
    if isinstance(value, (Decimal, Fraction)):
        return number(value)
    return str(value)


def number(value: Exact | int) -> str:
    """At most six significant digits, without trailing zeros."""
    text = plain(round_significant(Fraction(value), 6))
    return text.rstrip("0").rstrip(".") if "." in text else text


def named(paths: Iterable[str]) -> dict[str, str]:
    """The labels of fields, joined, in both languages."""
    found = [labels(path) for path in paths]
    return {
        "fields_zh": "、".join(f["zh"] for f in found),
        "fields_en": ", ".join(f["en"] for f in found),
    }


def labels(path: str) -> Mapping[str, str]:
    """A field's Chinese and English name on the domestic form, with the item of its list."""
    whole = _WHOLE.get(path.rpartition("/")[2])
    if whole:
        return {**Said(whole).both(), "field": path}
    params = _label(re.sub(r"/\d+(?=/|$)", "/*", path))
    item = _item(path)
    return {
        "zh": f"{params['label_zh']}{item}",
        "en": f"{params['label_en']}{item}",
        "field": params["field"],
    }


def _label(path: str) -> Mapping[str, str]:
    found = lack("", path).params
    return found if found["label_zh"] != path else lack("", path, lang="zh").params


def filled(declaration: Declaration) -> frozenset[str]:
    """The paths of all leaves in which something stands, and of the parts that they make up."""
    found: set[str] = set()
    for path, value in by_path(declaration).items():
        if isinstance(value, Missing) or value == "":
            continue
        while path and path not in found:
            found.add(path)
            path = path.rpartition("/")[0]  # noqa: PLW2901 - walks up
    return frozenset(found)


def absent(case: Case, *paths: str) -> tuple[str, ...]:
    """The paths at and below which nothing is told."""
    return tuple(path for path in paths if path not in case.filled)


def declared(declaration: Declaration) -> list[ResultSet]:
    """The sets that the source declares."""
    return [r for r in declaration.results if r.role is Role.DECLARED]


def main_set(declaration: Declaration) -> ResultSet | None:
    """The set on the declaration's own unit, else the first declared one with a total."""
    sets = declared(declaration)
    own = [r for r in sets if r.basis.denominator.per is Per.DECLARED_UNIT]
    with_total = [r for r in [*own, *sets] if isinstance(r.carbon.total, Quantity)]
    return next(iter([*with_total, *own, *sets]), None)


def pack_total(declaration: Declaration) -> tuple[str, Quantity] | None:
    """Path and value of the declared total per pack."""
    for result in declared(declaration):
        if result.basis.denominator.per is Per.PACK and isinstance(result.carbon.total, Quantity):
            return f"{set_path(result)}/carbon/total", result.carbon.total
    return None


def set_path(result: ResultSet) -> str:
    """The path of a result set."""
    return f"/results/{escape(result.id)}"


def rows(result: ResultSet) -> list[tuple[str, ResultRow]]:
    """Rows with their paths."""
    found = []
    for key, row in keyed(result.rows):
        assert isinstance(row, ResultRow)
        found.append((f"{set_path(result)}/rows/{escape(key)}", row))
    return found


def lines_of(declaration: Declaration) -> list[tuple[str, Line]]:
    """Lines with their paths."""
    found = []
    for key, line in keyed(declaration.lines):
        assert isinstance(line, Line)
        found.append((f"/lines/{escape(key)}", line))
    return found


def withheld(value: object) -> bool:
    """Whether it exists and is not for this reader."""
    return isinstance(value, Missing) and value.missing is Reason.WITHHELD


def in_unit(amount: object, unit: str) -> Fraction | None:
    """The number of an amount in ``unit``; None where it is no such amount."""
    if not isinstance(amount, Quantity):
        return None
    try:
        return Fraction(convert(amount, unit).amount)
    except GatewayError:
        return None


def positive(amount: object, unit: str) -> Fraction | None:
    """As ``in_unit``, if it is above zero: a denominator."""
    found = in_unit(amount, unit)
    return found if found is not None and found > 0 else None


def near(one: Fraction, other: Fraction, part: Fraction) -> bool:
    """Whether ``one`` lies within a part of ``other``."""
    return abs(one - other) <= part * abs(other)


def graver(outcome: Outcome) -> int:
    """The rank of an outcome, the gravest first."""
    return _BY_WEIGHT.index(outcome)


def text(value: object) -> str:
    """A text that is there; else nothing."""
    return value.strip() if isinstance(value, str) and here(value) else ""


def _in_english(value: str, row: Mapping[str, str] | None) -> str:
    return f"{value} ({row['label_en']})" if row else value


def _item(path: str) -> str:
    steps = path.split("/")
    lists = ("lines", "sites", "results", "verifications")
    return f" [{steps[2]}]" if len(steps) > 3 and steps[1] in lists and steps[2] != "*" else ""


@cache
def _code_lists() -> Mapping[str, str]:
    found = {}
    for row in resources.table("fields/cn_pcf.csv"):
        if row["code_list"]:
            steps = row["model"].split("/")
            found["/".join("*" if s[:1] in ("[", "{") else s for s in steps)] = row["code_list"]
    return found


def _code_list(path: str) -> str:
    steps = path.split("/")
    starred = [*steps[:2], "*", *steps[3:]] if len(steps) > 3 else steps
    return _code_lists().get(path) or _code_lists().get("/".join(starred)) or ""
