"""The receiving body's work: validate, write the paper, decide, state the decision, and take it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from gateway import messages
from gateway.codec.plugin import Plugin
from gateway.errors import GatewayError, TrustError, UsageError, flatten
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.model.origin import Derived, Origin
from gateway.pipeline import paper as papers
from gateway.pipeline import paper_reading
from gateway.pipeline.domestic import CONVERSION
from gateway.pipeline.issue import MANIFEST, Prepared, timestamp
from gateway.pipeline.paper import Decided, Entry, Paper
from gateway.pipeline.rebuild import private_source
from gateway.pipeline.receive import credential_differences, run_again
from gateway.pipeline.rules import evaluate
from gateway.quantity.exact import own_arithmetic
from gateway.report import Finding
from gateway.signing import credential as vc
from gateway.signing import data_integrity
from gateway.signing.did_key import PublicKey
from gateway.signing.digests import sha256_hex, sm3_hex
from gateway.signing.jcs import jcs
from gateway.signing.keys import Signer
from gateway.signing.timestamp import is_timestamp
from gateway.signing.verification_key import VerificationKey
from gateway.trust import report, statement, validation
from gateway.trust import verify as check
from gateway.trust.judgement import Indication, Outcome, StepResult, Sub, Validation
from gateway.trust.snapshot import Snapshot
from gateway.trust.statement import Decision, Digested, Recognition, StatusPlace
from gateway.trust.subject import is_statement
from gateway.trust.validation import RuleAnswers

if TYPE_CHECKING:
    from gateway.recognition.evaluate import Evaluation, Result

STATEMENT, VALIDATION = "statement.json", "validation.json"
# The sets whose totals the original's credential states; a decision covers these and no others.
_DECLARED: Final = "declared"
_NO_KEYS: Final[Mapping[str, PublicKey]] = {}


class NotDecided(TrustError):
    """The decision is not one that this paper and validation allow."""

    code = "attest.open-findings"


@dataclass(frozen=True, slots=True)
class Examined:
    """What the receiver knows of a folder: its validation, and the findings about its source."""

    validation: Validation
    paper: Paper
    report: bytes
    prepared: Prepared | None = None


@own_arithmetic
def examine(
    files: Mapping[str, bytes],
    snapshot: Snapshot,
    *,
    rules: Sequence[str] = (),
    plugins: Sequence[Plugin] = (),
) -> Examined:
    """Validate a folder under the receiver's policy, with its rules where the source was handed over.

    Args:
        rules: packs to ask besides the policy's.

    Raises:
        UsageError: there is no such pack.
    """
    packs = tuple(dict.fromkeys((*snapshot.policy.rules, *rules)))
    prepared, differs = _prepared(files, plugins)
    evaluations = evaluate(prepared.source, packs) if prepared else ()
    done = validation.validate_folder(
        files, snapshot, rules=answers_of(evaluations) if prepared else None, replayed=differs
    )
    told = report.to_bytes(done, snapshot)
    paper = Paper(
        manifest=done.document,
        indication=done.indication.name,
        result_sets=_result_sets(prepared),
        entries=(
            *_replay_entries(done, differs, () if prepared else rules, snapshot),
            *_entries(done, prepared, evaluations),
        ),
        ruleset=tuple((e.pack.id, _pack_digest(e)) for e in evaluations),
        signed=tuple((one.name, sha256_hex(one.data)) for one in _signed_by(files)),
    )
    return Examined(done, paper, told, prepared)


def validate(files: Mapping[str, bytes], snapshot: Snapshot, *, plugins: Sequence[Plugin] = ()) -> Validation:
    """The validation alone."""
    return examine(files, snapshot, plugins=plugins).validation


@own_arithmetic
def attest(
    examined: Examined,
    files: Mapping[str, bytes],
    snapshot: Snapshot,
    *,
    decision: Decision,
    paper: bytes,
    body: str,
    key: Signer,
    status: StatusPlace,
    now: datetime,
    replaces: bytes | None = None,
    method: str = "",
    former: Mapping[str, PublicKey] = _NO_KEYS,
) -> dict[str, bytes]:
    """The recognition statement over what was examined, with its validation report.

    Args:
        paper: the reviewer's, filled in. It stays with the body; the statement names its digest.
        replaces: an earlier statement of this body about another state of the same original.
        former: the keys of a did:web body by their methods, by which it may have signed that one.

    Raises:
        InputError: the paper is not the one for this document.
        NotDecided: *recognised* while something is open, or against the validation.
        UsageError: a list gives the body another name.
        TrustError: what is to be replaced is no statement of this body, or was changed.
    """
    _refuse_other_name(body, key, method, snapshot)
    decided = paper_reading.read(paper, examined.paper, today=now.date())
    conditions = _refuse_undecided(examined, decided, decision)
    until = _until(examined.validation, files, decision, now)
    made = Recognition(
        body=body,
        decision=decision,
        original=Digested(MANIFEST, sha256_hex(files[MANIFEST]), sm3_hex(files[MANIFEST])),
        declared_by=str(_named(examined.validation, "signedBy").get("body", "")),
        result_sets=examined.paper.result_sets,
        paper=Digested("paper", sha256_hex(paper), sm3_hex(paper)),
        validation=Digested(VALIDATION, sha256_hex(examined.report)),
        indication=examined.validation.indication.name,
        agreement=_agreement(examined.validation),
        lists=tuple(
            Digested(name, held.sha256, version=str(held.seen.sequence))
            for name, held in sorted(snapshot.lists.items())
        ),
        rulesets=tuple(Digested(name, digest) for name, digest in examined.paper.ruleset),
        converted=tuple(converted_of(files)),
        conditions=conditions,
        replaces=None if replaces is None else _replaced(replaces, key, method, former),
    )
    seed = f"{made.original.sha256} {made.paper.sha256} {timestamp(now)} {status.index}"
    identity = f"urn:hutong:statement:{sha256_hex(seed.encode())[:32]}"
    resources = [
        vc.Resource(MANIFEST, "application/json", files[MANIFEST]),
        vc.Resource(VALIDATION, "application/json", examined.report),
        *_signed_by(files),
    ]
    data = statement.build(
        made,
        key,
        status,
        method=method,
        valid_from=timestamp(now),
        valid_until=until,
        identifier=identity,
        resources=resources,
    )
    return {STATEMENT: data, VALIDATION: examined.report}


def _signed_by(files: Mapping[str, bytes]) -> Iterator[vc.Resource]:
    """Who had signed what was judged, and the credential: another one may stand over the same manifest."""
    for name in sorted(files):
        if name in (check.JWS, check.CREDENTIAL) or check.is_seal(name):
            kind = "application/vc" if name == check.CREDENTIAL else "application/octet-stream"
            yield vc.Resource(name, kind, files[name])


def _refuse_other_name(body: str, key: Signer, method: str, snapshot: Snapshot) -> None:
    """A body that stands in a list goes by its name there: no reader would take it for another one's word."""
    issuer = method.partition("#")[0] or key.public_key.did
    known = (f"id:{issuer}", f"key:{VerificationKey.from_public_key(key.public_key).sha256}")
    entities = [listed.entity for listed in snapshot.find(known)]
    if entities and not any(entity.goes_by(body) for entity in entities):
        raise UsageError(body, path="--body", code="attest.other-name", expected=entities[0].name)


def _prepared(
    files: Mapping[str, bytes], plugins: Sequence[Plugin]
) -> tuple[Prepared | None, tuple[Finding, ...]]:
    """The source, run again as recorded; None where it was not handed over, or does not come out alike."""
    if private_source(files) is None or MANIFEST not in files:
        return None, ()
    try:
        prepared, findings = run_again(files, plugins)
        if not findings:
            findings = credential_differences(files, check.verify(files), prepared)
    except GatewayError as error:
        return None, tuple(
            Finding(one.error_code, one.path, one.saw, params=one.params) for one in flatten(error)
        )
    return (None if findings else prepared), findings


def _replay_entries(
    done: Validation, differs: Sequence[Finding], rules: Sequence[str], snapshot: Snapshot
) -> Iterator[Entry]:
    """A source that is here and does not give what was signed, and rules that could not be asked."""
    if done.step("signature").outcome is not Outcome.PASSED:
        return
    for finding in differs:
        zh, en = messages.explain(finding, "zh"), messages.explain(finding, "en")
        yield Entry(
            "replay",
            finding.code,
            finding.at,
            "needs-evidence",
            zh.what,
            en.what,
            zh.expected,
            en.expected,
            evidence=finding.saw,
        )
    if left := [name for name in rules if name not in snapshot.policy.rules]:
        params = {"packs": ", ".join(left)}
        step = StepResult("rules", Outcome.INDETERMINATE, Sub.RULES_NOT_RUN, {}, params)
        told = report.cause(step, "zh"), report.cause(step, "en")
        yield Entry("rule", Sub.RULES_NOT_RUN.name, "rules", "needs-evidence", *told)


def answers_of(evaluations: Sequence[Evaluation]) -> RuleAnswers:
    """What the packs said, as a validation takes it."""
    told: dict[str, PlainJson] = {
        e.pack.id: {name: str(count) for name, count in e.counts().items()} for e in evaluations
    }
    return RuleAnswers(
        packs=tuple(e.pack.id for e in evaluations),
        blocking=tuple(result.rule.id for e in evaluations for result in e.blocking),
        evidence=told,
        digests={e.pack.id: _pack_digest(e) for e in evaluations},
    )


def _pack_digest(evaluation: Evaluation) -> str:
    """A digest of the rules as they were asked: identifiers, parameters, clauses, force."""
    rules: list[PlainJson] = [
        {"id": r.id, "kind": r.kind, "test": r.test, "clause": r.clause, "status": r.legal_status}
        for r in evaluation.pack.rules
    ]
    return sha256_hex(jcs({"id": evaluation.pack.id, "edition": evaluation.pack.edition, "rules": rules}))


def _result_sets(prepared: Prepared | None) -> tuple[str, ...]:
    if prepared is None:
        return (_DECLARED,)
    restated = (o.restated.id for o in prepared.outcomes if o.restated is not None)
    return tuple(dict.fromkeys((_DECLARED, *restated)))


def _entries(
    done: Validation, prepared: Prepared | None, evaluations: Sequence[Evaluation]
) -> Iterator[Entry]:
    for step in done.steps[:-1]:
        if step.outcome in (Outcome.FAILED, Outcome.INDETERMINATE):
            sub, said = (
                step.sub.name if step.sub else "",
                (report.cause(step, "zh"), report.cause(step, "en")),
            )
            yield Entry("validation", sub, step.name, step.outcome.value, *said)
    for condition in done.conditions:
        yield Entry("agreement", condition["code"], "", "needs-evidence", condition["zh"], condition["en"])
    for finding in prepared.findings if prepared else ():
        zh, en = messages.explain(finding, "zh"), messages.explain(finding, "en")
        yield Entry(
            "finding",
            finding.code,
            finding.at,
            finding.severity.value,
            zh.what,
            en.what,
            zh.expected,
            en.expected,
            evidence=finding.saw,
            clause=finding.per,
        )
    for evaluation in evaluations:
        for result in evaluation.results:
            if prepared is not None and result.finding() is not None:
                yield _rule_entry(result, prepared)


def _rule_entry(result: Result, prepared: Prepared) -> Entry:
    formulas, places = [], []
    for path in result.answer.paths:
        origin = prepared.source.origins.get(path)
        if isinstance(origin, Derived):
            formulas.append(f"{path} = {origin.formula}")
            places += [
                p.at for p in map(prepared.source.origins.get, origin.parents) if isinstance(p, Origin)
            ]
        elif isinstance(origin, Origin):
            places.append(origin.at)
    return Entry(
        "rule",
        result.rule.id,
        ", ".join(result.at),
        result.outcome.value,
        f"{result.rule.title['zh']}：{result.answer.observed.text('zh')}",
        f"{result.rule.title['en']}: {result.answer.observed.text('en')}",
        result.expected("zh"),
        result.expected("en"),
        "\n".join(dict.fromkeys(formulas)),
        "\n".join(dict.fromkeys(places)),
        f"{result.rule.clause} [{result.force.value}]",
    )


def _refuse_undecided(
    examined: Examined, decided: Sequence[Decided], decision: Decision
) -> list[dict[str, str]]:
    """The conditions of the statement, if the paper and the validation allow this decision."""
    still_open = list(papers.open_entries(examined.paper, decided))
    rejected = [d for d in decided if d.decision == "rejected"]
    conditions = [*papers.conditions(examined.paper, decided)]
    if decision == "refused":
        if not rejected:
            raise NotDecided(decision, code="attest.nothing-rejected")
        return [
            {"code": e.code, "at": e.at, "text": d.reason}
            for e, d in zip(examined.paper.entries, decided, strict=True)
            if d.decision == "rejected"
        ]
    if rejected:
        raise NotDecided(len(rejected), code="attest.something-rejected", decision=decision)
    if still_open:
        raise NotDecided(len(still_open), path=still_open[0].code, decision=decision)
    if examined.validation.indication is Indication.TOTAL_FAILED:
        sub = examined.validation.sub
        raise NotDecided(sub.name if sub else "", code="attest.validation-failed", decision=decision)
    if decision == "recognised":
        if not examined.validation.passed:
            sub = examined.validation.sub
            raise NotDecided(sub.name if sub else "", code="attest.not-passed", decision=decision)
        if conditions:
            raise NotDecided(len(conditions), code="attest.has-conditions", decision=decision)
    if decision == "conditional" and not conditions:
        raise UsageError(decision, code="attest.no-conditions")
    return conditions


def _until(done: Validation, files: Mapping[str, bytes], decision: Decision, now: datetime) -> str:
    """Not longer than the original's own validity, whoever states it; empty where that has no end.

    A statement must not end before it begins (VCDM 2.0, 4.9): of what is over, only a refusal can be stated,
    and it stands.

    Raises:
        NotDecided: what is to be recognised is over.
    """
    time = done.step("time").evidence
    told = _record(files).get("statement")
    day = told.get("validUntil") if isinstance(told, dict) else None
    ends = [time.get("validUntil"), time.get("expires"), f"{day}T23:59:59Z" if day else None]
    stated = [str(end) for end in ends if is_timestamp(end)]
    end = min(stated, key=datetime.fromisoformat, default="")
    if end and datetime.fromisoformat(end) <= now:
        if decision != "refused":
            raise NotDecided(Sub.EXPIRED.name, code="attest.validation-failed", decision=decision)
        return ""
    return end


def _record(files: Mapping[str, bytes]) -> Mapping[str, PlainJson]:
    """The conversion record; empty where the folder has none."""
    value = parse_signed(files[CONVERSION]) if CONVERSION in files else {}
    return value if isinstance(value, dict) else {}


def _named(done: Validation, name: str) -> Mapping[str, PlainJson]:
    found = done.named.get(name)
    return found if isinstance(found, dict) else {}


def _agreement(done: Validation) -> Digested | None:
    found = _named(done, "agreement")
    if not found:
        return None
    return Digested(str(found["id"]), str(found["sha256"]), version=str(found["version"]))


def converted_of(files: Mapping[str, bytes]) -> Iterator[Digested]:
    """The targets that the conversion record ties to the original, as they are here."""
    targets = _record(files).get("targets")
    for target in targets if isinstance(targets, list) else []:
        parts = target.get("parts") if isinstance(target, dict) else None
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, dict):
                yield Digested(*(str(part.get(name, "")) for name in ("name", "sha256", "sm3")))


def _replaced(data: bytes, key: Signer, method: str, former: Mapping[str, PublicKey]) -> Digested:
    """The earlier statement, as this body has signed it: a changed one must not get the body's word."""
    known = {**former, **({method: key.public_key} if method else {})}
    proof = data_integrity.verify_proof(data, known=known)
    issuer = method.partition("#")[0] or key.public_key.did
    if proof.issuer != issuer:
        raise TrustError(proof.issuer, code="attest.not-this-key")
    identity = proof.document.get("id")
    if not is_statement(proof.document) or not isinstance(identity, str):
        raise UsageError(path="/type", code="attest.not-a-statement")
    return Digested(identity, sha256_hex(data))
