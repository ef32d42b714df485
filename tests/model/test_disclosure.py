"""Classes of fields and lines: every field has one, a line can only raise it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from gateway import resources
from gateway.codec.base import Reading
from gateway.model.base import LangText, Missing, Part, Reason
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure, class_of, classes, field_classes, redact, withheld
from gateway.model.walk import Place, by_path, leaves, replace

# Fields with no place in the domestic form; each is written by no reader from outside.
WITHOUT_A_ROW: set[str] = set()


def patterns(kind: type[BaseModel], above: str = "") -> Iterator[str]:
    """Every leaf field of the model, as ``walk`` would call it."""
    for name, info in kind.model_fields.items():
        here = f"{above}/{name}"
        if name == "extras":
            continue
        parts = {k for k in _inside(info.annotation) if isinstance(k, type) and issubclass(k, Part)}
        whole = {k for k in parts if k is not Missing and k.__name__ != "Place"}
        is_list = any(
            getattr(k, "__origin__", None) is tuple for k in [info.annotation, *_inside(info.annotation)]
        )
        if whole:
            for part in whole:
                yield from patterns(part, f"{here}/*" if is_list else here)
        else:
            yield here


def _inside(annotation: object) -> list[object]:
    return [annotation, *(inner for arg in get_args(annotation) for inner in _inside(arg))]


def test_every_field_of_the_model_has_a_class() -> None:
    known = set(field_classes())
    found = set(patterns(Declaration))
    assert len(found) > 250
    assert sorted(found - known - WITHOUT_A_ROW) == []


def test_every_row_of_the_table_is_a_field() -> None:
    assert sorted(set(field_classes()) - set(patterns(Declaration))) == []


def test_what_nobody_classified_never_leaves(battery: Reading) -> None:
    assert class_of(battery.declaration, Place("/new/field", "/new/field", "x")) is Disclosure.C3


def test_what_can_name_a_person_is_never_for_customers() -> None:
    personal = [row for row in resources.table("fields/cn_pcf.csv") if row["personal"] == "yes"]
    assert len(personal) == 6
    assert all(Disclosure(row["class"]) >= Disclosure.C2 for row in personal)


class TestLines:
    """A line's own mark raises the class of its fields and never lowers it."""

    @pytest.mark.parametrize("mark", ["C0", "C1", "C2", "C3"])
    def test_the_higher_class_counts(self, battery: Reading, mark: str) -> None:
        marked = replace(battery.declaration, "/lines/L10/confidentiality", mark)
        for place in leaves(marked):
            if place.path.startswith("/lines/L10/"):
                known = field_classes()
                own = known.get(place.pattern) or known[place.pattern.rpartition("/")[0]]
                assert class_of(marked, place) == max(own, Disclosure(mark)), place.path

    @pytest.mark.parametrize("mark", ["secret", "c0", Missing(missing=Reason.NULL)])
    def test_an_unknown_mark_hides_all(self, battery: Reading, mark: str | Missing) -> None:
        marked = replace(battery.declaration, "/lines/L10/confidentiality", mark)
        assert all(
            class_of(marked, p) is Disclosure.C3 for p in leaves(marked) if p.path.startswith("/lines/L10/")
        )

    def test_a_neighbour_is_not_touched(self, battery: Reading) -> None:
        raised = replace(battery.declaration, "/lines/L10/confidentiality", "C3")
        before, after = classes(battery.declaration), classes(raised)
        changed = {path.split("/")[2] for path in before if before[path] != after.get(path)}
        assert changed == {"L10"}


class TestRedact:
    """What a class may not see is not there; what it may see is."""

    @pytest.mark.parametrize("allowed", list(Disclosure))
    def test_nothing_above_the_class_is_left(self, battery: Reading, allowed: Disclosure) -> None:
        seen = redact(battery.declaration, allowed)
        hidden = {place.path: str(place.value) for place in withheld(battery.declaration, allowed)}
        left = by_path(seen)
        for path in hidden:
            value = left.get(path)
            assert value is None or isinstance(value, Missing), path
        before = by_path(battery.declaration)
        assert {path for path in before if path not in left} <= set(hidden)

    def test_wider_classes_see_more(self, battery: Reading) -> None:
        sizes = [
            sum(not isinstance(p.value, Missing) for p in leaves(redact(battery.declaration, one)))
            for one in Disclosure
        ]
        assert sizes == sorted(set(sizes))

    def test_suppliers_and_people_stay_at_home(self, battery: Reading) -> None:
        text = repr(redact(battery.declaration, Disclosure.C2))
        for secret in ("示例正极材料有限公司", "示例甲", "914201000EXCATHD0J"):
            assert secret not in text
        for person in ("示例乙", "pcf@example.com", "示例丙"):
            assert person in text
            assert person not in repr(redact(battery.declaration, Disclosure.C1))

    def test_absence_is_no_secret(self, battery: Reading) -> None:
        absent = replace(battery.declaration, "/enterprise/contact_phone", Missing(missing=Reason.NULL))
        assert redact(absent, Disclosure.C3) == absent
        kept = by_path(redact(absent, Disclosure.C0))["/enterprise/contact_phone"]
        assert isinstance(kept, Missing)

    def test_what_stood_there_and_could_not_be_read_is_one(self, battery: Reading) -> None:
        odd = Missing(missing=Reason.UNREADABLE, text="张三 or so")
        kept = redact(replace(battery.declaration, "/enterprise/contact_phone", odd), Disclosure.C0)
        assert by_path(kept)["/enterprise/contact_phone"] == Missing(missing=Reason.WITHHELD)

    def test_where_a_line_comes_from_is_not_public(self, battery: Reading) -> None:
        open_line = replace(battery.declaration, "/lines/L10/confidentiality", "C0")
        assert "/lines/L10/origin/code" in by_path(redact(open_line, Disclosure.C2))
        assert "/lines/L10/origin/code" not in by_path(redact(open_line, Disclosure.C1))

    def test_extras_never_leave(self, battery: Reading) -> None:
        odd = battery.declaration.model_copy(update={"extras": {"x#/y": '"secret"'}})
        assert redact(odd, Disclosure.C2).extras == {}

    def test_redacting_twice_changes_nothing(self, battery: Reading) -> None:
        once = redact(battery.declaration, Disclosure.C1)
        assert redact(once, Disclosure.C1) == once


def test_a_result_keeps_its_reason_when_it_is_withheld(battery: Reading) -> None:
    value = by_path(redact(battery.declaration, Disclosure.C0))["/period/output"]
    assert value == Missing(missing=Reason.WITHHELD)


def test_texts_of_the_public_parts_stay(battery: Reading) -> None:
    seen = redact(battery.declaration, Disclosure.C0)
    assert isinstance(seen.product.name, LangText)
    assert seen.product.name.get("zh") == "磷酸铁锂动力电池包 72 kWh"
