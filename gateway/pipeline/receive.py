"""Receive an issued folder: check it, and run the conversion again to see that it gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import gateway
from gateway import resources
from gateway.codec.base import Context, Package
from gateway.errors import GatewayError
from gateway.model.disclosure import Disclosure
from gateway.pipeline.issue import LEAVES, PRIVATE, Prepared, Request, prepare
from gateway.report import Finding
from gateway.trust.verify import CREDENTIAL, JWS, MANIFEST, Verdict
from gateway.trust.verify import verify as check_signatures


@dataclass(frozen=True, slots=True)
class Replay:
    """The second run: how many parts came out alike, and what did not."""

    same: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every part came out with the same bytes."""
        return self.same > 0 and not self.findings


def verify(files: Mapping[str, bytes]) -> Verdict:
    """What holds of an issued folder, offline, without its private part where the manifest allows."""
    return check_signatures(files)


def replay(files: Mapping[str, bytes], verdict: Verdict) -> Replay:
    """Run the conversion again from the source with the recorded request and compare the bytes.

    ``verdict`` must hold: what was changed after signing is not worth a second run. Leaf digests are
    left out, because their salts come from the signer's key.
    """
    source = next((name for name in sorted(files) if name.startswith(f"{PRIVATE}source")), None)
    if source is None or not verdict.holds:
        return Replay(findings=(Finding("replay.no-source", PRIVATE),))
    stopped = _other_program(verdict.facts)
    if stopped:
        return Replay(findings=stopped)
    try:
        prepared = _again(files[source], source.removeprefix(PRIVATE), verdict.facts)
    except (GatewayError, KeyError, ValueError, TypeError) as error:
        return Replay(findings=(Finding("replay.differs", MANIFEST, str(error)),))
    return _compare(files, prepared)


def _compare(files: Mapping[str, bytes], prepared: Prepared) -> Replay:
    signed = {MANIFEST, JWS, CREDENTIAL}
    kept = {n: data for n, data in files.items() if n not in signed and not n.endswith(LEAVES)}
    names = sorted({*kept, *(n for n, f in prepared.files.items() if not f.is_private or n in kept)})
    again = {name: file.data for name, file in prepared.files.items()}
    differing = [name for name in names if kept.get(name) != again.get(name)]
    findings = tuple(Finding("replay.differs", name) for name in differing)
    return Replay(len(names) - len(differing), findings)


def _other_program(facts: Mapping[str, object]) -> tuple[Finding, ...]:
    tool = facts.get("tool")
    version = str(tool.get("version")) if isinstance(tool, dict) else ""
    if version != gateway.__version__:
        params = {"expected": version}
        return (Finding("replay.other-version", MANIFEST, gateway.__version__, params=params),)
    tables = str(facts.get("tables"))
    if tables != resources.tables_digest():
        params = {"expected": tables}
        return (Finding("replay.other-tables", MANIFEST, resources.tables_digest(), params=params),)
    return ()


def _again(data: bytes, name: str, facts: Mapping[str, object]) -> Prepared:
    run = facts["run"]
    assert isinstance(run, dict)
    request = Request(
        to=tuple(run["to"]),
        disclosure=Disclosure(run["disclosure"]),
        format=run["from"] or None,
        options=run["options"],
    )
    context = Context(now=datetime.fromisoformat(run["time"]))
    return prepare(Package.of(data, name=name, media_type=_media_type(facts)), request, context=context)


def _media_type(facts: Mapping[str, object]) -> str:
    source = facts["source"]
    assert isinstance(source, dict)
    return str(source.get("mediaType", "application/octet-stream"))
