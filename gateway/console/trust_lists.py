"""``trust build | sign | show | diff``: the work of whoever keeps a list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from gateway import messages
from gateway.codec.base import Context
from gateway.console import failures
from gateway.console.failures import Exit
from gateway.console.terminal import Console
from gateway.pipeline.issue import timestamp
from gateway.signing.key_files import read_key_file
from gateway.signing.sealing import Sealer
from gateway.storage import files
from gateway.trust import list_changes, lote, signed_list
from gateway.trust.lote import TrustList
from gateway.trust.signed_list import HeldList


def build(
    console: Console, source: str, previous: str | None, days: int, out: str, context: Context, *, force: bool
) -> Exit:
    """Number and date a list after the one before it, keeping every former state."""
    before = _content(previous) if previous else None
    issued, until = timestamp(context.now), timestamp(context.now + timedelta(days=days))
    made = list_changes.build(files.read_file(Path(source)), before, issued=issued, next_update=until)
    files.write_file(Path(out), made.to_bytes() + b"\n", force=force)
    console.answer(f"{made.name}  {made.scheme.sequence}  {made.scheme.issued} – {made.scheme.next_update}")
    for line in _changes(console, before, made):
        console.answer(line)
    console.document({"output": out, "name": made.name, "sequence": made.scheme.sequence})
    return Exit.DONE


def sign(
    console: Console,
    source: str,
    key: str,
    certificate: str,
    out: str,
    context: Context,
    *,
    passphrase: bytes | None,
    force: bool,
) -> Exit:
    """Sign a list as a compact JAdES."""
    content = lote.parse(files.read_file(Path(source)).rstrip(b"\n"))
    chain = files.read_file(Path(certificate))
    sealer = Sealer.from_pem(read_key_file(Path(key)), chain, passphrase)
    made = signed_list.sign(content, sealer, signing_time=context.now)
    files.write_file(Path(out), made, force=force)
    held = signed_list.read(made)
    console.answer(f"{held.name}  {held.seen.sequence}  {held.sha256}")
    console.tell(console.say("cli.pin", key=held.operator_key))
    console.document({"output": out, "sha256": held.sha256, "operatorKey": held.operator_key})
    return Exit.DONE


def show(console: Console, source: str, context: Context) -> Exit:
    """What a signed list says; its signature must hold. Whether to believe its operator is not asked."""
    held = signed_list.read_file(files.read_file(Path(source)))
    scheme = held.content.scheme
    console.answer(f"{held.name}  {scheme.sequence}  {scheme.issued} – {scheme.next_update}", "head")
    console.answer(console.say("cli.list-operator", name=held.operator, key=held.operator_key))
    is_over = held.content.next_update < context.now
    for code, is_so in (("list.test-only", held.content.is_test), ("list.expired", is_over)):
        if is_so:
            params = {"at": held.name, "saw": scheme.next_update}
            console.answer(messages.text(code, console.lang, params).what, "careful")
    for entity, service in held.content.services():
        now = service.now
        console.row([entity.name, now.kind, now.status, now.since, str(len(service.history))])
    for agreement in held.agreements:
        console.row(
            [agreement.id, agreement.recognised_party, agreement.status, agreement.status_starting_time, "-"]
        )
    console.document(_json(held))
    return Exit.DONE


def diff(console: Console, old: str, new: str) -> Exit:
    """What changed between two lists, and whether the younger one keeps the rules."""
    before, after = _content(old), _content(new)
    lines = list(_changes(console, before, after))
    for line in lines:
        console.answer(line)
    problems = list(list_changes.problems(before, after))
    for problem in problems:
        failures.tell(console, problem)
    told = [change.to_json() for change in list_changes.changes(before, after)]
    console.document({"changes": told, "errors": [messages.to_json(problem) for problem in problems]})
    return Exit.TRUST if problems else Exit.DONE


def _content(name: str) -> TrustList:
    """A list, signed or not yet."""
    data = files.read_file(Path(name))
    if data[:1] == b"{":
        return lote.parse(data.rstrip(b"\n"))
    return signed_list.read_file(data).content


def _changes(console: Console, before: TrustList | None, after: TrustList) -> Iterator[str]:
    for change in list_changes.changes(before, after) if before else ():
        yield console.say(change.code, **change.params)


def _json(held: HeldList) -> dict[str, object]:
    return {
        "name": held.name,
        "sequence": held.seen.sequence,
        "sha256": held.sha256,
        "operatorKey": held.operator_key,
        "nextUpdate": held.content.scheme.next_update,
        "test": held.content.is_test,
        "services": [
            {"body": e.name, "service": s.now.kind, "status": s.now.status, "since": s.now.since}
            for e, s in held.content.services()
        ],
        "agreements": [
            {"id": a.id, "with": a.recognised_party, "status": a.status, "sha256": a.sha256}
            for a in held.agreements
        ],
    }
