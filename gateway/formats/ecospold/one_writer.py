"""A process as a data set of EcoSpold 1: two languages, numbers instead of ids, the unit on the exchange."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle
from gateway.codec.xmlstructure import structure
from gateway.formats.ecospold import bind
from gateway.formats.ecospold.bind import Tree, put, restore, write_fields
from gateway.formats.ecospold.conform import conform
from gateway.formats.ecospold.excuses import NO_MOMENT, NOT_STATED
from gateway.formats.ecospold.one_exchange_writer import ExchangeWriter, write_allocations
from gateway.formats.ecospold.one_page import Desk, Page, Written, code_of, told_classes
from gateway.formats.ecospold.one_people_writer import PeopleWriter, write_sources
from gateway.formats.ecospold.one_tree import ABOUT, ADMINISTRATION, FAMILY, FUNCTION, INFORMATION, MODELLING
from gateway.formats.ecospold.values import date_form, languages, moment
from gateway.model.base import here
from gateway.model.dataset import Key
from gateway.model.process import ProcessKind

GENERATOR: Final = "Hutong"
_VERSION: Final = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)(?:\.\d+)*")
_SORTED: Final = ("/@category", "/@subCategory")
_KIND_CODES: Final = {
    ProcessKind.UNIT_PROCESS: "1",
    ProcessKind.BLACK_BOX: "1",
    ProcessKind.LCI_RESULT: "2",
    ProcessKind.PARTLY_TERMINATED: "0",
    ProcessKind.AVOIDED: "1",
    ProcessKind.EPD: "2",
}


class Writer(Page):
    """Writes one process of a bundle. ``desk``: what was learned when others of it were written."""

    def __init__(self, bundle: Bundle, context: Context, key: Key, desk: Desk | None = None) -> None:
        super().__init__(desk or Desk(bundle), context, key)

    def write(self) -> Written:
        """The data set. What it cannot be without is among ``lacks``."""
        process = self.process
        write_fields(process, self.node, FAMILY, self.base)
        self._function()
        self._about()
        self._place_and_time()
        numbers = write_sources(self)
        PeopleWriter(self).write()
        self.node["flowData"] = [{"exchange": ExchangeWriter(self, numbers).write()}]
        self._reference_function()
        write_allocations(self)
        restore(self.node, process.extras, FAMILY)
        # Under which words an exchange itself sorts a flow that others sort otherwise.
        self.done.chosen.update(v for k, v in process.extras.items() if k.endswith(_SORTED))
        head = f"{FAMILY}#/~root/"
        self.done.root.update({k[len(head) :]: v for k, v in process.extras.items() if k.startswith(head)})
        self.done.namespaces.update(json.loads(process.extras.get(f"{FAMILY}#/~namespaces", "{}")))
        self._defaults()
        self._no_dangling_sources()
        self._fit()
        return self.done

    def _moment(self) -> str:
        """When the data set was changed: the format asks for it, and no clock is asked."""
        return moment(self.process.changed, self.process.created) or NO_MOMENT

    def _function(self) -> None:
        process = self.process
        texts: Mapping[str, str] = languages(process.name)
        if not self.same:
            # A process is named by its product there: only so do others find it.
            names = self._product_names()
            self.done.chosen.update(names.values())
            texts = names or texts
        function: Tree = {}
        if name := self.text(texts):
            function["@name"] = name
        if self.local in texts and self.local != self.base:
            function["@localName"] = texts[self.local]
        if told := told_classes(process):
            function["@category"], function["@subCategory"] = told[0], told[-1]
        if synonyms := languages(process.synonyms).get(self.base):
            function["synonym"] = synonyms.split("; ")
        put(self.node, *FUNCTION, value=function | (bind.below(self.node, *FUNCTION) or {}))

    def _product_names(self) -> Mapping[str, str]:
        references = self.process.references
        return self.desk.flow(references[0].flow).texts if len(references) == 1 else {}

    def _about(self) -> None:
        process = self.process
        about = bind.below(self.node, *ABOUT) or {}
        if process.kind is not None and self.kept(_pointer(ABOUT, "@type")) is None:
            kind = _KIND_CODES[process.kind]
            several = sum(1 for one in process.exchanges if one.is_reference) > 1
            about["@type"] = "5" if kind == "1" and several and not self.same else kind
        version = _VERSION.fullmatch(process.version) if isinstance(process.version, str) else None
        if version:
            about["@version"] = version[1]
        elif not self.same:
            about.pop("@version", None)
        about["@timestamp"] = self._moment()
        codes = process.languages if self.same else (self.base, self.local)
        about |= zip(("@languageCode", "@localLanguageCode"), codes, strict=False)
        put(self.node, *ABOUT, value=about)

    def _place_and_time(self) -> None:
        code = code_of(self.process.location)
        if code is not None:
            put(self.node, *INFORMATION, "geography", "@location", value=code)
        period = self.process.period
        year = str(period.reference_year) if here(period.reference_year) else None
        until = str(period.valid_until) if here(period.valid_until) else None
        start = period.start if isinstance(period.start, str) else year
        end = period.end if isinstance(period.end, str) else until or year or start
        for side, text in (("start", start), ("end", end)):
            if form := date_form(text):
                put(self.node, *INFORMATION, "timePeriod", f"{side}{form}", value=text)

    def _defaults(self) -> None:
        """What the format asks for and the source does not say; but no name, place or time."""
        _fill(self.node, {"@number": "1", "@generator": GENERATOR, "@timestamp": self._moment()})
        function = bind.below(self.node, *FUNCTION) or {}
        for step in ("@category", "@subCategory"):
            function.setdefault(step, NOT_STATED)
        repeated = {
            "@localName": function.get("@name", ""),
            "@localCategory": function["@category"],
            "@localSubCategory": function["@subCategory"],
        }
        _fill(function, {"@datasetRelatesToProduct": "true", "@infrastructureProcess": "false", **repeated})
        about = {"@impactAssessmentResult": "false", "@internalVersion": "1.0", "@energyValues": "0"}
        node = bind.below(self.node, *ABOUT)
        assert node is not None
        _fill(node, {"@type": "1", "@version": "1.0", **about})
        information = bind.below(self.node, *INFORMATION)
        assert information is not None
        information.setdefault("technology", {})
        time = information.setdefault("timePeriod", {})
        time.setdefault("@dataValidForEntirePeriod", "true")
        publication = bind.below(self.node, *ADMINISTRATION, "dataGeneratorAndPublication")
        assert publication is not None
        publication.setdefault("@copyright", "false")
        if "@name" not in function:
            self.lack("/name")
        if "@location" not in information.get("geography", {}):
            self.lack("/location")
        for side in ("start", "end"):
            if not any(f"{side}{form}" in time for form in ("Year", "YearMonth", "Date")):
                self.lack(f"/period/{side}")

    def _reference_function(self) -> None:
        entries = self.node["flowData"][0]["exchange"]
        first = next((entry for entry in entries if entry.get("outputGroup") == "0"), None)
        function = bind.below(self.node, *FUNCTION)
        assert function is not None
        kept = self.kept(_pointer(FUNCTION, "@amount"))
        unit = self.kept(_pointer(FUNCTION, "@unit"))
        if first is None and (kept is None or unit is None):
            self.lack("/exchanges/reference")
            return
        function["@amount"] = kept or (first["@meanValue"] if first else "")
        function["@unit"] = unit or (first["@unit"] if first else "")

    def _no_dangling_sources(self) -> None:
        """A reference to a source that is not there is left out."""
        sources = {
            entry["@number"] for entry in self.node["metaInformation"]["modellingAndValidation"]["source"]
        }
        publication = bind.below(self.node, *ADMINISTRATION, "dataGeneratorAndPublication") or {}
        if publication.get("@referenceToPublishedSource", "") not in sources:
            publication.pop("@referenceToPublishedSource", None)
        for entry in self.node["flowData"][0].get("exchange", ()):
            if entry.get("@referenceToSource", "") not in sources:
                entry.pop("@referenceToSource", None)

    def _fit(self) -> None:
        """Within what the format allows; what stays impossible is a lack."""
        representative = bind.below(self.node, *MODELLING, "representativeness") or {}
        percent = representative.get("@percent", "").strip()
        if whole := re.fullmatch(r"(\d{1,3})(?:\.(\d)0*)?\s*%?", percent):
            representative["@percent"] = f"{whole[1]}.{whole[2] or 0}"
        content = structure("process", family=FAMILY).content.keys["dataset"].content
        assert content is not None
        known = bool(self.done.lacks)
        for at in conform(self.node, content):
            if not known:
                self.lack(at)


def _fill(node: Tree, values: dict[str, str]) -> None:
    for key, value in values.items():
        node.setdefault(key, value)


def _pointer(steps: tuple[str, ...], last: str) -> str:
    return "/" + "/".join((*steps, last))
