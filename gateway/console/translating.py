"""``translate``: names of a declaration in another list's words, and what has no word there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from gateway import messages
from gateway.codec.base import Context
from gateway.console import findings
from gateway.console.failures import Exit
from gateway.console.inputs import source_of
from gateway.console.listing import decisions_of
from gateway.console.terminal import Console
from gateway.errors import UsageError
from gateway.model.declaration import Declaration
from gateway.nomenclature.match import Matcher
from gateway.nomenclature.store import FlowList
from gateway.pipeline.convert import read
from gateway.pipeline.translate import Matching, translate
from gateway.pipeline.translation import Entry, Target, Translation, find_target
from gateway.quantity import exact, show
from gateway.recognition.scenario_text import short
from gateway.report import Severity


@dataclass(frozen=True, slots=True)
class Names:
    """Where names come from: the target, compact lists of flows, and decisions that persons recorded."""

    target: str
    lists: tuple[str, ...] = ()
    decisions: str | None = None


def translated(
    console: Console,
    name: str,
    names: Names,
    format_: str | None,
    context: Context,
    *,
    layout: str | None = None,
) -> Exit:
    """Print every name with what it is called there, and what stays unmapped.

    Raises:
        GatewayError: no such target, or a list cannot be used for it.
    """
    wanted = find_target(names.target)
    source = read(source_of(console, name, layout), format=format_, context=context)
    found = translate(source.declaration, target=names.target, match=_matching(wanted, names))
    console.answer(
        console.say(
            "translate.head",
            target=names.target,
            applied=sum(entry.applied for entry in found.entries),
            all=len(found.entries),
            kg=short(found.lost),
        )
    )
    said = Counter(_said(entry) for entry in found.entries if entry.applied)
    for line, times in said.items():
        console.answer(f"  {line}" + (f" ({times}×)" if times > 1 else ""))
    for finding in found.report.findings:
        for shown, style in findings.lines(console, finding):
            if finding.severity is Severity.INFO:
                console.tell(shown, style)
            else:
                console.complain(shown, style)
    console.document({"file": name, **_json(found)})
    return Exit.MAPPING if found.lost else Exit.DONE


def _matching(target: Target, names: Names) -> Matching | None:
    """The target's own list first, then those whose published names may connect two names."""
    if not names.lists:
        if names.decisions is not None:
            raise UsageError(target.id, code="translate.needs-list", list=target.flows)
        return None
    first, *others = (FlowList.load(Path(place)) for place in names.lists)
    if first.edition.list != target.flows:
        own = first.edition.list
        raise UsageError(names.lists[0], code="translate.other-list", own=own, list=target.flows)
    return Matcher(first, witnesses=others, overrides=decisions_of(names.decisions)).match


def _said(entry: Entry) -> str:
    """One name with what it is there: the flow's name, context and id, or the code."""
    if entry.there:
        return f"{entry.source.name} → {entry.there}"
    there = " + ".join(
        f"{show(row.share)} × {_flow(row.target.name, row.target.context, row.target.id)}"
        if row.share is not None
        else _flow(row.target.name, row.target.context, row.target.id)
        for row in entry.rows
    )
    tier = entry.rows[0].tier
    amount = f"{entry.amount} " if entry.amount is not None else ""
    return f"{amount}{entry.source.name} → {there} [{tier.value if tier else '-'}]"


def _flow(name: str, context: tuple[str, ...], id_: str) -> str:
    return f"{name} ({context[-1] if context else '-'}, {id_})"


def _json(found: Translation[Declaration]) -> dict[str, object]:
    return {
        "format": "hutong-translation@1",
        "target": found.target.id,
        "lostKg": show(exact(Fraction(found.lost))),
        "entries": [_entry(entry) for entry in found.entries],
        "findings": [messages.to_json(finding) for finding in found.report.findings],
    }


def _entry(entry: Entry) -> dict[str, object]:
    facts: dict[str, object] = {
        "path": entry.path,
        "kind": entry.kind,
        "name": entry.source.name,
        "there": entry.there,
        "amount": str(entry.amount) if entry.amount is not None else "",
        "abstained": entry.abstained.value if entry.abstained is not None and not entry.applied else "",
        "lostKg": show(entry.kg) if entry.kg is not None else "",
        "rows": [
            {
                "id": row.target.id,
                "name": row.target.name,
                "context": list(row.target.context),
                "predicate": row.predicate.value,
                "tier": row.tier.value if row.tier else "",
                "share": show(row.share) if row.share is not None else "1",
                "factor": show(row.factor) if row.factor is not None else "1",
                "losses": list(row.losses),
                "evidence": [{"what": s.what, "value": s.value, "source": s.source} for s in row.evidence],
            }
            for row in entry.rows
        ],
    }
    return {name: fact for name, fact in facts.items() if fact not in ("", [])}
