"""The fourteen steps by which a receiver decides whether to believe a document, offline and always alike.

Inputs are the bytes, the receiver's policy and snapshot, and the time. What is not known stays not known:
it makes the verdict INDETERMINATE, never passed.

Source: ETSI EN 319 102-1 V1.4.1 for the order and the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson
from gateway.report import Finding, Severity
from gateway.signing import chain as chains
from gateway.signing import crl, data_integrity
from gateway.signing.digests import digest_sri, sha256_hex
from gateway.signing.sm2 import Engine
from gateway.trust import credential_checks, entries
from gateway.trust import subject as subjects
from gateway.trust.judgement import STEPS, Indication, Outcome, StepResult, Sub, Validation, verdict
from gateway.trust.lote import Entity
from gateway.trust.snapshot import Listed, Snapshot, identities_of
from gateway.trust.subject import Signer, Subject
from gateway.trust.verify import MANIFEST

_VOUCHERS = frozenset({"tsa", "gateway"})
_CAUSES = {
    "list.expired": Sub.TRUST_LIST_EXPIRED,
    "list.rollback": Sub.TRUST_LIST_ROLLBACK,
    "list.two-of-one-number": Sub.TRUST_LIST_ROLLBACK,
}


@dataclass(frozen=True, slots=True)
class RuleAnswers:
    """What the rule packs said of the covered source, run by whoever calls."""

    packs: tuple[str, ...]
    blocking: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    evidence: Mapping[str, PlainJson] = field(default_factory=dict)


def validate_folder(
    files: Mapping[str, bytes],
    snapshot: Snapshot,
    *,
    rules: RuleAnswers | None = None,
    engine: Engine | None = None,
) -> Validation:
    """Validate a signed folder: one of its signers must be a listed body whose signature counts."""
    bound = files.get(MANIFEST, b"")
    return _Run(subjects.of_folder(files), bound, snapshot, rules, engine).result()


def validate_credential(data: bytes, snapshot: Snapshot, *, engine: Engine | None = None) -> Validation:
    """Validate one credential; a recognition statement must be by a listed recogniser."""
    known = credential_checks.keys_of(snapshot)
    return _Run(subjects.of_credential(data, known), data, snapshot, None, engine).result()


class _Run:
    """One validation. Steps fill ``done``; once the bytes are not sound, no later step is asked."""

    def __init__(
        self,
        subject: Subject,
        data: bytes,
        snapshot: Snapshot,
        rules: RuleAnswers | None,
        engine: Engine | None,
    ) -> None:
        self.subject, self.data, self.snapshot, self.rules, self.engine = (
            subject,
            data,
            snapshot,
            rules,
            engine,
        )
        self.now = snapshot.now
        self.existed = snapshot.now
        self.notes: list[Finding] = []
        self.conditions: list[Mapping[str, str]] = []
        self.named: dict[str, PlainJson] = {}
        # By what each listed signer was found.
        self.found_by: dict[int, frozenset[str]] = {}
        # Listed signers besides the one whose signature counts.
        self.beside: list[Listed] = []
        # Who vouches for the time of existence; nobody does so for a signature of their own.
        self.voucher: Entity | None = None

    def result(self) -> Validation:
        """Take the steps and sum them up."""
        steps = tuple(self._steps())
        indication, sub = verdict(steps)
        steps = (*steps, StepResult("verdict", _OF[indication], sub, {"steps": _summed(steps)}))
        assert [step.name for step in steps] == list(STEPS)
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
            uncovered=self.subject.uncovered,
            conditions=tuple(self.conditions),
            named=self.named,
        )

    def _steps(self) -> Iterator[StepResult]:
        sub = self.subject.sub
        evidence: dict[str, PlainJson] = {"kind": self.subject.kind, "sha256": self.subject.sha256}
        if sub is not None:
            yield from self._unsound(sub, evidence)
            return
        existence = self._existence()
        listed, signer = self._signer()
        if listed is not None and listed.entity is self.voucher:
            self.notes, self.beside = [], []
            existence = self._existence(besides=listed.entity)
            listed, signer = self._signer()
        yield StepResult("front-door", Outcome.PASSED, evidence=evidence)
        yield self._signature()
        yield StepResult(
            "coverage",
            Outcome.PASSED,
            evidence={"covered": list(self.subject.covered), "uncovered": list(self.subject.uncovered)},
        )
        yield signer
        yield existence
        if listed is None:
            yield replace(signer, name="entry")
            for name in ("status", "accreditation", "scope", "agreement"):
                yield StepResult(name, Outcome.INDETERMINATE, signer.sub)
        else:
            yield from self._entry(listed)
        yield credential_checks.status(self.subject, self.snapshot)
        yield credential_checks.times(self.subject, self.snapshot)
        yield self._rules()

    def _unsound(self, sub: Sub, evidence: Mapping[str, PlainJson]) -> Iterator[StepResult]:
        """The bytes are not what somebody signed: nothing that they say is read."""
        broken: list[PlainJson] = [{"code": f.code, "at": f.at} for f in self.subject.findings]
        found: dict[str, PlainJson] = {**evidence, "findings": broken}
        first = self.subject.findings[0].at if self.subject.findings else ""
        wrong_at = 0 if sub is Sub.FORMAT_FAILURE else 1
        unknown = sub is Sub.NO_SIGNING_KEY_FOUND
        for number, name in enumerate(STEPS[:-1]):
            if number < wrong_at:
                yield StepResult(name, Outcome.PASSED, evidence=evidence)
            elif number == wrong_at:
                outcome = Outcome.INDETERMINATE if unknown else Outcome.FAILED
                yield StepResult(name, outcome, sub, found, {"first": first})
            else:
                yield StepResult(name, Outcome.NOT_ASKED)

    def _signature(self) -> StepResult:
        told: list[PlainJson] = [
            {"kind": s.kind, "algorithm": s.algorithm, "signer": s.name} for s in self.subject.signers
        ]
        for signer in self.subject.signers:
            until = self.snapshot.policy.sunset(signer.algorithm)
            if until is not None and self.existed > until:
                params = {"algorithm": signer.algorithm, "until": until.isoformat()}
                return StepResult(
                    "signature",
                    Outcome.INDETERMINATE,
                    Sub.CRYPTO_CONSTRAINTS_FAILURE,
                    {"signatures": told},
                    params,
                )
        return StepResult("signature", Outcome.PASSED, evidence={"signatures": told})

    def _existence(self, besides: Entity | None = None) -> StepResult:
        """(5) The earliest receipt of a listed voucher; without one, the moment of this validation."""
        self.existed, self.voucher = self.now, None
        found: list[tuple[datetime, str, str]] = []
        bodies: dict[str, Entity] = {}
        for receipt in self.snapshot.receipts:
            try:
                proof = data_integrity.verify_proof(receipt, known=credential_checks.keys_of(self.snapshot))
            except GatewayError:
                continue
            when = _receipt_time(proof, self.data)
            vouchers = self.snapshot.find([f"id:{proof.issuer}"]) if when else ()
            good = [one for one in vouchers if when and _may_vouch(one, when) and one.entity is not besides]
            if when and good and not _is_over(proof.expires, self.now - self.snapshot.policy.skew):
                digest = sha256_hex(receipt)
                found.append((when, proof.issuer, digest))
                bodies[digest] = good[0].entity
        if not found:
            evidence: dict[str, PlainJson] = {"source": "receipt-time", "time": self.now.isoformat()}
            return StepResult("existence", Outcome.PASSED, evidence=evidence)
        when, issuer, digest = min(found)
        self.existed, self.voucher = min(when, self.now), bodies[digest]
        evidence = {"source": issuer, "time": when.isoformat(), "sha256": digest}
        return StepResult("existence", Outcome.PASSED, evidence=evidence)

    def _signer(self) -> tuple[Listed | None, StepResult]:
        """(4) Whose keys these are, by the snapshot; one of the signers has to be a listed body."""
        results: list[tuple[Listed | None, StepResult]] = [self._one(s) for s in self.subject.signers]
        failed = [step for _, step in results if step.outcome is Outcome.FAILED]
        good = [(listed, step) for listed, step in results if listed is not None]
        counting = [(listed, step) for listed, step in good if self._is_accepted(listed)]
        for (listed, _), signer in zip(results, self.subject.signers, strict=True):
            if listed is None:
                self.notes.append(Finding("list.signer-not-listed", "", signer.name, Severity.INFO))
        if failed:
            return None, failed[0]
        if counting:
            self.beside = [listed for listed, _ in good if listed is not counting[0][0]]
            return counting[0]
        if good:
            other = good[0][0]
            params = {"body": other.entity.name, "service": other.service.now.kind}
            return None, StepResult("signer", Outcome.INDETERMINATE, Sub.SERVICE_NOT_ACCEPTED, params=params)
        return None, results[0][1]

    def _is_accepted(self, listed: Listed) -> bool:
        state = listed.service.at(self.existed) or listed.service.now
        if self.subject.kind == "folder":
            return state.kind in self.snapshot.policy.services
        if credential_checks.is_statement(self.subject.credential):
            return state.kind == "recogniser"
        return state.kind in self.snapshot.policy.services

    def _one(self, signer: Signer) -> tuple[Listed | None, StepResult]:
        found = list(self.snapshot.find(signer.identities))
        evidence: dict[str, PlainJson] = {"signer": signer.name, "identities": list(signer.identities)}
        bodies = {id(one.entity): one for one in found}
        if len(bodies) > 1:
            names = {"bodies": ", ".join(sorted(one.entity.name for one in bodies.values()))}
            failed = StepResult("signer", Outcome.FAILED, Sub.TRUST_ENTRY_AMBIGUOUS, evidence, names)
            return None, failed
        if found:
            chosen = next((one for one in found if self._is_accepted(one)), found[0])
            self.found_by[id(chosen)] = frozenset(signer.identities)
            revoked = self._listed_and_revoked(signer, evidence)
            if revoked is not None:
                return None, revoked
            return chosen, StepResult("signer", Outcome.PASSED, evidence=evidence)
        if signer.chain:
            return self._chain(signer, evidence)
        return None, self._unlisted(signer, evidence)

    def _chain(self, signer: Signer, evidence: Mapping[str, PlainJson]) -> tuple[Listed | None, StepResult]:
        """A certificate that leads to a listed one, when it existed, and that nobody has revoked."""
        snapshot = self.snapshot
        anchors = dict(snapshot.anchors)
        others = (*signer.chain[1:], *snapshot.certificates)
        leaf = signer.chain[0]
        try:
            chain = chains.verify_chain(leaf, others, anchors, at=self.existed, engine=self.engine)
        except chains.ChainRefused as error:
            if error.error_code == "x509.issuer-unknown" or not anchors:
                return None, self._unlisted(signer, evidence)
            params = {"why": error.error_code, "subject": error.saw}
            return None, StepResult(
                "signer", Outcome.INDETERMINATE, Sub.CHAIN_CONSTRAINTS_FAILURE, evidence, params
            )
        anchor = snapshot.find([f"cert:{chain.anchor.fingerprint}"])
        if len({id(one.entity) for one in anchor}) > 1:
            names = {"bodies": ", ".join(sorted(one.entity.name for one in anchor))}
            return None, StepResult("signer", Outcome.FAILED, Sub.TRUST_ENTRY_AMBIGUOUS, evidence, names)
        listed = next((one for one in anchor if self._is_accepted(one)), anchors[chain.anchor])
        self.found_by[id(listed)] = frozenset({f"cert:{chain.anchor.fingerprint}"})
        told: dict[str, PlainJson] = {**evidence, "chain": [one.fingerprint for one in chain.certificates]}
        for certificate, issuer in zip(chain.certificates, chain.certificates[1:], strict=False):
            answer = crl.revocation(certificate, issuer, snapshot.crls, at=self.now, engine=self.engine)
            step = self._revocation(answer, certificate.subject, told)
            if step is not None:
                return None, step
        return listed, StepResult("signer", Outcome.PASSED, evidence=told)

    def _listed_and_revoked(self, signer: Signer, evidence: Mapping[str, PlainJson]) -> StepResult | None:
        """A certificate that stands in a list needs no revocation list; one that speaks is still heard."""
        if not signer.chain:
            return None
        leaf, snapshot = signer.chain[0], self.snapshot
        for issuer in (*signer.chain, *snapshot.certificates, *(one for one, _ in snapshot.anchors)):
            if issuer.subject_name != leaf.issuer_name or issuer == leaf:
                continue
            answer = crl.revocation(leaf, issuer, snapshot.crls, at=self.now, engine=self.engine)
            if answer.status is crl.Revocation.REVOKED:
                step = self._revocation(answer, leaf.subject, evidence)
                if step is not None:
                    return step
        return None

    def _revocation(
        self, answer: crl.RevocationAnswer, subject: str, evidence: Mapping[str, PlainJson]
    ) -> StepResult | None:
        params = {"subject": subject, "since": answer.since.isoformat() if answer.since else ""}
        if answer.status is crl.Revocation.UNKNOWN:
            return StepResult("signer", Outcome.INDETERMINATE, Sub.REVOCATION_UNAVAILABLE, evidence, params)
        if answer.since is None:
            return None
        if answer.since <= self.existed:
            return StepResult("signer", Outcome.FAILED, Sub.REVOKED, evidence, params)
        if answer.reason in {"keyCompromise", "cACompromise", "aACompromise"}:
            return StepResult("signer", Outcome.INDETERMINATE, Sub.REVOKED_KEY_COMPROMISE, evidence, params)
        self.notes.append(Finding("list.revoked-later", subject, params["since"], Severity.INFO))
        return None

    def _unlisted(self, signer: Signer, evidence: Mapping[str, PlainJson]) -> StepResult:
        """Nobody whom the lists name; where a refused list would name them, that list is the cause."""
        for refused in self.snapshot.refused:
            named = refused.held.content.services() if refused.held else ()
            if any(set(signer.identities) & set(identities_of(service)) for _, service in named):
                sub = _CAUSES.get(refused.error.error_code, Sub.TRUST_LIST_REFUSED)
                params = {"list": refused.file, "why": refused.error.error_code}
                return StepResult("signer", Outcome.INDETERMINATE, sub, evidence, params)
        return StepResult(
            "signer", Outcome.INDETERMINATE, Sub.NO_TRUST_ENTRY, evidence, {"signer": signer.name}
        )

    def _entry(self, listed: Listed) -> Iterator[StepResult]:
        """(6) to (10)."""
        own: dict[str, PlainJson] = {
            "list": listed.held.name,
            "sequence": str(listed.held.seen.sequence),
            "sha256": listed.held.sha256,
            "body": listed.entity.name,
        }
        self.named["signedBy"] = own
        yield StepResult("entry", Outcome.PASSED, evidence=own, params={"body": listed.entity.name})
        status = entries.status(listed, self.found_by[id(listed)], self.existed)
        for other in self.beside if status.outcome is Outcome.PASSED else ():
            existed = self.now if other.entity is self.voucher else self.existed
            found = entries.status(other, self.found_by[id(other)], existed)
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
        step, agreed = entries.agreement(listed, statement, self.snapshot, self.existed)
        yield self._blamed(step)
        if agreed is not None:
            one = agreed.agreement
            self.named["agreement"] = {"id": one.id, "version": one.version, "sha256": one.sha256}
            self.conditions += [
                {"code": c.code, "zh": c.zh, "en": c.en} for pair in agreed.subjects for c in pair.conditions
            ]

    def _blamed(self, step: StepResult) -> StepResult:
        """No agreement because the receiver's own list may not speak: that is the cause to name."""
        if step.sub is not Sub.NO_AGREEMENT or self.snapshot.policy.own_list in self.snapshot.lists:
            return step
        for refused in self.snapshot.refused:
            if refused.held is not None and refused.held.name == self.snapshot.policy.own_list:
                sub = _CAUSES.get(refused.error.error_code, Sub.TRUST_LIST_REFUSED)
                return replace(step, sub=sub, params={"list": refused.file, "why": refused.error.error_code})
        return step

    def _rules(self) -> StepResult:
        asked = self.snapshot.policy.rules
        if not asked or self.subject.kind != "folder":
            return StepResult("rules", Outcome.NOT_ASKED)
        if self.rules is None or not set(asked) <= set(self.rules.packs):
            params = {"packs": ", ".join(asked)}
            return StepResult("rules", Outcome.INDETERMINATE, Sub.RULES_NOT_RUN, {}, params)
        if self.rules.blocking:
            params = {"rules": ", ".join(self.rules.blocking)}
            return StepResult("rules", Outcome.FAILED, Sub.RULES_BLOCKING, self.rules.evidence, params)
        return StepResult("rules", Outcome.PASSED, evidence=self.rules.evidence)


_OF = {
    Indication.TOTAL_PASSED: Outcome.PASSED,
    Indication.TOTAL_FAILED: Outcome.FAILED,
    Indication.INDETERMINATE: Outcome.INDETERMINATE,
}


def _summed(steps: Sequence[StepResult]) -> dict[str, PlainJson]:
    return {step.name: step.evidence_digest for step in steps}


def _may_vouch(listed: Listed, when: datetime) -> bool:
    """Whether the body was listed for it then, and has never lost its key: who has that writes any time."""
    state = listed.service.at(when)
    reasons = [one.facts.reason for one in listed.service.states]
    lost = any(reason is not None and reason.code == "key-compromise" for reason in reasons)
    return state is not None and state.kind in _VOUCHERS and state.status == "granted" and not lost


def _is_over(expires: str | None, now: datetime) -> bool:
    return expires is not None and datetime.fromisoformat(expires) < now


def _receipt_time(proof: data_integrity.VerifiedProof, data: bytes) -> datetime | None:
    """When the receipt says that these bytes existed; None where it is about other bytes."""
    related = proof.document.get("relatedResource")
    named = [e.get("digestSRI") for e in related if isinstance(e, dict)] if isinstance(related, list) else []
    if proof.created is None or digest_sri(data) not in named:
        return None
    return datetime.fromisoformat(proof.created)
