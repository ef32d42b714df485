"""The eleven situations in which keys, lists, agreements and clocks go wrong, each once, with its verdict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.trust import snapshot
from gateway.trust.lote import status_uri
from tests.signing.sm import made as sm
from tests.trust import made
from tests.trust.conftest import World
from tests.trust.test_simulator import MIDDLE, PASSED, certifier
from tests.trust.test_statements import Office, statement


def key_rotation(world: World) -> None:
    world.certifier = [
        certifier(certificates=[sm.OTHER_CERTIFICATE], since="2026-06-01T00:00:00Z"),
        certifier(),
    ]


def rollback(world: World) -> None:
    world.foreign = {"sequence": 7}
    seen = snapshot.seen_bytes({}, world.snapshot().seen())
    world.foreign, world.more = {"sequence": 6}, {"seen.json": seen}


def freeze(world: World) -> None:
    """An attacker goes on showing a list that was good once."""
    world.now = made.NOW + timedelta(days=91)


def revocation_source_down(world: World) -> None:
    world.certifier = [certifier(certificates=[MIDDLE])]


def compromise_before_signing(world: World) -> None:
    reason = {"statusReason": {"code": "key-compromise", "since": "2026-10-01T00:00:00Z"}}
    late = {"status": "withdrawn", "since": "2026-11-21T18:00:00Z"}
    world.certifier = [certifier(extensions=[made.scope(), reason], **late), certifier()]


def two_keys(world: World) -> None:
    world.certifier = [certifier(certificates=[sm.OTHER_CERTIFICATE, sm.LEAF_CERTIFICATE])]


def withdrawn_accreditation(world: World) -> None:
    past = made.accreditation_body()["TrustedEntityServices"][0]["ServiceInformation"]
    now = {**past, "ServiceStatus": status_uri("withdrawn"), "StatusStartingTime": "2026-01-01T00:00:00Z"}
    world.body = made.entity("TEST accreditation body", [now, past])


def repealed_agreement(world: World) -> None:
    past = [{"status": "enacted", "statusStartingTime": "2025-06-01T00:00:00Z"}]
    told: dict[str, Any] = {"status": "repealed", "statusStartingTime": "2026-10-01T00:00:00Z"}
    world.agreements = [made.agreement(history=past, **told)]


def expired_list(world: World) -> None:
    world.own = {"issued": made.NOW - timedelta(days=92), "days": 91}


def clock_skew(world: World) -> None:
    world.now = made.NOW - timedelta(seconds=301)
    world.foreign = world.own = {"issued": made.NOW - timedelta(days=2)}


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (key_rotation, ("TOTAL_FAILED", "NOT_LISTED_AT_POE")),
        (rollback, ("INDETERMINATE", "TRUST_LIST_ROLLBACK")),
        (freeze, ("INDETERMINATE", "TRUST_LIST_EXPIRED")),
        (revocation_source_down, ("INDETERMINATE", "REVOCATION_UNAVAILABLE")),
        (compromise_before_signing, ("TOTAL_FAILED", "REVOKED_KEY_COMPROMISE")),
        (two_keys, PASSED),
        (withdrawn_accreditation, ("TOTAL_FAILED", "NOT_ACCREDITED")),
        (repealed_agreement, ("TOTAL_FAILED", "AGREEMENT_NOT_IN_FORCE")),
        (expired_list, ("INDETERMINATE", "TRUST_LIST_EXPIRED")),
        (clock_skew, ("TOTAL_FAILED", "NOT_YET_VALID")),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_situation(
    world: World,
    folder: dict[str, bytes],
    situation: Callable[[World], None],
    expected: tuple[str, str],
) -> None:
    assert world.validate(folder).passed
    situation(world)
    done = world.validate(folder)
    assert (done.indication.name, done.sub.name if done.sub else "") == expected


def test_replay() -> None:
    """Another document under the name of one that was received."""
    office = Office()
    first = statement(office.place)
    office.world.more = {"received.json": _received(first)}
    assert office.verdict(first) == PASSED
    office.world = World()
    office.world.more = {"received.json": _received(b"another")}
    assert office.verdict(first) == ("TOTAL_FAILED", "REPLAYED")


def _received(data: bytes) -> bytes:
    from gateway.signing.digests import sha256_hex
    from gateway.signing.jcs import jcs
    from tests.trust.test_statements import KEY

    return jcs({f"{KEY.public_key.did} urn:test:statement": sha256_hex(data)})
