"""More places where a changed document hid, good documents that were refused, odd input that took long."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import json
import lzma
from typing import Any

import pytest
from lxml import etree

from gateway.errors import GatewayError
from gateway.signing import _contained_places as places
from gateway.signing import contained, envelopes, sd_jwt, xml_canonical
from gateway.signing.jcs import jcs
from gateway.signing.proofs import _expiry
from gateway.signing.xml_canonical import C14N_11
from tests.signing import seals
from tests.signing import test_contained as held
from tests.signing import test_xml_signature as xml

BROKEN = json.loads(held.BROKEN)


def presentation(inner: Any) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": held.KEY.public_key.did,
        "verifiableCredential": inner,
    }


def enveloping(made: str, covered: bytes, transform: str) -> bytes:
    """A document whose signature holds an object and signs that, too."""
    whole = xml.canonical('<x xmlns="urn:x"></x>')
    references = xml.reference("", whole, xml.ENVELOPED + xml.CANONICAL) + xml.reference(
        "#o", covered, transform
    )
    return f'<x xmlns="urn:x">{xml.signature(references, inner=made)}</x>'.encode()


def packed(content: bytes) -> bytes:
    made = f'<ds:Object Id="o">{base64.b64encode(content).decode()}</ds:Object>'
    return enveloping(made, content, f'<ds:Transform Algorithm="{xml.DS}base64"/>')


def plain(held_there: str) -> bytes:
    made = f'<ds:Object Id="o">{held_there}</ds:Object>'
    around = f'<x xmlns="urn:x"><ds:Signature xmlns:ds="{xml.DS}" Id="S">{made}</ds:Signature></x>'
    covered = xml_canonical.part(etree.fromstring(around.encode())[0][0], C14N_11)
    return enveloping(made, covered, xml.CANONICAL)


@pytest.mark.parametrize("inner", [[BROKEN], BROKEN, [{"held": BROKEN}]])
def test_changed_credential_in_a_presentation_as_sd_jwt(inner: Any) -> None:
    token = held.token({**presentation(inner), "iss": held.KEY.public_key.did}) + b"~"
    with pytest.raises(GatewayError, match="signature-wrong"):
        contained.looked_into(sd_jwt.verify(token).envelope)


def test_jws_in_json_that_names_the_holder_as_its_issuer() -> None:
    head, payload, signature = held.other_payload(held.VC_TOKEN).decode().split(".")
    flat = {"payload": payload, "protected": head, "signature": signature}
    shown = held.token(presentation([{**flat, "issuer": held.KEY.public_key.did}]), "vp+jwt")
    assert set(held.states(envelopes.verify_any(shown)).values()) == {"not-checked"}


@pytest.mark.parametrize("times", [1, 2, 3])
def test_text_of_text(times: int) -> None:
    text = held.BROKEN.decode()
    for _ in range(times):
        text = json.dumps(text)
    for data in (jcs({"x": text}), text.encode()):
        with pytest.raises(GatewayError, match="signature-wrong"):
            envelopes.verify_any(held.sealed(data))


@pytest.mark.parametrize(
    "harmless",
    [
        b'"material","note"\n"PE foil","waterproof"\n',
        b"[signature]\nkey=1\n",
        b"[Credential list](https://example.org/) and more",
        b"{\\rtf1 proof of the signature}",
        b"{{ Credential }}",
    ],
)
def test_tables_and_headings_are_no_json(harmless: bytes) -> None:
    assert not list(places.in_file(harmless, "a"))


@pytest.mark.parametrize(
    "data",
    [
        b"\n%PDF-1.7\n/ByteRange [0 1 2 3]",
        b"%PDF-1.7\n/Byte#52ange [0 1 2 3]",
        b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80" + bytes(100),
        base64.b64encode(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80" + bytes(100)),
    ],
)
def test_told_though_nothing_here_reads_it(data: bytes) -> None:
    found = envelopes.verify_any(held.container(a_json=b"{}", z_bin=data))
    assert held.states(found) == {"z.bin": "not-checked"}


@pytest.mark.parametrize("content", [b"hello", b'{"a":1}', b"<a/>", b"\x00\xff", b'["<<<"]', held.SOUND])
def test_object_of_base64(content: bytes) -> None:
    part = envelopes.verify_any(packed(content)).part("#o")
    assert part is not None
    assert part.data == content


@pytest.mark.parametrize(
    "data",
    [
        packed(held.BROKEN),
        packed(b'["<<<",' + held.BROKEN + b"]"),
        plain(f"<?x y?>{held.BROKEN.decode()}"),
        plain(f"<!--x-->{held.BROKEN.decode()}"),
    ],
)
def test_changed_credential_in_an_object(data: bytes) -> None:
    with pytest.raises(GatewayError, match="signature-wrong"):
        envelopes.verify_any(data)


def test_list_of_further_references_is_told() -> None:
    """As in workbooks that were signed in their own software: the files stand in the list alone."""
    signed = plain(f"<ds:Manifest>{xml.reference('a.xml', b'text')}</ds:Manifest>")
    (told,) = envelopes.verify_any(signed).contained
    assert told.why == "envelope.content-needed"


def test_file_with_a_number_sign_beside_its_signature() -> None:
    from gateway.signing import forms

    made = forms.sign(
        {"#1.txt": ("text/plain", b"hello")},
        forms.Form.XADES,
        seals.sealer(),
        signing_time=seals.TIME,
    )
    assert envelopes.verify_any(made, objects={"#1.txt": b"hello"}).payload == b"hello"


def test_long_names_and_many_places() -> None:
    """Places as long as the document, once for each of its entries, took minutes."""
    data = json.dumps({"n" * 1_400_000: [{}] * 300_000 + [held.with_proof()]}).encode()
    (told,) = envelopes.verify_any(held.sealed(data)).contained
    assert len(told.place) < 300


def test_many_unsigned_places_are_told_with_an_end() -> None:
    document = xml.enveloped().replace("</ds:KeyInfo>", "<a/>" * 20_000 + "</ds:KeyInfo>")
    found = envelopes.verify_any(document.encode())
    assert len(found.uncovered) == 101
    assert found.uncovered[-1].endswith("…")


def test_the_earliest_end_is_so_in_any_zone() -> None:
    class Proof:
        def __init__(self, end: str) -> None:
            self.members = {"expires": end}

        def text(self, name: str) -> str:
            return self.members[name]

    ends: Any = [Proof("2027-01-01T00:00:00Z"), Proof("2027-01-01T05:00:00+09:00")]
    assert _expiry(ends) == {"expires": "2027-01-01T05:00:00+09:00"}


def coded(data: bytes, how: str) -> bytes:
    """As Base64, by one of the ways in which it is written."""
    plain_, url = base64.b64encode(data), base64.urlsafe_b64encode(data)
    return {
        "plain": plain_,
        "lines": b"\n".join(plain_[at : at + 64] for at in range(0, len(plain_), 64)) + b"\n",
        "url": url.rstrip(b"="),
        "twice": base64.b64encode(plain_),
        "marked": b"\xef\xbb\xbf" + plain_,
        "padded": plain_ + b"====\n",
    }[how]


@pytest.mark.parametrize("how", ["plain", "lines", "url", "twice", "marked", "padded"])
def test_base64_is_looked_into(how: str) -> None:
    """As a file, as a member, and as the address of data."""
    for made in (BROKEN, json.loads(held.SOUND)):
        text = coded(jcs(made), how)
        shown = "data:application/json;base64," + text.decode()
        for data in (text, jcs({"x": text.decode()}), jcs({"x": [shown]})):
            if made is BROKEN:
                with pytest.raises(GatewayError, match="signature-wrong"):
                    envelopes.verify_any(held.sealed(data))
            else:
                (state,) = held.states(envelopes.verify_any(held.sealed(data))).values()
                assert state == "intact"


@pytest.mark.parametrize("size", [32, 64, 1000, 4000])
def test_base64_of_anything_else_says_nothing(size: int) -> None:
    for seed in range(50):
        data = b"".join(hashlib.sha256(b"%d %d" % (seed, n)).digest() for n in range(size // 32 + 1))[:size]
        assert held.states(envelopes.verify_any(held.sealed(jcs({"x": coded(data, "plain").decode()})))) == {}


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(held.BROKEN),
        bz2.compress(held.BROKEN),
        lzma.compress(held.BROKEN),
        b"7z\xbc\xaf\x27\x1c" + b"\x00" * 40,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        b"a.json".ljust(257, b"\x00") + b"ustar\x0000" + b"\x00" * 600,
        b"%PDF-1.7\n1 0 obj <</Names <</EmbeddedFiles 2 0 R>> >> endobj",
        b"%PDF-1.7\n1 0 obj <</Names <</Embedded#46iles 2 0 R>> >> endobj",
    ],
    ids=["gzip", "bzip2", "xz", "7z", "compound", "tar", "pdf", "pdf-escaped"],
)
def test_what_nobody_opens_is_told(data: bytes) -> None:
    for one in (data, jcs({"x": base64.b64encode(data).decode()})):
        assert set(held.states(envelopes.verify_any(held.sealed(one))).values()) == {"not-opened"}
