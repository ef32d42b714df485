"""02023: one entry for each life-cycle phase, per the declared unit, and never a total over several."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.run import Written, run_writer
from gateway.errors import GatewayError, InputError, UsageError, flatten
from gateway.formats.aas import FOOTPRINT
from gateway.formats.aas.view import view
from gateway.messages import explain
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.product import Product
from gateway.model.results import Basis, Carbon, Denominator, Per, Role
from gateway.model.scope import Document, FunctionalUnit, Method, SystemBoundary
from gateway.model.walk import by_path
from gateway.quantity import Quantity
from gateway.report import Fate, Note

from .conftest import kg, one_set, row

Build = Callable[..., Declaration]
Write = Callable[..., Written]


def environment(found: Written) -> dict[str, Any]:
    loaded = json.loads(found.package.only.data)
    assert isinstance(loaded, dict)
    return loaded


def entries(found: Written) -> list[dict[str, Any]]:
    plain: Any = view(environment(found)["submodels"][0]["submodelElements"], "").value
    listed = plain["ProductCarbonFootprints"]
    assert isinstance(listed, list)
    return listed


def phases(found: Written) -> dict[str, Decimal]:
    told = {}
    for entry in entries(found):
        (phase,) = entry["LifeCyclePhases"]
        assert phase not in told
        told[phase.partition(" - ")[0]] = Decimal(entry["PcfCO2eq"])
    return told


def basis(found: Written) -> Any:
    return view(environment(found)["submodels"][1]["submodelElements"], "").value


def refusals(write: Callable[[], object]) -> dict[str, GatewayError]:
    with pytest.raises(GatewayError) as caught:
        write()
    return {e.error_code: e for e in flatten(caught.value)}


def note(found: Written, path: str) -> Note:
    (only,) = [n for n in found.notes if n.path == path]
    return only


class TestEntries:
    """What stands in the submodel of the template."""

    def test_one_phase_each(self, steel: Build, footprint: Write) -> None:
        found = footprint(steel())
        assert phases(found) == {"A1": 7, "A3": 2, "C3": 1}
        for entry in entries(found):
            assert entry["ReferenceImpactUnitForCalculation"] == "t"
            assert entry["QuantityOfMeasureForCalculation"] == "1"
            assert entry["PublicationDate"] == "2026-04-10T00:00:00Z"
            assert entry["PcfCalculationMethods"] == ["ISO 14067"]

    def test_digits_stay(self, steel: Build, footprint: Write) -> None:
        told = one_set(row("raw", "0.10000000000000000001"), total="0.10000000000000000001")
        assert entries(footprint(steel(told)))[0]["PcfCO2eq"] == "0.10000000000000000001"

    def test_every_amount_once(self, steel: Build, footprint: Write) -> None:
        rows = (
            row(None, "9", module="A1-A3"),
            row(None, "4", module="A1"),
            row(None, "5", module="A2-A3"),
            row("eol", "1"),
        )
        found = footprint(steel(one_set(*rows)))
        assert phases(found) == {"A1": 4, "C3": 1}
        left = note(found, "/results/declared/rows/A2-A3/carbon/total")
        assert (left.fate, left.kg) == (Fate.DROPPED, Decimal(5))

    def test_stages_without_a_phase_are_left_out_with_their_kg(self, steel: Build, footprint: Write) -> None:
        found = footprint(steel(one_set(row("upstream", "6"), row("core", "4"))))
        assert phases(found) == {"A3": 4}
        assert note(found, "/results/declared/rows/upstream/carbon/total").kg == Decimal(6)

    def test_module_d_stands_alone(self, steel: Build, footprint: Write) -> None:
        found = footprint(steel(one_set(row("production", "10"), row("credit", "-3", module="D"))))
        assert phases(found) == {"A3": 10, "D": -3}

    def test_another_scenario_is_left_out(self, steel: Build, footprint: Write) -> None:
        rows = (
            row(None, "9", module="A1-A3"),
            row(None, "1", module="C3", scenario="S1"),
            row(None, "2", module="C3", scenario="S2"),
        )
        found = footprint(steel(one_set(*rows, scenario="S1")))
        assert phases(found) == {"A1-A3": 9, "C3": 1}
        assert note(found, "/results/declared/rows/C3.S2/carbon/total").kg == Decimal(2)

    def test_rows_of_one_phase_are_one_entry(self, steel: Build, footprint: Write) -> None:
        rows = (
            row("raw", "3", name=LangText({"en": "mining"})),
            row("raw", "4", name=LangText({"en": "smelting"})),
        )
        found = footprint(steel(one_set(*rows, total="7")))
        assert phases(found) == {"A1": 7}
        for key in ("raw", "raw#2"):
            told = note(found, f"/results/declared/rows/{key}/carbon/total")
            assert (told.code, told.fate) == ("aas.one-entry-per-phase", Fate.AGGREGATED)

    def test_total_up_to_the_gate_is_one_phase(self, steel: Build, footprint: Write) -> None:
        found = footprint(steel(one_set(total="2340"), boundary=SystemBoundary(type="c2g")))
        assert phases(found) == {"A1-A3": 2340}

    def test_quotient_is_rounded_once(self, steel: Build, footprint: Write) -> None:
        from fractions import Fraction

        third = Quantity(Fraction(1, 3), "kg{CO2eq}")
        told = one_set(row("raw", "1", carbon=Carbon(total=third)))
        found = footprint(steel(told.model_copy(update={"carbon": Carbon(total=third)})))
        assert entries(found)[0]["PcfCO2eq"] == "0.333333333333333"
        assert note(found, "/results/declared/rows/raw/carbon/total").fate is Fate.ROUNDED

    def test_unit_of_the_list(self, steel: Build, footprint: Write) -> None:
        unit = FunctionalUnit(amount=Quantity(Decimal(2), "MJ"))
        (entry, *_) = entries(footprint(steel(unit=unit)))
        assert entry["ReferenceImpactUnitForCalculation"] == "kWh"
        assert entry["QuantityOfMeasureForCalculation"] == "0.555555555555556"

    def test_restated_sets_are_not_declared_values(self, steel: Build, footprint: Write) -> None:
        other = one_set(row("raw", "9"), total="9", id="pact", role=Role.RESTATED)
        found = footprint(steel(one_set(row("raw", "7"), total="7"), other))
        assert phases(found) == {"A1": 7}
        assert note(found, "/results/pact/rows/raw/carbon/total").fate is Fate.DROPPED

    def test_uptake_is_not_counted(self, example: Callable[..., Any]) -> None:
        source = example("tea")
        context = Context(source="0" * 64, options={"aas-container": "json"})
        found = run_writer(FOOTPRINT, source.declaration, context)
        assert phases(found) == {
            "A1": Decimal("4.16476"),
            "A3": Decimal("2.49848"),
            "A4": Decimal("0.11232"),
            "B1-B7": Decimal("3.623125"),
            "C3": Decimal("2.022"),
        }
        assert basis(found)["ResultSets"][0]["ByStage"][0]["BiogenicUptakeKg"] == "-3.08"


class TestNames:
    """Chinese survives, in properties of several languages."""

    def test_product_name(self, steel: Build, footprint: Write) -> None:
        found = footprint(steel())
        elements = environment(found)["submodels"][1]["submodelElements"]
        product = next(e for e in elements if e["idShort"] == "Product")
        (name,) = product["value"]
        assert name["modelType"] == "MultiLanguageProperty"
        assert name["value"] == [{"language": "en", "text": "rebar"}, {"language": "zh", "text": "钢筋"}]
        assert {"/product/name/zh", "/product/name/en", "/unit/text/zh"} <= found.carried

    @pytest.mark.parametrize("name", ["钢" * 1024, "bad\u0001", ""])
    def test_text_that_no_element_holds_is_noted(self, steel: Build, footprint: Write, name: str) -> None:
        found = footprint(steel(product=Product(name=LangText({"zh": name, "en": "rebar"}))))
        assert note(found, "/product/name/zh").fate is Fate.DROPPED
        assert "/product/name/en" in found.carried

    def test_items_of_lists_have_no_name(self, steel: Build, footprint: Write) -> None:
        def check(element: dict[str, Any], *, in_list: bool) -> None:
            assert ("idShort" in element) is not in_list
            value = element.get("value")
            for inner in value if isinstance(value, list) else ():
                if "modelType" in inner:
                    check(inner, in_list=element["modelType"] == "SubmodelElementList")

        for submodel in environment(footprint(steel()))["submodels"]:
            for element in submodel["submodelElements"]:
                check(element, in_list=False)


class TestRefused:
    """Named by the field, in both languages."""

    @pytest.mark.parametrize(
        ("code", "parts"),
        [
            ("aas.no-publication-date", {"document": Document(id="D-1")}),
            ("target.lacks-field", {"method": Method()}),
            ("target.lacks-field", {"unit": FunctionalUnit()}),
            ("aas.unit-without-counterpart", {"unit": FunctionalUnit(amount=Quantity(Decimal(1), "h"))}),
            ("aas.no-phase", {"results": (one_set(),)}),
            ("aas.no-phase", {"results": (one_set(row("upstream", "1")),)}),
            ("aas.no-phase", {"results": ()}),
            (
                "restate.modules-overlap",
                {"results": (one_set(row("use", "1"), row(None, "1", module="B6")),)},
            ),
        ],
    )
    def test_by_code(self, steel: Build, footprint: Write, code: str, parts: dict[str, Any]) -> None:
        found = refusals(lambda: footprint(steel(**parts)))
        assert set(found) == {code}
        zh, en = explain(found[code], "zh"), explain(found[code], "en")
        assert zh.what
        assert zh.what != en.what

    def test_all_at_once(self, steel: Build, footprint: Write) -> None:
        found = refusals(lambda: footprint(steel(document=Document(), method=Method(), results=())))
        assert set(found) == {"aas.no-publication-date", "target.lacks-field", "aas.no-phase"}

    def test_sets_that_contradict_each_other(self, steel: Build, footprint: Write) -> None:
        per_kg = Basis(denominator=Denominator(per=Per.KG))
        other = one_set(row("raw", "8"), total="8", id="other", basis=per_kg)
        unit = FunctionalUnit(amount=Quantity(Decimal(1), "kg"))
        found = refusals(lambda: footprint(steel(one_set(row("raw", "7"), total="7"), other, unit=unit)))
        assert set(found) == {"aas.entries-differ"}

    def test_sets_that_agree_are_written_once(self, steel: Build, footprint: Write) -> None:
        per_kg = Basis(denominator=Denominator(per=Per.KG))
        other = one_set(row("raw", "7.0"), total="7", id="other", basis=per_kg)
        unit = FunctionalUnit(amount=Quantity(Decimal(1), "kg"))
        found = footprint(steel(one_set(row("raw", "7"), total="7"), other, unit=unit))
        assert phases(found) == {"A1": 7}
        assert by_path(found.reread)["/results/other/rows/raw/carbon/total"] == kg("7")

    def test_unknown_container(self, steel: Build, footprint: Write) -> None:
        with pytest.raises(UsageError):
            footprint(steel(), **{"aas-container": "xml"})

    def test_changed_document_is_not_ours_any_more(self, steel: Build, footprint: Write) -> None:
        data = footprint(steel()).package.only.data.replace(b'"value": "7"', b'"value": "6"')
        FOOTPRINT.read(Package.of(data), Context())  # another amount is another declaration
        changed = data.replace(b"A3 - production", b"A5 - Installation")
        with pytest.raises(InputError):
            FOOTPRINT.read(Package.of(changed), Context())
