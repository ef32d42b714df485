"""Say a declaration's or dataset's flows, gases and places in another list's words, each with its evidence.

What cannot be said there stays as it is and is reported, for gases with the kg CO2e at stake. Nothing weaker
than a table, an identifier or a published name is ever applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias, TypeVar

from gateway import messages
from gateway.errors import UsageError
from gateway.model.activity import FlowRef, GasAmount, Line, Place
from gateway.model.base import LangText, Names
from gateway.model.declaration import Declaration
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Exchange, Process
from gateway.model.results import KG_CO2E, ResultSet
from gateway.model.walk import escape, keyed
from gateway.nomenclature import gases, places, units
from gateway.nomenclature.gas_match import lost_in, match_gas
from gateway.nomenclature.match import Match
from gateway.nomenclature.row import Abstained, End, MapRow
from gateway.pipeline.translate_exchange import amount_of, fits, moved
from gateway.pipeline.translation import D, Entry, Target, Translation, find_target
from gateway.quantity import Quantity, convert, parse_unit, plus, scale
from gateway.quantity.exact import own_arithmetic
from gateway.report import Exact, Fate, Finding, Note, Report, Severity

Matching: TypeAlias = Callable[[End], Match]

_LANGS: Final[tuple[messages.Lang, ...]] = ("zh", "en")
_WHY: Final = "nomenclature.why-"
_AIR: Final = ("air",)
# The world is no stand-in for a place.
_TOO_FAR: Final = ("global", "rest")
# Lines whose name is that of a substance that goes into the environment. All others are products, and a
# product is no elementary flow, however alike their names are.
_EMISSIONS: Final = ("direct", "fugitive")


@own_arithmetic
def translate(
    document: D, *, target: str, match: Matching | None = None, flows: Sequence[Flow] = ()
) -> Translation[D]:
    """``document`` in the words of ``target``.

    Args:
        match: how flows are found, ``Matcher(...).match`` over the target's list; without it, greenhouse
            gases and blends alone, by our own tables.
        flows: the flows that a process refers to.

    Raises:
        UsageError: there is no such target, or it needs the list of flows.
    """
    wanted = find_target(target)
    work = Work(wanted, match or default_matching(wanted))
    if isinstance(document, Process):
        made: Declaration | Process = work.process(document, {flow.id: flow for flow in flows})
    else:
        made = work.declaration(document)
    report = Report.of(notes=work.notes(), findings=findings_of(work.entries, work.target))
    return Translation(made, wanted, tuple(work.entries), report)  # type: ignore[arg-type]


def default_matching(target: Target) -> Matching:
    """Greenhouse gases and blends by our own tables.

    Raises:
        UsageError: they do not have the target's list.
    """
    if target.flows not in (gases.EF31, gases.FEDEFL):
        raise UsageError(target.id, code="translate.needs-list", list=target.flows)

    def match(end: End) -> Match:
        found = match_gas(end, target=target.flows)
        if found.abstained is Abstained.NO_CANDIDATE and not found.evidence and found.at_stake is None:
            return replace(found, abstained=Abstained.NOT_LOOKED_UP)
        return found

    return match


class Work:
    """One translation in progress."""

    def __init__(self, target: Target, match: Matching) -> None:
        self.target = target
        self.match = match
        self.entries: list[Entry] = []

    def declaration(self, of: Declaration) -> Declaration:
        lines = tuple(self._line(f"/lines/{escape(key)}", line) for key, line in _each(of.lines, Line))
        results = tuple(self._result(f"/results/{escape(key)}", r) for key, r in _each(of.results, ResultSet))
        for key, site in keyed(of.sites):
            code = getattr(site, "gb2260", None)
            if isinstance(code, str) and code:
                self._place(f"/sites/{escape(key)}/gb2260", code, "gb2260")
        return of.model_copy(update={"lines": lines, "results": results})

    def process(self, of: Process, flows: Mapping[str, Flow]) -> Process:
        exchanges = tuple(
            made
            for key, exchange in _each(of.exchanges, Exchange)
            for made in self.exchange(
                f"/exchanges/{escape(key)}", exchange, flows.get(str(exchange.flow.uuid))
            )
        )
        return self.located(of.model_copy(update={"exchanges": exchanges}))

    def located(self, of: Process) -> Process:
        """The process with the target's code of its place."""
        if not isinstance(of.location, Place):
            return of
        return of.model_copy(update={"location": self._placed("/location", of.location)})

    def notes(self) -> Iterator[Note]:
        """One note for every name that was changed."""
        for entry in self.entries:
            if entry.applied:
                names = ", ".join(row.target.name or row.target.id for row in entry.rows) or entry.there
                tier = entry.rows[0].tier.value if entry.rows and entry.rows[0].tier else "curated"
                params = {"tier": tier, "target": self.target.id}
                yield Note(
                    "translate.applied", entry.path, Fate.CONVERTED, entry.source.name, names, params=params
                )

    def _line(self, path: str, line: Line) -> Line:
        changes: dict[str, object] = {
            "result_by_gas": self._gases(f"{path}/result_by_gas", line.result_by_gas)
        }
        if line.category in _EMISSIONS:
            entry = self._flow(f"{path}/flow", self._emitted(line), _quantity(line.amount_per_unit))
            if len(entry.rows) == 1:
                to = entry.rows[0].target
                changes["flow"] = FlowRef(uuid=to.id, database=to.list, version=to.version, name=to.name)
        if isinstance(line.origin, Place):
            changes["origin"] = self._placed(f"{path}/origin", line.origin)
        region = line.factor.region
        if isinstance(region, str) and region:
            code = self._place(f"{path}/factor/region", region, _scheme_of(region, line.factor.database))
            changes["factor"] = line.factor.model_copy(update={"region": code or region})
        if isinstance(line.amount_per_unit, Quantity):
            self._unit(f"{path}/amount_per_unit", line.amount_per_unit.unit)
        return line.model_copy(update=changes)

    def _emitted(self, line: Line) -> End:
        """What a line emits, by the name in the language that the target knows."""
        cas = line.cas if isinstance(line.cas, str) else ""
        names = [text for _, text in line.name.items()] if isinstance(line.name, LangText) else []
        ends = [End(name=name, cas=cas, context=_AIR) for name in names]
        return next((end for end in ends if self.match(end).rows), ends[0] if ends else End(cas=cas))

    def _result(self, path: str, result: ResultSet) -> ResultSet:
        return result.model_copy(update={"by_gas": self._gases(f"{path}/by_gas", result.by_gas)})

    def _gases(self, path: str, told: tuple[GasAmount, ...]) -> tuple[GasAmount, ...]:
        """Each gas by the target's name; a blend by those of its components."""
        made: list[GasAmount] = []
        for key, gas in _each(told, GasAmount):
            amount = _quantity(gas.amount)
            entry = self._flow(f"{path}/{escape(key)}", End(name=gas.gas, context=_AIR), amount)
            if not entry.rows:
                made.append(gas)
            for row in entry.rows:
                part = amount if amount is None or row.share is None else scale(amount, row.share)
                made.append(GasAmount(gas=row.target.name, amount=part if part is not None else gas.amount))
        return tuple(made)

    def exchange(self, path: str, told: Exchange, flow: Flow | None) -> tuple[Exchange, ...]:
        """An exchange in the target's words: one, several where it is split, or the same again.

        Without its flow it can be known by its identifier alone.
        """
        if flow is not None and flow.kind is not FlowKind.ELEMENTARY:
            return (told,)
        amount = amount_of(told)
        end = end_of(flow, amount) if flow is not None else _by_identifier(told)
        entry = self._flow(f"{path}/flow", end, amount, told)
        if flow is None and not entry.rows:
            self.entries[-1] = _without_dataset(entry, told)
        return tuple(moved(told, entry.rows)) if entry.rows else (told,)

    def flow(self, path: str, flow: Flow, unit: str) -> Entry:
        """A flow that no exchange names."""
        return self._flow(path, replace(end_of(flow, None), unit=unit), None)

    def _flow(self, path: str, end: End, amount: Quantity | None, exchange: Exchange | None = None) -> Entry:
        found = self.match(end)
        rows, why = found.rows, found.abstained
        if rows and exchange is not None and not fits(exchange, rows):
            rows, why = (), Abstained.UNIT
        kg = self._without_factor(rows, amount) if rows else _kg(found.at_stake, amount)
        entry = Entry(path, "flow", end, rows, "", why, found, amount, kg)
        self.entries.append(entry)
        return entry

    def _without_factor(self, rows: Sequence[MapRow], amount: Quantity | None) -> Exact | None:
        """The kg CO2e of the parts whose flow has no climate factor in the target's method."""
        lost: Exact | None = None
        for row in rows:
            stake = lost_in(row.target, self.target.method) if self.target.method else None
            part = amount if amount is None or row.share is None else scale(amount, row.share)
            kg = _kg(stake, part)
            if kg is not None:
                lost = kg if lost is None else plus(lost, kg)
        return lost

    def _placed(self, path: str, place: Place) -> Place:
        code = self._place(f"{path}/code", place.code, place.scheme)
        return Place(code=code, scheme=self.target.places) if code else place

    def _place(self, path: str, code: str, scheme: str) -> str:
        """The target's code of a place; a code that two schemes read differently needs its scheme."""
        if not self.target.places:
            return ""
        end = End(list=scheme, name=code)
        if scheme in ("", "unstated"):
            meant = {found.key: found for found in places.readings(code).values()}
            region = next(iter(meant.values())) if len(meant) == 1 else None
            why = Abstained.AMBIGUOUS if len(meant) > 1 else Abstained.NO_CANDIDATE
        else:
            region, why = places.region(code, scheme), Abstained.NO_CANDIDATE
        step = next(iter(places.chain(region, self.target.places)), None) if region is not None else None
        if step is not None and step.relation in _TOO_FAR:
            step = None
        there = step.code if step is not None else ""
        wider = step.relation if step is not None and step.relation != "exact" else ""
        entry = Entry(path, "place", end, there=there, abstained=None if there else why, wider=wider)
        self.entries.append(entry)
        return there

    def _unit(self, path: str, unit: str) -> None:
        """The target's id of a unit, once for each unit; amounts keep theirs."""
        if not self.target.units or any(e.kind == "unit" and e.source.name == unit for e in self.entries):
            return
        if self.target.units == "ilcd-unit-group":
            group = units.unit_group(unit)
            there = group[0] if group else None
        else:
            there = units.identifier(unit, self.target.units)
        why = None if there else Abstained.NO_CANDIDATE
        self.entries.append(Entry(path, "unit", End(name=unit), there=there or "", abstained=why))


def findings_of(entries: Iterable[Entry], target: Target) -> Iterator[Finding]:
    """One finding for every name that stays as it is, and for every gas that loses its factor."""
    for entry in entries:
        if entry.wider:
            params = {"target": target.id, "there": entry.there}
            yield Finding(
                "translate.wider-place", entry.path, entry.source.name, Severity.WARNING, params=params
            )
        if entry.applied and entry.kg is None:
            continue
        why = entry.abstained or Abstained.NO_CANDIDATE
        params = {
            "target": target.id,
            "what": f"{entry.amount} {entry.source.name}" if entry.amount else entry.source.name,
            "why": why.value,
            **{f"why_{lang}": text for lang, text in reason(why).items()},
            "kg": _kg_text(entry.kg) if entry.kg is not None else "",
        }
        code = f"translate.unmapped-{entry.kind}"
        if why is Abstained.NOT_LOOKED_UP:
            code = "translate.not-looked-up"
        if entry.kg is not None:
            code = "translate.factor-lost" if entry.applied else "translate.unmapped-gas"
        severity = Severity.INFO if entry.kind == "unit" else Severity.WARNING
        yield Finding(code, entry.path, entry.source.name, severity, params=params)


def reason(why: Abstained) -> dict[messages.Lang, str]:
    """Why a name stays as it is, in both languages."""
    return {lang: messages.text(f"{_WHY}{why.value}", lang, {}).what for lang in _LANGS}


def _scheme_of(region: str, database: object) -> str:
    """A country's two letters are the same everywhere; a province's code is ecoinvent's in ecoinvent only."""
    if places.region(region, "iso3166-1") is not None:
        return "iso3166-1"
    return "ecoinvent" if isinstance(database, str) and database.casefold() == "ecoinvent" else "unstated"


def end_of(flow: Flow, amount: Quantity | None) -> End:
    """A flow data set as one side of a row."""
    synonyms = tuple(text for _, text in flow.synonyms.items()) if isinstance(flow.synonyms, LangText) else ()
    return End(
        id=flow.id,
        name=_text(flow.name),
        cas=flow.cas if isinstance(flow.cas, str) else "",
        formula=flow.formula if isinstance(flow.formula, str) else "",
        context=flow.compartment,
        unit=amount.unit if amount is not None else "",
        carbon_class=flow.carbon_class,
        synonyms=synonyms,
    )


def _by_identifier(exchange: Exchange) -> End:
    """Its name is kept out: a product may be called like an emission."""
    return End(id=exchange.flow.uuid if isinstance(exchange.flow.uuid, str) else "")


def _without_dataset(entry: Entry, exchange: Exchange) -> Entry:
    known = (Abstained.DECIDED, Abstained.UNIT)  # said of the identifier itself
    source = replace(entry.source, name=_text(exchange.flow.name))
    why = entry.abstained if entry.abstained in known else Abstained.NO_DATASET
    return replace(entry, source=source, abstained=why)


def _kg(stake: Decimal | None, amount: Quantity | None) -> Exact | None:
    """The kg CO2e of a gas: stated as such, or its mass × GWP100 of AR6."""
    if amount is None or not stake:
        return None
    dimension = parse_unit(amount.unit).dimension
    if dimension == parse_unit(KG_CO2E).dimension:
        return convert(amount, KG_CO2E).amount
    if dimension != parse_unit("kg").dimension:
        return None
    return scale(convert(amount, "kg"), stake).amount


def _each(items: tuple[object, ...], kind: type[_K]) -> Iterator[tuple[str, _K]]:
    for key, item in keyed(items):
        assert isinstance(item, kind)
        yield key, item


_K = TypeVar("_K")


def _quantity(value: object) -> Quantity | None:
    return value if isinstance(value, Quantity) else None


def _text(names: Names) -> str:
    picked = names.pick("en", "zh") if isinstance(names, LangText) else None
    return picked[1] if picked else ""


def _kg_text(kg: Exact) -> str:
    from gateway.recognition.scenario_text import short

    return short(Fraction(kg))
