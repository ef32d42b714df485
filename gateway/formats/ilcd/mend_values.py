"""Simple values with one certain reading: what is written wrongly, and what it can only mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from gateway.codec.xmltypes import Check

_HEX: Final = re.compile(r"[0-9a-f]{32}")
_CAS_DIGITS: Final = re.compile(r"[0-9]{5,10}")
_VERSION: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:\.([0-9]{1,3}))?")
_COMMA: Final = re.compile(r"[+-]?[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})(?:[eE][+-]?[0-9]+)?")
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+")
# Groups of three that a decimal point cannot make: two of them, or a decimal mark of another kind behind.
_GROUPS: Final = re.compile(
    r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3}){2,}|(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+,[0-9]+|(?:['\u2019][0-9]{3})+(?:\.[0-9]+)?)"
)
_WHOLE: Final = re.compile(r"([+-]?[0-9]+)\.0+")
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
# What the words of closed lists are in Chinese, where no other value of the list can be meant.
_CHINESE: Final[Mapping[str, str]] = {"输入": "Input", "输出": "Output"}
_NUMBERS: Final = frozenset({"double", "decimal", "float", "integer", "int"})


def fits(text: str, check: Check) -> bool:
    """Whether ``text`` is a value of its type, length included."""
    if check.quick(text):
        return True
    bare = text.strip(" \t\r\n") if check.collapses or check.values else text
    if check.limit and len(bare) > check.limit:
        return False
    return check.test is None or check.test(bare)


def certain(text: str, check: Check) -> str | None:
    """The value that ``text`` can only mean; None where it fits already or could mean several things."""
    plain = unicodedata.normalize("NFKC", text).strip() if check.base != "string" or check.values else text
    for reading in (_listed, _BY_NAME.get(check.name, _nothing), _BY_BASE.get(check.base, _nothing)):
        found = reading(plain, check)
        if found is not None and found != text and fits(found, check):
            return found
    return plain if plain != text and check.name != "text" and fits(plain, check) else None


def cas_holds(text: str) -> bool:
    """Whether the check digit of a CAS number is right."""
    digits = text.replace("-", "")
    return sum(int(c) * n for n, c in enumerate(reversed(digits[:-1]), 1)) % 10 == int(digits[-1])


def _nothing(_text: str, _check: Check) -> str | None:
    return None


def _listed(text: str, check: Check) -> str | None:
    if not check.values:
        return None
    wanted = _bare(_CHINESE.get(text, text))
    found = [value for value in sorted(check.values) if _bare(value) == wanted]
    return found[0] if wanted and len(found) == 1 else None


def _bare(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def uuid(text: str, _check: Check | None = None) -> str | None:
    """The uuid of a text that only spells it otherwise."""
    low = text.strip().lower().removeprefix("urn:uuid:").strip("{}")
    joined = low.replace("-", "")
    if not _HEX.fullmatch(joined):
        return None
    return f"{joined[:8]}-{joined[8:12]}-{joined[12:16]}-{joined[16:20]}-{joined[20:]}"


def _version(text: str, _check: Check) -> str | None:
    """Each part keeps its number; only its zeros are written out."""
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        return None
    major, minor, last = found.groups()
    two = f"{int(major):02}.{int(minor):02}"
    return two if last is None else f"{two}.{int(last):03}"


def _cas(text: str, _check: Check) -> str | None:
    digits = re.sub(r"[\s\u2010-\u2015\u2212-]", "", unicodedata.normalize("NFKC", text))
    if not _CAS_DIGITS.fullmatch(digits):
        return None
    found = f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1]}"
    # The digits must stand where they stand: a missing one is not found by shifting the others.
    parts = [part for part in re.split(r"[^0-9]+", text.strip()) if part]
    whole = len(parts) == 1 or "-".join(parts) == found
    return found if whole and cas_holds(found) else None


def _number(text: str, check: Check) -> str | None:
    plain = text.replace("\u2212", "-").replace(" ", "").replace("\u00a0", "")
    if _COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    elif _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _GROUPS.fullmatch(plain):
        is_continental = "." in plain and ("," in plain or plain.count(".") > 1)
        marks = str.maketrans({".": None, ",": "."} if is_continental else dict.fromkeys(",'\u2019"))
        plain = plain.translate(marks)
    if check.base in ("integer", "int") and (whole := _WHOLE.fullmatch(plain)):
        plain = whole[1]
    return plain


def _boolean(text: str, _check: Check) -> str | None:
    low = text.strip().lower()
    return low if low in ("true", "false") else None


def _moment(text: str, _check: Check) -> str | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    zone = found[3] or ""
    return f"{found[1]}T{found[2]}{zone if ':' in zone or len(zone) < 5 else f'{zone[:3]}:{zone[3:]}'}"


_BY_NAME: Final[Mapping[str, Callable[[str, Check], str | None]]] = {
    "uuid": uuid,
    "version": _version,
    "cas": _cas,
}
_BY_BASE: Final[Mapping[str, Callable[[str, Check], str | None]]] = {
    **dict.fromkeys(_NUMBERS, _number),
    "boolean": _boolean,
    "dateTime": _moment,
}
