"""References with a broken id: found again by their own address, or by name within the package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.codec.xmlread import SPREADSHEET_ERRORS
from gateway.formats.ilcd.dataset_index import FOLDERS, KINDS, DatasetIndex, Entry
from gateway.formats.ilcd.mend_values import uuid as spelt_uuid
from gateway.report import Fate, Finding, Note

_UUID: Final = re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}")
_ADDRESS: Final = re.compile(rf"(?:.*/)?([a-z]+)/({_UUID.pattern})(?:_[0-9.]+)?(?:\.xml)?")
_ID: Final = "@refObjectId"
_TYPE: Final = "@type"

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as it was read, and as far as its values were mended one by one."""

    node: Mapping[str, Any]
    out: Tree
    path: str


@dataclass(slots=True)
class Resolved:
    """What becomes of the attributes of a reference."""

    put: dict[str, str] = field(default_factory=dict)
    drop: list[str] = field(default_factory=list)
    mends: list[Note] = field(default_factory=list)
    aside: dict[str, Finding] = field(default_factory=dict)


def mend_reference(reference: Reference, index: DatasetIndex) -> Resolved:
    """The id of a reference put right where there is one reading, set aside where there is none."""
    found = Resolved()
    raw = str(reference.out.get(_ID, ""))
    if _UUID.fullmatch(raw):
        return found
    uuid, note = _found(reference, raw, index)
    if uuid:
        found.put[_ID] = uuid
        found.mends.append(note)
        return found
    if _ID not in reference.out:
        return found
    found.drop.append(_ID)
    wrong = raw.strip() in SPREADSHEET_ERRORS
    code = "xml.spreadsheet-error" if wrong else "ilcd.reference-not-resolved"
    found.aside[_ID] = Finding(
        code, reference.path, raw, params={"count": str(len(_named(reference, raw, index)))}
    )
    return found


def kind_of(node: Mapping[str, Any]) -> str:
    """What kind of data set a reference names; empty where it is none of a package."""
    return KINDS.get(str(node.get(_TYPE, "")), "")


def names_of(node: Mapping[str, Any]) -> Mapping[str, str]:
    """The names that a reference gives its target."""
    names = node.get("common:shortDescription")
    return names if isinstance(names, dict) else {}


def _found(reference: Reference, raw: str, index: DatasetIndex) -> tuple[str, Note]:
    path = f"{reference.path}/{_ID}"
    spelt = spelt_uuid(raw)
    if spelt:
        return spelt, Note("ilcd.value-mended", path, Fate.MENDED, raw, spelt, params={"type": "uuid"})
    kind = kind_of(reference.out)
    address = _ADDRESS.fullmatch(str(reference.out.get("@uri", "")).strip())
    if (
        address
        and FOLDERS.get(address[1]) == kind
        and (index.find(kind, address[2]) or kind not in index.kinds)
    ):
        params = {"uri": str(reference.out["@uri"])}
        return address[2], Note("ilcd.id-from-address", path, Fate.MENDED, raw, address[2], params=params)
    candidates = _named(reference, raw, index)
    if len(candidates) == 1 and (evidence := _evidence(candidates[0], reference, index)):
        entry = candidates[0]
        return entry.uuid, Note("ilcd.id-from-name", path, Fate.MENDED, raw, entry.uuid, params=evidence)
    return "", Note("", path, Fate.MENDED)


def _named(reference: Reference, raw: str, index: DatasetIndex) -> list[Entry]:
    kind = kind_of(reference.out)
    names = [text for text in names_of(reference.out).values() if text.strip()]
    if raw.strip() and raw.strip() not in SPREADSHEET_ERRORS and not names:
        names = [raw]
    return index.named(kind, names) if kind and names else []


def _evidence(entry: Entry, reference: Reference, index: DatasetIndex) -> Mapping[str, str]:
    """Why it is this data set; nothing where its name alone cannot say so.

    An elementary flow is its substance in a compartment, which its name does not tell.
    """
    if entry.kind == "flow" and entry.flow_kind not in ("Product flow", "Waste flow", "Other flow"):
        return {}
    for lang, text in names_of(reference.out).items():
        own = entry.names.get(lang)
        if own is not None and " ".join(own.split()) != " ".join(text.split()):
            return {}
    unit = index.unit_of(entry) if entry.kind == "flow" else ""
    if entry.kind == "flow" and not unit and {"flowproperty", "unitgroup"} <= index.kinds:
        return {}
    name = next(iter(entry.names.values()), "")
    return {"name": name, "cas": entry.cas or "-", "unit": unit or "-", "file": entry.file}
