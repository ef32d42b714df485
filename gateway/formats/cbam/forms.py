"""The two forms: the same fields, and in the operator's package what is embedded in a tonne of each good."""

from __future__ import annotations

from functools import cache

from gateway import resources
from gateway.codec import build, jsonwrite
from gateway.codec.annex import annex
from gateway.codec.base import Member, Package, Reading, Writing
from gateway.codec.fields import FieldTable, compile_table
from gateway.codec.form_schema import form_schema
from gateway.codec.jsonread import JsonReading
from gateway.codec.lacks import lack
from gateway.codec.schema import judge
from gateway.errors import InputError
from gateway.formats.cbam import DATA
from gateway.model.base import Missing
from gateway.model.declaration import Declaration
from gateway.model.walk import by_path
from gateway.report import Finding

NAMESPACE = "cbam-data@1"
SCHEMA = "cbam/cbam-data-1.schema.json"
MEDIA_TYPE = "application/json"
# What the package adds, made anew from the rest.
_MADE = ("format", "legal", "embedded")


@cache
def table() -> FieldTable:
    """The compiled rows."""
    return compile_table(resources.table("fields/cbam_data.csv"))


def schema() -> dict[str, object]:
    """The JSON Schema of the input."""
    title = "Gate-level data of an installation for the EU's carbon border adjustment"
    found = form_schema(table(), identifier="urn:hutong:schema:cbam-data:1", title=title)
    members = found["properties"]
    assert isinstance(members, dict)
    return {**found, "properties": {"format": {"const": DATA}, **members}, "required": ["format"]}


def read(package: Package, name: str) -> Reading:
    """What the operator says, as a part of a declaration.

    Raises:
        InputError: the bytes are not this form.
    """
    document = package.json
    if not isinstance(document, dict) or document.get("format") != name:
        raise InputError(package.name, path="/format", code="cbam.not-ours")
    told = {key: value for key, value in document.items() if key not in _MADE}
    found = JsonReading(table(), told, NAMESPACE).run()
    declaration = Declaration.model_validate({**build.plain(found.tree), "extras": found.extras})
    origins = dict(build.origins(declaration, found.tree))
    return Reading(declaration, tuple(found.notes), tuple(found.findings), origins)


def members_of(declaration: Declaration) -> tuple[dict[str, object], Writing]:
    """The fields of the form, and the accounting that goes with them."""
    members = jsonwrite.finish(jsonwrite.to_tree(declaration, table(), absences=False))
    own, before = annex(declaration, table(), converted="passport.converted-unit"), by_path(declaration)
    claims = frozenset(path for path in own.claims if not isinstance(before.get(path), Missing))
    return members, Writing(Package(()), own.notes, claims)


def write_data(declaration: Declaration) -> Writing:
    """The form as far as it is filled.

    Raises:
        Lacks: there is nothing for it.
    """
    if declaration.cbam is None:
        raise lack(NAMESPACE, "/cbam", code="cbam.no-gate-data")
    members, account = members_of(declaration)
    return packed({"format": DATA, **members}, "cbam-data.json", account)


def packed(document: dict[str, object], name: str, account: Writing) -> Writing:
    """The document as one file."""
    data = (jsonwrite.encode(document) + "\n").encode("utf-8")
    return Writing(Package((Member(name, MEDIA_TYPE, data),), name), account.notes, account.claims)


def validate(package: Package, name: str) -> tuple[Finding, ...]:
    """What the input breaks of its schema; of a package, also what does not follow from its own data."""
    from gateway.formats.cbam.installation import check

    document = package.json
    if name == DATA or not isinstance(document, dict):
        return judge(document, SCHEMA)
    told = {key: value for key, value in document.items() if key not in _MADE}
    return (*judge({"format": DATA, **told}, SCHEMA), *check(package))
