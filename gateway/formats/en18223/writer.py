"""Write a passport document: header, what is known of the battery, and in a preview its footprint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from gateway.codec import jsonwrite, passport, product_link
from gateway.codec.annex import Annex, ride_along
from gateway.codec.base import Context, Member, Package, Writing
from gateway.codec.fields import FieldTable
from gateway.codec.lacks import lack
from gateway.codec.run import shown
from gateway.errors import GatewayError, raise_all
from gateway.formats.en18223 import rendition
from gateway.formats.en18223.table import (
    ANNEX,
    ANNEX_ID,
    HOME,
    RESTRICTED,
    RESULT_SET,
    SECTIONS,
    TARGET,
    riding,
)
from gateway.model.base import Part
from gateway.model.declaration import Declaration
from gateway.model.results import ResultSet
from gateway.model.walk import by_path
from gateway.report import Fate, Note

MEDIA_TYPE = "application/json"
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
FILE_NAMES = {True: "battery-passport-preview.json", False: "battery-passport-without-footprint.json"}


def write(declaration: Declaration, context: Context) -> Writing:
    """The document as one JSON file, compressed form.

    Without a preview the footprint's section is left out; what cannot be filled in a preview is refused
    all the same, so that nothing is missing on the day the points open.

    Raises:
        Lacks: every field that is missing, together.
    """
    result = declaration.result_set(RESULT_SET)
    raise_all([*passport.lacks(declaration, result, target=TARGET, home=HOME), *_lacks(declaration)])
    assert result is not None
    filled = context.options.get("preview") == "yes"
    notes = list(_restricted(declaration))
    shown_declaration = _without_restricted(declaration)
    own = _annex(shown_declaration, result, filled=filled)
    found = rendition.sections(shown_declaration)
    claims = set(own.claims)
    if filled:
        figures = passport.footprint(declaration, result)
        link = str(declaration.passport.study_link)
        found["footprint"] = rendition.footprint(figures, result.basis, link)
        notes.extend(figures.notes)
        claims |= {*figures.claims, "/passport/study_link"}
    else:
        notes.extend(passport.left_empty(declaration, result, HOME))
    document = rendition.header(declaration, [*found, "hutong"], context.now)
    document |= {SECTIONS[name]: members for name, members in found.items()}
    document[ANNEX_ID] = {"notice": notice(declaration, found, filled=filled), **own.members}
    data = (jsonwrite.encode(document) + "\n").encode("utf-8")
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    package = Package((Member(FILE_NAMES[filled], MEDIA_TYPE, data),), name)
    return Writing(package, (*notes, *own.notes), frozenset(claims))


def notice(
    declaration: Declaration, sections: dict[str, rendition.Members], *, filled: bool
) -> dict[str, object]:
    """The mark of the document: drafts, sections that miss something, and what only some may see."""
    told = [
        {"section": SECTIONS[name], "missing": missing}
        for name, members in sections.items()
        if (missing := list(rendition.incomplete(name, members)))
    ]
    restricted = [
        {"name": name, "reason": "LEGITIMATE_INTEREST_REQUIRED"}
        for path, name in RESTRICTED.items()
        if path in by_path(declaration)
    ]
    return {**passport.notice(filled=filled), "incomplete": told, "restricted": restricted}


def _lacks(declaration: Declaration) -> Iterator[GatewayError]:
    """Members of the header that nobody but the owner can give."""
    found = rendition.header(declaration, [], _ANY_TIME)
    places = {
        "digitalProductPassportId": "/passport/id",
        "uniqueProductIdentifier": "/passport/product_link",
        "granularity": "/passport/granularity",
        "dppStatus": "/document/status",
    }
    for member, path in places.items():
        if member not in found:
            yield lack(TARGET, path)
    yield from product_link.lacks(TARGET, declaration.passport.product_link)
    if "economicOperatorId" not in found:
        yield lack(TARGET, "/enterprise/ids/lei", code="en18223.no-operator-id")


def _restricted(declaration: Declaration) -> Iterator[Note]:
    leaves = by_path(declaration)
    for path in RESTRICTED:
        if path in leaves:
            yield Note("en18223.legitimate-interest", path, Fate.WITHHELD, shown(leaves[path]))


def _without_restricted(declaration: Declaration) -> Declaration:
    fields = {path.rpartition("/")[2]: None for path in RESTRICTED}
    return declaration.model_copy(update={"passport": declaration.passport.model_copy(update=fields)})


def _annex(declaration: Declaration, result: ResultSet, *, filled: bool) -> Annex:
    """The declaration's own words, and in a preview the basis of its values."""
    parts: list[tuple[Part, FieldTable, str]] = [(declaration, riding().declaration, "")]
    source = declaration.result_set(result.derived_from or "")
    if filled:
        parts.append((result, riding().result, HOME))
    if filled and source is not None:
        parts.append((declaration.model_copy(update={"results": (source,)}), riding().source, ""))
    return ride_along(parts, below=ANNEX, converted="passport.converted-unit")
