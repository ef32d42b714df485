"""Run an issued folder again from its private source, with the request that its manifest records."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from gateway.codec.base import Context, Package
from gateway.errors import InputError, raise_all
from gateway.frontdoor.json import pointer
from gateway.model.disclosure import Disclosure
from gateway.pipeline.issue import MANIFEST, PRIVATE, Prepared, Request, prepare, timestamp

# Whoever may see more is not served by files; no command writes such a folder.
_OFFERED = frozenset({Disclosure.C0, Disclosure.C1})
_SOURCE = re.compile(rf"{PRIVATE}source(\.[a-z0-9]{{1,8}})?")


def private_source(files: Mapping[str, bytes]) -> str | None:
    """The name of the source in an issued folder, if it is there."""
    return next((name for name in sorted(files) if _SOURCE.fullmatch(name)), None)


def rebuild(files: Mapping[str, bytes], facts: Mapping[str, object]) -> Prepared:
    """Everything that the run prepared, from the source and the manifest's ``facts``.

    Raises:
        InputError: the source is not here, the facts record no run, or the source cannot be read.
        UsageError: the run asked for a format or rule pack that there is no more.
    """
    name = private_source(files)
    if name is None:
        raise InputError(path=PRIVATE, code="replay.no-source")
    run = _recorded(facts).run
    request = Request(run.to, run.disclosure, run.from_ or None, run.options, run.rules)
    package = Package.of(files[name], name=name.removeprefix(PRIVATE))
    return prepare(package, request, context=Context(now=datetime.fromisoformat(run.time)))


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
