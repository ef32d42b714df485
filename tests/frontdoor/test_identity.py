"""Text that is not what it looks like, and addresses that lead where they should not."""

from __future__ import annotations

import time

import pytest

from gateway.errors import GatewayError, InputError, Problems, flatten
from gateway.frontdoor import identity, urls
from gateway.report import Severity


class TestSuspicious:
    """Each kind of odd character once, with its first place."""

    @pytest.mark.parametrize(
        ("text", "kinds"),
        [
            ("", []),
            ("plain ASCII, 1.5 kg", []),
            ("碳足迹：61.25 千克（CO₂e）—“引号”", []),
            ("μm ΔH Ω °C é ﬀ", []),
            ("two\nlines\tand tab", []),
            ("PCF \u202e52.16\u202c kg", ["bidi-control"]),
            ("a\u2066b\u2069", ["bidi-control"]),
            ("\u200fa", ["bidi-control"]),
            ("kilo\u200bgram", ["invisible-character"]),
            ("\ufeffx", ["invisible-character"]),
            ("a\u00adb\u2060c", ["invisible-character"]),
            ("x\U000e0041", ["invisible-character"]),
            ("a\x1b[31m", ["control-character"]),
            ("a\x00b", ["control-character"]),
            ("a\u2028b", ["control-character"]),
            ("\u0430pple", ["mixed-scripts"]),
            ("Москва and London", []),
            ("cafe\u0301", ["not-nfc"]),
            ("\u202e\u200b\x07", ["bidi-control", "invisible-character", "control-character"]),
        ],
    )
    def test_kinds(self, text: str, kinds: list[str]) -> None:
        assert [one.kind for one in identity.suspicious(text)] == kinds

    def test_place_name_and_count(self) -> None:
        (one,) = identity.suspicious("ab\u202ec\u202c")
        assert (one.index, one.character, one.count) == (2, "U+202E RIGHT-TO-LEFT OVERRIDE", 2)

    def test_the_first_character_that_is_not_normal(self) -> None:
        (one,) = identity.suspicious("碳cafe\u0301")
        assert (one.index, one.character) == (5, "U+0301 COMBINING ACUTE ACCENT")

    @pytest.mark.parametrize(
        "text", ["\u0301\u0323" * 500_000, "a" * 1_000_000 + "\u0430", "\u202e" * 1_000_000]
    )
    def test_long_texts_take_no_long_time(self, text: str) -> None:
        start = time.process_time()
        assert identity.suspicious(text)
        assert time.process_time() - start < 10


class TestFindings:
    """A finding names the value, by pointer."""

    def test_values_and_names_at_any_depth(self) -> None:
        value = {"a": ["ok", {"b/c": "x\u202ey"}], "n\u200b": 1, "f": 1.5, "z": None}
        found = identity.findings(value, "/in")
        assert [(f.code, f.at) for f in found] == [
            ("identity.invisible-character", "/in/n\u200b"),
            ("identity.bidi-control", "/in/a/1/b~1c"),
        ]
        assert found[1].saw == "x\u202ey"
        assert found[1].severity is Severity.WARNING
        assert found[1].params == {"character": "U+202E RIGHT-TO-LEFT OVERRIDE", "index": "2", "count": "1"}

    def test_nothing_odd_is_an_empty_result(self) -> None:
        assert identity.findings({"名称": ["磷酸铁锂电池", 1]}) == ()


class TestHosts:
    """An issuer's host is ASCII, character by character."""

    @pytest.mark.parametrize(
        ("text", "host"),
        [
            ("did:web:tuv-sud.example", "tuv-sud.example"),
            ("did:web:Example.COM%3A3000:user:alice#key-1", "example.com"),
            ("did:webvh:QmScid:example.com:path", "example.com"),
            ("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", ""),
            ("https://xn--tv-sd-fva6e.example/issuers/1?x=1#a", "xn--tv-sd-fva6e.example"),
            ("http://example.com:8080", "example.com"),
        ],
    )
    def test_hosts_are_read(self, text: str, host: str) -> None:
        assert identity.require_ascii_host(text) == host

    @pytest.mark.parametrize(
        "text",
        ["did:web:tuv-s\u00fcd.example", "did:web:tuv-su\u0308d.example", "did:web:\u0441nas.example",
         "https://ex\u00e4mple.com/", "https://example\u3002com", "https://example.com/\u202e",
         "did:key:z6\u200bMk", "did:web:exa mple.com", "https://a\nb.com", "https://１２７.0.0.1"],
    )  # fmt: skip
    def test_other_characters_are_refused(self, text: str) -> None:
        with pytest.raises(InputError) as caught:
            identity.require_ascii_host(text, path="/issuer")
        assert (caught.value.error_code, caught.value.path) == ("identity.not-ascii", "/issuer")

    @pytest.mark.parametrize(
        "text",
        ["", "example.com", "did:web:", "did:web::a", "did:webvh:scid", "https://", "https:///a",
         "https://user@example.com", "https://example.com\\@evil.com", "https://-a.com", "https://a..b",
         "https://[::1]/", "ftp://example.com", "urn:uuid:1", "did:web:a_b", "https://example.com:port/",
         "did:WEB:example.com", "did:web:%65xample.com"],
    )  # fmt: skip
    def test_what_names_no_host_is_refused(self, text: str) -> None:
        with pytest.raises(InputError, match="no-host"):
            identity.require_ascii_host(text)


class TestCodes:
    """An enumerated value is one of the list, or it is refused."""

    UNITS = frozenset({"kilogram", "litre", "ton kilometer"})

    def test_exact_codes_pass(self) -> None:
        assert identity.require_code("kilogram", self.UNITS) == "kilogram"

    @pytest.mark.parametrize(
        "text",
        [
            "kilo\u200bgram",
            "kilogram\u202c",
            "\ufeffkilogram",
            "ｋilogram",
            "ton\u00a0kilometer",
            "kilogram ",
            "kilo\x00gram",
        ],
    )
    def test_disguised_codes_are_named_as_such(self, text: str) -> None:
        with pytest.raises(InputError) as caught:
            identity.require_code(text, self.UNITS, path="/declaredUnit")
        assert caught.value.error_code == "identity.disguised-code"
        assert caught.value.params["meant"] in self.UNITS

    @pytest.mark.parametrize("text", ["", "Kilogram", "kg", "kil\u043egram", "x" * 10_000_000])
    def test_other_values_are_unknown(self, text: str) -> None:
        with pytest.raises(InputError, match="unknown-code"):
            identity.require_code(text, self.UNITS)


class TestUnique:
    """One identifier, one dataset."""

    def test_different_ids_pass(self) -> None:
        identity.require_unique([("a", "1"), ("b", "2"), ("", "3")])

    def test_every_repetition_is_named_with_the_first_place(self) -> None:
        with pytest.raises(Problems) as caught:
            identity.require_unique([("ab", "1"), ("AB", "2"), (" ab\n", "3"), ("c", "4")])
        assert [(e.path, e.params["first"]) for e in flatten(caught.value)] == [("2", "1"), ("3", "1")]

    def test_the_same_place_twice_counts_too(self) -> None:
        with pytest.raises(InputError, match="duplicate-id"):
            identity.require_unique([("a", "x"), ("a", "x")])


class TestAddresses:
    """Only https to a named public host of the list."""

    HOSTS = frozenset({"example.com", "api.example.org"})

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com",
            "https://EXAMPLE.com/a/b?c=d%20e",
            "https://api.example.org:443/x",
            "https://example.com?a=/../",
        ],
    )
    def test_passes(self, url: str) -> None:
        assert urls.require_https(url, allowed_hosts=self.HOSTS) == url

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("http://example.com/", "url.not-https"),
            ("https://example.com:8443/", "url.not-https"),
            ("https://user@example.com/", "url.not-https"),
            ("https://example.com/#x", "url.not-https"),
            ("https://example.com\\@evil.org/", "url.not-https"),
            ("https://example.com/a\\b", "url.not-https"),
            ("https://example.com/../x", "url.not-https"),
            ("https://example.com/a b", "url.not-https"),
            ("https://example.com/\r\nHost: x", "url.not-https"),
            ("https://ex%61mple.com/", "url.not-https"),
            ("https://example。com/", "url.not-https"),
            ("https://[::1]/", "url.not-https"),
            (" https://example.com/", "url.not-https"),
            ("https://example.com/\n", "url.not-https"),
            ("file:///etc/passwd", "url.not-https"),
            ("https:example.com", "url.not-https"),
            ("https://127.0.0.1/", "url.not-public"),
            ("https://127.1/", "url.not-public"),
            ("https://2130706433/", "url.not-public"),
            ("https://0x7f000001/", "url.not-public"),
            ("https://0x7f.1/", "url.not-public"),
            ("https://0177.0.0.1/", "url.not-public"),
            ("https://1.2.3.4.0x5/", "url.not-public"),
            ("https://localhost/", "url.not-public"),
            ("https://db.internal/", "url.not-public"),
            ("https://printer.local/", "url.not-public"),
            ("https://a.home.arpa/", "url.not-public"),
            ("https://example.com./", "url.not-public"),
            ("https://intranet/", "url.not-public"),
            ("https://other.com/", "url.not-allowed"),
            ("https://example.com.evil.org/", "url.not-allowed"),
            ("https://sub.example.com/", "url.not-allowed"),
        ],
    )
    def test_refused(self, url: str, code: str) -> None:
        with pytest.raises(InputError) as caught:
            urls.require_https(url, allowed_hosts=self.HOSTS)
        assert caught.value.error_code == code

    def test_an_empty_list_allows_nothing(self) -> None:
        with pytest.raises(InputError, match="not-allowed"):
            urls.require_https("https://example.com/", allowed_hosts=())

    @pytest.mark.parametrize(
        ("did", "url"),
        [
            ("did:web:example.com", "https://example.com/.well-known/did.json"),
            ("did:web:example.com:user:alice", "https://example.com/user/alice/did.json"),
        ],
    )
    def test_the_document_of_a_did(self, did: str, url: str) -> None:
        assert urls.did_web_url(did, allowed_hosts=self.HOSTS) == url

    @pytest.mark.parametrize(
        "did",
        ["did:web:127.0.0.1", "did:web:localhost%3A8080", "did:web:example.com:..:..:etc",
         "did:web:example.com%2F..", "did:web:", "did:web:example.com:", "did:web:example.com:a/b",
         "did:key:z6Mk", "did:web:other.com", "did:web:example.com%3A443"],
    )  # fmt: skip
    def test_dids_that_lead_elsewhere(self, did: str) -> None:
        with pytest.raises(GatewayError):
            urls.did_web_url(did, allowed_hosts=self.HOSTS)
