"""Lists in their profile: what is refused, what is kept, and what may follow what."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError, flatten
from gateway.frontdoor.json import BOM
from gateway.report import Finding, Severity
from gateway.signing import jades
from gateway.trust import agreement, list_changes, lote, policy, signed_list, snapshot
from gateway.trust.lote import TrustList
from tests.trust import made
from tests.trust.conftest import World

OWN = {"LoTE": None}


def content(**changed: Any) -> dict[str, Any]:
    certifier = made.state("cab/iso17065", others=["did:web:cab.example"])
    return made.document(made.OWN, [made.entity("TEST certifier", [certifier])], **changed)


def read(document: dict[str, Any]) -> TrustList:
    return lote.parse(json.dumps(document).encode())


def codes(document: dict[str, Any]) -> set[str]:
    try:
        found = read(document)
        agreement.agreements(found)
    except GatewayError as error:
        return {one.error_code for one in flatten(error)}
    return set()


def changed(path: str, value: Any) -> dict[str, Any]:
    """The list with one member set."""
    made_ = content(agreements=[made.agreement()])
    inner: Any = made_
    *steps, last = path.split("/")
    for step in steps:
        inner = inner[int(step) if step.isdigit() else step]
    inner[last] = value
    return made_


SCHEME = "LoTE/ListAndSchemeInformation"
STATE = "LoTE/TrustedEntitiesList/0/TrustedEntityServices/0/ServiceInformation"
AGREEMENT = f"{SCHEME}/SchemeExtensions/0/agreement"


class TestProfile:
    """Narrower than the standard, and strict."""

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{SCHEME}/Unknown", 1),
            (f"{STATE}/Unknown", 1),
            (f"{SCHEME}/LoTESequenceNumber", 0),
            (f"{SCHEME}/LoTESequenceNumber", "1"),
            (f"{SCHEME}/HistoricalInformationPeriod", 0),
            (f"{SCHEME}/NextUpdate", made.stamp(made.NOW + timedelta(days=92))),
            (f"{SCHEME}/NextUpdate", made.stamp(made.NOW - timedelta(days=2))),
            (f"{SCHEME}/NextUpdate", "tomorrow"),
            (f"{SCHEME}/ListIssueDateTime", "2026-11-20T12:00:00+08:00"),
            (f"{SCHEME}/SchemeTerritory", "Germany"),
            (f"{STATE}/ServiceStatus", "urn:hutong:trust:status:fine"),
            (f"{STATE}/ServiceTypeIdentifier", "urn:hutong:trust:service:cab"),
            (f"{STATE}/StatusStartingTime", "2020-01-01"),
            (f"{STATE}/ServiceDigitalIdentity", {}),
            (f"{STATE}/ServiceInformationExtensions", [{"scope": {"standard": ["typo"]}}]),
            (f"{STATE}/ServiceInformationExtensions", [{"scope": {}}, {"scope": {}}]),
            (f"{STATE}/ServiceInformationExtensions", []),
        ],
    )
    def test_a_defect_is_refused(self, path: str, value: Any) -> None:
        assert codes(changed(path, value)) == {"list.bad-list"}

    def test_an_unknown_extension_is_kept(self) -> None:
        found = read(changed(f"{STATE}/ServiceInformationExtensions", [{"colour": "red"}]))
        assert found.entities[0].services[0].now.extensions == ({"colour": "red"},)
        assert b'"colour":"red"' in found.to_bytes()

    def test_an_unknown_critical_one_is_refused(self) -> None:
        extension = [{"colour": "red", "critical": True}]
        for path in (f"{STATE}/ServiceInformationExtensions", f"{SCHEME}/SchemeExtensions"):
            assert codes(changed(path, extension)) == {"list.critical-extension"}

    @pytest.mark.parametrize(
        ("path", "extension"),
        [
            ("LoTE/TrustedEntitiesList/0/TrustedEntityInformation/TEInformationExtensions", made.scope()),
            (f"{SCHEME}/SchemeExtensions", {"statusReason": {"code": "key-compromise"}}),
            (f"{STATE}/ServiceInformationExtensions", {"agreement": made.agreement()}),
        ],
    )
    def test_one_of_ours_where_nobody_reads_it_is_refused(self, path: str, extension: dict[str, Any]) -> None:
        for more in ({}, {"critical": True}):
            assert codes(changed(path, [extension | more])) == {"list.critical-extension"}

    def test_history_runs_backwards(self) -> None:
        early, late = (
            made.state("tsa", others=["did:web:tsa.example"], since=since)
            for since in ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")
        )
        assert codes(made.document(made.OWN, [made.entity("TEST", [late, early])])) == set()
        assert codes(made.document(made.OWN, [made.entity("TEST", [early, late])])) == {"list.bad-list"}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("depth", 2),
            ("depth", True),
            ("status", "signed"),
            ("statusStartingTime", "2026"),
            ("unknown", 1),
            ("history", [{"status": "enacted", "statusStartingTime": "2026-01-01T00:00:00Z"}]),
        ],
    )
    def test_an_agreement_with_a_defect_is_refused(self, name: str, value: Any) -> None:
        assert codes(changed(f"{AGREEMENT}/{name}", value)) == {"list.bad-agreement"}

    def test_two_agreements_of_one_id(self) -> None:
        assert codes(content(agreements=[made.agreement(), made.agreement()])) == {"list.agreement-twice"}

    def test_the_standing_of_an_agreement_at_a_time(self) -> None:
        past = [{"status": "enacted", "statusStartingTime": "2025-06-01T00:00:00Z"}]
        told = made.agreement(status="repealed", statusStartingTime="2026-01-01T00:00:00Z", history=past)
        (found,) = agreement.agreements(read(content(agreements=[told])))
        at = [found.at(made.NOW.replace(year=year)) for year in (2024, 2025, 2026)]
        assert at == [None, "enacted", "repealed"]

    def test_the_bytes_are_canonical_and_read_again(self) -> None:
        found = read(content(agreements=[made.agreement()]))
        assert lote.parse(found.to_bytes()) == found


@pytest.mark.parametrize("text", ["A", "é", "AAAAA"])
def test_a_certificate_that_is_no_base64(text: str) -> None:
    identity = {"X509Certificates": [{"val": text}]}
    assert codes(changed(f"{STATE}/ServiceDigitalIdentity", identity)) == {"list.bad-list"}


class TestSignature:
    """Compact JAdES with exactly the header of the profile."""

    def test_every_changed_byte_is_noticed(self) -> None:
        token = made.signed(content())
        for at in range(0, len(token), 7):
            other = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
            with pytest.raises(GatewayError):
                signed_list.read(other)

    @pytest.mark.parametrize("other", [b"\n", b" ", b".", b"="])
    def test_nothing_may_follow(self, other: bytes) -> None:
        with pytest.raises(GatewayError):
            signed_list.read(made.signed(content()) + other)

    def test_a_header_with_more_in_it_is_refused(self) -> None:
        payload = read(content()).to_bytes()
        token = jades.sign(payload, made.operator().sealer, signing_time=made.NOW, thumbprint=True)
        with pytest.raises(GatewayError) as caught:
            signed_list.read(token)
        assert caught.value.error_code == "list.header"

    @pytest.mark.parametrize("data", [b"", b"{}", b'{"LoTE": {}}', b"\xff"])
    def test_what_nobody_has_signed_is_told(self, data: bytes) -> None:
        with pytest.raises(GatewayError) as caught:
            signed_list.read(data)
        assert caught.value.error_code == "list.not-signed"

    def test_an_operator_of_another_country_is_refused(self) -> None:
        with pytest.raises(GatewayError) as caught:
            made.signed(content(country="FR"))
        assert caught.value.error_code == "list.other-country"

    def test_another_spelling_is_refused(self) -> None:
        payload = json.dumps(content()).encode()
        token = jades.sign(payload, made.operator().sealer, signing_time=made.NOW, thumbprint=False)
        with pytest.raises(GatewayError) as caught:
            signed_list.read(token)
        assert caught.value.error_code == "signing.bytes-not-canonical"

    @given(st.binary(max_size=400))
    @settings(max_examples=200)
    def test_only_gateway_errors_come_out(self, data: bytes) -> None:
        for reader in (signed_list.read, lote.parse, policy.parse, snapshot.read_seen):
            with pytest.raises(GatewayError):
                reader(data)

    @given(st.data())
    @settings(max_examples=100)
    def test_nor_out_of_lists_with_anything_anywhere(self, data: st.DataObject) -> None:
        document: Any = copy.deepcopy(content(agreements=[made.agreement()]))
        inner, last = document, "LoTE"
        while isinstance(inner[last], dict | list) and data.draw(st.integers(0, 9)):
            inner = inner[last]
            names = sorted(inner) if isinstance(inner, dict) else range(len(inner))
            last = data.draw(st.sampled_from(list(names)))
        inner[last] = data.draw(
            st.sampled_from([None, 0, -1, 1.5, "", "x", [], {}, [None], {"a": 1}, True, [[]]])
        )
        codes(document)


class TestSuccession:
    """The next list keeps what was said before."""

    def build(self, document: dict[str, Any], before: TrustList | None) -> TrustList:
        times = (made.stamp(made.NOW), made.stamp(made.NOW + timedelta(days=90)))
        return list_changes.build(
            json.dumps(document).encode(), before, issued=times[0], next_update=times[1]
        )

    def test_numbers_rise_by_one(self) -> None:
        first = self.build(content(), None)
        second = self.build(content(), first)
        assert (first.scheme.sequence, second.scheme.sequence) == (1, 2)

    def test_a_withdrawal_with_its_history(self) -> None:
        first = self.build(content(), None)
        now = made.state(
            "cab/iso17065", others=["did:web:cab.example"], status="withdrawn", since="2026-11-01T00:00:00Z"
        )
        was = made.state("cab/iso17065", others=["did:web:cab.example"])
        document = made.document(made.OWN, [made.entity("TEST certifier", [now, was])])
        second = self.build(document, first)
        (change,) = list_changes.changes(first, second)
        assert (change.code, change.params["status"]) == ("list.change-status", "withdrawn")

    @pytest.mark.parametrize("names", [["did:web:a.example", "did:web:b.example"], ["did:web:b.example"]])
    @pytest.mark.parametrize("is_behind", [True, False])
    def test_a_further_name(self, names: list[str], *, is_behind: bool) -> None:
        """Wherever it stands among the others, the service is the one that was listed."""
        was = made.state("cab/iso17065", others=names)
        further = ["did:web:c.example"]
        known = [*names, *further] if is_behind else [*further, *names]
        now = made.state("cab/iso17065", others=known, since="2026-11-01T00:00:00Z")
        first = self.build(made.document(made.OWN, [made.entity("TEST certifier", [was])]), None)
        second = self.build(made.document(made.OWN, [made.entity("TEST certifier", [now, was])]), first)
        assert [one.code for one in list_changes.changes(first, second)] == ["list.change-facts"]
        # In the place of the former state it would have been there ever since.
        alone = made.state("cab/iso17065", others=known)
        with pytest.raises(GatewayError, match=r"list\.(entry|history)-lost"):
            self.build(made.document(made.OWN, [made.entity("TEST certifier", [alone])]), first)

    def test_two_services_that_were_first_known_by_the_same(self) -> None:
        """Neither hides what was lost of the other."""
        name = ["did:web:cab.example"]
        one = [made.state("cab/iso17065", extensions=[made.scope(sites=["CN"])], others=name)]
        two = [made.state("cab/iso17065", extensions=[made.scope(sites=["DE"])], others=name)]
        other = [made.state("cab/iso17065", extensions=[made.scope(sites=["FR"])], others=name)]
        first = self.build(made.document(made.OWN, [made.entity("TEST certifier", one, two)]), None)
        for kept in ([one, two], [two, one], [other, two, one]):
            document = made.document(made.OWN, [made.entity("TEST certifier", *kept)])
            second = self.build(document, first)
            told = [change.code for change in list_changes.changes(first, second)]
            assert told == ["list.change-added"] * (len(kept) - 2)
        for kept, code in (
            ([one], "list.entry-lost"),
            ([two], "list.entry-lost"),
            ([one, other], "list.history-lost"),
        ):
            with pytest.raises(GatewayError) as refused:
                self.build(made.document(made.OWN, [made.entity("TEST certifier", *kept)]), first)
            assert refused.value.error_code == code

    @pytest.mark.parametrize(
        ("document", "code"),
        [
            (made.document(made.OWN, []), "list.entry-lost"),
            (
                made.document(
                    made.OWN,
                    [
                        made.entity(
                            "TEST certifier",
                            [made.state("cab/iso17065", others=["did:web:cab.example"], status="expired")],
                        )
                    ],
                ),
                "list.history-lost",
            ),
            (content() | OWN, "list.bad-list"),
        ],
        ids=["entry", "history", "nothing"],
    )
    def test_what_is_lost_is_told(self, document: dict[str, Any], code: str) -> None:
        first = self.build(content(), None)
        with pytest.raises(GatewayError) as caught:
            self.build(document, first)
        assert code in {one.error_code for one in flatten(caught.value)}

    def test_an_agreement_is_repealed_and_not_taken_out(self) -> None:
        first = self.build(content(agreements=[made.agreement()]), None)
        with pytest.raises(GatewayError) as caught:
            self.build(content(), first)
        assert caught.value.error_code == "list.agreement-lost"

    def test_what_an_agreement_was_stays_said(self) -> None:
        enacted = [{"status": "enacted", "statusStartingTime": "2025-06-01T00:00:00Z"}]
        repealed = made.agreement(
            status="repealed", statusStartingTime="2026-08-01T00:00:00Z", history=enacted
        )
        first = self.build(content(agreements=[repealed]), None)
        for changed, code in (
            (made.agreement(statusStartingTime="2025-01-01T00:00:00Z"), "list.history-lost"),
            (made.agreement(**repealed | {"history": []}), "list.history-lost"),
            (
                made.agreement(
                    **repealed
                    | {
                        "history": [
                            {"status": "conditional", "statusStartingTime": "2026-01-01T00:00:00Z"},
                            *enacted,
                        ]
                    }
                ),
                "list.history-rewritten",
            ),
        ):
            with pytest.raises(GatewayError) as caught:
                self.build(content(agreements=[changed]), first)
            assert code in {one.error_code for one in flatten(caught.value)}
        again = made.agreement(
            statusStartingTime="2026-10-01T00:00:00Z",
            history=[{"status": "repealed", "statusStartingTime": "2026-08-01T00:00:00Z"}, *enacted],
        )
        assert self.build(content(agreements=[again]), first).scheme.sequence == 2

    def test_a_state_is_not_put_into_the_past(self) -> None:
        """Else a withdrawal could be undone for a time that was already judged by it."""

        def listed(*states: tuple[str, str]) -> dict[str, Any]:
            told = [
                made.state("cab/iso17065", others=["did:web:cab.example"], status=status, since=since)
                for status, since in states
            ]
            return made.document(made.OWN, [made.entity("TEST certifier", told)])

        now, gap, was = (
            ("granted", "2024-01-01T00:00:00Z"),
            ("withdrawn", "2022-01-01T00:00:00Z"),
            ("granted", made.EPOCH),
        )
        first = self.build(listed(now, gap, was), None)
        slipped_in = ("granted", "2022-01-01T00:00:01Z")
        with pytest.raises(GatewayError) as caught:
            self.build(listed(now, slipped_in, gap, was), first)
        assert caught.value.error_code == "list.history-rewritten"
        # A list that somebody has made otherwise shows it.
        later = lote.parse(json.dumps(listed(now, slipped_in, gap, was)).encode())
        (change,) = list_changes.changes(first, later)
        assert (change.code, change.params["since"]) == ("list.change-past", slipped_in[1])

    def test_the_memory_never_falls(self) -> None:
        high = {"a": signed_list.Seen(7, "x")}
        low = {"a": signed_list.Seen(6, "y"), "b": signed_list.Seen(1, "z")}
        assert snapshot.read_seen(snapshot.seen_bytes(high, low)) == high | {"b": low["b"]}


OWN_PEM = made.operator().pem


class TestPolicy:
    """No policy, no trust."""

    @pytest.mark.parametrize(
        "changed",
        [
            {"lists": []},
            {"services": []},
            {"services": ["cab"]},
            {"ownList": "another"},
            {"statusHours": 25},
            {"bindingHours": 0},
            {"bindingHours": 169},
            {"skewSeconds": 301},
            {"unknown": 1},
            {"lists": [{"name": made.OWN, "operatorKeys": []}]},
            {"lists": [{"name": made.OWN, "operatorKeys": ["0" * 64] * 3}]},
        ],
    )
    def test_a_policy_with_a_defect(self, changed: dict[str, Any]) -> None:
        with pytest.raises(GatewayError) as caught:
            World(policy=changed).snapshot()
        assert all(one.path.startswith("policy.json#/") for one in flatten(caught.value))

    @pytest.mark.parametrize("name", ["policy.json", "received.json", "seen.json"])
    def test_a_byte_order_mark_and_a_comma_too_many(self, name: str) -> None:
        memory = snapshot.seen_bytes({}, {})
        kept = {"policy.json": World().files()["policy.json"], "received.json": b"{}", "seen.json": memory}
        assert World(more={name: BOM + kept[name]}).snapshot().lists
        with pytest.raises(GatewayError) as caught:
            World(more={name: b'{"name": "TEST",}'}).snapshot()
        assert caught.value.path == f"{name}#/name"

    def test_a_list_with_an_end_of_line(self) -> None:
        """As editors and downloads leave it; and what systems leave in folders is none of ours."""
        lists = {name: data + b"\r\n" for name, data in World().lists().items()}
        unseen = {f"{folder}/.DS_Store": b"\0" for folder in ("dids", "status", "crls", "lists")}
        assert len(World(more=lists | unseen).snapshot().lists) == len(lists)

    @pytest.mark.parametrize("data", [b"", b"\x30\x82", b"-----BEGIN X509 CRL-----\nMII\n", b"<html>"])
    def test_a_list_of_revocations_that_was_cut_off(self, data: bytes, folder: dict[str, bytes]) -> None:
        """It might have named the signer."""
        world = World(more={"crls/1.crl": data})
        told = Finding("list.not-heard", "crls/1.crl", "x509.bad-revocation-list", Severity.INFO)
        done = world.validate(folder)
        assert done.passed
        assert told in done.notes

    @pytest.mark.parametrize("data", [b"", b"# none", OWN_PEM + b"-----BEGIN CERTIFICATE-----\nMII\n"])
    def test_certificates_that_cannot_be_read(self, data: bytes, folder: dict[str, bytes]) -> None:
        done = World(more={"certificates/1.pem": data}).validate(folder)
        told = Finding("list.not-heard", "certificates/1.pem", "x509.bad-certificate", Severity.INFO)
        assert (done.passed, told in done.notes) == (True, True)

    def test_none(self) -> None:
        with pytest.raises(GatewayError) as caught:
            World(without=("policy.json",)).snapshot()
        assert caught.value.error_code == "list.no-policy"
