"""A supplier's footprint as the factor of one activity line: checked first, with its digest as evidence.

Whatever was read may be attached: PACT, Catena-X, an EPD, another declaration. Its unit, boundary, validity,
GWP set and verification are compared with the declaration; what does not fit is refused, all of it at once.
The declared totals stay as they are: nobody calculates them anew here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from gateway.codec.accounting import shown
from gateway.errors import GatewayError, InputError, raise_all
from gateway.model.activity import EmissionFactor, Line, LineQuality
from gateway.model.base import LangText, here
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Per, ResultSet, Role
from gateway.pipeline.convert import Source
from gateway.quantity import Quantity, convert, parse_unit, quotient, times
from gateway.quantity.exact import own_arithmetic
from gateway.report import Finding, Severity

_Refused: TypeAlias = Callable[..., GatewayError]
# A cradle-to-gate footprint of what comes in is what a factor of a purchased material is.
_BOUNDARIES = ("c2g", "c2u")
_OF_FACTOR = ("quality", "uncertainty", "proxy")
# PACT Technical Specifications 3.0, validityPeriodEnd: the default where none is told.
_DEFAULT_YEARS = 3
_REVISED = frozenset({"withdrawn", "superseded", "draft"})


@dataclass(frozen=True, slots=True)
class Attached:
    """The declaration with the factor in its line, the line before and after, and what to look at."""

    declaration: Declaration
    before: Line
    after: Line
    findings: tuple[Finding, ...]


@own_arithmetic
def attach(source: Source, supplier: Source, *, line: str, verified: bool = False) -> Attached:
    """Put the supplier's footprint into the line called ``line``.

    Args:
        source: the declaration.
        supplier: the supplier's file, as ``read`` gives it.
        line: the id of an activity line.
        verified: refuse a footprint that no statement covers.

    Raises:
        InputError: there is no such line, or the footprint does not fit it; every reason at once.
    """
    own = source.declaration
    before = next((one for one in own.lines if one.id == line), None)
    if before is None:
        known = ", ".join(one.id for one in own.lines) or "-"
        raise InputError(line, path="/lines", code="attach.no-such-line", known=known)
    result = _result(supplier)
    raise_all(_unfit(source, supplier, result, before, verified=verified))
    assert result is not None
    factor = _factor(supplier.declaration, result, before)
    after = before.model_copy(update=_changes(supplier, before, factor))
    lines = tuple(after if one is before else one for one in own.lines)
    changed = own.model_copy(update={"lines": lines})
    return Attached(changed, before, after, tuple(_doubts(source, supplier, result, before, after)))


def _result(supplier: Source) -> ResultSet | None:
    """The one declared set per declared unit that has a total."""
    sets = [
        r
        for r in supplier.declaration.results
        if r.role is Role.DECLARED
        and r.basis.denominator.per is Per.DECLARED_UNIT
        and isinstance(r.carbon.total, Quantity)
    ]
    return sets[0] if len(sets) == 1 else None


def _unfit(
    source: Source, supplier: Source, result: ResultSet | None, line: Line, *, verified: bool
) -> Iterator[GatewayError]:
    """Everything that stands against the factor."""

    def refused(path: str, code: str, saw: object = "", **params: str) -> GatewayError:
        return InputError(saw, path=path, code=code, line=line.id, **params)

    broken = [f for f in supplier.report.findings if f.severity is Severity.ERROR]
    if broken:
        first = broken[0]
        yield refused(first.at, "attach.supplier-broken", first.saw, n=str(len(broken)), first=first.code)
    if result is None:
        yield refused("/results", "attach.no-single-total")
        return
    yield from _unit_unfit(supplier.declaration, line, refused)
    boundary = result.basis.boundary or supplier.declaration.boundary.type
    if boundary not in _BOUNDARIES:
        yield refused("/boundary/type", "attach.boundary", str(boundary or "-"))
    if supplier.declaration.extras.get("catenax#/partialFullPcf") == '"Cradle-to-grave"':
        yield refused("/extras/catenax#~1partialFullPcf", "attach.boundary", "Cradle-to-grave")
    yield from _validity_unfit(source, supplier, refused)
    theirs = result.basis.gwp_set or supplier.declaration.method.gwp_set
    ours = source.declaration.method.gwp_set
    if not isinstance(theirs, str) or theirs == "unknown":
        yield refused("/method/gwp_set", "attach.gwp-unknown")
    elif isinstance(ours, str) and ours not in ("unknown", theirs):
        yield refused("/method/gwp_set", "attach.gwp-differs", theirs, own=ours)
    if verified and not _verified(supplier.declaration, result):
        yield refused("/verifications", "attach.not-verified")


def _unit_unfit(supplier: Declaration, line: Line, refused: _Refused) -> Iterator[GatewayError]:
    unit, amount = supplier.unit.amount, line.amount_per_unit
    if not isinstance(unit, Quantity) or unit.amount <= 0:
        yield refused("/unit/amount", "attach.no-unit")
    elif not isinstance(amount, Quantity):
        yield refused(f"/lines/{line.id}/amount_per_unit", "attach.line-without-amount")
    elif parse_unit(unit.unit).dimension != parse_unit(amount.unit).dimension:
        yield refused("/unit/amount", "attach.unit", unit.unit, wanted=amount.unit)


def _validity_unfit(source: Source, supplier: Source, refused: _Refused) -> Iterator[GatewayError]:
    """Active, and valid while the declaration's period runs; the period itself is no validity."""
    document = supplier.declaration.document
    if document.status in _REVISED:
        yield refused("/document/status", "attach.not-active", str(document.status))
    start, end = source.declaration.period.start, source.declaration.period.end
    until, since = document.valid_until, document.valid_from
    last = supplier.declaration.period.end
    if not isinstance(until, date) and isinstance(last, date) and supplier.format.judges_classes:
        until = _years_after(last, _DEFAULT_YEARS)
    if isinstance(until, date) and isinstance(start, date) and until < start:
        yield refused("/document/valid_until", "attach.no-longer-valid", str(until), start=str(start))
    if isinstance(since, date) and isinstance(end, date) and since > end:
        yield refused("/document/valid_from", "attach.not-yet-valid", str(since), end=str(end))


def _years_after(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 28 February."""
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _verified(supplier: Declaration, result: ResultSet) -> bool:
    """A statement covers the set, or the message says that the product itself was verified."""
    if any(result.id in one.covers for one in supplier.verifications):
        return True
    said = supplier.extras.get("pact#/pcf/verification/coverage") == '"product level"'
    return said and any(here(one.body_name) for one in supplier.verifications)


def _factor(supplier: Declaration, result: ResultSet, line: Line) -> EmissionFactor:
    unit, amount, total = supplier.unit.amount, line.amount_per_unit, result.carbon.total
    assert isinstance(unit, Quantity)
    assert isinstance(amount, Quantity)
    assert isinstance(total, Quantity)
    per = convert(unit, amount.unit)
    value = quotient(convert(total, KG_CO2E).amount, per.amount)
    name = supplier.product.name
    picked = name.pick("zh", "en") if isinstance(name, LangText) else None
    document = supplier.document.id
    return EmissionFactor(
        value=Quantity(value, f"{KG_CO2E}/{amount.unit}"),
        kind="lca_co2e",
        id=document if isinstance(document, str) else None,
        name=picked[1] if picked else None,
        year=supplier.period.end.year if isinstance(supplier.period.end, date) else None,
        boundary=result.basis.boundary,
        gwp_set=result.basis.gwp_set or supplier.method.gwp_set,
    )


def _changes(supplier: Source, line: Line, factor: EmissionFactor) -> dict[str, object]:
    assert isinstance(line.amount_per_unit, Quantity)
    assert isinstance(factor.value, Quantity)
    name = supplier.declaration.enterprise.name
    picked = name.pick("zh", "en") if isinstance(name, LangText) else None
    found: dict[str, object] = {
        "factor": factor,
        "result": Quantity(times(line.amount_per_unit.amount, factor.value.amount), KG_CO2E),
        "result_by_gas": (),
        "data_type": "supplier",
        "evidence": "supplier",
        "evidence_digest": supplier.digest,
        # What was said of the factor before is not said of this one.
        "quality": _quality(supplier.declaration),
        "uncertainty": None,
        "proxy": None,
    }
    code = supplier.declaration.enterprise.uscc
    found |= {"supplier_uscc": code} if isinstance(code, str) else {}
    return found | ({"supplier_name": picked[1]} if picked else {})


def _quality(supplier: Declaration) -> LineQuality:
    """The supplier's ratings on the scale of five classes; others are not converted."""
    own = supplier.quality
    return LineQuality(ter=own.ter, ger=own.ger, tir=own.tir) if own.dqr_scale == "PEF" else LineQuality()


def _doubts(
    source: Source, supplier: Source, result: ResultSet, before: Line, after: Line
) -> Iterator[Finding]:
    """What does not stand in the way and should be seen."""
    at = f"/lines/{before.id}"
    if not _verified(supplier.declaration, result):
        yield Finding("attach.unverified", f"{at}/factor", "", Severity.WARNING)
    document, period = supplier.declaration.document, supplier.declaration.period
    if not isinstance(source.declaration.method.gwp_set, str):
        yield Finding(
            "attach.own-gwp-unknown", "/method/gwp_set", shown(after.factor.gwp_set), Severity.WARNING
        )
    if isinstance(before.supplier_name, str) and before.supplier_name != after.supplier_name:
        told = {"before": before.supplier_name, "code": str(after.supplier_uscc or "-")}
        saw = str(after.supplier_name)
        yield Finding("attach.other-supplier", f"{at}/supplier_name", saw, Severity.WARNING, params=told)
    gone = [name for name in _OF_FACTOR if getattr(before, name) not in (None, getattr(after, name))]
    if gone:
        told = {"fields": ", ".join(gone)}
        yield Finding("attach.of-the-old-factor", at, shown(before.factor.value), Severity.INFO, params=told)
    if not isinstance(document.valid_until, date) and isinstance(period.end, date):
        yield Finding("attach.validity-not-told", f"{at}/factor", str(period.end), Severity.WARNING)
    old, new = before.result, after.result
    if isinstance(old, Quantity) and isinstance(new, Quantity) and old != new:
        params = {"before": shown(old), "after": shown(new)}
        yield Finding("attach.result-changes", f"{at}/result", shown(old), Severity.WARNING, params=params)
