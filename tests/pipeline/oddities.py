"""One odd thing in a sample of data sets: what exporters leave where nobody has looked."""

from __future__ import annotations

import copy
import json
import random
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TEXTS = (
    *("", " ", "\t\n", "0", "-1", "-0.5", "+3", "1,5", "1e400", "1e-30", "NaN", "INF", "true", "2", "4"),
    *("123456789012345678901234567890.5", "odd", "奇怪的词", "00000000-0000-0000-0000-000000000000"),
    "a" * 1200,
)
NUMBERS = (0, -1, -0.5, 10**30, 1e-30, True)
TYPES: tuple[Any, ...] = (None, [], {}, "", [None], [{}], ["x"], {"a": 1})


def _one(name: str) -> Callable[[Path], dict[str, bytes]]:
    return lambda lca: {Path(name).name: (lca / name).read_bytes()}


def _few_exchanges(name: str) -> Callable[[Path], dict[str, bytes]]:
    def made(lca: Path) -> dict[str, bytes]:
        root = etree.fromstring((lca / name).read_bytes())
        for exchange in list(root.iter("{*}exchange"))[12:]:
            parent = exchange.getparent()
            assert parent is not None
            parent.remove(exchange)
        return {Path(name).name: _bytes(root)}

    return made


def _packed(name: str) -> Callable[[Path], dict[str, bytes]]:
    def made(lca: Path) -> dict[str, bytes]:
        with zipfile.ZipFile(lca / name) as packed:
            return {n: packed.read(n) for n in packed.namelist() if not n.endswith("/")}

    return made


SAMPLES: Mapping[str, Callable[[Path], dict[str, bytes]]] = {
    "es1": _one("ecospold1/v1_1.xml"),
    "es1-system": _few_exchanges("ecospold1/aluminum-extrusion.xml"),
    "es2": _one("ecospold2/sample_ecospold2.xml"),
    "es2-child": _one("ecospold2/sample_child_ecospold2.xml"),
    "es2-master": _one("ecospold2/intermediate_exchanges.xml"),
    "ilcd-process": _one("ilcd/sdk_sample_process.xml"),
    "ilcd-lci-result": _few_exchanges("ilcd/process.xml"),
    "ilcd-package": _packed("ilcd-tiangong/tiangong-lithium-hydroxide.zip"),
    "ilcd-flow": _one("ilcd/sdk_sample_flow.xml"),
    "ilcd-property": _one("ilcd/sdk_sample_flowproperty.xml"),
    "ilcd-units": _one("ilcd/sdk_sample_unitgroup.xml"),
    "ilcd-contact": _one("ilcd/sdk_sample_contact.xml"),
    "ilcd-source": _one("ilcd/sdk_sample_source.xml"),
    "ilcd-method": _one("ilcd/sdk_sample_lciamethod.xml"),
    "ilcd-model": _one("ilcd/eilcd_sample_model.xml"),
    "ilcd-epd": _one("ilcd-epd/sample_EPD.xml"),
    "soda": _one("ilcd-json/f63ac879-fa7d-4f91-813e-e816cbdf1927.json"),
    "tidas-process": _one("tidas/tidas-example-process.json"),
    "tidas-flow": _one("tidas/tidas-example-flow.json"),
    "openlca": _packed("olca-jsonld/exchange_sync-all.zip"),
    "openlca-all": _packed("olca-jsonld/olca-complete-jsonld.zip"),
}


def odd(files: Mapping[str, bytes], rng: random.Random) -> tuple[dict[str, bytes], str]:
    """The files with one odd thing in one of them, and what it is."""
    names = sorted(name for name in files if name.endswith((".xml", ".json")))
    processes = [name for name in names if "process" in name] or names
    name = rng.choice(processes if rng.random() < 0.5 else names)
    made, what = (odd_json if name.endswith(".json") else odd_xml)(files[name], rng)
    return {**files, name: made}, f"{name}: {what}"


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def odd_xml(data: bytes, rng: random.Random) -> tuple[bytes, str]:
    """A document with one odd element or attribute."""
    root = etree.fromstring(data)
    elements = [e for e in root.iter("*") if e is not root]
    while True:
        element, kind = rng.choice(elements), rng.choice(sorted(_ODD))
        if (what := _ODD[kind](element, rng)) is not None:
            return _bytes(root), f"{kind} {element.tag} {what[:40]}"


def _emptied(element: etree._Element, _: random.Random) -> str | None:
    for child in list(element):
        element.remove(child)
    element.text = None
    return ""


def _repeated(element: etree._Element, rng: random.Random) -> str | None:
    again = copy.deepcopy(element)
    what = ""
    if rng.random() < 0.5:
        leaf = rng.choice([e for e in again.iter("*") if e.attrib or not len(e)])
        what = rng.choice(TEXTS)
        if leaf.attrib and rng.random() < 0.6:
            leaf.set(rng.choice(sorted(map(str, leaf.attrib))), what)
        elif not len(leaf):
            leaf.text = what
    element.addnext(again)
    return what


def _attribute(element: etree._Element, rng: random.Random) -> str | None:
    if not element.attrib:
        return None
    name = rng.choice(sorted(map(str, element.attrib)))
    if rng.random() < 0.3:
        del element.attrib[name]
        return f"without {name}"
    element.set(name, what := rng.choice(TEXTS))
    return f"{name}={what}"


def _another_attribute(element: etree._Element, rng: random.Random) -> str | None:
    name = rng.choice(("foo", "number", "infrastructure", "minValue"))
    if name in element.attrib:
        return None
    element.set(name, what := rng.choice(TEXTS[:12]))
    return f"{name}={what}"


def _text(element: etree._Element, rng: random.Random) -> str | None:
    if len(element):
        return None
    told = (element.text or "").strip()
    element.text = rng.choice((*TEXTS, *([f"-{told}"] * 5 if told[:1].isdigit() else [])))
    return element.text


def _removed(element: etree._Element, _: random.Random) -> str | None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)
    return ""


def _language(element: etree._Element, rng: random.Random) -> str | None:
    if XML_LANG not in element.attrib:
        return None
    element.set(XML_LANG, what := rng.choice(("zh", "de", "xx", "zz-ZZ", "", "zh-Hant")))
    return what


_ODD: Mapping[str, Callable[[etree._Element, random.Random], str | None]] = {
    "emptied": _emptied,
    "repeated": _repeated,
    "attribute": _attribute,
    "another attribute": _another_attribute,
    "text": _text,
    "removed": _removed,
    "language": _language,
}


def odd_json(data: bytes, rng: random.Random) -> tuple[bytes, str]:
    """A document with one odd member or item."""
    document = json.loads(data)
    holder, key, path = rng.choice(list(_spots(document, "")))
    kind = rng.choice(("value", "value", "value", "removed", "repeated", "type", "negative"))
    told, what = holder[key], ""
    if kind == "removed":
        del holder[key]
    elif kind == "repeated" and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(told))
    else:
        if kind == "repeated":
            made: Any = [told, copy.deepcopy(told)]
        elif kind == "negative" and isinstance(told, (int, float)) and not isinstance(told, bool):
            made = -told
        elif kind == "negative":
            made = f"-{told}" if isinstance(told, str) and told[:1].isdigit() else 0
        else:
            made = rng.choice(TYPES if kind == "type" else (*TEXTS, *NUMBERS))
            what = repr(made)[:40]
        holder[key] = made
    return json.dumps(document, ensure_ascii=False).encode(), f"{kind} {path} {what}"


def _spots(node: Any, path: str) -> Any:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield node, key, f"{path}/{key}"
        yield from _spots(value, f"{path}/{key}")
