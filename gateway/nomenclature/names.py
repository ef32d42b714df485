"""When two names are the same word, and when they only look alike.

``exact`` joins what a printer or a keyboard may change and nothing else: case, width, blanks beside
punctuation, kinds of dash and quote. ``variants`` change the wording and need a second signal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# Stored lists hold these keys: raise the number when `exact` changes and lists must be built again.
EXACT_EDITION = 1

_ASCII = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | dict.fromkeys("′‘’´`ʹʼ", "'")
    | dict.fromkeys("″“”„", '"')
    | {"、": ",", "，": ",", "（": "(", "）": ")", "【": "[", "】": "]"}
)
_BLANKS = re.compile(r"\s+")
_BESIDE = re.compile(r"\s*([,;:()\[\]{}/'\"-])\s*")
_CAS = re.compile(r"0*([1-9]\d{1,6})-(\d\d)-(\d)")


@lru_cache(maxsize=200_000)
def exact(name: str) -> str:
    """The key under which equal names meet."""
    folded = name.translate(_ASCII)
    if not folded.isascii():
        folded = unicodedata.normalize("NFKC", folded).translate(_ASCII)
    return _BLANKS.sub(" ", _BESIDE.sub(r"\1", folded.casefold())).strip()


def cas_number(text: str) -> str:
    """A CAS number without leading zeros, or "" where the check digit is wrong."""
    found = _CAS.fullmatch(text.strip())
    if found is None:
        return ""
    digits = found[1] + found[2]
    check = sum(i * int(d) for i, d in enumerate(reversed(digits), 1)) % 10
    return f"{found[1]}-{found[2]}-{found[3]}" if check == int(found[3]) else ""


class Variant(NamedTuple):
    """Another wording with the change that led to it."""

    key: str
    change: str


# What repeats the compartment of a resource and says nothing of the substance.
_PLACE_AFTER = re.compile(r",(?:in ground|in air|in water)$")
_PLACE_BEFORE = re.compile(r"^(?:occupation,|transformation,(?=from |to ))")
# Of an ore: the substance, and then how much of it is in which mineral.
_GRADE = re.compile(r"^([a-z]{4,}),.*(?:%|ppm|\bore\b)")
_BRACKETS = re.compile(r"^(.{3,}?) ?\(([^()]{3,})\)$")
_ROMAN = re.compile(r"[ ,]\(?([iv]{1,4})\)?$|\(([iv]{1,4})\)$")
_NOT_A_WORD = re.compile(r"[^0-9a-z一-鿿+]")
# IUPAC Red Book 2005, table I and IR-1.5.3.5: spellings of one element's name.
_SPELLINGS = (("sulph", "sulf"), ("aluminum", "aluminium"), ("cesium", "caesium"))


def without_place(key: str) -> str:
    """``key`` of a resource without the words that repeat its compartment: tin,in ground → tin."""
    return _PLACE_BEFORE.sub("", _PLACE_AFTER.sub("", key))


def ore_of(key: str) -> str:
    """The substance of an ore whose grade the name tells, or ""."""
    found = _GRADE.match(key)
    return found[1] if found else ""


def spelling(key: str) -> str:
    """``key`` with the elements spelt as IUPAC does."""
    for other, ours in _SPELLINGS:
        key = key.replace(other, ours)
    return key


def compact(key: str) -> str:
    """``key`` without punctuation and blanks: for looking up, never for deciding."""
    return _NOT_A_WORD.sub("", key)


def variants(name: str) -> Iterator[Variant]:
    """Other wordings of ``name``, the nearest first."""
    key = exact(name)
    spelt = spelling(key)
    if spelt != key:
        yield Variant(spelt, "spelling")
    if found := _ROMAN.search(spelt):
        yield Variant(f"{spelt[: found.start()]}({found[1] or found[2]})", "oxidation state")
    if found := _BRACKETS.match(spelt):
        yield Variant(found[1].rstrip(" ,"), "before the brackets")
        yield Variant(found[2].strip(" ,"), "in the brackets")
    for turned in inverted(spelt):
        yield Variant(turned, "index name")


def inverted(key: str) -> Iterator[str]:
    """The plain name behind a CA index name: propane,1,2-dichloro- → 1,2-dichloropropane."""
    for found in re.finditer(r",", key):
        parent, rest = key[: found.start()], key[found.end() :]
        if len(parent) < 3 or not rest or parent[-1].isdigit():
            continue
        if rest.endswith("-"):
            rest = rest[:-1]
            if not rest or not rest[-1].isalpha():
                continue
            yield rest + parent
            yield f"{rest}-{parent}"
            # a salt or ester behind the index name: acetic acid,chloro-,methyl ester is left alone
        elif re.fullmatch(r"[a-z0-9,'-]+", rest) and rest.replace("-", "").isalnum():
            yield f"{rest} {parent}"


_OXIDATION = re.compile(r"(?:^|[ ,(])(iii|ii|iv|vi|v|i)(?:[ ,)]|$)")
_CHARGE = re.compile(r"\(([1-7])[+-]\)|\(([+-][1-7])\)")
_ISOTOPE = re.compile(r"^[a-z]+-(\d{1,3}m?)(?=$|[, ])")
_ION = re.compile(r"\bions?\b")


class Facets(NamedTuple):
    """What a name says beside the substance and two names of one substance must agree on."""

    isotope: str
    state: str
    ion: bool


def facets(key: str) -> Facets:
    """Isotope, oxidation state and whether it is an ion; empty where the name is silent."""
    isotope, state, charge = _ISOTOPE.match(key), _OXIDATION.search(key), _CHARGE.search(key)
    return Facets(
        isotope[1] if isotope else "",
        state[1] if state else (charge[0] if charge else ""),
        _ION.search(key) is not None,
    )
