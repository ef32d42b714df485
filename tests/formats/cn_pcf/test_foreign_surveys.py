"""Surveys of four styles: what is proposed is right, and what is not certain is named as open."""

from __future__ import annotations

import pytest

from gateway.formats.cn_pcf.foreign_layout import Layout
from gateway.formats.cn_pcf.foreign_suggest import suggest_layout
from tests.formats.cn_pcf.surveys import SURVEYS, Survey

# Fewer than this share of the expected places is a step back.
_RECALL = {"merged": 1.0, "english": 1.0, "bilingual": 1.0, "transposed": 1.0}


def proposed(told: Layout) -> dict[str, str]:
    found = {f"{c.sheet}!{c.cell}": f"{c.key} {c.unit}".strip() for c in told.cells}
    for table in told.tables:
        found |= {f"{table.sheet}!{c.column}": f"{c.key} {c.unit}".strip() for c in table.columns}
    return found


@pytest.fixture(scope="module", params=SURVEYS)
def case(request: pytest.FixtureRequest) -> tuple[str, Survey, Layout]:
    name: str = request.param
    return name, SURVEYS[name], suggest_layout(SURVEYS[name].data())


def test_nothing_wrong_is_proposed(case: tuple[str, Survey, Layout]) -> None:
    _, survey, told = case
    found = proposed(told)
    assert {at: key for at, key in found.items() if survey.expected.get(at) != key} == {}


def test_what_is_expected_is_proposed(case: tuple[str, Survey, Layout]) -> None:
    name, survey, told = case
    right = [at for at, key in survey.expected.items() if proposed(told).get(at) == key]
    missing = sorted(set(survey.expected) - set(right))
    assert len(right) >= _RECALL[name] * len(survey.expected), missing


def test_what_is_not_certain_is_open_with_its_reason(case: tuple[str, Survey, Layout]) -> None:
    _, survey, told = case
    found = {f"{o.sheet}!{o.cell}" for o in told.open}
    assert survey.open <= found
    assert all(o.why.zh and o.why.en and "{" not in o.why.zh + o.why.en for o in told.open)


def test_every_number_is_proposed_or_open(case: tuple[str, Survey, Layout]) -> None:
    """No number of a survey is passed over in silence."""
    from gateway.formats.cn_pcf.foreign_cells import grid
    from gateway.formats.cn_pcf.foreign_reader import read_with_layout

    _, survey, told = case
    data = survey.data()
    reading = read_with_layout(data, told.model_copy(update={"confirmed": True}))
    left = {n.path for n in reading.notes if n.code == "workbook.cell-not-read"}
    rows = {name: {r.number for r in rows} for name, rows in grid(data).sheets}
    listed = {f"{o.sheet}!{ref}" for o in told.open for ref in _cells(o.cell, rows[o.sheet])}
    assert left <= listed


@pytest.mark.parametrize(
    "rows",
    [
        [["Product", None, "Valid"], ["Name", "Film", "From", "2026-01-01"]],
        [["产品名称", "规格型号"], ["数量", "单位"]],
        [["计量单位", "绿电占比(%)"]],
        [["产品名称", "备注："]],
    ],
)
def test_a_heading_is_never_a_value(rows: list[list[str | None]]) -> None:
    words = {word for row in rows for word in row if word}
    told = suggest_layout(Survey({"a": rows}, {}, frozenset(), {}).data())
    values = {rows[int(c.cell[1:]) - 1]["ABCD".index(c.cell[0])] for c in told.cells}
    assert not values & (words - {"Film", "2026-01-01"})


def test_a_unit_below_a_group_that_is_not_known_is_not_the_unit_of_the_line() -> None:
    rows: list[list[str | float | None]] = [
        ["材料", None, "投入", None, "折旧", None],
        ["名称", "牌号", "数量", "单位", "金额", "单位"],
        ["铝锭", "A356", 3.9, "kg", 20, "t"],
    ]
    told = suggest_layout(Survey({"材料": rows}, {}, frozenset(), {}).data())
    found = {c.column: c.key for table in told.tables for c in table.columns}
    assert found.get("D") == "lines[].unit"
    assert "F" not in found


def _cells(area: str, rows: set[int]) -> set[str]:
    """The cells of a range, and those below a heading."""
    first, _, last = area.partition(":")
    last = last or first
    top, bottom = (int("".join(c for c in ref if c.isdigit())) for ref in (first, last))
    columns = range(ord(first[0]), ord(last[0]) + 1)
    lowest = bottom if ":" in area else max(rows)
    return {f"{chr(c)}{r}" for c in columns for r in range(top, lowest + 1)}
