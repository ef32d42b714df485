"""Signed documents inside what somebody else has signed: each with its own answer, none passed over."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

import pytest
from lxml import etree

from gateway.errors import GatewayError, flatten
from gateway.signing import (
    _contained_places as places,
)
from gateway.signing import (
    asic,
    contained,
    data_integrity,
    envelopes,
    jades,
    jose,
    jws,
    keys,
    sd_jwt,
    vc_jwt,
    xades_writer,
    xml_canonical,
)
from gateway.signing.credential import build_credential
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url
from gateway.signing.verified import Inside, Verified
from gateway.signing.xml_canonical import C14N_11
from tests.signing import seals
from tests.signing import test_xml_signature as xml

KEY = PrivateKey.generate(KeyType.ED25519)
WHEN = "2026-01-31T08:00:00Z"


def credential(**subject: Any) -> dict[str, Any]:
    made = build_credential(
        issuer=KEY.public_key.did, valid_from=WHEN, subject={"id": "urn:test:1", "name": "61.25"}
    )
    return {**made, "credentialSubject": {"id": "urn:test:1", "name": "61.25", **subject}}


def with_proof(document: dict[str, Any] | None = None) -> dict[str, Any]:
    return data_integrity.add_proof(document or credential(), KEY, created=WHEN)


def changed(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "credentialSubject": {**document["credentialSubject"], "name": "16.25"}}


def token(payload: dict[str, Any] | bytes, type_: str = "JWT") -> bytes:
    data = payload if isinstance(payload, bytes) else jcs(payload)
    _, made = jose.signing_input({"alg": "EdDSA", "kid": KEY.public_key.key_id, "typ": type_}, data)
    return made + b"." + base64url(keys.sign(KEY, made)).encode()


def other_payload(compact: bytes) -> bytes:
    """The same header and signature around a credential that was changed."""
    head, _, rest = compact.decode().partition(".")
    signature = rest.rpartition(".")[2]
    return f"{head}.{base64url(jcs(changed(credential())))}.{signature}".encode()


def container(**files: bytes) -> bytes:
    named = {name.replace("_", "."): ("", data) for name, data in files.items()}
    return asic.sign(named, seals.sealer(), signing_time=seals.TIME)


def sealed(data: bytes) -> bytes:
    return jades.sign(data, seals.sealer(), signing_time=seals.TIME)


def states(found: Verified) -> dict[str, str]:
    return {one.place: one.state.value for one in found.contained}


SOUND = jcs(with_proof())
BROKEN = jcs(changed(with_proof()))
VC_TOKEN = vc_jwt.sign(credential(), KEY)
HIDING = sd_jwt.issue(
    {"iss": KEY.public_key.did, "vct": "urn:test", "pcf": "61.25"},
    hide=["/pcf"],
    signer=KEY,
    salts=lambda place: place.encode().ljust(16, b"-")[:16],
)

_NESTED = {"urn:x": {"list": [1, {"held": with_proof()}]}}
_NESTED_BROKEN = {"urn:x": {"list": [1, {"held": changed(with_proof())}]}}

# What lies inside, intact and changed, and at which place.
CASES = {
    "credential": (SOUND, BROKEN, ""),
    "pretty": (json.dumps(with_proof(), indent=1).encode(), json.dumps(changed(with_proof())).encode(), ""),
    "escaped": (
        SOUND.replace(b'"proof"', b'"pr\\u006fof"'),
        BROKEN.replace(b'"proof"', b'"pr\\u006fof"'),
        "",
    ),
    "member": (jcs(_NESTED), jcs(_NESTED_BROKEN), "#/urn:x/list/1/held"),
    "array": (b"[0," + SOUND + b"]", b"[0," + BROKEN + b"]", "#/1"),
    "lines": (b'{"a":1}\n' + SOUND + b"\n", b'{"a":1}\n' + BROKEN + b"\n", ":2"),
    "text in a member": (jcs({"a": SOUND.decode()}), jcs({"a": BROKEN.decode()}), "#/a"),
    "token": (VC_TOKEN, other_payload(VC_TOKEN), ""),
    "token in text": (b"see:\n" + VC_TOKEN + b"\n", b"see:\n" + other_payload(VC_TOKEN) + b"\n", ""),
    "token in a member": (
        jcs({"vp": {"verifiableCredential": [VC_TOKEN.decode()]}}),
        jcs({"vp": {"verifiableCredential": [other_payload(VC_TOKEN).decode()]}}),
        "#/vp/verifiableCredential/0",
    ),
    "token as text": (b'"' + VC_TOKEN + b'"', b'"' + other_payload(VC_TOKEN) + b'"', ""),
    "data URL": (
        jcs({"id": f"data:application/vc+jwt,{VC_TOKEN.decode()}"}),
        jcs({"id": f"data:application/vc+jwt,{other_payload(VC_TOKEN).decode()}"}),
        "#/id",
    ),
    "enveloped": (
        jcs({"a": vc_jwt.enveloped(VC_TOKEN)}),
        jcs({"a": vc_jwt.enveloped(other_payload(VC_TOKEN))}),
        "#/a",
    ),
    "SD-JWT": (HIDING, HIDING.replace(b"~", b"~" + base64url(b'["a","pcf","1"]').encode() + b"~", 1), ""),
    "JAdES": (sealed(SOUND), sealed(SOUND)[:-4] + b"AAAA", ""),
    "container": (container(a_json=b"{}"), container(a_json=b"{}").replace(b"{}", b"[]"), ""),
}


class TestEveryEnvelope:
    """Around each kind of document."""

    @pytest.mark.parametrize("kind", CASES)
    @pytest.mark.parametrize("around", ["asic", "jades", "jws", "detached"])
    def test_intact_is_told_and_changed_is_refused(self, around: str, kind: str) -> None:
        sound, broken, place = CASES[kind]
        if kind == "container":
            broken = _repaired(broken)

        def verified(inner: bytes) -> Verified:
            if around == "asic":
                return envelopes.verify_any(container(a_json=b'{"a":1}', z_txt=inner))
            if around == "jades":
                return envelopes.verify_any(sealed(inner))
            if around == "jws":
                return envelopes.verify_any(token(inner))
            files = {"z.txt": ("", inner)}
            beside = xades_writer.write(files, seals.sealer(), signing_time=seals.TIME)
            return envelopes.verify_any(beside, objects={"z.txt": inner})

        at = ("z.txt" if around in ("asic", "detached") else contained.PAYLOAD) + place
        assert states(verified(sound))[at] == Inside.INTACT
        with pytest.raises(GatewayError) as caught:
            verified(broken)
        assert all(one.path.startswith(at) for one in flatten(caught.value))

    @pytest.mark.parametrize("secured", [jcs, lambda document: vc_jwt.sign(document, KEY)])
    def test_in_a_credential(self, secured: Any) -> None:
        sign = (lambda d: jcs(with_proof(d))) if secured is jcs else secured
        found = envelopes.verify_any(sign(credential(**{"urn:x:e": {"urn:x:held": with_proof()}})))
        assert states(found) == {"payload#/credentialSubject/urn:x:e/urn:x:held": "intact"}
        with pytest.raises(GatewayError) as caught:
            envelopes.verify_any(sign(credential(**{"urn:x:e": {"urn:x:held": changed(with_proof())}})))
        assert flatten(caught.value)[0].path.startswith("payload#/credentialSubject/urn:x:e/urn:x:held/proof")

    def test_in_an_sd_jwt(self) -> None:
        def made(held: Any) -> Verified:
            claims: dict[str, Any] = {"iss": KEY.public_key.did, "vct": "urn:test", "held": held}
            salts = lambda place: place.encode().ljust(16, b"-")[:16]  # noqa: E731
            made_ = sd_jwt.issue(claims, hide=["/held"], signer=KEY, salts=salts)
            return envelopes.verify_any(made_)

        assert states(made(with_proof())) == {"payload#/held": "intact"}
        with pytest.raises(GatewayError):
            made(changed(with_proof()))

    def test_several_levels(self) -> None:
        deep = sealed(container(a_json=token({"vc": with_proof()})))
        inner = envelopes.verify_any(deep).contained[0].found
        assert inner is not None
        assert [one.place for one in inner.contained] == ["a.json"]
        with pytest.raises(GatewayError) as caught:
            envelopes.verify_any(sealed(container(a_json=token({"vc": changed(with_proof())}))))
        assert flatten(caught.value)[0].path.startswith("payload#a.json#payload#/vc")

    def test_more_levels_than_are_looked_at(self) -> None:
        data = BROKEN
        for _ in range(8):
            data = token(data)
        found = envelopes.verify_any(data)
        while found.contained and found.contained[0].found:
            found = found.contained[0].found
        assert states(found) == {"payload": "not-checked"}

    def test_more_documents_than_are_looked_at(self) -> None:
        many = b"[" + b",".join([SOUND] * 70) + b"]"
        found = envelopes.verify_any(container(a_json=many))
        assert [one.state.value for one in found.contained] == ["intact"] * 64 + ["not-checked"] * 6

    def test_a_zip_with_files_in_it(self) -> None:
        def packed(inner: bytes) -> bytes:
            held = io.BytesIO()
            with zipfile.ZipFile(held, "w") as archive:
                archive.writestr("in/c.json", inner)
            return held.getvalue()

        assert states(envelopes.verify_any(container(a_zip=packed(SOUND)))) == {"a.zip/in/c.json": "intact"}
        with pytest.raises(GatewayError):
            envelopes.verify_any(container(a_zip=packed(BROKEN)))

    def test_xml_in_a_container(self) -> None:
        files = {"a.xml": ("application/xml", b"<a>1</a>")}
        signature = xades_writer.write(files, seals.sealer(), signing_time=seals.TIME)
        found = envelopes.verify_any(container(s_xml=signature))
        assert [(one.place, one.state, one.why) for one in found.contained] == [
            ("s.xml", Inside.NOT_CHECKED, "envelope.content-needed")
        ]

    def test_in_an_object_of_an_xml_signature(self) -> None:
        for inner in (SOUND, VC_TOKEN):
            found = list(places.in_xml_object(b"<o>" + inner + b"</o>", "#o"))
            assert [(one.at, one.data) for one in found] == [("#o", inner)]
        packed = (
            b'<o Encoding="http://www.w3.org/2000/09/xmldsig#base64">' + base64.b64encode(SOUND) + b"</o>"
        )
        assert [one.data for one in places.in_xml_object(packed, "#o")] == [SOUND]
        text = SOUND.decode().replace("&", "&amp;")
        for held, place, state in (
            (f'<ds:Object xmlns:ds="{xml.DS}" Id="o">{text}</ds:Object>', "#o", "intact"),
            (f'<ds:Object xmlns:ds="{xml.DS}" Id="o">{xml.enveloped()}</ds:Object>', "", "not-checked"),
        ):
            around = etree.fromstring(f'<x xmlns="urn:x">{held}</x>'.encode())
            covered = xml_canonical.part(around[0], C14N_11)
            made = xml.signature(xml.reference("#o", covered, xml.CANONICAL), inner=held)
            root = made.replace("<ds:Signature ", '<ds:Signature xmlns="urn:x" ', 1).encode()
            inside = states(envelopes.verify_any(root))
            assert list(inside.values()) == [state]
            assert next(iter(inside)).startswith(place)


def _repaired(data: bytes) -> bytes:
    """A container whose file was changed, with the checksum that fits."""
    held, read = io.BytesIO(), io.BytesIO(container(a_json=b"{}"))
    with zipfile.ZipFile(read) as before, zipfile.ZipFile(held, "w") as after:
        for entry in before.infolist():
            content = b"[]" if entry.filename == "a.json" else before.read(entry)
            after.writestr(entry, content)
    assert data
    return held.getvalue()


class TestToldAsNotChecked:
    """What nobody here can check, or nobody has signed."""

    @pytest.mark.parametrize(
        "inner",
        [
            jcs(changed({**with_proof(), "proof": {**with_proof()["proof"], "cryptosuite": "other"}})),
            jcs({**with_proof(), "proof": {"type": "Ed25519Signature2020", "proofValue": "z1"}}),
            b"\xef\xbb\xbf" + BROKEN,
            BROKEN.replace(b"{", b'{"a":1,"a":2,', 1),
            BROKEN.decode().encode("utf-16"),
            BROKEN.decode().encode("utf-16-le"),
            BROKEN[:-1] + b',"n":12345678901234567890}',
            VC_TOKEN.replace(b".", b"=.", 1),
            jws.sign_detached(b"{}", KEY),
        ],
    )
    def test_not_checked(self, inner: bytes) -> None:
        found = envelopes.verify_any(container(a_json=b"{}", z_txt=inner))
        assert states(found) == {"z.txt": "not-checked"}
        assert found.contained[0].why

    def test_text_in_text_in_text(self) -> None:
        data = BROKEN
        for _ in range(6):
            data = json.dumps({"a": data.decode()}).encode()
        (one,) = envelopes.verify_any(container(a_json=data)).contained
        assert (one.state, one.why) == (Inside.NOT_CHECKED, "envelope.too-many-signatures")

    def test_without_a_proof(self) -> None:
        bare = jcs(credential())
        assert states(envelopes.verify_any(container(a_json=b"{}", z_json=bare))) == {"z.json": "unsigned"}
        assert states(envelopes.verify_any(token({"vc": credential()}))) == {"payload#/vc": "unsigned"}
        # Signed as a file: that is its signature.
        assert not envelopes.verify_any(sealed(bare)).contained
        assert not envelopes.verify_any(container(z_json=bare)).contained

    @pytest.mark.parametrize(
        "inner",
        [
            b"{}",
            b'{"proof":"see annex","signature":"x","signatures":["a"],"type":"VerifiableThing"}',
            b'{"proof":{"type":"invoice"},"protected":"yes"}',
            b"a.b.c\n1.2.3",
            b"0,1.5.2,text\n",
            b"<a>Signature</a>",
            b"<!DOCTYPE html><p>Signature",
            b"\x30\x03\x02\x01\x05",
            b"MII is how it begins",
            b"[section]\nkey = 1.2.3",
            b"%PDF-1.4 without",
            json.dumps({"long": "a" * 50 + "." + "b" * 50 + "." + "c" * 50}).encode(),
        ],
    )
    def test_nothing_of_the_kind(self, inner: bytes) -> None:
        assert not envelopes.verify_any(container(a_txt=inner)).contained
