"""Every published envelope by the one way in: what holds, and for what reason the rest is refused."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.signing.envelopes import UnknownEnvelope, detect, verify_any
from gateway.signing.rdf import canonical, nquads
from tests.signing.test_proofs import contexts

__all__ = ["contexts"]  # a fixture

# Refused though their makers call them valid, each with its reason. SHA-1, DSA, HMAC and short keys are not
# among them: those are invalid here by policy (`OLD`).
NOT_TAKEN = {
    # An RDFC proof that leaves a small number open: it verifies elsewhere with another number.
    "di-interop/small-number/eddsa-rdfc-2022.json": "rdf.number-not-covered",
    # The context of these is not among the published files here; nothing is fetched.
    "w3c-vc-di-ecdsa/ecdsa-rdfc-2019-p256/employ/signedECDSAP256.json": "rdf.context-unknown",
    "w3c-vc-di-ecdsa/ecdsa-rdfc-2019-p384/employ/signedECDSAP384.json": "rdf.context-unknown",
    "w3c-vc-di-eddsa/eddsa-rdfc-2022/employ/signedDataInt.json": "rdf.context-unknown",
    # The document is nothing but its signature, and the filter leaves that out: it covers nothing.
    "xades/xades-lta-spec.xml": "envelope.covers-itself",
    # The file that it was made over is not published beside it.
    "xades/xades-with-no-name-reference.xml": "envelope.content-needed",
}
# Suites that nobody asked for: selective disclosure on RDF, and the suite before Data Integrity.
OTHER_SUITES = ("ecdsa-sd-2023", "w3c-vc-di-bbs", "Ed25519Signature2020")
# Signed in another age: SHA-1 and DSA, or a DOCTYPE.
OLD = ("xmldsig/", "xades/xmldsig-only.xml")
BROKEN = ("BROKEN", "tampered", "attacks/")
# Steps on the way to a vector; and what other tests read by itself.
ELSEWHERE = (
    "TempDoc",
    "ConfigSigned",
    "wycheproof",
    "rfc3161",
    "w3c-rdfc10",
    "jcs-rfc8785",
    "sd-jwt",
    "etsi-lote",
    "certs/",
)


def taken(data: bytes, objects: dict[str, bytes], contexts: dict[str, bytes]) -> str:
    """The kind of an envelope that holds, or the reason why it is refused."""
    try:
        return verify_any(data, objects=objects, contexts=contexts).envelope.value
    except GatewayError as error:
        return error.error_code


def test_what_is_sound_holds_and_the_rest_has_its_reason(
    oracle_data: Path, contexts: dict[str, bytes]
) -> None:
    """False refusals are those of NOT_TAKEN; none of the others that their makers call valid."""
    place = oracle_data / "signing"
    objects = {"sample.json": (place / "jades" / "sample.json").read_bytes()}
    holds: dict[str, str] = {}
    refused: dict[str, str] = {}
    for file in sorted(place.rglob("*")):
        name = file.relative_to(place).as_posix()
        if not file.is_file() or any(word in name for word in (*ELSEWHERE, *OTHER_SUITES, *BROKEN)):
            continue
        if name.startswith(OLD):
            continue
        data = file.read_bytes()
        try:
            detect(data)
        except GatewayError:
            continue  # a text, a key, an unsigned document
        found = taken(data, objects if name.startswith("jades/") else {}, contexts)
        (refused if "." in found else holds)[name] = found
    # Digests in hexadecimal begin with the 0 that begins DER, too.
    refused = {name: code for name, code in refused.items() if not name.endswith(".txt")}
    assert refused == NOT_TAKEN
    assert len(holds) == 35
    assert set(holds.values()) == {"asic-e", "data-integrity", "jades", "xades", "gbt-35275"}


def test_what_is_old_or_broken_is_refused(oracle_data: Path, contexts: dict[str, bytes]) -> None:
    place = oracle_data / "signing"
    files = [
        *place.glob("xmldsig/*/*.xml"),
        place / "xades" / "xmldsig-only.xml",
        *place.glob("dss-probe/*BROKEN*"),
        *place.glob("di-interop/small-number/tampered*"),
        *place.glob("w3c-vc-di-eddsa/Ed25519Signature2020/signed*.json"),
    ]
    assert len(files) == 24
    for file in files:
        assert "." in taken(file.read_bytes(), {}, contexts), file


class TestAttacks:
    """The corpus, as envelopes: nothing verifies, nothing connects, nothing but our errors comes out."""

    @pytest.fixture(autouse=True)
    def _no_connection(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused(*_: object) -> None:
            pytest.fail("an attack file made us connect")

        monkeypatch.setattr(socket, "socket", refused)

    def test_no_file_of_the_corpus_verifies(self, oracle_data: Path, contexts: dict[str, bytes]) -> None:
        place = oracle_data / "signing" / "attacks"
        rows = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        for row in rows:
            data = (place / row["file"]).read_bytes()
            with pytest.raises(GatewayError):
                verify_any(data, contexts=contexts)
            with pytest.raises(GatewayError):
                verify_any(data, objects={"": b'{"pcf": 61.25}'}, contexts=contexts)
        assert len(rows) == 72

    def test_tokens_are_refused_for_what_their_note_says(self, oracle_data: Path) -> None:
        place = oracle_data / "signing" / "attacks" / "jose"
        codes = {}
        for file in sorted(place.iterdir()):
            with pytest.raises(GatewayError) as caught:
                verify_any(file.read_bytes())
            codes[file.stem] = caught.value.error_code
        assert codes == {
            "alg-None-case": "envelope.algorithm",
            "alg-none": "envelope.algorithm",
            "crit-empty": "envelope.crit",
            "crit-unknown": "envelope.crit",
            "dup-alg": "envelope.jose-malformed",
            "five-parts": "envelope.unknown",
            "jku": "envelope.header-refused",
            "kid-traversal": "envelope.key-unknown",
            "x5u": "envelope.header-refused",
            "zero-signature": "envelope.key-unknown",
        }

    def test_poison_graph(self, oracle_data: Path) -> None:
        data = (oracle_data / "signing/attacks/ld/blank-node-clique.nq").read_bytes()
        with pytest.raises(canonical.TooMuchWork):
            canonical.canonicalise(nquads.parse(data))


@pytest.mark.parametrize(
    "data", [b"", b" ", b"PK", b"text", b"{}", b"[]", b"<", b"\x30", b"a.b.c", b"-----BEGIN CERTIFICATE-----"]
)
def test_what_is_no_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(GatewayError):
        verify_any(data)


def test_plain_json_is_no_envelope() -> None:
    with pytest.raises(UnknownEnvelope):
        detect(b'{"pcf": "61.25"}')
