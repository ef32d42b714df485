"""EU DSS 6.4 on the seals that we make, and on changed copies. By command only: ``make judges-java``."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID

from gateway.signing import asic, jades
from gateway.signing.sealing import Sealer
from tests.signing import seals

PLACE = Path(__file__).parent
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SIGNED = datetime(2026, 1, 31, 8, tzinfo=UTC)
AT = SIGNED + timedelta(hours=1)
FILES = {
    "ILCD/processes/a.xml": ("application/xml", '<p xmlns="urn:x">电池 61.25</p>'.encode()),
    "ILCD/flows/流 1%.xml": ("application/xml", b"<f/>"),
    "pcf.json": ("application/json", b'{"pcf": 61.25}'),
}
PASSED = "TOTAL_PASSED"
AUTHORITY = "TEST root of Hutong"


@dataclass(frozen=True, slots=True)
class Case:
    """A signed file with its detached files by name, and what DSS must say of it."""

    signed: bytes
    form: str = ""
    detached: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What DSS says of one signature."""

    indication: str
    sub_indication: str
    form: str
    wrong: str


def certificate(kind: str) -> x509.Certificate:
    """A certificate for seals under the TEST root, with what DSS asks of one."""
    public, authority = seals.key(kind).public_key(), seals.key("P-384", 77)
    serial = 2 + seals.KINDS.index(kind)
    return _signed(public, f"TEST seal {kind}", authority=False, serial=serial, by=authority)


@cache
def root() -> x509.Certificate:
    own = seals.key("P-384", 77)
    return _signed(own.public_key(), AUTHORITY, authority=True, serial=1, by=own)


def _signed(public: object, name: str, *, authority: bool, serial: int, by: object) -> x509.Certificate:
    above = x509.SubjectKeyIdentifier.from_public_key(seals.key("P-384", 77).public_key())
    usage = dict.fromkeys(
        ("digital_signature", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    built = (
        x509.CertificateBuilder()
        .subject_name(seals.name(name))
        .issuer_name(seals.name(AUTHORITY))
        .public_key(public)  # type: ignore[arg-type]
        .serial_number(serial)
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                content_commitment=not authority, key_cert_sign=authority, crl_sign=authority, **usage
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)  # type: ignore[arg-type]
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False)
        .add_extension(
            x509.AuthorityInformationAccess(
                [x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, _address("root.der"))]
            ),
            critical=False,
        )
        .add_extension(
            x509.CRLDistributionPoints([x509.DistributionPoint([_address("root.crl")], None, None, None)]),
            critical=False,
        )
    )
    return built.sign(by, hashes.SHA384())  # type: ignore[arg-type]


def _address(name: str) -> x509.GeneralName:
    """Named because it belongs in a certificate; nobody fetches it."""
    return x509.UniformResourceIdentifier(f"http://test.example/{name}")


def revocations() -> bytes:
    """The root's list, in which nobody is revoked."""
    built = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root().subject)
        .last_update(SIGNED + timedelta(minutes=1))
        .next_update(SIGNED + timedelta(days=30))
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    made = built.sign(seals.key("P-384", 77), hashes.SHA384())
    return made.public_bytes(Encoding.DER)


@cache
def sealer(kind: str) -> Sealer:
    pem = seals.key(kind).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Sealer.from_pem(pem, certificate(kind).public_bytes(Encoding.PEM))


def judged(cases: Mapping[str, Case], place: Path) -> dict[str, list[Said]]:
    """What DSS says, in one run."""
    (place / "root.der").write_bytes(root().public_bytes(Encoding.DER))
    (place / "root.crl").write_bytes(revocations())
    lines = []
    for number, case in enumerate(cases.values()):
        signed = place / f"signed{number}"
        signed.write_bytes(case.signed)
        words = [str(signed)]
        for index, (name, data) in enumerate(case.detached.items()):
            beside = place / f"detached{number}-{index}"
            beside.write_bytes(data)
            words += [name, str(beside)]
        lines.append("\t".join(words))
    (place / "cases").write_text("\n".join(lines), encoding="utf-8")
    classes = PLACE / "target" / "classes"
    path = f"{classes}:{(PLACE / 'target' / 'classpath').read_text(encoding='utf-8')}"
    arguments = [place / "root.der", place / "root.crl", AT.strftime("%Y-%m-%dT%H:%M:%SZ"), place / "cases"]
    done = subprocess.run(
        ["java", "-cp", path, "Judge", *map(str, arguments)],
        capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    names, answers = list(cases), {name: list[Said]() for name in cases}
    for line in done.stdout.decode().splitlines():
        number_text, *said = line.split("\t")
        answers[names[int(number_text)]].append(Said(*said))
    return answers


def container(kind: str) -> bytes:
    return asic.sign(FILES, sealer(kind), signing_time=SIGNED)


def rewritten(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A container with other content."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(held, "w") as target:
        for entry in source.infolist():
            target.writestr(entry, change(entry.filename, source.read(entry)))
    return held.getvalue()


def sound(kind: str) -> dict[str, Case]:
    data, seal = container(kind), sealer(kind)
    held = {name: content for name, (_, content) in FILES.items()}
    signature = zipfile.ZipFile(io.BytesIO(data)).read("META-INF/signatures001.xml")
    compact = jades.sign(b'{"pcf": 61.25}', seal, signing_time=SIGNED, media_type="application/json")
    return {
        f"asic-e {kind}": Case(data, "XAdES-BASELINE-B"),
        f"xades {kind}": Case(signature, "XAdES-BASELINE-B", held),
        f"jades {kind}": Case(compact, "JAdES-BASELINE-B"),
        f"jades detached {kind}": Case(
            jades.sign_detached(FILES, seal, signing_time=SIGNED),
            "JAdES-BASELINE-B",
            # DSS finds a file by its decoded name, too, and then warns that it is not the reference's.
            {quote(name): content for name, content in held.items()},
        ),
    }


def changed(kind: str) -> dict[str, Case]:
    """Each sound one with one thing changed."""
    data = sound(kind)
    seal, xades = data[f"asic-e {kind}"].signed, data[f"xades {kind}"]
    retyped = xades.signed.replace(b">application/json<", b">text/json<")
    compact, detached = data[f"jades {kind}"].signed, data[f"jades detached {kind}"]
    other = {"pcf.json": b'{"pcf": 61.26}'}
    head, payload, value = compact.split(b".")
    return {
        "asic-e file": Case(rewritten(seal, lambda _, data: data.replace(b"61.25", b"61.26"))),
        "asic-e time": Case(rewritten(seal, lambda _, data: data.replace(b"2026-01-31T", b"2026-01-30T"))),
        "xades file": Case(xades.signed, detached={**xades.detached, **other}),
        "xades type": Case(retyped, detached=xades.detached),
        "jades payload": Case(b".".join([head, payload[:-2] + b"Q" + payload[-1:], value])),
        "jades signature": Case(b".".join([head, payload, b"A" * 8 + value[8:]])),
        "jades detached file": Case(detached.signed, detached={**detached.detached, **other}),
    }


# The default policy of DSS 6.4 takes no EdDSA by its date, whatever the signature is like.
REFUSED_KIND = Said(
    "INDETERMINATE",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
    "",
    "The algorithm EdDSA with SHA512 is not authorised for signature creation!; "
    "No long term availability and integrity of validation material is present!",
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Said]]:
    sound_ones = {name: case for kind in seals.KINDS for name, case in sound(kind).items()}
    wrong_ones = {
        f"{name} {kind}": case for kind in ("P-256", "Ed25519") for name, case in changed(kind).items()
    }
    return judged(sound_ones | wrong_ones, tmp_path_factory.mktemp("dss"))


@pytest.mark.parametrize("kind", seals.KINDS)
def test_dss_passes_what_we_seal(answers: dict[str, list[Said]], kind: str) -> None:
    for name, case in sound(kind).items():
        passed = Said(PASSED, "null", case.form, "")
        expected = replace(REFUSED_KIND, form=case.form) if kind == "Ed25519" else passed
        assert answers[name] == [expected], name


@pytest.mark.parametrize("kind", ["P-256", "Ed25519"])
@pytest.mark.parametrize("name", changed("P-256"))
def test_dss_fails_what_was_changed(answers: dict[str, list[Said]], name: str, kind: str) -> None:
    (said,) = answers[f"{name} {kind}"]
    assert (said.indication, said.sub_indication) in {
        ("TOTAL_FAILED", "HASH_FAILURE"),
        ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE"),
    }
