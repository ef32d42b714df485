"""Read the parts of a battery passport, ours or anybody's; what has no place is kept as extras."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.codec import build, jsonwrite
from gateway.codec.base import Context, Package, Reading
from gateway.codec.carrier_read import CarrierReading
from gateway.codec.jsonread import scalars
from gateway.errors import InputError
from gateway.formats.aas.container import environment
from gateway.formats.aas.part_writer import renditions
from gateway.formats.aas.parts import DOCUMENTS, METADATA, TARGET, found_parts, parts
from gateway.formats.aas.view import View, view
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.walk import escape


def read_parts(package: Package, context: Context) -> Reading:
    """The passport facts of an environment.

    Raises:
        InputError: no submodel of it is such a part.
    """
    whole = environment(package)
    found = CarrierReading(TARGET)
    seen: list[tuple[str, View, str]] = []
    for part, one in found_parts(whole):
        at = f"{one.at}/submodelElements"
        plain = view(one.elements, at)
        home = f"/{escape(part.name)}"
        seen.append((part.number, plain, home))
        if part.number == DOCUMENTS:
            found.named = set(_identifiers(plain.value))
        found.read(plain.value, part.carrier.fields, home=home, places=plain.at)
    if not seen:
        raise InputError(package.name, path="", code="aas.no-passport-part")
    declaration = Declaration.model_validate(build.plain(found.tree))
    _forget_renditions(found, declaration, seen)
    declaration = declaration.model_copy(update={"extras": dict(found.extras)})
    origins = dict(build.origins(declaration, found.tree))
    return Reading(declaration, tuple(found.notes), tuple(found.findings), origins)


def _identifiers(documents: JsonValue) -> Iterator[str]:
    """What the documents of part 2 are called."""
    for place, value in scalars(documents, ""):
        if place.endswith("/DocumentIdentifier") and isinstance(value, str):
            yield value


def _forget_renditions(
    found: CarrierReading, declaration: Declaration, seen: Sequence[tuple[str, View, str]]
) -> None:
    listed = [parts()[number].semantic for number, _, _ in seen if number != METADATA]
    for number, _, home in seen:
        again = json_door.parse(jsonwrite.encode(renditions(declaration, number, listed)).encode())
        for at, value in scalars(again, home):
            found.forget(at, value)
