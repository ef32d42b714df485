"""Every form over any files: what is covered is what was given, and a changed byte is noticed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.errors import GatewayError, UsageError, flatten
from gateway.signing import envelopes, forms, keys, sd_jwt
from gateway.signing.did_key import KeyType
from gateway.signing.forms import Form, Hidden
from gateway.signing.keys import PrivateKey
from gateway.signing.sealing import Sealer
from tests.signing.conftest import throw_away
from tests.signing.seals import KINDS, TIME, sealer

FILES = {
    "ILCD/流 1%.xml": ("application/xml", b"<p>61.25</p>"),
    "pcf.json": ("application/json", b'{"pcf": 61.250, "t": 5710.24320000000000001}'),
}
HELD = {name: data for name, (_, data) in FILES.items()}
ONE = {"pcf.json": FILES["pcf.json"]}
SEVERAL = (Form.ASIC_E, Form.XADES, Form.JADES_DETACHED)


def salts(place: str) -> bytes:
    return hashlib.sha256(place.encode()).digest()[:16]


def credential(issuer: str, **more: Any) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "validFrom": "2026-01-31T08:00:00Z",
        "credentialSubject": {"id": "urn:x:1", "name": "电池", "share": 1e-7},
        **more,
    }


def document(value: object) -> dict[str, tuple[str, bytes]]:
    return {"c.json": ("application/json", json.dumps(value, ensure_ascii=False).encode())}


def sign(files: forms.Files, form: Form, signer: Sealer | keys.Signer, hidden: Hidden | None = None) -> bytes:
    return forms.sign(files, form, signer, signing_time=TIME, hidden=hidden)


class TestSeveral:
    """Files that stay as they are."""

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("form", SEVERAL)
    def test_covers_exactly_the_files(self, form: Form, kind: str) -> None:
        made = sign(FILES, form, sealer(kind))
        beside = HELD if form is not Form.ASIC_E else None
        found = envelopes.verify_any(made, objects=beside)
        assert {part.name: part.data for part in found.parts} == HELD
        assert found.uncovered == ()
        assert found.signatures[0].claimed_time == "2026-01-31T08:00:00Z"

    @pytest.mark.parametrize("form", SEVERAL[1:])
    def test_any_changed_byte_of_a_file_is_noticed(self, form: Form) -> None:
        made = sign(FILES, form, sealer("P-256"))
        for name, data in HELD.items():
            for at in range(len(data)):
                other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
                with pytest.raises(GatewayError):
                    envelopes.verify_any(made, objects={**HELD, name: other})

    def test_unknown_names_are_refused(self) -> None:
        with pytest.raises(UsageError, match="unsafe-part-name"):
            sign({"../x": ("", b"1")}, Form.ASIC_E, sealer())


class TestOne:
    """One file as payload, byte for byte, or beside a detached signature."""

    def test_payload_is_the_file(self) -> None:
        assert envelopes.verify_any(sign(ONE, Form.JADES, sealer())).payload == HELD["pcf.json"]
        token = sign(ONE, Form.JWS, throw_away(KeyType.P384))
        assert envelopes.verify_any(token, objects={"": HELD["pcf.json"]}).payload == HELD["pcf.json"]

    @pytest.mark.parametrize("kind", KeyType)
    @pytest.mark.parametrize("form", [Form.VC_JWT, Form.DATA_INTEGRITY])
    def test_credential_is_the_document(self, form: Form, kind: KeyType) -> None:
        key = throw_away(kind)
        given = credential(key.public_key.did)
        found = envelopes.verify_any(sign(document(given), form, key))
        assert (found.document, found.issuer) == (given, key.public_key.did)

    @pytest.mark.parametrize("form", [Form.VC_JWT, Form.DATA_INTEGRITY])
    def test_what_is_no_credential_of_ours_is_refused(self, form: Form) -> None:
        key = throw_away(KeyType.ED25519)
        for wrong in (
            credential("did:key:zOther"),
            credential(key.public_key.did, credentialSubject={}),
            {"pcf": "1"},
            [1],
        ):
            with pytest.raises(GatewayError):
                sign(document(wrong), form, key)

    @pytest.mark.parametrize("form", [Form.VC_JWT, Form.DATA_INTEGRITY, Form.SD_JWT])
    @pytest.mark.parametrize("number", ["5710.24320000000000001", "0.1000000000000000055", "1e-400"])
    def test_number_that_would_be_rounded_is_refused(self, form: Form, number: str) -> None:
        key = throw_away(KeyType.ED25519)
        data = json.dumps(credential(key.public_key.did, x="#")).replace('"#"', number).encode()
        hidden = Hidden((), salts) if form is Form.SD_JWT else None
        with pytest.raises(GatewayError) as caught:
            sign({"c.json": ("application/json", data)}, form, key, hidden)
        found = {(one.error_code, one.path) for one in flatten(caught.value)}
        assert found <= {("signing.number-rounded", "/x"), ("json.number-out-of-range", "/x")}

    @pytest.mark.parametrize("number", ["1E-7", "0.30000000000000004", "-0.0", "12.420685", "1.50"])
    def test_number_that_is_carried_is_signed(self, number: str) -> None:
        key = throw_away(KeyType.ED25519)
        data = json.dumps(credential(key.public_key.did, x="#")).replace('"#"', number).encode()
        found = envelopes.verify_any(sign({"c": ("", data)}, Form.DATA_INTEGRITY, key))
        assert found.document["x"] == float(number)


class TestHiding:
    """SD-JWT over a credential or any object."""

    def test_credential_keeps_its_issuer(self) -> None:
        key = throw_away(KeyType.P256)
        hidden = Hidden(["/credentialSubject/share"], salts, throw_away(KeyType.ED25519).public_key, 2)
        found = sd_jwt.verify(sign(document(credential(key.public_key.did)), Form.SD_JWT, key, hidden))
        assert found.claims == credential(key.public_key.did)
        assert (found.disclosed, found.hidden) == (("/credentialSubject/share",), 2)

    def test_plain_object_gets_issuer_and_time(self) -> None:
        key = throw_away(KeyType.P256)
        given = {"lines": [{"kg": "1.5"}, {"kg": "2"}]}
        found = sd_jwt.verify(sign(document(given), Form.SD_JWT, key, Hidden(["/lines/*/kg"], salts)))
        assert found.claims == {**given, "iss": key.public_key.did, "iat": int(TIME.timestamp())}
        assert found.disclosed == ("/lines/0/kg", "/lines/1/kg")
        assert found.envelope.issuer == key.public_key.did

    @pytest.mark.parametrize("place", ["/issuer", "/validUntil", "/credentialStatus/id", "/type/0", "/iss"])
    def test_what_every_reader_needs_stays_open(self, place: str) -> None:
        key = throw_away(KeyType.P256)
        given = credential(
            key.public_key.did,
            validUntil="2027-01-31T08:00:00Z",
            credentialStatus={"id": "urn:x:2", "type": "BitstringStatusListEntry"},
            iss=key.public_key.did,
        )
        with pytest.raises(UsageError, match="must-stay-open"):
            sign(document(given), Form.SD_JWT, key, Hidden([place], salts))

    @pytest.mark.parametrize("place", ["/nowhere", "lines", "/lines/7", "/lines/*/no", ""])
    def test_place_that_is_not_there_is_refused(self, place: str) -> None:
        with pytest.raises(UsageError, match="no-such-place"):
            sign(document({"lines": [1]}), Form.SD_JWT, throw_away(KeyType.P256), Hidden([place], salts))

    def test_names_with_a_slash(self) -> None:
        assert forms.expand({"a/b": {"~": 1}}, ["/a~1b/~0"]) == ("/a~1b/~0",)
        assert forms.expand({"a": [[1], [2, 3]]}, ["/a/*/0"]) == ("/a/0/0", "/a/1/0")


class TestRefused:
    """Forms, signers and times that do not go together."""

    @pytest.mark.parametrize("form", [form for form in Form if form not in SEVERAL])
    def test_several_files(self, form: Form) -> None:
        signer = sealer() if form in forms.CERTIFIED else throw_away(KeyType.P256)
        with pytest.raises(UsageError, match="one-file"):
            sign(FILES, form, signer)

    @pytest.mark.parametrize("form", Form)
    def test_signer_of_the_other_kind(self, form: Form) -> None:
        signer = throw_away(KeyType.P256) if form in forms.CERTIFIED else sealer()
        hidden = Hidden((), salts) if form is Form.SD_JWT else None
        with pytest.raises(UsageError, match="certificate"):
            sign(ONE, form, signer, hidden)

    def test_hiding_elsewhere(self) -> None:
        with pytest.raises(UsageError, match="hides-nothing"):
            sign(ONE, Form.JWS, throw_away(KeyType.P256), Hidden((), salts))
        with pytest.raises(UsageError, match="hides-nothing"):
            sign(ONE, Form.SD_JWT, throw_away(KeyType.P256))

    @pytest.mark.parametrize("year", [2025, 2037])
    def test_certificate_out_of_date(self, year: int) -> None:
        with pytest.raises(UsageError, match="certificate-out-of-date"):
            forms.sign(ONE, Form.JADES, sealer(), signing_time=datetime(year, 6, 1, tzinfo=UTC))

    @pytest.mark.parametrize("form", Form)
    def test_time_without_zone(self, form: Form) -> None:
        signer = sealer() if form in forms.CERTIFIED else throw_away(KeyType.P256)
        hidden = Hidden((), salts) if form is Form.SD_JWT else None
        with pytest.raises(UsageError, match="bad-timestamp"):
            forms.sign(ONE, form, signer, signing_time=TIME.replace(tzinfo=None), hidden=hidden)

    def test_reading_back_notices_other_content(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A writer that signs other bytes than it was given, soundly."""
        from gateway.signing import jws

        sound = jws.sign_detached
        monkeypatch.setattr(jws, "sign_detached", lambda data, signer: sound(data + b" ", signer))
        with pytest.raises(GatewayError):
            sign(ONE, Form.JWS, throw_away(KeyType.P256))
        from gateway.signing import jades

        wrap = jades.sign
        monkeypatch.setattr(jades, "sign", lambda data, seal, **how: wrap(data + b" ", seal, **how))
        with pytest.raises(keys.SigningFailed):
            sign(ONE, Form.JADES, sealer())


class TestBeside:
    """Files that are handed in beside an envelope."""

    def test_other_content_than_inside_is_refused(self) -> None:
        other = {"pcf.json": b'{"pcf": 61.26}'}
        key: PrivateKey = throw_away(KeyType.ED25519)
        for made in (
            sign(FILES, Form.ASIC_E, sealer()),
            sign(ONE, Form.JADES, sealer()),
            sign(document(credential(key.public_key.did)), Form.VC_JWT, key),
        ):
            with pytest.raises(GatewayError, match="content-differs"):
                envelopes.verify_any(made, objects=other)

    def test_what_nobody_signed_is_told(self) -> None:
        more = {**HELD, "more.json": b"1"}
        for form in SEVERAL:
            made = sign(FILES, form, sealer())
            assert envelopes.verify_any(made, objects=more).uncovered == ("more.json",)
