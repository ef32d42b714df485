"""Writing along the table: lists in order, extras at their places, numbers to the last digit."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

from gateway.codec import jsonwrite
from gateway.codec.fields import compile_table
from gateway.model.activity import Line
from gateway.model.base import LangText, Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.product import Product
from gateway.quantity import Quantity

ROWS = [
    ("/zh", "/product/name@zh", "text", ""),
    ("/en", "/product/name@en", "text", ""),
    ("/mass", "/product/mass", "amount", "kg"),
    ("/lines/*/id", "/lines/*/id", "text", ""),
    ("/lines/*/n", "/lines/*/amount", "amount", "@u"),
    ("/lines/*/u", "", "unit", ""),
]
TABLE = compile_table(
    dict(
        zip(("source", "model", "type", "unit"), row, strict=True),
        code_list="",
        required="",
        label_zh="",
        label_en="",
    )
    for row in ROWS
)


def written(declaration: Declaration) -> dict[str, object]:
    return jsonwrite.finish(jsonwrite.to_tree(declaration, TABLE))


def test_amounts_are_strings_in_the_units_of_their_rows() -> None:
    heavy = Declaration(product=Product(mass=Quantity(Decimal("1.50"), "t")))
    assert written(heavy) == {"mass": "1500.00"}
    third = Declaration(product=Product(mass=Quantity(Fraction(1, 3), "kg")))
    assert written(third) == {"mass": "1/3"}


def test_units_stand_beside_their_amounts() -> None:
    lines = (Line(id="a", amount=Quantity(Decimal(2), "t.km")), Line(id="b"))
    assert written(Declaration(lines=lines)) == {"lines": [{"id": "a", "n": "2", "u": "t.km"}, {"id": "b"}]}


def test_absences_read_back_with_the_unit_they_had() -> None:
    null = Missing(missing=Reason.NULL, unit="t")
    assert written(Declaration(lines=(Line(id="a", amount=null),)))["lines"] == [
        {"id": "a", "u": "t", "n": None}
    ]
    bare = Missing(missing=Reason.NULL)
    assert written(Declaration(lines=(Line(id="a", amount=bare),)))["lines"] == [
        {"id": "a", "n": {"missing": "null"}}
    ]
    cut = Missing(missing=Reason.CUT_OFF, unit="t")
    assert written(Declaration(lines=(Line(id="a", amount=cut),)))["lines"] == [
        {"id": "a", "u": "t", "n": {"missing": "cut-off", "unit": "t"}}
    ]


def test_a_text_missing_as_a_whole_stands_in_its_first_place() -> None:
    hidden = Declaration(product=Product(name=Missing(missing=Reason.WITHHELD)))
    assert written(hidden) == {"zh": {"missing": "withheld"}}
    both = Declaration(product=Product(name=LangText({"zh": "茶", "en": "tea"})))
    assert written(both) == {"en": "tea", "zh": "茶"}


class TestGraft:
    """Extras go back where they were, or nowhere; never onto something else."""

    def graft(self, tree: dict[str, object], extras: dict[str, str]) -> tuple[object, frozenset[str]]:
        done = jsonwrite.graft(tree, extras, "x")
        return json.loads(jsonwrite.encode(jsonwrite.finish(tree))), done

    def test_members_lists_and_numbers(self) -> None:
        extras = {"x#/a/b": "0.50", "x#/l/0": "1", "x#/l/1/c": "null", "y#/z": "1"}
        found, done = self.graft({}, extras)
        assert found == {"a": {"b": 0.5}, "l": [1, {"c": None}]}
        assert done == {"x#/a/b", "x#/l/0", "x#/l/1/c"}

    def test_digits_are_kept(self) -> None:
        tree: dict[str, object] = {}
        jsonwrite.graft(tree, {"x#/a": "0.50", "x#/b": "1E+3"}, "x")
        assert jsonwrite.encode(jsonwrite.finish(tree)) == '{\n  "a": 0.50,\n  "b": 1E+3\n}'

    def test_a_place_that_is_taken_stays(self) -> None:
        found, done = self.graft({"a": "ours"}, {"x#/a": "1", "x#/a/b": "2"})
        assert found == {"a": "ours"}
        assert done == frozenset()

    def test_no_item_is_invented_in_a_known_list(self) -> None:
        tree = jsonwrite.to_tree(Declaration(lines=(Line(id="a"),)), TABLE)
        found, done = self.graft(tree, {"x#/lines/0/q": "1", "x#/lines/1/q": "2"})
        assert found == {"lines": [{"id": "a", "q": 1}]}
        assert done == {"x#/lines/0/q"}

    def test_numbered_members_with_gaps_are_no_list(self) -> None:
        assert self.graft({}, {"x#/a/1": "1", "x#/a/3": "2"})[0] == {"a": {"1": 1, "3": 2}}
        assert self.graft({}, {"x#/a/1": "1", "x#/a/0": "2"})[0] == {"a": [2, 1]}

    def test_escaped_names(self) -> None:
        assert self.graft({}, {"x#/a~1b/c~0d": '"é"'})[0] == {"a/b": {"c~d": "é"}}


def test_decimals_are_json_numbers_digit_for_digit() -> None:
    assert (
        jsonwrite.encode([Decimal("1.10"), jsonwrite.number(Decimal("1E-7"))]) == "[\n  1.10,\n  0.0000001\n]"
    )
    assert jsonwrite.encode({}) == "{}"
    assert jsonwrite.encode("茶") == '"茶"'
