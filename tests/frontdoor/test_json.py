"""JSON: one reading, exact numbers, and an error that says where."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gateway.errors import InputError, Problems, flatten
from gateway.frontdoor import json as door
from gateway.frontdoor import limits as lim
from gateway.messages import explain


def refusal(data: bytes, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        door.parse(data, **options)
    signed_code = ""
    try:
        door.parse_signed(data, **options)
    except InputError as error:
        signed_code = error.error_code
    assert signed_code == caught.value.error_code, "a signed document must not be read more kindly"
    return caught.value


class TestNumbers:
    """Numbers stay as they were written, and none is read differently elsewhere."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("0", 0),
            ("-0", 0),
            ("9007199254740991", 9007199254740991),
            ("-9007199254740991", -9007199254740991),
            ("1.50", Decimal("1.50")),
            ("0.1", Decimal("0.1")),
            ("1E5", Decimal("1E+5")),
            ("100e-2", Decimal("1.00")),
            ("0.0000001", Decimal("1E-7")),
            ("0.30000000000000004441", Decimal("0.30000000000000004441")),
            ("1.7976931348623157e308", Decimal("1.7976931348623157E+308")),
            ("5e-324", Decimal("5E-324")),
            ("0e5", Decimal("0E+5")),
            ("9007199254740993.0", Decimal("9007199254740993.0")),
        ],
    )
    def test_accepted_with_all_digits(self, text: str, value: object) -> None:
        read = door.parse(text.encode())
        assert (type(read), str(read)) == (type(value), str(value))

    @pytest.mark.parametrize("text", ["9223372036854775807", "-9223372036854775808", "18446744073709551615"])
    def test_bounds_of_integer_types_are_data_but_never_signed(self, text: str) -> None:
        assert door.parse(text.encode()) == int(text)
        with pytest.raises(InputError, match="not-safe"):
            door.parse_signed(text.encode())

    @pytest.mark.parametrize(
        "text",
        [
            "9007199254740992",
            "-9007199254740992",
            "9223372036854775806",
            "123456789012345678901234567890",
            "9" * 4300,
        ],
    )
    def test_unsafe_integers_are_refused(self, text: str) -> None:
        error = refusal(f'{{"a": [1, {{"b": {text}}}]}}'.encode())
        assert (error.error_code, error.path) == ("json.integer-not-safe", "/a/1/b")

    @pytest.mark.parametrize(
        "text",
        [
            "1e400",
            "1E+400",
            "-1e309",
            "1.8e308",
            "1e-999999",
            "2e-324",
            "0e-999999",
            "0.0e999999",
            "1e99999999999999999999999",
            "1e-99999999999999999999999",
            "9" * 310 + ".5",
            "9" * 5000,
            "0." + "0" * 400 + "1",
            "0." + "1" * 1101,
            "1." + "1" * 5000,
        ],
    )
    def test_numbers_without_meaning_for_others_are_refused(self, text: str) -> None:
        error = refusal(f'[0, {{"x": {text}}}]'.encode())
        assert (error.error_code, error.path) == ("json.number-out-of-range", "/1/x")

    @pytest.mark.parametrize("text", ["NaN", "nan", "Infinity", "-Infinity", "-inf", "+Infinity"])
    def test_what_is_no_number_is_refused(self, text: str) -> None:
        error = refusal(f'{{"pcf": {text}}}'.encode())
        assert (error.error_code, error.path) == ("json.not-a-number", "/pcf")

    @pytest.mark.parametrize(
        "text", ["01", "1.", ".5", "+1", "1_0", "0x1", "--1", "1e", "1.e1", "-", "١", "１"]
    )
    def test_other_spellings_are_no_json(self, text: str) -> None:
        error = refusal(f"[{text}]".encode())
        assert error.error_code == "json.syntax"
        assert error.params["line"] == "1"

    def test_many_long_digit_strings_that_are_text_pass(self) -> None:
        text = "1" * 2000
        assert door.parse(f'{{"modulus": "{text}"}}'.encode()) == {"modulus": text}


class TestNames:
    """A name stands once, however it is spelled."""

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ('{"a":1,"a":1}', "/a"),
            ('{"x":[1,{"b":1,"b":2}]}', "/x/1/b"),
            (r'{"pcf":1,"p\u0063f":2}', "/pcf"),
            (r'{"\u0070cf":1,"pcf":2}', "/pcf"),
            ('[[],[{"深":{"碳":1,"碳":2}}]]', "/1/0/深/碳"),
            (r'[{"碳":1,"\u78b3":2}]', "/0/碳"),
            ('{"a/b~c":1,"a/b~c":2}', "/a~1b~0c"),
            (r'{"\ud83d\ude00":1,"😀":2}', "/😀"),
            ('{"":1,"":2}', "/"),
            ('{"a":{"b":1},"c":[{"d":2}],"a":3}', "/a"),
        ],
    )
    def test_a_repeated_name_is_refused_with_its_place(self, data: str, path: str) -> None:
        error = refusal(data.encode())
        assert (error.error_code, error.path) == ("json.duplicate-key", path)

    @pytest.mark.parametrize(
        "data",
        [
            '{"caf\u00e9":1,"cafe\u0301":2}',
            '{"\u212b":1,"\u00c5":2}',
            r'{"caf\u00e9":1,"cafe\u0301":2}',
            '[[{"k":{"\uac00":1,"\u1100\u1161":2}}]]',
        ],
    )
    def test_two_spellings_of_one_name_are_refused(self, data: str) -> None:
        assert refusal(data.encode()).error_code == "json.same-key-in-nfc"

    def test_one_name_in_either_spelling_passes(self) -> None:
        assert door.parse('{"cafe\u0301":1}'.encode()) == {"cafe\u0301": 1}

    def test_prototype_names_are_data(self) -> None:
        assert door.parse(b'{"__proto__":{"a":1}}') == {"__proto__": {"a": 1}}

    def test_stacked_marks_in_a_name_are_refused_quickly(self) -> None:
        name = "a" + "\u0301\u0323" * 200_000
        start = time.process_time()
        assert refusal(json.dumps({name: 1}, ensure_ascii=False).encode()).error_code == "text.too-many-marks"
        assert time.process_time() - start < 10


class TestText:
    """Characters are whole, and none of them is none."""

    @pytest.mark.parametrize(
        "data",
        [
            rb'"\ud83d"',
            rb'"\ude00"',
            rb'"\ude00\ud83d"',
            rb'"\ud83dx"',
            rb'"\ud83d\n"',
            rb'"\ud83d\u0041"',
            rb'{"\ud83d":1}',
        ],
    )
    def test_half_a_character_is_refused(self, data: bytes) -> None:
        assert refusal(data).error_code == "json.lone-surrogate"

    @pytest.mark.parametrize(
        "data",
        [b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\xbd\xed\xb8\x80"', b'"\xe4\xb8"', b'"\xf5\x80\x80\x80"'],
    )
    def test_bytes_that_are_not_utf8_are_refused(self, data: bytes) -> None:
        assert refusal(data).error_code == "json.not-utf8"

    @pytest.mark.parametrize(
        "codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
    )
    def test_other_encodings_are_refused(self, codec: str) -> None:
        assert refusal('{"a":1}'.encode(codec)).error_code == "json.not-utf8"

    @pytest.mark.parametrize(
        "data",
        [
            rb'["\u0000"]',
            rb'["\uFFFE"]',
            rb'["\ufdd0"]',
            rb'["\ud83f\udfff"]',
            '["\uffff"]'.encode(),
            '["\ufdef"]'.encode(),
            '["\U0010ffff"]'.encode(),
        ],
    )
    def test_noncharacters_are_refused(self, data: bytes) -> None:
        error = refusal(data)
        assert (error.error_code, error.path) == ("json.noncharacter", "/0")

    @pytest.mark.parametrize("data", [rb'{"\u0000":1}', '{"\ufdd0":1}'.encode()])
    def test_noncharacters_in_names_are_refused(self, data: bytes) -> None:
        assert refusal(data).error_code == "json.noncharacter"

    @pytest.mark.parametrize("data", [b'"a\nb"', b'"a\tb"', b'"a\x00"', b'"\x1f"'])
    def test_raw_control_characters_are_refused(self, data: bytes) -> None:
        assert refusal(data).error_code == "json.control-character"

    def test_ordinary_text_in_any_script_passes(self) -> None:
        text = "中文 😀 ﬀ ｆｕｌｌ ￥ \ufffd \u200b é e\u0301 ر \\u0000 "
        assert door.parse(json.dumps([text], ensure_ascii=False).encode()) == [text]
        assert door.parse(json.dumps([text]).encode()) == [text]


class TestShape:
    """One value, not too deep, not too large, nothing before or after."""

    @pytest.mark.parametrize(
        "data", [b"{} x", b"{}{}", b"1 2", b"{}\x00", b"{}\x0b", b"[]]", b'""""', b"nullnull"]
    )
    def test_more_after_the_end_is_refused(self, data: bytes) -> None:
        assert refusal(data).error_code == "json.trailing-content"

    @pytest.mark.parametrize(
        "data",
        [b"", b" ", b"[1,]", b'{"a":1,}', b"{a:1}", b"{'a':1}", b"// c\n1", b"/**/1", b"[1 2]", b'{"a" 1}',
         b'"\\x"', b'"\\u12g4"', b'"abc', b"tru", b"True", b"None", b"undefined", b"[", b"\xc2\xa0{}",
         b"\x0c1", b'{"a":}', b"[,]", b"  \x00"],
    )  # fmt: skip
    def test_what_is_not_json_is_refused(self, data: bytes) -> None:
        assert refusal(data).error_code == "json.syntax"

    @pytest.mark.parametrize("unit", [b"[", b'{"a":', b'[{"a":', b'[[],{"":'])
    @pytest.mark.parametrize("times", [300, 100_000])
    def test_depth_is_bounded(self, unit: bytes, times: int) -> None:
        assert refusal(unit * times).error_code == "json.too-deep"

    def test_the_depth_that_is_documented_passes(self) -> None:
        door.parse(b"[" * lim.JSON_DEPTH + b"]" * lim.JSON_DEPTH)
        one_more = lim.JSON_DEPTH + 1
        assert refusal(b"[" * one_more + b"]" * one_more).error_code == "json.too-deep"

    def test_size_is_bounded(self) -> None:
        small = replace(lim.JSON, max_bytes=10)
        assert refusal(b'"12345678"x', limits=small).params["name"] == "max_bytes"
        assert door.parse(b'"12345678"', limits=small) == "12345678"

    def test_the_number_of_values_is_bounded_before_they_are_built(self) -> None:
        flood = b"[" + b"[]," * 2_000_000 + b"[]]"
        start = time.process_time()
        assert refusal(flood).params["name"] == "max_tokens"
        assert time.process_time() - start < 10

    def test_a_mark_is_skipped_in_data_only(self) -> None:
        assert door.parse(b"\xef\xbb\xbf[1]") == [1]
        with pytest.raises(InputError):
            door.parse(b"\xef\xbb\xbf\xef\xbb\xbf[1]")
        with pytest.raises(InputError, match="byte-order-mark"):
            door.parse_signed(b"\xef\xbb\xbf[1]")


class TestPlaces:
    """The place of an error is a pointer, with line and column in characters."""

    @pytest.mark.parametrize(
        ("data", "path", "line", "column"),
        [
            ('{\n "碳": [1,\n  {"k": x}]}', "/碳/1/k", 3, 9),
            ('{"碳": tru}', "/碳", 1, 10),
            ('{"a": {"b": 1}, "c": [[], {"d": 1}, 01]}', "/c/2", 1, 38),
            (r'{"a\"b\\": [0, +1]}', '/a"b\\/1', 1, 16),
            ("x", "line 1, column 1", 1, 1),
            ("\n\n  x", "line 3, column 3", 3, 3),
            ('{"a": "[{,:", "b": }', "/b", 1, 20),
        ],
    )
    def test_pointer_line_and_column(self, data: str, path: str, line: int, column: int) -> None:
        error = refusal(data.encode())
        assert error.path == path
        assert (error.params["line"], error.params["column"]) == (str(line), str(column))

    def test_all_faults_of_a_document_come_together(self) -> None:
        with pytest.raises(Problems) as caught:
            door.parse(rb'{"a": 1e400, "b": [9007199254740993, "\u0000"]}')
        assert [(e.error_code, e.path) for e in flatten(caught.value)] == [
            ("json.number-out-of-range", "/a"),
            ("json.integer-not-safe", "/b/0"),
            ("json.noncharacter", "/b/1"),
        ]

    def test_an_error_far_into_a_large_file_is_found_quickly(self) -> None:
        data = b"\n" * 16_000_000 + b'["' + b"x" * 8_000_000 + b'", 01]'
        start = time.process_time()
        error = refusal(data)
        assert time.process_time() - start < 10
        assert error.path == "line 16000001, column 8000007"

    def test_the_message_names_the_place_in_both_languages(self) -> None:
        error = refusal(b'{"a":\n 01}')
        assert "line 2" in explain(error, "en").what
        assert "第 2 行" in explain(error, "zh").what


class TestSigned:
    """Signed documents become what the canonicaliser takes."""

    def test_fractions_are_doubles_and_integers_integers(self) -> None:
        value = door.parse_signed(b'{"a": [1.5, 1e21, 3, true, null, "x"]}')
        assert isinstance(value, dict)
        items = value["a"]
        assert isinstance(items, list)
        assert [type(item) for item in items] == [float, float, int, bool, type(None), str]
        assert items[:2] == [1.5, 1e21]


class TestPointer:
    """RFC 6901, section 5: the examples of the standard."""

    @pytest.mark.parametrize(
        ("parts", "expected"),
        [
            ((), ""),
            (("foo", 0), "/foo/0"),
            (("",), "/"),
            (("a/b",), "/a~1b"),
            (("m~n",), "/m~0n"),
            (("~1",), "/~01"),
        ],
    )
    def test_escaping(self, parts: tuple[str | int, ...], expected: str) -> None:
        assert door.pointer(parts) == expected
