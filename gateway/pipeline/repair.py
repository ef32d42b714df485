"""The doctor for packages of life-cycle data sets: what is wrong, and what of it can be put right."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gateway import messages
from gateway.codec.base import Package
from gateway.codec.shelf import Shelf, shelf_of
from gateway.errors import GatewayError, InputError
from gateway.formats.datasets import refuse_packed
from gateway.formats.ilcd.dataset_index import DatasetIndex, index_of
from gateway.formats.ilcd.diagnosis import diagnose
from gateway.formats.ilcd.mend_ledger import SetAside
from gateway.formats.ilcd.repair import RepairedFile, repair_file
from gateway.frontdoor import xml as xml_door
from gateway.report import Finding


@dataclass(frozen=True)
class Doctor:
    """One package at the doctor's. Files are read one at a time."""

    shelf: Shelf

    @cached_property
    def index(self) -> DatasetIndex:
        """The data sets of the package.

        Raises:
            InputError: ``input.no-datasets``: it holds none.
        """
        found = index_of(self.shelf)
        if not found.kinds:
            _read_all(self.shelf)
            refuse_packed(self.shelf)
            raise InputError(self.shelf.name, path=self.shelf.name, code="input.no-datasets")
        return found

    def repair(self) -> Iterator[RepairedFile]:
        """Every file: put right where there is one reading, set aside where there is none, else untouched."""
        index = self.index
        for name in self.shelf.names:
            try:
                data = self.shelf.read(name)
            except GatewayError as error:
                at = name if error.path in ("", name) else f"{name} {error.path}"
                finding = Finding(error.error_code, at, error.saw, params=error.params)
                yield RepairedFile(name, None, is_dataset=False, aside=(SetAside("", finding, b""),))
            else:
                yield repair_file(name, data, index)

    def diagnose(self) -> Iterator[tuple[str, tuple[Finding, ...]]]:
        """Every data set with what is wrong or doubtful in it."""
        return diagnose(self.shelf, self.index)


def _read_all(shelf: Shelf) -> None:
    """Read what looks like XML: why it cannot be read says more than that there is no data set.

    Raises:
        InputError: a file cannot be read.
    """
    for name in shelf.names:
        data = shelf.read(name)
        if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            xml_door.parse(data)


def repair(source: Package | Shelf) -> Iterator[RepairedFile]:
    """Repair a file or package of ILCD data sets, file by file.

    Nothing is invented and nothing deleted: every value of the source is in the output, in a mend that says
    what it was, or set aside whole.

    Raises:
        InputError: ``input.no-datasets``.
    """
    return Doctor(shelf_of(source) if isinstance(source, Package) else source).repair()


def told(file: RepairedFile) -> Iterator[dict[str, object]]:
    """What was done to a file, change by change, for the report beside the output."""
    for note, place in zip(file.mends, file.places, strict=True):
        yield {"file": file.name, "at": place} | messages.to_json(note)
    for one in file.aside:
        content = one.content
        if isinstance(content, bytes):
            content = {"base64": base64.b64encode(content).decode("ascii")}
        yield {"file": file.name, "setAside": content, "path": one.path} | messages.to_json(one.finding)
