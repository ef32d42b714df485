"""Our own map file, JSON: every field of a row, so that nothing needs a note."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, Final

from gateway.codec.jsonwrite import encode
from gateway.errors import InputError
from gateway.frontdoor.json import JsonValue, parse
from gateway.model.inventory import CarbonClass
from gateway.nomenclature.maps.base import BadMapFile, MapReading, Troubles, Written, read_day
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate, Signal, Tier
from gateway.quantity.exact import parse_decimal, read_exact, show
from gateway.report import Exact

FORMAT: Final = "hutong-map@1"
_HEAD: Final = ("id", "title", "version", "description", "created", "licence")
_END_TEXTS: Final = (
    "list",
    "version",
    "id",
    "name",
    "language",
    "cas",
    "formula",
    "unit",
    "flow_property",
    "location",
)
_ROW_TEXTS: Final = (
    "factor_basis",
    "justification",
    "comment",
    "author",
    "reviewer",
    "tool",
    "licence",
    "source_map",
    "raw_predicate",
)
_END: Final = frozenset({*_END_TEXTS, "context", "synonyms", "carbon_class"})
_ROW: Final = frozenset(
    {
        *_ROW_TEXTS,
        "source",
        "target",
        "predicate",
        "factor",
        "share",
        "tier",
        "confidence",
        "date",
        "evidence",
        "conflicts",
        "losses",
        "extra",
    }
)


def detect(data: bytes) -> bool:
    """Whether the document names this format."""
    return data.lstrip()[:1] == b"{" and FORMAT.encode() in data[:200]


def read(data: bytes) -> MapReading:
    """A map in our own format.

    Raises:
        InputError: ``json.*``, ``map.*``; the path is a JSON pointer.
    """
    document = parse(data)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadMapFile(path="/format", wanted=FORMAT)
    troubles = Troubles()
    rows = _list(document.get("rows"), "/rows", troubles)
    mapped = MapSet(
        tuple(row_from_json(row, f"/rows/{index}", troubles) for index, row in enumerate(rows)),
        **{name: _text(document.get(name), f"/{name}", troubles) for name in _HEAD},
        authors=_texts(document.get("authors"), "/authors", troubles),
        header=_pairs(document.get("header"), "/header", troubles),
    )
    return MapReading(mapped, troubles.settle())


def write(mapped: MapSet) -> Written:
    """The map as it is."""
    head = {name: getattr(mapped, name) for name in _HEAD if getattr(mapped, name)}
    document: dict[str, object] = {"format": FORMAT, **head}
    if mapped.authors:
        document["authors"] = list(mapped.authors)
    if mapped.header:
        document["header"] = dict(mapped.header)
    document["rows"] = [row_to_json(row) for row in mapped.rows]
    return Written((encode(document) + "\n").encode(), tuple(range(len(mapped.rows))))


def row_to_json(row: MapRow) -> dict[str, object]:
    """One row; what is empty is left out."""
    told: dict[str, object] = {
        "source": end_to_json(row.source),
        "target": end_to_json(row.target),
        "predicate": row.predicate.value,
        **{name: _shown(getattr(row, name)) for name in ("factor", "share", "confidence")},
        "tier": row.tier and row.tier.value,
        "date": row.date and row.date.isoformat(),
        **{name: getattr(row, name) for name in _ROW_TEXTS},
        "evidence": [signal_to_json(signal) for signal in row.evidence],
        "conflicts": [signal_to_json(signal) for signal in row.conflicts],
        "losses": list(row.losses),
        "extra": dict(row.extra),
    }
    return {name: value for name, value in told.items() if value}


def end_to_json(end: End) -> dict[str, object]:
    """One end; what is empty is left out."""
    told: dict[str, object] = {
        **{name: getattr(end, name) for name in _END_TEXTS},
        "context": list(end.context),
        "synonyms": list(end.synonyms),
        "carbon_class": end.carbon_class and end.carbon_class.value,
    }
    return {name: value for name, value in told.items() if value}


def row_from_json(value: JsonValue, at: str, troubles: Troubles) -> MapRow:
    """One row; what is wrong goes to ``troubles``."""
    told = _object(value, at, troubles, _ROW)
    day = _text(told.get("date"), f"{at}/date", troubles)
    if day and (read_day(day) is None or len(day) != 10):
        troubles.error("map.bad-day", f"{at}/date", day)
    texts: dict[str, Any] = {
        name: _text(told.get(name), f"{at}/{name}", troubles) for name in _ROW_TEXTS if name in told
    }
    number = partial(_number, troubles=troubles)
    signals = partial(signals_from_json, troubles=troubles)
    confidence = number(told.get("confidence"), f"{at}/confidence")
    return MapRow(
        source=end_from_json(told.get("source"), f"{at}/source", troubles),
        target=end_from_json(told.get("target"), f"{at}/target", troubles),
        predicate=_word(Predicate, told.get("predicate"), f"{at}/predicate", troubles) or Predicate.CLOSE,
        factor=number(told.get("factor"), f"{at}/factor"),
        share=number(told.get("share"), f"{at}/share"),
        tier=_word(Tier, told["tier"], f"{at}/tier", troubles) if "tier" in told else None,
        confidence=confidence if isinstance(confidence, Decimal) else None,
        date=_day(day),
        evidence=signals(told.get("evidence"), f"{at}/evidence"),
        conflicts=signals(told.get("conflicts"), f"{at}/conflicts"),
        losses=_texts(told.get("losses"), f"{at}/losses", troubles),
        extra=_pairs(told.get("extra"), f"{at}/extra", troubles),
        **texts,
    )


def end_from_json(value: JsonValue, at: str, troubles: Troubles) -> End:
    """One end; an absent one is empty."""
    told = _object(value, at, troubles, _END) if value is not None else {}
    texts: dict[str, Any] = {
        name: _text(told.get(name), f"{at}/{name}", troubles) for name in _END_TEXTS if name in told
    }
    carbon = told.get("carbon_class")
    return End(
        context=_texts(told.get("context"), f"{at}/context", troubles),
        synonyms=_texts(told.get("synonyms"), f"{at}/synonyms", troubles),
        carbon_class=_word(CarbonClass, carbon, f"{at}/carbon_class", troubles) if carbon else None,
        **texts,
    )


def _shown(value: Exact | None) -> str:
    return "" if value is None else show(value)


def signal_to_json(signal: Signal) -> dict[str, str]:
    """One piece of evidence; what is empty is left out."""
    told = {"what": signal.what, "value": signal.value, "source": signal.source}
    return {name: text for name, text in told.items() if text}


def signals_from_json(value: JsonValue, at: str, *, troubles: Troubles) -> tuple[Signal, ...]:
    """Pieces of evidence; what is wrong goes to ``troubles``."""
    found = []
    for index, item in enumerate(_list(value, at, troubles)):
        place = f"{at}/{index}"
        told = _object(item, place, troubles, frozenset({"what", "value", "source"}))
        texts = {name: _text(text, f"{place}/{name}", troubles) for name, text in told.items()}
        found.append(Signal(texts.get("what", ""), texts.get("value", ""), texts.get("source", "")))
    return tuple(found)


def _object(value: JsonValue, at: str, troubles: Troubles, names: frozenset[str]) -> Mapping[str, JsonValue]:
    if not isinstance(value, dict):
        troubles.error("map.wrong-type", at, value, wanted="object")
        return {}
    for name in value:
        if name not in names:
            troubles.error("map.unknown-member", f"{at}/{name}", name)
    return value


def _list(value: JsonValue, at: str, troubles: Troubles) -> list[JsonValue]:
    if value is None:
        return []
    if not isinstance(value, list):
        troubles.error("map.wrong-type", at, value, wanted="array")
        return []
    return value


def _text(value: JsonValue, at: str, troubles: Troubles) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        troubles.error("map.wrong-type", at, value, wanted="string")
        return ""
    return value


def _texts(value: JsonValue, at: str, troubles: Troubles) -> tuple[str, ...]:
    items = _list(value, at, troubles)
    return tuple(_text(item, f"{at}/{index}", troubles) for index, item in enumerate(items))


def _pairs(value: JsonValue, at: str, troubles: Troubles) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        troubles.error("map.wrong-type", at, value, wanted="object")
        return ()
    return tuple((name, _text(text, f"{at}/{name}", troubles)) for name, text in value.items())


def _number(value: JsonValue, at: str, *, troubles: Troubles) -> Decimal | Fraction | None:
    text = _text(value, at, troubles)
    if not text:
        return None
    try:
        return read_exact(text) if "/" in text else parse_decimal(text)
    except InputError:
        troubles.error("map.bad-number", at, text)
        return None


def _day(text: str) -> date | None:
    return read_day(text) if len(text) == 10 else None


def _word(kind: type[Any], value: JsonValue, at: str, troubles: Troubles) -> Any:  # noqa: ANN401 - an enum's member
    try:
        return kind(value)
    except ValueError:
        troubles.error("map.unknown-word", at, value, wanted=", ".join(member.value for member in kind))
        return None
