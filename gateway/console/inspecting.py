"""``formats`` and ``detect``: what there is, and what a file is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gateway.codec.datasets import DatasetFormat
from gateway.codec.plugin import Plugin
from gateway.console import failures
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN, load
from gateway.console.terminal import Console, joined, table
from gateway.errors import GatewayError, InputError
from gateway.formats import GROUPS, Detected, detect, formats
from gateway.formats.datasets import DetectedDatasets, dataset_formats, detect_datasets
from gateway.pipeline.registers import split
from gateway.storage.shelves import open_shelf

_STRENGTHS = {3: "cli.evidence-name", 2: "cli.evidence-keys", 1: "cli.evidence-shape"}


def list_formats(console: Console, plugins: Sequence[Plugin] = ()) -> Exit:
    """Print every format with what can be done with it and its legal status."""
    rows: list[tuple[str, ...]] = []
    there = formats(plugins)
    kind = console.say("cli.declarations")
    for format_ in there:
        way = ("cli.reads-own" if format_.private_reader else "cli.reads", "cli.writes")
        rows.append(
            (
                format_.id,
                kind,
                console.say(way[0]),
                console.say(way[1]) if format_.write else "-",
                format_.title[console.lang],
                format_.legal_status or "-",
                format_.schema_edition or "-",
            )
        )
    rows.extend(_data_sets(console, one) for one in dataset_formats())
    for line in table(rows):
        console.answer(line)
    for group, members in GROUPS.items():
        console.answer(f"{group} = {' + '.join(members)}")
    console.document(
        {
            "formats": [
                {
                    "id": f.id,
                    "title": dict(f.title),
                    "holds": "declarations",
                    "reads": "own" if f.private_reader else "yes",
                    "writes": f.write is not None,
                    "mediaType": f.media_type,
                    "legalStatus": f.legal_status,
                    "schemaEdition": f.schema_edition,
                }
                for f in there
            ]
            + [
                {
                    "id": f.id,
                    "title": dict(f.title),
                    "holds": "data sets",
                    "reads": "yes",
                    "writes": f.write is not None,
                    "mediaType": f.media_type,
                    "legalStatus": "",
                    "schemaEdition": f.schema_edition,
                }
                for f in dataset_formats()
            ],
            "groups": {group: list(members) for group, members in GROUPS.items()},
        }
    )
    return Exit.DONE


def _data_sets(console: Console, format_: DatasetFormat) -> tuple[str, ...]:
    return (
        format_.id,
        console.say("cli.data-sets"),
        console.say("cli.reads"),
        console.say("cli.writes") if format_.write else "-",
        format_.title[console.lang],
        "-",
        format_.schema_edition or "-",
    )


def detect_files(console: Console, names: Sequence[str], plugins: Sequence[Plugin] = ()) -> Exit:
    """Print the format of each file, and why it is that one."""
    codes: list[Exit] = []
    documents: list[dict[str, object]] = []
    for name in names:
        try:
            told = _each_detected(name, plugins)
        except GatewayError as error:
            codes.append(failures.not_read(console, name, error, documents))
            continue
        for own, found in told:
            _tell_detected(console, own, found)
            documents.append(
                {
                    "file": own,
                    "format": found.format.id,
                    "strength": found.evidence.strength,
                    "evidence": list(found.evidence.reasons),
                }
            )
    console.document({"files": documents})
    return failures.worst(codes)


def _each_detected(name: str, plugins: Sequence[Plugin]) -> list[tuple[str, Detected | DetectedDatasets]]:
    """What a file is; of one with several footprints, what each is."""
    try:
        return [(name, _detected(name, plugins))]
    except InputError as error:
        if error.error_code != "input.several-footprints" or name == STDIN:
            raise
        return [(part.name, detect(part, plugins)) for part in split(load(name))]


def _detected(name: str, plugins: Sequence[Plugin]) -> Detected | DetectedDatasets:
    """The format of a declaration, else that of a package of data sets."""
    if name != STDIN and Path(name).is_dir():
        return detect_datasets(open_shelf(Path(name)))
    try:
        return detect(load(name), plugins)
    except InputError as error:
        if error.error_code != "input.unknown-format" or name == STDIN:
            raise
        shelf = open_shelf(Path(name))  # why an archive cannot be read says more than an unknown format
        try:
            return detect_datasets(shelf)
        except InputError as packed:
            raise packed if packed.error_code == "archive.nested" else error from None


def _tell_detected(console: Console, name: str, found: Detected | DetectedDatasets) -> None:
    strength = console.say(_STRENGTHS[found.evidence.strength])
    console.answer(joined((f"{name}: {found.format.id}", strength, *found.evidence.reasons)))
