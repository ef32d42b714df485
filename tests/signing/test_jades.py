from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, UsageError
from gateway.signing import envelopes, jades
from gateway.signing.jose import JoseRefused
from gateway.signing.multibase import base64url, from_base64url
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import Envelope, KeyOrigin
from tests.signing.seals import KINDS, TIME, sealer

PAYLOAD = '{"pcf":"61.25","名":"电池"}'.encode()


def header_of(token: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(from_base64url(token.split(b".")[0].decode()) or b"")
    return found


def remade(header: dict[str, Any], payload: bytes = PAYLOAD, kind: str = "P-256") -> bytes:
    """A token with any header, correctly signed."""
    data = f"{base64url(json.dumps(header).encode())}.{base64url(payload)}".encode()
    return data + b"." + base64url(sealer(kind).sign(data, sealer(kind).natural)).encode()


class TestCompact:
    """What is sealed verifies, says by whose certificate and when, and nothing else passes."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_there_and_back(self, kind: str) -> None:
        found = jades.verify(
            jades.sign(PAYLOAD, sealer(kind), signing_time=TIME, media_type="application/json")
        )
        (signature,) = found.signatures
        assert found.envelope is Envelope.JADES
        assert (found.payload, found.parts[0].media_type) == (PAYLOAD, "application/json")
        assert signature.key_origin is KeyOrigin.CERTIFICATE
        assert signature.key == sealer(kind).key
        assert signature.certificates == tuple(one.der for one in sealer(kind).certificates)
        assert signature.claimed_time == "2026-01-31T08:00:00Z"

    def test_trust_list_header_has_exactly_what_the_list_profile_asks_for(self) -> None:
        token = jades.sign(PAYLOAD, sealer(), signing_time=TIME, thumbprint=False, type_="JOSE")
        assert set(header_of(token)) == {"alg", "iat", "x5c", "typ"}
        assert jades.verify(token).payload == PAYLOAD

    def test_time_without_zone_is_refused(self) -> None:
        with pytest.raises(UsageError, match="bad-timestamp"):
            jades.sign(PAYLOAD, sealer(), signing_time=TIME.replace(tzinfo=None))

    def test_every_changed_byte_is_noticed(self) -> None:
        token = jades.sign(PAYLOAD * 60, sealer(), signing_time=TIME)
        assert len(token) > 3000
        unseen = []
        for index, byte in enumerate(token):
            for other in (byte ^ 1, ord("A")):
                changed = token[:index] + bytes([other]) + token[index + 1 :]
                if changed != token and holds(changed):
                    unseen.append((index, other))
        assert unseen == []


class TestDetached:
    """Several files by digest; each must be there, unchanged, under its name."""

    FILES: ClassVar = {"a.xml": ("application/xml", b"<a/>"), "电池.json": ("application/json", PAYLOAD)}
    HELD: ClassVar = {name: data for name, (_, data) in FILES.items()}

    def test_there_and_back(self) -> None:
        token = jades.sign_detached(self.FILES, sealer(), signing_time=TIME)
        found = jades.verify(token, objects=self.HELD)
        assert {part.name: (part.media_type, part.data) for part in found.parts} == self.FILES
        assert header_of(token)["sigD"]["pars"] == ["a.xml", "%E7%94%B5%E6%B1%A0.json"]

    @pytest.mark.parametrize(
        ("held", "code"),
        [
            ({"a.xml": b"<a/>"}, "content-needed"),
            ({**HELD, "a.xml": b"<b/>"}, "digest-wrong"),
            ({"b.xml": b"<a/>", "电池.json": PAYLOAD}, "content-needed"),
        ],
    )
    def test_anything_else_is_refused(self, held: dict[str, bytes], code: str) -> None:
        token = jades.sign_detached(self.FILES, sealer(), signing_time=TIME)
        with pytest.raises(JoseRefused, match=code):
            jades.verify(token, objects=held)

    def test_nothing_to_sign_is_refused(self) -> None:
        with pytest.raises(UsageError, match="nothing-to-sign"):
            jades.sign_detached({}, sealer(), signing_time=TIME)


def holds(token: bytes) -> bool:
    try:
        jades.verify(token)
    except GatewayError:
        return False
    return True


def other_certificate() -> str:
    return base64.b64encode(sealer("P-256", 2).certificates[0].der).decode()


HEADERS: dict[str, dict[str, Any]] = {
    "none": {"alg": "none"},
    "case": {"alg": "es256"},
    "hmac": {"alg": "HS256"},
    "other-curve": {"alg": "ES384"},
    "rsa": {"alg": "RS256"},
    "sha-1": {"alg": "RS1"},
    "crit-empty": {"crit": []},
    "crit-unknown": {"crit": ["x"], "x": 1},
    "crit-absent-member": {"crit": ["sigT"]},
    "crit-standard": {"crit": ["alg"]},
    "crit-twice": {"crit": ["iat", "iat"]},
    "unencoded": {"b64": False},
    "unencoded-critical": {"b64": False, "crit": ["b64"]},
    "key-link": {"jku": "https://example.org/keys"},
    "certificate-link": {"x5u": "https://example.org/cert"},
    "key-inside": {"jwk": {"kty": "EC"}},
    "compressed": {"zip": "DEF"},
    "other-thumbprint": {"x5t#S256": base64url(bytes(32))},
    "no-certificate": {"x5c": None},
    "no-certificates": {"x5c": []},
    "other-certificate": {"x5c": [other_certificate()]},
    "damaged-certificate": {"x5c": ["AAAA"]},
    "time-as-text": {"iat": "2026"},
    "time-after-the-calendar": {"iat": 10**15},
    "sha-1-thumbprint": {"sigX5ts": [{"digAlg": "S1", "digVal": "AA"}]},
    "two-times-one-bad": {"sigT": "today"},
    "two-times": {"sigT": "2020-01-31T08:00:00Z"},
    "another-thumbprint": {"x5t": base64url(bytes(20))},
}


@pytest.mark.parametrize("change", HEADERS.values(), ids=HEADERS)
def test_headers_that_are_refused_though_signed(change: dict[str, Any]) -> None:
    sound = header_of(jades.sign(PAYLOAD, sealer(), signing_time=TIME))
    assert holds(remade(sound))
    assert not holds(remade({**sound, **change}))


def test_every_digest_of_the_signers_certificate_must_fit() -> None:
    sound = header_of(jades.sign(PAYLOAD, sealer(), signing_time=TIME))
    own, above = sealer().certificates[0], {"digAlg": "S256", "digVal": base64url(bytes(32))}
    right = {"digAlg": "S512", "digVal": base64url(own.digest("sha512"))}
    wrong = {"digAlg": "S512", "digVal": base64url(bytes(64))}
    assert holds(remade({**sound, "x5t#o": right, "sigX5ts": [right, above]}))
    for change in ({"x5t#o": wrong}, {"sigX5ts": [wrong]}, {"x5t#o": right, "sigX5ts": [above, right]}):
        assert not holds(remade({**sound, **change})), change
    # Without the certificate in the header, the one that is handed in must fit them, too.
    bare = {name: value for name, value in sound.items() if name != "x5c"}
    jades.verify(remade({**bare, "x5t#o": right}), certificates=[own])
    with pytest.raises(GatewayError, match="certificate-absent"):
        jades.verify(remade({**bare, "x5t#o": wrong}), certificates=[own])


@pytest.mark.parametrize("name", ["sigPId", "srAts"])
def test_what_nothing_is_done_with_may_not_be_critical(name: str) -> None:
    sound = {**header_of(jades.sign(PAYLOAD, sealer(), signing_time=TIME)), name: {"id": "urn:oid:1.2.3"}}
    assert holds(remade(sound))
    assert not holds(remade({**sound, "crit": [name]}))


def test_unprotected_header_may_not_say_how_to_verify() -> None:
    head, payload, signature = jades.sign(PAYLOAD, sealer(), signing_time=TIME).decode().split(".")
    flat = {"protected": head, "payload": payload, "signature": signature}
    assert holds(json.dumps(flat).encode())
    assert holds(json.dumps({**flat, "header": {"etsiU": []}}).encode())
    for extra in ({"header": {"alg": "none"}}, {"header": {"kid": "x"}}, {"more": 1}, {"payload": 1}):
        assert not holds(json.dumps({**flat, **extra}).encode())


class TestSerialised:
    """RFC 7515, 7.2: flattened and general, with a key that the reader has; no certificate, so no JAdES."""

    @staticmethod
    def entry(
        kind: str, payload: bytes = PAYLOAD, **header: object
    ) -> tuple[dict[str, str], VerificationKey]:
        own = sealer(kind)
        members = {"alg": own.natural.name, "kid": kind, **header}
        head = base64url(json.dumps(members).encode())
        text = payload.decode() if header.get("b64") is False else base64url(payload)
        value = own.sign(f"{head}.{text}".encode(), own.natural)
        return {"protected": head, "signature": base64url(value)}, own.key

    def test_flattened(self) -> None:
        entry, key = self.entry("P-256")
        flat = {**entry, "payload": base64url(PAYLOAD)}
        found = envelopes.verify_any(json.dumps(flat).encode(), keys={"P-256": key})
        assert (found.envelope, found.payload) == (Envelope.JWS, PAYLOAD)
        for changed in ({"payload": base64url(PAYLOAD + b" ")}, {"header": {"kid": "x"}}, {"more": 1}):
            with pytest.raises(GatewayError):
                envelopes.verify_any(json.dumps({**flat, **changed}).encode(), keys={"P-256": key})
        with pytest.raises(GatewayError):
            envelopes.verify_any(json.dumps(flat).encode())

    def test_general(self) -> None:
        (one, key), (other, second) = self.entry("P-256"), self.entry("RSA")
        keys = {"P-256": key, "RSA": second}
        both = {"payload": base64url(PAYLOAD), "signatures": [one, other]}
        found = envelopes.verify_any(json.dumps(both).encode(), keys=keys)
        assert [signature.key for signature in found.signatures] == [key, second]
        strange, _ = self.entry("RSA", b"{}")
        with pytest.raises(GatewayError):
            envelopes.verify_any(json.dumps({**both, "signatures": [one, strange]}).encode(), keys=keys)
        with pytest.raises(GatewayError):
            envelopes.verify_any(json.dumps(both).encode(), keys={"P-256": key})

    @pytest.mark.parametrize("raw", [False, True])
    @pytest.mark.parametrize("detached", [False, True])
    def test_payload_elsewhere_and_raw(self, raw: bool, detached: bool) -> None:
        header: dict[str, Any] = {"b64": False, "crit": ["b64"]} if raw else {}
        entry, key = self.entry("P-256", PAYLOAD, **header)
        payload = PAYLOAD.decode() if raw else base64url(PAYLOAD)
        token = json.dumps(entry if detached else {**entry, "payload": payload}).encode()
        objects = {"pcf.json": PAYLOAD} if detached else None
        assert envelopes.verify_any(token, objects=objects, keys={"P-256": key}).payload == PAYLOAD
        with pytest.raises(GatewayError):
            envelopes.verify_any(token, objects={"pcf.json": PAYLOAD + b" "}, keys={"P-256": key})

    def test_credential_is_asked_for_its_issuer(self) -> None:
        entry, key = self.entry("P-256", typ="vc+jwt")
        with pytest.raises(GatewayError):
            envelopes.verify_any(
                json.dumps({**entry, "payload": base64url(PAYLOAD)}).encode(), keys={"P-256": key}
            )


class TestPublished:
    """The files of EU DSS and of the prototype."""

    @pytest.mark.parametrize(
        ("file", "time", "stamps"),
        [
            ("jades/jades-b-no-signing-time.json", "", 0),
            ("jades/jades-level-b-full-type.json", "2021-02-01T14:41:56Z", 0),
            ("jades/jades-lta.json", "2021-01-25T10:20:02Z", 1),
            ("jades/jades-with-multiple-sign-cert-refs.json", "2020-11-23T15:04:27Z", 0),
            ("jades/simple-detached.json", "2020-11-23T14:44:09Z", 0),
            ("dss-probe/jades-b-compact.jws", "2026-11-21T20:04:43Z", 0),
            ("dss-probe/jades-b-compact-sigT.jws", "2026-11-21T20:04:43Z", 0),
        ],
    )
    def test_holds(self, oracle_data: Path, file: str, time: str, stamps: int) -> None:
        place = oracle_data / "signing"
        objects = {"sample.json": (place / "jades" / "sample.json").read_bytes()}
        (signature,) = jades.verify((place / file).read_bytes(), objects=objects).signatures
        assert (signature.claimed_time, len(signature.timestamps)) == (time, stamps)


@given(st.one_of(st.binary(max_size=200), st.text(alphabet='eyJhbGci.-_={}":', max_size=80).map(str.encode)))
def test_only_our_errors_come_out(token: bytes) -> None:
    with pytest.raises(GatewayError):
        jades.verify(token)


@pytest.mark.parametrize("kind", ["vc+jwt", "VP+JWT", "application/vc+sd-jwt", "dc+sd-jwt"])
def test_credential_in_json_by_a_certificate_is_refused(kind: str) -> None:
    """Read as any JWS, nobody would ask whether the key is the issuer's; the compact form is refused, too."""
    own = sealer()
    header = {
        "alg": own.natural.name,
        "typ": kind,
        "x5c": [base64.b64encode(own.certificates[0].der).decode()],
    }
    payload = {"type": ["VerifiableCredential", "VerifiablePresentation"], "issuer": "did:web:body.example"}
    head, body = base64url(json.dumps(header).encode()), base64url(json.dumps(payload).encode())
    value = base64url(own.sign(f"{head}.{body}".encode(), own.natural))
    with pytest.raises(JoseRefused, match="wrong-type"):
        envelopes.verify_any(json.dumps({"protected": head, "payload": body, "signature": value}).encode())
    with pytest.raises(GatewayError):
        envelopes.verify_any(f"{head}.{body}.{value}".encode())


@pytest.mark.parametrize("raw", [False, True])
def test_where_one_file_ends_is_signed_or_it_is_no_signature_of_several(raw: bool) -> None:
    """TS 119 182-1, 5.2.8.3.2 signs files one behind the other: a byte may move from one to the next."""

    def made(files: dict[str, bytes]) -> bytes:
        header: dict[str, Any] = {
            "alg": "ES256",
            "x5c": [base64.b64encode(sealer().certificates[0].der).decode()],
            "crit": ["sigD", *(["b64"] if raw else [])],
            "sigD": {"mId": jades.BY_URI, "pars": list(files)},
            **({"b64": False} if raw else {}),
        }
        head, joined = base64url(json.dumps(header).encode()), b"".join(files.values())
        signed = joined if raw else base64url(joined).encode()
        value = sealer().sign(head.encode() + b"." + signed, sealer().natural)
        return f"{head}..{base64url(value)}".encode()

    one, two = {"a": b"limit 10"}, {"a": b"limit 10", "b": b"0 kg"}
    assert jades.verify(made(one), objects=one).payload == b"limit 10"
    for files in (two, {"a": b"limit 100", "b": b" kg"}):
        with pytest.raises(JoseRefused) as caught:
            jades.verify(made(two), objects=files)
        assert caught.value.error_code == "envelope.boundaries-open"
