"""PAdES B-LT and B-LTA: certificates, lists and time stamps behind the signature, and nothing else."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
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
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gateway.errors import GatewayError
from gateway.signing import asic, envelopes, pades
from gateway.signing.verified import Inside
from gateway.trust import enveloped
from tests.signing import seals
from tests.signing.test_pades import unsigned
from tests.trust import pki

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
def test_holds_and_says_that_nobody_has_signed_what_is_behind(kind: str) -> None:
    data = document(kind)
    found = envelopes.verify_any(data)
    (signature,), (part,) = found.signatures, found.parts
    assert part.data == data[: len(part.data)]
    assert part.data.rstrip().endswith(b"%%EOF")
    assert signature.covered == (part.name,)
    (behind,) = found.uncovered
    assert behind == f"validation-data:{len(part.data)}-{len(data)}"
    assert pades.is_validation_data(behind)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "certified" not in kind])
@pytest.mark.parametrize("lta", [False, True])
def test_second_signature_behind_the_data_of_the_first(kind: str, lta: bool) -> None:
    found = pades.verify(signed(document(kind), field="Signature2", lta=lta))
    assert [one.covered == (found.parts[0].name,) for one in found.signatures] == [False, True]


def test_leaves_nothing_open_under_trust() -> None:
    """It is told, and no more: nothing of it is shown to anybody."""
    found = enveloped.of_file(document("stream lta"), {})
    assert found.left_open == ()
    assert [finding.code for finding in found.findings] == ["list.validation-data"]


def holds(data: bytes) -> bool:
    try:
        pades.verify(data)
    except GatewayError:
        return False
    return True


TAILS = {
    "letter": b"x",
    "line": b"\n",
    "mark": b"%%EOF\n",
    "comment": b"%c\n",
    "object": b"99 0 obj\n<<>>\nendobj\n",
    "second file": unsigned(),
    "second signed file": b"%PDF-1.7",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_other_tails_are_refused(kind: str, tail: bytes) -> None:
    assert holds(document(kind))
    assert not holds(document(kind) + (tail if len(tail) != 8 else document(kind)))


def page(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    found = writer.root["/Pages"]["/Kids"][0]
    assert isinstance(found, generic.DictionaryObject)
    return found


def turned(writer: IncrementalPdfFileWriter) -> None:
    page(writer)[pdf_name("/Rotate")] = generic.NumberObject(180)  # type: ignore[no-untyped-call]
    writer.update_container(page(writer))


def titled(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Other")}))  # type: ignore[no-untyped-call]


def described(writer: IncrementalPdfFileWriter) -> None:
    kind = {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")}
    text = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><title>Other</title></x:xmpmeta>'
    held = writer.add_object(generic.StreamObject(dict_data=kind, stream_data=text))
    writer.root[pdf_name("/Metadata")] = held
    writer.update_root()  # type: ignore[no-untyped-call]


def acting(writer: IncrementalPdfFileWriter) -> None:
    writer.root[pdf_name("/OpenAction")] = generic.DictionaryObject(  # type: ignore[no-untyped-call]
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
    )
    writer.update_root()  # type: ignore[no-untyped-call]


def orphaned(writer: IncrementalPdfFileWriter) -> None:
    writer.add_object(generic.DictionaryObject({pdf_name("/A"): pdf_name("/B")}))  # type: ignore[no-untyped-call]


def regenerating(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form[pdf_name("/NeedAppearances")] = generic.BooleanObject(True)  # type: ignore[no-untyped-call]
    writer.update_container(form)


def new_field(
    writer: IncrementalPdfFileWriter,
    corner: int = 0,
    more: dict[generic.NameObject, generic.PdfObject] | None = None,
) -> None:
    rectangle = generic.ArrayObject(generic.NumberObject(one) for one in (0, 0, corner, corner))  # type: ignore[no-untyped-call]
    field = generic.DictionaryObject(  # type: ignore[no-untyped-call]
        {
            pdf_name("/FT"): pdf_name("/Sig"),
            pdf_name("/T"): generic.pdf_string("New"),
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/Rect"): rectangle,
            **(more or {}),
        }
    )
    held = writer.add_object(field)
    form = writer.root["/AcroForm"]
    form["/Fields"].append(held)
    writer.update_container(form["/Fields"])
    annotations = list(page(writer)["/Annots"]) if "/Annots" in page(writer) else []
    page(writer)[pdf_name("/Annots")] = generic.ArrayObject([*annotations, held])
    writer.update_container(page(writer))


def acting_field(writer: IncrementalPdfFileWriter) -> None:
    action = generic.DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript")})  # type: ignore[no-untyped-call]
    new_field(writer, more={pdf_name("/AA"): generic.DictionaryObject({pdf_name("/PO"): action})})  # type: ignore[no-untyped-call]


def text_field(writer: IncrementalPdfFileWriter) -> None:
    new_field(writer, more={pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/V"): generic.pdf_string("1")})


def stored_beside(writer: IncrementalPdfFileWriter) -> None:
    store = writer.root["/DSS"]
    store[pdf_name("/Other")] = generic.pdf_string("x")
    writer.update_container(store)


CHANGES: list[Callable[[IncrementalPdfFileWriter], None]] = [
    turned,
    titled,
    described,
    acting,
    orphaned,
    regenerating,
    new_field,
    lambda writer: new_field(writer, 50),
    acting_field,
    text_field,
    stored_beside,
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", CHANGES)
def test_other_updates_are_refused(kind: str, change: Callable[[IncrementalPdfFileWriter], None]) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(document(kind)))
    change(writer)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    assert out.getvalue() != document(kind)
    assert not holds(out.getvalue())


def test_foreign_reader_writes_no_tracebacks() -> None:
    """Without a handler of its own, what it tells of a refused update goes to stderr."""
    assert any(isinstance(one, logging.NullHandler) for one in logging.getLogger("pyhanko").handlers)


def test_bytes_between_the_objects_are_refused() -> None:
    """Whatever no list names, another reader may find all the same."""
    data = document("table lt")
    end = len(pades.verify(data).parts[0].data)
    start = data.rindex(b"xref\n0 ", end)
    more = b"3 0 obj\n<</Type/Page/Rotate 90>>\nendobj\n"
    moved = re.sub(rb"startxref\n\d+", b"startxref\n%d" % (start + len(more)), data[start:])
    assert not holds(data[:start] + more + moved)
    # Of the same way, with nothing in between.
    assert holds(data[:start] + re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, data[start:]))


def test_object_that_is_listed_twice_is_refused() -> None:
    """Some readers take the first place, others the last."""
    data = document("table lt")
    start = data.rindex(b"xref\n0 ")
    table = data[start:]
    entry = re.search(rb"\n(\d{10} 00000 n \n)", table)
    assert entry is not None
    for twice in (b"1 1\n" + entry[1], b"3 1\n" + entry[1], b"3 1\n0000000009 00000 n \n"):
        assert not holds(data[:start] + table.replace(b"trailer", twice + b"trailer"))


def written_anew(data: bytes, number: int, body: bytes) -> bytes:
    """The file with an update by hand that writes one object anew."""
    before = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    start = len(data) + len(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    return (
        data
        + b"%d 0 obj\n%s\nendobj\nxref\n%d 1\n%010d 00000 n \n" % ((number, body, number, len(data)))
        + b"trailer\n<</Size 900/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (before, start)
    )


def of_page(more: bytes, catalog: bytes = b"") -> bytes:
    """The smallest PDF with a page, with more in the page and the catalog; signed, its last line ended."""
    data = unsigned().replace(b"/MediaBox", more + b"/MediaBox").replace(b"/Catalog", b"/Catalog" + catalog)
    start = data.index(b"xref\n")
    places = [data.index(b"%d 0 obj" % number) for number in (1, 2, 3)]
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return plainly_signed(data[:start] + b"xref\n0 4\n0000000000 65535 f \n" + table + end) + b"\n"


def plainly_signed(data: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    meta = signers.PdfSignatureMetadata(field_name="Signature1", md_algorithm="sha256")
    made = asyncio.run(signers.PdfSigner(meta, signer=tools()[0]).async_sign_pdf(writer))
    assert isinstance(made, io.BytesIO)
    return made.getvalue()


@pytest.mark.parametrize(
    ("more", "catalog", "number", "old", "new"),
    [
        # A page that is a dictionary of the form of a stream.
        (b"/Length 4", b"", 3, b"\\Z", b"\nstream\nBT E\nendstream"),
        # A text that is a name, afterwards.
        (b"", b"/OpenAction<</S(/JavaScript)/JS(app)>>", 1, rb"/S \(\\057JavaScript\)", b"/S /JavaScript"),
        (b"", b"/PageMode(/UseAttachments)", 1, rb"\(\\057UseAttachments\)", b"/UseAttachments"),
    ],
)
def test_nothing_that_slept_wakes_up(
    more: bytes, catalog: bytes, number: int, old: bytes, new: bytes
) -> None:
    data = of_page(more, catalog)
    body = re.findall(rb"\n%d 0 obj\s*(<<.*?>>)\s*endobj" % number, data, re.DOTALL)[-1]
    changed = re.sub(old, lambda _: new, body)
    assert changed != body
    assert holds(written_anew(data, number, body))
    assert not holds(written_anew(data, number, changed))


def of_objects(*bodies: bytes) -> bytes:
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
        + table
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(data))
    )


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), more, data)


NOTE = b"<</Type/Annot/Subtype/Text/P 3 0 R/Rect[20 20 120 70]/Contents(%s)>>"


def with_notes() -> bytes:
    """A signed page of two notes, one on the other."""
    return signed(
        of_objects(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[4 0 R 5 0 R]>>",
            NOTE % b"0.1 kg, a draft",
            NOTE % b"9.9 kg",
        )
    )


Layers = list[generic.PdfObject]


@pytest.mark.parametrize(
    ("layers", "does"),
    [
        (lambda held: held, True),
        (lambda held: [held[1], held[0], *held[2:]], False),
        (lambda held: [*held, held[0]], False),
        (lambda held: [held[0], *held], False),
    ],
)
def test_what_lies_on_top_stays_there(layers: Callable[[Layers], Layers], does: bool) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(with_notes()))
    at = page(writer)
    held = [at["/Annots"].raw_get(index) for index in range(len(at["/Annots"]))]
    at["/Annots"] = generic.ArrayObject(layers(held))
    writer.update_container(at)
    stamper = signers.PdfTimeStamper(tools()[1], field_name="Stamp")
    made = asyncio.run(stamper.async_timestamp_pdf(writer, "sha256"))
    assert holds(made.getvalue()) is does


def numbers(*held: int) -> list[generic.PdfObject]:
    return [generic.NumberObject(one) for one in held]  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("of", "does"),
    [
        (lambda _: numbers(0, 0, 0, 0), True),
        (lambda _: numbers(9, 9, 9, 90), True),
        (lambda _: numbers(9, 9, 90, 90), False),
        (lambda _: numbers(90, 90, 9, 9), False),
        # A number that stands in the signed file, such as a length.
        (lambda writer: [*numbers(180, 180, 90), generic.IndirectObject(5, 0, writer)], False),  # type: ignore[no-untyped-call]
        (lambda _: [*numbers(9, 9, 90), generic.pdf_string("90")], False),
        (lambda _: [*numbers(9, 9, 90), generic.NullObject()], False),
        (lambda _: numbers(9, 9, 9, 9, 90, 90), False),
    ],
)
def test_field_of_a_stamp_shows_nothing(
    of: Callable[[IncrementalPdfFileWriter], list[generic.PdfObject]], does: bool
) -> None:
    data = signed(
        of_objects(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<</XObject<</Seal 4 0 R>> >> >>",
            stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]").replace(b"12", b"5 0 R", 1),
            b"12",
        )
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    append_signature_field(writer, SigFieldSpec("Stamp", box=(0, 0, 0, 0)))
    fields = writer.root["/AcroForm"]["/Fields"]
    field = fields[len(fields) - 1]
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): generic.IndirectObject(4, 0, writer)})  # type: ignore[no-untyped-call]
    field["/Rect"] = generic.ArrayObject(of(writer))
    writer.update_container(field)
    stamper = signers.PdfTimeStamper(tools()[1], field_name="Stamp")
    assert holds(asyncio.run(stamper.async_timestamp_pdf(writer, "sha256")).getvalue()) is does


TITLE, ABOUT = "Draft", "Verified by the body"


def metadata(more: str = "", *, title: str = TITLE, about: str = ABOUT, date: str = "2026-01-01") -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"<xmp:ModifyDate>{date}</xmp:ModifyDate>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>{more}'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{about}</rdf:li></rdf:Alt></dc:description>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


IN_XML = b"/Type/Metadata/Subtype/XML"


@pytest.mark.parametrize(
    ("changed", "more", "does"),
    [
        (metadata(), b"", True),
        (metadata(date="2026-07-01T08:00:00+02:00"), b"", True),
        (metadata(title=ABOUT, about=TITLE), b"", False),
        (metadata("Recognised"), b"", False),
        (metadata(title=f"{TITLE}<!-- -->, recognised"), b"", False),
        (metadata(date="Recognised"), b"", False),
        (metadata(), b"/F(other.xml)", False),
    ],
)
def test_metadata_say_the_same_in_the_same_place(changed: str, more: bytes, does: bool) -> None:
    data = plainly_signed(
        of_objects(
            b"<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
            stream(metadata().encode(), IN_XML),
        )
    )
    if not data.endswith(b"\n"):
        data += b"\n"
    assert holds(written_anew(data, 4, stream(changed.encode(), IN_XML + more))) is does


def test_changed_bytes_behind_are_refused_or_belong_to_nobody() -> None:
    data = document("stream lta")
    end = len(pades.verify(data).parts[0].data)
    for index in range(end, len(data), 41):
        changed = data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :]
        if holds(changed):
            found = pades.verify(changed)
            assert found.parts[0].data == data[:end]
            assert found.uncovered


def test_time_stamp_over_something_else_is_refused() -> None:
    data = document("table lta")
    stamp = PdfFileReader(io.BytesIO(data)).embedded_timestamp_signatures[-1]
    begin, end = (int(stamp.byte_range[1]), int(stamp.byte_range[2]))
    foreign = PdfFileReader(io.BytesIO(document("stream lta"))).embedded_timestamp_signatures[-1]
    other = foreign.pkcs7_content.rstrip(b"\0").ljust((end - begin - 2) // 2, b"\0").hex().encode()
    assert len(other) == end - begin - 2
    assert not holds(data[: begin + 1] + other + data[end - 1 :])


@pytest.mark.parametrize("kind", ["table lt", "stream lta"])
def test_in_a_container(kind: str) -> None:
    data = document(kind)
    sealed = asic.sign({"report.pdf": ("application/pdf", data)}, seals.sealer(), signing_time=TIME)
    (inner,) = envelopes.verify_any(sealed).contained
    assert (inner.place, inner.state) == ("report.pdf", Inside.INTACT)
    other = {"report.pdf": ("application/pdf", data + b"x")}
    with pytest.raises(GatewayError):
        envelopes.verify_any(asic.sign(other, seals.sealer(), signing_time=TIME))
    # Behind it a whole file that nobody has signed.
    other = {"report.pdf": ("application/pdf", data + unsigned())}
    (inner,) = envelopes.verify_any(asic.sign(other, seals.sealer(), signing_time=TIME)).contained
    assert inner.state is Inside.NOT_CHECKED
