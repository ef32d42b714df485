"""``demo``: the whole way on the shipped example, up to a signature that notices one changed digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway import resources
from gateway.codec.base import Context
from gateway.console import issuing, keying, verifying
from gateway.console.converting import Destination
from gateway.console.failures import Exit, worst
from gateway.console.terminal import Console
from gateway.errors import InternalError
from gateway.frontdoor.json import parse_signed
from gateway.pipeline.issue import LEAVES, REPORT, Request
from gateway.pipeline.receive import verify
from gateway.signing.did_key import KeyType
from gateway.signing.key_files import write_key_file
from gateway.signing.keys import PrivateKey
from gateway.storage import files
from gateway.trust.folder_verdict import State

_EXAMPLE = "lfp-pack.json"
_TARGETS = ("battery-passport", "ilcd-epd", "pact", "html")
_RULES = ("eu-battery",)


def demo(console: Console, out: str, context: Context, *, force: bool) -> Exit:
    """Issue the shipped example, verify and replay it, then change one digit of a copy and verify that."""
    documents: list[Mapping[str, object]] = []
    inner = replace(console, sink=documents.append)
    place = Path(out)
    key = _demo_key(console, place)
    request = Request(to=_TARGETS, options={"preview": "yes"}, rules=_RULES)
    example = str(resources.example(_EXAMPLE))
    console.tell(console.say("cli.demo-issue", example=example, to=" + ".join(_TARGETS)), "head")
    codes = [issuing.issue(inner, [example], request, key, Destination(out, force), context, yes=True)]
    console.tell(console.say("cli.demo-verify", place=out), "head")
    codes.append(verifying.verify_folder(inner, out, again=True, context=context))
    codes.append(_tamper(console, inner, place, context))
    console.tell(console.say("cli.demo-look", place=out), "head")
    console.document({"steps": documents})
    return worst(codes)


def _demo_key(console: Console, place: Path) -> PrivateKey:
    """A key for nothing but this demo, beside the output; the second run uses it again."""
    path = place.parent / f"{place.name}-throwaway-key.pem"
    if not path.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        write_key_file(path, PrivateKey.generate(KeyType.ED25519).to_pem(None))
    console.tell(console.say("cli.demo-key", place=str(path)))
    return keying.load_key(str(path), None)


def _tamper(console: Console, inner: Console, place: Path, context: Context) -> Exit:
    """Change one digit in memory, where nobody can take it for the real thing, and verify that."""
    held = files.load_folder(place)
    name, changed = _one_digit(held)
    copy = {**held, name: changed}
    console.tell(console.say("cli.demo-tamper", place=f"{place / name}"), "head")
    verdict = verify(copy)
    verifying.show(inner, verdict, copy, None, context.now)
    return Exit.DONE if verdict.state is State.CHANGED else Exit.BUG


def _one_digit(held: Mapping[str, bytes]) -> tuple[str, bytes]:
    """The first target's file that states its total, with the total's first digit one higher."""
    report: Any = parse_signed(held[REPORT])  # our own document, verified a moment ago
    for target in report["targets"]:
        folder = target["format"].partition("@")[0]
        total = str(target["total"]).encode()
        for name in sorted(held):
            at = held[name].find(total)
            if at >= 0 and name.startswith(f"{folder}/") and not name.endswith(LEAVES):
                digit = str((int(total[:1]) + 1) % 10).encode()
                return name, held[name][:at] + digit + held[name][at + 1 :]
    raise InternalError("no total in the example's output")
