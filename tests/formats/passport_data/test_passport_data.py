"""The second input: read, written, judged by its schema, and shown only to those who may see it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway import resources
from gateway.codec.base import Context, Package
from gateway.codec.run import run_writer
from gateway.codec.schema import judge
from gateway.errors import GatewayError, flatten
from gateway.formats import detect
from gateway.formats.passport_data import FORMAT, NAME
from gateway.formats.passport_data.table import SCHEMA, schema
from gateway.model.access import Access, Audience, access_of, opened
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure, redact
from gateway.model.walk import by_path, places
from gateway.pipeline.convert import convert, read
from gateway.pipeline.workbook import passport_template

EXAMPLES = Path(__file__).parents[3] / "examples"
DATA = EXAMPLES / "passport-data" / "lfp-pack.json"
ONLY_PUBLIC = Audience.PUBLIC


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


def package(value: object) -> Package:
    return Package.of(json.dumps(value, ensure_ascii=False).encode(), name="passport-data.json")


@pytest.fixture(scope="module")
def declaration() -> Declaration:
    return FORMAT.read(package(document()), Context()).declaration


class TestForm:
    def test_the_example_is_read_without_a_word(self) -> None:
        reading = FORMAT.read(package(document()), Context())
        assert (reading.notes, reading.findings) == ((), ())

    def test_it_fills_every_field_but_those_of_the_declaration(self, declaration: Declaration) -> None:
        there = {place.pattern for place in places(declaration)}
        rows = {row["model"].partition("@")[0] for row in resources.table("fields/passport_data.csv")}
        empty = {row for row in rows - there if row.startswith("/passport_data/")}
        unused = {"documents/*/sha256", "markings/*/certificate", "markings/*/issued", "markings/*/expires"}
        assert empty == {f"/passport_data/{name}" for name in (*unused, "markings/*/text")}

    def test_every_leaf_comes_back(self, declaration: Declaration) -> None:
        written = run_writer(FORMAT, declaration, Context())
        assert by_path(written.reread) == by_path(declaration)
        assert written.notes == ()

    def test_the_example_is_what_we_write(self, declaration: Declaration) -> None:
        told = json.loads(run_writer(FORMAT, declaration, Context()).package.only.data)
        assert judge(told, SCHEMA) == ()
        assert told == document()

    def test_the_published_schema_is_that_of_the_table(self) -> None:
        stored = json.loads(resources.schema(SCHEMA).read_text(encoding="utf-8"))
        assert stored == json.loads(json.dumps(schema()))

    @pytest.mark.parametrize("wrong", [{}, {"format": "x"}, []])
    def test_what_is_no_such_input_is_named(self, wrong: object) -> None:
        with pytest.raises(GatewayError) as caught:
            FORMAT.read(package(wrong), Context())
        assert caught.value.error_code == "passport-data.not-ours"

    def test_a_wrong_value_is_a_finding(self) -> None:
        reading = FORMAT.read(package({"format": NAME, "technical": {"cRate": "x"}}), Context())
        assert [finding.code for finding in reading.findings] == ["input.not-an-amount"]


class TestAccess:
    """Art 77(2): the public sees point 1; legitimate interest 1, 2, 4; authorities 1, 2, 3."""

    def test_every_leaf_has_a_group(self, declaration: Declaration) -> None:
        without = [p.path for p in places(declaration) if access_of(declaration, p) is None]
        assert without == []

    @pytest.mark.parametrize(
        ("path", "group"),
        [
            ("/passport_data/identity/serial_number", Access.PUBLIC),
            ("/passport_data/condition/state_of_charge/value", Access.INTEREST),
            ("/passport_data/documents/conformity/link", Access.PUBLIC),
            ("/passport_data/documents/test-report/link", Access.AUTHORITIES),
            ("/passport_data/documents/dismantling-manual/link", Access.INTEREST_COMMISSION),
            ("/passport_data/materials/graphite/name", Access.PUBLIC),
            ("/passport_data/materials/graphite/mass", Access.INTEREST_COMMISSION),
            ("/passport_data/materials/lithium hexafluorophosphate/name", Access.INTEREST_COMMISSION),
        ],
    )
    def test_group(self, declaration: Declaration, path: str, group: Access) -> None:
        (place,) = (p for p in places(declaration) if p.path == path)
        assert access_of(declaration, place) is group

    def test_audiences_see_what_the_regulation_opens(self, declaration: Declaration) -> None:
        seen = {audience: opened(declaration, audience) for audience in Audience}
        public, interest, authorities = seen.values()
        assert public < interest
        assert public < authorities
        assert "/passport_data/documents/test-report/link" in authorities - interest
        assert "/passport_data/condition/full_cycles/value" in interest - authorities
        assert "/passport_data/materials/graphite/mass" in interest & authorities - public

    @pytest.mark.parametrize("allowed", list(Disclosure))
    def test_no_disclosure_class_opens_a_restricted_point(
        self, declaration: Declaration, allowed: Disclosure
    ) -> None:
        left = by_path(redact(declaration, allowed))
        whole = by_path(declaration)
        hidden = {p for p in whole if p.startswith("/passport_data/")} - opened(declaration, ONLY_PUBLIC)
        assert hidden
        assert [path for path in hidden if left.get(path) == whole[path]] == []

    @pytest.mark.parametrize("audience", list(Audience))
    def test_no_output_holds_what_its_audience_may_not_see(self, audience: Audience) -> None:
        """Every restricted value is made unmistakable; none of them is in any byte of any output."""
        told = document()
        told["condition"]["stateOfChargePct"]["value"] = "55.0271828"
        told["materials"][0]["massKg"] = "150.0314159"
        told["documents"][1]["link"] = "https://example.com/only-for-authorities.pdf"
        marks = {
            b"55.0271828": {Audience.LEGITIMATE_INTEREST},
            b"150.0314159": {Audience.LEGITIMATE_INTEREST, Audience.AUTHORITIES},
            b"only-for-authorities": {Audience.AUTHORITIES},
        }
        source = read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[package(told)])
        from gateway.formats import formats

        targets = [f.id for f in formats() if f.write is not None]
        outcomes = convert(source, to=targets, options={"preview": "yes", "audience": audience.value})
        data = {o.format.id: b"".join(m.data for m in o.package.members) for o in outcomes if o.package}
        for mark, may in marks.items():
            holds = {name for name, found in data.items() if mark in found}
            assert (holds == set()) == (audience not in may), (mark, holds)


class TestJoining:
    def test_the_declaration_keeps_its_own_values(self) -> None:
        source = read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[package(document())])
        alone = read((EXAMPLES / "lfp-pack.json").read_bytes())
        before, after = by_path(alone.declaration), by_path(source.declaration)
        assert {path: after[path] for path in before} == before
        assert after["/passport_data/identity/serial_number"] == "EX-LFP72-000001"
        assert after["/passport/place/country"] == "CN"

    def test_a_contradiction_is_an_error(self) -> None:
        told = document() | {"product": {"massKg": "481"}}
        with pytest.raises(GatewayError) as caught:
            read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[package(told)])
        assert [e.error_code for e in flatten(caught.value)] == ["supplement.contradicts"]

    def test_only_a_supplement_may_stand_beside(self) -> None:
        data = (EXAMPLES / "tea.json").read_bytes()
        with pytest.raises(GatewayError) as caught:
            read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[Package.of(data)])
        assert caught.value.error_code == "supplement.not-one"

    def test_two_batteries_of_one_declaration_have_ids_of_their_own(self) -> None:
        other = document()
        other["identity"]["serialNumber"] = "EX-LFP72-000002"
        made = [
            convert(
                read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[package(told)]),
                to=["aas-02035-3"],
                options={"aas-container": "json"},
            )[0].package
            for told in (document(), other)
        ]
        ids = [json.loads(p.only.data)["assetAdministrationShells"][0]["id"] for p in made if p]
        assert len(set(ids)) == 2


class TestWorkbook:
    """The same form as sheets: what is in it is what the JSON says, and every value knows its cell."""

    def test_the_filled_workbook_says_what_the_example_says(self, declaration: Declaration) -> None:
        data = passport_template(filled=True)
        found = detect(Package.of(data))
        assert found.format is FORMAT
        reading = FORMAT.read(Package.of(data), Context())
        assert reading.findings == ()
        assert by_path(reading.declaration) == by_path(declaration)
        at = "/passport_data/circularity/spare_parts/Example Spare Parts GmbH/components/0/number"
        assert str(getattr(reading.origins[at], "at", "")) == "spareParts.components!C3"

    def test_the_empty_one_says_nothing(self) -> None:
        reading = FORMAT.read(Package.of(passport_template()), Context())
        assert by_path(reading.declaration) == {}

    def test_same_bytes_every_time(self) -> None:
        assert passport_template(filled=True) == passport_template(filled=True)

    def test_it_stands_beside_a_declaration(self) -> None:
        data = Package.of(passport_template(filled=True))
        source = read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[data])
        assert by_path(source.declaration)["/passport_data/identity/serial_number"] == "EX-LFP72-000001"
