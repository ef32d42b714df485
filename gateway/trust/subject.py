"""What is validated: a signed folder, a credential or a signed file, reduced to what its signatures cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final

from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.report import Finding, Severity
from gateway.signing import manifest
from gateway.signing.certificates import Certificate
from gateway.signing.did_key import PublicKey
from gateway.signing.digests import sha256_hex, sm3_hex
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import Inside, Part
from gateway.trust import verify as folder_check
from gateway.trust.folder_verdict import Verdict
from gateway.trust.judgement import Sub

CONVERSION: Final = folder_check.CONVERSION
RECOGNITION: Final = "urn:hutong:RecognitionStatement"
_CREDENTIAL_MEMBERS: Final = f"{folder_check.CREDENTIAL}#"


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature that holds, by what it may be found in a list.

    Args:
        chain: certificates, the signer's first; empty where a bare key has signed.
        evidence: bytes whose existence proves that of this signature: they are it, or hold its digest.
        timestamps, stamped: RFC 3161 tokens beside it, and over which bytes of it they may have been made.
        claims: whom the document names as its issuer, where nothing but a list can say that the key is
            theirs; an empty name cannot be read.
        covered: the names of the parts that this signature covers.
    """

    name: str
    kind: str
    algorithm: str
    identities: tuple[str, ...]
    chain: tuple[Certificate, ...] = field(default=(), repr=False)
    evidence: tuple[bytes, ...] = field(default=(), repr=False)
    timestamps: tuple[bytes, ...] = field(default=(), repr=False)
    stamped: tuple[bytes, ...] = field(default=(), repr=False)
    claims: tuple[str, ...] = ()
    covered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Statement:
    """What a declaration says of itself that scope and agreement are held against."""

    standards: tuple[str, ...] = ()
    products: tuple[str, ...] = ()  # ``cpc:23913``
    country: str = ""
    activities: tuple[str, ...] = ()
    dates: tuple[datetime, ...] = ()  # of verification and of issue, at noon UTC
    is_known: bool = False
    first: datetime | None = None  # noon of the first day for which it is valid
    last: datetime | None = None  # the end of the last day for which it is valid
    state: str | None = None  # whether it is in force, by its own word
    is_dated: bool = True  # no day of issue, begin or end stands there that cannot be read


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything that later steps may read. Nothing of it is uncovered.

    Args:
        begins, expires: when the proof of the credential begins and ends to count; empty: at once, and never.
        left_open: what the signature leaves open though a reader would read it, such as further contexts.
        parts: what a signed file covers.
        shown_at: when it was shown to its reader, who has asked no question; empty: that is not asked.
        is_recorded: a folder's credential says of the product what its conversion record does, and no more.
        contained: signed documents inside it, by their place; each is somebody's word of its own.
        issued: the digest of what its issuer has signed, where its holder can show that in several ways.
        closed: the objects and lists, by JSON pointer, of which its holder has kept something back.
    """

    kind: str
    sha256: str
    signers: tuple[Signer, ...] = ()
    findings: tuple[Finding, ...] = ()
    sub: Sub | None = None
    covered: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    credential: Mapping[str, PlainJson] = field(default_factory=dict, repr=False)
    issuer: str = ""
    begins: str = ""
    expires: str = ""
    left_open: tuple[str, ...] = ()
    parts: tuple[Part, ...] = field(default=(), repr=False)
    statement: Statement = Statement()
    facts: Mapping[str, object] = field(default_factory=dict, repr=False)
    shown_at: str = ""
    is_recorded: bool = False
    contained: tuple[tuple[str, Subject], ...] = field(default=(), repr=False)
    issued: str = ""
    closed: frozenset[str] = frozenset()


# A kind of third-party work as declarations name it, and the activity in a scope that covers it.
_ACTIVITIES: Final = {"third": "verification", "cert": "certification", "critical_review": "verification"}


def is_statement(credential: Mapping[str, PlainJson]) -> bool:
    """Whether a credential is a recognition statement, which must always be revocable."""
    kinds = credential.get("type")
    return isinstance(kinds, list) and RECOGNITION in kinds


def of_folder(files: Mapping[str, bytes]) -> Subject:
    """A folder with its manifest, parts and every signature over the manifest."""
    checked = folder_check.verify(files)
    sha256 = sha256_hex(files.get(folder_check.MANIFEST, b""))
    if not checked.holds:
        return Subject("folder", sha256, findings=checked.findings, sub=_folder_sub(checked))
    parts = manifest.parse(files[folder_check.MANIFEST]).parts
    covered = tuple(part.name for part in parts if part.name in files)
    # Inputs are carried along, and nobody reads them for what their own signers say.
    inside = tuple(
        Finding("list.not-opened", one.place, severity=Severity.INFO)
        if one.state is Inside.NOT_OPENED
        else Finding("list.inside", one.place, one.why or one.state.value, Severity.INFO)
        for one in checked.contained
    )
    return Subject(
        "folder",
        sha256,
        tuple(_folder_signers(checked, files)),
        findings=inside,
        covered=(folder_check.MANIFEST, *covered),
        uncovered=checked.absent,
        credential=checked.credential,
        issuer=checked.signer,
        expires=checked.expires,
        # Inputs are carried along; what stands in the credential is read.
        left_open=(
            *(one.place for one in checked.contained if one.place.startswith(_CREDENTIAL_MEMBERS)),
            *(_unspoken(files, covered) if CONVERSION in covered else ()),
        ),
        statement=statement_of(files.get(CONVERSION)) if CONVERSION in covered else Statement(),
        facts=checked.facts,
        is_recorded=checked.is_recorded,
    )


def named(issuer: str, key: VerificationKey) -> tuple[str, ...]:
    """By what a list may know an issuer and its key."""
    return (f"id:{issuer}", f"key:{key.sha256}")


def _folder_signers(checked: Verdict, files: Mapping[str, bytes]) -> Iterator[Signer]:
    """Whose signatures lie in the folder; when the credential was there, so were those that it names."""
    credential = files.get(folder_check.CREDENTIAL, b"")
    bound = _bound_names(checked.credential)
    for seal in checked.seals:
        evidence = (seal.data, credential) if seal.name in bound else (seal.data,)
        for signed in seal.signers:
            leaf = Certificate.from_der(signed.certificate.encoded)
            above = tuple(Certificate.from_der(c.encoded) for c in seal.certificates if c != leaf)
            names = (f"cert:{leaf.fingerprint}", f"key:{sha256_hex(signed.certificate.public_key.spki)}")
            yield Signer(leaf.subject, "gbt-35275", "SM2", names, (leaf, *above), evidence)
    if checked.signer:
        own = VerificationKey.from_public_key(PublicKey.from_did(checked.signer))
        evidence = (credential,)
        yield Signer(checked.signer, "jws", own.kind, named(checked.signer, own), evidence=evidence)


def _bound_names(credential: Mapping[str, PlainJson]) -> set[str]:
    related = credential.get("relatedResource")
    entries = related if isinstance(related, list) else []
    return {str(entry.get("name")) for entry in entries if isinstance(entry, dict)}


def _folder_sub(checked: Verdict) -> Sub:
    codes = {finding.code for finding in checked.findings}
    if "trust.not-signed" in codes:
        return Sub.NO_SIGNATURE
    if any(
        code.startswith(
            ("signing.part-", "trust.leaf-", "trust.conversion-not-of-part", "trust.credential-not-of-record")
        )
        for code in codes
    ):
        return Sub.HASH_FAILURE
    malformed = ("json.", "signing.bad-manifest", "signing.bytes-not-canonical")
    if any(code.startswith(malformed) for code in codes):
        return Sub.FORMAT_FAILURE
    return Sub.SIG_CRYPTO_FAILURE


def statement_of(data: bytes | None) -> Statement:
    """The facts of a conversion record, which is a covered part here."""
    try:
        record = parse_signed(data or b"{}")
    except GatewayError:
        return Statement()
    told = record.get("statement") if isinstance(record, dict) else None
    if not isinstance(told, dict):
        return Statement()
    products = told.get("products")
    verifications = told.get("verifications")
    works = [v for v in verifications if isinstance(v, dict)] if isinstance(verifications, list) else []
    dates = [told.get("issuedOn"), *(work.get("date") for work in works)]
    days = ("issuedOn", "validFrom", "validUntil")
    unreadable = [name for name in days if name in told and not _is_day(told[name])]
    unknown = any(str(w.get("kind")) in _ACTIVITIES and not _is_day(w.get("date")) for w in works)
    if unknown or "issuedOn" in unreadable:
        # On which day the body has worked is not known; the other days do not stand for it.
        dates = []
    return Statement(
        standards=_texts(told.get("standards")),
        products=tuple(f"{name}:{code}" for name, code in products.items())
        if isinstance(products, dict)
        else (),
        country=str(told.get("country", "")),
        activities=tuple(_ACTIVITIES[str(w.get("kind"))] for w in works if str(w.get("kind")) in _ACTIVITIES),
        dates=tuple(_noon(str(day)) for day in dates if _is_day(day)),
        first=_noon(str(told["validFrom"])) if _is_day(told.get("validFrom")) else None,
        last=_last_second(told.get("validUntil")),
        state=str(told["status"]) if "status" in told else None,
        is_dated=not unreadable,
        is_known=True,
    )


def statement_in(parts: Mapping[str, bytes]) -> Statement:
    """The facts of the conversion record among the parts of a signed file, if it speaks for all the others.

    Else it is the record of another product, and what the others declare is asked of them.
    """
    if CONVERSION not in parts:
        return Statement()
    record = _record(parts[CONVERSION])
    if folder_check.MANIFEST in parts:
        is_whole = folder_check.is_folder(parts) and not _unspoken(parts, _listed(parts))
    else:
        told = {
            (str(one.get("name")), str(one.get("sha256")), str(one.get("sm3")))
            for one in folder_check.recorded(record)
        }
        others = {name: data for name, data in parts.items() if name != CONVERSION}
        is_whole = {(n, sha256_hex(d), sm3_hex(d)) for n, d in others.items()} <= told and bool(others)
    return statement_of(parts[CONVERSION]) if is_whole else Statement()


def _listed(files: Mapping[str, bytes]) -> Iterator[str]:
    """The parts of its manifest that are here."""
    return (one.name for one in manifest.parse(files[folder_check.MANIFEST]).parts if one.name in files)


def _unspoken(files: Mapping[str, bytes], names: Iterable[str]) -> tuple[str, ...]:
    return folder_check.unspoken({name: files[name] for name in names}, _record(files[CONVERSION]))


def _record(data: bytes) -> PlainJson:
    try:
        return parse_signed(data)
    except GatewayError:
        return None


def _texts(value: PlainJson) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _is_day(value: PlainJson) -> bool:
    try:
        # Not by the day of a week, or without hyphens, which others would read otherwise or not at all.
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _last_second(day: PlainJson) -> datetime | None:
    if not _is_day(day):
        return None
    return datetime.combine(date.fromisoformat(str(day)), time(23, 59, 59), tzinfo=UTC)


def _noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), tzinfo=UTC)
