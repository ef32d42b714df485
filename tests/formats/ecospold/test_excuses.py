"""What comes back otherwise is excused only with proof: beside every excuse, a real loss that it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from gateway.codec.base import Context
from gateway.codec.dataset_run import write_bundle
from gateway.codec.datasets import DatasetFormat, Piece
from gateway.formats.ecospold import ECOSPOLD1, ECOSPOLD2, additions, excuses
from gateway.formats.ecospold.accounts import explain
from gateway.formats.ecospold.additions import proven_addition
from gateway.formats.ecospold.excuses import Case, not_stated, proven_change, sorted_otherwise
from gateway.formats.ecospold.ids import new_id
from gateway.model.base import Leaf
from gateway.model.process import Direction
from gateway.quantity.exact import own_arithmetic
from gateway.quantity.number import Number
from gateway.report import Fate

from . import worlds

ID = "0a1b2c3d-0000-4000-8000-000000000001"
MASS = "93a60a56-a3c8-11da-a746-0800200b9a66"
ORDER = "/extras/ecospold1#~1metaInformation~1administrativeInformation~1person~1~0order"
ALLOCATION = "/extras/ecospold1#~1flowData~1~0allocation"
SPREAD = "/exchanges/7/uncertainty/spread"
LONG = "a name of more letters than there is room for"
CLASSES: dict[str, Leaf] = {
    f"/classifications/0/classes/{n}/name": text for n, text in enumerate(("wood", "veneer", "oak"))
}
COMPARTMENT: dict[str, Leaf] = {
    "/compartment/0": "Emissions",
    "/compartment/1": "Emissions to air",
    "/compartment/2": "Emissions to air, unspecified",
}


def number(text: str) -> Number:
    return Number.read(text)


def shares(*numbers: str) -> str:
    return json.dumps([{"@referenceToCoProduct": "1", "referenceToInputOutput": numbers}])


def case(path: str, was: Leaf | None, now: Leaf, beside: Mapping[str, Leaf]) -> Case:
    old = dict(beside) | ({path: was} if was is not None else {})
    return Case(path, was, now, old, dict(beside) | {path: now}, frozenset({"chosen", not_stated("b")}))


# Field, what it was, what it may become, what it may not, and what stands beside it.
CHANGES: list[tuple[str, Leaf, Leaf, Leaf, dict[str, Leaf]]] = [
    ("/id", "own", ID, "other", {}),
    ("/version", "00.01.005", "00.01", "00.02", {}),
    ("/version", "01.02", "1.2.0.0", "1.2.0.1", {}),
    ("/kind", "epd", "lci-result", "unit-process", {}),
    ("/kind", "waste", "product", "elementary", {}),
    ("/coverage", "23 %", "23.0", "24.0", {}),
    ("/changed", "2024-05-06", "2024-05-06T00:00:00", "2026-01-01T00:00:00", {}),
    ("/period/start", "1999", "1999-01-01", "1998-01-01", {}),
    ("/period/end", "1999-02", "1999-02-28", "2000-02-28", {}),
    ("/location/code", "AH-CN", "CN-AH", "CN-GD", {"/location/scheme": "tiangong"}),
    ("/location/scheme", "ilcd", "ecoinvent", "gb2260", {}),
    ("/exchanges/7/location/code", "DE", "chosen", "FR", {}),
    ("/name/en", "treatment of waste", "chosen", "waste", {}),
    ("/name/en", "On mills", "Mills", "Windmills", {"/title": "Mills"}),
    ("/name/en", LONG, LONG[:40], LONG[:39], {}),
    ("/classifications/0/classes/1/name", "veneer", "oak", "pine", CLASSES),
    ("/classifications/0/classes/0/name", "wood", "wood/veneer/oak", "wood/oak", CLASSES),
    ("/classifications/0/classes/0/id", "7", ID, "8", {}),
    ("/compartment/0", "Emissions", "air", "water", COMPARTMENT),
    ("/compartment/1", "Emissions to air", "unspecified", "river", COMPARTMENT),
    ("/properties/0/flow_property/uuid", ID, MASS, ID[::-1], {}),
    ("/country", "Germany", "AQ", "FR", {}),
    ("/email", "a@b.example", "not-stated@example.invalid", "c@b.example", {}),
    ("/year", "2015/16", "0001", "2015", {}),
    ("/exchanges/7/group", "materials", "from-technosphere", "from-nature", {}),
    ("/exchanges/7/group", "by-product", "waste", "reference", {}),
    ("/exchanges/7/is_waste", True, False, "no", {}),
    ("/exchanges/7/is_avoided", True, False, "no", {}),
    ("/exchanges/7/provider/uuid", "p", new_id("activity", "p"), ID, {}),
    ("/links/data-source/target/uuid", ID, "chosen", ID[::-1], {}),
    ("/links/data-source/target/name/en", LONG, LONG[:30], "not stated", {}),
    (ORDER, '[["3", "a"], ["4", "b"]]', '[["3", "c"]]', '[["5", "a"]]', {}),
    (ORDER, '[["3", "a"]]', '[["3", "a"], ["4", "b"]]', '[["3", "a"], ["4", "c"]]', {}),
    (
        "/properties/0/flow_property/name/en",
        "Heft",
        "Mass",
        "Volume",
        {"/properties/0/flow_property/uuid": MASS},
    ),
    (ALLOCATION, shares("1", "9"), shares("1"), shares("9"), {"/exchanges/1/amount": number("2")}),
    ("/classifications/0/system", "", "not stated", "ISIC", {}),
    ("/synonyms/en", f"{LONG}; b", f"{LONG[:40]}; b", f"{LONG[:39]}; b", {}),
    ("/formula", LONG, LONG[:40], "CO2", {}),
    ("/exchanges/7/comment/en", LONG, LONG[:15], LONG[1:16], {}),
]
NUMBERS: list[tuple[str, Number, Number, Fate | None]] = [
    ("/parameters/x/value", Number(Fraction(1, 3)), number("0.333333333333333"), Fate.ROUNDED),
    ("/parameters/x/value", Number(Fraction(1, 3)), number("0.3333"), None),
    ("/exchanges/7/allocations/1/share", number("0.25"), number("0.26"), None),
    ("/results/0/amount", number("2"), number("2.000001"), None),
    (SPREAD, number("1.1"), number("1.1000000000000000000000000001"), Fate.CONVERTED),
    (SPREAD, number("1.1"), number("1.1000000001"), None),
    (SPREAD, number("1.1"), Number(Fraction(10, 3)), None),
    (SPREAD, number("0"), number("1"), None),
    ("/exchanges/7/uncertainty/minimum", number("1.0000000000000000000001"), number("1"), None),
    ("/exchanges/7/properties/0/amount", number("5"), number("-5"), None),
    ("/properties/0/mean", number("2"), number("1"), None),
]
ADDITIONS: list[tuple[str, Leaf, Leaf, dict[str, Leaf]]] = [
    ("/extras/ecospold1#~1@number", "1", True, {}),
    ("/version", "1.0", "2.0", {}),
    ("/changed", "0001-01-01T00:00:00", "2026-01-01T00:00:00", {}),
    ("/changed", "2024-05-06T00:00:00", "2026-01-01T00:00:00", {"/created": "2024-05-06"}),
    ("/kind", "unit-process", "lci-result", {}),
    ("/languages/0", "en", "english", {}),
    ("/is_infrastructure", False, True, {}),
    ("/publication/is_copyrighted", False, True, {}),
    ("/period/is_valid_throughout", True, False, {}),
    ("/period/start", "2019-01-01", "2018-01-01", {"/period/reference_year": 2019}),
    ("/classifications/0/system", "not stated", "ISIC", {}),
    ("/classifications/0/classes/0/id", ID, "7", {}),
    ("/classifications/0/classes/1/name", "wood", "oak", CLASSES),
    ("/compartment/0", "wood", "oak", CLASSES),
    ("/compartment/1", "unspecified", "river", {"/compartment/0": "water"}),
    ("/classifications/0/classes/0/name", "Emissions", "air", COMPARTMENT),
    ("/links/entered-by/role", "entered-by", "commissioner", {}),
    ("/links/entered-by/target/uuid", ID, "somebody", {}),
    ("/links/entered-by/target/name/en", "not stated", "somebody", {}),
    ("/reviews/0/reviewers/0/name/en", "not stated", "somebody", {}),
    ("/reviews/0/details/en", "", "fine", {}),
    ("/system_model/name/en", "Undefined", "cut-off", {}),
    ("/properties/0/flow_property/uuid", MASS, ID, {}),
    ("/properties/0/flow_property/name/en", "Mass", "Volume", {"/properties/0/flow_property/uuid": MASS}),
    ("/properties/0/id", "0", "1", {}),
    ("/properties/0/mean", number("1"), number("2"), {}),
    ("/properties/0/is_reference", True, False, {}),
    ("/name/en", "Widgets Ltd", "Gadgets Ltd", {"/short_name/en": "Widgets Ltd"}),
    ("/parameters/x/description/en", "x", "y", {"/parameters/x/name": "x"}),
    ("/results/0/indicator/uuid", ID, "gwp", {}),
    ("/year", "0001", "1999", {}),
    ("/country", "AQ", "DE", {}),
    ("/is_person", False, True, {}),
    ("/email", "not-stated@example.invalid", "a@b.example", {}),
    ("/exchanges/7/group", "to-nature", "nowhere", {}),
    ("/exchanges/7/properties/0/quantity/uuid", ID, "mass", {}),
    ("/exchanges/7/location/code", "chosen", "DE", {}),
    ("/exchanges/7/location/scheme", "ecoinvent", "ilcd", {}),
    ("/exchanges/7/flow/name/en", "not stated", "widgets", {}),
    ("/exchanges/7/uncertainty/centre", number("3"), number("4"), {"/exchanges/7/amount": number("3")}),
]


@own_arithmetic
@pytest.mark.parametrize(("path", "was", "now", "lost", "beside"), CHANGES)
def test_a_change_is_told_where_it_is_proven(
    path: str, was: Leaf, now: Leaf, lost: Leaf, beside: dict[str, Leaf]
) -> None:
    assert proven_change(case(path, was, now, beside)) in (Fate.CONVERTED, Fate.TRUNCATED)
    assert proven_change(case(path, was, lost, beside)) is None


@pytest.mark.parametrize(("path", "was", "now", "fate"), NUMBERS)
def test_a_number_may_be_rounded_and_nothing_else(
    path: str, was: Number, now: Number, fate: Fate | None
) -> None:
    assert proven_change(case(path, was, now, {})) is fate


@pytest.mark.parametrize(("path", "now", "made_up", "beside"), ADDITIONS)
def test_an_addition_is_told_where_the_format_asks_for_it(
    path: str, now: Leaf, made_up: Leaf, beside: dict[str, Leaf]
) -> None:
    assert proven_addition(case(path, None, now, beside))
    assert not proven_addition(case(path, None, made_up, beside))


def test_a_flow_is_not_turned_into_an_elementary_one_or_back() -> None:
    for was, now in (("product", "elementary"), ("elementary", "product"), ("waste", "elementary")):
        assert proven_change(case("/kind", was, now, {})) is None
        told = case("/kind", was, now, {"/id": "a"})
        assert proven_change(told._replace(chosen=frozenset({sorted_otherwise("b")}))) is None
        # unless the source has it both ways
        assert proven_change(told._replace(chosen=frozenset({sorted_otherwise("a")}))) is Fate.CONVERTED


def test_every_excuse_has_its_loss() -> None:
    for rules, rows in ((excuses._CHANGES, CHANGES), (additions._ADDITIONS, ADDITIONS)):
        fields = [excuses.field_of(row[0]) for row in rows]
        without = [p for p, _ in rules if not any(re.fullmatch(p, field) for field in fields)]
        assert without in ([], [r"/properties/[^/]+/mean"])  # a number, below
    other = {"/properties/0/flow_property/uuid": ID}
    told = Case("/properties/0/mean", number("2"), number("1"), other, {**other}, frozenset())
    assert proven_change(told) is None
    elsewhere = told._replace(new={"/properties/0/flow_property/uuid": MASS})
    assert proven_change(elsewhere) is Fate.CONVERTED


@own_arithmetic
def told(format_: DatasetFormat) -> list[tuple[dict[str, Leaf], dict[str, Leaf], Any, Any]]:
    """The leaves of every data set of our small worlds before and after, and what the writer says of them."""
    found: list[tuple[dict[str, Leaf], dict[str, Leaf], Any, Any]] = []
    for process in (worlds.making(), worlds.treatment(), worlds.plant()):
        assert format_.write is not None

        def pieces(bundle: Any, context: Context) -> Any:
            for piece in format_.write(bundle, context):  # type: ignore[misc]  # it is written
                yield _listening(piece, found)

        listening = DatasetFormat(
            **{name: getattr(format_, name) for name in format_.__dataclass_fields__} | {"write": pieces}
        )
        assert not [
            e for s in write_bundle(listening, worlds.world(process), Context()) for e in s.refused.values()
            if e[0].error_code.startswith("internal.")
        ]  # fmt: skip
    return found


def _listening(piece: Piece, found: list[Any]) -> Piece:
    # Impact methods and master data have words of their own.
    if getattr(piece.explain, "func", None) is not explain:
        return piece
    assert piece.explain is not None
    own = piece.explain

    def listen(old: Mapping[str, Leaf], new: Mapping[str, Leaf], notes: Any) -> Any:
        found.append((dict(old), dict(new), notes, own))
        return own(old, new, notes)

    return Piece(piece.member, piece.becomes, piece.notes, piece.renamed, piece.refused, listen)


def spoilt(leaf: Leaf) -> Leaf:
    if isinstance(leaf, bool):
        return not leaf
    if isinstance(leaf, Number):
        return Number(Fraction(leaf.value) * Fraction(1_000_001, 1_000_000) + Fraction(1, 10**9))
    if isinstance(leaf, Direction):
        return Direction.INPUT if leaf is Direction.OUTPUT else Direction.OUTPUT
    return f"un{leaf}" if isinstance(leaf, str) else leaf


@pytest.mark.parametrize("format_", [ECOSPOLD1, ECOSPOLD2], ids=lambda f: f.folder)
@own_arithmetic
def test_no_leaf_that_comes_back_spoilt_is_excused(format_: DatasetFormat) -> None:
    """Each leaf of what comes back in turn, in every data set: no word of the writer covers it."""
    tried = 0
    for old, new, _, own in told(format_):
        for path, leaf in new.items():
            if "/extras/ecospold" in path and path not in old:
                continue  # what only this format has: there is nothing that could be lost
            bad = spoilt(leaf)
            if bad == leaf or (path in old and old[path] == bad):
                continue
            tried += 1
            words = {note.path: note for note in own(old, new | {path: bad}, ())}
            assert path not in words, (path, leaf, bad)
    assert tried > 200
    assert explain({}, {}, ()) == ()
