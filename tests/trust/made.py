"""A trust snapshot of our own making: TEST operators, bodies and keys that everybody knows."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.signing.certificates import Certificate
from gateway.signing.keys import PrivateKey
from gateway.signing.sealing import Sealer
from gateway.signing.verification_key import VerificationKey
from gateway.trust import lote, signed_list
from gateway.trust.lote import KEEP_ALL, TYPE, service_type, status_uri

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OWN, FOREIGN = "TEST list of the receiving body", "TEST list of domestic certifiers"
AB = "urn:test:accreditation-body"
EPOCH = "2020-01-01T00:00:00Z"


@dataclass(frozen=True)
class Operator:
    """Whoever signs a list."""

    key: PrivateKey
    certificate: x509.Certificate

    @property
    def sealer(self) -> Sealer:
        return Sealer.from_pem(self.key.to_pem(None), self.pem)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def pin(self) -> str:
        return VerificationKey.from_public_key(self.key.public_key).sha256


@cache
def operator(number: int = 1, country: str = "DE") -> Operator:
    """A throw-away operator, the same in every run but for its certificate's signature."""
    raw = ec.derive_private_key(20261121 + number, ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.COMMON_NAME, f"TEST operator {number}"),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(raw.public_key())
        .serial_number(number)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(raw, hashes.SHA256())
    )
    return Operator(PrivateKey(raw), made)


def state(
    kind: str,
    *,
    status: str = "granted",
    since: str = EPOCH,
    certificates: Sequence[Certificate] = (),
    others: Sequence[str] = (),
    extensions: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """One state of a service, as the list spells it."""
    identity: dict[str, Any] = {}
    if certificates:
        identity["X509Certificates"] = [{"val": base64.b64encode(c.encoded).decode()} for c in certificates]
    if others:
        identity["OtherIds"] = list(others)
    made: dict[str, Any] = {
        "ServiceName": [{"lang": "en", "value": kind}],
        "ServiceTypeIdentifier": service_type(kind),
        "ServiceDigitalIdentity": identity,
        "ServiceStatus": status_uri(status),
        "StatusStartingTime": since,
    }
    if extensions:
        made["ServiceInformationExtensions"] = [dict(extension) for extension in extensions]
    return made


def entity(name: str, *services: Sequence[Mapping[str, Any]], country: str = "CN") -> dict[str, Any]:
    """A body; each service is its states, the youngest first."""
    made = []
    for now, *past in services:
        one: dict[str, Any] = {"ServiceInformation": dict(now)}
        if past:
            one["ServiceHistory"] = [dict(state) for state in past]
        made.append(one)
    return {
        "TrustedEntityInformation": {
            "TEName": [{"lang": "en", "value": name}],
            "TEAddress": {
                "TEPostalAddress": [
                    {
                        "lang": "en",
                        "StreetAddress": "1 Test Road",
                        "Locality": "Testtown",
                        "PostalCode": "00000",
                        "Country": country,
                    }
                ],
                "TEElectronicAddress": [{"lang": "en", "uriValue": "mailto:test@example.org"}],
            },
            "TEInformationURI": [{"lang": "en", "uriValue": "https://example.org/body"}],
        },
        "TrustedEntityServices": made,
    }


def document(
    name: str,
    entities: Sequence[Mapping[str, Any]],
    *,
    sequence: int = 1,
    issued: datetime = NOW - timedelta(days=1),
    days: int = 90,
    agreements: Sequence[Mapping[str, Any]] = (),
    type_: str = TYPE,
    country: str = "DE",
    extensions: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The JSON of a list."""
    scheme: dict[str, Any] = {
        "LoTEVersionIdentifier": 1,
        "LoTESequenceNumber": sequence,
        "LoTEType": type_,
        "SchemeOperatorName": [{"lang": "en", "value": "TEST operator"}],
        "SchemeOperatorAddress": {
            "SchemeOperatorPostalAddress": [
                {
                    "lang": "en",
                    "StreetAddress": "1 Test Road",
                    "Locality": "Testtown",
                    "PostalCode": "00000",
                    "Country": country,
                }
            ],
            "SchemeOperatorElectronicAddress": [{"lang": "en", "uriValue": "mailto:test@example.org"}],
        },
        "SchemeName": [{"lang": "en", "value": name}],
        "SchemeInformationURI": [{"lang": "en", "uriValue": "https://example.org/list"}],
        "StatusDeterminationApproach": "urn:hutong:trust:approach:accreditation",
        "SchemeTerritory": country,
        "PolicyOrLegalNotice": [
            {"LoTEPolicy": {"lang": "en", "uriValue": "https://example.org/list/policy"}}
        ],
        "HistoricalInformationPeriod": KEEP_ALL,
        "ListIssueDateTime": stamp(issued),
        "NextUpdate": stamp(issued + timedelta(days=days)),
    }
    told = [*({"agreement": dict(a)} for a in agreements), *(dict(e) for e in extensions)]
    if told:
        scheme["SchemeExtensions"] = told
    made: dict[str, Any] = {"ListAndSchemeInformation": scheme}
    if entities:
        made["TrustedEntitiesList"] = [dict(one) for one in entities]
    return {"LoTE": made}


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def signed(content: Mapping[str, Any], by: Operator | None = None, at: datetime = NOW) -> bytes:
    """A signed list."""
    made = lote.parse(json.dumps(content).encode())
    return signed_list.sign(made, (by or operator()).sealer, signing_time=at)


def scope(**changed: Any) -> dict[str, Any]:
    """The scope of a certifier, accredited from 2025 to 2028."""
    made: dict[str, Any] = {
        "standards": ["GBT24067", "ISO14067"],
        "activity": ["verification", "certification"],
        "productCategories": ["cpc:239", "cpc:464"],
        "sites": ["CN"],
        "accreditation": {
            "body": AB,
            "number": "TEST C001-V",
            "validFrom": "2025-01-01T00:00:00Z",
            "validUntil": "2028-01-01T00:00:00Z",
        },
        "arrangement": [{"id": "TEST-MRA", "mainScope": "ISO 14065", "since": "2025-01-01T00:00:00Z"}],
    }
    return {"scope": {name: value for name, value in {**made, **changed}.items() if value is not None}}


def agreement(**changed: Any) -> dict[str, Any]:
    """The receiving body recognises the domestic list for GB/T 24067, on one condition."""
    made: dict[str, Any] = {
        "id": "urn:test:agreement:1",
        "version": "1",
        "level": "private-contract",
        "recognisingParty": OWN,
        "recognisedParty": FOREIGN,
        "legalBasis": "https://example.org/contract",
        "depth": 1,
        "status": "enacted",
        "statusStartingTime": "2025-06-01T00:00:00Z",
        "serviceTypeEquivalence": [{"theirs": "cab/iso17029-14065", "ours": "cab/iso17029-14065"}],
        "subjectEquivalence": [
            {
                "theirs": {"standard": "GBT24067"},
                "ours": {"standard": "ISO14067"},
                "conditions": [
                    {"code": "gwp.set", "zh": "须注明 GWP 版本", "en": "the GWP set has to be named"}
                ],
            }
        ],
    }
    return {**made, **changed}


def accreditation_body(**changed: Any) -> dict[str, Any]:
    """The body that has accredited the certifier, a signatory since 2024."""
    arrangement = [{"id": "TEST-MRA", "mainScope": "ISO 14065", "since": "2024-01-01T00:00:00Z"}]
    own = state("ab", others=[AB], extensions=[{"scope": {"arrangement": arrangement}}], **changed)
    return entity("TEST accreditation body", [own])


def policy(**changed: Any) -> dict[str, Any]:
    """The receiving body's policy."""
    made: dict[str, Any] = {
        "format": "hutong-trust-policy@1",
        "name": "TEST policy",
        "ownList": OWN,
        "lists": [
            {"name": OWN, "operatorKeys": [operator(1).pin]},
            {"name": FOREIGN, "operatorKeys": [operator(2, "CN").pin]},
        ],
        "services": ["cab/iso17029-14065"],
    }
    return {**made, **changed}
