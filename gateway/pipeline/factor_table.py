"""The two accounts for people, as a table in CSV, and as one JSON document."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from gateway import messages
from gateway.frontdoor.table import escape_cell
from gateway.model.base import LangText
from gateway.nomenclature.factors import Rating, Relation
from gateway.quantity import Quantity
from gateway.recognition.outcome import Said
from gateway.recognition.scenario_text import comparison_json, number, percent, set_json, short, signed

if TYPE_CHECKING:
    from gateway.messages import Lang
    from gateway.pipeline.factors import FactorAccounts, MappedLine

FORMAT = "hutong-factors@1"
_RELATIONS: Final = {
    Relation.SAME_DATASET_OTHER_VERSION: "factors.relation-same-dataset",
    Relation.EQUIVALENT: "factors.relation-equivalent",
    Relation.PROXY_TECHNOLOGY: "factors.relation-proxy-technology",
    Relation.PROXY_GEOGRAPHY: "factors.relation-proxy-geography",
    Relation.PROXY_BOTH: "factors.relation-proxy-both",
    Relation.AGGREGATE_SUPERSET: "factors.relation-aggregate",
}
COLUMNS: Final = (
    "line",
    "activity_zh",
    "activity_en",
    "amount",
    "factor_declared",
    "factor_target",
    "target_database",
    "target_version",
    "target_id",
    "relation",
    "declared_kg",
    "recomputed_kg",
    "delta_kg",
    "delta_percent",
    "dqr_before",
    "dqr_after",
    "kept",
    "candidates",
    "reason",
    "licence",
)


def lines(accounts: FactorAccounts, lang: Lang) -> Iterator[str]:
    """Both totals, what was not substituted, and every line."""

    def said(code: str, **params: str) -> str:
        return Said(code, params).text(lang)

    delta = accounts.recomputed - accounts.declared
    yield said(
        "factors.totals",
        declared=short(accounts.declared),
        recomputed=short(accounts.recomputed),
        delta=signed(delta) + percent(delta, accounts.declared),
        per=said(f"whatif.per-{accounts.scenario.unchanged.per.value}"),
    )
    share = accounts.share_not_substituted
    yield said(
        "factors.not-substituted",
        kg=short(accounts.not_substituted),
        share=short(Fraction(round(share * 10000), 100)) if share is not None else "-",
    )
    for line in accounts.lines:
        if line.substituted:
            yield ""
            yield from _line(line, lang)
    yield ""
    yield from _kept(accounts, lang)


def table(accounts: FactorAccounts) -> bytes:
    """One row a line, in UTF-8 with the mark that spreadsheets ask for; numbers are exact."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in accounts.lines:
        facts = _facts(line)
        writer.writerow([escape_cell(facts.get(column, "")) for column in COLUMNS])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def to_json(accounts: FactorAccounts) -> dict[str, object]:
    """The same as one document; every number exact, as text."""
    share = accounts.share_not_substituted
    return {
        "format": FORMAT,
        "set": set_json(accounts.scenario.recomputed),
        "totals": comparison_json(accounts.scenario.unchanged),
        "notSubstituted": {
            "kg": number(accounts.not_substituted),
            "share": number(share) if share is not None else "0",
        },
        "remainder": number(accounts.scenario.account.remainder),
        "counts": accounts.counts,
        "lines": [_line_json(line) for line in accounts.lines],
        "findings": [messages.to_json(finding) for finding in accounts.findings],
    }


def _line(line: MappedLine, lang: Lang) -> Iterator[str]:
    facts = _facts(line)
    name = facts[f"activity_{lang}"]
    decision = line.decision
    change, row = line.change, decision.row
    assert change is not None
    assert row is not None
    relation = Said(_RELATIONS[row.relation]).text(lang)
    target = " ".join(v for v in (row.target.list, row.target.version, row.target.id) if v)
    factors = f"{facts['factor_declared'] or '-'} → {facts['factor_target']}"
    yield f"{decision.line.id} {name}: {facts['amount']} × {factors}"
    yield f"  {target} ({relation})" + (f": {row.reason}" if row.reason else "")
    delta = signed(change.delta) + percent(change.delta, change.before)
    yield f"  {short(change.before)} → {short(change.after)} kg CO2e, {delta}"
    if decision.before is not None and decision.after is not None:
        dqr = {"before": _rating(decision.before), "after": _rating(decision.after)}
        yield f"  {Said('factors.dqr', dqr).text(lang)}"


def _kept(accounts: FactorAccounts, lang: Lang) -> Iterator[str]:
    """The lines that keep their factor, by the reason."""
    by_reason: dict[str, list[str]] = {}
    for line in accounts.lines:
        if line.substituted:
            continue
        why = line.decision.kept.value if line.decision.kept is not None else "outside"
        candidates = _facts(line)["candidates"]
        told = Said(f"factors.kept-{why}").text(lang)
        by_reason.setdefault(told, []).append(
            f"{line.decision.line.id} ({candidates})" if candidates else line.decision.line.id
        )
    for told, ids in by_reason.items():
        yield f"{told}: {', '.join(ids)}"


def _facts(line: MappedLine) -> dict[str, str]:
    decision, change = line.decision, line.change
    names = _names(line)
    facts = {
        "line": decision.line.id,
        "activity_zh": names["zh"],
        "activity_en": names["en"],
        "amount": _text(decision.line.amount_per_unit),
        "factor_declared": _text(decision.line.factor.value),
        "kept": decision.kept.value if decision.kept else "",
        "candidates": ", ".join(row.target.id for row in decision.rows) if len(decision.rows) > 1 else "",
        "licence": decision.licence,
    }
    if decision.row is not None:
        row = decision.row
        facts |= {
            "target_database": row.target.list,
            "target_version": row.target.version,
            "target_id": row.target.id,
            "relation": row.relation.value,
            "reason": row.reason,
        }
    if decision.factor is not None:
        facts["factor_target"] = _text(decision.factor.value)
    if change is not None:
        facts |= {
            "declared_kg": number(change.before),
            "recomputed_kg": number(change.after),
            "delta_kg": number(change.delta),
            "delta_percent": number(change.delta / change.before * 100) if change.before else "",
        }
    if decision.before is not None:
        facts["dqr_before"] = number(decision.before.dqr)
    if decision.after is not None:
        facts["dqr_after"] = number(decision.after.dqr)
    return facts


def _line_json(line: MappedLine) -> dict[str, object]:
    decision = line.decision
    cells = _facts(line)
    document: dict[str, object] = {
        "line": cells["line"],
        "name": _names(line),
        "amount": cells["amount"],
        "factorDeclared": cells["factor_declared"],
        "kept": cells["kept"],
        "licence": cells["licence"],
    }
    told = {
        "factorTarget": "factor_target",
        "declaredKg": "declared_kg",
        "recomputedKg": "recomputed_kg",
        "deltaKg": "delta_kg",
        "deltaPercent": "delta_percent",
    }
    document |= {name: cells.get(column, "") for name, column in told.items()}
    document["rows"] = [
        {
            "database": row.target.list,
            "version": row.target.version,
            "id": row.target.id,
            "relation": row.relation.value,
            "reason": row.reason,
            "at": row.at,
        }
        for row in decision.rows
    ]
    for name, rating in (("qualityBefore", decision.before), ("qualityAfter", decision.after)):
        if rating is not None:
            document[name] = _quality(rating)
    if decision.cpcd is not None:
        id_ = decision.cpcd
        document["cpcd"] = {"cpc21": id_.cpc, "year": id_.year, "grade": id_.grade.name.lower()}
    return {name: fact for name, fact in document.items() if fact not in ("", [])}


def _quality(rating: Rating) -> dict[str, str]:
    parts = {"ter": rating.ter, "ger": rating.ger, "tir": rating.tir, "p": rating.p}
    return {**{name: str(part) for name, part in parts.items()}, "dqr": number(rating.dqr)}


def _rating(rating: Rating) -> str:
    return short(rating.dqr)


def _names(line: MappedLine) -> dict[str, str]:
    if line.change is not None:
        return line.change.counted.names
    told = line.decision.line.name
    picked = told.pick("zh", "en") if isinstance(told, LangText) else None
    name = picked[1] if picked else line.decision.line.id
    return {"zh": name, "en": name}


def _text(value: object) -> str:
    return str(value) if isinstance(value, Quantity) else ""
