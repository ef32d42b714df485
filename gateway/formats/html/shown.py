"""One leaf as a page shows it: what a machine reads back exactly, and what people see of it.

What people see follows from the value and the language alone, so that the reader can hold the two
against each other: a page whose text says something else than its values is not ours.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from gateway.codec.product_link import is_link
from gateway.formats.html import labels
from gateway.formats.html.labels import Lang
from gateway.model.base import Leaf, Missing
from gateway.model.walk import unescape
from gateway.quantity import Exact, Quantity, plain, round_significant, show
from gateway.quantity.number import Number

# What every double keeps, and so what the JSON files of the same run hold of an endless quotient.
DIGITS: Final = 15
# A figure with more digits than this comes out of a division or a spreadsheet; people see fewer.
_READABLE, _SHORT = 12, 6
# Outside of these powers of ten a figure stands with an exponent.
_SMALLEST, _LARGEST = -12, 15
_GROUP = "\u202f"
_SUPERSCRIPT = str.maketrans(
    "-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA, _HANGUL = re.compile("[\u3041-\u30ff]"), re.compile("[\uac00-\ud7af]")
_MONTHS: Final = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}


# Texts in several languages: the last step of their paths is the language.
_TRANSLATED: Final = frozenset(
    {
        "/product/name",
        "/enterprise/name",
        "/unit/text",
        "/verifications/*/body_name",
        "/results/*/rows/*/name",
        "/results/*/indicators/*/name",
        "/scenarios/*/description",
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A leaf on a page of one language.

    ``value`` is exact and for machines, ``text`` is for people; ``encoded`` holds a text in JSON where an
    HTML element could not give it back letter by letter. ``full`` is the figure in full where ``text`` is
    shorter.
    """

    path: str
    kind: str
    value: str
    text: str
    unit: str = ""
    unit_text: str = ""
    lang: str = ""
    href: str = ""
    encoded: str = ""
    full: str = ""


def shown(path: str, pattern: str, leaf: Leaf, lang: Lang) -> Shown:
    """``leaf`` as a page in ``lang`` shows it."""
    field = labels.fields()[pattern]
    if isinstance(leaf, Missing):
        return _missing(path, leaf, lang)
    if isinstance(leaf, Quantity):
        return _amount(path, leaf, lang)
    if isinstance(leaf, bool):
        value = "true" if leaf else "false"
        return Shown(path, "flag", value, labels.word(f"flag.{value}", lang))
    if isinstance(leaf, int):
        return Shown(path, "count", str(leaf), str(leaf).replace("-", "\u2212"))
    if isinstance(leaf, Number):  # declarations have none: their amounts have units
        return _text(path, str(leaf), "")
    if isinstance(leaf, date):
        return Shown(path, "day", leaf.isoformat(), day_text(leaf, lang))
    if field.codes:
        name = labels.code(field.codes, leaf, lang)
        if name != leaf:
            return Shown(path, "code", str(leaf), name)
    if pattern.endswith("/source") and leaf in labels.fields():
        return Shown(path, "code", leaf, labels.fields()[leaf].label[lang])
    own = unescape(path.rpartition("/")[2]) if pattern in _TRANSLATED else ""
    return _text(path, str(leaf), own)


def visible(text: str) -> str:
    """Text as it can be shown: line breaks stay, controls and what turns or hides text stand as codes."""
    return "".join(c if _is_harmless(c) else f"\\u{ord(c):04x}" for c in text)


def number_text(value: Exact, lang: Lang, *, digits: int = 0) -> str:
    """A figure for people, rounded to ``digits`` significant digits where that is asked."""
    found = value if isinstance(value, Decimal) else round_significant(value, DIGITS)
    found = round_significant(found, digits) if digits else found
    sign = "\u2212" if found.is_signed() and found else ""
    size = abs(found)
    if size and not _SMALLEST <= size.adjusted() <= _LARGEST:
        mantissa = plain(size.scaleb(-size.adjusted()))
        power = str(size.adjusted()).translate(_SUPERSCRIPT)
        return f"{sign}{_point(mantissa, lang)} \u00d7 10{power}"
    whole, point, rest = plain(size).partition(".")
    groups = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)]
    return sign + _point(f"{_GROUP.join(reversed(groups))}{point}{rest}", lang)


def day_text(day: date, lang: Lang) -> str:
    """A date in words."""
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    month = _MONTHS[lang].split()[day.month - 1]
    return f"{day.day}{'.' if lang == 'de' else ''} {month} {day.year}"


def language_of(text: str) -> str:
    """The language that a text's script tells; empty where it does not."""
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    return "zh" if _HAN.search(text) else ""


def _amount(path: str, leaf: Quantity, lang: Lang) -> Shown:
    exact = leaf.amount if isinstance(leaf.amount, Decimal) else round_significant(leaf.amount, DIGITS)
    named = labels.unit(leaf.unit, lang)
    full = number_text(exact, lang)
    if len(exact.as_tuple().digits) <= _READABLE:
        return Shown(path, "amount", show(exact), full, leaf.unit, named)
    short = f"\u2248 {number_text(exact, lang, digits=_SHORT)}"
    return Shown(path, "amount", show(exact), short, leaf.unit, named, full=full)


def _missing(path: str, leaf: Missing, lang: Lang) -> Shown:
    text = labels.word(f"missing.{leaf.missing.value}", lang)
    encoded = ""
    if leaf.text is not None:
        encoded = json.dumps(leaf.text)
        text = f"{text}{labels.word('sign.colon', lang)}{visible(leaf.text)}"
    return Shown(path, "missing", leaf.missing.value, text, leaf.unit or "", encoded=encoded)


def _text(path: str, leaf: str, own: str) -> Shown:
    seen = visible(leaf)
    tidy = bool(leaf) and seen == leaf and leaf == " ".join(leaf.split())
    return Shown(
        path,
        "text",
        leaf if tidy else "",
        seen,
        lang=_tag(own) or language_of(leaf),
        href=leaf if is_link(leaf) else "",
        encoded="" if tidy else json.dumps(leaf),
    )


def _tag(lang: str) -> str:
    """A language as HTML takes it; what is no tag of BCP 47 stays out."""
    return lang if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", lang) else ""


def _is_harmless(character: str) -> bool:
    return character.isprintable() or character == "\n" or unicodedata.category(character) == "Zs"


def _point(text: str, lang: Lang) -> str:
    return text.replace(".", ",") if lang == "de" else text
