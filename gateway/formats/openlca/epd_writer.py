"""Write an EPD: ``Epd``, one ``Result`` for each module and scenario, and the categories that they name."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from gateway.codec import jsonwrite
from gateway.codec.base import Member
from gateway.codec.datasets import all_files
from gateway.formats.openlca import tables
from gateway.formats.openlca.book import main_text
from gateway.formats.openlca.entities import Sheet
from gateway.formats.openlca.epd import DOCUMENTED, PRODUCT, result_id
from gateway.formats.openlca.graft import graft
from gateway.formats.openlca.package import document
from gateway.model.base import LangText, Missing
from gateway.model.dataset import DatasetKind
from gateway.model.inventory import Flow
from gateway.model.process import ImpactResult, Process
from gateway.model.walk import escape

_HEAD: Final = ("name", "description", "category", "version", "lastChange", "tags", "library", "location")
_JSON: Final = "application/json"
# What a result of no module is called: EPDs of openLCA have results in modules only.
_WHOLE: Final = "declared"


def as_epd(sheet: Sheet, process: Process, dropped: frozenset[str]) -> dict[str, Any]:
    """Turn the sheet of a process into one of an EPD.

    Returns: what our own member keeps of the process and its results.
    """
    whole = sheet.document
    epd: dict[str, Any] = {"@type": "Epd", "@id": whole["@id"]}
    epd |= {name: whole.pop(name) for name in _HEAD if name in whole}
    told = whole.get("processDocumentation", {})
    epd |= {name: told[member] for name, member in DOCUMENTED.items() if member in told}
    for exchange in whole.get("exchanges", ()):
        if exchange.get("isQuantitativeReference"):
            product = {name: exchange[name] for name in PRODUCT if name in exchange}
            epd["product"] = {"@type": "EpdProduct", **product}
    sheet.document, sheet.entity = epd, "Epd"
    rows = _results(sheet, process)
    left = {
        name: text
        for name, text in sheet.extras.items()
        if name.partition("#/")[2].split("/")[0] in set(tables.structure()["Epd"]) - set(_HEAD)
    }
    graft("Epd", epd, {}, left, dropped | {"modules"})
    own: dict[str, Any] = {"process": {k: v for k, v in whole.items() if not k.startswith("@")}}
    return own | {"results": rows} | _scenarios(process)


def with_results(sheet: Sheet, process: Process) -> dict[str, Any]:
    """The declared results of a process with an inventory, in files of their own.

    Returns: what our own member keeps of them; processes of openLCA name no results.
    """
    rows = _results(sheet, process)
    modules = sheet.document.pop("modules", None)
    own: dict[str, Any] = {"results": rows}
    return own | ({"modules": modules} if modules else {}) | _scenarios(process)


def _scenarios(process: Process) -> dict[str, Any]:
    """The scenarios, as our own member has them."""
    found = [
        {
            "name": one.name,
            **({"group": one.group} if isinstance(one.group, str) else {}),
            **({"isDefault": one.is_default} if isinstance(one.is_default, bool) else {}),
            **({"description": _texts(one.description)} if _texts(one.description) else {}),
        }
        for one in process.scenarios
    ]
    return {"scenarios": found} if found else {}


def _texts(names: object) -> dict[str, str]:
    return dict(names.root) if isinstance(names, LangText) else {}


def _results(sheet: Sheet, process: Process) -> list[dict[str, Any]]:
    """The rows of our own member; modules and results are made on the way."""
    epd = sheet.document
    places: dict[str, int] = {}
    items: list[list[dict[str, Any]]] = []
    rows = []
    for number, result in enumerate(process.results):
        row = _row(result)
        rows.append(row)
        node: dict[str, Any] = {"@type": "ImpactResult"}
        if not sheet.number(node, "amount", result.amount, f"/results/{number}/amount"):
            continue
        category = _category(sheet, result)
        if category is None:
            row["amount"] = node["amount"]
            continue
        name = _module(result)
        place = places.setdefault(name, len(places))
        if place == len(items):
            items.append([])
        row |= {"amount": node["amount"], "category": category["@id"], "at": [place, len(items[place])]}
        node["indicator"] = category
        sheet.put(node, "description", main_text(result.comment))
        items[place].append(node)
    label = str(epd.get("name", ""))
    method = tables.entity_id("ImpactMethod", str(epd["@id"]))
    modules = []
    named: dict[str, dict[str, Any]] = {}
    for name, place in places.items():
        named |= {one["indicator"]["@id"]: one["indicator"] for one in items[place]}
        module: dict[str, Any] = {"@type": "EpdModule", "name": name, "multiplier": 1}
        modules.append(module)
        if _kept(sheet, module, items[place]):
            continue
        id_ = result_id(epd["@id"], name)
        full = f"{label} – {name}"
        own: dict[str, Any] = {"@type": "Result", "@id": id_, "name": full}
        own["impactMethod"] = {"@type": "ImpactMethod", "@id": method, "name": f"Indicators of {label}"}
        own["impactResults"] = items[place]
        _file(sheet, f"results/{id_}.json", own)
        module["result"] = {"@type": "Result", "@id": id_, "name": full}
    if any(member.name.startswith("results/") for member in sheet.files):
        group = {"@type": "ImpactMethod", "@id": method, "name": f"Indicators of {label}"}
        _file(sheet, f"lcia_methods/{method}.json", {**group, "impactCategories": [*named.values()]})
    sheet.put(epd, "modules", modules)
    return rows


def _kept(sheet: Sheet, module: dict[str, Any], items: list[dict[str, Any]]) -> bool:
    """Whether the module keeps the result that the source has for it: its file says the same, and more."""
    at = f"{tables.FAMILY}#/modules/{escape(module['name'])}"
    told = sheet.extras.get(f"{at}/result/@id")
    if told is None:
        return False
    id_ = told.strip('"')
    files = all_files(sheet.book.bundle)
    file = next((name for name in files if name.rpartition("/")[2] == f"{id_}.json"), None)
    found = None if file is None else document(sheet.book.bundle.file(file))
    there = found.get("impactResults") if isinstance(found, dict) else None
    scale = Fraction(sheet.extras.get(f"{at}/multiplier", "1"))
    amounts = [one.get("amount") for one in there if isinstance(one, dict)] if isinstance(there, list) else []
    ours = [Fraction(str(one["amount"])) for one in items]
    numbers = [Fraction(a) * scale for a in amounts if isinstance(a, (int, Decimal))]
    if numbers != ours or len(numbers) != len(amounts):
        return False
    if scale != 1:
        module["multiplier"] = jsonwrite.raw(sheet.extras[f"{at}/multiplier"])
    module["result"] = {"@type": "Result", "@id": id_}
    return True


def _module(result: ImpactResult) -> str:
    """Results of scenarios are modules of their own, so that nobody adds them up."""
    name = result.module if isinstance(result.module, str) and result.module else _WHOLE
    return f"{name} ({result.scenario})" if isinstance(result.scenario, str) else name


def _row(result: ImpactResult) -> dict[str, Any]:
    row: dict[str, Any] = {}
    told = {
        "module": result.module,
        "scenario": result.scenario,
        "unit": result.unit,
        "indicator": result.indicator.uuid,
    }
    row |= {name: value for name, value in told.items() if isinstance(value, str)}
    if result.direction is not None:
        row["direction"] = result.direction.value
    if isinstance(result.indicator.name, LangText):
        row["names"] = dict(result.indicator.name.root)
    if isinstance(result.comment, LangText):
        row["comment"] = dict(result.comment.root)
    if isinstance(result.amount, Missing):
        row["missing"] = result.amount.missing.value
        row |= {"missingUnit": result.amount.unit} if result.amount.unit is not None else {}
        row |= {"text": result.amount.text} if result.amount.text is not None else {}
    return row


def _category(sheet: Sheet, result: ImpactResult) -> dict[str, Any] | None:
    """The impact category of an indicator: the one of the package, else one with the indicator's id."""
    book, indicator = sheet.book, result.indicator
    if book.find(DatasetKind.METHOD, indicator) is not None:
        return book.reference(DatasetKind.METHOD, indicator)
    if not isinstance(indicator.uuid, str):
        return None
    id_ = tables.entity_id("ImpactCategory", indicator.uuid)
    flow = book.find(DatasetKind.FLOW, indicator)
    name = main_text(indicator.name) or (book.label(flow, indicator) if flow else "") or indicator.uuid
    unit = result.unit if isinstance(result.unit, str) else ""
    told = book.bundle.read(flow).dataset if flow else None
    if isinstance(told, Flow) and book.indicator_unit(told) is not None:
        return {"@type": "ImpactCategory", "@id": id_, "name": name}  # the flow becomes it
    if id_ not in book.indicators or (unit and not book.indicators[id_][1]):
        book.indicators[id_] = (name, unit)
    return {"@type": "ImpactCategory", "@id": id_, "name": name}


def categories(indicators: Mapping[str, tuple[str, str]]) -> list[Member]:
    """The impact categories of indicators that no data set of the package describes."""
    found = []
    for id_, (name, unit) in indicators.items():
        one: dict[str, Any] = {"@type": "ImpactCategory", "@id": id_, "name": name}
        one |= {"version": "00.00.000", **({"refUnit": unit} if unit else {}), tables.OWN: {"version": 1}}
        found.append(_member(f"lcia_categories/{id_}.json", one))
    return found


def _file(sheet: Sheet, name: str, tree: dict[str, Any]) -> None:
    sheet.files.append(_member(name, tree))


def _member(name: str, tree: dict[str, Any]) -> Member:
    return Member(name, _JSON, (jsonwrite.compact(tree) + "\n").encode("utf-8"))
