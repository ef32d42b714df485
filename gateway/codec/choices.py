"""What a drop-down offers: every code with its Chinese and English name, and the way back to the code."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from gateway import resources
from gateway.codec.fields import Row, code_list, named_code, one_code
from gateway.model.base import Reason

FLAG, MISSING = "FLAG", "MISSING"
_CLOSED = frozenset({"code", "role", "per", "texts"})


@lru_cache(maxsize=1024)
def list_of(row: Row) -> str:
    """The list that a field's values come from; empty where it takes any text."""
    if row.type == "flag":
        return FLAG
    if row.code_list:
        return row.code_list if row.type in _CLOSED and code_list(row.code_list) else ""
    own = row.pointer.replace("/verifications/*/", "/verification/")
    return own if row.type == "code" and own in _own_lists() else ""


def entries(name: str) -> Mapping[str, str]:
    """The codes of a list by what its drop-down shows: ``原材料获取 raw material acquisition [raw]``."""
    return {entry: code for code, entry in _entries(name).items()}


def entry(name: str, code: str) -> str | None:
    """What the drop-down shows for a code."""
    return _entries(name).get(code)


def as_code(row: Row, text: str) -> tuple[str | bool, bool] | None:
    """The code behind what stands in a cell, and whether it stands there as code or as the drop-down has it.

    None: no code of the list, or a name that several have.
    """
    name = list_of(row)
    return _code_in(name, text) if name else None


# A table says the same few words in thousands of rows.
@lru_cache(maxsize=4096)
def _code_in(name: str, text: str) -> tuple[str | bool, bool] | None:
    code, exact = _by_entry(name).get(text), True
    if code is None:
        bare = unicodedata.normalize("NFKC", text).strip()
        bracketed = bare.rpartition("[")[2].removesuffix("]") if bare.endswith("]") else ""
        exact = bare == text and text in _entries(name)
        code = bare if bare in _entries(name) else bracketed if bracketed in _entries(name) else None
        code = code or named_code(_by_name(name), bare)
    if code is None:
        return None
    return (code == "true" if name == FLAG else code), exact


def as_missing(text: str) -> Reason | None:
    """The reason that a cell gives for its emptiness, where it was chosen from our list."""
    code = _by_entry(MISSING).get(text)
    return None if code is None else Reason(code)


@cache
def _own_lists() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for row in resources.table("fields/cn_pcf_choices.csv"):
        found.setdefault(row["list"], {})[row["code"]] = row
    return found


def _rows(name: str) -> Mapping[str, Mapping[str, str]]:
    return _own_lists().get(name) or code_list(name)


@cache
def _entries(name: str) -> Mapping[str, str]:
    return {code: _shown(code, row) for code, row in _rows(name).items()}


def _shown(code: str, row: Mapping[str, str]) -> str:
    zh, en = row["label_zh"], row["label_en"].replace(";", ",")  # a semicolon separates entries of a cell
    names = zh if zh == en else f"{zh} {en}"
    return names if row["list"] == FLAG else f"{names} [{code}]"


@cache
def _by_entry(name: str) -> Mapping[str, str]:
    return {shown: code for code, shown in _entries(name).items()}


@cache
def _by_name(name: str) -> Mapping[str, str]:
    """Labels and synonyms that name exactly one code."""
    return one_code(_rows(name))
