"""Signed documents inside others under a policy: each has a verdict of its own, and the worst one counts."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.__main__ import main
from gateway.pipeline import statuses
from gateway.signing import asic, der, gbt35275, jades, jws, manifest, vc_jwt
from gateway.signing.certificates import Certificate as AnyCertificate
from gateway.signing.jcs import jcs
from gateway.trust.judgement import Sub, Validation
from gateway.trust.statement import TERM, said
from gateway.trust.subject import RECOGNITION
from gateway.trust.verify import verify
from tests.library.test_schemas import wrong
from tests.signing import seals
from tests.signing.sm import made as sm
from tests.trust import made, pki
from tests.trust.conftest import World
from tests.trust.test_enveloped import OPEN, credential, signed
from tests.trust.test_simulator import PASSED, certifier
from tests.trust.test_statements import KEY, OTHER, Office, statement
from tests.trust.test_x509 import PAYLOAD, lists, validated, world_of

OWN = KEY.public_key.did
FAILED = ("TOTAL_FAILED", "CONTAINED_FAILED")


def believing(*others: str) -> World:
    """The certifier is listed by the seal's authority and by these identifiers."""
    of = pki.pki()
    world = world_of(of.root, **lists(of))
    world.certifier = [certifier(certificates=[of.root.own], others=list(others))]
    return world


def container(inner: bytes) -> bytes:
    files = {"a.json": ("application/json", PAYLOAD), "z.json": ("application/json", inner)}
    return asic.sign(files, pki.pki().leaf.sealer, signing_time=made.NOW)


def payload(inner: bytes) -> bytes:
    return jades.sign(inner, pki.pki().leaf.sealer, signing_time=made.NOW)


def member(inner: bytes) -> bytes:
    return payload(jcs({"vc": json.loads(inner)}))


def in_credential(inner: bytes) -> bytes:
    document = credential(OWN)
    document["credentialSubject"]["urn:x:held"] = json.loads(inner)
    return signed(document)


def as_token(inner: bytes) -> bytes:
    document = credential(OWN)
    document["credentialSubject"]["urn:x:held"] = json.loads(inner)
    return vc_jwt.sign(document, KEY)


def words(done: Validation) -> tuple[str, str]:
    return done.indication.name, done.sub.name if done.sub else ""


AROUND = [container, payload, member, in_credential, as_token]


@pytest.mark.parametrize("around", AROUND)
class TestAround:
    """In files of a container, as a payload, as a member of one, and in another credential."""

    def test_changed_since_it_was_signed(self, around: Any) -> None:
        document = json.loads(signed(credential(OWN)))
        document["credentialSubject"]["name"] = "another"
        done = validated(believing(OWN), around(jcs(document)))
        assert words(done) == ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE")
        assert "proof" in done.findings[0].at

    def test_of_a_body_that_nobody_lists(self, around: Any) -> None:
        stranger = made.operator(7).key
        done = validated(believing(OWN), around(signed(credential(stranger.public_key.did), stranger)))
        assert words(done) == OPEN
        told = [note.saw for note in done.notes if note.code == "list.contained"]
        assert told == ["INDETERMINATE NO_TRUST_ENTRY"]

    def test_over(self, around: Any) -> None:
        over = made.stamp(made.NOW - timedelta(days=1))
        done = validated(believing(OWN), around(signed(credential(OWN, validUntil=over))))
        assert words(done) == FAILED
        assert "TOTAL_FAILED EXPIRED" in [note.saw for note in done.notes]

    def test_that_nobody_here_can_check(self, around: Any) -> None:
        document = json.loads(signed(credential(OWN)))
        document["proof"]["cryptosuite"] = "bbs-2023"
        assert words(validated(believing(OWN), around(jcs(document)))) == OPEN

    def test_believed(self, around: Any) -> None:
        """A statement of a listed recogniser in what a listed certifier has signed: passed, until revoked."""
        office = Office(OTHER)
        inner = statement(office.place, OTHER)
        assert words(validated(listing(office), around(inner))) == PASSED
        done = validated(listing(office), around(inner))
        told = done.step("coverage").evidence["contained"]
        assert isinstance(told, list)
        assert isinstance(told[0], dict)
        assert told[0]["indication"] == "TOTAL_PASSED"
        office.set("revocation")
        assert words(validated(listing(office), around(inner))) == FAILED


def listing(office: Office) -> World:
    world = believing(OWN)
    body = made.entity("TEST body", [made.state("recogniser", others=[OTHER.public_key.did])])
    world.own_entities = [body]
    lists_ = {f"status/{name}": data for name, data in office.files.items() if name != statuses.REGISTER}
    world.more = {**world.more, **lists_}
    return world


def test_a_presentation_inside_leaves_it_open() -> None:
    held = {**credential(OWN), "type": ["VerifiablePresentation"]}
    assert words(validated(believing(OWN), container(jcs(held)))) == OPEN


def test_a_credential_without_a_proof_of_its_own() -> None:
    assert words(validated(believing(OWN), member(jcs(credential(OWN))))) == OPEN


def test_the_decision_of_a_statement_inside_is_told() -> None:
    office = Office(OTHER)
    document = json.loads(statement(office.place, OTHER))
    del document["proof"]
    digest = "ab" * 32
    document["credentialSubject"] |= {
        f"{TERM}decision": "refused",
        f"{TERM}original": {f"{TERM}sha256": digest},
    }
    done = validated(listing(office), container(signed(document, OTHER)))
    assert words(done) == PASSED
    told = [(note.code, note.at) for note in done.notes if note.code.startswith("list.statement")]
    assert told == [("list.statement-refused", digest)]


@pytest.mark.parametrize(
    "subject",
    [
        {},
        {f"{TERM}decision": "RECOGNISED"},
        {f"{TERM}decision": ["recognised"]},
        {f"{TERM}original": {f"{TERM}sha256": "\x1b[1m"}},
        [{f"{TERM}decision": "recognised"}],
    ],
)
def test_a_decision_that_nobody_knows_recognises_nothing(subject: Any) -> None:
    found = said({"type": ["VerifiableCredential", RECOGNITION], "credentialSubject": subject})
    assert found is not None
    assert (found.decision, found.original.sha256) == ("", "")
    assert found.finding().code == "list.statement-unknown"
    assert said({"type": ["VerifiableCredential"]}) is None


@pytest.mark.parametrize(
    ("decision", "more"),
    [
        ("recognised", {f"{TERM}conditions": [{f"{TERM}text": "for 2026 only"}]}),
        ("recognised", {f"{TERM}original": [{f"{TERM}sha256": "ab" * 32}]}),
        ("conditional", {f"{TERM}original": {}}),
        ("conditional", {f"{TERM}conditions": []}),
    ],
)
def test_nor_does_one_that_cannot_be_meant(decision: str, more: dict[str, Any]) -> None:
    """Outright and under conditions, under none that is told, or about no manifest."""
    subject: dict[str, Any] = {f"{TERM}decision": decision, f"{TERM}original": {f"{TERM}sha256": "ab" * 32}}
    subject |= {f"{TERM}conditions": [{f"{TERM}text": "sampled"}]} if decision == "conditional" else {}
    document: dict[str, Any] = {"type": ["VerifiableCredential", RECOGNITION], "credentialSubject": subject}
    for held, expected in ((subject, decision), (subject | more, "")):
        found = said({**document, "credentialSubject": held})
        assert found is not None
        assert found.decision == expected


def test_conditions_are_told() -> None:
    """A reviewer's in the words of the paper, an agreement's in both languages, any other as it stands."""
    conditions = [
        {f"{TERM}code": "x", f"{TERM}text": "仅限 2026 年"},
        {f"{TERM}zh": "抽样", f"{TERM}en": "by samples"},
        "in words",
        {"n": 5},
    ]
    subject: dict[str, Any] = {
        f"{TERM}decision": "conditional",
        f"{TERM}original": {f"{TERM}sha256": "ab" * 32},
        f"{TERM}conditions": conditions,
    }
    found = said({"type": ["VerifiableCredential", RECOGNITION], "credentialSubject": subject})
    assert found is not None
    assert [*found.texts("en")][1:] == ["仅限 2026 年", "by samples", "in words", "5"]
    assert [*found.texts("zh")][2] == "抽样"


def mixed_chain(root: ec.EllipticCurvePrivateKey) -> tuple[AnyCertificate, AnyCertificate]:
    """An authority for SM2 under a root of another kind of key, signed with ECDSA."""
    whole = seals.certificate("Root", root, "Root", root).public_bytes(Encoding.DER)
    above = AnyCertificate.from_der(whole)
    plain = sm.certificate(
        sm.MIDDLE, sm.ROOT, sm.ca(0), sm.usage(sm.CERT_SIGN), issuer_name=above.subject_name
    )
    fields = der.Reader(plain.tbs, "").content(der.SEQUENCE, "tbs")
    tbs = der.sequence(fields.replace(plain.algorithm, above.algorithm))
    value = root.sign(tbs, ec.ECDSA(hashes.SHA256()))
    return AnyCertificate.from_der(der.sequence(tbs, above.algorithm, der.bits(value))), above


class TestInAFolder:
    """A part that is a signed document itself: changed, it fails; else it is told."""

    def _folder(self, part: bytes) -> dict[str, bytes]:
        entry = manifest.Part.of("in.json", part, media_type="application/json", disclosure="C1")
        bound = manifest.build([entry], {}).to_bytes()
        seal = gbt35275.sign(bound, sm.LEAF, sm.LEAF_CERTIFICATE)
        return {"in.json": part, "manifest.json": bound, "signatures/c.p7s": seal}

    def test_seal_under_a_root_of_another_kind_of_key(self) -> None:
        files = self._folder(b"{}")
        sound = mixed_chain(ec.derive_private_key(7, ec.SECP256R1()))
        forged = (sound[0], mixed_chain(ec.derive_private_key(8, ec.SECP256R1()))[1])
        for chain, expected in ((sound, []), (forged, ["trust.seal-certificate"])):
            info = sm.signer_info(files["manifest.json"])
            seal = sm.message(None, info, certificates=[sm.LEAF_CERTIFICATE, *chain])
            found = verify({**files, "signatures/c.p7s": seal})
            assert [one.code for one in found.findings if one.code.startswith("trust.seal")] == expected

    def test_changed(self) -> None:
        document = json.loads(signed(credential(OWN)))
        document["credentialSubject"]["name"] = "another"
        files = self._folder(jcs(document))
        found = verify(files)
        assert (found.state.value, [one.at for one in found.findings]) == (
            "changed",
            ["in.json#/proof/proofValue"],
        )
        done = World().validate(files)
        assert words(done) == ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE")

    def test_intact_or_not_checked(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        document = json.loads(signed(credential(OWN)))
        other = {**document, "proof": {**document["proof"], "cryptosuite": "bbs-2023"}}
        for number, (held, state) in enumerate(((document, "intact"), (other, "not-checked"))):
            files = self._folder(jcs(held))
            assert [(one.place, one.state.value) for one in verify(files).contained] == [("in.json", state)]
            notes = [one for one in World().validate(files).findings if one.code == "list.inside"]
            assert [one.at for one in notes] == ["in.json"]
            for name, data in files.items():
                place = tmp_path / str(number) / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
            assert main(["verify", str(tmp_path / str(number))]) == 0
            assert "in.json" in capsys.readouterr().out
            assert main(["verify", str(tmp_path / str(number)), "--json"]) == 0
            told = json.loads(capsys.readouterr().out)
            assert wrong(told, "answers-1", "Verify") == []
            assert told["contained"][0]["state"] == state

    @pytest.mark.parametrize("member", ["evidence", "termsOfUse", "credentialStatus"])
    @pytest.mark.parametrize("kind", ["changed", "intact"])
    def test_in_the_credential(
        self, whole: dict[str, bytes], folder: dict[str, bytes], member: str, kind: str
    ) -> None:
        held = json.loads(signed(credential(OWN)))
        if kind == "changed":
            held["credentialSubject"]["name"] = "another"
        bound = {name: text for name, text in json.loads(whole["credential.json"]).items() if name != "proof"}
        files = dict(folder)
        files["credential.json"] = signed({**bound, "issuer": OWN, member: held})
        files["manifest.jws"] = jws.sign_detached(files["manifest.json"], KEY)
        found, place = verify(files), f"credential.json#/{member}"
        maker = made.state("gateway", others=[OWN])
        world = World(own_entities=[made.entity("TEST maker", [maker])], policy={"agreement": "own-list"})
        if kind == "changed":
            assert found.state.value == "changed"
            assert [one.at for one in found.findings] == [f"{place}/proof/proofValue"]
            assert words(world.validate(files)) == ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE")
        else:
            assert [one.place for one in found.contained] == [place]
            assert words(world.validate(files)) == ("INDETERMINATE", "NOT_COVERED")

    def test_a_credential_that_is_a_statement(
        self, whole: dict[str, bytes], folder: dict[str, bytes]
    ) -> None:
        """Who is listed as something else than a recogniser recognises nothing, in a folder neither."""
        bound = {name: text for name, text in json.loads(whole["credential.json"]).items() if name != "proof"}
        document = {**bound, "issuer": OWN, "type": ["VerifiableCredential", RECOGNITION]}
        files = dict(folder)
        files["credential.json"] = signed(document)
        files["manifest.jws"] = jws.sign_detached(files["manifest.json"], KEY)
        assert words(World().validate(files)) == ("INDETERMINATE", "NOT_COVERED")
        office = Office()
        document["credentialStatus"] = json.loads(statement(office.place))["credentialStatus"]
        files["credential.json"] = signed(document)
        kind = made.state("programme-operator", others=[OWN], extensions=[made.scope()])
        world = World(own_entities=[made.entity("TEST maker", [kind])])
        world.policy = {"services": ["programme-operator"], "agreement": "own-list"}
        world.more = {f"status/{name}": one for name, one in office.files.items() if name != "register.json"}
        done = world.validate(files)
        assert done.indication.name == "INDETERMINATE"
        assert done.step("signer").sub is Sub.SERVICE_NOT_ACCEPTED

    def test_a_part_without_signatures_of_its_own(self) -> None:
        assert verify(self._folder(jcs(credential(OWN)))).contained == ()
