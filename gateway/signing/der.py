"""DER read strictly, one spelling for each value, and written; just what signatures and certificates need.

Source: ITU-T X.690 (02/2021), 8 and 10.
"""

from __future__ import annotations

from typing import Final

from gateway.errors import InputError

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
ENUMERATED: Final = 0x0A
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31

# Object identifiers of signatures and names stay far below; a serial number has at most 20 bytes.
_LONGEST_OID = 40
_LONGEST_INTEGER = 66


class BadDer(InputError):
    """The bytes are not DER, or not of the structure that belongs here."""

    code = "sm.bad-der"


def context(number: int, *, constructed: bool = True) -> int:
    """The tag ``[number]``."""
    return (0xA0 if constructed else 0x80) | number


class Reader:
    """Takes one element after the other from the content of a structure; ``path`` says of which."""

    __slots__ = ("_at", "_data", "path")

    def __init__(self, data: bytes | memoryview, path: str) -> None:
        # A view, so that going inwards copies nothing.
        self._data, self._at, self.path = memoryview(data), 0, path

    def next_tag(self) -> int | None:
        """The tag of what comes next; None at the end."""
        return self._data[self._at] if self._at < len(self._data) else None

    def encoded(self, tag: int, name: str) -> bytes:
        """The next element with its tag and length."""
        start, _, end = self._take(tag, name)
        return bytes(self._data[start:end])

    def content(self, tag: int, name: str) -> bytes:
        """The content of the next element."""
        _, start, end = self._take(tag, name)
        return bytes(self._data[start:end])

    def inner(self, tag: int, name: str) -> Reader:
        """A reader of the content of the next element."""
        _, start, end = self._take(tag, name)
        return Reader(self._data[start:end], self._inside(name))

    def sequence(self, name: str) -> Reader:
        return self.inner(SEQUENCE, name)

    def integer(self, name: str) -> int:
        """A number from zero upwards, in as few bytes as possible."""
        content = self.content(INTEGER, name)
        if not content or len(content) > _LONGEST_INTEGER or content[0] & 0x80:
            raise self.wrong(name)
        if len(content) > 1 and not content[0] and not content[1] & 0x80:
            raise self.wrong(name)
        return int.from_bytes(content, "big")

    def boolean(self, name: str) -> bool:
        """True or false; a false that stands there, though DER leaves defaults out, is signed as well."""
        content = self.content(BOOLEAN, name)
        if content not in (b"\0", b"\xff"):
            raise self.wrong(name)
        return content != b"\0"

    def oid(self, name: str) -> str:
        """An object identifier with dots."""
        content = self.content(OID, name)
        if not content or len(content) > _LONGEST_OID or content[-1] & 0x80:
            raise self.wrong(name)
        arcs, value, begins = [], 0, True
        for byte in content:
            if begins and byte == 0x80:
                raise self.wrong(name)
            value, begins = value << 7 | byte & 0x7F, not byte & 0x80
            if begins:
                arcs.append(value)
                value = 0
        top = min(arcs[0] // 40, 2)
        return ".".join(map(str, [top, arcs[0] - 40 * top, *arcs[1:]]))

    def bits(self, name: str) -> bytes:
        """A bit string of whole bytes."""
        content = self.content(BIT_STRING, name)
        if not content or content[0]:
            raise self.wrong(name)
        return content[1:]

    def algorithm(self, name: str) -> str:
        """The object identifier of an AlgorithmIdentifier that has no parameters, or NULL."""
        inner = self.sequence(name)
        oid = inner.oid("algorithm")
        if inner.next_tag() is not None and inner.content(NULL, "parameters"):
            raise inner.wrong("parameters")
        inner.end()
        return oid

    def end(self) -> None:
        """Refuse anything that is left."""
        if self._at != len(self._data):
            raise BadDer(len(self._data) - self._at, path=self.path, code="sm.der-left-over")

    def wrong(self, name: str) -> BadDer:
        """What to raise when the element ``name`` is not as it must be."""
        return BadDer(path=self._inside(name))

    def _inside(self, name: str) -> str:
        return f"{self.path}/{name}"

    def _take(self, tag: int, name: str) -> tuple[int, int, int]:
        """Where the next element begins, its content begins, and it ends."""
        data, start = self._data, self._at
        if self.next_tag() != tag or start + 2 > len(data):
            raise self.wrong(name)
        length, at = data[start + 1], start + 2
        if length & 0x80:
            # (8.1.3) Not the indefinite form, and (10.1) as few length bytes as possible; 4 GiB are enough.
            count = length & 0x7F
            length = int.from_bytes(data[at : at + count], "big")
            if not 1 <= count <= 4 or at + count > len(data) or length < 0x80 or not data[at]:
                raise self.wrong(name)
            at += count
        if at + length > len(data):
            raise self.wrong(name)
        self._at = at + length
        return start, at, self._at


def parse(data: bytes, name: str) -> Reader:
    """A reader of the one SEQUENCE that ``data`` is; ``name`` begins all paths."""
    outer = Reader(data, "")
    inner = outer.inner(SEQUENCE, name)
    outer.path = f"/{name}"
    outer.end()
    return inner


def element(tag: int, *contents: bytes) -> bytes:
    """One element with ``contents`` one after the other."""
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*contents: bytes) -> bytes:
    """A SEQUENCE of ``contents``."""
    return element(SEQUENCE, *contents)


def set_of(*members: bytes) -> bytes:
    """A SET OF in DER order."""
    return element(SET, *sorted(members))


def integer(value: int) -> bytes:
    """An INTEGER from zero upwards."""
    return element(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    content = b""
    for arc in (40 * first + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(0x80 | arc & 0x7F)
        content += bytes(reversed(digits))
    return element(OID, content)


def algorithm(dotted: str) -> bytes:
    """An AlgorithmIdentifier without parameters."""
    return sequence(oid(dotted))


def bits(data: bytes) -> bytes:
    """A BIT STRING of whole bytes."""
    return element(BIT_STRING, b"\0", data)
