"""Read a domestic declaration as JSON: tolerant, every member placed or kept, every defect named."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from gateway import resources
from gateway.codec import build
from gateway.codec.base import Context, Package, Reading
from gateway.codec.fields import FieldTable, compile_table
from gateway.codec.jsonread import JsonReading
from gateway.errors import InputError
from gateway.frontdoor.json import JsonValue
from gateway.model.base import here
from gateway.model.declaration import Declaration
from gateway.model.results import Basis, Denominator, Per, ResultSet
from gateway.model.walk import diff
from gateway.report import Fate, Note

NAMESPACE = "cn-pcf@1"
DECLARED = "declared"

# What the sets refer to that the domestic form keeps as members of ``results``.
_PER = {"pack": Per.PACK, "kwh-unstated": Per.KWH_UNSTATED, "kg": Per.KG}


# What the declared set leaves unsaid where it stands as ``results``.
_IMPLIED = ("id", "role", "derivedFrom")


@cache
def table() -> FieldTable:
    """The compiled field table.

    ``results`` takes the same rows as an item of ``resultSets``; one ``verification`` those of a list.
    """
    rows = []
    for row in resources.table("fields/cn_pcf.csv"):
        single = row["source"].startswith("/verification/")
        rows.append(dict(row, write="no") if single else row)
        member = row["source"].removeprefix("/resultSets/*/")
        if member != row["source"] and not member.startswith("basis/") and member not in _IMPLIED:
            model = row["model"].replace("/results/*", f"/results/[{DECLARED}]", 1)
            rows.append(dict(row, source=f"/results/{member}", model=model, write="no"))
    return compile_table(rows)


def read(package: Package, context: Context) -> Reading:
    """The declaration of a one-file package.

    Raises:
        InputError: the bytes are no JSON object.
    """
    document = package.json
    if not isinstance(document, dict):
        raise InputError(type(document).__name__, path="", code="cn-pcf.not-an-object")
    return read_document(document)


def read_document(document: dict[str, JsonValue]) -> Reading:
    """The declaration behind the values of a JSON document, wherever they came from."""
    reading = JsonReading(table(), document, NAMESPACE).run()
    _order_sets(reading)
    notes = [*reading.notes, *_unnamed(reading.tree)]
    values = build.plain(reading.tree)
    values["extras"] = reading.extras
    found = Declaration.model_validate(values)
    settled = _settle(found)
    notes.extend(_inferred(found, settled))
    origins = dict(build.origins(settled, reading.tree))
    return Reading(settled, tuple(notes), tuple(reading.findings), origins)


def _order_sets(reading: JsonReading) -> None:
    """The declared set first, and extras counted among the sets as they will be written."""
    sets = reading.tree.get("results")
    if not isinstance(sets, build.Items):
        return
    main = f"[{DECLARED}]"
    keys = sorted(sets, key=lambda key: key != main)
    reading.tree["results"] = build.Items({key: sets[key] for key in keys})
    written = [key for key in keys if key != main]
    listed = [key for key in keys if not key.startswith("[")]
    if written != listed:
        places = {f"{n}": f"{written.index(key)}" for n, key in enumerate(listed)}
        reading.extras = {_moved(name, places): text for name, text in reading.extras.items()}


def _moved(name: str, places: dict[str, str]) -> str:
    head, found, rest = name.partition("#/resultSets/")
    index, slash, tail = rest.partition("/")
    return f"{head}{found}{places[index]}{slash}{tail}" if found and index in places else name


def _unnamed(tree: build.Tree) -> Iterator[Note]:
    for path in build.unnamed(tree):
        yield Note("cn-pcf.item-without-id", path, Fate.INFERRED)


def _settle(found: Declaration) -> Declaration:
    """What the form says by its shape: the denominators of its sets, what a verification covers."""
    results = tuple(_with_denominator(r) for r in found.results)
    verifications = found.verifications
    if any(r.id == DECLARED for r in results):
        verifications = tuple(
            v
            if v.covers or v.kind == "none" or not here(v.kind)
            else v.model_copy(update={"covers": (DECLARED,)})
            for v in verifications
        )
    return found.model_copy(update={"results": results, "verifications": verifications})


def _with_denominator(result: ResultSet) -> ResultSet:
    if result.id not in _PER or result.basis != Basis():
        return result
    return result.model_copy(update={"basis": Basis(denominator=Denominator(per=_PER[result.id]))})


def _inferred(found: Declaration, settled: Declaration) -> Iterator[Note]:
    if found.results == settled.results and found.verifications == settled.verifications:
        return
    rest: dict[str, object] = {"lines": (), "extras": {}}  # most of a document, and never touched
    bare = found.model_copy(update=rest), settled.model_copy(update=rest)
    for path, (_, now) in diff(*bare).items():
        code = (
            "cn-pcf.verification-covers-declared"
            if path.startswith("/verifications")
            else "cn-pcf.denominator"
        )
        yield Note(code, path, Fate.INFERRED, "", str(now))
