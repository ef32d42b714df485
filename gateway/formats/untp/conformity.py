"""A verifier's statement as a Digital Conformity Credential, ready for the verifier to sign, bound by digest.

What is assessed is named by its link, what was assessed by the digest of the declaration's bytes, and the
report by the digest that the verifier gave it. Nothing says more than the statement itself: a statement that
is not a positive opinion conveys none.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping

from gateway.codec import build, jsonwrite
from gateway.codec.base import Context, Member, Package, Reading, Writing
from gateway.codec.carrier import carrier_table
from gateway.codec.carrier_read import CarrierReading
from gateway.codec.carrier_write import CarrierWriting
from gateway.codec.jsonread import scalars
from gateway.codec.lacks import Lacks, lack
from gateway.errors import InputError, raise_all
from gateway.formats.untp import footprint
from gateway.frontdoor.json import JsonValue
from gateway.model.base import LangText, here
from gateway.model.declaration import Declaration
from gateway.model.evidence import Verification

TARGET = "untp-dcc@0.6.1"
FILE_NAME, MEDIA_TYPE = "digital-conformity-credential.json", "application/json"
_CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://test.uncefact.org/vocabulary/untp/dcc/0.6.1/",
]
_ATTESTATION = {"third": "verification", "cert": "certification"}
_SHA256 = re.compile(r"(?:sha-?256:)?([0-9a-f]{64})", re.IGNORECASE)
_AGAIN = (
    "/assessorLevel",
    "/conformance",
    "/conformityTopic",
    "/hashMethod",
    "/hashDigest",
    "/linkName",
    "/assessmentDate",
)
_STANDARD = "urn:hutong:standard:"
_BODY, _ID = "urn:uscc:", "urn:hutong:verification:"


def write(declaration: Declaration, context: Context) -> Writing:
    """The first verification by somebody else.

    Raises:
        Lacks: there is none, or it does not say who, when, by which standard or of which report.
    """
    found = _verification(declaration)
    raise_all(_lacks(declaration, found, context))
    assert found is not None
    alone = declaration.model_copy(update={"verifications": (found,)})
    writing = CarrierWriting().fill(alone, carrier_table("carriers/untp.csv", "dcc"))
    for place, value in _members(declaration, found, context):
        writing.set(place, value)
    claims = writing.claims | set(_claims(found, by_option=bool(context.options.get("untp-verifier"))))
    data = (jsonwrite.encode(writing.document()) + "\n").encode("utf-8")
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    return Writing(Package((Member(FILE_NAME, MEDIA_TYPE, data),), name), (), frozenset(claims))


def _members(declaration: Declaration, found: Verification, context: Context) -> Iterator[tuple[str, object]]:
    """What is no value of the declaration as it stands."""
    home = f"/verifications/{found.id}"
    yield "/type", ["DigitalConformityCredential", "VerifiableCredential"]
    yield "/@context", _CONTEXTS
    yield "/id", f"urn:uuid:{context.new_id(f'{home}/credential')}"
    yield "/issuer/type", ["CredentialIssuer"]
    yield "/issuer/id", context.options.get("untp-verifier") or f"{_BODY}{found.body_uscc}"
    subject = {
        "type": ["ConformityAttestation", "Attestation"],
        "id": f"{_ID}{found.id}",
        "assessorLevel": "3rdParty",
        "attestationType": _ATTESTATION[str(found.kind)],
        "conformityCertificate": _report(found),
        "auditableEvidence": _secure("Declaration that was assessed", context.source_told),
        "scope": {
            "type": ["ConformityAssessmentScheme"],
            "id": f"{_STANDARD}{found.standards[0]}",
            "name": found.standards[0],
        },
    }
    for name, told in subject.items():
        yield f"/credentialSubject/{name}", told
    if isinstance(declaration.enterprise.uscc, str):
        yield "/credentialSubject/issuedToParty/id", f"{_BODY}{declaration.enterprise.uscc}"
    assessment = "/credentialSubject/assessment/[0]"
    for name, value in _assessment(declaration, found).items():
        yield f"{assessment}/{name}", value
    yield f"{assessment}/assessedProduct/[0]/product/type", ["Product"]


def _verification(declaration: Declaration) -> Verification | None:
    return next((one for one in declaration.verifications if one.kind in _ATTESTATION), None)


def _lacks(declaration: Declaration, found: Verification | None, context: Context) -> Iterator[Lacks]:
    if found is None:
        yield lack(TARGET, "/verifications/verification/kind", code="untp.not-verified")
        return
    home = f"/verifications/{found.id}"
    if not isinstance(found.body_name, LangText):
        yield lack(TARGET, f"{home}/body_name")
    if not here(found.body_uscc) and not context.options.get("untp-verifier"):
        yield lack(TARGET, f"{home}/body_uscc")
    if not here(found.date):
        yield lack(TARGET, f"{home}/date")
    if not found.standards:
        yield lack(TARGET, f"{home}/standards")
    if _sha256(found.report_digest) is None:
        yield lack(TARGET, f"{home}/report_digest", code="untp.no-digest")
    if not isinstance(declaration.passport.product_link, str):
        yield lack(TARGET, "/passport/product_link")
    if found.opinion != "unqualified":
        yield lack(TARGET, f"{home}/opinion", code="untp.opinion", opinion=str(found.opinion))


def _sha256(digest: object) -> str | None:
    """The SHA-256 among the digests of a report."""
    found = _SHA256.search(digest) if isinstance(digest, str) else None
    return found[1].lower() if found else None


def _by_digest(digest: str) -> str:
    """A name by digest (RFC 6920): a file in a package has no address."""
    raw = bytes.fromhex(digest) if len(digest) == 64 else b""
    return "ni:///sha-256;" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _report(found: Verification) -> dict[str, object]:
    digest = _sha256(found.report_digest)
    assert digest is not None
    return _secure("Verification report", digest)


def _secure(name: str, digest: str) -> dict[str, object]:
    return {
        "type": ["SecureLink", "Link"],
        "linkURL": _by_digest(digest),
        "linkName": name,
        "hashDigest": digest,
        "hashMethod": "SHA-256",
    }


def _assessment(declaration: Declaration, found: Verification) -> dict[str, object]:
    """The values that the statement covers, and no others."""
    covered = tuple(r for r in declaration.results if r.id in found.covers)
    told: dict[str, object] = {
        "type": ["ConformityAssessment", "Declaration"],
        "assessmentDate": f"{found.date}",
        "conformance": True,
        "conformityTopic": "environment.emissions",
    }
    chosen = footprint.chosen(declaration.model_copy(update={"results": covered}))
    if chosen is not None:
        card = footprint.scorecard(declaration, *chosen, footprint.figures(declaration))
        metric = {
            "metricName": f"{footprint.METRIC}{chosen[0].id}",
            "metricValue": {"value": card["carbonFootprint"], "unit": "KGM"},
        }
        told["declaredValue"] = [metric]
    return told


def _claims(found: Verification, *, by_option: bool) -> Iterator[str]:
    home = f"/verifications/{found.id}"
    yield from (f"{home}/id", f"{home}/kind", f"{home}/standards/0")
    if here(found.body_uscc) and not by_option:
        yield f"{home}/body_uscc"


def read(package: Package) -> Reading:
    """The statement, what it covers and of which product; what has no place is kept as extras.

    Raises:
        InputError: it has no subject.
    """
    document = package.json
    subject = document.get("credentialSubject") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(subject, dict):
        raise InputError(package.name, path="/credentialSubject", code="untp.no-passport")
    found = CarrierReading(TARGET)
    _read_statement(found, document, subject)
    for at, value in scalars(dict(document), ""):
        if at.startswith(("/type/", "/@context/")) or _is_made(at, value):
            found.taken.add(at)
    found.read(dict(document), carrier_table("carriers/untp.csv", "dcc"))
    for at, value in _renditions(document):
        found.forget(at, value)
    declaration = Declaration.model_validate({**build.plain(found.tree), "extras": dict(found.extras)})
    return Reading(
        declaration,
        tuple(found.notes),
        tuple(found.findings),
        dict(build.origins(declaration, found.tree)),
    )


def _read_statement(
    found: CarrierReading, document: Mapping[str, JsonValue], subject: Mapping[str, JsonValue]
) -> None:
    named = subject.get("id")
    if isinstance(named, str) and named.startswith(_ID):
        found.put("/verifications/*/id", named.removeprefix(_ID), "/credentialSubject/id", "0")
    kind = subject.get("attestationType")
    ours = {"verification": "third", "certification": "cert"}.get(str(kind))
    if ours is not None:
        found.put("/verifications/*/kind", ours, "/credentialSubject/attestationType", "0")
        found.taken.add("/credentialSubject/attestationType")
    issuer = document.get("issuer")
    named = issuer.get("id") if isinstance(issuer, dict) else None
    if isinstance(named, str) and named.startswith(_BODY):
        found.put("/verifications/*/body_uscc", named.removeprefix(_BODY), "/issuer/id", "0")
        found.taken.add("/issuer/id")
    scope = subject.get("scope")
    standard = scope.get("name") if isinstance(scope, dict) else None
    if isinstance(standard, str):
        found.put("/verifications/*/standards", (standard,), "/credentialSubject/scope/name", "0")
        found.taken.update(("/credentialSubject/scope/name", "/credentialSubject/scope/id"))


def _is_made(at: str, value: JsonValue) -> bool:
    """What writing makes of other values or of itself."""
    return at.endswith(("/type/0", "/type/1")) or (
        isinstance(value, str) and value.startswith(("urn:uuid:", "urn:hutong:", "ni:///", _BODY))
    )


def _renditions(document: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    """What the credential says more than once, or by its kind."""
    made = (
        "/assessorLevel",
        "/conformance",
        "/conformityTopic",
        "/hashMethod",
        "/linkName",
        "/assessmentDate",
    )
    for at, value in scalars(dict(document), ""):
        if at.endswith(made) or "/declaredValue/" in at or at.endswith("/hashDigest"):
            yield at, value
