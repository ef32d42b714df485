"""EcoSpold 2 master data, written: a data set as an entry of its list, with what it said there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lxml import etree

from gateway.formats.ecospold.bind import TEXT, Tree, restore
from gateway.formats.ecospold.excuses import UNSPECIFIED
from gateway.formats.ecospold.ids import fixed_or_new
from gateway.formats.ecospold.masters import (
    COMPANIES,
    ELEMENTARY,
    FAMILY,
    HEAD,
    INTERMEDIATE,
    LANG,
    NAMESPACE,
    PERSONS,
    SOURCES,
    List,
)
from gateway.formats.ecospold.two_values import synonyms
from gateway.formats.ecospold.values import languages
from gateway.model.dataset import Dataset, Topic
from gateway.model.inventory import Flow, FlowKind
from gateway.model.sources import Contact, Source

# The order of the elements of an entry.
_ORDER: Final = (
    *("name", "shortname", "unitName", "compartment", "subcompartment", "classification"),
    *("classificationSystem", "classificationValue", "comment", "synonym", "property", "productInformation"),
)


def list_of(dataset: Dataset) -> List | None:
    """The list in which a data set stands; None: there is none for it."""
    if isinstance(dataset, Flow):
        return ELEMENTARY if dataset.kind is FlowKind.ELEMENTARY else INTERMEDIATE
    if isinstance(dataset, Contact):
        return PERSONS if dataset.is_person is True else COMPANIES
    return SOURCES if isinstance(dataset, Source) else None


def entry_of(dataset: Dataset, id_: str, unit: str | None, words: tuple[str, ...], *, same: bool) -> Tree:
    """The entry of a data set.

    Args:
        id_: its id there.
        unit: in which its amounts are counted.
        words: compartment and subcompartment of an elementary flow.
        same: it was read from this format; then what is personal goes on.
    """
    node: Tree = {"@id": id_}
    if isinstance(dataset, Flow):
        _write_flow(node, dataset, unit, words)
    elif isinstance(dataset, Contact):
        _write_contact(node, dataset, same=same)
    elif isinstance(dataset, Source):
        _write_source(node, dataset)
    if comment := languages(dataset.text(Topic.GENERAL)):
        node["comment"] = dict(comment)
    own = {
        key.replace(HEAD, f"{FAMILY}#/", 1): value
        for key, value in dataset.extras.items()
        if key.startswith(HEAD)
    }
    restore(node, own, FAMILY)
    return node


def _write_flow(node: Tree, flow: Flow, unit: str | None, words: tuple[str, ...]) -> None:
    if texts := languages(flow.name):
        node["name"] = dict(texts)
    for key, value in (("@casNumber", flow.cas), ("@formula", flow.formula)):
        if isinstance(value, str):
            node[key] = value
    if found := synonyms(flow.synonyms):
        node["synonym"] = found
    has_own = f"{HEAD}unitName/en" in flow.extras
    if unit is not None and not has_own:
        node["unitName"] = {"en": unit}
    told = flow.extras.get(f"{HEAD}unitName/en") or unit
    if told is not None and f"{HEAD}@unitId" not in flow.extras:
        node["@unitId"] = fixed_or_new("unit", told)
    if (
        flow.kind is FlowKind.ELEMENTARY
        and words
        and not any(key.startswith(f"{HEAD}compartment") for key in flow.extras)
    ):
        category, sub = words[0], words[-1] if len(words) > 1 else UNSPECIFIED
        node["compartment"] = {
            "@subcompartmentId": fixed_or_new("subcompartment", f"{category}/{sub}"),
            "compartment": {"en": category},
            "subcompartment": {"en": sub},
        }
    entries = []
    for one in flow.classifications:
        steps = [step for step in one.classes if isinstance(step.name, str)]
        if steps and isinstance(one.system or "", str):
            system = one.system if isinstance(one.system, str) else ""
            last = steps[-1]
            id_ = last.id if isinstance(last.id, str) and len(last.id) == 36 else None
            name = "/".join(str(step.name) for step in steps)
            entries.append(
                {
                    "@classificationId": id_ or fixed_or_new("classification", f"{system}|{name}"),
                    "classificationSystem": [{"@xml:lang": "en", TEXT: system}],
                    "classificationValue": [{"@xml:lang": "en", TEXT: name}],
                }
            )
    if entries:
        node["classification"] = entries


def _write_contact(node: Tree, contact: Contact, *, same: bool) -> None:
    name = languages(contact.name) or languages(contact.short_name)
    if contact.is_person is not True:
        if name:
            node["name"] = dict(name)
        for key, value in (("@code", _plain(contact.short_name)), ("@website", contact.website)):
            if isinstance(value, str):
                node[key] = value
        return
    told = {"@name": name.get("en") or next(iter(name.values()), None)}
    if same:
        told |= {
            "@address": _plain(contact.address),
            "@email": contact.email if isinstance(contact.email, str) else None,
            "@telephone": contact.telephone if isinstance(contact.telephone, str) else None,
            "@telefax": contact.telefax if isinstance(contact.telefax, str) else None,
        }
    node |= {key: value for key, value in told.items() if isinstance(value, str)}


def _write_source(node: Tree, source: Source) -> None:
    title = source.title if isinstance(source.title, str) else _plain(source.name)
    told = {
        "@title": title,
        "@shortName": _plain(source.short_name),
        "@firstAuthor": source.authors,
        "@year": source.year,
    }
    node |= {key: value for key, value in told.items() if isinstance(value, str)}


def _plain(texts: Any) -> str | None:  # noqa: ANN401  # names, or their absence
    found = languages(texts)
    return found.get("en") or next(iter(found.values()), None)


def encode(list_: List, nodes: list[Tree], attributes: Mapping[str, str]) -> bytes:
    """The document of a list."""
    root = etree.Element(f"{{{NAMESPACE}}}{list_.root}", dict(attributes), nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # lxml-stubs know no default namespace
    for node in nodes:
        _append(root, list_.entry, node)
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _append(parent: etree._Element, name: str, node: Tree) -> None:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name.removesuffix('+')}")
    for key, value in node.items():
        if key == "@xml:lang":
            element.set(LANG, value)
        elif key[0] == "@":
            element.set(key[1:], value)
    element.text = node.get(TEXT)
    members = [key for key in node if key[0] not in "@#"]
    for key in sorted(members, key=lambda one: _ORDER.index(one) if one in _ORDER else len(_ORDER)):
        value = node[key]
        if isinstance(value, list):
            for item in value:
                _append(element, key, item)
        elif key == "compartment" and any(isinstance(inner, dict) for inner in value.values()):
            _append(element, key, value)
        else:
            for language, text in value.items():
                one = etree.SubElement(element, f"{{{NAMESPACE}}}{key}")
                one.set(LANG, language)
                one.text = text
