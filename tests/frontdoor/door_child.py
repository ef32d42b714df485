"""Bring every hostile file to the door in a process that may open nothing, under 256 MB.

Usage: door_child.py ATTACKS_FOLDER; prints one JSON object: file → [outcome, seconds].
"""

from __future__ import annotations

import codecs
import json
import resource
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gateway.errors import GatewayError
from gateway.frontdoor import archive, table, xml
from gateway.frontdoor import json as door_json

MEMORY = 256 * 2**20


def _unpack(data: bytes) -> object:
    return {name: len(content) for name, content in archive.open_zip(data).read_all()}


DOORS: dict[str, Callable[[bytes], object]] = {
    "json": door_json.parse,
    "xml": xml.parse,
    "zip": _unpack,
    "asic": archive.open_asic,
    "csv": table.read_csv,
}


def _forbidden(*_: object, **__: object) -> object:
    raise AssertionError("a connection was tried")


def _close_all_ways_out() -> None:
    for codec in ("utf-16-le", "utf-16-be", "gb18030", "latin-1", "ascii", "cp1252"):
        codecs.lookup(codec)  # loads the codec's module while files may still be opened
    socket.socket.connect = _forbidden  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = _forbidden  # type: ignore[assignment]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # No descriptor can be opened any more, by C code neither: no file, no socket.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def main(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    cases = [(row["file"], row["kind"]) for row in manifest if row["kind"] in DOORS]
    inputs = [(file, kind, (folder / file).read_bytes()) for file, kind in cases]
    outcomes: dict[str, tuple[str, float]] = {}
    _close_all_ways_out()
    for file, kind, data in inputs:
        start = time.perf_counter()
        try:
            DOORS[kind](data)
            outcome = "passed"
        except GatewayError as error:
            outcome = error.error_code
        outcomes[file] = (outcome, time.perf_counter() - start)
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
