"""The tables of gases as they are looked up, each loaded when first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

from gateway import resources
from gateway.model.inventory import CarbonClass
from gateway.nomenclature.chinese import simplified
from gateway.nomenclature.halocarbons import composition
from gateway.nomenclature.identifiers import fedefl_id
from gateway.nomenclature.names import exact, spelling
from gateway.nomenclature.row import Abstained

YEARS: Final = (20, 100)
_CLASSES: Final = {"luc": CarbonClass.LAND_USE_CHANGE}


@dataclass(frozen=True, slots=True)
class Gas:
    """One gas; of CO2, CH4 and CO one for each carbon class."""

    key: str
    substance: str
    carbon_class: CarbonClass | None
    formula: str
    cas: str
    names: Mapping[str, str]

    def __str__(self) -> str:
        return self.key


def name_key(name: str) -> str:
    """A name without case, width, blanks and punctuation; a prime counts (HG'-02)."""
    return re.sub(r"[^\w']|_", "", spelling(exact(simplified(name)))).strip("'")


@cache
def gases() -> Mapping[str, Gas]:
    found = {}
    for row in resources.table("gases/gases.csv"):
        told = row["carbon_class"]
        carbon = (_CLASSES.get(told) or CarbonClass(told)) if told else None
        key = row["gas"]
        substance = key.partition("-")[0] if carbon else key
        both = {"en": row["name_en"], "zh": row["name_zh"]}
        found[key] = Gas(key, substance, carbon, row["formula"], row["cas"], both)
    return found


@cache
def of_class() -> Mapping[tuple[str, CarbonClass], Gas]:
    return {(g.substance, g.carbon_class): g for g in gases().values() if g.carbon_class}


@cache
def cas_numbers() -> frozenset[str]:
    return frozenset(g.cas for g in gases().values() if g.cas)


@cache
def names() -> Mapping[tuple[str, str], str]:
    return {(row["key"], row["list"]): row["gas"] for row in resources.table("gases/names.csv")}


@cache
def by_formula() -> Mapping[str, Gas | Abstained]:
    """Formulas as printed; one of several gases is refused."""
    found: dict[str, Gas | Abstained] = {}
    for one in gases().values():
        if one.carbon_class not in (None, CarbonClass.UNSPECIFIED):
            continue
        formulas = {one.formula.replace(" ", "")}
        atoms = composition(one.formula)
        if atoms:
            formulas.add("".join(f"{s}{n if n > 1 else ''}" for s, n in _hill(atoms)))
        for formula in formulas:
            found[formula] = Abstained.AMBIGUOUS if formula in found else one
    return found


def _hill(atoms: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    """Carbon, hydrogen, then the alphabet: the order of molecular formulas."""
    return sorted(atoms.items(), key=lambda pair: ("CH".find(pair[0]) % 3 if "C" in atoms else 2, pair[0]))


@cache
def class_names() -> Mapping[str, tuple[str, CarbonClass]]:
    """Every name of CO2, CH4, CO and N2O with a class word before or behind it.

    Biogenic N2O is N2O: it has no carbon. A bare "Co" is cobalt, so CO is a base here and no name.
    """
    bases = [(key, of) for (key, _), of in names().items() if gases()[of].carbon_class or of == "N2O"]
    bases.append(("co", "CO"))
    found: dict[str, tuple[str, CarbonClass]] = {}
    for row in resources.table("gases/carbon_words.csv"):
        word, told = name_key(row["word"]), CarbonClass(row["carbon_class"])
        for base, of in bases:
            for whole in (base + word, word + base):
                if found.setdefault(whole, (of, told)) != (of, told):
                    raise ValueError(f"gases/carbon_words.csv: {whole}")
    return found


@cache
def potentials(years: int) -> Mapping[tuple[str, str], Decimal]:
    rows = resources.table(f"gases/gwp{years}.csv")
    return {(row["gas"], row["gwp_set"]): Decimal(row[f"gwp{years}"]) for row in rows}


@cache
def ef31() -> tuple[Mapping[str, Mapping[str, str]], Mapping[tuple[str, str], Mapping[str, str]]]:
    """The rows by UUID, and the canonical ones by gas and context."""
    rows = resources.table("gases/ef31.csv")
    return (
        {row["uuid"]: row for row in rows},
        {(row["gas"], row["context"]): row for row in rows if row["canonical"]},
    )


@cache
def fedefl() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    return {
        row["gas"]: (row["flowable"], tuple(row["media"].split(" ")))
        for row in resources.table("gases/fedefl.csv")
    }


@lru_cache(maxsize=256)
def fedefl_ids(context: tuple[str, ...]) -> Mapping[str, str]:
    """The gases by the UUIDs that FEDEFL computes for one context."""
    path = "/".join(context)
    return {fedefl_id(flowable, path): gas for gas, (flowable, _) in fedefl().items()}
