"""Texts in several languages: which language they are in, and where they go when their place has no room."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gateway.codec.xmlread import TEXT
from gateway.codec.xmlstructure import Content, Element
from gateway.codec.xmltypes import is_language
from gateway.formats.ilcd.mend_ledger import Ledger, Tree
from gateway.formats.ilcd.mend_values import fits
from gateway.formats.ilcd.mend_words import chinese, is_chinese, swapped
from gateway.model.walk import escape

# Elements of our own, for texts that stand where the format has no room for them.
NAMESPACE: Final = "urn:hutong:ilcd-kept:1"
PREFIX: Final = "hutong"
KEPT: Final = f"{PREFIX}:text"
LANG: Final = "@xml:lang"
_OTHER: Final = "common:other"
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}_[A-Za-z]{2,4}")


def _spelt(lang: str) -> str:
    """The language of a locale as operating systems spell it (``zh_CN``); empty where it is none."""
    return lang.replace("_", "-") if _LOCALE.fullmatch(lang) else ""


class Texts(Ledger):
    """The texts of one tree while it is mended."""

    refused: frozenset[str]

    def languages(self, texts: Tree, element: Element, content: Content, moved: list[Tree], at: str) -> Tree:
        """A text in several languages; what has no room in it goes into ``moved``."""
        assert element.languages is not None
        more = self.extras.pop(at, ())
        found = dict(texts)
        known: set[str] = set()
        for extra in map(dict, more):
            lang, text = str(extra.get(LANG, "en")), str(extra.get(TEXT, ""))
            if lang not in known and len(extra) > 2 and text.startswith(str(found.get(lang))):
                found[lang] = text  # the same element: its text goes on behind what it should not hold
            twice = lang in known or len(extra) <= 2
            known.add(lang)
            self._second(extra, found, element, content, moved, at, twice=twice)
        if swapped(found):
            found["zh"], found["en"] = found["en"], found["zh"]
            for lang, other in (("en", "zh"), ("zh", "en")):
                self.told("ilcd.language-of-script", f"{at}/{lang}", f"xml:lang={lang}", f"xml:lang={other}")
        out: Tree = {}
        for lang, text in found.items():
            place = f"{at}/{escape(lang)}"
            if (right := _spelt(lang)) and right not in found:
                self.told("ilcd.language-spelt", place, f"xml:lang={lang}", f"xml:lang={right}")
                lang = right  # noqa: PLW2901 - the same text under its right code
            if place in self.refused:
                self.set_aside(place, "ilcd.schema-refuses", text)
            elif not is_language(lang):
                self._too_long(element, content, moved, place, lang, text, "xml.bad-language", {})
            elif fits(text, element.languages):
                out[lang] = text
            else:
                facts = {"limit": element.languages.limit, "length": len(text)}
                self._too_long(element, content, moved, place, lang, text, "xml.too-long", facts)
        return out

    def _second(
        self,
        extra: Tree,
        found: Tree,
        element: Element,
        content: Content,
        moved: list[Tree],
        at: str,
        *,
        twice: bool,
    ) -> None:
        """A second element in a language that is there already."""
        lang, text = str(extra.pop(LANG, "en")), str(extra.pop(TEXT, ""))
        for key, part in extra.items():
            code = "xml.unknown-attribute" if key[0] == "@" else "xml.unknown-element"
            self.set_aside(f"{at}/{escape(key)}", code, part, name=key)
        if found.get(lang) == text:
            if twice:
                self.told("ilcd.repetition-left-out", f"{at}/{lang}", text, text, name=element.key)
            return
        if lang == "en" and "zh" not in found and is_chinese(text) and not chinese(str(found.get("en"))):
            self.told("ilcd.language-of-script", f"{at}/{lang}", "xml:lang=en", "xml:lang=zh")
            found["zh"] = text
            return
        facts = {"name": element.key, "lang": lang}
        place = f"{at}/{escape(lang)}"
        self._too_long(element, content, moved, place, lang, text, "xml.language-twice", facts)

    def _too_long(
        self,
        element: Element,
        content: Content,
        moved: list[Tree],
        at: str,
        lang: str,
        text: str,
        code: str,
        facts: Mapping[str, object],
    ) -> None:
        """Move a whole text to where there is room for it; else set it aside."""
        other = content.keys.get(_OTHER)
        room = other is not None and other.fits and other.content is not None and is_language(lang)
        if room and other is not None and other.content is not None and not other.content.strict_elements:
            moved.append({"@of": element.key, LANG: lang, TEXT: text})
            self.told("ilcd.text-moved", at, text, f"{_OTHER}/{KEPT}", lang=lang)
        else:
            self.set_aside(at, code, text, **facts)

    def move(self, moved: list[Tree], out: Tree) -> None:
        """Put texts into the extension place of their parent."""
        other = dict(out.get(_OTHER, {}))
        other[KEPT] = [*other.get(KEPT, []), *moved]
        out[_OTHER] = other
