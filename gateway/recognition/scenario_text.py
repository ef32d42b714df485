"""A scenario for people, line by line in Chinese or English, and as one JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gateway import messages
from gateway.messages import Lang
from gateway.model.activity import EmissionFactor
from gateway.model.results import Carbon, ResultSet
from gateway.quantity import Quantity, exact, plain, round_significant, show
from gateway.recognition.gwp_lever import Bounds
from gateway.recognition.outcome import Said
from gateway.recognition.scenario import Comparison, LineChange, Scenario

FORMAT = "hutong-whatif@1"
_DIGITS = 9
_PERCENT_DIGITS = 4


def lines(scenario: Scenario, lang: Lang) -> Iterator[str]:
    """The totals on each denominator, what each lever adds, the lines that moved, and the basis."""

    def said(code: str, **params: str) -> str:
        return Said(code, params).text(lang)

    for comparison in (scenario.unchanged, scenario.over):
        if comparison is not None:
            yield from _compared(comparison, lang)
    yield said("whatif.basis", **_basis(scenario, lang))
    if scenario.changed:
        yield ""
        yield said("whatif.lines")
    for line in scenario.changed:
        yield f"  {line.counted.line.id} {line.counted.names[lang]}: {_line(line)}"
    if scenario.account.remainder:
        yield said("whatif.remainder", kg=short(scenario.account.remainder))


def to_json(scenario: Scenario) -> dict[str, object]:
    """The same as one document; every number exact, as text."""
    recomputed = scenario.recomputed
    document: dict[str, object] = {
        "format": FORMAT,
        "set": set_json(recomputed),
        "unchanged": comparison_json(scenario.unchanged),
        "lines": [line_json(line) for line in scenario.lines],
        "remainder": number(scenario.account.remainder),
        "refused": [messages.to_json(error) for error in scenario.refused],
        "findings": [messages.to_json(finding) for finding in scenario.findings],
    }
    if scenario.over is not None:
        document["over"] = comparison_json(scenario.over)
    if scenario.bounds is not None:
        document["bounds"] = _bounds(scenario.bounds)
    return document


def set_json(recomputed: ResultSet) -> dict[str, object]:
    """The recomputed set with its basis and stages, kg CO2e."""
    basis = recomputed.basis
    energy = basis.denominator.energy
    rests = {
        "per": basis.denominator.per.value,
        "energy": show(energy.amount) if isinstance(energy, Quantity) else "",
        "boundary": basis.boundary,
        "gwpSet": basis.gwp_set,
        "methodProfile": basis.method_profile,
        "legalStatus": basis.legal_status,
        "recyclingModel": basis.recycling_model,
        "electricityApproach": basis.electricity_approach,
    }
    return {
        "id": recomputed.id,
        "role": recomputed.role.value,
        "derivedFrom": recomputed.derived_from or "",
        "basis": {name: fact for name, fact in rests.items() if isinstance(fact, str) and fact},
        "kg": _kg(recomputed.carbon),
        "stages": [{"stage": str(row.stage), "kg": _kg(row.carbon)} for row in recomputed.rows],
    }


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """Before, after and each lever's share, kg CO2e."""
    facts: dict[str, object] = {
        "per": comparison.per.value,
        "before": number(comparison.before),
        "after": number(comparison.after),
        "delta": number(comparison.delta),
        "by": {lever.value: number(kg) for lever, kg in comparison.by.items()},
        "beforeExtent": number(comparison.before_extent),
        "afterExtent": number(comparison.after_extent),
        "beforeProfile": comparison.before_profile,
        "afterProfile": comparison.after_profile,
    }
    return {name: fact for name, fact in facts.items() if fact != ""}


def line_json(line: LineChange) -> dict[str, object]:
    """One line before and after, kg CO2e at the unchanged denominator."""
    counted = line.counted
    facts: dict[str, object] = {
        "id": counted.line.id,
        "path": counted.path,
        "name": counted.names,
        "amount": _told(counted.line.amount_per_unit),
        "factor": _told(counted.line.factor.value),
        "newFactor": _told(line.factor.value) if line.factor is not None else "",
        "before": number(line.before),
        "after": number(line.after),
        "delta": number(line.delta),
        "by": {lever.value: number(kg) for lever, kg in line.by.items()},
    }
    return {name: fact for name, fact in facts.items() if fact != ""}


def number(value: Fraction) -> str:
    """An exact number: a decimal where it ends, else a quotient."""
    return show(exact(value))


def short(value: Fraction) -> str:
    """At most nine significant digits, with its sign where it is a difference."""
    return _plain(value, _DIGITS)


def signed(value: Fraction) -> str:
    """The same with a plus sign above zero."""
    return f"+{short(value)}" if value > 0 else short(value)


def percent(part: Fraction, whole: Fraction) -> str:
    """A signed share of ``whole``; nothing where either is zero."""
    if not whole or not part:
        return ""
    share = part / whole * 100
    return f" ({'+' if share > 0 else ''}{_plain(share, _PERCENT_DIGITS)} %)"


def _plain(value: Fraction, digits: int) -> str:
    text = plain(round_significant(value, digits))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _compared(comparison: Comparison, lang: Lang) -> Iterator[str]:
    def said(code: str, **params: str) -> str:
        return Said(code, params).text(lang)

    params = {
        "per": said(f"whatif.per-{comparison.per.value}"),
        "before": short(comparison.before),
        "after": short(comparison.after),
        "delta": signed(comparison.delta) + percent(comparison.delta, comparison.before),
    }
    yield said("whatif.total", **params)
    for lever, kg in comparison.by.items():
        yield f"  {said(f'whatif.lever-{lever.value}')}: {signed(kg)}{percent(kg, comparison.before)}"
    if comparison.before_extent != comparison.after_extent:
        yield "  " + said(
            "whatif.extents",
            before=short(comparison.before_extent),
            after=short(comparison.after_extent),
            before_profile=comparison.before_profile or "-",
            after_profile=comparison.after_profile or "-",
        )


def _basis(scenario: Scenario, lang: Lang) -> dict[str, str]:
    basis = scenario.recomputed.basis
    return {
        "id": scenario.recomputed.id,
        "source": scenario.account.source.id,
        "gwp": str(basis.gwp_set or "-"),
        "boundary": str(basis.boundary or "-"),
        "electricity": str(basis.electricity_approach or "-"),
        "profile": str(basis.method_profile or "-"),
        "status": f" ({basis.legal_status})" if basis.legal_status else "",
    }


def _line(line: LineChange) -> str:
    change = f"{short(line.before)} → {short(line.after)} kg CO2e, {signed(line.delta)}"
    if line.factor is None:
        return change
    amount, old = line.counted.line.amount_per_unit, line.counted.line.factor.value
    before = old if isinstance(old, Quantity) else "-"
    return f"{amount} × {before} → {_factor(line.factor)}: {change}"


def _factor(factor: EmissionFactor) -> str:
    return str(factor.value)


def _kg(carbon: Carbon) -> str:
    assert isinstance(carbon.total, Quantity)
    return show(carbon.total.amount)


def _told(value: object) -> str:
    return str(value) if isinstance(value, Quantity) else ""


def _bounds(bounds: Bounds) -> dict[str, object]:
    return {
        "declared": bounds.declared,
        "wanted": bounds.wanted,
        "bare": show(bounds.bare.amount),
        "common": [show(end.amount) for end in bounds.common],
        "anyGas": [show(end.amount) for end in bounds.any_gas],
    }
