"""What others say in their own way, in the words of EcoSpold: exact, told, and never made up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from gateway.codec.base import Context
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.datasets import Bundle, DatasetFormat
from gateway.codec.shelf import FileShelf
from gateway.formats.ecospold import ECOSPOLD1, ECOSPOLD2
from gateway.formats.ecospold.values import exponential, logarithm, number, root, settled, spell, square
from gateway.formats.openlca import OPENLCA
from gateway.model.dataset import DatasetKind, Key
from gateway.model.process import Direction, Distribution, Exchange, Period, Process, Uncertainty
from gateway.quantity.exact import own_arithmetic
from gateway.quantity.number import Number
from gateway.report import Fate, Note

from . import worlds

BOTH = pytest.mark.parametrize("format_", [ECOSPOLD1, ECOSPOLD2], ids=lambda f: f.folder)


@own_arithmetic
def sent(format_: DatasetFormat, *processes: Process, **options: str) -> list[Sent]:
    return list(write_bundle(format_, worlds.world(*processes), Context(options=options)))


def documents(found: list[Sent]) -> dict[str, bytes]:
    return {one.member.name: one.member.data for one in found if one.member is not None}


def again(format_: DatasetFormat, found: list[Sent]) -> Bundle:
    return format_.open(FileShelf("out", documents(found)), Context())


def only(bundle: Bundle) -> Process:
    (found,) = (bundle.read(key).dataset for key in bundle.keys if key.kind is DatasetKind.PROCESS)
    assert isinstance(found, Process)
    return found


def notes(found: list[Sent], id_: str) -> Mapping[str, Note]:
    return {
        n.path: n for one in found for key, told in one.accounts.items() if key.id == id_ for n in told.notes
    }


def by_name(process: Process, bundle: Bundle, name: str) -> Exchange:
    return next(e for e in process.exchanges if name in str(e.flow.name))


@BOTH
def test_a_treated_waste_is_an_output_below_zero(format_: DatasetFormat) -> None:
    found = sent(format_, worlds.treatment())
    process = only(again(format_, found))
    (reference,) = process.references
    assert (reference.direction, reference.amount) == (Direction.OUTPUT, Number(Decimal(-10)))
    told = notes(found, worlds.TREATMENT)
    assert told["/exchanges/0/amount"].fate is Fate.CONVERTED
    assert told["/exchanges/0/direction"].fate is Fate.CONVERTED


@BOTH
def test_one_meaning_of_spread(format_: DatasetFormat) -> None:
    """1.1 is the geometric standard deviation; its square, or that of its logarithm, is printed."""
    found = sent(format_, worlds.making())
    data = etree.fromstring(next(iter(documents(found).values())))
    if format_ is ECOSPOLD1:
        entry = next(node for node in data.iter("{*}exchange") if node.get("uncertaintyType"))
        assert (entry.get("uncertaintyType"), entry.get("standardDeviation95")) == ("1", "1.21")
    else:
        (entry,) = data.iter("{*}lognormal")
        variance = Decimal(str(entry.get("varianceWithPedigreeUncertainty")))
        assert abs(variance - Decimal("1.1").ln() ** 2) < Decimal("1e-20")
    back = by_name(only(again(format_, found)), again(format_, found), "fossil")
    assert isinstance(back.uncertainty.spread, Number)
    assert spell(settled(back.uncertainty.spread))[0] == "1.1"


@BOTH
def test_both_languages_of_names_and_comments(format_: DatasetFormat) -> None:
    found = sent(format_, worlds.making())
    bundle = again(format_, found)
    process = only(bundle)
    key = next(
        k for k in bundle.keys if k.kind is DatasetKind.FLOW and "小部件" in str(bundle.read(k).dataset.name)
    )
    flow = bundle.read(key).dataset
    assert str(flow.name) == str(worlds.names("widget", "小部件"))
    data = next(iter(documents(found).values())).decode()
    assert "二氧化碳（化石）" in data
    if format_ is ECOSPOLD2:
        assert "一个过程。" in data
        assert str(process.name) == str(worlds.names("widget making", "小部件生产"))
    else:
        assert 'languageCode="en" localLanguageCode="zh"' in data
        lost = notes(found, worlds.MAKING)
        assert lost["/documents/general/text/zh"].fate is Fate.DROPPED


@BOTH
def test_nobodys_address_leaves_unasked(format_: DatasetFormat) -> None:
    for options in ({}, {"email": "lca@example.com"}):
        data = b"".join(documents(sent(format_, worlds.making(), **options)).values())
        assert b"zhang.san" not in data
        assert (b"lca@example.com" in data) is bool(options)
    if format_ is ECOSPOLD2:
        assert b"not-stated@example.invalid" in b"".join(documents(sent(format_, worlds.making())).values())


def test_the_gases_have_the_ids_that_everybody_uses() -> None:
    data = etree.fromstring(next(iter(documents(sent(ECOSPOLD2, worlds.making())).values())))
    told = {
        e.get("elementaryExchangeId"): (e.get("amount"), e.get("unitId"))
        for e in data.iter("{*}elementaryExchange")
    }
    kg = "487df68b-4994-4027-8fdc-a4dc298257b7"
    assert told == {
        "349b29d1-3e58-4c66-98b9-9d1a076efd2e": ("2", kg),
        "0795345f-c7ae-410c-ad25-1845784c75f5": ("0.01", kg),
        "20185046-64bb-4c09-a8e7-e8a9e144ca98": ("0.001", kg),
        "eba59fd6-f37e-41dc-9ca3-c7ea22d602c7": ("7", kg),
    }
    assert {e.text for e in data.iter("{*}subcompartment")} == {"unspecified"}


def test_formulas_parameters_pedigree_and_providers() -> None:
    process = only(again(ECOSPOLD2, sent(ECOSPOLD2, worlds.making())))
    assert by_name(process, worlds.world(), "methane").formula == "10*scale"
    assert [(p.name, p.value) for p in process.parameters] == [("scale", Number(Decimal(1)))]
    assert by_name(process, worlds.world(), "carbon dioxide (fossil)").uncertainty.pedigree == (1, 2, 3, 4, 5)
    assert by_name(process, worlds.world(), "electricity").provider.uuid == worlds.PLANT


@BOTH
def test_the_same_source_gives_the_same_bytes(format_: DatasetFormat) -> None:
    assert documents(sent(format_)) == documents(sent(format_))


@BOTH
def test_without_place_or_time_nothing_is_made_up(format_: DatasetFormat) -> None:
    bare = worlds.making().model_copy(update={"location": None, "period": Period()})
    found = sent(format_, bare)
    (refused,) = (
        one.refused for one in found if Key(DatasetKind.PROCESS, bare.id, "01.02.003") in one.refused
    )
    assert [error.path for error in refused[Key(DatasetKind.PROCESS, bare.id, "01.02.003")]] == [
        "/location",
        "/period/start",
        "/period/end",
    ]


@pytest.mark.parametrize("printed", ["1.22", "1.0500", "3.14159265358979", "1", "25", "1.000001"])
def test_squares_and_powers_come_back_exactly(printed: str) -> None:
    told = number(printed)
    assert settled(square(root(told))) == told
    assert settled(square(logarithm(exponential(root(told))))) == told


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        (Uncertainty(distribution=Distribution.NORMAL, spread=worlds.n("0.25")), {"2": "0.5"}),
        (
            Uncertainty(
                distribution=Distribution.TRIANGULAR,
                centre=worlds.n("2"),
                minimum=worlds.n("1"),
                maximum=worlds.n("4"),
            ),
            {"3": None},
        ),
    ],
)
def test_other_distributions_come_back(told: Uncertainty, printed: dict[str, Any]) -> None:
    one = worlds.exchange("1", worlds.CO2, "2", Direction.OUTPUT, uncertainty=told)
    own = worlds.exchange("0", worlds.WIDGET, "1", Direction.OUTPUT, is_reference=True)
    found = sent(ECOSPOLD1, worlds.process(worlds.MAKING, worlds.names("making"), own, one))
    data = etree.fromstring(next(iter(documents(found).values())))
    spread = {e.get("uncertaintyType"): e.get("standardDeviation95") for e in data.iter("{*}exchange")}
    spread.pop(None)
    assert spread == printed
    assert only(again(ECOSPOLD1, found)).exchanges[1].uncertainty == told


@BOTH
@pytest.mark.parametrize("changed", [None, "2024-05-06", "2024-05-06T07:08:09Z", "last week"])
def test_the_clock_is_in_no_file(format_: DatasetFormat, changed: str | None) -> None:
    """The same source gives the same bytes whenever it is written; a day or moment is the source's own."""
    process = worlds.making().model_copy(update={"changed": changed})
    world = worlds.world(process)

    def made(year: int) -> dict[str, bytes]:
        context = Context(now=datetime(year, 6, 7, 8, 9, 10, tzinfo=UTC))
        found = list(write_bundle(format_, world, context))
        codes = {e.error_code for one in found for errors in one.refused.values() for e in errors}
        assert not any(code.startswith("internal.") for code in codes)
        return documents(found)

    first = made(2027)
    assert first
    assert first == made(2031)
    whole = b"".join(first.values())
    told = {"2024-05-06": b"2024-05-06T00:00:00", "2024-05-06T07:08:09Z": b"2024-05-06T07:08:09Z"}
    if format_ is ECOSPOLD1:
        assert whole.count(told.get(str(changed), b"0001-01-01T00:00:00")) == 2
    else:
        assert whole.count(b"fileTimestamp") == (1 if changed in told else 0)


def test_that_nobody_told_a_moment_is_told_to_nobody() -> None:
    """A moment that stands there because the format asks for one is no fact for other formats."""
    made = sent(ECOSPOLD1, worlds.making().model_copy(update={"changed": None}))
    bundle = again(ECOSPOLD1, made)
    assert only(bundle).changed is None
    here = documents(list(write_bundle(ECOSPOLD1, bundle, Context())))
    assert here
    assert all(b'timestamp="0001-01-01T00:00:00"' in data for data in here.values())
    there = documents(list(write_bundle(OPENLCA, bundle, Context())))
    assert there
    assert not any(b"0001-01-01T" in data for data in there.values())
