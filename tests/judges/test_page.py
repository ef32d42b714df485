"""The passport page in a browser, as HTML, and through a camera: axe-core, the Nu HTML checker and ZBar."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.model import walk
from gateway.pipeline.convert import Source, convert, read
from gateway.pipeline.issue import Request, draft, prepare
from tests.conftest import Judges

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CONTEXT = Context(now=datetime(2026, 9, 21, tzinfo=UTC))
ASSET = "https://id.example.com/8004/952123EXAPB010000000F6A0000001"
HOSTILE = {
    "/product/name/zh": "超长的产品名称（含<b>标记</b>与\u202e反向文字）" * 40,
    "/product/model": "X" * 400,
    "/enterprise/name/en": '"><script>alert(1)</script>',
    "/results/declared/rows/raw/name/en": "W" * 200,
    "/passport/study_link": "javascript:alert(1)",
}
# The checker computes no digest of a style sheet; browsers do, and would complain in look.mjs.
POLICY = "Inline style violates Content Security Policy"


@dataclass(frozen=True)
class Shelf:
    """Written pages and what the browser said of them."""

    pages: tuple[Path, ...]
    shots: Path
    said: dict[str, list[dict[str, Any]]]


def source(name: str) -> Source:
    return read(Package.of((EXAMPLES / name).read_bytes(), name=name), context=CONTEXT)


def changed(of: Source, leaves: dict[str, str]) -> Source:
    declaration = of.declaration
    for path, value in leaves.items():
        declaration = walk.replace(declaration, path, value)
    return replace(of, declaration=declaration)


@pytest.fixture(scope="session")
def shelf(judges: Judges, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """All pages in all languages, opened once."""
    folder, shots = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("shots")
    battery, tea = source("lfp-pack.json"), source("tea.json")
    cases = {
        "battery": battery,
        "tea": tea,
        "asset": changed(battery, {"/passport/product_link": ASSET}),
        "hostile": changed(battery, HOSTILE),
    }
    for name, one in cases.items():
        outcome = convert(one, to=["html@1"], options={"preview": "yes"})[0]
        assert outcome.package is not None
        for member in outcome.package.members:
            lang = member.name.split(".")[1]
            if name == "battery" or lang == "zh":
                (folder / f"{name}-{lang}.html").write_bytes(member.data)
    prepared = prepare(battery.package, Request(to=("html@1",)), context=CONTEXT)
    (folder / "draft-en.html").write_bytes(draft(prepared)["html/passport.en.html"])
    pages = tuple(sorted(folder.iterdir()))
    said = judges.node("page/look.mjs", shots, *pages, timeout=600)["pages"]
    assert set(said) == {page.name for page in pages}
    return Shelf(pages, shots, said)


@pytest.mark.judge("axe-core")
class TestBrowser:
    """axe-core 4 with the tags of WCAG 2.0 to 2.2, A and AA, and its best practices, in headless Chromium."""

    def test_no_barrier_is_found(self, shelf: Shelf) -> None:
        views = [(name, view) for name, views in shelf.said.items() for view in views]
        assert len(views) == 4 * len(shelf.pages)
        assert min(view["passes"] for _, view in views) > 30
        assert [(name, v["width"], v["violations"]) for name, v in views if v["violations"]] == []

    def test_nothing_is_loaded_and_nobody_complains(self, shelf: Shelf) -> None:
        views = [view for views in shelf.said.values() for view in views]
        assert [view["loaded"] for view in views if view["loaded"]] == []
        assert [view["complaints"] for view in views if view["complaints"]] == []

    def test_no_page_is_wider_than_its_window(self, shelf: Shelf) -> None:
        """WCAG 2.2, 1.4.10: at 320 CSS pixels nothing but tables scrolls sideways."""
        wide = {
            (name, v["width"]): v["wide"] for name, views in shelf.said.items() for v in views if v["wide"]
        }
        assert wide == {}


@pytest.mark.judge("vnu")
def test_the_checker_finds_no_error(shelf: Shelf, judges: Judges) -> None:
    jar = judges.place / "page" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = ["java", "-jar", str(jar), "--format", "json", *map(str, shelf.pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    messages = json.loads(done.stderr)["messages"]
    assert [m for m in messages if not m["message"].startswith(POLICY)] == []
    assert len(messages) == len(shelf.pages)


@pytest.mark.judge("zbar")
@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("battery-zh", "https://example.com/product/EX-LFP72-400"),
        ("battery-de", "https://example.com/product/EX-LFP72-400"),
        ("asset-zh", ASSET),
    ],
)
@pytest.mark.parametrize("view", ["1280-light", "1280-dark"])
def test_a_camera_reads_the_product_link(shelf: Shelf, page: str, link: str, view: str) -> None:
    program = shutil.which("zbarimg")
    assert program, "bash tests/judges/install.sh"
    shot = shelf.shots / f"{page}-{view}.png"
    done = subprocess.run(
        [program, "-q", "--raw", str(shot)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == f"{link}\n"
