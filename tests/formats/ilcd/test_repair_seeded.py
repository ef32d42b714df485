"""A hundred sound processes, each broken in known ways: mended where proof is there, else left alone."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from lxml import etree

from gateway.codec.shelf import FileShelf
from gateway.codec.xmltree import read_tree, write_tree
from gateway.formats.ilcd.dataset_index import DatasetIndex, index_of
from gateway.formats.ilcd.repair import RepairedFile, repair_file
from gateway.pipeline.repair import told

from .repair_differ import unaccounted

P = "{http://lca.jrc.it/ILCD/Process}"
C = "{http://lca.jrc.it/ILCD/Common}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Root = etree._Element
# Breaks a process in place; False: it has nothing of the kind.
Break = Callable[[Root, DatasetIndex, random.Random], bool]


def to_front(tag: str) -> Break:
    def broken(root: Root, _: DatasetIndex, __: random.Random) -> bool:
        found = root.find(f".//{tag}")
        parent = None if found is None else found.getparent()
        if found is None or parent is None or parent[-1] is found:
            return False
        parent.append(found)
        return True

    return broken


def text(tag: str, change: Callable[[str], str | None]) -> Break:
    def broken(root: Root, _: DatasetIndex, rng: random.Random) -> bool:
        found = [(node, new) for node in root.iter(tag) if (new := change(node.text or "")) is not None]
        if not found:
            return False
        node, new = rng.choice(found)
        node.text = new
        return True

    return broken


def attribute(tag: str, name: str, change: Callable[[str], str | None]) -> Break:
    def broken(root: Root, _: DatasetIndex, rng: random.Random) -> bool:
        nodes = [(node, change(node.get(name) or "")) for node in root.iter(tag)]
        found = [(node, new) for node, new in nodes if new is not None]
        if not found:
            return False
        node, new = rng.choice(found)
        assert new is not None
        node.set(name, new)
        return True

    return broken


def renamed(tag: str, to: str) -> Break:
    def broken(root: Root, _: DatasetIndex, __: random.Random) -> bool:
        found = root.find(f".//{tag}")
        if found is None:
            return False
        found.tag = to
        return True

    return broken


def turned(code: str) -> str | None:
    return "-".join(reversed(code.split("-"))) if len(code) == 5 and code.startswith("CN-") else None


def mean_gone(root: Root, _: DatasetIndex, rng: random.Random) -> bool:
    found = [
        mean
        for mean in root.iter(f"{P}meanAmount")
        if (parent := mean.getparent()) is not None and parent.findtext(f"{P}resultingAmount") == mean.text
    ]
    if not found:
        return False
    mean = rng.choice(found)
    parent = mean.getparent()
    assert parent is not None
    parent.remove(mean)
    return True


def amounts(new: str) -> Break:
    """Both amounts of an exchange: one alone is told by the other."""

    def broken(root: Root, _: DatasetIndex, rng: random.Random) -> bool:
        exchange = rng.choice(root.findall(f".//{P}exchange"))
        for name in ("meanAmount", "resultingAmount"):
            for node in exchange.findall(f"{P}{name}"):
                node.text = new
        return True

    return broken


def twice(root: Root, _: DatasetIndex, __: random.Random) -> bool:
    found = root.find(f".//{P}baseName")
    if found is None:
        return False
    copied = etree.fromstring(etree.tostring(found, with_tail=False))
    found.addnext(copied)
    return True


def id_is_name(*, address: bool) -> Break:
    """The id of a product flow becomes its name, as people type it; its address may go too."""

    def broken(root: Root, index: DatasetIndex, rng: random.Random) -> bool:
        found = []
        for node in root.iter(f"{P}referenceToFlowDataSet"):
            entries = index.find("flow", node.get("refObjectId") or "")
            names = {one.text for one in node if one.text}
            if entries and names & set(entries[0].names.values()):
                found.append((node, next(iter(sorted(names)))))
        if not found:
            return False
        node, name = rng.choice(found)
        node.set("refObjectId", name)
        if not address:
            node.set("uri", f"../flows/{name.replace(':', '')}.xml")
        return True

    return broken


def nameless(root: Root, _: DatasetIndex, rng: random.Random) -> bool:
    """What a spreadsheet leaves of a reference whose row was deleted."""
    node = rng.choice(list(root.iter(f"{P}referenceToFlowDataSet")))
    for child in list(node):
        node.remove(child)
    node.set("refObjectId", "#REF!")
    node.set("uri", "../flows/#REF!.xml")
    return True


def said(new: str) -> Callable[[str], str | None]:
    return lambda old: new if old.strip() else None


PROVABLE: Mapping[str, Break] = {
    "order of classes": to_front(f"{P}dataSetInformation/{P}classificationInformation"),
    "order of reference flow": to_front(f"{P}exchanges/{P}exchange/{P}referenceToFlowDataSet"),
    "order of time": to_front(f"{P}processInformation/{P}time"),
    "misspelt approaches": renamed(f"{P}LCIMethodApproaches", f"{P}LCIMethodApproach"),
    "wrong namespace": renamed(f"{C}copyright", f"{P}copyright"),
    "province backwards": attribute(f"{P}locationOfOperationSupplyOrProduction", "location", turned),
    "upper-case uuid": text(f"{C}UUID", str.upper),
    "uuid with scheme": attribute(f"{P}referenceToFlowDataSet", "refObjectId", lambda u: f"urn:uuid:{u}"),
    "id is the name": id_is_name(address=True),
    "short version": text(
        f"{C}dataSetVersion",
        lambda v: ".".join(str(int(part)) for part in v.split(".")) if v.count(".") == 2 else None,
    ),
    "space in the moment": text(f"{C}timeStamp", lambda t: t.replace("T", " ")),
    "case of a list": text(f"{P}exchangeDirection", str.upper),
    "case of a kind": attribute(f"{P}referenceToFlowDataSet", "type", str.title),
    "no mean amount": mean_gone,
    "capital truth": text(f"{C}copyright", str.title),
    "same text twice": twice,
    "full-width digits": text(
        f"{C}referenceYear", lambda t: "".join(chr(ord(c) + 0xFEE0) for c in t) if t.isdigit() else None
    ),
    "decimal comma": text(
        f"{P}meanAmount",
        lambda t: t.replace(".", ",") if "." in t and 0 < len(t.partition(".")[2]) < 3 else None,
    ),
}
UNPROVABLE: Mapping[str, tuple[Break, str]] = {
    "amount is a word": (amounts("n/a"), "n/a"),
    "year is a range": (text(f"{C}referenceYear", said("2012-2014")), "2012-2014"),
    "ambiguous comma": (amounts("1,234"), "1,234"),
    "kind of nothing": (text(f"{P}typeOfDataSet", said("Prozess")), "Prozess"),
    "spreadsheet error": (nameless, "#REF!"),
    "licence of its own": (text(f"{C}licenseType", said("as agreed")), "as agreed"),
    "no truth": (text(f"{C}copyright", said("perhaps")), "perhaps"),
}


@pytest.fixture(scope="module")
def package(oracle_data: Path) -> tuple[Mapping[str, bytes], DatasetIndex]:
    """A hundred valid processes, in our own spelling, and the package with what they refer to."""
    root = oracle_data / "tiangong"
    files = {
        f"{kind}/{path.name}": path.read_bytes()
        for kind in ("processes", "flows", "flowproperties", "unitgroups")
        for path in sorted((root / kind).glob("*.xml"))
    }
    index = index_of(FileShelf("tiangong", files))
    sound: dict[str, bytes] = {}
    for name, data in files.items():
        if name.startswith("processes/") and len(sound) < 100:
            repaired = repair_file(name, data, index).data
            assert repaired is not None
            sound[name] = write_tree(read_tree(repaired))
    return sound, index


def broken(data: bytes, how: Break, index: DatasetIndex, rng: random.Random) -> bytes | None:
    root = etree.fromstring(data)
    return etree.tostring(root) if how(root, index, rng) else None


def differs(before: bytes, file: RepairedFile) -> list[str]:
    return unaccounted(before, file.data or b"<none/>", list(told(file)))


@pytest.mark.oracle
def test_what_can_be_proven_is_mended_right(package: tuple[Mapping[str, bytes], DatasetIndex]) -> None:
    sound, index = package
    rng = random.Random(20261122)
    right: Counter[str] = Counter()
    done: Counter[str] = Counter()
    wrong = []
    for name, data in sound.items():
        for what, how in PROVABLE.items():
            seeded = broken(data, how, index, rng)
            if seeded is None:
                continue
            done[what] += 1
            file = repair_file(name, seeded, index)
            right[what] += file.data == data
            if file.data != data:
                wrong.append((what, name, [a.finding.code for a in file.aside]))
            assert differs(seeded, file) == [], (what, name)
    assert done.total() >= 1000
    assert right.total() / done.total() >= 0.99, wrong


@pytest.mark.oracle
def test_what_cannot_be_proven_is_set_aside_as_it_was(
    package: tuple[Mapping[str, bytes], DatasetIndex],
) -> None:
    sound, index = package
    rng = random.Random(20261123)
    done: Counter[str] = Counter()
    for name, data in sound.items():
        for what, (how, value) in UNPROVABLE.items():
            seeded = broken(data, how, index, rng)
            if seeded is None:
                continue
            done[what] += 1
            file = repair_file(name, seeded, index)
            assert not file.mends or {note.code for note in file.mends} <= {"xml.order"}, (what, name)
            assert value in str([one.content for one in file.aside]), (what, name)
            assert differs(seeded, file) == [], (what, name)
    assert done.total() >= 500


@pytest.mark.oracle
def test_a_name_finds_its_flow_or_nothing(package: tuple[Mapping[str, bytes], DatasetIndex]) -> None:
    """Without an address only the name is left: right, or left alone, but never another flow."""
    sound, index = package
    rng = random.Random(20261124)
    outcome: Counter[str] = Counter()
    for name, data in sound.items():
        seeded = broken(data, id_is_name(address=False), index, rng)
        if seeded is None:
            continue
        file = repair_file(name, seeded, index)
        mended = [note for note in file.mends if note.code == "ilcd.id-from-name"]
        if not mended:
            outcome["left alone"] += 1
        else:
            outcome["right" if mended[0].written.encode() in data else "wrong"] += 1
    assert outcome["wrong"] == 0
    assert outcome["right"] >= 20
