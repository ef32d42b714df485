"""The rules of the W3C data model that every credential and presentation has to keep, whatever secures it.

Source: W3C Verifiable Credentials Data Model 2.0 (15 May 2025), 4; for version 1, Data Model 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from gateway.errors import GatewayError, TrustError, raise_all
from gateway.frontdoor.json import PlainJson
from gateway.signing import credential

CONTEXT: Final = credential.CONTEXT
CONTEXT_1: Final = "https://www.w3.org/2018/credentials/v1"
# RFC 3986, 3.1 and 2: a scheme, and no character that no URL has.
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
# XSD 1.1 part 2, 3.3.7 (dateTime): the zone may be left out.
_DATE_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?", re.ASCII
)
# RFC 5646, 2.1, as far as its shape goes.
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_DIGEST_SRI: Final = re.compile(r"(?:sha256|sha384|sha512)-[A-Za-z0-9+/]+={0,2}")
_TYPED: Final = ("credentialStatus", "credentialSchema", "termsOfUse", "evidence", "refreshService")


class ModelRefused(TrustError):
    """The document breaks a rule of the data model."""

    code = "vcdm.member"


def require_credential(document: Mapping[str, PlainJson]) -> None:
    """Refuse what is no credential of the data model.

    Raises:
        ModelRefused: every rule that is broken, each with its place.
    """
    raise_all(_credential_problems(document))


def require_kind(document: Mapping[str, PlainJson]) -> None:
    """Refuse what is no credential of version 2 at all; its further members are judged one by one elsewhere.

    Raises:
        ModelRefused: its first context is not that of version 2, or it is of another type.
    """
    stated = document.get("@context")
    if isinstance(stated, list) and stated[:1] == [CONTEXT_1]:
        raise ModelRefused(CONTEXT_1, path="/@context/0", code="vcdm.context")
    raise_all([*_context_problems(document), *_type_problems(document, "VerifiableCredential")])


def refuse_other_version(document: Mapping[str, PlainJson]) -> None:
    """Refuse a credential of version 1 without the time that each of them has.

    A signed graph does not hold the version: by the other context, ``validUntil`` would be no end any more.

    Raises:
        ModelRefused: it has no ``issuanceDate`` (Data Model 1.1, 4.6).
    """
    kinds, stated = document.get("type"), document.get("@context")
    is_credential = "VerifiableCredential" in (kinds if isinstance(kinds, list) else [kinds])
    is_old = CONTEXT_1 in (stated if isinstance(stated, list) else [stated])
    if is_credential and is_old and "issuanceDate" not in document:
        raise ModelRefused(path="/issuanceDate")


def require_presentation(document: Mapping[str, PlainJson]) -> None:
    """Refuse what is no presentation; the credentials inside are judged one by one elsewhere."""
    raise_all(_presentation_problems(document))


def term_problem(document: Mapping[str, PlainJson], now: datetime) -> GatewayError | None:
    """Why the document is not valid at ``now``; None where it is."""
    at = now.astimezone(UTC).replace(tzinfo=None)
    for name, is_wrong in (
        ("validFrom", _later),
        ("issuanceDate", _later),
        ("validUntil", _earlier),
        ("expirationDate", _earlier),
    ):
        found = moment(document.get(name))
        if found is not None and is_wrong(found, at):
            return ModelRefused(document[name], path=f"/{name}", code="vcdm.not-valid-now")
    return None


def moment(value: object) -> datetime | None:
    """A dateTime in UTC without zone; None where it is none. Without a zone, UTC is meant (4.9)."""
    found = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        read = datetime.fromisoformat(found[1] + (found[2] or "Z"))
        return read.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _later(one: datetime, other: datetime) -> bool:
    return one > other


def _earlier(one: datetime, other: datetime) -> bool:
    return one < other


def _credential_problems(document: Mapping[str, PlainJson]) -> Iterator[GatewayError]:
    yield from _context_problems(document)
    yield from _type_problems(document, "VerifiableCredential")
    yield from _id_problems(document, "")
    yield from _text_problems(document, "")
    yield from _party_problems(document, "issuer", required=True)
    yield from _date_problems(document)
    yield from _subject_problems(document)
    for name in _TYPED:
        yield from _typed_problems(document, name)
    yield from _resource_problems(document)


def _presentation_problems(document: Mapping[str, PlainJson]) -> Iterator[GatewayError]:
    yield from _context_problems(document)
    yield from _type_problems(document, "VerifiablePresentation")
    yield from _id_problems(document, "")
    if "holder" in document:
        yield from _party_problems(document, "holder", required=False)
    if document.get("verifiableCredential") == []:
        # An empty set says as much as none at all.
        return
    for at, entry in _entries(document, "verifiableCredential"):
        if not isinstance(entry, dict) or not entry:
            yield ModelRefused(entry, path=at)


def _context_problems(document: Mapping[str, PlainJson]) -> Iterator[GatewayError]:
    """(4.3) an ordered list, the published one first."""
    stated = document.get("@context")
    if not isinstance(stated, list) or not stated or stated[0] not in (CONTEXT, CONTEXT_1):
        yield ModelRefused("", path="/@context", code="vcdm.context")
        return
    for index, entry in enumerate(stated):
        if not isinstance(entry, dict) and not is_url(entry):
            yield ModelRefused(entry, path=f"/@context/{index}", code="vcdm.context")


def _type_problems(document: Mapping[str, PlainJson], kind: str) -> Iterator[GatewayError]:
    kinds = document.get("type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    if kind not in listed or not _are_names(kinds):
        yield ModelRefused(kinds or "", path="/type", code="vcdm.type", kind=kind)


def _id_problems(holder: Mapping[str, PlainJson], at: str) -> Iterator[GatewayError]:
    if "id" in holder and not is_url(holder["id"]):
        yield ModelRefused(holder["id"], path=f"{at}/id", code="vcdm.url")


def _party_problems(
    document: Mapping[str, PlainJson], name: str, *, required: bool
) -> Iterator[GatewayError]:
    """(4.7, 4.13) a URL, or an object whose id is one."""
    party = document.get(name)
    if isinstance(party, dict):
        if not is_url(party.get("id")):
            yield ModelRefused(party.get("id", ""), path=f"/{name}/id", code="vcdm.url")
        yield from _text_problems(party, f"/{name}")
    elif not is_url(party) and (required or party is not None):
        yield ModelRefused(party or "", path=f"/{name}", code="vcdm.url")


def _date_problems(document: Mapping[str, PlainJson]) -> Iterator[GatewayError]:
    stated = document.get("@context")
    version_1 = isinstance(stated, list) and stated[:1] == [CONTEXT_1]
    names = ("issuanceDate", "expirationDate") if version_1 else ("validFrom", "validUntil")
    if version_1 and "issuanceDate" not in document:
        yield ModelRefused(path="/issuanceDate")
    moments = []
    for name in names:
        if name in document:
            found = moment(document[name])
            if found is None:
                yield ModelRefused(document[name], path=f"/{name}", code="vcdm.date")
            else:
                moments.append(found)
    if moments != sorted(moments):
        yield ModelRefused(document[names[1]], path=f"/{names[1]}", code="vcdm.dates-reversed")


def _subject_problems(document: Mapping[str, PlainJson]) -> Iterator[GatewayError]:
    """(4.6) at least one, and none empty."""
    entries = list(_entries(document, "credentialSubject"))
    if not entries:
        yield ModelRefused(path="/credentialSubject")
    for at, entry in entries:
        if not isinstance(entry, dict) or not entry:
            yield ModelRefused("", path=at)
        else:
            yield from _id_problems(entry, at)
            yield from _text_problems(entry, at)


def _typed_problems(document: Mapping[str, PlainJson], name: str) -> Iterator[GatewayError]:
    """(4.10, 4.11, 5.4 to 5.6) objects with a type; a schema with its address."""
    for at, entry in _entries(document, name):
        kinds = entry.get("type") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not kinds or not _are_names(kinds):
            yield ModelRefused("", path=f"{at}/type")
            continue
        if name == "credentialSchema" and "id" not in entry:
            yield ModelRefused(path=f"{at}/id")
        yield from _id_problems(entry, at)


def _resource_problems(document: Mapping[str, PlainJson]) -> Iterator[GatewayError]:
    """(5.3) each once, with its digest."""
    seen: set[object] = set()
    for at, entry in _entries(document, "relatedResource"):
        if not isinstance(entry, dict) or not is_url(entry.get("id")) or entry["id"] in seen:
            yield ModelRefused(entry.get("id", "") if isinstance(entry, dict) else "", path=f"{at}/id")
            continue
        seen.add(entry["id"])
        sri, multibase = entry.get("digestSRI"), entry.get("digestMultibase")
        if sri is None and not isinstance(multibase, str):
            yield ModelRefused(path=f"{at}/digestSRI")
        if sri is not None and not (isinstance(sri, str) and all(map(_DIGEST_SRI.fullmatch, sri.split()))):
            yield ModelRefused(sri, path=f"{at}/digestSRI")


def _text_problems(holder: Mapping[str, PlainJson], at: str) -> Iterator[GatewayError]:
    """(4.5, 11.1) name and description: text, or values with their language."""
    for name in ("name", "description"):
        if name in holder and not _is_text(holder[name]):
            yield ModelRefused("", path=f"{at}/{name}", code="vcdm.language-value")


def _is_text(value: PlainJson) -> bool:
    if isinstance(value, str):
        return True
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, dict) and _is_text(one) for one in value)
    checks: dict[str, Callable[[object], bool]] = {
        "@value": lambda found: isinstance(found, str),
        "@language": lambda found: isinstance(found, str) and bool(_LANGUAGE.fullmatch(found)),
        "@direction": lambda found: found in ("ltr", "rtl"),
    }
    return (
        isinstance(value, dict)
        and "@value" in value
        and all(name in checks and checks[name](item) for name, item in value.items())
    )


def _are_names(kinds: PlainJson) -> bool:
    return all(isinstance(one, str) and one for one in (kinds if isinstance(kinds, list) else [kinds]))


def _entries(document: Mapping[str, PlainJson], name: str) -> Iterator[tuple[str, PlainJson]]:
    """A member's values, one or many, each with its place."""
    if name not in document:
        return
    value = document[name]
    if isinstance(value, list):
        if not value:
            yield f"/{name}", None
        for index, entry in enumerate(value):
            yield f"/{name}/{index}", entry
    else:
        yield f"/{name}", value


def is_url(value: object) -> bool:
    """Whether ``value`` is text with a scheme and no character that a URL cannot have."""
    return isinstance(value, str) and bool(_URL.fullmatch(value))
