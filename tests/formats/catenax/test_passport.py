"""The part of two Catena-X passports that a declaration fills: what is written, read, refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.formats import detect
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure
from gateway.model.results import Basis, Carbon, Denominator, Per, ResultRow, ResultSet
from gateway.model.scope import FunctionalUnit, SystemBoundary
from gateway.pipeline.carrier_gaps import carrier_gaps
from gateway.pipeline.convert import Outcome, Source, convert, read
from gateway.quantity import Quantity
from gateway.report import Fate
from tests.formats.catenax.test_passport_schemas import official

BATTERY, PRODUCT = "catenax-battery-pass@6.1.0", "catenax-dpp@7.0.0"
EXAMPLES = Path(__file__).parents[3] / "examples"
LINKS = {"rulebook": "https://example.org/r", "declaration": "https://example.org/d"}
TOLD: Mapping[str, Mapping[str, str]] = {
    BATTERY: {**LINKS, "facility": "BPNA1234567890AA", "preview": "yes"},
    PRODUCT: {
        **LINKS,
        "facility": "plant 1",
        "street": "Main Street",
        "number": "1a",
        "city": "Hefei",
        "country": "CN",
        "postCode": "230000",
    },
}
MODELS = {BATTERY: "BatteryPass-6.1.0", PRODUCT: "DigitalProductPassport-7.0.0"}


@pytest.fixture(scope="module")
def pack() -> Source:
    """The example pack with its passport data."""
    data = Package.of((EXAMPLES / "passport-data" / "lfp-pack.json").read_bytes())
    return read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[data])


@pytest.fixture(scope="module")
def tea() -> Source:
    return read((EXAMPLES / "tea.json").read_bytes())


def made(source: Source, target: str, **more: str) -> Outcome:
    return convert(source, to=[target], options={**TOLD[target], **more})[0]


def document(outcome: Outcome) -> Any:
    assert outcome.package is not None, [(e.error_code, e.path) for e in outcome.lacks]
    return json.loads(outcome.package.only.data, parse_float=Decimal)


def listed(outcome: Outcome, target: str) -> list[dict[str, Any]]:
    told = document(outcome)["sustainability"]
    found: list[dict[str, Any]] = (
        told["carbonFootprint"] if target == BATTERY else told["productFootprint"]["carbon"]
    )
    return found


def goods(*rows: tuple[str, str], total: str = "", unit: str = "kg", amount: str = "2") -> Declaration:
    kg = [Quantity(Decimal(value), "kg{CO2eq}") for _, value in rows]
    whole = Decimal(total) if total else sum((Decimal(v) for _, v in rows), Decimal(0))
    result = ResultSet(
        id="declared",
        basis=Basis(denominator=Denominator(per=Per.DECLARED_UNIT)),
        carbon=Carbon(total=Quantity(whole, "kg{CO2eq}")),
        rows=tuple(ResultRow(stage=s, carbon=Carbon(total=q)) for (s, _), q in zip(rows, kg, strict=True)),
    )
    return Declaration(
        unit=FunctionalUnit(amount=Quantity(Decimal(amount), unit)),
        boundary=SystemBoundary(type="c2g"),
        results=(result,),
    )


def of(declaration: Declaration, tea: Source) -> Source:
    return replace(tea, declaration=declaration)


@pytest.mark.oracle
@pytest.mark.parametrize("audience", ["public", "legitimate-interest", "authorities"])
@pytest.mark.parametrize("target", [BATTERY, PRODUCT])
def test_the_official_schema_accepts_the_part(
    oracle_data: Path, pack: Source, target: str, audience: str
) -> None:
    told = json.loads(made(pack, target, audience=audience).package.only.data)  # type: ignore[union-attr]
    assert list(official(oracle_data, MODELS[target], "-fragment").iter_errors(told)) == []
    for name in MODELS.values():
        assert not official(oracle_data, name, "").is_valid(told)  # somebody else completes it


def test_a_battery_has_its_total_and_four_stages_per_kwh_delivered(pack: Source) -> None:
    outcome = made(pack, BATTERY)
    entries = listed(outcome, BATTERY)
    assert [e["lifecycle"] for e in entries] == [
        "cradle to grave without use stage",
        "raw material acquisition and pre-processing",
        "main product production",
        "distribution",
        "end of life and recycling",
    ]
    whole, *stages = (e["value"] for e in entries)
    assert abs(sum(stages) - whole) < Decimal("1e-14")
    # 6268.7712 kg over 32,640 kWh
    assert abs(whole * 32640 - Decimal("6268.7712")) < Decimal("1e-9")
    assert {e["unit"] for e in entries} == {"kg CO2e / kWh"}
    assert {e["rulebook"][0]["header"] for e in entries} == {
        "Rule book (draft act, not in force; voluntary preview)"
    }
    assert outcome.format.legal_status == "draft"


def test_without_a_preview_the_rest_of_a_battery_is_written(pack: Source) -> None:
    (outcome,) = convert(pack, to=[BATTERY])
    told = document(outcome)
    assert "carbonFootprint" not in told["sustainability"]
    assert told["identification"]["category"] == "EV"
    empty = [n for n in outcome.notes if n.code == "passport.not-to-be-filled"]
    assert {n.fate for n in empty} == {Fate.DROPPED}
    assert len(empty) == 6


@pytest.mark.parametrize("target", [BATTERY, PRODUCT])
def test_what_was_written_is_known_and_read_again(pack: Source, target: str) -> None:
    outcome = made(pack, target, audience="legitimate-interest")
    assert outcome.package is not None
    assert detect(outcome.package).format.id == target
    again = read(outcome.package)
    assert again.report.findings == ()
    # what was told once is told: the part is written from itself, byte for byte
    options = {"preview": "yes", "audience": "legitimate-interest"}
    (second,) = convert(again, to=[target], options=options)
    assert second.package is not None, [(e.error_code, e.path) for e in second.lacks]
    assert second.package.only.data == outcome.package.only.data


def test_the_public_sees_no_state_of_one_battery(pack: Source) -> None:
    public, interest = (document(made(pack, BATTERY, audience=a)) for a in ("public", "legitimate-interest"))
    assert "dynamic" not in public["performance"]
    assert interest["performance"]["dynamic"]["stateOfCharge"]["value"] == 55
    assert interest["performance"]["rated"]["power"] == {
        "value": 160000,
        "at20SoC": 110000,
        "at80SoC": 150000,
    }


def test_what_the_model_still_wants_is_listed_with_its_place(pack: Source) -> None:
    outcome = made(pack, BATTERY)
    places = {e.path for e in outcome.lacks} | {e.params.get("member", "") for e in outcome.lacks}
    assert any("idDmc" in place for place in places)
    assert any("fireClass" in place for place in places)
    assert not any("carbonFootprint" in place for place in places)


def test_a_product_is_stated_per_one_unit_and_adds_up(tea: Source) -> None:
    rows = (("raw", "3"), ("inbound", "0.5"), ("production", "2"))
    outcome = made(of(goods(*rows), tea), PRODUCT)
    entries = listed(outcome, PRODUCT)
    assert [(e["lifecycle"], e["value"]) for e in entries] == [
        ("cradle to gate", Decimal("2.75")),
        ("raw material acquisition and pre-processing", Decimal("1.5")),
        ("inbound transport", Decimal("0.25")),
        ("main product production", Decimal(1)),
    ]
    assert {e["unit"] for e in entries} == {"kg CO2e / kg"}
    again = read(outcome.package) if outcome.package else None
    assert again is not None
    assert again.declaration.boundary.type == "c2g"
    changed = {n.path: n for n in outcome.notes if n.fate is Fate.CONVERTED}
    assert {"/unit/amount", "/results/declared/carbon/total"} <= set(changed)


def test_classes_of_carbon_have_entries_of_their_own(tea: Source) -> None:
    own = tea.declaration.result_set("declared")
    assert own is not None
    entries = listed(made(tea, PRODUCT), PRODUCT)
    totals = {e["type"]: e["value"] for e in entries if e["lifecycle"] == entries[0]["lifecycle"]}
    assert totals["Climate Change Total"] > 0
    assert isinstance(own.carbon.luluc, Quantity)
    assert "Climate Change Land Use and Land Use Change" in totals


REFUSED = [
    ("passport-entry.below-zero", goods(("raw", "3"), ("eol", "-1")), {}),
    ("passport-entry.not-the-sum", goods(("raw", "3"), ("eol", "1"), total="9"), {}),
    ("passport-entry.below-zero", goods(total="-1"), {}),
    ("footprint.parameter-unfit", goods(("raw", "3")), {"rulebook": "the book"}),
    ("footprint.parameter-unfit", goods(("raw", "3")), {"postCode": "SW1A 1AA"}),
    ("target.lacks-field", goods(("raw", "3")).model_copy(update={"boundary": SystemBoundary()}), {}),
    ("passport-entry.no-single-set", goods(("raw", "3")).model_copy(update={"results": ()}), {}),
]


@pytest.mark.parametrize(("code", "declaration", "told"), REFUSED)
def test_what_cannot_be_written_is_refused(
    code: str, declaration: Declaration, told: dict[str, str], tea: Source
) -> None:
    outcome = made(of(declaration, tea), PRODUCT, **told)
    assert outcome.package is None
    assert code in {e.error_code for e in outcome.lacks}


def test_a_credit_at_the_end_of_life_leaves_the_total_alone(tea: Source) -> None:
    source = of(goods(("raw", "3"), ("eol", "-1")), tea)
    outcome = made(source, PRODUCT, entries="total")
    assert [(e["lifecycle"], e["value"]) for e in listed(outcome, PRODUCT)] == [("cradle to gate", 1)]
    dropped = {n.path: n.kg for n in outcome.notes if n.fate is Fate.DROPPED}
    assert dropped["/results/declared/rows/raw/carbon/total"] == 3
    assert dropped["/results/declared/rows/eol/carbon/total"] == -1


def test_what_is_missing_is_asked_for_by_name(tea: Source) -> None:
    (outcome,) = convert(tea, to=[PRODUCT])
    wanted = {"rulebook", "declaration", "facility", "street", "number", "city"}
    assert wanted <= {e.params.get("name") for e in outcome.lacks}


@pytest.mark.oracle
def test_entries_of_others_per_kwh_say_not_of_which_energy(oracle_data: Path) -> None:
    file = oracle_data / "passport/own-examples/catenax-dpp-7.0.0-productFootprint.carbon-EV-M1.json"
    carbon = json.loads(file.read_text(encoding="utf-8"))
    whole = {"sustainability": {"productFootprint": {"carbon": carbon}}}
    package = Package.of(json.dumps(whole).encode())
    assert detect(package).format.id == PRODUCT
    source = read(package)
    (result,) = source.declaration.results
    assert result.basis.denominator.per is Per.KWH_UNSTATED
    assert [(r.stage, r.carbon.total) for r in result.rows] == [
        (stage, Quantity(Decimal(value), "kg{CO2eq}"))
        for stage, value in (
            ("raw", "0.1125"),
            ("production", "0.03"),
            ("distribution", "0.003"),
            ("eol", "0.0045"),
        )
    ]
    assert source.declaration.passport.place.postal_code == "352000"
    (battery,) = read(
        Package.of(json.dumps({"sustainability": {"carbonFootprint": carbon}}).encode())
    ).declaration.results
    assert battery.basis.denominator.per is Per.KWH_DELIVERED
    assert battery.carbon.total == Quantity(Decimal("0.15"), "kg{CO2eq}")


# What this edition's schema refuses of an edition before it; the reason why, where there is one.
SAMPLES = {
    # materials have no name there
    "battery.battery_pass/5.0.0/BatteryPass.json": "/materials/active/other/0/materialIdentification/0",
    "battery.battery_pass/6.0.0/BatteryPass.json": "",
    # a predecessor is a text there, not one that is applicable or not
    "generic.digital_product_passport/5.0.0/DigitalProductPassport.json": "/metadata/predecessor",
    "generic.digital_product_passport/6.0.0/DigitalProductPassport.json": "/metadata/predecessor",
    "generic.digital_product_passport/6.1.0/DigitalProductPassport.json": "/metadata/predecessor",
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", SAMPLES)
def test_editions_before_are_read_and_judged_by_this_one(oracle_data: Path, name: str) -> None:
    package = Package.of((oracle_data / f"passport/catenax/io.catenax.{name}").read_bytes())
    target = BATTERY if "battery_pass" in name else PRODUCT
    assert detect(package).format.id == target
    source = read(package)
    broken = [f.at for f in source.report.findings if f.code == "schema.broken"]
    assert broken == ([SAMPLES[name]] if SAMPLES[name] else [])
    (result,) = source.declaration.results
    assert result.rows[0].carbon.total == Quantity(Decimal("12.678"), "kg{CO2eq}")
    # every scalar is in a leaf, or kept and told
    kept = {n.path for n in source.report.notes}
    assert f"{target}#/metadata/version" in source.declaration.extras
    assert "/metadata/version" in kept


def test_figures_that_contradict_each_other_are_told(pack: Source) -> None:
    told = json.loads(made(pack, BATTERY).package.only.data)  # type: ignore[union-attr]
    entries = told["sustainability"]["carbonFootprint"]
    for entry, value in zip(entries, (61.2, 40, 20, 1, 1), strict=True):
        entry["value"] = value
    entries[4]["unit"] = "kg CO2 / battery"
    found = read(Package.of(json.dumps(told).encode()), context=Context()).report.findings
    assert {"passport.outside-band", "passport-entry.unit"} <= {f.code for f in found}
    entries[4]["unit"] = "kg CO2e / kWh"
    found = read(Package.of(json.dumps(told).encode())).report.findings
    assert "passport-entry.sum-differs" in {f.code for f in found}


def entry(unit: str, value: object) -> bytes:
    told = {"lifecycle": "cradle to gate", "type": "Climate Change Total", "unit": unit, "value": value}
    return json.dumps({"sustainability": {"productFootprint": {"carbon": [told]}}}).encode()


@pytest.mark.parametrize(
    ("unit", "value", "known"),
    [
        ("kg CO2 / kg", 1.5, "1 kg"),
        ("kg CO2eq/piece", 2, "1 {piece}"),
        ("kgCO2e per m2", 2, "1 m2"),
        ("kg CO2e / box", 2, ""),
        ("t CO2e / kg", 2, ""),
        ("kg CO2e / kg", 1e308, ""),
        ("kg CO2e / kg", "2", ""),
        ("kg CO2e / kg", True, ""),
    ],
)
def test_an_entry_of_others_is_understood_or_kept(unit: str, value: object, known: str) -> None:
    declaration = read(Package.of(entry(unit, value))).declaration
    assert [str(r.carbon.total) for r in declaration.results] == ([f"{value} kg{{CO2eq}}"] if known else [])
    assert (str(declaration.unit.amount) if known else "") == known
    kept = f"{PRODUCT}#/sustainability/productFootprint/carbon/0/value"
    assert (kept in declaration.extras) is not bool(known)


@pytest.mark.parametrize("target", [BATTERY, PRODUCT])
def test_gaps_name_parameters_and_everything_that_others_must_add(pack: Source, target: str) -> None:
    (found,) = carrier_gaps(pack, [target], options={"preview": "yes"})
    codes = {gap.lack.error_code for gap in found.gaps}
    assert {"footprint.needs-parameter", "passport-entry.open-has-no-field"} <= codes
    members = {str(gap.lack.params.get("member")) for gap in found.gaps}
    assert any(member.startswith("metadata") for member in members)
    (without,) = convert(pack, to=[target], options={"entries": "none"})
    assert "carbon" not in json.dumps(document(without)["sustainability"] if target == BATTERY else {})


def test_numbers_of_partners_leave_where_the_class_lets_them(pack: Source) -> None:
    (there,) = convert(pack, to=[BATTERY])
    (not_there,) = convert(pack, to=[BATTERY], disclosure=Disclosure.C0)
    assert document(there)["operation"]["manufacturer"]["manufacturer"] == "BPNL00000EXAMPLE"
    assert "manufacturer" not in document(not_there)["operation"]["manufacturer"]
