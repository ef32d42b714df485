"""From jiter's line and column to the JSON pointer a person can follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# Pointers are looked for in this many bytes at most, so that an error is never slower than the reading.
_POINTER_BYTES: Final = 4 * 2**20
# A longer pointer helps nobody; line and column do.
_SHOWN_POINTER: Final = 200
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},:]', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SHORT_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a JSON text; lines and columns (in characters) count from 1."""

    pointer: str
    line: int
    column: int

    def __str__(self) -> str:
        if len(self.pointer) <= _SHOWN_POINTER and self.pointer:
            return self.pointer
        return f"line {self.line}, column {self.column}"


def locate(data: bytes, line: int, byte_column: int) -> tuple[int, Place]:
    """The byte offset and the place of an error that jiter reports."""
    start = _line_start(data, line)
    offset = min(start + max(byte_column, 1) - 1, len(data))
    column = len(data[start:offset].decode("utf-8", "replace")) + 1
    return offset, Place(_pointer(data, offset), line, column)


def _line_start(data: bytes, line: int) -> int:
    """The offset of the first byte of ``line``, by halving: a document may be all line ends."""
    low, high = 0, len(data)
    while low < high:
        middle = (low + high) // 2
        if data.count(b"\n", 0, middle) < line - 1:
            low = middle + 1
        else:
            high = middle
    return low


def _pointer(data: bytes, offset: int) -> str:
    """The pointer of the member or item that is being read at ``offset``; empty when too far in."""
    if offset > _POINTER_BYTES:
        return ""
    open_parts: list[str | int | None] = []
    name_next = False
    for token in _TOKEN.finditer(data, 0, offset):
        sign = token[0]
        if sign == b"{":
            open_parts.append(None)
            name_next = True
        elif sign == b"[":
            open_parts.append(0)
            name_next = False
        elif sign in b"]}":
            if open_parts:
                open_parts.pop()
            name_next = False
        elif sign == b",":
            name_next = _next_item(open_parts)
        elif sign != b":" and name_next and open_parts:
            open_parts[-1] = _unescaped(sign[1:-1])
            name_next = False
    parts = [str(part) for part in open_parts if part is not None]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _next_item(open_parts: list[str | int | None]) -> bool:
    """Step over a comma; True inside an object, where a name comes next."""
    last = open_parts[-1] if open_parts else None
    if isinstance(last, int):
        open_parts[-1] = last + 1
        return False
    return bool(open_parts)


def _unescaped(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")

    def one(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else _SHORT_ESCAPES.get(match[2], match[2])

    joined = _ESCAPE.sub(one, text)
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
