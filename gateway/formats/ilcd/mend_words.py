"""Words that tell something by themselves: codes of places, the script of a text, names of elements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from gateway import resources
from gateway.codec.xmlstructure import family_of, rows

_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA: Final = re.compile(r"[\u3040-\u30ff]")


def location(text: str) -> str | None:
    """The code that TIDAS and ISO 3166-2 have for a province that is written backwards; else None."""
    return _turned().get(text.strip())


def chinese(text: str) -> bool:
    """Whether a text holds Chinese characters."""
    return _HAN.search(text) is not None


@cache
def _turned() -> Mapping[str, str]:
    rows = resources.table("locations/codes.csv")
    listed = {row["place"]: row["code"] for row in rows if row["scheme"] == "tidas"}
    turned = {row["code"]: listed.get(row["place"], "") for row in rows if row["scheme"] == "tiangong"}
    return {
        code: right
        for code, right in turned.items()
        if right and code != right and "-".join(reversed(code.split("-"))) == right
    }


@cache
def only_languages() -> frozenset[str]:
    """The texts that the format lets stand once in each language."""
    tables = [*(row["structure"] for row in rows("ilcd", "roots")), *family_of("ilcd").shared]
    rules = [rule for name in tables for row in rows("ilcd", name) for rule in row["unique"].split("|")]
    mark = "@xml:lang"
    return frozenset(rule.removesuffix(mark).rpartition("/")[2] for rule in rules if rule.endswith(mark))


def is_chinese(text: str) -> bool:
    """Whether a text is Chinese by its script: more Chinese characters than Latin letters, and no kana."""
    latin = sum(c.isascii() and c.isalpha() for c in text)
    return chinese(text) and len(_HAN.findall(text)) >= latin and not _KANA.search(text)


def swapped(texts: Mapping[str, str]) -> bool:
    """Chinese stands as English and something in Latin letters as Chinese."""
    if not {"en", "zh"} <= set(texts):
        return False
    latin = sum(c.isascii() and c.isalpha() for c in texts["zh"])
    return is_chinese(texts["en"]) and not chinese(texts["zh"]) and latin >= 3


def bare(key: str) -> str:
    """A name without what people get wrong: namespace, case, number."""
    local = key.rpartition(":")[2].replace("_", "").replace("-", "").lower()
    return local.removesuffix("s").removesuffix("e")
