"""Write a new ILCD+EPD package from a declaration of another kind: its declared figures, nothing restated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from gateway.codec import jsonwrite
from gateway.codec.base import Context, Writing
from gateway.codec.fields import code_list
from gateway.codec.lacks import Lacks, lack
from gateway.codec.run import shown
from gateway.codec.xmlstructure import structure
from gateway.codec.xmltree import Node, write_tree
from gateway.errors import raise_all
from gateway.formats.ilcd import datasets as sets
from gateway.formats.ilcd.carbon import en_15804, layout, picked
from gateway.formats.ilcd.indicators import Where
from gateway.formats.ilcd.lengths import shorten_texts
from gateway.formats.ilcd.modules import TOTAL, module_of, tells
from gateway.formats.ilcd.nodes import Tree, at, down, items
from gateway.formats.ilcd.package import Fresh, as_member
from gateway.formats.ilcd.reader import PROCESS, read
from gateway.formats.ilcd.tables import RESULT_SET, REVIEWS, TARGET, flow_properties, table
from gateway.formats.ilcd.view import DATABASES, RULES, restore, restore_part
from gateway.formats.ilcd.writer import put_results, uuid_name
from gateway.model.base import LangText, Leaf
from gateway.model.declaration import Declaration
from gateway.model.evidence import Label, Verification
from gateway.model.results import Carbon, Per, ResultSet, Role
from gateway.model.walk import by_path, diff
from gateway.quantity import Quantity, convert, parse_unit, round_significant, show
from gateway.report import Fate, Note

# What a double holds for sure.
_DIGITS: Final = 15
_VERSION: Final = r"[vV]?(\d{1,2})(?:\.(\d{1,2}))?(?:\.(\d{1,3}))?"
_REVIEWS: Final = ("modellingAndValidation", "validation", "review")
_REVIEWER: Final = "common:referenceToNameOfReviewerAndInstitution"
_STATEMENT: Final = {
    "en": "This data set was converted from a product carbon footprint declaration. It is not a registered"
    " environmental product declaration (EPD): no programme operator has registered or published it, and"
    " nobody has verified it as an EPD under ISO 14025 or EN 15804. Reviews named here are those of the"
    " declaration. Life cycle stages with names of their own are not modules of EN 15804.",
    "zh": "本数据集由产品碳足迹声明转换而来，并非已注册的环境产品声明（EPD）："
    "没有任何项目运营方注册或发布过它，也没有任何机构依据 ISO 14025 或 EN 15804 将其作为 EPD 进行核查。"
    "此处所列评审均为该声明的评审。以自身名称列出的生命周期阶段不是 EN 15804 的模块。",
}
_SUMS: Final = r"/results/declared/(rows/[^/]+/)?carbon/(biogenic|total_including_uptake)"
# What reading the package adds or tells otherwise, by the leaf's path, and why.
_ADDED: Final = (
    (r"/document/id", "ilcd.id-given", Fate.DEFAULTED),
    (r"/document/version", "ilcd.version", Fate.DEFAULTED),
    (
        r"/results/declared/(rows/[^/]+/)?carbon/(biogenic|total_including_uptake)",
        "ilcd.sum-of-classes",
        Fate.INFERRED,
    ),
    (r"/results/declared/credits", "ilcd.credits", Fate.INFERRED),
    (r"/method/gwp_set", "ilcd.gwp-set-of-results", Fate.INFERRED),
    (r"/results/declared/rows/[^/]+/name/[^/]+", "ilcd.name-language", Fate.INFERRED),
)
_CHANGED: Final = (
    (r"/document/version", "ilcd.version", Fate.CONVERTED),
    (r"/unit/amount", "ilcd.reference-unit", Fate.CONVERTED),
    (r"/method/gwp_set", "ilcd.gwp-set-of-results", Fate.CONVERTED),
    (r"/method/databases/\d+/name", "ilcd.database-with-version", Fate.CONVERTED),
    (r"/results/declared/credits", "ilcd.credits", Fate.CHOSEN),
    (r"/results/declared/rows/[^/]+/name/[^/]+", "ilcd.name-language", Fate.CONVERTED),
    (r"/results/declared/.*", "ilcd.rounded", Fate.ROUNDED),
)


@dataclass(slots=True)
class _New:
    """A package while it is made."""

    declaration: Declaration
    context: Context
    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, kind: str, uuid: str, root: Node, version: str = sets.VERSION) -> None:
        """One data set as a file."""
        own = structure(kind, profile="epd" if kind == "process" else "")
        shorten_texts(root, own.content, own.extension_keys)
        self.files[sets.file_name(kind, uuid, version)] = write_tree(root, own)


def write_new(declaration: Declaration, context: Context) -> Writing:
    """The package of a declaration, with what reading it back will show otherwise.

    Raises:
        Lacks: every field that is missing, together.
    """
    result = _needed(declaration)
    own = en_15804(picked(result, _round), _gwp_set(declaration, result), _biogenic(declaration))
    raise_all(_not_told(own))
    new = _New(declaration, context)
    _write_process(new, own)
    package = Fresh((as_member(new.files),), uuid_name(declaration))
    reread = read(package, context).declaration
    notes = tuple(_notes(diff(declaration, reread)))
    kept = by_path(reread)
    noted = {note.path for note in notes}
    rows = f"/results/{RESULT_SET}/rows/"
    claims = {
        path
        for path, leaf in by_path(declaration).items()
        if isinstance(leaf, Quantity) and path.startswith(rows) and "/carbon/" in path and path not in noted
    }
    assert claims <= set(kept)
    return Writing(package, notes, frozenset(claims))


def _needed(declaration: Declaration) -> ResultSet:
    """The declared set per declared unit.

    Raises:
        Lacks: it is not there, or what a process cannot be without.
    """
    lacks = []
    if not isinstance(declaration.product.name, LangText):
        lacks.append(lack(TARGET, "/product/name", lang="zh"))
    amount = declaration.unit.amount
    if not isinstance(amount, Quantity):
        lacks.append(lack(TARGET, "/unit/amount"))
    elif amount.amount <= 0:
        lacks.append(lack(TARGET, "/unit/amount", code="ilcd.amount-not-positive", amount=shown(amount)))
    result = declaration.result_set(RESULT_SET)
    told = result is not None and _tells(result)
    fits = result is not None and result.role is Role.DECLARED
    per_unit = fits and result is not None and result.basis.denominator.per is Per.DECLARED_UNIT
    if result is None or not (told and per_unit):
        code = "ilcd.no-set-per-unit" if any(_tells(r) for r in declaration.results) else None
        lacks.append(lack(TARGET, "/results/declared/carbon/total", code=code))
    raise_all(lacks)
    if result is None:
        raise Lacks("", code="target.no-result-set", target=TARGET)
    return result


def _not_told(result: ResultSet) -> Iterator[Lacks]:
    """Rows whose stage or module the names of modules cannot tell: they would come back as others."""
    taken: set[Where] = {(TOTAL, None)} if _has_amount(result.carbon) else set()
    for row in result.rows:
        before = set(taken)
        module = module_of(row, taken)
        if not tells(row, module, before):
            path = "/results/declared/rows/*/module"
            yield lack(TARGET, path, code="ilcd.module-not-told", module=module)


def _has_amount(carbon: Carbon) -> bool:
    return any(getattr(carbon, name) is not None for name in Carbon.model_fields)


def _tells(result: ResultSet) -> bool:
    carbons = [result.carbon, *(row.carbon for row in result.rows)]
    return any(isinstance(getattr(c, name), Quantity) for c in carbons for name in type(c).model_fields)


def _gwp_set(declaration: Declaration, result: ResultSet) -> str | None:
    own = result.basis.gwp_set if isinstance(result.basis.gwp_set, str) else declaration.method.gwp_set
    return own if isinstance(own, str) and own in code_list("GWP_SET") else None


def _biogenic(declaration: Declaration) -> str | None:
    told = declaration.method.biogenic
    return told if isinstance(told, str) else None


def _round(amount: Quantity) -> Quantity:
    rounded = round_significant(amount.amount, _DIGITS) if "/" in show(amount.amount) else amount.amount
    return Quantity(rounded, amount.unit, amount.text)


def _write_process(new: _New, result: ResultSet) -> None:
    declaration, context = new.declaration, new.context
    uuid = sets.new_id(context, "/process")
    placed: Tree = jsonwrite.to_tree(_bare(declaration), table(), absences=False)
    _drop_gaps(placed[PROCESS])
    view: Tree = jsonwrite.finish(placed)
    root: Tree = view[PROCESS]
    root |= {"@version": "1.1", "@epd2:epd-version": "1.2"}
    info = down(root, "processInformation", "dataSetInformation")
    info |= {"common:UUID": uuid, "common:generalComment": dict(_STATEMENT)}
    quantitative = down(root, "processInformation", "quantitativeReference")
    if quantitative.get("#kind") != "functional":
        quantitative.pop("#kind", None)
        quantitative["@type"] = "Reference flow(s)"
    quantitative["referenceToReferenceFlow"] = ["0"]
    _write_time(root, declaration)
    _write_place(root, declaration)
    down(root, "modellingAndValidation", "LCIMethodAndAllocation")["typeOfDataSet"] = "EPD"
    _write_administration(new, root, view)
    _write_flow(new, root, view)
    put_results(root, result, layout(result, _gwp_set(declaration, result), _biogenic(declaration)))
    restore(root)
    _write_sources(new, root)
    publication = root["administrativeInformation"]["publicationAndOwnership"]
    new.add("process", uuid, root, publication["common:dataSetVersion"])


def _drop_gaps(root: Tree) -> None:
    """Leave out a list with an item of which nothing can be said: those after it would take its place."""
    for path in (RULES, DATABASES):
        above = at(root, path[:-1])
        found = above.get(path[-1]) if isinstance(above, dict) else None
        if isinstance(found, dict) and set(found) != {str(number) for number in range(len(found))}:
            del above[path[-1]]


def _bare(declaration: Declaration) -> Declaration:
    """The declaration without what would say of the new data set what is true of the old one."""
    document = declaration.document.model_copy(update={"version": _version(declaration.document.version)})
    kept = tuple(v for v in declaration.verifications if _is_review(v))
    single = len(kept) == 1 and kept[0].id == "verification"
    update: dict[str, object] = {
        "label": Label(),
        "document": document,
        "verifications": kept if single else (),
    }
    return declaration.model_copy(update=update)


def _is_review(verification: Verification) -> bool:
    """Whether it is one of the set that is written; one that covers other results would say too much here."""
    covers = verification.kind == "none" or RESULT_SET in verification.covers
    return covers and verification.kind in REVIEWS.values()


def _version(told: object) -> str:
    """ILCD format 1.1: two digits, a point, two digits, three more if need be."""
    found = (
        re.fullmatch(r"[vV]?(\d{1,2})(?:\.(\d{1,2}))?(?:\.(\d{1,3}))?", told)
        if isinstance(told, str)
        else None
    )
    if found is None:
        return sets.VERSION
    major, minor, patch = (int(part or 0) for part in found.groups())
    return f"{major:02d}.{minor:02d}.{patch:03d}"


def _write_time(root: Tree, declaration: Declaration) -> None:
    """Years where the format has years; the days stand in a sentence."""
    time = down(root, "processInformation", "time")
    told = time.get("#told", {})
    days = [told.get("end"), told.get("start"), time.get("#validUntil")]
    year = next((day[:4] for day in days if day), None)
    if year is not None:
        time["common:referenceYear"] = year
    if "#validUntil" in time:
        time["common:dataSetValidUntil"] = time["#validUntil"][:4]
        time["#exact"] = "told"
    if not time:
        del root["processInformation"]["time"]


def _write_place(root: Tree, declaration: Declaration) -> None:
    """Where it is made: China if every site is there, else the enterprise's country."""
    codes = [site.gb2260 for site in declaration.sites]
    country = declaration.enterprise.country
    code = "CN" if codes and all(isinstance(c, str) and c for c in codes) else country
    if isinstance(code, str) and re.fullmatch("[A-Z]{2}", code, re.ASCII):
        place = down(root, "processInformation", "geography", "locationOfOperationSupplyOrProduction")
        place["@location"] = code


def _write_administration(new: _New, root: Tree, view: Tree) -> None:
    context = new.context
    administration = down(root, "administrativeInformation")
    entry = sets.entry(context)
    formats: Any = entry["common:referenceToDataSetFormat"]
    epd = {"@type": "source data set", "@refObjectId": sets.EPD_FORMAT}
    name = {"en": "EPD Data Format Extensions v1.2", "zh": "EPD 数据格式扩展 v1.2"}
    formats.append(epd | {"common:shortDescription": name})
    administration["dataEntryBy"] = entry
    publication = down(administration, "publicationAndOwnership")
    publication.setdefault("common:dataSetVersion", sets.VERSION)
    _write_owner(new, publication, view)
    for number, review in enumerate(items(root, _REVIEWS)):
        review.pop("#person", None)
        if "#body" in review:
            reviewer = sets.new_id(context, f"/verifications/{number}")
            review[_REVIEWER] = [sets.reference("contact", reviewer, {})]
            new.add("contact", reviewer, sets.contact(context, reviewer, dict(review["#body"]), {}))


def _write_owner(new: _New, publication: Tree, view: Tree) -> None:
    """The enterprise, where it has a name."""
    contact: Any = view.get("owner", {})
    restore_part("owner", contact)
    owner = publication.get("common:referenceToOwnershipOfDataSet")
    if owner is None:
        return
    owner_id = sets.new_id(new.context, "/enterprise")
    names = dict(owner["common:shortDescription"])
    owner |= sets.reference("contact", owner_id, {})
    info = contact.get("contactInformation", {}).get("dataSetInformation", {})
    new.add("contact", owner_id, sets.contact(new.context, owner_id, names, info))


def _write_flow(new: _New, root: Tree, view: Tree) -> None:
    """The reference exchange, its flow, and what that is measured in. An exchange has no unit of its own."""
    context, amount = new.context, new.declaration.unit.amount
    assert isinstance(amount, Quantity)
    written, row = _reference_unit(amount)
    code = row["unit"]
    property_id = row["property"] or sets.new_id(context, f"/flowproperties/{code}")
    group_id = row["unit_group"] or sets.new_id(context, f"/unitgroups/{code}")
    group_names: Node = {"en": row["group_en"], "zh": row["group_zh"]}
    property_names: Node = {"en": row["property_en"], "zh": row["property_zh"]}
    units = [(row["reference_unit"], "1")]
    if amount.unit != code:
        units.append((amount.unit, show(_round(convert(Quantity(Decimal(1), amount.unit), code)).amount)))
    new.add("unitgroup", group_id, sets.unit_group(context, group_id, group_names, units))
    group = sets.reference("unitgroup", group_id, group_names)
    property_ = sets.flow_property(context, property_id, property_names, group, sets.VERSION)
    new.add("flowproperty", property_id, property_)
    flow_id = sets.new_id(context, "/product")
    flow: Any = view.get("flow", {})
    restore_part("flow", flow)
    names = root["processInformation"]["dataSetInformation"]["name"]["baseName"]
    info = flow.get("flowInformation", {}).get("dataSetInformation", {})
    info["name"] = {"baseName": dict(names)}
    reference = sets.reference("flowproperty", property_id, property_names)
    new.add("flow", flow_id, sets.flow(context, info, flow_id, reference))
    text = show(_round(written).amount)
    exchange = {
        "@dataSetInternalID": "0",
        "referenceToFlowDataSet": sets.reference("flow", flow_id, dict(names)),
        "exchangeDirection": "Output",
        "meanAmount": text,
        "resultingAmount": text,
    }
    down(root, "exchanges")["exchange"] = [exchange]


def _reference_unit(amount: Quantity) -> tuple[Quantity, Mapping[str, str]]:
    """The amount in the reference unit of its flow property; where none is known, the unit is its own."""
    dimension = parse_unit(amount.unit).dimension
    for code, row in flow_properties().items():
        if parse_unit(code).dimension == dimension:
            return convert(amount, code), row
    own = {
        "unit": amount.unit,
        "property": "",
        "property_en": f"Amount in {amount.unit}",
        "property_zh": f"以 {amount.unit} 计的量",
        "unit_group": "",
        "group_en": f"Units of {amount.unit}",
        "group_zh": f"{amount.unit} 单位组",
        "reference_unit": amount.unit,
    }
    return amount, own


def _write_sources(new: _New, root: Tree) -> None:
    """Rules and databases as sources."""
    method = ("modellingAndValidation", "LCIMethodAndAllocation", "referenceToLCAMethodDetails")
    data = ("modellingAndValidation", "dataSourcesTreatmentAndRepresentativeness", "referenceToDataSource")
    for path in (method, data):
        for number, reference in enumerate(items(root, path)):
            uuid = sets.new_id(new.context, f"/{path[-1]}/{number}")
            names = dict(reference.get("common:shortDescription", {}))
            reference.update(sets.reference("source", uuid, {}))
            citation = next(iter(names.values()), "")
            new.add("source", uuid, sets.source(new.context, uuid, names, citation))


def _notes(different: Mapping[str, tuple[Leaf | None, Leaf | None]]) -> Iterator[Note]:
    """One word on every leaf that reading shows otherwise; what it does not show is noted by the pipeline."""
    for path, (before, after) in different.items():
        if after is None:
            continue
        if isinstance(before, str) and isinstance(after, str) and before.startswith(after):
            yield Note("ilcd.text-too-long", path, Fate.TRUNCATED, shown(before), shown(after))
            continue
        for pattern, code, fate in _ADDED if before is None else _CHANGED:
            if re.fullmatch(pattern, path):
                yield Note(code, path, fate, shown(before), shown(after))
                break
