"""Somebody else's verifier, @digitalbazaar/vc, and ours on the same credentials."""

from __future__ import annotations

import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context
from gateway.errors import GatewayError
from gateway.pipeline.issue import CREDENTIAL, Request, issue
from gateway.signing import credential as vc
from gateway.signing import data_integrity as di
from gateway.signing import proofs, vc_api
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from tests.conftest import Judges

pytestmark = pytest.mark.judge("digitalbazaar-vc")

TIME = "2026-01-31T08:00:00Z"


@pytest.fixture(scope="session")
def judge(judges: Judges) -> Path:
    """The judge's script, with its packages beside it."""
    script = judges.place / "vc" / "verify.mjs"
    assert (script.parent / "node_modules").is_dir(), "bash tests/judges/install.sh"
    return script


def verdicts(judge: Path, files: list[Path]) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", str(judge), *map(str, files)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [verdict["file"] for verdict in found] == list(map(str, files))
    return found


def signed(key: PrivateKey) -> bytes:
    total = vc.property_value(
        "电池包碳足迹 · carbon footprint of the battery pack",
        "5740.109388",
        unit="kg",
        property_id="urn:example:carbon-footprint",
        basis=[vc.property_value("GWP set", "AR6"), vc.property_value("system boundary", "cradle to grave")],
    )
    credential = vc.build_credential(
        issuer=key.public_key.did,
        valid_from=TIME,
        identifier="urn:uuid:0e5a7d5e-28a7-5b5c-8a0b-0c8c6a1a2b3c",
        name="产品碳足迹声明",
        subject={
            "id": "urn:gtin:06901234567892",
            "type": "https://schema.org/Product",
            "https://schema.org/additionalProperty": [total],
        },
        resources=[
            vc.Resource("manifest.json", "application/json", b"{}"),
            vc.Resource("report.json", "application/json", b"[]"),
        ],
    )
    return jcs(di.add_proof(credential, key, created=TIME))


def holds(data: bytes) -> bool:
    try:
        di.verify_proof(data, own=True)
    except GatewayError:
        return False
    return True


@pytest.fixture(scope="session", params=[KeyType.ED25519, KeyType.P256])
def credential(request: pytest.FixtureRequest) -> bytes:
    return signed(PrivateKey.generate(request.param))


def test_our_credential_verifies_and_every_term_is_defined(
    judge: Path, credential: bytes, tmp_path: Path
) -> None:
    """RDF statements by hand: credential 8, subject 2, total 7, its two bases 6, two files 6, proof 6."""
    file = tmp_path / "credential.json"
    file.write_bytes(credential)
    (verdict,) = verdicts(judge, [file])
    assert verdict == {"file": str(file), "verified": True, "terms": True, "errors": [], "quads": 35}


@pytest.mark.parametrize("kind", [KeyType.ED25519, KeyType.P256])
def test_what_issue_signs_verifies_and_is_refused_when_changed(
    judge: Path, tmp_path: Path, kind: KeyType
) -> None:
    """The judge compares the validity with its own clock, so that the declaration is issued now."""
    package = (Path(__file__).resolve().parents[2] / "examples" / "lfp-pack.json").read_bytes()
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    request = Request(to=("pact", "batterypass"), options={"preview": "yes"})
    prepared, files = issue(package, request, key=PrivateKey.generate(kind), context=Context(now=now))
    assert [outcome.written for outcome in prepared.outcomes] == [True, True]
    issued = files[CREDENTIAL]
    cases = {"issued": issued}
    for name, (old, new) in {
        "total": (b'"5710.2432"', b'"5710.2433"'),
        "validity": (b'"validUntil":"20', b'"validUntil":"21'),
        "subject": (b'"legalStatus"', b'"legalStanding"'),
        "file": (b'"digestSRI":"sha256-', b'"digestSRI":"sha256-A'),
    }.items():
        assert old in issued, name
        cases[name] = issued.replace(old, new, 1)
    places = []
    for name, data in cases.items():
        places.append(tmp_path / f"{name}.json")
        places[-1].write_bytes(data)
    first, *changed = verdicts(judge, places)
    assert (first["verified"], first["terms"], first["errors"]) == (True, True, [])
    assert [Path(verdict["file"]).stem for verdict in changed if verdict["verified"]] == []


# What somebody would like to be otherwise, each an equal length or sound JSON afterwards.
CHANGES = {
    "amount": (b"5740.109388", b"5740.109389"),
    "amount-first-digit": (b"5740.109388", b"1740.109388"),
    "unit": (b'unitCode":"kg"', b'unitCode":"mg"'),
    "basis": (b'"AR6"', b'"AR5"'),
    "product": (b"06901234567892", b"06901234567891"),
    "name": ("声明".encode(), "申明".encode()),
    "date": (b'validFrom":"2026-01', b'validFrom":"2026-02'),
    "proof-date": (b'created":"2026-01', b'created":"2026-02'),
    "file-digest": (b'digestSRI":"sha256-', b'digestSRI":"sha256-A'),
    "file-name": (b'"report.json"', b'"import.json"'),
    "signature": (b'proofValue":"z', b'proofValue":"z2'),
    "purpose": (b"assertionMethod", b"authentication"),
}


def test_any_change_is_refused_by_both(judge: Path, credential: bytes, tmp_path: Path) -> None:
    files = []
    for name, (old, new) in CHANGES.items():
        changed = credential.replace(old, new, 1)
        assert changed != credential, name
        assert not holds(changed), name
        files.append(tmp_path / f"{name}.json")
        files[-1].write_bytes(changed)
    assert [v["file"] for v in verdicts(judge, files) if v["verified"]] == []


def test_another_issuers_name_is_refused_by_both(judge: Path, credential: bytes, tmp_path: Path) -> None:
    stranger = PrivateKey.generate(KeyType.ED25519)
    unsigned = {name: value for name, value in json.loads(credential).items() if name != "proof"}
    forged = jcs({**unsigned, "proof": di.create_proof(unsigned, stranger, created=TIME)})
    file = tmp_path / "forged.json"
    file.write_bytes(forged)
    assert not holds(forged)
    assert not verdicts(judge, [file])[0]["verified"]


def test_its_own_samples_get_the_same_verdict_from_both(judge: Path, oracle_data: Path) -> None:
    folder = oracle_data / "signing" / "di-interop"
    files = sorted(folder.rglob("*-jcs-*.json"))
    theirs = {verdict["file"]: verdict["verified"] for verdict in verdicts(judge, files)}
    ours = {}
    for file in files:
        try:
            ours[str(file)] = bool(di.verify_proof(file.read_bytes()))
        except GatewayError:
            ours[str(file)] = False
    assert ours == theirs
    assert sorted(ours.values()) == [False, *[True] * 5]


def test_undefined_term_is_what_the_judge_would_notice(judge: Path, tmp_path: Path) -> None:
    """The counter-test: a word of our own verifies with the JCS suites, but a JSON-LD reader refuses it."""
    key = PrivateKey.generate(KeyType.ED25519)
    document: dict[str, Any] = {
        "@context": [vc.CONTEXT],
        "type": ["VerifiableCredential"],
        "issuer": key.public_key.did,
        "credentialSubject": {"id": "urn:x:1", "footprint": "61.25"},
    }
    file = tmp_path / "own-word.json"
    file.write_bytes(jcs(di.add_proof(document, key, created=TIME)))
    (verdict,) = verdicts(judge, [file])
    assert (verdict["verified"], verdict["terms"]) == (True, False)


def test_we_verify_what_the_judge_signs(judge: Path, tmp_path: Path) -> None:
    """The other direction: its credentials and its presentations, by every kind of key."""
    file = tmp_path / "unsigned.json"
    unsigned = json.loads(signed(PrivateKey.generate(KeyType.ED25519)))
    file.write_bytes(
        jcs({name: value for name, value in unsigned.items() if name not in ("proof", "issuer")})
    )
    done = subprocess.run(
        ["node", str(judge.with_name("sign.mjs")), str(file)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert [answer["kind"] for answer in answers] == ["Ed25519", "P-256", "P-384"]
    for answer in answers:
        credential, presentation = answer["credential"], answer["presentation"]
        assert taken(json.dumps(credential).encode())
        assert proofs.verify_document(credential).issuer == credential["issuer"]
        for change in ({"validFrom": "2026-01-30T08:00:00Z"}, {"more": "1"}, {"issuer": "did:key:zOther"}):
            assert not taken(json.dumps({**credential, **change}).encode())
        asked = {"challenge": answer["challenge"], "domain": "body.example"}
        assert presented(presentation, asked) == 200
        assert presented(presentation, {**asked, "challenge": "another"}) == 400
        assert presented({**presentation, "holder": "did:example:other"}, asked) == 400


def taken(data: bytes) -> bool:
    """Whether it is verified as anybody's, however it is spelled."""
    try:
        proofs.verify(data)
    except GatewayError:
        return False
    return True


def presented(document: dict[str, Any], options: dict[str, str]) -> int:
    asked = {"verifiablePresentation": document, "options": options}
    return vc_api.verify_presentation(json.dumps(asked).encode()).status


@pytest.mark.judge("openvc-core")
def test_what_we_take_of_many_changes_both_others_take(
    judge: Path, judges: Judges, credential: bytes, tmp_path: Path
) -> None:
    """Hundreds of changes at random places: nothing is verified here that one of them refuses."""
    drawn = random.Random(20260131)
    files = []
    for number in range(300):
        changed = bytearray(credential)
        for _ in range(drawn.randint(1, 2)):
            at = drawn.randrange(len(changed))
            kind = drawn.randrange(4)
            if kind == 0:
                changed[at] ^= 1 << drawn.randrange(7)
            elif kind == 1:
                del changed[at : at + drawn.choice([1, 2, 9])]
            elif kind == 2:
                changed[at:at] = drawn.choice(
                    [b" ", b"0", b'"', b",", b"\\n", b'"proof":{},', b"\xe2\x80\x8b"]
                )
            else:
                other = drawn.randrange(len(changed))
                changed[at], changed[other] = changed[other], changed[at]
        files.append(tmp_path / f"{number}.json")
        files[-1].write_bytes(bytes(changed))
    ours = [file for file in files if taken(file.read_bytes())]
    theirs = {verdict["file"]: verdict["verified"] for verdict in verdicts(judge, ours)}
    openvc = judges.python("credentials.py", *ours)
    assert 0 < len(ours) < 60  # white space, mostly
    assert [str(file) for file in ours if not theirs[str(file)]] == []
    assert [answer for answer in openvc if not answer["verified"]] == []
