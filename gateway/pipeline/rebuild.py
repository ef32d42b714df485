"""Run an issued folder again from its private source, with the request that its manifest records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gateway.codec.base import Context, Package
from gateway.errors import InputError
from gateway.model.disclosure import Disclosure
from gateway.pipeline.issue import MANIFEST, PRIVATE, Prepared, Request, prepare


def private_source(files: Mapping[str, bytes]) -> str | None:
    """The name of the source in an issued folder, if it is there."""
    return next((name for name in sorted(files) if name.startswith(f"{PRIVATE}source")), None)


def rebuild(files: Mapping[str, bytes], facts: Mapping[str, object]) -> Prepared:
    """Everything that the run prepared, from the source and the manifest's ``facts``.

    Raises:
        InputError: the source is not here, the facts record no run, or the source cannot be read.
        UsageError: the run asked for a format or rule pack that there is no more.
    """
    name = private_source(files)
    if name is None:
        raise InputError(path=PRIVATE, code="replay.no-source")
    try:
        request, context = _recorded(facts)
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(error, path=MANIFEST, code="replay.not-recorded") from error
    package = Package.of(files[name], name=name.removeprefix(PRIVATE), media_type=_media_type(facts))
    return prepare(package, request, context=context)


def _recorded(facts: Mapping[str, object]) -> tuple[Request, Context]:
    run = facts["run"]
    if not isinstance(run, Mapping):
        raise TypeError(run)
    request = Request(
        to=tuple(run["to"]),
        disclosure=Disclosure(run["disclosure"]),
        format=run["from"] or None,
        options=dict(run["options"]),
        rules=tuple(run["rules"]),
    )
    return request, Context(now=datetime.fromisoformat(run["time"]))


def _media_type(facts: Mapping[str, object]) -> str:
    source = facts.get("source")
    told = source.get("mediaType") if isinstance(source, Mapping) else None
    return str(told or "application/octet-stream")
