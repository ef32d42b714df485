"""A footprint is made of a whole chain only: declared results as they stand, or a complete inventory."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

from gateway import messages
from gateway.codec.base import Context, Evidence
from gateway.codec.datasets import Bundle, bundle_of
from gateway.codec.shelf import FileShelf
from gateway.errors import GatewayError, InputError
from gateway.formats.datasets import find_dataset_format
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, Reference
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Direction, Exchange, ImpactResult, Process, ProcessKind
from gateway.model.results import Role
from gateway.pipeline.convert import Source
from gateway.pipeline.datasets import Datasets, convert_datasets, open_datasets
from gateway.pipeline.footprint import declaration_of, only_footprint
from gateway.pipeline.footprint_datasets import datasets_of, with_carbon_flows
from gateway.pipeline.inventory_carbon import climate
from gateway.quantity import Quantity
from gateway.quantity.number import Number

# Climate change, total: ILCD+EPD indicators of EF 3.1 and EF 3.0; carbon dioxide, fossil, to air (EF 3.1).
EF31, EF31_FOSSIL = "a7ea142a-9749-11ed-a8fc-0242ac120002", "a7ea19c0-9749-11ed-a8fc-0242ac120002"
EF30 = "6a37f984-a4b3-458a-a20a-64418c145fa2"
CO2_FOSSIL, CH4_FOSSIL = "08a91e70-3ddc-11dd-923d-0050c2490048", "08a91e70-3ddc-11dd-9610-0050c2490048"
NAMESPACES = {
    "p": "http://lca.jrc.it/ILCD/Process",
    "m": "http://lca.jrc.it/ILCD/LCIAMethod",
}


def result(
    indicator: str, amount: str, module: str | None = None, scenario: str | None = None
) -> ImpactResult:
    return ImpactResult(
        indicator=Reference(uuid=indicator), module=module, scenario=scenario, amount=Number.read(amount)
    )


def output(id_: str, flow: str, amount: str = "2", **changes: object) -> Exchange:
    told = {"direction": Direction.OUTPUT, "amount": Number.read(amount), "unit": "kg"} | changes
    return Exchange.model_validate({"id": id_, "flow": Reference(uuid=flow), **told})


def bundle(*exchanges: Exchange, kind: ProcessKind = ProcessKind.LCI_RESULT, **fields: object) -> Bundle:
    flows: list[Dataset] = [
        Flow(id="steel", kind=FlowKind.PRODUCT, name=LangText({"en": "steel", "zh": "钢"})),
        Flow(id="coal", kind=FlowKind.PRODUCT, name=LangText({"en": "coal", "zh": "煤"})),
        Flow(
            id="methane",
            kind=FlowKind.ELEMENTARY,
            name=LangText({"en": "methane"}),
            compartment=("Emissions", "Emissions to air"),
        ),
    ]
    made = output("0", "steel", "1", is_reference=True)
    mill = Process.model_validate(
        {"id": "mill", "kind": kind, "name": LangText({"en": "mill"}), "exchanges": (made, *exchanges)}
        | fields
    )
    return bundle_of([*flows, mill])


def refusals(package: Bundle) -> list[GatewayError]:
    with pytest.raises(GatewayError) as caught:
        only_footprint(package)
    return list(getattr(caught.value, "problems", None) or [caught.value])


class TestDeclared:
    """What a data set states itself."""

    def test_each_edition_is_a_set_of_its_own(self) -> None:
        package = bundle(
            kind=ProcessKind.EPD,
            results=(result(EF31, "10"), result(EF31_FOSSIL, "9"), result(EF30, "11")),
        )
        found = {one.basis.gwp_set: one for one in only_footprint(package).declaration.results}
        assert set(found) == {"EF3.1", None}
        total = found["EF3.1"].carbon.total_including_uptake
        assert isinstance(total, Quantity)
        assert total.amount == 10
        fossil = found["EF3.1"].carbon.fossil
        assert isinstance(fossil, Quantity)
        assert fossil.amount == 9

    def test_modules_and_scenarios_are_never_added_up(self) -> None:
        """A1–A3 100, C 5, D −30: 75 is no result, and neither is 105."""
        package = bundle(
            kind=ProcessKind.EPD,
            results=(
                result(EF31, "100", "A1-A3"),
                result(EF31, "5", "C"),
                result(EF31, "3", "C", "recycling"),
                result(EF31, "-30", "D"),
            ),
        )
        (found,) = only_footprint(package).declaration.results
        assert found.carbon.total is None
        assert found.carbon.total_including_uptake is None
        told = {}
        for row in found.rows:
            assert isinstance(row.carbon.total_including_uptake, Quantity)
            told[row.module, row.scenario] = row.carbon.total_including_uptake.amount
        assert told == {("A1-A3", None): 100, ("C", None): 5, ("C", "recycling"): 3, ("D", None): -30}

    def test_without_a_total_nothing_is_written_as_an_emission(self) -> None:
        package = bundle(
            kind=ProcessKind.EPD, results=(result(EF31, "100", "A1-A3"), result(EF31, "-30", "D"))
        )
        format_ = find_dataset_format("ilcd")
        with pytest.raises(InputError) as caught:
            with_carbon_flows(Datasets(format_, Evidence(3, ()), package, Context()))
        assert caught.value.error_code == "dataset.no-total"


class TestInventory:
    """What is added up, and what must not be."""

    def test_the_sum_of_a_published_inventory(self, oracle_data: Path) -> None:
        """The sample is a partly terminated system; as an LCI result it would be this sum."""
        folder = oracle_data / "lca" / "ilcd"
        data = (folder / "process.xml").read_bytes()
        finished = data.replace(b">Partly terminated system<", b">LCI result<")
        assert finished != data
        alone = open_datasets(FileShelf("p", {"p.xml": finished})).bundle
        process = alone.read(alone.keys[0]).dataset
        assert isinstance(process, Process)
        flows = {str(one.flow.uuid): one.is_reference for one in process.exchanges}
        kinds = {True: FlowKind.PRODUCT, False: FlowKind.ELEMENTARY}
        package = bundle_of([process, *(Flow(id=id_, kind=kinds[made]) for id_, made in flows.items())])
        key = package.keys[0]
        wanted = independent_sum(finished, (folder / "ef31-climate-change-lciamethod.xml").read_bytes())
        assert wanted > 0
        assert climate(process, package).total == wanted
        found = declaration_of(package, key)
        (made,) = found.declaration.results
        assert made.role is Role.RECOMPUTED
        assert made.basis.gwp_set == "EF3.1"
        assert isinstance(made.carbon.total, Quantity)
        assert made.carbon.total.amount == wanted
        assert "dataset.added-up" in {one.code for one in found.findings}

    @pytest.mark.parametrize(
        "kind", [ProcessKind.UNIT_PROCESS, ProcessKind.BLACK_BOX, ProcessKind.PARTLY_TERMINATED]
    )
    def test_what_is_not_the_whole_chain_is_refused(self, kind: ProcessKind) -> None:
        (error,) = refusals(bundle(output("1", CO2_FOSSIL), output("2", CH4_FOSSIL, "1"), kind=kind))
        assert error.error_code == "dataset.no-footprint"
        assert error.params["kg"] == "31.8"

    def test_a_declared_result_of_a_step_is_doubted(self) -> None:
        """A declared result becomes a declaration; who calls itself a step may mean its own."""
        step = bundle(kind=ProcessKind.UNIT_PROCESS, results=(result(EF31, "100", ""),))
        found = only_footprint(step)
        codes = {one.code: one.saw for one in found.findings}
        assert codes["dataset.result-of-a-part"] == "unit-process"
        whole = only_footprint(bundle(kind=ProcessKind.LCI_RESULT, results=(result(EF31, "100", ""),)))
        assert "dataset.result-of-a-part" not in {one.code for one in whole.findings}

    def test_the_refusal_says_so_in_both_languages(self) -> None:
        (error,) = refusals(bundle(output("1", CO2_FOSSIL), kind=ProcessKind.UNIT_PROCESS))
        assert "(unit process) is no footprint" in messages.explain(error, "en").what
        assert "（单元过程）不是碳足迹" in messages.explain(error, "zh").what
        assert "direct emissions 2 kg CO2e, upstream unknown" in messages.explain(error, "en").what
        assert "直接排放 2 kg CO2e，上游未知" in messages.explain(error, "zh").what

    def test_an_input_of_a_product_is_refused(self) -> None:
        taken = output("1", "coal", direction=Direction.INPUT)
        (error,) = refusals(bundle(taken, output("2", CO2_FOSSIL)))
        assert (error.error_code, error.saw) == ("dataset.open-input", "coal")

    def test_an_input_of_nothing_is_none(self) -> None:
        taken = output("1", "coal", "0", direction=Direction.INPUT)
        (found,) = only_footprint(bundle(taken, output("2", CO2_FOSSIL))).declaration.results
        assert isinstance(found.carbon.total, Quantity)
        assert found.carbon.total.amount == 2

    def test_a_gas_without_its_carbon_class_is_refused(self) -> None:
        """Methane is 29.8 or 27: nobody may choose."""
        (error,) = refusals(bundle(output("1", CO2_FOSSIL), output("2", "methane")))
        assert (error.error_code, error.saw) == ("dataset.gas-not-counted", "2")

    def test_an_amount_in_no_unit_of_mass_is_refused(self) -> None:
        (error,) = refusals(bundle(output("1", CO2_FOSSIL, unit="m3")))
        assert error.error_code == "dataset.gas-not-counted"


def independent_sum(process: bytes, method: bytes) -> Fraction:
    """Amount × factor of every exchange that the method names, by nothing but XPath."""
    factors = {}
    for factor in etree.fromstring(method).iterfind(".//m:factor", NAMESPACES):
        flow = factor.find("m:referenceToFlowDataSet", NAMESPACES)
        assert flow is not None
        told = (flow.get("refObjectId"), factor.findtext("m:exchangeDirection", "", NAMESPACES))
        factors[told] = Fraction(Decimal(factor.findtext("m:meanValue", "", NAMESPACES)))
    whole = Fraction(0)
    for exchange in etree.fromstring(process).iterfind(".//p:exchange", NAMESPACES):
        flow = exchange.find("p:referenceToFlowDataSet", NAMESPACES)
        if flow is not None:
            told = (flow.get("refObjectId"), exchange.findtext("p:exchangeDirection", "", NAMESPACES))
            amount = exchange.findtext("p:resultingAmount", "0", NAMESPACES)
            whole += Fraction(Decimal(amount)) * factors.get(told, Fraction(0))
    return whole


@pytest.mark.parametrize("target", ["ecospold1", "ecospold2", "openlca"])
def test_a_declaration_keeps_its_footprint_as_data_sets(battery: Source, target: str) -> None:
    declared = battery.declaration.results[0].carbon.total
    assert isinstance(declared, Quantity)
    made, _ = datasets_of(battery)
    format_ = find_dataset_format(target)
    sent = list(convert_datasets(made if format_.holds_results else with_carbon_flows(made), to=target))
    files = {one.member.name: one.member.data for one in sent if one.member is not None}
    after = format_.open(FileShelf("", files), made.context)
    (process,) = [found for key in after.keys if isinstance(found := after.read(key).dataset, Process)]
    amounts = [
        one.amount.value for one in process.results if isinstance(one.amount, Number) and one.scenario is None
    ]
    counted = sum(
        (
            Fraction(one.amount.value)
            for one in process.exchanges
            if not one.is_reference and isinstance(one.amount, Number)
        ),
        Fraction(0),
    )
    assert declared.amount in amounts or counted == declared.amount
