"""A flow of a list as it is read and printed, and which list it is of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

# How compact files begin, and what separates fields, items of a field, and lines in them.
MAGIC: Final = b"hutong flow list 1\n"
FIELD: Final = "\x1f"
ITEM: Final = "\x1e"
LINE: Final = "\n"
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Flow(NamedTuple):
    """One flow of a list as it is handed to ``build``. ``context`` goes from the outside in."""

    id: str
    name: str
    context: tuple[str, ...] = ()
    unit: str = ""
    cas: str = ""
    formula: str = ""
    synonyms: tuple[str, ...] = ()


class Label(NamedTuple):
    """A name as printed with what the list says of it; one substance may have several."""

    name: str
    cas: str
    formula: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """Which list this is. ``digest`` is the SHA-256 over the files that it was built from."""

    list: str
    version: str = ""
    licence: str = ""
    source: str = ""
    digest: str = ""

    def __str__(self) -> str:
        return self.list if self.list.endswith(self.version) else f"{self.list} {self.version}"


def uuid_bytes(text: str) -> bytes | None:
    """The bytes of a UUID in its usual spelling; nothing else is one."""
    if not _UUID.fullmatch(text):
        return None
    return bytes.fromhex(text.replace("-", ""))
