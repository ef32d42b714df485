"""TIDAS documents with one thing changed: kind, place and value are drawn by a seed, no two are equal."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Path = tuple[str | int, ...]
VALUES: Final[tuple[Any, ...]] = (
    *("", "x", "0", "1", "-1.5", "1e400", "NaN", "true", "95.123", "95.1234", "12345", "123456", "1234567"),
    *(
        "007",
        "+1",
        "1.",
        ".5",
        "2024",
        "20240",
        "2024-01-31",
        "2024-13-31T00:00:00Z",
        " 1 ",
        "#REF!",
        "\n",
        "1\n",
    ),
    *("名" * 500, "名" * 501, "x" * 500, "x" * 501, "x" * 1000, "x" * 1001, "01.00", "01.00.000", "1.0"),
    *("Input", "log-normal", "Other", "LCI result", "Not reviewed", "Fully compliant", "7440-44-0", "CN"),
    *(
        "CN-AH",
        "AH-CN",
        "NULL",
        "XX",
        "12 kt",
        "kt 12",
        "en",
        "zh",
        "zh-CN",
        "../ILCDLocations.xml",
        "31.2;121.4",
    ),
    *(
        "0F2F3D5A-7C63-4C0E-8E5A-0D7F6F0F9A11",
        "1f2f3d5a-7c63-4c0e-8e5a-0d7f6f0f9a11",
        "91;0",
        "source data set",
    ),
    *(0, 1, -1, 999, 2024, 10000, True, False, None, [], {}, ["x"], [[]], {"#text": "x"}),
    {"@xml:lang": "en", "#text": "石灰"},
    {"@xml:lang": "zh", "#text": "lime"},
    {"@xml:lang": "zh", "#text": "石灰"},
    {"@xml:lang": "fr", "#text": "chaux"},
    {"@xml:lang": "xx", "#text": "lime"},
    {"@xml:lang": "en", "#text": "12 kt"},
    {"common:class": []},
    {"common:class": [{"@level": "0", "@classId": "A", "#text": "x"}]},
    {"@xmlns:y": "urn:y"},
    {"y:other": 1},
    {"common:other": {}},
)
NAMES: Final = (
    "colour",
    "common:other",
    "@name",
    "@level",
    "#text",
    "@xml:lang",
    "common:UUID",
    "common:class",
)


def delete(holder: Any, key: str | int, _: int) -> bool:
    del holder[key]
    return True


def replace(holder: Any, key: str | int, choice: int) -> bool:
    changed = bool(holder[key] != VALUES[choice % len(VALUES)])
    holder[key] = copy.deepcopy(VALUES[choice % len(VALUES)])
    return changed


def into_list(holder: Any, key: str | int, _: int) -> bool:
    holder[key] = [holder[key]]
    return True


def out_of_list(holder: Any, key: str | int, choice: int) -> bool:
    value = holder[key]
    if not isinstance(value, list) or not value:
        return False
    holder[key] = value[choice % len(value)]
    return True


def twice(holder: Any, key: str | int, _: int) -> bool:
    value = holder[key]
    holder[key] = [*value, copy.deepcopy(value[-1])] if isinstance(value, list) and value else [value, value]
    return True


def reverse(holder: Any, key: str | int, _: int) -> bool:
    value = holder[key]
    if not isinstance(value, list) or len(value) < 2:
        return False
    value.reverse()
    return True


def empty(holder: Any, key: str | int, _: int) -> bool:
    if not isinstance(holder[key], (list, dict)) or not holder[key]:
        return False
    holder[key].clear()
    return True


def add(holder: Any, key: str | int, choice: int) -> bool:
    value = holder[key]
    if not isinstance(value, dict):
        return False
    value[NAMES[choice % len(NAMES)]] = copy.deepcopy(VALUES[choice // 8 % len(VALUES)])
    return True


def rename(holder: Any, key: str | int, choice: int) -> bool:
    if not isinstance(key, str):
        return False
    holder[NAMES[choice % len(NAMES)]] = holder.pop(key)
    return True


def number(holder: Any, key: str | int, _: int) -> bool:
    value = holder[key]
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return False
    if isinstance(value, str) and not value.isdigit():
        return False
    holder[key] = int(value) if isinstance(value, str) else str(value)
    return True


def lengthen(holder: Any, key: str | int, choice: int) -> bool:
    value = holder[key]
    if not isinstance(value, str):
        return False
    holder[key] = (f"{value} ", f" {value}", f"{value}\n", value * 600, value.upper())[choice % 5]
    return bool(holder[key] != value)


KINDS: Final[Mapping[str, Callable[[Any, Any, int], bool]]] = {
    function.__name__: function
    for function in (
        *(delete, replace, into_list, out_of_list, twice, reverse, empty, add, rename, number, lengthen),
    )
}


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place of a document below its root."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in members:
        yield (*at, key)
        yield from places(inner, (*at, key))


def mutations(
    documents: list[dict[str, Any]], seed: str, wanted: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """As many different documents as wanted, each with what was done where."""
    rng = random.Random(seed)
    kinds = sorted(KINDS)
    of = [sorted(places(document), key=str) for document in documents]
    seen = {json.dumps(document, sort_keys=True) for document in documents}
    while wanted:
        which = rng.randrange(len(documents))
        at, kind, choice = rng.choice(of[which]), rng.choice(kinds), rng.randrange(len(VALUES) * len(NAMES))
        made = copy.deepcopy(documents[which])
        holder: Any = made
        for step in at[:-1]:
            holder = holder[step]
        if not KINDS[kind](holder, at[-1], choice):
            continue
        text = json.dumps(made, sort_keys=True)
        if text not in seen:
            seen.add(text)
            wanted -= 1
            yield f"{kind} {'/'.join(map(str, at))}", made
