"""The receiver's own policy: whose lists it believes, for what, and how fresh everything has to be.

Nothing is trusted without one, and one that pins nobody trusts nobody. No policy and no list ships.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, ValidationError

from gateway.errors import InputError, raise_all
from gateway.frontdoor.json import parse_signed, pointer
from gateway.signing.jcs import jcs
from gateway.signing.sd_jwt import BINDING_HOURS
from gateway.trust.extensions import Strict, Time
from gateway.trust.lote import SERVICES

FORMAT: Final = "hutong-trust-policy@1"
Hex: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]


class BadPolicy(InputError):
    """The bytes are no trust policy."""

    code = "list.bad-policy"


class Pin(Strict):
    """One list that may speak, and its operator's keys: the present one and, before a change, the next.

    Args:
        operator_keys: SHA-256 of each SubjectPublicKeyInfo.
    """

    name: str
    operator_keys: tuple[Hex, ...] = Field(min_length=1, max_length=2)


class Sunset(Strict):
    """A kind of key whose signatures count only where they existed before ``until``, whoever's they are.

    Args:
        algorithm: a kind of key, ``Ed25519``, ``P-256``, ``P-384``, ``P-521``, ``RSA`` or ``SM2``; one that
            was spelled otherwise would never come.
    """

    algorithm: Literal["Ed25519", "P-256", "P-384", "P-521", "RSA", "SM2"]
    until: Time


class Policy(Strict):
    """What the receiver asks for.

    Args:
        own_list: the name of the receiver's own list, in which its agreements stand.
        services: the kinds of listed service whose signature under a declaration counts.
        agreement: ``required``, or ``own-list``: a body on the receiver's own list needs none.
        rules: rule packs whose answers must not be blocking.
        binding_hours: for how long the showing of an SD-JWT counts that answers no question (RFC 9901, 7.3).
        hosts: where ``--refresh`` may fetch from.
    """

    format: Literal["hutong-trust-policy@1"] = "hutong-trust-policy@1"
    name: str
    own_list: str
    lists: tuple[Pin, ...] = Field(min_length=1)
    services: tuple[str, ...] = Field(min_length=1)
    agreement: Literal["required", "own-list"] = "required"
    accreditation: Literal["required", "not-asked"] = "required"
    rules: tuple[str, ...] = ()
    sunsets: tuple[Sunset, ...] = ()
    skew_seconds: int = Field(default=300, ge=0, le=300)
    status_hours: int = Field(default=24, ge=1, le=24)
    binding_hours: int = Field(default=BINDING_HOURS, ge=1, le=168)
    accept_test_lists: bool = False
    hosts: tuple[str, ...] = ()

    @property
    def skew(self) -> timedelta:
        return timedelta(seconds=self.skew_seconds)

    def pinned(self, name: str) -> tuple[str, ...]:
        """The operator's keys of a list; none: it may not speak."""
        return next((pin.operator_keys for pin in self.lists if pin.name == name), ())

    def sunset(self, algorithm: str) -> datetime | None:
        """Since when an algorithm no longer counts."""
        found = (datetime.fromisoformat(s.until) for s in self.sunsets if s.algorithm == algorithm)
        return min(found, default=None)

    def is_over(self, algorithm: str, at: datetime) -> bool:
        """Whether a signature by this kind of key, known to exist since ``at``, counts no longer."""
        until = self.sunset(algorithm)
        return until is not None and at > until

    def over(self, at: datetime) -> frozenset[str]:
        """The kinds of key whose signatures of this moment count no longer."""
        return frozenset(one.algorithm for one in self.sunsets if self.is_over(one.algorithm, at))

    def to_bytes(self) -> bytes:
        """The canonical bytes, whose digest a report names."""
        return jcs(self.model_dump(by_alias=True))


def parse(data: bytes) -> Policy:
    """Read a policy.

    Raises:
        InputError: all its defects, each with a JSON pointer.
    """
    value = parse_signed(data)
    try:
        made = Policy.model_validate_json(jcs(value))
    except ValidationError as error:
        raise_all(
            BadPolicy(path=pointer(detail["loc"]), why=detail["msg"])
            for detail in error.errors(include_url=False)
        )
        raise AssertionError from error
    unknown = [name for name in made.services if name not in SERVICES]
    raise_all(BadPolicy(name, path="/services", why=", ".join(SERVICES)) for name in unknown)
    names = [pin.name for pin in made.lists]
    if len(set(names)) != len(names) or made.own_list not in names:
        raise BadPolicy(made.own_list, path="/lists", why="ownList")
    return made
