"""Under a policy, no changed byte of a manifest, a seal or a signed file is believed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import pytest

from gateway.signing import asic, gbt35275, jades
from gateway.trust.validation import validate_folder
from tests.signing.sm import made as sm
from tests.trust import made, pki
from tests.trust.conftest import World
from tests.trust.test_x509 import PAYLOAD, lists, verdict, world_of

# A seeded share in the normal run, everything by command.
SHARE, SEED = 25, 20261122
SHARES = [SHARE, pytest.param(None, marks=pytest.mark.long)]


def changed(files: Mapping[str, bytes], names: list[str], share: int | None) -> Iterator[dict[str, bytes]]:
    chosen = random.Random(SEED)  # the same places in every run
    for name in names:
        data = files[name]
        places = range(len(data)) if share is None else chosen.sample(range(len(data)), min(share, len(data)))
        for place in places:
            yield {**files, name: data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]}


@pytest.mark.parametrize("share", SHARES)
def test_a_signed_folder(folder: dict[str, bytes], share: int | None) -> None:
    """Manifest, seal, JWS and credential: each byte."""
    trust = World().snapshot()
    names = [n for n in folder if n.startswith(("manifest", "credential", "signatures/"))]
    assert (len(names), validate_folder(folder, trust).passed) == (4, True)
    assert not any(validate_folder(files, trust).passed for files in changed(folder, names, share))


@pytest.mark.parametrize("share", SHARES)
def test_a_seal_that_stands_alone(folder: dict[str, bytes], share: int | None) -> None:
    """No other signature holds the message's digest: what is left is a certificate above that nobody uses."""
    alone = {n: d for n, d in folder.items() if n not in ("manifest.jws", "credential.json")}
    trust = World().snapshot()
    assert validate_folder(alone, trust).passed
    seal = next(name for name in alone if name.endswith(".p7s"))
    sound = gbt35275.verify(alone[seal], alone["manifest.json"])
    for files in changed(alone, ["manifest.json", seal], share):
        if validate_folder(files, trust).passed:
            assert files["manifest.json"] == alone["manifest.json"]
            found = gbt35275.verify(files[seal], files["manifest.json"])
            assert found.signers == sound.signers


def test_a_certificate_that_nobody_has_looked_at(folder: dict[str, bytes]) -> None:
    """The listed key, and another certificate of it: what that says is nobody's word."""
    alone = {n: d for n, d in folder.items() if n not in ("manifest.jws", "credential.json")}
    seal = next(name for name in alone if name.endswith(".p7s"))
    false = sm.certificate(sm.LEAF, sm.MIDDLE, sm.usage(sm.DIGITAL_SIGNATURE), serial=3, signer=sm.OTHER)
    message = sm.message(None, sm.signer_info(alone["manifest.json"], by=false), certificates=(false,))
    done = World().validate({**alone, seal: message})
    assert (done.indication.name, done.sub and done.sub.name) == ("INDETERMINATE", "NO_TRUST_ENTRY")


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("form", ["jades", "asic-e"])
def test_a_file_sealed_with_an_x509_certificate(form: str, share: int | None) -> None:
    of = pki.pki()
    if form == "jades":
        data = jades.sign(PAYLOAD * 20, of.leaf.sealer, signing_time=made.NOW)
    else:
        files = {"a.json": ("application/json", PAYLOAD * 20)}
        data = asic.sign(files, of.leaf.sealer, signing_time=made.NOW)
    world = world_of(of.root, **lists(of))
    assert verdict(world, data)[0] == "TOTAL_PASSED"
    unseen = [
        held[""] for held in changed({"": data}, [""], share) if verdict(world, held[""])[0] == "TOTAL_PASSED"
    ]
    if form == "jades":
        assert unseen == []
    else:
        # Fields of the zip that say nothing about a file: what is covered is the same.
        assert {tuple(p.data for p in asic.verify(one).parts) for one in unseen} <= {(PAYLOAD * 20,)}
