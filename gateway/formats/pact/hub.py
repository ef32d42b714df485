"""A footprint message by the names of PACT 3.0, and the leaves of the model that it stands for.

Every version of PACT and Catena-X is read into this one form and written out of it. A key is a place of a
PACT 3.0 footprint, ``/catenax/…`` what only Catena-X has, ``/pact2/…`` what only the older editions have.
``mappings/fields/footprints.csv`` says which leaf of the model a key is; a key without one is kept in the
declaration's extras, exactly as it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from gateway.quantity import Quantity, convert, parse_decimal, plain

# Texts, exact numbers, flags, and what stands in a key without a leaf.
Hub: TypeAlias = dict[str, Any]
_Put: TypeAlias = "Callable[[dict[str, Leaf], Key, Any, Hub], bool]"

SPACES: Final = ("pact", "pact2", "catenax")
# PACT Methodology 3, 4.2.3 and PEF have the same five classes; the three of the older editions are others.
DQR_SCALE: Final = "PEF"
BOUNDARY: Final = "c2g"
_DAY: Final = timedelta(days=1)
_STATUS: Final = {"Active": "active", "Deprecated": "withdrawn"}
_WORDS: Final = {"active": "Active", "withdrawn": "Deprecated", "superseded": "Deprecated"}
_CODES: Final = {name: code for code, name in UNITS.items()}
ASSURED: Final = "/pact2/assurance/assurance"
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
    ways = _ways()
    for name, value in hub.items():
        way = ways.get(name)
        if way is None or not way[0](found, way[1], value, hub):
            found[_extra_path(name)] = line(value)
    if "/pcf/dqi/technologicalDQR" in hub:
        found["/quality/dqr_scale"] = DQR_SCALE
    return found


@cache
def _ways() -> Mapping[str, tuple[_Put, Key]]:
    return {key.name: (_PUTS[key.kind], key) for key in keys().values() if key.model}


# Each puts the leaf of a key; False: the value is not of its kind, or an extra must stand beside the leaf.
def _put_number(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401
    if type(value) is not Decimal:
        return False
    found[key.model] = Quantity(value, key.unit)
    if key.model.startswith(_ROW):
        found[f"{_ROW}/stage"] = "distribution"
    return True


def _put_text(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401
    if type(value) is not str:
        return False
    found[key.model] = value
    return True


def _put_flag(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401
    if type(value) is not bool:
        return False
    found[key.model] = value
    return True


def _put_name(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401
    if type(value) is not str or (key.kind == "provider" and hub.get(ASSURED) is False):
        return False  # somebody who is named, and has assured nothing, verified nothing
    found[f"{key.model}/{language(value)}"] = value
    if key.kind == "provider":
        found[f"{_REVIEW}/id"] = "footprint"
    return True


def _put_day(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401
    is_end = key.kind == "end"
    day = _day(value, is_end=is_end) if type(value) is str else None
    if day is None:
        return False
    found[key.model] = day
    return bool(_stamp(day, is_end=is_end) == value)


def _put_status(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401
    if type(value) is not str or value not in _STATUS:
        return False
    found[key.model] = _STATUS[value]
    return True


def _put_factors(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], str):
        return False
    found[key.model] = value[0]
    return True


def _put_unit(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401
    """The unit and its amount are one leaf."""
    unit, amount = _CODES.get(str(hub.get(_UNIT))), hub.get(_AMOUNT)
    if unit is None or not isinstance(amount, Decimal):
        return False
    found[key.model] = Quantity(amount, unit)
    return True


def _put_texts(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        return False
    for index, item in enumerate(value):
        found[f"{key.model}/{index}"] = item
    return True


def _put_sources(found: dict[str, Leaf], key: Key, value: Any, hub: Hub) -> bool:  # noqa: ANN401
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
            found[f"{key.model}/{index}/{name}"] = text
    return True


_PUTS: Final[Mapping[str, _Put]] = {
    "number": _put_number,
    "text": _put_text,
    "flag": _put_flag,
    "name": _put_name,
    "provider": _put_name,
    "start": _put_day,
    "end": _put_day,
    "status": _put_status,
    "texts": _put_texts,
    "sources": _put_sources,
    "factors": _put_factors,
    "unit": _put_unit,
    "amount": _put_unit,
}


def line(value: object) -> str:
    """JSON on one line, numbers to the last digit."""
    kind = type(value)
    if kind is str:
        return _quoted(value)  # type: ignore[arg-type]
    if kind is dict:
        return "{" + ",".join([f"{_quoted(k)}:{line(v)}" for k, v in value.items()]) + "}"  # type: ignore[attr-defined]
    if kind is list:
        return "[" + ",".join([line(v) for v in value]) + "]"  # type: ignore[attr-defined]
    if value is None or kind is bool:
        return _WORDS_OF_JSON[value]  # type: ignore[index]
    return str(value)


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
    """The key behind one leaf of the model."""
    key = _by_model().get(path)
    if key is None:
        above, _, last = path.rpartition("/")
        key = _by_model().get(above) or _by_model().get(above.rpartition("/")[0])
        if key is not None:
            _take_item(found, key, above, last, leaf)
    elif isinstance(leaf, Quantity) and key.kind in ("amount", "unit"):
        if leaf.unit in UNITS:
            found[_UNIT], found[_AMOUNT] = UNITS[leaf.unit], leaf.amount
    elif isinstance(leaf, Quantity):
        found[key.name] = leaf.amount if leaf.unit == key.unit else convert(leaf, key.unit).amount
    elif isinstance(leaf, date):
        # An extra beside the day is as good while it says the same.
        is_end = key.kind == "end"
        if _day(found.get(key.name), is_end=is_end) != leaf:
            found[key.name] = _stamp(leaf, is_end=is_end)
    elif key.kind == "status":
        found[key.name] = _WORDS.get(str(leaf), leaf)
    else:
        found[key.name] = [leaf] if key.kind == "factors" else leaf


def _take_item(found: Hub, key: Key, above: str, last: str, leaf: Leaf) -> None:
    """An item of a list, a member of one, or one language of a name."""
    if key.kind == "sources":
        items = found.setdefault(key.name, [])
        if len(items) == int(above.rpartition("/")[2]):
            items.append({})
        items[-1][last] = leaf
    elif key.kind == "texts":
        found.setdefault(key.name, []).append(leaf)
    elif key.kind in ("name", "provider") and (key.name not in found or last == "en"):
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
        return _written_out(Decimal(value))
    if not isinstance(value, str):
        return None
    try:
        number = parse_decimal(value)
    except GatewayError:
        return None
    return _written_out(number) if value[0] == "-" or "e" in value or "E" in value else number


def _written_out(number: Decimal) -> Decimal:
    """The same number as it will be written: kept as a text, ``1E+5`` and ``-0`` would be others."""
    return Decimal(plain(number)) if not number or "E+" in str(number) else number
