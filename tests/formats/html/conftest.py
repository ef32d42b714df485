"""Passport pages of the shipped examples, and a way to look at what stands on one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from gateway.codec.base import Context, Package
from gateway.model.declaration import Declaration
from gateway.pipeline.convert import Outcome, Source, convert, read

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
LANGS = ("zh", "en", "de")

Write = Callable[..., Outcome]


def source(name: str) -> Source:
    data = (EXAMPLES / name).read_bytes()
    return read(Package.of(data, name=name), context=Context(now=datetime(2026, 9, 21, tzinfo=UTC)))


@pytest.fixture(scope="session")
def battery() -> Source:
    """The LFP pack."""
    return source("lfp-pack.json")


@pytest.fixture(scope="session")
def tea() -> Source:
    """The tea, which has neither battery nor product link."""
    return source("tea.json")


@pytest.fixture
def write() -> Write:
    """One source as a page, with another declaration where one is given."""

    def run(of: Source, declaration: Declaration | None = None, *, preview: bool = False) -> Outcome:
        changed = of if declaration is None else replace(of, declaration=declaration)
        return convert(changed, to=["html@1"], options={"preview": "yes"} if preview else {})[0]

    return run


def pages(outcome: Outcome) -> dict[str, str]:
    """The pages by language."""
    assert outcome.package is not None, [str(error) for error in outcome.lacks]
    return {m.name.split(".")[1]: m.data.decode("utf-8") for m in outcome.package.members}


def parsed(page: str) -> etree._Element:
    """A page as elements."""
    root = etree.fromstring(page.encode("utf-8"), etree.HTMLParser(encoding="utf-8"))
    assert root is not None
    return root


def at(root: etree._Element, path: str) -> list[etree._Element]:
    """The elements that hold the leaf at ``path``."""
    return [element for element in root.iter("*") if element.get("data-path") == path]


def text(element: etree._Element) -> str:
    """What people read of an element."""
    return " ".join("".join(map(str, element.itertext())).split())
