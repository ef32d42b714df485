"""An impact method as a data set of an impact document of EcoSpold 1.

It has the parts of a process there: its factors are exchanges with nature, its method and impact the
category and subcategory of its reference function. The writer of processes writes it, but for what differs.
"""

from __future__ import annotations

import re
from typing import Any, Final

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle, DatasetReading
from gateway.codec.xmlstructure import structure
from gateway.formats.ecospold import bind
from gateway.formats.ecospold.bind import Tree, put
from gateway.formats.ecospold.conform import conform
from gateway.formats.ecospold.excuses import NOT_STATED
from gateway.formats.ecospold.method_reader import GROUPS, IMPACT, NO_PLACE
from gateway.formats.ecospold.one_page import Desk
from gateway.formats.ecospold.one_tree import ABOUT, FAMILY, FUNCTION, INFORMATION, MODELLING, languages_of
from gateway.formats.ecospold.one_writer import Writer
from gateway.model.dataset import ClassEntry, Classification, Dataset, DatasetKind, Key, Reference
from gateway.model.inventory import FlowProperty, UnitGroup
from gateway.model.process import Direction, Exchange, Period, Process
from gateway.model.sources import CharacterisationFactor, ImpactMethod

_YEAR: Final = re.compile(r"-?\d{4,}", re.ASCII)


class MethodWriter(Writer):
    """Writes one impact method of a bundle."""

    def __init__(self, bundle: Bundle, context: Context, key: Key) -> None:
        found = bundle.read(key).dataset
        assert isinstance(found, ImpactMethod)
        self.method = found
        super().__init__(bundle, context, key, Desk(_Shown(bundle, key, as_process(found))))
        if self.same and not self.process.languages:
            self.base, self.local = languages_of({})

    def _about(self) -> None:
        super()._about()
        if self.kept(_at(ABOUT, "@type")) is None:
            put(self.node, *ABOUT, "@type", value=IMPACT)

    def _defaults(self) -> None:
        information = bind.below(self.node, *INFORMATION)
        assert information is not None
        information.setdefault("geography", {}).setdefault("@location", NO_PLACE)
        lacks = len(self.done.lacks)
        function = bind.below(self.node, *FUNCTION) or {}
        function.setdefault("@datasetRelatesToProduct", "false")
        super()._defaults()
        # A category's time may be left out, and it has no technology.
        self.done.lacks[lacks:] = [e for e in self.done.lacks[lacks:] if not e.path.startswith("/period")]
        information.pop("technology", None)
        if not any(key.startswith("start") for key in information.get("timePeriod", {})):
            information.pop("timePeriod", None)

    def _reference_function(self) -> None:
        """Amount and unit of the results; and factors that are no exchanges with a side in nature."""
        self._sides()
        function = bind.below(self.node, *FUNCTION)
        assert function is not None
        function["@amount"] = self.kept(_at(FUNCTION, "@amount")) or "1"
        unit = self._result_unit()
        if unit is None:
            self.lack("/result_unit")
        function["@unit"] = unit or ""

    def _sides(self) -> None:
        for index, entry in enumerate(self.node["flowData"][0]["exchange"]):
            at = f"/flowData/0/exchange/{index}"
            if self.kept(f"{at}/@number") is not None:
                del entry["@number"]
            kept = any(self.kept(f"{at}/{group}") is not None for group in GROUPS)
            if kept or self.method.factors[index].direction is None:
                for group in GROUPS:
                    entry.pop(group, None)

    def _result_unit(self) -> str | None:
        """As told, else the reference unit of the flow property of its results."""
        if isinstance(self.method.result_unit, str):
            return self.method.result_unit
        found = _read(self.bundle, DatasetKind.FLOW_PROPERTY, self.method.quantity)
        if not isinstance(found, FlowProperty):
            return None
        group = _read(self.bundle, DatasetKind.UNIT_GROUP, found.unit_group)
        unit = group.reference if isinstance(group, UnitGroup) else None
        return unit.name if unit is not None and isinstance(unit.name, str) else None

    def _fit(self) -> None:
        _renumber(self.node)
        modelling = bind.below(self.node, *MODELLING) or {}
        # Two of one number: the first is meant.
        modelling["source"] = list(
            {one.get("@number"): one for one in reversed(modelling["source"])}.values()
        )[::-1]
        content = structure("impact", family=FAMILY).content.keys["dataset"].content
        assert content is not None
        known = bool(self.done.lacks)
        for at in conform(self.node, content):
            if not known:
                self.lack(at)


def as_process(method: ImpactMethod) -> Process:
    """The process that has the parts of a method."""
    year = method.reference_year
    year = year.strip() if isinstance(year, str) and _YEAR.fullmatch(year.strip()) else None
    told = (*method.methodologies[:1], *method.impact_categories[:1])
    classes = method.classifications
    if len(told) == 2 or not classes:
        names = (
            told if len(told) == 2 else (*told, NOT_STATED) if method.methodologies else (NOT_STATED, *told)
        )
        entries = tuple(ClassEntry(name=name) for name in names)
        classes = (Classification(classes=entries),) if told else ()
    common = {name: getattr(method, name) for name in Dataset.model_fields}
    return Process(
        **common | {"classifications": classes},
        location=method.location,
        period=Period(start=year, end=year),
        exchanges=tuple(_as_exchange(n, factor) for n, factor in enumerate(method.factors, start=1)),
        languages=_languages(method),
    )


def _as_exchange(number: int, factor: CharacterisationFactor) -> Exchange:
    is_input = factor.direction is Direction.INPUT
    return Exchange(
        id=str(number),
        flow=factor.flow,
        direction=Direction.INPUT if is_input else Direction.OUTPUT,
        amount=factor.value,
        unit=factor.unit,
        group="from-nature" if is_input else "to-nature",
        location=factor.location,
        uncertainty=factor.uncertainty,
        comment=factor.comment,
    )


def _languages(method: ImpactMethod) -> tuple[str, ...]:
    """In which languages a document of this family was written."""
    head = f"{FAMILY}#/{'/'.join(ABOUT)}/"
    told = [method.extras.get(f"{head}{name}") for name in ("@languageCode", "@localLanguageCode")]
    found = tuple(code for code in told if code is not None)
    return found if len(set(found)) == len(found) else found[:1]


class _Shown:
    """A bundle in which a method is seen as a process."""

    def __init__(self, bundle: Bundle, key: Key, shown: Process) -> None:
        self.bundle, self.key, self.shown = bundle, key, shown
        self.keys, self.everything = bundle.keys, bundle.everything
        self.findings, self.files = bundle.findings, bundle.files

    def read(self, key: Key) -> DatasetReading:
        return DatasetReading(self.shown) if key == self.key else self.bundle.read(key)

    def find(self, kind: DatasetKind, reference: Reference) -> Key | None:
        return self.bundle.find(kind, reference)

    def file(self, name: str) -> bytes:
        return self.bundle.file(name)


def _at(steps: tuple[str, ...], last: str) -> str:
    return "/" + "/".join((*steps, last))


def _read(bundle: Bundle, kind: DatasetKind, reference: Reference) -> Dataset | None:
    key = bundle.find(kind, reference)
    return bundle.read(key).dataset if key is not None else None


def _renumber(node: Tree) -> None:
    """A number of its own for each factor; those that are told stay."""
    entries: list[dict[str, Any]] = node["flowData"][0]["exchange"]
    taken: set[str] = set()
    for entry in entries:
        if entry.get("@number", "") in taken:
            del entry["@number"]
        elif "@number" in entry:
            taken.add(entry["@number"])
    free = iter(range(1, 2 * len(entries) + 2))
    for entry in entries:
        if "@number" not in entry:
            entry["@number"] = next(str(n) for n in free if str(n) not in taken)
