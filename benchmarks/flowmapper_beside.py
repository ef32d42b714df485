"""flowmapper on the flows of standard input: run by the judges' Python, never imported by us.

Reads {"sources": [...], "targets": [...]} and prints {"pairs": [[source, target], ...], "seconds": ...}.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time


def main() -> None:
    """Match, and print."""
    from flowmapper.flow import Flow  # type: ignore[import-not-found]  # the judges' environment has it
    from flowmapper.flowmap import Flowmap  # type: ignore[import-not-found]

    given = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        sources, targets = (
            [Flow(data) for data in given["sources"]],
            [Flow(data) for data in given["targets"]],
        )
        began = time.perf_counter()
        found = Flowmap(sources, targets, disable_progress=True).mappings
        seconds = time.perf_counter() - began
    pairs = [[row["from"].data["identifier"], row["to"].data["identifier"]] for row in found]
    print(json.dumps({"pairs": pairs, "seconds": round(seconds, 2), "of": len(sources) * len(targets)}))


if __name__ == "__main__":
    main()
