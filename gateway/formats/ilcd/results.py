"""Indicators as a result set: climate indicators become rows by carbon class, all others stay indicators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.errors import GatewayError, shorten
from gateway.formats.ilcd.climate import known_classes
from gateway.formats.ilcd.indicators import MODULE, SCENARIO, Entry, Where
from gateway.formats.ilcd.modules import TOTAL, TOTAL_TEXT, row_of
from gateway.formats.ilcd.tables import (
    NOT_APPLICABLE,
    NOT_DECLARED,
    RESULT_SET,
    indicator_units,
    indicators,
)
from gateway.model.base import Amount, LangText, Missing, Reason
from gateway.model.origin import Origin
from gateway.model.results import (
    KG_CO2E,
    Carbon,
    Indicator,
    IndicatorAmount,
    ResultRow,
    ResultSet,
)
from gateway.model.walk import escape, keyed
from gateway.quantity import Quantity, parse_decimal, parse_unit, read_amount, show
from gateway.report import Finding, Severity

_PLAIN = re.compile(r"\s*[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?\s*", re.ASCII)


@dataclass(slots=True)
class Results:
    """The result set of a process, what could not be read, and where every amount stood."""

    result: ResultSet | None = None
    gwp_set: str = ""
    findings: list[Finding] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def origins(self) -> Iterator[tuple[str, Origin]]:
        """The origin of every amount."""
        if self.result is not None:
            yield from _origins(self.result, self.entries)


def read_results(entries: list[Entry], labels: Mapping[str, str]) -> Results:
    """The declared set behind the indicators; ``labels`` are the texts of the modules' names.

    An entry that became rows is marked with its class and the order of its values.
    """
    found = Results(entries=entries)
    climate = _climate(entries, found)
    rows: dict[Where, dict[str, Amount]] = {}
    totals: dict[str, Amount] = {}
    has_totals = labels.get(TOTAL) == TOTAL_TEXT
    others: list[Indicator] = []
    for entry in entries:
        unit = _unit(entry, found)
        if not entry.is_named:
            at_ = entry.at(0).partition("/common:other")[0]
            name = next(iter(entry.names.values()), "")
            found.findings.append(Finding("ilcd.indicator-without-id", at_, name, Severity.WARNING))
        amounts = [_amount(text, unit, entry, n, found) for n, (_, text) in enumerate(entry.amounts)]
        carbon = climate.pop(entry.id, "")
        if carbon and len({where for where, _ in entry.amounts}) == len(amounts):
            entry.carbon = carbon
            entry.order = [list(where) for where, _ in entry.amounts]
            for (where, _), amount in zip(entry.amounts, amounts, strict=True):
                if has_totals and where == (TOTAL, None):
                    entry.has_total = True
                    totals[carbon] = amount
                else:
                    rows.setdefault(where, {})[carbon] = amount
            total = None if entry.has_total else _total(entry)
            if total is not None:
                totals[carbon] = total
            continue
        parts = [
            IndicatorAmount(module=module, scenario=scenario, amount=amount)
            for ((module, scenario), _), amount in zip(entry.amounts, amounts, strict=True)
        ]
        names = LangText(entry.names) if entry.names else None
        others.append(Indicator(id=entry.id, version=entry.version, name=names, amounts=tuple(parts)))
    if not entries:
        return found
    told = list(_rows(rows, labels, {(TOTAL, None)} if has_totals else set()))
    found.result = ResultSet(
        id=RESULT_SET,
        carbon=Carbon(**totals),
        credits=_credits(told),
        rows=tuple(told),
        indicators=tuple(others),
    )
    return found


def _rows(
    rows: Mapping[Where, Mapping[str, Amount]], labels: Mapping[str, str], before: set[Where]
) -> Iterator[ResultRow]:
    """A row for every module and scenario; none stands where something did ``before``."""
    for (module, scenario), classes in rows.items():
        row = row_of(module, labels.get(module, ""), before, scenario)
        yield row.model_copy(update={"carbon": Carbon(**dict(classes))})


def _climate(entries: list[Entry], found: Results) -> dict[str, str]:
    """The carbon class of those indicators that can stand in one set: one edition, the newest one there."""
    known = {entry.id: known_classes()[entry.id] for entry in entries if entry.id in known_classes()}
    present = {
        edition
        for id_ in known
        for edition in (indicators()[id_]["editions"].split("|") if id_ in indicators() else ("own",))
    }
    newest = next((e for e in ("own", "EF3.1", "EF3.0", "A1") if e in present), "")
    wanted = {"own": ("own", "EF3.1")}.get(newest, (newest,))
    classes: dict[str, str] = {}
    for id_, (carbon, gwp_set) in known.items():
        editions = indicators()[id_]["editions"].split("|") if id_ in indicators() else ["own"]
        if not set(editions) & set(wanted) or carbon in classes.values():
            continue
        classes[id_] = carbon
        if not found.gwp_set or "own" in editions:
            found.gwp_set = gwp_set
    return classes


def _unit(entry: Entry, found: Results) -> str | None:
    """The unit of an indicator: by its own id, by its unit group's, by the group's printed unit."""
    row = indicators().get(entry.id)
    if row is not None:
        return row["unit"]
    if entry.id in known_classes():
        return KG_CO2E
    if entry.unit_group in indicator_units():
        return indicator_units()[entry.unit_group]
    try:
        return parse_unit(entry.unit_text).code
    except GatewayError:
        at = entry.at(0).partition("/common:other")[0]
        found.findings.append(
            Finding(
                "ilcd.unit-unknown", at, shorten(entry.unit_text), Severity.WARNING, params={"id": entry.id}
            )
        )
        return None


def _amount(text: str, unit: str | None, entry: Entry, number: int, found: Results) -> Amount:
    if unit is not None:
        try:
            return read_amount(text, unit)
        except GatewayError:
            pass
    bare = text.strip()
    if not bare:
        return Missing(missing=Reason.NULL, unit=unit)
    if bare.upper() in NOT_DECLARED:
        return Missing(missing=Reason.NOT_DECLARED, unit=unit, text=text)
    if bare.upper() in NOT_APPLICABLE:
        return Missing(missing=Reason.NOT_APPLICABLE, unit=unit, text=text)
    if unit is not None:
        found.findings.append(Finding("ilcd.not-an-amount", entry.at(number), shorten(text)))
    return Missing(missing=Reason.UNREADABLE, unit=unit, text=text)


def _total(entry: Entry) -> Quantity | None:
    """A total that the indicator itself prints; EPD practice leaves 0 there, which says nothing."""
    try:
        value = parse_decimal(entry.mean.strip())
    except GatewayError:
        return None
    if not value:
        return None
    entry.rest["meanAmount"] = ""
    return Quantity(value, KG_CO2E, entry.mean)


def _credits(rows: list[ResultRow]) -> Amount:
    """Module D where there is one value of it: beyond the boundary, in no total."""
    beyond = [row.carbon for row in rows if row.stage == "credit"]
    if len(beyond) != 1:
        return None
    value = beyond[0].total_including_uptake or beyond[0].total
    return value if isinstance(value, Quantity) else None


def _origins(result: ResultSet, entries: list[Entry]) -> Iterator[tuple[str, Origin]]:
    home = f"/results/{RESULT_SET}"
    climate = [entry for entry in entries if entry.carbon]
    order = dict.fromkeys(
        where
        for entry in climate
        for where, _ in entry.amounts
        if not (entry.has_total and where == (TOTAL, None))
    )
    rows = dict(zip(order, (key for key, _ in keyed(result.rows)), strict=True))
    for entry in climate:
        for n, (where, text) in enumerate(entry.amounts):
            if where not in rows:
                yield f"{home}/carbon/{entry.carbon}", Origin(entry.at(n), text)
                continue
            place = entry.at(n).removesuffix("/#text")
            for name, key in (("stage", MODULE), ("module", MODULE), ("scenario", SCENARIO)):
                yield f"{home}/rows/{escape(rows[where])}/{name}", Origin(f"{place}/{key}")
            yield f"{home}/rows/{escape(rows[where])}/carbon/{entry.carbon}", Origin(entry.at(n), text)
    plain = [entry for entry in entries if not entry.carbon]
    for (key, indicator), entry in zip(keyed(result.indicators), plain, strict=True):
        assert isinstance(indicator, Indicator)
        for n, (inner, _) in enumerate(keyed(indicator.amounts)):
            path = f"{home}/indicators/{escape(key)}/amounts/{escape(inner)}/amount"
            yield path, Origin(entry.at(n), entry.amounts[n][1])


def write_amount(amount: Amount) -> str | None:
    """The text of an amount, as it was read where that is what it says; None where it is withheld."""
    if isinstance(amount, Missing):
        return None if amount.missing is Reason.WITHHELD else amount.text or ""
    if amount is None:
        return None
    return same_text(amount)


def same_text(amount: Quantity) -> str:
    """The text of a quantity, its own where it still says this number."""
    text = amount.text
    if text and _PLAIN.fullmatch(text) and Decimal(text) == amount.amount:
        return text
    return show(amount.amount)


def values_of(indicator: Indicator) -> Iterator[tuple[Where, str]]:
    """The values of an indicator that are not withheld, by module and scenario."""
    for part in indicator.amounts:
        text = write_amount(part.amount)
        if text is not None:
            scenario = part.scenario if isinstance(part.scenario, str) else None
            yield (part.module if isinstance(part.module, str) else "", scenario), text
