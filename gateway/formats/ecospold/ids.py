"""Ids for what has none in its source, and fixed ids of the format's own lists.

An id is a UUID of version 5 (RFC 9562, 5.5) in a namespace of our own, over what names the thing in its
source: the parts, in order, joined by U+001F. The same thing has the same id in every file and on every run.
"""

from __future__ import annotations

import hashlib
import uuid
from functools import cache, lru_cache
from typing import Final

from gateway import resources

# Own namespace of EcoSpold things without an id, made once and never changed.
NAMESPACE: Final = uuid.UUID("b2a4f6c1-3e57-5d0b-9a6e-52c5d0a1e7f3")
_BYTES: Final = NAMESPACE.bytes


@lru_cache(maxsize=65_536)
def new_id(kind: str, *parts: str) -> str:
    """The id of a thing of a kind by what names it."""
    digest = hashlib.sha1(_BYTES + "\x1f".join((kind, *parts)).encode(), usedforsecurity=False).hexdigest()
    # Version 5 and the variant of RFC 9562, as uuid.uuid5 sets them, in a third of its time.
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def is_id(text: object) -> bool:
    """Whether a text has the form of an id: 36 characters, lower case or not."""
    if not isinstance(text, str) or len(text) != 36:
        return False
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


@cache
def fixed(list_: str) -> dict[str, str]:
    """The ids of one of the format's own lists, by name."""
    rows = resources.table("codes/ecospold2_ids.csv")
    return {row["name"]: row["id"] for row in rows if row["list"] == list_}


def fixed_or_new(list_: str, name: str) -> str:
    """The format's own id of a name; one in our namespace where its list has no such name."""
    return fixed(list_).get(name) or new_id(list_, name)
