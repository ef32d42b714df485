"""EcoSpold documents of everybody, and the schemas of the format's owner."""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[3]
FILES = {
    "process": "v1/EcoSpold01Dataset.xsd",
    "impact": "v1/EcoSpold01ImpactDataset.xsd",
    "dataset": "v2/EcoSpold02.xsd",
}
USLCI = "uslci_fy20_q2_01_olca1_10_3_ecospold2.zip"
Schemas = Callable[[str], etree.XMLSchema]


@pytest.fixture(scope="session")
def official() -> Schemas:
    """The schemas that pyecospold ships."""
    found = sorted((ROOT / "tests/judges/python/.venv/lib").glob("*/site-packages/pyecospold/schemas"))
    if not found:
        pytest.skip("the Python judges are not installed: bash tests/judges/install.sh")
    parser = etree.XMLParser(no_network=True)
    return cache(lambda name: etree.XMLSchema(etree.parse(str(found[0] / FILES[name]), parser)))


@pytest.fixture(scope="session")
def samples(oracle_data: Path) -> Mapping[str, bytes]:
    """Every EcoSpold document of the oracle data that has the right root, the large one apart."""
    return dict(_samples(oracle_data))


def _samples(data: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted([*data.glob("lca/ecospold1/*.xml"), *data.glob("lca/ecospold2/*.xml")]):
        if "defective-root" not in file.name and file.name != "intermediate_exchanges.xml":
            yield f"{file.parent.name}/{file.name}", file.read_bytes()


@pytest.fixture(scope="session")
def uslci(oracle_data: Path) -> bytes:
    """One document with 631 data sets, none of them valid: EcoSpold 1, whatever its name says."""
    with zipfile.ZipFile(oracle_data / "lca" / "ecospold1" / USLCI) as archive:
        (name,) = (n for n in archive.namelist() if n.startswith("EcoSpold01/"))
        return archive.read(name)


@pytest.fixture(scope="session")
def pieces(uslci: bytes) -> tuple[etree._Element, ...]:
    """Every fortieth of these data sets, each a document of its own."""
    root = etree.fromstring(uslci)
    found = []
    for dataset in list(root)[::40]:
        twin = etree.Element(root.tag, nsmap={None: "http://www.EcoInvent.org/EcoSpold01"})  # type: ignore[dict-item]  # lxml-stubs know no default namespace
        twin.append(copy.deepcopy(dataset))
        found.append(twin)
    return tuple(found)
