"""Mend the tree of a data set: what has one certain reading is put right, what has none is set aside.

Nothing is deleted: a value is kept, moved into the extension place of its parent, mended with its evidence,
or set aside whole. Nothing is invented: what the format demands and the data set does not say is never
filled in, but the smallest part that cannot stand without it is set aside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.codec.xmlread import ORDER, SPREADSHEET_ERRORS, TEXT
from gateway.codec.xmlstructure import Content, Element
from gateway.codec.xmltree import PADDED, Node, XmlTree
from gateway.codec.xmltypes import Check, is_language
from gateway.formats.ilcd.dataset_index import DatasetIndex
from gateway.formats.ilcd.mend_keys import mend_keys
from gateway.formats.ilcd.mend_ledger import SetAside, Tree, last, shown
from gateway.formats.ilcd.mend_references import Reference, mend_reference
from gateway.formats.ilcd.mend_texts import KEPT, LANG, NAMESPACE, PREFIX, Texts
from gateway.formats.ilcd.mend_values import certain, fits
from gateway.formats.ilcd.mend_words import bare, location
from gateway.model.walk import escape
from gateway.report import Note

_LOCATIONS: Final = frozenset({"@location", "@subLocation", "location", "locationOfSupply"})

_GONE: Final = object()


@dataclass(slots=True)
class Mended:
    """What came of a tree."""

    root: Tree | None
    namespaces: Mapping[str, str]
    mends: list[Note] = field(default_factory=list)
    aside: list[SetAside] = field(default_factory=list)
    extras: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)


def mend(
    tree: XmlTree, index: DatasetIndex, *, refused: frozenset[str] = frozenset(), sound: bool = False
) -> Mended:
    """Mend a tree that was read.

    Args:
        index: the package that references are looked up in.
        sound: the document holds under its schema, so that what looks repeated has its place.
        refused: paths that a schema has found to be wrong although each value is right by itself.
    """
    return _Mender(tree, index, refused, sound=sound).run()


class _Mender(Texts):
    def __init__(self, tree: XmlTree, index: DatasetIndex, refused: frozenset[str], *, sound: bool) -> None:
        super().__init__(tree, sound=sound)
        self.index, self.refused = index, refused
        self.structure = tree.structure
        self.extensions = tree.structure.extension_keys
        self.sound = sound
        self.certain = mend_keys(tree.root, tree.structure.name)

    def run(self) -> Mended:
        root = self.group(self.tree.root, self.structure.content, "")
        namespaces = {**self.tree.namespaces, PREFIX: NAMESPACE}
        if root is _GONE:
            return Mended(None, namespaces, self.mends, self.aside)
        # White space around a value means nothing in most places; where it stays, nothing is told.
        padded = any(note.code == PADDED for note in self.tree.notes)
        anew = not self.sound or self.mends or self.aside or padded
        codes = {
            PADDED: True,
            "xml.order": not self.sound,
            "xml.spaces": bool(anew),
        }
        self.mends[:0] = [note for note in self.tree.notes if codes.get(note.code)]
        assert isinstance(root, dict)
        for at, nodes in list(self.extras.items()):
            # Its place was told otherwise when it was read: elements that stand there twice.
            self.set_aside(at, "xml.repeated", list(nodes), name=last(at))
        return Mended(root, namespaces, self.mends, self.aside, self.stays)

    # One element

    def group(self, node: Tree, content: Content, path: str) -> Any:  # noqa: ANN401
        """A new node, or ``_GONE`` where it cannot stand."""
        mark = len(self.mends), len(self.aside)
        out: Tree = {}
        moved: list[Tree] = []
        misused = self._misused(node, content, out, path)
        for key, value in node.items():
            at = f"{path}/{escape(key)}"
            if key in misused:
                continue
            if at in self.refused:
                self.set_aside(at, "ilcd.schema-refuses", value)
            elif key == ORDER:
                out[ORDER] = value
            elif key == TEXT:
                self._text(value, content, out, at)
            elif key[0] == "@":
                self._attribute(key, value, content, out, at)
            else:
                self._child(key, value, content, out, moved, at)
        self._supply(out, content, path)
        lacks = [key for key in content.required if key not in out]
        lacks += [" | ".join(keys) for keys in content.needed_choices if not any(k in out for k in keys)]
        if content.something and not moved and all(key[0] in "@#" for key in out):
            return self._empty(node, path, mark)
        if lacks:
            return self._lacking(node, path, mark, lacks[0])
        if moved:
            self.move(moved, out)
        if "@refObjectId" in content.attribute_keys:
            self._reference(node, out, path)
        return out

    def _empty(self, node: Tree, path: str, mark: tuple[int, int]) -> object:
        if len(self.aside) == mark[1]:
            self.told("ilcd.empty-left-out", path, "", "")
        return _GONE

    def _lacking(self, node: Tree, path: str, mark: tuple[int, int], name: str) -> object:
        """The part is set aside whole, as it stood: what was mended in it is not told."""
        del self.mends[mark[0] :], self.aside[mark[1] :]
        self.set_aside(path, "xml.missing", node, name=name)
        return _GONE

    def _text(self, value: str, content: Content, out: Tree, at: str) -> None:
        if content.text is not None:
            kept = self.leaf(value, content.text, at)
            out[TEXT] = kept if isinstance(kept, str) else ""
        elif not value.strip():
            return
        else:
            self.set_aside(at, "xml.text-unexpected", value)

    def _attribute(self, key: str, value: str, content: Content, out: Tree, at: str) -> None:
        attribute = content.attribute_keys.get(key)
        if attribute is None or not attribute.fits:
            known = self.structure.extension_attributes.get(key)
            foreign = known is not None or (":" in key and key != LANG)
            if (foreign and content.any_attribute) or key.startswith("@xsi:"):
                out[key] = value
            else:
                self.set_aside(at, "xml.unknown-attribute", value, name=key)
            return
        if key == "@refObjectId":
            # Judged with the whole reference.
            out[key] = value
            return
        kept = self.leaf(value, attribute.check, at, key=key)
        if isinstance(kept, str):
            out[key] = kept

    def _misused(self, node: Tree, content: Content, out: Tree, path: str) -> frozenset[str]:
        """Move a text that stands in an extension place into an element of its own there."""
        text = node.get(TEXT)
        if not content.anything or not isinstance(text, str) or not text.strip() or content.strict_elements:
            return frozenset()
        lang = node.get(LANG)
        known = isinstance(lang, str) and is_language(lang)
        out[KEPT] = [{LANG: lang, TEXT: text} if known else {TEXT: text}]
        self.told("ilcd.text-moved", f"{path}/{TEXT}", text, f"{path}/{KEPT}", lang=str(lang or ""))
        return frozenset({TEXT, LANG}) if known else frozenset({TEXT})

    # Children

    def _child(self, key: str, value: Any, content: Content, out: Tree, moved: list[Tree], at: str) -> None:  # noqa: ANN401
        element = content.keys.get(key)
        if element is None and content.open:
            element = self.extensions.get(key)
        if element is None:
            self._unknown(key, value, content, out, at)
        elif not element.fits:
            self.set_aside(at, "xml.not-in-profile", value, name=key, profile=self.structure.profile)
        elif element.languages is not None and isinstance(value, dict) and TEXT not in value:
            texts = self.languages(value, element, content, moved, at)
            if texts:
                out[key] = texts
        elif isinstance(value, list) and content.anything and not element.many:
            # Whoever extends may say how often.
            kept = (self.item(one, element, f"{at}/{n}") for n, one in enumerate(value))
            out[key] = [one for one in kept if one is not _GONE]
        elif isinstance(value, list):
            self._items(value, element, out, at)
        elif (one := self.item(value, element, at)) is not _GONE:
            out[key] = [*out.get(key, []), one] if element.many else one

    def _unknown(self, key: str, value: Any, content: Content, out: Tree, at: str) -> None:  # noqa: ANN401
        """An element that no table has here: another format's, or one whose name is misspelt."""
        own = key.startswith("common:") or ":" not in key
        if not own and (content.foreign or (content.anything and not content.strict_elements)):
            out[key] = value
        elif content.anything:
            self.set_aside(at, "xml.other-misused", value, name=key)
        elif not self._renamed(key, value, content, out, at):
            self.set_aside(at, "xml.unknown-element", value, name=key)

    def _renamed(self, key: str, value: Any, content: Content, out: Tree, at: str) -> bool:  # noqa: ANN401
        element = self._meant(key, content)
        if element is None or element.leaf is None:
            return False
        check, items = element.leaf, value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) and fits(one, check) for one in items):
            return False
        if not element.many and (element.key in out or len(items) > 1):
            return False
        self.told("ilcd.element-renamed", at, key, element.key)
        out[element.key] = [*out.get(element.key, []), *items] if element.many else items[0]
        return True

    def _items(self, values: list[Any], element: Element, out: Tree, at: str) -> None:
        kept: list[Any] = []
        mark = len(self.mends), len(self.aside)
        for number, value in enumerate(values):
            place = f"{at}/{number}"
            if place in self.refused:
                self.set_aside(place, "ilcd.schema-refuses", value)
            elif (one := self.item(value, element, place)) is not _GONE:
                kept.append(one)
        if element.many:
            if kept:
                out[element.key] = [*out.get(element.key, []), *kept]
        elif kept and not self._one_of(kept, element, out, at):
            # Nothing says which one is meant.
            del self.mends[mark[0] :], self.aside[mark[1] :]
            self.set_aside(at, "xml.repeated", values, name=element.key)

    def _one_of(self, kept: list[Any], element: Element, out: Tree, at: str) -> bool:
        """One of several elements where one is meant, if they say the same or can be joined."""
        key = element.key
        if element.content is not None and element.content.anything and len(kept) > 1:
            self.told("ilcd.other-merged", at, str(len(kept)), "1")
            for one in kept[1:]:
                for name in [name for name in one if name[0] == "@"]:
                    self.set_aside(f"{at}/{escape(name)}", "xml.repeated", one.pop(name), name=name)
            out[key] = _merged(kept)
            return True
        distinct = [one for n, one in enumerate(kept) if one not in kept[:n]]
        more = any(path.startswith(f"{at}/") for path in self.tree.extras)
        if len(distinct) > 1 or (len(kept) > 1 and more):
            return False
        if len(kept) > 1:
            self.told("ilcd.repetition-left-out", at, shown(distinct[0]), shown(distinct[0]), name=key)
        out[key] = distinct[0]
        return True

    def item(self, value: Any, element: Element, at: str) -> Any:  # noqa: ANN401
        """One element of a kind."""
        if element.content is not None:
            return self.group(value if isinstance(value, dict) else {TEXT: value}, element.content, at)
        check = element.leaf or element.languages
        assert check is not None
        if isinstance(value, dict):
            for key, part in value.items():
                if key != TEXT:
                    code = "xml.unknown-attribute" if key[0] == "@" else "xml.unknown-element"
                    self.set_aside(f"{at}/{escape(key)}", code, part, name=key)
            value = value.get(TEXT, "")
        kept = self.leaf(value, check, at, key=element.key)
        return _GONE if kept is None else kept

    def leaf(self, text: str, check: Check, at: str, *, key: str = "") -> str | None:
        """A simple value; None where it cannot stay."""
        if (note := self.certain.get(at)) is not None:
            self.mends.append(note)
            return note.written
        if key in _LOCATIONS and (right := location(text)) is not None:
            self.told("ilcd.location-turned", at, text, right)
            return right
        if fits(text, check):
            return text
        if (right := certain(text, check)) is not None:
            self.told("ilcd.value-mended", at, text, right, type=check.name.removeprefix("enum:"))
            return right
        if not text.strip():
            self.told("ilcd.empty-left-out", at, text, "")
            return None
        if text.strip() in SPREADSHEET_ERRORS:
            self.set_aside(at, "xml.spreadsheet-error", text)
        elif check.limit and len(text) > check.limit:
            self.set_aside(at, "xml.too-long", text, limit=check.limit, length=len(text))
        else:
            code = "xml.not-in-list" if check.values else "xml.bad-value"
            self.set_aside(at, code, text, type=check.name.removeprefix("enum:"))
        return None

    # What the rest of the data set says

    def _supply(self, out: Tree, content: Content, path: str) -> None:
        """What is missing and stands elsewhere in the same data set."""
        if "meanAmount" in content.required and "meanAmount" not in out and "referenceToVariable" not in out:
            amount = out.get("resultingAmount")
            if isinstance(amount, str):
                out["meanAmount"] = amount
                self.told("ilcd.mean-amount-from-resulting", f"{path}/meanAmount", "", amount)
        if path == "" and "@version" in content.required and "@version" not in out:
            out["@version"] = "1.1"
            self.told("ilcd.format-version-of-namespace", "/@version", "", "1.1")

    def _reference(self, node: Tree, out: Tree, path: str) -> None:
        found = mend_reference(Reference(node, out, path), self.index)
        for name, value in found.put.items():
            out[name] = value
        for name in found.drop:
            out.pop(name, None)
        self.mends += found.mends
        for name, finding in found.aside.items():
            self.aside.append(SetAside(f"{path}/{name}", self.placed(finding, f"{path}/{name}"), node[name]))

    def _meant(self, key: str, content: Content) -> Element | None:
        """The one element that a misspelt name can only mean: its number, its case or its namespace."""
        wanted = bare(key)
        found = [e for e in content.elements.values() if e.fits and bare(e.key) == wanted]
        return found[0] if len(found) == 1 else None


def _merged(nodes: list[Tree]) -> Tree:
    out: Tree = {}
    for node in nodes:
        for key, value in node.items():
            if key[0] == "@":
                out[key] = value
            elif key != ORDER:
                have = out.setdefault(key, [])
                have.extend(value if isinstance(value, list) else [value])
    return out
