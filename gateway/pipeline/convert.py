"""Read any input, check it, and write it in other formats: each target written, or refused with its lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gateway.codec.base import BasisRequest, Context, Evidence, Format, Package
from gateway.codec.lacks import lack
from gateway.codec.run import run_reader, run_writer, shown, stake
from gateway.errors import (
    GatewayError,
    InputError,
    InternalError,
    PluginError,
    UsageError,
    flatten,
    raise_all,
)
from gateway.formats import Detected, detect, find
from gateway.formats.datasets import find_dataset_format, is_dataset_format
from gateway.model import consistency
from gateway.model.access import Audience
from gateway.model.base import Leaf, Reason
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure, redact
from gateway.model.origin import Origin, Origins
from gateway.model.results import ResultSet
from gateway.model.walk import by_path, same
from gateway.pipeline.hidden import told_as_hidden
from gateway.pipeline.renamed import named_as
from gateway.pipeline.supplement import IN_FILE, joined
from gateway.quantity.exact import own_arithmetic
from gateway.recognition import guards
from gateway.report import Fate, Note, Report
from gateway.signing.digests import sha256_hex

# What is written for somebody who is named is for nobody below this class.
_CLASS_OF: Mapping[Audience, Disclosure] = {
    Audience.PUBLIC: Disclosure.C0,
    Audience.LEGITIMATE_INTEREST: Disclosure.C1,
    Audience.AUTHORITIES: Disclosure.C2,
}
# Options that any target may be asked with.
_EVERYWHERE = frozenset({"preview", "draft"})


@dataclass(frozen=True, slots=True)
class Source:
    """An input that was read: the bytes, what they are and why, the declaration, and all that was noticed.

    ``beside`` are further inputs whose data stand in the declaration, too (passport data).
    """

    package: Package
    format: Format
    evidence: Evidence
    declaration: Declaration
    origins: Origins
    report: Report
    context: Context
    beside: tuple[Package, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the source bytes."""
        return self.context.source


@dataclass(frozen=True, slots=True)
class Outcome:
    """One target: its package and every leaf that did not go through unchanged, or what it lacks.

    ``lacks`` of a target that was written are those of an optional member of its package.
    """

    format: Format
    package: Package | None
    notes: tuple[Note, ...] = ()
    lacks: tuple[GatewayError, ...] = ()
    carried: int = 0
    restated: ResultSet | None = None
    origins: Origins = field(default_factory=dict)
    disclosure: Disclosure = Disclosure.C0
    kept: frozenset[str] = frozenset()  # the paths of the leaves that went through unchanged

    @property
    def written(self) -> bool:
        """Whether the target could be written."""
        return self.package is not None


@own_arithmetic
def read(
    package: Package | bytes,
    *,
    format: str | None = None,
    context: Context | None = None,
    beside: Sequence[Package] = (),
) -> Source:
    """Read one input. Its defects are findings in the report; only what cannot be read at all is raised.

    Args:
        package: the bytes, or a package with a name for messages.
        format: a format's id; without it, the content says.
        context: clock, ids and choices of the caller; the source digest is added here.
        beside: inputs that say more about the same product, such as passport data.

    Raises:
        InputError: no format fits, or the bytes cannot be read.
        UsageError: two formats fit, or there is no such format.
    """
    found = Package.of(package) if isinstance(package, bytes) else package
    own = replace(context or Context(), source=digest(found))
    detected = _detect(found, own) if format is None else _named(format, own)
    reading = joined(run_reader(detected.format, found, own), beside, own)
    seen = consistency.check(reading.declaration, reading.origins)
    if detected.format.judges_classes:
        seen = tuple(finding for finding in seen if finding.code != "consistency.classes")
    doubts = guards.check(reading.declaration, reading.origins)
    report = Report(reading.notes, (*reading.findings, *seen, *doubts))
    return Source(
        found,
        detected.format,
        detected.evidence,
        reading.declaration,
        reading.origins,
        report,
        own,
        tuple(beside),
    )


def check(package: Package | bytes, *, format: str | None = None, context: Context | None = None) -> Report:
    """Everything that is wrong or doubtful in one input.

    Raises:
        InputError, UsageError: see ``read``.
    """
    return read(package, format=format, context=context).report


@own_arithmetic
def convert(
    source: Source,
    *,
    to: Sequence[str],
    disclosure: Disclosure = Disclosure.C1,
    options: Mapping[str, str] | None = None,
) -> tuple[Outcome, ...]:
    """Write ``source`` in every format of ``to`` (ids, ids without version, or groups), in that order.

    Raises:
        UsageError: there is no such format, it is only read, or no target has such an option or value; a
            named audience is asked for and the class is that of the public.
        InternalError: an output broke a promise; nothing of it is returned.
        PluginError: the same of a plugin's format.
    """
    context = replace(source.context, disclosure=disclosure, options=dict(options or {}))
    if source.beside:  # two batteries of one declaration have ids of their own
        texts = (source.context.source, *(digest(package) for package in source.beside))
        context = replace(context, source=sha256_hex("\n".join(texts).encode()))
    targets = {format_.id: format_ for name in to for format_ in find(name, context.plugins)}
    raise_all(_unknown_options(context.options, tuple(targets.values())))
    named = context.options.get("audience", Audience.PUBLIC.value)
    if disclosure is Disclosure.C0 and named != Audience.PUBLIC.value:
        raise UsageError(named, path="audience", code="usage.audience-not-public")
    return tuple(_write(source, format_, context) for format_ in targets.values())


def _unknown_options(options: Mapping[str, str], targets: Sequence[Format]) -> Iterator[UsageError]:
    """The options that no target has, and the values that none takes."""
    known = {name: values for format_ in targets for name, values in format_.parameters.items()}
    for name, value in options.items():
        if name not in {*_EVERYWHERE, *known}:
            yield UsageError(name, code="usage.unknown-option", known=", ".join(sorted(known)) or "-")
        elif known.get(name) and value not in known[name]:
            yield UsageError(value, code="usage.unknown-choice", option=name, known=", ".join(known[name]))


def _write(source: Source, format_: Format, context: Context) -> Outcome:
    """One target: redact, restate, write, read back; then one note for every leaf of the source left."""
    allowed, audience = min(context.disclosure, format_.audience), _audience(format_, context)
    visible = redacted = redact(source.declaration, allowed, audience)
    allowed = max(allowed, _CLASS_OF[audience])
    lacks: list[GatewayError] = []
    origins: Origins = {}
    basis = format_.basis if format_.basis and _is_asked(format_.basis, context) else None
    if basis is not None:
        from gateway.recognition.restate import restate  # a check restates nothing

        restated = restate(visible, basis, target=format_.id)
        visible, origins = restated.declaration, restated.origins
        if basis.on_request and restated.lacks:
            basis = None
        else:
            lacks.extend(restated.lacks)
            if restated.in_vain:
                return Outcome(format_, None, lacks=_placed(source, lacks), disclosure=allowed)
    visible, renamed = named_as(visible, format_.set_name)
    try:
        written = run_writer(format_, visible, replace(context, disclosure=allowed))
    except (InternalError, PluginError):
        raise
    except GatewayError as error:
        found = flatten(error)
        if any(isinstance(e, InternalError) for e in found):
            raise
        said = {(e.error_code, e.path) for e in lacks}
        renamed.put_back(found)
        lacks += [e for e in found if (e.error_code, e.path) not in said and _adds(e, lacks)]
        lacks = list(told_as_hidden(lacks, source.declaration, redacted, format_, allowed))
        return Outcome(format_, None, lacks=_placed(source, lacks), disclosure=allowed)
    if lacks:
        return Outcome(format_, None, lacks=_placed(source, lacks), disclosure=allowed)
    hidden = tuple(_withheld_notes(source.declaration, redacted))
    gone = {note.path for note in hidden}
    own = by_path(source.declaration)
    written = renamed.undone(written)
    notes = (*(n for n in written.notes if n.path not in gone and not _is_gap(n, own)), *hidden)
    restated_set = visible.result_set(basis.result_set) if basis else None
    open_ = told_as_hidden(written.left_out, source.declaration, redacted, format_, allowed)
    left_out, kept = _placed(source, tuple(open_)), written.carried
    facts = (len(kept), restated_set, origins, allowed, kept)
    return Outcome(format_, written.package, notes, left_out, *facts)


def _audience(format_: Format, context: Context) -> Audience:
    """Who a passport is written for: the public, where nobody else is named."""
    named = context.options.get("audience", Audience.PUBLIC.value) if "audience" in format_.parameters else ""
    return Audience(named) if named else Audience.PUBLIC


def _is_asked(basis: BasisRequest, context: Context) -> bool:
    """Whether the format needs the restated set, or the caller wants it."""
    return not basis.on_request or context.options.get(basis.on_request) == "yes"


def _placed(source: Source, errors: Sequence[GatewayError]) -> tuple[GatewayError, ...]:
    """The lacks with the place in the user's own file: its cell, or beside a neighbour of the field."""
    cells = form_cells(source) if errors else {}
    for error in errors:
        error.params.setdefault("leaf", error.path)
        if cells and (cell := _cell(source, cells, error)):
            error.path = cell
            if "field" in error.params:
                error.params["field"] = cell
            continue
        origin = source.origins.get(error.path)
        if isinstance(origin, Origin) and IN_FILE in origin.at and "field" in error.params:
            error.params["field"] = origin.at
            continue
        steps = error.params.get("field", "").split("/")
        if "*" not in steps:
            continue
        item = error.path
        while item := item.rpartition("/")[0]:
            near = (
                o.at for p, o in source.origins.items() if p.startswith(f"{item}/") and isinstance(o, Origin)
            )
            folder = next((at.split("/") for at in near if _fits(at.split("/"), steps)), None)
            if folder is not None:
                error.params["field"] = "/".join((*folder[: len(steps) - 1], steps[-1]))
                break
    return tuple(errors)


def form_cells(source: Source) -> Mapping[str, str]:
    """Of a workbook, the cell in which each field of a form is or would be; of anything else nothing."""
    data = source.package.members[0].data
    if len(source.package.members) != 1 or not data.startswith(b"PK"):
        return {}
    from gateway.formats.cn_pcf.workbook_sheets import places
    from gateway.frontdoor.workbook import is_workbook, open_workbook

    return places(open_workbook(data)) if is_workbook(data) else {}


def _cell(source: Source, cells: Mapping[str, str], error: GatewayError) -> str:
    """The cell that a lack is about: where its leaf stands, else the empty one of the form."""
    origin = source.origins.get(error.path)
    if isinstance(origin, Origin):
        return origin.at
    return cells.get(error.params.get("field") or lack("", error.path).params["field"], "")


def _fits(place: list[str], steps: list[str]) -> bool:
    """Whether a place of the source is in the same list items as a field of the form."""
    last_star = len(steps) - 1 - steps[::-1].index("*")
    if len(place) <= last_star:
        return False
    pairs = zip(place[: last_star + 1], steps, strict=False)
    return all(step == here or (step == "*" and here.isdecimal()) for here, step in pairs)


def _adds(error: GatewayError, lacks: list[GatewayError]) -> bool:
    """A writer's complaint that the restated set is not there adds nothing where its lacks are listed."""
    return not (lacks and error.error_code == "target.no-result-set")


def _is_gap(note: Note, own: Mapping[str, Leaf]) -> bool:
    """The mark that redaction left behind is not a leaf of the source."""
    return note.path not in own and note.fate is Fate.DROPPED and note.value == Reason.WITHHELD


def _withheld_notes(declaration: Declaration, redacted: Declaration) -> Iterator[Note]:
    """One note for each leaf that redaction took away: above the class, or part of an item that is."""
    left = by_path(redacted)
    for path, leaf in by_path(declaration).items():
        if not same(leaf, left.get(path)):
            yield Note("codec.withheld", path, Fate.WITHHELD, shown(leaf), "", stake(declaration, path, leaf))


def digest(package: Package) -> str:
    """SHA-256 of a file; of several, that of the list of theirs, whatever the files are called."""
    if len(package.members) == 1:
        return sha256_hex(package.only.data)
    rows = "".join(f"{sha256_hex(m.data)}\n" for m in package.members)
    return sha256_hex(rows.encode())


def _detect(package: Package, context: Context) -> Detected:
    """The format of a declaration; where the input is none, that of the data sets it may be made of."""
    try:
        return detect(package, context.plugins)
    except InputError as error:
        if error.error_code != "input.unknown-format":
            raise
        from gateway.pipeline.footprint import detect_footprint  # data sets are asked for only here

        found = detect_footprint(package)
        if found is None:
            raise
        return found


def _named(name: str, context: Context) -> Detected:
    if is_dataset_format(name):
        from gateway.pipeline.footprint import as_declarations  # as above

        return Detected(as_declarations(find_dataset_format(name)), Evidence(3, ("--from",)))
    return Detected(find(name, context.plugins)[0], Evidence(3, ("--from",)))
