"""The shapes of what each command answers under ``--json``, and the schemas made of all shapes.

``python -m gateway.console.shapes`` writes them to ``schemas/hutong``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from gateway import resources
from gateway.console.mapping_shapes import FlowListBuilt, FlowMap
from gateway.console.recomputed_shapes import Factors, Operand, Translate, Whatif
from gateway.console.trust_shapes import (
    MORE,
    Attested,
    Built,
    Exports,
    Review,
    Revoked,
    Sealed,
    Shared,
)
from gateway.console.trust_shapes import Prepared as PreparedFolder
from gateway.model.disclosure import Disclosure
from gateway.pipeline import shapes
from gateway.pipeline.shapes import (
    Both,
    Counts,
    Digest,
    Evaluation,
    FormatId,
    Note,
    Number,
    Opened,
    Problem,
    Shape,
    Summary,
)
from gateway.pipeline.validation_shapes import Covers, Revision, StatementSaid
from gateway.recognition.coverage import Requirement
from gateway.recognition.coverage import State as PointState
from gateway.report import Severity
from gateway.signing.forms import Form
from gateway.signing.verified import Envelope, Inside, KeyOrigin
from gateway.trust.folder_verdict import State, Term


class Errors(Shape):
    """A run that ended with errors."""

    errors: list[Problem]


class Unusable(Shape):
    """A file that cannot be used."""

    file: str
    errors: list[Problem]


class FormatInfo(Shape):
    """What can be done with a format; ``own``: only our own output is read, to check it."""

    id: FormatId
    title: Both
    holds: Literal["declarations", "data sets"]
    reads: Literal["yes", "own"]
    writes: bool
    media_type: str
    legal_status: str
    schema_edition: str


class Formats(Shape):
    """``hutong formats``."""

    formats: list[FormatInfo]
    groups: dict[str, list[FormatId]]


class Detected(Shape):
    """The format of a file. ``strength``: 3 it names itself, 2 its own keys, 1 its shape."""

    file: str
    format: FormatId
    strength: Literal[1, 2, 3]
    evidence: list[str]


class Detect(Shape):
    """``hutong detect``."""

    files: list[Detected | Unusable]


class Checked(Shape):
    """What is wrong or doubtful in a file, and what was not checked."""

    file: str
    format: FormatId
    counts: dict[Severity, int]
    findings: list[Problem]
    notes: list[Note]
    evaluations: list[Evaluation] | None = None
    not_checked: list[str]


class Check(Shape):
    """``hutong check``."""

    files: list[Checked | Unusable]


class Lack(Shape):
    """What a target lacks, and at which leaf."""

    code: str
    at: str


class Cell(Shape):
    """How many leaves of a file a target carries, and how many have a note."""

    target: FormatId
    written: bool
    carried: int
    noted: int
    lacks: list[Lack]


class PackageCell(Shape):
    """How many data sets of a package a format holds, and how many values have a note there."""

    target: FormatId
    written: int
    refused: int
    noted: int
    tried: int
    of: int


class Reached(Shape):
    """What can be made of a file; of a package of data sets, too, and why it is no declaration."""

    file: str
    format: FormatId
    targets: list[Cell]
    datasets: list[PackageCell] | None = None
    reasons: list[Problem] | None = None


class Targets(Shape):
    """``hutong targets``."""

    files: list[Reached | Unusable]


class Template(Shape):
    """``hutong template``."""

    file: str
    kind: Literal["battery", "product"]
    targets: list[str]
    filled: bool


class CellValue(Shape):
    """A cell, the leaf that it holds, and its value."""

    at: str
    path: str
    value: str


class Layout(Shape):
    """``hutong layout suggest`` with the layout file's content, or ``confirm`` with what is read along it."""

    file: str
    layout: str
    confirmed: bool
    suggested: dict[str, Any] | None = None
    values: list[CellValue] | None = None


class Total(Shape):
    """A total, and never without it its basis."""

    id: str
    kg_co2e: Number = Field(alias="kgCO2e")
    basis: dict[str, str]


class Target(Shape):
    """One target: written with its total and basis, or refused with what it lacks."""

    format: FormatId
    written: bool
    legal_status: str
    disclosure: Disclosure
    total: Total | None = None
    carried: int | None = None
    lacks: list[Problem] | None = None


class CountedTarget(Target):
    """A target with its notes counted by fate; each stands in the report."""

    notes: Counts | None = None


class NotedTarget(Target):
    """A target with every note, and the paths of what leaves the house by disclosure class."""

    notes: list[Note]
    leaves: dict[Opened, list[str]] | None = None


class Source(Shape):
    """What was read, and what was noticed."""

    format: FormatId
    sha256: Digest
    findings: dict[Severity, int]
    notes: list[Note]


class Converted(Shape):
    """An input and what became of it."""

    file: str
    source: Source
    targets: list[NotedTarget]
    output: str


class Convert(Shape):
    """``hutong convert``: source and targets, or of a register the same for each row."""

    file: str
    source: Source | None = None
    targets: list[NotedTarget] | None = None
    rows: list[Converted] | None = None
    output: str


class Lines(Shape):
    """``hutong convert`` of many footprints, one a line; what was lost of each is in the report."""

    file: str
    output: str
    report: str
    written: int
    refused: int
    fates: dict[str, int]


class SourceDigest(Shape):
    """A source by its digest."""

    sha256: Digest


class DatasetName(Shape):
    """What names a data set."""

    kind: str
    id: str
    version: str


class DatasetRefused(Shape):
    """A data set that cannot be written, and all that it lacks."""

    dataset: DatasetName
    refused: list[Problem]


class ConvertDatasets(Shape):
    """``hutong convert`` of a package of data sets; the report has every value."""

    file: str
    source: SourceDigest
    target: FormatId
    findings: list[Problem]
    written: int
    left_out: int
    refused: int
    refusals: list[DatasetRefused]
    files: int
    carried: int
    notes: dict[str, int]
    codes: dict[str, int]
    output: str
    report: str


class Repaired(Shape):
    """``hutong repair``; the report has every change."""

    file: str
    output: str
    report: str
    counts: dict[str, int]


class Attach(Shape):
    """``hutong attach``: the factor and the result of the line, and the supplier's file by its digest."""

    file: str
    supplier: str
    line: str
    factor: str
    result: str
    sha256: Digest
    findings: list[Problem]
    output: str


class Input(Shape):
    """An input that was read, and its targets."""

    file: str
    state: Literal["signed", "draft", "refused"]
    folder: str
    format: FormatId
    sha256: Digest
    findings: dict[Severity, int]
    declared: list[Total]
    targets: list[CountedTarget]
    evaluations: list[Summary]


class Refused(Shape):
    """An input that could not be used."""

    file: str
    state: Literal["unreadable", "refused"]
    errors: list[Problem]


class Issue(Shape):
    """``hutong issue``."""

    inputs: list[Input | Refused]
    signer: str
    output: str


class Place(Shape):
    """A leaf and the field of the form that holds it."""

    path: str
    field: str


class Supplier(Both):
    """Who can supply a data point."""

    code: str


class Needed(Both):
    """A field that would fill what is missing."""

    path: str
    field: str


class Point(Shape):
    """One data point of a passport."""

    number: int
    name: Both
    legal_ref: str
    access: str
    requirement: Requirement
    state: PointState
    fields: list[Place]
    at: list[str]
    needs: list[Needed]
    supplier: Supplier


class Gaps(Shape):
    """``hutong gaps``."""

    file: str
    format: str
    category: Literal["EV", "LMT", "IND"]
    source: Both
    head: Both
    counts: dict[str, dict[PointState, int]]
    points: list[Point]


class KnownBy(Both):
    """Who can supply a field of a carrier."""

    code: str


class CarrierGap(Shape):
    """A field that stays empty, and who can supply it."""

    lack: Problem
    supplier: KnownBy


class CarrierGaps(Shape):
    """One carrier; without gaps it can be written."""

    target: FormatId
    gaps: list[CarrierGap]


class GapsFor(Shape):
    """``hutong gaps --for``."""

    file: str
    carriers: list[CarrierGaps]


class Explain(Operand):
    """``hutong explain``."""

    of: str
    pointer: str


class Figure(Operand):
    """One figure of a list, with the pointer to ask for it."""

    pointer: str


class Figures(Shape):
    """``hutong explain`` without a pointer."""

    of: str
    figures: list[Figure]


class Reason(Shape):
    """Why a new calculation is due, or what else is to be looked at."""

    code: str
    path: str
    message: Both


class Diff(Shape):
    """``hutong diff``; of each leaf that differs, its old and new text."""

    old: str
    new: str
    format: Literal["hutong-changes@1"]
    new_calculation_due: bool
    results_changed: bool
    reasons: list[Reason]
    remarks: list[Reason]
    leaves: dict[str, tuple[str, str]]


class NotCompared(Shape):
    """``hutong diff`` where a file cannot be used."""

    files: list[Unusable]


class Step(Shape):
    """One step of a verification."""

    name: Literal["manifest", "manifest-signature", "seals", "parts", "credential"]
    holds: bool
    about: str


class NotVerified(Shape):
    """What a verification says nothing of."""

    signer_identity: bool
    absent_parts: list[str]
    changed_parts_without_fields: list[str]
    truth_of_values: bool


class Validity(Shape):
    """For how long the credential says it is valid."""

    from_: str = Field(alias="from")
    until: str
    now: Term


class Replay(Shape):
    """The second run."""

    holds: bool
    same: int
    findings: list[Problem]


class Verify(Shape):
    """``hutong verify``."""

    state: State
    signer: str
    signer_identified: bool
    steps: list[Step]
    findings: list[Problem]
    not_checked: NotVerified
    validity: Validity | None = None
    replay: Replay | None = None
    contained: list[ContainedDocument] | None = None


class CoveredPart(Shape):
    """Bytes that a signature covers."""

    name: str
    media_type: str
    size: int
    sha256: Digest


class EnvelopeSignature(Shape):
    """One signature that holds; ``key`` is its did:key, where it has one."""

    algorithm: str
    key: str
    key_type: str
    key_sha256: Digest
    key_origin: KeyOrigin
    key_id: str
    certificate: str
    claimed_time: str
    covered: list[str]
    timestamps: int
    remarks: list[str]


class Showing(Shape):
    """What an SD-JWT shows of what it hides, and to whom; ``closed`` counts digests, decoys among them."""

    disclosed: list[str]
    closed: int
    reader: str
    nonce: str


class EnvelopeDocument(Shape):
    """An envelope of which every signature holds."""

    envelope: Envelope
    issuer: str
    parts: list[CoveredPart]
    uncovered: list[str]
    signatures: list[EnvelopeSignature]
    times: dict[str, str]
    contained: list[ContainedDocument]
    statement: StatementSaid | None = None


class ContainedDocument(Shape):
    """A signed document inside what is covered; ``why`` is the code of what was in the way."""

    place: str
    state: Inside
    why: str
    document: EnvelopeDocument | None = None


class VerifyFile(EnvelopeDocument):
    """``hutong verify`` of a single signed file; ``showing`` of an SD-JWT, ``covers`` where it was asked."""

    showing: Showing | None = None
    covers: Covers | None = None
    signed: Revision | None = None


class SignFiles(Shape):
    """``hutong sign``; ``hidden`` are places of an SD-JWT; the findings say which leave a verdict open."""

    output: str
    form: Form
    signer: str
    parts: list[CoveredPart]
    hidden: list[str]
    findings: list[Problem]


class Present(Shape):
    """``hutong present``; the findings say what shown sums give away, and what leaves a verdict open."""

    output: str
    reader: str
    nonce: str
    disclosed: list[str]
    hidden: list[str]
    findings: list[Problem]


class Keygen(Shape):
    """``hutong keygen``."""

    file: str
    type: str
    public_key: str
    encrypted: bool


class Demo(Shape):
    """``hutong demo``: the answers of its steps."""

    steps: list[Issue | Verify]


# A command and the shape that it answers with.
ANSWERS: Mapping[str, type[Shape]] = {
    "formats": Formats,
    "detect": Detect,
    "check": Check,
    "targets": Targets,
    "template": Template,
    "layout": Layout,
    "convert": Convert,
    "repair": Repaired,
    "attach": Attach,
    "issue": Issue,
    "gaps": Gaps,
    "explain": Explain,
    "diff": Diff,
    "whatif": Whatif,
    "factors": Factors,
    "translate": Translate,
    "nomenclature": FlowListBuilt,
    "map": FlowMap,
    "prepare": PreparedFolder,
    "seal": Sealed,
    "share": Shared,
    "exports": Exports,
    "sign": SignFiles,
    "present": Present,
    "verify": Verify,
    "review": Review,
    "attest": Attested,
    "revoke": Revoked,
    "trust": Built,
    "keygen": Keygen,
    "demo": Demo,
}


def schemas() -> dict[str, bytes]:
    """Every published schema by its name below ``schemas/hutong``."""
    answers: Any = reduce(
        or_,
        (*ANSWERS.values(), *MORE, GapsFor, Lines, ConvertDatasets, VerifyFile, Figures, NotCompared, Errors),
    )
    every = shapes.documents() | {"answers-1": shapes.schema("answers", "Answers of hutong --json", answers)}
    return {
        f"{name}.schema.json": (json.dumps(schema, ensure_ascii=False, indent=1) + "\n").encode()
        for name, schema in every.items()
    }


if __name__ == "__main__":
    for place, data in schemas().items():
        (Path(str(resources.schema("hutong"))) / place).write_bytes(data)
