"""Tests about electricity: which mix, which kind of factor, which contracts."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from gateway.model.declaration import Declaration
from gateway.recognition import electricity
from gateway.recognition._ask import (
    Case,
    failed,
    graver,
    missing,
    not_applicable,
    number,
    passed,
    saw,
    text,
    unproven,
)
from gateway.recognition.electricity import LIFE_CYCLE, Match, Use
from gateway.recognition.outcome import Answer, Outcome, Said

_NO_ELECTRICITY: Final = Said("rules.no-electricity")
_CONTRACTS: Final = ("green_trade", "direct_line", "gec_only")


def electricity_model(case: Case) -> Answer:
    """Grid electricity is the national mix; beside it only generation on the spot or by a direct line."""
    kinds = case.table("kinds")
    seen: list[tuple[Outcome, str, str]] = []
    for path, used, _ in electricity.site_uses(case.declaration):
        kind = text(used.kind)
        if kind:
            seen.append((Outcome(str(kinds.get(kind, Outcome.FAIL))), f"{path}/kind", kind))
    approach = text(case.declaration.method.electricity_approach)
    grid = not seen or any(kind == "grid" for _, _, kind in seen)
    if grid and approach:
        outcome = Outcome(str(case.table("approaches").get(approach, Outcome.NEEDS_EVIDENCE)))
        seen.append((outcome, "/method/electricity_approach", approach))
    elif grid:
        return missing("/method/electricity_approach")
    outcome, path, value = min(seen, key=lambda found: graver(found[0]))
    return Answer(outcome, saw(path, value), (path,))


def national_life_cycle(case: Case) -> Answer:
    """Electricity factors are life-cycle, of the country, and from a data set that the rule accepts."""
    uses = [use for use in electricity.uses(case.declaration) if not use.region or use.region[:2] == "CN"]
    if not uses:
        return _without_electricity(case.declaration)
    own = _own_generation(case.declaration)
    answers = [(_national(case, use, own), use) for use in uses]
    worst = min((outcome for (outcome, _), _ in answers), key=graver)
    found = [(reason, use) for (outcome, reason), use in answers if outcome is worst]
    reason = found[0][0]
    named = ", ".join(use.label for why, use in found if why == reason)
    value = next((number(v) for v in [electricity.per_kwh(found[0][1].value)] if v is not None), "?")
    paths = [use.factor_path for why, use in found if why == reason]
    return Answer(worst, Said(reason, {"lines": named, "value": value}), tuple(paths))


def _national(case: Case, use: Use, own: bool) -> tuple[Outcome, str]:
    if use.value is None:
        return Outcome.MISSING_INPUT, "rules.electricity-without-factor"
    if use.is_direct:
        return Outcome.FAIL, "rules.electricity-direct"
    if use.is_mistyped:
        return Outcome.NEEDS_EVIDENCE, "rules.electricity-looks-direct"
    if re.match(r"CN-|CN[A-Z]|[1-9]\d{5}", use.region):
        return Outcome.FAIL, "rules.electricity-not-national"
    match = use.match
    if match is not None and {row.what for row in match.rows} == {"generation"} and not own:
        return Outcome.NEEDS_EVIDENCE, "rules.electricity-one-technology"
    if not use.kind and match is None:
        return Outcome.MISSING_INPUT, "rules.electricity-kind-not-told"
    if use.kind not in ("", LIFE_CYCLE):
        return Outcome.FAIL, "rules.electricity-direct"
    if use.database in case.texts("databases") and use.dataset:
        told = use.region == "CN"
        return (Outcome.PASS, "rules.electricity-data-set") if told else _place_not_told(match)
    return Outcome.NEEDS_EVIDENCE, "rules.electricity-no-data-set"


def _place_not_told(match: Match | None) -> tuple[Outcome, str]:
    if match is not None:
        return Outcome.PASS, "rules.electricity-data-set"
    return Outcome.MISSING_INPUT, "rules.electricity-place-not-told"


def _own_generation(declaration: Declaration) -> bool:
    kinds = {text(used.kind) for _, used, _ in electricity.site_uses(declaration)}
    return bool(kinds & {"onsite_pv", "direct_line"})


def _without_electricity(declaration: Declaration) -> Answer:
    return not_applicable(_NO_ELECTRICITY) if declaration.lines else missing("/lines")


def life_cycle_electricity(case: Case) -> Answer:
    """Electricity factors cover fuel supply, generation, grid losses and disposal."""
    uses = list(electricity.uses(case.declaration))
    if not uses:
        return _without_electricity(case.declaration)
    direct = [use for use in uses if use.is_direct]
    if direct:
        return failed(_said("rules.electricity-direct", direct), *_factors(direct))
    doubtful = [use for use in uses if use.is_mistyped]
    if doubtful:
        return unproven(_said("rules.electricity-looks-direct", doubtful), *_factors(doubtful))
    silent = [use for use in uses if not use.is_life_cycle]
    if silent:
        answer = missing(*[f"{use.path}/factor/kind" for use in silent])
        return Answer(answer.outcome, _said("rules.electricity-kind-not-told", silent), answer.paths)
    return passed(_said("rules.electricity-life-cycle", uses), *_factors(uses))


def one_kind_of_factor(case: Case) -> Answer:
    """CO2 at generation and life-cycle CO2e are not mixed, and none is labelled as the other."""
    uses = list(electricity.uses(case.declaration))
    sites = [(p, m) for p, _, m in electricity.site_uses(case.declaration) if m is not None]
    if not uses and not sites and not case.declaration.lines:
        # The announcements say what a factor is; they ask nobody to show lines.
        return unproven(Said("rules.no-lines-shown"), "/lines")
    if not uses and not sites:
        return not_applicable(_NO_ELECTRICITY)
    mistyped = [use for use in uses if use.is_mistyped]
    sure = [use for use in mistyped if use.match is not None and use.match.by_year]
    if sure:
        return failed(_said("rules.electricity-mistyped", sure), *_factors(sure))
    if mistyped:
        return unproven(_said("rules.electricity-looks-direct", mistyped), *_factors(mistyped))
    direct = [use.factor_path for use in uses if use.is_direct]
    direct += [f"{path}/emission_factor" for path, match in sites if match.direct]
    whole = [use.factor_path for use in uses if use.is_life_cycle]
    whole += [f"{path}/emission_factor" for path, match in sites if match.life_cycle]
    if direct and whole:
        return failed(Said("rules.kinds-mixed"), *direct, *whole)
    if direct:
        return unproven(Said("rules.all-direct"), *direct)
    silent = [use for use in uses if not use.is_life_cycle]
    if silent:
        paths = tuple(f"{use.path}/factor/kind" for use in silent)
        return Answer(Outcome.MISSING_INPUT, _said("rules.electricity-kind-not-told", silent), paths)
    return passed(Said("rules.all-life-cycle"), *whole)


def contracts(case: Case) -> Answer:
    """Contractual electricity has certificates of the period, used once; the rest is a residual mix."""
    told = [(path, used) for path, used, _ in electricity.site_uses(case.declaration) if text(used.kind)]
    mine = [(path, used) for path, used in told if used.kind in _CONTRACTS]
    if not mine:
        return not_applicable(Said("rules.no-contracts")) if told else missing("/sites/*/electricity/*/kind")
    seen: set[str] = set()
    for path, used in mine:
        if used.kind == "gec_only":
            return unproven(saw(f"{path}/kind", used.kind), f"{path}/kind")
        if not used.certificates or not text(used.certificate_period):
            return missing(f"{path}/certificates", f"{path}/certificate_period")
        twice = sorted(seen & set(used.certificates))
        if twice:
            return failed(
                Said("rules.certificate-twice", {"numbers": ", ".join(twice)}), f"{path}/certificates"
            )
        seen |= set(used.certificates)
        if not _same_period(case.declaration, text(used.certificate_period)):
            where = f"{path}/certificate_period"
            return unproven(saw(where, used.certificate_period), where, "/period/start")
    mixed = [f"{p}/kind" for p, used in told if used.kind == "grid"] if _market(case.declaration) else []
    if mixed:
        return unproven(Said("rules.rest-not-residual"), *mixed)
    return passed(Said("rules.certificates-told", {"count": str(len(seen))}), *[f"{p}/kind" for p, _ in mine])


def _market(declaration: Declaration) -> bool:
    return declaration.method.electricity_approach == "market"


def _same_period(declaration: Declaration, period: str) -> bool:
    """Whether YYYY-MM/YYYY-MM lies in the reference period."""
    found = re.fullmatch(r"(\d{4}-\d{2})(-\d{2})?/(\d{4}-\d{2})(-\d{2})?", period)
    start, end = declaration.period.start, declaration.period.end
    if not found or not isinstance(start, date) or not isinstance(end, date):
        return False
    return start.isoformat()[:7] <= found.group(1) <= found.group(3) <= end.isoformat()[:7]


def _said(code: str, uses: list[Use]) -> Said:
    value = electricity.per_kwh(uses[0].value)
    told = {"lines": ", ".join(use.label for use in uses), "value": "?" if value is None else number(value)}
    return Said(code, told)


def _factors(uses: list[Use]) -> list[str]:
    return [use.factor_path for use in uses]
