"""Step 10: the receiver's own agreement with the list or body of a signer, and whether it reaches so far."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Final

from gateway.frontdoor.json import PlainJson
from gateway.resources import table
from gateway.trust.agreement import Agreement, Standing, SubjectPair, matching
from gateway.trust.identities import identities_in
from gateway.trust.judgement import Outcome, StepResult, Sub
from gateway.trust.lote import State, service_type, status_uri
from gateway.trust.product_codes import harmonised, is_within, may_be_within
from gateway.trust.snapshot import Listed, Snapshot
from gateway.trust.subject import Statement

_IN_FORCE: Final = frozenset({"enacted", "conditional"})
# An exclusion that can be held against a declaration: a standard, a country, a prefix of products.
_CODE: Final = re.compile(r"[A-Z]{2}|[A-Z][A-Z0-9_-]{2,}|[a-z0-9]+:[0-9][0-9.]*")


@dataclass(frozen=True, slots=True)
class Agreed:
    """The agreement that counts, with the subjects under which the declaration falls."""

    agreement: Agreement
    subjects: tuple[SubjectPair, ...]

    @property
    def rulesets(self) -> int:
        """How many sets of rules it asks for."""
        return sum(pair.ruleset is not None for pair in self.subjects)

    @property
    def conditions(self) -> int:
        """How many conditions it names."""
        return sum(len(pair.conditions) for pair in self.subjects)


def agreement(
    listed: Listed, statement: Statement, snapshot: Snapshot, existed: datetime
) -> tuple[StepResult, Agreed | None]:
    """(10) The receiver's own agreement with the list or body, in force when signed and now."""
    name, own = "agreement", snapshot.lists.get(snapshot.policy.own_list)
    state = listed.service.at(existed)
    assert state is not None
    if state.kind == "recogniser" and listed.held is own:
        return StepResult(name, Outcome.NOT_ASKED, evidence={"service": state.kind}), None
    if state.kind == "recogniser":
        # (depth 1) What the other side recognises for its part is of no concern.
        params = {"party": listed.held.name}
        return StepResult(name, Outcome.INDETERMINATE, Sub.NO_AGREEMENT, {}, params), None
    if listed.held is own and snapshot.policy.agreement == "own-list":
        return StepResult(name, Outcome.NOT_ASKED, evidence={"policy": "own-list"}), None
    with_them = [
        one
        for one in snapshot.agreements
        if _is_party(one, listed, snapshot, existed) and one.recognising_party == snapshot.policy.own_list
    ]
    if not with_them:
        params = {"party": listed.held.name}
        return StepResult(name, Outcome.INDETERMINATE, Sub.NO_AGREEMENT, {}, params), None
    evidence: dict[str, PlainJson] = {
        "agreements": [
            {"id": one.id, "version": one.version, "sha256": one.sha256, "now": one.at(snapshot.now) or ""}
            for one in with_them
        ]
    }
    counting = [
        one
        for one in with_them
        if {one.at(existed), one.at(snapshot.now)} <= _IN_FORCE and _counts(one, state, snapshot)
    ]
    reaching, refused = _reaching(counting, statement, snapshot)
    if reaching:
        # Wherever they stand in the list, the one that asks for least.
        agreed = min(reaching, key=lambda one: (one.rulesets, one.conditions, one.agreement.id))
        return StepResult(name, Outcome.PASSED, None, evidence, {"agreement": agreed.agreement.id}), agreed
    step = refused[0] if refused else _none_reaches(with_them, listed, statement, snapshot, existed)
    return replace(step, evidence=evidence), None


def _none_reaches(
    with_them: Sequence[Agreement],
    listed: Listed,
    statement: Statement,
    snapshot: Snapshot,
    existed: datetime,
) -> StepResult:
    """Why no agreement with the list or body is about what was declared."""
    in_force = [one for one in with_them if one.at(snapshot.now) in _IN_FORCE]
    if all(one.at(existed) not in _IN_FORCE for one in in_force):
        over = {"agreement": with_them[0].id}
        return StepResult("agreement", Outcome.FAILED, Sub.AGREEMENT_NOT_IN_FORCE, params=over)
    if not statement.standards:
        params = {"party": listed.held.name}
        return StepResult("agreement", Outcome.INDETERMINATE, Sub.SCOPE_UNKNOWN, params=params)
    outside = {"outside": ", ".join(statement.standards), "agreement": in_force[0].id}
    return StepResult("agreement", Outcome.FAILED, Sub.OUT_OF_SCOPE, params=outside)


def _reaching(
    counting: Iterable[Agreement], statement: Statement, snapshot: Snapshot
) -> tuple[list[Agreed], list[StepResult]]:
    """The agreements that are about the declaration's standards and reach it, and why others do not."""
    reaching, refused = [], []
    for one in counting:
        subjects = tuple(matching(one, statement.standards))
        found = _limits(one, subjects, statement, one.at(snapshot.now))
        if subjects and found is None:
            reaching.append(Agreed(one, tuple(pair for pair in subjects if not pair.theirs.asks_more)))
        elif subjects and found is not None:
            refused.append(found)
    return reaching, refused


def _limits(
    one: Agreement, subjects: tuple[SubjectPair, ...], statement: Statement, standing: Standing | None
) -> StepResult | None:
    """Why the agreement does not reach the declaration, or may not; None where it does."""
    if excluded := [text for text in one.exclusions if _is_about(text, statement)]:
        params = {"outside": ", ".join(excluded), "agreement": one.id}
        return StepResult("agreement", Outcome.FAILED, Sub.OUT_OF_SCOPE, params=params)
    # What the record of a conversion does not say is not known to be as the agreement wants it.
    is_narrower = all(pair.theirs.asks_more for pair in subjects)
    # One that is in force under conditions names them, or nobody knows what they are.
    is_unnamed = standing == "conditional" and not any(
        pair.conditions for pair in subjects if not pair.theirs.asks_more
    )
    if is_narrower or is_unnamed or any(_is_open(text, statement) for text in one.exclusions):
        params = {"party": one.recognised_party}
        return StepResult("agreement", Outcome.INDETERMINATE, Sub.SCOPE_UNKNOWN, params=params)
    return None


def _counts(one: Agreement, state: State, snapshot: Snapshot) -> bool:
    """Whether kind and status of the service are among those that the agreement equates."""
    kinds = {
        pair.theirs.removeprefix(service_type(""))
        for pair in one.service_type_equivalence
        if pair.ours.removeprefix(service_type("")) in snapshot.policy.services
    }
    statuses = {
        pair.theirs.removeprefix(status_uri(""))
        for pair in one.status_equivalence
        if pair.ours.removeprefix(status_uri("")) == "granted"
    }
    return (not one.service_type_equivalence or state.kind in kinds) and (
        not one.status_equivalence or state.status in statuses
    )


def _is_about(exclusion: str, statement: Statement) -> bool:
    """Whether an exclusion, a standard, a country or a prefix of products, meets the declaration."""
    if exclusion in statement.standards or exclusion == statement.country:
        return True
    return any(is_within(exclusion, code) for code in harmonised(statement.products))


def _is_open(exclusion: str, statement: Statement) -> bool:
    """Whether the declaration says too little for it to be known that it is not excluded."""
    if not _CODE.fullmatch(exclusion):
        return True
    scheme, colon, _ = exclusion.partition(":")
    if not colon and len(exclusion) > 2:
        # What names nothing that a declaration could name would exclude nothing.
        return exclusion not in _standards()
    if not colon:
        # A group, or a name that is none of ISO 3166-1 (UK), may mean the one that is declared.
        return not {exclusion, statement.country} <= _countries()
    codes = [code for code in harmonised(statement.products) if code.partition(":")[0] == scheme]
    return not codes or any(may_be_within(exclusion, code) for code in codes)


@cache
def _standards() -> frozenset[str]:
    """The codes of standards that declarations name."""
    return frozenset(row["code"] for row in table("codes/declaration.csv") if row["list"] == "STANDARD")


@cache
def _countries() -> frozenset[str]:
    """The countries that declarations name."""
    return frozenset(row["code"] for row in table("locations/codes.csv") if row["scheme"] == "iso3166-1")


def _is_party(one: Agreement, listed: Listed, snapshot: Snapshot, existed: datetime) -> bool:
    """Whether the agreement is with this list or body. No entry can take a list's name for its own.

    Of two bodies of one identifier, on whichever lists, nobody knows with which it is.
    """
    if one.technical_type != "list-to-body":
        return one.recognised_party == listed.held.name
    name = f"id:{one.recognised_party}"
    states = ((other.entity, other.service.at(existed)) for other in snapshot.find([name]))
    bodies = {id(entity) for entity, state in states if state is not None and name in identities_in(state)}
    own = listed.service.at(existed)
    return own is not None and one.recognised_party in own.identity.others and bodies == {id(listed.entity)}
