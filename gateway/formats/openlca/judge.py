"""Judge one file of an openLCA package by our own schema of its entity."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from gateway.codec.base import Member
from gateway.codec.schema import judge
from gateway.errors import GatewayError
from gateway.formats.openlca import tables
from gateway.formats.openlca.package import document
from gateway.formats.openlca.schema import path
from gateway.report import Finding


def validate(member: Member) -> tuple[Finding, ...]:
    """What an entity breaks; files that are no entities are not judged."""
    folder = member.name.rpartition("/")[0]
    entity = _entities().get(folder)
    if entity is None:
        return ()
    try:
        found = document(member.data)
    except GatewayError as error:
        return (Finding(error.error_code, member.name, error.saw, params=error.params),)
    return tuple(replace(f, at=f"{member.name}#{f.at}") for f in judge(found, path(entity)))


@cache
def _entities() -> dict[str, str]:
    return {folder: entity for entity, folder in tables.FOLDERS.items()}
