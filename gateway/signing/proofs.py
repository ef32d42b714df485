"""Every Data Integrity proof of a document: one, several side by side, or a chain; JCS suites and RDFC ones.

Issuing stays with ``data_integrity``. RDFC proofs are read only, after the numbers of the document have been
looked at, and need the extra ``jsonld`` and the contexts at hand.

Source: W3C Verifiable Credential Data Integrity 1.0, 2.1.1, 2.1.2, 4.4; the EdDSA and ECDSA cryptosuites.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gateway.errors import TrustError
from gateway.frontdoor.json import PlainJson, parse_signed, pointer
from gateway.signing import algorithms, vcdm
from gateway.signing.data_integrity import ASSERTION, issuer_of
from gateway.signing.did_key import PublicKey
from gateway.signing.jcs import jcs
from gateway.signing.jose import NO_KEYS, Keys
from gateway.signing.multibase import from_base58btc
from gateway.signing.rdf import jsonld, numbers
from gateway.signing.rdf.contexts import NO_CONTEXTS, Contexts
from gateway.signing.timestamp import is_timestamp
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import (
    Envelope,
    KeyOrigin,
    Part,
    Verified,
    VerifiedSignature,
    times_of,
)

_ED25519: Final = {"Ed25519": ("EdDSA", "sha256")}
_ECDSA: Final = {"P-256": ("ES256", "sha256"), "P-384": ("ES384", "sha384")}
_SUITES: Final = {
    "eddsa-jcs-2022": _ED25519,
    "eddsa-rdfc-2022": _ED25519,
    "ecdsa-jcs-2019": _ECDSA,
    "ecdsa-rdfc-2019": _ECDSA,
}
_RDFC: Final = frozenset({"eddsa-rdfc-2022", "ecdsa-rdfc-2019"})
_NEEDED: Final = ("type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue")
_OPTIONAL: Final = frozenset({"@context", "created", "expires", "id", "nonce", "previousProof"})
_MOST_PROOFS: Final = 8
# Data Integrity 1.0, 2.1: what a holder's proof is for.
AUTHENTICATION: Final = "authentication"


class ProofRefused(TrustError):
    """A proof is missing, not of a kind that is checked here, or does not hold."""

    code = "signing.signature-wrong"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a proof must have been made for: the purpose; for presentations also who asked, and what.

    ``unasked``: a domain or challenge may stand there that nobody has asked about.
    """

    purpose: str = ASSERTION
    domain: str = ""
    challenge: str = ""
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class _Proof:
    """One proof whose members are of the right kinds."""

    at: str
    members: dict[str, PlainJson]
    suite: str
    algorithm: str
    hash_name: str
    key: VerificationKey
    origin: KeyOrigin
    signature: bytes = field(repr=False)

    def text(self, name: str) -> str:
        return str(self.members.get(name, ""))


def verify(
    data: bytes,
    *,
    keys: Keys = NO_KEYS,
    contexts: Contexts = NO_CONTEXTS,
    expected: Expected | None = None,
) -> Verified:
    """Check all proofs of a secured document; every one must hold.

    Args:
        keys: by verification method, from controller documents that the caller believes.
        contexts: JSON-LD contexts by address, for RDFC proofs.

    Raises:
        ProofRefused, NumberNotCovered, NotCanonicalisable: one does not, or covers not all of it.
        InputError: the document is no strict JSON.
    """
    value = parse_signed(data)
    if not isinstance(value, dict):
        raise ProofRefused(code="signing.not-an-object")
    return verify_document(value, keys=keys, contexts=contexts, expected=expected or _usual(value))


def _usual(secured: Mapping[str, PlainJson]) -> Expected:
    """Where nobody says what for: on whatever question; a presentation may authenticate its holder."""
    if not _is_presentation(secured):
        return Expected(unasked=True)
    held = secured.get("proof")
    first = (held[0] if held else None) if isinstance(held, list) else held
    authenticates = isinstance(first, dict) and first.get("proofPurpose") == AUTHENTICATION
    return Expected(AUTHENTICATION if authenticates else ASSERTION, unasked=True)


def verify_document(
    secured: Mapping[str, PlainJson],
    *,
    keys: Keys = NO_KEYS,
    contexts: Contexts = NO_CONTEXTS,
    expected: Expected | None = None,
) -> Verified:
    """As ``verify``, for a document that was read strictly already."""
    proofs = _proofs(secured, keys, expected or Expected())
    document = {name: item for name, item in secured.items() if name != "proof"}
    covered: dict[str, PlainJson] | None = None
    left_open: set[str] = set()
    for proof in proofs:
        before = _before(proof, proofs)
        seen, told = _check(proof, document, before, contexts)
        left_open.update(told)
        if covered is not None and jcs(covered) != jcs(seen):
            raise ProofRefused(path=proof.at, code="envelope.signatures-differ")
        covered = seen
    assert covered is not None
    issuer = _party(covered)
    asked = expected is not None and bool(expected.domain or expected.challenge)
    remarks = (*sorted(left_open), *_remarks(secured, covered, issuer, proofs, asked=asked))
    signatures = tuple(
        VerifiedSignature(
            algorithm=proof.suite,
            key=proof.key,
            key_origin=proof.origin,
            key_id=proof.text("verificationMethod"),
            claimed_time=proof.text("created"),
            value=proof.signature,
            remarks=remarks,
        )
        for proof in proofs
    )
    return Verified(
        Envelope.DATA_INTEGRITY,
        signatures,
        (Part("", "application/vc", jcs(covered)),),
        covered,
        "" if "issuer-not-bound" in remarks else issuer,
        times=times_of(covered) | _expiry(proofs),
    )


def _party(covered: Mapping[str, PlainJson]) -> str:
    """Whose proof it must be: the issuer of a credential, the holder of a presentation.

    Raises:
        ProofRefused: a presentation names an issuer beside its holder, of whom the proof might be instead.
    """
    issuer, holder = issuer_of(covered), issuer_of({"issuer": covered.get("holder")})
    if not _is_presentation(covered):
        # An issuer that cannot be read is somebody's name; whoever holds the credential is not that one.
        return issuer if covered.get("issuer") is not None else holder
    if covered.get("issuer") is not None and issuer != holder:
        raise ProofRefused(issuer, path="/issuer", code="envelope.claims-differ")
    return holder


def _is_presentation(document: Mapping[str, PlainJson]) -> bool:
    kinds = document.get("type")
    return "VerifiablePresentation" in (kinds if isinstance(kinds, list) else [kinds])


def _proofs(secured: Mapping[str, PlainJson], keys: Keys, expected: Expected) -> list[_Proof]:
    held = secured.get("proof")
    entries = held if isinstance(held, list) else [held]
    if not 0 < len(entries) <= _MOST_PROOFS:
        raise ProofRefused(len(entries), path="/proof", code="signing.no-proof")
    found = []
    for index, entry in enumerate(entries):
        at = f"/proof/{index}" if isinstance(held, list) else "/proof"
        if not isinstance(entry, dict):
            raise ProofRefused(path=at, code="signing.no-proof")
        found.append(_read(entry, at, keys, expected))
    return found


def _read(proof: dict[str, PlainJson], at: str, keys: Keys, expected: Expected) -> _Proof:
    def refused(code: str, name: str, **params: str) -> ProofRefused:
        saw, path = proof.get(name, ""), at + pointer([name])
        return ProofRefused(saw, path=path, code=code, hint="", member=name, **params)

    if isinstance(proof.get("type"), str) and proof["type"] != "DataIntegrityProof":
        # A proof of another age or kind, which has other members.
        raise refused("signing.unknown-cryptosuite", "type")
    if wrong := _wrong_member(proof, expected):
        raise refused("signing.proof-member", wrong)
    suite = str(proof["cryptosuite"])
    if suite not in _SUITES:
        raise refused("signing.unknown-cryptosuite", "cryptosuite")
    if proof["proofPurpose"] != expected.purpose:
        raise refused("signing.wrong-purpose", "proofPurpose", expected=expected.purpose)
    for name in ("created", "expires"):
        if name in proof and not is_timestamp(proof[name]):
            raise refused("signing.bad-timestamp", name)
    key, origin = _key(str(proof["verificationMethod"]), keys)
    if key.kind not in _SUITES[suite]:
        raise refused("signing.key-does-not-fit", "cryptosuite", type=key.kind)
    algorithm, hash_name = _SUITES[suite][key.kind]
    signature = from_base58btc(str(proof["proofValue"]))
    if signature is None or len(signature) != (96 if key.kind == "P-384" else 64):
        raise refused("signing.bad-proof-value", "proofValue")
    return _Proof(at, proof, suite, algorithm, hash_name, key, origin, signature)


def _wrong_member(proof: Mapping[str, PlainJson], expected: Expected) -> str:
    """The first member that is missing, unknown, or not what was asked for; empty where all are right."""
    asked = {
        name: wanted
        for name, wanted in (("domain", expected.domain), ("challenge", expected.challenge))
        if wanted
    }
    missing = [name for name in _NEEDED if not isinstance(proof.get(name), str)]
    missing += [name for name in ("id", "nonce") if not isinstance(proof.get(name, ""), str)]
    # Data Integrity 1.0, 2.1: a domain may be several.
    bound = {name for name in ("domain", "challenge") if expected.unasked and _texts(proof.get(name))}
    missing += ["challenge"] if not isinstance(proof.get("challenge", ""), str) else []
    unknown = [name for name in proof if name not in {*_NEEDED, *_OPTIONAL, *asked, *bound}]
    other = [name for name, wanted in asked.items() if wanted not in _texts(proof.get(name))]
    return next(iter([*missing, *unknown, *other]), "")


def _texts(value: PlainJson) -> list[PlainJson]:
    """One text or several, as a list; empty where anything else is among them."""
    listed: list[PlainJson] = value if isinstance(value, list) else [value]
    return listed if all(isinstance(one, str) for one in listed) else []


def _key(method: str, keys: Keys) -> tuple[VerificationKey, KeyOrigin]:
    if method in keys and not method.startswith("did:key:"):
        return keys[method], KeyOrigin.GIVEN
    if not method.startswith("did:key:"):
        raise ProofRefused(method, path="/proof/verificationMethod", code="envelope.key-unknown")
    return VerificationKey.from_public_key(PublicKey.from_key_id(method)), KeyOrigin.NAMED


def _before(proof: _Proof, proofs: Sequence[_Proof]) -> list[PlainJson]:
    """The proofs that this one was made over (2.1.2)."""
    stated = proof.members.get("previousProof")
    if stated is None:
        return []
    wanted = stated if isinstance(stated, list) else [stated]
    found: list[PlainJson] = []
    for name in wanted:
        named = [other.members for other in proofs if other is not proof and other.members.get("id") == name]
        if not isinstance(name, str) or len(named) != 1:
            raise ProofRefused(name, path=f"{proof.at}/previousProof", code="signing.proof-set")
        found.append(named[0])
    return found


def _check(
    proof: _Proof, document: dict[str, PlainJson], before: list[PlainJson], contexts: Contexts
) -> tuple[dict[str, PlainJson], list[str]]:
    """What this proof covers, the document as it was signed; and remarks on what it leaves open there."""
    covered, left_open = dict(document), list[str]()
    config = {name: item for name, item in proof.members.items() if name != "proofValue"}
    signed = {**covered, "proof": before} if before else covered
    if proof.suite in _RDFC:
        vcdm.refuse_other_version(covered)
        config["@context"] = covered.get("@context", [])
        numbers.require_covered(signed)
        quads, left_open = jsonld.examined([config, signed], given=contexts, hash_name=proof.hash_name)
        canonical = [text.encode() for text in quads]
        left_open += ["order-not-covered"] if _has_order(covered) else []
    else:
        if "@context" in config:
            _require_prefix(covered.get("@context"), config["@context"])
            covered["@context"] = config["@context"]
            signed = {**signed, "@context": config["@context"]}
        canonical = [jcs(config), jcs(signed)]
    hashed = b"".join(hashlib.new(proof.hash_name, one).digest() for one in canonical)
    if not proof.key.has_signed(hashed, proof.signature, algorithms.JOSE[proof.algorithm]):
        raise ProofRefused(proof.key.did, path=f"{proof.at}/proofValue")
    return covered, left_open


def _require_prefix(context: PlainJson, covered: PlainJson) -> None:
    there = context if isinstance(context, list) else [context]
    signed = covered if isinstance(covered, list) else [covered]
    # Compared as canonical bytes: in Python, 1 equals True.
    if [jcs(item) for item in there[: len(signed)]] != [jcs(item) for item in signed]:
        raise ProofRefused(path="/@context", code="signing.context-mismatch")


def _remarks(
    secured: Mapping[str, PlainJson],
    covered: Mapping[str, PlainJson],
    issuer: str,
    proofs: Sequence[_Proof],
    *,
    asked: bool,
) -> tuple[str, ...]:
    """What a reader must know beside the answer.

    Raises:
        ProofRefused: the issuer is a DID, and no proof is by its key.
    """
    found = []
    if jcs(secured.get("@context")) != jcs(covered.get("@context")):
        found.append("uncovered-contexts")
    if any(name in proof.members for proof in proofs for name in ("domain", "challenge")) and not asked:
        found.append("question-not-asked")
    controllers = {proof.text("verificationMethod").partition("#")[0] for proof in proofs}
    if issuer not in controllers:
        if issuer.startswith("did:"):
            raise ProofRefused(
                issuer, path="/issuer", code="signing.not-the-issuers-key", key=", ".join(sorted(controllers))
            )
        # An address says nothing about keys: whether it is the issuer's is for the trust list to say.
        found.append("issuer-not-bound")
    return tuple(found)


def _has_order(value: PlainJson, name: str = "") -> bool:
    """Whether the document has a list of several entries, or anything that is empty: RDF has sets only."""
    if isinstance(value, dict):
        return not value or any(_has_order(item, key) for key, item in value.items())
    if isinstance(value, list):
        sets = name in ("@context", "type") and value
        return (not sets and len(value) != 1) or any(_has_order(item) for item in value)
    return value is None


def _expiry(proofs: Sequence[_Proof]) -> dict[str, str]:
    stated = [proof.text("expires") for proof in proofs if "expires" in proof.members]
    # By the moment: of two zones, the later text may be the earlier time.
    return {"expires": min(stated, key=datetime.fromisoformat)} if stated else {}
