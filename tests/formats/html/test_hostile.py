"""Names that want to be markup, links that want to be scripts, and lists that want to be endless."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from gateway.codec.base import Context
from gateway.formats.html.reader import read
from gateway.model.base import LangText
from gateway.model.results import Carbon, ResultRow
from gateway.model.walk import by_path, replace
from gateway.pipeline.convert import Source
from gateway.quantity import Quantity

from .conftest import Write, at, pages, parsed, text

MARKUP = [
    "<script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "</style><style>*{display:none}</style>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "<!-- <b> -->&lt;&#60;&amp;",
    "{{ 7*7 }}{% raw %}",
    "]]><a href=//example.com>",
]
ODD = [
    "\u202egnp.exe",
    "a\u2066b\u200bc\ufeff",
    "\x00\x01\x1f\x7f\x85",
    " leading and  double ",
    "two\nlines\r\nthree\ttabs",
    "全角\u3000空格\u00a0",
    "\ue000\ufffe\U000e0041",
    "e\u0301\u0301\u0301 👩\u200d🔬",
    "",
]


@pytest.mark.parametrize("hostile", [*MARKUP, *ODD])
@pytest.mark.parametrize(
    "path", ["/product/model", "/enterprise/name/zh", "/results/declared/rows/raw/name/en"]
)
def test_a_text_stays_a_text_and_comes_back(tea: Source, write: Write, hostile: str, path: str) -> None:
    outcome = write(tea, replace(tea.declaration, path, hostile))
    plain = write(tea)
    assert outcome.package is not None
    found = by_path(read(outcome.package, Context()).declaration)
    assert found[path] == hostile
    for lang, page in pages(outcome).items():
        tags = [e.tag for e in parsed(page).iter("*")]
        assert tags == [e.tag for e in parsed(pages(plain)[lang]).iter("*")]
        assert not [e for e in parsed(page).iter("*") if any(str(a).startswith("on") for a in e.attrib)]
        assert not set("\u202e\u2066\u200b\ufeff\0\x85") & set(page)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "https://example.com/\u202e",
        "https://user:secret@example.com/",
        "https://example.com/<b>",
        "//example.com/x",
        "https://",
        "https://exa mple.com",
        "https://例子.com/",
        "ftp://example.com/x",
        "https://example.com/%zz",
    ],
)
@pytest.mark.parametrize("path", ["/passport/product_link", "/passport/study_link", "/label/url"])
def test_what_is_no_plain_web_address_is_no_link(battery: Source, write: Write, link: str, path: str) -> None:
    for page in pages(write(battery, replace(battery.declaration, path, link))).values():
        root = parsed(page)
        assert at(root, path)
        assert {e.tag for e in at(root, path)} == {"bdi"}
        if path == "/passport/product_link":
            assert 'class="code"' not in page
        assert link not in [e.get("href") for e in root.iter("a")]


def test_a_very_long_name_is_whole(tea: Source, write: Write) -> None:
    name = "超长产品名称" * 2_000
    outcome = write(tea, replace(tea.declaration, "/product/name/zh", name))
    root = parsed(pages(outcome)["zh"])
    (heading,) = root.iter("h1")
    assert text(heading) == name


def test_ten_thousand_stages_are_all_there(tea: Source, write: Write) -> None:
    rows = tuple(
        ResultRow(
            stage="raw",
            module=f"X{number}",
            name=LangText({"zh": f"阶段{number}", "en": f"stage {number}"}),
            carbon=Carbon(total=Quantity(Decimal(number) / 1000, "kg{CO2eq}")),
        )
        for number in range(10_000)
    )
    declared = tea.declaration.result_set("declared")
    assert declared is not None
    many = tea.declaration.model_copy(update={"results": (declared.model_copy(update={"rows": rows}),)})
    started = time.perf_counter()
    outcome = write(tea, many)
    assert time.perf_counter() - started < 120
    root = parsed(pages(outcome)["en"])
    (table,) = (t for t in root.iter("table") if t.get("class") == "stages")
    assert len(list(table.iter("svg"))) == 10_000
    assert not [n for n in outcome.notes if n.fate == "dropped"]
