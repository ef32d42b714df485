"""Reference and validity period: our last day is in the period, the end of PACT's is not."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from gateway.formats.pact.sheet import Sheet
from gateway.model.declaration import Declaration
from gateway.report import Fate

_DAY = timedelta(days=1)
# PACT Methodology 3, 3.2.3.
VALIDITY_YEARS = 3
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T00:00:00Z", re.ASCII)


def write_periods(sheet: Sheet, declaration: Declaration) -> None:
    """The reference period, and the validity period as far as it may lie within three years after it."""
    start, end = declaration.period.start, declaration.period.end
    for path, day in (("/period/start", start), ("/period/end", end)):
        if not isinstance(day, date):
            sheet.lack(path)
    if not isinstance(start, date) or not isinstance(end, date):
        return
    if start > end or end.year + VALIDITY_YEARS >= date.max.year:
        sheet.lack("/period/end", "pact.period-impossible", start=str(start), end=str(end))
        return
    sheet.pcf["referencePeriodStart"] = stamp(start)
    sheet.pcf["referencePeriodEnd"] = stamp(end + _DAY)
    sheet.claims.update(("/period/start", "/period/end"))
    _write_validity(sheet, declaration, end + _DAY)


def _write_validity(sheet: Sheet, declaration: Declaration, reference_end: date) -> None:
    first, last = declaration.document.valid_from, declaration.document.valid_until
    limit = years_after(reference_end, VALIDITY_YEARS)
    start = max(first, reference_end) if isinstance(first, date) else reference_end
    end = min(last + _DAY, limit) if isinstance(last, date) and last < limit else limit
    if start >= end:
        facts = {"start": str(start), "end": str(end - _DAY), "limit": str(limit - _DAY)}
        path = "/document/valid_until" if isinstance(last, date) else "/document/valid_from"
        sheet.lack(path, "pact.validity-empty-here", **facts)
        return
    if isinstance(first, date):
        sheet.top["validityPeriodStart"] = stamp(start)
        sheet.reads_as("/document/valid_from", start, "pact.validity-starts-later", Fate.TRUNCATED)
    if isinstance(last, date):
        sheet.top["validityPeriodEnd"] = stamp(end)
        sheet.reads_as("/document/valid_until", end - _DAY, "pact.validity-shortened", Fate.TRUNCATED)


def stamp(day: date) -> str:
    """The beginning of a day."""
    return f"{day.isoformat()}T00:00:00Z"


def moment(value: datetime) -> str:
    """A moment in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_moment(text: object) -> datetime | None:
    """The moment that ``moment`` wrote."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def last_day(declaration: Declaration) -> date | None:
    """The last day on which the footprint is valid: as declared, and at most three years after the period."""
    end, last = declaration.period.end, declaration.document.valid_until
    days = [last] if isinstance(last, date) else []
    if isinstance(end, date) and end.year + VALIDITY_YEARS < date.max.year:
        days.append(years_after(end + _DAY, VALIDITY_YEARS) - _DAY)
    return min(days, default=None)


def read_day(text: object, *, is_end: bool = False) -> date | None:
    """The day that ``stamp`` wrote; for an exclusive end, the last day before it."""
    found = _MIDNIGHT.fullmatch(text) if isinstance(text, str) else None
    try:
        day = date.fromisoformat(found.group(1)) if found else None
    except ValueError:
        return None
    return day - _DAY if day is not None and is_end else day


def years_after(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
