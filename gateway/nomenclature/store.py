"""Flow lists in memory, loaded in milliseconds from the compact files that ``packing`` makes.

A *substance* is all flows whose names are the same word.
"""

from __future__ import annotations

import hashlib
import json
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from gateway.errors import MappingError
from gateway.nomenclature.flow import FIELD, ITEM, LINE, MAGIC, Edition, Flow, Label, uuid_bytes
from gateway.nomenclature.names import EXACT_EDITION, exact


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
        return str(self._blocks[block], "utf-8").split(LINE)

    @cached_property
    def contexts(self) -> list[tuple[str, ...]]:
        """The contexts by number."""
        return [tuple(line.split(ITEM)) if line else () for line in self._lines("contexts")]

    @cached_property
    def units(self) -> list[str]:
        """The units by number."""
        return self._lines("units")

    @cached_property
    def _labels(self) -> list[tuple[str, Label]]:
        found = []
        for line in self._lines("labels"):
            key, name, cas, formula, synonyms = line.split(FIELD)
            found.append((key, Label(name, cas, formula, tuple(synonyms.split(ITEM)) if synonyms else ())))
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

    def flows(self) -> Iterator[Flow]:
        """Every flow, in the list's order."""
        for row in range(self._size):
            label, context = self.label_of(row), self.contexts[self.context_of_row[row]]
            unit = self.units[self.unit_of_row[row]]
            yield Flow(self.id(row), label.name, context, unit, label.cas, label.formula, label.synonyms)

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
            wanted = uuid_bytes(id)
            if wanted is None:
                return None
            ids = self._blocks["id"]
            at = bisect_left(self._by_id, wanted, key=lambda row: bytes(ids[16 * row : 16 * row + 16]))
        else:
            at = bisect_left(self._by_id, id, key=self.id)
        return self._by_id[at] if at < self._size and self.id(self._by_id[at]) == id else None


def _opened(data: bytes) -> tuple[dict[str, Any], memoryview]:
    end = data.find(b"\n", len(MAGIC))
    try:
        if not data.startswith(MAGIC) or end < 0:
            raise ValueError
        head: dict[str, Any] = dict(json.loads(data[len(MAGIC) : end]))
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
