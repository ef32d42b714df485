"""The entry of every version: our own PACT files with their extension, all others as messages."""

from __future__ import annotations

from dataclasses import replace

from gateway.codec.base import BasisRequest, Context, Package, Reading, Writing
from gateway.formats.pact import message, reader, rules, writer
from gateway.formats.pact.catalogue import CARRIERS, PACT_3
from gateway.formats.pact.envelope import moved, moved_findings, opened
from gateway.formats.pact.hub import is_message
from gateway.formats.pact.table import extension_of
from gateway.model.declaration import Declaration
from gateway.report import Finding, Severity


def read(package: Package, context: Context, carrier: str) -> Reading:
    """One footprint. What breaks its schema or the rules is among the findings.

    Raises:
        InputError: the bytes are no JSON object, or our own extension contradicts the footprint.
    """
    inner, place = opened(package)
    found = _read(inner, context, carrier)
    return moved(found, place) if place else found


def _read(package: Package, context: Context, carrier: str) -> Reading:
    found = _judged(package, carrier)
    if carrier == PACT_3.id and extension_of(package.json_object) is not None:
        own = reader.read(package, context)
        return replace(own, findings=(*own.findings, *found, _verdict(found)))
    return message.read(package, CARRIERS[carrier], (*found, _verdict(found)))


def _verdict(found: tuple[Finding, ...]) -> Finding:
    """Both levels in one remark: what the schema says, and what the rules say once it holds."""
    if any(f.code == "schema.broken" for f in found):
        return Finding("footprint.verdict-schema", "", "", Severity.INFO)
    errors = sum(f.severity is Severity.ERROR for f in found)
    counts = {"errors": str(errors), "warnings": str(len(found) - errors)}
    return Finding("footprint.verdict-rules", "", "", Severity.INFO, params=counts)


def write(declaration: Declaration, context: Context, carrier: str, basis: BasisRequest) -> Writing:
    """One footprint; a declaration that did not come as one is restated, in PACT 3.0 with our extension.

    Raises:
        Lacks: every field that is missing, together.
    """
    if carrier == PACT_3.id and not is_message(declaration):
        return writer.write(declaration, context, basis=basis)
    return message.write(declaration, context, CARRIERS[carrier], basis=basis)


def validate(package: Package, carrier: str) -> tuple[Finding, ...]:
    """Everything wrong or doubtful in one footprint: first by the schema, then by the rules.

    Raises:
        InputError: the bytes are no JSON.
    """
    inner, place = opened(package)
    found = _judged(inner, carrier)
    return moved_findings(found, place) if place else found


def _judged(package: Package, carrier: str) -> tuple[Finding, ...]:
    if carrier == PACT_3.id:
        return rules.validate(package)
    return rules.validate_as(package, CARRIERS[carrier])
