"""Write the parts of the passport that declaration and passport data fill, each whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway import resources
from gateway.codec import jsonwrite
from gateway.codec.base import Context, Writing
from gateway.codec.carrier_part import PartWriting, write_part
from gateway.codec.carrier_write import CarrierWriting
from gateway.codec.fields import code_list
from gateway.codec.lacks import Lacks, lack
from gateway.errors import GatewayError, raise_all
from gateway.formats.aas.container import pack
from gateway.formats.aas.elements import Element, reference, texts
from gateway.formats.aas.part_elements import elements
from gateway.formats.aas.parts import DOCUMENTS, METADATA, TARGET, PassportPart, parts
from gateway.model.base import here
from gateway.model.declaration import Declaration
from gateway.model.walk import escape
from gateway.report import Fate, Note

# VDI 2770 part 1, 2020: the classification that the template asks for; the second one is ours.
_NAMEPLATE = "1"
_VDI, _OWN = "VDI 2770 Blatt 1:2020", "urn:hutong:passport-documents:1"


def write_parts(declaration: Declaration, context: Context) -> Writing:
    """One environment with every part that is complete; what keeps the others from being written is listed.

    Raises:
        Lacks: there is no passport data, or no part is complete.
    """
    if declaration.passport_data is None and declaration.battery is None:
        raise lack(TARGET, "/battery/category", code="restate.not-a-battery")
    if declaration.passport_data is None:
        raise lack(TARGET, "/passport_data", code="passport-data.needed")
    made: dict[str, PartWriting] = {}
    for number, part in parts().items():
        if number != METADATA:
            made[number] = _write(declaration, part, with_documents=_is_there(made.get(DOCUMENTS)))
    written = [parts()[number].semantic for number, one in made.items() if one.document is not None]
    made[METADATA] = write_part(
        parts()[METADATA].carrier,
        declaration,
        target=TARGET,
        empty=True,
        rules=lambda writing: writing.set("/contentSpecificationIds", written),
    )
    left_out: tuple[GatewayError, ...] = tuple(
        Lacks(e.saw, path=e.path, code=e.error_code, **{**e.params, "part": parts()[number].title})
        for number, one in made.items()
        for e in one.lacks
    )
    told = {number: one for number, one in made.items() if one.document is not None}
    if not told:
        raise_all(left_out)
    claims = {path for one in told.values() for path in one.claims}
    notes = {n.path: n for one in told.values() for n in one.notes if n.path not in claims}
    document = _environment(declaration, told, context)
    data = (jsonwrite.encode(document) + "\n").encode("utf-8")
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    package = pack(data, "battery-passport", name, context.options)
    more = _domain_notes(declaration, told) if DOCUMENTS in told and _NAMEPLATE not in told else ()
    return Writing(package, (*notes.values(), *more), frozenset(claims), left_out)


def _domain_notes(declaration: Declaration, told: Mapping[str, PartWriting]) -> Iterator[Note]:
    """Without the nameplate, nothing else in the passport says who numbers the documents."""
    domain, whole = _domain(declaration), told[DOCUMENTS].document or {}
    documents = whole.get("Documents")
    for index, document in enumerate(documents if isinstance(documents, list) else ()):
        if domain is not None and "DocumentDomainId" in str(document.get("DocumentIds")):
            place = f"/{parts()[DOCUMENTS].name}/Documents/{index}/DocumentIds/0/DocumentDomainId"
            yield Note(
                "aas.document-domain", f"/extras/{escape(f'{TARGET}#{place}')}", Fate.INFERRED, "", domain
            )


def renditions(declaration: Declaration, number: str, listed: list[str]) -> dict[str, object]:
    """Everything that a part would say of this declaration, complete or not."""
    writing = CarrierWriting().fill(declaration, parts()[number].carrier.fields)
    if number == DOCUMENTS:
        _classify(writing, declaration)
    if number == METADATA:
        writing.set("/contentSpecificationIds", listed)
    return writing.document()


def _is_there(written: PartWriting | None) -> bool:
    return written is not None and written.document is not None


def _write(declaration: Declaration, part: PassportPart, *, with_documents: bool) -> PartWriting:
    def rules(writing: CarrierWriting) -> None:
        if part.number == DOCUMENTS:
            _classify(writing, declaration)

    return write_part(
        part.carrier, declaration, target=TARGET, rules=rules, references=with_documents, empty=True
    )


def _classify(writing: CarrierWriting, declaration: Declaration) -> None:
    """What the template asks of a document and its kind says: class, class name, and whose number it is."""
    rows = {row["kind"]: row for row in resources.table("codes/passport_documents.csv")}
    kinds = code_list("PASSPORT_DOCUMENT")
    for document in writing.tree.get("Documents", {}).values():
        classes = document.get("DocumentClassifications", {})
        kind = classes.get(1, {}).get("ClassId")
        if kind is None:
            continue
        own = {"en": kinds[kind]["label_en"], "zh": kinds[kind]["label_zh"]}
        classes[1] |= {"ClassificationSystem": _OWN, "ClassName": own}
        name = {"en": rows[kind]["class_en"], "zh": rows[kind]["class_zh"]}
        classes[0] = {"ClassId": rows[kind]["class_id"], "ClassificationSystem": _VDI, "ClassName": name}
        ids = document.get("DocumentIds", {})
        domain = _domain(declaration)
        if 0 in ids and domain is not None:
            ids[0]["DocumentDomainId"] = domain


def _domain(declaration: Declaration) -> str | None:
    """Who numbers the manufacturer's documents: the manufacturer."""
    data = declaration.passport_data
    known = (data.identity.manufacturer_id if data else None, declaration.enterprise.uscc)
    return next((one for one in known if isinstance(one, str) and one), None)


def _environment(
    declaration: Declaration, told: Mapping[str, PartWriting], context: Context
) -> dict[str, object]:
    listed = [_submodel(parts()[number], one.document or {}, context) for number, one in told.items()]
    link = declaration.passport.product_link
    asset = link if isinstance(link, str) and link else f"urn:uuid:{context.new_id('/aas/asset')}"
    item = declaration.passport_data is not None and here(declaration.passport_data.identity.serial_number)
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": f"urn:uuid:{context.new_id('/aas/passport-shell')}",
        "idShort": "BatteryPassport",
        "assetInformation": {"assetKind": "Instance" if item else "Type", "globalAssetId": asset},
        "submodels": [
            {"type": "ModelReference", "keys": [{"type": "Submodel", "value": one["id"]}]} for one in listed
        ],
    }
    return {"assetAdministrationShells": [shell], "submodels": listed}


def _submodel(part: PassportPart, values: Mapping[str, object], context: Context) -> Element:
    administration = {"version": part.version, "revision": part.revision}
    if part.template:
        administration["templateId"] = part.template
    found: Element = {
        "modelType": "Submodel",
        "id": f"urn:uuid:{context.new_id(f'/aas/{part.name}')}",
        "idShort": part.name,
        "displayName": texts({"en": part.title, "zh": part.title}),
        "administration": administration,
        "kind": "Instance",
        "semanticId": _named(part),
    }
    if part.also:
        found["supplementalSemanticIds"] = [reference(one) for one in part.also]
    return {**found, "submodelElements": elements(part.number, values)}


def _named(part: PassportPart) -> Element:
    """The identifier of the template; part 2 names it as a submodel, all others as something outside."""
    if part.number != DOCUMENTS:
        return reference(part.semantic)
    return {"type": "ModelReference", "keys": [{"type": "Submodel", "value": part.semantic}]}
