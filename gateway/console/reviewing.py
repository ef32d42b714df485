"""``map review``: the queue out as workbook or page, decisions in from the workbook or the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import click

from gateway.codec.base import Context
from gateway.console.failures import Exit
from gateway.console.inputs import load
from gateway.console.terminal import Console, is_terminal
from gateway.errors import UsageError
from gateway.nomenclature import review as queue
from gateway.nomenclature import review_page, review_workbook
from gateway.nomenclature.maps import read_map
from gateway.nomenclature.maps.base import context_text
from gateway.nomenclature.review import Decision, Item
from gateway.nomenclature.row import MapRow, MapSet, Predicate
from gateway.signing import jws
from gateway.signing.keys import PrivateKey
from gateway.storage import files

_SIGNATURE = ".jws"
_RELATIONS = [one.value for one in Predicate if one is not Predicate.NONE]


@dataclass(frozen=True, slots=True)
class Asked:
    """Where things go: the file of decisions, the queue as workbook and page, a workbook with decisions."""

    decisions: str
    workbook: str | None
    page: str | None
    decided: str | None
    person: str
    force: bool


def review(
    console: Console,
    name: str,
    format_: str | None,
    asked: Asked,
    key: PrivateKey | None,
    context: Context,
) -> Exit:
    """Show what is open, take decisions, and record them beside those that were made before."""
    before = _before(console, asked.decisions)
    items = queue.open_items(read_map(load(name).only.data, format=format_).map, before.rows)
    console.answer(console.say("cli.review-open", file=name, n=len(items), decided=len(before.rows)), "head")
    wrote = _write_queue(console, items, asked)
    ask = not wrote and asked.decided is None and not console.as_json and is_terminal()
    if ask or asked.decided is not None:
        _refuse_unsigned(asked.decisions, key)  # before anybody has answered
    rows, broken_off = _decisions(console, items, asked, context, ask=ask)
    if not (rows or ask or wrote or asked.decided):
        _list(console, items)
    signer = ""
    if rows:
        signer = _record(console, queue.merge(before, rows), asked.decisions, key)
    console.document(
        {
            "file": name,
            "open": len(items) - len(rows),
            "decided": len(rows),
            "decisions": asked.decisions if rows else "",
            "signer": signer,
            "items": [_json(item) for item in items],
        }
    )
    return Exit.INTERRUPTED if broken_off else Exit.DONE


def _before(console: Console, place: str) -> MapSet:
    """The decisions of earlier runs; a signature beside them must hold."""
    path = Path(place)
    if not path.exists():
        return MapSet(())
    data = files.read_file(path)
    beside = path.with_name(path.name + _SIGNATURE)
    signature = files.read_file(beside) if beside.exists() else None
    found = queue.read_decisions(data, signature)
    if signature is not None:
        signer = queue.signer_of(data, signature)
        console.tell(console.say("cli.review-signed", place=place, signer=signer))
    return found


def _write_queue(console: Console, items: Sequence[Item], asked: Asked) -> bool:
    outputs = ((asked.workbook, review_workbook.write), (asked.page, review_page.write))
    for place, _ in outputs:
        if place is not None:
            files.refuse_existing(Path(place), force=asked.force)
    for place, write in outputs:
        if place is not None:
            files.write_file(Path(place), write(items), force=asked.force)
            console.tell(console.say("cli.output", place=place))
    return asked.workbook is not None or asked.page is not None


def _decisions(
    console: Console, items: Sequence[Item], asked: Asked, context: Context, *, ask: bool
) -> tuple[tuple[MapRow, ...], bool]:
    """The rows of what was decided, and whether the answers were broken off."""
    if asked.decided is not None:
        return queue.decide(items, review_workbook.read(files.read_file(Path(asked.decided)), items)), False
    if not ask:
        return (), False
    if context.now is None:
        raise UsageError(code="usage.bad-epoch")
    day = context.now.date()
    made: list[Decision] = []
    try:
        person = asked.person or click.prompt(console.say("cli.review-person"), err=True)
        for one in _answers(console, items, person, day):
            made.append(one)  # noqa: PERF402 - what was answered stays when Ctrl-C ends the next question
    except click.Abort:
        console.complain(console.say("cli.review-broken-off", n=len(made)), "careful")
        return queue.decide(items, made), True
    return queue.decide(items, made), False


def _answers(console: Console, items: Sequence[Item], person: str, day: date) -> Iterator[Decision]:
    """One decision after the other, until there is nothing left or the person stops."""
    for number, item in enumerate(items, 1):
        _show(console, item, f"{number}/{len(items)}")
        answer = _choice(console, item)
        if answer == "q":
            return
        if answer == "s":
            continue
        candidate = None if answer == "n" else int(answer) - 1
        relation = Predicate.EXACT
        if candidate is not None:
            choices = click.Choice(_RELATIONS)
            asked_for = console.say("cli.review-relation")
            relation = Predicate(click.prompt(asked_for, default="exact", type=choices, err=True))
        why = click.prompt(console.say("cli.review-why"), err=True, value_proc=partial(_reason, console))
        yield Decision(item.key, candidate, person, day, why, relation)


def _reason(console: Console, text: str) -> str:
    if len(text.strip()) < queue.SHORTEST_REASON:
        raise click.BadParameter(console.say("review.no-justification"))
    return text


def _choice(console: Console, item: Item) -> str:
    numbers = [str(number) for number in range(1, len(item.candidates) + 1)]
    told: str = click.prompt(
        console.say("cli.review-choose"), type=click.Choice([*numbers, "n", "s", "q"]), err=True
    )
    return told


def _list(console: Console, items: Sequence[Item]) -> None:
    for number, item in enumerate(items, 1):
        _show(console, item, str(number))


def _show(console: Console, item: Item, number: str) -> None:
    end = item.source
    facts = (end.name or end.id, end.cas, context_text(end.context), end.unit)
    console.answer(f"{number}. {' · '.join(text for text in facts if text)}", "head")
    console.answer(f"   {console.say(item.reason)}")
    for at, candidate in enumerate(item.candidates, 1):
        first, *rest = review_workbook.candidate_text(candidate).splitlines()
        console.answer(f"   {at}) {first}")
        for line in rest:
            console.answer(f"      {line}")


def _refuse_unsigned(place: str, key: PrivateKey | None) -> None:
    """Decisions that are signed stay signed."""
    beside = Path(place + _SIGNATURE)
    if key is None and beside.exists():
        raise UsageError(str(beside), path=str(beside), code="review.needs-key")


def _record(console: Console, decided: MapSet, place: str, key: PrivateKey | None) -> str:
    data = queue.write_decisions(decided)
    path = Path(place)
    beside = path.with_name(path.name + _SIGNATURE)
    files.write_file(path, data, force=True)
    if key is not None:
        files.write_file(beside, jws.sign_detached(data, key) + b"\n", force=True)
    console.tell(console.say("cli.review-recorded", place=place, n=len(decided.rows)), "good")
    return key.public_key.did if key is not None else ""


def _json(item: Item) -> dict[str, object]:
    return {
        "key": item.key,
        "name": item.source.name or item.source.id,
        "reason": item.reason,
        "candidates": [candidate.target.name or candidate.target.id for candidate in item.candidates],
    }
