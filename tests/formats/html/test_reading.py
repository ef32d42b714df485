"""A page is read back value by value; one that was changed, or says two things, is not ours."""

from __future__ import annotations

import pytest

from gateway.codec.base import Context, Member, Package
from gateway.errors import GatewayError, flatten
from gateway.formats import detect
from gateway.formats.html import FORMAT
from gateway.formats.html.reader import read
from gateway.model.disclosure import Disclosure, redact
from gateway.model.walk import by_path
from gateway.pipeline.convert import Source

from .conftest import Write, pages


def refused(package: Package) -> set[str]:
    with pytest.raises(GatewayError) as caught:
        read(package, Context())
    return {error.error_code for error in flatten(caught.value)}


def package(page: str, name: str = "passport.en.html") -> Package:
    return Package((Member(name, "text/html", page.encode("utf-8")),), name)


def test_one_page_alone_tells_everything(battery: Source, write: Write) -> None:
    public = by_path(redact(battery.declaration, Disclosure.C0))
    for page in pages(write(battery)).values():
        found = by_path(read(package(page), Context()).declaration)
        assert found
        assert {path: leaf for path, leaf in public.items() if path in found} == found


def test_it_is_known_by_its_content(tea: Source, write: Write) -> None:
    page = pages(write(tea))["zh"]
    assert detect(package(page, "anything")).format.id == FORMAT.id
    for other in ("<!DOCTYPE html><html lang=en><title>x</title>", page.replace("hutong html@1", "y"), ""):
        assert FORMAT.detect(package(other)) is None
    assert FORMAT.detect(Package(())) is None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("12.420685</span>", "2.420685</span>", "html.text-differs"),
        ('value="12.420685"', 'value="2.420685"', "html.two-values"),
        ('datetime="2026-03-25"', 'datetime="2026-03-26"', "html.text-differs"),
        ('datetime="2026-03-25"', 'datetime="today"', "html.not-ours"),
        ('data-unit="kg{CO2eq}"', 'data-unit="xyzzy"', "quantity.unknown-unit"),
        ('data-path="/product/model"', 'data-path="/product/modelle"', "html.not-ours"),
        ('data-path="/product/model"', 'data-path="product"', "html.not-ours"),
        ('data-path="/product/model"', 'data-path="/goal/purpose/x"', "html.not-ours"),
        ('data-kind="flag"', 'data-kind="colour"', "html.not-ours"),
        ('data-value="true"', 'data-value="maybe"', "html.not-ours"),
    ],
)
def test_a_changed_page_is_refused(tea: Source, write: Write, old: str, new: str, code: str) -> None:
    page = pages(write(tea))["en"]
    assert old in page
    changed = page.replace(old, new, 1)
    assert refused(package(changed)) == {code}


def test_pages_that_disagree_are_refused(tea: Source, battery: Source, write: Write) -> None:
    made, other = pages(write(tea)), pages(write(battery))
    members = (
        Member("passport.zh.html", "text/html", made["zh"].encode()),
        Member("passport.en.html", "text/html", other["en"].encode()),
    )
    assert refused(Package(members)) == {"html.pages-differ"}


def test_only_our_errors_come_out_of_broken_pages(tea: Source, write: Write) -> None:
    page = pages(write(tea))["de"]
    start = page.index("<body>")
    for cut in range(start, len(page), 997):
        for broken in (page[:cut], page[:cut] + page[cut + 7 :], page[:cut] + "<" + page[cut:]):
            try:
                read(package(broken), Context())
            except GatewayError:
                continue


def test_no_bytes_no_page() -> None:
    assert refused(Package(())) == {"html.not-ours"}
    head = '<!DOCTYPE html>\n<html lang="en">\n<meta name="generator" content="hutong html@1">'
    assert refused(package(f"{head}\0")) == {"html.not-ours"}
