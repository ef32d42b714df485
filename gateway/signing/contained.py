"""Signed documents inside what a signature covers: each is checked by itself, or told as not checked.

Whoever signs around a document says that these are the bytes, not that its own signatures hold. Looked into
are files of containers and of archives in them, payloads, objects of XML signatures, members and texts of
JSON, lines of JSON documents, and tokens in text files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gateway.errors import GatewayError, UsageError, flatten
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing import _contained_places as places
from gateway.signing import _signed_objects as objects
from gateway.signing._contained_places import Place
from gateway.signing.jose import NO_KEYS, Keys
from gateway.signing.rdf.contexts import NO_CONTEXTS, Contexts
from gateway.signing.verified import Contained, Envelope, Inside, Part, Verified
from gateway.signing.x509 import Certificate

PAYLOAD: Final = "payload"
# What says that the document is not the one that was signed. Anything else leaves it unchecked.
_CHANGED: Final = frozenset(
    {
        "archive.corrupt",
        "envelope.certificate-digest",
        "envelope.claims-differ",
        "envelope.content-differs",
        "envelope.digest-wrong",
        "envelope.disclosure",
        "envelope.pdf-appended",
        "envelope.signature-wrong",
        "envelope.signatures-differ",
        "signing.bad-proof-value",
        "signing.context-mismatch",
        "signing.not-the-issuers-key",
        "signing.signature-wrong",
        "sm.content-differs",
        "sm.digest-wrong",
        "sm.signature-wrong",
    }
)
_DOCUMENTS: Final = frozenset({Envelope.DATA_INTEGRITY, Envelope.VC_JWT, Envelope.SD_JWT})
NO_DOCUMENTS: Final[Mapping[str, Mapping[str, PlainJson]]] = {}
_XML: Final = frozenset({Envelope.XML_SIGNATURE, Envelope.XADES})
# Documents that are verified for one envelope, at all depths, and levels of them.
_MOST: Final = 64
_MOST_LEVELS: Final = 4


class Budget:
    """How much is still looked into for one envelope: a container may hold any number of documents."""

    def __init__(self) -> None:
        self.left = _MOST
        self.level = 0


def looked_into(
    found: Verified,
    *,
    keys: Keys = NO_KEYS,
    contexts: Contexts = NO_CONTEXTS,
    certificates: Sequence[Certificate] = (),
    budget: Budget | None = None,
) -> Verified:
    """The answer with all signed documents inside what it covers.

    Raises:
        GatewayError: one of them was changed since it was signed, with its place.
    """
    if found.envelope is Envelope.PADES:
        # Files attached to a document are covered; what they are is not looked at.
        return found
    named = {name: key for name, key in keys.items() if name}
    run = budget or Budget()
    held = tuple(_checked(one, named, contexts, certificates, run) for one in _places(found))
    return replace(found, contained=(*found.contained, *held)) if held else found


def inside(
    document: Mapping[str, PlainJson], *, keys: Keys = NO_KEYS, contexts: Contexts = NO_CONTEXTS
) -> tuple[Contained, ...]:
    """The signed documents inside one that is verified and read already."""
    run = Budget()
    return tuple(
        _checked(one, keys, contexts, (), run) for one in places.in_members(dict(document), f"{PAYLOAD}#")
    )


def in_files(
    files: Mapping[str, bytes], documents: Mapping[str, Mapping[str, PlainJson]] = NO_DOCUMENTS
) -> tuple[Contained, ...]:
    """The signed documents in files that somebody covers by name; credentials without a proof are left out.

    Args:
        documents: by name, those that are verified and read already, their proofs aside.

    Raises:
        GatewayError: one of them was changed since it was signed, with its place.
    """
    run = Budget()
    found = (
        *(one for name in sorted(documents) for one in places.in_members(dict(documents[name]), f"{name}#")),
        *(one for name in sorted(files) for one in places.in_file(files[name], name)),
    )
    return tuple(_checked(one, NO_KEYS, NO_CONTEXTS, (), run) for one in found if one.is_signed)


def _places(found: Verified) -> Iterator[Place]:
    if found.envelope in _DOCUMENTS:
        # Of what an SD-JWT shows, nobody else looks at the credentials.
        skipped = "" if found.envelope is Envelope.SD_JWT else _answered(found.document)
        yield from places.in_members(dict(found.document), f"{PAYLOAD}#", skipped=skipped)
        return
    for part in found.parts:
        if found.envelope in _XML and not part.is_file:
            yield from places.in_xml_object(part.data, part.name)
        else:
            yield from _in_part(part, alone=len(found.parts) == 1)


def _in_part(part: Part, *, alone: bool) -> Iterable[Place]:
    at = part.name or PAYLOAD
    for one in places.in_file(part.data, at):
        # A credential that is signed as a file has its signature around it.
        if one.is_signed or one.at != at or not alone or not _is_credential(part.data):
            yield one


def _is_credential(data: bytes) -> bool:
    value = parse_signed(data)
    return isinstance(value, dict) and objects.is_a(value, objects.CREDENTIAL)


def _answered(document: Mapping[str, PlainJson]) -> str:
    """The credentials right in a presentation are ``presentations``' to look at.

    Not where it counts as a credential, too: then each is to be believed or not by itself.
    """
    is_only = objects.is_a(document, objects.PRESENTATION) and not objects.is_a(document, objects.CREDENTIAL)
    return "verifiableCredential" if is_only else ""


def _checked(
    place: Place, keys: Keys, contexts: Contexts, certificates: Sequence[Certificate], budget: Budget
) -> Contained:
    if not place.is_signed:
        return Contained(place.at, Inside.UNSIGNED)
    if not place.is_opened:
        return Contained(place.at, Inside.NOT_OPENED, why=place.why)
    if place.why:
        return Contained(place.at, Inside.NOT_CHECKED, why=place.why)
    if not budget.left or budget.level == _MOST_LEVELS:
        return Contained(place.at, Inside.NOT_CHECKED, why="envelope.too-many-signatures")
    budget.left -= 1
    budget.level += 1
    try:
        from gateway.signing import envelopes

        found = envelopes.verify_any(
            place.data, keys=keys, contexts=contexts, certificates=certificates, budget=budget
        )
    except UsageError as error:
        # What is not installed.
        return Contained(place.at, Inside.NOT_CHECKED, why=error.error_code)
    except GatewayError as error:
        codes = [one.error_code for one in flatten(error)]
        if _CHANGED & set(codes):
            for one in flatten(error):
                one.path = f"{place.at}{_joint(place.at, one.path)}{one.path}"
            raise
        return Contained(place.at, Inside.NOT_CHECKED, why=codes[0])
    finally:
        budget.level -= 1
    return Contained(place.at, Inside.INTACT, found.envelope, data=place.data, found=found)


def _joint(at: str, path: str) -> str:
    return "#" if path and "#" not in at else ""
