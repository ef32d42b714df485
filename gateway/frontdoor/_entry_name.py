"""Names of archive entries: relative, forward slashes, readable, the same for every reader."""

from __future__ import annotations

import re
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor._unicode import BIDI, CONTROL, INVISIBLE, NONCHARACTER, nfc
from gateway.frontdoor._zip_extra import unicode_path
from gateway.frontdoor.limits import ArchiveLimits

_TWO_BYTES: Final = re.compile("[\x80-\u07ff]")
_DRIVE: Final = re.compile(r"[A-Za-z]:")


def entry_name(raw: bytes, extra: bytes, *, is_utf8: bool, limits: ArchiveLimits) -> str:
    """The name of an entry, or the reason why it must not be one.

    A name in a code page has no certain reading and is refused. So is one that is not marked as UTF-8 and
    has characters of two bytes there: 碳 in GBK is such a pair. Longer ones (macOS leaves Chinese names
    unmarked) are read as the UTF-8 that they are.
    """
    shown = raw[: limits.max_name_bytes].decode("utf-8", "replace")
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(shown, code="archive.name-not-utf8", path=shown, flag=is_utf8) from error
    if not is_utf8 and _TWO_BYTES.search(name):
        raise InputError(shown, code="archive.name-not-utf8", path=shown, flag=is_utf8)
    second = unicode_path(extra, shown)
    if second is not None and second != raw:
        raise InputError(second.decode("utf-8", "replace"), code="archive.name-mismatch", path=shown)
    if not raw or len(raw) > limits.max_name_bytes:
        raise InputError(len(raw), code="archive.name-length", path=shown, limit=limits.max_name_bytes)
    for pattern in (CONTROL, BIDI, INVISIBLE, NONCHARACTER):
        if found := pattern.search(name):
            raise InputError(f"U+{ord(found[0]):04X}", code="archive.name-hides-characters", path=shown)
    if re.search(r"[\t\r\n]", name):
        raise InputError(name, code="archive.name-hides-characters", path=shown)
    if limits.windows_names and "/" not in name:
        name = name.replace("\\", "/")  # and then as any other: no drive, no way up, nothing empty
    if "\\" in name or name.startswith("/") or _DRIVE.match(name):
        raise InputError(name, code="archive.path-outside", path=shown)
    steps = name.removesuffix("/").split("/")
    if any(step in ("", ".", "..") for step in steps):
        raise InputError(name, code="archive.path-outside", path=shown)
    return name


def name_key(name: str) -> str:
    """What two names share when a file system may take them for one.

    That is case, normalisation, and dots and spaces at the end of a step, which Windows drops.
    """
    folded = nfc(nfc(name, path=name).casefold(), path=name)
    return "/".join(step.rstrip(". ") for step in folded.removesuffix("/").split("/"))
