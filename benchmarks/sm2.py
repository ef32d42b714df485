"""How long verifying takes with SM2, beside ECDSA P-256 of cryptography in the same run.

Usage: python benchmarks/sm2.py [--runs N] [--strict]

Each job verifies the same 3 kB; jobs alternate, and what counts is the median. GmSSL joins in where the
judges are installed (tests/judges/install.sh). ``--strict`` exits with 1 where a budget is exceeded.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.signing import sm2, sm3
from gateway.signing.libcrypto import Libcrypto, NoLibcrypto

ROOT = Path(__file__).resolve().parents[1]
JUDGE = ROOT / "tests" / "judges" / "python"
MESSAGE = b'{"pcf":"61.25"}' * 200
# Key and signature of MESSAGE; d is public, and so worthless.
D = int.from_bytes(hashlib.sha256(b"benchmark").digest(), "big")


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


def signed() -> tuple[sm2.PublicKey, bytes]:
    """A key and its signature of MESSAGE, made with a nonce that everybody knows."""
    from gateway.signing import _sm2_curve as curve

    point, nonce = curve.combine(D % curve.N, 0, curve.G), curve.combine(7, 0, curve.G)
    assert point is not None
    assert nonce is not None
    key = sm2.PublicKey(*point)
    r = (int.from_bytes(sm2.message_digest(key, MESSAGE), "big") + nonce[0]) % curve.N
    s = pow(1 + D, -1, curve.N) * (7 - r * D) % curve.N
    return key, sm2.Signature(r, s).as_der


def jobs() -> list[Job]:
    """Everything that is measured here."""
    key, signature = signed()
    private = ec.derive_private_key(D % 2**255, ec.SECP256R1())
    ecdsa, public = private.sign(MESSAGE, ec.ECDSA(SHA256())), private.public_key()
    megabyte = bytes(2**20)
    found = [
        Job("ECDSA P-256, cryptography", lambda: public.verify(ecdsa, MESSAGE, ec.ECDSA(SHA256()))),
        Job("SM2, plain integers", lambda: sm2.verify(key, MESSAGE, signature), 2.5),
        Job("SM3 of 1 MiB, OpenSSL", lambda: sm3.sm3(megabyte)),
        Job("SM3 of 3 kB, plain Python", lambda: sm3.plain(MESSAGE)),
    ]
    try:
        engine = Libcrypto.find()
    except NoLibcrypto:
        print("no libcrypto with SM2 here: left out", file=sys.stderr)
    else:
        found.insert(
            2, Job("SM2, libcrypto", lambda: sm2.verify(key, MESSAGE, signature, engine=engine), 0.5)
        )
    return found


def gmssl_ms(runs: int) -> float | None:
    """The median of GmSSL's own verification of the same signature, timed inside its process."""
    if not (JUDGE / ".venv" / "bin" / "python").exists():
        return None
    key, signature = signed()
    case = {
        "d": f"{D:064x}",
        "key": key.raw.hex(),
        "id": sm2.DEFAULT_USER_ID.hex(),
        "message": MESSAGE.hex(),
        "signature": signature.hex(),
    }
    with tempfile.TemporaryDirectory() as folder:
        cases = Path(folder) / "cases.json"
        cases.write_text(json.dumps([case] * runs))
        command = [JUDGE / ".venv" / "bin" / "python", JUDGE / "sm2_gmssl.py", cases]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    if done.returncode:
        return None
    answers = json.loads(done.stdout)
    assert all(answer["holds"] for answer in answers)
    return statistics.median([float(answer["took_ms"]) for answer in answers])


def main() -> int:
    """Measure, print, and say whether everything stayed within its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    found = jobs()
    for _ in range(options.runs):
        for job in found:
            job.measure()
    for job in found:
        budget = "" if job.budget_ms is None else f"  budget {job.budget_ms} ms"
        print(f"{job.name:28} {job.median_ms:8.3f} ms{budget}{'  LATE' if job.late else ''}")
    other = gmssl_ms(options.runs)
    print(f"{'SM2, GmSSL (gmssl-pyx)':28} " + ("not installed" if other is None else f"{other:8.3f} ms"))
    return int(options.strict and any(job.late for job in found))


if __name__ == "__main__":
    sys.exit(main())
