"""Canonical JSON beside rfc8785, and sealing 100 data sets, beside hashing and storing the same bytes.

Usage: python benchmarks/signing.py [--runs N] [--strict] [--doubles N]

Jobs alternate, and what counts is the median. ``--strict`` exits with 1 where a floor is missed.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import random
import statistics
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.frontdoor.json import PlainJson
from gateway.signing import asic, vc_jwt
from gateway.signing import data_integrity as di
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.sealing import Sealer

ROOT = Path(__file__).resolve().parents[1]
TIME = datetime(2026, 1, 31, 8, tzinfo=UTC)
# A data set of 100 is as large as those of the ILCD network: 40 kB.
DATA_SETS, BYTES = 100, 40_000


@dataclass(slots=True)
class Job:
    """One way to do it."""

    name: str
    work: Callable[[], object]
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


def measured(runs: int, *jobs: Job) -> tuple[float, ...]:
    """The medians of jobs that alternate."""
    for _ in range(runs):
        for job in jobs:
            job.measure()
    for job in jobs:
        print(f"{job.name:<58}{job.median_ms:>9.2f} ms")
    return tuple(job.median_ms for job in jobs)


def exchanges(count: int, amount: Callable[[random.Random], PlainJson]) -> PlainJson:
    """A document like ours: exchanges with identifiers, names and amounts."""
    draw = random.Random(20260131)  # noqa: S311  # the same document in every run
    return {
        "exchanges": [
            {
                "id": f"{draw.getrandbits(128):032x}",
                "name": {"zh": "电力，华东电网", "en": "electricity, East China grid"},
                "amount": amount(draw),
                "unit": "kWh",
            }
            for _ in range(count)
        ]
    }


def canonical(runs: int) -> bool:
    """Our own documents (amounts as text), and the slow case: every amount a double outside 1e-4 to 1e16."""
    met = True
    cases: tuple[tuple[str, int, Callable[[random.Random], PlainJson], float | None], ...] = (
        ("3 kB, amounts as text", 22, lambda draw: f"{draw.random():.9f}", 3.0),
        ("130 kB, amounts as text", 1000, lambda draw: f"{draw.random():.9f}", 3.0),
        ("130 kB, doubles", 1000, lambda draw: draw.random(), None),
        ("130 kB, slow case: doubles below 1e-4", 1000, lambda draw: draw.random() * 1e-6, None),
    )
    for name, count, amount, floor in cases:
        document = exchanges(count, amount)
        assert jcs(document) == rfc8785.dumps(document)
        jobs = (
            Job(f"jcs, {name}", partial(jcs, document)),
            Job("  rfc8785", partial(rfc8785.dumps, document)),
        )
        ours, theirs = measured(runs, *jobs)
        told = f"floor {floor}" if floor else "no floor"
        print(f"  {theirs / ours:.1f} times as fast as rfc8785 ({told})")
        met = met and (floor is None or theirs / ours >= floor)
    return met


def doubles(count: int) -> bool:
    """Random bit patterns and random decimals: the same bytes from both."""
    draw = random.Random(8785)  # noqa: S311  # the same numbers in every run
    differ = 0
    for number in range(count):
        value = (
            struct.unpack(">d", draw.getrandbits(64).to_bytes(8, "big"))[0]
            if number % 2
            else draw.uniform(-1, 1) * 10.0 ** draw.randint(-12, 20)
        )
        if math.isfinite(value):
            differ += jcs(value) != rfc8785.dumps(value)
    print(f"{count:,} random doubles: {differ} with other bytes than rfc8785")
    return not differ


def seal() -> Sealer:
    """A P-256 seal that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Benchmark")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(TIME)
        .not_valid_after(TIME + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Sealer.from_pem(pem, built.public_bytes(Encoding.PEM))


def containers(runs: int) -> bool:
    """ASiC-E over 100 data sets of 40 kB."""
    line = '  <exchange dataSetInternalID="7"><meanAmount>61.25</meanAmount></exchange>\n'
    files = {}
    for number in range(DATA_SETS):
        body = f'<processDataSet xmlns="http://lca.jrc.it/ILCD/Process" version="1.1" n="{number}">\n'
        body += line * ((BYTES - len(body)) // len(line)) + "</processDataSet>\n"
        files[f"ILCD/processes/{number:03}.xml"] = ("application/xml", body.encode())
    total = sum(len(data) for _, data in files.values())
    sealer = seal()
    container = asic.sign(files, sealer, signing_time=TIME)

    def floor() -> None:
        for _, data in files.values():
            hashlib.sha256(data).digest()
        with zipfile.ZipFile(io.BytesIO(), "w") as archive:
            for name, (_, data) in files.items():
                archive.writestr(name, data)

    print(f"{len(files)} files, {total / 1e6:.1f} MB")
    signing, verifying, _ = measured(
        runs,
        Job(
            "ASiC-E sign, verified before it is handed out",
            lambda: asic.sign(files, sealer, signing_time=TIME),
        ),
        Job("ASiC-E verify", lambda: asic.verify(container)),
        Job("  SHA-256 and zip of the same bytes alone", floor),
    )
    return signing <= 100 and verifying <= 200


def credentials(runs: int) -> None:
    """A credential of 3 kB, both forms."""
    key = PrivateKey.generate(KeyType.ED25519)
    document: dict[str, PlainJson] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": key.public_key.did,
        "validFrom": "2026-01-31T08:00:00Z",
        "credentialSubject": exchanges(18, lambda draw: f"{draw.random():.9f}"),
    }
    data = jcs(di.add_proof(document, key, created="2026-01-31T08:00:00Z"))
    token = vc_jwt.sign(document, key)
    measured(
        runs,
        Job(f"eddsa-jcs-2022 verify, {len(data):,} bytes", lambda: di.verify_proof(data, own=True)),
        Job("vc+jwt verify, the same credential", lambda: vc_jwt.verify(token)),
    )


def main() -> int:
    """Measure, print, and under ``--strict`` judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--doubles", type=int, default=400_000)
    parser.add_argument("--strict", action="store_true")
    asked = parser.parse_args()
    met = [canonical(asked.runs), doubles(asked.doubles), containers(asked.runs)]
    credentials(asked.runs)
    print(json.dumps({"met": all(met)}))
    return 1 if asked.strict and not all(met) else 0


if __name__ == "__main__":
    sys.exit(main())
