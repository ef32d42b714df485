"""The documents about a run: the public and the private report, the findings, the credential's statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import gateway
from gateway import messages
from gateway.codec.jsonwrite import encode
from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson
from gateway.model.base import Missing, here
from gateway.model.declaration import Declaration
from gateway.model.origin import Derived, Origins
from gateway.model.results import ResultSet
from gateway.pipeline.convert import Outcome, Source
from gateway.pipeline.leaving import leaving
from gateway.pipeline.masking import Mask
from gateway.quantity import Quantity, round_significant, show
from gateway.report import Exact, Fate, Note
from gateway.signing.credential import property_value

if TYPE_CHECKING:
    from gateway.recognition.evaluate import Evaluation

FORMAT = "hutong-report@1"
# What a receiver can check and compare; the exact quotient stays in the private report.
_DIGITS = 15
_HIDDEN = "withheld"

TOOL = {"name": "hutong", "version": gateway.__version__}


def public_report(source: Source, outcomes: Sequence[Outcome], *, told: str = "") -> bytes:
    """What was written and lost, without any value that the receivers of the targets may not see.

    Args:
        told: the digest of the source to be named, where its own would let somebody try likely contents.
    """
    return _bytes(
        {
            "format": FORMAT,
            "tool": TOOL,
            "source": {"format": source.format.id, "sha256": told or source.digest},
            "read": {"findings": _severities(source), "notes": source.report.counts()},
            "targets": [_public_target(source, outcome) for outcome in outcomes],
            "texts": _texts(note for outcome in outcomes for note in outcome.notes),
        }
    )


def private_report(source: Source, outcomes: Sequence[Outcome]) -> bytes:
    """Everything: all notes with their values, and where each value came from."""
    return _bytes(
        {
            "format": FORMAT,
            "tool": TOOL,
            "source": {
                "format": source.format.id,
                "evidence": list(source.evidence.reasons),
                "sha256": source.digest,
            },
            "read": {"notes": [_note(note) for note in source.report.notes]},
            "targets": [_private_target(source, outcome) for outcome in outcomes],
            "origins": _origins(source.origins),
            "texts": _texts([*source.report.notes, *(n for o in outcomes for n in o.notes)]),
        }
    )


def findings(source: Source, evaluations: Sequence[Evaluation]) -> bytes:
    """What somebody should mend, and all answers of the rules that were asked, in both languages."""
    answers: list[object] = []
    if evaluations:
        from gateway.recognition import render  # most runs ask no rules

        answers = [render.to_json(evaluation) for evaluation in evaluations]
    return _bytes(
        {
            "format": "hutong-findings@1",
            "tool": TOOL,
            "findings": [messages.to_json(finding) for finding in source.report.findings],
            "evaluations": answers,
        }
    )


def claims(declaration: Declaration, outcomes: Sequence[Outcome]) -> list[dict[str, PlainJson]]:
    """The totals that the credential states, each with the basis without which it says nothing."""
    sets = [(r, "") for r in declaration.results if here(r.carbon.total) and r.id == "declared"]
    sets += [(o.restated, o.format.id) for o in outcomes if o.restated is not None and states_total(o)]
    return [_claim(declaration, result, target) for result, target in sets]


def states_total(outcome: Outcome) -> bool:
    """Whether the target's own file states the restated total; a carrier may have to leave it empty."""
    if outcome.restated is None or not outcome.written:
        return False
    total = f"/results/{outcome.restated.id}/carbon/total"
    return all(note.fate is not Fate.DROPPED for note in outcome.notes if note.path == total)


def total_text(result: ResultSet) -> str:
    """The total of a set as a decimal text, an endless quotient rounded once to 15 digits."""
    total = result.carbon.total
    return _decimal(total.amount) if isinstance(total, Quantity) else ""


def basis_facts(declaration: Declaration, result: ResultSet) -> dict[str, str]:
    """What a total rests on, as names and texts."""
    basis, method = result.basis, declaration.method
    denominator = basis.denominator
    facts = {
        "role": result.role.value,
        "per": denominator.per.value,
        "energy": _text(denominator.energy),
        "derivedFrom": result.derived_from or "",
        "boundary": _text(basis.boundary) or _text(declaration.boundary.type),
        "gwpSet": _text(basis.gwp_set) or _text(method.gwp_set),
        "methodProfile": _text(basis.method_profile),
        "legalStatus": _text(basis.legal_status),
        "recyclingModel": _text(basis.recycling_model) or _text(method.recycling_model),
        "electricityApproach": _text(basis.electricity_approach) or _text(method.electricity_approach),
    }
    return {name: text for name, text in facts.items() if text}


def _claim(declaration: Declaration, result: ResultSet, target: str) -> dict[str, PlainJson]:
    facts = basis_facts(declaration, result) | ({"target": target} if target else {})
    return property_value(
        "product carbon footprint | 产品碳足迹",
        total_text(result),
        unit="kg{CO2eq}",
        property_id=f"urn:hutong:result-set:{result.id}",
        basis=[property_value(name, text) for name, text in facts.items()],
    )


def _public_target(source: Source, outcome: Outcome) -> dict[str, object]:
    # Who is named to see more of the passport is not named to see more of the declaration.
    mask = Mask(source.declaration, min(outcome.disclosure, outcome.format.audience))
    facts = _target(outcome)
    if not outcome.written:
        return facts | {"lacks": [_public_lack(error, mask) for error in outcome.lacks]}
    if outcome.restated is not None and states_total(outcome):
        facts["total"] = total_text(outcome.restated)
    facts["carried"] = outcome.carried
    if outcome.lacks:
        facts["lacks"] = [_public_lack(error, mask) for error in outcome.lacks]
    notes = (_unstated(note, outcome) for note in public_notes(outcome.notes, mask))
    return facts | {"notes": [_note(note) for note in notes]}


def _private_target(source: Source, outcome: Outcome) -> dict[str, object]:
    facts = _target(outcome)
    if not outcome.written:
        return facts | {"lacks": [messages.to_json(error) for error in outcome.lacks]}
    if outcome.restated is not None:
        facts["total"] = total_text(outcome.restated)
    facts["carried"] = outcome.carried
    if outcome.lacks:
        facts["lacks"] = [messages.to_json(error) for error in outcome.lacks]
    facts["notes"] = [_note(note) | _exact(note) for note in outcome.notes]
    facts["leaves"] = {one: list(paths) for one, paths in leaving(source, outcome).items()}
    return facts | {"origins": _origins(outcome.origins)}


def _target(outcome: Outcome) -> dict[str, object]:
    facts: dict[str, object] = {
        "format": outcome.format.id,
        "written": outcome.written,
        "disclosure": outcome.disclosure.value,
    }
    if outcome.format.legal_status:
        facts["legalStatus"] = outcome.format.legal_status
    if outcome.format.schema_edition:
        facts["schemaEdition"] = outcome.format.schema_edition
    return facts


def public_notes(notes: Iterable[Note], mask: Mask) -> Iterable[Note]:
    """The notes without what was withheld: no value, no kg, and no name of an item that went."""
    for note in notes:
        if note.fate is Fate.WITHHELD:
            yield Note(note.code, mask.path(note.path), note.fate, _HIDDEN)
        else:
            yield replace(note, path=mask.path(note.path))


def _unstated(note: Note, outcome: Outcome) -> Note:
    """No amount of a set whose total the target has to leave empty: it is not to be read beside it."""
    restated = outcome.restated
    if restated is None or states_total(outcome) or not note.path.startswith(f"/results/{restated.id}/"):
        return note
    return note if note.kg is None else Note(note.code, note.path, note.fate, _HIDDEN)


def _note(note: Note) -> dict[str, object]:
    """The facts of one note; its text stands once for all notes of its code."""
    facts = {"path": note.path, "fate": note.fate.value, "code": note.code, "value": note.value}
    facts["written"] = note.written
    facts["kgAtStake"] = "" if note.kg is None else _decimal(note.kg)
    told: dict[str, object] = {name: text for name, text in facts.items() if text}
    return told | ({"params": dict(note.params)} if note.params else {})


def _exact(note: Note) -> dict[str, object]:
    """The endless quotient behind a rounded amount."""
    exact = "" if note.kg is None else show(note.kg)
    return {"exact": exact} if "/" in exact else {}


def _texts(notes: Iterable[Note]) -> dict[str, object]:
    """The texts of the notes' codes in both languages; braces name the facts of each note."""
    catalogue = messages.catalogue()
    codes = sorted({note.code for note in notes} & catalogue.keys())
    return {code: {"zh": catalogue[code]["zh"], "en": catalogue[code]["en"]} for code in codes}


def _public_lack(error: GatewayError, mask: Mask) -> dict[str, object]:
    masked = GatewayError(
        error.saw, path=mask.path(error.path), code=error.error_code, hint=error.hint, **error.params
    )
    told = messages.to_json(masked)
    told.pop("saw", None)
    return told


def _severities(source: Source) -> dict[str, int]:
    found: dict[str, int] = {}
    for finding in source.report.findings:
        found[finding.severity.value] = found.get(finding.severity.value, 0) + 1
    return dict(sorted(found.items()))


def _origins(origins: Origins) -> dict[str, object]:
    return {path: _origin(origin) for path, origin in sorted(origins.items())}


def _origin(origin: object) -> object:
    if isinstance(origin, Derived):
        return {"formula": origin.formula, "parents": list(origin.parents)}
    return getattr(origin, "at", "")


def _decimal(amount: Exact) -> str:
    text = show(amount)
    return text if "/" not in text else show(round_significant(amount, _DIGITS))


def _text(value: object) -> str:
    if value is None or isinstance(value, Missing):
        return ""
    return f"{_decimal(value.amount)} {value.unit}" if isinstance(value, Quantity) else str(value)


def _bytes(document: dict[str, object]) -> bytes:
    return (encode(document) + "\n").encode("utf-8")
