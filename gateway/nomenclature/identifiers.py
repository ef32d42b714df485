"""Identifiers that two lists compute from names: whoever has the words has the number."""

from __future__ import annotations

import hashlib
from uuid import NAMESPACE_OID, UUID, uuid3


def fedefl_id(flowable: str, context: str, unit: str = "kg") -> str:
    """The UUID of a flow of the Federal LCA Commons Elementary Flow List.

    Source: measured on release 1.3.1, all 332,133 flows agree.
    """
    return str(uuid3(NAMESPACE_OID, f"{flowable}/{context}/{unit}".lower()))


def openlca_id(*words: str) -> str:
    """The UUID that openLCA gives a flow of a format without identifiers (EcoSpold 1, SimaPro).

    Args:
        words: category, subcategory, name, unit.

    Source: a name-based UUID (RFC 4122, version 3) without a namespace.
    """
    digest = hashlib.md5("/".join(words).lower().encode(), usedforsecurity=False).digest()
    return str(UUID(bytes=digest, version=3))
