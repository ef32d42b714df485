"""A signed folder: intact, without its private part, changed anywhere, replayed."""

from __future__ import annotations

import random

import pytest

from gateway.codec.base import Context
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
from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey
from gateway.trust.verify import State

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
    assert [f.at for f in replay(files, verdict).findings] == [name]


def test_a_replay_needs_the_private_source(folder: dict[str, bytes]) -> None:
    sent = {name: data for name, data in folder.items() if not name.startswith(PRIVATE)}
    assert [f.code for f in replay(sent, verify(sent)).findings] == ["replay.no-source"]
