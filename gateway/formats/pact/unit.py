"""Declared unit and product mass: a piece for a battery pack, else the ten units of the specification."""

from __future__ import annotations

from decimal import Decimal

from gateway.errors import GatewayError
from gateway.formats.pact.sheet import Sheet, decimal
from gateway.formats.pact.table import UNITS, WITHOUT_MASS
from gateway.model.declaration import Declaration
from gateway.model.results import Per, ResultSet
from gateway.quantity import Quantity, convert, parse_unit, plain


def write_unit(sheet: Sheet, declaration: Declaration, result: ResultSet) -> None:
    """What all figures refer to, and the mass of that much product without packaging."""
    per = result.basis.denominator.per
    if per is Per.PACK:
        sheet.pcf["declaredUnitOfMeasurement"], sheet.pcf["declaredUnitAmount"] = "piece", "1"
    elif per is Per.DECLARED_UNIT:
        if not _write_declared(sheet, declaration):
            return
    else:
        path = f"/results/{result.id}/basis/denominator/per"
        sheet.lack(path, "pact.denominator-unknown", per=per.value)
        return
    _write_mass(sheet)


def _write_declared(sheet: Sheet, declaration: Declaration) -> bool:
    path, amount = "/unit/amount", declaration.unit.amount
    if not isinstance(amount, Quantity) or amount.amount <= 0:
        sheet.lack(path)
        return False
    target = _target(amount.unit)
    if target is None:
        sheet.lack(path, "pact.unit-without-counterpart", unit=amount.unit, allowed=", ".join(UNITS.values()))
        return False
    written = Quantity(decimal(convert(amount, target).amount), target)
    sheet.pcf["declaredUnitOfMeasurement"] = UNITS[target]
    sheet.pcf["declaredUnitAmount"] = plain(decimal(written.amount))
    sheet.reads_as(path, written, "pact.converted-unit")
    return True


def _target(unit: str) -> str | None:
    """The specification's unit of the same kind; litres stay litres, watt hours stay watt hours."""
    if unit in UNITS:
        return unit
    try:
        dimension = parse_unit(unit).dimension
    except GatewayError:
        return None
    found = [code for code in UNITS if parse_unit(code).dimension == dimension]
    kin = [code for code in found if unit.endswith(code[-2:] if code == "kW.h" else code[-1:])]
    return (kin or found)[0] if found else None


def _write_mass(sheet: Sheet) -> None:
    """The mass per declared unit; a unit of mass is its own mass, energy and services have none."""
    path, unit = "/product/mass", sheet.pcf["declaredUnitOfMeasurement"]
    found = sheet.before.get(path)
    if unit in WITHOUT_MASS:
        sheet.pcf["productMassPerDeclaredUnit"] = "0"
    elif unit == "kilogram":
        amount = sheet.pcf["declaredUnitAmount"]
        sheet.pcf["productMassPerDeclaredUnit"] = amount
        own = convert(found, "kg") if isinstance(found, Quantity) else None
        written = Quantity(Decimal(str(amount)), "kg")
        code = "pact.converted-unit" if own == written else "pact.mass-is-the-unit"
        sheet.reads_as(path, written, code)
    elif isinstance(found, Quantity) and found.amount < 0:
        sheet.lack(path, "pact.wrong-sign", value=str(found.amount))
    elif not sheet.amount("productMassPerDeclaredUnit", path, "kg"):
        sheet.lack(path)
