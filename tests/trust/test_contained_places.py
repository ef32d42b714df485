"""A changed document under a policy, wherever a reader may meet it: never passed."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from gateway.signing import vc_jwt
from gateway.signing.jcs import jcs
from gateway.signing.multibase import base64url
from gateway.trust.validation import validate_credential
from tests.signing import test_contained_places as places
from tests.trust import made
from tests.trust.test_contained import (
    FAILED,
    OWN,
    as_token,
    believing,
    container,
    in_credential,
    listing,
    member,
    payload,
    words,
)
from tests.trust.test_enveloped import OPEN, credential, signed
from tests.trust.test_simulator import PASSED
from tests.trust.test_statements import KEY, OTHER, Office, statement
from tests.trust.test_x509 import validated

BOTH = ["VerifiableCredential", "VerifiablePresentation"]
CHANGED = ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE")


def altered() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(signed(credential(OWN)))
    document["credentialSubject"]["name"] = "another"
    return document


def altered_token() -> str:
    header, _, signature = vc_jwt.sign(credential(OWN), KEY).decode().split(".")
    content = credential(OWN, credentialSubject={"id": "urn:test:subject", "name": "another"})
    return f"{header}.{base64url(jcs(content))}.{signature}"


def by_proof(document: dict[str, Any]) -> bytes:
    return signed(document)


def by_token(document: dict[str, Any]) -> bytes:
    return vc_jwt.sign(document, KEY)


READABLE = places.readable(altered_token(), jcs(altered()))
UNREADABLE = places.unreadable(altered_token(), jcs(altered()))


@pytest.mark.parametrize("place", READABLE)
def test_where_it_is_read_it_fails(place: str) -> None:
    done = validated(believing(OWN), container(READABLE[place]))
    assert words(done) == CHANGED
    assert done.findings[0].at.startswith("z.json")


@pytest.mark.parametrize("place", UNREADABLE)
def test_where_it_is_not_read_it_is_open(place: str) -> None:
    assert words(validated(believing(OWN), container(UNREADABLE[place][0]))) == OPEN


def test_xml_as_text() -> None:
    changed = places.text(places.XML.replace("61.25", "16.25"))
    for around in (container, payload, member, in_credential, as_token):
        done = validated(believing(OWN), around(changed))
        assert words(done)[0] == "TOTAL_FAILED"
        assert "/x" in done.findings[0].at


@pytest.mark.parametrize("form", ["zip", "text"])
@pytest.mark.parametrize("spelled", [bytes, places.escaped], ids=["plain", "escaped"])
def test_deeper_than_is_looked(form: str, spelled: Any) -> None:
    data: bytes = spelled(jcs(altered()))
    for number in range(5):
        data = places.text(data.decode()) if form == "text" else places.zipped(data, f"{number}.bin")
    assert words(validated(believing(OWN), container(data))) == OPEN


@pytest.mark.parametrize("secured", [by_proof, by_token])
class TestACredentialThatIsAPresentation:
    """It counts as a credential; what it shows is looked at as anywhere else."""

    def _judged(self, secured: Any, held: Any, *, kinds: list[str] = BOTH) -> tuple[str, str]:
        document = credential(OWN, type=kinds, holder=OWN, verifiableCredential=held)
        data = secured(document)
        world = believing(OWN)
        alone = words(validated(world, data))
        if alone != PASSED:
            # So says whoever takes nothing but credentials, and asks for more.
            assert words(validate_credential(data, world.snapshot())) == alone
        return alone

    def test_changed(self, secured: Any) -> None:
        token = altered_token()
        enveloped = vc_jwt.enveloped(token.encode())
        for one in (altered(), enveloped, token, f"data:application/vc+jwt,{token}", jcs(altered()).decode()):
            for held in ([one], one):
                assert self._judged(secured, held)[0] == "TOTAL_FAILED"
                assert self._judged(secured, held, kinds=BOTH[:1]) == CHANGED

    def test_of_somebody_else_without_a_proof(self, secured: Any) -> None:
        assert self._judged(secured, [credential("did:web:body.example")]) == OPEN

    def test_of_a_body_that_nobody_lists(self, secured: Any) -> None:
        stranger = made.operator(7).key
        sound = credential(stranger.public_key.did)
        assert self._judged(secured, [json.loads(signed(sound, stranger))]) == OPEN
        assert self._judged(secured, [vc_jwt.enveloped(vc_jwt.sign(sound, stranger))]) == OPEN

    def test_that_shows_nothing_or_what_is_believed(self, secured: Any) -> None:
        assert self._judged(secured, []) == PASSED
        office = Office(OTHER)
        inner = json.loads(statement(office.place, OTHER))
        document = credential(OWN, type=BOTH, holder=OWN, verifiableCredential=[inner])
        assert words(validated(listing(office), secured(document))) == PASSED
        office.set("revocation")
        assert words(validated(listing(office), secured(document))) == FAILED

    def test_in_a_container(self, secured: Any) -> None:
        document = credential(OWN, type=BOTH, verifiableCredential=[altered_token()])
        assert words(validated(believing(OWN), container(secured(document)))) == CHANGED


def test_twins_that_hide_nothing_pass() -> None:
    """A file that is merely written badly is no signed document."""
    harmless = io.BytesIO()
    with zipfile.ZipFile(harmless, "w") as archive:
        archive.writestr("a.json", b'{"a":1,"a":2}')
    for inner in (b'{"a":1,"a":2}', places.BOM + b" {}", harmless.getvalue()):
        assert words(validated(believing(OWN), container(inner))) == PASSED
