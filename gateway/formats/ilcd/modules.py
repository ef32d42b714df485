"""The names of modules: what stands at ``@epd:module`` for a row or a total, and what it is called.

A row without a module of EN 15804 stands by its stage, else by its name. The text of the module's name tells
the row's name and, in words, the stage that the module does not tell by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.codec.fields import code_list
from gateway.codec.jsonwrite import language
from gateway.formats.ilcd.indicators import Where
from gateway.formats.ilcd.tables import STAGES
from gateway.model.base import LangText
from gateway.model.results import ResultRow
from gateway.model.stages import covered

# Between two languages of one text.
SEPARATOR: Final = " · "
# Where EPD readers look for values, none looks at totals: a total has a value and a name of its own.
TOTAL: Final = "total"
TOTAL_TEXT: Final = "声明的总量，不是 EN 15804 的模块 · Declared total, not a module of EN 15804"
_LANGUAGES: Final = ("zh", "en")
_STAGE: Final = {"zh": "生命周期阶段：", "en": "Life cycle stage: "}
_NO_STAGE: Final = {"zh": "未说明生命周期阶段", "en": "Life cycle stage not stated"}
_BRACKETS: Final = {"zh": ("（", "）"), "en": (" (", ")")}
_NUMBERED: Final = re.compile(r"(.+) \(([2-9]|[1-9][0-9]{1,3})\)", re.DOTALL)
# Stage and module.
_Place = tuple[str | None, str | None]


def module_of(row: ResultRow, taken: set[Where]) -> str:
    """What stands at ``@module`` for a row: its module, else its stage, else its name; never twice."""
    names = row.name.root if isinstance(row.name, LangText) else {}
    # A name that reads as a stage or a module would claim to be one.
    own = next((names[lang] for lang in ("en", "zh") if lang in names), None)
    own = None if own is not None and _is_known(own) else own
    candidates = (row.module, row.stage, own)
    base = next((text for text in candidates if isinstance(text, str)), "row")
    scenario = row.scenario if isinstance(row.scenario, str) else None
    text, count = base, 1
    while (text, scenario) in taken:
        count += 1
        text = f"{base} ({count})"
    taken.add((text, scenario))
    return text


def label_of(row: ResultRow, module: str) -> str:
    """The text of a module's name: the one for people that tells name, stage and module of the row."""
    names = row.name.root if isinstance(row.name, LangText) else {}
    stage = row.stage if isinstance(row.stage, str) else None
    own = row.module if isinstance(row.module, str) else None
    plain = SEPARATOR.join(names[lang] for lang in _LANGUAGES if lang in names)
    full = _with_stage(names, stage)
    wanted = (stage, own, names)
    order = (full, plain) if not names and module in code_list("STAGE") else (plain, full)
    for text in order:
        told = _told(_base(module), text)
        if (*told[0], told[1]) == wanted:
            return text
    return full


def row_of(module: str, text: str, before: set[Where], scenario: str | None) -> ResultRow:
    """Stage, module and name of the row at ``module``; ``before`` are the modules of earlier rows."""
    for base in dict.fromkeys((_base(module), module)):
        (stage, own), names = _told(base, text)
        row = ResultRow(
            stage=stage, module=own, scenario=scenario, name=LangText(dict(names)) if names else None
        )
        taken = set(before)
        if base == module or module_of(row, taken) == module:
            break
    before.add((module, scenario))
    return row


def _base(module: str) -> str:
    """A module without the number that tells it from others of the same name."""
    found = _NUMBERED.fullmatch(module)
    return found[1] if found else module


def tells(row: ResultRow, module: str, before: set[Where]) -> bool:
    """Whether stage, module and name of a row come back from ``module`` and its text."""
    scenario = row.scenario if isinstance(row.scenario, str) else None
    again = row_of(module, label_of(row, module), set(before), scenario)
    told = (row.stage, row.module)
    return (again.stage, again.module) == tuple(t if isinstance(t, str) else None for t in told)


def _told(module: str, text: str) -> tuple[_Place, Mapping[str, str]]:
    """Stage, module and names that a module and its text tell."""
    names, stages = _parted(text)
    is_name = module == "row" or (module in names.values() and not _is_known(module))
    if stages is None:
        return ((None, None) if is_name else _implied(module)), names
    stage = next(iter(stages), None)
    if is_name or stage == module:
        return (stage, None), names
    return (stage, module), names


def _is_known(module: str) -> bool:
    return module in code_list("STAGE") or bool(covered(module))


def _implied(module: str) -> _Place:
    """Stage and module that ``@module`` tells by itself."""
    if module in code_list("STAGE"):
        return module, None
    if module in STAGES:
        return STAGES[module], module
    stages = {STAGES[m] for m in covered(module)}
    return (stages.pop() if len(stages) == 1 else None), module


def _parted(text: str) -> tuple[Mapping[str, str], tuple[str, ...] | None]:
    """The names in a text, and the stage if it tells one: none where it says that none is stated."""
    if not text:
        return {}, None
    for stage in _candidates(text):
        for lang in ((), _LANGUAGES, ("zh",), ("en",)):
            names = _names_before(text, stage, lang)
            if names is not None and _with_stage(names, stage) == text:
                return names, () if stage is None else (stage,)
    zh, both, en = text.partition(SEPARATOR)
    return ({"zh": zh, "en": en} if both else {language(text): text}), None


def _candidates(text: str) -> Iterator[str | None]:
    """The stages that a text may tell."""
    if any(words in text for words in _NO_STAGE.values()):
        yield None
    if any(words in text for words in _STAGE.values()):
        yield from code_list("STAGE")
        yield from dict.fromkeys(re.findall("“(.+?)”", text))


def _names_before(text: str, stage: str | None, langs: tuple[str, ...]) -> dict[str, str] | None:
    """The names in these languages that stand before the stage's words; None where there are none."""
    words = _words(stage)
    if not langs:
        return {} if text == SEPARATOR.join(words.values()) else None
    names: dict[str, str] = {}
    for number, lang in enumerate(langs):
        begin, end = _BRACKETS[lang]
        tail = f"{begin}{words[lang]}{end}"
        part, found, text = text.partition(tail)
        if not found or not part:
            return None
        names[lang] = part.removeprefix(SEPARATOR) if number else part
    return None if text else names


def _with_stage(names: Mapping[str, str], stage: str | None) -> str:
    words = _words(stage)
    told = [lang for lang in _LANGUAGES if lang in names]
    if not told:
        return SEPARATOR.join(words.values())
    parts = []
    for lang in told:
        begin, end = _BRACKETS[lang]
        parts.append(f"{names[lang]}{begin}{words[lang]}{end}")
    return SEPARATOR.join(parts)


def _words(stage: str | None) -> dict[str, str]:
    """A stage in words; one that is no code of ours stands in quotes."""
    if stage is None:
        return _NO_STAGE
    label = code_list("STAGE").get(stage)
    if label is None:
        return {lang: f"{_STAGE[lang]}“{stage}”" for lang in _LANGUAGES}
    # What stands behind the semicolon in the list is an EN 15804 module, which is not claimed here.
    return {lang: _STAGE[lang] + label[f"label_{lang}"].partition(";")[0] for lang in _LANGUAGES}
