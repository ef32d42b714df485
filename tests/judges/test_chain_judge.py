"""OpenSSL on our chains and revocation lists: it takes what we take, and refuses what we refuse."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from gateway.signing import chain, crl
from gateway.signing.certificates import Certificate
from tests.trust import made, pki
from tests.trust.pki import Holder, Pki

pytestmark = pytest.mark.judge("openssl-verify")
SINCE = made.NOW - timedelta(days=30)
# RFC 5280, 5.2.4: a list of changes is none on its own. OpenSSL reads it as if it were whole.
STRICTER = {"list of changes": (False, True)}


def ours(of: Pki, lists: Sequence[bytes], at: datetime) -> bool:
    """Whether a chain holds and every list says that nobody is revoked."""
    above = [Certificate.from_der(one.public_bytes(Encoding.DER)) for one in of.leaf.above]
    try:
        found = chain.verify_chain(of.leaf.own, above, [of.root.own], at=at)
    except chain.ChainRefused:
        return False
    pairs = zip(found.certificates, found.certificates[1:], strict=False)
    answers = [crl.revocation(one, issuer, lists, at=at).status for one, issuer in pairs]
    return all(answer is crl.Revocation.GOOD for answer in answers)


def theirs(of: Pki, lists: Sequence[bytes], at: datetime, place: Path) -> bool:
    (place / "root.pem").write_bytes(of.root.pem)
    (place / "leaf.pem").write_bytes(of.leaf.pem)
    (place / "above.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in of.leaf.above))
    (place / "lists.pem").write_bytes(
        b"".join(x509.load_der_x509_crl(one).public_bytes(Encoding.PEM) for one in lists)
    )
    checks = ["-crl_check_all", "-CRLfile", "lists.pem"] if lists else ["-crl_check_all"]
    command = ["openssl", "verify", "-CAfile", "root.pem", "-untrusted", "above.pem", *checks]
    command += ["-attime", str(int(at.timestamp())), "-purpose", "smimesign", "-no-CApath", "-no-CAstore"]
    command += ["-auth_level", "1", "leaf.pem"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode == 0


def under(of: Pki, *extensions: tuple[x509.ExtensionType, bool], **changed: object) -> Pki:
    """The leaf under an authority that is otherwise than it should be."""
    told = {"ca": True, "serial": 2, **changed}
    middle = pki.issue("TEST authority", of.middle.key, of.root, *extensions, **told)  # type: ignore[arg-type]
    return replace(of, middle=middle, leaf=pki.issue("TEST body seal", of.leaf.key, middle, serial=3))


def cases() -> dict[str, tuple[Pki, list[bytes], datetime]]:
    """Each situation with its chain, lists and time."""
    made_: dict[str, tuple[Pki, list[bytes], datetime]] = {}

    def add(name: str, of: Pki, lists: list[bytes] | None = None, at: datetime = made.NOW) -> None:
        good = [pki.crl(of.root), pki.crl(of.middle)]
        made_[name] = of, good if lists is None else lists, at

    for kind in ("P-256", "P-384", "P-521", "Ed25519", "RSA"):
        add(f"sound {kind}", pki.pki(kind))
    add("sound pss", pki.pki("RSA", pss=True))
    of = pki.pki()
    add("leaf over", of.with_leaf(end=SINCE))
    add("leaf of tomorrow", of.with_leaf(begin=made.NOW + timedelta(days=1)))
    add("authority over", under(of, end=SINCE))
    add("authority that is none", under(of, ca=False))
    add("authority without the usage", under(of, usages=("crl_sign",)))
    add("authority that may not sign lists", under(of, usages=("key_cert_sign",)))
    third = pki.issue("TEST third", pki.key("P-256", 55), of.middle, ca=True)
    longer = replace(of, leaf=pki.issue("TEST body seal", of.leaf.key, third, serial=3))
    add("longer than allowed", longer, [pki.crl(of.root), pki.crl(of.middle), pki.crl(third)])
    servers = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    add("leaf for servers", of.with_leaf(servers))
    add("authority for servers", under(of, servers))
    strange = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    add("critical and unknown", of.with_leaf((strange, True)))
    add("unknown", of.with_leaf((strange, False)))
    add("signed by another key", of.with_leaf(signer=pki.key("P-256", 57)))
    add("no list", of, [])
    add("list of the root only", of, [pki.crl(of.root)])
    late = made.NOW - timedelta(days=9)
    add("list over", of, [pki.crl(of.root), pki.crl(of.middle, this=late, next_=late + timedelta(days=7))])
    add("list of tomorrow", of, [pki.crl(of.root), pki.crl(of.middle, this=made.NOW + timedelta(hours=1))])
    add("leaf revoked", of, [pki.crl(of.root), pki.crl(of.middle, (3, SINCE, None))])
    add("other revoked", of, [pki.crl(of.root), pki.crl(of.middle, (4, SINCE, None))])
    add("authority revoked", of, [pki.crl(of.root, (2, SINCE, None)), pki.crl(of.middle)])
    false = Holder(pki.key("P-256", 58), of.middle.certificate)
    add("list of another key", of, [pki.crl(of.root), pki.crl(false)])
    changes = [(x509.DeltaCRLIndicator(7), True)]
    add("list of changes", of, [pki.crl(of.root), pki.crl(of.middle, extensions=changes)])
    return made_


def test_openssl_and_we_agree(tmp_path: Path) -> None:
    verdicts = {
        name: (ours(of, lists, at), theirs(of, lists, at, tmp_path))
        for name, (of, lists, at) in cases().items()
    }
    assert {name: pair for name, pair in verdicts.items() if pair[0] != pair[1]} == STRICTER
    assert sorted(name for name, pair in verdicts.items() if pair[0]) == [
        "other revoked",
        *sorted(f"sound {kind}" for kind in ("P-256", "P-384", "P-521", "Ed25519", "RSA", "pss")),
        "unknown",
    ]
