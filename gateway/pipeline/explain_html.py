"""An explanation as one small page in both languages: no script, nothing loaded, every text escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from gateway.messages import Lang, text
from gateway.pipeline.explain import Explanation, facts_of, value_text

_LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")
_HEAD: Final = """<!DOCTYPE html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em; }}
ul {{ border-left: 1px solid #bbb; list-style: none; margin: .5em 0; padding-left: 1.5em; }}
code {{ overflow-wrap: anywhere; }}
p {{ margin: .2em 0; }}
.unproven > p:first-child {{ color: #b00; }}
</style>
</head>
<body>
<h1>{title}</h1>
"""


def to_html(explanation: Explanation) -> str:
    """The explanation as a whole document."""
    title = " · ".join(text("explain.title", lang, {}).what for lang in _LANGS)
    body = "\n".join(_value(explanation))
    return f"{_HEAD.format(title=_safe(title))}{body}\n</body>\n</html>\n"


def _value(explanation: Explanation) -> Iterator[str]:
    yield '<div class="proven">' if explanation.proven else '<div class="unproven">'
    names = (_said(explanation.label.get(lang, ""), lang) for lang in _LANGS)
    value = _safe(value_text(explanation.value))
    path = f"<code>{_safe(explanation.path)}</code>" if explanation.path else ""
    yield f"<p>{' '.join(part for part in (f'<strong>{value}</strong>', *names, path) if part)}</p>"
    for code, params in facts_of(explanation):
        said = (_said(text(code, lang, params).what, lang) for lang in _LANGS)
        yield f"<p>{' · '.join(said)}</p>"
    if explanation.operands:
        yield "<ul>"
        for operand in explanation.operands:
            yield f"<li>{''.join(_value(operand))}</li>"
        yield "</ul>"
    yield "</div>"


def _said(words: str, lang: Lang) -> str:
    return f'<bdi lang="{lang}">{_safe(words)}</bdi>' if words else ""


def _safe(words: str) -> str:
    """Escaped, with controls and characters that turn or hide text shown as codes."""
    return escape("".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in words))
