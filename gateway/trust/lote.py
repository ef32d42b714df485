"""Lists of trusted entities in the profile of ETSI TS 119 602 V1.1.1 that is read and written here.

The profile is narrower than the standard: NextUpdate within 92 days, the whole history is kept, every
service says type, status and since when. A structural member that is not in it is refused; of extensions
an unknown one is kept unless it says that it is critical.

Source: ETSI TS 119 602 V1.1.1, 6 and annex A.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.errors import GatewayError, InputError, raise_all
from gateway.frontdoor.json import parse_signed, pointer
from gateway.signing.jcs import jcs
from gateway.signing.timestamp import is_timestamp
from gateway.trust.extensions import (
    OF_SCHEME,
    OF_SERVICE,
    Critical,
    ServiceFacts,
    read_service_facts,
    refuse_critical,
)

LONGEST_VALIDITY: Final = timedelta(days=92)
# TS 119 602, 6.3.10, as TS 119 612 has it: the history is never thrown away.
KEEP_ALL: Final = 65535
ROOT: Final = "urn:hutong:trust:"
TYPE: Final = f"{ROOT}list"
# A list of this type is for trying things out; no policy accepts it unless told so.
TEST_TYPE: Final = f"{ROOT}list:TEST"
_LARGEST = 16 * 2**20

# What a listed service does.
SERVICES: Final = (
    "ab",  # accreditation body, ISO/IEC 17011
    "cab/iso17065",
    "cab/iso17029-14065",
    "programme-operator",
    "notified-body",
    "gateway",
    "tsa",
    "recogniser",  # may issue recognition statements
)
STATUSES: Final = ("granted", "suspended", "withdrawn", "expired")


class BadTrustList(InputError):
    """The bytes are no list of this profile."""

    code = "list.bad-list"


def service_type(name: str) -> str:
    """The URI of a kind of service."""
    return f"{ROOT}service:{name}"


def status_uri(name: str) -> str:
    """The URI of a status."""
    return f"{ROOT}status:{name}"


def _time(text: str) -> str:
    if not is_timestamp(text) or not text.endswith("Z"):
        raise ValueError(text)
    return text


def _base64(text: str) -> str:
    base64.b64decode(text)
    return text


def _one_of(names: Iterable[str], make: Any) -> AfterValidator:  # noqa: ANN401  one of the two functions above
    known = frozenset(map(make, names))

    def check(uri: str) -> str:
        if uri not in known:
            raise ValueError(uri)
        return uri

    return AfterValidator(check)


Time = Annotated[str, AfterValidator(_time)]
Uri = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+\z", max_length=2000)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}\z")]


class _Strict(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, populate_by_name=True, ignored_types=(cached_property,)
    )


class Text(_Strict):
    """A text in one language."""

    lang: str
    value: str


class Link(_Strict):
    """An address in one language."""

    lang: str
    uri: Uri = Field(alias="uriValue")


class Postal(_Strict):
    """A postal address in one language."""

    lang: str
    street: str = Field(alias="StreetAddress")
    locality: str = Field(alias="Locality")
    state: str | None = Field(default=None, alias="StateOrProvince")
    postal_code: str = Field(alias="PostalCode")
    country: Country = Field(alias="Country")


class OperatorAddress(_Strict):
    """Where the operator of the list is to be reached."""

    postal: tuple[Postal, ...] = Field(alias="SchemeOperatorPostalAddress", min_length=1)
    electronic: tuple[Link, ...] = Field(alias="SchemeOperatorElectronicAddress", min_length=1)


class EntityAddress(_Strict):
    """Where a listed body is to be reached."""

    postal: tuple[Postal, ...] = Field(alias="TEPostalAddress", min_length=1)
    electronic: tuple[Link, ...] = Field(alias="TEElectronicAddress", min_length=1)


class EncodedCertificate(_Strict):
    """A certificate: base64 of its DER."""

    val: Annotated[str, AfterValidator(_base64)]


class DigitalIdentity(_Strict):
    """By what a service is known: certificates, keys, or other identifiers."""

    certificates: tuple[EncodedCertificate, ...] = Field(default=(), alias="X509Certificates", min_length=1)
    keys: tuple[dict[str, Any], ...] = Field(default=(), alias="PublicKeyValues", min_length=1)
    others: tuple[str, ...] = Field(default=(), alias="OtherIds", min_length=1)

    @model_validator(mode="after")
    def _known_by_something(self) -> Self:
        if not (self.certificates or self.keys or self.others):
            raise ValueError("ServiceDigitalIdentity")
        return self


Status = Annotated[str, _one_of(STATUSES, status_uri)]
ServiceType = Annotated[str, _one_of(SERVICES, service_type)]


class State(_Strict):
    """What was listed of a service from one moment on."""

    name: tuple[Text, ...] = Field(alias="ServiceName", min_length=1)
    identity: DigitalIdentity = Field(alias="ServiceDigitalIdentity")
    type: ServiceType = Field(alias="ServiceTypeIdentifier")
    status_uri: Status = Field(alias="ServiceStatus")
    since: Time = Field(alias="StatusStartingTime")
    extensions: tuple[dict[str, Any], ...] = Field(
        default=(), alias="ServiceInformationExtensions", min_length=1
    )

    @property
    def status(self) -> str:
        return self.status_uri.removeprefix(f"{ROOT}status:")

    @property
    def kind(self) -> str:
        return self.type.removeprefix(f"{ROOT}service:")

    @cached_property
    def starts(self) -> datetime:
        return datetime.fromisoformat(self.since)

    @cached_property
    def facts(self) -> ServiceFacts:
        """Scope, accreditation and reasons, out of the extensions."""
        return read_service_facts(self.extensions)

    @property
    def tells_of_loss(self) -> bool:
        """Whether it says that somebody else has the key."""
        return self.facts.reason is not None and self.facts.reason.code == "key-compromise"


class Service(_Strict):
    """One service of a body: what is listed now, and everything that was listed before."""

    now: State = Field(alias="ServiceInformation")
    history: tuple[State, ...] = Field(default=(), alias="ServiceHistory", min_length=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        times = [state.starts for state in (self.now, *self.history)]
        if any(later <= earlier for later, earlier in pairwise(times)):
            raise ValueError("ServiceHistory")
        return self

    @property
    def states(self) -> tuple[State, ...]:
        """The youngest first."""
        return (self.now, *self.history)

    def at(self, moment: datetime) -> State | None:
        """What was listed at ``moment``; None before the first entry."""
        return next((state for state in self.states if state.starts <= moment), None)

    def is_taken_away(self, moment: datetime) -> bool:
        """Whether it was listed by ``moment`` and is granted no longer."""
        state = self.at(moment)
        return state is not None and state.status != "granted"

    def after(self, moment: datetime) -> Iterator[State]:
        """Everything that was listed later, the youngest first."""
        return (state for state in self.states if state.starts > moment)


class EntityInformation(_Strict):
    """Who a listed body is."""

    name: tuple[Text, ...] = Field(alias="TEName", min_length=1)
    trade_name: tuple[Text, ...] | None = Field(default=None, alias="TETradeName", min_length=1)
    address: EntityAddress = Field(alias="TEAddress")
    information: tuple[Link, ...] = Field(alias="TEInformationURI", min_length=1)
    extensions: tuple[dict[str, Any], ...] | None = Field(
        default=None, alias="TEInformationExtensions", min_length=1
    )


class Entity(_Strict):
    """A listed body."""

    information: EntityInformation = Field(alias="TrustedEntityInformation")
    services: tuple[Service, ...] = Field(alias="TrustedEntityServices", min_length=1)

    @property
    def name(self) -> str:
        return self.information.name[0].value

    def goes_by(self, name: str) -> bool:
        """Whether the list gives it this name or trade name, in any language, points and case aside."""
        told = (*self.information.name, *(self.information.trade_name or ()))
        return _bare(name) in {_bare(one.value) for one in told}


def _bare(name: str) -> str:
    # As a reader sees it: letters and digits in their plain forms, without marks that show little or nothing.
    shown = unicodedata.normalize("NFKC", name)
    return "".join(one for one in shown if unicodedata.category(one)[0] in "LMN").casefold()


class PolicyNotice(_Strict):
    """The policy that the list follows."""

    policy: Link = Field(alias="LoTEPolicy")


class Scheme(_Strict):
    """The list as a whole."""

    # A Literal would take true for 1.
    version: int = Field(alias="LoTEVersionIdentifier", ge=1, le=1)
    sequence: int = Field(alias="LoTESequenceNumber", ge=1)
    type: Uri = Field(alias="LoTEType")
    operator: tuple[Text, ...] = Field(alias="SchemeOperatorName", min_length=1)
    operator_address: OperatorAddress = Field(alias="SchemeOperatorAddress")
    name: tuple[Text, ...] = Field(alias="SchemeName", min_length=1)
    information: tuple[Link, ...] = Field(alias="SchemeInformationURI", min_length=1)
    approach: Uri = Field(alias="StatusDeterminationApproach")
    community_rules: tuple[Link, ...] | None = Field(
        default=None, alias="SchemeTypeCommunityRules", min_length=1
    )
    territory: Country = Field(alias="SchemeTerritory")
    notice: tuple[PolicyNotice, ...] = Field(alias="PolicyOrLegalNotice", min_length=1)
    history_period: Literal[65535] = Field(alias="HistoricalInformationPeriod")
    issued: Time = Field(alias="ListIssueDateTime")
    next_update: Time = Field(alias="NextUpdate")
    distribution: tuple[Uri, ...] | None = Field(default=None, alias="DistributionPoints", min_length=1)
    extensions: tuple[dict[str, Any], ...] = Field(default=(), alias="SchemeExtensions", min_length=1)

    @model_validator(mode="after")
    def _fresh(self) -> Self:
        issued, end = datetime.fromisoformat(self.issued), datetime.fromisoformat(self.next_update)
        if not timedelta() < end - issued <= LONGEST_VALIDITY:
            raise ValueError("NextUpdate")
        return self


class TrustList(_Strict):
    """A list whose signature nobody has checked yet."""

    scheme: Scheme = Field(alias="ListAndSchemeInformation")
    entities: tuple[Entity, ...] = Field(default=(), alias="TrustedEntitiesList", min_length=1)

    @property
    def name(self) -> str:
        """What the list is called, in its first language: the name under which a policy pins it."""
        return self.scheme.name[0].value

    @property
    def is_test(self) -> bool:
        return self.scheme.type == TEST_TYPE

    @property
    def issued(self) -> datetime:
        return datetime.fromisoformat(self.scheme.issued)

    @property
    def next_update(self) -> datetime:
        return datetime.fromisoformat(self.scheme.next_update)

    def services(self) -> Iterator[tuple[Entity, Service]]:
        """Every service of every body."""
        return ((entity, service) for entity in self.entities for service in entity.services)

    def to_bytes(self) -> bytes:
        """The canonical bytes: what is signed."""
        return jcs({"LoTE": self.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)})


def parse(data: bytes) -> TrustList:
    """Read the JSON of a list.

    Raises:
        InputError: all its defects, each with a JSON pointer.
    """
    if len(data) > _LARGEST:
        raise BadTrustList(len(data), why="16 MiB")
    value = parse_signed(data)
    if not isinstance(value, dict) or set(value) != {"LoTE"}:
        raise BadTrustList(path="/LoTE", why="LoTE")
    try:
        made = TrustList.model_validate_json(jcs(value["LoTE"]))
    except ValidationError as error:
        raise_all(
            BadTrustList(
                detail["input"] if isinstance(detail["input"], str | int) else "",
                path=pointer(["LoTE", *detail["loc"]]),
                why=detail["msg"],
            )
            for detail in error.errors(include_url=False)
        )
        raise AssertionError from error
    raise_all(_problems(made))
    return made


def _problems(found: TrustList) -> Iterator[GatewayError]:
    """Extensions that would have to be understood, and malformed ones that are ours."""
    lists: list[tuple[str, tuple[dict[str, Any], ...], frozenset[str]]] = [
        ("/LoTE/ListAndSchemeInformation/SchemeExtensions", found.scheme.extensions, OF_SCHEME)
    ]
    for i, entity in enumerate(found.entities):
        start = f"/LoTE/TrustedEntitiesList/{i}"
        lists.append((f"{start}/TrustedEntityInformation", entity.information.extensions or (), frozenset()))
        for j, service in enumerate(entity.services):
            for k, state in enumerate(service.states):
                at = f"{start}/TrustedEntityServices/{j}/{k}/ServiceInformationExtensions"
                lists.append((at, state.extensions, OF_SERVICE))
                try:
                    assert state.facts is not None
                except ValueError as error:
                    yield BadTrustList(path=at, why=str(error).splitlines()[0])
    for at, extensions, known in lists:
        try:
            refuse_critical(extensions, known)
        except Critical as error:
            yield BadTrustList(error, path=at, code="list.critical-extension")
