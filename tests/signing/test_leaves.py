from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.signing import leaves
from gateway.signing.jcs import is_canonical, jcs
from gateway.signing.keys import PrivateKey

PART = (
    '{"pcf":{"total":"61.25","share":0.37297656812345678901234,"note":null},'
    '"stages":[{"kg":1.50},{}],"a/b":"电池"}'
).encode()


def built(key: PrivateKey, part: bytes = PART) -> bytes:
    return leaves.build("pact/footprint.json", part, key=key)


def digests(key: PrivateKey, part: bytes = PART) -> dict[str, str]:
    found: dict[str, str] = json.loads(built(key, part))["leaves"]
    return found


class TestChangedFieldIsNamed:
    """The verifier learns which field differs, not only that the file does."""

    @pytest.mark.parametrize(
        ("old", "new", "kind", "pointers"),
        [
            ('"61.25"', '"61.26"', "changed", ("/pcf/total",)),
            ('"61.25"', "61.25", "changed", ("/pcf/total",)),
            # The two are one double.
            ("01234,", "01235,", "changed", ("/pcf/share",)),
            ("null", "false", "changed", ("/pcf/note",)),
            ("电池", "电 池", "changed", ("/a~1b",)),
            ("{}]", "[]]", "changed", ("/stages/1",)),
            (",{}]", "]", "removed", ("/stages/1",)),
            ('"note":null', '"not":null', "added", ("/pcf/not",)),
            ("}]", "},7]", "added", ("/stages/2",)),
        ],
    )
    def test_one_change(
        self, ed25519_key: PrivateKey, old: str, new: str, kind: str, pointers: tuple[str, ...]
    ) -> None:
        changed = PART.decode().replace(old, new, 1).encode()
        assert changed != PART
        assert getattr(leaves.compare(built(ed25519_key), changed), kind) == pointers

    def test_nothing_changed(self, key: PrivateKey) -> None:
        assert not leaves.compare(built(key), PART)

    def test_spelling_and_order_are_no_change_of_a_leaf(self, ed25519_key: PrivateKey) -> None:
        rewritten = (
            r'{"a/b": "\u7535\u6c60", "stages": [{"kg": 15E-1}, {}], "pcf": {"note": null,'
            ' "share": 37.297656812345678901234e-2, "total": "61.25"}}'
        )
        assert not leaves.compare(built(ed25519_key), rewritten.encode())

    def test_leaves_of_other_content_are_noticed(self, ed25519_key: PrivateKey) -> None:
        forged = json.loads(built(ed25519_key, PART.replace(b"61.25", b"61.26")))
        forged["partSha256"] = json.loads(built(ed25519_key))["partSha256"]
        with pytest.raises(leaves.BadLeaves, match="leaves-not-of-part"):
            leaves.compare(jcs(forged), PART)


class TestNothingCanBeGuessed:
    """Salts are secret without the document, repeat for its maker, and are never shared."""

    def test_same_run_same_bytes(self, key: PrivateKey) -> None:
        assert built(key) == built(key)
        assert is_canonical(built(key))

    def test_salts_differ_by_leaf_key_and_part(self, ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
        files = [digests(ed25519_key), digests(p256_key), digests(ed25519_key, PART + b" ")]
        salts = [leaf[:32] for file in files for leaf in file.values()]
        assert len(set(salts)) == len(salts) == 3 * 6

    def test_equal_values_have_different_digests(self, ed25519_key: PrivateKey) -> None:
        found = digests(ed25519_key, b'["61.25","61.25"]')
        assert len(set(found.values())) == 2

    def test_no_value_stands_in_the_document(self, ed25519_key: PrivateKey) -> None:
        assert not [
            value for value in ("61.25", "0.37", "1.5", "电池") if value in built(ed25519_key).decode()
        ]


class TestForm:
    """Every leaf once, by pointer."""

    def test_pointers(self, ed25519_key: PrivateKey) -> None:
        assert sorted(digests(ed25519_key)) == [
            "/a~1b",
            "/pcf/note",
            "/pcf/share",
            "/pcf/total",
            "/stages/0/kg",
            "/stages/1",
        ]

    def test_document_of_one_leaf(self, ed25519_key: PrivateKey) -> None:
        assert list(digests(ed25519_key, b"7")) == [""]

    @pytest.mark.parametrize(
        "change",
        [
            {"format": "x"},
            {"more": 1},
            {"leaves": []},
            {"leaves": {"/a": 1}},
            {"leaves": {"/a": "zz"}},
            {"partSha256": 5},
            {"part": None},
        ],
    )
    def test_what_is_no_leaves_document_is_refused(
        self, ed25519_key: PrivateKey, change: dict[str, Any]
    ) -> None:
        with pytest.raises(leaves.BadLeaves):
            leaves.compare(jcs({**json.loads(built(ed25519_key)), **change}), PART)

    @given(st.binary(max_size=40))
    def test_only_our_errors_come_out(self, noise: bytes) -> None:
        for arguments in ((noise, PART), (_BUILT, noise)):
            try:
                leaves.compare(*arguments)
            except GatewayError:
                continue


class _Fixed:
    def derive_secret(self, label: bytes) -> bytes:
        return label.ljust(32)


_BUILT = leaves.build("x", PART, key=_Fixed())
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=3), st.just({}), st.just([])
)


class TestAnyDocument:
    """A change is named exactly where it was made."""

    @given(st.dictionaries(st.text(max_size=4), LEAVES, min_size=1, max_size=5), st.data())
    def test_one_leaf_replaced(self, document: dict[str, Any], data: st.DataObject) -> None:
        name, value = data.draw(st.sampled_from(sorted(document))), data.draw(LEAVES)
        assume(jcs(document[name]) != jcs(value))
        try:
            signed = leaves.build("x", jcs(document), key=_Fixed())
        except GatewayError:
            assume(False)  # noncharacters do not pass the front door
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        try:
            found = leaves.compare(signed, jcs({**document, name: value}))
        except GatewayError:
            assume(False)
        assert found == leaves.LeafChanges(changed=(pointer,))
