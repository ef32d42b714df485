"""02035-3: a draft per kWh delivered, marked as such, and empty unless a preview is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from gateway.codec.base import Package
from gateway.codec.run import Written
from gateway.errors import GatewayError, flatten
from gateway.formats.aas import PASSPORT
from gateway.formats.aas.rules import validate
from gateway.messages import explain
from gateway.model.declaration import Declaration
from gateway.model.product import Passport
from gateway.model.scope import Document
from gateway.report import Fate

from .test_footprint import basis, entries, environment, note, refusals

Build = Callable[..., Declaration]
Write = Callable[..., Written]


def told(entry: dict[str, Any]) -> tuple[str, list[str], Decimal]:
    phases = [phase.partition(" - ")[0] for phase in entry["LifeCyclePhases"]]
    return entry["ReferenceImpactUnitForCalculation"], phases, Decimal(entry["PcfCO2eq"])


class TestPreview:
    """60 kWh usable, M1, 8 years: 28,800 kWh delivered; 4320 kg are 0.15 kg per kWh."""

    def test_totals_and_stages(self, pack: Build, passport: Write) -> None:
        assert [told(entry) for entry in entries(passport(pack(), preview="yes"))] == [
            ("kWh", ["A1", "A3", "A4", "C3"], Decimal("0.15")),
            ("piece", ["A1", "A3", "A4", "C3"], Decimal(4320)),
            ("kWh", ["A1"], Decimal("0.1125")),
            ("kWh", ["A3"], Decimal("0.03")),
            ("kWh", ["A4"], Decimal("0.003")),
            ("kWh", ["C3"], Decimal("0.0045")),
        ]

    def test_no_class_is_invented(self, pack: Build, passport: Write) -> None:
        found = passport(pack(), preview="yes")
        assert {entry["PerformanceClass"] for entry in entries(found)} == {"not yet defined"}
        changed = found.package.only.data.replace(b"not yet defined", b"A")
        assert [f.code for f in validate(Package.of(changed), target=PASSPORT.id)] == ["schema.broken"]

    def test_draft_is_said_at_every_figure_and_of_the_whole(self, pack: Build, passport: Write) -> None:
        found = passport(pack(), preview="yes")
        (listed,) = environment(found)["submodels"][0]["submodelElements"]
        for entry in listed["value"]:
            texts = {text["language"]: text["text"] for text in entry["description"]}
            assert "draft act" in texts["en"]
            assert "法案草案" in texts["zh"]
        notice = basis(found)["Notice"]
        assert (notice["LegalStatus"], notice["Voluntary"], notice["Filled"]) == ("draft", True, True)
        assert basis(found)["Restated"]["MethodProfile"] == "eu-battery-ev-draft-2024"
        assert basis(found)["Restated"]["EnergyKWh"] == "28800"

    def test_study_is_an_identifier_of_a_document(self, pack: Build, passport: Write) -> None:
        found = passport(pack(), preview="yes")
        links = {tuple(entry["WebLinkToPublicCarbonFootprintStudy"]) for entry in entries(found)}
        assert links == {("https://example.com/study.pdf",)}
        assert "/passport/study_link" in found.carried

    def test_negative_end_of_life(self, pack: Build, passport: Write) -> None:
        stages = {"raw": "3240", "production": "864", "distribution": "86.4", "eol": "-300"}
        found = passport(pack(stages), preview="yes")
        assert told(entries(found)[-1])[2] < 0
        assert not validate(found.package, target=PASSPORT.id)

    def test_use_stage_is_left_out_with_its_kg(self, pack: Build, passport: Write) -> None:
        stages = {"raw": "3240", "production": "864", "distribution": "86.4", "use": "500", "eol": "129.6"}
        found = passport(pack(stages), preview="yes")
        left = note(found, "/results/pack/rows/use/carbon/total")
        assert (left.fate, left.kg) == (Fate.DROPPED, Decimal(500))
        assert told(entries(found)[1])[2] == 4320

    def test_value_per_capacity_stands_out(self, pack: Build, passport: Write) -> None:
        data = passport(pack(), preview="yes").package.only.data
        for before, after in ((b'"0.15"', b'"72"'), (b'"0.1125"', b'"71.9625"')):
            data = data.replace(before, after)
        codes = [f.code for f in validate(Package.of(data), target=PASSPORT.id)]
        assert codes == ["passport.outside-band"]

    def test_sum_is_checked(self, pack: Build, passport: Write) -> None:
        data = passport(pack(), preview="yes").package.only.data.replace(b'"0.15"', b'"0.16"')
        assert "passport.sum-differs" in [f.code for f in validate(Package.of(data), target=PASSPORT.id)]


class TestRegistryProfile:
    """The default: points 17 and 18 are not to be filled."""

    def test_no_figure_and_a_reason(self, pack: Build, passport: Write) -> None:
        found = passport(pack())
        (listed,) = environment(found)["submodels"][0]["submodelElements"]
        assert "value" not in listed
        assert basis(found)["Notice"]["Profile"] == "eu-registry"
        text = found.package.only.data.decode()
        assert not [figure for figure in ("0.15", "4320", "3240", "28800", "study.pdf") if figure in text]
        assert found.package.only.name == "carbon-footprint-not-filled.json"

    def test_filled_value_breaks_it(self, pack: Build, passport: Write) -> None:
        empty, full = environment(passport(pack())), environment(passport(pack(), preview="yes"))
        empty["submodels"][0]["submodelElements"] = full["submodels"][0]["submodelElements"]
        found = validate(Package.of(json.dumps(empty).encode()), target=PASSPORT.id)
        assert {f.code for f in found} == {"aas.filled-too-early"}

    def test_values_left_out_are_noted(self, pack: Build, passport: Write) -> None:
        found = passport(pack())
        assert note(found, "/results/aas-02035-3/carbon/total").code == "passport.not-to-be-filled"
        assert note(found, "/passport/study_link").code == "passport.not-to-be-filled"


class TestRefused:
    """Named, all at once, in both languages; the same for both profiles."""

    def test_not_a_battery(self, steel: Build, passport: Write) -> None:
        found = refusals(lambda: passport(steel()))
        error: GatewayError = found["restate.not-a-battery"]
        assert "aas-02035-3@1.0" in explain(error, "zh").what
        assert "aas-02035-3@1.0" in explain(error, "en").what
        assert explain(error, "zh").what != explain(error, "en").what

    @pytest.mark.parametrize("preview", ["yes", "no"])
    def test_what_both_profiles_ask_for(self, pack: Build, passport: Write, preview: str) -> None:
        bare = pack(passport=Passport(), document=Document(id="D-1"))
        with pytest.raises(GatewayError) as caught:
            passport(bare, preview=preview)
        codes = {e.error_code for e in flatten(caught.value)}
        assert codes == {"passport.no-public-study", "aas.no-publication-date"}
