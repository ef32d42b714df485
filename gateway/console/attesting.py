"""``attest``, ``revoke``: what the receiving body states, and takes back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gateway.codec.base import Context
from gateway.console import failures, recognising
from gateway.console.failures import Exit
from gateway.console.terminal import Console
from gateway.errors import GatewayError, InputError, TrustError, UsageError
from gateway.frontdoor import table
from gateway.frontdoor.json import parse_signed
from gateway.pipeline import recognise, statuses
from gateway.pipeline.recognise import STATEMENT, Examined
from gateway.signing import data_integrity
from gateway.signing.keys import PrivateKey
from gateway.storage import files
from gateway.trust.snapshot import Snapshot
from gateway.trust.statement import Decision
from gateway.trust.status_list import ENTRIES

_SAID = {"revocation": "cli.revocation-set", "suspension": "cli.suspension-set"}
_DECISIONS = ("recognised", "conditional", "refused")
_COLUMNS = ("folder", "paper", "decision", "output")


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
    kept = Path(office.statuses)
    files.refuse_within(Path(case.output), Path(case.folder), kept)
    files.refuse_existing(Path(case.output), force=False)
    if not files.is_free(kept):
        _register(files.load_folder(kept), office)
    examined = recognising.examine(case.folder, place, rules, context)
    if files.is_free(kept):
        fresh = statuses.create(office.base, office.key, context.now, method=office.method)
        # Its address stands for good, in the folder and in statements: there is none before there is one.
        _state(case, office, fresh, examined, context)
        # Another process may just have made it: then it is the one.
        with suppress(files.OutputExists):
            files.write_folder(kept, fresh)
    with files.alone(kept):
        held = files.load_folder(kept)
        return _keep(console, case, office, held, _state(case, office, held, examined, context), context)


@dataclass(frozen=True, slots=True)
class _Stated:
    """A statement with its number, and the one in whose place it comes."""

    made: dict[str, bytes]
    index: int
    replaced: bytes | None

    @property
    def identity(self) -> str:
        return _identity(self.made[STATEMENT])


def _register(held: Mapping[str, bytes], office: Office) -> statuses.Register:
    """The register of the status folder, if it is the office's own."""
    register = statuses.read(held)
    if not register.is_kept_by(office.key) or (office.method and office.method != register.method):
        raise UsageError(register.issuer, path=office.statuses, code="attest.not-this-key")
    if office.base and office.base.rstrip("/") != register.base:
        raise UsageError(office.base, path=office.statuses, code="attest.other-base", expected=register.base)
    return register


def _state(
    case: Case,
    office: Office,
    held: Mapping[str, bytes],
    examined: tuple[Examined, dict[str, bytes], Snapshot],
    context: Context,
) -> _Stated:
    register = _register(held, office)
    replaced = files.read_file(Path(case.replaces)) if case.replaces else None
    status = statuses.place_for(register, secrets.randbelow(ENTRIES))
    made = recognise.attest(
        *examined,
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
    return _Stated(made, status.index, replaced)


def _keep(
    console: Console, case: Case, office: Office, held: dict[str, bytes], stated: _Stated, context: Context
) -> dict[str, object]:
    """Take the number, write the statement, and revoke the one in whose place it comes."""
    register = statuses.read(held)
    # Without its lists, or with one of another place, nobody could take the statement back.
    lists = statuses.lists_of(held, office.key)
    changed: dict[str, bytes] = {}
    was_revoked = False
    if stated.replaced is not None:
        old = register.index_of(_identity(stated.replaced))
        # What may have taken its place before goes on.
        was_revoked = lists["revocation"].is_set(old)
        changed = statuses.change(held, old, "revocation", office.key, context.now)
    taken = register.with_entry(stated.index, stated.identity).to_bytes()
    # The number is taken before the statement is out: a number lost is no harm, one given twice is.
    files.write_file(Path(office.statuses) / statuses.REGISTER, taken, force=True)
    files.write_folder(Path(case.output), stated.made)
    # What is replaced is revoked for good, and so not before there is something in its place.
    for name, data in changed.items():
        files.write_file(Path(office.statuses) / name, data, force=True)
    console.answer(console.say("cli.attested", decision=case.decision, body=office.body, id=stated.identity))
    console.tell(f"  {case.output}/{STATEMENT}")
    told = {
        "statement": stated.identity,
        "decision": case.decision,
        "output": case.output,
        "index": stated.index,
    }
    if was_revoked and stated.replaced is not None:
        console.complain(console.say("cli.replaced-before", id=_identity(stated.replaced)), "careful")
        told["replacedBefore"] = _identity(stated.replaced)
    return told


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
