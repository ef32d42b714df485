"""Both containers hold the same, byte for byte the same on every run, and are told by their content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.run import Written
from gateway.codec.zipping import zipped
from gateway.errors import GatewayError
from gateway.formats import detect
from gateway.formats.aas import FOOTPRINT, PASSPORT
from gateway.formats.aas.container import environment
from gateway.model.declaration import Declaration
from gateway.model.walk import by_path

Build = Callable[..., Declaration]
Write = Callable[..., Written]


class TestAasx:
    """An OPC package with one JSON part."""

    def test_parts(self, steel: Build, footprint: Write) -> None:
        package = footprint(steel(), **{"aas-container": "aasx"}).package
        assert package.only.name == "carbon-footprint.aasx"
        with zipfile.ZipFile(io.BytesIO(package.only.data)) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == [
                "[Content_Types].xml",
                "_rels/.rels",
                "aasx/aasx-origin",
                "aasx/_rels/aasx-origin.rels",
                "aasx/environment.json",
            ]
            assert archive.read("aasx/environment.json") == footprint(steel()).package.only.data

    def test_is_what_is_written_unless_told_otherwise(self, steel: Build) -> None:
        from .conftest import write

        assert write(FOOTPRINT, steel()).package.only.name == "carbon-footprint.aasx"

    def test_same_bytes(self, pack: Build, passport: Write) -> None:
        first, second = (passport(pack(), preview="yes", **{"aas-container": "aasx"}) for _ in range(2))
        assert first.package.members == second.package.members

    def test_reads_as_its_json(self, pack: Build, passport: Write) -> None:
        aasx = passport(pack(), preview="yes", **{"aas-container": "aasx"})
        plain = passport(pack(), preview="yes")
        assert by_path(aasx.reread) == by_path(plain.reread)
        assert environment(aasx.package) == environment(plain.package)


class TestDetection:
    """By semantic identifiers; the two templates share that of the submodel."""

    @pytest.mark.parametrize("container", ["json", "aasx"])
    def test_own(self, steel: Build, pack: Build, footprint: Write, passport: Write, container: str) -> None:
        option = {"aas-container": container}
        for written, format_ in (
            (footprint(steel(), **option), FOOTPRINT),
            (passport(pack(), **option), PASSPORT),
            (passport(pack(), preview="yes", **option), PASSPORT),
        ):
            found = detect(written.package)
            assert (found.format.id, found.evidence.strength) == (format_.id, 3)

    def test_another_zip_is_left_alone(self) -> None:
        data = zipped([("xl/workbook.xml", b"<a/>"), ("notes.txt", b"aasx")])
        assert FOOTPRINT.detect(Package.of(data)) is None


class TestBrokenPackages:
    """Only our errors come out."""

    @pytest.mark.parametrize(
        "files",
        [
            [],
            [("aasx/aasx-origin", b"")],
            [("_rels/.rels", b"<broken")],
            [("_rels/.rels", b"<a/>"), ("aasx/_rels/aasx-origin.rels", b"<a/>")],
        ],
    )
    def test_structure(self, files: list[tuple[str, bytes]]) -> None:
        with pytest.raises(GatewayError):
            FOOTPRINT.read(Package.of(zipped(files)), Context())

    @pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"submodels": 1}', b'{"submodels": [{}]}', b"PK"])
    def test_content(self, data: bytes) -> None:
        for format_ in (FOOTPRINT, PASSPORT):
            assert format_.detect(Package.of(data)) is None
            with pytest.raises(GatewayError):
                format_.read(Package.of(data), Context())
