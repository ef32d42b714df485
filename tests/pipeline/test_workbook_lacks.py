"""What a target lacks is named by the cell of the user's own workbook."""

from __future__ import annotations

import io

import openpyxl

from gateway.codec.base import Context, Package
from gateway.messages import explain
from gateway.pipeline.convert import Source, convert, read
from gateway.pipeline.workbook import template


def emptied(key: str, context: Context) -> tuple[Source, str]:
    """The filled template of a battery without the value of ``key``, and the cell where it stood."""
    book = openpyxl.load_workbook(io.BytesIO(template("battery", filled=True)))
    cell = ""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            at = [c for c in row if c.value == key]
            if at:  # on the quick sheet as well
                sheet[f"E{row[0].row}"].value = None
                cell = f"{sheet.title}!E{row[0].row}"
    assert cell
    data = io.BytesIO()
    book.save(data)
    return read(Package.of(data.getvalue(), name="battery.xlsx"), context=context), cell


def test_an_empty_cell_is_named_and_no_lack_is_a_pointer(context: Context) -> None:
    source, cell = emptied("battery.usableEnergyKWh", context)
    made = convert(source, to=["batterypass", "aas-02035-3", "pact"], options={"preview": "yes"})
    lacks = [e for outcome in made if not outcome.written for e in outcome.lacks]
    named = [e for e in lacks if e.path == cell]
    assert named
    assert all(cell in explain(e, "en").fix for e in named if "field" in e.params)
    assert [e.path for e in lacks if e.path.startswith("/")] == []


def test_of_json_the_pointer_stays(battery: Source) -> None:
    (outcome,) = convert(battery, to=["batterypass"])
    assert all(e.path.startswith("/") for e in outcome.lacks)
