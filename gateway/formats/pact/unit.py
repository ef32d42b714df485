"""Declared unit and product mass: a piece for a battery pack, else the ten units of the specification."""

from __future__ import annotations

from decimal import Decimal

from gateway.errors import GatewayError
from gateway.formats.pact.sheet import Sheet, decimal
from gateway.formats.pact.table import UNITS, WITHOUT_MASS
from gateway.model.declaration import Declaration
from gateway.model.results import Per, ResultSet
from gateway.quantity import (
    Exact,
    Quantity,
    convert,
    parse_unit,
    plain,
    quotient,
    same_number,
    same_quantity,
    show,
    times,
)

_ONE = Decimal(1)
_CARBON = "kg{C}"


def write_unit(sheet: Sheet, declaration: Declaration, result: ResultSet) -> Exact | None:
    """What all figures refer to, and the mass of that much product without packaging.

    Returns how many products, as their own mass counts them, one declared unit is; None where nothing
    says it. A unit that is a lack itself asks for no more: it counts as one.
    """
    per = result.basis.denominator.per
    if per is Per.PACK:
        sheet.pcf["declaredUnitOfMeasurement"], sheet.pcf["declaredUnitAmount"] = "piece", "1"
        _write_pack_mass(sheet)
    elif per is Per.DECLARED_UNIT:
        return _write_mass(sheet, declaration) if _write_declared(sheet, declaration) else _ONE
    else:
        path = f"/results/{result.id}/basis/denominator/per"
        sheet.lack(path, "pact.denominator-unknown", per=per.value)
    return _ONE


def _write_pack_mass(sheet: Sheet) -> None:
    """Masses and contents of a battery are those of the pack, whatever its functional unit is."""
    path = "/product/mass"
    mass = _kg(sheet, path)
    if mass is not None:
        _put_mass(sheet, mass, "pact.converted-unit")
    elif not isinstance(sheet.before.get(path), Quantity):
        sheet.lack(path)


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


def _write_mass(sheet: Sheet, declaration: Declaration) -> Exact | None:
    """The mass per declared unit; how many times the product's own mass it is, if anybody can say."""
    unit, amount = sheet.pcf["declaredUnitOfMeasurement"], declaration.unit.amount
    own, flow = _kg(sheet, "/product/mass"), _kg(sheet, "/unit/reference_flow")
    is_one = isinstance(amount, Quantity) and amount.amount == 1
    whole = flow if flow is not None or not is_one else own
    if unit in WITHOUT_MASS:
        sheet.pcf["productMassPerDeclaredUnit"] = "0"
        whole = flow
    elif unit == "kilogram":
        whole = Decimal(str(sheet.pcf["declaredUnitAmount"]))
        if flow is not None and not same_number(flow, whole):
            facts = {"flow": show(flow), "amount": show(whole)}
            sheet.lack("/unit/reference_flow", "pact.mass-contradicts-unit", **facts)
        _put_mass(sheet, whole, "pact.mass-is-the-unit")
    elif whole is not None:
        _put_mass(sheet, whole, "pact.mass-of-the-unit")
    elif is_one:
        sheet.lack("/product/mass")
        return _ONE
    else:
        said = f"{sheet.pcf['declaredUnitAmount']} {unit}"
        sheet.lack("/unit/reference_flow", "pact.mass-of-unit-unknown", amount=said)
        return _ONE
    if own and whole is not None:
        return quotient(whole, own)
    return _ONE if is_one and unit == "piece" else None


def _kg(sheet: Sheet, path: str) -> Exact | None:
    """A mass in kg; what is negative or no mass is a lack."""
    found = sheet.before.get(path)
    if not isinstance(found, Quantity):
        return None
    if parse_unit(found.unit).dimension != parse_unit("kg").dimension:
        sheet.lack(path)
        return None
    if found.amount < 0:
        sheet.lack(path, "pact.wrong-sign", value=show(found.amount))
        return None
    return convert(found, "kg").amount


def _put_mass(sheet: Sheet, whole: Exact, code: str) -> None:
    path, written = "/product/mass", decimal(whole)
    sheet.pcf["productMassPerDeclaredUnit"] = plain(written)
    found, after = sheet.before.get(path), Quantity(written, "kg")
    if not isinstance(found, Quantity):
        code = "pact.mass-told-by-unit"
    elif same_quantity(found, after):
        code = "pact.converted-unit"
    sheet.reads_as(path, after, code)


def write_contents(sheet: Sheet, products: Exact | None) -> None:
    """Carbon contents: declared of what the product's mass is of, written per declared unit."""
    for member, path in (
        ("fossilCarbonContent", "/product/fossil_carbon"),
        ("biogenicCarbonContent", "/product/biogenic_carbon"),
    ):
        found = sheet.before.get(path)
        if not isinstance(found, Quantity):
            if member == "fossilCarbonContent":
                sheet.lack(path)
        elif found.amount < 0:
            sheet.lack(path, "pact.wrong-sign", value=show(found.amount))
        elif not found.amount or (products is not None and same_number(products, _ONE)):
            sheet.amount(member, path, _CARBON)
        elif products is None:
            sheet.lack(
                path, "pact.content-not-per-unit", value=f"{show(convert(found, _CARBON).amount)} kg C"
            )
        else:
            written = decimal(times(convert(found, _CARBON).amount, products))
            sheet.pcf[member] = plain(written)
            sheet.reads_as(path, Quantity(written, _CARBON), "pact.content-of-the-unit")
