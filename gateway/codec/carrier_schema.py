"""The JSON Schema of a carrier's document from its structure table, and what a document lacks of it.

One row of ``mappings/carriers/<family>_structure.csv`` is one place: its kind, whether its parent cannot be
without it, and what its value may be. ``python -m gateway.codec.carrier_schema schemas`` writes them all.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from gateway import resources
from gateway.codec.jsonwrite import encode
from gateway.frontdoor.json import JsonValue
from gateway.quantity import parse_decimal

# XML Schema part 2, 3.2.7 and 3.2.14: a moment with its zone or without, and a month.
_CLOCK = r"T(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)"
_ZONE = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_DATE = r"-?([1-9][0-9]{3,}|0[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_DAY_ONLY = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
PATTERNS: Final[Mapping[str, str]] = {
    "moment": f"{_DATE}{_CLOCK}{_ZONE}",
    "moment-exact": f"^{_DATE}{_CLOCK}{_ZONE}$",
    "date-exact": f"^{_DATE}{_ZONE}$",
    # RFC 9110, 8.3.1, with its parameters.
    "media-type": r"^[\w!#%&'*+.^`|~-]+/[\w!#%&'*+.^`|~-]+(\s*;.*)?$",
    "unsigned": "^[+]?[0-9]+$",
    "whole-number": "^[+-]?[0-9]+$",
    "month": "--(0[1-9]|1[0-2])" + _ZONE,
    "cas": r"^[0-9]{2,7}-[0-9]{2}-[0-9]$",
    "mailbox": r"^[\w.-]+@[\w.-]+\.[A-Za-z]{2,}$",
    "date-time": f"{_DAY_ONLY}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?"
    "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
    "uuid": f"^{_UUID}$",
    "uuid-urn": f"^(urn:uuid:)?{_UUID}$",
    "urn": "^[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]{0,31}:[!-~]+$",
    "decimal": r"^[+-]?[0-9]+(\.[0-9]+)?$",
    "spec-version": r"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9]{8})?$",
    "report": "^AR[0-9]+$",
    "country": "^[A-Z]{2}$",
    "subdivision": "^[A-Z]{2}-[A-Z0-9]{1,3}$",
    "bpns": "^BPNS[a-zA-Z0-9]{12}$",
    "bpnl": "^BPNL[a-zA-Z0-9]{12}$",
    "bpna": "^BPNA[a-zA-Z0-9]{12}$",
    "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "serial-key": r"^(manufacturerId|partInstanceId|batchId|van|customKey:\w+)$",
    "batch-key": r"^(manufacturerId|batchId|customKey:\w+)$",
    "postcode": r"^[a-z0-9][a-z0-9\- ]{0,10}$",
    "eori": "^[A-Z]{2}[A-Z0-9]{1,18}$",
    "phone": "^[+]?[0-9 ]+$",
    # WHATWG HTML, valid e-mail address; fastjsonschema takes every dollar for an end.
    "mailbox-html": r"^[a-zA-Z0-9.!#\x24%&?*+\/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*$",
    # The data model wrote its pattern for mailboxes without its escapes.
    "mailbox-unescaped": "^[w.-]+@[w.-]+.[A-Za-z]{2,}$",
    "samm-urn": r"^urn:[a-z0-9]+:[a-z0-9]+$",
    "duration": r"^P(?!$)((\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?"
    r"|T(?=\d)(\d+H)?(\d+M)?(\d+S)?)$",
}
_STRINGS: Final = frozenset({"string", "uri", *PATTERNS})


@dataclass(slots=True)
class Shape:
    """What may stand in one place."""

    kind: str
    required: bool
    values: tuple[str, ...] = ()
    lowest: str = ""
    highest: str = ""
    fewest: str = ""
    closed: bool = False
    unique: bool = False
    needs: str = ""
    nullable: bool = False
    members: dict[str, Shape] = field(default_factory=dict)


@cache
def documents(table: str) -> Mapping[str, Shape]:
    """The shape of every document of a structure table."""
    found: dict[str, Shape] = {}
    for row in resources.table(table):
        steps = row["place"].split("/")[1:] if row["place"] != "/" else []
        shape = Shape(
            row["kind"],
            row["required"] == "yes",
            tuple(row["values"].split("|")) if row["values"] else (),
            row["min"],
            row["max"],
            row["items"],
            row["closed"] == "yes",
            row["unique"] == "yes",
            row.get("needs", ""),
            row.get("nullable") == "yes",
        )
        if not steps:
            found[row["document"]] = shape
            continue
        node = found[row["document"]]
        for step in steps[:-1]:
            node = node.members[step]
        node.members[steps[-1]] = shape
    return found


def schema(table: str, document: str, identifier: str, *, fragment: bool = False) -> dict[str, Any]:
    """The schema of one document, draft 07; of a ``fragment``, somebody else adds the members that it lacks.

    What is in a list must be whole in a fragment, too: nobody could tell which item to complete.
    """
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": identifier, "title": document}
    return {**head, **_schema(documents(table)[document], fragment=fragment)}


def _schema(shape: Shape, *, fragment: bool = False) -> dict[str, Any]:
    if shape.kind == "object":
        return _object(shape, fragment=fragment)
    if shape.kind in ("array", "tuple", "types"):
        found = _array(shape) if shape.kind == "array" else _listed(shape)
        return {**found, **_limits(shape)}
    return {} if shape.kind == "any" else _scalar(shape)


def _object(shape: Shape, *, fragment: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object"}
    found["properties"] = {name: _schema(below, fragment=fragment) for name, below in shape.members.items()}
    required = [name for name, below in shape.members.items() if below.required]
    if required and not fragment:
        found["required"] = required
    if shape.closed:
        found["additionalProperties"] = False
    if shape.needs:
        pairs = (one.partition(":") for one in shape.needs.split())
        found["dependencies"] = {name: wanted.split("+") for name, _, wanted in pairs}
    return found


def _listed(shape: Shape) -> dict[str, Any]:
    """Texts that must be there: at the head in this order, or anywhere."""
    found: dict[str, Any] = {"type": "array"}
    if shape.kind == "tuple":
        found["items"] = [{"type": "string", "const": value} for value in shape.values]
        found["additionalItems"] = {"type": "string"}
    else:
        found["items"] = {"type": "string"}
        found["allOf"] = [{"contains": {"const": value}} for value in shape.values]
    return found


def _array(shape: Shape) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "array"}
    if "[]" in shape.members:
        found["items"] = _schema(shape.members["[]"])
    return found


def _limits(shape: Shape) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if shape.fewest:
        found["minItems"] = int(shape.fewest)
    if shape.unique:
        found["uniqueItems"] = True
    return found


def _scalar(shape: Shape) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "string" if shape.kind in _STRINGS else shape.kind}
    if shape.kind in PATTERNS:
        found["pattern"] = PATTERNS[shape.kind]
    if shape.kind == "string" and shape.fewest:
        found["minLength"] = int(shape.fewest)
    if shape.kind == "string" and shape.highest:
        found["maxLength"] = int(shape.highest)
    if shape.values:
        found["enum"] = list(shape.values)
    if shape.nullable:
        found["type"] = [found["type"], "null"]
    least = "exclusiveMinimum" if shape.lowest.startswith(">") else "minimum"
    for name, text in ((least, shape.lowest.removeprefix(">")), ("maximum", shape.highest)):
        if text and shape.kind not in _STRINGS:
            number = parse_decimal(text)
            found[name] = int(number) if number == number.to_integral_value() else number
    return found


def lacking(table: str, document: str, value: JsonValue) -> Iterator[str]:
    """The places that the document cannot be without and does not have, as its field table calls them."""
    yield from _lacking(documents(table)[document], value, "")


def values_at(table: str, document: str, pointer: str) -> tuple[str, ...]:
    """The closed list of values for a place, with /0 for any entry of a list; empty where it is open."""
    shape: Shape | None = documents(table).get(document)
    for step in pointer.split("/")[1:]:
        shape = shape and shape.members.get("[]" if step == "0" else step)
    if shape is None:
        return ()
    return ("true", "false") if shape.kind == "boolean" else shape.values


def _lacking(shape: Shape, value: JsonValue, place: str) -> Iterator[str]:
    if shape.kind == "array":
        items = value if isinstance(value, list) else []
        below = shape.members.get("[]")
        seen: set[str] = set()
        for item in items if below is not None else ():
            assert below is not None
            for one in _lacking(below, item, f"{place}/[]"):
                if one not in seen:
                    seen.add(one)
                    yield one
        return
    for name, below in shape.members.items():
        here = value.get(name) if isinstance(value, dict) else None
        if here is not None:
            yield from _lacking(below, here, f"{place}/{name}")
        elif below.required:
            yield from _leaves(below, f"{place}/{name}")


def misfits(table: str, document: str, value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """The places in which something stands that the carrier does not take there, with what it is.

    Of numbers that a carrier writes as text, only the text is looked at.
    """
    yield from _misfits(documents(table)[document], value, "")


def _misfits(shape: Shape, value: JsonValue, place: str) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, list):
        below = shape.members.get("[]")
        for item in value if below is not None else ():
            assert below is not None
            yield from _misfits(below, item, f"{place}/[]")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in shape.members:
                yield from _misfits(shape.members[name], inner, f"{place}/{name}")
    elif value is not None and not _fits(shape, value):
        yield place, value


def _fits(shape: Shape, value: JsonValue) -> bool:
    if shape.values and str(value) not in shape.values:
        return False
    if shape.kind in PATTERNS:
        return re.search(PATTERNS[shape.kind], str(value)) is not None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or shape.kind in _STRINGS:
        return True
    lowest, highest = shape.lowest, shape.highest
    if lowest.startswith(">") and not value > parse_decimal(lowest[1:]):
        return False
    is_low = lowest and not lowest.startswith(">") and value < parse_decimal(lowest)
    return not is_low and not (highest and value > parse_decimal(highest))


def _leaves(shape: Shape, place: str) -> Iterator[str]:
    """What a missing member is made of, as far as it must be there."""
    inner = shape.members.get("[]") if shape.kind == "array" else shape
    own = f"{place}/[]" if shape.kind == "array" else place
    told = [(n, b) for n, b in inner.members.items() if b.required] if inner is not None else []
    if not told:
        yield place
    for name, below in told:
        yield from _leaves(below, f"{own}/{name}")


def published() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every generated schema by its file name below ``schemas/``."""
    for row in resources.table("carriers/schemas.csv"):
        name = f"urn:hutong:schema:{row['file'].removesuffix('.schema.json').replace('/', ':')}"
        yield row["file"], schema(row["table"], row["document"], name, fragment=row["form"] == "fragment")


def rendered(found: Mapping[str, Any]) -> str:
    """A schema as it is stored."""
    return encode(dict(found)) + "\n"


def main(folder: str) -> None:
    """Write every generated schema below ``folder``."""
    for name, found in published():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rendered(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
