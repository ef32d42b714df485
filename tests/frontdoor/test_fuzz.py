"""Whatever the bytes, only our own errors come out, and quickly."""

from __future__ import annotations

import contextlib
import io
import json
import time
import zipfile
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.frontdoor import archive, identity, table, urls, xml
from gateway.frontdoor import json as door_json

JSON_SAMPLE = json.dumps(
    {
        "名称": "电池",
        "stages": [{"kg": 61.25, "share": 1e-7, "n": 3}, None, True],
        "é\u0301": "\U0001f600",
        "x": {"y": [[]]},
    }
).encode()
XML_SAMPLE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c --><p xmlns="urn:x" xmlns:y="urn:y" y:a="1">'
    "<v>6<![CDATA[1.2]]>5</v><w b='&amp;'>碳</w><?pi x?></p>"
).encode()
CSV_SAMPLE = '名称,"a ""b"""\r\n=1+1,\'x\r\n'.encode()


def _zip_sample() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(zipfile.ZipInfo("mimetype"), b"application/vnd.etsi.asic-e+zip", zipfile.ZIP_STORED)
        target.writestr(zipfile.ZipInfo("流/a.xml"), XML_SAMPLE * 3)
        target.writestr(zipfile.ZipInfo("b.json"), JSON_SAMPLE)
    return out.getvalue()


ZIP_SAMPLE = _zip_sample()

# Pieces that mean something to one of the parsers.
TOKENS = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\u", b"\\ud83d", b"1e999", b"-", b"NaN", b"\x00",
     b"\xff\xfe", b"\xef\xbb\xbf", b"<!DOCTYPE p [", b"]>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&x;",
     b"&#0;", b"<", b"/>", b"<?xml ", b"?>", b'encoding="GBK"', b"PK\x03\x04", b"PK\x01\x02",
     b"PK\x05\x06", b"PK\x06\x07", b"PK\x07\x08", b"\xff\xff\xff\xff", b"\n"]
)  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn, sample: bytes) -> bytes:
    """``sample`` with a few bytes changed, removed, doubled or replaced by a token."""
    data = bytearray(sample)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([0, 1, 1, 2, 4, 20]))
        change = draw(st.sampled_from(["bytes", "token", "remove", "double"]))
        if change == "bytes":
            data[at : at + length] = draw(st.binary(min_size=length, max_size=length))
        elif change == "token":
            data[at : at + length] = draw(TOKENS)
        elif change == "remove":
            del data[at : at + length]
        else:
            data[at:at] = data[at : at + length] * 2
    return bytes(data)


def only_our_errors(door: Callable[[bytes], object], data: bytes) -> None:
    start = time.process_time()
    with contextlib.suppress(GatewayError):
        door(data)
    assert time.process_time() - start < 10


def unpack(data: bytes) -> list[tuple[str, bytes]]:
    return list(archive.open_zip(data).read_all())


INPUTS = st.binary(max_size=300) | st.lists(TOKENS | st.binary(max_size=4), max_size=40).map(b"".join)


class TestOnlyGatewayErrorsComeOut:
    """Random bytes, tokens of the formats in any order, and samples with small changes."""

    @given(INPUTS | mutations(JSON_SAMPLE))
    @settings(max_examples=300, deadline=None)
    def test_json(self, data: bytes) -> None:
        only_our_errors(door_json.parse, data)
        only_our_errors(door_json.parse_signed, data)

    @given(
        INPUTS
        | mutations(XML_SAMPLE)
        | mutations(XML_SAMPLE.decode().replace("UTF-8", "UTF-16").encode("utf-16"))
    )
    @settings(max_examples=300, deadline=None)
    def test_xml(self, data: bytes) -> None:
        only_our_errors(xml.parse, data)

    @given(INPUTS | mutations(ZIP_SAMPLE))
    @settings(max_examples=300, deadline=None)
    def test_zip(self, data: bytes) -> None:
        only_our_errors(unpack, data)
        only_our_errors(archive.open_asic, data)

    @given(INPUTS | mutations(CSV_SAMPLE))
    @settings(max_examples=200, deadline=None)
    def test_csv(self, data: bytes) -> None:
        only_our_errors(table.read_csv, data)
        only_our_errors(lambda d: table.read_csv(d, encoding="gb18030", ragged=True, delimiter=";"), data)

    @given(st.text(max_size=60) | st.text(alphabet="did:web.https/%3A127[]@#\\x-", max_size=40))
    @settings(max_examples=200, deadline=None)
    def test_identity_and_addresses(self, text: str) -> None:
        identity.findings([text])
        data = text.encode("utf-8", "surrogatepass")
        only_our_errors(lambda _: identity.require_ascii_host(text), data)
        only_our_errors(lambda _: identity.require_code(text, {"kg"}), data)
        only_our_errors(lambda _: urls.require_https(text, allowed_hosts={"a.com"}), data)
        only_our_errors(lambda _: urls.did_web_url(text, allowed_hosts={"a.com"}), data)
        only_our_errors(lambda _: xml.double(text), data)
        only_our_errors(lambda _: xml.decimal(text), data)


class TestAgreement:
    """Where the door accepts, a lenient reader of the standard library reads the same."""

    @given(mutations(JSON_SAMPLE))
    @settings(max_examples=300, deadline=None)
    def test_json_agrees_with_the_standard_library(self, data: bytes) -> None:
        try:
            value = door_json.parse_signed(data)
        except GatewayError:
            return
        assert value == json.loads(data)

    @given(mutations(ZIP_SAMPLE))
    @settings(max_examples=300, deadline=None)
    def test_zip_agrees_with_the_standard_library(self, data: bytes) -> None:
        try:
            ours = unpack(data)
        except GatewayError:
            return
        with zipfile.ZipFile(io.BytesIO(data)) as other:
            names = [info.filename for info in other.infolist() if not info.is_dir()]
            assert [content for _, content in ours] == [other.read(name) for name in names]
