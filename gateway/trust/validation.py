"""The fourteen steps by which a receiver decides whether to believe a document, offline and always alike.

Inputs are the bytes, the receiver's policy and snapshot, and the time. What is not known stays not known:
it makes the verdict INDETERMINATE, never passed.

Source: ETSI EN 319 102-1 V1.4.1 for the order and the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gateway.frontdoor.json import PlainJson
from gateway.report import Finding, Severity
from gateway.signing.rdf.contexts import NO_CONTEXTS, Contexts
from gateway.signing.sm2 import Engine
from gateway.trust import agreement_check, credential_checks, entries, enveloped, signers
from gateway.trust import subject as subjects
from gateway.trust.answers import Answer, Inquiry
from gateway.trust.existence import Witnesses
from gateway.trust.judgement import STEPS, Indication, Outcome, StepResult, Sub, Validation, verdict
from gateway.trust.snapshot import Snapshot
from gateway.trust.statement import said
from gateway.trust.subject import Signer, Statement, Subject, is_statement
from gateway.trust.verify import CREDENTIAL

_UNKNOWN = frozenset(
    {
        Sub.NO_SIGNING_KEY_FOUND,
        Sub.SIGNED_DATA_NOT_FOUND,
        Sub.NOT_COVERED,
        Sub.NUMBER_NOT_COVERED,
        Sub.CRYPTO_CONSTRAINTS_FAILURE,
    }
)
_DIFFERS = "replay.differs"


@dataclass(frozen=True, slots=True)
class RuleAnswers:
    """What the rule packs said of the covered source, run by whoever calls.

    Args:
        digests: of each pack as it was asked; an agreement names its rules by id and digest.
    """

    packs: tuple[str, ...]
    blocking: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    evidence: Mapping[str, PlainJson] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)


def validate_folder(
    files: Mapping[str, bytes],
    snapshot: Snapshot,
    *,
    rules: RuleAnswers | None = None,
    engine: Engine | None = None,
    replayed: Sequence[Finding] = (),
) -> Validation:
    """Validate a signed folder: one of its signers must be a listed body whose signature counts.

    Args:
        replayed: what whoever has run the conversion again, from a source that was handed over, has found to
            be otherwise (``replay.differs``), or why it could not be run; places that differ stay open.
    """
    subject = subjects.of_folder(files)
    if subject.sub is None:
        # What a credential says more or otherwise is held against the record (``is_recorded``).
        differ = (one.at for one in replayed if one.code == _DIFFERS)
        places = dict.fromkeys(place for place in differ if not place.startswith(CREDENTIAL))
        told = (
            replace(one, severity=Severity.WARNING if one.code == _DIFFERS else Severity.INFO)
            for one in replayed
        )
        subject = replace(
            subject, findings=(*subject.findings, *told), left_open=(*subject.left_open, *places)
        )
    return validate_subject(subject, snapshot, rules=rules, engine=engine)


def validate_credential(
    data: bytes, snapshot: Snapshot, *, contexts: Contexts = NO_CONTEXTS, engine: Engine | None = None
) -> Validation:
    """Validate one credential; a recognition statement must be by a listed recogniser."""
    known = credential_checks.keys_of(snapshot)
    return validate_subject(enveloped.of_credential(data, known, contexts=contexts), snapshot, engine=engine)


def validate_subject(
    subject: Subject,
    snapshot: Snapshot,
    *,
    statement: Statement | None = None,
    rules: RuleAnswers | None = None,
    engine: Engine | None = None,
) -> Validation:
    """Validate what has been reduced to its covered bytes.

    Args:
        statement: what whoever can read the covered parts has found in them, where the subject has none.
    """
    if statement is not None and not subject.statement.is_known:
        subject = replace(subject, statement=statement)
    return _Run(subject, snapshot, rules, engine).result()


class _Run:
    """One validation. Once the bytes are not sound, no later step is asked."""

    def __init__(
        self, subject: Subject, snapshot: Snapshot, rules: RuleAnswers | None, engine: Engine | None
    ) -> None:
        self.subject, self.snapshot, self.rules, self.engine = subject, snapshot, rules, engine
        self.now = self.existed = snapshot.now
        self.notes: list[Finding] = []
        self.uncovered = subject.uncovered
        self.left_open = subject.left_open
        self.conditions: list[Mapping[str, str]] = []
        self.named: dict[str, PlainJson] = {}
        self.rulesets: dict[str, str] = {}
        self.witnesses = Witnesses(snapshot, engine)
        self.inquiry = Inquiry(subject, snapshot, self.witnesses, engine)
        self.inner: list[tuple[str, Validation]] = []

    def result(self) -> Validation:
        """Take the steps and sum them up."""
        steps = tuple(self._steps())
        indication, sub = verdict(steps)
        # Its words are those of the step that decides.
        params = next(
            (one.params for one in steps if sub and (one.outcome, one.sub) == (_OF[indication], sub)), {}
        )
        steps = (*steps, StepResult("verdict", _OF[indication], sub, {"steps": _summed(steps)}, params))
        assert [step.name for step in steps] == list(STEPS)
        if self.subject.sub is None:
            self.notes += self._silent_lists()
        return Validation(
            indication=indication,
            sub=sub,
            steps=steps,
            document=self.subject.sha256,
            at=self.now,
            existed=self.existed,
            findings=self.subject.findings,
            notes=tuple(self.notes),
            covered=self.subject.covered,
            uncovered=self.uncovered,
            conditions=tuple(self.conditions),
            named=self.named,
            said=said(self.subject.credential) if self.subject.sub is None else None,
        )

    def _steps(self) -> Iterator[StepResult]:
        sub = self.subject.sub
        evidence: dict[str, PlainJson] = {"kind": self.subject.kind, "sha256": self.subject.sha256}
        if sub is not None:
            yield from self._unsound(sub, evidence)
            return
        answers = [self.inquiry.of(signer) for signer in self.subject.signers]
        self.notes += (note for answer in answers for note in answer.known.notes)
        chosen, signer = self.inquiry.choose(answers)
        self.existed = chosen.existed
        for answer in answers:
            if answer.listed is None and answer is not chosen:
                self.notes.append(self._unlisted(answer))
            elif answer is not chosen and not self.inquiry.counts(answer):
                self._leave_open(answer.signer)
            elif answer is not chosen and self.inquiry.lacks(answer):
                self.notes.append(Finding("list.signer-short", "", answer.signer.name, Severity.INFO))
        self.inner = [(place, self._inside(inner)) for place, inner in self.subject.contained]
        yield StepResult("front-door", Outcome.PASSED, evidence=evidence)
        yield self._signature(answers)
        yield self._coverage(chosen, answers)
        yield signer
        yield self._existence(chosen)
        if signer.outcome is not Outcome.PASSED:
            yield replace(signer, name="entry")
            for name in ("status", "accreditation", "scope", "agreement"):
                yield StepResult(name, Outcome.INDETERMINATE, signer.sub, params=signer.params)
        else:
            yield from self._entry(chosen, answers)
        body = chosen.listed.entity if chosen.listed is not None else None
        yield credential_checks.status(self.subject, self.snapshot, body=body)
        yield credential_checks.times(self.subject, self.snapshot)
        yield self._rules()
        self.notes += self.witnesses.notes

    def _inside(self, inner: Subject) -> Validation:
        """A signed document inside is validated as if it came alone, but for when it was seen before."""
        return _Run(inner, replace(self.snapshot, received={}), None, self.engine).result()

    def _told_inside(self) -> Iterator[Finding]:
        for place, done in self.inner:
            word = f"{done.indication.name} {done.sub.name}" if done.sub else done.indication.name
            yield Finding("list.contained", place, word, Severity.INFO)
            if done.said is not None:
                yield done.said.finding()
            told = (*(one for one in done.findings if one.severity is Severity.INFO), *done.notes)
            yield from (replace(one, at=f"{place} {one.at}".strip()) for one in told)

    def _unsound(self, sub: Sub, evidence: Mapping[str, PlainJson]) -> Iterator[StepResult]:
        """The bytes are not what somebody signed: nothing that they say is read."""
        broken: list[PlainJson] = [{"code": f.code, "at": f.at} for f in self.subject.findings]
        found: dict[str, PlainJson] = {**evidence, "findings": broken}
        first = next((one.at or one.saw or one.code for one in self.subject.findings), "")
        wrong_at = 0 if sub is Sub.FORMAT_FAILURE else 1
        params = {"first": first, **({"parts": first} if sub is Sub.NOT_COVERED else {})}
        unknown = sub in _UNKNOWN
        for number, name in enumerate(STEPS[:-1]):
            if number < wrong_at:
                yield StepResult(name, Outcome.PASSED, evidence=evidence)
            elif number == wrong_at:
                outcome = Outcome.INDETERMINATE if unknown else Outcome.FAILED
                yield StepResult(name, outcome, sub, found, params)
            else:
                yield StepResult(name, Outcome.NOT_ASKED)

    def _unlisted(self, answer: Answer) -> Finding:
        """Somebody has signed too; of a folder's credential, nobody else has signed what it says."""
        signer = answer.signer
        if self.subject.kind != "folder" or signer.kind != "jws":
            if answer.known.step.sub is not Sub.NO_TRUST_ENTRY:
                # A list may name it, or an authority above it: then that is not what is missing.
                word = answer.known.step.sub.name if answer.known.step.sub else ""
                return Finding("list.signer-open", word, signer.name, Severity.INFO)
            return Finding("list.signer-not-listed", "", signer.name, Severity.INFO)
        self.uncovered += (CREDENTIAL,)
        self._leave_open(signer)
        is_alone = any(place.startswith(CREDENTIAL) for place in self.left_open)
        code = "list.credential-alone" if is_alone else "list.credential-not-listed"
        return Finding(code, CREDENTIAL, signer.name, Severity.INFO)

    def _leave_open(self, signer: Signer) -> None:
        """What a credential says, and no signature that counts, is read all the same."""
        if self.subject.kind == "folder" and signer.kind == "jws" and not self.subject.is_recorded:
            self.left_open += (CREDENTIAL,)

    def _signature(self, answers: Sequence[Answer]) -> StepResult:
        told: list[PlainJson] = [
            {"kind": s.kind, "algorithm": s.algorithm, "signer": s.name} for s in self.subject.signers
        ]
        for one in answers:
            until = self.snapshot.policy.sunset(one.signer.algorithm)
            if until is not None and one.existed > until:
                params = {"algorithm": one.signer.algorithm, "until": until.isoformat()}
                return StepResult(
                    "signature",
                    Outcome.INDETERMINATE,
                    Sub.CRYPTO_CONSTRAINTS_FAILURE,
                    {"signatures": told},
                    params,
                )
        return StepResult("signature", Outcome.PASSED, evidence={"signatures": told})

    def _coverage(self, chosen: Answer, answers: Sequence[Answer]) -> StepResult:
        """(3) What is read must be covered, by the very signature that counts."""
        subject = self.subject
        evidence: dict[str, PlainJson] = {
            "covered": list(subject.covered),
            "uncovered": list(self.uncovered),
        }
        by_others = [part.name for part in subject.parts if part.name not in chosen.signer.covered]
        if self.inner:
            evidence["contained"] = [_told_of(place, done) for place, done in self.inner]
        self.notes += self._told_inside()
        # What is no credential of this model, say, is not changed by that: its verdict stays open.
        failed = [
            place
            for place, done in self.inner
            if done.indication is Indication.TOTAL_FAILED and done.sub is not Sub.FORMAT_FAILURE
        ]
        if failed:
            params = {"parts": ", ".join(failed)}
            return StepResult("coverage", Outcome.FAILED, Sub.CONTAINED_FAILED, evidence, params)
        not_passed = [place for place, done in self.inner if not done.passed]
        missing = (*self.left_open, *by_others, *not_passed, *self._misnamed(chosen, answers))
        if missing:
            params = {"parts": ", ".join(missing)}
            return StepResult("coverage", Outcome.INDETERMINATE, Sub.NOT_COVERED, evidence, params)
        return StepResult("coverage", Outcome.PASSED, evidence=evidence)

    def _misnamed(self, chosen: Answer, answers: Sequence[Answer]) -> Iterator[str]:
        """Names by which the issuer calls itself and no list does, as far as they leave it open."""
        of_folder = self.subject.kind == "folder"
        own = next((one for one in answers if of_folder and one.signer.kind == "jws"), chosen)
        for name in credential_checks.issuer_names(self.subject.credential):
            if own.listed is not None:
                entity = own.listed.entity
                if not entity.goes_by(name):
                    self.notes.append(Finding("list.other-issuer-name", entity.name, name, Severity.WARNING))
                    if is_statement(self.subject.credential):
                        yield "/issuer/name"
            elif chosen.listed is not None and self.snapshot.is_name_of_a_body(name):
                # Whoever opens the folder reads the listed body's name over a stranger's signature.
                self.notes.append(Finding("list.borrowed-name", own.signer.name, name, Severity.WARNING))
                yield f"{CREDENTIAL}#/issuer/name"

    def _existence(self, chosen: Answer) -> StepResult:
        """(5) The earliest word that counts; without one, the moment of this validation."""
        proof = chosen.proof
        evidence: dict[str, PlainJson] = {"source": "receipt-time", "time": self.now.isoformat()}
        if proof is not None:
            evidence = {"source": proof.source, "time": proof.time.isoformat(), "sha256": proof.sha256}
        return StepResult("existence", Outcome.PASSED, evidence=evidence)

    def _entry(self, chosen: Answer, answers: Sequence[Answer]) -> Iterator[StepResult]:
        """(6) to (10)."""
        listed = chosen.listed
        assert listed is not None
        own: dict[str, PlainJson] = {
            "list": listed.held.name,
            "sequence": str(listed.held.seen.sequence),
            "sha256": listed.held.sha256,
            "body": listed.entity.name,
        }
        self.named["signedBy"] = own
        yield StepResult("entry", Outcome.PASSED, evidence=own, params={"body": listed.entity.name})
        status = entries.status(listed, chosen.known.found_by, self.existed)
        for other in answers if status.outcome is Outcome.PASSED else ():
            names = other.known.found_by
            # Another key of the same service may have been replaced since, but not lost.
            is_other = other.listed is not listed or entries.is_lost(listed.entity, names)
            if other.listed is not None and is_other:
                found = entries.status(other.listed, names, other.existed)
                status = status if found.outcome is Outcome.PASSED else found
        yield status
        if status.outcome is not Outcome.PASSED:
            for name in ("accreditation", "scope", "agreement"):
                yield StepResult(name, Outcome.NOT_ASKED)
            return
        for later in listed.service.after(self.existed):
            if later.status != "granted":
                self.notes.append(
                    Finding("list.status-later", listed.entity.name, later.status, Severity.INFO)
                )
        statement = self.subject.statement
        yield entries.accreditation(listed, statement, self.snapshot, self.existed)
        yield entries.scope(listed, statement, self.existed)
        step, agreed = agreement_check.agreement(listed, statement, self.snapshot, self.existed)
        yield self._blamed(step)
        if agreed is not None:
            one = agreed.agreement
            self.named["agreement"] = {"id": one.id, "version": one.version, "sha256": one.sha256}
            self.rulesets = {p.ruleset.sha256: p.ruleset.id for p in agreed.subjects if p.ruleset}
            self.conditions += [
                {"code": c.code, "zh": c.zh, "en": c.en} for pair in agreed.subjects for c in pair.conditions
            ]

    def _blamed(self, step: StepResult) -> StepResult:
        """No agreement because the receiver's own list may not speak: that is the cause to name."""
        if step.sub is not Sub.NO_AGREEMENT or self.snapshot.policy.own_list in self.snapshot.lists:
            return step
        for refused in self.snapshot.refused:
            if refused.held is not None and refused.held.name == self.snapshot.policy.own_list:
                sub = signers.CAUSES.get(refused.error.error_code, Sub.TRUST_LIST_REFUSED)
                return replace(step, sub=sub, params={"list": refused.file, "why": refused.error.error_code})
        return step

    def _silent_lists(self) -> Iterator[Finding]:
        """Lists that may not speak: what they say might have been enough, or too much."""
        for refused in self.snapshot.refused:
            yield Finding("list.not-heard", refused.file, refused.error.error_code, Severity.INFO)

    def _rules(self) -> StepResult:
        asked = self.snapshot.policy.rules
        if not (asked or self.rulesets) or self.subject.kind == "credential":
            return StepResult("rules", Outcome.NOT_ASKED)
        answered = {(digest, name) for name, digest in self.rules.digests.items()} if self.rules else set()
        # What an agreement recognises, it does by rules of its own.
        agreed = [f"{name} {digest}" for digest, name in sorted(self.rulesets.items() - answered)]
        if agreed or self.rules is None or not set(asked) <= set(self.rules.packs):
            params = {"packs": ", ".join((*asked, *agreed))}
            return StepResult("rules", Outcome.INDETERMINATE, Sub.RULES_NOT_RUN, {}, params)
        if self.rules.blocking:
            params = {"rules": ", ".join(self.rules.blocking)}
            return StepResult("rules", Outcome.FAILED, Sub.RULES_BLOCKING, self.rules.evidence, params)
        return StepResult("rules", Outcome.PASSED, evidence=self.rules.evidence)


def _told_of(place: str, done: Validation) -> dict[str, PlainJson]:
    sub = done.sub.name if done.sub else ""
    return {"at": place, "sha256": done.document, "indication": done.indication.name, "subIndication": sub}


_OF = {
    Indication.TOTAL_PASSED: Outcome.PASSED,
    Indication.TOTAL_FAILED: Outcome.FAILED,
    Indication.INDETERMINATE: Outcome.INDETERMINATE,
}


def _summed(steps: Sequence[StepResult]) -> dict[str, PlainJson]:
    return {step.name: step.evidence_digest for step in steps}
