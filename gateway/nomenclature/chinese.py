"""One spelling of Chinese names: width, subscripts, punctuation, traditional characters and a few words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

from gateway import resources

_PUNCTUATION: Final = str.maketrans(
    {
        "、": ",",
        "，": ",",
        "；": ";",
        "：": ":",
        "（": "(",
        "）": ")",
        "【": "(",
        "】": ")",
        "〔": "(",
        "〕": ")",
    }
    | dict.fromkeys("《》〈〉「」『』“”", "")
    | dict.fromkeys("‐‑‒–—―－﹣", "-")
    | dict.fromkeys("·•・∙", "·")
)
# Several words for one origin of carbon, the shorter behind the longer that contains it.
_WORDS: Final = (
    ("非化石来源", "非化石源"),
    ("化石来源", "化石源"),
    ("生物质来源", "生物源"),
    ("生物来源", "生物源"),
    ("生物质源", "生物源"),
    ("生物成因", "生物源"),
)


def simplified(text: str) -> str:
    """``text`` with the traditional characters of our table replaced; others stay."""
    return text if text.isascii() else text.translate(_characters())


def normalise(text: str) -> str:
    """The spelling under which Chinese names are compared: 二氧化碳（化石來源） is 二氧化碳(化石源)."""
    clean = simplified(unicodedata.normalize("NFKC", text)).translate(_PUNCTUATION)
    for word, ours in _WORDS:
        clean = clean.replace(word, ours)
    clean = re.sub(r"(?<=[⺀-鿿])\s+|\s+(?=[⺀-鿿])", "", clean)
    return re.sub(r"\s+", " ", clean).strip()


@cache
def _characters() -> Mapping[int, str]:
    rows = resources.table("codes/zh_characters.csv")
    return {ord(row["traditional"]): row["simplified"] for row in rows}
