from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.frontdoor.json import parse_signed
from gateway.signing.jcs import NotCanonical, is_canonical, jcs

SAFE = 2**53 - 1
# Any character but surrogates; astral ones and those above them in UTF-16 order come often.
CHARACTERS = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from('\ud7ff\ue000\uffff\U00010000\U0001f50b\x7f\x1f"\\/'),
)
TEXTS = st.text(CHARACTERS, max_size=8)
NUMBERS = st.one_of(
    st.integers(-SAFE, SAFE),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(1e-8, 1e-3),
    st.floats(1e15, 1e22),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(TEXTS, inner, max_size=5)),
    max_leaves=25,
)
VECTORS = ["arrays", "french", "structures", "unicode", "values", "weird"]


class TestSameBytesAsTheReference:
    """Every value gets the bytes of RFC 8785, as rfc8785 and the published vectors have them."""

    @given(VALUES)
    @example({"\ue000": 1, "\U00010000": 2, "a": 3})
    @example(
        [1e21, 1e-7, 5e-324, -0.0, 9007199254740992.0, 1.7976931348623157e308, 0.0001, 1e16, 123456789.125]
    )
    def test_any_value(self, value: Any) -> None:
        assert jcs(value) == rfc8785.dumps(value)

    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_any_double(self, number: float) -> None:
        assert jcs(number) == rfc8785.dumps(number)
        assert json.loads(jcs(number), parse_int=float) == number

    @pytest.mark.parametrize("name", VECTORS)
    def test_published_vector(self, oracle_data: Path, name: str) -> None:
        folder = oracle_data / "signing" / "jcs-rfc8785"
        written = jcs(parse_signed((folder / "input" / f"{name}.json").read_bytes()))
        assert written == (folder / "output" / f"{name}.json").read_bytes()
        assert written == bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())
        assert is_canonical(written)

    def test_all_vectors_are_named(self, oracle_data: Path) -> None:
        names = {path.stem for path in (oracle_data / "signing" / "jcs-rfc8785" / "input").iterdir()}
        assert names == set(VECTORS)


@pytest.mark.parametrize(
    ("value", "path", "code"),
    [
        ({"a": [1, math.nan]}, "/a/1", "signing.number-out-of-range"),
        ({"a": math.inf}, "/a", "signing.number-out-of-range"),
        ({"a": {"b/c~": 2**53}}, "/a/b~1c~0", "signing.number-out-of-range"),
        ([10**5000], "/0", "signing.number-out-of-range"),
        (["x", "\ud800"], "/1", "signing.lone-surrogate"),
        ({"\udc00": 1}, "", "signing.lone-surrogate"),
        ({"a": Decimal("0.1")}, "/a", "signing.not-json"),
        ({"a": {1: 2}}, "/a", "signing.not-json"),
        ({"a": b"x"}, "/a", "signing.not-json"),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_its_place(value: Any, path: str, code: str) -> None:
    with pytest.raises(NotCanonical) as caught:
        jcs(value)
    assert (caught.value.path, caught.value.error_code) == (path, code)


def test_too_many_levels_are_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(NotCanonical, match="too-deep"):
        jcs(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1.0}',
        b'{"a":1}\n',
        b'{"a":"\\u0041"}',
        b"\xef\xbb\xbf{}",
        b"{",
        b"",
    ],
)
def test_other_spellings_are_not_canonical(data: bytes) -> None:
    assert not is_canonical(data)


def test_no_hostile_file_is_canonical(oracle_data: Path) -> None:
    folder = oracle_data / "signing" / "attacks" / "json"
    manifest = json.loads((folder.parent / "manifest.json").read_text())
    refused = [
        entry["file"]
        for entry in manifest
        if entry["kind"] == "json" and entry["expect"] in {"refuse", "refuse-or-same"}
    ]
    # zero-width and homoglyph files are sound JSON; checks of identity find them later.
    refused = [name for name in refused if not name.endswith(("zero-width.json", "homoglyph-issuer.json"))]
    assert len(refused) >= 12
    assert not [name for name in refused if is_canonical((folder.parent / name).read_bytes())]
