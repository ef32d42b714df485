"""Field tables: places in a source, places in the model, and what an author of a table must not do."""

from __future__ import annotations

import pytest

from gateway import resources
from gateway.codec.build import may_be_missing
from gateway.codec.fields import code_list, code_synonyms, compile_table

EMPTY = {"unit": "", "code_list": "", "required": "", "label_zh": "名", "label_en": "name", "write": ""}


def row(source: str, model: str, type_: str = "text", **more: str) -> dict[str, str]:
    return {**EMPTY, "source": source, "model": model, "type": type_, **more}


def test_patterns_are_those_of_the_walk() -> None:
    table = compile_table(
        [row("/a/*/b", "/lines/*/name@zh"), row("/s/{x}", "/results/[pack]/rows/{x}/carbon")]
    )
    assert [r.pattern for r in table.rows] == ["/lines/*/name", "/results/*/rows/*/carbon"]
    assert table.rows[0].lang == "zh"
    assert table.labels("/lines/*/name", "zh") == {"zh": "名", "en": "name"}
    assert table.labels("/nowhere") is None


def test_two_rows_for_one_place_are_an_error_of_the_table() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        compile_table([row("/a", "/document/id"), row("/a", "/document/version")])


def test_rows_that_are_only_read_are_not_found_for_writing() -> None:
    table = compile_table([row("/a", "/document/id", write="no"), row("/b", "/document/id")])
    assert [r.pointer for r in table.by_pattern["/document/id", ""]] == ["/b"]


def test_two_source_lists_of_one_model_list_are_kept_apart() -> None:
    table = compile_table([row("/a/*/x", "/lines/*/id"), row("/b/*/y", "/lines/*/stage")])
    first, second = table.tree.members["a"], table.tree.members["b"]
    assert (first.prefix, second.prefix) == ("", "b#")


def test_one_list_has_no_prefix() -> None:
    table = compile_table(resources.table("fields/cn_pcf.csv"))
    assert table.tree.members["lines"].prefix == ""


@pytest.mark.parametrize(
    ("model", "can"),
    [
        ("/document/id", True),
        ("/lines/*/id", False),
        ("/lines/*/origin", True),
        ("/lines/*/amount", True),
        ("/results/*/role", False),
        ("/results/*/basis/denominator/per", False),
        ("/results/*/derived_from", False),
        ("/results/[pack]/rows/{stage}/carbon/total", True),
        ("/verifications/[verification]/id", False),
        ("/document/supersedes", False),
    ],
)
def test_what_can_say_why_it_is_empty(model: str, *, can: bool) -> None:
    assert may_be_missing(tuple(model.split("/")[1:])) == can


def test_synonyms_name_one_code_or_none() -> None:
    assert code_synonyms("STAGE")["原材料获取"] == "raw"
    assert code_synonyms("STAGE")["产品使用"] == "use"
    labels = [row["label_zh"] for row in code_list("STAGE").values()]
    assert len(labels) == len(set(labels))
    assert code_list("NO_SUCH_LIST") == {}
