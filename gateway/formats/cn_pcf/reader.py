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
from gateway.model.base import here
from gateway.model.declaration import Declaration
from gateway.model.results import Basis, Denominator, Per, ResultSet
from gateway.model.walk import diff
from gateway.report import Fate, Note

NAMESPACE = "cn-pcf@1"
DECLARED = "declared"

# What the sets refer to that the domestic form keeps as members of ``results``.
_PER = {"pack": Per.PACK, "kwh-unstated": Per.KWH_UNSTATED, "kg": Per.KG}


@cache
def table() -> FieldTable:
    """The compiled field table; ``results`` takes the same rows as an item of ``resultSets``."""
    rows = list(resources.table("fields/cn_pcf.csv"))
    twins = []
    for row in rows:
        if row["source"].startswith("/resultSets/*/") and "/basis/" not in row["source"]:
            source = "/results/" + row["source"].removeprefix("/resultSets/*/")
            model = row["model"].replace("/results/*", f"/results/[{DECLARED}]", 1)
            twins.append(dict(row, source=source, model=model, write="no"))
    return compile_table([*rows, *twins])


def read(package: Package, context: Context) -> Reading:
    """The declaration of a one-file package.

    Raises:
        InputError: the bytes are no JSON object.
    """
    document = package.json
    if not isinstance(document, dict):
        raise InputError(type(document).__name__, path="", code="cn-pcf.not-an-object")
    reading = JsonReading(table(), document, NAMESPACE).run()
    notes = [*reading.notes, *_unnamed(reading.tree)]
    values = build.plain(reading.tree)
    values["extras"] = reading.extras
    found = Declaration.model_validate(values)
    settled = _settle(found)
    notes.extend(_inferred(found, settled))
    origins = dict(build.origins(settled, reading.tree))
    return Reading(settled, tuple(notes), tuple(reading.findings), origins)


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
    for path, (_, now) in diff(found, settled).items():
        code = (
            "cn-pcf.verification-covers-declared"
            if path.startswith("/verifications")
            else "cn-pcf.denominator"
        )
        yield Note(code, path, Fate.INFERRED, "", str(now))
