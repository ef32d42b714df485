"""When a leaf that comes back otherwise is what the writer meant to write.

EcoSpold spells codes otherwise, has less room, and joins what others keep
apart. Each field in which that is so stands here with the proof that this, and nothing else, has
happened to it: what the field was, what it is now, and what stands beside it. A difference without proof is
not excused, whatever the field; the run layer then refuses the data set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from gateway.formats.ecospold.contexts import in_list
from gateway.formats.ecospold.groups import is_group
from gateway.formats.ecospold.ids import is_id, new_id
from gateway.formats.ecospold.measures import flow_property
from gateway.formats.ecospold.one_tree import sharers
from gateway.formats.ecospold.values import date_form, location_code, moment
from gateway.model.base import LangText, Leaf
from gateway.model.inventory import FlowKind
from gateway.model.process import ProcessKind
from gateway.model.walk import escape
from gateway.quantity import round_significant
from gateway.quantity.number import Number
from gateway.report import Fate

NOT_STATED: Final = "not stated"
# The part of a compartment of which no part is told.
UNSPECIFIED: Final = "unspecified"
NO_ADDRESS: Final = "not-stated@example.invalid"
# No country: a code that nobody takes for one that was meant.
NO_COUNTRY: Final = "AQ"
NO_YEAR: Final = "0001"
NO_MOMENT: Final = f"{NO_YEAR}-01-01T00:00:00"
_DIGITS: Final = 15
# Roots and powers there and back keep 28 digits; a logarithm near 0 loses some of them.
_CLOSE: Final = Fraction(1, 10**24)
# Maximum lengths of texts in the schemas of both editions.
_ROOM: Final = frozenset({7, 15, 20, 30, 40, 80, 120, 255, 32_000})
_NATURE: Final = ("from-nature", "to-nature")
_KINDS: Final = {
    (ProcessKind.BLACK_BOX, ProcessKind.UNIT_PROCESS),
    (ProcessKind.AVOIDED, ProcessKind.UNIT_PROCESS),
    (ProcessKind.PARTLY_TERMINATED, ProcessKind.UNIT_PROCESS),
    (ProcessKind.EPD, ProcessKind.LCI_RESULT),
    # What an exchange counts as says of which kind its flow is.
    (FlowKind.WASTE, FlowKind.PRODUCT),
    (FlowKind.PRODUCT, FlowKind.WASTE),
    (FlowKind.OTHER, FlowKind.PRODUCT),
    (FlowKind.OTHER, FlowKind.WASTE),
    (FlowKind.OTHER, FlowKind.ELEMENTARY),
}


class Case(NamedTuple):
    """A leaf before and after, among the leaves of its data set. ``chosen``: texts taken from others."""

    path: str
    was: Leaf | None
    now: Leaf
    old: Mapping[str, Leaf]
    new: Mapping[str, Leaf]
    chosen: frozenset[str]

    def beside(self, name: str, *, now: bool = False) -> Leaf | None:
        """Another leaf of the same part."""
        return (self.new if now else self.old).get(f"{self.path.rpartition('/')[0]}/{name}")

    def numbered(self, head: str, tail: str = "") -> Iterator[str]:
        """The texts of a list in the source."""
        for index in range(len(self.old)):
            found = self.old.get(f"{head}/{index}{tail}")
            if not isinstance(found, str):
                return
            yield found


Proof: TypeAlias = Callable[[Case], object]


def proven_change(case: Case) -> Fate | None:
    """What happened to a leaf that says something else now; None: nothing that may happen to it."""
    proof = proof_of(_CHANGES, field_of(case.path))
    if proof is not None and proof(case):
        return Fate.CONVERTED
    if isinstance(case.was, Number) and isinstance(case.now, Number):
        return _of_number(case, case.was, case.now)
    if isinstance(case.was, str) and isinstance(case.now, str) and _TEXT(field_of(case.path)):
        return Fate.TRUNCATED if is_cut(case.was, case.now) else None
    return None


def _of_number(case: Case, was: Number, now: Number) -> Fate | None:
    """Endless quotients are rounded to 15 digits; a spread went through a root or a power and back."""
    if isinstance(was.value, Fraction) and now.value == round_significant(was.value, _DIGITS):
        return Fate.ROUNDED
    if not was.value or not case.path.endswith(("/uncertainty/spread", "/uncertainty/basic_spread")):
        return None
    return Fate.CONVERTED if abs(Fraction(now.value) / Fraction(was.value) - 1) < _CLOSE else None


def is_cut(was: str, now: str) -> bool:
    """A text that ends where the room ends; of several joined by ``; ``, each."""
    if was.startswith(now):
        return len(now) in _ROOM
    pieces, left = was.split("; "), now.split("; ")
    return len(pieces) == len(left) and all(
        b == a or (len(b) in _ROOM and a.startswith(b)) for a, b in zip(pieces, left, strict=True)
    )


# Changes


def _is_made_id(case: Case) -> bool:
    return is_id(case.now) and case.was != case.now


def _is_version(case: Case) -> bool:
    """Fewer steps, or the same ones with noughts behind."""
    was, now = _steps(case.was), _steps(case.now)
    return bool(now) and (was[: len(now)] == now or (now[: len(was)] == was and not any(now[len(was) :])))


def _steps(version: object) -> list[int]:
    parts = str(version).split(".")
    return [int(part) for part in parts] if all(p.isascii() and p.isdecimal() for p in parts) else []


def _is_day_of(case: Case) -> bool:
    """A day of the year or month that was told."""
    return (
        date_form(case.was) != ""
        and date_form(case.now) == "Date"
        and str(case.now).startswith(str(case.was))
    )


def is_moment(case: Case) -> bool:
    """The beginning of the day that was told; else when the source was made; else that nobody told it."""
    return case.now == (moment(case.was, case.old.get("/created")) or NO_MOMENT)


def _is_same_percentage(case: Case) -> bool:
    try:
        return Decimal(str(case.was).strip().rstrip("%").strip()) == Decimal(str(case.now))
    except InvalidOperation:
        return False


def _is_place(case: Case) -> bool:
    """The place by the code that the format has for it, or the place of the process that delivers."""
    if case.path.endswith("/scheme"):
        return case.now == "ecoinvent"
    scheme = case.beside("scheme") or "ecoinvent"  # what means the same in every list is told without
    return case.now == location_code(str(scheme), str(case.was)) or case.now in case.chosen


def is_chosen(case: Case) -> bool:
    """Whether the writer took it from another data set."""
    return case.now in case.chosen


def _is_name(case: Case) -> bool:
    """A process is named by its product, a source by its title, a person by the short name."""
    own = [text for path, text in case.old.items() if path == "/title" or path.startswith("/short_name/")]
    return case.now in case.chosen or any(
        text == case.now or (isinstance(text, str) and is_cut(text, str(case.now))) for text in own
    )


def _is_class(case: Case) -> bool:
    """The first or the last class, or all in one; of a product, what its process stands in."""
    head, _, rest = case.path.rpartition("/classes/")
    tail = "/" + rest.partition("/")[2]
    if tail == "/id":
        return is_id(case.now)
    told = list(case.numbered(f"{head}/classes", tail))
    return case.now in ("/".join(told), *told[:1], *told[-1:]) or case.now in case.chosen


def _is_compartment(case: Case) -> bool:
    told = tuple(case.numbered("/compartment"))
    at = int(case.path.rpartition("/")[2])
    meant = [in_list(told, list_) for list_ in ("EcoSpold 1", "ecoinvent")]
    ways = [words for words in meant if words] + [(told[0], told[-1])] if told else []
    return any(case.now == words[at] for words in ways if at < len(words))


def is_our_property(case: Case) -> bool:
    """Whether it is the flow property that a unit of the format stands for."""
    return flow_property(str(case.now)) is not None


def is_property_name(case: Case) -> bool:
    """Whether it is the name of the flow property that a unit of the format stands for."""
    found = flow_property(str(case.new.get(f"{case.path.partition('/name/')[0]}/uuid")))
    texts = found.name.root if found is not None and isinstance(found.name, LangText) else {}
    return texts.get(case.path.rpartition("/")[2]) == case.now


def _is_another_property(case: Case) -> bool:
    """The factor of the reference property, which is the only one there, where another one stood."""
    uuid = case.beside("flow_property/uuid")
    return case.now == Number(Decimal(1)) and uuid != case.beside("flow_property/uuid", now=True)


def sorted_otherwise(flow: str) -> str:
    """What a writer chooses for a flow that the source sorts now among elementary ones and now not."""
    return f"kind of {flow}"


def _is_without_shares_of_nothing(case: Case) -> bool:
    """The allocations as they were, without shares of exchanges that the data set does not have."""
    here = {path.split("/")[2] for path in case.old if path.startswith("/exchanges/")}
    was, now = (set(_shares(json.loads(str(text)))) for text in (case.was, case.now))
    return now <= was and not any(escape(share[-1]) in here for share in was - now)


def _shares(entries: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        about = [f"{key}={value}" for key, value in sorted(entry.items()) if key.startswith("@")]
        yield from ((*about, number) for number in sharers(entry))


def not_stated(id_: str) -> str:
    """What a writer chooses where the format asks for a person or source and none is told."""
    return f"nobody {id_}"


def _is_kind(case: Case) -> bool:
    """As the exchange counts it. What is elementary stays so, but where the source itself is of two minds."""
    kinds = str(case.was), str(case.now)
    if "elementary" in kinds and "other" not in kinds:
        return sorted_otherwise(str(case.old.get("/id"))) in case.chosen
    return kinds in _KINDS


def _is_group(case: Case) -> bool:
    """Another group on the same side of nature, and the reference only if it was."""
    was, now = str(case.was), str(case.now)
    return (
        is_group(now)
        and (was in _NATURE) == (now in _NATURE)
        and (was == "reference") == (now == "reference")
    )


def _is_activity(case: Case) -> bool:
    return case.now == new_id("activity", str(case.was))


def _is_same_order(case: Case) -> bool:
    """The numbers as they were, with other ids: these are made of what is said of persons and sources.

    Beside them stands at most who is asked for and not stated.
    """
    was, now = (json.loads(str(text)) for text in (case.was, case.now))
    numbers = [number for number, _ in was]
    return all(number in numbers or not_stated(id_) in case.chosen for number, id_ in now)


_CHANGES: Final[tuple[tuple[str, Proof], ...]] = (
    (r"/id", _is_made_id),
    (r"/version", _is_version),
    (r"/kind", _is_kind),
    (r"/changed", is_moment),
    (r"/coverage", _is_same_percentage),
    (r"/period/(?:start|end)", _is_day_of),
    (r"(?:/exchanges/\*)?/location/(?:code|scheme)", _is_place),
    (r"/name/[^/]+", _is_name),
    (r"/classifications/\d+/classes/\d+/(?:id|name)", _is_class),
    (r"/compartment/\d+", _is_compartment),
    (r"/properties/[^/]+/flow_property/uuid", is_our_property),
    (r"/properties/[^/]+/flow_property/name/[^/]+", is_property_name),
    (r"/properties/[^/]+/mean", _is_another_property),
    (r"/country", lambda case: case.now == NO_COUNTRY),
    (r"/email", lambda case: case.now == NO_ADDRESS or case.now in case.chosen),
    (r"/year", lambda case: case.now == NO_YEAR and not re.fullmatch(r"\d{4}", str(case.was))),
    (r"/exchanges/\*/group", _is_group),
    # The flow, or the group of its exchange, says that; where it cannot, the flag is gone.
    (r"/exchanges/\*/is_(?:waste|avoided)", lambda case: case.was is True and case.now is False),
    (r"/exchanges/\*/provider/uuid", _is_activity),
    (r"/classifications/\d+/system", lambda case: case.was == "" and case.now == NOT_STATED),
    # A source or person that only the reference tells of is told in the file, under an id of its own.
    (r"/(?:links/[^/]+/target|reviews/\d+/reviewers/\d+|exchanges/\*/sources/\d+)/uuid", is_chosen),
    # Numbers of persons and sources, with ids made of what is said of them.
    (r"/extras/ecospold1#.*~1~0order", _is_same_order),
    (r"/extras/ecospold1#~1flowData~1~0allocation", _is_without_shares_of_nothing),
)
# Of these a text may be cut: words, not codes.
_TEXT: Final[Callable[[str], object]] = re.compile(
    r"/(?:name|short_name|synonyms|address|documents|treatment)/.*|/formula|/authors|/title|/telephone|/telefax"
    r"|/email|/publication/page|/reviews/\d+/(?:details|other_details)/.*|/links/.*/name/.*"
    r"|/classifications/.*/name|/compartment/\d+|/exchanges/\*/(?:comment|flow/name|formula)/?.*"
    r"|/reviews/\d+/reviewers/\d+/name/.*|/exchanges/\*/sources/\d+/name/.*|/parameters/[^/]+/(?:description|comment|formula)/?.*|/results/.*/name/.*|/extras/ecospold[12]#.*"
).fullmatch


def field_of(path: str) -> str:
    """The path of a field, of exchanges without saying which."""
    steps = path.split("/", 3)
    return f"/exchanges/*/{steps[3]}" if len(steps) == 4 and steps[1] == "exchanges" else path


@cache
def _compiled(rules: tuple[tuple[str, Proof], ...]) -> tuple[tuple[re.Pattern[str], Proof], ...]:
    return tuple((re.compile(pattern), proof) for pattern, proof in rules)


def proof_of(rules: tuple[tuple[str, Proof], ...], field: str) -> Proof | None:
    """The proof that a field asks for; None: it may not be otherwise at all."""
    return next((proof for pattern, proof in _compiled(rules) if pattern.fullmatch(field)), None)
