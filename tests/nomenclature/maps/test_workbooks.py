"""GLAD publishes its maps as workbooks: they read like the same table in CSV."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from gateway.errors import InputError
from gateway.nomenclature.flow_sources import read_flows
from gateway.nomenclature.maps import detect, read_map
from gateway.nomenclature.row import Predicate

HEAD = ("SourceFlowName", "SourceUnit", "MatchCondition", "ConversionFactor", "TargetFlowName", "LastUpdated")


def workbook(*rows: tuple[object, ...], above: int = 0) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(above):
        sheet.append(["About this map"])
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("above", [0, 3])
def test_a_map_in_a_workbook(above: int) -> None:
    data = workbook(HEAD, ("Benzene", "kg", "<", 0.001, "benzene", date(2026, 11, 21)), above=above)
    assert detect(data) == "glad"
    (row,) = read_map(data).map.rows
    assert (row.source.name, row.target.name, str(row.factor)) == ("Benzene", "benzene", "0.001")
    assert row.predicate is Predicate.BROADER
    assert row.date == date(2026, 11, 21)


def test_a_workbook_without_a_map() -> None:
    data = workbook(("a", "b"), (1, 2))
    assert detect(data) == ""
    with pytest.raises(InputError) as caught:
        read_map(data, format="glad")
    assert caught.value.error_code == "map.not-a-map"


def test_a_flow_list_in_a_workbook() -> None:
    data = workbook(("流名称", "CAS号", "环境介质", "单位"), ("苯", "71-43-2", "air/urban", "kg"))
    (flow,) = read_flows(data, name="x.xlsx", ids=False)
    assert (flow.name, flow.cas, flow.context, flow.unit) == ("苯", "71-43-2", ("air", "urban"), "kg")


def test_a_flow_list_without_heading() -> None:
    with pytest.raises(InputError) as caught:
        list(read_flows(workbook(("x", "y")), name="x.xlsx"))
    assert caught.value.error_code == "table.no-heading"
