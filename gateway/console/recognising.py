"""``verify --trust``, ``review``, ``attest``, ``revoke``: the receiving body's side of the command."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gateway.codec.base import Context
from gateway.console import covering, failures, signed_revision
from gateway.console.failures import Exit
from gateway.console.signing_files import named_contexts, named_files
from gateway.console.terminal import Console
from gateway.errors import GatewayError, InputError, TrustError, UsageError
from gateway.frontdoor import table
from gateway.frontdoor.json import parse_signed
from gateway.pipeline import paper, recognise, statuses, validate_files
from gateway.pipeline.issue import CREDENTIAL
from gateway.pipeline.recognise import STATEMENT, Examined
from gateway.signing import data_integrity
from gateway.signing.keys import PrivateKey
from gateway.storage import files
from gateway.trust import report, snapshot
from gateway.trust.judgement import Indication, Outcome, Validation
from gateway.trust.snapshot import SEEN, Snapshot
from gateway.trust.statement import Decision
from gateway.trust.status_list import ENTRIES

_SAID = {"revocation": "cli.revocation-set", "suspension": "cli.suspension-set"}
_DECISIONS = ("recognised", "conditional", "refused")
_COLUMNS = ("folder", "paper", "decision", "output")


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
    examined = _examine(folder, place, rules, context)[0]
    files.write_file(Path(out), paper.write(examined.paper), force=force)
    tell(console, examined.validation)
    waiting = sum(entry.needs_decision for entry in examined.paper.entries)
    total = len(examined.paper.entries)
    console.answer(console.say("cli.paper-written", n=total, waiting=waiting, place=out))
    console.document({"paper": out, "entries": total, "needDecision": waiting})
    return Exit.DONE


@dataclass(frozen=True, slots=True)
class Office:
    """Who attests: name, key, and the folder of the status lists."""

    body: str
    key: PrivateKey
    statuses: str
    base: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One decision to be stated."""

    folder: str
    paper: str
    decision: str
    output: str
    replaces: str | None = None


def attest(
    console: Console,
    cases: Sequence[Case],
    office: Office,
    place: str,
    rules: Sequence[str],
    context: Context,
) -> Exit:
    """State each decision; in a batch, one that cannot be stated does not stop the others."""
    codes: list[Exit] = []
    documents: list[dict[str, object]] = []
    for case in cases:
        try:
            documents.append(_attest(console, case, office, place, rules, context))
            codes.append(Exit.DONE)
        except GatewayError as error:
            if len(cases) == 1:
                raise
            codes.append(failures.not_read(console, case.folder, error, documents))
    console.document(documents[0] if len(cases) == 1 else {"statements": documents})
    return failures.worst(codes)


def _attest(
    console: Console, case: Case, office: Office, place: str, rules: Sequence[str], context: Context
) -> dict[str, object]:
    files.refuse_within(Path(case.output), Path(case.folder), Path(office.statuses))
    files.refuse_existing(Path(case.output), force=False)
    _create_status_folder(office, context)
    with files.alone(Path(office.statuses)):
        return _attest_alone(console, case, office, place, rules, context)


def _attest_alone(
    console: Console, case: Case, office: Office, place: str, rules: Sequence[str], context: Context
) -> dict[str, object]:
    held = files.load_folder(Path(office.statuses))
    register = statuses.read(held)
    if not register.is_kept_by(office.key) or (office.method and office.method != register.method):
        raise UsageError(register.issuer, path=office.statuses, code="attest.not-this-key")
    if office.base and office.base.rstrip("/") != register.base:
        # A statement names where its state stands, for good.
        raise UsageError(office.base, path=office.statuses, code="attest.other-base", expected=register.base)
    # Without its lists, or with one of another place, nobody could take the statement back.
    lists = statuses.lists_of(held, office.key)
    examined, received, trust = _examine(case.folder, place, rules, context)
    replaced = files.read_file(Path(case.replaces)) if case.replaces else None
    status = statuses.place_for(register, secrets.randbelow(ENTRIES))
    made = recognise.attest(
        examined,
        received,
        trust,
        decision=cast("Decision", case.decision),
        paper=files.read_file(Path(case.paper)),
        body=office.body,
        key=office.key,
        status=status,
        now=context.now,
        replaces=replaced,
        method=register.method,
        former=register.known(office.key),
    )
    identity = _identity(made[STATEMENT])
    changed: dict[str, bytes] = {}
    was_revoked = False
    if replaced is not None:
        old = register.index_of(_identity(replaced))
        # What may have taken its place before goes on.
        was_revoked = lists["revocation"].is_set(old)
        changed = statuses.change(held, old, "revocation", office.key, context.now)
    taken = register.with_entry(status.index, identity).to_bytes()
    # The number is taken before the statement is out: a number lost is no harm, one given twice is.
    files.write_file(Path(office.statuses) / statuses.REGISTER, taken, force=True)
    files.write_folder(Path(case.output), made)
    # What is replaced is revoked for good, and so not before there is something in its place.
    for name, data in changed.items():
        files.write_file(Path(office.statuses) / name, data, force=True)
    console.answer(console.say("cli.attested", decision=case.decision, body=office.body, id=identity))
    console.tell(f"  {case.output}/{STATEMENT}")
    told = {"statement": identity, "decision": case.decision, "output": case.output, "index": status.index}
    if was_revoked and replaced is not None:
        console.complain(console.say("cli.replaced-before", id=_identity(replaced)), "careful")
        told["replacedBefore"] = _identity(replaced)
    return told


def _create_status_folder(office: Office, context: Context) -> None:
    place = Path(office.statuses)
    if files.is_free(place):
        made = statuses.create(office.base, office.key, context.now, method=office.method)
        # Another process may just have made it: then it is the one.
        with suppress(files.OutputExists):
            files.write_folder(place, made)


def _identity(data: bytes) -> str:
    value = parse_signed(data)
    identity = value.get("id") if isinstance(value, dict) else None
    if not isinstance(identity, str):
        raise UsageError(path="/id", code="attest.not-a-statement")
    return identity


def batch(path: str) -> list[Case]:
    """The cases of a table with the columns folder, paper, decision and output, as Excel saves it, too.

    Raises:
        InputError: it has other columns, no case, or a cell is empty.
    """
    head, *lines = _table(files.read_file(Path(path))) or [table.Row(1, ())]
    # Spreadsheets write rows that somebody has emptied.
    rows = [row for row in lines if any(map(str.strip, row.cells))]
    names = [cell.strip() for cell in head.cells]
    known = {*_COLUMNS, "replaces"}
    if not rows or not set(_COLUMNS) <= set(names) or len(set(names)) != len(names) or set(names) - known:
        raise InputError(", ".join(names), path=path, code="attest.batch-columns")
    cases = []
    for row in rows:
        told = dict(zip(names, map(str.strip, row.cells), strict=True))
        missing = [name for name in _COLUMNS if not told[name]]
        if missing:
            raise InputError(row.line, path=path, code="attest.batch-row", why=", ".join(missing))
        if told["decision"] not in _DECISIONS:
            raise InputError(row.line, path=path, code="attest.batch-row", why=told["decision"])
        folder, paper_, decision, output = (told[name] for name in _COLUMNS)
        cases.append(Case(folder, paper_, decision, output, told.get("replaces") or None))
    return cases


def _table(data: bytes) -> tuple[table.Row, ...]:
    first = data.partition(b"\n")[0]
    delimiter: table.Delimiter = ";" if b";" in first and b"," not in first else ","
    try:
        return table.read_csv(data, delimiter=delimiter)
    except InputError as error:
        if error.error_code != "table.encoding":
            raise
        try:
            return table.read_csv(data, delimiter=delimiter, encoding="gb18030")
        except InputError:
            raise error from None


def revoke(
    console: Console,
    name: str,
    place: str,
    purpose: str,
    key: PrivateKey,
    context: Context,
    *,
    lift: bool,
) -> Exit:
    """Set a statement's bit, or lift its suspension, and sign both lists anew."""
    with files.alone(Path(place)):
        held = files.load_folder(Path(place))
        register = statuses.read(held)
        data = files.read_file(Path(name))
        proof = data_integrity.verify_proof(data, known=register.known(key))
        if proof.issuer != register.issuer or not register.is_kept_by(key):
            raise TrustError(proof.issuer, path=name, code="attest.not-this-key")
        index = register.index_of(_identity(data))
        changed = statuses.change(held, index, purpose, key, context.now, lift=lift)
        for file, made in changed.items():
            files.write_file(Path(place) / file, made, force=True)
    said = "cli.lifted" if lift else _SAID[purpose]
    console.answer(console.say(said, id=_identity(data)))
    console.tell(console.say("cli.publish-lists", place=place, base=register.base))
    console.document({"statement": _identity(data), "purpose": purpose, "lifted": lift})
    return Exit.DONE


def renew(console: Console, place: str, key: PrivateKey, context: Context, *, method: str = "") -> Exit:
    """Sign both lists for another day.

    Args:
        method: of the body's next key, which signs from now on.
    """
    with files.alone(Path(place)):
        held = files.load_folder(Path(place))
        now = context.now
        changed = (
            statuses.succeed(held, key, now, method=method) if method else statuses.renew(held, key, now)
        )
        for file, made in changed.items():
            files.write_file(Path(place) / file, made, force=True)
    console.tell(console.say("cli.publish-lists", place=place, base=statuses.read(held).base))
    console.document({"output": place})
    return Exit.DONE


def _examine(
    folder: str, place: str, rules: Sequence[str], context: Context
) -> tuple[Examined, dict[str, bytes], Snapshot]:
    held, trust = files.load_folder(Path(folder)), load_trust(place, context)
    return recognise.examine(held, trust, rules=rules, plugins=context.plugins), held, trust
