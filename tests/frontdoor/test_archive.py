"""Zip archives: every byte has one reading, every entry one name and one size."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from gateway.errors import InputError
from gateway.frontdoor import archive
from gateway.frontdoor import limits as lim

T = TypeVar("T")
UTF8_FLAG, STREAMED = 1 << 11, 1 << 3


@dataclass(frozen=True, slots=True)
class Part:
    """One entry, with what its two headers say; None means: the truth."""

    name: bytes = b"a.xml"
    content: bytes = b"<a/>"
    method: int = 8
    flags: int = 0
    attributes: int = 0
    extra: bytes = b""
    local_extra: bytes = b""
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_crc: int | None = None
    local_size: int | None = None
    local_packed: int | None = None
    crc: int | None = None
    size: int | None = None
    packed: int | None = None
    offset: int | None = None
    packed_bytes: bytes | None = None
    descriptor: bytes = b""
    gap: bytes = b""

    @property
    def raw(self) -> bytes:
        if self.packed_bytes is not None:
            return self.packed_bytes
        return deflated(self.content) if self.method == 8 else self.content


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def first(value: T | None, other: T) -> T:
    return other if value is None else value


def build(
    parts: Sequence[Part],
    *,
    prefix: bytes = b"",
    shift: int = 0,
    before_directory: bytes = b"",
    comment: bytes = b"",
    after: bytes = b"",
    count: int | None = None,
    disk: int = 0,
) -> bytes:
    """A zip file, byte by byte; ``shift`` is added to the offsets that the directory tells."""
    body = bytearray(prefix)
    directory = bytearray()
    for p in parts:
        at = len(body)
        crc, size, packed = zlib.crc32(p.content), len(p.content), len(p.raw)
        name, flags = first(p.local_name, p.name), first(p.local_flags, p.flags)
        method = first(p.local_method, p.method)
        told = (first(p.local_crc, crc), first(p.local_packed, packed), first(p.local_size, size))
        body += struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", 20, flags, method, 0, 33, *told, len(name), len(p.local_extra)
        )
        body += name + p.local_extra + p.raw + p.descriptor + p.gap
        told = (first(p.crc, crc), first(p.packed, packed), first(p.size, size))
        fixed = (
            b"PK\x01\x02",
            0x314,
            20,
            p.flags,
            p.method,
            0,
            33,
            *told,
            len(p.name),
            len(p.extra),
            0,
            0,
            0,
        )
        directory += struct.pack("<4s6H3L5H2L", *fixed, p.attributes, first(p.offset, at) + shift)
        directory += p.name + p.extra
    body += before_directory
    start, number = len(body) + shift, first(count, len(parts))
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", disk, disk, number, number, len(directory), start, len(comment)
    )
    return bytes(body) + bytes(directory) + end + comment + after


def refusal(data: bytes, **options: Any) -> InputError:
    """The one error of opening and reading everything."""
    with pytest.raises(InputError) as caught:
        list(archive.open_zip(data, **options).read_all())
    return caught.value


def contents(data: bytes, **options: Any) -> dict[str, bytes]:
    return dict(archive.open_zip(data, **options).read_all())


def zip64(*values: int) -> bytes:
    return struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values)


class TestReading:
    """What ordinary programs write is read, in its order."""

    def test_order_names_and_contents(self) -> None:
        data = build(
            [Part(b"b.xml", b"2"), Part(b"a/", b"", 0), Part(b"a/a.xml", b"1" * 5000, 0), Part(b"e", b"")]
        )
        opened = archive.open_zip(data)
        assert opened.names == ("b.xml", "a/a.xml", "e")
        assert dict(opened.read_all()) == {"b.xml": b"2", "a/a.xml": b"1" * 5000, "e": b""}
        assert "b.xml" in opened
        assert "a/" not in opened

    @pytest.mark.parametrize("streamed", [True, False])
    @pytest.mark.parametrize("force_zip64", [True, False])
    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_another_writer_in_all_its_modes(self, *, streamed: bool, force_zip64: bool, method: int) -> None:
        class Pipe(io.BytesIO):
            def seekable(self) -> bool:
                return not streamed

            def seek(self, *_: object) -> int:
                raise io.UnsupportedOperation

        target = Pipe() if streamed else io.BytesIO()
        with zipfile.ZipFile(target, "w", method) as out:
            for name in ("流/流程.xml", "b.json", "c"):
                with out.open(zipfile.ZipInfo(name), "w", force_zip64=force_zip64) as entry:
                    entry.write(name.encode() * 100)
        assert contents(target.getvalue()) == {n: n.encode() * 100 for n in ("流/流程.xml", "b.json", "c")}

    def test_an_empty_archive_and_one_with_a_comment(self) -> None:
        assert contents(build([])) == {}
        assert contents(build([Part()], comment=b"made by hand")) == {"a.xml": b"<a/>"}

    def test_directory_order_may_differ_from_file_order(self) -> None:
        one, two = Part(b"1", b"x", 0), Part(b"2", b"y", 0)
        size = 30 + 1 + 1
        data = build([replace(one, offset=0), replace(two, offset=size)])
        start = data.index(b"PK\x01\x02")
        entry = 46 + 1
        swapped = (
            data[:start]
            + data[start + entry : start + 2 * entry]
            + data[start : start + entry]
            + data[start + 2 * entry :]
        )
        assert archive.open_zip(swapped).names == ("2", "1")
        assert contents(swapped) == {"2": b"y", "1": b"x"}

    def test_utf8_names_without_their_flag_are_read(self) -> None:
        assert archive.open_zip(build([Part("碳.xml".encode())])).names == ("碳.xml",)

    def test_a_whole_zip64_file(self) -> None:
        plain = build([Part(extra=b"")])
        end = len(plain) - 22
        count, size, start = struct.unpack_from("<HLL", plain, end + 10)
        record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
        locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
        unset = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        assert contents(plain[:end] + record + locator + unset) == {"a.xml": b"<a/>"}
        lie = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 7, 7, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        assert refusal(plain[:end] + record + locator + lie).error_code == "archive.broken-structure"
        assert refusal(plain[:end] + record + b"x" + locator + unset).error_code == "archive.broken-structure"

    def test_an_entry_that_is_not_there(self) -> None:
        with pytest.raises(InputError, match="no-such-entry"):
            archive.open_zip(build([Part()])).read("b.xml")


class TestNames:
    """A name is relative, visible, in UTF-8, and the only one of its kind."""

    @pytest.mark.parametrize(
        "name",
        ["/etc/passwd", "//server/share", "../a", "a/../../b", "a/..", "..", "./a", "a/./b", "a//b",
         "C:evil", "c:/x", "C:\\x", "a\\b", "\\\\server\\x", "..\\a", "a/..\\..\\b", "/",
         "a/b/../../../c"],
    )  # fmt: skip
    def test_paths_that_lead_elsewhere(self, name: str) -> None:
        assert refusal(build([Part(name.encode())])).error_code == "archive.path-outside"

    @pytest.mark.parametrize(
        "name",
        ["a\x00.xml", "a.xml\x00.exe", "a\nb", "a\tb", "a\rb", "a\x1bb", "a\x7fb", "a\u0085b", "a\u202eb",
         "a\u2066b", "a\u200bb", "\ufeffa", "a\u2028b", "a\ufdd0b", "a\u00adb", "a\U000e0041b"],
    )  # fmt: skip
    def test_names_with_hidden_characters(self, name: str) -> None:
        data = build([Part(name.encode(), flags=UTF8_FLAG)])
        assert refusal(data).error_code == "archive.name-hides-characters"

    @pytest.mark.parametrize("flags", [0, UTF8_FLAG])
    @pytest.mark.parametrize(
        "name", ["碳足迹.xml".encode("gbk"), b"caf\xe9.xml", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80"]
    )
    def test_names_in_no_certain_encoding(self, name: bytes, flags: int) -> None:
        assert refusal(build([Part(name, flags=flags)])).error_code == "archive.name-not-utf8"

    @pytest.mark.parametrize("name", ["碳.xml".encode("gbk"), "é.xml".encode()])
    def test_unmarked_names_that_a_code_page_could_mean(self, name: bytes) -> None:
        """碳 in GBK is the byte pair CC BC, which is U+033C in UTF-8."""
        assert refusal(build([Part(name)])).error_code == "archive.name-not-utf8"
        assert len(contents(build([Part(name, flags=UTF8_FLAG)]))) == 1

    @pytest.mark.parametrize("name", [b"", b"n" * 513])
    def test_names_without_or_with_too_many_characters(self, name: bytes) -> None:
        assert refusal(build([Part(name)])).error_code == "archive.name-length"

    @pytest.mark.parametrize("content", [b"<a/>", b"<b/>"])
    def test_one_name_twice(self, content: bytes) -> None:
        assert (
            refusal(build([Part(), Part(b"b"), Part(content=content)])).error_code
            == "archive.duplicate-entry"
        )

    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ("a.xml", "A.XML"),
            ("a/b", "A/b"),
            ("é", "e\u0301"),
            ("ß", "SS"),
            ("a", "a."),
            ("a ", "a"),
            ("a/b", "a./b"),
            ("a", "a/b"),
            ("a/b/c", "A/B"),
            ("a", "a/"),
            ("\u212b", "å"),
        ],
    )
    def test_names_that_some_system_takes_for_one(self, one: str, two: str) -> None:
        for pair in ((one, two), (two, one)):
            parts = [Part(name.encode(), b"", 0, UTF8_FLAG) for name in pair]
            assert refusal(build(parts)).error_code == "archive.name-clash"

    @pytest.mark.parametrize("local", [b"b.xml", b"A.xml", b"a.xmll", b"../x", b""])
    def test_two_headers_two_names(self, local: bytes) -> None:
        assert refusal(build([Part(local_name=local)])).error_code == "archive.name-mismatch"

    def test_a_second_name_in_an_extra_field(self) -> None:
        other = b"\x01" + struct.pack("<L", zlib.crc32(b"a.xml")) + b"../b.xml"
        field = struct.pack("<HH", 0x7075, len(other)) + other
        assert refusal(build([Part(extra=field)])).error_code == "archive.name-mismatch"
        assert refusal(build([Part(local_extra=field)])).error_code == "archive.name-mismatch"

    @pytest.mark.parametrize("mode", [0o120777, 0o020666, 0o060660, 0o010644, 0o140755])
    def test_links_and_devices(self, mode: int) -> None:
        assert refusal(build([Part(attributes=mode << 16)])).error_code == "archive.not-a-file"

    def test_windows_links(self) -> None:
        assert refusal(build([Part(attributes=0x400)])).error_code == "archive.not-a-file"

    def test_ordinary_modes_pass(self) -> None:
        parts = [
            Part(b"a", attributes=0o100644 << 16),
            Part(b"d/", b"", 0, attributes=(0o040755 << 16) | 0x10),
        ]
        assert contents(build(parts)) == {"a": b"<a/>"}

    def test_a_folder_with_content(self) -> None:
        assert refusal(build([Part(b"d/", b"x", 0)])).error_code == "archive.folder-with-data"


class TestOneReading:
    """Header, data and directory fill the file and agree."""

    @pytest.mark.parametrize(
        "prefix", [b"MZ" + b"\x00" * 400, b"%PDF-1.7\n", b"GIF89a", b"PK\x03\x04", b"\x00"]
    )
    @pytest.mark.parametrize("shifted", [True, False])
    def test_junk_before(self, prefix: bytes, *, shifted: bool) -> None:
        data = build([Part()], prefix=prefix, shift=-len(prefix) if shifted else 0)
        assert refusal(data).error_code == "archive.hidden-bytes"

    @pytest.mark.parametrize("after", [b"\x00", b"junk" * 100, b"PK\x03\x04", b"PK\x05\x06"])
    def test_junk_after(self, after: bytes) -> None:
        assert refusal(build([Part()], after=after)).error_code in (
            "archive.hidden-bytes",
            "archive.not-a-zip",
        )

    def test_junk_between(self) -> None:
        assert refusal(build([Part(gap=b"hidden"), Part(b"b")])).error_code == "archive.hidden-bytes"
        assert refusal(build([Part()], before_directory=b"hidden")).error_code == "archive.hidden-bytes"

    def test_an_entry_that_the_directory_hides(self) -> None:
        hidden = build([Part(b"evil.xml")])
        hidden = hidden[: hidden.index(b"PK\x01\x02")]
        assert refusal(build([Part()], before_directory=hidden)).error_code == "archive.hidden-bytes"
        assert refusal(build([Part(gap=hidden), Part(b"b")])).error_code == "archive.hidden-bytes"

    def test_a_second_end_record_in_the_comment(self) -> None:
        inner = build([])
        assert refusal(build([Part()], comment=inner)).error_code.startswith("archive.")

    def test_two_archives_in_one_file(self) -> None:
        assert refusal(build([Part()]) + build([Part(b"b")])).error_code == "archive.hidden-bytes"
        adjusted = build([Part(b"b")], prefix=build([Part()]))
        assert refusal(adjusted).error_code == "archive.hidden-bytes"

    def test_entries_that_share_their_bytes(self) -> None:
        many = [Part(b"0", b"x" * 1000)] + [Part(bytes([65 + i]), b"", 0) for i in range(5)]
        shared = [replace(part, offset=0) for part in many]
        assert refusal(build(shared)).error_code in ("archive.overlap", "archive.hidden-bytes")

    def test_overlapping_kernel(self) -> None:
        """The construction of D. Fifield, "A better zip bomb": local headers quoted inside earlier data."""
        kernel = build([Part(b"b", b"\x00" * 4000)])
        second = kernel[: kernel.index(b"PK\x01\x02")]
        quoted = struct.pack("<BHH", 0, len(second), 0xFFFF - len(second)) + second
        one = Part(b"a", second + b"\x00" * 4000, packed_bytes=quoted, local_packed=len(quoted))
        inside = 30 + 1 + 5
        data = build([one, Part(b"b", b"\x00" * 4000, offset=inside)])
        assert refusal(data).error_code == "archive.overlap"

    def test_data_that_reaches_into_the_directory(self) -> None:
        assert refusal(build([Part(packed=4000, local_packed=4000)])).error_code == "archive.overlap"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"local_flags": UTF8_FLAG}, "archive.header-mismatch"),
            ({"local_flags": 1}, "archive.header-mismatch"),
            ({"local_flags": STREAMED}, "archive.header-mismatch"),
            ({"local_method": 0}, "archive.header-mismatch"),
            ({"local_crc": 1}, "archive.header-mismatch"),
            ({"local_crc": 0, "local_size": 0, "local_packed": 0}, "archive.header-mismatch"),
            ({"local_size": 5}, "archive.size-lie"),
            ({"local_packed": 5}, "archive.size-lie"),
            ({"crc": 1, "local_crc": 1}, "archive.corrupt"),
            ({"size": 1, "local_size": 1}, "archive.size-lie"),
            ({"size": 5, "local_size": 5}, "archive.size-lie"),
            ({"size": 0, "local_size": 0}, "archive.size-lie"),
            ({"packed_bytes": b"\xff\xff"}, "archive.corrupt"),
            ({"packed_bytes": b""}, "archive.size-lie"),
            ({"packed_bytes": deflated(b"<a/>")[:-1]}, "archive.size-lie"),
            ({"packed_bytes": deflated(b"<a/>") + b"hidden"}, "archive.size-lie"),
            ({"method": 0, "size": 3, "local_size": 3}, "archive.size-lie"),
            ({"flags": 1}, "archive.encrypted"),
            ({"flags": 1 << 5}, "archive.encrypted"),
            ({"flags": 1 << 6}, "archive.encrypted"),
            ({"flags": 1 << 13}, "archive.encrypted"),
            ({"method": 12}, "archive.compression"),
            ({"method": 9}, "archive.compression"),
            ({"method": 99}, "archive.compression"),
            ({"extra": b"\x01\x00\xff\xff"}, "archive.broken-structure"),
            ({"extra": b"abc"}, "archive.broken-structure"),
            ({"extra": zip64(4)}, "archive.broken-structure"),
            ({"extra": zip64(4), "size": 0xFFFFFFFF, "packed": 0xFFFFFFFF}, "archive.broken-structure"),
            ({"extra": zip64(4) * 2, "size": 0xFFFFFFFF}, "archive.broken-structure"),
            ({"extra": zip64(10**15), "size": 0xFFFFFFFF}, "archive.size-lie"),
            ({"size": 0xFFFFFFFF, "local_size": 0xFFFFFFFF}, "archive.too-large"),
            ({"local_extra": zip64(9, 9)}, "archive.size-lie"),
            ({"local_extra": zip64(4)}, "archive.broken-structure"),
            ({"offset": 10**6}, "archive.hidden-bytes"),
        ],
    )  # fmt: skip
    def test_headers_that_lie(self, change: dict[str, Any], code: str) -> None:
        assert refusal(build([replace(Part(), **change)])).error_code == code

    def test_hints_of_the_packer_may_differ(self) -> None:
        assert contents(build([Part(flags=2, local_flags=4)])) == {"a.xml": b"<a/>"}

    @pytest.mark.parametrize("sign", [b"PK\x07\x08", b""])
    @pytest.mark.parametrize("width", ["<3L", "<L2Q"])
    def test_descriptors_are_read_and_must_be_true(self, sign: bytes, width: str) -> None:
        truth = (zlib.crc32(b"<a/>"), len(deflated(b"<a/>")), 4)
        streamed = Part(flags=STREAMED, local_crc=0, local_size=0, local_packed=0)
        good = replace(streamed, descriptor=sign + struct.pack(width, *truth))
        assert contents(build([good, Part(b"b")])) == {"a.xml": b"<a/>", "b": b"<a/>"}
        for lie in ((1, *truth[1:]), (truth[0], 9, 4), (*truth[:2], 9)):
            bad = replace(streamed, descriptor=sign + struct.pack(width, *lie))
            assert refusal(build([bad, Part(b"b")])).error_code == "archive.header-mismatch"
        assert refusal(build([replace(good, gap=b"xxxx")])).error_code == "archive.header-mismatch"
        assert refusal(build([streamed])).error_code == "archive.header-mismatch"

    @pytest.mark.parametrize("options", [{"count": 0}, {"count": 2}, {"disk": 1}])
    def test_end_records_that_lie(self, options: dict[str, Any]) -> None:
        assert refusal(build([Part()], **options)).error_code == "archive.broken-structure"

    @pytest.mark.parametrize(
        "data", [b"", b"PK", b"PK\x03\x04", b"PK\x05\x06", b"<xml/>", b"7z\xbc\xaf\x27\x1c", b"\x00" * 100]
    )
    def test_what_is_no_zip(self, data: bytes) -> None:
        assert refusal(data).error_code == "archive.not-a-zip"

    def test_a_file_cut_anywhere_is_refused(self) -> None:
        whole = build([Part(), Part("碳.xml".encode(), b"x" * 50, 0, UTF8_FLAG)])
        for length in range(len(whole)):
            refusal(whole[:length])


class TestBombs:
    """Sizes are refused by what the headers promise, and no entry gives more than its promise."""

    def test_ratio_of_one_entry(self) -> None:
        error = refusal(build([Part(content=b"\x00" * 2_000_000)]))
        assert (error.error_code, error.path) == ("archive.bomb", "a.xml")

    def test_a_small_entry_may_be_repetitive(self) -> None:
        assert len(contents(build([Part(content=b" " * 900_000)]))["a.xml"]) == 900_000

    def test_many_small_entries_with_a_high_ratio(self) -> None:
        packed = deflated(b"\x00" * 900_000)
        parts = [Part(str(i).encode(), b"\x00" * 900_000, packed_bytes=packed) for i in range(50)]
        assert refusal(build(parts)).error_code == "archive.bomb"

    def test_total_of_honest_entries(self) -> None:
        limits = replace(lim.ARCHIVE, max_total_bytes=100)
        error = refusal(build([Part(str(i).encode(), b"x" * 60, 0) for i in range(2)]), limits=limits)
        assert (error.error_code, error.params["name"]) == ("archive.too-large", "max_total_bytes")

    def test_one_entry_of_promised_gigabytes(self) -> None:
        huge = Part(size=2**32 - 2, local_size=2**32 - 2)
        assert refusal(build([huge])).params["name"] == "max_entry_bytes"

    def test_a_bomb_behind_a_small_promise_is_not_unpacked(self) -> None:
        bomb = Part(content=b"\x00" * 50_000_000, size=10, local_size=10)
        data = build([bomb])
        start = time.perf_counter()
        assert refusal(data).error_code == "archive.size-lie"
        assert time.perf_counter() - start < 0.1

    @pytest.mark.parametrize("name", [b"a.zip", b"a.ZIP", b"a.jar", b"a.tar.gz", b"a.7z"])
    def test_archives_in_archives_by_name(self, name: bytes) -> None:
        assert refusal(build([Part(name)])).error_code == "archive.nested"

    @pytest.mark.parametrize("method", [0, 8])
    def test_archives_in_archives_by_content(self, method: int) -> None:
        data = build([Part(b"a.xml", build([Part()]), method)])
        assert archive.open_zip(data).names == ("a.xml",)
        assert refusal(data).error_code == "archive.nested"
        allowed = replace(lim.ARCHIVE, allow_nested=True)
        assert contents(contents(data, limits=allowed)["a.xml"]) == {"a.xml": b"<a/>"}

    def test_the_number_of_entries_is_a_profile(self) -> None:
        data = build([Part(str(i).encode(), b"", 0) for i in range(1001)])
        assert refusal(data).error_code == "archive.too-many-entries"
        assert len(archive.open_zip(data, limits=lim.DATABASE_ARCHIVE).entries) == 1001

    def test_size_of_the_archive(self) -> None:
        data = build([Part()])
        assert (
            refusal(data, limits=replace(lim.ARCHIVE, max_bytes=len(data) - 1)).params["name"] == "max_bytes"
        )


class TestSignatureContainers:
    """ETSI EN 319 162-1: mimetype first, stored, without extra field."""

    TYPE = b"application/vnd.etsi.asic-e+zip"

    def test_as_the_standard_says(self) -> None:
        data = build([Part(b"mimetype", self.TYPE, 0), Part()])
        assert archive.open_asic(data).names == ("mimetype", "a.xml")

    @pytest.mark.parametrize(
        "parts",
        [
            [],
            [Part()],
            [Part(), Part(b"mimetype", TYPE, 0)],
            [Part(b"mimetype", TYPE, 8), Part()],
            [Part(b"mimetype", TYPE, 0, local_extra=b"\xfe\xca\x00\x00"), Part()],
            [Part(b"mimetype", b"application/zip", 0)],
            [Part(b"mimetype", TYPE + b"\n", 0)],
            [Part(b"Mimetype", TYPE, 0)],
            [Part(b"META-INF/", b"", 0), Part(b"mimetype", TYPE, 0)],
        ],
    )
    def test_everything_else_is_refused(self, parts: list[Part]) -> None:
        with pytest.raises(InputError) as caught:
            archive.open_asic(build(parts))
        assert caught.value.error_code == "archive.mimetype"
