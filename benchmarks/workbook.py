"""How long a workbook of 20,000 rows takes, beside python-calamine in the same run.

Usage: python benchmarks/workbook.py [--rows N] [--runs N] [--strict] [--whole-runs N]

Two measures. *Cells only*: a plain table through our door, which keeps stored text, format and formula of
every cell (calamine gives doubles and texts); ``--strict`` exits with 1 where that takes more than three
times as long. *Whole reading*: our template with so many more activity lines through ``gateway.read``:
cells, fields, units, codes, a model with the origin of every value, all checks. calamine does
none of that; its time is only the measure of the file.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time
from collections.abc import Callable

import python_calamine
import xlsxwriter

import gateway
from gateway import resources
from gateway.formats.cn_pcf.workbook_writer import write_workbook
from gateway.frontdoor.workbook import open_workbook

_LIMIT = 3
_COLUMNS = 8


def sheet_of(rows: int) -> bytes:
    """A table of texts and numbers, as an ERP exports it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("lines")
    for row in range(rows):
        sheet.write_row(row, 0, [f"L{row:05}", "raw", f"物料 {row % 400}", "kg"])
        sheet.write_row(row, 4, [row * 0.37, row / 7, 1.0 + row % 9, row])
    book.close()
    return out.getvalue()


def template_of(rows: int) -> bytes:
    """Our template with the example's activity lines, over and over, under names of their own."""
    found = gateway.read(resources.example("lfp-pack.json").read_bytes()).declaration
    own = found.lines
    more = (own[n % len(own)].model_copy(update={"id": f"N{n}"}) for n in range(rows))
    return write_workbook(found.model_copy(update={"lines": (*own, *more)}))


def whole_ms(data: bytes, lines: int) -> tuple[float, float]:
    """The time of calamine for a template, and that of the whole reading."""
    began = time.perf_counter()
    calamines(data)
    between = time.perf_counter()
    seen = len(gateway.read(data).declaration.lines)
    taken = time.perf_counter() - between
    if seen < lines:
        raise RuntimeError(f"{seen} of {lines} lines were read")
    return (between - began) * 1000, taken * 1000


def ours(data: bytes) -> int:
    """The number of cells that our door yields."""
    book = open_workbook(data)
    return sum(len(row.cells) for sheet in book.sheets for row in book.rows(sheet))


def calamines(data: bytes) -> int:
    """The number of cells that calamine yields."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return sum(len(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())


def once_ms(job: Callable[[bytes], int], data: bytes, cells: int) -> float:
    """The time of one run, which must see every cell."""
    began = time.perf_counter()
    seen = job(data)
    taken = (time.perf_counter() - began) * 1000
    if seen != cells:
        raise RuntimeError(f"{job.__name__} saw {seen} of {cells} cells")
    return taken


def main() -> int:
    """Measure both in turn and print the ratio."""
    parser = argparse.ArgumentParser(description="Reading a large workbook.")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--whole-runs", type=int, default=1)
    parser.add_argument("--strict", action="store_true", help="exit with 1 above three times calamine's time")
    options = parser.parse_args()
    data = sheet_of(options.rows)
    cells = options.rows * _COLUMNS
    # In turn, so that a busy machine slows both; the median of the ratios of neighbours is the verdict.
    pairs = [(once_ms(calamines, data, cells), once_ms(ours, data, cells)) for _ in range(options.runs)]
    floor, own = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(mine / theirs for theirs, mine in pairs)
    python = sys.version.split()[0]
    print(f"{options.rows} rows × {_COLUMNS} cells, median of {options.runs} runs, Python {python}")
    print(f"cells only:    python-calamine {floor:8.0f} ms")
    print(f"               our reader      {own:8.0f} ms   {ratio:.2f} × calamine (budget {_LIMIT})")
    if options.whole_runs:
        filled = template_of(options.rows)
        pairs = [whole_ms(filled, options.rows) for _ in range(options.whole_runs)]
        floor, own = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(f"whole reading: python-calamine {floor:8.0f} ms   template with {options.rows} more lines")
        print(f"               gateway.read    {own:8.0f} ms   {own / floor:.1f} × calamine")
    return int(options.strict and ratio > _LIMIT)


if __name__ == "__main__":
    sys.exit(main())
