"""Packages in another list's words: flows change; every reference, amount and class stands after it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from gateway.codec.base import Context, Evidence
from gateway.codec.datasets import bundle_of, measured
from gateway.codec.shelf import FileShelf
from gateway.errors import UsageError
from gateway.formats.datasets import find_dataset_format
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, DatasetKind, Key, Reference
from gateway.model.inventory import (
    CarbonClass,
    Flow,
    FlowKind,
    FlowProperty,
    FlowPropertyValue,
    UnitEntry,
    UnitGroup,
)
from gateway.model.process import Direction, Distribution, Exchange, Process, Uncertainty
from gateway.nomenclature.match import Match
from gateway.nomenclature.row import Abstained, End, MapRow, Tier
from gateway.pipeline.datasets import Datasets, convert_datasets
from gateway.pipeline.translate_datasets import TranslatedDatasets, translate_datasets
from gateway.quantity.number import Number

AIR = ("Emissions", "Emissions to air", "Emissions to air, unspecified")
# EF reference package 3.1
CO2_FOSSIL = "08a91e70-3ddc-11dd-923d-0050c2490048"
MASS, MASS_UNITS = "93a60a56-a3c8-11da-a746-0800200b9a66", "93a60a57-a4c8-11da-a746-0800200c9a66"


def number(text: str) -> Number:
    return Number(Decimal(text))


def id_of(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012d}"


def flow(n: int, name: str, kind: FlowKind = FlowKind.ELEMENTARY, **more: object) -> Flow:
    value = FlowPropertyValue(flow_property=Reference(uuid=id_of(90)), mean=number("1"), is_reference=True)
    words = LangText({"en": name})
    context = AIR if kind is FlowKind.ELEMENTARY else ()
    return Flow.model_validate(
        {"id": id_of(n), "version": "01.00.000", "name": words, "kind": kind, "compartment": context}
        | {"properties": (value,)}
        | more
    )


def exchange(n: int, amount: str, **more: object) -> Exchange:
    facts = {"id": str(n), "flow": Reference(uuid=id_of(n)), "amount": number(amount)}
    return Exchange.model_validate(facts | {"direction": Direction.OUTPUT} | more)


def package(*exchanges: Exchange, flows: tuple[Flow, ...]) -> Datasets:
    """Tonnes are the unit of the package, so that every amount has to be converted."""
    datasets: list[Dataset] = [
        UnitGroup(
            id=id_of(91),
            version="01.00.000",
            name=LangText({"en": "Tonnes"}),
            reference_unit="0",
            units=(UnitEntry(id="0", name="t", factor=number("1")),),
        ),
        FlowProperty(
            id=id_of(90),
            version="01.00.000",
            name=LangText({"en": "Mass in tonnes"}),
            unit_group=Reference(uuid=id_of(91)),
        ),
        *flows,
        Process(id=id_of(99), version="01.00.000", name=LangText({"en": "Kiln"}), exchanges=exchanges),
    ]
    format_ = find_dataset_format("ilcd")
    return Datasets(format_, Evidence(3, ()), bundle_of(datasets), Context())


def process_of(found: TranslatedDatasets) -> Process:
    (key,) = (key for key in found.datasets.bundle.keys if key.kind is DatasetKind.PROCESS)
    process = found.datasets.bundle.read(key).dataset
    assert isinstance(process, Process)
    return process


FOSSIL = flow(1, "Carbon dioxide, fossil", carbon_class=CarbonClass.FOSSIL)
LIME = flow(2, "Carbon dioxide", FlowKind.PRODUCT)
BLEND = flow(3, "R-410A")
METHANE = flow(4, "Methane")
ODD = flow(5, "unobtainium")


class TestFlows:
    def test_the_flow_of_the_target_is_in_the_package(self) -> None:
        made = translate_datasets(package(exchange(1, "2"), flows=(FOSSIL,)), target="ef-3.1")
        bundle = made.datasets.bundle
        (one,) = process_of(made).exchanges
        assert one.flow.uuid == CO2_FOSSIL
        key = bundle.find(DatasetKind.FLOW, one.flow)
        assert key is not None
        found = bundle.read(key).dataset
        assert isinstance(found, Flow)
        assert (found.compartment, found.kind, found.cas) == (AIR, FlowKind.ELEMENTARY, "124-38-9")
        counted = measured(one.flow, bundle)
        assert counted is not None
        assert (counted.unit, counted.flow_property.uuid) == ("kg", MASS)
        assert bundle.find(DatasetKind.UNIT_GROUP, Reference(uuid=MASS_UNITS)) is not None

    def test_what_nothing_names_any_more_is_left_out(self) -> None:
        made = translate_datasets(package(exchange(1, "2"), flows=(FOSSIL, ODD)), target="ef-3.1")
        assert made.replaced == (Key(DatasetKind.FLOW, id_of(1), "01.00.000"),)
        assert made.datasets.bundle.find(DatasetKind.FLOW, Reference(uuid=id_of(1))) is None
        assert made.datasets.bundle.find(DatasetKind.FLOW, Reference(uuid=id_of(5))) is not None

    def test_a_product_is_no_elementary_flow(self) -> None:
        told = exchange(2, "2")
        made = translate_datasets(package(told, flows=(LIME,)), target="ef-3.1")
        assert process_of(made).exchanges == (told,)
        assert made.entries == ()

    def test_a_flow_that_is_the_targets_own_stays_as_it_is(self) -> None:
        own = FOSSIL.model_copy(update={"id": CO2_FOSSIL})
        told = exchange(1, "2", flow=Reference(uuid=CO2_FOSSIL))
        made = translate_datasets(package(told, flows=(own,)), target="ef-3.1")
        assert process_of(made).exchanges == (told,)
        assert [entry.applied for _, entry in made.entries] == [True]
        assert made.replaced == ()

    @pytest.mark.parametrize("name", ["carbon dioxide (biogenic)", "methane (land use change)"])
    def test_the_carbon_class_of_a_list_that_tells_it_by_name(self, name: str) -> None:
        def match(end: End) -> Match:
            target = End("EF 3.1", "3.1", id_of(40), name, context=AIR, unit="kg")
            return Match(end, (MapRow(end, target, tier=Tier.NAME),))

        made = translate_datasets(package(exchange(1, "1"), flows=(FOSSIL,)), target="ef-3.1", match=match)
        assert all(not sent.refused for sent in convert_datasets(made.datasets, to="ilcd"))


class TestAmounts:
    def test_exactly_in_the_unit_of_the_target(self) -> None:
        spread = Uncertainty(
            distribution=Distribution.NORMAL, spread=number("0.1"), minimum=number("0.2"), maximum=number("3")
        )
        told = exchange(1, "0.3", mean_amount=number("0.1"), parameter="p", formula="p*3", uncertainty=spread)
        made = translate_datasets(package(told, flows=(FOSSIL,)), target="ef-3.1")
        (one,) = process_of(made).exchanges
        assert (one.amount, one.mean_amount, one.unit) == (number("300"), number("100"), "kg")
        assert one.formula == "(p*3)*1000"
        uncertainty = one.uncertainty
        assert (uncertainty.spread, uncertainty.minimum, uncertainty.maximum) == (
            number("100"),
            number("200"),
            number("3000"),
        )

    def test_a_geometric_deviation_has_no_unit(self) -> None:
        spread = Uncertainty(distribution=Distribution.LOG_NORMAL, spread=number("1.1"), centre=number("2"))
        told = exchange(1, "2", uncertainty=spread)
        made = translate_datasets(package(told, flows=(FOSSIL,)), target="ef-3.1")
        found = process_of(made).exchanges[0].uncertainty
        assert (found.spread, found.centre) == (number("1.1"), number("2000"))

    def test_a_blend_is_split_and_adds_up(self) -> None:
        """R-410A is half HFC-32 and half HFC-125."""
        made = translate_datasets(
            package(exchange(3, "2"), exchange(2, "1"), flows=(BLEND, LIME)), target="ef-3.1"
        )
        first, product, second = process_of(made).exchanges
        assert product == exchange(2, "1")
        assert [(e.id, e.amount, e.unit) for e in (first, second)] == [
            ("3.1", number("1000"), "kg"),
            ("3.2", number("1000"), "kg"),
        ]

    def test_a_unit_that_nobody_told_moves_nothing(self) -> None:
        bare = FOSSIL.model_copy(update={"properties": ()})
        told = exchange(1, "2")
        made = translate_datasets(package(told, flows=(bare,)), target="ef-3.1")
        assert process_of(made).exchanges == (told,)
        assert [entry.abstained for _, entry in made.entries] == [Abstained.UNIT]

    def test_a_unit_without_a_property_that_we_know(self) -> None:
        def match(end: End) -> Match:
            return Match(end, (MapRow(end, End("L", "1", "x", "there", unit="parsec"), tier=Tier.NAME),))

        told = exchange(1, "2")
        made = translate_datasets(package(told, flows=(FOSSIL,)), target="ef-3.1", match=match)
        assert process_of(made).exchanges == (told,)
        assert [entry.abstained for _, entry in made.entries] == [Abstained.UNIT]


class TestReport:
    def test_what_is_at_stake(self) -> None:
        """2 t of methane are at most 2,000 × 29.8 kg CO2e; the class is not told."""
        datasets = package(exchange(4, "2"), exchange(5, "1"), flows=(METHANE, ODD))
        made = translate_datasets(datasets, target="ef-3.1")
        assert made.lost == Fraction(59600)
        assert [(one.entry.source.name, one.entry.abstained) for one in made.summary] == [
            ("Methane", Abstained.CARBON_CLASS),
            ("unobtainium", Abstained.NOT_LOOKED_UP),
        ]
        assert [f.code for f in made.findings] == ["translate.unmapped-gas", "translate.not-looked-up"]
        assert process_of(made).exchanges == (exchange(4, "2"), exchange(5, "1"))

    def test_each_name_once_with_all_that_it_loses(self) -> None:
        told = exchange(4, "2")
        again = told.model_copy(update={"id": "7"})
        made = translate_datasets(package(told, again, flows=(METHANE,)), target="ef-3.1")
        (one,) = made.summary
        assert (one.times, one.entry.kg, one.entry.amount) == (2, Decimal(119200), None)

    def test_a_flow_that_is_not_in_the_package(self) -> None:
        there = Reference(uuid=CO2_FOSSIL.upper())
        gone = Reference(uuid=id_of(77), name=LangText({"en": "Carbon dioxide, fossil"}))
        nothing = exchange(4, "1", flow=Reference())
        told = (exchange(2, "2", flow=there), exchange(3, "3", flow=gone), nothing)
        made = translate_datasets(package(*told, flows=()), target="ef-3.1")
        assert process_of(made).exchanges == told  # an identifier is known; a name alone decides nothing
        found = [(entry.source.name, bool(entry.rows), entry.abstained) for _, entry in made.entries]
        assert found == [
            ("", True, None),
            ("Carbon dioxide, fossil", False, Abstained.NO_DATASET),
            ("", False, Abstained.NO_DATASET),
        ]
        assert len([one for one in made.findings if one.code == "translate.unmapped-flow"]) == 2
        assert made.datasets.bundle.find(DatasetKind.FLOW, there) is not None  # the list's own, beside it

    def test_no_target(self) -> None:
        with pytest.raises(UsageError) as caught:
            translate_datasets(package(flows=()), target="ef-3.0")
        assert caught.value.error_code == "translate.unknown-target"


@pytest.mark.parametrize("to", ["ilcd", "openlca"])
def test_written_and_read_again(to: str) -> None:
    """The references of the output lead to the flows of the target, with the amounts that were told."""
    grey = flow(6, "Lime", FlowKind.PRODUCT)
    product = exchange(6, "1", is_reference=True)
    made = translate_datasets(
        package(product, exchange(1, "0.25"), exchange(3, "2"), flows=(grey, FOSSIL, BLEND)), target="ef-3.1"
    )
    files: dict[str, bytes] = {}
    for sent in convert_datasets(made.datasets, to=to):
        if sent.member is not None:
            files[sent.member.name] = sent.member.data
    bundle = find_dataset_format(to).open(FileShelf("", files), made.datasets.context)
    (process,) = (bundle.read(k).dataset for k in bundle.keys if k.kind is DatasetKind.PROCESS)
    assert isinstance(process, Process)
    amounts = {}
    for one in process.exchanges:
        key = bundle.find(DatasetKind.FLOW, one.flow)
        assert key is not None
        name = bundle.read(key).dataset.name
        assert isinstance(name, LangText)
        amounts[name.pick("en")[1]] = one.amount  # type: ignore[index]
    assert amounts["carbon dioxide (fossil)"] == number("250")
    assert amounts["HFC-125"] == amounts["HFC-32"] == number("1000")
