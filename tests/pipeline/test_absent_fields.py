"""One field less: a target is written, or refused by the name of what it lacks; the form said so before."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway import resources
from gateway.codec.base import Context, Package
from gateway.formats import formats
from gateway.pipeline.convert import convert, read

from .conftest import EXAMPLES

pytestmark = pytest.mark.exhaustive

TARGETS = [f.id for f in formats() if f.write is not None]
Pointer = tuple[str | int, ...]


def pointers(value: Any, at: Pointer = ()) -> Iterator[Pointer]:
    """Every member of an example that may be left out, lists and their items included."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from pointers(below, (*at, name))
    elif isinstance(value, list):
        yield at
        for number, item in enumerate(value):
            yield from pointers(item, (*at, number))
    else:
        yield at


def without(document: Any, at: Pointer) -> Any:
    changed = copy.deepcopy(document)
    place = changed
    for step in at[:-1]:
        place = place[step]
    del place[at[-1]]
    return changed


def pattern(at: Pointer) -> str:
    return "/" + "/".join("*" if isinstance(step, int) else step for step in at)


def example(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((EXAMPLES / name).read_text(encoding="utf-8"))
    return {key: value for key, value in document.items() if not key.startswith("_")}


def refused(document: Any, context: Context) -> dict[str, set[str]]:
    """The fields that each refused target lacks. An output that breaks a promise is raised."""
    source = read(Package.of(json.dumps(document, ensure_ascii=False).encode()), context=context)
    outcomes = convert(source, to=TARGETS, options={"preview": "yes"})
    return {
        outcome.format.id: {error.error_code for error in outcome.lacks}
        for outcome in outcomes
        if not outcome.written
    }


def first_of_each(document: Any) -> list[Pointer]:
    """One place of every pattern; of lines, which all look alike, those of the first."""
    found: dict[str, Pointer] = {}
    for at in pointers(document):
        found.setdefault(pattern(at), at)
    return list(found.values())


@pytest.mark.parametrize("name", ["lfp-pack.json", "tea.json"])
def test_no_absent_field_breaks_a_promise(name: str, context: Context) -> None:
    document = example(name)
    complete = refused(document, context)
    for at in first_of_each(document):
        for target, codes in refused(without(document, at), context).items():
            broken = [code for code in codes if code.startswith(("internal.", "html.", "input."))]
            assert not broken, (pattern(at), target, codes)
            assert target in complete or codes, (pattern(at), target)


def test_the_form_marks_what_a_target_cannot_do_without(context: Context) -> None:
    document = example("lfp-pack.json")
    rows = resources.table("fields/cn_pcf_targets.csv")
    marked = {(row["source"], row["target"]) for row in rows}
    families = {family for _, family in marked}
    # Refused whatever is there: what only parameters or other inputs tell, and a pack where pieces are none.
    complete = refused(document, context)
    lacking = {
        (pattern(at), target.partition("@")[0])
        for at in first_of_each(document)
        for target in refused(without(document, at), context).keys() - complete.keys()
        # The form marks these families; what others ask for, gaps tells.
        if target.partition("@")[0] in families
        # A whole list is asked for cell by cell.
        if not pattern(at).endswith(("/byStage", "/resultSets", "/*"))
    }
    assert sorted(lacking - marked) == []
