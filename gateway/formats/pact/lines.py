"""From one version of a footprint message to another, without the model between: for many, line by line.

The same table, checks and notes as through the model, over plain members; that both give the same bytes and
the same notes is a test. Each line is judged by schema and rules before and after, and read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from gateway.codec.accounting import account, shown
from gateway.codec.base import Package
from gateway.codec.schema import judge
from gateway.errors import GatewayError, InputError, InternalError, UsageError, flatten, shorten
from gateway.formats.pact import message, rules
from gateway.formats.pact.carrier import Carrier, Document
from gateway.formats.pact.catalogue import CARRIERS
from gateway.formats.pact.envelope import opened
from gateway.formats.pact.exchange import validate
from gateway.formats.pact.hub import Hub, leaves_of, line
from gateway.frontdoor import json as json_door
from gateway.model.base import Leaf
from gateway.model.results import KG_CO2E
from gateway.model.walk import escape
from gateway.quantity import Quantity
from gateway.quantity.exact import own_arithmetic
from gateway.report import Finding, Note, Severity


@dataclass(frozen=True, slots=True)
class Line:
    """One footprint of many: what was written, or what it lacks; and everything that was noticed."""

    number: int
    document: Document | None
    data: bytes = b""
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()
    lacks: tuple[GatewayError, ...] = ()


def convert_lines(
    lines: Iterable[bytes], *, to: str, options: Mapping[str, str] | None = None, format: str | None = None
) -> Iterator[Line]:
    """Each line's footprint in version ``to``, one at a time; blank lines are passed over.

    Args:
        lines: one JSON object each.
        to: the id of a version of PACT or Catena-X.
        options: what the caller tells by name.
        format: the id of the version that comes in; without it, each line says.

    Raises:
        UsageError: there is no such version, or it is not written.
    """
    target = carrier_named(to)
    source = None if format is None else carrier_named(format)
    for number, data in enumerate(lines, 1):
        if data.strip():
            yield convert_line(data.strip(), target, options or {}, source=source, number=number)


def carrier_named(name: str) -> Carrier:
    """A version by its id, or the newest by its id without version.

    Raises:
        UsageError: there is no such version.
    """
    family = [one for id_, one in CARRIERS.items() if id_.partition("@")[0] == name]
    found = CARRIERS.get(name) or (family[-1] if family else None)
    if found is None:
        raise UsageError(name, code="usage.unknown-format", known=", ".join(CARRIERS))
    return found


@own_arithmetic
def convert_line(
    data: bytes,
    target: Carrier,
    options: Mapping[str, str],
    *,
    source: Carrier | None = None,
    number: int = 1,
) -> Line:
    """One footprint; nothing that it breaks is raised."""
    findings: tuple[Finding, ...] = ()
    try:
        package = Package.of(data)
        own = source or _detected(package)
        findings = validate(package, own.id)
        document = package.json
        if isinstance(document, dict) and "data" in document:
            document = opened(package)[0].json
        if not isinstance(document, dict):
            raise InputError(shorten(str(document)), path="", code="footprint.no-object")
        hub, left = own.read(document)
        made, written, notes = through(hub, own, left, target, options)
    except GatewayError as error:
        return Line(number, None, findings=findings, lacks=tuple(flatten(error)))
    return Line(number, made, written, notes, findings)


def through(
    hub: Hub,
    source: Carrier,
    left: list[tuple[str, json_door.JsonValue]],
    target: Carrier,
    options: Mapping[str, str],
) -> tuple[Document, bytes, tuple[Note, ...]]:
    """The document in another version, judged and read back, with a note for every leaf that differs.

    Raises:
        Lacks: every field that is missing, together.
        InternalError: the output does not keep a promise.
    """
    before = leaves_of(hub)
    for at, value in left:
        before[f"/extras/{escape(f'{source.id}#{at}')}"] = line(value)
    document, ready = message.prepared(hub, options, target)
    data = line(document).encode()
    again = json_door.parse(data)
    message.refuse(document, target, ready, judge(again, target.schema))
    assert isinstance(again, dict)
    told, _ = target.read(again)
    wrong = [f for f in rules.validate_hub(told, target) if f.severity is Severity.ERROR]
    inherited = message.errors_of(hub) if wrong else frozenset()
    for finding in wrong:
        if finding.code not in inherited:
            params = {"format": target.id, "rule": finding.code}
            raise InternalError(finding.saw, path=finding.at, code="internal.output-breaks-schema", **params)
    after = leaves_of(told)
    notes = message.explain(before, after, ready.codes, {}, strict=True)
    found = account(target.id, before, after, notes).notes
    return document, data, tuple(_with_stake(note, before.get(note.path)) for note in found)


def _with_stake(note: Note, leaf: Leaf | None) -> Note:
    """The kg CO2e that hang on a leaf of the source."""
    if leaf is None:
        return note
    kg = note.kg
    if kg is None and isinstance(leaf, Quantity) and leaf.unit == KG_CO2E:
        kg = leaf.amount
    return replace(note, value=note.value or shown(leaf), kg=kg)


def _detected(package: Package) -> Carrier:
    from gateway.formats.pact import FORMATS

    for format_ in FORMATS:
        if format_.detect(package) is not None:
            return CARRIERS[format_.id]
    if package.json_object is None and package.json is not None:
        raise InputError(package.name, path="", code="footprint.no-object")
    raise InputError(package.name, path="", code="input.unknown-format")
