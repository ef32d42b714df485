"""Write an openEPD document: the declared figures by module, what else was read as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from gateway.codec import jsonwrite
from gateway.codec.accounting import shown
from gateway.codec.base import Context, Member, Package, Writing
from gateway.codec.jsonread import UNREAD
from gateway.codec.lacks import Lacks, lack
from gateway.errors import GatewayError, raise_all
from gateway.formats.openepd import tables
from gateway.formats.openepd.figures import Figures, sets_to_write, write_figures
from gateway.formats.openepd.reader import METHOD, NAMED, STANDARDS, TIMES, read
from gateway.formats.openepd.tables import TARGET
from gateway.model.base import Amount, LangText, Leaf
from gateway.model.declaration import Declaration
from gateway.model.walk import by_path, diff
from gateway.quantity import Exact, Quantity, convert, parse_decimal, read_exact, round_significant
from gateway.report import Fate, Note

MEDIA_TYPE: Final = "application/json"
FILE_NAME: Final = "openepd.json"
_DIGITS: Final = 15
# openepd 8.0.0: the longest text of a member.
_LENGTHS: Final = {"product_name": 200, "product_sku": 200, "product_description": 2000}
_NUMBERS: Final = (
    ("declared_unit", "qty"),
    ("kg_per_declared_unit", "qty"),
    ("kg_C_biogenic_per_declared_unit", "qty"),
)
# What is stated per declared unit there, and of the product here.
_OF_THE_UNIT: Final = {
    "kg_per_declared_unit": "/product/mass",
    "kg_C_biogenic_per_declared_unit": "/product/biogenic_carbon",
}
# One of these is an amount of the product; a kilowatt hour or a tonne kilometre weighs nothing.
_OF_THINGS: Final = frozenset({"{piece}", "m", "m2", "m3", "L"})
_STATEMENT: Final = (
    "This document was converted from a product carbon footprint declaration. It is registered with no"
    " programme and has not been verified as a declaration under ISO 14025 or EN 15804."
    " / 本文档由产品碳足迹声明转换而来，未在任何项目中注册，也未依据 ISO 14025 或 EN 15804 进行核查。"
)
# openepd 8.0.0: a plus code and the owner's domain.
_PLANT_ID: Final = r"[23456789CFGHJMPQRVWXcfghjmpqrvwx]{8}\+[23456789CFGHJMPQRVWXcfghjmpqrvwx]{2,7}\.\S+"
# Why a leaf comes back otherwise, by its path.
_REASONS: Final = (
    (r"/results/[^/]+/rows/.*", "openepd.row-by-module", "openepd.rounded"),
    (r"/method/(lcia_method|gwp_set)", "openepd.method-of-results", "openepd.method-of-results"),
    (r"/results/[^/]+/basis/.*", "openepd.method-of-results", "openepd.method-of-results"),
    (r"/results/[^/]+/indicators/.*", "openepd.indicator-name", "openepd.rounded"),
    (r"/unit/amount|/product/mass|/product/biogenic_carbon", "openepd.rounded", "openepd.rounded"),
    (r"/extras/.*lca_discussion", "openepd.statement", "openepd.statement"),
    (r"/extras/.*", "openepd.language-told", "openepd.language-told"),
)


def write(declaration: Declaration, context: Context) -> Writing:
    """The declaration as one JSON document.

    Raises:
        Lacks: every field that is missing, together.
    """
    figures = _needed(declaration)
    document = _document(declaration, figures)
    data = (jsonwrite.encode(document) + "\n").encode("utf-8")
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    package = Package((Member(FILE_NAME, MEDIA_TYPE, data),), name)
    reread = read(package, context).declaration
    notes = tuple(_notes(declaration, diff(declaration, reread), figures.aggregated))
    noted = {note.path for note in notes}
    own = by_path(reread)
    claims = {p for p in by_path(declaration) if p in own and p not in noted and "/carbon/" in p}
    return Writing(package, notes, frozenset(claims))


def _needed(declaration: Declaration) -> Figures:
    lacks: list[GatewayError] = []
    if not isinstance(declaration.product.name, LangText):
        lacks.append(lack(TARGET, "/product/name", lang="zh"))
    amount = declaration.unit.amount
    if not isinstance(amount, Quantity) or amount.amount <= 0:
        lacks.append(lack(TARGET, "/unit/amount"))
    elif amount.unit not in tables.UNITS:
        allowed = ", ".join(tables.UNITS.values())
        params = {"unit": amount.unit, "allowed": allowed}
        lacks.append(lack(TARGET, "/unit/amount", code="openepd.unit-without-counterpart", **params))
    sets = sets_to_write(declaration)
    if not sets:
        lacks.append(Lacks("", code="target.no-result-set", target=TARGET))
    figures = write_figures(declaration, sets)
    if sets and not figures.told:
        lacks.append(lack(TARGET, "/results/declared/rows/*/module", code="openepd.no-module"))
    raise_all(lacks)
    return figures


def _document(declaration: Declaration, figures: Figures) -> dict[str, object]:
    plain = declaration.model_copy(update={"results": (), "extras": {}})
    tree = jsonwrite.to_tree(plain, tables.table(), absences=False)
    for group, members in figures.members.items():
        tree[group] = members
    jsonwrite.graft(tree, declaration.extras, TARGET)
    view: dict[str, Any] = jsonwrite.finish(tree)
    if not any(name.startswith(f"{TARGET}#") for name in declaration.extras):
        view["lca_discussion"] = _STATEMENT
    if not _is_of_the_unit(declaration):
        for name in _OF_THE_UNIT:
            view.pop(name, None)
    view.pop(METHOD, None)
    view.pop(UNREAD, None)
    _ids(view, tables.XPD_ID)
    for plant in view.get("plants", []):
        _ids(plant, _PLANT_ID)
    _moments(view)
    _numbers(view)
    _lists(view)
    _named(view)
    return {
        "doctype": view.pop("doctype", "openEPD"),
        "openepd_version": view.pop("openepd_version", "0.1"),
    } | view


def _is_of_the_unit(declaration: Declaration) -> bool:
    """Whether the product's own mass is that of one declared unit: only then it is one per declared unit."""
    amount, mass = declaration.unit.amount, _kg(declaration.product.mass)
    if not isinstance(amount, Quantity) or mass is None:
        return True  # there is nothing to put wrongly
    whole, flow = _kg(amount), _kg(declaration.unit.reference_flow)
    if whole is not None or flow is not None:
        return mass == (flow if whole is None else whole)
    return amount.unit in _OF_THINGS and amount.amount == 1


def _kg(amount: Amount) -> Exact | None:
    if not isinstance(amount, Quantity):
        return None
    try:
        return convert(amount, "kg").amount
    except GatewayError:
        return None


def _ids(node: dict[str, Any], own: str) -> None:
    id_ = node.get("id")
    if isinstance(id_, str) and re.fullmatch(own, id_) is None:
        del node["id"]
        node.setdefault("alt_ids", {})[tables.ALTERNATIVE] = id_


def _moments(view: dict[str, Any]) -> None:
    times = view.pop(TIMES, {})
    for name in ("date_of_issue", "valid_until"):
        if name in view:
            view[name] = f"{view[name]}T{times.get(name, '00:00:00Z')}"


def _numbers(view: dict[str, Any]) -> None:
    """Amounts as JSON numbers, units by their names."""
    for name, inner in _NUMBERS:
        told = view.get(name)
        if isinstance(told, dict) and isinstance(told.get(inner), str):
            told[inner] = _number(told[inner])
            unit = str(told.get("unit"))
            told["unit"] = "kg" if unit == "kg{C}" else tables.UNITS.get(unit, unit)
    plants = view.get("plants")
    for plant in plants if isinstance(plants, list) else ():
        for name in ("latitude", "longitude"):
            if isinstance(plant.get(name), str):
                plant[name] = _number(plant[name])
    version = view.get("version")
    if isinstance(version, str):
        if re.fullmatch(r"0|[1-9]\d{0,8}", version):
            view["version"] = int(version)
        else:
            del view["version"]


def _number(text: str) -> str:
    exact = read_exact(text) if "/" in text else parse_decimal(text)
    value = exact if isinstance(exact, Decimal) else round_significant(exact, _DIGITS)
    return jsonwrite.number(value)


def _lists(view: dict[str, Any]) -> None:
    """One category rule, standards as objects."""
    rules = view.get("pcr")
    if isinstance(rules, list):
        view["pcr"] = rules[0]
    standards = view.pop(STANDARDS, None)
    kept = view.get("compliance")
    is_same = (
        isinstance(kept, list)
        and [item.get("short_name") if isinstance(item, dict) else None for item in kept] == standards
    )
    if isinstance(standards, list) and not is_same:
        view["compliance"] = [{"short_name": name} for name in standards]
    elif standards is None and isinstance(kept, list) and kept and all("short_name" in item for item in kept):
        del view["compliance"]


def _named(view: dict[str, Any]) -> None:
    """One language in the document, the others in our member of ``ext``."""
    found: dict[str, tuple[dict[str, Any], str]] = {}
    for place in NAMED:
        *above, name = place.split("/")
        node = view
        for step in above:
            node = node.get(step, {})
        if isinstance(node.get(name), dict):
            found[place] = (node, name)
    present = [lang for node, name in found.values() for lang in node[name]]
    wanted = view.get("language")
    order = [wanted, "en", "zh", *sorted(present)]
    own = next((lang for lang in order if lang in present), None)
    others: dict[str, dict[str, str]] = {}
    for place, (node, name) in found.items():
        texts = dict(node[name])
        lang = own if own in texts else next(la for la in ("en", "zh", *sorted(texts)) if la in texts)
        text = texts.pop(lang)
        node[name] = text[: _LENGTHS.get(name, len(text))]
        if lang != own:
            texts[lang] = text
        if texts:
            others[place] = texts
    if own is not None:
        view["language"] = own
    if others:
        view.setdefault("ext", {})[tables.EXTENSION] = {"languages": others}
    for name in ("product_sku", "product_description"):
        if isinstance(view.get(name), str):
            view[name] = view[name][: _LENGTHS[name]]


def _notes(
    declaration: Declaration,
    different: Mapping[str, tuple[Leaf | None, Leaf | None]],
    aggregated: frozenset[str],
) -> Iterator[Note]:
    """One word on every leaf that reading shows otherwise; what it does not show is noted by the pipeline."""
    of_the_unit = _is_of_the_unit(declaration)
    for path, (before, after) in different.items():
        if after is None:
            if path in _OF_THE_UNIT.values() and not of_the_unit:
                yield Note("openepd.not-of-the-unit", path, Fate.DROPPED, shown(before))
            elif path in aggregated:
                yield Note("openepd.sum-of-product-stage", path, Fate.AGGREGATED, shown(before))
            continue
        if isinstance(before, str) and isinstance(after, str) and before.startswith(after):
            yield Note("openepd.text-too-long", path, Fate.TRUNCATED, shown(before), shown(after))
            continue
        for pattern, added, changed in _REASONS:
            if re.fullmatch(pattern, path):
                fate = Fate.INFERRED if before is None else Fate.CONVERTED
                if before is not None and changed == "openepd.rounded":
                    fate = Fate.ROUNDED
                yield Note(added if before is None else changed, path, fate, shown(before), shown(after))
                break
