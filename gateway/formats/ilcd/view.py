"""A process as its leaf table sees it: what a data set spells in its own way gets a plain member, and back.

Such members begin with ``#``: the kind of a review, the last day of a year, the parts of a name, a sentence
of ours about the reference period. ``restore`` undoes what ``simplify`` did, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from typing import Any, Final

from gateway.codec.fields import code_list, code_synonyms, folded
from gateway.codec.jsonwrite import language
from gateway.codec.xmltree import Node
from gateway.formats.ilcd.indicators import NAME
from gateway.formats.ilcd.lengths import SHORT, cut, cut_parts
from gateway.formats.ilcd.modules import SEPARATOR
from gateway.formats.ilcd.nodes import at, items
from gateway.formats.ilcd.tables import RESULT_SET, REVIEWS

_INFO: Final = ("processInformation", "dataSetInformation")
_TIME: Final = ("processInformation", "time")
_REFERENCE: Final = ("processInformation", "quantitativeReference")
_FUNCTIONAL: Final = "Functional unit"
RULES: Final = ("modellingAndValidation", "LCIMethodAndAllocation", "referenceToLCAMethodDetails")
DATABASES: Final = (
    "modellingAndValidation",
    "dataSourcesTreatmentAndRepresentativeness",
    "referenceToDataSource",
)
_SCENARIOS: Final = (*_INFO, "common:other", "epd:scenarios", "epd:scenario")
_REVIEWS: Final = ("modellingAndValidation", "validation", "review")
_REVIEWER: Final = "common:referenceToNameOfReviewerAndInstitution"
# A name that ends with a legal form and has no second name in it is a firm's.
_FIRM: Final = re.compile(
    r"[^,;/|\n]* (GmbH|AG|SE|e\. ?V\.|S\.p\.A\.|S\.r\.l\.|S\.A\.|SAS|B\.V\.|AB|AS|Oy|Ltd\.?|LLC|Inc\.?)"
    r"|[^，、；,;/|\n]*(公司|研究院|研究所|认证中心)"
)
_ONLY_REVIEW: Final = "verification"
_SENTENCE: Final = "common:timeRepresentativenessDescription"
_EXACT: Final = "epd24:expirationDateOfEPD"
_DAY: Final = r"(\d{4}-\d{2}-\d{2})"
# Our sentences on days that the data set itself has only as years; each with the days in it.
_SENTENCES: Final = (
    (("start", "end"), "Data collected from {start} to {end}.", "数据收集期：{start}至{end}。"),
    (("from",), "Valid from {from}.", "有效期自{from}起。"),
    (("until",), "Valid until {until}.", "有效期至{until}止。"),
)
# Facts that stand in a text field, as our own words.
_SYNONYMS: Final = "common:synonyms"
_ID_WORDS: Final = ("Declaration ID: ", "声明编号：")
_FACTS: Final[Mapping[str, tuple[tuple[str, ...], str, tuple[str, str]]]] = {
    "owner": (
        ("contactInformation", "dataSetInformation", "contactDescriptionOrComment"),
        "#uscc",
        ("Unified social credit code: ", "统一社会信用代码："),
    ),
    "flow": (("flowInformation", "dataSetInformation", _SYNONYMS), "#model", ("Model: ", "型号：")),
}
_RULE_PARTS: Final = ("#name", "#version", "#operator")
_DATABASE_PARTS: Final = ("#name", "#version")
# Stands in a name for a part that nobody told.
_GAP: Final = "—"


def simplify(root: Node, bodies: Container[str] = ()) -> Node:
    """A copy of a process with its plain members. Parts that are not touched are shared.

    Args:
        bodies: the ids of the contacts that are known to be no persons.
    """
    view = dict(root)
    _id(_fork(view, _INFO))
    _time(_fork(view, _TIME))
    quantitative = _fork(view, _REFERENCE)
    if quantitative is not None and quantitative.get("@type") == _FUNCTIONAL:
        quantitative["#kind"] = "functional"
    for reference in _forks(view, RULES):
        _parts(reference, _RULE_PARTS, "")
    for reference in _forks(view, DATABASES):
        _parts(reference, _DATABASE_PARTS, "DATABASE")
    for path, test in _ITEMS:
        _all_or_none(view, path, test)
    reviews = _forks(view, _REVIEWS)
    for number, review in enumerate(reviews, 1):
        _review(review, _ONLY_REVIEW if len(reviews) == 1 else str(number), bodies)
    return view


def simplify_part(part: str, root: Node) -> Node:
    """A copy of the owner's contact or the flow with its plain member."""
    path, name, words = _FACTS[part]
    view = dict(root)
    info = _fork(view, path[:-1])
    told = _told_fact(words, info.get(path[-1])) if info is not None else ""
    if info is not None and told:
        del info[path[-1]]
        info[name] = told
    return view


def restore_part(part: str, root: Node) -> None:
    """Spell the plain member of a contact or flow as the data set does."""
    path, name, words = _FACTS[part]
    info = at(root, path[:-1])
    if isinstance(info, dict) and name in info:
        # The words too stand in the same short text.
        text = str(info.pop(name))
        info[path[-1]] = _fact(words, cut(text, SHORT - len(words[0])) if part == "owner" else text)


def restore(root: Node) -> None:
    """Spell the plain members as the data set does."""
    info = at(root, _INFO)
    if isinstance(info, dict) and "#id" in info:
        id_ = info.pop("#id")
        if "common:UUID" in info:
            info[_SYNONYMS] = _fact(_ID_WORDS, id_)
        else:
            info["common:UUID"] = id_
    time = at(root, _TIME)
    if isinstance(time, dict):
        _spell_time(time)
    reference = at(root, _REFERENCE)
    if isinstance(reference, dict):
        kind = reference.pop("#kind", None)
        if kind is not None and "@type" not in reference:
            reference["@type"] = _FUNCTIONAL
    for path, _ in _ITEMS:
        above = at(root, path[:-1])
        if isinstance(above, dict) and f"#{path[-1]}" in above:
            above[path[-1]] = above.pop(f"#{path[-1]}")
    for path, parts, codes in ((RULES, _RULE_PARTS, ""), (DATABASES, _DATABASE_PARTS, "DATABASE")):
        for reference in items(root, path):
            values = cut_parts([reference.pop(part, None) for part in parts], SHORT, SEPARATOR)
            told = _with_gaps(values)
            if told:
                names = reference.get(NAME)
                reference[NAME] = _joined(told, codes) | (names if isinstance(names, dict) else {})
    for review in items(root, _REVIEWS):
        _spell_review(review)


def _id(info: Node | None) -> None:
    if info is None:
        return
    told = _told_fact(_ID_WORDS, info.get(_SYNONYMS))
    if told:
        del info[_SYNONYMS]
        info["#id"] = told
    elif isinstance(info.get("common:UUID"), str):
        info["#id"] = info.pop("common:UUID")


def _fact(words: tuple[str, str], value: object) -> Node:
    """A fact as a text of ours, in both languages."""
    english, chinese = words
    return {"en": f"{english}{value}", "zh": f"{chinese}{value}"}


def _told_fact(words: tuple[str, str], texts: object) -> str:
    """The fact behind a text; empty where the text is not just this."""
    value = str(texts.get("en", "")).removeprefix(words[0]) if isinstance(texts, dict) else ""
    return value if value and texts == _fact(words, value) else ""


def _time(time: Node | None) -> None:
    if time is None:
        return
    told = _told(time.get(_SENTENCE))
    if told:
        del time[_SENTENCE]
        until = told.pop("until", None)
        if until is not None:
            time["#validUntil"], time["#exact"] = until, "told"
        if told:
            time["#told"] = dict(told)
    year, other = time.get("common:dataSetValidUntil"), time.get("common:other")
    if "#validUntil" in time:
        return
    if isinstance(other, dict) and isinstance(other.get(_EXACT), str):
        time["#validUntil"], time["#exact"] = other[_EXACT], "yes"
        time["common:other"] = {key: value for key, value in other.items() if key != _EXACT}
    elif isinstance(year, str) and re.fullmatch(r"[12]\d{3}", year):
        time["#validUntil"] = f"{year}-12-31"


def _told(texts: object) -> dict[str, str]:
    """The days in our own sentences; none where a text is not just these."""
    if not isinstance(texts, dict) or not isinstance(rest := texts.get("en"), str):
        return {}
    days: dict[str, str] = {}
    for keys, english, _ in _SENTENCES:
        pattern = re.escape(english)
        for key in keys:
            pattern = pattern.replace(rf"\{{{key}\}}", _DAY)
        found = re.match(pattern + " ?", rest)
        if found:
            days |= dict(zip(keys, found.groups(), strict=True))
            rest = rest[found.end() :]
    return days if days and _sentences(days) == texts else {}


def _sentences(days: Mapping[str, str]) -> Node:
    told = [(en, zh) for keys, en, zh in _SENTENCES if set(keys) <= set(days)]
    english = " ".join(en for en, _ in told).format(**days)
    return {"en": english, "zh": "".join(zh for _, zh in told).format(**days)}


def _spell_time(time: Node) -> None:
    until, exact, told = (time.pop(name, None) for name in ("#validUntil", "#exact", "#told"))
    days = {key: str(day) for key, day in told.items()} if isinstance(told, dict) else {}
    if until is not None and exact == "told":
        days["until"] = str(until)
    elif until is not None and exact is not None:
        other = time.setdefault("common:other", {})
        assert isinstance(other, dict)
        other[_EXACT] = until
    if "start" not in days or "end" not in days:
        days = {key: day for key, day in days.items() if key not in ("start", "end")}
    if days:
        time[_SENTENCE] = _sentences(days)


def _parts(reference: Node, parts: tuple[str, ...], codes: str) -> None:
    """The parts of a name, where spelling them again gives the same name."""
    names = reference.get(NAME)
    if not isinstance(names, dict) or not names:
        return
    told = str(names.get("en") or next(iter(names.values()))).split(SEPARATOR)
    told[0] = code_synonyms(codes).get(folded(told[0]), told[0])
    if len(told) <= len(parts) and _joined(told, codes) == names:
        del reference[NAME]
        reference.update((part, text) for part, text in zip(parts, told, strict=False) if text != _GAP)


def _has_name(item: Node) -> bool:
    """Whether the model has something to say of a reference."""
    names = item.get(NAME)
    if any(part in item for part in _RULE_PARTS):
        return True
    return isinstance(names, dict) and bool(names) and not any(key[:1] in "#@" for key in names)


def _is_scenario(item: Node) -> bool:
    return isinstance(item.get("@epd:name"), str)


def _all_or_none(view: Node, path: tuple[str, ...], test: Callable[[Node], bool]) -> None:
    """A list with an item that the model cannot count is kept whole: no item may take another's place."""
    found = at(view, path)
    if found is None or (isinstance(found, list) and all(isinstance(i, dict) and test(i) for i in found)):
        return
    above = _fork(view, path[:-1])
    assert above is not None
    above[f"#{path[-1]}"] = above.pop(path[-1])


# Lists of which the table has the items, and what an item cannot be without.
_ITEMS: Final = ((RULES, _has_name), (DATABASES, _has_name), (_SCENARIOS, _is_scenario))


def _with_gaps(parts: list[Any]) -> list[Any]:
    """The parts up to the last that is told; a sign stands for one that is not, or would look like two."""
    told = [_GAP if part is None or SEPARATOR in part else part for part in parts]
    while told and told[-1] == _GAP:
        told.pop()
    return told


def _joined(told: list[Any], codes: str) -> Node:
    label = code_list(codes).get(told[0]) if codes else None
    if label is None or code_synonyms(codes).get(folded(label["label_en"])) != told[0]:
        text = SEPARATOR.join(told)
        return {language(text): text}
    return {lang: SEPARATOR.join([label[f"label_{lang}"], *told[1:]]) for lang in ("en", "zh")}


def _review(review: Node, id_: str, bodies: Container[str]) -> None:
    review["#id"] = id_
    kind = REVIEWS.get(str(review.get("@type")))
    if kind is not None:
        review["#kind"] = kind
        if kind != "none":
            review["#covers"] = [RESULT_SET]
    reviewers = review.get(_REVIEWER)
    first = reviewers[0] if isinstance(reviewers, list) and reviewers else None
    if isinstance(reviewers, list) and isinstance(first, dict) and isinstance(first.get(NAME), dict):
        # The format has one place for both. Who may be a person is not published as a body.
        names: Any = first[NAME]
        is_body = first.get("@refObjectId") in bodies or all(_FIRM.fullmatch(str(t)) for t in names.values())
        review["#body" if names and is_body else "#person"] = names
        review[_REVIEWER] = [{k: v for k, v in first.items() if k != NAME}, *reviewers[1:]]


def _spell_review(review: Node) -> None:
    review.pop("#id", None)
    review.pop("#covers", None)
    kind = review.pop("#kind", None)
    words = [word for word, own in REVIEWS.items() if own == kind]
    if words and "@type" not in review:
        review["@type"] = words[0]
    body, person = review.pop("#body", None), review.pop("#person", None)
    # A name that is withheld leaves only the mark of its language.
    is_there = isinstance(person, dict) and any(key[:1] != "#" for key in person)
    body = person if body is None and is_there else body
    if body is not None:
        reviewers = review.setdefault(_REVIEWER, [{}])
        assert isinstance(reviewers, list)
        first = reviewers[0]
        assert isinstance(first, dict)
        first[NAME] = body


def _fork(view: Node, path: tuple[str, ...]) -> Node | None:
    """The object at ``path``, it and all above it copied; None where there is none."""
    node = view
    for step in path:
        below = node.get(step)
        if not isinstance(below, dict):
            return None
        node[step] = node = dict(below)
    return node


def _forks(view: Node, path: tuple[str, ...]) -> list[Node]:
    """The objects of the list at ``path``, all copied."""
    above = _fork(view, path[:-1]) if items(view, path) else None
    if above is None:
        return []
    copies: list[Any] = [dict(item) for item in items(view, path)]
    above[path[-1]] = copies
    return copies
