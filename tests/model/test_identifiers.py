"""Check digits against published identifiers, and against every slip of one digit."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import identifiers
from gateway.model.identifiers import Flaw

USCC_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Register numbers of three Chinese companies, GS1's own example, an LEI of its register, CAS of water.
VALID: list[tuple[Callable[[str], Flaw | None], str]] = [
    (identifiers.uscc, "91350900587527783P"),
    (identifiers.uscc, "914403001922038216"),
    (identifiers.organisation_code, "71526726X"),
    (identifiers.gtin, "4006381333931"),
    (identifiers.gtin, "96385074"),
    (identifiers.lei, "5493001KJTIIGC8Y1R12"),
    (identifiers.cas, "7732-18-5"),
    (identifiers.cas, "15365-14-7"),
    (identifiers.gb2260, "350900"),
    (identifiers.hs, "0902"),
    (identifiers.hs, "8507.60"),
    (identifiers.hs, "8507600090"),
    (identifiers.hs, "4418.7"),
    (identifiers.cn8, "8507 60 00"),
    (identifiers.cpc, "46420"),
    (identifiers.gbt34014, "04QPE6GA00HPABC123456789"),
    (identifiers.gbt34014, "04QPE6GF6A0000001RP"),
    (identifiers.notified_body, "0123"),
    (identifiers.uuid, "a6ef2d29-49bd-4aaf-ac19-1e3975e4fa51"),
    (identifiers.duns, "544853431"),
    (identifiers.bpn, "BPNL00000003CRHK"),
    (identifiers.eori, "DE123456789012345"),
    (identifiers.country, "CN"),
    (identifiers.digest, "0" * 64),
]
INVALID: list[tuple[Callable[[str], Flaw | None], str, str]] = [
    (identifiers.uscc, "91350900587527783X", "identity.uscc-check"),
    (identifiers.uscc, "9135090058752778OP", "identity.uscc-character"),
    (identifiers.uscc, "91350900587527783p", "identity.uscc-character"),
    (identifiers.uscc, "9135090058752778", "identity.uscc-length"),
    (identifiers.gtin, "4006381333932", "identity.gtin"),
    (identifiers.gtin, "40063813339", "identity.gtin"),
    (identifiers.gtin, "４006381333931", "identity.gtin"),
    (identifiers.lei, "5493001KJTIIGC8Y1R13", "identity.lei"),
    (identifiers.cas, "7732-18-4", "identity.cas"),
    (identifiers.cas, "7732185", "identity.cas"),
    (identifiers.gb2260, "3509", "identity.gb2260"),
    (identifiers.gb2260, "990000", "identity.gb2260-province"),
    (identifiers.hs, "85", "identity.hs"),
    (identifiers.hs, "72xx", "identity.hs"),
    (identifiers.hs, "7701", "identity.hs"),
    (identifiers.cn8, "850760", "identity.cn8"),
    (identifiers.cpc, "412xx", "identity.cpc"),
    (identifiers.gbt34014, "04QPE6GA00HPABC12345678", "identity.gbt34014"),
    (identifiers.notified_body, "123", "identity.notified-body"),
    (identifiers.uuid, "a6ef2d29", "identity.uuid"),
    (identifiers.duns, "54485343", "identity.duns"),
    (identifiers.bpn, "BPNS00000003CRHK", "identity.bpn"),
    (identifiers.eori, "1234", "identity.eori"),
    (identifiers.country, "China", "identity.country"),
    (identifiers.digest, "0" * 63, "identity.digest"),
]


@pytest.mark.parametrize(("check", "text"), VALID)
def test_a_real_identifier_passes(check: Callable[[str], Flaw | None], text: str) -> None:
    assert check(text) is None


@pytest.mark.parametrize(("check", "text", "code"), INVALID)
def test_a_wrong_one_is_named(check: Callable[[str], Flaw | None], text: str, code: str) -> None:
    flaw = check(text)
    assert flaw is not None
    assert flaw.code == code


def test_the_right_check_symbol_is_told() -> None:
    assert identifiers.uscc("91350900587527783X") == Flaw("identity.uscc-check", "P")
    assert identifiers.gtin("4006381333930") == Flaw("identity.gtin", "1")
    assert identifiers.lei("5493001KJTIIGC8Y1R00") == Flaw("identity.lei", "12")
    assert identifiers.cas("7732-18-0") == Flaw("identity.cas", "5")


class TestOneSlip:
    """One wrong symbol is always noticed; that is what check digits are for."""

    @given(st.integers(0, 17), st.sampled_from(USCC_SYMBOLS))
    def test_in_a_credit_code(self, at: int, symbol: str) -> None:
        right = "91350900587527783P"
        wrong = right[:at] + symbol + right[at + 1 :]
        assert (identifiers.uscc(wrong) is None) == (wrong == right)

    @given(st.integers(0, 12), st.sampled_from("0123456789"))
    def test_in_a_gtin(self, at: int, digit: str) -> None:
        right = "4006381333931"
        wrong = right[:at] + digit + right[at + 1 :]
        assert (identifiers.gtin(wrong) is None) == (wrong == right)


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    checks = {check for check, _ in VALID}
    assert all(flaw is None or flaw.code.startswith("identity.") for flaw in (c(text) for c in checks))


def test_the_published_vectors(oracle_data: Path) -> None:
    rows = _rows(oracle_data, "uscc_test_vectors")
    verdicts = {
        "valid": None,
        "invalid check digit": "identity.uscc-check",
        "invalid character": "identity.uscc-character",
        "invalid length": "identity.uscc-length",
    }
    assert len(rows) == 8
    for row in rows:
        flaw = identifiers.uscc(row["uscc"])
        assert (flaw and flaw.code) == verdicts[row["expected"]], row


def test_every_province_is_known(oracle_data: Path) -> None:
    rows = _rows(oracle_data, "gb2260_provinces")
    assert len(rows) == 34
    assert all(identifiers.gb2260(row["gb2260"]) is None for row in rows)


def _rows(oracle_data: Path, name: str) -> list[dict[str, str]]:
    text = (oracle_data / "china" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
