"""What is open goes out, decisions come in with a name, a day and a reason, and count in the next run."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import openpyxl
import pytest
from lxml import etree

from gateway.errors import GatewayError, InputError, TrustError, flatten
from gateway.nomenclature import review, review_page, review_workbook
from gateway.nomenclature.maps import read_map, write_map
from gateway.nomenclature.review import Decision
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate, Signal, Tier
from gateway.signing import jws
from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey

DAY = date(2026, 11, 21)


@pytest.fixture
def suggestions() -> MapSet:
    lead = End("ecoinvent", "3.9.1", "s1", "Lead II", cas="14280-50-3", context=("water",), unit="kg")
    fog = End("ecoinvent", "3.9.1", "s2", "鬼 =1+1", unit="kg")
    rows = (
        MapRow(End("ecoinvent", id="s0", name="sure"), End("EF", id="t0", name="sure"), tier=Tier.NAME),
        MapRow(
            lead,
            End("EF", "3.1", "t1", "lead (ii)"),
            tier=Tier.VARIANT,
            confidence=Decimal("0.9"),
            evidence=(Signal("name", "lead ii", "rule"),),
        ),
        MapRow(
            lead, End("EF", "3.1", "t2", "lead"), tier=Tier.FUZZY, conflicts=(Signal("cas", "7439-92-1"),)
        ),
        MapRow(fog, End(), Predicate.NONE, tier=Tier.FUZZY),
    )
    return MapSet(rows)


def decided(items: tuple[review.Item, ...]) -> tuple[MapRow, ...]:
    return review.decide(
        items,
        [
            Decision(items[0].key, 0, "李四", DAY, "the list has the ion"),
            Decision(items[1].key, None, "李四", DAY, "no such flow"),
        ],
    )


class TestQueue:
    """What a person has to look at."""

    def test_only_what_does_not_apply_by_itself(self, suggestions: MapSet) -> None:
        items = review.open_items(suggestions)
        assert [(item.source.name, len(item.candidates)) for item in items] == [
            ("Lead II", 2),
            ("鬼 =1+1", 0),
        ]
        assert [item.reason for item in items] == ["review.several", "review.no-candidate"]

    def test_what_was_decided_is_not_asked_again(self, suggestions: MapSet) -> None:
        rows = decided(review.open_items(suggestions))
        assert review.open_items(suggestions, rows) == ()

    def test_a_decision_is_an_override_with_its_reason(self, suggestions: MapSet) -> None:
        yes, no = decided(review.open_items(suggestions))
        assert (yes.target.id, yes.predicate, yes.tier) == ("t1", Predicate.EXACT, Tier.PERSON)
        assert (yes.reviewer, yes.date, yes.comment) == ("李四", DAY, "the list has the ion")
        assert yes.evidence == (Signal("name", "lead ii", "rule"),)
        assert (no.predicate, no.target) == (Predicate.NONE, End())

    @pytest.mark.parametrize(
        ("person", "why", "candidate", "code"),
        [
            (" ", "a reason", 0, "review.no-person"),
            ("Ann", " x ", 0, "review.no-justification"),
            ("Ann", "a reason", 7, "review.no-such-candidate"),
        ],
    )
    def test_half_a_decision_is_none(
        self, suggestions: MapSet, person: str, why: str, candidate: int, code: str
    ) -> None:
        items = review.open_items(suggestions)
        with pytest.raises(InputError) as caught:
            review.decide(items, [Decision(items[0].key, candidate, person, DAY, why)])
        assert caught.value.error_code == code


class TestRecord:
    """Decisions in a file."""

    def test_round_trip_and_the_later_decision_counts(self, suggestions: MapSet) -> None:
        items = review.open_items(suggestions)
        first = review.merge(MapSet(()), decided(items))
        later = review.decide(
            items, [Decision(items[0].key, 1, "Ann", DAY, "the element is meant", Predicate.BROADER)]
        )
        data = review.write_decisions(review.merge(first, later))
        read = review.read_decisions(data)
        assert [(row.source.name, row.target.name) for row in read.rows] == [
            ("Lead II", "lead"),
            ("鬼 =1+1", ""),
        ]
        assert read.rows[0].predicate is Predicate.BROADER
        assert review.write_decisions(read) == data

    def test_signed_decisions_hold_or_are_refused(self, suggestions: MapSet) -> None:
        data = review.write_decisions(review.merge(MapSet(()), decided(review.open_items(suggestions))))
        key = PrivateKey.generate(KeyType.ED25519)
        signature = jws.sign_detached(data, key) + b"\n"
        assert review.read_decisions(data, signature).rows
        assert review.signer_of(data, signature) == key.public_key.did
        with pytest.raises(TrustError):
            review.read_decisions(data.replace("李四".encode(), b"Eve"), signature)

    @pytest.mark.parametrize("to", ["glad", "sssom"])
    def test_exported_with_person_day_and_reason(self, suggestions: MapSet, to: str) -> None:
        found = review.merge(MapSet(()), decided(review.open_items(suggestions)))
        rows = read_map(write_map(found, to=to).data).map.rows
        assert [(r.reviewer, r.date, r.comment, r.predicate) for r in rows] == [
            (r.reviewer, r.date, r.comment, r.predicate) for r in found.rows
        ]

    @pytest.mark.parametrize("data", [b"{}", b'{"format": "hutong-map@1", "rows": []}', b"[1]", b"\xff"])
    def test_other_files_are_refused(self, data: bytes) -> None:
        with pytest.raises(GatewayError):
            review.read_decisions(data)

    def test_a_decision_without_a_name_in_the_file_is_refused(self, suggestions: MapSet) -> None:
        data = review.write_decisions(review.merge(MapSet(()), decided(review.open_items(suggestions))))
        with pytest.raises(GatewayError) as caught:
            review.read_decisions(data.replace('"reviewer": "李四"'.encode(), b'"reviewer": ""'))
        assert {error.error_code for error in flatten(caught.value)} == {"review.incomplete"}


def filled(items: tuple[review.Item, ...], **cells: object) -> bytes:
    """The workbook with cells of its first name filled in, as Excel would store them."""
    book = openpyxl.load_workbook(io.BytesIO(review_workbook.write(items)))
    sheet: Any = book[review_workbook.SHEET]
    for ref, value in cells.items():
        sheet[ref] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class TestWorkbook:
    """The queue as a workbook and back."""

    GOOD: ClassVar[dict[str, object]] = {
        "L5": "1",
        "M5": "目标更宽 broader",
        "N5": "李四",
        "O5": "2026-11-21",
        "P5": "见清单 note",
    }

    def test_same_input_same_bytes(self, suggestions: MapSet) -> None:
        items = review.open_items(suggestions)
        assert review_workbook.write(items) == review_workbook.write(items)

    def test_an_empty_workbook_decides_nothing(self, suggestions: MapSet) -> None:
        items = review.open_items(suggestions)
        assert review_workbook.read(review_workbook.write(items), items) == ()

    def test_a_decision_comes_back(self, suggestions: MapSet) -> None:
        items = review.open_items(suggestions)
        (one,) = review_workbook.read(filled(items, **self.GOOD), items)
        assert one == Decision(items[0].key, 0, "李四", DAY, "见清单 note", Predicate.BROADER)

    @pytest.mark.parametrize("day", [date(2026, 11, 21), "2026-11-21"])
    @pytest.mark.parametrize("choice", ["1", 1])
    def test_numbers_and_dates_as_excel_has_them(
        self, suggestions: MapSet, day: object, choice: object
    ) -> None:
        items = review.open_items(suggestions)
        (one,) = review_workbook.read(filled(items, **self.GOOD | {"L5": choice, "O5": day}), items)
        assert (one.candidate, one.day) == (0, DAY)

    @pytest.mark.parametrize(
        ("cells", "code", "place"),
        [
            ({"N5": None}, "review.no-person", "N5"),
            ({"O5": "yesterday"}, "review.no-day", "O5"),
            ({"P5": None}, "review.no-justification", "P5"),
            ({"L5": "9"}, "review.no-such-candidate", "L5"),
            ({"M5": "like"}, "review.unknown-relation", "M5"),
            ({"R5": "another"}, "review.candidates-changed", "L5"),
            ({"Q5": "0" * 16}, "review.no-such-item", "A5"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_cell(
        self, suggestions: MapSet, cells: dict[str, object], code: str, place: str
    ) -> None:
        items = review.open_items(suggestions)
        with pytest.raises(InputError) as caught:
            review_workbook.read(filled(items, **self.GOOD | cells), items)
        assert (caught.value.error_code, caught.value.path) == (code, f"{review_workbook.SHEET}!{place}")

    def test_later_is_not_yet(self, suggestions: MapSet) -> None:
        items = review.open_items(suggestions)
        assert review_workbook.read(filled(items, **self.GOOD | {"L5": review_workbook.LATER}), items) == ()

    @pytest.mark.parametrize("name", ["review.other", "other"])
    def test_other_workbooks_are_refused(self, name: str, suggestions: MapSet) -> None:
        book = openpyxl.Workbook()
        out = io.BytesIO()
        sheet: Any = book.active
        sheet.title = review_workbook.SHEET if name == "review.other" else name
        book.save(out)
        with pytest.raises(InputError):
            review_workbook.read(out.getvalue(), review.open_items(suggestions))


def test_the_page_is_one_file_in_both_languages(suggestions: MapSet, tmp_path: Path) -> None:
    page = review_page.write(review.open_items(suggestions))
    root = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
    assert root is not None
    text = "".join(map(str, root.itertext()))
    assert "Lead II" in text
    assert "存在多个目标" in text
    assert "There are several targets." in text
    assert not root.xpath("//script | //link | //img | //@src | //@href")
