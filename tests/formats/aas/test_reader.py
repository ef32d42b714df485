"""Submodels of others are read as far as they tell; nothing but our errors comes out of broken ones."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.codec.base import Context, Package, Reading
from gateway.codec.run import Written
from gateway.errors import GatewayError, InputError
from gateway.formats import detect
from gateway.formats.aas import FOOTPRINT, PASSPORT
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.results import Per
from gateway.model.scope import Method, ProductCategoryRules
from gateway.model.walk import diff
from gateway.quantity import Quantity

from .conftest import kg, one_set, row
from .conftest import write as write_as
from .test_footprint import environment

Build = Callable[..., Declaration]
Write = Callable[..., Written]
SMT = Path("passport/idta-smt")


def reading(document: object, target: str = "") -> Reading:
    package = Package.of(json.dumps(document, ensure_ascii=False).encode())
    return (FOOTPRINT if not target else PASSPORT).read(package, Context())


def without_basis(found: Written) -> dict[str, Any]:
    document = environment(found)
    del document["submodels"][1]
    return document


class TestForeign:
    """By identifiers and value lists."""

    def test_entries_become_rows(self, steel: Build, footprint: Write) -> None:
        document = without_basis(footprint(steel()))
        assert detect(Package.of(json.dumps(document).encode())).evidence.strength == 2
        found = reading(document).declaration
        (result,) = found.results
        assert [(r.stage, r.module, r.carbon.total) for r in result.rows] == [
            ("raw", "A1", kg("7")),
            ("production", "A3", kg("2")),
            ("eol", "C3", kg("1")),
        ]
        assert found.unit.amount == Quantity(Decimal(1), "t")
        assert found.document.issued_at == date(2026, 4, 10)
        assert found.method.standards == ("ISO14067",)
        assert found.extras == {}

    def test_total_and_units(self, pack: Build, passport: Write) -> None:
        found = reading(without_basis(passport(pack(), preview="yes")), PASSPORT.id).declaration
        per_kwh, of_battery = found.results
        assert found.unit.amount == Quantity(Decimal(1), "kW.h")
        assert per_kwh.carbon.total == kg("0.15")
        assert [r.stage for r in per_kwh.rows] == ["raw", "production", "distribution", "eol"]
        assert (of_battery.basis.denominator.per, of_battery.carbon.total) == (Per.PACK, kg("4320"))
        assert found.passport.study_link == "https://example.com/study.pdf"
        assert set(found.extras.values()) == {'"not yet defined"'}

    def test_kwh_beside_another_unit_is_of_no_known_energy(self, pack: Build, footprint: Write) -> None:
        document = without_basis(footprint(pack()))
        entries = document["submodels"][0]["submodelElements"][0]["value"]
        second = copy.deepcopy(entries[0])
        second["value"][2]["value"] = "kWh"
        entries.append(second)
        sets = reading(document).declaration.results
        assert [r.basis.denominator.per for r in sets] == [Per.DECLARED_UNIT, Per.KWH_UNSTATED]

    def test_amount_per_what_the_model_cannot_say_is_kept(self, pack: Build, footprint: Write) -> None:
        document = without_basis(footprint(pack()))
        entries = document["submodels"][0]["submodelElements"][0]["value"]
        second = copy.deepcopy(entries[0])
        second["value"][2]["value"] = "t"
        entries.append(second)
        found = reading(document).declaration
        assert len(found.results) == 1
        assert found.extras["aas#/CarbonFootprint/ProductCarbonFootprints/4/PcfCO2eq"] == '"3240"'

    def test_spellings(self, steel: Build, footprint: Write) -> None:
        text = json.dumps(without_basis(footprint(steel())), ensure_ascii=False)
        text = text.replace('"A1 - raw material supply (and upstream production)"', '"0173-1#07-ABU208#001"')
        text = text.replace('"PcfCO2eq"', '"PcfCo2eq"').replace('"A3 - production"', '"A3"')
        (result,) = reading(json.loads(text)).declaration.results
        assert [r.module for r in result.rows] == ["A1", "A3", "C3"]
        assert result.rows[0].carbon.total == kg("7")

    def test_product_category_rules(self, steel: Build, footprint: Write) -> None:
        rules = ProductCategoryRules(name="钢铁产品种类规则", operator="CISA", version="2", date="2023-01-01")
        silent = ProductCategoryRules(name="without an operator")
        method = Method(standards=("ISO14067",), pcr=(rules, silent))
        written = footprint(steel(method=method))
        assert written.reread.method.pcr == (rules, silent)
        found = reading(without_basis(written)).declaration
        assert found.method.pcr == (rules.model_copy(update={"date": None}),)

    def test_unreadable_amount_is_a_finding(self, steel: Build, footprint: Write) -> None:
        document = without_basis(footprint(steel()))
        document["submodels"][0]["submodelElements"][0]["value"][0]["value"][1]["value"] = "about 7"
        found = reading(document)
        (finding,) = [f for f in found.findings if f.code == "input.not-an-amount"]
        assert finding.at == "/submodels/0/submodelElements/0/value/0/value/1/value"
        unreadable = Missing(missing=Reason.UNREADABLE, unit="kg{CO2eq}", text="about 7")
        assert found.declaration.results[0].rows[0].carbon.total == unreadable

    def test_every_leaf_knows_its_place(self, steel: Build, footprint: Write) -> None:
        found = reading(environment(footprint(steel())))
        at = getattr(found.origins["/results/declared/rows/raw/carbon/total"], "at", "")
        assert at == "/submodels/0/submodelElements/0/value/0/value/1/value"
        node: Any = environment(footprint(steel()))
        for step in getattr(found.origins["/product/name/zh"], "at", "").split("/")[1:]:
            node = node[int(step)] if isinstance(node, list) else node[step]
        assert {"language": "zh", "text": "钢筋"} in node

    def test_others_are_kept(self, steel: Build, footprint: Write) -> None:
        document = without_basis(footprint(steel()))
        name = {"modelType": "Property", "idShort": "SerialNumber", "valueType": "xs:string", "value": "S1"}
        document["submodels"].append({"idShort": "Nameplate", "submodelElements": [name]})
        found = reading(document)
        assert found.declaration.extras == {"aas#/Nameplate/SerialNumber": '"S1"'}
        assert [n.path for n in found.notes] == ["/submodels/1/submodelElements/0/value"]


class TestOracle:
    """The templates of the IDTA and an instance made from one."""

    def test_instance(self, oracle_data: Path) -> None:
        package = Package.of((oracle_data / "passport/own-examples/aas-02035-3-instance.json").read_bytes())
        assert detect(package).format.id == PASSPORT.id
        (result,) = PASSPORT.read(package, Context()).declaration.results
        assert result.carbon.total == kg("0.0721")
        assert [(r.stage, r.carbon.total) for r in result.rows] == [("raw", kg("0.0512"))]

    @pytest.mark.parametrize(
        ("folder", "json_name", "aasx_name", "format_id"),
        [
            ("02023_v1.0.1", "*_CarbonFootprint.json", "*_CarbonFootprint.aasx", FOOTPRINT.id),
            ("02023_v1.0.1", "*MetamodelV3.1.json", "*MetamodelV3.1.aasx", FOOTPRINT.id),
            ("02035-3_v1.0", "*ProductCarbonFootprint.json", "*.aasx", PASSPORT.id),
        ],
    )
    def test_template_says_the_same_in_json_and_xml(
        self, oracle_data: Path, folder: str, json_name: str, aasx_name: str, format_id: str
    ) -> None:
        paths = [*(oracle_data / SMT / folder).glob(json_name), *(oracle_data / SMT / folder).glob(aasx_name)]
        plain, packed = (Package.of(path.read_bytes()) for path in paths)
        for package in (plain, packed):
            assert detect(package).format.id == format_id
        format_ = FOOTPRINT if format_id == FOOTPRINT.id else PASSPORT
        one, other = (format_.read(p, Context()).declaration for p in (plain, packed))
        assert diff(one, other) == {}
        assert one.extras


class TestOwn:
    """The two submodels must agree."""

    def test_added_entry(self, steel: Build, footprint: Write) -> None:
        document = environment(footprint(steel()))
        entries = document["submodels"][0]["submodelElements"][0]["value"]
        entries.append(entries[0])
        with pytest.raises(InputError) as caught:
            reading(document)
        assert caught.value.error_code == "aas.changed"


NODES = st.lists(st.integers(0, 40), min_size=1, max_size=12)
_JUNK: list[object] = [None, True, 0, -1, "", "x", [], {}, [[]], {"keys": 1}, [None]]
JUNK = st.sampled_from(_JUNK)


def mutate(document: Any, path: list[int], junk: object) -> None:  # any JSON
    """Put ``junk`` at the place that ``path`` leads to."""
    above: Any = None
    key: Any = None
    node = document
    for step in path:
        if not isinstance(node, (dict, list)) or not node:
            break
        above, key = node, [*range(len(node))][step % len(node)]
        key = list(node)[key] if isinstance(node, dict) else key
        node = node[key]
    if above is not None:
        above[key] = junk


class TestBroken:
    """Any place of a good document may hold anything."""

    @settings(max_examples=300)
    @given(path=NODES, junk=JUNK, own=st.booleans(), of_battery=st.booleans())
    def test_only_our_errors_come_out(
        self, path: list[int], junk: object, *, own: bool, of_battery: bool
    ) -> None:
        document = copy.deepcopy(DOCUMENTS[of_battery])
        if not own:
            del document["submodels"][1]
        mutate(document, path, junk)
        package = Package.of(json.dumps(document).encode())
        for format_ in (FOOTPRINT, PASSPORT):
            format_.detect(package)
            with contextlib.suppress(GatewayError):
                format_.read(package, Context())


def _documents() -> dict[bool, dict[str, Any]]:
    from gateway.pipeline.convert import convert, read

    source = read(Package.of((Path(__file__).parents[3] / "examples" / "lfp-pack.json").read_bytes()))
    options = {"aas-container": "json", "preview": "yes"}
    made = convert(source, to=[FOOTPRINT.id, PASSPORT.id], options=options)
    return {bool(i): json.loads(o.package.only.data) for i, o in enumerate(made) if o.package is not None}


DOCUMENTS = _documents()


def test_rows_of_several_stages_come_back(steel: Build) -> None:
    rows = (row("raw", "1"), row("inbound", "2"), row("use", "3"), row("installation", "4"))
    found = write_as(FOOTPRINT, steel(one_set(*rows)))
    assert [r.stage for r in found.reread.results[0].rows] == ["raw", "inbound", "use", "installation"]
