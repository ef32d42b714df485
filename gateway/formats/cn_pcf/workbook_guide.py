"""What is said about each field of the workbook: who needs it, what it unlocks, its class."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, Literal, TypeAlias

from gateway import resources
from gateway.errors import UsageError
from gateway.formats.cn_pcf.workbook_layout import Field, key_of

Kind: TypeAlias = Literal["battery", "product"]
_HINT_MARK: Final = re.compile("；|; | / ")
_PASSPORT: Final = ("batterypass", "aas-02035-3", "en18223")
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "battery-passport": _PASSPORT,
    # The document holds the same footprint and asks for a header on top.
    "en18223": ("batterypass", "en18223"),
}
TARGET_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "pact": {"zh": "PACT 3.0", "en": "PACT 3.0"},
    "batterypass": {"zh": "BatteryPass 1.2", "en": "BatteryPass 1.2"},
    "aas-02023": {"zh": "AAS 碳足迹（02023）", "en": "AAS carbon footprint (02023)"},
    "aas-02035-3": {"zh": "AAS 电池护照（02035-3）", "en": "AAS battery passport (02035-3)"},
    "en18223": {"zh": "护照文件（EN 18223）", "en": "passport document (EN 18223)"},
    "ilcd-epd": {"zh": "ILCD+EPD", "en": "ILCD+EPD"},
    "html": {"zh": "护照网页", "en": "passport page"},
}
# What all forms of it need is said once.
_PASSPORT_NAME: Final[Mapping[str, str]] = {"zh": "电池护照", "en": "battery passport"}


# When a field is required that is not required always; the words behind the field table's short forms.
_CONDITIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "C": {"zh": "适用时必填", "en": "required where it applies"},
    "C battery": {"zh": "电池产品必填", "en": "required for batteries"},
    "C EU": {"zh": "产品供往欧盟时必填", "en": "required where the product goes to the EU"},
    "C MIIT": {"zh": "向工信部申报时必填", "en": "required where it is filed with MIIT"},
    "C PACT": {"zh": "以 PACT 交换时必填", "en": "required where it is exchanged as PACT"},
    "M export": {"zh": "数据出境时必填", "en": "required where data leave China"},
    "M on export": {"zh": "数据出境时必填", "en": "required where data leave China"},
    "M if verified": {"zh": "经核查时必填", "en": "required where the declaration was verified"},
}


def known_targets(targets: Sequence[str]) -> tuple[str, ...]:
    """The families behind names of targets.

    Raises:
        UsageError: there is none of that name here.
    """
    found: list[str] = []
    for name in targets:
        family = name.partition("@")[0]
        if family not in {*TARGET_NAMES, *_NAMES, "cn-pcf"}:
            known = ", ".join(dict.fromkeys([*TARGET_NAMES, *_NAMES]))
            raise UsageError(name, code="usage.unknown-format", known=known)
        found.extend(_NAMES.get(family, (family,)))
    return tuple(dict.fromkeys(found))


@cache
def needs(key: str) -> Mapping[str, str]:
    """Which targets need a field, and how: ``required`` or ``conditional``."""
    found: dict[str, dict[str, str]] = {}
    for row in resources.table("fields/cn_pcf_targets.csv"):
        found.setdefault(key_of(tuple(row["source"].split("/")[1:])), {})[row["target"]] = row["need"]
    declared = "resultSets[]." + key.removeprefix("results.")
    return found.get(key) or (found.get(declared, {}) if key.startswith("results.") else {})


def quick_rows(kind: Kind, targets: Sequence[str] = ()) -> tuple[Mapping[str, str], ...]:
    """The cells of the quick sheet: what every preview needs, and what the chosen targets ask for on top.

    The sheet stays short: PACT's carbon classes come first, and a passport's header only without them.
    """
    if not targets or "pact" in targets:
        wanted = {"", "pact"}
    else:
        wanted = {"", "passport"} if set(targets) & set(_PASSPORT) else {""}
    rows = resources.table("fields/cn_pcf_quick.csv")
    return tuple(row for row in rows if row["kind"] == kind and row["targets"] in wanted)


def names_of(targets: Sequence[str]) -> list[Mapping[str, str]]:
    """The names of targets, all forms of the passport under one."""
    if not set(_PASSPORT) <= set(targets):
        return [TARGET_NAMES[target] for target in targets]
    return [_PASSPORT_NAME, *(TARGET_NAMES[target] for target in targets if target not in _PASSPORT)]


def class_of(own: Field) -> str:
    """The disclosure class of a field."""
    return _classes().get(own.key) or _classes().get("resultSets[]." + own.key.removeprefix("results."), "")


@cache
def _classes() -> Mapping[str, str]:
    rows = resources.table("fields/cn_pcf.csv")
    return {key_of(tuple(row["source"].split("/")[1:])): row["class"] for row in rows}


def hint(own: Field) -> tuple[str, str]:
    """What a cell is needed for, in Chinese and English."""
    required = own.row.required
    zh, en = [], []
    if required == "M":
        zh.append("国内声明必填")
        en.append("required at home")
    elif required in _CONDITIONS:
        zh.append(_CONDITIONS[required]["zh"])
        en.append(_CONDITIONS[required]["en"])
    told = needs(own.key)
    for need, words in (("required", ("必填", "required")), ("conditional", ("可能需要", "may be needed"))):
        for names in names_of([target for target in told if told[target] == need]):
            zh.append(f"{names['zh']}{words[0]}")
            en.append(f"{words[1]} for {names['en']}")
    if not zh:
        return "选填", "optional"
    return "；".join(zh), "; ".join(en)


def home_need(own: Field) -> str:
    """``M``: required at home, ``C``: required under a condition; empty where optional."""
    if own.row.required == "M":
        return "M"
    return "C" if own.row.required in _CONDITIONS else ""


def is_home_need(own: Field, text: str) -> bool:
    """Whether a text is what a template says about a field's need at home."""
    return text in {home_need(own), own.row.required}


def is_target_name(text: str) -> bool:
    """Whether a text names a target."""
    return any(text in names.values() for names in (*TARGET_NAMES.values(), _PASSPORT_NAME))


def is_hint(text: str) -> bool:
    """Whether a text says nothing but what hints say, of this or an earlier edition of the template."""
    return all(piece in _hint_words() for piece in _HINT_MARK.split(text))


@cache
def _hint_words() -> frozenset[str]:
    words = {"选填", "optional", "国内声明必填", "required at home"}
    for short, told in _CONDITIONS.items():
        words |= {told["zh"], told["en"], f"有条件必填（{short}）", f"required under a condition ({short})"}
    for names in (*TARGET_NAMES.values(), _PASSPORT_NAME):
        words |= {names["zh"] + "必填", names["zh"] + "可能需要"}
        words |= {f"required for {names['en']}", f"may be needed for {names['en']}"}
    return frozenset(words)
