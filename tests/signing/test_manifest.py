from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, Problems, flatten
from gateway.report import Severity
from gateway.signing import manifest as mf
from gateway.signing.digests import digest_sri, sha256_hex, sm3_hex
from gateway.signing.jcs import NotCanonical, is_canonical, jcs

FILES = {"pact/footprint.json": b'{"a":1}', "private/source.json": b"{}", "report.json": b"[]"}


def part(name: str, *, may_be_absent: bool = False) -> mf.Part:
    private = name.startswith("private/")
    return mf.Part.of(
        name,
        FILES.get(name, b""),
        media_type="application/json",
        disclosure="C3" if private else "C0",
        may_be_absent=may_be_absent or private,
        schema=None if private else mf.Schema(id="pact@3.0", sha256="0" * 64),
    )


def built() -> mf.Manifest:
    return mf.build(
        [part(name) for name in FILES], {"tool": "hutong 1", "total": "5740.109388", "tables": {}}
    )


def states(files: dict[str, bytes]) -> dict[str, str]:
    return {verdict.name: verdict.state for verdict in mf.check(built(), files)}


class TestDigests:
    """Published examples."""

    def test_sha256_and_sm3_of_abc(self) -> None:
        """FIPS 180-2, B.1; GB/T 32905-2016, A.1."""
        assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert sm3_hex(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"

    def test_subresource_integrity(self) -> None:
        assert digest_sri(b"abc") == "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="


class TestBytes:
    """One package has one manifest."""

    def test_there_and_back(self) -> None:
        data = built().to_bytes()
        assert is_canonical(data)
        assert mf.parse(data) == built()
        assert mf.parse(data).to_bytes() == data

    def test_order_of_parts_does_not_matter(self) -> None:
        assert mf.build([part(name) for name in reversed(FILES)]) == mf.build([part(name) for name in FILES])

    def test_what_stands_in_it(self) -> None:
        entry = json.loads(built().to_bytes())["parts"][0]
        assert entry == {
            "name": "pact/footprint.json",
            "mediaType": "application/json",
            "size": 7,
            "sha256": sha256_hex(b'{"a":1}'),
            "sm3": sm3_hex(b'{"a":1}'),
            "class": "C0",
            "mayBeAbsent": False,
            "schema": {"id": "pact@3.0", "sha256": "0" * 64},
        }

    def test_facts_must_have_a_canonical_form(self) -> None:
        with pytest.raises(NotCanonical):
            mf.build([], {"n": 2**60})


class TestCheck:
    """Every part that is missing, changed or extra is named."""

    def test_all_intact(self) -> None:
        assert set(states(FILES).values()) == {"intact"}

    def test_only_what_the_manifest_allows_may_be_absent(self) -> None:
        assert states({}) == {
            "pact/footprint.json": "missing",
            "private/source.json": "absent",
            "report.json": "missing",
        }

    def test_changed_and_extra(self) -> None:
        found = states({**FILES, "report.json": b"[ ]", "virus.exe": b"x"})
        assert found["report.json"] == "changed"
        assert found["virus.exe"] == "extra"

    def test_verdicts_become_findings(self) -> None:
        findings = {v.state: v.finding() for v in mf.check(built(), {"report.json": b"x", "new": b""})}
        assert findings[mf.PartState.CHANGED].code == "signing.part-changed"
        assert findings[mf.PartState.CHANGED].params["expected"] == sha256_hex(b"[]")
        assert findings[mf.PartState.ABSENT].severity is Severity.INFO
        assert {state for state, f in findings.items() if f.severity is Severity.ERROR} == {
            "changed",
            "missing",
            "extra",
        }

    def test_sm3_counts_as_well(self) -> None:
        value = json.loads(built().to_bytes())
        value["parts"][2]["sm3"] = "0" * 64
        assert mf.check(mf.parse(jcs(value)), FILES)[2].state is mf.PartState.CHANGED


UNSAFE = [
    "",
    "/etc/passwd",
    "../x",
    "a/../b",
    "a//b",
    "a/",
    "./a",
    "C:/x",
    "a\\b",
    "a\0",
    "a\n",
    "a.",
    "a /b",
    "e\u0301",
]


class TestNames:
    """A part's name is a path below its folder on every system."""

    @pytest.mark.parametrize("name", UNSAFE)
    def test_unsafe_names_are_refused(self, name: str) -> None:
        with pytest.raises(mf.BadManifest, match="unsafe-part-name"):
            mf.build([part(name)])

    @pytest.mark.parametrize(
        "name",
        [
            "CON",
            "a/nul.json",
            "COM1.tar.gz",
            "lpt9",
            "Aux .txt",
            "com¹",
            "a/prn/b",
            "inv\u202efdp.exe",
            "\u200fa",
        ],
    )
    def test_names_that_some_system_misreads_are_not_made_and_still_read(self, name: str) -> None:
        with pytest.raises(mf.BadManifest, match="unsafe-part-name"):
            mf.build([part(name)])
        held = mf.Manifest(parts=(part(name),))
        assert mf.parse(held.to_bytes()) == held

    @pytest.mark.parametrize(
        "name", ["console", "nullable.json", "com10", "a.con", "conformity/auxiliary", "com"]
    )
    def test_names_that_only_begin_so_are_made(self, name: str) -> None:
        assert mf.build([part(name)]).parts[0].name == name

    @pytest.mark.parametrize("pair", [("a", "a"), ("a", "A"), ("straße", "STRASSE")])
    def test_names_that_clash_are_refused(self, pair: tuple[str, str]) -> None:
        with pytest.raises(mf.BadManifest, match="part-twice"):
            mf.build([part(name) for name in pair])

    @given(st.text(max_size=20))
    def test_accepted_names_stay_inside(self, name: str) -> None:
        try:
            mf.build([part(name)])
        except GatewayError:
            return
        folder = Path("folder").absolute()
        assert (folder / name).resolve().is_relative_to(folder)


def _change(name: str, value: Any) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(built().to_bytes())
    changed["parts"][0][name] = value
    return changed


BAD: dict[str, Any] = {
    "list": [],
    "other-format": {"format": "hutong-manifest@2", "parts": [], "facts": {}},
    "no-parts": {"format": "hutong-manifest@1", "facts": {}},
    "extra-member": {"format": "hutong-manifest@1", "parts": [], "facts": {}, "more": 1},
    "size-as-text": _change("size", "7"),
    "size-negative": _change("size", -1),
    "class-unknown": _change("class", "C9"),
    "digest-upper-case": _change("sha256", "A" * 64),
    "digest-short": _change("sm3", "a" * 63),
    "digest-line-end": _change("sm3", "a" * 63 + "\n"),
    "part-member-unknown": _change("path", "x"),
    "schema-null": _change("schema", None),
    "absence-as-number": _change("mayBeAbsent", 1),
    "unsorted": _change("name", "zzz"),
    "unsafe": _change("name", "../x"),
}


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_what_is_no_manifest_is_refused(value: Any) -> None:
    with pytest.raises((mf.BadManifest, Problems)):
        mf.parse(jcs(value))


def test_all_problems_at_once_with_their_places() -> None:
    value = _change("size", "7")
    value["parts"][1]["sha256"] = 3
    with pytest.raises(Problems) as caught:
        mf.parse(jcs(value))
    assert [error.path for error in flatten(caught.value)] == ["/parts/0/size", "/parts/1/sha256"]


def test_other_spelling_is_refused() -> None:
    with pytest.raises(mf.BadManifest, match="bytes-not-canonical"):
        mf.parse(built().to_bytes() + b"\n")


@given(st.binary(max_size=40), st.integers(0, 400))
def test_only_our_errors_come_out(noise: bytes, at: int) -> None:
    data = built().to_bytes()
    for damaged in (noise, data[:at] + noise + data[at + 1 :]):
        try:
            assert mf.parse(damaged).to_bytes() == damaged
        except GatewayError:
            continue
