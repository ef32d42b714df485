"""Coverage-guided fuzzing of one reader: ``python tests/signing/fuzz_atheris.py TARGET [libFuzzer options]``.

Ends at the first error that is not ours, and where something holds that covers other bytes than the sample.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["gateway"]):
    from tests.signing.fuzz_targets import READ_ONLY, targets, tried


def main() -> None:
    """Run libFuzzer over one target, from its sound sample."""
    if len(sys.argv) < 2 or sys.argv[1] not in targets():
        sys.exit(f"one of: {', '.join(targets())}")
    name = sys.argv.pop(1)
    target = targets()[name]
    sound = tried(target, target.sample)

    def once(data: bytes) -> None:
        found = tried(target, data)
        if found is not None and name not in READ_ONLY and found != sound:
            raise AssertionError(f"{name} holds over other bytes: {data!r}")

    corpus = Path(tempfile.mkdtemp(prefix="fuzz-"))
    (corpus / "sample").write_bytes(target.sample)
    atheris.Setup([*sys.argv, str(corpus)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
