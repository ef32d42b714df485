"""Reading the name of a gas: listed names, formulas, CA index names, designations, class words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from gateway.model.inventory import CarbonClass
from gateway.nomenclature._gas_table import Gas, by_formula, class_names, gases, name_key, names
from gateway.nomenclature.halocarbons import composition
from gateway.nomenclature.names import exact, inverted
from gateway.nomenclature.row import Abstained

_AFFIXES: Final = (
    "制冷剂",
    "冷媒",
    "发泡剂",
    "灭火剂",
    "气体",
    "排放量",
    "泄漏",
    "泄露",
    "逸散",
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
_LETTERS: Final = re.compile(r"[a-z]+")
# What the prefix of a designation says is in it, and what is not (ASHRAE 34, 6).
_HOLDS: Final = {
    "cfc": (("F",), ("H",)),  # CF4, too, is called CFC-14
    "hcfc": (("H", "Cl"), ()),
    "hfc": (("H", "F"), ("Cl", "Br")),
    "hfo": (("H", "F"), ("Cl", "Br")),
    "pfc": (("F",), ("H", "Cl", "Br")),
    "fc": (("F",), ("H", "Cl", "Br")),
}
# Chinese before or behind Latin letters; locants belong to the Chinese.
_SCRIPTS: Final = re.compile(r"([0-9]*[一-鿿]+)([a-z]\w*)|([a-z][a-z0-9]*)([一-鿿]+)")
# Longer than any name of a gas, by far.
_MAX_LENGTH: Final = 400
# A name, a name in it, and a name in that.
_DEPTH: Final = 2

Named: TypeAlias = tuple[Gas | Abstained, CarbonClass | None]


def named(name: str, of_list: str = "") -> Named | None:
    """The gas of a name and the carbon class that the name tells; ``None`` where no table knows it.

    A formula is case-sensitive (CO is not Co) and stands for one gas or is ambiguous.
    """
    return _read(name, of_list, depth=_DEPTH) if len(name) <= _MAX_LENGTH else None


def without_affixes(name: str) -> Iterable[str]:
    """The key of a name, then without what people put beside it: R22制冷剂, methane emissions."""
    key = name_key(name)
    yield key
    for _ in range(2):
        for affix in _AFFIXES:
            shorter = key.removesuffix(affix) if key.endswith(affix) else key.removeprefix(affix)
            if shorter and shorter != key:
                key = shorter
                yield key
                break


def _read(name: str, of_list: str, *, depth: int) -> Named | None:
    if not name_key(name):
        return None
    formula = by_formula().get(re.sub(r"\s", "", name))
    if formula is not None:
        return formula, None
    for whole in without_affixes(name):
        one = _listed(whole, of_list)
        if one is not None:
            # With nothing beside it, a number under the wrong letters may as well be the wrong number.
            return (gases()[one], None) if depth < _DEPTH or _prefix_fits(whole, one) else None
        if whole in class_names():
            substance, told = class_names()[whole]
            return gases()[substance], told
        if (both := _doubled(whole, of_list)) is not None:
            return both, None
    text = exact(name)
    for plain in inverted(text):
        one = _listed(name_key(plain), of_list)
        if one is not None:
            return gases()[one], None
    return _in_parts(text, of_list, depth=depth - 1) if depth else None


def _doubled(key: str, of_list: str) -> Gas | Abstained | None:
    """A Chinese name with its formula or designation beside it, 三氟化氮NF3: both known, and the same."""
    split = _SCRIPTS.fullmatch(key)
    if split is None:
        return None
    found = {_listed(part, of_list) for part in split.groups() if part}
    if None in found:
        return None
    return gases()[str(found.pop())] if len(found) == 1 else Abstained.AMBIGUOUS


def _in_parts(text: str, of_list: str, *, depth: int) -> Named | None:
    """Two names in one: ``PFC-14 (Perfluoromethane)``, ``Ethane, pentafluoro-, HFC-125``.

    Known parts must agree. A part that looks like a designation must be known, and one known part is enough
    only if it is a designation.
    """
    split = re.fullmatch(r"(.+?)[(<\[]([^()<>\[\]]+)[)>\]]", text) or re.fullmatch(r"(.+),([^,]+)", text)
    if split is None:
        return None
    parts = (split[1].rstrip(" ,"), split[2].strip())
    found = [(part, _read(part, of_list, depth=depth)) for part in parts]
    looks = [known is not None for part, known in found if _DESIGNATION.fullmatch(part)]
    known = [known for _, known in found if known is not None]
    if not known or not all(looks) or (len(known) == 1 and not looks):
        return None
    told = {carbon for _, carbon in known if carbon is not None}
    if len({one if isinstance(one, Abstained) else one.key for one, _ in known}) > 1 or len(told) > 1:
        return Abstained.AMBIGUOUS, None
    return known[0][0], next(iter(told), None)


def _listed(key: str, of_list: str) -> str | None:
    found = names().get((key, "")) or names().get((key, name_key(of_list)))
    if found is None and (code := _CODE.fullmatch(key)):
        found = names().get((f"r{code[1] or code[2]}", ""))
    return found


def _prefix_fits(key: str, gas: str) -> bool:
    """Whether the letters before a number allow the atoms of its gas: an HFC has no chlorine."""
    atoms = composition(gases()[gas].formula)
    letters = _LETTERS.match(key)
    if (key, "") in names() or atoms is None or letters is None or letters[0] not in _HOLDS:
        return True
    wanted, barred = _HOLDS[letters[0]]
    return all(symbol in atoms for symbol in wanted) and not any(symbol in atoms for symbol in barred)
