"""A large EcoSpold 1 document to an openLCA package, and the package read again: time and memory.

Usage: python benchmarks/openlca.py FILE [--read-back]

FILE is a package of data sets in any format that is read, for example the zip of USLCI 2020 (16 MB, one
document, 631 data sets). Times are processor time. ``--read-back``: every file is read again and accounted
for, as the command does it.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

from gateway.codec.base import Context, Package
from gateway.codec.dataset_run import write_bundle
from gateway.codec.shelf import FileShelf, shelf_of
from gateway.formats.datasets import detect_datasets, find_dataset_format


def main() -> None:
    """Print what each step took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--read-back", action="store_true")
    arguments = parser.parse_args()
    began = time.process_time()
    shelf = shelf_of(Package.of(arguments.file.read_bytes(), name=arguments.file.name))
    source = detect_datasets(shelf).format
    bundle = source.open(shelf, Context())
    opened = time.process_time()
    files: dict[str, bytes] = {}
    refused = 0
    for sent in write_bundle(
        find_dataset_format("openlca"), bundle, Context(), read_back=arguments.read_back
    ):
        refused += len(sent.refused)
        if sent.member is not None:
            files[sent.member.name] = sent.member.data
    written = time.process_time()
    size = sum(map(len, files.values()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    again = find_dataset_format("openlca").open(FileShelf("package", files), Context())
    for key in again.keys:
        again.read(key)
    read = time.process_time()
    rows = (
        f"{source.id}: {len(bundle.keys)} data sets opened in {opened - began:.2f} s",
        f"read and written as openlca@2 in {written - opened:.2f} s: {len(files)} files, {size / 1e6:.1f} MB",
        f"refused: {refused} data sets",
        f"peak memory {peak} MB, the {size / 1e6:.0f} MB of the output among them",
        f"that package opened and read in {read - written:.2f} s",
    )
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
