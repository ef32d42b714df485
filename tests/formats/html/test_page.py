"""What stands on a passport page, and what must not."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Package
from gateway.formats.html import labels
from gateway.model.base import LangText
from gateway.model.disclosure import Disclosure, field_classes
from gateway.model.product import Product
from gateway.model.results import Carbon, Indicator, IndicatorAmount, ResultRow, ResultSet
from gateway.model.walk import replace
from gateway.pipeline.convert import Source, convert, read
from gateway.quantity import Quantity
from gateway.report import Fate

from .conftest import LANGS, Write, at, pages, parsed, text

ROOT = Path(__file__).resolve().parents[3]
KG = "kg{CO2eq}"


class TestSelfContained:
    """One file for each language: no script, nothing loaded, its own policy says so."""

    def test_three_files_that_link_to_each_other(self, battery: Source, write: Write) -> None:
        made = pages(write(battery))
        assert tuple(made) == LANGS
        for page in made.values():
            links = {e.get("href") for e in parsed(page).iter("a")}
            assert len({f"passport.{lang}.html" for lang in LANGS} & links) == 2

    def test_nothing_runs_and_nothing_is_loaded(self, battery: Source, write: Write) -> None:
        for page in pages(write(battery, preview=True)).values():
            root = parsed(page)
            assert not [
                e.tag for e in root.iter("script", "img", "iframe", "object", "embed", "form", "input")
            ]
            assert not [e.get("rel") for e in root.iter("link") if e.get("rel") != "alternate"]
            assert not [e for e in root.iter("*") if any(str(name).startswith("on") for name in e.attrib)]
            assert "style=" not in page
            assert "url(" not in page
            assert "@import" not in page

    def test_the_policy_allows_the_one_style_sheet(self, battery: Source, write: Write) -> None:
        for page in pages(write(battery)).values():
            style = page.partition("<style>")[2].partition("</style>")[0]
            digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
            policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
            metas = [m.get("content") for m in parsed(page).iter("meta") if m.get("http-equiv")]
            assert metas == [policy]

    def test_same_declaration_same_bytes(self, battery: Source, write: Write) -> None:
        assert pages(write(battery, preview=True)) == pages(write(battery, preview=True))


class TestPublicOnly:
    """Class C0 whatever the caller allows; what is not public is named with its reason and never written."""

    def test_no_private_value_is_anywhere_in_the_file(self, battery: Source) -> None:
        outcome = convert(battery, to=["html@1"], disclosure=Disclosure.C3)[0]
        hidden = (
            "EXAPB010000000F6A0000001",
            "示例甲",
            "示例乙",
            "示例丙",
            "pcf@example.com",
            "BPNL00000EXAMPLE",
        )
        for page in pages(outcome).values():
            assert not [value for value in hidden if value in page]
            assert "/lines/" not in page

    def test_every_public_field_of_the_form_has_its_place(self) -> None:
        # Lines are never public; signatures inside a source sign other bytes than these; passport data has
        # access groups of its own and goes into the carriers that have them.
        left_out = ("/lines/", "/signatures/", "/extras", "/passport_data/")
        public = {p for p, c in field_classes().items() if c is Disclosure.C0 and not p.startswith(left_out)}
        listed = {re.sub(r"/\*$", "", pattern) for pattern in labels.fields()}
        assert sorted(public - listed) == []

    @pytest.mark.parametrize(
        ("lang", "who"), [("zh", "个人信息"), ("en", "personal data"), ("de", "personenbezogen")]
    )
    def test_what_is_not_public_is_named_with_its_reason(
        self, battery: Source, write: Write, lang: str, who: str
    ) -> None:
        root = parsed(pages(write(battery))[lang])
        section = next(e for e in root.iter("section") if e.get("id") == "restricted")
        rows = [[text(cell) for cell in row] for row in section.iter("tr")][1:]
        assert len(rows) >= 8
        assert all(all(row) for row in rows)
        assert who in text(section)

    def test_nothing_is_dropped_in_silence_or_aloud(self, battery: Source, tea: Source, write: Write) -> None:
        for source in (battery, tea):
            outcome = write(source, preview=True)
            assert {n.fate for n in outcome.notes} <= {Fate.WITHHELD, Fate.ROUNDED}


class TestBasis:
    """No total without what it refers to, its boundary, GWP set, role, and what a verification covers."""

    @pytest.mark.parametrize("lang", LANGS)
    @pytest.mark.parametrize("preview", [False, True])
    def test_every_total_stands_with_its_basis(
        self, battery: Source, write: Write, lang: str, preview: bool
    ) -> None:
        root = parsed(pages(write(battery, preview=preview))[lang])
        articles = list(root.iter("article"))
        assert len(articles) == (3 if preview else 2)
        for article in articles:
            paths = {e.get("data-path") for e in article.iter("*")} - {None}
            (home,) = {"/".join(str(p).split("/")[:3]) for p in paths if str(p).startswith("/results/")}
            for needed in ("id", "role", "carbon/total", "basis/denominator/per"):
                assert f"{home}/{needed}" in paths
            assert paths & {f"{home}/basis/boundary", "/boundary/type"}
            assert paths & {f"{home}/basis/gwp_set", "/method/gwp_set"}
            told = [text(e) for e in article.iter("dd")][: len(list(article.iter("dt")))]
            assert all(told)

    def test_restated_values_are_drafts_that_no_verification_covers(
        self, battery: Source, write: Write
    ) -> None:
        for lang, draft, covered in (
            ("zh", "法案草案", "不在核查范围之内"),
            ("en", "Draft law", "Not covered"),
            ("de", "Rechtsentwurf", "Nicht abgedeckt"),
        ):
            articles = list(parsed(pages(write(battery, preview=True))[lang]).iter("article"))
            assert "restated" in str(articles[-1].get("class"))
            assert draft in text(articles[-1])
            assert covered in text(articles[-1])
            assert not [a for a in articles[:-1] if draft in text(a) or covered in text(a)]

    def test_restated_values_come_on_request_only(self, battery: Source, write: Write) -> None:
        assert write(battery).restated is None
        assert "per-kwh-delivered" not in pages(write(battery))["en"]

    def test_what_cannot_be_restated_is_written_all_the_same(self, battery: Source, write: Write) -> None:
        cell = replace(battery.declaration, "/battery/level", "cell")
        outcome = write(battery, cell, preview=True)
        assert outcome.written
        assert outcome.restated is None

    def test_a_set_without_verification_says_so(self, tea: Source, write: Write) -> None:
        other = replace(tea.declaration, "/verifications/verification/covers/0", "another")
        page = pages(write(tea, other))["en"]
        assert "Not covered by a verification named on this page" in page
        assert "Not covered" not in pages(write(tea))["en"]

    def test_no_battery_law_on_the_page_of_a_tea(self, tea: Source, write: Write) -> None:
        for page in pages(write(tea)).values():
            assert "2023/1542" not in page
            assert 'id="battery"' not in page


class TestFigures:
    """The figures are those of the JSON files of the same run."""

    def test_preview_equals_the_battery_passport(self, battery: Source) -> None:
        page, passport = convert(battery, to=["html@1", "batterypass@1.2"], options={"preview": "yes"})
        assert passport.package is not None
        document: dict[str, Any] = json.loads(passport.package.only.data, parse_float=Decimal)
        names = {"raw": "RawMaterialExtraction", "production": "MainProduction"}
        names |= {"distribution": "Distribution", "eol": "Recycling"}
        stages = {
            e["lifecycleStage"]: e["carbonFootprint"] for e in document["carbonFootprintPerLifecycleStage"]
        }
        home = "/results/per-kwh-delivered"
        for content in pages(page).values():
            root = parsed(content)
            (total,) = {e.get("value") for e in at(root, f"{home}/carbon/total")}
            assert Decimal(str(total)) == document["batteryCarbonFootprint"]
            for stage, name in names.items():
                (value,) = {e.get("value") for e in at(root, f"{home}/rows/{stage}/carbon/total")}
                assert Decimal(str(value)) == stages[name]

    def test_declared_equals_pact(self, tea: Source) -> None:
        page, pact = convert(tea, to=["html@1", "pact@3.0"])
        assert pact.package is not None
        pcf = json.loads(pact.package.only.data)["pcf"]
        root = parsed(pages(page)["en"])
        share = at(root, "/quality/primary_share_emissions")[0]
        assert Decimal(str(share.get("value"))) == Decimal(str(pcf["primaryDataShare"]))
        content = at(root, "/product/biogenic_carbon")[0]
        assert Decimal(str(content.get("value"))) == Decimal(str(pcf["biogenicCarbonContent"]))

    def test_every_amount_is_that_of_the_declaration(self, battery: Source, write: Write) -> None:
        declared = battery.declaration.result_set("declared")
        assert declared is not None
        root = parsed(pages(write(battery))["de"])
        shown = at(root, "/results/declared/carbon/total")
        assert {e.get("value") for e in shown} == {"0.040972361"}
        assert {e.get("data-unit") for e in shown} == {KG}
        assert text(shown[0]) == "0,040972361 kg CO₂e"

    def test_the_chart_and_the_table_are_one(self, tea: Source, write: Write) -> None:
        root = parsed(pages(write(tea))["en"])
        (table,) = (t for t in root.iter("table") if t.get("class") == "stages")
        drawn: list[tuple[Decimal, Decimal]] = []
        for row in table.iterfind("tbody/tr"):
            (bar,) = (r for r in row.iter("rect") if r.get("class") in ("plus", "minus"))
            (value,) = (e for e in row.iter("data") if str(e.get("data-path")).endswith("/carbon/total"))
            drawn.append((Decimal(str(bar.get("width"))), Decimal(str(value.get("value")))))
        most = max(amount for _, amount in drawn)
        assert len(drawn) == 5
        assert max(width for width, _ in drawn) == 1000
        for width, amount in drawn:
            assert abs(width - amount / most * 1000) <= Decimal("0.005")

    def test_a_set_without_a_total_says_so_and_shows_its_modules(self, tea: Source, write: Write) -> None:
        declared = tea.declaration.result_set("declared")
        assert declared is not None
        rows = tuple(
            ResultRow(stage="production", module=m, carbon=Carbon(total_including_uptake=Quantity(v, KG)))
            for m, v in (("A1-A3", Decimal("30.1")), ("D", Decimal("-20.59")))
        )
        amounts = (IndicatorAmount(module="A1-A3", amount=Quantity(Decimal("427.9"), "MJ")),)
        energy = Indicator(id="PENRE", name=LangText({"en": "non-renewable energy"}), amounts=amounts)
        epd = ResultSet(id="declared", basis=declared.basis, rows=rows, indicators=(energy,))
        outcome = write(tea, tea.declaration.model_copy(update={"results": (epd,)}))
        article = next(parsed(pages(outcome)["en"]).iter("article"))
        assert "This result set states no total." in text(article)
        assert "Total including biogenic uptake, kg CO₂e" in text(article)
        assert [r.get("class") for r in article.iter("rect")] == [
            "track",
            "plus",
            "zero",
            "track",
            "minus",
            "zero",
        ]
        assert "non-renewable energy" in text(article)
        assert "A1-A3 · 427.9 MJ" in text(article)
        assert {n.fate for n in outcome.notes} == {Fate.WITHHELD}

    def test_nothing_to_show_is_refused_with_its_fields(self, tea: Source, write: Write) -> None:
        bare = tea.declaration.model_copy(update={"results": (), "product": Product()})
        assert {e.path for e in write(tea, bare).lacks} == {"/product/name", "/results/*/carbon/total"}

    @pytest.mark.oracle
    def test_published_epds_lose_nothing_but_what_has_no_field(self, oracle_data: Path, write: Write) -> None:
        for name in ("oekobau_with_dependencies.zip", "epditaly_with_dependencies.zip"):
            source = read(Package.of((oracle_data / "lca" / "ilcd-epd" / name).read_bytes(), name=name))
            outcome = write(source)
            assert outcome.written
            assert [
                n.path for n in outcome.notes if n.fate == Fate.DROPPED and "/extras/" not in n.path
            ] == []

    def test_a_credit_goes_to_the_left_of_zero(self, battery: Source, write: Write) -> None:
        path = "/results/pack/rows/eol/carbon/total"
        credit = replace(battery.declaration, path, Quantity(Decimal(-400), KG))
        root = parsed(pages(write(battery, credit))["en"])
        bars = [r for r in root.iter("rect") if r.get("class") == "minus"]
        assert [(b.get("x"), Decimal(str(b.get("width"))) > 0) for b in bars] == [("0", True)]
        assert text(at(root, path)[0]) == "−400"


class TestLanguages:
    """The page's own words in its language, everything else marked with its own."""

    @pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-Hans"), ("en", "en"), ("de", "de")])
    def test_the_page_says_its_language(self, tea: Source, write: Write, lang: str, tag: str) -> None:
        assert parsed(pages(write(tea))[lang]).get("lang") == tag

    def test_chinese_on_other_pages_is_marked(self, battery: Source, write: Write) -> None:
        han = re.compile("[\u4e00-\u9fff]")
        for lang in ("en", "de"):
            for element in parsed(pages(write(battery))[lang]).iter("*"):
                own = (element.text or "") + "".join(child.tail or "" for child in element)
                if han.search(own) and element.tag not in ("title", "footer", "p"):
                    assert str(element.get("lang")).startswith("zh"), own

    def test_numbers_and_dates_as_the_language_writes_them(self, battery: Source, write: Write) -> None:
        made = {lang: parsed(page) for lang, page in pages(write(battery)).items()}
        totals = {lang: text(at(root, "/results/pack/carbon/total")[0]) for lang, root in made.items()}
        assert totals == {
            "zh": "6 268.7712 kg CO₂e",
            "en": "6 268.7712 kg CO₂e",
            "de": "6 268,7712 kg CO₂e",
        }
        days = {lang: text(at(root, "/document/issued_at")[0]) for lang, root in made.items()}
        assert days == {"zh": "2026年4月10日", "en": "10 April 2026", "de": "10. April 2026"}

    def test_every_label_in_three_languages(self) -> None:
        folder = ROOT / "mappings" / "fields"
        for name in ("html.csv", "html_words.csv"):
            for row in csv.DictReader((folder / name).read_text(encoding="utf-8").splitlines()):
                assert all(row[c] for c in row if c != "code_list"), row

    def test_every_code_has_a_german_name(self) -> None:
        own = {(r["list"], r["code"]): r for r in _rows("mappings/fields/html_codes.csv")}
        lists = {field.codes for field in labels.fields().values()} - {"", "CN"}
        shared = {
            (r["list"], r["code"]) for r in _rows("mappings/codes/declaration.csv") if r["list"] in lists
        }
        assert sorted(shared - set(own)) == []
        assert [key for key, row in own.items() if not row["label_de"]] == []
        assert {name for name, _ in own} >= lists


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROOT / name).read_text(encoding="utf-8").splitlines()))
