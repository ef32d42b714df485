from __future__ import annotations

import base64
import tracemalloc
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, UsageError, flatten
from gateway.signing import _signed_data as structure
from gateway.signing import der, envelopes, gbt35275, x509
from gateway.signing.certificates import Certificate as AnyCertificate
from gateway.signing.chain import verify_chain
from gateway.signing.keys import SigningFailed
from gateway.signing.libcrypto import Libcrypto
from gateway.signing.sm2_certificate import Certificate
from gateway.signing.sm3 import sm3
from tests.signing import seals
from tests.signing.sm import made
from tests.signing.sm.made import (
    LEAF,
    LEAF_CERTIFICATE,
    MIDDLE,
    MIDDLE_CERTIFICATE,
    NOW,
    OTHER,
    OTHER_CERTIFICATE,
    ROOT_CERTIFICATE,
)

CONTENT = '{"pcf":"61.25","名":"电池"}'.encode()
PLAIN = made.message(CONTENT, made.signer_info(CONTENT))
ATTRIBUTES = structure.write_signed_attributes(sm3(CONTENT), NOW)
WITH_ATTRIBUTES = made.message(CONTENT, made.signer_info(CONTENT, attributes=ATTRIBUTES))
DETACHED = made.message(None, made.signer_info(CONTENT, attributes=ATTRIBUTES))


def refusals(message: bytes, content: bytes | None = None) -> list[str]:
    """The codes of all defects."""
    with pytest.raises(GatewayError) as refused:
        gbt35275.verify(message, content)
    return [error.error_code for error in flatten(refused.value)]


def renamed(info: bytes, old: str, new: str) -> bytes:
    """A SignerInfo with another algorithm name."""
    inner = der.Reader(info, "").content(der.SEQUENCE, "signerInfo")
    return der.sequence(inner.replace(der.algorithm(old), der.algorithm(new)))


def of_version_3(message: bytes) -> bytes:
    at = message.index(b"\x02\x01\x01\x31") + 2
    return message[:at] + b"\3" + message[at + 1 :]


def test_a_certificate_to_encrypt_with_signs_nothing() -> None:
    """Holders in China have two, and the key of this one is kept by others, too."""
    own = made.certificate(LEAF, MIDDLE, made.usage(made.KEY_ENCIPHERMENT), serial=9)
    info = structure.write_signer_info(own, b"", LEAF.sign(CONTENT))
    assert refusals(structure.write(CONTENT, [own], [info])) == ["envelope.key-usage"]


class TestHolds:
    """Messages of every allowed shape."""

    @pytest.mark.parametrize("message", [PLAIN, WITH_ATTRIBUTES])
    def test_content_inside(self, message: bytes) -> None:
        for content in (None, CONTENT):
            found = gbt35275.verify(message, content)
            assert (found.content, found.detached) == (CONTENT, False)
            assert [signer.certificate for signer in found.signers] == [LEAF_CERTIFICATE]

    def test_detached(self) -> None:
        found = gbt35275.verify(DETACHED, CONTENT)
        assert (found.content, found.detached) == (CONTENT, True)
        assert found.signers[0].signing_time == NOW

    def test_a_message_made_elsewhere(self, oracle_data: Path) -> None:
        folder = oracle_data / "signing/sm2"
        message = (folder / "gbt35275-signeddata-own.der").read_bytes()
        found = gbt35275.verify(message)
        assert found.content == b'{"pcf":61.25}'
        anchors = Certificate.from_pem((folder / "sm2-root.pem").read_bytes())
        verify_chain(found.signers[0].certificate, [], anchors, at=datetime(2027, 1, 1, tzinfo=UTC))
        with pytest.raises(GatewayError):
            gbt35275.verify(message.replace(b"61.25", b"61.24"))

    def test_several_signers(self) -> None:
        infos = [
            made.signer_info(CONTENT),
            made.signer_info(CONTENT, OTHER, OTHER_CERTIFICATE, attributes=ATTRIBUTES),
        ]
        both = made.message(None, *infos, certificates=[LEAF_CERTIFICATE, OTHER_CERTIFICATE])
        found = gbt35275.verify(both, CONTENT)
        assert {s.certificate for s in found.signers} == {LEAF_CERTIFICATE, OTHER_CERTIFICATE}

    def test_a_certificate_from_elsewhere(self) -> None:
        bare = made.message(None, made.signer_info(CONTENT), certificates=[])
        found = gbt35275.verify(bare, CONTENT, certificates=[OTHER_CERTIFICATE, LEAF_CERTIFICATE])
        assert found.signers[0].certificate == LEAF_CERTIFICATE
        assert refusals(bare, CONTENT) == ["sm.signer-certificate-missing"]

    def test_another_certificate_from_elsewhere_is_not_asked(self) -> None:
        """The message's own comes first; one given with the same number neither helps nor hinders."""
        twin = made.certificate(LEAF, MIDDLE, made.usage(made.KEY_ENCIPHERMENT), serial=3)
        assert gbt35275.verify(PLAIN, certificates=[twin]).signers[0].certificate == LEAF_CERTIFICATE
        bare = made.message(None, made.signer_info(CONTENT), certificates=[])
        with pytest.raises(GatewayError, match="ambiguous"):
            gbt35275.verify(bare, CONTENT, certificates=[twin, LEAF_CERTIFICATE])

    def test_a_certificate_from_elsewhere_by_any_reader(self) -> None:
        """As ``--certificate`` and the certificates of a snapshot come."""
        bare = made.message(None, made.signer_info(CONTENT), certificates=[])
        known = [x509.Certificate.from_der(LEAF_CERTIFICATE.encoded), *seals.sealer().certificates]
        found = envelopes.verify_any(bare, objects={"a": CONTENT}, certificates=known)
        assert found.signatures[0].certificates == (LEAF_CERTIFICATE.encoded,)
        with pytest.raises(GatewayError):
            envelopes.verify_any(bare, objects={"a": CONTENT + b" "}, certificates=known)
        with pytest.raises(GatewayError, match="missing"):
            envelopes.verify_any(bare, objects={"a": CONTENT}, certificates=known[1:])

    @pytest.mark.parametrize("kind", ["P-256", "RSA", "Ed25519"])
    def test_a_certificate_of_another_kind_above(self, kind: str) -> None:
        other = AnyCertificate.from_der(seals.sealer(kind).certificates[0].der)
        info = made.signer_info(CONTENT)
        found = gbt35275.verify(made.message(CONTENT, info, certificates=[LEAF_CERTIFICATE, other]))
        assert {one.encoded for one in found.certificates} == {LEAF_CERTIFICATE.encoded, other.encoded}
        assert found.signers[0].certificate == LEAF_CERTIFICATE

    def test_a_signer_of_another_kind_is_refused(self) -> None:
        other = AnyCertificate.from_der(seals.sealer().certificates[0].der)
        inner = der.Reader(made.signer_info(CONTENT), "").content(der.SEQUENCE, "signerInfo")
        own = der.sequence(LEAF_CERTIFICATE.issuer_name, der.integer(LEAF_CERTIFICATE.serial))
        its = der.sequence(other.issuer_name, der.integer(other.serial))
        info = der.sequence(inner.replace(own, its))
        assert refusals(made.message(CONTENT, info, certificates=[other])) == ["sm.certificate-algorithm"]

    def test_another_user_id(self) -> None:
        info = structure.write_signer_info(LEAF_CERTIFICATE, b"", LEAF.sign(CONTENT, b"ALICE"))
        message = made.message(CONTENT, info)
        assert gbt35275.verify(message, user_id=b"ALICE").content == CONTENT
        assert refusals(message) == ["sm.signature-wrong"]

    @pytest.mark.parametrize("name", [structure.SM2_WITH_SM3, structure.SM2])
    def test_other_names_of_the_signature(self, name: str) -> None:
        info = renamed(made.signer_info(CONTENT), structure.SM2_SIGNATURE, name)
        assert gbt35275.verify(made.message(CONTENT, info)).content == CONTENT

    def test_another_name_of_the_hash(self) -> None:
        info = renamed(made.signer_info(CONTENT), structure.SM3, structure.SM3_WITHOUT_KEY)
        assert gbt35275.verify(made.message(CONTENT, info)).content == CONTENT

    def test_version_3_where_attributes_are_signed(self) -> None:
        assert gbt35275.verify(DETACHED, CONTENT).version == 1
        assert gbt35275.verify(of_version_3(DETACHED), CONTENT).version == 3
        assert refusals(of_version_3(PLAIN)) == ["sm.signed-data-version"]

    def test_unsigned_attributes_are_named(self) -> None:
        stamp = der.sequence(der.oid("1.2.840.113549.1.9.16.2.14"), der.set_of(b"\x05\x00"))
        inner = der.Reader(made.signer_info(CONTENT), "").content(der.SEQUENCE, "x")
        info = der.sequence(inner, der.element(der.context(1), stamp))
        found = gbt35275.verify(made.message(CONTENT, info))
        assert found.signers[0].unsigned_attributes == ("1.2.840.113549.1.9.16.2.14",)

    def test_empty_content(self) -> None:
        assert gbt35275.verify(made.message(b"", made.signer_info(b""))).content == b""
        assert gbt35275.verify(made.message(None, made.signer_info(b"")), b"").content == b""

    def test_by_libcrypto(self, engine: Libcrypto) -> None:
        assert gbt35275.verify(DETACHED, CONTENT, engine=engine).content == CONTENT


def with_attributes(*attributes: bytes) -> bytes:
    """A correctly signed message with these signed attributes."""
    encoded = der.set_of(*attributes)
    return made.message(CONTENT, made.signer_info(CONTENT, attributes=encoded))


def attribute(oid: str, *values: bytes) -> bytes:
    return der.sequence(der.oid(oid), der.set_of(*values))


TYPE = attribute(structure.CONTENT_TYPE, der.oid(structure.DATA))
DIGEST = attribute(structure.MESSAGE_DIGEST, der.element(der.OCTET_STRING, sm3(CONTENT)))


class TestRefused:
    """Every defect by its name."""

    def test_other_content(self) -> None:
        assert refusals(made.message(CONTENT + b" ", made.signer_info(CONTENT))) == ["sm.signature-wrong"]
        assert refusals(DETACHED, CONTENT + b" ") == ["sm.digest-wrong"]
        assert refusals(PLAIN, CONTENT + b" ") == ["sm.content-differs"]
        assert refusals(PLAIN, b"") == ["sm.content-differs"]
        assert refusals(DETACHED) == ["sm.content-needed"]

    def test_another_signer(self) -> None:
        assert refusals(made.message(CONTENT, made.signer_info(CONTENT, OTHER))) == ["sm.signature-wrong"]
        forged = made.message(CONTENT, made.signer_info(CONTENT, OTHER, attributes=ATTRIBUTES))
        assert refusals(forged) == ["sm.signature-wrong"]

    def test_a_signature_without_the_signers_identity(self) -> None:
        e = int.from_bytes(sm3(CONTENT), "big")
        info = structure.write_signer_info(LEAF_CERTIFICATE, b"", made.sign_with_nonce(LEAF.d, e, 7).as_der)
        assert refusals(made.message(CONTENT, info)) == ["sm.signed-without-identity"]

    def test_one_of_two_signers_is_wrong(self) -> None:
        infos = [made.signer_info(CONTENT), made.signer_info(b"other", OTHER, OTHER_CERTIFICATE)]
        both = made.message(CONTENT, *infos, certificates=[LEAF_CERTIFICATE, OTHER_CERTIFICATE])
        assert refusals(both) == ["sm.signature-wrong"]

    def test_both_signers_are_wrong(self) -> None:
        infos = [made.signer_info(b"x"), made.signer_info(CONTENT, OTHER, OTHER_CERTIFICATE)]
        assert sorted(refusals(made.message(CONTENT, *infos))) == [
            "sm.signature-wrong",
            "sm.signer-certificate-missing",
        ]

    def test_attributes_taken_for_content(self) -> None:
        # What a signature with attributes covers verifies as content as well, if nobody looks.
        signature = LEAF.sign(ATTRIBUTES)
        stolen = made.message(ATTRIBUTES, structure.write_signer_info(LEAF_CERTIFICATE, b"", signature))
        assert refusals(stolen) == ["sm.content-is-attributes"]

    @pytest.mark.parametrize("content", [b"1", b"1,2,3", b"1\x00", b"1\x03" + b"0\x01\x06", b"1\x04abcd"])
    def test_content_that_begins_like_attributes_is_none(self, content: bytes) -> None:
        assert gbt35275.verify(made.message(content, made.signer_info(content))).content == content

    def test_attributes_that_are_missing(self) -> None:
        for attributes in ((), (TYPE,), (DIGEST,)):
            encoded = der.set_of(*attributes)
            message = made.message(CONTENT, made.signer_info(CONTENT, attributes=encoded))
            assert refusals(message) == ["sm.attribute-missing"]

    def test_attributes_that_stand_twice(self) -> None:
        other = attribute(structure.MESSAGE_DIGEST, der.element(der.OCTET_STRING, sm3(b"other")))
        assert refusals(with_attributes(TYPE, DIGEST, other)) == ["sm.attribute-twice"]

    def test_attributes_with_several_values(self) -> None:
        digests = [der.element(der.OCTET_STRING, sm3(data)) for data in (CONTENT, b"other")]
        doubled = attribute(structure.MESSAGE_DIGEST, *digests)
        assert refusals(with_attributes(TYPE, doubled)) == ["sm.bad-signed-data"]

    def test_attributes_of_another_type(self) -> None:
        other = attribute(structure.CONTENT_TYPE, der.oid(structure.SIGNED_DATA))
        assert refusals(with_attributes(other, DIGEST)) == ["sm.content-type"]

    def test_attributes_with_a_short_digest(self) -> None:
        short = attribute(structure.MESSAGE_DIGEST, der.element(der.OCTET_STRING, sm3(CONTENT)[:16]))
        assert refusals(with_attributes(TYPE, short)) == ["sm.digest-wrong"]

    def test_attributes_of_another_signature(self) -> None:
        later = structure.write_signed_attributes(sm3(CONTENT), datetime(2026, 6, 2, tzinfo=UTC))
        info = structure.write_signer_info(LEAF_CERTIFICATE, later, LEAF.sign(ATTRIBUTES))
        assert refusals(made.message(CONTENT, info)) == ["sm.signature-wrong"]

    def test_nobody_signed(self) -> None:
        assert refusals(made.message(CONTENT)) == ["sm.no-signer"]
        nothing = der.sequence(
            der.integer(1), der.set_of(), der.sequence(der.oid(structure.DATA)), der.set_of()
        )
        message = der.sequence(der.oid(structure.SIGNED_DATA), der.element(der.context(0), nothing))
        assert refusals(message, CONTENT) == ["sm.no-signer"]

    def test_hashes_that_are_announced_and_not_used(self) -> None:
        once = der.element(der.SET, der.algorithm(structure.SM3))
        changed = once.replace(der.oid(structure.SM3), der.oid(structure.SM2_WITH_SM3))
        assert refusals(PLAIN.replace(once, changed)) == ["sm.digest-algorithm"]

    def test_the_same_signature_twice(self) -> None:
        assert refusals(made.message(CONTENT, *[made.signer_info(CONTENT)] * 2)) == ["sm.signer-twice"]

    def test_two_certificates_of_one_serial_number(self) -> None:
        twin = made.certificate(OTHER, MIDDLE, serial=LEAF_CERTIFICATE.serial)
        message = made.message(CONTENT, made.signer_info(CONTENT), certificates=[LEAF_CERTIFICATE, twin])
        assert refusals(message) == ["sm.signer-certificate-ambiguous"]

    def test_too_many(self) -> None:
        certificates = [made.certificate(LEAF, MIDDLE, serial=i) for i in range(1, 67)]
        assert refusals(made.message(CONTENT, certificates=certificates)) == ["sm.bad-signed-data"]
        many = (attribute(f"1.2.3.{i}", b"\x05\x00") for i in range(65))
        assert refusals(with_attributes(TYPE, DIGEST, *many)) == ["sm.bad-signed-data"]
        infos = [made.signer_info(bytes([i])) for i in range(17)]
        assert refusals(made.message(CONTENT, *infos)) == ["sm.bad-signed-data"]

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            (der.oid(structure.SIGNED_DATA), der.oid("1.2.156.10197.6.1.4.2.3"), "sm.not-signed-data"),
            (der.oid(structure.DATA), der.oid("1.2.156.10197.6.1.4.2.3"), "sm.content-type"),
            (der.oid(structure.SM3), der.oid("1.2.156.10197.1.402"), "sm.digest-algorithm"),
            (
                der.oid(structure.SM2_SIGNATURE),
                der.oid("1.2.156.10197.1.301.2"),
                "sm.signature-algorithm",
            ),
            (b"\x02\x01\x01\x31", b"\x02\x01\x02\x31", "sm.signed-data-version"),
            (bytes([0xA0, len(CONTENT) + 2, 4]), bytes([0xA1, len(CONTENT) + 2, 4]), "sm.bad-signed-data"),
        ],
    )
    def test_other_kinds(self, old: bytes, new: bytes, code: str) -> None:
        assert len(old) == len(new)
        assert old in PLAIN
        assert refusals(PLAIN.replace(old, new, 1)) == [code]

    def test_cms_with_its_own_identifiers(self) -> None:
        message = der.sequence(der.oid("1.2.840.113549.1.7.2"), der.element(der.context(0), b"\x30\x00"))
        assert refusals(message) == ["sm.not-signed-data"]

    def test_something_behind_the_message(self) -> None:
        assert refusals(PLAIN + b"\0") == ["sm.bad-signed-data"]

    @pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x80\x00\x00", b"\x30\x00", b"{}", b"-----BEGIN"])
    def test_no_message(self, data: bytes) -> None:
        assert refusals(data) == ["sm.bad-signed-data"]


def trusted(message: bytes, content: bytes) -> bool:
    """Whether the message holds and its signers' chains lead to the root."""
    try:
        found = gbt35275.verify(message, content)
        for signer in found.signers:
            verify_chain(signer.certificate, found.certificates, [ROOT_CERTIFICATE], at=NOW)
    except GatewayError:
        return False
    return found.content == content


def test_a_large_content_is_copied_twice_at_most() -> None:
    content = bytes(8 * 2**20)
    message = made.message(content, made.signer_info(content))
    tracemalloc.start()
    try:
        assert gbt35275.verify(message).content == content
        assert tracemalloc.get_traced_memory()[1] < 3 * len(content)
    finally:
        tracemalloc.stop()


class TestChanges:
    """A message with its chain has no byte that may change, save the version, which changes nothing."""

    MESSAGE = made.message(
        None,
        made.signer_info(CONTENT, attributes=ATTRIBUTES),
        certificates=[LEAF_CERTIFICATE, MIDDLE_CERTIFICATE],
    )

    def test_every_byte_by_one_bit(self) -> None:
        assert trusted(self.MESSAGE, CONTENT)
        for i in range(len(self.MESSAGE)):
            changed = self.MESSAGE[:i] + bytes([self.MESSAGE[i] ^ 1]) + self.MESSAGE[i + 1 :]
            assert not trusted(changed, CONTENT), i

    @given(st.integers(0, len(MESSAGE) - 1), st.integers(1, 255))
    def test_any_byte_in_any_way(self, index: int, mask: int) -> None:
        data = bytearray(self.MESSAGE)
        data[index] ^= mask
        assert not trusted(bytes(data), CONTENT) or bytes(data) == of_version_3(self.MESSAGE)

    @pytest.mark.parametrize("message", [PLAIN, WITH_ATTRIBUTES])
    def test_a_byte_inside_the_content(self, message: bytes) -> None:
        at = message.index(CONTENT)
        for i in range(at, at + len(CONTENT)):
            changed = message[:i] + bytes([message[i] ^ 1]) + message[i + 1 :]
            with pytest.raises(GatewayError):
                gbt35275.verify(changed)

    @given(st.data())
    def test_pieces_taken_out(self, data: st.DataObject) -> None:
        cuts = sorted(data.draw(st.lists(st.integers(0, len(self.MESSAGE)), min_size=2, max_size=4)))
        pieces = [self.MESSAGE[a:b] for a, b in pairwise([0, *cuts, len(self.MESSAGE)])]
        kept = b"".join(pieces[::2])
        assert kept == self.MESSAGE or not trusted(kept, CONTENT)

    @given(st.binary(max_size=300))
    def test_any_bytes(self, data: bytes) -> None:
        with pytest.raises(GatewayError):
            gbt35275.verify(data, CONTENT)


class TestTextForms:
    """Tools hand messages over as text as well."""

    ARMOUR = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(PLAIN) + b"-----END PKCS7-----\n"

    @pytest.mark.parametrize(
        "data",
        [
            PLAIN,
            base64.b64encode(PLAIN),
            base64.encodebytes(PLAIN).replace(b"\n", b"\r\n"),
            ARMOUR,
            ARMOUR.replace(b"PKCS7", b"CMS"),
        ],
    )
    def test_taken(self, data: bytes) -> None:
        assert gbt35275.decoded(data) == PLAIN

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            base64.b64encode(PLAIN)[:-1],
            base64.urlsafe_b64encode(PLAIN + b"\xff\xff\xff"),
            ARMOUR[:-8],
            ARMOUR.replace(b"BEGIN PKCS7", b"BEGIN CMS"),
            ARMOUR * 2,
            b"{}",
            "电池".encode(),
            b"MA=",
            b"MB==",
        ],
        ids=range(10),
    )
    def test_refused(self, data: bytes) -> None:
        with pytest.raises(GatewayError) as refused:
            gbt35275.decoded(data)
        assert refused.value.error_code == "sm.bad-signed-data"


class TestSigning:
    """What we make is what everybody reads."""

    @pytest.mark.parametrize("detached", [True, False])
    @pytest.mark.parametrize("time", [None, NOW, datetime(2051, 2, 3, 4, 5, 6, tzinfo=UTC)])
    def test_there_and_back(self, detached: bool, time: datetime | None) -> None:
        message = gbt35275.sign(
            CONTENT, LEAF, LEAF_CERTIFICATE, chain=[MIDDLE_CERTIFICATE], detached=detached, signing_time=time
        )
        found = gbt35275.verify(message, CONTENT)
        assert found.detached == detached
        assert set(found.certificates) == {LEAF_CERTIFICATE, MIDDLE_CERTIFICATE}
        assert found.signers[0].signing_time == time

    def test_with_a_certificate_of_another_key(self) -> None:
        with pytest.raises(UsageError) as refused:
            gbt35275.sign(CONTENT, OTHER, LEAF_CERTIFICATE)
        assert refused.value.error_code == "sm.certificate-not-of-key"

    def test_with_a_time_without_zone(self) -> None:
        naive = datetime(2026, 6, 1)  # noqa: DTZ001  # what is refused
        with pytest.raises(UsageError):
            gbt35275.sign(CONTENT, LEAF, LEAF_CERTIFICATE, signing_time=naive)

    def test_a_signer_that_fails_is_noticed(self) -> None:
        class Broken(made.Signer):
            def sign(self, message: bytes, user_id: bytes = b"") -> bytes:
                return OTHER.sign(message, user_id)

        with pytest.raises(SigningFailed):
            gbt35275.sign(CONTENT, Broken(LEAF.name), LEAF_CERTIFICATE)
        assert MIDDLE.public_key != OTHER.public_key
