"""What stands behind the newest signature of a PDF never counts: what was signed is to be read without it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import logging
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import crl as asn1_crl  # type: ignore[import-untyped]
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gateway.__main__ import main
from gateway.console.failures import Exit
from gateway.errors import GatewayError
from gateway.signing import asic, envelopes, pades
from gateway.signing.verified import Inside
from gateway.trust import enveloped
from gateway.trust.judgement import Sub
from tests.library.test_schemas import wrong
from tests.signing import seals
from tests.signing.test_pades import unsigned
from tests.trust import pki
from tests.trust.conftest import World

NOW = datetime.now(UTC)
TIME = datetime(2026, 6, 1, tzinfo=UTC)


@cache
def people() -> tuple[pki.Holder, pki.Holder, pki.Holder]:
    """A root, a signer and an authority of time stamps."""
    term: dict[str, Any] = {"begin": NOW - timedelta(days=30), "end": NOW + timedelta(days=300)}
    root = pki.issue("Root", pki.key("P-256", 1), ca=True, **term)
    signer = pki.issue(
        "Signer",
        pki.key("P-256", 2),
        root,
        serial=2,
        usages=("digital_signature", "content_commitment"),
        **term,
    )
    stamping = (x509.ExtendedKeyUsage([pki.STAMPING]), True)
    stamps = pki.issue("Stamps", pki.key("RSA", 3), root, stamping, serial=3, **term)
    return root, signer, stamps


def certificate(holder: pki.Holder) -> object:
    return asn1_x509.Certificate.load(holder.der)


def secret(holder: pki.Holder) -> object:
    der = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return asn1_keys.PrivateKeyInfo.load(der)


def tools() -> tuple[signers.SimpleSigner, timestamps.DummyTimeStamper, ValidationContext]:
    root, signer, stamps = people()
    known = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    known.register_multiple([certificate(root)])
    listed = pki.crl(root, this=NOW - timedelta(days=1), next_=NOW + timedelta(days=9))
    lists = [asn1_crl.CertificateList.load(listed)]
    return (
        signers.SimpleSigner(
            signing_cert=certificate(signer), signing_key=secret(signer), cert_registry=known
        ),
        timestamps.DummyTimeStamper(
            tsa_cert=certificate(stamps), tsa_key=secret(stamps), certs_to_embed=known
        ),
        ValidationContext(
            trust_roots=[certificate(root)], crls=lists, allow_fetching=False, revocation_mode="hard-fail"
        ),
    )


def plainly_signed(data: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    meta = signers.PdfSignatureMetadata(field_name="Signature1", md_algorithm="sha256")
    made = asyncio.run(signers.PdfSigner(meta, signer=tools()[0]).async_sign_pdf(writer))
    assert isinstance(made, io.BytesIO)
    return made.getvalue()


def streams() -> bytes:
    """A PDF with a cross-reference stream, a title and something on its page."""
    writer = PdfFileWriter(stream_xrefs=True)  # type: ignore[no-untyped-call]
    writer.set_info(generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Footprint")}))  # type: ignore[no-untyped-call]
    contents = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.insert_page(PageObject(contents=contents, media_box=(0, 0, 200, 200)))  # type: ignore[no-untyped-call]
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def signed(data: bytes, *, field: str = "Signature1", lta: bool = False, certify: bool = False) -> bytes:
    signer, stamper, context = tools()
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        validation_context=context,
        embed_validation_info=True,
        use_pades_lta=lta,
        certify=certify,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    out = asyncio.run(signers.PdfSigner(meta, signer=signer, timestamper=stamper).async_sign_pdf(writer))
    assert isinstance(out, io.BytesIO)
    return out.getvalue()


def renewed(data: bytes) -> bytes:
    _, stamper, context = tools()
    update = signers.PdfTimeStamper(stamper).async_update_archival_timestamp_chain
    return asyncio.run(update(PdfFileReader(io.BytesIO(data)), context, in_place=False)).getvalue()  # type: ignore[no-any-return]


@cache
def document(kind: str) -> bytes:
    base = unsigned() if "table" in kind else streams()
    made = signed(base, lta="lta" in kind, certify="certified" in kind)
    return renewed(made) if "renewed" in kind else made


KINDS = [
    f"{form} {level}"
    for form in ("table", "stream")
    for level in ("lt", "lta", "lta renewed", "certified lta")
]


@pytest.mark.parametrize("kind", KINDS)
def test_data_for_checking_later_is_left_out(kind: str) -> None:
    """Nobody has signed it; told from what makes readers show something else by no rule that held."""
    data = document(kind)
    with pytest.raises(pades.PdfRefused, match="pdf-behind") as caught:
        envelopes.verify_any(data)
    revision = pades.signed_revision(data)
    assert caught.value.saw == f"{len(revision)}-{len(data)}"
    assert caught.value.params["length"] == str(len(revision))
    assert data.startswith(revision)
    assert revision.rstrip().endswith(b"%%EOF")
    found = envelopes.verify_any(revision)
    (signature,), (part,) = found.signatures, found.parts
    assert (part.data, signature.covered, found.uncovered) == (revision, ("",), ())
    assert len(signature.timestamps) == 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "certified" not in kind])
def test_second_signature_behind_the_data_of_the_first(kind: str) -> None:
    revision = pades.signed_revision(signed(document(kind), field="Signature2", lta=True))
    found = pades.verify(revision)
    assert [one.covered == ("",) for one in found.signatures] == [False, True]


def test_left_open_under_trust() -> None:
    found = enveloped.of_file(document("stream lta"), {})
    assert (found.sub, [finding.code for finding in found.findings]) == (
        Sub.NOT_COVERED,
        ["envelope.pdf-behind"],
    )
    assert enveloped.of_file(pades.signed_revision(document("stream lta")), {}).left_open == ()


@pytest.mark.parametrize("tail", [b"x", b"\n", b"%%EOF\n", b"%x\n", b"\0", document("table lt")[-400:]])
@pytest.mark.parametrize("more", ["", "table lt", "stream lta"])
def test_any_byte_behind(tail: bytes, more: str) -> None:
    whole = document(more) if more else plainly_signed(unsigned())
    revision = pades.signed_revision(whole)
    with pytest.raises(GatewayError):
        pades.verify(whole + tail)
    if not more:
        with pytest.raises(pades.PdfRefused, match="pdf-behind"):
            pades.verify(whole + b"\n")
        assert pades.signed_revision(whole + b"\n") == revision == whole


def test_what_was_signed_and_changed() -> None:
    """A file that goes on behind a signature that does not hold is no file to cut."""
    data = document("table lt")
    at = data.index(b"/MediaBox")
    for made in (data, pades.signed_revision(data)):
        with pytest.raises(pades.PdfRefused, match="signature-wrong"):
            pades.verify(made[:at] + b"/MediaBoy" + made[at + 9 :])


def linearized(name: bytes, length: int) -> bytes:
    """A signed file that states its length as its first object."""
    head, _, rest = unsigned().partition(b"1 0 obj")
    data = head + b"4 0 obj\n<<%s 1/L %06d>>\nendobj\n1 0 obj" % (name, length) + rest
    start = data.index(b"xref\n")
    places = [data.index(b"%d 0 obj" % number) for number in (1, 2, 3, 4)]
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % one for one in places)
    end = b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return plainly_signed(data[:start] + table + end)


@pytest.mark.parametrize("name", [b"/Linearized", b"/Line#61rized"])
def test_file_that_some_readers_take_from_its_beginning(name: bytes) -> None:
    """As long as it says, it is another document to them: the one whose list stands at the top."""
    honest = linearized(name, 500)
    assert pades.verify(honest).uncovered == ()
    # The room for a signature of ECDSA differs by some bytes from one to the next.
    made = next(one for one in (linearized(name, len(honest)) for _ in range(99)) if len(one) == len(honest))
    for ask in (pades.verify, pades.signed_revision):
        with pytest.raises(pades.PdfRefused, match=r"envelope\.pdf"):
            ask(made)


def test_foreign_reader_writes_no_tracebacks() -> None:
    """Without a handler of its own, what it tells of hostile files goes to stderr."""
    assert any(isinstance(one, logging.NullHandler) for one in logging.getLogger("pyhanko").handlers)


@pytest.mark.parametrize("kind", ["table lt", "stream lta"])
def test_in_a_container(kind: str) -> None:
    """Whoever signs around it signs what stands behind, too: that it is the report, nobody here says."""

    def inner(data: bytes) -> tuple[Inside, str]:
        sealed = asic.sign({"report.pdf": ("application/pdf", data)}, seals.sealer(), signing_time=TIME)
        (one,) = envelopes.verify_any(sealed).contained
        return one.state, one.why

    data = document(kind)
    assert inner(pades.signed_revision(data)) == (Inside.INTACT, "")
    for made in (data, data + b"x"):
        assert inner(made) == (Inside.NOT_CHECKED, "envelope.pdf-behind")
    at = data.index(b"/MediaBox")
    with pytest.raises(GatewayError):
        inner(data[:at] + b"/MediaBoy" + data[at + 9 :])


class TestCommand:
    """``verify --signed``: one command for a file as its sender has it."""

    def test_writes_what_the_answer_is_about(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = document("stream lta")
        file, target = tmp_path / "certificate.pdf", tmp_path / "signed.pdf"
        file.write_bytes(data)
        assert main(["verify", str(file), "--lang", "en"]) == Exit.TRUST
        assert "--signed" in capsys.readouterr().err
        assert main(["verify", str(file), "--signed", str(target), "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        revision = pades.signed_revision(data)
        assert target.read_bytes() == revision
        assert answer["signed"] == {"file": str(target), "length": len(revision), "size": len(data)}
        assert answer["parts"][0]["sha256"] == hashlib.sha256(revision).hexdigest()
        assert main(["verify", str(file), "--signed", str(target)]) != 0
        assert main(["verify", str(target)]) == 0

    def test_under_a_policy(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        data = document("table lt")
        file, target, trust = tmp_path / "certificate.pdf", tmp_path / "signed.pdf", tmp_path / "trust"
        file.write_bytes(data)
        for name, content in World().files().items():
            (trust / name).parent.mkdir(parents=True, exist_ok=True)
            (trust / name).write_bytes(content)
        asked = ["verify", str(file), "--trust", str(trust), "--json"]
        assert main(asked) == Exit.TRUST
        answer = json.loads(capsys.readouterr().out)
        assert (answer["indication"], answer["subIndication"]) == ("INDETERMINATE", "NOT_COVERED")
        assert main([*asked, "--signed", str(target)]) == Exit.TRUST
        answer = json.loads(capsys.readouterr().out)
        # Whose it is, the lists do not say; that it is sound, the file says by itself.
        assert answer["steps"][1]["outcome"] == "passed"
        assert answer["document"] == hashlib.sha256(target.read_bytes()).hexdigest()
        assert answer["signed"]["length"] == len(target.read_bytes()) < len(data)
        assert wrong(answer, "answers-1", "ValidationDocument") == []

    def test_writes_nothing_else(self, tmp_path: Path) -> None:
        data = document("table lt")
        target = tmp_path / "signed.pdf"
        for name, made in (
            ("changed.pdf", data.replace(b"/MediaBox", b"/MediaBoy")),
            ("unsigned.pdf", unsigned()),
            ("note.json", b"{}"),
            ("note.txt", b"note"),
        ):
            (tmp_path / name).write_bytes(made)
            assert main(["verify", str(tmp_path / name), "--signed", str(target)]) != 0
            assert not target.exists()
