"""Identifiers that can be checked without asking anybody: their characters, length and check digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from gateway import resources

# GB 32100-2015: no I, O, S, V, Z; the position of a symbol is its value.
_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# GB 11714-1997: 0-9 and A-Z count 0 to 35.
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with an identifier: the finding's code, and what would be right where that is known."""

    code: str
    expected: str = ""


def uscc(text: str) -> Flaw | None:
    """What is wrong with a unified social credit code (GB 32100-2015), organisation code included."""
    if len(text) != 18:
        return Flaw("identity.uscc-length", "18")
    odd = next((c for c in text if c not in _USCC), "")
    if odd:
        return Flaw("identity.uscc-character", odd)
    # GB 32100-2015: weights 3^(i-1) mod 31
    weighted = sum(_USCC.index(c) * pow(3, i, 31) for i, c in enumerate(text[:17]))
    check = _USCC[-weighted % 31]
    if check != text[17]:
        return Flaw("identity.uscc-check", check)
    return organisation_code(text[8:17])


def organisation_code(text: str) -> Flaw | None:
    """What is wrong with an organisation code (GB 11714-1997) of nine characters, without its hyphen."""
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", text, re.ASCII):
        return Flaw("identity.organisation-code", "")
    weighted = sum(int(c, 36) * w for c, w in zip(text[:8], _ORGANISATION_WEIGHTS, strict=True))
    check = "0123456789X0"[11 - weighted % 11]
    return None if check == text[8] else Flaw("identity.organisation-code", check)


def gtin(text: str) -> Flaw | None:
    """What is wrong with a GTIN-8, -12, -13 or -14."""
    if not re.fullmatch(r"\d{8}|\d{12,14}", text, re.ASCII):
        return Flaw("identity.gtin", "")
    weighted = sum(int(c) * (1 if i % 2 else 3) for i, c in enumerate(reversed(text[:-1])))
    check = str(-weighted % 10)
    return None if check == text[-1] else Flaw("identity.gtin", check)


def lei(text: str) -> Flaw | None:
    """What is wrong with a legal entity identifier (ISO 17442; check digits as ISO 7064 MOD 97-10)."""
    if not re.fullmatch(r"[0-9A-Z]{18}\d{2}", text, re.ASCII):
        return Flaw("identity.lei", "")
    number = int("".join(str(int(c, 36)) for c in text[:18]) + "00")
    check = f"{98 - number % 97:02d}"
    return None if check == text[18:] else Flaw("identity.lei", check)


def cas(text: str) -> Flaw | None:
    """What is wrong with a CAS registry number: the check digit weighs the digits from the right."""
    if not re.fullmatch(r"[1-9]\d{1,6}-\d{2}-\d", text, re.ASCII):
        return Flaw("identity.cas", "")
    digits = text[:-2].replace("-", "")
    check = str(sum(i * int(c) for i, c in enumerate(reversed(digits), 1)) % 10)
    return None if check == text[-1] else Flaw("identity.cas", check)


def moment(text: str) -> Flaw | None:
    """What is wrong with a date and time (RFC 3339)."""
    if not re.fullmatch(
        r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", text, re.ASCII
    ):
        return Flaw("identity.moment", "")
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", text.upper()))
    except ValueError:
        return Flaw("identity.moment", "")
    return None


def gb2260(text: str) -> Flaw | None:
    """What is wrong with a six-digit division code; only its province is known here."""
    if not re.fullmatch(r"\d{6}", text, re.ASCII):
        return Flaw("identity.gb2260", "")
    return None if text[:2] in _provinces() else Flaw("identity.gb2260-province", text[:2])


def _shaped(code: str, pattern: str) -> Callable[[str], Flaw | None]:
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> Flaw | None:
        return None if compiled.fullmatch(text) else Flaw(code)

    return check


# Harmonised System: chapter, heading, subheading; national lines go on to ten digits. Five digits name a
# group of subheadings. A full stop stands between the parts or not at all.
hs = _shaped("identity.hs", r"(?!00|77)\d{4}(\.?\d{1,2}){0,3}")
cn8 = _shaped("identity.cn8", r"\d{4} ?\d{2} ?\d{2}")
cpc = _shaped("identity.cpc", r"\d{3,5}")
# GB/T 34014-2017: 24 characters, 19 of a repurposed part
gbt34014 = _shaped("identity.gbt34014", r"[0-9A-Z]{24}|[0-9A-Z]{17}R[PMC]")
notified_body = _shaped("identity.notified-body", r"\d{4}")
uuid = _shaped("identity.uuid", r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
duns = _shaped("identity.duns", r"\d{9}|\d{2}-\d{3}-\d{4}")
bpn = _shaped("identity.bpn", r"BPNL[0-9A-Z]{12}")
# country and up to fifteen characters
eori = _shaped("identity.eori", r"[A-Z]{2}[!-~]{1,15}")
country = _shaped("identity.country", r"[A-Z]{2}")
digest = _shaped("identity.digest", r"[0-9a-fA-F]{64}")


@cache
def _provinces() -> frozenset[str]:
    return frozenset(row["gb2260"][:2] for row in resources.table("codes/cn_provinces.csv"))
