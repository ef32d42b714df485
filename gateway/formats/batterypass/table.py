"""The leaf table of the passport's carbon footprint, the notice that marks every output, and stage names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gateway import resources
from gateway.codec.fields import FieldTable, compile_table

TARGET = "batterypass@1.2"
RESULT_SET = "batterypass"
# The largest number of digits that every double keeps.
DIGITS = 15
# No delegated act has set classes; nothing else is ever written.
PERFORMANCE_CLASS = "not yet defined"

# BatteryPass Data Model 1.2.0, LifecycleStage; Annex II, point 4 of Regulation (EU) 2023/1542.
STAGES: Mapping[str, str] = {
    "raw": "RawMaterialExtraction",
    "production": "MainProduction",
    "distribution": "Distribution",
    "eol": "Recycling",
}

_SET = f"/results/[{RESULT_SET}]"
_SOURCES = "/hutong/sources/"
_GUIDANCE = "European Commission, battery passport data points, guidance v2.0, 2026-08-15, Ares(2026)7968977"
_POINTS = ((17, "carbon footprint declaration"), (18, "carbon footprint label"))
_TEXTS: Mapping[bool, Mapping[str, str]] = {
    True: {
        "en": "Voluntary preview. The method is a draft act, not in force. Not an entry for the EU "
        "registry. A verification of the declared results does not cover these restated values.",
        "zh": "自愿预览。所用方法为尚未生效的法案草案，不得作为欧盟登记信息。"
        "对声明结果的核查不涵盖这些换算值。",
    },
    False: {
        "en": "The carbon footprint is left empty: points 17 and 18 are not to be filled. The method is a "
        "draft act that is not in force.",
        "zh": "碳足迹留空：第17、18项数据点目前不得填写。所用方法为尚未生效的法案草案。",
    },
}


@cache
def reading_table() -> FieldTable:
    """Every leaf that comes back by its place alone."""
    return compile_table(r for r in resources.table("fields/batterypass.csv") if r["type"] != "own")


@cache
def annex_table() -> FieldTable:
    """What rides along in the member ``hutong``."""
    return compile_table(r for r in _riding() if not _is_of_set(r))


@cache
def set_table() -> FieldTable:
    """What rides along of the restated set, by model paths below the set."""
    rows = (dict(r, model=r["model"].removeprefix(_SET)) for r in _riding() if _is_of_set(r))
    return compile_table(rows)


def _riding() -> list[dict[str, str]]:
    rows = resources.table("fields/batterypass.csv")
    return [r for r in rows if r["source"].startswith("/hutong/") and not r["source"].startswith(_SOURCES)]


def _is_of_set(row: Mapping[str, str]) -> bool:
    return row["model"].startswith(_SET) or (not row["model"] and "/parameters/" in row["source"])


@cache
def sources_table() -> FieldTable:
    """What it says of the set that the values were restated from."""
    rows = resources.table("fields/batterypass.csv")
    return compile_table(r for r in rows if r["source"].startswith(_SOURCES))


def notice(*, filled: bool) -> dict[str, object]:
    """The mark of every output: what it is, and which points the Commission wants empty."""
    points = [{"no": no, "name": name, "state": "not to be filled"} for no, name in _POINTS]
    return {
        "profile": "preview" if filled else "eu-registry",
        "filled": filled,
        "voluntary": filled,
        "legalStatus": "draft",
        "asOf": "2027-02-18",
        "points": points,
        "source": _GUIDANCE,
        "text": dict(_TEXTS[filled]),
    }


def annex_of(document: object) -> Mapping[str, object] | None:
    """Our own member, if it carries the notice."""
    own = document.get("hutong") if isinstance(document, dict) else None
    return own if isinstance(own, dict) and isinstance(own.get("notice"), dict) else None
