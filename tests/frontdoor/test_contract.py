"""The hostile corpus: each file does what its manifest says, and the code says which rule refused it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import GatewayError, InputError
from gateway.frontdoor import identity, table, urls, xml
from gateway.frontdoor import json as door_json

pytestmark = pytest.mark.oracle

ROOT = Path(__file__).resolve().parents[2]

# What the door itself answers. "passed" means that a later, named layer decides; see the tests below.
OUTCOMES = {
    "xml/xxe-file.xml": "xml.doctype",
    "xml/xxe-http.xml": "xml.doctype",
    "xml/xxe-parameter.xml": "xml.doctype",
    "xml/external-dtd.xml": "xml.doctype",
    "xml/dtd-internal-harmless.xml": "xml.doctype",
    "xml/internal-entity-only.xml": "xml.doctype",
    "xml/billion-laughs.xml": "xml.doctype",
    "xml/quadratic-blowup.xml": "xml.doctype",
    "xml/depth.xml": "xml.too-deep",
    "xml/attributes-100k.xml": "xml.too-many-attributes",
    "xml/xinclude.xml": "passed",
    "xml/xslt-pi.xml": "passed",
    "xml/schemalocation-ssrf.xml": "passed",
    "xml/utf16-bom.xml": "passed",
    "xml/utf7.xml": "xml.encoding",
    "xml/comment-in-number.xml": "passed",
    "xml/cdata-in-number.xml": "passed",
    "xml/number-forms.xml": "passed",
    "xml/duplicate-uuid.xml": "passed",
    "json/duplicate-key.json": "json.duplicate-key",
    "json/duplicate-key-escaped.json": "json.duplicate-key",
    "json/nan.json": "json.not-a-number",
    "json/infinity.json": "json.not-a-number",
    "json/1e400.json": "json.number-out-of-range",
    "json/int-2p53.json": "json.integer-not-safe",
    "json/int-huge.json": "json.number-out-of-range",
    "json/lone-surrogate.json": "json.lone-surrogate",
    "json/deep.json": "json.too-deep",
    "json/bom.json": "passed",
    "json/utf16.json": "json.not-utf8",
    "json/trailing.json": "json.trailing-content",
    "json/proto.json": "passed",
    "json/nfc-nfd-keys.json": "json.same-key-in-nfc",
    "json/homoglyph-issuer.json": "passed",
    "json/bidi.json": "passed",
    "json/zero-width.json": "passed",
    "zip/slip-dotdot.zip": "archive.path-outside",
    "zip/slip-absolute.zip": "archive.path-outside",
    "zip/slip-backslash.zip": "archive.path-outside",
    "zip/slip-drive.zip": "archive.path-outside",
    "zip/symlink.zip": "archive.not-a-file",
    "zip/duplicate-entry.zip": "archive.duplicate-entry",
    "zip/case-clash.zip": "archive.name-clash",
    "zip/bomb-1000x.zip": "archive.too-large",
    "zip/nested.zip": "archive.nested",
    "zip/many-files.zip": "archive.too-many-entries",
    "zip/prefix-junk.zip": "archive.hidden-bytes",
    "zip/trailing-comment.zip": "passed",
    "zip/name-mismatch.zip": "archive.name-mismatch",
    "zip/size-lie.zip": "archive.size-lie",
    "zip/mimetype-not-first.asice": "archive.mimetype",
    "table/formula.csv": "passed",
}
# Kinds of the corpus that other layers meet: signatures, JSON-LD, status lists.
ELSEWHERE = {"vc", "nquads", "jws", "bitstring"}


@pytest.fixture(scope="module")
def attacks(oracle_data: Path) -> Path:
    return oracle_data / "signing" / "attacks"


@pytest.fixture(scope="module")
def manifest(attacks: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads((attacks / "manifest.json").read_text(encoding="utf-8"))
    return rows


@pytest.fixture(scope="module")
def measured(attacks: Path) -> dict[str, tuple[str, float]]:
    child = Path(__file__).with_name("door_child.py")
    done = subprocess.run(
        [sys.executable, str(child), str(attacks)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: dict[str, tuple[str, float]] = json.loads(done.stdout)
    return outcomes


class TestCorpus:
    """In a process of 256 MB that can open neither file nor socket."""

    @pytest.mark.parametrize("file", OUTCOMES)
    def test_each_file_meets_its_rule_within_two_seconds(
        self, file: str, measured: dict[str, tuple[str, float]]
    ) -> None:
        outcome, seconds = measured[file]
        assert outcome == OUTCOMES[file]
        assert seconds < 2

    def test_no_file_of_the_manifest_is_left_out(self, manifest: list[dict[str, str]]) -> None:
        for row in manifest:
            known = row["file"] in OUTCOMES or row["kind"] in ELSEWHERE or row["kind"] == "urls"
            assert known, row["file"]

    def test_what_must_be_refused_passes_only_where_identity_checks_refuse(
        self, manifest: list[dict[str, str]]
    ) -> None:
        must = {row["file"] for row in manifest if row["expect"].startswith("refuse")}
        let_through = {file for file, outcome in OUTCOMES.items() if outcome == "passed"}
        alternatives = {row["file"] for row in manifest if "-or-" in row["expect"]}
        assert (must & let_through) - alternatives == {
            "xml/duplicate-uuid.xml",
            "json/homoglyph-issuer.json",
            "json/zero-width.json",
        }


class TestPassedXml:
    """What the door lets in carries no trap any more."""

    def test_xinclude_stays_an_element(self, attacks: Path) -> None:
        root = xml.parse((attacks / "xml/xinclude.xml").read_bytes())
        assert [child.tag for child in root] == ["{http://www.w3.org/2001/XInclude}include"]
        assert xml.text_of(root) == ""

    def test_stylesheet_instruction_is_gone(self, attacks: Path) -> None:
        root = xml.parse((attacks / "xml/xslt-pi.xml").read_bytes())
        assert root.getprevious() is None

    def test_schema_location_is_only_text(self, attacks: Path) -> None:
        root = xml.parse((attacks / "xml/schemalocation-ssrf.xml").read_bytes())
        assert len(root) == 0
        assert len(root.attrib) == 1

    def test_utf16_reads_as_utf8_would(self, attacks: Path) -> None:
        data = (attacks / "xml/utf16-bom.xml").read_bytes()
        twin = data.decode("utf-16").replace("UTF-16", "UTF-8").encode()
        assert xml.parse(data).tag == xml.parse(twin).tag == "{http://lca.jrc.it/ILCD/Process}p"

    @pytest.mark.parametrize("file", ["comment-in-number.xml", "cdata-in-number.xml"])
    def test_a_divided_number_has_its_full_value(self, attacks: Path, file: str) -> None:
        amount = xml.parse((attacks / "xml" / file).read_bytes())[0]
        assert amount.text == xml.text_of(amount) == "61.25"

    def test_number_forms_by_value(self, attacks: Path) -> None:
        forms = [xml.text_of(v) for v in xml.parse((attacks / "xml/number-forms.xml").read_bytes())]
        doubles: dict[str, Any] = {}
        decimals: dict[str, Any] = {}
        for form in forms:
            for read, into in ((xml.double, doubles), (xml.decimal, decimals)):
                try:
                    into[form] = read(form)
                except InputError as error:
                    into[form] = error.error_code
        not_double, not_decimal = "number.not-a-double", "number.not-a-decimal"
        assert doubles == {
            "1e-7": Decimal("1E-7"),
            " 1.0 ": Decimal("1.0"),
            "+1": Decimal(1),
            "1,5": not_double,
            "١٢": not_double,
            "１２": not_double,
            "NaN": "number.not-finite",
            "INF": "number.not-finite",
            "-0": Decimal("-0"),
            "0x10": not_double,
            "1_000": not_double,
            "1e400": "number.out-of-range",
            "1e-400": "number.out-of-range",
        }
        accepted = {form: value for form, value in decimals.items() if value != not_decimal}
        assert accepted == {" 1.0 ": Decimal("1.0"), "+1": Decimal(1), "-0": Decimal("-0")}

    def test_one_uuid_in_two_cases_is_refused_by_require_unique(self, attacks: Path) -> None:
        root = xml.parse((attacks / "xml/duplicate-uuid.xml").read_bytes())
        ids = [(str(p.get("uuid")), xml.place(p)) for p in root]
        with pytest.raises(InputError) as caught:
            identity.require_unique(ids)
        assert caught.value.error_code == "identity.duplicate-id"
        assert caught.value.path == "/ps/p[2] (line 1)"
        assert caught.value.params["first"] == "/ps/p[1] (line 1)"


class TestPassedJson:
    """Identity checks meet what is well-formed but not what it looks like."""

    def test_a_byte_order_mark_changes_nothing_in_data(self, attacks: Path) -> None:
        data = (attacks / "json/bom.json").read_bytes()
        assert door_json.parse(data) == {"a": 1}

    def test_a_byte_order_mark_is_refused_in_a_signed_document(self, attacks: Path) -> None:
        with pytest.raises(InputError) as caught:
            door_json.parse_signed((attacks / "json/bom.json").read_bytes())
        assert caught.value.error_code == "json.byte-order-mark"

    def test_prototype_keys_are_data(self, attacks: Path) -> None:
        value = door_json.parse((attacks / "json/proto.json").read_bytes())
        assert value == {"__proto__": {"a": 1}, "constructor": 1}

    def test_look_alike_issuers_are_refused_by_require_ascii_host(self, attacks: Path) -> None:
        value = door_json.parse((attacks / "json/homoglyph-issuer.json").read_bytes())
        assert isinstance(value, dict)
        for issuer in value.values():
            with pytest.raises(InputError) as caught:
                identity.require_ascii_host(str(issuer))
            assert caught.value.error_code == "identity.not-ascii"

    def test_bidi_override_is_flagged(self, attacks: Path) -> None:
        found = identity.findings(door_json.parse((attacks / "json/bidi.json").read_bytes()))
        assert [(f.code, f.at) for f in found] == [("identity.bidi-control", "/name")]

    def test_zero_width_space_in_a_code_is_refused_by_require_code(self, attacks: Path) -> None:
        value = door_json.parse((attacks / "json/zero-width.json").read_bytes())
        assert isinstance(value, dict)
        with pytest.raises(InputError) as caught:
            identity.require_code(str(value["declaredUnit"]), {"kilogram", "litre"})
        assert caught.value.error_code == "identity.disguised-code"
        assert caught.value.params["meant"] == "kilogram"

    def test_a_signature_header_with_two_algorithms_is_refused(self, attacks: Path) -> None:
        header = (attacks / "jose/dup-alg.jwt").read_bytes().split(b".")[0]
        with pytest.raises(InputError) as caught:
            door_json.parse_signed(base64.urlsafe_b64decode(header + b"=" * (-len(header) % 4)))
        assert caught.value.error_code == "json.duplicate-key"


class TestTable:
    """Formulas come in as data and go out as text."""

    def test_every_formula_is_escaped_on_export_and_comes_back(self, attacks: Path) -> None:
        rows = table.read_csv((attacks / "table/formula.csv").read_bytes())
        names = [row.cells[0] for row in rows[1:]]
        assert names[0] == '=HYPERLINK("http://127.0.0.1:9/?"&A1)'
        for name in names:
            assert table.escape_cell(name) == "'" + name
            assert table.unescape_cell(table.escape_cell(name)) == name


class TestAddresses:
    """Every address of the corpus is refused without looking it up, even were its host on the list."""

    def test_each_line_is_refused(self, attacks: Path) -> None:
        hosts = {"127.0.0.1", "localhost", "169.254.169.254", "example.com", "127.1", "[::1]", "10.0.0.1"}
        lines = (attacks / "ssrf/hosts.txt").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 29
        for line in lines:
            for check in (urls.require_https, urls.did_web_url):
                for form in (line, line.replace("http://", "https://")):
                    with pytest.raises(GatewayError):
                        check(form, allowed_hosts=hosts)
