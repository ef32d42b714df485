"""Everybody's EPDs: every amount, module, scenario and language is read, and written again as it was."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from gateway.codec.base import Context, Package, Reading
from gateway.codec.run import Written, run_writer
from gateway.formats import detect
from gateway.formats.ilcd import EPD
from gateway.formats.ilcd.nodes import language_orders
from gateway.formats.ilcd.package import open_package
from gateway.frontdoor import archive
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure
from gateway.model.results import Carbon, ResultSet
from gateway.model.walk import diff, leaves
from gateway.pipeline.convert import convert, read
from gateway.quantity import Quantity
from gateway.report import Fate

pytestmark = pytest.mark.oracle

WOOD = "ilcd-epd/EPDv1.3_example_57a4ae65-d305-421e-b21f-a3f0c35b8abe.xml"
OLD = "ilcd-epd/sample_EPD.xml"
ITALY = "ilcd-epd/epditaly_with_dependencies.zip"
OEKOBAU = "ilcd-epd/oekobau_with_dependencies.zip"
SODA = "ilcd-json/f63ac879-fa7d-4f91-813e-e816cbdf1927.json"
SAMPLES = (WOOD, OLD, ITALY, OEKOBAU, SODA)
# Amounts in the document, by module, counted with lxml alone.
EPD_NAMESPACE = "{http://www.iai.kit.edu/EPD/2013}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def package(data: Path, name: str) -> Package:
    path = data / "lca" / name
    return Package.of(path.read_bytes(), name=path.name)


def reading(data: Path, name: str) -> Reading:
    return EPD.read(package(data, name), Context())


def written(declaration: Declaration) -> Written:
    return run_writer(EPD, declaration, Context(source="0" * 64))


def the_set(declaration: Declaration) -> ResultSet:
    found = declaration.result_set("declared")
    assert found is not None
    return found


def amounts(declaration: Declaration) -> Iterator[tuple[str | None, str | None, Decimal]]:
    """Module, scenario and value of every amount that was read as one."""
    result = the_set(declaration)
    for row in result.rows:
        for name in Carbon.model_fields:
            value = getattr(row.carbon, name)
            if isinstance(value, Quantity):
                yield str(row.module), row.scenario, Decimal(value.amount)  # type: ignore[arg-type,misc]  # no quotients here
    for indicator in result.indicators:
        for part in indicator.amounts:
            if isinstance(part.amount, Quantity):
                yield str(part.module), part.scenario, Decimal(part.amount.amount)  # type: ignore[arg-type,misc]


def process_xml(data: Path, name: str) -> etree._Element:
    """The process of a sample, parsed without our code."""
    path = data / "lca" / name
    if path.suffix != ".zip":
        return etree.fromstring(path.read_bytes())
    opened = archive.open_zip(path.read_bytes())
    (process,) = (n for n in opened.names if "/processes/" in n)
    return etree.fromstring(opened.read(process))


class TestReading:
    @pytest.mark.parametrize("name", [WOOD, OLD, ITALY, OEKOBAU])
    def test_every_amount_with_its_module_and_scenario(self, oracle_data: Path, name: str) -> None:
        expected = Counter(
            (e.get(f"{EPD_NAMESPACE}module"), e.get(f"{EPD_NAMESPACE}scenario"), Decimal(str(e.text)))
            for e in process_xml(oracle_data, name).iter(f"{EPD_NAMESPACE}amount")
        )
        found = Counter(amounts(reading(oracle_data, name).declaration))
        assert sum(expected.values()) >= 9
        assert found == expected

    def test_every_amount_of_the_json_form(self, oracle_data: Path) -> None:
        text = (oracle_data / "lca" / SODA).read_text(encoding="utf-8")
        expected: Counter[tuple[str, str | None, Decimal]] = Counter()
        left = [json.loads(text, parse_float=Decimal)]
        while left:
            node = left.pop()
            if isinstance(node, dict) and "module" in node:
                expected[node["module"], node.get("scenario"), Decimal(node["value"])] += 1
            left.extend(node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
        assert sum(expected.values()) > 100
        assert Counter(amounts(reading(oracle_data, SODA).declaration)) == expected

    @pytest.mark.parametrize("name", [WOOD, OLD, ITALY, OEKOBAU])
    def test_every_text_of_every_language_is_somewhere(self, oracle_data: Path, name: str) -> None:
        declaration = reading(oracle_data, name).declaration
        everywhere = "\n".join(
            json.dumps(str(p.value), ensure_ascii=False) for p in leaves(declaration)
        ).replace("\\\\", "\\")
        for element in process_xml(oracle_data, name).iter("*"):
            if element.get(LANG) and element.text and element.text.strip():
                said = json.dumps(element.text, ensure_ascii=False)[1:-1]
                assert said in everywhere or said.replace("\\", "\\\\") in everywhere, said

    def test_scenarios_have_their_group_default_and_description(self, oracle_data: Path) -> None:
        scenarios = reading(oracle_data, OLD).declaration.scenarios
        assert [(s.name, s.group, s.is_default) for s in scenarios] == [
            ("Sc1", "1", True),
            ("Sc2", "1", None),
            ("S1", "2", None),
            ("S2", "2", True),
        ]
        assert scenarios[0].description is not None
        assert set(scenarios[0].description.root) == {"de", "en", "it"}  # type: ignore[union-attr]  # a text

    def test_module_d_is_credit_and_in_no_total(self, oracle_data: Path) -> None:
        result = the_set(reading(oracle_data, OEKOBAU).declaration)
        beyond = [row for row in result.rows if row.module == "D"]
        assert [row.stage for row in beyond] == ["credit"]
        assert result.credits == beyond[0].carbon.total_including_uptake
        assert result.carbon == Carbon()  # the source prints no total, so there is none

    def test_the_reference_flow_has_the_unit_of_its_flow_property(self, oracle_data: Path) -> None:
        units = {name: reading(oracle_data, name).declaration.unit.amount for name in (ITALY, OEKOBAU, SODA)}
        told = {name: str(amount) for name, amount in units.items()}
        assert told == {ITALY: "1.0 m3", OEKOBAU: "1.0 m2", SODA: "1.0 m3"}

    def test_a_reference_flow_without_its_data_set_is_told(self, oracle_data: Path) -> None:
        found = reading(oracle_data, WOOD)
        assert [f.code for f in found.findings] == ["ilcd.unit-of-flow-unknown"]
        assert "meanAmount" in found.findings[0].at

    def test_the_gwp_set_comes_from_the_indicators(self, oracle_data: Path) -> None:
        assert reading(oracle_data, WOOD).declaration.method.gwp_set == "EF3.0"
        assert reading(oracle_data, ITALY).declaration.method.gwp_set is None  # EN 15804+A1 binds none

    @pytest.mark.parametrize("name", SAMPLES)
    def test_origins_name_file_and_place(self, oracle_data: Path, name: str) -> None:
        found = reading(oracle_data, name)
        amount_paths = [p.path for p in leaves(found.declaration) if p.path.endswith("/amount")]
        assert amount_paths
        for path in amount_paths:
            if path in found.origins:
                assert re.match(r"\S+ /", found.origins[path].at), path  # type: ignore[union-attr]  # read, not derived
        assert len(found.origins) > 30


class TestAgain:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_what_was_read_is_written_again_in_every_tree_and_file(
        self, oracle_data: Path, name: str
    ) -> None:
        before = open_package(package(oracle_data, name))
        found = reading(oracle_data, name)
        after = written(found.declaration)
        again = open_package(after.package)
        # Languages in their order too.
        orders = sorted(str(language_orders(tree.root)) for tree in before.trees.values())
        assert sorted(str(language_orders(tree.root)) for tree in again.trees.values()) == orders
        trees = sorted(json.dumps(tree.root, sort_keys=True) for tree in before.trees.values())
        assert sorted(json.dumps(tree.root, sort_keys=True) for tree in again.trees.values()) == trees
        assert again.documents == before.documents
        lost = [note for note in after.notes if "#soda" not in note.path]
        assert lost == []
        assert {note.fate for note in after.notes} <= {Fate.DROPPED}

    @pytest.mark.parametrize("name", [ITALY, OEKOBAU])
    def test_a_package_keeps_its_file_names(self, oracle_data: Path, name: str) -> None:
        own = archive.open_zip(package(oracle_data, name).only.data).names
        again = archive.open_zip(written(reading(oracle_data, name).declaration).package.only.data).names
        assert sorted(own) == list(again)

    @pytest.mark.parametrize("name", SAMPLES)
    def test_twice_is_the_same_bytes(self, oracle_data: Path, name: str) -> None:
        once = written(reading(oracle_data, name).declaration).package
        twice = written(EPD.read(Package.of(once.only.data), Context()).declaration).package
        assert twice.only.data == once.only.data

    @pytest.mark.parametrize("name", SAMPLES)
    def test_reading_it_again_gives_the_same_declaration(self, oracle_data: Path, name: str) -> None:
        found = reading(oracle_data, name).declaration
        again = EPD.read(Package.of(written(found).package.only.data), Context()).declaration
        assert [path for path in diff(found, again) if "#soda" not in path] == []

    def test_an_amount_that_was_changed_is_written(self, oracle_data: Path) -> None:
        found = reading(oracle_data, OEKOBAU).declaration
        result = the_set(found)
        row = result.rows[0]
        carbon = row.carbon.model_copy(
            update={"total_including_uptake": Quantity(Decimal("31.5"), "kg{CO2eq}")}
        )
        rows = (row.model_copy(update={"carbon": carbon}), *result.rows[1:])
        changed = found.model_copy(update={"results": (result.model_copy(update={"rows": rows}),)})
        after = written(changed)
        assert the_set(after.reread).rows[0].carbon == carbon
        assert after.notes == ()


@pytest.mark.parametrize(
    ("name", "is_body"),
    [
        ("Susanne Volz", False),
        ("Dr. Max Muster, Prüfinstitut GmbH", False),
        ("Prüfinstitut", False),
        ("Prüfinstitut Muster GmbH", True),
        ("示例认证有限公司", True),
    ],
)
def test_a_reviewer_who_may_be_a_person_is_no_body(oracle_data: Path, name: str, is_body: bool) -> None:
    common = "{http://lca.jrc.it/ILCD/Common}"
    root = process_xml(oracle_data, WOOD)
    (reviewer,) = root.iter(f"{common}referenceToNameOfReviewerAndInstitution")
    for text in reviewer.iter(f"{common}shortDescription"):
        text.text = name
    found = EPD.read(Package.of(etree.tostring(root)), Context()).declaration
    (review,) = found.verifications
    assert (review.body_name is not None) is is_body
    assert (review.lead_verifier == name) is not is_body
    (page,) = convert(read(Package.of(etree.tostring(root))), to=["html"], disclosure=Disclosure.C0)
    assert page.package is not None
    assert (name.encode() in b"".join(member.data for member in page.package.members)) is is_body
    assert written(found).notes == ()


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("disclosure", list(Disclosure))
def test_every_reader_gets_a_package(oracle_data: Path, name: str, disclosure: Disclosure) -> None:
    (outcome,) = convert(read(package(oracle_data, name)), to=["ilcd-epd"], disclosure=disclosure)
    assert outcome.package is not None


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_recognised_by_its_content(oracle_data: Path, name: str) -> None:
    assert detect(package(oracle_data, name)).format is EPD


def test_a_plain_process_is_no_epd(oracle_data: Path) -> None:
    process = (oracle_data / "lca/ilcd/process.xml").read_bytes()
    assert EPD.detect(Package.of(process)) is None
