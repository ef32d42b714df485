"""The shapes of our JSON documents: what ``schemas/hutong`` is generated from, and nothing runs on.

A member that has a default may be absent and then means it. Members are only added within one version,
so the published schemas allow unknown ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from gateway.model.access import Access
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure
from gateway.recognition.outcome import ClauseRead, Force, Outcome
from gateway.report import Fate, Severity

DRAFT = "https://json-schema.org/draft/2020-12/schema"
# An exact number: a decimal, or a quotient where the decimals do not end.
Number: TypeAlias = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?(/[0-9]+)?$")]
_QUANTITY: dict[str, Any] = {
    "description": "An exact amount in a UCUM unit, carbon dioxide equivalents as kg{CO2eq}.",
    "properties": {
        "amount": {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?(/[0-9]+)?$"},
        "unit": {"type": "string"},
    },
    "required": ["amount", "unit"],
    "type": "object",
}
Digest: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
FormatId: TypeAlias = Annotated[str, Field(pattern="^[a-z0-9-]+@[a-z0-9.-]+$")]
Counts: TypeAlias = dict[str, int]
# What is not there is left out, never null; and members may be added.
_GENERATED = (("additionalProperties", False), ("default", None))


class Shape(BaseModel):
    """A JSON object; members are in camel case."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Both(Shape):
    """One text in both languages."""

    zh: str
    en: str


class Tool(Shape):
    """The program and version that wrote the document."""

    name: Literal["hutong"]
    version: str


class Problem(Shape):
    """A finding or an error: where, what was seen, what is expected, by which clause, how to mend it."""

    code: str
    severity: Severity
    message: Both
    at: str = ""
    saw: str = ""
    per: str = ""
    expected: Both | None = None
    fix: Both | None = None


class Note(Shape):
    """A leaf that did not arrive unchanged, with its sentence. ``kgAtStake`` is kg CO2e."""

    code: str
    path: str
    fate: Fate
    message: Both
    value: str = ""
    written: str = ""
    kg_at_stake: Number | None = None
    expected: Both | None = None
    fix: Both | None = None


class Answer(Shape):
    """What one rule says. ``outcomeIfClauseFullyRead`` is what its test alone would say."""

    rule: str
    kind: Literal["hard", "soft", "evidence", "info"]
    title: Both
    outcome: Outcome
    outcome_if_clause_fully_read: Outcome
    force: Force
    blocks: bool
    clause: str
    legal_status: str
    clause_read: ClauseRead
    clause_source: str
    at: list[str]
    paths: list[str]
    observed: Both
    expected: Both
    fix: Both
    tolerance: str = ""
    why: Both | None = None
    limits: Both | None = None


class Unchecked(Shape):
    """A rule that has no test, and why."""

    rule: str
    title: Both
    reason: Mapping[str, str]


class Summary(Shape):
    """A rule pack's answers, counted."""

    pack: str
    on: str
    head: Both
    counts: dict[Outcome, int]
    blocking: list[str]


class Evaluation(Summary):
    """All answers of one rule pack on one day."""

    format: Literal["hutong-rules@1"]
    title: Both
    edition: str
    rules: int
    clauses_read: int
    results: list[Answer]
    not_checked: list[Unchecked]


class FindingsDocument(Shape):
    """What somebody should mend: ``private/findings.json``, and a ``Report`` of the library."""

    format: Literal["hutong-findings@1"]
    tool: Tool
    findings: list[Problem]
    notes: list[Note] | None = None
    evaluations: list[Evaluation] | None = None


class ReportNote(Shape):
    """A note in a report: its sentence stands once for all notes of its code, under ``texts``."""

    path: str
    fate: Fate
    code: str
    value: str = ""
    written: str = ""
    kg_at_stake: Number | None = None
    params: dict[str, str] | None = None
    exact: Number | None = None


class Calculated(Shape):
    """Where a calculated value comes from."""

    formula: str
    parents: list[str]


Origins: TypeAlias = dict[str, str | Calculated]


# What opened a value for its readers: its disclosure class, or an access group of the passport.
Opened: TypeAlias = Disclosure | Access


class ReportTarget(Shape):
    """One target: its total and what became of every leaf, or what it lacks."""

    format: FormatId
    written: bool
    disclosure: Disclosure
    legal_status: str = ""
    schema_edition: str = ""
    total: Number | None = None
    carried: int | None = None
    notes: list[ReportNote] | None = None
    lacks: list[Problem] | None = None


class PrivateTarget(ReportTarget):
    """The same with what leaves the house, by disclosure class, and where calculated values come from."""

    leaves: dict[Opened, list[str]] | None = None
    origins: Origins | None = None


class ReportSource(Shape):
    """What was read."""

    format: FormatId
    sha256: Digest
    evidence: list[str] | None = None


class Read(Shape):
    """How many findings of each severity and notes of each fate the reading gave."""

    findings: Counts
    notes: Counts


class PrivateRead(Shape):
    """Every note of the reading."""

    notes: list[ReportNote]


class PublicReport(Shape):
    """``report.json``: what was written and lost, without values that the receivers may not see."""

    format: Literal["hutong-report@1"]
    tool: Tool
    source: ReportSource
    read: Read
    targets: list[ReportTarget]
    texts: dict[str, Both]


class PrivateReport(Shape):
    """``private/report.json``: every note with its value, and where each value came from."""

    format: Literal["hutong-report@1"]
    tool: Tool
    source: ReportSource
    read: PrivateRead
    targets: list[PrivateTarget]
    origins: Origins
    texts: dict[str, Both]


class DeclarationDocument(Shape):
    """A declaration as the model has it, from ``gateway.to_json``."""

    format: Literal["hutong-declaration@1"]
    declaration: Declaration


def documents() -> dict[str, object]:
    """The schemas by their names below ``schemas/hutong``."""
    from gateway.pipeline.validation_shapes import ValidationDocument

    return {
        "declaration-1": schema("declaration", "Hutong declaration", DeclarationDocument),
        "findings-1": schema("findings", "Hutong findings", FindingsDocument),
        "report-1": schema("report", "Hutong report", PublicReport | PrivateReport),
        "validation-1": schema("validation", "Hutong validation report", ValidationDocument),
    }


def schema(name: str, title: str, kind: Any) -> dict[str, object]:  # noqa: ANN401 - a union is no type
    """The published schema of ``kind``: open to members that later releases add."""
    made = TypeAdapter(kind).json_schema(by_alias=True, mode="serialization")
    if kind is DeclarationDocument:
        made["$defs"]["Quantity"] = _QUANTITY
    return {
        "$schema": DRAFT,
        "$id": f"urn:hutong:schema:{name}:1",
        "title": title,
        **dict(_open(made)),
    }


def _open(node: Mapping[str, Any], *, names: bool = False) -> Iterator[tuple[str, Any]]:
    """``node`` without generated titles and closures; ``names``: its keys are names of members."""
    for key, value in node.items():
        if names:
            yield key, _opened(value)
        elif key in ("properties", "$defs"):
            yield key, dict(_open(value, names=True))
        elif key == "anyOf":
            kinds = [_kind(kind) for kind in value if kind != {"type": "null"}]
            yield from kinds[0].items() if len(kinds) == 1 else [(key, kinds)]
        elif key != "title" and (key, value) not in _GENERATED:
            yield key, _opened(value)


def _kind(kind: Mapping[str, Any]) -> Mapping[str, Any]:
    """One of several kinds; pydantic writes a quantity out wherever it stands."""
    is_quantity = set(kind.get("properties", ())) == set(_QUANTITY["properties"])
    return {"$ref": "#/$defs/Quantity"} if is_quantity else dict(_open(kind))


def _opened(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        return dict(_open(value))
    return [_opened(item) for item in value] if isinstance(value, list) else value
