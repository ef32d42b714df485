"""Flow lists into compact files: built once from what people have, the same bytes for the same flows.

332,133 flows are 10 MB: identifiers as 16 bytes, every name, context and unit once, the rest numbers.
Licences of lists differ, and none ships with us.
"""

from __future__ import annotations

import hashlib
import json
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from gateway.errors import InputError
from gateway.nomenclature.flow import FIELD, ITEM, LINE, MAGIC, Edition, Flow, Label, uuid_bytes
from gateway.nomenclature.flow_sources import read_flows
from gateway.nomenclature.names import EXACT_EDITION, exact


def build(
    files: Sequence[Path], *, name: str, version: str = "", licence: str = "", source: str = ""
) -> bytes:
    """``build_list`` of files on disk."""
    data = {str(path): path.read_bytes() for path in files}
    return build_list(data, name=name, version=version, licence=licence, source=source)


def build_list(
    files: Mapping[str, bytes], *, name: str, version: str = "", licence: str = "", source: str = ""
) -> bytes:
    """The compact list of what ``flow_sources`` reads: tables, EcoSpold 2, ILCD or openLCA packages.

    The order of rows says nothing.

    Args:
        files: bytes by file name.
        name: the list's name, as targets know it: EF 3.1, FEDEFL, ecoinvent, openLCA.

    Raises:
        InputError: a file holds no flow that can be read, or one identifier stands twice.
    """
    digest = hashlib.sha256()
    flows: list[Flow] = []
    for path, data in files.items():
        digest.update(hashlib.sha256(data).digest())
        flows += read_flows(data, name=path.rpartition("/")[2])
    return pack(flows, Edition(name, version, licence, source, digest.hexdigest()))


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
    binary = all(uuid_bytes(row[3]) for row in rows)
    blocks = {
        "labels": _text(
            FIELD.join((k, la.name, la.cas, la.formula, ITEM.join(la.synonyms))) for k, la in labels
        ),
        "contexts": _text(ITEM.join(c) for c in contexts),
        "units": _text(units),
        "starts": _numbers("I", [*starts, len(rows)]),
        "label": _numbers("I", (label_at[row[0], Label(*row[4:])] for row in rows)),
        "context": _numbers("H", (context_at[row[1]] for row in rows)),
        "unit": _numbers("H", (unit_at[row[2]] for row in rows)),
        "by_id": _numbers("I", (number for _, number in ids)),
        "id": b"".join(uuid_bytes(row[3]) or b"" for row in rows)
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
    return MAGIC + json.dumps(head, ensure_ascii=False, sort_keys=True).encode() + b"\n" + body


def _text(lines: Iterable[str]) -> bytes:
    return LINE.join(lines).encode()


def _numbers(kind: str, values: Iterable[int]) -> bytes:
    found = array(kind, values)
    if sys.byteorder == "big":  # files are little-endian everywhere
        found.byteswap()
    return found.tobytes()
