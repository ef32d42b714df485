"""Which files are EcoSpold of which edition: by the root element and its namespace, never by a name."""

from __future__ import annotations

import re
from typing import Final

from gateway.codec.base import Evidence
from gateway.codec.shelf import Shelf
from gateway.errors import GatewayError
from gateway.frontdoor import xml as xml_door

# The first start tag, after what may stand before it.
_ROOT: Final = re.compile(
    rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*<(?:([\w.\-]+):)?([\w.\-]+)((?:\s[^<>]*)?)>", re.DOTALL
)
_HEAD: Final = 65_536


def root_of(head: bytes) -> tuple[str, str] | None:
    """Namespace and local name of the root element of a document, from its first bytes."""
    try:
        text = xml_door.decoded(xml_door.straightened(head)[0])
    except GatewayError:
        return None
    found = _ROOT.match(text)
    if found is None:
        return None
    prefix = b"xmlns:" + found[1] if found[1] else b"xmlns"
    declared = re.search(rb"\s" + re.escape(prefix) + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", found[3])
    namespace = (declared[1] or declared[2] or b"") if declared else b""
    return namespace.decode("utf-8", "replace"), found[2].decode("utf-8", "replace")


def documents(
    shelf: Shelf, namespace: str, roots: frozenset[str] = frozenset({"ecoSpold"})
) -> tuple[str, ...]:
    """The files that are documents of a namespace."""
    found = []
    for name in shelf.names:
        try:
            root = root_of(shelf.head(name)[:_HEAD])
        except GatewayError:
            continue
        if root is not None and root[0] == namespace and root[1] in roots:
            found.append(name)
    return tuple(found)


def evidence(shelf: Shelf, namespace: str) -> Evidence | None:
    """Why a package is of the format with this namespace."""
    found = documents(shelf, namespace)
    if not found:
        return None
    return Evidence(3, (f'xmlns="{namespace}"', *found[:3]))
