"""EcoSpold 1: the data sets of a package, found in one pass over each file and read one at a time."""

from __future__ import annotations

import json
from typing import Final

from gateway.codec.datasets import DatasetReading, IndexedBundle, unreadable
from gateway.codec.shelf import Shelf
from gateway.codec.xmlstructure import structure
from gateway.codec.xmltree import read_element
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold import one_people
from gateway.formats.ecospold.detect import documents
from gateway.formats.ecospold.measures import flow_property, unit_group
from gateway.formats.ecospold.one_exchanges import converted_spreads
from gateway.formats.ecospold.one_index import GROUPS, Index, Place, Watch
from gateway.formats.ecospold.one_reader import One, Reader
from gateway.formats.ecospold.one_tree import FAMILY
from gateway.formats.ecospold.spans import Document, padding, survey
from gateway.model.dataset import Dataset, DatasetKind, Key
from gateway.model.inventory import Flow
from gateway.report import Finding, Severity

NAMESPACE: Final = "http://www.EcoInvent.org/EcoSpold01"
_NAMES: Final = frozenset({"dataset"})
_KEPT: Final = 20_000


class Source:
    """The files of a package with their data sets."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.files = documents(shelf, NAMESPACE)
        self.index = Index()
        self.surveyed: dict[str, Document] = {}
        self.read_in: dict[Key, Dataset] = {}
        for name in self.files:
            self._survey(name)
        self.processes = frozenset(key.id for key in self.index.places if key.kind is DatasetKind.PROCESS)

    def bundle(self) -> IndexedBundle[Place]:
        """The bundle over these files."""
        others = [name for name in self.shelf.names if name not in self.files]
        return IndexedBundle(
            self.index.places, self.load, shelf=self.shelf, files=others, findings=self.index.findings
        )

    def _survey(self, name: str) -> None:
        watch = Watch(self.index, name)
        try:
            data = self.shelf.read(name)
            document = survey(data, _NAMES, watch, listen=watch.group, texts=GROUPS)
        except GatewayError as error:
            self.index.findings.append(unreadable(error, name))
            return
        self.index.findings += padding(document, name)
        numbers: dict[str, int] = {}
        for number in watch.numbers:
            numbers[number] = numbers.get(number, 0) + 1
        for number, count in numbers.items():
            if count > 1:
                self.index.findings.append(
                    Finding("ecospold.dataset-number-twice", name, number, Severity.WARNING)
                )
        if len(self.files) == 1:
            self.surveyed[name] = document

    def _document(self, name: str) -> Document:
        found = self.surveyed.get(name)
        if found is None:
            found = survey(self.shelf.read(name), _NAMES)
            self.surveyed = {name: found}
        return found

    def load(self, key: Key, place: Place) -> DatasetReading:
        """One data set, from where it is first told."""
        if key.kind is DatasetKind.FLOW_PROPERTY:
            found: Dataset | None = flow_property(key.id)
        elif key.kind is DatasetKind.UNIT_GROUP:
            found = unit_group(key.id)
        elif key.kind is DatasetKind.PROCESS:
            return self._process(place)
        else:
            found = self._apart(key)
            if found is None and key not in self.read_in:
                self._process(place)
            found = found or self.read_in.get(key)
        if found is None:
            raise InputError(key.id, code="dataset.not-here", kind=key.kind.value)
        return DatasetReading(found, str(place))

    def _apart(self, key: Key) -> Dataset | None:
        """A flow, source or person by what was seen of it when its document was surveyed."""
        if key.kind is DatasetKind.FLOW:
            return self.index.flows.flow(key.id)
        told = dict(self.index.apart.get(key.id, {}))
        make = one_people.source if key.kind is DatasetKind.SOURCE else one_people.contact
        return make(key.id, told) if told else None

    def _process(self, place: Place) -> DatasetReading:
        document = self._document(place.file)
        span = document.spans[place.number]
        tree = read_element(document.element(span), structure("process", family=FAMILY))
        node = tree.root["dataset"]
        assert isinstance(node, list)
        where = f"{place} (line {span.line})"
        reader = Reader(self.index.ids[place], self._known, self.processes.__contains__, self.index.flows)
        reader.extras = {
            f"{FAMILY}#/~root/{k}": v for k, v in tree.root.items() if k[0] == "@" and isinstance(v, str)
        }
        if tree.namespaces:
            reader.extras[f"{FAMILY}#/~namespaces"] = json.dumps(dict(tree.namespaces), sort_keys=True)
        one = reader.read(node[0], where)  # type: ignore[arg-type]  # a data set is no text
        self._remember(one)
        findings = tuple(
            Finding(f.code, f"{place.file}: {f.at}", f.saw, f.severity, f.per, f.params)
            for f in tree.findings
        )
        notes = (*tree.notes, *converted_spreads(one.process))
        return DatasetReading(one.process, str(place), notes, (*findings, *one.findings))

    def _remember(self, one: One) -> None:
        """Keep what the survey could not make out."""
        if len(self.read_in) > _KEPT:
            self.read_in.clear()
        for kind, datasets, known in (
            (DatasetKind.FLOW, one.flows, self.index.flows.first.keys()),
            (DatasetKind.SOURCE, one.sources, self.index.apart.keys()),
            (DatasetKind.CONTACT, one.contacts, self.index.apart.keys()),
        ):
            for id_ in datasets.keys() - known:
                self.read_in.setdefault(Key(kind, id_), datasets[id_])

    def _known(self, id_: str, own: Flow) -> Flow:
        found = self.index.flows.flow(id_) or self.read_in.get(Key(DatasetKind.FLOW, id_))
        return found if isinstance(found, Flow) else own
