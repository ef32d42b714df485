"""The product link: coded as it was declared, and never with a code where GS1 has no room for it."""

from __future__ import annotations

import pytest

from gateway.codec import product_link as link
from gateway.messages import explain
from gateway.model.walk import replace
from gateway.pipeline.convert import Source

from .conftest import Write, pages, parsed

# 24 characters, GB/T 34014-2017
CODE = "EXAPB010000000F6A0000001"
SERIAL = f"https://id.example.com/01/09521234540014/21/{CODE}"
ASSET = f"https://id.example.com/8004/952123{CODE}"
OWN = f"https://battery.example.com/{CODE}"


@pytest.mark.parametrize(
    "declared", [SERIAL, f"https://id.example.com/01/09521234540014/10/LOT7/21/{CODE}?x=1", f"{ASSET}X"]
)
def test_a_battery_code_that_does_not_fit_is_refused(battery: Source, write: Write, declared: str) -> None:
    outcome = write(battery, replace(battery.declaration, "/passport/product_link", declared))
    assert not outcome.written
    (error,) = outcome.lacks
    assert error.error_code == "passport.identifier-too-long"
    assert error.params["field"] == "/passport/productLink"
    for lang in ("zh", "en"):
        told = explain(error, lang)
        assert "8004" in told.what + told.fix
        assert "61406" in told.fix


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        (ASSET, "giai"),
        (OWN, "link"),
        ("https://id.example.com/01/09521234540014/21/SN-1", "gtin"),
        ("https://id.example.com/01/09521234540014", "gtin"),
        ("https://example.com/product/21/a-very-long-name-of-a-product", "link"),
    ],
)
def test_what_fits_is_coded_and_named(battery: Source, write: Write, declared: str, kind: str) -> None:
    outcome = write(battery, replace(battery.declaration, "/passport/product_link", declared))
    for page in pages(outcome).values():
        assert [e for e in parsed(page).iter("div") if e.get("class") == "code"]
    assert link.kind(declared) == kind


def test_without_a_link_the_page_says_so(tea: Source, write: Write) -> None:
    assert "no usable product link" in pages(write(tea))["en"]
    assert "无二维码" in pages(write(tea))["zh"]
