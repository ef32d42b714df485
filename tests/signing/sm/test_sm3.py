from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.signing import sm3
from gateway.signing.digests import sm3_hex

# GB/T 32905-2016, A.1 and A.2.
EXAMPLES = {
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}


@pytest.mark.parametrize("message", EXAMPLES)
def test_the_standards_examples(message: bytes) -> None:
    assert sm3.sm3(message).hex() == EXAMPLES[message]
    assert sm3.plain(message).hex() == EXAMPLES[message]


@given(st.binary(max_size=300))
def test_plain_python_agrees_with_openssl(message: bytes) -> None:
    assert sm3.plain(message).hex() == sm3_hex(message)


@pytest.mark.parametrize("length", [*range(50, 70), *range(118, 132)])
def test_the_ends_of_blocks(length: int) -> None:
    message = random.Random(length).randbytes(length)
    assert sm3.plain(message).hex() == sm3_hex(message)


def test_plain_python_steps_in_where_openssl_has_no_sm3(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(*_: object) -> None:
        raise ValueError("unsupported hash type sm3")

    monkeypatch.setattr(hashlib, "new", without)
    sm3._implementation.cache_clear()
    try:
        assert sm3.sm3(b"abc").hex() == EXAMPLES[b"abc"]
        assert sm3._implementation() is sm3.plain
    finally:
        sm3._implementation.cache_clear()
