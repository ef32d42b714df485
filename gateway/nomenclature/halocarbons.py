"""What a halocarbon's name says of its formula: to doubt a match, never to make one.

七氟丙烷 is C3HF7, 1,1-dichloro-1-fluoroethane C2H3Cl2F, R-134a C2H2F4. Other names say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

Composition = Mapping[str, int]

_ZH_DIGITS: Final = {c: n for n, c in enumerate("一二三四五六七八九", 1)}
_ZH_PARENTS: Final = {c: n for n, c in enumerate("甲乙丙丁戊己庚辛壬癸", 1)}
_ZH_HALOGENS: Final = {"氟": "F", "氯": "Cl", "溴": "Br", "碘": "I"}
_LOCANTS: Final = r"(?:[0-9]+(?:,[0-9]+)*-?)?"
_ZH_PART: Final = rf"-?{_LOCANTS}(全|十?[一二三四五六七八九]|十|)([氟氯溴碘])(?:代)?"
_ZH_NAME: Final = re.compile(
    rf"((?:{_ZH_PART})+)-?(环)?([甲乙丙丁戊己庚辛壬癸])(烷|烯|-?[0-9]-?烯)", re.ASCII
)

_EN_PARENTS: Final = {"meth": 1, "eth": 2, "prop": 3, "but": 4, "pent": 5, "hex": 6, "hept": 7, "oct": 8}
_EN_COUNTS: Final = (
    ("mono", 1), ("di", 2), ("tri", 3), ("tetra", 4), ("penta", 5), ("hexa", 6), ("hepta", 7), ("octa", 8),
    ("nona", 9), ("undeca", 11), ("dodeca", 12), ("trideca", 13), ("tetradeca", 14), ("hexadeca", 16),
    ("deca", 10),
)  # fmt: skip
_EN_COUNT: Final = "|".join(sorted((word for word, _ in _EN_COUNTS), key=len, reverse=True))
_EN_HALOGENS: Final = {"fluoro": "F", "chloro": "Cl", "bromo": "Br", "iodo": "I"}
_EN_PART: Final = rf"-?{_LOCANTS}(per|{_EN_COUNT}|)(fluoro|chloro|bromo|iodo)"
_EN_NAME: Final = re.compile(
    rf"((?:{_EN_PART})+)-?(cyclo)?(meth|eth|prop|but|pent|hex|hept|oct)(ane|-?[0-9]-?ene|ene)"
)

# ASHRAE 34, 4: hundreds are carbon less one, tens hydrogen plus one, units fluorine; chlorine fills up.
_NUMBER: Final = re.compile(
    r"(r|cfc|hcfc|hcfo|hfc|hfo|fc|pfc|freon|氟利昂|制冷剂)-?(?:(1)(?=[0-9]{3}))?([0-9]{2,3})([a-z]{0,3})"
    r"(?:b([1-4]))?(?:\([ez]\))?"
)
_WITHOUT_CHLORINE: Final = ("hfc", "hfo", "fc", "pfc")
_ATOM: Final = re.compile(r"([A-Z][a-z]?)([0-9]*)")


def formula_of_name(name: str) -> Composition | None:
    """The atoms that a name counts; ``None`` where the grammar does not know it."""
    key = re.sub(r"\s", "", name.casefold()).rstrip("-")
    for reading in (_chinese, _english, _numbered):
        found = reading(key)
        if found is not None:
            return found
    return None


def composition(formula: str) -> Composition | None:
    """The atoms of a formula, structural or not: CH2FCF3 and C2H2F4 give the same.

    Brackets with a count are multiplied out; bonds, rings and isomer letters do not count.
    """
    text = re.sub(
        r"^(?:trans[ -]cyc|cis[ -]cyc|cyc|trans|cis|[nciEZ]|\([EZ/]+\))[ -]*(?=[(A-Z-])", "", formula
    )
    text = re.sub(r"[=\s-]", "", text)
    while found := re.search(r"\(([A-Za-z0-9]*)\)([0-9]*)", text):
        text = text[: found.start()] + found[1] * int(found[2] or 1) + text[found.end() :]
    atoms: dict[str, int] = {}
    at = 0
    for part in _ATOM.finditer(text):
        if part.start() != at:
            return None
        atoms[part[1]] = atoms.get(part[1], 0) + int(part[2] or 1)
        at = part.end()
    return dict(sorted(atoms.items())) if at == len(text) and atoms else None


def agrees(name: str, formula: str) -> bool | None:
    """Whether a name counts the atoms of ``formula``; ``None`` where one of them cannot be read."""
    told, known = formula_of_name(name), composition(formula)
    return None if told is None or known is None else told == known


def _chinese(key: str) -> Composition | None:
    found = _ZH_NAME.fullmatch(key)
    if found is None:
        return None
    carbon = _ZH_PARENTS[found[5]]
    room = _room(carbon, ring=bool(found[4]), double=found[6] != "烷")
    parts = [(_zh_count(m[1]), _ZH_HALOGENS[m[2]]) for m in re.finditer(_ZH_PART, found[1])]
    return _filled(carbon, room, parts)


def _zh_count(text: str) -> int | None:
    if text == "全":
        return None
    return 10 * text.startswith("十") + _ZH_DIGITS.get(text[-1:], 0) or 1


def _english(key: str) -> Composition | None:
    found = _EN_NAME.fullmatch(key)
    if found is None:
        return None
    carbon = _EN_PARENTS[found[5]]
    room = _room(carbon, ring=bool(found[4]), double="ene" in found[6])
    counts = dict(_EN_COUNTS) | {"": 1}
    parts = [(counts.get(m[1]), _EN_HALOGENS[m[2]]) for m in re.finditer(_EN_PART, found[1])]
    return _filled(carbon, room, parts)


def _room(carbon: int, *, ring: bool, double: bool) -> int:
    return 2 * carbon + 2 - 2 * ring - 2 * double


def _filled(carbon: int, room: int, parts: list[tuple[int | None, str]]) -> Composition | None:
    """Hydrogen takes the places that halogens leave; ``None`` as a count takes all of them."""
    atoms: dict[str, int] = {"C": carbon}
    for count, halogen in parts:
        taken = sum(n for symbol, n in atoms.items() if symbol != "C")
        atoms[halogen] = atoms.get(halogen, 0) + (room - taken if count is None else count)
    hydrogen = room - sum(n for symbol, n in atoms.items() if symbol != "C")
    if hydrogen < 0:
        return None
    return dict(sorted((atoms | ({"H": hydrogen} if hydrogen else {})).items()))


def _numbered(key: str) -> Composition | None:
    found = _NUMBER.fullmatch(key)
    if found is None or (found[3].startswith(("4", "5", "6", "7")) and len(found[3]) == 3):
        return None  # blends, other organic and inorganic substances are numbered in series
    number = int(found[3])
    carbon, hydrogen, fluorine = number // 100 + 1, number // 10 % 10 - 1, number % 10
    bromine = int(found[5] or 0)
    chlorine = 2 * carbon + 2 - 2 * bool(found[2]) - hydrogen - fluorine - bromine
    if hydrogen < 0 or chlorine < 0 or (chlorine and found[1] in _WITHOUT_CHLORINE):
        return None  # a ring without its letter C (PFC-318), or no such number
    atoms = {"C": carbon, "H": hydrogen, "F": fluorine, "Cl": chlorine, "Br": bromine}
    return {symbol: n for symbol, n in sorted(atoms.items()) if n}
