"""A register of footprint certificates (CSV): one declaration for each row, with its total only.

A row says what a certificate says: number, body, product, value with unit, validity. The value is the
declared total, per the unit that it names; of which energy a kWh is, is only known where the unit says so.
Places are ``line:heading``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from gateway import resources
from gateway.codec.base import Evidence, Package, Reading
from gateway.codec.cellread import CellReading
from gateway.errors import InputError, shorten
from gateway.formats.cn_pcf.foreign_cells import plain
from gateway.formats.cn_pcf.foreign_labels import in_language
from gateway.formats.cn_pcf.reader import DECLARED, read_document
from gateway.formats.cn_pcf.register_form import (
    NEEDED,
    NUMBER,
    TOTAL,
    UNIT,
    form_of,
    headings,
    is_like_one,
    known,
    labels_of,
    splits,
    wanted,
)
from gateway.formats.cn_pcf.workbook_document import Assembly
from gateway.formats.cn_pcf.workbook_heads import is_unit
from gateway.formats.cn_pcf.workbook_layout import field_of, heading, steps_of
from gateway.frontdoor.json import JsonValue
from gateway.frontdoor.table import Delimiter, Encoding, read_csv
from gateway.frontdoor.table import Row as CsvRow
from gateway.frontdoor.workbook import Cell, number_format
from gateway.model.origin import Origin
from gateway.model.results import Per
from gateway.report import Fate, Finding, Note, Severity

_LABEL, _BODY = "label.value", "verification.bodyNameZh"
# What a certificate does not go without.
_FILLED = (NUMBER, _BODY, TOTAL, UNIT)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One row of the register: its line, and the declaration that it makes."""

    line: int
    number: str
    reading: Reading


@dataclass(frozen=True)
class RegisterRow(Package):
    """One row of a register as an input of its own, and what was found by looking at the others."""

    findings: tuple[Finding, ...] = ()


def read_register(
    data: bytes, *, encoding: Encoding = "utf-8", delimiter: Delimiter = ","
) -> tuple[Certificate, ...]:
    """A declaration for every row; what a row says wrongly is a finding at its line and column.

    Raises:
        InputError: no table, or one without certificate numbers, values and units.
    """
    rows = read_csv(data, encoding=encoding, delimiter=delimiter)
    if not rows:
        raise InputError(code="register.no-rows")
    keys = [headings().get(heading(name), "") for name in rows[0].cells]
    missing = [key for key in NEEDED if key not in keys]
    if missing:
        raise InputError(", ".join(rows[0].cells), code="register.no-such-column", **wanted(missing))
    twice = [key for key in keys if key and keys.count(key) > 1]
    if twice:
        raise InputError(twice[0], code="register.column-twice")
    body = [row for row in rows[1:] if any(row.cells)]
    twins = _twins(body, keys, rows[0].cells)
    return tuple(_certificate(row, keys, rows[0].cells, twins.get(row.line, ())) for row in body)


def split_register(package: Package) -> tuple[Package, ...]:
    """A register as one of one row for each certificate, each row on its own line; anything else as it is.

    Raises:
        InputError: ``table.*``.
    """
    form = form_of(package)
    if form is None:
        return (package,)
    data = package.only.data
    rows = [row for row in read_csv(data, encoding=form.encoding, delimiter=form.delimiter) if any(row.cells)]
    if len(rows) < 3:
        return (package,)
    lines = data.splitlines(keepends=True)
    ends = [*(row.line - 1 for row in rows[1:]), len(lines)]
    head = b"".join(lines[: ends[0]])
    found = []
    keys = [headings().get(heading(name), "") for name in rows[0].cells]
    twins = _twins(rows[1:], keys, rows[0].cells)
    for row, end in zip(rows[1:], ends[1:], strict=True):
        above = b"\n" * (row.line - 1 - ends[0])
        own = head + above + b"".join(lines[row.line - 1 : end])
        alone = Package.of(own, name=f"{package.name} › {row.line}")
        found.append(RegisterRow(alone.members, alone.name, twins.get(row.line, ())))
    return tuple(found)


def detect_register(package: Package) -> Evidence | None:
    """The headings of a register, in UTF-8 or GB 18030, between commas, semicolons or tabs."""
    form = form_of(package)
    if form is not None:
        return Evidence(2, ("certificate register", *form.names))
    return Evidence(1, ("certificate register",)) if is_like_one(package) else None


def read_one(package: Package) -> Reading:
    """The declaration of a register with one row.

    Raises:
        InputError: it has another number of rows.
    """
    form = form_of(package)
    if form is None:
        names = max((names for _, names in splits(package)), key=known, default=())
        missing = [key for key in NEEDED if key not in {headings().get(heading(name)) for name in names}]
        raise InputError(
            ", ".join(names), path=package.name, code="register.no-such-column", **wanted(missing)
        )
    found = read_register(package.only.data, encoding=form.encoding, delimiter=form.delimiter)
    if len(found) != 1:
        raise InputError(len(found), path=package.name, code="register.several-rows")
    reading = found[0].reading
    if isinstance(package, RegisterRow):
        return replace(reading, findings=(*reading.findings, *package.findings))
    return reading


def _certificate(
    row: CsvRow, keys: list[str], names: tuple[str, ...], twins: Sequence[Finding]
) -> Certificate:
    told = {key: (text, f"{row.line}:{name}") for key, text, name in _told(row, keys, names)}
    number = told.get(NUMBER, ("", ""))[0]
    doc, cells = Assembly(), CellReading()
    cells.findings.extend(_empty(row, keys, names, set(told)))
    doc.put(("verification", "kind"), "cert", f"{row.line}:{names[keys.index(NUMBER)]}")
    unit, at = told.pop(UNIT, ("", ""))
    numerator, per, kind = _unit(unit)
    for key, (text, where) in told.items():
        if key == TOTAL:
            _put_total(doc, cells, text, where, numerator, kind)
        else:
            (own,) = in_language((key,), (text,))
            _put(doc, cells, own, text, where, "")
    if per:
        doc.put(("unit", "amount"), "1", at)
        doc.put(("unit", "unit"), per, at)
    elif unit:
        params = {"field_en": "unit", "field_zh": "单位"}
        cells.findings.append(
            Finding("register.unit-without-reference", at, shorten(unit), Severity.ERROR, params=params)
        )
    if kind == Per.KWH_UNSTATED:
        cells.findings.append(Finding("register.kwh-unstated", at, shorten(unit), Severity.WARNING))
    cells.findings.extend(twins)
    cells.notes.extend(_left(row, keys, names))
    return Certificate(row.line, number, _placed(read_document(doc.root), doc, cells))


def _put_total(doc: Assembly, cells: CellReading, text: str, at: str, unit: str, kind: str) -> None:
    """The declared total and the value on the label; a kind of kWh is the denominator of the set."""
    _put(doc, CellReading(), _LABEL, text, at, unit)
    if not kind:
        _put(doc, cells, TOTAL, text, at, unit)
        return
    own = field_of(TOTAL)
    assert own is not None
    value = cells.value(own.row, Cell(1, 1, text, "text", number_format(49, None)), at, unit=unit)
    declared: dict[tuple[str, ...], JsonValue] = {
        ("id",): DECLARED,
        ("role",): DECLARED,
        ("basis", "per"): kind,
        ("totalKg",): value,
    }
    doc.add(("resultSets",))
    for steps, said in declared.items():
        doc.put(("resultSets", 0, *steps), said, at)


def _unit(text: str) -> tuple[str, str, str]:
    """The unit of the value, what it is per (empty: unknown), and which kWh that is, if it is one."""
    numerator, _, per = unicodedata.normalize("NFKC", text).partition("/")
    energy = re.fullmatch(r"(\d*\s*kwh)\s*(.*)", per.strip(), re.IGNORECASE)
    if energy is None:
        return numerator.strip(), per if per and is_unit(per) else "", ""
    words = energy[2].casefold()
    rows = resources.table("fields/cn_register_energy.csv")
    found = [row["per"] for row in rows if any(word in words for word in row["words"].split("|"))]
    return numerator.strip(), "kWh", found[0] if len(found) == 1 else str(Per.KWH_UNSTATED)


def _empty(row: CsvRow, keys: list[str], names: tuple[str, ...], told: Container[str]) -> Iterator[Finding]:
    """What every certificate says and this row does not."""
    for key in _FILLED:
        if key not in told:
            at = names[keys.index(key if key in keys else NUMBER)]
            params = {f"field_{lang}": label for lang, label in labels_of(key).items()}
            yield Finding("register.nothing-there", f"{row.line}:{at}", "", Severity.ERROR, params=params)


def _twins(rows: Sequence[CsvRow], keys: list[str], names: tuple[str, ...]) -> dict[int, tuple[Finding, ...]]:
    """Rows with the same certificate number, each with a finding that names the others."""
    if NUMBER not in keys:
        return {}
    column = keys.index(NUMBER)
    by_number: dict[str, list[CsvRow]] = {}
    for row in rows:
        number = plain(row.cells[column]) if column < len(row.cells) else ""
        if number:
            by_number.setdefault(number, []).append(row)
    found: dict[int, tuple[Finding, ...]] = {}
    for row in (row for same in by_number.values() if len(same) > 1 for row in same):
        same = by_number[plain(row.cells[column])]
        others = [other for other in same if other.line != row.line]
        differ = [n for i, n in enumerate(names) if len({other.cells[i].strip() for other in same}) > 1]
        params = {"lines": ", ".join(str(other.line) for other in others), "differ": ", ".join(differ) or "-"}
        code, severity = (
            ("register.number-twice", Severity.ERROR) if differ else ("register.row-twice", Severity.WARNING)
        )
        at = f"{row.line}:{names[column]}"
        found[row.line] = (Finding(code, at, row.cells[column].strip(), severity, params=params),)
    return found


def _told(row: CsvRow, keys: list[str], names: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    return (
        (key, text.strip(), name)
        for key, text, name in zip(keys, row.cells, names, strict=True)
        if key and text.strip()
    )


def _left(row: CsvRow, keys: list[str], names: tuple[str, ...]) -> Iterator[Note]:
    """The cells of columns that no field is known for."""
    for key, text, name in zip(keys, row.cells, names, strict=True):
        if not key and text.strip():
            yield Note("workbook.cell-not-read", f"{row.line}:{name}", Fate.UNREAD, shorten(text))


def _put(doc: Assembly, cells: CellReading, key: str, text: str, at: str, unit: str) -> None:
    own = field_of(key)
    assert own is not None
    cell = Cell(1, 1, text, "text", number_format(49, None))
    doc.put(tuple(steps_of(key)), cells.value(own.row, cell, at, unit=unit, lengths=own.lengths), at)


def _placed(reading: Reading, doc: Assembly, cells: CellReading) -> Reading:
    """The reading with lines and columns for pointers."""

    def place(at: str) -> str:
        return doc.cells.get(at, at)

    return Reading(
        reading.declaration,
        (*cells.notes, *(replace(note, path=place(note.path)) for note in reading.notes)),
        (*cells.findings, *(replace(finding, at=place(finding.at)) for finding in reading.findings)),
        {p: replace(o, at=place(o.at)) if isinstance(o, Origin) else o for p, o in reading.origins.items()},
    )
