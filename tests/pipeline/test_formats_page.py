"""docs/formats.md says what the command says; ``HUTONG_UPDATE_DOCS=1`` writes its tables anew."""

from __future__ import annotations

import io
import os
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.formats import formats

from .conftest import EXAMPLES

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"


def table(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The table that the command prints for every declaration of a folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    names = sorted(path.name for path in folder.glob("*.json"))
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with redirect_stdout(out):
        assert main(["targets", *names, "--markdown", "--quiet", "--lang", "en"]) == 0
    assert isinstance(out.buffer, io.BytesIO)
    return out.buffer.getvalue().decode()


def agree(part: str, made: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"<!-- {part} -->\n(.*?)<!-- end -->", page, re.DOTALL)
    assert found is not None
    if os.environ.get("HUTONG_UPDATE_DOCS") == "1" and "CI" not in os.environ:
        PAGE.write_text(page[: found.start(1)] + made + page[found.end(1) :], encoding="utf-8")
    else:
        assert found[1] == made


def test_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    agree("examples", table(EXAMPLES, monkeypatch))


@pytest.mark.oracle
def test_published(oracle_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = table(oracle_data / "china" / "sample_inputs", monkeypatch)
    real = table(oracle_data / "real_inputs", monkeypatch)
    agree("published", samples + "".join(real.splitlines(keepends=True)[2:]))


def test_every_format_has_its_line() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for format_ in formats():
        (line,) = re.findall(rf"^\| `{re.escape(format_.id)}` \|.*$", page, re.MULTILINE)
        _, way_in, way_out, audience = (cell.strip() for cell in line.strip("|").split("|")[1:])
        assert way_in == ("own" if format_.private_reader else "yes"), format_.id
        assert (way_out != "no") == (format_.write is not None), format_.id
        assert audience == format_.audience.value, format_.id
