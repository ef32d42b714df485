from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.signing import der

LONG = bytes(300)


def read_integer(data: bytes) -> int:
    reader = der.Reader(data, "")
    value = reader.integer("value")
    reader.end()
    return value


def read_oid(data: bytes) -> str:
    reader = der.Reader(data, "")
    value = reader.oid("value")
    reader.end()
    return value


class TestWrittenIsRead:
    """Reading gives back what was written."""

    @given(st.integers(0, 2**520))
    def test_integers(self, value: int) -> None:
        assert read_integer(der.integer(value)) == value

    @given(
        st.integers(0, 1).flatmap(lambda top: st.tuples(st.just(top), st.integers(0, 39)))
        | st.tuples(st.just(2), st.integers(0, 2**30)),
        st.lists(st.integers(0, 2**30), max_size=6),
    )
    def test_object_identifiers(self, head: tuple[int, int], rest: list[int]) -> None:
        dotted = ".".join(map(str, (*head, *rest)))
        assert read_oid(der.oid(dotted)) == dotted

    @pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65535, 65536])
    def test_lengths(self, length: int) -> None:
        content = bytes(length)
        assert (
            der.Reader(der.element(der.OCTET_STRING, content), "").content(der.OCTET_STRING, "x") == content
        )

    def test_known_encodings(self) -> None:
        assert der.oid("1.2.156.10197.6.1.4.2.2").hex() == "060a2a811ccf550601040202"
        assert der.integer(0).hex() == "020100"
        assert der.integer(128).hex() == "02020080"


class TestOneSpelling:
    """What a lax reader forgives is refused."""

    @pytest.mark.parametrize(
        "data",
        [
            b"\x02\x00",
            b"\x02\x02\x00\x01",
            b"\x02\x01\x80",
            b"\x02\x81\x01\x01",
            b"\x02\x82\x00\x01\x01",
            b"\x02\x80\x01\x00\x00",
            b"\x02\x85\x00\x00\x00\x00\x01\x01",
            b"\x02\x84\xff\xff\xff\xff\x01",
            b"\x02\x02\x01",
            b"\x02\x01",
            b"\x02",
            b"",
            b"\x22\x01\x01",
            b"\x0a\x01\x01",
            b"\x02\x01\x01\x00",
            b"\x02\x43\x01" + bytes(66),
        ],
    )
    def test_integers(self, data: bytes) -> None:
        with pytest.raises(der.BadDer):
            read_integer(data)

    @pytest.mark.parametrize("hexadecimal", ["0600", "060180", "06022a80", "06032a8001", "0629" + "01" * 41])
    def test_object_identifiers(self, hexadecimal: str) -> None:
        with pytest.raises(der.BadDer):
            read_oid(bytes.fromhex(hexadecimal))

    @pytest.mark.parametrize("hexadecimal", ["0300", "030101", "03020180", "0303ff0000"])
    def test_bit_strings(self, hexadecimal: str) -> None:
        with pytest.raises(der.BadDer):
            der.Reader(bytes.fromhex(hexadecimal), "").bits("x")

    def test_an_algorithm_has_no_parameters_or_null(self) -> None:
        plain, null = der.oid("1.2.3"), b"\x05\x00"
        assert der.Reader(der.sequence(plain, null), "").algorithm("x") == "1.2.3"
        for rest in (b"\x05\x01\x00", null + null, plain, b"\x04\x00"):
            with pytest.raises(der.BadDer):
                der.Reader(der.sequence(plain, rest), "").algorithm("x")

    def test_the_path_names_the_element(self) -> None:
        inner = der.parse(der.sequence(der.sequence(b"\x04\x00")), "outer").sequence("inner")
        with pytest.raises(der.BadDer) as refused:
            inner.integer("number")
        assert refused.value.path == "/outer/inner/number"
        with pytest.raises(der.BadDer) as refused:
            inner.end()
        assert (refused.value.error_code, refused.value.path) == ("sm.der-left-over", "/outer/inner")


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    reader = der.Reader(data, "")
    for take in (reader.integer, reader.oid, reader.bits, reader.boolean, reader.algorithm, reader.sequence):
        try:
            take("x")
        except der.BadDer:
            continue
