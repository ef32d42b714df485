"""The QR code of the product link."""

from __future__ import annotations


def svg(link: str) -> str:
    """The QR code of ``link`` as an SVG element, the same bytes every time."""
    import segno  # only pages with a link need it

    made = segno.make_qr(link, error="q", boost_error=False)
    return str(
        made.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    )
