"""Times in signed documents: text of one form, never a clock."""

from __future__ import annotations

import re
from datetime import datetime

# XSD 1.1 part 2, 3.4.28 (dateTimeStamp): the zone is required. Years of four digits, no leap second.
_FORM = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)", re.ASCII
)


def is_timestamp(text: object) -> bool:
    """Whether ``text`` is an XSD dateTimeStamp that exists in the calendar."""
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return False
    try:
        datetime.fromisoformat(found[1])
    except ValueError:
        return False
    return True
