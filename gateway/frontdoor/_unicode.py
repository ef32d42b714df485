"""Characters that hide or reorder what a person sees, and normalisation that cannot be made slow."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from gateway.errors import InputError

# Unicode 15, Bidi_Control (PropList.txt)
BIDI: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Unicode 15, Default_Ignorable_Code_Point without bidi controls and variation selectors
INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# C0 without tab and line ends, DEL, C1, line and paragraph separator
CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
# NUL ends a text for many programs; noncharacters are forbidden by RFC 7493 (I-JSON), 2.1
NONCHARACTER: Final = re.compile(
    "[\x00\ufdd0-\ufdef"
    + "".join(f"{chr(p * 0x10000 + 0xFFFE)}{chr(p * 0x10000 + 0xFFFF)}" for p in range(17))
    + "]"
)

# UAX 15, 13 (Stream-Safe Text Format): more marks in a row than any language uses
_MARKS_IN_A_ROW: Final = 30


def nfc(text: str, *, path: str = "") -> str:
    """``text`` in Unicode normalisation form C.

    Raises:
        InputError: ``text.too-many-marks``; sorting long runs of combining marks takes quadratic time.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    if len(text) > _MARKS_IN_A_ROW:
        for run in _mark_run().finditer(text):
            # Beyond the first plane the pattern is coarse: emoji are no marks.
            if all(map(unicodedata.combining, run[0])):
                raise InputError(text, code="text.too-many-marks", path=path)
    return unicodedata.normalize("NFC", text)


@cache
def _mark_run() -> re.Pattern[str]:
    marks = "".join(filter(unicodedata.combining, map(chr, range(0x300, 0xFFFE))))
    return re.compile(f"[{marks}\U00010000-\U0001ffff]{{{_MARKS_IN_A_ROW + 1}}}")
