"""What somebody else adds: formats, rule packs and tables, joined because the caller names them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.codec._guard import are, guarded, of
from gateway.codec.base import Format, Table
from gateway.errors import PluginError, raise_all

# Format ids as CONTRIBUTING has them: lower-case with hyphens, and a version.
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*@[a-z0-9]+(?:[.-][a-z0-9]+)*")
# Pack and table names become names of files in an output folder.
_NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_LANGS = {"zh", "en"}


@dataclass(frozen=True, slots=True)
class Plugin:
    """Formats, rule packs and tables of a third party.

    Args:
        version: what a manifest records of it, so that a second run can be told from the first.
        formats: tried and listed after those that ship; their families must be new.
        packs: rule packs by id, as the bytes of their JSON documents.
        tables: rows by name, for ``Context.table``.

    Raises:
        PluginError: a part is not what it should be.
    """

    name: str
    version: str = ""
    formats: tuple[Format, ...] = ()
    packs: Mapping[str, bytes] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        raise_all(self._wrong(place, found) for place, found in self._nonsense())

    def _wrong(self, place: str, found: object) -> PluginError:
        return PluginError(found, path=place, code="plugin.wrong-part", plugin=self.name)

    def _nonsense(self) -> Iterator[tuple[str, object]]:
        """The places that hold something else than they should."""
        if not are(self.formats, Format):
            yield "formats", self.formats
        else:
            yield from self._formats()
        yield from _unlike("packs", self.packs, lambda value: of(value, bytes))
        yield from _unlike("tables", self.tables, _is_table)

    def _formats(self) -> Iterator[tuple[str, object]]:
        for number, found in enumerate(self.formats):
            if not of(found.id, str) or not _ID.fullmatch(found.id):
                yield f"formats/{number}/id", found.id
            if not of(found.title, Mapping) or set(found.title) != _LANGS:
                yield f"formats/{number}/title", found.title


def _unlike(
    what: str, held: Mapping[str, object], sound: Callable[[object], bool]
) -> Iterator[tuple[str, object]]:
    if not of(held, Mapping):
        yield what, held
        return
    for name, value in held.items():
        if not of(name, str) or not _NAME.fullmatch(name):
            yield what, name
        elif not sound(value):
            yield f"{what}/{name}", type(value).__name__


def join(shipped: Sequence[Format], groups: Collection[str], plugins: Sequence[Plugin]) -> tuple[Format, ...]:
    """The shipped formats and those of the plugins, in this order; what a plugin answers is looked at.

    Raises:
        PluginError: two have one id, or a plugin's format is of a family that is taken.
    """
    joined = list(shipped)
    owners = dict.fromkeys([*(f.folder for f in shipped), *groups], "hutong")
    for plugin in plugins:
        for found in plugin.formats:
            owner = owners.setdefault(found.folder, plugin.name)
            if owner != plugin.name or any(f.id == found.id for f in joined):
                params = {"plugin": plugin.name, "owner": owner}
                raise PluginError(found.id, path=plugin.name, code="plugin.duplicate-format", **params)
            joined.append(guarded(found, plugin.name))
    return tuple(joined)


def _is_table(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str | bytes)
        and all(isinstance(row, Mapping) and _all_text(row) for row in value)
    )


def _all_text(row: Mapping[object, object]) -> bool:
    return all(isinstance(text, str) for cell in row.items() for text in cell)
