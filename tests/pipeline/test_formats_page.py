"""docs/formats.md says what the command says; ``HUTONG_UPDATE_DOCS=1`` writes its tables anew."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.formats import formats
from gateway.pipeline.workbook import template

from .conftest import EXAMPLES

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"


# Other kinds of inputs: where they come from in the test data, and what they are called in the table.
OTHERS = {
    "lca/ilcd-epd/EPDv1.3_example_57a4ae65-d305-421e-b21f-a3f0c35b8abe.xml": "ilcd-epd-1.3.xml",
    "lca/ilcd-epd/epditaly_with_dependencies.zip": "ilcd-epd-package.zip",
    "lca/ilcd-json/f63ac879-fa7d-4f91-813e-e816cbdf1927.json": "soda4lca-epd.json",
    "passport/own-examples/aas-02035-3-instance.json": "aas-02035-3.json",
    "passport/idta-smt/02035-4_v1.0.1/IDTA_02035-4_DBP-Part-4_TechnicalData.json": "aas-02035-4.json",
    "passport/own-examples/batterypass-1.2-carbonfootprint-EV-M1.json": "batterypass-1.2.json",
    "passport/own-examples/en18223-compressed-02099-header-plus-cf-EV-M1.json": "en18223.json",
    "passport/own-examples/untp-dpp-0.6.1-emissionsScorecard-EV-M1.json": "untp-0.6.1.json",
    "passport/own-examples/untp-dpp-0.7.0-pcf.json": "untp-0.7.0.json",
}


def table(folder: Path, monkeypatch: pytest.MonkeyPatch, names: Sequence[str] = ()) -> str:
    """The table that the command prints for every declaration of a folder, or for some files of it."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    names = names or sorted(path.name for path in folder.glob("*.json"))
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
    agree("examples", table(EXAMPLES, monkeypatch, ("lfp-pack.json", "tea.json")))


@pytest.mark.oracle
def test_published(oracle_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = table(oracle_data / "china" / "sample_inputs", monkeypatch)
    real = table(oracle_data / "real_inputs", monkeypatch)
    agree("published", samples + "".join(real.splitlines(keepends=True)[2:]))


@pytest.mark.oracle
def test_other_inputs(oracle_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inputs that are no domestic declaration in JSON: packages, shells, passports, and our workbook."""
    for source, name in OTHERS.items():
        (tmp_path / name).write_bytes((oracle_data / source).read_bytes())
    (tmp_path / "workbook.xlsx").write_bytes(template("battery", filled=True))
    agree("others", table(tmp_path, monkeypatch, ("workbook.xlsx", *OTHERS.values())))


def test_every_format_has_its_line() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for format_ in formats():
        (line,) = re.findall(rf"^\| `{re.escape(format_.id)}` \|.*$", page, re.MULTILINE)
        _, way_in, way_out, audience = (cell.strip() for cell in line.strip("|").split("|")[1:])
        assert way_in == ("own" if format_.private_reader else "yes"), format_.id
        assert (way_out != "no") == (format_.write is not None), format_.id
        assert audience == format_.audience.value, format_.id
