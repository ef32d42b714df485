"""Tests about activity lines: data sets, company-specific data, quality, masses, distribution."""

from __future__ import annotations

import re
from fractions import Fraction

from gateway.model.activity import Line
from gateway.quantity import Quantity
from gateway.recognition._ask import (
    PERCENT,
    Case,
    failed,
    graver,
    in_unit,
    lines_of,
    missing,
    near,
    not_applicable,
    number,
    passed,
    positive,
    saw,
    text,
    unproven,
)
from gateway.recognition.electricity import DIRECT
from gateway.recognition.outcome import Answer, Outcome, Said


def company_specific(case: Case) -> Answer:
    """Activity data of the named parts are the company's own, never a default."""
    parts, accepted = case.table("components"), case.texts("data_types")
    if not case.declaration.lines:
        return missing("/lines")
    gone, silent, wrong, own = [], [], [], []
    for part, synonyms in parts.items():
        assert isinstance(synonyms, list)
        names = {str(name) for name in (part, *synonyms)}
        mine = [(p, x) for p, x in lines_of(case.declaration) if text(x.component).casefold() in names]
        gone += [] if mine else [part]
        own += [f"{p}/data_type" for p, _ in mine]
        silent += [f"{p}/data_type" for p, line in mine if not text(line.data_type)]
        wrong += [(p, x) for p, x in mine if text(x.data_type) and text(x.data_type) not in accepted]
    if wrong:
        path = f"{wrong[0][0]}/data_type"
        return failed(saw(path, wrong[0][1].data_type), *[f"{p}/data_type" for p, _ in wrong])
    if gone:
        seen = Said("rules.parts-without-lines", {"parts": ", ".join(gone)})
        return Answer(Outcome.MISSING_INPUT, seen, ("/lines",))
    return missing(*silent) if silent else passed(Said("rules.parts-own-data"), *own)


def accepted_data_sets(case: Case) -> Answer:
    """Secondary data sets are of the kind that the rule asks for, named by id."""
    lines = [(p, x) for p, x in lines_of(case.declaration) if _is_secondary(x, case)]
    if not lines:
        silent = not any(text(line.factor.database) for line in case.declaration.lines)
        return missing("/lines/*/factor/database") if silent else not_applicable(Said("rules.no-secondary"))
    found: dict[str, list[tuple[str, Line]]] = {}
    for path, line in lines:
        database = text(line.factor.database)
        said = str(case.table("databases").get(database, "fail")) if database else "missing-input"
        if said == "pass" and not (text(line.flow.uuid) or text(line.factor.id)):
            said = "needs-evidence"
        found.setdefault(said, []).append((path, line))
    worst = min(found, key=lambda said: graver(Outcome(said)))
    mine = found[worst]
    bases = ", ".join(dict.fromkeys(text(line.factor.database) or "?" for _, line in mine))
    seen = Said("rules.data-sets", {"count": str(len(mine)), "of": str(len(lines)), "databases": bases})
    return Answer(Outcome(worst), seen, tuple(f"{path}/factor/database" for path, _ in mine))


def _is_secondary(line: Line, case: Case) -> bool:
    """Factors of suppliers are their own data; direct emissions are computed, not taken from a data set."""
    if line.factor.kind in DIRECT or line.factor.database == case.parameters["own"]:
        return False
    return isinstance(line.factor.value, Quantity)


def mass_balance(case: Case) -> Answer:
    """The masses of materials and components add up to the mass of the product."""
    declaration = case.declaration
    basis, mass = declaration.unit.lines_basis, positive(declaration.product.mass, "kg")
    if mass is None:
        return missing("/product/mass")
    if basis != "pack":
        return (
            missing("/unit/lines_basis") if basis is None else not_applicable(saw("/unit/lines_basis", basis))
        )
    parts = [x for x in declaration.lines if x.category in ("material", "component") and x.direction != "out"]
    masses = [in_unit(line.amount_per_unit, "kg") for line in parts]
    known = [m for m in masses if m is not None]
    if not known or len(known) < len(masses):
        return missing("/lines/*/amount_per_unit")
    total, tolerance = sum(known, Fraction(0)), case.number("tolerance")
    answer = passed if near(total, mass, tolerance) else failed
    shown = f"{number(tolerance * 100)} %"
    return answer(
        Said("rules.mass-sum", {"sum": number(total), "mass": number(mass)}), "/product/mass", tolerance=shown
    )


def quality_scores(case: Case) -> Answer:
    """The most relevant lines are scored on the scale and within the limits of their kind of data set."""
    scale = text(case.declaration.quality.dqr_scale)
    if not scale:
        return missing("/quality/dqr_scale")
    if scale != case.parameters["scale"]:
        return failed(saw("/quality/dqr_scale", scale), "/quality/dqr_scale")
    relevant = _most_relevant(case)
    if not relevant:
        return missing("/lines/*/result")
    doubtful: list[str] = []
    for path, line in relevant:
        marks = [in_unit(mark, "1") for mark in _marks(line)]
        if any(mark is None for mark in marks):
            return missing(f"{path}/quality/ter")
        mean = sum((m for m in marks if m is not None), Fraction(0)) / len(marks)
        own = line.factor.database == case.parameters["own"]
        if mean > case.number("own_limit" if own else "secondary_limit"):
            if own:
                told = {"line": line.id, "dqr": number(mean)}
                return failed(Said("rules.line-quality", told), f"{path}/quality/ter")
            doubtful.append(path)
    if doubtful:
        told = {"line": doubtful[0].rpartition("/")[2], "dqr": f"> {number(case.number('secondary_limit'))}"}
        return unproven(Said("rules.line-quality", told), *[f"{path}/quality/ter" for path in doubtful])
    return passed(Said("rules.lines-scored", {"count": str(len(relevant))}), "/quality/dqr_scale")


def _marks(line: Line) -> tuple[object, ...]:
    return line.quality.ter, line.quality.ger, line.quality.tir, line.quality.p


def _most_relevant(case: Case) -> list[tuple[str, Line]]:
    """The largest lines that together make up the share of all contributions."""
    sized = [
        (abs(kg), path, line)
        for path, line in lines_of(case.declaration)
        if (kg := in_unit(line.result, "kg{CO2eq}")) is not None
    ]
    sized.sort(key=lambda found: (-found[0], found[1]))
    limit = sum((kg for kg, _, _ in sized), Fraction(0)) * case.number("relevant_percent") * PERCENT
    chosen, so_far = [], Fraction(0)
    for kg, path, line in sized:
        if so_far >= limit:
            break
        chosen.append((path, line))
        so_far += kg
    return chosen


def distribution_reaches(case: Case) -> Answer:
    """At least one transport of the distribution stage ends in a country of the market."""
    countries = set(case.texts("countries"))
    legs = [(p, x) for p, x in lines_of(case.declaration) if x.stage == "distribution"]
    if not legs:
        return missing("/lines/*/destination")
    told = [(path, text(line.destination)) for path, line in legs if text(line.destination)]
    if not told:
        return missing(*[f"{path}/destination" for path, _ in legs])
    ends = ", ".join(dict.fromkeys(end for _, end in told))
    seen, paths = Said("rules.destinations", {"ends": ends}), [f"{path}/destination" for path, _ in told]
    places = [re.fullmatch(r"([A-Z]{2})(-[A-Z0-9]{1,3})?", end) for _, end in told]
    if any(place and place.group(1) in countries for place in places):
        return passed(seen, *paths)
    return failed(seen, *paths) if all(places) and len(told) == len(legs) else unproven(seen, *paths)


def own_data(case: Case) -> Answer:
    """Processes under the company's control rest on measured or calculated data of its sites."""
    accepted = case.texts("data_types")
    mine = [(p, x) for p, x in lines_of(case.declaration) if text(x.site_id)]
    mine = mine or [(p, x) for p, x in lines_of(case.declaration) if x.stage == "production"]
    if not mine:
        return missing("/lines/*/site_id")
    silent = [f"{p}/data_type" for p, line in mine if not text(line.data_type)]
    wrong = [(p, x) for p, x in mine if text(x.data_type) and text(x.data_type) not in accepted]
    if wrong:
        path = f"{wrong[0][0]}/data_type"
        return failed(saw(path, wrong[0][1].data_type), *[f"{p}/data_type" for p, _ in wrong])
    return (
        missing(*silent) if silent else passed(Said("rules.own-data", {"count": str(len(mine))}), mine[0][0])
    )
