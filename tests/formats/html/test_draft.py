"""An unsigned preview of a page says so before anything else."""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.codec.base import Context, Package
from gateway.formats.html.reader import read
from gateway.pipeline.convert import Source
from gateway.pipeline.issue import WATERMARK, Request, draft, prepare

from .conftest import LANGS, parsed, text


def test_every_page_of_a_draft_is_marked_and_still_ours(tea: Source) -> None:
    context = Context(now=datetime(2026, 9, 21, tzinfo=UTC))
    prepared = prepare(tea.package, Request(to=("html@1",)), context=context)
    files = draft(prepared)
    for lang in LANGS:
        page = files[f"html/passport.{lang}.html"]
        body = next(parsed(page.decode()).iter("body"))
        assert "draft-mark" in str(body[0].get("class"))
        assert {text(span): span.get("lang") for span in body[0]} == {t: la for la, t in WATERMARK.items()}
        assert prepared.files[f"html/passport.{lang}.html"].data != page
        assert read(Package.of(page), Context()).declaration.document.id == tea.declaration.document.id
