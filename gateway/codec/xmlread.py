"""Element to tree in one pass: the tables say what a child is; what is wrong is told where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from lxml import etree

from gateway.codec.xmlstructure import XML, XSI, Attribute, Content, Element, Structure
from gateway.codec.xmltypes import Check, is_language
from gateway.errors import shorten
from gateway.frontdoor import xml as xml_door
from gateway.report import Fate, Finding, Note, Severity

TEXT: Final = "#text"
ORDER: Final = "#order"
LANG: Final = f"{{{XML}}}lang"
_SPACE: Final = " \t\r\n"
# What a spreadsheet leaves where a formula failed.
SPREADSHEET_ERRORS: Final = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
)

# Plain JSON-like values; the exact alias is xmltree.Value.
Tree = dict[str, Any]


class Reading:
    """One document on its way into a tree."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.extension = structure.extensions.get
        self.prefixes = {uri: prefix for prefix, uri in structure.prefixes.items()}
        self.namespaces: dict[str, str] = {}
        self.extras: dict[str, list[Tree]] = {}
        self.findings: list[Finding] = []
        self.notes: list[Note] = []

    def run(self, root: etree._Element) -> Tree:
        """The content of the root element."""
        return self._group(root, self.structure.content, "")

    def note_asides(self, asides: Iterable[tuple[int, str]]) -> None:
        """Comments and processing instructions have no place in the tree."""
        for line, text in asides:
            self.notes.append(Note("xml.aside", f"line {line}", Fate.DROPPED, shorten(text)))

    def _group(  # noqa: C901, PLR0912, PLR0915  # the hot loop: one call per child would double its time
        self, parent: etree._Element, content: Content, path: str
    ) -> Tree:
        """An element that holds others or has attributes."""
        out: Tree = {}
        if parent.keys():
            self._attributes(parent, content, out, path)
        known, extension = content.elements, self.extension
        check = self._check
        last = -1
        strangers = False
        text = parent.text
        mixed = text is not None and (content.text is not None or not text.isspace())
        for child in parent:
            tag = child.tag
            tail = child.tail
            if tail and not tail.isspace():
                mixed = True
            element = known.get(tag)
            if element is None:
                element = extension(tag)
                if element is None or not content.open:
                    self._unknown(child, out, content, path)
                    strangers = True
                    if content.foreign and not content.foreign_anywhere:
                        last = _AFTER_ALL
                    continue
            elif element.rank < last:
                self._misplaced(child, path, element)
            else:
                last = element.rank
            key = element.key
            if not element.fits:
                self._find("xml.not-in-profile", child, "", name=key, profile=self.structure.profile)
            if element.leaf is not None:
                value: Any = child.text or ""
                if len(child) or child.keys():
                    value = self._odd_leaf(child, element.leaf, f"{path}/{key}")
                elif not element.leaf.quick(value):
                    value = check(value, element.leaf, child, f"{path}/{key}")
            elif element.languages is not None:
                self._language(child, element, out, path)
                continue
            else:
                assert element.content is not None
                at = f"{path}/{key}/{len(out.get(key, ()))}" if element.most > 1 else f"{path}/{key}"
                value = self._group(child, element.content, at)
            if element.most > 1:
                # Not setdefault: a list for every repetition would be made in vain.
                if key in out:
                    out[key].append(value)
                else:
                    out[key] = [value]
            elif key in out:
                self._again(child, element, out, value, free=content.anything)
            else:
                out[key] = value
        if mixed:
            self._text(parent, content, out, path)
        elif content.text is not None:
            out[TEXT] = text or ""
        if content.watched or strangers:
            self._after(parent, content, out, strangers)
        return out

    # Attributes and texts

    def _attributes(self, element: etree._Element, content: Content, out: Tree, path: str) -> None:
        known = content.attributes
        items: list[tuple[str, str]] = element.items()  # type: ignore[assignment]  # never bytes when read
        for name, value in items:
            attribute = known.get(name)
            if attribute is None:
                attribute = self._foreign_attribute(element, name, content)
                if attribute is None:
                    key = "@" + self._key(name, attribute=True)
                    out[key] = value
                    continue
            if not attribute.fits:
                self._find(
                    "xml.not-in-profile",
                    element,
                    value,
                    name=attribute.key,
                    profile=self.structure.profile,
                )
            kind = attribute.check
            out[attribute.key] = (
                value if kind.quick(value) else self._check(value, kind, element, f"{path}/{attribute.key}")
            )

    def _foreign_attribute(self, element: etree._Element, name: str, content: Content) -> Attribute | None:
        """What is declared for an attribute that the element itself does not name."""
        declared = self.structure.extension_attributes.get(name)
        allowed = content.any_attribute and (name.startswith("{") or content.strict_attributes)
        if name == LANG and not is_language(element.get(name) or ""):
            self._mended_language(element, element.get(name) or "", f"@{name}")
        if name.startswith(f"{{{XSI}}}") or (name == LANG and content.strict_attributes):
            return None
        if not allowed or (declared is None and content.strict_attributes):
            code = "xml.other-misused" if content.anything else "xml.unknown-attribute"
            self._find(code, element, element.get(name) or "", name=self._key(name, attribute=True))
        return declared

    def _text(self, parent: etree._Element, content: Content, out: Tree, path: str) -> None:
        """Text beside or instead of children. Pieces between children become one text."""
        pieces = [parent.text or "", *(child.tail or "" for child in parent)]
        whole = "".join(pieces)
        if len(parent):
            self._find("xml.text-among-elements", parent, whole.strip())
            out[TEXT] = whole
        elif content.text is not None:
            out[TEXT] = self._check(whole, content.text, parent, f"{path}/{TEXT}")
        else:
            code = "xml.other-misused" if content.anything else "xml.text-unexpected"
            self._find(code, parent, whole.strip(), name=TEXT)
            out[TEXT] = whole

    def _check(self, text: str, kind: Check, element: etree._Element, path: str) -> str:
        """``text`` without white space that means nothing; a finding where it is no value of its type."""
        value = text
        if (kind.collapses or kind.values) and text != (bare := text.strip(_SPACE)):
            value = bare
            self.notes.append(Note("xml.spaces", path, Fate.MENDED, text, value))
        if kind.limit and len(value) > kind.limit:
            self._find("xml.too-long", element, value, limit=kind.limit, length=len(value), path=path)
        if value[:1] == "#" and value.strip() in SPREADSHEET_ERRORS:
            self._find("xml.spreadsheet-error", element, value, path=path)
        elif kind.test is not None and not kind.test(value):
            code = _CODES.get(kind.name, "xml.not-in-list" if kind.values else "xml.bad-value")
            self._find(code, element, value, type=kind.name.removeprefix("enum:"), path=path)
        return value

    def _odd_leaf(self, element: etree._Element, kind: Check, path: str) -> object:
        """A plain text with attributes or children, which it should not have."""
        for name in element.attrib:
            if not str(name).startswith(f"{{{XSI}}}"):
                shown = self._key(str(name), attribute=True)
                self._find("xml.unknown-attribute", element, element.get(name) or "", name=shown)
        if len(element):
            self._find("xml.unknown-element", element[0], "", name=self._key(str(element[0].tag)))
            return self._plain(element)
        value = self._check(element.text or "", kind, element, path)
        return {f"@{self._key(str(n), attribute=True)}": v for n, v in element.attrib.items()} | {TEXT: value}

    def _language(self, child: etree._Element, element: Element, out: Tree, path: str) -> None:
        """One language of a text."""
        key = element.key
        text = child.text or ""
        attributes = child.keys()
        language = child.get(LANG)
        kind = element.languages
        assert kind is not None
        odd = len(child) > 0 or len(attributes) > (language is not None)
        if not kind.quick(text):
            self._check(text, kind, child, f"{path}/{key}")
        if language is None:
            language = "en"
        elif not is_language(language):
            language = self._mended_language(child, language, f"{path}/{key}")
        texts = out.setdefault(key, {})
        if isinstance(texts, dict) and language not in texts:
            texts[language] = text
            if element.most == 1 and len(texts) > 1:
                self._find("xml.repeated", child, text, name=key)
            if not odd:
                return
        else:
            self._find("xml.language-twice", child, text, name=key, lang=language)
        if odd:
            for name in attributes:
                if name != LANG:
                    shown = self._key(str(name), attribute=True)
                    self._find("xml.unknown-attribute", child, child.get(name) or "", name=shown)
            if len(child):
                self._find("xml.unknown-element", child[0], "", name=self._key(str(child[0].tag)))
        place = f"{path}/{key}"
        plain = self._plain(child)
        extra = plain if isinstance(plain, dict) else {TEXT: plain}
        self.extras.setdefault(place, []).append(extra)
        self.notes.append(Note("xml.kept-aside", f"{place}/{language}", Fate.UNREAD, shorten(text)))

    def _mended_language(self, child: etree._Element, language: str, path: str) -> str:
        bare = language.strip(_SPACE)
        if is_language(bare):
            self.notes.append(Note("xml.spaces", f"{path}/{bare}", Fate.MENDED, language, bare))
            return bare
        self._find("xml.bad-language", child, language)
        return language

    # What the tables do not know

    def _unknown(self, child: etree._Element, out: Tree, content: Content, path: str) -> None:
        """An element that nothing declares here: kept as it is."""
        key = self._key(str(child.tag))
        foreign = content.foreign and self._is_foreign(child)
        if foreign or (
            content.anything and not str(child.tag).startswith(f"{{{self.structure.prefixes.get('common')}}}")
        ):
            if content.strict_elements:
                self._find("xml.unknown-extension", child, child.text or "", name=key)
            value = self._plain(child)
        else:
            code = "xml.other-misused" if content.anything else "xml.unknown-element"
            self._find(code, child, (child.text or "").strip(), name=key)
            value = self._plain(child)
        _add(out, key, value)

    def _is_foreign(self, child: etree._Element) -> bool:
        """Whether an element is of another namespace than the document, and of one."""
        tag = str(child.tag)
        return tag.startswith("{") and not tag.startswith(f"{{{self.structure.namespace}}}")

    def _plain(self, element: etree._Element) -> object:
        """An element without a table: its text, or attributes, children and text by name."""
        if not len(element) and not element.attrib:
            return element.text or ""
        if not is_language((element.get(LANG) or "").strip(_SPACE)):
            self._find("xml.bad-language", element, element.get(LANG) or "")
        out: Tree = {f"@{self._key(str(n), attribute=True)}": v for n, v in element.attrib.items()}
        texts = [element.text or ""]
        order: list[str] = []
        for child in element:
            key = self._key(str(child.tag))
            order.append(key)
            _add(out, key, self._plain(child))
            texts.append(child.tail or "")
        text = "".join(texts)
        if not len(element) or not text.isspace():
            if text:
                out[TEXT] = text
            if len(element) and text:
                # A vendor may mix texts and elements; where the texts stood is lost all the same.
                self._find("xml.text-among-elements", element, text.strip(), severity=Severity.WARNING)
        if _mixed(order):
            out[ORDER] = order
        return out

    def _key(self, tag: str, *, attribute: bool = False) -> str:
        """The key of an element or attribute; an unknown namespace gets a prefix of its own."""
        namespace, brace, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        if not brace:
            if attribute:
                return local
            self.namespaces["none"] = ""
            return f"none:{local}"
        prefix = self.prefixes.get(namespace)
        if prefix is None or (attribute and not prefix):
            prefix = f"ns{len(self.namespaces) + 1}"
            self.namespaces[prefix] = namespace
            if not attribute or namespace != self.structure.namespace:
                self.prefixes[namespace] = prefix
        return f"{prefix}:{local}" if prefix else local

    # What is told

    def _after(self, parent: etree._Element, content: Content, out: Tree, strangers: bool) -> None:
        """What is missing, and in which order children stand that may be mixed."""
        for key in content.required:
            if key not in out:
                self._find("xml.missing", parent, "", name=key)
        for keys in content.needed_choices:
            if not any(key in out for key in keys):
                self._find("xml.missing", parent, "", name=" | ".join(keys))
        for keys in content.exclusive:
            if len(present := [key for key in keys if key in out]) > 1:
                self._find("xml.repeated", parent, "", name=" | ".join(present))
        if content.something and not len(parent) and TEXT not in out:
            self._find("xml.other-empty", parent, "")
        if (content.anything or content.mixed or strangers) and len(parent) > 2:
            order = [self._key_of(child) for child in parent]
            if content.foreign and not content.foreign_anywhere and not content.mixed:
                own = content.keys
                order.sort(key=lambda key: own[key].rank if key in own else _AFTER_ALL)
            if _mixed(order):
                out[ORDER] = order

    def _key_of(self, child: etree._Element) -> str:
        element = self.extension(str(child.tag))
        return element.key if element else self._key(str(child.tag))

    def _again(
        self, child: etree._Element, element: Element, out: Tree, value: object, *, free: bool
    ) -> None:
        """A second element where one is meant: both are kept, as a list."""
        severity = Severity.WARNING if free else Severity.ERROR
        self._find("xml.repeated", child, child.text or "", severity=severity, name=element.key)
        _add(out, element.key, value)

    def _misplaced(self, child: etree._Element, path: str, element: Element) -> None:
        self._find("xml.order", child, child.text or "", name=element.key)
        params = {"name": element.key}
        self.notes.append(Note("xml.order", f"{path}/{element.key}", Fate.MENDED, element.key, params=params))

    def _find(
        self,
        code: str,
        element: etree._Element,
        saw: str,
        *,
        severity: Severity = Severity.ERROR,
        **params: object,
    ) -> None:
        texts = {key: str(value) for key, value in params.items()}
        self.findings.append(
            Finding(code, xml_door.place(element), shorten(saw.strip()), severity, "", texts)
        )


_CODES: Final = {"uuid": "xml.not-uuid", "lang": "xml.bad-language"}
# What may only come last is out of place before anything else.
_AFTER_ALL: Final = 1_000_000_000


def _add(out: Tree, key: str, value: object) -> None:
    if key not in out:
        out[key] = value
    elif isinstance(out[key], list):
        out[key].append(value)
    else:
        out[key] = [out[key], value]


def _mixed(order: list[str]) -> bool:
    """Whether equal keys do not all stand together."""
    seen: set[str] = set()
    last = ""
    for key in order:
        if key != last:
            if key in seen:
                return True
            seen.add(key)
            last = key
    return False
