"""Walking a document: paths name leaves, changes touch one leaf, withheld is not gone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.codec.base import Reading
from gateway.model.activity import EmissionFactor, Line, Place
from gateway.model.base import LangText, Leaf, Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.party import Site, SiteElectricity
from gateway.model.results import Carbon, ResultRow, ResultSet, Role
from gateway.model.scope import Document, Period
from gateway.model.walk import by_path, diff, escape, keyed, leaves, prune, replace, same, unescape
from gateway.quantity import Quantity
from gateway.quantity.number import Number

texts = st.text(max_size=6)
amounts = st.builds(
    Quantity,
    st.decimals(allow_nan=False, allow_infinity=False, places=2, max_value=9999, min_value=-9999),
    st.just("kg"),
)
absences = st.builds(Missing, missing=st.sampled_from(Reason), unit=st.none() | st.just("kg"))
names = st.dictionaries(st.sampled_from(["zh", "en", "de/x"]), texts, min_size=1, max_size=3).map(LangText)
lines = st.builds(
    Line,
    id=texts,
    stage=st.none() | texts | absences,
    name=st.none() | names | absences,
    amount=st.none() | amounts | absences,
    origin=st.none() | st.builds(Place, code=texts, scheme=texts),
    factor=st.builds(EmissionFactor, value=st.none() | amounts, year=st.none() | st.integers(1990, 2030)),
)
rows = st.builds(ResultRow, stage=st.none() | texts, carbon=st.builds(Carbon, total=st.none() | amounts))
sets = st.builds(ResultSet, id=texts, role=st.sampled_from(Role), rows=st.lists(rows, max_size=3).map(tuple))
sites = st.builds(
    Site,
    id=texts,
    electricity=st.lists(st.builds(SiteElectricity, kind=st.none() | texts), max_size=2).map(tuple),
)
declarations = st.builds(
    Declaration,
    document=st.builds(Document, id=st.none() | texts, languages=st.lists(texts, max_size=3).map(tuple)),
    period=st.builds(Period, start=st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1))),
    lines=st.lists(lines, max_size=3).map(tuple),
    sites=st.lists(sites, max_size=2).map(tuple),
    results=st.lists(sets, max_size=2).map(tuple),
    extras=st.dictionaries(texts, texts, max_size=3),
)


class TestLeaves:
    """Every leaf has one path, whatever the ids look like."""

    @given(declarations)
    def test_no_two_leaves_share_a_path(self, declaration: Declaration) -> None:
        paths = [place.path for place in leaves(declaration)]
        assert len(paths) == len(set(paths))

    @given(declarations)
    def test_a_document_does_not_differ_from_itself(self, declaration: Declaration) -> None:
        assert diff(declaration, declaration) == {}

    @given(declarations)
    def test_a_pattern_has_no_keys(self, declaration: Declaration) -> None:
        for place in leaves(declaration):
            assert len(place.pattern.split("/")) <= len(place.path.split("/"))

    @given(texts)
    def test_a_step_escapes_and_comes_back(self, text: str) -> None:
        assert unescape(escape(text)) == text
        assert "/" not in escape(text)

    def test_equal_keys_get_numbers(self) -> None:
        twice = (Line(id="a"), Line(id="b"), Line(id="a"))
        assert [key for key, _ in keyed(twice)] == ["a", "b", "a#2"]

    def test_one_is_not_true_and_not_one(self) -> None:
        assert same(1, 1)
        assert not same(1, True)
        assert not same(1, "1")
        assert not same(None, Missing(missing=Reason.NULL))
        assert same(Quantity(Decimal("1.0"), "kg"), Quantity(Decimal(1), "kg"))
        assert not same(Quantity(Decimal(1), "t"), Quantity(Decimal(1000), "kg"))


def other(value: Leaf) -> Leaf:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, Role):
        return next(role for role in Role if role is not value)
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, date):
        return date(1999, 1, 1)
    if isinstance(value, Quantity):
        return Quantity(Decimal(12345), value.unit)
    if isinstance(value, Number):
        return Number(Decimal(12345))
    return Missing(missing=next(r for r in Reason if r is not value.missing))


class TestReplace:
    """A change of one leaf is seen as just this change."""

    @given(declarations, st.data())
    def test_one_leaf_changes(self, declaration: Declaration, data: st.DataObject) -> None:
        places = [p for p in leaves(declaration) if not names_its_item(p.pattern)]
        if not places:
            return
        place = data.draw(st.sampled_from(places))
        value = Place(code="x", scheme="y") if isinstance(place.value, Place) else other(place.value)
        after = replace(declaration, place.path, value)  # type: ignore[arg-type]
        assert diff(declaration, after) == {place.path: (place.value, value)}
        assert replace(after, place.path, place.value) == declaration

    def test_leaves_of_the_battery_can_be_changed(self, battery: Reading) -> None:
        declaration = battery.declaration
        for place in list(leaves(declaration))[::17]:
            if not names_its_item(place.pattern) and not isinstance(place.value, Place):
                value = other(place.value)
                assert list(diff(declaration, replace(declaration, place.path, value))) == [place.path]

    def test_a_leaf_can_go(self, battery: Reading) -> None:
        after = replace(battery.declaration, "/lines/L01/name/zh", None)
        assert "/lines/L01/name/zh" not in by_path(after)
        assert "/lines/L01/name/en" in by_path(after)


def names_its_item(pattern: str) -> bool:
    """Leaves that stand in the paths of their neighbours."""
    keys = ("/id", "/stage", "/module", "/scenario", "/country", "/year", "/gas", "/name")
    inside = pattern.startswith(("/lines", "/sites", "/results", "/verifications"))
    return inside and pattern.endswith(keys)


class TestPrune:
    """What a reader must not see is withheld; the rest stays, with its path."""

    @given(declarations, st.integers(0, 7))
    def test_what_is_kept_is_unchanged(self, declaration: Declaration, seed: int) -> None:
        before = by_path(declaration)
        hidden = {p for i, p in enumerate(before) if (i * 7 + seed) % 3 == 0}
        pruned = prune(declaration, lambda place: place.path not in hidden)
        for place in leaves(pruned):
            if isinstance(place.value, Missing) and place.value.missing is Reason.WITHHELD:
                continue
            assert place.value in before.values()

    @given(declarations)
    def test_nothing_refused_is_the_same_object(self, declaration: Declaration) -> None:
        assert prune(declaration, lambda _: True) is declaration

    def test_all_refused_leaves_no_value(self, battery: Reading) -> None:
        pruned = prune(battery.declaration, lambda _: False)
        for place in leaves(pruned):
            assert isinstance(place.value, Missing)
            assert place.value.missing is Reason.WITHHELD

    def test_an_item_goes_with_what_names_it(self, battery: Reading) -> None:
        pruned = prune(battery.declaration, lambda place: place.path != "/lines/L01/id")
        assert next(line.id for line in pruned.lines) == "L02"
        assert len(pruned.lines) == len(battery.declaration.lines) - 1

    def test_a_text_keeps_its_other_language(self, battery: Reading) -> None:
        pruned = prune(battery.declaration, lambda place: place.path != "/product/name/zh")
        assert isinstance(pruned.product.name, LangText)
        assert dict(pruned.product.name.items()) == {"en": "LFP traction battery pack 72 kWh"}


@pytest.mark.parametrize("path", ["/document/nothing", "/lines/L99/id/x"])
def test_a_path_that_is_not_there_changes_nothing(battery: Reading, path: str) -> None:
    before: Any = by_path(battery.declaration)
    assert path not in before
