"""Distinguished names as text for people."""

from __future__ import annotations

from gateway.signing import der

# RFC 4519, 2, and the abbreviations of RFC 4514, 3.
_SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.97": "organizationIdentifier",
    "1.2.840.113549.1.9.1": "emailAddress",
}
# The string types of X.520 names (X.680, 41) and how their bytes read.
_ENCODINGS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}


def text_of(encoded: bytes) -> str:
    """``C=CN, O=…, CN=…`` of a DER Name, in its order; in hexadecimal what is no text."""
    name = der.parse(encoded, "name")
    parts = []
    while name.next_tag() is not None:
        relative = name.inner(der.SET, "relativeDistinguishedName")
        # (X.501) At least one; more than one is rare and joined with a plus.
        values = [_attribute(relative)]
        while relative.next_tag() is not None:
            values.append(_attribute(relative))
        parts.append("+".join(values))
    return ", ".join(parts)


def _attribute(relative: der.Reader) -> str:
    attribute = relative.sequence("attribute")
    oid = attribute.oid("type")
    tag = attribute.next_tag()
    content = attribute.content(tag if tag is not None else der.SEQUENCE, "value")
    attribute.end()
    try:
        value = content.decode(_ENCODINGS[tag or 0])
    except (KeyError, UnicodeDecodeError):
        value = "#" + content.hex()
    return f"{_SHORT.get(oid, oid)}={value}"
