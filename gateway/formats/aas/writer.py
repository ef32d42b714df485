"""Write the two carbon footprint submodels, each with a submodel of ours for all that has no place in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from operator import is_not
from typing import TypeVar

from gateway.codec import jsonwrite, product_link
from gateway.codec import passport as battery
from gateway.codec.annex import Annex, ride_along
from gateway.codec.base import Context, Package, Writing
from gateway.codec.fields import FieldTable
from gateway.codec.lacks import lack
from gateway.errors import GatewayError, raise_all
from gateway.formats.aas import core, terms
from gateway.formats.aas.container import pack
from gateway.formats.aas.elements import Element, fits, legal, of, reference, texts
from gateway.formats.aas.entries import Entries, declared, entries_of
from gateway.formats.aas.terms import BASIS_NAME, FOOTPRINT, PASSPORT, PASSPORT_SET
from gateway.model.base import Leaf, Missing, Part
from gateway.model.declaration import Declaration
from gateway.model.results import ResultSet
from gateway.model.walk import Place, by_path, leaves, prune, replace
from gateway.report import Fate, Note

P = TypeVar("P", bound=Part)

_HOME = f"/results/{PASSPORT_SET}"
_CONVERTED = "aas.converted-unit"
_NAMES = {
    FOOTPRINT: {"en": "Carbon footprint", "zh": "碳足迹"},
    PASSPORT: {"en": "Carbon footprint of the battery", "zh": "电池碳足迹"},
    "": {"en": "What the carbon footprint rests on", "zh": "碳足迹的依据"},
}
# IDTA 02023 1.0.1 and 02035-3 1.0 as they spell it.
_TEMPLATE_IDS = {
    FOOTPRINT: "https://admin-shell.io/IDTA 02023-1-0",
    PASSPORT: "https://admin-shell.io/idta-02023-1-0",
}
_DECLARED = {
    "en": "Declared values by life-cycle phase, not calculated anew. The carbon classes in ResultSets say "
    "whether biogenic uptake is counted. Module D is never netted. There is no total over several phases.",
    "zh": "按生命周期阶段列示的声明值，并非重新核算。是否计入生物源吸收，见ResultSets中的碳分类。"
    "模块D从不抵扣。此处不含跨阶段合计。",
}


# AAS metamodel 3.0, Identifier: at most 2,000 characters.
_LONGEST_ASSET_ID = 2000


def write_footprint(declaration: Declaration, context: Context) -> Writing:
    """The declared sets as an IDTA 02023 submodel.

    Raises:
        Lacks: every field that is missing, together.
    """
    fitting, mended = _that_fits(declaration)
    own = declared(fitting)
    found = entries_of(own)
    raise_all([*found.lacks, *_needed(own, FOOTPRINT)])
    parts: list[tuple[Part, FieldTable, str]] = [
        (own.model_copy(update={"results": ()}), terms.context_table(), ""),
        (Declaration(results=own.results), terms.sets_table(), ""),
    ]
    annex = _without_absences(ride_along(parts, below=f"/{BASIS_NAME}", converted=_CONVERTED), own)
    _mark_rows(annex.members, found)
    notice = {"profile": "declared", "text": _DECLARED}
    package = _packed(own, FOOTPRINT, core.footprint(own, found.entries), notice, annex.members, context)
    notes = (*annex.notes, *found.notes, *mended)
    return Writing(package, notes, (annex.claims | found.claims) - {note.path for note in mended})


def write_passport(declaration: Declaration, context: Context) -> Writing:
    """The restated set as an IDTA 02035-3 submodel: a preview, or left empty.

    Both profiles ask for the same: what cannot be filled in a preview is refused under the default, too,
    although that leaves the values out.

    Raises:
        Lacks: every field that is missing, together.
    """
    own, mended = _that_fits(declaration)
    result = declaration.result_set(PASSPORT_SET)
    lacks = battery.lacks(own, result, target=PASSPORT, home=_HOME)
    raise_all([*lacks, *_needed(own, PASSPORT)])
    assert result is not None
    filled = context.options.get("preview") == "yes"
    annex = _without_absences(_passport_annex(own, result, filled=filled), own)
    notes, claims = [*annex.notes, *mended], set(annex.claims)
    elements = core.passport_left_empty()
    if filled:
        figures = battery.footprint(declaration, result)
        elements = core.passport(own, result.basis, figures.total, figures.stages, figures.absolute)
        notes.extend(figures.notes)
        claims |= {*figures.claims, "/passport/study_link"}
    else:
        notes.extend(battery.left_empty(declaration, result, _HOME))
    notice = battery.notice(filled=filled)
    package = _packed(own, PASSPORT, elements, notice, annex.members, context)
    return Writing(package, tuple(notes), frozenset(claims) - {note.path for note in mended})


def _passport_annex(declaration: Declaration, result: ResultSet, *, filled: bool) -> Annex:
    """The battery, and in a preview the basis of its values. The study stands in the entries."""
    study = declaration.passport.model_copy(update={"study_link": None})
    bare = declaration.model_copy(update={"results": (), "passport": study})
    parts: list[tuple[Part, FieldTable, str]] = [(bare, terms.context_table(), "")]
    source = declaration.result_set(result.derived_from or "")
    if filled:
        parts.append((result, terms.restated_table(), _HOME))
    if filled and source is not None:
        parts.append((Declaration(results=(source,)), terms.sources_table(), ""))
    return ride_along(parts, below=f"/{BASIS_NAME}", converted=_CONVERTED)


def _that_fits(declaration: Declaration) -> tuple[Declaration, tuple[Note, ...]]:
    """The declaration without texts that no element can hold; in a list of texts they are mended.

    To take one out of a list would move the others.
    """
    notes = []
    for place in [p for p in leaves(declaration) if _is_listed(p) and not _fits(p)]:
        mended = legal(str(place.value))
        declaration = replace(declaration, place.path, mended)
        notes.append(Note("aas.illegal-characters", place.path, Fate.CONVERTED, str(place.value), mended))
    return prune(_without_unnameable(declaration), _fits), tuple(notes)


def _without_unnameable(part: P) -> P:
    """Items of lists that no element can name are left out as a whole, not given another name."""
    changes: dict[str, object] = {}
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, tuple) and value and isinstance(value[0], Part):
            kept = tuple(_without_unnameable(i) for i in value if fits(i.key or "", in_languages=False))
            if len(kept) != len(value) or any(map(is_not, kept, value)):
                changes[name] = kept
    return part.model_copy(update=changes) if changes else part


def _is_listed(place: Place) -> bool:
    """Whether it is one of a list of texts."""
    return place.path.rpartition("/")[2].isdecimal() and isinstance(place.value, str)


def _fits(place: Place) -> bool:
    return fits(place.value, in_languages=place.path.rpartition("/")[2] in ("zh", "en"))


def _needed(declaration: Declaration, target: str) -> Iterable[GatewayError]:
    if not isinstance(declaration.document.issued_at, date):
        yield lack(target, "/document/issued_at", code="aas.no-publication-date")
    if not any(declaration.method.standards):
        yield lack(target, "/method/standards")
    link = declaration.passport.product_link
    yield from product_link.lacks(target, link)
    if isinstance(link, str) and len(link) > _LONGEST_ASSET_ID:
        yield lack(target, "/passport/product_link", code="aas.asset-id-too-long", length=str(len(link)))


def _without_absences(annex: Annex, declaration: Declaration) -> Annex:
    """A shell has no way to say that a value is withheld: such a value stands nowhere."""
    own: Mapping[str, Leaf] = by_path(declaration)
    claims = frozenset(path for path in annex.claims if not isinstance(own.get(path), Missing))
    members = _told(annex.members)
    assert isinstance(members, dict)
    return Annex(members, claims, annex.notes)


def _told(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: _told(inner)
            for name, inner in value.items()
            if not (isinstance(inner, dict) and "missing" in inner)
        }
    return [_told(item) for item in value] if isinstance(value, list) else value


def _mark_rows(members: dict[str, object], found: Entries) -> None:
    """Say how many entries there are, and of each row which one it is."""
    members["Entries"] = len(found.entries)
    for (position, index), entry in found.rows.items():
        sets = members["ResultSets"]
        assert isinstance(sets, list)
        sets[position]["ByStage"][index]["Entry"] = entry


def _packed(
    declaration: Declaration,
    target: str,
    elements: list[Element],
    notice: Mapping[str, object],
    members: Mapping[str, object],
    context: Context,
) -> Package:
    """The environment: a shell, the submodel of the template, and ours."""
    basis = [of("Notice", notice), *(of(name, value) for name, value in members.items())]
    footprint = _submodel("CarbonFootprint", context, elements, terms.SUBMODEL, _NAMES[target])
    footprint["administration"] = {"version": "1", "revision": "0", "templateId": _TEMPLATE_IDS[target]}
    if target == PASSPORT:
        more = reference(f"{terms.SAMM_BATTERY}#CarbonFootprintBattery")
        footprint["supplementalSemanticIds"] = [more]
    own = _submodel(BASIS_NAME, context, [e for e in basis if e is not None], terms.BASIS, _NAMES[""])
    document = {
        "assetAdministrationShells": [_shell(declaration, context, footprint, own)],
        "submodels": [footprint, own],
    }
    data = (jsonwrite.encode(document) + "\n").encode("utf-8")
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    stem = "carbon-footprint"
    if target == PASSPORT:
        stem += "-preview" if notice["filled"] else "-not-filled"
    return pack(data, stem, name, context.options)


def _submodel(
    name: str, context: Context, elements: list[Element], semantic: str, names: Mapping[str, str]
) -> Element:
    return {
        "modelType": "Submodel",
        "id": f"urn:uuid:{context.new_id(f'/aas/{name}')}",
        "idShort": name,
        "displayName": texts(names),
        "kind": "Instance",
        "semanticId": reference(semantic),
        "submodelElements": elements,
    }


def _shell(declaration: Declaration, context: Context, *submodels: Element) -> Element:
    """The shell of the product: of one item only where the passport says so."""
    link = declaration.passport.product_link
    asset = link if isinstance(link, str) and link else f"urn:uuid:{context.new_id('/aas/asset')}"
    item = declaration.passport.granularity == "item"
    return {
        "modelType": "AssetAdministrationShell",
        "id": f"urn:uuid:{context.new_id('/aas/shell')}",
        "idShort": "CarbonFootprintShell",
        "assetInformation": {"assetKind": "Instance" if item else "Type", "globalAssetId": asset},
        "submodels": [
            {"type": "ModelReference", "keys": [{"type": "Submodel", "value": submodel["id"]}]}
            for submodel in submodels
        ],
    }
