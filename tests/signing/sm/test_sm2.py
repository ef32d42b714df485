from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, UsageError
from gateway.signing import _sm2_curve as curve
from gateway.signing import sm2
from gateway.signing.libcrypto import Libcrypto
from tests.signing.sm.made import LEAF, sign_with_nonce

N, P = curve.N, curve.P
MESSAGE = "产品碳足迹 61.25".encode() * 160  # 3 kB
SIGNATURE = LEAF.sign(MESSAGE)

# The example of GB/T 32918.5-2017, A.2.
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
K = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
KEY = sm2.PublicKey(
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
Z = "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3"
DIGEST = "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA


def refusal(key: sm2.PublicKey | bytes, message: bytes, signature: bytes, user_id: bytes) -> str:
    """The code of the refusal; empty where the signature holds."""
    try:
        sm2.verify(key, message, signature, user_id=user_id)
    except GatewayError as error:
        return error.error_code
    return ""


def affine_sum(p: curve.Affine | None, q: curve.Affine | None) -> curve.Affine | None:
    """The schoolbook addition, to judge the fast one."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = (3 * p[0] ** 2 + curve.A) * pow(2 * p[1], -1, P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def affine_product(k: int, p: curve.Affine | None) -> curve.Affine | None:
    total: curve.Affine | None = None
    while k:
        if k & 1:
            total = affine_sum(total, p)
        p = affine_sum(p, p)
        k >>= 1
    return total


class TestStandardsExample:
    """Every value of the example in GB/T 32918.5-2017, A.2."""

    def test_key(self) -> None:
        assert curve.combine(D, 0, curve.G) == (KEY.x, KEY.y)

    def test_digests(self) -> None:
        assert sm2.identity_digest(KEY).hex() == Z
        assert sm2.message_digest(KEY, b"message digest").hex() == DIGEST

    def test_signature(self) -> None:
        assert sign_with_nonce(D, int(DIGEST, 16), K) == sm2.Signature(R, S)
        verified = sm2.verify(KEY.raw, b"message digest", sm2.Signature(R, S).raw)
        assert verified == sm2.VerifiedSm2(KEY, b"1234567812345678", sm2.Signature(R, S))


class TestArithmetic:
    """The fast sum of products is the schoolbook's, where points meet as well."""

    @pytest.mark.parametrize("k", [1, 2, 3, 5, 127, 128, 255, N - 1, N - 2, N // 2])
    def test_points_that_meet(self, k: int) -> None:
        q = affine_product(k, curve.G)
        assert q is not None
        for u in (0, 1, 2, 3, k, N - k, N - 1):
            for v in (0, 1, 2, N - 1, N // 3):
                assert curve.combine(u, v, q) == affine_sum(affine_product(u, curve.G), affine_product(v, q))

    @given(st.integers(0, N - 1), st.integers(0, N - 1), st.integers(1, N - 1))
    def test_any(self, u: int, v: int, k: int) -> None:
        q = affine_product(k, curve.G)
        assert q is not None
        assert curve.combine(u, v, q) == affine_product((u + v * k) % N, curve.G)


class TestVectors:
    """The verdicts of published and cross-checked signatures, by both engines."""

    def test_by_plain_integers(self, oracle_data: Path) -> None:
        self.judge(oracle_data, None)

    def test_by_libcrypto(self, oracle_data: Path, engine: Libcrypto) -> None:
        self.judge(oracle_data, engine)

    def judge(self, oracle_data: Path, used: Libcrypto | None) -> None:
        suite = json.loads((oracle_data / "signing/sm2/sm2_sm3_verify.json").read_text())
        wrong = []
        for test in suite["tests"]:
            key, message, signature = (
                bytes.fromhex(test[n]) for n in ("publicKey", "message", "signatureDer")
            )
            try:
                sm2.verify(key, message, signature, user_id=test["userId"].encode(), engine=used)
                result = "valid"
            except GatewayError:
                result = "invalid"
            if result != test["result"]:
                wrong.append(test["tcId"])
        assert not wrong
        assert len(suite["tests"]) == suite["numberOfTests"] == 119


class TestChanges:
    """No single changed byte gets through."""

    def test_of_the_message(self, engine: Libcrypto) -> None:
        # 3,000 verifications; that both engines agree is shown elsewhere
        assert LEAF.public_key.has_signed(MESSAGE, SIGNATURE)
        signature = sm2.Signature.from_der(SIGNATURE)
        for i in range(len(MESSAGE)):
            changed = MESSAGE[:i] + bytes([MESSAGE[i] ^ 1]) + MESSAGE[i + 1 :]
            assert not sm2.holds(LEAF.public_key, changed, signature, engine=engine), i

    @pytest.mark.parametrize("form", ["der", "raw"])
    def test_of_the_signature(self, form: str) -> None:
        signature = SIGNATURE if form == "der" else sm2.Signature.from_der(SIGNATURE).raw
        assert LEAF.public_key.has_signed(MESSAGE, signature)
        for i in range(len(signature)):
            for mask in (0x01, 0x10, 0x80, 0xFF):
                changed = signature[:i] + bytes([signature[i] ^ mask]) + signature[i + 1 :]
                assert not LEAF.public_key.has_signed(MESSAGE, changed), (i, mask)

    def test_of_length(self) -> None:
        for changed in (MESSAGE[:-1], MESSAGE[1:], MESSAGE + b"\0", b"\0" + MESSAGE, b""):
            assert not LEAF.public_key.has_signed(changed, SIGNATURE)
        for signature in (SIGNATURE[:-1], SIGNATURE + b"\0", b"", SIGNATURE * 2):
            assert not LEAF.public_key.has_signed(MESSAGE, signature)

    def test_of_the_user_id(self) -> None:
        for user_id in (b"", b"1234567812345679", b"12345678123456780", b"1234567812345678\0"):
            assert refusal(LEAF.public_key, MESSAGE, SIGNATURE, user_id) == "sm.signature-wrong"
            own = LEAF.sign(MESSAGE, user_id)
            assert refusal(LEAF.public_key, MESSAGE, own, user_id) == ""
            assert refusal(LEAF.public_key, MESSAGE, own, sm2.DEFAULT_USER_ID) == "sm.signature-wrong"


def integers(*values: int) -> bytes:
    """A SEQUENCE of INTEGERs, negative ones too."""
    content = b""
    for value in values:
        encoded = value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True)
        content += bytes([2, len(encoded)]) + encoded
    return bytes([0x30, len(content)]) + content


def padded(r: int, s: int) -> bytes:
    content = b"".join(bytes([2, 34]) + bytes(2) + value.to_bytes(32, "big") for value in (r, s))
    return bytes([0x30, len(content)]) + content


GOOD = sm2.Signature.from_der(SIGNATURE)
OUT_OF_RANGE, ENCODING = "sm.signature-out-of-range", "sm.signature-encoding"


class TestForms:
    """One signature has two forms, r‖s and DER, and no third."""

    @pytest.mark.parametrize(
        ("r", "s"),
        [
            *((value, GOOD.s) for value in (0, N, N + 1, GOOD.r + N, P, 2**256 - 1)),
            *((GOOD.r, value) for value in (0, N, N + 1, GOOD.s + N, P, 2**256 - 1)),
            (0, 0),
            (N, N),
            (GOOD.r, N - GOOD.r),
            (N - GOOD.s, GOOD.s),
        ],
    )
    def test_numbers_out_of_range(self, r: int, s: int) -> None:
        assert refusal(LEAF.public_key, MESSAGE, integers(r, s), b"1234567812345678") == OUT_OF_RANGE
        if max(r, s) < 1 << 256:
            raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
            assert refusal(LEAF.public_key, MESSAGE, raw, b"1234567812345678") == OUT_OF_RANGE

    @pytest.mark.parametrize(
        "signature",
        [
            integers(-GOOD.r, GOOD.s),
            integers(GOOD.r, GOOD.s - N),
            integers(GOOD.r),
            integers(GOOD.r, GOOD.s, 1),
            integers(1 << 600, GOOD.s),
            padded(GOOD.r, GOOD.s),
            SIGNATURE + b"\0",
            SIGNATURE[:1] + b"\x81" + SIGNATURE[1:],
            SIGNATURE[:1] + b"\x80" + SIGNATURE[2:] + b"\0\0",
            b"\x31" + SIGNATURE[1:],
            b"\x30\x06\x09\x01\x01\x09\x01\x01",
            b"\x30\x04\x02\x00\x02\x00",
            b"\x30\x00",
            b"\x30",
            b"",
            SIGNATURE.hex().encode(),
        ],
    )
    def test_spellings_that_are_not_der(self, signature: bytes) -> None:
        assert refusal(LEAF.public_key, MESSAGE, signature, b"1234567812345678") == ENCODING

    def test_swapped_numbers(self) -> None:
        swapped = sm2.Signature(GOOD.s, GOOD.r)
        assert refusal(LEAF.public_key, MESSAGE, swapped.raw, b"1234567812345678") == "sm.signature-wrong"

    def test_negated_number(self) -> None:
        for r, s in ((N - GOOD.r, GOOD.s), (GOOD.r, N - GOOD.s)):
            assert not LEAF.public_key.has_signed(MESSAGE, sm2.Signature(r, s).raw)

    @given(st.integers(1, N - 1), st.integers(1, N - 1))
    def test_both_forms_there_and_back(self, r: int, s: int) -> None:
        if r + s != N:
            signature = sm2.Signature(r, s)
            assert sm2.Signature.from_bytes(signature.raw) == signature
            assert sm2.Signature.from_der(signature.as_der) == signature

    @given(st.one_of(st.binary(max_size=80), st.binary(max_size=70).map(lambda b: b"\x30" + b)))
    def test_any_bytes(self, signature: bytes) -> None:
        assert refusal(LEAF.public_key, MESSAGE, signature, b"1234567812345678")


class TestKeys:
    """Only points of the curve, in their standard spellings."""

    def test_there_and_back(self) -> None:
        assert sm2.PublicKey.from_bytes(KEY.raw) == KEY
        assert sm2.PublicKey.from_spki(KEY.spki) == KEY
        for k in range(1, 9):
            point = curve.combine(k, 0, curve.G)
            assert point is not None
            short = bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")
            assert sm2.PublicKey.from_bytes(short) == sm2.PublicKey(*point)

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\0",
            bytes(65),
            b"\4" + bytes(64),
            KEY.raw[1:],
            KEY.raw + b"\0",
            KEY.raw[:-1],
            KEY.raw[:-1] + bytes([KEY.raw[-1] ^ 1]),
            b"\6" + KEY.raw[1:],
            b"\7" + KEY.raw[1:],
            b"\2" + KEY.raw[1:],
            b"\4" + KEY.raw[1:33],
            b"\2" + P.to_bytes(32, "big"),
            b"\2" + (5).to_bytes(32, "big"),
            b"\4" + (KEY.x + P if KEY.x + P < 1 << 256 else P).to_bytes(32, "big") + KEY.raw[33:],
            b"\4" + KEY.raw[1:33] + P.to_bytes(32, "big"),
            KEY.raw.hex().encode(),
        ],
    )
    def test_bytes_that_are_no_key(self, raw: bytes) -> None:
        with pytest.raises(sm2.BadSm2Key):
            sm2.PublicKey.from_bytes(raw)

    def test_a_p256_key_is_not_taken(self) -> None:
        from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = derive_private_key(7, SECP256R1()).public_key()
        with pytest.raises(sm2.BadSm2Key) as refused:
            sm2.PublicKey.from_spki(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        assert refused.value.error_code == "sm.not-an-sm2-key"
        assert "1.2.840.10045.3.1.7" in refused.value.saw

    def test_any_changed_byte_of_spki(self) -> None:
        for i in range(len(KEY.spki)):
            changed = KEY.spki[:i] + bytes([KEY.spki[i] ^ 4]) + KEY.spki[i + 1 :]
            with pytest.raises(GatewayError):
                sm2.PublicKey.from_spki(changed)

    @given(st.binary(max_size=100))
    def test_any_bytes(self, data: bytes) -> None:
        for read in (sm2.PublicKey.from_spki, sm2.PublicKey.from_bytes):
            with pytest.raises(GatewayError):
                read(data)

    def test_a_user_id_has_two_bytes_of_length(self) -> None:
        longest = bytes(8191)
        assert refusal(LEAF.public_key, MESSAGE, LEAF.sign(MESSAGE, longest), longest) == ""
        with pytest.raises(UsageError) as refused:
            sm2.identity_digest(KEY, bytes(8192))
        assert refused.value.error_code == "sm.user-id-too-long"


def test_ten_random_keys_agree_with_libcrypto(engine: Libcrypto) -> None:
    seeded = random.Random(32918)
    for _ in range(10):
        d, e, k = (seeded.randrange(1, N - 1) for _ in range(3))
        point = curve.combine(d, 0, curve.G)
        assert point is not None
        key = sm2.PublicKey(*point)
        message = e.to_bytes(32, "big")
        signature = sign_with_nonce(d, int.from_bytes(sm2.message_digest(key, message), "big"), k)
        for judged in (signature, sm2.Signature(signature.r, signature.s - 1 or 2)):
            assert sm2.holds(key, message, judged) == sm2.holds(key, message, judged, engine=engine)
        assert sm2.holds(key, message, signature)
