"""A large EcoSpold 1 document to an openLCA package, and the package read again: time and memory.

Usage: python benchmarks/openlca.py FILE [--read-back] [--others]

FILE is a package of data sets in any format that is read, for example the zip of USLCI 2020 (16 MB, one
document, 631 data sets). Times are processor time. ``--read-back``: every file is read again and accounted
for, as the command does it. ``--others``: the same document by other people's programs, in the environment
of the judges: what they do with it is less (they read it, or take it into their own format), and it is told.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gateway.codec.base import Context, Package
from gateway.codec.dataset_run import write_bundle
from gateway.codec.shelf import FileShelf, shelf_of
from gateway.formats.datasets import detect_datasets, find_dataset_format

_PYTHON = Path(__file__).resolve().parents[1] / "tests/judges/python/.venv/bin/python"
_OTHERS = {
    "pyecospold: parse": "import sys, pyecospold; pyecospold.parse_file_v1(sys.argv[1])",
    "bw2io: extract": "import sys; from bw2io.extractors import Ecospold1DataExtractor as e;"
    " e.extract(sys.argv[1], 'db', use_mp=False)",
    "tidas-tools: import as TIDAS": "import sys; from tidas_tools.import_lca.cli import main;"
    " sys.argv = ['tidas-import', '--input', sys.argv[1], '--output-dir', sys.argv[2],"
    " '--from-format', 'ecospold1', '--no-process-bundles']; sys.exit(main())",
}


def others(document: bytes) -> None:
    """What other programs take for the same document, as processor time of a process of their own."""
    if not _PYTHON.is_file():
        sys.stdout.write("others: not installed (bash tests/judges/install.sh)\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "in.xml"
        file.write_bytes(document)
        for name, program in _OTHERS.items():
            began = _children()
            command = [str(_PYTHON), "-W", "ignore", "-c", program, str(file), f"{folder}/out"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            said = "" if done.returncode == 0 else f" (failed: {_last(done.stderr)})"
            sys.stdout.write(f"{name}: {_children() - began:.1f} s{said}\n")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _last(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1][:90]


def main() -> None:
    """Print what each step took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--read-back", action="store_true")
    parser.add_argument("--others", action="store_true")
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
    if arguments.others:
        # Beside the data sets, packages hold lists of categories and the like.
        others(max((shelf.read(name) for name in shelf.names), key=len))


if __name__ == "__main__":
    main()
