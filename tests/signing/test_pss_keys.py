"""RFC 4055, 1.2: whoever publishes a key for RSASSA-PSS has said that it signs in no other way."""

from __future__ import annotations

import base64

import pytest

from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson
from gateway.signing import algorithms, certificate_signatures, der, jades, jose, x509
from gateway.signing.certificates import Certificate
from gateway.signing.multibase import base64url
from gateway.signing.sealing import Sealer
from tests.signing.seals import sealer

RS256 = der.algorithm("1.2.840.113549.1.1.11")


def kept() -> bytes:
    """The certificate of an RSA key under the name of RSASSA-PSS; nobody looks at its own signature here."""
    made = Certificate.from_der(sealer("RSA").certificates[0].der)
    spki = der.parse(made.spki, "spki")
    spki.sequence("algorithm")
    other = der.sequence(der.algorithm("1.2.840.113549.1.1.10"), der.bits(spki.bits("key")))
    tbs = der.Reader(made.tbs, "").content(der.SEQUENCE, "tbs").replace(made.spki, other)
    return der.sequence(der.sequence(tbs), made.algorithm, der.bits(made.signature))


@pytest.mark.parametrize(("algorithm", "holds"), [("RS256", False), ("PS256", True)])
def test_only_pss_counts(algorithm: str, holds: bool) -> None:
    header: dict[str, PlainJson] = {"alg": algorithm, "x5c": [base64.b64encode(kept()).decode()]}
    _, data = jose.signing_input(header, b"61.25")
    value = sealer("RSA").sign(data, algorithms.JOSE[algorithm])
    token = data + b"." + base64url(value).encode()
    if holds:
        assert jades.verify(token).payload == b"61.25"
        return
    with pytest.raises(GatewayError) as caught:
        jades.verify(token)
    assert caught.value.error_code == "envelope.algorithm-not-of-key"


def test_in_certificates_above() -> None:
    value = sealer("RSA").sign(b"61.25", algorithms.JOSE["RS256"])
    usual, other = Certificate.from_der(sealer("RSA").certificates[0].der), Certificate.from_der(kept())
    assert certificate_signatures.holds(usual.spki, RS256, b"61.25", value)
    assert not certificate_signatures.holds(other.spki, RS256, b"61.25", value)


def test_a_seal_signs_with_it() -> None:
    class Key:
        def sign(self, data: bytes) -> bytes:
            return data

    own, other = (Sealer(Key(), [x509.Certificate.from_der(one)]) for one in (_usual(), kept()))
    assert (own.natural_xml.name, other.natural_xml.name) == ("RS256", "PS256")


def _usual() -> bytes:
    return sealer("RSA").certificates[0].der
