"""Read an EPD: product, modules and the results that stand in files of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from gateway.codec.jsonread import dump
from gateway.codec.jsonwrite import language
from gateway.errors import GatewayError
from gateway.formats.openlca import tables
from gateway.formats.openlca.package import Contents
from gateway.formats.openlca.taking import Page, Taking
from gateway.model.base import LangText, Missing, Reason
from gateway.model.dataset import Coefficient, DatasetKind, Reference
from gateway.model.process import Direction, ImpactResult, Scenario
from gateway.model.walk import escape
from gateway.quantity import same_number
from gateway.quantity.number import Number
from gateway.report import Severity

PRODUCT: Final = ("amount", "flow", "flowProperty", "unit")
# Members of an EPD that say what the documentation of a process says elsewhere.
DOCUMENTED: Final[Mapping[str, str]] = {
    "validFrom": "validFrom",
    "validUntil": "validUntil",
    "useAdvice": "useAdvice",
    "manufacturer": "dataSetOwner",
    "dataGenerator": "dataGenerator",
}


@dataclass(slots=True)
class Module:
    """A module of an EPD; ``items`` are its results, None where their file is not in the package."""

    name: str
    result: str
    multiplier: Decimal
    items: list[dict[str, Any]] | None
    used: set[int] = field(default_factory=set)

    def amount(self, number: int) -> Coefficient:
        """One result, times what the module scales it by."""
        told = (self.items or [])[number].get("amount")
        if isinstance(told, bool) or not isinstance(told, (int, Decimal)):
            return None
        if self.multiplier == 1:
            return Number(Decimal(told), str(told))
        return Number(Fraction(told) * Fraction(self.multiplier))


def result_id(epd: object, module: str) -> str:
    """The id of the result that is written for a module."""
    return tables.entity_id("Result", f"{epd}/{module}")


def merged(tree: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """An EPD as a process: what our own member tells, under what stands in openLCA's members."""
    found = {**own, **tree}
    product = found.pop("product", None)
    if isinstance(product, dict):
        exchanges = [one for one in found.get("exchanges") or () if isinstance(one, dict)]
        reference = next((one for one in exchanges if one.get("isQuantitativeReference") is True), None)
        if reference is None:
            reference = {"internalId": 1, "isInput": False, "isQuantitativeReference": True}
            exchanges.append(reference)
        reference.update({name: product[name] for name in PRODUCT if product.get(name) is not None})
        found["exchanges"] = exchanges
        left = {name: value for name, value in product.items() if name not in ("@type", *PRODUCT)}
        if left:
            found["product"] = left
    told = found.get("processDocumentation")
    documentation = dict(told) if isinstance(told, dict) else {}
    for name, member in DOCUMENTED.items():
        if found.get(name) is not None:
            documentation[member] = found.pop(name)
    if documentation:
        found["processDocumentation"] = documentation
    return found


def read_modules(page: Page, one: Taking, epd: str, contents: Contents) -> list[Module]:
    """The modules, with what stands in the files of their results."""
    found = []
    for index, item in one.items("modules", "EpdModule"):
        told, name = item.take("result"), item.string("name") or str(index)
        id_ = str(told.get("@id")) if isinstance(told, dict) else ""
        multiplier = item.take("multiplier")
        is_number = isinstance(multiplier, (int, Decimal)) and not isinstance(multiplier, bool)
        scale = Decimal(multiplier) if is_number else Decimal(1)
        at = f"{tables.FAMILY}#/modules/{escape(name)}"
        if id_ and id_ != result_id(epd, name):
            page.extras[f"{at}/result/@id"] = dump(id_)
        if scale != 1:
            page.extras[f"{at}/multiplier"] = dump(multiplier)
        found.append(Module(name, id_, scale, result_items(contents, id_)))
    return found


def listed_modules(listed: Sequence[Mapping[str, Any]], contents: Contents) -> list[Module]:
    """The modules that our own member of a process with an inventory names."""
    found = []
    for one in listed:
        told, name = one.get("result"), one.get("name")
        id_ = str(told.get("@id")) if isinstance(told, dict) else ""
        found.append(Module(str(name), id_, Decimal(1), result_items(contents, id_)))
    return found


def result_items(contents: Contents, id_: str) -> list[dict[str, Any]] | None:
    """The impact results of a result of the package."""
    place = contents.others.get(("Result", id_))
    if place is None:
        return None
    try:
        items = contents.tree(place)[0].get("impactResults")
    except GatewayError:
        return None
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def read_results(
    page: Page, modules: list[Module], rows: list[dict[str, Any]] | None, contents: Contents
) -> tuple[ImpactResult, ...]:
    """The results in the order of our own member; a result that was changed in openLCA wins over it."""
    found = [one for row in rows or () if (one := _told(row, modules)) is not None]
    for number, module in enumerate(modules):
        if module.items is None and rows is None:
            at = f"/modules/{number}/result"
            page.find("openlca.no-result", at, module.result or module.name, Severity.WARNING)
        found.extend(_rest(page, module, contents))
    return tuple(found)


def _told(row: Mapping[str, Any], modules: list[Module]) -> ImpactResult | None:
    """One row of our own member; None where its result was taken out."""
    amount = _amount(row)
    stands = row.get("at")
    if isinstance(stands, list) and len(stands) == 2 and all(isinstance(n, int) for n in stands):
        module = modules[stands[0]] if 0 <= stands[0] < len(modules) else None
        if module is None:
            return None
        if module.items is not None:
            if not 0 <= stands[1] < len(module.items):
                return None
            named = module.items[stands[1]].get("indicator")
            if not isinstance(named, dict) or named.get("@id") != row.get("category"):
                return None
            module.used.add(stands[1])
            now = module.amount(stands[1])
            is_same = isinstance(now, Number) and isinstance(amount, Number)
            if not (is_same and same_number(now.value, amount.value)):  # type: ignore[union-attr]
                amount = now
    direction = row.get("direction")
    return ImpactResult(
        indicator=Reference(uuid=row.get("indicator"), name=_names(row.get("names"))),
        direction=Direction(direction) if direction in ("input", "output") else None,
        module=row.get("module"),
        scenario=row.get("scenario"),
        amount=amount,
        unit=row.get("unit"),
        comment=_names(row.get("comment")),
    )


def _amount(row: Mapping[str, Any]) -> Coefficient:
    value = row.get("amount")
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Number(Decimal(value), str(value))
    missing = row.get("missing")
    if missing in set(Reason):
        return Missing(missing=Reason(missing), unit=row.get("missingUnit"), text=row.get("text"))
    return None


def _names(told: object) -> LangText | None:
    return LangText(dict(told)) if isinstance(told, dict) and told else None


def _rest(page: Page, module: Module, contents: Contents) -> Iterator[ImpactResult]:
    """Results that our own member does not tell."""
    for number, item in enumerate(module.items or ()):
        if number in module.used:
            continue
        told = item.get("indicator")
        id_, name = (told.get("@id"), told.get("name")) if isinstance(told, dict) else (None, None)
        is_here = isinstance(id_, str) and id_ in page.here
        label = LangText({language(name): name}) if isinstance(name, str) and name and not is_here else None
        comment = item.get("description")
        yield ImpactResult(
            indicator=Reference(uuid=id_ if isinstance(id_, str) else None, name=label),
            module=module.name,
            amount=module.amount(number),
            unit=_unit(contents, id_),
            comment=LangText({language(comment): comment}) if isinstance(comment, str) and comment else None,
        )


def _unit(contents: Contents, id_: object) -> str | None:
    """The reference unit of an impact category of the package."""
    for key, place in contents.datasets.items():
        if key.kind is DatasetKind.METHOD and key.id == id_:
            try:
                unit = contents.tree(place)[0].get("refUnit")
            except GatewayError:
                return None
            return unit if isinstance(unit, str) and unit else None
    return None


def read_scenarios(told: object) -> tuple[Scenario, ...]:
    """The scenarios of our own member."""
    return tuple(
        Scenario(
            name=one["name"],
            group=one.get("group"),
            is_default=one.get("isDefault"),
            description=_names(one.get("description")),
        )
        for one in (told if isinstance(told, list) else ())
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    )
