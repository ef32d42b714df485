"""What became of each target: its total with its basis, what it could not carry, or what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gateway import messages
from gateway.codec.fields import code_list
from gateway.console import findings
from gateway.console.findings import Line
from gateway.console.terminal import Console, joined
from gateway.model.base import here
from gateway.model.declaration import Declaration
from gateway.model.results import ResultSet
from gateway.pipeline import documents
from gateway.pipeline.convert import Outcome, Source
from gateway.pipeline.leaving import PUBLIC, leaving
from gateway.report import Report

_BASIS = {
    "role": "cli.basis-role",
    "per": "cli.basis-per",
    "energy": "cli.basis-energy",
    "derivedFrom": "cli.basis-derived-from",
    "boundary": "cli.basis-boundary",
    "gwpSet": "cli.basis-gwp-set",
    "methodProfile": "cli.basis-method-profile",
    "legalStatus": "cli.basis-legal-status",
    "recyclingModel": "cli.basis-recycling-model",
    "electricityApproach": "cli.basis-electricity-approach",
}

# The codes read as English words; Chinese has the words of their lists.
_LISTS = {
    "role": "ROLE",
    "per": "PER",
    "boundary": "BOUNDARY",
    "recyclingModel": "EOL_MODEL",
    "electricityApproach": "ELEC_APPROACH",
}

_NAMED: Final = 4  # fields of a part that are named where there is one line for it


def tell_source(console: Console, name: str, source: Source) -> None:
    """What the input is and states, before anything is made of it."""
    counted = findings.severities(console, source.report.findings)
    console.tell(joined((f"{name}: {source.format.id}", counted)), "head")
    for result in declared(source.declaration):
        console.tell(f"  {total_line(console, source.declaration, result)}")
    if source.report.notes:
        console.tell(f"  {console.say('cli.read-notes', fates=findings.fates(console, source.report.notes))}")


def tell_outcome(console: Console, source: Source, outcome: Outcome, report: str) -> None:
    """One target; ``report`` says where every note can be read."""
    if not outcome.written:
        console.complain(f"  {console.say('cli.refused', format=outcome.format.id)}", "bad")
        for lack in outcome.lacks:
            for line, style in findings.lines(console, lack, "    "):
                console.complain(line, style)
        return
    for line, style in _written(console, source, outcome, report):
        console.tell(line, style)


def declared(declaration: Declaration) -> list[ResultSet]:
    """The results of the input that have a total."""
    return [r for r in declaration.results if here(r.carbon.total)]


def total_line(console: Console, declaration: Declaration, result: ResultSet) -> str:
    """A total and, never without it, its basis."""
    facts = documents.basis_facts(declaration, result)
    told = [f"{console.say(_BASIS[name])} {_word(console, name, text)}" for name, text in facts.items()]
    return joined((f"{documents.total_text(result)} kg CO2e", *told))


def _word(console: Console, name: str, code: str) -> str:
    row = code_list(_LISTS[name]).get(code) if console.lang == "zh" and name in _LISTS else None
    return code if row is None else row["label_zh"]


def to_json(source: Source, outcome: Outcome) -> dict[str, object]:
    """One target for programs; every note stands in the report."""
    facts: dict[str, object] = {
        "format": outcome.format.id,
        "written": outcome.written,
        "legalStatus": outcome.format.legal_status,
        "disclosure": outcome.disclosure.value,
    }
    if not outcome.written:
        return facts | {"lacks": [messages.to_json(lack) for lack in outcome.lacks]}
    if outcome.restated is not None and documents.states_total(outcome):
        facts["total"] = total_json(source.declaration, outcome.restated)
    if outcome.lacks:
        facts["lacks"] = [messages.to_json(lack) for lack in outcome.lacks]
    return facts | {"carried": outcome.carried, "notes": Report(outcome.notes).counts()}


def total_json(declaration: Declaration, result: ResultSet) -> dict[str, object]:
    """A total with its basis for programs; the amount is a text."""
    basis = documents.basis_facts(declaration, result)
    return {"id": result.id, "kgCO2e": documents.total_text(result), "basis": basis}


def _left_out(console: Console, outcome: Outcome) -> Iterator[str]:
    """Members that were not written: what they lack by name, what the audience may not see by number."""
    parts: dict[str, tuple[list[str], list[str]]] = {}
    for error in outcome.lacks:
        own = error.params.get(f"part_{console.lang}") or error.params.get("part", "")
        missing, hidden = parts.setdefault(own, ([], []))
        found = hidden if error.error_code.endswith("withheld") else missing
        label = error.params.get(f"label_{console.lang}") or error.params.get("member", error.path)
        found.append(label)
    for part, (missing, hidden) in parts.items():
        if missing:
            named = list(dict.fromkeys(missing))
            told = _fields(console, named)
            yield console.say("cli.left-out", part=part, n=len(named), fields=told, format=outcome.format.id)
        if hidden:
            yield console.say("cli.left-out-audience", part=part, n=len(hidden))


def _fields(console: Console, names: Sequence[str]) -> str:
    """The first few names of fields; that there are more is shown."""
    between = "、" if console.lang == "zh" else ", "
    more = between + "…" if len(names) > _NAMED else ""
    return between.join(names[:_NAMED]) + more


def _written(console: Console, source: Source, outcome: Outcome, report: str) -> list[Line]:
    status = outcome.format.legal_status
    made: list[Line] = [
        (f"  {joined((console.say('cli.written', format=outcome.format.id), status))}", "good")
    ]
    if outcome.restated is not None and documents.states_total(outcome):
        made.append((f"    {total_line(console, source.declaration, outcome.restated)}", ""))
    elif outcome.restated is not None:
        made.append((f"    {console.say('cli.not-filled')}", "careful"))
    made.extend((f"    {line}", "careful") for line in _left_out(console, outcome))
    shown = leaving(source, outcome)
    if set(shown) - {PUBLIC}:
        counted = [console.say("cli.leaves-class", cls=one, n=len(shown[one])) for one in shown]
        made.append((f"    {console.say('cli.leaves', told=joined(counted))}", ""))
    if not outcome.notes:
        made.append((f"    {console.say('cli.nothing-lost', n=outcome.carried)}", ""))
        return made
    told = findings.fates(console, outcome.notes)
    made.append((f"    {console.say('cli.carried', n=outcome.carried, fates=told)}", ""))
    for note in findings.heaviest(outcome.notes):
        assert note.kg is not None
        kg = findings.amount_text(note.kg)
        fate = console.say(f"cli.one-{note.fate.value}")
        made.append((f"      {console.say('cli.at-stake', kg=kg, path=note.path, fate=fate)}", ""))
    made.append((f"    {console.say('cli.full-report', place=report)}", ""))
    return made
