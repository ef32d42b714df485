"""A signed folder: intact, without its private part, changed anywhere, replayed."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.codec.base import Context
from gateway.errors import UsageError
from gateway.formats import formats
from gateway.pipeline.convert import Source
from gateway.pipeline.issue import (
    CREDENTIAL,
    JWS,
    LEAVES,
    MANIFEST,
    PRIVATE,
    Request,
    draft,
    issue,
    prepare,
    sign,
)
from gateway.pipeline.receive import replay, verify
from gateway.signing import data_integrity, jws
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.trust.folder_verdict import State, Term

ALL = tuple(f.id for f in formats() if f.write is not None)
REQUEST = Request(to=ALL, options={"preview": "yes"})


@pytest.fixture(scope="module")
def folder(battery: Source, key: PrivateKey, context: Context) -> dict[str, bytes]:
    return issue(battery.package, REQUEST, key=key, context=context)[1]


def codes(files: dict[str, bytes]) -> set[str]:
    return {finding.code for finding in verify(files).findings}


def test_an_untouched_folder_is_intact_and_its_signer_unidentified(
    folder: dict[str, bytes], key: PrivateKey
) -> None:
    verdict = verify(folder)
    assert verdict.state is State.INTACT
    assert verdict.signer == key.public_key.did
    assert not verdict.identified
    assert [step.name for step in verdict.steps] == ["manifest", "manifest-signature", "parts", "credential"]


def test_both_key_types_sign(battery: Source, context: Context) -> None:
    for kind in (KeyType.ED25519, KeyType.P256):
        _, files = issue(battery.package, REQUEST, key=PrivateKey.generate(kind), context=context)
        assert verify(files).holds


def test_the_private_part_may_be_absent_and_is_counted(folder: dict[str, bytes]) -> None:
    sent = {name: data for name, data in folder.items() if not name.startswith(PRIVATE)}
    verdict = verify(sent)
    assert verdict.holds
    assert len(verdict.absent) == len(folder) - len(sent)


def test_a_part_that_must_be_there_is_missed(folder: dict[str, bytes]) -> None:
    name = next(n for n in folder if n.startswith("cn-pcf/") and not n.endswith(LEAVES))
    assert "signing.part-missing" in codes({n: d for n, d in folder.items() if n != name})


@pytest.mark.parametrize("name", [MANIFEST, JWS, CREDENTIAL])
def test_each_of_the_three_is_needed(folder: dict[str, bytes], name: str) -> None:
    verdict = verify({n: d for n, d in folder.items() if n != name})
    assert verdict.state is State.CHANGED
    assert "trust.file-missing" in {finding.code for finding in verdict.findings}


def test_a_foreign_file_is_not_covered(folder: dict[str, bytes]) -> None:
    assert "signing.part-extra" in codes({**folder, "pact/extra.json": b"{}"})


def test_the_changed_field_is_named(folder: dict[str, bytes]) -> None:
    name = "cn-pcf/declaration.json"
    changed = {**folder, name: folder[name].replace(b'"6268.7712"', b'"6268.7713"', 1)}
    places = [f.at for f in verify(changed).findings if f.code == "trust.leaf-changed"]
    assert places == [f"{name}#/resultSets/0/totalKg"]


def test_any_changed_byte_is_noticed(folder: dict[str, bytes]) -> None:
    rng = random.Random(7)
    for name, data in folder.items():
        for place in {0, len(data) - 1, *(rng.randrange(len(data)) for _ in range(12))}:
            flipped = bytes([data[place] ^ (1 << rng.randrange(8))])
            broken = {**folder, name: data[:place] + flipped + data[place + 1 :]}
            assert verify(broken).state is State.CHANGED, (name, place)


def test_an_unsigned_folder_says_so(battery: Source, context: Context) -> None:
    previews = draft(prepare(battery.package, REQUEST, context=context))
    assert verify(previews).state is State.NOT_SIGNED
    assert b"DRAFT PREVIEW" in previews["cn-pcf/declaration.json"]
    assert not {MANIFEST, JWS, CREDENTIAL} & set(previews)


def test_the_same_run_gives_the_same_bytes(
    folder: dict[str, bytes], battery: Source, key: PrivateKey, context: Context
) -> None:
    assert issue(battery.package, REQUEST, key=key, context=context)[1] == folder


def test_a_replay_gives_the_same_bytes(folder: dict[str, bytes]) -> None:
    again = replay(folder, verify(folder))
    assert again.holds
    assert again.same == len([n for n in folder if not n.endswith(LEAVES)]) - 3


def test_a_replay_finds_what_was_signed_but_never_converted(
    battery: Source, key: PrivateKey, context: Context
) -> None:
    prepared = prepare(battery.package, REQUEST, context=context)
    name = "cn-pcf/declaration.json"
    forged = prepared.files[name].data.replace(b'"6268.7712"', b'"5268.7712"', 1)
    file = type(prepared.files[name])(forged, "application/json", prepared.files[name].disclosure)
    files = sign(
        type(prepared)(prepared.source, prepared.request, prepared.outcomes, {**prepared.files, name: file}),
        key,
    )
    verdict = verify(files)
    assert verdict.holds
    places = [f.at for f in replay(files, verdict).findings]
    assert places[0] == name
    assert all(at.startswith(f"{CREDENTIAL}#/relatedResource/") for at in places[1:])


def test_a_replay_needs_the_private_source(folder: dict[str, bytes]) -> None:
    sent = {name: data for name, data in folder.items() if not name.startswith(PRIVATE)}
    assert [f.code for f in replay(sent, verify(sent)).findings] == ["replay.no-source"]


def resigned(
    files: dict[str, bytes],
    key: PrivateKey,
    *,
    bound: Callable[[dict[str, Any]], object] = lambda _: None,
    stated: Callable[[dict[str, Any]], object] = lambda _: None,
) -> dict[str, bytes]:
    """The folder with another manifest and credential, by the same key: a lie, properly signed."""
    document = json.loads(files[MANIFEST])
    bound(document)
    data = jcs(document)
    credential = json.loads(files[CREDENTIAL])
    created = credential.pop("proof")["created"]
    digest = hashlib.sha256(data).digest()
    for entry in credential["relatedResource"]:
        if entry["name"] == MANIFEST:
            entry["digestSRI"] = "sha256-" + base64.b64encode(digest).decode()
            entry["id"] = "ni:///sha-256;" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    stated(credential)
    proven = jcs(data_integrity.add_proof(credential, key, created=created))
    return {**files, MANIFEST: data, JWS: jws.sign_detached(data, key), CREDENTIAL: proven}


def replayed(files: dict[str, bytes]) -> list[tuple[str, str]]:
    verdict = verify(files)
    assert verdict.holds, verdict.findings
    return [(finding.code, finding.at) for finding in replay(files, verdict).findings]


class TestWhatIsStated:
    """A replay compares everything that was signed, not only the parts' bytes."""

    def test_the_same_statement_signed_again_replays(self, folder: dict[str, bytes], key: PrivateKey) -> None:
        assert replayed(resigned(folder, key)) == []

    def test_other_totals_in_the_credential(self, folder: dict[str, bytes], key: PrivateKey) -> None:
        def all_one(credential: dict[str, Any]) -> None:
            for claim in credential["credentialSubject"]["https://schema.org/additionalProperty"]:
                claim["https://schema.org/value"] = "1.0"

        found = replayed(resigned(folder, key, stated=all_one))
        value = "/additionalProperty/{}/https:~1~1schema.org~1value"
        assert found
        assert {code for code, _ in found} == {"replay.differs"}
        assert all(at.startswith(f"{CREDENTIAL}#/credentialSubject/") for _, at in found)
        assert found[0][1].endswith(value.format(0).rpartition("/")[2])

    def test_a_longer_validity(self, folder: dict[str, bytes], key: PrivateKey) -> None:
        changed = resigned(folder, key, stated=lambda c: c.update(validUntil="2099-01-01T00:00:00Z"))
        assert replayed(changed) == [("replay.differs", f"{CREDENTIAL}#/validUntil")]

    def test_other_facts(self, folder: dict[str, bytes], key: PrivateKey) -> None:
        changed = resigned(folder, key, bound=lambda m: m["facts"]["source"].update(format="pact@3.0"))
        assert replayed(changed) == [("replay.differs", f"{MANIFEST}#/facts/source/format")]

    def test_a_private_part_declared_public(self, folder: dict[str, bytes], key: PrivateKey) -> None:
        def public(document: dict[str, Any]) -> None:
            (part,) = [p for p in document["parts"] if p["name"] == "private/source.json"]
            part["class"] = "C0"

        ((code, at),) = replayed(resigned(folder, key, bound=public))
        assert (code, at.rpartition("/")[2]) == ("replay.differs", "class")

    def test_all_leaf_digests_taken_away(self, folder: dict[str, bytes], key: PrivateKey) -> None:
        def without(document: dict[str, Any]) -> None:
            document["parts"] = [p for p in document["parts"] if not p["name"].endswith(LEAVES)]

        bare = {name: data for name, data in folder.items() if not name.endswith(LEAVES)}
        found = replayed(resigned(bare, key, bound=without))
        assert found == [("replay.differs", f"{MANIFEST}#/parts")] * (len(folder) - len(bare))


FACTS: list[tuple[str, object]] = [
    ("run", []),
    ("source", []),
    ("source", {"sha256": 1, "format": "cn-pcf@1"}),
    ("run/time", "0001-01-01T00:00:00+14:00"),
    ("run/time", "0001-01-01T00:00:00Z"),
    ("run/time", "2026-11-21T12:00:00"),
    ("run/time", 7),
    ("run/disclosure", "C9"),
    ("run/disclosure", "C2"),
    ("run/disclosure", "C3"),
    ("run/options", {"preview": True}),
    ("run/options", [["preview", "yes"]]),
    ("run/to", "pact"),
    ("run/to", [1]),
    ("run/rules", None),
    ("run/more", "x"),
]


@pytest.mark.parametrize(("member", "value"), FACTS)
def test_hostile_facts_are_findings(
    folder: dict[str, bytes], key: PrivateKey, member: str, value: object
) -> None:
    def hostile(document: dict[str, Any]) -> None:
        inside = document["facts"]
        *above, last = member.split("/")
        for step in above:
            inside = inside[step]
        inside[last] = value

    found = replayed(resigned(folder, key, bound=hostile))
    assert {code for code, _ in found} == {"replay.not-recorded"}
    assert all(at.startswith(f"{MANIFEST}#/facts/{member}") for _, at in found)


@pytest.mark.parametrize("tool", [[], "hutong", {"version": 3}, None])
def test_another_tool_is_another_version(folder: dict[str, bytes], key: PrivateKey, tool: object) -> None:
    found = replayed(resigned(folder, key, bound=lambda m: m["facts"].update(tool=tool)))
    assert [code for code, _ in found] == ["replay.other-version"]


def test_leaf_digests_are_no_source(folder: dict[str, bytes]) -> None:
    bare = {name: data for name, data in folder.items() if name != "private/source.json"}
    assert f"private/source.json{LEAVES}" in bare
    assert replayed(bare) == [("replay.no-source", PRIVATE)]


class TestValidity:
    """A statement ends when its declaration does, and none begins after that."""

    def test_the_credential_ends_with_the_declaration(self, folder: dict[str, bytes]) -> None:
        credential = json.loads(folder[CREDENTIAL])
        assert credential["validFrom"] == "2026-11-21T12:00:00Z"
        assert credential["validUntil"] == "2028-05-31T23:59:59Z"

    def test_an_expired_declaration_is_prepared_with_a_finding_but_not_signed(
        self, battery: Source, key: PrivateKey
    ) -> None:
        late = prepare(battery.package, REQUEST, context=Context(now=datetime(2028, 6, 1, tzinfo=UTC)))
        assert [f.at for f in late.findings if f.code == "usage.expired"] == ["/document/validUntil"]
        assert draft(late)
        with pytest.raises(UsageError) as caught:
            sign(late, key)
        assert caught.value.error_code == "usage.expired"
        assert caught.value.saw == "2028-05-31"

    def test_on_its_last_day_it_can_be_signed(self, battery: Source, key: PrivateKey) -> None:
        now = Context(now=datetime(2028, 5, 31, 23, 0, tzinfo=UTC))
        assert verify(issue(battery.package, REQUEST, key=key, context=now)[1]).holds

    def test_a_verdict_says_when_it_is_valid(self, folder: dict[str, bytes], key: PrivateKey) -> None:
        verdict = verify(folder)
        terms = [verdict.term(datetime(year, 11, 22, tzinfo=UTC)) for year in (2025, 2026, 2029)]
        assert terms == [Term.NOT_YET, Term.VALID, Term.EXPIRED]

    @pytest.mark.parametrize(
        ("until", "term"),
        [
            ("0001-01-01T00:00:00+14:00", Term.EXPIRED),
            ("9999-12-31T23:59:59-14:00", Term.VALID),
            ("soon", Term.UNREADABLE),
            (7, Term.UNREADABLE),
            ({}, Term.UNREADABLE),
            ("0000-01-01T00:00:00Z", Term.UNREADABLE),
        ],
    )
    def test_a_hostile_end_is_no_traceback(
        self, folder: dict[str, bytes], key: PrivateKey, until: object, term: Term
    ) -> None:
        verdict = verify(resigned(folder, key, stated=lambda c: c.update(validUntil=until)))
        assert verdict.term(datetime(2027, 1, 1, tzinfo=UTC)) is term
