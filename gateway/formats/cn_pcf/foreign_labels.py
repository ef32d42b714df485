"""What a label of somebody else's survey means: numbering, colons, two languages, units, groups of headings.

Its names are wider than those that a workbook is read by: a person confirms what is suggested from them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from gateway import resources
from gateway.formats.cn_pcf.workbook_heads import is_unit
from gateway.formats.cn_pcf.workbook_layout import heading, keys_for, layout, tidy_label

_NUMBERING: Final = re.compile(
    r"^\s*(?:[（(]\s*(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[)）]|[①-⑳]|[一二三四五六七八九十]{1,3}\s*[、.．]"
    r"|\d{1,2}(?:[.．]\d{1,2})+(?:\s*[、.．)）]|\s+|(?=[^\d\s%.]))|\d{1,2}\s*[、.．)）](?!\d)"
    r"|[A-Za-z]\d?[.)]\s|\d{1,2}\s+(?=[^\d\s]))\s*"
)
_MARKS: Final = " \t\r\n*★●■▲◆-–•·:：﹕_"
_TRAILING_UNIT: Final = re.compile(
    r"^(?P<bare>.*\S)(?:\s*[,，;；]\s*|\s+in\s+|\s+/\s+|\s+)(?P<unit>\S+(?: \S+)?)$"
)
# What people write for the thing itself where a unit belongs.
_PIECES: Final = {"单位": "unit", "unit": "unit", "产品": "unit", "件": "piece", "个": "piece", "套": "piece"}
_UNITS: Final = {
    "公里": "km",
    "千米": "km",
    "千克": "kg",
    "公斤": "kg",
    "克": "g",
    "吨": "t",
    "千瓦时": "kWh",
    "度": "kWh",
}
_CJK: Final = re.compile(r"[\u3400-\u9fff]")
# As alike, in percent, as two labels must be for one to be named as a candidate of the other.
_ALIKE: Final = 50
_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """The keys that a label can mean, and the unit that it names."""

    keys: tuple[str, ...] = ()
    unit: str = ""


@lru_cache(maxsize=4096)
def meaning(text: str, *, tables: bool, group: str = "") -> Meaning:
    """What a label means; several keys where its parts or its names disagree.

    Args:
        group: the heading above it that several columns share.
    """
    bare, unit = without_unit(text)
    found: tuple[str, ...] = ()
    if tables and group:
        found = _of_group(bare, group) or _named(without_unit(group)[0] + bare, tables=True)
    # “Unit” below a group that is not known can be the unit of anything.
    if not found and not (group and bare in _generic()):
        found = (
            _named(tidy(text), tables=tables) or _named(bare, tables=tables) or _parts(bare, tables=tables)
        )
    if not unit and group:
        unit = without_unit(group)[1]
    return Meaning(found, unit)


def is_label(text: str) -> bool:
    """Whether a text is a heading or a label and so no value: known, with a unit, or with a colon."""
    stripped = text.strip()
    if stripped.endswith((":", "：")) or role(stripped):
        return True
    if len(stripped) > _LONGEST:
        return False
    bracket = re.search(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]\s*\**$", stripped)
    if bracket is not None and tidy_unit(bracket[1]):
        return True
    return bool(meaning(text, tables=False).keys or meaning(text, tables=True).keys)


def role(text: str) -> str:
    """What a form's column holds by its heading: ``label``, ``unit``, ``value``, ``other``; else empty."""
    whole = heading(text).strip(_MARKS)
    pieces = [whole, *re.split(r"[/|｜\n]", whole), *_languages(whole)]
    return next((_roles()[p] for piece in pieces if (p := piece.strip(_MARKS)) in _roles()), "")


@cache
def _roles() -> Mapping[str, str]:
    rows = resources.table("fields/cn_pcf_survey_roles.csv")
    return {word: row["role"] for row in rows for word in row["words"].split("|")}


_LONGEST: Final = 60


def tidy(text: str) -> str:
    """A label without numbering, marks and colons, in one spelling."""
    found = heading(_NUMBERING.sub("", unicodedata.normalize("NFKC", text), count=1))
    return found.strip(_MARKS)


def without_unit(text: str) -> tuple[str, str]:
    """A label without the unit in it, in brackets or behind it, and without remarks in brackets."""
    whole = _NUMBERING.sub("", unicodedata.normalize("NFKC", text), count=1).strip(_MARKS)
    if unit := tidy_unit(whole):
        return heading(whole), unit
    bare, told = tidy_label(whole)
    while told:
        unit = unit or tidy_unit(told)
        whole = re.sub(r"\s*[(（\[【][^()（）\[\]【】]*[)）\]】]\s*\**\s*$", "", whole).strip(_MARKS)
        bare, told = tidy_label(whole)
    if not unit and (found := _TRAILING_UNIT.match(whole)) is not None:
        unit = tidy_unit(found["unit"])
        bare = heading(found["bare"]).rstrip(",;/ ") if unit else bare
    return bare.strip(_MARKS), unit


@lru_cache(maxsize=4096)
def tidy_unit(text: str) -> str:
    """A unit as we can read it; empty where the text is none. Products and pieces are no units of mass."""
    found = unicodedata.normalize("NFKC", text).strip().removeprefix("单位:").removeprefix("unit:").strip()
    found = _UNITS.get(found, found).replace(" per ", "/")
    if not found or found[0].isdecimal():
        return ""
    top, slash, per = (part.strip() for part in found.partition("/"))
    if not slash:
        return found if is_unit(found) and heading(found) not in {"unit", "单位"} else ""
    if not is_unit(top):
        return ""
    known = _PIECES.get(per.casefold()) or next((p for p in _spelt(per) if is_unit(p)), "")
    return f"{top}/{known}" if known else ""


def script(texts: Iterable[str]) -> str:
    """Whether the words of values are Chinese or Latin."""
    return "zh" if any(_CJK.search(text) for text in texts) else "en"


def in_language(keys: tuple[str, ...], texts: Iterable[str]) -> tuple[str, ...]:
    """Of a field that has a Chinese and an English place, the one for these values."""
    wanted = "Zh" if script(texts) == "zh" else "En"
    known = layout().by_key
    return tuple(
        dict.fromkeys(
            twin if k[-2:] in {"Zh", "En"} and (twin := k[:-2] + wanted) in known else k for k in keys
        )
    )


def candidates(text: str, *, tables: bool) -> tuple[str, ...]:
    """The keys whose names are most like a label that none is known for."""
    own = _pairs(without_unit(text)[0])
    scored = []
    for name, keys in _names(tables=tables).items():
        there = _pairs(name)
        alike = 200 * len(own & there) // (len(own) + len(there)) if own and there else 0
        if alike >= _ALIKE:
            scored.append((-alike, keys))
    found = dict.fromkeys(key for _, keys in sorted(scored) for key in keys)
    return tuple(found)[:_MOST]


def code_of(code_list: str, words: str) -> str:
    """The code that surveys call so; empty where it is called otherwise, or could be another one."""
    found = heading(words)
    for name, code in _words(code_list).items():
        if found == name or (name.endswith("*") and found.startswith(name[:-1])):
            return code
    return ""


@cache
def _words(code_list: str) -> Mapping[str, str]:
    rows = resources.table("fields/cn_pcf_survey_values.csv")
    return {
        word[:-1] + "*" if word.endswith("*") else heading(word): row["code"]
        for row in rows
        if row["code_list"] == code_list
        for word in row["words"].split("|")
    }


def _named(label: str, *, tables: bool) -> tuple[str, ...]:
    own = _survey()[""].get(label, ())
    found = keys_for(label, tables=tables) if label else ()
    return tuple(dict.fromkeys([*found, *(k for k in own if ("[]" in k) is tables)]))


def _parts(label: str, *, tables: bool) -> tuple[str, ...]:
    """What the parts of a label mean: names on either side of a stroke, or in two languages."""
    pieces = [p for p in (piece.strip(_MARKS) for piece in re.split(r"[/|｜\n]| - ", label)) if p]
    if len(pieces) == 1:
        pieces = [p for p in (p.strip(_MARKS + "()") for p in _languages(label)) if p]
    if len(pieces) < 2:
        return ()
    found = [_named(p, tables=tables) or _named(without_unit(p)[0], tables=tables) for p in pieces]
    known = [set(in_language(keys, ("中",))) for keys in found if keys]
    if not known:
        return ()
    shared = set.intersection(*known)
    every = [k for keys in found for k in in_language(keys, ("中",))]
    # A part that is unknown beside one of its own language may narrow or change what is meant.
    unknown = [p for p, keys in zip(pieces, found, strict=True) if not keys]
    other = {script((p,)) for p, keys in zip(pieces, found, strict=True) if keys}
    if any(script((p,)) in other for p in unknown):
        return (*dict.fromkeys(every), "") if every else ()
    return tuple(dict.fromkeys(k for k in every if k in shared)) or tuple(dict.fromkeys(every))


def _languages(label: str) -> Iterator[str]:
    """The Chinese and the Latin words of a label in two languages."""
    found = re.match(r"^([^A-Za-z]*[\u3400-\u9fff][^A-Za-z]*)([A-Za-z][^\u3400-\u9fff]*)$", label)
    found = found or re.match(r"^([A-Za-z][^\u3400-\u9fff]*)([\u3400-\u9fff][^A-Za-z]*)$", label)
    if found:
        yield from found.groups()


def _of_group(label: str, group: str) -> tuple[str, ...]:
    """What a heading means below the heading that it shares with others."""
    if not group:
        return ()
    bare = without_unit(group)[0]
    for name in (bare, *(p.strip(_MARKS) for p in (*re.split(r"[/|｜]", bare), *_languages(bare)))):
        there = _survey().get(name, {})
        for piece in (label, *(p.strip(_MARKS) for p in (*re.split(r"[/|｜]", label), *_languages(label)))):
            if piece in there:
                return there[piece]
    return ()


@cache
def _survey() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The keys behind the names of surveys, by the group that they stand in; most stand in none."""
    found: dict[str, dict[str, tuple[str, ...]]] = {"": {}}
    for row in resources.table("fields/cn_pcf_survey.csv"):
        for group in row["groups"].split("|"):
            there = found.setdefault(heading(group), {})
            for name in map(heading, row["names"].split("|")):
                there[name] = tuple(dict.fromkeys([*there.get(name, ()), row["key"]]))
    return found


@cache
def _generic() -> frozenset[str]:
    return frozenset(name for group, names in _survey().items() if group for name in names)


@cache
def _names(*, tables: bool) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, (block, own) in layout().by_key.items():
        if block.is_table is tables:
            for name in own.row.label.values():
                found[tidy_label(name)[0]] = (*found.get(tidy_label(name)[0], ()), key)
    for name, keys in _survey()[""].items():
        mine = tuple(k for k in keys if ("[]" in k) is tables)
        found[name] = tuple(dict.fromkeys([*found.get(name, ()), *mine]))
    return found


def _pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters; of Latin words, the words."""
    words = re.findall(r"[a-z0-9]+", text)
    chars = re.sub(r"[^\u3400-\u9fff]", "", text)
    return frozenset([*words, *(chars[i : i + 2] for i in range(len(chars) - 1))])


def _spelt(per: str) -> Iterator[str]:
    """What a unit is per, with less and less behind it: ``kg产品``, ``kg product``."""
    yield per
    yield per.split(" ", maxsplit=1)[0]
    yield re.sub(r"[\u3400-\u9fff].*$", "", per).strip()
