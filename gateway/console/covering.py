"""``verify --covers``: whether the statement in a file is about exactly the folder at hand."""

from __future__ import annotations

from pathlib import Path

from gateway import messages
from gateway.console import findings
from gateway.console.terminal import Console
from gateway.errors import UsageError
from gateway.pipeline.covering import Covering, covering
from gateway.storage import files
from gateway.trust.statement import Said


def held_against(said: Said | None, folder: str) -> Covering:
    """The answer about a folder.

    Raises:
        UsageError: the file is no recognition statement.
    """
    if said is None:
        raise UsageError(folder, path="/type", code="attest.not-a-statement")
    return covering(said, files.load_folder(Path(folder)))


def tell(console: Console, found: Covering, said: Said, folder: str) -> None:
    """Whether it covers the folder, then what differs."""
    if found.holds:
        console.answer(
            console.say(
                "cli.covers", folder=folder, absent=len(found.absent), sets=", ".join(said.result_sets) or "-"
            ),
            "good",
        )
    else:
        console.answer(console.say("cli.covers-not", folder=folder), "bad")
    for finding in found.findings:
        for line, style in findings.lines(console, finding, "  "):
            console.answer(line, style)


def to_json(found: Covering, folder: str) -> dict[str, object]:
    """For programs."""
    return {
        "folder": folder,
        "holds": found.holds,
        "manifest": found.manifest,
        "absent": list(found.absent),
        "findings": [messages.to_json(finding) for finding in found.findings],
    }
