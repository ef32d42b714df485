"""``verify --signed``: of a PDF, the document as its newest signature covers it, to be judged and read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gateway.console.terminal import Console
from gateway.errors import UsageError
from gateway.signing import pades
from gateway.signing.envelopes import UnknownEnvelope, detect
from gateway.signing.verified import Envelope
from gateway.storage import files


@dataclass(frozen=True)
class SignedRevision:
    """The first bytes of a file, and where they are to be written once they hold.

    Args:
        whole: how many bytes the file has.
    """

    target: Path
    data: bytes
    whole: int

    def write(self, console: Console) -> dict[str, object]:
        """Write it, say so, and answer for programs.

        Raises:
            UsageError: there is such a file already.
        """
        files.write_file(self.target, self.data)
        told = {"file": str(self.target), "length": len(self.data), "size": self.whole}
        console.answer(console.say("cli.signed-written", **told), "good")
        return told


def cut(data: bytes, target: str) -> SignedRevision:
    """The signed document in a PDF file.

    Raises:
        UsageError: it is no PDF.
        PdfRefused: nobody has signed it, or it is damaged.
    """
    try:
        is_pdf = detect(data) is Envelope.PADES
    except UnknownEnvelope:
        is_pdf = False
    if not is_pdf:
        raise UsageError("--signed", code="usage.signed-needs-pdf")
    return SignedRevision(Path(target), pades.signed_revision(data), len(data))
