"""One pass over a document: every member placed or kept, every defect named, nothing moved."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from gateway.codec import build
from gateway.codec.base import Package
from gateway.codec.fields import compile_table
from gateway.codec.jsonread import JsonReading
from gateway.codec.jsonwrite import language
from gateway.model.activity import Place
from gateway.model.base import LangText, Missing, Reason
from gateway.model.declaration import Declaration
from gateway.quantity import Quantity

ROWS = [
    ("/id", "/document/id", "text", "", ""),
    ("/status", "/document/status", "code", "", "DOC_STATUS"),
    ("/issued", "/document/issued_at", "day", "", ""),
    ("/langs", "/document/languages", "texts", "", ""),
    ("/zh", "/product/name@zh", "text", "", ""),
    ("/en", "/product/name@en", "text", "", ""),
    ("/any", "/product/name", "anylang", "", ""),
    ("/mass", "/product/mass", "amount", "kg", ""),
    ("/offsets", "/method/offsets_included", "flag", "", ""),
    ("/horizon", "/method/gwp_horizon", "count", "", ""),
    ("/lines/*/id", "/lines/*/id", "text", "", ""),
    ("/lines/*/n", "/lines/*/amount", "amount", "@u", ""),
    ("/lines/*/m", "/lines/*/amount_per_unit", "amount", "@u", ""),
    ("/lines/*/u", "", "unit", "", ""),
    ("/lines/*/at", "/lines/*/origin", "place", "scheme", ""),
    ("/lines/*/scheme", "", "scheme", "", ""),
    ("/sets/*/role", "/results/*/role", "role", "", "ROLE"),
    ("/sets/*/id", "/results/*/id", "text", "", ""),
    ("/years/*/y", "/results/[s]/variants/*/year", "count", "", ""),
    ("/years/*/kg", "/results/[s]/variants/*/amount", "amount", "kg{CO2eq}", ""),
    ("/lands/*/c", "/results/[s]/variants/*/country", "text", "", ""),
    ("/lands/*/kg", "/results/[s]/variants/*/amount", "amount", "kg{CO2eq}", ""),
    ("/parts/{name}", "/results/[s]/by_gas/{gas}/amount", "amount", "kg{CO2eq}", ""),
]
TABLE = compile_table(
    dict(
        zip(("source", "model", "type", "unit", "code_list"), r, strict=True),
        required="",
        label_zh="",
        label_en="",
    )
    for r in ROWS
)


def read(document: Any) -> tuple[JsonReading, Declaration]:
    reading = JsonReading(TABLE, Package.of(json.dumps(document).encode()).json, "x").run()
    values = build.plain(reading.tree)
    return reading, Declaration.model_validate(values)


def kept(reading: JsonReading) -> dict[str, Any]:
    return {name.removeprefix("x#"): json.loads(text) for name, text in reading.extras.items()}


class TestValues:
    """A value becomes its leaf exactly, or says why not."""

    def test_amounts_keep_their_digits(self) -> None:
        document = b'{"mass": 0.10}'
        reading = JsonReading(TABLE, Package.of(document).json, "x").run()
        mass = Declaration.model_validate(build.plain(reading.tree)).product.mass
        assert isinstance(mass, Quantity)
        assert str(mass.amount) == "0.10"
        assert mass.text == "0.10"

    @pytest.mark.parametrize(
        ("value", "amount", "code"),
        [
            ("1,234.5", "1234.5", "input.number-spelling"),
            ("１２．５", "12.5", "input.number-spelling"),
            ("2/3", "2/3", ""),
            (5, "5", ""),
        ],
    )
    def test_spellings_with_one_reading(self, value: object, amount: str, code: str) -> None:
        reading, declaration = read({"mass": value})
        mass = declaration.product.mass
        assert isinstance(mass, Quantity)
        assert str(mass) == f"{amount} kg"
        assert [note.code for note in reading.notes] == ([code] if code else [])

    @pytest.mark.parametrize(
        ("member", "value", "code"),
        [
            ("mass", "1,5", "input.not-an-amount"),
            ("mass", True, "input.not-an-amount"),
            ("issued", "2026-02-30", "input.not-a-date"),
            ("issued", 20260101, "input.not-a-date"),
            ("offsets", "perhaps", "input.not-a-flag"),
            ("horizon", 1.5, "input.not-a-whole-number"),
            ("id", True, "input.not-a-text"),
        ],
    )
    def test_what_cannot_be_read_is_kept_and_named(self, member: str, value: object, code: str) -> None:
        reading, declaration = read({member: value})
        (finding,) = reading.findings
        assert (finding.code, finding.at) == (code, f"/{member}")
        (leaf,) = (p.value for p in build_leaves(declaration))
        assert isinstance(leaf, Missing)
        assert leaf.missing is Reason.UNREADABLE
        assert leaf.text == ("true" if value is True else str(value))

    def test_an_unknown_code_stands_and_is_named(self) -> None:
        reading, declaration = read({"status": "maybe"})
        assert declaration.document.status == "maybe"
        assert [f.code for f in reading.findings] == ["input.unknown-code"]

    def test_a_label_becomes_its_code(self) -> None:
        reading, declaration = read({"status": "草稿"})
        assert declaration.document.status == "draft"
        assert [n.code for n in reading.notes] == ["input.label-for-code"]

    def test_null_is_absence_with_a_reason(self) -> None:
        reading, declaration = read({"mass": None, "id": None, "lines": [{"id": "a", "n": None, "u": "t"}]})
        assert declaration.product.mass == Missing(missing=Reason.NULL, unit="kg")
        assert declaration.document.id == Missing(missing=Reason.NULL)
        assert declaration.lines[0].amount == Missing(missing=Reason.NULL, unit="t")
        assert not reading.extras

    def test_a_name_without_a_language_gets_one_by_its_letters(self) -> None:
        assert read({"any": "茶"})[1].product.name == LangText({"zh": "茶"})
        assert read({"any": "tea"})[1].product.name == LangText({"en": "tea"})
        assert language("R6电池") == "zh"

    def test_one_text_for_a_list(self) -> None:
        reading, declaration = read({"langs": "zh"})
        assert declaration.document.languages == ("zh",)
        assert [n.code for n in reading.notes] == ["input.text-for-list"]


class TestUnits:
    """The unit beside an amount is never lost, whatever the amount is."""

    @pytest.mark.parametrize("value", [[1], {"a": 1}])
    def test_beside_what_is_no_value(self, value: object) -> None:
        reading, declaration = read({"lines": [{"id": "a", "n": value, "u": "t"}]})
        assert declaration.lines[0].amount == Missing(missing=Reason.NOT_DECLARED, unit="t")
        assert list(kept(reading).values()) == [1]

    def test_alone(self) -> None:
        reading, declaration = read({"lines": [{"u": "t"}]})
        assert declaration.lines[0].amount == Missing(missing=Reason.NOT_DECLARED, unit="t")
        assert not reading.extras

    def test_that_is_no_text(self) -> None:
        reading, _ = read({"lines": [{"id": "a", "n": 1, "u": 5}]})
        assert "input.unit-missing" in [f.code for f in reading.findings]
        assert kept(reading) == {"/_unread/~1lines~10~1u": 5}

    def test_beside_a_withheld_amount_it_is_the_neighbours(self) -> None:
        _, declaration = read({"lines": [{"id": "a", "n": {"missing": "withheld"}, "m": 1, "u": "t"}]})
        assert declaration.lines[0].amount == Missing(missing=Reason.WITHHELD)
        assert declaration.lines[0].amount_per_unit == Quantity(Decimal(1), "t")

    def test_scheme_of_a_place(self) -> None:
        reading, declaration = read({"lines": [{"id": "a", "at": "HB", "scheme": "ecoinvent"}]})
        assert declaration.lines[0].origin == Place(code="HB", scheme="ecoinvent")
        assert not reading.findings
        reading, _ = read({"lines": [{"id": "a", "at": 5, "scheme": "ecoinvent"}]})
        assert kept(reading) == {"/lines/0/scheme": "ecoinvent"}

    def test_an_absence_with_a_stray_member_is_kept_whole(self) -> None:
        reading, declaration = read({"mass": {"missing": "cut-off", "why": "small"}})
        assert declaration.product.mass is None
        assert kept(reading) == {
            "/_unread/~1mass~1missing": "cut-off",
            "/_unread/~1mass~1why": "small",
        }


class TestKept:
    """Unknown members stay at their places; misfits stand in _unread by theirs."""

    def test_unknown_members_at_any_depth(self) -> None:
        reading, _ = read({"x": {"y": [1, {"z": None}]}, "lines": [{"id": "a", "q": 0.50}]})
        assert reading.extras == {
            "x#/x/y/0": "1",
            "x#/x/y/1/z": "null",
            "x#/lines/0/q": "0.5",
        }

    def test_numbers_keep_their_digits(self) -> None:
        reading = JsonReading(TABLE, Package.of(b'{"x": 0.50, "y": 1E3}').json, "x").run()
        assert reading.extras == {"x#/x": "0.50", "x#/y": "1E+3"}

    def test_empty_containers_and_nulls(self) -> None:
        reading, _ = read({"lines": [], "langs": [], "parts": {}, "sets": None, "x": {}})
        assert kept(reading) == {"/lines": [], "/langs": [], "/parts": {}, "/sets": None, "/x": {}}

    def test_what_stands_where_something_else_belongs(self) -> None:
        reading, _ = read({"lines": "none", "langs": [1], "parts": [2], "id": {"a": 3}})
        assert kept(reading) == {
            "/_unread/~1lines": "none",
            "/_unread/~1langs~10": 1,
            "/_unread/~1parts~10": 2,
            "/_unread/~1id~1a": 3,
        }

    def test_items_that_are_none_leave_no_gap(self) -> None:
        reading, declaration = read(
            {"lines": ["junk", {"q": 1}, {"id": "a", "q": 2}, {}, {"id": "b", "q": 3}]}
        )
        assert [line.id for line in declaration.lines] == ["a", "b"]
        assert kept(reading) == {
            "/_unread/~1lines~10": "junk",
            "/_unread/~1lines~11~1q": 1,
            "/lines/0/q": 2,
            "/_unread/~1lines~13": {},
            "/lines/1/q": 3,
        }

    def test_a_second_value_for_one_field(self) -> None:
        reading, declaration = read({"zh": "茶", "any": "绿茶"})
        assert declaration.product.name == LangText({"zh": "茶"})
        assert [f.code for f in reading.findings] == ["input.stands-twice"]
        assert kept(reading) == {"/_unread/~1any": "绿茶"}

    def test_one_empty_language_says_nothing_of_the_other(self) -> None:
        reading, declaration = read({"zh": None, "en": "tea"})
        assert declaration.product.name == LangText({"en": "tea"})
        assert kept(reading) == {"/zh": None}

    def test_a_name_withheld_as_a_whole(self) -> None:
        _, declaration = read({"zh": {"missing": "withheld"}})
        assert declaration.product.name == Missing(missing=Reason.WITHHELD)

    def test_what_names_an_item_cannot_be_absent(self) -> None:
        reading, declaration = read({"sets": [{"id": None, "role": None}, {"id": "s", "role": "odd"}]})
        assert [r.id for r in declaration.results] == ["s"]
        assert kept(reading) == {
            "/_unread/~1sets~10~1id": None,
            "/_unread/~1sets~10~1role": None,
            "/_unread/~1sets~11~1role": "odd",
        }

    def test_years_and_countries_are_different_items(self) -> None:
        _, declaration = read({"years": [{"y": 2024, "kg": 1}], "lands": [{"c": "CN", "kg": 2}]})
        found = {(v.year, v.country, str(v.amount)) for v in declaration.results[0].variants}
        assert found == {(2024, None, "1 kg{CO2eq}"), (None, "CN", "2 kg{CO2eq}")}

    def test_an_unnamed_item_is_numbered_as_in_the_source(self) -> None:
        reading, declaration = read({"lines": [{"n": 1, "u": "kg"}, {"id": "b"}]})
        assert [line.id for line in declaration.lines] == ["1", "b"]
        assert list(build.unnamed(reading.tree)) == ["/lines/0"]

    def test_members_with_names_become_items(self) -> None:
        _, declaration = read({"parts": {"CH4": 1, "N2O": 2}})
        assert [g.gas for g in declaration.results[0].by_gas] == ["CH4", "N2O"]


def build_leaves(declaration: Declaration) -> list[Any]:
    from gateway.model.walk import leaves

    return list(leaves(declaration))
