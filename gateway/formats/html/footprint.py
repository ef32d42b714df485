"""The results on a page: each total with its basis, its stages with bars, its carbon classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.formats.html import labels
from gateway.formats.html.bars import Bar, draw
from gateway.formats.html.page import Entry, Fact, Sheet
from gateway.formats.html.shown import Shown
from gateway.model.base import LangText, Names
from gateway.model.results import Carbon, Per, ResultRow, ResultSet, Role
from gateway.model.walk import escape, keyed
from gateway.quantity import Quantity

_FIGURES = tuple(Carbon.model_fields)
# What a set is about; after EN 15804 only the second is stated.
_TOTALS = ("total", "total_including_uptake")
# What a set says beside its stages and classes.
_FURTHER = (
    "gate_total",
    "credits",
    "uncertainty",
    "unassigned/stages",
    "unassigned/amount",
    "unassigned/share",
)
# A field of the set's own basis, and the field of the declaration that holds where the set says nothing.
_BASIS = (
    ("basis/boundary", "/boundary/type"),
    ("basis/gwp_set", "/method/gwp_set"),
    ("basis/recycling_model", "/method/recycling_model"),
    ("basis/electricity_approach", "/method/electricity_approach"),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One row: what it is, its total with a bar, and its carbon classes in the order of the set's columns."""

    name: tuple[Shown, ...]
    tags: tuple[Fact, ...]
    total: Shown | None
    share: Shown | None
    bar: Bar | None
    classes: tuple[Shown | None, ...]
    sources: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the denominator: its name, its value as amount or in words, and where that is from."""

    name: Shown
    values: tuple[Shown, ...]
    source: Shown | None


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator beside the footprint, with a value for each module and scenario."""

    names: tuple[Shown, ...]
    tags: tuple[Fact, ...]
    amounts: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Footprint:
    """One result set as the page shows it. A total never stands without ``per``, ``basis`` and coverage."""

    anchor: str
    id: Shown
    role: Shown
    restated: bool
    total: Shown | None
    figure: str
    per: tuple[Shown, ...]
    is_unit: bool
    basis: tuple[Fact, ...]
    draft: bool
    parameters: tuple[Parameter, ...]
    covered: tuple[tuple[str, tuple[Shown, ...]], ...]
    stages: tuple[Stage, ...]
    has_shares: bool
    columns: tuple[str, ...]
    totals: tuple[Shown | None, ...]
    indicators: tuple[Indicator, ...]
    further: tuple[Fact, ...]
    by_gas: tuple[Entry, ...]
    variants: tuple[Entry, ...]
    withheld: tuple[Entry, ...]


def footprints(sheet: Sheet) -> tuple[Footprint, ...]:
    """Every result set of the declaration; those restated come last."""
    found = [(key, r) for key, r in keyed(sheet.declaration.results) if isinstance(r, ResultSet)]
    ordered = sorted(found, key=lambda pair: pair[1].role is not Role.DECLARED)
    lists = _Lists(sheet)
    return tuple(
        _footprint(sheet, f"result-{number}", f"/results/{escape(key)}", result, lists)
        for number, (key, result) in enumerate(ordered, 1)
    )


class _Lists:
    """The items of the lists in results, by the path of what they are in."""

    def __init__(self, sheet: Sheet) -> None:
        self._made: dict[str, Mapping[str, tuple[Entry, ...]]] = {}
        self._sheet = sheet

    def of(self, home: str, container: str) -> tuple[Entry, ...]:
        """The items of the list with the pattern ``container`` below ``home``."""
        if container not in self._made:
            fields = [f for f in labels.fields_of("results") if f.container == container]
            places = [(f, p) for f in fields for p in self._sheet.places.get(f.pattern, ())]
            depth = container.count("/") + 1
            grouped: dict[str, dict[str, dict[str, list[str]]]] = {}
            for one, place in places:
                steps = place.path.split("/")
                above, item = "/".join(steps[: depth - 2]), steps[depth - 1]
                told = grouped.setdefault(above, {}).setdefault(item, {})
                told.setdefault(one.label[self._sheet.lang], []).append(place.path)
            self._made[container] = {
                above: tuple(self._entry(facts) for facts in items.values())
                for above, items in grouped.items()
            }
        return self._made[container].get(home, ())

    def _entry(self, facts: Mapping[str, list[str]]) -> Entry:
        return Entry("", tuple(Fact(label, _all(self._sheet, paths)) for label, paths in facts.items()))


def _footprint(sheet: Sheet, anchor: str, home: str, result: ResultSet, lists: _Lists) -> Footprint:
    rows = [(f"{home}/rows/{escape(key)}", row) for key, row in keyed(result.rows)]
    told = [(path, row) for path, row in rows if isinstance(row, ResultRow)]
    main = _main(result, [row for _, row in told])
    homes = (home, *(path for path, _ in told))
    columns = tuple(
        name
        for name in _FIGURES
        if name != main and any(f"{h}/carbon/{name}" in sheet.by_path for h in homes)
    )
    bars = draw([row for _, row in told], main)
    own, role = sheet.at(f"{home}/id"), sheet.at(f"{home}/role")
    assert own is not None
    assert role is not None
    per, is_unit = _per(sheet, home, result)
    stages = tuple(
        _stage(sheet, path, row, (main, *columns), bar, lists)
        for (path, row), bar in zip(told, bars, strict=True)
    )
    labelled = labels.fields()
    status = sheet.at(f"{home}/basis/legal_status")
    return Footprint(
        anchor=anchor,
        id=own,
        role=role,
        restated=result.role is Role.RESTATED,
        total=sheet.at(f"{home}/carbon/{main}"),
        figure=labelled[f"/results/*/carbon/{main}"].label[sheet.lang] if main != _TOTALS[0] else "",
        per=per,
        is_unit=is_unit,
        basis=_basis(sheet, home),
        draft=status is not None and status.value != "in-force",
        parameters=_parameters(sheet, f"{home}/basis/denominator/parameters", result),
        covered=_covered(sheet, result),
        stages=stages,
        has_shares=any(stage.share for stage in stages),
        columns=tuple(labelled[f"/results/*/carbon/{name}"].label[sheet.lang] for name in columns),
        totals=tuple(sheet.at(f"{home}/carbon/{name}") for name in columns),
        indicators=_indicators(sheet, f"{home}/indicators", result, lists),
        further=_below(sheet, home, *_FURTHER),
        by_gas=lists.of(home, "/results/*/by_gas/*"),
        variants=lists.of(home, "/results/*/variants/*"),
        withheld=lists.of(home, "/results/*/withheld/*"),
    )


def _main(result: ResultSet, rows: list[ResultRow]) -> str:
    """The figure that the set is about: its total, or where nobody states one, that with uptake counted."""
    carbons = (result.carbon, *(row.carbon for row in rows))
    for name in _TOTALS:
        if any(isinstance(getattr(carbon, name), Quantity) for carbon in carbons):
            return name
    return _TOTALS[0]


def _per(sheet: Sheet, home: str, result: ResultSet) -> tuple[tuple[Shown, ...], bool]:
    """What a total refers to: the functional unit in words, else its amount, else the kind of denominator."""
    kind = sheet.at(f"{home}/basis/denominator/per")
    if result.basis.denominator.per is Per.DECLARED_UNIT:
        texts = sheet.texts("/unit/text") or _all(sheet, ["/unit/amount"])
        if texts:
            return texts[:1], True
    assert kind is not None
    return (kind,), False


def _basis(sheet: Sheet, home: str) -> tuple[Fact, ...]:
    """Everything that the numbers rest on; where the set says nothing, the declaration's method holds."""
    facts = [*_below(sheet, home, "basis/denominator/per", "basis/denominator/energy", "scenario")]
    for own, general in _BASIS:
        one = sheet.at(f"{home}/{own}") or sheet.at(general)
        label = labels.fields()[f"/results/*/{own}"].label[sheet.lang]
        facts.append(Fact(label, (one,) if one else ()))
    facts += _below(sheet, home, "basis/method_profile", "basis/legal_status", "derived_from", "id")
    return tuple(facts)


def _parameters(sheet: Sheet, home: str, result: ResultSet) -> tuple[Parameter, ...]:
    made = []
    for key, _ in keyed(result.basis.denominator.parameters):
        path = f"{home}/{escape(key)}"
        name = sheet.at(f"{path}/name")
        assert name is not None
        values = _all(sheet, [f"{path}/value", f"{path}/text"])
        made.append(Parameter(name, values, sheet.at(f"{path}/source")))
    return tuple(made)


def _indicators(sheet: Sheet, home: str, result: ResultSet, lists: _Lists) -> tuple[Indicator, ...]:
    made = []
    for key, indicator in keyed(result.indicators):
        path = f"{home}/{escape(key)}"
        made.append(
            Indicator(
                _names(sheet, path, getattr(indicator, "name", None)),
                _below(sheet, path, "id", "version", pattern="/results/*/indicators/*"),
                lists.of(path, "/results/*/indicators/*/amounts/*"),
            )
        )
    return tuple(made)


def _names(sheet: Sheet, path: str, name: Names) -> tuple[Shown, ...]:
    """A name in all its languages, that of the page first."""
    langs = [f"{path}/name/{escape(lang)}" for lang, _ in name.items()] if isinstance(name, LangText) else []
    texts = _all(sheet, langs or [f"{path}/name"])
    return tuple(sorted(texts, key=lambda one: one.lang != sheet.lang))


def _covered(sheet: Sheet, result: ResultSet) -> tuple[tuple[str, tuple[Shown, ...]], ...]:
    """The verifications that name this set: where they stand on the page, and by whom."""
    found = []
    for number, (key, verification) in enumerate(keyed(sheet.declaration.verifications), 1):
        if result.id in getattr(verification, "covers", ()):
            home = f"/verifications/{escape(key)}"
            names = sheet.texts(f"{home}/body_name")[:1] or _all(sheet, [f"{home}/kind", f"{home}/id"])[:1]
            found.append((f"verification-{number}", names))
    return tuple(found)


def _stage(
    sheet: Sheet, path: str, row: ResultRow, figures: tuple[str, ...], bar: Bar | None, lists: _Lists
) -> Stage:
    code = sheet.at(f"{path}/stage")
    return Stage(
        name=_named(sheet, code, _names(sheet, path, row.name)),
        tags=_below(sheet, path, "module", "scenario", "scope", pattern="/results/*/rows/*"),
        total=sheet.at(f"{path}/carbon/{figures[0]}"),
        share=sheet.at(f"{path}/share"),
        bar=bar,
        classes=tuple(sheet.at(f"{path}/carbon/{name}") for name in figures[1:]),
        sources=lists.of(path, "/results/*/rows/*/by_source/*"),
    )


def _named(sheet: Sheet, code: Shown | None, texts: tuple[Shown, ...]) -> tuple[Shown, ...]:
    """What the source calls the stage in the page's language, else the stage's own name; then the others."""
    known = (code,) if code else ()
    if texts and texts[0].lang == sheet.lang:
        return (texts[0], *known, *texts[1:])
    return (*known, *texts)


def _below(sheet: Sheet, home: str, *names: str, pattern: str = "/results/*") -> tuple[Fact, ...]:
    """The facts of these fields below ``home``."""
    made = []
    for name in names:
        label = labels.fields()[f"{pattern}/{name}"].label[sheet.lang]
        one = sheet.at(f"{home}/{name}")
        found = (one,) if one else _listed(sheet, f"{home}/{name}")
        if found:
            made.append(Fact(label, found))
    return tuple(made)


def _listed(sheet: Sheet, path: str) -> tuple[Shown, ...]:
    """The entries of a list of texts."""
    made: list[Shown] = []
    while (one := sheet.at(f"{path}/{len(made)}")) is not None:
        made.append(one)
    return tuple(made)


def _all(sheet: Sheet, paths: list[str]) -> tuple[Shown, ...]:
    return tuple(one for path in paths if (one := sheet.at(path)) is not None)
