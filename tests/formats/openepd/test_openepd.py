"""openEPD: what is read, what is written back, and what another kind of declaration becomes."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.run import Written, run_writer
from gateway.errors import GatewayError, flatten
from gateway.formats.openepd import FORMAT
from gateway.frontdoor import json as json_door
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.party import Enterprise
from gateway.model.product import Product
from gateway.model.results import Carbon, Indicator, IndicatorAmount, ResultRow, ResultSet
from gateway.model.scope import FunctionalUnit, Method
from gateway.pipeline.convert import convert, read
from gateway.quantity import Quantity
from gateway.report import Fate

if TYPE_CHECKING:
    from tests.conftest import Judges

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
CONTEXT = Context(source="0" * 64)
# Acidification in mol H+ eq; freshwater eutrophication in kg P eq, for which openEPD has no unit.
ACIDIFICATION = "b5c611c6-def3-11e6-bf01-fe55135034f3"
FRESHWATER = "b53ec18f-7377-4ad3-86eb-cc3f4f276b2b"

DOCUMENT: dict[str, Any] = {
    "doctype": "openEPD",
    "openepd_version": "0.1",
    "id": "XC300001",
    "version": 2,
    "language": "en",
    "date_of_issue": "2026-03-01T00:00:00Z",
    "valid_until": "2031-03-01T12:30:00+08:00",
    "product_name": "Ready mix concrete C30",
    "declared_unit": {"qty": 1, "unit": "m3"},
    "kg_per_declared_unit": {"qty": 2400.50, "unit": "kg"},
    "manufacturer": {"name": "Example Concrete Co.", "web_domain": "example.org"},
    "program_operator": {"name": "Example Programme"},
    "program_operator_doc_id": "EX-17",
    "compliance": [{"short_name": "EN 15804", "link": "https://example.org/en15804"}],
    "pcr": {"name": "Concrete", "version": "3", "issuer": {"name": "Example Programme"}, "id": "PCR00001"},
    "third_party_verifier": {"name": "Example Verifier"},
    "ec3": {"category": "Concrete"},
    "impacts": {
        "TRACI 2.1": {"gwp": {"A1A2A3": {"mean": 290, "unit": "kgCO2e"}}},
        "EF 3.1": {
            "gwp": {
                "A1A2A3": {"mean": 300.25, "unit": "kgCO2e", "rsd": 0.1},
                "C3": {"mean": 12, "unit": "kgCO2e"},
                "D": {"mean": -30, "unit": "kgCO2e"},
            },
            "gwp-fossil": {"A1A2A3": {"mean": 299, "unit": "kgCO2e"}},
            "ap": {"A1A2A3": {"mean": 0.5, "unit": "molHe"}},
            "ep-fresh": {"A1A2A3": {"mean": 0.01, "unit": "kgPO4e"}},
        },
    },
    "resource_uses": {"pere": {"A1A2A3": {"mean": 55.5, "unit": "MJ"}}},
}


def package(document: dict[str, Any]) -> Package:
    return Package.of(json.dumps(document).encode(), name="epd.json")


def kg(number: str) -> Quantity:
    return Quantity(Decimal(number), "kg{CO2eq}")


def declaration(*rows: ResultRow, **parts: Any) -> Declaration:
    whole = Declaration(
        enterprise=Enterprise(name=LangText({"zh": "示例有限公司"})),
        product=Product(name=LangText({"zh": "铝锭", "en": "aluminium ingot"})),
        unit=FunctionalUnit(amount=Quantity(Decimal(1), "t")),
        method=Method(gwp_set="AR6"),
        results=(ResultSet(id="declared", rows=rows),),
    )
    return whole.model_copy(update=parts)


def row(stage: str | None, number: str, module: str | None = None, scenario: str | None = None) -> ResultRow:
    return ResultRow(stage=stage, module=module, scenario=scenario, carbon=Carbon(total=kg(number)))


def written(whole: Declaration) -> tuple[Written, dict[str, Any]]:
    found = run_writer(FORMAT, whole, CONTEXT)
    return found, json.loads(found.package.only.data)


class TestReading:
    def test_figures_stand_by_method_and_module(self) -> None:
        reading = FORMAT.read(package(DOCUMENT), CONTEXT)
        declared, other = reading.declaration.results
        assert {r.module: r.carbon.total_including_uptake for r in declared.rows} == {
            "A1-A3": kg("300.25"),
            "C3": kg("12"),
            "D": kg("-30"),
        }
        assert declared.carbon.total is None  # 300.25 + 12 − 30 is nobody's total
        assert (other.id, other.rows[0].carbon.total) == ("TRACI 2.1", kg("290"))
        assert declared.indicators[0].id == ACIDIFICATION
        assert reading.declaration.method.lcia_method == "EF 3.1"
        assert reading.findings == ()

    def test_the_same_document_comes_back(self) -> None:
        reading = FORMAT.read(package(DOCUMENT), CONTEXT)
        found, document = written(reading.declaration)
        assert found.notes == ()
        assert document == json.loads(json.dumps(DOCUMENT))

    def test_digits_come_back_as_they_were(self) -> None:
        text = json.dumps(DOCUMENT).replace("300.25", "300.250000000000000001")
        reading = FORMAT.read(Package.of(text.encode()), CONTEXT)
        assert b"300.250000000000000001" in run_writer(FORMAT, reading.declaration, CONTEXT).package.only.data

    def test_what_is_no_measurement_is_told_and_kept(self) -> None:
        impacts = {
            "EF 3.1": {"gwp": {"A1": {"mean": "7", "unit": "kgCO2e"}, "A2": {"mean": 1, "unit": "kg"}}}
        }
        reading = FORMAT.read(package(DOCUMENT | {"impacts": impacts}), CONTEXT)
        assert [f.code for f in reading.findings] == ["openepd.not-an-amount"] * 2
        assert len([name for name in reading.declaration.extras if "_unread" in name]) == 4

    def test_a_list_is_refused(self) -> None:
        with pytest.raises(GatewayError) as caught:
            FORMAT.read(Package.of(b"[1]"), CONTEXT)
        assert caught.value.error_code == "openepd.not-an-object"

    def test_detected_by_its_kind(self) -> None:
        evidence = FORMAT.detect(package(DOCUMENT))
        assert evidence is not None
        assert evidence.strength == 3
        assert FORMAT.detect(Package.of(b'{"doctype": "openEPD"}')) is None


class TestWriting:
    def test_every_language_comes_back(self) -> None:
        found, document = written(declaration(row("production", "7", "A1-A3")))
        assert (document["language"], document["product_name"]) == ("en", "aluminium ingot")
        assert found.reread.product.name == LangText({"zh": "铝锭", "en": "aluminium ingot"})
        assert found.reread.enterprise.name == LangText({"zh": "示例有限公司"})

    def test_stages_up_to_the_gate_become_one_module(self) -> None:
        whole = declaration(row("raw", "5"), row("production", "2.5"), row("eol", "1"))
        found, document = written(whole)
        assert document["impacts"]["IPCC AR6"]["gwp"] == {"A1A2A3": {"mean": 7.5, "unit": "kgCO2e"}}
        fates = {note.path: note.fate for note in found.notes}
        assert fates["/results/declared/rows/raw/carbon/total"] is Fate.AGGREGATED
        assert fates["/results/declared/rows/eol/carbon/total"] is Fate.DROPPED

    def test_module_d_is_in_no_sum(self) -> None:
        rows = (row("production", "100", "A1-A3"), row("eol", "5", "C3"), row("credit", "-30", "D"))
        _, document = written(declaration(*rows))
        means = [told["mean"] for told in document["impacts"]["IPCC AR6"]["gwp"].values()]
        assert means == [100, 5, -30]

    def test_scenarios_are_not_mixed_into_one(self) -> None:
        rows = (row("production", "1", "A1-A3"), row("eol", "2", "C3", "S1"), row("eol", "3", "C3", "S2"))
        found, document = written(declaration(*rows))
        assert list(document["impacts"]["IPCC AR6"]["gwp"]) == ["A1A2A3"]
        assert {n.path for n in found.notes if "C3" in n.path and n.path.endswith("total")} == {
            "/results/declared/rows/eol.C3.S1/carbon/total",
            "/results/declared/rows/eol.C3.S2/carbon/total",
        }

    def test_phosphorus_is_not_written_as_phosphate(self) -> None:
        amount = Quantity(Decimal("0.01"), "kg{Peq}")
        indicators = (Indicator(id=FRESHWATER, amounts=(IndicatorAmount(module="A1-A3", amount=amount),)),)
        sets = (ResultSet(id="declared", rows=(row("production", "1", "A1-A3"),), indicators=indicators),)
        found, document = written(declaration(results=sets))
        assert "ep-fresh" not in document["impacts"]["IPCC AR6"]
        assert any(n.path.endswith("A1-A3/amount") and n.fate is Fate.DROPPED for n in found.notes)

    def test_no_module_is_refused(self) -> None:
        with pytest.raises(GatewayError) as caught:
            written(declaration(row("use", "1")))
        assert [e.error_code for e in flatten(caught.value)] == ["openepd.no-module"]


@pytest.mark.judge("openepd")
def test_openepd_loads_what_we_write(judges: Judges, tmp_path: Path, oracle_data: Path) -> None:
    """openepd 8.0.0 reads name, unit and every number of every document that can be written."""
    wanted: dict[str, dict[str, Any]] = {}
    folders = (oracle_data / "china" / "sample_inputs", oracle_data / "real_inputs")
    others = [path for folder in folders for path in sorted(folder.glob("*.json"))]
    for path in (EXAMPLES / "lfp-pack.json", EXAMPLES / "tea.json", *others):
        (outcome,) = convert(read(Package.of(path.read_bytes(), name=path.name)), to=["openepd"])
        if outcome.package is not None:
            data = outcome.package.only.data
            (tmp_path / path.name).write_bytes(data)
            found = json_door.parse(data)
            assert isinstance(found, dict)
            wanted[path.name] = found
    (tmp_path / "own.json").write_bytes(
        run_writer(FORMAT, FORMAT.read(package(DOCUMENT), CONTEXT).declaration, CONTEXT).package.only.data
    )
    wanted["own.json"] = DOCUMENT
    loaded = judges.python("openepd_load.py", *sorted(tmp_path.iterdir()))
    assert len(loaded) == len(wanted) > 15
    for name, document in wanted.items():
        told = loaded[name]
        assert told["name"] == document["product_name"]
        unit = document["declared_unit"]
        assert told["unit"] == [float(unit["qty"]), unit["unit"]]
        figures = {
            method: {m: {s: float(v["mean"]) for s, v in scopes.items()} for m, scopes in members.items()}
            for method, members in document["impacts"].items()
        }
        assert told["impacts"] == figures
