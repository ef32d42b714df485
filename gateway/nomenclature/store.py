"""Flow lists in compact files: built once from what people have, loaded in milliseconds.

A list of 332,133 flows is 8 MB: identifiers as 16 bytes, every name, context and unit once, the rest numbers.
A *substance* is all flows whose names are the same word. Licences of lists differ, and none ships with us.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from gateway.errors import InputError, MappingError
from gateway.nomenclature.names import EXACT_EDITION, cas_number, exact

_MAGIC = b"hutong flow list 1\n"
_COLUMNS = ("uuid", "name", "synonyms", "cas", "formula", "unit", "context")
_FIELD, _ITEM, _LINE = "\x1f", "\x1e", "\n"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NOT_TEXT = str.maketrans(dict.fromkeys("\x1d\x1e\x1f\n\r\t", " "))


class Flow(NamedTuple):
    """One flow of a list as it is handed to ``build``. ``context`` goes from the outside in."""

    id: str
    name: str
    context: tuple[str, ...] = ()
    unit: str = ""
    cas: str = ""
    formula: str = ""
    synonyms: tuple[str, ...] = ()


class Label(NamedTuple):
    """A name as printed with what the list says of it; one substance may have several."""

    name: str
    cas: str
    formula: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """Which list this is. ``digest`` is the SHA-256 over the files that it was built from."""

    list: str
    version: str = ""
    licence: str = ""
    source: str = ""
    digest: str = ""

    def __str__(self) -> str:
        return self.list if self.list.endswith(self.version) else f"{self.list} {self.version}"


def build(
    files: Sequence[Path], *, name: str, version: str = "", licence: str = "", source: str = ""
) -> bytes:
    """The compact list of CSV files with the columns uuid, name, synonyms, cas, formula, unit, context.

    ``.gz`` is unpacked. Synonyms are separated by ``|``, contexts by ``/``. The order of rows says nothing.

    Raises:
        InputError: a file is no such table, holds no flow, or gives one identifier twice.
    """
    digest = hashlib.sha256()
    flows: list[Flow] = []
    for path in files:
        data = path.read_bytes()
        digest.update(hashlib.sha256(data).digest())
        flows += read_csv(data, name=path.name)
    return pack(flows, Edition(name, version, licence, source, digest.hexdigest()))


def read_csv(data: bytes, *, name: str) -> Iterator[Flow]:
    """The flows of a table in the columns that ``build`` takes."""
    try:
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        missing = {"uuid", "name", "context"} - set(rows.fieldnames or ())
        if missing:
            raise InputError(", ".join(sorted(missing)), path=name, code="nomenclature.columns-missing")
        for row in rows:
            yield _flow(row)
    except (UnicodeDecodeError, OSError, EOFError, csv.Error) as error:
        raise InputError(name, path=name, code="nomenclature.not-a-flow-table") from error


def _flow(row: Mapping[str, str]) -> Flow:
    value = {column: (row.get(column) or "").translate(_NOT_TEXT).strip() for column in _COLUMNS}
    return Flow(
        value["uuid"],
        value["name"],
        tuple(part.strip() for part in value["context"].split("/") if part.strip()),
        value["unit"],
        cas_number(value["cas"]),
        value["formula"] if value["formula"] != "-" else "",
        tuple(s for part in value["synonyms"].split("|") if (s := part.strip())),
    )


def pack(flows: Iterable[Flow], edition: Edition) -> bytes:
    """The bytes of a list: the same for the same flows in any order."""
    rows = sorted(
        (exact(f.name), f.context, f.unit, f.id, f.name, f.cas, f.formula, f.synonyms) for f in set(flows)
    )
    ids = sorted((row[3], number) for number, row in enumerate(rows))
    for (one, _), (other, _) in pairwise(ids):
        if one == other:
            raise InputError(one, code="nomenclature.identifier-twice")
    if not rows or not all(row[3] and row[0] for row in rows):
        raise InputError(edition.list, code="nomenclature.not-a-flow-table")
    labels = sorted({(row[0], Label(*row[4:])) for row in rows})
    contexts, units = sorted({row[1] for row in rows}), sorted({row[2] for row in rows})
    label_at = {label: i for i, label in enumerate(labels)}
    context_at = {c: i for i, c in enumerate(contexts)}
    unit_at = {u: i for i, u in enumerate(units)}
    starts = [i for i, row in enumerate(rows) if i == 0 or rows[i - 1][0] != row[0]]
    binary = all(_is_uuid(row[3]) for row in rows)
    blocks = {
        "labels": _text(
            _FIELD.join((k, la.name, la.cas, la.formula, _ITEM.join(la.synonyms))) for k, la in labels
        ),
        "contexts": _text(_ITEM.join(c) for c in contexts),
        "units": _text(units),
        "starts": _numbers("I", [*starts, len(rows)]),
        "label": _numbers("I", (label_at[row[0], Label(*row[4:])] for row in rows)),
        "context": _numbers("H", (context_at[row[1]] for row in rows)),
        "unit": _numbers("H", (unit_at[row[2]] for row in rows)),
        "by_id": _numbers("I", (number for _, number in ids)),
        "id": b"".join(_uuid_bytes(row[3]) or b"" for row in rows)
        if binary
        else _text(row[3] for row in rows),
    }
    body = b"".join(blocks.values())
    head = {
        "list": edition.list,
        "version": edition.version,
        "licence": edition.licence,
        "source": edition.source,
        "source_sha256": edition.digest,
        "flows": len(rows),
        "substances": len(starts),
        "names_edition": EXACT_EDITION,
        "uuid": binary,
        "blocks": [[block, len(data)] for block, data in blocks.items()],
        "body_sha256": hashlib.sha256(body).hexdigest(),
    }
    return _MAGIC + json.dumps(head, ensure_ascii=False, sort_keys=True).encode() + b"\n" + body


def _is_uuid(text: str) -> bool:
    return _uuid_bytes(text) is not None


def _uuid_bytes(text: str) -> bytes | None:
    """The bytes of a UUID in its usual spelling; nothing else is one."""
    if not _UUID.fullmatch(text):
        return None
    return bytes.fromhex(text.replace("-", ""))


def _text(lines: Iterable[str]) -> bytes:
    return _LINE.join(lines).encode()


def _numbers(kind: str, values: Iterable[int]) -> bytes:
    found = array(kind, values)
    if sys.byteorder == "big":  # files are little-endian everywhere
        found.byteswap()
    return found.tobytes()


class FlowList:
    """A list in memory: columns, and indexes that are made when first asked for."""

    def __init__(self, data: bytes) -> None:
        """Open the bytes that ``pack`` made.

        Raises:
            MappingError: no such file, damaged, or built for another edition of the name keys.
        """
        head, body = _opened(data)
        self.edition = Edition(
            head["list"], head["version"], head["licence"], head["source"], head["source_sha256"]
        )
        self.substances: int = head["substances"]
        self._size: int = head["flows"]
        self._binary: bool = head["uuid"]
        self._blocks: dict[str, memoryview] = {}
        at = 0
        for block, length in head["blocks"]:
            self._blocks[block] = body[at : at + length]
            at += length
        self.context_of_row = self._column("context", "H")
        self.unit_of_row = self._column("unit", "H")
        self._label_of_row = self._column("label", "I")
        self._starts = self._column("starts", "I")
        self._by_id = self._column("by_id", "I")

    @classmethod
    def load(cls, path: Path) -> FlowList:
        """The list in a file."""
        try:
            return cls(path.read_bytes())
        except OSError as error:
            raise MappingError(path.name, code="nomenclature.list-unreadable") from error

    def __len__(self) -> int:
        return self._size

    def _column(self, block: str, kind: str) -> array[int]:
        values: array[int] = array(kind)
        values.frombytes(self._blocks[block])
        if sys.byteorder == "big":
            values.byteswap()
        return values

    def _lines(self, block: str) -> list[str]:
        return str(self._blocks[block], "utf-8").split(_LINE)

    @cached_property
    def contexts(self) -> list[tuple[str, ...]]:
        """The contexts by number."""
        return [tuple(line.split(_ITEM)) if line else () for line in self._lines("contexts")]

    @cached_property
    def units(self) -> list[str]:
        """The units by number."""
        return self._lines("units")

    @cached_property
    def _labels(self) -> list[tuple[str, Label]]:
        found = []
        for line in self._lines("labels"):
            key, name, cas, formula, synonyms = line.split(_FIELD)
            found.append((key, Label(name, cas, formula, tuple(synonyms.split(_ITEM)) if synonyms else ())))
        return found

    @cached_property
    def keys(self) -> list[str]:
        """The key of each substance, in order."""
        return list(self.by_key)

    @cached_property
    def by_key(self) -> dict[str, int]:
        """The substance under each key."""
        found: dict[str, int] = {}
        for key, _ in self._labels:
            found.setdefault(key, len(found))
        return found

    @cached_property
    def _labels_of(self) -> list[list[Label]]:
        found: list[list[Label]] = [[] for _ in range(self.substances)]
        for key, label in self._labels:
            found[self.by_key[key]].append(label)
        return found

    def labels(self, substance: int) -> list[Label]:
        """What the list prints of a substance."""
        return self._labels_of[substance]

    def name(self, substance: int) -> str:
        """The first of its names."""
        return self._labels_of[substance][0].name

    def cas(self, substance: int) -> frozenset[str]:
        """Its CAS numbers."""
        return frozenset(label.cas for label in self._labels_of[substance] if label.cas)

    def formula(self, substance: int) -> str:
        """Its formula, where the list has one."""
        return next((label.formula for label in self._labels_of[substance] if label.formula), "")

    @cached_property
    def by_cas(self) -> dict[str, tuple[int, ...]]:
        """The substances under each CAS number."""
        found: dict[str, dict[int, None]] = {}
        for key, label in self._labels:
            if label.cas:
                found.setdefault(label.cas, {})[self.by_key[key]] = None
        return {cas: tuple(them) for cas, them in found.items()}

    @cached_property
    def by_synonym(self) -> dict[str, tuple[int, ...]]:
        """The substances for which the list publishes a synonym."""
        found: dict[str, dict[int, None]] = {}
        for key, label in self._labels:
            for synonym in label.synonyms:
                found.setdefault(exact(synonym), {})[self.by_key[key]] = None
        return {synonym: tuple(them) for synonym, them in found.items()}

    def rows(self, substance: int) -> range:
        """The flows of a substance."""
        return range(self._starts[substance], self._starts[substance + 1])

    def substance_of(self, row: int) -> int:
        """The substance of a flow."""
        return self.by_key[self._labels[self._label_of_row[row]][0]]

    def label_of(self, row: int) -> Label:
        """The label of a flow."""
        return self._labels[self._label_of_row[row]][1]

    @cached_property
    def _ids(self) -> list[str]:
        return self._lines("id")

    def id(self, row: int) -> str:
        """The identifier of a flow."""
        if not self._binary:
            return self._ids[row]
        return str(UUID(bytes=bytes(self._blocks["id"][16 * row : 16 * row + 16])))

    def row_of(self, id: str) -> int | None:
        """The flow with this identifier."""
        if self._binary:
            wanted = _uuid_bytes(id)
            if wanted is None:
                return None
            ids = self._blocks["id"]
            at = bisect_left(self._by_id, wanted, key=lambda row: bytes(ids[16 * row : 16 * row + 16]))
        else:
            at = bisect_left(self._by_id, id, key=self.id)
        return self._by_id[at] if at < self._size and self.id(self._by_id[at]) == id else None


def _opened(data: bytes) -> tuple[dict[str, Any], memoryview]:
    end = data.find(b"\n", len(_MAGIC))
    try:
        if not data.startswith(_MAGIC) or end < 0:
            raise ValueError
        head: dict[str, Any] = dict(json.loads(data[len(_MAGIC) : end]))
        body = memoryview(data)[end + 1 :]
        whole = hashlib.sha256(body).hexdigest() == head["body_sha256"]
        current = head["names_edition"] == EXACT_EDITION
        name = head["list"]
    except (ValueError, KeyError, TypeError) as error:
        raise MappingError(data[:40], code="nomenclature.not-a-flow-list") from error
    if not whole:
        raise MappingError(name, code="nomenclature.list-damaged")
    if not current:
        raise MappingError(name, code="nomenclature.list-of-another-edition")
    return head, body
