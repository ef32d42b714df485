"""What a list says of a service beyond the standard: scope, accreditation, arrangement, and why it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from gateway.signing.timestamp import is_timestamp

# Our own, of the list and of a service; any other is kept as it is unless it says "critical": true.
OF_SCHEME: Final = frozenset({"agreement"})
OF_SERVICE: Final = frozenset({"scope", "statusReason"})
_OURS: Final = OF_SCHEME | OF_SERVICE


class Critical(ValueError):
    """An extension that must be understood, and is not."""


def _time(text: str) -> str:
    if not is_timestamp(text) or not text.endswith("Z"):
        raise ValueError(text)
    return text


Time: TypeAlias = Annotated[str, AfterValidator(_time)]
Activity: TypeAlias = Literal["verification", "validation", "certification"]


class Strict(BaseModel):
    """A record of which nothing is passed over."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=True
    )


class Evidence(Strict):
    """A page or file that was looked at, and when."""

    url: str
    retrieved: Time
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]


class Accreditation(Strict):
    """By whom a body is accredited. ``body`` is an identifier that the accreditation body is listed with."""

    body: str
    number: str
    valid_from: Time
    valid_until: Time
    evidence: tuple[Evidence, ...] = ()

    def covers(self, moment: datetime) -> bool:
        """Whether it was valid at ``moment``."""
        begin, end = map(datetime.fromisoformat, (self.valid_from, self.valid_until))
        return begin <= moment <= end


class Arrangement(Strict):
    """A multilateral arrangement of accreditation bodies, as its signatory's own entry names it."""

    id: str
    main_scope: str
    level: str = ""
    since: Time


class Scope(Strict):
    """For what a service is listed. ``product_categories`` are prefixes: ``cpc:464``, ``hs:8507``."""

    standards: tuple[str, ...] = ()
    activity: tuple[Activity, ...] = ()
    product_categories: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    accreditation: Accreditation | None = None
    arrangement: tuple[Arrangement, ...] = ()


class Reason(Strict):
    """Why a status was taken away. A compromised key's signatures count for nothing after ``since``."""

    code: Literal["key-compromise", "superseded", "cessation", "withdrawn-by-authority"]
    since: Time | None = None


class ServiceFacts(Strict):
    """Our extensions of one state of a service."""

    scope: Scope | None = None
    reason: Reason | None = None


def read_service_facts(extensions: Iterable[Mapping[str, Any]]) -> ServiceFacts:
    """Scope and reason; each may stand once.

    Raises:
        ValueError: one of ours is malformed or stands twice.
    """
    found: dict[str, Any] = {}
    for extension in extensions:
        for name in OF_SERVICE & extension.keys():
            if name in found:
                raise ValueError(name)
            found[name] = extension[name]
    document = {
        "scope": found.get("scope"),
        "reason": found.get("statusReason"),
    }
    # strict=False: lists become tuples; every leaf is still checked.
    return ServiceFacts.model_validate(document, strict=False)


def refuse_critical(extensions: Iterable[Mapping[str, Any]], known: frozenset[str]) -> None:
    """Refuse what must be understood and is not, and what is ours and stands where nobody reads it.

    Args:
        known: what is read in this place.

    Raises:
        Critical: with the extension's members.
    """
    for extension in extensions:
        members = set(extension) - {"critical"}
        is_critical = extension.get("critical", False) is not False
        if (is_critical and not members <= known) or members & (_OURS - known):
            raise Critical(", ".join(sorted(members)))
