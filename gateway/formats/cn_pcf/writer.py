"""Write a domestic declaration as JSON: every leaf of the model has a place, extras go back to theirs."""

from __future__ import annotations

from gateway.codec import jsonwrite
from gateway.codec.base import Context, Member, Package, Writing
from gateway.formats.cn_pcf.reader import DECLARED, NAMESPACE, table
from gateway.model.declaration import Declaration
from gateway.model.results import Basis, ResultSet, Role
from gateway.model.walk import by_path, escape

MEDIA_TYPE = "application/json"
FILE_NAME = "declaration.json"


def write(declaration: Declaration, context: Context) -> Writing:
    """The declaration as one JSON file."""
    tree = jsonwrite.to_tree(declaration, table())
    _place_results(tree, declaration)
    _place_verifications(tree)
    kept = jsonwrite.graft(tree, declaration.extras, NAMESPACE)
    text = jsonwrite.encode(jsonwrite.finish(tree)) + "\n"
    package = Package((Member(FILE_NAME, MEDIA_TYPE, text.encode("utf-8")),), declaration_name(declaration))
    extras = {f"/extras/{escape(name)}" for name in kept}
    own = {p for p in by_path(declaration) if not p.startswith("/extras/") or p in extras}
    return Writing(package, claims=frozenset(own))


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
    if main is not None and main in sets:
        own = sets.pop(main)
        for implied in ("id", "role", "basis"):
            own.pop(implied, None)
        for name, value in own.items():
            results[name] = value
    if not results:
        tree.pop("results")
    if sets:
        tree["resultSets"] = sets


def _is_main(result: ResultSet) -> bool:
    plain = result.role is Role.DECLARED and result.basis == Basis() and result.derived_from is None
    return plain and result.id == DECLARED


def _place_verifications(tree: jsonwrite.Tree) -> None:
    """One verification stands as an object, several as a list."""
    found = tree.pop("verifications", None)
    if isinstance(found, dict) and len(found) == 1:
        tree["verification"] = next(iter(found.values()))
    elif found:
        tree["verifications"] = found
