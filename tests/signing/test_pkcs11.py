"""A device of software, SoftHSM, holds the keys; we sign through it and verify outside."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.signing import asic, jws, keys
from gateway.signing.did_key import KeyType
from gateway.signing.pkcs11 import DeviceKey
from gateway.signing.sealing import ExternalSignerFailed, Sealer
from tests.signing import seals

pytestmark = pytest.mark.judge("softhsm2")

MODULES = [Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/local/lib/softhsm/libsofthsm2.so")]
PIN = "9876"
CURVES = {KeyType.P256: "secp256r1", KeyType.P384: "secp384r1", KeyType.ED25519: ""}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh token with a key of each kind, labelled by it."""
    found = next((place for place in MODULES if place.is_file()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed: bash tests/judges/install.sh")
    place = tmp_path_factory.mktemp("softhsm")
    (place / "tokens").mkdir()
    (place / "conf").write_text(f"directories.tokendir = {place}/tokens\nobjectstore.backend = file\n")
    # The library reads this when it is first loaded, once in a process.
    os.environ["SOFTHSM2_CONF"] = str(place / "conf")
    command = ["softhsm2-util", "--init-token", "--free", "--label", "test", "--so-pin", "1234", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    import pkcs11
    from pkcs11.util import ec

    with pkcs11.lib(str(found)).get_token(token_label="test").open(user_pin=PIN, rw=True) as session:
        for kind, curve in CURVES.items():
            # The curve as a PrintableString, as SoftHSM wants it (PKCS#11 3.0, 2.3.3).
            oid = ec.encode_named_curve_parameters(curve) if curve else b"\x13\x0cedwards25519"
            domain = pkcs11.KeyType.EC if curve else pkcs11.KeyType.EC_EDWARDS
            parameters = session.create_domain_parameters(
                domain, {pkcs11.Attribute.EC_PARAMS: oid}, local=True
            )
            mechanism = None if curve else pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
            parameters.generate_keypair(label=kind.value, store=True, mechanism=mechanism)
    return found


@pytest.mark.parametrize("kind", list(KeyType))
def test_signs_and_verifies_outside(module: Path, kind: KeyType) -> None:
    with DeviceKey.open(module, token="test", label=kind.value, pin=PIN) as key:
        assert key.public_key.key_type is kind
        assert jws.verify_detached(jws.sign_detached(b"61.25", key), b"61.25").public_key == key.public_key
        assert len(keys.sign(key, b"x")) in (64, 96)
        assert PIN not in repr(key)
        with pytest.raises(TypeError):
            pickle.dumps(key)


def test_seals_a_container(module: Path) -> None:
    with DeviceKey.open(module, token="test", label="P-256", pin=PIN) as key:
        from cryptography.hazmat.primitives.asymmetric import ec

        from gateway.signing import x509

        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.public_key.raw)
        holder = type("Holder", (), {"public_key": lambda _self: public})()
        made = seals.certificate("Device", holder, "Test authority", seals.key("Ed25519", 99))
        from cryptography.hazmat.primitives.serialization import Encoding

        sealer = Sealer(key, x509.from_pem(made.public_bytes(Encoding.PEM)))
        container = asic.sign({"a.json": ("application/json", b"{}")}, sealer, signing_time=seals.TIME)
    assert asic.verify(container, own=True).signatures[0].algorithm == "ecdsa-sha256"


@pytest.mark.parametrize(
    "wrong", [{"label": "none"}, {"token": "none"}, {"pin": "0000-secret"}], ids=["label", "token", "pin"]
)
def test_what_is_not_there_is_said_without_secrets(module: Path, wrong: dict[str, str]) -> None:
    asked = {"token": "test", "label": "P-256", "pin": PIN, **wrong}
    with pytest.raises(ExternalSignerFailed) as caught:
        DeviceKey.open(module, **asked)
    error = caught.value
    assert "secret" not in f"{error!r} {error} {error.params} {error.__cause__!r}"


def test_no_such_library(tmp_path: Path) -> None:
    with pytest.raises(ExternalSignerFailed):
        DeviceKey.open(tmp_path / "none.so", token="test", label="x", pin=PIN)


def test_the_command_signs_with_a_device(
    module: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from gateway.__main__ import main

    pin, file, out = tmp_path / "pin", tmp_path / "a.json", tmp_path / "a.jws"
    pin.write_text(PIN + "\n")
    file.write_bytes(b'{"pcf": 61.25}')
    device = ["--device", str(module), "--token", "test", "--label", "P-256", "--passphrase-file", str(pin)]
    assert main(["sign", str(file), "--as", "jws", *device, "-o", str(out)]) == 0
    assert main(["verify", str(out), "--content", str(file)]) == 0
    pin.write_text("1111\n")
    assert main(["sign", str(file), "--as", "jws", *device, "-o", str(tmp_path / "no")]) == 6
    said = capfd.readouterr()
    assert "1111" not in said.out + said.err
    assert PIN not in said.out + said.err
    assert not (tmp_path / "no").exists()
