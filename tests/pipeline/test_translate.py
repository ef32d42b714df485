"""A document in another list's words: what is applied, with its evidence, and what is lost, in kilograms."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

import gateway
from gateway.errors import UsageError
from gateway.model.activity import EmissionFactor, GasAmount, Line, Place
from gateway.model.base import LangText
from gateway.model.dataset import Reference
from gateway.model.declaration import Declaration
from gateway.model.inventory import CarbonClass, Flow, FlowKind
from gateway.model.process import Direction, Exchange, Process
from gateway.model.results import ResultSet
from gateway.nomenclature.match import Match
from gateway.nomenclature.row import Abstained, End, MapRow, Tier
from gateway.pipeline.translate import translate
from gateway.pipeline.translation import TARGETS, Translation
from gateway.quantity import Quantity
from gateway.quantity.number import Number

AIR = ("Emissions", "Emissions to air", "Emissions to air, unspecified")
# EF reference package 3.1
CO2_FOSSIL = "08a91e70-3ddc-11dd-923d-0050c2490048"


def mass(number: str, unit: str = "kg") -> Quantity:
    return Quantity(Decimal(number), unit)


def declared(*gases: tuple[str, str], unit: str = "kg") -> Declaration:
    amounts = tuple(GasAmount(gas=name, amount=mass(number, unit)) for name, number in gases)
    return Declaration(lines=(Line(id="L", result_by_gas=amounts),))


def gases_of(found: Translation[Declaration]) -> dict[str, str]:
    return {gas.gas: str(gas.amount) for gas in found.document.lines[0].result_by_gas}


def codes(found: Translation[Declaration]) -> list[str]:
    return [finding.code for finding in found.report.findings]


class TestGases:
    """By our own tables, without any list."""

    def test_applied_with_its_evidence(self) -> None:
        found = translate(declared(("CO2-fossil", "100")), target="ef-3.1")
        (entry,) = found.entries
        assert entry.rows[0].target.id == CO2_FOSSIL
        assert entry.rows[0].tier is Tier.CURATED
        assert entry.rows[0].evidence[0].source == "gases/names.csv"
        assert gases_of(found) == {"carbon dioxide (fossil)": "100 kg"}
        assert [note.code for note in found.report.notes] == ["translate.applied"]

    def test_a_flow_without_a_climate_factor(self) -> None:
        """1.2 kg SO2F2 × 4,630 = 5,556 kg CO2e, which EF 3.1 does not count."""
        found = translate(declared(("SO2F2", "1.2")), target="ef-3.1")
        assert found.lost == 5556
        assert codes(found) == ["translate.factor-lost"]
        for lang, words in (("en", "5556 kg CO2e lost"), ("zh", "损失 5556 kg CO2e")):
            assert words in gateway.describe(found.report.findings[0], lang).what  # type: ignore[arg-type]

    def test_the_carbon_class_decides_and_is_not_told(self) -> None:
        """2 kg of methane are at most 2 × 29.8 kg CO2e."""
        found = translate(declared(("CH4", "2")), target="ef-3.1")
        assert found.entries[0].abstained is Abstained.CARBON_CLASS
        assert found.lost == Fraction("59.6")
        assert gases_of(found) == {"CH4": "2 kg"}

    def test_a_list_without_carbon_classes(self) -> None:
        found = translate(declared(("CH4-biogenic", "2")), target="fedefl-1.3.1")
        assert found.entries[0].rows[0].losses == ("carbon-class-lost",)
        assert found.lost == 0

    def test_a_blend_is_split(self) -> None:
        """R-410A is half HFC-32 and half HFC-125."""
        found = translate(declared(("R-410A", "0.5")), target="ef-3.1")
        assert gases_of(found) == {"HFC-125": "0.25 kg", "HFC-32": "0.25 kg"}
        assert sum(Fraction(row.share or 0) for row in found.entries[0].rows) == 1

    def test_an_unknown_name_stays(self) -> None:
        told = declared(("unobtainium", "3"))
        found = translate(told, target="ef-3.1")
        assert gases_of(found) == {"unobtainium": "3 kg"}
        assert codes(found) == ["translate.not-looked-up"]
        found = translate(told, target="ef-3.1", match=lambda end: Match(end, (), Abstained.NO_CANDIDATE))
        assert codes(found) == ["translate.unmapped-flow"]

    def test_co2e_at_stake_is_what_is_stated(self) -> None:
        found = translate(declared(("CH4", "54"), unit="kg{CO2eq}"), target="ef-3.1")
        assert found.lost == 54

    def test_of_a_result_set(self) -> None:
        gas = GasAmount(gas="六氟化硫", amount=mass("1"))
        told = Declaration(results=(ResultSet(id="r", by_gas=(gas,)),))
        found = translate(told, target="ef-3.1")
        assert found.document.results[0].by_gas[0].gas == "sulphur hexafluoride"

    def test_the_same_bytes_twice(self) -> None:
        told = declared(("CO2-fossil", "1"), ("R-410A", "1"), ("SO2F2", "1"))
        assert translate(told, target="ef-3.1") == translate(told, target="ef-3.1")


class TestLines:
    """Emissions are substances; products are not."""

    def line(self, category: str, name: dict[str, str]) -> Declaration:
        line = Line(id="L", category=category, name=LangText(name), amount_per_unit=mass("1"))
        return Declaration(lines=(line,))

    def test_an_emission(self) -> None:
        told = self.line("fugitive", {"zh": "六氟化硫", "en": "SF6 leakage of the switchgear"})
        found = translate(told, target="ef-3.1")
        assert found.document.lines[0].flow.database == "EF 3.1"
        assert found.document.lines[0].flow.name == "sulphur hexafluoride"

    def test_a_material_is_no_elementary_flow(self) -> None:
        told = self.line("material", {"en": "sulphur hexafluoride"})
        found = translate(told, target="ef-3.1")
        assert found.document.lines[0].flow.uuid is None
        assert [entry.kind for entry in found.entries] == ["unit"]

    def test_matching_by_a_callable(self) -> None:
        asked: list[End] = []

        def match(end: End) -> Match:
            asked.append(end)
            return Match(end, (MapRow(end, End("L", "1", "id-1", "there"), tier=Tier.NAME),))

        found = translate(self.line("direct", {"en": "here"}), target="openlca", match=match)
        assert found.document.lines[0].flow.uuid == "id-1"
        assert {end.name for end in asked} == {"here"}


class TestPlaces:
    """The same letters are other provinces elsewhere."""

    @pytest.mark.parametrize(
        ("code", "scheme", "there"),
        [("420000", "gb2260", "CN-HU"), ("CN-HB", "iso3166-2", "CN-HU"), ("CN-HB", "ecoinvent", "CN-HB")],
    )
    def test_hubei_and_hebei(self, code: str, scheme: str, there: str) -> None:
        told = Declaration(lines=(Line(id="L", origin=Place(code=code, scheme=scheme)),))
        found = translate(told, target="ecoinvent", match=Match)
        assert found.document.lines[0].origin == Place(code=there, scheme="ecoinvent")

    def test_a_code_that_two_schemes_read_differently(self) -> None:
        line = Line(id="L", factor=EmissionFactor(region="CN-HB", database="OTHER"))
        found = translate(Declaration(lines=(line,)), target="ef-3.1")
        assert found.entries[0].abstained is Abstained.AMBIGUOUS
        assert found.document.lines[0].factor.region == "CN-HB"
        assert codes(found) == ["translate.unmapped-place"]


class TestProcess:
    """Exchanges of a dataset."""

    def process(self) -> tuple[Process, tuple[Flow, ...]]:
        flows = (
            Flow(
                id="f1",
                kind=FlowKind.ELEMENTARY,
                name=LangText({"en": "Carbon dioxide, fossil"}),
                carbon_class=CarbonClass.FOSSIL,
                compartment=("air", "unspecified"),
            ),
            Flow(id="f2", kind=FlowKind.PRODUCT, name=LangText({"en": "carbon dioxide"})),
            Flow(id="f3", kind=FlowKind.ELEMENTARY, name=LangText({"en": "R-410A"}), compartment=AIR),
        )
        exchanges = tuple(
            Exchange(
                id=str(number),
                flow=Reference(uuid=flow.id),
                direction=Direction.OUTPUT,
                amount=Number(Decimal(4)),
                unit="kg",
            )
            for number, flow in enumerate(flows)
        )
        return Process(id="p", exchanges=exchanges), flows

    def test_elementary_flows_change_and_products_stay(self) -> None:
        process, flows = self.process()
        found = translate(process, target="ef-3.1", flows=flows)
        fossil, product, *parts = found.document.exchanges
        assert fossil.flow.uuid == CO2_FOSSIL
        assert product == process.exchanges[1]
        assert [(part.id, part.amount, part.unit) for part in parts] == [
            ("2.1", Number(Decimal(2)), "kg"),
            ("2.2", Number(Decimal(2)), "kg"),
        ]

    def test_amounts_follow_the_factor(self) -> None:
        process, flows = self.process()

        def match(end: End) -> Match:
            to = End("L", "1", "x", "there", unit="g")
            return Match(end, (MapRow(end, to, factor=Decimal(1000), factor_basis="unit", tier=Tier.NAME),))

        found = translate(process, target="openlca", flows=flows, match=match)
        assert (found.document.exchanges[0].amount, found.document.exchanges[0].unit) == (
            Number(Decimal(4000)),
            "g",
        )


class TestTargets:
    """Whose words there are."""

    @pytest.mark.parametrize(
        ("target", "code"), [("ef-3.0", "translate.unknown-target"), ("ecoinvent", "translate.needs-list")]
    )
    def test_what_cannot_be_asked(self, target: str, code: str) -> None:
        with pytest.raises(UsageError) as caught:
            translate(Declaration(), target=target)
        assert caught.value.error_code == code

    @pytest.mark.parametrize("target", ["ef-3.1", "tidas", "fedefl-1.3.1"])
    def test_an_empty_document(self, target: str) -> None:
        found = translate(Declaration(), target=target)
        assert found.document == Declaration()
        assert found.lost == 0
        assert target in TARGETS
