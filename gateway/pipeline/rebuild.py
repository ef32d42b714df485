"""Run an issued folder again from its private source, with the request that its manifest records."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from gateway.codec.base import Context, Member, Package
from gateway.codec.plugin import Plugin
from gateway.errors import InputError, UsageError, raise_all
from gateway.frontdoor.json import pointer
from gateway.model.disclosure import Disclosure
from gateway.pipeline.issue import (
    BESIDE,
    MANIFEST,
    PREVIOUS,
    PRIVATE,
    RULES,
    SOURCE,
    Prepared,
    Request,
    prepare,
    timestamp,
)

# Whoever may see more is not served by files; no command writes such a folder.
_OFFERED = frozenset({Disclosure.C0, Disclosure.C1})


def private_source(files: Mapping[str, bytes]) -> str | None:
    """The name of the source's first file in an issued folder, if it is there."""
    return next(iter(_kept(files, SOURCE)), None)


def _kept(files: Mapping[str, bytes], name: str) -> list[str]:
    """The names of an input's files, in their order."""
    pattern = re.compile(rf"{PRIVATE}{name}(?:-([2-9]))?(\.[a-z0-9]{{1,8}})?")
    found = [(int(m.group(1) or 1), m.string) for m in map(pattern.fullmatch, sorted(files)) if m]
    return [kept for _, kept in sorted(found)]


def _package(files: Mapping[str, bytes], names: Sequence[str]) -> Package:
    media_type = "application/octet-stream"
    members = [Member(name.removeprefix(PRIVATE), media_type, files[name]) for name in names]
    return Package(tuple(members), members[0].name)


def rebuild(
    files: Mapping[str, bytes], facts: Mapping[str, object], plugins: Sequence[Plugin] = ()
) -> Prepared:
    """Everything that the run prepared, from the source and the manifest's ``facts``.

    A folder never decides what is imported: ``plugins`` must be those that the facts name.

    Raises:
        InputError: the source is not here, the facts record no run, or the source cannot be read.
        UsageError: the run asked for a format, rule pack or plugin that is not here.
    """
    names = _kept(files, SOURCE)
    if not names:
        raise InputError(path=PRIVATE, code="replay.no-source")
    recorded = _recorded(facts)
    run = recorded.run
    before = _kept(files, PREVIOUS) if run.previous else []
    if run.previous and not before:
        raise InputError(path=PRIVATE, code="replay.no-previous")
    previous = _package(files, before) if before else None
    more = tuple(_package(files, [name]) for name in _kept(files, BESIDE))
    if len(more) != len(run.beside):
        raise InputError(path=PRIVATE, code="replay.no-beside")
    request = Request(run.to, run.disclosure, run.from_ or None, run.options, run.rules, previous, more)
    own = _with_packs(files, run.plugins, plugins)
    context = Context(now=datetime.fromisoformat(run.time), plugins=own)
    if run.ids:
        context = replace(context, told=recorded.source.sha256, told_beside=run.beside)
    return prepare(_package(files, names), request, context=context)


def _with_packs(
    files: Mapping[str, bytes], recorded: Sequence[str], plugins: Sequence[Plugin]
) -> tuple[Plugin, ...]:
    """The plugins that the run had, and one more for the rule packs that are kept in the folder."""
    given = tuple(p for p in plugins if p.formats or p.tables)
    absent = [name for name in recorded if name not in {f"{p.name} {p.version}".strip() for p in given}]
    if absent:
        raise UsageError(", ".join(absent), path=MANIFEST, code="replay.needs-plugin")
    known = {name for plugin in given for name in plugin.packs}
    ending = ".json"
    packs = {
        name.removeprefix(RULES).removesuffix(ending): data
        for name, data in files.items()
        if name.startswith(RULES) and name.endswith(ending)
    }
    kept = {name: data for name, data in packs.items() if name not in known}
    return (*given, Plugin(RULES, packs=kept)) if kept else given


def _as_issued(text: str) -> str:
    """The one spelling of a time that ``issue`` writes; any other might not even be a time."""
    try:
        spelled = timestamp(datetime.fromisoformat(text))
    except OverflowError as error:
        raise ValueError(text) from error
    if spelled != text:
        raise ValueError(text)
    return text


def _offered(disclosure: Disclosure) -> Disclosure:
    if disclosure not in _OFFERED:
        raise ValueError(disclosure)
    return disclosure


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Tool(_Strict):
    name: str
    version: str


class _Source(_Strict):
    sha256: str
    format: str


class _Run(_Strict):
    time: Annotated[str, AfterValidator(_as_issued)]
    to: tuple[str, ...] = Field(min_length=1)
    from_: str = Field(alias="from")
    disclosure: Annotated[Disclosure, AfterValidator(_offered)]
    options: dict[str, str]
    rules: tuple[str, ...]
    ids: Literal["", "salted"] = ""
    previous: str = ""
    beside: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()


class _Facts(_Strict):
    """The facts as ``issue.facts`` writes them. A signature makes nobody's facts sound."""

    tool: _Tool
    tables: str
    source: _Source
    run: _Run


def _recorded(facts: Mapping[str, object]) -> _Facts:
    try:
        # Through JSON, because strict mode takes lists for tuples only there.
        return _Facts.model_validate_json(json.dumps(dict(facts)))
    except ValidationError as error:
        raise_all(
            InputError(
                detail["input"],
                path=f"{MANIFEST}#{pointer(['facts', *detail['loc']])}",
                code="replay.not-recorded",
            )
            for detail in error.errors(include_url=False)
        )
        raise AssertionError from error
