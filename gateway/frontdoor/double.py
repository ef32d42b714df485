"""What a stored double says: the shortest decimal that means the same double, and dates behind numbers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

# IEEE 754: every decimal of up to 15 digits survives the way into a double and back; spreadsheets keep 15.
TYPED_DIGITS: Final = 15
_DAY_ZERO: Final = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
# The 1900 system counts 29 February 1900, a day that never was: below it, days are one off.
_FIRST_SOUND_DAY: Final = {False: 61, True: 0}
_LAST_DAY: Final = date(9999, 12, 31)


def shortest(text: str) -> Decimal:
    """The decimal with the fewest digits that is the same double as ``text``: what a person typed.

    ``text`` is a finite number as ``number.double`` reads it.
    """
    return Decimal(repr(float(text)).removesuffix(".0"))


def digits(value: Decimal) -> int:
    """How many digits ``value`` needs, without zeros at either end."""
    return len(value.normalize().as_tuple().digits) if value else 1


def day_of(serial: Decimal, *, since_1904: bool) -> date | None:
    """The day behind a serial number, its time of day left out; None where the system has no such day."""
    whole = int(serial)
    if serial < _FIRST_SOUND_DAY[since_1904]:
        return None
    start = _DAY_ZERO[since_1904]
    return start + timedelta(days=whole) if whole <= (_LAST_DAY - start).days else None
