"""Any single changed byte of a signed payload of 3 kB, or of its signature, is noticed, in every envelope."""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import pytest

from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson
from gateway.signing import (
    asic,
    data_integrity,
    gbt35275,
    jades,
    jws,
    keys,
    sd_jwt,
    vc_jwt,
)
from gateway.signing.credential import build_credential
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.manifest import Part, build
from gateway.signing.multibase import base64url
from gateway.signing.verified import Verified
from tests.signing.seals import TIME, sealer
from tests.signing.sm import made as sm

# A seeded share of all places in the normal run; all of them, with three changes each, by command.
SHARE, SEED = 60, 20261122
STAMP = "2026-01-31T08:00:00Z"
Files = dict[str, bytes]


@dataclass(frozen=True)
class Case:
    """Something signed, and how it is verified: by what it says, or not at all."""

    files: Files
    verify: Callable[[Files], object]

    def answer(self, files: Files) -> object:
        try:
            return self.verify(files)
        except GatewayError:
            return None


def subject() -> dict[str, PlainJson]:
    """Exchanges until the document has 3 kB."""
    exchanges = [
        {"flow": f"urn:uuid:{i:08d}", "name": f"物质 {i}", "amount": f"{i}.{i:04d}", "unit": "kg"}
        for i in range(29)
    ]
    return {
        "id": "urn:test:product",
        "name": "test",
        "description": json.dumps(exchanges, ensure_ascii=False),
    }


def document(issuer: str) -> dict[str, PlainJson]:
    made = build_credential(issuer=issuer, valid_from=STAMP, subject=subject())
    assert 2900 < len(jcs(made)) < 3600
    return made


@functools.cache
def key(kind: KeyType) -> PrivateKey:
    return PrivateKey.generate(kind)


PAYLOAD = jcs(subject())


def _data_integrity(kind: KeyType) -> Case:
    own = key(kind)
    data = jcs(data_integrity.add_proof(document(own.public_key.did), own, created=STAMP))
    return Case({"": data}, lambda files: data_integrity.verify_proof(files[""]))


def _vc_jwt() -> Case:
    own = key(KeyType.P256)
    token = vc_jwt.sign(document(own.public_key.did), own)
    return Case({"": token}, lambda files: vc_jwt.verify(files[""]))


def _jades_compact() -> Case:
    token = jades.sign(PAYLOAD, sealer(), signing_time=TIME)
    return Case({"": token}, lambda files: jades.verify(files[""]))


def _jades_detached() -> Case:
    token = jades.sign_detached({"a.json": ("application/json", PAYLOAD)}, sealer(), signing_time=TIME)
    return Case(
        {"token": token, "a.json": PAYLOAD},
        lambda files: jades.verify(files["token"], objects={"a.json": files["a.json"]}),
    )


def _jws_detached() -> Case:
    token = jws.sign_detached(PAYLOAD, key(KeyType.ED25519))
    return Case(
        {"token": token, "payload": PAYLOAD},
        lambda files: jws.verify_detached(files["token"], files["payload"]),
    )


def _asic() -> Case:
    files = {"a.json": ("application/json", PAYLOAD), "b.txt": ("text/plain", PAYLOAD[:500])}
    container = asic.sign(files, sealer(), signing_time=TIME)
    return Case({"": container}, lambda held: asic.verify(held[""], own=True))


def _asic_of_others() -> Case:
    """Read as anybody's: what is not signed may change, but then the answer is the same."""
    return replace(_asic(), verify=lambda held: _seen(asic.verify(held[""])))


def _seen(found: Verified) -> object:
    signers = [(one.key, one.certificates[0], one.claimed_time, one.covered) for one in found.signatures]
    # A list of files that disagrees with the signature is told: all else stays the same.
    told = [name for name in found.uncovered if name != "META-INF/manifest.xml"]
    return found.parts, told, signers


def _sd_jwt() -> Case:
    own, holder = key(KeyType.ED25519), key(KeyType.P256)
    claims = document(own.public_key.did)
    claims["credentialSubject"] = {**subject(), "lines": [f"line {i}" for i in range(30)]}
    hide = [f"/credentialSubject/lines/{i}" for i in range(0, 30, 3)]
    salts = sd_jwt.salts_of(own, b"test")
    token = sd_jwt.issue(claims, hide=hide, signer=own, salts=salts, holder=holder.public_key)
    bound = sd_jwt.bind(token, holder, reader="https://reader.example", nonce="n", at=1769846400)
    return Case(
        {"": bound}, lambda files: sd_jwt.verify(files[""], reader="https://reader.example", nonce="n")
    )


def _sm2_manifest() -> Case:
    parts = [
        Part.of(f"part-{i}.json", PAYLOAD, media_type="application/json", disclosure="C0") for i in range(9)
    ]
    content = build(parts, {}).to_bytes()
    assert 2000 < len(content) < 4000
    message = sm.message(None, sm.signer_info(content))
    return Case(
        {"manifest.json": content, "seal.p7s": message},
        lambda files: _sealed(gbt35275.verify(files["seal.p7s"], files["manifest.json"])),
    )


def _sealed(found: gbt35275.VerifiedSignedData) -> object:
    """What of a message is signed: whether a certificate is its authority's is for the trust lists to say."""
    return found.content, [(one.certificate.public_key, one.signature) for one in found.signers]


CASES: Mapping[str, Callable[[], Case]] = {
    "eddsa-jcs-2022": lambda: _data_integrity(KeyType.ED25519),
    "ecdsa-jcs-2019 P-256": lambda: _data_integrity(KeyType.P256),
    "ecdsa-jcs-2019 P-384": lambda: _data_integrity(KeyType.P384),
    "vc+jwt": _vc_jwt,
    "jades compact": _jades_compact,
    "jades detached": _jades_detached,
    "jws detached": _jws_detached,
    "asic-e": _asic,
    "sd-jwt": _sd_jwt,
    "sm2 manifest": _sm2_manifest,
}


def changes(case: Case, share: int | None) -> Iterator[tuple[str, int, Files]]:
    """Each file with one byte changed, at a seeded share of the places or at all of them."""
    chosen = random.Random(SEED)  # the same places in every run
    for name, data in case.files.items():
        places = range(len(data)) if share is None else sorted(chosen.sample(range(len(data)), share))
        for place in places:
            byte = data[place]
            others = {byte ^ 1, byte ^ 0x20, byte ^ 0x80} if share is None else {byte ^ 1}
            for other in sorted(others):
                yield name, place, {**case.files, name: data[:place] + bytes([other]) + data[place + 1 :]}


def unnoticed(case: Case, share: int | None) -> list[tuple[str, int]]:
    sound = case.answer(case.files)
    assert sound is not None
    # Of a seal, what its certificate says besides the key: tests of trust see to that.
    allowed = (None, sound) if "seal.p7s" in case.files else (None,)
    return [(name, place) for name, place, files in changes(case, share) if case.answer(files) not in allowed]


@pytest.mark.parametrize("name", CASES)
def test_a_share_of_the_bytes(name: str) -> None:
    assert unnoticed(CASES[name](), SHARE) == []


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_every_byte(name: str) -> None:
    assert unnoticed(CASES[name](), None) == []


@pytest.mark.parametrize("share", [SHARE, pytest.param(None, marks=pytest.mark.long)])
def test_a_container_of_others_never_says_anything_else(share: int | None) -> None:
    """Zip headers, and certificates above the signer's, are nobody's: what is answered stays the same."""
    case = _asic_of_others()
    sound = case.answer(case.files)
    found = {
        None if (a := case.answer(files)) is None else a == sound for _, _, files in changes(case, share)
    }
    assert False not in found


def test_unsigned_members_of_a_seal_change_nothing_that_is_believed() -> None:
    """The seal's certificate is bound by its key: another one does not verify."""
    case = _sm2_manifest()
    other = sm.message(
        None,
        sm.signer_info(case.files["manifest.json"], by=sm.OTHER_CERTIFICATE),
        certificates=(sm.OTHER_CERTIFICATE,),
    )
    assert case.answer({**case.files, "seal.p7s": other}) is None


def test_case_of_base64url() -> None:
    """The last character of a token has bits that no byte has; they must be zero."""
    case = _jws_detached()
    token = case.files["token"]
    again = token[:-1] + bytes([token[-1] ^ 1])
    assert base64url(keys.sign(key(KeyType.ED25519), b"x"))[-1] in "AQgw"
    assert case.answer({**case.files, "token": again}) is None
