"""How long a receiver's validation takes from a warm snapshot.

Usage: python benchmarks/trust.py [--runs N] [--strict]

A credential of 3 kB with its status is validated in all fourteen steps: proof, list entry, status at the
time, status lists, report left out. Beside it: the proof alone, so that the chain's own cost is seen, a
folder with an SM2 signature, loading a snapshot, and 10,000 statuses of one list. ``--strict`` exits with
1 where a budget is exceeded.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gateway.signing import data_integrity  # noqa: E402
from gateway.signing.credential import build_credential, property_value  # noqa: E402
from gateway.signing.did_key import KeyType  # noqa: E402
from gateway.signing.jcs import jcs  # noqa: E402
from gateway.signing.keys import PrivateKey  # noqa: E402
from gateway.trust import snapshot, status_list  # noqa: E402
from gateway.trust.snapshot import Snapshot  # noqa: E402
from gateway.trust.subject import RECOGNITION  # noqa: E402
from gateway.trust.validation import validate_credential  # noqa: E402
from tests.trust import made  # noqa: E402
from tests.trust.conftest import World  # noqa: E402

PLACE = "https://body.example/status/revocation.json"


@dataclass(slots=True)
class Job:
    """One way to do it, with its budget in milliseconds."""

    name: str
    work: Callable[[], object]
    budget_ms: float | None = None
    times_ms: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Work once and keep the time."""
        began = time.perf_counter()
        self.work()
        self.times_ms.append((time.perf_counter() - began) * 1000)

    @property
    def median_ms(self) -> float:
        """The middle of all runs."""
        return statistics.median(self.times_ms)

    @property
    def late(self) -> bool:
        """Whether the budget is exceeded."""
        return self.budget_ms is not None and self.median_ms > self.budget_ms


def credential(key: PrivateKey) -> bytes:
    """A statement of 3 kB."""
    claims = [property_value(f"stage {n}", f"{n}.125", unit="kg{CO2eq}") for n in range(16)]
    document = build_credential(
        issuer=key.public_key.did,
        valid_from=made.stamp(made.NOW),
        identifier="urn:test:statement",
        types=[RECOGNITION],
        subject={"id": "urn:test:subject", "https://schema.org/additionalProperty": list(claims)},
    )
    document["credentialStatus"] = [
        {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "4711",
            "statusListCredential": PLACE,
        }
    ]
    return jcs(data_integrity.add_proof(document, key, created=made.stamp(made.NOW)))


def world(key: PrivateKey) -> World:
    """Who is listed, and the status list of the issuer."""
    body = made.entity("TEST body", [made.state("recogniser", others=[key.public_key.did])])
    bits = status_list.empty(PLACE, key.public_key.did, "revocation", valid_from=made.stamp(made.NOW))
    published = status_list.publish(bits, key, valid_until=made.stamp(made.NOW.replace(year=2027)))
    return World(own_entities=[body], more={"status/revocation.json": published})


def jobs() -> list[Job]:
    """Everything that is measured here."""
    found: list[Job] = []
    for kind in (KeyType.ED25519, KeyType.P256):
        key = PrivateKey.generate(kind)
        data, files = credential(key), world(key).files()
        warm = snapshot.load(files, now=made.NOW)
        assert 2900 < len(data) < 3600, len(data)
        assert validate_credential(data, warm).passed
        found.append(Job(f"proof alone, {kind}", _proof(data)))
        found.append(Job(f"14 steps from a warm snapshot, {kind}", _whole(data, warm), 1.5))
    found.append(Job("load a snapshot of two lists", lambda: snapshot.load(files, now=made.NOW)))
    bits = status_list.StatusList("", "", "revocation", bytes(16384), "", status_list.LONGEST_TTL)
    found.append(Job("10,000 statuses of one list", lambda: [bits.is_set(n) for n in range(10_000)], 10))
    return found


def _proof(data: bytes) -> Callable[[], object]:
    return lambda: data_integrity.verify_proof(data)


def _whole(data: bytes, warm: Snapshot) -> Callable[[], object]:
    return lambda: validate_credential(data, warm)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--strict", action="store_true")
    asked = parser.parse_args()
    all_jobs = jobs()
    for _ in range(asked.runs):
        for job in all_jobs:
            job.measure()
    for job in all_jobs:
        budget = f"   budget {job.budget_ms} ms" if job.budget_ms else ""
        print(f"{job.median_ms:9.3f} ms  {job.name}{budget}{'  LATE' if job.late else ''}")
    return int(asked.strict and any(job.late for job in all_jobs))


if __name__ == "__main__":
    sys.exit(main())
