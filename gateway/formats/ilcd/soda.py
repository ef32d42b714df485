"""soda4LCA's JSON of a data set, as the tree that its XML would give."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gateway.codec.jsonwrite import encode
from gateway.codec.xmlstructure import Content, Element, Structure, structure
from gateway.codec.xmltree import Node, Value, XmlTree
from gateway.errors import InputError
from gateway.frontdoor import json as json_door
from gateway.model.walk import escape

# Members at the extension points (``other.anies``) that carry no name, by what they hold.
_AMOUNT = "epd:amount"
# soda4LCA's own name of a member, and its words.
_DIRECTION = "exchange direction"
_DIRECTIONS = {"INPUT": "Input", "OUTPUT": "Output"}
_PROPERTY_MEMBERS = frozenset({"name", "uuid", "meanValue", "referenceFlowProperty"})
_MATERIAL = frozenset({"name", "value", "unit", "unitDescription"})
_SCENARIOS = "epd:scenarios"


def is_soda(data: bytes) -> bool:
    """Whether JSON bytes are such a data set."""
    try:
        document = json_door.parse(data)
    except InputError:
        return False
    return is_document(document)


def is_document(document: object) -> bool:
    """Whether a JSON value is such a data set of a process."""
    if not isinstance(document, dict) or not isinstance(part := document.get("processInformation"), dict):
        return False
    own = part.get("dataSetInformation")
    return isinstance(own, dict) and isinstance(own.get("UUID"), str)


def read_soda(data: bytes) -> tuple[XmlTree, XmlTree | None, str]:
    """The process, its reference flow, and as JSON text what the XML form has no place for, by pointer.

    Raises:
        InputError: no JSON.
    """
    document = json_door.parse(data)
    assert isinstance(document, dict)
    reading = _Reading(structure("process", profile="epd"))
    root = reading.group(document, reading.structure.content, "")
    process = XmlTree(reading.structure, root)
    flow = _flow(root, reading.left)
    _forget_repeated(root, reading.left)
    return process, flow, encode(reading.left) if reading.left else ""


def _forget_repeated(root: Any, left: dict[str, object]) -> None:  # noqa: ANN401 - a tree
    """Take out of what is left what only says again what an exchange or the reference flow says."""
    quantitative = root.get("processInformation", {}).get("quantitativeReference", {})
    references = quantitative.get("referenceToReferenceFlow", ())
    for index, exchange in enumerate(root.get("exchanges", {}).get("exchange", ())):
        at = f"/exchanges/exchange/{index}"
        if left.get(f"{at}/referenceFlow") is True and exchange.get("@dataSetInternalID") in references:
            del left[f"{at}/referenceFlow"]
        amount = left.get(f"{at}/resultingflowAmount")
        if amount is not None and _text(amount) == exchange.get("resultingAmount"):
            del left[f"{at}/resultingflowAmount"]


def _flow(root: Node, left: dict[str, object]) -> XmlTree | None:
    """The flow that soda4LCA tells beside its exchange: an XML package has it as a data set."""
    exchanges: Any = root.get("exchanges", {})
    for index, exchange in enumerate(exchanges.get("exchange", ())):
        place = f"/exchanges/exchange/{index}/flowProperties"
        reference = exchange.get("referenceToFlowDataSet", {})
        told: Any = left.get(place)
        if not isinstance(told, list) or "@refObjectId" not in reference:
            continue
        if not all(map(_is_property, told)):
            continue
        main = [n for n, p in enumerate(told) if p.get("referenceFlowProperty") is True]
        if len(main) != 1:
            continue
        del left[place]
        for n, one in enumerate(told):
            left |= {f"{place}/{n}/{escape(k)}": v for k, v in one.items() if k not in _PROPERTY_MEMBERS}
        flow = _flow_root(reference, str(main[0]), [_property(n, p) for n, p in enumerate(told)])
        material = f"/exchanges/exchange/{index}/materialProperties"
        if made := _material(flow, left.get(material)):
            del left[material]
            info: Any = flow["flowInformation"]
            info["dataSetInformation"]["common:other"] = {"matml:MatML_Doc": made}
        return XmlTree(structure("flow"), flow)
    return None


def _material(flow: Any, told: object) -> Node:  # noqa: ANN401 - a tree
    """Properties of the material, as MatML has them in the flow; nothing where one is told otherwise."""
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        return {}
    if not all(set(one) <= _MATERIAL and {"name", "value"} <= set(one) for one in told):
        return {}
    data: list[Value] = []
    details: list[Value] = []
    for n, one in enumerate(told):
        id_, unit = f"pr{n}", one.get("unit")
        data.append({"@property": id_, "matml:Data": {"@format": "float", "#text": _text(one["value"])}})
        detail: Node = {"@id": id_, "matml:Name": {"#text": _text(one["name"])}}
        if unit is not None:
            units: Node = {"@name": _text(unit), "matml:Unit": [{"matml:Name": _text(unit)}]}
            if one.get("unitDescription") is not None:
                units["@description"] = _text(one["unitDescription"])
            detail["matml:Units"] = units
        elif one.get("unitDescription") is not None:
            return {}
        else:
            detail["matml:Unitless"] = {}
        details.append(detail)
    names = flow["flowInformation"]["dataSetInformation"].get("name", {}).get("baseName", {})
    bulk: Node = {"matml:Name": {"#text": next(iter(names.values()), "")}, "matml:PropertyData": data}
    return {
        "matml:Material": [{"matml:BulkDetails": bulk}],
        "matml:Metadata": {"matml:PropertyDetails": details},
    }


def _is_property(told: object) -> bool:
    """Whether a flow property is told whole: its uuid, its amount and, if at all, one name in a language."""
    if not isinstance(told, dict) or not {"uuid", "meanValue"} <= set(told):
        return False
    names = told.get("name", [])
    if not isinstance(names, list) or not all(isinstance(one, dict) for one in names):
        return False
    texts = [(one.get("lang"), one.get("value")) for one in names]
    plain = all(isinstance(text, str) for pair in texts for text in pair)
    return plain and len({lang for lang, _ in texts}) == len(texts)


def _property(number: int, told: Mapping[str, Any]) -> Node:
    names: Node = {one["lang"]: one["value"] for one in told.get("name", ())}
    reference: Node = {"@type": "flow property data set", "@refObjectId": _text(told["uuid"])}
    if names:
        reference["common:shortDescription"] = names
    return {
        "@dataSetInternalID": str(number),
        "referenceToFlowPropertyDataSet": reference,
        "meanValue": _text(told["meanValue"]),
    }


def _flow_root(reference: Node, main: str, properties: list[Node]) -> Node:
    names = reference.get("common:shortDescription")
    info: Node = {"common:UUID": reference["@refObjectId"]}
    if names:
        info["name"] = {"baseName": names}
    version = reference.get("@version", "00.00.000")
    return {
        "@version": "1.1",
        "flowInformation": {
            "dataSetInformation": info,
            "quantitativeReference": {"referenceToReferenceFlowProperty": main},
        },
        "modellingAndValidation": {"LCIMethod": {"typeOfDataSet": "Product flow"}},
        "administrativeInformation": {"publicationAndOwnership": {"common:dataSetVersion": version}},
        "flowProperties": {"flowProperty": list(properties)},
    }


class _Reading:
    def __init__(self, own: Structure) -> None:
        self.structure = own
        self.left: dict[str, object] = {}

    def group(self, value: Mapping[str, Any], content: Content, at: str) -> Node:
        """An object as an element with attributes and children."""
        out: Node = {}
        attributes = {key.rpartition(":")[2].lstrip("@"): key for key in content.attribute_keys}
        elements = {key.rpartition(":")[2]: element for key, element in content.keys.items()}
        for name, inner in value.items():
            where = f"{at}/{escape(name)}"
            if name == "value" and content.text is not None:
                out["#text"] = _text(inner)
            elif name in attributes and not isinstance(inner, (dict, list)):
                out[attributes[name]] = _text(inner)
            elif name == "anies" and content.anything:
                self.extensions(inner, out, where)
            elif name in elements:
                self.element(elements[name], inner, out, where)
            elif (
                name == _DIRECTION
                and isinstance(inner, str)
                and inner in _DIRECTIONS
                and "exchangeDirection" not in value
            ):
                out["exchangeDirection"] = _DIRECTIONS[inner]
            else:
                self.left[where] = inner
        return out

    def element(self, element: Element, value: object, out: Node, at: str) -> None:
        """One member as an element, a list of them or a text by language."""
        if element.languages is not None:
            texts = self.languages(value, at)
            if texts:
                out[element.key] = texts
        elif element.most > 1:
            items = value if isinstance(value, list) else [value]
            found = [self.one(element, item, f"{at}/{n}") for n, item in enumerate(items)]
            out[element.key] = [item for item in found if item is not None]
        else:
            one = self.one(element, value, at)
            if one is not None:
                out[element.key] = one

    def one(self, element: Element, value: object, at: str) -> Value | None:
        """A single element's text or content; None where it cannot be one."""
        if element.leaf is not None and not isinstance(value, (dict, list)):
            if element.leaf.name == "datetime" and isinstance(value, int):
                return _moment(value)
            if not isinstance(value, str) or value.strip() or element.leaf.test is None:
                return _text(value)
        if element.content is not None and isinstance(value, dict):
            return self.group(value, element.content, at)
        self.left[at] = value
        return None

    def languages(self, value: object, at: str) -> Node:
        """``[{"value", "lang"}]`` as texts by language; without a value there is no text."""
        texts: Node = {}
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            text = item.get("value") if isinstance(item, dict) else None
            lang = item.get("lang", "en") if isinstance(item, dict) else None
            if isinstance(text, str) and isinstance(lang, str) and lang not in texts:
                texts[lang] = text
            elif not isinstance(item, dict) or text is not None:
                self.left[f"{at}/{number}"] = item
        return texts

    def extensions(self, items: object, out: Node, at: str) -> None:
        """What stands at an extension point."""
        amounts = self.structure.extension_keys[_AMOUNT].content
        assert amounts is not None
        for number, item in enumerate(items if isinstance(items, list) else [items]):
            where = f"{at}/{number}"
            key = next(_key_of(item, self.structure), "")
            if key == _AMOUNT:
                node: Node = {"@epd:module": _text(item["module"])}
                if "scenario" in item:
                    node["@epd:scenario"] = _text(item["scenario"])
                node["#text"] = "" if item.get("value") is None else _text(item["value"])
                found = out.setdefault(key, [])
                assert isinstance(found, list)
                found.append(node)
            elif key and key not in out:
                inner = item if key == _SCENARIOS else item.get("value")
                self.element(self.structure.extension_keys[key], inner, out, where)
            else:
                self.left[where] = item


def _key_of(item: object, own: Structure) -> Iterator[str]:
    if not isinstance(item, dict):
        return
    if "module" in item and set(item) <= {"module", "scenario", "value"}:
        yield _AMOUNT
    if "scenario" in item and isinstance(item["scenario"], list):
        yield _SCENARIOS
    for prefix in ("epd", "epd2", "epd24"):
        if f"{prefix}:{item.get('name')}" in own.extension_keys:
            yield f"{prefix}:{item['name']}"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(milliseconds: int) -> str:
    """Java's time: milliseconds since 1970."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"
