"""Rule packs as data: what each rule asks, of which clause, with what force and since when."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final, Literal, TypeAlias

from gateway import resources
from gateway.errors import MappingError, UsageError
from gateway.recognition.outcome import ClauseRead, Force

Kind: TypeAlias = Literal["hard", "soft", "evidence", "info"]
Both: TypeAlias = Mapping[str, str]
# Entry into force of acts by id; None where the Official Journal has none yet.
Acts: TypeAlias = Mapping[str, date | None]

_KINDS: Final = ("hard", "soft", "evidence", "info")
PACKS: Final = ("eu-battery", "gbt-24067", "cn-label")


@dataclass(frozen=True, slots=True)
class Applies:
    """The later of ``floor`` and ``months`` after the last of ``acts`` entered into force."""

    floor: date
    months: int = 0
    acts: tuple[str, ...] = ()

    def since(self, acts: Acts) -> date | None:
        """The day, or None while an act is missing from the Official Journal.

        A month that lacks the day ends on its last: Regulation (EEC, Euratom) No 1182/71, Art 3(2)(c).
        """
        days = [acts.get(act) for act in self.acts]
        known = [_months_later(day, self.months) for day in days if day is not None]
        return max([self.floor, *known]) if len(known) == len(days) else None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``test`` names the function that answers it; without one it is listed as not checked."""

    id: str
    kind: Kind
    title: Both
    test: str
    parameters: Mapping[str, object]
    clause: str
    legal_status: str
    binding: Force
    applies: Applies | None
    clause_read: ClauseRead
    clause_source: str
    paths: tuple[str, ...]
    expected: Both
    fix: Both
    limits: Both = field(default_factory=dict)  # what the test cannot see
    not_checked: Both = field(default_factory=dict)

    def force(self, on: date, acts: Acts) -> Force:
        """What binds on that day."""
        if self.binding is not Force.IN_FORCE or self.applies is None:
            return self.binding
        since = self.applies.since(acts)
        return Force.NOT_YET_LAW if since is None or on < since else Force.IN_FORCE


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules of one side. ``scope`` is the rule that decides whether the others concern a declaration."""

    id: str
    title: Both
    edition: str
    date: date
    source: str
    rules: tuple[Rule, ...]
    scope: str = ""

    @property
    def read_in_full(self) -> int:
        """How many rules rest on a clause that was read in full."""
        return sum(rule.clause_read is ClauseRead.FULL for rule in self.rules)

    @property
    def not_checked(self) -> tuple[Rule, ...]:
        """The rules that have no test."""
        return tuple(rule for rule in self.rules if not rule.test)


def pack(name: str, *, more: Collection[str] = ()) -> Pack:
    """The pack that ships under ``name``; ``more`` are others that the caller has.

    Raises:
        UsageError: there is none.
    """
    if name not in PACKS:
        raise UsageError(name, code="rules.unknown-pack", known=", ".join([*PACKS, *more]))
    return _shipped(name)


def read_pack(data: bytes, *, name: str = "") -> Pack:
    """A pack from its JSON bytes.

    Raises:
        MappingError: it is no pack, or two rules share an id.
        UsageError: it has no rule that can be tested; nothing passes an empty pack.
    """
    try:
        document = json.loads(data)
        rules = tuple(_rule(row) for row in document["rules"])
        found = Pack(
            id=document["id"],
            title=document["title"],
            edition=document["edition"],
            date=date.fromisoformat(document["date"]),
            source=document["source"],
            rules=rules,
            scope=document.get("scope", ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MappingError(error, path=name, code="rules.not-a-pack") from error
    ids = [rule.id for rule in found.rules]
    twice = sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
    if twice or (found.scope and found.scope not in ids):
        raise MappingError(", ".join(twice) or found.scope, path=name, code="rules.not-a-pack")
    if not any(rule.test for rule in found.rules):
        raise UsageError(found.id, code="rules.empty-pack")
    return found


@cache
def acts() -> Acts:
    """The acts that dates hang on, as far as they entered into force."""
    data = json.loads(resources.mapping("recognition/acts.json").read_text(encoding="utf-8"))
    return {row["id"]: _day(row["entry_into_force"]) for row in data["acts"]}


@cache
def _shipped(name: str) -> Pack:
    return read_pack(resources.mapping(f"recognition/{name}.json").read_bytes(), name=name)


def _rule(row: Mapping[str, object]) -> Rule:
    values = dict(row)
    if values["kind"] not in _KINDS:
        raise ValueError(values["kind"])
    for both in ("title", "expected", "fix"):
        texts = values[both]
        if not isinstance(texts, dict) or set(texts) != {"zh", "en"} or not _are_texts(texts.values()):
            raise ValueError(f"{values['id']}: {both}")
    if not _are_texts([values["id"], values["clause"], values["legal_status"], values["clause_source"]]):
        raise TypeError(values["id"])
    values["test"] = values.get("test") or ""
    values["parameters"] = values.get("parameters") or {}
    values["binding"] = Force(str(values.pop("force")))
    values["clause_read"] = ClauseRead(str(values["clause_read"]))
    values["applies"] = _applies(values.pop("applies", None))
    values["paths"] = tuple(values.get("paths") or ())  # type: ignore[arg-type]
    return Rule(**values)  # type: ignore[arg-type]


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _applies(value: object) -> Applies | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Applies(date.fromisoformat(value))
    return applies_of(value)


def applies_of(value: object) -> Applies:
    """The date expression of a table: ``{"floor": day, "months": n, "acts": [id]}``."""
    if not isinstance(value, Mapping):
        raise TypeError(value)
    return Applies(date.fromisoformat(value["floor"]), int(value["months"]), tuple(value["acts"]))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
