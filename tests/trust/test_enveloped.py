"""Credentials and files of other envelopes under a policy: what counts as one, whose, and how much of it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.codec.base import Context
from gateway.errors import GatewayError
from gateway.pipeline import kept_back
from gateway.pipeline.validate_files import validate_file
from gateway.signing import asic, data_integrity, jades, jose, keys, sd_jwt, vc_jwt
from gateway.signing.credential import build_credential
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base58btc, base64url
from gateway.trust import enveloped, report
from gateway.trust.judgement import Sub
from gateway.trust.subject import RECOGNITION
from gateway.trust.validation import validate_credential, validate_folder, validate_subject
from tests.signing.sm import made as sm
from tests.trust import made, pki
from tests.trust.conftest import TEA, World
from tests.trust.test_attacks import controller
from tests.trust.test_simulator import MIDDLE, PASSED, certifier, current
from tests.trust.test_statements import BASE, KEY, Office, statement
from tests.trust.test_x509 import PAYLOAD, STATEMENT, lists, validated, verdict, world_of

FORMAT = ("TOTAL_FAILED", "FORMAT_FAILURE")
OPEN = ("INDETERMINATE", "NOT_COVERED")
UNBOUND = ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")


def credential(issuer: str, **changed: Any) -> dict[str, Any]:
    made_ = build_credential(
        issuer=issuer,
        valid_from=made.stamp(made.NOW),
        subject={"id": "urn:test:subject", "name": "test"},
    )
    return {**made_, **changed}


def listed(*others: str) -> World:
    """The certifier is listed by name."""
    world = World()
    world.certifier = [certifier(certificates=(), others=list(others))]
    return world


def signed(document: dict[str, Any], key: PrivateKey = KEY) -> bytes:
    return jcs(data_integrity.add_proof(document, key, created=made.stamp(made.NOW)))


class TestWhatIsACredential:
    """Of version 2, of the type, and nothing beside what was signed."""

    def test_sound(self) -> None:
        own = KEY.public_key.did
        assert verdict(listed(own), signed(credential(own))) == PASSED

    @pytest.mark.parametrize(
        "changed",
        [
            {"type": ["VerifiablePresentation"]},
            {"type": "Something"},
            {"type": []},
            {"@context": ["https://www.w3.org/2018/credentials/v1"]},
            {"@context": ["https://example.org/other", "https://www.w3.org/ns/credentials/v2"]},
            {"@context": "https://www.w3.org/ns/credentials/v2"},
            {"@context": []},
        ],
    )
    def test_of_another_type_or_context(self, changed: dict[str, Any]) -> None:
        own = KEY.public_key.did
        data = signed(credential(own, **changed))
        done = validate_credential(data, listed(own).snapshot())
        assert (done.indication.name, done.sub and done.sub.name) == FORMAT
        assert {finding.code for finding in done.findings} <= {"vcdm.type", "vcdm.context"}
        token = vc_jwt_of({**credential(own), **changed})
        assert verdict(listed(own), token)[0] != "TOTAL_PASSED"

    @pytest.mark.parametrize(
        ("seconds", "expected"), [(300, PASSED), (301, ("TOTAL_FAILED", "NOT_YET_VALID"))]
    )
    def test_a_proof_of_tomorrow(self, seconds: int, expected: tuple[str, str]) -> None:
        created = made.stamp(made.NOW + timedelta(seconds=seconds))
        document = data_integrity.add_proof(credential(KEY.public_key.did), KEY, created=created)
        assert verdict(listed(KEY.public_key.did), jcs(document)) == expected

    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            ({"domain": "https://reader.example"}, PASSED),
            ({"domain": ["a", "b"], "challenge": "c"}, PASSED),
            ({"domain": 5}, ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE")),
        ],
    )
    def test_a_proof_for_somebody_who_is_not_asked(
        self, question: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        document = credential(KEY.public_key.did)
        config: dict[str, Any] = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": made.stamp(made.NOW),
            "verificationMethod": KEY.public_key.key_id,
            "proofPurpose": "assertionMethod",
            **question,
        }
        value = keys.sign(KEY, data_integrity.hash_data(document, config, KEY.public_key.key_type))
        data = jcs({**document, "proof": {**config, "proofValue": base58btc(value)}})
        done = validated(listed(KEY.public_key.did), data)
        assert (done.indication.name, done.sub.name if done.sub else "") == expected
        told = "list.question-not-asked" in {finding.code for finding in done.findings}
        assert told is (expected == PASSED)
        # Whoever else has it made for them cannot say so without the key.
        other = jcs({**document, "proof": {**config, "domain": "x", "proofValue": base58btc(value)}})
        assert verdict(listed(KEY.public_key.did), other) == ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE")

    def test_without_the_day_from_which_it_counts(self) -> None:
        own = KEY.public_key.did
        document = credential(own)
        del document["validFrom"]
        assert verdict(listed(own), signed(document)) == PASSED
        assert verdict(listed(own), vc_jwt_of({**document, "iat": int(made.NOW.timestamp())})) == PASSED
        for claims, expected in (
            ({}, ("INDETERMINATE", "TIME_UNKNOWN")),
            ({"iat": int(made.NOW.timestamp()) + 301, "nbf": 0}, ("TOTAL_FAILED", "NOT_YET_VALID")),
        ):
            assert verdict(listed(own), vc_jwt_of({**document, **claims})) == expected

    def test_a_context_that_was_put_behind(self) -> None:
        own = KEY.public_key.did
        document = json.loads(signed(credential(own)))
        document["@context"].append("https://example.org/other")
        assert verdict(listed(own), jcs(document)) == OPEN

    def test_a_signed_file_is_no_credential(self) -> None:
        of = pki.pki()
        token = jades.sign(jcs(credential("https://body.example")), of.leaf.sealer, signing_time=made.NOW)
        done = validate_credential(token, world_of(of.root, **lists(of)).snapshot())
        assert (done.indication.name, done.sub and done.sub.name) == FORMAT

    def test_a_statement_still_passes(self) -> None:
        office = Office()
        assert office.verdict(statement(office.place)) == PASSED
        assert BASE in office.place.revocation


def vc_jwt_of(document: dict[str, Any], key: PrivateKey = KEY, *, type_: str = "vc+jwt") -> bytes:
    """Whatever it is, as a token of that type; one of selective disclosure hides nothing."""
    header = {"alg": "EdDSA", "kid": key.key_id, **({"typ": type_} if type_ else {})}
    _, data = jose.signing_input(header, jcs(document))
    ending = b"~" if type_.endswith("sd-jwt") else b""
    return data + b"." + base64url(keys.sign(key, data)).encode() + ending


class TestTokens:
    """``vc+jwt`` by did:key and did:web, and its own times."""

    def test_by_its_own_key(self) -> None:
        own = KEY.public_key.did
        assert verdict(listed(own), vc_jwt.sign(credential(own), KEY)) == PASSED
        assert verdict(listed("did:web:x.example"), vc_jwt.sign(credential(own), KEY)) == (
            "INDETERMINATE",
            "NO_TRUST_ENTRY",
        )

    def test_by_a_document_of_the_snapshot(self) -> None:
        did, method = "did:web:body.example", "did:web:body.example#key-1"
        token = vc_jwt.sign(credential(did), KEY, key_id=method)
        world = listed(did)
        unknown = validate_file(token, world.snapshot())
        assert unknown.sub is not None
        assert unknown.sub.name == "NO_SIGNING_KEY_FOUND"
        world.more = {"dids/body.json": json.dumps(controller(did, KEY, method)).encode()}
        done = validate_file(token, world.snapshot())
        assert done.step("signer").outcome.value == "passed"

    def test_by_a_document_of_nobody(self) -> None:
        """A key without a name would be everybody's who names a key that is not at hand."""
        did, method = "did:web:body.example", "did:web:body.example#key-1"
        token, world = vc_jwt.sign(credential(did), KEY, key_id=method), listed(did)
        world.more = {"dids/body.json": json.dumps(controller("", KEY, "")).encode()}
        done = validate_file(token, world.snapshot())
        assert done.sub is Sub.NO_SIGNING_KEY_FOUND

    def test_two_keys_of_one_name(self) -> None:
        did, method = "did:web:body.example", "did:web:body.example#key-1"
        token, world = vc_jwt.sign(credential(did), KEY, key_id=method), listed(did)
        own, other = controller(did, KEY, method), controller(did, PrivateKey.generate(KeyType.P256), method)
        (own_key,), (other_key,) = own["verificationMethod"], other["verificationMethod"]
        for keys_, passes in (
            ([own_key, own_key], True),
            ([own_key, other_key], False),
            ([other_key, own_key], False),
        ):
            world.more = {"dids/body.json": json.dumps({**own, "verificationMethod": keys_}).encode()}
            done = validate_file(token, world.snapshot())
            assert (done.step("signature").outcome.value == "passed") is passes

    @pytest.mark.parametrize(
        ("claims", "expected"),
        [
            ({"exp": int(made.NOW.timestamp()) - 301}, ("TOTAL_FAILED", "EXPIRED")),
            ({"exp": int(made.NOW.timestamp()) + 1}, PASSED),
            ({"nbf": int(made.NOW.timestamp()) + 301}, ("TOTAL_FAILED", "NOT_YET_VALID")),
            ({"exp": made.NOW.timestamp() - 300.5}, ("TOTAL_FAILED", "EXPIRED")),
            ({"exp": made.NOW.timestamp() + 0.5}, PASSED),
            ({"nbf": made.NOW.timestamp() + 301.5}, ("TOTAL_FAILED", "NOT_YET_VALID")),
            ({"exp": "tomorrow"}, FORMAT),
            ({"exp": 10**12}, FORMAT),
            ({"exp": None}, FORMAT),
            ({"exp": [1]}, FORMAT),
            ({"exp": ""}, FORMAT),
            ({"exp": "9" * 5000}, FORMAT),
            ({"nbf": "²"}, FORMAT),
        ],
    )
    @pytest.mark.parametrize("type_", ["vc+jwt", "JWT", "dc+sd-jwt", ""])
    def test_times(self, type_: str, claims: dict[str, Any], expected: tuple[str, str]) -> None:
        own = KEY.public_key.did
        token = vc_jwt_of({**credential(own), **claims}, type_=type_)
        assert verdict(listed(own), token) == expected

    def test_times_of_any_other_token(self) -> None:
        own = KEY.public_key.did
        for stated, expected in ((-301, ("TOTAL_FAILED", "EXPIRED")), (1, PASSED)):
            token = vc_jwt_of({"pcf": "61.25", "exp": made.NOW.timestamp() + stated}, type_="JWT")
            assert verdict(listed(own), token) == expected
        for stated, expected in ((301, ("TOTAL_FAILED", "NOT_YET_VALID")), (0, PASSED)):
            token = vc_jwt_of({"pcf": "61.25", "iat": made.NOW.timestamp() + stated}, type_="JWT")
            assert verdict(listed(own), token) == expected
        # As the name of something else.
        assert verdict(listed(own), vc_jwt_of({"exp": "kg"}, type_="JWT")) == PASSED

    @pytest.mark.parametrize("type_", ["vc+jwt", "JWT", "dc+sd-jwt"])
    def test_a_status_that_nobody_can_ask(self, type_: str) -> None:
        """A Token Status List is not read here; that is no reason to believe the token."""
        own = KEY.public_key.did
        asked = {"status_list": {"idx": 3, "uri": "https://body.example/status"}}
        token = vc_jwt_of({**credential(own), "status": asked}, type_=type_)
        assert verdict(listed(own), token) == ("INDETERMINATE", "STATUS_UNAVAILABLE")


class TestCredentialsInOtherEnvelopes:
    """A credential that is signed as a file is still asked whose it is, and whether it was taken back."""

    def _sealed(self, **changed: Any) -> bytes:
        document = {**credential("https://body.example"), **changed}
        return jades.sign(jcs(document), pki.pki().leaf.sealer, signing_time=made.NOW)

    def _world(self, *others: str) -> World:
        of = pki.pki()
        world = world_of(of.root, **lists(of))
        world.certifier = [certifier(certificates=[of.root.own], others=list(others))]
        return world

    def test_its_issuer_must_be_the_listed_body(self) -> None:
        assert verdict(self._world("https://body.example"), self._sealed()) == PASSED
        told = verdict(self._world("https://other.example"), self._sealed())
        assert told == ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")

    @pytest.mark.parametrize(
        "issuer", [["did:web:other.example"], [{"id": "did:web:other.example"}], {"@id": "x:y"}, {}, "", 5]
    )
    def test_an_issuer_that_nobody_can_read_is_not_the_listed_body(self, issuer: Any) -> None:
        """JSON-LD reads a list of one as that one."""
        document, own = credential("https://body.example"), KEY.public_key.did
        document["issuer"] = issuer
        assert verdict(self._world("https://body.example"), self._sealed(issuer=issuer)) == UNBOUND
        for type_ in ("JWT", "vc+sd-jwt", ""):
            assert verdict(listed(own), vc_jwt_of(document, type_=type_)) == UNBOUND
        shown = {**document, "holder": own}
        proof = data_integrity.create_proof(shown, KEY, created=made.stamp(made.NOW))
        assert verdict(listed(own), jcs({**shown, "proof": [proof]})) == UNBOUND

    @pytest.mark.parametrize("name", ["did:web:other.example", "https://other.example", ["x"]])
    def test_further_names_are_the_listed_bodys_too(self, name: Any) -> None:
        token = vc_jwt_of({**credential(KEY.public_key.did), "iss": name}, type_="JWT")
        assert verdict(listed(KEY.public_key.did), token) == UNBOUND
        told = verdict(self._world("https://body.example"), self._sealed(iss=name))
        assert told == UNBOUND

    def test_a_name_of_the_listed_body_in_any_other_document(self) -> None:
        """Its own by the list is its own, whatever it signs."""
        did = "did:web:body.example"
        for other, expected in ((did, PASSED), ("did:web:other.example", UNBOUND)):
            for claim in ("iss", "issuer"):
                data = jades.sign(
                    jcs({claim: did, "pcf": "61.25"}), pki.pki().leaf.sealer, signing_time=made.NOW
                )
                assert verdict(self._world(other), data) == expected
                token = vc_jwt_of({claim: did, "pcf": "61.25"}, type_="JWT")
                assert verdict(listed(KEY.public_key.did, other), token) == expected

    def test_its_status_and_times_are_asked(self) -> None:
        world = self._world("https://body.example")
        entry = {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "1",
            "statusListCredential": "https://body.example/status",
        }
        told = verdict(world, self._sealed(credentialStatus=entry))
        assert told == ("INDETERMINATE", "STATUS_UNAVAILABLE")
        over = made.stamp(made.NOW - timedelta(days=1))
        assert verdict(world, self._sealed(validUntil=over)) == ("TOTAL_FAILED", "EXPIRED")

    def test_a_certifier_does_not_recognise(self) -> None:
        """A recognition statement is a recogniser's, whatever it is wrapped in."""
        world = self._world("https://body.example")
        kinds = ["VerifiableCredential", RECOGNITION]
        told = verdict(world, self._sealed(type=kinds))
        assert told == ("INDETERMINATE", "SERVICE_NOT_ACCEPTED")


@pytest.mark.parametrize("name", ["urn:hutong:decision", "name"])
def test_of_a_statement_nothing_is_kept_back(name: str) -> None:
    """Its holder would choose what was decided, and under which conditions."""
    office = Office()
    document = json.loads(statement(office.place))
    del document["proof"]
    document["credentialSubject"] |= {"urn:hutong:decision": "refused", "name": "test"}
    told = sd_jwt.issue(
        document, hide=[f"/credentialSubject/{name}"], signer=KEY, salts=sd_jwt.salts_of(KEY, b"x")
    )
    for shown, expected in ((told, PASSED), (sd_jwt.disclose(told, []), OPEN)):
        office.verdict(jcs(document))
        assert verdict(office.world, shown) == expected


class TestStatusListsAsTokens:
    """As UNTP publishes them; each by the issuer of the credential itself."""

    def _verdict(self, key: PrivateKey, *, enveloped_: bool = False, revoke: bool = False) -> tuple[str, str]:
        office = Office()
        if revoke:
            office.set("revocation")
        files = dict(office.files)
        for name in ("revocation.json", "suspension.json"):
            document = json.loads(files[name])
            del document["proof"]
            document["issuer"] = key.public_key.did
            token = vc_jwt.sign(document, key)
            files[name] = jcs(vc_jwt.enveloped(token)) if enveloped_ else token
        office.files = files
        return office.verdict(statement(office.place))

    def test_of_the_issuer(self) -> None:
        assert self._verdict(KEY) == PASSED
        assert self._verdict(KEY, enveloped_=True) == PASSED
        assert self._verdict(KEY, revoke=True) == ("TOTAL_FAILED", "STATUS_REVOKED")

    def test_of_somebody_else(self) -> None:
        other = PrivateKey.generate(KeyType.P256)
        assert self._verdict(other) == ("INDETERMINATE", "STATUS_UNAVAILABLE")
        assert self._verdict(other, revoke=True) == ("INDETERMINATE", "STATUS_UNAVAILABLE")


class TestSeveralSigners:
    """Who has signed one file has said nothing about the next."""

    def test_files_that_only_somebody_else_has_signed(self) -> None:
        of, other = pki.pki(), pki.pki("P-384")
        files = {"a.json": ("application/json", PAYLOAD)}
        both = asic.sign(files, of.leaf.sealer, signing_time=made.NOW)
        both = asic.add_signature(both, other.leaf.sealer, signing_time=made.NOW)
        world = world_of(of.root, **lists(of))
        assert verdict(world, both) == PASSED
        done = validated(world, both)
        assert "list.signer-not-listed" in {note.code for note in done.notes}
        subject = enveloped.of_file(both, {})
        first = replace(subject.signers[0], covered=frozenset({"other.json"}))
        partly = replace(subject, signers=(first, subject.signers[1]))
        told = validate_subject(partly, world.snapshot(), statement=STATEMENT)
        assert (told.indication.name, told.sub and told.sub.name) == OPEN


@pytest.mark.parametrize(
    "kind", ["VerifiableCredential", "EnvelopedVerifiableCredential", ["VerifiablePresentation"]]
)
def test_credentials_among_several_files_are_asked_nothing(kind: object) -> None:
    """Whether it is over, revoked or somebody else's is asked of a credential that is signed alone."""
    of = pki.pki()
    other = jcs({"type": kind, "validUntil": made.stamp(made.NOW - timedelta(days=1))})
    files = {"a.json": ("application/json", PAYLOAD), "z.json": ("application/json", other)}
    world = world_of(of.root, **lists(of))
    assert verdict(world, asic.sign(files, of.leaf.sealer, signing_time=made.NOW)) == OPEN
    plain = files | {"z.json": ("application/json", b'{"type": "note"}')}
    assert verdict(world, asic.sign(plain, of.leaf.sealer, signing_time=made.NOW)) == PASSED


def container(mimetype: str, **files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.etsi.asic-{mimetype}+zip")
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


class TestWhatIsNotChecked:
    """Sound, perhaps, but of a kind that nothing here reads: not failed, and never passed."""

    CMS = bytes.fromhex("300d06092a864886f70d010702a0003000")[:15]

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (CMS, "envelope.cms"),
            (container("e", **{"a.json": b"1", "META-INF/signature001.p7s": CMS}), "envelope.cms"),
            (container("s", **{"a.json": b"1", "META-INF/signature.p7s": CMS}), "envelope.cms"),
            (container("s", **{"a.json": b"1", "META-INF/timestamp.tst": CMS}), "envelope.cms"),
            (signed(credential(KEY.public_key.did)).replace(b"eddsa-jcs-2022", b"bbs-2023"), ""),
            (jcs({"payload": "", "protected": "e30", "header": {"kid": "1"}, "signature": ""}), ""),
        ],
    )
    def test_is_not_known(self, data: bytes, code: str) -> None:
        world = World()
        done = validate_file(data, world.snapshot())
        assert (done.indication.name, done.sub) == ("INDETERMINATE", Sub.CRYPTO_CONSTRAINTS_FAILURE)
        assert not code or [finding.code for finding in done.findings] == [code]
        for lang in ("zh", "en"):
            told = "\n".join(report.lines(done, lang))
            assert "{" not in told
            assert not told.endswith((": ", "："))


def commented(container: bytes, text: bytes) -> bytes:
    held = io.BytesIO(container)
    with zipfile.ZipFile(held, "a") as archive:
        archive.comment = text
    return held.getvalue()


def repacked(container: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The container with one of its own files changed."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as before, zipfile.ZipFile(held, "w") as after:
        for entry in before.infolist():
            data = before.read(entry)
            assert entry.filename != name or old in data
            after.writestr(entry, data.replace(old, new, 1) if entry.filename == name else data)
    return held.getvalue()


class TestUnsignedFiles:
    """What lies beside the signed files looks just like them."""

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("b.json", OPEN),
            ("conversion.json", OPEN),
            ("META-INF/evidence.txt", OPEN),
            ("META-INF/tea.json", OPEN),
            ("META-INF/signature.xml", OPEN),
            ("META-INF/evidencerecord.ers", PASSED),
            ("META-INF/ASiCManifest001.xml", PASSED),
        ],
    )
    def test_in_a_container(self, name: str, expected: tuple[str, str]) -> None:
        of = pki.pki()
        sealed = asic.sign({"a.json": ("", PAYLOAD)}, of.leaf.sealer, signing_time=made.NOW)
        held = io.BytesIO(sealed)
        with zipfile.ZipFile(held, "a") as archive:
            archive.writestr(name, b'{"pcf":"1.00"}')
        done = validated(world_of(of.root, **lists(of)), held.getvalue())
        assert (done.indication.name, done.sub.name if done.sub else "") == expected
        assert done.uncovered == (name,)
        assert name in "\n".join(report.lines(done, "en"))

    def test_what_a_container_says_beside_its_files(self) -> None:
        """Its comments, its list of files, and what stands in a signature and nobody has signed."""
        of = pki.pki()
        files = {"a.json": ("application/json", PAYLOAD)}
        sealed = asic.sign(files, of.leaf.sealer, signing_time=made.NOW)
        world = world_of(of.root, **lists(of))
        for changed, expected in (
            (sealed, PASSED),
            (commented(sealed, b"mimetype=application/vnd.etsi.asic-e+zip"), PASSED),
            (commented(sealed, b"see b.json"), OPEN),
            (repacked(sealed, "META-INF/manifest.xml", b'"application/json"', b'"text/xml"'), OPEN),
            (repacked(sealed, "META-INF/manifest.xml", b'full-path="a.json', b'full-path="b.json'), OPEN),
            (repacked(sealed, "META-INF/signatures001.xml", b"</ds:KeyInfo>", b"<x/></ds:KeyInfo>"), OPEN),
            (
                repacked(sealed, "META-INF/signatures001.xml", b"<ds:Signature ", b'<ds:Signature x="1" '),
                OPEN,
            ),
        ):
            assert verdict(world, changed) == expected

    def test_handed_in(self) -> None:
        of = pki.pki()
        beside = {"a.json": PAYLOAD, "b.json": b"1"}
        sealed = jades.sign_detached({"a.json": ("", PAYLOAD)}, of.leaf.sealer, signing_time=made.NOW)
        world = world_of(of.root, **lists(of))
        assert verdict(world, sealed, beside) == OPEN
        assert verdict(world, sealed, {"a.json": PAYLOAD}) == PASSED
        # A folder of that name means something in a container only.
        assert verdict(world, sealed, {"a.json": PAYLOAD, "META-INF/b.json": b"1"}) == OPEN


class TestWhatIsSaid:
    """No place for a name is left empty, and a list that may not speak is told."""

    def test_of_a_signer_whom_nobody_lists(self) -> None:
        done = validate_file(signed(credential(KEY.public_key.did)), World().snapshot())
        assert (done.sub, done.notes) == (Sub.NO_TRUST_ENTRY, ())
        for lang in ("zh", "en"):
            assert "{" not in "\n".join(report.lines(done, lang))

    @pytest.mark.parametrize("name", ["own", "foreign"])
    def test_of_a_damaged_list(self, name: str, folder: dict[str, bytes]) -> None:
        world = World()
        file = f"lists/{name}.jws"
        head, payload, value = world.lists()[file].split(b".")
        world.more = {file: b".".join([head, payload.replace(b"A", b"B", 1), value])}
        done = validate_folder(folder, world.snapshot())
        assert done.sub in {Sub.NO_AGREEMENT, Sub.NO_TRUST_ENTRY}
        silent = [note for note in done.notes if note.code == "list.not-heard"]
        assert [(one.at, one.saw) for one in silent] == [(file, "envelope.signature-wrong")]


class TestOthers:
    """SM2 messages and tokens of selective disclosure."""

    def test_an_sm2_message_over_a_file(self) -> None:
        world = World()
        world.certifier = [certifier(certificates=[MIDDLE])]
        world.more = {"crls/middle.crl": current()}
        message = sm.message(None, sm.signer_info(PAYLOAD), certificates=(sm.LEAF_CERTIFICATE,))
        assert verdict(world, message, {"a": PAYLOAD}) == PASSED
        for text in (base64.b64encode(message), base64.encodebytes(message)):
            assert verdict(world, text, {"a": PAYLOAD}) == PASSED
            assert verdict(world, text[:-5] + b"=====", {"a": PAYLOAD})[0] == "TOTAL_FAILED"
        assert verdict(world, message, {"a": PAYLOAD + b" "})[0] == "TOTAL_FAILED"
        assert verdict(world, message) == ("INDETERMINATE", "SIGNED_DATA_NOT_FOUND")
        world.more = {}
        assert verdict(world, message, {"a": PAYLOAD}) == ("INDETERMINATE", "REVOCATION_UNAVAILABLE")

    @pytest.mark.parametrize(
        ("place", "stated", "opened"),
        [
            ("/document/validUntil", "2026-05-01", ("TOTAL_FAILED", "EXPIRED")),
            ("/document/status", "withdrawn", ("TOTAL_FAILED", "NOT_IN_FORCE")),
        ],
    )
    def test_an_end_that_the_holder_keeps_back(
        self, place: str, stated: str, opened: tuple[str, str]
    ) -> None:
        """What others call ``exp`` and ``status`` stands further below in a declaration."""
        declaration = json.loads(TEA.read_bytes()) | {"iat": int(made.NOW.timestamp())}
        declaration["document"][place.rpartition("/")[2]] = stated
        salts = sd_jwt.salts_of(KEY, b"x")
        token = sd_jwt.issue(declaration, hide=[place], signer=KEY, salts=salts)
        snapshot = listed(KEY.public_key.did).snapshot()
        done = validate_file(token, snapshot)
        assert (done.indication.name, done.sub and done.sub.name, done.findings) == (*opened, ())
        done = validate_file(sd_jwt.disclose(token, []), snapshot)
        assert [finding.code for finding in done.findings] == ["list.parts-hidden"]
        assert (done.indication.name, done.sub and done.sub.name) == OPEN

    @pytest.mark.parametrize(
        ("hide", "expected"),
        [
            ("/method/standards/2", OPEN),
            ("/product/class/hs", OPEN),
            ("/verification/date", OPEN),
            ("/lines/0/note", PASSED),
            ("/lines/0", PASSED),
            ("/enterprise/contactEmail", PASSED),
            # One of the top level, or one of which nothing is read, may be a further verification.
            ("/lines", OPEN),
            ("/note", OPEN),
            ("/other/note", OPEN),
        ],
    )
    def test_what_scope_and_agreement_rest_on_is_not_the_holders_to_choose(
        self, hide: str, expected: tuple[str, str]
    ) -> None:
        declaration = json.loads(TEA.read_bytes()) | {"iat": int(made.NOW.timestamp()), "note": "x"}
        declaration["other"] = {"note": "x"}
        declaration["method"]["standards"].append("PAS2050")
        declaration["lines"][0]["note"] = "x"
        token = sd_jwt.issue(declaration, hide=[hide], signer=KEY, salts=sd_jwt.salts_of(KEY, b"x"))
        world = listed(KEY.public_key.did)
        standards = ["GBT24067", "ISO14067", *(["PAS2050"] if expected == PASSED else [])]
        scope = made.scope(standards=standards, activity=None)
        world.certifier = [certifier(certificates=(), others=[KEY.public_key.did], extensions=[scope])]
        done = validate_file(sd_jwt.disclose(token, []), world.snapshot())
        said = (done.indication.name, done.sub.name if done.sub else "")
        assert said == expected or (expected == OPEN and done.step("coverage").sub is Sub.NOT_COVERED)
        # As its holder was told.
        at = "/" if hide.count("/") == 1 else f"/{hide.split('/')[1]}"
        told = kept_back.in_showing(sd_jwt.disclose(token, []), Context(now=made.NOW))
        assert told == ((at,) if expected == OPEN else ())
        assert kept_back.in_showing(token, Context(now=made.NOW)) == ()

    @pytest.mark.parametrize(
        "hide",
        [
            ["/verification/kind", "/verification/date"],
            ["/verification"],
            ["/verifications"],
            ["/verifications/0"],
            ["/verifications/0/kind", "/verifications/0/date"],
        ],
    )
    def test_a_verification_that_is_kept_back_whole(self, hide: list[str]) -> None:
        """Without it, the declaration says the same, or says it of another one."""
        declaration = json.loads(TEA.read_bytes()) | {"iat": int(made.NOW.timestamp())}
        before = {**declaration["verification"], "date": "2024-03-25", "statementNo": "before"}
        name = hide[0].split("/")[1]
        declaration[name] = before if name == "verification" else [before]
        token = sd_jwt.issue(declaration, hide=hide, signer=KEY, salts=sd_jwt.salts_of(KEY, b"x"))
        world, scope = listed(KEY.public_key.did), made.scope(activity=None)
        world.certifier = [certifier(certificates=(), others=[KEY.public_key.did], extensions=[scope])]
        assert validate_file(token, world.snapshot()).sub is Sub.NOT_ACCREDITED
        done = validate_file(sd_jwt.disclose(token, []), world.snapshot())
        assert (done.indication.name, done.sub and done.sub.name) == OPEN

    def test_all_lines_are_the_holders_to_choose(self) -> None:
        declaration = json.loads(TEA.read_bytes()) | {"iat": int(made.NOW.timestamp())}
        hide = [f"/lines/{number}" for number in range(len(declaration["lines"]))]
        token = sd_jwt.issue(declaration, hide=hide, signer=KEY, salts=sd_jwt.salts_of(KEY, b"x"))
        done = validate_file(sd_jwt.disclose(token, []), listed(KEY.public_key.did).snapshot())
        assert (done.passed, [one.code for one in done.findings]) == (True, ["list.parts-hidden"])

    def test_rules_are_not_asked_of_what_the_holder_has_chosen(self) -> None:
        declaration = json.loads(TEA.read_bytes()) | {"iat": int(made.NOW.timestamp())}
        uses = [n for n, line in enumerate(declaration["lines"]) if "electricity" in json.dumps(line)]
        for number in uses:
            declaration["lines"][number]["factor"]["kind"] = "direct"
        hide = [f"/lines/{number}" for number in uses]
        token = sd_jwt.issue(declaration, hide=hide, signer=KEY, salts=sd_jwt.salts_of(KEY, b"x"))
        world = listed(KEY.public_key.did)
        world.policy = {"rules": ["gbt-24067"]}
        assert validate_file(token, world.snapshot()).sub is Sub.RULES_BLOCKING
        done = validate_file(sd_jwt.disclose(token, []), world.snapshot())
        assert (done.indication.name, done.sub and done.sub.name) == OPEN

    @pytest.mark.parametrize(
        "claims", [{"_sd_alg": "sha-256"}, {"_sd": ["x" * 43]}, {"a": [{"...": "x" * 43}]}]
    )
    @pytest.mark.parametrize("type_", ["JWT", ""])
    def test_a_token_without_its_tilde(self, type_: str, claims: dict[str, Any]) -> None:
        """As any token, nobody would ask whose it is by ``iss``, since when, and what is hidden."""
        declaration = json.loads(TEA.read_bytes()) | {"iss": "https://other.example", **claims}
        token = vc_jwt_of(declaration, type_=type_)
        snapshot = listed(KEY.public_key.did).snapshot()
        assert validate_file(token + b"~", snapshot).step("signer").sub is Sub.SIG_CONSTRAINTS_FAILURE
        head, payload, value = token.decode().split(".")
        flat = json.dumps({"protected": head, "payload": payload, "signature": value}).encode()
        for data in (token, flat):
            assert not validate_file(data, snapshot).passed

    @pytest.mark.parametrize(("more", "expected"), [((), PASSED), (("https://example.org/x",), OPEN)])
    def test_carried_by_an_object(self, more: tuple[str, ...], expected: tuple[str, str]) -> None:
        """VCDM 2.0, 4.13, has its example with this media type."""
        own, holder = KEY.public_key.did, PrivateKey.generate(KeyType.P256)
        token = sd_jwt.issue(
            credential(own),
            hide=["/credentialSubject/name"],
            signer=KEY,
            salts=sd_jwt.salts_of(KEY, b"x"),
            holder=holder.public_key,
        )
        base = "https://www.w3.org/ns/credentials/v2"
        carried: dict[str, Any] = {"@context": [base, *more], "type": "EnvelopedVerifiableCredential"}
        at = int(made.NOW.timestamp())
        bound = sd_jwt.bind(token, holder, reader="r", nonce="n", at=at)
        for shown in (token, bound):
            data = jcs({**carried, "id": f"data:application/vc+sd-jwt,{shown.decode()}"})
            assert verdict(listed(own), data) == expected
        asked = enveloped.of_file(data, {}, reader="other", nonce="n")
        assert asked.sub is Sub.SIG_CRYPTO_FAILURE
        changed = jcs({**carried, "id": f"data:application/vc+sd-jwt,{vc_jwt_of(credential(own)).decode()}"})
        assert verdict(listed(own), changed)[0] == "TOTAL_FAILED"

    def test_shown_twice(self) -> None:
        """Its holder may show one credential to many questions; another one of that name is a repetition."""
        holder, own = PrivateKey.generate(KeyType.P256), KEY.public_key.did
        token, other = (
            sd_jwt.issue(
                credential(own, id="urn:test:1"),
                hide=["/credentialSubject/name"],
                signer=KEY,
                salts=sd_jwt.salts_of(KEY, salt),
                holder=holder.public_key,
            )
            for salt in (b"1", b"2")
        )
        world = listed(own)
        before = hashlib.sha256(token.partition(b"~")[0]).hexdigest()
        world.more = {"received.json": jcs({f"{own} urn:test:1": before})}
        at = int(made.NOW.timestamp())
        for nonce in ("1", "2"):
            assert verdict(world, sd_jwt.bind(token, holder, reader="r", nonce=nonce, at=at)) == PASSED
        assert verdict(world, other) == ("TOTAL_FAILED", "REPLAYED")

    def test_one_whose_name_is_kept_back(self) -> None:
        """It may be another one of a name that was received; what was received itself is none."""
        own = KEY.public_key.did
        token = sd_jwt.issue(
            credential(own, id="urn:test:1"), hide=["/id"], signer=KEY, salts=sd_jwt.salts_of(KEY, b"x")
        )
        closed, world = sd_jwt.disclose(token, []), listed(own)
        issued = hashlib.sha256(token.partition(b"~")[0]).hexdigest()
        for name, digest, shown, kept in (
            (f"{own} urn:test:1", "0" * 64, ("TOTAL_FAILED", "REPLAYED"), OPEN),
            (f"{own} urn:test:1", issued, PASSED, PASSED),
            (f"{own} urn:test:2", "0" * 64, PASSED, OPEN),
            ("did:web:other.example urn:test:1", "0" * 64, PASSED, PASSED),
        ):
            world.more = {"received.json": jcs({name: digest})}
            assert (verdict(world, token), verdict(world, closed)) == (shown, kept)

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({"expirationDate": "2020-01-01T00:00:00Z"}, ("TOTAL_FAILED", "EXPIRED")),
            ({"expirationDate": "2030-01-01T00:00:00Z"}, PASSED),
            ({"expirationDate": "2030"}, FORMAT),
            ({"issuanceDate": "2030-01-01T00:00:00Z"}, ("TOTAL_FAILED", "NOT_YET_VALID")),
            ({"issuanceDate": "2020-01-01T00:00:00Z"}, PASSED),
        ],
    )
    def test_days_of_the_first_data_model(self, changed: dict[str, Any], expected: tuple[str, str]) -> None:
        own = KEY.public_key.did
        document = credential(own, **changed)
        token = sd_jwt.issue(document, hide=[], signer=KEY, salts=sd_jwt.salts_of(KEY, b"x"))
        assert verdict(listed(own), token) == expected
        of = pki.pki()
        data = jades.sign(jcs({**document, "issuer": None}), of.leaf.sealer, signing_time=made.NOW)
        assert verdict(world_of(of.root, **lists(of)), data) == expected
        # In what is no credential, these may be the names of anything.
        data = jades.sign(jcs(changed), of.leaf.sealer, signing_time=made.NOW)
        assert verdict(world_of(of.root, **lists(of)), data) == PASSED

    @pytest.mark.parametrize("narrowed", [{}, {"nbf": int(made.NOW.timestamp())}])
    def test_a_holder_gives_it_no_beginning(self, narrowed: dict[str, Any]) -> None:
        """Since when it counts is for the issuer to say."""
        declaration, holder = json.loads(TEA.read_bytes()), PrivateKey.generate(KeyType.ED25519)
        snapshot = listed(KEY.public_key.did).snapshot()
        for claims, expected in (
            (declaration, ("INDETERMINATE", "TIME_UNKNOWN")),
            (declaration | {"iat": int(made.NOW.timestamp())}, PASSED),
        ):
            salts = sd_jwt.salts_of(KEY, b"x")
            token = sd_jwt.issue(claims, hide=[], signer=KEY, salts=salts, holder=holder.public_key)
            shown = {
                "aud": "r",
                "nonce": "n",
                "iat": int(made.NOW.timestamp()),
                "sd_hash": base64url(hashlib.sha256(token).digest()),
                **narrowed,
            }
            _, data = jose.signing_input({"alg": "EdDSA", "typ": "kb+jwt"}, jcs(shown))
            bound = token + data + b"." + base64url(keys.sign(holder, data)).encode()
            done = validate_file(bound, snapshot, reader="r", nonce="n")
            assert (done.indication.name, done.sub.name if done.sub else "") == expected

    def test_sd_jwt(self) -> None:
        own, holder = KEY.public_key.did, PrivateKey.generate(KeyType.P256)
        claims = credential(own)
        token = sd_jwt.issue(
            claims,
            hide=["/credentialSubject/name"],
            signer=KEY,
            salts=sd_jwt.salts_of(KEY, b"x"),
            holder=holder.public_key,
        )
        world = listed(own)
        assert verdict(world, token) == PASSED
        assert verdict(world, token, {"beside.json": b"{}"}) == ("TOTAL_FAILED", "HASH_FAILURE")
        more = sd_jwt.issue(
            {**claims, "note": "x"}, hide=["/note"], signer=KEY, salts=sd_jwt.salts_of(KEY, b"y")
        )
        for shown, codes in ((more, []), (sd_jwt.disclose(more, []), ["list.claims-hidden"])):
            done = validate_subject(enveloped.of_file(shown, {}), world.snapshot(), statement=STATEMENT)
            assert (done.passed, [finding.code for finding in done.findings]) == (True, codes)
        kept = sd_jwt.disclose(token, [])
        done = validate_subject(enveloped.of_file(kept, {}), world.snapshot(), statement=STATEMENT)
        assert (done.passed, [finding.code for finding in done.findings]) == (True, ["list.parts-hidden"])
        bound = sd_jwt.bind(token, holder, reader="https://r.example", nonce="n", at=1)
        for asked, passes in (("https://r.example", True), ("https://other.example", False)):
            done = validate_file(bound, world.snapshot(), reader=asked, nonce="n")
            assert (done.step("signature").outcome.value == "passed") is passes
        for at, expected in ((300, PASSED), (301, ("TOTAL_FAILED", "NOT_YET_VALID")), (-(10**10), FORMAT)):
            shown_at = int(made.NOW.timestamp()) + at
            bound = sd_jwt.bind(token, holder, reader="https://r.example", nonce="n", at=shown_at)
            assert verdict(world, bound) == expected
        bound = sd_jwt.bind(token, holder, reader="https://r.example", nonce="n", at=1)
        for asked, told in (("", ["list.bound-to-reader"]), ("https://r.example", [])):
            findings = validate_file(bound, world.snapshot(), reader=asked).findings
            assert [finding.code for finding in findings] == told
        for hours, nonce, expected in (
            (24, "", PASSED),
            (25, "", ("TOTAL_FAILED", "EXPIRED")),
            (25, "n", PASSED),
        ):
            shown_at = int((made.NOW - timedelta(hours=hours, seconds=300)).timestamp())
            bound = sd_jwt.bind(token, holder, reader="https://r.example", nonce="n", at=shown_at)
            subject = enveloped.of_file(bound, {}, reader="https://r.example", nonce=nonce)
            done = validate_subject(subject, world.snapshot(), statement=STATEMENT)
            assert (done.indication.name, done.sub.name if done.sub else "") == expected
        last = sd_jwt.bind(token, holder, reader="https://r.example", nonce="n", at=253402300799)
        assert not validate_file(last, world.snapshot(), reader="https://r.example").passed
        world.policy = {"bindingHours": 48}
        done = validate_subject(
            enveloped.of_file(bound, {}, reader="https://r.example"), world.snapshot(), statement=STATEMENT
        )
        assert done.passed
        world.policy = {}
        with pytest.raises(GatewayError, match=r"reader-needs-sd-jwt"):
            validate_file(vc_jwt.sign(claims, KEY), world.snapshot(), reader="https://r.example")
        world.now = made.NOW - timedelta(hours=1)
        world.foreign = world.own = {"issued": made.NOW - timedelta(days=2)}
        assert verdict(world, token) == ("TOTAL_FAILED", "NOT_YET_VALID")

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"", FORMAT),
            (b"{}", ("TOTAL_FAILED", "NO_SIGNATURE")),
            (b"[]", FORMAT),
            (b"a.b.c", FORMAT),
            (b"PK\x03\x04", FORMAT),
            (b"<a/>", ("TOTAL_FAILED", "NO_SIGNATURE")),
            (b"\x30\x03\x02\x01\x01", ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE")),
            (b'{"proof":1}', ("TOTAL_FAILED", "NO_SIGNATURE")),
        ],
    )
    def test_nothing_signed(self, data: bytes, expected: tuple[str, str]) -> None:
        assert verdict(World(), data) == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"iss": "did:example:a"}, "did:example:a"),
        ({"issuer": "did:example:b", "iss": "did:example:a"}, "did:example:b"),
        ({"issuer": ["did:example:b"], "iss": "did:example:a"}, ""),
        ({"issuer": {"name": "b"}, "iss": "did:example:a"}, ""),
        ({"iss": 5}, ""),
    ],
)
def test_an_issuer_that_cannot_be_read_is_nobody_else(stated: dict[str, Any], expected: str) -> None:
    assert enveloped._issuer(stated) == expected
