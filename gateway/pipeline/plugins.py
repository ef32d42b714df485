"""Find what others add: plugins by the name of their entry points, rule packs by their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from gateway.codec.base import Format, Table
from gateway.codec.plugin import Plugin
from gateway.errors import GatewayError, PluginError, UsageError
from gateway.frontdoor.table import read_csv

FORMATS, RULES, TABLES = "hutong.formats", "hutong.rules", "hutong.tables"
_GROUPS = (FORMATS, RULES, TABLES)


def load_plugin(name: str) -> Plugin:
    """Import the plugin whose entry points are called ``name``, and no other.

    An entry point of the group ``hutong.formats`` names a ``Format`` or a tuple of them; of
    ``hutong.rules`` a mapping from the ids of rule packs to their JSON documents; of ``hutong.tables`` one
    from names to tables, as CSV or rows. Documents are bytes, or have ``read_bytes``.

    Raises:
        UsageError: nothing that is installed has this name, or two distributions have it.
        PluginError: it cannot be imported, or does not hold what it should.
    """
    entries = [entry for group in _GROUPS if (entry := _entry(group, name)) is not None]
    if not entries:
        raise UsageError(name, code="plugin.unknown", known=", ".join(installed()) or "-")
    # Any: what comes in is looked at by ``Plugin``.
    loaded: dict[str, Any] = {entry.group: _load(entry, name) for entry in entries}
    formats = loaded.get(FORMATS, ())
    dist = entries[0].dist
    return Plugin(
        name,
        version=dist.version if dist else "",
        formats=(formats,) if isinstance(formats, Format) else formats,
        packs=_contents(loaded.get(RULES, {}), name),
        tables=_tables(_contents(loaded.get(TABLES, {}), name), name),
    )


def load_rules(data: bytes, *, name: str = "") -> Plugin:
    """A rule pack from the bytes of its JSON document, to hand to a ``Context``.

    Raises:
        MappingError, UsageError: see ``recognition.ruleset.read_pack``.
        PluginError: its id cannot be the name of a file.
    """
    from gateway.recognition.ruleset import read_pack

    return Plugin(name or "rules", packs={read_pack(data, name=name).id: data})


def installed() -> tuple[str, ...]:
    """The names that ``load_plugin`` knows; nothing is imported to find them."""
    return tuple(sorted({entry.name for group in _GROUPS for entry in entry_points(group=group)}))


def _entry(group: str, name: str) -> EntryPoint | None:
    found = list(entry_points(group=group, name=name))
    homes = sorted({entry.dist.name for entry in found if entry.dist})
    if len(homes) > 1:
        raise UsageError(name, code="plugin.ambiguous", homes=", ".join(homes))
    return found[0] if found else None


def _load(entry: EntryPoint, name: str) -> object:
    try:
        return entry.load()
    except Exception as error:
        saw = f"{type(error).__name__}: {error}"
        raise PluginError(saw, path=entry.value, code="plugin.raised", plugin=name) from error


def _contents(held: Any, plugin: str) -> Any:  # noqa: ANN401 - what comes in is looked at by ``Plugin``
    """Files and resources as their bytes; whatever else there is stays as it is."""
    if not isinstance(held, Mapping):
        return held
    try:
        return {
            key: value.read_bytes() if hasattr(value, "read_bytes") else value for key, value in held.items()
        }
    except Exception as error:
        saw = f"{type(error).__name__}: {error}"
        raise PluginError(saw, path="read_bytes", code="plugin.raised", plugin=plugin) from error


def _tables(held: Any, plugin: str) -> Any:  # noqa: ANN401 - as above
    if not isinstance(held, Mapping):
        return held
    return {
        key: _rows(value, key, plugin) if isinstance(value, bytes) else value for key, value in held.items()
    }


def _rows(data: bytes, name: str, plugin: str) -> Table:
    try:
        head, *rows = read_csv(data)
    except (GatewayError, ValueError) as error:
        raise PluginError(error, path=f"tables/{name}", code="plugin.wrong-part", plugin=plugin) from error
    return tuple(dict(zip(head.cells, row.cells, strict=True)) for row in rows)
