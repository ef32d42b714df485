"""Say where a figure comes from: the expression, its operands, and the cells that they were read from.

Every calculated value is calculated again here from the leaves of the declaration. If one of them is
not there, its value and all that stand on it are unproven.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from gateway.codec.base import Member, Package
from gateway.codec.lacks import lack
from gateway.codec.plugin import Plugin
from gateway.errors import GatewayError, InputError, UsageError
from gateway.messages import Lang, text
from gateway.model.base import Leaf
from gateway.model.formula import Constant, Expression, Operation, Term, Unproven, evaluate
from gateway.model.origin import Derived, Origin
from gateway.model.walk import by_path
from gateway.pipeline.convert import Outcome, Source
from gateway.pipeline.issue import MANIFEST
from gateway.pipeline.rebuild import private_source, rebuild
from gateway.quantity import Quantity, convert, round_significant, same_number, show
from gateway.quantity.exact import own_arithmetic
from gateway.signing import manifest


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
    ``written`` the value as it stands in the output, where that differs. ``differs``: the file that the
    value stands in is not what comes out of its source, so nothing in it is proven.
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
    differs: bool = False

    @property
    def proven(self) -> bool:
        """Whether everything below was there."""
        return self.kind is not Kind.UNPROVEN and all(operand.proven for operand in self.operands)


@own_arithmetic
def explain(source: Source, pointer: str, outcome: Outcome | None = None) -> Explanation:
    """Explain the value at ``pointer`` of an outcome's file, or of the source itself.

    Raises:
        UsageError: there is no value at this pointer.
    """
    return _Explaining(source, outcome).at(pointer)


@own_arithmetic
def explanations(source: Source, outcome: Outcome | None = None) -> dict[str, Explanation]:
    """Every amount in an outcome's file, or in the source, by its pointer."""
    work = _Explaining(source, outcome)
    return {pointer: work.at(pointer) for pointer in work.figures()}


@own_arithmetic
def explanations_issued(
    files: Mapping[str, bytes], *, target: str = "", plugins: Sequence[Plugin] = ()
) -> dict[str, Explanation]:
    """Every amount of an issued folder by ``file#pointer``; with ``target`` those of one format.

    Raises:
        InputError: no manifest or private source, or the run cannot be repeated.
        UsageError: the folder has no such target.
    """
    if MANIFEST not in files:
        raise InputError(path=MANIFEST, code="explain.not-issued")
    prepared = rebuild(files, manifest.parse(files[MANIFEST]).facts, plugins)
    written = [o for o in prepared.outcomes if o.written]
    asked = [o for o in written if target in ("", o.format.id, o.format.id.partition("@")[0])]
    if not asked:
        known = ", ".join(o.format.id for o in written)
        raise UsageError(target, code="explain.no-such-target", known=known or "-")
    found: dict[str, Explanation] = {}
    for outcome in asked:
        for pointer, explanation in explanations(prepared.source, outcome).items():
            (member,) = _members(outcome)[:1]
            name = f"{outcome.format.folder}/{member.name}"
            same = files.get(name) == prepared.files[name].data
            told = explanation if same else replace(explanation, kind=Kind.UNPROVEN, differs=True)
            found[f"{name}#{pointer}"] = told
    return found


@own_arithmetic
def explain_issued(
    files: Mapping[str, bytes], pointer: str, *, plugins: Sequence[Plugin] = ()
) -> Explanation:
    """Explain the value at ``file#/pointer`` of an issued folder that still has its private part.

    The run is repeated from the private source. Where the folder's file is not what comes out, the value
    is explained as it comes out, what stands in the file beside it, and it is unproven.

    Raises:
        InputError: no manifest or private source, or the run cannot be repeated.
        UsageError: no target has this file, or the file has no value at this pointer.
    """
    if MANIFEST not in files:
        raise InputError(path=MANIFEST, code="explain.not-issued")
    name, _, place = pointer.partition("#")
    facts = manifest.parse(files[MANIFEST]).facts
    prepared = rebuild(files, facts, plugins)
    source = prepared.source
    if name == private_source(files):
        recorded = facts.get("source")
        same = isinstance(recorded, Mapping) and recorded.get("sha256") == source.digest
        found = explain(source, place)
        return found if same else replace(found, kind=Kind.UNPROVEN, differs=True)
    by_file = {f"{o.format.folder}/{m.name}": o for o in prepared.outcomes for m in _members(o)}
    outcome = by_file.get(name)
    if outcome is None:
        known = ", ".join(sorted(by_file))
        raise UsageError(name or pointer, path=pointer, code="explain.no-such-file", known=known)
    if files.get(name) == prepared.files[name].data:
        return explain(source, place, outcome)
    try:
        found = explain(source, place, _as_it_stands(outcome, files))
    except GatewayError:  # the changed file cannot be read, or has no such value any more
        found = explain(source, place, outcome)
    return replace(found, kind=Kind.UNPROVEN, differs=True)


def _members(outcome: Outcome) -> tuple[Member, ...]:
    return outcome.package.members if outcome.package else ()


def _as_it_stands(outcome: Outcome, files: Mapping[str, bytes]) -> Outcome:
    """The outcome with the folder's own bytes."""
    folder = outcome.format.folder
    members = (replace(m, data=files.get(f"{folder}/{m.name}", b"")) for m in _members(outcome))
    return replace(outcome, package=Package(tuple(members)))


def figures(source: Source, outcome: Outcome | None = None) -> Iterator[str]:
    """The pointers of all amounts in an outcome's file, or in the source."""
    yield from _Explaining(source, outcome).figures()


class _Explaining:
    """One run over the source's leaves and origins, with those of one outcome on top."""

    def __init__(self, source: Source, outcome: Outcome | None) -> None:
        self.source = source
        self.leaves: dict[str, Leaf] = by_path(source.declaration)
        places = source.origins
        self.derived = {path: o for path, o in places.items() if isinstance(o, Derived)}
        self.output: dict[str, Leaf] = {}
        self.package = outcome.package if outcome is not None else None
        if outcome is not None and outcome.package is not None:
            reading = outcome.format.read(outcome.package, source.context)
            places = reading.origins
            self.output = by_path(reading.declaration)
            self.derived |= {p: o for p, o in outcome.origins.items() if isinstance(o, Derived)}
        self.paths = {origin.at: path for path, origin in places.items() if isinstance(origin, Origin)}
        for path in self.derived:
            value = self._again(path)
            if value is not None:
                self.leaves[path] = value

    def figures(self) -> Iterator[str]:
        """The pointers of all amounts."""
        told = self.output or self.leaves
        for pointer, path in self.paths.items():
            if isinstance(self.leaves.get(path), Quantity) and isinstance(told.get(path), Quantity):
                yield pointer

    def at(self, pointer: str) -> Explanation:
        """The value at a pointer; one that stands there in another unit is calculated from its own."""
        path, written = self.find(pointer)
        if path is None:
            return Explanation(pointer, Kind.WRITTEN, written=written)
        found = self.path(path, written)
        return (written and _converted(found, self.output.get(path))) or found

    def find(self, pointer: str) -> tuple[str | None, str]:
        """The leaf behind a pointer and how it is written there."""
        if pointer in self.paths:
            path = self.paths[pointer]
            leaf = self.output.get(path)
            return path, value_text(leaf) if leaf is not None and leaf != self.leaves.get(path) else ""
        if pointer in self.leaves:
            return pointer, ""
        standing = _standing(self.package, pointer) if self.package else ""
        if standing:
            return None, standing
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


def _converted(found: Explanation, there: Leaf | None) -> Explanation | None:
    """The value in the unit in which it is written; None where that is not all that differs."""
    own = found.value
    if not isinstance(own, Quantity) or not isinstance(there, Quantity) or own.unit == there.unit:
        return None
    try:
        value, factor = convert(own, there.unit), convert(Quantity(Decimal(1), own.unit), there.unit)
    except GatewayError:
        return None
    if not same_number(value.amount, there.amount):
        return None
    unit = f"{there.unit}/({own.unit})" if set("./") & set(own.unit) else f"{there.unit}/{own.unit}"
    table = f"UCUM: 1 {own.unit} = {show(factor.amount)} {there.unit}"
    by = Explanation("", Kind.CONSTANT, Quantity(factor.amount, unit), at=table)
    formula = f"{value_text(own)} × {show(factor.amount)} {unit}"
    operands = (replace(found, written=""), by)
    return Explanation(
        found.path, Kind.CALCULATED, value, formula=formula, label=found.label, operands=operands
    )


def as_text(explanation: Explanation, lang: Lang, indent: str = "") -> list[str]:
    """The explanation as lines, one value a line, what it stands on indented below."""
    name = explanation.label.get(lang, "")
    value = value_text(explanation.value)
    head = " ".join(part for part in (value, f"[{name}]" if name else "", explanation.path) if part)
    lines = [f"{indent}{head}"]
    lines.extend(f"{indent}  {text(code, lang, params).what}" for code, params in facts_of(explanation))
    for operand in explanation.operands:
        lines.extend(as_text(operand, lang, indent + "    "))
    return lines


def facts_of(explanation: Explanation) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What is to be said of one value beside itself: codes of texts with their values."""
    kind, at = explanation.kind, explanation.at
    if explanation.written:
        yield "explain.written", {"value": explanation.written}
    if explanation.formula:
        yield "explain.formula", {"value": explanation.formula}
    if at and kind is Kind.CONSTANT:
        yield "explain.constant", {"value": at}
    elif at:
        code = "explain.read-as" if explanation.text else "explain.read"
        yield code, {"value": at, "text": explanation.text}
    if explanation.differs:
        yield "explain.differs", {}
    elif kind is Kind.UNPROVEN:
        yield "explain.not-proven", {}
    elif kind is Kind.WRITTEN:
        yield "explain.by-writer", {}


def to_json(explanation: Explanation) -> dict[str, object]:
    """The explanation as a JSON value; amounts are texts."""
    facts: dict[str, object] = {
        "path": explanation.path,
        "kind": explanation.kind.value,
        "value": value_text(explanation.value),
        "exact": _exact(explanation.value),
        "written": explanation.written,
        "formula": explanation.formula,
        "at": explanation.at,
        "text": explanation.text,
        "label": dict(explanation.label),
        "proven": explanation.proven,
        "differs": explanation.differs or "",
        "operands": [to_json(operand) for operand in explanation.operands],
    }
    return {name: fact for name, fact in facts.items() if fact not in ("", {}, [])}


def _standing(package: Package, pointer: str) -> str:
    """The text at a JSON pointer of a package of one JSON file; empty where there is none."""
    try:
        value = package.json
    except InputError:
        return ""
    for escaped in pointer.split("/")[1:]:
        step = escaped.replace("~1", "/").replace("~0", "~")  # RFC 6901, 4
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ""
    return "" if isinstance(value, dict | list) else str(value)


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


def value_text(leaf: Leaf | None) -> str:
    """A value for people: an endless quotient to 15 digits."""
    if isinstance(leaf, Quantity):
        amount = leaf.amount
        number = show(amount) if "/" not in show(amount) else f"{show(round_significant(amount, 15))}…"
        return f"{number} {leaf.unit}"
    return "" if leaf is None else str(leaf)


def _exact(leaf: Leaf | None) -> str:
    return show(leaf.amount) if isinstance(leaf, Quantity) else ""
