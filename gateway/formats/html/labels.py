"""What the page calls things in its three languages: sections, fields, codes, units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

from gateway import resources
from gateway.codec.fields import code_list

Lang: TypeAlias = Literal["zh", "en", "de"]
LANGS: Final[tuple[Lang, ...]] = ("zh", "en", "de")


@dataclass(frozen=True, slots=True)
class Field:
    """One field that the page shows: its section, its pattern, and the list its codes come from."""

    section: str
    pattern: str
    codes: str
    label: Mapping[str, str]

    @property
    def container(self) -> str:
        """The pattern of the list item that the field is in; empty outside of lists."""
        head, star, _ = self.pattern.rpartition("/*/")
        return f"{head}/*" if star else ""


@cache
def fields() -> Mapping[str, Field]:
    """Every field of the page by pattern, in the order of the table."""
    rows = resources.table("fields/html.csv")
    return {row["model"]: Field(row["section"], row["model"], row["code_list"], _three(row)) for row in rows}


@cache
def fields_of(section: str) -> tuple[Field, ...]:
    """The fields of one section."""
    return tuple(field for field in fields().values() if field.section == section)


def word(key: str, lang: Lang) -> str:
    """A word of the page itself."""
    return _words()[key][lang]


def words(lang: Lang) -> Mapping[str, str]:
    """All words of the page in one language."""
    return {key: row[lang] for key, row in _words().items()}


def code(name: str, value: str, lang: Lang) -> str:
    """What a code of the list ``name`` is called; the code itself where it has no name."""
    own = _codes().get((name, value))
    if own is not None and own[f"label_{lang}"]:
        return own[f"label_{lang}"]
    shared = code_list(name).get(value, {})
    return shared.get(f"label_{lang}") or value


def unit(ucum: str, lang: Lang) -> str:
    """A unit for people; a UCUM code without a row keeps its letters."""
    row = _units().get(ucum)
    return ucum.replace(".", "·") if row is None else row[lang]


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return {row["key"]: row for row in resources.table("fields/html_words.csv")}


@cache
def _codes() -> Mapping[tuple[str, str], Mapping[str, str]]:
    rows = resources.table("fields/html_codes.csv")
    return {(row["list"], row["code"]): row for row in rows}


@cache
def _units() -> Mapping[str, Mapping[str, str]]:
    return {row["unit"]: row for row in resources.table("fields/html_units.csv")}


def _three(row: Mapping[str, str]) -> Mapping[str, str]:
    return {lang: row[f"label_{lang}"] for lang in LANGS}
