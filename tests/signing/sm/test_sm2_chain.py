from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from gateway.errors import UsageError
from gateway.signing import der
from gateway.signing.chain import ChainRefused, verify_chain
from gateway.signing.libcrypto import Libcrypto
from gateway.signing.sm2_certificate import Certificate
from tests.signing.sm import made
from tests.signing.sm.made import (
    CERT_SIGN,
    DIGITAL_SIGNATURE,
    KEY_ENCIPHERMENT,
    LEAF,
    LEAF_CERTIFICATE,
    MIDDLE,
    MIDDLE_CERTIFICATE,
    NOW,
    OTHER,
    ROOT,
    ROOT_CERTIFICATE,
    Signer,
)

SIGNS = made.usage(DIGITAL_SIGNATURE)
ISSUES = made.usage(CERT_SIGN)


def refusal(
    leaf: Certificate,
    intermediates: list[Certificate],
    anchors: list[Certificate],
    at: datetime = NOW,
) -> tuple[str, str]:
    """The code and place of the refusal."""
    with pytest.raises(ChainRefused) as refused:
        verify_chain(leaf, intermediates, anchors, at=at)
    return refused.value.error_code, refused.value.path


class TestHolds:
    """A chain whose every step holds."""

    def test_three_levels(self) -> None:
        found = verify_chain(LEAF_CERTIFICATE, [MIDDLE_CERTIFICATE], [ROOT_CERTIFICATE], at=NOW)
        assert found.certificates == (LEAF_CERTIFICATE, MIDDLE_CERTIFICATE, ROOT_CERTIFICATE)
        assert found.anchor is ROOT_CERTIFICATE

    def test_by_libcrypto(self, engine: Libcrypto) -> None:
        verify_chain(LEAF_CERTIFICATE, [MIDDLE_CERTIFICATE], [ROOT_CERTIFICATE], at=NOW, engine=engine)

    def test_an_intermediate_as_anchor(self) -> None:
        found = verify_chain(LEAF_CERTIFICATE, [], [MIDDLE_CERTIFICATE], at=NOW)
        assert found.anchor == MIDDLE_CERTIFICATE

    def test_the_signer_as_anchor(self) -> None:
        assert verify_chain(LEAF_CERTIFICATE, [], [LEAF_CERTIFICATE], at=NOW).anchor == LEAF_CERTIFICATE

    def test_without_key_ids_and_usages(self) -> None:
        root = made.certificate(ROOT, ROOT, made.ca(), ids=False)
        leaf = made.certificate(LEAF, ROOT, ids=False)
        assert verify_chain(leaf, [], [root], at=NOW).anchor == root

    def test_the_first_and_last_second(self) -> None:
        for at in (LEAF_CERTIFICATE.not_before, LEAF_CERTIFICATE.not_after):
            verify_chain(LEAF_CERTIFICATE, [MIDDLE_CERTIFICATE], [ROOT_CERTIFICATE], at=at)

    def test_another_authority_of_the_same_name_does_not_hinder(self) -> None:
        namesake = Signer(MIDDLE.name)
        namesake.d, namesake.public_key = OTHER.d, OTHER.public_key
        wrong = made.certificate(namesake, ROOT, made.ca(), ISSUES)
        found = verify_chain(LEAF_CERTIFICATE, [wrong, MIDDLE_CERTIFICATE], [ROOT_CERTIFICATE], at=NOW)
        assert found.certificates[1] == MIDDLE_CERTIFICATE

    def test_a_self_issued_certificate_does_not_count_as_a_level(self) -> None:
        old = Signer("old")
        old.name = ROOT.name
        rolled = made.certificate(ROOT, old, made.ca(), ISSUES, serial=9)
        anchor = made.certificate(old, old, made.ca(0), ISSUES, serial=8)
        leaf = made.certificate(LEAF, ROOT, SIGNS)
        assert verify_chain(leaf, [rolled], [anchor], at=NOW).certificates == (leaf, rolled, anchor)

    @pytest.mark.parametrize("purpose", ["2.5.29.37.0", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36"])
    def test_purposes_of_documents(self, purpose: str) -> None:
        leaf = made.certificate(LEAF, ROOT, SIGNS, purposes(purpose))
        verify_chain(leaf, [], [ROOT_CERTIFICATE], at=NOW)


def purposes(*oids: str, critical: bool = True) -> bytes:
    value = der.sequence(*map(der.oid, oids))
    return made.extension("2.5.29.37", value, critical=critical)


class TestRefused:
    """Each defect has its name and place."""

    def test_no_anchor(self) -> None:
        assert refusal(LEAF_CERTIFICATE, [MIDDLE_CERTIFICATE], []) == ("x509.issuer-unknown", "/chain/1")
        assert refusal(LEAF_CERTIFICATE, [], [ROOT_CERTIFICATE]) == ("x509.issuer-unknown", "/chain/0")

    def test_a_self_signed_stranger(self) -> None:
        stranger = made.certificate(OTHER, OTHER, made.ca(), SIGNS)
        assert refusal(stranger, [stranger], [ROOT_CERTIFICATE]) == ("x509.issuer-unknown", "/chain/0")

    @pytest.mark.parametrize("level", [0, 1, 2])
    @pytest.mark.parametrize("late", [True, False])
    def test_time(self, level: int, late: bool) -> None:
        span = {"not_after": "260531235959Z"} if late else {"not_before": "260601000001Z"}
        spans = [span if i == level else {} for i in range(3)]
        leaf = made.certificate(LEAF, MIDDLE, SIGNS, **spans[0])  # type: ignore[arg-type]  # two texts
        middle = made.certificate(MIDDLE, ROOT, made.ca(), ISSUES, **spans[1])  # type: ignore[arg-type]
        root = made.certificate(ROOT, ROOT, made.ca(), ISSUES, **spans[2])  # type: ignore[arg-type]
        code = "x509.certificate-expired" if late else "x509.certificate-not-yet-valid"
        assert refusal(leaf, [middle], [root]) == (code, f"/chain/{level}")

    def test_a_wrong_signature(self) -> None:
        leaf = made.certificate(LEAF, MIDDLE, SIGNS, signer=OTHER)
        middle = made.certificate(MIDDLE, ROOT, made.ca(), ISSUES, signer=OTHER)
        wrong = "x509.certificate-signature-wrong"
        assert refusal(leaf, [MIDDLE_CERTIFICATE], [ROOT_CERTIFICATE]) == (wrong, "/chain/0")
        assert refusal(LEAF_CERTIFICATE, [middle], [ROOT_CERTIFICATE]) == (wrong, "/chain/1")

    def test_a_signer_that_issues(self) -> None:
        forged = made.certificate(OTHER, LEAF, SIGNS)
        known = [LEAF_CERTIFICATE, MIDDLE_CERTIFICATE]
        assert refusal(forged, known, [ROOT_CERTIFICATE]) == ("x509.issuer-not-a-ca", "/chain/1")

    def test_an_anchor_that_is_no_authority(self) -> None:
        assert refusal(made.certificate(OTHER, LEAF, SIGNS), [], [LEAF_CERTIFICATE]) == (
            "x509.issuer-not-a-ca",
            "/chain/1",
        )

    def test_a_certificate_of_version_1_does_not_issue(self) -> None:
        old = made.certificate(ROOT, ROOT, version=0)
        leaf = made.certificate(LEAF, ROOT, SIGNS)
        assert refusal(leaf, [], [old]) == ("x509.issuer-not-a-ca", "/chain/1")

    def test_key_usage(self) -> None:
        encrypts = made.certificate(LEAF, MIDDLE, made.usage(KEY_ENCIPHERMENT))
        assert refusal(encrypts, [MIDDLE_CERTIFICATE], [ROOT_CERTIFICATE]) == ("x509.key-usage", "/chain/0")
        middle = made.certificate(MIDDLE, ROOT, made.ca(), SIGNS)
        assert refusal(LEAF_CERTIFICATE, [middle], [ROOT_CERTIFICATE]) == ("x509.key-usage", "/chain/1")

    def test_path_length(self) -> None:
        below = made.certificate(OTHER, MIDDLE, made.ca(), ISSUES)  # under a path length of 0
        leaf = made.certificate(LEAF, OTHER, SIGNS)
        known = [below, MIDDLE_CERTIFICATE]
        assert refusal(leaf, known, [ROOT_CERTIFICATE]) == ("x509.path-length", "/chain/2")

    def test_purposes(self) -> None:
        server = "1.3.6.1.5.5.7.3.1"
        leaf = made.certificate(LEAF, ROOT, SIGNS, purposes(server))
        assert refusal(leaf, [], [ROOT_CERTIFICATE]) == ("x509.extended-key-usage", "/chain/0")
        mild = made.certificate(LEAF, ROOT, SIGNS, purposes(server, critical=False))
        assert refusal(mild, [], [ROOT_CERTIFICATE]) == ("x509.extended-key-usage", "/chain/0")

    @pytest.mark.parametrize("oid", ["1.2.3.4", "2.5.29.30", "2.5.29.36", "2.5.29.54"])
    def test_critical_extensions_not_understood(self, oid: str) -> None:
        strange = made.extension(oid, b"\x30\x00", critical=True)
        leaf = made.certificate(LEAF, MIDDLE, SIGNS, strange)
        middle = made.certificate(MIDDLE, ROOT, made.ca(), ISSUES, strange)
        code = "x509.critical-extension"
        assert refusal(leaf, [MIDDLE_CERTIFICATE], [ROOT_CERTIFICATE]) == (code, "/chain/0")
        assert refusal(LEAF_CERTIFICATE, [middle], [ROOT_CERTIFICATE]) == (code, "/chain/1")

    def test_name_constraints_even_where_not_critical(self) -> None:
        middle = made.certificate(MIDDLE, ROOT, made.ca(), ISSUES, made.extension("2.5.29.30", b"\x30\x00"))
        assert refusal(LEAF_CERTIFICATE, [middle], [ROOT_CERTIFICATE])[0] == "x509.critical-extension"

    def test_another_key_of_the_issuers_name(self) -> None:
        namesake = Signer(ROOT.name)
        namesake.d, namesake.public_key = OTHER.d, OTHER.public_key
        anchor = made.certificate(namesake, namesake, made.ca(), ISSUES)
        assert refusal(MIDDLE_CERTIFICATE_AS_SIGNER, [], [anchor]) == ("x509.issuer-unknown", "/chain/0")
        nameless = made.certificate(namesake, namesake, made.ca(), ISSUES, ids=False)
        assert refusal(MIDDLE_CERTIFICATE_AS_SIGNER, [], [nameless])[0] == "x509.certificate-signature-wrong"

    def test_time_without_zone(self) -> None:
        naive = datetime(2026, 6, 1)  # noqa: DTZ001  # what is refused
        with pytest.raises(UsageError):
            verify_chain(LEAF_CERTIFICATE, [], [LEAF_CERTIFICATE], at=naive)

    def test_long_chains_and_mazes_end(self) -> None:
        links = [Signer(f"level {i}") for i in range(12)]
        long = [made.certificate(a, b, made.ca(), ISSUES) for a, b in pairwise(links)]
        root = made.certificate(links[-1], links[-1], made.ca(), ISSUES)
        leaf = made.certificate(LEAF, links[0], SIGNS)
        assert refusal(leaf, long, [root])[0] == "x509.chain-too-long"
        # every one of seven has certified every other, many times over
        maze = [
            made.certificate(a, b, made.ca(), ISSUES, serial=serial)
            for a in links[:7]
            for b in links[:7]
            for serial in (1, 2)
            if a is not b
        ]
        assert refusal(leaf, maze, [root])[0] == "x509.chain-too-long"


MIDDLE_CERTIFICATE_AS_SIGNER = made.certificate(LEAF, ROOT, SIGNS)


def test_one_chain_at_any_time_of_day() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert verify_chain(LEAF_CERTIFICATE, [MIDDLE_CERTIFICATE], [ROOT_CERTIFICATE], at=noon).at == noon
