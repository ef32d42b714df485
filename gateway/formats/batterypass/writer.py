"""Write CarbonFootprintForBatteries per kWh delivered, marked as draft; empty unless a preview is asked."""

from __future__ import annotations

from gateway.codec import jsonwrite, passport
from gateway.codec.annex import Annex, ride_along
from gateway.codec.base import Context, Member, Package, Writing
from gateway.codec.fields import FieldTable
from gateway.codec.passport import Footprint
from gateway.errors import raise_all
from gateway.formats.batterypass import general
from gateway.formats.batterypass.submodels import rendered, submodels
from gateway.formats.batterypass.table import ANNEX, HOME, RESULT_SET, STAGES, TARGET, riding
from gateway.model.base import Part
from gateway.model.declaration import Declaration
from gateway.model.results import ResultSet

MEDIA_TYPE = "application/json"
FILE_NAMES = {True: "carbon-footprint-preview.json", False: "carbon-footprint-not-filled.json"}


def write(declaration: Declaration, context: Context) -> Writing:
    """The footprint as one JSON file, and the general information as another if nothing of it is missing.

    Both profiles ask for the same: what cannot be filled in a preview is refused under the default, too,
    although that leaves the values out.

    Raises:
        Lacks: every field that is missing, together.
    """
    result = declaration.result_set(RESULT_SET)
    raise_all(passport.lacks(declaration, result, target=TARGET, home=HOME))
    assert result is not None
    filled = context.options.get("preview") == "yes"
    own = _annex(declaration, result, filled=filled)
    document: dict[str, object] = {}
    notes, claims = list(own.notes), set(own.claims)
    if filled:
        figures = passport.footprint(declaration, result)
        document |= _members(figures, declaration)
        notes.extend(figures.notes)
        claims |= {*figures.claims, "/passport/study_link"}
    else:
        notes.extend(passport.left_empty(declaration, result, HOME))
    document["hutong"] = {"notice": passport.notice(filled=filled), **own.members}
    data = rendered("CarbonFootprintForBatteries", document, context)
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    files = [Member(FILE_NAMES[filled], MEDIA_TYPE, data)]
    left_out = tuple(general.missing(declaration))
    if not left_out:
        told = rendered(general.PART, general.members(declaration), context)
        files.append(Member(general.FILE_NAME, MEDIA_TYPE, told))
    more = submodels(declaration, context)
    claims |= more.claims
    noted = {note.path for note in notes}
    notes.extend(n for n in more.notes.values() if n.path not in claims and n.path not in noted)
    package = Package((*files, *more.files), name)
    return Writing(package, tuple(notes), frozenset(claims), (*left_out, *more.left_out))


def _members(figures: Footprint, declaration: Declaration) -> dict[str, object]:
    members: dict[str, object] = {
        "batteryCarbonFootprint": jsonwrite.number(figures.total),
        "carbonFootprintPerLifecycleStage": [
            {"lifecycleStage": STAGES[stage], "carbonFootprint": jsonwrite.number(value)}
            for stage, value in figures.stages.items()
        ],
        "carbonFootprintPerformanceClass": passport.PERFORMANCE_CLASS,
        "carbonFootprintStudy": declaration.passport.study_link,
    }
    if figures.absolute is not None:
        members["absoluteCarbonFootprint"] = jsonwrite.number(figures.absolute)
    return members


def _annex(declaration: Declaration, result: ResultSet, *, filled: bool) -> Annex:
    """The battery, and in a preview the basis of its values."""
    parts: list[tuple[Part, FieldTable, str]] = [(declaration, riding().declaration, "")]
    source = declaration.result_set(result.derived_from or "")
    if filled:
        parts.append((result, riding().result, HOME))
    if filled and source is not None:
        parts.append((declaration.model_copy(update={"results": (source,)}), riding().source, ""))
    return ride_along(parts, below=ANNEX, converted="passport.converted-unit")
