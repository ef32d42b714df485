"""Our own JSON Schemas of TIDAS data sets, draft 07, made from the table of fields.

``schemas/tidas/`` holds what this makes: ``python -m gateway.formats.tidas.schema schemas``. Each schema is
whole: nothing is fetched. ``rules.py`` says the same of a document, and names everything that it lacks.

No pattern depends on the dialect of regular expressions; the end of a text is its end, never a last line
break before it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from gateway.formats.tidas import rules
from gateway.formats.tidas.fields import LIST, NAMES, ONE, ONE_OR_MORE, Field, class_list, closed_list, fields

Schema = dict[str, Any]
_TEXT: Final[Schema] = {"type": "string"}
_END: Final = r"(?![\s\S])"
_LINE: Final = 110
# So many classes a validator may try one by one.
_FEW: Final = 20


def path(name: str) -> str:
    """The schema of a structure (process, flow, flowproperty, …), below ``schemas/``."""
    return f"tidas/{name}-1.0.schema.json"


def schema(name: str) -> Schema:
    """The JSON Schema of one kind of data set."""
    definitions = _Definitions()
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"TIDAS 1.0: {NAMES[name].replace('-', ' ')} data set",
    }
    own = _object(fields(name), "", definitions)
    return head | own | {"definitions": dict(sorted(definitions.made.items()))}


def encode(value: Any, indent: int = 0) -> str:  # noqa: ANN401  # any JSON
    """JSON whose parts stand on one line where they are short."""
    short = json.dumps(value, ensure_ascii=False)
    if indent + len(short) <= _LINE or not isinstance(value, (dict, list)):
        return short
    pad = " " * (indent + 1)
    if isinstance(value, list):
        return "[\n" + ",\n".join(pad + encode(inner, indent + 1) for inner in value) + f"\n{pad[1:]}]"
    members = (
        f"{json.dumps(key, ensure_ascii=False)}: {encode(inner, indent + 1)}" for key, inner in value.items()
    )
    return "{\n" + ",\n".join(pad + member for member in members) + f"\n{pad[1:]}}}"


class _Definitions:
    """What several places share, made when it is first asked for."""

    def __init__(self) -> None:
        self.made: dict[str, Schema] = {}

    def ref(self, name: str, schema: Schema) -> Schema:
        self.made.setdefault(name, schema)
        return {"$ref": f"#/definitions/{name}"}


def _object(field: Field, at: str, shared: _Definitions) -> Schema:
    made: Schema = {"type": "object"}
    required = [key for key, inner in field.below.items() if inner.required]
    if required:
        made["required"] = required
    made["properties"] = {
        key: _value(inner, f"{at}/{key}", shared) for key, inner in sorted(field.below.items())
    }
    if at in rules.REVIEWED:
        unreviewed = {"properties": {"@type": {"const": rules.UNREVIEWED}}}
        made |= {"if": unreviewed, "else": {"required": list(rules.DETAILS)}}
    if at.endswith(rules.EITHER_AT):
        made["oneOf"] = [{"required": [key]} for key in rules.EITHER]
    return made


def _value(field: Field, at: str, shared: _Definitions) -> Schema:
    family, _, detail = field.kind.partition(":")
    if family == "classes":
        list_, _, levels = detail.partition(":")
        return _classes(list_, int(levels or 0), shared, or_named=field.many != ONE)
    if family == "lang":
        return _once_or_list(_text(detail, shared), {"uniqueItems": True})
    if family == "ref":
        return _once_or_list(_reference(shared), {})
    one = _single(field, at, shared)
    if field.many == ONE:
        return one
    listed = {"type": "array", "items": one}
    if field.many == LIST:
        return listed
    return _once_or_list(one, {"minItems": 1} if field.many == ONE_OR_MORE else {})


def _once_or_list(one: Schema, more: Schema) -> Schema:
    if "$ref" in one:
        return {"anyOf": [one, {"type": "array", "items": one} | more]}
    is_list = {"type": "array"}
    return {"if": is_list, "then": {"items": one} | more, "else": one}


def _single(field: Field, at: str, shared: _Definitions) -> Schema:
    if field.kind == "object":
        return _object(field, at, shared)
    if field.kind == "other":
        return _other(shared)
    return _leaf(field.kind, shared)


def _leaf(kind: str, shared: _Definitions) -> Schema:
    family, _, detail = kind.partition(":")
    plain: dict[str, Schema] = {
        "Year": {"type": "integer", "minimum": 1000, "maximum": 9999},
        "boolean": {"type": "boolean"},
        "integer": {"type": "integer"},
        "any": {"type": ["string", "object"]},
        "const": {"const": detail},
        "String": _TEXT | {"minLength": 1, "maxLength": rules.LONGEST["String"]},
        "ST": _TEXT | {"maxLength": rules.LONGEST["ST"]},
    }
    if family in plain:
        return plain[family]
    if family in ("enum", "location"):
        list_ = "locations" if family == "location" else detail
        return shared.ref(f"list-{list_}", {"enum": sorted(closed_list(list_))})
    if family in rules.PATTERNS:
        return shared.ref(f"type-{family}", _TEXT | {"pattern": _whole(rules.PATTERNS[family])})
    return _TEXT


def _whole(pattern: str) -> str:
    return f"^(?:{pattern}){_END}"


def _text(limit: str, shared: _Definitions) -> Schema:
    """A text in one language: Chinese has a Chinese character, English has none."""
    cjk = f"[{rules.CJK}]"
    text: Schema = dict(_TEXT)
    if limit == "volume":
        text["pattern"] = _whole(rules.VOLUME)
    longest = rules.LONGEST["String"] if limit == "volume" else int(limit)
    if longest:
        text["maxLength"] = longest
    rule = shared.ref(
        "languages",
        {
            "allOf": [
                {"if": _is("zh"), "then": {"properties": {"#text": {"pattern": cjk}}}},
                {"if": _is("en"), "then": {"properties": {"#text": {"not": {"pattern": cjk}}}}},
            ]
        },
    )
    languages = shared.ref("list-Languages", {"enum": sorted(closed_list("Languages"))})
    made: Schema = {
        "type": "object",
        "required": ["@xml:lang", "#text"],
        "properties": {"@xml:lang": languages, "#text": text},
        "allOf": [rule],
    }
    return shared.ref(f"text-{limit}", made)


def _is(language: str) -> Schema:
    return {"properties": {"@xml:lang": {"const": language}}}


def _reference(shared: _Definitions) -> Schema:
    kinds: Mapping[str, Schema] = {
        "@type": {"enum": sorted(rules.KINDS_OF_REFERENCE)},
        "@refObjectId": _leaf("UUID", shared),
        "@version": _leaf("Version", shared),
        "@uri": _TEXT,
        "common:shortDescription": _once_or_list(_text("1000", shared), {"uniqueItems": True}),
        "common:subReference": _once_or_list(_leaf("String", shared), {}),
    }
    made = {"type": "object", "required": list(rules.REFERENCE), "properties": dict(kinds)}
    return shared.ref("reference", made)


def _other(shared: _Definitions) -> Schema:
    """Elements of other formats, one at least; no empty list anywhere in them."""
    value = shared.ref("value", {"if": {"type": "array"}, "then": {"minItems": 1}})
    shared.made["value"] |= {"items": value, "additionalProperties": value}
    namespace = _whole(rules.NAMESPACE)
    made: Schema = {
        "type": "object",
        "propertyNames": {"anyOf": [{"pattern": namespace}, {"pattern": _whole(rules.FOREIGN)}]},
        "not": {"propertyNames": {"pattern": namespace}},
        "patternProperties": {namespace: _TEXT},
        "additionalProperties": value,
    }
    return shared.ref("other", made)


def _classes(list_: str, levels: int, shared: _Definitions, *, or_named: bool) -> Schema:
    """One class of a flat list; of a list with levels one class for each, from the widest on."""
    is_category = list_ == "flows_elementary"
    key, id_ = ("common:category", "@catId") if is_category else ("common:class", "@classId")
    by_level = [shared.ref(f"class-{list_}-{n}", _level(list_, str(n), id_)) for n in range(levels)]
    found: Schema
    if levels:
        found = {"type": "array", "items": by_level, "additionalItems": False}
        if list_ == "contacts":
            found = {"if": {"type": "array"}, "then": found, "else": by_level[0]}
    else:
        found = shared.ref(f"class-{list_}", _level(list_, "", id_))
    properties: Schema = {key: found}
    if or_named:
        properties |= {"@name": _TEXT, "@classes": _TEXT}
    if list_ != "contacts":
        properties["common:other"] = _other(shared)
    own: Schema = {"type": "object", "required": [key], "properties": properties}
    if not or_named:
        return own
    named = shared.ref("class-named", _named(shared))
    several = {"minItems": 1, "items": named}
    return {"if": {"type": "array"}, "then": several, "else": own}


def _level(list_: str, level: str, id_: str) -> Schema:
    """A class of one level (of a flat list: of any), by its code and name together."""
    known = sorted((code, name) for at, code, name in class_list(list_) if level in ("", at))
    levels = sorted({at for at, _, _ in class_list(list_)}) if not level else [level]
    # By the beginning of the code first, so that a validator need not try thousands of classes.
    groups = [(start, list(group)) for start, group in groupby(known, key=lambda one: one[0][:2])]
    own: Schema = {"@level": {"enum": levels}}
    made: Schema = {"type": "object", "required": ["@level", id_, "#text"], "properties": own}
    if len(known) < _FEW:
        return made | {"anyOf": list(_pairs(known, id_))}
    begins = {start: start.replace(".", "[.]") for start, _ in groups}
    own[id_] = _TEXT | {"pattern": f"^(?:{'|'.join(begins.values())})"}
    return made | {
        "allOf": [
            {
                "if": {"properties": {id_: {"pattern": f"^{begins[start]}"}}},
                "then": {"anyOf": list(_pairs(group, id_))},
            }
            for start, group in groups
        ]
    }


def _pairs(known: Iterable[tuple[str, str]], id_: str) -> Iterator[Schema]:
    for code, name in known:
        yield {"properties": {id_: {"const": code}, "#text": {"const": name}}}


def _named(shared: _Definitions) -> Schema:
    """Classes of any list, with the list's name."""
    entry = {
        "type": "object",
        "required": ["@level", "@classId", "#text"],
        "properties": {"@level": _leaf("Int1", shared), "@classId": _TEXT, "#text": _TEXT},
    }
    return {
        "type": "object",
        "required": ["@name", "common:class"],
        "properties": {
            "@name": _TEXT,
            "@classes": _TEXT,
            "common:class": {"type": "array", "minItems": 1, "items": entry},
            "common:other": _other(shared),
        },
    }


@cache
def generate() -> Mapping[str, str]:
    """Every schema: its place below ``schemas/`` and its text."""
    return {path(name): encode(schema(name)) + "\n" for name in NAMES}


def main(folder: Path) -> None:
    """Bring the schemas below ``folder`` up to date."""
    for name, text in generate().items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
