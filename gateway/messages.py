"""Say a finding, note or error in Chinese or English; the texts are ``mappings/messages/*.csv``."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

from gateway import resources
from gateway.errors import GatewayError
from gateway.report import Finding, Note

Lang: TypeAlias = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One message in one language: what happened, what was expected, how to mend it."""

    what: str
    expected: str = ""
    fix: str = ""


# A placeholder whose values are codes of ours, said in words where a row ``kind.<value>`` has them.
KIND: Final = "kind"
# Another: why the system refused something, said in words where a row ``reason.<value>`` has them.
WHY: Final = "why"
_REASONS: Final = frozenset(
    {
        "eacces",
        "eexist",
        "eisdir",
        "eloop",
        "enametoolong",
        "enoent",
        "enospc",
        "enotdir",
        "enotempty",
        "eperm",
        "erofs",
    }
)
# Fields of data sets whose values are codes of ours, and how the codes of their words begin.
_CODED: Final = {
    KIND: "kind.",
    "direction": "direction.",
    "carbon_class": "carbon-class.",
    "distribution": "distribution.",
    "group": "group.",
    "role": "role.",
}


class _Params(dict[str, str]):
    """Placeholders without a value stay visible instead of failing the message."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All message texts by code. A code that stands twice is an error of the tables."""
    texts: dict[str, Mapping[str, str]] = {}
    for file in sorted(resources.mapping("messages").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".csv"):
            continue
        for row in resources.table(f"messages/{file.name}"):
            if row["code"] in texts:
                raise ValueError(f"message {row['code']} stands twice")
            texts[row["code"]] = row
    return texts


def text(code: str, lang: Lang, params: Mapping[str, str]) -> Text:
    """The texts of ``code`` with its placeholders filled.

    A plugin's own code has no row: its texts travel as the parameters ``zh``, ``fix_zh``, ``en`` and so on.
    """
    row = catalogue().get(code)
    if row is None:
        return Text(params.get(lang, code), params.get(f"expected_{lang}", ""), params.get(f"fix_{lang}", ""))
    values = _Params(params)
    if KIND in values:
        values[KIND] = kind(values[KIND], lang)
    if WHY in values:
        told = catalogue().get(f"reason.{values[WHY]}")
        values[WHY] = values[WHY] if told is None else told[lang]
    return Text(
        row[lang].format_map(values),
        row[f"expected_{lang}"].format_map(values),
        row[f"fix_{lang}"].format_map(values),
    )


def kind(value: str, lang: Lang) -> str:
    """A kind of data set in words; any other kind as it is."""
    row = catalogue().get(f"kind.{value}")
    return value if row is None else row[lang]


def reason(error: Exception, *, otherwise: str | None = None) -> str:
    """Why the system refused, for the placeholder ``why``: a code that has words, or else the system's own.

    Args:
        otherwise: in the place of the system's words, where they may repeat what nobody should read.
    """
    number = getattr(error, "errno", None)
    name = errno.errorcode.get(number, "").lower() if isinstance(number, int) else ""
    if name in _REASONS:
        return name
    return getattr(error, "strerror", None) or str(error) if otherwise is None else otherwise


def _in_words(path: str, told: Mapping[str, str], lang: Lang) -> dict[str, str]:
    """The values of a field whose values are codes of ours (a side, a carbon class), where rows say them."""
    above, _, field = path.rpartition("/")
    start = _CODED.get(field)
    if start is None or (field == KIND and above):
        return {}  # of kinds, only a data set's own is a code; others are texts
    rows = {name: catalogue().get(f"{start}{told[name]}") for name in ("saw", "value", "written")}
    return {name: row[lang] for name, row in rows.items() if row is not None}


def explain(subject: Finding | Note | GatewayError, lang: Lang) -> Text:
    """The texts of a finding, note or error."""
    if isinstance(subject, GatewayError):
        found = text(subject.error_code, lang, {**subject.params, "saw": subject.saw, "at": subject.path})
        return found if found.fix or not subject.hint else Text(found.what, found.expected, subject.hint)
    if isinstance(subject, Note):
        told = note_params(subject)
        return text(subject.code, lang, told | _in_words(subject.path, told, lang))
    told = {"value": subject.saw, **subject.params, "saw": subject.saw, "at": subject.at}
    return text(subject.code, lang, told)


def note_params(note: Note) -> dict[str, str]:
    """What fills the texts of a note; texts that findings have, too, call its value ``saw``."""
    told = {"value": note.value, "written": note.written, "at": note.path}
    return {"saw": note.value, **note.params, **told}


def to_json(subject: Finding | Note | GatewayError) -> dict[str, object]:
    """The one JSON shape of findings, notes and errors, with both languages."""
    from gateway.quantity.exact import show  # most commands say things without it

    zh, en = explain(subject, "zh"), explain(subject, "en")
    both = {
        "message": {"zh": zh.what, "en": en.what},
        "expected": {"zh": zh.expected, "en": en.expected},
        "fix": {"zh": zh.fix, "en": en.fix},
    }
    texts: dict[str, object] = {key: value for key, value in both.items() if any(value.values())}
    if isinstance(subject, Note):
        facts: dict[str, object] = {
            "code": subject.code,
            "path": subject.path,
            "fate": subject.fate.value,
            "value": subject.value,
            "written": subject.written,
            "kgAtStake": None if subject.kg is None else show(subject.kg),
        }
    elif isinstance(subject, Finding):
        facts = {
            "code": subject.code,
            "severity": subject.severity.value,
            "at": subject.at,
            "saw": subject.saw,
            "per": subject.per,
        }
    else:
        facts = {"code": subject.error_code, "severity": "error", "at": subject.path, "saw": subject.saw}
    return {key: value for key, value in facts.items() if value not in ("", None)} | texts
