from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.signing.did_key import _D, _P, _SMALL_ORDER_Y, BadPublicKey, KeyType, PublicKey
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base58btc, base64url, from_base58btc, from_base64url


class TestRoundTrip:
    """A did:key is its key, and nothing else is."""

    def test_key_names_itself(self, key: PrivateKey) -> None:
        public = key.public_key
        assert PublicKey.from_did(public.did) == public
        assert PublicKey.from_key_id(public.key_id) == public
        assert public.key_id == f"{public.did}#{public.multikey}"

    @pytest.mark.parametrize(
        ("key_type", "start"), [(KeyType.ED25519, "z6Mk"), (KeyType.P256, "zDn"), (KeyType.P384, "z82")]
    )
    def test_names_start_as_published(self, key_type: KeyType, start: str) -> None:
        assert PrivateKey.generate(key_type).public_key.multikey.startswith(start)

    def test_published_keys(self, oracle_data: Path) -> None:
        for name in ("w3c-vc-di-eddsa/keyPair", "w3c-vc-di-ecdsa/p256KeyPair", "w3c-vc-di-ecdsa/p384KeyPair"):
            multikey = json.loads((oracle_data / "signing" / f"{name}.json").read_text())[
                "publicKeyMultibase"
            ]
            assert PublicKey.from_multikey(multikey).multikey == multikey


def _did(prefix: str, raw: bytes) -> str:
    return "did:key:" + base58btc(bytes.fromhex(prefix) + raw)


GOOD = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
REFUSED = {
    "another-method": f"did:web:{GOOD}",
    "upper-case": f"DID:KEY:{GOOD}",
    "no-multibase": f"did:key:{GOOD[1:]}",
    "base64-multibase": "did:key:u7QEB",
    "letter-o": f"did:key:{GOOD[:-1]}O",
    "cyrillic": f"did:key:{GOOD[:-2]}с2",
    "leading-zero-byte": f"did:key:z1{GOOD[1:]}",
    "trailing-space": f"did:key:{GOOD} ",
    "path": f"did:key:{GOOD}/x",
    "empty": "did:key:z",
    "very-long": "did:key:z" + "2" * 100_000,
    "secret-key": _did("8026", bytes(range(32))),
    "x25519": _did("ec01", bytes(range(32))),
    "short": _did("ed01", bytes(31)),
    "long": _did("ed01", bytes(33)),
    "p256-not-on-curve": _did("8024", b"\x02" + b"\xff" * 32),
    "p256-no-square-root": _did("8024", b"\x02" + (1).to_bytes(32, "big")),
    "p256-uncompressed-mark": _did("8024", b"\x04" + bytes(32)),
    "p384-not-on-curve": _did("8124", b"\x03" + b"\xff" * 48),
    "ed25519-not-on-curve": _did("ed01", (2).to_bytes(32, "little")),
    "ed25519-not-reduced": _did("ed01", (2**255 - 19 + 3).to_bytes(32, "little")),
    "ed25519-identity": _did("ed01", (1).to_bytes(32, "little")),
    "ed25519-identity-signed": _did("ed01", (1 + 2**255).to_bytes(32, "little")),
    "ed25519-order-4": _did("ed01", bytes(32)),
    "ed25519-order-8": _did(
        "ed01", bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    ),
}


@pytest.mark.parametrize("did", REFUSED.values(), ids=REFUSED)
def test_what_is_no_key_is_refused(did: str) -> None:
    with pytest.raises(BadPublicKey):
        PublicKey.from_did(did)


@pytest.mark.parametrize("fragment", ["", "#", "#key-1", f"#{GOOD[:-1]}3", f"#{GOOD}#"])
def test_key_url_must_repeat_the_key(fragment: str) -> None:
    with pytest.raises(BadPublicKey):
        PublicKey.from_key_id(f"did:key:{GOOD}{fragment}")


def test_points_of_small_order_are_all_named() -> None:
    """Doubling three times, by the addition law of RFC 8032, 5.1, leads each to the neutral element."""
    for y in _SMALL_ORDER_Y:
        x = _square_root((y * y - 1) * pow(_D * y * y + 1, -1, _P))
        assert _doubled(*_doubled(*_doubled(x, y))) == (0, 1)
    # The group has eight such points: x and -x share a y, except for the two with x = 0.
    assert sum(1 if y in {1, _P - 1} else 2 for y in _SMALL_ORDER_Y) == 8


def _doubled(x: int, y: int) -> tuple[int, int]:
    t = _D * x * x * y * y
    return 2 * x * y * pow(1 + t, -1, _P) % _P, (y * y + x * x) * pow(1 - t, -1, _P) % _P


def _square_root(square: int) -> int:
    root = pow(square, (_P + 3) // 8, _P)
    return root if root * root % _P == square % _P else root * pow(2, (_P - 1) // 4, _P) % _P


@given(st.one_of(st.text(max_size=80), st.binary(max_size=60).map(base58btc)))
def test_only_our_errors_come_out(text: str) -> None:
    for read in (PublicKey.from_did, PublicKey.from_key_id, PublicKey.from_multikey):
        for spelled in (text, f"did:key:{text}", f"did:key:{text}#{text}"):
            with contextlib.suppress(GatewayError):
                assert read(spelled).multikey in spelled


class TestOneSpelling:
    """Bytes have exactly one text in base58btc and in base64url."""

    @given(st.binary(max_size=100))
    def test_there_and_back(self, data: bytes) -> None:
        assert from_base58btc(base58btc(data)) == data
        assert from_base64url(base64url(data)) == data

    @given(
        st.text(alphabet="z123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl-_=+/ ", max_size=40)
    )
    def test_back_and_there(self, text: str) -> None:
        for encode, decode in ((base58btc, from_base58btc), (base64url, from_base64url)):
            data = decode(text)
            assert data is None or encode(data) == text

    @pytest.mark.parametrize("text", ["Zg==", "Zh", "Z", "Zm9v\n", "Zm 9v", "Zm+v", "Zm９v"])
    def test_odd_base64url_is_refused(self, text: str) -> None:
        assert from_base64url(text) is None
