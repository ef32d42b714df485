"""JSON-LD documents to canonical N-Quads, in a process of its own that is killed after two seconds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from gateway.errors import TrustError, UsageError
from gateway.frontdoor.json import PlainJson
from gateway.signing.rdf import contexts, left_open, spelling
from gateway.signing.rdf.contexts import NO_CONTEXTS, Contexts

SECONDS: Final = 2
# For starting Python and reading its modules, on a busy machine.
_STARTING_SECONDS: Final = 30


class NotCanonicalisable(TrustError):
    """The document has no RDF form that covers all of it, or takes too long."""

    code = "rdf.not-covered"


def canonical(
    documents: Sequence[PlainJson],
    *,
    given: Contexts = NO_CONTEXTS,
    hash_name: str = "sha256",
    ours: bool = False,
) -> list[str]:
    """The canonical N-Quads of each document: see ``examined``."""
    return examined(documents, given=given, hash_name=hash_name, ours=ours)[0]


def examined(
    documents: Sequence[PlainJson],
    *,
    given: Contexts = NO_CONTEXTS,
    hash_name: str = "sha256",
    ours: bool = False,
) -> tuple[list[str], list[str]]:
    """The canonical N-Quads of each document, and remarks on what those of the last one leave open.

    Args:
        ours: the documents are made here, and no signature over the N-Quads stands for their spelling: a
            context may be written into them, and the direction of a text.

    Raises:
        UsageError: the extra ``jsonld`` is not installed.
        ContextRefused: a context is not at hand.
        NotCanonicalisable: a member is left out by JSON-LD, or it took too long.
    """
    if find_spec("pyld") is None:
        raise UsageError(code="rdf.extra-missing")
    known = contexts.collect(list(documents), given, ours=ours)
    work = {
        "documents": list(documents),
        "contexts": known,
        "hash": hash_name,
        "seconds": SECONDS,
        "ours": ours,
    }
    try:
        done = subprocess.run(  # our own module, in our own interpreter
            [sys.executable, "-m", "gateway.signing.rdf._process"],
            input=json.dumps(work).encode(),
            capture_output=True,
            timeout=SECONDS + _STARTING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotCanonicalisable(code="rdf.too-much-work") from error
    if done.returncode == -signal.SIGALRM:
        raise NotCanonicalisable(code="rdf.too-much-work")
    if done.returncode:
        raise NotCanonicalisable(done.returncode)
    answer = json.loads(done.stdout)
    if "code" in answer:
        raise NotCanonicalisable(answer["saw"], path=answer["path"], code=answer["code"])
    told: list[str] = answer["open"]
    is_told = ours or left_open.SPELLING in told
    if not is_told and spelling.has_other_names(documents[-1], known, contexts.further(known, given)):
        told.append(left_open.SPELLING)
    return answer["canonical"], told
