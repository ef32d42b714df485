"""Write the passport facts of a declaration as the second input's JSON: to start from, or to hand on."""

from __future__ import annotations

from gateway.codec import jsonwrite
from gateway.codec.annex import annex
from gateway.codec.base import Context, Member, Package, Writing
from gateway.codec.lacks import lack
from gateway.formats.passport_data import NAME
from gateway.formats.passport_data.table import table
from gateway.model.base import Missing
from gateway.model.declaration import Declaration
from gateway.model.walk import by_path

TARGET = "passport-data@1"
MEDIA_TYPE, FILE_NAME = "application/json", "passport-data.json"


def write(declaration: Declaration, context: Context) -> Writing:
    """Everything that the form has a field for; what may not be shown stands nowhere.

    Raises:
        Lacks: it is no battery.
    """
    if declaration.battery is None and declaration.passport_data is None:
        raise lack(TARGET, "/battery/category", code="restate.not-a-battery")
    members = jsonwrite.finish(jsonwrite.to_tree(declaration, table(), absences=False))
    own, before = annex(declaration, table(), converted="passport.converted-unit"), by_path(declaration)
    claims = frozenset(path for path in own.claims if not isinstance(before.get(path), Missing))
    data = (jsonwrite.encode({"format": NAME, **members}) + "\n").encode("utf-8")
    return Writing(Package((Member(FILE_NAME, MEDIA_TYPE, data),), FILE_NAME), own.notes, claims)
