"""The report on data sets, line by line: written as JSON, and counted again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from json.encoder import encode_basestring as quoted
from string import Formatter
from typing import Any, Final, TypeAlias

from gateway import messages
from gateway.codec.dataset_run import Sent
from gateway.model.dataset import DatasetKind, Key
from gateway.quantity.exact import show
from gateway.report import Note

# As many refused data sets as anybody reads at once; the report has them all.
SHOWN = 20
# The end of the code of a data set that is of no kind of the format: a loss, and no fault of the input.
NO_PLACE = ".not-held"
# Kinds that no other data set brings along.
_OWN_FILE: Final = frozenset({DatasetKind.PROCESS.value, DatasetKind.MODEL.value})
_NOTE: Final = '"note": {"code": "'
_FATE: Final = '"fate": "'
# The end of a note's line: texts, each with the name of the value that follows it.
_Tail: TypeAlias = tuple[tuple[str, str], ...]


@dataclass
class Tally:
    """What the whole run did, from the report's lines; ``findings`` are those on the package as a whole."""

    written: int = 0
    left_out: int = 0  # the format has no place for data sets of their kind
    refused: int = 0
    broken: int = 0  # of these, by a bug of ours
    processes: int = 0  # of those written
    refused_processes: int = 0
    carried: int = 0
    findings: list[dict[str, object]] = field(default_factory=list)
    faults: int = 0  # files that cannot be read, and others whose data sets are missing
    refusals: list[dict[str, object]] = field(default_factory=list)  # the first of them
    fates: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)  # what is left out, by name
    held: list[str] = field(
        default_factory=list
    )  # what is written and may be left out by another part, by name

    @classmethod
    def of(cls, told: dict[str, Any]) -> Tally:
        """A tally that was kept as JSON."""
        own = {one.name: told[one.name] for one in fields(cls) if one.name in told}
        return cls(**own | {name: Counter(told.get(name, {})) for name in ("fates", "codes")})

    def merge(self, other: Tally) -> None:
        """Add what was counted in a later part."""
        self.written += other.written
        self.left_out += other.left_out
        self.refused += other.refused
        self.broken += other.broken
        self.processes += other.processes
        self.refused_processes += other.refused_processes
        self.carried += other.carried
        self.refusals = [*self.refusals, *other.refusals][:SHOWN]
        self.fates.update(other.fates)
        self.codes.update(other.codes)
        self.missing += other.missing
        self.held += other.held

    @property
    def is_of_use(self) -> bool:
        """Whether there is anything to keep: a package without any of its processes is of no use."""
        return bool(self.written) and (self.processes > 0 or not self.refused_processes)

    def settle(self) -> frozenset[str]:
        """Count once what several parts hold, such as flows; what one of them left out is not left out."""
        held = frozenset(self.held)
        found = frozenset(self.missing) & held
        # A flow that is listed and stands in a process, too, is one data set.
        self.written -= len(self.held) - len(held)
        self.held = sorted(held)
        self.left_out -= sum(name in found for name in self.missing)
        self.missing = [name for name in self.missing if name not in found]
        return found

    def add(self, line: str) -> None:
        """Count one line of the report."""
        # In JSON a quotation mark inside a text is escaped: what is looked for is never part of one.
        if (at := line.find(_NOTE)) >= 0:
            rest = line[at + len(_NOTE) :]
            self.codes[rest[: rest.index('"')]] += 1
            fate = rest[rest.index(_FATE) + len(_FATE) :]
            self.fates[fate[: fate.index('"')]] += 1
            return
        told = json.loads(line)
        is_process = told["dataset"]["kind"] == DatasetKind.PROCESS
        if "refused" in told and all(error["code"].endswith(NO_PLACE) for error in told["refused"]):
            self.left_out += 1
            self.missing.append(name_of(line))
        elif "refused" in told:
            self.refused += 1
            self.refused_processes += is_process
            self.refusals += [told] if len(self.refusals) < SHOWN else []
            self.broken += any(error["code"].partition(".")[0] == "internal" for error in told["refused"])
        else:
            self.written += 1
            self.processes += is_process
            self.carried += told["carried"]
            if told["dataset"]["kind"] not in _OWN_FILE:
                self.held.append(name_of(line))


def name_of(line: str) -> str:
    """The data set that a line is about, as the line names it."""
    return line[: line.index("}") + 1]


def lines_of(sent: Sent) -> Iterator[str]:
    """The report's lines on one file: each data set, each value that did not arrive unchanged."""
    name = sent.member.name if sent.member else ""
    for key, account in sent.accounts.items():
        yield _line(key, {"file": name, "carried": len(account.carried), "notes": len(account.notes)})
        head = f'{{"dataset": {_named(key)}, "note": '
        for note in account.notes:
            yield f"{head}{note_json(note)}}}"
    for key, errors in sent.refused.items():
        yield _line(key, {"refused": [messages.to_json(error) for error in errors]})


def note_json(note: Note) -> str:
    """``messages.to_json`` of a note as JSON, in a fifth of the time: a large data set has hundreds."""
    tail = _tail(note.code)
    if tail is None:
        return json.dumps(messages.to_json(note), ensure_ascii=False)
    value, written = note.value, note.written
    found = f'{{"code": {quoted(note.code)}'
    if note.path:
        found += f', "path": {quoted(note.path)}'
    found += f', "fate": "{note.fate.value}"'
    if value:
        found += f', "value": {quoted(value)}'
    if written:
        found += f', "written": {quoted(written)}'
    if note.kg is not None:
        found += f', "kgAtStake": {quoted(show(note.kg))}'
    if len(tail) == 1:
        return f"{found}{tail[0][0]}}}"
    told = messages.note_params(note)
    for text, gap in tail:
        found += text
        if gap:
            found += quoted(str(told[gap]))[1:-1] if gap in told else f"{{{gap}}}"
    return found + "}"


@cache
def _tail(code: str) -> _Tail | None:
    """What a note of this code says in both languages; None where only the message itself can tell."""
    row = messages.catalogue().get(code)
    if row is None:
        return None
    whole: list[tuple[str, str]] = []
    for name, zh, en in (
        ("message", "zh", "en"),
        ("expected", "expected_zh", "expected_en"),
        ("fix", "fix_zh", "fix_en"),
    ):
        parts = [list(Formatter().parse(row[lang])) for lang in (zh, en)]
        if not any(parts):
            continue
        if not any(text for texts in parts for text, *_ in texts):
            return None
        if any(form or how or gap in ("", messages.KIND) for texts in parts for _, gap, form, how in texts):
            return None
        for start, texts, end in ((f', "{name}": {{"zh": "', parts[0], '", "en": "'), ("", parts[1], '"}')):
            whole.append((start, ""))
            whole += [(quoted(text)[1:-1], gap or "") for text, gap, *_ in texts]
            whole.append((end, ""))
    return _joined(whole)


def _joined(parts: list[tuple[str, str]]) -> _Tail:
    """Texts with nothing between them as one."""
    found: list[tuple[str, str]] = []
    for text, gap in parts:
        before = found.pop()[0] if found and not found[-1][1] else ""
        found.append((before + text, gap))
    return tuple(found)


def _line(key: Key, told: Mapping[str, object]) -> str:
    return f'{{"dataset": {_named(key)}, {json.dumps(dict(told), ensure_ascii=False)[1:]}'


def _named(key: Key) -> str:
    return json.dumps({"kind": key.kind.value, "id": key.id, "version": key.version}, ensure_ascii=False)
