"""Every reader of signed bytes, with a sound sample; for hypothesis, and for atheris by command."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from gateway.errors import GatewayError
from gateway.signing import (
    asic,
    certificates,
    envelopes,
    jades,
    jws,
    revocation_list,
    rfc3161,
    sd_jwt,
    tile_log,
    vc_api,
    vc_jwt,
    x509,
)
from gateway.signing import data_integrity as di
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.rdf import nquads
from gateway.signing.verification_key import VerificationKey
from tests.signing import fuzz_readers
from tests.signing.conftest import throw_away
from tests.signing.seals import TIME, sealer
from tests.trust import pki

CREATED = "2026-01-31T08:00:00Z"
FILES = {"pcf.json": ("application/json", b'{"pcf": 61.25}'), "流.xml": ("application/xml", b"<a>61.25</a>")}


@dataclass(frozen=True, slots=True)
class Target:
    """A reader, a sound sample, and what the reader says of it: equal for all bytes that mean the same."""

    sample: bytes
    read: Callable[[bytes], object]


def tried(target: Target, data: bytes) -> object | None:
    """What the reader says; None where it refuses. Anything but our errors comes through."""
    try:
        return target.read(data)
    except GatewayError:
        return None


def covered(data: bytes, objects: Mapping[str, bytes] | None = None) -> object:
    """What an envelope covers and by which keys."""
    found = envelopes.verify_any(data, objects=objects)
    keys = [(one.algorithm, one.key.sha256, one.claimed_time) for one in found.signatures]
    return sorted((part.name, part.data) for part in found.parts), keys, found.issuer


def stamped(data: bytes) -> object:
    """What a time stamp says, and by whose certificate."""
    found = rfc3161.read(data)
    return found.time, found.digest, found.serial, found.policy, found.certificate


@cache
def targets() -> dict[str, Target]:
    """All of them, by name."""
    key, holder, seal = throw_away(KeyType.ED25519), throw_away(KeyType.P256), sealer()
    document: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": key.public_key.did,
        "validFrom": CREATED,
        "credentialSubject": {"id": "urn:x:1", "name": "电池", "share": 1e-7},
    }
    container = asic.sign(FILES, seal, signing_time=TIME)
    signature = zipfile.ZipFile(io.BytesIO(container)).read("META-INF/signatures001.xml")
    held = {name: data for name, (_, data) in FILES.items()}
    token = sd_jwt.issue(
        document,
        hide=["/credentialSubject/name"],
        signer=key,
        salts=lambda place: hashlib.sha256(place.encode()).digest()[:16],
        holder=holder.public_key,
    )
    secured = di.add_proof(document, key, created=CREATED)
    log = tile_log.publish("log.example", [b"1", b"2", b"3"], key)["checkpoint"]
    proof = tile_log.prove([b"1", b"2", b"3"], 1, log)
    authority, leaf = pki.pki().middle, pki.pki().leaf.own
    entry = tile_log.Entry.of(b"x", kind="test", issuer="urn:x", time=CREATED).to_bytes()
    receipt = tile_log.Receipt("log.example", entry, proof)
    return {
        "jades": Target(jades.sign(b"61.25", seal, signing_time=TIME), covered),
        "jades-detached": Target(
            jades.sign_detached(FILES, seal, signing_time=TIME), lambda data: covered(data, held)
        ),
        "jws": Target(jws.sign_detached(b"61.25", key), lambda data: covered(data, {"": b"61.25"})),
        "vc-jwt": Target(vc_jwt.sign(document, key), covered),
        "sd-jwt": Target(sd_jwt.bind(token, holder, reader="did:web:r.example", nonce="n", at=1), covered),
        "proof": Target(jcs(secured), covered),
        "xades": Target(signature, lambda data: covered(data, held)),
        "asic": Target(container, covered),
        "checkpoint": Target(
            log, lambda data: tile_log.read_checkpoint(data, key.public_key, origin="log.example")
        ),
        "log-proof": Target(
            proof, lambda data: tile_log.verify_proof(b"2", data, key.public_key, origin="log.example")
        ),
        "certificate": Target(
            seal.certificates[0].der, lambda data: x509.Certificate.from_der(data).key.sha256
        ),
        "spki": Target(seal.key.spki, lambda data: VerificationKey.from_spki(data).sha256),
        "nquads": Target(b'<urn:s> <urn:p> "a"@en _:g .\n', nquads.parse),
        "time-stamp": Target(rfc3161.request(b"x"), rfc3161.token_of),
        "time-stamp-token": Target(pki.authority().stamp(b"x", TIME), stamped),
        "chain-certificate": Target(authority.der, certificates.Certificate.from_der),
        "revocation-list": Target(
            pki.crl(authority, (3, TIME, None)),
            lambda data: revocation_list.RevocationList.from_der(data).entry(leaf),
        ),
        "log-receipt": Target(receipt.to_bytes(), tile_log.parse_receipt),
        "vc-api": Target(jcs({"verifiableCredential": secured}), vc_api.verify),
        **{name: Target(*reader) for name, reader in fuzz_readers.readers().items()},
    }


# Where bytes may change and what is read does not: a second reading of the same is no defect.
READ_ONLY = fuzz_readers.UNSIGNED | {
    "certificate",
    "chain-certificate",
    "log-receipt",
    "nquads",
    "revocation-list",
    "spki",
    "time-stamp",
    "vc-api",
}
