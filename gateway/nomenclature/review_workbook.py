"""The review queue as a workbook in Chinese and English: out with drop-downs, in with decisions."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from gateway import messages
from gateway.errors import GatewayError, raise_all
from gateway.frontdoor.double import day_of
from gateway.frontdoor.workbook import Cell, Row, Sheet, Workbook, column_letters, open_workbook
from gateway.messages import Lang
from gateway.nomenclature.maps.base import context_text, read_day
from gateway.nomenclature.review import BadDecision, Decision, Item
from gateway.nomenclature.row import End, MapRow, Predicate

MARK: Final = "hutong-review@1"
SHEET: Final = "审核 review"
SHOWN: Final = 5
LATER: Final = "以后 later"
NOT: Final = "不映射 none"
RELATIONS: Final[Mapping[str, Predicate]] = {
    "相同 exact": Predicate.EXACT,
    "相近 close": Predicate.CLOSE,
    "目标更宽 broader": Predicate.BROADER,
    "目标更窄 narrower": Predicate.NARROWER,
    "替代物 proxy": Predicate.PROXY,
}
# Columns: what is to be decided, the candidates, what the person fills in, and what finds the row again.
_ABOUT: Final = ("name", "cas", "context", "unit", "list", "reason")
_ASKED: Final = ("decision", "relation", "person", "date", "justification")
_FIRST_CANDIDATE: Final = len(_ABOUT) + 1
_FIRST_ASKED: Final = _FIRST_CANDIDATE + SHOWN
_KEY: Final = _FIRST_ASKED + len(_ASKED)
_HEAD_ROW: Final = 3
_LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")
_WIDTHS: Final = {"name": 32, "context": 26, "reason": 26, "justification": 40, "person": 14, "date": 12}


def write(items: Sequence[Item]) -> bytes:
    """The workbook; the same items give the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": MARK, "created": datetime(2026, 1, 1, tzinfo=UTC)})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E7EEF6"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    asked = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#FFF9E5"})
    sheet = book.add_worksheet(SHEET)
    sheet.write_string(0, 0, MARK)
    for row, lang in enumerate(_LANGS, 1):
        sheet.write_string(row, 0, _text("review.how", lang))
    for column, name in enumerate(_columns(), 1):
        sheet.write_string(_HEAD_ROW, column - 1, name, head)
    for column, name in enumerate((*_ABOUT, *("candidate",) * SHOWN, *_ASKED)):
        sheet.set_column(column, column, _WIDTHS.get(name, 34 if name == "candidate" else 16))
    sheet.set_column(_KEY - 1, _KEY - 1 + SHOWN, None, None, {"hidden": True})
    for at, item in enumerate(items, _HEAD_ROW + 1):
        for column, text in enumerate(_told(item)):
            sheet.write_string(at, column, text, plain)
        for column in range(_FIRST_ASKED - 1, _KEY - 1):
            sheet.write_blank(at, column, None, asked)
        ids = [candidate.target.id or candidate.target.name for candidate in item.candidates[:SHOWN]]
        for column, text in enumerate((item.key, *ids), _KEY - 1):
            sheet.write_string(at, column, text)
        numbers = [str(number) for number in range(1, len(ids) + 1)]
        _choice(sheet, at, "decision", [*numbers, NOT, LATER])
        _choice(sheet, at, "relation", list(RELATIONS))
    sheet.freeze_panes(_HEAD_ROW + 1, 1)
    book.close()
    return out.getvalue()


def _columns() -> Iterator[str]:
    for name in _ABOUT:
        yield _both(f"review.column-{name}")
    for number in range(1, SHOWN + 1):
        yield f"{number}. {_both('review.column-candidate')}"
    for name in _ASKED:
        yield _both(f"review.column-{name}")


def _text(code: str, lang: Lang) -> str:
    return messages.text(code, lang, {}).what


def _both(code: str) -> str:
    return " / ".join(_text(code, lang) for lang in _LANGS)


def _told(item: Item) -> list[str]:
    end = item.source
    about = [
        end.name or end.id,
        end.cas,
        context_text(end.context),
        end.unit,
        f"{end.list} {end.version}".strip(),
        "\n".join(_text(item.reason, lang) for lang in _LANGS),
    ]
    return about + [candidate_text(candidate) for candidate in item.candidates[:SHOWN]]


def candidate_text(row: MapRow) -> str:
    """A candidate with its reasons, one to a line."""
    lines = [_end_text(row.target)]
    if row.tier is not None:
        confidence = f" {row.confidence}" if row.confidence is not None else ""
        lines.append(f"{row.tier.value}{confidence}")
    lines += [f"+ {one.what}: {one.value}".rstrip(": ") for one in row.evidence]
    lines += [f"! {one.what}: {one.value}".rstrip(": ") for one in row.conflicts]
    lines += [f"− {loss}" for loss in row.losses]
    return "\n".join(lines)


def _end_text(end: End) -> str:
    parts = (end.name or end.id, end.cas and f"CAS {end.cas}", context_text(end.context), end.unit)
    return " · ".join(part for part in parts if part)


def _choice(sheet: object, row: int, name: str, choices: list[str]) -> None:
    column = _FIRST_ASKED - 1 + _ASKED.index(name)
    sheet.data_validation(  # type: ignore[attr-defined]  # xlsxwriter has no types
        row, column, row, column, {"validate": "list", "source": choices, "ignore_blank": True}
    )


def read(data: bytes, items: Sequence[Item]) -> tuple[Decision, ...]:
    """The decisions of a workbook; rows without one, and those for later, are left out.

    Raises:
        InputError: it is no such workbook, a cell is wrong, or a decision lacks its person, day or reason;
            the path is sheet and cell.
    """
    book = open_workbook(data)
    sheet = next((one for one in book.sheets if one.name == SHEET), None)
    if sheet is None:
        raise BadDecision(", ".join(one.name for one in book.sheets), code="review.other-workbook")
    rows = list(book.rows(sheet))
    if not rows or _texts(rows[0], book).get(1) != MARK:
        raise BadDecision(path=f"{sheet.name}!A1", code="review.other-workbook")
    by_key = {item.key: item for item in items}
    errors: list[GatewayError] = []
    found: list[Decision] = []
    for row in rows:
        if row.number > _HEAD_ROW + 1:
            one = _decision(row, sheet, book, by_key, errors)
            found += [one] if one is not None else []
    raise_all(errors)
    return tuple(found)


def _texts(row: Row, book: Workbook) -> dict[int, str]:
    return {cell.column: _shown(cell, book) for cell in row.cells if cell.text}


def _shown(cell: Cell, book: Workbook) -> str:
    text = cell.text or ""
    if cell.format.kind == "day":
        try:
            day = day_of(Decimal(text), since_1904=book.since_1904)
        except InvalidOperation:
            return text.strip()
        return day.isoformat() if day is not None else text
    return text.strip()


def _decision(
    row: Row, sheet: Sheet, book: Workbook, items: Mapping[str, Item], errors: list[GatewayError]
) -> Decision | None:
    texts = _texts(row, book)
    told = {name: texts.get(_FIRST_ASKED + at, "") for at, name in enumerate(_ASKED)}
    if told["decision"] in ("", LATER):
        return None

    def wrong(code: str, column: int, saw: str = "", **params: str) -> None:
        place = f"{sheet.name}!{column_letters(column)}{row.number}"
        errors.append(BadDecision(saw, path=place, code=code, **params))

    at = {name: _FIRST_ASKED + index for index, name in enumerate(_ASKED)}
    before = len(errors)
    item = items.get(texts.get(_KEY, ""))
    if item is None:
        wrong("review.no-such-item", 1, texts.get(1, ""))
        return None
    number = _number(told["decision"], item)
    if number is None and told["decision"] != NOT:
        wrong("review.no-such-candidate", at["decision"], told["decision"])
    elif number is not None:
        target = item.candidates[number].target
        if texts.get(_KEY + 1 + number, "") != (target.id or target.name):
            wrong("review.candidates-changed", at["decision"], told["decision"])
    if told["relation"] and told["relation"] not in RELATIONS:
        wrong("review.unknown-relation", at["relation"], told["relation"], known=", ".join(RELATIONS))
    day = read_day(told["date"]) if len(told["date"]) == 10 else None
    for name, there in (("person", told["person"]), ("justification", told["justification"])):
        if not there:
            wrong(f"review.no-{name}", at[name])
    if day is None:
        wrong("review.no-day", at["date"], told["date"])
    if len(errors) > before or day is None:
        return None
    relation = RELATIONS.get(told["relation"], Predicate.EXACT)
    return Decision(item.key, number, told["person"], day, told["justification"], relation)


def _number(text: str, item: Item) -> int | None:
    plain = text.removesuffix(".0")
    if not (plain.isascii() and plain.isdigit()):
        return None
    return int(plain) - 1 if 1 <= int(plain) <= min(len(item.candidates), SHOWN) else None
