"""Whatever is done to a sound sample: only our errors come out; what still holds covers the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signing.fuzz_targets import READ_ONLY, Target, targets, tried

# Pieces that mean something to one of the readers.
TOKENS = [
    b".", b"~", b"..", b"=", b"eyJhbGciOiJub25lIn0", b'"alg":"none"', b'{"', b'"}', b",", b"[]", b"null",
    b"<ds:Object>", b"</ds:Object>", b"<!-- -->", b"<!DOCTYPE a>", b"&amp;", b'Id="S"', b"<?x?>", b"#",
    b"%00", b"PK\x03\x04", b"PK\x01\x02", b"\x30\x82\xff\xff", b"\x00", b"\xff", b"\n\n", "— ".encode(),
    b"z1", b"1e999",
]  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, sample: bytes) -> bytes:
    """The sample with some bytes changed, cut, doubled, moved or replaced by a token."""
    data = bytearray(sample)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([0, 1, 1, 2, 8, 60]))
        piece = draw(
            st.one_of(
                st.sampled_from(TOKENS),
                st.binary(max_size=4),
                st.just(bytes(data[at : at + length]) * 2),
                st.just(bytes(data[:length])),
            )
        )
        data[at : at + length] = piece
    return bytes(data)


@pytest.mark.parametrize("name", targets())
def test_the_sample_is_sound(name: str) -> None:
    target = targets()[name]
    # A request is no answer of an authority, so that there every reading is refused.
    assert (tried(target, target.sample) is None) is (name == "time-stamp")


@pytest.mark.parametrize("name", targets())
@given(st.data())
def test_what_still_holds_covers_the_same(name: str, data: st.DataObject) -> None:
    _judge(name, targets()[name], data.draw(changed(targets()[name].sample)))


@pytest.mark.long
@pytest.mark.parametrize("name", targets())
@given(st.data())
@settings(max_examples=5000, deadline=None)
def test_what_still_holds_covers_the_same_over_many(name: str, data: st.DataObject) -> None:
    _judge(name, targets()[name], data.draw(changed(targets()[name].sample)))


def _judge(name: str, target: Target, mutated: bytes) -> None:
    found = tried(target, mutated)
    if found is not None and name not in READ_ONLY:
        assert found == tried(target, target.sample)
