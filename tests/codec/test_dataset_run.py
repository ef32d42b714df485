"""Bundles are written so that every leaf of every data set is carried, noted once, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.codec.base import Context, Member
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.datasets import (
    Bundle,
    DatasetFormat,
    IndexedBundle,
    Piece,
    bundle_of,
    key_of,
    measured,
    version_number,
)
from gateway.codec.shelf import Shelf
from gateway.errors import InputError
from gateway.messages import Lang, explain
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, DatasetKind, Key, Reference
from gateway.model.inventory import Flow, FlowKind, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.model.process import Direction, Exchange, Process
from gateway.quantity.number import Number
from gateway.report import Fate, Finding, Note

MASS, GROUP, STEEL, MILL = "mass", "group", "steel", "mill"


def number(text: str) -> Number:
    return Number.read(text)


def package() -> Bundle:
    """A mill that gives 1 t of steel; the unit stands behind the flow."""
    units = (
        UnitEntry(id="0", name="kg", factor=number("1")),
        UnitEntry(id="1", name="t", factor=number("1000")),
    )
    quantity = FlowPropertyValue(flow_property=Reference(uuid=MASS), mean=number("1"), is_reference=True)
    made = Exchange(
        id="7",
        flow=Reference(uuid=STEEL, version="01.00", uri="../flows/steel.xml", name=LangText({"zh": "钢"})),
        direction=Direction.OUTPUT,
        amount=number("1000.0"),
        is_reference=True,
    )
    return bundle_of(
        [
            UnitGroup(id=GROUP, reference_unit="0", units=units),
            FlowProperty(id=MASS, unit_group=Reference(uuid=GROUP)),
            Flow(
                id=STEEL,
                version="01.00.000",
                name=LangText({"zh": "钢", "en": "Steel"}),
                mix=LangText({"en": "at plant"}),
                kind=FlowKind.PRODUCT,
                properties=(quantity,),
            ),
            Process(id=MILL, name=LangText({"zh": "钢厂", "en": "mill"}), exchanges=(made,)),
        ],
        {"doc.pdf": b"%PDF"},
    )


Change = Callable[[Dataset], Dataset]


class Toy:
    """A format whose files are names of data sets that it holds in memory, changed on the way."""

    def __init__(
        self,
        change: Change = lambda one: one,
        notes: Mapping[str, tuple[Note, ...]] | None = None,
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        self.change, self.notes, self.renamed = change, notes or {}, renamed or {}
        self.stored: dict[str, Dataset] = {}

    @property
    def format(self) -> DatasetFormat:
        return DatasetFormat(
            "toy@1", {"en": "toy", "zh": "玩具"}, "text/plain", lambda _: None, self.open, self.write
        )

    def open(self, shelf: Shelf, _: Context) -> Bundle:
        return bundle_of([self.stored[name] for name in shelf.names])

    def write(self, bundle: Bundle, _: Context) -> Iterator[Piece]:
        for key in bundle.keys:
            made = self.change(bundle.read(key).dataset)
            self.stored[f"{made.id}.toy"] = made
            notes = {key: self.notes.get(key.id, ())}
            renamed = {key: self.renamed} if key.kind is DatasetKind.PROCESS else {}
            yield Piece(Member(f"{made.id}.toy", "text/plain", b""), {key: key_of(made)}, notes, renamed)


def sent(toy: Toy, bundle: Bundle | None = None) -> list[Sent]:
    return list(write_bundle(toy.format, bundle or package(), Context()))


def notes_on(found: list[Sent], id_: str) -> list[tuple[str, Fate]]:
    accounts = [account for one in found for key, account in one.accounts.items() if key.id == id_]
    return [(note.path, note.fate) for account in accounts for note in account.notes]


def refused(found: list[Sent]) -> list[str]:
    """The reasons of what was not written; its file is not given out."""
    errors = [error for one in found for told in one.refused.values() for error in told]
    assert all(one.member is None for one in found if one.refused)
    return [error.error_code for error in errors]


def of_exchange(**changes: object) -> Change:
    """The process with another exchange."""

    def change(one: Dataset) -> Dataset:
        if not isinstance(one, Process):
            return one
        return one.model_copy(update={"exchanges": (one.exchanges[0].model_copy(update=changes),)})

    return change


class TestAccount:
    """Each leaf of each data set."""

    def test_nothing_is_lost(self) -> None:
        found = sent(Toy())
        assert [account.notes for one in found for account in one.accounts.values()] == [()] * 4

    def test_labels_of_data_sets_in_the_package_only_repeat_them(self) -> None:
        bare = of_exchange(flow=Reference(uuid=STEEL))
        assert notes_on(sent(Toy(bare)), MILL) == []

    @pytest.mark.parametrize(
        ("label", "lost"),
        [
            ({"en": "steel;  at plant", "zh": "钢"}, []),
            ({"en": "steel, recycled", "zh": "钢", "es": "acero"}, ["en", "es"]),
        ],
    )
    def test_words_that_stand_only_in_a_label_are_noted(self, label: dict[str, str], lost: list[str]) -> None:
        named = package()
        told = [named.read(key).dataset for key in named.keys]
        told = [of_exchange(flow=Reference(uuid=STEEL, name=LangText(label)))(one) for one in told]
        own_name = of_exchange(flow=Reference(uuid=STEEL, name=LangText({"en": "Steel"})))
        noted = [(f"/exchanges/7/flow/name/{lang}", Fate.DROPPED) for lang in lost]
        assert notes_on(sent(Toy(own_name), bundle_of(told)), MILL) == noted
        assert notes_on(sent(Toy(), bundle_of(told)), MILL) == []

    def test_a_unit_beside_the_amount_is_that_of_the_flow(self) -> None:
        beside = of_exchange(unit="kg", flow_property=Reference(uuid=MASS))
        assert notes_on(sent(Toy(beside)), MILL) == []

    def test_a_dropped_name_is_noted(self) -> None:
        def english(one: Dataset) -> Dataset:
            return one.model_copy(update={"name": LangText({"en": "mill"})}) if one.id == MILL else one

        assert notes_on(sent(Toy(english)), MILL) == [("/name/zh", Fate.DROPPED)]

    def test_an_invention_is_refused(self) -> None:
        def invented(one: Dataset) -> Dataset:
            return one.model_copy(update={"changed": "2026-01-01"}) if one.id == MILL else one

        assert refused(sent(Toy(invented))) == ["internal.unexplained-difference"]

    def test_a_source_with_errors_is_no_bug_of_ours(self) -> None:
        def invented(one: Dataset) -> Dataset:
            return one.model_copy(update={"changed": "2026-01-01"}) if one.id == MILL else one

        whole = package()
        mill = next(key for key in whole.keys if key.id == MILL)
        wrong = replace(whole.read(mill), findings=(Finding("xml.not-unique", "mill.xml /name[2]"),))
        broken = IndexedBundle(
            dict.fromkeys(whole.keys), lambda key, _: wrong if key == mill else whole.read(key)
        )
        found = sent(Toy(invented), broken)
        assert refused(found) == ["dataset.defects-in-the-way"]
        (error,) = [error for one in found for told in one.refused.values() for error in told]
        assert (error.path, error.params["first"]) == ("/changed", "mill.xml /name[2]")
        langs: tuple[Lang, ...] = ("en", "zh")
        for lang in langs:
            assert "mill.xml /name[2]" in explain(error, lang).what

    @pytest.mark.parametrize("keeps", [True, False])
    def test_what_the_source_does_not_tell_is_not_told(self, keeps: bool) -> None:
        """A side by default: a format that leaves it open, too, may be written."""
        whole = package()
        mill = next(key for key in whole.keys if key.id == MILL)
        open_side = replace(whole.read(mill), untold=frozenset({"/exchanges/7/direction"}))
        source = IndexedBundle(
            dict.fromkeys(whole.keys), lambda key, _: open_side if key == mill else whole.read(key)
        )

        class Open(Toy):
            def open(self, shelf: Shelf, context: Context) -> Bundle:
                back = super().open(shelf, context)
                side = frozenset({"/exchanges/a/direction"}) if keeps else frozenset()
                return IndexedBundle(
                    dict.fromkeys(back.keys), lambda key, _: replace(back.read(key), untold=side)
                )

        found = sent(Open(of_exchange(id="a"), renamed={"7": "a"}), source)
        assert refused(found) == ([] if keeps else ["dataset.not-told"])

    def test_other_ids_are_followed(self) -> None:
        def renumbered(one: Dataset) -> Dataset:
            one = of_exchange(id="a", flow=Reference(uuid="new-steel"))(one)
            return one.model_copy(update={"id": f"new-{one.id}"}) if one.id == STEEL else one

        found = sent(Toy(renumbered, {STEEL: (Note("x", "/id", Fate.CONVERTED),)}, {"7": "a"}))
        assert notes_on(found, STEEL) == [("/id", Fate.CONVERTED)]
        assert notes_on(found, MILL) == [("/", Fate.CONVERTED)]


class TestGuard:
    """A quantity, its direction and its being the reference never change, whatever a writer notes."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": Number(Decimal(1001))},
            {"amount": Number(Decimal(1)), "unit": "kg"},
            {"direction": Direction.INPUT},
            {"is_reference": False},
        ],
        ids=["amount", "unit", "direction", "reference"],
    )
    def test_another_quantity_is_refused(self, changes: dict[str, object]) -> None:
        notes = tuple(Note("x", f"/exchanges/7/{name}", Fate.CONVERTED) for name in changes)
        assert refused(sent(Toy(of_exchange(**changes), {MILL: notes}))) == ["internal.quantity-changed"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": Number(Decimal(1)), "unit": "t"},
            {"amount": Number(Decimal(-1000)), "direction": Direction.INPUT},
        ],
        ids=["unit", "sign"],
    )
    def test_the_same_quantity_in_other_words(self, changes: dict[str, object]) -> None:
        notes = tuple(Note("x", f"/exchanges/7/{name}", Fate.CONVERTED) for name in changes)
        found = notes_on(sent(Toy(of_exchange(**changes), {MILL: notes})), MILL)
        assert {path for path, _ in found} == {f"/exchanges/7/{name}" for name in changes}

    def test_without_its_unit_group_a_converted_amount_says_nothing(self) -> None:
        """The amount was put into the unit behind the flow, and the group of that unit was refused."""

        class Groupless(Toy):
            def write(self, bundle: Bundle, context: Context) -> Iterator[Piece]:
                for piece in super().write(bundle, context):
                    (key,) = piece.becomes
                    lost = {key: (InputError("x", code="input.no-package"),)}
                    yield Piece(None, refused=lost) if key.id == GROUP else piece

        whole = package()
        told = [whole.read(key).dataset for key in whole.keys]
        told = [of_exchange(amount=Number(Decimal(1)), unit="t")(one) for one in told]
        toy = Groupless(of_exchange(amount=Number(Decimal(1000)), unit=None))
        assert refused(sent(toy, bundle_of(told))) == ["input.no-package", "dataset.exchange-unwritable"]


class TestBundle:
    """What a reference means."""

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("01.00", "01.00.000"),
            ("01.00.000", "01.00.000"),
            ("02.00", "02.00"),
            ("09", "02.00"),
            (None, "02.00"),
        ],
    )
    def test_a_version_is_a_number(self, asked: str | None, found: str) -> None:
        flows = [Flow(id="F", version="01.00.000"), Flow(id="F", version="02.00")]
        key = bundle_of(flows).find(DatasetKind.FLOW, Reference(uuid="F", version=asked))
        assert key == Key(DatasetKind.FLOW, "F", found)
        assert version_number("1.0") == version_number("01.00.000")

    def test_a_broken_chain_has_no_unit(self) -> None:
        whole = package()
        flow = whole.read(Key(DatasetKind.FLOW, STEEL, "01.00.000")).dataset
        assert measured(Reference(uuid=STEEL), bundle_of([flow])) is None
        assert (measured(Reference(uuid=STEEL), whole) or pytest.fail("no unit")).unit == "kg"

    def test_what_is_not_here_is_said(self) -> None:
        with pytest.raises(InputError) as caught:
            package().read(Key(DatasetKind.FLOW, "x"))
        assert caught.value.error_code == "dataset.not-here"


def test_an_output_that_breaks_its_schema_is_refused() -> None:
    toy = Toy()
    wrong = (Finding("toy.wrong", "/x"),)
    found = list(write_bundle(replace(toy.format, validate=lambda _: wrong), package(), Context()))
    assert set(refused(found)) == {"internal.output-breaks-schema"}
    assert [one.member for one in found] == [None] * 4
