"""One manifest for several sovereign signatures: salted, marked, and noticed when anything is changed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import pytest

from gateway.errors import GatewayError, UsageError
from gateway.messages import explain
from gateway.pipeline import seal
from gateway.pipeline.convert import Source
from gateway.pipeline.domestic import CONVERSION, SALTS, prepare_manifest, salted
from gateway.pipeline.issue import CREDENTIAL, JWS, MANIFEST, Request, prepare
from gateway.pipeline.receive import replay, verify
from gateway.signing import manifest, salts
from gateway.signing.did_key import KeyType
from gateway.signing.digests import sha256_hex, sm3_hex
from gateway.signing.keys import PrivateKey
from gateway.trust.folder_verdict import State
from tests.signing.sm import made

SOURCE = "private/source.json"


def prepared_by(tea: Source, request: Request, key: PrivateKey) -> dict[str, bytes]:
    context = salted(tea.context, tea.package, key)
    return prepare_manifest(prepare(tea.package, request, context=context), key)


@pytest.fixture(scope="module")
def prepared(tea: Source, key: PrivateKey) -> dict[str, bytes]:
    request = Request(("pact",), rules=("gbt-24067",))
    return prepared_by(tea, request, key)


@pytest.fixture(scope="module")
def sealed(prepared: dict[str, bytes]) -> dict[str, bytes]:
    chain = (made.MIDDLE_CERTIFICATE,)
    return prepared | seal.seal_with_sm2(prepared, made.LEAF, made.LEAF_CERTIFICATE, chain=chain)


@pytest.fixture(scope="module")
def signed(sealed: dict[str, bytes], key: PrivateKey) -> dict[str, bytes]:
    return sealed | seal.seal_with_key(sealed, key)


def shared(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if not name.startswith("private/")}


def _opened(data: bytes) -> bytes:
    """What an archive holds; anything else as it is."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(name.encode() + archive.read(name) for name in archive.namelist())


class TestManifest:
    """What leaves says nothing that could be tried out about what stays."""

    def test_everything_withheld_is_salted_and_marked_and_nothing_else(
        self, prepared: dict[str, bytes]
    ) -> None:
        parts = manifest.parse(prepared[MANIFEST]).parts
        assert {p.name for p in parts if p.may_be_absent} == {p.name for p in parts if p.salted}
        assert all(p.name.startswith("private/") == p.may_be_absent for p in parts)

    def test_no_id_or_page_lets_a_likely_source_be_tried(self, tea: Source, key: PrivateKey) -> None:
        """An id made from the plain digest answers whether somebody has guessed the source."""
        plain = sha256_hex(tea.package.only.data)
        request = Request(("pact", "html", "ilcd-epd", "aas-02023", "eudpp-lca"))
        context = salted(tea.context, tea.package, key)
        run = prepare(tea.package, request, context=context)
        assert len(run.written) == len(request.to)
        files = prepare_manifest(run, key)
        files |= seal.seal_with_key(files, key)
        assert replay(files, verify(files)).holds
        away = b"".join(_opened(data) for data in shared(files).values()).decode("utf-8", "replace")
        assert plain not in away
        for path in (
            "credential",
            "product",
            "/results/pact",
            "/eudpp",
            "/aas/shell",
            "ilcd-epd@1.2/process",
        ):
            assert str(replace(context, source=plain, told="").new_id(path)) not in away
            assert str(context.new_id(path)) in away

    def test_no_digest_of_a_withheld_part_leaves(self, prepared: dict[str, bytes]) -> None:
        away = b"".join(shared(prepared).values()).decode()
        for name, data in prepared.items():
            if name.startswith("private/"):
                assert sha256_hex(data) not in away
                assert sm3_hex(data) not in away

    def test_the_conversion_record_ties_the_original_to_every_target(
        self, prepared: dict[str, bytes]
    ) -> None:
        record = json.loads(prepared[CONVERSION])
        salt = salts.parse(prepared[SALTS])[SOURCE]
        original = record["original"]["parts"][0]
        assert original["sha256"] == sha256_hex(salt + prepared[SOURCE])
        assert original["sm3"] == sm3_hex(salt + prepared[SOURCE])
        (target,) = record["targets"]
        name = "pact/product-footprint.json"
        digests = {"name": name, "sha256": sha256_hex(prepared[name]), "sm3": sm3_hex(prepared[name])}
        assert target["parts"] == [digests]
        assert record["statement"]["standards"] == ["GBT24067", "ISO14067"]

    def test_the_same_input_and_key_give_the_same_bytes(
        self, prepared: dict[str, bytes], tea: Source, key: PrivateKey
    ) -> None:
        request = Request(("pact",), rules=("gbt-24067",))
        assert prepared_by(tea, request, key) == prepared

    def test_ids_of_the_plain_digest_are_refused(self, tea: Source, key: PrivateKey) -> None:
        """Also of another key's salts: its holder could try likely sources."""
        other = PrivateKey.generate(KeyType.ED25519)
        for context in (tea.context, salted(tea.context, tea.package, other)):
            with pytest.raises(UsageError, match="not-salted"):
                prepare_manifest(prepare(tea.package, Request(("pact",)), context=context), key)

    def test_nobody_has_signed_yet(self, prepared: dict[str, bytes]) -> None:
        assert verify(prepared).state is State.NOT_SIGNED


class TestSignatures:
    """Each over the same manifest, none over another signature."""

    def test_all_hold_with_and_without_the_private_part(self, signed: dict[str, bytes]) -> None:
        for files in (signed, shared(signed)):
            verdict = verify(files)
            assert verdict.findings == ()
            assert verdict.holds
            assert [s.certificate for seal in verdict.seals for s in seal.signers] == [made.LEAF_CERTIFICATE]

    def test_the_certifiers_may_stand_alone(self, sealed: dict[str, bytes]) -> None:
        verdict = verify(shared(sealed))
        assert verdict.holds
        assert [step.name for step in verdict.steps] == ["manifest", "seals", "parts"]
        assert verdict.signer == ""

    def test_the_run_can_be_made_again_from_the_source_and_its_salt_alone(
        self, signed: dict[str, bytes]
    ) -> None:
        salt = salts.parse(signed[SALTS])[SOURCE]
        opened = shared(signed) | {SOURCE: signed[SOURCE], SALTS: salts.to_bytes({SOURCE: salt})}
        verdict = verify(opened)
        assert verdict.holds
        again = replay(opened, verdict)
        assert again.findings == ()
        assert again.holds

    def test_what_its_run_does_not_give_is_not_signed(
        self, prepared: dict[str, bytes], key: PrivateKey
    ) -> None:
        name = "pact/product-footprint.json"
        wrong = prepared[name].replace(b"5.56324", b"5.56325")
        own = manifest.parse(prepared[MANIFEST])
        parts = [
            p
            if p.name != name
            else manifest.Part.of(name, wrong, media_type=p.media_type, disclosure=p.disclosure)
            for p in own.parts
        ]
        facts = json.loads(prepared[MANIFEST])["facts"]
        bound = manifest.build(parts, facts).to_bytes()
        with pytest.raises(seal.NotAsPrepared) as caught:
            seal.seal_with_key({**prepared, name: wrong, MANIFEST: bound}, key)
        assert name in {finding.at for finding in caught.value.findings}

    def test_what_was_cut_off_is_finished(self, prepared: dict[str, bytes], key: PrivateKey) -> None:
        """One file of the two: the same key makes the other; anybody else's is no such half."""
        made = seal.seal_with_key(prepared, key)
        for here, missing in ((JWS, CREDENTIAL), (CREDENTIAL, JWS)):
            half = {**prepared, here: made[here]}
            assert seal.seal_with_key(half, key) == {missing: made[missing]}
            with pytest.raises(UsageError, match="proof-exists"):
                seal.seal_with_key({**half, here: made[here] + b" "}, key)
            with pytest.raises(UsageError, match="proof-exists"):
                seal.seal_with_key(half, PrivateKey.generate(KeyType.ED25519))
        with pytest.raises(UsageError, match="proof-exists"):
            seal.seal_with_key({**prepared, **made}, PrivateKey.generate(KeyType.ED25519))
        with pytest.raises(UsageError, match="sealed-already"):
            seal.seal_with_key({**prepared, **made}, key)

    def test_a_certifier_does_not_sign_changed_parts(self, prepared: dict[str, bytes]) -> None:
        changed = {**prepared, "report.json": prepared["report.json"] + b" "}
        with pytest.raises(seal.NotAsPrepared) as caught:
            seal.seal_with_sm2(changed, made.LEAF, made.LEAF_CERTIFICATE)
        assert caught.value.path == "report.json"

    def test_a_message_over_other_bytes_is_refused(self, prepared: dict[str, bytes]) -> None:
        message = made.message(None, made.signer_info(b"another manifest"))
        with pytest.raises(GatewayError):
            seal.add_message(prepared, message)

    def test_the_same_certifier_signs_once(self, sealed: dict[str, bytes]) -> None:
        name = next(name for name in sealed if name.startswith("signatures/"))
        with pytest.raises(UsageError) as again:
            seal.seal_with_sm2(sealed, made.LEAF, made.LEAF_CERTIFICATE)
        with pytest.raises(UsageError) as same:
            seal.add_message(sealed, sealed[name])
        for caught in (again, same):
            told = (caught.value.error_code, caught.value.path, caught.value.saw)
            assert told == ("trust.sealed-already", name, made.LEAF_CERTIFICATE.subject)
        assert "nothing to do" in explain(same.value, "en").fix
        assert "无需再做" in explain(same.value, "zh").fix

    def test_a_changed_signature_is_not_one_already(self, sealed: dict[str, bytes]) -> None:
        name = next(name for name in sealed if name.startswith("signatures/"))
        with pytest.raises(seal.NotAsPrepared):
            seal.add_message({**sealed, name: sealed[name][:-9] + bytes(9)}, sealed[name])


class TestChanges:
    """Any changed byte, dropped part or dropped signature changes the verdict and is named."""

    @pytest.mark.parametrize("step", [1, 7])
    def test_every_changed_byte_is_noticed_and_its_file_named(
        self, signed: dict[str, bytes], step: int
    ) -> None:
        for name, data in signed.items():
            for at in range(step, len(data), max(11, len(data) // 6)):
                changed = data[:at] + bytes([data[at] ^ step]) + data[at + 1 :]
                verdict = verify({**signed, name: changed})
                assert verdict.state is State.CHANGED, (name, at)
                assert verdict.findings

    def test_each_dropped_file_is_named_unless_the_manifest_lets_it_go(
        self, signed: dict[str, bytes]
    ) -> None:
        for name in shared(signed):
            less = {n: d for n, d in shared(signed).items() if n != name}
            verdict = verify(less)
            assert verdict.state is State.CHANGED, name
            assert name in {finding.at for finding in verdict.findings}

    def test_a_part_without_its_salt_is_told(self, signed: dict[str, bytes]) -> None:
        verdict = verify({**shared(signed), SOURCE: signed[SOURCE]})
        assert [f.code for f in verdict.findings] == ["signing.part-no-salt"]

    def test_a_salt_of_nothing_is_told(self, signed: dict[str, bytes]) -> None:
        verdict = verify({**shared(signed), SALTS: signed[SALTS]})
        assert {f.code for f in verdict.findings} == {"trust.salt-of-nothing"}

    def test_credential_and_signature_of_ours_go_together(self, signed: dict[str, bytes]) -> None:
        less = {n: d for n, d in signed.items() if n != JWS}
        assert CREDENTIAL in less
        assert "trust.file-missing" in {f.code for f in verify(less).findings}
