"""Write a domestic declaration as JSON: every leaf of the model has a place, extras go back to theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from gateway.codec import jsonwrite
from gateway.codec.base import Context, Member, Package, Writing
from gateway.codec.fields import code_list, code_synonyms, named_code
from gateway.formats.cn_pcf.reader import DECLARED, NAMESPACE, table
from gateway.model.access import is_guarded
from gateway.model.base import Missing
from gateway.model.declaration import Declaration
from gateway.model.results import Basis, ResultSet, Role
from gateway.model.walk import Place, escape, leaves
from gateway.report import Fate, Note

MEDIA_TYPE = "application/json"
FILE_NAME = "declaration.json"


def write(declaration: Declaration, context: Context) -> Writing:
    """The declaration as one JSON file."""
    values, kept = document(declaration)
    text = jsonwrite.encode(values) + "\n"
    package = Package((Member(FILE_NAME, MEDIA_TYPE, text.encode("utf-8")),), declaration_name(declaration))
    extras = {f"/extras/{escape(name)}" for name in kept}
    notes = tuple(_renamed(declaration))
    other = {note.path for note in notes}
    own = {p.path for p in leaves(declaration) if p.path in extras or _has_a_place(p)}
    return Writing(package, notes, claims=frozenset(own - other))


def _renamed(declaration: Declaration) -> Iterator[Note]:
    """Names that other carriers have and our lists know: the form reads them as their codes."""
    for place in leaves(declaration):
        rows = table().by_pattern.get((place.pattern, ""))
        row = rows[0] if rows else None
        if row is None or row.type != "code" or not row.code_list or not isinstance(place.value, str):
            continue
        value = place.value
        known = None if value in code_list(row.code_list) else named_code(code_synonyms(row.code_list), value)
        if known is not None and known != value:
            yield Note("input.label-for-code", place.path, Fate.CONVERTED, value, known)


def _has_a_place(place: Place) -> bool:
    """The form has Chinese and English; a text in another language stays, and so do further inputs."""
    if place.pattern == "/extras" or is_guarded(place.pattern) or place.pattern.startswith("/cbam/"):
        return False
    langs = _languages().get(place.pattern)
    return langs is None or isinstance(place.value, Missing) or place.path.rpartition("/")[2] in langs


@cache
def _languages() -> Mapping[str, frozenset[str]]:
    """The languages that the form has for a text, by pattern."""
    found: dict[str, frozenset[str]] = {}
    for pattern, lang in table().by_pattern:
        if lang:
            found[pattern] = found.get(pattern, frozenset()) | {lang}
    return found


def document(declaration: Declaration) -> tuple[dict[str, object], frozenset[str]]:
    """The values of the JSON document, amounts as strings, and the names of the extras that are in it."""
    tree = jsonwrite.to_tree(declaration, table())
    _place_results(tree, declaration)
    _place_verifications(tree, declaration)
    kept = jsonwrite.graft(tree, declaration.extras, NAMESPACE)
    return jsonwrite.finish(tree), kept


def declaration_name(declaration: Declaration) -> str:
    """The declaration's own id as a name for people."""
    return declaration.document.id if isinstance(declaration.document.id, str) else ""


def _place_results(tree: jsonwrite.Tree, declaration: Declaration) -> None:
    """The declared set in the declared unit stands as ``results``; all others as ``resultSets``."""
    sets = tree.pop("resultSets", None)
    if not isinstance(sets, dict):
        return
    main = next((str(i) for i, r in enumerate(declaration.results) if _is_main(r)), None)
    results = tree.setdefault("results", {})
    assert isinstance(results, dict)
    own = sets.pop(main, {}) if main is not None else {}
    results |= {name: value for name, value in own.items() if name not in ("id", "role", "basis")}
    if not results:
        tree.pop("results")
    if sets:
        tree["resultSets"] = jsonwrite.renumbered(sets)


def _is_main(result: ResultSet) -> bool:
    plain = result.role is Role.DECLARED and result.basis == Basis() and result.derived_from is None
    return plain and result.id == DECLARED


def _place_verifications(tree: jsonwrite.Tree, declaration: Declaration) -> None:
    """The one verification of the form stands as an object, others as a list."""
    found = declaration.verifications
    listed = any(name.startswith(f"{NAMESPACE}#/verifications/") for name in declaration.extras)
    if len(found) == 1 and found[0].id == "verification" and not listed:
        items = tree.pop("verifications")
        assert isinstance(items, dict)
        tree["verification"] = items["0"]
