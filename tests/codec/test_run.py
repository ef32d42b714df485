"""The run catches a writer that lies: each way of losing, changing or adding something in silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace as with_changes
from decimal import Decimal
from typing import Any

import pytest

from gateway.codec.base import Context, Format, Member, Package, Reading, Writing
from gateway.codec.run import Written, run_reader, run_writer, shown, stake
from gateway.errors import GatewayError, InternalError, UsageError, flatten
from gateway.formats.cn_pcf import FORMAT
from gateway.model.activity import EmissionFactor, Line
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.product import Product
from gateway.model.results import Carbon, ResultSet
from gateway.model.scope import Document
from gateway.model.walk import by_path
from gateway.quantity import Quantity
from gateway.report import Fate, Note

KG = "kg{CO2eq}"
DECLARATION = Declaration(
    document=Document(id="d1", version="1.0"),
    product=Product(model="M", mass=Quantity(Decimal("2.50"), "kg")),
    lines=(
        Line(
            id="a/b",
            amount_per_unit=Quantity(Decimal(2), "kg"),
            factor=EmissionFactor(value=Quantity(Decimal(3), f"{KG}/kg")),
            result=Quantity(Decimal(6), KG),
        ),
    ),
    results=(ResultSet(id="declared", carbon=Carbon(total=Quantity(Decimal(6), KG))),),
)
Edit = Callable[[dict[str, Any]], None]


def lying(edit: Edit, *notes: Note, claims: frozenset[str] | None = None) -> Format:
    """The domestic format with a writer that edits its document behind its own back."""

    def write(declaration: Declaration, context: Context) -> Writing:
        assert FORMAT.write is not None
        honest = FORMAT.write(declaration, context)
        document = json.loads(honest.package.only.data)
        edit(document)
        member = Member("d.json", "application/json", json.dumps(document).encode())
        return Writing(Package((member,)), notes, honest.claims if claims is None else claims)

    return with_changes(FORMAT, write=write)


def told(edit: Edit, *notes: Note, claims: frozenset[str] | None = None) -> Written:
    return run_writer(lying(edit, *notes, claims=claims), DECLARATION, Context())


def caught(edit: Edit, *notes: Note, claims: frozenset[str] | None = None) -> list[tuple[str, str]]:
    """The codes and places of what the run says of a lie."""
    with pytest.raises(GatewayError) as error:
        told(edit, *notes, claims=claims)
    found = flatten(error.value)
    assert all(isinstance(one, InternalError) for one in found)
    return [(one.error_code.removeprefix("internal."), one.path) for one in found]


def nothing(document: dict[str, Any]) -> None:
    """An honest writer."""


def drop_model(document: dict[str, Any]) -> None:
    del document["product"]["model"]


def other_mass(document: dict[str, Any]) -> None:
    document["product"]["massKg"] = "3"


def add_brand(document: dict[str, Any]) -> None:
    document["product"]["brand"] = "B"


NO_CLAIMS: frozenset[str] = frozenset()


class TestHonesty:
    """What an honest writer gets: one note for each leaf that did not arrive, none for the others."""

    def test_nothing_lost_is_no_note(self) -> None:
        written = told(nothing)
        assert written.notes == ()
        assert written.carried == set(by_path(DECLARATION))

    def test_a_leaf_left_out_becomes_one_dropped_note(self) -> None:
        (note,) = told(drop_model, claims=NO_CLAIMS).notes
        assert (note.code, note.path, note.fate, note.value) == (
            "codec.no-place",
            "/product/model",
            Fate.DROPPED,
            "M",
        )

    def test_a_dropped_result_says_its_kilograms(self) -> None:
        def drop(document: dict[str, Any]) -> None:
            del document["results"]

        notes = {note.path: note for note in told(drop, claims=NO_CLAIMS).notes}
        assert notes["/results/declared/carbon/total"].kg == Decimal(6)

    def test_an_amount_of_a_line_puts_the_lines_result_at_stake(self) -> None:
        def drop(document: dict[str, Any]) -> None:
            del document["lines"][0]["factor"]

        (note,) = told(drop, claims=NO_CLAIMS).notes
        assert (note.path, note.kg) == ("/lines/a~1b/factor/value", Decimal(6))

    def test_a_change_with_its_note_passes(self) -> None:
        note = Note("input.number-spelling", "/product/mass", Fate.ROUNDED, written="3 kg")
        (kept,) = told(other_mass, note, claims=NO_CLAIMS).notes
        assert (kept.value, kept.written) == ("2.50 kg", "3 kg")

    def test_an_addition_with_its_note_passes(self) -> None:
        note = Note("input.number-spelling", "/product/brand", Fate.DEFAULTED, written="B")
        assert told(add_brand, note).notes == (note,)


class TestLies:
    """Each way to lie is caught and nothing leaves the house."""

    def test_claimed_and_not_carried(self) -> None:
        assert caught(drop_model) == [("claimed-not-carried", "/product/model")]

    def test_claimed_and_changed(self) -> None:
        note = Note("input.number-spelling", "/product/mass", Fate.ROUNDED)
        assert caught(other_mass, note) == [("claimed-not-carried", "/product/mass")]

    def test_a_change_without_a_word(self) -> None:
        assert caught(other_mass, claims=NO_CLAIMS) == [("unexplained-difference", "/product/mass")]

    def test_an_addition_without_a_word(self) -> None:
        assert caught(add_brand) == [("unexplained-difference", "/product/brand")]

    def test_a_note_on_a_leaf_that_arrived(self) -> None:
        note = Note("codec.no-place", "/product/model", Fate.DROPPED)
        assert caught(nothing, note) == [("needless-note", "/product/model")]

    def test_a_note_on_nothing(self) -> None:
        note = Note("codec.no-place", "/product/colour", Fate.DROPPED)
        assert caught(nothing, note) == [("note-on-nothing", "/product/colour")]

    def test_an_addition_that_was_not_added(self) -> None:
        note = Note("input.number-spelling", "/product/brand", Fate.DEFAULTED)
        assert caught(nothing, note) == [("note-on-nothing", "/product/brand")]

    def test_two_notes_on_one_leaf(self) -> None:
        note = Note("codec.no-place", "/product/model", Fate.DROPPED)
        assert caught(drop_model, note, note, claims=NO_CLAIMS) == [("two-notes", "/product/model")]

    @pytest.mark.parametrize("fate", [Fate.DROPPED, Fate.DEFAULTED, Fate.UNREAD])
    def test_a_change_called_something_else(self, fate: Fate) -> None:
        note = Note("codec.no-place", "/product/mass", fate)
        found = caught(other_mass, note, claims=NO_CLAIMS)
        assert found == [("unexplained-difference", "/product/mass")]

    @pytest.mark.parametrize("fate", [Fate.CONVERTED, Fate.DROPPED, Fate.WITHHELD])
    def test_an_addition_called_something_else(self, fate: Fate) -> None:
        note = Note("codec.no-place", "/product/brand", fate)
        assert ("unexplained-difference", "/product/brand") in caught(add_brand, note)

    def test_output_that_breaks_our_own_schema(self) -> None:
        def number(document: dict[str, Any]) -> None:
            document["product"]["massKg"] = 2.5

        (found,) = caught(number)
        assert found == ("output-breaks-schema", "/product/massKg")

    def test_an_empty_value_that_comes_back_full(self) -> None:
        empty = DECLARATION.model_copy(
            update={"document": Document(id="d1", version=Missing(missing=Reason.NULL))}
        )

        def fill(document: dict[str, Any]) -> None:
            document["document"]["version"] = "1.0"

        with pytest.raises(InternalError) as error:
            run_writer(lying(fill, claims=NO_CLAIMS), empty, Context())
        assert error.value.path == "/document/version"

    def test_all_lies_are_told_together(self) -> None:
        def edit(document: dict[str, Any]) -> None:
            drop_model(document)
            other_mass(document)
            add_brand(document)

        assert len(caught(edit)) == 4


class TestReaders:
    """Only our own errors come out of a reader."""

    @pytest.mark.parametrize("failure", [RecursionError, MemoryError])
    def test_exhaustion_is_ours(self, failure: type[Exception]) -> None:
        def read(package: Package, context: Context) -> Reading:
            raise failure

        with pytest.raises(InternalError) as error:
            run_reader(with_changes(FORMAT, read=read), Package.of(b"{}"), Context())
        assert error.value.error_code == "internal.reader-failed"

    def test_a_format_that_is_only_read_says_so(self) -> None:
        with pytest.raises(UsageError) as error:
            run_writer(with_changes(FORMAT, write=None), DECLARATION, Context())
        assert error.value.error_code == "usage.format-not-written"


def test_stake_of_what_has_none() -> None:
    assert stake(DECLARATION, "/product/mass", DECLARATION.product.mass) is None
    assert stake(DECLARATION, "/document/id", "d1") is None


def test_leaves_are_shown_on_one_line() -> None:
    assert shown(Quantity(Decimal("2.50"), "kg")) == "2.50 kg"
    assert shown(Missing(missing=Reason.CUT_OFF)) == "cut-off"
    assert shown("a\nb") == "a\\u000ab"
