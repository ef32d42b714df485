"""Every leaf of a document, by path: to list, compare, change and prune without knowing the fields.

A path is a JSON pointer in which the items of a list stand by their own key (``/lines/L03/result``,
``/results/declared/rows/raw/carbon/total``), so that it stays the same when a neighbour goes. The
pattern of a leaf is its field's path with ``*`` for list items and without language or index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

from pydantic import BaseModel

from gateway.model.base import LangText, Leaf, Missing, Part, Reason
from gateway.quantity import Quantity

M = TypeVar("M", bound=Part)
Shape: TypeAlias = Literal["leaf", "part", "items", "texts", "members"]


class Place(NamedTuple):
    """One leaf: where it stands, which field it is, what it holds."""

    path: str
    pattern: str
    value: Leaf


def leaves(part: Part) -> Iterator[Place]:
    """All leaves in field order. A field that is None is no leaf; ``Missing`` is one."""
    found: list[Place] = []
    _part(part, "", "", found)
    return iter(found)


def places(part: Part) -> tuple[Place, ...]:
    """The same, remembered: for a whole document, which several parts of a run walk."""
    return _places_of(Same(part))


def by_path(part: Part) -> dict[str, Leaf]:
    """All leaves by path."""
    return dict(_leaves_of(Same(part)))


def diff(before: Part, after: Part) -> dict[str, tuple[Leaf | None, Leaf | None]]:
    """The leaves that differ, with both values; None where one side has no such leaf."""
    old, new = by_path(before), by_path(after)
    paths = [*old, *(p for p in new if p not in old)]
    return {p: (old.get(p), new.get(p)) for p in paths if not same(old.get(p), new.get(p))}


def same(one: Leaf | None, other: Leaf | None) -> bool:
    """Equal in type and value: 1 is not True, and 1 is not "1"."""
    return type(one) is type(other) and one == other


def prune(part: M, keep: Callable[[Place], bool]) -> M:
    """``part`` without the leaves that ``keep`` refuses; they become ``Missing(withheld)``.

    An item of a list goes as a whole when a field goes that it cannot be without.
    """
    pruned = _prune_part(part, "", "", keep)
    return part if pruned is None else pruned


def replace(part: M, path: str, value: Leaf | None) -> M:
    """``part`` with another value in one leaf. The value's type is the caller's promise."""
    steps = [unescape(step) for step in path.split("/")[1:]]
    return _replace_in(part, steps, value)


def escape(step: str) -> str:
    """A step of a JSON pointer (RFC 6901, 3)."""
    return step.replace("~", "~0").replace("/", "~1") if "~" in step or "/" in step else step


def unescape(step: str) -> str:
    """The text of a step of a JSON pointer."""
    return step.replace("~1", "/").replace("~0", "~") if "~" in step else step


def keyed(items: tuple[object, ...]) -> Iterator[tuple[str, object]]:
    """List items with their keys; a key that occurs again gets its number."""
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        key = item.key if shape_of(type(item)) == "part" else None  # type: ignore[attr-defined]
        if key is None:
            yield str(index), item
        elif key in seen:
            seen[key] += 1
            yield f"{key}#{seen[key]}", item
        else:
            seen[key] = 1
            yield key, item


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """A part by identity, as the key of a cache: parts are frozen, and to hash one is to walk it."""

    part: Part

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.part is other.part

    def __hash__(self) -> int:
        return id(self.part)


# One conversion asks several times for the leaves of the same three documents.
@lru_cache(maxsize=4)
def _leaves_of(same_: Same) -> Mapping[str, Leaf]:
    return told(same_.part, {})


@lru_cache(maxsize=4)
def _places_of(same_: Same) -> tuple[Place, ...]:
    return tuple(leaves(same_.part))


_NEVER: Final = object()


@cache
def _fields(kind: type[BaseModel]) -> tuple[tuple[str, str, object], ...]:
    """The names of a part's fields, each with its step of a path and its default if that has no leaves."""
    return tuple(
        (name, f"/{name}", field.default if _is_silent(field.default) else _NEVER)
        for name, field in kind.model_fields.items()
    )


def _is_silent(default: object) -> bool:
    return default == () or (isinstance(default, Part) and not any(True for _ in leaves(default)))


# Collecting into one list instead of chaining generators: a walk is made several times for every output.
def _part(part: BaseModel, path: str, pattern: str, found: list[Place]) -> None:
    held = part.__dict__
    for name, step, silent in _fields(type(part)):
        value = held[name]
        if value is not None and value is not silent:
            _value(value, path + step, pattern + step, found)


def _value(value: Any, path: str, pattern: str, found: list[Place]) -> None:  # noqa: ANN401 - as fields are
    shape = shape_of(type(value))
    if shape == "leaf":
        found.append(Place(path, pattern, value))
    elif shape == "part":
        _part(value, path, pattern, found)
    elif shape == "items":
        for key, item in keyed(value):
            inner = f"{pattern}/*" if shape_of(type(item)) == "part" else pattern
            _value(item, f"{path}/{escape(key)}", inner, found)
    elif shape == "texts":
        for lang, text in value.items():
            found.append(Place(f"{path}/{escape(lang)}", pattern, text))
    else:
        for key in sorted(value):
            found.append(Place(f"{path}/{escape(key)}", pattern, value[key]))


Told: TypeAlias = dict[str, Leaf]
Own: TypeAlias = Mapping[type, Callable[[Any, str, Told], None]]


def told(part: Part, own: Own) -> Told:
    """All leaves by path, in field order, as ``by_path``, but without their patterns and not remembered.

    Args:
        own: by type of part, who collects its leaves otherwise.
    """
    found: Told = {}
    collect_fields(part, "", found, own)
    return found


def collect_fields(part: BaseModel, path: str, found: Told, own: Own) -> None:
    """Add the leaves of a part by path."""
    held = part.__dict__
    for name, step, silent in _fields(type(part)):
        value = held[name]
        if value is None or value is silent:
            continue
        kind = type(value)
        shape = _SHAPES.get(kind) or shape_of(kind)
        if shape == "leaf":
            found[path + step] = value
        elif shape == "part":
            otherwise = own.get(kind)
            if otherwise is None:
                collect_fields(value, path + step, found, own)
            else:
                otherwise(value, path + step, found)
        else:
            _collect(value, kind, path + step, found, own)


def _collect(value: Any, kind: type, path: str, found: Told, own: Own) -> None:  # noqa: ANN401 - as fields are
    shape = shape_of(kind)
    if shape == "leaf":
        found[path] = value
    elif shape == "part":
        if (otherwise := own.get(kind)) is not None:
            otherwise(value, path, found)
        else:
            collect_fields(value, path, found, own)
    elif shape == "items":
        for key, item in keyed(value):
            _collect(item, type(item), f"{path}/{escape(key)}", found, own)
    elif shape == "texts":
        for lang, text in value.items():
            found[f"{path}/{escape(lang)}"] = text
    else:
        for key in sorted(value):
            found[f"{path}/{escape(key)}"] = value[key]


def shape_of(kind: type) -> Shape:
    """What stands below a value of this type; ``Missing`` and a quantity are leaves."""
    return _SHAPES.get(kind) or _SHAPES.setdefault(kind, _shape(kind))


# Asked once for each type: the classes of pydantic take their time to say what is an instance of them.
_SHAPES: dict[type, Shape] = {}


def _shape(kind: type) -> Shape:
    if issubclass(kind, (str, Quantity, Missing)):
        return "leaf"
    if issubclass(kind, LangText):
        return "texts"
    if issubclass(kind, Part):
        return "part"
    if issubclass(kind, tuple):
        return "items"
    return "members" if issubclass(kind, Mapping) else "leaf"


def _prune_part(part: M, path: str, pattern: str, keep: Callable[[Place], bool]) -> M | None:
    changes: dict[str, object] = {}
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        if value is None:
            continue
        kept = _prune_value(value, f"{path}/{name}", f"{pattern}/{name}", keep)
        if kept is value:
            continue
        if info.is_required() and kept is None:
            return None
        optional = kept is None and (isinstance(value, Missing) or not isinstance(value, Part))
        changes[name] = Missing(missing=Reason.WITHHELD) if optional else kept
    return part.model_copy(update=changes) if changes else part


def _prune_value(value: Any, path: str, pattern: str, keep: Callable[[Place], bool]) -> object:  # noqa: ANN401 - as fields are
    """The pruned value; the same object where nothing went; None where nothing is left."""
    shape = shape_of(type(value))
    if shape == "leaf":
        return value if keep(Place(path, pattern, value)) else None
    if shape == "texts":
        texts = {k: t for k, t in value.items() if keep(Place(f"{path}/{escape(k)}", pattern, t))}
        return value if len(texts) == len(value.root) else LangText(texts) if texts else None
    if shape == "part":
        pruned: object = _prune_part(value, path, pattern, keep)
        return pruned
    if shape == "items":
        kept = []
        for key, item in keyed(value):
            inner = f"{pattern}/*" if isinstance(item, Part) else pattern
            kept.append(_prune_value(item, f"{path}/{escape(key)}", inner, keep))
        if all(new is old for new, old in zip(kept, value, strict=True)):
            return value
        return tuple(new for new in kept if new is not None)
    left = {k: v for k, v in value.items() if keep(Place(f"{path}/{escape(k)}", pattern, v))}
    return value if len(left) == len(value) else left


def _replace_in(part: M, steps: list[str], value: Leaf | None) -> M:
    name = steps[0]
    return part.model_copy(update={name: _replaced(getattr(part, name), steps[1:], value)})


def _replaced(old: object, steps: list[str], value: Leaf | None) -> object:
    if not steps:
        return value
    if isinstance(old, LangText):
        return LangText({k: t for k, t in {**old.root, steps[0]: value}.items() if t is not None})  # type: ignore[misc]
    if isinstance(old, Part):
        return _replace_in(old, steps, value)
    if isinstance(old, tuple):
        changed = [(_replaced(i, steps[1:], value) if k == steps[0] else i) for k, i in keyed(old)]
        return tuple(item for item in changed if item is not None)
    if isinstance(old, Mapping):
        return {k: v for k, v in {**old, steps[0]: value}.items() if v is not None}
    raise KeyError("/".join(steps))
