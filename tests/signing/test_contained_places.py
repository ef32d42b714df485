"""Places where a reader meets a signed document that was changed: refused where it can be read, else told."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from urllib.parse import quote

import pytest

from gateway.errors import GatewayError, flatten
from gateway.signing import envelopes, gbt35275, vc_jwt
from gateway.signing.jcs import jcs
from gateway.signing.multibase import base64url
from tests.signing import test_contained as held
from tests.signing import test_xml_signature as xml
from tests.signing.sm import made as sm

BOM = b"\xef\xbb\xbf"


def zipped(data: bytes, name: str = "d.json") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, data)
    return made.getvalue()


def text(value: str) -> bytes:
    return json.dumps({"x": value}).encode()


def with_header(token: str, **more: str) -> str:
    """The same payload and signature behind another header."""
    header = {"alg": "EdDSA", "kid": held.KEY.public_key.key_id, "typ": "JWT", **more}
    return base64url(jcs(header)) + "." + token.split(".", 1)[1]


def readable(token: str, document: bytes) -> dict[str, bytes]:
    """Places of a token or document that are read, and what is changed there refused."""
    return {
        "sentence": text(f"see {token}."),
        "bearer": text(f"Bearer {token}"),
        "two": text(f"{token} {token}"),
        "parentheses": f"as ({token}) says".encode(),
        "label": f"token:{token}\n".encode(),
        "Markdown": f"the `{token}`.".encode(),
        "query": f"at https://example.org/v?vc={token}&b=1".encode(),
        "Latin-1": b"caf\xe9\n" + token.encode(),
        "long header": with_header(token, pad="x" * 66000).encode(),
        "escaped address": text("data:application/vc+jwt," + token.replace("e", "%65")),
        "address in capitals": text(f"DATA:application/vc+jwt,{token}"),
        "comma in a parameter": text(f'data:application/vc+jwt;a="b,c",{token}'),
        "document in an address": text("data:application/json," + quote(document.decode())),
        "text with a mark": text("\ufeff" + token),
    }


def unreadable(token: str, document: bytes) -> dict[str, tuple[bytes, str]]:
    """Places that other software reads, with the code that says why nobody does here."""
    words = document.decode()
    payload = token.split(".")[1]
    none = base64url(b'{"alg":"none"}')
    return {
        "mark and blank": (BOM + b" " + document, "json.byte-order-mark"),
        "blank and mark": (b" " + BOM + escaped(document), "json.syntax"),
        "control character": (b"\x1e" + escaped(document), "json.syntax"),
        "twin, the last hides": (b'{"a":' + document + b',"a":1}', "json.duplicate-key"),
        "twin, the first hides": (b'{"a":1,"a":' + document + b"}", "json.duplicate-key"),
        "twin token": (b'{"a":"' + token.encode() + b'","a":1}', "json.duplicate-key"),
        "twin proof": (document[:-1] + b',"proof":1,"type":"x"}', "json.duplicate-key"),
        "self-extracting": (b"MZ" + zipped(document), "archive.hidden-bytes"),
        "spanned": (b"PK\x07\x08" + zipped(document), "archive.hidden-bytes"),
        "UTF-32": (words.encode("utf-32"), "json.not-utf8"),
        "UTF-32, no mark": (words.encode("utf-32-be"), "json.not-utf8"),
        "UTF-16, escaped": (escaped(document).decode().encode("utf-16"), "json.not-utf8"),
        "UTF-16 text": (f"see {token}".encode("utf-16"), "json.not-utf8"),
        "two documents": (b'{"a":1}' + escaped(document), "json.trailing-content"),
        "no algorithm": (f"{none}.{payload}.".encode(), ""),
    }


def escaped(document: bytes) -> bytes:
    """The same document, without any of the words by which one could be known."""
    for word in (b"proof", b"Credential", b"credential", b"signature"):
        document = document.replace(word, b"\\u%04x" % word[0] + word[1:])
    return document


XML = xml.enveloped()
TOKEN, BROKEN_TOKEN = held.VC_TOKEN.decode(), held.other_payload(held.VC_TOKEN).decode()
READABLE = readable(TOKEN, held.SOUND) | {"XML": text(XML)}
BROKEN_READABLE = readable(BROKEN_TOKEN, held.BROKEN) | {
    "XML": text(XML.replace("61.25", "16.25")),
    "no signature": f"{TOKEN.rpartition('.')[0]}.".encode(),
}
UNREADABLE = unreadable(BROKEN_TOKEN, held.BROKEN)


class TestReadable:
    """Found, and verified by itself."""

    @pytest.mark.parametrize("place", [one for one in READABLE if one != "long header"])
    def test_intact(self, place: str) -> None:
        found = envelopes.verify_any(held.container(a_json=b"{}", z_txt=READABLE[place]))
        assert set(held.states(found).values()) == {"intact"}
        assert len(found.contained) == (2 if place == "two" else 1)

    @pytest.mark.parametrize("place", BROKEN_READABLE)
    def test_changed(self, place: str) -> None:
        with pytest.raises(GatewayError) as caught:
            envelopes.verify_any(held.container(a_json=b"{}", z_txt=BROKEN_READABLE[place]))
        assert all(one.path.startswith("z.txt") for one in flatten(caught.value))


class TestTold:
    """Found, though nobody here reads it."""

    @pytest.mark.parametrize("place", UNREADABLE)
    def test_not_checked(self, place: str) -> None:
        data, code = UNREADABLE[place]
        found = envelopes.verify_any(held.container(a_json=b"{}", z_txt=data))
        assert set(held.states(found).values()) == {"not-checked"}
        assert found.contained[0].place.startswith("z.txt")
        assert found.contained[0].why == (code or found.contained[0].why) != ""

    @pytest.mark.parametrize("document", [held.BROKEN, escaped(held.BROKEN)], ids=["plain", "escaped"])
    @pytest.mark.parametrize("form", ["zip", "text", "token"])
    def test_deeper_than_is_looked(self, form: str, document: bytes) -> None:
        data = held.other_payload(held.VC_TOKEN) if form == "token" else document
        for number in range(5):
            data = text(data.decode()) if form == "text" else zipped(data, f"{number}.bin")
        found = envelopes.verify_any(held.container(a_json=b"{}", z_txt=data))
        assert [(one.state.value, one.why) for one in found.contained] == [
            ("not-checked", "envelope.too-many-signatures")
        ]

    def test_a_message_that_holds_an_archive_is_a_message(self) -> None:
        """It is asked for its own signature, not taken for the archive inside it."""
        message = gbt35275.sign(zipped(b"{}"), sm.LEAF, sm.LEAF_CERTIFICATE, detached=False)
        (one,) = envelopes.verify_any(held.container(a_json=b"{}", z_p7=message)).contained
        assert (one.place, one.state.value) == ("z.p7", "intact")


@pytest.mark.parametrize(
    "harmless",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":{"b":1,"b":2}},"a":"1.2.3"}',
        BOM + b" {}",
        BOM * 20000,
        b"\x00" * 100,
        "plain text. In two bytes. See 1.2.3".encode("utf-16"),
        b"\x00\x01\x02\x03.\xff.\xfe." * 20,
        b"caf\xe9 1.2.3 (a.b.c) " + b"a" * 50 + b".b.c.",
        text("see https://example.org/a.b.c?d=" + "e" * 60),
        text("data:image/png;base64," + "A" * 100),
        text("<p>Signature of the buyer, here and on all of the pages</p>"),
        text("- one. - two. - three. - and some more words in this list"),
        b'{"a":1}\n{"a":2,"a":3}\n',
        zipped(b'{"a":1}'),
    ],
)
def test_nothing_of_the_kind(harmless: bytes) -> None:
    assert not envelopes.verify_any(held.container(a_txt=harmless)).contained


def test_a_sound_token_in_a_presentation_is_looked_at() -> None:
    """Where a credential is to stand, a token is none, but readers take it for one."""
    for inner, state in ((TOKEN, "intact"), (BROKEN_TOKEN, "")):
        for one in (inner, text(inner).decode(), f"data:application/vc+jwt,{inner}"):
            document: dict[str, Any] = {
                "@context": ["https://www.w3.org/ns/credentials/v2"],
                "type": ["VerifiablePresentation"],
                "holder": held.KEY.public_key.did,
                "verifiableCredential": [one],
            }
            shown = vc_jwt.sign(document, held.KEY)
            if state:
                assert set(held.states(envelopes.verify_any(shown)).values()) == {state}
            else:
                with pytest.raises(GatewayError) as caught:
                    envelopes.verify_any(shown)
                assert "/verifiableCredential/0" in flatten(caught.value)[0].path
