"""A validation for programs, as text in Chinese or English, and as a page: three views of the same facts."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Final

from gateway import messages
from gateway.frontdoor.json import PlainJson
from gateway.messages import Lang
from gateway.signing.digests import sha256_hex
from gateway.signing.jcs import jcs
from gateway.trust.judgement import Indication, Outcome, StepResult, Sub, Validation
from gateway.trust.snapshot import Snapshot
from gateway.trust.statement import Said

FORMAT: Final = "hutong-validation@1"
_LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")
# What a reader of a verdict asks first: who is believed, and on what ground.
_PASSED_BY: Final = {"entry": "body", "agreement": "agreement"}


def to_json(found: Validation, snapshot: Snapshot) -> dict[str, PlainJson]:
    """Everything, with the evidence behind every digest."""
    return {
        "format": FORMAT,
        "indication": found.indication.name,
        "subIndication": found.sub.name if found.sub else "",
        "document": found.document,
        "validatedAt": found.at.isoformat(),
        "existedAt": found.existed.isoformat(),
        "policy": {"name": snapshot.policy.name, "sha256": sha256_hex(snapshot.policy.to_bytes())},
        "trustLists": snapshot.digests,
        "refusedLists": [
            {"file": one.file, "code": one.error.error_code, "saw": one.error.saw} for one in snapshot.refused
        ],
        "steps": [_step(step) for step in found.steps],
        "covered": list(found.covered),
        "uncovered": list(found.uncovered),
        "conditions": [dict(condition) for condition in found.conditions],
        "named": dict(found.named),
        "findings": [_told(finding) for finding in found.findings],
        "notes": [_told(finding) for finding in found.notes],
        **({"statement": statement_json(found.said)} if found.said is not None else {}),
    }


def to_bytes(found: Validation, snapshot: Snapshot) -> bytes:
    """The canonical bytes of the report: what a statement names by digest."""
    return jcs(to_json(found, snapshot))


def lines(found: Validation, lang: Lang) -> Iterator[str]:
    """The verdict, what a statement decides, then every step that says something."""
    sub = f" · {found.sub.name}" if found.sub else ""
    yield f"{found.indication.name}{sub}  {_say('list.indication-' + found.indication.value, lang)}"
    if found.said is not None:
        first, *conditions = found.said.texts(lang)
        yield f"  {first}"
        yield from (f"    – {text}" for text in conditions)
    for step in found.steps[:-1]:
        outcome = _say(f"list.outcome-{step.outcome.value}", lang)
        yield f"  {step.number:2} {_say('list.step-' + step.name, lang)}: {outcome}{_behind(step, lang)}"
    for note in (*found.findings, *found.notes):
        yield f"  · {messages.explain(note, lang).what}"


def as_page(found: Validation, snapshot: Snapshot) -> bytes:
    """The report as one page in both languages, with nothing to load."""
    rows = "".join(
        f"<tr class='{step.outcome.value}'><td>{step.number}</td>"
        + "".join(
            f"<td lang='{lang}'>{_safe(_say('list.step-' + step.name, lang))}</td>"
            f"<td lang='{lang}'>{_safe(_say('list.outcome-' + step.outcome.value, lang))}"
            f"{_safe(_behind(step, lang))}</td>"
            for lang in _LANGS
        )
        + f"<td><code>{step.evidence_digest}</code></td></tr>"
        for step in found.steps
    )
    sub = f" · {found.sub.name}" if found.sub else ""
    told = "".join(
        f"<p lang='{lang}'>{_safe(_say('list.indication-' + found.indication.value, lang))}</p>"
        for lang in _LANGS
    )
    if found.said is not None:
        for lang in _LANGS:
            first, *conditions = found.said.texts(lang)
            told += f"<p lang='{lang}'><strong>{_safe(first)}</strong></p>"
            told += "".join(f"<p lang='{lang}'>– {_safe(text)}</p>" for text in conditions)
    page = (
        "<!DOCTYPE html>\n<html lang='zh'><head><meta charset='utf-8'>"
        "<meta http-equiv='Content-Security-Policy' "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{found.indication.name}</title><style>{_STYLE}</style></head><body>"
        f"<h1 class='{_CLASS[found.indication]}'>{found.indication.name}{_safe(sub)}</h1>{told}"
        f"<p><code>{_safe(found.document)}</code> · {_safe(found.at.isoformat())} · "
        f"{_safe(snapshot.policy.name)}</p><table>{rows}</table>{_remarks(found)}</body></html>\n"
    )
    return page.encode()


def _remarks(found: Validation) -> str:
    told = "".join(
        f"<li lang='{lang}'>{_safe(messages.explain(one, lang).what)}</li>"
        for one in (*found.findings, *found.notes)
        for lang in _LANGS
    )
    return f"<ul>{told}</ul>" if told else ""


def cause(step: StepResult, lang: Lang) -> str:
    """Why a step did not pass, as a sentence."""
    if step.sub is Sub.CRYPTO_CONSTRAINTS_FAILURE and "algorithm" not in step.params:
        # Not what the policy counts no longer, but what nobody can check here.
        return _say("list.sub-crypto-not-checked", lang, step.params)
    if "lacks" in step.params:
        return _say(f"list.lacks-{step.params['lacks']}", lang, step.params)
    return _say(f"list.sub-{step.sub.value}", lang, step.params) if step.sub else ""


def _behind(step: StepResult, lang: Lang) -> str:
    """The cause of a step; where it passed, whose entry and which agreement it passed by."""
    told = cause(step, lang)
    if step.outcome is Outcome.PASSED and step.name in _PASSED_BY:
        told = step.params.get(_PASSED_BY[step.name], "")
    return f" · {told}" if told else ""


_CLASS = {
    Indication.TOTAL_PASSED: Outcome.PASSED.value,
    Indication.TOTAL_FAILED: Outcome.FAILED.value,
    Indication.INDETERMINATE: Outcome.INDETERMINATE.value,
}
_STYLE = (
    "body{font-family:sans-serif;max-width:75em;margin:2em auto;padding:0 1em}"
    "td{padding:.3em .6em;vertical-align:top;border-top:1px solid #ccc}"
    "code{font-size:.75em;word-break:break-all}"
    "h1.passed,tr.passed td:first-child{color:#1b5e20}h1.failed,tr.failed td{color:#b71c1c}"
    "h1.indeterminate,tr.indeterminate td{color:#8a5a00}"
)


def _step(step: StepResult) -> dict[str, PlainJson]:
    told: dict[str, PlainJson] = {
        "number": step.number,
        "name": step.name,
        "outcome": step.outcome.value,
        "subIndication": step.sub.name if step.sub else "",
        "evidence": dict(step.evidence),
        "evidenceSha256": step.evidence_digest,
    }
    if step.sub:
        told["cause"] = {lang: cause(step, lang) for lang in _LANGS}
    return told


def statement_json(said: Said) -> dict[str, PlainJson]:
    """What a statement decides, with its sentence."""
    texts: dict[str, PlainJson] = {lang: messages.explain(said.finding(), lang).what for lang in _LANGS}
    return {**said.to_json(), "message": texts}


def _told(finding: object) -> PlainJson:
    from gateway.report import Finding

    assert isinstance(finding, Finding)
    text: dict[str, PlainJson] = {lang: messages.explain(finding, lang).what for lang in _LANGS}
    return {"code": finding.code, "at": finding.at, "saw": finding.saw, "message": text}


def _say(code: str, lang: Lang, params: Mapping[str, str] | None = None) -> str:
    return messages.text(code, lang, dict(params or {})).what


def _safe(text: str) -> str:
    return html.escape(text)
