"""The product link of a passport: what may be one, and identifiers where a GS1 Digital Link puts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from gateway.codec.lacks import Lacks, lack
from gateway.errors import shorten
from gateway.model.base import Text

# RFC 3986 without user information and brackets: what every browser and scanner takes the same way.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PART = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*"
_LINK = re.compile(
    rf"https?://{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?(?:/{_PART})?(?:\?(?:{_PART}|\?)*)?(?:#{_PART})?",
    re.ASCII,
)
# GS1 General Specifications: AI (21) serial number up to 20 characters, AI (8004) GIAI up to 30.
_LIMITS = {"21": 20, "8004": 30}
_SERIAL = re.compile(r"/01/[0-9]{8,14}(?:/(?:22|10)/[^/?#]+)*/21/([^/?#]+)")
_ASSET = re.compile(r"/8004/([^/?#]+)")
_TRADE_ITEM = re.compile(r"/01/[0-9]{8,14}(?:[/?#]|$)")
# The largest QR code holds 1663 bytes at this level (ISO/IEC 18004, table 7); a camera needs far fewer.
_LONGEST = 512


def is_link(text: str) -> bool:
    """Whether a page may offer ``text`` as a link: absolute, http or https, nothing that needs guessing."""
    return len(text) <= _LONGEST * 4 and bool(_LINK.fullmatch(text))


def coded(link: Text) -> str:
    """The link that the QR code holds; empty where the declared one cannot be one."""
    return link if isinstance(link, str) and is_link(link) and len(link) <= _LONGEST else ""


def kind(link: str) -> str:
    """How the link names the product."""
    if _ASSET.search(link):
        return "giai"
    return "gtin" if _TRADE_ITEM.search(link) else "link"


def lacks(target: str, link: Text) -> Iterator[Lacks]:
    """Why a target that identifies the product by its link cannot be written with this one."""
    if isinstance(link, str) and not is_link(link):
        yield lack(target, "/passport/product_link", code="passport.not-a-link", value=shorten(link))
    else:
        yield from too_long(target, link)


def too_long(target: str, link: Text) -> Iterator[Lacks]:
    """A code in a GS1 Digital Link that its application identifier cannot hold.

    A traction battery's code (GB/T 34014, 24 characters) is no serial number AI (21): it goes as an asset
    identifier AI (8004), or into a link on the producer's own domain (IEC 61406).
    """
    if not isinstance(link, str):
        return
    for ai, pattern in (("21", _SERIAL), ("8004", _ASSET)):
        found = pattern.search(link)
        held = unquote(found.group(1)) if found else ""
        if len(held) > _LIMITS[ai]:
            params = {"ai": ai, "value": held, "limit": str(_LIMITS[ai]), "length": str(len(held))}
            yield lack(target, "/passport/product_link", code="passport.identifier-too-long", **params)
