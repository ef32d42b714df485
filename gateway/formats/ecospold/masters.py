"""EcoSpold 2 master data: flows, persons, companies and sources that a package lists beside its activities.

An entry is read into the data set that it is; what the model has no field for stays with it, by its place
below the entry, and goes back there when the list is written. Lists of which there are no data sets (units,
geographies, the index of activities, …) stay files of the package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from lxml import etree

from gateway.formats.ecospold.bind import TEXT, Tree, extras_of
from gateway.formats.ecospold.ids import fixed_or_new
from gateway.formats.ecospold.measures import property_of
from gateway.formats.ecospold.two_values import peek, take_names, take_synonyms
from gateway.model.base import LangText
from gateway.model.dataset import ClassEntry, Classification, Dataset, DatasetKind, Document, Topic
from gateway.model.inventory import Flow, FlowKind
from gateway.model.sources import Contact, Source

FAMILY: Final = "ecospold2"
NAMESPACE: Final = "http://www.EcoInvent.org/EcoSpold02"
# In the keys of extras: what an entry of a list has, which activities do not repeat.
MASTER: Final = "~master"
HEAD: Final = f"{FAMILY}#/{MASTER}/"
LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# Elements that are texts in several languages.
_TEXTS: Final = frozenset({"name", "unitName", "comment", "shortname", "compartment", "subcompartment"})


class List(NamedTuple):
    """A list: its root, its entries, its file, and the kind of data set that an entry is."""

    root: str
    entry: str
    file: str
    kind: DatasetKind


ELEMENTARY: Final = List(
    "validElementaryExchanges", "elementaryExchange", "ElementaryExchanges.xml", DatasetKind.FLOW
)
INTERMEDIATE: Final = List(
    "validIntermediateExchanges", "intermediateExchange", "IntermediateExchanges.xml", DatasetKind.FLOW
)
PERSONS: Final = List("validPersons", "person", "Persons.xml", DatasetKind.CONTACT)
COMPANIES: Final = List("validCompanies", "company", "Companies.xml", DatasetKind.CONTACT)
SOURCES: Final = List("validSources", "source", "Sources.xml", DatasetKind.SOURCE)
LISTS: Final = {one.root: one for one in (COMPANIES, PERSONS, SOURCES, ELEMENTARY, INTERMEDIATE)}


def tree_of(element: etree._Element) -> Tree:
    """An entry as a tree: texts by language, everything else as lists of elements."""
    node: Tree = {f"@{name!s}": str(value) for name, value in element.attrib.items() if name != LANG}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname
        language = str(child.get(LANG, "en"))
        # A number for a language would be taken for the place in a list.
        plain = not len(child) and set(child.attrib) <= {LANG} and not language.isdecimal()
        is_text = name in _TEXTS and plain
        if is_text and language not in node.get(name, {}):
            node.setdefault(name, {})[language] = child.text or ""
        elif name == "compartment" and len(child) and name not in node:
            node[name] = tree_of(child)
        else:
            found = tree_of(child)
            if (lang := child.get(LANG)) is not None:
                found["@xml:lang"] = str(lang)
            if not len(child) and (child.text or not found):
                found[TEXT] = child.text or ""
            key = name if name not in _TEXTS else f"{name}+"
            node.setdefault(key, []).append(found)
    return node


def dataset_of(node: Tree, list_: List) -> Dataset:
    """The data set that an entry is; the tree is used up."""
    return _READERS[list_.entry](node)


def _extras(node: Tree) -> dict[str, str]:
    return {key.replace("#/", f"#/{MASTER}/", 1): value for key, value in extras_of(node, FAMILY).items()}


def _flow(node: Tree, kind: FlowKind) -> Flow:
    id_ = node.pop("@id", "")
    name, found = take_names(node, "name"), take_synonyms(node)
    cas, formula = node.pop("@casNumber", None), node.pop("@formula", None)
    unit = peek(node, "unitName")
    if unit is not None and node.get("@unitId") == fixed_or_new("unit", unit):
        del node["@unitId"]
    comment = take_names(node, "comment")
    words = _compartment(node) if kind is FlowKind.ELEMENTARY else ()
    return Flow(
        id=id_,
        kind=kind,
        name=name,
        synonyms=found,
        cas=cas,
        formula=formula,
        compartment=words,
        classifications=_classifications(node),
        properties=property_of(unit) if unit is not None else (),
        documents=(Document(topic=Topic.GENERAL, text=comment),) if comment is not None else (),
        extras=_extras(node),
    )


def _compartment(node: Tree) -> tuple[str, ...]:
    found = node.get("compartment")
    if not isinstance(found, dict) or peek(found, "compartment") is None:
        return ()
    words = tuple(word for key in ("compartment", "subcompartment") if (word := peek(found, key)) is not None)
    plain: Tree = {
        key: {"en": word} for key, word in zip(("compartment", "subcompartment"), words, strict=False)
    }
    if len(words) == 2 and found == {
        "@subcompartmentId": fixed_or_new("subcompartment", "/".join(words)),
        **plain,
    }:
        del node["compartment"]
    return words


def _classifications(node: Tree) -> tuple[Classification, ...]:
    """All of them, or none: they keep their order."""
    found = []
    for entry in node.get("classification") or ():
        told = {key: _one_text(value) for key, value in entry.items() if key[0] != "@"}
        system, value = told.get("classificationSystem"), told.get("classificationValue")
        if set(entry) != {"@classificationId", "classificationSystem", "classificationValue"}:
            return ()
        if system is None or value is None:
            return ()
        step = ClassEntry(id=entry["@classificationId"], name=value)
        found.append(Classification(system=system, classes=(step,)))
    node.pop("classification", None)
    return tuple(found)


def _one_text(value: object) -> str | None:
    """The English text of an element that stands there once."""
    one = value[0] if isinstance(value, list) and len(value) == 1 else None
    if isinstance(one, dict) and one.get("@xml:lang", "en") == "en" and set(one) <= {"@xml:lang", TEXT}:
        return str(one.get(TEXT, ""))
    return None


def _person(node: Tree) -> Contact:
    return Contact(
        id=node.pop("@id", ""),
        is_person=True,
        name=_english(node, "@name"),
        address=_english(node, "@address"),
        email=node.pop("@email", None),
        telephone=node.pop("@telephone", None),
        telefax=node.pop("@telefax", None),
        extras=_extras(node),
    )


def _company(node: Tree) -> Contact:
    return Contact(
        id=node.pop("@id", ""),
        is_person=False,
        name=take_names(node, "name"),
        short_name=_english(node, "@code"),
        website=node.pop("@website", None),
        extras=_extras(node),
    )


def _source(node: Tree) -> Source:
    comment = take_names(node, "comment")
    title = node.pop("@title", None)
    return Source(
        id=node.pop("@id", ""),
        title=title,
        name=LangText({"en": title}) if title else None,
        short_name=_english(node, "@shortName"),
        authors=node.pop("@firstAuthor", None),
        year=node.pop("@year", None),
        documents=(Document(topic=Topic.GENERAL, text=comment),) if comment is not None else (),
        extras=_extras(node),
    )


def _english(node: Tree, key: str) -> LangText | None:
    text = node.pop(key, None)
    return LangText({"en": text}) if isinstance(text, str) else None


_READERS: Final[Mapping[str, Callable[[Tree], Dataset]]] = {
    ELEMENTARY.entry: lambda node: _flow(node, FlowKind.ELEMENTARY),
    INTERMEDIATE.entry: lambda node: _flow(node, FlowKind.PRODUCT),
    PERSONS.entry: _person,
    COMPANIES.entry: _company,
    SOURCES.entry: _source,
}
