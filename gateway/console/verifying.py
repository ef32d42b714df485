"""``verify``: what holds of a signed folder, what was changed, and what was not checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gateway import messages
from gateway.codec.base import Context
from gateway.console import findings
from gateway.console.failures import Exit
from gateway.console.terminal import Console, Style, padded, visible, width
from gateway.pipeline.receive import Replay, replay, verify
from gateway.signing.verified import Inside
from gateway.storage import files
from gateway.trust.folder_verdict import State, Term, Verdict
from gateway.trust.verify import MANIFEST

_ANSWERS: dict[State, tuple[str, Style]] = {
    State.INTACT: ("cli.intact", "good"),
    State.CHANGED: ("cli.changed", "bad"),
    State.NOT_SIGNED: ("cli.not-signed", "bad"),
}
_STEPS = {
    "manifest": "cli.step-manifest",
    "manifest-signature": "cli.step-manifest-signature",
    "seals": "cli.step-seals",
    "parts": "cli.step-parts",
    "credential": "cli.step-credential",
}


def verify_folder(console: Console, folder: str, *, again: bool, context: Context) -> Exit:
    """Check a folder offline; with ``again`` also run the conversion again and compare bytes."""
    held = files.load_folder(Path(folder))
    verdict = verify(held)
    second = replay(held, verdict, plugins=context.plugins) if again and verdict.holds else None
    show(console, verdict, held, second, context.now)
    if verdict.state is State.NOT_SIGNED:
        within = sorted(n.rpartition("/")[0] for n in held if n.endswith(f"/{MANIFEST}"))
        if within:
            console.complain(console.say("cli.signed-within", names=", ".join(within)))
    return Exit.DONE if verdict.holds and (second is None or second.holds) else Exit.TRUST


def show(
    console: Console, verdict: Verdict, held: Mapping[str, bytes], second: Replay | None, now: datetime
) -> None:
    """The answer in one line, then every change, every step, and what was not checked."""
    _tell(console, verdict, held, now)
    if second is not None:
        _tell_replay(console, second)
    console.document(_json(verdict, held, second, now))


def _tell(console: Console, verdict: Verdict, held: Mapping[str, bytes], now: datetime) -> None:
    code, style = _ANSWERS[verdict.state]
    console.answer(console.say(code), style)
    for finding in verdict.findings:
        for line, line_style in findings.lines(console, finding, "  "):
            console.answer(line, line_style)
    names = {name: console.say(text) for name, text in _STEPS.items()}
    column = max(map(width, names.values())) + 2
    for step in verdict.steps:
        holds = console.say("cli.step-holds" if step.holds else "cli.step-fails")
        console.answer(f"  {padded(names[step.name], column)}{holds}  {step.about}".rstrip())
    for one in verdict.contained:
        code = "cli.contained-not-opened" if one.state is Inside.NOT_OPENED else "cli.contained-part"
        said = console.say(code, state=one.why or one.state.value)
        console.answer(
            f"  {padded(console.say('cli.contained'), column)}{visible(one.place)}  {said}", "careful"
        )
    if verdict.signer:
        console.answer(f"  {padded(console.say('cli.signer'), column)}{verdict.signer}")
        term = verdict.term(now)
        valid, style = _validity(console, verdict, term), "" if term is Term.VALID else "careful"
        console.answer(f"  {padded(console.say('trust.term'), column)}{valid}", style)
    if verdict.state is not State.NOT_SIGNED:
        unnamed = len(_without_leaves(verdict, held))
        console.answer(console.say("cli.verify-not-checked", absent=len(verdict.absent), leaves=unnamed))


def _validity(console: Console, verdict: Verdict, term: Term) -> str:
    code = "trust.term-until" if verdict.valid_until else "trust.term-endless"
    valid = console.say(code, begin=verdict.valid_from, end=verdict.valid_until)
    return valid if term is Term.VALID else valid + console.say(f"trust.term-{term}")


def _tell_replay(console: Console, second: Replay) -> None:
    code, style = ("cli.replay-same", "good") if second.holds else ("cli.replay-differs", "bad")
    console.answer(console.say(code, n=second.same), style)  # type: ignore[arg-type]  # one of Style
    for finding in second.findings:
        for line, line_style in findings.lines(console, finding, "  "):
            console.answer(line, line_style)


def _without_leaves(verdict: Verdict, held: Mapping[str, bytes]) -> list[str]:
    """Changed parts whose fields could not be compared, because their leaf digests are not here."""
    changed = {f.at for f in verdict.findings if f.code == "signing.part-changed"}
    named = {f.at.partition("#")[0] for f in verdict.findings if f.code.startswith("trust.leaf-")}
    spelled = {f.at for f in verdict.findings if f.code == "trust.only-spelling"}
    return sorted(changed - named - spelled)


def _json(
    verdict: Verdict, held: Mapping[str, bytes], second: Replay | None, now: datetime
) -> dict[str, object]:
    told: dict[str, object] = {
        "state": verdict.state.value,
        "signer": verdict.signer,
        "signerIdentified": verdict.identified,
        "steps": [{"name": s.name, "holds": s.holds, "about": s.about} for s in verdict.steps],
        "findings": [messages.to_json(finding) for finding in verdict.findings],
        "notChecked": {
            "signerIdentity": not verdict.identified,
            "absentParts": list(verdict.absent),
            "changedPartsWithoutFields": _without_leaves(verdict, held),
            "truthOfValues": True,
        },
    }
    if verdict.contained:
        told["contained"] = [
            {"place": one.place, "state": one.state.value, "why": one.why} for one in verdict.contained
        ]
    if verdict.holds:
        told["validity"] = {
            "from": verdict.valid_from,
            "until": verdict.valid_until,
            "now": verdict.term(now).value,
        }
    if second is None:
        return told
    found = [messages.to_json(finding) for finding in second.findings]
    return told | {"replay": {"holds": second.holds, "same": second.same, "findings": found}}
