"""Whether certificates lead from a signer to an anchor at a given time; nothing is fetched, nobody is known.

Keys of all kinds that signatures are checked with, SM2 among them, also mixed in one chain.

Source: RFC 5280, 6.1, for paths without name constraints and policy constraints; RFC 3161, 2.3, for time
stamps; GB/T 20518-2018.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from gateway.errors import TrustError, UsageError
from gateway.signing import der, sm2
from gateway.signing.certificates import UNDERSTOOD, Certificate

# What may stay critical besides: alternative names identify nobody here, and policies restrict nothing
# unless a policy constraint, which is refused, asks for one.
_HARMLESS: Final = frozenset({"2.5.29.17", "2.5.29.18", "2.5.29.32"})
# Name and policy constraints have to be critical; where they are not, passing over them would still be wrong.
_CONSTRAINTS: Final = frozenset({"2.5.29.30", "2.5.29.36", "2.5.29.54"})
_EXTENDED_KEY_USAGE: Final = "2.5.29.37"
_ANY_PURPOSE: Final = "2.5.29.37.0"
# RFC 3739, 3.2.6, and ETSI EN 319 412-5, 4: what a qualified certificate states; none of it restricts a path.
_STATEMENTS: Final = "1.3.6.1.5.5.7.1.3"
_STATEMENT_TYPE: Final = "0.4.0.1862.1.6"
_FOR_WEBSITES: Final = "0.4.0.1862.1.6.3"
_KNOWN_STATEMENTS: Final = frozenset(
    {"1.3.6.1.5.5.7.11.1", "1.3.6.1.5.5.7.11.2", *(f"0.4.0.1862.1.{number}" for number in range(1, 8))}
)
_TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
# RFC 5280, 4.2.1.12: any purpose, e-mail; RFC 9336: documents; what Microsoft and Adobe call documents.
_PURPOSES: Final = frozenset(
    {
        _ANY_PURPOSE,
        "1.3.6.1.5.5.7.3.4",
        "1.3.6.1.5.5.7.3.36",
        "1.3.6.1.4.1.311.10.3.12",
        "1.2.840.113583.1.1.5",
    }
)
_SIGNING: Final = frozenset({"digitalSignature", "nonRepudiation"})
# Chinese hierarchies have three or four levels. The second bound keeps a maze of crossed certificates short.
_LONGEST: Final = 8
_MOST_CHECKS: Final = 64


class Purpose(StrEnum):
    """What the key at the beginning of a chain has to be for."""

    DOCUMENTS = "documents"
    TIME_STAMPS = "time-stamps"


class ChainRefused(TrustError):
    """No chain to an anchor holds, and the code says what was wrong with the nearest one."""

    code = "x509.issuer-unknown"


@dataclass(frozen=True, slots=True)
class VerifiedChain:
    """Certificates from the signer's to the anchor, each signed by the next and valid at ``at``.

    It says nothing about revocation.
    """

    certificates: tuple[Certificate, ...]
    at: datetime

    @property
    def anchor(self) -> Certificate:
        return self.certificates[-1]


def verify_chain(
    leaf: Certificate,
    intermediates: Iterable[Certificate],
    anchors: Iterable[Certificate],
    *,
    at: datetime,
    purpose: Purpose = Purpose.DOCUMENTS,
    user_id: bytes = sm2.DEFAULT_USER_ID,
    engine: sm2.Engine | None = None,
) -> VerifiedChain:
    """The first of ``find_chains``."""
    found = find_chains(leaf, intermediates, anchors, at=at, purpose=purpose, user_id=user_id, engine=engine)
    return next(found)


def find_chains(
    leaf: Certificate,
    intermediates: Iterable[Certificate],
    anchors: Iterable[Certificate],
    *,
    at: datetime,
    purpose: Purpose = Purpose.DOCUMENTS,
    user_id: bytes = sm2.DEFAULT_USER_ID,
    engine: sm2.Engine | None = None,
) -> Iterator[VerifiedChain]:
    """The chains from ``leaf``, whose key must be for this purpose, to ``anchors``; there is at least one.

    Authorities that have certified each other make several.

    Args:
        anchors: whom the caller trusts; a leaf that stands among them is a chain of its own.
        at: with time zone.
        user_id: of the authorities. OpenSSL issues with an empty one where it is not told otherwise.

    Raises:
        ChainRefused: with the subject it is about, and its place in the chain as path.
    """
    if at.tzinfo is None:
        raise UsageError(at.isoformat(), code="signing.bad-timestamp")
    known = (tuple(dict.fromkeys(anchors)), tuple(dict.fromkeys(intermediates)))
    search = _Search(*known, at, _ALLOWED[purpose], user_id, engine)
    _check_leaf(leaf, at, purpose)
    is_any = False
    for found in search.extend((leaf,)):
        is_any = True
        yield VerifiedChain(found, at)
    if not is_any:
        raise search.nearest or ChainRefused(leaf.issuer, path="/chain/0")


class _Search:
    """Depth first, anchors first; keeps what was wrong farthest up."""

    __slots__ = (
        "_allowed",
        "_anchors",
        "_at",
        "_checks",
        "_depth",
        "_engine",
        "_others",
        "_user_id",
        "nearest",
    )

    def __init__(
        self,
        anchors: tuple[Certificate, ...],
        others: tuple[Certificate, ...],
        at: datetime,
        allowed: frozenset[str],
        user_id: bytes,
        engine: sm2.Engine | None,
    ) -> None:
        self._anchors, self._others, self._at, self._allowed = anchors, others, at, allowed
        self._user_id, self._engine = user_id, engine
        self._checks, self._depth = 0, 0
        self.nearest: ChainRefused | None = None

    def extend(self, chain: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, ...]]:
        if chain[-1] in self._anchors:
            yield chain
            return
        for issuer in (*self._anchors, *self._others):
            if issuer in chain or not _names(chain[-1], issuer):
                continue
            try:
                self._check_issuer(chain, issuer)
            except ChainRefused as error:
                if len(chain) > self._depth:
                    self.nearest, self._depth = error, len(chain)
                continue
            yield from self.extend((*chain, issuer))
        if len(chain) > self._depth:
            self.nearest = ChainRefused(chain[-1].issuer, path=f"/chain/{len(chain) - 1}")
            self._depth = len(chain)

    def _check_issuer(self, chain: tuple[Certificate, ...], issuer: Certificate) -> None:
        index = len(chain)
        self._checks += 1
        if index >= _LONGEST or self._checks > _MOST_CHECKS:
            raise _refused("x509.chain-too-long", issuer, index)
        _check_time_and_extensions(issuer, self._at, index)
        # RFC 5280, 6.1.4 (k), (n) and (m), of the certificate above.
        if not issuer.is_ca or issuer.version != 3:
            raise _refused("x509.issuer-not-a-ca", issuer, index)
        if issuer.key_usage is not None and "keyCertSign" not in issuer.key_usage:
            raise _refused("x509.key-usage", issuer, index, usage="keyCertSign")
        # Not of RFC 5280, but how authorities restrict those below them, and how others read it.
        if issuer.extended_key_usage and not issuer.extended_key_usage & self._allowed:
            raise _refused("x509.extended-key-usage", issuer, index)
        below = sum(not certificate.is_self_issued for certificate in chain[1:])
        if issuer.path_length is not None and below > issuer.path_length:
            raise _refused("x509.path-length", issuer, index, allowed=issuer.path_length)
        # (6.1.3 a 1) Last, because it costs most.
        below_it = chain[-1]
        if not issuer.has_issued(
            below_it.tbs, below_it.signature, below_it.algorithm, user_id=self._user_id, engine=self._engine
        ):
            raise _refused("x509.certificate-signature-wrong", below_it, index - 1)


def _names(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether ``certificate`` may mean that issuer: by name, and by key where both say which."""
    if certificate.issuer_name != issuer.subject_name:
        return False
    ids = (certificate.authority_key_id, issuer.subject_key_id)
    return None in ids or ids[0] == ids[1]


_ALLOWED: Final = {
    Purpose.DOCUMENTS: _PURPOSES,
    Purpose.TIME_STAMPS: frozenset({_ANY_PURPOSE, _TIME_STAMPING}),
}


def _check_leaf(leaf: Certificate, at: datetime, purpose: Purpose) -> None:
    _check_time_and_extensions(leaf, at, 0)
    if leaf.key_usage is not None and not leaf.key_usage & _SIGNING:
        raise _refused("x509.key-usage", leaf, 0, usage="digitalSignature")
    if purpose is Purpose.TIME_STAMPS:
        # RFC 3161, 2.3: this purpose alone, and critical.
        fits = leaf.extended_key_usage == {_TIME_STAMPING} and _EXTENDED_KEY_USAGE in leaf.critical
    else:
        # RFC 5280, 4.2.1.12: critical or not, the purposes are all that there are.
        fits = not leaf.extended_key_usage or bool(leaf.extended_key_usage & _PURPOSES)
    if not fits:
        raise _refused("x509.extended-key-usage", leaf, 0)


def _check_time_and_extensions(certificate: Certificate, at: datetime, index: int) -> None:
    if at < certificate.not_before:
        since = certificate.not_before.isoformat()
        raise _refused(
            "x509.certificate-not-yet-valid", certificate, index, asked=at.isoformat(), since=since
        )
    if at > certificate.not_after:
        until = certificate.not_after.isoformat()
        raise _refused("x509.certificate-expired", certificate, index, asked=at.isoformat(), until=until)
    strange = certificate.critical - UNDERSTOOD - _HARMLESS
    if _STATEMENTS in strange and _are_known(certificate.extensions[_STATEMENTS]):
        strange -= {_STATEMENTS}
    strange |= _CONSTRAINTS & certificate.extensions.keys()
    if strange:
        raise _refused("x509.critical-extension", certificate, index, extension=min(strange))


def _are_known(statements: bytes) -> bool:
    """Whether all that a qualified certificate states is known, and it is not for websites alone."""
    kinds, types = set(), b""
    try:
        reader = der.parse(statements, "qcStatements")
        while reader.next_tag() is not None:
            statement = reader.sequence("statement")
            kinds.add(kind := statement.oid("statementId"))
            if kind == _STATEMENT_TYPE:
                types = statement.encoded(der.SEQUENCE, "statementInfo")
    except der.BadDer:
        return False
    return kinds <= _KNOWN_STATEMENTS and types != der.sequence(der.oid(_FOR_WEBSITES))


def _refused(code: str, certificate: Certificate, index: int, **params: object) -> ChainRefused:
    return ChainRefused(certificate.subject, path=f"/chain/{index}", code=code, hint="", **params)
