"""Judge the parts of a passport: every element that its template requires, and values of their kind."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.codec.base import Package
from gateway.codec.carrier_schema import documents, lacking, misfits
from gateway.codec.carrier_values import understand
from gateway.codec.jsonread import scalars
from gateway.errors import shorten
from gateway.formats.aas.container import environment
from gateway.formats.aas.parts import PassportPart, found_parts
from gateway.formats.aas.view import View, view
from gateway.frontdoor.json import JsonValue
from gateway.report import Finding, Severity

# Their place takes a value of one kind; what it says is theirs.
_TYPED = frozenset({"number", "whole", "count", "flag", "day", "duration"})


def validate_parts(package: Package) -> tuple[Finding, ...]:
    """Everything that is wrong in the parts of one environment.

    Raises:
        InputError: there is no environment in it.
    """
    found: list[Finding] = []
    for part, one in found_parts(environment(package)):
        at = f"{one.at}/submodelElements"
        found.extend(_part(part, view(one.elements, at)))
    return tuple(found)


def _part(part: PassportPart, plain: View) -> Iterator[Finding]:
    there = _with_empty(plain.value)
    for place in lacking(part.carrier.structure, part.number, there):
        at = plain.at(place.replace("/[]", "/0"))
        yield Finding("aas.element-missing", at, place, Severity.ERROR, part.title)
    fields = {one.pointer: one for one in part.carrier.fields.fields if one.type in _TYPED}
    assert part.number in documents(part.carrier.structure)
    for place, value in scalars(plain.value, ""):
        steps = ["[]" if step.isdecimal() else step for step in place.split("/")]
        own = fields.get("/".join(steps))
        if own is not None and value not in (None, "") and understand(own, value) is None:
            yield _of_another_kind(plain.at(place), value, part)
    for place, value in misfits(part.carrier.structure, part.number, plain.value):
        if place not in fields and value != "":
            yield _of_another_kind(plain.at(place.replace("/[]", "/0")), value, part)


def _of_another_kind(at: str, value: JsonValue, part: PassportPart) -> Finding:
    return Finding("aas.element-value", at, shorten(str(value)), Severity.ERROR, part.title)


def _with_empty(value: JsonValue) -> JsonValue:
    """An element that is there without a value is there."""
    if isinstance(value, dict):
        return {name: _with_empty(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_empty(item) for item in value]
    return "" if value is None else value
