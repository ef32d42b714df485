"""``verify --trust``, ``review``, ``trust remember``: what the receiving body is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from gateway.codec.base import Context
from gateway.console import covering, failures, signed_revision
from gateway.console.failures import Exit
from gateway.console.signing_files import named_contexts, named_files
from gateway.console.terminal import Console
from gateway.errors import UsageError
from gateway.pipeline import paper, recognise, validate_files
from gateway.pipeline.issue import CREDENTIAL
from gateway.pipeline.recognise import Examined
from gateway.storage import files
from gateway.trust import report, snapshot
from gateway.trust.judgement import Indication, Outcome, Validation
from gateway.trust.snapshot import SEEN, Snapshot


def load_trust(place: str, context: Context) -> Snapshot:
    """The snapshot in a folder, as it counts at the moment of the run."""
    return snapshot.load(files.load_folder(Path(place)), now=context.now)


def validate(
    console: Console,
    name: str,
    place: str,
    context: Context,
    *,
    out: str | None,
    page: str | None,
    contents: Sequence[str] = (),
    contexts: Sequence[str] = (),
    reader: str = "",
    nonce: str = "",
    covers: str | None = None,
    signed: str | None = None,
) -> Exit:
    """Validate a folder, a credential or a signed file under a policy; write the report where asked.

    Args:
        contents: files that lie beside a detached signature.
        contexts: JSON-LD contexts, ADDRESS=FILE.
        reader, nonce: to whom, and to which question, an SD-JWT must be bound.
        covers: the folder that a recognition statement must be about.
        signed: where to write the document of a PDF without what stands behind its newest signature.
    """
    folders = [Path(one) for one in (name, covers) if one and Path(one).is_dir()]
    for file in (out, page, signed):
        if file is not None:
            # A file beside the signed ones is one that nobody has signed.
            files.refuse_within(Path(file), *folders)
    trust = load_trust(place, context)
    revision = None
    if Path(name).is_dir():
        if contents or contexts or reader or nonce or covers or signed:
            names = "--content --context --reader --nonce --covers --signed"
            raise UsageError(names, code="usage.content-needs-file")
        done = recognise.validate(files.load_folder(Path(name)), trust, plugins=context.plugins)
    else:
        data = files.read_file(Path(name))
        revision = signed_revision.cut(data, signed) if signed is not None else None
        done = validate_files.validate_file(
            data if revision is None else revision.data,
            trust,
            objects=named_files(contents),
            contexts=named_contexts(contexts),
            reader=reader,
            nonce=nonce,
            plugins=context.plugins,
        )
    # What is not sound says nothing, and so nothing about a folder.
    is_read = done.said is not None or done.step("signature").outcome is Outcome.PASSED
    about = covering.held_against(done.said, covers) if covers and is_read else None
    if out is not None:
        files.write_file(Path(out), report.to_bytes(done, trust))
    if page is not None:
        files.write_file(Path(page), report.as_page(done, trust))
    tell(console, done)
    document = dict(cast("Mapping[str, object]", report.to_json(done, trust)))
    if revision is not None and done.step("signature").outcome is Outcome.PASSED:
        document["signed"] = revision.write(console)
    if about is not None and done.said is not None and covers is not None:
        covering.tell(console, about, done.said, covers)
        document["covers"] = covering.to_json(about, covers)
    console.document(document)
    return Exit.DONE if done.passed and (about is None or about.holds) else Exit.TRUST


def refresh(console: Console, name: str, place: str, context: Context) -> None:
    """Fetch what the snapshot lacks for this document; what cannot be had is said and stays unknown."""
    from gateway.console import findings
    from gateway.exchange import guarded
    from gateway.exchange import refresh as refreshing

    held = files.load_folder(Path(place))
    hosts = refreshing.hosts_of(held)
    file = Path(name) / CREDENTIAL if Path(name).is_dir() else Path(name)
    document = files.read_file(file) if file.is_file() else b""
    gained, problems = refreshing.refresh(
        held, document, lambda url: guarded.fetch(url, allowed_hosts=hosts), now=context.now
    )
    for own, data in gained.items():
        files.write_file(Path(place) / own, data, force=True)
    for problem in problems:
        for line, style in findings.lines(console, problem, ""):
            console.complain(line, style)


def tell(console: Console, done: Validation) -> None:
    """The verdict and every step, on stdout."""
    styles = {
        Indication.TOTAL_PASSED: "good",
        Indication.TOTAL_FAILED: "bad",
        Indication.INDETERMINATE: "careful",
    }
    head, *rest = report.lines(done, console.lang)
    console.answer(head, styles[done.indication])  # type: ignore[arg-type]  # one of Style
    for line in rest:
        console.answer(line)


def remember(console: Console, place: str, context: Context) -> Exit:
    """Keep the numbers of the lists that were believed, so that no older one is from now on."""
    with files.alone(Path(place)):
        held = files.load_folder(Path(place))
        trust = snapshot.load(held, now=context.now)
        before = snapshot.read_seen(held[SEEN]) if SEEN in held else {}
        files.write_file(Path(place) / SEEN, snapshot.seen_bytes(before, trust.seen()), force=True)
    for name, seen in sorted(trust.seen().items()):
        console.row([name, str(seen.sequence), seen.sha256])
    for refused in trust.refused:
        failures.tell(console, refused.error)
    console.document({"lists": trust.digests, "refused": [refused.file for refused in trust.refused]})
    return Exit.DONE if not trust.refused else Exit.TRUST


def review(
    console: Console,
    folder: str,
    place: str,
    rules: Sequence[str],
    out: str,
    context: Context,
    *,
    force: bool,
) -> Exit:
    """Write the working paper about a folder."""
    files.refuse_within(Path(out), Path(folder))
    files.refuse_existing(Path(out), force=force)
    examined = examine(folder, place, rules, context)[0]
    files.write_file(Path(out), paper.write(examined.paper), force=force)
    tell(console, examined.validation)
    waiting = sum(entry.needs_decision for entry in examined.paper.entries)
    total = len(examined.paper.entries)
    console.answer(console.say("cli.paper-written", n=total, waiting=waiting, place=out))
    console.document({"paper": out, "entries": total, "needDecision": waiting})
    return Exit.DONE


def examine(
    folder: str, place: str, rules: Sequence[str], context: Context
) -> tuple[Examined, dict[str, bytes], Snapshot]:
    """What a body has to decide about a folder, the folder's files, and what it was examined by."""
    held, trust = files.load_folder(Path(folder)), load_trust(place, context)
    return recognise.examine(held, trust, rules=rules, plugins=context.plugins), held, trust
