"""What lies beside or inside a signed file, and nobody has signed or checked: refused or told."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gateway.signing import asic, jades, vc_jwt
from gateway.signing.did_key import KeyType
from tests.console.test_signing_files import Run, desk, run
from tests.signing import seals
from tests.signing.conftest import throw_away

__all__ = ["desk", "run"]


@pytest.mark.parametrize(
    ("form", "beside", "told"),
    [
        ("asic", "b.json", "b.json"),
        ("asic", "META-INF/readme.json", "META-INF/readme.json"),
        ("asic", "", "comment"),
        ("asic", "META-INF/timestamp9.tst", None),
        ("jades", "extra.json", "extra.json"),
        ("jades", "", None),
    ],
)
def test_beside_what_nobody_signed(run: Run, desk: Path, form: str, beside: str, told: str | None) -> None:
    """The certificate's signature is there and holds, but not for all that is handed over."""
    sealer, extra = seals.sealer(), b'{"pcf": "0.1, the real one"}'
    (desk / "own.der").write_bytes(sealer.certificates[0].der)
    files = {"a.json": ("application/json", (desk / "a.json").read_bytes())}
    more = []
    if form == "jades":
        (desk / "one").write_bytes(jades.sign_detached(files, sealer, signing_time=seals.TIME))
        more = ["--content", "a.json"]
        if beside:
            (desk / beside).write_bytes(extra)
            more += ["--content", beside]
    else:
        (desk / "one").write_bytes(asic.sign(files, sealer, signing_time=seals.TIME))
        with zipfile.ZipFile(desk / "one", "a") as archive:
            if beside:
                archive.writestr(beside, extra)
            else:
                archive.comment = b"pcf is 0.1"
    arguments = ["verify", "one", *more]
    assert run(*arguments)[0] == 0
    for language in ("en", "zh"):
        code, out, err = run(*arguments, "--certificate", "own.der", "--lang", language)
        assert code == (6 if told else 0)
        assert not told or (told in out + err and "Test seal P-256 1" in out + err)
    if told:
        found = json.loads(run(*arguments, "--certificate", "own.der", "--json")[1])
        assert found["errors"][0]["code"] == "envelope.nobody-signed"


def test_what_a_document_inside_leaves_open_is_told(run: Run, desk: Path) -> None:
    """As it is when the same presentation stands alone."""
    holder = throw_away(KeyType.ED25519)
    other = throw_away(KeyType.P256).public_key.did
    context = ["https://www.w3.org/ns/credentials/v2"]
    held = {"@context": context, "type": ["VerifiableCredential"], "issuer": other}
    shown: dict[str, Any] = {
        "@context": context,
        "type": ["VerifiablePresentation"],
        "holder": holder.public_key.did,
        "verifiableCredential": [{**held, "credentialSubject": {"id": "urn:x:1"}}],
    }
    token = vc_jwt.sign(shown, holder)
    (desk / "alone").write_bytes(token)
    files = {"a.json": ("", b"{}"), "z.txt": ("", token)}
    (desk / "within").write_bytes(asic.sign(files, seals.sealer(), signing_time=seals.TIME))
    for file in ("alone", "within"):
        code, out, _ = run("verify", file, "--lang", "en")
        assert (code, "nobody but the holder vouches for it" in out) == (0, True)
