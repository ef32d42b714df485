"""What is said about each field of the workbook: who needs it, what it unlocks, its class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, Literal, TypeAlias

from gateway import resources
from gateway.errors import UsageError
from gateway.formats.cn_pcf.workbook_layout import Field, key_of

Kind: TypeAlias = Literal["battery", "product"]
# The document holds the same footprint and asks for a header on top.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "battery-passport": ("batterypass", "en18223"),
    "en18223": ("batterypass", "en18223"),
}
TARGET_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "pact": {"zh": "PACT 3.0", "en": "PACT 3.0"},
    "batterypass": {"zh": "电池护照", "en": "battery passport"},
    "en18223": {"zh": "护照文件（EN 18223）", "en": "passport document (EN 18223)"},
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


def quick_rows(kind: Kind) -> tuple[Mapping[str, str], ...]:
    """The cells of the quick sheet."""
    return tuple(row for row in resources.table("fields/cn_pcf_quick.csv") if row["kind"] == kind)


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
    elif required[:1] in {"C", "M"}:
        zh.append(f"有条件必填（{required}）")
        en.append(f"required under a condition ({required})")
    for target, need in needs(own.key).items():
        names = TARGET_NAMES[target]
        zh.append(f"{names['zh']}{'必填' if need == 'required' else '可能需要'}")
        en.append(f"{'required' if need == 'required' else 'may be needed'} for {names['en']}")
    if not zh:
        return "选填", "optional"
    return "；".join(zh), "; ".join(en)
