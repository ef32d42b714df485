"""Names of files and lengths of texts: neither a path nor a long text of the input breaks a package."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway import resources
from gateway.__main__ import main
from gateway.codec.base import Package
from gateway.frontdoor import archive
from gateway.pipeline.convert import convert, read
from gateway.report import Fate

PROCESS = re.compile(r"ILCD/processes/[0-9a-f-]{36}_[0-9.]+\.xml")


@pytest.mark.oracle
@pytest.mark.parametrize("how", ["absolute", "relative", "above", "plain", "json"])
def test_the_path_of_the_input_is_no_name_in_the_output(
    oracle_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    folder = tmp_path / "secret-folder"
    (folder / "here").mkdir(parents=True)
    sample = "ilcd-json/f63ac879-fa7d-4f91-813e-e816cbdf1927.json" if how == "json" else "sample_EPD.xml"
    source = folder / f"epd{Path(sample).suffix}"
    where = oracle_data / "lca" / (sample if how == "json" else f"ilcd-epd/{sample}")
    source.write_bytes(where.read_bytes())
    monkeypatch.chdir(
        {"absolute": tmp_path, "json": tmp_path, "relative": tmp_path, "above": folder / "here"}.get(
            how, folder
        )
    )
    given = {
        "absolute": str(source),
        "json": str(source),
        "relative": f"secret-folder/{source.name}",
        "above": f"../{source.name}",
    }.get(how, source.name)
    assert main(["convert", given, "--to", "ilcd-epd", "-o", str(tmp_path / "out.zip"), "--quiet"]) == 0
    opened = archive.open_zip((tmp_path / "out.zip").read_bytes())
    names = list(opened.names)
    assert [name for name in names if PROCESS.fullmatch(name)]
    assert all(re.fullmatch(r"ILCD/[a-z_]+/[0-9A-Za-z._-]+", name) for name in names)
    assert b"secret-folder" not in b"".join(data for _, data in opened.read_all())


def _texts(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if isinstance(value, str):
            yield (*path, key), value
        else:
            yield from _texts(value, (*path, key))


def _long(document: Any, paths: list[tuple[str | int, ...]]) -> Any:
    changed = copy.deepcopy(document)
    for path in paths:
        node = changed
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = "长 x " * 750
    return changed


class TestLongTexts:
    """No text of an input is too long to be written, or to be refused by name."""

    @pytest.mark.parametrize("example", ["lfp-pack.json", "tea.json"])
    def test_every_text_of_an_example_at_3000_characters(self, example: str) -> None:
        document = json.loads(resources.example(example).read_bytes())
        patterns: dict[str, tuple[str | int, ...]] = {}
        for path, _ in _texts(document):
            patterns.setdefault("/".join("*" if isinstance(step, int) else step for step in path), path)
        assert len(patterns) > 80
        written = cut = 0
        for path in patterns.values():
            source = read(Package.of(json.dumps(_long(document, [path])).encode()))
            (outcome,) = convert(source, to=["ilcd-epd"])
            assert outcome.package is not None or outcome.lacks, path
            assert not [lack for lack in outcome.lacks if lack.error_code.startswith("internal.")], path
            written += outcome.package is not None
            cut += any(note.fate is Fate.TRUNCATED for note in outcome.notes)
        assert written > len(patterns) * 0.7
        assert cut >= 5

    def test_all_that_can_be_long_at_once(self) -> None:
        document = json.loads(resources.example("lfp-pack.json").read_bytes())
        kept = ("unit", "code", "kind", "type", "stage", "covers", "id")
        paths = [
            p for p, text in _texts(document) if re.search("[ \u4e00-\u9fff]", text) and p[-1] not in kept
        ]
        source = read(Package.of(json.dumps(_long(document, paths)).encode()))
        (outcome,) = convert(source, to=["ilcd-epd"])
        assert outcome.package is not None
        assert sum(note.fate is Fate.TRUNCATED for note in outcome.notes) >= 5
