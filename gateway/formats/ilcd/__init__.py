"""ILCD: packages of data sets (ilcd@1.1), and as declarations EPD processes with what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.codec import shell
from gateway.codec.base import Context, Evidence, Format, Package
from gateway.codec.datasets import Bundle, DatasetFormat, Piece
from gateway.codec.shelf import Shelf
from gateway.errors import GatewayError

_HOME = "gateway.formats.ilcd"
_ZIP = b"PK\x03\x04"
_PROCESS = b"processDataSet"


def _detect(package: Package) -> Evidence | None:
    if not package.members:
        return None
    start = package.members[0].start
    if package.members[0].data.startswith(_ZIP):
        return _detect_zip(package)
    if start == b"{":
        return _detect_soda(package)
    if not any(_PROCESS in member.data[:20_000] for member in package.members):
        return None
    from gateway.formats.ilcd.package import open_package

    try:
        epds = open_package(package).epds
    except GatewayError:
        return None
    return Evidence(3, ("processDataSet", "typeOfDataSet EPD")) if epds else None


def _detect_zip(package: Package) -> Evidence | None:
    from gateway.codec.xmltree import read_tree
    from gateway.frontdoor import archive
    from gateway.frontdoor.limits import PACKAGE_ARCHIVE

    try:
        opened = archive.open_zip(package.members[0].data, limits=PACKAGE_ARCHIVE)
        for name in opened.names:
            if "processes/" in name and name.endswith(".xml"):
                data = opened.read(name)
                if _PROCESS in data and read_tree(data).structure.profile == "epd":
                    return Evidence(3, (name, "processDataSet", "typeOfDataSet EPD"))
    except GatewayError:
        return None
    return None


def _detect_soda(package: Package) -> Evidence | None:
    from gateway.formats.ilcd.soda import is_document

    document = package.json_object
    if document is None or not is_document(document):
        return None
    method = document.get("modellingAndValidation")
    allocation = method.get("LCIMethodAndAllocation") if isinstance(method, dict) else None
    if not isinstance(allocation, dict) or allocation.get("typeOfDataSet") != "EPD":
        return None
    return Evidence(3, ("processInformation/dataSetInformation/UUID", "typeOfDataSet EPD"))


EPD = Format(
    id="ilcd-epd@1.2",
    title={"zh": "ILCD+EPD 数据集", "en": "ILCD+EPD data set"},
    media_type="application/zip",
    detect=_detect,
    read=shell.reader(f"{_HOME}.reader"),
    write=shell.writer(f"{_HOME}.writer"),
    validate=shell.validator(f"{_HOME}.judge"),
    schema_edition="ILCD 1.1 with ILCD+EPD 1.2 extensions, own statement",
    set_name="declared",
)


def _detect_datasets(shelf: Shelf) -> Evidence | None:
    from gateway.formats.ilcd.graph import detect

    return detect(shelf)


def _open(shelf: Shelf, context: Context) -> Bundle:
    from gateway.formats.ilcd.graph import open_bundle

    return open_bundle(shelf, context)


def _pieces(bundle: Bundle, context: Context) -> Iterator[Piece]:
    from gateway.formats.ilcd.pieces import write

    return write(bundle, context)


DATASETS = DatasetFormat(
    id="ilcd@1.1",
    title={"zh": "ILCD 数据集", "en": "ILCD data sets"},
    media_type="application/zip",
    detect=_detect_datasets,
    open=_open,
    write=_pieces,
    family="ilcd",
    schema_edition="ILCD 1.1 with eILCD 2017 models and ILCD+EPD extensions, own statement",
)
