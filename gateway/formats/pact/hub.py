"""A footprint message by the names of PACT 3.0, and the leaves of the model that it stands for.

Every version of PACT and Catena-X is read into this one form and written out of it. A key is a place of a
PACT 3.0 footprint, ``/catenax/…`` what only Catena-X has, ``/pact2/…`` what only the older editions have.
``mappings/fields/footprints.csv`` says which leaf of the model a key is; a key without one is kept in the
declaration's extras, exactly as it stood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from json.encoder import encode_basestring as _quoted
from typing import Any, Final, TypeAlias

from gateway import resources
from gateway.codec.jsonwrite import language
from gateway.errors import GatewayError
from gateway.formats.pact.table import RESULT_SET, UNITS
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.model.base import Leaf, Missing
from gateway.model.declaration import Declaration
from gateway.model.results import Per, Role
from gateway.model.walk import by_path, escape, unescape
from gateway.quantity import Quantity, convert, parse_decimal

# Texts, exact numbers, flags, and what stands in a key without a leaf.
Hub: TypeAlias = dict[str, Any]

SPACES: Final = ("pact", "pact2", "catenax")
# PACT Methodology 3, 4.2.3 and PEF have the same five classes; the three of the older editions are others.
DQR_SCALE: Final = "PEF"
BOUNDARY: Final = "c2g"
_DAY: Final = timedelta(days=1)
_STATUS: Final = {"Active": "active", "Deprecated": "withdrawn"}
_WORDS: Final = {"active": "Active", "withdrawn": "Deprecated", "superseded": "Deprecated"}
_CODES: Final = {name: code for code, name in UNITS.items()}
_HOME: Final = f"/results/{RESULT_SET}"
_ROW: Final = f"{_HOME}/rows/distribution"
_REVIEW: Final = "/verifications/footprint"
_UNIT, _AMOUNT = "/pcf/declaredUnitOfMeasurement", "/pcf/declaredUnitAmount"
_CONSTANT: Final[Mapping[str, Leaf]] = {
    f"{_HOME}/id": RESULT_SET,
    f"{_HOME}/role": Role.DECLARED,
    f"{_HOME}/basis/denominator/per": Per.DECLARED_UNIT,
    f"{_HOME}/basis/boundary": BOUNDARY,
}
_WORDS_OF_JSON: Final = {None: "null", True: "true", False: "false"}
_LISTS: Final = frozenset({"results", "rows", "databases", "standards", "supersedes", "verifications"})


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a message: its kind, and the leaf it is."""

    name: str
    kind: str
    model: str
    unit: str


@cache
def keys() -> Mapping[str, Key]:
    """Every key, in the order in which messages are written."""
    rows = resources.table("fields/footprints.csv")
    return {r["key"]: Key(r["key"], r["type"], r["model"], r["unit"]) for r in rows}


@cache
def _by_model() -> Mapping[str, Key]:
    return {key.model: key for key in keys().values() if key.model}


@cache
def extra_of(key: str) -> str:
    """The name of the extra in which a key is kept."""
    space, _, rest = key[1:].partition("/")
    return f"{space}#/{rest}" if space in SPACES[1:] else f"pact#{key}"


@cache
def _extra_path(key: str) -> str:
    return f"/extras/{escape(extra_of(key))}"


def leaves_of(hub: Hub) -> dict[str, Leaf]:
    """The leaves of the model that a message stands for, by path."""
    found: dict[str, Leaf] = dict(_CONSTANT)
    known = keys()
    for name, value in hub.items():
        key = known.get(name)
        if key is None or not key.model or not _put(found, key, value, hub):
            found[_extra_path(name)] = dump_value(value)
    if "/pcf/dqi/technologicalDQR" in hub:
        found["/quality/dqr_scale"] = DQR_SCALE
    return found


def _put(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401 - as messages are
    """Put the leaf of a key; False where the value is not of its kind, or needs an extra beside it."""
    kind, path = key.kind, key.model
    if kind == "number":
        if not isinstance(value, Decimal):
            return False
        found[path] = Quantity(value, key.unit)
        if path.startswith(_ROW):
            found[f"{_ROW}/stage"] = "distribution"
    elif kind in ("text", "flag"):
        if not isinstance(value, str if kind == "text" else bool):
            return False
        found[path] = value
    elif kind in ("name", "provider"):
        if not isinstance(value, str):
            return False
        found[f"{path}/{language(value)}"] = value
        if kind == "provider":
            found[f"{_REVIEW}/id"] = "footprint"
    elif kind in ("start", "end"):
        day = _day(value, is_end=kind == "end")
        if day is not None:
            found[path] = day
        return day is not None and _stamp(day, is_end=kind == "end") == value
    elif kind == "status":
        if not isinstance(value, str) or value not in _STATUS:
            return False
        found[path] = _STATUS[value]
    elif kind == "texts":
        return _put_texts(found, path, value)
    elif kind == "sources":
        return _put_sources(found, path, value)
    elif kind == "factors":
        if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], str):
            return False
        found[path] = value[0]
    else:  # the unit and its amount are one leaf
        unit, amount = _CODES.get(str(hub.get(_UNIT))), hub.get(_AMOUNT)
        if unit is None or not isinstance(amount, Decimal):
            return False
        found[path] = Quantity(amount, unit)
    return True


def _put_texts(found: dict[str, Leaf], path: str, value: object) -> bool:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        return False
    for index, item in enumerate(value):
        found[f"{path}/{index}"] = item
    return True


def _put_sources(found: dict[str, Leaf], path: str, value: object) -> bool:
    """Names and versions; anything else beside them keeps the list an extra."""
    if not isinstance(value, list) or not value:
        return False
    for item in value:
        if not isinstance(item, dict) or "name" not in item or not set(item) <= {"name", "version"}:
            return False
        if not all(isinstance(text, str) for text in item.values()):
            return False
    for index, item in enumerate(value):
        for name, text in item.items():
            found[f"{path}/{index}/{name}"] = text
    return True


def dump_value(value: JsonValue) -> str:
    """A value as it is kept in an extra."""
    return line(value)


def line(value: object) -> str:
    """JSON on one line, numbers to the last digit."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{_quoted(k)}:{line(v)}" for k, v in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([line(v) for v in value]) + "]"
    return _WORDS_OF_JSON[value] if value is None or isinstance(value, bool) else str(value)


def declaration_of(hub: Hub, leaves: Mapping[str, Leaf] | None = None) -> Declaration:
    """The declaration of a message."""
    tree: dict[str, Any] = {}
    for path, leaf in (leaves_of(hub) if leaves is None else leaves).items():
        node = tree
        *above, last = path.split("/")[1:]
        for step in above:
            node = node.setdefault(step, {})
        node[unescape(last)] = leaf
    return Declaration.model_validate(_listed(tree))


def _listed(node: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in node.items():
        if not isinstance(value, dict):
            found[name] = value
        elif name in _LISTS:
            found[name] = tuple(_listed(i) if isinstance(i, dict) else i for i in value.values())
        else:
            found[name] = _listed(value)
    return found


def is_message(declaration: Declaration) -> bool:
    """Whether the declaration came as a footprint message, with figures of its own on this basis."""
    own = declaration.result_set(RESULT_SET)
    return own is not None and own.role is Role.DECLARED and extra_of("/created") in declaration.extras


@cache
def key_of(path: str) -> str:
    """The key behind a leaf of the model; empty for what stands for no key of its own."""
    if path.startswith("/extras/"):
        space, _, pointer = unescape(path.removeprefix("/extras/")).partition("#")
        if space not in SPACES:
            return ""
        return pointer if space == "pact" else f"/{space}{pointer}"
    known, at = _by_model(), path
    while at:
        if at in known:
            return known[at].name
        at = at.rpartition("/")[0]
    return ""


def hub_of(declaration: Declaration) -> Hub:
    """The message of a declaration; what a reader may not see is not in it."""
    leaves = by_path(declaration)
    found: Hub = {}
    for name, text in declaration.extras.items():
        space, _, pointer = name.partition("#")
        if space in SPACES:
            key = pointer if space == "pact" else f"/{space}{pointer}"
            found[key] = _value(text, keys().get(key))
    for path, leaf in leaves.items():
        if not isinstance(leaf, Missing):
            _take(found, path, leaf)
    return found


def _value(text: str, key: Key | None) -> JsonValue:
    value = json_door.parse(text.encode())
    is_number = key is not None and key.kind == "number" and isinstance(value, int)
    return Decimal(value) if is_number and not isinstance(value, bool) else value  # type: ignore[arg-type]


def _take(found: Hub, path: str, leaf: Leaf) -> None:
    """The key behind one leaf of the model; an extra beside it is as good while it says the same."""
    key = _by_model().get(path)
    if key is None:
        above, _, last = path.rpartition("/")
        key = _by_model().get(above) or _by_model().get(above.rpartition("/")[0])
        if key is None:
            return
        if key.kind == "sources":
            items = found.setdefault(key.name, [])
            if len(items) == int(above.rpartition("/")[2]):
                items.append({})
            items[-1][last] = leaf
        elif key.kind == "texts":
            found.setdefault(key.name, []).append(leaf)
        elif key.kind in ("name", "provider") and (key.name not in found or last == "en"):
            found[key.name] = leaf
    elif isinstance(leaf, Quantity) and key.kind in ("amount", "unit"):
        if leaf.unit in UNITS:
            found[_UNIT], found[_AMOUNT] = UNITS[leaf.unit], leaf.amount
    elif isinstance(leaf, Quantity):
        found[key.name] = leaf.amount if leaf.unit == key.unit else convert(leaf, key.unit).amount
    elif isinstance(leaf, date):
        is_end = key.kind == "end"
        if _day(found.get(key.name), is_end=is_end) != leaf:
            found[key.name] = _stamp(leaf, is_end=is_end)
    elif key.kind == "status":
        found[key.name] = _WORDS.get(str(leaf), leaf)
    elif key.kind == "factors":
        found[key.name] = [leaf]
    else:
        found[key.name] = leaf


def _stamp(day: date, *, is_end: bool) -> str:
    return f"{(day + _DAY if is_end else day).isoformat()}T00:00:00Z"


@cache
def _day(text: object, *, is_end: bool) -> date | None:
    """The day of a moment as it stands there; of an end, the last day that is wholly or partly before it."""
    try:
        found = datetime.fromisoformat(text.upper()) if isinstance(text, str) else None
        if found is None or found.tzinfo is None:
            return None
        return (found - timedelta(microseconds=1)).date() if is_end else found.date()
    except (ValueError, OverflowError):
        return None


def number_of(value: JsonValue) -> Decimal | None:
    """An exact number that stands as a JSON number or as a decimal in a text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    try:
        return parse_decimal(value) if isinstance(value, str) else None
    except GatewayError:
        return None
