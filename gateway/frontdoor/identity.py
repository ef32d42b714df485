"""Text that is not what it looks like: hidden and reordered characters, look-alike hosts and codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from gateway.errors import InputError, raise_all
from gateway.frontdoor._unicode import BIDI, CONTROL, INVISIBLE
from gateway.frontdoor.json import pointer
from gateway.report import Finding, Severity

Kind: TypeAlias = Literal[
    "bidi-control", "invisible-character", "control-character", "mixed-scripts", "not-nfc"
]

# A Latin letter beside a Cyrillic one. Greek is left out: μm, ΔH and Ω are usual.
_MIXED: Final = re.compile("[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
_LOOKED_AT: Final = 10_000  # characters searched for the first that is not normal
_PATTERNS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("bidi-control", BIDI),
    ("invisible-character", INVISIBLE),
    ("control-character", CONTROL),
    ("mixed-scripts", _MIXED),
)
_SEVERITY: Final[Mapping[Kind, Severity]] = {
    "bidi-control": Severity.WARNING,
    "invisible-character": Severity.WARNING,
    "control-character": Severity.WARNING,
    "mixed-scripts": Severity.WARNING,
    "not-nfc": Severity.INFO,
}

# W3C DID 1.0, 3.1, and RFC 3986, 2: both are ASCII only
_DID: Final = re.compile(r"did:([a-z0-9]+):((?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})+)(?:[/?#][!-~]*)?")
_URL: Final = re.compile(
    r"(?:https?)://(\[[0-9A-Fa-f:.]+\]|[^/?#\[\]\\@:]+)(?::([0-9]{1,5}))?(?:[/?#][^\\\s]*)?"
)
# RFC 1123, 2.1, in lower case; a DID host may carry an encoded port
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
# did:webvh puts a self-certifying id before the host
_HOST_PART: Final = {"web": 0, "webs": 0, "webvh": 1}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One kind of odd character in a text: its first place, that character, how many there are."""

    kind: Kind
    index: int
    character: str
    count: int


def suspicious(text: str) -> list[Suspicion]:
    """What in ``text`` a person would not see as it is; empty for ordinary text."""
    if text.isascii() and text.isprintable():
        return []
    found: list[Suspicion] = []
    for kind, pattern in _PATTERNS:
        if first := pattern.search(text):
            count = sum(1 for _ in pattern.finditer(text))
            found.append(Suspicion(kind, first.start(), _named(first[0]), count))
    if not unicodedata.is_normalized("NFC", text):
        pairs = ((i, text[max(0, i - 1) : i + 1]) for i in range(min(len(text), _LOOKED_AT)))
        odd = next((i for i, pair in pairs if not unicodedata.is_normalized("NFC", pair)), 0)
        found.append(Suspicion("not-nfc", odd, _named(text[odd]), 1))
    return found


def findings(value: object, at: str = "") -> tuple[Finding, ...]:
    """A finding for each kind of odd character in each text and member name of a JSON value."""
    return tuple(_findings(value, at))


def require_ascii_host(identifier: str, *, path: str = "") -> str:
    """The host named by a DID or http(s) URL, in lower case; empty for a DID without one (``did:key``).

    Raises:
        InputError: ``identity.not-ascii`` for any character outside printable ASCII (internationalised
            hosts are written as ``xn--``), ``identity.no-host`` where the host is none.
    """
    if odd := re.search(r"[^!-~]", identifier):
        raise InputError(identifier, code="identity.not-ascii", path=path, character=_named(odd[0]))
    if did := _DID.fullmatch(identifier):
        if did[1] not in _HOST_PART:
            return ""
        parts = [part.replace("%3a", ":").replace("%3A", ":") for part in did[2].split(":")]
        host = parts[_HOST_PART[did[1]]].partition(":")[0] if len(parts) > _HOST_PART[did[1]] else ""
    elif url := _URL.fullmatch(identifier):
        host = url[1]
    else:
        host = ""
    host = host.lower()
    if not HOST.fullmatch(host):
        raise InputError(identifier, code="identity.no-host", path=path)
    return host


def require_code(text: str, allowed: Collection[str], *, path: str = "") -> str:
    """``text`` if it is one of the ``allowed`` codes, character by character.

    Raises:
        InputError: ``identity.disguised-code`` where it only looks like one, else ``identity.unknown-code``.
    """
    if text in allowed:
        return text
    plain = "".join(c for c in unicodedata.normalize("NFKC", text[:256]) if c.isprintable()).strip()
    meant = plain if plain in allowed else ""
    if meant:
        odd = next((c for c in text if not c.isascii() or not c.isprintable()), " ")
        raise InputError(text, code="identity.disguised-code", path=path, meant=meant, character=_named(odd))
    raise InputError(text, code="identity.unknown-code", path=path, allowed=", ".join(sorted(allowed)[:12]))


def require_unique(ids: Iterable[tuple[str, str]]) -> None:
    """Refuse two datasets with one id; case and space around it make no difference (RFC 4122, 3).

    Args:
        ids: each id with the place where it stands.

    Raises:
        InputError: ``identity.duplicate-id``; several as ``Problems``.
    """
    first: dict[str, str] = {}
    errors: list[InputError] = []
    for one, at in ids:
        key = one.strip().casefold()
        if key in first:
            errors.append(InputError(one, code="identity.duplicate-id", path=at, first=first[key]))
        first.setdefault(key, at)
    raise_all(errors)


def _findings(value: object, at: str) -> Iterator[Finding]:
    stack: list[tuple[str, object]] = [(at, value)]
    while stack:
        place, item = stack.pop()
        if isinstance(item, str):
            yield from _text_findings(item, place)
        elif isinstance(item, Mapping):
            for name in item:
                yield from _text_findings(str(name), place + pointer([str(name)]))
            stack.extend(
                (place + pointer([str(name)]), child) for name, child in reversed(list(item.items()))
            )
        elif isinstance(item, list | tuple):
            stack.extend((f"{place}/{i}", item[i]) for i in reversed(range(len(item))))


def _text_findings(text: str, at: str) -> Iterator[Finding]:
    for one in suspicious(text):
        params = {"character": one.character, "index": str(one.index + 1), "count": str(one.count)}
        yield Finding(f"identity.{one.kind}", at, text, _SEVERITY[one.kind], params=params)


def _named(characters: str) -> str:
    odd = next((c for c in characters if not c.isascii()), characters[0])
    return f"U+{ord(odd):04X} {unicodedata.name(odd, '')}".rstrip()
