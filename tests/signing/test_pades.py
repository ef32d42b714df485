from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.signing import envelopes, pades
from gateway.signing.verified import Envelope
from tests.signing import seals


def unsigned() -> bytes:
    """The smallest PDF with a page."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    ]
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    return (
        data
        + b"xref\n0 4\n0000000000 65535 f \n%strailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (table, start)
    )


def signed(data: bytes, place: Path, kind: str = "P-256", field: str = "Signature1") -> bytes:
    """The file signed with pyHanko."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    own = seals.key(kind)
    certificate = seals.sealer(kind).certificates[0]
    from cryptography import x509

    (place / "key.pem").write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (place / "cert.pem").write_bytes(
        x509.load_der_x509_certificate(certificate.der).public_bytes(Encoding.PEM)
    )
    signer = signers.SimpleSigner.load(str(place / "key.pem"), str(place / "cert.pem"))  # type: ignore[no-untyped-call]
    assert signer is not None
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    meta = signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256")
    out = asyncio.run(signers.PdfSigner(meta, signer=signer).async_sign_pdf(writer))
    assert isinstance(out, io.BytesIO)
    return out.getvalue()


def holds(data: bytes) -> bool:
    try:
        pades.verify(data)
    except GatewayError:
        return False
    return True


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return signed(unsigned(), tmp_path_factory.mktemp("pdf"))


@pytest.mark.parametrize("kind", ["P-256", "RSA"])
def test_says_who_what_when(tmp_path: Path, kind: str) -> None:
    data = signed(unsigned(), tmp_path, kind)
    found = envelopes.verify_any(data)
    (signature,) = found.signatures
    assert (found.envelope, found.payload) == (Envelope.PADES, data)
    assert signature.key == seals.sealer(kind).key
    assert signature.certificates[0] == seals.sealer(kind).certificates[0].der
    assert signature.claimed_time


def test_two_signatures_of_which_the_second_covers_all(pdf: bytes, tmp_path: Path) -> None:
    both = signed(pdf, tmp_path, "P-384", "Signature2")
    found = pades.verify(both)
    assert [one.covered[0] == "" for one in found.signatures] == [False, True]
    assert found.payload == both


def test_what_is_appended_is_refused(pdf: bytes) -> None:
    assert holds(pdf)
    for more in (b"\n", b"x", b"%%EOF\n", unsigned()):
        assert not holds(pdf + more)


def literal(value: bytes) -> bytes:
    for byte, spelt in ((b"\\", b"\\\\"), (b"(", b"\\("), (b")", b"\\)"), (b"\r", b"\\r"), (b"\n", b"\\n")):
        value = value.replace(byte, spelt)
    return b"(" + value + b")"


def test_what_fits_in_beside_a_shorter_spelling_of_the_value_is_refused(pdf: bytes) -> None:
    """The same bytes as a literal string take half the room: the rest is anybody's, and unsigned."""
    found = re.search(rb"/ByteRange ?\[0 (\d+) (\d+) (\d+)\s*\]", pdf)
    assert found is not None
    begin, end = int(found[1]), int(found[2])
    value = bytes.fromhex(pdf[begin + 1 : end - 1].decode())
    spelt = literal(value)
    room = end - begin - len(spelt)
    assert room > 500
    other = pdf[:begin] + spelt + b"%" + b"1" * (room - 2) + b"\n" + pdf[end:]
    assert len(other) == len(pdf)
    assert not holds(other)


def test_incremental_update_behind_the_signature_is_refused(pdf: bytes) -> None:
    """The page is exchanged in a further revision, and the old signature left in place."""
    from pyhanko.pdf_utils.generic import NameObject, NumberObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page[NameObject("/Rotate")] = NumberObject(180)  # type: ignore[no-untyped-call]
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    with pytest.raises(pades.PdfRefused, match="pdf-behind"):
        pades.verify(out.getvalue())


def test_changed_bytes_are_refused(pdf: bytes) -> None:
    """One byte in seven, over the whole file but the place of the signature's own value."""
    start = pdf.index(b"/Contents <") if b"/Contents <" in pdf else pdf.index(b"/Contents")
    end = pdf.index(b">", start)
    unseen = []
    for index in range(0, len(pdf), 7):
        if start <= index <= end:
            continue
        if holds(pdf[:index] + bytes([pdf[index] ^ 1]) + pdf[index + 1 :]):
            unseen.append(index)
    assert unseen == []


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.7\nstartxref\n0\n%%EOF"])
def test_what_is_no_signed_pdf_is_refused(data: bytes) -> None:
    assert not holds(data)
    assert not holds(unsigned())


@settings(max_examples=30)
@given(st.binary(max_size=200))
def test_only_our_errors_come_out(data: bytes) -> None:
    assert not holds(b"%PDF-1.7\n" + data)
