"""Where a field of the domestic form stands in the workbook: sheets, forms, tables, keys and labels.

A *form* has one row for each field, a *table* one row for each item. Keys are the JSON places in dotted
form: ``product.massKg``, ``lines[].amount``. In a step, ``[]`` is any item of a list, ``[pack]`` the item
that is called so, ``[#2]`` the second one. An item of a list in a list names its parent in a column of
its own, whose key is the parent's: ``sites[]``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from gateway import resources
from gateway.codec.fields import STAR, Row
from gateway.formats.cn_pcf.reader import table

# Sheets and marks of our own that hold no field.
README: Final = "说明 Read me"
QUICK: Final = "0 快速填写 Quick sheet"
REST: Final = "其他 Other values"
LISTS: Final = "lists"
SECTION: Final = "▌"
# The columns in which items of a list in a list name what they belong to.
PARENT_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "sites[]": {"zh": "所属场所", "en": "Of site"},
    "lines[]": {"zh": "所属行", "en": "Of line"},
    "resultSets[]": {"zh": "所属结果集", "en": "Of result set"},
    "resultSets[].byStage[]": {"zh": "所属阶段", "en": "Of stage"},
    "resultSets[].byStage[].bySource{}": {"zh": "来源名称", "en": "Name of the source"},
}
# The declared result as an item beside ``resultSets``; what a row of a stage's table calls it.
DECLARED: Final = "declared"
_SETS: Final = ("resultSets", STAR)
# What the declared set does not say, because it stands where it stands.
_IMPLIED: Final = (("derivedFrom",),)
# What an item of a list is called by, where it has a name of its own.
NAMED_BY: Final[Mapping[tuple[str, ...], str]] = {
    ("sites", STAR): "id",
    ("lines", STAR): "id",
    ("resultSets", STAR): "id",
    ("resultSets", STAR, "byStage", STAR): "stage",
}
# Identifiers with a fixed number of digits: a shorter number has lost its leading zeros.
LENGTHS: Final[Mapping[str, tuple[int, ...]]] = {
    "notifiedBodyNo": (4,),
    "cn8": (8,),
    "hs": (4, 6, 8, 10),
    "gtin": (8, 12, 13, 14),
    "duns": (9,),
    "gb2260": (6,),
    "originGb2260": (6,),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form in its block. ``steps`` is its place in the document."""

    row: Row
    steps: tuple[str, ...]
    key: str

    @property
    def lengths(self) -> tuple[int, ...]:
        """How many digits it has, where that is fixed."""
        return LENGTHS.get(self.steps[-1], ())


@dataclass(frozen=True, slots=True)
class Block:
    """Fields that stand together on a sheet.

    ``parents`` are the lists of which a row of a table names an item, the outermost first.
    """

    sheet: str
    prefix: tuple[str, ...]
    is_table: bool
    title: Mapping[str, str]
    kind: str
    fields: tuple[Field, ...]
    parents: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A sheet with its blocks, in order."""

    id: str
    name: Mapping[str, str]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Layout:
    """The whole workbook, and the ways back from keys and labels to fields."""

    sheets: tuple[SheetLayout, ...]
    blocks: Mapping[tuple[str, ...], Block]
    by_key: Mapping[str, tuple[Block, Field]] = field(repr=False)


@cache
def layout() -> Layout:
    """The layout of ``mappings/fields/cn_pcf_workbook.csv`` over the field table."""
    records = resources.table("fields/cn_pcf_workbook.csv")
    prefixes = {_steps(record["block"]): record for record in records}
    fields = _fields(tuple(prefixes))
    blocks = {prefix: _block(prefix, record, fields[prefix]) for prefix, record in prefixes.items()}
    sheets: dict[str, list[Block]] = {}
    names: dict[str, Mapping[str, str]] = {}
    for prefix, record in prefixes.items():
        sheets.setdefault(record["sheet"], []).append(blocks[prefix])
        names[record["sheet"]] = {"zh": record["sheet_zh"], "en": record["sheet_en"]}
    by_key = {f.key: (block, f) for block in blocks.values() for f in block.fields}
    return Layout(
        tuple(SheetLayout(name, names[name], tuple(found)) for name, found in sheets.items()), blocks, by_key
    )


def key_of(steps: tuple[str, ...]) -> str:
    """The dotted key of a place."""
    key = ""
    for step in steps:
        if step == STAR:
            key += "[]"
        elif step.startswith("{"):
            key += "{}"
        else:
            key += f".{step}" if key else step
    return key


# What else stands in brackets behind a heading.
_REMARKS: Final = frozenset({"必填", "选填", "可选", "如有", "required", "optional", "if any"})
_KEY: Final = re.compile(
    r"[A-Za-z_][\w-]*(?:\[[^\[\].]*\]|\{\})?(?:\.[A-Za-z0-9_][\w-]*(?:\[[^\[\].]*\]|\{\})?)*"
)


def field_of(key: str) -> Field | None:
    """The field that a key means, whatever items it selects."""
    found = layout().by_key.get(re.sub(r"\[[^\]]*\]", "[]", key))
    if found is None and key.startswith("results."):
        found = layout().by_key.get(
            "resultSets[]." + re.sub(r"\[[^\]]*\]", "[]", key).removeprefix("results.")
        )
    return found[1] if found else None


def tidy_key(text: str) -> str:
    """A key as we write it, from our own spelling, a JSON pointer or full-width characters; else empty."""
    found = unicodedata.normalize("NFKC", text).strip()
    if found.startswith("/"):
        found = key_of(_steps(found))
    return found if _KEY.fullmatch(found) else ""


def steps_of(key: str) -> tuple[str, ...]:
    """The steps of a dotted key; ``[pack]`` stays a step of its own."""
    return tuple(re.findall(r"[^.\[\]{}]+(?![\]}])|\[[^\]]*\]|\{[^}]*\}", key))


def tidy_label(text: str) -> tuple[str, str]:
    """A heading without its unit in brackets, and that unit: ``质量（kg）`` gives ``质量`` and ``kg``."""
    found = _plain_label(text)
    unit = re.search(r"\s*(?:\(([^()]*)\)|\[([^\[\]]*)\])\s*$", found)
    if unit is None:
        return found, ""
    spelt = re.search(r"\s*(?:[(（]([^()（）]*)[)）]|\[([^\[\]]*)\])\s*\**\s*$", text)
    return found[: unit.start()], ((spelt[1] or spelt[2] or "") if spelt else "").strip()


def heading(text: str) -> str:
    """A heading of a table in one spelling of width, space and case, without marks."""
    return _plain_label(text)


def heading_unit(text: str) -> str:
    """The unit in brackets of a table's heading; empty where the brackets are part of a label or a remark."""
    bare, unit = tidy_label(text)
    exact = _labels(tables=True, loose=False)
    return "" if _plain_label(text) in exact or bare == _plain_label(text) or unit in _REMARKS else unit


def _plain_label(text: str) -> str:
    """A heading without marks, in one spelling of width, space and case."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).replace("*", "")).strip().casefold()


def keys_for(text: str, *, tables: bool) -> tuple[str, ...]:
    """The keys that a heading can mean: by its label in full, then without what stands in brackets."""
    full, (bare, _) = _plain_label(text), tidy_label(text)
    exact, loose = _labels(tables=tables, loose=False), _labels(tables=tables, loose=True)
    return exact.get(full) or exact.get(bare) or loose.get(bare) or ()


@cache
def _labels(*, tables: bool, loose: bool) -> Mapping[str, tuple[str, ...]]:
    """The keys behind every label and synonym, of forms or of tables; ``loose``: brackets left out."""
    found: dict[str, list[str]] = {}
    for key, (block, own) in layout().by_key.items():
        if block.is_table is not tables:
            continue
        names = own.row.label.values()
        spellings = [tidy_label(n)[0] for n in names] if loose else [_plain_label(n) for n in names]
        for label in [*spellings, *(() if loose else _synonyms().get(key, ()))]:
            if key not in found.setdefault(label, []):
                found[label].append(key)
    return {label: tuple(keys) for label, keys in found.items()}


@cache
def _synonyms() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in resources.table("fields/cn_pcf_synonyms.csv"):
        for spelling in row["synonyms"].split("|"):
            found.setdefault(row["key"], []).append(tidy_label(spelling)[0])
    return {key: tuple(spellings) for key, spellings in found.items()}


def _fields(prefixes: tuple[tuple[str, ...], ...]) -> dict[tuple[str, ...], list[Field]]:
    """Every place that the JSON writer uses, with the longest prefix that it stands under."""
    found: dict[tuple[str, ...], list[Field]] = {prefix: [] for prefix in prefixes}
    for row in table().rows:
        if not (row.write or _is_alone(row)) or row.source[:2] == ("resultSets", "{"):
            continue
        home = max((p for p in prefixes if row.source[: len(p)] == p), key=len, default=None)
        if home is not None and STAR not in row.source[len(home) :]:
            key = key_of(row.source)
            found[home].append(Field(row, row.source, f"{key}.kg" if key.endswith("{}") else key))
    return found


def _is_alone(row: Row) -> bool:
    """A place that the JSON writer uses for the only item of a list: the declared set, one verification."""
    inner = row.source[1:]
    if row.source[0] == "verification":
        listed: tuple[str, ...] = ("verifications", STAR, *inner)
    elif row.source[0] == "results" and STAR not in inner and row.model[1:2] == (f"[{DECLARED}]",):
        listed = (*_SETS, *inner)
    else:
        return False
    twin = next((r for r in table().rows if r.source == listed), None)
    return twin is not None and twin.write and twin.type not in {"role", "per"} and inner not in _IMPLIED


def _block(prefix: tuple[str, ...], record: Mapping[str, str], fields: list[Field]) -> Block:
    is_table = record["shape"] == "table"
    # A member of an object is called by its name, which stands in a column like a parent's.
    ends = [i + 1 for i, s in enumerate(prefix) if s[0] == "{" or (s == STAR and i < len(prefix) - 1)]
    return Block(
        sheet=record["sheet"],
        prefix=prefix,
        is_table=is_table,
        title={"zh": record["title_zh"], "en": record["title_en"]},
        kind=record["kind"],
        fields=tuple(fields),
        parents=tuple(prefix[:end] for end in ends) if is_table else (),
    )


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")[1:])
