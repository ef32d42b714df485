"""A format's leaf table, compiled: which place of a JSON source is which leaf of the model.

One row of ``mappings/fields/<family>.csv`` is one leaf. In a source or model path ``*`` is any item
of a list, ``{x}`` any member of an object whose name becomes field ``x`` of a list item, ``[x]`` the
list item called ``x``, and ``@zh`` one language of a text, ``@*`` every language. ``unit`` is the leaf's
unit; ``@name`` takes it from a neighbour, ``@/a/b`` from a place in the document. Rows with ``write`` = no
are read only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from gateway import resources

STAR = "*"
_NAMES: Final = re.compile(r"[;；]| / ")
_REMARK: Final = re.compile(r"\s*[(（][^()（）]*[)）]")
_STAGE_WORD: Final = re.compile(r"\s*(?:阶段|stages?|phases?|modules?|模块)$|^(?:模块|modules? )\s*")
_MODULES: Final = re.compile(
    r"(?:(?:en|iso) ?(?:15804|21930)[:\s]*)?(?:modules? |模块 ?)?(?P<letter>[abcd])(?P<first>[1-7])"
    r"(?:\s*(?:[~–—至到/ ]|to)\s*(?P<other>[abcd])?(?P<last>[1-7]))?(?: ?(?:modules?|模块|阶段|stages?))?"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One leaf of the table."""

    source: tuple[str, ...]
    model: tuple[str, ...]
    lang: str
    type: str
    unit: str
    code_list: str
    required: str
    write: bool
    label: Mapping[str, str] = field(hash=False, compare=False)

    @property
    def pattern(self) -> str:
        """The model path as ``model.walk`` patterns have it."""
        return "".join(f"/{STAR if step[:1] in '[{' else step}" for step in self.model)

    @property
    def pointer(self) -> str:
        """The source path, as shown to people."""
        return "/" + "/".join(self.source)


@dataclass(slots=True)
class Node:
    """A place of the source tree: its members, the items of its list, or a leaf's row.

    ``prefix`` keeps the items of two source lists apart that go into one list of the model.
    """

    members: dict[str, Node] = field(default_factory=dict)
    items: Node | None = None
    named: Node | None = None
    row: Row | None = None
    prefix: str = ""

    def down(self, step: str) -> Node:
        """The node below, made where it is not there yet."""
        if step == STAR:
            self.items = self.items or Node()
            return self.items
        if step.startswith("{"):
            self.named = self.named or Node()
            return self.named
        return self.members.setdefault(step, Node())


@dataclass(frozen=True, slots=True)
class FieldTable:
    """All rows of one format, as a tree for reading and by pattern for writing."""

    rows: tuple[Row, ...]
    tree: Node
    by_pattern: Mapping[tuple[str, str], tuple[Row, ...]]

    def labels(self, pattern: str, lang: str = "") -> Mapping[str, str] | None:
        """The Chinese and English name of a field."""
        rows = self.by_pattern.get((pattern, lang)) or self.by_pattern.get((pattern, ""))
        return rows[0].label if rows else None


def compile_table(records: Iterable[Mapping[str, str]]) -> FieldTable:
    """The compiled table. Two rows for one source place are an error of the table."""
    rows = tuple(_row(record) for record in records)
    tree = Node()
    by_pattern: dict[tuple[str, str], tuple[Row, ...]] = {}
    lists: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in rows:
        node = tree
        for step in row.source:
            node = node.down(step)
        if node.row is not None:
            raise ValueError(f"{row.pointer} stands twice in the field table")
        node.row = row
        _keep_apart(tree, row, lists)
        if row.write and row.model:
            key = (row.pattern, row.lang)
            by_pattern[key] = (*by_pattern.get(key, ()), row)
    return FieldTable(rows, tree, by_pattern)


@cache
def code_list(name: str) -> Mapping[str, Mapping[str, str]]:
    """The codes of a list, with their labels."""
    rows = resources.table("codes/declaration.csv")
    return {row["code"]: row for row in rows if row["list"] == name}


@cache
def code_synonyms(name: str) -> Mapping[str, str]:
    """Labels and synonyms of a code list, in both languages, folded, that name exactly one code."""
    return one_code(code_list(name))


def one_code(rows: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """The folded labels and synonyms of code rows that name exactly one code.

    A label may be several names (``main production; EN15804 A3``) and may say more in brackets; what is
    left without that names a code, too, unless a label in full or a second code is called so.
    """
    full: dict[str, set[str]] = {}
    part: dict[str, set[str]] = {}
    for code, row in rows.items():
        labels = [row["label_zh"], row["label_en"]]
        for spelling in (*labels, *row["synonyms"].split("|")):
            full.setdefault(folded(spelling), set()).add(code)
        for label in labels:
            for name in _NAMES.split(_REMARK.sub("", label)):
                part.setdefault(folded(name), set()).add(code)
    found = {**part, **full}
    return {name: next(iter(codes)) for name, codes in found.items() if name and len(codes) == 1}


def named_code(names: Mapping[str, str], text: str) -> str | None:
    """The code that people call so: by a name of it, with or without the word stage, or by its modules.

    ``names`` are those of ``one_code``. Modules of EN 15804 (``A3``, ``C1-C4``) count where all of them
    belong to one code.
    """
    plain = folded(text)
    found = names.get(plain)
    if found is None:
        bare = _STAGE_WORD.sub("", plain)
        found = names.get(bare) if bare else None
    if found is None:
        codes = {names.get(module) for module in _modules(plain)}
        found = codes.pop() if len(codes) == 1 else None
    return found


def _modules(plain: str) -> Sequence[str]:
    """The modules of EN 15804 that a folded text names, one by one: ``en 15804 c1 c4`` is four."""
    found = _MODULES.fullmatch(plain)
    if found is None:
        return ()
    letter, first, last = found["letter"], int(found["first"]), int(found["last"] or found["first"])
    if found["other"] and found["other"] != letter:
        return ()
    return [f"{letter}{number}" for number in range(first, last + 1)]


def folded(text: str) -> str:
    """A label without what people write one way or the other: case, width, hyphens, spaces at the ends."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("-", " ").split())


def choices(name: str) -> str:
    """The codes of a list for people; with their names, as long as that is still a sentence."""
    rows = code_list(name)
    if len(rows) > 12:
        return ", ".join(rows)
    return ", ".join(f"{code} ({row['label_zh']}, {row['label_en']})" for code, row in rows.items())


def _keep_apart(tree: Node, row: Row, lists: dict[tuple[str, ...], tuple[str, ...]]) -> None:
    """Give the second source list of a model list a prefix for its items."""
    consumers = [i for i, step in enumerate(row.model) if step == STAR or step.startswith("{")]
    node = tree
    for at, step in enumerate(row.source):
        if step == STAR and consumers:
            into, own = row.model[: consumers[0]], row.source[:at]
            if lists.setdefault(into, own) != own:
                node.prefix = f"{own[-1]}#"
        if step == STAR or step.startswith("{"):
            consumers = consumers[1:]
        node = node.down(step)


def _row(record: Mapping[str, str]) -> Row:
    model, _, lang = record["model"].partition("@")
    return Row(
        source=_steps(record["source"]),
        model=_steps(model),
        lang=lang,
        type=record["type"],
        unit=record["unit"],
        code_list=record["code_list"],
        required=record["required"],
        write=record.get("write", "") != "no",
        label={"zh": record["label_zh"], "en": record["label_en"]},
    )


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")[1:]) if path else ()
