"""Everybody's ILCD samples, and the schemas of those who own the format."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from gateway import resources

ROOT = Path(__file__).resolve().parents[3]
FILES = {
    "process": "ILCD_ProcessDataSet.xsd",
    "flow": "ILCD_FlowDataSet.xsd",
    "flowproperty": "ILCD_FlowPropertyDataSet.xsd",
    "unitgroup": "ILCD_UnitGroupDataSet.xsd",
    "source": "ILCD_SourceDataSet.xsd",
    "contact": "ILCD_ContactDataSet.xsd",
    "lciamethod": "ILCD_LCIAMethodDataSet.xsd",
    "lifecyclemodel": "ILCD_LifeCycleModelDataSet.xsd",
    "matml": "matml31.xsd",
}
Schemas = Callable[[str], etree.XMLSchema]


class Local(etree.Resolver):
    """Schemas from one folder, without what makes libxml2 stumble: a default for xml:lang."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def text(self, name: str) -> bytes:
        if name == "xml.xsd":
            return resources.schema("ilcd/xml.xsd").read_bytes()
        return (self.folder / name).read_bytes().replace(b' default="en"', b"")

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]  # lxml-stubs forget the context
        name = system_url.rpartition("/")[2]
        return self.resolve_string(self.text(name), context, base_url=str(self.folder / name))


def load(folder: Path, name: str) -> etree.XMLSchema:
    resolver = Local(folder)
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(resolver)
    return etree.XMLSchema(etree.fromstring(resolver.text(name), parser, base_url=str(folder / name)))


@pytest.fixture(scope="session")
def epd_schemas(oracle_data: Path) -> Schemas:
    """The owners' schemas of ILCD+EPD 1.3, with the ILCD ones beside them."""
    folder = oracle_data / "lca-schemas" / "ilcd-epd-v1.3-xsd"
    return cache(lambda name: load(folder, "EPD_DataSet.xsd" if name == "process" else FILES[name]))


@pytest.fixture(scope="session")
def ilcd_schemas() -> Schemas:
    """The ILCD schemas that tidas-tools ships."""
    found = sorted((ROOT / "tests/judges/python/.venv/lib").glob("*/site-packages/tidas_tools/eilcd/schemas"))
    if not found:
        pytest.skip("the Python judges are not installed: bash tests/judges/install.sh")
    return cache(lambda name: load(found[0], FILES[name]))


@pytest.fixture(scope="session")
def samples(oracle_data: Path) -> Mapping[str, bytes]:
    """Every ILCD document of the oracle data, by a name that says where it is."""
    return dict(_samples(oracle_data))


def _samples(data: Path) -> Iterator[tuple[str, bytes]]:
    for pattern in ("lca/ilcd/*.xml", "lca/ilcd-epd/*.xml", "lca/ilcd-tiangong/*.xml", "tiangong/*/*.xml"):
        for file in sorted(data.glob(pattern)):
            yield file.relative_to(data).as_posix(), file.read_bytes()
    for package in sorted(data.glob("lca/ilcd*/*.zip")):
        with zipfile.ZipFile(package) as archive:
            for name in sorted(n for n in archive.namelist() if n.endswith(".xml")):
                yield f"{package.name}!{name}", archive.read(name)
