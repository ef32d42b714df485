"""The counter-test: what serious people published passes the door. Every exception has its reason."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.frontdoor import archive, table, xml
from gateway.frontdoor import json as door_json

pytestmark = pytest.mark.oracle

JSON = {".json", ".jsonld", ".geojson"}
XML = {".xml", ".xsd", ".spold", ".rels"}
ZIP = {".zip", ".xlsx", ".aasx", ".asice", ".asics"}

COMPACT_JWS = "a compact JWS, three base64url parts, in spite of its name"
SECTIONS = "SimaPro CSV has sections of different width: read with ragged=True"
# file → (code, reason)
REFUSED = {
    "signing/jades/jades-b-no-signing-time.json": ("json.syntax", COMPACT_JWS),
    "signing/jades/jades-level-b-full-type.json": ("json.syntax", COMPACT_JWS),
    "signing/jades/jades-with-multiple-sign-cert-refs.json": ("json.syntax", COMPACT_JWS),
    "signing/jades/simple-detached.json": ("json.syntax", COMPACT_JWS),
    "signing/xmldsig/merlin-xmldsig-twenty-three/signature.xml": (
        "xml.doctype",
        "declares ID attributes and entities in a DOCTYPE; its transforms (XSLT, XPath) are refused anyway",
    ),
    "lca/simapro/allocation.csv": ("table.ragged", SECTIONS),
    "lca/simapro/bw-process.csv": ("table.ragged", SECTIONS),
    "lca/simapro/olca-process.csv": ("table.ragged", SECTIONS),
}


def _check(name: str, data: bytes) -> None:
    suffix = Path(name).suffix.lower()
    if suffix in JSON:
        door_json.parse(data)
    elif suffix in XML:
        xml.parse(data)
    elif suffix in ZIP:
        for inner, content in archive.open_zip(data).read_all():
            _check(inner, content)
    elif suffix == ".csv":
        table.read_csv(data)


def _published(folder: Path) -> Iterator[tuple[str, bytes]]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if f != "attacks")
        for file in sorted(files):
            path = Path(parent, file)
            if path.suffix.lower() in JSON | XML | ZIP | {".csv"}:
                yield path.relative_to(folder).as_posix(), path.read_bytes()


def test_every_published_sample_passes_but_the_listed_ones(oracle_data: Path) -> None:
    refused: dict[str, str] = {}
    seen = 0
    for name, data in _published(oracle_data):
        seen += 1
        try:
            _check(name, data)
        except GatewayError as error:
            refused[name] = error.error_code
    assert refused == {name: code for name, (code, _) in REFUSED.items()}
    assert seen > 1500


def test_signed_documents_pass_as_such(oracle_data: Path) -> None:
    folders = (
        "w3c-vc-di-eddsa",
        "w3c-vc-di-ecdsa",
        "w3c-vc-di-bbs",
        "jcs-rfc8785",
        "di-interop",
        "etsi-lote",
    )
    for folder in folders:
        files = sorted((oracle_data / "signing" / folder).rglob("*.json"))
        assert files
        for file in files:
            door_json.parse_signed(file.read_bytes())


@pytest.mark.parametrize("name", ["allocation", "bw-process", "olca-process"])
def test_sectioned_tables_are_read_when_asked_for(oracle_data: Path, name: str) -> None:
    rows = table.read_csv((oracle_data / f"lca/simapro/{name}.csv").read_bytes(), ragged=True)
    assert len({len(row.cells) for row in rows}) > 1


class TestSignatureContainers:
    """EU DSS has written containers whose mimetype stands last; the standard wants it first."""

    @pytest.mark.parametrize("name", ["onefile-ok.asice", "multifiles-ok.asice"])
    def test_a_late_mimetype_needs_to_be_allowed(self, oracle_data: Path, name: str) -> None:
        data = (oracle_data / "signing/asic" / name).read_bytes()
        with pytest.raises(GatewayError) as caught:
            archive.open_asic(data)
        assert caught.value.error_code == "archive.mimetype"
        assert "META-INF/manifest.xml" in archive.open_asic(data, mimetype_first=False)

    def test_a_late_and_compressed_mimetype_is_refused_all_the_same(self, oracle_data: Path) -> None:
        data = (oracle_data / "signing/attacks/zip/mimetype-not-first.asice").read_bytes()
        with pytest.raises(GatewayError) as caught:
            archive.open_asic(data, mimetype_first=False)
        assert caught.value.error_code == "archive.mimetype"

    def test_a_container_by_the_standard_passes(self, oracle_data: Path) -> None:
        data = (oracle_data / "signing/dss-probe/asic-e-own-writer.asice").read_bytes()
        assert archive.open_asic(data).names[0] == "mimetype"
