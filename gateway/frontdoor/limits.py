"""How much the front door lets in. The defaults keep one hostile input under 2 s and 256 MB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIB: Final = 2**20

# RFC 7493 (I-JSON), 2.2: integers beyond this differ between implementations.
MAX_SAFE_INTEGER: Final = 2**53 - 1
# Bounds of 64-bit integers, as JSON schemas and OpenAPI documents state them; nobody measures them.
TYPE_BOUNDS: Final = frozenset({-(2**63), 2**63 - 1, 2**64 - 1})
# IEEE 754 binary64: the longest exact decimal expansion has 1,074 digits after the point.
MAX_NUMBER_DIGITS: Final = 1100
# jiter's recursion limit and libxml2's XML_MAX_ELEMENT_DEPTH: built in, can be neither raised nor lowered.
JSON_DEPTH: Final = 201
XML_DEPTH: Final = 256
# libxml2's XML_MAX_TEXT_LENGTH, for one text node or attribute value.
XML_TEXT_CHARACTERS: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """Bounds of one JSON document.

    ``max_tokens`` counts commas, colons and opening brackets, in strings too; one costs up to 130 bytes
    of memory (measured), so 1.5 million stay below 200 MB. ``max_name_characters`` bounds all different
    member names of one document together, where they are not all ASCII and must be normalised.
    """

    max_bytes: int = 32 * MIB
    max_tokens: int = 1_500_000
    max_name_characters: int = 5_000_000


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """Bounds of one XML document.

    ``max_nodes`` counts ``<`` and ``=``: tags and attributes; one costs up to 260 bytes of memory
    (measured). The largest published sample (EcoSpold 1, 16 MB) has 641,000.
    """

    max_bytes: int = 32 * MIB
    max_nodes: int = 750_000
    max_attributes: int = 256  # of one element; the formats read here have fewer than 30


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Bounds of one zip archive.

    Entry count, ratio and the size below which no ratio is asked for are those of EU DSS
    (``SecureContainerHandler``: 1,000 files, ratio 100, threshold 1,000,000 bytes). ``windows_names``: a
    backslash is read as a slash where no name of the archive has a slash, as old tools of Windows write it.
    """

    max_bytes: int = 64 * MIB
    max_entries: int = 1000
    max_entry_bytes: int = 64 * MIB
    max_total_bytes: int = 256 * MIB
    max_ratio: int = 100
    ratio_free_bytes: int = 1_000_000
    max_name_bytes: int = 512
    allow_nested: bool = False
    windows_names: bool = False


@dataclass(frozen=True, slots=True)
class TableLimits:
    """Bounds of one delimited text table; ``max_cell`` is what a cell of Excel can hold."""

    max_bytes: int = 32 * MIB
    max_rows: int = 250_000
    max_cells: int = 2_000_000
    max_cell: int = 32_767


@dataclass(frozen=True, slots=True)
class WorkbookLimits:
    """Bounds of one workbook.

    Sheets are read row by row, so that only one row or shared text (``max_item_bytes``) stands in memory
    in more than its stored form; Excel's widest row has 16,384 cells.
    """

    max_tags: int = 12_000_000  # of one part: some 3 million cells
    max_item_bytes: int = 4 * MIB
    max_sheets: int = 500


JSON: Final = JsonLimits()
XML: Final = XmlLimits()
ARCHIVE: Final = ArchiveLimits()
TABLE: Final = TableLimits()
WORKBOOK: Final = WorkbookLimits()

# A whole nomenclature or database export (EF 3.1 has 94,000 flow files) is opened only where asked for.
# Beside data sets stand documents, and what people write today is a zip archive: they are never opened.
PACKAGE_ARCHIVE: Final = ArchiveLimits(allow_nested=True, windows_names=True)
DATABASE_ARCHIVE: Final = ArchiveLimits(
    max_bytes=512 * MIB,
    max_entries=250_000,
    max_total_bytes=4096 * MIB,
    allow_nested=True,
    windows_names=True,
)
