"""Places of a data set's tree that are one leaf of the model each, and extras for all that has none.

The rows of ``mappings/fields/ecospold1.csv`` and ``…2.csv`` read and write. Reading takes what it
understands out of the tree; what is left becomes extras, by family and JSON pointer below the data set, and
goes back to its place when a data set of the same family is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, Final, NamedTuple

from gateway import resources
from gateway.formats.ecospold.values import flag, languages, say
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, Document, Topic
from gateway.model.walk import escape, unescape
from gateway.report import Fate, Note

Tree = dict[str, Any]
TEXT: Final = "#text"


class Row(NamedTuple):
    """A place, the field of the model that it is, and how it is spelled."""

    steps: tuple[str, ...]
    field: str
    kind: str


@cache
def bindings(family: str) -> tuple[Row, ...]:
    """The rows of a family."""
    rows = resources.table(f"fields/{family}.csv")
    return tuple(Row(tuple(row["place"].split("/")), row["field"], row["kind"]) for row in rows)


@dataclass(slots=True)
class Fields:
    """What a data set says, by field of the model; parts of it by name (``period.start``)."""

    plain: dict[str, Any] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)

    def part(self, name: str) -> dict[str, Any]:
        """The fields of a part, taken out."""
        head = f"{name}."
        found = {key[len(head) :]: value for key, value in self.plain.items() if key.startswith(head)}
        for key in found:
            del self.plain[head + key]
        return found


def take(node: Tree, *steps: str) -> Any:  # noqa: ANN401 - any value of a tree
    """A value, taken out of the tree; None where there is none."""
    for step in steps[:-1]:
        found = node.get(step)
        if not isinstance(found, dict):
            return None
        node = found
    return node.pop(steps[-1], None)


def take_text(node: Tree, *steps: str) -> str | None:
    """A text, taken out; what is no plain text stays."""
    at = below(node, *steps[:-1])
    return at.pop(steps[-1]) if at is not None and isinstance(at.get(steps[-1]), str) else None


def below(node: Tree, *steps: str) -> Tree | None:
    """The element at a path, of repeated ones the first."""
    for step in steps:
        found = node.get(step)
        if isinstance(found, list) and found:
            found = found[0]
        if not isinstance(found, dict):
            return None
        node = found
    return node


def put(node: Tree, *steps: str, value: object) -> None:
    """Put a value into the tree, with the elements around it."""
    for step in steps[:-1]:
        node = node.setdefault(step, {})
    node[steps[-1]] = value


@cache
def _by_element(family: str) -> tuple[tuple[tuple[str, ...], tuple[Row, ...]], ...]:
    """The rows of a family by the element that they stand in, one look for each."""
    return tuple(
        (steps, tuple(rows)) for steps, rows in groupby(bindings(family), lambda row: row.steps[:-1])
    )


def read_fields(node: Tree, family: str, base: str) -> Fields:
    """All bound places of a tree, taken out of it. ``base``: the language of texts that say none."""
    found = Fields()
    for above, rows in _by_element(family):
        at = below(node, *above)
        if not at:
            continue
        for steps, name, kind in rows:
            value = at.get(steps[-1])
            if value is not None and _take_field(found, name, kind, value, base):
                del at[steps[-1]]
    return found


def _take_field(found: Fields, name: str, kind: str, value: object, base: str) -> bool:
    """Whether a value is understood in full; a truth value spelled otherwise stays in the tree, too."""
    if kind == "flag":
        truth = flag(value) if isinstance(value, str) else None
        if truth is not None:
            found.plain[name] = truth
        return truth is not None and value == say(truth)
    if kind == "text":
        if isinstance(value, str):
            found.plain[name] = value
        return isinstance(value, str)
    texts = _texts(kind, value, base)
    if texts:
        found.documents.append(Document(topic=Topic(name), text=LangText(texts)))
    return bool(texts)


def _texts(kind: str, value: object, base: str) -> dict[str, str]:
    if kind == "topic":
        return {base: value} if isinstance(value, str) else {}
    if not isinstance(value, dict):
        return {}
    if kind == "topic-ml":
        return {k: v for k, v in value.items() if isinstance(v, str)} if plain_languages(value) else {}
    return one_passage_each(value)


def plain_languages(value: Mapping[str, object]) -> bool:
    """Whether a value is a text by language and nothing else."""
    for key, text in value.items():
        if type(text) is not str or key[:1] in "@#":
            return False
    return bool(value)


def one_passage_each(value: Mapping[str, Any]) -> dict[str, str]:
    """Passages of text, one per language; the reader leaves alone what has pictures or several of one."""
    if set(value) != {"text"} or not isinstance(value["text"], list):
        return {}
    found: dict[str, str] = {}
    for number, passage in enumerate(value["text"], start=1):
        if not isinstance(passage, dict) or set(passage) - {"@xml:lang", "@index", TEXT}:
            return {}
        language = passage.get("@xml:lang", "en")
        if language in found or passage.get("@index") != str(number) or "@xml:lang" not in passage:
            return {}
        found[language] = passage.get(TEXT, "")
    return found


def passages(texts: Mapping[str, str]) -> Tree:
    """Passages of a text in several languages, each with its own index: some fields ask for it."""
    found = [
        {"@xml:lang": language, "@index": str(number), TEXT: text}
        for number, (language, text) in enumerate(texts.items(), start=1)
    ]
    return {"text": found}


def write_fields(dataset: Dataset, node: Tree, family: str, base: str) -> None:
    """All bound fields of a data set, put into its tree."""
    by_topic = {document.topic.value: document.text for document in dataset.documents}
    for steps, name, kind in bindings(family):
        value: object
        if kind in ("flag", "text"):
            value = dataset
            for step in name.split("."):
                value = getattr(value, step, None)
            if kind == "flag" and isinstance(value, bool):
                put(node, *steps, value=say(value))
            elif kind == "text" and isinstance(value, str):
                put(node, *steps, value=value)
            continue
        texts = languages(by_topic.get(name))
        if kind == "topic" and base in texts:
            put(node, *steps, value=texts[base])
        elif kind == "topic-ml" and texts:
            put(node, *steps, value=texts)
        elif kind == "passages" and texts:
            put(node, *steps, value=passages(texts))


def extras_of(node: Tree, family: str) -> dict[str, str]:
    """What is left in a tree, by family and pointer; a value that is no text as JSON."""
    found: dict[str, str] = {}
    _left(node, f"{family}#", found)
    return found


def _left(node: Any, at: str, found: dict[str, str]) -> None:  # noqa: ANN401 - any value of a tree
    if type(node) is dict:
        for key, value in node.items():
            if key == "#order":
                found[f"{at}/{key}"] = json.dumps(value, ensure_ascii=False)
            elif type(value) is str:
                found[f"{at}/{escape(key)}"] = value
            elif value:
                _left(value, f"{at}/{escape(key)}", found)
    elif type(node) is list:
        for index, item in enumerate(node):
            if item or type(item) is str:
                _left(item, f"{at}/{index}", found)
    elif isinstance(node, str):
        found[at] = node


def restore(node: Tree, extras: Mapping[str, str], family: str) -> None:
    """Put the extras of a family back where they stood; what stands there by now stays."""
    head = f"{family}#/"
    start = len(head)
    for key, value in extras.items():
        if not key.startswith(head):
            continue
        steps = key[start:].split("/")
        if "~" in key:
            if any(step[:1] == "~" and step[1:2] not in ("0", "1") for step in steps):
                continue  # what is no place in the tree
            steps = [unescape(step) for step in steps]
        _restore(node, steps, value)


def _restore(node: Any, steps: list[str], value: str) -> None:  # noqa: ANN401 - any value of a tree
    last = len(steps) - 1
    for index, step in enumerate(steps[:last]):
        if type(node) is dict:
            inner = node.get(step)
            if inner is None:
                inner = node[step] = [] if steps[index + 1].isdecimal() else {}
            node = inner
        elif type(node) is list:
            number = int(step)
            if number > len(node):
                return
            if number == len(node):
                node.append([] if steps[index + 1].isdecimal() else {})
            node = node[number]
        else:
            return
    step = steps[last]
    if type(node) is list:
        if int(step) == len(node):
            node.append(value)
    elif type(node) is dict and step not in node:
        node[step] = json.loads(value) if step == "#order" else value


def has_extras(dataset: Dataset, family: str) -> bool:
    """Whether a data set was read from this family."""
    return any(key.startswith(f"{family}#") for key in dataset.extras)


def defaulted(family: str, pointer: str, value: str) -> Note:
    """The note on a value that the format asks for and the source does not have, kept as an extra."""
    return Note("ecospold.defaulted", f"/extras/{escape(f'{family}#{pointer}')}", Fate.DEFAULTED, "", value)
