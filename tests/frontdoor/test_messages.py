"""The texts of this area: each code in the source has a row, each row has a code in the source."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from gateway import resources
from gateway.frontdoor import identity

CODE = re.compile(r'"((?:archive|identity|json|number|table|text|url|xml)\.[a-z][a-z0-9-]+)"')


def test_codes_and_rows_are_the_same_set() -> None:
    source = Path(identity.__file__).parent
    used = {code for file in source.glob("*.py") for code in CODE.findall(file.read_text(encoding="utf-8"))}
    used |= {f"identity.{kind}" for kind in get_args(identity.Kind)}
    rows = resources.table("messages/frontdoor.csv")
    assert {row["code"] for row in rows} == used
    assert [row["code"] for row in rows] == sorted(row["code"] for row in rows)


def test_every_text_stands_in_both_languages() -> None:
    for row in resources.table("messages/frontdoor.csv"):
        assert all(row.values()), row["code"]
        assert re.search(r"[\u4e00-\u9fff]", row["zh"]), row["code"]
