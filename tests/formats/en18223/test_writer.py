"""The passport document as we write it: header, sections, and a footprint only in a preview."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.run import Written
from gateway.errors import GatewayError, InputError, flatten
from gateway.formats.en18223 import FORMAT
from gateway.formats.en18223.rules import validate
from gateway.formats.en18223.table import ANNEX_ID, FOOTPRINT, SECTIONS
from gateway.messages import explain
from gateway.model.declaration import Declaration
from gateway.model.party import PartyIds
from gateway.model.product import Passport
from gateway.report import Fate, Note

Build = Callable[..., Declaration]
Write = Callable[..., Written]


def document(found: Written) -> dict[str, Any]:
    loaded = json.loads(found.package.only.data, parse_float=Decimal)
    assert isinstance(loaded, dict)
    return loaded


def note(found: Written, path: str) -> Note:
    (only,) = [n for n in found.notes if n.path == path]
    return only


def refusals(write: Callable[[], object]) -> dict[str, GatewayError]:
    with pytest.raises(GatewayError) as caught:
        write()
    return {e.path: e for e in flatten(caught.value)}


class TestHeader:
    """IDTA 02099-1: one spelling written."""

    def test_members(self, passport: Build, written: Write) -> None:
        found = document(written(passport()))
        head = {name: value for name, value in found.items() if name not in SECTIONS.values()}
        assert head == {
            "digitalProductPassportId": "https://example.com/passport/EV-M1",
            "uniqueProductIdentifier": "https://example.com/product/EV-M1",
            "granularity": "Model",
            "dppSchemaVersion": "EN18223:v1.0",
            "dppStatus": "Active",
            "lastUpdate": "2026-01-01T00:00:00Z",
            "economicOperatorId": "0199:5493001KJTIIGC8Y1R12",
            "contentSpecificationIds": [name for name in SECTIONS.values() if name != FOOTPRINT],
        }

    def test_a_section_for_every_specification(self, passport: Build, written: Write) -> None:
        found = document(written(passport(), preview="yes"))
        assert found["contentSpecificationIds"] == list(SECTIONS.values())
        assert set(found["contentSpecificationIds"]) < set(found)

    def test_operator_that_names_its_scheme_comes_first(self, passport: Build, written: Write) -> None:
        ids = PartyIds(lei="5493001KJTIIGC8Y1R12", eu_operator="0223:DE123456789")
        enterprise = passport().enterprise.model_copy(update={"ids": ids})
        found = document(written(passport(enterprise=enterprise)))
        assert found["economicOperatorId"] == "0223:DE123456789"
        plate = found[SECTIONS["nameplate"]]
        assert (plate["OperatorIdentifier"], plate["ManufacturerIdentifier"]) == (
            "0223:DE123456789",
            "0199:5493001KJTIIGC8Y1R12",
        )

    def test_what_nobody_but_the_owner_can_give(self, battery: Build, written: Write) -> None:
        found = refusals(lambda: written(battery()))
        assert set(found) == {
            "/passport/id",
            "/passport/product_link",
            "/passport/granularity",
            "/enterprise/ids/lei",
        }
        for error in found.values():
            assert "{" not in explain(error, "zh").what + explain(error, "en").fix + explain(error, "zh").fix
            assert explain(error, "zh").what != explain(error, "en").what


class TestFootprint:
    """Entries per kWh delivered, marked as draft; nothing by default."""

    def test_total_stages_and_the_whole_battery(self, passport: Build, written: Write) -> None:
        entries = document(written(passport(), preview="yes"))[FOOTPRINT]["ProductCarbonFootprints"]
        told = [(e["ReferenceImpactUnitForCalculation"], e["PcfCo2eq"]) for e in entries]
        assert told == [
            ("kwH", Decimal("0.15")),
            ("kwH", Decimal("0.1125")),
            ("kwH", Decimal("0.03")),
            ("kwH", Decimal("0.003")),
            ("kwH", Decimal("0.0045")),
            ("piece", Decimal(4320)),
        ]
        assert [phase[:2] for e in entries[1:5] for phase in e["LifeCyclePhases"]] == ["A1", "A3", "A4", "C3"]

    def test_every_entry_says_draft_and_no_class(self, passport: Build, written: Write) -> None:
        for entry in document(written(passport(), preview="yes"))[FOOTPRINT]["ProductCarbonFootprints"]:
            assert entry["PerformanceClass"] == "not yet defined"
            assert entry["PcfCalculationMethods"] == ["eu-battery-ev-draft-2024 (draft)"]

    def test_negative_end_of_life(self, passport: Build, written: Write) -> None:
        stages = {"raw": "3240", "production": "864", "distribution": "86.4", "eol": "-300"}
        entries = document(written(passport(stages), preview="yes"))[FOOTPRINT]["ProductCarbonFootprints"]
        assert entries[4]["PcfCo2eq"] < 0

    def test_no_figure_hides_in_the_default(self, passport: Build, written: Write) -> None:
        found = written(passport())
        text = found.package.only.data.decode()
        assert not [figure for figure in ("0.15", "4320", "3240", "28800", "study.pdf") if figure in text]
        assert note(found, "/results/en18223/carbon/total").code == "passport.not-to-be-filled"

    def test_quotient_is_rounded_once(self, passport: Build, written: Write) -> None:
        stages = {"raw": "4031.92", "production": "1678.3232", "distribution": "132.096", "eol": "426.432"}
        found = written(passport(stages), preview="yes")
        assert note(found, "/results/en18223/rows/raw/carbon/total").fate is Fate.ROUNDED
        assert not validate(found.package)


class TestSections:
    """What the declaration knows beyond the footprint, at its published place."""

    def test_technical_data(self, passport: Build, written: Write) -> None:
        assert document(written(passport()))[SECTIONS["technical"]]["GeneralInformation"] == {
            "ManufacturerName": "示例电池有限公司",
            "ManufacturerIdentifier": "0199:5493001KJTIIGC8Y1R12",
            "WarrantyInformation": {"WarrantyPeriod": "P96M"},
            "BatteryCategory": "ev",
        }

    def test_names_in_every_language(self, passport: Build, written: Write) -> None:
        plate = document(written(passport()))[SECTIONS["nameplate"]]
        assert plate["ManufacturerName"] == [{"zh": "示例电池有限公司"}]

    def test_what_a_section_misses_is_told_in_it(self, passport: Build, written: Write) -> None:
        own = document(written(passport()))[ANNEX_ID]
        missing = {row["section"]: row["missing"] for row in own["notice"]["incomplete"]}
        assert "/SerialNumber" in missing[SECTIONS["nameplate"]]
        assert "/ManufacturerName" not in missing[SECTIONS["nameplate"]]

    def test_legitimate_interest_is_left_out_and_named(self, passport: Build, written: Write) -> None:
        found = written(passport())
        for path in ("/passport/status", "/passport/put_into_service"):
            told = note(found, path)
            assert (told.fate, told.code) == (Fate.WITHHELD, "en18223.legitimate-interest")
        text = found.package.only.data.decode()
        assert "original" not in text
        assert "2026-09-01" not in text
        assert len(document(found)[ANNEX_ID]["notice"]["restricted"]) == 2

    def test_own_words_come_back(self, passport: Build, written: Write) -> None:
        found = written(passport(), preview="yes")
        assert {"/product/name/zh", "/battery/chemistry", "/passport/warranty_months"} <= found.carried


class TestRefused:
    """As every passport of a battery."""

    def test_not_a_battery(self, passport: Build, written: Write) -> None:
        found = refusals(lambda: written(passport(battery=None)))
        assert found["/battery/category"].error_code == "restate.not-a-battery"

    def test_no_public_study(self, passport: Build, written: Write) -> None:
        own = passport().passport.model_copy(update={"study_link": None})
        found = refusals(lambda: written(passport(passport=own)))
        assert found["/passport/study_link"].error_code == "passport.no-public-study"

    def test_all_lacks_at_once(self, passport: Build, written: Write) -> None:
        found = refusals(lambda: written(passport(passport=Passport(), battery=None)))
        assert {"/passport/id", "/passport/study_link", "/battery/category"} <= set(found)


class TestOwnReader:
    """A document of ours that was changed is refused, wherever it was."""

    def changed(self, written_: Written, change: Callable[[dict[str, Any]], None]) -> str:
        loaded = json.loads(written_.package.only.data)
        change(loaded)
        with pytest.raises(InputError) as caught:
            FORMAT.read(Package.of(json.dumps(loaded).encode()), Context())
        return caught.value.error_code

    def test_header(self, passport: Build, written: Write) -> None:
        found = written(passport(), preview="yes")
        assert self.changed(found, lambda d: d.update(dppStatus="Draft")) == "en18223.contradicts-itself"
        assert self.changed(found, lambda d: d.update(facilityId="x")) == "en18223.contradicts-itself"
        assert self.changed(found, lambda d: d.update(lastUpdate="yesterday")) == "en18223.not-ours"

    def test_section(self, passport: Build, written: Write) -> None:
        def change(loaded: dict[str, Any]) -> None:
            loaded[SECTIONS["technical"]]["GeneralInformation"]["BatteryCategory"] = "lmt"

        assert self.changed(written(passport()), change) == "en18223.contradicts-itself"

    def test_footprint_entries(self, passport: Build, written: Write) -> None:
        def fewer(loaded: dict[str, Any]) -> None:
            loaded[FOOTPRINT]["ProductCarbonFootprints"] = []

        def no_number(loaded: dict[str, Any]) -> None:
            loaded[FOOTPRINT]["ProductCarbonFootprints"][0]["PcfCo2eq"] = "0.15"

        for change in (fewer, no_number):
            assert self.changed(written(passport(), preview="yes"), change) == "en18223.not-ours"


class TestRules:
    """What no schema says."""

    def codes(self, written_: Written, change: Callable[[dict[str, Any]], None]) -> set[str]:
        loaded = json.loads(written_.package.only.data)
        change(loaded)
        return {f.code for f in validate(Package.of(json.dumps(loaded).encode()))}

    def test_class_is_invented(self, passport: Build, written: Write) -> None:
        def change(loaded: dict[str, Any]) -> None:
            loaded[FOOTPRINT]["ProductCarbonFootprints"][0]["PerformanceClass"] = "A"

        assert self.codes(written(passport(), preview="yes"), change) == {"passport.invented-class"}

    def test_sum_and_band(self, passport: Build, written: Write) -> None:
        def change(loaded: dict[str, Any]) -> None:
            loaded[FOOTPRINT]["ProductCarbonFootprints"][0]["PcfCo2eq"] = 49

        found = self.codes(written(passport(), preview="yes"), change)
        assert found == {"passport.sum-differs", "passport.outside-band"}

    def test_filled_too_early(self, passport: Build, written: Write) -> None:
        filled = document(written(passport(), preview="yes"))[FOOTPRINT]

        def change(loaded: dict[str, Any]) -> None:
            loaded[FOOTPRINT] = json.loads(json.dumps(filled, default=str))

        assert self.codes(written(passport()), change) == {"en18223.filled-too-early"}

    def test_stage_is_missing(self, passport: Build, written: Write) -> None:
        def change(loaded: dict[str, Any]) -> None:
            del loaded[FOOTPRINT]["ProductCarbonFootprints"][1]

        assert self.codes(written(passport(), preview="yes"), change) == {"en18223.not-four-stages"}

    def test_listed_specification_without_a_section(self, passport: Build, written: Write) -> None:
        found = self.codes(
            written(passport()), lambda d: d["contentSpecificationIds"].append("urn:example:other")
        )
        assert found == {"en18223.no-such-section"}

    def test_mark_that_was_changed(self, passport: Build, written: Write) -> None:
        def change(loaded: dict[str, Any]) -> None:
            loaded[ANNEX_ID]["notice"]["legalStatus"] = "in-force"

        assert self.codes(written(passport()), change) == {"schema.broken"}


def test_same_input_same_bytes(passport: Build, written: Write) -> None:
    assert written(passport()).package.only.data == written(passport()).package.only.data
    assert date(2026, 3, 1).isoformat() in written(passport()).package.only.data.decode()
