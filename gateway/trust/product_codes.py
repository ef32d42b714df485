"""Codes of products as people write them, held against the prefixes of a scope or an exclusion."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

# Points and blanks between the parts of a code are spelling, with that of GB/T 7635.
_POINTS: Final = str.maketrans("", "", ". -·")
# What is spelled otherwise may mean anything: a hyphen a range, a blank before a long part another code.
_SPELLED: Final = re.compile(
    r"[a-z0-9]+: *(?:[0-9]{4,}(?:\.[0-9]{4})?(?:[ .]+[0-9]{1,2})+(?:\.[0-9]{4})?"
    r"|[0-9]+(?:\.[0-9]{1,4}| *· *[0-9]{1,3})*)[ .]*"
)
# The schemes of whose codes a declaration tells (the record of a conversion).
_SCHEMES: Final = frozenset({"cpc", "hs", "cn8", "gbt7635"})
# Codes of these schemes have an even number of digits; a spreadsheet takes a leading zero away.
_EVEN: Final = frozenset({"hs", "cn8"})
# The longest codes of a scheme whose codes may begin with a zero.
_CPC_DIGITS: Final = 5


def harmonised(codes: Collection[str]) -> Iterator[str]:
    """The codes; one of the Combined Nomenclature begins with that of the Harmonised System, and is one."""
    yield from codes
    yield from (f"hs:{code.partition(':')[2]}" for code in codes if code.startswith("cn8:"))


def of_schemes(prefixes: Collection[str], codes: Collection[str]) -> Iterator[str]:
    """The codes of those schemes that a scope has prefixes of."""
    schemes = {prefix.partition(":")[0] for prefix in prefixes}
    return (code for code in codes if code.partition(":")[0] in schemes)


def out_of_scheme(prefixes: Collection[str], codes: Collection[str]) -> Iterator[str]:
    """Codes outside every prefix of their own scheme: a code of another scheme does not make up for that."""
    for code in codes:
        scheme = code.partition(":")[0]
        own = [prefix for prefix in prefixes if prefix.partition(":")[0] == scheme]
        if own and not any(is_within(prefix, code) for prefix in own):
            yield code


def is_within(prefix: str, code: str) -> bool:
    """``cpc:239`` covers ``cpc:23913``; dots are spelling."""
    scheme, _, digits = prefix.partition(":")
    own, _, rest = code.partition(":")
    bare = digits.translate(_POINTS)
    return scheme == own and bool(bare) and rest.translate(_POINTS).startswith(bare)


def may_be_within(prefix: str, code: str) -> bool:
    """Whether it is not known that a code of this scheme is outside: too short, odd, or a zero short."""
    return (
        not is_spelled(code)
        or is_within(code, prefix)
        or (prefix.partition(":")[0] in _EVEN and is_within(_with_zero(prefix), code))
        or is_within(prefix, _with_zero(code))
    )


def _with_zero(code: str) -> str:
    """The code with the leading zero that a spreadsheet may have taken away; else as it is."""
    scheme, _, rest = code.partition(":")
    digits = rest.translate(_POINTS)
    may_lack = len(digits) % 2 if scheme in _EVEN else scheme == "cpc" and len(digits) < _CPC_DIGITS
    return f"{scheme}:0{digits}" if may_lack else code


def is_odd_prefix(prefix: str) -> bool:
    """Whether it is meant for codes that declarations name, and spelled so that it limits none, or others."""
    scheme = unicodedata.normalize("NFKC", prefix).partition(":")[0].casefold()
    return re.sub("[^a-z0-9]", "", scheme) in _SCHEMES and not is_spelled(prefix)


def is_spelled(code: str) -> bool:
    """Whether a code is spelled so that a prefix can be held against it."""
    scheme, _, rest = code.partition(":")
    count = sum(character.isdigit() for character in rest)
    return _SPELLED.fullmatch(code) is not None and not (scheme in _EVEN and count % 2)
