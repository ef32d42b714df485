"""Write the passport page in three languages: one file each, nothing loaded, no script."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from gateway.codec import product_link as link_rules
from gateway.codec.base import Context, Member, Package, Writing
from gateway.codec.lacks import Lacks, lack
from gateway.codec.run import shown as in_words
from gateway.errors import raise_all
from gateway.formats.html import labels, link
from gateway.formats.html.footprint import footprints
from gateway.formats.html.labels import LANGS, Lang
from gateway.formats.html.page import SECTIONS, Sheet
from gateway.formats.html.shown import DIGITS
from gateway.model.base import LangText, Leaf
from gateway.model.declaration import Declaration
from gateway.model.walk import by_path
from gateway.quantity import Quantity, minus, round_significant
from gateway.report import Fate, Note

if TYPE_CHECKING:
    from jinja2 import Template

TARGET: Final = "html@1"
MEDIA_TYPE: Final = "text/html"
_FOOTPRINT = re.compile(r"/results/[^/]+/(?:rows/[^/]+/)?carbon/")
# The subtags that say which script a page's own words are in.
TAGS: Final[Mapping[Lang, str]] = {"zh": "zh-Hans", "en": "en", "de": "de"}


def file_name(lang: Lang) -> str:
    """The name of the page in ``lang``; the pages link to each other by it."""
    return f"passport.{lang}.html"


def write(declaration: Declaration, context: Context) -> Writing:
    """The page, once in each language, with the same values in all.

    Raises:
        Lacks: a name, a total, or a product link that can be coded.
    """
    raise_all(_lacks(declaration))
    sheets = {lang: Sheet(declaration, lang) for lang in LANGS}
    members = tuple(
        Member(file_name(lang), MEDIA_TYPE, _page(sheet, context).encode("utf-8"))
        for lang, sheet in sheets.items()
    )
    used = sheets["zh"].used & sheets["en"].used & sheets["de"].used
    before = by_path(declaration)
    notes = tuple(note for path in before if path in used for note in _rounded(path, before[path]))
    claims = frozenset(used - {note.path for note in notes})
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    return Writing(Package(members, name), notes, claims)


def _lacks(declaration: Declaration) -> Iterator[Lacks]:
    name = declaration.product.name
    if not isinstance(name, LangText) or not any(name.root.values()):
        yield lack(TARGET, "/product/name", lang="zh")
    # EN 15804 states modules and no total.
    amounts = (leaf for path, leaf in by_path(declaration).items() if _FOOTPRINT.match(path))
    if not any(isinstance(amount, Quantity) for amount in amounts):
        yield lack(TARGET, "/results/*/carbon/total")
    yield from link_rules.too_long(TARGET, declaration.passport.product_link)


def _rounded(path: str, leaf: Leaf) -> Iterator[Note]:
    """An endless quotient stands with as many digits as the JSON files of the same run give it."""
    if isinstance(leaf, Quantity):
        written = round_significant(leaf.amount, DIGITS)
        if not hasattr(leaf.amount, "as_tuple"):
            after = Quantity(written, leaf.unit)
            kg = round_significant(minus(leaf.amount, written), DIGITS) if leaf.unit == "kg{CO2eq}" else None
            yield Note("html.rounded", path, Fate.ROUNDED, in_words(leaf), in_words(after), kg=kg)


def _page(sheet: Sheet, context: Context) -> str:
    declaration, lang = sheet.declaration, sheet.lang
    product_link = link_rules.coded(declaration.passport.product_link)
    sections = [section for name in SECTIONS if (section := sheet.section(name)) is not None]
    return _template().render(
        lang=lang,
        tag=TAGS[lang],
        others=[(one, TAGS[one], file_name(one)) for one in LANGS],
        w=labels.words(lang),
        style=_style(),
        style_digest=_style_digest(),
        names=sheet.texts("/product/name"),
        makers=sheet.texts("/enterprise/name"),
        at=sheet.at,
        results=footprints(sheet),
        sections=sections,
        restricted=sheet.restricted(),
        is_battery=declaration.battery is not None,
        link=product_link,
        link_kind=link_rules.kind(product_link),
        qr=_qr(product_link) if product_link else "",
        source=context.source_told,
    )


@cache
def _qr(product_link: str) -> str:
    return link.svg(product_link)


@cache
def _template() -> Template:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html")


def _source(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    return _source("page.css")


@cache
def _style_digest() -> str:
    """What the Content-Security-Policy allows: this style sheet and nothing else."""
    return base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
