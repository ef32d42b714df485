"""Say where a figure comes from: the expression, its operands, and the cells that they were read from.

Every calculated value is calculated again here from the leaves of the declaration. If one of them is
not there, its value and all that stand on it are unproven.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.codec.lacks import lack
from gateway.errors import UsageError
from gateway.model.base import Leaf
from gateway.model.formula import Constant, Expression, Operation, Term, Unproven, evaluate
from gateway.model.origin import Derived, Origin
from gateway.model.walk import by_path
from gateway.pipeline.convert import Outcome, Source
from gateway.quantity import Quantity, round_significant, show


class Kind(StrEnum):
    """How a value came to be."""

    READ = "read"
    CALCULATED = "calculated"
    CONSTANT = "constant"
    UNPROVEN = "unproven"
    WRITTEN = "written"  # made by the writer itself: an id, a date of issue, a code of the format


@dataclass(frozen=True, slots=True)
class Explanation:
    """One value with what it stands on.

    ``at`` is the place in the source that it was read from, or the document a constant is from;
    ``written`` the value as it stands in the output, where that differs.
    """

    path: str
    kind: Kind
    value: Leaf | None = None
    written: str = ""
    formula: str = ""
    at: str = ""
    text: str = ""
    label: Mapping[str, str] = field(default_factory=dict)
    operands: tuple[Explanation, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether everything below was there."""
        return self.kind is not Kind.UNPROVEN and all(operand.proven for operand in self.operands)


def explain(source: Source, pointer: str, outcome: Outcome | None = None) -> Explanation:
    """Explain the value at ``pointer`` of an outcome's file, or of the source itself.

    Raises:
        UsageError: there is no value at this pointer.
    """
    work = _Explaining(source, outcome)
    path, written = work.find(pointer)
    if path is None:
        return Explanation(pointer, Kind.WRITTEN, written=written)
    return work.path(path, written)


def figures(source: Source, outcome: Outcome | None = None) -> Iterator[str]:
    """The pointers of all amounts in an outcome's file, or in the source."""
    work = _Explaining(source, outcome)
    told = work.output or work.leaves
    for pointer, path in work.paths.items():
        if isinstance(work.leaves.get(path), Quantity) and isinstance(told.get(path), Quantity):
            yield pointer


class _Explaining:
    """One run over the source's leaves and origins, with those of one outcome on top."""

    def __init__(self, source: Source, outcome: Outcome | None) -> None:
        self.source = source
        self.leaves: dict[str, Leaf] = by_path(source.declaration)
        self.derived: dict[str, Derived] = {}
        places = source.origins
        self.output: dict[str, Leaf] = {}
        if outcome is not None and outcome.package is not None:
            reading = outcome.format.read(outcome.package, source.context)
            places = reading.origins
            self.output = by_path(reading.declaration)
            self.derived = {p: o for p, o in outcome.origins.items() if isinstance(o, Derived)}
        self.paths = {origin.at: path for path, origin in places.items() if isinstance(origin, Origin)}
        for path in self.derived:
            value = self._again(path)
            if value is not None:
                self.leaves[path] = value

    def find(self, pointer: str) -> tuple[str | None, str]:
        """The leaf behind a pointer and how it is written there."""
        if pointer in self.paths:
            path = self.paths[pointer]
            leaf = self.output.get(path)
            return path, _text(leaf) if leaf is not None and leaf != self.leaves.get(path) else ""
        if pointer in self.leaves:
            return pointer, ""
        near = [known for known in self.paths if known.startswith(pointer)][:3]
        raise UsageError(pointer, path=pointer, code="explain.no-value", near=", ".join(near) or "-")

    def path(self, path: str, written: str = "") -> Explanation:
        """One leaf with all that it stands on."""
        label = _label(path)
        derived = self.derived.get(path)
        if derived is not None:
            operands = tuple(self._operand(o) for o in _operands(derived.expression))
            value = self.leaves.get(path)
            kind = Kind.UNPROVEN if value is None else Kind.CALCULATED
            return Explanation(path, kind, value, written, derived.formula, label=label, operands=operands)
        origin = self.source.origins.get(path)
        at, text = (origin.at, origin.text) if isinstance(origin, Origin) else ("", "")
        kind = Kind.READ if path in self.leaves else Kind.UNPROVEN
        return Explanation(path, kind, self.leaves.get(path), written, at=at, text=text, label=label)

    def _operand(self, operand: Expression) -> Explanation:
        if isinstance(operand, Constant):
            return Explanation("", Kind.CONSTANT, operand.value, at=operand.source)
        assert isinstance(operand, Term)
        return self.path(operand.path)

    def _again(self, path: str) -> Quantity | None:
        try:
            return evaluate(self.derived[path].expression, self._leaf)
        except Unproven:
            return None

    def _leaf(self, path: str) -> Quantity | None:
        """A leaf of the source, or a calculated one calculated again, whatever stands in the output."""
        if path in self.derived:
            return self._again(path)
        value = self.leaves.get(path)
        return value if isinstance(value, Quantity) else None


def as_text(explanation: Explanation, lang: str, indent: str = "") -> list[str]:
    """The explanation as lines, one value a line, what it stands on indented below."""
    name = explanation.label.get(lang, "")
    head = " ".join(
        part for part in (_text(explanation.value), f"[{name}]" if name else "", explanation.path) if part
    )
    words = _WORDS[lang]
    lines = [f"{indent}{head}"]
    if explanation.written:
        lines.append(f"{indent}  {words['written']} {explanation.written}")
    if explanation.formula:
        lines.append(f"{indent}  = {explanation.formula}")
    if explanation.at:
        lines.append(f"{indent}  {words[explanation.kind.value]} {explanation.at}")
    if explanation.kind in (Kind.UNPROVEN, Kind.WRITTEN):
        lines.append(f"{indent}  {words['unproven' if explanation.kind is Kind.UNPROVEN else 'by-writer']}")
    for operand in explanation.operands:
        lines.extend(as_text(operand, lang, indent + "    "))
    return lines


def to_json(explanation: Explanation) -> dict[str, object]:
    """The explanation as a JSON value; amounts are texts."""
    facts: dict[str, object] = {
        "path": explanation.path,
        "kind": explanation.kind.value,
        "value": _text(explanation.value),
        "exact": _exact(explanation.value),
        "written": explanation.written,
        "formula": explanation.formula,
        "at": explanation.at,
        "label": dict(explanation.label),
        "proven": explanation.proven,
        "operands": [to_json(operand) for operand in explanation.operands],
    }
    return {name: fact for name, fact in facts.items() if fact not in ("", {}, [])}


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "read": "read at",
        "constant": "from",
        "written": "written as",
        "calculated": "from",
        "unproven": "unproven: the value is not there, or something that it stands on is not",
        "by-writer": "made by the writer: an id, a date or a code of the format",
    },
    "zh": {
        "read": "读自",
        "constant": "出自",
        "written": "写作",
        "calculated": "出自",
        "unproven": "无法证明：该值或其所依据的值不存在",
        "by-writer": "由写出程序生成：编号、日期或该格式的代码",
    },
}


def _operands(expression: Expression) -> Iterator[Expression]:
    """The leaves and constants of an expression, each once."""
    if isinstance(expression, Operation):
        seen: list[Expression] = []
        for operand in expression.operands:
            seen.extend(inner for inner in _operands(operand) if inner not in seen)
        yield from seen
    else:
        yield expression


def _label(path: str) -> Mapping[str, str]:
    params = lack("", path).params
    known = {"zh": params["label_zh"], "en": params["label_en"]}
    return known if known["zh"] != path else {}


def _text(leaf: Leaf | None) -> str:
    """A value for people: an endless quotient to 15 digits."""
    if isinstance(leaf, Quantity):
        amount = leaf.amount
        number = show(amount) if "/" not in show(amount) else f"{show(round_significant(amount, 15))}…"
        return f"{number} {leaf.unit}"
    return "" if leaf is None else str(leaf)


def _exact(leaf: Leaf | None) -> str:
    return show(leaf.amount) if isinstance(leaf, Quantity) else ""
