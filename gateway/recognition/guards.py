"""Guards over activity lines: the kind of an electricity factor, its place, double counting, the period.

None of them is a rule of either side. Each catches a slip that makes every rule's answer worthless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from gateway.model.activity import Line
from gateway.model.base import Amount
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin, Origins
from gateway.quantity import Quantity
from gateway.recognition import electricity
from gateway.recognition._ask import in_unit, lines_of, near, number, positive, text
from gateway.recognition.account import product
from gateway.recognition.carriers import UPSTREAM, supplied
from gateway.recognition.electricity import Announced, Use
from gateway.recognition.places import Province, Scheme, province
from gateway.report import Finding, Severity

_KG: Final = "kg{CO2eq}"
_WHOLE: Final = (electricity.LIFE_CYCLE,)
_BURNT: Final = electricity.DIRECT
# As for stage sums: what rounding of a printed amount per unit may explain.
_TOLERANCE: Final = Fraction(5, 1000)


def check(declaration: Declaration, origins: Origins) -> tuple[Finding, ...]:
    """All findings of the guards, in the order of the lines."""
    found = [*_kinds(declaration), *_places(declaration), *_twice(declaration), *_period(declaration)]
    return tuple(Finding(f.code, _at(f.at, origins), f.saw, f.severity, params=f.params) for f in found)


def _at(path: str, origins: Origins) -> str:
    origin = origins.get(path)
    return origin.at if isinstance(origin, Origin) else path


def _warning(code: str, path: str, saw: str, **params: str) -> Finding:
    return Finding(code, path, saw, Severity.WARNING, params=params)


def _kinds(declaration: Declaration) -> Iterator[Finding]:
    """A factor of CO2 at generation that is labelled as a life-cycle factor."""
    amounts = dict(lines_of(declaration))
    for use in electricity.uses(declaration):
        if use.is_mistyped and use.match is not None:
            row = use.match.rows[0]
            code = "guards.direct-as-life-cycle" if use.match.by_year else "guards.looks-direct"
            yield _warning(
                code,
                use.factor_path,
                number(row.kg_per_kwh),
                line=use.label,
                year=str(row.year),
                place_zh=row.name["zh"],
                place_en=row.name["en"],
                announced=row.source,
                footprint=_footprint(row),
                kg=_difference(row, amounts[use.path]),
            )


def _national(year: int) -> Announced | None:
    """The announced life-cycle average of the year, else of the next year that has one."""
    rows = [r for r in electricity.announced() if r.kind == electricity.LIFE_CYCLE and r.what == "average"]
    return min((r for r in rows if r.year >= year), key=lambda r: r.year, default=None)


def _footprint(row: Announced) -> str:
    found = _national(row.year)
    return f"{number(found.kg_per_kwh)} ({found.year})" if found else "?"


def _difference(row: Announced, line: Line) -> str:
    """The kg that the national life-cycle factor would add per unit of the lines."""
    found, amount = _national(row.year), in_unit(line.amount_per_unit, "kW.h")
    if found is None or amount is None:
        return "?"
    return number(amount * (Fraction(found.kg_per_kwh) - Fraction(row.kg_per_kwh)))


def _places(declaration: Declaration) -> Iterator[Finding]:
    """A province's code that was read in another scheme than it was written in."""
    for use in electricity.uses(declaration):
        scheme: Scheme = "ecoinvent" if use.database == "ECOINVENT" else "iso3166-2"
        other: Scheme = "iso3166-2" if scheme == "ecoinvent" else "ecoinvent"
        wanted = _expected(declaration, use)
        if wanted is None or not use.region.startswith("CN-"):
            continue
        read, otherwise = province(use.region, scheme), province(use.region, other)
        if read != wanted and otherwise == wanted:
            yield _warning(
                "guards.place-in-other-scheme",
                f"{use.path}/factor/region",
                use.region,
                line=use.label,
                scheme=scheme,
                other=other,
                read_zh=read.name["zh"] if read else "—",
                read_en=read.name["en"] if read else "—",
                wanted_zh=wanted.name["zh"],
                wanted_en=wanted.name["en"],
                right=wanted.code(scheme),
            )


def _expected(declaration: Declaration, use: Use) -> Province | None:
    """The province that the factor is of by its announced value, else that of the line's site."""
    if use.match is not None and use.match.by_year and len(use.match.rows) == 1:
        row = use.match.rows[0]
        if row.scope == "province":
            return province(row.place, "iso3166-2")
    site = next((s for s in declaration.sites if s.id == use.site_id), None)
    code = text(site.gb2260) if site else text(declaration.enterprise.gb2260)
    return province(code, "gb2260")


def _twice(declaration: Declaration) -> Iterator[Finding]:
    """Upstream emissions told apart beside a factor that already has them."""
    lines = [(path, line) for path, line in lines_of(declaration) if line.category == "energy"]
    of_kind = {kind: [line for _, line in lines if line.factor.kind in kind] for kind in (_WHOLE, _BURNT)}
    for path, line in lines:
        if line.factor.kind != UPSTREAM or supplied(line, of_kind[_BURNT]) is not None:
            continue
        whole = supplied(line, of_kind[_WHOLE])
        if whole is not None:
            kg = _kg(line)
            yield _warning(
                "guards.counted-twice",
                f"{path}/result",
                "?" if kg is None else number(kg),
                line=line.id,
                whole=whole.id,
            )


def _kg(line: Line) -> Fraction | None:
    """What the line comes to: its result, else its amount times its factor."""
    stated = in_unit(line.result, _KG)
    if stated is not None:
        return stated
    amount, factor = line.amount_per_unit, line.factor.value
    if not isinstance(amount, Quantity) or not isinstance(factor, Quantity):
        return None
    made = product(amount, Quantity(factor.amount, factor.unit.replace("{CO2}", "{CO2eq}")))
    return None if made is None else Fraction(made.amount)


def _period(declaration: Declaration) -> Iterator[Finding]:
    """Amounts of the period over the output, against the amounts per unit that stand beside them."""
    outputs = [output for output in _outputs(declaration) if output]
    if not outputs:
        return
    wrong: list[tuple[str, Line, Fraction, Fraction]] = []
    seen = 0
    for path, line in lines_of(declaration):
        amount, each = line.amount, line.amount_per_unit
        if not isinstance(amount, Quantity) or not isinstance(each, Quantity) or not each.amount:
            continue
        whole = in_unit(amount, each.unit)
        if whole is None:
            continue
        seen += 1
        implied = whole / Fraction(each.amount)
        if not any(near(implied, output, _TOLERANCE) for output in outputs):
            wrong.append((path, line, whole / outputs[0], implied))
    yield from _told(wrong, seen, declaration.period.output, outputs[0])


def _outputs(declaration: Declaration) -> Iterable[Fraction | None]:
    """The output counted in what the lines refer to; where nobody says, in each that is possible."""
    output, unit, basis = declaration.period.output, declaration.unit, text(declaration.unit.lines_basis)
    if not isinstance(output, Quantity):
        return ()
    of_unit = positive(unit.amount, output.unit)
    units = Fraction(output.amount) / of_unit if of_unit else None
    energy = positive(declaration.battery.lifetime_energy, "kW.h") if declaration.battery else None
    delivered = positive(output, "kW.h")
    packs = positive(output, "{piece}") or (delivered / energy if delivered and energy else None)
    if basis == "pack":
        return (packs,)
    return (units,) if basis else (units, packs)


def _told(
    wrong: list[tuple[str, Line, Fraction, Fraction]], seen: int, output: Amount, wanted: Fraction
) -> Iterator[Finding]:
    """One finding where every line implies the same other output, else one for each line."""
    same = len(wrong) == seen > 1 and all(near(w[3], wrong[0][3], _TOLERANCE) for w in wrong)
    if same:
        told = {"implied": number(wrong[0][3]), "output": number(wanted), "lines": str(seen)}
        yield _warning("guards.output-other", "/period/output", str(output), **told)
        return
    for path, line, expected, implied in wrong:
        yield _warning(
            "guards.per-unit-other",
            f"{path}/amount_per_unit",
            str(line.amount_per_unit),
            line=line.id,
            amount=str(line.amount),
            output=number(wanted),
            expected=number(expected),
            implied=number(implied),
        )
