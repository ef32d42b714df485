"""``python -m gateway`` and the console script: both run the top-level cli.py."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    here = Path(__file__).resolve().parent
    places = (here / "cli.py", here.parent / "cli.py")  # wheel, source tree
    path = next((p for p in places if p.is_file()), None)
    if path is None:
        raise ImportError("cli.py is missing from this installation")
    spec = importlib.util.spec_from_file_location("gateway.cli", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gateway.cli"] = module
    spec.loader.exec_module(module)
    code: int = module.main(argv)
    return code


if __name__ == "__main__":
    sys.exit(main())
