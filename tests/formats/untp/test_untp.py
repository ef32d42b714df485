"""UNTP passports in both versions and the verifier's credential: written, read back, judged, bridged."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.schema import judge
from gateway.errors import GatewayError
from gateway.formats import detect, find
from gateway.model.walk import by_path
from gateway.pipeline.convert import Outcome, Source, convert, read
from tests.conftest import Judges

EXAMPLES = Path(__file__).parents[3] / "examples"
VERSIONS = ("0.6.1", "0.7.0")


def source(name: str = "lfp-pack.json", *, data: bool = True) -> Source:
    more = [Package.of((EXAMPLES / "passport-data" / name).read_bytes())] if data else []
    return read((EXAMPLES / name).read_bytes(), beside=more)


def one(target: str, own: Source | None = None, **options: str) -> Outcome:
    (outcome,) = convert(own or source(), to=[target], options=options)
    return outcome


def document(outcome: Outcome) -> dict[str, Any]:
    assert outcome.package is not None, [error.error_code for error in outcome.lacks]
    found: dict[str, Any] = json.loads(outcome.package.only.data)
    return found


class TestPassport:
    def test_the_old_version_has_a_scorecard(self) -> None:
        card = document(one("untp-dpp@0.6.1"))["credentialSubject"]["emissionsScorecard"]
        told = (card["carbonFootprint"], card["declaredUnit"], card["operationalScope"])
        assert told == (6268.7712, "H87", "CradleToGrave")
        assert card["primarySourcedRatio"] == 0.872

    def test_the_new_version_has_a_metric_for_each_stage_and_they_add_up(self) -> None:
        (claim,) = document(one("untp-dpp@0.7.0"))["credentialSubject"]["performanceClaim"]
        values = [p["measure"]["value"] for p in claim["claimedPerformance"]]
        assert values[0] == 6268.7712
        assert round(sum(values[1:]), 4) == values[0]

    def test_stages_that_the_old_version_has_no_place_for_are_noted_with_their_kg(self) -> None:
        gone = [n for n in one("untp-dpp@0.6.1").notes if "/rows/" in n.path and n.kg is not None]
        pack = sum(n.kg for n in gone if n.path.startswith("/results/pack/rows/") and n.kg is not None)
        assert float(pack) >= 6268.7712

    @pytest.mark.parametrize("version", VERSIONS)
    def test_without_an_issuer_it_is_refused_and_the_option_names_one(self, version: str) -> None:
        told = json.loads((EXAMPLES / "lfp-pack.json").read_text(encoding="utf-8"))
        del told["enterprise"]["ids"]["lei"]
        data = [Package.of((EXAMPLES / "passport-data" / "lfp-pack.json").read_bytes())]
        own = read(json.dumps(told).encode(), beside=data)
        refused = one(f"untp-dpp@{version}", own)
        assert "untp.no-issuer" in {error.error_code for error in refused.lacks}
        named = document(one(f"untp-dpp@{version}", own, **{"untp-issuer": "did:web:example.com"}))
        assert named["issuer"]["id"] == "did:web:example.com"

    def test_a_ratio_that_nobody_gave_is_not_invented(self) -> None:
        told = json.loads((EXAMPLES / "lfp-pack.json").read_text(encoding="utf-8"))
        del told["quality"]["primaryShareEmissionsPct"]
        outcome = one("untp-dpp@0.6.1", read(json.dumps(told).encode()))
        assert "/quality/primary_share_emissions" in {error.path for error in outcome.lacks}

    @pytest.mark.oracle
    @pytest.mark.parametrize(
        ("name", "version"),
        [("untp-dpp-0.6.1-emissionsScorecard-EV-M1", "0.6.1"), ("untp-dpp-0.7.0-pcf", "0.7.0")],
    )
    def test_samples_are_read_and_hold(self, oracle_data: Path, name: str, version: str) -> None:
        data = (oracle_data / "passport" / "own-examples" / f"{name}.json").read_bytes()
        found = detect(Package.of(data))
        assert found.format.id == f"untp-dpp@{version}"
        assert judge(Package.of(data).json, f"untp/dpp-{version}.schema.json") == ()
        declaration = found.format.read(Package.of(data), Context()).declaration
        assert declaration.passport.product_link == "https://id.gs1.org/01/06901234567892"
        if version == "0.6.1":  # per kWh, and nobody says of which energy but a name
            (result,) = declaration.results
            assert str(result.carbon.total) == "0.15 kg{CO2eq}"

    @pytest.mark.parametrize(("old", "new"), [VERSIONS, VERSIONS[::-1]])
    def test_bridge(self, old: str, new: str) -> None:
        """What both versions have a place for crosses; the rest is in the notes."""
        first = one(f"untp-dpp@{old}")
        assert first.package is not None
        again = read(first.package)
        second = one(f"untp-dpp@{new}", again, **{"untp-issuer": "did:web:example.com"})
        before = by_path(again.declaration)
        if second.package is None:
            lacking = {error.path for error in second.lacks}
            assert lacking.isdisjoint(before)
            assert lacking >= ({"/quality/primary_share_emissions"} if new == "0.6.1" else set())
            return
        after = by_path(read(second.package).declaration)
        gone = {path for path in before if after.get(path) != before[path]}
        assert gone <= {note.path for note in second.notes}

    @pytest.mark.judge("dppvalidator")
    @pytest.mark.judge("untp-dpp-schemas")
    def test_judges_accept_both(self, judges: Judges, tmp_path: Path) -> None:
        files = []
        for version in VERSIONS:
            for audience in ("public", "legitimate-interest"):
                file = tmp_path / f"{version}-{audience}.json"
                file.write_text(json.dumps(document(one(f"untp-dpp@{version}", audience=audience))))
                files.append(file)
        tea = json.loads((EXAMPLES / "tea.json").read_text(encoding="utf-8"))
        tea["passport"] = {"productLink": "https://example.com/tea", "granularity": "model"}
        tea.setdefault("enterprise", {}).setdefault("ids", {})["lei"] = "5299000EXAMPLE000096"
        outcome = one("untp-dpp@0.6.1", read(json.dumps(tea).encode()))
        if outcome.package is not None:
            files.append(tmp_path / "tea.json")
            files[-1].write_bytes(outcome.package.only.data)
        for name, said in judges.python("untp.py", *files).items():
            assert said == {"dppvalidator": [], "jsonschema": []}, name


class TestConformity:
    def test_it_is_bound_to_the_bytes_that_were_assessed(self) -> None:
        own = source()
        subject = document(one("untp-dcc", own))["credentialSubject"]
        alone = hashlib.sha256((EXAMPLES / "lfp-pack.json").read_bytes()).hexdigest()
        data = hashlib.sha256((EXAMPLES / "passport-data" / "lfp-pack.json").read_bytes()).hexdigest()
        joined = hashlib.sha256(f"{alone}\n{data}".encode()).hexdigest()
        assert subject["auditableEvidence"]["hashDigest"] == joined
        assert (
            document(one("untp-dcc", source(data=False)))["credentialSubject"]["auditableEvidence"][
                "hashDigest"
            ]
            == hashlib.sha256((EXAMPLES / "lfp-pack.json").read_bytes()).hexdigest()
        )

    def test_it_says_only_what_the_statement_covers(self) -> None:
        told = json.loads((EXAMPLES / "lfp-pack.json").read_text(encoding="utf-8"))
        told["verification"]["covers"] = ["declared"]
        (assessment,) = document(one("untp-dcc", read(json.dumps(told).encode())))["credentialSubject"][
            "assessment"
        ]
        assert "declaredValue" not in assessment

    @pytest.mark.parametrize(
        ("member", "value", "code"),
        [
            ("opinion", "qualified", "untp.opinion"),
            ("reportHash", "sm3:00", "untp.no-digest"),
            ("kind", "first", "untp.not-verified"),
        ],
    )
    def test_anything_less_is_refused(self, member: str, value: str, code: str) -> None:
        told = json.loads((EXAMPLES / "lfp-pack.json").read_text(encoding="utf-8"))
        told["verification"][member] = value
        outcome = one("untp-dcc", read(json.dumps(told).encode()))
        assert code in {error.error_code for error in outcome.lacks}

    def test_it_is_detected_and_read(self) -> None:
        package = one("untp-dcc").package
        assert package is not None
        found = detect(package)
        assert found.format.id == "untp-dcc@0.6.1"
        (verification,) = found.format.read(package, Context()).declaration.verifications
        assert verification.statement_number == "EX-VS-2026-001"

    def test_what_is_no_credential_is_refused(self) -> None:
        (format_,) = find("untp-dcc")
        with pytest.raises(GatewayError):
            format_.read(Package.of(b'{"type": ["DigitalConformityCredential"]}'), Context())
