from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, UsageError
from gateway.signing import merkle, tile_log
from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey
from gateway.signing.tile_log import Checkpoint, Entry

ORIGIN = "log.example/statements"
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(40)]
# The entries and roots with which implementations of RFC 6962 test themselves.
KNOWN = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
KNOWN_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
}


class TestMerkle:
    """Roots that others have published; proofs for every place and size."""

    @pytest.mark.parametrize("size", KNOWN_ROOTS)
    def test_known_roots(self, size: int) -> None:
        assert merkle.root([merkle.leaf_hash(entry) for entry in KNOWN[:size]]).hex() == KNOWN_ROOTS[size]

    def test_every_leaf_is_proven_and_no_other(self) -> None:
        for size in range(1, 41):
            root = merkle.root(LEAVES[:size])
            for index in range(size):
                proof = merkle.inclusion(LEAVES[:size], index)
                assert merkle.includes(LEAVES[index], index, size, proof, root)
                assert not merkle.includes(LEAVES[index - 1], index, size, proof, root) or size == 1
                assert not merkle.includes(LEAVES[index], index, size, [*proof, root], root)
                if proof:
                    assert not merkle.includes(LEAVES[index], index, size, proof[:-1], root)

    def test_every_growth_is_proven_and_no_rewriting(self) -> None:
        for new in range(1, 41):
            for old in range(1, new + 1):
                roots = merkle.root(LEAVES[:old]), merkle.root(LEAVES[:new])
                proof = merkle.consistency(LEAVES[:new], old)
                assert merkle.only_grew(old, roots[0], new, roots[1], proof)
                other = hashlib.sha256(roots[0]).digest()
                assert not merkle.only_grew(old, other, new, roots[1], proof)
                assert not merkle.only_grew(old, roots[0], new, other, proof)
                if proof:
                    assert not merkle.only_grew(old, roots[0], new, roots[1], proof[:-1])
                    assert not merkle.only_grew(old, roots[0], new, roots[1], [*proof, other])

    def test_every_tree_grows_from_the_empty_one_and_from_no_other_of_that_size(self) -> None:
        empty, one = merkle.root([]), merkle.root(LEAVES[:1])
        assert merkle.only_grew(0, empty, 0, empty, [])
        assert merkle.only_grew(0, empty, 1, one, [])
        assert not merkle.only_grew(0, one, 1, one, [])
        assert not merkle.only_grew(0, empty, 0, one, [])
        assert not merkle.only_grew(0, empty, 1, one, [one])
        assert not merkle.only_grew(-1, empty, 1, one, [])


def entries(count: int) -> list[bytes]:
    return [
        Entry.of(
            b"%d" % number,
            kind="RecognitionStatement",
            issuer="did:web:body.example",
            time="2026-01-31T08:00:00Z",
        ).to_bytes()
        for number in range(count)
    ]


class TestLog:
    """Published as files, read back, and no change unseen."""

    @pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 600])
    def test_there_and_back(self, ed25519_key: PrivateKey, count: int) -> None:
        held = entries(count)
        files = tile_log.publish(ORIGIN, held, ed25519_key)
        state = tile_log.read_checkpoint(files["checkpoint"], ed25519_key.public_key, origin=ORIGIN)
        assert (state.size, tile_log.read_entries(files, state)) == (count, held)
        assert files == tile_log.publish(ORIGIN, held, ed25519_key)

    def test_names_of_files(self, ed25519_key: PrivateKey) -> None:
        """tlog-tiles: full tiles without, others with their width; the level above has one hash for each."""
        files = tile_log.publish(ORIGIN, entries(600), ed25519_key)
        assert sorted(files) == [
            "checkpoint",
            "tile/0/000",
            "tile/0/001",
            "tile/0/002.p/88",
            "tile/1/000.p/2",
            "tile/entries/000",
            "tile/entries/001",
            "tile/entries/002.p/88",
        ]
        assert len(files["tile/0/000"]) == 256 * 32
        assert tile_log._name("0", 1234067, 256) == "tile/0/x001/x234/067"

    def test_full_files_never_change(self, ed25519_key: PrivateKey) -> None:
        one, other = (tile_log.publish(ORIGIN, entries(count), ed25519_key) for count in (300, 600))
        assert all(
            other[name] == data for name, data in one.items() if ".p" not in name and name != "checkpoint"
        )

    def test_every_changed_entry_is_noticed(self, ed25519_key: PrivateKey) -> None:
        files = tile_log.publish(ORIGIN, entries(3), ed25519_key)
        state = tile_log.read_checkpoint(files["checkpoint"], ed25519_key.public_key, origin=ORIGIN)
        name = "tile/entries/000.p/3"
        for index in range(len(files[name])):
            changed = bytearray(files[name])
            changed[index] ^= 1
            with pytest.raises(tile_log.LogRefused):
                tile_log.read_entries({name: bytes(changed)}, state)
        with pytest.raises(tile_log.LogRefused):
            tile_log.read_entries({}, state)

    def test_every_changed_byte_of_a_checkpoint_is_noticed(self, ed25519_key: PrivateKey) -> None:
        data = tile_log.publish(ORIGIN, entries(3), ed25519_key)["checkpoint"]
        for index in range(len(data)):
            for change in (1, 0x20):
                changed = bytearray(data)
                changed[index] ^= change
                with pytest.raises(tile_log.LogRefused):
                    tile_log.read_checkpoint(bytes(changed), ed25519_key.public_key, origin=ORIGIN)

    def test_witness_lines_are_left_alone(self, ed25519_key: PrivateKey) -> None:
        data = tile_log.publish(ORIGIN, entries(3), ed25519_key)["checkpoint"]
        more = data + "— witness.example AAAAAAAA\n".encode()
        assert tile_log.read_checkpoint(more, ed25519_key.public_key, origin=ORIGIN).size == 3

    def test_operator_signs_with_ed25519(self, p256_key: PrivateKey) -> None:
        with pytest.raises(UsageError):
            tile_log.publish(ORIGIN, [], p256_key)

    def test_no_document_is_in_the_log(self, ed25519_key: PrivateKey) -> None:
        secret = b"cathode: 3512.4 kg"
        entry = Entry.of(secret, kind="x", issuer="y", time="2026-01-31T08:00:00Z").to_bytes()
        assert not any(b"3512" in data for data in tile_log.publish(ORIGIN, [entry], ed25519_key).values())


class TestProof:
    """What stands beside a document, checked without the log."""

    def test_holds_for_its_entry_only(self, ed25519_key: PrivateKey) -> None:
        held = entries(300)
        checkpoint = tile_log.publish(ORIGIN, held, ed25519_key)["checkpoint"]
        for index in (0, 7, 255, 256, 299):
            proof = tile_log.prove(held, index, checkpoint)
            found = tile_log.verify_proof(held[index], proof, ed25519_key.public_key, origin=ORIGIN)
            assert found.size == 300
            with pytest.raises(tile_log.LogRefused):
                tile_log.verify_proof(held[index - 1], proof, ed25519_key.public_key, origin=ORIGIN)

    def test_every_changed_byte_is_noticed(self, ed25519_key: PrivateKey) -> None:
        held = entries(9)
        proof = tile_log.prove(held, 4, tile_log.publish(ORIGIN, held, ed25519_key)["checkpoint"])
        for index in range(len(proof)):
            changed = bytearray(proof)
            changed[index] ^= 1
            with pytest.raises(GatewayError):
                tile_log.verify_proof(held[4], bytes(changed), ed25519_key.public_key, origin=ORIGIN)

    def test_rewritten_log_is_refused(self) -> None:
        leaves = [merkle.leaf_hash(entry) for entry in entries(9)]
        old, new = (Checkpoint(ORIGIN, size, merkle.root(leaves[:size])) for size in (4, 9))
        proof = merkle.consistency(leaves, 4)
        tile_log.require_growth(old, new, proof)
        for wrong in (
            Checkpoint(ORIGIN, 9, merkle.root(leaves[::-1])),
            Checkpoint("other.example", 9, new.root),
            Checkpoint(ORIGIN, 3, merkle.root(leaves[:3])),
        ):
            with pytest.raises(tile_log.LogRefused, match="log-rewritten"):
                tile_log.require_growth(old, wrong, proof)

    @given(st.binary(max_size=100))
    def test_only_our_errors_come_out(self, data: bytes) -> None:
        key = PrivateKey.generate(KeyType.ED25519).public_key
        with pytest.raises(GatewayError):
            tile_log.verify_proof(b"", data, key, origin=ORIGIN)
        with pytest.raises(GatewayError):
            tile_log.read_checkpoint(data, key, origin=ORIGIN)
