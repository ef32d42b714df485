"""Keys of ``did:web`` issuers out of documents that are at hand; nothing is fetched here.

Source: W3C Controlled Identifiers 1.0, 2; did:web method specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson
from gateway.signing.did_key import BadPublicKey, PublicKey
from gateway.signing.timestamp import is_timestamp
from gateway.signing.verification_key import VerificationKey


def assertion_keys(document: Mapping[str, PlainJson], *, at: datetime) -> dict[str, PublicKey]:
    """The keys by which the document's subject may make statements, by the URL of their method.

    A method counts only where its controller is the document's subject and its URL is the subject's own: a
    document that names somebody else's method speaks for nobody. One of an unknown kind is left out, and so
    are one that is over and two keys of one name. A document of nobody has none, nor has one that is
    deactivated, or says about that something else than no.

    Args:
        at: when the keys are to be used.
    """
    if is_deactivated(document):
        return {}
    subject = document.get("id")
    if not subject:
        # Under no name at all, a key would be everybody's (``jose.find_key``).
        return {}
    allowed, found = list(_assertion_methods(document)), dict[str, PublicKey]()
    methods = document.get("verificationMethod", [])
    entries = [entry for entry in methods if isinstance(entry, dict)] if isinstance(methods, list) else []
    assertions = document.get("assertionMethod", [])
    embedded = [e for e in assertions if isinstance(e, dict)] if isinstance(assertions, list) else []
    over = {_absolute(entry.get("id"), subject) for entry in [*entries, *embedded] if not _counts(entry, at)}
    # Nothing says why: one that is revoked under one name may be lost, and so under all.
    revoked = [_key(entry) for entry in [*entries, *embedded] if not _counts(entry, at, ("revoked",))]
    for entry in [*entries, *embedded]:
        name = _absolute(entry.get("id"), subject)
        if name in over or name not in allowed or name.partition("#")[0] != subject:
            continue
        if entry.get("controller") != subject:
            continue
        key = _key(entry)
        # A did:key is its own key; a document that gives it another one is somebody else's.
        if (
            key is not None
            and key not in revoked
            and (not str(subject).startswith("did:key:") or key.did == subject)
        ):
            over |= {name} if found.setdefault(name, key) != key else set()
    return {name: key for name, key in found.items() if name not in over}


def is_deactivated(document: Mapping[str, PlainJson]) -> bool:
    """(DID Core 1.0, 7.1.3) A property of the metadata, which some publish in the document itself."""
    metadata = document.get("didDocumentMetadata")
    stated = [one.get("deactivated", False) for one in (document, metadata) if isinstance(one, dict)]
    return any(one is not False for one in stated)


def _assertion_methods(document: Mapping[str, PlainJson]) -> Iterator[str]:
    subject, methods = document.get("id"), document.get("assertionMethod", [])
    for entry in methods if isinstance(methods, list) else []:
        yield _absolute(entry.get("id") if isinstance(entry, dict) else entry, subject)


def _counts(
    entry: Mapping[str, PlainJson], at: datetime, names: Sequence[str] = ("expires", "revoked")
) -> bool:
    """(2.2) Neither expired nor revoked; a time that cannot be read may have passed."""
    ends = [entry[name] for name in names if name in entry]
    return all(is_timestamp(end) and at < datetime.fromisoformat(str(end)) for end in ends)


def _absolute(name: PlainJson, subject: PlainJson) -> str:
    return f"{subject}{name}" if isinstance(name, str) and name.startswith("#") else str(name)


def _key(entry: Mapping[str, PlainJson]) -> PublicKey | None:
    kind = str(entry.get("type"))
    multikey, jwk = entry.get("publicKeyMultibase"), entry.get("publicKeyJwk")
    try:
        # The older name of the same thing for one kind of key.
        if kind in {"Multikey", "Ed25519VerificationKey2020"} and isinstance(multikey, str):
            return PublicKey.from_multikey(multikey)
        if kind in {"JsonWebKey", "JsonWebKey2020"} and isinstance(jwk, dict):
            return VerificationKey.from_jwk(jwk).public_key
    except (BadPublicKey, GatewayError):
        return None
    return None
