"""``prepare``, ``seal`` and ``share``: one manifest, several signatures, and what leaves the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.codec.base import Context, need_writer
from gateway.console import failures, findings, outcomes
from gateway.console.converting import Destination
from gateway.console.failures import Exit
from gateway.console.inputs import of_file, source_of
from gateway.console.terminal import Console
from gateway.errors import UsageError
from gateway.formats import find
from gateway.pipeline import seal as seals
from gateway.pipeline import share as shares
from gateway.pipeline.domestic import prepare_manifest, salted
from gateway.pipeline.issue import MANIFEST, Request, prepare, timestamp
from gateway.pipeline.rules import packs
from gateway.signing import manifest
from gateway.signing.digests import sha256_hex, sm3_hex
from gateway.signing.key_files import read_key_file
from gateway.signing.keys import PrivateKey
from gateway.signing.sm2_certificate import Certificate
from gateway.signing.sm2_signers import load_signer
from gateway.storage import files


def prepare_folder(
    console: Console,
    name: str,
    request: Request,
    key: PrivateKey,
    to: Destination,
    context: Context,
    *,
    layout: str | None = None,
) -> Exit:
    """Write the folder whose manifest everybody is to sign, and say what it withholds."""
    for target in request.to:
        for format_ in find(target, context.plugins):
            need_writer(format_)
    packs(request.rules, context.plugins)
    files.refuse_existing(to.place, force=to.force)
    package = source_of(console, name, layout)
    prepared = prepare(package, request, context=salted(context, package, key))
    outcomes.tell_source(console, name, prepared.source)
    for outcome in prepared.outcomes:
        outcomes.tell_outcome(console, prepared.source, outcome, f"{to.path}/private/report.json")
    made = prepare_manifest(prepared, key)
    files.write_folder(to.place, made, force=to.force)
    parts = manifest.parse(made[MANIFEST]).parts
    withheld = [part.name for part in parts if part.may_be_absent]
    console.answer(f"{MANIFEST}  sha256 {sha256_hex(made[MANIFEST])}")
    console.answer(f"{MANIFEST}  sm3    {sm3_hex(made[MANIFEST])}")
    console.tell(console.say("cli.prepared", parts=len(parts), withheld=len(withheld), place=to.path))
    all_written = all(outcome.written for outcome in prepared.outcomes)
    if all_written:
        console.tell(console.say("cli.next-prepared", place=to.path))
    console.document(
        {
            "output": to.path,
            "manifest": {"sha256": sha256_hex(made[MANIFEST]), "sm3": sm3_hex(made[MANIFEST])},
            "parts": [{"name": p.name, "class": p.disclosure, "mayBeAbsent": p.may_be_absent} for p in parts],
            "targets": [outcomes.to_json(prepared.source, outcome) for outcome in prepared.outcomes],
        }
    )
    return Exit.DONE if all_written else Exit.INPUT


@dataclass(frozen=True, slots=True)
class Sm2Choice:
    """How a certifier signs: with a key file, or by a message made elsewhere."""

    key: str | None = None
    certificate: str | None = None
    chain: tuple[str, ...] = ()
    message: str | None = None


def seal_folder(
    console: Console,
    folder: str,
    key: PrivateKey | None,
    sm2: Sm2Choice,
    context: Context,
    *,
    passphrase: bytes | None = None,
) -> Exit:
    """Put one more signature beside the others; nothing else of the folder is touched."""
    place = Path(folder)
    held = files.load_folder(place)
    try:
        if key is not None:
            made, signer = seals.seal_with_key(held, key, plugins=context.plugins), key.public_key.did
        elif sm2.message is not None:
            made, signer = seals.add_message(held, files.read_file(Path(sm2.message))), sm2.message
        else:
            made, signer = _with_sm2(held, sm2, context, passphrase)
    except seals.NotAsPrepared as error:
        console.document({"errors": []} if not error.findings else _told(error))
        for finding in error.findings:
            for line, style in findings.lines(console, finding, "  "):
                console.complain(line, style)
        failures.tell(console, error)
        return Exit.TRUST
    for name, data in made.items():
        files.write_file(place / name, data)
    console.answer(f"{signer}")
    for name in made:
        console.answer(f"  {folder}/{name}")
    console.tell(console.say("cli.next-sealed" if key is None else "cli.next-signed", place=folder))
    console.document({"signer": signer, "files": list(made)})
    return Exit.DONE


def _with_sm2(
    held: dict[str, bytes], sm2: Sm2Choice, context: Context, passphrase: bytes | None
) -> tuple[dict[str, bytes], str]:
    if sm2.key is None or sm2.certificate is None:
        raise UsageError(code="usage.which-seal")
    with of_file(sm2.key):
        signer = load_signer(read_key_file(Path(sm2.key)), passphrase)
    read: list[Certificate] = []
    for name in (sm2.certificate, *sm2.chain):
        with of_file(name):
            read += Certificate.from_pem(files.read_file(Path(name)))
    own, *above = read
    made = seals.seal_with_sm2(held, signer, own, chain=above, signing_time=context.now)
    return made, own.subject


def _told(error: seals.NotAsPrepared) -> dict[str, object]:
    from gateway import messages

    return {"errors": [messages.to_json(error), *(messages.to_json(f) for f in error.findings)]}


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom something goes, and why it may."""

    name: str
    country: str
    basis: str
    purpose: str
    until: str = ""


def share_folder(
    console: Console,
    folder: str,
    opened: Sequence[str],
    recipient: Recipient,
    log: str,
    to: Destination,
    context: Context,
) -> Exit:
    """Write what one recipient may have, and a line of the export log about it first."""
    # The case would lose what stays here, or be changed; the log would go with the output that is replaced.
    files.refuse_within(to.place, Path(folder), Path(log))
    files.refuse_within(Path(log), Path(folder))
    files.refuse_existing(to.place, force=to.force)
    held = files.load_folder(Path(folder))
    made = shares.share(held, opened)
    files.refuse_lost_seals(to.place, made)
    with files.alone(Path(log).resolve().parent, make=True):
        before = files.read_file(Path(log)) if Path(log).exists() else b""
        with of_file(log):
            after = shares.log_export(
                before,
                made,
                opened,
                time=timestamp(context.now),
                recipient=recipient.name,
                country=recipient.country,
                basis=recipient.basis,
                purpose=recipient.purpose,
                until=recipient.until,
            )
        # Nothing leaves of which no line stands; a line too many is seen, one too few is not.
        files.write_file(Path(log), after, force=True)
        files.write_folder(to.place, made, force=to.force)
    for name in made:
        console.answer(name)
    kept = sorted(held.keys() - made.keys())
    console.tell(console.say("cli.shared", n=len(made), kept=len(kept), place=to.path, log=log))
    plain = [p.name for p in manifest.parse(made[MANIFEST]).parts if p.name not in made and not p.salted]
    if plain:
        console.complain(console.say("cli.shared-unsalted", n=len(plain)), "careful")
    console.document({"output": to.path, "files": list(made), "kept": kept, "log": log})
    return Exit.DONE


def show_log(console: Console, log: str) -> Exit:
    """The lines of an export log whose chain holds."""
    from gateway.trust import export_log

    with of_file(log):
        found = export_log.entries(files.read_file(Path(log)))
    for entry in found:
        opened = entry["opened"]
        many = len(opened) if isinstance(opened, list) else 0
        cells = [str(entry[name]) for name in ("number", "time", "recipient", "country", "basis", "purpose")]
        console.row([*cells, str(many)])
    console.document({"entries": [dict(entry) for entry in found]})
    return Exit.DONE
