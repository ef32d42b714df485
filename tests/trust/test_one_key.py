"""One key, three certificates, whatever a list and its authority say of each: against a model of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from cryptography.x509 import ReasonFlags
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.signing import jose, keys
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url
from tests.trust import made, pki
from tests.trust.pki import Holder, issue
from tests.trust.test_simulator import PASSED, certifier
from tests.trust.test_x509 import PAYLOAD, SINCE, sealed, verdict, world_of

NUMBERS = range(3)
# What an authority says of a key, and not of its certificate, or does not say that it is not.
LOSSES = (ReasonFlags.key_compromise, ReasonFlags.unspecified, ReasonFlags.certificate_hold)
HARMLESS = (ReasonFlags.superseded, ReasonFlags.cessation_of_operation)


@dataclass(frozen=True)
class Entry:
    """Under what a list knows the key: some of its certificates, or the bare key."""

    certificates: tuple[int, ...]
    is_bare: bool


entries = st.builds(
    Entry,
    st.lists(st.sampled_from(NUMBERS), unique=True).map(lambda held: tuple(sorted(held))),
    st.booleans(),
).filter(lambda one: one.is_bare or bool(one.certificates))


@dataclass(frozen=True)
class Case:
    """All that may differ; ``shown`` is the certificate that the signer sends along."""

    now: Entry
    before: Entry | None
    expired: tuple[bool, ...]
    revoked: tuple[ReasonFlags | None, ...]
    shown: int | None

    @property
    def passes(self) -> bool:
        """What must be said of it."""
        listed = {*self.now.certificates, *(self.before.certificates if self.before else ())}
        shown = () if self.shown is None else (self.shown,)
        if any(self.revoked[one] in LOSSES for one in {*listed, *shown}):
            return False
        good = [one for one in self.now.certificates if not self.expired[one] and not self.revoked[one]]
        if self.shown is None:
            return self.now.is_bare or bool(good)
        if self.shown not in self.now.certificates and not (self.now.is_bare or good):
            # What was said of it before does not make up for what is said now.
            return False
        is_sound = not self.expired[self.shown] and not self.revoked[self.shown]
        was_bare = self.now.is_bare or (self.before is not None and self.before.is_bare)
        return is_sound and (self.shown in listed or was_bare)


cases = st.builds(
    Case,
    entries,
    st.none() | entries,
    st.tuples(*(st.booleans() for _ in NUMBERS)),
    st.tuples(*(st.sampled_from((None, None, None, *HARMLESS, *LOSSES)) for _ in NUMBERS)),
    st.none() | st.sampled_from(NUMBERS),
)


@cache
def certificate(number: int, *, is_expired: bool) -> Holder:
    of, end = pki.pki(), made.NOW - timedelta(days=1) if is_expired else pki.END
    return issue("TEST body seal", of.leaf.key, of.middle, serial=300 + number, end=end)


@cache
def bare() -> bytes:
    own = PrivateKey(pki.pki().leaf.key)
    _, data = jose.signing_input({"alg": "ES256", "kid": own.key_id}, PAYLOAD)
    return data + b"." + base64url(keys.sign(own, data)).encode()


@settings(max_examples=250)
@given(cases)
def test_every_certificate_of_the_key_is_heard(case: Case) -> None:
    of = pki.pki()
    own = [certificate(one, is_expired=case.expired[one]) for one in NUMBERS]
    told = [(300 + one, SINCE, reason) for one, reason in enumerate(case.revoked) if reason]
    world = world_of(of.root, middle=pki.crl(of.middle, *told))
    did = PrivateKey(of.leaf.key).public_key.did

    def state(entry: Entry, **more: str) -> dict[str, object]:
        held = [own[one].own for one in entry.certificates]
        return certifier(certificates=held, others=(did,) if entry.is_bare else (), **more)

    before = [state(case.before)] if case.before else []
    world.certifier = [state(case.now, **({"since": "2026-06-01T00:00:00Z"} if before else {})), *before]
    world.more["certificates/middle.pem"] = of.middle.pem
    found = verdict(world, bare() if case.shown is None else sealed(own[case.shown]))
    assert (found == PASSED) is case.passes, found
