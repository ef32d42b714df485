from __future__ import annotations

import hashlib
import json
import tracemalloc
from collections.abc import Collection
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, UsageError
from gateway.frontdoor.json import PlainJson, pointer
from gateway.signing import _sd_disclosures as disclosures
from gateway.signing import jose, keys, sd_jwt, sd_sums
from gateway.signing._sd_disclosures import DisclosureRefused
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url, from_base64url
from gateway.signing.sd_sums import Sum
from tests.signing.conftest import throw_away

Claims = dict[str, Any]
READER, NONCE, AT = "did:web:body.example", "question 1", 1769846400


def salts(place: str) -> bytes:
    """Foreseeable, and different in every place: for tests only."""
    return hashlib.sha256(place.encode()).digest()[:16]


def claims(issuer: str) -> Claims:
    return {
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "total": "61.25",
        "lines": [
            {"name": "阴极", "amount": "31.25", "supplier": {"name": "A", "site": "X"}},
            {"name": "anode", "amount": "30.00"},
        ],
    }


HIDDEN = ["/lines/0", "/lines/0/amount", "/lines/0/supplier", "/lines/0/supplier/name", "/lines/1"]


def issued(key: PrivateKey, hide: Collection[str] = HIDDEN, **how: Any) -> bytes:
    return sd_jwt.issue(claims(key.public_key.did), hide=hide, signer=key, salts=salts, **how)


def holds(token: bytes, **how: Any) -> bool:
    try:
        sd_jwt.verify(token, **how)
    except GatewayError:
        return False
    return True


def chained(count: int) -> tuple[dict[str, PlainJson], list[str]]:
    """Disclosures each of which lies in the next one."""
    value: PlainJson = "innermost"
    made: list[str] = []
    for number in range(count):
        made.append(base64url(jcs([f"salt {number}", "a", value])))
        value = {"_sd": [base64url(hashlib.sha256(made[-1].encode()).digest())]}
    assert isinstance(value, dict)
    return value, made


def test_disclosures_within_disclosures_end_somewhere() -> None:
    claims, made = chained(150)
    assert len(disclosures.open_(claims, made).by_place) == 150
    claims, made = chained(2000)
    with pytest.raises(DisclosureRefused):
        disclosures.open_(claims, made)


def test_a_name_of_a_megabyte_is_not_written_for_each_entry() -> None:
    name, entries = "n" * 1_000_000, 20_000
    tracemalloc.start()
    opened = disclosures.open_({name: [1] * entries}, [])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert opened.by_place == {}
    assert peak < 20 * len(name)
    with pytest.raises(DisclosureRefused) as refused:
        disclosures.open_({name: [{"...": f"{number}"} for number in range(entries)]}, [])
    assert len(refused.value.path) < 1000


class TestHideAndShow:
    """Everything is signed; what is shown is what was chosen, and what it lies in."""

    def test_all_disclosed(self, key: PrivateKey) -> None:
        shown = sd_jwt.verify(issued(key))
        assert shown.claims == claims(key.public_key.did)
        assert (shown.disclosed, shown.hidden) == (tuple(sorted(HIDDEN)), 0)
        assert shown.envelope.issuer == key.public_key.did
        assert issued(key) == issued(key)

    def test_nothing_disclosed(self, ed25519_key: PrivateKey) -> None:
        token = sd_jwt.disclose(issued(ed25519_key), [])
        assert b"amount" not in token
        shown = sd_jwt.verify(token)
        assert (shown.claims["lines"], shown.claims["total"], shown.hidden) == ([], "61.25", 2)

    def test_one_place_brings_what_it_lies_in(self, ed25519_key: PrivateKey) -> None:
        shown = sd_jwt.verify(sd_jwt.disclose(issued(ed25519_key), ["/lines/0/supplier/name"]))
        assert shown.claims["lines"] == [{"name": "阴极", "supplier": {"name": "A", "site": "X"}}]

    def test_unknown_place_is_told(self, ed25519_key: PrivateKey) -> None:
        with pytest.raises(UsageError, match="not-hidden"):
            sd_jwt.disclose(issued(ed25519_key), ["/total"])
        with pytest.raises(UsageError, match="not-hidden"):
            issued(ed25519_key, ["/lines/9"])

    def test_reserved_names_are_not_signed(self, ed25519_key: PrivateKey) -> None:
        for name in ("_sd", "...", "_sd_alg", "cnf"):
            with pytest.raises(UsageError):
                sd_jwt.issue({name: 1}, hide=[], signer=ed25519_key, salts=salts)
        with pytest.raises(UsageError):
            sd_jwt.issue({"a": {"_sd": 1}}, hide=[], signer=ed25519_key, salts=salts)

    def test_decoys_hide_how_many_there_are(self, ed25519_key: PrivateKey) -> None:
        shown = sd_jwt.verify(issued(ed25519_key, ["/total"], decoys=3))
        assert (shown.disclosed, shown.hidden) == (("/total",), 3)

    def test_salts_come_from_the_key_and_differ_by_place_and_subject(self, ed25519_key: PrivateKey) -> None:
        one, same, other = (sd_jwt.salts_of(ed25519_key, subject) for subject in (b"1", b"1", b"2"))
        assert one("/a") == same("/a")
        assert len({one("/a"), one("/b"), other("/a")}) == 3
        assert len(one("/a")) == 16


class TestBinding:
    """A showing is for one reader, by the holder's key, on one question."""

    @pytest.fixture
    def showing(self, key: PrivateKey, p256_key: PrivateKey) -> bytes:
        token = sd_jwt.disclose(issued(key, holder=p256_key.public_key), ["/lines/1"])
        return sd_jwt.bind(token, p256_key, reader=READER, nonce=NONCE, at=AT)

    def test_says_for_whom_and_when(self, showing: bytes) -> None:
        shown = sd_jwt.verify(showing, reader=READER, nonce=NONCE)
        assert (shown.reader, shown.nonce, shown.bound_at) == (READER, NONCE, AT)
        assert "cnf" not in shown.claims

    @pytest.mark.parametrize(
        ("own", "told", "expected"),
        [
            ({"exp": AT + 60}, {}, {"exp": f"{AT + 60}"}),
            ({"exp": AT + 60}, {"exp": AT + 5}, {"exp": f"{AT + 5}"}),
            ({"exp": AT + 5}, {"exp": AT + 60}, {"exp": f"{AT + 5}"}),
            ({}, {"exp": AT + 60, "nbf": AT - 9}, {"exp": f"{AT + 60}", "nbf": f"{AT - 9}"}),
            ({"nbf": AT - 60}, {"nbf": AT - 5}, {"nbf": f"{AT - 5}"}),
            ({"exp": AT + 5}, {"exp": "soon"}, {"exp": "soon"}),
            ({"exp": "2025-12-31"}, {"exp": AT + 60}, {"exp": "2025-12-31"}),
            ({"exp": None}, {"exp": AT + 60}, {"exp": "null"}),
            ({"exp": ""}, {"exp": AT + 60}, {"exp": '""'}),
            ({"exp": -1}, {"exp": AT + 60}, {"exp": "-1"}),
            ({"nbf": [AT]}, {"nbf": AT}, {"nbf": f"[{AT}]"}),
            ({"exp": AT + 5}, {"exp": "²"}, {"exp": "²"}),
            ({"exp": AT + 5}, {"exp": "9" * 5000}, {"exp": f"{AT + 5}"}),
        ],
    )
    def test_the_term_of_a_showing_is_the_narrower_one(
        self,
        ed25519_key: PrivateKey,
        p256_key: PrivateKey,
        own: Claims,
        told: Claims,
        expected: dict[str, str],
    ) -> None:
        """(RFC 9901, 7.3) what the holder says of its own token counts, too."""
        made = {**claims(ed25519_key.public_key.did), **own}
        token = sd_jwt.issue(
            made, hide=["/total"], signer=ed25519_key, salts=salts, holder=p256_key.public_key
        )
        said = {"aud": READER, "iat": AT, "nonce": NONCE, **told}
        said["sd_hash"] = base64url(hashlib.sha256(token).digest())
        _, data = jose.signing_input({"alg": "ES256", "typ": "kb+jwt"}, jcs(said))
        showing = token + data + b"." + base64url(keys.sign(p256_key, data)).encode()
        assert sd_jwt.verify(showing, reader=READER, nonce=NONCE).envelope.times == expected

    @pytest.mark.parametrize(
        "how",
        [{"reader": "did:web:other.example"}, {"nonce": "question 2"}, {"reader": READER, "nonce": "x"}],
    )
    def test_another_reader_or_question_is_refused(self, showing: bytes, how: dict[str, str]) -> None:
        assert not holds(showing, **how)

    def test_unbound_token_is_refused_where_a_reader_asks(self, ed25519_key: PrivateKey) -> None:
        assert not holds(issued(ed25519_key), reader=READER)

    def test_further_or_fewer_disclosures_break_it(self, showing: bytes) -> None:
        parts = showing.split(b"~")
        assert not holds(b"~".join([parts[0], *parts[2:]]))
        assert not holds(b"~".join([parts[0], b"AAAA", *parts[1:]]))

    def test_another_holders_key_does_not_bind(self, p256_key: PrivateKey, ed25519_key: PrivateKey) -> None:
        token = issued(ed25519_key, holder=p256_key.public_key)
        with pytest.raises(UsageError, match="binding"):
            sd_jwt.bind(token, ed25519_key, reader=READER, nonce=NONCE, at=AT)
        with pytest.raises(UsageError, match="binding"):
            sd_jwt.bind(token, p256_key, reader="", nonce=NONCE, at=AT)

    @pytest.mark.parametrize(
        ("header", "payload"),
        [
            ({"typ": "JWT"}, {}),
            ({"alg": "none"}, {}),
            ({"alg": "ES384"}, {}),
            ({}, {"aud": [READER]}),
            ({}, {"iat": "now"}),
            ({}, {"sd_hash": "AAAA"}),
            ({}, {"nonce": None}),
        ],
    )
    def test_other_bindings_are_refused(
        self, showing: bytes, p256_key: PrivateKey, header: Claims, payload: Claims
    ) -> None:
        bare, _, binding = showing.rpartition(b"~")
        parts = [json.loads(from_base64url(part.decode()) or b"") for part in binding.split(b".")[:2]]
        made = []
        for change in (({}, {}), (header, payload)):
            members = [{**part, **extra} for part, extra in zip(parts, change, strict=True)]
            data = ".".join(base64url(json.dumps(one).encode()) for one in members).encode()
            made.append(bare + b"~" + data + b"." + base64url(keys.sign(p256_key, data)).encode())
        assert [holds(token, reader=READER, nonce=NONCE) for token in made] == [True, False]


def test_every_changed_byte_is_noticed(ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
    token = sd_jwt.bind(
        issued(ed25519_key, holder=p256_key.public_key), p256_key, reader=READER, nonce=NONCE, at=AT
    )
    unseen = [
        index
        for index, byte in enumerate(token)
        for other in (byte ^ 1, ord("A"))
        if other != byte and holds(token[:index] + bytes([other]) + token[index + 1 :])
    ]
    assert unseen == []


def sd_jwt_with_type(key: PrivateKey, kind: str) -> bytes:
    header: dict[str, PlainJson] = {"alg": "EdDSA", "kid": key.key_id, "typ": kind}
    _, data = jose.signing_input(header, jcs({"issuer": key.public_key.did}))
    return data + b"." + base64url(keys.sign(key, data)).encode() + b"~"


def raw(key: PrivateKey, payload: Claims, *disclosures: Any, type_: str = "vc+sd-jwt") -> bytes:
    """A token with any payload and disclosures, correctly signed."""
    header: dict[str, PlainJson] = {"alg": "EdDSA", "kid": key.key_id, "typ": type_}
    _, data = jose.signing_input(header, jcs({"issuer": key.public_key.did, **payload}))
    jwt = data + b"." + base64url(keys.sign(key, data)).encode()
    return b"~".join([jwt, *(base64url(jcs(one)).encode() for one in disclosures), b""])


def digest(*disclosure: Any) -> str:
    import hashlib

    return base64url(hashlib.sha256(base64url(jcs(list(disclosure))).encode()).digest())


@pytest.mark.parametrize("issuer", [["did:web:body.example"], {"@id": "did:web:body.example"}, "", 7])
def test_issuer_named_in_another_way_is_not_confirmed(ed25519_key: PrivateKey, issuer: Any) -> None:
    own = ed25519_key.public_key.did
    found = sd_jwt.verify(raw(ed25519_key, {"issuer": issuer, "iss": own})).envelope
    assert (found.issuer, found.signatures[0].remarks) == ("", ("issuer-not-bound",))


def test_presentation_of_another_holder(ed25519_key: PrivateKey) -> None:
    own = ed25519_key.public_key.did
    shown: Claims = {"issuer": None, "iss": own, "type": "VerifiablePresentation", "holder": own}
    assert sd_jwt.verify(raw(ed25519_key, shown)).envelope.issuer == own
    assert not holds(raw(ed25519_key, {**shown, "holder": "did:web:body.example"}))


class TestRefused:
    """RFC 9901, 7.1: what a signed token may not be like."""

    def test_rules(self, ed25519_key: PrivateKey) -> None:
        one, other = digest("s", "a", 1), digest("s", 1)
        sound = raw(ed25519_key, {"_sd": [one], "l": [{"...": other}]}, ["s", "a", 1], ["s", 1])
        assert sd_jwt.verify(sound).claims == {"issuer": ed25519_key.public_key.did, "a": 1, "l": [1]}
        cases = {
            "unreferenced": raw(ed25519_key, {}, ["s", "a", 1]),
            "twice": raw(ed25519_key, {"_sd": [one]}, ["s", "a", 1], ["s", "a", 1]),
            "digest-twice": raw(ed25519_key, {"_sd": [one, one]}, ["s", "a", 1]),
            "digest-in-two-places": raw(ed25519_key, {"_sd": [one], "b": {"_sd": [one]}}, ["s", "a", 1]),
            "name-there": raw(ed25519_key, {"_sd": [one], "a": 2}, ["s", "a", 1]),
            "member-as-entry": raw(ed25519_key, {"l": [{"...": one}]}, ["s", "a", 1]),
            "entry-as-member": raw(ed25519_key, {"_sd": [other]}, ["s", 1]),
            "reserved": raw(ed25519_key, {"_sd": [digest("s", "_sd", [])]}, ["s", "_sd", []]),
            "reserved-dots": raw(ed25519_key, {"_sd": [digest("s", "...", 1)]}, ["s", "...", 1]),
            "dots-in-object": raw(ed25519_key, {"o": {"...": one}}),
            "dots-beside": raw(ed25519_key, {"l": [{"...": other, "x": 1}]}),
            "sd-no-list": raw(ed25519_key, {"_sd": one}),
            "sd-no-text": raw(ed25519_key, {"_sd": [1]}),
            "hash": raw(ed25519_key, {"_sd_alg": "md5"}),
            "salt": raw(ed25519_key, {"_sd": [digest(1, "a", 1)]}, [1, "a", 1]),
            "long": raw(ed25519_key, {"_sd": [digest("s", "a", 1, 1)]}, ["s", "a", 1, 1]),
        }
        assert [name for name, token in cases.items() if holds(token)] == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("iss", "https://issuer.example"),
            ("nbf", 1),
            ("exp", 1),
            ("cnf", {"jwk": {}}),
            ("vct", "https://type.example"),
            ("status", {"status_list": {"idx": 1, "uri": "https://status.example"}}),
            ("credentialStatus", {"type": "BitstringStatusListEntry"}),
            ("validFrom", "2026-01-01T00:00:00Z"),
            ("validUntil", "2026-01-01T00:00:00Z"),
            ("issuanceDate", "2020-01-01T00:00:00Z"),
            ("expirationDate", "2020-01-01T00:00:00Z"),
            ("type", ["VerifiableCredential"]),
            ("@context", []),
        ],
    )
    def test_what_every_reader_must_know_cannot_be_shown_or_kept(
        self, name: str, value: Any, ed25519_key: PrivateKey
    ) -> None:
        token = raw(ed25519_key, {"_sd": [digest("s", name, value)]}, ["s", name, value])
        with pytest.raises(GatewayError, match="hidden-claim"):
            sd_jwt.verify(token)
        inside = {"x": {name: "", "_sd": [digest("s", "y", value)]}}
        assert holds(raw(ed25519_key, inside, ["s", "y", value]))
        # Kept back, nobody can know what it was: that is told.
        (kept,) = sd_jwt.verify(raw(ed25519_key, {"_sd": [digest("s", name, value)]})).envelope.signatures
        assert kept.remarks == ("claims-hidden",)
        open_ = {"issuer": ed25519_key.public_key.did, "type": ["VerifiableCredential"], name: value}
        with pytest.raises(UsageError, match=r"must-stay-open|header-member"):
            sd_jwt.issue(open_, hide=[f"/{name}"], signer=ed25519_key, salts=salts)

    @pytest.mark.parametrize("member", ["type", "@context"])
    def test_no_kind_of_a_credential_is_kept(self, member: str, ed25519_key: PrivateKey) -> None:
        """Whatever the token calls itself; in other documents, ``type`` is the type of anything."""
        held = [{"...": digest("s", "x")}]
        contexts = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"]}
        token = raw(ed25519_key, {**contexts, member: [*contexts[member], *held]}, type_="JWT")
        with pytest.raises(GatewayError, match="hidden-claim"):
            sd_jwt.verify(token)
        assert holds(raw(ed25519_key, {"type": held}, type_="JWT"))

    def test_no_part_of_a_status_is_kept(self, ed25519_key: PrivateKey) -> None:
        entry = {"type": "BitstringStatusListEntry"}
        for payload in (
            {"credentialStatus": [{"...": digest("s", entry)}]},
            {"credentialStatus": {"_sd": [digest("s", "statusListIndex", "1")]}},
            {"status": {"status_list": {"_sd": [digest("s", "idx", 1)]}}},
        ):
            with pytest.raises(GatewayError, match="hidden-claim"):
                sd_jwt.verify(raw(ed25519_key, payload))
        shown = raw(ed25519_key, {"credentialStatus": [{"...": digest("s", entry)}]}, ["s", entry])
        with pytest.raises(GatewayError, match="hidden-claim"):
            sd_jwt.verify(shown)

    def test_an_issuer_shown_by_a_disclosure_is_none(self, ed25519_key: PrivateKey) -> None:
        own = ed25519_key.public_key.did
        for payload, disclosure in (
            ({"issuer": {"_sd": [digest("s", "id", own)]}}, ["s", "id", own]),
            ({"issuer": {"id": own, "_sd": [digest("s", "id", own)]}}, ["s", "id", own]),
        ):
            assert not holds(raw(ed25519_key, payload, disclosure))

    def test_when_it_was_made_may_be_hidden(self, ed25519_key: PrivateKey) -> None:
        token = raw(ed25519_key, {"_sd": [digest("s", "iat", 1)]}, ["s", "iat", 1])
        (signature,) = sd_jwt.verify(token).envelope.signatures
        assert signature.remarks == ()

    def test_another_kind_of_token_is_refused(self, ed25519_key: PrivateKey) -> None:
        token = issued(ed25519_key, [], type_="vc+sd-jwt")
        assert holds(token)
        assert not holds(sd_jwt_with_type(ed25519_key, "vc+jwt"))
        assert not holds(sd_jwt_with_type(ed25519_key, "kb+jwt"))

    def test_another_issuers_name(self, ed25519_key: PrivateKey) -> None:
        assert not holds(raw(ed25519_key, {"issuer": throw_away(KeyType.P256).public_key.did}))

    @given(st.binary(max_size=120))
    def test_only_our_errors_come_out(self, data: bytes) -> None:
        for token in (data, b"eyJhbGciOiJFUzI1NiJ9.e30.AA~" + data):
            with pytest.raises(GatewayError):
                sd_jwt.verify(token)


class _Hidden:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return hash(str(self.value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hidden) and other.value == self.value


class _Loader(yaml.SafeLoader):
    """Reads ``!sd`` in front of values and names."""


def _construct(loader: _Loader, node: yaml.Node) -> _Hidden:
    if isinstance(node, yaml.MappingNode):
        return _Hidden(loader.construct_mapping(node, deep=True))
    if isinstance(node, yaml.SequenceNode):
        return _Hidden(loader.construct_sequence(node, deep=True))
    assert isinstance(node, yaml.ScalarNode)
    return _Hidden(yaml.safe_load(node.value if node.style is None else json.dumps(node.value)))


_Loader.add_constructor("!sd", _construct)


def _plain(value: Any, at: str, hide: list[str]) -> Any:
    if isinstance(value, _Hidden):
        hide.append(at)
        return _plain(value.value, at, hide)
    if isinstance(value, dict):
        found = {}
        for name, item in value.items():
            bare = name.value if isinstance(name, _Hidden) else name
            text = bare if isinstance(bare, str) else json.dumps(bare)
            if isinstance(name, _Hidden):
                hide.append(at + pointer([text]))
            found[text] = _plain(item, at + pointer([text]), hide)
        return found
    if isinstance(value, list):
        return [_plain(item, f"{at}/{index}", hide) for index, item in enumerate(value)]
    return value


def _chosen(choice: Any, at: str, hidden: Collection[str]) -> list[str]:
    """The places that a published case discloses: what is true, and what an object or list names."""
    if isinstance(choice, dict):
        inner = [
            place
            for name, item in choice.items()
            for place in _chosen(item, at + pointer([str(name)]), hidden)
        ]
    elif isinstance(choice, list):
        inner = [
            place for index, item in enumerate(choice) for place in _chosen(item, f"{at}/{index}", hidden)
        ]
    else:
        return [at] if choice is True and at in hidden else []
    return inner + ([at] if choice and at in hidden else [])


def test_published_cases(oracle_data: Path, p256_key: PrivateKey) -> None:
    """The issuing and showing specifications of the reference implementation, with our own salts and key."""
    place = oracle_data / "signing" / "sd-jwt" / "testcases"
    wrong, count = [], 0
    for file in sorted(place.glob("*/specification.yml")):
        case = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506  # a safe loader with one more tag
        hide: list[str] = []
        said = _plain(case["user_claims"], "", hide)
        token = sd_jwt.issue(
            {**said, "issuer": p256_key.public_key.did},
            hide=hide,
            signer=p256_key,
            salts=salts,
            decoys=2 if case.get("add_decoy_claims") else 0,
        )
        assert sd_jwt.verify(token).claims == {**said, "issuer": p256_key.public_key.did}
        disclosed = sd_jwt.disclose(token, _chosen(case["holder_disclosed_claims"], "", hide))
        shown = {name: value for name, value in sd_jwt.verify(disclosed).claims.items() if name != "issuer"}
        count += 1
        expected = json.loads(json.dumps(case["expect_verified_user_claims"]))
        if shown != expected:
            wrong.append((file.parent.name, shown, expected))
    assert wrong == []
    assert count == 17


class TestSums:
    """Hidden lines that disclosed sums give away."""

    DOCUMENT: ClassVar[PlainJson] = {
        "total": "100",
        "lines": [
            {"name": name, "kg": kg} for name, kg in (("a", "50"), ("b", "30"), ("c", "15"), ("d", "5"))
        ],
    }
    LINES: ClassVar = [f"/lines/{index}/kg" for index in range(4)]

    def test_sums_are_found_by_arithmetic(self) -> None:
        assert sd_sums.find_sums(self.DOCUMENT) == (Sum("/total", frozenset(self.LINES)),)

    @pytest.mark.parametrize(
        ("hidden", "leak"),
        [
            (["/lines/0"], ["/lines/0/kg"]),
            (["/lines/0", "/lines/1/kg"], ["/lines/0/kg", "/lines/1/kg"]),
            (["/lines/0", "/lines/1", "/lines/2"], None),
            (["/lines"], None),
            (["/total", "/lines/0"], None),
        ],
    )
    def test_fewer_than_three_behind_a_sum_are_told(self, hidden: list[str], leak: list[str] | None) -> None:
        found = sd_sums.leaks(sd_sums.find_sums(self.DOCUMENT), hidden)
        assert [list(one.lines) for one in found] == ([leak] if leak else [])

    def test_difference_of_two_sums(self) -> None:
        sums = [Sum("/all", frozenset(["/1", "/2", "/3", "/4"])), Sum("/part", frozenset(["/1", "/2", "/3"]))]
        (found,) = sd_sums.leaks(sums, ["/1", "/2", "/3", "/4"])
        assert (found.lines, found.totals) == (("/4",), ("/all", "/part"))
        assert found.finding().code == "envelope.sum-gives-line-away"

    def test_several_sums_that_determine_a_line_together(self) -> None:
        """a+b+c, c+d+e, a+b+d+e: the first two less the last leave 2c."""
        rows = ["/a /b /c", "/c /d /e", "/a /b /d /e"]
        sums = [Sum(f"/s{index}", frozenset(row.split())) for index, row in enumerate(rows)]
        found = sd_sums.leaks(sums, ["/a", "/b", "/c", "/d", "/e"])
        assert [one.lines for one in found] == [("/c",)]

    def test_a_total_is_found_among_numbers_that_happen_to_add_up(self) -> None:
        small = [{"a": index, "b": index + 1} for index in range(300)]
        large = [{"kg": f"{index}.125"} for index in range(50)]
        document: Any = {"small": small, "large": large, "total": "1231.25"}
        sums = sd_sums.find_sums(document)
        assert [one.total for one in sums] == ["/total"]
        (found,) = sd_sums.leaks(sums, ["/large/7/kg"])
        assert (found.lines, found.totals[0]) == (("/large/7/kg",), "/total")
