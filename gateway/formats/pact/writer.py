"""Write a PACT 3.0 product footprint: cradle to gate, exact decimals, Chinese texts in our extension."""

from __future__ import annotations

from decimal import Decimal

from gateway.codec import jsonwrite
from gateway.codec.annex import ride_along
from gateway.codec.base import BasisRequest, Context, Member, Package, Writing
from gateway.codec.fields import code_list
from gateway.codec.lacks import Lacks
from gateway.codec.run import shown
from gateway.errors import raise_all
from gateway.formats.pact import rendition
from gateway.formats.pact.carbon import write_carbon
from gateway.formats.pact.period import last_day, moment, write_periods
from gateway.formats.pact.sheet import Sheet
from gateway.formats.pact.table import (
    DATA_SCHEMA,
    EXTENSION,
    EXTENSION_VERSION,
    RESULT_SET,
    SPEC_VERSION,
    TARGET,
    riding,
)
from gateway.formats.pact.unit import write_contents, write_unit
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.results import Per, ResultSet
from gateway.model.walk import by_path
from gateway.quantity import Exact, Quantity, convert
from gateway.report import Fate, Note

MEDIA_TYPE = "application/json"
FILE_NAME = "product-footprint.json"
_HOME = f"/results/{RESULT_SET}"
# EF 3.1 climate change has the GWP100 of AR6 to the digit for every gas that both list.
_AR = {"AR4": "AR4", "AR5": "AR5", "AR6": "AR6", "EF3.1": "AR6"}
# PACT Methodology 3: GWP over 100 years.
_HORIZON = 100
_NOT_STATED = "not stated"
_ZERO = Decimal(0)
# PACT Methodology 3, 4.2.3: 1 is best.
_WORST = 5


def write(declaration: Declaration, context: Context, *, basis: BasisRequest) -> Writing:
    """The footprint as one JSON file.

    Raises:
        Lacks: every field that is missing, together.
    """
    result = declaration.result_set(RESULT_SET)
    sheet = Sheet(by_path(declaration))
    products: Exact | None = Decimal(1)
    if result is None:
        sheet.lacks.append(Lacks("", code="target.no-result-set", target=TARGET))
    else:
        write_carbon(sheet, declaration, result, basis.stages)
        products = write_unit(sheet, declaration, result)
        _write_gwp(sheet, declaration, result)
    write_periods(sheet, declaration)
    _write_renditions(sheet, declaration, context)
    write_contents(sheet, products)
    sheet.same("boundaryProcessesDescription", "/boundary/processes")
    sheet.same("allocationRulesDescription", "/method/allocation_text")
    _write_quality(sheet, declaration)
    _write_databases(sheet, declaration)
    raise_all(sheet.lacks)
    assert result is not None
    extension = _extension(sheet, _without_expired(sheet, declaration, context), result)
    document = {
        "id": str(context.new_id(_HOME)),
        "specVersion": SPEC_VERSION,
        "created": moment(context.now),
        **sheet.top,
        "comment": _comment(declaration, result, context),
        "pcf": sheet.pcf,
        "extensions": [extension],
    }
    data = (jsonwrite.encode(document) + "\n").encode("utf-8")
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    package = Package((Member(FILE_NAME, MEDIA_TYPE, data),), name)
    return Writing(package, tuple(sheet.notes), frozenset(sheet.claims))


def _write_renditions(sheet: Sheet, declaration: Declaration, context: Context) -> None:
    """Names, identifiers, status, place, standards; what is required and absent is a lack."""
    top = rendition.top_members(declaration, context.now)
    pcf = rendition.pcf_members(declaration)
    required = {
        "companyName": ("/enterprise/name", None),
        "companyIds": ("/enterprise/uscc", "pact.no-company-id"),
        "productIds": ("/product/model", "pact.no-product-id"),
        "productNameCompany": ("/product/name", None),
    }
    for member, (path, code) in required.items():
        if member not in top:
            sheet.lack(path, code)
    if rendition.status(declaration) is None:
        sheet.lack("/document/status")
    if declaration.document.status == "draft" and context.options.get("draft") != "yes":
        sheet.lack("/document/status", "pact.draft-is-not-active")
    if "crossSectoralStandards" not in pcf:
        sheet.lack("/method/standards")
    if not rendition.geography(declaration):
        sheet.lack("/sites/*/gb2260", "pact.geography-unknown")
    offsets = declaration.method.offsets_included
    if offsets is not False:
        code = "pact.offsets-included" if offsets is True else "pact.offsets-not-told"
        sheet.lack("/method/offsets_included", code)
    sheet.top.update(top)
    sheet.pcf.update(pcf)


def _write_gwp(sheet: Sheet, declaration: Declaration, result: ResultSet) -> None:
    """The characterisation factors of the figures: as their set says, else as the method says."""
    method, own = declaration.method, result.basis.gwp_set
    stated = method.gwp_set if own is None else own
    written = _AR.get(stated) if isinstance(stated, str) else None
    if isinstance(method.gwp_horizon, int) and method.gwp_horizon != _HORIZON:
        sheet.lack("/method/gwp_horizon", "pact.horizon-not-100", years=str(method.gwp_horizon))
    if written is None:
        sheet.lack("/method/gwp_set" if own is None else f"{_HOME}/basis/gwp_set")
        return
    sheet.pcf["ipccCharacterizationFactors"] = [written]
    code = "pact.gwp-of-set" if isinstance(method.gwp_set, str) else "pact.gwp-told-by-set"
    sheet.reads_as("/method/gwp_set", written, "pact.ef31-as-ar6" if stated == "EF3.1" else code)


def _write_quality(sheet: Sheet, declaration: Declaration) -> None:
    """Exempted share, primary data share, and the three ratings if they are all on the PEF scale."""
    exempted, path = declaration.cut_off.actual_total, "/cut_off/actual_total"
    primary = declaration.quality.primary_share_emissions
    if isinstance(exempted, Quantity) and not _is_share(exempted):
        sheet.lack(path, "pact.share-impossible", value=str(exempted))
    elif isinstance(exempted, Quantity) and exempted.amount and _cut_off_basis(declaration) != "emission":
        sheet.lack(path, "pact.cut-off-not-by-emission", value=shown(exempted))
    elif isinstance(exempted, Quantity):
        sheet.amount("exemptedEmissionsPercent", path, "%")
    elif declaration.cut_off.rule == "none":
        sheet.pcf["exemptedEmissionsPercent"] = "0"
        sheet.reads_as(path, Quantity(_ZERO, "%"), "pact.nothing-left-out")
    else:
        sheet.lack(path)
    if isinstance(primary, Quantity) and not _is_share(primary):
        sheet.lack("/quality/primary_share_emissions", "pact.share-impossible", value=str(primary))
    else:
        sheet.amount("primaryDataShare", "/quality/primary_share_emissions", "%")
    _write_ratings(sheet, declaration)


def _cut_off_basis(declaration: Declaration) -> str:
    """What the share left out is a share of: as stated, else as the rule says."""
    basis, rule = declaration.cut_off.basis, declaration.cut_off.rule
    if isinstance(basis, str):
        return basis
    return "emission" if rule in ("emission_1_5", "emission_1_10") else ""


def _is_share(amount: Quantity) -> bool:
    return 0 <= convert(amount, "1").amount <= 1


def _write_ratings(sheet: Sheet, declaration: Declaration) -> None:
    members = {"technologicalDQR": "ter", "geographicalDQR": "ger", "temporalDQR": "tir"}
    told = {m: getattr(declaration.quality, f) for m, f in members.items()}
    fits = declaration.quality.dqr_scale == "PEF" and all(
        isinstance(v, Quantity) and 1 <= v.amount <= _WORST for v in told.values()
    )
    if not fits:
        for member, field in members.items():
            if isinstance(told[member], Quantity):
                sheet.notes.append(Note("pact.ratings-not-comparable", f"/quality/{field}", Fate.DROPPED))
        return
    dqi: dict[str, object] = {}
    for member, field in members.items():
        sheet.amount(member, f"/quality/{field}", "1", dqi)
    sheet.pcf["dqi"] = dqi


def _write_databases(sheet: Sheet, declaration: Declaration) -> None:
    """Background databases; one without a version says so instead of being left out."""
    written = []
    for index, database in enumerate(declaration.method.databases):
        if not isinstance(database.name, str) or not database.name:
            sheet.lack(f"/method/databases/{index}/name")
            continue
        known = code_list("DATABASE").get(database.name)
        name = known["label_en"] if known else database.name
        path = f"/method/databases/{index}"
        sheet.reads_as(f"{path}/name", database_code(name), "pact.database-by-code")
        version = database.version if isinstance(database.version, str) and database.version else None
        absent = Missing(missing=Reason.NOT_DECLARED)
        read_back = absent if version in (None, _NOT_STATED) else version
        assert read_back is not None
        sheet.reads_as(f"{path}/version", read_back, "pact.database-version-not-stated")
        written.append({"name": name, "version": version or _NOT_STATED})
    if written:
        sheet.pcf["secondaryEmissionFactorSources"] = written


def database_code(name: str) -> str:
    """The code of a database by its English name, else the name itself."""
    codes = code_list("DATABASE")
    return next((code for code, row in codes.items() if row["label_en"] == name), name)


def _without_expired(sheet: Sheet, declaration: Declaration, context: Context) -> Declaration:
    """What is no longer valid is offered to nobody as active, not even by the extension."""
    if rendition.status(declaration) != "Active" or not rendition.is_expired(declaration, context.now):
        return declaration
    sheet.notes.append(Note("pact.no-longer-valid", "/document/status", Fate.CONVERTED, "", "Deprecated"))
    document = declaration.document.model_copy(update={"status": None})
    return declaration.model_copy(update={"document": document})


def _extension(sheet: Sheet, declaration: Declaration, result: ResultSet) -> dict[str, object]:
    """Texts in every language, domestic codes, and the basis that the figures rest on."""
    rows = tuple(r for r in result.rows if r.stage == "distribution")
    own = declaration
    if result.basis.denominator.per is Per.DECLARED_UNIT:
        own = own.model_copy(update={"unit": own.unit.model_copy(update={"amount": None})})
    source = declaration.result_set(result.derived_from or "")
    sources = declaration.model_copy(update={"results": (source,) if source else ()})
    parts = (
        (own, riding().declaration, ""),
        (result.model_copy(update={"rows": rows}), riding().result, _HOME),
        (sources, riding().source, ""),
    )
    found = ride_along(parts, below=EXTENSION, converted="pact.converted-unit")
    sheet.claims.update(found.claims)
    sheet.notes.extend(found.notes)
    return {"specVersion": EXTENSION_VERSION, "dataSchema": DATA_SCHEMA, "data": found.members}


def _comment(declaration: Declaration, result: ResultSet, context: Context) -> str:
    """What a reader of the bare figures must know, in English and Chinese."""
    en = [f"Cradle-to-gate part of the declared result set '{result.derived_from}', not calculated anew."]
    zh = [f"声明结果集“{result.derived_from}”的摇篮到大门部分，并非重新核算。"]
    if rendition.covering(declaration) is None:
        en.append("No verification covers these restated totals.")
        zh.append("换算后的总量未经核查。")
    if declaration.method.gwp_set == "EF3.1" or result.basis.gwp_set == "EF3.1":
        en.append("Characterised with EF 3.1, whose GWP100 values are those of AR6.")
        zh.append("采用EF 3.1特征化因子，其GWP100数值与AR6相同。")
    end = last_day(declaration)
    if end is not None and rendition.is_expired(declaration, context.now):
        en.append(f"No longer valid: the validity ended on {end}.")
        zh.append(f"已过有效期：有效期至{end}。")
    if declaration.document.status == "draft":
        en.append("Preview of a draft: not to be used.")
        zh.append("草稿预览，不得使用。")
    return " ".join(en) + " / " + "".join(zh)
