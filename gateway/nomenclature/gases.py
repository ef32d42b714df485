"""Greenhouse gases: which one a name or identifier means, what it weighs in CO2e, and its flow in a list.

A gas is found by identifier or by a listed name, nothing else. CAS numbers can only object: CO2 of three
carbon classes shares one. Where the class decides and is not told there is no gas, only a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final, TypeAlias
from uuid import UUID

from gateway import resources
from gateway.model.inventory import CarbonClass
from gateway.nomenclature.chinese import simplified
from gateway.nomenclature.halocarbons import agrees, composition
from gateway.nomenclature.identifiers import fedefl_id
from gateway.nomenclature.names import cas_number, exact, inverted, spelling
from gateway.nomenclature.row import Abstained, End, Signal

EF31: Final = "EF 3.1"
FEDEFL: Final = "FEDEFL"
# EF reference package: flow property Mass, unit group of mass.
_MASS: Final = "93a60a56-a3c8-11da-a746-0800200b9a66"
_CLASSES: Final = {"luc": CarbonClass.LAND_USE_CHANGE}
_BASED_ON: Final = {"AR5-CH4-28": "AR5"}
_AFFIXES: Final = (
    "制冷剂",
    "冷媒",
    "发泡剂",
    "灭火剂",
    "气体",
    "排放量",
    "排放",
    "refrigerant",
    "emissions",
    "emission",
    "gas",
)
_CODE: Final = re.compile(
    r"(?:cfc|hcfc|hcfo|hfc|hfo|fc|pfc|hcc|r|freon|氟利昂|氟里昂)([ec]?\d\w*)|f(\d{2,3}[a-z]*)"
)
_DESIGNATION: Final = re.compile(
    r"(?:[ezni]-)?(?:r|h?cf[ce]|h?cfo|hf[ceo]|p?fc|hcc|hg|halon)[ '-]*c?\d[\w(), -]*"
)


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


def gas(key: str) -> Gas | None:
    """The gas with this key of the table."""
    return _gases().get(key)


def identify(end: End, *, class_needed: bool = True) -> Gas | Abstained:
    """The gas that one side of a mapping means.

    Args:
        class_needed: whether CO2, CH4 and CO of unstated class are refused. A list without carbon classes
            (FEDEFL) takes them as they are.
    """
    by_id = _by_id(end)
    if by_id is not None:
        return by_id if isinstance(by_id, Abstained) else _classed(by_id, end, None, class_needed)
    found, told = _by_name(end)
    if isinstance(found, Abstained):
        return found
    against = {signal.what for signal in objections(end, found)}
    if "cas" in against:
        return Abstained.CAS_CONFLICT
    if against and not (found.cas and cas_number(end.cas) == found.cas):
        return Abstained.AMBIGUOUS  # name and CAS number together outweigh a formula
    return _classed(found, end, told, class_needed)


def objections(end: End, found: Gas) -> tuple[Signal, ...]:
    """What speaks against ``end`` being ``found``: another CAS number, a name or formula of other atoms."""
    signals = []
    cas = cas_number(end.cas)
    if cas and cas != found.cas and (found.cas or cas in _by_cas()):
        signals.append(Signal("cas", cas, "gases/gases.csv"))
    theirs = composition(end.formula) if end.formula else None
    if theirs is not None and theirs != (composition(found.formula) or theirs):
        signals.append(Signal("formula", end.formula, "gases/gases.csv"))
    for name in (end.name, *inverted(exact(end.name))):
        if agrees(name, found.formula) is False:
            signals.append(Signal("name", name, found.formula))
    return tuple(signals)


def factor(of: Gas, method: str, *, years: int = 100) -> Decimal | None:
    """The kg CO2e per kg of a gas, or ``None`` where the method has none.

    Args:
        method: AR4, AR5, AR5-CH4-28, AR6; over 100 years EF3.1 too.
        years: 100 or 20.
    """
    table = _potentials(years)
    sets = (method, _BASED_ON.get(method, method))
    return next((table[of.key, name] for name in sets if (of.key, name) in table), None)


def flow(of: Gas, *, list: str, context: tuple[str, ...]) -> End | None:
    """The flow of a gas in one compartment of a list; ``None`` where the list has none there.

    ``context`` is the list's own. FEDEFL has no carbon classes: every class of CO2 is one flow there, and
    the caller records what is lost.
    """
    if list == EF31:
        row = _ef31()[1].get((of.key, "/".join(context)))
        if row is None:
            return None
        return End(EF31, "3.1", row["uuid"], row["name"], "en", of.cas, of.formula, context, "kg", _MASS,
                   carbon_class=of.carbon_class)  # fmt: skip
    if list == FEDEFL:
        flowable = _fedefl().get(of.substance)
        path = "/".join(context)
        if flowable is None or "/".join(context[:2]) not in flowable[1]:
            return None
        return End(
            FEDEFL,
            "1.3.1",
            fedefl_id(flowable[0], path),
            flowable[0],
            "en",
            of.cas,
            of.formula,
            context,
            "kg",
        )
    return None


def without_affixes(name: str) -> Iterable[str]:
    """The key of a name, then without what people put beside it: R22制冷剂, methane emissions."""
    key = _key(name)
    yield key
    for _ in range(2):
        for affix in _AFFIXES:
            shorter = key.removesuffix(affix) if key.endswith(affix) else key.removeprefix(affix)
            if shorter and shorter != key:
                key = shorter
                yield key
                break


def _by_id(end: End) -> Gas | Abstained | None:
    if len(end.id) != 36:
        return None
    try:
        uuid = UUID(end.id)
    except ValueError:
        return None
    row = _ef31()[0].get(str(uuid))
    if row is not None:
        return _gases()[row["gas"]] if row["gas"] else Abstained.DECIDED
    if uuid.version == 3:
        key = _fedefl_ids(end.context).get(str(uuid))
        return _gases()[key] if key else None
    return None


def _classed(found: Gas, end: End, told: CarbonClass | None, needed: bool) -> Gas | Abstained:
    """The gas of the class that identifier, name and source agree on."""
    unstated = CarbonClass.UNSPECIFIED
    if found.carbon_class is None:
        return found
    classes = {c for c in (found.carbon_class, told, end.carbon_class) if c not in (None, unstated)}
    if len(classes) > 1:
        return Abstained.AMBIGUOUS
    if not classes:
        return Abstained.CARBON_CLASS if needed else found
    return _of_class()[found.substance, classes.pop()]


_Named: TypeAlias = tuple["Gas | Abstained", CarbonClass | None]


def _by_name(end: End) -> _Named:
    found = _named(end.name, end.list)
    if found is not None:
        return found
    return _by_synonyms(end), None


def _named(name: str, of_list: str = "") -> _Named | None:
    """The gas of a name and the carbon class in it."""
    key = _key(name)
    if not key:
        return None
    formula = _by_formula().get(re.sub(r"\s", "", name))
    if formula is not None:
        return formula, None
    for whole in without_affixes(name):
        one = _listed(whole, of_list)
        if one is not None:
            return _gases()[one], None
        if whole in _class_names():
            substance, told = _class_names()[whole]
            return _gases()[substance], told
    return _in_parts(name, of_list)


def _in_parts(name: str, of_list: str) -> _Named | None:
    """A CA index name, and a name with a designation behind it; where both are known they must agree."""
    text = exact(name)
    for plain in inverted(text):
        one = _listed(_key(plain), of_list)
        if one is not None:
            return _gases()[one], None
    split = re.fullmatch(r"(.+?)[(<\[](.+?)[)>\]]", text) or re.fullmatch(r"(.+),([^,]+)", text)
    if split is None:
        return None
    front, back = split[1].rstrip(" ,"), split[2].strip()
    designations = [part for part in (front, back) if _DESIGNATION.fullmatch(part)]
    known = [found for part in (front, back) if (found := _named(part, of_list)) is not None]
    gases = {found if isinstance(found, Abstained) else found.key for found, _ in known}
    if len(gases) > 1:
        return Abstained.AMBIGUOUS, None
    if not gases or not (len(known) == 2 or (designations and any(_named(d, of_list) for d in designations))):
        return None
    return known[0]


def _by_synonyms(end: End) -> Gas | Abstained:
    """A synonym counts together with the CAS number only."""
    cas = cas_number(end.cas)
    known = [found for name in end.synonyms if (found := _named(name, end.list)) is not None]
    keys = {found.key for found, told in known if isinstance(found, Gas) and not found.carbon_class}
    if len(keys) == 1 and all(isinstance(found, Gas) for found, _ in known):
        one = _gases()[next(iter(keys))]
        if cas and one.cas == cas:
            return one
    if len(keys) > 1:
        return Abstained.AMBIGUOUS
    return Abstained.ONLY_SUGGESTIONS if keys or (cas and cas in _by_cas()) else Abstained.NO_CANDIDATE


def _listed(key: str, of_list: str) -> str | None:
    names = _names()
    found = names.get((key, "")) or names.get((key, _key(of_list)))
    if found is None and (code := _CODE.fullmatch(key)):
        found = names.get((f"r{code[1] or code[2]}", ""))
    return found


def _key(name: str) -> str:
    """A name without case, width, blanks and punctuation; a prime counts (HG'-02)."""
    return re.sub(r"[^\w']|_", "", spelling(exact(simplified(name)))).strip("'")


@cache
def _gases() -> Mapping[str, Gas]:
    found = {}
    for row in resources.table("gases/gases.csv"):
        told = row["carbon_class"]
        carbon = (_CLASSES.get(told) or CarbonClass(told)) if told else None
        key = row["gas"]
        substance = key.partition("-")[0] if carbon else key
        names = {"en": row["name_en"], "zh": row["name_zh"]}
        found[key] = Gas(key, substance, carbon, row["formula"], row["cas"], names)
    return found


@cache
def _of_class() -> Mapping[tuple[str, CarbonClass], Gas]:
    return {(g.substance, g.carbon_class): g for g in _gases().values() if g.carbon_class}


@cache
def _by_cas() -> frozenset[str]:
    return frozenset(g.cas for g in _gases().values() if g.cas)


@cache
def _names() -> Mapping[tuple[str, str], str]:
    return {(row["key"], row["list"]): row["gas"] for row in resources.table("gases/names.csv")}


@cache
def _by_formula() -> Mapping[str, Gas | Abstained]:
    """Formulas as printed; one of several gases is refused."""
    found: dict[str, Gas | Abstained] = {}
    for one in _gases().values():
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
def _class_names() -> Mapping[str, tuple[str, CarbonClass]]:
    """Every name of CO2, CH4, CO and N2O with a class word before or behind it.

    Biogenic N2O is N2O: it has no carbon. A bare "Co" is cobalt, so CO is a base here and no name.
    """
    bases = [(key, of) for (key, _), of in _names().items() if _gases()[of].carbon_class or of == "N2O"]
    bases.append(("co", "CO"))
    found: dict[str, tuple[str, CarbonClass]] = {}
    for row in resources.table("gases/carbon_words.csv"):
        word, told = _key(row["word"]), CarbonClass(row["carbon_class"])
        for base, of in bases:
            for whole in (base + word, word + base):
                if found.setdefault(whole, (of, told)) != (of, told):
                    raise ValueError(f"gases/carbon_words.csv: {whole}")
    return found


@cache
def _potentials(years: int) -> Mapping[tuple[str, str], Decimal]:
    rows = resources.table(f"gases/gwp{years}.csv")
    return {(row["gas"], row["gwp_set"]): Decimal(row[f"gwp{years}"]) for row in rows}


@cache
def _ef31() -> tuple[Mapping[str, Mapping[str, str]], Mapping[tuple[str, str], Mapping[str, str]]]:
    """The rows by UUID, and the canonical ones by gas and context."""
    rows = resources.table("gases/ef31.csv")
    return (
        {row["uuid"]: row for row in rows},
        {(row["gas"], row["context"]): row for row in rows if row["canonical"]},
    )


@cache
def _fedefl() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    return {
        row["gas"]: (row["flowable"], tuple(row["media"].split(" ")))
        for row in resources.table("gases/fedefl.csv")
    }


@cache
def _fedefl_ids(context: tuple[str, ...]) -> Mapping[str, str]:
    """The gases by the UUIDs that FEDEFL computes for one context."""
    path = "/".join(context)
    return {fedefl_id(flowable, path): gas for gas, (flowable, _) in _fedefl().items()}
