"""One footprint while it is written: members, and what became of every leaf that went into one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.codec.lacks import lack
from gateway.codec.run import shown
from gateway.errors import GatewayError
from gateway.formats.pact.table import DIGITS, TARGET
from gateway.model.base import Leaf
from gateway.model.results import KG_CO2E
from gateway.model.walk import same
from gateway.quantity import Exact, Quantity, convert, in_full, minus, plain, round_significant, show
from gateway.report import Fate, Note


@dataclass(slots=True)
class Sheet:
    """Members of ``ProductFootprint`` and ``CarbonFootprint``; lacks are collected, not raised one by one."""

    before: Mapping[str, Leaf]
    top: dict[str, object] = field(default_factory=dict)
    pcf: dict[str, object] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    lacks: list[GatewayError] = field(default_factory=list)
    claims: set[str] = field(default_factory=set)

    def lack(self, path: str, code: str | None = None, **params: str) -> None:
        """What is missing for this target, by model path."""
        self.lacks.append(lack(TARGET, path, code=code, **params))

    def reads_as(self, path: str, after: Leaf, code: str, fate: Fate = Fate.CONVERTED, **params: str) -> None:
        """The leaf at ``path`` comes back as ``after``: unchanged, changed, or added by us."""
        if same(self.before.get(path), after):
            self.claims.add(path)
        elif path in self.before:
            value, written = shown(self.before[path]), shown(after)
            kg = _rounded_off(self.before[path], after) if fate is Fate.ROUNDED else None
            self.notes.append(Note(code, path, fate, value, written, kg=kg, params=params))
        else:
            self.notes.append(Note(code, path, Fate.INFERRED, "", shown(after), params=params))

    def amount(self, name: str, path: str, unit: str, into: dict[str, object] | None = None) -> bool:
        """Write the amount at ``path`` in ``unit`` as a decimal string; False where there is none."""
        found = self.before.get(path)
        if not isinstance(found, Quantity):
            return False
        value = convert(found, unit)
        written = decimal(value.amount)
        (self.pcf if into is None else into)[name] = plain(written)
        code = "pact.rounded" if found.unit == value.unit else "pact.converted-unit"
        fate = Fate.ROUNDED if found.unit == value.unit else Fate.CONVERTED
        self.reads_as(path, Quantity(written, unit), code, fate)
        return True

    def same(self, name: str, path: str) -> bool:
        """Write a text or flag as it is; False where there is none."""
        found = self.before.get(path)
        if not isinstance(found, (str, bool)):
            return False
        self.pcf[name] = found
        self.claims.add(path)
        return True


def _rounded_off(before: Leaf, after: Leaf) -> Decimal | None:
    """What a rounding is worth, as a decimal; the value itself is not at stake."""
    if not isinstance(before, Quantity) or not isinstance(after, Quantity) or after.unit != KG_CO2E:
        return None
    return round_significant(minus(before.amount, after.amount), DIGITS)


def decimal(value: Exact) -> Decimal:
    """The decimal that is written: in full, or, where it does not end, rounded once to 15 digits."""
    full = in_full(value)
    return round_significant(value, DIGITS) if full is None else full


def text(value: Exact) -> str:
    """A number for people."""
    return show(value)
