"""Recognition statements: a named body says what it makes of a declaration, and on what it rests that.

The original is never signed again; the statement names it by digest and stands beside it. It can be taken
back: without two status entries there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from gateway import messages
from gateway.errors import UsageError
from gateway.frontdoor.json import PlainJson
from gateway.messages import Lang
from gateway.report import Finding, Severity
from gateway.signing import credential as vc
from gateway.signing import data_integrity
from gateway.signing.jcs import jcs
from gateway.signing.keys import Signer
from gateway.trust.subject import RECOGNITION, is_statement
from gateway.trust.verify import CREDENTIAL, JWS, MANIFEST, is_seal

Decision: TypeAlias = Literal["recognised", "conditional", "refused"]
DECISIONS: Final[tuple[Decision, ...]] = ("recognised", "conditional", "refused")
TERM: Final = "urn:hutong:recognition#"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Digested:
    """A thing by name and digests; the bytes need not travel."""

    name: str
    sha256: str
    sm3: str = ""
    version: str = ""

    def entry(self) -> dict[str, PlainJson]:
        """It in terms of the statement."""
        told: dict[str, PlainJson] = {"name": self.name, f"{TERM}sha256": self.sha256}
        if self.sm3:
            told[f"{TERM}sm3"] = self.sm3
        if self.version:
            told[f"{TERM}version"] = self.version
        return told


@dataclass(frozen=True, slots=True)
class StatusPlace:
    """Where the statement's bits stand: the lists of its issuer and its number in both."""

    revocation: str
    suspension: str
    index: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a body decided, and everything that the decision rests on.

    Args:
        original: the manifest that was judged.
        declared_by: who has signed the original, as the validation names them.
        result_sets: the ids of the results that the decision covers, and no others.
        paper: the reviewer's working paper.
        validation: the validation report.
    """

    body: str
    decision: Decision
    original: Digested
    declared_by: str
    result_sets: tuple[str, ...]
    paper: Digested
    validation: Digested
    indication: str
    agreement: Digested | None = None
    lists: tuple[Digested, ...] = ()
    rulesets: tuple[Digested, ...] = ()
    converted: tuple[Digested, ...] = ()
    conditions: Sequence[Mapping[str, str]] = ()
    replaces: Digested | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)


def build(
    made: Recognition,
    signer: Signer,
    status: StatusPlace,
    *,
    valid_from: str,
    valid_until: str,
    identifier: str,
    resources: Sequence[vc.Resource] = (),
    method: str = "",
) -> bytes:
    """The signed statement.

    Args:
        method: the URL of the key in the body's did:web document; empty: the body is its did:key.
        valid_until: not after the original's own.

    Raises:
        UsageError: a decision without the conditions or reasons that it needs.
    """
    if made.decision == "conditional" and not made.conditions:
        raise UsageError(made.decision, path="/conditions", code="attest.no-conditions")
    issuer = method.partition("#")[0] or signer.public_key.did
    document = vc.build_credential(
        issuer=issuer,
        valid_from=valid_from,
        valid_until=valid_until,
        identifier=identifier,
        name="Recognition statement | 认可声明",
        types=[RECOGNITION],
        subject=_subject(made),
        resources=resources,
    )
    document["issuer"] = {"id": issuer, "name": made.body}
    document["credentialStatus"] = [
        {
            "id": f"{place}#{status.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": str(status.index),
            "statusListCredential": place,
        }
        for purpose, place in (("revocation", status.revocation), ("suspension", status.suspension))
    ]
    return jcs(data_integrity.add_proof(document, signer, created=valid_from, method=method))


def _subject(made: Recognition) -> dict[str, PlainJson]:
    told: dict[str, PlainJson] = {
        "id": f"urn:hutong:manifest:{made.original.sha256}",
        f"{TERM}decision": made.decision,
        f"{TERM}original": {**made.original.entry(), f"{TERM}declaredBy": made.declared_by},
        f"{TERM}resultSets": list(made.result_sets),
        f"{TERM}paper": made.paper.entry(),
        f"{TERM}validation": {**made.validation.entry(), f"{TERM}indication": made.indication},
        f"{TERM}conditions": [{f"{TERM}{name}": text for name, text in c.items()} for c in made.conditions],
    }
    for name, one in (("agreement", made.agreement), ("replaces", made.replaces)):
        if one is not None:
            told[f"{TERM}{name}"] = one.entry()
    for name, several in (
        ("trustLists", made.lists),
        ("rulesets", made.rulesets),
        ("converted", made.converted),
    ):
        if several:
            told[f"{TERM}{name}"] = [one.entry() for one in several]
    return told


@dataclass(frozen=True, slots=True)
class Said:
    """What a covered statement says: its decision, and of what.

    Args:
        decision: empty where it states none that is known here, or none that can be meant.
        original: the manifest that was judged; its digests are empty where the statement has none.
        resource: the digest of that manifest among the statement's related resources (W3C SRI).
        signed: those of the folder's signatures and credential, by name.
        conditions: under which it recognises: a reviewer's ``text``, an agreement's ``zh`` and ``en``.
    """

    decision: str
    original: Digested
    result_sets: tuple[str, ...] = ()
    converted: tuple[Digested, ...] = ()
    identifier: str = ""
    resource: str = ""
    signed: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Mapping[str, str], ...] = ()

    def to_json(self) -> dict[str, PlainJson]:
        """For reports."""
        return {
            "decision": self.decision,
            "original": {"sha256": self.original.sha256, "sm3": self.original.sm3},
            "resultSets": list(self.result_sets),
            "conditions": [dict(one) for one in self.conditions],
        }

    def finding(self) -> Finding:
        """The decision as a sentence."""
        return Finding(
            f"list.statement-{self.decision or 'unknown'}",
            self.original.sha256 or "-",
            severity=Severity.INFO,
        )

    def texts(self, lang: Lang) -> Iterator[str]:
        """The decision, then its conditions; one that is told in no language of ours as it stands."""
        yield messages.explain(self.finding(), lang).what
        for one in self.conditions:
            told = (one.get(name, "") for name in (lang, "text", "en", "zh"))
            yield next(filter(None, told), " · ".join(one.values()))


def said(document: Mapping[str, PlainJson]) -> Said | None:
    """What a covered document says as a recognition statement; None where it is none."""
    if not is_statement(document):
        return None
    held = document.get("credentialSubject")
    subject = held if isinstance(held, dict) else {}
    stated, sets = subject.get(f"{TERM}decision"), subject.get(f"{TERM}resultSets")
    related = document.get("relatedResource")
    resources = [one for one in related if isinstance(one, dict)] if isinstance(related, list) else []
    converted = subject.get(f"{TERM}converted")
    original = _digested(subject.get(f"{TERM}original"))
    # One that recognises no manifest, or outright and under conditions, recognises nothing.
    held_to = subject.get(f"{TERM}conditions") or []
    is_clear = stated == "refused" or (bool(original.sha256) and (stated == "conditional") is bool(held_to))
    return Said(
        str(stated) if stated in DECISIONS and is_clear else "",
        original,
        tuple(one for one in sets if isinstance(one, str)) if isinstance(sets, list) else (),
        tuple(map(_digested, converted)) if isinstance(converted, list) else (),
        str(subject.get("id", "")),
        next((str(one.get("digestSRI")) for one in resources if one.get("name") == MANIFEST), ""),
        tuple(
            (str(one.get("name")), str(one.get("digestSRI")))
            for one in resources
            if one.get("name") in (JWS, CREDENTIAL) or is_seal(str(one.get("name")))
        ),
        tuple(map(_condition, held_to if isinstance(held_to, list) else [held_to])),
    )


def _condition(value: PlainJson) -> dict[str, str]:
    members = value if isinstance(value, dict) else {"": value}
    return {
        name.removeprefix(TERM): text if isinstance(text, str) else jcs(text).decode()
        for name, text in members.items()
    }


def _digested(value: PlainJson) -> Digested:
    told = value if isinstance(value, dict) else {}
    name, sha256, sm3 = (told.get(member) for member in ("name", f"{TERM}sha256", f"{TERM}sm3"))
    return Digested(name if isinstance(name, str) else "", _hex(sha256), _hex(sm3))


def _hex(value: PlainJson) -> str:
    return value if isinstance(value, str) and _DIGEST.fullmatch(value) else ""
