"""Which of the Commission's 71 passport data points an input fills, and who can supply the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Final, Literal, TypeAlias, cast

from gateway import resources
from gateway.codec.fields import code_list
from gateway.errors import UsageError
from gateway.messages import Lang
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin, Origins
from gateway.model.walk import by_path
from gateway.recognition._ask import filled, labels
from gateway.recognition.outcome import Said

FORMAT: Final = "hutong-coverage@1"
CATEGORIES: Final = ("EV", "LMT", "IND")
# Lists whose items are told apart by a code.
_KEYED: Final = {"resistance": "BATTERY_COMPONENT", "recycled": "RECYCLED_MATERIAL"}
Requirement: TypeAlias = Literal["mandatory", "conditional", "optional", "not-yet", "not-shown"]
Supplier: TypeAlias = Literal[
    "declaration",
    "product-data",
    "materials",
    "test-laboratory",
    "battery-management-system",
    "eu-operator",
]


class State(StrEnum):
    """What became of a data point."""

    FILLED = "filled"
    PART = "part"
    MISSING = "missing"
    NOT_YET = "not-yet"  # on hold for every passport; filled or not, it is not shown
    NOT_SHOWN = "not-shown"


@dataclass(frozen=True, slots=True)
class Point:
    """One data point with the fields that fill it. ``at`` are their places in the user's own file.

    ``needs`` are the fields that would fill the rest; none where no field of ours holds it.
    """

    number: int
    name: Mapping[str, str]
    legal_ref: str
    access: str
    requirement: Requirement
    state: State
    paths: tuple[str, ...]
    at: tuple[str, ...]
    needs: tuple[str, ...]
    supplier: Supplier


@dataclass(frozen=True, slots=True)
class Coverage:
    """The gap report of one battery category."""

    category: str
    points: tuple[Point, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """By requirement, how many points of each state."""
        found = Counter((p.requirement, p.state.value) for p in self.points)
        by: dict[str, dict[str, int]] = {}
        for (requirement, state), count in sorted(found.items()):
            by.setdefault(requirement, {})[state] = count
        return by

    @property
    def head(self) -> Said:
        """The report in one sentence."""
        states = Counter(p.state for p in self.points if p.requirement == "mandatory")
        every = Counter(p.state for p in self.points)
        return Said(
            "coverage.head",
            {
                "category": self.category,
                "mandatory": str(states.total()),
                "filled": str(states[State.FILLED]),
                "part": str(states[State.PART]),
                "missing": str(states[State.MISSING]),
                "later": str(every[State.NOT_YET]),
                "hidden": str(every[State.NOT_SHOWN]),
                "all": str(len(self.points)),
            },
        )

    def text(self, lang: Lang) -> str:
        """The report for people: what is missing first, by who can supply it."""
        return "\n".join(self.lines(lang))

    def lines(self, lang: Lang) -> Iterator[str]:
        """The same, line by line."""
        return _lines(self, lang)

    def to_json(self) -> dict[str, object]:
        """The report as one document with both languages."""
        return {
            "format": FORMAT,
            "category": self.category,
            "source": Said("coverage.source").both(),
            "head": self.head.both(),
            "counts": self.counts(),
            "points": [_point(point) for point in self.points],
        }


def coverage(declaration: Declaration, category: str = "", *, origins: Origins | None = None) -> Coverage:
    """What the declaration, with passport data joined to it or without, fills of the passport of its battery.

    Args:
        category: EV, LMT or IND (industrial above 2 kWh); empty takes the declaration's own.

    Raises:
        UsageError: no such category, or the declaration names none.
    """
    own = declaration.battery.category if declaration.battery else None
    wanted = category or (own if isinstance(own, str) else "")
    if wanted not in CATEGORIES:
        known = ", ".join(CATEGORIES)
        raise UsageError(wanted or "-", code="coverage.unknown-category", known=known)
    there = filled(declaration) | frozenset(_said(declaration))
    rows = resources.table("recognition/ec-datapoints.csv")
    return Coverage(wanted, tuple(_read(row, wanted, there, origins or {}) for row in rows))


def _read(row: Mapping[str, str], category: str, there: frozenset[str], origins: Origins) -> Point:
    fields = _fields()[row["no"]]
    groups = [group.split("|") for group in fields["paths"].split()]
    found = [next((p for path in group for p in _match(path, there)), "") for group in groups]
    paths = tuple(dict.fromkeys(path for path in found if path))
    needs = tuple(group[0] for group, path in zip(groups, found, strict=True) if not path)
    return Point(
        number=int(row["no"]),
        name={"zh": row["name_zh"], "en": row["name_en"]},
        legal_ref=row["legal_ref"],
        access=row["access"],
        requirement=cast("Requirement", row[category]),
        state=_state(row[category], complete=bool(found) and all(found), part=fields["covers"], paths=paths),
        paths=paths,
        at=tuple(dict.fromkeys(_place(path, origins) for path in paths)),
        needs=needs,
        supplier=cast("Supplier", fields["supplier"]),
    )


def _state(requirement: str, *, complete: bool, part: str, paths: tuple[str, ...]) -> State:
    if requirement == "not-yet":
        return State.NOT_YET
    if requirement == "not-shown":
        return State.NOT_SHOWN
    if complete and part == "all":
        return State.FILLED
    return State.PART if paths else State.MISSING


def _said(declaration: Declaration) -> Iterator[str]:
    """``path=code`` of every text: a point may be filled by what a field says, not by the field alone."""
    yield from (f"{path}={value}" for path, value in by_path(declaration).items() if isinstance(value, str))


def _match(path: str, there: frozenset[str]) -> Iterator[str]:
    """The told leaf or part at ``path``; ``*`` stands for the first item that has it."""
    if "*" not in path:
        if path in there:
            yield path
        return
    pattern = re.compile(re.escape(path).replace(r"\*", "[^/]+"))
    yield from sorted(one for one in there if pattern.fullmatch(one))


def _place(path: str, origins: Origins) -> str:
    path = path.partition("=")[0]
    origin = origins.get(path)
    if isinstance(origin, Origin):
        return origin.at
    below = (o.at for p, o in origins.items() if p.startswith(path + "/") and isinstance(o, Origin))
    return next(below, labels(path)["field"])


def named_fields(paths: tuple[str, ...]) -> dict[str, str]:
    """The names of fields, joined, in both languages."""
    found = [_label_of(path) for path in paths]
    return {
        "fields_zh": "、".join(dict.fromkeys(one["zh"] for one in found)),
        "fields_en": ", ".join(dict.fromkeys(one["en"] for one in found)),
    }


def _label_of(path: str) -> Mapping[str, str]:
    """The name of a field; of a document its kind, of a code the code, of an item in a list its key, too."""
    steps = path.split("/")
    place, _, code = path.partition("=")
    if code:
        row = code_list("MARKING_SUBJECT")[code]
    elif steps[1:3] == ["passport_data", "documents"]:
        row = code_list("PASSPORT_DOCUMENT")[steps[3].partition("#")[0]]
    else:
        return _with_key(labels(place), steps)
    return {"zh": row["label_zh"], "en": row["label_en"], "field": labels(place)["field"]}


@cache
def _fields() -> Mapping[str, Mapping[str, str]]:
    return {row["no"]: row for row in resources.table("recognition/ec-datapoints-fields.csv")}


def _lines(found: Coverage, lang: Lang) -> Iterator[str]:
    yield found.head.text(lang)
    yield Said("coverage.source").text(lang)
    for state in (State.MISSING, State.PART):
        mine = [p for p in found.points if p.state is state]
        if mine:
            yield ""
            yield _label("coverage.state-", state.value, lang)
        for supplier in dict.fromkeys(p.supplier for p in mine):
            yield f"  {_label('coverage.supplier-', supplier, lang)}"
            yield from (_line(p, lang) for p in mine if p.supplier == supplier)
    for state in (State.FILLED, State.NOT_YET, State.NOT_SHOWN):
        mine = [p for p in found.points if p.state is state]
        if mine:
            yield ""
            yield _label("coverage.state-", state.value, lang)
            yield from (_line(p, lang) for p in mine)


def _line(point: Point, lang: Lang) -> str:
    parts = [f"    {point.number:2} {point.name[lang]}", f"({point.legal_ref})"]
    if point.state in (State.MISSING, State.PART):
        parts.append(f"[{_label('coverage.requirement-', point.requirement, lang)}]")
    if point.paths:
        code = "coverage.held" if point.state is State.NOT_YET else "coverage.from"
        parts.append(Said(code, named_fields(point.paths)).text(lang))
    if point.needs and point.state in (State.MISSING, State.PART):
        parts.append(Said("coverage.needs", named_fields(point.needs)).text(lang))
    return " ".join(parts)


def _label(start: str, code: str, lang: Lang) -> str:
    return Said(start + code).text(lang)


def _point(point: Point) -> dict[str, object]:
    return {
        "number": point.number,
        "name": dict(point.name),
        "legalRef": point.legal_ref,
        "access": point.access,
        "requirement": point.requirement,
        "state": point.state.value,
        "fields": [_field(path) for path in point.paths],
        "at": list(point.at),
        "needs": [{**_field(path), **_both(path)} for path in point.needs],
        "supplier": {"code": point.supplier, **Said(f"coverage.supplier-{point.supplier}").both()},
    }


def _with_key(label: Mapping[str, str], steps: list[str]) -> Mapping[str, str]:
    codes = (code_list(_KEYED[a]).get(b) for a, b in pairwise(steps) if a in _KEYED)
    item = next((code for code in codes if code is not None), None)
    if item is None:
        return label
    zh, en = f"{label['zh']}（{item['label_zh']}）", f"{label['en']} ({item['label_en']})"
    return {**label, "zh": zh, "en": en}


def _field(path: str) -> dict[str, str]:
    return {"path": path.partition("=")[0], "field": _label_of(path)["field"]}


def _both(path: str) -> dict[str, str]:
    label = _label_of(path)
    return {"zh": label["zh"], "en": label["en"]}
