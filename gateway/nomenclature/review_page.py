"""The review queue as one page to read: no script, nothing from elsewhere, both languages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from gateway import messages
from gateway.nomenclature.maps.base import context_text
from gateway.nomenclature.review import Item
from gateway.nomenclature.review_workbook import candidate_text

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}"
    "article{border-top:1px solid #ccc;padding:1em 0}h2{font-size:1.05em;margin:0}"
    "ol{margin:.5em 0}li{white-space:pre-line;margin:.4em 0}.meta{color:#555}"
)


def write(items: Sequence[Item]) -> bytes:
    """The page; the same items give the same bytes."""
    title = _both("review.title", n=str(len(items)))
    parts = [
        '<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>",
        f"<p>{_both('review.how')}</p>",
        *(_article(item) for item in items),
        "</body></html>\n",
    ]
    return "\n".join(parts).encode()


def _both(code: str, **params: str) -> str:
    return " / ".join(escape(messages.text(code, lang, params).what) for lang in ("zh", "en"))


def _article(item: Item) -> str:
    end = item.source
    facts = (f"{end.list} {end.version}".strip(), end.cas, context_text(end.context), end.unit)
    meta = " · ".join(escape(text) for text in facts if text)
    listed = "".join(f"<li>{escape(candidate_text(one))}</li>" for one in item.candidates)
    return (
        f'<article id="{item.key}"><h2>{escape(end.name or end.id)}</h2><p class="meta">{meta}<br>'
        f"{_both(item.reason)}</p><ol>{listed}</ol></article>"
    )
