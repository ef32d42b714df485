"""Step 5: since when a signature is known to exist, by somebody else's word that the lists let count.

Three kinds of word: a time stamp of RFC 3161, an entry in a log, a credential that names what was signed.
Each must be about the signature itself, or about something that holds its digest: a file that somebody has
prepared proves nothing about signatures over it that were made later.

Source: ETSI EN 319 102-1 V1.4.1, 5.4 and 5.5; RFC 3161, 4.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from gateway.errors import GatewayError
from gateway.frontdoor.json import parse_signed
from gateway.report import Finding, Severity
from gateway.signing import chain as chains
from gateway.signing import crl, data_integrity, rfc3161, tile_log, x509
from gateway.signing.certificates import Certificate
from gateway.signing.did_key import KeyType, PublicKey
from gateway.signing.digests import digest_sri, sha256_hex, sm3_hex
from gateway.signing.sm2 import Engine
from gateway.signing.verification_key import VerificationKey
from gateway.trust import credential_checks
from gateway.trust.entries import is_lost
from gateway.trust.identities import identities_in, identities_of, key_identity, kind_of
from gateway.trust.losses import HARMLESS, is_lost_anywhere
from gateway.trust.lote import Entity, State
from gateway.trust.snapshot import Listed, Snapshot
from gateway.trust.subject import Signer, Subject

_VOUCHERS: Final = frozenset({"tsa", "gateway"})
_AUTHORITIES: Final = frozenset({"tsa"})
# A time stamp over a time stamp over a time stamp.
_DEEPEST: Final = 3
# Of those in a signature, which anybody may have put there.
_MOST: Final = 8
_DER_SEQUENCE: Final = b"\x30"
# As many ways up as are asked.
_MOST_CHAINS: Final = 8
_REVOKED: Final = "list.sub-revoked"
_NOT_COUNTED: Final = "list.sub-crypto-constraints-failure"


@dataclass(frozen=True, slots=True)
class Proof:
    """Who says since when it exists, and the digest of what they said."""

    time: datetime
    source: str
    sha256: str
    voucher: Entity


class Witnesses:
    """Everybody whose word about a time is at hand; keeps why somebody's does not count."""

    def __init__(self, snapshot: Snapshot, engine: Engine | None = None) -> None:
        self._snapshot, self._engine = snapshot, engine
        self.notes: list[Finding] = []

    def of(self, signer: Signer) -> list[Proof]:
        """Every proof of one signature's existence, the earliest first."""
        found = list(self._of((*signer.evidence, *signer.stamped), _DEEPEST))
        for token in signer.timestamps[:_MOST]:
            found += self._token(token, (*signer.stamped, *signer.evidence), _DEEPEST, about_it=True)
        return sorted(found, key=lambda proof: (proof.time, proof.source, proof.sha256))

    def _of(self, evidence: Sequence[bytes], depth: int) -> Iterator[Proof]:
        for data in self._snapshot.receipts:
            if data.startswith(_DER_SEQUENCE):
                yield from self._token(data, evidence, depth)
            elif tile_log.RECEIPT_FORMAT.encode() in data:
                yield from self._log(data, evidence, depth)
            else:
                yield from self._credential(data, evidence, depth)

    def _is_over(self, kinds: Iterable[str], data: bytes, depth: int) -> bool:
        """Whether one of these kinds of key counts no longer: who breaks it writes any time.

        A word that somebody else has seen before that stands.
        """
        now, policy = self._snapshot.now, self._snapshot.policy
        over = [kind for kind in kinds if policy.is_over(kind, now)]
        if not over:
            return False
        seen = (proof.time for proof in self._of((data,), depth - 1)) if depth > 1 else ()
        first = min(seen, default=now)
        return any(policy.is_over(kind, first) for kind in over)

    def _credential(self, data: bytes, evidence: Sequence[bytes], depth: int) -> Iterator[Proof]:
        """A credential of a listed voucher that names the signature by digest."""
        try:
            proof = data_integrity.verify_proof(data, known=credential_checks.keys_of(self._snapshot))
        except GatewayError:
            return
        related = proof.document.get("relatedResource")
        entries = related if isinstance(related, list) else []
        named = {str(entry.get("digestSRI")) for entry in entries if isinstance(entry, dict)}
        if proof.created is None or not {digest_sri(one) for one in evidence} & named:
            return
        when = datetime.fromisoformat(proof.created)
        skew = self._snapshot.policy.skew
        if self._is_over([VerificationKey.from_public_key(proof.public_key).kind], data, depth):
            self._tell(proof.issuer, _NOT_COUNTED)
            return
        if proof.expires is not None and datetime.fromisoformat(proof.expires) < self._snapshot.now - skew:
            self._tell(proof.issuer, "expires")
            return
        own = Subject("credential", sha256_hex(data), credential=proof.document, issuer=proof.issuer)
        name = f"id:{proof.issuer}"
        vouchers = self._snapshot.find([name])
        body = vouchers[0].entity if vouchers else None
        taken_back = credential_checks.status(own, self._snapshot, body=body)
        if taken_back.sub is not None:
            self._tell(proof.issuer, f"list.sub-{taken_back.sub.value}")
            return
        if self._is_lost([proof.public_key]):
            self._tell(proof.issuer, _REVOKED)
            return
        yield from self._by(vouchers, when, _VOUCHERS, proof.issuer, data, name=name)

    def _log(self, data: bytes, evidence: Sequence[bytes], depth: int) -> Iterator[Proof]:
        """An entry of a log whose operator is listed, who answers for the times of what it takes in."""
        try:
            receipt = tile_log.parse_receipt(data)
            entry = parse_signed(receipt.entry)
        except GatewayError:
            return
        assert isinstance(entry, dict)
        pairs = {(sha256_hex(one), sm3_hex(one)) for one in evidence}
        if (entry.get("sha256"), entry.get("sm3")) not in pairs:
            return
        if self._is_over([KeyType.ED25519.value], data, depth):
            self._tell(receipt.origin, _NOT_COUNTED)
            return
        when = datetime.fromisoformat(str(entry["time"]))
        keepers = {id(one): key for one in self._listed() for key in _keeping(one, receipt, when)}
        operators = [one for one in self._listed() if id(one) in keepers]
        if self._is_lost(keepers.values()):
            self._tell(receipt.origin, _REVOKED)
            return
        yield from self._by(operators, when, _VOUCHERS, receipt.origin, data)

    def _is_lost(self, keys: Iterable[PublicKey]) -> bool:
        """Whether a list or an authority says so, under whichever name: who has it writes any time."""
        names = {f"key:{VerificationKey.from_public_key(key).sha256}" for key in keys}
        return is_lost_anywhere(names, self._snapshot, engine=self._engine)

    def _listed(self) -> Iterator[Listed]:
        seen: set[int] = set()
        for entries in self._snapshot.by_identity.values():
            for one in entries:
                if id(one) not in seen:
                    seen.add(id(one))
                    yield one

    def _by(
        self,
        vouchers: Sequence[Listed],
        when: datetime,
        kinds: frozenset[str],
        source: str,
        data: bytes,
        *,
        name: str = "",
    ) -> Iterator[Proof]:
        """The proof, if exactly one body vouches, listed for it then, and by this name if there is one."""
        bodies = {id(one.entity) for one in vouchers}
        good = [one for one in vouchers if _may_vouch(one, when, kinds) and _went_by(one, name, when)]
        if len(bodies) == 1 and good and when <= self._snapshot.now + self._snapshot.policy.skew:
            yield Proof(when, source, sha256_hex(data), good[0].entity)
        else:
            self._tell(source, "list.sub-no-trust-entry")

    def _token(
        self, data: bytes, evidence: Sequence[bytes], depth: int, *, about_it: bool = False
    ) -> Iterator[Proof]:
        """A time stamp whose authority leads to one that is listed as such."""
        known = (*self._snapshot.certificates, *(one for one, _ in self._snapshot.anchors))
        try:
            token = rfc3161.read(data, known=known, engine=self._engine)
        except GatewayError as error:
            if about_it:
                self._tell("RFC 3161", error.error_code)
            return
        name = token.certificate.subject
        if not any(map(token.is_over, evidence)):
            if about_it:
                self._tell(name, "envelope.timestamp")
            return
        when = token.time + token.accuracy
        try:
            listed = self._authority(token, data, when, depth)
        except chains.ChainRefused as error:
            self._tell(name, error.error_code)
            return
        yield from self._by([listed], when, _AUTHORITIES, name, data)

    def _authority(self, token: rfc3161.Token, data: bytes, when: datetime, depth: int) -> Listed:
        """The listed authority, by one way up; a key that is lost is so on each of them.

        Raises:
            ChainRefused: there is none, or a certificate is revoked, or nobody knows.
        """
        refused: chains.ChainRefused | None = None
        for found in islice(self._chains(token, token.time), _MOST_CHAINS):
            try:
                return self._along(found, token, data, when, depth)
            except chains.ChainRefused as error:
                refused = refused or error
        raise refused or chains.ChainRefused(token.certificate.subject)

    def _along(
        self, found: chains.VerifiedChain, token: rfc3161.Token, data: bytes, when: datetime, depth: int
    ) -> Listed:
        """When it stamped, and now, or when somebody else has stamped the stamp."""
        if self._is_over(map(kind_of, found.certificates), data, depth):
            raise chains.ChainRefused(token.certificate.subject, code=_NOT_COUNTED)
        try:
            self._chain(token, self._snapshot.now)
            asked = when
        except chains.ChainRefused:
            asked = self._renewed(token, data, depth)
        self._refuse_revoked(found, when, asked)
        return dict(self._anchors(when))[found.anchor]

    def _refuse_revoked(self, found: chains.VerifiedChain, when: datetime, asked: datetime) -> None:
        keys = {key_identity(one) for one in found.certificates}
        if is_lost_anywhere(keys, self._snapshot, shown=found.certificates, engine=self._engine):
            raise chains.ChainRefused(found.certificates[0].subject, code=_REVOKED)
        for certificate, issuer in self._issued(found):
            answer = crl.revocation(
                certificate,
                issuer,
                self._snapshot.crls,
                at=self._snapshot.now,
                existed=asked,
                engine=self._engine,
            )
            is_other = certificate not in found.certificates
            if answer.status is crl.Revocation.UNKNOWN and certificate != found.anchor and not is_other:
                raise chains.ChainRefused(certificate.subject, code="x509.no-revocation-list")
            # (RFC 3161, 4) Retired without harm: what was stamped before stands.
            lost = answer.reason not in HARMLESS or (not is_other and (answer.since or when) <= when)
            if answer.status is crl.Revocation.REVOKED and lost:
                raise chains.ChainRefused(certificate.subject, code=_REVOKED)
        self._refuse_unread(found, when)

    def _refuse_unread(self, found: chains.VerifiedChain, when: datetime) -> None:
        """What lists that may not speak, or whose issuer is not at hand, say of the time before the stamp."""
        anchors = (one for one, _ in self._snapshot.anchors)
        at_hand = (*found.certificates, *self._snapshot.certificates, *anchors)
        lists, now = self._snapshot.crls, self._snapshot.now
        for one in found.certificates:
            told = crl.unread(one, at_hand, lists, at=now, existed=when, engine=self._engine)
            if any((answer.since or when) <= when for answer in told):
                raise chains.ChainRefused(one.subject, code="x509.no-revocation-list")

    def _renewed(self, token: rfc3161.Token, data: bytes, depth: int) -> datetime:
        """When the stamp itself is known to have existed while its authority's certificate was valid."""
        for proof in sorted(self._of((data,), depth - 1), key=lambda p: p.time) if depth > 1 else ():
            self._chain(token, proof.time)
            return proof.time
        raise chains.ChainRefused(token.certificate.subject, code="x509.certificate-expired")

    def _chain(self, token: rfc3161.Token, at: datetime) -> chains.VerifiedChain:
        return next(self._chains(token, at))

    def _chains(self, token: rfc3161.Token, at: datetime) -> Iterator[chains.VerifiedChain]:
        return chains.find_chains(
            token.certificate,
            # The receiver's first: of the token's there may be so many that no other is reached.
            (*self._snapshot.certificates, *token.above),
            [certificate for certificate, _ in self._anchors(token.time + token.accuracy)],
            at=at,
            purpose=chains.Purpose.TIME_STAMPS,
            engine=self._engine,
        )

    def _anchors(self, when: datetime) -> Iterator[tuple[Certificate, Listed]]:
        """The certificates that were listed for an authority of time stamps then, each for one body alone."""
        for certificate, listed in self._snapshot.anchors:
            state = listed.service.at(when)
            identity = f"cert:{certificate.fingerprint}"
            found = self._snapshot.find([identity, key_identity(certificate)])
            others = {id(one.entity) for one in found}
            is_named = state is not None and identity in identities_in(state)
            if len(others) == 1 and is_named and _may_vouch(listed, when, _AUTHORITIES):
                yield certificate, listed

    def _issued(self, found: chains.VerifiedChain) -> Iterator[tuple[Certificate, Certificate]]:
        """Each certificate with its issuer; of one that is listed itself, whoever is at hand by that name.

        So with others of the same keys: a key that is lost under one of its certificates is lost.
        """
        yield from zip(found.certificates, found.certificates[1:], strict=False)
        anchor, keys = found.anchor, {key_identity(one) for one in found.certificates}
        at_hand = (*self._snapshot.certificates, *(one for one, _ in self._snapshot.anchors))
        others = [one for one in at_hand if key_identity(one) in keys and one not in found.certificates]
        for one in dict.fromkeys((anchor, *others)):
            yield from ((one, issuer) for issuer in at_hand if one.issuer_name == issuer.subject_name)

    def _tell(self, source: str, why: str) -> None:
        note = Finding("list.proof-not-counted", source, why, Severity.INFO)
        if note not in self.notes:
            self.notes.append(note)


def _may_vouch(listed: Listed, when: datetime, kinds: frozenset[str]) -> bool:
    """Whether the body was listed for it then, and has never lost its key: who has that writes any time."""
    state = listed.service.at(when)
    lost = is_lost(listed.entity, set(identities_of(listed.service)))
    return state is not None and state.kind in kinds and state.status == "granted" and not lost


def _went_by(listed: Listed, name: str, when: datetime) -> bool:
    """Whether it was listed under this name then: a key dates back to before it was one."""
    state = listed.service.at(when)
    return not name or (state is not None and name in identities_in(state))


def _keeping(listed: Listed, receipt: tile_log.Receipt, when: datetime) -> Iterator[PublicKey]:
    """The keys of this body that have signed for a log in which the entry stands."""
    for key in _operator_keys(listed, when):
        try:
            tile_log.verify_proof(receipt.entry, receipt.proof, key, origin=receipt.origin)
        except GatewayError:
            continue
        yield key


def _operator_keys(listed: Listed, when: datetime) -> Iterator[PublicKey]:
    """The Ed25519 keys by which a service was known then."""
    state = listed.service.at(when)
    for key in _keys(state) if state is not None else ():
        if key is not None and key.key_type is KeyType.ED25519:
            yield key


def _keys(state: State) -> Iterator[PublicKey | None]:
    for encoded in state.identity.certificates:
        yield x509.Certificate.from_der(base64.b64decode(encoded.val), above=True).key.public_key
    for jwk in state.identity.keys:
        yield VerificationKey.from_jwk(jwk).public_key
    for name in state.identity.others:
        if name.startswith("did:key:"):
            try:
                yield PublicKey.from_did(name)
            except GatewayError:
                continue
