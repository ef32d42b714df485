"""Where in a covered part other signed documents stand: whole files, members of JSON, tokens in text.

Nothing is verified here. What is found is what a reader may take for signed, also where its form is one that
the readers of signatures refuse.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import unquote

from gateway.errors import GatewayError
from gateway.frontdoor import xml
from gateway.frontdoor.archive import ASIC_MIMETYPES, is_tacitly_asic, open_zip
from gateway.frontdoor.json import PlainJson, parse_signed, pointer
from gateway.frontdoor.limits import ArchiveLimits
from gateway.signing import _content_kinds as content
from gateway.signing import _signed_objects as objects
from gateway.signing._xml_names import DS
from gateway.signing.jcs import jcs

# The name of an element cannot be written in another way, unlike the address of its namespace.
_SIGNATURE: Final = tuple("Signature".encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be"))
_NAMESPACE: Final = b"xmldsig"
_BETWEEN: Final = re.compile(r"(?:[\x00-\x20\ufeff\s,;:\"'`<>|(){}\[\]&?#!*]|=(?=eyJ))+")
_LEAD_OF_PDF: Final = 1024
# Of an object or a list of JSON, however spelled, and not of RTF, a template, a heading or a link.
_OPENING: Final = re.compile(
    rb"\{\s*(?:[\"'}/#$\w]|\Z)|\[\s*(?:[\]\[{\"'0-9+./#-]|(?:true|false|null|NaN|Infinity)\b|\Z)"
)
_DATA_URL: Final = re.compile(r'data:(?:[^,"]|"[^"]*"){0,200},', re.IGNORECASE)
_ESCAPED_LETTER: Final = re.compile(rb"\\u00[4-7]")
_MOST_DEPTH: Final = 4
_ARCHIVE: Final = ArchiveLimits(allow_nested=True)


# The name of a member or the number of an entry, behind those above it.
_Step: TypeAlias = "tuple[_Step, str | int] | None"
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Something with a signature of its own, or a credential without one (``is_signed`` False).

    ``why`` says why nobody can read it; ``data`` is then empty. Where it is not ``is_opened``, nobody has
    looked whether there is anything.
    """

    at: str
    data: bytes = field(default=b"", repr=False)
    is_signed: bool = True
    why: str = ""
    is_opened: bool = True


def in_file(data: bytes, at: str, *, depth: int = 0) -> Iterator[Place]:
    """What stands in a file, told apart by its content; the file itself may be all of it."""
    start = content.start_of(data)
    if not start:
        return
    if depth > _MOST_DEPTH:
        # So deep, nobody has looked; what may be a document of its own is told.
        if content.may_hold(data, start):
            yield Place(at, why="envelope.too-many-signatures")
        return
    if data.startswith(b"PK\x03\x04"):
        yield from _in_archive(data, at, depth)
    elif b"%PDF-" in data[:_LEAD_OF_PDF]:
        yield from _in_pdf(data, at)
    elif content.is_wrapped(data):
        yield Place(at, why="envelope.not-opened", is_opened=False)
    elif content.is_open_ended(data, start):
        yield Place(at, why="envelope.cms")
    elif content.may_be_message(data, start) and content.is_message(start):
        # Before archives: a message may hold one, and is then what was signed.
        yield Place(at, data)
    else:
        yield from _in_plain(data, start, at, depth)


def _in_plain(data: bytes, start: bytes, at: str, depth: int) -> Iterator[Place]:
    if content.is_zip(data):
        yield from _in_archive(data, at, depth)
        yield from _in_text(data, at)
    elif content.is_wide(data) and (plain := content.narrow(data)) is not None:
        if next(in_file(plain, at, depth=depth), None) is not None:
            # Other software reads this encoding; JSON and tokens are of none but UTF-8.
            yield Place(at, why="json.not-utf8")
    elif start.startswith(b"<") or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield from _in_xml(data, at)
    elif _OPENING.match(start) or (start[:1] == b'"' and content.is_quoted(start)):
        yield from _in_json(data, at, depth)
    elif (decoded := content.decoded(start)) is not None:
        yield from in_file(decoded, at, depth=depth + 1)
    else:
        yield from _in_text(data, at)


def _in_pdf(data: bytes, at: str) -> Iterator[Place]:
    names = content.pdf_names(data)
    if b"/EmbeddedFiles" in names:
        yield Place(at, why="envelope.not-opened", is_opened=False)
    if b"/ByteRange" not in names:
        return
    # Other software opens it whatever stands in front; the places of its signatures are then not these.
    yield Place(at, data) if data.startswith(b"%PDF-") else Place(at, why="envelope.pdf")


def in_members(value: PlainJson, at: str, *, depth: int = 0, skipped: str = "") -> Iterator[Place]:
    """What stands inside an object or a list, which is itself known; below what is found nobody looks on.

    Args:
        skipped: the member of the outermost object whose entries somebody else answers for.
    """
    # Places are put together where one is needed: they may be as long as the document.
    stack: list[tuple[PlainJson, _Step]] = [(value, None)]
    while stack:
        held, above = stack.pop()
        entries: list[tuple[str | int, PlainJson]] = []
        if isinstance(held, dict):
            entries = list(held.items())
        elif isinstance(held, list):
            entries = list(enumerate(held))
        deeper = []
        for name, item in entries:
            own = (above, name)
            answered = bool(skipped) and skipped in (
                name if above is None else "",
                above[1] if above is not None and above[0] is None and isinstance(held, list) else "",
            )
            if isinstance(item, str) and len(item) >= content.SHORTEST_TOKEN:
                # Nobody else looks at tokens, nor at documents as text.
                yield from _in_string(item, _joined(at, own), depth)
            elif isinstance(item, dict | list):
                # Nor at a token in JSON.
                answered = answered and not (isinstance(item, dict) and objects.is_serialised(item))
                found = None if answered else _object(item, at, own)
                if found is not None:
                    yield found
                if found is None or not found.is_signed:
                    deeper.append((item, own))
        stack += reversed(deeper)


def _joined(at: str, step: _Step) -> str:
    """A place for people: of names without end, only the beginning."""
    names: list[str | int] = []
    while step is not None:
        above, name = step
        is_long = isinstance(name, str) and len(name) > _LONGEST_NAME
        names.append(f"{str(name)[:_LONGEST_NAME]}…" if is_long else name)
        step = above
    return at + pointer(reversed(names))


def object_at_root(value: PlainJson, at: str, data: bytes) -> Place | None:
    """The document itself, where it is signed or a credential."""
    found = _object(value, at)
    return Place(at, data, found.is_signed) if found is not None else None


def in_xml_object(data: bytes, at: str) -> Iterator[Place]:
    """The text of a signed element, where it has nothing else: an object of a signature may be a document."""
    # Comments and instructions between its text are nothing to whoever reads it.
    if data.count(b"<") - data.count(b"<?") > 2:
        return
    root = xml.parse(data)
    if not len(root) and root.text:
        text = root.text.strip().encode()
        inner = list(in_file(text, at))
        if not inner and root.get("Encoding", "").endswith("base64"):
            try:
                inner = list(in_file(base64.b64decode(text), at))
            except (binascii.Error, ValueError):
                inner = []
        yield from inner


def _in_archive(data: bytes, at: str, depth: int) -> Iterator[Place]:
    try:
        archive = open_zip(data, limits=_ARCHIVE)
        stated = archive.read("mimetype").decode("latin-1") if "mimetype" in archive else ""
        if stated in ASIC_MIMETYPES or is_tacitly_asic(archive):
            yield Place(at, data)
            return
        for name, inner in archive.read_all():
            yield from in_file(inner, f"{at}/{name}", depth=depth + 1)
    except GatewayError as error:
        yield Place(at, why=error.error_code)


def _in_xml(data: bytes, at: str) -> Iterator[Place]:
    if not any(name in data for name in _SIGNATURE):
        return
    try:
        root = xml.parse_signed(data)
    except GatewayError as error:
        if _NAMESPACE in data:
            yield Place(at, why=error.error_code)
        return
    if next(root.iter(f"{DS}Signature"), None) is not None:
        yield Place(at, data)


def _in_json(data: bytes, at: str, depth: int) -> Iterator[Place]:
    try:
        value = parse_signed(data)
    except GatewayError as error:
        yield from _in_loose_json(data, at, depth, error.error_code)
        return
    if isinstance(value, str):
        yield from _in_string(value, at, depth)
        return
    whole = object_at_root(value, at, data)
    if whole is not None:
        yield whole
    if whole is None or not whole.is_signed:
        yield from in_members(value, f"{at}#", depth=depth)


def _in_loose_json(data: bytes, at: str, depth: int, code: str) -> Iterator[Place]:
    """What other software reads though it is no strict JSON here, or a document in each line."""
    try:
        # Of two members of one name, some readers take the first.
        read = [
            json.loads(content.start_of(data), object_pairs_hook=each) for each in (_last_wins, _first_wins)
        ]
    except (ValueError, RecursionError):
        lines = data.splitlines()
        if len(lines) > 1 and all(line.strip()[:1] in (b"", b"{", b"[") for line in lines):
            for number, line in enumerate(lines, 1):
                yield from in_file(line, f"{at}:{number}", depth=depth + 1)
        elif _may_be_signed(data):
            yield Place(at, why=code)
        else:
            yield from _in_text(data, at)
        return
    # A list of one, as the outermost text may be a token, too.
    if any(next(in_members([value], f"{at}#", depth=depth), None) is not None for value in read):
        yield Place(at, why=code)


def _last_wins(pairs: list[tuple[str, PlainJson]]) -> PlainJson:
    return _with_hidden(dict(pairs), pairs)


def _first_wins(pairs: list[tuple[str, PlainJson]]) -> PlainJson:
    return _with_hidden(dict(reversed(pairs)), pairs)


def _with_hidden(made: dict[str, PlainJson], pairs: list[tuple[str, PlainJson]]) -> PlainJson:
    """The object with what its twin members hide, each value once, under a name that means nothing."""
    if len(made) == len(pairs):
        return made
    return {**made, "\x00": [value for name, value in pairs if made[name] is not value]}


def _may_be_signed(data: bytes) -> bool:
    words = (b"proof", b"Credential", b"signature", b"eyJ", *_SIGNATURE)
    # No writer escapes plain letters, but who wants one of these words not to be found.
    return any(word in data for word in words) or _ESCAPED_LETTER.search(data) is not None


def _in_text(data: bytes, at: str) -> Iterator[Place]:
    if data.count(b".") < 2:
        return
    # A token is ASCII, whatever the encoding around it.
    text = data.decode(errors="replace")
    cut = (piece if objects.is_token(piece) else piece.rstrip(".") for piece in _BETWEEN.split(text))
    pieces = [piece for piece in cut if objects.is_token(piece)]
    for number, piece in enumerate(pieces, 1):
        yield Place(at if len(pieces) == 1 else f"{at}:{number}", piece.encode())


def _in_string(text: str, at: str, depth: int) -> Iterator[Place]:
    """A token, perhaps behind ``data:…,``, or a document as text."""
    if len(text) < content.SHORTEST_TOKEN:
        return
    if head := _DATA_URL.match(text):
        text = unquote(text[head.end() :])
    if (decoded := content.decoded(text.lstrip("\ufeff"))) is not None:
        yield from in_file(decoded, at, depth=depth + 1)
        return
    first = text.lstrip("\ufeff \t\r\n")[:1]
    if first in ("{", "[", "<", "-") or (
        first == '"' and content.is_quoted(content.start_of(text.encode(errors="replace")))
    ):
        yield from in_file(text.encode(errors="replace"), at, depth=depth + 1)
    else:
        yield from _in_text(text.encode(errors="replace"), at)


def _object(value: PlainJson, at: str, step: _Step = None) -> Place | None:
    """The place of an object that is signed, or a credential without a signature."""
    if not isinstance(value, dict):
        return None
    if objects.has_proof(value) or objects.is_serialised(value) or objects.kinds(value) & objects.ENVELOPED:
        place = _joined(at, step)
        try:
            return Place(place, jcs(value))
        except GatewayError as error:
            return Place(place, why=error.error_code)
    if objects.kinds(value) & {objects.CREDENTIAL, objects.PRESENTATION}:
        return Place(_joined(at, step), is_signed=False)
    return None
