"""``targets``: what each file can become, and what is in the way of the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway import messages
from gateway.console import failures
from gateway.console.failures import Exit
from gateway.console.inputs import STDIN, load
from gateway.console.terminal import Console, table, visible
from gateway.errors import GatewayError, flatten
from gateway.formats import find, formats
from gateway.formats.datasets import dataset_formats, find_dataset_format, is_dataset_format

if TYPE_CHECKING:
    from gateway.codec.base import Context, Package
    from gateway.pipeline.convert import Outcome, Source
    from gateway.pipeline.datasets import Datasets, Reach

# Of a larger package so many data sets are tried in each format: some seconds.
_MOST: Final = 400


def list_targets(
    console: Console, names: Sequence[str], targets: Sequence[str], context: Context, *, markdown: bool
) -> Exit:
    """Print tables of files and targets: values carried and noted, or how much is missing; or data sets."""
    wanted, kinds = _ids(targets, context)
    listing = _Listing(console, wanted, kinds, context, asked=bool(targets))
    for name in names:
        listing.add(name)
    for rows in (listing.rows, listing.packages):
        if len(rows) == 1:
            continue
        if len(rows) <= len(rows[0]) - 1:  # what there is more of goes down the page
            rows = list(zip(*rows, strict=True))  # noqa: PLW2901 - the same table
        for line in _markdown(rows) if markdown else table(rows):
            console.answer(line)
    if len(listing.rows) > 1 or len(listing.packages) == 1:
        console.tell(console.say("cli.targets-legend"))
    if len(listing.packages) > 1:
        console.tell(console.say("cli.targets-legend-datasets"))
    console.document({"files": listing.documents})
    return failures.worst(listing.codes)


class _Listing:
    """The tables and the documents, file by file."""

    def __init__(
        self,
        console: Console,
        wanted: tuple[str, ...],
        kinds: tuple[str, ...],
        context: Context,
        *,
        asked: bool,
    ) -> None:
        self.asked = asked
        self.console, self.wanted, self.kinds, self.context = console, wanted, kinds, context
        self.rows: list[tuple[str, ...]] = [("", *wanted)]
        self.packages: list[tuple[str, ...]] = [("", *kinds)]
        self.codes: list[Exit] = []
        self.documents: list[dict[str, object]] = []

    def add(self, name: str) -> None:
        """One input: a declaration, several, or a package of data sets, which may be one as well."""
        from gateway.pipeline.registers import split

        opened = _datasets(name, self.context) if self.kinds else None
        try:
            parts = split(load(name))
        except GatewayError as error:
            self._no_declaration(name, error, opened)
            return
        for part in parts:
            self._part(part, part.name if len(parts) > 1 else name, opened)

    def _part(self, part: Package, name: str, opened: Datasets | None) -> None:
        from gateway.pipeline.convert import convert, read

        if opened is not None and not self.wanted:
            self._reached(name, opened.format.id, {"targets": []}, opened)
            return
        try:
            source = read(part, context=self.context)
            wanted = self.wanted
            outcomes = convert(source, to=wanted, options={"preview": "yes"}) if wanted else ()
        except GatewayError as error:
            self._no_declaration(name, error, opened)
            return
        made = self._made(source) if opened is None and self.asked else []
        if wanted:
            self.rows.append((name, *(_cell(self.console, outcome) for outcome in outcomes)))
        self._reached(name, source.format.id, {"targets": list(map(_told, outcomes))}, opened, made)

    def _no_declaration(self, name: str, error: GatewayError, opened: Datasets | None) -> None:
        """A file that is no declaration: why; and what its data sets can become."""
        if opened is None:
            self.codes.append(failures.not_read(self.console, name, error, self.documents))
            return
        found = flatten(error)
        self.console.tell(self.console.say("cli.targets-no-declaration", file=name))
        for one in found:
            failures.tell(self.console, one, "  ")
        why = {"targets": [], "reasons": [messages.to_json(one) for one in found]}
        self._reached(name, opened.format.id, why, opened)

    def _made(self, source: Source) -> list[Reach]:
        """What the data sets of a declaration would become; why there are none, is told."""
        from gateway.pipeline.datasets import reach
        from gateway.pipeline.footprint_datasets import datasets_of, with_carbon_flows

        try:
            made = datasets_of(source)[0] if self.kinds else None
        except GatewayError as error:
            for one in flatten(error):
                failures.tell(self.console, one, "  ")
            self.codes.append(failures.worst(map(failures.exit_of, flatten(error))))
            return []
        if made is None:
            return []
        plain = with_carbon_flows(made)
        holding = {kind for kind in self.kinds if find_dataset_format(kind).holds_results}
        return [reach(made if kind in holding else plain, kind, most=_MOST) for kind in self.kinds]

    def _reached(
        self,
        name: str,
        format_: str,
        more: Mapping[str, object],
        opened: Datasets | None,
        made: Sequence[Reach] = (),
    ) -> None:
        from gateway.pipeline.datasets import reach

        document = {"file": name, "format": format_, **more}
        found = made if opened is None else [reach(opened, to, most=_MOST) for to in self.kinds]
        if found:
            self.packages.append((name, *(_of_package(self.console, one) for one in found)))
            document["datasets"] = list(map(_told_of_package, found))
        self.documents.append(document)
        self.codes.append(Exit.DONE)


def _datasets(name: str, context: Context) -> Datasets | None:
    """The file or folder as a package of data sets; None where it is none."""
    from gateway.pipeline.datasets import open_datasets
    from gateway.storage.shelves import open_shelf

    if name == STDIN:
        return None
    try:
        return open_datasets(open_shelf(Path(name)), context=context)
    except GatewayError:
        return None


def _of_package(console: Console, found: Reach) -> str:
    code = "cli.targets-datasets" if found.asked == found.of else "cli.targets-datasets-some"
    told = {"written": found.written, "refused": found.refused, "noted": found.noted}
    return console.say(code, **told, asked=found.asked, of=found.of)


def _told_of_package(found: Reach) -> dict[str, object]:
    return {
        "target": found.format.id,
        "written": found.written,
        "refused": found.refused,
        "noted": found.noted,
        "tried": found.asked,
        "of": found.of,
    }


def _ids(targets: Sequence[str], context: Context) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Formats of declarations and of data sets: those asked for, else all that are written."""
    if not targets:
        own = tuple(f.id for f in formats(context.plugins) if f.write is not None)
        return own, tuple(f.id for f in dataset_formats() if f.write is not None)
    kinds = dict.fromkeys(find_dataset_format(name).id for name in targets if is_dataset_format(name))
    others = [name for name in targets if not is_dataset_format(name)]
    return tuple(dict.fromkeys(f.id for name in others for f in find(name, context.plugins))), tuple(kinds)


def _cell(console: Console, outcome: Outcome) -> str:
    if outcome.written:
        return console.say("cli.targets-written", carried=outcome.carried, noted=len(outcome.notes))
    return console.say("cli.targets-refused", lacks=len(outcome.lacks))


def _told(outcome: Outcome) -> dict[str, object]:
    return {
        "target": outcome.format.id,
        "written": outcome.written,
        "carried": outcome.carried,
        "noted": len(outcome.notes),
        "lacks": [{"code": error.error_code, "at": error.path} for error in outcome.lacks],
    }


def _markdown(rows: Sequence[Sequence[str]]) -> list[str]:
    made = ["| " + " | ".join(visible(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return [made[0], "|" + " --- |" * len(rows[0]), *made[1:]]
