"""Map files of five families, and our own: read, write, and say what a file cannot hold of a map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib import import_module
from typing import Final

from gateway.errors import UsageError
from gateway.nomenclature.formats import MAP_FORMATS
from gateway.nomenclature.maps.base import BadMapFile, MapFormat
from gateway.nomenclature.maps.losses import losses
from gateway.nomenclature.row import MapRow, MapSet, Predicate, is_suggestion
from gateway.report import Fate, Finding, Note

__all__ = ["FORMATS", "BadMapFile", "MapFile", "MapOutput", "detect", "format_of", "read_map", "write_map"]

# The title, the suffix of a file, reader and writer modules, whether it says how close a match is.
_ABOUT: Final[dict[str, tuple[str, str, str, str, str, bool]]] = {
    "glad": ("GLAD flow mapping", "GLAD 流映射表", "csv", "glad", "glad", True),
    "randonneur": (
        "randonneur data package",
        "randonneur 数据包",
        "json",
        "randonneur",
        "randonneur_write",
        False,
    ),
    "flowmap-jsonld": (
        "openLCA flow map, JSON-LD",
        "openLCA 流映射（JSON-LD）",
        "zip",
        "flowmap_json",
        "flowmap_json",
        False,
    ),
    "sssom": ("SSSOM/TSV", "SSSOM/TSV", "sssom.tsv", "sssom", "sssom_write", True),
    "hutong-map": ("Hutong map", "Hutong 映射文件", "json", "native", "native", True),
    "flowmap-csv": ("openLCA flow map, CSV", "openLCA 流映射（CSV）", "csv", "flowmap", "flowmap", False),
}
FORMATS: Final = MAP_FORMATS
# What says of a row that it was only offered; in any other format it would be taken for a mapping.
_WITH_TIERS: Final = ("hutong-map", "sssom")


@dataclass(frozen=True, slots=True)
class MapFile:
    """A map file as read: its rows, its format, its digest, and what was doubtful."""

    map: MapSet
    format: str
    sha256: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class MapOutput:
    """A map file as written, how many rows it holds, and what it does not hold."""

    data: bytes
    format: str
    rows: int
    notes: tuple[Note, ...] = ()


@cache
def format_of(name: str) -> MapFormat:
    """The format of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in _ABOUT:
        raise UsageError(name, code="map.no-such-format", known=", ".join(FORMATS))
    en, zh, suffix, reader, writer, relations = _ABOUT[name]
    reads, writes = (import_module(f"{__name__}.{module}") for module in (reader, writer))
    rules = import_module(f"{__name__}.flowmap") if name.startswith("flowmap") else writes
    return MapFormat(
        id=name,
        title={"en": en, "zh": zh},
        suffix=suffix,
        detect=reads.detect,
        read=reads.read,
        write=writes.write,
        relations=relations,
        refuses=getattr(rules, "refuses", _nothing),
        key=getattr(rules, "key", None),
    )


def detect(data: bytes) -> str:
    """The format of a map file, by its content; empty where it is none."""
    return next((name for name in FORMATS if format_of(name).detect(data)), "")


def read_map(data: bytes, *, format: str | None = None) -> MapFile:
    """Read a map file.

    Raises:
        InputError: it is none, or something in it cannot be read.
        UsageError: there is no such format.
    """
    name = format or detect(data)
    if not name:
        raise BadMapFile(
            data[:40].decode("utf-8", "replace"), code="map.unknown-format", known=", ".join(FORMATS)
        )
    reading = format_of(name).read(data)
    digest = sha256(data).hexdigest()
    rows = tuple(row if row.source_map else replace(row, source_map=digest) for row in reading.map.rows)
    return MapFile(replace(reading.map, rows=rows), name, digest, reading.findings)


def write_map(mapped: MapSet, *, to: str, include_proxies: bool = False) -> MapOutput:
    """Write a map file and read it again: each leaf that it does not hold as it was is a note.

    Args:
        include_proxies: where the format cannot say so, write matches that are not exact as if they were.

    Raises:
        UsageError: there is no such format.
    """
    target = format_of(to)
    refused = {index: code for index, row in enumerate(mapped.rows) if (code := target.refuses(row))}
    if to not in _WITH_TIERS:
        offered = (index for index, row in enumerate(mapped.rows) if is_suggestion(row))
        refused |= dict.fromkeys(offered, "map.suggestion-left-out")
    if not target.relations and not include_proxies:
        inexact = {index: "map.inexact-left-out" for index, row in enumerate(mapped.rows) if _is_inexact(row)}
        refused = inexact | refused
    refused |= dict.fromkeys(_several(mapped.rows, refused, target), "map.several-left-out")
    kept = [index for index in range(len(mapped.rows)) if index not in refused]
    written = target.write(replace(mapped, rows=tuple(mapped.rows[index] for index in kept)))
    again = target.read(written.data).map if kept or to != "flowmap-csv" else MapSet(())
    notes = [_left_out(index, mapped.rows[index], code) for index, code in sorted(refused.items())]
    notes += losses(mapped, again, tuple(kept[index] for index in written.order))
    return MapOutput(written.data, to, len(kept), tuple(notes))


def _several(rows: tuple[MapRow, ...], refused: Mapping[int, str], target: MapFormat) -> Iterator[int]:
    """The rows whose source has several targets, where the format keeps one."""
    if target.key is None:
        return
    found: dict[object, list[int]] = {}
    for index, row in enumerate(rows):
        if index not in refused and (key := target.key(row)) is not None:
            found.setdefault(key, []).append(index)
    for group in found.values():
        if len({(rows[index].target, rows[index].factor) for index in group}) > 1:
            yield from group


def _is_inexact(row: MapRow) -> bool:
    return row.predicate not in (Predicate.EXACT, Predicate.NONE)


def _left_out(index: int, row: MapRow, code: str) -> Note:
    pair = f"{row.source.name or row.source.id} → {row.target.name or row.target.id}"
    return Note(code, f"/rows/{index}", Fate.DROPPED, pair, params={"predicate": row.predicate.value})


def _nothing(_: MapRow) -> str:
    return ""


def formats() -> tuple[MapFormat, ...]:
    """Every format, as they are tried."""
    return tuple(format_of(name) for name in FORMATS)
