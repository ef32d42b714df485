"""Whose word counts for what: lists of statuses, conversion records, and a source that was handed over."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from gateway.codec.base import Package
from gateway.exchange.refresh import refresh
from gateway.pipeline import receive, recognise, seal
from gateway.pipeline.issue import Request
from gateway.pipeline.validate_files import validate_file
from gateway.signing import asic, jose, manifest, salts
from gateway.signing.credential import CONTEXT, build_credential
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url
from gateway.trust import report, status_list
from gateway.trust.judgement import Sub
from tests.signing.sm import made as sm
from tests.trust import made, pki
from tests.trust.conftest import TEA, World, prepared_by
from tests.trust.pki import Holder
from tests.trust.test_simulator import PASSED, certifier
from tests.trust.test_x509 import _chain, lists, verdict, world_of

ISSUER = "https://body.example"
PLACE = f"{ISSUER}/status/1"
UNKNOWN = ("INDETERMINATE", "STATUS_UNAVAILABLE")
LOST = {"statusReason": {"code": "key-compromise", "since": "2026-05-01T00:00:00Z"}}
JSON = "application/json"


def token(holder: Holder, document: Mapping[str, Any]) -> bytes:
    header = {
        "alg": "ES256",
        "typ": "vc+jwt",
        "x5c": [base64.b64encode(one).decode() for one in _chain(holder)],
    }
    _, data = jose.signing_input(header, jcs(dict(document)))  # type: ignore[arg-type]  # JSON
    seal_ = holder.sealer
    return data + b"." + base64url(seal_.sign(data, seal_.natural)).encode()


class TestListsOfStatuses:
    """A body's own list of statuses is signed by a certificate that is its own today, and never was lost."""

    def _list(self, holder: Holder, *revoked: int, **changed: Any) -> bytes:
        found = status_list.empty(PLACE, ISSUER, "revocation", valid_from=made.stamp(made.NOW))
        for index in revoked:
            found = found.with_bit(index, valid_from=found.valid_from)
        told = "u" + base64url(gzip.compress(found.bits, mtime=0))
        document = {
            "@context": [CONTEXT],
            "id": PLACE,
            "type": ["VerifiableCredential", status_list.TYPE],
            "issuer": ISSUER,
            "validFrom": found.valid_from,
            "credentialSubject": {
                "id": f"{PLACE}#list",
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": told,
            },
        }
        return token(holder, document | changed)

    def _verdict(
        self,
        answer: bytes,
        *states: dict[str, object],
        entities: tuple[dict[str, Any], ...] = (),
        **changed: Any,
    ) -> tuple[str, str]:
        document = build_credential(
            issuer=ISSUER, valid_from=made.stamp(made.NOW), subject={"id": "urn:test:subject", "name": "test"}
        )
        document["credentialStatus"] = {
            "id": f"{PLACE}#5",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "5",
            "statusListCredential": PLACE,
        }
        world = World()
        world.certifier, world.entities = list(states), list(entities)
        world.more = {"status/1.jwt": answer}
        return verdict(world, token(pki.pki().leaf, document | changed))

    @pytest.mark.parametrize("nobody", [None, ["did:web:body.example"], {"name": "TEST"}])
    def test_of_nobody(self, nobody: Any) -> None:
        """What names no issuer that can be read is not answered by any stranger's list that names none."""
        leaf = pki.pki().leaf
        stranger = pki.issue("TEST stranger", pki.key("P-256", 91), serial=91)
        now = certifier(certificates=[leaf.own], others=[ISSUER])
        told = self._verdict(self._list(stranger, issuer=nobody), now, issuer=nobody)
        assert told[0] == "INDETERMINATE"
        assert self._verdict(self._list(stranger, issuer=nobody), now) == UNKNOWN

    @pytest.mark.parametrize("hours", [1, 20], ids=["of one moment", "older"])
    def test_fetched_from_whoever_serves_it(self, hours: int) -> None:
        """Another's list takes the place of none, else an older one of the body's own would speak again."""
        leaf = pki.pki().leaf
        stranger = pki.issue("TEST stranger", pki.key("P-256", 91), serial=91)
        document = build_credential(
            issuer=ISSUER, valid_from=made.stamp(made.NOW), subject={"id": "urn:test:subject", "name": "test"}
        )
        document["credentialStatus"] = {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "5",
            "statusListCredential": PLACE,
        }
        own = token(leaf, document)
        before = {number: made.stamp(made.NOW - timedelta(hours=number)) for number in (1, hours)}
        world = World(policy={"hosts": ["body.example"]})
        world.certifier = [certifier(certificates=[leaf.own], others=[ISSUER])]
        world.more = {
            "status/new.jwt": self._list(leaf, 5, validFrom=before[1]),
            "status/old.jwt": self._list(leaf, validFrom=before[hours]),
        }
        for holder, is_taken in ((stranger, False), (leaf, True)):
            answer = self._list(holder, 5)
            gained, problems = refresh(world.files(), own, {PLACE: answer}.__getitem__, now=made.NOW)
            assert (list(gained.values()), not problems) == ([answer] * is_taken, is_taken)
            kept = World(certifier=world.certifier, more={**world.more, **gained})
            assert verdict(kept, own) == ("TOTAL_FAILED", "STATUS_REVOKED")

    def test_of_its_own_certificate(self) -> None:
        leaf = pki.pki().leaf
        now = certifier(certificates=[leaf.own], others=[ISSUER])
        assert self._verdict(self._list(leaf), now) == PASSED
        assert self._verdict(self._list(leaf, 5), now) == ("TOTAL_FAILED", "STATUS_REVOKED")

    @pytest.mark.parametrize("reason", [(), (LOST,)], ids=["replaced", "lost"])
    def test_of_a_former_certificate(self, reason: tuple[dict[str, Any], ...]) -> None:
        leaf = pki.pki().leaf
        old = pki.issue("TEST body seal of before", pki.key("P-256", 21), serial=21)
        states = (
            certifier(certificates=[leaf.own], others=[ISSUER], since="2026-06-01T00:00:00Z"),
            certifier(
                certificates=[old.own],
                others=[ISSUER],
                status="withdrawn",
                since="2026-05-01T00:00:00Z",
                extensions=[made.scope(), *reason],
            ),
            certifier(certificates=[old.own], others=[ISSUER]),
        )
        assert self._verdict(self._list(old), *states) == UNKNOWN
        assert self._verdict(self._list(leaf), *states) == PASSED

    @pytest.mark.parametrize("status", ["granted", "withdrawn"])
    def test_of_another_body(self, status: str) -> None:
        """Whose certificate has that address, too."""
        leaf = pki.pki().leaf
        name = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(ISSUER)])
        other = pki.issue("TEST other seal", pki.key("P-256", 31), None, (name, False), serial=31)
        body = made.entity("TEST other body", [made.state("tsa", certificates=[other.own], status=status)])
        now = certifier(certificates=[leaf.own], others=[ISSUER])
        assert self._verdict(self._list(other), now, entities=(body,)) == UNKNOWN

    def test_of_a_body_with_several_services(self) -> None:
        """One of them may have had the certificate before; none may have lost it."""
        leaf = pki.pki().leaf
        since = "2026-06-01T00:00:00Z"
        old = pki.issue("TEST body seal of before", pki.key("P-256", 21), serial=21)
        own = [certifier(certificates=[leaf.own], others=[ISSUER])]
        before = [
            made.state("gateway", certificates=[old.own], since=since),
            made.state("gateway", certificates=[leaf.own]),
        ]
        still = [made.state("gateway", certificates=[old.own], others=[ISSUER])]
        lost = [made.state("tsa", certificates=[old.own], status="withdrawn", extensions=[LOST])]
        unused = certifier(certificates=[pki.issue("TEST", pki.key("P-256", 77), serial=77).own])
        for answer, services, expected in (
            (leaf, (before, own), PASSED),
            (old, (own, still), PASSED),
            (old, (own, still, lost), UNKNOWN),
        ):
            body = made.entity("TEST body", *services)
            assert self._verdict(self._list(answer), unused, entities=(body,)) == expected


class TestAnotherCertifier:
    """Who has signed beside the certifier on whom the verdict rests is told where its word would not do."""

    @pytest.mark.parametrize(
        ("other", "is_told"),
        [
            ({}, False),
            ({"extensions": [made.scope(productCategories=["cpc:412"])]}, True),
        ],
    )
    def test_beside(self, whole: dict[str, bytes], other: dict[str, Any], is_told: bool) -> None:
        world = World()
        world.certifier = [certifier()]
        stated = certifier(**{"certificates": [sm.OTHER_CERTIFICATE], **other})
        world.entities = [made.entity("TEST second body", [stated])]
        done = world.validate(public(sealed_by_two(whole)))
        assert done.indication.name == "TOTAL_PASSED"
        assert ("list.signer-short" in {note.code for note in done.notes}) is is_told

    def test_whose_revocation_is_unknown_is_not_called_unlisted(self, whole: dict[str, bytes]) -> None:
        world = World()
        # The authority above both is listed, and its revocation list is not at hand.
        world.certifier = [certifier(certificates=[sm.MIDDLE_CERTIFICATE])]
        world.more = {"crls/middle.crl": b"damaged"}
        done = world.validate(public(sealed_by_two(whole)))
        assert (done.indication.name, done.sub) == ("INDETERMINATE", Sub.REVOCATION_UNAVAILABLE)
        told = {note.code for note in done.notes}
        assert "list.signer-open" in told
        assert "list.signer-not-listed" not in told
        page = report.as_page(done, world.snapshot()).decode()
        assert "{" not in page.partition("<table")[2]


class TestLostKeys:
    """A key that a body has lost is lost for all of its services."""

    @pytest.mark.parametrize("kind", ["tsa", "gateway", "cab/iso17065", "cab/iso17029-14065"])
    @pytest.mark.parametrize("is_first", [True, False])
    def test_under_another_service(self, folder: dict[str, bytes], kind: str, is_first: bool) -> None:
        steel = made.scope(productCategories=["cpc:412"])
        held = [sm.LEAF_CERTIFICATE]
        since, told = "2026-05-02T00:00:00Z", [steel, LOST]
        lost = [
            made.state(kind, certificates=held, status="withdrawn", since=since, extensions=told),
            made.state(kind, certificates=held, extensions=[steel]),
        ]
        services = ([certifier()], lost)
        world = World()
        world.certifier = [certifier(certificates=[sm.OTHER_CERTIFICATE])]
        world.entities = [made.entity("TEST body", *services[:: 1 if is_first else -1])]
        done = world.validate(folder)
        assert done.sub is not None
        assert done.sub.name == "REVOKED_KEY_COMPROMISE"

    @pytest.mark.parametrize("reason", [(), (LOST,)], ids=["replaced", "lost"])
    def test_beside_another_key_of_the_same_service(
        self, whole: dict[str, bytes], reason: tuple[dict[str, Any], ...]
    ) -> None:
        files, since = sealed_by_two(whole), ("2026-05-03T00:00:00Z", "2026-05-02T00:00:00Z")
        scope, other = made.scope(), [sm.OTHER_CERTIFICATE]
        for now, before in (([sm.LEAF_CERTIFICATE], other), (other, [sm.LEAF_CERTIFICATE])):
            world = World()
            world.certifier = [
                certifier(certificates=now, since=since[0]),
                certifier(
                    certificates=before, status="withdrawn", since=since[1], extensions=[scope, *reason]
                ),
                certifier(certificates=before),
            ]
            assert world.validate(public(files)).passed is not bool(reason)


class TestRecords:
    """A conversion record speaks for the files that it names, and for no others."""

    def _verdict(self, files: Mapping[str, bytes]) -> tuple[str, str]:
        of = pki.pki()
        named = {name: (JSON, data) for name, data in files.items()}
        container = asic.sign(named, of.leaf.sealer, signing_time=made.NOW)
        done = validate_file(container, world_of(of.root, **lists(of)).snapshot())
        return done.indication.name, done.step("scope").outcome.value

    def test_beside_other_files_in_a_container(self, folder: dict[str, bytes]) -> None:
        record, part = folder["conversion.json"], "pact/product-footprint.json"
        steel = json.loads(TEA.read_bytes())
        steel["product"]["class"] |= {"cpc": "41221", "hs": "7208.10", "cn8": "72081000"}
        other = json.dumps(steel).encode()
        assert self._verdict({"steel.json": other}) == ("TOTAL_FAILED", "failed")
        open_ = ("INDETERMINATE", "indeterminate")
        assert self._verdict({"steel.json": other, "conversion.json": record}) == open_
        assert self._verdict({"conversion.json": record}) == open_
        changed = folder[part].replace(b"23913", b"41221")
        assert self._verdict({part: changed, "conversion.json": record}) == open_
        assert self._verdict({part: folder[part], "conversion.json": record}) == ("TOTAL_PASSED", "passed")

    def test_a_folder_in_a_container(self, folder: dict[str, bytes]) -> None:
        signed = ("manifest.jws", "credential.json", "signatures/")
        parts = {name: data for name, data in folder.items() if not name.startswith(signed)}
        assert self._verdict(parts) == ("TOTAL_PASSED", "passed")
        for name in (
            "steel.json",
            "credential.json",
            "manifest.jws",
            "signatures/1.p7s",
            "private/salts.json",
        ):
            beside = self._verdict({**parts, name: TEA.read_bytes()})
            assert beside == ("INDETERMINATE", "indeterminate")

    @pytest.mark.parametrize(
        "name", ["steel.json", "report.json", "private/steel.json", "pact/product-footprint.json.leaves.json"]
    )
    def test_a_part_that_the_record_does_not_name(
        self, whole: dict[str, bytes], world: World, name: str
    ) -> None:
        files = resealed({**whole, name: b"{}"})
        done = world.validate({**public(files), name: b"{}"})
        assert done.sub is not None
        assert done.sub.name == "NOT_COVERED"
        assert done.step("coverage").params == {"parts": name}


class TestSeveralCertifiers:
    """Who of several has what is asked for counts, whoever's file comes first by name."""

    @pytest.mark.parametrize("lacking", [{"productCategories": ["cpc:412"]}, {"accreditation": None}])
    @pytest.mark.parametrize("is_first", [True, False])
    def test_one_of_them_may_and_one_may_not(
        self, whole: dict[str, bytes], lacking: dict[str, Any], is_first: bool
    ) -> None:
        files = sealed_by_two(whole)
        scopes = [made.scope(), made.scope(**lacking)][:: 1 if is_first else -1]
        world = World()
        world.certifier = [certifier(extensions=[scopes[0]])]
        own = certifier(certificates=[sm.OTHER_CERTIFICATE], extensions=[scopes[1]])
        world.entities = [made.entity("TEST second certifier", [own])]
        assert world.validate(public(files)).passed
        world.certifier = [certifier(extensions=[made.scope(**lacking)])]
        neither = certifier(certificates=[sm.OTHER_CERTIFICATE], extensions=[made.scope(**lacking)])
        world.entities = [made.entity("TEST second certifier", [neither])]
        assert not world.validate(public(files)).passed


class TestSourceAtHand:
    """What its source does not give stays open, and is told."""

    def test_numbers_that_the_source_does_not_give(self, whole: dict[str, bytes], world: World) -> None:
        part = "pact/product-footprint.json"
        without = {name: data for name, data in whole.items() if name != f"{part}.leaves.json"}
        files = resealed({**without, part: whole[part].replace(b'"48.0"', b'"98.0"')})
        assert recognise.validate(public(files), world.snapshot()).passed
        done = recognise.validate(files, world.snapshot())
        assert done.sub is not None
        assert done.sub.name == "NOT_COVERED"
        assert f"does not give what was signed at {part}" in "\n".join(report.lines(done, "en"))
        assert recognise.validate(whole, world.snapshot()).passed

    def test_further_data_of_a_file_by_another_name(self, maker: PrivateKey) -> None:
        """The folder keeps it under a name of its own, by which the run again names it, too."""
        examples = TEA.parent
        pack, more = examples / "lfp-pack.json", examples / "passport-data" / "lfp-pack.json"
        beside = (Package.of(more.read_bytes(), name="our battery.JSON"),)
        package = Package.of(pack.read_bytes(), name="lfp-pack.json")
        files = prepared_by(maker, package, Request(("batterypass",), beside=beside))
        other = more.read_bytes().replace(b"EX-LFP72-000001", b"EX-LFP72-000002")
        another = (Package.of(other, name="our battery.JSON"),)
        ids = [
            json.loads(made["credential.json"])["id"]
            for made in (
                seal.seal_with_key(each, maker)
                for each in (files, prepared_by(maker, package, Request(("batterypass",), beside=another)))
            )
        ]
        assert ids[0] != ids[1]
        assert receive.run_again(files)[1] == ()
        assert seal.seal_with_key(files, maker)


def sealed_by_two(whole: Mapping[str, bytes]) -> dict[str, bytes]:
    """The folder with the seals of two certificates and nobody else's signature."""
    signed = ("manifest.jws", "credential.json", "signatures/")
    files = {name: data for name, data in whole.items() if not name.startswith(signed)}
    chain = [sm.MIDDLE_CERTIFICATE]
    files |= seal.seal_with_sm2(files, sm.LEAF, sm.LEAF_CERTIFICATE, chain=chain)
    return files | seal.seal_with_sm2(files, sm.OTHER, sm.OTHER_CERTIFICATE, chain=chain)


def public(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if not name.startswith("private/")}


def resealed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The folder as somebody signs it who does not run the conversion: manifest and record of these parts."""
    own = {name: data for name, data in files.items() if not name.startswith(("signatures/", "manifest"))}
    own.pop("credential.json")
    before = manifest.parse(files["manifest.json"])
    known, held = {part.name: part for part in before.parts}, salts.parse(own["private/salts.json"])

    def part(name: str) -> manifest.Part:
        old = known.get(name, known["conversion.json"])
        return manifest.Part.of(
            name,
            own[name],
            media_type=old.media_type,
            disclosure=old.disclosure,
            may_be_absent=old.may_be_absent,
            schema=old.schema_,
            salt=held.get(name, b""),
        )

    record = json.loads(own["conversion.json"])
    for target in record["targets"]:
        for told in target["parts"]:
            made_ = part(told["name"])
            told |= {"sha256": made_.sha256, "sm3": made_.sm3}
    own["conversion.json"] = json.dumps(record, ensure_ascii=False).encode()
    own.pop("conversion.json.leaves.json")
    parts = [part(name) for name in own if name != "private/salts.json"]
    own["manifest.json"] = manifest.build(parts, before.facts).to_bytes()  # type: ignore[arg-type]  # JSON
    chain = [sm.MIDDLE_CERTIFICATE]
    return own | seal.seal_with_sm2(own, sm.LEAF, sm.LEAF_CERTIFICATE, chain=chain)
