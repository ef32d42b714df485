"""The electricity lever: which lines it moves, which factor is meant, and what speaks against that factor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.errors import GatewayError, UsageError
from gateway.model.activity import EmissionFactor
from gateway.quantity import Quantity, convert, normalise_number, parse_decimal, same_number
from gateway.recognition import electricity
from gateway.recognition.account import Account, Counted
from gateway.recognition.electricity import Announced
from gateway.recognition.gwp_lever import stated_set
from gateway.report import Finding, Severity

_PER_KWH: Final = "kg{CO2eq}/(kW.h)"
# On-site or by a line of its own: the electricity that never came from the grid.
_DIRECT: Final = ("onsite_pv", "direct_line", "captive")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The lines that the lever moves, and what is to be said of the others."""

    lines: tuple[Counted, ...]
    findings: tuple[Finding, ...] = ()


def factor(text: str) -> EmissionFactor:
    """The factor that somebody types: a number of kg CO2e per kWh, with a unit or without, or an id.

    Raises:
        UsageError: neither; the message has ids like it.
    """
    number, _, unit = text.strip().partition(" ")
    plain, _ = normalise_number(number)
    try:
        amount = parse_decimal(plain)
    except GatewayError:
        return announced_factor(text.strip())
    try:
        value = convert(Quantity(amount, (unit or _PER_KWH).replace("{CO2}", "{CO2eq}")), _PER_KWH)
    except GatewayError as error:
        raise UsageError(text, code="scenario.electricity-unit") from error
    if amount < 0:
        raise UsageError(text, code="scenario.electricity-unit")
    return EmissionFactor(value=value)


def announced_factor(name: str) -> EmissionFactor:
    """The announced factor with this id, for example ``2024/lca_co2e/average/CN``, or its CPCD id.

    Raises:
        UsageError: there is none.
    """
    by_id = {identifier(row): row for row in electricity.announced()}
    row = by_id.get(name)
    if row is None:
        words = [word for word in name.split("/") if word]
        near = [known for known in by_id if all(word in known for word in words)]
        known = ", ".join((near or [k for k in by_id if k.endswith("average/CN")])[:8])
        raise UsageError(name, code="scenario.unknown-electricity", known=known)
    return EmissionFactor(
        value=Quantity(row.kg_per_kwh, _PER_KWH),
        kind=row.kind,
        id=name,
        name=row.name["zh"],
        database=row.source,
        year=row.year,
        region=row.place or None,
    )


def identifier(row: Announced) -> str:
    """An announced factor's id: year, kind, what, and the place or the source of the electricity."""
    place = row.name["en"] if row.what in ("generation", "transmission") or not row.place else row.place
    return f"{row.year}/{row.kind}/{row.what}/{place}".replace(" ", "-")


def named(told: EmissionFactor) -> str:
    """A factor in one line: value, kind, id and source; in it, what an announced value really is."""
    parts = [str(told.value)]
    match = electricity.look_up(told.value, told.year)
    if isinstance(told.kind, str):
        parts.append(told.kind)
    elif match is not None and len(match.kinds) == 1:
        parts.append(min(match.kinds))
    parts += [str(part) for part in (told.id, told.database, told.version) if isinstance(part, str)]
    if match is not None and not isinstance(told.id, str):
        parts.append(f"= {identifier(match.rows[0])}")
    return ", ".join(parts)


def chosen(account: Account, ids: Sequence[str]) -> Chosen:
    """The electricity lines with these ids; without ids all but those that a site generates itself.

    Raises:
        UsageError: no such line, or it is no electricity, or there is none at all.
    """
    uses = {use.path: use for use in electricity.uses(account.declaration)}
    lines = [counted for counted in account.lines if counted.path in uses]
    if ids:
        known = {counted.line.id for counted in lines}
        wrong = [name for name in ids if name not in known]
        if wrong:
            names = ", ".join(sorted(known)) or "-"
            raise UsageError(", ".join(wrong), code="scenario.no-electricity-line", known=names)
        return Chosen(tuple(counted for counted in lines if counted.line.id in ids))
    own = [counted for counted in lines if _own_generation(account, counted)]
    left = tuple(counted for counted in lines if counted not in own)
    if not left:
        raise UsageError("-", path="/lines", code="scenario.no-electricity")
    return Chosen(left, tuple(_kept(counted) for counted in own))


def _kept(counted: Counted) -> Finding:
    params = {"line": counted.line.id, "kg": str(counted.declared)}
    path = f"{counted.path}/factor/value"
    return Finding("scenario.own-electricity-kept", path, counted.line.id, Severity.INFO, params=params)


def _own_generation(account: Account, counted: Counted) -> bool:
    """Whether a site says that it makes electricity of this factor itself, or has it by a direct line."""
    value = electricity.per_kwh(counted.line.factor.value)
    if value is None:
        return False
    for site in account.declaration.sites:
        if isinstance(counted.line.site_id, str) and counted.line.site_id != site.id:
            continue
        of_value = [
            used.kind
            for used in site.electricity
            if (own := electricity.per_kwh(used.emission_factor)) is not None and same_number(own, value)
        ]
        if of_value and all(kind in _DIRECT for kind in of_value):
            return True
    return False


def doubts(told: EmissionFactor, account: Account) -> Iterator[Finding]:
    """What speaks against calling the outcome a footprint: CO2 at generation only, another GWP set."""
    at = "/basis/electricity_approach"
    match = electricity.look_up(told.value, told.year)
    if told.kind in electricity.DIRECT or (match is not None and match.direct):
        announced = match.rows[0] if match is not None and match.direct else None
        params = {
            "announced": identifier(announced) if announced else str(told.id or "-"),
            "source": announced.source if announced else str(told.database or "-"),
        }
        yield Finding("scenario.direct-factor", at, str(told.value), Severity.WARNING, params=params)
    value = electricity.per_kwh(told.value)
    # No grid of the world is above 2 kg per kWh; above, the number is of grams or of a MWh.
    if value is not None and value > 2:
        yield Finding("scenario.electricity-magnitude", at, str(told.value), Severity.WARNING)
    stated = stated_set(account.declaration, account.source.basis.gwp_set)
    if not isinstance(told.gwp_set, str) and stated:
        yield Finding("scenario.electricity-gwp", at, "-", Severity.INFO, params={"expected": stated})
