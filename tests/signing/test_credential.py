from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors import GatewayError, flatten
from gateway.signing import credential as vc
from gateway.signing import data_integrity as di
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey

TIME = "2026-01-31T08:00:00Z"
SUBJECT: dict[str, Any] = {
    "id": "urn:gtin:06901234567892",
    "type": "https://schema.org/Product",
    "https://schema.org/additionalProperty": [
        vc.property_value(
            "carbon footprint of the pack",
            "5740.109388",
            unit="kg",
            basis=[vc.property_value("system boundary", "cradle to grave")],
        )
    ],
}


def built(key: PrivateKey, **changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "issuer": key.public_key.did,
        "valid_from": TIME,
        "subject": SUBJECT,
        **changes,
    }
    return vc.build_credential(**arguments)


class TestCredential:
    """A self-contained VCDM 2.0 credential."""

    def test_members(self, ed25519_key: PrivateKey) -> None:
        found = built(
            ed25519_key,
            resources=[vc.Resource("manifest.json", "application/json", b"abc")],
            identifier="urn:uuid:0e5a7d5e-28a7-5b5c-8a0b-0c8c6a1a2b3c",
            name="电池包碳足迹声明",
            valid_until="2031-01-31T08:00:00+08:00",
        )
        assert found["@context"] == ["https://www.w3.org/ns/credentials/v2"]
        assert found["type"] == ["VerifiableCredential"]
        assert found["credentialSubject"] == SUBJECT
        assert found["relatedResource"] == [
            {
                "id": "ni:///sha-256;ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
                "name": "manifest.json",
                "mediaType": "application/json",
                "digestSRI": "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
            }
        ]
        assert "validUntil" in found

    def test_can_be_signed(self, key: PrivateKey) -> None:
        data = jcs(di.add_proof(built(key), key, created=TIME))
        assert di.verify_proof(data, own=True).document == json.loads(jcs(built(key)))


def _subject(**changes: Any) -> dict[str, Any]:
    return {"subject": {**SUBJECT, **changes}}


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "own-word": (_subject(footprint="1"), "signing.undefined-term", "/credentialSubject/footprint"),
    "keyword": (_subject(**{"@type": "x"}), "signing.undefined-term", "/credentialSubject/@type"),
    "own-type": (_subject(type="Battery"), "signing.undefined-term", "/credentialSubject/type"),
    "nested": (
        _subject(**{"urn:x:y": [{"z/": "1"}]}),
        "signing.undefined-term",
        "/credentialSubject/urn:x:y/0/z~1",
    ),
    "number": (_subject(**{"urn:x:y": 1.5}), "signing.amount-not-text", "/credentialSubject/urn:x:y"),
    "null": (_subject(**{"urn:x:y": None}), "signing.amount-not-text", "/credentialSubject/urn:x:y"),
    "relative-id": (_subject(id="pack-1"), "signing.not-a-uri", "/credentialSubject/id"),
    "no-subject": ({"subject": {}}, "signing.empty-statement", "/credentialSubject"),
    "date": ({"valid_from": "2026-01-31"}, "signing.bad-timestamp", "/validFrom"),
    "identifier": ({"identifier": "1"}, "signing.not-a-uri", "/id"),
    "extra-type": ({"types": ["Footprint"]}, "signing.undefined-term", "/type/1"),
    "same-file-twice": (
        {"resources": [vc.Resource(name, "text/plain", b"x") for name in "ab"]},
        "signing.resource-twice",
        "/relatedResource/1",
    ),
}


@pytest.mark.parametrize(("changes", "code", "path"), BAD.values(), ids=BAD)
def test_what_a_reader_could_not_understand_is_refused(
    ed25519_key: PrivateKey, changes: dict[str, Any], code: str, path: str
) -> None:
    with pytest.raises(GatewayError) as caught:
        built(ed25519_key, **changes)
    assert [(error.error_code, error.path) for error in flatten(caught.value)] == [(code, path)]
