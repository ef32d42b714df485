"""``hutong sign`` and ``present``: names of files, what goes together, and no secret on the screen."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.__main__ import main
from gateway.console.signing_files import named_files, plain_name
from gateway.frontdoor.json import PlainJson
from gateway.signing import asic, jose, sd_jwt
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import sign
from gateway.signing.multibase import base64url
from tests.library.test_schemas import wrong
from tests.signing import seals
from tests.signing import test_pades as pdfs
from tests.signing.conftest import throw_away
from tests.trust.conftest import TEA

SECRET = "correct horse battery staple"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    for kind in KeyType:
        place = tmp_path / f"{kind.value}.pem"
        place.write_bytes(throw_away(kind).to_pem(SECRET.encode()))
        place.chmod(0o600)
    (tmp_path / "pass").write_text(SECRET + "\n")
    (tmp_path / "a.json").write_bytes(b'{"pcf": 61.25, "lines": [{"kg": "1"}, {"kg": "2"}], "total": "3"}')
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.xml").write_bytes(b"<b/>")
    return tmp_path


@pytest.fixture
def run(desk: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """The exit code and both streams; the passphrase is in neither."""

    def once(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capfd.readouterr()
        assert SECRET not in out + err
        return code, out, err

    return once


def key(kind: str = "P-256") -> list[str]:
    return ["--key", f"{kind}.pem", "--passphrase-file", "pass"]


@pytest.mark.parametrize("kind", KeyType)
def test_encrypted_key_signs_and_the_same_bytes_again(run: Run, desk: Path, kind: KeyType) -> None:
    for out in ("one", "two"):
        assert run("sign", "a.json", "--as", "jws", *key(kind.value), "-o", out)[0] == 0
    assert (desk / "one").read_bytes() == (desk / "two").read_bytes()
    assert run("verify", "one", "--content", "a.json")[0] == 0
    assert run("verify", "one", "--content", "in")[0] == 6


@pytest.mark.parametrize(("exp", "is_over"), [(1789999999.5, True), (1790000001, False), ("kg", False)])
def test_a_token_that_is_over_is_told_whatever_its_type(
    run: Run, desk: Path, exp: PlainJson, is_over: bool
) -> None:
    key = throw_away(KeyType.ED25519)
    _, data = jose.signing_input({"alg": "EdDSA", "kid": key.public_key.key_id}, jcs({"exp": exp}))
    (desk / "token.jwt").write_bytes(data + b"." + base64url(sign(key, data)).encode())
    code, told, _ = run("verify", "token.jwt", "--lang", "en")
    assert (code, "EXPIRED now" in told) == (0, is_over)


def test_a_certificate_may_come_in_der(run: Run, desk: Path) -> None:
    made = [
        "--type",
        "p256",
        "--no-passphrase",
        "--certificate",
        "c.crt",
        "--name",
        "TEST",
        "--country",
        "CN",
    ]
    assert run("keygen", "-o", "c.pem", *made)[0] == 0
    text = (desk / "c.crt").read_text()
    (desk / "c.der").write_bytes(base64.b64decode("".join(text.splitlines()[1:-1])))
    # As a browser or openssl s_client writes it: it begins like DER.
    (desk / "c.txt").write_text(f"0 s:CN = TEST\n{text}")
    for name in ("c.crt", "c.der", "c.txt"):
        signed = run(
            "sign", "a.json", "--as", "jades", "--key", "c.pem", "--certificate", name, "-o", name + ".jws"
        )
        assert signed[0] == 0
        assert run("verify", "c.crt.jws", "--certificate", name)[0] == 0
    (desk / "broken.der").write_bytes((desk / "c.der").read_bytes()[:-1])
    code, out, _ = run(
        "sign",
        "a.json",
        "--as",
        "jades",
        "--key",
        "c.pem",
        "--certificate",
        "broken.der",
        "-o",
        "no",
        "--json",
    )
    assert (code, json.loads(out)["errors"][0]["code"]) == (6, "envelope.bad-certificate")


def test_what_is_to_stay_in_the_house_is_told_when_it_is_signed(run: Run, desk: Path) -> None:
    (desk / "case" / "private").mkdir(parents=True)
    (desk / "case" / "private" / "source.json").write_bytes(b"{}")
    for lang, said in (("en", "must not leave the house"), ("zh", "不得外传")):
        arguments = ["case", "--as", "jws", *key(), "-o", lang, "--lang", lang, "--quiet"]
        code, _, err = run("sign", *arguments)
        assert (code, said in err) == (0, True)
    assert "house" not in run("sign", "in", "--as", "jws", *key(), "-o", "other", "--lang", "en")[2]


def test_wrong_passphrase_writes_nothing(run: Run, desk: Path) -> None:
    (desk / "pass").write_text("another")
    code, _, err = run("sign", "a.json", "--as", "jws", *key(), "-o", "no")
    assert (code, (desk / "no").exists()) == (4, False)
    assert "another" not in err


def test_output_is_not_overwritten(run: Run, desk: Path) -> None:
    (desk / "out").write_bytes(b"mine")
    assert run("sign", "a.json", "--as", "jws", *key(), "-o", "out")[0] == 2
    assert (desk / "out").read_bytes() == b"mine"
    assert run("sign", "a.json", "--as", "jws", *key(), "-o", "in", "--force")[0] == 2
    assert run("sign", "a.json", "--as", "jws", *key(), "-o", "out", "--force")[0] == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--device", "x.so"], "usage.which-signer"),
        (["--signer", "true", "--device", "x.so"], "usage.which-signer"),
        (["--token", "t"], "usage.device"),
        (["--public-key", "did:key:z"], "usage.public-key"),
        (["--hide", "/pcf"], "signing.hides-nothing"),
        (["--certificate", "a.json"], "signing.certificate-unused"),
    ],
)
def test_options_that_do_not_go_together(run: Run, more: list[str], code: str) -> None:
    exit_code, out, _ = run("sign", "a.json", "--as", "jws", *key(), *more, "-o", "no", "--json")
    assert (exit_code, json.loads(out)["errors"][0]["code"]) == (2, code)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--as", "jws"], "usage.no-signer", "--key FILE"),
        (["--as", "asic-e", *key()], "signing.needs-certificate", "--certificate"),
        (["--as", "xades", "--signer", "true"], "signing.needs-certificate", "--certificate"),
        (["--as", "sd-jwt", *key(), "--hide", "/nosuch/*"], "signing.no-such-place", "/nosuch/*"),
        (["--as", "sd-jwt", *key(), "--hide", "/lines/2"], "signing.no-such-place", "/lines/2"),
    ],
)
def test_what_is_missing_is_named(run: Run, more: list[str], code: str, said: str, lang: str) -> None:
    exit_code, out, _ = run("sign", "a.json", *more, "-o", "no", "--json")
    told = json.loads(out)["errors"][0]
    assert (exit_code, told["code"]) == (2, code)
    assert said in f"{told['message'][lang]} {told['expected'][lang]}"


@pytest.mark.parametrize(("lang", "why"), [("en", "no such file"), ("zh", "没有此文件")])
def test_why_a_command_did_not_start_is_said_in_words(run: Run, lang: str, why: str) -> None:
    made = ["--signer", "/no/such/command", "--public-key", throw_away(KeyType.P256).public_key.did]
    code, _, err = run("sign", "a.json", "--as", "jws", *made, "-o", "no", "--lang", lang)
    assert (code, why in err, "FileNotFoundError" in err) == (6, True, False)


def test_keygen_makes_each_kind_of_key(run: Run, desk: Path) -> None:
    for name, kind in (("ed25519", KeyType.ED25519), ("p256", KeyType.P256), ("p384", KeyType.P384)):
        code, out, _ = run("keygen", "-o", f"{name}.new", "--type", name, "--no-passphrase", "--json")
        assert (code, json.loads(out)["type"]) == (0, kind.value)
        assert run("sign", "a.json", "--as", "jws", "--key", f"{name}.new", "-o", f"{name}.jws")[0] == 0
        assert run("verify", f"{name}.jws", "--content", "a.json")[0] == 0


def test_a_certificate_is_no_private_key(run: Run, desk: Path) -> None:
    made = ["--certificate", "c.crt", "--name", "TEST", "--country", "CN"]
    assert run("keygen", "-o", "c.pem", "--type", "p384", "--no-passphrase", *made)[0] == 0
    text = (desk / "c.crt").read_text()
    (desk / "c.der").write_bytes(base64.b64decode("".join(text.splitlines()[1:-1])))
    for name in ("c.crt", "c.der"):
        (desk / name).chmod(0o644)
        code, out, _ = run("sign", "a.json", "--as", "jws", "--key", name, "-o", "no", "--json")
        assert (code, json.loads(out)["errors"][0]["code"]) == (4, "signing.certificate-for-key")
    # A file that holds both is a key that must not be open to others.
    (desk / "both.pem").write_text(text + (desk / "c.pem").read_text())
    (desk / "both.pem").chmod(0o644)
    code, out, _ = run("sign", "a.json", "--as", "jws", "--key", "both.pem", "-o", "no", "--json")
    assert (code, json.loads(out)["errors"][0]["code"]) == (6, "signing.key-file-readable")


@pytest.mark.parametrize("command", ["", "'", " "])
def test_command_that_is_none(run: Run, command: str) -> None:
    did = throw_away(KeyType.P256).public_key.did
    arguments = ["--signer", command, "--public-key", did, "--json"]
    code, out, _ = run("sign", "a.json", "--as", "jws", *arguments, "-o", "no")
    assert (code, json.loads(out)["errors"][0]["code"]) == (2, "usage.signer-command")
    code, out, _ = run("sign", "a.json", "--as", "jws", "--signer", "true", "--json", "-o", "no")
    assert (code, json.loads(out)["errors"][0]["code"]) == (2, "usage.public-key")


def _pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def test_command_takes_no_passphrase(run: Run) -> None:
    did = throw_away(KeyType.P256).public_key.did
    arguments = ["--signer", "true", "--public-key", did, "--passphrase-file", "pass", "--json"]
    code, out, _ = run("sign", "a.json", "--as", "jws", *arguments, "-o", "no")
    assert (code, json.loads(out)["errors"][0]["code"]) == (2, "signing.passphrase-not-needed")


def test_command_signs_with_no_rsa_certificate(run: Run, desk: Path) -> None:
    (desk / "rsa.crt").write_bytes(_pem(seals.sealer("RSA").certificates[0].der))
    arguments = ["--signer", "true", "--certificate", "rsa.crt", "--json"]
    code, out, _ = run("sign", "a.json", "--as", "jades", *arguments, "-o", "no")
    assert (code, json.loads(out)["errors"][0]["code"]) == (2, "envelope.bad-key")


@pytest.mark.parametrize("kind", KeyType)
def test_command_of_the_users(run: Run, desk: Path, kind: KeyType) -> None:
    """It gets the bytes on standard input; what it complains of stays with it."""
    script = desk / "signer.py"
    root = Path(__file__).resolve().parents[2]
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(root)!r})\n"
        "from gateway.signing.did_key import KeyType\nfrom tests.signing.conftest import throw_away\n"
        f"print({SECRET!r}, file=sys.stderr)\n"
        f"sys.stdout.buffer.write(throw_away(KeyType({kind.value!r})).sign(sys.stdin.buffer.read()))\n"
    )
    did = throw_away(kind).public_key.did
    command = f"'{sys.executable}' '{script}' --pin '{SECRET}'"
    for form in ("jws", "sd-jwt"):
        arguments = ["--signer", command, "--public-key", did, "-o", form]
        assert run("sign", "a.json", "--as", form, *arguments)[0] == 0
    assert run("verify", "jws", "--content", "a.json")[0] == 0
    other = throw_away(next(one for one in KeyType if one is not kind)).public_key.did
    assert (
        run("sign", "a.json", "--as", "jws", "--signer", command, "--public-key", other, "-o", "no")[0] == 1
    )
    assert not (desk / "no").exists()


def test_names_of_files(desk: Path) -> None:
    assert plain_name("./in/b.xml") == "in/b.xml"
    assert plain_name(str(desk / "in")) == "in"
    assert plain_name("in/../a.json") == "a.json"
    assert plain_name(".") == ""
    assert named_files(["in", "./a.json"]).keys() == {"in/b.xml", "a.json"}
    assert named_files([str(desk / "in" / "b.xml")]).keys() == {"b.xml"}


def test_two_files_of_one_name(run: Run, desk: Path) -> None:
    code, out, _ = run("sign", "in", str(desk / "in"), "--as", "jws", *key(), "-o", "no", "--json")
    assert (code, json.loads(out)["errors"][0]["code"]) == (2, "signing.part-twice")


class TestPinnedCertificate:
    """By this very certificate, and all of it."""

    def test_of_one_file_and_several(self, run: Run, desk: Path) -> None:
        sealer, other = seals.sealer(), seals.sealer("P-384", 2)
        for name, seal in (("own", sealer), ("other", other)):
            made = b"".join(x509_pem(one.der) for one in seal.certificates)
            (desk / f"{name}.crt").write_bytes(made)
        (desk / "own.der").write_bytes(sealer.certificates[0].der)
        files = {"a.json": ("", (desk / "a.json").read_bytes())}
        sealed = asic.sign(files, sealer, signing_time=seals.TIME)
        (desk / "one").write_bytes(sealed)
        (desk / "two").write_bytes(asic.add_signature(sealed, other, signing_time=seals.TIME))
        for file, certificate, code in (
            ("one", "own.crt", 0),
            ("one", "own.der", 0),
            ("one", "other.crt", 6),
            ("two", "other.crt", 0),
            ("two", "own.crt", 0),
        ):
            assert run("verify", file, "--certificate", certificate)[0] == code
        assert "Test seal P-256 1" in run("verify", "one", "--certificate", "own.crt")[1]
        told = json.loads(run("verify", "one", "--certificate", "other.crt", "--json")[1])
        assert told["errors"][0]["code"] == "envelope.other-certificate"

    def test_of_a_bare_key_or_a_folder(self, run: Run, desk: Path) -> None:
        (desk / "own.der").write_bytes(seals.sealer().certificates[0].der)
        assert run("sign", "a.json", "--as", "jws", *key(), "-o", "x")[0] == 0
        assert run("verify", "x", "--content", "a.json")[0] == 0
        assert run("verify", "x", "--content", "a.json", "--certificate", "own.der")[0] == 6
        assert run("verify", "in", "--certificate", "own.der")[0] == 2
        assert run("verify", "x", "--trust", "in", "--certificate", "own.der")[0] == 2
        assert run("verify", "x", "--content", "a.json", "--certificate", "a.json")[0] != 0


def x509_pem(data: bytes) -> bytes:
    text = base64.encodebytes(data).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n".encode()


class TestPresent:
    """What one reader sees of a token."""

    def token(self, run: Run, *more: str) -> str:
        holder = throw_away(KeyType.ED25519).public_key.did
        hide = ["--hide", "/lines/*/kg", "--holder", holder, *more]
        assert run("sign", "a.json", "--as", "sd-jwt", *key(), *hide, "-o", "token", "--force")[0] == 0
        return "token"

    def shown(self, run: Run, *opened: str) -> dict[str, Any]:
        places = [word for place in opened for word in ("--open", place)]
        ask = ["--reader", "did:web:r.example", "--nonce", "n", *key("Ed25519"), "-o", "shown", "--force"]
        code, out, _ = run("present", "token", *places, *ask, "--json")
        assert code == 0
        found: dict[str, Any] = json.loads(out)
        assert wrong(found, "answers-1", "Present") == []
        return found

    def test_answers_are_described(self, run: Run) -> None:
        code, out, _ = run("sign", "a.json", "--as", "jws", *key(), "-o", "x", "--json")
        assert (code, wrong(json.loads(out), "answers-1", "SignFiles")) == (0, [])
        self.token(run)
        self.shown(run, "/lines/0/kg")
        code, out, _ = run("verify", "shown", "--reader", "did:web:r.example", "--nonce", "n", "--json")
        assert (code, wrong(json.loads(out), "answers-1", "VerifyFile")) == (0, [])

    def test_warns_of_what_sums_give_away(self, run: Run) -> None:
        self.token(run)
        assert [one["at"] for one in self.shown(run)["findings"]] == ["/lines/0/kg, /lines/1/kg"]
        found = self.shown(run, "/lines/0/kg")
        assert [one["at"] for one in found["findings"]] == ["/lines/1/kg"]
        assert self.shown(run, "/lines/*/kg")["findings"] == []
        self.token(run, "--hide", "/total")
        assert self.shown(run)["findings"] == []

    def test_only_the_reader_can_use_it(self, run: Run, desk: Path) -> None:
        self.token(run)
        self.shown(run, "/lines/1/kg")
        found = sd_jwt.verify((desk / "shown").read_bytes(), reader="did:web:r.example", nonce="n")
        assert (found.disclosed, found.hidden) == (("/lines/1/kg",), 1)
        for reader, nonce in (("did:web:other.example", "n"), ("did:web:r.example", "m")):
            assert run("verify", "shown", "--reader", reader, "--nonce", nonce)[0] == 6
        assert run("verify", "token", "--reader", "did:web:r.example", "--nonce", "n")[0] == 6
        for empty in ("--reader", "--nonce"):
            assert run("verify", "token", empty, "")[0] == 2
        again = ["--reader", "x", "--nonce", "n", *key("Ed25519"), "-o", "no"]
        assert run("present", "shown", *again)[0] == 2

    def test_a_showing_of_another_day_needs_a_question(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever has kept it could use it again."""
        self.token(run)
        self.shown(run, "/lines/1/kg")
        reader = ("--reader", "did:web:r.example")
        now = 1790000000
        for age, code in ((0, 0), (86400 + 300, 0), (86400 + 301, 6), (-301, 6)):
            monkeypatch.setenv("SOURCE_DATE_EPOCH", str(now + age))
            assert run("verify", "shown", *reader)[0] == code
            assert run("verify", "shown", *reader, "--nonce", "n")[0] == 0

    def test_reader_of_another_kind_of_file(self, run: Run) -> None:
        run("sign", "a.json", "--as", "jws", *key(), "-o", "x")
        assert run("verify", "x", "--content", "a.json", "--reader", "r")[0] == 2
        assert run("verify", "in", "--reader", "r")[0] == 2

    def test_file_that_is_not_the_tokens(self, run: Run) -> None:
        self.token(run)
        assert run("verify", "token", "--content", "in")[0] == 6


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ({}, ""),
        ({"validFrom": "2026-01-31T08:00:00Z", "validUntil": "2027-01-31T08:00:00Z"}, ""),
        ({"validUntil": "2026-01-31T08:00:00Z"}, "EXPIRED now"),
        ({"validFrom": "2027-01-31T08:00:00+08:00"}, "NOT VALID YET"),
        ({"exp": 1700000000}, "EXPIRED now"),
        ({"nbf": 1900000000}, "NOT VALID YET"),
        ({"exp": 99999999999999}, ""),
        ({"exp": "soon"}, ""),
    ],
    ids=str,
)
def test_what_is_out_of_term_is_told(run: Run, desk: Path, times: dict[str, Any], said: str) -> None:
    """The signature holds all the same; the moment is that of the run, 2026-09-21."""
    issuer = throw_away(KeyType.P256).public_key.did
    document = {"iss": issuer, "lines": [1], **times}
    (desk / "c.json").write_text(json.dumps(document))
    assert run("sign", "c.json", "--as", "sd-jwt", *key(), "-o", "c.sdjwt")[0] == 0
    code, out, _ = run("verify", "c.sdjwt")
    assert code == 0
    assert [word for word in ("EXPIRED now", "NOT VALID YET") if word in out] == ([said] if said else [])


class TestDidWeb:
    """An issuer on its own domain, whose document the receiver has at hand."""

    DID = "did:web:plant.example"

    def document(self, desk: Path, kind: KeyType, did: str = DID) -> None:
        method = {
            "id": f"{did}#1",
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": throw_away(kind).public_key.multikey,
        }
        document = {"id": did, "verificationMethod": [method], "assertionMethod": [f"{did}#1"]}
        (desk / "did.json").write_text(json.dumps(document))

    def credential(self, desk: Path) -> None:
        document = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "issuer": self.DID,
            "credentialSubject": {"id": "urn:x:1"},
        }
        (desk / "c.json").write_text(json.dumps(document))

    @pytest.mark.parametrize("kind", KeyType)
    @pytest.mark.parametrize("form", ["vc-jwt", "data-integrity"])
    def test_there_and_back(self, run: Run, desk: Path, form: str, kind: KeyType) -> None:
        self.credential(desk)
        self.document(desk, kind)
        method = ["--method", f"{self.DID}#1"]
        assert run("sign", "c.json", "--as", form, *key(kind.value), *method, "-o", "signed")[0] == 0
        code, out, _ = run("verify", "signed", "--did", "did.json", "--json")
        assert (code, json.loads(out)["issuer"], json.loads(out)["signatures"][0]["keyOrigin"]) == (
            0,
            self.DID,
            "given",
        )
        assert run("verify", "signed")[0] == 6
        other = next(one for one in KeyType if one is not kind)
        self.document(desk, other)
        assert run("verify", "signed", "--did", "did.json")[0] == 6
        self.document(desk, kind, "did:web:other.example")
        assert run("verify", "signed", "--did", "did.json")[0] == 6

    def test_what_does_not_go_together(self, run: Run, desk: Path) -> None:
        self.credential(desk)
        assert run("sign", "c.json", "--as", "vc-jwt", *key(), "-o", "no")[0] == 6
        method = ["--method", "did:web:other.example#1"]
        assert run("sign", "c.json", "--as", "vc-jwt", *key(), *method, "-o", "no")[0] == 6
        assert run("sign", "c.json", "--as", "jws", *key(), *method, "-o", "no")[0] == 2
        assert run("sign", "a.json", "--as", "jws", *key(), "-o", "yes")[0] == 0
        assert run("verify", "yes", "--content", "a.json", "--did", "a.json")[0] == 2
        assert run("verify", "in", "--did", "a.json")[0] == 2
        assert not (desk / "no").exists()


def test_an_older_signature_of_a_pdf_is_told_as_one(run: Run, desk: Path, tmp_path: Path) -> None:
    """Whoever changes a signed file and signs it again has not got the first signer's word for it."""
    first = pdfs.signed(pdfs.unsigned(), tmp_path)
    (desk / "two.pdf").write_bytes(pdfs.signed(first, tmp_path, "P-384", "Signature2"))
    code, out, _ = run("verify", "two.pdf")
    told = [line.split()[1] for line in out.splitlines() if line.strip().startswith("covered")]
    assert (code, told) == (0, ["-", f"revision:{len(first)}"])


def test_error_of_a_key_or_certificate_names_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Several are given at once: which one is wrong must be said."""
    (tmp_path / "a.json").write_bytes(b"{}")
    for name in ("key.pem", "bad.pem"):
        (tmp_path / name).write_bytes(b"no PEM")
        (tmp_path / name).chmod(0o600)
    given = ["--as", "jades", "--key", str(tmp_path / "key.pem"), "-o", str(tmp_path / "out")]
    for more, named in (([], "key.pem"), (["--certificate", str(tmp_path / "bad.pem")], "bad.pem")):
        form = given if more else [*given[2:], "--as", "jws"]
        assert main(["sign", str(tmp_path / "a.json"), *form, *more, "--json"]) != 0
        (error,) = json.loads(capsys.readouterr().out)["errors"]
        assert error["at"].endswith(named), error


def test_what_leaves_a_verdict_open_is_told_when_it_is_kept_back(run: Run, desk: Path) -> None:
    def places(told: str) -> list[str]:
        found = json.loads(told)["findings"]
        return [one["at"] for one in found if one["code"] == "envelope.verdict-left-open"]

    (desk / "tea.json").write_bytes(TEA.read_bytes())
    hide = ["--hide", "/lines/0", "--hide", "/verification/date"]
    hide += ["--holder", throw_away(KeyType.ED25519).public_key.did]
    code, told, _ = run("sign", "tea.json", "--as", "sd-jwt", *hide, *key(), "-o", "t", "--json")
    assert (code, places(told)) == (0, ["/verification"])
    asked = ["--reader", "r", "--nonce", "n", *key("Ed25519"), "-o", "shown", "--force"]
    for opened, expected in (("/verification/date", []), ("/lines/0", ["/verification"])):
        code, told, _ = run("present", "t", "--open", opened, *asked, "--json")
        assert (code, places(told)) == (0, expected)
    _, told, warned = run("present", "t", "--open", "/lines/0", *asked, "--lang", "zh")
    assert "/verification 处未公开的内容" in told + warned
