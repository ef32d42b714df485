"""One translated name for people and for programs: what it is there and on what evidence, or why it stays."""

from __future__ import annotations

from gateway import messages
from gateway.console.terminal import Console, visible
from gateway.nomenclature.row import MapRow, Tier, tier_code
from gateway.pipeline.translate import reason
from gateway.pipeline.translation import Entry
from gateway.quantity import show

LANGS: tuple[messages.Lang, ...] = ("zh", "en")


def said(console: Console, entry: Entry) -> str:
    """One name with what it is there: the flow's name, context, id and evidence, or the code."""
    name = visible(entry.source.name)
    if entry.there:
        return f"{name} → {entry.there}"
    there = " + ".join(_there(row) for row in entry.rows)
    amount = f"{entry.amount} " if entry.amount is not None else ""
    row = entry.rows[0]
    tier = f"{row.tier.value}: {console.say(tier_code(row.tier.value))}" if row.tier else "-"
    evidence = "".join(
        f"; {' '.join(filter(None, (s.what, visible(s.value))))}" + (f" ({s.source})" if s.source else "")
        for s in row.evidence
    )
    return f"{amount}{name} → {there} [{tier}{evidence}]"


def _there(row: MapRow) -> str:
    context = row.target.context[-1] if row.target.context else "-"
    flow = f"{row.target.name} ({context}, {row.target.id})"
    return f"{show(row.share)} × {flow}" if row.share is not None else flow


def entry_json(entry: Entry) -> dict[str, object]:
    """The same for programs, with the texts of both languages."""
    left = None if entry.applied else entry.abstained
    facts: dict[str, object] = {
        "path": entry.path,
        "kind": entry.kind,
        "name": entry.source.name,
        "there": entry.there,
        "amount": str(entry.amount) if entry.amount is not None else "",
        "abstained": left.value if left is not None else "",
        "reason": reason(left) if left is not None else "",
        "lostKg": show(entry.kg) if entry.kg is not None else "",
        "rows": [_row(row) for row in entry.rows],
    }
    return {name: fact for name, fact in facts.items() if fact not in ("", [])}


def _row(row: MapRow) -> dict[str, object]:
    return {
        "id": row.target.id,
        "name": row.target.name,
        "context": list(row.target.context),
        "predicate": row.predicate.value,
        "tier": row.tier.value if row.tier else "",
        "tierText": tier_texts(row.tier),
        "share": show(row.share) if row.share is not None else "1",
        "factor": show(row.factor) if row.factor is not None else "1",
        "losses": list(row.losses),
        "evidence": [{"what": s.what, "value": s.value, "source": s.source} for s in row.evidence],
    }


def tier_texts(tier: Tier | None) -> dict[messages.Lang, str]:
    """What a match rests on, in both languages."""
    code = tier_code(tier.value) if tier else ""
    return {lang: messages.text(code, lang, {}).what if code else "" for lang in LANGS}
