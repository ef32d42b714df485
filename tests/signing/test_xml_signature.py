from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.errors import GatewayError
from gateway.signing import algorithms, xml_canonical, xml_signature
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import Envelope, KeyOrigin
from gateway.signing.xml_canonical import C14N_11
from tests.signing.seals import sealer

DS = "http://www.w3.org/2000/09/xmldsig#"
ENVELOPED = f'<ds:Transform Algorithm="{DS}enveloped-signature"/>'
CANONICAL = f'<ds:Transform Algorithm="{C14N_11}"/>'
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
DOCUMENT = '<epd xmlns="urn:x" Id="doc"><pcf>61.25</pcf><name>电池</name>{}</epd>'


def digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def canonical(text: str) -> bytes:
    return xml_canonical.document(etree.fromstring(text.encode()), C14N_11)


def reference(uri: str, covered: bytes, transforms: str = "", method: str = SHA256) -> str:
    held = f"<ds:Transforms>{transforms}</ds:Transforms>" if transforms else ""
    return (
        f'<ds:Reference URI="{uri}">{held}<ds:DigestMethod Algorithm="{method}"/>'
        f"<ds:DigestValue>{digest(covered)}</ds:DigestValue></ds:Reference>"
    )


def signature(
    references: str,
    *,
    inner: str = "",
    kind: str = "P-256",
    method: str = "ecdsa-sha256",
    key_info: str | None = None,
    canonicalisation: str = C14N_11,
) -> str:
    """A ds:Signature over the references, correctly made whatever they are."""
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{canonicalisation}"/>'
        f'<ds:SignatureMethod Algorithm="{algorithms.XML_NAMES.get(method, method)}"/>{references}'
        "</ds:SignedInfo>"
    )
    # The document around declares a default namespace, which the inclusive form takes along.
    within = etree.fromstring(f'<x xmlns="urn:x"><ds:S xmlns:ds="{DS}">{info}</ds:S></x>'.encode())
    alone = canonicalisation == xml_canonical.EXCLUSIVE
    octets = xml_canonical.part(within[0][0], canonicalisation if alone else C14N_11)
    fits = method.startswith("ecdsa-sha") and method in algorithms.XML_NAMES
    algorithm = algorithms.XML[algorithms.XML_NAMES[method if fits else "ecdsa-sha256"]]
    value = base64.b64encode(sealer(kind).sign(octets, algorithm)).decode()
    if key_info is None:
        certificate = base64.b64encode(sealer(kind).certificates[0].der).decode()
        key_info = f"<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"
    held = f"<ds:KeyInfo>{key_info}</ds:KeyInfo>" if key_info else ""
    return (
        f'<ds:Signature xmlns:ds="{DS}" Id="S">{info}'
        f"<ds:SignatureValue>{value}</ds:SignatureValue>{held}{inner}</ds:Signature>"
    )


def enveloped(document: str = DOCUMENT, **how: str) -> str:
    covered = canonical(document.format(""))
    return document.format(signature(reference("", covered, ENVELOPED + CANONICAL), **how))


def signed_by_id() -> str:
    whole = reference("#doc", canonical(DOCUMENT.format("")), ENVELOPED + CANONICAL)
    return DOCUMENT.format(signature(whole))


def holds(document: str | bytes) -> bool:
    try:
        xml_signature.verify(document if isinstance(document, bytes) else document.encode())
    except GatewayError:
        return False
    return True


class TestEnveloped:
    """The document without its signature is what is answered, in canonical form."""

    def test_covered_bytes_are_those_without_the_signature(self) -> None:
        found = xml_signature.verify(enveloped().encode())
        assert found.envelope is Envelope.XML_SIGNATURE
        assert found.payload == canonical(DOCUMENT.format(""))
        assert found.signatures[0].key_origin is KeyOrigin.CERTIFICATE

    def test_by_id_of_the_root(self) -> None:
        covered = canonical(DOCUMENT.format(""))
        assert holds(DOCUMENT.format(signature(reference("#doc", covered, ENVELOPED + CANONICAL))))

    def test_text_behind_the_signature_is_covered(self) -> None:
        document = DOCUMENT.replace("{}", "{}<tail/>mehr")
        assert holds(enveloped(document))
        assert not holds(enveloped(document).replace("mehr", "less"))

    @pytest.mark.parametrize("old", ["61.25", "电池", "urn:x", "pcf>"])
    def test_any_change_is_refused(self, old: str) -> None:
        changed = enveloped().replace(old, old[:-1] + ("6" if old[-1] != ">" else "x>"))
        assert changed != enveloped()
        assert not holds(changed)

    @pytest.mark.parametrize("method", [C14N_11, f"{C14N_11}#WithComments"])
    def test_with_comments_or_without_is_the_same(self, method: str) -> None:
        document = DOCUMENT.replace("{}", "{}<!-- 1.00 -->")
        covered = canonical(document.format(""))
        transforms = ENVELOPED + f'<ds:Transform Algorithm="{method}"/>'
        sealed = document.format(signature(reference("", covered, transforms), canonicalisation=method))
        assert b"1.00" not in xml_signature.verify(sealed.encode()).payload
        other = sealed.replace("<ds:SignatureMethod", "<!-- --><ds:SignatureMethod")
        # Without comments, one in SignedInfo is not signed; with them, it would have to be.
        assert holds(other) is (method == C14N_11)

    def test_comment_does_not_split_what_is_read(self) -> None:
        """Canonical XML drops comments: the signature holds, and the answer has the whole number."""
        found = xml_signature.verify(enveloped().replace("61.25", "6<!-- -->1.25").encode())
        assert b"<pcf>61.25</pcf>" in found.payload

    def test_instruction_is_covered(self) -> None:
        assert not holds(enveloped().replace("<name>", "<?x y?><name>"))

    def test_doctype_is_refused(self) -> None:
        assert not holds("<!DOCTYPE epd>" + enveloped())


def test_file_of_which_only_the_canonical_form_is_signed_is_refused() -> None:
    """(T4) A comment put in later would change nothing that is signed."""
    signed = signature(reference("pcf.xml", b"<pcf>61.25</pcf>", CANONICAL)).encode()
    for content in (b"<pcf>61.25</pcf>", b"<pcf>61<!-- 0 -->.25</pcf>"):
        with pytest.raises(GatewayError, match="transform"):
            xml_signature.verify(signed, objects={"pcf.xml": content})


@pytest.mark.parametrize("uri", ["%ff", "a.xml", "a.xml#x", "#none", "#xpointer(/)", "http://example.org/"])
def test_references_that_lead_nowhere_are_refused(uri: str) -> None:
    assert not holds(DOCUMENT.format(signature(reference(uri, b""))))


def alone(references: str) -> bytes:
    """The signature as a document of its own, with the namespaces that it was made among."""
    return signature(references).replace("<ds:Signature ", '<ds:Signature xmlns="urn:x" ', 1).encode()


@pytest.mark.parametrize(("uri", "does"), [("./a.xml", True), ("././a.xml", True), ("../a.xml", False)])
def test_reference_from_the_folder_of_the_files(uri: str, does: bool) -> None:
    """RFC 3986, 5.2.4; above the folder nobody looks."""
    data = alone(reference(uri, b"61.25"))
    files = {"a.xml": b"61.25"}
    if does:
        assert [part.name for part in xml_signature.verify(data, objects=files).parts] == ["a.xml"]
    else:
        with pytest.raises(GatewayError):
            xml_signature.verify(data, objects=files)
    twice = alone(reference(uri, b"61.25") + reference("a.xml", b"61.25"))
    with pytest.raises(GatewayError):
        xml_signature.verify(twice, objects=files)


@pytest.mark.parametrize(("size", "is_fit"), [(10_000, True), (600_000, False)])
def test_references_one_inside_the_other(size: int, is_fit: bool) -> None:
    """Each is written anew: without a bound, a file of some megabytes takes minutes."""
    parts = [f"<v>{'1' * size}</v>"]
    for number in range(8):
        parts.append(f'<n Id="n{number}">{parts[-1]}</n>')
    around = f'<n xmlns="urn:x" xmlns:ds="{DS}" '
    held = [part.replace("<n ", around, 1).encode() for part in parts[1:]]
    references = "".join(reference(f"#n{number}", data) for number, data in enumerate(held))
    made = signature(references, inner=f"<ds:Object>{parts[-1]}</ds:Object>")
    root = made.replace("<ds:Signature ", '<ds:Signature xmlns="urn:x" ', 1).encode()
    if is_fit:
        assert len(xml_signature.verify(root).parts) == 8
    else:
        with pytest.raises(GatewayError, match="too-much-covered"):
            xml_signature.verify(root)


def test_relative_namespace_has_no_canonical_form() -> None:
    assert not holds(enveloped().replace('xmlns="urn:x"', 'xmlns="relative"'))


class TestWrapping:
    """(T6) A sound signature of something else than what a reader would read."""

    def test_signed_document_inside_another_is_refused(self) -> None:
        assert not holds(f'<epd xmlns="urn:x"><pcf>1.00</pcf>{enveloped()}</epd>')

    def test_signed_part_beside_the_real_content_is_refused(self) -> None:
        part = '<epd xmlns="urn:x" Id="doc"><pcf>61.25</pcf></epd>'
        made = signature(reference("#doc", canonical(part), CANONICAL))
        wrapped = f'<epds xmlns="urn:x"><pcf>1.00</pcf>{part}{made}</epds>'
        with pytest.raises(GatewayError, match="root-not-covered"):
            xml_signature.verify(wrapped.encode())

    @pytest.mark.parametrize("around", ["{0}{1}", "<epd><pcf>1.00</pcf><old>{1}</old></epd>"])
    def test_a_list_of_signatures_holds_nothing_else(self, around: str) -> None:
        """ASiC's list of signatures covers nothing itself; what lies in it is read as if it were signed."""
        own = signed_by_id()
        assert holds(own)
        inner = around.format('<epd xmlns="urn:x"><pcf>1.00</pcf></epd>', own)
        listed = f'<XAdESSignatures xmlns="http://uri.etsi.org/02918/v1.2.1#">{inner}</XAdESSignatures>'
        with pytest.raises(GatewayError, match="root-not-covered"):
            xml_signature.verify(listed.encode())

    @pytest.mark.parametrize("where", ["{1}{0}", "{0}{1}"])
    def test_an_instruction_beside_a_root_signed_by_its_id(self, where: str) -> None:
        own = signed_by_id()
        styled = where.format('<?xml-stylesheet href="https://other.example/x.xsl"?>', own)
        assert xml_signature.verify(styled.encode()).uncovered == ("<?xml-stylesheet?>",)
        # The whole document holds it.
        whole = where.format('<?xml-stylesheet href="https://other.example/x.xsl"?>', DOCUMENT)
        assert xml_signature.verify(enveloped(whole).encode()).uncovered == ()
        assert xml_signature.verify(where.format("<!-- a remark -->", own).encode()).uncovered == ()

    @pytest.mark.parametrize("inner", ["{0}{1}", "<epd><pcf>1.00</pcf>{1}</epd>", "1.00 {1}"])
    def test_what_nobody_signed_beside_a_signed_part_is_told(self, inner: str) -> None:
        part = '<epd xmlns="urn:x" Id="a"><pcf>61.25</pcf></epd>'
        held = inner.format('<epd xmlns="urn:x" Id="z"><pcf>1.00</pcf></epd>', part)
        within = etree.fromstring(f'<x xmlns="urn:x"><ds:O xmlns:ds="{DS}">{part}</ds:O></x>'.encode())
        covered = xml_canonical.part(within[0][0], C14N_11)
        for inside, told in ((part, False), (held, True)):
            made = signature(reference("#a", covered, CANONICAL), inner=f"<ds:Object>{inside}</ds:Object>")
            root = made.replace("<ds:Signature ", '<ds:Signature xmlns="urn:x" ', 1)
            assert bool(xml_signature.verify(root.encode()).uncovered) is told

    def test_original_moved_into_its_signature_is_refused(self) -> None:
        part = '<epd xmlns="urn:x" Id="doc"><pcf>61.25</pcf></epd>'
        made = signature(
            reference("#doc", canonical(part), CANONICAL), inner=f"<ds:Object>{part}</ds:Object>"
        )
        assert not holds(f'<epd xmlns="urn:x"><pcf>1.00</pcf>{made}</epd>')

    def test_id_that_stands_twice_is_refused(self) -> None:
        covered = canonical(DOCUMENT.format(""))
        made = signature(reference("#doc", covered, ENVELOPED + CANONICAL))
        with pytest.raises(GatewayError, match="id-twice"):
            xml_signature.verify(DOCUMENT.format(made + '<x id="doc"/>').encode())

    def test_enveloping_answers_its_objects_only(self) -> None:
        held = f'<ds:Object xmlns:ds="{DS}" Id="o"><pcf xmlns="">61.25</pcf></ds:Object>'
        around = etree.fromstring(f'<x xmlns="urn:x">{held}</x>'.encode())
        covered = xml_canonical.part(around[0], C14N_11)
        made = signature(reference("#o", covered, CANONICAL), inner=held + "<ds:Object>1.00</ds:Object>")
        # As the root, the signature declares the namespace that the canonical form was made with.
        found = xml_signature.verify(
            made.replace("<ds:Signature ", '<ds:Signature xmlns="urn:x" ', 1).encode()
        )
        assert found.part("#o") is not None
        assert len(found.uncovered) == 1


REFUSED = {
    "xslt": (f'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>{CANONICAL}', SHA256),
    "xpath": (
        (
            '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
            f"<ds:XPath>not(self::pcf)</ds:XPath></ds:Transform>{CANONICAL}"
        ),
        SHA256,
    ),
    "xpath-2": (f'<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>{CANONICAL}', SHA256),
    "twice": (ENVELOPED + ENVELOPED + CANONICAL, SHA256),
    "covers-itself": (CANONICAL, SHA256),
    "sha-1": (ENVELOPED + CANONICAL, f"{DS}sha1"),
    "md5": (ENVELOPED + CANONICAL, "http://www.w3.org/2001/04/xmldsig-more#md5"),
}


@pytest.mark.parametrize(("transforms", "method"), REFUSED.values(), ids=REFUSED)
def test_what_the_allow_list_does_not_name_is_refused(transforms: str, method: str) -> None:
    covered = canonical(DOCUMENT.format(""))
    assert not holds(DOCUMENT.format(signature(reference("", covered, transforms, method))))


@pytest.mark.parametrize(
    "method", [f"{DS}rsa-sha1", f"{DS}dsa-sha1", f"{DS}hmac-sha1", "rsa-sha256", "ecdsa-sha1", ""]
)
def test_other_algorithms_are_refused(method: str) -> None:
    assert not holds(enveloped(method=method))


class TestKeys:
    """A key is believed for its certificate or because the caller knows it, never for standing there."""

    def test_bare_key_value_is_refused(self) -> None:
        value = "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AA==</ds:Modulus></ds:RSAKeyValue></ds:KeyValue>"
        assert not holds(enveloped(key_info=value))
        assert not holds(enveloped(key_info=""))

    def test_key_that_the_caller_knows(self) -> None:
        document = enveloped(key_info="<ds:KeyName>plant 1</ds:KeyName>").encode()
        for known in ({"plant 1": sealer().key}, {"": sealer().key}):
            found = xml_signature.verify(document, keys=known)
            assert found.signatures[0].key_origin is KeyOrigin.GIVEN
        with pytest.raises(GatewayError):
            xml_signature.verify(document, keys={"plant 2": sealer().key})

    def test_another_key_than_the_certificates_is_refused(self) -> None:
        with pytest.raises(GatewayError, match="two-keys"):
            xml_signature.verify(enveloped().encode(), keys={"": sealer("P-256", 2).key})

    def test_key_retrieval_is_passed_over(self) -> None:
        link = '<ds:RetrievalMethod URI="https://example.org/key"/>'
        assert not holds(enveloped(key_info=link))


class TestPublished:
    """Files of others: the sound ones hold, the old and broken ones are refused for their reason."""

    @pytest.mark.parametrize(
        "file",
        [
            "dss-probe/xades-enveloped-c14n11.xml",
            "dss-probe/xades-enveloping-c14n11.xml",
            "etsi-tl-mra/john-doe-lta.xml",
            "etsi-tl-mra/mra-lotl.xml",
            "etsi-tl-mra/mra-zz-tl.xml",
        ],
    )
    def test_holds(self, oracle_data: Path, file: str) -> None:
        found = xml_signature.verify((oracle_data / "signing" / file).read_bytes(), require_xades=True)
        assert found.envelope is Envelope.XADES
        assert found.signatures[0].claimed_time

    def test_signatures_of_another_age_are_refused(self, oracle_data: Path) -> None:
        codes = {}
        for folder in ("merlin-c14n-three", "merlin-exc-c14n-one", "merlin-xmldsig-twenty-three"):
            for file in sorted((oracle_data / "signing" / "xmldsig" / folder).glob("*.xml")):
                with pytest.raises(GatewayError) as caught:
                    xml_signature.verify(file.read_bytes(), keys={"": sealer().key})
                codes[f"{folder}/{file.name}"] = caught.value.error_code
        assert len(codes) == 18
        others = {name: code for name, code in codes.items() if code != "envelope.algorithm"}
        assert others == {"merlin-xmldsig-twenty-three/signature.xml": "xml.doctype"}

    @pytest.mark.parametrize("file", ["xades-enveloped-exc-BROKEN.xml", "xades-enveloping-exc-BROKEN.xml"])
    def test_broken_digest_is_refused(self, oracle_data: Path, file: str) -> None:
        with pytest.raises(GatewayError, match="digest-wrong"):
            xml_signature.verify((oracle_data / "signing" / "dss-probe" / file).read_bytes())

    def test_signature_of_nothing_is_refused(self, oracle_data: Path) -> None:
        """The document is nothing but the signature, and its filter leaves every signature out."""
        with pytest.raises(GatewayError, match="covers-itself"):
            xml_signature.verify((oracle_data / "signing" / "xades" / "xades-lta-spec.xml").read_bytes())


def test_canonical_xml_of_the_interop_set(oracle_data: Path) -> None:
    """merlin-c14n-three, 0 to 5: subtrees chosen by Id are the ones a signature here can mean."""
    root = etree.fromstring(b'<a xmlns:p="urn:p" xml:lang="en"><b xml:id="i"><p:c/></b></a>')
    assert xml_canonical.part(root[0], xml_canonical.C14N_10) == (
        b'<b xmlns:p="urn:p" xml:id="i" xml:lang="en"><p:c></p:c></b>'
    )
    assert xml_canonical.part(root[0], xml_canonical.EXCLUSIVE) == (
        b'<b xml:id="i"><p:c xmlns:p="urn:p"></p:c></b>'
    )
    assert xml_canonical.part(root[0][0], C14N_11) == b'<p:c xmlns:p="urn:p" xml:lang="en"></p:c>'


_INSIDE = '<a xmlns="urn:x"{}><b y="1"><c></c></b>t<d><e><f xmlns=""></f></e></d></a>'


@pytest.mark.parametrize("method", xml_canonical.METHODS)
@pytest.mark.parametrize("around", ["", ' xmlns:p="urn:p"'])
def test_part_below_a_default_namespace(method: str, around: str) -> None:
    """Written by hand: the namespace is declared once, however deep the part is."""
    inside = _INSIDE.replace(' xmlns="urn:x"{}', "")
    expected = _INSIDE.format("" if method == xml_canonical.EXCLUSIVE else around)
    for name in ("r", "p:r") if around else ("r",):
        root = etree.fromstring(f'<{name} xmlns="urn:x"{around}>{inside}</{name}>')
        assert xml_canonical.part(root[0], method).decode() == expected


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<a><p:b/></a>", b'<a xmlns="urn:x"><p:b xmlns:p="urn:p"></p:b></a>'),
        ("<p:b/>", None),
        ('<p:b xmlns=""/>', b'<p:b xmlns:p="urn:p"></p:b>'),
        ('<a><p:b xmlns="urn:y"><a/></p:b></a>', None),
    ],
)
def test_default_namespace_among_the_inclusive_ones(inside: str, expected: bytes | None) -> None:
    """Where nothing uses it, ``#default`` would write it; left out, a good signature would seem changed."""
    part = etree.fromstring(f'<r xmlns="urn:x" xmlns:p="urn:p">{inside}</r>')[0]
    if expected is None:
        with pytest.raises(GatewayError) as caught:
            xml_canonical.part(part, xml_canonical.EXCLUSIVE, ("#default",))
        assert caught.value.error_code == "envelope.transform"
    else:
        assert xml_canonical.part(part, xml_canonical.EXCLUSIVE, ("#default",)) == expected


def test_what_a_part_keeps_of_its_text() -> None:
    inside = "x&#13;<!-- c -->y<![CDATA[<&]]><?p q?>"
    text = f'<r xmlns="urn:x" xml:lang="en"><a b="1&#10;&#9;&#13;2">{inside}</a> tail</r>'
    assert xml_canonical.part(etree.fromstring(text)[0], xml_canonical.C14N_10) == (
        b'<a xmlns="urn:x" b="1&#xA;&#x9;&#xD;2" xml:lang="en">x&#xD;y&lt;&amp;<?p q?></a>'
    )


@pytest.mark.parametrize("method", [xml_canonical.C14N_10, C14N_11])
@pytest.mark.parametrize("around", ["", ' xmlns:p="urn:p"'])
def test_signature_without_prefixes(method: str, around: str) -> None:
    """As most software writes it. What was signed is written by hand, and not by our canonical form."""
    covered = f'<d xmlns="urn:d"{around}><v>61.25</v></d>'
    info = (
        f'<SignedInfo{{}}><CanonicalizationMethod Algorithm="{method}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{algorithms.XML_NAMES["ecdsa-sha256"]}"></SignatureMethod>'
        f'<Reference URI=""><Transforms><Transform Algorithm="{DS}enveloped-signature"></Transform>'
        f'</Transforms><DigestMethod Algorithm="{SHA256}"></DigestMethod>'
        f"<DigestValue>{digest(covered.encode())}</DigestValue></Reference></SignedInfo>"
    )
    octets = info.format(f' xmlns="{DS}"{around}').encode()
    value = base64.b64encode(
        sealer().sign(octets, algorithms.XML[algorithms.XML_NAMES["ecdsa-sha256"]])
    ).decode()
    certificate = base64.b64encode(sealer().certificates[0].der).decode()
    held = (
        f'<Signature xmlns="{DS}">{info.format("")}<SignatureValue>{value}</SignatureValue>'
        f"<KeyInfo><X509Data><X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo>"
        "</Signature>"
    )
    document = covered.replace("</d>", f"{held}</d>")
    assert xml_signature.verify(document.encode()).payload == covered.encode()
    assert not holds(document.replace("61.25", "61.26"))


def test_jwk_for_encryption_is_no_key() -> None:
    with pytest.raises(GatewayError, match="key-usage"):
        VerificationKey.from_jwk({"kty": "EC", "crv": "P-256", "use": "enc", "x": "AA", "y": "AA"})


@given(st.binary(max_size=200))
def test_only_our_errors_come_out(data: bytes) -> None:
    with pytest.raises(GatewayError):
        xml_signature.verify(b"<Signature>" + data)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_only_our_errors_come_out_of_a_changed_document(at: int, change: int) -> None:
    document = bytearray(enveloped().encode())
    document[at % len(document)] ^= change
    holds(bytes(document))
