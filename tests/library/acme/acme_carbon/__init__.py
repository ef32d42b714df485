"""A third party's format, rule pack and table, made with what docs/library.md names."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.resources import files

from gateway import Context, Declaration, Disclosure, Finding, Format, Package
from gateway.codec.base import Evidence, Member, Reading, Writing
from gateway.codec.lacks import lack
from gateway.errors import InputError, raise_all
from gateway.model.base import LangText
from gateway.model.origin import Origin
from gateway.model.product import Product
from gateway.model.results import Carbon, ResultSet
from gateway.model.scope import SystemBoundary
from gateway.quantity import Quantity
from gateway.report import Severity

# The leaves that a card has a place for, by their paths in the model.
CARRIED = frozenset(
    {
        "/product/model",
        "/product/name/en",
        "/boundary/type",
        "/results/declared/id",
        "/results/declared/role",
        "/results/declared/basis/denominator/per",
        "/results/declared/carbon/total",
    }
)


def detect(package: Package) -> Evidence | None:
    """The card names itself."""
    document = package.json_object
    return Evidence(3, ("acmeCard",)) if document is not None and "acmeCard" in document else None


def read(package: Package, context: Context) -> Reading:
    """A card as a declaration; what it says wrongly is a finding, in both languages."""
    card = package.json_object
    if card is None or not isinstance(card.get("kgCO2e"), str):
        raise InputError(
            path="/kgCO2e", en="A card needs kgCO2e.", zh="卡片须有 kgCO2e。", code="acme.no-total"
        )
    ours = {row["acme"]: row["hutong"] for row in context.table("acme-boundaries")}
    scope = str(card.get("scope"))
    findings = []
    if scope not in ours:
        texts = {"en": "Acme has no such scope.", "zh": "Acme 没有该范围。", "fix_en": "Write C2G or C2C."}
        findings.append(Finding("acme.scope", "/scope", scope, Severity.WARNING, params=texts))
    name = str(card.get("name", ""))
    total = Quantity(Decimal(str(card["kgCO2e"])), "kg{CO2eq}")
    declaration = Declaration(
        product=Product(model=str(card.get("model")), name=LangText({"en": name}) if name else None),
        boundary=SystemBoundary(type=ours.get(scope)),
        results=(ResultSet(id="declared", carbon=Carbon(total=total)),),
    )
    origins = {"/results/declared/carbon/total": Origin("/kgCO2e", str(card["kgCO2e"]))}
    return Reading(declaration, findings=tuple(findings), origins=origins)


def write(declaration: Declaration, context: Context) -> Writing:
    """A declaration as a card, or all that a card lacks."""
    declared = declaration.result_set("declared")
    total = declared.carbon.total if declared else None
    model, names = declaration.product.model, declaration.product.name
    scope = declaration.boundary.type
    lacks = []
    if not isinstance(total, Quantity):
        lacks.append(lack("acme-card@1", "/results/declared/carbon/total"))
    if not isinstance(model, str):
        lacks.append(lack("acme-card@1", "/product/model"))
    theirs = {row["hutong"]: row["acme"] for row in context.table("acme-boundaries")}
    if not isinstance(scope, str) or scope not in theirs:
        lacks.append(lack("acme-card@1", "/boundary/type"))
    raise_all(lacks)
    assert isinstance(total, Quantity)
    assert isinstance(scope, str)
    card = {"acmeCard": "1", "model": str(model), "scope": theirs[scope], "kgCO2e": str(total.amount)}
    english = names.get("en") if isinstance(names, LangText) else None
    if english:
        card["name"] = english
    data = json.dumps(card, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
    return Writing(Package((Member("card.json", "application/json", data),)), claims=CARRIED)


CARD = Format(
    id="acme-card@1",
    title={"en": "Acme product card", "zh": "Acme 产品卡片"},
    media_type="application/json",
    detect=detect,
    read=read,
    write=write,
    audience=Disclosure.C0,
)
RULES = {"acme-supplier": files(__name__) / "supplier.json"}
TABLES = {"acme-boundaries": files(__name__) / "boundaries.csv"}
