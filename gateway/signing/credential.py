"""The unsigned W3C Verifiable Credential (VCDM 2.0) that binds a statement to its files by digest.

Its only context is ``https://www.w3.org/ns/credentials/v2``. Properties that this context does not define
are written with their full IRI, amounts as schema.org PropertyValues; so every term means something to
a JSON-LD reader, nothing has to be fetched, and no context of ours can be missing or replaced
(``docs/adr/0003-credential-terms.md``).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.errors import GatewayError, UsageError, raise_all
from gateway.frontdoor.json import PlainJson, pointer
from gateway.signing.digests import digest_sri
from gateway.signing.jcs import jcs
from gateway.signing.timestamp import is_timestamp

CONTEXT = "https://www.w3.org/ns/credentials/v2"
SCHEMA_ORG = "https://schema.org/"

# What the context defines for any object (W3C VCDM 2.0, appendix B.1).
_TERMS = frozenset({"id", "type", "name", "description", "digestSRI", "digestMultibase", "mediaType"})
_IRI = ("https://", "http://", "urn:")


class BadStatement(UsageError):
    """What the caller wants to have signed does not fit into a credential."""

    code = "signing.undefined-term"


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that the credential covers by digest.

    ``id`` is the file's name by digest (RFC 6920), because a file in a package has no address.
    """

    name: str
    media_type: str
    data: bytes

    def entry(self) -> dict[str, PlainJson]:
        """The ``relatedResource`` entry (VCDM 2.0, 5.3)."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(self.data).digest()).rstrip(b"=").decode()
        return {
            "id": f"ni:///sha-256;{digest}",
            "name": self.name,
            "mediaType": self.media_type,
            "digestSRI": digest_sri(self.data),
        }


def property_value(
    name: str,
    value: str,
    *,
    unit: str = "",
    property_id: str = "",
    basis: Sequence[dict[str, PlainJson]] = (),
) -> dict[str, PlainJson]:
    """One claim in terms of schema.org: a name, a value as text, its unit, and what it rests on.

    Args:
        unit: UCUM code.
        property_id: an identifier of the property, stable across languages.
        basis: further property values without which this one says little: boundary, GWP set, denominator.
    """
    claim: dict[str, PlainJson] = {
        "type": f"{SCHEMA_ORG}PropertyValue",
        "name": name,
        f"{SCHEMA_ORG}value": value,
    }
    if unit:
        claim[f"{SCHEMA_ORG}unitCode"] = unit
    if property_id:
        claim[f"{SCHEMA_ORG}propertyID"] = property_id
    if basis:
        claim[f"{SCHEMA_ORG}valueReference"] = list(basis)
    return claim


def build_credential(
    *,
    issuer: str,
    valid_from: str,
    subject: Mapping[str, PlainJson],
    resources: Iterable[Resource] = (),
    identifier: str = "",
    name: str = "",
    types: Sequence[str] = (),
    valid_until: str = "",
) -> dict[str, PlainJson]:
    """The credential, ready for ``data_integrity.add_proof``.

    Args:
        issuer: the signer's did:key.
        valid_from: XSD dateTimeStamp, as is ``valid_until``.
        subject: ``id`` and claims; each member is one of the context's terms or a full IRI, each leaf
            a text, so that no number is rounded on the way.
        identifier: a URI; never random, so that the same input gives the same bytes.
        types: further types, as IRIs.

    Raises:
        NotCanonical: it has no canonical JSON form.
        BadStatement: all members that do not fit, each with its JSON pointer.
    """
    credential: dict[str, PlainJson] = {
        "@context": [CONTEXT],
        "type": ["VerifiableCredential", *types],
        "issuer": issuer,
        "validFrom": valid_from,
        "credentialSubject": dict(subject),
    }
    optional = {"id": identifier, "name": name, "validUntil": valid_until}
    credential.update({key: text for key, text in optional.items() if text})
    related = [resource.entry() for resource in resources]
    if related:
        credential["relatedResource"] = list(related)
    jcs(credential)
    raise_all(_problems(credential))
    return credential


def _problems(credential: Mapping[str, PlainJson]) -> Iterable[GatewayError]:
    for member in ("validFrom", "validUntil"):
        if member in credential and not is_timestamp(credential[member]):
            yield BadStatement(credential[member], path=f"/{member}", code="signing.bad-timestamp")
    for member in ("id", "issuer"):
        if ":" not in str(credential.get(member, ":")):
            yield BadStatement(credential[member], path=f"/{member}", code="signing.not-a-uri")
    types = credential["type"]
    assert isinstance(types, list)
    for index, kind in enumerate(types[1:], start=1):
        if not _is_iri(kind):
            yield BadStatement(kind, path=f"/type/{index}")
    subject = credential["credentialSubject"]
    if not subject:
        yield BadStatement(path="/credentialSubject", code="signing.empty-statement")
    yield from _undefined(subject, "/credentialSubject")
    yield from _repeated(credential.get("relatedResource", []))


def _undefined(value: PlainJson, path: str) -> Iterable[GatewayError]:
    """Members that no JSON-LD reader understands, and leaves that are not text."""
    if isinstance(value, dict):
        for name, item in value.items():
            at = path + pointer([name])
            if name not in _TERMS and not _is_iri(name):
                yield BadStatement(name, path=at)
            kinds = item if isinstance(item, list) else [item]
            if name == "type" and not all(_is_iri(kind) for kind in kinds):
                yield BadStatement(item, path=at)
            if name == "id" and ":" not in str(item):
                yield BadStatement(item, path=at, code="signing.not-a-uri")
            yield from _undefined(item, at)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _undefined(item, f"{path}/{index}")
    elif not isinstance(value, str):
        yield BadStatement(value, path=path, code="signing.amount-not-text")


def _repeated(related: PlainJson) -> Iterable[GatewayError]:
    """Two resources with one id, which VCDM 2.0, 5.3 forbids: the same bytes under two names."""
    seen: set[object] = set()
    assert isinstance(related, list)
    for index, entry in enumerate(related):
        assert isinstance(entry, dict)
        if entry["id"] in seen:
            yield BadStatement(entry["name"], path=f"/relatedResource/{index}", code="signing.resource-twice")
        seen.add(entry["id"])


def _is_iri(text: object) -> bool:
    return isinstance(text, str) and text.startswith(_IRI) and not any(c.isspace() for c in text)
