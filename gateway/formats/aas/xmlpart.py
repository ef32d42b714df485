"""The XML of an environment as the same tree that its JSON is; others' packages have nothing else.

Source: IDTA 01001 (metamodel) 3.0 and 3.1, XML serialisation: their namespaces differ, their elements do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from gateway.errors import InputError
from gateway.frontdoor import xml as xml_door
from gateway.frontdoor.json import JsonValue

_NAMESPACE = re.compile(r"\{https?://(www\.)?admin-shell\.io/aas/3/[01]\}")
# Elements whose children are items; "value" is one where its children are no reference.
_LISTS = frozenset(
    {
        "assetAdministrationShells",
        "submodels",
        "conceptDescriptions",
        "submodelElements",
        "statements",
        "annotations",
        "keys",
        "supplementalSemanticIds",
        "description",
        "displayName",
        "qualifiers",
        "extensions",
        "embeddedDataSpecifications",
        "specificAssetIds",
    }
)
_PLAIN_ITEMS = frozenset(
    {
        "key",
        "reference",
        "langStringTextType",
        "langStringNameType",
        "qualifier",
        "extension",
        "specificAssetId",
    }
)


def environment(data: bytes) -> Mapping[str, JsonValue]:
    """The environment of an XML part.

    Raises:
        InputError: it is no XML, or of another metamodel.
    """
    root = xml_door.parse(data)
    found = _tree(root)
    if not _NAMESPACE.match(str(root.tag)) or _name(root) != "environment" or not isinstance(found, dict):
        raise InputError(str(root.tag), path="/", code="aas.no-environment")
    return found


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _tree(element: etree._Element) -> JsonValue:
    children = list(element)
    if not children:
        return xml_door.text_of(element) or None
    names = [_name(child) for child in children]
    name = _name(element)
    if name in _LISTS or (name == "value" and "keys" not in names):
        return [_item(child, kind) for child, kind in zip(children, names, strict=True)]
    told = ((kind, _tree(child)) for child, kind in zip(children, names, strict=True))
    return {kind: value for kind, value in told if value is not None}


def _item(element: etree._Element, kind: str) -> JsonValue:
    found = _tree(element)
    if kind in _PLAIN_ITEMS or not isinstance(found, dict):
        return found
    return {"modelType": kind[0].upper() + kind[1:], **found}
