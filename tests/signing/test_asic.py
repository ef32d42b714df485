from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, UsageError
from gateway.signing import asic, envelopes, xades_writer
from gateway.signing.verified import Envelope, Inside, KeyOrigin
from tests.signing.seals import KINDS, TIME, sealer

FILES = {
    "ILCD/processes/0e5a7d5e.xml": (
        "application/xml",
        '<p xmlns="urn:x">电池 <!-- 61 --> 61.25</p>\n'.encode(),
    ),
    "ILCD/flows/流 1%.xml": ("application/xml", b"<f/>"),
    "pcf.json": ("application/json", b'{"pcf": 61.25}'),
}


def sealed(kind: str = "P-256", number: int = 1) -> bytes:
    return asic.sign(FILES, sealer(kind, number), signing_time=TIME)


def repacked(container: bytes, change: dict[str, bytes | None]) -> bytes:
    """The container with files replaced, added or (None) left out."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            data = change.get(name, old.read(name))
            if data is not None:
                new.writestr(zipfile.ZipInfo(name), data)
        for name in change.keys() - set(old.namelist()):
            new.writestr(zipfile.ZipInfo(name), change[name] or b"")
    return held.getvalue()


def signature_of(container: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(container)).read("META-INF/signatures001.xml")


def holds(container: bytes, *, own: bool = False) -> bool:
    try:
        asic.verify(container, own=own)
    except GatewayError:
        return False
    return True


@pytest.mark.parametrize(
    ("comment", "kind"),
    [
        (b"", Envelope.ASIC_E),
        (b"mimetype=application/vnd.etsi.asic-e+zip", Envelope.ASIC_E),
        (b"mimetype=application/vnd.etsi.asic-s+zip", None),
        (b"mimetype=application/zip", None),
    ],
)
def test_container_that_states_its_type_in_the_comment_or_nowhere(
    comment: bytes, kind: Envelope | None
) -> None:
    """EN 319 162-1, A.1: the file ``mimetype`` is not asked for; of ASiC-S, one file alone is."""
    held = io.BytesIO(repacked(sealed(), {"mimetype": None}))
    with zipfile.ZipFile(held, "a") as archive:
        archive.comment = comment
    assert not holds(held.getvalue(), own=True)
    if kind is None:
        assert not holds(held.getvalue())
        return
    found = asic.verify(held.getvalue())
    assert (found.envelope, {part.name for part in found.parts}) == (kind, set(FILES))
    assert found.uncovered == ()
    assert not holds(repacked(held.getvalue(), {next(iter(FILES)): b"changed"}))
    assert not holds(b"%PDF-1.7\n" + held.getvalue())
    assert not holds(repacked(held.getvalue(), {"META-INF/signatures001.xml": None}))
    # The same inside another one.
    around = asic.sign({"a.zip": ("application/zip", held.getvalue())}, sealer(), signing_time=TIME)
    (inner,) = envelopes.verify_any(around).contained
    assert (inner.place, inner.state) == ("a.zip", Inside.INTACT)


def test_signer_whom_the_signature_names_and_does_not_bring_along() -> None:
    """EN 319 132-1, 5.2.2: the signed digest says which certificate it is."""
    whole = sealed()
    signature = re.sub(rb"<ds:KeyInfo>.*?</ds:KeyInfo>", b"", signature_of(whole), flags=re.DOTALL)
    bare = repacked(whole, {"META-INF/signatures001.xml": signature})
    own, other = sealer().certificates[0], sealer("P-256", 2).certificates[0]
    found = asic.verify(bare, certificates=(other, own))
    assert found.signatures[0].certificates == (own.der,)
    assert not holds(bare)
    with pytest.raises(GatewayError, match="key-unknown"):
        asic.verify(bare, certificates=(other,))
    with pytest.raises(GatewayError, match="digest-wrong"):
        asic.verify(repacked(bare, {next(iter(FILES)): b"changed"}), certificates=(own,))


class TestOwn:
    """Files unmodified, one signature over all of them, and no byte free to change."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_there_and_back(self, kind: str) -> None:
        found = asic.verify(sealed(kind), own=True)
        assert found.envelope is Envelope.ASIC_E
        assert {part.name: (part.media_type, part.data) for part in found.parts} == FILES
        (signature,) = found.signatures
        assert (signature.key, signature.key_origin) == (sealer(kind).key, KeyOrigin.CERTIFICATE)
        assert signature.certificates == tuple(one.der for one in sealer(kind).certificates)
        assert signature.claimed_time == "2026-01-31T08:00:00Z"
        assert (set(signature.covered), found.uncovered) == (set(FILES), ())

    def test_same_input_same_bytes(self) -> None:
        assert sealed() == sealed()

    def test_files_lie_in_the_zip_as_they_are(self) -> None:
        with zipfile.ZipFile(io.BytesIO(sealed())) as archive:
            assert archive.namelist()[0] == "mimetype"
            assert {name: archive.read(name) for name in FILES} == {n: d for n, (_, d) in FILES.items()}

    def test_every_changed_byte_is_noticed(self) -> None:
        """Over the whole container, its zip headers too: some 9,000 bytes, two changes each."""
        container = sealed()
        unseen = []
        for index, byte in enumerate(container):
            for other in (byte ^ 1, byte ^ 0x20):
                if holds(container[:index] + bytes([other]) + container[index + 1 :], own=True):
                    unseen.append(index)
        assert unseen == []

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "../x",
            "/x",
            "META-INF/x.xml",
            "meta-inf/x",
            "mimetype",
            "a\\b",
            "a//b",
            "x" * 300,
            "nul.txt",
            "\u202ea",
        ],
    )
    def test_unsafe_names_are_not_signed(self, name: str) -> None:
        with pytest.raises(UsageError):
            asic.sign({name: ("", b"x")}, sealer(), signing_time=TIME)

    def test_same_names_on_some_system_are_not_signed(self) -> None:
        with pytest.raises(UsageError, match="part-twice"):
            asic.sign({"a": ("", b"1"), "A": ("", b"2")}, sealer(), signing_time=TIME)

    def test_workbook_is_sealed_though_it_is_a_zip(self) -> None:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("xl/workbook.xml", "<w/>")
        container = asic.sign({"survey.xlsx": ("", held.getvalue())}, sealer(), signing_time=TIME)
        assert asic.verify(container, own=True).payload == held.getvalue()


class TestSecondSignature:
    """Several bodies sign the same files, side by side."""

    def test_both_hold_over_the_same_files(self) -> None:
        both = asic.add_signature(sealed(), sealer("Ed25519"), signing_time=TIME)
        found = asic.verify(both, own=True)
        assert [one.algorithm for one in found.signatures] == ["ecdsa-sha256", "eddsa-ed25519"]
        assert {part.name for part in found.parts} == set(FILES)

    def test_one_broken_signature_breaks_the_container(self) -> None:
        both = asic.add_signature(sealed(), sealer("Ed25519"), signing_time=TIME)
        second = zipfile.ZipFile(io.BytesIO(both)).read("META-INF/signatures002.xml")
        changed = second.replace(b"2026-01-31T08:00:00Z", b"2026-02-01T08:00:00Z")
        assert changed != second
        assert not holds(repacked(both, {"META-INF/signatures002.xml": changed}))

    def test_nothing_is_added_to_a_broken_container(self) -> None:
        with pytest.raises(GatewayError):
            asic.add_signature(repacked(sealed(), {"pcf.json": b"{}"}), sealer(), signing_time=TIME)


class TestTampered:
    """What somebody would like to slip in."""

    def test_changed_missing_and_renamed_files_are_refused(self) -> None:
        container = sealed()
        assert holds(repacked(container, {}))
        assert not holds(repacked(container, {"pcf.json": b'{"pcf": 1.25}'}))
        assert not holds(repacked(container, {"pcf.json": None}))
        assert not holds(repacked(container, {"pcf.json": None, "pcf2.json": FILES["pcf.json"][1]}))

    def test_added_file_is_uncovered_and_refused_as_ours(self) -> None:
        more = repacked(sealed(), {"extra.json": b"{}"})
        assert asic.verify(more).uncovered == ("extra.json",)
        assert asic.verify(more).part("extra.json") is None
        assert not holds(more, own=True)

    def test_container_without_signature_is_refused(self) -> None:
        assert not holds(repacked(sealed(), {"META-INF/signatures001.xml": None}))

    def test_signature_hidden_under_another_name_is_named(self) -> None:
        found = asic.verify(repacked(sealed(), {"META-INF/signature.p7s": b"x"}))
        assert found.uncovered == ("META-INF/signature.p7s",)

    def test_other_certificate_is_refused(self) -> None:
        """The certificate is signed for: another one, of the same key or not, does not take its place."""
        one, other = signature_of(sealed()), signature_of(sealed("P-256", 2))
        start, end = b"<ds:X509Certificate>", b"</ds:X509Certificate>"
        own = one[one.index(start) : one.index(end)]
        strange = other[other.index(start) : other.index(end)]
        assert own != strange
        assert not holds(repacked(sealed(), {"META-INF/signatures001.xml": one.replace(own, strange)}))

    def test_plain_xml_signature_is_not_enough(self) -> None:
        document = signature_of(sealed())
        start, end = document.index(b"<ds:Object>"), document.index(b"</ds:Object>") + len(b"</ds:Object>")
        assert not holds(
            repacked(sealed(), {"META-INF/signatures001.xml": document[:start] + document[end:]})
        )


class TestPublished:
    """Containers of EU DSS and of the prototype."""

    @pytest.mark.parametrize(
        ("file", "parts", "signatures"),
        [
            ("asic/multifiles-ok.asice", 2, 2),
            ("asic/onefile-ok.asice", 1, 1),
            ("dss-probe/asic-e-own-writer.asice", 3, 1),
        ],
    )
    def test_holds(self, oracle_data: Path, file: str, parts: int, signatures: int) -> None:
        found = asic.verify((oracle_data / "signing" / file).read_bytes())
        assert (len(found.parts), len(found.signatures), found.uncovered) == (parts, signatures, ())

    def test_hostile_zips_are_refused(self, oracle_data: Path) -> None:
        files = sorted((oracle_data / "signing" / "attacks" / "zip").iterdir())
        assert len(files) == 15
        for file in files:
            with pytest.raises(GatewayError):
                asic.verify(file.read_bytes())


def test_own_form_is_canonical() -> None:
    from gateway.frontdoor import xml

    document = xades_writer.write(FILES, sealer(), signing_time=TIME)
    assert xades_writer.is_own_form(document, xml.parse_signed(document))
    spaced = document.replace(b"<ds:Object>", b"<ds:Object >")
    assert not xades_writer.is_own_form(spaced, xml.parse_signed(spaced))


@given(st.binary(max_size=300))
def test_only_our_errors_come_out(data: bytes) -> None:
    with pytest.raises(GatewayError):
        asic.verify(b"PK\x03\x04" + data)


def test_whatever_lies_in_meta_inf_is_told() -> None:
    """Nobody signs what stands there, whatever its name."""
    from tests.signing.seals import TIME, sealer

    sound = asic.sign({"a.json": ("application/json", b"{}")}, sealer(), signing_time=TIME)
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound)) as source, zipfile.ZipFile(held, "w") as target:
        for entry in source.infolist():
            target.writestr(entry, source.read(entry))
        for name in ("META-INF/invoice.json", "META-INF/more/a.json", "META-INF/evidencerecord.xml"):
            target.writestr(name, "{}")
    found = asic.verify(held.getvalue())
    assert found.uncovered == ("META-INF/invoice.json", "META-INF/more/a.json", "META-INF/evidencerecord.xml")
    assert asic.verify(sound).uncovered == ()
    with pytest.raises(GatewayError):
        asic.verify(held.getvalue(), own=True)
