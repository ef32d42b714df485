"""What differs between two versions of a declaration, and whether a new calculation is due."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from gateway.messages import Lang
from gateway.model.activity import Line
from gateway.model.base import LangText, Leaf
from gateway.model.declaration import Declaration
from gateway.model.walk import diff, escape
from gateway.quantity import Quantity, convert, parse_unit, plain, round_significant, same_quantity
from gateway.recognition._ask import labels
from gateway.recognition.carriers import UPSTREAM, supplied
from gateway.recognition.outcome import Said

_MATERIALS = ("material", "component", "packaging")
# What the result of a line, or of the whole, is calculated with.
_IS_INPUT = re.compile(
    r"/lines/[^/]+/(amount|amount_per_unit|direction|category|stage|recycled_share|factor/value|factor/kind)$"
    r"|/lines/[^/]+/allocation"
    r"|/method/|/unit/amount|/boundary/|/battery/(lifetime|usable)_energy$|/period/output$"
).match


@dataclass(frozen=True, slots=True)
class Reason:
    """One change that makes a new calculation due, that keeps us from telling, or that is to be looked at."""

    code: str
    path: str
    said: Said

    def to_json(self) -> dict[str, object]:
        """The same as one document."""
        return {"code": self.code, "path": self.path, "message": self.said.both()}


@dataclass(frozen=True, slots=True)
class Changes:
    """Every leaf that differs, and what follows from it.

    ``remarks`` are changes of which that clause says nothing, and that somebody should look at all the same.

    Source: Regulation (EU) 2023/1542, Annex II point 5 (a change of bill of materials or energy mix).
    """

    leaves: Mapping[str, tuple[Leaf | None, Leaf | None]]
    reasons: tuple[Reason, ...]
    results_changed: bool
    remarks: tuple[Reason, ...] = ()

    @property
    def due(self) -> bool:
        """Whether a new calculation is due. The clause names no threshold."""
        return bool(self.reasons)

    def text(self, lang: Lang) -> str:
        """The verdict and its reasons, for people."""
        return "\n".join(self.lines(lang))

    def lines(self, lang: Lang) -> Iterator[str]:
        """The same, line by line."""
        code = "change.due" if self.due else "change.not-due"
        yield Said(code, {"leaves": str(len(self.leaves)), "reasons": str(len(self.reasons))}).text(lang)
        for reason in (*self.reasons, *self.remarks):
            yield f"- {reason.said.text(lang)}"

    def leaf_lines(self, lang: Lang) -> Iterator[str]:
        """Every leaf that differs, by the name of its field and its path."""
        for path, (old, new) in self.leaves.items():
            name = labels(path)[lang]
            place = path if name == path else f"{name} ({path})"
            yield f"{place}: {_shown(old) or '-'} → {_shown(new) or '-'}"

    def to_json(self) -> dict[str, object]:
        """The same as one document."""
        return {
            "format": "hutong-changes@1",
            "newCalculationDue": self.due,
            "resultsChanged": self.results_changed,
            "reasons": [reason.to_json() for reason in self.reasons],
            "remarks": [remark.to_json() for remark in self.remarks],
            "leaves": {path: [_shown(old), _shown(new)] for path, (old, new) in self.leaves.items()},
        }


def compare(old: Declaration, new: Declaration) -> Changes:
    """The differences of ``new`` from ``old``."""
    leaves = diff(old, new)
    reasons = (*_basis(old, new), *_bill_of_materials(old, new), *_energy(old, new), *_plants(old, new))
    results = [path for path in leaves if path.startswith("/results/")]
    inputs = _inputs(old, new, leaves)
    return Changes(
        leaves,
        reasons,
        bool(results),
        (*_unseen(old, new), *_model(old, new), *_alone(leaves, inputs, results)),
    )


def _unseen(old: Declaration, new: Declaration) -> Iterator[Reason]:
    """Where neither shows a bill of materials or an energy mix, none was compared."""
    if not (_materials(old) or _materials(new)):
        yield _reason("change.no-materials", "/lines", None, None)
    if not (_mix(old) or _mix(new)):
        yield _reason("change.no-energy", "/lines", None, None)


def _model(old: Declaration, new: Declaration) -> Iterator[Reason]:
    """Another model needs a declaration of its own (Art 7(1))."""
    before, after = old.product.model, new.product.model
    if before and after and before != after:
        yield _reason("change.model", "/product/model", before, after)


def _inputs(
    old: Declaration, new: Declaration, leaves: Mapping[str, tuple[Leaf | None, Leaf | None]]
) -> list[str]:
    """The leaves that a result is calculated from, without lines that only go by another id."""
    before = {f"/lines/{escape(line.id)}/": line.model_copy(update={"id": ""}) for line in old.lines}
    after = {f"/lines/{escape(line.id)}/": line.model_copy(update={"id": ""}) for line in new.lines}
    moved = [place for place, line in before.items() if place not in after and line in after.values()]
    moved += [place for place, line in after.items() if place not in before and line in before.values()]
    return [path for path in leaves if _IS_INPUT(path) and not path.startswith(tuple(moved))]


def _alone(
    leaves: Mapping[str, tuple[Leaf | None, Leaf | None]], inputs: list[str], results: list[str]
) -> Iterator[Reason]:
    """Inputs that moved no result, and results that moved without an input."""
    if bool(inputs) == bool(results):
        return
    changed = inputs or results
    code = "change.inputs-alone" if inputs else "change.results-alone"
    old, new = leaves[changed[0]]
    label = labels(changed[0])
    told = {"count": str(len(changed)), "label_zh": label["zh"], "label_en": label["en"]}
    yield _reason(code, changed[0], old, new, **told)


def _basis(old: Declaration, new: Declaration) -> Iterator[Reason]:
    """Lines on another basis cannot be compared one by one."""
    before, after = old.unit.lines_basis, new.unit.lines_basis
    if old.lines and new.lines and before != after:
        yield _reason("change.lines-basis", "/unit/lines_basis", before, after)


def _bill_of_materials(old: Declaration, new: Declaration) -> Iterator[Reason]:
    before, after = _materials(old), _materials(new)
    if not before and not after:
        return
    for what, (path, name, amount) in after.items():
        if what not in before:
            yield _reason("change.material-added", path, None, amount, name=name)
        elif not _same(before[what][2], amount):
            yield _reason("change.material-amount", path, before[what][2], amount, name=name)
    for what, (path, name, amount) in before.items():
        if what not in after:
            yield _reason("change.material-removed", path, amount, None, name=name)


def _materials(declaration: Declaration) -> dict[tuple[str, ...], tuple[str, str, Quantity | None]]:
    """Amounts of what goes into the product, by flow, CAS number or name, with the component."""
    found: dict[tuple[str, ...], tuple[str, str, Quantity | None]] = {}
    for line in declaration.lines:
        if line.category in _MATERIALS and line.direction != "out":
            key: tuple[str, ...] = (_identity(line), str(line.component or ""), str(line.stage or ""))
            amount = line.amount_per_unit if isinstance(line.amount_per_unit, Quantity) else None
            while key in found:
                key = (*key, "again")
            found[key] = (f"/lines/{escape(line.id)}/amount_per_unit", _name(line), amount)
    return found


def _same(one: Quantity | None, other: Quantity | None) -> bool:
    if one is None or other is None:
        return one is other
    return parse_unit(one.unit).dimension == parse_unit(other.unit).dimension and same_quantity(one, other)


def _identity(line: Line) -> str:
    for value in (line.flow.uuid, line.cas):
        if isinstance(value, str) and value:
            return f"{value}|{_name(line)}"
    return _name(line)


def _name(line: Line) -> str:
    picked = line.name.pick("zh", "en") if isinstance(line.name, LangText) else None
    return picked[1] if picked else line.id


def _energy(old: Declaration, new: Declaration) -> Iterator[Reason]:
    before, after = _mix(old), _mix(new)
    for kind in sorted({*before, *after}):
        if before.get(kind) != after.get(kind):
            path = "/sites" if new.sites else "/lines"
            yield _reason("change.energy-mix", path, before.get(kind), after.get(kind), name=kind)


def _mix(declaration: Declaration) -> dict[str, Fraction]:
    """Shares by kind of electricity at the sites; without sites, shares of the lines that are energy.

    A carrier whose unit tells no energy (m3 of gas) counts as there or not there. A line of upstream
    emissions tells no more energy where the line that uses it is there.
    """
    shares = _shares(
        (f"{used.kind}", used.consumption)
        for site in declaration.sites
        for used in site.electricity
        if isinstance(used.kind, str)
    )
    every = [line for line in declaration.lines if line.category == "energy"]
    lines = [line for line in every if line.factor.kind != UPSTREAM or supplied(line, every) is None]
    of_lines = _shares((_name(line), line.amount_per_unit) for line in lines)
    carriers = {_name(line): Fraction(1) for line in lines if _name(line) not in of_lines}
    return {**carriers, **of_lines, **shares}


def _shares(parts: Iterator[tuple[str, object]]) -> dict[str, Fraction]:
    kwh: dict[str, Fraction] = {}
    for kind, amount in parts:
        if isinstance(amount, Quantity) and _is_energy(amount):
            kwh[kind] = kwh.get(kind, Fraction(0)) + Fraction(convert(amount, "kW.h").amount)
    whole = sum(kwh.values(), Fraction(0))
    return {kind: amount / whole for kind, amount in kwh.items()} if whole else {}


def _is_energy(amount: Quantity) -> bool:
    return parse_unit(amount.unit).dimension == parse_unit("kW.h").dimension


def _plants(old: Declaration, new: Declaration) -> Iterator[Reason]:
    """Another plant needs a declaration of its own (Art 7(1))."""
    before = sorted(str(s.gb2260 or s.address or s.id) for s in old.sites if s.role in ("assembly", "full"))
    after = sorted(str(s.gb2260 or s.address or s.id) for s in new.sites if s.role in ("assembly", "full"))
    if before and after and before != after:
        yield _reason("change.plant", "/sites", ", ".join(before), ", ".join(after))


def _reason(code: str, path: str, old: object, new: object, **params: str) -> Reason:
    return Reason(code, path, Said(code, {"old": _shown(old) or "-", "new": _shown(new) or "-", **params}))


def _shown(value: object) -> str:
    if isinstance(value, Fraction):
        return plain(round_significant(value, 6))
    return "" if value is None else str(value)
