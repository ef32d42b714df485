"""What stands in an envelope and no signature covers is told, wherever there is room for it."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from gateway.errors import GatewayError
from gateway.signing import asic, der, envelopes, jades, xades_writer, xml_canonical, xml_signature
from gateway.signing.multibase import base64url
from gateway.signing.xml_canonical import EXCLUSIVE
from tests.signing import seals
from tests.signing import test_pades as pdfs
from tests.signing import test_xml_signature as xml
from tests.signing.sm import made as sm

KEY_INFO = "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate>{}</ds:X509Data>{}".replace("{}", "%s", 3)


def certificate() -> str:
    import base64

    return base64.b64encode(seals.sealer().certificates[0].der).decode()


def told(document: str) -> list[str]:
    return [place.partition(" (")[0] for place in xml_signature.verify(document.encode()).uncovered]


class TestXml:
    """Keys in other words, attributes, and properties that are no signature's."""

    @pytest.mark.parametrize(
        ("held", "place"),
        [
            ('<note xmlns="">61.25</note>', "/epd/Signature/KeyInfo/note"),
            ("<ds:MgmtData>pay to</ds:MgmtData>", "/epd/Signature/KeyInfo/MgmtData"),
            ("<ds:X509Data>61.25<ds:X509SKI/></ds:X509Data>", "/epd/Signature/KeyInfo/X509Data[2]"),
            ('<ds:KeyName to="x">plant</ds:KeyName>', "/epd/Signature/KeyInfo/KeyName"),
        ],
    )
    def test_in_the_key(self, held: str, place: str) -> None:
        assert told(xml.enveloped(key_info=KEY_INFO % (certificate(), "", held))) == [place]
        assert told(xml.enveloped(key_info=KEY_INFO % (certificate(), held, ""))) != []

    def test_what_is_of_a_key(self) -> None:
        held = (
            "<ds:KeyName>plant</ds:KeyName><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AA==</ds:Modulus>"
            "<ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
            '<e:DEREncodedKeyValue xmlns:e="http://www.w3.org/2009/xmldsig11#">AA==</e:DEREncodedKeyValue>'
        )
        subject = "<ds:X509SubjectName>CN=x</ds:X509SubjectName>"
        assert told(xml.enveloped(key_info=KEY_INFO % (certificate(), subject, held))) == []

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("<ds:Signature ", '<ds:Signature pcf="1.00" '),
            ("<ds:SignatureValue>", '<ds:SignatureValue pcf="1.00">'),
            ("<ds:KeyInfo>", '<ds:KeyInfo xmlns:x="urn:x" x:pcf="1.00">'),
        ],
    )
    def test_attributes(self, old: str, new: str) -> None:
        document = xml.enveloped()
        assert told(document) == []
        (place,) = xml_signature.verify(document.replace(old, new, 1).encode()).uncovered
        assert place.endswith("@pcf")
        assert told(document.replace("<ds:KeyInfo>", '<ds:KeyInfo Id="k">')) == []

    @pytest.mark.parametrize(
        ("divided", "place"),
        [
            ("<pcf>6<!-- -->1.25</pcf>", ["/epd/pcf"]),
            ("<pcf><!-- 1.00 -->61.25</pcf>", ["/epd/pcf"]),
            ("<pcf>61.25<!-- kg --></pcf>", []),
            ("<!-- kg --><pcf>61.25</pcf>", []),
        ],
    )
    def test_comment_before_words(self, divided: str, place: list[str]) -> None:
        """Much software reads the text only as far as there, and no signature covers a comment."""
        assert told(xml.enveloped().replace("<pcf>61.25</pcf>", divided)) == place

    def test_signature_moved_between_words(self) -> None:
        document = xml.enveloped()
        (made,) = re.findall("<ds:Signature .*</ds:Signature>", document)
        for moved in (f"6{made}1.25", f"{made}61.25", f"61.25{made}"):
            assert told(document.replace(made, "").replace("61.25", moved)) == ["/epd/pcf/Signature"]
        assert told(document.replace(made, "").replace("<pcf>", f"{made}<pcf>")) == []

    @pytest.mark.parametrize(
        ("held", "place"),
        [
            ('<pcf xsi:type="t:Mass">61.25</pcf>', ["/epd/pcf"]),
            ('<pcf xsi:type="xs:decimal">61.25</pcf>', []),
            ('<t:pcf xsi:type="t:Mass">61.25</t:pcf>', []),
            ('<t:pcf xmlns="urn:z" xsi:type="Mass">61.25</t:pcf>', ["/epd/t:pcf"]),
            ("<unit>t:kg</unit>", ["/epd/unit"]),
            ("<unit>urn:gtin:5 https://t:5 at:5 t:a:5</unit>", []),
            ('<unit in="//t:kg"/>', ["/epd/unit"]),
            ('<unit in="sum(t:*)"/>', ["/epd/unit"]),
        ],
    )
    def test_prefix_in_a_value(self, held: str, place: list[str]) -> None:
        """Exclusive canonical form leaves its namespace out, so that anybody could bind it to another one."""
        spaces = 'xmlns:t="urn:t" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        document = f'<epd xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {spaces}>{held}{{}}</epd>'
        root = etree.fromstring(document.format("").encode())
        transform = f'<ds:Transform Algorithm="{EXCLUSIVE}"/>'
        covered = xml_canonical.document(root, EXCLUSIVE)
        reference = xml.reference("", covered, xml.ENVELOPED + transform)
        sealed = document.format(xml.signature(reference, canonicalisation=EXCLUSIVE))
        assert [one.replace("/pcf", "/t:pcf") if "z" in held else one for one in told(sealed)] == place
        if place and "z" not in held:
            assert told(sealed.replace('"urn:t"', '"urn:other"')) == place

    def test_unsigned_properties(self) -> None:
        files = {"a.json": ("application/json", b"{}")}
        document = xades_writer.write(files, seals.sealer(), signing_time=seals.TIME).decode()
        ending = re.search(r"</(\w+):QualifyingProperties>", document)
        assert ending is not None
        name = ending[1]
        for inner, number in (
            (f"<{name}:CertificateValues/>", 0),
            ("<x:note xmlns:x='urn:x'>61.25</x:note>", 1),
            (f"<{name}:SigningTime>2020-01-01T00:00:00Z</{name}:SigningTime>", 1),
            (f"<{name}:SignerRoleV2><{name}:ClaimedRoles/></{name}:SignerRoleV2>", 1),
            ("<ds:Object xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>61.25</ds:Object>", 1),
            ("61.25", 1),
            # Whoever looks for the element by its name finds it below a property, too.
            (f"<{name}:CertificateValues><x:pcf xmlns:x='urn:x'>1</x:pcf></{name}:CertificateValues>", 1),
            (f"<{name}:CertificateValues>61.25<{name}:OtherCertificate/></{name}:CertificateValues>", 1),
            (f"<{name}:CertificateValues><{name}:OtherCertificate pcf='1'/></{name}:CertificateValues>", 1),
            (f"<{name}:ArchiveTimeStamp><{name}:Include URI='#b' Id='a'/></{name}:ArchiveTimeStamp>", 0),
            ("<x:CertificateValues xmlns:x='http://uri.etsi.org/01903/v1.4.1#'/>", 0),
            ("<x:CertificateValues xmlns:x='http://uri.etsi.org/01903/note#'>61.25</x:CertificateValues>", 1),
        ):
            group = f"<{name}:UnsignedSignatureProperties>{inner}</{name}:UnsignedSignatureProperties>"
            held = f"<{name}:UnsignedProperties>{group}</{name}:UnsignedProperties>"
            changed = document.replace(ending[0], held + ending[0])
            found = envelopes.verify_any(changed.encode(), objects={"a.json": b"{}"})
            assert len(found.uncovered) == number

    def test_instruction_between_properties(self) -> None:
        files = {"a.json": ("application/json", b"{}")}
        document = xades_writer.write(files, seals.sealer(), signing_time=seals.TIME).decode()
        changed = re.sub(r"(</\w+:QualifyingProperties>)", r"<?pcf 61.25?>\1", document)
        found = envelopes.verify_any(changed.encode(), objects={"a.json": b"{}"})
        assert [place.rpartition("/")[2].partition(" ")[0] for place in found.uncovered] == ["<?pcf?>"]

    @pytest.mark.parametrize(
        ("around", "space"),
        [
            (
                '<p:epd xmlns:p="urn:p" xmlns="urn:t"><p:pcf xsi:type="Mass">61.25</p:pcf>{}</p:epd>',
                ' xmlns="urn:t"',
            ),
            ('<epd xmlns:t="urn:t"><pcf xsi:type="t:Mass">61.25</pcf>{}</epd>', ' xmlns:t="urn:t"'),
        ],
    )
    def test_namespace_of_a_type_taken_away(self, around: str, space: str) -> None:
        document = around.replace(space, f'{space} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"')
        covered = xml_canonical.document(etree.fromstring(document.format("").encode()), EXCLUSIVE)
        transforms = xml.ENVELOPED + f'<ds:Transform Algorithm="{EXCLUSIVE}"/>'
        sealed = document.format(
            xml.signature(xml.reference("", covered, transforms), canonicalisation=EXCLUSIVE)
        )
        assert told(sealed) == told(sealed.replace(space, "")) == ["/epd/pcf"]

    def test_lines_of_another_version(self) -> None:
        """A reader of XML 1.1 takes U+2028 for the end of a line; the version is not signed."""
        plain, parted = xml.enveloped(), xml.enveloped(xml.DOCUMENT.replace("61.25", "6\u20281.25"))
        newer = '<?xml version="1.1"?>'
        assert told(plain) == told(newer + plain) == told(parted) == []
        assert told(newer + parted) == ["<?xml version?>"]

    def test_instruction_in_what_is_signed_unpacked(self) -> None:
        packed = xml.reference("#o", b"hello!", f'<ds:Transform Algorithm="{xml.DS}base64"/>')
        whole = xml.reference("", xml.canonical(xml.DOCUMENT.format("")), xml.ENVELOPED + xml.CANONICAL)
        held = '<ds:Object Id="o">aGVsbG8h</ds:Object>'
        signed = xml.DOCUMENT.format(xml.signature(whole + packed, inner=held))
        assert told(signed) == []
        with pytest.raises(GatewayError, match="transform"):
            told(signed.replace("aGVsbG8h", "aGVs<?x?>bG8h"))

    def test_attributes_of_what_is_signed_unpacked(self) -> None:
        """Of an element in base64, only what it holds is covered."""
        packed = xml.reference("#o", b"hello", f'<ds:Transform Algorithm="{xml.DS}base64"/>')
        covered = xml.canonical(xml.DOCUMENT.format(""))
        whole = xml.reference("", covered, xml.ENVELOPED + xml.CANONICAL)
        held = '<ds:Object Id="o" MimeType="text/plain">aGVsbG8=</ds:Object>'
        signed = xml.DOCUMENT.format(xml.signature(whole + packed, inner=held))
        assert told(signed) == []
        assert told(signed.replace("MimeType", 'pcf="61.25" MimeType')) == ["/epd/Signature/Object"]


class TestContainer:
    """Comments of the zip, its list of files, and the signatures."""

    def _sealed(self) -> bytes:
        return asic.sign({"a.json": ("application/json", b"{}")}, seals.sealer(), signing_time=seals.TIME)

    def test_comments(self) -> None:
        for target, text, expected in (
            ("", b"mimetype=application/vnd.etsi.asic-e+zip", ()),
            ("", b"mimetype=application/vnd.etsi.asic-s+zip", ("#comment",)),
            ("", b"61.25", ("#comment",)),
            ("a.json", b"61.25", ("a.json#comment",)),
        ):
            held = io.BytesIO()
            with zipfile.ZipFile(io.BytesIO(self._sealed())) as before, zipfile.ZipFile(held, "w") as after:
                after.comment = b"" if target else text
                for entry in before.infolist():
                    entry.comment = text if entry.filename == target else b""
                    after.writestr(entry, before.read(entry))
            assert asic.verify(held.getvalue()).uncovered == expected

    def test_a_comment_in_unicode(self) -> None:
        """As Info-ZIP writes one beside a comment in a code page, or alone."""
        text = bytes(5) + "碳".encode()
        held = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self._sealed())) as before, zipfile.ZipFile(held, "w") as after:
            for entry in before.infolist():
                if entry.filename == "a.json":
                    entry.extra = struct.pack("<HH", 0x6375, len(text)) + text
                after.writestr(entry, before.read(entry))
        assert asic.verify(held.getvalue()).uncovered == ("a.json#comment",)

    def test_in_its_signatures(self) -> None:
        held = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self._sealed())) as before, zipfile.ZipFile(held, "w") as after:
            for entry in before.infolist():
                data = before.read(entry)
                after.writestr(entry, data.replace(b"</ds:KeyInfo>", b"<x/></ds:KeyInfo>"))
        (place,) = asic.verify(held.getvalue()).uncovered
        assert place.startswith("META-INF/signatures001.xml#/")

    def test_an_unreadable_list_of_files(self) -> None:
        held = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self._sealed())) as before, zipfile.ZipFile(held, "w") as after:
            for entry in before.infolist():
                data = b"<" if entry.filename == "META-INF/manifest.xml" else before.read(entry)
                after.writestr(entry, data)
        assert asic.verify(held.getvalue()).uncovered == ("META-INF/manifest.xml",)

    @pytest.mark.parametrize("more", [b">Recognised", b' note="Recognised">', b' manifest:version="1.2">'])
    def test_words_in_the_list_of_files(self, more: bytes) -> None:
        old, held = b' manifest:version="1.2">', io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self._sealed())) as before, zipfile.ZipFile(held, "w") as after:
            for entry in before.infolist():
                after.writestr(entry, before.read(entry).replace(old, more))
        expected = () if more == old else ("META-INF/manifest.xml",)
        assert asic.verify(held.getvalue()).uncovered == expected


def test_unsigned_members_of_a_json_token() -> None:
    head, payload, value = jades.sign(b"{}", seals.sealer(), signing_time=seals.TIME).decode().split(".")
    known: dict[str, object] = {"sigTst": {}}
    other = {"pcf": "61.25"}
    packed = base64url(json.dumps(other).encode())
    for unsigned, expected in (([known], ()), ([known, other], ("signature 1 etsiU/1",)), ([packed], 1)):
        token = {
            "protected": head,
            "payload": payload,
            "signature": value,
            "header": {"etsiU": unsigned},
        }
        found = envelopes.verify_any(json.dumps(token).encode()).uncovered
        assert found == expected or len(found) == expected


def test_members_of_a_signature_in_a_json_token() -> None:
    """Another payload in it, or a note, would be read by somebody."""
    head, payload, value = jades.sign(b"{}", seals.sealer(), signing_time=seals.TIME).decode().split(".")
    entry = {"protected": head, "signature": value}
    for more in ({"payload": payload}, {"note": "61.25"}):
        token = {"payload": payload, "signatures": [{**entry, **more}]}
        with pytest.raises(GatewayError, match="jose-malformed"):
            envelopes.verify_any(json.dumps(token).encode())


def test_more_than_zeros_behind_the_value_of_a_pdf(tmp_path: Path) -> None:
    pdf = pdfs.signed(pdfs.unsigned(), tmp_path)
    assert envelopes.verify_any(pdf).uncovered == ()
    end = pdf.index(b"0>", pdf.index(b"/Contents"))
    assert pdf[end - 20 : end] == b"0" * 20
    changed = pdf[: end - 20] + b"61".ljust(20, b"0") + pdf[end:]
    assert envelopes.verify_any(changed).uncovered == ("Signature1 /Contents",)


@pytest.mark.parametrize(("kind", "number"), [("1.2.840.113549.1.9.16.2.14", 0), ("1.2.3", 1)])
def test_unsigned_attributes_of_a_gb_t_35275_message(kind: str, number: int) -> None:
    """A time stamp is over the signature itself; anything else is nobody's."""
    other = der.sequence(der.oid(kind), der.set_of(b"\x05\x00"))
    inner = der.Reader(sm.signer_info(b"61.25"), "").content(der.SEQUENCE, "x")
    info = der.sequence(inner, der.element(der.context(1), other))
    assert len(envelopes.verify_any(sm.message(b"61.25", info)).uncovered) == number
