"""Who has signed: each signer with the entry that names it, and the one whose signature counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.signing.sm2 import Engine
from gateway.trust import agreement_check, entries, signers
from gateway.trust.existence import Proof, Witnesses
from gateway.trust.identities import identities_in
from gateway.trust.judgement import Outcome, StepResult, Sub
from gateway.trust.signers import Known
from gateway.trust.snapshot import Listed, Snapshot
from gateway.trust.subject import Signer, Subject, is_statement


@dataclass(frozen=True, slots=True)
class Answer:
    """One signer: since when the signature exists, and whose it is."""

    signer: Signer
    proof: Proof | None
    existed: datetime
    known: Known

    @property
    def listed(self) -> Listed | None:
        return self.known.listed


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What the lists of a snapshot say of the signers of one document."""

    subject: Subject
    snapshot: Snapshot
    witnesses: Witnesses
    engine: Engine | None

    def counts(self, answer: Answer) -> bool:
        """Whether it is by a listed body of a kind whose signature counts for this document."""
        return answer.listed is not None and self._is_accepted(answer.listed, answer.existed)

    def of(self, signer: Signer) -> Answer:
        """(4) and (5) The earliest proof counts, but nobody proves the time of a signature of their own."""
        for proof in (*self.witnesses.of(signer), None):
            existed = min(proof.time, self.snapshot.now) if proof else self.snapshot.now
            known = signers.identify(
                signer,
                self.snapshot,
                existed=existed,
                is_proven=proof is not None,
                accepts=lambda listed, at=existed: self._is_accepted(listed, at),  # type: ignore[misc]
                engine=self.engine,
            )
            if proof is None or known.listed is None or not _is_own(signer, known.listed, proof):
                break
        return self._with_service(Answer(signer, proof, existed, known))

    def choose(self, answers: Sequence[Answer]) -> tuple[Answer, StepResult]:
        """The signer whose signature counts: a listed body of an accepted kind. None may fail."""
        failed = [one for one in answers if one.known.step.outcome is Outcome.FAILED]
        good = [one for one in answers if one.listed is not None]
        counting = [one for one in good if self.counts(one)]
        if failed:
            return failed[0], failed[0].known.step
        if counting:
            # Of several certifiers, not the one whose file comes first by name.
            found = min(counting, key=self._shortfall)
            return found, found.known.step
        for one in good:
            assert one.listed is not None
            params = {"body": one.listed.entity.name, "service": one.listed.service.now.kind}
            step = StepResult("signer", Outcome.INDETERMINATE, Sub.SERVICE_NOT_ACCEPTED, params=params)
            return one, step
        # Of several that are open, one whom the lists lead to: its cause is the one to be cleared.
        found = min(answers, key=lambda one: one.known.step.sub is Sub.NO_TRUST_ENTRY)
        return found, found.known.step

    def lacks(self, answer: Answer) -> bool:
        """Whether the verdict could not rest on it alone."""
        return self._shortfall(answer) > 0

    def _shortfall(self, answer: Answer) -> int:
        """How much it lacks of what is asked: status, accreditation, scope, agreement, all parts."""
        listed, existed, statement = answer.listed, answer.existed, self.subject.statement
        assert listed is not None
        steps = [entries.status(listed, answer.known.found_by, existed)]
        if listed.service.at(existed) is not None:
            steps.append(entries.accreditation(listed, statement, self.snapshot, existed))
            steps.append(entries.scope(listed, statement, existed))
            steps.append(agreement_check.agreement(listed, statement, self.snapshot, existed)[0])
        worst = {Outcome.FAILED: 16, Outcome.INDETERMINATE: 1}
        is_partial = any(part.name not in answer.signer.covered for part in self.subject.parts)
        lacking = sum(worst.get(step.outcome, 0) for step in steps) + is_partial
        return lacking if len(steps) > 1 else 64

    def _with_service(self, answer: Answer) -> Answer:
        """Of several services of one body, that whose scope holds what was declared.

        Where one of those is not granted, it is the one: nobody knows under which of two hats a body signed.
        """
        statement, existed = self.subject.statement, answer.existed
        names = answer.known.found_by
        states = [(one, one.service.at(existed)) for one in answer.known.services]
        # A service that has another key by then is no hat of this one, if there are others.
        there = [one for one, state in states if state is not None and names & {*identities_in(state)}]
        there = there or [one for one, state in states if state is not None]
        if answer.listed is None or not there:
            return answer
        within = [
            one
            for one in there
            if entries.scope(one, statement, existed).outcome in (Outcome.PASSED, Outcome.NOT_ASKED)
        ]
        bad = [
            one
            for one in there
            if entries.status(one, names, existed).outcome is not Outcome.PASSED
            and entries.scope(one, statement, existed).outcome is not Outcome.FAILED
        ]
        own = next((one for one in there if one is answer.listed), there[0])
        found = next(iter((*bad, *within)), own)
        return replace(answer, known=replace(answer.known, listed=found))

    def _is_accepted(self, listed: Listed, existed: datetime) -> bool:
        state = listed.service.at(existed) or listed.service.now
        if is_statement(self.subject.credential):
            return state.kind == "recogniser"
        return state.kind in self.snapshot.policy.services


def _is_own(signer: Signer, listed: Listed, proof: Proof) -> bool:
    """Whether the signer's body, or its key, has said the time itself, under whichever entry."""
    own = not entries.known_by(proof.voucher).isdisjoint(signer.identities)
    return own or entries.is_same_body(listed.entity, proof.voucher)
