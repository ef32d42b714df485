"""Other people's verifiers on the envelopes that we make, and we on theirs."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.errors import GatewayError
from gateway.signing import asic, jades, jws, sd_jwt, vc_jwt
from gateway.signing import data_integrity as di
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url
from gateway.signing.sealing import Sealer
from gateway.signing.verification_key import VerificationKey
from tests.conftest import Judges
from tests.signing.conftest import throw_away
from tests.signing.seals import TIME, sealer
from tests.signing.test_sd_jwt import AT, HIDDEN, NONCE, READER, issued

CREATED = "2026-01-31T08:00:00Z"
FILES = {
    "ILCD/processes/a.xml": ("application/xml", '<p xmlns="urn:x">电池 61.25</p>'.encode()),
    "ILCD/flows/流 1%.xml": ("application/xml", b"<f/>"),
    "pcf.json": ("application/json", b'{"pcf": 61.25}'),
}
ALGORITHMS = {KeyType.ED25519: "EdDSA", KeyType.P256: "ES256", KeyType.P384: "ES384"}


def jwk_of(key: PrivateKey) -> dict[str, str]:
    made = sd_jwt.holder_jwk(key.public_key)
    return {**{name: str(value) for name, value in made.items()}, "alg": ALGORITHMS[key.public_key.key_type]}


def credential(issuer: str) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "urn:uuid:0e5a7d5e-28a7-5b5c-8a0b-0c8c6a1a2b3c",
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "validFrom": CREATED,
        "credentialSubject": {"id": "urn:gtin:06901234567892", "name": "电池"},
    }


class Bench:
    """A folder in which a judge finds the parts of a container."""

    def __init__(self, place: Path, seal: Sealer, container: bytes) -> None:
        self.place, self.seal = place, seal
        place.mkdir()
        with zipfile.ZipFile(io.BytesIO(container)) as archive:
            for name in archive.namelist():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(archive.read(name))
        for number, one in enumerate(seal.certificates):
            from cryptography import x509

            pem = x509.load_der_x509_certificate(one.der).public_bytes(Encoding.PEM)
            (place / f"certificate{number}.pem").write_bytes(pem)

    @property
    def signature(self) -> Path:
        return self.place / "META-INF" / "signatures001.xml"

    def case(self) -> dict[str, Any]:
        return {
            "signature": str(self.signature),
            "certificate": str(self.place / "certificate0.pem"),
            "files": {name: str(self.place / name) for name in FILES},
        }


def benches(place: Path, kinds: tuple[str, ...]) -> list[Bench]:
    """For each kind of key a sound container, and copies in which a file or the signing time is changed."""
    found = []
    for kind in kinds:
        container = asic.sign(FILES, sealer(kind), signing_time=TIME)
        for change in ("sound", "file", "time"):
            bench = Bench(place / f"{kind}-{change}", sealer(kind), container)
            if change == "file":
                (bench.place / "pcf.json").write_bytes(b'{"pcf": 61.26}')
            if change == "time":
                text = bench.signature.read_bytes()
                bench.signature.write_bytes(text.replace(b"2026-01-31T", b"2026-01-30T"))
            found.append(bench)
    return found


@pytest.mark.judge("signxml")
def test_signxml_verifies_what_we_seal(judges: Judges, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    held = benches(tmp_path / "b", ("P-256", "P-384", "RSA"))
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([bench.case() for bench in held]))
    answers = judges.python("seals.py", cases)
    assert [answer["verified"] for answer in answers] == [True, False, False] * 3, answers
    assert answers[0]["signed"] == len(FILES) + 1


@pytest.mark.judge("xmlsec1")
def test_xmlsec1_verifies_what_we_seal(judges: Judges, tmp_path: Path) -> None:
    """It reads references as files beside it, and knows no Ed25519."""
    (tmp_path / "b").mkdir()
    verdicts = []
    for bench in benches(tmp_path / "b", ("P-256", "P-384", "RSA")):
        command = ["xmlsec1", "--verify", "--id-attr:Id", "SignedProperties", "--pubkey-cert-pem"]
        done = subprocess.run(
            [*command, str(bench.place / "certificate0.pem"), str(bench.signature)],
            cwd=bench.place,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        verdicts.append(done.returncode == 0 and "OK" in done.stderr + done.stdout)
    assert verdicts == [True, False, False] * 3


@pytest.mark.judge("openssl")
def test_openssl_verifies_the_octets_that_we_sign(tmp_path: Path) -> None:
    """The canonical SignedInfo, its signature and the key, without any of our reading."""
    from lxml import etree

    from gateway.signing import xml_canonical
    from gateway.signing._xml_names import DS
    from gateway.signing.verification_key import _COORDINATE

    found = asic.verify(asic.sign(FILES, sealer("P-256"), signing_time=TIME)).signatures[0]
    document = zipfile.ZipFile(io.BytesIO(asic.sign(FILES, sealer("P-256"), signing_time=TIME)))
    root = etree.fromstring(document.read("META-INF/signatures001.xml"))
    info = root.find(f".//{DS}SignedInfo")
    assert info is not None
    (tmp_path / "info").write_bytes(xml_canonical.part(info, xml_canonical.C14N_11))
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    half = _COORDINATE["P-256"]
    r, s = (int.from_bytes(part, "big") for part in (found.value[:half], found.value[half:]))
    (tmp_path / "value").write_bytes(encode_dss_signature(r, s))
    public = load_der_public_key(found.key.spki)
    (tmp_path / "key.pem").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    command = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "value", "info"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert "Verified OK" in done.stdout, done.stderr


@pytest.fixture(scope="module")
def jose_answers(judges: Judges, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All that node is asked, in one run."""
    payload = '{"pcf":"61.25","名":"电池"}'
    cases: dict[str, dict[str, Any]] = {}
    for kind in KeyType:
        key = throw_away(kind)
        algorithm = ALGORITHMS[kind]
        detached = jws.sign_detached(payload.encode(), key).decode()
        known = {"jwk": jwk_of(key), "alg": algorithm}
        cases[f"jws {kind}"] = {"kind": "jws", "token": detached, "payload": payload, **known}
        cases[f"jws {kind} changed"] = {"kind": "jws", "token": detached, "payload": payload + " ", **known}
        token = vc_jwt.sign(credential(key.public_key.did), key).decode()
        cases[f"vc {kind}"] = {"kind": "jws", "token": token, **known}
        cases[f"sign {algorithm}"] = {"kind": "sign", "alg": algorithm, "payload": payload}
    for kind_name in ("P-256", "P-384", "RSA"):
        seal = sealer(kind_name)
        token = jades.sign(payload.encode(), seal, signing_time=TIME).decode()
        cases[f"jades {kind_name}"] = {
            "kind": "jws",
            "token": token,
            "jwk": seal_jwk(seal),
            "alg": seal.natural.name,
        }
    for algorithm in ("RS256", "PS256", "ES512"):
        cases[f"sign {algorithm}"] = {"kind": "sign", "alg": algorithm, "payload": payload}
    issuer, holder = throw_away(KeyType.ED25519), throw_away(KeyType.P256)
    token_sd = sd_jwt.disclose(
        issued(issuer, HIDDEN, holder=holder.public_key, decoys=2), ["/lines/0/amount"]
    )
    bound = sd_jwt.bind(token_sd, holder, reader=READER, nonce=NONCE, at=AT)
    cases["sd-jwt"] = {"kind": "sd-jwt", "token": bound.decode(), "jwk": jwk_of(issuer), "nonce": NONCE}
    cases["sd-jwt other nonce"] = {**cases["sd-jwt"], "nonce": "other"}
    head, _, rest = bound.decode().partition("~")
    fewer = "~".join([head, *rest.split("~")[1:]])
    cases["sd-jwt fewer"] = {**cases["sd-jwt"], "token": fewer}
    lines = [{"name": "阴极", "amount": "31.25"}, {"name": "阳极", "amount": "8.5"}]
    for alg, holder_alg in (("EdDSA", "ES256"), ("ES256", "EdDSA"), ("ES384", "ES384")):
        cases[f"issue {alg}"] = {
            "kind": "issue",
            "alg": alg,
            "holderAlg": holder_alg,
            "claims": {"iss": "https://plant.example", "total": "39.75", "lines": lines},
            "frame": {"lines": {"_sd": [0, 1], "1": {"_sd": ["amount"]}}, "_sd": ["total"], "_sd_decoy": 2},
            "shown": {"lines": {"1": True}},
            "reader": READER,
            "nonce": NONCE,
            "at": AT,
        }
    file = tmp_path_factory.mktemp("jose") / "cases.json"
    file.write_text(json.dumps(list(cases.values())))
    answers = judges.node("jose/judge.mjs", file)
    return dict(zip(cases, answers, strict=True))


def seal_jwk(seal: Sealer) -> dict[str, str]:
    if seal.key.kind != "RSA":
        key = seal.key.public_key
        assert key is not None
        return {name: str(value) for name, value in sd_jwt.holder_jwk(key).items()}
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    public = load_der_public_key(seal.key.spki)
    assert isinstance(public, RSAPublicKey)
    numbers = public.public_numbers()
    e, n = (base64url(v.to_bytes((v.bit_length() + 7) // 8, "big")) for v in (numbers.e, numbers.n))
    return {"kty": "RSA", "e": e, "n": n}


@pytest.mark.judge("jose")
def test_jose_verifies_ours(jose_answers: dict[str, Any]) -> None:
    asked = {name: answer for name, answer in jose_answers.items() if name[:3] in ("jws", "vc ", "jad")}
    assert {name for name, answer in asked.items() if not answer["verified"]} == {
        f"jws {kind} changed" for kind in KeyType
    }, asked
    assert {answer["typ"] for name, answer in asked.items() if name.startswith("vc ")} == {"vc+jwt"}


@pytest.mark.judge("jose")
def test_we_verify_what_jose_signs(jose_answers: dict[str, Any]) -> None:
    made = {name: answer for name, answer in jose_answers.items() if name.startswith("sign ")}
    assert len(made) == 6
    payload = '{"pcf":"61.25","名":"电池"}'.encode()
    for name, answer in made.items():
        known = {"": VerificationKey.from_jwk(answer["jwk"])}
        assert jws.verify(answer["compact"].encode(), keys=known).payload == payload, name
        for form in ("detached", "raw"):
            token = answer[form].encode()
            assert jws.verify(token, payload, keys=known).signatures[0].algorithm == name[5:], (name, form)
            with pytest.raises(GatewayError):
                jws.verify(token, payload + b" ", keys=known)


@pytest.mark.judge("sd-jwt-core")
def test_sd_jwt_core_reads_ours(jose_answers: dict[str, Any]) -> None:
    sound = jose_answers["sd-jwt"]
    assert sound["verified"], sound
    assert sound["claims"]["lines"] == [{"name": "阴极", "amount": "31.25"}]
    assert [jose_answers[name]["verified"] for name in ("sd-jwt other nonce", "sd-jwt fewer")] == [
        False,
        False,
    ]


@pytest.mark.judge("sd-jwt-core")
def test_we_read_what_sd_jwt_core_issues(jose_answers: dict[str, Any]) -> None:
    made = {name: answer for name, answer in jose_answers.items() if name.startswith("issue ")}
    assert len(made) == 3
    for name, answer in made.items():
        assert answer["verified"], answer
        known, token = {"": VerificationKey.from_jwk(answer["jwk"])}, answer["token"].encode()
        found = sd_jwt.verify(token, keys=known, reader=READER, nonce=NONCE)
        assert found.claims["lines"] == [{"name": "阳极"}], name
        assert (found.disclosed, found.bound_at) == (("/lines/0",), AT)
        assert found.hidden >= 3  # its decoys among them
        for other in (
            token.replace(b"~", b"~WyJhIiwxXQ~", 1),
            token[:-2] + (b"AQ" if token.endswith(b"AA") else b"AA"),
            token.split(b"~")[0] + b"~",
        ):
            with pytest.raises(GatewayError):
                sd_jwt.verify(other, keys=known, reader=READER, nonce=NONCE)
        with pytest.raises(GatewayError):
            sd_jwt.verify(token, keys=known, reader=READER, nonce="other")


@pytest.mark.judge("openvc-core")
def test_openvc_gives_the_same_verdicts(judges: Judges, tmp_path: Path) -> None:
    """Credentials with proofs, sound and changed, by every kind of key.

    Its tokens are those of the older mapping with a claim ``vc``, which VC-JOSE-COSE, 3.1.3 forbids.
    """
    expected: list[bool] = []
    files: list[Path] = []
    for kind in KeyType:
        key = throw_away(kind)
        secured = jcs(di.add_proof(credential(key.public_key.did), key, created=CREATED))
        for changed in (secured, secured.replace("电池".encode(), "池电".encode())):
            files.append(tmp_path / f"{kind}-{len(files)}")
            files[-1].write_bytes(changed)
            expected.append(changed == secured)
    answers = judges.python("credentials.py", *files)
    assert [answer["verified"] for answer in answers] == expected, answers
