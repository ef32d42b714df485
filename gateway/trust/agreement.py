"""Agreements of mutual recognition as records of the side that recognises.

An agreement stands in the signed list of the recognising side, has depth 1 and is never passed on: what a
recognised scheme recognises for its part is of no concern. The shape follows the EU's extension for
mutual recognition agreements in trusted lists (ETSI TS 119 612 V2.3.1, annex on third countries).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, ValidationError, model_validator

from gateway.errors import raise_all
from gateway.frontdoor.json import PlainJson, pointer
from gateway.signing.digests import sha256_hex
from gateway.signing.jcs import jcs
from gateway.trust.extensions import Evidence, Strict, Time
from gateway.trust.lote import BadTrustList, TrustList

Standing: TypeAlias = Literal["enacted", "conditional", "repealed"]
Hex: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]


class Pair(Strict):
    """What is theirs counts as what is ours."""

    theirs: str
    ours: str


class Condition(Strict):
    """What the recognising side asks for besides, in both languages."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*\z")]
    zh: str
    en: str


class Ruleset(Strict):
    """The rules by which the recognising side judges."""

    id: str
    sha256: Hex


class Subject(Strict):
    """A standard with what makes its results comparable."""

    standard: str
    pcr: str = ""
    unit: str = ""
    boundary: str = ""
    gwp_set: str = ""

    @property
    def asks_more(self) -> bool:
        """Whether it is narrower than its standard."""
        return bool(self.pcr or self.unit or self.boundary or self.gwp_set)


class SubjectPair(Strict):
    """One subject of the recognised side, and what it counts as."""

    theirs: Subject
    ours: Subject
    ruleset: Ruleset | None = None
    conditions: tuple[Condition, ...] = ()


class Past(Strict):
    """A former standing."""

    status: Standing
    status_starting_time: Time


class Agreement(Strict):
    """One agreement. The parties are named as their lists are."""

    id: str
    version: str
    technical_type: Literal["list-to-list", "list-to-body"] = "list-to-list"
    level: Literal["treaty", "arrangement", "private-contract"]
    recognising_party: str
    recognised_party: str
    legal_basis: str
    # A Literal would take true for 1.
    depth: Annotated[int, Field(ge=1, le=1)]
    status: Standing
    status_starting_time: Time
    history: tuple[Past, ...] = ()
    service_type_equivalence: tuple[Pair, ...] = ()
    status_equivalence: tuple[Pair, ...] = ()
    subject_equivalence: tuple[SubjectPair, ...] = ()
    exclusions: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        times = [self.status_starting_time, *(past.status_starting_time for past in self.history)]
        moments = list(map(datetime.fromisoformat, times))
        if any(later <= earlier for later, earlier in pairwise(moments)):
            raise ValueError("history")
        return self

    def at(self, moment: datetime) -> Standing | None:
        """The standing at ``moment``; None before the agreement existed."""
        states: list[tuple[str, Standing]] = [(self.status_starting_time, self.status)]
        states += [(past.status_starting_time, past.status) for past in self.history]
        return next((status for since, status in states if datetime.fromisoformat(since) <= moment), None)

    @property
    def sha256(self) -> str:
        """The digest by which a recognition statement names this very record."""
        return sha256_hex(self.to_bytes())

    def to_bytes(self) -> bytes:
        """The canonical bytes of the record."""
        return jcs(self.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True) | {"depth": 1})


def agreements(found: TrustList) -> tuple[Agreement, ...]:
    """The agreements that stand in a list, in its order.

    Raises:
        BadTrustList: one is malformed, or two have one id.
    """
    made, problems = [], []
    for index, extension in enumerate(found.scheme.extensions):
        at = ["LoTE", "ListAndSchemeInformation", "SchemeExtensions", index, "agreement"]
        if "agreement" not in extension:
            continue
        try:
            made.append(parse(extension["agreement"]))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                where = pointer([*map(str, at), *map(str, detail["loc"])])
                problems.append(BadTrustList(path=where, why=detail["msg"], code="list.bad-agreement"))
    problems += [
        BadTrustList(one.id, path="SchemeExtensions", code="list.agreement-twice")
        for number, one in enumerate(made)
        if one.id in {other.id for other in made[:number]}
    ]
    raise_all(problems)
    return tuple(made)


def parse(value: PlainJson) -> Agreement:
    """One record.

    Raises:
        ValidationError: it is none.
    """
    return Agreement.model_validate_json(jcs(value))


def matching(agreement: Agreement, standards: tuple[str, ...]) -> Iterator[SubjectPair]:
    """The subjects of an agreement that a declaration by these standards falls under."""
    return (pair for pair in agreement.subject_equivalence if pair.theirs.standard in standards)
