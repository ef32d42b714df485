"""Whether a key was ever lost, under whichever of its names, by any list or authority at hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from gateway.signing import crl
from gateway.signing.certificates import Certificate
from gateway.signing.sm2 import Engine
from gateway.trust.entries import is_lost
from gateway.trust.identities import key_identity
from gateway.trust.snapshot import Snapshot

# (RFC 5280, 5.3.1) Of a certificate, and not of its key.
HARMLESS: Final = frozenset({"affiliationChanged", "superseded", "cessationOfOperation"})


def is_lost_anywhere(
    keys: Collection[str],
    snapshot: Snapshot,
    *,
    shown: Iterable[Certificate] = (),
    engine: Engine | None = None,
) -> bool:
    """Whether one of the keys (``key:`` with SHA-256) was lost.

    Args:
        shown: certificates besides those of the snapshot.
    """
    if any(is_lost(one.entity, keys) for one in (*snapshot.find(keys), *snapshot.find_over(keys))):
        return True
    at_hand = dict.fromkeys((*shown, *snapshot.certificates, *(one for one, _ in snapshot.anchors)))
    for one in at_hand:
        if key_identity(one) not in keys:
            continue
        for issuer in at_hand:
            if issuer.subject_name != one.issuer_name:
                continue
            answer = crl.revocation(one, issuer, snapshot.crls, at=snapshot.now, engine=engine)
            if answer.status is crl.Revocation.REVOKED and answer.reason not in HARMLESS:
                return True
        unread = crl.unread(one, at_hand, snapshot.crls, at=snapshot.now, engine=engine)
        if any(told.reason not in HARMLESS for told in unread):
            return True
    return False
