"""Join inputs that say more about the same product to its declaration: neither overwrites the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Final

from gateway.codec.base import Context, Package, Reading
from gateway.codec.run import run_reader, shown
from gateway.errors import InputError, raise_all
from gateway.formats import detect
from gateway.model.base import Missing, Part
from gateway.model.declaration import Declaration
from gateway.model.origin import Derived, Origin
from gateway.model.walk import by_path, same

# Between the name of a further input and a place in it.
IN_FILE: Final = " › "
# What may stand beside a declaration.
SUPPLEMENTS = frozenset({"passport-data@1", "cbam-data@1"})


def joined(reading: Reading, beside: Sequence[Package], context: Context) -> Reading:
    """The reading with what the further inputs say. Two values for one field are an error of the inputs.

    Raises:
        InputError: an input is no supplement, or says otherwise than the declaration.
    """
    for package in beside:
        detected = detect(package, context.plugins)
        if detected.format.id not in SUPPLEMENTS:
            params = {"format": detected.format.id, "known": ", ".join(sorted(SUPPLEMENTS))}
            raise InputError(package.name, path=package.name, code="supplement.not-one", **params)
        reading = _join(reading, run_reader(detected.format, package, context), package.name)
    return reading


def _join(own: Reading, more: Reading, name: str) -> Reading:
    raise_all(_contradictions(own.declaration, more.declaration))
    declaration = _merged(own.declaration, more.declaration)
    known = by_path(own.declaration)
    origins = {p: _named(o, name) for p, o in more.origins.items() if p not in known}
    return replace(
        own,
        declaration=declaration,
        notes=(*own.notes, *more.notes),
        findings=(*own.findings, *(replace(one, at=_place(one.at, name)) for one in more.findings)),
        origins={**own.origins, **origins},
    )


def _named(origin: Origin | Derived, name: str) -> Origin | Derived:
    return Origin(_place(origin.at, name), origin.text) if isinstance(origin, Origin) else origin


def _place(at: str, name: str) -> str:
    """A place in a further input, told apart from one in the declaration's file by the name of the file."""
    file = PurePath(name).name
    return f"{file}{IN_FILE}{at}" if file else at


def _contradictions(own: Declaration, more: Declaration) -> Iterator[InputError]:
    before = by_path(own)
    for path, value in by_path(more).items():
        there = before.get(path)
        if there is None or isinstance(there, Missing) or isinstance(value, Missing):
            continue
        if not path.startswith("/extras/") and not same(there, value):
            params = {"declared": shown(there)}
            yield InputError(shown(value), path=path, code="supplement.contradicts", **params)


def _merged(own: Part, more: Part) -> Declaration:
    found = _merge(own, more)
    assert isinstance(found, Declaration)
    return found


def _merge(own: Part, more: Part) -> Part:
    """Every field of ``own``; where it has nothing, that of ``more``."""
    changes: dict[str, object] = {}
    for name in type(own).model_fields:
        mine, other = getattr(own, name), getattr(more, name)
        if other is None or other in (mine, ()):
            continue
        if isinstance(mine, Missing) or mine is None or mine == ():
            changes[name] = other
        elif isinstance(mine, Part) and isinstance(other, type(mine)):
            changes[name] = _merge(mine, other)
        elif isinstance(mine, Mapping) and isinstance(other, Mapping):
            changes[name] = {**mine, **other}
    return own.model_copy(update=changes) if changes else own
